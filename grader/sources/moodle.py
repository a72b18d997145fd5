"""Moodle's download of all submissions: a folder `<Full name>_<id>_assignsubmission_file` each, or flat.

The zip tells neither times nor who was late: they are taken from the grading worksheet, if it lies in the
zip or beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from grader import roster
from grader.errors import StaffError, StudentError
from grader.roster import Clue, Person, Roster
from grader.sources._intake import Handed, Listing, Split

CALLED = "a Moodle download"

# the whole group of a team without a number: "Default group_assignsubmission_file"
_PART = re.compile(
    r"(?P<name>[^_]*)_(?:(?P<uid>\d+)_)?(?P<type>assignsubmission|assignfeedback)_(?P<plugin>[a-z]+)"
    r"(?:_(?P<rest>.*))?",
    re.DOTALL,
)


def recognises(names: Sequence[str]) -> float:
    """The share of the names whose first part Moodle could have written."""
    names = [name for name in names if "/" in name or not name.lower().endswith(".csv")]
    if not names:
        return 0.0
    return sum(_PART.fullmatch(name.partition("/")[0]) is not None for name in names) / len(names)


def split(listing: Listing) -> Split:
    """One submission per participant number: files and online texts together, feedback left out."""
    found: dict[tuple[str, str | None], list[tuple[str, str]]] = {}
    for name in listing.names:
        top, _, below = name.partition("/")
        match = _PART.fullmatch(top)
        if match is None or match["type"] == "assignfeedback":
            continue
        # Moodle before 4.1 ends the folder's name with one more underscore: then `rest` is empty
        path = below or match["rest"] or top
        found.setdefault((match["name"], match["uid"]), []).append((name, path))
    blind = _blind_word([name for name, uid in found if uid is not None])
    handed = sorted(
        _handed("Participant" if name == blind else name, uid, files) for (name, uid), files in found.items()
    )
    sheet, remarks = _worksheet(listing, {uid for _, uid in found if uid is not None})
    by_number = {person.moodle: person for person in sheet.people} if sheet else {}
    return Split(tuple(_timed(each, by_number) for each in handed), remarks)


def _blind_word(names: Sequence[str]) -> str:
    """The word that stands for every name while marking is blind; it is in the site's language."""
    return names[0] if len(names) > 1 and len(set(names)) == 1 else "Participant"


def _handed(name: str, number: str | None, files: list[tuple[str, str]]) -> Handed:
    if number is None:
        return Handed(name, name, tuple(files), (Clue("word", name),))
    if name == "Participant":
        student = f"Participant_{number}"
        return Handed(student, student, tuple(files), (Clue("moodle", number),))
    clues = (Clue("moodle", number), Clue("name", name))
    return Handed(f"{name} ({number})", name, tuple(files), clues)


def _timed(handed: Handed, by_number: Mapping[str, Person]) -> Handed:
    number = next((clue.text for clue in handed.clues if clue.kind == "moodle"), "")
    person = by_number.get(number)
    if person is None or not (handed.name == handed.student or roster.same_name(person, handed.name)):
        return handed
    return handed._replace(late=person.late, received=person.received)


def _worksheet(listing: Listing, numbers: set[str]) -> tuple[Roster | None, tuple[str, ...]]:
    """The one grading worksheet that knows most of the participants, and what to say of it."""
    fits = [(name, sheet) for name, sheet in _worksheets(listing) if _fits(sheet, numbers)]
    if len(fits) != 1:
        said = f"Several worksheets fit ({', '.join(name for name, _ in fits)}); times are taken from none."
        return None, (said,) if fits else ()
    ((name, sheet),) = fits
    return sheet, (f"Times of submission and who was late are from {name}.",)


def _fits(sheet: Roster, numbers: set[str]) -> bool:
    known = {person.moodle for person in sheet.people}
    return 2 * len(numbers & known) > len(numbers)


def _worksheets(listing: Listing) -> Iterator[tuple[str, Roster]]:
    for name in listing.names:
        if "/" not in name and name.lower().endswith(".csv"):
            try:
                yield name, roster.parse(listing.load(name), name=name)
            except (StaffError, StudentError):
                continue
    for path in listing.beside:
        try:
            yield path.name, roster.load(path)
        except StaffError:
            continue
