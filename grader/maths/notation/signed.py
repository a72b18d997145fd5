r"""Names that a rubric spells with a sign in them, `y'` or `phi(x)`, put into letters before reading.

Without a declaration `y'` is the transpose of y and `phi(x)` a product. A rubric that calls something `y'`
says so (`also: ["y'"]`), and then no reading of the sign is left to guess.
"""

from __future__ import annotations

import re

from grader.maths.names import Symbols
from grader.maths.spelling import ACCENTS, normal
from grader.types import Notation

_KEY = ("signed",)
_BRACED = r"\{(?:[^{}]|\{[^{}]*\})*\}"
_LETTERS = r"[A-Za-z\u0391-\u03c9\u03d5\u03f5]"
_FONTS = "mathbf|boldsymbol|bm|mathrm|mathit|vec|mathsf|textbf|textrm|text|operatorname"
_DRESSED = rf"\\(?:{_FONTS}|{'|'.join(ACCENTS)})(?![A-Za-z])\s*(?:{_BRACED}|{_LETTERS}|\\[a-zA-Z]+)"
# The first is how this module writes a name in LaTeX: phi'(x) loses its prime before its argument.
_BASE = rf"(?P<base>\{{\\mathrm\{{[A-Za-z0-9]+\}}\}}|{_DRESSED}|\\[a-zA-Z]+|{_LETTERS}[A-Za-z0-9]*)"
_BELOW = rf"(?:\s*_\s*(?:{_BRACED}|[A-Za-z0-9]+))?"
_PRIMES = r"(?P<primes>\s*(?:['’′]+|\^\s*(?:\\prime(?![A-Za-z])|['’′])|\^\s*\{\s*(?:\\prime|['’′]|\s)+\}))"
_ARGUMENT = rf"\s*(?:\\left)?\s*\(\s*(?P<argument>{_LETTERS}|\\[a-z]+)\s*(?:\\right)?\s*\)"
_BRACKETED = rf"\((?:\s|\\[,;:! ])*(?:{_LETTERS}|\\[a-z]+)(?:\s|\\right)*\)"
_PRIMED = rf"{_BASE}(?P<below>{_BELOW}){_PRIMES}(?P<after>{_BELOW})"
_APPLIED = rf"{_BASE}(?P<below>{_BELOW}){_ARGUMENT}"


def without_signs(text: str, symbols: Symbols, notation: Notation) -> str:
    r"""A formula in which the declared names with a prime or an argument are written in letters.

    Columns that a later fault names are those of the text with these letters.
    """
    known = symbols.read.get(_KEY)
    if known is None:
        signed = {key: name for key, name in symbols.spellings.items() if "'" in key or "(" in key}
        known = (signed, any("'" in key for key in signed), any("(" in key for key in signed))
        symbols.read[_KEY] = known
    signed, primed, applied = known
    if not signed:
        return text
    # In Python a prime is a quotation mark.
    if primed and notation != "python" and ("'" in text or "’" in text or "′" in text or "\\prime" in text):
        text = re.sub(_PRIMED, lambda match: _primed(match, signed, notation), text)
    if not applied or "(" not in text or not re.search(_BRACKETED, text):
        return text
    return re.sub(_APPLIED, lambda match: _applied(match, signed, notation), text)


def _primed(match: re.Match[str], signed: dict[str, str], notation: Notation) -> str:
    count = len(re.findall(r"\\prime|['’′]", match["primes"]))
    for base, before in _bases(match["base"], notation):
        name = normal(base + match["below"])
        found = signed.get(f"{name}{chr(39) * count}{normal(match['after'])}")
        if found is not None:
            return before + _letters(found, notation)
        if match["after"] == "" and count > 1 and f"{name}'" in signed:
            return before + _letters(signed[f"{name}'"], notation) + "'" * (count - 1)
    return match[0]


def _applied(match: re.Match[str], signed: dict[str, str], notation: Notation) -> str:
    for base, before in _bases(match["base"], notation):
        found = signed.get(f"{normal(base + match['below'])}({normal(match['argument'])})")
        if found is not None:
            return before + _letters(found, notation)
    return match[0]


def _bases(text: str, notation: Notation) -> list[tuple[str, str]]:
    """What may be the name at the end of a run of letters, the whole run first, and what stands before it."""
    if notation != "latex" or text[0] in "\\{":
        return [(text, "")]
    return [(text[start:], text[:start]) for start in range(len(text))]


def _letters(name: str, notation: Notation) -> str:
    return rf"{{\mathrm{{{name}}}}}" if notation == "latex" else f" {name} "
