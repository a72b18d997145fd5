"""Plain and Unicode text into tokens: `2XᵀXw`, `(2/n) X' (X w - t)`, `x²`, `λ I`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.errors import StudentError
from grader.maths.names import Symbols
from grader.maths.notation.limits import TOKENS
from grader.maths.notation.tokens import Token, name_tokens, refuse_character

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<thousands>[0-9]{1,3}(?:[, \u00a0\u202f][0-9]{3})+(?![0-9.]))
    |(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<name>[A-Za-z\u0391-\u03c9\u03d5\u03f5][A-Za-z0-9_\u0391-\u03c9\u2080-\u2089]*)
    |(?P<minustranspose>\^\s*(?:-\s*T|\{\s*-\s*T\s*\}|\(\s*-\s*T\s*\))(?![A-Za-z0-9]))
    |(?P<transpose>ᵀ|\^\s*(?:T|⊤|'|\{\s*[T⊤]\s*\}|\(\s*T\s*\))(?![A-Za-z0-9]))
    |(?P<pseudo>\^\s*(?:\+|†|\{\s*[+†]\s*\})(?=\s*(?:$|[A-Za-z()\[\]*.,+-]))|†|⁺)
    |(?P<super>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻ⁿᵏ]+)
    |(?P<bar>(?:\|\||‖|\|)(?:_2|_F)?)
    |(?P<two>\.\*|\./|\.\^|\*\*|<=|>=|==)
    |(?P<one>[-+*/^=<>,;()\[\]{}'’′·×⋅−≤≥√⊙∘÷@])
    """,
    re.X,
)
_SAME = {
    "·": "*",
    "×": "*",
    "⋅": "*",
    "@": "*",
    "−": "-",
    "≤": "<=",
    "≥": ">=",
    "⊙": ".*",
    "∘": ".*",
    "÷": "/",
    "**": "^",
    "==": "=",
    "./": "/",
    ".^": "^",
}
_SUPERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻ⁿᵏ", "0123456789-nk")


def tokens(text: str, symbols: Symbols) -> list[Token]:
    """The tokens of plain text, ending with a `stop`.

    Raises:
        StudentError: an unknown name or character, with its column; too many tokens.
    """
    found: list[Token] = []
    position = depth = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise refuse_character(text[position], position + 1)
        kind, column = str(match.lastgroup), position + 1
        position = match.end()
        if kind == "space":
            continue
        if kind == "thousands" and depth:
            # Inside brackets commas and spaces separate entries.
            match = re.compile(r"[0-9]+").match(text, match.start())
            assert match is not None
            kind, position = "number", match.end()
        depth += (match[0] in "([{") - (match[0] in ")]}")
        found.extend(_tokens_of(kind, match[0], column, symbols))
        if len(found) > TOKENS:
            raise StudentError(f"The formula has more than {TOKENS} symbols.", code="too-long")
    found.append(Token("stop", "the end", len(text) + 1))
    return found


def _tokens_of(kind: str, text: str, column: int, symbols: Symbols) -> Iterator[Token]:
    if kind == "name":
        yield from name_tokens(text, symbols, column)
    elif kind in ("number", "thousands"):
        yield Token("number", re.sub(r"[, \u00a0\u202f]", "", text), column)
    elif kind == "transpose":
        yield Token("transpose", "'", column)
    elif kind == "minustranspose":
        yield Token("inversetranspose", "^-T", column)
    elif kind == "pseudo":
        yield Token("pseudoinverse", "^+", column)
    elif kind == "super":
        yield Token("operator", "^", column)
        yield Token("open", "(", column)
        for match in re.finditer(r"[0-9]+|-|[a-z]", text.translate(_SUPERS)):
            if match[0] == "-":
                yield Token("operator", "-", column)
            elif match[0].isdigit():
                yield Token("number", match[0], column)
            else:
                yield from name_tokens(match[0], symbols, column)
        yield Token("close", ")", column)
    elif kind == "bar":
        yield Token("bar", "||" if text[:2] == "||" or text[0] == "‖" else "|", column)
    elif text in "([{":
        yield Token("open", text, column)
    elif text in ")]}":
        yield Token("close", text, column)
    elif text in "'’′":
        yield Token("prime", "'", column)
    elif text == "√":
        yield Token("function", "sqrt", column)
    else:
        yield Token("operator", _SAME.get(text, text), column)
