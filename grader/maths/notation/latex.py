r"""LaTeX, as people and pages write it: `\frac12`, `W^{(1)}`, `\lVert x \rVert_2^2`, `\sum_{i=1}^n x_i`."""

from __future__ import annotations

import re
from difflib import get_close_matches

from grader.maths.names import GREEK_NAMES, Symbols, canonical, normal
from grader.maths.notation import signs
from grader.maths.notation.commands import COMMANDS, FONTS, GROUPS, SKIPPED
from grader.maths.notation.differentials import variables_of
from grader.maths.notation.environments import CASES, LINES, MATRICES
from grader.maths.notation.meanings import known_function
from grader.maths.notation.numerals import (
    NUMBER,
    REPEATING,
    number_token,
    repeating_token,
    without_separators,
)
from grader.maths.notation.parser import parse
from grader.maths.notation.plain import (
    LETTERS,
    RAISED,
    is_letter,
    names_and_differential,
    power_tokens,
    raised_tokens,
    with_outward_brackets,
)
from grader.maths.notation.resolve import CONSTANTS, name_tokens
from grader.maths.notation.signs import DOUBLE_STRUCK, SIGNS, WORDS, atom
from grader.maths.notation.tokens import CLOSES, FACTOR, Language, Token, character_name, lex
from grader.maths.notation.words import check_words
from grader.maths.spelling import ACCENTS
from grader.maths.tree import Node

_END = r"(?![a-zA-Z])"
_FLAT = r"\{[^{}]*+\}"
_NESTED = rf"\{{(?:[^{{}}]++|{_FLAT})*+\}}"
_BRACED = rf"\{{(?:[^{{}}]++|{_NESTED})*+\}}"
_FONT = rf"\\(?:{'|'.join(FONTS)}){_END}\*?"
_ACCENT = rf"\\(?:{'|'.join(ACCENTS)}){_END}"
_OTHER_LETTERS = ("varepsilon", "varphi", "vartheta", "varsigma", "ell", "hbar")
_GREEK = rf"\\(?:{'|'.join(sorted([*GREEK_NAMES, *_OTHER_LETTERS]))}){_END}"
_BELOW = rf"\s*_\s*(?:[{LETTERS}0-9]|{_BRACED}|{_FONT}\s*{_NESTED}|\\[a-zA-Z]+)"
_INDEX = (
    r"\s*\^\s*(?:\{\s*(?:[(\[]\s*[0-9a-zA-Z]+\s*[)\]]|\*|∗|\\ast|\\star)\s*\}"
    rf"|\*|∗|\\(?:ast|star){_END})"
)
_SCRIPTS = rf"(?:{_BELOW}|{_INDEX}){{0,2}}"
_TRANSPOSED = (
    r"(?:T|⊤|\\top|\\intercal|\{\s*\\top\s*\}"
    r"|\\(?:mathsf|mathrm|text|mathbf|textrm|intercal)\s*(?:\{\s*T\s*\}|T))"
)
_RAISED = (
    rf"\^\s*(?:[TH⊤†]|['’′]+|\+(?=\s*(?:$|[^0-9{LETTERS}\\({{]|[{LETTERS}\\({{]))|[0-9](?![0-9.])"
    rf"|\\(?:top|intercal|dagger|dag|circ|degree){_END}|(?:\\prime{_END}\s*)+"
    rf"|\{{\s*(?:-?\s*[0-9]{{1,4}}|-?\s*{_TRANSPOSED}|H|(?:\\prime|['’′]|\s)+|[+-]|†|\\(?:dagger|dag|circ|degree))\s*\}})"
    r"|\^\s*-(?=\s*\})|\^\s*\{\s*\\circ(?![a-zA-Z])(?=\s*[^\s}])"
)
_D = r"(?:\\mathrm\s*\{\s*d\s*\}|\\mathrm\s+d|\\partial(?![a-zA-Z])|∂|d)"
_DERIVATIVE = (
    rf"\\[dtc]?frac\s*\{{\s*{_D}(?:\s*\^\s*(?:[0-9]|\{{\s*[0-9]\s*\}}))?\s*(?:[^{{}}]++|{_NESTED})*+\}}\s*"
    rf"\{{\s*{_D}\s*[^{{}}]*(?:\{{\w+\}}[^{{}}]*)*\}}"
)
_SIDED = r"\\(?:left|right|mleft|mright|[bB]igg?[lr]?)\s*(?:\||\\\||\\[lr]?[vV]ert(?![a-zA-Z])|\.)"
# OCR loses the space behind a bracket: \lbrackx is \lbrack x.
_GLUED = r"\\[lr](?:brace|brack|group|paren|floor|ceil)(?=[a-zA-Z](?![a-zA-Z]))"
_COMMAND = (
    rf"{_GREEK}{_SCRIPTS}|{_FONT}\s*(?:{_BRACED}|[{LETTERS}0-9]|\\[a-zA-Z]+(?:\s*{_NESTED})?){_SCRIPTS}"
    rf"|{_ACCENT}\s*(?:{_BRACED}|[{LETTERS}]|\\[a-zA-Z]+(?:\s*{_NESTED})?){_SCRIPTS}"
    rf"|\\begin\s*\{{[a-zA-Z*]+\}}(?:\s*(?<=y\}})\s*\{{[^{{}}]*\}})?|\\end\s*\{{[a-zA-Z*]+\}}"
    rf"|{_DERIVATIVE}|{_SIDED}|{_GLUED}|\\[a-zA-Z]+|\\."
)
_BAR = rf"\s*(?:\||\\\||\\[lr]?[vV]ert{_END}|\.)"
_SKIP = (
    # One look at a character says that nothing is skipped before most tokens.
    rf"(?:(?=[\s~\\_^{{.])(?:[\s~]++|\\[,;:!> $]|\\(?:{'|'.join(SKIPPED)}){_END}(?!{_BAR})"
    rf"|[_^]\s*\{{\s*\}}|\{{\s*\}}|\.\s*\Z))*+"
)
_DIFFERENTIAL = (
    rf"(?:\\mathrm\s*\{{\s*d\s*\}}|\\mathrm\s+d|\\text\s*\{{\s*d\s*\}}|d)\s*"
    rf"(?:[{LETTERS}](?![{LETTERS}])|{_GREEK})(?:\s*_\s*(?:[0-9a-z]|{_FLAT}))?"
)
_REST = rf"{_RAISED}|{_COMMAND}|[{RAISED}]+|[<>=!]=|<=>|=>|:=|->|<>|\|\||\\\\|\Z|."
# What is met most comes first, and nothing else starts as it does.
_PATTERN = re.compile(rf"{_SKIP}([{LETTERS}]+{_SCRIPTS}|[(){{}}\[\]+,*/]|{REPEATING}|{NUMBER}|{_REST})", re.S)
_INTEGRAL = re.compile(
    rf"{_SKIP}({REPEATING}|{NUMBER}|{_DIFFERENTIAL}|[{LETTERS}]+?(?=d\s*{_GREEK})|[{LETTERS}]+{_SCRIPTS}|{_REST})",
    re.S,
)
_DIFFERENTIALS = re.compile(_DIFFERENTIAL)
# A^2_i is A_i^2, and the index is part of the name.
_TURNED = re.compile(
    r"(\^\s*(?:[0-9A-Za-z]|(?!\{\s*(?:[(\[]\s*\w+\s*[)\]]|\*|\\star|\\ast)\s*\})"
    rf"{_NESTED}|\\(?!star|ast)[a-zA-Z]+))(\s*_\s*(?:[0-9A-Za-z]|{_BRACED}|\\[a-zA-Z]+))"
)
# W^{(1)\top} and W^{(1)^T}: an index and a transpose share one superscript.
_INDEXED = re.compile(
    r"\^\s*\{\s*([(\[]\s*\w+\s*[)\]])\s*(?:\\,\s*)?\^?\s*\{?\s*(T|⊤|\\top|\\intercal)\s*\}?\s*\}"
)
_HEAD = re.compile(rf"\\[dtc]?frac\s*\{{\s*{_D}(?:\s*\^\s*(?:[0-9]|\{{\s*[0-9]\s*\}}))?\s*", re.S)
_SIDED_BAR = re.compile(_SIDED)
_NAME = re.compile(r"\\([a-zA-Z]+|.)", re.S)
_A_COMMAND = re.compile(r"\\[a-zA-Z]+\*?")
_LOOSE = re.compile(r"[\s{}]")
_BETWEEN = re.compile(r"[ +*/=<>^]")
_ONE = re.compile(r"\\(?:mathbb|mathbf|mathds|bm|boldsymbol)\s*(?:\{\s*1\s*\}|1)(.*)", re.S)
# an I in front of a comparison is no identity
_CHOICE = re.compile(
    r"\\(?:mathbb|mathds|mathbf)\s*(?:\{\s*I\s*\}|I)(?=\s*(?:\\left)?\s*[\[({][^\[\]{}]{0,80}?(?:[<>]|\\(?:[gl]eq?|[gl]t)(?![a-z])))"
)
_SIGNS = {**SIGNS, **GROUPS, **{f"\\{name}": token for name, token in COMMANDS.items()}}
_KNOWN: dict[str, tuple[Token, ...]] = {spelling: (token,) for spelling, token in _SIGNS.items()}


def read_latex(text: str, symbols: Symbols, *, tight: bool = False, undeclared: bool = False) -> Node:
    """The tree of a LaTeX formula.

    Raises:
        StudentError: it cannot be read, with the column.
    """
    if undeclared and ("\\text" in text or "\\mathrm" in text):
        check_words(text)
    text = with_outward_brackets(without_separators(text, latex=True))
    if "I" in text and "\\math" in text:
        text = _CHOICE.sub(r"\\mathbb{1}", text)
    if "^" in text and "(" in text and not undeclared and "T" not in symbols.spellings:
        text = _INDEXED.sub(r"^{\1}^{\2}", text)
    if text.rfind("_") > text.find("^") >= 0:
        text = _TURNED.sub(r"\2\1", text)
    integrates = "\\int" in text or "∫" in text
    key = ("latex", undeclared, integrates)
    language = symbols.read.get(key)
    if language is None:
        pattern = _INTEGRAL if integrates else _PATTERN
        language = Language(symbols, undeclared, True, integrates, pattern, _KNOWN, dict(_KNOWN), learn)
        symbols.read[key] = language
    return parse(text, language, tight=tight)


def learn(language: Language, spelling: str) -> tuple[Token, ...]:
    """The tokens of a spelling of LaTeX."""
    first = spelling[0]
    if (first.isascii() and first.isdecimal()) or (first == "." and len(spelling) > 1):
        return (repeating_token(spelling) if "\\" in spelling else number_token(spelling),)
    if language.integrates and _DIFFERENTIALS.fullmatch(spelling):
        variable = re.sub(r"^(?:\\(?:mathrm|text)\s*\{?\s*)?d\s*\}?\s*", "", spelling)
        return (Token("differential", spelling, CLOSES, None, canonical(variable)),)
    if first == "^" and len(spelling) > 1:
        if spelling.endswith("\\circ") and "{" in spelling:
            return (SIGNS[".^"], GROUPS["{"])
        return _raised(language, spelling[1:])
    if first == "\\" and len(spelling) > 1:
        return _command(language, spelling)
    if is_letter(first):
        return names_and_differential(language, spelling)
    if first in RAISED:
        return raised_tokens(language, spelling)
    return (
        Token("bad", spelling, extra=(f"{character_name(first)} does not belong in a formula.", "character")),
    )


def _raised(language: Language, text: str) -> tuple[Token, ...]:
    """What is written above: a number, a transpose, primes, a degree."""
    inner = _LOOSE.sub("", text)
    if inner.removeprefix("-").isdigit():
        return (signs.power(inner),)
    primes = inner.replace("\\prime", "'")
    if primes and not primes.strip("'’′"):
        return (signs.PRIME,) * len(primes)
    if inner in ("\\circ", "\\degree"):
        return (signs.DEGREE,)
    if inner.endswith("T"):
        inner = re.sub(r"\\(?:mathsf|mathrm|text|mathbf|textrm)T", r"\\top", inner)
    inner = inner.replace("\\dagger", "†").replace("\\dag", "†").replace("\\intercal", "\\top")
    return power_tokens(language, inner.replace("-\\top", "-T"))


def _command(language: Language, spelling: str) -> tuple[Token, ...]:
    if "frac" in spelling and _HEAD.match(spelling):
        return _quotient(language, spelling)
    name = _NAME.match(spelling)
    assert name is not None
    word = name[1]
    if word in ("begin", "end") and "{" in spelling:
        inside = spelling[spelling.index("{") + 1 : spelling.index("}")].rstrip("*")
        known = inside in MATRICES | LINES | CASES
        if word == "begin" and not known:
            return (
                Token("refused", spelling, extra=(f"{inside} is not an environment of formulas.", "syntax")),
            )
        return (Token(word, inside, FACTOR if word == "begin" else CLOSES),)
    if (spelling[-1] in "|." or spelling.endswith("ert")) and _SIDED_BAR.fullmatch(spelling):
        return _sided(spelling)
    if word in FONTS:
        found = _font(language, spelling)
        if found is not None:
            return found
        return name_tokens(language, spelling)
    spelled = normal("\\" + word)
    if word in ACCENTS or spelled in GREEK_NAMES or spelled in CONSTANTS or language.symbols.find(spelled):
        return name_tokens(language, spelling)
    if word in ("ell", "hbar"):
        return name_tokens(language, spelling)
    if known_function(spelled):
        return (Token("function", spelling, FACTOR, None, (spelled, False)),)
    near = _near(word, [*COMMANDS, *FONTS, *ACCENTS, *GREEK_NAMES, *language.symbols.spellings])
    hint = f"; did you mean \\{near[0]}?" if near else ""
    return (Token("refused", spelling, extra=(f"unknown command \\{word}{hint}", "unknown-command")),)


def _near(word: str, commands: list[str]) -> list[str]:
    """The command that a misspelled one is nearest to, if any is; nothing is near to a single character."""
    if len(word) < 2:
        return []
    # difflib is slow: only commands with enough of the same letters are worth its look.
    alike = [one for one in commands if 2 * sum(map(one.count, {*word})) >= 0.7 * (len(word) + len(one))]
    return get_close_matches(word, alike, n=1, cutoff=0.7)


def _sided(spelling: str) -> tuple[Token, ...]:
    r"""`\left|`, `\bigr\|`, `\right.`"""
    if spelling.endswith("."):
        return (Token("close", ".", CLOSES),) if "right" in spelling else ()
    sign = "|" if spelling.endswith("vert") or (spelling[-1] == "|" and spelling[-2] != "\\") else "||"
    sized = spelling.lstrip("\\bBig")[:1]  # the l of \bigl, the r of \Biggr
    if "left" in spelling or sized == "l":
        return (Token("openbar", sign, FACTOR),)
    if "right" in spelling or sized == "r":
        return (Token("closebar", sign, CLOSES),)
    return (SIGNS[sign],)


def _font(language: Language, spelling: str) -> tuple[Token, ...] | None:
    r"""Words, sets and indicators: `\text{ if }`, `\mathbb{R}`, `\mathbf{1}_{x > 0}`, `\mathrm{i}`."""
    one = _ONE.fullmatch(spelling)
    if one is not None:
        below = one[1].strip()
        return (
            Token("indicator", spelling, FACTOR, None, below[1:].strip() if below.startswith("_") else None),
        )
    if language.symbols.find(spelling) is not None:
        return None
    content = _A_COMMAND.sub("", spelling)
    inner = _LOOSE.sub("", content)
    if spelling.startswith(("\\mathbb", "\\mathds")) and inner in DOUBLE_STRUCK:
        return (atom("set", spelling, DOUBLE_STRUCK[inner]),)
    if inner.rstrip(",") in WORDS:
        return (WORDS[inner.rstrip(",")],)
    if not inner or inner in (",", ";"):
        return (SIGNS[inner],) if inner else ()
    if spelling.startswith(("\\text", "\\mathrm")) and _BETWEEN.search(content.strip(" {}")):
        # Words and what stands between them, \text{ if x > 0}, or a whole formula.
        return tuple(token for token in lex(content.strip()[1:-1], language) if token.kind != "stop")
    if spelling.startswith(("\\mathcal", "\\mathrm")) and inner == "O":
        return (Token("function", spelling, FACTOR, None, ("O", True)),)
    if spelling.startswith(("\\mathrm", "\\text", "\\operatorname")) and inner == "i":
        return (Token("imaginary", spelling),)
    if inner == "e" and spelling.startswith(("\\mathrm", "\\operatorname")):
        return (atom("constant", spelling, CONSTANTS["e"]),)
    if inner.isdigit():
        return (number_token(inner),)
    return None


def _quotient(language: Language, spelling: str) -> tuple[Token, ...]:
    r"""`\frac{d}{dx}`, `\frac{\partial^2 f(x)}{\partial x^2}`; where d is declared, an ordinary fraction."""
    head = _HEAD.match(spelling)
    assert head is not None
    depth, position = 1, spelling.index("{") + 1
    while depth:
        depth += (spelling[position] == "{") - (spelling[position] == "}")
        position += 1
    inner = spelling[head.end() : position - 1].strip() if head.end() < position else ""
    below = spelling[spelling.index("{", position) + 1 : -1].strip()
    variables = variables_of(below)
    if variables is None or (language.symbols.find("d") is not None and below.startswith("d")):
        # Only the beginning is a fraction; the rest is read as it stands.
        start = spelling.index("{")
        pieces = [COMMANDS["frac"]]
        for text in (spelling[start + 1 : position - 1], below):
            pieces.append(GROUPS["{"])
            pieces += [token for token in lex(text, language) if token.kind != "stop"]
            pieces.append(GROUPS["}"])
        return tuple(pieces)
    if inner:
        return (Token("quotient of differentials", spelling, FACTOR, None, (inner, variables)),)
    return (Token("derivative", spelling, FACTOR, None, variables),)
