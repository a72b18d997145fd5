"""Every part that a machine judges has its answer worked out a second way: the table says where.

What is worked out here is typed as an answer and judged by the rubric itself, or held against the formula of
the rubric: a wrong reference fails.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from formulas import expected, mistakes, value
from references import Array, differences, load

from grader import marking, rubric
from grader.maths.values.shapes import ShapeError
from grader.types import Answer, Mark, Place

RUBRICS = Path(__file__).resolve().parent.parent / "rubrics"
EARLY, FIRST, SECOND, ZERO = "csc413-2020-hw1", "csc413-2021-hw1", "csc413-2021-hw2", "eecs182-sp25-hw0"
rng = np.random.default_rng(182413)

HERE = "test_second_ways"
OF_EARLY = "test_reference_csc413_2020_hw1"
OF_FIRST = "test_reference_csc413_2021_hw1"
OF_SECOND = "test_reference_csc413_2021_hw2"
OF_ZERO = "test_reference_eecs182_sp25_hw0"

# By part, the test that works its answer out a second way, and how.
WAYS: dict[tuple[str, str], tuple[str, str, str]] = {}


def _ways(assignment: str, module: str, test: str, how: str, *parts: str) -> None:
    WAYS.update({(assignment, part): (module, test, how) for part in parts})


_ways(EARLY, HERE, "test_the_edges_are_what_changes_what", "nudging each variable", "1.1")
_ways(EARLY, HERE, "test_each_adjoint_of_2020_is_a_difference", "differences of the loss",
      "1.2.ybar", "1.2.hbar", "1.2.zbar", "1.2.xbar")  # fmt: skip
_ways(EARLY, OF_EARLY, "test_the_jacobian_is_that_of_the_map", "differences of the map", "2.1")
_ways(
    EARLY, HERE, "test_the_counted_cost_is_the_expected_one", "counting", "2.2.time", "2.2.memory", "2.3.cost"
)
_ways(EARLY, OF_EARLY, "test_the_product_is_the_jacobian_times_y", "arrays", "2.3.z")
_ways(EARLY, HERE, "test_gradient_and_solutions_of_2020", "differences and descent",
      "3.1", "3.2a.solution", "3.4a.solution")  # fmt: skip
_ways(EARLY, HERE, "test_the_simulated_yes_or_no_is_the_expected_one", "simulation",
      "3.2a.unique", "4.2", "4.3.verdict")  # fmt: skip
_ways(EARLY, HERE, "test_points_of_the_line_are_judged_right", "points found by search", "3.3a")
_ways(EARLY, OF_EARLY, "test_the_direction_is_that_of_the_first_gradient", "differences", "3.3b.direction")
_ways(EARLY, OF_EARLY, "test_descent_ends_at_the_limit_and_no_solution_is_shorter", "descent", "3.3b.limit")
_ways(EARLY, OF_EARLY, "test_the_product_of_the_residual_vanishes_for_every_solution", "random solutions",
      "3.4b.product")  # fmt: skip
_ways(
    EARLY, "test_reference_polynomials", "test_each_way_of_fitting_is_what_arrays_give", "arrays", "3.5.code"
)
_ways(EARLY, OF_FIRST, "test_the_error_on_the_data_of_the_course_falls_again_beyond_the_threshold",
      "the course's data in exact numbers", "3.5.overfit")  # fmt: skip
_ways(EARLY, OF_EARLY, "test_adagrad_ends_where_another_rate_ends_and_at_the_closed_form",
      "arrays, and the closed form", "4.3.limit")  # fmt: skip

_ways(
    FIRST, OF_FIRST, "test_the_network_says_exactly_whether_a_number_is_in_the_list", "all small lists", "1.1"
)
_ways(FIRST, HERE, "test_the_edges_are_what_changes_what", "nudging each variable", "2.1.1")
_ways(FIRST, OF_FIRST, "test_each_adjoint_is_a_derivative_of_the_loss", "differences of the loss",
      *(f"2.1.2.{name}bar" for name in ("yp", "y", "g2", "h", "g1", "z2", "z1", "x")))  # fmt: skip
_ways(FIRST, OF_FIRST, "test_the_hessian_is_the_second_difference_of_the_loss", "second differences", "2.2.1")
_ways(FIRST, OF_FIRST, "test_costs_are_what_one_counts", "counting", "2.2.2.time", "2.2.2.memory",
      *(f"{part}.{mode}_{kind}" for part in ("2.3", "2.4") for mode in ("reverse", "forward")
        for kind in ("time", "memory")))  # fmt: skip
_ways(FIRST, OF_FIRST, "test_the_product_is_the_matrix_times_y", "arrays", "2.3.z")
_ways(FIRST, OF_FIRST, "test_the_forward_order_wins_exactly_where_the_result_is_wide", "counting",
      "2.4.condition")  # fmt: skip
_ways(FIRST, OF_FIRST, "test_the_gradient_and_the_end_of_the_descent", "differences and descent",
      "3.1", "3.2.solution", "3.3.2.solution")  # fmt: skip
_ways(FIRST, HERE, "test_the_simulated_yes_or_no_is_the_expected_one", "simulation", "3.2.unique")
_ways(FIRST, HERE, "test_points_of_the_line_are_judged_right", "points found by search", "3.3.1")
_ways(
    FIRST,
    "test_reference_polynomials",
    "test_each_way_of_fitting_is_what_arrays_give",
    "arrays",
    "3.3.3.code",
)
_ways(FIRST, OF_FIRST, "test_the_error_on_the_data_of_the_course_falls_again_beyond_the_threshold",
      "the course's data in exact numbers", "3.3.3.overfit")  # fmt: skip

_ways(SECOND, HERE, "test_the_simulated_yes_or_no_is_the_expected_one", "simulation",
      "1.1.2", "1.2.1.verdict", "2.2.2.convex", "2.3.2")  # fmt: skip
_ways(SECOND, OF_SECOND, "test_adagrad_ends_where_another_rate_ends_and_at_the_closed_form",
      "arrays, and the closed form", "1.2.1.limit")  # fmt: skip
_ways(SECOND, HERE, "test_the_edges_are_what_changes_what", "nudging each variable", "2.1.1")
_ways(SECOND, HERE, "test_the_counted_cost_is_the_expected_one", "counting", "2.1.2.forward", "2.1.2.reverse")
_ways(SECOND, HERE, "test_the_formulas_of_the_learning_rate", "descent with differences",
      "2.2.1.w1", "2.2.1.loss", "2.2.2.second", "2.2.3", "2.3.1")  # fmt: skip
_ways(
    SECOND,
    OF_SECOND,
    "test_no_other_rate_of_a_fine_grid_gives_a_smaller_loss",
    "a grid",
    "2.2.4.eta",
    "2.3.3",
)
_ways(SECOND, OF_SECOND, "test_the_best_rate_reaches_the_shortest_solution_in_one_step", "the pseudo-inverse",
      "2.2.4.w1")  # fmt: skip
_ways(
    SECOND, OF_SECOND, "test_the_convolution_is_a_product_of_transforms", "Fourier transforms", "3.1.output"
)
_ways(SECOND, HERE, "test_the_filter_answers_at_edges_alone", "trying images", "3.1.feature")
_ways(SECOND, OF_SECOND, "test_the_parameters_fill_the_weight_arrays", "arrays made", "3.2.parameters")
_ways(SECOND, OF_SECOND, "test_the_neurons_fill_the_activations", "arrays made", "3.2.neurons")
_ways(
    SECOND,
    OF_SECOND,
    "test_the_connections_of_a_layer_are_those_of_its_neurons",
    "listing",
    "3.2.connections",
)
_ways(SECOND, HERE, "test_what_widens_a_field_is_found_by_trying", "trying networks", "3.3")

_ways(ZERO, OF_ZERO, "test_each_derivative_is_a_difference", "differences",
      "2a.result", "2b.result", "2c.result", "2d.result")  # fmt: skip
_ways(ZERO, HERE, "test_the_condition_holds_for_symmetric_matrices_alone", "differences", "2e")
_ways(ZERO, OF_ZERO, "test_the_solution_is_that_of_least_squares", "lstsq", "3a", "3d")
_ways(ZERO, OF_ZERO, "test_the_operator_is_the_pseudo_inverse", "pinv", "3b", "3c", "3e", "3f")
_ways(ZERO, OF_ZERO, "test_every_ridge_formula_is_least_squares_with_rows_added", "rows added",
      "4a", "4b.svd", "4f.kernel")  # fmt: skip
_ways(ZERO, OF_ZERO, "test_the_singular_values_of_the_ridge_operator", "svd", "4b.values")
_ways(ZERO, OF_ZERO, "test_the_regimes_are_those_of_the_square_of_a_singular_value", "numbers",
      "4b.small", "4b.large")  # fmt: skip
_ways(ZERO, OF_ZERO, "test_a_large_penalty_shrinks_to_zero_like_its_inverse", "a large penalty", "4g")
_ways(
    ZERO, OF_ZERO, "test_a_small_penalty_leads_to_the_pseudo_inverse", "a small penalty", "4h.wide", "4h.tall"
)
_ways(ZERO, OF_ZERO, "test_the_derivatives_of_the_loss_of_one_unit", "differences",
      "5a.elbow", "5a.dphi", "5a.dw", "5a.db")  # fmt: skip
_ways(ZERO, OF_ZERO, "test_slope_and_elbow_move_as_random_steps_do", "random steps",
      "5b.inactive", "5b.left", "5b.falling")  # fmt: skip
_ways(
    ZERO, OF_ZERO, "test_the_elbow_of_each_unit_after_a_step_of_the_whole_network", "differences", "5c", "5d"
)


@cache
def sheet(assignment: str) -> rubric.Rubric:
    return rubric.load(RUBRICS / f"{assignment}.yaml")


@cache
def prepared(assignment: str) -> Mapping[str, Any]:
    return rubric.prepare(sheet(assignment), b"a second way")


def judged(assignment: str, part: str, text: str) -> Mark:
    (one,) = [one for one in sheet(assignment).parts if one.id == part]
    return marking.judge(one, prepared(assignment)[part], (Answer(part, text, Place("second.md")),))


@pytest.mark.parametrize("assignment", [EARLY, FIRST, SECOND, ZERO])
def test_every_part_that_a_machine_judges_has_a_second_way(assignment: str) -> None:
    parts = {part.id for part in sheet(assignment).parts if part.check != "person"}
    assert parts == {part for name, part in WAYS if name == assignment}


@pytest.mark.parametrize("module", sorted({module for module, _, _ in WAYS.values()}))
def test_every_second_way_is_a_test(module: str) -> None:
    there = vars(importlib.import_module(module))
    assert not {test for of, test, _ in WAYS.values() if of == module} - there.keys()


# --- graphs: what a variable is computed from, by nudging every other ---------------------------------

Steps = dict[str, Callable[[dict[str, Any]], Any]]


def edges(steps: Steps, given: dict[str, Any]) -> set[str]:
    """The arrows of a computation: each variable is computed from copies of which one alone is nudged."""
    state = dict(given)
    for name, step in steps.items():
        state[name] = step(state)
    found = set()
    for name, step in steps.items():
        for other in state:
            nudged = {**state, other: state[other] + 0.123 * (1 + np.abs(state[other]))}
            if other != name and np.abs(np.asarray(step(nudged) - step(state))).max() > 1e-12:
                found.add(f"{other} -> {name}")
    return found


def gaussian(*shape: int) -> Array:
    return np.asarray(rng.normal(size=shape))


def logistic(z: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-z)))


W_IN, W_OUT, DATA = gaussian(3, 5), gaussian(5, 3), gaussian(4, 3)
GATES = gaussian(4, 5), gaussian(4, 5), gaussian(3, 4)

GRAPHS: dict[tuple[str, str], tuple[Steps, dict[str, Any]]] = {
    (EARLY, "1.1"): (
        {
            "z": lambda v: W_IN @ v["x"],
            "h": lambda v: logistic(v["z"]),
            "y": lambda v: v["x"] + W_OUT @ v["h"],
            "S": lambda v: 0.5 * ((v["y"] - 1) ** 2).sum(),
            "R": lambda v: v["h"] @ np.arange(1, 4),
            "L": lambda v: v["S"] + v["R"],
        },
        {"x": gaussian(5)},
    ),
    (FIRST, "2.1.1"): (
        {
            "z1": lambda v: GATES[0] @ v["x"],
            "z2": lambda v: GATES[1] @ v["x"],
            "h": lambda v: np.maximum(v["z1"], 0.01 * v["z1"]),  # a leaky unit, so that no unit is dead
            "g1": lambda v: logistic(v["z2"]),
            "g2": lambda v: v["h"] * v["g1"],
            "y": lambda v: GATES[2] @ v["g2"],
            "y'": lambda v: np.exp(v["y"]) / np.exp(v["y"]).sum(),
            "S": lambda v: v["t"] @ np.log(v["y'"]),
            "J": lambda v: -v["S"],
        },
        {"x": gaussian(5), "t": np.array([0.0, 1.0, 0.0])},
    ),
    (SECOND, "2.1.1"): (
        {
            "L0": lambda v: ((DATA @ v["w0"] - 1) ** 2).mean(),
            "g0": lambda v: DATA.T @ (DATA @ v["w0"] - 1) / 2,
            "w1": lambda v: v["w0"] - v["eta"] * v["g0"],
            "L1": lambda v: ((DATA @ v["w1"] - 1) ** 2).mean(),
            "g1": lambda v: DATA.T @ (DATA @ v["w1"] - 1) / 2,
            "w2": lambda v: v["w1"] - v["eta"] * v["g1"],
            "L2": lambda v: ((DATA @ v["w2"] - 1) ** 2).mean(),
        },
        {"w0": gaussian(3), "eta": 0.1},
    ),
}


@pytest.mark.parametrize("key", GRAPHS, ids=" ".join)
def test_the_edges_are_what_changes_what(key: tuple[str, str]) -> None:
    found = edges(*GRAPHS[key])
    assert judged(*key, "\n".join(sorted(found))).verdict.credit == 1
    for edge in found - {
        "w0 -> L0",
        "w1 -> L1",
    }:  # where the gradient is said to come from w, the loss is idle
        less = judged(*key, "\n".join(sorted(found - {edge}))).verdict
        assert less.credit is None or less.credit < 1, edge


# --- formulas against differences, descent and simulation -----------------------------------------------


def test_each_adjoint_of_2020_is_a_difference() -> None:
    w1, w2, b1, b2 = gaussian(3, 5), gaussian(5, 3), gaussian(3), gaussian(5)
    x, s, r = gaussian(5), gaussian(5), gaussian(3)

    def loss(**given: Array) -> float:
        z = given.get("z", w1 @ given.get("x", x) + b1)
        h = given.get("h", logistic(z))
        y = given.get("y", given.get("x", x) + w2 @ h + b2)
        return float(0.5 * ((y - s) ** 2).sum() + r @ h)

    at = {"x": x, "z": w1 @ x + b1, "h": logistic(w1 @ x + b1)}
    at["y"] = x + w2 @ at["h"] + b2
    names: dict[str, Any] = {"W1": w1, "W2": w2, "b1": b1, "b2": b2, "x": x, "s": s, "r": r}
    for name in ("y", "h", "z", "x"):
        numeric = differences(lambda v, name=name: loss(**{name: v}), at[name])
        part = f"1.2.{name}bar"
        for formula in expected(sheet(EARLY), part):
            assert value(sheet(EARLY), part, formula, names) == pytest.approx(numeric, abs=1e-6), formula
        for formula in mistakes(sheet(EARLY), part):
            try:
                found = value(sheet(EARLY), part, formula, names)
            except ShapeError:
                continue  # it does not conform
            assert found.shape != numeric.shape or np.abs(found - numeric).max() > 1e-3, formula
        names[f"{name}bar"] = numeric


def mean_square(data: Array, labels: Array, w: Array) -> float:
    return float(((data @ w - labels) ** 2).mean())


@pytest.mark.parametrize(("rows", "columns"), [(6, 4), (3, 5)])
def test_gradient_and_solutions_of_2020(rows: int, columns: int) -> None:
    data, labels, w = gaussian(rows, columns), gaussian(rows), gaussian(columns)
    names = {"X": data, "t": labels, "w": w, "n": rows, "d": columns}
    numeric = differences(lambda v: mean_square(data, labels, v), w)
    for formula in expected(sheet(EARLY), "3.1"):
        assert value(sheet(EARLY), "3.1", formula, names) == pytest.approx(numeric, abs=1e-6)
    end, rate = np.zeros(columns), 1 / np.linalg.norm(data, 2) ** 2
    for _ in range(20_000):
        end -= rate * data.T @ (data @ end - labels)
    part = "3.2a.solution" if rows > columns else "3.4a.solution"
    for formula in expected(sheet(EARLY), part):
        assert value(sheet(EARLY), part, formula, names) == pytest.approx(end, abs=1e-8)


def test_the_formulas_of_the_learning_rate() -> None:
    rows, columns, steps = 4, 3, 3
    data, labels, start = gaussian(rows, columns), gaussian(rows), gaussian(columns)
    a = data @ start - labels

    def after(rate: float, count: int) -> Array:
        w = start
        for _ in range(count):
            w = w - rate * differences(lambda v: mean_square(data, labels, v), w, step=1e-4)
        return w

    def loss(rate: float, count: int = 1) -> float:
        return mean_square(data, labels, after(rate, count))

    rate = 0.07
    names: dict[str, Any] = {
        "X": data,
        "t": labels,
        "w0": start,
        "a": a,
        "eta": rate,
        "n": rows,
        "d": columns,
    }
    second = (loss(0.1) - 2 * loss(0) + loss(-0.1)) / 0.1**2
    slope = (loss(0.1) - loss(-0.1)) / 0.2  # exact for a quadratic
    numeric: dict[str, Any] = {
        "2.2.1.w1": after(rate, 1),
        "2.2.1.loss": loss(rate),
        "2.2.2.second": second,
        "2.2.3": -slope / second,
        "2.3.1": loss(rate, steps),
    }
    for part, meant in numeric.items():
        for formula in expected(sheet(SECOND), part):
            given = names | {"t": steps} if part == "2.3.1" else names  # there t counts the steps
            found = value(sheet(SECOND), part, formula, given)
            assert found == pytest.approx(meant, rel=1e-5), (part, formula)


def test_the_condition_holds_for_symmetric_matrices_alone() -> None:
    x = gaussian(4)
    for matrix, holds in ((gaussian(4, 4), False), ((half := gaussian(4, 4)) + half.T, True)):
        numeric = differences(lambda v, matrix=matrix: float(v @ matrix @ v), x)
        assert (np.abs(numeric - 2 * x @ matrix).max() < 1e-6) == holds
    assert judged(ZERO, "2e", "A = A'").points == 1
    assert judged(ZERO, "2e", "A A' = I").points != 1


# --- sets of points, costs, words -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("assignment", "part", "x", "t"), [(EARLY, "3.3a", (2, 1), 2), (FIRST, "3.3.1", (1, 1), 3)]
)
def test_points_of_the_line_are_judged_right(assignment: str, part: str, x: tuple[int, int], t: int) -> None:
    points = [(a, b) for a in range(-9, 10) for b in range(-9, 10) if a * x[0] + b * x[1] == t]
    (a, b), (c, d) = points[0], points[-1]
    assert judged(assignment, part, f"w = ({a} + s ({c - a}), {b} + s ({d - b}))").verdict.credit == 1
    assert judged(assignment, part, f"w = ({a + 1} + s ({c - a}), {b} + s ({d - b}))").verdict.credit != 1
    assert judged(assignment, part, f"w = ({a} + s ({c - a + 1}), {b} + s ({d - b}))").verdict.credit != 1


def polynomial(count: Callable[[int], int], name: str) -> str:
    """A count of operations as a formula: the polynomial through its values, found by differences."""
    values = [Fraction(count(n)) for n in range(1, 7)]
    terms, binomial = [], "1"
    for order in range(len(values)):
        if values[0]:
            terms.append(f"{values[0]} * {binomial}")
        values = [b - a for a, b in pairwise(values)]
        binomial = f"{binomial} * ({name} - {order + 1}) / {order + 1}"
    return " + ".join(terms) or "0"


def outer(n: int) -> tuple[int, int]:
    entries = [(i, j) for i in range(n) for j in range(n)]  # one product, and one place, for each
    return len(entries), len(entries) + n


def scaled(n: int) -> int:
    return sum(1 for _ in range(n)) + sum(1 for _ in range(n))  # v'y, then v times that


def kept(steps: int, *, backward: bool) -> int:
    """The most weights held at once while the loss after some steps, or its derivative, is worked out."""
    held, most = [0], 1
    for step in range(steps):
        held = [*held, step + 1] if backward else [step + 1]
        most = max(most, len(held))
    return most


COSTS: list[tuple[str, str, str, Callable[[int], int]]] = [
    (EARLY, "2.2.time", "n", lambda n: outer(n)[0]),
    (EARLY, "2.2.memory", "n", lambda n: outer(n)[1]),
    (EARLY, "2.3.cost", "n", scaled),
    (SECOND, "2.1.2.forward", "t", lambda t: kept(t, backward=False)),
    (SECOND, "2.1.2.reverse", "t", lambda t: kept(t, backward=True)),
]


@pytest.mark.parametrize(("assignment", "part", "name", "count"), COSTS, ids=[one[1] for one in COSTS])
def test_the_counted_cost_is_the_expected_one(
    assignment: str, part: str, name: str, count: Callable[[int], int]
) -> None:
    formula = polynomial(count, name)
    assert judged(assignment, part, f"O({formula})").verdict.credit == 1, formula
    assert judged(assignment, part, f"O({name} ({formula}))").verdict.credit != 1


def descent(x: Array, t: Array, *, batch: int, momentum: float = 0.0, steps: int = 60_000) -> Array:
    """Where stochastic descent from zero ends, over random batches."""
    chance = np.random.default_rng(7)
    w, velocity = np.zeros(x.shape[1]), np.zeros(x.shape[1])
    rate = 0.3 * (1 - momentum) / max(float(row @ row) for row in x)
    for _ in range(steps):
        rows = chance.choice(len(x), size=batch, replace=False)
        velocity = momentum * velocity - rate * 2 / batch * x[rows].T @ (x[rows] @ w - t[rows])
        w = w + velocity
    return w


def ends_shortest(**how: Any) -> bool:
    x, t = np.random.default_rng(5).normal(size=(3, 5)), np.array([1.0, -2.0, 0.5])
    return bool(np.abs(descent(x, t, **how) - np.linalg.pinv(x) @ t).max() < 1e-6)


def adagrad_ends_shortest(x: tuple[int, ...], t: int) -> bool:
    end = load("_adagrad").adagrad_end(x, t)
    return bool(np.abs(np.array(end) - np.linalg.pinv(np.atleast_2d(x)) @ [t]).max() < 1e-3)


def is_unique(rows: int, columns: int) -> bool:
    """Whether descent from two starts ends at one point."""
    x, t = gaussian(rows, columns), gaussian(rows)
    ends = []
    for w in (np.zeros(columns), gaussian(columns)):
        for _ in range(20_000):
            w = w - x.T @ (x @ w - t) / np.linalg.norm(x, 2) ** 2
        ends.append(w)
    return bool(np.abs(ends[0] - ends[1]).max() < 1e-6)


def is_convex_in_the_rate(steps: int) -> bool:
    """Whether the middle of any two rates is no worse than the mean of both, on random data."""
    chance = np.random.default_rng(11)
    for _ in range(20):
        x, t, start = chance.normal(size=(3, 4)), chance.normal(size=3), chance.normal(size=4)
        left, right = chance.uniform(-1, 1, size=2)

        def loss(rate: float, x: Array = x, t: Array = t, start: Array = start) -> float:
            w = start
            for _ in range(steps):
                w = w - rate * 2 / len(t) * x.T @ (x @ w - t)
            return mean_square(x, t, w)

        if loss((left + right) / 2) > (loss(left) + loss(right)) / 2 * (1 + 1e-9):
            return False
    return True


STANCES: list[tuple[str, str, Callable[[], bool]]] = [
    (EARLY, "3.2a.unique", lambda: is_unique(6, 4)),
    (EARLY, "4.2", lambda: ends_shortest(batch=2)),
    (EARLY, "4.3.verdict", lambda: adagrad_ends_shortest((2, 1), 2) and adagrad_ends_shortest((1, 1), 2)),
    (FIRST, "3.2.unique", lambda: is_unique(7, 3)),
    (SECOND, "1.1.2", lambda: ends_shortest(batch=1, momentum=0.5)),
    (SECOND, "1.2.1.verdict", lambda: adagrad_ends_shortest((1, 2), 3) and adagrad_ends_shortest((1, 1), 3)),
    (SECOND, "2.2.2.convex", lambda: is_convex_in_the_rate(1)),
    (SECOND, "2.3.2", lambda: is_convex_in_the_rate(3)),
]


@pytest.mark.parametrize(("assignment", "part", "holds"), STANCES, ids=[one[1] for one in STANCES])
def test_the_simulated_yes_or_no_is_the_expected_one(
    assignment: str, part: str, holds: Callable[[], bool]
) -> None:
    right, wrong = ("Yes.", "No.") if holds() else ("No.", "Yes.")
    assert judged(assignment, part, right).verdict.credit in (1, None)
    assert judged(assignment, part, wrong).verdict.credit == 0


def test_the_filter_answers_at_edges_alone() -> None:
    kernel = np.array([[0, -1, 0], [-1, 4, -1], [0, -1, 0]])

    def answers(image: Array) -> Array:
        windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3))
        found: Array = np.abs((windows * kernel[::-1, ::-1]).sum(axis=(2, 3)))
        return found

    flat, ramp = np.full((9, 9), 5.0), np.add.outer(np.arange(9.0), 2 * np.arange(9.0))
    edge = (np.arange(9.0) > 4) * np.ones((9, 1))
    assert answers(flat).max() == answers(ramp).max() == 0
    assert np.flatnonzero(answers(edge)[4]).tolist() == [3, 4]  # on both sides of the edge, nowhere else
    assert judged(SECOND, "3.1.feature", "edges").verdict.credit == 1
    assert judged(SECOND, "3.1.feature", "corners").verdict.credit == 0


def field(layers: list[tuple[int, int, int]], *, channels: int = 1) -> int:
    """How many inputs one unit of the last layer sees, by following them back: (kernel, stride, dilation)."""
    seen = {(channel, 0) for channel in range(channels)}
    for kernel, stride, dilation in reversed(layers):
        seen = {
            (other, place * stride + step * dilation)
            for _, place in seen
            for step in range(kernel)
            for other in range(channels)
        }
    return len({place for _, place in seen})


def test_what_widens_a_field_is_found_by_trying() -> None:
    usual = [(3, 1, 1), (3, 1, 1)]
    wider = {
        "kernel size": [(5, 1, 1), (3, 1, 1)],
        "stride": [(3, 2, 1), (3, 1, 1)],
        "depth": [*usual, (3, 1, 1)],
        "pooling": [(3, 1, 1), (2, 2, 1), (3, 1, 1)],
        "dilation": [(3, 1, 2), (3, 1, 1)],
    }
    base = field(usual)
    assert all(field(layers) > base for layers in wider.values())
    assert field(usual, channels=7) == base
    names = list(wider)
    for at in range(3):
        assert judged(SECOND, "3.3", ", ".join(names[at : at + 3])).verdict.credit == 1
    assert judged(SECOND, "3.3", "kernel size, stride, number of channels").verdict.credit == Fraction(2, 3)
