"""Homework 2 (2021): every value of the reference computed a second, independent way."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from references import Array, load

ref = load("csc413_2021_hw2")
net = load("csc413_2021_hw2", "network")
convolution = load("csc413_2021_hw2", "convolution")


# --- AdaGrad ---------------------------------------------------------------------------------------


def descend(x: list[float], t: float, *, rate: float, epsilon: float, steps: int) -> Array:
    """AdaGrad in arrays, with a fixed number of steps."""
    data, w, seen = np.array([x]), np.zeros(len(x)), np.zeros(len(x))
    for _ in range(steps):
        gradient = 2 * data.T @ (data @ w - [t])
        seen += gradient**2
        w -= rate * gradient / (np.sqrt(seen) + epsilon)
    return w


@pytest.mark.parametrize(
    ("name", "x", "t"),
    [
        ("adagrad_limit", [1.0, 2.0], 3.0),
        ("adagrad_limit_of_the_earlier_example", [2.0, 1.0], 2.0),
        ("adagrad_limit_of_the_symmetric_example", [1.0, 1.0], 3.0),
    ],
)
def test_adagrad_ends_where_another_rate_ends_and_at_the_closed_form(
    name: str, x: list[float], t: float
) -> None:
    limit = getattr(ref, name)()
    assert limit == pytest.approx(descend(x, t, rate=0.5, epsilon=1e-9, steps=3000), abs=1e-7)
    assert limit == pytest.approx(t * np.sign(x) / np.abs(x).sum(), abs=1e-9)


def test_the_shortest_solution_is_the_one_of_the_pseudo_inverse() -> None:
    w = np.linalg.pinv(np.array([[1.0, 2.0]])) @ [3.0]
    assert [float(entry) for entry in ref.minimum_norm_point()] == pytest.approx(w)
    assert np.abs(np.array(ref.adagrad_limit()) - w).max() > 0.1


def test_the_symmetric_example_is_no_counterexample() -> None:
    w = np.linalg.pinv(np.array([[1.0, 1.0]])) @ [3.0]
    assert ref.adagrad_limit_of_the_symmetric_example() == pytest.approx(w)


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
    step = ref.adagrad_first_step()
    assert step == pytest.approx(descend([1.0, 2.0], 3.0, rate=0.01, epsilon=0.1, steps=1))
    assert abs(step[0] + 2 * step[1] - 3) > 2


def test_adagrad_says_when_it_has_not_converged() -> None:
    with pytest.raises(ArithmeticError, match="has not converged"):
        load("_adagrad").adagrad((1, 2), 3, rate=1e-9)


# --- the best learning rate ------------------------------------------------------------------------


def losses(rates: Array, *, steps: int, factor: float = 2.0) -> Array:
    """The loss on X = [1 1], t = 3 after some steps from zero, for many rates at once."""
    data = np.array([[1.0, 1.0]])
    found = []
    for rate in rates:
        w = np.zeros(2)
        for _ in range(steps):
            w = w - rate * factor * data.T @ (data @ w - 3)
        found.append(float(((data @ w - 3) ** 2).mean()))
    return np.array(found)


@pytest.mark.parametrize(
    ("name", "steps", "factor"),
    [
        ("best_rate", 1, 2.0),
        ("best_rate_of_many_steps", 1, 2.0),
        ("best_rate_of_many_steps", 3, 2.0),
        ("best_rate_without_the_two", 1, 1.0),
    ],
)
def test_no_other_rate_of_a_fine_grid_gives_a_smaller_loss(name: str, steps: int, factor: float) -> None:
    grid = np.linspace(0, 1, 1001)
    best = grid[losses(grid, steps=steps, factor=factor).argmin()]
    assert float(getattr(ref, name)()) == pytest.approx(best)


def test_the_best_rate_reaches_the_shortest_solution_in_one_step() -> None:
    w = np.linalg.pinv(np.array([[1.0, 1.0]])) @ [3.0]
    assert [float(entry) for entry in ref.best_first_weights()] == pytest.approx(w)


# --- the formulas the rubric expects, against differences of the loss -------------------------------

ROWS, COLUMNS = 3, 5
rng = np.random.default_rng(413)
X, W0, T = rng.normal(size=(ROWS, COLUMNS)), rng.normal(size=COLUMNS), rng.normal(size=ROWS)
A = X @ W0 - T
K = X @ X.T


def loss_after(rate: float, steps: int) -> float:
    """The mean square after gradient descent, each gradient a central difference of the loss."""

    def loss(w: Array) -> float:
        return float(((X @ w - T) ** 2).mean())

    w = W0
    for _ in range(steps):
        ways = np.eye(COLUMNS) * 1e-4
        w = w - rate * np.array([(loss(w + way) - loss(w - way)) / 2e-4 for way in ways])
    return loss(w)


def test_the_loss_after_one_step() -> None:
    for rate in (0.0, 0.05, 0.3):
        formula = np.linalg.norm(A - 2 * rate / ROWS * K @ A) ** 2 / ROWS
        assert loss_after(rate, 1) == pytest.approx(formula, rel=1e-6)


def test_the_second_derivative_in_the_rate() -> None:
    step = 0.1
    difference = (loss_after(step, 1) - 2 * loss_after(0.0, 1) + loss_after(-step, 1)) / step**2
    assert 8 * np.linalg.norm(K @ A) ** 2 / ROWS**3 == pytest.approx(difference, rel=1e-6)


def test_the_best_rate_of_one_step_in_general() -> None:
    best = float(ROWS * np.linalg.norm(X.T @ A) ** 2 / (2 * np.linalg.norm(K @ A) ** 2))
    slope = (loss_after(best + 1e-3, 1) - loss_after(best - 1e-3, 1)) / 2e-3
    assert slope == pytest.approx(0, abs=1e-6)
    assert loss_after(best, 1) < min(
        loss_after(best / ROWS, 1), loss_after(best / 2, 1), loss_after(2 * best, 1)
    )


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_the_loss_after_several_steps(steps: int) -> None:
    rate = 0.07
    power = np.linalg.matrix_power(np.eye(ROWS) - 2 * rate / ROWS * K, steps)
    assert loss_after(rate, steps) == pytest.approx(np.linalg.norm(power @ A) ** 2 / ROWS, rel=1e-6)


# --- the convolution -------------------------------------------------------------------------------


def by_transform(image: Array, kernel: Array) -> Array:
    """The full convolution as a product of Fourier transforms."""
    shape = tuple(m + k - 1 for m, k in zip(image.shape, kernel.shape, strict=True))
    return np.fft.irfft2(np.fft.rfft2(image, shape) * np.fft.rfft2(kernel, shape), shape)


FULL = by_transform(np.array(convolution.IMAGE, float), np.array(convolution.FILTER, float))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("conv_output", FULL[1:-1, 1:-1]),
        ("conv_output_full", FULL),
        ("conv_output_valid", FULL[2:-2, 2:-2]),
        ("conv_output_negated", -FULL[1:-1, 1:-1]),
    ],
)
def test_the_convolution_is_a_product_of_transforms(name: str, expected: Array) -> None:
    found = np.array(getattr(ref, name)())
    assert found.shape == expected.shape
    assert found == pytest.approx(expected, abs=1e-9)


def test_replicate_padding_repeats_the_border() -> None:
    padded, kernel = np.pad(np.array(convolution.IMAGE), 1, mode="edge"), np.array(convolution.FILTER)
    expected = [
        [int((padded[i : i + 3, j : j + 3] * kernel[::-1, ::-1]).sum()) for j in range(5)] for i in range(5)
    ]
    assert [list(row) for row in ref.conv_output_replicate()] == expected


def test_the_kernel_is_flipped() -> None:
    image, kernel = ((1, 2, 3), (4, 5, 6), (7, 8, 9)), ((0, 1, 0), (0, 0, 2), (3, 0, 0))
    expected = by_transform(np.array(image, float), np.array(kernel, float))[1:-1, 1:-1]
    assert np.array(convolution.convolve(image, kernel, padding=1)) == pytest.approx(expected, abs=1e-9)


# --- the size of the network -----------------------------------------------------------------------


def weight_shapes(
    *, padding: int = 1, channels: int = 3, pools: tuple[int, ...] = (1, 2, 4)
) -> list[tuple[int, ...]]:
    """The shapes of all weight arrays as a program would allocate them, without biases.

    `pools` holds the numbers of the convolutions that a pooling follows.
    """
    side, shapes = 112, []
    for position, maps in enumerate((64, 128, 256, 256), 1):
        shapes.append((maps, channels, 3, 3))
        side, channels = side + 2 * padding - 2, maps
        side = side // 2 if position in pools else side
    return [*shapes, (1024, side * side * channels), (100, 1024)]


def sizes(shapes: list[tuple[int, ...]], *, biases: bool = True) -> int:
    return sum(int(np.prod(shape)) + (shape[0] if biases else 0) for shape in shapes)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("parameters", sizes(weight_shapes())),
        ("parameters_without_biases", sizes(weight_shapes(), biases=False)),
        ("parameters_without_last_pooling", sizes(weight_shapes(pools=(1, 2)))),
        ("parameters_of_one_channel", sizes(weight_shapes(channels=1))),
        ("parameters_without_padding", sizes(weight_shapes(padding=0))),
    ],
)
def test_the_parameters_fill_the_weight_arrays(name: str, expected: int) -> None:
    assert getattr(ref, name)() == expected


def activations(padding: int = 1) -> dict[str, list[int]]:
    """The sizes of all activations, by running empty images of one channel through windows."""
    image, found = np.zeros((112, 112)), {"image": [112 * 112 * 3], "conv": [], "pool": []}
    for position, maps in enumerate((64, 128, 256, 256), 1):
        windows = np.lib.stride_tricks.sliding_window_view(np.pad(image, padding), (3, 3))
        image = windows.max(axis=(2, 3))
        found["conv"].append(image.size * maps)
        if position != 3:
            image = np.lib.stride_tricks.sliding_window_view(image, (2, 2))[::2, ::2].max(axis=(2, 3))
            found["pool"].append(image.size * maps)
    return found | {"full": [1024, 100], "softmax": [100]}


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("neurons", "conv pool full"),
        ("neurons_with_softmax", "conv pool full softmax"),
        ("neurons_without_pooling", "conv full"),
        ("neurons_without_pooling_with_softmax", "conv full softmax"),
        ("neurons_with_image", "image conv pool full"),
        ("neurons_with_softmax_with_image", "image conv pool full softmax"),
        ("neurons_without_pooling_with_image", "image conv full"),
        ("neurons_without_pooling_with_softmax_with_image", "image conv full softmax"),
        ("neurons_of_convolutions", "conv"),
    ],
)
def test_the_neurons_fill_the_activations(name: str, kinds: str) -> None:
    assert getattr(ref, name)() == sum(sum(activations()[kind]) for kind in kinds.split())


def test_without_padding_the_activations_shrink() -> None:
    found = activations(padding=0)
    assert ref.neurons_without_padding() == sum(sum(found[kind]) for kind in ("conv", "pool", "full"))


def edges(layer: object, before: object) -> tuple[int, int]:
    """All input connections of a small layer, enumerated one by one: with and without padded zeros."""
    height, width, channels = before.height, before.width, before.channels  # type: ignore[attr-defined]
    after = net.output_shape(layer, before)
    everything = inside = 0
    for i, j, _ in np.ndindex(after.height, after.width, after.channels):
        if isinstance(layer, net.Pooling):
            everything, inside = everything + layer.size**2, inside + layer.size**2
        elif isinstance(layer, net.Convolution):
            for p, q, _ in np.ndindex(layer.kernel, layer.kernel, channels):
                everything += 1
                inside += 0 <= i + p - layer.padding < height and 0 <= j + q - layer.padding < width
        else:
            everything, inside = everything + height * width * channels, inside + height * width * channels
    return everything, inside


SMALL = net.Network(
    net.Shape(6, 8, 2),
    (
        net.Convolution(3, 4, 1),
        net.Pooling(2),
        net.Convolution(3, 2, 1),
        net.FullyConnected(3),
        net.SoftMax(),
    ),
)


def test_the_connections_of_a_small_network_are_those_one_can_list() -> None:
    listed = [edges(layer, before) for layer, before, _ in net.with_shapes(SMALL)]
    assert net.connections_of_a_layer(SMALL, softmax=True) == tuple(count for count, _ in listed)
    assert net.connections_of_a_layer(SMALL, softmax=True, padded_zeros=False) == tuple(n for _, n in listed)


def test_the_connections_of_a_layer_are_those_of_its_neurons() -> None:
    neurons = [after.size for _, _, after in net.with_shapes(net.NETWORK)]
    for biases in (False, True):
        each = net.connections_of_a_neuron(net.NETWORK, biases=biases, softmax="all")
        together = net.connections_of_a_layer(net.NETWORK, biases=biases, softmax=True)
        assert together == tuple(a * b for a, b in zip(each, neurons, strict=True))


def test_the_fan_in_is_the_size_of_one_filter() -> None:
    filters = [int(np.prod(shape[1:])) for shape in weight_shapes()]
    assert list(ref.connections_without_pooling()) == filters
    assert list(ref.connections_without_pooling_with_bias()) == [size + 1 for size in filters]
    with_pooling = [*filters[:1], 4, *filters[1:2], 4, *filters[2:4], 4, *filters[4:]]
    assert list(ref.connections()) == with_pooling
    assert list(ref.connections_with_softmax()) == [*with_pooling, 100]
    assert list(ref.connections_with_own_softmax()) == [*with_pooling, 1]
    with_bias = [size if size == 4 else size + 1 for size in with_pooling]
    assert list(ref.connections_with_bias()) == with_bias
    assert list(ref.connections_with_bias_with_softmax()) == [*with_bias, 100]
    assert list(ref.connections_with_bias_with_own_softmax()) == [*with_bias, 1]


def test_the_totals_are_multiply_adds_of_the_activations() -> None:
    found = activations()
    order = [found["conv"][0], found["pool"][0], found["conv"][1], found["pool"][1], *found["conv"][2:]]
    order += [found["pool"][2], *found["full"]]
    fans = list(ref.connections())
    totals = [fan * unit for fan, unit in zip(fans, order, strict=True)]
    assert list(ref.layer_connections()) == totals
    assert list(ref.layer_connections_with_softmax()) == [*totals, 100 * 100]
    weighted = [k for k, fan in enumerate(fans) if fan != 4]
    assert list(ref.layer_connections_without_pooling()) == [totals[k] for k in weighted]
    assert list(ref.layer_connections_with_bias()) == [
        total + (order[k] if k in weighted else 0) for k, total in enumerate(totals)
    ]


def test_padded_zeros_are_counted_with_an_image_of_ones() -> None:
    """A window of ones on a zero-padded image sums to the number of real pixels it meets."""
    side, channels, real = 112, 3, []
    for position, maps in enumerate((64, 128, 256, 256), 1):
        windows = np.lib.stride_tricks.sliding_window_view(np.pad(np.ones((side, side), int), 1), (3, 3))
        real.append(int(windows.sum()) * channels * maps)
        side, channels = side // 2 if position != 3 else side, maps
    found = list(ref.layer_connections_inside())
    assert [found[k] for k in (0, 2, 4, 5)] == real
    assert [found[k] for k in (1, 3, 6, 7, 8)] == [ref.layer_connections()[k] for k in (1, 3, 6, 7, 8)]
    assert ref.layer_connections_inside_with_softmax() == (*found, 100 * 100)


def test_connections_of_the_wrong_ways_differ_from_the_right_ones() -> None:
    assert ref.connections_of_one_channel() == (
        9,
        4,
        9,
        4,
        9,
        9,
        4,
        ref.connections()[7],
        ref.connections()[8],
    )
    shrunk = activations(padding=0)
    first, second = ref.layer_connections_without_padding()[:2]
    assert (first, second) == (27 * shrunk["conv"][0], 4 * shrunk["pool"][0])


def test_layers_join_without_gaps() -> None:
    for (_, _, after), (_, before, _) in pairwise(net.with_shapes(net.NETWORK)):
        assert after == before
