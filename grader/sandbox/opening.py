"""Opens the strongest sandbox that is to be had here, tested by canaries before anything else runs in it."""

from __future__ import annotations

import sys
from typing import Final, Literal, NamedTuple, get_args

from grader.errors import GraderError, StaffError
from grader.sandbox import remedies, selftest
from grader.sandbox.launch import Isolation, Sandbox
from grader.sandbox.limits import Limits
from grader.sandbox.selftest import Canary

ORDER: Final[tuple[Isolation, ...]] = ("namespaces", "bubblewrap")
"""What `auto` tries, the strongest first; what is weaker must be asked for."""
_WITHOUT: Final = (
    "Everything that needs no running of student code is graded without it. To run it all the same: "
    "--isolation=reduced or --unsafe (`grader sandbox` says what they do not stop)."
)


class Tried(NamedTuple):
    """What one isolation came to on this machine: `why_not` is empty if it is to be had."""

    isolation: Isolation
    why_not: str
    canaries: tuple[Canary, ...] = ()


def open_sandbox(isolation: Isolation | Literal["auto"] = "auto", limits: Limits | None = None) -> Sandbox:
    """A sandbox to be used in a `with` statement. Canaries have tried to get out of it.

    Raises:
        StaffError: this isolation, or any, is not to be had here: what is missing, and how to get it.
    """
    known = ("auto", *get_args(Isolation))
    if isolation not in known:
        raise StaffError(f"there is no isolation {isolation!r}; it is one of {', '.join(known)}")
    limits = limits or Limits()
    if isolation != "auto":
        return _tested(isolation, limits)[0]
    refused = []
    for each in ORDER:
        try:
            return _tested(each, limits)[0]
        except GraderError as error:
            refused.append(str(error))
    raise StaffError("\n".join(["student code cannot be run safely on this machine:", *refused, _WITHOUT]))


def try_all(limits: Limits | None = None) -> list[Tried]:
    """What each isolation comes to here, the strongest first."""
    tried = []
    for isolation in get_args(Isolation):
        try:
            sandbox, canaries = _tested(isolation, limits or Limits())
        except GraderError as error:
            tried.append(Tried(isolation, str(error)))
        else:
            sandbox.close()
            tried.append(Tried(isolation, "", canaries))
    return tried


def _tested(isolation: Isolation, limits: Limits) -> tuple[Sandbox, tuple[Canary, ...]]:
    if sys.platform != "linux":
        raise StaffError(remedies.refusal(isolation, {"failed": "Linux", "said": f"this is {sys.platform}"}))
    sandbox = Sandbox(isolation, limits)
    try:
        canaries = selftest.run_canaries(sandbox)
        if isinstance(canaries, str):
            told = {"failed": "the self-test", "said": canaries}
            raise StaffError(remedies.refusal(isolation, told))
        if isolation != "unsafe" and (out := selftest.escaped(isolation, canaries)):
            said = f"student code could {'; '.join(out)}"
            raise StaffError(remedies.refusal(isolation, {"failed": "the self-test", "said": said}))
    except BaseException:
        sandbox.close()
        raise
    return sandbox, canaries
