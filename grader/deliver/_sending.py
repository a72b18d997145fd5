"""Sending a plan so that every student gets every report once, whatever stops the program or the network."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from grader.deliver import Letter, Line, NotDelivered, Target, Unclear
from grader.deliver._ledger import Entry, Ledger, Overtaken, State
from grader.deliver._people import People
from grader.deliver._plan import Action, Step, due, letter_of
from grader.errors import StaffError

_TRIES: Final = 5
_LONGEST_WAIT_S: Final = 120.0
# So many students in a row for whom the server had no answer, and the run stops.
_GIVE_UP: Final = 3


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one student in a run; `said` is for people."""

    step: Step
    state: State | None
    said: str


@dataclass(frozen=True, slots=True)
class Desk:
    """What a run needs: the ledger, the open line, and how long to wait for what."""

    ledger: Ledger
    target: str
    module: Target
    options: Any
    line: Line
    people: People
    sleep: Callable[[float], None] = time.sleep

    @property
    def backoff_s(self) -> float:
        return float(getattr(self.options, "backoff_ms", 1000)) / 1000

    @property
    def settle_s(self) -> float:
        """How long a server may take to show what it has accepted."""
        return float(getattr(self.options, "settle_ms", 0)) / 1000


def send(desk: Desk, steps: Sequence[Step]) -> Iterator[Told]:
    """Does what the steps say, one student after the other; what came of each is told at once.

    Raises:
        StaffError: nobody can be sent anything, or the server no longer answers.
    """
    silent = 0
    for step in steps:
        if step.action in (Action.SAME, Action.CANNOT):
            continue
        try:
            told = _step(desk, step)
        except Overtaken:
            told = Told(step, None, "another grader is sending to this student; nothing was sent twice")
        yield told
        silent = silent + 1 if isinstance(told, _Silent) else 0
        if silent == _GIVE_UP:
            raise StaffError(
                f"stopped: for {silent} students in a row the server did not take anything ({told.said}); "
                "run the command again later, what arrived is not sent twice"
            )


class _Silent(Told):
    """A student for whom the server had no answer, so that it may have none for the next one either."""


def _step(desk: Desk, step: Step) -> Told:
    if step.action is Action.ASK:
        resolved = _resolve(desk, step)
        if isinstance(resolved, Told):
            return resolved
        step = resolved
    try:
        letter = letter_of(step, desk.people, desk.module, desk.options)
    except Exception as error:  # one page that cannot be made must not keep the reports from the others
        return _close(desk, step, step.last, State.FAILED, f"the report could not be made: {error}")
    return _deliver(desk, step, letter)


def _resolve(desk: Desk, step: Step) -> Told | Step:
    """Finds out whether an earlier attempt arrived; a step is what then remains to be done."""
    open_ = step.last
    assert open_ is not None
    _let_settle(desk, open_)
    try:
        name = desk.line.arrived(open_.address, open_.marker)
    except Unclear as error:
        if open_.state is State.SENDING:
            said = f"the program was stopped in the moment of sending; {error}"
            desk.ledger.add(replace(open_, state=State.UNKNOWN, detail=said), after=open_.id)
            return Told(step, State.UNKNOWN, said)
        return Told(step, State.UNKNOWN, open_.detail)
    state, said = (State.FAILED, "it was not there when asked") if name is None else (State.SENT, name)
    closed = desk.ledger.add(replace(open_, state=state, detail=said), after=open_.id)
    history = [*desk.ledger.histories(desk.target, open_.assignment)[step.student]]
    assert history[-1] == closed
    left = due(step, history, desk.target)
    return Told(left, State.SENT, said) if left.action is Action.SAME else left


def _let_settle(desk: Desk, entry: Entry) -> None:
    age_s = (datetime.now(UTC) - datetime.fromisoformat(entry.at)).total_seconds()
    if 0 <= age_s < desk.settle_s:
        desk.sleep(desk.settle_s - age_s)


def _deliver(desk: Desk, step: Step, letter: Letter) -> Told:
    last, said, wait_s = _planned(desk, step), "", 0.0
    for attempt in range(_TRIES):
        if attempt:
            desk.sleep(wait_s)
        rows = [last]

        def about_to(rows: list[Entry] = rows) -> None:
            rows.append(_add(desk, step, rows[-1], State.SENDING, ""))

        try:
            name = desk.line.deliver(letter, about_to)
            return _close(desk, step, rows[-1], State.SENT, name)
        except NotDelivered as error:
            last, said = rows[-1], str(error)
            wait_s = min(_LONGEST_WAIT_S, max(error.wait_s, desk.backoff_s * 2**attempt))
            if not error.again:
                return _close(desk, step, last, State.FAILED, said)
        except (StaffError, Overtaken) as error:
            if rows[-1].state is State.SENDING:
                _add(desk, step, rows[-1], State.FAILED, str(error))
            raise
        except Exception as error:
            if rows[-1].state is not State.SENDING:
                return _close(desk, step, rows[-1], State.FAILED, f"{type(error).__name__}: {error}")
            last, said = rows[-1], str(error)
            wait_s = desk.backoff_s * 2**attempt
            try:
                _let_settle(desk, last)
                found = desk.line.arrived(letter.address, letter.marker)
            except Unclear as unclear:
                return _close(desk, step, last, State.UNKNOWN, f"{said}; {unclear}")
            if found is not None:
                return _close(desk, step, last, State.SENT, found)
        if last.state is State.SENDING:
            last = _add(desk, step, last, State.FAILED, said)
    if last.state is not State.FAILED:
        _add(desk, step, last, State.FAILED, said)
    return _Silent(step, State.FAILED, said)


def _planned(desk: Desk, step: Step) -> Entry:
    last = step.last
    if last is not None and last.state is State.PLANNED and last.marker == step.marker:
        return last
    return _add(desk, step, last, State.PLANNED, "")


def _close(desk: Desk, step: Step, last: Entry | None, state: State, said: str) -> Told:
    _add(desk, step, last, state, said)
    return Told(step, state, said)


def _add(desk: Desk, step: Step, last: Entry | None, state: State, detail: str) -> Entry:
    entry = Entry(
        target=desk.target,
        assignment=step.result.assignment,
        student=step.student,
        address=step.address,
        edition=step.edition,
        digest=step.digest,
        marker=step.marker,
        state=state,
        detail=detail,
    )
    return desk.ledger.add(entry, after=last.id if last else 0)
