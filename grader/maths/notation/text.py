"""Trees as plain text, which the plain reader reads back to the same tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from grader.maths.names import GREEK
from grader.maths.notation.strength import (
    AND,
    ATOM,
    FOLD,
    HADAMARD,
    INTERSECTION,
    NEGATE,
    NOT,
    OR,
    POWER,
    PRODUCT,
    RELATION,
    SUM,
    UNION,
    call_name,
    cases_in,
    fences_of,
    pair_of,
    signs_of,
    strength,
)
from grader.maths.tree import Node

__all__ = ["call_name", "strength", "to_text"]

_CONSTANTS = {"infinity": "∞"}
_SETS = {"reals": "ℝ", "integers": "ℤ", "rationals": "ℚ", "naturals": "ℕ", "complex": "ℂ"}
_FUNCTIONS = {"gamma": "Gamma"}


def to_text(node: Node) -> str:
    """The formula in plain notation.

    Intervals that are closed or open on both sides, and sets of one element, read back only where a set
    is due: `[1, 2]` alone is a list.

    >>> from fractions import Fraction
    >>> minus_x = Node("negate", (Node("symbol", (), "x"),))
    >>> minus_x = Node("negate", (Node("symbol", (), "x"),))
    >>> to_text(Node("power", (minus_x, Node("number", (), Fraction(2)))))
    '(-x)^2'
    """
    write = _WRITERS.get(node.op)
    return write(node) if write is not None else f"{node.op}({_list(node.args)})"


def _value(node: Node) -> str:
    return str(node.value)


def _identity(node: Node) -> str:
    return "I" if node.value is None else f"I_{node.value}"


def _sum(node: Node) -> str:
    parts = [_in(node.args[0], SUM)]
    for term in node.args[1:]:
        negative = term.op == "negate"
        parts.append(f"- {_in(term.args[0], FOLD)}" if negative else f"+ {_in(term, FOLD)}")
    return " ".join(parts)


def _plusminus(node: Node) -> str:
    sign = "±" if node.value == "+-" else "∓"
    if len(node.args) == 1:
        return f"{sign}{_in(node.args[0], PRODUCT)}"
    return f"{_in(node.args[0], SUM)} {sign} {_in(node.args[1], FOLD)}"


def _product(node: Node) -> str:
    return " * ".join([_in(node.args[0], PRODUCT), *(_in(factor, NEGATE) for factor in node.args[1:])])


def _power(node: Node) -> str:
    sign = " .^ " if node.value == "elementwise" else "^"
    return f"{_in(node.args[0], POWER)}{sign}{_exponent(node.args[1])}"


def _exponent(node: Node) -> str:
    if node.op == "negate" and strength(node.args[0]) == ATOM and node.args[0].op != "call":
        return f"-{to_text(node.args[0])}"
    # x^1[a > 0] would be read as x^1 times a list.
    return f"({to_text(node)})" if node.op == "indicator" else _in(node, ATOM)


def _call(node: Node) -> str:
    name, primes = call_name(node)
    return f"{_FUNCTIONS.get(name, name)}{chr(39) * primes}({_list(node.args)})"


def _matrix(node: Node) -> str:
    return f"[{', '.join(f'[{_list(row.args)}]' for row in node.args)}]"


def _entry(node: Node) -> str:
    array = node.args[0]
    text = to_text(array) if array.op == "symbol" else f"({to_text(array)})"
    return f"{text}_{{{_list(node.args[1:])}}}"


def _fold(node: Node) -> str:
    kind, index = pair_of(node)
    word = "sum" if kind == "sum" else "prod"
    body, *limits = node.args
    if len(limits) != 2:
        return f"{word}_{{{index}}} {_in(body, HADAMARD)}"
    return f"{word}_{{{index} = {to_text(limits[0])}}}^{{{to_text(limits[1])}}} {_in(body, HADAMARD)}"


def _derivative(node: Node) -> str:
    name, order = pair_of(node)
    power = "" if order == "1" else f"^{order}"
    return f"∂{power}/∂{GREEK.get(name, name)}{power} {_in(node.args[0], HADAMARD)}"


def _integral(node: Node) -> str:
    name = str(node.value)
    body, *limits = node.args
    ends = f"_{{{to_text(limits[0])}}}^{{{to_text(limits[1])}}}" if len(limits) == 2 else ""
    return f"∫{ends} {_in(body, SUM)} d{GREEK.get(name, name)}"


def _limit(node: Node) -> str:
    name, side = pair_of(node)
    point = _in(node.args[1], ATOM) if side else to_text(node.args[1])
    return f"lim_{{{name} -> {point}{f'^{side}' if side else ''}}} {_in(node.args[0], HADAMARD)}"


def _cases(node: Node) -> str:
    pairs, otherwise = cases_in(node)
    parts = [f"{to_text(value)} if {to_text(condition)}" for value, condition in pairs]
    if otherwise is not None:
        parts.append(f"{to_text(otherwise)} otherwise")
    return f"{{{', '.join(parts)}}}"


def _relation(node: Node) -> str:
    sides = [_in(side, UNION) for side in node.args]
    for position, sign in enumerate(signs_of(node)):
        sides[position + 1] = f"{sign} {sides[position + 1]}"
    return " ".join(sides)


def _interval(node: Node) -> str:
    left, right = fences_of(node)
    return f"{left}{_list(node.args)}{right}"


def _infix(sign: str, first: int, others: int) -> Callable[[Node], str]:
    """A writer of operands with a sign between them, and how strong they must be without brackets."""

    def write(node: Node) -> str:
        return sign.join([_in(node.args[0], first), *(_in(each, others) for each in node.args[1:])])

    return write


def _list(nodes: Iterable[Node]) -> str:
    return ", ".join(to_text(node) for node in nodes)


def _in(node: Node, least: int) -> str:
    text = to_text(node)
    if node.op in ("power", "transpose") and least == POWER:
        # x^2^3 would read as x^(2^3), and x^2' as x^(2').
        return f"({text})" if node.op == "power" else text
    return text if strength(node) >= least else f"({text})"


_WRITERS: dict[str, Callable[[Node], str]] = {
    **dict.fromkeys(("number", "decimal", "symbol", "truth"), _value),
    "constant": lambda node: _CONSTANTS.get(str(node.value), str(node.value)),
    "named": lambda node: _SETS[str(node.value)],
    "identity": _identity,
    "sum": _sum,
    "plusminus": _plusminus,
    "negate": lambda node: f"-{_in(node.args[0], NEGATE)}",
    "product": _product,
    "matmul": _product,
    "hadamard": _infix(" .* ", HADAMARD, PRODUCT),
    "divide": _infix(" / ", PRODUCT, NEGATE),
    "power": _power,
    "transpose": lambda node: f"{_in(node.args[0], POWER)}'",
    "call": _call,
    "broadcast": lambda node: to_text(node.args[0]),
    "list": lambda node: f"[{_list(node.args)}]",
    "matrix": _matrix,
    "entry": _entry,
    "fold": _fold,
    "derivative": _derivative,
    "integral": _integral,
    "limit": _limit,
    "cases": _cases,
    "indicator": lambda node: f"1[{to_text(node.args[0])}]",
    "relation": _relation,
    "member": _infix(" ∈ ", UNION, UNION),
    "and": _infix(" and ", AND, NOT),
    "or": _infix(" or ", OR, AND),
    "implies": _infix(" => ", OR, OR),
    "not": lambda node: f"not {_in(node.args[0], RELATION)}",
    "set": lambda node: f"{{{_list(node.args)}}}" if node.args else "∅",
    "interval": _interval,
    "union": _infix(" ∪ ", UNION, INTERSECTION),
    "difference": _infix(" ∖ ", UNION, INTERSECTION),
    "intersection": _infix(" ∩ ", INTERSECTION, SUM),
}
