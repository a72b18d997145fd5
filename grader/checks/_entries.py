"""What is said of the entries of an array: which of them are wrong, and a map of all."""

from __future__ import annotations

from collections.abc import Sequence

from grader.checks.number import nearly
from grader.maths.sameness.entries import Shape
from grader.maths.values.tolerance import GOOD, Agreement
from grader.types import EntryMap, Evidence, Note

_SHOWN = 20  # rows and columns of a map
_NAMED = 4  # wrong entries in a sentence


def which(shape: Shape, found: Sequence[Agreement]) -> str:
    """The sentence that names the wrong entries; at least one is wrong.

    >>> which((2, 2), ["equal", "equal", "different", "equal"])
    'Entry (2, 1) is not the expected one.'
    """
    wrong = [k for k, agreement in enumerate(found) if agreement not in GOOD]
    places = [_place(k, shape) for k in wrong[:_NAMED]]
    if len(wrong) == 1:
        return nearly({found[wrong[0]]}, places[0])[1]
    last = f" and {places[-1]}" if len(wrong) <= _NAMED else f", {places[-1]} and others"
    some = f"{', '.join(places[:-1])}{last}"
    if {found[k] for k in wrong} == {"few figures"}:
        return f"{some}: {nearly({'few figures'}, 'each')[1]}"
    return f"{len(wrong)} of {len(found)} entries are not the expected ones: {some}."


def entry_map(shape: Shape, texts: Sequence[str], right: Sequence[bool]) -> tuple[Evidence, ...]:
    """The map of an array's entries, which stand in `texts` row by row, and a note where it is cut."""
    columns = shape[-1] if shape else 1
    starts = range(0, len(right), columns)
    width = min(columns, _SHOWN)
    rows = tuple(tuple(texts[start : start + width]) for start in starts[:_SHOWN])
    flags = tuple(tuple(right[start : start + width]) for start in starts[:_SHOWN])
    cut = columns > _SHOWN or len(starts) > _SHOWN
    note = (Note("remark", f"The first {_SHOWN} rows and columns are shown."),) if cut else ()
    return (EntryMap(rows, flags), *note)


def _place(index: int, shape: Shape) -> str:
    if len(shape) < 2:
        return f"Entry {index + 1}"
    return f"Entry ({index // shape[1] + 1}, {index % shape[1] + 1})"
