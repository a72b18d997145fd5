r"""Names that a rubric spells as a derivative, `dJ/dh`: where a formula has that derivative, it is meant.

Without a declaration `\frac{\partial J}{\partial h}` is a derivative of J, and of a J that nobody declared
nothing can be said. A rubric that calls an adjoint `dJ/dh` says so (`also: [dJ/dh]`).
"""

from __future__ import annotations

import re

from grader.maths.names import Symbols
from grader.maths.spelling import normal
from grader.types import Notation

_KEY = ("quotients",)
_SPELLED = re.compile(r"d(.+)/d(.+)")
_D = r"(?:\\partial(?![A-Za-z])|∂|\\mathrm\s*\{\s*d\s*\}|d(?![A-Za-z]*bar))"
_BRACED = r"\{(?:[^{}]|\{[^{}]*\})*\}"
_FRACTION = re.compile(
    rf"\\[dtc]?frac\s*\{{\s*{_D}\s*(?P<above>(?:[^{{}}]|{_BRACED}){{1,60}})\}}"
    rf"\s*\{{\s*{_D}\s*(?P<below>(?:[^{{}}]|{_BRACED}){{1,60}})\}}"
)
_LETTERS = r"[A-Za-z\u0391-\u03c9]"
_NAME = rf"{_LETTERS}(?:_?(?:\{{\w+\}}|\w+)|[₀-₉])?['’′]?"
_SLASHED = re.compile(rf"(?<![A-Za-z0-9\\])[d∂]\s?(?P<above>{_NAME})\s*/\s*[d∂]\s?(?P<below>{_NAME})")


def without_quotients(text: str, symbols: Symbols, notation: Notation) -> str:
    r"""A formula in which the derivatives that are declared as names are written in letters.

    >>> from grader.maths.names import declare
    >>> names = declare({"hbar": {"scalar": "real", "also": ["dJ/dh"]}})
    >>> without_quotients(r"2 \frac{\partial \mathcal{J}}{\partial \mathbf{h}}", names, "latex")
    '2 {\\mathrm{hbar}}'
    >>> without_quotients("2 ∂J/∂h", names, "plain")
    '2  hbar '
    """
    known = symbols.read.get(_KEY)
    if known is None:
        spelled = ((_SPELLED.fullmatch(key), name) for key, name in symbols.spellings.items() if "/" in key)
        known = {(match[1], match[2]): name for match, name in spelled if match is not None}
        symbols.read[_KEY] = known
    if not known or notation == "python":
        return text

    def put(match: re.Match[str]) -> str:
        name = known.get((_bare(match["above"]), _bare(match["below"])))
        if name is None:
            return match[0]
        return rf"{{\mathrm{{{name}}}}}" if notation == "latex" else f" {name} "

    return _SLASHED.sub(put, _FRACTION.sub(put, text) if "frac" in text else text)


def _bare(text: str) -> str:
    for prime in ("’", "′", "^{\\prime}", "^\\prime"):
        text = text.replace(prime, "'")
    return normal(text)
