"""The expression tree: what every notation is read into, and what is checked, evaluated and printed.

A node is (operation, arguments, value). The operations, with what `value` holds where it holds anything:

numbers     number (Fraction)  decimal (the digits as typed)  symbol (canonical name)
            constant ("e", "pi", "i", "infinity")
arithmetic  sum   negate   product   divide   power ("elementwise" for NumPy's **)
            plusminus: a ± b, or ± b with one argument ("+-" or "-+")
            call ((name, number of primes))
matrices    identity   hadamard   transpose   list   matrix (arguments are lists)
            matmul (NumPy's @, whose vectors have no orientation)
            entry: (array, index) or (matrix, row, column); counted from 1
binding     fold (("sum" or "product", index)): (body, first, last)
            derivative ((variable, order)): (body,)
            integral (variable): (body,) or (body, lower, upper)
            limit ((variable, side "", "+" or "-")): (body, point)
cases       cases: (value, condition, value, condition, ..., otherwise); the last one may be absent
            indicator: (condition,)
conditions  relation ("=", "!=", "<", "<=", ">", ">=" or a tuple of them for a chain)
            and   or   not   implies   truth (True or False)   member: (element, set)
sets        set: its elements; `{}` is the empty one
            interval ((closed on the left, closed on the right)): (lower, upper)
            union   intersection   difference   named ("reals", "integers", ...)

Settled trees (see `shapes`) have `broadcast` too: a number beside a vector, repeated for every entry.
`product` is the ordinary product: of numbers, of a number and a matrix, or of two matrices.
Bound names (an index, a variable of integration) are symbols in the body and nowhere declared.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple


class Node(NamedTuple):
    """One node of a formula; hashable, compared by value."""

    op: str
    args: tuple[Node, ...] = ()
    value: object = None


class Number(Fraction):
    """A rational number that works its hash out once; formulas are looked up by all the numbers in them."""

    __slots__ = ("_hash",)
    _hash: int

    def __hash__(self) -> int:  # type: ignore[override]
        try:
            return self._hash
        except AttributeError:
            self._hash = super().__hash__()
            return self._hash

    def __repr__(self) -> str:
        return f"Fraction({self.numerator}, {self.denominator})"


def number(value: int | Fraction) -> Node:
    """The node of an exact rational number."""
    return Node("number", (), Number(value))


@lru_cache(maxsize=1024)
def decimal_value(digits: str) -> Number:
    """The exact value of a decimal as it was typed, such as `0.25` or `1e-3`."""
    return Number(digits)


def value_of(node: Node) -> Fraction:
    """The exact value of the node of a number or of a decimal."""
    value: Any = node.value
    found: Fraction = value if node.op == "number" else decimal_value(value)
    return found


def symbol(name: str) -> Node:
    """The node of a declared name."""
    return Node("symbol", (), name)


def call(name: str, *args: Node, primes: int = 0) -> Node:
    """The node of a function, primed `primes` times, at its arguments."""
    return Node("call", args, (name, primes))


def walk(node: Node) -> Iterator[Node]:
    """All nodes of a tree, each before its arguments."""
    stack = [node]
    while stack:
        top = stack.pop()
        yield top
        stack.extend(reversed(top.args))


def bound_name(node: Node) -> str | None:
    """The name that a node binds in its first argument, or None."""
    if node.op == "integral":
        return str(node.value)
    if node.op == "fold":
        assert isinstance(node.value, tuple)
        return str(node.value[1])
    if node.op in ("derivative", "limit"):
        assert isinstance(node.value, tuple)
        return str(node.value[0])
    return None


def names_in(node: Node) -> frozenset[str]:
    """The names of all free symbols in a tree.

    The variable of a derivative or of an integral without limits is free: the result depends on it.
    """
    names: set[str] = set()
    nodes = [node]
    for one in nodes:  # a list that grows, faster than recursion
        op = one.op
        if op == "symbol":
            names.add(str(one.value))
        elif op in BINDING:
            return _names_beside_bound(node)
        elif one.args:
            nodes += one.args
    return frozenset(names)


BINDING = frozenset(("fold", "derivative", "integral", "limit"))


def _names_beside_bound(node: Node) -> frozenset[str]:
    if node.op == "symbol":
        return frozenset((str(node.value),))
    bound = bound_name(node)
    names: frozenset[str] = frozenset().union(*map(names_in, node.args))
    if bound is None or node.op == "derivative" or (node.op == "integral" and len(node.args) == 1):
        return names if bound is None else names | {bound}
    return (names_in(node.args[0]) - {bound}).union(*map(names_in, node.args[1:]))


def shape_of_entries(node: Node) -> tuple[int, ...]:
    """The shape of a list `(n,)` or matrix `(rows, columns)`; `()` for anything else.

    >>> shape_of_entries(Node("list", (number(1), number(2))))
    (2,)
    """
    if node.op == "list":
        return (len(node.args),)
    if node.op == "matrix":
        return (len(node.args), len(node.args[0].args))
    return ()
