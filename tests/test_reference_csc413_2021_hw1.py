"""Homework 1 (2021): every value of the reference computed a second, independent way."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations, product
from random import Random
from typing import Any

import numpy as np
import pytest
from formulas import expected, mistakes, rubric, value
from numpy.polynomial import chebyshev, legendre
from numpy.typing import NDArray
from references import Array, differences, load

from grader.maths.values.shapes import ShapeError

ref = load("csc413_2021_hw1")
hessian = load("csc413_2021_hw1", "hessian")
polynomials = load("_polynomials")
verifiers = load("csc413_2021_hw1", "verifiers")

Flags = NDArray[np.bool_]


# --- hard-coded networks ---------------------------------------------------------------------------


def run(network: Any, inputs: Array) -> Flags:
    """The outputs for many inputs at once, one row each, in floating point."""
    h = np.abs(inputs @ numbers(network.hidden).T + numbers(network.hidden_bias)) <= 1
    z = h @ numbers(network.output) + float(network.output_bias)
    return np.asarray(np.abs(z) <= 1)


def numbers(entries: Any) -> Array:
    return np.array(entries, dtype=np.float64)


INPUTS = np.array([x for x in product(range(-4, 5), repeat=4) if len({*x[:3]}) == 3], float)
MEMBERS = (INPUTS[:, :3] == INPUTS[:, 3:]).any(axis=1)


def test_the_inputs_are_all_small_lists_of_distinct_numbers() -> None:
    assert np.array_equal(np.array(ref.member_inputs(), float), INPUTS)
    assert len(INPUTS) == 9 * 8 * 7 * 9


def test_the_network_says_exactly_whether_a_number_is_in_the_list() -> None:
    assert np.array_equal(run(verifiers.MEMBER, INPUTS), MEMBERS)
    exact = [verifiers.MEMBER.answer(x) for x in ref.member_inputs()]
    assert np.array_equal(np.array(exact, bool), MEMBERS)
    draw = Random(1)  # noqa: S311 - no secret, only numbers
    for _ in range(1000):
        x = draw.sample(range(-(10**9), 10**9), 3)
        assert verifiers.MEMBER.answer((*x, draw.choice(x))) == 1
        assert verifiers.MEMBER.answer((*x, draw.choice(x) + draw.choice((-1, 1)))) == (x[0] + 1 in x)


def test_large_numbers_are_tried_at_a_member_and_next_to_it() -> None:
    everything = np.array(ref.verifier_inputs(), float)
    assert np.array_equal(everything[: len(INPUTS)], INPUTS)
    large = everything[len(INPUTS) :]
    assert len(large) == 3000
    members = (large[:, :3] == large[:, 3:]).any(axis=1)
    adjacent = (np.abs(large[:, :3] - large[:, 3:]) == 1).any(axis=1)
    assert members.sum() >= 900
    assert adjacent.sum() >= 1800
    assert [ref.is_member(x) for x in ref.verifier_inputs()[len(INPUTS) :]] == members.tolist()
    assert [ref.is_adjacent(x) for x in ref.verifier_inputs()[len(INPUTS) :]] == adjacent.tolist()
    assert np.array_equal(run(verifiers.MEMBER, large), members)


@pytest.mark.parametrize(
    ("name", "network"),
    [
        ("member", "MEMBER"),
        ("neighbours", "NEIGHBOURS"),
        ("always", "ALWAYS"),
        ("never", "NEVER"),
        ("first", "FIRST"),
        ("unbiased", "UNBIASED"),
    ],
)
def test_weights_of_a_network_are_rows_and_biases_in_turn(name: str, network: str) -> None:
    first, bias, second, last = (np.array(piece, float) for piece in getattr(ref, f"{name}_network")())
    hidden = np.abs(INPUTS @ first.T + bias) <= 1
    outputs = np.abs(hidden @ second.T + last) <= 1
    assert np.array_equal(outputs[:, 0], run(getattr(verifiers, network), INPUTS))


def test_a_unit_fires_between_minus_one_and_one() -> None:
    points = [Fraction(k, 4) for k in range(-8, 9)]
    assert [verifiers.fires(z) for z in points] == (np.abs(np.array(points, float)) <= 1).astype(int).tolist()


def test_the_named_weights_are_those_of_the_network() -> None:
    assert (
        np.array(ref.hidden_weights(), float).tolist()
        == (2 * np.hstack([-np.eye(3), np.ones((3, 1))])).tolist()
    )
    assert (ref.hidden_bias(), ref.output_weights(), ref.output_bias()) == ((0, 0, 0), (1, 1, 1), -2)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("NEIGHBOURS", (np.abs(INPUTS[:, :3] - INPUTS[:, 3:]) == 1).any(axis=1) & ~MEMBERS),
        ("ALWAYS", ~MEMBERS),
        ("NEVER", MEMBERS),
    ],
)
def test_the_wrong_networks_fail_where_the_rubric_says(name: str, wrong: Flags) -> None:
    assert wrong.any()
    assert np.array_equal(run(getattr(verifiers, name), INPUTS) != MEMBERS, wrong)


@pytest.mark.parametrize("name", ["FIRST", "UNBIASED"])
def test_the_other_wrong_networks_are_wrong(name: str) -> None:
    assert (run(getattr(verifiers, name), INPUTS) != MEMBERS).any()


@pytest.mark.parametrize("c", [Fraction(10001, 10000), Fraction(3, 2), Fraction(-5), Fraction(2)])
@pytest.mark.parametrize(("w", "b"), [(1, -2), (2, -2), (-2, 2), (3, -3)])
def test_other_weights_are_right_too(c: Fraction, w: int, b: int) -> None:
    rows = tuple(tuple(c * entry / 2 for entry in row) for row in verifiers.MEMBER.hidden)
    other = verifiers.Verifier(rows, verifiers.MEMBER.hidden_bias, (Fraction(w),) * 3, Fraction(b))
    assert np.array_equal(run(other, INPUTS), MEMBERS)


TRIPLES = [x for x in product(range(6), repeat=3) if len({*x}) == 3]


@pytest.mark.parametrize("way", ["count", "members", "cases"])
def test_each_network_for_permutations_makes_no_error(way: str) -> None:
    says = getattr(verifiers, f"is_permutation_by_{way}")
    assert len(TRIPLES) == 120
    for first, second in product(TRIPLES, repeat=2):
        assert says(first, second) == (sorted(first) == sorted(second))


def test_sums_and_sums_of_squares_do_not_tell_permutations() -> None:
    assert sum((0, 1, 4)) == sum((0, 2, 3))
    first, second = (0, 4, 5), (1, 2, 6)
    assert sum(first) == sum(second)
    assert sum(x * x for x in first) == sum(x * x for x in second)
    pairs = [(a, b) for a, b in product(TRIPLES, repeat=2) if sorted(a) != sorted(b)]
    assert not [1 for a, b in pairs if sum(a) == sum(b) and sum(x * x for x in a) == sum(x * x for x in b)]


def test_five_comparators_sort_four_numbers_and_four_do_not() -> None:
    everything = list(product(range(4), repeat=4))
    assert all(verifiers.sort_four(x) == sorted(x) for x in everything)
    failures = sum(verifiers.sort_four(x, verifiers.COMPARATORS[:-1]) != sorted(x) for x in everything)
    assert (len(everything), failures) == (256, 104)
    halves = [Fraction(k, 2) for k in (-3, 1, 4, 9)]
    assert all(verifiers.sort_four(x) == halves for x in permutations(halves))


# --- the Hessian and its products ------------------------------------------------------------------

V = np.array([4.0, 2.0, 3.0])
V2, Y = np.array([1.0, 2.0, 3.0]), np.ones(3)


@pytest.mark.parametrize(("name", "factor"), [("hessian", 1.0), ("hessian_of_half", 0.5)])
def test_the_hessian_is_the_second_difference_of_the_loss(name: str, factor: float) -> None:
    for x in (np.zeros(3), np.array([1.0, -2.0, 0.5])):
        numeric = differences(lambda u: differences(lambda w: factor * (V @ w) ** 2, u), x)
        assert np.array(getattr(ref, name)()) == pytest.approx(numeric, abs=1e-2)


def test_the_wrong_hessians_are_what_their_names_say() -> None:
    assert ref.hessian_as_inner_product() == 2 * V @ V
    assert np.array(ref.hessian_diagonal()) == pytest.approx(np.diag(2 * V**2))


def test_the_product_is_the_matrix_times_y() -> None:
    for name, meant in (
        ("product", np.outer(V2, V2) @ Y),
        ("product_doubled", 2 * np.outer(V2, V2) @ Y),
        ("product_with_squared_norm", np.outer(V2, V2) @ V2),
    ):
        assert [float(entry) for entry in getattr(ref, name)()] == pytest.approx(meant)


class Counting:
    """A matrix that counts the multiplications of its products, and the numbers it keeps."""

    done = 0
    kept = 0

    def __init__(self, values: Array) -> None:
        self.values = values
        Counting.kept += values.size

    def __matmul__(self, other: Counting) -> Counting:
        rows, inner = self.values.shape
        columns = other.values.shape[1]
        out = np.zeros((rows, columns))
        for i, k, j in np.ndindex(rows, inner, columns):
            out[i, j] += self.values[i, k] * other.values[k, j]
            Counting.done += 1
        return Counting(out)

    @property
    def transposed(self) -> Counting:
        view = Counting(self.values.T)
        Counting.kept -= view.values.size  # the same numbers
        return view


def count(way: str, n: int, m: int) -> tuple[int, int]:
    """Multiplications and numbers kept when a product is formed in one order, one by one."""
    draw = np.random.default_rng(n * m)
    Counting.done = Counting.kept = 0
    v = Counting(draw.normal(size=(n, 1)))
    if way == "hessian":
        v @ v.transposed
        return Counting.done, Counting.kept
    y = Counting(draw.normal(size=(n, 1)))
    if way in ("reverse", "forward"):
        z = v @ (v.transposed @ y) if way == "reverse" else (v @ v.transposed) @ y
        assert z.values == pytest.approx(v.values * float((v.values.T @ y.values).item()))
        return Counting.done, Counting.kept
    y2 = Counting(draw.normal(size=(m, 1)))
    orders = {
        "reverse_matrix": lambda: v @ (v.transposed @ (y @ y2.transposed)),
        "forward_matrix": lambda: ((v @ v.transposed) @ y) @ y2.transposed,
        "scalar_first": lambda: v @ ((v.transposed @ y) @ y2.transposed),
        "vector_first": lambda: (v @ (v.transposed @ y)) @ y2.transposed,
        "hessian_times_matrix": lambda: (v @ v.transposed) @ (y @ y2.transposed),
    }
    z = orders[way]()
    assert z.values == pytest.approx(v.values @ v.values.T @ y.values @ y2.values.T)
    return Counting.done, Counting.kept


def worked_out(cost: str, n: int, m: int) -> int:
    """The value of a cost that is a sum of products of sizes."""
    sizes = {"1": 1, "n": n, "m": m}
    return sum(int(np.prod([sizes[factor] for factor in term.split("*")])) for term in cost.split(" + "))


@pytest.mark.parametrize(("n", "m"), [(3, 5), (6, 2), (4, 4)])
@pytest.mark.parametrize(
    ("way", "time", "memory"),
    [
        ("hessian", "hessian_time", "hessian_memory"),
        ("reverse", "reverse_time", "reverse_memory"),
        ("forward", "forward_time", "forward_memory"),
        ("reverse_matrix", "reverse_time_of_matrix", "reverse_memory_of_matrix"),
        ("forward_matrix", "forward_time_of_matrix", "forward_memory_of_matrix"),
        ("hessian_times_matrix", "forward_time_of_matrix_product", ""),
    ],
)
def test_costs_are_what_one_counts(way: str, time: str, memory: str, n: int, m: int) -> None:
    done, kept = count(way, n, m)
    assert worked_out(getattr(ref, time)(), n, m) == done
    assert not memory or worked_out(getattr(ref, memory)(), n, m) == kept


def test_the_forward_order_wins_exactly_where_the_result_is_wide() -> None:
    assert ref.forward_is_cheaper() == "m > n"
    for n, m in product(range(1, 7), repeat=2):
        assert (count("forward_matrix", n, m)[0] < count("reverse_matrix", n, m)[0]) == (m > n)
        # with the scalar first only very wide results would do, with the vector first none does
        assert (count("forward_matrix", n, m)[0] < count("scalar_first", n, m)[0]) == (m > 2 * n * n - n)
        assert count("forward_matrix", n, m)[0] >= count("vector_first", n, m)[0]


# --- regression ------------------------------------------------------------------------------------


def test_every_point_of_the_line_fits_the_data_point() -> None:
    left, _, right = ref.line_of_solutions().partition(" = ")
    coefficients = np.array([float(term.split()[0]) for term in left.split(" + ")])
    shortest = np.linalg.pinv(np.array([[1.0, 1.0]])) @ [3.0]
    for along in (-2.0, 0.0, 1.5):
        assert coefficients @ (shortest + along * np.array([1.0, -1.0])) == pytest.approx(float(right))
    assert ref.line_of_sign() == "1 w1 - 1 w2 = 3"


@pytest.mark.parametrize("basis", ["chebyshev", "legendre"])
def test_the_fit_is_that_of_the_pseudo_inverse(basis: str) -> None:
    inputs, labels = ref.fit_inputs(), ref.fit_labels()
    x, t = np.array(inputs, float), np.array(labels, float)
    vander = chebyshev.chebvander if basis == "chebyshev" else legendre.legvander
    for degree in polynomials.DEGREES:
        expansion = np.array(polynomials.poly_expand(inputs, degree, basis), float)
        assert expansion == pytest.approx(vander(x, degree), abs=1e-10)
        fit = np.array(polynomials.fit_poly(inputs, degree, labels, basis), float)
        assert fit == pytest.approx(np.linalg.pinv(vander(x, degree)) @ t, abs=1e-8)
    if basis == "chebyshev":
        assert [len(weights) for weights in ref.fitted()] == [degree + 1 for degree in polynomials.DEGREES]
        assert np.array(ref.fitted()[-1], float) == pytest.approx(fit)


def test_the_error_on_the_data_of_the_course_falls_again_beyond_the_threshold() -> None:
    """Rounded to fewer digits the notebook's inputs keep their losses; exact fits stay quick."""
    draw = np.random.RandomState(123)
    inputs = draw.rand(14)
    labels = np.sin(10 * inputs) + 0.1 * draw.randn(14)
    exact = [
        [Fraction(round(entry * 10**7), 10**7) for entry in array.tolist()] for array in (inputs, labels)
    ]
    grid = np.linspace(0, 1, 1000)
    losses = {}
    for degree in (2, 4, 7, 20, 30, 50):
        weights = np.array([float(w) for w in polynomials.fit_poly(exact[0], degree, exact[1])])
        losses[degree] = 0.5 * float(((chebyshev.chebval(grid, weights) - np.sin(10 * grid)) ** 2).mean())
    assert max(losses, key=lambda degree: losses[degree]) == 20
    assert losses[4] < losses[2] < losses[50] < losses[30] < losses[20]
    assert [losses[degree] for degree in (2, 4, 7)] == pytest.approx(
        [0.1938641, 0.1025522, 0.1773608], rel=1e-4
    )
    assert losses[50] == pytest.approx(0.7120004, rel=1e-3)


# --- the formulas the rubric expects, against differences of the loss -------------------------------

sheet = rubric("csc413-2021-hw1")
rng = np.random.default_rng(413)
D, H, LABEL = 5, 4, 1
W1, W2, W3, INPUT = (rng.normal(scale=0.6, size=size) for size in ((H, D), (H, D), (3, H), (D,)))


def softmax(y: Array) -> Array:
    return np.asarray(np.exp(y) / np.exp(y).sum())


def loss_of(**given: Array) -> float:
    """The loss when some of the variables are given, the rest computed from the input."""
    z1 = given.get("z1", W1 @ given.get("x", INPUT))
    z2 = given.get("z2", W2 @ given.get("x", INPUT))
    h = given.get("h", np.maximum(z1, 0))
    g1 = given.get("g1", 1 / (1 + np.exp(-z2)))
    g2 = given.get("g2", h * g1)
    y = given.get("y", W3 @ g2)
    return -float(np.log(given.get("yp", softmax(y))[LABEL]))


POINT = {"W1": W1, "W2": W2, "W3": W3, "x": INPUT}
HIDDEN = {
    "x": INPUT,
    "z1": W1 @ INPUT,
    "z2": W2 @ INPUT,
    "h": np.maximum(W1 @ INPUT, 0),
    "g1": 1 / (1 + np.exp(-W2 @ INPUT)),
}
HIDDEN["g2"] = HIDDEN["h"] * HIDDEN["g1"]
HIDDEN["y"] = W3 @ HIDDEN["g2"]
HIDDEN["yp"] = softmax(HIDDEN["y"])


@pytest.mark.parametrize("name", ["yp", "y", "g2", "h", "g1", "z2", "z1", "x"])
def test_each_adjoint_is_a_derivative_of_the_loss(name: str) -> None:
    part = f"2.1.2.{name}bar"
    numeric = differences(lambda v: loss_of(**{name: v}), HIDDEN[name])
    for formula in expected(sheet, part):
        assert value(sheet, part, formula, POINT) == pytest.approx(numeric, abs=1e-6)


def test_no_declared_mistake_of_an_adjoint_is_its_derivative() -> None:
    for name in ("yp", "y", "g2", "h", "g1", "z2", "z1", "x"):
        numeric = differences(lambda v, name=name: loss_of(**{name: v}), HIDDEN[name])
        for formula in mistakes(sheet, f"2.1.2.{name}bar"):
            try:
                found = value(sheet, f"2.1.2.{name}bar", formula, POINT)
            except ShapeError:
                continue  # it does not conform
            assert found.shape != numeric.shape or np.abs(found - numeric).max() > 1e-3


def test_the_softmax_of_the_tests_sums_to_one_and_both_signs_of_z1_occur() -> None:
    assert softmax(HIDDEN["y"]).sum() == pytest.approx(1)
    assert set(np.sign(HIDDEN["z1"])) == {-1, 1}


@pytest.mark.parametrize(("rows", "columns"), [(6, 4), (3, 5)])
def test_the_gradient_and_the_end_of_the_descent(rows: int, columns: int) -> None:
    data, labels, w = rng.normal(size=(rows, columns)), rng.normal(size=rows), rng.normal(size=columns)
    names = {"X": data, "t": labels, "w": w, "n": rows, "d": columns}
    (gradient,) = expected(sheet, "3.1")
    numeric = differences(lambda v: float(((data @ v - labels) ** 2).mean()), w)
    assert value(sheet, "3.1", gradient, names) == pytest.approx(numeric, abs=1e-6)
    part = "3.2.solution" if rows > columns else "3.3.2.solution"
    end, rate = np.zeros(columns), 1 / np.linalg.norm(data, 2) ** 2
    for _ in range(20_000):
        end -= rate * data.T @ (data @ end - labels)
    (solution,) = expected(sheet, part)
    assert value(sheet, part, solution, names) == pytest.approx(end, abs=1e-8)
