"""Derivatives of settled formulas, by the rules of calculus; nothing is simplified but zeros and ones.

Unknown functions get one more prime, or with several arguments a `partial` node: ((name, orders)) at the
arguments. Where a rule has no value at a kink (abs, max, relu at 0) neither has the derivative.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from grader.errors import StudentError
from grader.maths.tree import Node, call, names_in, number, symbol, walk

ZERO, ONE = number(0), number(1)
_TWO = number(2)
_PLACE = "the argument"
MOST_ORDER = 20
MOST_NODES = 20_000


def differentiate(
    node: Node, variable: str, *, order: int = 1, unknown: frozenset[str] = frozenset()
) -> Node:
    """The derivative of a scalar formula by one of its names; `unknown` functions get a prime.

    Raises:
        StudentError: there is no rule for a part of it, or it grows too large.
    """
    if not 0 <= order <= MOST_ORDER:
        raise StudentError(f"A derivative of order {order} is not worked out.", code="too-large")
    rules = _Rules(variable, unknown)
    for _ in range(order):
        node = rules.of(node)
        for count, _part in enumerate(walk(node)):
            if count > MOST_NODES:
                raise StudentError("The derivative is too large.", code="too-large")
    return node


@lru_cache(maxsize=256)
def known_derivative(name: str, order: int) -> Node | None:
    """The derivative of a function with one argument, in the name `the argument`; None if not known."""
    if name not in _DERIVATIVES:
        return None
    return differentiate(call(name, symbol(_PLACE)), _PLACE, order=order)


def replace(node: Node, name: str, value: Node) -> Node:
    """The formula with a value in the place of a free name."""
    if node.op == "symbol":
        return value if node.value == name else node
    if node.op in ("fold", "integral", "limit") and name not in names_in(node):
        return node
    return Node(node.op, tuple(replace(argument, name, value) for argument in node.args), node.value)


class _Rules:
    def __init__(self, variable: str, unknown: frozenset[str]) -> None:
        self.variable, self.unknown = variable, unknown

    def of(self, node: Node) -> Node:
        op, args = node.op, node.args
        if op == "symbol":
            return ONE if node.value == self.variable else ZERO
        if op in ("number", "decimal", "constant", "identity", "indicator"):
            return ZERO
        if op == "sum":
            return plus(*map(self.of, args))
        if op == "negate":
            return minus(self.of(args[0]))
        if op in ("product", "hadamard"):
            terms = []
            for k, factor in enumerate(args):
                inner = self.of(factor)
                if inner != ZERO:
                    terms.append(times(*args[:k], inner, *args[k + 1 :]))
            return plus(*terms)
        if op == "divide":
            return self.quotient(*args)
        if op == "power":
            return self.power(node)
        if op == "call":
            return self.call(node)
        if op == "partial":
            pair: Any = node.value
            name, orders = pair
            return self.chain(name, orders, args)
        if op in ("list", "matrix"):
            return Node(op, tuple(map(self.of, args)))
        if op == "cases":
            values = [self.of(part) if k % 2 == 0 else part for k, part in enumerate(args)]
            return ZERO if all(value == ZERO for value in values[::2]) else Node(op, tuple(values))
        if self.variable not in names_in(node):
            return ZERO
        if op == "fold" and node.value[0] == "sum":  # type: ignore[index]
            inner = self.of(args[0])
            if self.variable not in names_in(args[1]) | names_in(args[2]):
                return ZERO if inner == ZERO else Node(op, (inner, *args[1:]), node.value)
        if op == "integral":
            return self.integral(node)
        raise StudentError("A part of the formula has no rule for its derivative.", code="derivative")

    def quotient(self, above: Node, below: Node) -> Node:
        first, second = self.of(above), self.of(below)
        left = ZERO if first == ZERO else Node("divide", (first, below))
        if second == ZERO:
            return left
        return plus(left, minus(Node("divide", (times(above, second), power(below, 2)))))

    def power(self, node: Node) -> Node:
        base, exponent = node.args
        inner, upper = self.of(base), self.of(exponent)
        terms = []
        if inner != ZERO:
            if exponent.op == "number":
                assert isinstance(exponent.value, Fraction)
                less: Node = number(exponent.value - 1)
            else:
                less = Node("sum", (exponent, number(-1)))
            lower = ONE if less == ZERO else base if less == ONE else Node("power", (base, less), node.value)
            terms.append(times(exponent, lower, inner))
        if upper != ZERO:
            grown = node if base == Node("constant", (), "e") else times(node, call("log", base))
            terms.append(times(grown, upper))
        return plus(*terms)

    def call(self, node: Node) -> Node:
        pair: Any = node.value
        name, primes = pair
        if name in self.unknown:
            if len(node.args) > 1:
                return self.chain(name, (0,) * len(node.args), node.args)
            inner = self.of(node.args[0])
            return ZERO if inner == ZERO else times(call(name, *node.args, primes=primes + 1), inner)
        inners = [self.of(argument) for argument in node.args]
        if all(one == ZERO for one in inners):
            return ZERO
        if primes:
            known = known_derivative(name, primes + 1)
            if known is not None:
                return times(replace(known, _PLACE, node.args[0]), inners[0])
        if name in ("max", "min") and len(node.args) == 2:
            sign = ">" if name == "max" else "<"
            wins, loses = (Node("relation", pair, sign) for pair in (node.args, node.args[::-1]))
            return Node("cases", (inners[0], wins, inners[1], loses))
        if name == "arctan2":
            y, x = node.args
            below = plus(power(x, 2), power(y, 2))
            return Node("divide", (plus(times(x, inners[0]), minus(times(y, inners[1]))), below))
        rule = _DERIVATIVES.get(name)
        if rule is None or len(node.args) != 1:
            raise StudentError(f"The derivative of {name} is not known here.", code="derivative")
        return times(rule(node.args[0]), inners[0])

    def chain(self, name: str, orders: tuple[int, ...], args: tuple[Node, ...]) -> Node:
        terms = []
        for k, argument in enumerate(args):
            inner = self.of(argument)
            if inner != ZERO:
                higher = (*orders[:k], orders[k] + 1, *orders[k + 1 :])
                terms.append(times(Node("partial", args, (name, higher)), inner))
        return plus(*terms)

    def integral(self, node: Node) -> Node:
        if len(node.args) == 1:
            if node.value == self.variable:
                return node.args[0]
            return Node("integral", (self.of(node.args[0]),), node.value)
        body, lower, upper = node.args
        bound = str(node.value)
        terms = []
        if bound != self.variable and self.variable in names_in(body):
            terms.append(Node("integral", (self.of(body), lower, upper), bound))
        for end, sign in ((upper, 1), (lower, -1)):
            inner = self.of(end)
            if inner != ZERO:
                term = times(replace(body, bound, end), inner)
                terms.append(term if sign > 0 else minus(term))
        return plus(*terms)


def plus(*terms: Node) -> Node:
    """The sum of the terms that are not 0."""
    kept = tuple(term for term in terms if term != ZERO)
    return ZERO if not kept else kept[0] if len(kept) == 1 else Node("sum", kept)


def minus(node: Node) -> Node:
    """The negative; 0 stays 0."""
    return node if node == ZERO else Node("negate", (node,))


def times(*factors: Node) -> Node:
    """The product without ones; 0 if a factor is 0."""
    if ZERO in factors:
        return ZERO
    kept = tuple(factor for factor in factors if factor != ONE)
    return ONE if not kept else kept[0] if len(kept) == 1 else Node("product", kept)


def power(base: Node, exponent: int) -> Node:
    """A whole power."""
    return Node("power", (base, number(exponent)))


def _over(above: Node, below: Node) -> Node:
    return Node("divide", (above, below))


def _one_minus_square(node: Node) -> Node:
    return Node("sum", (ONE, minus(power(node, 2))))


def _relu(u: Node) -> Node:
    return Node("cases", (ONE, Node("relation", (u, ZERO), ">"), ZERO, Node("relation", (u, ZERO), "<")))


def _times_call(first: str, second: str, sign: int = 1) -> Callable[[Node], Node]:
    def rule(u: Node) -> Node:
        product = times(call(first, u), call(second, u))
        return product if sign > 0 else minus(product)

    return rule


def _flat(u: Node) -> Node:
    return ZERO


_DERIVATIVES: Mapping[str, Callable[[Node], Node]] = {
    "exp": lambda u: call("exp", u),
    "log": lambda u: _over(ONE, u),
    "sqrt": lambda u: _over(ONE, times(_TWO, call("sqrt", u))),
    "sin": lambda u: call("cos", u),
    "cos": lambda u: minus(call("sin", u)),
    "tan": lambda u: Node("sum", (ONE, power(call("tan", u), 2))),
    "cot": lambda u: minus(Node("sum", (ONE, power(call("cot", u), 2)))),
    "sec": _times_call("sec", "tan"),
    "csc": _times_call("csc", "cot", -1),
    "sinh": lambda u: call("cosh", u),
    "cosh": lambda u: call("sinh", u),
    "tanh": lambda u: _one_minus_square(call("tanh", u)),
    "coth": lambda u: _one_minus_square(call("coth", u)),
    "sech": _times_call("sech", "tanh", -1),
    "csch": _times_call("csch", "coth", -1),
    "arcsin": lambda u: _over(ONE, call("sqrt", _one_minus_square(u))),
    "arccos": lambda u: minus(_over(ONE, call("sqrt", _one_minus_square(u)))),
    "arctan": lambda u: _over(ONE, Node("sum", (ONE, power(u, 2)))),
    "arccot": lambda u: minus(_over(ONE, Node("sum", (ONE, power(u, 2))))),
    "arcsec": lambda u: _over(ONE, times(call("abs", u), call("sqrt", plus(power(u, 2), number(-1))))),
    "arccsc": lambda u: minus(_over(ONE, times(call("abs", u), call("sqrt", plus(power(u, 2), number(-1)))))),
    "arcsinh": lambda u: _over(ONE, call("sqrt", plus(power(u, 2), ONE))),
    "arccosh": lambda u: _over(ONE, times(call("sqrt", plus(u, number(-1))), call("sqrt", plus(u, ONE)))),
    "arctanh": lambda u: _over(ONE, _one_minus_square(u)),
    "logistic": lambda u: times(call("logistic", u), Node("sum", (ONE, minus(call("logistic", u))))),
    "erf": lambda u: times(
        _over(_TWO, call("sqrt", Node("constant", (), "pi"))), call("exp", minus(power(u, 2)))
    ),
    "abs": lambda u: _over(u, call("abs", u)),
    "relu": _relu,
    **dict.fromkeys("sign floor ceil round heaviside".split(), _flat),
}
