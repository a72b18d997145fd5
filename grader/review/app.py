"""The addresses of the review page, and what happens at each.

    /                                    the piles of every assignment
    /A/part/P?show=                      the first group of a part that waits
    /A/part/P/g/CODE?only=1&show=        the group a student's answer is in, or that answer alone
    /A/students, /A/student/CODE/P       the same by student
    /A/file/CODE/N, /A/picture/CODE/N    a file or picture of a student, by number
    POST to one of the marking addresses, /undo, /flag, /names, /preview

A, P and N are positions and CODE stands for a student, so that no address holds a name or a path.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from grader import marking
from grader.comments import comment_html
from grader.errors import GraderError, StaffError
from grader.gradebook import Conflict, Decision, Gradebook, MarkRow, RememberedDecision, open_gradebook
from grader.groups import Group
from grader.html import number, visible
from grader.review import entered, figures, guard, pages
from grader.review.pages import Entry, Frame, Walk
from grader.review.piles import SHOWS, Course, Pile, Piles, Show, progress
from grader.rubric import Prepared, Rubric
from grader.types import File

if TYPE_CHECKING:
    from starlette.requests import Request

STATIC: Final = {
    "review.css": "text/css; charset=utf-8",
    "review.js": "text/javascript; charset=utf-8",
    "htmx.min.js": "text/javascript; charset=utf-8",
}
_LARGEST_FORM: Final = 200_000
_MOST_UNDONE: Final = 200

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
    review = _Review(gradebook, who, token, now, Piles(rubric_for))
    routes = [
        Route("/", review.home),
        Route("/static/{name}", review.static),
        Route("/undo", review.undo, methods=["POST"]),
        Route("/flag", review.flag, methods=["POST"]),
        Route("/names", review.names, methods=["POST"]),
        Route("/preview", review.preview, methods=["POST"]),
        Route("/{course:int}/students", review.students),
        Route("/{course:int}/student/{code}", review.student),
        Route("/{course:int}/student/{code}/{part:int}", review.desk),
        Route("/{course:int}/student/{code}/{part:int}", review.save, methods=["POST"]),
        Route("/{course:int}/part/{part:int}", review.part),
        Route("/{course:int}/part/{part:int}/g/{code}", review.desk),
        Route("/{course:int}/part/{part:int}/g/{code}", review.save, methods=["POST"]),
        Route("/{course:int}/file/{code}/{number:int}", review.file),
        Route("/{course:int}/picture/{code}/{number:int}", review.picture),
    ]
    handlers: Mapping[Any, Any] = {HTTPException: review.refused, GraderError: review.failed}
    app = Starlette(routes=routes, exception_handlers=handlers)
    return guard.Guard(app, token=token, port=port)


class _Stop:
    """Where a request stands: a course, a pile, a group in it, and whether one answer alone is meant."""

    def __init__(self, at: int, pile: Pile, position: int, only: str, show: Show, student: str) -> None:
        self.at, self.pile, self.position = at, pile, position
        self.only, self.show, self.student = only, show, student
        self.number = pile.course.parts.index(pile.part)

    @property
    def group(self) -> Group[str]:
        return self.pile.groups[self.position]

    def href(self, position: int | None = None) -> str:
        """The address of a group of this pile; of this one with `only`, as it is on the screen."""
        if self.student and position is None:
            return f"/{self.at}/student/{self.student}/{self.number}"
        code = self.pile.groups[self.position if position is None else position].first.of
        options = [f"show={self.show}"] if self.show != "waiting" else []
        if self.only and position is None:
            code, options = self.only, ["only=1", *options]
        return f"/{self.at}/part/{self.number}/g/{code}" + (f"?{'&'.join(options)}" if options else "")


class _Review:
    """The requests of one person; every request opens the gradebook anew."""

    def __init__(self, path: Path, who: str, token: str, now: Callable[[], datetime], piles: Piles) -> None:
        self._path, self._who, self._token, self._now, self._piles = path, who, token, now, piles
        self._names = False
        self._said = ""
        self._undo: list[tuple[tuple[int, ...], str]] = []

    # --- pages -------------------------------------------------------------------------------------

    async def home(self, request: Request) -> Response:
        courses = []
        with open_gradebook(self._path) as book:
            secret = book.secret()
            for assignment in book.assignments():
                course = self._piles.course(book, assignment)
                piles = [
                    (
                        part,
                        progress(self._piles.pile(course, part, secret=secret)),
                        sum(flagged == part for _, flagged in course.flags),
                    )
                    for part in course.parts
                ]
                courses.append((course, piles))
        return HTMLResponse(pages.home(self._frame(), courses))

    async def students(self, request: Request) -> Response:
        with open_gradebook(self._path) as book:
            course = self._course(book, request)
        return HTMLResponse(pages.students(self._frame(), course, request.path_params["course"]))

    async def student(self, request: Request) -> Response:
        """To the first part of a student that waits."""
        with open_gradebook(self._path) as book:
            course = self._course(book, request)
        code = request.path_params["code"]
        own = [marks.get(code) for marks in course.marks.values()]
        if not any(own):
            raise HTTPException(404)
        waits = [at for at, mark in enumerate(own) if mark is not None and mark.points is None]
        first = waits[0] if waits else next(at for at, mark in enumerate(own) if mark is not None)
        return _to(f"/{request.path_params['course']}/student/{code}/{first}")

    async def part(self, request: Request) -> Response:
        """To the first group of a part that waits."""
        show = _show(request)
        with open_gradebook(self._path) as book:
            pile = self._pile(book, request, show)
        if not pile.groups:
            words = {
                "waiting": "The machine decided all answers to this part.",
                "flagged": "No answer to this part is flagged.",
                "all": "There are no answers to this part.",
            }
            address = f"/{request.path_params['course']}/part/{request.path_params['part']}"
            if show == "waiting":
                return _to(f"{address}?show=all")
            return HTMLResponse(pages.message(self._frame(), "Nothing here", words[show]))
        waiting = [position for position, group in enumerate(pile.groups) if pile.waiting(group)]
        stop = _Stop(request.path_params["course"], pile, 0, "", show, "")
        return _to(stop.href(waiting[0] if waiting else 0))

    async def desk(self, request: Request) -> Response:
        with open_gradebook(self._path) as book:
            return HTMLResponse(self._desk(book, self._stop(book, request), None))

    def _desk(self, book: Gradebook, stop: _Stop, entry: Entry | None) -> str:
        course = stop.pile.course
        code = stop.only or stop.group.first.of
        person = course.people[code]
        alone = bool(stop.only) or len(stop.group.members) == 1
        return pages.desk(
            self._frame(),
            stop.pile,
            stop.group,
            stop.only if len(stop.group.members) > 1 else "",
            self._walk(stop),
            show=stop.show,
            comments=book.comments(course.assignment, stop.pile.part),
            figures=self._figures(book, stop, person.student) if alone else (),
            history=book.history(course.assignment, person.student, stop.pile.part) if alone else (),
            entry=entry,
        )

    def _walk(self, stop: _Stop) -> Walk:
        if stop.student:
            return self._walk_of_student(stop)
        last = len(stop.pile.groups) - 1
        before = stop.href(stop.position - 1) if stop.position > 0 else ""
        after = stop.href(stop.position + 1) if stop.position < last else ""
        position = f"group {stop.position + 1} of {last + 1}"
        here = stop.href()
        return Walk(here, here, before, after, "/", position, progress(stop.pile))

    def _walk_of_student(self, stop: _Stop) -> Walk:
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
        here = stop.href()
        said = f"part {place + 1} of {len(own)}, student {order + 1} of {len(people)}"
        return Walk(here, here, before, after, f"/{stop.at}/students", said, progress(stop.pile))

    # --- changes -----------------------------------------------------------------------------------

    async def save(self, request: Request) -> Response:
        form = await self._form(request)
        with open_gradebook(self._path) as book:
            stop = self._stop(book, request)
            pile, course = stop.pile, stop.pile.course
            meant = self._meant(form, stop)
            first = pile.marks[meant[0][0]]
            items = pages.items_of(pile, stop.group)
            ticked = tuple(sorted({int(one) for one in form.get("item", ()) if _below(one, len(items))}))
            typed, comment = _one(form, "points")[:20], _one(form, "comment").replace("\r\n", "\n")
            try:
                worth = entered.worth(typed, first.max_points, len(ticked), len(items) if ticked else 0)
                if len(comment) > entered.LONGEST_COMMENT:
                    raise ValueError(f"The comment is longer than {entered.LONGEST_COMMENT} characters.")
            except ValueError as error:
                entry = Entry(typed, comment, ticked, str(error))
                return HTMLResponse(self._desk(book, stop, entry), 422)
            decisions, remember = self._decisions(
                book, stop, meant, form, worth, ticked, items, comment, typed
            )
            try:
                rows = book.decide(decisions, now=self._now(), remember=remember)
            except Conflict as conflict:
                course = self._piles.course(book, course.assignment)
                told = pages.told(self._frame(), course, conflict.standing)
                stop = self._stop(book, request)
                entry = Entry(typed, comment, ticked, conflicts=told)
                return HTMLResponse(self._desk(book, stop, entry), 409)
            self._remember_undo(tuple(row.id for row in rows), stop.href())
            given = f"{number(worth.points)} of {number(first.max_points)}"
            several = f"{len(decisions)} answers marked" if len(decisions) > 1 else "Marked"
            self._said = f"{several}: {given}."
            return _to(self._next(book, stop))

    def _decisions(
        self,
        book: Gradebook,
        stop: _Stop,
        meant: Sequence[tuple[str, int]],
        form: Mapping[str, list[str]],
        worth: entered.Worth,
        ticked: tuple[int, ...],
        items: Sequence[str],
        comment: str,
        typed: str,
    ) -> tuple[list[Decision], list[RememberedDecision]]:
        course, part = stop.pile.course, stop.pile.part
        detail: dict[str, object] = {"ticked": list(ticked), "typed": typed, "comment": comment}
        if comment.strip():
            kept = book.comment(course.assignment, part, comment.strip(), who=self._who, now=self._now())
            detail["comments"] = [kept.id]
        if len(meant) > 1:
            detail["group"] = len(meant)
        why = entered.reason(comment, items, ticked)
        decisions = [
            Decision(
                course.assignment,
                course.people[code].student,
                part,
                worth.points,
                self._who,
                why,
                expects,
                detail,
            )
            for code, expects in meant
        ]
        if form.get("alike"):
            decisions += self._alike(stop, meant[0][0], _one(form, "alike").split(), worth, why, detail)
        answer = next((one.answer for one in stop.group.members if one.of == meant[0][0]), None)
        remember = []
        if _one(form, "remember") and answer is not None:
            remember.append(
                RememberedDecision(
                    course.assignment,
                    part,
                    answer.text,
                    answer.notation,
                    worth.credit,
                    why,
                    self._who,
                    {"passage": answer.passage},
                )
            )
        return decisions, remember

    def _alike(
        self,
        stop: _Stop,
        code: str,
        wanted: Sequence[str],
        worth: entered.Worth,
        why: str,
        detail: Mapping[str, object],
    ) -> list[Decision]:
        """The same share for other parts of a student, which wait because of the same file."""
        course = stop.pile.course
        own = {str(marks[code].id): part for part, marks in course.marks.items() if code in marks}
        if not all(one in own for one in wanted):
            raise HTTPException(
                409, "Some of these parts were marked in between; nothing was saved. Look again."
            )
        return [
            Decision(
                course.assignment,
                course.people[code].student,
                own[one],
                marking.points(course.marks[own[one]][code].max_points, worth.credit)[0],
                self._who,
                why,
                int(one),
                {"ticked": [], "typed": str(worth.credit), "comment": detail["comment"]},
            )
            for one in wanted
        ]

    def _meant(self, form: Mapping[str, list[str]], stop: _Stop) -> list[tuple[str, int]]:
        """The students that a form means, each with the mark that was on the screen.

        The form names marks. Those that stand no longer are found by their student's history, so that the
        gradebook can tell who marked in between.
        """
        wanted = [
            one for name in ("marks", "others") for value in form.get(name, ()) for one in value.split()
        ]
        if not wanted or not all(one.isdecimal() and len(one) < 19 for one in wanted):
            raise HTTPException(400, "The form names no marks.")
        members = {one.of for one in stop.group.members}
        standing = {mark.id: code for code, mark in stop.pile.marks.items() if code in members}
        missing = [int(one) for one in wanted if int(one) not in standing]
        found = [(standing[int(one)], int(one)) for one in wanted if int(one) in standing]
        if missing:
            taken = {code for code, _ in found}
            course = stop.pile.course
            with open_gradebook(self._path) as book:
                for code in members - taken:
                    rows = book.history(course.assignment, course.people[code].student, stop.pile.part)
                    found += [(code, row.id) for row in rows if row.id in missing]
        if not found:
            raise HTTPException(409, "These answers were graded again since; look at them anew.")
        return found

    def _next(self, book: Gradebook, stop: _Stop) -> str:
        """After a mark: the next answer that waits, in this pile and from the start again, else the piles."""
        course = self._piles.course(book, stop.pile.course.assignment)
        if stop.student:
            own = [
                at
                for at, part in enumerate(course.parts)
                if (mark := course.marks[part].get(stop.student)) is not None and mark.points is None
            ]
            later = [at for at in own if at > stop.number] or own
            if later:
                return f"/{stop.at}/student/{stop.student}/{later[0]}"
            waits = [
                code
                for code in course.people
                if any(code in marks and marks[code].points is None for marks in course.marks.values())
            ]
            people = list(course.people)
            after = [code for code in waits if people.index(code) > people.index(stop.student)] or waits
            return f"/{stop.at}/student/{after[0]}" if after else f"/{stop.at}/students"
        pile = self._piles.pile(course, stop.pile.part, stop.show, book.secret())
        fresh = _Stop(stop.at, pile, 0, "", stop.show, "")
        code = stop.only or stop.group.first.of
        here = pile.holding(code)
        waiting = [position for position, group in enumerate(pile.groups) if pile.waiting(group)]
        after_this = [position for position in waiting if here is None or position >= here] or waiting
        if after_this:
            return fresh.href(after_this[0])
        self._said += " This pile is done."
        return "/"

    def _remember_undo(self, rows: tuple[int, ...], href: str) -> None:
        self._undo.append((rows, href))
        del self._undo[:-_MOST_UNDONE]

    async def undo(self, request: Request) -> Response:
        """Takes back the marks that are named, or the last ones given here."""
        form = await self._form(request)
        named = _one(form, "marks").split()
        if named:
            if not all(one.isdecimal() and len(one) < 19 for one in named):
                raise HTTPException(400, "The form names no marks.")
            rows, href = tuple(map(int, named)), _own_address(_one(form, "here"))
        elif self._undo:
            rows, href = self._undo.pop()
        else:
            self._said = "There is nothing to take back."
            return _to("/")
        taken, refused = self._take_back(rows)
        self._said = " ".join((f"{taken} mark{'' if taken == 1 else 's'} taken back.", *refused))
        return _to(href)

    def _take_back(self, rows: Sequence[int]) -> tuple[int, tuple[str, ...]]:
        """How many marks were taken back, and why the others were not."""
        taken = 0
        since: list[MarkRow] = []
        refused: list[str] = []
        with open_gradebook(self._path) as book:
            for row in rows:
                try:
                    book.undo(row, who=self._who, now=self._now())
                except Conflict as conflict:
                    # A member of a group of students has one mark with the others: it went with theirs.
                    if any(one.detail.get("undoes") == row for one in conflict.standing):
                        taken += 1
                        continue
                    since += conflict.standing
                except StaffError as error:
                    refused.append(str(error))
                else:
                    taken += 1
                    self._undo = [(ids, href) for ids, href in self._undo if row not in ids]
            if since:
                course = self._piles.course(book, since[0].assignment)
                refused += (f"Not taken back: {said}" for said in pages.told(self._frame(), course, since))
        return taken, tuple(refused)

    async def flag(self, request: Request) -> Response:
        """Flags the answer on the screen, or all of its group, or takes the flags down."""
        form = await self._form(request)
        here, up = _own_address(_one(form, "here")), _one(form, "up") != "0"
        with open_gradebook(self._path) as book:
            stop = self._stop_at(book, here)
            course, part = stop.pile.course, stop.pile.part
            codes = [stop.only] if stop.only else [one.of for one in stop.group.members]
            if up:
                codes = codes[:1]
            for code in codes:
                if up or (code, part) in course.flags:
                    book.flag(
                        course.assignment,
                        course.people[code].student,
                        part,
                        who=self._who,
                        why="",
                        now=self._now(),
                        up=up,
                    )
        self._said = "Flagged for a second look." if up else "The flag is down."
        return _to(here)

    async def names(self, request: Request) -> Response:
        form = await self._form(request)
        self._names = not self._names
        self._said = "Names are shown." if self._names else "Names are hidden."
        return _to(_own_address(_one(form, "back")))

    async def preview(self, request: Request) -> Response:
        """A comment as the student will see it."""
        form = await self._form(request)
        comment = _one(form, "comment")[: entered.LONGEST_COMMENT]
        if "$" not in comment:
            return HTMLResponse("")
        symbols = None
        with open_gradebook(self._path) as book:
            stop = self._stop_at(book, _own_address(_one(form, "here")))
            part = stop.pile.course.part(stop.pile.part)
            symbols = None if part is None else part.symbols
        return HTMLResponse(str(comment_html(comment, symbols)))

    # --- files -------------------------------------------------------------------------------------

    async def static(self, request: Request) -> Response:
        from importlib.resources import files

        name = request.path_params["name"]
        if name not in STATIC:
            raise HTTPException(404)
        data = files("grader.review").joinpath("static", name).read_bytes()
        return Response(data, headers={"content-type": STATIC[name]})

    async def file(self, request: Request) -> Response:
        kept = self._files_of(request)
        at = request.path_params["number"]
        text = figures.as_text(kept[at]) if at < len(kept) else None
        if text is None:
            raise HTTPException(404)
        return PlainTextResponse(text)

    async def picture(self, request: Request) -> Response:
        found = figures.pictures(self._files_of(request))
        at = request.path_params["number"]
        if at >= len(found):
            raise HTTPException(404)
        return Response(found[at].data, headers={"content-type": found[at].media_type})

    def _files_of(self, request: Request) -> tuple[File, ...]:
        with open_gradebook(self._path) as book:
            course = self._course(book, request)
            person = course.people.get(request.path_params["code"])
            if person is None:
                raise HTTPException(404)
            return book.files(course.assignment, person.student)

    def _figures(self, book: Gradebook, stop: _Stop, student: str) -> tuple[figures.Shown, ...]:
        course = stop.pile.course
        code = next(code for code, person in course.people.items() if person.student == student)
        kept = book.files(course.assignment, student)
        part = course.part(stop.pile.part)
        shown = []
        # A picture may be the answer only where a person is to look at something.
        if part is None or part.reads == "prose":
            shown = [
                figures.Shown(one.name if self._names else "", f"/{stop.at}/picture/{code}/{at}", True)
                for at, one in enumerate(figures.pictures(kept))
            ]
        for at, file in enumerate(kept):
            if figures.as_text(file) is not None:
                name = visible(file.path) if self._names else f"file {at + 1}"
                shown.append(figures.Shown(name, f"/{stop.at}/file/{code}/{at}", False))
        return tuple(shown)

    # --- what a request is about -------------------------------------------------------------------

    def _frame(self) -> Frame:
        said, self._said = self._said, ""
        return Frame(self._who, self._names, guard.form_token(self._token), said, bool(self._undo))

    def _course(self, book: Gradebook, request: Request) -> Course:
        return self._course_at(book, request.path_params["course"])

    def _course_at(self, book: Gradebook, at: int) -> Course:
        assignments = book.assignments()
        if at >= len(assignments):
            raise HTTPException(404)
        return self._piles.course(book, assignments[at])

    def _pile(self, book: Gradebook, request: Request, show: Show) -> Pile:
        return self._pile_at(book, request.path_params["course"], request.path_params["part"], show)

    def _pile_at(self, book: Gradebook, at: int, part: int, show: Show) -> Pile:
        course = self._course_at(book, at)
        if part >= len(course.parts):
            raise HTTPException(404)
        return self._piles.pile(course, course.parts[part], show, book.secret())

    def _stop(self, book: Gradebook, request: Request) -> _Stop:
        return self._stop_at(book, f"{request.url.path}?{request.url.query}")

    def _stop_at(self, book: Gradebook, address: str) -> _Stop:
        """The stop that an address of ours means."""
        path, _, query = address.partition("?")
        options = parse_qs(query)
        pieces = path.strip("/").split("/")
        by_student = len(pieces) == 4 and pieces[1] == "student"
        if not (by_student or (len(pieces) == 5 and pieces[1] == "part" and pieces[3] == "g")):
            raise HTTPException(400, "This address is no answer.")
        at, part, code = pieces[0], pieces[3] if by_student else pieces[2], pieces[2 if by_student else 4]
        if not (at.isdecimal() and part.isdecimal() and len(at + part) < 9):
            raise HTTPException(404)
        show = _as_show(options.get("show", [""])[0])
        for one in dict.fromkeys((show, "all")):
            pile = self._pile_at(book, int(at), int(part), one)
            position = pile.holding(code)
            if position is not None:
                only = code if by_student or "only" in options else ""
                return _Stop(int(at), pile, position, only, one, code if by_student else "")
        raise HTTPException(404)

    async def _form(self, request: Request) -> dict[str, list[str]]:
        """The fields of a form that this page made.

        Raises:
            HTTPException: it is too large, of another kind, or does not bear the token.
        """
        if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
            raise HTTPException(415, "A form of this page is meant.")
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LARGEST_FORM:
                raise HTTPException(413, "The form is too large.")
        form = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=2_000)
        if not guard.is_form_token(_one(form, "token"), self._token):
            raise HTTPException(403, "The form is not of this page; load the page again.")
        return form

    async def refused(self, request: Request, error: HTTPException) -> Response:
        words = "There is no such page." if error.status_code == 404 else str(error.detail)
        heading = "Not found" if error.status_code == 404 else "Not done"
        return HTMLResponse(pages.message(self._frame(), heading, words), error.status_code)

    async def failed(self, request: Request, error: GraderError) -> Response:
        return HTMLResponse(pages.message(self._frame(), "Not saved", str(error)), 500)


def _one(form: Mapping[str, list[str]], name: str) -> str:
    return form.get(name, [""])[0]


def _below(text: str, limit: int) -> bool:
    return text.isdecimal() and len(text) < 5 and int(text) < limit


def _show(request: Request) -> Show:
    return _as_show(request.query_params.get("show", ""))


def _as_show(text: str) -> Show:
    return next((one for one in SHOWS if one == text), "waiting")


def _own_address(text: str) -> str:
    """An address of this page, or its start: never one that leads elsewhere."""
    ours = (
        text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable() and len(text) < 300
    )
    return text if ours else "/"


def _to(address: str) -> Response:
    return RedirectResponse(address, 303)
