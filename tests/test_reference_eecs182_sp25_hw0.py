"""Homework 0 (spring 2025): every value of the reference computed a second way, and every formula."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import inf
from typing import Any

import numpy as np
import pytest
from formulas import expected, mistakes, rubric, value
from references import Array, differences, load

ref = load("eecs182_sp25_hw0")
sheet = rubric("eecs182-sp25-hw0")
rng = np.random.default_rng(182)


def the_value(part: str, names: dict[str, Any]) -> float:
    """The value of the one formula that a part expects."""
    (formula,) = expected(sheet, part)
    return float(value(sheet, part, formula, names))


# --- vector calculus -------------------------------------------------------------------------------

N = 4
A, C, AT = rng.normal(size=(N, N)), rng.normal(size=N), rng.normal(size=N)
NAMES = {"A": A, "c": C, "x": AT, "n": N}


@pytest.mark.parametrize(
    ("part", "function"),
    [
        ("2a.result", lambda x: float(x @ C)),
        ("2b.result", lambda x: float(x @ x)),
        ("2c.result", lambda x: A @ x),
        ("2d.result", lambda x: float(x @ A @ x)),
    ],
)
def test_each_derivative_is_a_difference(part: str, function: Callable[[Array], object]) -> None:
    numeric = differences(function, AT).T
    whole, *one_entry = expected(sheet, part)
    assert value(sheet, part, whole, NAMES) == pytest.approx(numeric, abs=1e-7)
    for at, formula in ((at, formula) for at in range(N) for formula in one_entry):
        entry = NAMES | {"ck": C[at], "xk": AT[at], "Aij": A[at, (at + 1) % N], "k": at + 1}
        meant = numeric[at, (at + 1) % N] if numeric.ndim == 2 else numeric[at]
        assert float(value(sheet, part, formula, entry)) == pytest.approx(float(meant), abs=1e-7)


# --- least squares and ridge regression ------------------------------------------------------------


def decomposed(rows: int, columns: int) -> dict[str, Any]:
    """A data matrix with labels, and its full singular value decomposition."""
    data = rng.normal(size=(rows, columns))
    u, s, vt = np.linalg.svd(data)
    sigma = np.zeros((rows, columns))
    np.fill_diagonal(sigma, s)
    names = {"U": u, "S": sigma, "V": vt.T, "X": data, "y": rng.normal(size=rows)}
    return names | {"m": rows, "n": columns, "d": columns}


def ridge(data: Array, labels: Array, lam: float) -> Array:
    """The minimiser as least squares with rows added, by NumPy."""
    extended = np.vstack([data, np.sqrt(lam) * np.eye(data.shape[1])])
    labels = np.concatenate([labels, np.zeros(data.shape[1])])
    return np.asarray(np.linalg.lstsq(extended, labels, rcond=None)[0])


@pytest.mark.parametrize(
    ("part", "shape"), [("3a", (6, 4)), ("3d", (3, 5)), ("4h.tall", (6, 4)), ("4h.wide", (3, 5))]
)
def test_the_solution_is_that_of_least_squares(part: str, shape: tuple[int, int]) -> None:
    names = decomposed(*shape)
    solution = np.linalg.lstsq(names["X"], names["y"], rcond=None)[0]
    for formula in expected(sheet, part):
        assert value(sheet, part, formula, names) == pytest.approx(solution)


@pytest.mark.parametrize(("part", "shape"), [("3b", (6, 4)), ("3e", (3, 5))])
def test_the_operator_is_the_pseudo_inverse(part: str, shape: tuple[int, int]) -> None:
    names = decomposed(*shape)
    (formula,) = expected(sheet, part)
    operator = value(sheet, part, formula, names)
    assert operator == pytest.approx(np.linalg.pinv(names["X"]))
    left, right = operator @ names["X"], names["X"] @ operator
    side, other = ("3c", left) if shape[0] > shape[1] else ("3f", right)
    assert other == pytest.approx(np.eye(min(shape)))
    assert expected(sheet, side) == [f"eye({'n' if side == '3c' else 'm'})"]
    assert np.abs((right if side == "3c" else left) - np.eye(max(shape))).max() > 0.1


@pytest.mark.parametrize("shape", [(7, 5), (4, 6), (5, 5)])
@pytest.mark.parametrize("part", ["4a", "4b.svd", "4f.kernel"])
@pytest.mark.parametrize("lam", [0.01, 2.0])
def test_every_ridge_formula_is_least_squares_with_rows_added(
    part: str, shape: tuple[int, int], lam: float
) -> None:
    names = decomposed(*shape)
    solution = ridge(names["X"], names["y"], lam)
    names |= {"lam": lam, "n": shape[0], "d": shape[1]}
    for formula in expected(sheet, part):
        assert value(sheet, part, formula, names) == pytest.approx(solution)


def test_the_singular_values_of_the_ridge_operator() -> None:
    data = rng.normal(size=(6, 4))
    singular = np.linalg.svd(data, compute_uv=False)
    operator = np.column_stack([ridge(data, unit, 0.7) for unit in np.eye(6)])
    found = np.linalg.svd(operator, compute_uv=False)
    for formula in expected(sheet, "4b.values"):
        each = [float(value(sheet, "4b.values", formula, {"si": s, "lam": 0.7})) for s in singular]
        assert sorted(each) == pytest.approx(sorted(found))


@pytest.mark.parametrize(
    ("part", "s", "lam"), [("4b.small", 1e-7, 1.0), ("4b.large", 1e7, 1.0), ("4b.small", 0.01, 1e3)]
)
def test_the_regimes_are_those_of_the_square_of_a_singular_value(part: str, s: float, lam: float) -> None:
    exact = s / (s * s + lam)
    first = expected(sheet, part)[0]
    assert float(value(sheet, part, first, {"si": s, "lam": lam})) == pytest.approx(exact, rel=1e-6)


def test_a_singular_value_below_lambda_but_not_its_square_is_large() -> None:
    assert pytest.approx(1 / 100, rel=0.1) == 100 / (100**2 + 1000)
    assert 100 / (100**2 + 1000) < 0.1 * 100 / 1000


def test_a_large_penalty_shrinks_to_zero_like_its_inverse() -> None:
    names = decomposed(6, 4)
    zero, scalar, order = expected(sheet, "4g")
    assert scalar == "0"
    assert value(sheet, "4g", zero, names) == pytest.approx(np.zeros(4))
    lam = 1e9
    solution = ridge(names["X"], names["y"], lam)
    assert np.abs(solution).max() < 1e-7
    assert value(sheet, "4g", order, names | {"lam": lam}) == pytest.approx(solution, rel=1e-4)


@pytest.mark.parametrize("shape", [(6, 4), (3, 5)])
def test_a_small_penalty_leads_to_the_pseudo_inverse(shape: tuple[int, int]) -> None:
    names = decomposed(*shape)
    data, labels = names["X"], names["y"]
    part = "4h.tall" if shape[0] > shape[1] else "4h.wide"
    (formula,) = expected(sheet, part)
    assert value(sheet, part, formula, names) == pytest.approx(ridge(data, labels, 1e-9), abs=1e-6)


# --- one ReLU --------------------------------------------------------------------------------------

POINTS = [(1.5, -2.0, 0.7, -0.3), (-0.4, 1.1, 2.0, 0.5), (2.0, 0.3, -1.2, 1.0), (-1.0, -3.0, 0.6, 2.2)]


def loss(w: float, b: float, x: float, y: float) -> float:
    return 0.5 * (max(0.0, w * x + b) - y) ** 2


@pytest.mark.parametrize(("w", "b", "x", "y"), POINTS)
def test_the_derivatives_of_the_loss_of_one_unit(w: float, b: float, x: float, y: float) -> None:
    names = {"w": w, "b": b, "x": x, "y": y}
    h = 1e-6
    dw = (loss(w + h, b, x, y) - loss(w - h, b, x, y)) / (2 * h)
    db = (loss(w, b + h, x, y) - loss(w, b - h, x, y)) / (2 * h)
    for part, meant in (("5a.dw", dw), ("5a.db", db)):
        for formula in expected(sheet, part):
            assert float(value(sheet, part, formula, names)) == pytest.approx(meant, abs=1e-6)
    phi = max(0.0, w * x + b)
    dphi = (0.5 * (phi + h - y) ** 2 - 0.5 * (phi - h - y) ** 2) / (2 * h)
    assert the_value("5a.dphi", names) == pytest.approx(dphi)
    elbow = the_value("5a.elbow", names)
    assert max(0.0, w * (elbow - 1) + b, w * (elbow + 1) + b) > 0
    assert w * elbow + b == pytest.approx(0)


def test_active_and_inactive_units_are_tried() -> None:
    assert {w * x + b > 0 for w, b, x, _ in POINTS} == {True, False}


UNITS = 3
HIDDEN, BIAS, OUT = rng.normal(size=UNITS), rng.normal(size=UNITS), rng.normal(size=UNITS)


def net_loss(parameters: Array, x: float, y: float) -> float:
    hidden, bias, out = np.split(parameters, 3)
    return 0.5 * (float(out @ np.maximum(hidden * x + bias, 0)) - y) ** 2


@pytest.mark.parametrize(("x", "y", "lam"), [(0.8, -0.5, 0.2), (-1.3, 2.0, 0.05), (2.1, 0.4, 0.9)])
def test_the_elbow_of_each_unit_after_a_step_of_the_whole_network(x: float, y: float, lam: float) -> None:
    start = np.concatenate([HIDDEN, BIAS, OUT])
    after = start - lam * differences(lambda p: net_loss(p, x, y), start)
    output = float(OUT @ np.maximum(HIDDEN * x + BIAS, 0))
    for unit in range(UNITS):
        names = {
            "W1i": HIDDEN[unit],
            "bi": BIAS[unit],
            "W2i": OUT[unit],
            "x": x,
            "y": y,
            "lam": lam,
            "fx": output,
        }
        before = the_value("5c", names)
        assert before == pytest.approx(-BIAS[unit] / HIDDEN[unit])
        elbow = -after[UNITS + unit] / after[unit]
        assert the_value("5d", names) == pytest.approx(elbow, rel=1e-5)
        if HIDDEN[unit] * x + BIAS[unit] <= 0:
            assert elbow == pytest.approx(before)


def test_the_declared_mistakes_of_the_new_elbow_differ_for_an_active_unit() -> None:
    names = {"W1i": 1.5, "bi": 0.4, "W2i": -0.8, "x": 0.7, "y": -1.0, "lam": 0.5, "fx": 0.6}
    right = the_value("5d", names)
    inactive = names | {"bi": -4.0}
    unchanged = the_value("5d", inactive)
    for position, formula in enumerate(mistakes(sheet, "5d")):
        where, meant = (inactive, unchanged) if position == 0 else (names, right)
        assert abs(float(value(sheet, "5d", formula, where)) - meant) > 1e-3


# --- what a step does to slope and elbow -----------------------------------------------------------


def simulate(case: str) -> tuple[set[str], set[str]]:
    """What random steps with phi(x) - y = 1 do to the slope and to the elbow, in floating point."""
    w, b, x = (rng.uniform(-4, 4, size=200_000) for _ in range(3))
    rate = rng.uniform(0.001, 1, size=w.size)
    z = w * x + b
    chosen = {
        "inactive": z <= 0,
        "positive_slope": (w > 0) & (x > 0) & (z > 0),
        "negative_input": (w > 0) & (x < 0) & (z > 0),
        "negative_slope": (w < 0) & (x > 0) & (z > 0),
    }[case]
    active = z > 0
    new_w, new_b = w - rate * x * active, b - rate * active
    chosen &= (new_w * w > 0) & (np.abs(new_w) > 1e-3)
    slope = np.sign(np.abs(new_w) - np.abs(w))[chosen]
    elbow = np.sign(b / w - new_b / new_w)[chosen]
    assert chosen.sum() > 1000
    slopes = {0.0: "unchanged", 1.0: "steeper", -1.0: "shallower"}
    elbows = {0.0: "unchanged", 1.0: "right", -1.0: "left"}
    return {slopes[float(sign)] for sign in slope}, {elbows[float(sign)] for sign in elbow}


@pytest.mark.parametrize("case", ["inactive", "positive_slope", "negative_input", "negative_slope"])
def test_slope_and_elbow_move_as_random_steps_do(case: str) -> None:
    end = "when_inactive" if case == "inactive" else f"with_{case}"
    slopes, elbows = simulate(case)
    assert slopes == {getattr(ref, f"slope_changes_{end}")()}
    moved = getattr(ref, f"elbow_moves_{end}")()
    assert (elbows == {moved}) if moved != "depends" else (elbows == {"left", "right"})


def test_with_a_positive_slope_the_elbow_moves_right_exactly_under_the_condition_of_the_rubric() -> None:
    w, b, x = (rng.uniform(0.01, 4, size=50_000) for _ in range(3))
    b, rate = b - 2, rng.uniform(0.001, 2, size=w.size)
    active = (w * x + b > 0) & (np.abs(w - rate * x) > 1e-6)
    right = -(b - rate) / (w - rate * x) > -b / w
    assert np.array_equal(right[active], ((b - w / x) * (rate - w / x) > 0)[active])
    shallower = np.abs(w - rate * x) < w
    assert np.array_equal(shallower[active], (rate * x < 2 * w)[active])


def test_the_example_in_numbers() -> None:
    w, b = -2.0, 4.0
    error = max(0.0, w + b) - 1
    w, b = w - 0.1 * error, b - 0.1 * error
    assert (error, ref.elbow_before_example()) == (1, 2)
    assert float(ref.elbow_after_example()) == pytest.approx(-b / w)
    assert float(ref.error_after_example()) == pytest.approx(max(0.0, w + b) - 1)
    assert (ref.elbow_after_example(), ref.error_after_example()) == (Fraction(13, 7), Fraction(4, 5))
    assert ref.elbow_after_example() < inf
