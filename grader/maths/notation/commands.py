r"""LaTeX's commands: what `\frac`, `\le`, `\sum`, `\infty` and their like mean to the parser."""

from __future__ import annotations

from grader.maths.notation import signs
from grader.maths.notation import tokens as t
from grader.maths.notation.signs import SIGNS, operator, word
from grader.maths.notation.tokens import CLOSES, FACTOR, Token

# They change how a formula looks, and nothing else. `\left` and `\right` matter before bars only.
SKIPPED = (
    "left right middle mleft mright big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm Bigm "
    "displaystyle textstyle scriptstyle limits nolimits quad qquad space thinspace negthinspace mathstrut "
    "strut boxed fbox hline nonumber enspace rm bf mathrel mathbin mathord mathop"
).split()
FONTS = (
    "mathbf boldsymbol bm mathrm mathit text textbf textrm textit textnormal mathsf mathcal mathscr mathfrak "
    "mathbb operatorname vec mathnormal textsf texttt mathtt mathds "
    "variable"
).split()
_SAME = {
    "cdot": "*",
    "times": "*",
    "ast": "*",
    "bullet": "*",
    "odot": ".*",
    "circ": ".*",
    "div": "/",
    "colon": ":",
    "approx": "=",
    "pm": "±",
    "mp": "∓",
    "le": "<=",
    "leq": "<=",
    "leqslant": "<=",
    "leqq": "<=",
    "ge": ">=",
    "geq": ">=",
    "geqslant": ">=",
    "geqq": ">=",
    "lt": "<",
    "gt": ">",
    "ne": "!=",
    "neq": "!=",
    "in": "∈",
    "notin": "∉",
    "cup": "∪",
    "bigcup": "∪",
    "cap": "∩",
    "bigcap": "∩",
    "setminus": "∖",
    "smallsetminus": "∖",
    "backslash": "∖",
    "land": "∧",
    "wedge": "∧",
    "lor": "∨",
    "vee": "∨",
    "lnot": "¬",
    "neg": "¬",
    "Rightarrow": "=>",
    "implies": "=>",
    "Longrightarrow": "=>",
    "iff": "<=>",
    "Leftrightarrow": "<=>",
    "Longleftrightarrow": "<=>",
    "to": "→",
    "rightarrow": "→",
    "longrightarrow": "→",
    "infty": "∞",
    "emptyset": "∅",
    "varnothing": "∅",
    "sum": "∑",
    "prod": "∏",
    "int": "∫",
    "prime": "'",
    "degree": "°",
    "lfloor": "⌊",
    "rfloor": "⌋",
    "lceil": "⌈",
    "rceil": "⌉",
    "langle": "⟨",
    "rangle": "⟩",
    "lbrack": "[",
    "rbrack": "]",
    "lgroup": "(",
    "rgroup": ")",
    "lparen": "(",
    "rparen": ")",
    "vert": "|",
    "mid": "|",
    "Vert": "||",
    "|": "||",
    "%": "%",
    "R": "ℝ",
    "Z": "ℤ",
    "N": "ℕ",
    "C": "ℂ",
    "reals": "ℝ",
    "Reals": "ℝ",
}
COMMANDS: dict[str, Token] = {
    **{command: SIGNS[sign] for command, sign in _SAME.items()},
    **dict.fromkeys(("frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac"), Token("fraction", "\\frac")),
    **dict.fromkeys(("binom", "dbinom", "tbinom"), Token("binomial", "\\binom")),
    "sqrt": Token("root", "\\sqrt"),
    "choose": Token("choose", "\\choose", CLOSES),
    "lim": Token("limit", "\\lim"),
    "over": Token("refused", "\\over", extra=("write \\frac for \\over.", "unknown-command")),
    **dict.fromkeys(("bmod", "mod"), operator("mod", t.PRODUCT)),
    "pmod": operator("mod", t.RELATION + 1),
    **{command: Token("open", "{", FACTOR) for command in ("{", "lbrace")},
    **{command: Token("close", "}", CLOSES) for command in ("}", "rbrace")},
    **{command: Token("openbar", sign, FACTOR) for command, sign in (("lvert", "|"), ("lVert", "||"))},
    **{command: Token("closebar", sign, CLOSES) for command, sign in (("rvert", "|"), ("rVert", "||"))},
    "\\": Token("row", "\\\\", CLOSES),
    "cr": Token("row", "\\\\", CLOSES),
    "newline": Token("row", "\\\\", CLOSES),
    "land": operator("and", t.AND),
    "otherwise": word("else"),
    "imath": Token("imaginary", "i"),
    **dict.fromkeys(
        ("dots", "ldots", "cdots", "vdots", "ddots"),
        Token("refused", "\\dots", extra=("three dots are not read; write the sum with its index.", "dots")),
    ),
}
# Braces show nothing in LaTeX: they only hold together.
GROUPS = {
    "{": Token("group", "{", FACTOR),
    "}": Token("end group", "}", CLOSES),
    "&": Token("cell", "&", CLOSES),
    "⊤": signs.TRANSPOSE,
}
