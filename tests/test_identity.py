"""Same or different is decided with evidence, and a counterexample really differs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.maths.names import declare
from grader.maths.notation import read
from grader.maths.sameness.identity import Comparison, Frame, compare, find_counterexample, settle
from grader.maths.tree import Node, number

SYMBOLS = declare(
    {
        "X": {"matrix": ["n", "d"], "rank": "full"},
        "A": {"matrix": ["n", "n"]},
        "B": {"matrix": ["n", "n"]},
        "S": {"matrix": ["n", "n"], "structure": "symmetric"},
        "Q": {"matrix": ["n", "n"], "structure": "orthogonal"},
        "t": {"vector": "n"},
        "z": {"vector": "n"},
        "w0": {"vector": "d"},
        "a": {"is": "X w0 - t"},
        "eta": {"scalar": "positive"},
        "x": {"scalar": "real"},
        "y": {"scalar": "real"},
        "v": {"scalar": "positive"},
        "k": {"scalar": "integer"},
        "sigma": {"function": "elementwise", "is": "logistic"},
        "g": {"function": "elementwise"},
    },
    [{"n": 3, "d": 5}],
)
FRAME = Frame(SYMBOLS, b"a secret of the tests")


def _compare(expected: str, got: str, *, any_layout: bool = False) -> Comparison:
    formulas = [settle(read(text, SYMBOLS, "plain"), FRAME) for text in (expected, got)]
    return compare(*formulas, any_layout=any_layout)


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ("n norm(X' a)^2 / (2 norm(X X' a)^2)", "n a' X X' a / (2 a' (X X')^2 a)"),
        ("norm((I - (2 eta/n) X X')^k a)^2 / n", "a' (I - 2 eta/n X X')^(2k) a / n"),
        ("X' (X X')^-1 t", "pinv(X) t"),
        ("X' (X X')^-1 t", r"X^\top \left(XX^{\top}\right)^{-1} \mathbf{t}"),
        ("X' (X X' + eta I)^-1 t", "X.T @ np.linalg.inv(X @ X.T + eta*np.eye(n)) @ t"),
        ("(X'X + eta I)^-1 X' t", "X' (X X' + eta I)^-1 t"),
        ("(A B)'", "B' A'"),
        ("inv(A B)", "B^-1 A^-1"),
        ("S'", "S"),
        ("Q' Q", "I_n"),
        ("g'(z) .* t", "diag(g'(z)) t"),
        ("sigma'(z)", "sigma(z) .* (1 - sigma(z))"),
        ("sigma'(z)", "exp(-z) / (1 + exp(-z))^2"),
        ("log(exp(x) + exp(y))", "x + log(1 + exp(y - x))"),
        ("log(1 + exp(x))", "max(x, 0) + log(1 + exp(-abs(x)))"),
        ("max(0, x)", "(x + abs(x)) / 2"),
        ("log(v^2)", "2 log(v)"),
        ("0", "sin(x)^2 + cos(x)^2 - 1"),
        ("2 X' a", "2 X'(X w0 - t)"),
    ],
)
def test_the_same_in_another_form(expected: str, got: str) -> None:
    assert _compare(expected, got).outcome == "same"


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ("n norm(X' a)^2 / (2 norm(X X' a)^2)", "norm(X' a)^2 / (2 norm(X X' a)^2)"),
        ("A B", "B A"),
        ("(A B)'", "A' B'"),
        ("A", "A'"),
        ("A^2", "trace(A) A - det(A) I"),
        ("g(z)", "g'(z)"),
        ("sigma'(z)", "sigma(z)"),
        ("X' (X X' + eta I)^-1 t", "X' (X X' + eta^2 I)^-1 t"),
        ("max(0, x)", "x"),
        ("max(-1, min(1, x))", "1"),
        ("1.000001 (x^2 + 1)", "x^2 + 1"),
        ("x / (sqrt(v) + 1e-8)", "x / sqrt(v)"),
        ("0.0000001", "0.0000004"),
        ("sqrt(x^2)", "x"),
        ("norm(t)", "sqrt(t't) + 1e-30"),
    ],
)
def test_a_small_difference_is_proved(expected: str, got: str) -> None:
    assert _compare(expected, got).outcome == "different"


@pytest.mark.parametrize(
    ("expected", "got", "outcome"),
    [
        ("A/(n - 3)", "2A/(2n - 6)", "same"),
        ("A/(n - 3)", "A/(n - 3)", "same"),
        ("A/(n - 3)", "A/(n - 3) + I", "different"),
        ("A/(n - 3)", "A/(n - 2)", "different"),
        ("A", "A (n - 3)/(n - 3)", "undecided"),
        ("A/(n - n)", "A/(n - n)", "undecided"),
        ("x^k/(k - 5)", "2 x^k/(2k - 10)", "same"),
    ],
)
def test_sizes_at_which_neither_formula_has_a_value_are_replaced(
    expected: str, got: str, outcome: str
) -> None:
    assert _compare(expected, got).outcome == outcome


def test_an_even_derivative_is_not_told_from_its_mirror_image_by_the_field() -> None:
    # The derivative of the logistic function is even; a random function would not know.
    assert _compare("sigma'(z)", "sigma'(-z)").outcome == "same"


def test_the_other_layout_is_the_same_only_where_that_is_allowed() -> None:
    assert _compare("X' a", "a' X").outcome == "different"
    found = _compare("X' a", "a' X", any_layout=True)
    assert (found.outcome, found.transposed) == ("same", True)


def test_a_matrix_without_an_inverse_is_named() -> None:
    found = _compare("X' (X X')^-1 t", "(X'X)^-1 X' t")
    assert (found.outcome, found.code) == ("different", "undefined")
    assert "X' * X has no inverse" in found.how


def test_the_error_bound_is_printed_and_small() -> None:
    bound = int(_compare("(A + B)^2", "A^2 + A B + B A + B^2").how.split("2^-")[1].rstrip("."))
    assert bound > 100


def test_the_same_question_gets_the_same_verdict_with_every_secret() -> None:
    texts = ("norm((I - (2 eta/n) X X')^k a)^2 / n", "a' (I - 2 eta/n X X')^(2k) a")
    for secret in (b"one", b"two", b"three"):
        frame = Frame(SYMBOLS, secret)
        formulas = [settle(read(text, SYMBOLS, "plain"), frame) for text in texts]
        assert compare(*formulas).outcome == "different"


def test_no_fixed_prime_can_be_added_unseen() -> None:
    for prime in (2**61 - 1, 2**31 - 1, 2305843009213693951):
        assert _compare("x + 1", f"x + 1 + {prime} y").outcome == "different"


def test_a_counterexample_differs_when_numpy_computes_it() -> None:
    texts = ("n norm(X' a)^2 / (2 norm(X X' a)^2)", "norm(X' a)^2 / (2 norm(X X' a)^2)")
    expected, got = (settle(read(text, SYMBOLS, "plain"), FRAME) for text in texts)
    example = find_counterexample(expected, got)
    assert example is not None
    values: dict[str, Any] = {name: np.array(_numbers(text)) for name, text in example.values}
    matrix, start, target = values["X"], values["w0"], values["t"]
    residual = matrix @ start - target
    right = (
        len(target) * np.sum((matrix.T @ residual) ** 2) / (2 * np.sum((matrix @ matrix.T @ residual) ** 2))
    )
    assert float(_fraction(example.expected)) == pytest.approx(right)
    assert float(_fraction(example.got)) == pytest.approx(right / len(target))


def _numbers(text: str) -> Any:
    import ast

    return ast.literal_eval(text)


def _fraction(text: str) -> Any:
    from fractions import Fraction

    return Fraction(text)


_SQUARE = st.sampled_from(["A", "B", "S"]).map(lambda name: Node("symbol", (), name))


def _matrices(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.one_of(
        st.tuples(inner, inner).map(lambda pair: Node("sum", pair)),
        st.tuples(inner, inner).map(lambda pair: Node("product", pair)),
        inner.map(lambda node: Node("transpose", (node,))),
        inner.map(lambda node: Node("product", (number(2), node))),
    )


@settings(max_examples=60, deadline=None)
@given(st.recursive(_SQUARE, _matrices, max_leaves=6))
def test_every_formula_equals_itself_rewritten(node: Node) -> None:
    rewritten = Node("transpose", (Node("transpose", (Node("sum", (node, node, Node("negate", (node,)))),)),))
    assert compare(settle(node, FRAME), settle(rewritten, FRAME)).outcome == "same"


@settings(max_examples=60, deadline=None)
@given(st.recursive(_SQUARE, _matrices, max_leaves=6))
def test_a_term_too_many_is_always_seen(node: Node) -> None:
    more = Node("sum", (node, Node("symbol", (), "A")))
    expected, got = settle(node, FRAME), settle(more, FRAME)
    assert compare(expected, got).outcome == "different"
    assert find_counterexample(expected, got) is not None
