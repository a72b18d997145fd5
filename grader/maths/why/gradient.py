"""Is this the gradient of that loss? No reference is needed: the stated loss is differentiated exactly.

The differential of the loss in a random direction must be the answer times that direction. Both are formulas
in the declared names and the direction, so that they are compared like any other two: exactly in a finite
field, else with error-bounded real numbers. Either layout is recognised.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from grader.errors import StudentError
from grader.maths.names import SCALAR, Shape, Symbol, Symbols
from grader.maths.sameness import identity
from grader.maths.sameness.identity import Comparison, Formula, Frame
from grader.maths.tree import Node, call, number
from grader.maths.values.evaluate import Undefined, evaluate, is_matrix
from grader.maths.values.shapes import FLEXIBLE, describe
from grader.maths.why.differential import differential
from grader.maths.why.edit_factors import factor_node, ratio_of, scaled, units_of, usual_factors
from grader.types import Counterexample

_NO_VALUE = (StudentError, Undefined, ArithmeticError, KeyError)


@dataclass(frozen=True, slots=True)
class Checked:
    """What checking a gradient found; `factor` where the answer is a usual multiple of the gradient."""

    comparison: Comparison
    example: Counterexample | None = None
    factor: Node | None = None


def check_gradient(
    loss: Node, variable: str, answer: Node, symbols: Symbols, secret: bytes = b"", *, any_layout: bool = True
) -> Checked:
    """Whether `answer` is the derivative of `loss` by a declared name.

    Raises:
        StudentError: a formula does not conform, or the loss has no rule of differentiation.
    """
    return Gradient(loss, variable, symbols, secret).check(answer, any_layout=any_layout)


class Gradient:
    """A loss that is differentiated once, and the frame its gradients are compared in.

    Raises:
        StudentError: the loss does not conform, is a matrix, or cannot be differentiated.
    """

    def __init__(self, loss: Node, variable: str, symbols: Symbols, secret: bytes = b"") -> None:
        declared = symbols.table.get(variable)
        if declared is None or declared.definition is not None or declared.kind in ("function", "dimension"):
            raise StudentError(f"One cannot differentiate by {variable}.", code="derivative")
        self.variable, self.shape = variable, declared.shape
        name = f"change of {variable}"
        self.change = Node("symbol", (), name)
        moved = Symbol(name, declared.kind, declared.shape)
        table = {**symbols.table, name: moved}
        self.frame = Frame(Symbols(table, symbols.spellings, symbols.dimensions), secret)
        formula = identity.settle(loss, self.frame)
        self.result = formula.shape
        if SCALAR not in (self.shape, self.result) and (self.shape[1] != 1 or self.result[1] != 1):
            raise StudentError(
                f"The loss is {describe(self.result)}; a number is differentiated.", code="shape"
            )
        found = differential(formula.settled, variable, self.change, self.frame.symbols, self._is_matrix)
        zero = Node("product", (number(0), formula.settled))
        self.differential = Formula(loss, found if found is not None else zero, self.result, self.frame)

    def check(self, answer: Node, *, any_layout: bool = True) -> Checked:
        """Whether an answer is this gradient.

        Raises:
            StudentError: it does not conform.
        """
        got = identity.settle(answer, self.frame)
        wanted = self._shape_of_gradient()
        if got.shape == FLEXIBLE and wanted == self.shape:
            # A multiple of I beside the variable gets its size from it.
            nothing = Node("product", (number(0), Node("symbol", (), self.variable)))
            got = identity.settle(Node("sum", (nothing, answer)), self.frame)
        readings = [(got, False)] if got.shape == wanted else []
        if any_layout and got.shape == (wanted[1], wanted[0]) != SCALAR:
            readings.append((got.transposed(), True))
        if not readings:
            how = f"This is {describe(got.shape)}; {describe(wanted)} is wanted."
            return Checked(Comparison("different", how, "shape"))
        first: Comparison | None = None
        for formula, turned in readings:
            found = identity.compare(self.differential, self._along(formula))
            if found.outcome == "same":
                return Checked(replace(found, transposed=turned, how=_told(found)))
            first = first or found
        assert first is not None
        if first.outcome != "different":
            return Checked(first)
        for formula, _ in readings:
            factor = self._factor(formula)
            if factor is not None:
                return Checked(first, self._example(readings[0][0]), factor)
        return Checked(first, self._example(readings[0][0]))

    def _shape_of_gradient(self) -> Shape:
        if SCALAR in (self.shape, self.result):
            return self.shape if self.result == SCALAR else self.result
        return (self.result[0], self.shape[0])  # the Jacobian of a vector by a vector

    def _along(self, formula: Formula) -> Formula:
        """What a gradient says the loss changes by."""
        if self.result != SCALAR and self.shape != SCALAR:
            change = Node("product", (formula.settled, self.change))
        elif self.shape == SCALAR:
            change = Node("product", (self.change, formula.settled))
        else:
            change = call("total", Node("hadamard", (formula.settled, self.change)))
        return Formula(formula.node, change, self.result, self.frame)

    def _factor(self, formula: Formula) -> Node | None:
        """The usual factor between an answer and the gradient, verified."""
        along = self._along(formula)
        try:
            (wanted, _), (value, _) = self.differential.value(0), along.value(0)
            ratio = ratio_of(value, wanted, lambda left, right: bool(left == right))
            point = self.frame.point(0)
            units = units_of(self.frame.symbols)
            sizes = tuple(int(evaluate(unit, point)) for unit in units)
        except _NO_VALUE:
            return None
        if ratio is None:
            return None
        prime = int(point.algebra.prime)  # type: ignore[attr-defined]
        for fraction, position in usual_factors(prime, sizes).get(int(ratio), ()):
            factor = factor_node(fraction, position, units)
            times = Formula(formula.node, scaled(factor, self.differential.settled), self.result, self.frame)
            if factor != number(1) and identity.compare(times, along).outcome == "same":
                return factor
        return None

    def _example(self, formula: Formula) -> Counterexample | None:
        """A small point and a change of the variable for which the loss changes by something else."""
        try:
            return identity.find_counterexample(self.differential, self._along(formula))
        except _NO_VALUE:
            return None

    def _is_matrix(self, settled: Node) -> bool:
        for index in range(3):
            try:
                return is_matrix(evaluate(settled, self.frame.point(index)))
            except (Undefined, ArithmeticError):
                continue
            except KeyError:
                break  # inside a sum over an index, where everything is a number
        return False


def _told(found: Comparison) -> str:
    return f"The loss was differentiated exactly in a random direction. {found.how}"
