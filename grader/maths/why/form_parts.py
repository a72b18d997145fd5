"""What questions about form look at: the factors, terms, fractions and polynomials a formula has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from math import gcd, lcm
from typing import Any, NamedTuple

from grader.errors import StudentError
from grader.maths.notation.text import to_text
from grader.maths.tree import Node
from grader.maths.why.edits import constant


class Form(NamedTuple):
    """Whether a formula has a form; where not, why, and the part that is at fault. None where it is open."""

    holds: bool | None
    why: str = ""
    place: Node | None = None

    def __bool__(self) -> bool:
        return self.holds is True


YES = Form(True)


class Open(Exception):
    """The form of this formula cannot be told."""


def factors_of(node: Node) -> Iterator[Node]:
    """The factors of a product or quotient as it is written, powers as their base."""
    if node.op in ("product", "hadamard"):
        for argument in node.args:
            yield from factors_of(argument)
    elif node.op == "negate" or (node.op == "power" and is_whole(node.args[1])):
        yield from factors_of(node.args[0])
    elif node.op == "divide":
        yield from factors_of(node.args[0])
        yield from factors_of(node.args[1])
    else:
        yield node


def terms_of(node: Node) -> Iterator[Node]:
    """The terms of a sum as it is written; of anything else, itself."""
    if node.op == "sum":
        for argument in node.args:
            yield from terms_of(argument)
    else:
        yield node


def inside(node: Node) -> Node:
    """A formula without the sign in front."""
    return node.args[0] if node.op == "negate" else node


def number_of(node: Node) -> Fraction | None:
    """The value of a written number or fraction of numbers; None for anything else."""
    return constant(node)


def is_whole(node: Node) -> bool:
    """Whether a node is a positive whole number."""
    value = number_of(node)
    return value is not None and value.denominator == 1 and value > 0


def divides(node: Node) -> bool:
    """Whether a node is a fraction: a quotient, a fraction of numbers, or a negative power."""
    if node.op == "number" and isinstance(node.value, Fraction):
        return node.value.denominator != 1
    if node.op == "power":
        exponent = number_of(node.args[1])
        return exponent is not None and exponent < 0
    return node.op == "divide"


def is_fraction_of_numbers(node: Node) -> bool:
    """Whether a node is a rational number, written with at most one fraction bar."""
    if node.op == "number":
        return True
    return node.op == "divide" and all(
        (value := number_of(part)) is not None and value.denominator == 1 for part in node.args
    )


def over(node: Node) -> tuple[Node, Node | None]:
    """Numerator and denominator of a term; a fraction times a number counts as one fraction."""
    if node.op == "divide":
        return node.args[0], node.args[1]
    if node.op == "product":
        others = [part for part in node.args if part.op != "divide"]
        fractions = [part for part in node.args if part.op == "divide"]
        if len(fractions) == 1:
            above, below = fractions[0].args
            return Node("product", (*others, above)) if others else above, below
    if node.op == "power":
        exponent = number_of(node.args[1])
        if exponent is not None and exponent < 0:
            below = Node("power", (node.args[0], Node("number", (), -exponent)))
            return Node("number", (), Fraction(1)), below
    return node, None


def without_number(term: Node) -> tuple[str, ...]:
    """A term without the number in front, its factors in order."""
    core = term.args[0] if term.op == "negate" else term
    if core.op == "divide" and number_of(core.args[1]) is not None:
        core = core.args[0]
    if core.op == "divide":
        below = f"1/({to_text(core.args[1])})"
        return tuple(sorted((*without_number(core.args[0]), below)))
    factors = core.args if core.op == "product" else (core,)
    return tuple(sorted(to_text(factor) for factor in factors if number_of(factor) is None))


def typed_digits(node: Node) -> str:
    """The digits of a number as they were typed.

    Raises:
        Open: it is no number typed as digits.
    """
    core = node.args[0] if node.op == "negate" else node
    if core.op == "product" and len(core.args) == 2 and core.args[1].op in ("power", "number"):
        core = core.args[0]  # 4.12 * 10^-3
    text = str(core.value) if core.op in ("decimal", "number") else ""
    digits = re.split("[eE]", text)[0]
    if not re.fullmatch(r"\d*\.?\d*", digits) or not digits:
        raise Open(f"{to_text(node)} is not typed as a decimal number.")
    return digits


def polynomial_of(node: Node) -> tuple[Any, Any] | None:
    """The polynomial of a formula and its ring; None where it is none."""
    from grader.maths.sameness.polynomials import ring
    from grader.maths.sameness.realsets import Unsettled

    try:
        within = ring([node])
        above, below = within.ratio(node)
    except (Unsettled, StudentError) as error:
        raise Open(f"The form of {to_text(node)} cannot be told: {error}.") from None
    if not below.is_constant():
        return None
    return above / below.leading_coefficient(), within


def polynomials_of(above: Node, below: Node) -> tuple[Any, Any]:
    """Two formulas as polynomials of one ring; None twice where one of them is none."""
    from grader.maths.sameness.polynomials import ring
    from grader.maths.sameness.realsets import Unsettled

    try:
        within = ring([above, below])
        top, bottom = within.ratio(above), within.ratio(below)
    except (Unsettled, StudentError) as error:
        raise Open(f"The form of a fraction cannot be told: {error}.") from None
    if not (top.below.is_constant() and bottom.below.is_constant()):
        return None, None
    return top.above / top.below.leading_coefficient(), bottom.above / bottom.below.leading_coefficient()


def common_factor(fraction: Node) -> str | None:
    """What numerator and denominator of a fraction have in common, in words."""
    top, bottom = polynomials_of(*fraction.args)
    if top is None or bottom is None:
        return None
    common = top.gcd(bottom)
    if not common.is_constant():
        from grader.maths.sameness.polynomials import as_node, ring

        return to_text(as_node(common, ring(list(fraction.args))))
    numbers = [content_of(top), content_of(bottom)]
    if all(value.denominator == 1 for value in numbers):
        shared = gcd(*(value.numerator for value in numbers))
        if shared > 1:
            return str(shared)
    return None


def content_of(polynomial: Any) -> Fraction:
    """The largest number that can be taken out of a polynomial with its coefficients staying whole."""
    values = [Fraction(int(value.p), int(value.q)) for value in polynomial.to_dict().values()]
    if not values:
        return Fraction(1)
    whole = gcd(*(value.numerator for value in values))
    return Fraction(whole, lcm(*(value.denominator for value in values)))
