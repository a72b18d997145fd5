"""Public examples of a function: inputs and results that all may see, tried in a student's own session."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

_REL_TOL: Final = 1e-6
_SHOWN: Final = 6


class Tried(NamedTuple):
    """How many examples came out right, and what the first of the others did."""

    right: int
    of: int
    first_wrong: str = ""


def tried(function: Callable[..., object], examples: Sequence[Mapping[str, Any]]) -> Tried:
    """Calls the function on every example, with arrays for lists of numbers.

    Whatever it raises is told, not raised.
    """
    wrong = [fault for index, one in enumerate(examples, 1) if (fault := _fault(function, one, index))]
    return Tried(len(examples) - len(wrong), len(examples), wrong[0] if wrong else "")


def _fault(function: Callable[..., object], example: Mapping[str, Any], index: int) -> str:
    arguments = [_given(one) for one in example["arguments"]]
    call = f"Example {index}, {function.__name__}({', '.join(map(_short, example['arguments']))})"
    try:
        returned = function(*arguments)
    except Exception as error:
        return f"{call} raises {type(error).__name__}: {error}"
    if returned is None:
        return f"{call} returns nothing; end it with `return`."
    got, expected = _plain(returned), example["result"]
    if _shape(got) != _shape(expected):
        return f"{call} returns {_form(got)}; {_form(expected)} is asked for."
    pairs = zip(_flat(got), _flat(expected), strict=True)
    if not all(_close(one, other) for one, other in pairs):
        return f"{call} gives {_short(got)}, expected {_short(expected)}."
    return ""


def _given(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    import numpy

    return numpy.array(value, dtype=float)


def _plain(value: object) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value


def _shape(value: Any) -> tuple[int, ...]:
    return (len(value), *(_shape(value[0]) if len(value) else ())) if isinstance(value, list | tuple) else ()


def _form(value: Any) -> str:
    shape = _shape(value)
    return f"an array of shape {shape}" if shape else f"a {type(value).__name__}"


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple):
        for one in value:
            yield from _flat(one)
    else:
        yield value


def _close(got: Any, expected: Any) -> bool:
    if isinstance(got, int | float) and isinstance(expected, int | float):
        return math.isclose(got, expected, rel_tol=_REL_TOL, abs_tol=_REL_TOL)
    return bool(type(got) is type(expected) and got == expected)


def _short(value: Any) -> str:
    if not isinstance(value, list | tuple):
        return f"{value:.6g}" if isinstance(value, float) else repr(value)[:40]
    shown = ", ".join(_short(one) for one in value[:_SHOWN])
    return f"[{shown}{', …' if len(value) > _SHOWN else ''}]"
