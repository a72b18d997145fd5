"""What student code and references return, as numbers of a shape, so that they can be compared."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from grader.maths.values.tolerance import GOOD, Rule, agree
from grader.sandbox.codec import Array, Opaque, array
from grader.sandbox.jobs import Value

Entry: TypeAlias = "tuple[Fraction, Fraction] | str | None"
"""The real and the imaginary part of a number; None is one that is not finite."""

MOST_ENTRIES = 20_000


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers, or texts, by rows; a single one has the shape ()."""

    shape: tuple[int, ...]
    entries: tuple[Entry, ...]

    @property
    def size(self) -> tuple[int, ...]:
        """The shape without dimensions of length 1."""
        return tuple(length for length in self.shape if length != 1)


def numbers(value: Value) -> Numbers | None:
    """What a value holds; None where it is nothing, or not made of numbers or texts in a regular shape."""
    if value is None or isinstance(value, Opaque | dict):
        return None
    if isinstance(value, Array):
        if math.prod(value.shape) > MOST_ENTRIES:
            return Numbers(value.shape, ())  # a shape that nothing expected has
        return Numbers(value.shape, tuple(map(_entry, value.entries())))
    if hasattr(value, "tolist"):  # a reference's own arrays; what student code returns never has this
        value = value.tolist()
    if isinstance(value, list | tuple):
        if len(value) > MOST_ENTRIES:
            return None
        inner = [numbers(entry) for entry in value]
        shapes = {one.shape for one in inner if one is not None}
        if not inner:
            return Numbers((0,), ())
        if None in inner or len(shapes) != 1:
            return None
        (shape,) = shapes
        return Numbers(
            (len(inner), *shape), tuple(entry for one in inner if one is not None for entry in one.entries)
        )
    if isinstance(value, bool | int | float | complex | Fraction | str):
        return Numbers((), (_entry(value),))
    return None


def _entry(value: Any) -> Entry:
    if isinstance(value, str):
        return value
    if isinstance(value, complex):
        if not (math.isfinite(value.real) and math.isfinite(value.imag)):
            return None
        return Fraction(value.real), Fraction(value.imag)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return Fraction(value), Fraction(0)


def is_exact(value: object) -> bool:
    """Whether a reference gives no binary floats."""
    if hasattr(value, "dtype"):
        return getattr(value.dtype, "kind", "f") in "biu"
    if isinstance(value, list | tuple):
        return all(map(is_exact, value))
    return not isinstance(value, float | complex)


def same(got: Numbers | None, expected: Numbers | None, rule: Rule, *, any_layout: bool = True) -> bool:
    """Whether every entry agrees, the shapes first; a dimension of length 1 more or less may not matter."""
    if got is None or expected is None or not same_shape(got, expected, any_layout=any_layout):
        return False
    return all(_agrees(one, other, rule) for one, other in zip(got.entries, expected.entries, strict=True))


def same_shape(got: Numbers, expected: Numbers, *, any_layout: bool = True) -> bool:
    """Whether the shapes are one, or differ only by dimensions of length 1."""
    return got.shape == expected.shape or (any_layout and got.size == expected.size)


def _agrees(got: Entry, expected: Entry, rule: Rule) -> bool:
    if got is None or expected is None:
        return False
    if isinstance(got, str) or isinstance(expected, str):
        return got == expected
    return all(agree(one, other, rule) in GOOD for one, other in zip(got, expected, strict=True))


def argument(value: object, *, arrays: bool) -> Value:
    """An argument of a reference as it is passed to student code; with `arrays` lists become arrays."""
    if hasattr(value, "tolist") and not isinstance(value, Fraction):
        value, arrays = value.tolist(), True
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else float(value)
    if isinstance(value, dict):
        return {key: argument(entry, arrays=arrays) for key, entry in value.items()}
    if not isinstance(value, list | tuple):
        return value
    held = numbers(value) if arrays else None
    if held is not None and all(isinstance(entry, tuple) and not entry[1] for entry in held.entries):
        return _array(held, whole=all(type(entry) is int for entry in _leaves(value)))
    entries = [argument(entry, arrays=arrays) for entry in value]
    return entries if isinstance(value, list) else tuple(entries)


def _array(held: Numbers, *, whole: bool) -> Array:
    reals = [entry[0] for entry in held.entries if isinstance(entry, tuple)]
    if whole and all(abs(real) < 2**63 for real in reals):
        data = b"".join(int(real).to_bytes(8, "little", signed=True) for real in reals)
        return Array("i8", held.shape, data)
    return array(held.shape, [float(real) for real in reals])


def _leaves(value: object) -> Iterator[object]:
    if isinstance(value, list | tuple):
        for entry in value:
            yield from _leaves(entry)
    else:
        yield value


def shown(value: Value, most: int = 300) -> str:
    """A value in short, as staff see it."""
    if isinstance(value, Opaque):
        text = (
            f"a value of the class {value.name}" if value.name else f"a value that is too large ({value.why})"
        )
    elif isinstance(value, Array):
        entries = [repr(entry) for entry, _ in zip(value.entries(), range(12), strict=False)]
        more = ", …" if math.prod(value.shape) > 12 else ""
        kind = f"array of shape {value.shape}" if value.shape else "number"
        text = f"{kind} {', '.join(entries)}{more}"
    elif isinstance(value, list | tuple):
        inside = ", ".join(shown(entry, 60) for entry in value[:12])
        text = f"[{inside}{', …' if len(value) > 12 else ''}]"
    elif isinstance(value, Fraction):
        text = repr(value.numerator if value.denominator == 1 else float(value))
    elif isinstance(value, int) and value.bit_length() > 400:
        text = f"an integer of {value.bit_length()} bits"
    else:
        text = repr(value)
    return text if len(text) <= most else f"{text[: most - 1]}…"
