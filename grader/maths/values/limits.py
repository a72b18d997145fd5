"""Limits: worked out by SymPy on a tree translated node by node, where it is small; otherwise left alone."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from grader.maths.tree import Node, call, names_in, number, value_of, walk
from grader.maths.values.derivative import replace

# SymPy's algorithm is exponential in nested exponentials; what is larger stays as it is written.
MOST_NODES = 30
MOST_NESTED = 2
_FUNCTIONS = "exp log sqrt sin cos tan sinh cosh tanh".split()
_FURTHER = {"abs": "Abs", "arctan": "atan", "arcsin": "asin", "arccos": "acos", "arcsinh": "asinh"}


class _Untranslated(Exception):
    """The tree has a part that is not translated, or SymPy's result has one."""


def settled_limit(node: Node) -> Node:
    """The value of a limit as a formula, or the same node where it is not worked out."""
    body, point = node.args
    pair: Any = node.value
    variable, side = pair
    nodes = list(walk(body))
    free = names_in(body) - {variable}
    if not _is_infinite(point) and _is_continuous(body):
        return replace(body, variable, point)
    if len(nodes) > MOST_NODES or len(free) > 1 or _nested(body) > MOST_NESTED:
        return node
    import sympy  # type: ignore[import-untyped,unused-ignore]

    x = sympy.Symbol("x", real=True)
    symbols = {variable: x, **{name: sympy.Symbol(f"y{k}", real=True) for k, name in enumerate(free)}}
    back = {symbol: name for name, symbol in symbols.items()}
    try:
        formula, target = _to(body, symbols), _to(point, symbols)
        if target.is_infinite:
            found = sympy.limit(formula, x, target)
        elif side:
            found = sympy.limit(formula, x, target, side)
        else:
            found = sympy.limit(formula, x, target, "+")
            if found != sympy.limit(formula, x, target, "-"):
                return node
        return _back(found, back)
    except (_Untranslated, NotImplementedError, ValueError, TypeError, AttributeError, RecursionError):
        return node


def _is_infinite(node: Node) -> bool:
    return any(part == Node("constant", (), "infinity") for part in walk(node))


def _is_continuous(node: Node) -> bool:
    """Whether a formula is seen to be continuous everywhere: then its limit is its value."""
    if node.op in ("sum", "product", "negate"):
        return all(map(_is_continuous, node.args))
    if node.op == "power":
        base, exponent = node.args
        whole = exponent.op == "number" and exponent.value.denominator == 1 and exponent.value > 0  # type: ignore
        return (whole and _is_continuous(base)) or (
            base == Node("constant", (), "e") and _is_continuous(exponent)
        )
    if node.op == "divide":
        return _is_continuous(node.args[0]) and node.args[1].op in ("number", "constant")
    if node.op == "call":
        return node.value in _CONTINUOUS and all(map(_is_continuous, node.args))
    return node.op in ("number", "decimal", "symbol", "constant")


_CONTINUOUS = frozenset(
    (name, 0) for name in "exp sin cos sinh cosh tanh arctan arcsinh abs logistic erf relu max min".split()
)


def _nested(node: Node) -> int:
    inner = max((_nested(argument) for argument in node.args), default=0)
    own = node.op == "call" or (node.op == "power" and node.args[1].op not in ("number", "negate"))
    return inner + own


def _to(node: Node, symbols: dict[str, Any]) -> Any:
    import sympy

    op, args = node.op, node.args
    if op in ("number", "decimal"):
        value = value_of(node)
        if max(abs(value.numerator), value.denominator) > 10**9:
            raise _Untranslated
        return sympy.Rational(value.numerator, value.denominator)
    if op == "symbol":
        if node.value not in symbols:
            raise _Untranslated
        return symbols[str(node.value)]
    if op == "constant":
        return {"e": sympy.E, "pi": sympy.pi, "infinity": sympy.oo}.get(str(node.value)) or _refuse()
    inner = [_to(argument, symbols) for argument in args]
    if op == "sum":
        return sympy.Add(*inner)
    if op in ("product", "hadamard"):
        return sympy.Mul(*inner)
    if op == "negate":
        return -inner[0]
    if op == "divide":
        if inner[1] == 0:
            raise _Untranslated
        return inner[0] / inner[1]
    if op == "power":
        if inner[1].is_number and abs(inner[1]) > 12:
            raise _Untranslated
        return inner[0] ** inner[1]
    if op == "call" and len(args) == 1:
        pair: Any = node.value
        name, primes = pair
        if not primes and (name in _FUNCTIONS or name in _FURTHER):
            return getattr(sympy, _FURTHER.get(name, name))(inner[0])
    raise _Untranslated


def _refuse() -> Any:
    raise _Untranslated


def _back(value: Any, names: dict[Any, str]) -> Node:
    import sympy

    if value.is_Rational:
        return number(Fraction(int(value.p), int(value.q)))
    if value in names:
        return Node("symbol", (), names[value])
    if value in (sympy.E, sympy.pi):
        return Node("constant", (), "e" if value == sympy.E else "pi")
    if value.is_Add or value.is_Mul:
        return Node("sum" if value.is_Add else "product", tuple(_back(part, names) for part in value.args))
    if value.is_Pow:
        return Node("power", tuple(_back(part, names) for part in value.args))
    name = value.func.__name__
    known = {other: own for own, other in _FURTHER.items()} | {own: own for own in _FUNCTIONS}
    if name in known and len(value.args) == 1:
        return call(known[name], _back(value.args[0], names))
    raise _Untranslated
