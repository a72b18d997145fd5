"""Answers of homework 2 (2021): optimizers, the best learning rate, a convolution and the size of a network.

Every value is computed from the data of the problem. A wrong but common way is the same computation with
one thing changed (no biases, no padding, ...), so that the rubric can name the slip behind a number.
"""

# Annotations are not postponed here: dataclasses of a module loaded from a path resolve strings badly.
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import sqrt
from typing import Literal

# The data of the sheet.

IMAGE = ((0, 1, 1, 0, 0), (0, 1, 1, 1, 0), (1, 1, 1, 1, 0), (0, 1, 1, 1, 0), (0, 0, 1, 0, 0))
FILTER = ((0, -1, 0), (-1, 4, -1), (0, -1, 0))

EXAMPLE = ((1, 2), 3)  # one input x and its label; the entries differ, so that AdaGrad leaves the line of x
SYMMETRIC_EXAMPLE = ((1, 1), 3)  # the data as the sheet prints it: both optimizers end at the same point
EARLIER_EXAMPLE = ((2, 1), 2)  # the example of the homework before

Matrix = tuple[tuple[int, ...], ...]


# AdaGrad on one example in the plane: loss (x'w - t)^2, gradient 2 (x'w - t) x, w_0 = 0.


def adagrad(
    x: Sequence[int], t: int, *, rate: float = 0.4, epsilon: float = 1e-10, steps: int | None = None
) -> tuple[float, ...]:
    """The point AdaGrad reaches from zero, of the shape of x; `steps` None iterates until nothing changes.

    Per coordinate: G += g^2, then w -= rate / (sqrt(G) + epsilon) * g, as the sheet states the rule.

    Raises:
        ArithmeticError: no convergence within 100,000 steps.
    """
    w, accumulated = [0.0] * len(x), [0.0] * len(x)
    for _ in range(100_000 if steps is None else steps):
        residual = sum(a * b for a, b in zip(x, w, strict=True)) - t
        if steps is None and abs(residual) < 1e-13 * (1 + abs(t)):
            return tuple(w)
        gradient = [2 * residual * entry for entry in x]
        accumulated = [total + g * g for total, g in zip(accumulated, gradient, strict=True)]
        w = [
            value - rate / (sqrt(total) + epsilon) * g
            for value, total, g in zip(w, accumulated, gradient, strict=True)
        ]
    if steps is None:
        raise ArithmeticError(f"AdaGrad has not converged on x = {tuple(x)}, t = {t} with rate {rate}")
    return tuple(w)


def minimum_norm(x: Sequence[int], t: int) -> tuple[Fraction, ...]:
    """The shortest w with x'w = t: the projection of zero, x t / (x'x)."""
    return tuple(Fraction(entry * t, sum(e * e for e in x)) for entry in x)


def adagrad_limit() -> tuple[float, ...]:
    """Where AdaGrad ends on x = (1, 2), t = 3."""
    return adagrad(*EXAMPLE)


def adagrad_limit_of_the_earlier_example() -> tuple[float, ...]:
    """Where AdaGrad ends on the data of the homework before, x = (2, 1), t = 2."""
    return adagrad(*EARLIER_EXAMPLE)


def adagrad_limit_of_the_symmetric_example() -> tuple[float, ...]:
    """Where AdaGrad ends on x = (1, 1), t = 3: the minimum-norm point, so no counterexample."""
    return adagrad(*SYMMETRIC_EXAMPLE)


def adagrad_first_step() -> tuple[float, ...]:
    """One step of AdaGrad on x = (1, 2), t = 3 with rate 0.01 and epsilon 0.1."""
    return adagrad(*EXAMPLE, rate=0.01, epsilon=0.1, steps=1)


def minimum_norm_point() -> tuple[Fraction, ...]:
    """The minimum-norm solution of x = (1, 2), t = 3, which AdaGrad misses."""
    return minimum_norm(*EXAMPLE)


# Gradient descent on one example, exactly: the loss after some steps as a function of the rate.


def gradient_descent(
    x: Sequence[int], t: int, rate: Fraction, *, steps: int, factor: int = 2
) -> tuple[Fraction, ...]:
    """The weights after `steps` steps from zero on the loss (x'w - t)^2, whose gradient is 2 (x'w - t) x."""
    w = (Fraction(0),) * len(x)
    for _ in range(steps):
        residual = _residual(x, t, w)
        w = tuple(value - rate * factor * residual * entry for value, entry in zip(w, x, strict=True))
    return w


def _residual(x: Sequence[int], t: int, w: Sequence[Fraction]) -> Fraction:
    return sum((entry * value for entry, value in zip(x, w, strict=True)), Fraction(-t))


def best_rate_of_one_step(x: Sequence[int], t: int, *, factor: int = 2) -> Fraction:
    """The rate that makes the loss after one step least.

    That loss is a parabola in the rate, so its values at 0, 1 and 2 give the vertex.
    """

    def loss(rate: int) -> Fraction:
        return _residual(x, t, gradient_descent(x, t, Fraction(rate), steps=1, factor=factor)) ** 2

    second = loss(0) - 2 * loss(1) + loss(2)
    slope = loss(1) - loss(0) - second / 2
    return -slope / second


def best_rate() -> Fraction:
    """The best rate of one step on X = [1 1], t = 3."""
    return best_rate_of_one_step(*SYMMETRIC_EXAMPLE)


def best_rate_without_the_two() -> Fraction:
    """The same when the gradient of the square lost its factor 2."""
    return best_rate_of_one_step(*SYMMETRIC_EXAMPLE, factor=1)


def best_first_weights() -> tuple[Fraction, ...]:
    """The weights after one step from zero with the best rate, on X = [1 1], t = 3."""
    return gradient_descent(*SYMMETRIC_EXAMPLE, best_rate(), steps=1)


def best_rate_of_many_steps() -> Fraction:
    """The best rate for any number of steps on X = [1 1], t = 3.

    The residual of one step is affine in the rate; where it vanishes it stays zero, and no loss is smaller.

    Raises:
        ArithmeticError: the loss does not vanish there after several steps.
    """
    x, t = SYMMETRIC_EXAMPLE
    before, after = (_residual(x, t, gradient_descent(x, t, Fraction(rate), steps=1)) for rate in (0, 1))
    rate = before / (before - after)
    for steps in (1, 2, 5):
        if _residual(x, t, gradient_descent(x, t, rate, steps=steps)) != 0:
            raise ArithmeticError(f"the loss after {steps} steps with rate {rate} is not zero")
    return rate


# The convolution of image and filter.


def convolve(
    image: Sequence[Sequence[int]],
    kernel: Sequence[Sequence[int]],
    *,
    padding: int,
    border: Literal["zero", "replicate"] = "zero",
) -> Matrix:
    """The convolution (the kernel is flipped) of an image with `padding` more rows and columns on every side.

    (I * J)[i, j] = sum over p, q of I[i - p, j - q] J[p, q]; an m x n image and a k x k kernel give
    (m + 2 padding - k + 1) x (n + 2 padding - k + 1). Outside the image stand zeros or the nearest pixel.
    """
    rows, columns = len(image), len(image[0])
    height, width = len(kernel), len(kernel[0])

    def pixel(i: int, j: int) -> int:
        if border == "replicate":
            return image[min(max(i, 0), rows - 1)][min(max(j, 0), columns - 1)]
        return image[i][j] if 0 <= i < rows and 0 <= j < columns else 0

    return tuple(
        tuple(
            sum(
                kernel[height - 1 - p][width - 1 - q] * pixel(i + p - padding, j + q - padding)
                for p in range(height)
                for q in range(width)
            )
            for j in range(columns + 2 * padding - width + 1)
        )
        for i in range(rows + 2 * padding - height + 1)
    )


def conv_output() -> Matrix:
    """Image * filter with one ring of zeros, 5 x 5."""
    return convolve(IMAGE, FILTER, padding=1)


def conv_output_valid() -> Matrix:
    """Without padding, 3 x 3."""
    return convolve(IMAGE, FILTER, padding=0)


def conv_output_full() -> Matrix:
    """With two rings of zeros, 7 x 7: every place where the filter touches the image."""
    return convolve(IMAGE, FILTER, padding=2)


def conv_output_replicate() -> Matrix:
    """With the border pixels repeated outward instead of zeros, 5 x 5."""
    return convolve(IMAGE, FILTER, padding=1, border="replicate")


def conv_output_negated() -> Matrix:
    """With the filter's sign reversed, 5 x 5."""
    return convolve(IMAGE, tuple(tuple(-entry for entry in row) for row in FILTER), padding=1)


# The size of a network, from its description.


@dataclass(frozen=True, slots=True)
class Convolution:
    """A square kernel of stride 1 that makes `channels` maps; every neuron has a bias."""

    kernel: int
    channels: int
    padding: int


@dataclass(frozen=True, slots=True)
class Pooling:
    """The maximum over squares of side `size` that do not overlap; a rest at the border is dropped."""

    size: int


@dataclass(frozen=True, slots=True)
class FullyConnected:
    """`units` neurons that each see everything before them, and a bias."""

    units: int


@dataclass(frozen=True, slots=True)
class SoftMax:
    """As many units as came in, without parameters."""


Layer = Convolution | Pooling | FullyConnected | SoftMax


@dataclass(frozen=True, slots=True)
class Shape:
    """Height, width and channels of an image or of a layer's output; a plain vector is 1 x 1 x length."""

    height: int
    width: int
    channels: int

    @property
    def size(self) -> int:
        return self.height * self.width * self.channels


@dataclass(frozen=True, slots=True)
class Network:
    """An image and the layers it runs through, in order."""

    image: Shape
    layers: tuple[Layer, ...]


NETWORK = Network(
    image=Shape(112, 112, 3),
    layers=(
        Convolution(kernel=3, channels=64, padding=1),
        Pooling(2),
        Convolution(kernel=3, channels=128, padding=1),
        Pooling(2),
        Convolution(kernel=3, channels=256, padding=1),
        Convolution(kernel=3, channels=256, padding=1),
        Pooling(2),
        FullyConnected(1024),
        FullyConnected(100),
        SoftMax(),
    ),
)


def output_shape(layer: Layer, before: Shape) -> Shape:
    """The shape a layer makes of the shape before it."""
    match layer:
        case Convolution(kernel=kernel, channels=channels, padding=padding):
            grown = 2 * padding - kernel + 1
            return Shape(before.height + grown, before.width + grown, channels)
        case Pooling(size=size):
            return Shape(before.height // size, before.width // size, before.channels)
        case FullyConnected(units=units):
            return Shape(1, 1, units)
        case SoftMax():
            return before


def with_shapes(network: Network) -> tuple[tuple[Layer, Shape, Shape], ...]:
    """Every layer with the shape before and after it."""
    rows, before = [], network.image
    for layer in network.layers:
        after = output_shape(layer, before)
        rows.append((layer, before, after))
        before = after
    return tuple(rows)


def count_parameters(network: Network, *, biases: bool = True) -> int:
    """Weights and biases: k k c_in c_out + c_out of a convolution, inputs x units + units of a full layer."""
    total = 0
    for layer, before, after in with_shapes(network):
        if isinstance(layer, Convolution | FullyConnected):
            total += inputs_of_a_neuron(layer, before) * after.channels
            total += after.channels if biases else 0
    return total


def inputs_of_a_neuron(layer: Layer, before: Shape) -> int:
    """How many values a neuron of a layer reads, its bias not counted; a pooling unit reads one channel."""
    match layer:
        case Convolution(kernel=kernel):
            return kernel * kernel * before.channels
        case Pooling(size=size):
            return size * size
        case FullyConnected() | SoftMax():
            return before.size


def count_neurons(
    network: Network, *, kinds: tuple[type, ...] = (Convolution, Pooling, FullyConnected), image: bool = False
) -> int:
    """The units of all layers of the given kinds, and of the image if it counts as a layer."""
    units = sum(after.size for layer, _, after in with_shapes(network) if isinstance(layer, kinds))
    return units + (network.image.size if image else 0)


def connections_of_a_neuron(
    network: Network,
    *,
    biases: bool = False,
    softmax: Literal["none", "all", "own"] = "none",
    pooling: bool = True,
) -> tuple[int, ...]:
    """Input connections of one neuron, layer by layer.

    A soft-max unit may be left out, read all its inputs (the normalisation needs them), or only its own.
    """
    counts = []
    for layer, before, _ in with_shapes(network):
        if isinstance(layer, SoftMax):
            counts += {"none": [], "all": [before.size], "own": [1]}[softmax]
        elif pooling or not isinstance(layer, Pooling):
            bias = biases and isinstance(layer, Convolution | FullyConnected)
            counts.append(inputs_of_a_neuron(layer, before) + bias)
    return tuple(counts)


def connections_of_a_layer(
    network: Network,
    *,
    biases: bool = False,
    softmax: bool = False,
    pooling: bool = True,
    padded_zeros: bool = True,
) -> tuple[int, ...]:
    """Input connections of all neurons of a layer together, layer by layer.

    Without `padded_zeros` the connections that reach outside the image are not counted.
    """
    counts = []
    for layer, before, after in with_shapes(network):
        if isinstance(layer, SoftMax) and not softmax:
            continue
        if isinstance(layer, Pooling) and not pooling:
            continue
        count = inputs_of_a_neuron(layer, before) * after.size
        if isinstance(layer, Convolution) and not padded_zeros:
            count = (
                _taps_inside(layer, before.height)
                * _taps_inside(layer, before.width)
                * before.channels
                * after.channels
            )
        if biases and isinstance(layer, Convolution | FullyConnected):
            count += after.size
        counts.append(count)
    return tuple(counts)


def _taps_inside(layer: Convolution, length: int) -> int:
    """Along one axis: the pairs of an output position and a kernel entry that meet a real pixel."""
    positions = range(length + 2 * layer.padding - layer.kernel + 1)
    return sum(0 <= i + p - layer.padding < length for i in positions for p in range(layer.kernel))


def _without_padding() -> Network:
    layers = (
        replace(layer, padding=0) if isinstance(layer, Convolution) else layer for layer in NETWORK.layers
    )
    return replace(NETWORK, layers=tuple(layers))


def parameters() -> int:
    """Weights and biases of the drawn network."""
    return count_parameters(NETWORK)


def parameters_without_biases() -> int:
    """The weights alone."""
    return count_parameters(NETWORK, biases=False)


def parameters_without_last_pooling() -> int:
    """The first full layer fed with the 28 x 28 maps that stand before the last pooling."""
    last = max(i for i, layer in enumerate(NETWORK.layers) if isinstance(layer, Pooling))
    layers = NETWORK.layers[:last] + NETWORK.layers[last + 1 :]
    return count_parameters(replace(NETWORK, layers=layers))


def parameters_of_one_channel() -> int:
    """The first convolution fed with a grey image."""
    return count_parameters(replace(NETWORK, image=replace(NETWORK.image, channels=1)))


def parameters_without_padding() -> int:
    """Convolutions that shrink the maps: 112, 110, 55, 53, 26, 24, 22, 11."""
    return count_parameters(_without_padding())


def neurons() -> int:
    """Convolution, pooling and fully connected units."""
    return count_neurons(NETWORK)


def neurons_with_softmax() -> int:
    """The soft-max units counted too."""
    return count_neurons(NETWORK, kinds=(Convolution, Pooling, FullyConnected, SoftMax))


def neurons_without_pooling() -> int:
    """Only units with weights."""
    return count_neurons(NETWORK, kinds=(Convolution, FullyConnected))


def neurons_without_pooling_with_softmax() -> int:
    """Units with weights, and the soft-max."""
    return count_neurons(NETWORK, kinds=(Convolution, FullyConnected, SoftMax))


def neurons_with_image() -> int:
    """As `neurons`, and one for every value of the image."""
    return count_neurons(NETWORK, image=True)


def neurons_with_softmax_with_image() -> int:
    """As `neurons_with_softmax`, and one for every value of the image."""
    return count_neurons(NETWORK, kinds=(Convolution, Pooling, FullyConnected, SoftMax), image=True)


def neurons_without_pooling_with_image() -> int:
    """As `neurons_without_pooling`, and one for every value of the image."""
    return count_neurons(NETWORK, kinds=(Convolution, FullyConnected), image=True)


def neurons_without_pooling_with_softmax_with_image() -> int:
    """As `neurons_without_pooling_with_softmax`, and one for every value of the image."""
    return count_neurons(NETWORK, kinds=(Convolution, FullyConnected, SoftMax), image=True)


def neurons_of_convolutions() -> int:
    """The convolutions alone."""
    return count_neurons(NETWORK, kinds=(Convolution,))


def neurons_without_padding() -> int:
    """Convolution, pooling and fully connected units when the convolutions shrink the maps."""
    return count_neurons(_without_padding())


def connections() -> tuple[int, ...]:
    """Of one neuron in each of the nine layers."""
    return connections_of_a_neuron(NETWORK)


def connections_with_softmax() -> tuple[int, ...]:
    """And of a soft-max unit, which reads all scores."""
    return connections_of_a_neuron(NETWORK, softmax="all")


def connections_with_own_softmax() -> tuple[int, ...]:
    """And of a soft-max unit, seen as reading its own score."""
    return connections_of_a_neuron(NETWORK, softmax="own")


def connections_with_bias() -> tuple[int, ...]:
    """The bias counted as an input."""
    return connections_of_a_neuron(NETWORK, biases=True)


def connections_with_bias_with_softmax() -> tuple[int, ...]:
    """The bias counted, and a soft-max unit that reads all scores."""
    return connections_of_a_neuron(NETWORK, biases=True, softmax="all")


def connections_with_bias_with_own_softmax() -> tuple[int, ...]:
    """The bias counted, and a soft-max unit that reads its own score."""
    return connections_of_a_neuron(NETWORK, biases=True, softmax="own")


def connections_without_pooling() -> tuple[int, ...]:
    """Of one neuron in each of the six layers with weights."""
    return connections_of_a_neuron(NETWORK, pooling=False)


def connections_without_pooling_with_bias() -> tuple[int, ...]:
    """The same with the bias counted as an input."""
    return connections_of_a_neuron(NETWORK, pooling=False, biases=True)


def layer_connections() -> tuple[int, ...]:
    """Of all neurons of each of the nine layers together."""
    return connections_of_a_layer(NETWORK)


def layer_connections_with_softmax() -> tuple[int, ...]:
    """And of the soft-max, each unit reading all scores."""
    return connections_of_a_layer(NETWORK, softmax=True)


def layer_connections_with_bias() -> tuple[int, ...]:
    """The totals with one more connection per neuron for its bias."""
    return connections_of_a_layer(NETWORK, biases=True)


def layer_connections_without_pooling() -> tuple[int, ...]:
    """The totals of the six layers with weights."""
    return connections_of_a_layer(NETWORK, pooling=False)


def layer_connections_inside() -> tuple[int, ...]:
    """The totals without the connections to padded zeros."""
    return connections_of_a_layer(NETWORK, padded_zeros=False)


def layer_connections_inside_with_softmax() -> tuple[int, ...]:
    """The same, and the soft-max."""
    return connections_of_a_layer(NETWORK, padded_zeros=False, softmax=True)


def layer_connections_without_padding() -> tuple[int, ...]:
    """The totals when the convolutions shrink the maps."""
    return connections_of_a_layer(_without_padding())


def connections_of_one_channel() -> tuple[int, ...]:
    """Of one neuron when every convolution is taken to read a single channel."""
    return tuple(
        layer.kernel**2 if isinstance(layer, Convolution) else inputs_of_a_neuron(layer, before)
        for layer, before, _ in with_shapes(NETWORK)
        if not isinstance(layer, SoftMax)
    )
