"""Two conditions compared along lines: all variables but one get values, the last is solved for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import blake2b
from random import Random

from grader.maths.names import Symbols
from grader.maths.sameness.conditions import Atom, Condition
from grader.maths.sameness.realsets import End, Unsettled, combine, member
from grader.maths.sameness.signs import exact_value
from grader.maths.sameness.solutions import solve, truth_at
from grader.maths.tree import Node, number

Point = Mapping[str, End]
_MOST_VARIABLES = 6
_DRAWS = 4
_MOST_SOLUTIONS = 12
_MOST_EMPTY = 24  # lines without a solution of either, and none with one: more of them tell nothing
# Values that make special cases show: zeros, ones, equal values.
_SPECIAL = (
    (1, 1, 1, 1, 1, 1),
    (0, 0, 0, 0, 0, 0),
    (1, 2, 3, 5, 7, 11),
    (-1, -1, -1, -1, -1, -1),
    (2, 0, 1, 3, 0, 2),
)


@dataclass(slots=True)
class Evidence:
    """What was seen: a point of one condition only, or solutions of both; how many lines failed."""

    point: Point | None = None
    in_expected: bool = False
    solutions: list[Point] = field(default_factory=list)
    agreed: int = 0
    empty: int = 0
    failed: int = 0


def slices(
    expected: Condition, got: Condition, names: Sequence[str], symbols: Symbols, secret: bytes
) -> Evidence:
    """Compares two conditions along some thirty lines, until a point tells them apart."""
    random = Random(blake2b(b"slices" + secret).digest())  # noqa: S311 - seeded on purpose
    found = Evidence()
    for along in list(names)[:_MOST_VARIABLES]:
        others = [name for name in names if name != along]
        failed = found.failed
        for draw in range(_DRAWS + len(_SPECIAL)):
            if found.failed > failed + 2 or len(found.solutions) >= _MOST_SOLUTIONS:
                break
            point = {
                name: End(_value(symbols, name, draw, place, random)) for place, name in enumerate(others)
            }
            _along(expected, got, along, point, symbols, found)
            if found.point is not None or (found.empty >= _MOST_EMPTY and not found.agreed):
                return found
    return found


def _value(symbols: Symbols, name: str, draw: int, place: int, random: Random) -> Fraction:
    domain = domain_of(symbols, name)
    if draw >= _DRAWS:
        value = Fraction(_SPECIAL[draw - _DRAWS][place % 6])
        return abs(value) or Fraction(1) if domain == "positive" else value
    if domain == "integer":
        return Fraction(random.randint(1, 9))
    value = Fraction(random.randint(1, 40), random.choice((1, 2, 3, 5)))
    return value if domain == "positive" or random.random() < 0.5 else -value


def domain_of(symbols: Symbols, name: str) -> str:
    """The declared domain of a name; real where nobody declared it."""
    found = symbols.table.get(name)
    if found is None:
        return "real"
    return "integer" if found.kind == "dimension" else found.domain


def _along(
    expected: Condition, got: Condition, name: str, point: dict[str, End], symbols: Symbols, found: Evidence
) -> None:
    values = {other: end.fraction for other, end in point.items() if end.fraction is not None}
    domain = domain_of(symbols, name)
    try:
        left, right = (solve(placed(one, values), name, domain) for one in (expected, got))
        outside = combine((left, right), lambda flags: flags[0] != flags[1])
        witness = member(outside, integers=domain == "integer")
        if witness is None:
            found.agreed += not left.empty
            found.empty += left.empty
            if left.finite and not left.empty:
                found.solutions.append({**point, name: left.points[0]})
                if len(left.points) > 1:
                    found.solutions.append({**point, name: left.points[-1]})
            return
        at = {**point, name: witness}
        holds = bool(truth_at(expected, at))
        if holds != bool(truth_at(got, at)):
            found.point, found.in_expected = at, holds
    except Unsettled:
        found.failed += 1


def placed(of: Condition, values: Mapping[str, Fraction]) -> Condition:
    """A condition with numbers in the place of some names."""
    atom = of.atom
    if atom is not None and atom.sign != "letter":
        atom = Atom(substituted(atom.formula, values), atom.sign)
    return Condition(of.op, tuple(placed(part, values) for part in of.parts), atom, of.truth)


def substituted(node: Node, values: Mapping[str, Fraction]) -> Node:
    """A formula with numbers in the place of some free names."""
    if node.op == "symbol" and node.value in values:
        return number(values[str(node.value)])
    placed = Node(node.op, tuple(substituted(arg, values) for arg in node.args), node.value)
    if not all(arg.op == "number" for arg in placed.args):
        return placed
    value = exact_value(placed, {})
    return placed if value is None else number(value)
