"""Sets: finite ones by matching their elements, sets of real numbers as conditions on a number."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from grader.maths.names import Symbols
from grader.maths.sameness.conditions import condition, is_condition
from grader.maths.sameness.identity import Comparison
from grader.maths.sameness.polynomials import free_names
from grader.maths.sameness.realsets import Unsettled, combine, member
from grader.maths.sameness.relations import compare_conditions, is_complex
from grader.maths.sameness.solutions import solve
from grader.maths.sameness.written_sets import as_set_in_operation, written_set
from grader.maths.tree import Node, walk

Decide = Callable[[Node, Node], Comparison]
_MOST_ELEMENTS = 60
_ANY = "the number"  # stands for any element; no notation can write it
_OPERATIONS = frozenset(("union", "intersection", "difference"))


def compare_sets(
    expected: Node, got: Node, symbols: Symbols, decide: Decide, *, secret: bytes = b""
) -> Comparison:
    """Whether two sets have the same elements; order and repetition do not count.

    `decide` tells whether two elements are the same. Infinite sets are unions of intervals and points.
    """
    if expected == got:
        return Comparison("same", "The set is the expected one, term by term.", "identical")
    for one, other in ((expected, got), (got, expected)):
        if one.op == "named" and one.value not in ("reals",):
            if other.op == "named":
                return Comparison("different", "The two sets are known to be different.", "solutions")
            if other.op == "set":
                return Comparison("different", "One set is finite and the other is not.", "solutions")
            return Comparison("undecided", f"Sets with {one.value} are not worked out here.", "unsettled")
    left, right = elements(expected, decide), elements(got, decide)
    if left is not None and right is not None:
        return match_sets(left, right, decide)
    try:
        return _as_numbers(expected, got, symbols, secret)
    except Unsettled as reason:
        return Comparison("undecided", f"This cannot be worked out here: {reason}.", "unsettled")


def elements(node: Node, decide: Decide) -> list[Node] | None:
    """The elements of a finite set, operations carried out; None where it is not one, or not decided."""
    if node.op == "set":
        found: list[Node] = []
        for arg in node.args:
            inner = _choices(arg)
            found.extend(inner)
        return found
    if node.op not in _OPERATIONS:
        return None
    parts = [elements(as_set_in_operation(part), decide) for part in node.args]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    if node.op == "union":
        return [one for part in known for one in part]
    kept = known[0]
    for part in known[1:]:
        wanted = "same" if node.op == "intersection" else "different"
        remaining = []
        for one in kept:
            outcomes = [decide(one, other).outcome for other in part[:_MOST_ELEMENTS]]
            if "undecided" in outcomes and "same" not in outcomes:
                return None
            if ("same" in outcomes) == (wanted == "same"):
                remaining.append(one)
        kept = remaining
    return kept


def _choices(node: Node) -> tuple[Node, ...]:
    from grader.maths.sameness.conditions import choices

    return (node,) if is_condition(node) else choices(node)


def match_sets(expected: Sequence[Node], got: Sequence[Node], decide: Decide) -> Comparison:
    """Whether each element of one finite set is an element of the other."""
    if max(len(expected), len(got)) > _MOST_ELEMENTS:
        return Comparison("undecided", "A set with too many elements.", "too-large")
    table = [[decide(one, other).outcome for other in got] for one in expected]
    columns = [[row[k] for row in table] for k in range(len(got))]
    for rows, missing in (
        (table, "An expected element is not among yours"),
        (columns, "One of your elements is not an expected one"),
    ):
        for place, row in enumerate(rows):
            if all(outcome == "different" for outcome in row):
                how = f"{missing}: number {place + 1} of {len(rows)}."
                return Comparison("different", how, "elements")
    if all("same" in row for row in (*table, *columns)):
        return Comparison("same", "The elements are the same, each compared by its value.")
    return Comparison("undecided", "Some elements could be neither matched nor told apart.", "elements")


def match_lists(
    expected: Sequence[Node], got: Sequence[Node], decide: Decide, *, ordered: bool
) -> Comparison:
    """Whether two lists have the same elements, in order or in any order; repetition counts."""
    if len(expected) != len(got):
        how = f"This has {len(got)} entries; {len(expected)} are wanted."
        return Comparison("different", how, "length")
    if len(expected) > _MOST_ELEMENTS:
        return Comparison("undecided", "A list with too many entries.", "too-large")
    if ordered:
        outcomes = [decide(one, other) for one, other in zip(expected, got, strict=True)]
        for place, found in enumerate(outcomes):
            if found.outcome == "different":
                return Comparison("different", f"Entry {place + 1}: {found.how}", found.code or "entries")
        for place, found in enumerate(outcomes):
            if found.outcome == "undecided":
                return Comparison("undecided", f"Entry {place + 1}: {found.how}", found.code)
        notes = tuple(dict.fromkeys(note for found in outcomes for note in found.notes))
        return Comparison("same", "The entries are the same, each compared by its value.", notes=notes)
    table = [[decide(one, other).outcome for other in got] for one in expected]
    if perfect_matching([[outcome == "same" for outcome in row] for row in table]):
        return Comparison("same", "The entries are the same in some order.")
    if not perfect_matching([[outcome != "different" for outcome in row] for row in table]):
        return Comparison("different", "The entries differ in every order.", "elements")
    return Comparison("undecided", "Some entries could be neither matched nor told apart.", "elements")


def perfect_matching(fits: Sequence[Sequence[bool]]) -> bool:
    """Whether every row can have a column of its own that fits it.

    >>> perfect_matching([[True, True], [True, False]]), perfect_matching([[True, False], [True, False]])
    (True, False)
    """
    partner: dict[int, int] = {}

    def place(row: int, tried: set[int]) -> bool:
        for column, fit in enumerate(fits[row]):
            if fit and column not in tried:
                tried.add(column)
                if column not in partner or place(partner[column], tried):
                    partner[column] = row
                    return True
        return False

    return all(place(row, set()) for row in range(len(fits)))


# --- sets of numbers -------------------------------------------------------------------------------


def _as_numbers(expected: Node, got: Node, symbols: Symbols, secret: bytes) -> Comparison:
    """Sets of real numbers: exactly where their ends are numbers, else as conditions on any number."""
    parts = [one for tree in (expected, got) for one in walk(tree)]
    if any(one.op == "set" and any(_structured(arg) for arg in one.args) for one in parts):
        raise Unsettled("a union of intervals and of what are no numbers")
    if is_complex((expected, got), symbols):
        raise Unsettled("intervals of complex numbers")
    number = Node("symbol", (), _ANY)
    left, right = (Node("member", (number, one)) for one in (expected, got))
    if free_names((expected, got)):
        return compare_conditions(left, right, symbols, secret=secret)
    first, second = (
        written_set(one) or solve(condition(inside), _ANY) for one, inside in ((expected, left), (got, right))
    )
    same = first == second and first.exact
    witness = None if same else member(combine((first, second), lambda flags: flags[0] != flags[1]))
    if witness is not None:
        known = member(combine((first, second), lambda flags: flags[0] and not flags[1]))
        if known is not None:
            how = f"{known} is in the expected set and not in yours."
        else:
            how = f"{witness} is in your set and not in the expected one."
        return Comparison("different", how, "solutions")
    if first.exact and second.exact:
        return Comparison("same", f"Both are the set {first}, worked out exactly.")
    return Comparison("same", "The ends agree to more than 100 digits.", "agreement")


def _structured(node: Node) -> bool:
    """Whether an element is no number: a list, a set, a condition."""
    return is_condition(node) or node.op in ("list", "matrix", "set", "interval", "named", *_OPERATIONS)
