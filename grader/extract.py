"""Finds each part's answers in a student's documents: by its number, by its quantity's name, by both."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from grader.documents import _contexts, _numbering, _quantity, _sentences
from grader.documents._names import canonical
from grader.documents._numbering import Label
from grader.documents._prose import DECIMAL
from grader.documents._quantity import Found, Quantity
from grader.documents._sections import Section, split
from grader.sheet import NONE as NO_SHEET
from grader.sheet import Sheet, without
from grader.types import Answer, Block, Document, Place, Problem, Reads

if TYPE_CHECKING:
    from grader.rubric import Rubric

PASSAGE_LIMIT = 4_000
TEXT_LIMIT = 20_000
LINE_LIMIT = 3_000
PIECES_LIMIT = 50
"""Labels within one line, and letters of a line in which any are looked for."""
UNPLACED = 6
"""Paragraphs and formulas without a number, from which on they may be answers."""
A_SENTENCE = 60
"""Letters behind a label that may say more than what the label names."""
LONG_NAME = 7
"""Letters of a name that says by itself what it is, wherever it stands."""
_PLACEHOLDER = re.compile(
    r"[\s(\[*_]*(?:todo|tbd|skip(?:ped)?|no answer|not (?:done|answered|attempted)|left blank|\?+|-+|…|\.{3})"
    r"(?:[\s:.,)\]*_].{0,60})?",
    re.IGNORECASE,
)
_ROMAN = re.compile(r"\s*(?:[-+*•]\s+)?(?:\*\*)?(\([a-z]{1,4}\))(?:\*\*)?[:.]?\s*(.*)")
_CASE = re.compile(
    r"\s*(?:[-+*•]\s+)?(?:when|if|for|in case|in the case)\s([^,:=]{1,80})[,:]\s*(.*)", re.IGNORECASE
)
_WORD = re.compile(r"[A-Za-z]{4,}")
_GAP = re.compile(r"(?:(?<=[;,.])|(?<=\S))\s+(?=\([a-z]{1,4}\)\s|(?<=[;,.] )[A-Za-z\\$#][^:;.,$=]{1,40}:\s)")
_LONE_LETTER = re.compile(r"(?m)^\s*(?:\([a-z]{1,4}\)|\(?\d{1,2}[.)])\s*$")
_FRAME = re.compile(r"\\(?:begin|end)\{[^{}]*\}|\\(?:[cvd]dots|[\\,;!])|[\s&$]")
_COMMANDS = re.compile(r"\\(?:begin|end)\{[a-z]+\}|\\(?:[dt]?frac|left|right|cdot|times)(?![A-Za-z])")
_POINT = re.compile(r"^\s*(?:[-+*•]|\(?\d{1,2}[.)]|#+)\s+")
_QUANTITY = re.compile(r"(?<=\d)\.[A-Za-z]$")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One part to look for: its id, its number on the sheet, its quantity's names, what its check reads."""

    part: str
    number: str
    names: tuple[str, ...] = ()
    reads: Reads = "value"


@dataclass(frozen=True, slots=True)
class _Target:
    """A part with its number and names as they are compared."""

    wanted: Wanted
    label: Label
    quantity: Quantity
    alone: bool
    """No other part has this number."""


def find(
    documents: Sequence[Document], wanted: Sequence[Wanted], sheet: Sheet = NO_SHEET
) -> dict[str, tuple[Answer, ...]]:
    """The answers of each part that has any; several where places of a submission differ.

    What stands on the `sheet` is the question: it is never an answer.
    """
    targets = _targets(tuple(wanted))
    documents = [without(document, sheet) for document in documents]
    labels = {target.label for target in targets}
    answers: dict[str, list[Answer]] = {}
    for document in documents:
        entries = [block for block in document.blocks if block.kind == "entry" and block.name]
        sectioned = any(block.kind == "heading" and block.level < DECIMAL for block in document.blocks)
        if not sectioned:  # `1.5 times as much` is then no heading
            document = document._replace(blocks=tuple(map(_as_text, document.blocks)))
        sections = split(document.blocks, labels) if sectioned else []
        keyed = _keyed(entries, labels)
        for target in targets:
            mine = [section for section in sections if section.owner == target.label and section.blocks]
            mine = _own(mine, target, targets)
            found = list(_by_number(keyed, target))
            for section in mine:
                found += _in_section(section, target, targets)
            found = [one for one in found if not _blank(one.text)]
            if all(one.shown or one.unnamed for one in found):
                elsewhere = [section for section in sections if section not in mine]
                found = _elsewhere(elsewhere, target, targets) or found
            if mine and all(one.shown for one in found):
                found = _before(sections, mine, target) or found
            # a question that is copied twice is answered once: what is stated outweighs what is only shown
            found = [one for one in found if not one.shown] or found
            if not found:
                found = list(_by_name(document.blocks, target, targets))
            if not found and not mine:
                found = _on_the_way(sections, target, targets)
            if not found and not sectioned and target.wanted.names and not entries:
                found = (
                    _quantity.last(_quantity.stated(document.blocks, target.quantity))
                    if _unique(target, targets)
                    else []
                )
            found = [one for one in found if not _blank(one.text)]
            passage = (_passage(mine) or _beside(keyed, target, targets)) if found else ""
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
    labels = {target.label for target in _targets(tuple(wanted))}
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


def _as_text(block: Block) -> Block:
    return replace(block, kind="prose", level=0) if block.kind == "heading" else block


def wanted(rubric: Rubric) -> tuple[Wanted, ...]:
    """What to look for to mark a rubric: one entry for each part, in its order."""
    return tuple(Wanted(part.id, part.number, part.names, part.reads) for part in rubric.parts)


@lru_cache(maxsize=16)
def _targets(wanted: tuple[Wanted, ...]) -> tuple[_Target, ...]:
    # `2.3.z` is the quantity z of 2.3; a sub-question's letter is glued on, as in `2.3z`
    numbers = [_QUANTITY.sub("", one.number) for one in wanted]
    shared = Counter(map(_numbering.label, numbers))
    targets = []
    for one, number in zip(wanted, numbers, strict=True):
        label = _numbering.label(number)
        word = canonical(one.part.removeprefix(number).lstrip(".")).lower()
        names = frozenset(canonical(name) for name in one.names)
        first = canonical(one.names[0]) if one.names else ""
        quantity = Quantity(names, word, one.reads == "equation", first)
        targets.append(_Target(one, label, quantity, shared[label] == 1))
    return tuple(targets)


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


def _by_number(keyed: dict[tuple[Label, str], list[Block]], target: _Target) -> Iterator[Found]:
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


def _by_name(blocks: Sequence[Block], target: _Target, targets: Sequence[_Target]) -> Iterator[Found]:
    """Entries, else printed outputs, that bear a name no other part has."""
    if not _unique(target, targets):
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


def _beside(keyed: dict[tuple[Label, str], list[Block]], target: _Target, targets: Sequence[_Target]) -> str:
    """The entries of the same question that no part asks for: the data of an example, a remark."""
    siblings = [other for other in targets if other.label == target.label]
    lines = [
        f"{block.name.rpartition('.')[2]}: {block.text}"
        for (label, name), blocks in keyed.items()
        if label == target.label and name and not any(other.quantity.bears(name) for other in siblings)
        for block in blocks
    ]
    return "\n".join(lines)[:PASSAGE_LIMIT]


def _unique(target: _Target, targets: Sequence[_Target]) -> bool:
    return not any(target.quantity.names & other.quantity.names for other in targets if other is not target)


# --- sections of a write-up


def _in_section(section: Section, target: _Target, targets: Sequence[_Target]) -> list[Found]:
    siblings = [other for other in targets if other.label == target.label]
    section = Section(section.owner, _without_questions(section.blocks, siblings))
    if not section.blocks:
        return []
    segments, rest = _segments(section.blocks, siblings)
    segment = segments.get(target.wanted.part)
    if target.wanted.reads == "prose":
        own = segment or (rest if segments else section.blocks)
        more = len(_written(section.blocks)) > A_SENTENCE and _states_something(section.blocks)
        if not segment and not segments and (items := _items(section.blocks, len(siblings))):
            own = items[siblings.index(target)]  # `1) the values 2) what they show`
        if not segment and len(segments) == 1 and not _written(rest) and more:
            own = (
                section.blocks
            )  # `AdaGrad: take x = ..., which ends in ..., so no` answers more than one part
        return _as_prose(_without_values(own, target, targets) or own, section, shown=False)
    entries = [
        Found(b.text, b.place, b.notation)
        for b in section.blocks
        if b.kind == "entry" and target.quantity.bears(b.name)
    ][-1:]
    if segment:
        stated = _quantity.last(_quantity.stated(segment, target.quantity), target.quantity)
        stated = stated or _quantity.listed(segment) or _quantity.single(segment, labelled=True)
        return stated + entries if stated else entries or _as_prose(segment, section)
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
        return _as_prose(rest, section)
    left = [block for block in _unclaimed(rest, claimed) if block.kind in {"prose", "formula"}]
    left += _says_more(section.blocks, claimed)
    texts = [one for one in siblings if one.wanted.reads == "prose"]
    said = [block for one in texts for block in segments.get(one.wanted.part, ())]
    if (
        not left and len(segments) == 1 and len(_written(said)) > A_SENTENCE
    ):  # `_states_something` is asked below
        left = said
    return _as_prose(left, section) if _states_something(left) else []


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
    full = len(items) == count > 1 and all(_written(item) for item in items)
    return items if full else []


def _says_more(blocks: Sequence[Block], others: Sequence[_Target]) -> list[Block]:
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


def _states_something(blocks: Sequence[Block]) -> bool:
    """Whether a formula or a number stands beside what other parts claim: then nothing is called missing."""
    return any(
        block.kind == "formula" or (block.kind == "prose" and re.search(r"\$|\d", block.text))
        for block in blocks
    )


def _own(mine: Sequence[Section], target: _Target, targets: Sequence[_Target]) -> list[Section]:
    """Of several sections with a text's number those that do not answer another question in its words."""
    if target.wanted.reads != "prose" or len(mine) < 2:
        return list(mine)
    others = [other for other in targets if other.label != target.label]
    names = frozenset(name for other in others for name in _in_words(other)) - _in_words(target)
    quantity = Quantity(names)
    own = [one for one in mine if not any(True for _ in _quantity.stated(one.blocks, quantity))]
    return own or list(mine)


def _in_words(target: _Target) -> frozenset[str]:
    return frozenset(name for name in target.quantity.names if len(name) >= LONG_NAME and name.isalpha())


def _elsewhere(sections: Sequence[Section], target: _Target, targets: Sequence[_Target]) -> list[Found]:
    """What another section states under a name in words that no other part has: `number of units = 12`."""
    names = _in_words(target)
    if not names or target.wanted.reads == "prose" or not _unique(target, targets):
        return []
    quantity = Quantity(names)
    stated = _quantity.last(
        found for section in sections for found in _quantity.stated(section.blocks, quantity)
    )
    return stated or [found for section in sections for found in _listed(section, target)]


def _listed(section: Section, target: _Target) -> list[Found]:
    """The list that stands in another section under a line with one of the quantity's names."""
    segments, _ = _segments(section.blocks, [target])
    return _quantity.listed(segments.get(target.wanted.part, ()))


def _before(sections: Sequence[Section], mine: Sequence[Section], target: _Target) -> list[Found]:
    """The numbers that the section before states, where the part's own has words only; with a doubt."""
    if target.wanted.reads == "prose" or any(_states_something(section.blocks) for section in mine):
        return []
    at = min(sections.index(section) for section in mine)
    earlier = next((one for one in reversed(sections[:at]) if one.owner and one.blocks), None)
    if earlier is None or earlier.owner == target.label:
        return []
    stated = _quantity.stated(earlier.blocks, target.quantity)
    said = "It stands under the number before."
    return _quantity.last(replace(one, doubt=said) for one in stated if _of_numbers(one.text))


def _on_the_way(sections: Sequence[Section], target: _Target, targets: Sequence[_Target]) -> list[Found]:
    """What the section after states of a question that is left out, under a name no other part has.

    Whoever derives the gradient only on the way to its zero has derived it; with a doubt.
    """
    following = _after(target, targets)
    if target.wanted.reads == "prose" or following is None:
        return []
    others = {name for other in targets if other is not target for name in other.quantity.names}
    mine = replace(target.quantity, names=target.quantity.names - others, word="")
    found = [
        replace(one, doubt="It stands under another number.")
        for section in sections
        if section.owner == following
        for one in _quantity.stated([block for block in section.blocks if block.kind == "formula"], mine)
    ]
    # what is set to zero to be solved has no value there
    return _quantity.last(one for one in found if one.text.strip("{} ") != "0") if mine.names else []


def _after(target: _Target, targets: Sequence[_Target]) -> Label | None:
    """The number that follows on the sheet."""
    labels = list(dict.fromkeys(other.label for other in targets))
    at = labels.index(target.label) + 1
    return labels[at] if at < len(labels) else None


def _of_numbers(text: str) -> bool:
    """Whether a value is made of numbers only: `\frac{1}{4}`, a matrix of numbers."""
    bare = _COMMANDS.sub(" ", text)
    return any(map(str.isdigit, bare)) and not any(map(str.isalpha, bare))


def _without_questions(blocks: Sequence[Block], siblings: Sequence[_Target]) -> list[Block]:
    """The blocks without formulas that leave a part's quantity open, `Z = ?`: they are the sheet's."""
    return [
        block
        for block in blocks
        if block.kind != "formula"
        or "?" not in block.text
        or not any(
            _blank(one.text) for other in siblings for one in _quantity.stated([block], other.quantity)
        )
    ]


def _unclaimed(blocks: Sequence[Block], others: Sequence[_Target]) -> list[Block]:
    """The blocks that state nothing of the other parts of the same question."""
    return [
        block
        for block in blocks
        if not any(True for other in others for _ in _quantity.stated([block], other.quantity))
    ]


def _without_values(blocks: Sequence[Block], mine: _Target, targets: Sequence[_Target]) -> list[Block]:
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


def _segments(
    blocks: Sequence[Block], siblings: Sequence[_Target]
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


def _labelled(block: Block, siblings: Sequence[_Target]) -> Iterator[tuple[str, int | None, _Target | None]]:
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


def _pieces(text: str, siblings: Sequence[_Target]) -> Iterator[tuple[int, str]]:
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


def _label(line: str, siblings: Sequence[_Target]) -> tuple[_Target | None, str]:
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


def _told(name: str, siblings: Sequence[_Target]) -> _Target | None:
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


def _sibling(name: str, siblings: Sequence[_Target]) -> _Target | None:
    name = name.strip().strip("*_` ")
    return next((other for other in siblings if other.quantity.bears(name)), None)


def _as_prose(segment: list[Block], section: Section, *, shown: bool = True) -> list[Found]:
    """A text as it stands; `shown` where it only stands in for a value that could not be told apart."""
    text = _written(segment)
    if not text:
        return []
    first = next((b for b in segment if b.kind != "entry"), section.blocks[0])
    return [Found(text[:TEXT_LIMIT], first.place, "plain", shown=shown)]


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


def _blank(text: str) -> bool:
    """Whether a text is nothing, a placeholder, a tick, or an array of question marks."""
    bare = _FRAME.sub("", _LONE_LETTER.sub("", text))
    if len(text) < 80 and text.rstrip().endswith("?") and not re.search(r"[\d$=.!:\n]", text):
        return True  # "it's constant?" asks
    return not bare or bare.strip("?✓✔☐☑□✗") == "" or _PLACEHOLDER.fullmatch(text.strip()) is not None


def _same(one: str, other: str) -> bool:
    return one == other or "".join(one.split()) == "".join(other.split())
