"""Small models of what platforms do with the files they are given, written from their own importers' rules.

They share no code with the writers. Each returns what would be changed, and refuses or passes over what the
platform refuses or passes over. No platform could be reached: these are models, not the platforms.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

Marks = dict[str, Decimal]


class Refused(Exception):
    """The platform would not take the file; the words are its own where they are known."""


@dataclass(frozen=True)
class CanvasUser:
    id: str
    name: str
    sis: str = ""
    login: str = ""

    @property
    def sortable(self) -> str:
        first, _, last = self.name.rpartition(" ")
        return f"{last}, {first}"


@dataclass(frozen=True)
class CanvasCourse:
    """A Canvas course: its users, and the titles of its assignments by id."""

    users: tuple[CanvasUser, ...]
    assignments: Mapping[str, str]

    def gradebook(self) -> str:
        """What Canvas exports: fixed columns, a row of points possible, the students, the test student."""
        titles = [f"{title} ({number})" for number, title in self.assignments.items()]
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(
            ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Notes", *titles, "Current Score"]
        )
        writer.writerow(["", "", "", "", "", "", *("Manual Posting" for _ in titles), ""])
        writer.writerow(
            ["    Points Possible", "", "", "", "", "", *("10.00" for _ in titles), "(read only)"]
        )
        for user in self.users:
            writer.writerow(
                [user.sortable, user.id, user.sis, user.login, "L01", "", *("" for _ in titles), "0"]
            )
        writer.writerow(["Student, Test", "99999", "", "a1b2", "L01", "", *("" for _ in titles), ""])
        return out.getvalue()

    def upload(self, data: bytes) -> dict[str, Marks]:
        """New scores by assignment id and user id (`lib/gradebook_importer.rb`)."""
        text = data.decode("utf-8-sig")
        sign = ";" if text.splitlines()[0].count(";") > text.splitlines()[0].count(",") else ","
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=sign) if row]
        header = rows[0]
        if len(header) <= 3 or "Student" not in header[0] or "ID" not in header[1]:
            raise Refused("Invalid header row")
        fixed = next((at for at, title in enumerate(header) if "Section" in title), None)
        if fixed is None or header[: fixed + 1] not in (
            ["Student", "ID", "Section"],
            ["Student", "ID", "SIS Login ID", "Section"],
            ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"],
        ):
            raise Refused("Invalid header row")
        columns: dict[int, str] = {}
        for at, title in enumerate(header[fixed + 1 :], fixed + 1):
            if re.search(r"Current Score|Current Grade|Final Score|Final Grade|Override Score", title):
                continue
            match = re.fullmatch(r"(.*)\s\((\d+)\)", title)
            if match is None or match[2] not in self.assignments:
                raise Refused(f"a new assignment {title!r} would be made")
            columns[at] = match[2]
        found: dict[str, Marks] = {number: {} for number in columns.values()}
        for row in rows[1:]:
            if "Points Possible" in row[0]:
                raise Refused("points possible would be changed")
            user = self._user(dict(zip(header[: fixed + 1], row, strict=False)))
            if user is None:
                raise Refused(f"a new student {row[0]!r} would be made")
            for at, number in columns.items():
                cell = row[at].strip()
                if cell not in ("", "-", "N/A"):
                    found[number][user.id] = Decimal(cell.replace(",", "."))
        return found

    def _user(self, cells: Mapping[str, str]) -> CanvasUser | None:
        for key, column in (("id", "ID"), ("sis", "SIS User ID"), ("login", "SIS Login ID")):
            for user in self.users:
                if cells.get(column) and getattr(user, key) == cells[column]:
                    return user
        names = [user for user in self.users if cells["Student"] in (user.name, user.sortable)]
        return names[0] if len(names) == 1 else None

    def comments(self, data: bytes, attachments: Mapping[str, str]) -> dict[str, list[bytes]]:
        """By user id the files of the comment; `attachments` are those of the submissions now, by id."""
        found: dict[str, list[bytes]] = {}
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                tokens = [t for t in info.filename.rpartition("/")[2].split("_") if t != "LATE"]
                numbers = [token for token in tokens if token.isdigit()][:2]
                if len(numbers) == 2 and attachments.get(numbers[1]) == numbers[0]:
                    found.setdefault(numbers[0], []).append(archive.read(info))
        return found


@dataclass(frozen=True)
class Participant:
    """What Moodle knows of one participant; `changed` is whether somebody graded after the sheet's date."""

    name: str
    grade: Decimal | None = None
    maximum: Decimal = Decimal(100)
    locked: bool = False
    changed: bool = False
    email: str = ""


@dataclass(frozen=True)
class MoodleAssignment:
    """A Moodle assignment by participant number; `comma` is the decimal sign of the site's language."""

    participants: Mapping[str, Participant]
    comma: bool = False

    def worksheet(self) -> bytes:
        """What `Download grading worksheet` gives, with a mark that says it is UTF-8."""
        out = io.StringIO()
        writer = csv.writer(out, quoting=csv.QUOTE_ALL)
        writer.writerow(
            (
                *("Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade"),
                *("Grade can be changed", "Last modified (submission)", "Last modified (grade)"),
                "Feedback comments",
            )
        )
        for number, one in self.participants.items():
            grade = "" if one.grade is None else self._float(one.grade)
            writer.writerow(
                (
                    *(f"Participant {number}", one.name, one.email, "Submitted for grading", grade),
                    *(self._float(one.maximum), "No" if one.locked else "Yes"),
                    *("Thursday, 11 February 2021, 1:05 PM", "-", ""),
                )
            )
        return ("\ufeff" + out.getvalue()).encode()

    def _float(self, value: Decimal) -> str:
        text = f"{value:.2f}"
        return text.replace(".", ",") if self.comma else text

    def upload(self, data: bytes, *, also_changed: bool = False) -> Marks:
        """New grades by participant number (`assignfeedback_offline/importgradeslib.php`)."""
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
        header = rows[0]
        try:
            at_id, at_grade = header.index("Identifier"), header.index("Grade")
            header.index("Last modified (grade)")
        except ValueError:
            raise Refused("invalid grade import") from None
        found: Marks = {}
        for row in rows[1:]:
            number = row[at_id][len("Participant ") :]
            one = self.participants.get(number)
            if one is None:
                continue
            grade = self._unformat(row[at_grade])
            if grade is None or grade < 0 or grade > one.maximum or one.locked or grade == one.grade:
                continue
            if one.changed and not also_changed:
                continue
            found[number] = grade
        return found

    def _unformat(self, text: str) -> Decimal | None:
        """`unformat_float`: only the decimal sign of the language is one."""
        text = text.strip().replace(" ", "")
        if text in ("", "-"):
            return None
        if self.comma:
            text = text.replace(".", "").replace(",", ".")
        try:
            return Decimal(text)
        except InvalidOperation:
            return None

    def feedback(self, data: bytes) -> dict[str, dict[str, bytes]]:
        """Files by participant number and path (`assignfeedback_file/importziplib.php`)."""
        found: dict[str, dict[str, bytes]] = {}
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                parts = info.filename.split("/")
                if parts[-1].startswith((".", "~")):
                    continue
                for at, part in enumerate(parts):
                    fields = part.split("_", 4)
                    if len(fields) >= 4 and fields[1].isdigit() and fields[1] in self.participants:
                        if (fields[2], fields[3]) in (
                            ("assignsubmission", "file"),
                            ("assignfeedback", "file"),
                        ):
                            below = "/".join(parts[at + 1 :]) or fields[4]
                            found.setdefault(fields[1], {})[below] = archive.read(info)
                        break
        return found


VISIBILITIES = {"hidden", "after_due_date", "after_published", "visible"}
FORMATS = {"text", "html", "simple_format", "md", "ansi"}


def gradescope_results(data: bytes) -> tuple[Decimal, dict[str, Decimal | None], dict[str, str]]:
    """The total, the score of each test by number, and the visibility of each (`docs/specs.md`)."""
    results: dict[str, Any] = json.loads(data)
    known = {
        *("score", "execution_time", "output", "output_format", "test_output_format", "test_name_format"),
        *("visibility", "stdout_visibility", "extra_data", "tests", "leaderboard"),
    }
    of_test = {
        *("score", "max_score", "status", "name", "name_format", "number", "output", "output_format"),
        *("tags", "visibility", "extra_data"),
    }
    assert set(results) <= known
    assert results["output_format"] in FORMATS and results["test_output_format"] in FORMATS
    tests = results["tests"]
    if "score" not in results and not all("score" in test for test in tests):
        raise Refused("the autograder gave no score")
    for test in tests:
        assert set(test) <= of_test
        assert test["visibility"] in VISIBILITIES
        assert test.get("status") in ("passed", "failed", None)
        assert isinstance(test["number"], str)
    scores = {test["number"]: Decimal(str(test["score"])) if "score" in test else None for test in tests}
    return (
        Decimal(str(results["score"])),
        scores,
        {test["number"]: test["visibility"] for test in tests},
    )


def markus_marks(data: bytes) -> tuple[dict[str, Decimal], dict[str, dict[str, Decimal]]]:
    """What each item is out of, and the marks by user name and item (`grade_entry_form.rb`)."""
    rows = list(csv.reader(io.StringIO(data.decode("utf-8"))))
    names, out_of = rows[0], rows[1]
    assert names[0] == out_of[0] == ""
    items = {name: Decimal(value) for name, value in zip(names[1:], out_of[1:], strict=True)}
    marks: dict[str, dict[str, Decimal]] = {}
    for row in rows[2:]:
        assert row[0] not in marks, "a user name stands twice"
        marks[row[0]] = {name: Decimal(cell) for name, cell in zip(names[1:], row[1:], strict=True) if cell}
    return items, marks


def markus_autotest(text: str) -> tuple[Decimal, Decimal]:
    """Earned and possible marks of the lines a tester printed (`testers/tester.py`)."""
    earned = total = Decimal(0)
    for line in text.splitlines():
        said = json.loads(line)
        if set(said) <= {"annotations", "tags", "overall_comment", "extra_marks"}:
            continue
        assert set(said) == {"name", "output", "marks_earned", "marks_total", "status", "time"}
        assert said["status"] in ("pass", "partial", "fail", "error", "error_all")
        earned += Decimal(str(said["marks_earned"]))
        total += Decimal(str(said["marks_total"]))
    return earned, total


def nbgrader_scores(data: bytes) -> Marks:
    """Scores by student id, from a CSV with the columns of `nbgrader export`."""
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8"))))
    header = "assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,"
    header += "late_submission_penalty,score,max_score"
    assert data.decode().splitlines()[0] == header
    for row in rows:
        assert Decimal(row["raw_score"]) - Decimal(row["late_submission_penalty"]) == Decimal(row["score"])
    return {row["student_id"]: Decimal(row["score"]) for row in rows}


def brightspace_grades(data: bytes, users: Mapping[str, str], item: str) -> Marks:
    """Points by user name; `users` are user names by OrgDefinedId."""
    rows = list(csv.reader(io.StringIO(data.decode("utf-8"))))
    if rows[0] != ["OrgDefinedId", "Username", f"{item} Points Grade", "End-of-Line Indicator"]:
        raise Refused(f"the columns {rows[0]}")
    found: Marks = {}
    for number, user, grade, end in rows[1:]:
        assert end == "#"
        name = user.removeprefix("#") or users.get(number.removeprefix("#"), "")
        if name in users.values():
            found[name] = Decimal(grade)
    return found


def blackboard_grades(data: bytes, column: str, users: set[str]) -> Marks:
    """Points by user name, for the column with this number."""
    text = data.decode("utf-8")
    assert all(line.startswith('"') and line.endswith('"') for line in text.splitlines())
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][0] == "Username"
    numbers = [title.rpartition("|")[2] for title in rows[0][1:]]
    if numbers != [column]:
        raise Refused("a new text column would be made")
    return {row[0]: Decimal(row[1]) for row in rows[1:] if row[0] in users}
