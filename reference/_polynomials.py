"""Polynomial regression in the Chebyshev or Legendre basis, exactly, with few or many coefficients."""

import warnings
from collections.abc import Sequence
from fractions import Fraction
from math import cos, pi
from typing import Literal, NamedTuple

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
    return _shortest(poly_expand(inputs, degree, basis), labels)


def _shortest(rows: Sequence[Row], labels: Sequence[Fraction]) -> Row:
    """The shortest of all least-squares solutions, for rows of full rank."""
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


class Case(NamedTuple):
    """What `fit_poly(X, d, t)` is called with, and the `poly_type` of its notebook."""

    inputs: Row
    degree: int
    labels: Row
    basis: Basis = "chebyshev"


EXAMPLE = Case(fit_inputs(), 5, fit_labels())


def fit_cases() -> tuple[Case, ...]:
    """Each of the degrees in the Chebyshev basis, three of them in Legendre's too."""
    pairs: list[tuple[int, Basis]] = [(degree, "chebyshev") for degree in DEGREES]
    pairs += [(5, "legendre"), (12, "legendre"), (20, "legendre")]
    return tuple(Case(fit_inputs(), degree, fit_labels(), basis) for degree, basis in pairs)


def fit_public() -> list[tuple[tuple[list[float], int, list[float]], list[float]]]:
    """What students may try `fit_poly` on: 14 examples, the notebook's n, and columns below and beyond."""
    inputs = tuple(Fraction(round(100 * cos(pi * (2 * k + 1) / 28)), 100) for k in range(14))
    labels = tuple(Fraction(k % 5 - 2) for k in range(14))
    given = [float(entry) for entry in inputs], [float(entry) for entry in labels]
    fits = [(degree, fit_poly(inputs, degree, labels)) for degree in (3, 20)]
    return [((given[0], degree, given[1]), [float(entry) for entry in weights]) for degree, weights in fits]


def fit(case: Case = EXAMPLE) -> Row:
    """What `fit_poly` has to return."""
    return fit_poly(*case)


def fit_examples(case: Case = EXAMPLE) -> int:
    """n, the number of examples."""
    return len(case.inputs)


def fit_basis(case: Case = EXAMPLE) -> str:
    """The notebook's `poly_type`."""
    return case.basis


def fit_kind(case: Case = EXAMPLE) -> str:
    """Which of the formulas a case is for, in words that do not give it away."""
    columns, rows = case.degree + 1, len(case.inputs)
    if case.basis == "legendre":
        return "with Legendre polynomials"
    if columns == rows:
        return "with as many coefficients as examples"
    return f"with {'more' if columns > rows else 'fewer'} coefficients than examples"


# What is often written instead. None is where a singular matrix is inverted: only rounding decides.


def fit_swapped(case: Case = EXAMPLE) -> Row | None:
    """The two formulas exchanged: they agree only where the expansion is square."""
    return fit(case) if case.degree + 1 == len(case.inputs) else None


def fit_swapped_by_degree(case: Case = EXAMPLE) -> Row | None:
    """The two formulas exchanged, and chosen by `d > n`: right at d = n too."""
    return fit(case) if case.degree in (len(case.inputs) - 1, len(case.inputs)) else None


def fit_by_degree(case: Case = EXAMPLE) -> Row | None:
    """The formulas chosen by `d > n`, as in the notebook handed out: the wrong one at d = n alone."""
    return None if case.degree == len(case.inputs) else fit(case)


def fit_scaled(case: Case = EXAMPLE) -> list[float]:
    """NumPy's `chebfit` or `legfit`, which scales the columns: beyond n another solution is shortest."""
    import numpy as np

    function = np.polynomial.chebyshev.chebfit
    if case.basis == "legendre":
        function = np.polynomial.legendre.legfit
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that there is more than one solution
        weights = function(np.array(case.inputs, float), np.array(case.labels, float), case.degree)
    return [float(weight) for weight in weights]


def fit_chebfit(case: Case = EXAMPLE) -> list[float]:
    """NumPy's `chebfit`, whatever the basis."""
    return fit_scaled(case._replace(basis="chebyshev"))


def fit_from_ones(case: Case = EXAMPLE) -> Row:
    """Where gradient descent ends that starts with ones: beyond n it keeps what it started with."""
    rows = poly_expand(case.inputs, case.degree, case.basis)
    left = [label - sum(row) for row, label in zip(rows, case.labels, strict=True)]
    return tuple(1 + weight for weight in _shortest(rows, left))


def fit_ridge(case: Case = EXAMPLE) -> Row:
    """With c = 1e-6 on the diagonal, (E'E + c I)^-1 E't = E'(E E' + c I)^-1 t: a little off everywhere."""
    rows = poly_expand(case.inputs, case.degree, case.basis)
    ridge = Fraction(1, 10**6)
    square = [[_dot(a, b) + ridge * (i == j) for j, b in enumerate(rows)] for i, a in enumerate(rows)]
    weights = _solve(square, list(case.labels))
    return tuple(_dot(column, weights) for column in zip(*rows, strict=True))


def fit_chebyshev_only(case: Case = EXAMPLE) -> Row:
    """The kind of polynomial is not asked for: always Chebyshev's."""
    return fit(case._replace(basis="chebyshev"))


def fit_legendre_only(case: Case = EXAMPLE) -> Row:
    """The kind of polynomial is not asked for: always Legendre's, the default of `poly_expand`."""
    return fit(case._replace(basis="legendre"))


def fit_monomials(case: Case = EXAMPLE) -> Row:
    """The powers of x in place of the polynomials of the basis."""
    rows = [tuple(x**k for k in range(case.degree + 1)) for x in case.inputs]
    return _shortest(rows, case.labels)
