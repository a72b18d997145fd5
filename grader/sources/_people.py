"""Putting persons of the class list in the places of whoever handed in; what is not sure is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from grader.roster import Clue, Person, Roster, look_up
from grader.sources._intake import Handed

_MOST_HINTS: Final = 40


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
    """One submission for each student, under the key of the class list where exactly one person is meant.

    Of two who would be the same person neither is: which of them it is only a person can say.
    """
    seats: list[_Seat] = []
    misses = 0
    for each in handed:
        for one in _members(each):
            # Looking for the nearest name takes long; only so many are ever listed.
            found = _seats(one, roster, near=misses < _MOST_HINTS)
            misses += found[0].person is None
            seats += found
    claims: dict[str, list[str]] = {}
    for seat in seats:
        if seat.person is not None:
            keys = claims.setdefault(seat.person.student, [])
            keys += [seat.handed.student] if seat.handed.student not in keys else []
    students: list[Handed] = []
    unplaced: dict[str, Unplaced] = {}
    for seat in seats:
        one, why = seat.handed, seat.why
        if seat.person is not None and len(claims[seat.person.student]) == 1:
            students.append(_named(one, seat.person))
            continue
        if seat.person is not None:
            both = " and ".join(map(repr, claims[seat.person.student]))
            why = f"{both} are both {seat.person}'s by what they say; keep one, or mend the class list."
            # Neither may get into the person's marks by its own name later.
            one = one._replace(student=f"{one.student} (claimed twice)", name=f"{one.name} (claimed twice)")
        students.append(one)
        unplaced.setdefault(one.student, Unplaced(one.student, one.name, why))
    present = {one.student for one in students}
    absent = tuple(person for person in roster.people if person.student not in present)
    count = len(present - set(unplaced))
    return tuple(students), Placing(roster.kind, count, tuple(unplaced.values()), absent, roster.remarks)


def _members(handed: Handed) -> tuple[Handed, ...]:
    return tuple(
        handed._replace(student=member.student, name=member.name, clues=member.clues, members=())
        for member in handed.members
    ) or (handed,)


def _seats(handed: Handed, roster: Roster, *, near: bool) -> tuple[_Seat, ...]:
    clues = handed.clues or (Clue("word", handed.student),)
    found = look_up(roster, (Clue("folder", handed.student), *clues), near=near)
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
