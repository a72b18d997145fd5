"""The gcd and lcm of names that are not integers are those of polynomials."""

from __future__ import annotations

import pytest

from grader.maths.names import NONE, declare, open_symbols
from grader.maths.notation import read, to_text
from grader.maths.sameness.decide import decide
from grader.maths.sameness.divisors import with_divisors_of_polynomials
from grader.maths.tree import Node


def worked_out(formula: str, domain: str = "real") -> Node:
    names = {name: {"scalar": domain} for name in ("x", "y", "z")}
    symbols = declare(names)
    return with_divisors_of_polynomials(read(formula, symbols, "python"), symbols)


@pytest.mark.parametrize(
    ("formula", "same_as"),
    [
        ("gcd(x, y)", "1"),
        ("gcd(x*y, x)", "x"),
        ("gcd(125, 50*x)", "25"),
        ("gcd(x**2 - 1, x**2 + 2*x + 1)", "x + 1"),
        ("gcd(6*x, 4*x*y, 10*x**2)", "2*x"),
        ("lcm(x, y)", "x*y"),
        ("lcm(125, 50*x)", "250*x"),
        ("lcm(y, -x)", "-x*y"),
        ("lcm(x**2 - 1, x + 1)", "x**2 - 1"),
        ("lcm(x, y, x*z)", "x*y*z"),
        ("gcd(0.4*x, 8/3)", "1"),
        ("lcm(0.4*x, 8/3)", "x"),
        ("gcd(sqrt(5), sqrt(2))", "1"),
        ("lcm(sqrt(5), sqrt(2))", "sqrt(10)"),
        ("lcm(pi, 3)", "3*pi"),
        ("lcm(x + 76, 4*sqrt(x))", "4*x**(3/2) + 304*sqrt(x)"),
        ("1 + gcd(x, gcd(x*y, x*z))", "1 + x"),
    ],
)
def test_of_polynomials(formula: str, same_as: str) -> None:
    other = read(same_as, NONE, "python", undeclared=True)
    node = worked_out(formula)
    assert "gcd" not in to_text(node)
    assert decide(other, node, open_symbols([node, other], domain="positive")).outcome == "same"


@pytest.mark.parametrize("formula", ["gcd(x, y)", "lcm(6, x)", "gcd(12, 18)", "gcd(12, 18) + x"])
def test_of_integers_it_stays(formula: str) -> None:
    assert worked_out(formula, "integer") == read(
        formula, declare({"x": {"scalar": "real"}, "y": {"scalar": "real"}}), "python"
    )


@pytest.mark.parametrize(
    "formula", ["gcd(12, 18)", "gcd(1/x, y)", "gcd((x + y + z)**5000, x)", "lcm(0*x, y)", "gcd(0*x, 0*y)"]
)
def test_what_is_no_polynomial_or_too_large_is_left_as_it_is_or_zero(formula: str) -> None:
    worked_out(formula)


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("gcd(2.4, 3.6)", "6/5"),
        ("lcm(2.4, 3.6, 0.6)", "36/5"),
        ("gcd(1/2, 3)", "1/2"),
        ("lcm(-1.5, 618)", "618"),
        ("gcd(1.43E-13, 21)", "1E-15"),
        ("gcd(0, 5)", "5"),
        ("lcm(0, 5)", "0"),
    ],
)
def test_of_numbers_all_are_whole_multiples_of_the_gcd(formula: str, value: str) -> None:
    one, other = (read(text, NONE, "python") for text in (formula, value))
    assert decide(one, other, NONE).outcome == "same"
