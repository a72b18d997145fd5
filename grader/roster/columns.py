"""The columns of class lists: which platform writes such headers, and what each of them holds."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from grader.errors import StaffError

SIZE_LIMIT: Final = 20 * 2**20
_DELIMITERS: Final = (",", ";", "\t")

# What a header means, by its letters and digits alone; of several for one field the first filled one counts.
_MEANINGS: Final = {
    "student": ("student", "key"),
    "name": ("name", "fullname", "studentname", "displayname"),
    "first": ("firstname", "givenname", "first", "givennames"),
    "last": ("lastname", "surname", "familyname", "last"),
    "email": ("email", "emailaddress", "mail"),
    "login": ("login", "username", "sisloginid", "loginid", "utorid", "netid", "userid", "account"),
    "number": (
        *("studentnumber", "number", "sid", "sisuserid", "sisid", "studentid", "idnumber", "orgdefinedid"),
        *("matriculationnumber", "matric", "registrationnumber"),
    ),
    "canvas": ("canvasid", "canvasuserid"),
    "moodle": ("moodleid", "identifier", "participant"),
    "folder": ("folder", "submission", "alias", "handsinas", "id"),
    "group": ("group", "team", "groups", "groupname"),
    "received": ("lastmodifiedsubmission", "receivedat", "submissiontime"),
    "status": ("status",),
    "lateness": ("latenesshms", "lateness"),
}
_FIELD_OF: Final = {word: field for field, words in _MEANINGS.items() for word in words}


class Table(NamedTuple):
    """A class list as it is written: what it is, the field of each column, and its rows with their lines."""

    kind: str
    fields: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def cells(self, row: Sequence[str]) -> Mapping[str, str]:
        """The cells of a row by field; of several columns with one meaning the first that is filled."""
        found: dict[str, str] = {}
        for field, cell in zip(self.fields, row, strict=False):
            if field and not found.get(field):
                found[field] = cell.strip()
        return found


def read(data: bytes, *, name: str) -> Table:
    """The table in a file, in any of the encodings and with any of the delimiters platforms use.

    Raises:
        StaffError: no table, or one without any column that tells who is who.
    """
    if len(data) > SIZE_LIMIT:
        raise StaffError(f"{name} is too large for a class list ({len(data):,} bytes)")
    rows = _rows(decoded(data, name), name)
    if not rows:
        raise StaffError(f"{name} is empty; give the class list as CSV, with a line of headers")
    _, header = rows[0]
    kind = _kind(header)
    if kind == "MarkUs class list":
        return Table(kind, ("login", "last", "first", "", "number", "email")[: len(header)], tuple(rows))
    fields = tuple(_field(cell, kind, at) for at, cell in enumerate(header))
    if kind == "class list" and _numbers_participants([row for _, row in rows[1:]]):
        kind, fields = "Moodle grading worksheet", _translated(fields, [row for _, row in rows[1:]])
    if not set(fields) & {
        "student",
        "name",
        "last",
        "email",
        "login",
        "number",
        "canvas",
        "moodle",
        "folder",
    }:
        found = ", ".join(repr(cell) for cell in header[:6])
        raise StaffError(
            f"{name}: none of its headers ({found}) tells who is who; give at least one of name, first_name "
            "and last_name, email, login, student_number, folder"
        )
    return Table(kind, fields, tuple(rows[1:]))


def decoded(data: bytes, name: str) -> str:
    """The text of a table: UTF-8, or UTF-16 as Blackboard writes, or the old Windows table of letters.

    Raises:
        StaffError: none of these.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        tried = ["utf-16"]
    elif data[1:2] == b"\0":
        tried = ["utf-16-le"]
    else:
        tried = ["utf-8-sig", "cp1252"]
    for encoding in tried:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise StaffError(f"{name} is no text that can be read; save it as CSV in UTF-8")


def delimiter(text: str) -> str:
    """The sign between the cells: the one that is most frequent in the first line outside of quotes."""
    first = re.sub(r'"[^"]*"', "", text.lstrip("\n").partition("\n")[0])
    return max(_DELIMITERS, key=first.count)


def _rows(text: str, name: str) -> list[tuple[int, tuple[str, ...]]]:
    if "\0" in text:
        raise StaffError(f"{name} holds null characters; save it as CSV in UTF-8")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(text))
    rows = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((reader.line_num, tuple(row)))
    except csv.Error as error:
        raise StaffError(f"{name}, line {reader.line_num}: {error}; save it as CSV again") from None
    return rows


def _kind(header: Sequence[str]) -> str:
    """Which platform wrote these headers; only Canvas and Moodle have numbers of their own."""
    words = [_word(cell) for cell in header]
    if "student" in words[:1] and "id" in words[1:2] and "section" in words:
        return "Canvas gradebook"
    if words[:1] == ["identifier"]:
        return "Moodle grading worksheet"
    if "orgdefinedid" in words:
        return "Brightspace class list"
    if "sid" in words and "email" in words:
        return "Gradescope roster"
    if "lmsuserid" in words:
        return "nbgrader student list"
    if not any(word in _FIELD_OF for word in words) and _markus(header):
        return "MarkUs class list"
    return "class list"


def _markus(row: Sequence[str]) -> bool:
    """MarkUs' list has no headers: user_name, last_name, first_name, section, id_number, email."""
    return 3 <= len(row) <= 6 and re.fullmatch(r"[a-z][a-z0-9_.-]{1,30}", row[0]) is not None


def _numbers_participants(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first column is Moodle's Identifier, in whatever language: `Teilnehmer/in 77`."""
    words = {re.sub(r"\d+$", "", row[0]) for row in rows}
    return len(words) == 1 and all(re.fullmatch(r"[^\d]+ \d+", row[0]) for row in rows)


def _translated(fields: tuple[str, ...], rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The columns of a worksheet in another language, by what stands in them."""
    found = ["moodle", *fields[1:]]
    for at in range(1, len(found)):
        cells = [row[at] for row in rows if at < len(row)]
        if cells and all(re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", cell) for cell in cells):
            found[at] = "email"
    # While marking is blind, the second column is the status, which many share.
    names = {row[1] for row in rows if len(row) > 1}
    if len(found) > 2 and not found[1] and 2 * len(names) > len(rows):
        found[1] = "name"
    return tuple(found)


def _field(cell: str, kind: str, at: int) -> str:
    word = _word(cell)
    if kind == "Canvas gradebook" and at < 2:
        return ("name", "canvas")[at]
    return _FIELD_OF.get(word, "")


def _word(header: str) -> str:
    return re.sub(r"[^a-z0-9]", "", header.casefold())
