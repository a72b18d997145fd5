"""What the brackets around a pair of numbers mean beside an interval: `(1, 2)` is open, `[1, 2]` closed.

The tree of a pair does not keep its brackets, because vectors and points are written with either. Where the
other answer is an interval or an inequality, the text of the pair says which interval it is.
"""

from __future__ import annotations

import re

from grader.maths.sameness.kinds import is_continuous
from grader.maths.tree import Node
from grader.types import Notation

_AROUND = re.compile(
    r"^(?:\$+|\\\(|\\\[)?\s*(?:\\boxed\s*\{)?\s*(.*?)\s*\}?\s*(?:\$+|\\\)|\\\])?\s*$", re.DOTALL
)
_SIZES = re.compile(r"\\(?:left|right|[bB]igg?[lr]?)\s*(?=[()\[\]])")
_CLOSERS = {"(": ")", "[": "]"}


def as_intervals(
    trees: tuple[Node, Node], texts: tuple[str, str], notations: tuple[Notation, Notation]
) -> tuple[Node, Node]:
    """Two answers, where a pair beside an interval or an inequality is the interval that its brackets say."""
    one, other = trees
    if "list" not in (one.op, other.op):
        return trees
    if is_continuous(one) and other.op == "list":
        return one, _interval(other, texts[1], notations[1])
    if is_continuous(other) and one.op == "list":
        return _interval(one, texts[0], notations[0]), other
    return trees


def _interval(pair: Node, text: str, notation: Notation) -> Node:
    """The interval that a pair was written as, or the pair; in Python brackets are those of data.

    >>> from grader.maths.tree import number
    >>> _interval(Node("list", (number(1), number(2))), "$[1, 2]$", "latex").value
    (True, True)
    """
    if (
        notation == "python"
        or len(pair.args) != 2
        or any(arg.op in ("list", "relation") for arg in pair.args)
    ):
        return pair
    found = _AROUND.match(_SIZES.sub("", text))
    inside = found.group(1) if found else ""
    if len(inside) < 2 or _CLOSERS.get(inside[0]) != inside[-1] or not _encloses(inside):
        return pair
    closed = inside[0] == "["
    return Node("interval", pair.args, (closed, closed))


def _encloses(text: str) -> bool:
    """Whether the first bracket is closed by the last one."""
    depth = 0
    for place, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if depth == 0:
            return place == len(text) - 1
    return False
