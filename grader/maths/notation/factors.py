r"""Factors whose meaning depends on what stands around them: `2 \frac12`, `1[x > 0]`, `f(x)`, bound names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.errors import StudentError
from grader.maths.names import canonical
from grader.maths.notation import applications, brackets
from grader.maths.notation import tokens as t
from grader.maths.notation.meanings import IMAGINARY, MINUS_ONE, as_condition, joined
from grader.maths.notation.resolve import with_bound
from grader.maths.notation.tokens import Token
from grader.maths.tree import Node, call, symbol

if TYPE_CHECKING:
    from grader.maths.notation.parser import Parser

_FRACTIONS = frozenset(("fraction", "vulgar fraction"))


def special_factor(parser: Parser, left: Node, token: Token, least: int) -> Node | None:
    """The product with a factor whose meaning depends on what stands before it; None where it ends."""
    kind = token.kind
    before = parser.tokens[parser.at - 1]
    if kind == "open" and before.kind != "number":
        if parser.implicit <= least:
            return None
        return joined("product", left, as_condition(parser.expression(parser.implicit)))
    if kind == "bar" and token.text in parser.bars:
        return None
    if kind == "number" and before.kind in ("number", "cell", "row"):
        # Two numbers side by side are entries of a list or a slip, never a product.
        return None
    if kind == "function" and token.extra == ("mod", False) and parser.tokens[parser.at + 1].text != "(":
        if least >= t.PRODUCT:
            return None
        parser.at += 1
        return call("mod", left, parser.expression(t.PRODUCT))
    start, last = parser.at, left.args[-1] if left.op in ("product", "divide") else left
    numbered = before.kind == "number" and last.op == "number"
    if numbered and token.text == "[" and before.text == "1" and start not in parser.lists:
        parser.at += 1
        found = brackets.bracket(parser, token)
        if found.op == "indicator":
            return _replaced(left, last, found)
        parser.at = start
        parser.lists.add(start)
    if parser.implicit <= least and not (numbered and kind in _FRACTIONS):
        return None
    if start in parser.ahead:
        right, parser.at = parser.ahead[start]
    else:
        right = parser.expression(parser.implicit)
    if numbered and kind in _FRACTIONS and _is_fraction(right):
        # A whole number directly before a fraction of two numbers is a mixed number.
        return _replaced(left, last, Node("sum", (last, right)))
    if parser.implicit <= least:
        parser.ahead[start] = right, parser.at
        parser.at = start
        return None
    return joined("product", left, as_condition(right))


def _replaced(left: Node, last: Node, by: Node) -> Node:
    return by if left is last else Node(left.op, (*left.args[:-1], by))


def _is_fraction(node: Node) -> bool:
    return node.op == "divide" and all(side.op == "number" for side in node.args)


def imaginary(parser: Parser, token: Token) -> Node:
    """The imaginary unit; where a sum runs over i, its index."""
    return symbol("i") if "i" in parser.bound and "\\" not in token.text else IMAGINARY


def unknown(parser: Parser, token: Token) -> Node:
    """A name that nobody declared, where a sum, an integral or a limit binds it.

    Raises:
        StudentError: nothing binds it.
    """
    found = with_bound(parser.language, token.text, parser.bound)
    if not found:
        raise parser.refusal(token, parser.at - 1)
    parser.tokens[parser.at - 1 : parser.at] = found
    first = found[0]
    return first.node or parser.prefix(first)


def called(parser: Parser, token: Token) -> Node:
    """A letter such as f, which is a function where a bracket follows.

    Raises:
        StudentError: f^-1 before a bracket, which may mean two things.
    """
    following = parser.tokens[parser.at]
    name = canonical(token.text)
    if following.kind == "open" and following.text == "(" and name not in parser.bound:
        return applications.unknown_function(parser, name, 0)
    if (
        following.kind == "power"
        and following.extra == MINUS_ONE
        and parser.tokens[parser.at + 1].text == "("
    ):
        raise StudentError(
            f"Column {parser.column(parser.at)}: {name}^-1 may mean the inverse function or the reciprocal; "
            "write which.",
            code="ambiguous",
        )
    return symbol(name)
