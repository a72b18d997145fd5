"""The value of a rubric's formulas in floating point, to hold them against differences and simulations.

A second evaluation beside the grader's own: NumPy arrays, columns as matrices of one column.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.maths.names import Symbols
from grader.maths.notation import read
from grader.maths.tree import Node
from grader.maths.values.shapes import infer
from grader.rubric import Rubric, load

Array = NDArray[np.float64]
RUBRICS = Path(__file__).resolve().parent.parent / "rubrics"


def rubric(name: str) -> Rubric:
    return load(RUBRICS / f"{name}.yaml")


def expected(rubric: Rubric, part: str) -> list[str]:
    """The accepted formulas of a part, as its rubric writes them."""
    options = next(one.options for one in rubric.parts if one.id == part)
    return [accepted.expected for _, accepted in options.conventions()]


def mistakes(rubric: Rubric, part: str) -> list[str]:
    """The formulas of the declared mistakes of a part."""
    options = next(one.options for one in rubric.parts if one.id == part)
    return [mistake.is_ for mistake in options.mistakes]


def value(rubric: Rubric, part: str, formula: str, names: Mapping[str, Any]) -> Array:
    """The value of a formula of a part; vectors are given and come back as flat arrays.

    Raises:
        ShapeError: it does not conform.
    """
    symbols = next(one.symbols for one in rubric.parts if one.id == part)
    columns = {name: _column(given) for name, given in names.items()}
    settled, _ = infer(read(formula, symbols, "plain"), symbols)
    found = _value(settled, symbols, columns)
    return np.asarray(found).reshape(-1) if 1 in np.shape(found) else np.asarray(found)


def _column(given: Any) -> Array:
    array = np.asarray(given, dtype=float)
    return array.reshape(-1, 1) if array.ndim == 1 else array


def _value(node: Node, symbols: Symbols, names: Mapping[str, Array]) -> Array:
    if node.op == "fold":
        assert isinstance(node.value, tuple)
        body, *ends = node.args
        first, last = (int(_value(end, symbols, names)) for end in ends)
        terms = [_value(body, symbols, {**names, node.value[1]: np.array(k)}) for k in range(first, last + 1)]
        return np.asarray(sum(terms[1:], terms[0]))
    values = [_value(argument, symbols, names) for argument in node.args]
    if node.op == "symbol":
        name = str(node.value)
        if name in names:
            return names[name]
        definition = symbols.table[name].definition
        assert definition is not None, f"no value for {name}"
        return _value(definition, symbols, names)
    if node.op == "number":
        assert isinstance(node.value, Fraction)
        return np.array(float(node.value))
    if node.op == "identity":
        return np.eye(node.value if isinstance(node.value, int) else int(names[str(node.value)]))
    if node.op == "sum":
        return np.asarray(sum(values[1:], values[0]))
    if node.op == "negate":
        return -values[0]
    if node.op == "product":
        total = values[0]
        for factor in values[1:]:
            total = times(total, factor)
        return total
    if node.op == "hadamard":
        return values[0] * values[1]
    if node.op == "divide":
        return values[0] / values[1]
    if node.op == "power":
        whole = values[0].ndim == 2 and values[0].shape[0] > 1
        return np.linalg.matrix_power(values[0], int(values[1])) if whole else values[0] ** values[1]
    if node.op == "transpose":
        return values[0].T
    if node.op == "entry":
        array, *indices = values
        return np.asarray(array[tuple(int(index) - 1 for index in indices)]).reshape(())
    if node.op == "list":
        return np.array(values).reshape(-1, 1)
    if node.op == "broadcast":
        return values[0]
    assert node.op == "call", f"{node.op} is not worked out here"
    assert isinstance(node.value, tuple)
    return _called(str(node.value[0]), int(node.value[1]), values, symbols)


def times(left: Array, right: Array) -> Array:
    """The ordinary product: of numbers, of a number and an array, or of two matrices."""
    if left.ndim == 0 or right.ndim == 0:
        return left * right
    product = left @ right
    return product.reshape(()) if product.shape == (1, 1) else product


def _called(name: str, primes: int, values: list[Array], symbols: Symbols) -> Array:
    declared = symbols.table.get(name)
    name = declared.meaning if declared is not None and declared.meaning else name
    first = values[0]
    if name == "logistic":
        h = 1 / (1 + np.exp(-first))
        return np.asarray(h * (1 - h) if primes else h)
    if name == "relu":
        return np.asarray((first > 0) * 1.0 if primes else np.maximum(first, 0))
    assert primes == 0, name
    if name == "softmax":
        weights = np.exp(first - first.max())
        return np.asarray(weights / weights.sum())
    if name == "diag":
        return np.diag(first.reshape(-1))
    if name == "norm":
        return np.asarray(np.linalg.norm(first))
    if name == "total":
        return np.asarray(first.sum())
    functions: dict[str, Callable[[Array], Any]] = {
        "inv": np.linalg.inv,
        "pinv": np.linalg.pinv,
        "sqrt": np.sqrt,
        "exp": np.exp,
    }
    return np.asarray(functions[name](first))
