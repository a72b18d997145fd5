"""Moodle's download of all submissions: a folder `<Full name>_<id>_assignsubmission_file` each, or flat."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from grader.sources._intake import Listing, gather
from grader.types import Submission

# the whole group of a team without a number: "Default group_assignsubmission_file"
_PART = re.compile(
    r"(?P<name>[^_]*)_(?:(?P<uid>\d+)_)?(?P<type>assignsubmission|assignfeedback)_(?P<plugin>[a-z]+)"
    r"(?:_(?P<rest>.*))?",
    re.DOTALL,
)


def recognises(names: Sequence[str]) -> float:
    """The share of the names whose first part Moodle could have written."""
    if not names:
        return 0.0
    return sum(_PART.fullmatch(name.partition("/")[0]) is not None for name in names) / len(names)


def split(listing: Listing) -> Iterator[Submission]:
    """One submission per participant number: files and online texts together, feedback left out."""
    students: dict[str, list[tuple[str, str]]] = {}
    names: dict[str, str] = {}
    for name in listing.names:
        top, _, below = name.partition("/")
        match = _PART.fullmatch(top)
        if match is None or match["type"] == "assignfeedback":
            continue
        student = _student(match["name"], match["uid"])
        # Moodle before 4.1 ends the folder's name with one more underscore: then `rest` is empty
        path = below or match["rest"] or top
        names[student] = student if match["name"] == "Participant" else match["name"]
        students.setdefault(student, []).append((name, path))
    for student in sorted(students):
        yield gather(listing, students[student], student=student, name=names[student])


def _student(name: str, number: str | None) -> str:
    if number is None:
        return name
    return f"Participant_{number}" if name == "Participant" else f"{name} ({number})"
