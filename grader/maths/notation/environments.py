r"""LaTeX's tables: matrices, determinants, cases, systems of equations, aligned lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from grader.errors import StudentError
from grader.maths.notation.lists import condition, looser
from grader.maths.notation.literal import matrix_of
from grader.maths.notation.meanings import CONDITIONS
from grader.maths.notation.tokens import RELATION, Token
from grader.maths.tree import Node, call

if TYPE_CHECKING:
    from grader.maths.notation.parser import Parser

MATRICES = frozenset("matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix smallmatrix array".split())
LINES = frozenset("aligned align alignat split gather gathered eqnarray alignedat equation".split())
CASES = frozenset(("cases", "rcases", "dcases"))


class Rows(NamedTuple):
    """The rows of a table, each a list of cells, and the index of its first token."""

    rows: list[list[Node]]
    start: int

    def matrix(self) -> Node:
        """The rows as a matrix.

        Raises:
            StudentError: their lengths differ.
        """
        return matrix_of(self.rows)


def environment(parser: Parser, token: Token) -> Node:
    """The tree of a table that is not the inside of a brace."""
    table = rows_of(parser, token)
    name = token.text
    if name in MATRICES:
        matrix = table.matrix()
        if name == "vmatrix":
            return call("det", matrix)
        return call("norm", matrix) if name == "Vmatrix" else matrix
    return _meaning(parser, table)


def system(parser: Parser, token: Token) -> Node:
    """The tree of a table behind an opening brace: cases, or equations that hold together."""
    return _meaning(parser, rows_of(parser, token))


def _meaning(parser: Parser, table: Rows) -> Node:
    rows = table.rows
    if any(len(row) == 2 and (row[1].op in CONDITIONS or row[1].op == "otherwise") for row in rows):
        return cases_of(parser, rows)
    flat = [row[0] for row in rows if len(row) == 1]
    if len(flat) != len(rows):
        raise StudentError(
            f"Column {parser.column(table.start)}: these rows are neither cases nor equations.", code="syntax"
        )
    return flat[0] if len(flat) == 1 else Node("list", tuple(flat))


def rows_of(parser: Parser, token: Token) -> Rows:
    """The rows of a table, up to its end; the cursor stands behind its beginning.

    Raises:
        StudentError: the table never ends.
    """
    start = parser.at - 1
    if token.text not in MATRICES | LINES | CASES:
        raise StudentError(
            f"Column {parser.column(start)}: {token.text} is not an environment of formulas.", code="syntax"
        )
    if token.text in LINES:
        _join_cells(parser)
    bars, parser.bars = parser.bars, []
    rows: list[list[Node]] = [[]]
    while (following := parser.tokens[parser.at]).kind != "end":
        if following.kind == "row":
            parser.at += 1
            rows.append([])
        elif following.kind in ("cell", "comma") or (following.kind == "bad" and following.text == "."):
            parser.at += 1
        elif following.kind == "word":
            parser.at += 1
            if following.text == "else":
                rows[-1].append(Node("otherwise"))
            elif rows[-1]:
                rows[-1].append(condition(parser, parser.expression(0)))
        elif following.kind == "stop":
            raise parser.unexpected(parser.at, "the end of the matrix")
        elif following.binding == RELATION and not rows[-1] and len(rows) > 1 and rows[-2]:
            # A line that goes on with "= ..." continues the line above.
            parser.at += 1
            rows.pop()
            rows[-1][-1] = looser(parser, rows[-1][-1], following.text, parser.expression(RELATION))
        else:
            rows[-1].append(parser.expression(0))
    parser.at += 1
    parser.bars = bars
    return Rows([row for row in rows if row], start)


def _join_cells(parser: Parser) -> None:
    """In aligned lines the signs of alignment mean nothing."""
    end = parser.at
    while parser.tokens[end].kind not in ("end", "stop"):
        end += 1
    parser.tokens[parser.at : end] = [each for each in parser.tokens[parser.at : end] if each.kind != "cell"]


def cases_of(parser: Parser, rows: list[list[Node]]) -> Node:
    """The cases in rows of a value and its condition; the last condition may be `otherwise`, or absent.

    Raises:
        StudentError: a row in the middle has no condition.
    """
    parts: list[Node] = []
    for position, row in enumerate(rows):
        last = position == len(rows) - 1
        if len(row) == 2 and row[1].op in CONDITIONS:
            parts += row
        elif last and (len(row) == 1 or row[1].op == "otherwise"):
            parts.append(row[0])
        else:
            raise StudentError(f"Case {position + 1} has no condition.", code="syntax")
    return Node("cases", tuple(parts)) if len(parts) > 1 else parts[0]
