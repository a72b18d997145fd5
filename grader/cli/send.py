"""`grader send`: reports to students, by default only shown; nobody gets anything twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from grader.cli._books import opened_now
from grader.cli._printing import columns, counted, plain, points, say, wrapped
from grader.cli._students import meant
from grader.errors import StaffError

if TYPE_CHECKING:
    from grader.deliver import Target
    from grader.deliver._people import People
    from grader.deliver._plan import Step
    from grader.deliver._sending import Told
    from grader.types import Result

_WIDEST = 24
_WORDS = {"send": "would send", "update": "would send the changed report", "ask": "must be asked for first"}


class _Run(NamedTuple):
    """What is to be sent where."""

    target: str
    module: Target
    out: Path
    assignment: str
    results: tuple[Result, ...]
    people: People
    options: Any


@click.command()
@click.argument("target")
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--send", "really", is_flag=True, help="Send it. Without this nothing leaves this machine.")
@click.option(
    "--roster",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The class list: a CSV file, or what a platform exports.",
)
@click.option(
    "--settings",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Servers and courses; OUT/sending.yaml.",
)
@click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="One setting; wins over the file."
)
@click.option("--assignment", metavar="NAME", help="Which one, if OUT holds several.")
@click.option("--only", multiple=True, metavar="STUDENT", help="Only this student; may be repeated.")
@click.option("--resend", multiple=True, metavar="STUDENT", help="Send to this student once more.")
@click.option("--assume-sent", multiple=True, metavar="STUDENT", help="Take an open delivery for arrived.")
def command(
    target: str,
    out: Path,
    really: bool,
    roster: Path | None,
    settings: Path | None,
    overrides: tuple[str, ...],
    assignment: str | None,
    only: tuple[str, ...],
    resend: tuple[str, ...],
    assume_sent: tuple[str, ...],
) -> None:
    """Send the reports under OUT to TARGET: email, canvas, moodle, markus.

    Shows what would be sent to whom, and writes it to OUT/outbox/TARGET to be looked at; --send sends it.
    Run it as often as you like: nobody gets anything twice, a report that has changed is sent again as an
    updated one, and a run that was stopped goes on where it was.
    """
    run = _run(target, out, assignment, roster, settings, overrides)
    everyone = {result.student: result.name for result in run.results}
    again = frozenset(meant(word, everyone) for word in resend)
    chosen = {meant(word, everyone) for word in only} | again
    assumed = [meant(word, everyone) for word in assume_sent]
    if really:
        _send(run, chosen, again, assumed)
    elif assumed:
        raise StaffError("--assume-sent changes the ledger; give it together with --send")
    else:
        _show(run, chosen, again)


def _run(
    target: str,
    out: Path,
    assignment: str | None,
    roster: Path | None,
    settings: Path | None,
    overrides: Sequence[str],
) -> _Run:
    from grader import deliver
    from grader.deliver import _people, _settings
    from grader.gradebook import open_gradebook
    from grader.pipeline import GRADEBOOK

    module = deliver.server(target)
    if not (out / GRADEBOOK).is_file():
        raise StaffError(f"there is no gradebook in {out}; give the folder that was graded into")
    beside = out / _settings.FILE
    options = _settings.read(
        target, module.Options, settings or (beside if beside.is_file() else None), overrides
    )
    with open_gradebook(out / GRADEBOOK) as book:
        name = _one(assignment, book.assignments(), out)
        results = opened_now(book.results(name), book.terms(name))
    people = _people.people_of(results, roster)
    return _Run(target, module, out, name, results, people, options)


def _one(wanted: str | None, there: Sequence[str], out: Path) -> str:
    from grader.options import suggest

    if not there:
        raise StaffError(f"{out} holds no marks yet; grade first")
    if wanted is None:
        if len(there) > 1:
            raise StaffError(f"{out} holds {', '.join(there)}; choose one with --assignment")
        return there[0]
    if wanted not in there:
        raise StaffError(f"there is no assignment {wanted!r} in {out}; {suggest(wanted, there)}")
    return wanted


def _steps(run: _Run, chosen: set[str], again: frozenset[str]) -> tuple[Step, ...]:
    from grader.deliver import _plan
    from grader.deliver._ledger import open_ledger
    from grader.pipeline import GRADEBOOK

    with open_ledger(run.out / GRADEBOOK) as ledger:
        histories = ledger.histories(run.target, run.assignment)
    steps = _plan.steps(run.results, run.people, histories, run.target, run.module, run.options, again=again)
    return tuple(step for step in steps if not chosen or step.student in chosen)


def _show(run: _Run, chosen: set[str], again: frozenset[str]) -> None:
    from grader.deliver import _outbox
    from grader.deliver._plan import Action

    steps = _steps(run, chosen, again)
    box = run.out / _outbox.OUTBOX / run.target
    due = [step for step in steps if step.action in (Action.SEND, Action.UPDATE)]
    say(f"{_title(run)} to {run.target}: a dry run, nothing is sent")
    say()
    rows = [(step.student, step.address, _WORDS[step.action], _worth(step.result)) for step in due]
    rows += [
        (step.student, step.address, _WORDS[step.action], step.last.detail if step.last else "")
        for step in steps
        if step.action is Action.ASK
    ]
    written = sum(1 for _ in _outbox.write(box, _letters(run, due)))
    if rows:
        say(columns(rows))
    _tell_same(steps)
    _tell_cannot(steps)
    say()
    if written:
        say(f"{counted(written, 'message')} as they would be sent: {plain(str(box))}/")
        say("Look at some, then run the same command with --send.")
    elif not rows:
        say("There is nothing to send.")


def _letters(run: _Run, steps: Sequence[Step]) -> Iterator[Any]:
    from grader.deliver import _plan

    for step in steps:
        yield _plan.letter_of(step, run.people, run.module, run.options)


def _send(run: _Run, chosen: set[str], again: frozenset[str], assumed: Sequence[str]) -> None:
    from grader.deliver import _decide, _ledger, _sending
    from grader.deliver._plan import Action
    from grader.pipeline import GRADEBOOK

    with _ledger.alone(run.out, run.target), _ledger.open_ledger(run.out / GRADEBOOK) as ledger:
        if assumed:
            _decide.assume_sent(ledger, run.target, run.assignment, assumed)
        steps = _steps(run, chosen, again)
        say(f"{_title(run)} to {run.target}")
        say()
        told: list[Told] = []
        wide = min(_WIDEST, max((len(plain(step.student)) for step in steps), default=0))
        try:
            if any(step.action not in (Action.SAME, Action.CANNOT) for step in steps):
                with run.module.connect(run.options) as line:
                    desk = _sending.Desk(ledger, run.target, run.module, run.options, line, run.people)
                    for one in _sending.send(desk, steps):
                        told.append(one)
                        say(_line(one, wide))
        finally:
            _summary(run, steps, told)


def _line(one: Told, wide: int) -> str:
    """One student as it happens: where it went, or why not."""
    state = "updated" if one.state == "sent" and one.step.edition > 1 else one.state or "left"
    said = one.step.address if one.state == "sent" else one.said
    return wrapped(f"{state:8}  {plain(one.step.student):<{wide}}  {said}", indent=2, hang=wide + 12)


def _summary(run: _Run, steps: Sequence[Step], told: Sequence[Told]) -> None:
    from grader.deliver._plan import Action

    states = Counter(str(one.state) for one in told)
    updated = sum(one.state == "sent" and one.step.edition > 1 for one in told)
    left = [
        step
        for step in steps
        if step.action not in (Action.SAME, Action.CANNOT)
        and step.student not in {one.step.student for one in told}
    ]
    more = f", {updated} of them updated" if updated else ""
    rows = [("sent", counted(states["sent"], "student") + more)]
    for state, words in (("failed", "nothing arrived; the next run tries again"), ("unknown", "see below")):
        if states[state]:
            rows.append((state, f"{counted(states[state], 'student')}: {words}"))
    if left:
        rows.append(("not reached", f"{counted(len(left), 'student')}; run this again"))
    if told:
        say()
    say(columns(rows))
    _tell_same(steps)
    _tell_cannot(steps)
    unknown = [one.step.student for one in told if one.state == "unknown"]
    if unknown:
        say()
        say(
            wrapped(
                f"Whether it arrived is not known for {', '.join(unknown)}. Find out (ask the student, or "
                "look for the marker in the server's log), then run this again with --assume-sent STUDENT "
                "or --resend STUDENT for each of them."
            )
        )


def _tell_same(steps: Sequence[Step]) -> None:
    same = sum(step.action == "same" for step in steps)
    if same:
        say(f"  {counted(same, 'student')} already {'has' if same == 1 else 'have'} this report.")


def _tell_cannot(steps: Sequence[Step]) -> None:
    cannot = [step for step in steps if step.action == "cannot"]
    if cannot:
        say()
        say(f"Cannot be sent to {counted(len(cannot), 'student')}:")
        for step in cannot:
            say(wrapped(f"{step.student}: {step.problem}", indent=2, hang=2))


def _title(run: _Run) -> str:
    title = run.results[0].title if run.results else ""
    return plain(f"{title} ({run.assignment})" if title else run.assignment)


def _worth(result: Result) -> str:
    from grader.statistics import score

    whole = score(result)
    waiting = f", {points(whole.waiting)} waiting" if whole.waiting else ""
    return (
        f"{points(whole.earned)} of {points(whole.decided)} point{'' if whole.decided == 1 else 's'}{waiting}"
    )
