"""The polynomial fit that references share, and the wrong ways to it, each worked out again with arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.polynomial import chebyshev, legendre, polynomial
from references import Array, load

ref = load("_polynomials")
CASES = ref.fit_cases()
VANDER: dict[str, Any] = {
    "chebyshev": chebyshev.chebvander,
    "legendre": legendre.legvander,
    "monomial": polynomial.polyvander,
}


def expanded(case: Any, basis: str = "") -> tuple[Array, Array]:
    """The expansion in a basis, the case's own without one, and the labels."""
    x = np.array(case.inputs, float)
    return VANDER[basis or case.basis](x, case.degree), np.array(case.labels, float)


def shortest(case: Any, basis: str = "") -> Array:
    expansion, labels = expanded(case, basis)
    return np.asarray(np.linalg.lstsq(expansion, labels, rcond=None)[0])


def scaled(case: Any, basis: str = "") -> Array:
    """With columns of length 1 another solution is the shortest."""
    expansion, labels = expanded(case, basis)
    lengths = np.sqrt((expansion**2).sum(axis=0))
    return np.asarray(np.linalg.pinv(expansion / lengths) @ labels / lengths)


def from_ones(case: Any) -> Array:
    expansion, labels = expanded(case)
    return np.asarray(1 + np.linalg.pinv(expansion) @ (labels - expansion.sum(axis=1)))


def ridge(case: Any) -> Array:
    expansion, labels = expanded(case)
    larger = np.vstack([expansion, 1e-3 * np.eye(case.degree + 1)])  # extra rows instead of a diagonal
    return np.asarray(np.linalg.lstsq(larger, np.append(labels, np.zeros(case.degree + 1)), rcond=None)[0])


WAYS: dict[str, Any] = {
    "fit": shortest,
    "fit_scaled": scaled,
    "fit_chebfit": lambda case: scaled(case, "chebyshev"),
    "fit_from_ones": from_ones,
    "fit_ridge": ridge,
    "fit_chebyshev_only": lambda case: shortest(case, "chebyshev"),
    "fit_legendre_only": lambda case: shortest(case, "legendre"),
    "fit_monomials": lambda case: shortest(case, "monomial"),
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.basis} {case.degree}")
@pytest.mark.parametrize("name", WAYS)
def test_each_way_of_fitting_is_what_arrays_give(name: str, case: Any) -> None:
    meant = WAYS[name](case)
    assert np.array(getattr(ref, name)(case), float) == pytest.approx(meant, abs=1e-6, rel=1e-6)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.basis} {case.degree}")
@pytest.mark.parametrize(
    ("name", "few"),
    [
        ("fit_by_degree", lambda n, d: d <= n),
        ("fit_swapped", lambda n, d: d + 1 > n),
        ("fit_swapped_by_degree", lambda n, d: d > n),
    ],
)
def test_a_formula_whose_matrix_is_singular_is_left_open(name: str, few: Any, case: Any) -> None:
    expansion, labels = expanded(case)
    square = expansion.T @ expansion if few(len(labels), case.degree) else expansion @ expansion.T
    found = getattr(ref, name)(case)
    assert (found is None) == (np.linalg.matrix_rank(square) < len(square))
    if found is not None:
        assert np.array(found, float) == pytest.approx(shortest(case), abs=1e-8)


def test_what_is_told_of_a_case_is_what_it_has() -> None:
    for case in CASES:
        expansion, labels = expanded(case)
        assert (ref.fit_examples(case), ref.fit_basis(case)) == (len(labels), case.basis)
        rows, columns = expansion.shape
        words = "fewer" if columns < rows else "more" if columns > rows else "as many"
        assert ("Legendre" if case.basis == "legendre" else words) in ref.fit_kind(case)


def test_what_students_may_try_is_the_fit_of_least_squares() -> None:
    for (inputs, degree, labels), weights in ref.fit_public():
        expansion = chebyshev.chebvander(np.array(inputs), degree)
        assert weights == pytest.approx(np.linalg.pinv(expansion) @ np.array(labels), abs=1e-8)
