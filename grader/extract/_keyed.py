"""Answers under a key: in answer files, and as literals and variables in code."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from grader.documents import _numbering, _quantity
from grader.documents._names import canonical
from grader.documents._numbering import Label
from grader.documents._quantity import Found
from grader.extract._targets import Target, unique
from grader.extract._texts import PASSAGE_LIMIT
from grader.types import Block

Keyed = dict[tuple[Label, str], list[Block]]


def keyed_entries(entries: Sequence[Block], labels: Collection[Label]) -> Keyed:
    """Entries by the number and the name in their key: `3.1.output`, `Q3.1.conv_output`, `3.1`."""
    keyed: Keyed = {}
    for block in entries:
        number = _numbering.read(block.name)
        if number:
            label, rest = number.label, number.word or number.rest
            if label not in labels and label[:-1] in labels and not rest:
                label, rest = label[:-1], label[-1]  # `2.3.z` where z is a quantity, not a sub-question
            keyed.setdefault((label, canonical(rest)), []).append(block)
    return keyed


def by_number(keyed: Keyed, target: Target) -> Iterator[Found]:
    """What stands under a part's number, with its name or without one."""
    blocks: list[Block] = []
    for (label, name), found in keyed.items():
        if label != target.label:
            continue
        direct = name == "" and (target.alone or not target.quantity.word)
        if direct or (name and (name in target.quantity.names or name.lower() == target.quantity.word)):
            blocks += found
    if blocks:
        for block in blocks:
            yield Found(block.text, block.place, block.notation)
        return
    inner = [
        block for (label, name), found in keyed.items() if label == target.label and name for block in found
    ]
    if inner and target.alone:
        # `1.1.2: {verdict: yes, reason: ...}` where the sheet has one part
        if target.wanted.reads == "prose" or len(inner) > 1:
            text = "\n".join(f"{block.name.rpartition('.')[2]}: {block.text}" for block in inner)
            yield Found(text, inner[0].place, "plain")
        else:
            yield Found(inner[0].text, inner[0].place, inner[0].notation)


def by_name(blocks: Sequence[Block], target: Target, targets: Sequence[Target]) -> Iterator[Found]:
    """Entries, else printed outputs, that bear a name no other part has."""
    if not unique(target, targets):
        return
    entries = [b for b in blocks if b.kind == "entry" and canonical(b.name) in target.quantity.names]
    if entries:
        # in a notebook a variable's last value stands; an answer file that says two things is shown as it is
        for block in entries[-1:] if entries[-1].place.cell else entries:
            yield Found(block.text, block.place, block.notation)
        return
    outputs = [
        b for b in blocks if b.kind == "output" and b.name and canonical(b.name) in target.quantity.names
    ]
    for block in outputs[-1:]:
        yield Found(_quantity.printed(block.text), block.place, "plain")


def beside(keyed: Keyed, target: Target, targets: Sequence[Target]) -> str:
    """The entries of the same question that no part asks for: the data of an example, a remark."""
    siblings = [other for other in targets if other.label == target.label]
    lines = [
        f"{block.name.rpartition('.')[2]}: {block.text}"
        for (label, name), blocks in keyed.items()
        if label == target.label and name and not any(other.quantity.bears(name) for other in siblings)
        for block in blocks
    ]
    return "\n".join(lines)[:PASSAGE_LIMIT]
