"""The values of all edited forms of one formula at one point, and where a wrong value is found among them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from fractions import Fraction
from functools import cached_property
from typing import Any

from grader.maths.sameness.identity import Formula
from grader.maths.tree import Node, number, walk
from grader.maths.values.evaluate import Point, Value, evaluate, is_matrix
from grader.maths.values.sample import COUNTS
from grader.maths.why import edits
from grader.maths.why.edit_factors import (
    LARGEST,
    as_float,
    by_entries,
    entries_of,
    factor_node,
    finite,
    first_ratio,
    layouts,
    overlap,
    ratio_of,
    reconstruct,
    scaled,
    units_of,
    usual_factors,
    usual_floats,
    variables_of,
)
from grader.maths.why.edit_scene import NO_VALUE, Scene, called
from grader.maths.why.edits import MINUS_ONE, RANK, Edit

_HOMOGENEOUS = frozenset(
    ("norm", "abs", "inv", "pinv", "sqrt", "relu", "transpose", "trace", "total", "mean")
)
_LINEAR = frozenset(("trace", "total", "mean", "transpose", "diag"))
PRECISION = 128
_MOST_PAIRED = 1_000

# The point of the field at which sizes and whole numbers are random elements like all others; those
# between -1 and this one try the small numbers.
UNCOUNTED = -1 - len(COUNTS)
_ITSELF = (Fraction(1), -1)

Key = tuple[int, ...]


def at_precision() -> AbstractContextManager[Any]:
    from flint import ctx

    manager: AbstractContextManager[Any] = ctx.workprec(PRECISION)
    return manager


class Table:
    """All edits of a formula with their values at one point."""

    def __init__(self, expected: Formula, point: Point, index: int, value: Value, opaque: bool) -> None:
        self.expected, self.value, self.opaque = expected, value, opaque
        self.index = index
        self.exact = not hasattr(entries_of(value)[0], "mid")
        self.scene = Scene(expected, point)
        self.symbols = expected.frame.symbols
        self.edits: list[tuple[Edit, Value]] = []
        self.by_key: dict[Key, list[Edit]] = {}
        self.silent: list[Edit] = []  # no random point shows whether an end belongs to an interval
        with self.precision():
            self.prime = int(point.algebra.prime) if self.exact else 0  # type: ignore[attr-defined]
            self.units = self._sizes(units_of(self.symbols))
            self.variables = self._sizes(variables_of(self.symbols))
            sizes = [size for _, size in self.units]
            self.usual = usual_factors(self.prime, tuple(map(int, sizes))) if self.exact else {}
            self.usual_sizes = [] if self.exact else usual_floats([as_float(size) for size in sizes])
            for edit in (*edits.mutants(expected.node, self.symbols), *self._scaled()):
                found = self.scene.edited(edit)
                if found is None:
                    continue
                if self.same(found, value):
                    if edit.code == "relation":
                        self.silent.append(edit)
                    continue
                self.edits.append((edit, found))
                self.by_key.setdefault(self.key(found), []).append(edit)
            self.heads = [] if self.exact else [entries_of(found)[0] for _, found in self.edits]
            self.terms = [*self._terms()]

    def precision(self) -> AbstractContextManager[Any]:
        return nullcontext() if self.exact else at_precision()

    def value_of(self, got: Formula) -> Value | None:
        """The value of a student's formula at this point."""
        try:
            if self.exact:
                return value_in_field(got, self.index)[0]
            with self.precision():
                value = evaluate(got.settled, self.scene.point)
            return value if finite(value) else None
        except NO_VALUE:
            return None

    def key(self, value: Value) -> Key:
        """Equal values have equal keys; balls only their shape, and are compared one by one."""
        shape = (value.nrows(), value.ncols()) if is_matrix(value) else ()
        if not self.exact:
            return shape
        return (*shape, *map(int, entries_of(value)))

    def same(self, left: Value, right: Value) -> bool:
        if self.exact:
            return self.key(left) == self.key(right)
        if self.key(left) != self.key(right):
            return False
        return all(overlap(a, b) for a, b in zip(entries_of(left), entries_of(right), strict=True))

    def matching(self, value: Value) -> Iterator[Edit]:
        """The single edits with this value, the likeliest first."""
        found: list[Edit] = []
        for turned in layouts(value):
            group = self.by_key.get(self.key(turned), ())
            if self.exact:
                found += group
            elif group:
                # Most differ in their first entry already.
                head = entries_of(turned)[0]
                found += [
                    edit
                    for (edit, other), first in zip(self.edits, self.heads, strict=True)
                    if overlap(first, head) and self.same(other, turned)
                ]
        order = {id(edit): place for place, edit in enumerate(found)}
        yield from sorted(found, key=lambda edit: (RANK[edit.code], order[id(edit)]))

    def candidates(self, value: Value, written: Node) -> Iterator[Edit]:
        """Everything one edit away with this value at the point, the likeliest first.

        Of edits with the same value, the one that gives the formula as it was written is told.
        """
        node = self.expected.node
        for turned in layouts(value):
            for factor in self.factors(turned, self.value):
                yield Edit("constant-factor", (), node, scaled(factor, node), factor, scaled(factor, node))
        if is_matrix(self.value) and self.same(self.value.transpose(), value):
            other = edits.transposed(node)
            yield Edit("other-layout", (), node, other, node, other)
        found = [*self.matching(value), *self._solved(value)]
        found += self.silent if self.same(value, self.value) else ()
        if len(found) > 1:
            whole = edits.flat(written)
            parts = frozenset(walk(whole))
            found.sort(key=lambda edit: (self._distance(edit, whole, parts), RANK[edit.code]))
        else:
            found.sort(key=lambda edit: RANK[edit.code])
        yield from found

    def _distance(self, edit: Edit, whole: Node, parts: frozenset[Node]) -> int:
        """How near an edit is to what is written: the whole formula, the part around the edit, or neither."""
        if edits.flat(edit.tree) == whole:
            return 0
        try:
            around = edits.at(edit.tree, edit.path[:-1], self.symbols) if edit.path else edit.tree
        except IndexError:  # the edit has taken its place away
            return 2
        return 1 if around.args and edits.flat(around) in parts else 2

    def factors(self, value: Value, base: Value) -> Iterator[Node]:
        """What may lead from one value to another: 3/2, -1, n, 1/n; a dimension is a number here."""
        ratio = ratio_of(value, base, self.same)
        if ratio is not None:
            found = self.rational(ratio)
            if found not in (None, 0, 1):
                assert found is not None
                yield number(found)
            yield from self.usual_factors(ratio)

    def usual_factors(self, ratio: Value) -> list[Node]:
        """Factors that need no thought: 2, -1/3, n, 2/n; the table makes it quick."""
        if self.exact:
            found = self.usual.get(int(ratio), ())
            return [self._factor_node(*one) for one in found if one != _ITSELF]
        size = as_float(ratio)
        if size is None or not 1e-6 < abs(size) < 1e6:
            return []
        return [
            self._factor_node(value, position)
            for usual, value, position in self.usual_sizes
            if abs(usual - size) <= 1e-12 * abs(size) and (value, position) != _ITSELF
        ]

    def _factor_node(self, value: Fraction, position: int) -> Node:
        return factor_node(value, position, [unit for unit, _ in self.units])

    def rational(self, value: Value) -> Fraction | None:
        """The small fraction that a value is; it must still be verified."""
        if self.exact:
            return reconstruct(int(value), self.prime)
        size = as_float(value)
        if size is None or abs(size) > LARGEST:
            return None
        guess = Fraction(size).limit_denominator(1_000)
        return guess if abs(float(guess) - size) <= 1e-12 * max(1.0, abs(size)) else None

    def _solved(self, value: Value) -> Iterator[Edit]:
        """Coefficients of single places, and terms too many, worked out from the value itself."""
        node = self.expected.node
        for turned in layouts(value):
            if not self.alike(turned):
                continue
            rest = turned - self.value
            for path, here, above in self.scene.places:
                without = self.scene.without(path, here, above)
                if not path or without is None or here.op == "negate":
                    continue
                ratio = ratio_of(turned - without, self.value - without, self.same)
                if ratio is not None:
                    yield from self._coefficient(ratio, path, here, above)
            for term, size in self.terms:
                ratio = ratio_of(rest, size, self.same)
                times = None if ratio is None else self.rational(ratio)
                if times:
                    extra = number(times) if term == edits.ONE else scaled(number(times), term)
                    now = Node("sum", (node, extra))
                    yield Edit("extra-term", (), node, now, extra, now)
            for unit, size in self.variables:
                if self.same(turned, self.value * size):
                    now = scaled(unit, node)
                    yield Edit("extra-factor", (), node, now, unit, now)

    def _coefficient(
        self, ratio: Value, path: tuple[int, ...], here: Node, above: tuple[Node, ...]
    ) -> Iterator[Edit]:
        known = edits.constant(here)
        if known is not None:
            times = self.rational(ratio)
            if times is None or times == 1:
                return
            code, now, about = "number", number(known * times), here
        else:
            for factor in self.usual_factors(ratio):
                now = scaled(factor, here)
                code, about = ("sign", here) if factor == MINUS_ONE else ("coefficient", factor)
                yield Edit(code, path, here, now, about, edits.put(above, path, now))
            return
        yield Edit(code, path, here, now, about, edits.put(above, path, now))

    def alike(self, value: Value) -> bool:
        """Whether a value has the shape of the expected one."""
        if not is_matrix(value) or not is_matrix(self.value):
            return is_matrix(value) == is_matrix(self.value)
        return bool(value.nrows() == self.value.nrows() and value.ncols() == self.value.ncols())

    def pairs(self, value: Value) -> Iterator[tuple[Edit, Edit, Node]]:
        """Two edits at once: one and a constant factor, or two in different terms or factors."""
        node = self.expected.node
        if not self.exact or len(self.edits) > _MOST_PAIRED:
            return
        for turned in layouts(value):
            if not self.alike(turned):
                continue
            alike = self.likeliest
            for edit, other in alike:
                ratio = first_ratio(turned, other)
                usual = () if ratio is None else self.usual_factors(ratio)
                for factor in usual if usual and self.same(turned, other * ratio) else ():
                    tree = scaled(factor, edit.tree)
                    yield edit, Edit("constant-factor", (), node, tree, factor, tree), tree
            yield from self._together(alike, turned + self.value, lambda whole, one: whole - one)
            if len(entries_of(turned)) * len(alike) < _MOST_PAIRED:
                whole = by_entries(turned, self.value, lambda a, b: a * b)
                yield from self._together(alike, whole, self._divided)

    @cached_property
    def likeliest(self) -> list[tuple[Edit, Value]]:
        """The edits that keep the shape, the likeliest first."""
        alike = [(edit, value) for edit, value in self.edits if self.alike(value)]
        return sorted(alike, key=lambda pair: RANK[pair[0].code])

    def _together(
        self,
        alike: Sequence[tuple[Edit, Value]],
        whole: Value,
        without: Callable[[Value, Value], Value | None],
    ) -> Iterator[tuple[Edit, Edit, Node]]:
        """Two edits in different terms, whose changes add up, or in different factors."""
        for edit, other in alike:
            lacking = without(whole, other)
            for second in () if lacking is None else self.by_key.get(self.key(lacking), ()):
                tree = edits.both(edit, second, self.expected.node, self.symbols)
                if tree is not None:
                    yield edit, second, tree
                    break

    @staticmethod
    def _divided(whole: Value, one: Value) -> Value | None:
        if any(int(entry) == 0 for entry in entries_of(one)):
            return None
        return by_entries(whole, one, lambda a, b: a / b)

    def _sizes(self, units: Sequence[Node]) -> list[tuple[Node, Value]]:
        found = [(unit, self.scene.value(unit)) for unit in units]
        return [(unit, size) for unit, size in found if size is not None]

    def _scaled(self) -> Iterator[Edit]:
        """A factor in the argument of a function or in the base of a power, where it cannot be solved for."""
        for path, here, above in self.scene.places:
            if not any(one.op in ("call", "power") and _bends(one) for one in above):
                continue
            inside = above[-1]
            if here.op in ("number", "decimal") or not (
                inside.op == "sum" or (inside.op == "call" and called(inside) not in _HOMOGENEOUS)
            ):
                continue
            if inside.op != "sum" and here.op != "negate":
                now = edits.negated(here)
                yield Edit("sign", path, here, now, here, edits.put(above, path, now))
            usual = [number(2), number(Fraction(1, 2))]
            for factor in (*usual, *(unit for unit, _ in self.units)):
                now = scaled(factor, here)
                yield Edit("coefficient", path, here, now, factor, edits.put(above, path, now))

    def _terms(self) -> Iterator[tuple[Node, Value]]:
        """What may stand there as one term too many: a number, a declared name, a part of the formula."""
        nodes = [
            Node("symbol", (), name) for name, one in self.symbols.table.items() if one.kind != "function"
        ]
        parts = [here for path, here, _ in self.scene.places if path and here.op not in ("symbol", "number")]
        for term in dict.fromkeys((*([] if is_matrix(self.value) else [edits.ONE]), *nodes, *parts)):
            size = self.scene.value(term)
            if size is not None and self.alike(size):
                yield term, size


def _bends(node: Node) -> bool:
    """Whether a factor inside is no factor outside."""
    return node.op == "power" or called(node) not in _LINEAR


def value_in_field(formula: Formula, index: int) -> tuple[Value, bool]:
    """The value at a point of the field, and whether a function was met that it does not know.

    Raises:
        Undefined: there is no value there.
    """
    where, counting = _in_field(index)
    found = formula.at(where, formula.plural, counting)
    return found.value, found.opaque


def _in_field(index: int) -> tuple[int, bool]:
    return (0, False) if index == UNCOUNTED else (-1 - index, True)


def table_of(expected: Formula, index: int) -> Table | None:
    """The values of all edits at a point: of the field (-1 to `UNCOUNTED`) or of real numbers (0, 1, ...)."""
    frame = expected.frame
    try:
        if index < 0:
            value, opaque = value_in_field(expected, index)
            return Table(expected, frame.point(*_in_field(index)), index, value, opaque)
        point = frame.ball_point(index, PRECISION)
        if point is None:
            return None
        with at_precision():
            value = evaluate(expected.settled, point)
            return Table(expected, point, index, value, True) if finite(value) else None
    except NO_VALUE:
        return None
