"""`lint` finds what a rubric says of itself that does not hold."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from grader.lint import LintReport, cases_path, lint
from grader.types import Outcome

HEAD = "assignment: hw1\nparts:\n"
SOUND = (
    HEAD + "  1.1:\n"
    "    points: 1\n"
    "    check: count\n"
    "    accept: [{expected: '12', as: dozen}, {expected: '13', as: baker's dozen}]\n"
    "    mistakes:\n"
    "      - {is: '14', credit: 0.5, say: Two too many.}\n"
    "  1.2:\n"
    "    points: 0\n"
    "    check: person\n"
    "    items: [an idea]\n"
)


def linted(folder: Path, text: str, cases: str = "") -> LintReport:
    path = folder / "hw1.yaml"
    path.write_text(text)
    if cases:
        cases_path(path).write_text(cases)
    return lint(path)


def test_the_reference_and_every_declared_mistake_are_graded(tmp_path: Path) -> None:
    report = linted(tmp_path, SOUND)
    assert report.sound
    assert [(row.part, row.text, row.expected, row.got) for row in report.rows] == [
        ("1.1", "12", 1, 1),
        ("1.1", "13", 1, 1),
        ("1.1", "14", Fraction(1, 2), Fraction(1, 2)),
        ("1.2", "An argument in words.", None, None),
    ]


def test_a_mistake_that_equals_the_reference_is_found(tmp_path: Path) -> None:
    report = linted(tmp_path, SOUND.replace("is: '14'", "is: 3 * 4"))
    (wrong,) = (row for row in report.rows if not row.ok)
    assert not report.sound
    assert (wrong.part, wrong.place.line) == ("1.1", 3)
    assert (wrong.expected, wrong.got) == (Fraction(1, 2), Fraction(1))


def test_a_mistake_behind_an_equal_one_is_found(tmp_path: Path) -> None:
    second = "      - {is: '14.0', credit: 0.2, say: Again.}\n  1.2:"
    report = linted(tmp_path, SOUND.replace("  1.2:", second))
    assert [(row.expected, row.got) for row in report.rows if not row.ok] == [
        (Fraction(1, 5), Fraction(1, 2))
    ]


def test_faults_of_the_rubric_are_reported_and_nothing_is_graded(tmp_path: Path) -> None:
    report = linted(tmp_path, SOUND.replace("points: 0", "points: none"))
    assert [fault.line for fault in report.faults] == [10]
    assert (report.sound, report.rows, report.rubric) == (False, (), None)


def test_values_that_cannot_be_used_are_reported_with_faults_of_the_cases(tmp_path: Path) -> None:
    report = linted(
        tmp_path, SOUND.replace("is: '14'", "is: 14 +"), "- {part: 9.9, answer: x, outcome: correct}\n"
    )
    assert [(Path(fault.file).name, fault.line) for fault in report.faults] == [
        ("hw1.yaml", 8),
        ("hw1.cases.yaml", 1),
    ]


def test_cases_must_get_their_outcome_and_their_credit(tmp_path: Path) -> None:
    report = linted(
        tmp_path,
        SOUND,
        "- {part: 1.1, answer: '12', outcome: correct, credit: 1}\n"
        "- {part: 1.1, answer: '14', outcome: partial}\n"
        "- {part: 1.1, answer: '14', outcome: partial, credit: 0.6}\n"
        "- {part: 1.1, answer: '15', outcome: correct}\n"
        "- {part: 1.1, answer: '', outcome: missing, credit: 0}\n"
        "- {part: 1.1, answer: 'np.prod([3, 4', notation: python, outcome: unreadable}\n"
        "- {part: 1.2, answer: by induction, outcome: undecided}\n",
    )
    cases = [row for row in report.rows if row.label == "case"]
    assert [row.ok for row in cases] == [True, True, False, False, True, True, True]
    assert [row.place.line for row in cases] == [1, 2, 3, 4, 5, 6, 7]
    assert (cases[3].outcome, cases[3].got_outcome) == (Outcome.CORRECT, Outcome.INCORRECT)


@pytest.mark.parametrize(
    ("cases", "line", "found", "meant"),
    [
        (
            "- {part: 1.1, answer: x, outcome: correct}\n- {part: 1.11, answer: x, outcome: correct}",
            2,
            "1.11",
            "1.1",
        ),
        ("- {answer: x, outcome: correct}", 1, "no `part:`", "1.1"),
        ("- {part: 1.1, outcome: correct}", 1, "no `answer:`", "what a student types"),
        ("- {part: 1.1, answer: x, outcome: corect}", 1, "'corect'", "did you mean 'correct'?"),
        ("- {part: 1.1, answer: x}", 1, "no `outcome:`", "undecided"),
        ("- {part: 1.1, answer: x, outcome: correct, notation: tex}", 1, "'tex'", "latex"),
        ("- {part: 1.1, answer: x, outcome: correct, credit: 2}", 1, "'2'", "0 to 1"),
        ("- {part: 1.1, answer: x, outcome: correct, credit: nan}", 1, "'nan'", "0 to 1"),
        ("- {part: 1.1, answer: [1, 2], outcome: correct}", 1, "a list or mapping", "quotes"),
        ("- {part: 1.1, answer: x, outcome: correct, credt: 1}", 1, "'credt'", "did you mean 'credit'?"),
        ("- words", 1, "no mapping", "a case such as"),
        ("part: 1.1", 1, "a mapping or a text", "a list of cases"),
        ("- {part: 1.1", 1, "a { that is not closed", "close it"),
    ],
)
def test_a_fault_of_a_case_has_its_line(
    tmp_path: Path, cases: str, line: int, found: str, meant: str
) -> None:
    (fault,) = linted(tmp_path, SOUND, cases).faults
    assert fault.line == line
    assert found in fault.found
    assert meant in fault.meant


@pytest.mark.parametrize(
    ("text", "line", "found", "meant"),
    [
        ("total: 2\n" + SOUND, 1, "a total of 2", "1, the sum of all points"),
        (
            HEAD + "  1.1.one: {points: 1, check: count, expected: '1'}\n"
            "  1.1.two: {points: 1, check: count, expected: '2', answer: {name: two}}\n",
            3,
            "no name for the quantity of 1.1.one",
            "because 2 parts stand in section 1.1",
        ),
    ],
)
def test_what_is_doubtful_is_a_warning(tmp_path: Path, text: str, line: int, found: str, meant: str) -> None:
    report = linted(tmp_path, text)
    (warning,) = report.warnings
    assert report.sound
    assert (warning.line, warning.found) == (line, found)
    assert meant in warning.meant


def test_a_name_of_two_parts_in_one_section_is_a_warning_at_each(tmp_path: Path) -> None:
    report = linted(
        tmp_path,
        HEAD + "  1.1.one: {points: 1, check: count, expected: '1', answer: {name: [n, one]}}\n"
        "  1.1.two: {points: 1, check: count, expected: '2', answer: {name: [n, two]}}\n"
        "  1.2: {points: 1, check: count, expected: '2', answer: {name: n}}\n",
    )
    assert [(warning.line, warning.found) for warning in report.warnings] == [
        (3, "the name 'n'"),
        (4, "the name 'n'"),
    ]


def test_the_total_may_be_written_with_other_zeros(tmp_path: Path) -> None:
    assert linted(tmp_path, "total: 1.0\n" + SOUND).warnings == ()
