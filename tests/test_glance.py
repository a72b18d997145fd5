"""What is decided without a random point: numbers, square roots, arrays, reordered terms and factors."""

from __future__ import annotations

from fractions import Fraction
from math import fsum, isclose, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.maths.names import NONE, declare
from grader.maths.notation import plain_number, read
from grader.maths.notation.latex import read_latex
from grader.maths.notation.plain import read_plain
from grader.maths.notation.python import read_python
from grader.maths.sameness.decide import decide
from grader.maths.sameness.glance import compare_at_a_glance
from grader.maths.sameness.normal_form import normal_form
from grader.maths.tree import Node, number
from grader.maths.values.surds import surd_of
from grader.types import Notation


def tree(text: str, notation: Notation = "plain") -> Node:
    return read(text, NONE, notation, undeclared=True)


@pytest.mark.parametrize(
    ("expected", "got", "how"),
    [
        ("x + 1", "x + 1", "term by term"),
        ("arcsin(a)", "arcsin(a)", "term by term"),
        ("6/5", "1.2", "exact arithmetic"),
        ("gcd(12, 18)", "6", "exact arithmetic"),
        ("sqrt(8)", "2 sqrt(2)", "square roots"),
        ("1/sqrt(2)", "sqrt(2)/2", "square roots"),
        ("1/(1 + sqrt(2))", "sqrt(2) - 1", "square roots"),
        ("max(sqrt(3), 1)", "3/sqrt(3)", "square roots"),
        ("2 x - 3 y", "-3 y + x*2", "in whatever order"),
        ("1/2 t (x + y)", "t (x + y)/2", "in whatever order"),
        ("x^2 exp(-x)/y", "exp(-x) x^2 / y", "in whatever order"),
        ("ln(x) max(x, y)", "max(y, x) ln(x)", "in whatever order"),
    ],
)
def test_a_glance_tells_that_these_are_the_same(expected: str, got: str, how: str) -> None:
    found = compare_at_a_glance(tree(expected), tree(got), NONE)
    assert found is not None
    assert (found.outcome, how in found.how) == ("same", True)


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ("1/3", "0.333"),
        ("sqrt(2)", "1.41421356237309504880168872420969807856967"),
        ("sqrt(2) + sqrt(3)", "sqrt(10)"),
        ("(1 + sqrt(5))/2", "1.618033988749895"),
        ("[1, 2]", "[1, 3]"),
        ("[[1, 2], [3, 4]]", "[[1, 2], [3, 5]]"),
    ],
)
def test_a_glance_tells_that_these_are_different(expected: str, got: str) -> None:
    found = compare_at_a_glance(tree(expected), tree(got), NONE)
    assert found is not None
    assert found.outcome == "different"


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ("x/x", "1"),  # they have not the same domain
        ("1/(1/x)", "x"),
        ("ln(x) - ln(x)", "0"),
        ("0/x", "0"),
        ("1/(x - x)", "1/(x - x)"),  # neither has a value
        ("x/(y - y)", "x/(y - y)"),
        ("(x + 1)^2", "x^2 + 2 x + 1"),  # nothing is multiplied out
        ("[1, 2]", "[1, 2, 3]"),  # shapes are told elsewhere
        ("[[1, 2]]", "[[1], [2]]"),
        ("sqrt(x^2)", "x"),
        ("2^(1/3)", "2^(2/6)"),
        ("f(x) + 1", "1 + f(x)"),
    ],
)
def test_what_takes_longer_is_left_alone(expected: str, got: str) -> None:
    assert compare_at_a_glance(tree(expected), tree(got), NONE) is None


def test_matrices_are_no_numbers_whose_order_does_not_count() -> None:
    names = declare({"A": {"matrix": ["n", "n"]}, "B": {"matrix": ["n", "n"]}}, [{"n": 2}])
    one, other = (read(text, names, "plain") for text in ("A B", "B A"))
    assert compare_at_a_glance(one, other, names) is None
    assert compare_at_a_glance(one, one, names) is None  # its shape is looked at first
    assert decide(one, other, names).outcome == "different"


def test_a_declared_function_is_not_ours_of_that_name() -> None:
    names = declare({"max": {"function": "scalar"}, "x": {"scalar": "real"}})
    one, other = (read(text, names, "plain") for text in ("max(3)", "3"))
    assert compare_at_a_glance(one, other, names) is None


def test_an_abbreviation_is_not_taken_for_a_name() -> None:
    names = declare({"x": {"scalar": "real"}, "u": {"is": "1/(x - x)"}})
    u = read("u", names, "plain")
    assert compare_at_a_glance(u, u, names) is None


def test_where_order_does_not_count_other_numbers_may_be_the_same() -> None:
    one, other = tree("[1, 2]"), tree("[2, 1]")
    assert compare_at_a_glance(one, other, NONE, ordered=False) is None


SMALL = st.fractions(-9, 9, max_denominator=4)
SURDS = st.lists(st.tuples(SMALL, st.integers(1, 40)), min_size=1, max_size=4).map(
    lambda parts: Node(
        "sum",
        tuple(
            Node("product", (number(times), Node("call", (number(under),), ("sqrt", 0))))
            for times, under in parts
        ),
    )
)


def as_float(node: Node) -> float:
    surd = surd_of(node)
    assert surd is not None
    return fsum(float(times) * sqrt(radicand) for radicand, times in surd.items())


@given(SURDS, SURDS)
def test_surds_are_added_and_multiplied_as_numbers_are(one: Node, other: Node) -> None:
    assert isclose(as_float(Node("sum", (one, other))), as_float(one) + as_float(other), abs_tol=1e-9)
    product = as_float(one) * as_float(other)
    assert isclose(as_float(Node("product", (one, other))), product, abs_tol=1e-6)


@given(SURDS)
def test_a_surd_by_itself_is_one_where_it_has_an_inverse(one: Node) -> None:
    surd = surd_of(one)
    found = surd_of(Node("divide", (one, one)))
    assert found is None if not surd or len(surd) > 2 else found == {1: Fraction(1)}


@pytest.mark.parametrize(
    "text", ["x", "sqrt(-1)", "sqrt(1 + sqrt(2))", "2^(1/3)", "pi", "1/0", "0^0", "sqrt(10^30 + 57)", "2^100"]
)
def test_what_is_no_surd_is_none(text: str) -> None:
    assert surd_of(tree(text)) is None


LEAVES = st.one_of(st.sampled_from("xyz").map(lambda name: Node("symbol", (), name)), SMALL.map(number))
SUMS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["sum", "product"]), st.lists(inner, min_size=2, max_size=3)).map(
            lambda parts: Node(parts[0], tuple(parts[1]))
        ),
        st.tuples(inner, inner).map(lambda pair: Node("divide", pair)),
        inner.map(lambda node: Node("negate", (node,))),
        inner.map(lambda node: Node("call", (node,), ("exp", 0))),
    ),
    max_leaves=8,
)


def turned(node: Node) -> Node:
    """The same formula with the parts of all sums and products in the opposite order."""
    args = tuple(map(turned, node.args))
    return Node(node.op, args[::-1] if node.op in ("sum", "product") else args, node.value)


@given(SUMS)
def test_the_order_of_terms_and_factors_does_not_change_the_form(node: Node) -> None:
    assert normal_form(node, NONE) == normal_form(turned(node), NONE)


@given(SUMS, SUMS)
def test_formulas_of_one_form_are_the_same_by_evaluation(one: Node, other: Node) -> None:
    form = normal_form(one, NONE)
    if form is not None and form == normal_form(other, NONE):
        # A square on both sides keeps a glance from seeing it.
        left, right = (
            Node("power", (Node("sum", (node, node, number(1))), number(2))) for node in (one, other)
        )
        assert decide(left, right, NONE).outcome != "different"


@pytest.mark.parametrize(
    ("expected", "got", "outcome"),
    [
        ("5 >= x", "x <= 5", "same"),
        ("34 x + 45 y - 20 z + 100 = 0", "-34 x - 45 y + 20 z = 100", "same"),
        ("x + y = 1", "2 y + 2 x = 2", "same"),
        ("x + y = 1", "2 y + 2 x = 1", "different"),
        ("x - y <= 1", "y - x <= -1", "different"),
        ("x - y <= 1", "y - x >= -1", "same"),
        ("1/x = y", "2/x = 2 y", "same"),
    ],
)
def test_relations_that_are_multiples_of_each_other(expected: str, got: str, outcome: str) -> None:
    assert decide(tree(expected), tree(got), NONE).outcome == outcome


@pytest.mark.parametrize("text", ["3", "-3", "0.25", "-1.5", "1/2", "0", "1.5/4", "100/7"])
def test_a_plain_number_is_what_the_parsers_make_of_it(text: str) -> None:
    parsed = {read_with(text, NONE, undeclared=True) for read_with in (read_plain, read_latex, read_python)}
    assert parsed == {tree(text, "plain")} == {tree(text, "latex")} == {tree(text, "python")}


@pytest.mark.parametrize("text", ["-1/2", "012", "1/02", "1.", "1/-2", "--1", "1,000"])
def test_a_number_that_the_notations_read_differently_goes_through_their_parsers(text: str) -> None:
    assert plain_number(text) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("x + x", "2 x", True),
        ("x x/y", "x^2/y", True),
        ("x/(2 y)", "x y^-1 / 2", True),
        ("e^x", "exp(x)", True),
        ("sqrt(x)", "x^0.5", True),
        ("log_2 x", "ln(x)/ln(2)", True),
        ("0 x", "0", True),
        ("0 ln(x)", "0", False),
        ("x/y y", "x", False),
        ("x (y + z)", "x y + x z", False),
        ("y - x", "x - y", False),
    ],
)
def test_the_normal_form_of_two_formulas(one: str, other: str, same: bool) -> None:
    assert (normal_form(tree(one), NONE) == normal_form(tree(other), NONE)) == same


def test_a_limit_at_infinity_has_no_side() -> None:
    assert tree("Limit(1/x, x, oo, dir='-')", "python") == tree(r"\lim_{x \to \infty} \frac{1}{x}", "latex")


@pytest.mark.parametrize(
    ("expected", "got", "outcome"),
    [
        (r"{1,2} \cup {3}", r"\{1, 2, 3\}", "same"),
        (r"[0,1] \setminus {0.5}", r"[0, 0.5) \cup (0.5, 1]", "same"),
        (r"{1,2} \cap {2,3}", r"\{2\}", "same"),
        (r"{1,2} \cap {2,3}", r"\{3\}", "different"),
    ],
)
def test_the_braces_of_latex_around_a_set_in_an_operation(expected: str, got: str, outcome: str) -> None:
    assert decide(tree(expected, "latex"), tree(got, "latex"), NONE).outcome == outcome
