"""The roster: for each student a row with the addresses that the targets need."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from grader.errors import StaffError

People = Mapping[str, Mapping[str, str]]


def read(path: Path) -> People:
    """The rows of a CSV file by its column `student`; the other columns keep their names in lower case.

    Raises:
        StaffError: all rows that cannot be used at once.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeError) as error:
        raise StaffError(f"{path} cannot be read: {error}") from None
    head = text.partition("\n")[0]
    rows = csv.reader(
        io.StringIO(text, newline=""), delimiter=";" if ";" in head and "," not in head else ","
    )
    columns = [name.strip().lower() for name in next(rows, [])]
    if "student" not in columns:
        raise StaffError(
            f"{path}:1: found the columns {', '.join(columns) or 'nothing'}; one must be `student`"
        )
    people: dict[str, Mapping[str, str]] = {}
    faults: list[str] = []
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(columns):
            faults.append(f"{path}:{rows.line_num}: found {len(row)} cells; there are {len(columns)} columns")
            continue
        person = dict(zip(columns, (cell.strip() for cell in row), strict=True))
        if person["student"] in people:
            faults.append(
                f"{path}:{rows.line_num}: found {person['student']!r} again; each student has one row"
            )
        people[person["student"]] = person
    if faults:
        raise StaffError("\n".join(faults))
    return people
