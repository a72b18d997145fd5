"""Polynomial regression in the Chebyshev or Legendre basis, exactly, with few or many coefficients."""

from collections.abc import Sequence
from fractions import Fraction
from math import cos, pi
from typing import Literal

Basis = Literal["chebyshev", "legendre"]
Row = tuple[Fraction, ...]


def poly_expand(inputs: Sequence[Fraction], degree: int, basis: Basis = "chebyshev") -> tuple[Row, ...]:
    """The values of the basis polynomials of degree 0 to `degree` at each input: n rows of degree + 1.

    By recurrence: T_k = 2 x T_(k-1) - T_(k-2), and k P_k = (2k - 1) x P_(k-1) - (k - 1) P_(k-2).
    """
    rows = []
    for x in inputs:
        row = [Fraction(1), Fraction(x)]
        for k in range(2, degree + 1):
            first, second = (
                (Fraction(2), Fraction(1))
                if basis == "chebyshev"
                else (Fraction(2 * k - 1, k), Fraction(k - 1, k))
            )
            row.append(first * x * row[-1] - second * row[-2])
        rows.append(tuple(row[: degree + 1]))
    return tuple(rows)


def fit_poly(
    inputs: Sequence[Fraction], degree: int, labels: Sequence[Fraction], basis: Basis = "chebyshev"
) -> Row:
    """The coefficients where gradient descent from zero ends, degree + 1 of them.

    With E the n x (degree + 1) expansion: (E'E)^-1 E't for at most n columns, E'(E E')^-1 t for more.
    """
    rows = poly_expand(inputs, degree, basis)
    columns = tuple(zip(*rows, strict=True))
    if len(columns) <= len(rows):
        return _solve([[_dot(a, b) for b in columns] for a in columns], [_dot(a, labels) for a in columns])
    weights = _solve([[_dot(a, b) for b in rows] for a in rows], list(labels))
    return tuple(_dot(column, weights) for column in columns)


def _dot(a: Sequence[Fraction], b: Sequence[Fraction]) -> Fraction:
    return sum((p * q for p, q in zip(a, b, strict=True)), Fraction(0))


def _solve(matrix: list[list[Fraction]], right: list[Fraction]) -> Row:
    """The solution of a square system by elimination; the matrix is positive definite, so no pivot is 0."""
    size = len(right)
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for at in range(size):
        rows[at] = [entry / rows[at][at] for entry in rows[at]]
        for other in range(size):
            if other != at:
                factor = rows[other][at]
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[at], strict=True)]
    return tuple(row[-1] for row in rows)


# Data on which a fit can be judged: the expansion is well conditioned for few and for many columns.

DEGREES = (2, 5, 7, 8, 9, 12, 20, 40)  # below, at and beyond the 8 columns that interpolate


def fit_inputs() -> Row:
    """Eight Chebyshev nodes, drawn in to 0.97 of [-1, 1], to four digits."""
    return tuple(Fraction(round(9700 * cos(pi * (2 * k + 1) / 16)), 10_000) for k in range(8))


def fit_labels() -> Row:
    """A label for each input, without pattern."""
    return tuple(Fraction(label, 4) for label in (3, -1, 5, 2, -6, 4, 1, -2))


def fitted() -> tuple[Row, ...]:
    """The coefficients for each of the degrees."""
    return tuple(fit_poly(fit_inputs(), degree, fit_labels()) for degree in DEGREES)
