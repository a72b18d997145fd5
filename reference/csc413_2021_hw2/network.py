"""A convolutional network from its description: shapes, parameters, units, connections."""

from dataclasses import dataclass
from typing import Literal


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
