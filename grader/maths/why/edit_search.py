"""Why a formula is wrong: the likeliest single edit of the expected one that gives exactly this function.

The values of all edited formulas at one secret point are worked out once for each expected formula, and a
wrong answer is looked up among them. The point is one that tells the two apart: sizes and whole numbers are
small, and at n = 3 both n - 2 and its inverse are 1. Unchanged parts are worked out once: beside an edit they
are names with a known value. What is found there is verified by `identity.compare`, so it is never only a
coincidence. Factors and coefficients are solved for, not tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from grader.errors import StudentError
from grader.maths.names import Symbols
from grader.maths.notation.text import to_text
from grader.maths.sameness import identity
from grader.maths.sameness.identity import Formula, Frame
from grader.maths.tree import Node, names_in, walk
from grader.maths.values.evaluate import Value, is_matrix
from grader.maths.values.shapes import infer
from grader.maths.why import edits
from grader.maths.why.edit_scene import NO_VALUE
from grader.maths.why.edit_table import UNCOUNTED, Table, table_of, value_in_field
from grader.maths.why.edit_words import say, say_rest
from grader.maths.why.edits import RANK, Edit

_MOST_CHECKED = 12  # candidates that agree at one point and are compared in full
_LONGEST_WRITTEN = 300


@dataclass(frozen=True, slots=True)
class Found:
    """One edit, or two, that make the expected formula the student's; `say` is for the student."""

    code: str
    say: str
    tree: Node

    @property
    def rank(self) -> tuple[int, int]:
        """Smaller is likelier: one edit before two, then the order of `edits.ORDER`."""
        codes = self.code.split("+")
        return len(codes), RANK[codes[0]]


class Finder:
    """The edits of one expected formula; keeps their values from one wrong answer to the next.

    With `conforming` the formulas are of a square frame, and only edits that do not conform in that other
    frame are told: the student's formula does not conform there.
    """

    def __init__(self, expected: Formula, conforming: Frame | None = None) -> None:
        self.expected, self.conforming = expected, conforming
        self._tables: dict[int, Table | None] = {}

    def find(self, got: Formula, *, any_layout: bool = True) -> Found | None:
        """The likeliest edit that gives this function, verified; None if none does."""
        found = nearest([self], got, any_layout=any_layout)
        return found[1] if found is not None else None

    @property
    def edits(self) -> int:
        """How many edits one search looks at: what it costs."""
        table = next((one for one in self._tables.values() if one is not None), None) or self._table(-1)
        return 0 if table is None else len(table.edits)

    def exactly(self, got: Formula, any_layout: bool) -> Found | None:
        """The single edit whose value is the student's in exact arithmetic."""
        table, value = self._telling(got)
        return None if table is None or value is None else self._single(table, got, value, any_layout)

    def nearly(self, got: Formula, any_layout: bool) -> Found | None:
        """The same by real numbers, for functions whose identities exact arithmetic does not see."""
        exact = self._table(-1)
        if exact is not None and not exact.opaque and not self._opaque(got):
            return None
        told = None
        for index in range(3):
            table = self._table(index)
            value = None if table is None else table.value_of(got)
            if table is None or value is None:
                continue
            told = table, value
            with table.precision():
                if not table.same(value, table.value):
                    break
        if told is None:
            return None
        table, value = told
        with table.precision():
            return self._single(table, got, value, any_layout)

    def twice(self, got: Formula, any_layout: bool) -> Found | None:
        """Two edits at once; only of a formula that has most of the expected one left."""
        table, value = self._telling(got)
        if table is None or value is None or not _much_is_left(self.expected, got):
            return None
        for one, other, tree in islice(table.pairs(value), _MOST_CHECKED):
            if self._verified(tree, got, any_layout):
                return Found(f"{one.code}+{other.code}", self._two(one, other), tree)
        return None

    def _telling(self, got: Formula) -> tuple[Table | None, Value | None]:
        """The first table at whose point this formula differs from the expected one, and its value there."""
        first: tuple[Table | None, Value | None] = None, None
        counting = got.counting() or self.expected.counting()
        for index in (*range(-1, UNCOUNTED, -1), *(() if counting else (UNCOUNTED,))):
            try:
                value, expected = (value_in_field(one, index)[0] for one in (got, self.expected))
            except NO_VALUE:
                continue
            differs = is_matrix(value) != is_matrix(expected) or value != expected
            if differs or first[0] is None:
                first = self._table(index), value
            if differs:
                break
        return first

    def _single(self, table: Table, got: Formula, value: Value, any_layout: bool) -> Found | None:
        tried: set[Node] = set()
        for edit in table.candidates(value, got.node):
            if edit.tree in tried:
                continue
            tried.add(edit.tree)
            if self._verified(edit.tree, got, any_layout or edit.code == "other-layout"):
                return Found(edit.code, self._sentence(table, edit, value), edit.tree)
            if len(tried) >= _MOST_CHECKED:
                break
        return None

    def _sentence(self, table: Table, edit: Edit, value: Value) -> str:
        cause = None
        if edit.code == "constant-factor":
            causes = ("missing-factor", "missing-division", "missing-square", "mean-for-sum", "sum-for-mean")
            cause = next((one for one in table.matching(value) if one.code in causes), None)
        return say(edit, self.expected.node, self.expected.frame.symbols, cause)

    def _two(self, one: Edit, other: Edit) -> str:
        node, symbols = self.expected.node, self.expected.frame.symbols
        rest = say_rest(other.about) if other.code == "constant-factor" else say(other, node, symbols)
        return f"Two things differ. {say(one, node, symbols)} {rest}"

    def _verified(self, tree: Node, got: Formula, any_layout: bool) -> bool:
        if self.conforming is not None:
            try:
                infer(tree, self.conforming.symbols)
            except StudentError:
                pass
            else:
                return False
        try:
            formula = identity.settle(tree, self.expected.frame)
            return identity.compare(formula, got, any_layout=any_layout).outcome == "same"
        except NO_VALUE:
            return False

    def _opaque(self, got: Formula) -> bool:
        try:
            return got.value(0)[1]
        except NO_VALUE:
            return True

    def _table(self, index: int) -> Table | None:
        if index not in self._tables:
            self._tables[index] = table_of(self.expected, index)
        return self._tables[index]


_TRIED_TWICE = 3  # expected formulas of which two edits are looked for
_MOST_EDITS = 1_000  # that one question may look at: a count, so that the same question gets the same answer


def nearest(
    finders: Sequence[Finder | None], got: Formula, *, any_layout: bool = True
) -> tuple[int, Found] | None:
    """The likeliest edit of any of several expected formulas, and of which; one edit before two."""
    spent = 0
    for search in (Finder.exactly, Finder.nearly, Finder.twice):
        found = []
        for position, finder in enumerate(finders[:_TRIED_TWICE] if search is Finder.twice else finders):
            if finder is None or spent > _MOST_EDITS:
                continue
            one = search(finder, got, any_layout)
            spent += finder.edits
            if one is not None:
                found.append((position, one))
        if found:
            return min(found, key=lambda pair: pair[1].rank)
    return None


def _much_is_left(expected: Formula, got: Formula) -> bool:
    """Two edits explain nearly everything of a short formula: then they explain nothing."""
    ours, theirs = _used(expected), _used(got)
    if len(theirs & ours) * 3 < len(ours) * 2:
        return False
    return 2 * sum(1 for _ in walk(got.settled)) >= sum(1 for _ in walk(expected.settled))


def _used(formula: Formula) -> frozenset[str]:
    """The declared names behind a formula; an abbreviation counts as what it stands for."""
    names: set[str] = set()
    waiting = list(names_in(formula.settled))
    while waiting:
        name = waiting.pop()
        symbol = formula.frame.symbols.table.get(name)
        if symbol is None or symbol.definition is None:
            names.add(name)
        else:
            waiting.extend(names_in(symbol.definition))
    return frozenset(names)


def as_written(expected: Node, got: Node, symbols: Symbols) -> Found | None:
    """The edit that gives a formula as it is written: for what has no value in any frame, such as two vectors
    side by side.
    """
    if len(to_text(got)) > _LONGEST_WRITTEN:
        return None
    for edit in sorted(edits.mutants(expected, symbols), key=lambda edit: RANK[edit.code]):
        if edit.tree == got:
            return Found(edit.code, say(edit, expected, symbols), edit.tree)
    return None
