"""`grader grade`: a class in, reports out, and a summary that says what a person has to look at."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from grader.cli._printing import columns, counted, plain, points, say, wrapped

if TYPE_CHECKING:
    from grader.pipeline import ClassSummary, Progress, Summary, Unread
    from grader.sandbox.launch import Isolation
    from grader.sources import Placing

_MOST_LISTED = 40
_SETTLE = "(Put the name as it stands here into a column `folder` of the class list: that settles it.)"
_NO_REPORT = (
    "A page that says so is in the place of each report. Please pass the lines above on to whoever keeps the "
    "program; until it is mended, `grader show` tells these students' marks. The next run tries again."
)


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--rubric", metavar="RUBRIC", help="A rubric file, or the name of its assignment.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Where to write; graded/<name>."
)
@click.option(
    "--layout", metavar="LAYOUT", help="How PATH is laid out, if the guess is wrong: canvas, moodle, ..."
)
@click.option(
    "--roster",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The class list: a CSV, or the gradebook, worksheet or roster a platform exports.",
)
@click.option("--jobs", type=click.IntRange(min=1), help="How many processes; as many as there are cores.")
@click.option(
    "--isolation",
    type=click.Choice(("auto", "namespaces", "bubblewrap", "reduced")),
    default="auto",
    help="How student code is kept in, if a rubric asks to run it; `grader sandbox` tells what there is.",
)
@click.option("--unsafe", is_flag=True, help="Run student code with nothing around it: code you have read.")
@click.option("--again", is_flag=True, help="Grade everything again, also what has not changed.")
def command(
    path: Path,
    rubric: str | None,
    out: Path | None,
    layout: str | None,
    roster: Path | None,
    jobs: int | None,
    isolation: Isolation | Literal["auto"],
    unsafe: bool,
    again: bool,
) -> None:
    """Grade PATH: a folder, a zip, one file, or what a learning platform lets you download.

    Writes one HTML report per student, index.html for the class, and marks.csv, and keeps every mark in
    gradebook.sqlite beside them. Run it again after a change: only what changed is graded again.
    """
    from grader import pipeline
    from grader.rubric import locate

    where = out or pipeline.default_out(path)
    chosen = locate(rubric) if rubric else None
    isolation = "unsafe" if unsafe else isolation
    _warn(isolation)
    with shown() as progress:
        done = pipeline.grade(
            path,
            where,
            rubric=chosen,
            layout=layout,
            roster=roster,
            jobs=jobs,
            again=again,
            isolation=isolation,
            progress=progress,
            now=datetime.now(UTC),
        )
    _tell(done)


@contextmanager
def shown() -> Iterator[Callable[[Progress], None]]:
    """Something that shows progress while students are graded, if anybody is watching."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("Reading the submissions") as status:
        yield lambda now: status.update(f"{now.graded:,} graded, {now.unchanged:,} unchanged")


def _warn(isolation: str) -> None:
    """Says what an isolation that was asked for does not stop, before it is used."""
    if isolation in ("reduced", "unsafe"):
        from grader.sandbox.remedies import WEAKER

        said = f"Where student code is run, it is with the isolation {isolation!r}: {WEAKER[isolation]}."
        click.echo(wrapped(said), err=True)


def _tell(done: Summary) -> None:
    for said in (done.said, *done.remarks):
        say(wrapped(said))
    if done.placing is not None:
        _tell_placing(done.placing)
    if done.said:
        say()
    for of_class in done.classes:
        _tell_class(of_class)
    unread = [unread for of_class in done.classes for unread in of_class.unread]
    _list("Could not be read (it is in the students' reports too):", unread)
    _list("Not graded:", done.not_graded)
    no_report = [unread for of_class in done.classes for unread in of_class.no_report]
    _list("No report, by a fault of the program; the marks are kept:", no_report)
    if no_report:
        say(wrapped(_NO_REPORT, indent=2))
    if done.problems:
        say("\nAmong the submissions:")
        for problem in done.problems:
            say(wrapped(f"{problem.place}: {problem.message}", indent=2, hang=2))
    for of_class in done.classes:
        say()
        # Never broken over lines: a path is there to be clicked or copied.
        say(f"Overview  {plain(str(of_class.folder / 'index.html'))}")
        say(f"Reports   {plain(str(of_class.folder / 'reports'))}/")
        say(f"Marks     {plain(str(of_class.folder / 'marks.csv'))}")


def _tell_class(of_class: ClassSummary) -> None:
    overview = of_class.overview
    say(f"{overview.title or overview.assignment} ({overview.assignment})")
    rows = [("graded", counted(len(of_class.graded), "student"))]
    if of_class.unchanged:
        rows.append(("unchanged", counted(len(of_class.unchanged), "student")))
    if of_class.kept:
        rows.append(("kept", f"{counted(len(of_class.kept), 'student')} of an earlier run, not in this one"))
    if of_class.moved:
        moved = sum(1 for move in of_class.moved if move.part)
        students = len({move.student for move in of_class.moved})
        rows.append(("moved", f"{counted(moved, 'mark')} of {counted(students, 'student')} (see `history`)"))
    waiting = [student for student in overview.students if student.waiting_parts]
    if waiting:
        parts = sum(student.waiting_parts for student in waiting)
        worth = sum((student.total.waiting for student in waiting), Decimal(0))
        said = f"{counted(parts, 'answer')} of {counted(len(waiting), 'student')}, {points(worth)} points"
        rows.append(("for a person", said))
    say(columns(rows))


def _tell_placing(placing: Placing) -> None:
    absent, unplaced = placing.absent, placing.unplaced
    total = placing.placed + len(unplaced)
    read_as = "" if placing.kind == "class list" else f", read as a {placing.kind}"
    on_it = f"{placing.placed:,} of {counted(total, 'student')} are on it"
    say(wrapped(f"Class list{read_as}: {on_it}."))
    for remark in placing.remarks[:_MOST_LISTED]:
        say(wrapped(remark, indent=2, hang=2))
    if unplaced:
        say("\nNot found on the class list, graded under the name of the submission:")
        say(wrapped(_SETTLE, indent=2))
        for one in unplaced[:_MOST_LISTED]:
            say(wrapped(f"{one.student}: {one.why}", indent=2, hang=2))
        _more(len(unplaced))
    if absent:
        say("\nHanded in nothing:")
        say(wrapped(", ".join(str(person) for person in absent[:_MOST_LISTED]), indent=2))
        _more(len(absent))


def _more(count: int) -> None:
    if count > _MOST_LISTED:
        say(f"  … and {count - _MOST_LISTED:,} more")


def _list(heading: str, unread: tuple[Unread, ...] | list[Unread]) -> None:
    if not unread:
        return
    say(f"\n{heading}")
    name = ""
    for each in unread[:_MOST_LISTED]:
        if each.name != name:
            name = each.name
            say(wrapped(name, indent=2, hang=2))
        place = str(each.problem.place)
        said = each.problem.message if place == name else f"{place}: {each.problem.message}"
        say(wrapped(said, indent=4, hang=2))
    if len(unread) > _MOST_LISTED:
        say(f"  … and {len(unread) - _MOST_LISTED:,} more, all in the overview")
