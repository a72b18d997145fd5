"""What people decided on equal answers becomes a declared mistake of the rubric.

Only lines are added: every comment, order and way of writing of the YAML stays as it is. A line is only
added if the rubric with it can still be used, keeps all its own answers as they were, and gives the answer
that was decided on its credit.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from grader import amounts, checks, marking, rubric
from grader.errors import GraderError
from grader.gradebook import RememberedDecision
from grader.options import keys
from grader.types import Answer, Place, Verdict

if TYPE_CHECKING:
    from grader.rubric import Rubric

_NOWHERE = Place("")


class Refused(NamedTuple):
    """A decision that does not become a line of the rubric, and why."""

    decision: RememberedDecision
    why: str


@dataclass(frozen=True, slots=True)
class Learned:
    """The rubric's new text with what it learned, and the lines that are new as a diff."""

    path: Path
    text: str
    diff: str
    learned: tuple[RememberedDecision, ...]
    refused: tuple[Refused, ...]


def learn(path: Path, decisions: Sequence[RememberedDecision]) -> Learned:
    """The rubric at a path with a declared mistake for each decision that can be one; nothing is written.

    Raises:
        RubricError: the rubric has faults as it stands.
    """
    before = rubric.load(path)
    text = before.text
    learned: list[RememberedDecision] = []
    refused: list[Refused] = []
    for decision in decisions:
        try:
            text = _with(path, text, decision)
            learned.append(decision)
        except _Cannot as error:
            refused.append(Refused(decision, str(error)))
    lines = difflib.unified_diff(
        before.text.splitlines(keepends=True), text.splitlines(keepends=True), str(path), str(path), n=2
    )
    return Learned(path, text, "".join(lines), tuple(learned), tuple(refused))


class _Cannot(Exception):
    """Why a decision cannot become a line."""


def _with(path: Path, text: str, decision: RememberedDecision) -> str:
    """The text of a rubric with one more declared mistake, tried out."""
    old = rubric.load(path, data=text.encode())
    part = next((part for part in old.parts if part.id == decision.part), None)
    if part is None:
        raise _Cannot("the rubric has no such part")
    check = checks.load(part.check)
    if "mistakes" not in keys(check.Options):
        raise _Cannot(f"a part with the check {part.check!r} has no declared mistakes")
    worth, exact = amounts.points(Decimal(1), decision.credit)
    if not exact:
        raise _Cannot(f"a credit of {decision.credit} cannot be written as a decimal")
    answer = Answer(part.id, decision.answer_text, _NOWHERE, decision.notation)
    said = _judged(old, part.id, answer)
    if said.credit is not None and said.credit == decision.credit:
        raise _Cannot("the rubric gives it this credit already")
    meant = said.read or decision.answer_text
    say = decision.comment.strip() or "Decided by a person."
    entry = f"- {{is: {_quoted(meant)}, credit: {format(worth, 'f')}, say: {_quoted(say)}}}"
    new = _inserted(old, text, part.id, entry)
    try:
        after = rubric.load(path, data=new.encode())
        now = _judged(after, part.id, answer)
    except GraderError as error:
        raise _Cannot(f"the rubric could not be used with it: {error}") from error
    if now.credit != decision.credit:
        raise _Cannot("the answer would still not get this credit: the check reads it in another way")
    if _samples(old, part.id, after) != _samples(after, part.id, after):
        raise _Cannot("another answer that the rubric knows would be worth something else")
    return new


def _judged(one: Rubric, part: str, answer: Answer) -> Verdict:
    prepared = rubric.prepare(one, b"learning")
    [found] = [each for each in one.parts if each.id == part]
    return marking.judge(found, prepared[part], (answer,)).verdict


def _samples(one: Rubric, part: str, after: Rubric) -> list[str]:
    """What the right answers and the mistakes declared before are worth; the last mistake is the new one."""
    prepared = rubric.prepare(one, b"learning")
    [found] = [each for each in one.parts if each.id == part]
    [changed] = [each for each in after.parts if each.id == part]
    known = len(changed.options.mistakes)
    worth = []
    for sample in checks.load(found.check).samples(prepared[part]):
        verdict = _judged(one, part, Answer(part, sample.text, _NOWHERE, sample.notation))
        if verdict.code != f"mistake-{known}":
            worth.append(f"{sample.text}: {verdict.credit}")
    return worth


def _inserted(one: Rubric, text: str, part: str, entry: str) -> str:
    """The text with an entry more under the `mistakes:` of a part."""
    lines = text.splitlines(keepends=True)
    loaded = one.loaded
    written = loaded.data["parts"][part]
    at = loaded.line(("parts", part))
    keys_at = [loaded.line(("parts", part, key)) for key in written]
    if not keys_at or min(keys_at) == at:
        raise _Cannot(f"the part is written in braces; add this line under its `mistakes:` yourself: {entry}")
    if "mistakes" in written:
        first = loaded.line(("parts", part, "mistakes"))
        listed = loaded.line(("parts", part, "mistakes", 0))
        if listed == first:
            raise _Cannot(f"its `mistakes:` are written in brackets; add this to them yourself: {entry[2:]}")
        column = loaded.column(("parts", part, "mistakes", 0))
        dash = lines[listed - 1]
        indent = len(dash) - len(dash.lstrip(" "))
        if column <= indent + 1:
            raise _Cannot(f"its `mistakes:` cannot be told apart; add this to them yourself: {entry}")
        end = _end(lines, listed - 1, indent, within=True)
        return "".join([*lines[:end], f"{' ' * indent}{entry}\n", *lines[end:]])
    indent = loaded.column(("parts", part, next(iter(written)))) - 1
    end = _end(lines, at, indent, within=False)
    added = f"{' ' * indent}mistakes:\n{' ' * indent}  {entry}\n"
    if not lines[end - 1].endswith("\n"):
        lines[end - 1] += "\n"
    return "".join([*lines[:end], added, *lines[end:]])


def _end(lines: Sequence[str], start: int, indent: int, *, within: bool) -> int:
    """The line behind a block that starts at `start` (from 0), without blank lines and remarks below it."""
    end = start + 1
    for number in range(start, len(lines)):
        line = lines[number]
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        depth = len(line) - len(line.lstrip(" "))
        belongs = depth > indent or (depth == indent and (not within or stripped.startswith("- ")))
        if number > start and not belongs:
            break
        end = number + 1
    return end


def _quoted(text: str) -> str:
    """A text as YAML reads it back: on one line, in the quotes in which it stays readable."""
    line = " ".join(text.split())
    if "'" in line and not set(line) & {'"', "\\"}:
        return f'"{line}"'
    return "'" + line.replace("'", "''") + "'"
