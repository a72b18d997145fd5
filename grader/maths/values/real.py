"""Points of rational numbers on several scales: where balls compare formulas, and what people are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random

from flint import fmpq

from grader.maths.names import Symbols
from grader.maths.values.algebra import Point, Scalar, Value, is_matrix
from grader.maths.values.balls import Balls, Gaussian
from grader.maths.values.rationals import Rationals
from grader.maths.values.sample import Values, draw_point


@dataclass(frozen=True)
class Sample:
    """A point of rational (complex: Gaussian) numbers for some symbols."""

    symbols: Symbols
    values: Mapping[str, Value]
    integers: Mapping[str, int]

    def with_values(self, changes: Mapping[str, Scalar]) -> Sample:
        """The point with other values for some scalars."""
        integers = {name: n for name, n in self.integers.items() if name not in changes}
        return Sample(self.symbols, {**self.values, **changes}, integers)

    @cached_property
    def rational(self) -> Point:
        """The point in exact arithmetic; complex names have no value there."""
        values = Values(self.symbols)
        values.update(self.values)
        if Gaussian in set(map(type, self.values.values())):
            values = Values(self.symbols)
            values.update({name: v for name, v in self.values.items() if not isinstance(v, Gaussian)})
        values.point = Point(Rationals(), values, self.integers)
        return values.point

    def balls(self, *, plural: bool, meanings: Mapping[str, str] | None = None) -> Point:
        """The point in balls of the working precision; `plural` where formulas may be complex.

        `meanings` says what functions nobody knows are to be here.
        """
        functions = {s.name: s.meaning or s.name for s in self.symbols.table.values() if s.kind == "function"}
        algebra = Balls({**functions, **(meanings or {})}, plural=plural)
        values = _Converted(self.symbols, self.values, algebra)
        values.point = Point(algebra, values, self.integers, self.rational)
        return values.point


class _Converted(Values):
    """Rational values turned into balls when they are asked for."""

    def __init__(self, symbols: Symbols, rational: Mapping[str, Value], algebra: Balls) -> None:
        super().__init__(symbols)
        self.rational, self.algebra = rational, algebra

    def __missing__(self, name: str) -> Value:
        if name not in self.rational:
            return super().__missing__(name)
        self[name] = value = self.algebra.convert(self.rational[name])
        return value


# Signs and sizes of the points: (sign, numerators, denominator).
STRATA = (
    ("mixed", (5, 64), 16),
    ("positive", (5, 64), 16),
    ("negative", (5, 64), 16),
    ("mixed", (1, 4), 1),
    ("mixed", (100, 9_999), 8),
    ("mixed", (3, 99), 2**20),
    ("mixed", (9, 120), 32),
    ("positive", (1_000, 99_999), 4),
    ("mixed", (1, 5), 2),
    ("mixed", (5, 64), 8),
)


def draw_sample(
    symbols: Symbols, seed: Random, sizes: Mapping[str, int], stratum: int, *, counting: int | None
) -> Sample:
    """A random point of one of the `STRATA`; matrices stay on a moderate scale."""
    sign, numerators, below = STRATA[stratum % len(STRATA)]

    def draw(random: Random, domain: str) -> Scalar:
        if domain == "complex":
            return Gaussian(draw(random, "real"), draw(random, "real"))
        above = random.randint(*numerators)
        negative = sign == "negative" or (sign == "mixed" and random.random() < 0.5)
        if domain == "integer":
            above = max(1, above // 8)
            return fmpq(-above if negative else above)
        return fmpq(-above if negative and domain != "positive" else above, below)

    point = draw_point(symbols, Rationals(), seed, sizes, draw, counting=counting)
    return Sample(symbols, dict(point.values), point.integers)


_EXPONENTS = (fmpq(2), fmpq(1, 2), fmpq(1, 3), fmpq(3), fmpq(-1), fmpq(4))


def exponent_values(sample: Sample, names: Sequence[str]) -> list[Sample]:
    """The point with whole numbers and fractions for names that stand in exponents, in many combinations."""
    free = [name for name in names if name in sample.values and name not in sample.integers]
    table, found = sample.symbols.table, []
    for step in (1, 3, 0):
        for shift, _ in enumerate(_EXPONENTS):
            changes = {}
            for place, name in enumerate(free[:4]):
                value = _EXPONENTS[(shift + place * step) % len(_EXPONENTS)]
                if table[name].domain == "integer":
                    value = fmpq(value.ceil())
                changes[name] = abs(value) if table[name].domain == "positive" else value
            found.append(sample.with_values(changes))
    return found if free else []


def special_values(sample: Sample, names: Iterable[str]) -> list[Sample]:
    """The point with 0, ±1 and ±2 for each of the names that may have these values."""
    found = []
    for name in names:
        symbol = sample.symbols.table[name]
        if name in sample.integers or is_matrix(sample.values.get(name)):
            continue
        allowed = (1, 2) if symbol.domain == "positive" else (0, 1, -1, 2, -2)
        found += [sample.with_values({name: fmpq(value)}) for value in allowed]
    return found
