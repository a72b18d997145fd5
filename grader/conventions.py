"""A convention chosen once and kept: what one part of a sheet was counted as is expected in the others.

A rubric names the parts that belong together (`conventions:`); what each of their accepted answers goes with
is its `under:`, words of the rubric's own. An answer that goes with none of what is left of the words of the
parts before it is right by itself, and told; it costs what the rubric says, which is nothing by default.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from grader.types import Mark, Note, Outcome, Verdict

if TYPE_CHECKING:
    from grader.checks._common import Accepted
    from grader.rubric import Kept, Part

_FULL: Final = Fraction(1)


def verdicts(parts: Sequence[Part], groups: Sequence[Kept], marks: Mapping[str, Mark]) -> dict[str, Verdict]:
    """By part, the verdicts on right answers that do not keep the convention of the parts before."""
    changed: dict[str, Verdict] = {}
    by_id = {part.id: part for part in parts}
    for group in groups:
        left: frozenset[str] | None = None
        first = ""
        for name in group.parts:
            used = _used(by_id[name], marks[name].verdict) if name in marks else None
            if used is None or not used.under:
                continue
            under = frozenset(used.under)
            if left is None:
                left, first = under, _called(used, name)
            elif left & under:
                left &= under
            else:
                changed[name] = _told(marks[name].verdict, group, first, _called(used, name))
    return changed


def _used(part: Part, verdict: Verdict) -> Accepted | None:
    """The accepted answer that a right one is, by the convention that its verdict names."""
    if verdict.outcome is not Outcome.CORRECT or verdict.code != "correct":
        return None
    said = [note.text for note in verdict.evidence if isinstance(note, Note) and note.kind == "convention"]
    accepted: Sequence[Accepted] = getattr(part.options, "accept", ())
    return next((one for one in accepted if f"Counted as: {one.as_}." in said), None)


def _called(used: Accepted, part: str) -> str:
    return f"{used.as_} ({part})"


def _told(verdict: Verdict, group: Kept, first: str, now: str) -> Verdict:
    note = Note("remark", f"Another convention than before: {first}, and here {now}.")
    if group.credit == _FULL:
        return replace(verdict, evidence=(*verdict.evidence, note))
    outcome = Outcome.PARTIAL if group.credit else Outcome.INCORRECT
    message = group.say or "Right by itself, but not by the convention of the parts before."
    return replace(
        verdict,
        outcome=outcome,
        credit=group.credit,
        code="other-convention",
        message=message,
        evidence=(*verdict.evidence, note),
    )
