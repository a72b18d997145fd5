r"""One spelling for the many ways to write the name of a quantity: `\eta^*`, `eta_star`, `η*` are one."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_MARKS = {"\u0304": "bar", "\u0302": "hat", "\u0303": "tilde", "\u0307": "dot", "\u0305": "bar"}
_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹", "01234567890123456789")
_INNER = r"((?:[^{}]|\{[^{}]*\})*)"  # braces within braces, once
_FRACTION = re.compile(rf"\\[dt]?frac\s*\{{{_INNER}\}}\s*\{{{_INNER}\}}")
_FONT = (
    r"\\(?:left|right|[bB]ig+[lr]?|math(?:bf|rm|it|cal|sf|bb|frak|scr|tt|ds)|boldsymbol|bm|bf|rm|text(?:bf|rm|it)?"
    r"|operatorname|vec|displaystyle|limits|boxed|underline|mbox)(?![A-Za-z])\*?"
)
_FONT_BRACES = re.compile(_FONT + r"\s?\{([^{}]*)\}")
_FONT_ALONE = re.compile(_FONT)
_ACCENT = re.compile(
    r"\\(?:over|wide)?(bar|line|hat|tilde|dot)(?![A-Za-z])\s*(?:\{([^{}]*)\}|(\\?[A-Za-z]+))"
)
_STAR = re.compile(r"\^?\s*\{?\s*(?:\\ast(?![A-Za-z])|\\star(?![A-Za-z])|[*∗⋆★])\s*\}?")
_PRIME = re.compile(r"\^?\{?(?:\\prime)+\}?|['′’]")
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_SPACE = re.compile(r"\\[,;:!> ]|[\s~$`{}^_\\]")
_SAME = {
    "partial": "d",
    "varepsilon": "epsilon",
    "vartheta": "theta",
    "varphi": "phi",
    "ell": "l",
    "top": "T",
}
_SIGNS = {"∂": "d", "∇": "nabla", "ℓ": "l", "ℒ": "L"}


@lru_cache(maxsize=20_000)
def canonical(name: str) -> str:
    r"""A name without what is only spelling: fonts, braces, underscores, Greek letters and stars in words.

    >>> [canonical(name) for name in (r"$\eta^*$", "eta_star", "η*", r"\mathbf{w}_1", "w1", r"\bar{y}", "ȳ")]
    ['etastar', 'etastar', 'etastar', 'w1', 'w1', 'ybar', 'ybar']
    """
    if name.isascii() and name.isalnum():
        return name
    name = " ".join(name.split())
    text = name if name.isascii() else "".join(map(_spelled, unicodedata.normalize("NFD", name)))
    text = _FONT_ALONE.sub("", _FONT_BRACES.sub(r" \1", text.translate(_DIGITS)))
    text = _FRACTION.sub(r"\1/\2", text)
    text = _ACCENT.sub(lambda a: f"{a[2] or a[3]}{'bar' if a[1] == 'line' else a[1]}", text)
    text = _PRIME.sub("prime", _STAR.sub("star", text))
    text = _COMMAND.sub(lambda command: _SAME.get(command[1], command[1]), text)
    return _SPACE.sub("", text)


def _spelled(character: str) -> str:
    if character in _SIGNS:
        return _SIGNS[character]
    if unicodedata.combining(character):
        return _MARKS.get(character, "")
    if "\u0370" <= character <= "\u03ff":
        words = unicodedata.name(character, "").split()
        if "LETTER" in words:
            letter = words[words.index("LETTER") + 1].lower().replace("lamda", "lambda")
            letter = "sigma" if letter == "final" else letter
            return f" {letter.capitalize() if 'CAPITAL' in words else letter} "
    return character
