"""Exact arithmetic modulo a secret prime near 2^61, where a non-zero difference proves a difference.

Unknown functions are random functions there: equal arguments, equal values. Functions that are known but
not rational (exp, log, roots, absolute values) are random as well, so their identities are not seen; a
point remembers that in `opaque`, and then only equality means something.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from hashlib import blake2b
from random import Random

from flint import fmpz, nmod, nmod_mat

from grader.maths.evaluate import Point, Scalar, Undefined
from grader.maths.names import Symbols
from grader.maths.sample import draw_point


@lru_cache(maxsize=64)
def secret_prime(secret: bytes) -> int:
    """A prime between 2^60 and 2^61 that only the holder of the secret can know."""
    start = int.from_bytes(blake2b(b"prime" + secret, digest_size=8).digest(), "big") % 2**60
    candidate = 2**60 + start | 1
    while not fmpz(candidate).is_probable_prime():
        candidate += 2
    return candidate


class Field:
    """The integers modulo a prime; `opaque` is set once a function was used whose identities are lost."""

    def __init__(self, prime: int, secret: bytes, meanings: Mapping[str, str]) -> None:
        self.prime, self.secret, self.meanings = prime, secret, meanings
        self.opaque = False

    def number(self, value: Fraction) -> Scalar:
        below = value.denominator % self.prime
        if below == 0:
            raise Undefined(str(value), "has no value modulo the prime")
        return nmod(value.numerator % self.prime, self.prime) / below

    def constant(self, name: str) -> Scalar:
        # e and pi are transcendental: a random element stands for each.
        return self.hashed(name, 0, [])

    def matrix(self, rows: int, columns: int, entries: Sequence[Scalar]) -> nmod_mat:
        return nmod_mat(rows, columns, [int(entry) for entry in entries], self.prime)

    def is_zero(self, value: Scalar) -> bool:
        return int(value) == 0

    def hashed(self, name: str, primes: int, args: Sequence[Scalar]) -> Scalar:
        text = f"{name}|{primes}|{'|'.join(str(int(argument)) for argument in args)}"
        digest = blake2b(text.encode(), key=self.secret[:64], digest_size=16).digest()
        return nmod(int.from_bytes(digest, "big") % self.prime, self.prime)

    def function(self, name: str, primes: int, args: Sequence[Scalar]) -> Scalar:
        meaning = self.meanings.get(name, name)
        if name in self.meanings and meaning == name:
            return self.hashed(name, primes, args)
        # Known, but not rational: that exp(a) exp(b) = exp(a + b) is not seen here.
        self.opaque = True
        if meaning in ("logistic", "tanh") and primes == 1:
            value = self.hashed(meaning, 0, args)
            return value * (1 - value) if meaning == "logistic" else 1 - value * value
        if meaning == "exp":
            return nmod(1, self.prime) if int(args[0]) == 0 else self.hashed("exp", 0, args)
        return self.hashed(meaning, primes, args)

    def root(self, value: Scalar) -> Scalar:
        self.opaque = True
        return self.hashed("sqrt", 0, [value])

    def power(self, base: Scalar, exponent: Scalar) -> Scalar:
        self.opaque = True
        return self.hashed("power", 0, [base, exponent])


def field_point(symbols: Symbols, secret: bytes, index: int, sizes: Mapping[str, int]) -> Point:
    """The `index`-th random point modulo the secret's prime; the same secret gives the same point."""
    prime = secret_prime(secret)
    random = Random(blake2b(b"point%d" % index + secret).digest())  # noqa: S311 - seeded on purpose
    functions = {s.name: s.meaning or s.name for s in symbols.table.values() if s.kind == "function"}
    field = Field(prime, secret + b"%d" % index, functions)

    def draw(source: Random, domain: str) -> Scalar:
        element = source.randrange(1, prime)
        return nmod(element * element if domain == "positive" else element, prime)

    return draw_point(symbols, field, random, sizes, draw)
