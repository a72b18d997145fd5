"""A line in the plane: an equation, or points with a parameter that runs over all reals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Final

from grader.checks import OptionError, Sample, Setting
from grader.checks._common import (
    NOTHING,
    Credited,
    Difference,
    Expected,
    Key,
    ValueOptions,
    judge_against,
    key_samples,
    read_key,
    undecided,
)
from grader.checks._parameter import without_conditions
from grader.checks._typed import (
    echo,
    formula_text,
    notation_of,
    read_formula,
    sides,
)
from grader.errors import StudentError
from grader.maths.names import SymbolFault, Symbols, declare, normal
from grader.maths.sameness.entries import expand, is_vector
from grader.maths.sameness.lines import Line, Locus, Range, near, of_equation, of_points, on, same
from grader.maths.tree import Node, names_in
from grader.maths.values.tolerance import has_decimals
from grader.options import Size
from grader.types import Answer, Evidence, Notation, Reads, Verdict

_MOST_PIECES = 8
# What people call the parameter of a line.
_PARAMETERS = (
    "s t r k c a b u v p q z l m h x y "
    "alpha beta gamma lambda mu nu tau theta sigma kappa rho eta epsilon delta"
).split()

READS: Final[Reads] = "equation"


class Options(ValueOptions):
    """`variables`: the two coordinates; `half_line` and `point`: credit and words for a part of the line."""

    variables: Annotated[tuple[str, ...], Size(2, 2)]
    half_line: Credited | None = None
    point: Credited | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    key: Key[Line]
    variables: tuple[str, str]
    symbols: Symbols
    half_line: Credited | None
    point: Credited | None


@dataclass(frozen=True, slots=True)
class _Read:
    node: Node
    locus: Locus


def prepare(options: Options, setting: Setting) -> Prepared:
    """The expected line and the known mistakes.

    Raises:
        OptionError: a variable that is no name, an equation that is no line.
    """
    x, y = options.variables
    scalars: dict[str, object] = {x: {"scalar": "real"}, y: {"scalar": "real"}}
    try:
        taken = {normal(name) for name in scalars}
        for name in _PARAMETERS:
            if name not in taken:
                scalars[name] = {"scalar": "real"} | ({"also": ["lam"]} if name == "lambda" else {})
        symbols = declare(scalars, [])
    except SymbolFault as error:
        raise OptionError(("variables",), error.found, error.meant) from error

    def line(expected: Expected) -> Line:
        found = of_equation(expected.node, (x, y))
        if found.line is None:
            raise ValueError("this equation is not a line")
        return found.line

    key = read_key(options, setting, symbols, line)
    return Prepared(key, (x, y), symbols, options.half_line, options.point)


def judge(prepared: Prepared, answer: Answer) -> Verdict:
    """Whether what was typed is the whole expected line.

    Raises:
        StudentError: no equation and no points can be read.
    """
    try:
        found = _read(answer.text, answer.notation, prepared)
    except StudentError as error:
        if error.code == "line":
            return undecided("line", f"{error} A person decides.")
        raise
    first = found[0]
    read = echo(first.node)
    if any(not _agree(first.locus, other.locus) for other in found[1:]):
        return undecided("several-values", "Several different lines or points can be read here.", read)

    def matches(expected: Line) -> tuple[Evidence, ...] | None:
        locus = first.locus
        whole = locus.part == "line" and locus.line is not None and same(locus.line, expected)
        return () if whole else None

    return judge_against(prepared.key, read, matches, lambda: _difference(prepared, first))


def _agree(one: Locus, other: Locus) -> bool:
    if one.part != other.part or one.point != other.point:
        return False
    return one.line is None or (other.line is not None and same(one.line, other.line))


def _difference(prepared: Prepared, found: _Read) -> Difference:
    locus = found.locus
    expected = [target.value for target in prepared.key.targets]
    if locus.part == "point" and locus.point is not None:
        if not any(on(locus.point, line) for line in expected):
            return Difference("point", "This is one point, and not one of the expected line.")
        return _credited(prepared.point, "point", "This is one point of the line; all of them are asked for.")
    if locus.line is None:
        what = {
            "curve": "These points do not lie on a line.",
            "region": "This inequality describes a half-plane, not a line.",
            "everything": "This equation holds for every point.",
            "nothing": "This equation holds for no point.",
        }
        return Difference(locus.part, what.get(locus.part, "This is no line."))
    if any(same(locus.line, line) for line in expected):
        words = f"The points lie on the line, but they are only a {locus.part}."
        return _credited(prepared.half_line, "half-line", words)
    if has_decimals(found.node) and any(near(locus.line, line) for line in expected):
        return Difference(
            "rounded",
            "This is nearly the expected line, with rounded numbers; a person decides.",
            credit=None,
        )
    return Difference("different", "This is not the expected line.")


def _credited(given: Credited | None, code: str, words: str) -> Difference:
    if given is None:
        return Difference(code, words, credit=NOTHING)
    return Difference(code, given.say, credit=given.credit, declared=True)


# --- reading ---------------------------------------------------------------------------------------

_TEXT = re.compile(r"\\(?:text|mathrm|textrm|mbox)\s*\{([^{}]*)\}")
_BREAK = re.compile(
    r"\bor\b|\band\b|;|\n|\\q?quad|\bi\.\s*e\.|\bthat is\b|\bequivalently\b"
    r"|\\iff|\\Leftrightarrow|⇔|\\Rightarrow|⇒"
)
_INTRODUCTION = re.compile(
    r"^[A-Za-z ,()]*?\b(?:such that|satisfying|with|is|are|line|by|where|s\.t\.|equation|solutions?)\b"
    r"\s*:?\s*(?=\S*[\d=(\[\\])",
    re.IGNORECASE,
)


def _read(text: str, notation: Notation, prepared: Prepared) -> list[_Read]:
    text = _TEXT.sub(r" \1 ", formula_text(text))
    notation = notation_of(text, notation)
    text, parameter = without_conditions(_spaced(text))
    pieces = list(_pieces(_without_set(text)))
    if len(pieces) > _MOST_PIECES:
        raise StudentError(f"{len(pieces)} formulas stand here; one line is wanted.", code="several-values")
    if not pieces:
        raise StudentError("No equation and no points stand here.", code="empty")
    found: list[_Read] = []
    given: dict[str, Node] = {}
    for piece in pieces:
        for node in _formulas(piece, notation, prepared):
            coordinate = _coordinate(node, prepared)
            if coordinate is not None and coordinate[0] not in given:
                given[coordinate[0]] = coordinate[1]
            found.append(_Read(node, Locus("nothing")))
    if len(given) == 2 and len(found) == 2:
        x, y = (given[name] for name in prepared.variables)
        return [_Read(Node("list", (x, y)), of_points(x, y, prepared.variables, parameter))]
    return [_Read(one.node, _locus(one.node, prepared, parameter)) for one in found]


def _spaced(text: str) -> str:
    return re.sub(r"(?<!\\)\\[,;: !]|~", " ", text)  # the second sign of `\\\\ 1` ends a row


def _without_set(text: str) -> str:
    """The defining part of a set: `{w : 2 w1 + w2 = 2}` gives the equation."""
    match = re.fullmatch(r"(?:.*?=\s*|.*?\\in\s*|.*?∈\s*)?\\?\{(.*?)\\?\}", text.strip(), re.DOTALL)
    if match is None:
        return text
    left, *right = re.split(r"\\mid(?![a-z])|:|\||\\vert", match[1], maxsplit=1)
    return right[0] if right and "=" in right[0] else left


def _pieces(text: str) -> Iterator[str]:
    """The formulas of a text: apart by words such as `or`, and by commas outside brackets."""
    for part in _BREAK.split(text):
        part = _INTRODUCTION.sub("", part.strip())
        start = depth = 0
        cut: list[str] = []
        for position, character in enumerate(part):
            depth += (character in "([{") - (character in ")]}")
            if character == "," and depth == 0:
                cut.append(part[start:position])
                start = position + 1
        cut.append(part[start:])
        cut = [piece.strip(" .") for piece in cut if piece.strip(" .")]
        if len(cut) == 2 and not any("=" in piece for piece in cut):
            cut = [f"({cut[0]}, {cut[1]})"]  # a pair without its brackets
        yield from cut


def _formulas(piece: str, notation: Notation, prepared: Prepared) -> Iterator[Node]:
    """The equations and points in a chain such as `w = p + s q` or `x'w = 2 w1 + w2 = 2`."""
    if re.search(r"[<>≤≥]|\\leq?(?![a-z])|\\geq?(?![a-z])", piece):
        yield read_formula(piece, prepared.symbols, notation)
        return
    *earlier, last = sides(piece) or (piece,)
    if len(earlier) > _MOST_PIECES:
        raise StudentError(f"There are {len(earlier)} equals signs; one equation is wanted.", code="too-long")
    nodes: list[Node] = []
    for side in earlier:
        try:
            nodes.append(read_formula(side, prepared.symbols, notation))
        except StudentError:
            if not re.search(r"[^\W\d_]", side):
                raise
    nodes.append(read_formula(last, prepared.symbols, notation))
    points = [node for node in nodes if is_vector(expand(node).shape) and not _is_label(node, prepared)]
    if points:
        yield from points
        return
    scalars = [node for node in nodes if not expand(node).shape]
    if len(scalars) == 1:
        yield _equation_for(scalars[0], prepared)
    for left, right in pairwise(scalars):
        yield Node("relation", (left, right), "=")


def _is_label(node: Node, prepared: Prepared) -> bool:
    cells = expand(node).cells
    return tuple(cell.value for cell in cells if cell.op == "symbol") == prepared.variables


def _equation_for(node: Node, prepared: Prepared) -> Node:
    """`2 - 2 w1` alone is an equation for the other coordinate."""
    used = [name for name in prepared.variables if name in names_in(node)]
    if len(used) != 1:
        raise StudentError("An equation or points are wanted; here stands one formula.", code="no-equation")
    (other,) = set(prepared.variables) - set(used)
    return Node("relation", (Node("symbol", (), other), node), "=")


def _coordinate(node: Node, prepared: Prepared) -> tuple[str, Node] | None:
    """`w1 = 1 - s/2` as a coordinate and its formula, which does not have the other coordinate."""
    if node.op != "relation" or node.value != "=":
        return None
    for left, right in (node.args, tuple(reversed(node.args))):
        known = left.op == "symbol" and left.value in prepared.variables
        if known and names_in(right).isdisjoint(prepared.variables):
            return str(left.value), right
    return None


def _locus(node: Node, prepared: Prepared, parameter: Range) -> Locus:
    if node.op != "relation":
        entries = expand(node)
        if len(entries.cells) != 2:
            raise StudentError(f"These points have {len(entries.cells)} coordinates, not 2.", code="shape")
        return of_points(*entries.cells, prepared.variables, parameter)
    found = of_equation(node, prepared.variables)
    if parameter == "all" or found.line is None:
        return found
    return Locus("half-line" if parameter == "half" else "segment", found.line)


# --- samples ---------------------------------------------------------------------------------------


def samples(prepared: Prepared) -> tuple[Sample, ...]:
    """The line and the mistakes as equations; half of the line and one point, where they earn credit."""
    found = list(key_samples(prepared.key))
    line = prepared.key.targets[0].value
    name = next(name for name in ("s", "t", "r") if name not in prepared.variables)
    x, y = line.foot()
    if prepared.half_line is not None:
        text = f"({x} + ({line.b}) {name}^2, {y} - ({line.a}) {name}^2)"
        found.append(Sample(f"half of the line: {prepared.half_line.say}", text, prepared.half_line.credit))
    if prepared.point is not None:
        found.append(Sample(f"one point: {prepared.point.say}", f"({x}, {y})", prepared.point.credit))
    return tuple(found)
