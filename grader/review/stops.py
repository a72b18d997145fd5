"""Where a request stands, by its address: a course, a pile, a group; and what comes before and after."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException

from grader.gradebook import Gradebook
from grader.groups import Group
from grader.review.pages import Walk
from grader.review.piles import SHOWS, Pile, Show, progress
from grader.review.session import Session


class Stop(NamedTuple):
    """A group of a pile, by position. `only` is the student whose answer alone is meant, `student` the one
    whose parts are walked; both are empty where the groups of the pile are."""

    at: int
    pile: Pile
    position: int
    only: str
    show: Show
    student: str

    @property
    def number(self) -> int:
        """The position of the part in its course."""
        return self.pile.course.parts.index(self.pile.part)

    @property
    def group(self) -> Group[str]:
        """The group that is on the screen."""
        return self.pile.groups[self.position]

    @property
    def code(self) -> str:
        """The student whose answer stands for the group."""
        return self.only or self.group.first.of

    def address(self, position: int | None = None) -> str:
        """The address of a group of this pile; of this one with `only`, as it is on the screen."""
        if self.student and position is None:
            return f"/{self.at}/student/{self.student}/{self.number}"
        code = self.pile.groups[self.position if position is None else position].first.of
        options = [f"show={self.show}"] if self.show != "waiting" else []
        if self.only and position is None:
            code, options = self.only, ["only=1", *options]
        return f"/{self.at}/part/{self.number}/g/{code}" + (f"?{'&'.join(options)}" if options else "")


def stop_at(session: Session, book: Gradebook, address: str) -> Stop:
    """The stop that an address of ours means.

    Raises:
        HTTPException: it is no address of an answer, or there is no such answer.
    """
    path, _, query = address.partition("?")
    options = parse_qs(query)
    pieces = path.strip("/").split("/")
    by_student = len(pieces) == 4 and pieces[1] == "student"
    if not (by_student or (len(pieces) == 5 and pieces[1] == "part" and pieces[3] == "g")):
        raise HTTPException(400, "This address is no answer.")
    at, part, code = pieces[0], pieces[3] if by_student else pieces[2], pieces[2 if by_student else 4]
    if not (at.isdecimal() and part.isdecimal() and len(at + part) < 9):
        raise HTTPException(404)
    for show in dict.fromkeys((show_of(options.get("show", [""])[0]), "all")):
        pile = session.pile(book, int(at), int(part), show_of(show))
        position = pile.holding(code)
        if position is not None:
            only = code if by_student or "only" in options else ""
            return Stop(int(at), pile, position, only, show_of(show), code if by_student else "")
    raise HTTPException(404)


def show_of(text: str) -> Show:
    """Which answers of a part are meant; those that wait, where nothing is said."""
    return next((one for one in SHOWS if one == text), "waiting")


def first_waiting(stop: Stop) -> int | None:
    """The position of the first group of a pile that waits, from this one on and then from the start."""
    waiting = [position for position, group in enumerate(stop.pile.groups) if stop.pile.waiting(group)]
    return next((position for position in waiting if position >= stop.position), next(iter(waiting), None))


def walk(stop: Stop) -> Walk:
    """What is before and after a stop: groups of its pile, or parts and then students."""
    if stop.student:
        return _walk_of_student(stop)
    last = len(stop.pile.groups) - 1
    before = stop.address(stop.position - 1) if stop.position > 0 else ""
    after = stop.address(stop.position + 1) if stop.position < last else ""
    said = f"group {stop.position + 1} of {last + 1}"
    here = stop.address()
    return Walk(here, here, before, after, "/", said, progress(stop.pile))


def _walk_of_student(stop: Stop) -> Walk:
    course, code = stop.pile.course, stop.student
    base = f"/{stop.at}/student"
    own = [at for at, part in enumerate(course.parts) if code in course.marks[part]]
    place = own.index(stop.number)
    people = list(course.people)
    order = people.index(code)
    before = f"{base}/{code}/{own[place - 1]}" if place else ""
    if not before and order:
        before = f"{base}/{people[order - 1]}"
    after = f"{base}/{code}/{own[place + 1]}" if place + 1 < len(own) else ""
    if not after and order + 1 < len(people):
        after = f"{base}/{people[order + 1]}"
    here = stop.address()
    said = f"part {place + 1} of {len(own)}, student {order + 1} of {len(people)}"
    return Walk(here, here, before, after, f"/{stop.at}/students", said, progress(stop.pile))


def after(session: Session, book: Gradebook, stop: Stop) -> str:
    """Where to go after a mark: the next answer that waits; the start where none does, which is told."""
    if stop.student:
        return _after_student(session, book, stop)
    course = session.piles.course(book, stop.pile.course.assignment)
    pile = session.piles.pile(course, stop.pile.part, stop.show, book.secret())
    here = pile.holding(stop.code)
    fresh = Stop(stop.at, pile, here or 0, "", stop.show, "")
    position = first_waiting(fresh)
    if position is not None:
        return fresh.address(position)
    session.said += " This pile is done."
    return "/"


def _after_student(session: Session, book: Gradebook, stop: Stop) -> str:
    course = session.piles.course(book, stop.pile.course.assignment)
    waits = {
        code: [
            at
            for at, part in enumerate(course.parts)
            if (mark := course.marks[part].get(code)) is not None and mark.points is None
        ]
        for code in course.people
    }
    if own := waits[stop.student]:
        return f"/{stop.at}/student/{stop.student}/{next((at for at in own if at > stop.number), own[0])}"
    people = list(course.people)
    order = [*people[people.index(stop.student) :], *people]
    found = next((code for code in order if waits[code]), None)
    return f"/{stop.at}/student/{found}" if found else f"/{stop.at}/students"
