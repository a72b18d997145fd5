"""Whether exact values prove a difference although functions are met: exp, tanh, sin and their kin.

If rational functions f1 ... fm are linearly independent over the rationals modulo constants, then exp(f1)
... exp(fm) and tan(f1/2) ... tan(fm/2) are algebraically independent of each other and of all rational
functions (Ax, "On Schanuel's conjectures", 1971). So a formula that is rational in names and such functions
is zero only if it is zero for random values of the functions, which is how a field takes them. Arguments
like x and 2 x, or x, y and x + y, are not independent: there a difference of field values proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any

from flint import nmod_mat

from grader.maths.names import Symbols
from grader.maths.tree import Node
from grader.maths.values.algebra import Undefined, entries_of
from grader.maths.values.evaluate import evaluate
from grader.maths.values.field import field_point

if TYPE_CHECKING:
    from grader.maths.sameness.formula import Formula, Frame

# What the field writes with exp(f) or tan(f/2) alone (see `field`); the last one has no derivative there.
_OF_RATIONAL = frozenset("exp logistic sinh cosh tanh sech csch coth sin cos tan sec csc cot softmax".split())
_RATIONAL_CALLS = frozenset("inv pinv transpose diag diagonal trace det total mean dot cross outer".split())
_RATIONAL = frozenset("sum product negate divide hadamard transpose list matrix broadcast filled".split())
_LEAVES = frozenset("number decimal identity".split())
_E = Node("constant", (), "e")
_MOST_ENTRIES = 40
_FIRST_POINT = 10_000  # of the points where arguments are looked at: beside those where formulas are compared


class _Other(Exception):
    """A part that is not rational in names and such functions."""


def arguments_of(formula: Formula) -> frozenset[Node] | None:
    """The arguments of such functions in a formula that is rational in these and in names; else None."""
    if formula.plural:
        return None
    found: set[Node] = set()
    try:
        _collect(formula.settled, formula.frame.symbols, found)
    except _Other:
        return None
    return frozenset(found)


def are_independent(arguments: frozenset[Node], frame: Frame, index: int, *, counting: bool) -> bool:
    """Whether arguments are linearly independent modulo constants, in the sizes of a point of a frame.

    They are if their values at some points, with a column of ones, have full rank modulo the prime: an
    equation between them with rational coefficients would be one modulo the prime.
    """
    sizes = frame.sizes(index)
    rows = list(_values(arguments, frame, sizes, counting))
    if not rows or not rows[0] or len(rows) != len(rows[0]) + 2:
        return False
    columns = _distinct(rows)
    prime = rows[0][0][1]
    cells = [*chain.from_iterable(zip(*columns, strict=True))]
    width = len(columns)
    with_ones = [entry for k in range(len(rows)) for entry in (*cells[k * width : (k + 1) * width], 1)]
    return bool(nmod_mat(len(rows), width + 1, with_ones, prime).rank() == width + 1)


def _values(
    arguments: frozenset[Node], frame: Frame, sizes: Mapping[str, int], counting: bool
) -> Iterator[list[tuple[int, int]]]:
    """All entries of all arguments, with the prime, at two more points than there are entries."""
    ordered = sorted(arguments, key=repr)
    count = 1
    while count < _MOST_ENTRIES + 2:
        point = field_point(frame.symbols, frame.secret, _FIRST_POINT + count, sizes, counting=counting)
        prime = point.algebra.prime  # type: ignore[attr-defined]
        try:
            entries = [int(entry) for node in ordered for entry in entries_of(evaluate(node, point))]
        except Undefined:
            return
        if count > len(entries) + 2:
            return
        yield [(entry, prime) for entry in entries]
        count += 1


def _distinct(rows: list[list[tuple[int, int]]]) -> list[tuple[int, ...]]:
    """The columns; of those that are equal or opposite, one: a field takes them for the same argument."""
    kept: dict[tuple[int, ...], None] = {}
    for column in zip(*rows, strict=True):
        values = tuple(value for value, _ in column)
        if tuple((prime - value) % prime for value, prime in column) not in kept:
            kept[values] = None
    return list(kept)


def _collect(node: Node, symbols: Symbols, found: set[Node] | None) -> None:
    """Puts the arguments of such functions into `found`; with None there may be no function at all.

    Raises:
        _Other: a part is not rational in names and such functions.
    """
    op, args = node.op, node.args
    if op in _LEAVES:
        return
    if op == "symbol":
        _collect_of_name(str(node.value), symbols, found)
        return
    if op == "constant":
        if found is None or node.value not in ("e", "pi"):
            raise _Other
        return
    if op == "power":
        _collect_of_power(node, symbols, found)
        return
    if op == "call":
        pair: Any = node.value
        name, primes = pair
        declared = symbols.table.get(name)
        meaning = declared.meaning if declared is not None else name
        if meaning in _OF_RATIONAL and not (primes and meaning == "softmax"):
            _add(args[0], symbols, found)
            return
        unknown = declared is not None and not meaning
        if found is None or not (unknown or (declared is None and not primes and name in _RATIONAL_CALLS)):
            raise _Other
    elif op not in _RATIONAL:
        raise _Other
    for argument in args:
        _collect(argument, symbols, found)


def _collect_of_name(name: str, symbols: Symbols, found: set[Node] | None) -> None:
    symbol = symbols.table.get(name)
    if symbol is None or (found is None and symbol.domain not in ("real", "positive")):
        raise _Other
    if symbol.definition is not None:
        _collect(symbol.definition, symbols, found)


def _collect_of_power(node: Node, symbols: Symbols, found: set[Node] | None) -> None:
    base, exponent = node.args
    if base == _E:
        _add(exponent, symbols, found)
        return
    exponent = exponent.args[0] if exponent.op == "negate" else exponent
    if exponent.op != "number" or exponent.value.denominator != 1:  # type: ignore[attr-defined]
        raise _Other
    if base.op == "call" and base.value == ("norm", 0) and len(base.args) == 1:
        if exponent.value % 2:  # type: ignore[operator]
            raise _Other
        base = base.args[0]  # the square of a norm needs no root
    _collect(base, symbols, found)


def _add(argument: Node, symbols: Symbols, found: set[Node] | None) -> None:
    if found is None:
        raise _Other  # a function of a function
    _collect(argument, symbols, None)
    found.add(argument)
