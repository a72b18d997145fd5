"""Putting persons of the class list in the places of whoever handed in; what is not sure is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from grader.roster import Clue, Person, Roster, look_up
from grader.sources._intake import Handed


class Unplaced(NamedTuple):
    """Somebody who handed in and is nobody on the class list for sure; graded under a key of their own."""

    student: str
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Placing:
    """How a class list was used: `kind` says as what it was read, `absent` are those without a submission."""

    kind: str
    placed: int
    unplaced: tuple[Unplaced, ...]
    absent: tuple[Person, ...]
    remarks: tuple[str, ...] = ()


class _Seat(NamedTuple):
    """One student of one submission: who it is, or why that is not known."""

    handed: Handed
    person: Person | None
    why: str


def alone(handed: Sequence[Handed]) -> tuple[Handed, ...]:
    """One submission for each student: members of a group hand in the same files each."""
    return tuple(one for each in handed for one in _members(each))


def placed(handed: Sequence[Handed], roster: Roster) -> tuple[tuple[Handed, ...], Placing]:
    """One submission for each student, under the key of the class list where exactly one person is meant."""
    seats = [seat for each in handed for one in _members(each) for seat in _seats(one, roster)]
    taken: dict[str, list[Handed]] = {}
    for seat in seats:
        if seat.person is not None:
            taken.setdefault(seat.person.student, []).append(seat.handed)
    found: list[Handed] = []
    unplaced: list[Unplaced] = []
    for seat in seats:
        claims = taken[seat.person.student] if seat.person is not None else []
        if seat.person is not None and len(claims) == 1:
            found.append(_named(seat.handed, seat.person))
            continue
        found.append(seat.handed)
        why = seat.why
        if seat.person is not None:
            both = " and ".join(repr(claim.student) for claim in claims)
            why = f"{both} are both {seat.person}'s by what they say; keep one, or mend the class list."
        unplaced.append(Unplaced(seat.handed.student, seat.handed.name, why))
    present = {one.student for one in found}
    absent = tuple(person for person in roster.people if person.student not in present)
    count = len(found) - len(unplaced)
    return tuple(found), Placing(roster.kind, count, tuple(unplaced), absent, roster.remarks)


def _members(handed: Handed) -> tuple[Handed, ...]:
    return tuple(
        handed._replace(student=member.student, name=member.name, clues=member.clues, members=())
        for member in handed.members
    ) or (handed,)


def _seats(handed: Handed, roster: Roster) -> tuple[_Seat, ...]:
    found = look_up(roster, handed.clues or (Clue("word", handed.student),))
    if not found.people:
        return (_Seat(handed, None, found.why),)
    group = found.group or handed.group
    return tuple(_Seat(handed._replace(group=group), person, "") for person in found.people)


def _named(handed: Handed, person: Person) -> Handed:
    return handed._replace(
        student=person.student,
        name=person.name,
        late=handed.late or person.late,
        received=handed.received or person.received,
    )
