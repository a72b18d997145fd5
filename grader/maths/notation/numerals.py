r"""Numbers as they are typed: digits, decimals, thousands, repeating decimals, powers of ten."""

from __future__ import annotations

import re
from fractions import Fraction

from grader.maths.notation.literal import number_node
from grader.maths.notation.tokens import FACTOR, Token
from grader.maths.tree import number

NUMBER = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
REPEATING = (
    r"[0-9]*\.[0-9]*\\(?:overline|bar|dot)\s*(?:\{[0-9]+\}|[0-9])(?:[0-9]*\\dot\s*(?:\{[0-9]\}|[0-9]))?"
)
_FIRST = r"(?<![0-9.,_^A-Za-z])[0-9]{1,3}"
_COMMAS = rf"{_FIRST}(?:,[0-9]{{3}})+(?![0-9,])"
# By whether it is LaTeX; compiled when first needed, for most texts have no separators.
_SEPARATED = {
    False: rf"{_COMMAS}|{_FIRST}(?:[ \u00a0\u202f][0-9]{{3}})+(?![0-9.,])",
    True: rf"{_FIRST}(?:\{{,\}}[0-9]{{3}})+(?![0-9,])|{_COMMAS}"
    rf"|{_FIRST}(?:(?:\\,|\\ |~|\\;|\\:)[0-9]{{3}})+(?![0-9.,])",
}
_SEPARATE = re.compile(r"[0-9](?:[,~ \u00a0\u202f]|\{,\}|\\.)[0-9]{3}")
_OPENING, _CLOSING = re.compile(r"[(\[]|\\\{|\\begin"), re.compile(r"[)\]]|\\\}|\\end")
_SEPARATOR = re.compile(r"\{,\}|\\.|[,~ \u00a0\u202f]")


def number_token(text: str) -> Token:
    """The token of an unsigned number as typed."""
    return Token("number", text, FACTOR, number_node(text))


def repeating_token(text: str) -> Token:
    r"""The token of a repeating decimal, exactly: `0.1\overline{6}` is 1/6.

    >>> repeating_token(r"0.1\overline{6}").node.value
    Fraction(1, 6)
    """
    digits = re.sub(r"[{}\s]", "", text)
    before, _, after = digits.partition(".")
    fixed, repeated = re.split(r"\\(?:overline|bar|dot)", after, maxsplit=1)
    repeated = repeated.replace("\\dot", "")
    value = Fraction(int(before + fixed or "0"), 10 ** len(fixed))
    value += Fraction(int(repeated), (10 ** len(repeated) - 1) * 10 ** len(fixed))
    return Token("number", text, FACTOR, number(value))


def without_separators(text: str, *, latex: bool) -> str:
    """The text with the thousands of its numbers put together, outside brackets; inside, commas separate."""
    if _SEPARATE.search(text) is None:
        return text
    pattern = re.compile(_SEPARATED[latex])
    match = pattern.search(text)
    parts: list[str] = []
    position = depth = 0
    while match is not None:
        between = text[position : match.start()]
        depth += len(_OPENING.findall(between)) - len(_CLOSING.findall(between))
        parts.append(between)
        parts.append(_SEPARATOR.sub("", match[0]) if depth <= 0 or "{,}" in match[0] else match[0])
        position = match.end()
        match = pattern.search(text, position)
    return "".join([*parts, text[position:]])
