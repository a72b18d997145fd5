"""Arrays of plain numbers as people type them and as NumPy prints them: `[[1, 2], [3, 4]]`, `[1 2; 3 4]`."""

from __future__ import annotations

import re
from functools import lru_cache

from grader.errors import StudentError
from grader.maths.tree import Node, number

EXPONENT_DIGITS = 3
_NUMBER = re.compile(r"[+\-−]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_LITERAL = re.compile(r"[\s\[\]();,0-9.+\-−eE]+")
_WRAPPED = re.compile(r"^(?:np\.|numpy\.)?(?:array|asarray|matrix)\((.*?)(?:,\s*dtype=[\w.]+)?\)$", re.S)


def read_literal(text: str) -> Node | None:
    """The list or matrix that a literal array means; None when the text is anything else.

    Columns are separated by commas or spaces, rows by brackets, semicolons or line ends.

    >>> read_literal("[1 -2; 3 4]") == read_literal("[[1, -2], [3, 4]]")
    True

    Raises:
        StudentError: rows of different lengths, or more than two dimensions.
    """
    wrapped = _WRAPPED.match(text)
    body = (wrapped[1] if wrapped else text).strip()
    if body[:1] + body[-1:] not in ("[]", "()") or not _LITERAL.fullmatch(body):
        return None
    rows = _rows(body)
    if rows is None:
        return None
    if isinstance(rows[0], Node):
        return Node("list", tuple(cell for cell in rows if isinstance(cell, Node)))
    return matrix_of([row for row in rows if isinstance(row, list)])


def matrix_of(rows: list[list[Node]]) -> Node:
    """The matrix of rows of equal length.

    Raises:
        StudentError: the rows have different lengths, or there are none.
    """
    lengths = [len(row) for row in rows]
    if not lengths or min(lengths) == 0:
        raise StudentError("The array is empty.", code="empty")
    if len(set(lengths)) > 1:
        odd = next(i for i, length in enumerate(lengths) if length != lengths[0])
        raise StudentError(
            f"Row {odd + 1} has {lengths[odd]} entries, row 1 has {lengths[0]}; "
            "all rows need the same number.",
            code="ragged",
        )
    return Node("matrix", tuple(Node("list", tuple(row)) for row in rows))


@lru_cache(maxsize=1024)
def number_node(text: str) -> Node:
    """The node of an unsigned number as typed: `3` is exact, `0.33` keeps its digits.

    Raises:
        StudentError: its power of ten is larger than anybody means.
    """
    if text.isdigit():
        return number(int(text))
    if "e" in text or "E" in text:
        exponent = text.lower().partition("e")[2]
        if len(exponent.lstrip("+-")) > EXPONENT_DIGITS:
            raise StudentError("A number has an exponent of more than 999.", code="too-large")
    return Node("decimal", (), text)


def _signed(text: str) -> Node:
    node = number_node(text.lstrip("+-−"))
    return Node("negate", (node,)) if text[0] in "-−" else node


def _rows(body: str) -> list[Node] | list[list[Node]] | None:
    inner = body[1:-1].strip()
    if inner[:1] in ("[", "("):
        rows = []
        for part in re.split(r"(?<=[\])])[\s,;]*(?=[\[(])", inner):
            if len(part) < 2 or part[0] + part[-1] not in ("[]", "()"):
                return None
            cells = _cells(part[1:-1])
            if cells is None:
                return None
            rows.append(cells)
        return rows
    if ";" in inner:
        found = [_cells(row) for row in inner.rstrip("; ").split(";")]
        return None if any(row is None for row in found) else [row for row in found if row is not None]
    return _cells(inner)


def _cells(text: str) -> list[Node] | None:
    if "," in text:
        parts = [part.strip() for part in text.strip().removesuffix(",").split(",")]
    else:
        # Between spaces a sign belongs to the number behind it, as MATLAB and NumPy's printing have it.
        parts = text.split()
        if len(parts) == 1 and not _NUMBER.fullmatch(parts[0]):
            return None
    if not parts or not all(_NUMBER.fullmatch(part) for part in parts):
        return None
    return [_signed(part) for part in parts]
