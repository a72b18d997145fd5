"""Laws: rewriting a formula legally never changes the verdict; an edit that changes it is always found."""

from __future__ import annotations

import ast
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grader.maths.names import declare
from grader.maths.sameness.identity import Frame, compare, find_counterexample, settle
from grader.maths.tree import Node, call, number, symbol, walk

SYMBOLS = declare(
    {
        **{name: {"scalar": "real"} for name in ("x", "y", "a")},
        "v": {"scalar": "positive"},
        "A": {"matrix": ["n", "n"]},
        "B": {"matrix": ["n", "n"]},
        "X": {"matrix": ["n", "d"]},
    },
    [{"n": 3, "d": 4}],
)
FRAME = Frame(SYMBOLS, b"rewriting")

LEAVES = st.one_of(
    st.sampled_from(["x", "y", "a", "v"]).map(symbol),
    st.integers(1, 5).map(number),
    st.sampled_from([Fraction(1, 2), Fraction(3, 4)]).map(number),
)


def _grown(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    pairs = st.tuples(inner, inner)
    return st.one_of(
        st.tuples(inner, inner, inner).map(lambda terms: Node("sum", terms)),
        pairs.map(lambda pair: Node("sum", (pair[0], Node("negate", (pair[1],))))),
        pairs.map(lambda pair: Node("product", pair)),
        pairs.map(lambda pair: Node("divide", (pair[0], Node("sum", (number(1), _square(pair[1])))))),
        inner.map(lambda node: Node("negate", (node,))),
        inner.map(_square),
        st.tuples(st.sampled_from(["sin", "arctan", "tanh", "abs", "logistic"]), inner).map(
            lambda pair: call(pair[0], pair[1])
        ),
        pairs.map(lambda pair: call("max", *pair)),
        inner.map(lambda node: call("sqrt", Node("sum", (number(1), _square(node))))),
    )


def _square(node: Node) -> Node:
    return Node("power", (node, number(2)))


SCALARS = st.recursive(LEAVES, _grown, max_leaves=6)


def _rewritten(node: Node, choice: Any) -> Node:
    """The same function, written in another way at many places."""
    args = tuple(_rewritten(argument, choice) for argument in node.args)
    node = Node(node.op, args, node.value)
    if not choice(st.booleans()):
        return node
    if node.op in ("sum", "product"):
        if node.op == "product" and args[1].op == "sum":
            return Node("sum", tuple(Node("product", (args[0], term)) for term in args[1].args))
        return Node(node.op, args[::-1])
    if node.op == "negate":
        return Node("product", (number(-1), args[0]))
    if node.op == "power" and args[1] == number(2):
        return Node("product", (args[0], args[0]))
    if node.op == "divide":
        return Node("product", (args[0], Node("power", (args[1], Node("negate", (number(1),))))))
    if node.op == "call" and node.value == ("max", 0):
        gap = call("abs", Node("sum", (args[0], Node("negate", (args[1],)))))
        return Node("divide", (Node("sum", (*args, gap)), number(2)))
    if node.op == "call" and node.value == ("sqrt", 0):
        return Node("power", (args[0], number(Fraction(1, 2))))
    return Node("negate", (Node("negate", (node,)),))


@settings(max_examples=150, deadline=None)
@given(SCALARS, st.data())
def test_a_formula_is_the_same_as_itself_rewritten(node: Node, data: st.DataObject) -> None:
    other = _rewritten(node, data.draw)
    assert compare(settle(node, FRAME), settle(other, FRAME)).outcome == "same"


def _edited(node: Node, at: int, kind: int) -> Node:
    """One change at the `at`-th part of a formula, counted from the root."""
    parts = list(walk(node))
    target = parts[at % len(parts)]
    if kind == 0:
        changed = Node("negate", (target,))
    elif kind == 1:
        changed = Node("sum", (target, number(Fraction(1, 100))))
    elif kind == 2:
        changed = Node("product", (number(2), target))
    else:
        changed = target.args[0] if target.args else symbol("x" if target.value == "y" else "y")

    def put(part: Node) -> Node:
        return changed if part is target else Node(part.op, tuple(map(put, part.args)), part.value)

    return put(node)


def _float(node: Node, values: dict[str, float]) -> Any:
    args = [_float(argument, values) for argument in node.args]
    match node.op:
        case "number":
            return float(node.value)  # type: ignore[arg-type]
        case "symbol":
            return values[str(node.value)]
        case "sum":
            return np.sum(args)
        case "negate":
            return -args[0]
        case "product":
            return np.prod(args)
        case "divide":
            return args[0] / args[1]
        case "power":
            return args[0] ** args[1]
    functions = {
        "sin": np.sin,
        "arctan": np.arctan,
        "tanh": np.tanh,
        "abs": np.abs,
        "sqrt": np.sqrt,
        "logistic": lambda x: 1 / (1 + np.exp(-x)),
        "max": np.maximum,
    }
    return functions[node.value[0]](*args)  # type: ignore[index, operator]


def test_formulas_that_differ_beside_a_pole_only_get_an_example_where_both_have_values() -> None:
    """The maximum hides the quotient everywhere but beside x = 1."""
    x = Node("symbol", (), "x")
    one = number(1)
    root = Node("call", (Node("sum", (one, _square(x))),), ("sqrt", 0))

    def hidden(divisor: Node) -> Node:
        largest = Node("call", (Node("divide", (x, divisor)), root), ("max", 0))
        return Node("call", (Node("sum", (one, _square(largest))),), ("sqrt", 0))

    below = (_square(x), Node("negate", (_square(x),)))
    expected, got = (settle(hidden(Node("sum", (one, part))), FRAME) for part in below)
    example = find_counterexample(expected, got)
    assert example is not None
    assert "not defined there" not in (example.expected, example.got)


@settings(max_examples=150, deadline=None)
@given(SCALARS, st.integers(0, 30), st.integers(0, 3))
def test_an_edit_that_changes_the_function_is_found_with_an_example(node: Node, at: int, kind: int) -> None:
    other = _edited(node, at, kind)
    random = np.random.default_rng(5)
    gaps = []
    for _ in range(40):
        values = dict(zip("xya", random.uniform(-3, 3, 3), strict=True)) | {"v": random.uniform(0.1, 3)}
        with np.errstate(all="ignore"):
            first, second = _float(node, values), _float(other, values)
        gaps.append(abs(first - second) / (1 + abs(first)))
    assume(np.all(np.isfinite(gaps)) and max(gaps) > 1e-6)
    expected, got = settle(node, FRAME), settle(other, FRAME)
    assert compare(expected, got).outcome == "different"
    example = find_counterexample(expected, got)
    assert example is not None
    assert "not defined there" not in (example.expected, example.got)
    at_point = {name: float(Fraction(value)) for name, value in example.values}
    for tree, shown in ((node, example.expected), (other, example.got)):
        value = _float(tree, {"x": 0, "y": 0, "a": 0, "v": 1, **at_point})
        assert float(Fraction(shown)) == pytest.approx(value, rel=1e-5, abs=1e-9)
    assert example.expected != example.got


SQUARE = st.sampled_from(["A", "B"]).map(symbol) | st.just(
    Node("product", (symbol("X"), Node("transpose", (symbol("X"),))))
)


def _matrices(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    pairs = st.tuples(inner, inner)
    return st.one_of(
        pairs.map(lambda pair: Node("sum", pair)),
        pairs.map(lambda pair: Node("product", pair)),
        pairs.map(lambda pair: Node("hadamard", pair)),
        inner.map(lambda node: Node("transpose", (node,))),
        inner.map(lambda node: Node("negate", (node,))),
        inner.map(lambda node: Node("product", (number(2), node))),
    )


MATRICES = st.recursive(SQUARE, _matrices, max_leaves=6)


def _turned(node: Node) -> Node:
    """The transpose, carried down to the names."""
    if node.op in ("sum", "hadamard", "negate"):
        return Node(node.op, tuple(map(_turned, node.args)))
    if node.op == "product":
        return Node("product", tuple(map(_turned, node.args[::-1])))
    if node.op == "transpose":
        return node.args[0]
    return node if node.op == "number" else Node("transpose", (node,))


@settings(max_examples=100, deadline=None)
@given(MATRICES)
def test_a_transpose_is_carried_through_sums_and_products(node: Node) -> None:
    assert compare(settle(Node("transpose", (node,)), FRAME), settle(_turned(node), FRAME)).outcome == "same"
    double = Node("transpose", (Node("transpose", (node,)),))
    assert compare(settle(node, FRAME), settle(double, FRAME)).outcome == "same"


def _array(node: Node, values: dict[str, Any]) -> Any:
    args = [_array(argument, values) for argument in node.args]
    match node.op:
        case "symbol":
            return values[str(node.value)]
        case "number":
            return int(node.value)  # type: ignore[call-overload]
        case "sum":
            return sum(args[1:], args[0])
        case "negate":
            return -args[0]
        case "transpose":
            return args[0].T
        case "hadamard":
            return args[0] * args[1]
    product = args[0]
    for factor in args[1:]:
        product = product * factor if np.ndim(product) == 0 or np.ndim(factor) == 0 else product @ factor
    return product


@settings(max_examples=100, deadline=None)
@given(MATRICES, MATRICES)
def test_two_matrix_formulas_are_the_same_exactly_where_numpy_finds_no_difference(
    left: Node, right: Node
) -> None:
    random = np.random.default_rng(3)
    shapes = {"A": (3, 3), "B": (3, 3), "X": (3, 4)}
    values = {name: random.integers(-9, 9, shape).astype(object) for name, shape in shapes.items()}
    equal = bool(np.all(_array(left, values) == _array(right, values)))
    expected, got = settle(left, FRAME), settle(right, FRAME)
    assert (compare(expected, got).outcome == "same") == equal
    if not equal:
        example = find_counterexample(expected, got)
        assert example is not None
        given_values = {name: np.array(ast.literal_eval(text), dtype=object) for name, text in example.values}
        for tree, shown in ((left, example.expected), (right, example.got)):
            assert np.all(_array(tree, given_values) == np.array(ast.literal_eval(shown), dtype=object))


def test_the_numbers_of_this_file_are_worked_out_twice() -> None:
    assert math.isclose(_float(call("logistic", number(0)), {}), 0.5)
