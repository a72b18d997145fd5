"""Sets of rational numbers come to the same, written down and solved as conditions."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from grader.maths.sameness.conditions import condition
from grader.maths.sameness.solutions import solve
from grader.maths.sameness.written_sets import written_set
from grader.maths.tree import Node, number, symbol

NUMBERS = st.sampled_from([number(Fraction(k, 2)) for k in range(-5, 6)])
INFINITY = Node("constant", (), "infinity")
SETS = st.recursive(
    st.one_of(
        st.lists(NUMBERS, min_size=1, max_size=3).map(lambda args: Node("set", tuple(args))),
        st.builds(
            lambda low, high, closed: Node("interval", (low, high), closed),
            st.one_of(NUMBERS, st.just(Node("negate", (INFINITY,)))),
            st.one_of(NUMBERS, st.just(INFINITY)),
            st.tuples(st.booleans(), st.booleans()),
        ),
    ),
    lambda inner: st.builds(
        lambda op, one, other: Node(op, (one, other)),
        st.sampled_from(("union", "intersection", "difference")),
        inner,
        inner,
    ),
    max_leaves=4,
)


@settings(deadline=None)
@given(SETS)
def test_a_written_set_is_what_its_condition_is_solved_to(node: Node) -> None:
    solved = solve(condition(Node("member", (symbol("x"), node))), "x")
    assert written_set(node) == solved


def test_a_set_with_other_numbers_is_solved() -> None:
    root = Node("call", (number(Fraction(2)),), ("sqrt", 0))
    assert written_set(Node("set", (root,))) is None
    assert written_set(Node("interval", (INFINITY, number(1)), (False, False))) is None
