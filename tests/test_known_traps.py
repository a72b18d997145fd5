"""Pairs on which known checkers of mathematics are wrong, or hang, or change their mind."""

from __future__ import annotations

from time import process_time

import pytest

from grader.maths import same
from grader.maths.sameness.decide import Policy

SIZES = [{"n": 3, "d": 5, "h": 4, "k": 2}]
NAMES = {
    "A": {"matrix": ["n", "n"]},
    "B": {"matrix": ["n", "n"]},
    "X": {"matrix": ["n", "d"]},
    "y": {"vector": "n"},
    "W2": {"matrix": ["h", "d"]},
    "p": {"vector": "h"},
    "s": {"vector": "h"},
    "z": {"vector": "n"},
    "c": {"scalar": "real"},
    "λ": {"scalar": "positive"},
    "σ": {"function": "elementwise", "is": "logistic"},
}


@pytest.mark.parametrize(
    ("expected", "got", "outcome"),
    [
        ("max(0,x)", "x", "different"),
        ("max(0,x)", "(x+abs(x))/2", "same"),
        ("1.000001*(x^2+1)", "x^2+1", "different"),
        ("x/(sqrt(v)+1e-8)", "x/sqrt(v)", "different"),
        ("ln(e^x+e^y)", "x+ln(1+e^(y-x))", "same"),
        ("ln(1+e^x)", "max(x,0)+ln(1+e^(-abs(x)))", "same"),
        ("1/(1+e^(-1000x))", "e^(1000x)/(1+e^(1000x))", "same"),
        ("ln(x^2)", "2 ln x", "different"),
        ("2 W x", "2 w x", "different"),
        ("[1,0,1000]", "[1,0.09,1000]", "different"),
        ("0", "sin(x)^2+cos(x)^2-1", "same"),
        ("max(-1,min(1,x))", "1", "different"),
        ("0.0000001", "0.0000004", "different"),
        ("61706", "64000", "different"),
        ("61706", "61750", "different"),
        ("sqrt(x-10)", "sqrt(x-10)", "same"),
        ("x+y=1", "x-y=7", "different"),
        ("x<2", "x<3", "different"),
        ("asinh(x)", "ln(x+sqrt(x^2+1))", "same"),
        ("sum_{i=1}^n x_i^2", "sum_{k=1}^n x_k^2", "same"),
        ("max(0,x)", "x * 1[x>0]", "same"),
        ("max(0,x)", "{x if x > 0, 0 otherwise}", "same"),
    ],
)
def test_formulas_of_numbers(expected: str, got: str, outcome: str) -> None:
    assert same(expected, got).outcome == outcome
    assert same(got, expected).outcome == outcome


def test_a_logarithm_of_a_square_where_names_are_positive() -> None:
    assert same("ln(x^2)", "2 ln x", domain="positive")


@pytest.mark.parametrize(
    ("expected", "got", "outcome", "code"),
    [
        ("A B", "B A", "different", ""),
        ("(A B)^T", "A^T B^T", "different", ""),
        ("(X^T X + λI)^{-1} X^T y", "(X X^T + λI)^{-1} X^T y", "different", "shape"),
        ("(X^T X + λI)^{-1} X^T y", "X^T (X X^T + λI)^{-1} y", "same", ""),
        ("A^2", "tr(A) A - det(A) I", "different", ""),
        ("W2^T (p-s)", "W2^T p - W2^T s", "same", ""),
        ("(A B)^{-1}", "B^{-1}A^{-1}", "same", ""),
        ("softmax(z)", "exp(z - c)/total(exp(z - c))", "same", "agreement"),
        ("σ'(z)", "σ(z) .* (1-σ(z))", "same", ""),
        ("σ'(z)", "σ(z)", "different", ""),
    ],
)
def test_formulas_of_matrices(expected: str, got: str, outcome: str, code: str) -> None:
    found = same(expected, got, NAMES, dimensions=SIZES)
    assert found.outcome == outcome, found.how
    assert found.code == code


@pytest.mark.parametrize(
    ("expected", "got"),
    [("O(n log n / log 2)", "O(n log n)"), ("O(3n^2+n)", "O(n^2)")],
)
def test_costs_of_one_order(expected: str, got: str) -> None:
    assert same(expected, got, policy=Policy(question="order"))


def test_a_line_with_two_sets_of_parameters() -> None:
    assert same("(1,2)+t(3,4)", "(4,6)+s(6,8)", policy=Policy(question="points"))


def test_a_tower_of_powers_is_answered_at_once() -> None:
    start = process_time()
    assert same("1", "9^9^9").outcome != "same"
    assert process_time() - start < 1
