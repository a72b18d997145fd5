"""Why a formula is not the expected one: the slip that leads to it, the shapes, a point where they differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.checks._common import Difference
from grader.errors import StudentError
from grader.maths.sameness import identity
from grader.maths.tree import Node
from grader.types import Evidence, Note

if TYPE_CHECKING:
    from grader.maths.why.edit_search import Finder, Found


class Why:
    """What tells the slips of the accepted formulas of one part; made when the first answer is wrong."""

    def __init__(
        self,
        nodes: Sequence[Node],
        formulas: Sequence[identity.Formula],
        frame: identity.Frame,
        square: identity.Frame,
        *,
        any_layout: bool,
    ) -> None:
        self.nodes, self.formulas, self.any_layout = tuple(nodes), tuple(formulas), any_layout
        self.frame, self.square = frame, square
        self._finders: list[Finder] | None = None
        self._broken: list[Finder] | None = None

    def of_value(self, formula: identity.Formula) -> Difference:
        """Why a formula that has a value is wrong."""
        from grader.maths.why.edit_search import Finder, nearest

        if self._finders is None:
            self._finders = [Finder(expected) for expected in self.formulas]
        position, slip = nearest(self._finders, formula, any_layout=self.any_layout) or (0, None)
        expected = self.formulas[position]
        found = identity.compare(expected, formula, any_layout=self.any_layout)
        if found.code == "shape" and slip is None:
            return Difference("shape", found.how)
        example = identity.find_counterexample(expected, formula) if found.code != "shape" else None
        proof = Note("proof", found.how)
        evidence: tuple[Evidence, ...] = (proof,) if example is None else (proof, example)
        if slip is None:
            return Difference("wrong", "This is not the expected formula.", evidence)
        code = slip.code if slip.code == "constant-factor" else f"edit:{slip.code}"
        return Difference(code, slip.say, evidence)

    def of_shapes(self, node: Node, square: identity.Formula | None, broken: str) -> Difference:
        """Why a formula that does not conform is wrong: `square` is its value with all dimensions as one."""
        slip = self._written(node) if square is None else self._in_square(square)
        if slip is None:
            return Difference("shape", broken)
        return Difference(f"edit:{slip.code}", slip.say, (Note("proof", broken),))

    def _in_square(self, square: identity.Formula) -> Found | None:
        from grader.maths.why.edit_search import Finder, nearest

        if self._broken is None:
            self._broken = []
            for node in self.nodes:
                try:
                    self._broken.append(Finder(identity.settle(node, self.square), self.frame))
                except StudentError:
                    continue
        found = nearest(self._broken, square, any_layout=self.any_layout)
        return found[1] if found is not None else None

    def _written(self, node: Node) -> Found | None:
        from grader.maths.why.edit_search import as_written

        slips = [as_written(expected, node, self.frame.symbols) for expected in self.nodes]
        return min((slip for slip in slips if slip is not None), key=lambda slip: slip.rank, default=None)
