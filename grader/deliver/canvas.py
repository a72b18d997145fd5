"""Canvas: the grade, a comment and the report as a file, through its REST interface.

All three go in one request, so that they arrive together or not at all. The comment ends with a marker;
whether a report has arrived is asked by looking for it among the comments of the submission.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from grader import options
from grader.amounts import number
from grader.deliver import Letter, NotDelivered, Unclear, _addresses, _settings, _web, _words
from grader.deliver._parcels import Parcel
from grader.errors import StaffError
from grader.files import report_name
from grader.options import By
from grader.roster import Person
from grader.statistics import score
from grader.types import File, Result

_ADDRESS: Final = re.compile(r"courses/(\d+)/assignments/(\d+)/submissions/(\d+)")


class Options(options.Options):
    """The Canvas site, course and assignment; the token is in GRADER_CANVAS_TOKEN or the keyring.

    While parts wait for a person the grade is withheld, unless `unfinished: post`.
    """

    url: Annotated[str, By(_addresses.site)]
    course: Annotated[str, By(_addresses.number)]
    assignment: Annotated[str, By(_addresses.number)]
    grade: Literal["points", "percent", "none"] = "points"
    unfinished: Literal["withhold", "post"] = "withhold"
    timeout_s: int = 60
    backoff_ms: int = 1000
    settle_ms: int = 5000


def address(person: Person, options: Options) -> str:
    """The student's submission, by the Canvas id of the class list or of the downloaded file's name."""
    if not person.canvas:
        raise ValueError("neither the class list nor the name of the submission has a Canvas id")
    user = _addresses.number(person.canvas)
    return f"courses/{options.course}/assignments/{options.assignment}/submissions/{user}"


def letter(parcel: Parcel, options: Options) -> Letter:
    """The fields of the one request, and the report that goes with it."""
    result = parcel.result
    submission = _submission(result, options)
    name = _words.attachment_name(result)
    said = f"{_words.subject(parcel)}\n\n{_words.summary(parcel)}"
    if options.grade != "none" and not submission:
        said += "\nThe grade is entered when everything is decided."
    said += f"\nThe attached file {name} shows how each part was decided.\n\n[{parcel.marker}]"
    request = {
        "put": parcel.address,
        "submission": submission,
        "comment": {"text_comment": said},
        "attach": name,
        "points_possible": number(_possible(result)) if submission and options.grade == "points" else None,
        "name": parcel.person.name if parcel.person.line == 0 else "",
    }
    page = report_name(result.student)
    shown = json.dumps(request, indent=2, ensure_ascii=False).encode()
    files = (File(page.replace(".html", ".json"), shown), File(page, parcel.report().encode()))
    return Letter(result.student, parcel.address, parcel.marker, _words.subject(parcel), files)


def connect(options: Options) -> _Line:
    """A line to Canvas; entering it asks for the course, the assignment and everything that is there."""
    token = _settings.secret("GRADER_CANVAS_TOKEN", options.url, what=f"an access token for {options.url}")
    return _Line(options, token)


def _possible(result: Result) -> Any:
    whole = score(result)
    return whole.decided + whole.waiting


def _submission(result: Result, options: Options) -> Mapping[str, str]:
    whole = score(result)
    if options.grade == "none" or not whole.decided or (whole.waiting and options.unfinished == "withhold"):
        return {}
    if options.grade == "points":
        return {"posted_grade": number(whole.earned)}
    share = Fraction(whole.earned) / Fraction(_possible(result))
    # Ten-thousandths of a percent, rounded half up by integers.
    scaled = (share.numerator * 2_000_000 + share.denominator) // (2 * share.denominator)
    return {"posted_grade": f"{scaled // 10_000}.{scaled % 10_000:04d}".rstrip("0").rstrip(".") + "%"}


class _Line:
    """Canvas, asked through canvasapi, with waiting where it is busy."""

    def __init__(self, options: Options, token: str) -> None:
        from grader.deliver._canvas_client import Client

        self._options = options
        self._client = Client(
            options.url, token, timeout_s=options.timeout_s, backoff_s=options.backoff_ms / 1000
        )
        self._there: dict[str, Mapping[str, Any]] = {}
        self._possible: str | None = None

    def __enter__(self) -> Self:
        from canvasapi.course import Course
        from canvasapi.exceptions import CanvasException

        given = self._options
        try:
            course = self._client.patiently(lambda: Course(self._client, {"id": int(given.course)}))
            assignment = self._client.patiently(lambda: course.get_assignment(int(given.assignment)))
            possible = getattr(assignment, "points_possible", None)
            self._possible = None if possible is None else f"{possible:f}".rstrip("0").rstrip(".")
            self._there = self._client.patiently(lambda: self._submissions(assignment))
        except NotDelivered as error:
            raise StaffError(f"{given.url}: {error}") from None
        except CanvasException as error:
            raise StaffError(
                f"{given.url} shows this token no course {given.course} with assignment {given.assignment} "
                f"({_web.plain(error)}); the numbers are in the address of the assignment's page"
            ) from None
        except AttributeError:
            # So canvasapi fails if the next page has another address than the first.
            raise StaffError(
                f"{given.url} calls itself by another name; set url: to the address your browser shows there"
            ) from None
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def deliver(self, letter: Letter, about_to: Callable[[], None]) -> str:
        """Uploads the report, then sets grade, comment and report in one request."""
        asked = json.loads(letter.files[0].data)
        user = letter.address.rpartition("/")[2]
        there = self._there.get(user)
        if there is None:
            raise NotDelivered(f"Canvas has no student {user} in this assignment")
        if name := _found(there, letter.marker):
            return name
        self._check(asked, there, user)
        file = self._upload(letter, asked["attach"])
        about_to()
        answer = self._put(asked, file)
        return _found(answer, letter.marker) or f"submission of user {user}"

    def arrived(self, address: str, marker: str) -> str | None:
        """Looks for the marker among the comments of the submission, as it is now."""
        from canvasapi.exceptions import CanvasException

        if not _ADDRESS.fullmatch(address):
            raise Unclear(f"{address} is no place in Canvas")
        try:
            got = self._client.patiently(
                lambda: self._client.request("GET", address, **{"include[]": "submission_comments"}).json()
            )
        except (NotDelivered, CanvasException, ValueError) as error:
            raise Unclear(f"Canvas could not be asked: {_web.plain(error)}") from None
        return _found(got, marker)

    def _submissions(self, assignment: Any) -> dict[str, Mapping[str, Any]]:
        found = assignment.get_submissions(include=["submission_comments", "user"])
        return {str(one.user_id): vars(one) for one in found}

    def _check(self, asked: Mapping[str, Any], there: Mapping[str, Any], user: str) -> None:
        wanted = asked["points_possible"]
        if wanted is not None and self._possible is not None and wanted != self._possible:
            raise StaffError(
                f"the rubric has {wanted} points and the assignment in Canvas {self._possible}; change one "
                "of them, or set grade: percent"
            )
        known = there.get("user") or {}
        names = {_letters(str(known.get(key, ""))) for key in ("name", "sortable_name")} - {""}
        if asked["name"] and names and _letters(asked["name"]) not in names:
            raise NotDelivered(
                f"Canvas calls user {user} {known.get('name')!r}, and this report is of {asked['name']!r}; "
                "give the class list with --roster"
            )

    def _upload(self, letter: Letter, name: str) -> int:
        from canvasapi.exceptions import CanvasException
        from canvasapi.upload import Uploader

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_bytes(letter.files[1].data)
            uploader = Uploader(
                self._client, f"{letter.address}/comments/files", str(path), content_type="text/html"
            )
            try:
                fine, answer = self._client.patiently(uploader.start)
            except (CanvasException, ValueError) as error:
                raise NotDelivered(f"Canvas did not take the file: {_web.plain(error)}") from None
        if not fine or "id" not in answer:
            raise NotDelivered("Canvas did not take the file", again=True)
        return int(answer["id"])

    def _put(self, asked: Mapping[str, Any], file: int) -> Mapping[str, Any]:
        import requests
        from canvasapi.exceptions import CanvasException
        from canvasapi.util import combine_kwargs

        fields = {"comment": {**asked["comment"], "file_ids": [file]}}
        if asked["submission"]:
            fields["submission"] = asked["submission"]
        try:
            answer = self._client.request("PUT", asked["put"], _kwargs=combine_kwargs(**fields))
            return dict(answer.json())
        except CanvasException as error:
            if self._client.throttled():
                wait_s = _web.wait_s(self._client.last())
                raise NotDelivered("Canvas is busy", again=True, wait_s=wait_s) from None
            # What canvasapi has a name for is a refusal; the others are failures in the middle of something.
            if type(error) is not CanvasException:
                raise NotDelivered(f"Canvas refused it: {_web.plain(error)}") from None
            raise Unclear(f"Canvas failed: {_web.plain(error)}") from None
        except (requests.RequestException, ValueError) as error:
            raise Unclear(f"Canvas did not answer: {_web.plain(error)}") from None


def _found(submission: Mapping[str, Any], marker: str) -> str | None:
    for comment in submission.get("submission_comments") or ():
        if f"[{marker}]" in str(comment.get("comment", "")):
            return f"comment {comment.get('id')}"
    return None


def _letters(name: str) -> str:
    """A name as Canvas writes it into the name of a file: small letters and digits alone."""
    return re.sub(r"[\W_]", "", name.casefold())
