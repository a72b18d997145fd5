"""Same or different, with the evidence: shapes first, then exact random evaluation, then balls.

normal form   the settled trees are equal
field         equal at three secret points modulo a secret prime: the chance of error is printed, computed
              from the degree; a difference is a proof unless a function was met whose identities a field
              does not know
balls         real numbers with error bounds: disjoint balls prove a difference, overlap at rising
              precision at many points is agreement
undecided     everything else; a person decides
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from math import log2
from random import Random
from typing import Literal

from grader.errors import StudentError
from grader.maths.evaluate import Point, Undefined, Value, evaluate, is_matrix, weight
from grader.maths.names import Shape, Symbols
from grader.maths.notation.text import to_text
from grader.maths.shapes import FLEXIBLE, describe, infer
from grader.maths.tree import Node, names_in, number
from grader.types import Counterexample

FIELD_POINTS = 3
BALL_POINTS = 12
# Bits: a difference usually shows at the first, and sameness is only believed at the last.
PRECISIONS = (96, 1_000)
# Beyond this degree the printed error bound would no longer be small.
MOST_WEIGHT = 2**20


class Frame:
    """What all formulas of a part are compared in: the symbols, a secret, and the points it leads to.

    In a `square` frame all dimensions are one. Formulas that do not conform (declared mistakes are often
    like that) have values there, and are compared with each other only.
    """

    def __init__(self, symbols: Symbols, secret: bytes, *, square: bool = False) -> None:
        self.symbols = _squared(symbols) if square else symbols
        self.secret, self.square = secret or b"no secret", square
        self._points: list[Point] = []
        self._ball_points: dict[tuple[int, int], Point | None] = {}

    def point(self, index: int) -> Point:
        """The `index`-th random point; the same secret gives the same one."""
        from grader.maths.field import field_point

        while len(self._points) <= index:
            number = len(self._points)
            self._points.append(field_point(self.symbols, self.secret, number, self.sizes(number)))
        return self._points[index]

    def ball_point(self, index: int, precision: int) -> Point | None:
        """The `index`-th point of real numbers with so many bits; None where a definition has no value."""
        from flint import ctx

        from grader.maths.balls import ball_point

        if (index, precision) not in self._ball_points:
            with ctx.workprec(precision):
                try:
                    point = ball_point(self.symbols, self.secret, index, self.sizes(index))
                except (Undefined, ZeroDivisionError):
                    point = None
            self._ball_points[index, precision] = point
        return self._ball_points[index, precision]

    def sizes(self, index: int) -> Mapping[str, int]:
        """The dimensions of the `index`-th point: each of the declared sets in turn."""
        return (
            self.symbols.dimensions[index % len(self.symbols.dimensions)] if self.symbols.dimensions else {}
        )


class Formula:
    """A formula settled in a frame; its values are worked out when they are asked for, and kept."""

    def __init__(self, node: Node, settled: Node, shape: Shape, frame: Frame) -> None:
        self.node, self.settled, self.shape, self.frame = node, settled, shape, frame
        self._values: dict[int, tuple[Value, bool] | Undefined] = {}
        self._balls: dict[tuple[int, int], tuple[Value, ...] | None] = {}

    def value(self, index: int) -> tuple[Value, bool]:
        """The value at a point, and whether a function was met whose identities a field does not know.

        Raises:
            Undefined: there is no value there.
        """
        from grader.maths.field import Field

        if index not in self._values:
            point = self.frame.point(index)
            assert isinstance(point.algebra, Field)
            point.algebra.opaque = False
            try:
                value = evaluate(self.settled, point)
                self._values[index] = (value, point.algebra.opaque)
            except Undefined as error:
                self._values[index] = error
        found = self._values[index]
        if isinstance(found, Undefined):
            raise found
        return found

    def balls(self, index: int, precision: int) -> tuple[Value, ...] | None:
        """The entries of the value at a point of real numbers; None where there is no finite value."""
        from flint import ctx

        if (index, precision) not in self._balls:
            point = self.frame.ball_point(index, precision)
            entries: tuple[Value, ...] | None = None
            if point is not None:
                with ctx.workprec(precision):
                    try:
                        entries = tuple(_entries(evaluate(self.settled, point)))
                    except (Undefined, ZeroDivisionError):
                        entries = None
            if entries is not None and not all(entry.is_finite() for entry in entries):
                entries = None
            self._balls[index, precision] = entries
        return self._balls[index, precision]

    def transposed(self) -> Formula:
        """The same formula in the other layout."""
        rows, columns = self.shape
        return Formula(self.node, Node("transpose", (self.settled,)), (columns, rows), self.frame)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comparing found, and how: `how` is a sentence for people."""

    outcome: Literal["same", "different", "undecided"]
    how: str
    code: str = ""
    transposed: bool = False
    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether the two are the same."""
        return self.outcome == "same"


def settle(node: Node, frame: Frame) -> Formula:
    """A formula ready to be compared.

    Raises:
        ShapeError: it does not conform.
        StudentError: it has no value for a reason that its author must mend.
    """
    settled, shape = infer(node, frame.symbols, square=frame.square)
    if weight(settled) > MOST_WEIGHT:
        raise StudentError("The formula is of too high a degree to be compared.", code="too-large")
    return Formula(node, settled, shape, frame)


def defined(formula: Formula) -> bool:
    """Whether a formula has a value at the first point."""
    try:
        formula.value(0)
    except Undefined:
        return False
    return True


def compare(expected: Formula, got: Formula, *, any_layout: bool = False) -> Comparison:
    """Whether two formulas of one frame are the same, with the evidence.

    With `any_layout` the transposed result is the same too, and `transposed` says so.
    """
    turned = False
    if got.shape == FLEXIBLE:
        return Comparison("undecided", "The size of the identity matrix cannot be told.", "size")
    if not _conform(got, expected):
        if not any_layout or not _conform(got.transposed(), expected):
            how = f"This is {describe(got.shape)}; {describe(expected.shape)} is wanted."
            return Comparison("different", how, "shape")
        got, turned = got.transposed(), True
    if got.settled == expected.settled and defined(expected):
        return Comparison("same", "The formula is the expected one, term by term.", "identical", turned)
    return _by_values(expected, got, turned)


def _conform(left: Formula, right: Formula) -> bool:
    if not left.frame.square:
        return left.shape == right.shape
    return all((a == 1) == (b == 1) for a, b in zip(left.shape, right.shape, strict=True))


def _by_values(expected: Formula, got: Formula, turned: bool) -> Comparison:
    equal = 0
    undefined: Undefined | None = None
    for index in range(FIELD_POINTS):
        try:
            wanted, opaque = expected.value(index)
            value, opaque_too = got.value(index)
        except Undefined as error:
            undefined = error
            continue
        if _equal(value, wanted):
            equal += 1
        elif opaque or opaque_too:
            return _by_balls(expected, got, turned)
        else:
            how = "Exact evaluation at a random point gives another value: that is a proof."
            return Comparison("different", how, "", turned)
    if undefined is not None and equal == 0:
        return Comparison("different", f"{undefined}, so this has no value.", "undefined", turned)
    if undefined is not None:
        return Comparison("undecided", f"At one of the points {undefined}.", "undefined", turned)
    how = (
        f"Equal at {equal} secret random points of the declared shapes, in exact arithmetic; "
        f"the chance that different formulas agree there is below 2^-{_error_bound(expected, got)}."
    )
    return Comparison("same", how, "", turned)


def _error_bound(expected: Formula, got: Formula) -> int:
    """The exponent of the Schwartz-Zippel bound: at each point at most degree / prime."""
    degree = 8 * (weight(expected.settled) + weight(got.settled))
    return int((60 - log2(degree)) * FIELD_POINTS)


def _by_balls(expected: Formula, got: Formula, turned: bool) -> Comparison:
    agreed = 0
    for index in range(BALL_POINTS):
        outcome = "undefined"
        for precision in PRECISIONS:
            outcome = _balls_at(expected, got, index, precision)
            if outcome in ("different", "undefined"):
                break
        if outcome == "different":
            how = "The values at a point are proved different by rigorous error bounds."
            return Comparison("different", how, "", turned)
        agreed += outcome == "same"
    if agreed >= BALL_POINTS // 2:
        how = (
            f"Equal to more than 100 digits at {agreed} points on several scales; "
            "this is agreement, not a proof."
        )
        return Comparison("same", how, "agreement", turned)
    return Comparison("undecided", "Too few points where both formulas have a value.", "domain", turned)


def _balls_at(
    expected: Formula, got: Formula, index: int, precision: int
) -> Literal["same", "different", "wide", "undefined"]:
    from flint import arb, ctx

    wanted, values = expected.balls(index, precision), got.balls(index, precision)
    if wanted is None or values is None:
        return "undefined"
    with ctx.workprec(precision):
        pairs = list(zip(wanted, values, strict=True))
        if not all(a.overlaps(b) for a, b in pairs):
            return "different"
        narrow = all((a - b).rad() < arb(10) ** -100 * (1 + abs(a)) for a, b in pairs)
    return "same" if narrow else "wide"


def is_multiple(expected: Formula, got: Formula, factor: Node) -> bool:
    """Whether a formula is a factor (a number, a dimension) times another one."""
    product = Node("product", (factor, expected.settled))
    scaled = Formula(got.node, product, expected.shape, expected.frame)
    if not _conform(got, expected):
        got = got.transposed()
    try:
        times_factor = evaluate(Node("product", (factor, number(1))), expected.frame.point(0))
        (wanted, opaque), (value, opaque_too) = expected.value(0), got.value(0)
        if not _equal(value, wanted * times_factor):
            # What is known at one point already needs no second one; most factors end here.
            if not (opaque or opaque_too):
                return False
            if _balls_at(scaled, got, 0, PRECISIONS[0]) == "different":
                return False
    except Undefined:
        return False
    return _by_values(scaled, got, turned=False).outcome == "same"


def find_counterexample(expected: Formula, got: Formula) -> Counterexample | None:
    """A small point, in whole numbers where possible, at which two formulas differ; None if none is near."""
    from flint import fmpq

    from grader.maths.rationals import NotRational, Rationals
    from grader.maths.sample import draw_point

    frame = expected.frame
    if frame.square or weight(got.settled) > 2_000 or weight(expected.settled) > 2_000:
        return None
    if not _conform(got, expected):
        got = got.transposed()
    sizes = _small_sizes(frame)
    # The same question gets the same example, whatever the secret.
    seed = blake2b(to_text(expected.node).encode()).digest()
    for attempt in range(6):
        random = Random(seed + bytes([attempt]))  # noqa: S311

        def draw(source: Random, domain: str) -> fmpq:
            return fmpq(source.randint(1, 4) if domain == "positive" else source.choice((-2, -1, 1, 2, 3)))

        try:
            point = draw_point(frame.symbols, Rationals(), random, sizes, draw)
            wanted, value = evaluate(expected.settled, point), evaluate(got.settled, point)
        except NotRational:
            return _real_counterexample(expected, got, sizes)
        except (Undefined, ZeroDivisionError):
            continue
        if not _equal(value, wanted):
            return _example(expected, got, point, value, wanted)
    return None


def _real_counterexample(expected: Formula, got: Formula, sizes: Mapping[str, int]) -> Counterexample | None:
    from flint import ctx

    from grader.maths.balls import ball_point

    symbols = expected.frame.symbols
    if any(symbol.kind == "function" and not symbol.meaning for symbol in symbols.table.values()):
        return None
    with ctx.workprec(128):
        for index in range(6):
            try:
                point = ball_point(symbols, b"example", index, sizes)
                wanted, value = evaluate(expected.settled, point), evaluate(got.settled, point)
            except (Undefined, ZeroDivisionError):
                continue
            pairs = zip(_entries(wanted), _entries(value), strict=True)
            if any(not a.overlaps(b) for a, b in pairs):
                return _example(expected, got, point, value, wanted)
    return None


def _example(expected: Formula, got: Formula, point: Point, value: Value, wanted: Value) -> Counterexample:
    symbols = expected.frame.symbols
    used = _free_names(symbols, names_in(expected.settled) | names_in(got.settled))
    values = [(name, show_value(at)) for name, at in point.values.items() if name in used]
    return Counterexample(tuple(values), show_value(value), show_value(wanted))


def _free_names(symbols: Symbols, used: frozenset[str]) -> frozenset[str]:
    """The names behind the used ones: an abbreviation is replaced by the names of its definition."""
    free: set[str] = set()
    waiting = list(used)
    while waiting:
        symbol = symbols.table[waiting.pop()]
        if symbol.definition is None:
            free.add(symbol.name)
        else:
            waiting.extend(names_in(symbol.definition))
    return frozenset(free)


def show_value(value: Value) -> str:
    """A value as people write it: fractions exactly, real numbers to six figures, vectors in brackets."""
    if not is_matrix(value):
        return _show_scalar(value)
    rows = [[_show_scalar(value[i, j]) for j in range(value.ncols())] for i in range(value.nrows())]
    if value.ncols() == 1:
        return "[" + ", ".join(row[0] for row in rows) + "]"
    return "[" + ", ".join("[" + ", ".join(row) + "]" for row in rows) + "]"


def _show_scalar(value: Value) -> str:
    return f"{float(value.mid()):.6g}" if hasattr(value, "mid") else str(value)


def _entries(value: Value) -> list[Value]:
    return list(value.entries()) if is_matrix(value) else [value]


def _equal(left: Value, right: Value) -> bool:
    return is_matrix(left) == is_matrix(right) and bool(left == right)


def _small_sizes(frame: Frame) -> dict[str, int]:
    """The smallest different sizes in the declared order: an example a person can check by hand."""
    given = frame.sizes(0)
    order = sorted(given, key=lambda name: given[name])
    return {name: rank + 2 for rank, name in enumerate(order)}


def _squared(symbols: Symbols) -> Symbols:
    sizes = tuple(
        dict.fromkeys(given, size) for given, size in zip(symbols.dimensions, (3, 4, 5), strict=False)
    )
    return Symbols(symbols.table, symbols.spellings, sizes)
