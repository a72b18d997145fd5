"""Every operation is printed as text and LaTeX and read back to the same tree; MathML is well-formed."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.maths.names import Symbols, declare
from grader.maths.notation import read, to_latex, to_mathml, to_text
from grader.maths.notation.meanings import limit_of
from grader.maths.tree import Node, call, number, symbol

SYMBOLS: Symbols = declare(
    {
        "X": {"matrix": ["n", "d"]},
        "a": {"vector": "n"},
        "w0": {"vector": "d"},
        "x_hat": {"vector": "d"},
        "eta": {"scalar": "positive"},
        "theta": {"scalar": "real"},
        "x": {"scalar": "real"},
        "y": {"scalar": "real"},
        "z": {"scalar": "complex"},
        "k": {"scalar": "integer"},
        "sigma": {"function": "elementwise"},
    },
    [{"n": 3, "d": 5}],
)

_ATOMS = st.one_of(
    st.integers(0, 99).map(number),
    st.sampled_from(["0.5", "1.25"]).map(lambda digits: Node("decimal", (), digits)),
    st.sampled_from(["X", "a", "w0", "x_hat", "eta", "theta", "x", "y", "z", "k", "n"]).map(symbol),
    st.sampled_from(["e", "pi", "i", "infinity"]).map(lambda name: Node("constant", (), name)),
    st.just(Node("identity")),
)
_FUNCTIONS = (
    "exp log sqrt abs sign sin cosh arctan sec arcsinh floor ceil round factorial gamma re im conj arg relu "
    "logistic softmax erf heaviside norm inv pinv diag trace det rank total mean dag"
).split()
_PAIRS = "root arctan2 binomial gcd mod max dot cross solve log".split()


def _flat(op: str, inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """Sums, products, unions ... are read flat, so their first argument is not of the same kind."""
    return st.lists(inner, min_size=2, max_size=3).map(
        lambda args: Node(op, (*(args[0].args if args[0].op == op else args[:1]), *args[1:]))
    )


def _larger(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    two = st.tuples(inner, inner)
    three = st.tuples(inner, inner, inner)
    index = st.sampled_from(["r", "s"])
    body = st.tuples(inner, index).map(
        lambda pair: (
            Node("product", (pair[0], Node("entry", (symbol("a"), symbol(pair[1])))))
            if pair[0].op != "product"
            else pair[0]
        )
    )
    condition = st.one_of(
        st.tuples(two, st.sampled_from(["=", "!=", "<", "<=", ">", ">="])).map(
            lambda pair: Node("relation", pair[0], pair[1])
        ),
        three.map(lambda sides: Node("relation", sides, ("<", "<="))),
        two.map(
            lambda sides: Node(
                "member", (sides[0], Node("interval", sides, (_finite(sides[0], True), False)))
            )
        ),
    )
    return st.one_of(
        _flat("sum", inner),
        _flat("product", inner),
        inner.map(lambda node: Node("negate", (node,))),
        inner.map(lambda node: Node("transpose", (node,))),
        inner.map(lambda node: call("sigma", node, primes=2)),
        st.tuples(st.sampled_from(_FUNCTIONS), inner).map(lambda pair: call(*pair)),
        st.tuples(st.sampled_from(_PAIRS), inner, inner).map(lambda triple: call(*triple)),
        st.tuples(inner, st.sampled_from(["1", "infinity"])).map(
            lambda pair: call(
                "norm", pair[0], number(1) if pair[1] == "1" else Node("constant", (), "infinity")
            )
        ),
        two.map(lambda pair: Node("divide", pair)),
        two.map(lambda pair: Node("power", pair)),
        two.map(lambda pair: Node("power", pair, "elementwise")),
        two.map(lambda pair: Node("hadamard", pair)),
        st.tuples(two, st.sampled_from(["+-", "-+"])).map(lambda pair: Node("plusminus", *pair)),
        inner.map(lambda node: Node("plusminus", (node,), "+-")),
        two.map(lambda pair: _array((pair[0], *pair))),
        two.map(lambda pair: Node("matrix", (Node("list", pair), Node("list", pair)))),
        st.tuples(_ATOMS, st.sampled_from(["X", "a"])).map(
            lambda pair: Node("entry", (symbol(pair[1]), pair[0], *((pair[0],) if pair[1] == "X" else ())))
        ),
        st.tuples(body, st.sampled_from(["sum", "product"]), two).map(
            lambda parts: Node("fold", (_bind(parts[0], "r"), *parts[2]), (parts[1], "r"))
        ),
        st.tuples(inner, st.sampled_from(["x", "theta", "w0"]), st.integers(1, 3)).map(
            lambda parts: Node("derivative", parts[:1], parts[1:])
        ),
        st.tuples(inner, inner, inner).map(lambda parts: Node("integral", parts, "t")),
        inner.map(lambda node: Node("integral", (node,), "theta")),
        st.tuples(two, st.sampled_from(["", "+", "-"])).map(lambda parts: limit_of(*parts[0], "t", parts[1])),
        st.tuples(inner, condition, inner).map(lambda parts: Node("cases", parts)),
        st.tuples(inner, condition, inner, condition).map(lambda parts: Node("cases", parts)),
        condition.map(lambda node: Node("indicator", (node,))),
    )


def _array(entries: tuple[Node, ...]) -> Node:
    """A list; one of lists only is a matrix in every notation, and all lists here have three entries."""
    return Node("matrix" if all(entry.op == "list" for entry in entries) else "list", entries)


def _bind(node: Node, index: str) -> Node:
    """The same tree with the indices r and s replaced by a bound one."""
    if node.op == "symbol":
        return symbol(index) if node.value in ("r", "s") else node
    return Node(node.op, tuple(_bind(argument, index) for argument in node.args), node.value)


FORMULAS = st.recursive(_ATOMS, _larger, max_leaves=8)
SETS = st.recursive(
    st.one_of(
        st.sampled_from(["reals", "integers", "naturals", "complex"]).map(
            lambda name: Node("named", (), name)
        ),
        st.lists(_ATOMS, min_size=2, max_size=3).map(lambda entries: Node("set", tuple(entries))),
        st.just(Node("set")),
        st.tuples(_ATOMS, _ATOMS, st.booleans(), st.booleans()).map(
            lambda parts: Node(
                "interval", parts[:2], (_finite(parts[0], parts[2]), _finite(parts[1], parts[3]))
            )
        ),
    ),
    lambda inner: st.one_of(*(_flat(op, inner) for op in ("union", "intersection", "difference"))),
    max_leaves=4,
)


def _finite(end: Node, closed: bool) -> bool:
    return closed and end != Node("constant", (), "infinity")


CONDITIONS = st.recursive(
    st.one_of(
        st.tuples(FORMULAS, FORMULAS).map(lambda sides: Node("relation", sides, "<=")),
        st.tuples(FORMULAS, SETS).map(lambda sides: Node("member", sides)),
    ),
    lambda inner: st.one_of(
        _flat("and", inner),
        _flat("or", inner),
        inner.map(lambda node: Node("not", (node,))),
        st.tuples(inner, inner).map(lambda pair: Node("implies", pair)),
    ),
    max_leaves=3,
)


@settings(max_examples=200, deadline=None)
@given(st.one_of(FORMULAS, CONDITIONS))
def test_what_is_printed_as_text_is_read_back_without_loss(node: Node) -> None:
    assert read(to_text(node), SYMBOLS, "plain") == node, to_text(node)


@settings(max_examples=200, deadline=None)
@given(st.one_of(FORMULAS, CONDITIONS))
def test_what_is_printed_as_latex_is_read_back_without_loss(node: Node) -> None:
    assert read(to_latex(node), SYMBOLS, "latex") == node, to_latex(node)


@settings(max_examples=150, deadline=None)
@given(st.one_of(FORMULAS, CONDITIONS, SETS))
def test_mathml_is_well_formed(node: Node) -> None:
    ElementTree.fromstring(to_mathml(node))  # noqa: S314 - our own output


@pytest.mark.parametrize("name", ["<b>", "a&b", '"x"', "x_{<i>}", "<_1", "f<"])
def test_names_are_escaped_in_mathml(name: str) -> None:
    trees = (symbol(name), call(name, symbol("x"), primes=1), Node("integral", (symbol(name),), name))
    for tree in (
        *trees,
        Node("fold", (symbol(name),), ("sum", name)),
        Node("derivative", trees[:1], (name, 2)),
    ):
        text = "".join(ElementTree.fromstring(to_mathml(tree)).itertext())  # noqa: S314 - our own output
        assert "<" in text or "&" in text or '"' in text
