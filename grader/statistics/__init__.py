"""What a class did: totals, distribution, difficulty of each part, frequent mistakes, what still waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from grader.statistics.items import WrongAnswer, discriminations, meaning, wrong_answers
from grader.statistics.pace import Marker, markers
from grader.types import Mark, Outcome, Place, Problem, Result

if TYPE_CHECKING:
    from grader.gradebook import MarkRow

BINS: Final = 10
MOST_MISTAKES: Final = 12


@dataclass(frozen=True, slots=True)
class Total:
    """Points earned, out of the points decided, and the points that wait for a person."""

    earned: Decimal
    decided: Decimal
    waiting: Decimal

    @property
    def share(self) -> Fraction | None:
        """What was earned of what is decided; None while nothing is."""
        return Fraction(self.earned) / Fraction(self.decided) if self.decided else None


@dataclass(frozen=True, slots=True)
class Student:
    """One row of the class; `href` leads to the report, relative to the overview, or is empty.

    `staff_href` leads to the page of the staff in the same way.
    """

    student: str
    name: str
    total: Total
    waiting_parts: int
    unread: int
    late: bool
    href: str
    staff_href: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """How a part went: `share` is the mean of the decided marks, None where there is none.

    `discrimination` is how it goes with the rest of the sheet (see `items`), `meaning` what to think
    of it where it does not tell students apart.
    """

    part: str
    title: str
    max_points: Decimal
    outcomes: Mapping[Outcome, int]
    waiting: int
    share: Fraction | None
    discrimination: float | None = None
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A way of being wrong, in the words most of its students were given."""

    part: str
    title: str
    code: str
    message: str
    students: int


@dataclass(frozen=True, slots=True)
class Unread:
    """What could not be read; `student` is empty where nobody's name could be put to it."""

    student: str
    place: Place
    message: str


@dataclass(frozen=True, slots=True)
class Overview:
    """A class at a glance.

    `distribution` counts students by the share earned of what is decided, in tenths; the last tenth holds
    those with everything. `undecided` students have nothing decided yet and are in no tenth.
    """

    assignment: str
    title: str
    max_points: Decimal
    students: tuple[Student, ...]
    distribution: tuple[int, ...]
    undecided: int
    mean: Fraction | None
    median: Fraction | None
    parts: tuple[Part, ...]
    mistakes: tuple[Mistake, ...]
    unread: tuple[Unread, ...]
    answers: tuple[WrongAnswer, ...] = ()
    markers: tuple[Marker, ...] = ()


def total(marks: Sequence[Mark]) -> Total:
    """The sum of some marks."""
    zero = Decimal(0)
    decided = [mark for mark in marks if mark.points is not None]
    return Total(
        earned=sum((mark.points for mark in decided if mark.points is not None), zero),
        decided=sum((mark.max_points for mark in decided), zero),
        waiting=sum((mark.max_points for mark in marks if mark.points is None), zero),
    )


def score(result: Result) -> Total:
    """The total of a student, by the rules of the rubric where it has some; what platforms are told, too."""
    settled = result.settled
    if settled is None:
        return total(result.marks)
    return Total(settled.earned, max(settled.most - settled.waiting, Decimal(0)), settled.waiting)


def standing(mark: Mark) -> Outcome:
    """The outcome as it stands: what a person decided is right, partly right or wrong by its points."""
    if mark.verdict.outcome is not Outcome.UNDECIDED or mark.points is None or not mark.max_points:
        return mark.verdict.outcome
    if mark.points >= mark.max_points:
        return Outcome.CORRECT
    return Outcome.PARTIAL if mark.points > 0 else Outcome.INCORRECT


def overview(
    results: Sequence[Result],
    problems: Sequence[Problem] = (),
    *,
    hrefs: Mapping[str, str] | None = None,
    staff_hrefs: Mapping[str, str] | None = None,
    history: Iterable[MarkRow] = (),
) -> Overview:
    """The class overview; it does not depend on the order of the students.

    `problems` are those of the run that belong to no student. `hrefs` maps a student to the path of the
    report, relative to the overview, `staff_hrefs` to that of the staff's page. `history` are the marks that
    people gave, each as often as it was given.
    """
    ordered = sorted(results, key=lambda result: (result.name.casefold(), result.student))
    students = tuple(_student(result, hrefs or {}, staff_hrefs or {}) for result in ordered)
    shares = sorted(share for row in students if (share := row.total.share) is not None)
    first = ordered[0] if ordered else None
    return Overview(
        assignment=first.assignment if first else "",
        title=first.title if first else "",
        max_points=_most(first) if first else Decimal(0),
        students=students,
        distribution=_distribution(shares),
        undecided=len(students) - len(shares),
        mean=sum(shares, Fraction(0)) / len(shares) if shares else None,
        median=_median(shares),
        parts=_parts(ordered),
        mistakes=_mistakes(ordered),
        unread=(
            *(Unread("", problem.place, problem.message) for problem in problems),
            *(
                Unread(r.name or r.student, problem.place, problem.message)
                for r in ordered
                for problem in r.problems
            ),
        ),
        answers=wrong_answers((mark, standing(mark)) for result in ordered for mark in result.marks),
        markers=markers(history),
    )


def _most(result: Result) -> Decimal:
    if result.settled is not None:
        return result.settled.most
    return sum((mark.max_points for mark in result.marks), Decimal(0))


def _student(result: Result, hrefs: Mapping[str, str], staff: Mapping[str, str]) -> Student:
    return Student(
        student=result.student,
        name=result.name,
        total=score(result),
        waiting_parts=sum(mark.points is None for mark in result.marks),
        unread=len(result.problems),
        late=result.late,
        href=_href(hrefs.get(result.student, "")),
        staff_href=_href(staff.get(result.student, "")),
    )


def _href(path: str) -> str:
    # "./" and the quoted colon keep any name from being read as a scheme or another host.
    return f"./{quote(path, safe='/', errors='replace')}" if path else ""


def _distribution(shares: Sequence[Fraction]) -> tuple[int, ...]:
    counts = Counter(max(0, min(BINS - 1, int(share * BINS))) for share in shares)
    return tuple(counts[index] for index in range(BINS))


def _median(shares: Sequence[Fraction]) -> Fraction | None:
    if not shares:
        return None
    middle = len(shares) // 2
    return shares[middle] if len(shares) % 2 else (shares[middle - 1] + shares[middle]) / 2


def _parts(results: Sequence[Result]) -> tuple[Part, ...]:
    marks: dict[str, list[Mark]] = {}
    for result in results:
        for mark in result.marks:
            marks.setdefault(mark.part, []).append(mark)
    telling = discriminations(results)
    return tuple(_part(part, of_part, telling[part]) for part, of_part in marks.items())


def _part(part: str, marks: Sequence[Mark], discrimination: float | None) -> Part:
    counts = Counter(standing(mark) for mark in marks)
    share = _mean(marks)
    return Part(
        part=part,
        title=marks[0].title,
        max_points=marks[0].max_points,
        outcomes={outcome: counts[outcome] for outcome in Outcome},
        waiting=sum(mark.points is None for mark in marks),
        share=share,
        discrimination=discrimination,
        meaning=meaning(share, discrimination, sum(mark.points is not None for mark in marks)),
    )


def _mean(marks: Sequence[Mark]) -> Fraction | None:
    """What was earned of a part by those who have a mark; a part without points has its credits instead."""
    share = total(marks).share
    if share is not None:
        return share
    credits = [m.verdict.credit for m in marks if m.points is not None and m.verdict.credit is not None]
    return sum(credits, Fraction(0)) / len(credits) if credits else None


def _mistakes(results: Sequence[Result]) -> tuple[Mistake, ...]:
    """The most frequent, first; equal counts in the order of the rubric."""
    wrong = (Outcome.PARTIAL, Outcome.INCORRECT, Outcome.UNREADABLE)
    messages: dict[tuple[str, str], Counter[str]] = {}
    titles: dict[str, str] = {}
    for result in results:
        for mark in result.marks:
            titles.setdefault(mark.part, mark.title)
            if mark.verdict.outcome in wrong:
                messages.setdefault((mark.part, mark.verdict.code), Counter())[mark.verdict.message] += 1
    order = {part: index for index, part in enumerate(titles)}
    ranked = sorted(messages.items(), key=lambda item: (-item[1].total(), order[item[0][0]], item[0][1]))
    return tuple(
        Mistake(
            part=part,
            title=titles[part],
            code=code,
            message=min(words, key=lambda text: (-words[text], text)),
            students=words.total(),
        )
        for (part, code), words in ranked[:MOST_MISTAKES]
    )
