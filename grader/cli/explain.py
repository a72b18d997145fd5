"""`grader explain`: why one mark is what it is, sentence by sentence."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli._books import books, results_of
from grader.cli._printing import excerpt, labelled, plain, points, say
from grader.errors import StaffError

if TYPE_CHECKING:
    from grader.gradebook import Gradebook
    from grader.types import Result


@click.command()
@click.argument("student")
@click.argument("part", required=False)
@click.option("--out", type=click.Path(path_type=Path), help="The folder that was graded into.")
def command(student: str, part: str | None, out: Path | None) -> None:
    """Explain the mark of STUDENT for PART, or without PART how the total comes about."""
    told = False
    missing: list[str] = []
    for book, result in results_of(student, books(out)):
        known = [mark.part for mark in result.marks]
        if part is not None and part not in known:
            missing += known
            continue
        told = True
        if part is None:
            _tell_total(result)
        else:
            _tell_part(book, result, part)
    if not told:
        near = get_close_matches(part or "", missing, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(missing)}"
        raise StaffError(f"{student} has no part {part!r}; {hint}")


def _tell_total(result: Result) -> None:
    from grader import story

    say(plain(f"{result.name} · {result.title or result.assignment}"))
    for mark in result.marks:
        worth = f"{points(mark.points)} / {points(mark.max_points)}"
        by = "" if mark.who == "machine" else f"  {plain(mark.who)}"
        say(f"  {plain(mark.part):<18}{worth:>12}{by}")
    say()
    for sentence in story.of_total(result):
        say(labelled("", sentence, gutter=0))
    say()


def _tell_part(book: Gradebook, result: Result, part: str) -> None:
    from grader import story

    mark = next(mark for mark in result.marks if mark.part == part)
    worth = f"{points(mark.points)} / {points(mark.max_points)}"
    say(plain(f"{result.name} · {part} {mark.title} · {worth}"))
    if mark.answer is not None:
        say(labelled("answer", excerpt(mark.answer.text)))
    for index, sentence in enumerate(story.of_mark(mark)):
        say(labelled("" if index else "why", sentence))
    for index, line in enumerate(story.of_part(book.history(result.assignment, result.student, part))):
        when = line.at.replace("T", " ").removesuffix("+00:00")[:16]
        say(labelled("" if index else "history", f"{when}  {line.mark}  {line.said}"))
    say()
