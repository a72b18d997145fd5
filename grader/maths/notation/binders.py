r"""What binds a name: `\sum_{i=1}^{n}`, `\prod`, `\int_a^b ... dx`, `\lim_{x \to 0^+}`, `\frac{d}{dx}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.errors import StudentError
from grader.maths.names import SCALAR, canonical
from grader.maths.notation import brackets
from grader.maths.notation.meanings import applied, limit_of
from grader.maths.notation.tokens import CLOSES, FACTOR, POWER, SUM, Token
from grader.maths.tree import Node, number, symbol, walk

if TYPE_CHECKING:
    from grader.maths.notation.parser import Parser

ORDERS = 10  # of derivatives


def _name(parser: Parser) -> str:
    """The name that stands next, taken as the one to bind."""
    token = parser.tokens[parser.at]
    if token.kind in ("symbol", "letter name") and token.node is not None and token.node.op == "symbol":
        name = str(token.node.value)
    elif token.kind in ("imaginary", "callable", "unknown", "identity", "scripted"):
        name = canonical(token.text)
    else:
        raise parser.unexpected(parser.at, "the name of an index")
    parser.at += 1
    return name


def _opened(parser: Parser) -> bool:
    """Whether a bracket opens here; it is taken."""
    token = parser.tokens[parser.at]
    if token.kind == "group" or (token.kind == "open" and token.text in ("(", "{")):
        parser.at += 1
        return True
    return False


def _closed(parser: Parser) -> None:
    token = parser.tokens[parser.at]
    if token.kind not in ("end group", "close"):
        raise parser.unexpected(parser.at, "'}'")
    parser.at += 1


def _upper(parser: Parser) -> Node | None:
    """The upper limit, if one stands here."""
    token = parser.tokens[parser.at]
    if token.kind == "power":
        parser.at += 1
        upper: Node = token.extra
        return upper
    if token.kind == "letter":
        parser.at += 1
        found = parser.language.symbols.find(token.text)
        return symbol(found.name if found else token.text)
    if token.binding != POWER:
        return None
    parser.at += 1
    following = parser.tokens[parser.at]
    if following.kind == "open" and following.text in ("{", "("):
        parser.at += 1
        node = parser.expression(0)
        _closed(parser)
        return node
    if following.kind == "operator":
        return parser.exponent()
    return brackets.argument(parser)


def _range(parser: Parser) -> tuple[str, Node | None, Node | None]:
    r"""What stands below a sum: `i=1`, `i`, `1 \le i \le n`."""
    opened = _opened(parser)
    if parser.tokens[parser.at].kind == "number":
        first = parser.expression(SUM - 1)
        parser.expect("operator", "<=", "'<='")
        name = _name(parser)
        parser.expect("operator", "<=", "'<='")
        last: Node | None = parser.expression(SUM - 1)
        _closed(parser)
        return name, first, last
    name = _name(parser)
    start: Node | None = None
    last = None
    if opened:
        token = parser.tokens[parser.at]
        if token.kind == "operator" and token.text == "=":
            parser.at += 1
            start = parser.expression(SUM - 1)
        _closed(parser)
    return name, start, last


def fold(parser: Parser, token: Token) -> Node:
    """A sum or product over an index. Its body reaches as far as products go.

    Raises:
        StudentError: the limits are not said, and follow from no declared vector.
    """
    start = parser.at - 1
    following = parser.tokens[parser.at]
    if following.kind == "open" and token.text == "sum" and token.extra:
        # sum(x) in plain text: of all entries.
        parser.at += 1
        entries, _ = brackets.entries_of(parser, following)
        return applied("total", tuple(entries))
    upper = _upper(parser)
    parser.expect("subscript", "_", "the index")
    name, first, last = _range(parser)
    upper = upper if upper is not None else last if last is not None else _upper(parser)
    parser.bound.append(name)
    body = parser.expression(SUM)
    parser.bound.pop()
    if first is None and upper is None:
        first, upper = number(1), _size(parser, body, name)
    if first is None or upper is None:
        raise StudentError(
            f"Column {parser.column(start)}: say where the index {name} starts and ends.", code="syntax"
        )
    return Node("fold", (body, first, upper), (token.text, name))


def _size(parser: Parser, body: Node, name: str) -> Node | None:
    """The number of entries of the declared vector or matrix that the index runs over, if it is one."""
    for node in walk(body):
        of_array = node.op == "entry" or node.value == ("row_of", 0)
        if of_array and node.args[0].op == "symbol":
            found = parser.language.symbols.table.get(str(node.args[0].value))
            if found is None or found.shape == SCALAR:
                continue
            for size, index in zip(found.shape, node.args[1:], strict=False):
                if index == symbol(name):
                    return number(size) if isinstance(size, int) else symbol(size)
    return None


def integral(parser: Parser, token: Token) -> Node:
    """An integral, which ends at its differential; `\\int \\frac{dx}{x}` has it above.

    Raises:
        StudentError: it has no differential, or only one limit.
    """
    start = parser.at - 1
    lower = upper = None
    for _ in range(2):
        if parser.tokens[parser.at].kind == "subscript":
            parser.at += 1
            following = parser.tokens[parser.at]
            lower = parser.exponent() if following.kind == "operator" else _bracketed(parser)
        else:
            upper = upper if upper is not None else _upper(parser)
    end, depth = _differential(parser, start)
    name = str(parser.tokens[end].extra)
    parser.bound.append(name)
    if depth > 0:
        # The differential is a factor of a numerator, where it counts 1.
        factor = number(1)
        parser.tokens[end] = Token("differential", parser.tokens[end].text, FACTOR, factor, name)
        body = _without(factor, parser.expression(SUM))
    else:
        empty = parser.at == end
        body = number(1) if empty else parser.expression(0)
        if parser.at != end:
            raise parser.unexpected(parser.at, f"an operator or d{name}")
        parser.at += 1
    parser.bound.pop()
    if (lower is None) != (upper is None):
        raise StudentError(f"Column {parser.column(start)}: this integral has one limit only.", code="syntax")
    return Node("integral", (body,) if lower is None or upper is None else (body, lower, upper), name)


def _without(factor: Node, node: Node) -> Node:
    """The tree in which this very node is no factor any more."""
    if not node.args:
        return node
    args = tuple([_without(factor, argument) for argument in node.args])
    if node.op == "product":
        args = tuple([argument for argument in args if argument is not factor])
        if len(args) == 1:
            return args[0]
    return Node(node.op, args, node.value)


def _bracketed(parser: Parser) -> Node:
    following = parser.tokens[parser.at]
    if following.kind == "open" and following.text in ("{", "("):
        parser.at += 1
        node = parser.expression(0)
        _closed(parser)
        return node
    return brackets.argument(parser)


def _differential(parser: Parser, start: int) -> tuple[int, int]:
    """The index of the differential that ends the integral, and how deep in brackets it stands."""
    inner = depth = 0
    for index in range(parser.at, len(parser.tokens)):
        token = parser.tokens[index]
        if token.kind == "integral":
            inner += 1
        elif token.kind in ("open", "group"):
            depth += 1
        elif token.kind in ("close", "end group"):
            depth -= 1
            if depth < 0:
                break
        elif token.kind == "differential" and token.binding == CLOSES:
            if inner == 0:
                return index, depth
            inner -= 1
    raise StudentError(
        f"Column {parser.column(start)}: this integral has no differential such as dx.", code="syntax"
    )


def differential(parser: Parser, token: Token) -> Node:
    """A differential of no integral.

    Raises:
        StudentError: always.
    """
    raise parser.unexpected(parser.at - 1, "a number, a name or a bracket")


def limit(parser: Parser, token: Token) -> Node:
    r"""`\lim_{x \to 0^+} f(x)`; its body reaches as far as products go."""
    parser.expect("subscript", "_", "what goes where")
    opened = _opened(parser)
    name = _name(parser)
    parser.expect("arrow", "", "an arrow")
    parser.bound.append(name)
    point = parser.expression(0) if opened else parser.exponent()
    side = ""
    if point.op == "call" and point.value == ("pinv", 0):
        # 0^+ reads as a pseudo-inverse elsewhere.
        point, side = point.args[0], "+"
    elif point.op == "below":
        point, side = point.args[0], "-"
    if opened:
        _closed(parser)
    body = parser.expression(SUM)
    parser.bound.pop()
    return limit_of(body, point, name, side)


def derivative(parser: Parser, token: Token) -> Node:
    r"""`\frac{d}{dx}` in front of what it differentiates, as far as products go."""
    body = parser.expression(SUM)
    return differentiated(parser, body, token.extra)


def differentiated(parser: Parser, body: Node, variables: tuple[tuple[str, int], ...]) -> Node:
    """The derivative of a body by several variables, each with its order."""
    for spelled, order in reversed(variables):
        found = parser.language.symbols.find(spelled)
        if found is None and not parser.language.undeclared and canonical(spelled) not in parser.bound:
            raise parser.refusal(Token("unknown", spelled), parser.at - 1)
        if not 1 <= order <= ORDERS:
            raise StudentError(
                f"Column {parser.column(parser.at - 1)}: derivatives go up to order {ORDERS}.",
                code="too-large",
            )
        body = Node("derivative", (body,), (found.name if found else canonical(spelled), order))
    return body


def quotient(parser: Parser, token: Token) -> Node:
    r"""`\frac{d f(x)}{dx}`. Of a bare name it is one more name: dy/dx does not derive the letter y.

    Raises:
        StudentError: a bare name whose derivative nobody declared.
    """
    inner, variables = token.extra
    symbols = parser.language.symbols
    found = symbols.find(token.text)
    if found is not None:
        return symbol(found.name)
    body = parser.inside(inner, token).statement()
    if body.op == "symbol" and (str(body.value),) != tuple(canonical(name) for name, _ in variables):
        below = "".join(
            f"d{canonical(name)}" + (f"^{order}" if order > 1 else "") for name, order in variables
        )
        orders = sum(order for _, order in variables)
        name = f"d{'' if orders == 1 else f'^{orders}'}{body.value}/{below}"
        if not parser.language.undeclared and symbols.find(name) is None:
            raise parser.refusal(Token("unknown", token.text), parser.at - 1)
        return symbol(name)
    return differentiated(parser, body, variables)
