"""Lines in the plane."""

from __future__ import annotations

from fractions import Fraction

import pytest

from grader.errors import StudentError
from grader.maths.names import declare
from grader.maths.notation import read
from grader.maths.sameness import lines
from grader.maths.sameness.lines import Line, Range, of_equation, of_points, same

SYMBOLS = declare({name: {"scalar": "real"} for name in ("w1", "w2", "s", "t")})
VARIABLES = ("w1", "w2")
EXPECTED = Line(Fraction(2), Fraction(1), Fraction(2))


def equation(text: str) -> lines.Locus:
    return of_equation(read(text, SYMBOLS, "plain"), VARIABLES)


def points(x: str, y: str, parameter: Range = "all") -> lines.Locus:
    return of_points(read(x, SYMBOLS, "plain"), read(y, SYMBOLS, "plain"), VARIABLES, parameter)


@pytest.mark.parametrize(
    ("text", "is_the_line"),
    [
        ("2 w1 + w2 = 2", True),
        ("w2 = 2 - 2 w1", True),
        ("w1 = 1 - w2/2", True),
        ("4 w1 + 2 w2 - 4 = 0", True),
        ("-2 w1 = w2 - 2", True),
        ("2 (w1 - 1) + w2 = 0", True),
        ("(w2 - 2)/w1^0 = -2 w1", True),
        ("2 w1/sqrt(5) + w2/sqrt(5) = 2/sqrt(5)", True),
        ("w1^2 - w1^2 + 2 w1 + w2 = 2", True),
        ("w2 = 2 - w1/2", False),
        ("2 w1 + w2 = 3", False),
        ("2 w1 - w2 = 2", False),
        ("w1 = 1", False),
    ],
)
def test_equations_of_one_line_are_multiples_of_each_other(text: str, is_the_line: bool) -> None:
    locus = equation(text)
    assert locus.part == "line"
    assert locus.line is not None
    assert same(locus.line, EXPECTED) is is_the_line


@pytest.mark.parametrize(
    ("text", "part"),
    [("w1 = w1", "everything"), ("1 = 2", "nothing"), ("2 w1 + w2 >= 2", "region"), ("w1 < w2", "region")],
)
def test_other_relations_are_no_lines(text: str, part: str) -> None:
    assert equation(text).part == part


@pytest.mark.parametrize(
    "text",
    [
        "w1 w2 = 1",
        "w1^2 + w2^2 = 1",
        "2 w1 + s = 2",
        "abs(w1) = w2",
        "1/w1 = w2",
        "w1",
        "w1 = w2 = 1",
        "2^w1 = w2",
    ],
)
def test_equations_that_cannot_be_followed_are_refused(text: str) -> None:
    with pytest.raises(StudentError):
        equation(text)


@pytest.mark.parametrize(
    ("x", "y", "part"),
    [
        ("0.8 + s", "0.4 - 2 s", "line"),
        ("1 - s/2", "s", "line"),
        ("s^3", "2 - 2 s^3", "line"),
        ("s^3 - s", "2 - 2 s^3 + 2 s", "line"),
        ("log(s)", "2 - 2 log(s)", "line"),
        ("0.8 + s/sqrt(5)", "0.4 - 2 s/sqrt(5)", "line"),
        ("0.8 + s^2", "0.4 - 2 s^2", "half-line"),
        ("abs(s)", "2 - 2 abs(s)", "half-line"),
        ("exp(s)", "2 - 2 exp(s)", "half-line"),
        ("sqrt(s)", "2 - 2 s^(1/2)", "half-line"),
        ("sin(s)", "2 - 2 sin(s)", "segment"),
        ("tanh(2 s + 1)", "2 - 2 tanh(2 s + 1)", "segment"),
    ],
)
def test_the_powers_of_the_parameter_say_how_much_of_the_line_is_reached(x: str, y: str, part: str) -> None:
    locus = points(x, y)
    assert locus.part == part
    assert locus.line is not None
    assert same(locus.line, EXPECTED)


@pytest.mark.parametrize(
    ("parameter", "part"), [("all", "line"), ("half", "half-line"), ("segment", "segment")]
)
def test_a_restricted_parameter_gives_a_part_of_the_line(parameter: Range, part: str) -> None:
    assert points("1 - s/2", "s", parameter).part == part


def test_points_without_a_parameter_are_one_point() -> None:
    assert points("4/5", "0.4").point == (Fraction(4, 5), Fraction(2, 5))


@pytest.mark.parametrize(("x", "y"), [("s", "s^2"), ("s^2", "s"), ("s + s^2", "s - s^2")])
def test_bent_points_are_a_curve(x: str, y: str) -> None:
    assert points(x, y).part == "curve"


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ("s", "t"),
        ("1/s", "s"),
        ("sin(s)", "cos(s)"),
        ("w1", "2 - 2 w1"),
        ("sin(s^2)", "1"),
        ("s^100", "1"),
        ("2^s", "s"),
    ],
)
def test_points_that_cannot_be_followed_are_refused(x: str, y: str) -> None:
    with pytest.raises(StudentError) as error:
        points(x, y)
    assert error.value.code == "line"


def test_a_point_may_be_on_a_line_and_a_rounded_line_near_it() -> None:
    assert lines.on((Fraction(4, 5), Fraction(2, 5)), EXPECTED)
    assert not lines.on((Fraction(4, 5), Fraction(1, 2)), EXPECTED)
    rounded = Line(Fraction(894, 1000), Fraction(447, 1000), Fraction(895, 1000))
    assert lines.near(rounded, EXPECTED)
    assert not same(rounded, EXPECTED)


def test_the_foot_of_a_line_is_its_point_nearest_to_the_origin() -> None:
    assert EXPECTED.foot() == (Fraction(4, 5), Fraction(2, 5))
