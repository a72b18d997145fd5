"""The numbers of a class: exact, and the same in whatever order the students come."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from pages import EMPTY, HOSTILE_RESULT, ORDINARY, mark, missing

from grader.gradebook import MarkRow
from grader.statistics import BINS, MOST_MISTAKES, overview, standing, total
from grader.types import Mark, Outcome, Place, Problem, Result


def student(name: str, *marks: Mark, late: bool = False) -> Result:
    return Result(name.lower(), name, "hw", "Homework", marks, late=late)


def with_points(name: str, points: str | None, of: str = "1") -> Result:
    outcome = Outcome.UNDECIDED if points is None else Outcome.PARTIAL
    return student(name, mark("1", "One", points, of, outcome))


def test_a_total_keeps_what_waits_apart_from_what_is_decided() -> None:
    sums = total(ORDINARY.marks)
    assert (sums.earned, sums.decided, sums.waiting) == (Decimal("3.684"), Decimal("4.9"), Decimal("2.6"))
    assert sums.share == Fraction("3.684") / Fraction("4.9")


def test_a_total_without_decided_points_has_no_share() -> None:
    assert total([mark("1", "One", None, "1", Outcome.UNDECIDED)]).share is None
    assert total([]).share is None


@pytest.mark.parametrize(
    ("points", "of", "expected"),
    [
        ("1", "1", Outcome.CORRECT),
        ("0.5", "1", Outcome.PARTIAL),
        ("0", "1", Outcome.INCORRECT),
        (None, "1", Outcome.UNDECIDED),
        ("0", "0", Outcome.UNDECIDED),
    ],
)
def test_a_persons_mark_decides_how_an_undecided_answer_stands(
    points: str | None, of: str, expected: Outcome
) -> None:
    assert standing(mark("1", "One", points, of, Outcome.UNDECIDED)) is expected


def test_a_machines_outcome_stands_as_it_is() -> None:
    assert standing(mark("1", "One", "1", "1", Outcome.PARTIAL)) is Outcome.PARTIAL


@pytest.mark.parametrize(
    ("points", "bin_"), [("0", 0), ("0.099", 0), ("0.1", 1), ("0.3", 3), ("0.7", 7), ("0.999", 9), ("1", 9)]
)
def test_a_share_falls_into_its_tenth_exactly(points: str, bin_: int) -> None:
    distribution = overview([with_points("Ana", points)]).distribution
    assert distribution == tuple(int(index == bin_) for index in range(BINS))


def test_students_with_nothing_decided_are_counted_apart() -> None:
    seen = overview([with_points("Ana", None), with_points("Bo", "1")])
    assert (sum(seen.distribution), seen.undecided, seen.mean) == (1, 1, Fraction(1))


@pytest.mark.parametrize(
    ("points", "median"),
    [
        ([], None),
        (["0.2"], Fraction(1, 5)),
        (["0", "1"], Fraction(1, 2)),
        (["1", "0", "0.3"], Fraction(3, 10)),
    ],
)
def test_the_median_is_the_middle_share(points: list[str], median: Fraction | None) -> None:
    assert overview([with_points(f"S{i}", p) for i, p in enumerate(points)]).median == median


def test_the_order_of_students_does_not_matter() -> None:
    results = [ORDINARY, EMPTY, HOSTILE_RESULT, with_points("Ana", "1")]
    assert overview(results) == overview(results[::-1])


def test_a_part_counts_every_outcome_and_the_mean_of_the_decided() -> None:
    seen = overview(
        [
            student("Ana", mark("1", "One", "1", "2", Outcome.PARTIAL)),
            student("Bo", mark("1", "One", "2", "2", Outcome.CORRECT)),
            student("Cy", mark("1", "One", None, "2", Outcome.UNREADABLE)),
            student("Di", missing("1", "One", "2")),
        ]
    )
    (part,) = seen.parts
    assert part.share == Fraction(1, 2)
    assert part.waiting == 1
    assert {o.value: n for o, n in part.outcomes.items() if n} == {
        "partial": 1,
        "correct": 1,
        "unreadable": 1,
        "missing": 1,
    }


def test_a_part_without_points_has_the_mean_of_its_credits() -> None:
    (part,) = overview([student("Ana", mark("1", "One", "0", "0", Outcome.CORRECT))]).parts
    assert part.share == Fraction(1)


def test_mistakes_are_counted_by_part_and_code_with_their_commonest_words() -> None:
    def wrong(name: str, code: str, message: str) -> Result:
        return student(name, mark("1", "One", "0", "1", Outcome.INCORRECT, message, code=code))

    seen = overview(
        [wrong("A", "sign", "x"), wrong("B", "sign", "y"), wrong("C", "sign", "y"), wrong("D", "shape", "z")]
    )
    assert [(row.code, row.message, row.students) for row in seen.mistakes] == [
        ("sign", "y", 3),
        ("shape", "z", 1),
    ]


def test_only_the_most_frequent_mistakes_are_kept() -> None:
    marks = [mark(str(i), "T", "0", "1", Outcome.INCORRECT, "no") for i in range(MOST_MISTAKES + 5)]
    assert len(overview([student("Ana", *marks)]).mistakes) == MOST_MISTAKES


def test_missing_answers_are_not_mistakes() -> None:
    assert overview([EMPTY]).mistakes == ()


def test_what_could_not_be_read_is_listed_with_and_without_a_student() -> None:
    seen = overview([EMPTY], [Problem(Place("a.docx"), "not read")])
    assert [(row.student, str(row.place)) for row in seen.unread] == [
        ("", "a.docx"),
        ("Sam Petrov", "answers.yaml"),
    ]


@pytest.mark.parametrize(
    ("path", "href"),
    [
        ("reports/ana.html", "./reports/ana.html"),
        ("javascript:alert(1)", "./javascript%3Aalert%281%29"),
        ("//evil.example/x", ".///evil.example/x"),
        ('reports/"><script>.html', "./reports/%22%3E%3Cscript%3E.html"),
        ("reports/\ud800.html", "./reports/%3F.html"),
        ("", ""),
    ],
)
def test_a_link_to_a_report_stays_in_the_folder(path: str, href: str) -> None:
    row = overview([replace(EMPTY, student="x")], hrefs={"x": path}).students[0]
    assert row.href == href


def test_a_class_of_nobody_has_an_overview() -> None:
    seen = overview([])
    assert (seen.students, seen.parts, seen.mean, sum(seen.distribution)) == ((), (), None, 0)


def _class_of(rows: list[tuple[str, str, str]]) -> list[Result]:
    parts = [("1", "One"), ("2", "Two"), ("3", "Three")]
    return [
        student(
            f"S{i:02}",
            *(
                mark(part, title, points, "1", Outcome.PARTIAL)
                for (part, title), points in zip(parts, row, strict=True)
            ),
        )
        for i, row in enumerate(rows)
    ]


def test_a_part_is_compared_with_the_rest_of_the_sheet_and_not_with_itself() -> None:
    alike = overview(_class_of([("1", "1", "0"), ("0", "0", "0"), ("0.5", "0.5", "0")]))
    assert [part.discrimination for part in alike.parts] == [1.0, 1.0, None]
    few = overview(_class_of([("1", "1", "0"), ("0", "0", "0")]))
    assert [part.discrimination for part in few.parts] == [None, None, None]


@pytest.mark.parametrize(
    ("rows", "part", "said"),
    [
        ([("1", "0", "1"), ("0", "1", "0")] * 10, 1, "Students who did well elsewhere did worse here"),
        ([("1", "1", "1"), ("1", "0", "0")] * 10, 0, "Nearly everyone has it"),
        ([("1", "1", "0"), ("0", "0", "0")] * 10, 2, "Nearly nobody has it"),
        ([("1", "1", "1"), ("1", "0", "1"), ("0", "1", "0"), ("0", "0", "0")] * 5, 1, "little to do with"),
        ([("1", "1", "0"), ("0", "0", "0")] * 10, 0, ""),
        ([("1", "0", "1"), ("0", "1", "0")] * 5, 1, ""),
    ],
)
def test_a_part_that_does_not_tell_students_apart_is_said_to_in_words(
    rows: list[tuple[str, str, str]], part: int, said: str
) -> None:
    meaning = overview(_class_of(rows)).parts[part].meaning
    assert said in meaning
    assert bool(said) == bool(meaning)


def test_wrong_answers_are_counted_as_they_were_understood() -> None:
    def wrong(name: str, text: str, read: str) -> Result:
        return student(name, mark("1", "One", "0", "1", Outcome.INCORRECT, "No.", text=text, read=read))

    seen = overview(
        [
            *(wrong("Ana", "x ^ 2", "x^2"), wrong("Bo", "x^2", "x^2"), wrong("Cy", "x^3", "x^3")),
            *(wrong(f"T{i}", "a long text " * 30, "") for i in range(3)),
            *(student(f"R{i}", mark("1", "One", "1", "1", Outcome.CORRECT, text="y")) for i in range(3)),
        ]
    )
    assert [(row.part, row.text, row.message, row.students) for row in seen.answers] == [
        ("1", "x^2", "No.", 2)
    ]


def _given(who: str, points: str | None, at: str, part: str = "1", **detail: object) -> MarkRow:
    worth = None if points is None else Decimal(points)
    return MarkRow(1, 1, "ana", "hw", part, worth, Decimal(1), who, "", at, detail)


def test_people_are_compared_on_the_parts_they_marked() -> None:
    rows = [
        _given("Okafor", "1", "2026-02-14T10:00:00+00:00"),
        _given("Okafor", "1", "2026-02-14T10:00:00+00:00"),
        _given("Okafor", "1", "2026-02-14T10:00:30+00:00", "2"),
        _given("Okafor", "0", "2026-02-14T12:00:30+00:00", "2", undoes=1),
        _given("Reyes", "0", "2026-02-14T10:00:00+00:00"),
        _given("machine", "0", "2026-02-14T09:00:00+00:00"),
    ]
    okafor, reyes = overview([], history=rows).markers
    assert okafor == ("Okafor", 2, 3, Fraction(1), (Fraction(2, 3) * 2 + 1) / 3, 30.0, 30.0)
    assert reyes == ("Reyes", 1, 1, Fraction(0), Fraction(2, 3), None, 0)
