"""One group of answers on the screen, with the files and the history that help to mark it."""

from __future__ import annotations

from grader.gradebook import Gradebook
from grader.html import visible
from grader.review import figures, pages
from grader.review.pages import Entry
from grader.review.session import Session
from grader.review.stops import Stop, walk


def page(session: Session, book: Gradebook, stop: Stop, entry: Entry | None = None) -> str:
    """The page of a stop as HTML; `entry` is what was typed where it could not be saved.

    Files and history are those of one student, and shown where one answer alone is meant.
    """
    course = stop.pile.course
    student = course.people[stop.code].student
    alone = bool(stop.only) or len(stop.group.members) == 1
    return pages.desk(
        session.frame(),
        stop.pile,
        stop.group,
        stop.only if len(stop.group.members) > 1 else "",
        walk(stop),
        show=stop.show,
        comments=book.comments(course.assignment, stop.pile.part),
        figures=_figures(session, book, stop) if alone else (),
        history=book.history(course.assignment, student, stop.pile.part) if alone else (),
        entry=entry,
    )


def _figures(session: Session, book: Gradebook, stop: Stop) -> tuple[figures.Shown, ...]:
    course = stop.pile.course
    kept = book.files(course.assignment, course.people[stop.code].student)
    part = course.part(stop.pile.part)
    shown = []
    # A picture may be the answer only where a person is to look at something.
    if part is None or part.reads == "prose":
        shown = [
            figures.Shown(one.name if session.names else "", f"/{stop.at}/picture/{stop.code}/{at}", True)
            for at, one in enumerate(figures.pictures(kept))
        ]
    for at, file in enumerate(kept):
        if figures.as_text(file) is not None:
            name = visible(file.path) if session.names else f"file {at + 1}"
            shown.append(figures.Shown(name, f"/{stop.at}/file/{stop.code}/{at}", False))
    return tuple(shown)
