"""What stands in brackets: groups, lists, matrices, intervals, sets, cases, norms, floors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.errors import StudentError
from grader.maths.notation.environments import cases_of, system
from grader.maths.notation.lists import condition, endless, interval
from grader.maths.notation.literal import matrix_of
from grader.maths.notation.meanings import CONDITIONS, SETS
from grader.maths.notation.tokens import Token
from grader.maths.tree import Node, call

if TYPE_CHECKING:
    from grader.maths.notation.parser import Parser

CLOSERS = {"(": ")", "[": "]", "{": "}", "⌊": "⌋", "⌈": "⌉", "⟨": "⟩", "]": "["}


def bracket(parser: Parser, opening: Token) -> Node:
    """The tree of a bracket and all that is in it."""
    if opening.text == "{":
        return braces(parser)
    start = parser.at - 1
    entries, closing = entries_of(parser, opening)
    if closing != CLOSERS[opening.text] or opening.text == "]":
        return _half_open(parser, entries, opening.text, closing)
    if opening.text in "⌊⌈":
        if len(entries) != 1:
            raise parser.unexpected(parser.at - 1, "one formula")
        return call("floor" if opening.text == "⌊" else "ceil", entries[0])
    if len(entries) == 1 and not (opening.text == "[" and entries[0].op == "list"):
        return _grouped(parser, entries[0], opening.text, start)
    # ⟨1, t⟩ is a vector: no inner product is one with a number.
    if opening.text == "⟨" and len(entries) == 2 and not any(_is_number(entry) for entry in entries):
        return call("dot", *entries)
    if not entries:
        raise parser.unexpected(parser.at - 1, "a formula")
    if all(
        entry.op == "list" or (entry.op == "interval" and id(entry) in parser.fences) for entry in entries
    ):
        return matrix_of([list(entry.args) for entry in entries])
    if endless(entries):
        node = interval(entries[0], entries[1], opening.text == "[", opening.text == "[")
        # As a row of a matrix it is a list all the same.
        parser.fences[id(node)] = (node, opening.text == "[", opening.text == "[")
        return node
    node = Node("list", tuple(entries))
    if len(entries) == 2:
        parser.fences[id(node)] = (node, opening.text == "[", opening.text == "[")
    return node


def _grouped(parser: Parser, node: Node, opening: str, start: int) -> Node:
    """A condition as a factor counts 1 or 0: `x (x > 0)`, `[x > 0]`."""
    if node.op not in CONDITIONS:
        return node
    if opening == "[":
        return Node("indicator", (node,))
    before, after = parser.tokens[start - 1] if start else None, parser.tokens[parser.at]
    arithmetic = ("+", "-", "*", "/", ".*")
    if (before and before.kind == "operator" and before.text in arithmetic) or (
        after.kind == "operator" and after.text in arithmetic
    ):
        return Node("indicator", (node,))
    return node


def _is_number(node: Node) -> bool:
    return node.op in ("number", "decimal") or (
        node.op in ("negate", "divide") and all(map(_is_number, node.args))
    )


def _half_open(parser: Parser, entries: list[Node], opening: str, closing: str) -> Node:
    """`[a, b)`, `(a, b]`, `]a, b[`: brackets that do not match are an interval of two numbers."""
    if len(entries) != 2 or not {opening, closing} <= {"(", "[", ")", "]"}:
        raise parser.unexpected(parser.at - 1, repr(CLOSERS[opening]))
    return interval(entries[0], entries[1], opening == "[", closing == "]")


def entries_of(parser: Parser, opening: Token) -> tuple[list[Node], str]:
    """The formulas up to the closing bracket, and that bracket.

    They are separated by commas, or by spaces between numbers; a semicolon starts a row.

    Raises:
        StudentError: another thing stands between them.
    """
    bars, parser.bars = parser.bars, []
    tokens = parser.tokens
    rows: list[list[Node]] = [[]]
    if tokens[parser.at].kind != "close":
        first = parser.expression(0)
        token = tokens[parser.at]
        if token.kind == "close":
            parser.at += 1
            parser.bars = bars
            return [first], token.text
        rows = [[first]]
        _separator(parser, opening, rows)
    while (token := tokens[parser.at]).kind != "close":
        rows[-1].append(parser.expression(0))
        _separator(parser, opening, rows)
    parser.at += 1
    parser.bars = bars
    if len(rows) == 1:
        return rows[0], token.text
    return [Node("list", tuple(row)) for row in rows if row], token.text


def _separator(parser: Parser, opening: Token, rows: list[list[Node]]) -> None:
    """Takes what stands between two entries; a semicolon starts a row."""
    token = parser.tokens[parser.at]
    if token.kind == "comma":
        parser.at += 1
        if token.text == ";":
            rows.append([])
    elif token.kind not in ("close", "number"):
        raise parser.unexpected(parser.at, f"{CLOSERS[opening.text]!r} or an operator")


def group(parser: Parser, token: Token) -> Node:
    """What stands in the braces of LaTeX, which show nothing."""
    bars, parser.bars = parser.bars, []
    node = parser.expression(0)
    following = parser.tokens[parser.at]
    if following.kind == "choose":
        parser.at += 1
        node = call("binomial", node, parser.expression(0))
    elif following.kind == "comma":
        found = [node]
        while parser.tokens[parser.at].kind == "comma":
            parser.at += 1
            found.append(parser.expression(0))
        node = Node("list", tuple(found))
    parser.expect("end group", "}")
    parser.bars = bars
    return node


def argument(parser: Parser) -> Node:
    r"""The argument of a command: a group, or one thing, which is one digit of a number in `\frac12`."""
    token = parser.tokens[parser.at]
    if token.kind in ("stop", "close", "end group", "operator", "comma", "cell", "row", "end"):
        raise parser.unexpected(parser.at, "an argument")
    parser.at += 1
    if token.kind == "number" and len(token.text) > 1 and token.text.isdigit():
        from grader.maths.notation.numerals import number_token

        parser.at -= 1
        parser.tokens[parser.at] = number_token(token.text[1:])
        node = number_token(token.text[0]).node
        assert node is not None
        return node
    if token.node is not None:
        return token.node
    parser.deeper()
    node = parser.prefix(token)
    parser.depth -= 1
    return node


def braces(parser: Parser) -> Node:
    """A set, cases, a system of equations, or a mere group: `{1, 2}`, `{x if x > 0, 0 otherwise}`."""
    start = parser.at - 1
    bars, parser.bars = parser.bars, []
    first = parser.tokens[parser.at]
    if first.kind == "begin":
        parser.at += 1
        node = system(parser, first)
        parser.expect("close", "", "the end of the cases")
        parser.bars = bars
        return node
    parts: list[list[Node]] = []
    conditional = False
    while (token := parser.tokens[parser.at]).kind != "close":
        if token.kind in ("comma", "row"):
            if not parts:
                raise parser.unexpected(parser.at, "a formula")
            parser.at += 1
            continue
        if token.kind == "word" and parts:
            parser.at += 1
            if token.text == "if":
                parts[-1].append(condition(parser, parser.expression(0)))
            conditional = True
            continue
        parts.append([parser.expression(0)])
        if parser.tokens[parser.at].kind not in ("comma", "row", "close", "word"):
            raise parser.unexpected(parser.at, "'}' or an operator")
    parser.expect("close", "}")
    parser.bars = bars
    if conditional:
        return cases_of(parser, parts)
    entries = [part[0] for part in parts]
    if len(entries) == 1 and (entries[0].op in CONDITIONS or _in_arithmetic(parser, start)):
        return entries[0]
    conditions = [each.op in CONDITIONS for each in entries]
    if entries and len(entries) % 2 == 0 and all(conditions[1::2]) and not any(conditions[::2]):
        return Node("cases", tuple(entries))
    return Node("set", tuple(entries))


def _in_arithmetic(parser: Parser, start: int) -> bool:
    """Whether braces around one thing are a group: an operator or a factor stands next to them."""
    before, after = parser.tokens[start - 1] if start else None, parser.tokens[parser.at]
    signs = ("+", "-", "*", "/", ".*", "^", "+-")
    if after.binding < 0 or after.kind == "power" or (after.kind == "operator" and after.text in signs):
        return True
    if before is not None and before.kind == "close":
        return True
    if before is None or before.binding == 0:
        return False
    return before.kind != "operator" or before.text in signs


def bars(parser: Parser, opening: Token) -> Node:
    """`|x|` and `||x||`, with the kind of the norm below its end."""
    parser.bars.append(opening.text)
    inner = parser.expression(0)
    token = parser.tokens[parser.at]
    if token.kind not in ("bar", "closebar") or token.text != opening.text:
        raise parser.unexpected(parser.at, f"a closing {opening.text}")
    parser.at += 1
    parser.bars.pop()
    if inner.op in SETS or inner.op in CONDITIONS:
        raise StudentError(
            f"Column {parser.column(parser.at - 1)}: sizes of sets are not read.", code="syntax"
        )
    if opening.text == "|":
        return call("det", inner) if inner.op == "matrix" else call("abs", inner)
    if parser.tokens[parser.at].kind != "subscript":
        return call("norm", inner)
    parser.at += 1
    which = parser.tokens[parser.at]
    if which.kind == "group" and parser.tokens[parser.at + 1].text in ("2", "F"):
        parser.at += 1
        which = parser.tokens[parser.at]
        parser.at += 1
        parser.expect("end group", "}")
        return call("norm", inner)
    if which.text in ("2", "F"):
        # The Euclidean norm, and for matrices Frobenius's.
        parser.at += 1
        return call("norm", inner)
    return call("norm", inner, argument(parser))
