"""Notebooks for tests: cells to bytes, and the ways people write `fit_poly`."""

from __future__ import annotations

import json
from typing import Any, Final


def notebook(*cells: str, minor: int = 5, **metadata: Any) -> bytes:
    """A notebook of format 4 with these code cells."""
    made: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": source.splitlines(keepends=True),
        }
        for number, source in enumerate(cells, 1)
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": minor, "metadata": metadata, "cells": made}).encode()


IMPORTS: Final = "%matplotlib inline\nimport numpy as np\nimport torch\nfrom matplotlib import pyplot as plt"
GIVEN: Final = """def poly_expand(X, d=20, poly_type='legendre'):
    if poly_type == 'legendre':
        return np.polynomial.legendre.legvander(X, d)
    return np.polynomial.chebyshev.chebvander(X, d)

n = 14
poly_type = 'chebyshev'"""
_BRANCHES: Final = """    E = poly_expand(X, d, poly_type)
{n}
    if {condition}:
        return E.T @ np.linalg.inv(E @ E.T) @ t
    return np.linalg.inv(E.T @ E) @ E.T @ t"""


def _branches(condition: str, n: str = "    n = X.shape[0]") -> str:
    return _BRANCHES.format(condition=condition, n=n)


# By name: the body of fit_poly(X, d, t), and the credit it earns; None where a person decides.
BODIES: Final[dict[str, tuple[str, str | None]]] = {
    "pseudo-inverse": ("    return np.linalg.pinv(poly_expand(X, d, poly_type)) @ t", "1"),
    "least squares": ("    return np.linalg.lstsq(poly_expand(X, d, poly_type), t, rcond=None)[0]", "1"),
    "both formulas": (_branches("d + 1 > n"), "1"),
    "a column": ("    return (np.linalg.pinv(poly_expand(X, d, poly_type)) @ t)[:, None]", "1"),
    "the branch of the starter": (_branches("d > n"), "1"),
    "n of the notebook": (_branches("d + 1 > n", n=""), "1"),
    "n of the notebook and the starter's branch": (_branches("d > n", n=""), "1"),
    "exchanged": (_branches("d + 1 <= n"), "2/5"),
    "exchanged at d": (_branches("d <= n"), "2/5"),
    "chebfit": ("    return np.polynomial.chebyshev.chebfit(X, t, d)", "3/5"),
    "from ones": (
        "    E = poly_expand(X, d, poly_type)\n    w = np.ones(d + 1)\n"
        "    return w + np.linalg.pinv(E) @ (t - E @ w)",
        "1/2",
    ),
    "ridge": (
        "    E = poly_expand(X, d, poly_type)\n"
        "    return np.linalg.solve(E.T @ E + 1e-6 * np.eye(d + 1), E.T @ t)",
        "9/10",
    ),
    "always Legendre": ("    return np.linalg.pinv(poly_expand(X, d)) @ t", "4/5"),
    "always Chebyshev": ("    return np.linalg.pinv(poly_expand(X, d, 'chebyshev')) @ t", "4/5"),
    "no return": ("    W = np.linalg.pinv(poly_expand(X, d, poly_type)) @ t", "4/5"),
    "monomials": ("    return np.linalg.pinv(np.vander(X, d + 1, increasing=True)) @ t", "1/2"),
    "one formula for few": (
        "    E = poly_expand(X, d, poly_type)\n    return np.linalg.inv(E.T @ E) @ E.T @ t",
        "4/11",
    ),
    "solve": ("    return np.linalg.solve(poly_expand(X, d, poly_type), t)", "1/11"),
    "zeros": ("    return np.zeros(d + 1)", "0"),
    "NaN": ("    return np.full(d + 1, np.nan)", "0"),
    "a text": ("    return 'W'", "0"),
    "an error": ("    return no_such_name", "0"),
    "what it was given": ("    raise ValueError(str(X))", "0"),
    "an exit": ("    import os\n    os._exit(0)", "0"),
    "a lying array": (
        "    class Lie(np.ndarray):\n        __eq__ = lambda *a: True\n    return np.zeros(d + 1).view(Lie)",
        "0",
    ),
    "a package": ("    from no_such_package import solve\n    return solve(X)", None),
}


def fit_poly(name: str) -> str:
    """The cell that defines fit_poly in one of these ways."""
    return f"def fit_poly(X, d, t):\n{BODIES[name][0]}"
