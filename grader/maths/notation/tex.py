"""Trees as LaTeX, which the LaTeX reader reads back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from grader.maths.names import FUNCTIONS, GREEK_NAMES
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
from grader.maths.tree import Node, number

_SIGNS = {"<=": "\\le", ">=": "\\ge", "!=": "\\ne"}
_CONSTANTS = {"pi": "\\pi", "e": "e", "i": "\\mathrm{i}", "infinity": "\\infty"}
_SETS = {"reals": "R", "integers": "Z", "rationals": "Q", "naturals": "N", "complex": "C"}
_ACCENTS = {"hat": "\\hat", "bar": "\\bar", "tilde": "\\tilde", "dot": "\\dot", "ddot": "\\ddot"}
# Functions with a command of their own.
_COMMANDS = frozenset(
    "exp log sin cos tan sec csc cot sinh cosh tanh coth arcsin arccos arctan gcd max min det arg".split()
)


def write(node: Node) -> str:
    """The formula in LaTeX, without delimiters."""
    writer = _WRITERS.get(node.op)
    return writer(node) if writer is not None else f"\\operatorname{{{node.op}}}({_list(node.args)})"


def _sum(node: Node) -> str:
    parts = [_in(node.args[0], SUM)]
    for term in node.args[1:]:
        negative = term.op == "negate"
        parts.append(f"- {_in(term.args[0], FOLD)}" if negative else f"+ {_in(term, FOLD)}")
    return " ".join(parts)


def _power(node: Node) -> str:
    entrywise = "\\circ " if node.value == "elementwise" else ""
    return f"{_in(node.args[0], ATOM)}^{{{entrywise}{write(node.args[1])}}}"


def _plusminus(node: Node) -> str:
    sign = "\\pm" if node.value == "+-" else "\\mp"
    if len(node.args) == 1:
        return f"{sign} {_in(node.args[0], PRODUCT)}"
    return f"{_in(node.args[0], SUM)} {sign} {_in(node.args[1], FOLD)}"


def _product(node: Node) -> str:
    return " \\cdot ".join([_in(node.args[0], PRODUCT), *(_in(factor, NEGATE) for factor in node.args[1:])])


def _call(node: Node) -> str:
    name, primes = call_name(node)
    # Every argument is written once: twice would be exponential in the depth.
    parts = [write(argument) for argument in node.args]
    if not primes:
        if name == "norm":
            kind = f"_{{{parts[1]}}}" if len(parts) == 2 else ""
            return f"\\lVert {parts[0]} \\rVert{kind}"
        if name == "abs" and node.args[0].op != "matrix":
            return f"\\lvert {parts[0]} \\rvert"
        if name in ("floor", "ceil"):
            return f"\\l{name} {parts[0]} \\r{name}"
        if name == "sqrt":
            return f"\\sqrt{{{parts[0]}}}"
        if name == "root" and node.args[1] != number(2):  # that would be read as sqrt
            return f"\\sqrt[{parts[1]}]{{{parts[0]}}}"
        if name == "binomial":
            return f"\\binom{{{parts[0]}}}{{{parts[1]}}}"
    return f"{_head(name)}{chr(39) * primes}({', '.join(parts)})"


def _head(name: str) -> str:
    if name in _COMMANDS:
        return f"\\{name}"
    if name == "gamma":
        return "\\Gamma"
    if name in FUNCTIONS:
        return f"\\operatorname{{{name}}}"
    head = latex_name(name)
    return f"\\operatorname{{{name}}}" if len(name) > 1 and head == name else head


def latex_name(name: str) -> str:
    r"""A canonical name in LaTeX: `eta` is `\eta`, `w0` is `w_{0}`, `x_hat` is `\hat{x}`."""
    if name.endswith("'"):
        return latex_name(name.rstrip("'")) + "'" * (len(name) - len(name.rstrip("'")))
    match = re.fullmatch(r"d(\^\d)?(.+)/d(.+)", name)
    if match:
        return f"\\frac{{d{match[1] or ''} {latex_name(match[2])}}}{{d{match[3]}}}"
    match = re.fullmatch(r"(.+)_\(([0-9a-z])\)", name)
    if match:
        return f"{latex_name(match[1])}^{{({match[2]})}}"
    match = re.fullmatch(r"(.+)_\{(.*)\}", name)
    if match:
        return f"{latex_name(match[1])}_{{{match[2]}}}"
    match = re.fullmatch(r"([A-Za-z]+)_(hat|bar|tilde|dot|ddot)", name)
    if match:
        return f"{_ACCENTS[match[2]]}{{{latex_name(match[1])}}}"
    match = re.fullmatch(r"(.*?[A-Za-z])_?([0-9]+)", name)
    if match:
        return f"{latex_name(match[1])}_{{{match[2]}}}"
    match = re.fullmatch(r"(.+?)_([A-Za-z0-9]+)", name)
    if match:
        return f"{latex_name(match[1])}_{{{match[2]}}}"
    if name in GREEK_NAMES:
        return "\\" + name
    return name if len(name) == 1 or not name.isalnum() else f"\\mathrm{{{name}}}"


def _matrix(node: Node) -> str:
    rows = " \\\\ ".join(" & ".join(write(cell) for cell in row.args) for row in node.args)
    return f"\\begin{{bmatrix}} {rows} \\end{{bmatrix}}"


def _entry(node: Node) -> str:
    array = node.args[0]
    text = write(array) if array.op == "symbol" else f"\\left({write(array)}\\right)"
    return f"{text}_{{{_list(node.args[1:])}}}"


def _fold(node: Node) -> str:
    kind, index = pair_of(node)
    command = "\\sum" if kind == "sum" else "\\prod"
    body, *limits = node.args
    if len(limits) != 2:
        return f"{command}_{{{latex_name(index)}}} {_in(body, HADAMARD)}"
    return (
        f"{command}_{{{latex_name(index)} = {write(limits[0])}}}^{{{write(limits[1])}}} {_in(body, HADAMARD)}"
    )


def _derivative(node: Node) -> str:
    name, order = pair_of(node)
    power = "" if order == "1" else f"^{{{order}}}"
    return f"\\frac{{\\partial{power}}}{{\\partial {latex_name(name)}{power}}} {_in(node.args[0], HADAMARD)}"


def _integral(node: Node) -> str:
    body, *limits = node.args
    ends = f"_{{{write(limits[0])}}}^{{{write(limits[1])}}}" if len(limits) == 2 else ""
    return f"\\int{ends} {_in(body, SUM)} \\, d{latex_name(str(node.value))}"


def _limit(node: Node) -> str:
    name, side = pair_of(node)
    point = f"{_in(node.args[1], ATOM)}^{{{side}}}" if side else write(node.args[1])
    return f"\\lim_{{{latex_name(name)} \\to {point}}} {_in(node.args[0], HADAMARD)}"


def _cases(node: Node) -> str:
    pairs, otherwise = cases_in(node)
    rows = [f"{write(value)} & {write(condition)}" for value, condition in pairs]
    if otherwise is not None:
        rows.append(f"{write(otherwise)} & \\text{{otherwise}}")
    inner = " \\\\ ".join(rows)
    return f"\\begin{{cases}} {inner} \\end{{cases}}"


def _relation(node: Node) -> str:
    sides = [_in(side, UNION) for side in node.args]
    for position, sign in enumerate(signs_of(node)):
        sides[position + 1] = f"{_SIGNS.get(sign, sign)} {sides[position + 1]}"
    return " ".join(sides)


def _interval(node: Node) -> str:
    left, right = fences_of(node)
    return f"\\left{left}{_list(node.args)}\\right{right}"


def _infix(sign: str, first: int, others: int) -> Callable[[Node], str]:
    def writer(node: Node) -> str:
        return sign.join([_in(node.args[0], first), *(_in(each, others) for each in node.args[1:])])

    return writer


def _list(nodes: Iterable[Node]) -> str:
    return ", ".join(map(write, nodes))


def _in(node: Node, least: int) -> str:
    text = write(node)
    if node.op == "divide" and least <= NEGATE:
        return text
    return text if strength(node) >= least else f"\\left({text}\\right)"


_WRITERS: dict[str, Callable[[Node], str]] = {
    **dict.fromkeys(("number", "decimal"), lambda node: str(node.value)),
    "truth": lambda node: f"\\text{{{node.value}}}",
    "symbol": lambda node: latex_name(str(node.value)),
    "constant": lambda node: _CONSTANTS[str(node.value)],
    "named": lambda node: f"\\mathbb{{{_SETS[str(node.value)]}}}",
    "identity": lambda node: "I" if node.value is None else f"I_{{{node.value}}}",
    "sum": _sum,
    "plusminus": _plusminus,
    "negate": lambda node: f"-{_in(node.args[0], NEGATE)}",
    **dict.fromkeys(("product", "matmul"), _product),
    "hadamard": _infix(" \\odot ", HADAMARD, PRODUCT),
    "divide": lambda node: f"\\frac{{{write(node.args[0])}}}{{{write(node.args[1])}}}",
    "power": _power,
    "transpose": lambda node: f"{_in(node.args[0], ATOM)}^{{\\top}}",
    "call": _call,
    "broadcast": lambda node: write(node.args[0]),
    "list": lambda node: f"({_list(node.args)})",
    "matrix": _matrix,
    "entry": _entry,
    "fold": _fold,
    "derivative": _derivative,
    "integral": _integral,
    "limit": _limit,
    "cases": _cases,
    "indicator": lambda node: f"\\mathbb{{1}}[{write(node.args[0])}]",
    "relation": _relation,
    "member": _infix(" \\in ", UNION, UNION),
    "and": _infix(" \\land ", AND, NOT),
    "or": _infix(" \\lor ", OR, AND),
    "implies": _infix(" \\implies ", OR, OR),
    "not": lambda node: f"\\neg {_in(node.args[0], RELATION)}",
    "set": lambda node: f"\\{{{_list(node.args)}\\}}" if node.args else "\\emptyset",
    "interval": _interval,
    "union": _infix(" \\cup ", UNION, INTERSECTION),
    "difference": _infix(" \\setminus ", UNION, INTERSECTION),
    "intersection": _infix(" \\cap ", INTERSECTION, SUM),
}
