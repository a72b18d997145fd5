"""Trees as Presentation MathML (MathML Core elements only), for reports: no scripts, no links, no style."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from grader.maths.names import GREEK
from grader.maths.notation.strength import (
    AND,
    ATOM,
    FOLD,
    HADAMARD,
    INTERSECTION,
    NEGATE,
    NOT,
    OR,
    PRODUCT,
    RELATION,
    SUM,
    UNION,
    call_name,
    cases_in,
    fences_of,
    pair_of,
    signs_of,
    strength,
)
from grader.maths.tree import Node

_SIGNS = {"<=": "≤", ">=": "≥", "==": "=", "!=": "≠"}
_CONSTANTS = {"pi": "π", "infinity": "∞"}
_SETS = {"reals": "ℝ", "integers": "ℤ", "rationals": "ℚ", "naturals": "ℕ", "complex": "ℂ"}
_ACCENTS = {"hat": "^", "bar": "¯", "tilde": "~", "dot": "˙", "ddot": "¨"}
_FENCED = {"norm": "‖‖", "abs": "||", "floor": "⌊⌋", "ceil": "⌈⌉"}


def write(node: Node) -> str:
    """A `<math>` element; everything a student typed is escaped text in it."""
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML">{_row(node)}</math>'


def _row(node: Node) -> str:
    return f"<mrow>{_write(node)}</mrow>"


def _operator(sign: str) -> str:
    return f"<mo>{escape(sign)}</mo>"


def _word(text: str) -> str:
    return f"<mtext>\u00a0{escape(text)}\u00a0</mtext>"


def _write(node: Node) -> str:
    writer = _WRITERS.get(node.op)
    if writer is not None:
        return writer(node)
    return f"<mi>{escape(node.op)}</mi>" + _fenced("(", _list(node), ")")


def escape(text: str) -> str:
    """Text that is no markup; `html.escape` does the same, and its module loads every entity of HTML."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("'", "&#x27;")


def _list(node: Node) -> str:
    return _operator(",").join(_row(entry) for entry in node.args)


def _identity(node: Node) -> str:
    size = "" if node.value is None else str(node.value)
    return f"<msub><mi>I</mi>{name_element(size)}</msub>" if size else "<mi>I</mi>"


def _sum(node: Node) -> str:
    parts = [_in(node.args[0], SUM)]
    for term in node.args[1:]:
        negative = term.op == "negate"
        parts.append(_operator("−" if negative else "+"))
        parts.append(_in(term.args[0] if negative else term, FOLD))
    return "".join(parts)


def _plusminus(node: Node) -> str:
    sign = _operator("±" if node.value == "+-" else "∓")
    if len(node.args) == 1:
        return sign + _in(node.args[0], PRODUCT)
    return _in(node.args[0], SUM) + sign + _in(node.args[1], FOLD)


def _matrix(node: Node) -> str:
    rows = "".join(
        "<mtr>" + "".join(f"<mtd>{_row(cell)}</mtd>" for cell in row.args) + "</mtr>" for row in node.args
    )
    return _fenced("[", f"<mtable>{rows}</mtable>", "]")


def _entry(node: Node) -> str:
    indices = _operator(",").join(_row(index) for index in node.args[1:])
    return f"<msub>{_base(node.args[0])}<mrow>{indices}</mrow></msub>"


def _fold(node: Node) -> str:
    kind, index = pair_of(node)
    sign = "∑" if kind == "sum" else "∏"
    body, *limits = node.args
    below = name_element(index)
    if len(limits) != 2:
        return f"<munder><mo>{sign}</mo><mrow>{below}</mrow></munder>{_in(body, HADAMARD)}"
    start = f"<mrow>{below}<mo>=</mo>{_row(limits[0])}</mrow>"
    return f"<munderover><mo>{sign}</mo>{start}{_row(limits[1])}</munderover>{_in(body, HADAMARD)}"


def _derivative(node: Node) -> str:
    name, order = pair_of(node)
    sign, variable = "<mo>∂</mo>", name_element(name)
    if order != "1":
        sign = f"<msup>{sign}<mn>{escape(order)}</mn></msup>"
        variable = f"<msup>{variable}<mn>{escape(order)}</mn></msup>"
    below = f"<mrow><mo>∂</mo>{variable}</mrow>"
    return f"<mfrac><mrow>{sign}</mrow>{below}</mfrac>{_in(node.args[0], HADAMARD)}"


def _integral(node: Node) -> str:
    body, *limits = node.args
    sign = "<mo>∫</mo>"
    if len(limits) == 2:
        sign = f"<msubsup>{sign}{_row(limits[0])}{_row(limits[1])}</msubsup>"
    return f"{sign}{_in(body, SUM)}<mo>d</mo>{name_element(str(node.value))}"


def _limit(node: Node) -> str:
    name, side = pair_of(node)
    point = f"<msup>{_row(node.args[1])}<mo>{escape(side)}</mo></msup>" if side else _row(node.args[1])
    below = f"<mrow>{name_element(name)}<mo>→</mo>{point}</mrow>"
    return f"<munder><mo>lim</mo>{below}</munder>{_in(node.args[0], HADAMARD)}"


def _cases(node: Node) -> str:
    pairs, otherwise = cases_in(node)
    rows = [
        f"<mtr><mtd>{_row(value)}</mtd><mtd>{_word('if')}{_row(condition)}</mtd></mtr>"
        for value, condition in pairs
    ]
    if otherwise is not None:
        rows.append(f"<mtr><mtd>{_row(otherwise)}</mtd><mtd>{_word('otherwise')}</mtd></mtr>")
    return f"<mrow><mo>{{</mo><mtable>{''.join(rows)}</mtable></mrow>"


def _relation(node: Node) -> str:
    parts = [_in(node.args[0], UNION)]
    for sign, side in zip(signs_of(node), node.args[1:], strict=True):
        parts.append(_operator(_SIGNS.get(sign, sign)) + _in(side, UNION))
    return "".join(parts)


def _interval(node: Node) -> str:
    left, right = fences_of(node)
    return _fenced(left, _list(node), right)


def _infix(sign: str, first: int, others: int) -> Callable[[Node], str]:
    def writer(node: Node) -> str:
        parts = [_in(node.args[0], first), *(_in(each, others) for each in node.args[1:])]
        return (_word(sign) if sign.isalpha() else _operator(sign)).join(parts)

    return writer


def _product(args: tuple[Node, ...]) -> str:
    parts = [_in(args[0], PRODUCT)]
    for before, factor in pairwise(args):
        digits = factor.op in ("number", "decimal") or (
            factor.op in ("power", "divide") and factor.args[0].op in ("number", "decimal")
        )
        sign = "·" if digits or (before.op == "divide" and factor.op == "divide") else "\u2062"
        parts.append(_operator(sign) + _in(factor, NEGATE))
    return "".join(parts)


def _call(node: Node) -> str:
    name, primes = call_name(node)
    args = node.args
    if not primes:
        if name in _FENCED and (len(args) == 1 or name == "norm"):
            inner = _fenced(_FENCED[name][0], _row(args[0]), _FENCED[name][1])
            return inner if len(args) == 1 else f"<msub>{inner}{_row(args[1])}</msub>"
        if name == "sqrt":
            return f"<msqrt>{_row(args[0])}</msqrt>"
        if name == "root":
            return f"<mroot>{_row(args[0])}{_row(args[1])}</mroot>"
        if name == "binomial":
            return _fenced("(", f'<mfrac linethickness="0">{_row(args[0])}{_row(args[1])}</mfrac>', ")")
        if name == "factorial":
            return _base(args[0]) + _operator("!")
        if name == "conj":
            return f"<mover>{_row(args[0])}<mo>¯</mo></mover>"
        if name in _RAISED:
            return f"<msup>{_base(args[0])}{_RAISED[name]}</msup>"
    head = "<mi>Γ</mi>" if name == "gamma" else name_element(name)
    if primes:
        head = f"<msup>{head}<mo>{'′' * primes}</mo></msup>"
    return f"{head}<mo>\u2061</mo>{_fenced('(', _list(node), ')')}"


_RAISED = {"inv": "<mrow><mo>−</mo><mn>1</mn></mrow>", "pinv": "<mo>+</mo>", "dag": "<mo>H</mo>"}


def name_element(name: str) -> str:
    """A name with its subscript or accent: `w0`, `xbar`, `eta_star`, `sigma`."""
    if name.endswith("'"):
        return f"<msup>{name_element(name[:-1])}<mo>′</mo></msup>"
    match = re.fullmatch(r"([A-Za-z]+?)_?(hat|bar|tilde|dot|ddot)", name)
    if match and (len(match[1]) == 1 or match[1] in GREEK):
        return f'<mover accent="true">{_letter(match[1])}<mo>{_ACCENTS[match[2]]}</mo></mover>'
    match = re.fullmatch(r"([A-Za-z]+)_?star", name)
    if match:
        return f"<msup>{_letter(match[1])}<mo>*</mo></msup>"
    match = re.fullmatch(r"([A-Za-z]+)_?([0-9]+)", name) or re.fullmatch(r"([A-Za-z]+)_(\w+)", name)
    if match:
        sub = f"<mn>{match[2]}</mn>" if match[2].isdigit() else _letter(match[2])
        return f"<msub>{_letter(match[1])}{sub}</msub>"
    return f"<mn>{escape(name)}</mn>" if name.isdigit() else _letter(name)


def _letter(name: str) -> str:
    return f"<mi>{escape(GREEK.get(name, name))}</mi>"


def _fenced(left: str, inner: str, right: str) -> str:
    return f"<mrow><mo>{left}</mo>{inner}<mo>{right}</mo></mrow>"


def _power(node: Node) -> str:
    if node.value == "elementwise":
        exponent = f"<mrow>{_operator('∘')}{_row(node.args[1])}</mrow>"
    else:
        exponent = _row(node.args[1])
    return f"<msup>{_base(node.args[0])}{exponent}</msup>"


def _base(node: Node) -> str:
    scripted = node.op in ("power", "transpose") or (
        node.op == "call" and call_name(node)[0] in (*_RAISED, "factorial")
    )
    if strength(node) >= ATOM and not scripted:
        return f"<mrow>{_write(node)}</mrow>"
    return _fenced("(", _write(node), ")")


def _in(node: Node, least: int) -> str:
    fraction = node.op == "divide" and least <= NEGATE
    if fraction or strength(node) >= least:
        return f"<mrow>{_write(node)}</mrow>"
    return _fenced("(", _write(node), ")")


_WRITERS: dict[str, Callable[[Node], str]] = {
    **dict.fromkeys(("number", "decimal"), lambda node: f"<mn>{escape(str(node.value))}</mn>"),
    "truth": lambda node: f"<mtext>{escape(str(node.value))}</mtext>",
    "symbol": lambda node: name_element(str(node.value)),
    "constant": lambda node: f"<mi>{_CONSTANTS.get(str(node.value), escape(str(node.value)))}</mi>",
    "named": lambda node: f"<mi>{_SETS[str(node.value)]}</mi>",
    "identity": _identity,
    "sum": _sum,
    "plusminus": _plusminus,
    "negate": lambda node: _operator("−") + _in(node.args[0], NEGATE),
    **dict.fromkeys(("product", "matmul"), lambda node: _product(node.args)),
    "hadamard": _infix("⊙", HADAMARD, PRODUCT),
    "divide": lambda node: f"<mfrac>{_row(node.args[0])}{_row(node.args[1])}</mfrac>",
    "power": _power,
    "transpose": lambda node: f"<msup>{_base(node.args[0])}<mo>⊤</mo></msup>",
    "call": _call,
    "broadcast": lambda node: _write(node.args[0]),
    "list": lambda node: _fenced("(", _list(node), ")"),
    "matrix": _matrix,
    "entry": _entry,
    "fold": _fold,
    "derivative": _derivative,
    "integral": _integral,
    "limit": _limit,
    "cases": _cases,
    "indicator": lambda node: "<mn>1</mn>" + _fenced("[", _row(node.args[0]), "]"),
    "relation": _relation,
    "member": _infix("∈", UNION, UNION),
    "and": _infix("and", AND, NOT),
    "or": _infix("or", OR, AND),
    "implies": _infix("⟹", OR, OR),
    "not": lambda node: _operator("¬") + _in(node.args[0], RELATION),
    "set": lambda node: _fenced("{", _list(node), "}") if node.args else "<mi>∅</mi>",
    "interval": _interval,
    "union": _infix("∪", UNION, INTERSECTION),
    "difference": _infix("∖", UNION, INTERSECTION),
    "intersection": _infix("∩", INTERSECTION, SUM),
}
