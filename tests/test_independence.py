"""Exact values prove a difference although functions are met, where the functions are independent."""

from __future__ import annotations

import pytest

from grader.maths.names import declare
from grader.maths.notation import read
from grader.maths.sameness.identity import Comparison, Frame, compare, settle

SYMBOLS = declare(
    {
        "A": {"matrix": ["n", "n"]},
        "z": {"vector": "n"},
        "t": {"vector": "n"},
        "x": {"scalar": "real"},
        "y": {"scalar": "real"},
        "k": {"scalar": "integer"},
        "sigma": {"function": "elementwise", "is": "logistic"},
        "g": {"function": "elementwise"},
        "h": {"is": "sigma(z)"},
        "r": {"is": "A h"},
        "s": {"is": "x + y"},
    },
    [{"n": 3}],
)
PROOF = "Exact evaluation at a random point gives another value: that is a proof."


def _compare(expected: str, got: str, frame: Frame | None = None) -> Comparison:
    frame = frame or Frame(SYMBOLS, b"a secret of the tests")
    return compare(*(settle(read(text, SYMBOLS, "plain"), frame) for text in (expected, got)))


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ("sigma'(z) .* t", "sigma(z) .* t"),
        ("exp(x) + x", "exp(x) + 2 x"),
        ("e^(-x) y", "e^x y"),
        ("tanh(x) + exp(y)", "tanh(x) - exp(y)"),
        ("sin(x)^2 + cos(x)^2", "sin(x)^2 - cos(x)^2"),
        ("softmax(z) .* t", "softmax(t) .* z"),
        ("g(exp(x))", "g(exp(y))"),
        ("A' (sigma'(z) .* t)", "A (sigma'(z) .* t)"),
        ("norm(sigma(z))^2", "2 norm(sigma(z))^2"),
        ("h .* t", "(1 - h) .* t"),
        ("exp(s)", "exp(y)"),
        ("exp(x y) + exp(x)", "exp(x y) - exp(x)"),
        ("sigma(A t + z)", "sigma(A t)"),
        ("sigma'(A t + z) .* t", "sigma(z + A t) .* t"),
    ],
)
def test_functions_of_free_names_leave_exact_values_a_proof(expected: str, got: str) -> None:
    found = _compare(expected, got)
    assert (found.outcome, found.how) == ("different", PROOF)


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ("exp(2 x)", "exp(x)^2"),
        ("exp(x + y)", "exp(x) exp(y)"),
        ("exp(s)", "exp(x) exp(y)"),
        ("sin(2 x)", "2 sin(x) cos(x)"),
        ("log(exp(x))", "x"),
        ("sqrt(exp(x))^2 + abs(y)^2", "exp(x) + y^2"),
        ("max(exp(x), 0)", "exp(x)"),
        ("tanh(x)", "2 sigma(2 x) - 1"),
        ("norm(sigma(z))", "sqrt(h' h)"),
        ("sigma'(z)", "h .* (1 - h)"),
        ("softmax(z + t)", "softmax(z + t - x)"),
        ("sin(k pi)", "0"),
        ("exp(x) exp(y + 1)", "e exp(x + y)"),
        ("sigma(x - y)", "exp(x) / (exp(x) + exp(y))"),
        ("cosh(x / y + 1 / y)", "cosh(x / y) cosh(1 / y) + sinh(x / y) sinh(1 / y)"),
    ],
)
def test_equations_between_functions_are_seen(expected: str, got: str) -> None:
    assert _compare(expected, got).outcome == "same"


@pytest.mark.parametrize(("expected", "got"), [("exp(2 x)", "exp(x)^3"), ("abs(x)", "x")])
def test_other_functions_are_told_apart_by_balls(expected: str, got: str) -> None:
    found = _compare(expected, got)
    assert found.outcome == "different"
    assert found.how != PROOF


def test_an_abbreviation_brings_its_functions_into_every_formula() -> None:
    frame = Frame(SYMBOLS, b"a secret of the tests")
    formulas = [settle(read(text, SYMBOLS, "plain"), frame) for text in ("r", "2 r", "A sigma(z)", "r .* r")]
    assert [formula.value(0)[1] for formula in formulas] == [True] * 4
    assert [formula.value(1)[1] for formula in reversed(formulas)] == [True] * 4


def test_the_parts_of_earlier_formulas_change_no_verdict() -> None:
    texts = [
        *("A' (sigma'(z) .* t)", "A' (h .* (1 - h) .* t)", "A' (h .* t)", "abs(x) y", "abs(abs(x)) y"),
        *("log(x) + h' t", "h' t + log(x)", "max(x, y) / 2", "(x + y + abs(x - y)) / 4", "t / (x - 1)"),
    ]
    shared = Frame(SYMBOLS, b"a secret of the tests")
    for expected in texts:
        for got in texts:
            one, other = _compare(expected, got, shared), _compare(expected, got)
            assert (one, one.notes) == (other, other.notes), (expected, got)
