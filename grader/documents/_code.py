"""Python source to blocks: the cell as it stands, and one entry for each literal that is given a name."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from fractions import Fraction

from grader.documents._text import notation_of
from grader.types import Block, Place

SIZE_LIMIT = 100_000
_HUGE = 10**15
_MOST = 50
_ARRAYS = {"array", "asarray", "matrix", "asmatrix", "tensor", "Matrix", "float64", "int64"}


def blocks(source: str, place: Place) -> tuple[Block, ...]:
    """The code itself, then its entries by variable name, or by key for a dict called `answers`.

    The code is parsed, never run; code that does not parse gives no entries.
    """
    code = Block("code", source, place, notation="python")
    if len(source) > SIZE_LIMIT or "=" not in source:
        return (code,)
    tree = _tree(source)
    if tree is None:
        return (code,)
    lines = [line.encode() for line in source.split("\n")]
    try:
        return (code, *(entry for statement in tree.body for entry in _entries(statement, lines, place)))
    except RecursionError:  # a sum of thousands of numbers
        return (code,)


def defined(source: str, names: Sequence[str]) -> str:
    """The first of some functions that a cell defines, or binds to something; nothing if it is none.

    >>> defined("import numpy\\ndef fit(x):\\n    return x", ["fit_poly", "fit"])
    'fit'
    """
    for name in names:
        word = re.escape(name)
        if re.search(rf"(?m)^[ \t]*(?:(?:async[ \t]+)?def[ \t]+{word}[ \t]*\(|{word}[ \t]*=)", source):
            return name
    return ""


def shown_name(source: str) -> str:
    """The variable a cell shows last (`z`, `print(z)`), or nothing."""
    tree = _tree(source[-2_000:]) if len(source) <= SIZE_LIMIT else None
    last = tree.body[-1] if tree and tree.body else None
    if not isinstance(last, ast.Expr):
        return ""
    value = last.value
    if (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Name)
        and value.func.id in {"print", "display"}
        and len(value.args) == 1
    ):
        value = value.args[0]
    return value.id if isinstance(value, ast.Name) else ""


def _tree(source: str) -> ast.Module | None:
    # magics and shell lines are IPython's, not Python's
    lines = ["" if line.lstrip().startswith(("%", "!")) else line for line in source.split("\n")]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a student's "\e" is no concern of the log
            return ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _entries(statement: ast.stmt, lines: list[bytes], place: Place) -> Iterator[Block]:
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        targets: list[ast.expr] = [statement.target]
        value: ast.expr = statement.value
    elif isinstance(statement, ast.Assign):
        targets, value = statement.targets, statement.value
    else:
        return
    for target in targets:
        if isinstance(target, ast.Name):
            yield from _named(target.id, value, lines, place)
        elif (
            # answers["2.2.3"] = ...
            isinstance(target, ast.Subscript)
            and isinstance(target.value, ast.Name)
            and target.value.id == "answers"
            and isinstance(target.slice, ast.Constant)
            and isinstance(target.slice.value, str | int | float)
        ):
            yield from _named(str(target.slice.value), value, lines, place)
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for name, inner in zip(target.elts, value.elts, strict=False):
                if isinstance(name, ast.Name):
                    yield from _named(name.id, inner, lines, place)


def _named(name: str, value: ast.expr, lines: list[bytes], place: Place) -> Iterator[Block]:
    if isinstance(value, ast.Dict):
        prefix = "" if name == "answers" else f"{name}."
        for key, inner in zip(value.keys, value.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str | int | float):
                yield from _named(f"{prefix}{key.value}", inner, lines, place)
        return
    value = _bare(value)
    line = (place.line or 1) + value.lineno - 1
    where = Place(place.file, place.cell, line)
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        text = value.value.strip()
        if text:
            yield Block("entry", text, where, name, notation=notation_of(text))
    elif _is_literal(value):
        yield Block("entry", _segment(value, lines), where, name, notation="python")
    elif (worked_out := _array(value)) is not None:
        yield Block("entry", _written(worked_out), where, name, notation="python")


def _segment(value: ast.expr, lines: list[bytes]) -> str:
    """The source of an expression as typed, on one line so that it reads the same in a report."""
    last = value.end_lineno or value.lineno
    part = lines[value.lineno - 1 : last]
    part[-1] = part[-1][: value.end_col_offset]
    part[0] = part[0][value.col_offset :]
    without_comments = (re.sub(rb"#.*", b"", line) for line in part)
    return " ".join(b" ".join(without_comments).decode(errors="replace").split())


def _bare(value: ast.expr) -> ast.expr:
    """The literal inside `np.array(...)`, however often it is wrapped."""
    while isinstance(value, ast.Call) and value.args:
        function = value.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if name not in _ARRAYS:
            break
        value = value.args[0]
    return value


def _array(value: ast.expr) -> object | None:
    """An array that is a literal times a number, `2 * np.array([...])`, or zeros or ones; None otherwise.

    Nested lists of exact numbers; the code is read, not run.
    """
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub):
        inner = _array(value.operand)
        return None if inner is None else _scaled(inner, Fraction(-1))
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mult | ast.Div):
        left, right = _array(value.left), _array(value.right)
        if isinstance(value.op, ast.Div):
            return _scaled(left, 1 / right) if isinstance(right, Fraction) and right and left else None
        if isinstance(left, Fraction) and right is not None:
            return _scaled(right, left)
        return _scaled(left, right) if isinstance(right, Fraction) and left is not None else None
    if isinstance(value, ast.Call) and len(value.args) == 1:
        function = value.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if name in {"zeros", "ones"}:
            return _filled(value.args[0], Fraction(name == "ones"))
        return _array(value.args[0]) if name in _ARRAYS else None
    if isinstance(value, ast.List | ast.Tuple):
        entries = [_array(one) for one in value.elts]
        return None if any(one is None for one in entries) else entries
    number = value.value if isinstance(value, ast.Constant) else None
    if isinstance(number, int | float) and not isinstance(number, bool) and abs(number) < _HUGE:
        return Fraction(str(number))
    return None


def _filled(shape: ast.expr, value: Fraction) -> object | None:
    sizes = shape.elts if isinstance(shape, ast.Tuple | ast.List) else [shape]
    known = [one.value for one in sizes if isinstance(one, ast.Constant) and isinstance(one.value, int)]
    if len(known) != len(sizes) or not 1 <= len(known) <= 2 or not all(0 < size <= _MOST for size in known):
        return None
    row: object = [value] * known[-1]
    return row if len(known) == 1 else [row] * known[0]


def _scaled(value: object, factor: Fraction) -> object:
    if isinstance(value, list):
        return [_scaled(one, factor) for one in value]
    assert isinstance(value, Fraction)
    return value * factor


def _written(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    return str(value)


def _is_literal(value: ast.expr) -> bool:
    """Numbers, signs and arithmetic between numbers, and lists or tuples of those."""
    if isinstance(value, ast.List | ast.Tuple):
        return all(map(_is_literal, value.elts))
    if isinstance(value, ast.UnaryOp):
        return isinstance(value.op, ast.USub | ast.UAdd) and _is_literal(value.operand)
    if isinstance(value, ast.BinOp):
        return _is_literal(value.left) and _is_literal(value.right)
    return isinstance(value, ast.Constant) and isinstance(value.value, int | float | bool)
