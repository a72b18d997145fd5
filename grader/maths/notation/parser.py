"""Tokens into a tree: one operator-precedence parser for plain text and LaTeX."""

from __future__ import annotations

from grader.errors import StudentError
from grader.maths.notation.limits import DEPTH
from grader.maths.notation.literal import matrix_of, number_node
from grader.maths.notation.tokens import Token
from grader.maths.tree import Node, call, number

_RELATION, _HADAMARD, _SUM, _PRODUCT, _NEGATE, _POWER = 1, 12, 10, 20, 24, 30
_BINDING = {
    "=": _RELATION,
    "<": _RELATION,
    ">": _RELATION,
    "<=": _RELATION,
    ">=": _RELATION,
    "+": _SUM,
    "-": _SUM,
    # h .* W'y means h .* (W'y): the product with a sign of its own binds less than the one without.
    ".*": _HADAMARD,
    "*": _PRODUCT,
    "/": _PRODUCT,
    "^": _POWER,
}
_STARTS = frozenset(("number", "symbol", "function", "constant", "identity", "open", "openbar", "begin"))
_CLOSERS = {"(": ")", "[": "]", "{": "}"}


def parse(tokens: list[Token], *, tight: bool = False) -> Node:
    """The tree of a list of tokens that ends with `stop`.

    Raises:
        StudentError: what stands where it should not, with its column.
    """
    parser = _Parser(tokens, tight)
    node = parser.expression(0)
    parser.expect("stop")
    return node


class _Parser:
    """A cursor over tokens; every method reads one construct and leaves the cursor behind it."""

    def __init__(self, tokens: list[Token], tight: bool) -> None:
        self.tokens, self.position, self.depth = tokens, 0, 0
        self.bars: list[str] = []
        self.implicit = _PRODUCT + 2 if tight else _PRODUCT

    @property
    def next(self) -> Token:
        return self.tokens[self.position]

    def take(self) -> Token:
        token = self.tokens[self.position]
        self.position += 1
        return token

    def expect(self, kind: str, text: str | None = None) -> Token:
        token = self.take()
        if token.kind != kind or (text is not None and token.text != text):
            wanted = {"stop": "an operator or the end"}.get(kind, text or kind)
            raise self.unexpected(token, wanted)
        return token

    def unexpected(self, token: Token, wanted: str) -> StudentError:
        found = "the formula ends" if token.kind == "stop" else f"{token.text!r} stands"
        return StudentError(f"Column {token.column}: {found} where {wanted} is due.", code="syntax")

    def expression(self, binding: int) -> Node:
        self.depth += 1
        if self.depth > 2 * DEPTH:
            raise StudentError(f"The formula is nested more than {DEPTH} deep.", code="too-deep")
        left = self.postfix(self.prefix())
        while True:
            token = self.next
            if token.kind == "operator" and token.text in _BINDING:
                strength = _BINDING[token.text]
                if strength <= binding and not (strength == _POWER and binding == _POWER):
                    break
                left = self.infix(left, token, strength)
            elif self.starts_factor(token):
                if self.implicit <= binding:
                    break
                right = self.expression(self.implicit)
                left = _joined("product", left, right)
            else:
                break
        self.depth -= 1
        return left

    def starts_factor(self, token: Token) -> bool:
        if token.kind == "number":
            # Two numbers side by side are entries of a list or a slip, never a product.
            return self.tokens[self.position - 1].kind not in ("number", "cell", "row")
        return token.kind in _STARTS or (token.kind == "bar" and token.text not in self.bars)

    def infix(self, left: Node, token: Token, strength: int) -> Node:
        self.take()
        if token.text == "^":
            return self.postfix(Node("power", (left, self.exponent())))
        right = self.expression(strength)
        if token.text == "+":
            return _joined("sum", left, right)
        if token.text == "-":
            return _joined("sum", left, Node("negate", (right,)))
        if token.text == "*":
            return _joined("product", left, right)
        if token.text == "/":
            return Node("divide", (left, right))
        if token.text == ".*":
            return Node("hadamard", (left, right))
        if left.op == "relation":
            signs = left.value if isinstance(left.value, tuple) else (left.value,)
            return Node("relation", (*left.args, right), (*signs, token.text))
        return Node("relation", (left, right), token.text)

    def exponent(self) -> Node:
        token = self.next
        if token.kind == "operator" and token.text in "+-":
            self.take()
            inner = self.exponent()
            return Node("negate", (inner,)) if token.text == "-" else inner
        base = self.prefix()
        if self.next.kind == "operator" and self.next.text == "^":
            self.take()
            return Node("power", (base, self.exponent()))
        return base

    def postfix(self, node: Node) -> Node:
        while True:
            kind = self.next.kind
            if kind in ("transpose", "prime"):
                node = Node("transpose", (node,))
            elif kind == "inversetranspose":
                node = Node("transpose", (Node("power", (node, Node("negate", (number(1),)))),))
            elif kind == "pseudoinverse":
                node = call("pinv", node)
            else:
                return node
            self.take()

    def prefix(self) -> Node:
        token = self.take()
        if token.kind == "number":
            return number_node(token.text)
        if token.kind == "symbol":
            return Node("symbol", (), token.text)
        if token.kind == "constant":
            return Node("constant", (), token.text)
        if token.kind == "identity":
            return Node("identity", (), token.text or None)
        if token.kind == "function":
            return self.function(token)
        if token.kind == "open":
            return self.bracket(token)
        if token.kind in ("bar", "openbar"):
            return self.norm(token)
        if token.kind == "begin":
            return self.environment()
        if token.kind == "operator" and token.text in "+-":
            inner = self.expression(_NEGATE)
            return Node("negate", (inner,)) if token.text == "-" else inner
        raise self.unexpected(token, "a number, a name or a bracket")

    def function(self, token: Token) -> Node:
        primes = 0
        while self.next.kind == "prime":
            self.take()
            primes += 1
        power = None
        if self.next.kind == "operator" and self.next.text == "^":
            self.take()
            power = self.exponent()
        opening = self.next
        if opening.kind == "open":
            self.take()
            args = self.entries(opening)
        elif opening.kind in _STARTS or opening.kind == "bar":
            argument = self.expression(_POWER - 1)
            if argument.op in ("number", "decimal") and self.next.kind in ("symbol", "constant"):
                argument = _joined("product", argument, self.expression(_POWER - 1))
            args = [argument]
        else:
            raise self.unexpected(opening, f"the argument of {token.text}")
        node = Node("call", tuple(args), (token.text, primes))
        return node if power is None else Node("power", (node, power))

    def bracket(self, opening: Token) -> Node:
        entries = self.entries(opening)
        if len(entries) == 1 and not (opening.text == "[" and entries[0].op == "list"):
            return entries[0]
        if all(entry.op == "list" for entry in entries) and entries:
            return matrix_of([list(entry.args) for entry in entries])
        if not entries:
            raise self.unexpected(self.tokens[self.position - 1], "a formula")
        return Node("list", tuple(entries))

    def entries(self, opening: Token) -> list[Node]:
        """The formulas up to the closing bracket, separated by commas, or by spaces between numbers."""
        closing, bars = _CLOSERS[opening.text], self.bars
        self.bars = []
        rows: list[list[Node]] = [[]]
        while self.next.kind != "close":
            rows[-1].append(self.expression(0))
            if self.next.kind == "operator" and self.next.text in ",;":
                if self.take().text == ";":
                    rows.append([])
            elif self.next.kind != "close" and self.next.kind != "number":
                raise self.unexpected(self.next, f"{closing!r} or an operator")
        self.bars = bars
        token = self.take()
        # Half-open intervals are not formulas here, so brackets must match; \left( ... \right] is a slip.
        if token.text != closing:
            raise self.unexpected(token, repr(closing))
        return rows[0] if len(rows) == 1 else [Node("list", tuple(row)) for row in rows if row]

    def norm(self, opening: Token) -> Node:
        self.bars.append(opening.text)
        inner = self.expression(0)
        token = self.take()
        if token.kind not in ("bar", "closebar") or token.text != opening.text:
            raise self.unexpected(token, f"a closing {opening.text}")
        self.bars.pop()
        return call("norm" if opening.text == "||" else "abs", inner)

    def environment(self) -> Node:
        rows: list[list[Node]] = [[]]
        while self.next.kind != "end":
            if self.next.kind == "row":
                self.take()
                rows.append([])
            elif self.next.kind == "cell":
                self.take()
            elif self.next.kind == "stop":
                raise self.unexpected(self.next, "the end of the matrix")
            else:
                rows[-1].append(self.expression(0))
        self.take()
        return matrix_of([row for row in rows if row])


def _joined(op: str, left: Node, right: Node) -> Node:
    """A sum or product with its left operand flattened in, so that a + b + c is one sum."""
    if left.op == op:
        return Node(op, (*left.args, right))
    return Node(op, (left, right))
