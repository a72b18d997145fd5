"""The option `gradient_of`: an answer is checked against its loss, with no reference."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from grader.checks import OptionError, Setting
from grader.checks._common import CheckOptions, Difference, Formula, resolve
from grader.errors import StudentError
from grader.maths.notation import to_text
from grader.maths.tree import Node
from grader.types import Evidence, Note

if TYPE_CHECKING:
    from grader.maths.why.gradient import Checked, Gradient


class GradientOf(CheckOptions):
    """A loss and the name it is differentiated by: `{loss: norm(X w - t)^2 / n, by: w}`."""

    loss: Formula
    by: str


class Loss(NamedTuple):
    """A loss that is differentiated, and its name as it is written in the rubric."""

    gradient: Gradient
    text: str
    by: str


def prepare_loss(option: GradientOf, setting: Setting) -> Loss:
    """The derivative of the loss.

    Raises:
        OptionError: it cannot be read or differentiated.
    """
    from grader.maths.why.gradient import Gradient

    loss = resolve(option.loss, setting, setting.symbols, ("gradient_of", "loss"))
    symbol = setting.symbols.find(option.by)
    if symbol is None:
        known = ", ".join(setting.symbols.table)
        raise OptionError(("gradient_of", "by"), repr(option.by), f"one of the symbols {known}")
    try:
        gradient = Gradient(loss.node, symbol.name, setting.symbols, setting.secret)
    except StudentError as error:
        raise OptionError(("gradient_of", "loss"), repr(option.loss), f"a loss: {error}") from error
    return Loss(gradient, loss.text, option.by)


def evidence_of(found: Checked) -> tuple[Evidence, ...]:
    """How a gradient was found right."""
    layout = (Note("remark", "Written in the other layout (transposed), which is accepted."),)
    return (Note("proof", found.comparison.how), *(layout if found.comparison.transposed else ()))


def difference_of(loss: Loss, found: Checked) -> Difference:
    """Why an answer is not the gradient."""
    comparison = found.comparison
    if comparison.outcome == "undecided":
        return Difference("undecided", comparison.how, credit=None)
    if comparison.code == "shape":
        return Difference("shape", comparison.how)
    proof = Note("proof", comparison.how)
    evidence: tuple[Evidence, ...] = (proof,) if found.example is None else (proof, found.example)
    what = f"the derivative of {loss.text} by {loss.by}"
    if found.factor is None:
        return Difference("wrong", f"This is not {what}.", evidence)
    factor = to_text(found.factor)
    said = "has the opposite sign of" if factor == "-1" else f"is {factor} times"
    return Difference("constant-factor", f"This {said} {what}.", evidence)


def is_gradient(loss: Loss, node: Node, any_layout: bool) -> Checked | None:
    """What checking an answer finds; None where it does not conform."""
    try:
        return loss.gradient.check(node, any_layout=any_layout)
    except StudentError:
        return None
