"""Same or different for any two trees: each kind is compared in its own way, and kinds are told apart."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass
from typing import Literal, cast

from grader.errors import StudentError
from grader.maths.names import Symbol, Symbols
from grader.maths.sameness.conditions import is_condition
from grader.maths.sameness.divisors import with_divisors_of_polynomials
from grader.maths.sameness.formula import frame_of
from grader.maths.sameness.glance import compare_at_a_glance
from grader.maths.sameness.identity import Comparison, compare, settle
from grader.maths.sameness.kinds import (
    WORDS,
    Kind,
    as_intervals,
    as_set,
    bounded_name,
    calculated_value,
    is_continuous,
    kind_of,
    listed_values,
    named_value,
    named_values,
    replaced,
    unknown_of,
)
from grader.maths.sameness.relations import compare_conditions, has_unknown_function
from grader.maths.sameness.sets import compare_sets, match_lists
from grader.maths.tree import BINDING, Node, names_in
from grader.maths.values.shapes import ShapeError

_MOST_NODES = 20_000
_MOST_DEPTH = 6  # of sets in sets
_UNKNOWN = Node("symbol", (), "the unknown")  # stands for f(x) in 0 < f(x) < 1; no notation can write it
_STANDING_IN = {name: Symbol(name, "scalar") for name in ("the unknown", "the number")}


@dataclass(frozen=True, slots=True)
class Policy:
    """Which answers of another kind than expected count.

    named_values        `x = 3` where `3` is expected, and `3` for `x = 3`
    lists_as_sets       `1, 2` where the set {1, 2} is expected
    ordered             whether the order of a list counts
    single_elements     `{3}` where `3` is expected, and the reverse
    wider_domains       an answer that has real values where the expected one has none, and the same elsewhere
    conditions_as_sets  `-2 <= x <= 7` where [-2, 7] is expected, and the reverse
    vectors             vectors as they are, or up to sign, a positive factor, any factor, or order
    question            what is compared: the values; the order of growth; antiderivatives, up to a constant;
                        sets of points, given with parameters or by linear equations
    """

    named_values: bool = True
    lists_as_sets: bool = True
    ordered: bool = True
    single_elements: bool = False
    conditions_as_sets: bool = True
    wider_domains: bool = False
    vectors: Literal["exact", "sign", "positive scale", "scale", "permutation"] = "exact"
    question: Literal["value", "order", "antiderivative", "points"] = "value"


def decide(
    expected: Node, got: Node, symbols: Symbols, *, secret: bytes = b"", policy: Policy = Policy()
) -> Comparison:
    """Whether an answer is the expected one, whatever kind of answer it is, with the evidence.

    Names that nobody declared are real numbers. Answers of another kind are `different`, with the code
    "kind", unless the policy lets them count.

    Raises:
        StudentError: the expected answer itself cannot be compared.
    """
    plain = policy.question == "value" and policy.vectors == "exact"
    glance = compare_at_a_glance(expected, got, symbols, ordered=policy.ordered) if plain else None
    if glance is not None:
        return glance
    return decide_at_length(expected, got, symbols, secret=secret, policy=policy)


def decide_at_length(
    expected: Node, got: Node, symbols: Symbols, *, secret: bytes = b"", policy: Policy = Policy()
) -> Comparison:
    """The same for two formulas of which a glance told nothing."""
    called, names, binds = set(), set(), False
    nodes = [expected, got]
    for node in nodes:  # a list that grows: faster than `walk`, and every answer comes through here
        op = node.op
        if op == "symbol":
            names.add(str(node.value))
        elif node.args:
            nodes += node.args
            if op == "call":
                called.add(node.value)
            elif op in BINDING:
                binds = True
    if len(nodes) > _MOST_NODES:
        return Comparison("undecided", "The formulas are too long to be compared.", "too-large")
    opened = _opened(symbols, names_in(expected) | names_in(got) if binds else names)
    if ("gcd", 0) in called or ("lcm", 0) in called:
        expected, got = (with_divisors_of_polynomials(tree, opened) for tree in (expected, got))
        if policy.question == "value" and policy.vectors == "exact":
            glance = compare_at_a_glance(expected, got, symbols, ordered=policy.ordered)
            if glance is not None:
                return glance
    try:
        if policy.question != "value":
            return _other_question(expected, got, opened, secret, policy)
        return _Decision(opened, secret, policy).decide(expected, got, 0)
    except (ArithmeticError, RecursionError) as error:
        # A number too large for the arithmetic, or one nobody foresaw: a person looks, nothing is marked.
        return Comparison("undecided", f"This cannot be worked out ({type(error).__name__}).", "failed")


def _opened(symbols: Symbols, names: Set[str]) -> Symbols:
    """The symbols with all names that nobody declared."""
    key = ("decide", *sorted(name for name in names if name not in symbols.table))
    known = symbols.kept.get(key)
    if known is None:
        table = {**symbols.table, **_STANDING_IN, **{name: Symbol(name, "scalar") for name in key[1:]}}
        known = symbols.keep(key, Symbols(table, symbols.spellings, symbols.dimensions, symbols.read))
    return cast(Symbols, known)


def _other_question(expected: Node, got: Node, symbols: Symbols, secret: bytes, policy: Policy) -> Comparison:
    if policy.question == "order":
        from grader.maths.sameness.orders import compare_orders, order_of

        return compare_orders(order_of(expected) or expected, order_of(got) or got)
    if policy.question == "points":
        from grader.maths.sameness.flats import compare_flats

        return compare_flats(expected, got)
    from grader.maths.sameness.antiderivatives import compare_antiderivatives

    names = sorted(names_in(expected))
    variable = "x" if "x" in names or not names else names[0]
    return compare_antiderivatives(expected, got, variable, symbols, secret=secret)


@dataclass(frozen=True, slots=True)
class _Decision:
    symbols: Symbols
    secret: bytes
    policy: Policy

    def decide(self, expected: Node, got: Node, depth: int) -> Comparison:
        if depth > _MOST_DEPTH:
            return Comparison("undecided", "The sets are nested too deeply.", "too-large")
        if self.policy.named_values:
            expected, got = _without_names(expected, got)
        wanted, found = kind_of(expected), kind_of(got)
        if wanted != found or wanted == "values":
            meeting = self.meeting(expected, got, wanted, found)
            if meeting is None:
                how = f"This is {WORDS[found]}; {WORDS[wanted]} is wanted."
                return Comparison("different", how, "kind")
            if isinstance(meeting, Comparison):
                return meeting
            expected, got = meeting
            wanted = kind_of(expected)
            if kind_of(got) != wanted:
                return self.decide(expected, got, depth + 1)
        if wanted == "condition":
            return self.conditions(expected, got, depth)
        if wanted == "set":
            return compare_sets(
                expected,
                got,
                self.symbols,
                self.deeper(depth),
                secret=self.secret,
            )
        loose = wanted == "list" and not self.policy.ordered
        if loose or (wanted in ("list", "matrix") and self.structured(expected, got)):
            return match_lists(
                expected.args,
                got.args,
                self.deeper(depth),
                ordered=self.policy.ordered,
            )
        return self.values(expected, got)

    def deeper(self, depth: int) -> Callable[[Node, Node], Comparison]:
        """What compares the elements of a set, the entries of a list, the lines of a system."""
        exact = self.policy.ordered and self.policy.vectors == "exact"

        def compare_parts(expected: Node, got: Node) -> Comparison:
            found = compare_at_a_glance(expected, got, self.symbols, ordered=exact)
            return self.decide(expected, got, depth + 1) if found is None else found

        return compare_parts

    def meeting(
        self, expected: Node, got: Node, wanted: Kind, found: Kind
    ) -> tuple[Node, Node] | Comparison | None:
        """Two answers of different kinds brought to one kind, where the policy allows that."""
        if {wanted, found} <= {"value", "list", "matrix"}:
            # A sum of vectors is a value, and a column is a list: shapes tell these apart.
            return self.values(expected, got)
        if {wanted, found} == {"set", "condition"} and any(map(_set_of_conditions, (expected, got))):
            return self.as_conditions(expected, got)
        if self.policy.named_values and "condition" in (wanted, found):
            for one, other, swapped in ((expected, got, False), (got, expected, True)):
                value = named_value(one)
                value = named_values(one) if value is None else value
                if value is None and kind_of(other) == "value":
                    value = calculated_value(one)
                if value is not None and kind_of(other) != "condition":
                    broken = self.broken_chain(one)
                    if broken is not None:
                        return broken
                    return (other, value) if swapped else (value, other)
        pair = self.bracketed_pair(expected, got)
        if pair is not None:
            return pair
        if "condition" in (wanted, found):
            return self.as_conditions(expected, got)
        left, right = as_set(expected), as_set(got)
        if "values" in (wanted, found) and left is not None and right is not None:
            return left, right
        if wanted == "set" and found in ("list", "matrix") and right is not None:
            return (expected, right) if self.policy.lists_as_sets else None
        if wanted in ("list", "matrix") and found == "set" and self.policy.lists_as_sets:
            if got.op != "set":
                return (left, got) if left is not None else None
            # A set where a list is expected: only with the elements as they stand in the list.
            return expected, Node(expected.op, got.args, expected.value)
        if self.policy.single_elements:
            for one, other, swapped in ((expected, got, False), (got, expected, True)):
                if one.op == "set" and len(one.args) == 1 and kind_of(other) == "value":
                    return (other, one.args[0]) if swapped else (one.args[0], other)
        return None

    def broken_chain(self, node: Node) -> Comparison | None:
        """Whether numbers in a chain `x = 1 + 2 = 3` are not equal: then its last side is no result."""
        # A side with a function that nobody knows is a definition: f(0) + f(1) = 1 + 2 = 3.
        numbers = [
            side
            for side in node.args
            if not names_in(side)
            and kind_of(side) == "value"
            and not has_unknown_function(side, self.symbols)
        ]
        for side in numbers[:-1]:
            found = self.values(numbers[-1], side)
            if found.outcome == "different":
                return Comparison("different", "The sides of this chain are not equal.", "chain")
        return None

    def bracketed_pair(self, expected: Node, got: Node) -> Comparison | None:
        """A pair beside an interval or an inequality: it does not say whether it is open or closed."""
        for one, other in ((expected, got), (got, expected)):
            if other.op != "list" or len(other.args) != 2 or not is_continuous(one):
                continue
            found = [self.decide(one, interval, 1) for interval in as_intervals(other)]
            if any(verdict.outcome != "different" for verdict in found):
                return Comparison(
                    "undecided", "A pair of numbers may be an interval, open or closed.", "kind"
                )
            return found[0]
        return None

    def as_conditions(self, expected: Node, got: Node) -> tuple[Node, Node] | None:
        """A condition on one unknown beside the set of its solutions, as two conditions."""
        if not self.policy.conditions_as_sets:
            return None
        for one, other, swapped in ((expected, got, False), (got, expected, True)):
            if _set_of_conditions(other):
                either = Node("or", other.args)
                return (either, one) if swapped else (one, either)
            among = as_set(other) if self.policy.lists_as_sets else other
            if kind_of(one) != "condition" or among is None or kind_of(among) != "set":
                continue
            bounded = bounded_name(one)
            if bounded is not None and bounded.op != "symbol":
                one, bounded = replaced(one, bounded, _UNKNOWN), _UNKNOWN
            unknown = (bounded, one) if bounded is not None else unknown_of(one, names_in(among))
            if unknown is not None:
                member = Node("member", (unknown[0], among))
                return (member, one) if swapped else (one, member)
        return None

    def structured(self, expected: Node, got: Node) -> bool:
        """Whether entries of a list are more than numbers."""
        entries = (*expected.args, *got.args)
        if expected.op == "matrix":
            return any(row.op == "list" and any(map(_beyond_numbers, row.args)) for row in entries)
        return any(map(_beyond_numbers, entries))

    def conditions(self, expected: Node, got: Node, depth: int) -> Comparison:
        found = compare_conditions(expected, got, self.symbols, secret=self.secret)
        lists = expected.op == got.op == "list" and len(expected.args) == len(got.args)
        if found.outcome != "undecided" or not lists or depth:
            return found
        # Systems that could not be settled may still be the same line by line.
        by_line = match_lists(expected.args, got.args, self.deeper(depth), ordered=True)
        return by_line if by_line.outcome == "same" else found

    def values(self, expected: Node, got: Node) -> Comparison:
        if _is_order(expected, self.symbols) and _is_order(got, self.symbols):
            from grader.maths.sameness.orders import compare_orders

            return compare_orders(expected.args[0], got.args[0])
        infinite = [node for node in (expected, got) if _infinite(node)]
        if infinite:
            same = expected == got
            how = "Both are infinite." if same else "One of them is infinite."
            return Comparison("same" if same else "different", how, "infinite")
        frame = frame_of(self.symbols, self.secret)
        wanted = settle(expected, frame)
        try:
            formula = wanted if got == expected else settle(got, frame)
            if self.policy.vectors != "exact":
                from grader.maths.sameness.vectors import compare_vectors

                return compare_vectors(wanted, formula, self.policy.vectors)
            verdict = compare(wanted, formula, any_layout=_unoriented(expected, got))
            if self.policy.wider_domains and verdict.outcome == "different" and wanted.shape == formula.shape:
                from grader.maths.sameness.domains import reconsider

                second = reconsider(wanted, formula)
                return verdict if second is None else second
            return verdict
        except ShapeError as error:
            return Comparison("different", str(error), "shape")
        except StudentError as error:
            return Comparison("undecided", str(error), error.code)


def _without_names(expected: Node, got: Node) -> tuple[Node, Node]:
    """`a = 4, -8, -10` as the set of its values; a list beside it is one too."""
    one, other = listed_values(expected), listed_values(got)
    if one is None and other is None:
        return expected, got
    return one or as_set(expected) or expected, other or as_set(got) or got


def _set_of_conditions(node: Node) -> bool:
    return node.op == "set" and bool(node.args) and all(kind_of(arg) == "condition" for arg in node.args)


def _beyond_numbers(node: Node) -> bool:
    return kind_of(node) != "value"


def _is_order(node: Node, symbols: Symbols) -> bool:
    """Whether a formula is `O(...)` or `Theta(...)`, and not a function that somebody declared."""
    if node.op != "call":
        return False
    from grader.maths.sameness.orders import order_of

    found = None if order_of(node) is None else symbols.table.get(str(node.value[0]))  # type: ignore[index]
    return order_of(node) is not None and (found is None or not found.meaning)


def _infinite(node: Node) -> bool:
    return (node.args[0] if node.op == "negate" else node) == Node("constant", (), "infinity")


def _unoriented(expected: Node, got: Node) -> bool:
    """Whether one of two vectors is written as a list, which has no orientation."""
    return (expected.op == "list") != (got.op == "list") and not any(map(is_condition, (expected, got)))
