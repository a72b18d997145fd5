"""`grader show`: one student's marks in the terminal, with what was read, where, and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.amounts import counted as amount
from grader.cli._books import books, results_of
from grader.cli._printing import WIDTH, counted, excerpt, labelled, plain, points, say, wrapped
from grader.errors import StaffError

if TYPE_CHECKING:
    from grader.types import Evidence, Mark, Result


@click.command()
@click.argument("student")
@click.option("--out", type=click.Path(path_type=Path), help="The folder that was graded into.")
@click.option("--part", metavar="PART", help="Only this part, or those whose number starts with it.")
def command(student: str, out: Path | None, part: str | None) -> None:
    """Explain the marks of STUDENT: a name, a key, or the beginning of one.

    Looks in the folder given with --out, else in the gradebooks under graded/ and out/ here.
    """
    for _, result in results_of(student, books(out)):
        _tell(result, part)


def _tell(result: Result, part: str | None) -> None:
    from difflib import get_close_matches

    from grader.statistics import score

    marks = [mark for mark in result.marks if part is None or _covers(part, mark.part)]
    if not marks:
        ids = [mark.part for mark in result.marks]
        near = get_close_matches(part or "", ids, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(ids)}"
        raise StaffError(f"{result.assignment} has no part {part!r}; {hint}")
    whole = score(result)
    name = result.name if result.name == result.student else f"{result.name} ({result.student})"
    say(plain(f"{name} · {result.title or result.assignment}{' · late' if result.late else ''}"))
    waiting = f", {points(whole.waiting)} wait for a person" if whole.waiting else ""
    say(f"{points(whole.earned)} of {amount(whole.decided, 'point')} decided{waiting}")
    for step in result.settled.steps if result.settled else ():
        say(wrapped(step.said, indent=2, hang=2))
    for problem in result.problems:
        say(wrapped(f"Could not be read: {problem.place}: {problem.message}", hang=2))
    for mark in marks:
        _tell_mark(mark)
    say()


def _covers(wanted: str, part: str) -> bool:
    return part == wanted or part.startswith(f"{wanted}.")


def _tell_mark(mark: Mark) -> None:
    verdict, answer = mark.verdict, mark.answer
    worth = f"{points(mark.points)} / {points(mark.max_points)}"
    state = f"{verdict.outcome}  {worth:>11}"
    title = plain(f"{mark.part}  {mark.title}")
    room = WIDTH - len(state) - 2
    if len(title) > room:
        title = title[: room - 1] + "…"
    say(f"\n{title:<{room}}  {state}")
    if answer is not None:
        say(labelled("where", str(answer.place)))
        say(labelled("answer", excerpt(answer.text)))
        if verdict.read and verdict.read.split() != answer.text.split():
            say(labelled("read as", excerpt(verdict.read)))
    say(labelled("verdict", verdict.message))
    for evidence in verdict.evidence:
        for label, text in _explained(evidence):
            say(labelled(label, text))
    if mark.who != "machine":
        say(labelled("marked by", f"{mark.who}: {mark.why}" if mark.why else mark.who))


def _explained(evidence: Evidence) -> Iterator[tuple[str, str]]:
    from grader.types import Checklist, Counterexample, EntryMap, Note

    match evidence:
        case Counterexample(values, got, expected):
            yield "example", "\n".join(f"{name} = {excerpt(value, lines=6)}" for name, value in values)
            yield "  gives", excerpt(got, lines=6)
            yield "  expected", excerpt(expected, lines=6)
        case EntryMap(got, right):
            yield "entries", _grid(got, right)
        case Checklist(items, suggested):
            yield "look for", "\n".join(f"- {item}" for item in items)
            if suggested is not None:
                yield "suggested", "all points" if suggested == 1 else f"{suggested} of the points"
        case Note(kind, text):
            yield {"proof": "decided by"}.get(kind, kind), text


def _grid(got: tuple[tuple[str, ...], ...], right: tuple[tuple[bool, ...], ...]) -> str:
    """The entries of an array in columns, the wrong ones between angle brackets."""
    cells = [
        [f" {plain(text)} " if fine else f"<{plain(text)}>" for text, fine in zip(row, flags, strict=True)]
        for row, flags in zip(got, right, strict=True)
    ]
    wide = max((len(cell) for row in cells for cell in row), default=0)
    wrong = sum(not fine for flags in right for fine in flags)
    lines = ["".join(cell.rjust(wide) for cell in row).rstrip() for row in cells]
    if any(len(line) > WIDTH - 13 for line in lines) or len(lines) > 20:
        lines = []
    return "\n".join([*lines, f"{counted(wrong, 'entry', 'entries')} of {sum(map(len, right))} wrong"])
