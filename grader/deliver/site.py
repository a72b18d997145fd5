"""A static site: every report under a name nobody can guess, and a table of the links for staff alone.

The 128 bits of a name come from the gradebook's secret: they stay the same from export to export, so that a
link that was given out keeps working, and nothing but the gradebook tells them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final

from grader.deliver._order import Export, Order, csv_text, people, ready
from grader.errors import MachineError
from grader.table import cell
from grader.types import File

CALLED: Final = "a static site with one secret link per student: put public/ on a web server, keep links.csv"
NAME: Final = "site"

_BLANK: Final = (
    '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="robots" content="noindex, nofollow, noarchive">\n<title>Reports</title>\n</head>\n'
    "<body>\n<p>Every report has a link of its own. Yours was sent to you.</p>\n</body>\n</html>\n"
)
_VIEWPORT: Final = '<meta name="viewport"'
_ROBOTS: Final = '<meta name="robots" content="noindex, nofollow, noarchive">\n'


def export(order: Order) -> Export:
    """`public/<name>/index.html` for each student, a page on top that lists nothing, `links.csv` beside."""
    from grader.pages.report import student_page

    out = ready(order)
    seats, unknown = people(out.results, order.roster)
    files = [
        File("public/index.html", _BLANK.encode()),
        # It forbids everything and names nothing.
        File("public/robots.txt", b"User-agent: *\nDisallow: /\n"),
    ]
    rows = [("student", "name", "email", "link")]
    for seat in sorted(seats, key=lambda seat: seat.result.student):
        name = link(order.secret, order.assignment, seat.result.student)
        page = student_page(seat.result)
        if _VIEWPORT not in page:
            raise MachineError("the report has no place for the word to search engines; nothing was written")
        page = page.replace(_VIEWPORT, _ROBOTS + _VIEWPORT, 1)
        files.append(File(f"public/{name}/index.html", page.encode("utf-8", "backslashreplace")))
        who = (seat.result.student, seat.person.name, seat.person.email)
        rows.append((cell(who[0]), cell(who[1]), cell(who[2]), f"{name}/"))
    files.append(File("links.csv", csv_text(rows).encode("utf-8", "backslashreplace")))
    return Export(tuple(files), (*out.remarks, *unknown))


def link(secret: bytes, assignment: str, student: str) -> str:
    """The 26 letters and digits under which a report lies, always the same for the same gradebook."""
    said = b"\0".join(part.encode("utf-8", "backslashreplace") for part in ("site", assignment, student))
    digest = hmac.new(secret, said, hashlib.sha256).digest()[:16]
    return base64.b32encode(digest).decode().rstrip("=").lower()
