"""A formula settled among declared symbols, and its values at secret random points, worked out once."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from hashlib import blake2b
from random import Random
from threading import get_ident
from typing import TYPE_CHECKING, NamedTuple, cast

from grader.errors import StudentError
from grader.maths.names import SCALAR, Shape, Symbols
from grader.maths.tree import Node
from grader.maths.values.algebra import Point, Undefined, Value
from grader.maths.values.evaluate import evaluate
from grader.maths.values.exact import weight
from grader.maths.values.field import ABSOLUTE, CONDITIONAL, OPAQUE, field_point
from grader.maths.values.sample import LARGE
from grader.maths.values.shapes import FLEXIBLE, infer

if TYPE_CHECKING:
    from grader.maths.sameness.agreement import State
    from grader.maths.sameness.identity import Comparison
    from grader.maths.values.real import Sample

# A frame with more formulas than a question has keeps the parts they are made of, too; and so many of each.
_FEW, MOST_FORMULAS = 3, 500
# Beyond this degree the printed error bound would no longer be small.
MOST_WEIGHT = 2**20
# Operations and functions that need whole numbers where a name stands.
_COUNTING = frozenset(
    [("fold",), ("entry",), ("exponent",), ("identity",), ("broadcast",), ("filled",), ("limit",)]
    + [
        (name, 0)
        for name in ("row_of", "factorial", "binomial", "gcd", "lcm", "mod", "floor", "ceil", "round")
    ]
)
# What is met in a formula of numbers and has a value at every point of the field.
_HARMLESS = frozenset(
    [("constant", "e"), ("constant", "pi"), ("constant", "i")]
    + [(name, 0) for name in "exp log sqrt abs sin cos max min relu".split()]
)
# Functions of which a factor may be taken out, or that divide by it.
_LINEAR = frozenset((name, 0) for name in ("trace", "total", "mean", "transpose", "diag", "inv", "pinv"))


class Frame:
    """What all formulas of a part are compared in: the symbols, a secret, and the points it leads to.

    In a `square` frame all dimensions are one. Formulas that do not conform (declared mistakes are often
    like that) have values there, and are compared with each other only.
    """

    def __init__(
        self, symbols: Symbols, secret: bytes, *, square: bool = False, remembers: bool = True
    ) -> None:
        self.symbols, self.remembers = _squared(symbols) if square else symbols, remembers
        self.secret, self.square = secret or b"no secret", square
        counts, arrays, plural = [], [], []
        for one in self.symbols.table.values():
            if one.domain == "real" and one.kind == "scalar" and one.definition is None:
                continue
            if one.kind == "dimension" or one.domain == "integer":
                counts.append(one.name)
            if one.shape != SCALAR or one.definition is not None:
                arrays.append(one.name)
            if one.domain == "complex":
                plural.append(one.name)
        self.counts, self.arrays, self.complex = frozenset(counts), frozenset(arrays), frozenset(plural)
        self.integers = (
            self.counts - self.symbols.dimensions[0].keys() if self.symbols.dimensions else self.counts
        )
        self._points: dict[tuple[int, bool, bool], Point] = {}
        # What was settled, by its tree, once more was asked for than one question needs; bounded.
        self.asked = 0
        self.formulas: dict[Node, Formula] = {}
        self.settled: dict[Node, tuple[Node, Shape, bool]] = {}
        self._independent: dict[tuple[frozenset[Node], int, bool], bool] = {}
        self._samples: dict[tuple[int, bool], Sample | None] = {}
        self._ball_points: dict[tuple[object, int, bool], Point] = {}

    def point(self, index: int, counting: bool = True, plural: bool = False) -> Point:
        """The `index`-th random point of the field; the same secret gives the same one.

        With `counting` names of integers are small numbers that may stand in exponents and limits; `plural`
        is said where formulas may be complex.
        """
        found = self._points.get((index, counting, plural))
        if found is None:
            found = field_point(self.symbols, self.secret, index, self.sizes(index), counting=counting)
            found.algebra.plural = plural
            self._points[index, counting, plural] = found
        if found.kept is None and self.asked > _FEW:
            found.kept = {}
        return found

    def sample(self, index: int, counting: bool = True) -> Sample | None:
        """The `index`-th point of rational numbers; None where none has the declared structure."""
        from grader.maths.values.real import draw_sample

        key = (index, counting)
        if key not in self._samples:
            random = Random(blake2b(b"balls%d" % index + self.secret).digest())  # noqa: S311 - seeded on purpose
            try:
                sample = draw_sample(
                    self.symbols, random, self.sizes(index), index, counting=index if counting else None
                )
            except (Undefined, ZeroDivisionError):
                sample = None
            self._samples[key] = sample
        return self._samples[key]

    def ball_point(self, index: int, precision: int) -> Point | None:
        """The `index`-th point of real numbers with so many bits; None where none has the structure."""
        from flint import ctx

        sample = self.sample(index)
        if sample is None:
            return None
        with ctx.workprec(precision):
            return self.in_balls((index, True), sample, precision, plural=False)

    def independent(self, arguments: frozenset[Node], index: int, counting: bool) -> bool:
        """Whether functions of these arguments obey no equation that the field does not know."""
        key = (arguments, index % max(1, len(self.symbols.dimensions)), counting)
        if key not in self._independent:
            from grader.maths.sameness.independence import are_independent

            if len(self._independent) >= MOST_FORMULAS:
                self._independent.clear()
            self._independent[key] = are_independent(arguments, self, index, counting=counting)
        return self._independent[key]

    def in_balls(self, key: object, sample: Sample, precision: int, plural: bool) -> Point:
        """A point of rational numbers in balls of the working precision; those with a key are kept."""
        if key is None:
            return sample.balls(plural=plural)
        found = self._ball_points.get((key, precision, plural))
        if found is None:
            if len(self._ball_points) >= MOST_FORMULAS:
                self._ball_points.clear()
            found = self._ball_points[key, precision, plural] = sample.balls(plural=plural)
        return found

    def sizes(self, index: int) -> Mapping[str, int]:
        """The dimensions of the `index`-th point: the declared sets in turn, then larger secret ones."""
        if index >= LARGE and self.symbols.dimensions:
            return self._large_sizes(index)
        return (
            self.symbols.dimensions[index % len(self.symbols.dimensions)] if self.symbols.dimensions else {}
        )

    def _large_sizes(self, index: int) -> dict[str, int]:
        """Sizes that nobody can know, in the order of the declared ones; in a square frame one for all."""
        given = self.symbols.dimensions[0]
        steps = blake2b(b"sizes%d" % index + self.secret, digest_size=64).digest()
        size, sizes = 5, dict(given)
        for place, name in enumerate(sorted(given, key=lambda name: given[name])):
            if place == 0 or not self.square:
                size += 1 + steps[place % 64] % 6
            sizes[name] = size
        return sizes


def frame_of(symbols: Symbols, secret: bytes) -> Frame:
    """The frame of a single question. Its points are kept with the symbols, its formulas are not.

    Each thread has its own, because an evaluation notes in the point what it meets.
    """
    key = ("frame", secret, get_ident())
    known = symbols.kept.get(key)
    if known is None:
        known = symbols.keep(key, Frame(symbols, secret, remembers=False))
    return cast(Frame, known)


class FieldValue(NamedTuple):
    """A value in the field, and what was met on the way (see `field`)."""

    value: Value
    met: set[object]

    @property
    def opaque(self) -> bool:
        """Whether a function was applied whose identities a field does not know."""
        return OPAQUE in self.met

    @property
    def conditional(self) -> bool:
        """Whether a condition was met."""
        return CONDITIONAL in self.met

    @property
    def restrictions(self) -> set[object]:
        """The arguments of functions that are not defined everywhere."""
        return {one for one in self.met if type(one) is tuple and one[0] != ABSOLUTE}

    @property
    def divisors(self) -> set[object]:
        """The values that were divided by."""
        return {one for one in self.met if type(one) is int}


class Formula:
    """A formula settled in a frame; its values are worked out when they are asked for, and kept."""

    def __init__(self, node: Node, settled: Node, shape: Shape, frame: Frame) -> None:
        self.node, self.settled, self.shape, self.frame = node, settled, shape, frame
        self.seen: set[object] = set()
        self.weight = weight(settled, self.seen)
        self.plural = ("constant", "i") in self.seen or not self.seen.isdisjoint(frame.complex)
        self._values: dict[tuple[int, bool, bool], FieldValue | Undefined] = {}
        self.states: dict[tuple[object, int, bool], State] = {}
        # What comparing others with this one found, and whether in any layout.
        self.compared: dict[tuple[Formula, bool], Comparison] = {}

    @cached_property
    def arguments(self) -> frozenset[Node] | None:
        """The arguments of its functions, where those alone are met that `independence` knows; else None."""
        from grader.maths.sameness.independence import arguments_of

        return arguments_of(self)

    @cached_property
    def size_degree(self) -> int:
        """A bound on the degree in the sizes that are written as numbers: 2/n has 1."""
        return _size_degree(self.settled, self.frame.symbols)

    def counting(self) -> bool:
        """Whether names of integers must be small numbers here: in exponents, limits, sizes."""
        return not (self.seen.isdisjoint(_COUNTING) and self.seen.isdisjoint(self.frame.arrays))

    def counted(self) -> bool:
        """Whether the value depends on names of integers at all."""
        return not self.seen.isdisjoint(self.frame.counts)

    def numbered(self) -> bool:
        """Whether the value depends on names of integers that are no sizes."""
        return not self.seen.isdisjoint(self.frame.integers)

    def value(self, index: int) -> tuple[Value, bool]:
        """The value at a point, and whether a function was met whose identities a field does not know.

        Raises:
            Undefined: there is no value there.
        """
        found = self.at(index, self.plural, True)
        return found.value, found.opaque

    def at(self, index: int, plural: bool, counting: bool) -> FieldValue:
        """The value at a point of the field, with what was met.

        Raises:
            Undefined: there is no value there.
        """
        key = (index, plural, counting)
        found = self._values.get(key)
        if found is None:
            point = self.frame.point(index, counting, plural)
            met = point.algebra.reset()  # type: ignore[attr-defined]
            try:
                found = FieldValue(evaluate(self.settled, point), met)
            except Undefined as error:
                found = error
            except ZeroDivisionError:
                found = Undefined("a divisor", "is 0")
            self._values[key] = found
        if isinstance(found, Undefined):
            raise found
        return found

    def transposed(self) -> Formula:
        """The same formula in the other layout."""
        rows, columns = self.shape
        return Formula(self.node, Node("transpose", (self.settled,)), (columns, rows), self.frame)


def settle(node: Node, frame: Frame) -> Formula:
    """A formula ready to be compared.

    Raises:
        ShapeError: it does not conform.
        StudentError: it has no value for a reason that its author must mend.
    """
    frame.asked += frame.remembers
    if frame.asked <= _FEW:
        # A question of its own is decided sooner than it is looked up.
        return _settled(node, frame, None)
    known = frame.formulas.get(node)
    if known is not None:
        return known
    if len(frame.formulas) >= MOST_FORMULAS:
        frame.formulas.clear()
        frame.settled.clear()
    formula = frame.formulas[node] = _settled(node, frame, frame.settled)
    return formula


def _settled(node: Node, frame: Frame, kept: dict[Node, tuple[Node, Shape, bool]] | None) -> Formula:
    settled, shape = infer(node, frame.symbols, square=frame.square, kept=kept)
    formula = Formula(node, settled, shape, frame)
    if formula.weight > MOST_WEIGHT:
        raise StudentError("The formula is of too high a degree to be compared.", code="too-large")
    return formula


_UNKNOWN_DEGREE = 100


def _size_degree(node: Node, symbols: Symbols) -> int:
    if node.op == "symbol":
        symbol = symbols.table.get(str(node.value))
        if symbol is None:
            return 0
        if symbol.definition is not None:
            return _size_degree(symbol.definition, symbols)
        return int(symbol.kind == "dimension")
    degree = sum(_size_degree(one, symbols) for one in node.args)
    if degree and node.op == "power":
        exponent = node.args[1].args[0] if node.args[1].op == "negate" else node.args[1]
        times = exponent.value
        whole = isinstance(times, Fraction) and times.denominator == 1
        return degree * max(1, abs(int(str(times)))) if whole else _UNKNOWN_DEGREE
    if degree and node.op in ("fold", "call") and node.value not in _LINEAR:
        return _UNKNOWN_DEGREE
    return degree


def resized(formula: Formula, shape: Shape) -> Formula:
    """A multiple of the identity in a place whose size is known; the same formula where it is a number."""
    if shape in (SCALAR, FLEXIBLE):
        return formula
    settled, found = infer(formula.node, formula.frame.symbols, square=formula.frame.square, size=shape[0])
    return Formula(formula.node, settled, found, formula.frame)


def defined(formula: Formula) -> bool:
    """Whether a formula has a value at the first point."""
    if formula.frame.arrays.isdisjoint(formula.seen) and all(
        type(one) is str or one in _HARMLESS for one in formula.seen
    ):
        return True  # nothing is divided by and no function is met that may have no value
    try:
        formula.at(0, formula.plural, True)
    except Undefined:
        return False
    return True


def _squared(symbols: Symbols) -> Symbols:
    # A size that a rubric writes as a number is that of all: a vector of 3 meets squares of 3 only.
    fixed = {size for symbol in symbols.table.values() for size in symbol.shape if isinstance(size, int)}
    lengths = (max(fixed),) * 3 if len(fixed - {1}) == 1 else (3, 4, 5)
    sizes = tuple(
        dict.fromkeys(given, length) for given, length in zip(symbols.dimensions, lengths, strict=False)
    )
    return Symbols(symbols.table, symbols.spellings, sizes)
