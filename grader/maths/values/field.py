"""Exact arithmetic modulo a secret prime near 2^62, where a non-zero difference proves a difference.

Unknown functions are random functions there: equal arguments, equal values. So are functions that are
known but not rational (exp, log, roots, absolute values), as far as a true identity does not say more:
exp(-x) = 1/exp(x); sine and cosine are rational in one odd random function; abs is even. The constant i is
a square root of -1, so primes are 1 modulo 4.

What an evaluation met is put into one set, `met`: OPAQUE where such a function was applied, for then only
equality means something; CONDITIONAL where a condition was; each value that was divided by; and, as tuples,
the arguments of functions that are not defined everywhere. Two formulas that agree in these too have the
same domain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from hashlib import blake2b
from random import Random

from flint import fmpz, nmod, nmod_mat

from grader.maths.names import SCALAR, Symbols
from grader.maths.tree import Node
from grader.maths.values.algebra import Point, Scalar, Undefined, Value
from grader.maths.values.evaluate import evaluate
from grader.maths.values.sample import Values, counts, draw_value
from grader.maths.values.whole import Rational

OPAQUE, CONDITIONAL = "opaque", "conditional"
ABSOLUTE = "an absolute value"

# Functions of real numbers defined everywhere but at isolated points; all others restrict the domain.
_TOTAL = frozenset(
    "exp sin cos tan sec csc cot sinh cosh tanh sech csch coth arctan arccot arcsinh abs sign max min relu "
    "logistic erf heaviside floor ceil round re im conj arctan2".split()
)


@lru_cache(maxsize=64)
def secret_prime(secret: bytes) -> int:
    """A prime between 2^61 and 2^62, 1 modulo 4, that only the holder of the secret can know.

    FLINT's small numbers have 62 bits; larger ones take several times as long.
    """
    start = int.from_bytes(blake2b(b"prime" + secret, digest_size=8).digest(), "big") % 2**60
    candidate = 2**61 + start // 4 * 4 + 1
    while not fmpz(candidate).is_probable_prime():
        candidate += 4
    return candidate


class Field:
    """The integers modulo a prime; `met` is what the evaluation at hand has met so far."""

    generic = True

    def __init__(self, prime: int, secret: bytes, meanings: Mapping[str, str]) -> None:
        self.prime, self.secret, self.meanings = prime, secret[:64], meanings
        self.one = nmod(1, prime)
        self.plural = False
        self._identities: dict[int, nmod_mat] = {}
        self._constants: dict[str, Scalar] = {}
        self.applied: dict[tuple[str, int, int], tuple[Value, Value]] = {}
        self._hashers: dict[tuple[str, tuple[int, ...]], blake2b] = {}
        self.reset()

    def reset(self) -> set[object]:
        """Forget what the last evaluation met: the set that the next one fills."""
        self.work = 0
        self.met: set[object] = set()
        return self.met

    def number(self, value: Rational) -> Scalar:
        if value.denominator == 1:
            return self.one * value.numerator
        below = value.denominator % self.prime
        if below == 0:
            raise Undefined(str(value), "has no value modulo the prime")
        return (self.one * value.numerator) / below

    def constant(self, name: str) -> Scalar:
        if name not in self._constants:
            if name == "i":
                self._constants[name] = self._root_of_minus_one()
            elif name == "e":
                self._constants[name] = self._exp(self.one)
            else:
                # pi is transcendental: a random element stands for it.
                self._constants[name] = self.hashed(name, (), [])
        return self._constants[name]

    def _root_of_minus_one(self) -> Scalar:
        base = 2
        while True:
            root = self.one * pow(base, (self.prime - 1) // 4, self.prime)
            if root * root == -self.one:
                return root
            base += 1

    def matrix(self, rows: int, columns: int, entries: Sequence[Scalar]) -> nmod_mat:
        return nmod_mat(rows, columns, list(entries), self.prime)

    def identity(self, size: int) -> nmod_mat:
        if size not in self._identities:
            cells = [int(k % (size + 1) == 0) for k in range(size * size)]
            self._identities[size] = nmod_mat(size, size, cells, self.prime)
        return self._identities[size]

    def is_zero(self, value: Scalar) -> bool:
        plain = int(value)
        self.met.add(plain)
        return plain == 0

    def is_clear(self, value: Scalar) -> bool:
        return True

    def hashed(self, name: str, orders: tuple[int, ...], args: Sequence[Scalar]) -> Scalar:
        """A random element that depends on a name and on values."""
        known = self._hashers.get((name, orders))
        if known is None:
            known = blake2b(f"{name}|{orders}|".encode(), key=self.secret, digest_size=16)
            self._hashers[name, orders] = known
        hasher = known.copy()
        for argument in args:
            hasher.update(int(argument).to_bytes(8, "big"))
        return self.one * (int.from_bytes(hasher.digest(), "big") % self.prime)

    def unknown(self, name: str, orders: tuple[int, ...], args: Sequence[Scalar]) -> Scalar:
        return self.hashed(name, orders, args)

    def blind(self) -> None:
        """Remember that a difference proves nothing any more."""
        self.met.add(OPAQUE)

    def _exp(self, x: Scalar) -> Scalar:
        plain = int(x)
        if plain == 0:
            return self.one
        if plain > self.prime // 2:
            return 1 / self.hashed("exp", (), [-x])
        return self.hashed("exp", (), [x])

    def _odd(self, name: str, x: Scalar) -> Scalar:
        plain = int(x)
        if plain == 0:
            return x
        return -self.hashed(name, (), [-x]) if plain > self.prime // 2 else self.hashed(name, (), [x])

    def _even(self, name: str, x: Scalar) -> Scalar:
        plain = int(x)
        if plain == 0:
            return x
        return self.hashed(name, (), [-x] if plain > self.prime // 2 else [x])

    def function(self, name: str, args: Sequence[Scalar]) -> Scalar:
        x = args[0]
        if name == "log" and (x == 1 or x == self.constant("e")):
            return x - 1 if x == 1 else self.one
        self.met.add(OPAQUE)
        if name not in _TOTAL:
            self.met.add((name, *(int(argument) for argument in args)))
        if name == "exp":
            return self._exp(x)
        if name == "logistic":
            return 1 / (1 + self._exp(-x))
        if name in _HYPERBOLIC:
            above = self._exp(x)
            below = 1 / above
            cosh, sinh = (above + below) / 2, (above - below) / 2
            return _ratio(name, sinh, cosh)
        if name in _CIRCULAR:
            # sin and cos in the tangent of half the angle, which is odd.
            half = self._odd("tangent of half", x)
            below = 1 / (1 + half * half)
            return _ratio(name, 2 * half * below, (1 - half * half) * below)
        if name == "abs":
            if (ABSOLUTE, int(x)) not in self.met:  # an absolute value is its own
                x = self._even("abs", x)
                self.met.add((ABSOLUTE, int(x)))
            return x
        if name == "relu":
            return (x + self._even("abs", x)) / 2
        if name in ("max", "min"):
            best, *others = sorted(args, key=int)
            for other in others:
                gap = self._even("abs", best - other)
                best = (best + other + gap if name == "max" else best + other - gap) / 2
            return best
        if name in ("re", "conj") and not self.plural:
            return x
        if name == "im" and not self.plural:
            return 0 * x
        if name in ("sign", "arctan", "arcsin", "arctanh", "arcsinh", "erf"):
            return self._odd(name, x)
        return self.hashed(name, (), args)

    def root(self, value: Scalar, degree: int = 2) -> Scalar:
        self.met.add(OPAQUE)
        odd = degree % 2 == 1
        if not odd:
            self.met.add(("even root", int(value)))
        if int(value) == 0:
            return value
        # Roots of odd degree of negative numbers are real, unless complex numbers are about.
        name = f"root {degree}"
        return self._odd(name, value) if odd and not self.plural else self.hashed(name, (), [value])

    def power(self, base: Scalar, exponent: Scalar) -> Scalar:
        self.met.add(OPAQUE)
        self.met.add(("power", int(base), int(exponent)))
        return self.hashed("power", (), [base, exponent])

    def rational_power(self, base: Scalar, exponent: Fraction) -> Scalar:
        return self.power_of_root(base, exponent.denominator, exponent.numerator)

    def power_of_root(self, base: Scalar, degree: int, count: int) -> Scalar:
        """A whole power of a root, the whole power of the base in it worked out."""
        root = self.root(base, degree)
        whole, rest = divmod(abs(count), degree)
        value = base**whole * root**rest
        return 1 / value if count < 0 else value

    def absolute_square(self, value: Scalar) -> Scalar:
        self.met.add(OPAQUE)
        return value * self.hashed("conj", (), [value])

    def holds(self, sign: str, left: Scalar, right: Scalar) -> Scalar:
        self.met.update((OPAQUE, CONDITIONAL))
        if sign in ("=", "!="):
            truth = self._even("is zero", left - right)
            return truth if sign == "=" else 1 - truth
        if sign in ("<", ">="):
            truth = self.hashed("positive", (), [right - left])
            return truth if sign == "<" else 1 - truth
        truth = self.hashed("positive", (), [left - right])
        return truth if sign == ">" else 1 - truth


_HYPERBOLIC = frozenset("sinh cosh tanh sech csch coth".split())
_CIRCULAR = frozenset("sin cos tan sec csc cot".split())


def _ratio(name: str, sine: Scalar, cosine: Scalar) -> Scalar:
    if name in ("sin", "sinh"):
        return sine
    if name in ("cos", "cosh"):
        return cosine
    if name in ("tan", "tanh"):
        return sine / cosine
    if name in ("cot", "coth"):
        return cosine / sine
    return 1 / (cosine if name in ("sec", "sech") else sine)


def field_point(
    symbols: Symbols, secret: bytes, index: int, sizes: Mapping[str, int], *, counting: bool = True
) -> Point:
    """The `index`-th random point modulo the secret's prime; the same secret gives the same point.

    With `counting` integer symbols are 1 to 8 and known as such, because they stand in exponents or limits
    of sums; otherwise they, and the letters of dimensions, are random elements like all others.
    """
    prime = secret_prime(secret)
    functions = {s.name: s.meaning or s.name for s in symbols.table.values() if s.kind == "function"}
    field = Field(prime, secret[:60] + b"%d" % index, functions)
    integers = dict(sizes) if counting else {}
    values = _Elements(symbols, field, secret, index, sizes)
    point = values.point = Point(field, values, integers)
    if counting:
        for name, count in counts(symbols, sizes, index, secret):
            integers[name] = count
            values[name] = field.number(Fraction(count))
    return point


class _Elements(Values):
    """Random elements, drawn when they are asked for: each depends on its name, whatever else is declared."""

    def __init__(
        self, symbols: Symbols, field: Field, secret: bytes, index: int, sizes: Mapping[str, int]
    ) -> None:
        super().__init__(symbols)
        self.field, self.sizes = field, sizes
        self.key, self.index = blake2b(secret).digest(), index
        self.definitions: dict[str, tuple[Value, set[object]]] = {}

    def __missing__(self, name: str) -> Scalar:
        symbol = self.symbols.table.get(name)
        if symbol is None or symbol.kind == "function":
            raise KeyError(name)
        if symbol.definition is not None:
            return self.defined(name, symbol.definition)
        digest = blake2b(f"{self.index}|{name}".encode(errors="surrogatepass"), key=self.key).digest()
        if symbol.shape == SCALAR:
            value = self.draw(int.from_bytes(digest, "big"), symbol.domain)
        else:
            source = Random(digest)  # noqa: S311 - seeded on purpose
            value = draw_value(symbol, self.field, source, self.sizes, self.drawn)
        self[name] = value
        return value

    def defined(self, name: str, definition: Node) -> Value:
        """The value of an abbreviation; what is met in it belongs to every formula that it stands in."""
        assert self.point is not None
        outer = self.field.met
        if name not in self.definitions:
            self.field.met = set()
            try:
                value = evaluate(definition, self.point)
                self.definitions[name] = value, self.field.met
            finally:
                outer |= self.field.met
                self.field.met = outer
        value, met = self.definitions[name]
        outer |= met
        return value

    def draw(self, large: int, domain: str) -> Scalar:
        prime = self.field.prime
        element = large % (prime - 1) + 1
        return nmod(element * element % prime if domain == "positive" else element, prime)

    def drawn(self, source: Random, domain: str) -> Scalar:
        return self.draw(source.getrandbits(128), domain)
