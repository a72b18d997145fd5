"""Limits of matrices with a vanishing or growing multiple of the identity: the pseudo-inverse, and zero.

As l goes to 0, (M'M + l I)^-1 M' and M'(M M' + l I)^-1 go to the pseudo-inverse of M, whatever its shape
(Golub and Van Loan, Matrix Computations, 5.5.2). As l goes to infinity, (A + l I)^-1 goes to zero.
"""

from __future__ import annotations

from grader.maths.tree import Node, call, names_in, number

_ZERO = number(0)
_ONE_OVER = (number(-1), Node("negate", (number(1),)))


def matrix_limit(body: Node, variable: str, point: Node) -> Node | None:
    """The limit of a formula with vector or matrix values; None where it is not worked out."""
    if variable not in names_in(body):
        return body
    if point in (_ZERO, Node("decimal", (), "0")):
        return _at_zero(body, variable)
    if point == Node("constant", (), "infinity"):
        return _at_infinity(body, variable)
    return None


def _at_zero(node: Node, variable: str) -> Node | None:
    if node.op == "sum":
        parts = [one if variable not in names_in(one) else _at_zero(one, variable) for one in node.args]
        return None if None in parts else Node(node.op, tuple(one for one in parts if one is not None))
    factors = _factors(node)
    places = [k for k, factor in enumerate(factors) if variable in names_in(factor)]
    if len(places) != 1:
        return None
    at = places[0]
    core = _core(factors[at], variable)
    if core is None:
        return None
    pair = _factors(core)
    after = factors[at + 1] if at + 1 < len(factors) else None
    if len(pair) == 2 and after is not None and pair == [after, _transposed(after)]:
        return _product([*factors[:at], call("pinv", pair[1]), *factors[at + 2 :]])
    before = factors[at - 1] if at else None
    if len(pair) == 2 and before is not None and pair == [_transposed(before), before]:
        return _product([*factors[: at - 1], call("pinv", pair[0]), *factors[at + 1 :]])
    return None


def _at_infinity(node: Node, variable: str) -> Node | None:
    if node.op == "sum":
        parts = [one if variable not in names_in(one) else _at_infinity(one, variable) for one in node.args]
        return None if None in parts else Node(node.op, tuple(one for one in parts if one is not None))
    factors = _factors(node)
    places = [k for k, factor in enumerate(factors) if variable in names_in(factor)]
    cores = [_core(factors[k], variable) for k in places]
    if not places or None in cores:
        return None
    # Without the inverses the shape is the same, because they are square.
    left = [factor for k, factor in enumerate(factors) if k not in places]
    return _product([_ZERO, *(left or [core for core in cores[:1] if core is not None])])


def _factors(node: Node) -> list[Node]:
    if node.op in ("product", "matmul"):
        return [factor for one in node.args for factor in _factors(one)]
    if node.op == "negate":
        return [number(-1), *_factors(node.args[0])]
    return [node]


def _product(factors: list[Node]) -> Node:
    return factors[0] if len(factors) == 1 else Node("product", tuple(factors))


def _core(node: Node, variable: str) -> Node | None:
    """The A of an inverse of A + l I, whose other terms are free of l; None for anything else."""
    inverse = node.op == "call" and node.value == ("inv", 0)
    if not inverse and not (node.op == "power" and node.args[1] in _ONE_OVER and node.value is None):
        return None
    terms = node.args[0].args if node.args[0].op == "sum" else ()
    with_it = [term for term in terms if variable in names_in(term)]
    others = [term for term in terms if variable not in names_in(term)]
    if len(with_it) != 1 or not others or not _is_multiple(with_it[0], variable):
        return None
    return others[0] if len(others) == 1 else Node("sum", tuple(others))


def _is_multiple(node: Node, variable: str) -> bool:
    """Whether a term is a positive multiple of l times the identity."""
    factors = _factors(node)
    identities = [factor for factor in factors if factor.op == "identity"]
    rest = [
        factor for factor in factors if factor.op != "identity" and factor != Node("symbol", (), variable)
    ]
    positive = all(one.op == "number" and one.value > 0 for one in rest)  # type: ignore[operator]
    return len(identities) == 1 and len(factors) == len(rest) + 2 and positive


def _transposed(node: Node) -> Node:
    return node.args[0] if node.op == "transpose" else Node("transpose", (node,))
