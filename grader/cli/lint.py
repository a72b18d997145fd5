"""`grader lint`: whether a rubric is sound, before anybody is marked with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli._printing import columns, counted, excerpt, labelled, points, say, wrapped

if TYPE_CHECKING:
    from fractions import Fraction

    from grader.lint import LintReport, Row


@click.command()
@click.argument("rubrics", metavar="RUBRIC...", nargs=-1, required=True)
@click.option(
    "--all", "everything", is_flag=True, help="List every answer that was tried, not only the wrong."
)
@click.pass_context
def command(ctx: click.Context, rubrics: tuple[str, ...], everything: bool) -> None:
    """Check every RUBRIC: a file, or the name of an assignment.

    The reference must get full marks, every declared mistake its declared credit, and every case beside the
    rubric its outcome. What is one slip away from the reference must not get full marks.

    All faults are listed at once: file, line, what was found, what was meant.

    The cases X.cases.yaml stand for their rubric X.yaml, so that `rubrics/*.yaml` may be given.
    """
    from grader.lint import lint, rubric_path
    from grader.rubric import locate

    sound = True
    located = {path.resolve(): path for path in (rubric_path(locate(name)) for name in rubrics)}
    for index, path in enumerate(located.values()):
        if index:
            say()
        report = lint(_as_typed(path))
        _tell(report, everything)
        sound = sound and report.sound
    if not sound:
        ctx.exit(2)


def _as_typed(path: Path) -> Path:
    """The path from here, if it is below: faults are easier to read, and editors open them."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _tell(report: LintReport, everything: bool) -> None:
    say(_heading(report))
    for fault in report.faults:
        say(wrapped(str(fault), indent=2, hang=2))
    for row in report.rows:
        if not row.ok:
            _tell_wrong(row)
    for hole in report.holes:
        say(wrapped(f"{hole.place}: part {hole.part}, a slip that gets full marks", indent=2, hang=2))
        say(labelled("slip", hole.what, indent=4))
        say(labelled("answer", excerpt(hole.text, lines=4, characters=300), indent=4))
        say(labelled("meant", "no full marks, or `allow: [{is: ..., because: ...}]`", indent=4))
    if report.warnings:
        say("\n  Sound, but look again:")
    for doubt in report.warnings:
        say(wrapped(str(doubt), indent=4, hang=2))
    if everything and report.rows:
        say()
        say(columns([_short(row) for row in report.rows]))
    say(_summary(report))


def _heading(report: LintReport) -> str:
    if report.rubric is None:
        return str(report.path)
    total = points(sum((part.points for part in report.rubric.parts[1:]), report.rubric.parts[0].points))
    parts = counted(len(report.rubric.parts), "part")
    return f"{report.rubric.title} ({report.rubric.assignment}): {parts}, {total} points"


def _tell_wrong(row: Row) -> None:
    say(wrapped(f"{row.place}: part {row.part}, {row.label}", indent=2, hang=2))
    say(labelled("answer", excerpt(row.text, lines=4, characters=300), indent=4))
    say(labelled("found", f"{row.got_outcome}, credit {_credit(row.got)}: {row.message}", indent=4))
    say(labelled("meant", _meant(row), indent=4))


def _meant(row: Row) -> str:
    if row.outcome is None:
        return f"credit {_credit(row.expected)}"
    return str(row.outcome) if row.expected is None else f"{row.outcome}, credit {_credit(row.expected)}"


def _credit(credit: Fraction | None) -> str:
    return "left to a person" if credit is None else str(credit)


def _short(row: Row) -> tuple[str, str, str, str]:
    label = row.label if len(row.label) <= 30 else f"{row.label[:29]}…"
    return ("ok" if row.ok else "wrong", row.part, label, f"{row.got_outcome} {_credit(row.got)}")


def _summary(report: LintReport) -> str:
    tried = counted(len(report.rows), "answer")
    wrong = sum(not row.ok for row in report.rows)
    slips = f"{counted(report.slips, 'slip')} of the reference"
    if report.sound:
        return f"  Sound: {tried} tried, each got what it had to get; none of {slips} gets full marks."
    if not report.rows:
        return f"  {counted(len(report.faults), 'fault')}; no answer was tried."
    holes = f"; {len(report.holes)} of {slips} get full marks" if report.holes else ""
    return (
        f"  Not sound: {counted(len(report.faults), 'fault')}; {wrong} of {tried} got something else{holes}."
    )
