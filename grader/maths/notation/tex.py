"""Trees as LaTeX, which the LaTeX reader reads back."""

from __future__ import annotations

import re

from grader.maths.names import GREEK_NAMES
from grader.maths.notation.text import ATOM, HADAMARD, NEGATE, PRODUCT, SUM, call_name, strength
from grader.maths.tree import Node

_SIGNS = {"<=": "\\le", ">=": "\\ge"}


def write(node: Node) -> str:
    """The formula in LaTeX, without delimiters."""
    op, args = node.op, node.args
    if op in ("number", "decimal"):
        return str(node.value)
    if op == "symbol":
        return latex_name(str(node.value))
    if op == "constant":
        return "\\pi" if node.value == "pi" else "e"
    if op == "identity":
        return "I" if node.value is None else f"I_{{{node.value}}}"
    if op == "sum":
        parts = [_in(args[0], SUM)]
        for term in args[1:]:
            negative = term.op == "negate"
            parts.append(f"- {_in(term.args[0], HADAMARD)}" if negative else f"+ {_in(term, HADAMARD)}")
        return " ".join(parts)
    if op == "negate":
        return f"-{_in(args[0], NEGATE)}"
    if op in ("product", "matmul"):
        return " \\cdot ".join([_in(args[0], PRODUCT), *(_in(factor, NEGATE) for factor in args[1:])])
    if op == "hadamard":
        return f"{_in(args[0], HADAMARD)} \\odot {_in(args[1], PRODUCT)}"
    if op == "divide":
        return f"\\frac{{{write(args[0])}}}{{{write(args[1])}}}"
    if op == "power":
        return f"{_in(args[0], ATOM)}^{{{write(args[1])}}}"
    if op == "transpose":
        return f"{_in(args[0], ATOM)}^{{\\top}}"
    if op == "call":
        return _call(node)
    if op == "list":
        return f"({', '.join(write(entry) for entry in args)})"
    if op == "matrix":
        rows = " \\\\ ".join(" & ".join(write(cell) for cell in row.args) for row in args)
        return f"\\begin{{bmatrix}} {rows} \\end{{bmatrix}}"
    signs = node.value if isinstance(node.value, tuple) else (node.value,)
    relation = write(args[0])
    for sign, side in zip(signs, args[1:], strict=True):
        relation += f" {_SIGNS.get(str(sign), str(sign))} {write(side)}"
    return relation


def _call(node: Node) -> str:
    name, primes = call_name(node)
    inner = ", ".join(write(argument) for argument in node.args)
    if name == "norm":
        return f"\\lVert {inner} \\rVert"
    if name == "abs":
        return f"\\lvert {inner} \\rvert"
    if name == "sqrt":
        return f"\\sqrt{{{inner}}}"
    head = latex_name(name)
    if len(name) > 1 and head == name:
        head = f"\\operatorname{{{name}}}"
    return f"{head}{chr(39) * primes}({inner})"


def latex_name(name: str) -> str:
    """A canonical name in LaTeX: `eta` is `\\eta`, `w0` is `w_{0}`."""
    match = re.fullmatch(r"([A-Za-z]+)_?([0-9]+)", name)
    if match:
        return f"{latex_name(match[1])}_{{{match[2]}}}"
    if name in GREEK_NAMES:
        return "\\" + name
    return name if len(name) == 1 or not name.isalnum() else f"\\mathrm{{{name}}}"


def _in(node: Node, least: int) -> str:
    text = write(node)
    if node.op == "divide" and least <= NEGATE:
        return text
    return text if strength(node) >= least else f"\\left({text}\\right)"
