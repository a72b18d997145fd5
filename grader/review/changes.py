"""What a person changes on the page: marks, marks taken back, flags; and what a comment will look like."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from grader import marking
from grader.amounts import counted, number
from grader.gradebook import Conflict, Decision, Gradebook, RememberedDecision
from grader.pages.comments import comment_html
from grader.review import desk, entered, forms, pages, stops
from grader.review.forms import Form
from grader.review.pages import Entry
from grader.review.session import Session
from grader.review.stops import Stop, stop_at

if TYPE_CHECKING:
    from starlette.requests import Request


class _Given(NamedTuple):
    """What was typed, understood: what it is worth, and how the gradebook keeps it."""

    worth: entered.Worth
    why: str
    detail: dict[str, object]


async def save(session: Session, request: Request) -> Response:
    """Marks the answers that the form names, and goes on to the next that waits."""
    form = await forms.fields(request, session.token)
    with session.open() as book:
        stop = stop_at(session, book, f"{request.url.path}?{request.url.query}")
        pile, course = stop.pile, stop.pile.course
        meant = _meant(book, form, stop)
        first = pile.marks[meant[0][0]]
        items = pages.items_of(pile, stop.group)
        ticked = forms.chosen(form, "item", len(items))
        typed, comment = forms.one(form, "points")[:20], forms.one(form, "comment").replace("\r\n", "\n")
        try:
            worth = entered.worth(typed, first.max_points, len(ticked), len(items) if ticked else 0)
            if len(comment) > entered.LONGEST_COMMENT:
                raise ValueError(f"The comment is longer than {entered.LONGEST_COMMENT} characters.")
        except ValueError as error:
            entry = Entry(typed, comment, ticked, str(error))
            return HTMLResponse(desk.page(session, book, stop, entry), 422)
        given = _Given(
            worth,
            entered.reason(comment, items, ticked),
            {"ticked": list(ticked), "typed": typed, "comment": comment},
        )
        if comment.strip():
            kept = book.comment(
                course.assignment, pile.part, comment.strip(), who=session.who, now=session.now()
            )
            given.detail["comments"] = [kept.id]
        decisions = _decisions(session, stop, meant, form, given)
        try:
            rows = book.decide(
                decisions, now=session.now(), remember=_remembered(session, stop, meant[0][0], form, given)
            )
        except Conflict as conflict:
            course = session.piles.course(book, course.assignment)
            told = pages.told(session.frame(), course, conflict.standing)
            stop = stop_at(session, book, f"{request.url.path}?{request.url.query}")
            entry = Entry(typed, comment, ticked, conflicts=told)
            return HTMLResponse(desk.page(session, book, stop, entry), 409)
        session.gave(tuple(row.id for row in rows), stop.address())
        several = f"{len(decisions)} answers marked" if len(decisions) > 1 else "Marked"
        session.said = f"{several}: {number(worth.points)} of {number(first.max_points)}."
        return _to(stops.after(session, book, stop))


def _meant(book: Gradebook, form: Form, stop: Stop) -> list[tuple[str, int]]:
    """The students that a form means, each with the mark that was on the screen.

    The form names marks. Those that stand no longer are found by their student's history, so that the
    gradebook can tell who marked in between.
    """
    named = [text for name in ("marks", "others") for value in form.get(name, ()) for text in value.split()]
    wanted = forms.ids(named)
    course, part = stop.pile.course, stop.pile.part
    members = {one.of for one in stop.group.members}
    standing = {mark.id: code for code, mark in stop.pile.marks.items() if code in members}
    found = [(standing[one], one) for one in wanted if one in standing]
    missing = {one for one in wanted if one not in standing}
    if missing:
        for code in members - {code for code, _ in found}:
            rows = book.history(course.assignment, course.people[code].student, part)
            found += [(code, row.id) for row in rows if row.id in missing]
    if not found:
        raise HTTPException(409, "These answers were graded again since; look at them anew.")
    return found


def _decisions(
    session: Session, stop: Stop, meant: list[tuple[str, int]], form: Form, given: _Given
) -> list[Decision]:
    """The mark for every answer that is meant, and for other parts that wait for the same reason."""
    course, part = stop.pile.course, stop.pile.part
    several = {"group": len(meant)} if len(meant) > 1 else {}
    detail = {**given.detail, **several}
    decisions = [
        Decision(
            course.assignment,
            course.people[code].student,
            part,
            given.worth.points,
            session.who,
            given.why,
            expects,
            detail,
        )
        for code, expects in meant
    ]
    if form.get("alike"):
        decisions += _alike(session, stop, meant[0][0], forms.one(form, "alike").split(), given)
    return decisions


def _alike(session: Session, stop: Stop, code: str, wanted: list[str], given: _Given) -> list[Decision]:
    """The same share for other parts of a student, which wait because of the same file."""
    course = stop.pile.course
    own = {str(marks[code].id): part for part, marks in course.marks.items() if code in marks}
    if not all(one in own for one in wanted):
        raise HTTPException(409, "Some of these parts were marked in between; nothing was saved. Look again.")
    return [
        Decision(
            course.assignment,
            course.people[code].student,
            own[one],
            marking.points(course.marks[own[one]][code].max_points, given.worth.credit)[0],
            session.who,
            given.why,
            int(one),
            {"ticked": [], "typed": str(given.worth.credit), "comment": given.detail["comment"]},
        )
        for one in wanted
    ]


def _remembered(
    session: Session, stop: Stop, code: str, form: Form, given: _Given
) -> list[RememberedDecision]:
    """What is to hold for equal answers that come later, where that box is ticked."""
    answer = next((one.answer for one in stop.group.members if one.of == code), None)
    if not forms.one(form, "remember") or answer is None:
        return []
    return [
        RememberedDecision(
            stop.pile.course.assignment,
            stop.pile.part,
            answer.text,
            answer.notation,
            given.worth.credit,
            given.why,
            session.who,
            {"passage": answer.passage},
        )
    ]


async def undo(session: Session, request: Request) -> Response:
    """Takes back the marks that are named, or the last ones given here."""
    form = await forms.fields(request, session.token)
    if named := forms.one(form, "marks").split():
        rows, address = forms.ids(named), forms.own_address(forms.one(form, "here"))
    elif session.given:
        rows, address = session.given.pop()
    else:
        session.said = "There is nothing to take back."
        return _to("/")
    with session.open() as book:
        undone = book.undo_all(rows, who=session.who, now=session.now())
        session.took_back(undone.taken)
        refused = list(undone.refused)
        if undone.since:
            course = session.piles.course(book, undone.since[0].assignment)
            told = pages.told(session.frame(), course, undone.since)
            refused += (f"Not taken back: {said}" for said in told)
    session.said = " ".join((f"{counted(len(undone.taken), 'mark')} taken back.", *refused))
    return _to(address)


async def flag(session: Session, request: Request) -> Response:
    """Flags the answer on the screen, or takes down the flags of its group."""
    form = await forms.fields(request, session.token)
    here, up = forms.own_address(forms.one(form, "here")), forms.one(form, "up") != "0"
    with session.open() as book:
        stop = stop_at(session, book, here)
        course, part = stop.pile.course, stop.pile.part
        shown = [stop.only] if stop.only else [one.of for one in stop.group.members]
        for code in shown[:1] if up else [code for code in shown if (code, part) in course.flags]:
            book.flag(
                course.assignment,
                course.people[code].student,
                part,
                who=session.who,
                why="",
                now=session.now(),
                up=up,
            )
    session.said = "Flagged for a second look." if up else "The flag is down."
    return _to(here)


async def names(session: Session, request: Request) -> Response:
    """Shows names where they are hidden, and hides them where they are shown."""
    form = await forms.fields(request, session.token)
    session.names = not session.names
    session.said = "Names are shown." if session.names else "Names are hidden."
    return _to(forms.own_address(forms.one(form, "back")))


async def preview(session: Session, request: Request) -> Response:
    """A comment as the student will see it; nothing where no formula is in it."""
    form = await forms.fields(request, session.token)
    comment = forms.one(form, "comment")[: entered.LONGEST_COMMENT]
    if "$" not in comment:
        return HTMLResponse("")
    with session.open() as book:
        stop = stop_at(session, book, forms.own_address(forms.one(form, "here")))
    part = stop.pile.course.part(stop.pile.part)
    return HTMLResponse(str(comment_html(comment, None if part is None else part.symbols)))


def _to(address: str) -> Response:
    return RedirectResponse(address, 303)
