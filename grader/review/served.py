"""What the pages load: their own style and scripts, and a student's files and pictures by number."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Final

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response

from grader.review import figures
from grader.review.session import Session
from grader.types import File

if TYPE_CHECKING:
    from starlette.requests import Request

_STATIC: Final = {
    "review.css": "text/css; charset=utf-8",
    "review.js": "text/javascript; charset=utf-8",
    "htmx.min.js": "text/javascript; charset=utf-8",
}


async def static(request: Request) -> Response:
    """One of the page's own three files."""
    name = request.path_params["name"]
    if name not in _STATIC:
        raise HTTPException(404)
    data = files("grader.review").joinpath("static", name).read_bytes()
    return Response(data, headers={"content-type": _STATIC[name]})


async def file(session: Session, request: Request) -> Response:
    """A file of a student, as plain text."""
    kept = _files(session, request)
    at = request.path_params["number"]
    text = figures.as_text(kept[at]) if at < len(kept) else None
    if text is None:
        raise HTTPException(404)
    return PlainTextResponse(text)


async def picture(session: Session, request: Request) -> Response:
    """A picture of a student, made anew."""
    found = figures.pictures(_files(session, request))
    at = request.path_params["number"]
    if at >= len(found):
        raise HTTPException(404)
    return Response(found[at].data, headers={"content-type": found[at].media_type})


def _files(session: Session, request: Request) -> tuple[File, ...]:
    with session.open() as book:
        course = session.course(book, request.path_params["course"])
        person = course.people.get(request.path_params["code"])
        if person is None:
            raise HTTPException(404)
        return book.files(course.assignment, person.student)
