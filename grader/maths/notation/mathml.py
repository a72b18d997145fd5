"""Trees as Presentation MathML (MathML Core elements only), for reports: no scripts, no links, no style."""

from __future__ import annotations

import re
from html import escape
from itertools import pairwise

from grader.maths.names import GREEK
from grader.maths.notation.text import ATOM, HADAMARD, NEGATE, PRODUCT, SUM, call_name, strength
from grader.maths.tree import Node

_SIGNS = {"<=": "≤", ">=": "≥", "==": "="}
_ACCENTS = {"hat": "^", "bar": "¯", "tilde": "~"}


def write(node: Node) -> str:
    """A `<math>` element; everything a student typed is escaped text in it."""
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML">{_row(node)}</math>'


def _row(node: Node) -> str:
    return f"<mrow>{_write(node)}</mrow>"


def _operator(sign: str) -> str:
    return f"<mo>{escape(sign)}</mo>"


def _write(node: Node) -> str:
    op, args = node.op, node.args
    if op in ("number", "decimal"):
        return f"<mn>{escape(str(node.value))}</mn>"
    if op == "symbol":
        return name_element(str(node.value))
    if op == "constant":
        return f"<mi>{'π' if node.value == 'pi' else 'e'}</mi>"
    if op == "identity":
        size = "" if node.value is None else str(node.value)
        return f"<msub><mi>I</mi>{name_element(size)}</msub>" if size else "<mi>I</mi>"
    if op == "sum":
        parts = [_in(args[0], SUM)]
        for term in args[1:]:
            negative = term.op == "negate"
            parts.append(_operator("−" if negative else "+"))
            parts.append(_in(term.args[0] if negative else term, HADAMARD))
        return "".join(parts)
    if op == "negate":
        return _operator("−") + _in(args[0], NEGATE)
    if op in ("product", "matmul"):
        return _product(args)
    if op == "hadamard":
        return _in(args[0], HADAMARD) + _operator("⊙") + _in(args[1], PRODUCT)
    if op == "divide":
        return f"<mfrac>{_row(args[0])}{_row(args[1])}</mfrac>"
    if op == "power":
        return f"<msup>{_base(args[0])}{_row(args[1])}</msup>"
    if op == "transpose":
        return f"<msup>{_base(args[0])}<mo>⊤</mo></msup>"
    if op == "call":
        return _call(node)
    if op == "list":
        return _fenced("(", _operator(",").join(_row(entry) for entry in args), ")")
    if op == "matrix":
        rows = "".join(
            "<mtr>" + "".join(f"<mtd>{_row(cell)}</mtd>" for cell in row.args) + "</mtr>" for row in args
        )
        return _fenced("[", f"<mtable>{rows}</mtable>", "]")
    signs = node.value if isinstance(node.value, tuple) else (node.value,)
    parts = [_row(args[0])]
    for sign, side in zip(signs, args[1:], strict=True):
        parts.append(_operator(_SIGNS.get(str(sign), str(sign))) + _row(side))
    return "".join(parts)


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
    inner = _operator(",").join(_row(argument) for argument in node.args)
    if name == "norm":
        return _fenced("‖", inner, "‖")
    if name == "abs":
        return _fenced("|", inner, "|")
    if name == "sqrt":
        return f"<msqrt>{inner}</msqrt>"
    if name == "inv":
        return f"<msup>{_base(node.args[0])}<mrow><mo>−</mo><mn>1</mn></mrow></msup>"
    if name == "pinv":
        return f"<msup>{_base(node.args[0])}<mo>+</mo></msup>"
    head = name_element(name)
    if primes:
        head = f"<msup>{head}<mo>{'′' * primes}</mo></msup>"
    return f"{head}<mo>\u2061</mo>{_fenced('(', inner, ')')}"


def name_element(name: str) -> str:
    """A name with its subscript or accent: `w0`, `xbar`, `eta_star`, `sigma`."""
    match = re.fullmatch(r"([A-Za-z]+?)_?(hat|bar|tilde)", name)
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


def _base(node: Node) -> str:
    scripted = node.op in ("power", "transpose") or (
        node.op == "call" and call_name(node)[0] in ("inv", "pinv")
    )
    if strength(node) >= ATOM and not scripted:
        return f"<mrow>{_write(node)}</mrow>"
    return _fenced("(", _write(node), ")")


def _in(node: Node, least: int) -> str:
    fraction = node.op == "divide" and least <= NEGATE
    if fraction or strength(node) >= least:
        return f"<mrow>{_write(node)}</mrow>"
    return _fenced("(", _write(node), ")")
