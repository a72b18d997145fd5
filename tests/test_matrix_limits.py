"""Limits of regularised inverses: the pseudo-inverse for a vanishing term, zero for a growing one."""

from __future__ import annotations

import numpy as np
import pytest

from grader.errors import StudentError
from grader.maths.names import declare
from grader.maths.notation import read
from grader.maths.sameness import identity
from grader.types import Notation

GIVEN = {
    "X": {"matrix": ["n", "d"], "rank": "full"},
    "y": {"vector": "n"},
    "lam": {"scalar": "positive", "also": ["lambda"]},
    "c": {"scalar": "positive"},
}
FRAMES = {
    shape: identity.Frame(declare(GIVEN, [sizes]), b"a secret of the tests")
    for shape, sizes in {"tall": {"n": 6, "d": 4}, "wide": {"n": 3, "d": 5}}.items()
}


def compared(expected: str, text: str, shape: str, notation: Notation = "latex") -> str:
    frame = FRAMES[shape]
    one = identity.settle(read(expected, frame.symbols, "plain"), frame)
    return identity.compare(one, identity.settle(read(text, frame.symbols, notation), frame)).outcome


@pytest.mark.parametrize("shape", ["tall", "wide"])
@pytest.mark.parametrize(
    "text",
    [
        r"\lim_{\lambda \to 0} (X^\top X + \lambda I)^{-1} X^\top y",
        r"\lim_{\lambda \to 0^+} (X^\top X + \lambda I)^{-1} X^\top y",
        r"\lim_{\lambda \to 0} X^\top (X X^\top + \lambda I)^{-1} y",
        r"\lim_{\lambda \to 0} (\lambda I + X^\top X)^{-1} X^\top y",
        r"\left(\lim_{\lambda \to 0} (X^\top X + 2 \lambda I)^{-1} X^\top\right) y",
        r"- \lim_{\lambda \to 0} - (X^\top X + \lambda I)^{-1} X^\top y",
    ],
)
def test_a_vanishing_term_leaves_the_pseudo_inverse(text: str, shape: str) -> None:
    assert compared("pinv(X) y", text, shape) == "same"


@pytest.mark.parametrize("shape", ["tall", "wide"])
@pytest.mark.parametrize(
    "text",
    [
        r"\lim_{\lambda \to \infty} (X^\top X + \lambda I)^{-1} X^\top y",
        r"\lim_{\lambda \to \infty} X^\top (X X^\top + \lambda I)^{-1} y",
        r"\lim_{\lambda \to \infty} (2 X^\top X + \lambda I)^{-1} X^\top y",
    ],
)
def test_a_growing_term_leaves_zero(text: str, shape: str) -> None:
    assert compared("0 X' y", text, shape) == "same"
    assert compared("pinv(X) y", text, shape) == "different"


def test_what_is_free_of_the_variable_stays() -> None:
    assert (
        compared(
            "X' y", r"\lim_{\lambda \to \infty} (X^\top y + (X^\top X + \lambda I)^{-1} X^\top y)", "tall"
        )
        == "same"
    )
    assert compared("X' y", r"\lim_{\lambda \to 0} X^\top y", "wide") == "same"


@pytest.mark.parametrize(
    "text",
    [
        r"\lim_{\lambda \to 1} (X^\top X + \lambda I)^{-1} X^\top y",
        r"\lim_{\lambda \to 0} (X^\top X - \lambda I)^{-1} X^\top y",
        r"\lim_{\lambda \to 0} (X^\top X + \lambda^2 I)^{-1} X^\top y",
        r"\lim_{\lambda \to 0} (X^\top X + \lambda I)^{-1} y' X",
        r"\lim_{\lambda \to \infty} \lambda (X^\top X + \lambda I)^{-1} X^\top y",
        r"\lim_{\lambda \to 0} \frac{1}{\lambda} (X^\top X + \lambda I)^{-1} X^\top y",
    ],
)
def test_any_other_limit_is_left_to_a_person(text: str) -> None:
    with pytest.raises(StudentError):
        compared("pinv(X) y", text, "wide")


@pytest.mark.parametrize("shape", [(6, 4), (3, 5)])
def test_the_two_rules_agree_with_small_and_large_numbers(shape: tuple[int, int]) -> None:
    rows, columns = shape
    source = np.random.default_rng(1)
    x, y = source.normal(size=shape), source.normal(size=rows)
    for lam, expected in ((1e-9, np.linalg.pinv(x) @ y), (1e9, np.zeros(columns))):
        left = np.linalg.solve(x.T @ x + lam * np.eye(columns), x.T @ y)
        right = x.T @ np.linalg.solve(x @ x.T + lam * np.eye(rows), y)
        assert left == pytest.approx(expected, abs=1e-5)
        assert right == pytest.approx(expected, abs=1e-5)
