"""One person at the review page: who marks, what was just said, what can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException

from grader.gradebook import Gradebook, open_gradebook
from grader.review import guard
from grader.review.pages import Frame
from grader.review.piles import Course, Pile, Piles, Show

_MOST_UNDONE: Final = 200


@dataclass(slots=True)
class Session:
    """What lasts from one request to the next; every request opens the gradebook anew."""

    path: Path
    who: str
    token: str
    now: Callable[[], datetime]
    piles: Piles
    names: bool = False
    said: str = ""
    given: list[tuple[tuple[int, ...], str]] = field(default_factory=list)
    """Ids of marks that were given together, with the address they were given at; the newest last."""

    def open(self) -> Gradebook:
        """The gradebook, as it is now.

        Raises:
            MachineError: it cannot be opened.
        """
        return open_gradebook(self.path)

    def frame(self) -> Frame:
        """What every page has; what was just said is said once."""
        said, self.said = self.said, ""
        return Frame(self.who, self.names, guard.form_token(self.token), said, bool(self.given))

    def course(self, book: Gradebook, at: int) -> Course:
        """The assignment at a position.

        Raises:
            HTTPException: there is none.
        """
        assignments = book.assignments()
        if at >= len(assignments):
            raise HTTPException(404)
        return self.piles.course(book, assignments[at])

    def pile(self, book: Gradebook, at: int, part: int, show: Show) -> Pile:
        """The groups of a part, both by position.

        Raises:
            HTTPException: there is no such part.
        """
        course = self.course(book, at)
        if part >= len(course.parts):
            raise HTTPException(404)
        return self.piles.pile(course, course.parts[part], show, book.secret())

    def gave(self, rows: tuple[int, ...], address: str) -> None:
        """These marks were given together, and can be taken back together."""
        self.given.append((rows, address))
        del self.given[:-_MOST_UNDONE]

    def took_back(self, rows: tuple[int, ...]) -> None:
        """These marks stand no longer."""
        self.given = [(ids, address) for ids, address in self.given if not set(rows) & set(ids)]
