"""Homework 1 (2020): every value of the reference computed a second, independent way."""

from __future__ import annotations

import numpy as np
import pytest
from references import Array, differences, load

ref = load("csc413_2020_hw1")
V = np.array([1.0, 2.0, 3.0])
DATA, LABEL = np.array([[2.0, 1.0]]), np.array([2.0])


# --- vector-Jacobian products ----------------------------------------------------------------------


def test_the_jacobian_is_that_of_the_map() -> None:
    numeric = differences(lambda x: V * (V @ x), np.array([0.3, -1.0, 2.0])).T
    assert np.array(ref.jacobian()) == pytest.approx(numeric, abs=1e-6)


def test_the_wrong_jacobians_are_what_their_names_say() -> None:
    outer = np.outer(V, V)
    assert ref.jacobian_as_inner_product() == V @ V
    assert np.array(ref.jacobian_diagonal()) == pytest.approx(np.diag(np.diag(outer)))
    hessian = differences(lambda x: differences(lambda u: (V @ u) ** 2, x), np.ones(3))
    assert np.array(ref.jacobian_doubled()) == pytest.approx(hessian, abs=1e-3)


def test_the_product_is_the_jacobian_times_y() -> None:
    assert [float(entry) for entry in ref.product()] == pytest.approx(np.outer(V, V).T @ np.ones(3))
    assert [float(entry) for entry in ref.product_with_squared_norm()] == pytest.approx(np.outer(V, V) @ V)


# --- gradient descent in the plane -----------------------------------------------------------------


def test_the_direction_is_that_of_the_first_gradient() -> None:
    gradient = differences(lambda w: float(((DATA @ w - LABEL) ** 2).mean()), np.zeros(2))
    assert [float(entry) for entry in ref.gradient_at_zero()] == pytest.approx(gradient, abs=1e-6)
    assert ref.direction() == pytest.approx(gradient / np.linalg.norm(gradient), abs=1e-6)
    assert ref.direction_swapped() == pytest.approx(np.array(ref.direction())[::-1])


def test_the_line_of_solutions_is_perpendicular_to_the_direction() -> None:
    line = np.array(ref.direction_of_the_line())
    assert line @ np.array(ref.direction()) == pytest.approx(0)
    assert np.linalg.norm(line) == pytest.approx(1)


def test_descent_ends_at_the_limit_and_no_solution_is_shorter() -> None:
    w = np.zeros(2)
    for _ in range(200):
        w -= 0.05 * 2 * DATA.T @ (DATA @ w - LABEL)
    limit = np.array([float(entry) for entry in ref.limit()])
    assert limit == pytest.approx(w)
    assert limit == pytest.approx(np.linalg.pinv(DATA) @ LABEL)


@pytest.mark.parametrize("name", ["limit", "solution_on_the_axis", "solution_with_equal_entries"])
def test_every_named_solution_solves_the_equation(name: str) -> None:
    w = np.array([float(entry) for entry in getattr(ref, name)()])
    assert DATA @ w == pytest.approx(LABEL)


def test_the_other_solutions_are_what_their_names_say() -> None:
    assert ref.solution_on_the_axis()[1] == 0
    assert len(set(ref.solution_with_equal_entries())) == 1


def test_the_product_of_the_residual_vanishes_for_every_solution() -> None:
    limit = np.linalg.pinv(DATA) @ LABEL
    for along in (-2.0, 0.5, 3.0):
        other = limit + along * np.array([1.0, -2.0])
        assert (limit - other) @ limit == pytest.approx(float(ref.residual_product()), abs=1e-12)


# --- AdaGrad ---------------------------------------------------------------------------------------


def descend(*, rate: float, epsilon: float, steps: int) -> Array:
    """AdaGrad in arrays, with a fixed number of steps."""
    w, seen = np.zeros(2), np.zeros(2)
    for _ in range(steps):
        gradient = 2 * DATA.T @ (DATA @ w - LABEL)
        seen += gradient**2
        w -= rate * gradient / (np.sqrt(seen) + epsilon)
    return w


def test_adagrad_ends_where_another_rate_ends_and_at_the_closed_form() -> None:
    assert ref.adagrad_limit() == pytest.approx(descend(rate=0.25, epsilon=1e-9, steps=3000), abs=1e-7)
    assert ref.adagrad_limit() == pytest.approx(LABEL * np.sign(DATA[0]) / np.abs(DATA).sum(), abs=1e-9)


@pytest.mark.parametrize(
    ("inputs", "labels", "rate"),
    [
        ((1, 3), 1, 0.4),
        (((1, 3),), (1,), 0.1),
        (((1,), (3,)), (1,), 0.1),
        ((2, -1, 0.5), 7, 0.2),
        (((1, 0, 2), (0, 1, 1)), (3, 2), 0.4),
        (((1, 2, 0, 1), (0, 1, 1, -1), (2, 0, 0, 1)), (1, 2, 3), 0.5),
    ],
)
def test_adagrad_on_other_data_ends_at_a_solution_and_agrees_with_arrays(
    inputs: object, labels: object, rate: float
) -> None:
    x, t = np.atleast_2d(np.array(inputs, float)), np.atleast_1d(np.array(labels, float))
    x = x if len(x) == len(t) else x.T
    w, seen = np.zeros(x.shape[1]), np.zeros(x.shape[1])
    for _ in range(20_000):
        gradient = 2 / len(t) * x.T @ (x @ w - t)
        seen += gradient**2
        w -= rate * gradient / np.maximum(np.sqrt(seen) + 1e-10, 1e-300)
    end = ref.adagrad_end(inputs, labels, rate)
    assert end == pytest.approx(w, abs=1e-8)
    assert x @ end == pytest.approx(t)
    assert ref.shortest_solution(inputs, labels) == pytest.approx(np.linalg.pinv(x) @ t)


def test_where_adagrad_ends_depends_on_the_start() -> None:
    end = np.array(ref.adagrad_end((1, 2), 3, 0.4, (5, 0)))
    assert end @ (1, 2) == pytest.approx(3)
    # Each coordinate moves by the same amount, down: 5 - s + 2 (-s) = 3.
    assert end == pytest.approx([5 - 2 / 3, -2 / 3])


@pytest.mark.parametrize(
    ("inputs", "labels"), [((1, 2), (1, 2, 3)), (((1, 2), (3,)), (1, 2)), (((1, 2), (2, 4)), (1, 2))]
)
def test_data_that_do_not_fit_are_refused(inputs: object, labels: object) -> None:
    with pytest.raises(ValueError, match="example"):
        ref.shortest_solution(inputs, labels)


def test_one_step_of_adagrad_is_far_from_a_solution() -> None:
    step = np.array(ref.adagrad_first_step())
    assert step == pytest.approx(descend(rate=0.01, epsilon=1e-8, steps=1))
    assert np.abs(DATA @ step - LABEL).max() > 1


def test_adagrad_says_when_it_has_not_converged() -> None:
    with pytest.raises(ArithmeticError, match="has not converged"):
        load("_adagrad").adagrad((2, 1), 2, rate=1e-9)


# --- the formulas the rubric expects, against differences of the loss -------------------------------

N, K = 5, 3
rng = np.random.default_rng(2020)
W1, W2 = rng.normal(size=(K, N)), rng.normal(size=(N, K))
B1, B2 = rng.normal(size=K), rng.normal(size=N)
S, R, INPUT = rng.normal(size=N), rng.normal(size=K), rng.normal(size=N)


def logistic(z: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-z)))


def loss_of_output(y: Array, h: Array) -> float:
    return float(0.5 * ((y - S) ** 2).sum() + R @ h)


def loss_of_hidden(h: Array) -> float:
    return loss_of_output(INPUT + W2 @ h + B2, h)


def loss_of_input(x: Array) -> float:
    h = logistic(W1 @ x + B1)
    return loss_of_output(x + W2 @ h + B2, h)


def test_the_adjoints_are_derivatives_of_the_loss() -> None:
    z = W1 @ INPUT + B1
    h = logistic(z)
    y = INPUT + W2 @ h + B2
    ybar = y - S
    hbar = W2.T @ (y - S) + R
    zbar = h * (1 - h) * hbar
    xbar = W1.T @ zbar + (y - S)
    assert ybar == pytest.approx(differences(lambda v: loss_of_output(v, h), y), abs=1e-7)
    assert hbar == pytest.approx(differences(loss_of_hidden, h), abs=1e-7)
    assert zbar == pytest.approx(differences(lambda v: loss_of_hidden(logistic(v)), z), abs=1e-7)
    assert xbar == pytest.approx(differences(loss_of_input, INPUT), abs=1e-7)


@pytest.mark.parametrize(("rows", "columns"), [(6, 4), (3, 5)])
def test_the_gradient_and_the_end_of_the_descent(rows: int, columns: int) -> None:
    data, labels = rng.normal(size=(rows, columns)), rng.normal(size=rows)
    w = rng.normal(size=columns)
    gradient = 2 / rows * data.T @ (data @ w - labels)
    numeric = differences(lambda v: float(((data @ v - labels) ** 2).mean()), w)
    assert gradient == pytest.approx(numeric, abs=1e-6)
    tall = rows > columns
    square = data.T @ data if tall else data @ data.T
    formula = np.linalg.solve(square, data.T @ labels) if tall else data.T @ np.linalg.solve(square, labels)
    end, rate = np.zeros(columns), 1 / np.linalg.norm(data, 2) ** 2
    for _ in range(20_000):
        end -= rate * data.T @ (data @ end - labels)
    assert end == pytest.approx(formula, abs=1e-8)
