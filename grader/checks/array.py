"""A vector or matrix of numbers: shape first, then entry by entry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from grader.checks import OptionError, Sample, Setting
from grader.checks._common import (
    NOTHING,
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
from grader.checks._typed import (
    cut_words,
    echo,
    formula_text,
    ignored_words,
    read_formula,
    read_sides,
)
from grader.checks.number import Tolerance, how, nearly, needs_tolerance
from grader.errors import StudentError
from grader.maths.entries import Entries, Shape, expand, is_vector, shape_name
from grader.maths.names import NONE
from grader.maths.tolerance import GOOD, USUAL, Agreement, Number, Rule, Typed, agree, typed
from grader.maths.tree import Node
from grader.types import Answer, EntryMap, Evidence, Notation, Note, Reads, Verdict

MOST_ENTRIES = 400
_SHOWN = 20  # rows and columns of an entry map

READS: Final[Reads] = "value"


class Options(ValueOptions):
    """`tolerance` is for each entry; `credit: per entry`; `layout: exact` tells rows from columns."""

    tolerance: Tolerance = USUAL
    credit: Literal["all or nothing", "per entry"] = "all or nothing"
    layout: Literal["any", "exact"] = "any"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.open and self.credit != "all or nothing":
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
        OptionError: a value is no array of numbers, too large, or inexact where no tolerance is given.
    """

    def grid(expected: Expected) -> Grid:
        if expected.inexact and options.tolerance.kind in ("usual", "exact"):
            raise OptionError(("tolerance",), "none", needs_tolerance(expected.text))
        entries = expand(expected.node)
        if len(entries.cells) > MOST_ENTRIES:
            raise ValueError(f"{len(entries.cells)} entries, and at most {MOST_ENTRIES} are compared")
        return _values(entries)

    key = read_key(options, setting, NONE, grid)
    return Prepared(key, options.tolerance, options.credit == "per entry", options.layout == "any")


def _values(entries: Entries) -> Grid:
    from grader.maths import numbers

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


def _array(text: str, notation: Notation) -> _Read:
    from grader.maths import notation as formulas

    # A bare list of numbers: `27, 4, 576`.
    bare = not re.search(r"[()\[\]{}|&]", text) and re.search(r"[,;]", text)
    node = read_formula(f"[{text}]" if bare else text, NONE, notation)
    entries = expand(node)
    if len(entries.cells) > 4 * MOST_ENTRIES:
        raise StudentError(f"An array of {len(entries.cells)} entries is too large here.", code="too-long")
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
    evidence: list[Evidence] = [_entry_map(got, right)]
    if len(right) > _SHOWN**2:
        evidence.append(Note("remark", f"The first {_SHOWN} rows and columns are shown."))
    if _is_transposed(prepared, got, best.value):
        evidence.append(Note("hint", "This is the transpose of the expected array."))
    credit = NOTHING
    if prepared.per_entry and not _constant(got.grid):
        credit = Fraction(sum(right), len(right))
    return Difference("entries", _which(got.grid.shape, found), tuple(evidence), credit)


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
        hints = (*hints, Note("hint", "Commas separate entries: write thousands without them (50176)."))
    return Difference("shape", message, hints)


def _which(shape: Shape, found: list[Agreement]) -> str:
    wrong = [k for k, agreement in enumerate(found) if agreement not in GOOD]
    places = [_place(k, shape) for k in wrong[:4]]
    if len(wrong) == 1:
        return nearly({found[wrong[0]]}, places[0])[1]
    some = (
        f"{', '.join(places[:-1])} and {places[-1]}" if len(wrong) <= 4 else f"{', '.join(places)} and others"
    )
    if {found[k] for k in wrong} == {"few figures"}:
        return f"{some}: {nearly({'few figures'}, 'each')[1]}"
    return f"{len(wrong)} of {len(found)} entries are not the expected ones: {some}."


def _place(index: int, shape: Shape) -> str:
    if len(shape) < 2:
        return f"Entry {index + 1}"
    return f"Entry ({index // shape[1] + 1}, {index % shape[1] + 1})"


def _entry_map(got: _Read, right: tuple[bool, ...]) -> EntryMap:
    columns = got.grid.shape[-1] if got.grid.shape else 1
    rows = range(0, len(right), columns)[:_SHOWN]
    width = min(columns, _SHOWN)
    return EntryMap(
        tuple(got.texts[row : row + width] for row in rows), tuple(right[row : row + width] for row in rows)
    )


def samples(prepared: Prepared) -> tuple[Sample, ...]:
    """The accepted arrays and the declared mistakes as typed answers."""
    return key_samples(prepared.key)
