"""Finds each part's answers in a student's documents: by its number, by its quantity's name, by both."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.documents import _numbering
from grader.documents._entries import unwrapped
from grader.documents._names import canonical
from grader.documents._numbering import Label
from grader.documents._relations import Relation, boxed, relations, trimmed, trimmed_words
from grader.documents._sections import Section, split
from grader.documents._text import notation_of
from grader.types import Answer, Block, Document, Notation, Place

if TYPE_CHECKING:
    from grader.rubric import Rubric

PASSAGE_LIMIT = 4_000
TEXT_LIMIT = 20_000
NAME_LIMIT = 200

_OPENING = re.compile(r"(?<![\\$])\$(?!\$)|\\\(")
_DOLLARS = re.compile(r"((?:[^$\\]|\\.)++)\$", re.DOTALL)
_SIGN = re.compile(r":=|[:=]")
_BULLET = re.compile(r"^\s*(?:[-+•]|\*(?!\*)|\d{1,2}[.)])\s+")
_PLACEHOLDER = re.compile(
    r"[\s(\[*_]*(?:todo|tbd|skip(?:ped)?|no answer|not (?:done|answered|attempted)|left blank|\?+|-+|…|\.{3})"
    r"(?:[\s:.,)\]*_].{0,60})?",
    re.IGNORECASE,
)
_QUANTITY = re.compile(r"(?<=\d)\.[A-Za-z]$")
_PROSE = {"keywords", "person", "yes_no"}
_EQUATIONS = {"line"}
_PRINTED = re.compile(r"[\[\](),\s\d.eE+-]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One part to look for: its id, its number on the sheet, its quantity's names, whether it is prose."""

    part: str
    number: str
    names: tuple[str, ...] = ()
    prose: bool = False
    equation: bool = False
    """The answer is itself an equation (`w2 = 2 - 2 w1`), so its left side belongs to it."""


@dataclass(frozen=True, slots=True)
class _Target:
    """A part with its number and names in the one spelling they are compared in."""

    wanted: Wanted
    label: Label
    word: str
    names: frozenset[str]
    alone: bool
    """No other part has this number."""

    def bears(self, name: str) -> bool:
        """Whether a written name is one of this part's: `L_1(\\eta)` is `L_1`, `Limit` is `limit`."""
        if len(name) > NAME_LIMIT:
            return False
        spelled = canonical(name)
        if spelled in self.names or spelled.lower() == self.word:
            return True
        head, bracket, _ = spelled.partition("(")
        return bool(bracket and head in self.names and spelled.endswith(")"))


@dataclass(frozen=True, slots=True)
class _Found:
    """A candidate answer."""

    text: str
    place: Place
    notation: Notation
    boxed: bool = False


@dataclass(slots=True)
class _Segment:
    """A section, or the piece of it that a label (`**limit:**`, `### Limit`) gives to one part."""

    blocks: list[Block] = field(default_factory=list)


def find(documents: Sequence[Document], wanted: Sequence[Wanted]) -> dict[str, tuple[Answer, ...]]:
    """The answers of each part that has any; several where places of a submission differ."""
    targets = _targets(wanted)
    labels = {target.label for target in targets}
    answers: dict[str, list[Answer]] = {}
    for document in documents:
        entries = [block for block in document.blocks if block.kind == "entry" and block.name]
        sectioned = any(block.kind == "heading" for block in document.blocks)
        sections = split(document.blocks, labels) if sectioned else []
        keyed = _keyed(entries, labels)
        for target in targets:
            mine = [section for section in sections if section.owner == target.label and section.blocks]
            found = list(_by_number(keyed, target))
            for section in mine:
                found += _in_section(section, target, targets)
            if not found:
                found = list(_by_name(document.blocks, target, targets))
            if not found and not sectioned and target.wanted.names and not entries:
                found = _last(_stated(document.blocks, target)) if _unique(target, targets) else []
            passage = _passage(mine)
            kept = answers.setdefault(target.wanted.part, [])
            for one in found:
                if not _blank(one.text) and all(_same(one.text, answer.text) is False for answer in kept):
                    kept.append(Answer(target.wanted.part, one.text, one.place, one.notation, passage))
    return {part: tuple(kept) for part, kept in answers.items() if kept}


def wanted(rubric: Rubric) -> tuple[Wanted, ...]:
    """What to look for to mark a rubric: one entry for each part, in its order."""
    return tuple(
        Wanted(part.id, part.number, part.names, part.check in _PROSE, part.check in _EQUATIONS)
        for part in rubric.parts
    )


def _targets(wanted: Sequence[Wanted]) -> list[_Target]:
    # `2.3.z` is the quantity z of 2.3; a sub-question's letter is glued on, as in `2.3z`
    numbers = [_QUANTITY.sub("", one.number) for one in wanted]
    shared = Counter(map(_numbering.label, numbers))
    targets = []
    for one, number in zip(wanted, numbers, strict=True):
        label = _numbering.label(number)
        word = canonical(one.part.removeprefix(number).lstrip(".")).lower()
        names = frozenset(canonical(name) for name in one.names)
        targets.append(_Target(one, label, word, names, shared[label] == 1))
    return targets


# --- entries: answer files, and literals in code


def _keyed(entries: Sequence[Block], labels: Collection[Label]) -> dict[tuple[Label, str], list[Block]]:
    """Entries by the number and the name in their key: `3.1.output`, `Q3.1.conv_output`, `3.1`."""
    keyed: dict[tuple[Label, str], list[Block]] = {}
    for block in entries:
        number = _numbering.read(block.name)
        if number:
            label, rest = number.label, number.word or number.rest
            if label not in labels and label[:-1] in labels and not rest:
                label, rest = label[:-1], label[-1]  # `2.3.z` where z is a quantity, not a sub-question
            keyed.setdefault((label, canonical(rest)), []).append(block)
    return keyed


def _by_number(keyed: dict[tuple[Label, str], list[Block]], target: _Target) -> Iterator[_Found]:
    blocks: list[Block] = []
    for (label, name), found in keyed.items():
        if label != target.label:
            continue
        direct = name == "" and (target.alone or not target.word)
        if direct or (name and (name in target.names or name.lower() == target.word)):
            blocks += found
    if blocks:
        for block in blocks:
            yield _Found(block.text, block.place, block.notation)
        return
    inner = [
        block for (label, name), found in keyed.items() if label == target.label and name for block in found
    ]
    if inner and target.alone:
        # `1.1.2: {verdict: yes, reason: ...}` where the sheet has one part
        if target.wanted.prose or len(inner) > 1:
            text = "\n".join(f"{block.name.rpartition('.')[2]}: {block.text}" for block in inner)
            yield _Found(text, inner[0].place, "plain")
        else:
            yield _Found(inner[0].text, inner[0].place, inner[0].notation)


def _by_name(blocks: Sequence[Block], target: _Target, targets: Sequence[_Target]) -> Iterator[_Found]:
    """Entries, else printed outputs, that bear a name no other part has."""
    if not _unique(target, targets):
        return
    entries = [b for b in blocks if b.kind == "entry" and canonical(b.name) in target.names]
    if entries:
        # in a notebook a variable's last value stands; an answer file that says two things is shown as it is
        for block in entries[-1:] if entries[-1].place.cell else entries:
            yield _Found(block.text, block.place, block.notation)
        return
    outputs = [b for b in blocks if b.kind == "output" and b.name and canonical(b.name) in target.names]
    for block in outputs[-1:]:
        yield _Found(_printed(block.text), block.place, "plain")


def _unique(target: _Target, targets: Sequence[_Target]) -> bool:
    return not any(target.names & other.names for other in targets if other is not target)


def _printed(text: str) -> str:
    """An array as NumPy prints it, with the commas that it leaves out."""
    text = text.strip()
    if text.startswith("array(") and text.endswith(")"):
        text = re.sub(r",\s*dtype=.*", "", text[6:-1])
    if text.startswith("[") and _PRINTED.fullmatch(text) and "," not in text:
        text = re.sub(r"\[\s+", "[", re.sub(r"\s+\]", "]", text))
        text = re.sub(r"(?<=[\d.\]])\s+(?=[\d.\[+-])", ", ", text)
    return " ".join(text.split())


# --- sections of a write-up


def _in_section(section: Section, target: _Target, targets: Sequence[_Target]) -> list[_Found]:
    siblings = [other for other in targets if other.label == target.label]
    segments, rest = _segments(section.blocks, siblings)
    segment = segments.get(target.wanted.part)
    if target.wanted.prose:
        own = segment or (rest if segments else _Segment(section.blocks))
        return _as_prose(_Segment(_without_values(own.blocks, targets)), section)
    entries = [
        _Found(b.text, b.place, b.notation)
        for b in section.blocks
        if b.kind == "entry" and target.bears(b.name)
    ][-1:]
    if segment:
        stated = _last(_stated(segment.blocks, target)) or _single(segment)
        return stated + entries if stated else entries or _as_prose(segment, section)
    stated = _last(_stated(section.blocks, target))
    if stated or entries:
        return stated + entries
    printed = [b for b in section.blocks if b.kind == "output" and b.name and target.bears(b.name)]
    if printed:
        return [_Found(_printed(printed[-1].text), printed[-1].place, "plain")]
    claimed = [
        other
        for other in siblings
        if other is not target
        and not other.wanted.prose
        and (other.wanted.part in segments or any(True for _ in _stated(section.blocks, other)))
    ]
    if target.alone or len(claimed) == sum(not other.wanted.prose for other in siblings) - 1:
        single = _single(_Segment(_unclaimed(rest.blocks, claimed)))
        if single:
            return single
    # something is there but cannot be told apart: shown as it stands rather than called missing
    return [] if claimed or (segments and not target.alone) else _as_prose(rest, section)


def _unclaimed(blocks: Sequence[Block], others: Sequence[_Target]) -> list[Block]:
    """The blocks that state nothing of the other parts of the same question."""
    return [block for block in blocks if not any(True for other in others for _ in _stated([block], other))]


def _without_values(blocks: Sequence[Block], targets: Sequence[_Target]) -> list[Block]:
    """The blocks without code that only gives values to other parts' names."""
    named = [
        at
        for at, block in enumerate(blocks)
        if block.kind == "entry" and any(target.bears(block.name) for target in targets)
    ]
    codes = {max((at for at in range(last) if blocks[at].kind == "code"), default=-1) for last in named}
    return [block for at, block in enumerate(blocks) if at not in codes]


def _segments(blocks: Sequence[Block], siblings: Sequence[_Target]) -> tuple[dict[str, _Segment], _Segment]:
    """The pieces of a section that a label or sub-heading gives to one part, and what is left."""
    segments: dict[str, _Segment] = {}
    rest = current = _Segment()
    for block in blocks:
        if block.kind == "heading":
            named = _sibling(block.text.rstrip(":. "), siblings)
            current = segments.setdefault(named.wanted.part, _Segment()) if named else rest
            if not named:
                current.blocks.append(block)
        elif block.kind == "prose":
            for text, line, label in _labelled(block, siblings):
                if label:
                    current = segments.setdefault(label.wanted.part, _Segment())
                if text.strip():
                    place = Place(block.place.file, block.place.cell, line)
                    current.blocks.append(Block("prose", text, place))
        else:
            if block.kind in {"code", "output"}:
                current = rest
            current.blocks.append(block)
    return segments, rest


def _labelled(block: Block, siblings: Sequence[_Target]) -> Iterator[tuple[str, int | None, _Target | None]]:
    """The text of a paragraph cut at lines such as `**limit:** (1, 1)`, with the part each belongs to."""
    kept: list[str] = []
    begins, label = block.place.line, None
    for offset, line in enumerate(block.text.split("\n")):
        parts = _named(line) if ":" in line else None
        named = _sibling(parts[0], siblings) if parts and parts[1] == ":" else None
        if parts and named:
            yield "\n".join(kept), begins, label
            kept, label = [parts[2]], named
            begins = None if block.place.line is None else block.place.line + offset
        else:
            kept.append(line)
    yield "\n".join(kept), begins, label


def _sibling(name: str, siblings: Sequence[_Target]) -> _Target | None:
    name = name.strip().strip("*_` ")
    return next((other for other in siblings if other.bears(name)), None)


def _named(line: str) -> tuple[str, str, str] | None:
    """A line as (name, sign, value) where it begins with a name and a colon or an equals sign."""
    text = _BULLET.sub("", line[:TEXT_LIMIT], count=1).strip()
    start = text.find("$", 1) + 1 if text.startswith("$") else 0
    found = _SIGN.search(text, start)
    if found is None or found.start() > NAME_LIMIT or "$" in text[start : found.start()]:
        return None
    name = text[: found.start()].strip(" *_")
    return (name, found[0], text[found.end() :].lstrip(" *_")) if name else None


def _inline(text: str) -> list[tuple[int, int, str]]:
    """The inline formulas of a text: where each begins and ends, and what is inside."""
    found: list[tuple[int, int, str]] = []
    at, last = 0, text.rfind("\\)")
    while opening := _OPENING.search(text, at):
        at = opening.end()
        if opening[0] == "$":
            closing = _DOLLARS.match(text, at)
            if closing is None:
                continue
            found.append((opening.start(), closing.end(), closing[1]))
            at = closing.end()
        elif at <= last:
            end = text.index("\\)", at)
            found.append((opening.start(), end + 2, text[at:end]))
            at = end + 2
    return found


def _stated(blocks: Sequence[Block], target: _Target) -> Iterator[_Found]:
    """Every relation that gives the part's quantity, in the order they stand."""
    for block in blocks:
        if block.kind == "formula":
            yield from _from_relations(relations(block.text), target, block.place, "latex")
        elif block.kind == "code" and block.place.cell is None:
            for offset, line in enumerate(block.text.split("\n")):
                if "=" in line:
                    place = _down(block.place, offset)
                    yield from _from_relations(relations(line), target, place, notation_of(line))
        elif block.kind == "prose":
            for offset, line in enumerate(block.text[:TEXT_LIMIT].split("\n")):
                if not line.lstrip().startswith(">"):  # a quotation is the sheet's, not the student's
                    yield from _on_line(line, target, _down(block.place, offset))
            if "\n" in block.text:
                yield from _across_lines(block, target)


def _on_line(line: str, target: _Target, place: Place) -> Iterator[_Found]:
    line = _BULLET.sub("", line, count=1).replace("`", "")
    for _, _, formula in _inline(line):
        yield from _from_relations(relations(formula), target, place, "latex")
    if "=" not in line and ":" not in line:
        return
    if parts := _named(line):
        name, sign, value = parts
        if value and (sign == ":" or "$" in line) and any(map(target.bears, (name, *_endings(name)))):
            yield _value(value, place)
            return
    if "$" not in line and "=" in line:
        for relation in relations(line):
            value = trimmed_words(relation.value)
            for side in relation.sides:
                left = next((end for end in (side, *_endings(side)) if target.bears(end)), None)
                if left is not None:
                    text = f"{left.strip()} = {value}" if target.wanted.equation else value
                    yield _Found(text, place, notation_of(text))
                    break


def _across_lines(block: Block, target: _Target) -> Iterator[_Found]:
    """Inline formulas that are broken over lines."""
    for start, _, formula in _inline(block.text[:TEXT_LIMIT]):
        if "\n" in formula:
            place = _down(block.place, block.text.count("\n", 0, start))
            yield from _from_relations(relations(formula), target, place, "latex")


def _from_relations(
    found: Iterable[Relation], target: _Target, place: Place, notation: Notation
) -> Iterator[_Found]:
    for relation in found:
        if any(target.bears(side) for side in relation.sides) and relation.value:
            chain = " = ".join(map(str.strip, (*relation.sides, relation.value)))
            yield _Found(chain if target.wanted.equation else relation.value, place, notation, relation.boxed)


def _endings(text: str) -> Iterator[str]:
    """The last one to three words: in "so the best rate eta* = ..." the name is the last."""
    words = text.split()
    for count in (1, 2, 3):
        if count < len(words):
            yield " ".join(words[-count:])


def _last(found: Iterator[_Found]) -> list[_Found]:
    """The last candidate, a boxed one before all others."""
    candidates = list(found)
    best = [one for one in candidates if one.boxed] or candidates
    return best[-1:]


def _single(segment: _Segment) -> list[_Found]:
    """The one formula, or the one value, that a piece of a section consists of."""
    boxes = [
        _Found(trimmed(inner), block.place, "latex")
        for block in segment.blocks
        if block.kind in {"formula", "prose"}
        for inner in boxed(block.text)
    ]
    if len(boxes) == 1:
        return boxes
    formulas: list[_Found] = []
    lines: list[tuple[str, Place]] = []
    for block in segment.blocks:
        if block.kind == "formula":
            formulas.append(_Found(trimmed(block.text), block.place, "latex"))
        elif block.kind == "entry":
            formulas.append(_Found(block.text, block.place, block.notation))
        elif block.kind == "prose":
            for offset, line in enumerate(block.text[:TEXT_LIMIT].split("\n")):
                if line.strip() and not line.lstrip().startswith(">"):
                    lines.append((_BULLET.sub("", line, count=1).strip(), _down(block.place, offset)))
    if len(formulas) == 1:
        return formulas
    if formulas or not lines:
        return []
    # a label's own line, or the first of a section, is the value when the others only talk
    text, place = lines[0]
    inline = [(formula, where) for line, where in lines for _, _, formula in _inline(line)]
    if len(inline) == 1 and not re.match(r"[\d(\[-]", text):
        formula, where = inline[0]
        return [_Found(trimmed(formula), where, "latex")]
    if len(lines) == 1 or re.match(r"[\d(\[$\\-]", text):
        return [_value(text, place)]
    return []


def _value(text: str, place: Place) -> _Found:
    """A value as it stands in a line: of a formula in dollars what is inside, else without words after it."""
    text = text.replace("`", "").strip()
    formulas = _inline(text)
    if formulas:
        start, end, formula = formulas[0]
        before, after = text[:start].strip(" *_"), text[end:].strip(" .,;*_")
        if not re.search(r"\d", before) and (len(formulas) == 1 or after[:1].isalpha() or not before):
            return _Found(trimmed(formula), place, "latex")
    inner, notation = unwrapped(trimmed_words(text))
    return _Found(inner, place, notation)


def _as_prose(segment: _Segment, section: Section) -> list[_Found]:
    text = _written(segment.blocks)
    if not text:
        return []
    first = next((b for b in segment.blocks if b.kind != "entry"), section.blocks[0])
    return [_Found(text[:TEXT_LIMIT], first.place, "plain")]


def _passage(sections: Sequence[Section]) -> str:
    return "\n\n".join(filter(None, (_written(section.blocks) for section in sections)))[:PASSAGE_LIMIT]


def _written(blocks: Sequence[Block]) -> str:
    """Blocks as one text again; entries are left out, since their code is there."""
    parts = [
        f"$$\n{block.text}\n$$" if block.kind == "formula" else block.text
        for block in blocks
        if block.kind != "entry" and block.text.strip()
    ]
    return "\n\n".join(parts).strip()


def _down(place: Place, lines: int) -> Place:
    return Place(place.file, place.cell, None if place.line is None else place.line + lines)


def _blank(text: str) -> bool:
    return not text.strip() or _PLACEHOLDER.fullmatch(text.strip()) is not None


def _same(one: str, other: str) -> bool:
    return one == other or "".join(one.split()) == "".join(other.split())
