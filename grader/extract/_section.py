"""What a section with a part's own number answers: what it states, else what stands there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from grader.documents import _contexts, _quantity, _sentences
from grader.documents._quantity import Found
from grader.documents._sections import Section
from grader.extract._segments import LINE_LIMIT, segments_of
from grader.extract._targets import Target
from grader.extract._texts import as_prose, blank, states_something, written
from grader.types import Block

A_SENTENCE = 60
"""Letters behind a label that may say more than what the label names."""


def in_section(section: Section, target: Target, targets: Sequence[Target]) -> list[Found]:
    """What a section answers of a part; shown as it stands where it cannot be told apart."""
    siblings = [other for other in targets if other.label == target.label]
    section = Section(section.owner, _without_questions(section.blocks, siblings))
    if not section.blocks:
        return []
    segments, rest = segments_of(section.blocks, siblings)
    segment = segments.get(target.wanted.part)
    if target.wanted.reads == "prose":
        own = segment or (rest if segments else section.blocks)
        more = len(written(section.blocks)) > A_SENTENCE and states_something(section.blocks)
        if not segment and not segments and (items := _items(section.blocks, len(siblings))):
            own = items[siblings.index(target)]  # `1) the values 2) what they show`
        if not segment and len(segments) == 1 and not written(rest) and more:
            own = (
                section.blocks
            )  # `AdaGrad: take x = ..., which ends in ..., so no` answers more than one part
        return as_prose(_without_values(own, target, targets) or own, section, shown=False)
    entries = [
        Found(b.text, b.place, b.notation)
        for b in section.blocks
        if b.kind == "entry" and target.quantity.bears(b.name)
    ][-1:]
    if segment:
        stated = _quantity.last(_quantity.stated(segment, target.quantity), target.quantity)
        stated = stated or _quantity.listed(segment) or _quantity.single(segment, labelled=True)
        return stated + entries if stated else entries or as_prose(segment, section)
    in_two_steps, blocks = _contexts.values(section.blocks, [one.quantity for one in siblings])
    if (at := siblings.index(target)) in in_two_steps:
        return [in_two_steps[at], *entries]
    stated = _quantity.last(_quantity.stated(blocks, target.quantity), target.quantity)
    stated = stated or _sentences.given(
        blocks, target.quantity, [s.quantity for s in siblings if s is not target]
    )
    stated = stated or ([] if entries else _quantity.of_multiple(blocks, target.quantity))
    if stated or entries:
        return stated + entries
    printed = [b for b in section.blocks if b.kind == "output" and b.name and target.quantity.bears(b.name)]
    if printed:
        return [Found(_quantity.printed(printed[-1].text), printed[-1].place, "plain")]
    claimed = [
        other
        for other in siblings
        if other is not target
        and other.wanted.reads != "prose"
        and (
            other.wanted.part in segments
            or siblings.index(other) in in_two_steps
            or any(True for _ in _quantity.stated(blocks, other.quantity))
        )
    ]
    if target.alone or len(claimed) == sum(other.wanted.reads != "prose" for other in siblings) - 1:
        single = _quantity.single(_unclaimed(rest, claimed), labelled=False)
        if single:
            return single
    # something is there but cannot be told apart: shown as it stands rather than called missing
    if not claimed and (target.alone or not segments):
        return as_prose(rest, section)
    left = [block for block in _unclaimed(rest, claimed) if block.kind in {"prose", "formula"}]
    left += _says_more(section.blocks, claimed)
    texts = [one for one in siblings if one.wanted.reads == "prose"]
    said = [block for one in texts for block in segments.get(one.wanted.part, ())]
    if (
        not left and len(segments) == 1 and len(written(said)) > A_SENTENCE
    ):  # `states_something` is asked below
        left = said
    return as_prose(left, section) if states_something(left) else []


def _items(blocks: Sequence[Block], count: int) -> list[list[Block]]:
    """The items `1)`, `2)`, ... of a section, where it consists of as many as it has parts."""
    items: list[list[Block]] = []
    for block in blocks:
        lines = block.text.split("\n") if block.kind == "prose" else []
        rest: list[str] = []
        for line in lines:
            if line.strip() and re.match(rf"\s*\(?{len(items) + 1}\)(?:\s|$)", line):
                if rest and items:
                    items[-1].append(replace(block, text="\n".join(rest)))
                items.append([])
                rest = [line.partition(")")[2]]
            else:
                rest.append(line)
        if not items:
            return []  # something stands before the first
        if lines:
            items[-1].append(replace(block, text="\n".join(rest).strip()))
        else:
            items[-1].append(block)
    full = len(items) == count > 1 and all(written(item) for item in items)
    return items if full else []


def _says_more(blocks: Sequence[Block], others: Sequence[Target]) -> list[Block]:
    """Lines that state another part's quantity and more beside it, which may be this part's."""
    more: list[Block] = []
    for block in blocks:
        lines = block.text.split("\n") if block.kind == "prose" else []
        for offset, line in enumerate(lines):
            if len(line) > LINE_LIMIT or len(_quantity.inline(line)) < 2 + line.count("Rightarrow"):
                continue
            piece = replace(block, text=line, place=_quantity.down(block.place, offset))
            if any(True for other in others for _ in _quantity.stated([piece], other.quantity)):
                more.append(piece)
    return more


def _without_questions(blocks: Sequence[Block], siblings: Sequence[Target]) -> list[Block]:
    """The blocks without formulas that leave a part's quantity open, `Z = ?`: they are the sheet's."""
    return [
        block
        for block in blocks
        if block.kind != "formula"
        or "?" not in block.text
        or not any(blank(one.text) for other in siblings for one in _quantity.stated([block], other.quantity))
    ]


def _unclaimed(blocks: Sequence[Block], others: Sequence[Target]) -> list[Block]:
    """The blocks that state nothing of the other parts of the same question."""
    return [
        block
        for block in blocks
        if not any(True for other in others for _ in _quantity.stated([block], other.quantity))
    ]


def _without_values(blocks: Sequence[Block], mine: Target, targets: Sequence[Target]) -> list[Block]:
    """The blocks without code that gives values to other parts' names.

    A short name such as `w2` is one of many things, and another question's only by chance.
    """
    others = [other for other in targets if other is not mine]
    codes: set[int] = set()
    code = -1
    for at, block in enumerate(blocks):
        if block.kind == "code":
            code = at
        elif block.kind == "entry" and any(
            other.quantity.bears(block.name) and (other.label == mine.label or len(block.name) > 2)
            for other in others
        ):
            codes.add(code)
    return [block for at, block in enumerate(blocks) if at not in codes]
