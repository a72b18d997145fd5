"""The differential of a formula of vectors and matrices: what it changes by when one name changes.

Forward differentiation as dual numbers do it, but on the tree: every rule gives the part of a formula that
is linear in the change, so that any arithmetic (finite field, rationals, balls) evaluates it exactly. Rules
as in Magnus and Neudecker, Matrix Differential Calculus: d(AB) = dA B + A dB, d(A^-1) = -A^-1 dA A^-1,
d det A = det A tr(A^-1 dA), d tr A = tr dA.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from grader.errors import StudentError
from grader.maths.names import Symbols
from grader.maths.notation.text import to_text
from grader.maths.tree import Node, call, names_in, number, walk
from grader.maths.why.edits import constant

MOST_NODES = 20_000
_MOST_POWER = 20
_HALF, _TWO = number(Fraction(1, 2)), number(2)
_LINEAR = frozenset(("trace", "total", "mean", "diag", "diagonal", "transpose", "re", "im", "conj", "dag"))
_FLAT = frozenset(("sign", "floor", "ceil", "round", "heaviside"))


def _inverse(node: Node, power: int = -1) -> Node:
    return Node("power", (node, number(power)), "elementwise")


def _minus(node: Node) -> Node:
    return Node("negate", (node,))


_RULES: dict[str, Callable[[Node], Node]] = {
    "exp": lambda u: call("exp", u),
    "log": lambda u: _inverse(u),
    "sqrt": lambda u: Node("product", (_HALF, _inverse(call("sqrt", u)))),
    "sin": lambda u: call("cos", u),
    "cos": lambda u: _minus(call("sin", u)),
    "tan": lambda u: _inverse(call("cos", u), -2),
    "sinh": lambda u: call("cosh", u),
    "cosh": lambda u: call("sinh", u),
    "tanh": lambda u: call("tanh", u, primes=1),
    "logistic": lambda u: call("logistic", u, primes=1),
    "relu": lambda u: call("relu", u, primes=1),
    "abs": lambda u: call("sign", u),
}


def differential(
    settled: Node, variable: str, change: Node, symbols: Symbols, is_matrix: Callable[[Node], bool]
) -> Node | None:
    """The settled tree of the differential, linear in `change`; None where the formula does not change.

    `change` has the shape of the variable. `is_matrix` tells whether a part is a matrix (or vector).

    Raises:
        StudentError: a part has no rule, or the result is too large.
    """
    found = _Rules(variable, change, symbols, is_matrix).of(settled)
    if found is not None and sum(1 for _ in walk(found)) > MOST_NODES:
        raise StudentError("The formula is too long to be differentiated.", code="too-large")
    return found


class _Rules:
    def __init__(
        self, variable: str, change: Node, symbols: Symbols, is_matrix: Callable[[Node], bool]
    ) -> None:
        self.variable, self.change, self.symbols, self.is_matrix = variable, change, symbols, is_matrix
        self.known: dict[Node, Node | None] = {}

    def of(self, node: Node) -> Node | None:
        if node not in self.known:
            self.known[node] = self.work_out(node)
        return self.known[node]

    def work_out(self, node: Node) -> Node | None:
        op, args = node.op, node.args
        if op == "symbol":
            if node.value == self.variable:
                return self.change
            found = self.symbols.table.get(str(node.value))
            return None if found is None or found.definition is None else self.of(found.definition)
        if not args or op in ("indicator", "relation"):
            return None
        if op in ("sum", "negate", "transpose", "broadcast", "filled"):
            return self.linear(node)
        if op in ("product", "hadamard", "matmul"):
            return self.product(node)
        if op == "divide":
            return self.quotient(node)
        if op == "power":
            return self.power(node)
        if op == "call":
            return self.call(node)
        if op in ("list", "matrix"):
            entries = [self.of(argument) for argument in args]
            if all(entry is None for entry in entries):
                return None
            zero = number(0) if op == "list" else Node("list", (number(0),) * len(args[0].args))
            return Node(op, tuple(zero if entry is None else entry for entry in entries))
        if op == "cases":
            values = [self.of(part) if k % 2 == 0 else part for k, part in enumerate(args)]
            if all(value is None for value in values[::2]):
                return None
            return Node(op, tuple(number(0) if value is None else value for value in values))
        return self.rest(node)

    def linear(self, node: Node) -> Node | None:
        parts = [part for part in map(self.of, node.args) if part is not None]
        if not parts:
            return None
        if node.op == "sum":
            return parts[0] if len(parts) == 1 else Node("sum", tuple(parts))
        return node._replace(args=tuple(parts))

    def product(self, node: Node) -> Node | None:
        terms = []
        for k, factor in enumerate(node.args):
            inner = self.of(factor)
            if inner is not None:
                terms.append(node._replace(args=(*node.args[:k], inner, *node.args[k + 1 :])))
        return _sum(terms)

    def quotient(self, node: Node) -> Node | None:
        above, below = node.args
        first, second = self.of(above), self.of(below)
        terms = [] if first is None else [Node("divide", (first, below))]
        if second is not None:
            square = Node("power", (below, _TWO))
            terms.append(_minus(Node("divide", (Node("product", (second, above)), square))))
        return _sum(terms)

    def power(self, node: Node) -> Node | None:
        base, exponent = node.args
        inner, upper = self.of(base), self.of(exponent)
        known = constant(exponent)
        terms = []
        if inner is not None and known is not None and base.op == "call" and _even(known):
            square = self.square_of_norm(base, known)
            if square is not None:
                return square
        if inner is not None:
            if node.value != "elementwise" and self.is_matrix(base):
                return self.matrix_power(base, inner, known, node)
            less = Node("sum", (exponent, number(-1))) if known is None else number(known - 1)
            slope = Node("product", (exponent, Node("power", (base, less), node.value)))
            terms.append(Node("hadamard", (slope, inner)))
        if upper is not None:
            grown = node if base == Node("constant", (), "e") else Node("product", (node, call("log", base)))
            terms.append(Node("product", (upper, grown)))
        return _sum(terms)

    def square_of_norm(self, base: Node, exponent: Fraction) -> Node | None:
        """norm(u)^2 needs no root, and its differential is 2 u . du."""
        inside = base.args[0]
        if base.value not in (("norm", 0), ("abs", 0)) or len(base.args) > 1:
            return None
        inner = self.of(inside)
        if inner is None:
            return None
        double = Node("product", (number(exponent), _dot(inside, inner)))
        if exponent == 2:
            return double
        return Node("product", (Node("power", (base, number(exponent - 2))), double))

    def matrix_power(self, base: Node, inner: Node, exponent: Fraction | None, node: Node) -> Node | None:
        if exponent is None or exponent.denominator != 1 or abs(exponent) > _MOST_POWER:
            raise StudentError(f"The power {to_text(node)} cannot be differentiated.", code="derivative")
        whole = int(exponent)
        if whole < 0:
            base, inner = call("inv", base), _of_inverse(base, inner)
            whole = -whole
        terms = []
        for k in range(whole):
            around = [inner]
            if k:
                around.insert(0, Node("power", (base, number(k))))
            if whole - 1 - k:
                around.append(Node("power", (base, number(whole - 1 - k))))
            terms.append(around[0] if len(around) == 1 else Node("product", tuple(around)))
        return _sum(terms)

    def call(self, node: Node) -> Node | None:
        assert isinstance(node.value, tuple)
        name, primes = node.value
        inner = [self.of(argument) for argument in node.args]
        if all(part is None for part in inner):
            return None
        first, change = node.args[0], inner[0]
        declared = name in self.symbols.table
        if name in ("max", "min") and not declared:
            return self.largest(name, node.args)
        if name in ("cross", "kron") and not declared:
            return self.product(node)
        if change is None or any(part is not None for part in inner[1:]):
            raise StudentError(f"{to_text(node)} cannot be differentiated.", code="derivative")
        if declared:
            if len(node.args) > 1:
                raise StudentError(f"{to_text(node)} cannot be differentiated.", code="derivative")
            return Node("hadamard", (Node("call", node.args, (name, primes + 1)), change))
        if name in _LINEAR and not primes:
            return node._replace(args=(change,))
        if name in _FLAT:
            return None
        if name in _RULES and not primes and len(node.args) == 1:
            return Node("hadamard", (_RULES[name](first), change))
        return self.matrix_function(node, name, first, change)

    def matrix_function(self, node: Node, name: str, first: Node, change: Node) -> Node | None:
        if name == "inv":
            return _of_inverse(first, change)
        if name == "det":
            return Node("product", (node, call("trace", Node("product", (call("inv", first), change)))))
        if name == "norm" and len(node.args) == 1:
            return Node("divide", (_dot(first, change), node))
        if name == "norm" and constant(node.args[1]) == 1:
            return _dot(call("sign", first), change)
        if name == "norm" and constant(node.args[1]) == 2:
            return self.matrix_function(call("norm", first), name, first, change)
        if name == "softmax":
            part = Node("hadamard", (node, change))
            return Node("sum", (part, _minus(Node("product", (call("total", part), node)))))
        if name == "log" and len(node.args) == 2:
            slope = Node("product", (first, call("log", node.args[1])))
            return Node("divide", (change, slope))
        if len(node.args) == 1 and isinstance(node.value, tuple):
            from grader.maths.values.derivative import known_derivative

            primes = int(node.value[1]) + 1
            if known_derivative(name, primes) is not None:
                return Node("hadamard", (call(name, first, primes=primes), change))
        raise StudentError(f"{to_text(node)} cannot be differentiated.", code="derivative")

    def largest(self, name: str, args: tuple[Node, ...]) -> Node | None:
        """max(a, b) = (a + b)/2 + |a - b|/2, one after the other."""
        best = args[0]
        for other in args[1:]:
            gap = Node("sum", (best, _minus(other)))
            far = Node("product", (_HALF, call("abs", gap)))
            middle = Node("product", (_HALF, Node("sum", (best, other))))
            best = Node("sum", (middle, far if name == "max" else _minus(far)))
        return self.of(best)

    def rest(self, node: Node) -> Node | None:
        if self.variable not in _free(node, self.symbols):
            return None
        if node.op == "fold" and isinstance(node.value, tuple) and node.value[0] == "sum":
            limits = frozenset().union(*(_free(limit, self.symbols) for limit in node.args[1:]))
            if self.variable not in limits:
                inner = self.of(node.args[0])
                return None if inner is None else node._replace(args=(inner, *node.args[1:]))
        if node.op == "entry":
            array = self.of(node.args[0])
            return None if array is None else node._replace(args=(array, *node.args[1:]))
        raise StudentError(f"{to_text(node)} cannot be differentiated.", code="derivative")


def _free(node: Node, symbols: Symbols) -> frozenset[str]:
    names: set[str] = set()
    waiting = list(names_in(node))
    while waiting:
        name = waiting.pop()
        names.add(name)
        found = symbols.table.get(name)
        if found is not None and found.definition is not None:
            waiting.extend(names_in(found.definition))
    return frozenset(names)


def _sum(terms: list[Node]) -> Node | None:
    if not terms:
        return None
    return terms[0] if len(terms) == 1 else Node("sum", tuple(terms))


def _dot(left: Node, right: Node) -> Node:
    return call("total", Node("hadamard", (left, right)))


def _of_inverse(node: Node, change: Node) -> Node:
    inverse = call("inv", node)
    return _minus(Node("product", (inverse, change, inverse)))


def _even(exponent: Fraction) -> bool:
    return exponent.denominator == 1 and exponent % 2 == 0 and exponent > 0
