"""What names of functions mean as trees: `log2(n)` is log(n, 2), `sin^-1` is arcsin."""

from __future__ import annotations

from grader.errors import StudentError
from grader.maths.functions import FUNCTIONS, INVERSES, LOGARITHMS, RECIPROCALS, function_named
from grader.maths.tree import Node, call, number

CONDITIONS = frozenset(("relation", "and", "or", "not", "implies", "truth", "member"))
SETS = frozenset(("set", "interval", "union", "intersection", "difference", "named"))
INFINITY = Node("constant", (), "infinity")
IMAGINARY = Node("constant", (), "i")
PI = Node("constant", (), "pi")
E = Node("constant", (), "e")
MINUS_ONE = Node("negate", (number(1),))
EMPTY_SET = Node("set")


def known_function(name: str) -> bool:
    """Whether a name is a function without any declaration."""
    return function_named(name) is not None or name in RECIPROCALS or name in LOGARITHMS


def applied(name: str, args: tuple[Node, ...], primes: int = 0) -> Node:
    """The tree of a function that needs no declaration, at its arguments.

    Raises:
        StudentError: the number of arguments is wrong.
    """
    function = function_named(name)
    if function is None:
        if len(args) == 1 and not primes:
            if name in LOGARITHMS:
                return call("log", args[0], number(LOGARITHMS[name]))
            if name in RECIPROCALS:
                return call(RECIPROCALS[name], Node("divide", (number(1), args[0])))
        raise _wrong_count(name, "1 argument", args)
    counts = FUNCTIONS[function]
    if len(args) not in counts:
        wanted = "at least 1 argument" if len(counts) > 2 else f"{' or '.join(map(str, counts))} argument(s)"
        raise _wrong_count(name, wanted, args)
    return Node("call", args, (function, primes))


def _wrong_count(name: str, wanted: str, args: tuple[Node, ...]) -> StudentError:
    return StudentError(f"{name} takes {wanted}, not {len(args)}.", code="syntax")


def inverse_of(name: str) -> str | None:
    """The function that `name^{-1}` means, or None where that is not usual."""
    return INVERSES.get(name)


def limit_of(body: Node, point: Node, name: str, side: str) -> Node:
    """The node of a limit from a side, "+", "-" or both; infinity is approached from one side only."""
    infinite = (point.args[0] if point.op == "negate" else point) == INFINITY
    return Node("limit", (body, point), (name, "" if infinite else side))


def joined(op: str, left: Node, right: Node) -> Node:
    """A sum, product, union ... with its left operand flattened in, so that a + b + c is one sum."""
    if left.op == op and left.value is None:
        return Node(op, (*left.args, right))
    return Node(op, (left, right))


def as_condition(node: Node) -> Node:
    """A condition as a factor is 1 where it holds and 0 elsewhere; anything else stays as it is."""
    return Node("indicator", (node,)) if node.op in CONDITIONS else node
