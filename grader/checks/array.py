"""A vector or matrix of numbers: shape first, then entry by entry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Final, Literal

from grader.checks import OptionError, Sample, Setting, Understood
from grader.checks._common import (
    NOTHING,
    CheckOptions,
    Credit,
    Difference,
    Expected,
    Key,
    Target,
    ValueOptions,
    judge_against,
    key_samples,
    read_key,
    undecided,
)
from grader.checks._entries import entry_map, which
from grader.checks._typed import (
    cut_words,
    echo,
    exact_value,
    formula_text,
    ignored_words,
    read_formula,
    read_sides,
)
from grader.checks.number import Tolerance, how, needs_tolerance
from grader.errors import StudentError
from grader.maths.names import NONE, Symbols
from grader.maths.sameness.entries import Entries, Shape, expand, is_vector, shape_name
from grader.maths.tree import Node
from grader.maths.values.tolerance import GOOD, USUAL, Agreement, Number, Rule, Typed, agree, typed
from grader.options import Size
from grader.types import Answer, Evidence, Notation, Note, Reads, Verdict

MOST_ENTRIES = 400

READS: Final[Reads] = "value"


class FewWrong(CheckOptions):
    """Credit where `at_most` so many entries are wrong, and words to add to which they are."""

    at_most: Annotated[int, Size(1)]
    credit: Credit
    say: str = ""


class Options(ValueOptions):
    """`tolerance` is for each entry; `layout: exact` tells rows from columns.

    For wrong entries there is no credit, or that of `few_wrong`, or with `credit: per entry` their share.
    """

    tolerance: Tolerance = USUAL
    credit: Literal["all or nothing", "per entry"] = "all or nothing"
    few_wrong: FewWrong | None = None
    layout: Literal["any", "exact"] = "any"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.credit == "per entry" and self.few_wrong is not None:
            raise ValueError("meant either `credit: per entry` or `few_wrong:`")
        if self.credit == "per entry" and self.open:
            raise ValueError(
                "meant either `credit: per entry` or `otherwise: person`: entries of another right answer "
                "would agree by chance"
            )


@dataclass(frozen=True, slots=True)
class Grid:
    """The numbers of an array, row by row."""

    shape: Shape
    values: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    key: Key[Grid]
    tolerance: Rule
    per_entry: bool
    few_wrong: FewWrong | None
    any_layout: bool


@dataclass(frozen=True, slots=True)
class _Read:
    node: Node
    grid: Grid
    typed: tuple[Typed | None, ...]
    texts: tuple[str, ...]


def prepare(options: Options, setting: Setting) -> Prepared:
    """The accepted arrays and the known mistakes.

    Raises:
        OptionError: a value is no array of numbers, too large, or inexact where no tolerance is given;
            `few_wrong` that would let all entries be wrong.
    """

    def grid(expected: Expected) -> Grid:
        if expected.inexact and options.tolerance.kind in ("usual", "exact"):
            raise OptionError(("tolerance",), "none", needs_tolerance(expected.text))
        entries = expand(expected.node)
        if len(entries.cells) > MOST_ENTRIES:
            raise ValueError(f"{len(entries.cells)} entries, and at most {MOST_ENTRIES} are compared")
        return _values(entries)

    key = read_key(options, setting, NONE, grid)
    fewest = min(len(target.value.values) for target in key.targets)
    if options.few_wrong is not None and options.few_wrong.at_most >= fewest:
        raise OptionError(
            ("few_wrong", "at_most"), str(options.few_wrong.at_most), f"fewer than all {fewest} entries"
        )
    return Prepared(
        key, options.tolerance, options.credit == "per entry", options.few_wrong, options.layout == "any"
    )


def _values(entries: Entries) -> Grid:
    from grader.maths.values import numbers

    return Grid(entries.shape, tuple(numbers.evaluate(cell) for cell in entries.cells))


def judge(prepared: Prepared, answer: Answer) -> Verdict:
    """Whether a typed array is one of the accepted ones, and which of its entries are.

    Raises:
        StudentError: the text is not an array of finite numbers.
    """
    text, words = cut_words(formula_text(answer.text))
    read = read_sides(text, answer.notation, _array)
    got = min(read, key=lambda one: any(one.typed))
    if not all(one is got or _same(prepared, one, got.grid) for one in read):
        return undecided("several-values", "The sides of the equation are different arrays.", echo(got.node))
    notes = ignored_words(words)
    unsure = False

    def matches(expected: Grid) -> tuple[Evidence, ...] | None:
        nonlocal unsure
        if not _conforms(prepared, got.grid.shape, expected.shape):
            return None
        found: set[Agreement] = set()
        for agreement in _each(got, expected, prepared.tolerance):
            if agreement not in GOOD:
                unsure = unsure or agreement == "unsure"
                return None
            found.add(agreement)
        return (*_layout_note(got.grid.shape, expected.shape), *_how(found, prepared.tolerance))

    def otherwise() -> Difference:
        if unsure:
            return Difference("inexact", "The entries are not known precisely enough to decide.", credit=None)
        return _difference(prepared, got)

    return judge_against(prepared.key, echo(got.node), matches, otherwise, notes)


def understand(answer: Answer, symbols: Symbols) -> Understood:
    """The array, its shape, and its entries where they are exact.

    Raises:
        StudentError: the text is not an array.
    """
    node, entries = read_sides(cut_words(formula_text(answer.text))[0], answer.notation, _expanded)[-1]
    cells = [exact_value(cell) for cell in entries.cells]
    known = tuple(cell for cell in cells if cell is not None)
    exact = known if len(known) == len(cells) else None
    return Understood(shape_name(entries.shape), *echo(node), node, exact)


def _expanded(text: str, notation: Notation) -> tuple[Node, Entries]:
    # A bare list of numbers: `27, 4, 576`.
    bare = not re.search(r"[()\[\]{}|&]", text) and re.search(r"[,;]", text)
    node = read_formula(f"[{text}]" if bare else text, NONE, notation)
    entries = expand(node)
    if len(entries.cells) > 4 * MOST_ENTRIES:
        raise StudentError(f"An array of {len(entries.cells)} entries is too large here.", code="too-long")
    return node, entries


def _array(text: str, notation: Notation) -> _Read:
    from grader.maths import notation as formulas

    node, entries = _expanded(text, notation)
    texts = tuple(formulas.to_text(cell)[:40] for cell in entries.cells)
    return _Read(node, _values(entries), tuple(typed(cell) for cell in entries.cells), texts)


def _conforms(prepared: Prepared, got: Shape, expected: Shape) -> bool:
    if got == expected:
        return True
    return prepared.any_layout and is_vector(got) and is_vector(expected) and _size(got) == _size(expected)


def _size(shape: Shape) -> int:
    size = 1
    for length in shape:
        size *= length
    return size


def _agreements(got: _Read, expected: Grid, tolerance: Rule) -> set[Agreement]:
    return set(_each(got, expected, tolerance))


def _each(got: _Read, expected: Grid, tolerance: Rule) -> Iterator[Agreement]:
    for value, wanted, precision in zip(got.grid.values, expected.values, got.typed, strict=True):
        yield agree(value, wanted, tolerance, precision)


def _same(prepared: Prepared, one: _Read, other: Grid) -> bool:
    """Whether two sides of an equation do not contradict each other; few figures are enough here."""
    if not _conforms(prepared, one.grid.shape, other.shape):
        return False
    return not _agreements(one, other, USUAL) & {"different", "unsure"}


def _layout_note(got: Shape, expected: Shape) -> tuple[Note, ...]:
    if got == expected or 1 in (len(got), len(expected)):
        return ()
    return (Note("convention", f"Written as {shape_name(got)}; {shape_name(expected)} means the same here."),)


def _how(found: set[Agreement], tolerance: Rule) -> tuple[Note, ...]:
    if "rounded" in found:
        return how("rounded", tolerance)
    return how("within", tolerance) if "within" in found else ()


def _difference(prepared: Prepared, got: _Read) -> Difference:
    targets = [t for t in prepared.key.targets if _conforms(prepared, got.grid.shape, t.value.shape)]
    if not targets:
        return _other_shape(prepared, got)
    best, found = _nearest(prepared, got, targets)
    right = tuple(agreement in GOOD for agreement in found)
    evidence: list[Evidence] = list(entry_map(got.grid.shape, got.texts, right))
    if _is_transposed(prepared, got, best.value):
        evidence.append(Note("hint", "This is the transpose of the expected array."))
    message, wrong, few = which(got.grid.shape, found), right.count(False), prepared.few_wrong
    if _constant(got.grid):
        return Difference("entries", message, tuple(evidence))
    if few is not None and wrong <= few.at_most:
        said = f"{message} {few.say}".rstrip()
        return Difference("few-wrong", said, tuple(evidence), few.credit, declared=True)
    credit = Fraction(len(right) - wrong, len(right)) if prepared.per_entry else NOTHING
    return Difference("entries", message, tuple(evidence), credit)


def _nearest(
    prepared: Prepared, got: _Read, targets: list[Target[Grid]]
) -> tuple[Target[Grid], list[Agreement]]:
    compared = [(target, list(_each(got, target.value, prepared.tolerance))) for target in targets]
    return max(compared, key=lambda pair: sum(agreement in GOOD for agreement in pair[1]))


def _constant(grid: Grid) -> bool:
    """All entries equal: a guess such as all zeros, which meets single entries by accident."""
    return len(grid.values) > 1 and all(
        agree(value, grid.values[0], Rule("exact")) == "equal" for value in grid.values
    )


def _is_transposed(prepared: Prepared, got: _Read, expected: Grid) -> bool:
    shape = got.grid.shape
    if len(shape) != 2 or tuple(reversed(shape)) != expected.shape:
        return False
    rows, columns = shape
    order = [r * columns + c for c in range(columns) for r in range(rows)]
    turned = _Read(
        got.node,
        Grid(expected.shape, tuple(got.grid.values[k] for k in order)),
        tuple(got.typed[k] for k in order),
        got.texts,
    )
    return all(agreement in GOOD for agreement in _each(turned, expected, prepared.tolerance))


def _other_shape(prepared: Prepared, got: _Read) -> Difference:
    expected = dict.fromkeys(shape_name(target.value.shape) for target in prepared.key.targets)
    message = f"This is {shape_name(got.grid.shape)}; expected is {' or '.join(expected)}."
    hints: tuple[Evidence, ...] = ()
    if any(_is_transposed(prepared, got, target.value) for target in prepared.key.targets):
        hints = (Note("hint", "This is the transpose of the expected array."),)
    if len(got.grid.shape) == 1 and len(got.grid.values) > 1:
        hints = (*hints, Note("hint", "Commas separate entries: write thousands without them (12345)."))
    return Difference("shape", message, hints)


def samples(prepared: Prepared) -> tuple[Sample, ...]:
    """The accepted arrays and the declared mistakes as typed answers, and one with a wrong entry."""
    known = key_samples(prepared.key)
    if prepared.few_wrong is None:
        return known
    wrong = _one_wrong(prepared.key.targets[0].text)
    return (*known, Sample("one wrong entry", wrong, prepared.few_wrong.credit))


def _one_wrong(text: str) -> str:
    """An array with another first entry, further off than tolerances are."""
    from grader.maths import notation

    entries = expand(notation.read(text, NONE, "plain"))
    first, *others = map(notation.to_text, entries.cells)
    cells, columns = [f"{first} + 10^9", *others], entries.shape[-1]
    rows = [f"[{', '.join(cells[start : start + columns])}]" for start in range(0, len(cells), columns)]
    return rows[0] if len(entries.shape) == 1 else f"[{', '.join(rows)}]"
