"""`grader undo`: takes a person's mark back; what stood before stands again."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path

import click

from grader.cli._books import student_of, the_book
from grader.cli._printing import plain, say
from grader.errors import StaffError


@click.command()
@click.argument("what", nargs=-1, required=True)
@click.option("--out", type=click.Path(path_type=Path), help="The folder that was graded into.")
@click.option("--who", metavar="NAME", help="Who takes it back; your account's name.")
def command(what: tuple[str, ...], out: Path | None, who: str | None) -> None:
    """Take back the mark with the number WHAT (`grader history` shows it), or the last of STUDENT PART.

    Nothing is lost: the mark stays in the history, and taking back the taking back restores it.
    """
    from grader import story
    from grader.gradebook import MACHINE

    with the_book(out) as book:
        number = int(what[0]) if len(what) == 1 and what[0].isdecimal() else None
        if number is None:
            if len(what) != 2:
                raise StaffError("say which mark: its number, or a student and a part")
            student = student_of(what[0], [book.path])
            rows = [row for name in book.assignments() for row in book.history(name, student, what[1])]
            if not rows:
                raise StaffError(f"{student} has no mark for {what[1]!r}")
            number = rows[-1].id
        row = book.undo(number, who=who or getpass.getuser(), now=datetime.now(UTC))
        by = "the machine" if row.given_by == MACHINE else row.given_by
        say(plain(f"{row.student}, {row.part}: {story.worth(row)} again, as {by} had it."))
        say(f"`grader undo {row.id}` takes this back; the reports follow with the next `grader grade`.")
