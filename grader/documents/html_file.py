"""HTML pages: what was typed into the text box of Canvas or Moodle, read as text; nothing in them is run.

Headings, lists, tables, powers and formulas become lines of Markdown (`_html_lines`), which are read as such.
Addresses, pictures, forms and scripts are never followed, shown or kept.
"""

from __future__ import annotations

import re
from html import unescape

from grader.documents import markdown
from grader.documents._html_lines import Lines
from grader.documents._prose import Line, blocks
from grader.documents._text import decode
from grader.errors import StudentError
from grader.types import Document, File, Place, Problem

SUFFIXES = (".html", ".htm", ".xhtml")
TEXT_LIMIT = 2 * 2**20

_DATA = re.compile(r"data:[\w/+.;=-]{0,100},[A-Za-z0-9+/=%]*")
# Comments and declarations say nothing, and broken ones are where parsers of HTML fail.
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_DECLARATION = re.compile(r"<[!?][^>]*(?:>|\Z)")
_NO_TAG = re.compile(r"<(?![A-Za-z/])")
_NAMED = re.compile(r"\**assignment\**\s*:\s*\**\s*([\w.-]+)\s*\**", re.IGNORECASE)


def read(file: File) -> Document:
    """The blocks of a page; a first line `assignment: name` names its assignment.

    Raises:
        StudentError: empty, binary, wrongly encoded or too large, a page that leads to another one, or one
            that never ends a part that is left out.
    """
    source = decode(file)
    page = _reduced(source.text)
    if len(page) > TEXT_LIMIT:
        raise StudentError(
            f"The page holds more than {TEXT_LIMIT // 2**20} MB of text. Hand in the answers alone.",
            code="too-large",
        )
    if "<" not in page:  # plain text under the name of a page: its lines are its own
        found, assignment = markdown.from_text(unescape(page), Place(file.path))
        return Document(found, source.problems, assignment)
    reader = Lines()
    reader.feed(page)
    reader.close()
    if reader.redirects:
        raise StudentError(
            "This page only leads to an address, which is not opened. Hand in the work itself.",
            code="link",
        )
    if reader.unclosed:
        raise StudentError(
            f"What follows a <{reader.unclosed}> cannot be read, because that tag is never closed. "
            "Close it, or hand in the text as Markdown.",
            code="damaged",
        )
    assignment, lines = _assignment(reader.lines)
    problems = source.problems
    if reader.hides:
        problems += (Problem(Place(file.path), "Text that the page hides was left out."),)
    return Document(tuple(blocks(lines, Place(file.path))), problems, assignment)


def _reduced(text: str) -> str:
    """A page without embedded files, comments and declarations, in which every `<` begins a tag that ends.

    Line ends are kept, so that lines keep their numbers.
    """
    text = _DATA.sub("data:", text)
    for pattern in (_COMMENT, _DECLARATION):
        text = pattern.sub(lambda found: "\n" * found[0].count("\n"), text)
    end = text.rfind(">") + 1
    return _NO_TAG.sub("&lt;", text[:end]) + text[end:].replace("<", "&lt;")


def _assignment(lines: list[Line]) -> tuple[str | None, list[Line]]:
    for at, line in enumerate(lines):
        if line.text:
            named = _NAMED.fullmatch(line.text)
            return (named[1], lines[at + 1 :]) if named else (None, lines)
    return None, lines
