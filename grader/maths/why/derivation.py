r"""A chain of equalities, link by link: the first line that does not follow from the one before.

    L = norm(X w - t)^2 / n
      = (w' X' X w - 2 t' X w + t' t) / n      follows
      = w' X' X w / n - 2 t' X w + t' t / n    does not

`L`, which nobody declared, only names the chain. Lines may be LaTeX (`&=`, `\\`), `where a = ...` explains
abbreviations, and `≈` or a rounded decimal need to be right to the digits given. Lines that are equations to
be solved (`2 x = 6`, then `x = 3`) must follow from each other. What is found is advice, never a mark.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

from grader.errors import StudentError
from grader.maths.names import Symbol, Symbols, normal
from grader.maths.notation import read, to_text
from grader.maths.sameness import identity
from grader.maths.sameness.identity import Comparison, Frame
from grader.maths.tree import Node, names_in
from grader.types import Counterexample, Notation

Outcome = Literal["same", "different", "undecided"]

MOST_LINES = 60
MOST_LENGTH = 20_000
_BREAK = re.compile(
    r"\\\\(?:\[[^\]]*\])?|\n|(?:⇒|⟹|⇔|⟺|\\(?:Rightarrow|implies|Leftrightarrow|iff)(?![a-zA-Z]))"
)
_NOISE = re.compile(
    r"\\(?:begin|end)\{(?:align|aligned|equation|gather|split|eqnarray)\*?\}|&|\\(?:nonumber|notag)(?![a-zA-Z])"
)
_APPROXIMATE = r"≈|≃|\\(?:approx|simeq|cong)(?![a-zA-Z])"
_SIGN = re.compile(rf"{_APPROXIMATE}|(?<![<>!:=~])=(?![=>])|:=")
_BRACKET = re.compile(r"\\[{}]|[(\[{)\]}]")
_WHERE = re.compile(r"\\(?:text|mathrm|textrm)\s*\{\s*(?:where|with)\s*\}|\b(?:where|with)\b")
_NEXT = re.compile(r"[,;]|\band\b|\\q?quad|\\text\s*\{\s*and\s*\}")


@dataclass(frozen=True, slots=True)
class Link:
    """One step of a chain: the two sides as they are written, and whether they are equal."""

    line: int
    left: str
    right: str
    outcome: Outcome
    how: str
    code: str = ""
    example: Counterexample | None = None


@dataclass(frozen=True, slots=True)
class Derivation:
    """All steps of a chain in their order."""

    links: tuple[Link, ...]

    @property
    def first_wrong(self) -> Link | None:
        """The first step that is proved not to follow, or None."""
        return next((link for link in self.links if link.outcome == "different"), None)

    @property
    def outcome(self) -> Outcome:
        """Same where every step follows, different where one does not."""
        found = {link.outcome for link in self.links}
        return "different" if "different" in found else "undecided" if "undecided" in found else "same"


class _Side(NamedTuple):
    line: int
    approximate: bool  # how it is tied to the side before it
    text: str
    node: Node | StudentError


class _Line(NamedTuple):
    line: int
    sides: tuple[_Side, ...]
    continues: bool


def check_chain(
    text: str | Sequence[str], symbols: Symbols, notation: Notation = "plain", secret: bytes = b""
) -> Derivation:
    """Whether each line of a derivation follows from the one before.

    Raises:
        StudentError: it is too long, or there are no two sides to compare.
    """
    lines = _lines(text)
    formulas, meanings, symbols = _definitions(lines, symbols, notation)
    chain = [_read(number, line, symbols, meanings, notation) for number, line in formulas]
    frame = Frame(symbols, secret)
    links = _equations(chain, symbols, secret)
    if links is None:
        links = [_link(one, other, frame) for one, other in _pairs(_unnamed(chain, symbols))]
    if not links:
        raise StudentError("There are no two sides here that can be compared.", code="no-chain")
    return Derivation(tuple(links))


def check_relation(node: Node, symbols: Symbols, secret: bytes = b"") -> Derivation:
    """The same for a chain that is read already: a relation with several equality signs.

    Raises:
        StudentError: it is no chain of equalities.
    """
    signs = node.value if isinstance(node.value, tuple) else (node.value,)
    if node.op != "relation" or any(sign != "=" for sign in signs):
        raise StudentError("A chain of equalities is wanted.", code="no-chain")
    sides = [_Side(1, False, to_text(side), side) for side in node.args]
    frame = Frame(symbols, secret)
    return Derivation(tuple(_link(one, other, frame) for one, other in pairwise(sides)))


# --- from text to sides ----------------------------------------------------------------------------


def _lines(text: str | Sequence[str]) -> list[tuple[int, str]]:
    pieces = [text] if isinstance(text, str) else list(text)
    if sum(map(len, pieces)) > MOST_LENGTH:
        raise StudentError(f"A derivation has at most {MOST_LENGTH} characters.", code="too-long")
    whole = [_NOISE.sub(" ", part).strip(" .,;$\t\r") for piece in pieces for part in _BREAK.split(piece)]
    lines = [(number, line) for number, line in enumerate((line for line in whole if line), 1)]
    if len(lines) > MOST_LINES:
        raise StudentError(f"A derivation has at most {MOST_LINES} lines.", code="too-long")
    return lines


def _definitions(
    lines: Sequence[tuple[int, str]], symbols: Symbols, notation: Notation
) -> tuple[list[tuple[int, str]], Mapping[str, Node], Symbols]:
    """The lines without `where a = ...`, what is explained there, and the symbols with those names."""
    formulas: list[tuple[int, str]] = []
    meanings: dict[str, Node] = {}
    for line, text in lines:
        formula, *explained = _WHERE.split(text, maxsplit=1)
        if formula.strip(" ,;"):
            formulas.append((line, formula.strip(" ,;")))
        for piece in _NEXT.split(explained[0]) if explained else ():
            name, equals, meaning = piece.partition("=")
            if not equals or not name.strip():
                continue
            found = symbols.find(name.strip())
            key = found.name if found is not None else normal(name.strip())
            node = _substituted(read(meaning, symbols, notation), meanings)
            meanings[key] = node
            if key not in symbols.table:
                table = {**symbols.table, key: Symbol(key, "scalar")}
                symbols = Symbols(table, {**symbols.spellings, key: key}, symbols.dimensions)
    return formulas, meanings, symbols


def _substituted(node: Node, meanings: Mapping[str, Node]) -> Node:
    if not meanings:
        return node
    if node.op == "symbol":
        return meanings.get(str(node.value), node)
    return node._replace(args=tuple(_substituted(argument, meanings) for argument in node.args))


def _read(
    number: int, text: str, symbols: Symbols, meanings: Mapping[str, Node], notation: Notation
) -> _Line:
    sides: list[_Side] = []
    pieces = _split(text)
    continues = not pieces[0][1]
    for sign, piece in pieces:
        if not piece:
            continue
        node: Node | StudentError
        try:
            node = _substituted(read(piece, symbols, notation), meanings)
            if node.op == "relation":
                raise StudentError("An inequality is not checked here.", code="relation")
        except StudentError as error:
            node = error
        approximate = bool(sign) and re.fullmatch(_APPROXIMATE, sign) is not None
        sides.append(_Side(number, approximate, piece, node))
    return _Line(number, tuple(sides), continues)


def _split(text: str) -> list[tuple[str, str]]:
    """The sides of a line, each with the sign before it; signs inside brackets, as in sums, do not count."""
    pieces: list[tuple[str, str]] = []
    depth, start, sign = 0, 0, ""
    for match in re.finditer(rf"{_BRACKET.pattern}|{_SIGN.pattern}", text):
        if _BRACKET.fullmatch(match[0]):
            depth += 1 if match[0][-1] in "([{" else -1
        elif depth == 0:
            pieces.append((sign, text[start : match.start()].strip()))
            sign, start = match[0], match.end()
    return [*pieces, (sign, text[start:].strip())]


# --- chains ----------------------------------------------------------------------------------------


def _unnamed(chain: Sequence[_Line], symbols: Symbols) -> list[_Line]:
    """The lines without the name in front: `L = A` and then `L = B` or `= B` are `A = B`."""
    names: set[str] = set()
    lines = []
    for line in chain:
        sides = line.sides
        first = sides[0] if sides else None
        if (
            first is not None
            and not line.continues
            and (len(sides) > 1 or isinstance(first.node, StudentError))
        ) and (first.text in names or _names_the_chain(first, chain)):
            again = not names or first.text in names
            names.add(first.text)
            lines.append(line._replace(sides=sides[1:], continues=again))
            continue
        # A line without a sign is the next form of the formula before it.
        lines.append(line._replace(continues=line.continues or len(sides) == 1))
    return lines


def _names_the_chain(side: _Side, chain: Sequence[_Line]) -> bool:
    """Whether a left side only says what is worked out: nobody declared it, or nothing else uses it."""
    if isinstance(side.node, StudentError):
        return side.node.code in ("unknown-name", "syntax", "unknown-command") and len(side.text) <= 80
    if side.node.op != "symbol":
        return False
    others = [other for line in chain for other in line.sides if other.text != side.text]
    return not any(
        side.node.value in names_in(other.node)
        for other in others
        if not isinstance(other.node, StudentError)
    )


def _pairs(chain: Sequence[_Line]) -> list[tuple[_Side, _Side]]:
    pairs: list[tuple[_Side, _Side]] = []
    last: _Side | None = None
    for line in chain:
        if not line.continues:
            last = None
        for side in line.sides:
            if last is not None:
                pairs.append((last, side))
            last = side
    return pairs


def _link(left: _Side, right: _Side, frame: Frame) -> Link:
    place = (right.line, left.text, right.text)
    for side in (left, right):
        if isinstance(side.node, StudentError):
            return Link(*place, "undecided", str(side.node), "unreadable")
    assert isinstance(left.node, Node) and isinstance(right.node, Node)
    rounded = _rounded(left.node, right.node)
    if rounded is not None:
        return Link(*place, *rounded)
    if right.approximate:
        return Link(*place, "undecided", "An approximation of a formula is not checked.", "approximate")
    try:
        expected, got = identity.settle(left.node, frame), identity.settle(right.node, frame)
        found = identity.compare(expected, got)
    except StudentError as error:
        if error.code == "shape":
            return Link(*place, "different", str(error), "shape")
        return Link(*place, "undecided", str(error), error.code)
    example = None
    if found.outcome == "different" and found.code != "shape":
        example = identity.find_counterexample(expected, got)
    return Link(*place, found.outcome, found.how, found.code, example)


def _rounded(left: Node, right: Node) -> tuple[Outcome, str, str] | None:
    """How numbers with decimals agree; None where that is not the question."""
    from grader.maths.values import numbers, tolerance

    if (
        names_in(left)
        or names_in(right)
        or not (tolerance.has_decimals(left) or tolerance.has_decimals(right))
    ):
        return None
    try:
        values = numbers.evaluate(left), numbers.evaluate(right)
    except StudentError:
        return None
    exact = tolerance.Rule("exact")
    agreements = {
        tolerance.agree(values[1], values[0], exact, tolerance.typed(right)),
        tolerance.agree(values[0], values[1], exact, tolerance.typed(left)),
    }
    near = {
        tolerance.agree(values[1], values[0], tolerance.USUAL, tolerance.typed(right)),
        tolerance.agree(values[0], values[1], tolerance.USUAL, tolerance.typed(left)),
    }
    if "equal" in agreements:
        return "same", "Both sides are the same number.", ""
    if near & (tolerance.GOOD | {"few figures"}):
        return "same", "Equal when rounded to the digits given.", "rounded"
    if "unsure" in near:
        return "undecided", "The numbers are not known precisely enough.", "inexact"
    return "different", "The two sides are different numbers.", ""


# --- equations -------------------------------------------------------------------------------------


def _equations(chain: Sequence[_Line], symbols: Symbols, secret: bytes) -> list[Link] | None:
    """The links of equations that follow from each other; None where the lines are no equations to solve."""
    lines: list[tuple[_Line, Node]] = []
    for line in chain:
        if line.continues or len(line.sides) != 2:
            return None
        left, right = line.sides
        if isinstance(left.node, StudentError) or isinstance(right.node, StudentError):
            return None
        lines.append((line, Node("relation", (left.node, right.node), "=")))
    if len({line.sides[0].text for line, _ in lines}) < min(2, len(lines)):
        return None  # L = A, L = B is a chain
    if len(lines) < 2 or not names_in(lines[0][1]) or _is_identity(lines[0][1], symbols, secret):
        return None
    pairs = pairwise(lines)
    return [_implied(before, after, symbols, secret) for before, after in pairs]


def _is_identity(relation: Node, symbols: Symbols, secret: bytes) -> bool:
    frame = Frame(symbols, secret)
    try:
        left, right = (identity.settle(side, frame) for side in relation.args)
        return identity.compare(left, right).outcome != "different"
    except StudentError:
        return True


def _implied(before: tuple[_Line, Node], after: tuple[_Line, Node], symbols: Symbols, secret: bytes) -> Link:
    """Whether the second equation follows from the first: the two together say no more than the first."""
    (first, one), (second, other) = before, after
    place = (second.line, _written(first), _written(second))
    found = _decided(one, other, symbols, secret)
    if found.outcome == "same":
        return Link(*place, "same", found.how, "equivalent")
    both = _decided(one, Node("and", (one, other)), symbols, secret)
    if both.outcome == "same":
        return Link(*place, "same", "This follows, but not the other way round.", "implied")
    if "undecided" in (found.outcome, both.outcome):
        return Link(*place, "undecided", both.how, both.code)
    return Link(*place, "different", "This does not follow from the equation before it.", "not-implied")


def _decided(one: Node, other: Node, symbols: Symbols, secret: bytes) -> Comparison:
    from grader.maths.sameness.decide import decide

    try:
        return decide(one, other, symbols, secret=secret)
    except StudentError as error:
        return Comparison("undecided", str(error), error.code)


def _written(line: _Line) -> str:
    return " = ".join(side.text for side in line.sides)
