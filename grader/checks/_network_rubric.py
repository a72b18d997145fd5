"""What a rubric says of a network: its layers, activation and inputs, what it has to do, known mistakes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, Literal, cast

from grader.checks import OptionError, Setting
from grader.checks._common import CheckOptions, Credit, Formula, reference_value
from grader.checks._networks import (
    KNOWN,
    Function,
    Network,
    build_layer,
    numbers_of,
    plain,
    run,
    run_all,
    whole,
)
from grader.errors import StudentError
from grader.options import Size, suggest

_MOST_INPUTS = 20_000

Names = Annotated[tuple[str, ...], Size(1)]


class LayerOptions(CheckOptions):
    """How the weights and the bias of a layer are called, and the shape `[units, inputs]` of the weights.

    A letter in the shape is a size that the author of the network chooses.
    """

    weights: Names
    bias: Names
    shape: Annotated[tuple[str, ...], Size(2, 2)]


class Convention(CheckOptions):
    """Another activation that is accepted, and its name in the report; `words` choose it where they stand."""

    use: str
    as_: str
    words: tuple[str, ...] = ()


class NetworkMistake(CheckOptions):
    """A network that is often written instead, its credit, and what is said of it."""

    is_: Formula
    only_where: str = ""
    credit: Credit
    say: str


class Options(CheckOptions):
    """The layers, their `activation`, that of the `output` if another, and what the network has to do."""

    layers: Annotated[tuple[LayerOptions, ...], Size(1, 6)]
    activation: str
    output: str = ""
    conventions: tuple[Convention, ...] = ()
    inputs: Formula
    expected: Formula
    example: Formula
    mistakes: tuple[NetworkMistake, ...] = ()
    credit: Literal["all or nothing", "by share"] = "all or nothing"


@dataclass(frozen=True, slots=True)
class Activation:
    """The functions of the hidden units and of the last ones, and the name of the convention."""

    hidden: Function
    last: Function
    name: str = ""
    words: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Slip:
    """A known wrong network, where alone it may be wrong, and what is said of it."""

    network: Network
    only_where: Function | None
    credit: Fraction
    say: str


@dataclass(frozen=True, slots=True)
class Prepared:
    layers: tuple[LayerOptions, ...]
    activations: tuple[Activation, ...]
    inputs: tuple[tuple[int, ...], ...]
    expected: tuple[Any, ...]
    example: Network
    slips: tuple[Slip, ...]
    by_share: bool


def prepare(options: Options, setting: Setting) -> Prepared:
    """The inputs with what is expected for each, and what the known wrong networks say.

    Raises:
        OptionError: a function that is not there or fails, weights that do not fit, a wrong example.
    """
    last = options.output or options.activation
    activations = [
        Activation(
            _function(options.activation, setting, ("activation",)), _function(last, setting, ("output",))
        )
    ]
    for index, other in enumerate(options.conventions):
        function = _function(other.use, setting, ("conventions", index, "use"))
        words = re.compile("|".join(map(re.escape, other.words)), re.IGNORECASE) if other.words else None
        ends = _function(options.output, setting, ("output",)) if options.output else function
        activations.append(Activation(function, ends, other.as_, words))
    inputs = _inputs(reference_value(_name(options.inputs, "inputs"), setting, ("inputs",)))
    judge_one = _function(options.expected, setting, ("expected",))
    try:
        expected = tuple(_outputs(judge_one(one)) for one in inputs)
    except Exception as error:  # a reference is course code: whatever it raises is a fault of this option
        fault = f"{options.expected!r}, which fails with {type(error).__name__}: {error}"
        raise OptionError(("expected",), fault, "a function of one input") from error
    example = _weights(options, options.example, setting, ("example",))
    if not behaves(example, activations[0], inputs, expected):
        raise OptionError(("example",), repr(options.example), "weights that do what `expected` says")
    slips = []
    for index, mistake in enumerate(options.mistakes):
        network = _weights(options, mistake.is_, setting, ("mistakes", index, "is"))
        if behaves(network, activations[0], inputs, expected):
            raise OptionError(
                ("mistakes", index, "is"), repr(mistake.is_), "a network that is wrong somewhere"
            )
        where = None
        if mistake.only_where:
            where = _function(mistake.only_where, setting, ("mistakes", index, "only_where"))
        slips.append(Slip(network, where, mistake.credit, mistake.say))
    share = options.credit == "by share"
    return Prepared(options.layers, tuple(activations), inputs, expected, example, tuple(slips), share)


def _name(text: str, key: str) -> str:
    if not text.strip().startswith("ref."):
        raise OptionError((key,), repr(text), "ref. and the name of a function of the reference")
    return text.strip()[4:]


def _function(text: str, setting: Setting, path: tuple[str | int, ...]) -> Function:
    """A known activation, or a function of the reference, which has a default for its one argument."""
    if text.strip() in KNOWN:
        return KNOWN[text.strip()]
    if not text.strip().startswith("ref."):
        raise OptionError(path, repr(text), suggest(text, (*KNOWN, "ref.<name>")))
    reference_value(text.strip()[4:], setting, path)  # says what is wrong with it, if anything is
    return plain(setting.reference[text.strip()[4:]])


def _inputs(value: object) -> tuple[tuple[int, ...], ...]:
    try:
        inputs = tuple(tuple(int(entry) for entry in one) for one in cast("Sequence[Sequence[int]]", value))
    except (TypeError, ValueError) as error:
        raise OptionError(("inputs",), type(value).__name__, "a list of lists of integers") from error
    if not 0 < len(inputs) <= _MOST_INPUTS:
        raise OptionError(("inputs",), f"{len(inputs)} inputs", f"1 to {_MOST_INPUTS}")
    return tuple(dict.fromkeys(inputs))


def _outputs(value: object) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _weights(options: Options, text: str, setting: Setting, path: tuple[str | int, ...]) -> Network:
    """The network of a reference: a list of weights and bias in turn."""
    value = reference_value(_name(text, str(path[-1])), setting, path)
    pieces = list(value) if isinstance(value, list | tuple) else []
    if len(pieces) != 2 * len(options.layers):
        meant = f"{2 * len(options.layers)} arrays: weights and bias of each layer in turn"
        raise OptionError(path, f"{len(pieces)} arrays", meant)
    sizes: dict[str, int] = {}
    layers = []
    for k, layer in enumerate(options.layers):
        try:
            weights, bias = numbers_of(pieces[2 * k]), numbers_of(pieces[2 * k + 1])
            built, _ = build_layer(layer.shape, (layer.weights[0], layer.bias[0]), weights, bias, sizes)
        except (StudentError, TypeError, ValueError) as error:
            raise OptionError(path, str(error), f"weights of the shape {' x '.join(layer.shape)}") from error
        layers.append(built)
    return whole(tuple(layers))


def run_with(
    network: Network, activation: Activation, inputs: Sequence[Sequence[int]]
) -> tuple[tuple[Any, ...], ...]:
    """The outputs of a network for each input with the functions of an activation."""
    return run_all(network, activation.hidden, activation.last, inputs)


def behaves(
    network: Network, activation: Activation, inputs: Sequence[Sequence[int]], outputs: Sequence[Any]
) -> bool:
    """Whether a network gives the outputs for all inputs; most that do not, fail among the first."""
    return all(
        run(network, activation.hidden, activation.last, one) == wanted
        for one, wanted in zip(inputs, outputs, strict=True)
    )
