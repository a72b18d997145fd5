"""The addresses of the review page, and the pages that are only looked at.

    /                                    the piles of every assignment
    /A/part/P?show=                      the first group of a part that waits
    /A/part/P/g/CODE?only=1&show=        the group a student's answer is in, or that answer alone
    /A/students, /A/student/CODE/P       the same by student
    /A/file/CODE/N, /A/picture/CODE/N    a file or picture of a student, by number
    POST to one of the marking addresses, /undo, /flag, /names, /preview

A, P and N are positions and CODE stands for a student, so that no address holds a name or a path.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from grader.errors import GraderError
from grader.review import changes, desk, guard, pages, served
from grader.review.piles import Piles, Show, progress
from grader.review.session import Session
from grader.review.stops import Stop, first_waiting, show_of, stop_at
from grader.rubric import Prepared, Rubric

if TYPE_CHECKING:
    from starlette.requests import Request

_NOTHING: Final[Mapping[Show, str]] = {
    "waiting": "The machine decided all answers to this part.",
    "flagged": "No answer to this part is flagged.",
    "all": "There are no answers to this part.",
}

RubricFor = Callable[[str], tuple[Rubric, Prepared] | None]


def application(
    gradebook: Path,
    *,
    who: str,
    token: str,
    port: int,
    now: Callable[[], datetime],
    rubric_for: RubricFor = lambda _: None,
) -> guard.Guard:
    """The review page of one gradebook as an ASGI application; marks given there are `who`'s.

    Any number of these may work on one gradebook at once: nothing is kept between requests but groups and
    the list of what this one can undo.
    """
    session = Session(gradebook, who, token, now, Piles(rubric_for))

    def get(path: str, handler: Callable[..., Any]) -> Route:
        return Route(path, partial(handler, session))

    def post(path: str, handler: Callable[..., Any]) -> Route:
        return Route(path, partial(handler, session), methods=["POST"])

    routes = [
        get("/", _home),
        Route("/static/{name}", served.static),
        post("/undo", changes.undo),
        post("/flag", changes.flag),
        post("/names", changes.names),
        post("/preview", changes.preview),
        get("/{course:int}/students", _students),
        get("/{course:int}/student/{code}", _student),
        get("/{course:int}/student/{code}/{part:int}", _desk),
        post("/{course:int}/student/{code}/{part:int}", changes.save),
        get("/{course:int}/part/{part:int}", _part),
        get("/{course:int}/part/{part:int}/g/{code}", _desk),
        post("/{course:int}/part/{part:int}/g/{code}", changes.save),
        get("/{course:int}/file/{code}/{number:int}", served.file),
        get("/{course:int}/picture/{code}/{number:int}", served.picture),
    ]
    handlers: Mapping[Any, Any] = {
        HTTPException: partial(_refused, session),
        GraderError: partial(_failed, session),
    }
    app = Starlette(routes=routes, exception_handlers=handlers)
    return guard.Guard(app, token=token, port=port)


async def _home(session: Session, request: Request) -> Response:
    courses = []
    with session.open() as book:
        secret = book.secret()
        for assignment in book.assignments():
            course = session.piles.course(book, assignment)
            piles = [
                (
                    part,
                    progress(session.piles.pile(course, part, secret=secret)),
                    sum(flagged == part for _, flagged in course.flags),
                )
                for part in course.parts
            ]
            courses.append((course, piles))
    return HTMLResponse(pages.home(session.frame(), courses))


async def _students(session: Session, request: Request) -> Response:
    at = request.path_params["course"]
    with session.open() as book:
        course = session.course(book, at)
    return HTMLResponse(pages.students(session.frame(), course, at))


async def _student(session: Session, request: Request) -> Response:
    """To the first part of a student that waits."""
    at, code = request.path_params["course"], request.path_params["code"]
    with session.open() as book:
        course = session.course(book, at)
    own = {place: marks[code] for place, marks in enumerate(course.marks.values()) if code in marks}
    if not own:
        raise HTTPException(404)
    first = next((place for place, mark in own.items() if mark.points is None), min(own))
    return RedirectResponse(f"/{at}/student/{code}/{first}", 303)


async def _part(session: Session, request: Request) -> Response:
    """To the first group of a part that waits."""
    show = show_of(request.query_params.get("show", ""))
    at, part = request.path_params["course"], request.path_params["part"]
    with session.open() as book:
        pile = session.pile(book, at, part, show)
    if pile.groups:
        stop = Stop(at, pile, 0, "", show, "")
        return RedirectResponse(stop.address(first_waiting(stop) or 0), 303)
    if show == "waiting":
        return RedirectResponse(f"/{at}/part/{part}?show=all", 303)
    return HTMLResponse(pages.message(session.frame(), "Nothing here", _NOTHING[show]))


async def _desk(session: Session, request: Request) -> Response:
    with session.open() as book:
        stop = stop_at(session, book, f"{request.url.path}?{request.url.query}")
        return HTMLResponse(desk.page(session, book, stop))


async def _refused(session: Session, request: Request, error: HTTPException) -> Response:
    words = "There is no such page." if error.status_code == 404 else str(error.detail)
    heading = "Not found" if error.status_code == 404 else "Not done"
    return HTMLResponse(pages.message(session.frame(), heading, words), error.status_code)


async def _failed(session: Session, request: Request, error: GraderError) -> Response:
    return HTMLResponse(pages.message(session.frame(), "Not saved", str(error)), 500)
