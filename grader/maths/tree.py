"""The expression tree: what every notation is read into, and what is checked, evaluated and printed.

A node is (operation, arguments, value). The operations, with what `value` holds where it holds anything:

    number (Fraction)  decimal (the digits as typed)  symbol (canonical name)  constant ("e", "pi")
    identity   sum   negate   product   hadamard   divide   power ("elementwise" for NumPy's **)
    matmul (NumPy's @, whose vectors have no orientation)
    transpose  call ((name, number of primes))   list   matrix (arguments are lists)
    relation ("=", "<", "<=", ">", ">=" or a tuple of them for a chain)

Settled trees (see `shapes`) have `broadcast` too: a number beside a vector, repeated for every entry.
`product` is the ordinary product: of numbers, of a number and a matrix, or of two matrices.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple


class Node(NamedTuple):
    """One node of a formula; hashable, compared by value."""

    op: str
    args: tuple[Node, ...] = ()
    value: object = None


def number(value: int | Fraction) -> Node:
    """The node of an exact rational number."""
    return Node("number", (), Fraction(value))


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


def names_in(node: Node) -> frozenset[str]:
    """The names of all symbols in a tree."""
    return frozenset(str(n.value) for n in walk(node) if n.op == "symbol")


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
