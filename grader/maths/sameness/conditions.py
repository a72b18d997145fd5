"""Conditions as tables of truth: relations, chains, and, or, not, membership, with `a ± b` as two cases.

A condition is a tree of `Atom`s (a formula compared with zero) and letters. Where a formula has no value,
an atom is neither true nor false; a condition that hangs on it does not hold there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal

from grader.maths.sameness.realsets import Unsettled
from grader.maths.tree import Node, names_in, walk

Truth = bool | None  # None: there is no value
CONDITIONS = frozenset(("relation", "and", "or", "not", "implies", "truth", "member"))
_MOST_ATOMS = 60


@dataclass(frozen=True)
class Atom:
    """`formula sign 0`; a letter is an atom with the sign "letter"."""

    formula: Node
    sign: str

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        # Atoms are looked up once for each row of a table of truth, and a formula may be long.
        return hash((self.formula, self.sign))


@dataclass(frozen=True)
class Condition:
    """and, or, not of conditions, or an atom, or a constant."""

    op: Literal["and", "or", "not", "atom", "truth"]
    parts: tuple[Condition, ...] = ()
    atom: Atom | None = None
    truth: bool = True

    @cached_property
    def atoms(self) -> list[Atom]:
        """All atoms, each once."""
        return list(dict.fromkeys(self._atoms()))

    def _atoms(self) -> Iterator[Atom]:
        if self.atom is not None:
            yield self.atom
        for part in self.parts:
            yield from part._atoms()


TRUE, FALSE = Condition("truth"), Condition("truth", truth=False)


def is_condition(node: Node) -> bool:
    """Whether a formula is a relation or made of relations, and not a value."""
    return node.op in CONDITIONS


def condition(node: Node) -> Condition:
    """The condition that a formula states; a list of relations is a system, all of which must hold.

    Raises:
        Unsettled: it is none, or too large.
    """
    found = _expanded(node)
    if sum(1 for _ in found._atoms()) > _MOST_ATOMS:
        raise Unsettled("a condition with too many parts")
    return found


def _expanded(node: Node) -> Condition:
    signs = {one.value or "+-" for one in walk(node) if one.op == "plusminus"}
    if node.op in ("relation", "member") and signs:
        # The signs of one relation belong together: upper with upper, lower with lower.
        return Condition("or", tuple(_read(_choose(node, upper)) for upper in (True, False)))
    return _read(node)


def _choose(node: Node, upper: bool) -> Node:
    if node.op == "plusminus":
        plus = upper == ((node.value or "+-") == "+-")
        args = tuple(_choose(arg, upper) for arg in node.args)
        last = args[-1] if plus else Node("negate", (args[-1],))
        return last if len(args) == 1 else Node("sum", (args[0], last))
    return Node(node.op, tuple(_choose(arg, upper) for arg in node.args), node.value)


def choices(node: Node) -> tuple[Node, ...]:
    """The values of a formula with `±` in it, upper sign first; the formula itself where there is none."""
    if not any(one.op == "plusminus" for one in walk(node)):
        return (node,)
    return (_choose(node, True), _choose(node, False))


def _read(node: Node) -> Condition:
    op, args = node.op, node.args
    if op == "truth":
        return TRUE if node.value else FALSE
    if op in ("and", "or"):
        return Condition("and" if op == "and" else "or", tuple(map(_expanded, args)))
    if op in ("list", "matrix") and args:
        # (p = 5, q = 2), (p = 7, q = 2) are two solutions, with or without brackets; p = 5, q = 2 is one.
        args = _rounds(args)
        several = any(arg.op == "list" for arg in args) or _alternatives(args)
        return Condition("or" if several else "and", tuple(map(_expanded, args)))
    if op == "not":
        return Condition("not", (_expanded(args[0]),))
    if op == "implies":
        return Condition("or", (Condition("not", (_expanded(args[0]),)), _expanded(args[1])))
    if op == "symbol":
        return Condition("atom", atom=Atom(node, "letter"))
    if op == "relation":
        signs = node.value if isinstance(node.value, tuple) else (node.value,)
        parts = [
            _related(left, str(sign), right)
            for (left, right), sign in zip(pairwise(args), signs, strict=True)
        ]
        return parts[0] if len(parts) == 1 else Condition("and", tuple(parts))
    if op == "member":
        return _member(args[0], args[1])
    raise Unsettled(f"a condition with {op}")


def _rounds(args: tuple[Node, ...]) -> tuple[Node, ...]:
    """`p = 5, q = 2, p = 7, q = 2` as two lists: the same names in turn, each time with values."""
    if not all(
        arg.op == "relation" and arg.value == "=" and arg.args[0].op == "symbol" and not names_in(arg.args[1])
        for arg in args
    ):
        return args
    names = [arg.args[0] for arg in args]
    size = len(dict.fromkeys(names))
    rounds = [args[start : start + size] for start in range(0, len(args), size)]
    if size < 2 or len(rounds) < 2 or names != names[:size] * len(rounds):
        return args
    return tuple(Node("list", one) for one in rounds)


def _alternatives(args: Sequence[Node]) -> bool:
    """Whether a list gives several values to one name, as in `x = 1, x = 2`: one of them holds."""
    names = [arg.args[0] for arg in args if arg.op == "relation" and arg.value == "=" and len(arg.args) == 2]
    values = [arg.args[1] for arg in args if arg.op == "relation"]
    return (
        len(args) > 1
        and len(names) == len(args)
        and names[0].op == "symbol"
        and all(name == names[0] for name in names)
        and not any(names_in(value) for value in values)
    )


_TURNED = {">": "<", ">=": "<="}


def _related(left: Node, sign: str, right: Node) -> Condition:
    if sign in ("=", "!="):
        for one, other in ((left, right), (right, left)):
            if one.op in ("list", "set") and other.op not in ("list", "set", "matrix", "interval", "union"):
                # x = 1, 2 and x = {1, 2} name all the values that x may have.
                values = [_related(other, "=", value) for value in one.args]
                found = Condition("or", tuple(values)) if values else FALSE
                return found if sign == "=" else Condition("not", (found,))
        if left.op == right.op == "list" and len(left.args) == len(right.args):
            pairs = zip(left.args, right.args, strict=True)
            found = Condition("and", tuple(_related(one, "=", other) for one, other in pairs))
            return found if sign == "=" else Condition("not", (found,))
    for at, other, flipped in ((right, left, False), (left, right, True)):
        size = _infinite(at)
        if size and not _infinite(other):
            below = (size > 0) != flipped  # the side before the sign is the smaller one
            holds = sign == "!=" or (sign in ("<", "<=") if below else sign in (">", ">="))
            return TRUE if holds else FALSE
    if sign in _TURNED:
        # 5 >= x is x <= 5, so that both ways to write it are one condition.
        left, sign, right = right, _TURNED[sign], left
    zero = right == Node("number", (), 0)
    formula = left if zero else Node("sum", (left, Node("negate", (right,))))
    return Condition("atom", atom=Atom(formula, sign))


def _infinite(node: Node) -> int:
    if node.op == "negate":
        return -_infinite(node.args[0])
    return int(node == Node("constant", (), "infinity"))


def _member(element: Node, of: Node) -> Condition:
    if of.op == "interval":
        closed = of.value if isinstance(of.value, tuple) else (False, False)
        low = _related(of.args[0], "<=" if closed[0] else "<", element)
        return Condition("and", (low, _related(element, "<=" if closed[1] else "<", of.args[1])))
    if of.op in ("set", "list"):
        return (
            Condition("or", tuple(_related(element, "=", value) for value in of.args)) if of.args else FALSE
        )
    if of.op in ("union", "intersection"):
        parts = tuple(_member(element, part) for part in of.args)
        return Condition("or" if of.op == "union" else "and", parts)
    if of.op == "difference":
        first, *rest = (_member(element, part) for part in of.args)
        return Condition("and", (first, *(Condition("not", (part,)) for part in rest)))
    if of.op == "named" and of.value in ("reals", "complex"):
        return TRUE
    if of.op not in ("named", "matrix", *CONDITIONS):
        # A value where a set is due stands for itself: [0, 1] without 1/2.
        return _related(element, "=", of)
    raise Unsettled(f"membership in {of.op}")


def truth(of: Condition, holds: Callable[[Atom], Truth]) -> Truth:
    """Whether a condition holds when its atoms do as told; None where it hangs on what has no value."""
    if of.op == "truth":
        return of.truth
    if of.op == "atom":
        assert of.atom is not None
        return holds(of.atom)
    values = [truth(part, holds) for part in of.parts]
    if of.op == "not":
        return None if values[0] is None else not values[0]
    decisive = of.op == "or"
    if decisive in values:
        return decisive
    return None if None in values else not decisive


def by_sign(sign: str, value: int) -> bool:
    """Whether `value sign 0` for a value of -1, 0 or 1."""
    return _BY_SIGN[sign][value + 1]


_BY_SIGN: Mapping[str, tuple[bool, bool, bool]] = {
    "=": (False, True, False),
    "!=": (True, False, True),
    "<": (True, False, False),
    "<=": (True, True, False),
    ">": (False, False, True),
    ">=": (False, True, True),
}
