"""The pieces of a section that a label or a sub-heading gives to one part."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from grader.documents import _quantity
from grader.documents._names import canonical
from grader.extract._targets import Target
from grader.types import Block, Place

LINE_LIMIT = 3_000
PIECES_LIMIT = 50
"""Labels within one line, and letters of a line in which any are looked for."""
_ROMAN = re.compile(r"\s*(?:[-+*•]\s+)?(?:\*\*)?(\([a-z]{1,4}\))(?:\*\*)?[:.]?\s*(.*)")
_CASE = re.compile(
    r"\s*(?:[-+*•]\s+)?(?:when|if|for|in case|in the case)\s([^,:=]{1,80})[,:]\s*(.*)", re.IGNORECASE
)
_WORD = re.compile(r"[A-Za-z]{4,}")
_GAP = re.compile(r"(?:(?<=[;,.])|(?<=\S))\s+(?=\([a-z]{1,4}\)\s|(?<=[;,.] )[A-Za-z\\$#][^:;.,$=]{1,40}:\s)")
_POINT = re.compile(r"^\s*(?:[-+*•]|\(?\d{1,2}[.)]|#+)\s+")


def segments_of(
    blocks: Sequence[Block], siblings: Sequence[Target]
) -> tuple[dict[str, list[Block]], list[Block]]:
    """The pieces of a section that a label or sub-heading gives to one part, and what is left."""
    segments: dict[str, list[Block]] = {}
    rest: list[Block] = []
    current = rest
    for block in blocks:
        if block.kind == "heading":
            named = _sibling(block.text.rstrip(":. "), siblings)
            current = segments.setdefault(named.wanted.part, []) if named else rest
            if not named:
                current.append(block)
        elif block.kind == "prose":
            for text, line, label in _labelled(block, siblings):
                if label:
                    current = segments.setdefault(label.wanted.part, [])
                if text.strip():
                    place = Place(block.place.file, block.place.cell, line)
                    current.append(Block("prose", text, place))
        else:
            if block.kind in {"code", "output"}:
                current = rest
            current.append(block)
    return segments, rest


def _labelled(block: Block, siblings: Sequence[Target]) -> Iterator[tuple[str, int | None, Target | None]]:
    """The text of a paragraph cut at lines such as `**limit:** (1, 1)`, with the part each belongs to."""
    kept: list[str] = []
    begins, label = block.place.line, None
    for offset, line in _pieces(block.text, siblings):
        named, text = _label(line, siblings)
        if named:
            yield "\n".join(kept), begins, label
            kept, label = [text], named
            begins = None if block.place.line is None else block.place.line + offset
        else:
            kept.append(line)
    yield "\n".join(kept), begins, label


def _pieces(text: str, siblings: Sequence[Target]) -> Iterator[tuple[int, str]]:
    """The lines of a paragraph with their numbers, cut where a label follows within one.

    `(i) $e = 1$ (ii) $f = 2$` and `wide: $A$; tall: $B$` are two pieces each.
    """
    for offset, line in enumerate(text.split("\n")):
        start = 0
        if len(line) > LINE_LIMIT:
            yield offset, line
            continue
        formulas = [(begin, end) for begin, end, _ in _quantity.inline(line)] if "$" in line else []
        for gap in islice(_GAP.finditer(line), PIECES_LIMIT):
            if any(begin < gap.start() < end for begin, end in formulas):
                continue
            if _label(line[gap.end() :], siblings)[0] and line[start : gap.start()].strip():
                yield offset, line[start : gap.start()]
                start = gap.end()
        yield offset, line[start:]


def _label(line: str, siblings: Sequence[Target]) -> tuple[Target | None, str]:
    """The part a line begins to answer, `**limit:** ...`, `(ii) ...`, `When X is wide, ...`; and its text."""
    parts = _quantity.named(line) if ":" in line else None
    if parts and parts[1] == ":" and (named := _sibling(parts[0], siblings) or _told(parts[0], siblings)):
        return named, parts[2]
    bare = _POINT.sub("", line, count=1).strip(" *_:")
    if " " in bare and "$" not in bare and "=" not in bare and (named := _sibling(bare, siblings)):
        return named, ""  # `1) number of units`, and the number below
    if (roman := _ROMAN.match(line)) and (named := _sibling(roman[1], siblings)):
        return named, roman[2]
    if case := _CASE.match(line):
        words = {canonical(word).lower() for word in _WORD.findall(case[1])}
        meant = [one for one in siblings if any(name.lower() in words for name in one.quantity.names)]
        if len(meant) == 1:
            return meant[0], case[2]
    return None, line


def _told(name: str, siblings: Sequence[Target]) -> Target | None:
    """The one part of whose names in several words one stands in a label: `# of input links, per layer`."""
    words = " ".join(re.findall(r"[a-z]+", name.lower()))
    if not 2 <= len(words.split()) <= 10:
        return None
    meant = [
        other
        for other in siblings
        if any(
            len(spoken := re.findall(r"[a-z]+", name.lower())) > 1 and f" {' '.join(spoken)} " in f" {words} "
            for name in other.wanted.names
        )
    ]
    return meant[0] if len(meant) == 1 else None


def _sibling(name: str, siblings: Sequence[Target]) -> Target | None:
    name = name.strip().strip("*_` ")
    return next((other for other in siblings if other.quantity.bears(name)), None)
