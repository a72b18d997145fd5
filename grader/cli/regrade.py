"""`grader regrade`: whose marks would move, and why, before anything counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli._printing import counted, labelled, plain, points, say, wrapped
from grader.cli.grade import shown

if TYPE_CHECKING:
    from grader.moves import Move
    from grader.regrading import Regraded

_MOST_LISTED = 60


@click.command()
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--from", "path", type=click.Path(exists=True, path_type=Path), help="Read this again first.")
@click.option("--rubric", metavar="RUBRIC", help="A rubric file, or the name of its assignment.")
@click.option("--apply", is_flag=True, help="Make it count, and write the reports again.")
@click.option("--jobs", type=click.IntRange(min=1), help="How many processes; as many as there are cores.")
def command(out: Path, path: Path | None, rubric: str | None, apply: bool, jobs: int | None) -> None:
    """Grade what was graded into OUT again after a change, and show whose marks would move.

    Nothing counts before --apply. Only answers are judged again whose part of the rubric, reference or text
    has changed. What a person marked stays, unless what it rests on has changed: then it is asked again.
    """
    from grader import regrading
    from grader.rubric import locate

    with shown() as progress:
        done = regrading.regrade(
            out,
            path=path,
            rubric=locate(rubric) if rubric else None,
            jobs=jobs,
            apply=apply,
            progress=progress,
            now=datetime.now(UTC),
        )
    for one in done:
        _tell(one, apply=apply)
    moved = any(one.moved for one in done)
    if not apply and any(one.graded for one in done):
        what = "These marks do not count yet" if moved else "Nothing is kept yet"
        say(f"\n{what}: `grader regrade {plain(str(out))} --apply` makes it so.")


def _tell(one: Regraded, *, apply: bool) -> None:
    say(plain(f"{one.title} ({one.assignment})"))
    if not one.graded:
        say(
            labelled("unchanged", f"{counted(one.unchanged, 'student')}: nothing their marks rest on changed")
        )
        return
    left = f", {one.unchanged:,} unchanged" if one.unchanged else ""
    say(labelled("looked at", f"{counted(one.graded, 'student')}, {counted(one.answers, 'answer')}{left}"))
    rest = one.answers - one.judged
    say(labelled("judged", f"{one.judged:,} anew; what the other {rest:,} rest on has not changed"))
    if one.other:
        say(labelled("reworded", f"{counted(one.other, 'verdict')} with the same points"))
    students = len({move.student for move in one.moved})
    parts = sum(1 for move in one.moved if move.part)
    verb = "moved" if apply else "would move"
    told = f"{counted(parts, 'mark')} of {counted(students, 'student')}" if one.moved else "no marks"
    say(labelled(verb, told))
    tell_moves(one.moved)
    for unread in one.not_graded:
        say(wrapped(f"Not graded: {unread.name}: {unread.problem.message}", indent=2, hang=2))


def tell_moves(moved: Sequence[Move]) -> None:
    """The marks that move, under the name of each student: part, before, after, why."""
    for name, group in groupby(moved[:_MOST_LISTED], key=lambda move: move.name or move.student):
        say(f"\n  {plain(name)}")
        for move in group:
            change = f"{points(move.before)} → {points(move.after)}"
            say(labelled(f"{plain(move.part) or 'total':<12} {change:<14}", move.why, indent=4, gutter=29))
    if len(moved) > _MOST_LISTED:
        say(f"\n  … and {len(moved) - _MOST_LISTED:,} more")
