"""Canvas' zip of feedback files, for `Upload submissions`: each named like the file that was handed in.

As `infer_comment_context_from_filename` reads it: the first two fields of digits are the user and the
attachment. Canvas shows the file under the name of that attachment, adds a comment each time it is uploaded,
and knows no attachment for text that was typed.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Final

from grader.deliver._order import Export, Order, Template, needed, ready
from grader.errors import StaffError
from grader.roster import Person, Roster, clues_of, look_up, same_name
from grader.sources import canvas
from grader.types import File

CALLED: Final = "Canvas' feedback files, to upload with the assignment's Upload submissions"
NAME: Final = "canvas-feedback.zip"


def export(order: Order) -> Export:
    """A report for each student whose attachment is in the zip of submissions.

    Raises:
        StaffError: no zip of submissions.
    """
    from grader.pages.report import student_page

    names = _names(needed(order.template, "the zip of submissions itself (Download submissions)"))
    out = ready(order)
    files: list[File] = []
    remarks = list(out.remarks)
    for result in out.results:
        uid = _uid(result.student, result.name, order.roster)
        user, start = names.get(uid, ("", ""))
        # The number may be that of another platform.
        if not start or (user and not same_name(Person("", user), result.name)):
            remarks.append(f"Left out: {result.student}: the zip has no attachment of this student.")
            continue
        page = student_page(result).encode("utf-8", "backslashreplace")
        files.append(File(f"{start}_report.html", page))
    return Export(tuple(files), tuple(remarks))


def _names(template: Template) -> dict[str, tuple[str, str]]:
    """By Canvas id (or anonymous id), the user and the start of the name of the first attachment."""
    try:
        with zipfile.ZipFile(io.BytesIO(template.data)) as archive:
            names = sorted(info.filename for info in archive.infolist()[:50_000])
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise StaffError(f"{template.name} is no zip of submissions: {error}") from None
    found: dict[str, tuple[str, str]] = {}
    for name in names:
        parsed = canvas.parse(name)
        if parsed is None:
            continue
        if match := re.match(r"((?:LATE_)?anon_(?P<anon>[^_]+)_\d+)_", name):
            found.setdefault(match["anon"], ("", match[1]))
        elif match := re.match(rf"(.+?_(?:LATE_)?{parsed.uid}_\d+)_", name):
            found.setdefault(parsed.uid, (parsed.name, match[1]))
    return found


def _uid(student: str, name: str, roster: Roster | None) -> str:
    """The id in a key such as `doejane (123)`, else what the class list knows."""
    if match := re.fullmatch(r".* \((\w+)\)", student):
        return match[1]
    found = look_up(roster, clues_of(student, name)).people if roster else ()
    person: Person | None = found[0] if len(found) == 1 else None
    return person.canvas if person else ""
