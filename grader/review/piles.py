"""What is to be marked: the class without names, and for each part its groups of equal answers."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, NamedTuple

from grader import groups
from grader.gradebook import Flag, Gradebook, MarkRow, Version
from grader.groups import Group, Written
from grader.rubric import Part, Prepared, Rubric
from grader.types import Mark, Problem

Show = Literal["waiting", "flagged", "all"]
SHOWS: Final[tuple[Show, ...]] = ("waiting", "flagged", "all")
_CODE: Final = 5


class Person(NamedTuple):
    """A student: `code` stands for the name, and tells nothing of it."""

    student: str
    name: str
    code: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """One assignment as it stands in the gradebook now. `marks` are by part, then by student's code."""

    assignment: str
    title: str
    people: Mapping[str, Person]
    marks: Mapping[str, Mapping[str, Mark]]
    flags: Mapping[tuple[str, str], Flag]
    rubric: Rubric | None
    prepared: Prepared | None

    @property
    def parts(self) -> tuple[str, ...]:
        """The ids of all parts, in the order of the rubric."""
        return tuple(self.marks)

    def part(self, part: str) -> Part | None:
        """The rubric's part, if the rubric is known."""
        found = () if self.rubric is None else self.rubric.parts
        return next((one for one in found if one.id == part), None)


@dataclass(frozen=True, slots=True)
class Pile:
    """The answers to one part that a person sees, in groups; the largest group first."""

    course: Course
    part: str
    groups: tuple[Group[str], ...]

    @property
    def marks(self) -> Mapping[str, Mark]:
        """The marks of the part, by student's code."""
        return self.course.marks[self.part]

    def waiting(self, group: Group[str]) -> tuple[str, ...]:
        """The codes of those in a group who have no mark yet."""
        return tuple(one.of for one in group.members if self.marks[one.of].points is None)

    def holding(self, code: str) -> int | None:
        """The position of the group in which a student's answer is; None if it is in none."""
        for position, group in enumerate(self.groups):
            if any(one.of == code for one in group.members):
                return position
        return None


class Progress(NamedTuple):
    """How far a pile is: decisions and answers, done and all."""

    groups_done: int
    groups: int
    answers_done: int
    answers: int


def progress(pile: Pile) -> Progress:
    """How many of the groups and answers of a pile have their marks."""
    waiting = [len(pile.waiting(group)) for group in pile.groups]
    answers = sum(len(group.members) for group in pile.groups)
    done = sum(not left for left in waiting)
    return Progress(done, len(waiting), answers - sum(waiting), answers)


@dataclass(slots=True)
class Piles:
    """Reads courses and groups their answers; groups are kept as long as the answers are the same."""

    rubric_for: Callable[[str], tuple[Rubric, Prepared] | None]
    _courses: dict[str, tuple[Version, Course]] = field(default_factory=dict)
    _known: dict[tuple[str, str, Show], tuple[list[tuple[Any, ...]], tuple[Group[str], ...]]] = field(
        default_factory=dict
    )

    def course(self, book: Gradebook, assignment: str) -> Course:
        """The assignment as it stands in the gradebook now; only what was added is read again."""
        version = book.version()
        known = self._courses.get(assignment)
        if known is None or known[0].submissions != version.submissions:
            course = self._read(book, assignment)
        else:
            course = known[1]
            if known[0].marks != version.marks:
                course = _with_marks(course, book.marks_since(assignment, known[0].marks))
            if known[0].flags != version.flags:
                course = replace(course, flags=_flags(book, course))
        rubric, prepared = self.rubric_for(assignment) or (None, None)
        if course.rubric is not rubric:
            course = _with_rubric(course, rubric, prepared)
        self._courses[assignment] = (version, course)
        return course

    def _read(self, book: Gradebook, assignment: str) -> Course:
        results = tuple(book.results(assignment))
        codes = _codes(book.secret(), [result.student for result in results])
        people: dict[str, Person] = {}
        marks: dict[str, dict[str, Mark]] = {}
        for result in sorted(results, key=lambda one: codes[one.student]):
            code = codes[result.student]
            people[code] = Person(result.student, result.name, code, result.problems)
            for mark in result.marks:
                marks.setdefault(mark.part, {})[code] = mark
        title = next((result.title for result in results if result.title), assignment)
        course = Course(assignment, title, people, marks, {}, None, None)
        return replace(course, flags=_flags(book, course))

    def pile(self, course: Course, part: str, show: Show = "waiting", secret: bytes = b"") -> Pile:
        """The groups of a part: of what a person must see, of what is flagged, or of all there is.

        A group with a flag is shown whole; what was marked stays in its place.
        """
        marks = course.marks[part]
        chosen = {code: mark for code, mark in marks.items() if show == "all" or is_for_a_person(mark)}
        if show == "flagged":
            chosen |= {code: mark for code, mark in marks.items() if (code, part) in course.flags}
        given = [(code, mark.answer, mark.verdict) for code, mark in chosen.items()]
        key = (course.assignment, part, "waiting" if show == "flagged" else show)
        known = self._known.get(key)
        if known is None or known[0] != given:
            prepared = None if course.prepared is None else course.prepared.get(part)
            written = [Written(*one) for one in given]
            found = groups.grouped(written, course.part(part), prepared, secret=secret)
            known = self._known[key] = (given, found)
        kept = known[1]
        if show == "flagged":
            kept = tuple(g for g in kept if any((one.of, part) in course.flags for one in g.members))
        return Pile(course, part, kept)


def _with_rubric(course: Course, rubric: Rubric | None, prepared: Prepared | None) -> Course:
    """The course with its rubric, and the parts in its order."""
    order = {} if rubric is None else {part.id: place for place, part in enumerate(rubric.parts)}
    ordered = sorted(course.marks, key=lambda part: order.get(part, len(order)))
    return replace(
        course, rubric=rubric, prepared=prepared, marks={part: course.marks[part] for part in ordered}
    )


def _with_marks(course: Course, rows: Iterable[MarkRow]) -> Course:
    """The course after some more marks; answers and verdicts are those of the same grading."""
    codes = {person.student: code for code, person in course.people.items()}
    changed = {part: dict(marks) for part, marks in course.marks.items()}
    for row in rows:
        code = codes[row.student]
        changed[row.part][code] = replace(
            changed[row.part][code],
            points=row.points,
            max_points=row.max_points,
            who=row.given_by,
            why=row.detail.get("because", row.why),
            detail=row.detail,
            id=row.id,
        )
    return replace(course, marks=changed)


def _flags(book: Gradebook, course: Course) -> Mapping[tuple[str, str], Flag]:
    codes = {person.student: code for code, person in course.people.items()}
    flags = book.flags(course.assignment)
    return {(codes[flag.student], flag.part): flag for flag in flags if flag.student in codes}


def is_for_a_person(mark: Mark) -> bool:
    """Whether a part waits for a person, or was decided by one."""
    return mark.points is None or mark.verdict.credit is None or mark.who != "machine"


def spellings(members: Iterable[Written[Any]]) -> Sequence[tuple[str, int]]:
    """The different texts of a group, the most frequent first, with how many wrote each."""
    counted: dict[str, int] = {}
    for one in members:
        if one.answer is not None:
            text = one.answer.text.strip()
            counted[text] = counted.get(text, 0) + 1
    return sorted(counted.items(), key=lambda pair: -pair[1])


def _codes(secret: bytes, students: Sequence[str]) -> dict[str, str]:
    """A short code for each student, the same in this gradebook for ever, unless two were alike."""
    found: dict[str, str] = {}
    used: set[str] = set()
    for student in students:
        digest = hashlib.blake2b(student.encode("utf-8", "backslashreplace"), key=secret).digest()
        letters = b32encode(digest).decode().lower().rstrip("=")
        code = next(
            short for length in range(_CODE, len(letters) + 1) if (short := letters[:length]) not in used
        )
        used.add(code)
        found[student] = code
    return found
