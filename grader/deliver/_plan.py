"""What a run would do for each student: send, send again because it changed, ask first, or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from grader.deliver import Letter, Target
from grader.deliver._ledger import Entry, State
from grader.deliver._parcels import Parcel, digest, marker
from grader.deliver._people import People
from grader.roster import Person
from grader.types import Result


class Action(StrEnum):
    """What is to be done for one student; ASK is for what may or may not have arrived."""

    SEND = "send"
    UPDATE = "update"
    SAME = "same"
    ASK = "ask"
    CANNOT = "cannot"


@dataclass(frozen=True, slots=True)
class Step:
    """One student of a run. `problem` says why nothing can be sent; `last` is the ledger's last row."""

    action: Action
    result: Result
    address: str = ""
    digest: str = ""
    edition: int = 1
    marker: str = ""
    last: Entry | None = None
    problem: str = ""

    @property
    def student(self) -> str:
        return self.result.student


def steps(
    results: Iterable[Result],
    people: People,
    histories: Mapping[str, Sequence[Entry]],
    target: str,
    module: Target,
    options: Any,
    *,
    again: frozenset[str] = frozenset(),
) -> tuple[Step, ...]:
    """One step for each result, in their order.

    Those in `again` are sent once more though they have their report: a person asked for it.
    """
    found = [
        _step(result, people, histories.get(result.student, ()), target, module, options, again)
        for result in results
    ]
    sharing: defaultdict[str, list[Step]] = defaultdict(list)
    for step in found:
        if step.address:
            sharing[step.address.casefold()].append(step)
    return tuple(_alone(step, sharing[step.address.casefold()]) if step.address else step for step in found)


def due(step: Step, history: Sequence[Entry], target: str, *, again: bool = False) -> Step:
    """The step of a student whose address is known, by what the ledger says of them."""
    last = history[-1] if history else None
    arrived = next((entry for entry in reversed(history) if entry.state is State.SENT), None)
    edition = arrived.edition + 1 if arrived else 1
    fresh = replace(step, last=last, edition=edition)
    if last and last.state in (State.SENDING, State.UNKNOWN) and not again:
        return replace(fresh, action=Action.ASK, marker=last.marker)
    if arrived and not again and (arrived.digest, arrived.address) == (step.digest, step.address):
        return replace(fresh, action=Action.SAME, marker=arrived.marker, edition=arrived.edition)
    made = marker(target, step.address, step.result, edition)
    return replace(fresh, action=Action.UPDATE if arrived else Action.SEND, marker=made)


def parcel_of(step: Step, people: People) -> Parcel:
    """What a student is to get."""
    return Parcel(step.result, _person(step.result, people), step.address, step.edition, step.marker)


def letter_of(step: Step, people: People, module: Target, options: Any) -> Letter:
    """All that a student is to be sent, byte by byte."""
    return module.letter(parcel_of(step, people), options)


def _step(
    result: Result,
    people: People,
    history: Sequence[Entry],
    target: str,
    module: Target,
    options: Any,
    again: frozenset[str],
) -> Step:
    try:
        address = module.address(_person(result, people), options)
    except ValueError as error:
        return Step(Action.CANNOT, result, last=history[-1] if history else None, problem=str(error))
    bare = Step(Action.SEND, result, address, digest(result))
    return due(bare, history, target, again=result.student in again)


def _person(result: Result, people: People) -> Person:
    found = people[result.student]
    if isinstance(found, str):
        raise ValueError(found)
    return found


def _alone(step: Step, sharing: Sequence[Step]) -> Step:
    others = [other.student for other in sharing if other.student != step.student]
    if not others or step.action is Action.SAME:
        return step
    said = f"{step.address} is also the address of {', '.join(others)}; correct the roster"
    return Step(Action.CANNOT, step.result, last=step.last, problem=said)
