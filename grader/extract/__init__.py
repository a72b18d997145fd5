"""Finds each part's answers in a student's documents: by its number, by its quantity's name, by both.

_targets    the parts that are looked for
_keyed      answers under a key
_section    what a section with a part's number answers
_segments   its pieces, by labels and sub-headings
_around     answers in other sections
_texts      text as it stands
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from grader.documents import _quantity
from grader.documents._prose import DECIMAL
from grader.documents._sections import Section, split
from grader.extract._around import before, on_the_way, own_sections, stated_elsewhere
from grader.extract._keyed import beside, by_name, by_number, keyed_entries
from grader.extract._section import in_section
from grader.extract._targets import Wanted, targets_of, unique
from grader.extract._texts import PASSAGE_LIMIT, blank, written
from grader.sheet import NONE as NO_SHEET
from grader.sheet import Sheet, without
from grader.types import Answer, Block, Document, Problem

if TYPE_CHECKING:
    from grader.rubric import Rubric

__all__ = ["Wanted", "find", "unplaced", "wanted"]

UNPLACED = 6
"""Paragraphs and formulas without a number, from which on they may be answers."""


def find(
    documents: Sequence[Document], wanted: Sequence[Wanted], sheet: Sheet = NO_SHEET
) -> dict[str, tuple[Answer, ...]]:
    """The answers of each part that has any; several where places of a submission differ.

    What stands on the `sheet` is the question: it is never an answer.
    """
    targets = targets_of(tuple(wanted))
    documents = [without(document, sheet) for document in documents]
    labels = {target.label for target in targets}
    answers: dict[str, list[Answer]] = {}
    for document in documents:
        entries = [block for block in document.blocks if block.kind == "entry" and block.name]
        sectioned = any(block.kind == "heading" and block.level < DECIMAL for block in document.blocks)
        if not sectioned:  # `1.5 times as much` is then no heading
            document = document._replace(blocks=tuple(map(_as_text, document.blocks)))
        sections = split(document.blocks, labels) if sectioned else []
        keyed = keyed_entries(entries, labels)
        for target in targets:
            mine = [section for section in sections if section.owner == target.label and section.blocks]
            mine = own_sections(mine, target, targets)
            found = list(by_number(keyed, target))
            for section in mine:
                found += in_section(section, target, targets)
            found = [one for one in found if not blank(one.text)]
            if all(one.shown or one.unnamed for one in found):
                elsewhere = [section for section in sections if section not in mine]
                found = stated_elsewhere(elsewhere, target, targets) or found
            if mine and all(one.shown for one in found):
                found = before(sections, mine, target) or found
            # a question that is copied twice is answered once: what is stated outweighs what is only shown
            found = [one for one in found if not one.shown] or found
            if not found:
                found = list(by_name(document.blocks, target, targets))
            if not found and not mine:
                found = on_the_way(sections, target, targets)
            if not found and not sectioned and target.wanted.names and not entries:
                found = (
                    _quantity.last(_quantity.stated(document.blocks, target.quantity))
                    if unique(target, targets)
                    else []
                )
            found = [one for one in found if not blank(one.text)]
            passage = (_passage(mine) or beside(keyed, target, targets)) if found else ""
            kept = answers.setdefault(target.wanted.part, [])
            for one in found:
                if not any(_same(one.text, answer.text) for answer in kept):
                    answer = Answer(target.wanted.part, one.text, one.place, one.notation, passage)
                    kept.append(answer._replace(chain=one.chain, doubt=one.doubt))
    return {part: tuple(kept) for part, kept in answers.items() if kept}


def unplaced(
    documents: Sequence[Document], wanted: Sequence[Wanted], sheet: Sheet = NO_SHEET
) -> tuple[Problem, ...]:
    """The write-ups most of whose text stands under no number of the sheet: nothing in them is missing.

    An answer that is not found there may stand under a number nobody understood.
    """
    labels = {target.label for target in targets_of(tuple(wanted))}
    problems = []
    for document in documents:
        document = without(document, sheet)
        if any(block.kind == "entry" for block in document.blocks):
            continue
        written = [
            (section.owner, block)
            for section in split(document.blocks, labels)
            for block in section.blocks
            if block.kind in {"prose", "formula"}
        ]
        left = [block for owner, block in written if not owner]
        if len(left) >= UNPLACED and 2 * len(left) > len(written):
            said = (
                f"{len(left)} of {len(written)} paragraphs and formulas stand under no number of the sheet. "
                "A person will look there for what was not found."
            )
            problems.append(Problem(left[0].place, said))
    return tuple(problems)


def wanted(rubric: Rubric) -> tuple[Wanted, ...]:
    """What to look for to mark a rubric: one entry for each part, in its order."""
    return tuple(Wanted(part.id, part.number, part.names, part.reads) for part in rubric.parts)


def _as_text(block: Block) -> Block:
    return replace(block, kind="prose", level=0) if block.kind == "heading" else block


def _passage(sections: Sequence[Section]) -> str:
    return "\n\n".join(filter(None, (written(section.blocks) for section in sections)))[:PASSAGE_LIMIT]


def _same(one: str, other: str) -> bool:
    return one == other or "".join(one.split()) == "".join(other.split())
