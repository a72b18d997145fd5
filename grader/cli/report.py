"""`grader report`: all pages of a class again from its gradebook, the staff's too, and PDFs if wanted."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli._books import the_book
from grader.cli._printing import counted, labelled, plain, say, wrapped
from grader.errors import StaffError

if TYPE_CHECKING:
    from grader.reporting import Written


@click.command()
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--since",
    metavar="TIME",
    help="When the last reports were given out (2026-02-20 18:00 UTC): what has changed since is told.",
)
@click.option("--pdf", is_flag=True, help="Each report as a PDF too, by the Chromium of this machine.")
def command(out: Path, since: str | None, pdf: bool) -> None:
    """Write the reports and the overview of OUT again, and a page for the staff about every student.

    Reports of students are in reports/, those for the staff, with all that is hidden and every row of the
    gradebook, in staff/. Parts whose time has come are shown. Nothing is graded.
    """
    from grader import reporting
    from grader.pages import pdf as printing

    at = _time(since)
    program = printing.browser() if pdf else ""
    with the_book(out) as book:
        done = reporting.write(book, out, now=datetime.now(UTC), since=at)
    for one in done:
        _tell(one)
        if pdf:
            for number, page in enumerate(one.reports, 1):
                printing.print_page(page, page.with_suffix(".pdf"), program=program)
                if number % 25 == 0:
                    click.echo(f"{number:,} of {len(one.reports):,} PDFs", err=True)
            say(labelled("PDFs", f"{len(one.reports):,}, beside the reports"))


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    from grader.durations import moment

    try:
        return moment(text)
    except ValueError as error:
        raise StaffError(f"--since: {text!r}: {error}") from None


def _tell(one: Written) -> None:
    say(plain(f"{one.title} ({one.assignment})"))
    say(labelled("written", f"{counted(len(one.reports), 'report')} in {one.folder / 'reports'}/"))
    say(labelled("staff", f"{one.folder / 'staff'}/ (not for students)"))
    say(labelled("overview", f"{one.folder / 'index.html'}"))
    if one.closed:
        from grader.hiding import moment

        when = "; ".join(f"shown after {moment(at)}" for at in one.opens) or "no time is set for them"
        say(labelled("hidden", f"how {counted(one.closed, 'part')} went: {when}"))
    for problem in one.failed:
        say(wrapped(f"No page, by a fault of the program: {problem.place}: {problem.message}", indent=2))
