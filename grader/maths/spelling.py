"""Which spellings are one name: Greek letters, subscripts, accents and fonts, in every notation."""

from __future__ import annotations

import re
from functools import lru_cache

_LETTERS = (
    "α alpha β beta γ gamma δ delta ε epsilon ζ zeta η eta θ theta ι iota κ kappa λ lambda μ mu ν nu ξ xi "
    "π pi ρ rho σ sigma τ tau υ upsilon φ phi χ chi ψ psi ω omega Γ Gamma Δ Delta Θ Theta Λ Lambda Ξ Xi "
    "Π Pi Σ Sigma Φ Phi Ψ Psi Ω Omega"
).split()
GREEK = dict(zip(_LETTERS[1::2], _LETTERS[::2], strict=True))  # from the name to the letter
_GREEK = dict(zip(_LETTERS[::2], _LETTERS[1::2], strict=True)) | {
    "ϵ": "epsilon",
    "ϕ": "phi",
    "ς": "sigma",
    "ϑ": "theta",
    "µ": "mu",
}
GREEK_NAMES = frozenset(GREEK)
ACCENTS = {
    "hat": "hat",
    "widehat": "hat",
    "bar": "bar",
    "overline": "bar",
    "tilde": "tilde",
    "widetilde": "tilde",
    "dot": "dot",
    "ddot": "ddot",
    "check": "check",
    "breve": "breve",
    "underline": "underline",
}
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉ₙₖₜᵢⱼₘₓₐₑ", "0123456789nktijmxae")
_VARIANTS = {"varepsilon": "epsilon", "varphi": "phi", "vartheta": "theta", "varsigma": "sigma"}
_FONT_NAMES = (
    "mathbf boldsymbol bm mathrm text mathit vec operatorname mathcal mathsf textbf textrm textit mathnormal "
    "mathbb mathfrak mathscr textnormal variable"
).split()
_FONTS = rf"\\(?:{'|'.join(_FONT_NAMES)})(?![a-zA-Z])"
# Commands that are no names by themselves, or are another one.
_OTHER_COMMANDS = frozenset((*_FONT_NAMES, "ast", *_VARIANTS))
_ACCENTED = (
    r"\\(hat|bar|tilde|overline|widehat|widetilde|dot|ddot|check|breve|underline)(?![a-zA-Z])"
    r"[\s{]*(\\?[a-zA-Z]+)\s*\}?"
)


def normal(text: str) -> str:
    r"""The spelling that all spellings of one name share.

    >>> [normal(name) for name in (r"\eta", "η", "w_{0}", "w₀", "eta_star", r"\eta^*", r"\mathbf{w}_0")]
    ['eta', 'eta', 'w0', 'w0', 'etastar', 'etastar', 'w0']
    """
    if text.isascii() and text.isalnum():
        return _VARIANTS.get(text, text)
    command = text[1:]
    if text[:1] == "\\" and command.isascii() and command.isalpha() and command not in _OTHER_COMMANDS:
        return command
    latex = "\\" in text
    if latex:
        text = re.sub(_FONTS, "", text)
        text = re.sub(_ACCENTED, _accent, text)
    text = "".join(_GREEK.get(character, character) for character in text.translate(_SUBSCRIPTS))
    if latex:
        text = re.sub(r"\\var(epsilon|phi|theta|sigma)", r"\1", text)
        text = text.replace("\\star", "star").replace("\\ast", "star")
    text = text.replace("∗", "star").replace("*", "star")
    return re.sub(r"[\\{}_^\s$()]", "", text)


def key_of(text: str) -> str:
    r"""The key of a spelling that a rubric declares: an argument stays apart from its name.

    >>> [key_of(text) for text in ("phi(x)", r"\hat f(x)", "y'", "W^{(1)}", r"\mathbf{w}_0")]
    ['phi(x)', 'fhat(x)', "y'", 'W1', 'w0']
    """
    applied = re.fullmatch(r"(.*[^\s^_])\(\s*(\\?[^\W\d_]\w*)\s*\)", text, re.DOTALL)
    return f"{normal(applied[1])}({normal(applied[2])})" if applied else normal(text)


def _accent(match: re.Match[str]) -> str:
    return f"{match[2]}{ACCENTS[match[1]]}"


@lru_cache(maxsize=2048)
def canonical(text: str) -> str:
    r"""The name of a symbol that nobody declared: its scripts stay apart from its letter.

    A number glued to a letter is its subscript, as in Python.

    >>> [canonical(text) for text in (r"\mathbf{x}_{1}", "x1", "x_max", r"\hat\theta_{i,j}", "x^{(2)}", "ψ")]
    ['x1', 'x1', 'x_max', 'theta_hat_{i,j}', 'x_(2)', 'psi']
    """
    if text.isascii() and text.isalnum():
        return normal(text)
    text = text.translate(_SUBSCRIPTS)
    base, _, scripts = text.partition("^") if "_" not in text else text.partition("_")
    if "^" in base:
        base, _, upper = base.partition("^")
        scripts = f"{scripts}_{upper}"
    accents = [match[1] for match in re.finditer(r"\\([a-z]+)", base) if match[1] in ACCENTS]
    name = normal(base)
    for accent in accents[:1]:
        name = f"{name.removesuffix(ACCENTS[accent])}_{ACCENTS[accent]}"
    for script in re.split(r"[_^]", scripts):
        inner = re.sub(r"[\s{}\\$]", "", re.sub(_FONTS, "", script))
        inner = "".join(_GREEK.get(character, character) for character in inner)
        if inner.isdigit() and name[-1:].isalpha():
            name += inner
        elif inner in ("*", "star", "ast", "∗"):
            name += "_star"
        elif inner.isalnum() or inner[:1] + inner[-1:] == "()":
            name += f"_{inner}"
        elif inner:
            name += f"_{{{inner}}}"
    return name
