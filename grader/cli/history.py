"""`grader history`: everything that ever happened to a student's marks."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli._books import books, results_of
from grader.cli._printing import counted, labelled, plain, say

if TYPE_CHECKING:
    from grader.gradebook import Gradebook, MarkRow
    from grader.types import Result


@click.command()
@click.argument("student")
@click.option("--out", type=click.Path(path_type=Path), help="The folder that was graded into.")
@click.option("--part", metavar="PART", help="Only this part.")
@click.option("--all", "everything", is_flag=True, help="Also marks that were only graded by machine.")
def command(student: str, out: Path | None, part: str | None, everything: bool) -> None:
    """Tell when each mark of STUDENT was given, by whom and why.

    Marks that only the machine gave and that never changed are only counted, unless --all or --part is given.
    """
    for book, result in results_of(student, books(out)):
        _tell(book, result, part, everything or part is not None)


def _tell(book: Gradebook, result: Result, part: str | None, everything: bool) -> None:
    from grader import story

    name = result.name if result.name == result.student else f"{result.name} ({result.student})"
    say(plain(f"{name} · {result.title or result.assignment}"))
    order = {mark.part: index for index, mark in enumerate(result.marks)}
    rows = list(book.history(result.assignment, result.student, part))
    rows.sort(key=lambda row: (order.get(row.part, len(order)), row.id))
    quiet = 0
    for name, group in groupby(rows, key=lambda row: row.part):
        of_part = list(group)
        if not everything and all(_is_plain(row, of_part[0]) for row in of_part):
            quiet += 1
            continue
        say(f"\n  {plain(name)}")
        for line, row in zip(story.of_part(of_part), of_part, strict=True):
            when = line.at.replace("T", " ").removesuffix("+00:00")[:16]
            label = f"{f'[{row.id}]':>8}  {when}  {line.mark:>10}"
            say(labelled(label, line.said, indent=0, gutter=40))
    if quiet:
        other = counted(quiet, "other part") if quiet < len(order) else counted(quiet, "part")
        say(f"\n  {other}: the machine's marks, which never changed (--all shows them)")
    say()
    for index, sentence in enumerate(story.of_total(result)):
        say(labelled("" if index else "total", sentence))
    say()


def _is_plain(row: MarkRow, first: MarkRow) -> bool:
    return row.who == first.who == "machine" and not row.detail and row.points == first.points
