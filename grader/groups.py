"""Answers to one part that say the same stand together, so that a person decides once for all of them.

Two answers are in one group when the machine said the same of them and they are alike:

1. as the check itself says, where it has a function `alike(prepared, answer, verdict)`;
2. word for word, where a person reads words (a proof, a reason, a text nobody could read);
3. by the pattern of their wrong entries, or by what was found in running them;
4. by the mathematics (`maths.sameness`): the same formula, number or set, however it is written.

What cannot be decided stands alone: a group too many costs a minute, a group too large a mark.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, TypeVar

from grader import checks
from grader.errors import StudentError
from grader.types import Answer, Checklist, EntryMap, Verdict

if TYPE_CHECKING:
    from grader.maths.names import Symbols
    from grader.maths.sameness.identity import Formula
    from grader.maths.tree import Node
    from grader.rubric import Part

S = TypeVar("S")
T = TypeVar("T")

# Decisions for one answer: beyond them it stands alone, which is never wrong.
_MOST_COMPARED: Final = 60
_LONGEST_READ: Final = 2_000
_POINTS: Final = 3
_BITS: Final = 128
_FIGURES: Final = 20
_NEARLY_NOTHING: Final = 1e-25
_TOO_HARD: Final = (StudentError, ArithmeticError, RecursionError)


class Written(NamedTuple, Generic[T]):
    """One answer with what the machine said of it; `of` is whatever tells the caller whose it is."""

    of: T
    answer: Answer | None
    verdict: Verdict


class Group(NamedTuple, Generic[T]):
    """Answers that say the same, in the order they were given; `how` says in which way they are the same."""

    members: tuple[Written[T], ...]
    how: str = ""

    @property
    def first(self) -> Written[T]:
        """The answer that stands for all of them."""
        return self.members[0]


def grouped(
    written: Iterable[Written[T]], part: Part | None = None, prepared: Any = None, *, secret: bytes = b""
) -> tuple[Group[T], ...]:
    """The groups of the answers to one part, the largest first; each answer is in exactly one.

    `prepared` is what the part's check prepared; without a part only equal texts stand together. `secret`
    chooses the points at which formulas are compared.
    """
    alike: defaultdict[Hashable, list[Written[T]]] = defaultdict(list)
    formulas: defaultdict[Hashable, list[tuple[Written[T], Node]]] = defaultdict(list)
    groups: list[Group[T]] = []
    trees: dict[str, Node | None] = {}
    for one in written:
        said = (one.verdict.outcome, one.verdict.credit, one.verdict.code)
        tree = _tree(one, part, trees)
        if tree is not None:
            formulas[said].append((one, tree))
            continue
        likeness = _likeness(one, part, prepared)
        if likeness is None:
            groups.append(Group((one,), ""))
        else:
            alike[said, likeness].append(one)
    groups += [Group(tuple(members), _HOW[key[1][0]]) for key, members in alike.items()]  # type: ignore[index]
    for pool in formulas.values():
        assert part is not None
        groups += [Group(tuple(members), _HOW["value"]) for members in _by_value(pool, part.symbols, secret)]
    return tuple(sorted(groups, key=lambda group: (-len(group.members), group.first.answer is None)))


def belongs(
    one: Written[Any], other: Written[Any], part: Part, prepared: Any, *, secret: bytes = b""
) -> bool:
    """Whether two answers to a part are of one group: what a person said of one then holds for the other."""
    verdicts = {(each.verdict.outcome, each.verdict.credit, each.verdict.code) for each in (one, other)}
    return len(verdicts) == 1 and len(grouped((one, other), part, prepared, secret=secret)) == 1


_HOW: Final = {
    "check": "the same in the way of this check",
    "words": "the same words",
    "text": "the same text",
    "entries": "wrong in the same entries",
    "value": "mathematically the same",
    "nothing": "no answer",
}


# --- what makes two answers alike, apart from formulas ---------------------------------------------


def _likeness(one: Written[Any], part: Part | None, prepared: Any) -> tuple[str, Hashable] | None:
    """How an answer is alike to others, in a word of `_HOW` and a key; None where it stands alone."""
    answer, verdict = one.answer, one.verdict
    if answer is None:
        # What stands in a file that nobody could read is not known to be the same.
        return ("nothing", "") if verdict.credit is not None else None
    if part is not None and prepared is not None:
        own = getattr(checks.load(part.check), "alike", None)
        key = None if own is None else own(prepared, answer, verdict)
        if key is not None:
            return "check", key
    if _is_read_by_a_person(one, part):
        shown = tuple(piece.items for piece in verdict.evidence if isinstance(piece, Checklist))
        if verdict.code == "two-answers":
            return "text", (answer.text, answer.passage, shown)
        return "words", (same_words(answer.text), same_words(answer.passage))
    for piece in verdict.evidence:
        if isinstance(piece, EntryMap):
            return "entries", piece.right
    return "text", (" ".join(answer.text.split()), verdict.read)


def _is_read_by_a_person(one: Written[Any], part: Part | None) -> bool:
    if any(isinstance(piece, Checklist) for piece in one.verdict.evidence):
        return True
    if part is None:
        return False
    check = checks.load(part.check)
    return check.READS == "prose" or getattr(check, "READS_BESIDE", False)


_MARKUP: Final = re.compile(r"[*_`~#>]+")
_MATHS: Final = re.compile(r"[\d$\\=^{}<>+*/|]")


def same_words(text: str) -> str:
    r"""A text without what changes nothing of its meaning: layout, and in plain words capitals and emphasis.

    >>> same_words("**Yes**,\n it is  convex."), same_words("$X$ is it"), same_words("$x$ is it")
    ('yes, it is convex', '$X$ is it', '$x$ is it')
    """
    text = unicodedata.normalize("NFKC", text) if not text.isascii() else text
    if not _MATHS.search(_MARKUP.sub("", text)):
        text = _MARKUP.sub(" ", text).casefold()
    return " ".join(text.split()).replace(" ,", ",").replace(" .", ".").rstrip(".! ")


# --- formulas: the same value ----------------------------------------------------------------------


def _tree(one: Written[Any], part: Part | None, known: dict[str, Node | None]) -> Node | None:
    """The formula of an answer as the machine understood it; None where there is none to compare.

    It is read from what the verdict says was read, which is plain notation of our own making.
    """
    read = one.verdict.read
    if part is None or one.answer is None or not read or len(read) > _LONGEST_READ or "…" in read:
        return None
    if _is_read_by_a_person(one, part) or any(isinstance(p, EntryMap) for p in one.verdict.evidence):
        return None
    if hasattr(checks.load(part.check), "alike"):
        return None
    if read not in known:
        known[read] = _read(read, part.symbols)
    return known[read]


def _read(text: str, symbols: Symbols) -> Node | None:
    from grader.maths.notation import read

    # Where names may stay undeclared, I is one of them and no identity matrix: that comes second.
    for undeclared in (False, True):
        try:
            return read(text, symbols, "plain", undeclared=undeclared)
        except (StudentError, RecursionError):
            continue
    return None


def _by_value(
    pool: Sequence[tuple[Written[T], Node]], symbols: Symbols, secret: bytes
) -> Iterator[list[Written[T]]]:
    """The formulas of a pool, cheapest way first: equal trees, equal values at points, then the decision."""
    from grader.maths.sameness.decide import Policy, decide
    from grader.maths.sameness.identity import compare

    equal: dict[Node, list[Written[T]]] = {}
    for one, tree in pool:
        equal.setdefault(tree, []).append(one)
    ordered: dict[Hashable, tuple[Formula, list[Written[T]]]] = {}
    for tree, formula in _settled(tuple(equal), symbols, secret):
        ordered.setdefault((formula.shape, formula.settled), (formula, []))[1].extend(equal.pop(tree))
    buckets: defaultdict[Hashable, list[tuple[Formula, list[Written[T]]]]] = defaultdict(list)
    in_balls = any(_is_opaque(formula) for formula, _ in ordered.values())
    for formula, members in ordered.values():
        buckets[_fingerprint(formula, in_balls=in_balls)].append((formula, members))
    for bucket in buckets.values():
        yield from _joined(bucket, lambda one, other: bool(compare(one, other)))
    # Sets, lists, conditions and what has no shape.
    policy = Policy(named_values=False, lists_as_sets=False, conditions_as_sets=False)
    yield from _joined(
        equal.items(), lambda one, other: bool(decide(one, other, symbols, secret=secret, policy=policy))
    )


def _settled(trees: Sequence[Node], symbols: Symbols, secret: bytes) -> Iterator[tuple[Node, Formula]]:
    """The trees that are formulas with a shape, settled in one frame."""
    from grader.maths.names import Symbol, Symbols
    from grader.maths.sameness.identity import Frame, settle
    from grader.maths.sameness.kinds import kind_of
    from grader.maths.tree import names_in

    unknown = sorted({name for tree in trees for name in names_in(tree)} - symbols.table.keys())
    table = {**symbols.table, **{name: Symbol(name, "scalar") for name in unknown}}
    frame = Frame(Symbols(table, symbols.spellings, symbols.dimensions, symbols.read), secret)
    for tree in trees:
        if kind_of(tree) in ("value", "matrix"):
            try:
                formula = settle(tree, frame)
            except _TOO_HARD:
                continue
            yield tree, formula


def _is_opaque(formula: Formula) -> bool:
    """Whether a function was met whose identities a field does not know; then real numbers tell more."""
    from grader.maths.values.algebra import Undefined

    try:
        return formula.at(0, formula.plural, True).opaque
    except (Undefined, *_TOO_HARD):
        return True


def _fingerprint(formula: Formula, *, in_balls: bool) -> Hashable:
    """What equal formulas have in common: their shape, and their values at a few points.

    In a field values are exact. Real numbers are cut to fewer figures than they are known to; a value that
    falls on the edge of the cut makes a group too many, never one too large.
    """
    from flint import ctx

    from grader.maths.sameness import agreement
    from grader.maths.values.algebra import Undefined

    values: list[Hashable] = []
    for index in range(_POINTS):
        try:
            if not in_balls:
                values.append(str(formula.at(index, formula.plural, True).value))
                continue
            point = formula.frame.ball_point(index, _BITS)
            with ctx.workprec(_BITS):
                found = None if point is None else agreement.state(formula, point, False)
                values.append(None if found is None else (found.kind, *map(_figures, found.entries)))
        except (Undefined, *_TOO_HARD):
            values.append("undefined")
    return formula.shape, tuple(values)


def _figures(value: Any) -> str:
    """The first figures of a real number, without those its error reaches; 0 where all are in it."""
    middle = value.mid()
    if abs(middle) < _NEARLY_NOTHING:
        return "0"
    return str(middle.str(_FIGURES, radius=False))


def _joined(found: Iterable[tuple[S, list[T]]], same: Callable[[S, S], bool]) -> list[list[T]]:
    """The lists, put together where their heads are decided to be the same as that of an earlier one."""
    groups: list[tuple[S, list[T]]] = []
    for head, members in found:
        try:
            home = next((group for other, group in groups[:_MOST_COMPARED] if same(other, head)), None)
        except _TOO_HARD:
            home = None
        if home is None:
            groups.append((head, list(members)))
        else:
            home.extend(members)
    return [members for _, members in groups]
