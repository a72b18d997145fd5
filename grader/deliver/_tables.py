"""A table that a platform gave out, kept as it is: its encoding, its delimiter, every cell."""

from __future__ import annotations

import csv
import io
from typing import NamedTuple

from grader.deliver._order import Template, csv_text
from grader.errors import StaffError
from grader.roster import Roster, parse
from grader.roster.columns import decoded, delimiter


class Table(NamedTuple):
    """The rows of a table by their last line in the file, the header apart, and who they say they are."""

    name: str
    header: tuple[str, ...]
    rows: dict[int, tuple[str, ...]]
    delimiter: str
    encoding: str
    roster: Roster

    def column(self, *titles: str) -> int | None:
        """Where the first of these titles stands, or None."""
        return next((self.header.index(title) for title in titles if title in self.header), None)

    def written(self, rows: list[tuple[str, ...]]) -> bytes:
        """The header and some rows, written as the platform wrote the table."""
        return csv_text([self.header, *rows], delimiter=self.delimiter).encode(self.encoding)


def table(template: Template) -> Table:
    """The table in a template.

    Raises:
        StaffError: it is none, or nobody can be told from it.
    """
    text = decoded(template.data, template.name)
    sign = delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    rows: dict[int, tuple[str, ...]] = {}
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows[reader.line_num] = tuple(row)
    except csv.Error as error:
        raise StaffError(f"{template.name}, line {reader.line_num}: {error}; download it again") from None
    roster = parse(template.data, name=template.name)
    first = min(rows)
    header = rows.pop(first)
    return Table(template.name, header, rows, sign, _encoding(template.data), roster)


def _encoding(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    return "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8"
