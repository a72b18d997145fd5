"""Moodle: grade, feedback comment and the report as a feedback file, through its web service.

The file goes into a draft area first; `mod_assign_save_grades` then sets all three at once. The comment ends
with a marker, by which Moodle is asked whether a report has arrived: to send it again would set the same, but
tell the student a second time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from html import escape
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self

from grader import options
from grader.amounts import number
from grader.deliver import Letter, NotDelivered, Unclear, _addresses, _settings, _web, _words
from grader.deliver._parcels import Parcel
from grader.errors import StaffError
from grader.files import report_name
from grader.options import By
from grader.roster import Person
from grader.statistics import score
from grader.types import File

if TYPE_CHECKING:
    import requests

_USER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}")
_FIELDS: Final = {"email": "email", "login": "username", "number": "idnumber"}
# A grade that Moodle takes for none.
_NO_GRADE: Final = "-1"


class Options(options.Options):
    """The Moodle site; `page` is the number in the address of the assignment's page (`view.php?id=`).

    The token of the web service is in GRADER_MOODLE_TOKEN or the keyring. Students are found by the column
    of the class list that `by` names.
    """

    url: Annotated[str, By(_addresses.site)]
    course: Annotated[str, By(_addresses.number)]
    page: Annotated[str, By(_addresses.number)]
    by: Literal["email", "login", "number"] = "email"
    unfinished: Literal["withhold", "post"] = "withhold"
    timeout_s: int = 60
    backoff_ms: int = 1000
    settle_ms: int = 5000


def address(person: Person, options: Options) -> str:
    """The student by the column of the class list that identifies them in Moodle."""
    found = str(getattr(person, options.by))
    if not found:
        raise ValueError(f"the class list has no {options.by}; give one with --roster, or set by:")
    if not _USER.fullmatch(found):
        raise ValueError(f"meant a plain {options.by}, found {found[:80]!r}")
    return f"courses/{options.course}/pages/{options.page}/{options.by}/{found}"


def letter(parcel: Parcel, options: Options) -> Letter:
    """The grade, the comment as HTML, and the report."""
    result = parcel.result
    whole = score(result)
    withheld = not whole.decided or (bool(whole.waiting) and options.unfinished == "withhold")
    said = [_words.subject(parcel), *_words.summary(parcel).splitlines()]
    if withheld:
        said.append("The grade is entered when everything is decided.")
    name = _words.attachment_name(result)
    said += [f"The file {name} shows how each part was decided.", f"[{parcel.marker}]"]
    request = {
        "user": parcel.address,
        "grade": _NO_GRADE if withheld else number(whole.earned),
        "out_of": number(whole.decided + whole.waiting),
        "comment": "".join(f"<p>{escape(line)}</p>" for line in said),
        "attach": name,
    }
    page = report_name(result.student)
    shown = json.dumps(request, indent=2, ensure_ascii=False).encode()
    files = (File(page.replace(".html", ".json"), shown), File(page, parcel.report().encode()))
    return Letter(result.student, parcel.address, parcel.marker, _words.subject(parcel), files)


def connect(options: Options) -> _Line:
    """A line to Moodle; entering it finds the assignment and who is in the course."""
    what = f"the token of the web service of {options.url}"
    return _Line(options, _settings.secret("GRADER_MOODLE_TOKEN", options.url, what=what))


class _Refused(Exception):
    """Moodle answered with an exception of its own: a short code and a sentence."""

    def __init__(self, code: str, said: str) -> None:
        super().__init__(f"{said} ({code})")
        self.code = code


class _Line:
    """Moodle's web service, which answers every question with status 200, also the wrong ones."""

    def __init__(self, options: Options, token: str) -> None:
        self._options = options
        self._token = token
        self._session = _web.session(options.timeout_s)
        self._users: dict[str, list[str]] = {}
        self._id = ""
        self._most = ""

    def __enter__(self) -> Self:
        given = self._options
        try:
            found = self._ask("mod_assign_get_assignments", {"courseids[0]": given.course})
            users = self._ask("core_enrol_get_enrolled_users", {"courseid": given.course})
        except (NotDelivered, _Refused) as error:
            raise StaffError(f"{given.url}: {error}") from None
        for course in found.get("courses", ()):
            for one in course.get("assignments", ()):
                if str(one.get("cmid")) == given.page:
                    self._id, self._most = str(one["id"]), str(one.get("grade", ""))
        if not self._id:
            raise StaffError(
                f"{given.url} shows this token no assignment {given.page} in course {given.course}; the page "
                "is the number after `view.php?id=` in the address of the assignment, the course likewise"
            )
        for user in users:
            key = str(user.get(_FIELDS[given.by], "")).casefold()
            self._users.setdefault(key, []).append(str(user["id"]))
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def deliver(self, letter: Letter, about_to: Callable[[], None]) -> str:
        """Puts the report into a draft area, then sets grade, comment and report at once."""
        asked = json.loads(letter.files[0].data)
        user = self._user(letter.address)
        if float(self._most or 0) != float(asked["out_of"]):
            raise StaffError(
                f"the rubric has {asked['out_of']} points and the assignment in Moodle "
                f"{self._most or 'a scale'}; set its maximum grade to those of the rubric"
            )
        try:
            if self._there(user, letter.marker):
                return f"user {user}"
            draft = self._draft(asked["attach"], letter.files[1].data)
        except _Refused as error:
            raise NotDelivered(f"Moodle refused it: {error}") from None
        about_to()
        self._save(user, asked, draft)
        return f"user {user}"

    def arrived(self, address: str, marker: str) -> str | None:
        """Looks for the marker in the feedback that the student has now."""
        try:
            user = self._user(address)
            return f"user {user}" if self._there(user, marker) else None
        except (NotDelivered, _Refused) as error:
            raise Unclear(f"Moodle could not be asked: {error}") from None

    def _user(self, address: str) -> str:
        name = address.rpartition("/")[2]
        found = self._users.get(name.casefold(), [])
        if len(found) != 1:
            who = "nobody" if not found else f"{len(found)} people"
            raise NotDelivered(f"in this course of Moodle {who} has {self._options.by} {name}")
        return found[0]

    def _there(self, user: str, marker: str) -> bool:
        status = self._ask("mod_assign_get_submission_status", {"assignid": self._id, "userid": user})
        plugins = (status.get("feedback") or {}).get("plugins", ())
        texts = [str(field.get("text", "")) for one in plugins for field in one.get("editorfields", ())]
        return any(f"[{marker}]" in text for text in texts)

    def _draft(self, name: str, data: bytes) -> str:
        def upload() -> requests.Response:
            return self._session.post(
                f"{self._options.url}/webservice/upload.php",
                data={"token": self._token, "filearea": "draft", "itemid": "0", "filepath": "/"},
                files={"file_1": (name, data, "text/html")},
                allow_redirects=False,
            )

        answer = _read(_web.patiently(upload, "Moodle", self._options.backoff_ms / 1000))
        return str(answer[0]["itemid"])

    def _save(self, user: str, asked: Mapping[str, str], draft: str) -> None:
        import requests

        plugin = "grades[0][plugindata]"
        fields = {
            "assignmentid": self._id,
            "applytoall": "0",
            "grades[0][userid]": user,
            "grades[0][grade]": asked["grade"],
            "grades[0][attemptnumber]": "-1",
            "grades[0][addattempt]": "0",
            "grades[0][workflowstate]": "",
            f"{plugin}[assignfeedbackcomments_editor][text]": asked["comment"],
            f"{plugin}[assignfeedbackcomments_editor][format]": "1",
            f"{plugin}[files_filemanager]": draft,
        }
        try:
            response = self._post("mod_assign_save_grades", fields)
            if response.status_code == 429:
                raise NotDelivered("Moodle is busy", again=True, wait_s=_web.wait_s(response))
            if response.status_code != 200:
                raise Unclear(f"Moodle answered with status {response.status_code}")
            _read(response)
        except _Refused as error:
            # What Moodle calls so failed in the database, and something may have been written before.
            if error.code.startswith("dml"):
                raise Unclear(f"Moodle failed: {error}") from None
            raise NotDelivered(f"Moodle refused it: {error}") from None
        except requests.RequestException as error:
            raise Unclear(f"Moodle did not answer: {_web.plain(error)}") from None

    def _ask(self, function: str, fields: Mapping[str, str]) -> Any:
        ask = lambda: self._post(function, fields)  # noqa: E731
        return _read(_web.patiently(ask, "Moodle", self._options.backoff_ms / 1000))

    def _post(self, function: str, fields: Mapping[str, str]) -> requests.Response:
        # A redirect would turn this into a question without its fields, or show the token to another site.
        return self._session.post(
            f"{self._options.url}/webservice/rest/server.php",
            data={
                "wstoken": self._token,
                "wsfunction": function,
                "moodlewsrestformat": "json",
                **fields,
            },
            allow_redirects=False,
        )


def _read(response: requests.Response) -> Any:
    """What Moodle answered.

    Raises:
        StaffError: the token is refused, or this is no web service.
        _Refused: Moodle's own exception.
    """
    try:
        answer = response.json()
    except ValueError:
        raise StaffError(
            f"no web service of Moodle answers at {response.url.partition('?')[0]} (status "
            f"{response.status_code}); check url:, and that web services with REST are switched on"
        ) from None
    if isinstance(answer, dict) and ("exception" in answer or "errorcode" in answer):
        code = str(answer.get("errorcode", ""))
        said = " ".join(str(answer.get("message") or answer.get("error") or "").split())[:300]
        if code in ("invalidtoken", "accessexception", "servicenotavailable"):
            raise StaffError(
                f"Moodle refused the token ({code}: {said}); make one under Preferences, Security keys, for "
                "a service with the functions that docs/sending.md lists, and put it into GRADER_MOODLE_TOKEN"
            )
        raise _Refused(code, said)
    return answer
