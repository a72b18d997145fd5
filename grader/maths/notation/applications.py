r"""Functions and their arguments, fractions, roots, binomials: `\sin^2 x`, `\log_2 n`, `\frac12`, `f'(x)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.errors import StudentError
from grader.maths.notation import brackets
from grader.maths.notation.meanings import MINUS_ONE, applied, inverse_of
from grader.maths.notation.tokens import POSTFIX, POWER, PRODUCT, Token
from grader.maths.tree import Node, call, number

if TYPE_CHECKING:
    from grader.maths.notation.parser import Parser

# What an argument without brackets goes on with: `\sin 2 \pi x`, `\ln x y`.
_PLAIN_FACTORS = frozenset(
    ("symbol", "letter name", "constant", "imaginary", "scripted", "callable", "unknown")
)


def function(parser: Parser, token: Token) -> Node:
    """A function with its primes, power, base and argument.

    Raises:
        StudentError: there is no argument, or the function cannot be raised to this power.
    """
    name, declared = token.extra
    tokens = parser.tokens
    primes, exponent, base = 0, None, None
    while True:
        kind = tokens[parser.at].kind
        if kind == "prime":
            primes += 1
            parser.at += 1
        elif kind == "power":
            exponent = tokens[parser.at].extra
            parser.at += 1
        elif kind == "subscript" and name in ("log", "lg") and base is None:
            parser.at += 1
            base = brackets.argument(parser)
        elif tokens[parser.at].binding == POWER:
            parser.at += 1
            exponent = parser.exponent()
        else:
            break
    if exponent == MINUS_ONE:
        inverse = None if primes or declared else inverse_of(name)
        if inverse is None:
            raise StudentError(
                f"Column {parser.column(parser.at - 1)}: {token.text}^-1 may mean the inverse function "
                "or the reciprocal; write which.",
                code="ambiguous",
            )
        name, exponent = inverse, None
    args = tuple(arguments(parser, token))
    if base is not None:
        args = (*args, base)
    node = Node("call", args, (name, primes)) if declared else applied(name, args, primes)
    return node if exponent is None else Node("power", (node, exponent))


def arguments(parser: Parser, token: Token) -> list[Node]:
    """The arguments of a function, in brackets or without.

    Raises:
        StudentError: there are none.
    """
    opening = parser.tokens[parser.at]
    if opening.kind == "open" and opening.text in "([{":
        parser.at += 1
        entries, closing = brackets.entries_of(parser, opening)
        if closing != brackets.CLOSERS[opening.text]:
            raise parser.unexpected(parser.at - 1, repr(brackets.CLOSERS[opening.text]))
        if len(entries) > 1 and opening.text == "[" and token.extra[0] in ("diag", "norm", "mean", "total"):
            return [Node("list", tuple(entries))]
        if len(entries) > 2 and token.extra[0] == "diag":  # two may be an array and which diagonal is meant
            return [Node("list", tuple(entries))]
        return entries
    if opening.kind == "group":
        parser.at += 1
        return [brackets.group(parser, opening)]
    if opening.binding >= 0:
        if opening.kind == "operator" and opening.text in ("+", "-") and token.text[:1] == "\\":
            # \sin -x
            return [parser.expression(PRODUCT)]
        raise parser.unexpected(parser.at, f"the argument of {token.text}")
    argument = parser.expression(POWER - 1)
    numeric = argument.op in ("number", "decimal")
    while True:
        following = parser.tokens[parser.at]
        behind = parser.tokens[parser.at + 1] if following.kind != "stop" else following
        if following.kind in _PLAIN_FACTORS and not _scripted_above(following, behind):
            pass
        elif not (
            numeric and (following.kind in ("open", "fraction", "root") or following.kind in _PLAIN_FACTORS)
        ):
            break
        right = parser.expression(POWER - 1)
        argument = Node("product", (*argument.args, right) if argument.op == "product" else (argument, right))
        numeric = False
    return [argument]


def _scripted_above(token: Token, following: Token) -> bool:
    """Whether a factor has a power of its own: in `sin x e^x` the argument ends before it."""
    return following.binding == POWER or (following.binding == POSTFIX and following.kind == "power")


def unknown_function(parser: Parser, name: str, primes: int) -> Node:
    """A function nobody declared at the arguments in the bracket that comes next."""
    opening = parser.tokens[parser.at]
    parser.at += 1
    entries, closing = brackets.entries_of(parser, opening)
    if closing != ")" or not entries:
        raise parser.unexpected(parser.at - 1, "')'")
    return Node("call", tuple(entries), (name, primes))


def fraction(parser: Parser, token: Token) -> Node:
    r"""`\frac{a}{b}`, `\frac12`."""
    above = brackets.argument(parser)
    return Node("divide", (above, brackets.argument(parser)))


def root(parser: Parser, token: Token) -> Node:
    r"""`\sqrt{x}`, `\sqrt[3]{x}`, `√x`: a sign without brackets takes one factor."""
    degree: Node | None = token.extra
    opening = parser.tokens[parser.at]
    if token.text == "\\sqrt" and opening.kind == "open" and opening.text == "[":
        parser.at += 1
        degree = parser.expression(0)
        parser.expect("close", "]")
    inner = brackets.argument(parser)
    if degree is None or degree == number(2):
        return call("sqrt", inner)
    return call("root", inner, degree)


def binomial(parser: Parser, token: Token) -> Node:
    r"""`\binom{n}{k}`."""
    above = brackets.argument(parser)
    return call("binomial", above, brackets.argument(parser))


def conjugate(parser: Parser, token: Token) -> Node:
    r"""`\bar z` of a complex number, `\overline{z + w}`."""
    return call("conj", parser.inside(token.extra, token).statement())
