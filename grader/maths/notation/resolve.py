r"""A spelled name becomes tokens: a declared name, a function, a constant, an entry, a product of names.

Declared names come first. A run of letters is one name if it is one, else the names it is made of. What
nobody declared becomes an `unknown` token, which the parser refuses unless the name is bound there; where
names need no declaration it becomes one symbol for each letter with its scripts.
"""

from __future__ import annotations

import re
from dataclasses import replace

from grader.maths.functions import RECIPROCALS, function_named
from grader.maths.names import GREEK_NAMES, SCALAR, canonical, normal
from grader.maths.notation.limits import LETTERS
from grader.maths.notation.meanings import INFINITY, PI, E, known_function
from grader.maths.notation.signs import WORDS, atom
from grader.maths.notation.tokens import FACTOR, Language, Token, lex
from grader.maths.tree import Node, symbol

CONSTANTS = {"e": E, "pi": PI}
# Words that are never a product of one-letter names, whatever letters are declared.
NO_PRODUCTS = frozenset(("nan", "inf", "and", "infinity", "none", "infty", "oo"))
_INFINITIES = frozenset(("inf", "infinity", "infty", "oo"))
# Undeclared letters that are functions where a bracket follows them.
CALLABLE = frozenset("f g h F G H phi psi Phi Psi O Theta Omega".split())
_BASE = re.compile(r"(?s:(?:\\[a-zA-Z]+\s*)+(?:\{(?:[^{}]|\{[^{}]*\})*\}|[A-Za-z0-9])?|[^\W\d_]+|.)")
_PIECE = re.compile(r"[^\W\d_](?:_?\d+|_[^\W\d_]+|[₀-₉ₐ-ₜ]+)?")
# In plain text: letters with what is written below or behind them.
_RUN = re.compile(r"[^\W\d_]+(?:[0-9₀-₉ₐ-ₜ]+|_\{[^{}]*\}|_\([^()]\)|_(?:\d+|[^\W\d_]+\d*)|\*)*")
_SCRIPT = re.compile(r"[_^]\s*(?:\{(?:[^{}]|\{[^{}]*\})*\}|\\[a-zA-Z]+|(?s:[^\\{}]))")
_BAR = re.compile(r"\\(?:bar|overline)(?![a-zA-Z])\s*((?s:.*))")
_SQUARE = re.compile(r"\s*_\s*\{\s*(\w+)\s*(?:\\times|×|x|,|\\cdot|\*)\s*\1\s*\}")  # I_{n \times n}
_SIMPLE = re.compile(r"\\?[A-Za-z]+(?:\s*_\s*\{?\w+\}?)?")


def name_tokens(language: Language, spelling: str) -> tuple[Token, ...]:
    """The tokens of a name as it is spelled, with its accents, subscripts and upper index."""
    symbols = language.symbols
    found = symbols.find(spelling)
    if found is not None:
        if found.kind == "function":
            return (Token("function", spelling, FACTOR, None, (found.name, True)),)
        return (atom("symbol", spelling, symbol(found.name)),)
    if not language.latex and len(spelling) <= LETTERS:
        runs = list(_RUN.finditer(spelling))
        if known_function(spelling):
            return _bare(language, spelling, spelling)
        if len(runs) > 1 or len(runs[0][0]) < len(spelling):
            found_split = _split(language, spelling)
            return found_split or tuple(
                token for run in runs for token in _moved(name_tokens(language, run[0]), run.start())
            )
    base, scripts = spelling, ""
    if not spelling.isalpha():
        base_match = _BASE.match(spelling)
        base = base_match[0].strip() if base_match else spelling
        scripts = spelling[len(base) :] if base_match else ""
    if len(base) > LETTERS or (language.undeclared and len(spelling) > 2 * LETTERS):
        return (
            Token("refused", spelling, extra=(f"more than {LETTERS} letters without a space", "too-long")),
        )
    if scripts.strip():
        return _scripted(language, spelling, base, scripts)
    return _bare(language, spelling, base)


def _moved(tokens: tuple[Token, ...], offset: int) -> tuple[Token, ...]:
    """The same tokens, further right in their spelling."""
    return tuple(replace(token, offset=token.offset + offset) for token in tokens)


def _bare(language: Language, spelling: str, base: str) -> tuple[Token, ...]:
    bar = _BAR.match(base) if base[0] == "\\" else None
    if bar is not None:
        inner = bar[1].strip()
        inner = inner[1:-1].strip() if inner.startswith("{") else inner
        known = language.symbols.find(inner)
        if not _SIMPLE.fullmatch(inner) or (known is not None and known.domain == "complex"):
            return (Token("conjugate", spelling, extra=inner),)
    name = normal(base)
    if known_function(name):
        return (Token("function", spelling, FACTOR, None, (name, False)),)
    if spelling in WORDS and not base.startswith("\\"):
        return (WORDS[spelling],)
    if name in CONSTANTS:
        return (atom("constant", spelling, CONSTANTS[name]),)
    if name == "I" and not language.undeclared:
        return (atom("identity", spelling, Node("identity")),)
    if name == "i" and (language.undeclared or _complex(language)):
        return (Token("imaginary", spelling),)
    if language.undeclared:
        return _undeclared(spelling, name)
    return _split(language, spelling) or (Token("unknown", spelling),)


def _complex(language: Language) -> bool:
    return any(each.domain == "complex" for each in language.symbols.table.values())


def _undeclared(spelling: str, name: str) -> tuple[Token, ...]:
    if name in _INFINITIES:
        return (atom("constant", spelling, INFINITY),)
    if len(name) == 1 or name in GREEK_NAMES or "\\" in spelling:
        return (letter(spelling),)
    return pieces(spelling)


def letter(spelling: str) -> Token:
    """The token of a name nobody declared: a symbol, or a function where a bracket follows."""
    name = canonical(spelling)
    if name in CALLABLE or (name[:1] in CALLABLE and name[1:].isdecimal()):
        return Token("callable", spelling, FACTOR, None, name)
    return Token("letter name", spelling, FACTOR, symbol(name), name)


def pieces(run: str) -> tuple[Token, ...]:
    """The names in a run of letters nobody declared: functions and long Greek names, else one letter each."""
    found: list[Token] = []
    position = 0
    while position < len(run):
        for end in range(min(len(run), position + 9), position + 1, -1):
            part = run[position:end]
            if len(part) > 2 and (function_named(part) or part in RECIPROCALS):
                found.append(Token("function", part, FACTOR, None, (part, False), position))
                break
            if (len(part) > 3 and part in GREEK_NAMES) or part == "pi":
                node = PI if part == "pi" else symbol(part)
                found.append(Token("symbol", part, FACTOR, node, None, position))
                break
        else:
            match = _PIECE.match(run[position:])
            end = position + (match.end() if match else 1)
            part = run[position:end]
            token = (
                atom("constant", part, E)
                if part == "e"
                else Token("imaginary", part)
                if part == "i"
                else letter(part)
            )
            token.offset = position
            found.append(token)
        position = end
    return tuple(found)


def _split(language: Language, run: str, bound: tuple[str, ...] = ()) -> tuple[Token, ...]:
    """The declared (or bound) names that a run of letters is made of, longest first; none if it is not."""
    if run.lower() in NO_PRODUCTS or len(run) > LETTERS or "\\" in run:
        return ()
    found: list[Token] = []
    position = 0
    while position < len(run):
        for end in range(len(run), position, -1):
            part = run[position:end]
            if "_" in (part[0], part[-1]):
                continue
            known = language.symbols.find(part)
            # Constants and functions are not looked for inside words: `e` is in too many of them.
            if known is not None and known.kind == "function":
                found.append(Token("function", part, FACTOR, None, (known.name, True), position))
            elif known is not None:
                found.append(Token("symbol", part, FACTOR, symbol(known.name), None, position))
            elif part in bound:
                found.append(Token("symbol", part, FACTOR, symbol(part), None, position))
            elif part == "I":
                found.append(Token("identity", part, FACTOR, Node("identity"), None, position))
            else:
                continue
            position = end
            break
        else:
            return ()
    return tuple(found)


def with_bound(language: Language, run: str, bound: list[str]) -> tuple[Token, ...]:
    """The tokens of a name that is known only where some names are bound; none if it is not."""
    name = normal(run)
    if name in bound:
        return (atom("symbol", run, symbol(name)),)
    return _split(language, run, tuple(bound)) if bound else ()


def _scripted(language: Language, spelling: str, base: str, scripts: str) -> tuple[Token, ...]:
    parts = _SCRIPT.findall(scripts) if language.latex else []
    if len(parts) == 2 and language.symbols.find(base) is None:
        # W^{(1)}_{ij} is an entry of W^{(1)}.
        for inner, outer in (parts, parts[::-1]):
            if language.symbols.find(base + inner) is not None:
                base, scripts = base + inner, outer
                break
    name = normal(base)
    found = language.symbols.find(base)
    whole = normal(spelling)
    if (
        found is None
        and not base.startswith("\\")
        and len(base) > 1
        and not known_function(name)
        and name not in GREEK_NAMES
    ):
        # A script belongs to the last letter of a run.
        first = name_tokens(language, base[:-1])
        return (*first, *_moved(name_tokens(language, base[-1] + scripts), len(base) - 1))
    if found is None and known_function(name):
        return (*_bare(language, base, base), *lex_scripts(language, scripts))
    if name == "I" and found is None and (whole[1:].isdigit() or whole[1:] in language.symbols.spellings):
        return (atom("identity", spelling, Node("identity", (), whole[1:])),)
    square = _SQUARE.fullmatch(scripts) if name == "I" and found is None else None
    if square is not None and (square[1].isdigit() or square[1] in language.symbols.spellings):
        return (atom("identity", spelling, Node("identity", (), square[1])),)
    if "," in whole and (found is None or found.shape == SCALAR):
        together = language.symbols.find(whole.replace(",", ""))  # W_{2,i} and W_{2i}
        if together is not None and together.kind != "function":
            return (atom("symbol", spelling, symbol(together.name)),)
    if found is None and language.undeclared and scripts.strip("_{} \t").isdecimal():
        return (letter(spelling),)
    return (Token("scripted", spelling, FACTOR, None, (base, scripts)),)


def lex_scripts(language: Language, scripts: str) -> tuple[Token, ...]:
    """The tokens of scripts that belong to no name: the base of a logarithm, a power of a function."""
    return tuple(token for token in lex(scripts.strip(), language) if token.kind != "stop")
