"""Plain and Unicode text: `2XᵀXw`, `(2/n) X' (X w - t)`, `x²`, `λ I`, `sum_{i=1}^n x_i`."""

from __future__ import annotations

import re

from grader.maths.names import Symbols, canonical
from grader.maths.notation import signs
from grader.maths.notation import tokens as t
from grader.maths.notation.differentials import variables_of
from grader.maths.notation.meanings import known_function
from grader.maths.notation.numerals import NUMBER, number_token, without_separators
from grader.maths.notation.parser import parse
from grader.maths.notation.resolve import name_tokens
from grader.maths.notation.tokens import CLOSES, FACTOR, Language, Token, character_name
from grader.maths.tree import Node

LETTERS = "A-Za-z\u0391-\u03c9\u03d1\u03d5\u03f5\u00b5"
RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿᵏᵐⁱʲᵀ"
_NAME = rf"[{LETTERS}][{LETTERS}0-9₀-₉ₐ-ₜᵢⱼ]*(?:_(?:\{{[^{{}}]*\}}|\([0-9a-z]\)|[{LETTERS}0-9]+))*"
_DIFFERENTIAL = rf"d[{LETTERS}](?:_?[0-9]+)?(?![{LETTERS}0-9_])"
# What is met most comes first; nothing longer starts with one of these.
_TOKEN = rf"""
    [()\[\],+/]
    |{NUMBER}
    |[d∂](?:\^[0-9])?\s*/\s*(?:[d∂]\s*[{LETTERS}](?:_?[0-9]+)?(?:\^[0-9])?(?![{LETTERS}0-9_])\s*)+
    |[d∂][{LETTERS}]\s*/\s*[d∂]\s*[{LETTERS}](?![{LETTERS}0-9_])
    |(?:sum|prod|product|int|integral|lim|limit|log)(?=\s*[_^])
    |{_NAME}
    |\^\s*(?:-\s*T|\{{\s*-\s*T\s*\}}|\(\s*-\s*T\s*\))(?![A-Za-z0-9])
    |\^\s*(?:T|⊤|'|\{{\s*[T⊤]\s*\}}|\(\s*T\s*\))(?![A-Za-z0-9])
    |\^\s*(?:\+|†|\{{\s*[+†]\s*\}})(?=\s*(?:$|[A-Za-z()\[\]{{}}*.,+-]))|†
    |\^\s*(?:-|\{{\s*-\s*\}})(?=\s*[)}}])
    |[{RAISED}]+
    |<=>|\|\||:=|[<>=!]=|=>|<>|->|\.[*/^]|\*\*
    |\Z|."""
_GLUED_T = rf"\^(T[{LETTERS}]\w*)"
_PATTERN = re.compile(rf"\s*+({_TOKEN})", re.X | re.S)
# Where something is integrated, dx is a differential and no product.
_INTEGRAL = rf"\s*+({_DIFFERENTIAL}|{_TOKEN})"
_INTEGRATES = rf"∫|\bint(?:egral)?\b(?s:.*)d[{LETTERS}]|\bint_"
_SUPERS = str.maketrans(RAISED, "0123456789-+nkmijT")
_WORDS = {
    "sum": Token("fold", "sum", FACTOR, None, True),
    "prod": Token("fold", "product", FACTOR, None, True),
    "product": Token("fold", "product", FACTOR, None, True),
    "int": Token("integral", "int"),
    "integral": Token("integral", "int"),
    "lim": Token("limit", "lim"),
    "limit": Token("limit", "lim"),
}
_SIGNS = {
    **signs.SIGNS,
    "{": Token("open", "{"),
    "}": Token("close", "}", CLOSES),
    "**": signs.SIGNS["^"],
    "./": signs.SIGNS["/"],
    "@": signs.SIGNS["*"],
    "†": signs.PSEUDO_INVERSE,
}
_KNOWN: dict[str, tuple[Token, ...]] = {spelling: (token,) for spelling, token in _SIGNS.items()}


def read_plain(text: str, symbols: Symbols, *, tight: bool = False, undeclared: bool = False) -> Node:
    """The tree of a formula in plain text.

    Raises:
        StudentError: it cannot be read, with the column.
    """
    text = with_outward_brackets(without_separators(text, latex=False))
    if "^T" in text and not undeclared and symbols.find("T") is None:
        # X^TX, as pages print it without spaces: no name begins with this T.
        text = re.sub(_GLUED_T, lambda run: run[0] if symbols.find(run[1]) else f"^T {run[1][1:]}", text)
    integrates = ("∫" in text or "int" in text) and re.search(_INTEGRATES, text) is not None
    key = ("plain", undeclared, integrates)
    language = symbols.read.get(key)
    if language is None:
        pattern = re.compile(_INTEGRAL, re.X | re.S) if integrates else _PATTERN
        language = Language(symbols, undeclared, False, integrates, pattern, _KNOWN, dict(_KNOWN), learn)
        symbols.read[key] = language
    return parse(text, language, tight=tight)


def with_outward_brackets(text: str) -> str:
    """The text in which the brackets of `]a, b[` cannot be taken for others."""
    if "[" not in text and "]" not in text:
        return text
    depth = 0
    for bracket in re.findall(r"[()\[\]]", text):
        depth += 1 if bracket in "([" else -1
        if depth < 0:
            break
    if depth == 0:
        return text
    return re.sub(r"([\[\]])([^\[\]]*)([\[\]])", _marked, text)


def _marked(match: re.Match[str]) -> str:
    opening = "\ue000" if match[1] == "]" else "["
    closing = "\ue001" if match[3] == "[" else "]"
    return f"{opening}{match[2]}{closing}"


def learn(language: Language, spelling: str) -> tuple[Token, ...]:
    """The tokens of a spelling of plain text."""
    first = spelling[0]
    if (first.isdecimal() and first.isascii()) or (first == "." and len(spelling) > 1):
        return (number_token(spelling),)
    if language.integrates and re.fullmatch(_DIFFERENTIAL, spelling):
        return (Token("differential", spelling, CLOSES, None, canonical(spelling[1:])),)
    if "/" in spelling and "{" not in spelling and len(spelling) > 2:
        return _quotient(language, spelling)
    if is_letter(first):
        word = _WORDS.get(spelling)
        if word is not None and language.symbols.find(spelling) is None:
            return (word,)
        return names_and_differential(language, spelling)
    if first == "^":
        return power_tokens(language, re.sub(r"[\s{}()^]", "", spelling))
    if first in RAISED:
        return raised_tokens(language, spelling)
    return (
        Token("bad", spelling, extra=(f"{character_name(first)} does not belong in a formula.", "character")),
    )


def is_letter(character: str) -> bool:
    """Whether a name may start with this character: one of `LETTERS`."""
    if character.isascii():
        return character.isalpha()
    return "\u0391" <= character <= "\u03c9" or character in "\u03d1\u03d5\u03f5\u00b5"


def names_and_differential(language: Language, spelling: str) -> tuple[Token, ...]:
    """The tokens of a name; under an integral `xdx` is x and its differential."""
    if language.integrates and len(spelling) > 2 and spelling[-2] == "d" and spelling.isalpha():
        known = language.symbols.find(spelling) is not None or known_function(spelling)
        if not known:
            last = Token(
                "differential", spelling[-2:], CLOSES, None, canonical(spelling[-1]), len(spelling) - 2
            )
            return (*name_tokens(language, spelling[:-2]), last)
    return name_tokens(language, spelling)


def power_tokens(language: Language, exponent: str) -> tuple[Token, ...]:
    """The token of an exponent that is a sign: `T`, `-T`, `+`, `'`."""
    if exponent in ("T", "H"):
        found = language.symbols.find(exponent)
        if found is not None:
            return (signs.SIGNS["^"], *name_tokens(language, exponent))
        return (signs.LETTER_T if exponent == "T" else signs.LETTER_H,)
    if exponent == "-T":
        return (signs.INVERSE_TRANSPOSE,)
    if exponent == "-":
        return (signs.FROM_BELOW,)
    return (signs.PSEUDO_INVERSE,) if exponent in ("+", "†") else (signs.TRANSPOSE,)


def raised_tokens(language: Language, spelling: str) -> tuple[Token, ...]:
    """The tokens of raised characters: `²`, `⁻¹`, `ᵀ`, `²ⁿ`."""
    return _raised(language, spelling.translate(_SUPERS))


def _raised(language: Language, text: str) -> tuple[Token, ...]:
    if re.fullmatch(r"-?[0-9]{1,6}", text):
        return (signs.power(text),)
    if text in ("T", "-T", "+"):
        return power_tokens(language, text) if text != "T" else (signs.TRANSPOSE,)
    if text.endswith("T"):
        # ⁻¹ᵀ
        return (*_raised(language, text[:-1]), signs.TRANSPOSE)
    inner = t.lex(text, language)
    return (
        signs.SIGNS["^"],
        Token("open", "("),
        *(each for each in inner if each.kind != "stop"),
        signs.SIGNS[")"],
    )


def _quotient(language: Language, spelling: str) -> tuple[Token, ...]:
    """`d/dx`, `∂y/∂x`; where d is declared, an ordinary quotient."""
    above, below = (side.strip() for side in spelling.split("/", 1))
    variables = variables_of(below)
    if variables is None or (language.symbols.find("d") is not None and "∂" not in spelling):
        left, right = (_small(language, side) for side in (above, below))
        return (*left, signs.SIGNS["/"], *right)
    inner = re.sub(r"^[d∂](?:\^[0-9])?\s*", "", above)
    if inner:
        return (Token("quotient of differentials", spelling, FACTOR, None, (inner, variables)),)
    return (Token("derivative", spelling, FACTOR, None, variables),)


def _small(language: Language, text: str) -> list[Token]:
    """The tokens of one side of a quotient that only looked like a derivative."""
    parts = re.findall(rf"{_NAME}|\^|[0-9]+", text)
    return [token for part in parts for token in language.meaning(part)]
