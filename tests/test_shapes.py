"""Shapes are told in the rubric's letters, and a formula that does not conform says where."""

from __future__ import annotations

import pytest

from grader.maths.names import declare
from grader.maths.notation import read, to_text
from grader.maths.tree import Node, number
from grader.maths.values.shapes import ShapeError, describe, infer

SYMBOLS = declare(
    {
        "X": {"matrix": ["n", "d"]},
        "W2": {"matrix": ["n", "d"]},
        "a": {"vector": "n"},
        "w": {"vector": "d"},
        "lam": {"scalar": "positive"},
        "sigma": {"function": "elementwise"},
    },
    [{"n": 3, "d": 5}],
)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("X w - a", "a vector with n entries"),
        ("a' X", "a row with d entries"),
        ("a' a", "a number"),
        ("norm(X' a)^2 / n", "a number"),
        ("(X X' + lam I)^-1 a", "a vector with n entries"),
        ("X'X + 2 I", "d x d"),
        ("1 - sigma(a)", "a vector with n entries"),
        ("diag(sigma(a)) X", "n x d"),
        ("a @ X", "a vector with d entries"),
        ("a @ a", "a number"),
        ("a.T @ X + w.T", "a row with d entries"),
        ("a.T @ X + w", "a vector with d entries"),
        ("np.linalg.lstsq(X, a, rcond=None)[0]", "a vector with d entries"),
        ("np.outer(a, w)", "n x d"),
        ("X / 2", "n x d"),
        ("exp(-a) / (1 + exp(-a))^2", "a vector with n entries"),
    ],
)
def test_the_shape_of_a_formula(text: str, shape: str) -> None:
    assert describe(infer(read(text, SYMBOLS, "plain"), SYMBOLS)[1]) == shape


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("W2 a", "W2 is n x d, a is a vector with n entries; W2' a conforms"),
        ("X'(X'X)^-1 a", "X (X' * X)^-1 conforms"),
        ("(X X' + lam) a", "write lam I"),
        ("X X", "X' X conforms"),
        ("a a", "a' a or elementwise"),
        ("a .* w", "the elementwise product needs equal shapes"),
        ("a / X", "one cannot divide by a matrix"),
        ("X^2", "only square matrices have powers"),
        ("inv(X)", "only square matrices have an inverse"),
        ("a + w", "they cannot be added"),
        ("X @ 2", "write X * 2"),
        ("2^a", "an exponent is a number"),
    ],
)
def test_what_does_not_conform_is_named(text: str, words: str) -> None:
    with pytest.raises(ShapeError) as error:
        infer(read(text, SYMBOLS, "plain"), SYMBOLS)
    assert words in str(error.value)


def test_with_all_dimensions_as_one_a_missing_transpose_conforms() -> None:
    node = read("W2 a", SYMBOLS, "plain")
    assert infer(node, SYMBOLS, square=True)[1] == ("n", 1)


def test_a_bare_identity_takes_its_size_from_its_neighbours() -> None:
    settled, _ = infer(read("X'X + lam I", SYMBOLS, "plain"), SYMBOLS)
    assert "I_d" in to_text(settled)


def test_with_all_dimensions_as_one_a_list_keeps_its_length() -> None:
    with pytest.raises(ShapeError):
        infer(read("[1, 2] + a", SYMBOLS, "plain"), SYMBOLS, square=True)


def test_one_index_counts_along_a_row_as_well() -> None:
    row = Node("entry", (Node("transpose", (Node("symbol", (), "w"),)), number(2)))
    assert infer(row, SYMBOLS)[1] == (1, 1)
