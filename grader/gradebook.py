"""Every mark ever given, in one SQLite file; rows are only added, the latest ones count."""

from __future__ import annotations

import secrets
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from importlib import resources
from pathlib import Path
from typing import Any, Final, Self, cast

from grader import encoding
from grader.errors import MachineError
from grader.types import Answer, Mark, Notation, Outcome, Place, Result, Verdict

_WAIT_S: Final = 10.0
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
        with _explained(self.path):
            (value,) = self._connection.execute("SELECT value FROM meta WHERE name = 'secret'").fetchone()
        return bytes(value)

    def record(self, recordings: Iterable[Recording], *, now: datetime | None = None) -> None:
        """Adds the marks of some students in one transaction: all of them, or after a failure none.

        Raises:
            MachineError: the file is locked, read-only, damaged, or the disk is full.
        """
        stamp = (now or datetime.now(UTC)).isoformat(timespec="seconds")
        with _explained(self.path), _transaction(self._connection):
            self._add(tuple(recordings), stamp)

    def _add(self, recordings: tuple[Recording, ...], stamp: str) -> None:
        run, many = self._connection.execute, self._connection.executemany
        many(
            "INSERT INTO students (student) VALUES (?) ON CONFLICT DO NOTHING",
            [(_plain(kept.result.student),) for kept in recordings],
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
                    _plain(result.student),
                    _plain(result.name),
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
                    answers.append((*key, *_answer_row(mark.answer)))
                verdicts.append((*key, *_verdict_row(mark.verdict)))
                points = None if mark.points is None else str(mark.points)
                marks.append(
                    (
                        *(*key, mark.title, points, str(mark.max_points)),
                        *(mark.who, _plain(mark.why), stamp, mark.visible),
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
        with _explained(self.path):
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
        with _explained(self.path):
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
            with _explained(self.path):
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
        with _explained(self.path):
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
                    verdict=_verdict(rest[:7]),
                    answer=_answer(part, rest[7:]),
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
    with _explained(path):
        connection = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            migrate(connection, migrations(), path)
            _ensure_secret(connection)
        except BaseException:
            connection.close()
            raise
    return Gradebook(path, connection)


def migrations() -> tuple[str, ...]:
    """The SQL of every numbered file in `migrations/`, in order."""
    folder = resources.files("grader") / "migrations"
    files = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".sql")), key=lambda f: f.name)
    return tuple(file.read_text(encoding="utf-8") for file in files)


def migrate(connection: sqlite3.Connection, steps: tuple[str, ...], path: Path) -> None:
    """Applies the steps a database has not seen yet, each wholly or not at all.

    Raises:
        MachineError: the database has seen more steps than there are.
    """
    version = _version(connection)
    if version > len(steps):
        raise MachineError(
            f"{path} was written by a newer version of grader (its tables are {version}, this program knows "
            f"{len(steps)}); install the newer version, or choose another folder with --out"
        )
    for number in range(version, len(steps)):
        with _transaction(connection):
            # Read again, inside the transaction: another process may have applied the step by now.
            if _version(connection) == number:
                for statement in _statements(steps[number]):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number + 1}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    # `executescript` would commit the open transaction before it starts.
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement


def _ensure_secret(connection: sqlite3.Connection) -> None:
    if connection.execute("SELECT 1 FROM meta WHERE name = 'secret'").fetchone() is None:
        with _transaction(connection):
            connection.execute(
                "INSERT INTO meta (name, value) VALUES ('secret', ?) ON CONFLICT DO NOTHING",
                (secrets.token_bytes(32),),
            )


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    # `with connection` neither begins a transaction before DDL nor rolls it back.
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise MachineError(f"{path}: {_advice(error)} ({error})") from error


def _advice(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return "the gradebook is in use by another program; close it and run the command again"
    if name.startswith("SQLITE_READONLY"):
        return "the gradebook cannot be written; give yourself write permission, or choose another --out"
    if name.startswith("SQLITE_FULL"):
        return "the disk is full; free some space and run the command again, what was finished is kept"
    if name.startswith("SQLITE_CANTOPEN"):
        return "the gradebook cannot be opened; check that its folder exists and may be written"
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return "the file is damaged or is no gradebook; move it away and run the command again"
    return "the gradebook cannot be used; move the file away, or choose another --out"


def _plain(text: str) -> str:
    # SQLite keeps UTF-8: what has no such form (half a surrogate pair) is shown, not refused.
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def _answer_row(answer: Answer) -> tuple[object, ...]:
    place = answer.place
    return (
        _plain(answer.text),
        _plain(place.file),
        place.cell,
        place.line,
        answer.notation,
        _plain(answer.passage),
    )


def _answer(part: str, row: list[Any]) -> Answer | None:
    text, file, cell, line, notation, passage = row
    if text is None:
        return None
    return Answer(part, text, Place(file, cell, line), cast(Notation, notation), passage)


def _verdict_row(verdict: Verdict) -> tuple[object, ...]:
    return (
        str(verdict.outcome),
        None if verdict.credit is None else str(verdict.credit),
        verdict.code,
        _plain(verdict.message),
        _plain(verdict.read),
        _plain(verdict.mathml),
        encoding.evidence_to_json(verdict.evidence),
    )


def _verdict(row: list[Any]) -> Verdict:
    outcome, credit, code, message, read, mathml, evidence = row
    return Verdict(
        Outcome(outcome),
        None if credit is None else Fraction(credit),
        code,
        message,
        read,
        mathml,
        encoding.evidence_from_json(evidence),
    )
