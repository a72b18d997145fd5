r"""Tokens into a tree: one operator-precedence parser for plain text and LaTeX.

From the loosest to the tightest: commas; `=>`; or; and; not; relations and `∈`; `∪` and set difference;
`∩`; `+ - ±`; `.*` (the elementwise product); `* /` and products without a sign; a leading minus; powers, from
right to left; `'`, `!`, `%` and degrees. Sums, products, limits and derivatives reach as far as products go:
`\sum_i a_i b_i + c` is (the sum) + c. An argument without brackets is a product of names and numbers without
signs: `\sin 2 \pi x` is sin(2 pi x), and `\log n \log m` a product.
"""

from __future__ import annotations

from collections.abc import Callable

from grader.errors import StudentError
from grader.maths.names import unknown_name
from grader.maths.notation import (
    applications,
    binders,
    brackets,
    environments,
    factors,
    lists,
    postfixes,
    scripts,
)
from grader.maths.notation import tokens as t
from grader.maths.notation.limits import DEPTH, check_depth
from grader.maths.notation.tokens import POSTFIX, Language, Token, column_of, lex
from grader.maths.tree import Node, call


def parse(text: str, language: Language, *, tight: bool = False) -> Node:
    """The tree of a whole formula.

    Raises:
        StudentError: what stands where it should not, with its column; a name that is not known.
    """
    parser = Parser(text, language, tight=tight)
    try:
        node = parser.statement()
    except RecursionError:
        raise StudentError("The formula is nested too deep.", code="too-deep") from None
    return check_depth(node) if len(parser.tokens) > 80 else node


class Parser:
    """A cursor over tokens; every method reads one construct and leaves the cursor behind it."""

    __slots__ = (
        "ahead",
        "at",
        "bars",
        "bound",
        "depth",
        "families",
        "fences",
        "implicit",
        "language",
        "lists",
        "ratios",
        "start",
        "text",
        "tokens",
    )

    def __init__(self, text: str, language: Language, *, tight: bool = False, start: int = 0) -> None:
        self.text, self.language, self.start = text, language, start
        self.tokens = lex(text, language)
        self.at = self.depth = 0
        self.bars: list[str] = []
        # Names that are known here because a sum, an integral or a limit binds them.
        self.bound: list[str] = []
        # How lists of two were bracketed, for where they turn out to be intervals.
        self.fences: dict[int, tuple[Node, bool, bool]] = {}
        # Ratios such as 2:3, with which nothing is added: 1:2 + 3 could be 1:(2 + 3).
        self.ratios: list[Node] = []
        self.families: set[str] = set()
        # What was read and given back, by where it starts: the factor and its end, and lists behind a 1.
        # To read it again would take a time exponential in the depth.
        self.ahead: dict[int, tuple[Node, int]] = {}
        self.lists: set[int] = set()
        self.implicit = t.PRODUCT + 2 if tight else t.PRODUCT

    def inside(self, text: str, token: Token) -> Parser:
        """A parser for a piece of a token's text, in which the same names are known."""
        start = self.column(self.tokens.index(token)) - 1 + max(0, token.text.find(text))
        inner = Parser(text, self.language, start=start)
        inner.bound, inner.implicit, inner.families, inner.depth = (
            self.bound,
            self.implicit,
            self.families,
            self.depth + 1,
        )
        return inner

    def column(self, index: int) -> int:
        """The column of a token, from 1."""
        return self.start + column_of(index, self.text, self.language)

    def unexpected(self, index: int, wanted: str) -> StudentError:
        """The error for a token that stands where another thing is due."""
        token = self.tokens[index]
        if token.kind in ("refused", "unknown", "bad"):
            return self.refusal(token, index)
        found = "the formula ends" if token.kind == "stop" else f"{token.text!r} stands"
        return StudentError(f"Column {self.column(index)}: {found} where {wanted} is due.", code="syntax")

    def refusal(self, token: Token, index: int) -> StudentError:
        """The error that a token is by itself: an unknown name, a character of no formula."""
        column = self.column(index)
        if token.kind == "unknown":
            return unknown_name(token.text, self.language.symbols, column)
        message, code = token.extra
        return StudentError(f"Column {column}: {message}", code=code)

    def expect(self, kind: str, text: str, wanted: str = "") -> Token:
        """The next token, which must be this one."""
        token = self.tokens[self.at]
        if token.kind != kind or (text and token.text != text):
            raise self.unexpected(self.at, wanted or repr(text))
        self.at += 1
        return token

    def statement(self) -> Node:
        """A whole formula: an expression, a condition, or several of them."""
        node = self.expression(0)
        if self.tokens[self.at].kind != "stop":
            node = lists.statements(self, node)
        if self.families:
            node = scripts.as_entries(node, self.families)
        return node

    def expression(self, least: int) -> Node:
        """The longest expression whose operators bind tighter than `least`."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.too_deep()
        tokens = self.tokens
        implicit = self.implicit
        token = tokens[self.at]
        self.at += 1
        left = token.node
        if left is None:
            left = self.prefix(token)
        while True:
            token = tokens[self.at]
            binding = token.binding
            if binding < 0:
                if token.kind in _SPECIAL_FACTORS:
                    found = factors.special_factor(self, left, token, least)
                    if found is None:
                        break
                    left = found
                    continue
                if implicit <= least:
                    break
                right = self.operand(token, implicit)
                left = Node("product", (*left.args, right) if left.op == "product" else (left, right))
            elif binding == POSTFIX:
                self.at += 1
                left = postfixes.postfix(self, left, token)
            elif binding <= least:
                break
            elif binding == t.POWER:
                self.at += 1
                left = Node("power", (left, self.exponent()), token.extra)
            else:
                self.at += 1
                left = self.infix(left, token.text, self.operand(tokens[self.at], binding))
        self.depth -= 1
        return left

    def operand(self, token: Token, binding: int) -> Node:
        """What stands behind an operator that binds so tightly; mostly it is one atom, seen at once."""
        node = token.node
        if node is not None and 0 <= self.tokens[self.at + 1].binding <= binding:
            self.at += 1
            return node
        return self.expression(binding)

    def deeper(self) -> None:
        """Counts one more level of nesting; who calls it counts it back.

        Raises:
            StudentError: there are too many.
        """
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.too_deep()

    def too_deep(self) -> StudentError:
        return StudentError(f"The formula is nested more than {DEPTH} deep.", code="too-deep")

    def infix(self, left: Node, sign: str, right: Node) -> Node:
        if sign == "-":
            right = Node("negate", (right,))
        if sign in ("+", "-"):
            if self.ratios:
                lists.refuse_ratio(self, (left, right))
            return Node("sum", (*left.args, right) if left.op == "sum" else (left, right))
        if sign == "*":
            return Node("product", (*left.args, right) if left.op == "product" else (left, right))
        if sign == "/":
            return Node("divide", (left, right))
        return lists.looser(self, left, sign, right)

    def exponent(self) -> Node:
        """The exponent behind a `^`: one factor with its sign and its own powers.

        TeX would raise the first digit of 10^32 only; nobody who types that means 1000 * 2.
        """
        token = self.tokens[self.at]
        if token.kind == "operator" and token.text in ("+", "-"):
            self.at += 1
            inner = self.exponent()
            return Node("negate", (inner,)) if token.text == "-" else inner
        self.at += 1
        base = token.node or self.prefix(token)
        while self.tokens[self.at].kind == "factorial":
            self.at += 1
            base = call("factorial", base)
        return self.tower(base)

    def tower(self, base: Node) -> Node:
        """The base with the powers behind it: x^2^3 is x^(2^3)."""
        following = self.tokens[self.at]
        if following.kind == "power":
            self.at += 1
            return Node("power", (base, self.tower(following.extra)))
        if following.binding == t.POWER:
            self.at += 1
            self.deeper()
            exponent = self.exponent()
            self.depth -= 1
            return Node("power", (base, exponent), following.extra)
        return base

    def prefix(self, token: Token) -> Node:
        """What starts with this token, which has just been taken."""
        read = _PREFIXES.get(token.kind)
        if read is not None:
            return read(self, token)
        if token.kind == "operator":
            if token.text in ("+", "-"):
                inner = self.expression(t.NEGATE)
                return Node("negate", (inner,)) if token.text == "-" else inner
            if token.text in ("+-", "-+"):
                return Node("plusminus", (self.expression(t.HADAMARD),), token.text)
        if token.kind in ("refused", "bad"):
            raise self.refusal(token, self.at - 1)
        if token.kind == "subscript":
            raise StudentError(
                f"Column {self.column(self.at - 1)}: _ does not belong here.", code="character"
            )
        self.at -= 1
        raise self.unexpected(self.at, "a number, a name or a bracket")


def _not(parser: Parser, token: Token) -> Node:
    return Node("not", (parser.expression(t.AND),))


_PREFIXES: dict[str, Callable[[Parser, Token], Node]] = {
    "imaginary": factors.imaginary,
    "unknown": factors.unknown,
    "callable": factors.called,
    "not": _not,
    "function": applications.function,
    "fraction": applications.fraction,
    "root": applications.root,
    "binomial": applications.binomial,
    "conjugate": applications.conjugate,
    "open": brackets.bracket,
    "group": brackets.group,
    "bar": brackets.bars,
    "openbar": brackets.bars,
    "begin": environments.environment,
    "scripted": scripts.scripted,
    "indicator": scripts.indicator,
    "fold": binders.fold,
    "integral": binders.integral,
    "limit": binders.limit,
    "derivative": binders.derivative,
    "quotient of differentials": binders.quotient,
    "differential": binders.differential,
}
_DEEPEST = 2 * DEPTH
_SPECIAL_FACTORS = frozenset(("bar", "number", "function", "fraction", "vulgar fraction", "open"))
