"""nbgrader's tree of what was handed in: `submitted/<student>/<assignment>/`, with a `timestamp.txt`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from grader.errors import StaffError, StudentError
from grader.roster import Clue
from grader.sources._intake import Handed, Listing, Split
from grader.times import read_time

CALLED = "an nbgrader course"

# what nbgrader writes beside the work of a student
_OWN: Final = ("timestamp.txt", "submission_secret.txt")
# the other folders of a course, which hold no submissions
_STEPS: Final = ("source", "source_with_tests", "release", "autograded", "feedback", "solution", "downloaded")


def recognises(names: Sequence[str]) -> float:
    """The share of the files in a folder `<student>/<assignment>/` that has a time stamp."""
    parts = [found for name in names if (found := _parts(name))]
    stamped = {found[:2] for found in parts if found[2] == "timestamp.txt"}
    inside = sum(found[:2] in stamped for found in parts)
    if any(name.startswith("submitted/") for name in names) and parts:
        return 1.0
    return inside / len(names) if names else 0.0


def split(listing: Listing) -> Split:
    """One submission per student, received when the time stamp says.

    Raises:
        StaffError: the tree holds several assignments.
    """
    students: dict[str, list[tuple[str, str]]] = {}
    stamps: dict[str, str] = {}
    assignments: set[str] = set()
    for name in listing.names:
        found = _parts(name)
        if found is None:
            continue
        student, assignment, path = found
        assignments.add(assignment)
        if path == "timestamp.txt":
            stamps[student] = name
        files = students.setdefault(student, [])
        if path not in _OWN:
            files.append((name, path))
    if len(assignments) > 1:
        raise StaffError(
            f"{listing.label} holds the assignments {', '.join(sorted(assignments)[:8])}; give one of them "
            "at a time: a folder that holds submitted/<student>/<assignment> of that one alone"
        )
    return Split(
        tuple(
            Handed(
                student,
                student,
                tuple(files),
                (Clue("folder", student), Clue("word", student)),
                received=read_time(_text(listing, stamps[student])) if student in stamps else None,
            )
            for student, files in sorted(students.items())
        )
    )


def _parts(name: str) -> tuple[str, str, str] | None:
    """Student, assignment, and the path below, of a name in the tree; None for the rest of a course."""
    inside = name.removeprefix("submitted/")
    student, _, rest = inside.partition("/")
    assignment, _, path = rest.partition("/")
    if not path or (inside == name and student in _STEPS):
        return None
    return student, assignment, path


def _text(listing: Listing, name: str) -> str:
    try:
        return listing.load(name)[:200].decode("utf-8", "replace").strip()
    except StudentError:
        return ""
