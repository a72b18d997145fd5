"""Operators, brackets and words that mean the same in plain text and in LaTeX."""

from __future__ import annotations

from fractions import Fraction

from grader.maths.notation import tokens as t
from grader.maths.notation.meanings import INFINITY
from grader.maths.notation.tokens import CLOSES, FACTOR, POSTFIX, STOP, Token
from grader.maths.tree import Node, number


def operator(text: str, binding: int) -> Token:
    """The token of an infix operator."""
    return Token("operator", text, binding)


def atom(kind: str, text: str, node: Node) -> Token:
    """The token of something that is a node by itself."""
    return Token(kind, text, FACTOR, node)


_RELATIONS = {
    "=": "= == ≈",
    "!=": "!= ≠ <> /=",
    "<": "<",
    "<=": "<= ≤ ⩽ ≦ =<",
    ">": ">",
    ">=": ">= ≥ ⩾ ≧",
}
_OPERATORS = {
    "+": operator("+", t.SUM),
    "-": operator("-", t.SUM),
    "±": operator("+-", t.SUM),
    "∓": operator("-+", t.SUM),
    "*": operator("*", t.PRODUCT),
    "/": operator("/", t.PRODUCT),
    ":": operator(":", t.RATIO),
    # h .* W'y means h .* (W'y): the product with a sign of its own binds less than the one without.
    ".*": operator(".*", t.HADAMARD),
    "^": operator("^", t.POWER),
    # entry by entry
    ".^": Token("operator", ".^", t.POWER, None, "elementwise"),
    "∪": operator("union", t.UNION),
    "∩": operator("intersection", t.INTERSECTION),
    "∖": operator("difference", t.UNION),
    "∈": operator("member", t.RELATION),
    "∉": operator("not member", t.RELATION),
    "∧": operator("and", t.AND),
    "∨": operator("or", t.OR),
    "=>": operator("implies", t.IMPLIES),
    "<=>": operator("equivalent", t.IMPLIES),
}
_SAME = {
    "−": "-",
    "–": "-",
    "·": "*",
    "×": "*",
    "⋅": "*",
    "∙": "*",
    "•": "*",
    "∗": "*",
    "÷": "/",
    "∕": "/",
    "⁄": "/",
    "⊙": ".*",
    "∘": ".*",
    "⇒": "=>",
    "⟹": "=>",
    "⇔": "<=>",
    "⟺": "<=>",
}


def _postfix(kind: str, text: str, node: Node | None = None) -> Token:
    return Token(kind, text, POSTFIX, None, node)


TRANSPOSE = _postfix("transpose", "'")
LETTER_T = _postfix("letter", "T")
LETTER_H = _postfix("letter", "H")
INVERSE_TRANSPOSE = _postfix("inverse transpose", "^-T")
PSEUDO_INVERSE = _postfix("pseudo-inverse", "^+")
FROM_BELOW = _postfix("side", "^-")
PRIME = _postfix("prime", "'")
DEGREE = _postfix("degree", "°")
PERCENT = _postfix("percent", "%")
FACTORIAL = _postfix("factorial", "!")


def power(exponent: str) -> Token:
    """The token of a whole exponent such as `²` or `^{-1}`."""
    node = number(int(exponent.lstrip("-")))
    return _postfix("power", f"^{exponent}", Node("negate", (node,)) if exponent.startswith("-") else node)


def word(text: str) -> Token:
    """The token of a word that structures a formula: if, otherwise."""
    return Token("word", text, CLOSES)


# `if` stands before a condition, `else` for the rest.
WORDS = {
    "and": operator("and", t.AND),
    "or": operator("or", t.OR),
    "not": Token("not", "not"),
    **dict.fromkeys(("if", "when", "for", "where"), word("if")),
    **dict.fromkeys(("otherwise", "else"), word("else")),
    **dict.fromkeys(("true", "True"), atom("truth", "True", Node("truth", (), True))),
    **dict.fromkeys(("false", "False"), atom("truth", "False", Node("truth", (), False))),
}
DOUBLE_STRUCK = {
    "R": Node("named", (), "reals"),
    "Z": Node("named", (), "integers"),
    "Q": Node("named", (), "rationals"),
    "N": Node("named", (), "naturals"),
    "C": Node("named", (), "complex"),
}
_HALVES = "½ 1/2 ⅓ 1/3 ⅔ 2/3 ¼ 1/4 ¾ 3/4 ⅕ 1/5 ⅖ 2/5 ⅗ 3/5 ⅘ 4/5 ⅙ 1/6 ⅚ 5/6 ⅛ 1/8 ⅜ 3/8 ⅝ 5/8 ⅞ 7/8".split()


def _fraction(text: str) -> Node:
    value = Fraction(text)
    return Node("divide", (number(value.numerator), number(value.denominator)))


# Signs that stand for themselves in plain text and in LaTeX. (Typed braces differ.)
SIGNS: dict[str, Token] = {
    "": STOP,
    **{
        spelling: operator(sign, t.RELATION)
        for sign, spellings in _RELATIONS.items()
        for spelling in spellings.split()
    },
    ":=": operator("=", t.RELATION),
    **_OPERATORS,
    **{same: _OPERATORS[sign] for same, sign in _SAME.items()},
    **{bracket: Token("open", bracket, FACTOR) for bracket in "(["},
    **{bracket: Token("close", bracket, CLOSES) for bracket in ")]"},
    "⌊": Token("open", "⌊", FACTOR),
    "⌋": Token("close", "⌋", CLOSES),
    "⌈": Token("open", "⌈", FACTOR),
    "⌉": Token("close", "⌉", CLOSES),
    "⟨": Token("open", "⟨", FACTOR),
    "⟩": Token("close", "⟩", CLOSES),
    # The outward brackets of ]a, b[, put in where they are recognised.
    "\ue000": Token("open", "]", FACTOR),
    "\ue001": Token("close", "[", CLOSES),
    "|": Token("bar", "|", FACTOR),
    "||": Token("bar", "||", FACTOR),
    "‖": Token("bar", "||", FACTOR),
    "∥": Token("bar", "||", FACTOR),
    ",": Token("comma", ",", CLOSES),
    ";": Token("comma", ";", CLOSES),
    "_": Token("subscript", "_", POSTFIX),
    "!": FACTORIAL,
    "%": PERCENT,
    "°": DEGREE,
    "º": DEGREE,
    "'": PRIME,
    "’": PRIME,
    "′": PRIME,
    "ᵀ": TRANSPOSE,
    "⊤": TRANSPOSE,
    "¬": Token("not", "¬"),
    "√": Token("root", "√", FACTOR, None, None),
    "∛": Token("root", "∛", FACTOR, None, number(3)),
    "∜": Token("root", "∜", FACTOR, None, number(4)),
    "∞": atom("constant", "∞", INFINITY),
    "∅": atom("set", "∅", Node("set")),
    **{
        letter: atom("set", letter, DOUBLE_STRUCK[name])
        for letter, name in zip("ℝℤℚℕℂ", "RZQNC", strict=True)
    },
    "∑": Token("fold", "sum"),
    "∏": Token("fold", "product"),
    "∫": Token("integral", "∫"),
    "→": Token("arrow", "→", CLOSES),
    "->": Token("arrow", "→", CLOSES),
    **{
        character: Token("vulgar fraction", character, FACTOR, _fraction(value))
        for character, value in zip(_HALVES[::2], _HALVES[1::2], strict=True)
    },
}
