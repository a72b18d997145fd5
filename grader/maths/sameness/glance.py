"""What needs no random point: rational numbers, arrays of them, and the same arithmetic written twice."""

from __future__ import annotations

from grader.errors import StudentError
from grader.maths.functions import FUNCTIONS
from grader.maths.names import SCALAR, Symbols
from grader.maths.sameness.identity import Comparison
from grader.maths.sameness.kinds import kind_of
from grader.maths.sameness.normal_form import normal_form
from grader.maths.tree import Node, names_in, walk
from grader.maths.values.exact import exact
from grader.maths.values.surds import OF_SURDS, surd_of
from grader.maths.values.whole import Rational

_RATIONAL = frozenset("number decimal negate sum product divide power call".split())
# Functions that have a value wherever their argument has one, or that are undefined on both sides alike.
_ANYWHERE = frozenset((name, 0) for name in "exp log sqrt abs sin cos max min relu".split())
# Functions that have a value for some values of the names in their arguments.
_SOMEWHERE = frozenset(
    (name, 0)
    for name in (
        "tan sec csc cot sinh cosh tanh sech csch coth arcsin arccos arctan arcsec arccsc arccot arcsinh "
        "arccosh arctanh sign floor ceil round factorial gamma erf logistic root arctan2 binomial mod"
    ).split()
)
_ARRAYS = frozenset(("list", "matrix"))
_ARITHMETIC = frozenset("sum negate product".split())
IDENTICAL = "The formula is the expected one, term by term."


def compare_at_a_glance(
    expected: Node, got: Node, symbols: Symbols, *, ordered: bool = True
) -> Comparison | None:
    """The verdict on rational numbers, arrays of them or equal trees of numbers; None for what takes longer.

    Names that nobody declared are numbers. Formulas that are equal, but may have no shape or no value, take
    longer: somebody must be told about them. So do arrays in which numbers differ where order does not count.
    """
    if expected == got:
        if _has_a_value(expected, symbols):
            return Comparison("same", IDENTICAL, "identical")
        kind = kind_of(expected)
        if kind == "condition" or kind == "set":
            return Comparison("same", f"The {kind} is the expected one, term by term.", "identical")
    if expected.op in _ARRAYS and expected.op == got.op:
        alike = _same_entries(expected, got, symbols)
        if alike:
            return Comparison("same", "The same numbers, worked out in exact arithmetic.")
        if alike is None or not ordered:
            return None
        return Comparison("different", "Exact arithmetic gives another number: that is a proof.")
    if expected.op in _RATIONAL and got.op in _RATIONAL:
        numbers = _compare_numbers(expected, got, symbols)
        if numbers is not None:
            return numbers
    leaves = None if expected == got else _leaves(expected)
    if leaves is not None and leaves == _leaves(got):
        form = normal_form(expected, symbols)
        if form is not None and form == normal_form(got, symbols):
            return Comparison("same", "The same terms and factors, in whatever order: that is a proof.")
    return None


def _leaves(node: Node) -> int | None:
    """The names and numbers of some arithmetic, as one number whatever their order; else None."""
    total = 0
    nodes = [node]
    for one in nodes:  # a list that grows: most answers that differ come through here
        if one.args:
            if one.op not in _RATIONAL:
                return None
            nodes += one.args
        elif (leaf := hash(one.value)) != 1:  # x/2 is 1/2 x
            total += leaf
    return total


def _compare_numbers(expected: Node, got: Node, symbols: Symbols) -> Comparison | None:
    left, right = _rational(expected, symbols), _rational(got, symbols)
    if left is not None and right is not None:
        if expected == got:
            return Comparison("same", IDENTICAL, "identical")
        if left == right:
            return Comparison("same", "The same number, worked out in exact arithmetic.")
        return Comparison("different", "Exact arithmetic gives another number: that is a proof.")
    redefined = not OF_SURDS.isdisjoint(symbols.table)
    roots = None if redefined else surd_of(expected)
    others = None if roots is None else surd_of(got)
    if others is None:
        return None
    if roots == others:
        return Comparison("same", "The same number, worked out exactly with its square roots.")
    return Comparison("different", "Exact arithmetic with roots gives another number: that is a proof.")


def _same_entries(expected: Node, got: Node, symbols: Symbols) -> bool | None:
    """Whether two arrays of rational numbers and of one shape are the same; None for any others."""
    rows, others = ((node,) if node.op == "list" else node.args for node in (expected, got))
    lengths = [len(row.args) for row in rows]
    if lengths != [len(row.args) for row in others] or len({*lengths}) != 1 or sum(lengths) < 2:
        return None
    same = True
    for row, other in zip(rows, others, strict=True):
        for left, right in zip(row.args, other.args, strict=True):
            one = _rational(left, symbols)
            two = None if one is None else _rational(right, symbols)
            if two is None:
                return None
            same = same and one == two
    return same


def _has_a_value(node: Node, symbols: Symbols) -> bool:
    """Whether a formula is arithmetic of numbers in which nothing can be divided by zero everywhere."""
    op = node.op
    if op == "number" or op == "decimal":
        return True
    if op == "symbol":
        found = symbols.table.get(node.value)  # type: ignore[call-overload]
        return found is None or (
            found.shape == SCALAR and found.kind != "function" and found.definition is None
        )
    if op == "constant":
        return node.value != "infinity"
    if op == "divide" or op == "power":
        # What is divided by is the second; of a power it may be the first.
        zero = node.args[1] if op == "divide" else node.args[0]
        if not (_is_nonzero(zero) or (op == "power" and _is_positive_number(node.args[1]))):
            return False
    elif op == "call":
        name = node.value[0]  # type: ignore[index]
        anywhere = node.value in _ANYWHERE or (node.value in _SOMEWHERE and all(map(names_in, node.args)))
        if not anywhere or name in symbols.table or len(node.args) not in FUNCTIONS[name]:
            return False
    elif op not in _ARITHMETIC and not (op == "integral" and len(node.args) == 1):
        return False
    for argument in node.args:  # noqa: SIM110 - a loop is faster here, and most answers come through it
        if not _has_a_value(argument, symbols):
            return False
    return True


def _is_nonzero(node: Node) -> bool:
    """Whether a formula is not zero for some values of its names, as far as one look tells."""
    op = node.op
    if op == "product" or op == "negate":
        return all(map(_is_nonzero, node.args))
    if op == "power":
        return _is_nonzero(node.args[0])
    return op == "symbol" or op == "constant" or (op == "number" and node.value != 0)


def _is_positive_number(node: Node) -> bool:
    return node.op == "number" and node.value > 0  # type: ignore[operator]


def _rational(node: Node, symbols: Symbols) -> Rational | None:
    try:
        value = exact(node, {})
    except StudentError:
        return None  # too large: said where all formulas are compared
    if value is None or node.op == "number" or not symbols.table:
        return value
    # A function that somebody declared is another one than ours of that name.
    own = (one for one in walk(node) if one.op == "call")
    return None if any(one.value[0] in symbols.table for one in own) else value  # type: ignore[index]
