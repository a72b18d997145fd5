"""Attempts as they were handed in, out of the gradebook again, and the verdicts that were found in them."""

from __future__ import annotations

import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from grader import encoding
from grader.errors import StaffError
from grader.gradebook._rows import plain, verdict_of
from grader.types import File, Submission, Verdict

# A row says how large a file is, but a damaged one must not fill the memory.
_LARGEST: Final = 64_000_000


def files(connection: sqlite3.Connection, attempt: int) -> tuple[File, ...]:
    """The files of an attempt, by path; those that were too large to keep are absent."""
    rows = connection.execute(
        "SELECT path, size, data FROM attempt_files JOIN files USING (hash) WHERE data IS NOT NULL"
        " AND attempt_id = ? ORDER BY path",
        (attempt,),
    )
    found = []
    for path, size, data in rows:
        whole = zlib.decompressobj().decompress(data, _LARGEST)
        if len(whole) == size:
            found.append(File(path, whole))
    return tuple(found)


def submissions(connection: sqlite3.Connection, assignment: str) -> Iterator[tuple[Submission, str]]:
    """The latest hand-in of every attempt with the hash it was graded under, by student and attempt.

    Raises:
        StaffError: files of some were not kept, so that they cannot be graded again from here.
    """
    rows = connection.execute(
        "SELECT t.id, s.student, g.name, g.late, t.problems, t.received, t.number, t.group_name,"
        " g.submission_hash, t.files_hash FROM submissions g JOIN students s ON s.id = g.student_id"
        " JOIN attempts t ON t.id = g.attempt_id WHERE g.id IN"
        " (SELECT max(g.id) FROM submissions g JOIN attempts t ON t.id = g.attempt_id"
        " WHERE g.assignment = ? GROUP BY g.student_id, t.number) ORDER BY s.student, t.number",
        (assignment,),
    ).fetchall()
    missing = {
        attempt
        for (attempt,) in connection.execute(
            "SELECT attempt_id FROM attempt_files JOIN files USING (hash) WHERE data IS NULL"
        )
    }
    lost = sorted({row[1] for row in rows if row[0] in missing or not row[-1]})
    if lost:
        some = ", ".join(lost[:5]) + (", ..." if len(lost) > 5 else "")
        raise StaffError(
            f"the gradebook does not hold all files of {len(lost)} of {len(rows)} submissions ({some}); "
            "name the folder or zip they came in"
        )
    for attempt, student, name, late, problems, received, number, group, graded_as, _ in rows:
        yield (
            Submission(
                student,
                name,
                files(connection, attempt),
                bool(late),
                encoding.problems_from_json(problems),
                None if received is None else datetime.fromisoformat(received),
                number,
                group,
            ),
            graded_as,
        )


def verdicts(connection: sqlite3.Connection, student: str) -> Mapping[str, Mapping[str, Verdict]]:
    """What was found in the latest gradings of a student: by what it was made from, and by part."""
    rows = connection.execute(
        "SELECT made_from, part, outcome, credit, code, message, read, mathml, evidence FROM verdicts"
        " WHERE made_from != '' AND submission_id IN (SELECT max(g.id) FROM submissions g"
        " JOIN students s ON s.id = g.student_id WHERE s.student = ? GROUP BY g.attempt_id)",
        (plain(student),),
    )
    found: defaultdict[str, dict[str, Verdict]] = defaultdict(dict)
    for digest, part, *row in rows:
        found[digest][part] = verdict_of(row)
    return dict(found)
