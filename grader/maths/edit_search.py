"""Why a formula is wrong: the likeliest single edit of the expected one that gives exactly this function.

The values of all edited formulas at one secret point are worked out once for each expected formula, and a
wrong answer is looked up among them. Unchanged parts are worked out once: beside an edit they are names with
a known value. What is found there is verified by `identity.compare`, so it is never only a coincidence.
Factors and coefficients are solved for, not tried.
"""

from __future__ import annotations

from dataclasses import dataclass

from grader.errors import StudentError
from grader.maths import edits, identity
from grader.maths.edit_scene import NO_VALUE
from grader.maths.edit_table import Table, table_of
from grader.maths.edit_words import say
from grader.maths.edits import RANK, Edit
from grader.maths.evaluate import Undefined, Value
from grader.maths.identity import Formula, Frame
from grader.maths.names import Symbols
from grader.maths.notation.text import to_text
from grader.maths.shapes import infer
from grader.maths.tree import Node

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
        for index in (-1, 0, 1, 2):
            table = self._table(index)
            if table is None:
                continue
            value = table.value_of(got)
            if value is None:
                continue
            with table.precision():
                found = self._search(table, got, value, any_layout)
            if found is not None or index >= 0:
                return found
            if not table.opaque and not self._opaque(got):
                return None
        return None

    def _search(self, table: Table, got: Formula, value: Value, any_layout: bool) -> Found | None:
        seen = 0
        tried: set[Node] = set()
        for edit in table.candidates(value):
            if edit.tree in tried:
                continue
            tried.add(edit.tree)
            if self._verified(edit.tree, got, any_layout or edit.code == "other-layout"):
                return Found(edit.code, self._sentence(table, edit, value), edit.tree)
            seen += 1
            if seen >= _MOST_CHECKED:
                return None
        for one, other, tree in table.pairs(value):
            if self._verified(tree, got, any_layout):
                return Found(f"{one.code}+{other.code}", self._two(one, other), tree)
            seen += 1
            if seen >= _MOST_CHECKED:
                return None
        return None

    def _sentence(self, table: Table, edit: Edit, value: Value) -> str:
        cause = None
        if edit.code == "constant-factor":
            causes = ("missing-factor", "missing-division", "missing-square", "mean-for-sum", "sum-for-mean")
            cause = next((one for one in table.matching(value) if one.code in causes), None)
        return say(edit, self.expected.node, self.expected.frame.symbols, cause)

    def _two(self, one: Edit, other: Edit) -> str:
        node, symbols = self.expected.node, self.expected.frame.symbols
        return f"Two things differ. {say(one, node, symbols)} {say(other, node, symbols)}"

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
        except Undefined:
            return True

    def _table(self, index: int) -> Table | None:
        if index not in self._tables:
            self._tables[index] = table_of(self.expected, index)
        return self._tables[index]


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
