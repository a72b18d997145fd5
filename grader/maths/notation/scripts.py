r"""Subscripts that are indices, and indicators: `x_i`, `X_{i,j}`, `(A B)_{12}`, `\mathbb{1}_{x > 0}`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.errors import StudentError
from grader.maths.names import SCALAR, canonical, normal, unknown_name
from grader.maths.notation import brackets
from grader.maths.notation.lists import condition
from grader.maths.notation.resolve import letter
from grader.maths.notation.tokens import Token
from grader.maths.tree import Node, call, number, symbol

if TYPE_CHECKING:
    from grader.maths.notation.parser import Parser

_INDEX = re.compile(r"\^\s*\{?\s*[(\[]\s*([0-9]+)\s*[)\]]\s*\}?$")
_NUMBERED = re.compile(r"(.*?[^\d_])_?(\d+)")
_NAMES = re.compile(r"\\?[^\W\d_]+")


def scripted(parser: Parser, token: Token) -> Node:
    """A name with scripts that is not declared as a whole: an entry, an indexed family, or a symbol.

    Raises:
        StudentError: the name is not known, and names have to be declared.
    """
    base, scripts = token.extra
    language = parser.language
    found = language.symbols.find(base)
    if found is not None and found.kind == "function":
        return _derivative(parser, token, found.name, True, scripts)
    below = scripts.strip()
    inner = _below(below) if below.startswith("_") and "^" not in below else _example(below, parser.bound)
    of_rows = language.symbols.with_rows(base) if inner else None
    if of_rows is not None:
        indices = _indices(parser, token, inner, True)
        if len(indices) == 2:
            return Node("entry", (symbol(of_rows.name), *indices))
        return call("row_of", symbol(of_rows.name), *indices)
    if found is not None and found.shape != SCALAR and inner:
        return Node("entry", (symbol(found.name), *_indices(parser, token, inner, found.shape[1] != 1)))
    if inner and _mentions(inner, parser.bound) and (found is not None or language.undeclared):
        name = found.name if found is not None else canonical(base)
        if found is None:
            parser.families.add(name)
        return Node("entry", (symbol(name), *_indices(parser, token, inner, False)))
    if not language.undeclared:
        raise unknown_name(token.text, language.symbols, parser.column(parser.at - 1))
    if _INDEX.match(below) and letter(base).kind == "callable":
        return _derivative(parser, token, canonical(base), False, scripts)
    plain = letter(token.text)
    return plain.node or parser.prefix(plain)


def _example(scripts: str, bound: list[str]) -> str:
    """The i of `x^{(i)}`, where a sum runs over i."""
    upper = re.fullmatch(r"\^\s*\{?\s*\(\s*([A-Za-z])\s*\)\s*\}?", scripts)
    return upper[1] if upper is not None and upper[1] in bound else ""


def _derivative(parser: Parser, token: Token, name: str, declared: bool, scripts: str) -> Node:
    """`f^{(2)}(x)` is the second derivative of f."""
    index = _INDEX.match(scripts.strip())
    if index is None or not 1 <= int(index[1]) <= 9 or parser.tokens[parser.at].text != "(":
        if declared:
            raise unknown_name(token.text, parser.language.symbols, parser.column(parser.at - 1))
        return symbol(canonical(token.text))
    opening = parser.tokens[parser.at]
    parser.at += 1
    entries, _ = brackets.entries_of(parser, opening)
    return Node("call", tuple(entries), (name, int(index[1])))


def _below(scripts: str) -> str:
    inner = scripts[1:].strip()
    return inner[1:-1].strip() if inner[:1] in ("{", "(") else inner


def _mentions(inner: str, bound: list[str]) -> bool:
    """Whether a subscript contains a bound name, alone or in a run such as `ij`."""
    if not bound:
        return False
    names = [normal(name) for name in _NAMES.findall(inner)]
    return any(name in bound or all(character in bound for character in name) for name in names)


def _indices(parser: Parser, token: Token, inner: str, matrix: bool) -> tuple[Node, ...]:
    r"""The indices in a subscript: `i`, `i,j`, `ij`, `12` of a matrix, `i+1`."""
    run = inner.replace(" ", "")
    if matrix and run.isdigit() and len(run) == 2:
        return (number(int(run[0])), number(int(run[1])))
    if run.isalpha() and len(run) > 1 and (matrix or all(each in parser.bound for each in run)):
        if len(run) > 3:
            raise StudentError(
                f"Column {parser.column(parser.at - 1)}: too many indices in {run}.", code="syntax"
            )
        return tuple(_index(parser, token, each) for each in run)
    return tuple(_index(parser, token, part) for part in _parts(inner))


def _parts(inner: str) -> list[str]:
    """The text between commas that stand in no bracket."""
    parts, depth = [""], 0
    for character in inner:
        depth += (character in "([{") - (character in ")]}")
        if character == "," and depth == 0 and not parts[-1].endswith("\\"):
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _index(parser: Parser, token: Token, text: str) -> Node:
    return parser.inside(text.strip(), token).statement()


def subscript(parser: Parser, node: Node) -> Node:
    """The entry that a subscript picks from a bracket; the subscript sign has just been taken.

    Raises:
        StudentError: it stands on something that has no entries.
    """
    before = parser.tokens[parser.at - 2]
    if before.kind not in ("close", "transpose", "end", "symbol", "letter name") or node.op in (
        "number",
        "decimal",
    ):
        raise StudentError(
            f"Column {parser.column(parser.at - 1)}: a subscript on something that is not a name.",
            code="syntax",
        )
    token = parser.tokens[parser.at]
    if token.kind == "group" or (token.kind == "open" and token.text == "{"):
        parser.at += 1
        indices: list[Node] = []
        while not indices or parser.tokens[parser.at].kind == "comma":
            parser.at += bool(indices)
            indices.append(parser.expression(0))
        closing = parser.tokens[parser.at]
        if closing.text != "}":
            raise parser.unexpected(parser.at, "'}'")
        parser.at += 1
    else:
        indices = [brackets.argument(parser)]
    if len(indices) == 1 and indices[0].op == "product" and len(indices[0].args) == 2:
        indices = list(indices[0].args)
    return Node("entry", (node, *indices))


def indicator(parser: Parser, token: Token) -> Node:
    r"""`\mathbb{1}_{x > 0}` and `\mathbb{1}[x > 0]`."""
    if token.extra:
        inner = token.extra.strip()
        for left, right in (("{", "}"), ("\\{", "\\}"), ("[", "]"), ("(", ")")):
            if inner.startswith(left) and inner.endswith(right):
                inner = inner[len(left) : -len(right)].strip()
        read = parser.inside(inner, token)
        return Node("indicator", (condition(read, read.statement()),))
    opening = parser.tokens[parser.at]
    if opening.kind != "open":
        raise parser.unexpected(parser.at, "the condition of the indicator")
    parser.at += 1
    entries, _ = brackets.entries_of(parser, opening)
    if len(entries) != 1:
        raise parser.unexpected(parser.at - 1, "one condition")
    return Node("indicator", (condition(parser, entries[0]),))


def as_entries(node: Node, families: set[str]) -> Node:
    """The same tree where x_1 is an entry of x, if some x_i is: `x_1 + \\sum_{i=2}^n x_i`."""
    if node.op == "symbol":
        match = _NUMBERED.fullmatch(str(node.value))
        if match is not None and match[1] in families:
            return Node("entry", (symbol(match[1]), number(int(match[2]))))
        return node
    if not node.args:
        return node
    args = tuple(as_entries(argument, families) for argument in node.args)
    return node if args == node.args else Node(node.op, args, node.value)
