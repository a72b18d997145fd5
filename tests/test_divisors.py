"""The gcd and lcm of names that are not integers are those of polynomials."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.maths.names import NONE, declare, open_symbols
from grader.maths.notation import read, to_text
from grader.maths.sameness.decide import decide
from grader.maths.sameness.divisors import of_polynomials, with_divisors_of_polynomials
from grader.maths.sameness.monomials import common_divisor, common_multiple, monomial
from grader.maths.tree import Node, number


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


MONOMIALS = st.tuples(
    st.fractions(-12, 12, max_denominator=5).filter(bool) | st.integers(1, 30).map(Fraction),
    st.dictionaries(st.sampled_from("xyz"), st.integers(1, 4)),
).map(
    lambda parts: Node(
        "product",
        (
            number(parts[0]) if parts[0] > 0 else Node("negate", (number(-parts[0]),)),
            *(Node("power", (Node("symbol", (), name), number(power))) for name, power in parts[1].items()),
        ),
    )
)


@given(st.lists(MONOMIALS, min_size=2, max_size=4), st.sampled_from(["gcd", "lcm"]))
def test_of_monomials_it_is_what_it_is_of_polynomials(args: list[Node], name: str) -> None:
    found = [one for one in map(monomial, args) if one is not None]
    assert len(found) == len(args)
    quick = common_divisor(found) if name == "gcd" else common_multiple(found)
    assert quick == of_polynomials(name, args)


@pytest.mark.parametrize("formula", ["1/x", "(2*x)**2", "x + y", "x**y", "0", "x**-2", "sqrt(x)", "x/2"])
def test_what_is_no_monomial_as_it_is_written_is_none(formula: str) -> None:
    assert monomial(read(formula, NONE, "python", undeclared=True)) is None
