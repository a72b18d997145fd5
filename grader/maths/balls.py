"""Real numbers with rigorous error bounds (FLINT's balls): for functions a finite field does not know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from hashlib import blake2b
from random import Random

from flint import arb, arb_mat, fmpq

from grader.maths.evaluate import Point, Scalar, Undefined
from grader.maths.names import Symbols
from grader.maths.sample import draw_point

_SIMPLE = {
    "exp": arb.exp,
    "log": arb.log,
    "sin": arb.sin,
    "cos": arb.cos,
    "tan": arb.tan,
    "sinh": arb.sinh,
    "cosh": arb.cosh,
    "tanh": arb.tanh,
    "arcsin": arb.asin,
    "arccos": arb.acos,
    "arctan": arb.atan,
    "sign": arb.sgn,
}


class Balls:
    """Real balls at the working precision of FLINT's context; `meanings` says what declared functions are."""

    def __init__(self, meanings: Mapping[str, str]) -> None:
        self.meanings = meanings

    def number(self, value: Fraction) -> Scalar:
        return arb(fmpq(value.numerator, value.denominator))

    def constant(self, name: str) -> Scalar:
        return arb.pi() if name == "pi" else arb(1).exp()

    def matrix(self, rows: int, columns: int, entries: Sequence[Scalar]) -> arb_mat:
        return arb_mat(rows, columns, list(entries))

    def is_zero(self, value: Scalar) -> bool:
        return bool(value == 0)

    def function(self, name: str, primes: int, args: Sequence[Scalar]) -> Scalar:
        meaning, x = self.meanings.get(name, name), args[0]
        if primes:
            return self.derivative(meaning, primes, x)
        if meaning in _SIMPLE:
            return _SIMPLE[meaning](x)
        if meaning == "logistic":
            return 1 / (1 + (-x).exp())
        if meaning == "abs":
            return abs(x)
        if meaning == "relu":
            return x.max(arb(0))
        if meaning in ("max", "min"):
            best = x
            for other in args[1:]:
                best = best.max(other) if meaning == "max" else best.min(other)
            return best
        return self.unknown(meaning, 0, x)

    def derivative(self, meaning: str, primes: int, x: arb) -> Scalar:
        if meaning == "logistic" and primes == 1:
            value = self.function("logistic", 0, [x])
            return value * (1 - value)
        if meaning == "tanh" and primes == 1:
            return 1 - x.tanh() * x.tanh()
        if meaning == "exp":
            return x.exp()
        if meaning == "sin" and primes == 1:
            return x.cos()
        if meaning == "cos" and primes == 1:
            return -x.sin()
        if meaning == "log" and primes == 1:
            return 1 / x
        if meaning == "relu" and primes == 1:
            return (x.sgn() + 1) / 2
        return self.unknown(meaning, primes, x)

    def unknown(self, name: str, primes: int, x: arb) -> Scalar:
        """An arbitrary smooth function of that name: a sin(b x + c), whose derivatives are known."""
        digest = blake2b(name.encode(), digest_size=3).digest()
        a, b, c = (arb(1) + arb(byte) / 100 for byte in digest)
        return a * b**primes * (b * x + c + primes * arb.pi() / 2).sin()

    def root(self, value: Scalar) -> Scalar:
        if value < 0:
            raise Undefined("the root", "of a negative number is taken")
        return value.sqrt()

    def power(self, base: Scalar, exponent: Scalar) -> Scalar:
        return base**exponent


def ball_point(symbols: Symbols, seed: bytes, index: int, sizes: Mapping[str, int]) -> Point:
    """The `index`-th point of real numbers, on several scales; the same seed gives the same point."""
    random = Random(blake2b(b"balls%d" % index + seed).digest())  # noqa: S311 - seeded on purpose
    functions = {s.name: s.meaning or s.name for s in symbols.table.values() if s.kind == "function"}
    scale = (16, 4, 64)[index % 3]

    def draw(source: Random, domain: str) -> Scalar:
        value = arb(fmpq(source.randint(1, 96), scale))
        return value if domain == "positive" or source.random() < 0.5 else -value

    return draw_point(symbols, Balls(functions), random, sizes, draw)
