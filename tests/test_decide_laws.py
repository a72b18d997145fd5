"""Laws of deciding: whatever is done to both sides of an equation or inequality, and any single change."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import StudentError
from grader.maths.names import NONE, declare
from grader.maths.sameness.decide import decide
from grader.maths.tree import Node, call, number, symbol

X, Y = symbol("x"), symbol("y")
SYMBOLS = declare({"x": {"scalar": "real"}, "y": {"scalar": "real"}})
wholes = st.integers(-6, 6)
factors = st.fractions(min_value=-9, max_value=9, max_denominator=4).filter(bool)
monomials = st.builds(
    lambda c, i, j: Node(
        "product", (number(c), Node("power", (X, number(i))), Node("power", (Y, number(j))))
    ),
    wholes.filter(bool),
    st.integers(0, 3),
    st.integers(0, 3),
)
polynomials = st.lists(monomials, min_size=1, max_size=5).map(lambda terms: Node("sum", tuple(terms)))
signs = st.sampled_from(("=", "<", "<=", ">", ">=", "!="))
FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def relation(left: Node, sign: str, right: Node) -> Node:
    return Node("relation", (left, right), sign)


def negated(node: Node) -> Node:
    return Node("negate", (node,))


@given(polynomials, polynomials, factors, signs)
@settings(deadline=None)
def test_a_relation_is_itself_times_a_constant_with_sides_exchanged_and_terms_moved(
    left: Node, right: Node, factor: Fraction, sign: str
) -> None:
    one = relation(left, sign, right)
    times = number(factor)
    changed = FLIPPED.get(sign, sign) if factor < 0 else sign
    scaled = relation(Node("product", (times, left)), changed, Node("product", (right, times)))
    moved = relation(Node("sum", (left, negated(right))), sign, number(0))
    turned = relation(right, FLIPPED.get(sign, sign), left)
    for other in (scaled, moved, turned):
        assert decide(one, other, SYMBOLS).outcome == "same"


@given(polynomials, polynomials)
@settings(deadline=None)
def test_a_product_is_zero_where_one_of_its_factors_is(left: Node, right: Node) -> None:
    product = relation(Node("product", (left, left, right)), "=", number(0))
    either = Node("or", (relation(left, "=", number(0)), relation(right, "=", number(0))))
    assert decide(product, either, SYMBOLS).outcome == "same"


@given(st.sets(wholes, min_size=1, max_size=4), st.sets(wholes, min_size=1, max_size=4))
@settings(deadline=None)
def test_polynomials_have_the_same_zeros_exactly_when_their_roots_are_the_same(
    one: set[int], other: set[int]
) -> None:
    found = decide(_with_roots(one), _with_roots(other), SYMBOLS)
    assert found.outcome == ("same" if one == other else "different")


def _with_roots(roots: set[int]) -> Node:
    product = Node("product", tuple(Node("sum", (X, number(-root))) for root in sorted(roots)))
    return relation(product, "=", number(0))


@given(wholes, wholes, wholes, wholes, st.sampled_from(("<", "<=", ">", ">=")), st.booleans())
@settings(deadline=None)
def test_two_bounds_are_an_interval(a: int, b: int, c: int, d: int, sign: str, strict: bool) -> None:
    low, high = sorted((a, b))
    chain = Node("relation", (number(low), X, number(high)), ("<" if strict else "<=", "<="))
    interval = Node("interval", (number(low), number(high)), (not strict, True))
    assert decide(interval, chain, SYMBOLS).outcome == "same"
    other = Node("interval", (number(c), number(d)), (not strict, True))
    same = (low, high) == (c, d) or (_empty(low, high, strict) and _empty(c, d, strict))
    assert decide(interval, other, SYMBOLS).outcome == ("same" if same else "different")


def _empty(low: int, high: int, strict: bool) -> bool:
    return low > high or (strict and low == high)


@given(st.lists(st.tuples(wholes, wholes, st.booleans(), st.booleans()), min_size=1, max_size=4))
@settings(deadline=None)
def test_a_union_does_not_depend_on_the_order_of_its_parts(
    parts: list[tuple[int, int, bool, bool]],
) -> None:
    trees = [Node("interval", (number(a), number(b)), (left, right)) for a, b, left, right in parts]
    turned = list(reversed(trees)) + trees[:1]
    assert decide(Node("union", (*trees,)), Node("union", (*turned,)), SYMBOLS).outcome == "same"


@given(polynomials, wholes.filter(bool))
@settings(deadline=None)
def test_a_changed_constant_is_seen(left: Node, change: int) -> None:
    one = relation(left, "=", Y)
    other = relation(Node("sum", (left, number(change))), "=", Y)
    found = decide(one, other, SYMBOLS)
    assert found.outcome != "same" or found.code == "empty" or _without_solutions(found.how)


def _without_solutions(how: str) -> bool:
    # x^2 y^2 + 1 = -x^2 and the same plus a constant have no real solutions, and so the same ones.
    return "signs of the factors" in how


@given(
    st.recursive(
        st.sampled_from([X, Y, number(1), number(2)]),
        lambda inner: st.builds(
            lambda op, a, b: call(op, a) if op in ("exp", "sin", "sqrt", "abs", "log") else Node(op, (a, b)),
            st.sampled_from(["sum", "product", "divide", "power", "exp", "sin", "sqrt", "abs", "log"]),
            inner,
            inner,
        ),
        max_leaves=8,
    ),
    signs,
    signs,
)
@settings(deadline=2000, max_examples=150)
def test_any_relation_is_answered_quickly_and_is_itself(formula: Node, sign: str, other: str) -> None:
    one = relation(formula, sign, number(1))
    assert decide(one, one, NONE).outcome == "same"
    found = decide(one, relation(number(2), other, formula), NONE)
    assert found.outcome in ("same", "different", "undecided")


numbers = st.fractions(min_value=-3, max_value=3, max_denominator=3).map(number)
atoms = st.one_of(st.just(X), st.just(Y), numbers)


def _values(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    pairs = st.tuples(inner, inner)
    return st.one_of(
        st.builds(lambda op, args: Node(op, args), st.sampled_from(("sum", "product", "divide")), pairs),
        st.builds(
            lambda base, power: Node("power", (base, number(power))), inner, st.sampled_from((2, 3, -1))
        ),
        st.builds(call, st.sampled_from(("sqrt", "abs", "sin", "exp", "log", "floor", "relu")), inner),
        st.builds(lambda args: call("max", *args), pairs),
        st.builds(lambda a, sign, b: Node("indicator", (relation(a, sign, b),)), inner, signs, inner),
    )


values = st.recursive(atoms, _values, max_leaves=5)
conditions = st.one_of(
    st.builds(relation, values, signs, values),
    st.builds(
        lambda op, a, b: Node(op, (a, b)),
        st.sampled_from(("and", "or")),
        *[st.builds(relation, values, signs, values)] * 2,
    ),
)
sets = st.one_of(
    st.lists(values, max_size=3).map(lambda found: Node("set", tuple(found))),
    st.builds(
        lambda a, b, ends: Node("interval", (a, b), ends),
        numbers,
        numbers,
        st.tuples(st.booleans(), st.booleans()),
    ),
)
lists = st.lists(values, min_size=2, max_size=3).map(lambda found: Node("list", tuple(found)))


def _outcome(expected: Node, got: Node) -> str:
    try:
        return decide(expected, got, SYMBOLS).outcome
    except StudentError:
        return "undecided"


@given(
    st.one_of(
        *(st.tuples(kind, kind) for kind in (values, conditions, sets, lists)), st.tuples(values, conditions)
    )
)
@settings(deadline=None, max_examples=150)
def test_which_of_two_answers_is_the_expected_one_makes_no_difference(pair: tuple[Node, Node]) -> None:
    one, other = pair
    assert _outcome(one, other) == _outcome(other, one)


@given(st.one_of(values, conditions, sets, lists))
@settings(deadline=None, max_examples=60)
def test_nothing_is_different_from_itself(tree: Node) -> None:
    assert _outcome(tree, tree) != "different"
