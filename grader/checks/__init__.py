"""Every kind of check is one file here, named as rubrics name it (`check: count` is `count.py`).

A check module offers a dataclass of options, a constant and three functions:

    class Options(CheckOptions)                     what a rubric may say beside `check: <kind>`
    READS: Final[Reads]                             what to look for: a value, prose or an equation
    prepare(options, setting) -> Prepared           once per part: computes and reads what is expected
    judge(prepared, answer) -> Verdict              once per answer; pure; no exception but StudentError
    samples(prepared) -> tuple[Sample, ...]         the reference and each declared mistake as typed answers

A check may offer one function more, for students who look at their own work before they hand it in:

    understand(answer, symbols) -> Understood       what was read, and of what form; knows nothing expected

A check that looks at the passage around an answer too says so (`READS_BESIDE = True`): the same text may
then get another verdict elsewhere. A check whose answers are alike in a way of their own (code that fails in
the same cases) has a function `alike(prepared, answer, verdict)` that returns a key, equal for answers a
person need only see once, or None where `groups` may decide as usual.

`judge` may raise `StudentError` for text it cannot read; the caller turns that into `unreadable`.
`prepare` raises `OptionError` naming the option at fault.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

from grader import rooms
from grader.errors import StaffError
from grader.types import Answer, Notation, Reads, Verdict

if TYPE_CHECKING:
    from grader.maths.names import Symbols
    from grader.maths.tree import Node


class OptionError(StaffError):
    """An option of a check that cannot be used: `path` leads to it (`("mistakes", 1, "is")`)."""

    def __init__(self, path: tuple[str | int, ...], found: str, meant: str) -> None:
        super().__init__(f"{'.'.join(map(str, path))}: found {found}; meant {meant}")
        self.path, self.found, self.meant = path, found, meant


@dataclass(frozen=True, slots=True)
class Setting:
    """What a check may use beside its options: the rubric's symbols, the reference's values, a secret.

    `reference` maps a name after `ref.` to the function of the reference module that computes it.
    """

    symbols: Symbols
    reference: Mapping[str, Callable[[], object]]
    secret: bytes = field(repr=False, default=b"")


class Sample(NamedTuple):
    """A typed answer whose credit the rubric declares; None where a person decides.

    `value` is what running it would give, for checks of code.
    """

    label: str
    text: str
    credit: Fraction | None
    notation: Notation = "plain"
    value: object = None


class Understood(NamedTuple):
    """An answer as it was read, without a judgement: `what` is its form (`a 2 x 3 array`), in words.

    `node` is the formula; `exact` are the exact values of its entries, row by row, where it has such.
    """

    what: str = ""
    text: str = ""
    mathml: str = ""
    node: Node | None = None
    exact: tuple[Fraction, ...] | None = None


class Check(Protocol):
    """What every module of this folder offers."""

    Options: type[Any]
    READS: Reads

    def prepare(self, options: Any, setting: Setting) -> Any: ...
    def judge(self, prepared: Any, answer: Answer) -> Verdict: ...
    def samples(self, prepared: Any) -> tuple[Sample, ...]: ...


@cache
def kinds() -> tuple[str, ...]:
    """The names of all checks, sorted; files that start with an underscore are not checks."""
    return rooms.names(__path__[0])


def load(kind: str) -> Check:
    """The module of one kind of check.

    Raises:
        StaffError: no such check, with the nearest name.
    """
    return cast(Check, rooms.load(__name__, kind, kinds(), "check"))
