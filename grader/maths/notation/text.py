"""Trees as plain text, which the plain reader reads back to the same tree."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from grader.maths.tree import Node

# How strongly each operation holds its arguments together; the parser uses the same order.
RELATION, SUM, HADAMARD, PRODUCT, NEGATE, POWER, ATOM = range(7)
STRENGTH = {
    "relation": RELATION,
    "sum": SUM,
    "hadamard": HADAMARD,
    "product": PRODUCT,
    "matmul": PRODUCT,
    "divide": PRODUCT,
    "negate": NEGATE,
    "power": POWER,
    "transpose": POWER,
}


def strength(node: Node) -> int:
    """How strongly a node holds together when it is printed; negative numbers and fractions hold less."""
    if node.op == "number":
        value = node.value
        assert isinstance(value, Fraction)
        return NEGATE if value < 0 else PRODUCT if value.denominator != 1 else ATOM
    return STRENGTH.get(node.op, ATOM)


def to_text(node: Node) -> str:
    """The formula in plain notation.

    >>> to_text(Node("power", (Node("negate", (Node("symbol", (), "x"),)), Node("number", (), Fraction(2)))))
    '(-x)^2'
    """
    op, args = node.op, node.args
    if op in ("number", "decimal", "symbol", "constant"):
        return str(node.value)
    if op == "identity":
        return "I" if node.value is None else f"I_{node.value}"
    if op == "sum":
        parts = [_in(args[0], SUM)]
        for term in args[1:]:
            negative = term.op == "negate"
            parts.append(f"- {_in(term.args[0], HADAMARD)}" if negative else f"+ {_in(term, HADAMARD)}")
        return " ".join(parts)
    if op == "negate":
        return f"-{_in(args[0], NEGATE)}"
    if op in ("product", "matmul"):
        return " * ".join([_in(args[0], PRODUCT), *(_in(factor, NEGATE) for factor in args[1:])])
    if op == "hadamard":
        return f"{_in(args[0], HADAMARD)} .* {_in(args[1], PRODUCT)}"
    if op == "divide":
        return f"{_in(args[0], PRODUCT)} / {_in(args[1], NEGATE)}"
    if op == "power":
        return f"{_in(args[0], POWER)}^{_exponent(args[1])}"
    if op == "transpose":
        return f"{_in(args[0], POWER)}'"
    if op == "call":
        return _call(node)
    if op == "broadcast":
        return to_text(args[0])
    if op == "list":
        return f"[{_list(args)}]"
    if op == "matrix":
        return f"[{', '.join(f'[{_list(row.args)}]' for row in args)}]"
    signs = node.value if isinstance(node.value, tuple) else (node.value,)
    relation = to_text(args[0])
    for sign, side in zip(signs, args[1:], strict=True):
        relation += f" {sign} {to_text(side)}"
    return relation


def _exponent(node: Node) -> str:
    if node.op == "negate" and strength(node.args[0]) == ATOM:
        return f"-{to_text(node.args[0])}"
    return _in(node, ATOM)


def _call(node: Node) -> str:
    name, primes = call_name(node)
    return f"{name}{chr(39) * primes}({_list(node.args)})"


def call_name(node: Node) -> tuple[str, int]:
    """The function's name and its number of primes."""
    assert isinstance(node.value, tuple)
    name, primes = node.value
    return str(name), int(primes)


def _list(nodes: Iterable[Node]) -> str:
    return ", ".join(to_text(node) for node in nodes)


def _in(node: Node, least: int) -> str:
    text = to_text(node)
    if node.op in ("power", "transpose") and least == POWER:
        # x^2^3 would read as x^(2^3), and x^2' as x^(2').
        return f"({text})" if node.op == "power" else text
    return text if strength(node) >= least else f"({text})"
