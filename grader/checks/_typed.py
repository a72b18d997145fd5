"""What a student typed: delimiters, words and sides of a chain set apart before a formula is read."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import TypeVar

from grader.errors import StudentError
from grader.maths.names import Symbols
from grader.maths.tree import Node
from grader.types import Notation, Note

T = TypeVar("T")

LONGEST_FORMULA = 8_000  # characters; a typed value is never as long
_LONGEST_ECHO = 4_000
_LONGEST_WITH_WORDS = 2_000
_MOST_SIDES = 12
_LONGEST_WORD = 60
_LONGEST_QUOTE = 80
_DEEPEST = 120

_DELIMITERS = (("$$", "$$"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]"), ("`", "`"))
_SPACING = re.compile(r"\\(?:left|right|displaystyle|quad|qquad|limits)(?![A-Za-z])|\\[;:!]|\u200b|\ufeff")
_LONG_WORD = re.compile(rf"[^\W\d_][^\W_]{{{_LONGEST_WORD}}}")
_LATEX = re.compile(r"\\[A-Za-z,{]|[_^]\{")
_EQUALS = re.compile(r"(?<![<>!=:])=(?!=)|:=|≈|≃|\\approx(?![a-z])|\\simeq(?![a-z])|\\equiv(?![a-z])")


def formula_text(text: str) -> str:
    """A typed formula without delimiters, spacing commands and a final full stop.

    Raises:
        StudentError: nothing is there, or far too much.
    """
    if len(text) > LONGEST_FORMULA:
        raise StudentError(
            f"The answer has {len(text):,} characters; a formula has at most {LONGEST_FORMULA:,}.",
            code="too-long",
        )
    text = _SPACING.sub(" ", text).strip()
    for left, right in _DELIMITERS:
        inside = text[len(left) : len(text) - len(right)]
        if len(text) > len(left + right) and text.startswith(left) and text.endswith(right):
            text = inside.strip() if left not in inside else text
    boxed = re.fullmatch(r"\\(?:boxed|fbox)\s*\{(.*)\}", text, re.DOTALL)
    text = (boxed[1] if boxed else text).strip().rstrip(".;,").strip()
    if not text:
        raise StudentError("The answer is empty.", code="empty")
    return text


def read_formula(text: str, symbols: Symbols, notation: Notation) -> Node:
    """The tree of a typed formula, which is never deeper than what comes after can follow.

    Raises:
        StudentError: the text cannot be read, has a word no formula has, or is nested too deep.
    """
    from grader.maths import notation as formulas

    if _LONG_WORD.search(text):
        raise StudentError(f"A word has more than {_LONGEST_WORD} letters.", code="too-long")
    try:
        node = formulas.read(text, symbols, notation)
    except RecursionError:
        raise StudentError("The formula is nested too deep.", code="too-deep") from None
    level: tuple[Node, ...] = (node,)
    for _ in range(_DEEPEST):
        level = tuple(arg for one in level for arg in one.args)
        if not level:
            return node
    raise StudentError("The formula is nested too deep.", code="too-deep")


def sides(text: str) -> tuple[str, ...]:
    r"""The sides of a chain of equations, the name on the left included.

    A sign in brackets or cases is none of the chain: `lstsq(X, t, rcond=None)`, `\sum_{i=1}^n`, `1[x = 0]`.

    >>> sides("eta = 1/4 = 0.25"), sides("s = sum_{i=1}^n x_i")
    (('eta', '1/4', '0.25'), ('s', 'sum_{i=1}^n x_i'))
    """
    found, start = [], 0
    for match in _EQUALS.finditer(text):
        if not _is_inside(text, match.start()):
            found.append(text[start : match.start()])
            start = match.end()
    return tuple(side.strip() for side in (*found, text[start:]) if side.strip())


def _is_inside(text: str, end: int) -> bool:
    """Whether a place of a text stands in a bracket or in cases that were opened before it."""
    pairs = ("(", ")"), ("[", "]"), ("{", "}"), ("\\begin{cases", "\\end{cases")
    return any(text.count(opening, 0, end) > text.count(closing, 0, end) for opening, closing in pairs)


def notation_of(text: str, notation: Notation) -> Notation:
    """The notation of a text: LaTeX where it shows its commands or braced indices, else as given."""
    return "latex" if _LATEX.search(text) else notation


def read_sides(text: str, notation: Notation, read: Callable[[str, Notation], T]) -> tuple[T, ...]:
    """What the sides of a chain of equations say; the last one must be readable.

    Earlier sides may be the name of the quantity or the formula it comes from (`eta = n a / b = 1/4`).

    Raises:
        StudentError: the last side cannot be read, or an earlier one that has no letters.
    """
    notation = notation_of(text, notation)
    *earlier, last = sides(text) or (text,)
    if len(earlier) > _MOST_SIDES:
        raise StudentError(f"There are {len(earlier)} equals signs; write the value alone.", code="too-long")
    final = read(last, notation)
    found: list[T] = []
    for side in earlier:
        try:
            found.append(read(side, notation))
        except StudentError:
            if not re.search(r"[^\W\d_]", side):
                raise
    return (*found, final)


_WORDS = re.compile(
    r"^(?P<formula>.*[\d)\]}!])(?P<words>[\s,;:]+\(?[^\W\d_]{2,}[^\d=+*/^\\\[\]{}]*)$", re.DOTALL
)
_FORMULA_WORDS = frozenset(
    "sqrt exp log ln sin cos tan abs norm pi inf infinity nan alpha beta gamma delta epsilon eta theta "
    "lambda lam mu nu sigma tau phi psi omega rho xi kappa zeta or vs and".split()
)
_SCALES = frozenset(
    "thousand million billion trillion millions billions thousands mio dozen percent approximately about "
    "roughly not or than wrong mb gb kb per permille".split()
)


def cut_words(text: str) -> tuple[str, str]:
    """A formula and the words that follow it: `52 parameters` gives `("52", "parameters")`.

    Words that are mathematics, or that change the number (`52 million`), stay in the formula, where they
    will not be readable.
    """
    match = _WORDS.match(text) if len(text) <= _LONGEST_WITH_WORDS else None
    if match is None:
        return text, ""
    words = match["words"].strip(" \t\n,;:")
    spoken = [word.lower() for word in re.findall(r"[^\W\d_]+", words)]
    if not spoken or spoken[0] in _FORMULA_WORDS or any(word in _SCALES for word in spoken):
        return text, ""
    return match["formula"], words


def ignored_words(words: str) -> tuple[Note, ...]:
    """The note that says which words beside a value were not read."""
    return (Note("remark", f"The words “{shortened(words)}” were left aside."),) if words else ()


def shortened(text: str) -> str:
    """The start of some words that are quoted."""
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"


def echo(node: Node) -> tuple[str, str]:
    """What was understood, in plain notation and as MathML; long ones are cut, their MathML left out."""
    from grader.maths import notation

    text = notation.to_text(node)
    if len(text) > _LONGEST_ECHO:
        return text[:_LONGEST_ECHO] + " …", ""
    return text, notation.to_mathml(node)


def exact_value(node: Node) -> Fraction | None:
    """The value of a formula of rational numbers; None where it has none, or needs error bounds.

    Raises:
        StudentError: it has no value at all.
    """
    from grader.maths.values import numbers

    try:
        value = numbers.evaluate(node)
    except (ImportError, ArithmeticError):  # a self-check runs where FLINT is not
        return None
    return value if isinstance(value, Fraction) else None
