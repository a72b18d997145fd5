"""Blocks gathered under the question they answer, by the headings that bear the sheet's numbers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from grader.documents import _numbering, _restarts
from grader.documents._numbering import Label, Number
from grader.documents._prose import BOLD, DECIMAL, ITEM, NUMBERED
from grader.types import Block

# so many answers must be marked before what stands before the marks is taken for the questions
MARKED = 3
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_MARKER = re.compile(r"\(?([a-z]{1,4})\)(?=\s|[.:]|$)", re.IGNORECASE)
_MARK = re.compile(
    r"\s*(?:\*\*|__)?(?:my\s+)?(?:solution|answer)\s*(?:\*\*|__)?\s*[:.](?:\*\*|__)?(?:\s|$)", re.I
)
_BACK_MATTER = re.compile(
    r"\s*(?:#+\s*|\*\*|__)?(?:contributors|references|bibliography|acknowledge?ments?|works cited)"
    r"\s*:?\s*(?:\*\*|__)?\s*:?\s*(?:\n|$)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Section:
    """What stands under one question's heading; `owner` is its number, empty where it is no question's."""

    owner: Label
    blocks: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class _Position:
    """Where in the sheet the reader is: the number, the level of its heading, what its list items hang on."""

    label: Label = ()
    level: int = 0
    list_of: Label | None = None
    counted: bool = False
    """The number was counted from a letter: `(b)` of question 1 where the sheet has a 1.2."""


def split(blocks: Iterable[Block], labels: Collection[Label]) -> list[Section]:
    """The sections of a document, in order; `labels` are the numbers that are asked for.

    A line that merely begins with a number is a heading only if the sheet has that number.
    """
    blocks = _restarts.renumbered(list(blocks), labels)
    known = {label[:length] for label in labels for length in range(1, len(label) + 1)}
    stated = {
        number.label
        for block in blocks
        if block.kind == "heading" and block.level < ITEM and (number := _numbering.read(block.text))
    }
    unstated = {label[:n] for label in set(labels) - stated for n in range(1, len(label) + 1)} - stated
    sections = [Section(())]
    position = _Position()
    tops = _tops(blocks, labels)
    again = _restarts.restarted(blocks, labels)
    end = _back_matter(blocks)
    for at, block in enumerate(blocks):
        if at == end:
            sections.append(Section(()))  # who wrote the sheet answers no question
        if block.kind != "heading":
            sections[-1].blocks.append(block)
            continue
        if at in tops or at in again:
            label = tops.get(at) or again[at]
            position = _Position(label, min(block.level, NUMBERED))
            sections.append(Section(_owner(label, labels)))
            continue
        number = _number(block, position, known, unstated)
        counted = None if number else _counted(block, position, labels, unstated)
        number = _deeper(number or counted, known)
        if number and number.label not in labels and _next_letter(blocks, at) == ("b",):
            first = (*number.label, "a")  # what comes before `(b)` answers (a)
            number = replace(number, label=first) if first in labels else number
        if number is None:
            if block.level < BOLD and position.label and block.level <= position.level:
                position = _Position()
                sections.append(Section(()))
            plain = block.level > BOLD
            sections[-1].blocks.append(replace(block, kind="prose", level=0) if plain else block)
            continue
        listed = position.list_of
        if block.level == ITEM:
            listed = position.label if listed is None else listed
        elif listed is not None and not (
            len(number.label) > len(listed)
            and number.label[: len(listed)] == listed
            and number.label[-1].isalpha()
        ):
            listed = None
        position = _Position(number.label, min(block.level, NUMBERED), listed, counted is not None)
        owner = _owner(number.label, labels)
        if not owner or owner != sections[-1].owner or len(number.label) <= len(owner):
            sections.append(Section(owner))
        if number.word:
            sections[-1].blocks.append(replace(block, text=number.word, level=BOLD))
        if number.rest and (block.level >= BOLD or "$" in number.rest or "=" in number.rest):
            sections[-1].blocks.append(replace(block, kind="prose", text=number.rest, level=0))
    _give_back(sections)
    return _after_marks(sections) if _marked(sections) else sections


def _back_matter(blocks: Sequence[Block]) -> int | None:
    """Where `Contributors:` or `References` ends the last question, if no number follows."""
    for at in range(len(blocks) - 1, -1, -1):
        block = blocks[at]
        if _BACK_MATTER.match(block.text) and block.kind in {"prose", "heading"}:
            return at
        if block.kind == "heading" and (_numbering.read(block.text) or _numbering.letter(block.text)):
            return None
    return None


def _give_back(sections: Sequence[Section]) -> None:
    """Answers behind a list of copied questions belong to the first of them that comes again.

    `(a) question (b) question text (a) more text`: the text in the middle is no answer to (b).
    """
    copied = False  # the question before was copied and not answered there
    for at, section in enumerate(sections[:-1]):
        following = sections[at + 1].owner
        if copied and section.blocks and section.owner and following:
            empty = {one.owner for one in sections[:at] if not one.blocks}
            again = section.owner in {one.owner for one in sections[at + 1 :]}
            if again and following in empty and _ordered(following) < _ordered(section.owner):
                section.owner = following
        copied = bool(section.owner) and not section.blocks


def _tops(blocks: Sequence[Block], labels: Collection[Label]) -> dict[int, Label]:
    """Where `2. Title` opens a question: the sheet has a 2a, and the next heading of any kind is `(a)`.

    The numbers must rise, so that an item of a list inside an answer is not taken for one.
    """
    first = {label[:-1] for label in labels if len(label) == 2 and label[1] == "a"}
    nested = {label[:1] for label in labels if len(label) > 1 and label[1] == "1"}
    if any(block.kind == "heading" and block.level < ITEM and _single(block) in nested for block in blocks):
        nested = set()  # the questions have headings of their own; this is a list below one of them
    headings = [(at, block) for at, block in enumerate(blocks) if block.kind == "heading"]
    tops: dict[int, Label] = {}
    reached = 0
    for (at, block), (_, following) in pairwise(headings):
        number = _numbering.item(block.text) if block.level == ITEM else None
        opened = _numbering.letter(following.text)
        restarted = following.level == ITEM and _numbering.item(following.text)
        lettered = number and opened and opened.label == ("a",) and number.label in first
        again = number and restarted and restarted.label == ("1",) and number.label in nested
        if number is None or not (lettered or again):
            continue
        if int(number.label[0]) > reached:
            tops[at] = number.label
            reached = int(number.label[0])
    return tops


def _single(block: Block) -> Label:
    number = _numbering.read(block.text)
    return number.label[:1] if number else ()


def _next_letter(blocks: Sequence[Block], at: int) -> Label:
    """The letter of the next heading, empty if it has none."""
    following = next((block for block in blocks[at + 1 :] if block.kind == "heading"), None)
    letter = _numbering.letter(following.text) if following else None
    return letter.label if letter else ()


def _marked(sections: Sequence[Section]) -> bool:
    """Whether a document marks its answers with `Solution:`, so that the question stands before it."""
    owned = [section for section in sections if section.owner and section.blocks]
    marked = sum(
        any(_MARK.match(block.text) for block in one.blocks if block.kind == "prose") for one in owned
    )
    return marked >= MARKED and 2 * marked > len(owned)


def _after_marks(sections: Sequence[Section]) -> list[Section]:
    """The sections without what stands before their `Solution:`; one without the mark is kept as it is."""
    kept: list[Section] = []
    for section in sections:
        at = next(
            (n for n, b in enumerate(section.blocks) if b.kind == "prose" and _MARK.match(b.text)),
            None,
        )
        if at is None or not section.owner:
            kept.append(section)
            continue
        opening = section.blocks[at]
        text = opening.text[_MARK.match(opening.text).end() :]  # type: ignore[union-attr]
        first = [replace(opening, text=text.strip())] if text.strip() else []
        kept.append(Section(section.owner, [*first, *section.blocks[at + 1 :]]))
    return kept


def _number(
    block: Block, position: _Position, known: Collection[Label], unstated: Collection[Label]
) -> Number | None:
    """The full number a heading gives its section, or None when it is no number of the sheet."""
    plain = block.level > BOLD
    if block.level == ITEM:
        number = _numbering.item(block.text)
        parent = position.label if position.list_of is None else position.list_of
        if number and parent and (*parent, *number.label) in unstated:
            return replace(number, label=(*parent, *number.label))
        return None
    if block.level == DECIMAL:
        number = _numbering.read(block.text)
        risen = number and _ordered(number.label) > _ordered(position.label)
        return number if number and risen and number.label in unstated else None
    if number := _numbering.read(block.text):
        if number.label not in known and len(number.label) == 2 and number.label[1].isalpha():
            for length in range(len(position.label), 0, -1):  # `3. (a)` in section 3 is 3.3(a)
                label = (*position.label[:length], *number.label)
                if label in known:
                    return replace(number, label=label)
        if number.label not in known and number.label[-1].isalpha() and number.label[:-1] in known:
            # `Q5 (i) ...`: the first of several answers to question 5
            rest = f"({number.label[-1]}) {number.rest}"
            return replace(number, label=number.label[:-1], rest=rest)
        return number if number.label in known or not (plain or block.level == BOLD) else None
    if number := _numbering.letter(block.text):
        for length in range(len(position.label), 0, -1):
            label = (*position.label[:length], *number.label)
            if label in known:
                return replace(number, label=label)
    return None


def _counted(
    block: Block, position: _Position, labels: Collection[Label], unstated: Collection[Label]
) -> Number | None:
    """The number that a letter counts to, where the sheet has numbers: `(b)` of question 1 is its 1.2.

    Only where the number above is no question itself, so that a list within an answer stays there, and the
    sheet's own number stands nowhere; `(i)` is the first, of letters too: 3.2(i) is 3.2a.
    """
    if block.level < BOLD or not (marker := _MARKER.match(block.text.lstrip("*_ "))):
        return None
    word = marker[1].lower()
    places = [_ROMAN.index(word) + 1] if word in _ROMAN else []
    places += [ord(word) - 96] if len(word) == 1 else []
    rest = block.text.lstrip("*_ ")[marker.end() :].strip()
    for length in range(len(position.label), 0, -1):
        above = position.label[:length]
        if above in labels or not (length == len(position.label) or position.counted):
            continue
        for place in places:
            for name in (str(place), chr(96 + place) if place <= 26 else ""):
                if (*above, name) in unstated:
                    return Number((*above, name), rest)
    return None


def _deeper(number: Number | None, known: Collection[Label]) -> Number | None:
    """The number with the letter that stands right behind it: `3) (a) ...` is 3a."""
    opened = _numbering.letter(number.rest) if number and number.rest.startswith("(") else None
    if number is None or opened is None or (*number.label, *opened.label) not in known:
        return number
    return replace(number, label=(*number.label, *opened.label), rest=opened.rest)


def _ordered(label: Label) -> tuple[tuple[int, str], ...]:
    return tuple((int(one), "") if one.isdigit() else (0, one) for one in label)


def _owner(label: Label, labels: Collection[Label]) -> Label:
    """The longest asked-for number that a heading's number lies in."""
    return next((label[:n] for n in range(len(label), 0, -1) if label[:n] in labels), ())
