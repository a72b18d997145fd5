"""Every mark ever given, in one SQLite file; rows are only added, the latest ones count."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Self

from grader import encoding
from grader.gradebook._file import connect, explained, migrate, migrations, transaction
from grader.gradebook._rows import answer_of, answer_row, plain, verdict_of, verdict_row
from grader.types import Mark, Result

__all__ = ["Gradebook", "Known", "Recording", "migrate", "migrations", "open_gradebook"]

# SQLite's own limit on the number of `?` in a statement may be as low as 999.
_IDS_PER_QUERY: Final = 500


@dataclass(frozen=True, slots=True)
class Recording:
    """A result to be kept, with what it was made from: the files handed in and the rubric."""

    result: Result
    submission_hash: str
    rubric_digest: str


@dataclass(frozen=True, slots=True)
class Known:
    """Which submission the latest marks of a student belong to."""

    assignment: str
    submission_hash: str
    rubric_digest: str


class Gradebook:
    """An open gradebook; close it, or use it in a `with`."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file; nothing is lost, every recording was committed already."""
        self._connection.close()

    def secret(self) -> bytes:
        """The 32 random bytes of this gradebook, from which checks draw their points."""
        with explained(self.path):
            (value,) = self._connection.execute("SELECT value FROM meta WHERE name = 'secret'").fetchone()
        return bytes(value)

    def record(self, recordings: Iterable[Recording], *, now: datetime | None = None) -> None:
        """Adds the marks of some students in one transaction: all of them, or after a failure none.

        Raises:
            MachineError: the file is locked, read-only, damaged, or the disk is full.
        """
        stamp = (now or datetime.now(UTC)).isoformat(timespec="seconds")
        with explained(self.path), transaction(self._connection):
            self._add(tuple(recordings), stamp)

    def _add(self, recordings: tuple[Recording, ...], stamp: str) -> None:
        run, many = self._connection.execute, self._connection.executemany
        many(
            "INSERT INTO students (student) VALUES (?) ON CONFLICT DO NOTHING",
            [(plain(kept.result.student),) for kept in recordings],
        )
        answers: list[tuple[object, ...]] = []
        verdicts: list[tuple[object, ...]] = []
        marks: list[tuple[object, ...]] = []
        for kept in recordings:
            result = kept.result
            submission = run(
                "INSERT INTO submissions (student_id, name, assignment, title, late, problems, headings,"
                " submission_hash, rubric_digest, graded_at)"
                " VALUES ((SELECT id FROM students WHERE student = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    plain(result.student),
                    plain(result.name),
                    result.assignment,
                    result.title,
                    int(result.late),
                    encoding.problems_to_json(result.problems),
                    encoding.headings_to_json(result.headings),
                    kept.submission_hash,
                    kept.rubric_digest,
                    stamp,
                ),
            ).lastrowid
            for position, mark in enumerate(result.marks):
                key = (submission, position, mark.part)
                if mark.answer is not None:
                    answers.append((*key, *answer_row(mark.answer)))
                verdicts.append((*key, *verdict_row(mark.verdict)))
                points = None if mark.points is None else str(mark.points)
                marks.append(
                    (
                        *(*key, mark.title, points, str(mark.max_points)),
                        *(mark.who, plain(mark.why), stamp, mark.visible),
                    )
                )
        many("INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", answers)
        many("INSERT INTO verdicts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", verdicts)
        many(
            "INSERT INTO marks"
            " (submission_id, position, part, title, points, max_points, who, why, marked_at, visible)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            marks,
        )

    def known(self) -> Mapping[str, tuple[Known, ...]]:
        """By student, what the latest marks of each of their assignments were made from."""
        found: defaultdict[str, list[Known]] = defaultdict(list)
        with explained(self.path):
            rows = self._connection.execute(
                "SELECT student, assignment, submission_hash, rubric_digest"
                " FROM submissions JOIN students ON students.id = student_id"
                " WHERE submissions.id IN (SELECT max(id) FROM submissions GROUP BY assignment, student_id)"
                " ORDER BY student, assignment"
            )
            for student, *graded in rows:
                found[student].append(Known(*graded))
        return {student: tuple(graded) for student, graded in found.items()}

    def assignments(self) -> tuple[str, ...]:
        """The assignments that have marks here, sorted."""
        with explained(self.path):
            rows = self._connection.execute("SELECT DISTINCT assignment FROM submissions ORDER BY assignment")
            return tuple(name for (name,) in rows)

    def students(self, assignment: str) -> tuple[tuple[str, str], ...]:
        """The key and the name of every student with marks for an assignment, sorted by key."""
        return tuple((student, name) for _, student, name, *_ in self._heads(assignment))

    def latest(self, student: str, assignment: str) -> Result | None:
        """The latest result of one student, or None if there is none."""
        for result in self.results(assignment, only=[student]):
            return result
        return None

    def results(self, assignment: str, *, only: Iterable[str] | None = None) -> Iterator[Result]:
        """The latest result of every student (or of those in `only`), sorted by student."""
        wanted = None if only is None else set(only)
        heads = [head for head in self._heads(assignment) if wanted is None or head[1] in wanted]
        for start in range(0, len(heads), _IDS_PER_QUERY):
            chunk = heads[start : start + _IDS_PER_QUERY]
            with explained(self.path):
                marks = self._marks([int(head[0]) for head in chunk])
            for submission, student, name, title, late, problems, headings in chunk:
                yield Result(
                    student=student,
                    name=name,
                    assignment=assignment,
                    title=title,
                    marks=tuple(marks[submission]),
                    problems=encoding.problems_from_json(problems),
                    late=bool(late),
                    headings=encoding.headings_from_json(headings),
                )

    def _heads(self, assignment: str) -> list[tuple[Any, ...]]:
        with explained(self.path):
            return self._connection.execute(
                "SELECT submissions.id, student, name, title, late, problems, headings"
                " FROM submissions JOIN students ON students.id = student_id"
                " WHERE submissions.id IN"
                " (SELECT max(id) FROM submissions WHERE assignment = ? GROUP BY student_id)"
                " ORDER BY student",
                (assignment,),
            ).fetchall()

    def _marks(self, submissions: list[int]) -> Mapping[int, list[Mark]]:
        """The latest mark of every part, in the order of the rubric, by submission."""
        holes = ",".join("?" * len(submissions))
        rows = self._connection.execute(
            # Only numbers of question marks are put into the text, never a value.
            "SELECT m.submission_id, m.part, m.title, m.points, m.max_points, m.who, m.why, m.visible,"  # noqa: S608
            " v.outcome, v.credit, v.code, v.message, v.read, v.mathml, v.evidence,"
            " a.text, a.file, a.cell, a.line, a.notation, a.passage"
            " FROM marks m JOIN verdicts v USING (submission_id, position)"
            " LEFT JOIN answers a USING (submission_id, position)"
            " WHERE m.id IN (SELECT max(id) FROM marks"
            f" WHERE submission_id IN ({holes}) GROUP BY submission_id, position)"
            " ORDER BY m.submission_id, m.position",
            submissions,
        )
        found: defaultdict[int, list[Mark]] = defaultdict(list)
        for submission, part, title, points, max_points, who, why, visible, *rest in rows:
            found[submission].append(
                Mark(
                    part=part,
                    title=title,
                    points=None if points is None else Decimal(points),
                    max_points=Decimal(max_points),
                    verdict=verdict_of(rest[:7]),
                    answer=answer_of(part, rest[7:]),
                    who=who,
                    why=why,
                    visible=visible,
                )
            )
        return found


def open_gradebook(path: Path) -> Gradebook:
    """The gradebook in a file, which is made if need be and brought up to the present tables.

    Raises:
        MachineError: the file is not a gradebook, is newer than this program, locked or not writable.
    """
    return Gradebook(path, connect(path))
