"""What binds less than arithmetic: relations, logic, sets, and several formulas side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.errors import StudentError
from grader.maths.notation import tokens as t
from grader.maths.notation.meanings import CONDITIONS, INFINITY, joined
from grader.maths.tree import Node, call

if TYPE_CHECKING:
    from grader.maths.notation.parser import Parser

_ENDLESS = (INFINITY, Node("negate", (INFINITY,)))


def looser(parser: Parser, left: Node, sign: str, right: Node) -> Node:
    """The tree of an operator that is not one of `+ - * / ^`.

    Raises:
        StudentError: the operands are not what it combines.
    """
    if sign == ":":
        return _ratio(parser, left, right)
    if sign in ("+-", "-+"):
        return Node("plusminus", (left, right), sign)
    if sign == ".*":
        return Node("hadamard", (left, right))
    if sign in ("union", "intersection", "difference"):
        return joined(sign, as_set(parser, left), as_set(parser, right))
    if sign == "member":
        return Node("member", (left, as_set(parser, right)))
    if sign == "not member":
        return Node("not", (Node("member", (left, as_set(parser, right))),))
    if sign == "mod":
        return call("mod", left, right)
    if sign == "implies":
        return Node("implies", (left, right))
    if sign == "equivalent":
        return Node("and", (Node("implies", (left, right)), Node("implies", (right, left))))
    if sign in ("and", "or"):
        return connected(sign, left, right)
    if left.op == "relation":
        signs = left.value if isinstance(left.value, tuple) else (left.value,)
        return Node("relation", (*left.args, right), (*signs, sign))
    return Node("relation", (left, right), sign)


def _ratio(parser: Parser, left: Node, right: Node) -> Node:
    """`2:3`. Before anything else a colon ends a label, a range, or what a set or a function is of."""
    before = parser.tokens[parser.at - 4] if parser.at > 3 else t.STOP
    if (
        not (left.op == right.op == "number" and right.value != 0)
        or left in parser.ratios
        or before.text in ("[", ":")
    ):
        raise StudentError(": stands between two numbers only; write a fraction.", code="character")
    ratio = Node("divide", (left, right))
    parser.ratios.append(ratio)
    return ratio


def refuse_ratio(parser: Parser, terms: tuple[Node, ...]) -> None:
    """Nothing, where none of the terms is a ratio.

    Raises:
        StudentError: one is.
    """
    if any(term is ratio or ratio in term.args for ratio in parser.ratios for term in terms):
        raise StudentError("Put the sides of the : in brackets, or write a fraction.", code="ambiguous")


def connected(sign: str, left: Node, right: Node) -> Node:
    """`a and b`, `a or b` of conditions; of values, a list. In `x = 1 or 2` the second is x = 2."""
    if right.op not in CONDITIONS:
        last = left.args[-1] if left.op == sign else left
        if last.op == "relation" and last.value == "=" and last.args[0].op == "symbol" and sign == "or":
            right = Node("relation", (last.args[0], right), "=")
        elif left.op not in CONDITIONS:
            # (2, 2) and (6, 2) are two pairs; 1 and 2 and 3 are three numbers.
            pairs = right.op == "list" and any(each.op != "list" for each in left.args)
            return Node("list", (*(left.args if left.op == "list" and not pairs else (left,)), right))
    return joined(sign, left, right)


def as_set(parser: Parser, node: Node) -> Node:
    """A pair of numbers between set operations is an interval."""
    fence = parser.fences.get(id(node))
    if fence is None:
        return node
    lower, upper = node.args
    return interval(lower, upper, fence[1], fence[2])


def interval(lower: Node, upper: Node, left: bool, right: bool) -> Node:
    """The interval, closed where it is said; never at infinity."""
    return Node("interval", (lower, upper), (left and lower not in _ENDLESS, right and upper not in _ENDLESS))


def endless(entries: list[Node]) -> bool:
    """Whether a pair has an infinite end, so that it can only be an interval."""
    return len(entries) == 2 and (entries[0] in _ENDLESS or entries[1] in _ENDLESS)


def statements(parser: Parser, first: Node) -> Node:
    """Several formulas: `x = 1, y = 2`, `19, 46, and 82`, `x^2 if x > 0 else 0`.

    Raises:
        StudentError: what stands between them is not a comma; they are not equations, and names are declared.
    """
    found, starts = [first], [0]
    while (token := parser.tokens[parser.at]).kind != "stop":
        if token.kind == "word" and token.text == "if" and len(found) == 1:
            return _choice(parser, first)
        if token.kind in ("comma", "row"):
            parser.at += 1
            following = parser.tokens[parser.at]
            if token.text == ";":
                starts.append(len(found))
            if following.kind == "stop" and token.text == ",":
                break
            if following.kind == "operator" and following.text in ("and", "or") and token.text == ",":
                parser.at += 1
            found.append(parser.expression(0))
        elif token.kind == "bad" and token.text == "." and parser.tokens[parser.at + 1].kind == "stop":
            break
        else:
            raise parser.unexpected(parser.at, "an operator or the end")
    if len(found) == 1:
        return first
    if all(each.op not in CONDITIONS for each in found) and not parser.language.undeclared:
        # A list without brackets may be a slip; with equations it cannot.
        parser.at = next(at for at, each in enumerate(parser.tokens) if each.kind in ("comma", "row"))
        raise parser.unexpected(parser.at, "an operator or the end")
    if 1 < len(starts) < len(found):
        # Commas bind tighter than semicolons: `p = 5, q = 2; p = 7, q = 2` are two lists.
        rows = [tuple(found[start:end]) for start, end in zip(starts, [*starts[1:], None], strict=True)]
        return Node("list", tuple(Node("list", row) if len(row) > 1 else row[0] for row in rows))
    if found[0].op == "relation" and all(each.op not in CONDITIONS for each in found[1:]):
        result = found[0]
        for each in found[1:]:
            result = connected("or", result, each)
        return result
    return Node("list", tuple(found))


def _choice(parser: Parser, value: Node) -> Node:
    """`a if condition else b`, as in Python."""
    parts = [value]
    while parser.tokens[parser.at].kind == "word":
        token = parser.tokens[parser.at]
        if token.text == "if" and len(parts) % 2:
            parser.at += 1
            parts.append(condition(parser, parser.expression(0)))
        elif token.text == "else" and len(parts) % 2 == 0:
            parser.at += 1
            parts.append(parser.expression(0))
        else:
            break
    parser.expect("stop", "", "an operator or the end")
    return Node("cases", tuple(parts))


def condition(parser: Parser, node: Node) -> Node:
    """The same node, which must be a condition.

    Raises:
        StudentError: it is a value.
    """
    if node.op not in CONDITIONS:
        column = parser.column(max(0, parser.at - 1))
        raise StudentError(f"Column {column}: a condition is due before this, not a value.", code="syntax")
    return node
