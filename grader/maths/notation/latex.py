r"""LaTeX into tokens, as people and pages write it: `\frac12`, `W^{(1)}`, `\lVert x \rVert_2^2`."""

from __future__ import annotations

import re
from difflib import get_close_matches

from grader.errors import StudentError
from grader.maths.names import GREEK_NAMES, Symbols, function_named, normal, unknown_name
from grader.maths.notation.limits import DEPTH, TOKENS
from grader.maths.notation.tokens import CONSTANTS, Token, name_tokens, refuse_character

_SKIPPED = frozenset(
    "left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr displaystyle textstyle "
    "limits nolimits quad qquad space thinspace mathstrut strut boxed underbrace overbrace".split()
) | set(",;!: ")
_FONTS = frozenset(
    "mathbf boldsymbol bm mathrm mathit text textbf textrm mathsf mathcal mathbb operatorname vec "
    "mathnormal".split()
)
_ACCENTS = {
    "hat": "hat",
    "widehat": "hat",
    "bar": "bar",
    "overline": "bar",
    "tilde": "tilde",
    "widetilde": "tilde",
}
_OPERATORS = {
    "cdot": "*",
    "times": "*",
    "ast": "*",
    "odot": ".*",
    "circ": ".*",
    "div": "/",
    "le": "<=",
    "leq": "<=",
    "ge": ">=",
    "geq": ">=",
    "lt": "<",
    "gt": ">",
}
_FRACTIONS = frozenset(("frac", "dfrac", "tfrac", "cfrac"))
_MATRICES = frozenset("matrix pmatrix bmatrix Bmatrix vmatrix smallmatrix array".split())
_COMMAND = re.compile(r"\\([a-zA-Z]+|.)", re.S)
_NUMBER = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:(?:\{,\}|\\,|\\ |,|~)[0-9]{3})+(?![0-9.])")
_LETTERS = re.compile(r"[A-Za-z\u0391-\u03c9\u03d5\u03f5]+")
_TRANSPOSE = re.compile(
    r"\\(?:top|intercal|mathsf\s*\{?\s*T\s*\}?|mathrm\s*\{?\s*T\s*\}?|text\s*\{\s*T\s*\})$|[T⊤]$"
)


def tokens(text: str, symbols: Symbols) -> list[Token]:
    """The tokens of a LaTeX formula, ending with a `stop`.

    Raises:
        StudentError: an unknown name, command or character, with its column; a missing brace.
    """
    reader = _Reader(text, symbols)
    reader.read(0, len(text), 0)
    return [*reader.found, Token("stop", "the end", len(text) + 1)]


class _Reader:
    """The text, what is declared, and the tokens found so far; reads ranges of the text into tokens."""

    def __init__(self, text: str, symbols: Symbols) -> None:
        self.text, self.symbols = text, symbols
        self.found: list[Token] = []
        self.brackets = 0
        self.side = ""

    def add(self, kind: str, text: str, position: int) -> None:
        if len(self.found) > TOKENS:
            raise StudentError(f"The formula has more than {TOKENS} symbols.", code="too-long")
        self.found.append(Token(kind, text, position + 1))

    def read(self, position: int, end: int, depth: int) -> None:
        if depth > DEPTH:
            raise StudentError(f"The formula is nested more than {DEPTH} deep.", code="too-deep")
        while position < end:
            position = self.one(position, end, depth)

    def one(self, position: int, end: int, depth: int) -> int:
        """Reads one thing at a position and says where the next one starts."""
        text, character = self.text, self.text[position]
        if character.isspace() or character in "~":
            return position + 1
        if character == "\\":
            return self.command(position, end, depth)
        if character.isdigit() or (character == "." and text[position + 1 : position + 2].isdigit()):
            match = None if self.brackets else _THOUSANDS.match(text, position, end)
            match = match or _NUMBER.match(text, position, end)
            if match is None:
                raise refuse_character(character, position + 1)
            self.add("number", re.sub(r"\{,\}|\\.|[,~]", "", match[0]), position)
            return match.end()
        if _LETTERS.match(character):
            match = _LETTERS.match(text, position, end)
            assert match is not None
            stop = match.end()
            following = self.next_character(stop, end)
            # A subscript or star belongs to the last letter of a run, unless the run is a name with it.
            if following in ("_", "^") and stop - position > 1:
                whole = normal(text[position:stop])
                if self.symbols.find(whole) is None and function_named(whole) is None:
                    self.name(text[position : stop - 1], position, stop - 1, end, plain=True)
                    return self.name(text[stop - 1 : stop], stop - 1, stop, end)
            return self.name(text[position:stop], position, stop, end)
        return self.sign(character, position, end, depth)

    def next_character(self, position: int, end: int) -> str:
        while position < end and self.text[position].isspace():
            position += 1
        return self.text[position] if position < end else ""

    def name(self, base: str, start: int, position: int, end: int, *, plain: bool = False) -> int:
        """Adds the tokens of a name with its subscript and index; says where the text goes on."""
        spelled = base
        while not plain:
            following = self.next_character(position, end)
            at = self.text.find(following, position) if following else end
            if following == "_":
                inner_start, inner_end, after = self.argument(at + 1, end)
                candidate = spelled + normal(self.text[inner_start:inner_end])
            elif following == "^":
                inner_start, inner_end, after = self.argument(at + 1, end)
                inner = self.text[inner_start:inner_end].strip()
                index = re.fullmatch(r"\(\s*([0-9a-z])\s*\)|\[\s*([0-9a-z])\s*\]", inner)
                star = inner in ("*", "\\ast", "\\star", "∗")
                candidate = spelled + ((index[1] or index[2]) if index else "star" if star else "")
                if candidate == spelled:
                    break
            else:
                break
            if self.symbols.find(candidate) is None and following == "_":
                if normal(candidate).startswith("I") and normal(base) == "I":
                    spelled, position = candidate, after
                    continue
                raise unknown_name(self.text[start:after], self.symbols, start + 1)
            if self.symbols.find(candidate) is None:
                raise unknown_name(self.text[start:after], self.symbols, start + 1)
            spelled, position = candidate, after
        for token in name_tokens(spelled, self.symbols, start + 1):
            self.add(token.kind, token.text, token.column - 1)
        return position

    def argument(self, position: int, end: int) -> tuple[int, int, int]:
        """Where the argument of a command or script starts and stops, and where the text goes on."""
        while position < end and self.text[position].isspace():
            position += 1
        if position >= end:
            raise StudentError(
                f"Column {position + 1}: the formula stops where an argument is due.", code="syntax"
            )
        if self.text[position] == "{":
            close = self.closing(position, end)
            return position + 1, close, close + 1
        if self.text[position] == "\\":
            match = _COMMAND.match(self.text, position)
            if match is None:
                raise refuse_character("\\", position + 1)
            return position, match.end(), match.end()
        return position, position + 1, position + 1

    def closing(self, position: int, end: int) -> int:
        depth = 0
        for at in range(position, end):
            if self.text[at] in "{}" and self.text[at - 1 : at] != "\\":
                depth += 1 if self.text[at] == "{" else -1
                if depth == 0:
                    return at
        raise StudentError(f"Column {position + 1}: this {{ is never closed.", code="syntax")

    def group(self, position: int, end: int, depth: int) -> int:
        """Reads an argument as a bracketed formula; says where the text goes on."""
        start, stop, after = self.argument(position, end)
        self.add("open", "(", start)
        self.read(start, stop, depth + 1)
        self.add("close", ")", stop)
        return after

    def sign(self, character: str, position: int, end: int, depth: int) -> int:
        if character == "^":
            return self.superscript(position + 1, end, depth)
        if character == "_":
            start, stop, after = self.argument(position + 1, end)
            # ||x||_2 and ||A||_F: the usual norms. Anything else would be a guess.
            last = self.found[-1].kind if self.found else ""
            if self.text[start:stop].strip() in ("2", "F") and last in ("bar", "closebar"):
                return after
            raise StudentError(
                f"Column {position + 1}: a subscript on something that is not a name.", code="syntax"
            )
        if character in "([{":
            self.add("open", character, position)
            self.brackets += 1
        elif character in ")]}":
            self.add("close", character, position)
            self.brackets -= 1
        elif character in "'’′":
            self.add("prime", "'", position)
        elif character in "|‖":
            double = character == "‖" or self.text[position : position + 2] == "||"
            self.bar("||" if double else "|", position)
            return position + (2 if double and character == "|" else 1)
        elif character == "&":
            self.add("cell", "&", position)
        elif character in "+-*/=<>,;":
            self.add("operator", character, position)
        elif character in "−·×⋅≤≥⊙":
            same = {"−": "-", "≤": "<=", "≥": ">=", "⊙": ".*"}.get(character, "*")
            self.add("operator", same, position)
        elif character == "ᵀ":
            self.add("transpose", "'", position)
        elif character == ".":
            pass  # `\left.` and a full stop at the end of a displayed formula
        else:
            raise refuse_character(character, position + 1)
        self.side = ""
        return position + 1

    def bar(self, text: str, position: int) -> None:
        self.add({"left": "openbar", "right": "closebar"}.get(self.side, "bar"), text, position)
        self.side = ""

    def superscript(self, position: int, end: int, depth: int) -> int:
        start, stop, after = self.argument(position, end)
        inner = self.text[start:stop].strip()
        declared = self.symbols.find(inner) if inner == "T" else None
        if (_TRANSPOSE.match(inner) and declared is None) or inner in ("ᵀ", "{\\top}"):
            self.add("transpose", "'", start)
        elif inner.startswith("-") and _TRANSPOSE.match(inner[1:].strip()):
            self.add("inversetranspose", "^-T", start)
        elif inner in ("+", "\\dagger", "†"):
            self.add("pseudoinverse", "^+", start)
        elif re.fullmatch(r"(?:\\prime|'|′|\s)+", inner):
            for _ in re.findall(r"\\prime|'|′", inner):
                self.add("prime", "'", start)
        else:
            self.add("operator", "^", position - 1)
            return self.group(position, end, depth)
        return after

    def command(self, position: int, end: int, depth: int) -> int:
        match = _COMMAND.match(self.text, position)
        if match is None:
            raise refuse_character("\\", position + 1)
        name, after = match[1], match.end()
        if name in ("left", "right"):
            self.side = name
            return after
        if name in _SKIPPED:
            return after
        if name in _FRACTIONS:
            self.add("open", "(", position)
            after = self.group(after, end, depth)
            self.add("operator", "/", position)
            after = self.group(after, end, depth)
            self.add("close", ")", after - 1)
        elif name == "sqrt":
            self.add("function", "sqrt", position)
            after = self.group(after, end, depth)
        elif name in ("begin", "end"):
            after = self.environment(name, position, after, end)
        elif name == "\\":
            self.add("row", "\\\\", position)
        elif name in _OPERATORS:
            self.add("operator", _OPERATORS[name], position)
        elif name in ("{", "lbrace", "lbrack", "langle"):
            self.add("open", "{", position)
        elif name in ("}", "rbrace", "rbrack", "rangle"):
            self.add("close", "}", position)
        elif name in ("|", "Vert", "vert"):
            self.bar("|" if name == "vert" else "||", position)
        elif name in ("lVert", "rVert", "lvert", "rvert"):
            self.side = "left" if name[0] == "l" else "right"
            self.bar("||" if name[1] == "V" else "|", position)
        elif name == "prime":
            self.add("prime", "'", position)
        else:
            return self.named(name, position, after, end)
        self.side = ""
        return after

    def named(self, name: str, position: int, after: int, end: int) -> int:
        """A command that stands for a name: a Greek letter, an accent, a font, a declared word."""
        if name in _FONTS or name in _ACCENTS:
            start, stop, after = self.argument(after, end)
            inner = normal(self.text[start:stop])
            return self.name(inner + _ACCENTS.get(name, ""), position, after, end)
        spelled = normal("\\" + name)
        known = spelled in GREEK_NAMES or spelled in CONSTANTS or function_named(spelled) is not None
        if known or self.symbols.find(spelled) is not None:
            return self.name(spelled, position, after, end)
        commands = [
            *_OPERATORS,
            *_FRACTIONS,
            *_FONTS,
            *_ACCENTS,
            *GREEK_NAMES,
            *self.symbols.spellings,
            "sqrt",
        ]
        near = get_close_matches(name, commands, n=1, cutoff=0.7)
        hint = f"; did you mean \\{near[0]}?" if near else ""
        raise StudentError(f"Column {position + 1}: unknown command \\{name}{hint}", code="unknown-command")

    def environment(self, which: str, position: int, after: int, end: int) -> int:
        start, stop, after = self.argument(after, end)
        name = self.text[start:stop].strip().rstrip("*")
        if name not in _MATRICES:
            raise StudentError(
                f"Column {position + 1}: {name} is not an environment of formulas.", code="syntax"
            )
        if which == "begin" and name == "array" and self.next_character(after, end) == "{":
            _, _, after = self.argument(after, end)
        self.add(which, name, position)
        return after
