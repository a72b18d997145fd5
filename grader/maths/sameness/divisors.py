"""The gcd and the lcm of formulas that are not integers: those of the polynomials that they are.

`gcd(x y, x)` of names that nobody calls integers has no meaning as numbers; among polynomials it is `x`.
Whatever is no polynomial (`sqrt(5)`, `pi`, `sin x`) counts as one more variable. Where all coefficients are
integers they are divided too, so that `gcd(125, 50 x)` is 25; otherwise the result has leading coefficient 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import reduce
from math import gcd, lcm
from operator import is_not
from typing import TYPE_CHECKING

from grader.maths.names import Symbols
from grader.maths.sameness.monomials import common_divisor, common_multiple, monomial
from grader.maths.sameness.polynomials import as_node, ring
from grader.maths.sameness.realsets import Unsettled
from grader.maths.tree import Node, names_in, walk

if TYPE_CHECKING:
    from flint import fmpq_mpoly

_NAMES = ("gcd", "lcm")
_MOST_ARGUMENTS = 20


def with_divisors_of_polynomials(node: Node, symbols: Symbols) -> Node:
    """The formula with every gcd and lcm of polynomials worked out; those of integers and numbers stay."""
    if not node.args:
        return node
    args = tuple([with_divisors_of_polynomials(arg, symbols) for arg in node.args])
    if any(map(is_not, args, node.args)):
        node = Node(node.op, args, node.value)
    if node.op != "call" or _name(node) not in _NAMES or not _of_polynomials(node, symbols):
        return node
    try:
        return _worked_out(_name(node), node.args)
    except (Unsettled, ArithmeticError):
        return node


def _name(node: Node) -> str:
    assert isinstance(node.value, tuple)
    return str(node.value[0])


def _of_polynomials(node: Node, symbols: Symbols) -> bool:
    """Whether there is a name that is no integer, or a number that is not rational."""
    names = names_in(node)
    if any(name not in symbols.table or symbols.table[name].shape != (1, 1) for name in names):
        return False
    if names:
        return any(symbols.table[name].domain not in ("integer",) for name in names)
    return any(part.op in ("constant", "power", "call") for arg in node.args for part in walk(arg))


def _worked_out(name: str, args: Sequence[Node]) -> Node:
    """Raises: Unsettled or ArithmeticError where an argument is no polynomial, or too large a one."""
    if not 1 <= len(args) <= _MOST_ARGUMENTS:
        raise Unsettled("too many arguments")
    monomials = [one for one in map(monomial, args) if one is not None]
    if len(args) == len(monomials) > 1:
        return common_divisor(monomials) if name == "gcd" else common_multiple(monomials)
    return of_polynomials(name, args)


def of_polynomials(name: str, args: Sequence[Node]) -> Node:
    """The gcd or the lcm of polynomials in any number of names.

    Raises:
        Unsettled, ArithmeticError: an argument is no polynomial, or too large a one.
    """
    within = ring(args)
    polynomials = []
    for arg in args:
        above, below = within.ratio(arg)
        if not below.is_constant():
            raise Unsettled("a quotient")
        polynomials.append(above / below.leading_coefficient())
    whole = all(value.q == 1 for one in polynomials for value in one.coeffs())
    step = {"gcd": _common_divisor, "lcm": _common_multiple}[name]
    return as_node(reduce(lambda one, other: step(one, other, whole), polynomials), within)


def _common_divisor(one: fmpq_mpoly, other: fmpq_mpoly, whole: bool) -> fmpq_mpoly:
    found = one.gcd(other)
    if not whole or found.is_zero():
        return found
    content = Fraction(gcd(_content(one).numerator, _content(other).numerator)) / _content(found)
    return found * content.numerator / content.denominator


def _common_multiple(one: fmpq_mpoly, other: fmpq_mpoly, whole: bool) -> fmpq_mpoly:
    if one.is_zero() or other.is_zero():
        return one * other
    found = one * other // _common_divisor(one, other, whole)
    return found if whole else found / found.leading_coefficient()


def _content(polynomial: fmpq_mpoly) -> Fraction:
    """The rational number that leaves integers without a common divisor when it is divided out."""
    values = [(int(value.p), int(value.q)) for value in polynomial.coeffs()]
    below = lcm(*[value[1] for value in values])
    return Fraction(gcd(*[value[0] * (below // value[1]) for value in values]), below)
