"""The class list: who is in the class, and which of them a submission or a row of marks belongs to.

Read from a CSV of one's own or from what a platform exports (Canvas' gradebook, Moodle's grading worksheet
or list of participants, the rosters of Gradescope, MarkUs, Brightspace, Blackboard and nbgrader).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from grader.errors import StaffError
from grader.roster._names import forms, plain_forms
from grader.roster.columns import Table, read
from grader.times import read_time

__all__ = ["Clue", "Found", "Person", "Roster", "clues_of", "load", "look_up", "parse", "same_name"]

CASCADE: Final = ("key", "folder", "canvas", "moodle", "number", "login", "email", "name", "word")
"""The kinds of clues, those that settle most first.

A `key` is that of a row of marks, a `word` the name of a folder: each may be any of several of the others.
"""

_SPOKEN: Final = {
    "canvas": "Canvas id",
    "moodle": "participant number",
    "number": "student number",
    "folder": "submission name",
    "email": "email address",
    "word": "submission name",
    "key": "submission name",
}


class Clue(NamedTuple):
    """One thing that is known of whoever handed something in: its kind (see `CASCADE`) and its text."""

    kind: str
    text: str

    def __str__(self) -> str:
        return f"{_SPOKEN.get(self.kind, self.kind)} {self.text!r}"


@dataclass(frozen=True, slots=True)
class Person:
    """One row of a class list. `student` is the key in the gradebook; what is not known is empty.

    `canvas` and `moodle` are the numbers those platforms give (Moodle's one for this assignment alone),
    `folder` is what the person's submission is called, `line` where the row stands in the file.
    """

    student: str
    name: str
    email: str = ""
    login: str = ""
    number: str = ""
    canvas: str = ""
    moodle: str = ""
    folder: str = ""
    group: str = ""
    received: datetime | None = None
    late: bool = False
    line: int = 0

    def __str__(self) -> str:
        return self.name if self.name == self.student else f"{self.name} ({self.student})"


@dataclass(frozen=True, slots=True)
class Roster:
    """A class list that was read: `kind` says as what; `remarks` are for whoever keeps the list."""

    kind: str
    people: tuple[Person, ...]
    remarks: tuple[str, ...] = ()
    _index: Mapping[tuple[str, str], tuple[Person, ...]] = field(default_factory=dict, repr=False)

    def with_text(self, kind: str, text: str) -> tuple[Person, ...]:
        """Everybody of whom `text` is known under `kind`; `plain` is a name without accents."""
        return self._index.get((kind, text), ())


class Found(NamedTuple):
    """Who was meant: one person, or the members of a group; nobody, and then why and what would settle it."""

    people: tuple[Person, ...]
    group: str = ""
    why: str = ""


def load(path: Path) -> Roster:
    """The class list in a file.

    Raises:
        StaffError: it cannot be read, or two rows have the same key.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise StaffError(f"the class list {path} cannot be read: {error.strerror or error}") from None
    return parse(data, name=path.name)


def parse(data: bytes, *, name: str) -> Roster:
    """The class list in some bytes; `name` stands in messages.

    Raises:
        StaffError: it cannot be read, or two rows have the same key.
    """
    table = read(data, name=name)
    people: list[Person] = []
    lines: dict[str, int] = {}
    faults: list[str] = []
    remarks: list[str] = []
    for line, row in table.rows:
        person = _person(table, line, row)
        if person is None:
            if table.kind != "Canvas gradebook":
                remarks.append(f"{name}, line {line}: nobody is named here; the line is passed over.")
        elif person.student in lines:
            faults.append(
                f"{name}, line {line}: {person.student!r} stands in line {lines[person.student]} too"
            )
        else:
            lines[person.student] = line
            people.append(person)
    if faults:
        raise StaffError("\n".join([*faults, "give everybody one row, or a column `student` that differs"]))
    if not people:
        raise StaffError(f"{name} names nobody; give the class list as CSV, one row for each student")
    return Roster(table.kind, tuple(people), tuple(remarks), _indexed(people))


def clues_of(student: str, name: str = "") -> tuple[Clue, ...]:
    """What the key and the name of a row of marks say of a person.

    Keys such as `doejane (123)` and `Participant_77` hold the number of a platform.

    >>> clues_of("Jane Doe (77)", "Jane Doe")
    (Clue(kind='key', text='Jane Doe (77)'), Clue(kind='id', text='77'), Clue(kind='name', text='Jane Doe'))
    """
    numbered = re.fullmatch(r"(?:.* \((?P<a>\w+)\)|Participant_(?P<b>\d+))", student)
    clues = [Clue("key", student)]
    if numbered:
        clues.append(Clue("id", numbered["a"] or numbered["b"]))
    # Where nobody knew a name, the key stands for it.
    return (*clues, Clue("name", name) if name and name != student else Clue("word", student))


def look_up(roster: Roster, clues: tuple[Clue, ...], *, near: bool = True) -> Found:
    """The person the clues lead to, by the first kind that leads anywhere; nobody where that is several.

    A number that leads to one person while the name leads to another leads nowhere: one of them is wrong.
    Where nobody is found, the nearest name is looked for if `near`.
    """
    named = {
        person.student: person for clue in clues if clue.kind == "name" for person in _matches(roster, clue)
    }
    for clue in sorted(clues, key=_rank):
        found = _matches(roster, clue)
        if len(found) > 1:
            return Found((), why=_several(clue, found))
        if not found:
            continue
        (person,) = found
        # What staff wrote down by hand stands above any name.
        if named and person.student not in named and clue.kind != "folder":
            others = " or ".join(str(other) for other in named.values())
            return Found((), why=f"The {clue} is {person}'s, but the name is that of {others}.")
        if clue.kind in ("moodle", "canvas", "id") and _names_differ(clues, person):
            # Both platforms put the name of a group before a number that may be a member's.
            if members := _group(roster, clues):
                return members
            if clue.kind == "canvas":
                return Found((person,))
            said = f"The {clue} is {person}'s, who has another name. Is the list of this assignment?"
            return Found((), why=said)
        return Found((person,))
    return _group(roster, clues) or Found((), why=_nobody(roster, clues, near=near))


def _rank(clue: Clue) -> int:
    return CASCADE.index("canvas" if clue.kind == "id" else clue.kind)


def _matches(roster: Roster, clue: Clue) -> tuple[Person, ...]:
    if clue.kind == "name":
        return _by_name(roster, clue.text)
    if clue.kind == "id":
        return _union(roster.with_text(kind, clue.text) for kind in ("canvas", "moodle", "number", "login"))
    text = clue.text.casefold()
    if clue.kind == "number":
        return roster.with_text("number", text) or roster.with_text("number", text.lstrip("0"))
    if clue.kind not in ("word", "key"):
        return roster.with_text(clue.kind, text)
    kinds = ("folder", "student", "number", "login", "email")
    if clue.kind == "key":
        return _union(roster.with_text(kind, text) for kind in kinds)
    return _union(roster.with_text(kind, text) for kind in kinds) or _by_name(roster, clue.text)


def _by_name(roster: Roster, name: str) -> tuple[Person, ...]:
    """Those of this name in any order of its words; only if there are none, those without the accents."""
    exact = _union(roster.with_text("name", form) for form in forms(name))
    return exact or _union(roster.with_text("plain", form) for form in plain_forms(name))


def _union(found: Iterator[tuple[Person, ...]]) -> tuple[Person, ...]:
    return tuple({person.student: person for people in found for person in people}.values())


def same_name(person: Person, name: str) -> bool:
    """Whether a name may be this person's; a blind class list has no names, and then any may be."""
    return person.name == person.student or bool(plain_forms(name) & plain_forms(person.name))


def _names_differ(clues: tuple[Clue, ...], person: Person) -> bool:
    names = [clue.text for clue in clues if clue.kind == "name"]
    return bool(names) and not any(same_name(person, name) for name in names)


def _group(roster: Roster, clues: tuple[Clue, ...]) -> Found | None:
    """All members of the one group that is called so."""
    for clue in clues:
        if clue.kind in ("name", "word"):
            members = roster.with_text("group", _squeezed(clue.text))
            groups = {person.group for person in members}
            if len(groups) == 1:
                return Found(members, group=groups.pop())
    return None


def _squeezed(text: str) -> str:
    # Canvas keeps of a group's name only letters, digits and underscores.
    return re.sub(r"[^\w]", "", text.casefold()).replace("_", "")


def _several(clue: Clue, found: tuple[Person, ...]) -> str:
    who = ", ".join(str(person) for person in found[:5])
    return f"The {clue} may be {who}{' or others' if len(found) > 5 else ''}."


def _nobody(roster: Roster, clues: tuple[Clue, ...], *, near: bool) -> str:
    known = " or ".join(dict.fromkeys(str(clue) for clue in clues if clue.kind != "folder"))
    return f"Nobody there has the {known}.{_nearest(roster, clues) if near else ''}"


def _nearest(roster: Roster, clues: tuple[Clue, ...]) -> str:
    from difflib import get_close_matches

    spelled = {form: person for person in roster.people for form in plain_forms(person.name)}
    words = [form for clue in clues if clue.kind in ("name", "word") for form in plain_forms(clue.text)]
    near = {spelled[hit].student: spelled[hit] for w in words for hit in get_close_matches(w, spelled, n=1)}
    return f" The nearest is {' or '.join(map(str, near.values()))}." if near else ""


def _person(table: Table, line: int, row: tuple[str, ...]) -> Person | None:
    cells = table.cells(row)
    name = cells.get("name") or " ".join(filter(None, (cells.get("first", ""), cells.get("last", ""))))
    if table.kind == "Canvas gradebook" and _no_student(cells):
        return None
    if "," in name:
        last, _, first = name.partition(",")
        name = f"{first.strip()} {last.strip()}".strip()
    number = cells.get("number", "").removeprefix("#")
    login = cells.get("login", "").removeprefix("#")
    moodle = re.sub(r"\D+", "", cells.get("moodle", ""))
    known = (login, cells.get("email", ""), number, cells.get("folder", ""))
    ids = (cells.get("canvas", ""), f"Participant_{moodle}" if moodle else "")
    student = cells.get("student", "") or next(filter(None, (*known, *ids, name)), "")
    if not student:
        return None
    return Person(
        student=student,
        name=name or student,
        email=cells.get("email", ""),
        login=login,
        number=number,
        canvas=cells.get("canvas", ""),
        moodle=moodle,
        folder=cells.get("folder", ""),
        group=cells.get("group", "").strip("-"),
        received=read_time(cells.get("received", "")),
        late=re.search(r"\blate\b", cells.get("status", ""), re.IGNORECASE) is not None
        or re.search(r"[1-9]", cells.get("lateness", "")) is not None,
        line=line,
    )


def _no_student(cells: Mapping[str, str]) -> bool:
    """Rows of Canvas' gradebook that are nobody: the points possible, the posting, the test student."""
    name = cells.get("name", "")
    return not name or "Points Possible" in name or name in ("Student, Test", "Test Student")


def _indexed(people: list[Person]) -> Mapping[tuple[str, str], tuple[Person, ...]]:
    found: dict[tuple[str, str], list[Person]] = {}
    for person in people:
        texts = [
            *(("student", person.student), ("folder", person.folder), ("canvas", person.canvas)),
            *(("moodle", person.moodle), ("number", person.number), ("login", person.login)),
            ("email", person.email),
        ]
        keys = {(kind, text.casefold()) for kind, text in texts if text}
        keys |= {("number", person.number.lstrip("0"))} if person.number.lstrip("0") else set()
        keys |= {("name", form) for form in forms(person.name)}
        keys |= {("plain", form) for form in plain_forms(person.name)}
        keys |= {("group", _squeezed(person.group))} if person.group else set()
        for key in keys:
            found.setdefault(key, []).append(person)
    return {key: tuple(those) for key, those in found.items()}
