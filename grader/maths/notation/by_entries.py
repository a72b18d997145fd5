r"""A matrix that is given entry by entry, `M_{ij} = I(i = j) a_i - a_i b_j`, as a formula in whole arrays."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from string import ascii_letters

from grader.errors import StudentError
from grader.maths.names import declare
from grader.maths.notation import read
from grader.maths.tree import Node

LENGTH_LIMIT = 400
_MOST_TERMS = 12
_MOST_ATOMS = 20

Term = tuple[Fraction, Counter[str]]


def as_matrix(body: str, row: str, column: str) -> str | None:
    r"""The matrix with these entries, in LaTeX; None where an entry is more than sums of products.

    An entry of the argument, `f(a_i)`, is read as the entry of the value, `f(a)_i`.

    >>> as_matrix(r"I(i=j) \text{softmax}(y_i) - a_i b_j", "i", "j")
    '\\mathrm{diag}\\left(\\text{softmax}(y)\\right) - a \\left(b\\right)^\\top'
    """
    if len(body) > LENGTH_LIMIT or row == column:
        return None
    atoms: dict[str, str] = {}
    letters = iter(ascii_letters)

    def put(kind: str, text: str) -> str:
        key = f"{kind} {text}"
        if key not in atoms:
            atoms[key] = next(letters)
        return f" {{{atoms[key]}}} "

    text = _indicator(row, column).sub(lambda _: put("both", ""), body)
    text = _indexed(row).sub(lambda found: put("row", _without_index(found)), text)
    text = _indexed(column).sub(lambda found: put("column", _without_index(found)), text)
    if not 0 < len(atoms) <= _MOST_ATOMS:
        return None
    try:
        node = read(text, declare({name: {"scalar": "real"} for name in atoms.values()}, []), "latex")
        terms = list(_terms(node))
    except (StudentError, ValueError):
        return None
    meanings = {name: key for key, name in atoms.items()}
    written = [_written(term, meanings) for term in terms]
    if not 0 < len(written) <= _MOST_TERMS or None in written:
        return None
    return " ".join(map(str, written)).removeprefix("+ ")


def _indicator(row: str, column: str) -> re.Pattern[str]:
    equal = rf"(?:{row}\s*=\s*{column}|{column}\s*=\s*{row})"
    sign = r"(?:\\(?:mathbb|mathbf|mathds|mathrm|bm)\s*\{?\s*[1I]\s*\}?|(?<![A-Za-z\\])[I1])"
    return re.compile(
        rf"{sign}\s*(?:_\s*)?(?:\\left|\\big)?\s*(?:\(|\[|\\?\{{)\s*{equal}\s*(?:\\right|\\big)?\s*(?:\)|\]|\\?\}})"
        rf"|\\delta_\s*\{{\s*(?:{row}\s*,?\s*{column}|{column}\s*,?\s*{row})\s*\}}"
    )


def _indexed(index: str) -> re.Pattern[str]:
    font = r"\\(?:text|mathrm|operatorname|mathbf|boldsymbol|hat|bar|tilde|vec)"
    name = rf"(?:{font}\s*\{{[A-Za-z]+\}}|\\?[A-Za-z]+)'?"
    subscript = rf"_\s*(?:\{{\s*{index}\s*\}}|{index}(?![A-Za-z]))"
    return re.compile(
        rf"(?P<function>{name})\s*\(\s*(?P<inner>{name}){subscript}\s*\)"
        rf"|(?P<whole>{name}\s*\(\s*{name}\s*\)|{name}){subscript}(?P<prime>'?)"
    )


def _without_index(found: re.Match[str]) -> str:
    if found["function"]:
        return f"{found['function']}({found['inner']})"
    return f"{found['whole']}{found['prime']}"


def _terms(node: Node) -> Iterator[Term]:
    """A formula of numbers and names as a sum of products.

    Raises:
        ValueError: it is none.
    """
    match node.op:
        case "number" if isinstance(node.value, Fraction):
            yield node.value, Counter()
        case "symbol":
            yield Fraction(1), Counter([str(node.value)])
        case "negate":
            yield from ((-factor, names) for factor, names in _terms(node.args[0]))
        case "sum":
            for argument in node.args:
                yield from _terms(argument)
        case "product":
            found: list[Term] = [(Fraction(1), Counter())]
            for argument in node.args:
                found = [
                    (factor * other, names + more)
                    for factor, names in found
                    for other, more in _terms(argument)
                ]
                if len(found) > _MOST_TERMS:
                    raise ValueError("too many terms")
            yield from found
        case _:
            raise ValueError(node.op)


def _written(term: Term, meanings: dict[str, str]) -> str | None:
    """A term as an outer product of vectors, or as a diagonal matrix."""
    factor, names = term
    by_kind: dict[str, list[str]] = {"row": [], "column": [], "both": []}
    for name, count in names.items():
        kind, _, text = meanings[name].partition(" ")
        by_kind[kind] += [text] * (1 if kind == "both" else count)
    sign = "-" if factor < 0 else "+"
    size = "" if abs(factor) == 1 else f"\\frac{{{abs(factor).numerator}}}{{{abs(factor).denominator}}} "
    if by_kind["both"]:
        entries = r" \odot ".join((*by_kind["row"], *by_kind["column"]))
        return rf"{sign} {size}\mathrm{{diag}}\left({entries}\right)" if entries else None
    if not by_kind["row"] or not by_kind["column"]:
        return None
    left, right = (r" \odot ".join(by_kind[kind]) for kind in ("row", "column"))
    left = left if len(by_kind["row"]) == 1 else rf"\left({left}\right)"
    return rf"{sign} {size}{left} \left({right}\right)^\top"
