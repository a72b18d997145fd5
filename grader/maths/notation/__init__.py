r"""Notations in and out: LaTeX, NumPy and plain text become one tree; text, LaTeX and MathML come back.

>>> from grader.maths.names import declare
>>> names = declare({"X": {"matrix": ["n", "d"]}, "a": {"vector": "n"}}, [{"n": 3, "d": 5}])
>>> to_text(read(r"\frac{2}{n}\mathbf{X}^\top a", names, "latex"))
"2 / n * X' * a"
>>> read("2/n * X.T @ a", names, "python") == read("2/n Xᵀa", names, "plain")
False
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from grader.errors import StudentError
from grader.maths.names import Symbols
from grader.maths.notation.limits import DEPTH, check_limits
from grader.maths.notation.literal import number_node, read_literal
from grader.maths.notation.marks import without_marks
from grader.maths.notation.quotients import without_quotients
from grader.maths.notation.signed import without_signs
from grader.maths.notation.text import to_text
from grader.maths.tree import Node
from grader.types import Notation

__all__ = ["read", "to_latex", "to_mathml", "to_text"]

_PYTHON = re.compile(r"\bnp\.|\bnumpy\.|\.T\b|\.dot\(")
# What most answers are: 3, -3, 0.25, 1/2. In all notations they are the same tree; 012 and -1/2 are not.
_STARTS_A_NUMBER = frozenset("-0123456789")
_WHOLE = r"(?:0|[1-9][0-9]*)"
_PLAIN_NUMBER = re.compile(rf"(-(?!.*/))?({_WHOLE}(?:\.[0-9]+)?)(?:/({_WHOLE}))?")
_MARKS = ("$", "`")


def read(
    text: str, symbols: Symbols, notation: Notation, *, tight: bool = False, undeclared: bool = False
) -> Node:
    """The tree of a formula.

    Plain text that is plainly LaTeX or NumPy is read as such. With `tight`, a product without a sign binds
    tighter than `/`, so that `1/2n` is `1/(2n)`; some people mean that, and a caller may want to know.

    Raises:
        StudentError: the text cannot be read; says the column, what was found and, for names, what is near.
    """
    text = text.strip()
    if text[:1] in _MARKS or text[:2] in ("\\[", "\\("):
        text = _without_delimiters(text)
    if not text:
        raise StudentError("There is no formula here.", code="empty")
    if len(text) > DEPTH:
        check_limits(text)
    elif text[0] in _STARTS_A_NUMBER:
        plain = plain_number(text)
        if plain is not None:
            return plain
    # Most of what follows is rare; a look at one character says that it is not there.
    if text[-1] in ")]" and text[0] in "[(nam":
        literal = read_literal(text)
        if literal is not None:
            return literal
    if notation == "plain":
        if "\\ " in text:
            # As people type "without": between a bracket and a set it is no space of LaTeX.
            text = re.sub(r"(?<=[\])}])(\s*)\\\s+(?=\{)", r"\1∖ ", text)
        if "\\" in text or "{,}" in text:
            notation = "latex"
        elif "@" in text or "**" in text or ("." in text and _PYTHON.search(text)):
            notation = "python"
    if not text.isascii():
        text = without_marks(text, notation)
    if "/" in text or "frac" in text:
        text = without_quotients(text, symbols, notation)
    text = without_signs(text, symbols, notation)
    if notation == "python":
        return _python()(text, symbols, undeclared=undeclared)
    return _parsed(notation)(text, symbols, tight=tight, undeclared=undeclared)


def plain_number(text: str) -> Node | None:
    """The tree of a number that no notation reads in another way; None for anything else."""
    found = _PLAIN_NUMBER.fullmatch(text)
    if found is None:
        return None
    minus, digits, below = found.groups()
    node = number_node(digits)
    if below is not None:
        return Node("divide", (node, number_node(below)))
    return Node("negate", (node,)) if minus else node


# The readers are loaded when they are needed: a class that types NumPy needs no patterns of LaTeX.
@cache
def _python() -> Callable[..., Node]:
    from grader.maths.notation.python import read_python

    return read_python


@cache
def _parsed(notation: Notation) -> Callable[..., Node]:
    if notation == "latex":
        from grader.maths.notation.latex import read_latex

        return read_latex
    from grader.maths.notation.plain import read_plain

    return read_plain


def _without_delimiters(text: str) -> str:
    for left, right in (("$$", "$$"), ("$", "$"), ("\\[", "\\]"), ("\\(", "\\)"), ("`", "`")):
        if len(text) > len(left) + len(right) and text.startswith(left) and text.endswith(right):
            inner = text[len(left) : -len(right)]
            if left not in inner:
                return inner.strip()
    return text


def to_mathml(node: Node) -> str:
    """A complete `<math>` element in Presentation MathML, with all text escaped."""
    from grader.maths.notation.mathml import write

    return write(node)


def to_latex(node: Node) -> str:
    """The formula in LaTeX, without delimiters; reads back to the same tree."""
    from grader.maths.notation.tex import write

    return write(node)
