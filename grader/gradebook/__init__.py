"""Every mark ever given, in one SQLite file; rows are only added, the latest ones count."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from grader import encoding
from grader.errors import StaffError
from grader.gradebook import _changes, _kept, _memory, _people, _recording, _results
from grader.gradebook._file import connect, explained, migrate, migrations, savepoint, transaction
from grader.gradebook._records import (
    MACHINE,
    Attempt,
    Comment,
    Conflict,
    Decision,
    Flag,
    KeptFile,
    Known,
    MarkRow,
    Recording,
    RememberedDecision,
    Undone,
    Version,
)
from grader.gradebook._rows import plain
from grader.terms import NONE as NO_TERMS
from grader.terms import Terms, to_json
from grader.types import Change, File, Problem, Result, Submission, Verdict

__all__ = [
    "MACHINE",
    "Attempt",
    "Comment",
    "Conflict",
    "Decision",
    "Flag",
    "Gradebook",
    "KeptFile",
    "Known",
    "MarkRow",
    "Recording",
    "RememberedDecision",
    "Undone",
    "Version",
    "migrate",
    "migrations",
    "open_gradebook",
]


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

    def record(self, recordings: Iterable[Recording], *, now: datetime | None = None) -> frozenset[str]:
        """Adds the marks of some students in one transaction: all of them, or after a failure none.

        A person's mark stands on in the new grading, or the part waits if its evidence changed. What comes
        back are the students whose marks are not all as they were recorded.

        Raises:
            MachineError: the file is locked, read-only, damaged, or the disk is full.
        """
        stamp = _stamp(now or datetime.now(UTC))
        with explained(self.path), transaction(self._connection):
            return _recording.add(self._connection, tuple(recordings), stamp)

    def rehearse(
        self, recordings: Iterable[Recording], rules: Mapping[str, Terms], *, now: datetime | None = None
    ) -> tuple[Result, ...]:
        """The results that would count if some recordings were kept, under these rules for totals by
        assignment; nothing is kept.

        Raises:
            MachineError: the file is locked, read-only, damaged, or the disk is full.
        """
        stamp = _stamp(now or datetime.now(UTC))
        given = tuple(recordings)
        found: list[Result] = []
        with explained(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                _recording.add(self._connection, given, stamp)
                for assignment in dict.fromkeys(one.result.assignment for one in given):
                    present = rules.get(assignment, NO_TERMS)
                    students = {plain(one.result.student) for one in given}
                    chosen = _results.counting(self._connection, assignment, present, students)
                    found += _results.results(self._connection, assignment, chosen, present)
            finally:
                self._connection.execute("ROLLBACK")
        return tuple(found)

    def submissions(self, assignment: str) -> Iterator[tuple[Submission, str]]:
        """What was handed in, out of the gradebook, with the hash it was graded under.

        Raises:
            StaffError: files of some were not kept.
        """
        with explained(self.path):
            yield from _kept.submissions(self._connection, assignment)

    def verdicts(self, student: str) -> Mapping[str, Mapping[str, Verdict]]:
        """What the latest gradings of a student found, by what it was made from and by part."""
        with explained(self.path):
            return _kept.verdicts(self._connection, student)

    def touched(self, assignment: str) -> Mapping[str, datetime]:
        """By student, when a person last gave or took back a mark."""
        with explained(self.path):
            rows = self._connection.execute(
                "SELECT student, max(marked_at) FROM marks JOIN submissions g ON g.id = submission_id"
                " JOIN students s ON s.id = g.student_id WHERE g.assignment = ? AND who != 'machine'"
                " GROUP BY student",
                (assignment,),
            )
            return {student: datetime.fromisoformat(at) for student, at in rows}

    def known(self) -> Mapping[str, tuple[Known, ...]]:
        """By student, what the latest marks of each attempt at each of their assignments were made from."""
        found: defaultdict[str, list[Known]] = defaultdict(list)
        with explained(self.path):
            rows = self._connection.execute(
                "SELECT student, assignment, submission_hash, rubric_digest"
                " FROM submissions JOIN students ON students.id = student_id"
                " WHERE submissions.id IN (SELECT max(submissions.id) FROM submissions"
                " JOIN attempts ON attempts.id = attempt_id"
                " GROUP BY submissions.assignment, submissions.student_id, attempts.number)"
                " ORDER BY student, assignment, submissions.id"
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
        with explained(self.path):
            rules = _results.terms_of(self._connection, assignment)
            chosen = _results.counting(self._connection, assignment, rules)
        return tuple((one.head.student, one.head.name) for one in chosen)

    def latest(self, student: str, assignment: str, *, since: datetime | None = None) -> Result | None:
        """The latest result of one student, with the notebooks that were run; None if there is none.

        Its changes are those since a time, or since a report was last sent, or the marks were published.
        """
        for result in self.results(assignment, only=[student]):
            with explained(self.path):
                rules = _results.terms_of(self._connection, assignment)
                [chosen] = _results.counting(self._connection, assignment, rules, {result.student})
                executed = _results.executed(self._connection, chosen.head.id)
            return replace(
                result, executed=executed, changes=self._changes(result, chosen.attempts, rules, since)
            )
        return None

    def _changes(
        self, result: Result, attempts: int, rules: Terms, since: datetime | None
    ) -> tuple[Change, ...]:
        if attempts > 1 and rules.attempts == "best":
            return ()  # which attempt counted at that time is not known
        at = since or _changes.last_sent(self._connection, result.assignment, result.student) or rules.publish
        if at is None:
            return ()
        rows = self.history(result.assignment, result.student)
        return tuple(_changes.since(at, rows, result.marks))

    def results(self, assignment: str, *, only: Iterable[str] | None = None) -> Iterator[Result]:
        """The result that counts of every student (or of those in `only`), sorted by student.

        Notebooks that were run are left out: those of a class may be large.
        """
        wanted = None if only is None else set(only)
        with explained(self.path):
            rules = _results.terms_of(self._connection, assignment)
            chosen = _results.counting(self._connection, assignment, rules, wanted)
            yield from _results.results(self._connection, assignment, chosen, rules)

    def terms(self, assignment: str) -> Terms:
        """The rules for totals an assignment was last graded with."""
        with explained(self.path):
            return _results.terms_of(self._connection, assignment)

    def note_rubric(
        self, assignment: str, digest: str, text: str, rules: Terms, *, now: datetime | None = None
    ) -> None:
        """Keeps a version of a rubric, and its rules for totals if they are not those that stand."""
        stamp, kept = _stamp(now or datetime.now(UTC)), to_json(rules)
        with explained(self.path), transaction(self._connection):
            self._connection.execute(
                "INSERT INTO rubrics (digest, assignment, text, recorded_at) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                (digest, assignment, plain(text), stamp),
            )
            latest = self._connection.execute(
                "SELECT terms FROM terms WHERE assignment = ? ORDER BY id DESC LIMIT 1", (assignment,)
            ).fetchone()
            if (None if latest is None else latest[0]) != kept:
                self._connection.execute(
                    "INSERT INTO terms (assignment, terms, recorded_at) VALUES (?, ?, ?)",
                    (assignment, kept, stamp),
                )

    def note_lost(self, assignment: str, problems: Sequence[Problem], *, now: datetime | None = None) -> None:
        """Keeps what a run put down to nobody, if it is not what stands."""
        kept = encoding.problems_to_json(tuple(problems))
        with explained(self.path), transaction(self._connection):
            if (self._lost(assignment) or "[]") != kept:
                self._connection.execute(
                    "INSERT INTO lost (assignment, problems, recorded_at) VALUES (?, ?, ?)",
                    (assignment, plain(kept), _stamp(now or datetime.now(UTC))),
                )

    def lost(self, assignment: str) -> tuple[Problem, ...]:
        """What the last run put down to nobody."""
        with explained(self.path):
            return encoding.problems_from_json(self._lost(assignment) or "[]")

    def _lost(self, assignment: str) -> str | None:
        row = self._connection.execute(
            "SELECT problems FROM lost WHERE assignment = ? ORDER BY id DESC LIMIT 1", (assignment,)
        ).fetchone()
        return None if row is None else str(row[0])

    def files(self, assignment: str, student: str) -> tuple[File, ...]:
        """The files of the attempt that counts, as they were handed in, without those too large to keep."""
        with explained(self.path):
            rules = _results.terms_of(self._connection, assignment)
            chosen = _results.counting(self._connection, assignment, rules, {plain(student)})
            return _kept.files(self._connection, chosen[0].head.attempt_id) if chosen else ()

    def history(self, assignment: str, student: str, part: str | None = None) -> tuple[MarkRow, ...]:
        """Every mark of a student (or of one part), the oldest first, over all attempts and gradings."""
        with explained(self.path):
            return _people.history(self._connection, assignment, student, part)

    def version(self) -> Version:
        """How far the gradebook has grown."""
        with explained(self.path):
            row = self._connection.execute(
                "SELECT (SELECT coalesce(max(id), 0) FROM marks),"
                " (SELECT coalesce(max(id), 0) FROM submissions), (SELECT coalesce(max(id), 0) FROM flags)"
            ).fetchone()
        return Version(*row)

    def marks_since(self, assignment: str, mark_id: int) -> tuple[MarkRow, ...]:
        """The marks of an assignment that were added after the one with this id, the oldest first."""
        with explained(self.path):
            return _people.since(self._connection, assignment, mark_id)

    def decide(
        self, marks: Sequence[Decision], *, now: datetime, remember: Sequence[RememberedDecision] = ()
    ) -> tuple[MarkRow, ...]:
        """Adds the marks of people, all of them or none, and what is to be remembered with them.

        Members of a group share a mark: a decision on one is one on all whose mark is the same. If one
        decision is remembered, its id stands in the detail of every mark as `remembered`.

        Raises:
            Conflict: somebody marked in between; it says who and what.
            StaffError: no such part, points it does not give, or two decisions on one part.
            MachineError: the file is locked, read-only, damaged, or the disk is full.
        """
        with explained(self.path), transaction(self._connection):
            standing: dict[tuple[str, str, str], MarkRow] = {}
            members: dict[tuple[str, str], tuple[str, ...]] = {}
            for assignment in dict.fromkeys(one.assignment for one in marks):
                students = [one.student for one in marks if one.assignment == assignment]
                shared = self._members(assignment, students)
                members |= {(assignment, student): others for student, others in shared.items()}
                everyone = dict.fromkeys([*students, *(one for others in shared.values() for one in others)])
                standing |= self._standing(assignment, everyone)
            return _people.decide(self._connection, standing, members, marks, remember, _stamp(now))

    def undo(self, mark_id: int, *, who: str, now: datetime) -> MarkRow:
        """Adds a mark that restores what stood before `mark_id`; undoing that one restores it again.

        A mark that was given to a group is taken back for all its members.

        Raises:
            Conflict: another mark was given since.
            StaffError: no such mark, or none stood before it.
            MachineError: the file is locked, read-only, damaged, or the disk is full.
        """
        with explained(self.path), transaction(self._connection):
            return self._undo(mark_id, who, _stamp(now))

    def undo_all(self, mark_ids: Sequence[int], *, who: str, now: datetime) -> Undone:
        """Undoes several marks in one transaction; what cannot be undone stays, and is told.

        Raises:
            MachineError: the file is locked, read-only, damaged, or the disk is full; nothing was undone.
        """
        taken: list[int] = []
        since: list[MarkRow] = []
        refused: list[str] = []
        with explained(self.path), transaction(self._connection):
            for mark_id in mark_ids:
                try:
                    with savepoint(self._connection):
                        self._undo(mark_id, who, _stamp(now))
                except Conflict as conflict:
                    # A member of a group of students has one mark with the others: it went with theirs.
                    if any(one.detail.get("undoes") == mark_id for one in conflict.standing):
                        taken.append(mark_id)
                    else:
                        since += conflict.standing
                except StaffError as error:
                    refused.append(str(error))
                else:
                    taken.append(mark_id)
        return Undone(tuple(taken), tuple(since), tuple(refused))

    def _undo(self, mark_id: int, who: str, stamp: str) -> MarkRow:
        mark = _people.row(self._connection, mark_id)
        if mark is None:
            raise StaffError(f"there is no mark {mark_id}")
        others = self._members(mark.assignment, [mark.student]).get(mark.student, ())
        standing = self._standing(mark.assignment, [mark.student, *others])
        now_standing = standing[mark.assignment, mark.student, mark.part]
        if now_standing.detail.get("carried") == mark_id:
            mark_id = now_standing.id
        restored = _people.undo(self._connection, now_standing, mark_id, who, stamp)
        _memory.settle(self._connection, now_standing, restored, stamp)
        for student in others:
            theirs = standing.get((mark.assignment, student, mark.part))
            if theirs and theirs.detail.get("shared") == now_standing.detail.get("shared", ""):
                theirs_again = _people.undo(self._connection, theirs, theirs.id, who, stamp)
                _memory.settle(self._connection, theirs, theirs_again, stamp)
        return restored

    def remember(self, decision: RememberedDecision, *, now: datetime | None = None) -> RememberedDecision:
        """Keeps a decision on equal answers for later submissions; what comes back knows its id.

        Raises:
            StaffError: a credit that is not between 0 and 1.
            MachineError: the file is locked, read-only, damaged, or the disk is full.
        """
        with explained(self.path), transaction(self._connection):
            return _memory.remember(self._connection, decision, _stamp(now or datetime.now(UTC)))

    def remembered(self, assignment: str) -> tuple[RememberedDecision, ...]:
        """The remembered decisions that apply, the oldest first; those taken back are not among them."""
        with explained(self.path):
            return _memory.remembered(self._connection, assignment)

    def forget(self, remembered_id: int, *, who: str, why: str, now: datetime) -> None:
        """A remembered decision no longer applies to later submissions; the marks it gave stay.

        Raises:
            StaffError: there is no such decision.
        """
        with explained(self.path), transaction(self._connection):
            _memory.forget(self._connection, remembered_id, who, why, _stamp(now))

    def comment(self, assignment: str, part: str, text: str, *, who: str, now: datetime) -> Comment:
        """A comment to use again, the same for the same text; `part` is empty for one that fits all."""
        with explained(self.path), transaction(self._connection):
            return _memory.comment(self._connection, assignment, part, text, who, _stamp(now))

    def comments(self, assignment: str, part: str | None = None) -> tuple[Comment, ...]:
        """The comments of an assignment (for one part: its own and those for all), the most used first."""
        with explained(self.path):
            found = _memory.comments(self._connection, assignment)
        return tuple(one for one in found if part is None or one.part in ("", part))

    def flag(
        self, assignment: str, student: str, part: str, *, who: str, why: str, now: datetime, up: bool = True
    ) -> None:
        """Puts up (or takes down) the flag that a part wants a second look."""
        with explained(self.path), transaction(self._connection):
            _memory.flag(self._connection, assignment, [(student, part)], up, who, why, _stamp(now))

    def flags(self, assignment: str) -> tuple[Flag, ...]:
        """The flags that are up, the oldest first."""
        with explained(self.path):
            return _memory.flags(self._connection, assignment)

    def _standing(self, assignment: str, students: Iterable[str]) -> dict[tuple[str, str, str], MarkRow]:
        """The marks that stand, of some students, by assignment, student and part."""
        wanted = {plain(student) for student in students}
        rules = _results.terms_of(self._connection, assignment)
        chosen = _results.counting(self._connection, assignment, rules, wanted)
        heads = [one.head.id for one in chosen]
        found: dict[tuple[str, str, str], MarkRow] = {}
        for start in range(0, len(heads), _results.IDS_PER_QUERY):
            found |= _people.standing(self._connection, heads[start : start + _results.IDS_PER_QUERY])
        return found

    def _members(self, assignment: str, students: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """By student, the other members of their group who handed in the same files."""
        some = self._connection.execute(
            "SELECT 1 FROM attempts WHERE assignment = ? AND group_name != '' LIMIT 1", (assignment,)
        ).fetchone()
        if some is None:
            return {}
        rules = _results.terms_of(self._connection, assignment)
        groups: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        of: dict[str, tuple[str, str]] = {}
        for head, _, _ in _results.counting(self._connection, assignment, rules):
            if head.group:
                of[head.student] = head.group, head.files_hash
                groups[head.group, head.files_hash].append(head.student)
        return {
            student: tuple(one for one in groups[of[student]] if one != student)
            for student in map(plain, students)
            if student in of
        }


def _stamp(now: datetime) -> str:
    return now.astimezone(UTC).isoformat(timespec="seconds")


def open_gradebook(path: Path) -> Gradebook:
    """The gradebook in a file, which is made if need be and brought up to the present tables.

    Raises:
        MachineError: the file is not a gradebook, is newer than this program, locked or not writable.
    """
    return Gradebook(path, connect(path))
