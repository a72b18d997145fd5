"""MarkUs: marks, the report as a feedback file and annotations, through its REST interface.

Marks and files are set, not added: to set them again changes nothing that anybody sees. The last step is a
short text file with the total and a marker, by which MarkUs is asked whether everything has arrived.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self
from urllib.parse import quote

from grader import options
from grader.amounts import number
from grader.deliver import Letter, NotDelivered, Unclear, _addresses, _settings, _web, _words
from grader.deliver._parcels import Parcel
from grader.deliver.markus_annotations import _annotations as annotations_of
from grader.errors import StaffError
from grader.files import report_name
from grader.options import By
from grader.roster import Person
from grader.statistics import score
from grader.types import File

if TYPE_CHECKING:
    import requests

_GROUP: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@ -]{0,79}")


class Options(options.Options):
    """The MarkUs site, course and assignment; the API key is in GRADER_MARKUS_KEY or the keyring.

    With `criterion` the total goes to that one criterion; else every decided part to the criterion called
    as the part. `finish` sets the marking complete afterwards, and opens it again for a changed report.
    """

    url: Annotated[str, By(_addresses.site)]
    course: Annotated[str, By(_addresses.number)]
    assignment: Annotated[str, By(_addresses.number)]
    criterion: str = ""
    annotate: Literal["yes", "no"] = "no"
    finish: Literal["yes", "no"] = "no"
    timeout_s: int = 60
    backoff_ms: int = 1000


def address(person: Person, options: Options) -> str:
    """The student's group: of the class list, or who hands in alone is a group of their user name."""
    group = person.group or person.login or person.student
    if not _GROUP.fullmatch(group):
        raise ValueError(f"meant the name of a group in MarkUs, found {group[:80]!r}")
    return f"courses/{options.course}/assignments/{options.assignment}/groups/{group}"


def letter(parcel: Parcel, options: Options) -> Letter:
    """The marks by criterion, the annotations, the report, and the text that closes it."""
    result = parcel.result
    whole = score(result)
    if options.criterion:
        marks = {} if whole.waiting else {options.criterion: number(whole.earned)}
    else:
        marks = {mark.part: number(mark.points) for mark in result.marks if mark.points is not None}
    name = _words.attachment_name(result)
    text = f"{_words.subject(parcel)}\n\n{_words.summary(parcel)}\n\n[{parcel.marker}]\n"
    request = {
        "group": parcel.address,
        "marks": marks,
        "annotations": list(annotations_of(result)) if options.annotate == "yes" else [],
        "complete": options.finish == "yes" and not whole.waiting,
        "attach": name,
        "close_with": {name.replace(".html", ".txt"): text},
    }
    page = report_name(result.student)
    shown = json.dumps(request, indent=2, ensure_ascii=False).encode()
    files = (File(page.replace(".html", ".json"), shown), File(page, parcel.report().encode()))
    return Letter(result.student, parcel.address, parcel.marker, _words.subject(parcel), files)


def connect(options: Options) -> _Line:
    """A line to MarkUs; entering it asks for the groups."""
    return _Line(options, _settings.secret("GRADER_MARKUS_KEY", options.url, what=f"a key of {options.url}"))


class _Line:
    """MarkUs' REST interface. Not through markusapi, which waits for ever and forgets what failed."""

    def __init__(self, options: Options, key: str) -> None:
        self._options = options
        self._session = _web.session(options.timeout_s)
        self._session.headers["Authorization"] = f"MarkUsAuth {key}"
        self._groups: Mapping[str, int] = {}

    def __enter__(self) -> Self:
        try:
            self._groups = self._ask("GET", "/group_ids_by_name").json()
        except NotDelivered as error:
            raise StaffError(
                f"{self._options.url}, course {self._options.course}, assignment {self._options.assignment}: "
                f"{error}"
            ) from None
        except ValueError:
            raise StaffError(f"no MarkUs answers at {self._options.url}; check url:") from None
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def deliver(self, letter: Letter, about_to: Callable[[], None]) -> str:
        """Sets marks and files, adds the annotations that are not there, and closes with the marker."""
        asked = json.loads(letter.files[0].data)
        group = self._group(letter.address)
        if asked["complete"]:
            self._ask("PUT", f"/{group}/update_marking_state", params={"marking_state": "incomplete"})
        self._file(group, asked["attach"], letter.files[1].data, "text/html")
        if asked["marks"]:
            marks = {title: float(points) for title, points in asked["marks"].items()}
            self._ask("PUT", f"/{group}/update_marks", json=marks)
        self._annotate(group, asked["annotations"])
        if asked["complete"]:
            self._ask("PUT", f"/{group}/update_marking_state", params={"marking_state": "complete"})
        about_to()
        [(name, text)] = asked["close_with"].items()
        # Whatever becomes of this, it may all be set again.
        self._file(group, name, text.encode(), "text/plain")
        return f"group {group}"

    def arrived(self, address: str, marker: str) -> str | None:
        """Looks for the marker in the short text files of the group."""
        try:
            group = self._group(address)
            for one in self._ask("GET", f"/{group}/feedback_files").json():
                if str(one.get("filename", "")).endswith("-report.txt"):
                    text = self._ask("GET", f"/{group}/feedback_files/{int(one['id'])}").text
                    if f"[{marker}]" in text:
                        return f"group {group}"
        except (NotDelivered, ValueError) as error:
            raise Unclear(f"MarkUs could not be asked: {error}") from None
        return None

    def _group(self, address: str) -> int:
        name = address.rpartition("/")[2]
        if name not in self._groups:
            raise NotDelivered(f"MarkUs has no group {name} in this assignment")
        return int(self._groups[name])

    def _file(self, group: int, name: str, data: bytes, kind: str) -> None:
        there = self._ask("GET", f"/{group}/feedback_files").json()
        number = next((int(one["id"]) for one in there if one.get("filename") == name), None)
        method, tail = ("POST", "") if number is None else ("PUT", f"/{number}")
        self._ask(
            method,
            f"/{group}/feedback_files{tail}",
            params={"filename": name, "mime_type": kind},
            files={"file_content": (name, data)},
        )

    def _annotate(self, group: int, wanted: list[dict[str, Any]]) -> None:
        if not wanted:
            return
        there = {_place(one) for one in self._ask("GET", f"/{group}/annotations").json()}
        missing = [one for one in wanted if _place(one) not in there]
        if missing:
            body = {"annotations": missing, "force_complete": False}
            self._ask("POST", f"/{group}/add_annotations", json=body, safe=False)

    def _ask(self, method: str, tail: str, *, safe: bool = True, **more: Any) -> requests.Response:
        """One request below the groups of the assignment; what is not `safe` to repeat is tried once."""
        given = self._options
        base = f"{given.url}/api/courses/{given.course}/assignments/{given.assignment}/groups"

        def ask() -> requests.Response:
            return self._session.request(method, f"{base}{quote(tail)}.json", allow_redirects=False, **more)

        response = _web.patiently(ask, "MarkUs", given.backoff_ms / 1000, tries=6 if safe else 1)
        if response.status_code in (401, 403):
            raise StaffError(
                f"{given.url} refused the key; copy it again from your MarkUs dashboard into "
                "GRADER_MARKUS_KEY"
            )
        if response.status_code == 404 and tail.endswith("/update_marks"):
            raise NotDelivered(
                "MarkUs does not take these marks: the marking is complete already, or a criterion is called "
                "otherwise there; open it again, or set finish: yes or criterion:"
            )
        if not 200 <= response.status_code < 300:
            said = " ".join(response.text.split())[:200]
            raise NotDelivered(f"MarkUs refused it with status {response.status_code}: {said}")
        return response


def _place(annotation: Mapping[str, Any]) -> tuple[str, int, str]:
    return (
        str(annotation.get("filename")),
        int(annotation.get("line_start") or 0),
        " ".join(str(annotation.get("content")).split()),
    )
