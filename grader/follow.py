"""Follow-through: a formula that is wrong, but follows from the student's own earlier answer, is paid once.

A part names the symbols that earlier parts answer (`follows: {hbar: 1.2.hbar}`). Where its expected formula
is written with such a symbol, the student's own formula is put in its place, and into their answer too. The
two are then compared like any others: in the declared shapes, or, where the slip is one of shapes, with all
dimensions as one. A trivial earlier answer (a number, a symbol, a multiple of one, zero) earns nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING, Any

from grader.errors import StudentError
from grader.types import Answer, Mark, Note, Outcome, Verdict

if TYPE_CHECKING:
    from grader.checks.expression import Prepared
    from grader.maths.sameness.identity import Comparison, Formula
    from grader.maths.tree import Node
    from grader.rubric import Part

_MOST_SYMBOLS = 600  # of a formula with earlier answers put in
_FULL = Fraction(1)


@dataclass(frozen=True, slots=True)
class _Own:
    """A student's earlier formula, earlier ones put in, and the parts where its slips were counted.

    Each part goes with the credit it got, None while a person decides.
    """

    node: Node
    slips: Mapping[str, Fraction | None]


def verdicts(
    parts: Sequence[Part], prepared: Mapping[str, Any], marks: Mapping[str, Mark]
) -> dict[str, Verdict]:
    """By part, the verdicts that change because an answer follows from an earlier one."""
    needed = {earlier for part in parts for earlier in part.follows.values()}
    own: dict[str, _Own] = {}
    changed: dict[str, Verdict] = {}
    for part in parts:
        mark = marks.get(part.id)
        if mark is None or mark.answer is None or (part.id not in needed and not part.follows):
            continue
        given = {symbol: own[earlier] for symbol, earlier in part.follows.items() if earlier in own}
        try:
            found = _followed(prepared[part.id], mark, given)
            if found is not None:
                changed[part.id] = found
            if part.id in needed:
                typed = _tree(prepared[part.id], mark.answer)
                node = _own_formula(prepared[part.id], typed, given)
                if node is not None:
                    own[part.id] = _Own(node, _slips(part.id, mark, found, typed, given))
        except StudentError:
            continue  # what cannot be read or compared has no consequences
    return changed


def _slips(
    part: str, mark: Mark, found: Verdict | None, typed: Node, given: Mapping[str, _Own]
) -> Mapping[str, Fraction | None]:
    """The slips in a formula: those of the ones it uses or follows from, and its own if it has one."""
    used = given if found is not None else {name: given[name] for name in _names(typed) & given.keys()}
    slips = {name: paid for one in used.values() for name, paid in one.slips.items()}
    paid = (found or mark.verdict).credit
    return slips if paid == _FULL else {**slips, part: paid}


def _followed(prepared: Prepared, mark: Mark, given: Mapping[str, _Own]) -> Verdict | None:
    """The better verdict on a wrong answer that follows from earlier ones; None if it does not."""
    verdict = mark.verdict
    wrong = {symbol for symbol, one in given.items() if one.slips}
    if verdict.credit is None or verdict.credit == _FULL or mark.answer is None or not wrong:
        return None
    meanings = {symbol: one.node for symbol, one in given.items()}
    got = _put_in(_written_out(_tree(prepared, mark.answer), prepared, wrong), meanings)
    best: Verdict | None = None
    for expected, credit, say in _expected(prepared):
        node = _written_out(expected, prepared, wrong)
        used = {part: paid for name in _names(node) & wrong for part, paid in given[name].slips.items()}
        if not used or credit <= (best or verdict).credit:  # type: ignore[operator]
            continue
        found = _compared(prepared, _put_in(node, meanings), got)
        if found is not None:
            best = _verdict(verdict, credit, say, used, found.how)
            if best.credit is None:
                return best
    return best


def _expected(prepared: Prepared) -> Iterator[tuple[Node, Fraction, str]]:
    for target in prepared.key.targets:
        yield target.value.node, _FULL, ""
    for slip in prepared.key.slips:
        if slip.credit is not None:
            yield slip.value.node, slip.credit, slip.say


def _verdict(
    verdict: Verdict, credit: Fraction, say: str, used: Mapping[str, Fraction | None], how: str
) -> Verdict:
    parts = " and ".join(sorted(used))
    message = f"This follows from your earlier answer to {parts}."
    notes = (Note("proof", how), Note("remark", f"With your own {parts} put in. {verdict.message}"))
    if None in used.values():
        # What the earlier answer is worth is not known yet; nobody is paid before that.
        said = f"{message} A person decides about {parts} first."
        return replace(
            verdict, outcome=Outcome.UNDECIDED, credit=None, code="follows", message=said, evidence=notes
        )
    if credit == _FULL:
        said = f"{message} The slip was counted there."
        return replace(
            verdict, outcome=Outcome.CORRECT, credit=_FULL, code="follows", message=said, evidence=notes
        )
    outcome = Outcome.PARTIAL if credit else Outcome.INCORRECT
    said = f"{say} Apart from that it follows from your earlier answer to {parts}."
    return replace(verdict, outcome=outcome, credit=credit, code="follows", message=said, evidence=notes)


# --- formulas --------------------------------------------------------------------------------------


def _tree(prepared: Prepared, answer: Answer) -> Node:
    from grader.checks import expression

    return expression.tree(prepared, answer)


def _names(node: Node) -> frozenset[str]:
    from grader.maths.tree import names_in

    return names_in(node)


def _written_out(node: Node, prepared: Prepared, names: set[str]) -> Node:
    """A formula without the abbreviations of the rubric that lead to one of some names."""
    table = prepared.symbols.table

    def leads(name: str) -> bool:
        definition = table[name].definition if name in table and name not in names else None
        return definition is not None and any(one in names or leads(one) for one in _names(definition))

    def out(one: Node) -> Node:
        if one.op == "symbol" and leads(str(one.value)):
            definition = table[str(one.value)].definition
            assert definition is not None
            return out(definition)
        if one.op == "broadcast":  # a settled definition is settled anew in its new place
            return out(one.args[0])
        return one._replace(args=tuple(map(out, one.args)))

    return out(node)


def _put_in(node: Node, meanings: Mapping[str, Node]) -> Node:
    """A formula with others in the place of symbols.

    Raises:
        StudentError: it becomes too long to be compared.
    """
    from grader.maths.tree import walk

    def put(one: Node) -> Node:
        if one.op == "symbol":
            return meanings.get(str(one.value), one)
        return one._replace(args=tuple(map(put, one.args)))

    result = put(node)
    if sum(1 for _ in islice(walk(result), _MOST_SYMBOLS + 1)) > _MOST_SYMBOLS:
        raise StudentError("With earlier answers put in, the formula is too long.", code="too-long")
    return result


def _compared(prepared: Prepared, expected: Node, got: Node) -> Comparison | None:
    """That two formulas are the same, in the declared shapes or with all dimensions as one."""
    from grader.maths.sameness import identity

    for frame in (prepared.frame, prepared.square):
        try:
            wanted, found = identity.settle(expected, frame), identity.settle(got, frame)
        except StudentError:
            continue
        if not identity.defined(wanted):
            continue
        layout = prepared.any_layout and frame is prepared.frame
        comparison = identity.compare(wanted, found, any_layout=layout)
        return comparison if comparison.outcome == "same" else None
    return None


def _own_formula(prepared: Prepared, typed: Node, given: Mapping[str, _Own]) -> Node | None:
    """An answer as later ones may use it; None if it is trivial.

    Raises:
        StudentError: it becomes too long.
    """
    node = _put_in(typed, {symbol: one.node for symbol, one in given.items()})
    return None if _is_plain(typed) or _is_constant(prepared, node) else node


def _is_plain(node: Node) -> bool:
    """A number, a symbol, or a multiple or transpose of one."""
    while True:
        if node.op in ("negate", "transpose"):
            node = node.args[0]
        elif node.op in ("product", "divide", "hadamard", "matmul"):
            rest = [one for one in node.args if _names(one)]
            if len(rest) != 1:
                return not rest
            node = rest[0]
        else:
            return not node.args


def _is_constant(prepared: Prepared, node: Node) -> bool:
    """Whether the value is zero, free of all symbols, or a multiple of a single one."""
    from grader.maths.sameness import identity
    from grader.maths.tree import names_in, symbol
    from grader.maths.values.algebra import is_matrix

    for frame in (prepared.frame, prepared.square):
        try:
            formula = identity.settle(node, frame)
        except StudentError:
            continue
        if not identity.defined(formula):
            return False  # no value: nothing that follows from it is found to be equal either
        value, _ = formula.value(0)
        entries = value.entries() if is_matrix(value) else [value]
        if not any(int(entry) for entry in entries):
            return True
        alone = (identity.settle(symbol(name), frame) for name in sorted(names_in(node)))
        return not names_in(node) or any(_is_multiple(formula, one) for one in alone)
    return True


def _is_multiple(formula: Formula, symbol: Formula) -> bool:
    """Whether a formula is the same multiple of a symbol at two points."""
    from grader.maths.values.algebra import Undefined, is_matrix

    factors = set()
    for index in (0, 1):
        try:
            pair = [one.value(index)[0] for one in (formula, symbol)]
        except Undefined:
            return False
        mine, other = ([int(e) for e in v.entries()] if is_matrix(v) else [int(v)] for v in pair)
        prime = symbol.frame.point(index).algebra.number(Fraction(1)).modulus()
        if len(mine) != len(other) or not any(other):
            return False
        at = next(k for k, entry in enumerate(other) if entry)
        factor = mine[at] * pow(other[at], -1, prime) % prime
        if any((entry - factor * own) % prime for entry, own in zip(mine, other, strict=True)):
            return False
        factors.add(factor)
    return len(factors) == 1
