"""What stands behind a factor: powers, transposes, primes, factorials, percents, degrees, subscripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.errors import StudentError
from grader.maths.names import SCALAR
from grader.maths.notation import applications, scripts
from grader.maths.notation import tokens as t
from grader.maths.notation.meanings import MINUS_ONE, PI
from grader.maths.notation.tokens import Token
from grader.maths.tree import Node, call, number, symbol

if TYPE_CHECKING:
    from grader.maths.notation.parser import Parser

_HUNDRED, _HALF_TURN = number(100), Node("divide", (PI, number(180)))


def postfix(parser: Parser, node: Node, token: Token) -> Node:
    """The tree of a node with the sign that stands behind it, which has just been taken.

    Raises:
        StudentError: the sign means nothing there.
    """
    kind = token.kind
    if kind == "power":
        following = parser.tokens[parser.at]
        exponent = token.extra
        if following.kind == "power" or following.binding == t.POWER:
            exponent = parser.tower(exponent)
        return Node("power", (node, exponent))
    if kind == "transpose":
        return Node("transpose", (node,))
    if kind == "prime":
        return primed(parser, node)
    if kind == "factorial":
        if parser.tokens[parser.at].kind == "factorial":
            raise StudentError(
                f"Column {parser.column(parser.at)}: double factorials are not read.", code="syntax"
            )
        return call("factorial", node)
    if kind == "letter":
        return letter_power(parser, node, token)
    if kind == "inverse transpose":
        return Node("transpose", (Node("power", (node, MINUS_ONE)),))
    if kind == "pseudo-inverse":
        return call("pinv", node)
    if kind == "percent":
        if parser.tokens[parser.at].kind == "number":
            raise StudentError(
                f"Column {parser.column(parser.at)}: write mod for a remainder.", code="syntax"
            )
        return Node("divide", (node, _HUNDRED))
    if kind == "degree":
        return Node("product", (node, _HALF_TURN))
    if kind == "side":
        # Only a limit knows what to do with 0^-.
        return Node("below", (node,))
    if kind == "subscript":
        return scripts.subscript(parser, node)
    raise parser.unexpected(parser.at - 1, "an operator or the end")


def letter_power(parser: Parser, node: Node, token: Token) -> Node:
    """`^T` is a transpose (`^H` a conjugate one) of arrays; of numbers nobody declared, a power."""
    if parser.language.undeclared and not is_array(parser, node):
        return Node("power", (node, symbol(token.text)))
    return Node("transpose", (node,)) if token.text == "T" else call("dag", node)


def is_array(parser: Parser, node: Node) -> bool:
    """Whether a vector or matrix stands in a formula."""
    if node.op == "symbol":
        found = parser.language.symbols.table.get(str(node.value))
        return found is not None and found.shape != SCALAR
    return node.op in ("list", "matrix", "identity") or any(is_array(parser, each) for each in node.args)


def primed(parser: Parser, node: Node) -> Node:
    """A prime is a transpose; on a name nobody declared it belongs to the name."""
    symbols = parser.language.symbols
    if node.op == "symbol":
        name = f"{node.value}'"
        if name.count("'") > 9:
            raise StudentError(f"Column {parser.column(parser.at - 1)}: too many primes.", code="too-deep")
        if name in symbols.table or (parser.language.undeclared and node.value not in symbols.table):
            if parser.tokens[parser.at].kind == "open" and parser.tokens[parser.at].text == "(":
                return applications.unknown_function(
                    parser, str(node.value).rstrip("'"), 1 + str(node.value).count("'")
                )
            return symbol(name)
    return Node("transpose", (node,))
