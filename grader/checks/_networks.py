"""Small networks run exactly: weights and biases as rationals, one activation, every input of a list."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any, cast

from grader.checks._stated import Numbers
from grader.errors import StudentError

_KINDS = 20

Vector = tuple[Fraction, ...]
Matrix = tuple[Vector, ...]
Number = int | Fraction
Function = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Layer:
    """`weights` has a row for each unit, `bias` a number for each."""

    weights: Matrix
    bias: Vector


Network = tuple[Layer, ...]


def step(z: Number) -> int:
    """1 above zero, else 0."""
    return int(z > 0)


def step_closed(z: Number) -> int:
    """1 from zero on, else 0."""
    return int(z >= 0)


def sign(z: Number) -> int:
    """1, 0 or -1."""
    return int(z > 0) - int(z < 0)


def relu(z: Number) -> Number:
    """The number itself above zero, else 0."""
    return z if z > 0 else 0


def identity(z: Number) -> Number:
    """The number itself."""
    return z


KNOWN: dict[str, Function] = {
    "step": step,
    "step closed": step_closed,
    "sign": sign,
    "relu": relu,
    "identity": identity,
}


def plain(function: Callable[..., object]) -> Function:
    """A function of a reference without its memory, which would keep every number it ever saw."""
    unwrapped: Function = inspect.unwrap(function)
    return unwrapped


def run(network: Network, activation: Function, last: Function, inputs: Sequence[int]) -> tuple[Number, ...]:
    """The outputs for one input; the last layer has an activation of its own."""
    values: Sequence[Number] = inputs
    for layer in network:
        function = last if layer is network[-1] else activation
        values = [
            function(sum((w * x for w, x in zip(row, values, strict=True) if w), bias))
            for row, bias in zip(layer.weights, layer.bias, strict=True)
        ]
    return tuple(values)


def run_all(
    network: Network, activation: Function, last: Function, inputs: Sequence[Sequence[int]]
) -> tuple[tuple[Number, ...], ...]:
    """The outputs for each input."""
    return tuple(run(network, activation, last, one) for one in inputs)


def smallest(inputs: Sequence[Sequence[int]], which: Sequence[int]) -> int:
    """Of some inputs, by their positions, the one that is easiest to check by hand."""

    def effort(at: int) -> tuple[int, list[tuple[int, bool]]]:
        return sum(map(abs, inputs[at])), [(abs(entry), entry < 0) for entry in inputs[at]]

    return min(which, key=effort)


def worst_share(outputs: Sequence[Any], expected: Sequence[Any]) -> Fraction:
    """The share of right outputs among the kind of output it is lowest for, so that a constant has none.

    Where there are more than a few kinds (numbers to compute), it is the share of all.
    """
    every, right = Counter(expected), Counter[Any]()
    for got, wanted in zip(outputs, expected, strict=True):
        right[wanted] += got == wanted
    if len(every) > _KINDS:
        return Fraction(sum(right.values()), len(expected))
    return min(Fraction(right[kind], count) for kind, count in every.items())


def whole(network: Network) -> Network:
    """The same network with integers for the weights that are whole: they are multiplied faster.

    >>> whole((Layer(((Fraction(2), Fraction(1, 2)),), (Fraction(0),)),))
    (Layer(weights=((2, Fraction(1, 2)),), bias=(0,)),)
    """

    def slim(value: Fraction) -> Any:
        return value.numerator if value.denominator == 1 else value

    return tuple(
        Layer(tuple(tuple(map(slim, row)) for row in layer.weights), tuple(map(slim, layer.bias)))
        for layer in network
    )


def size(network: Network) -> int:
    """The bits of the largest common denominator and numerator: what one multiplication costs."""
    entries = [value for layer in network for row in (*layer.weights, layer.bias) for value in row]
    below = lcm(*(value.denominator for value in entries))
    return below.bit_length() + max(abs(value.numerator).bit_length() for value in entries)


# --- from arrays to layers -------------------------------------------------------------------------


def numbers_of(value: object) -> Numbers:
    """A number, a list or a list of rows of a reference.

    Raises:
        TypeError, ValueError: it is none of these.
    """
    if not isinstance(value, list | tuple):
        return Numbers((), (Fraction(cast(Any, value)),), str(value))
    if value and isinstance(value[0], list | tuple):
        cells = tuple(Fraction(entry) for row in value for entry in row)
        return Numbers((len(value), len(value[0])), cells, str(value))
    return Numbers((len(value),), tuple(map(Fraction, value)), str(value))


def build_layer(
    shape: Sequence[str], names: tuple[str, str], weights: Numbers, bias: Numbers, sizes: dict[str, int]
) -> tuple[Layer, tuple[str, ...]]:
    """A layer of the declared shape `[units, inputs]` and remarks on it; `sizes` keeps those of its letters.

    Raises:
        StudentError: the arrays `names` do not fit, or are not exact.
    """
    values, offsets = weights.exact(), bias.exact()
    if values is None or offsets is None:
        raise StudentError(f"The entries of {names[0]} or {names[1]} are not exact numbers.", code="inexact")
    known = [int(size) if size.isdigit() else sizes.get(size) for size in shape]
    (rows, columns), values, notes = _oriented(weights.shape, values, known, names[0])
    if not _fits((rows, columns), known):
        given = " x ".join(map(str, weights.shape)) or "one number"
        raise StudentError(f"{names[0]} is {given}, not {' x '.join(shape)}.", code="shape")
    for letter, length in zip(shape, (rows, columns), strict=True):
        sizes.setdefault(letter, length)
    if bias.shape == () and rows > 1:
        offsets = offsets * rows
        notes = (*notes, f"{names[1]} is one number, taken for every unit.")
    if len(offsets) != rows:
        raise StudentError(f"{names[1]} has {len(offsets)} entries for {rows} units.", code="shape")
    grid = tuple(values[start : start + columns] for start in range(0, len(values), columns))
    return Layer(grid, offsets), notes


def _oriented(
    shape: Sequence[int], values: Vector, known: Sequence[int | None], name: str
) -> tuple[tuple[int, int], Vector, tuple[str, ...]]:
    """The shape with a row for each unit, and the values in that order."""
    if len(shape) < 2 or 1 in shape:
        # One unit, or units with one input: the layout of a list does not matter.
        rows = 1 if known[0] == 1 or (known[0] is None and known[1] == len(values)) else len(values)
        return (rows, len(values) // rows), values, ()
    rows, columns = shape
    if _fits((rows, columns), known) or not _fits((columns, rows), known):
        return (rows, columns), values, ()
    turned = tuple(values[row * columns + column] for column in range(columns) for row in range(rows))
    return (columns, rows), turned, (f"{name} has a column for each unit; it was transposed.",)


def _fits(shape: Sequence[int], known: Sequence[int | None]) -> bool:
    return all(size is None or length == size for length, size in zip(shape, known, strict=True))
