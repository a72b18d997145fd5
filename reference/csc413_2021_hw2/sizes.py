"""The sizes of the drawn network under every convention the rubric accepts, and with each known slip."""

from dataclasses import replace

from .network import (
    NETWORK,
    Convolution,
    FullyConnected,
    Network,
    Pooling,
    SoftMax,
    connections_of_a_layer,
    connections_of_a_neuron,
    count_neurons,
    count_parameters,
    inputs_of_a_neuron,
    with_shapes,
)


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
