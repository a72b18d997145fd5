"""What an author writes around a formula: abbreviations explained behind it, and steps before it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from grader.errors import StudentError
from grader.maths.names import Symbol, Symbols, normal
from grader.maths.notation import read
from grader.maths.notation.limits import TOKENS
from grader.maths.tree import Node, names_in, walk
from grader.types import Notation

if TYPE_CHECKING:
    from grader.maths.sameness.identity import Frame

Definitions = tuple[tuple[str, str], ...]

_DEFINITION = (
    r"^(?:\\?(?:text|mathrm)?\s*\{?\s*(?:where|with|and)\b\s*\}?)?\s*(?P<name>\\?[A-Za-z\u0391-\u03c9][\w\\{}^*()]*)"
    r"\s*(?::=|=)(?P<formula>[^=]+)$"
)
_SEPARATOR = r"[,;]|\\(?:text|mathrm|textrm)\s*\{\s*(?:where|with|and)\s*\}|\\q?quad|\bwhere\b|\bwith\b"
_BRACKET = r"\\[{}]|[(\[{)\]}]"
MOST_DEFINITIONS = 6
_MOST_STEPS = 8


def split_definitions(text: str) -> tuple[str, Definitions]:
    """A formula and the abbreviations its author explains behind it.

    >>> split_definitions("-a' M a / norm(M a)^2, where M = -2/n X X'")
    ("-a' M a / norm(M a)^2", (('M', "-2/n X X'"),))
    """
    pieces, start, depth = [], 0, 0
    for match in re.finditer(rf"{_SEPARATOR}|{_BRACKET}", text):
        if re.fullmatch(_BRACKET, match[0]):
            depth += 1 if match[0][-1] in "([{" else -1
        elif depth == 0:
            pieces.append(text[start : match.start()])
            start = match.end()
    pieces = [piece.strip() for piece in (*pieces, text[start:]) if piece.strip()]
    found = [re.match(_DEFINITION, piece) for piece in pieces[1:]]
    definitions = tuple((match["name"], match["formula"].strip()) for match in found if match is not None)
    if not pieces or not definitions or len(definitions) < len(found) or len(found) > MOST_DEFINITIONS:
        return text, ()
    return pieces[0], definitions


def read_written(
    text: str,
    notation: Notation,
    symbols: Symbols,
    definitions: Definitions = (),
    *,
    tight: bool = False,
) -> Node:
    """The formula with the author's own abbreviations put in; a later one may be used by an earlier one."""
    meanings: dict[str, Node] = {}
    for name, formula in reversed(definitions):
        declared = symbols.find(name)
        key = declared.name if declared is not None else normal(name)
        meanings[key] = _one(formula, notation, symbols, meanings, tight=tight)
    node = _one(text, notation, symbols, meanings, tight=tight)
    if node.op == "relation":
        raise StudentError("A formula is wanted, not an inequality.", code="relation")
    return node


def _one(
    text: str, notation: Notation, symbols: Symbols, meanings: Mapping[str, Node], *, tight: bool
) -> Node:
    node = _substituted(read(text, _with_names(symbols, meanings), notation, tight=tight), meanings)
    # Abbreviations of abbreviations grow like powers; counting stops at the limit.
    if sum(1 for _ in islice(walk(node), TOKENS + 1)) > TOKENS:
        raise StudentError(f"The formula has more than {TOKENS} symbols.", code="too-long")
    return node


def _with_names(symbols: Symbols, meanings: Mapping[str, Node]) -> Symbols:
    new = {name: Symbol(name, "scalar") for name in meanings if name not in symbols.table}
    if not new:
        return symbols
    spellings = {**symbols.spellings, **{name: name for name in new}}
    return Symbols({**symbols.table, **new}, spellings, symbols.dimensions)


def _substituted(node: Node, meanings: Mapping[str, Node]) -> Node:
    if not meanings:
        return node
    if node.op == "symbol":
        return meanings.get(str(node.value), node)
    return node._replace(args=tuple(_substituted(argument, meanings) for argument in node.args))


def wrong_step(pieces: Sequence[str], notation: Notation, frame: Frame, definitions: Definitions) -> str:
    """In a chain `A = B = C`, the first step that is proved not to follow, in words; empty where none is.

    Silent about what cannot be read, about `= 0`, which is an equation to solve, and about a step that
    brings in a name: there something is put in that stands elsewhere.
    """
    if not 2 <= len(pieces) <= _MOST_STEPS:
        return ""
    from grader.maths.why.derivation import check_relation

    nodes: list[Node | None] = []
    for piece in pieces:
        try:
            nodes.append(read_written(piece, notation, frame.symbols, definitions))
        except StudentError:
            nodes.append(None)
    if nodes[0] is not None and nodes[0].op == "symbol":
        rest = [names_in(node) for node in nodes[1:] if node is not None]
        if any(nodes[0].value in names for names in rest):
            return ""
        nodes[0] = None
    for left, right in pairwise(nodes):
        if left is None or right is None or not _comparable(left, right, frame.symbols):
            continue
        if not _conforms(left, frame):
            continue
        wrong = check_relation(Node("relation", (left, right), "="), frame.symbols, frame.secret).first_wrong
        if wrong is not None:
            return f"The step from {wrong.left} to {wrong.right} does not follow."
    return ""


def _comparable(left: Node, right: Node, symbols: Symbols) -> bool:
    nothing = any(node.op == "number" and node.value == 0 for node in (left, right))
    return left != right and not nothing and _base(right, symbols) <= _base(left, symbols)


def _conforms(node: Node, frame: Frame) -> bool:
    from grader.maths.sameness import identity

    try:
        identity.settle(node, frame)
    except StudentError:
        return False
    return True


def _base(node: Node, symbols: Symbols) -> frozenset[str]:
    """The names a formula is made of, abbreviations of the rubric written out."""
    names: set[str] = set()
    for name in names_in(node):
        known = symbols.table.get(str(name))
        meaning = known.definition if known is not None else None
        names |= _base(meaning, symbols) if meaning is not None else {str(name)}
    return frozenset(names)
