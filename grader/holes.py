"""Holes of a rubric: answers one slip away from the reference that get full marks all the same.

A formula's mutants (a dropped transpose, term, factor, prime or sign, a product taken entry by entry,
exchanged dimensions, ...) are compared as a student's formula is. One that counts as right is compared again
in other dimensions and at other points: if it still agrees, it is the same function written otherwise; if
not, the rubric's own dimensions hide the slip, and that is a hole.

Of numbers, arrays, lines and costs the typed reference is changed: each number by one and in its sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from grader import checks, marking
from grader.errors import StudentError
from grader.types import Answer, Notation, Place

if TYPE_CHECKING:
    from grader.maths.names import Symbols
    from grader.maths.sameness.identity import Formula
    from grader.maths.tree import Node
    from grader.maths.why.edits import Edit
    from grader.rubric import Part

MOST_CHANGES = 60
"""Changed numbers of one typed reference; a table of 25 entries has 50."""

# a number that is no part of a name, no size of an identity and no index
_NUMERAL = re.compile(r"(?<![\w.\\{^])(\d+(?:\.\d+)?)(?![\w.])")
_EXPONENT = re.compile(r"(?<=\^)(\d+)")
_ARROW = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_SIGN = re.compile(r"<=|>=|<|>")
_BY_NUMBERS = frozenset(("array", "count", "number", "line", "unit_vector", "recurrence"))


@dataclass(frozen=True, slots=True)
class Hole:
    """A wrong answer that gets full marks: what was changed in which right one, and the answer itself."""

    part: str
    what: str
    text: str
    place: Place


class Found(NamedTuple):
    """The holes of a part, how many slips were tried, and which `allow` explained none."""

    holes: tuple[Hole, ...]
    tried: int
    idle: tuple[str, ...] = ()


def of_part(part: Part, prepared: Any, place: Place) -> Found:
    """The holes of one part that its rubric does not explain under `allow`."""
    holes: list[Hole] = []
    tried = 0
    allowed = _allowed(part, prepared)
    used: set[str] = set()
    slips = _of_formulas(part, prepared) if part.check == "expression" else _of_texts(part, prepared)
    for what, text, right in slips:
        tried += 1
        if not right:
            continue
        reason = next((name for name, same in allowed if same(text)), None)
        if reason is not None:
            used.add(reason)
        elif not any(hole.text == text for hole in holes):
            holes.append(Hole(part.id, what, text, place))
    return Found(tuple(holes), tried, tuple(name for name, _ in allowed if name not in used))


def _allowed(part: Part, prepared: Any) -> list[tuple[str, Any]]:
    """What a rubric explains, each with the test whether a text is that."""
    options = getattr(part.options, "allow", ())
    return [(one.is_, _same_text(part, one.is_)) for one in options]


def _same_text(part: Part, text: str) -> Any:
    def same(other: str) -> bool:
        if other.split() == text.split():
            return True
        from grader.maths.notation import read

        try:
            return read(other, part.symbols, "plain") == read(text, part.symbols, "plain")
        except StudentError:
            return False

    return same


# --- formulas --------------------------------------------------------------------------------------


def _of_formulas(part: Part, prepared: Any) -> Iterator[tuple[str, str, bool]]:
    from grader.maths.notation import to_text
    from grader.maths.sameness import identity
    from grader.maths.why import edits

    other = identity.Frame(_larger(part.symbols), b"other points")
    values = [target.value for target in prepared.key.targets if target.value.formula is not None]
    elsewhere = [one for value in values if (one := _settled(value.node, other)) is not None]
    for target, value in zip(prepared.key.targets, values, strict=False):
        for edit in edits.mutants(value.node, part.symbols):
            got = _settled(edit.tree, prepared.frame)
            counts = got is not None and any(
                _same(one.formula, got, any_layout=prepared.any_layout) for one in values
            )
            right = counts and not _is_one_of(edit, elsewhere, other, any_layout=prepared.any_layout)
            what = f"{_said(edit)} in {target.text}" if right else ""
            yield what, to_text(edit.tree) if right else "", right


def _said(edit: Edit) -> str:
    from grader.maths.notation import to_text

    return f"{edit.code.replace('-', ' ')} ({to_text(edit.was)} → {to_text(edit.now)})"


def _is_one_of(edit: Edit, expected: list[Formula], frame: Any, *, any_layout: bool) -> bool:
    got = _settled(edit.tree, frame)
    return got is not None and any(_same(one, got, any_layout=any_layout) for one in expected)


def _settled(node: Node, frame: Any) -> Formula | None:
    from grader.maths.sameness import identity

    try:
        formula = identity.settle(node, frame)
        return formula if identity.defined(formula) else None
    except StudentError:
        return None


def _same(expected: Any, got: Formula, *, any_layout: bool) -> bool:
    from grader.maths.sameness import identity

    try:
        return identity.compare(expected, got, any_layout=any_layout).outcome == "same"
    except StudentError:
        return False


def _larger(symbols: Symbols) -> Symbols:
    """The same symbols in other dimensions, all different; they keep their order: what is wide stays wide."""
    if not symbols.dimensions:
        return symbols
    given = symbols.dimensions[0]
    order = sorted(given, key=lambda name: (given[name], name))
    sizes = {name: 2 * given[name] + 1 + place for place, name in enumerate(order)}
    return replace(symbols, dimensions=(sizes,), read={})


# --- typed values ----------------------------------------------------------------------------------


def _of_texts(part: Part, prepared: Any) -> Iterator[tuple[str, str, bool]]:
    check = checks.load(part.check)
    samples = [one for one in check.samples(prepared) if one.credit == 1]
    known = {"".join(one.text.split()) for one in samples}
    for sample in samples:
        for what, text in _changed(part.check, sample.text):
            if "".join(text.split()) in known:
                continue
            answer = Answer(part.id, text, Place("a slip"), _notation(sample))
            verdict = marking.judge(part, prepared, (answer,)).verdict
            yield what, text, verdict.credit == 1


def _notation(sample: checks.Sample) -> Notation:
    return sample.notation


def _changed(kind: str, text: str) -> Iterator[tuple[str, str]]:
    """A typed reference with one thing changed, and what that is."""
    if kind == "inequality":
        for match in _SIGN.finditer(text):
            yield "reversed", f"{text[: match.start()]}{_ARROW[match[0]]}{text[match.end() :]}"
        return
    if kind == "complexity":
        for match in _EXPONENT.finditer(text):
            for step in (1, -1):
                power = int(match[1]) + step
                yield "another power", f"{text[: match.start()]}{power}{text[match.end() :]}"
        return
    if kind not in _BY_NUMBERS:
        return
    for match in islice(_NUMERAL.finditer(text), MOST_CHANGES):
        before, after = text[: match.start()], text[match.end() :]
        whole = "." not in match[1]
        now = (
            [("one more", str(int(match[1]) + 1))] if whole else [("twice as much", str(2 * float(match[1])))]
        )
        if match[1].strip("0.") and not (kind == "unit_vector" and _NUMERAL.findall(text) == [match[1]]):
            now.append(("another sign", f"(-{match[1]})"))
        for what, number in now:
            yield f"{what} ({match[1]})", f"{before}{number}{after}"
    if kind == "array":
        yield from _turned(text)


def _turned(text: str) -> Iterator[tuple[str, str]]:
    """A matrix as its transpose, and without its last row."""
    import ast

    try:
        rows: object = ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return
    if isinstance(rows, list) and rows and all(isinstance(row, list) for row in rows):
        yield "transposed", str([list(column) for column in zip(*rows, strict=False)])
        yield "without the last row", str(rows[:-1])


def of_rubric(parts: tuple[Part, ...], prepared: Mapping[str, Any], places: Mapping[str, Place]) -> Found:
    """The holes of all parts."""
    found = [(part, of_part(part, prepared[part.id], places[part.id])) for part in parts]
    holes = tuple(hole for _, one in found for hole in one.holes)
    idle = tuple(f"{part.id}: {name}" for part, one in found for name in one.idle)
    return Found(holes, sum(one.tried for _, one in found), idle)
