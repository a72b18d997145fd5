"""How strongly each operation holds its arguments together: where the printers put brackets."""

from __future__ import annotations

from fractions import Fraction

from grader.maths.tree import Node

LIST, IMPLIES, OR, AND, NOT, RELATION, UNION, INTERSECTION, SUM = range(9)
FOLD, HADAMARD, PRODUCT, NEGATE, POWER, ATOM = range(9, 15)
STRENGTH = {
    "implies": IMPLIES,
    "or": OR,
    "and": AND,
    "not": NOT,
    "relation": RELATION,
    "member": RELATION,
    "union": UNION,
    "difference": UNION,
    "intersection": INTERSECTION,
    "sum": SUM,
    "plusminus": SUM,
    # Sums over an index reach as far as products go, so they stand last in a term or in brackets.
    "fold": FOLD,
    "limit": FOLD,
    "derivative": FOLD,
    "hadamard": HADAMARD,
    "product": PRODUCT,
    "matmul": PRODUCT,
    "divide": PRODUCT,
    "integral": NEGATE,
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
    if node.op == "broadcast":
        return strength(node.args[0])
    if node.op == "decimal" and str(node.value).startswith("-"):
        return NEGATE
    return STRENGTH.get(node.op, ATOM)


def call_name(node: Node) -> tuple[str, int]:
    """The function's name and its number of primes."""
    assert isinstance(node.value, tuple)
    name, primes = node.value
    return str(name), int(primes)


def pair_of(node: Node) -> tuple[str, str]:
    """The two parts of a value that is a pair: (kind, index) of a fold, (variable, side) of a limit."""
    assert isinstance(node.value, tuple)
    first, second = node.value
    return str(first), str(second)


def signs_of(node: Node) -> tuple[str, ...]:
    """The signs of a relation, one fewer than its sides."""
    return tuple(map(str, node.value)) if isinstance(node.value, tuple) else (str(node.value),)


def fences_of(node: Node) -> tuple[str, str]:
    """The brackets of an interval."""
    assert isinstance(node.value, tuple)
    closed_left, closed_right = node.value
    return "[" if closed_left else "(", "]" if closed_right else ")"


def cases_in(node: Node) -> tuple[list[tuple[Node, Node]], Node | None]:
    """The pairs (value, condition) of cases, and what holds otherwise."""
    args = node.args
    pairs = [(args[index], args[index + 1]) for index in range(0, len(args) - 1, 2)]
    return pairs, args[-1] if len(args) % 2 else None
