"""A gradient is checked against its loss alone: right in either layout, or wrong with an example."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.errors import StudentError
from grader.maths.names import declare
from grader.maths.notation import read, to_text
from grader.maths.why.gradient import Checked, Gradient, check_gradient
from grader.types import Counterexample

SYMBOLS = declare(
    {
        "X": {"matrix": ["n", "d"], "rank": "full"},
        "A": {"matrix": ["d", "d"]},
        "S": {"matrix": ["d", "d"], "structure": "positive definite"},
        "t": {"vector": "n"},
        "u": {"vector": "n"},
        "w": {"vector": "d"},
        "v": {"vector": "d"},
        "a": {"is": "X w - t"},
        "z": {"vector": "n"},
        "x": {"scalar": "real"},
        "y": {"scalar": "positive"},
        "lam": {"scalar": "positive"},
        "sigma": {"function": "elementwise", "is": "logistic"},
        "g": {"function": "elementwise", "is": "tanh"},
        "f": {"function": "elementwise"},
    },
    [{"n": 3, "d": 5}],
)


def check(loss: str, variable: str, answer: str, *, any_layout: bool = True) -> Checked:
    trees = (read(text, SYMBOLS, "plain") for text in (loss, answer))
    loss_tree, answer_tree = trees
    return check_gradient(loss_tree, variable, answer_tree, SYMBOLS, b"secret", any_layout=any_layout)


@pytest.mark.parametrize(
    ("loss", "variable", "answer", "transposed"),
    [
        ("norm(X w - t)^2 / n", "w", "(2/n) X' (X w - t)", False),
        ("norm(X w - t)^2 / n", "w", "(2/n) (w' X' - t') X", True),
        ("norm(a)^2 / n", "w", "(2/n) X' a", False),
        ("norm(X w - t)^2 / n + lam norm(w)^2", "w", "(2/n) X' a + 2 lam w", False),
        ("-t' log(softmax(z))", "z", "total(t) softmax(z) - t", False),
        ("total(log(1 + exp(-(t .* (X w)))))", "w", "-X' (t .* sigma(-(t .* (X w))))", False),
        ("-(t' log(sigma(X w)))", "w", "-X' (t .* (1 - sigma(X w)))", False),
        ("t' g(X w)", "w", "X' (g'(X w) .* t)", False),
        ("t' f(X w)", "w", "X' (f'(X w) .* t)", False),
        ("norm(w)", "w", "w / norm(w)", False),
        ("norm(w)^4", "w", "4 norm(w)^2 w", False),
        ("w' A w", "w", "(A + A') w", False),
        ("sqrt(w' S w)", "w", "S w / sqrt(w' S w)", False),
        ("trace(A)", "A", "I", False),
        ("trace(A' A)", "A", "2 A", False),
        ("trace(A A)", "A", "2 A'", False),
        ("trace(A A)", "A", "2 A", True),
        ("v' A w", "A", "v w'", False),
        ("v' inv(A) w", "A", "-inv(A)' v w' inv(A)'", False),
        ("w' A^-1 w", "A", "-(A^-1)' w w' (A^-1)'", False),
        ("det(A)", "A", "det(A) inv(A)'", False),
        ("log(det(S))", "S", "inv(S)", False),
        ("v' A^3 w", "A", "v w' (A')^2 + A' v w' A' + (A')^2 v w'", False),
        ("total(max(z, t))", "z", "(sign(z - t) + 1) / 2", False),
        ("total(abs(w))", "w", "sign(w)", False),
        ("x^3 + sin(x lam)", "x", "3 x^2 + lam cos(x lam)", False),
        ("log(sqrt(y)) + arctan(y)", "y", "1/(2 y) + 1/(1 + y^2)", False),
        ("y^x", "x", "y^x log(y)", False),
        ("y^x", "y", "x y^(x - 1)", False),
        ("x^2 w", "x", "2 x w", False),
        ("A w", "w", "A", False),
        ("A w", "w", "A'", True),
        ("lam norm(t)^2", "w", "0 w", False),
        ("norm(w, 1)", "w", "sign(w)", False),
        ("total(arctan(z))", "z", "(1 + z .* z)^-1", False),
        ("total(erf(z))", "z", "2 / sqrt(pi) exp(-z .* z)", False),
        ("total(relu(z))", "z", "(1 + sign(z)) / 2", False),
        ("sum_(i=1)^n (t_i - z_i)^2", "z", "2 (z - t)", False),
        ("1/n sum_(i=1)^n (sum_(j=1)^d X_{i,j} w_j - t_i)^2", "w", "(2/n) X' (X w - t)", False),
    ],
)
def test_the_gradients_of_a_course(loss: str, variable: str, answer: str, transposed: bool) -> None:
    found = check(loss, variable, answer)
    assert found.comparison.outcome == "same", found
    assert found.comparison.transposed == transposed
    assert found.example is None


@pytest.mark.parametrize(
    ("loss", "variable", "answer", "factor"),
    [
        ("norm(X w - t)^2 / n", "w", "(1/n) X' (X w - t)", "1/2"),
        ("norm(X w - t)^2 / n", "w", "2 X' (X w - t)", "n"),
        ("norm(X w - t)^2 / n", "w", "-(2/n) X' (X w - t)", "-1"),
        ("norm(X w - t)^2 / n + lam norm(w)^2", "w", "(2/n) X' a + lam w", None),
        ("w' A w", "w", "2 A w", None),
        ("det(A)", "A", "inv(A)'", None),
        ("v' A^2 w", "A", "v w' A'", None),
        ("A w", "w", "2 A", "2"),
    ],
)
def test_a_wrong_gradient_comes_with_a_change_that_shows_it(
    loss: str, variable: str, answer: str, factor: str | None
) -> None:
    found = check(loss, variable, answer)
    assert found.comparison.outcome == "different"
    assert isinstance(found.example, Counterexample)
    assert f"change of {variable}" in dict(found.example.values)
    assert found.example.got != found.example.expected
    assert (found.factor and to_text(found.factor)) == factor


def test_the_other_layout_is_refused_where_the_rubric_says_so() -> None:
    assert check("w' v", "w", "v'", any_layout=False).comparison.code == "shape"
    assert check("trace(A A)", "A", "2 A", any_layout=False).comparison.outcome == "different"


def test_a_shape_that_is_neither_layout_is_told() -> None:
    found = check("norm(X w - t)^2", "w", "2 X (X' t)")
    assert (found.comparison.outcome, found.comparison.code) == ("different", "shape")


@pytest.mark.parametrize(
    ("loss", "variable"), [("A", "w"), ("w' v", "a"), ("w' v", "sigma"), ("w' v", "q"), ("floor(x!)", "x")]
)
def test_what_cannot_be_differentiated_is_said(loss: str, variable: str) -> None:
    with pytest.raises(StudentError):
        Gradient(read(loss, SYMBOLS, "plain"), variable, SYMBOLS)


def test_the_example_is_right_when_worked_out_with_numpy() -> None:
    found = check("norm(X w - t)^2 / n", "w", "X' (X w - t) / n")
    assert found.example is not None
    at: dict[str, Any] = {name: np.array(_numbers(text)) for name, text in found.example.values}
    change, step = at["change of w"], 1e-6

    def loss(w: Any) -> Any:
        return ((at["X"] @ w - at["t"]) ** 2).sum() / at["n"]

    slope = (loss(at["w"] + step * change) - loss(at["w"] - step * change)) / (2 * step)
    assert np.isclose(slope, _numbers(found.example.expected), rtol=1e-6)


def _numbers(text: str) -> Any:
    """Numbers and nested lists of them as the report writes them."""
    from ast import literal_eval
    from fractions import Fraction

    return literal_eval(text) if "/" not in text else float(Fraction(text))
