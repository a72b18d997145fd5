"""What blocks state of one quantity: the last relation that bears its name, or the only value there is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from grader.documents import _tables
from grader.documents._entries import unwrapped
from grader.documents._names import canonical
from grader.documents._relations import Relation, boxed, relations, trimmed, trimmed_words
from grader.documents._text import notation_of
from grader.types import Block, Notation, Place

TEXT_LIMIT = 20_000
NAME_LIMIT = 200
CHAIN_LIMIT = 500
"""Letters of a chain over several displays, beyond which its links in the middle are let go."""

_OPENING = re.compile(r"(?<![\\$])\$(?!\$)|\\\(")
_DOLLARS = re.compile(r"((?:[^$\\]|\\.)++)\$", re.DOTALL)
_SIGN = re.compile(r":=|[:=]")
# "2) # of units" counts units
_COUNTED = re.compile(r"^\s*\(?\d\)\s*")
_COUNT = re.compile(r"^\s*\\?#\s*")
_BULLET = re.compile(r"^\s*(?:[-+•]|\*(?!\*)|\d{1,2}[.)])\s+")
_BOUND = re.compile(r"\s*(?:[<>≤≥]|\\(?:geq?|leq?|gt|lt)(?![A-Za-z]))\s*0\s*$")
_OPENING_WORDS = re.compile(r"^\s*\\(?:text|mbox|textrm)\{[A-Za-z ,:.()]*[ ,:]\s*\}")
_DECLARED = re.compile(
    r"\s*\\(?:text|mbox|textrm|textbf)\{\s*(?:final\s+)?(?:solution|answer|result)", re.IGNORECASE
)
_ANNOUNCED = re.compile(r"\b(?:solution|answer|result)\s*(?:is|:|will be)\s*$", re.IGNORECASE)
_DOTTED = re.compile(r"\\begin\{.*\\[cdv]?dots", re.DOTALL)
_GOES_ON = re.compile(r"\s*=(?!=)")
_CONDITION = re.compile(
    r"\s*,?\s*(?:if|when|whenever|unless|provided(?: that)?|as long as)\s+"
    r"(?:\$(?P<formula>[^$]{1,200})\$|(?:it |the unit |the neuron |this )?(?:is )?"
    r"(?:active|inactive|on|off|positive|negative)\b)"
)
_OTHERWISE = re.compile(
    r"\s*[,;.]?\s*(?:and\s+|or\s+)?"
    r"(?:(?:else|otherwise)[,:]?\s*(?:it is\s+)?\$(?P<after>[^$]{1,200})\$"
    r"|\$(?P<before>[^$]{1,200})\$\s*,?\s*(?:else|otherwise))"
)
_MEMBER = re.compile(r"\\in(?![a-z])|\\subseteq")  # a boxed remark, no value
_PLAIN_WORD = re.compile(r"\(?[A-Za-z][a-z]+[,:;.)]?|[-–—,:;]|[AaI]|\$.*\$[,:;.]?")
_RESULT = re.compile(r"(?:my_?)?(?:final_?)?(?:answer|ans|result|res|solution|sol|value|out|output)\d?", re.I)
_ROW_LABEL = re.compile(
    r"\s*(?:\\(?:text|mbox|textbf|mathrm)\{\s*)?(?:\*\*)?[A-Za-z][\w .()\\-]{0,40}?(?:\*\*)?:(?:\*\*)?"
    r"\s*\}?(?P<rest>.*)",
    re.DOTALL,
)
_MULTIPLE = re.compile(
    r"(?P<factor>\d+|(?<![A-Za-z])[a-z](?![A-Za-z])|\\(?:eta|lambda|alpha|beta|gamma|mu|nu|sigma|tau|N))"
    r"\s*(?:\\cdot(?![A-Za-z])|\\times(?![A-Za-z])|\*|\\,|\s)\s*(?P<name>[^=+<>]{1,80})"
)
_PAIR = re.compile(r"[A-Za-z][\w .()-]{0,40}?\s+\$?(?P<number>\d+)\$?")
_EMPTY_ROW = re.compile(r"[\s|:-]*")
LIST_LEAST = 3
"""Labelled numbers under each other that are one list."""
_MARKER = re.compile(r"\(?\w\)|\d{1,2}\.")
_PRINTED = re.compile(r"[\[\](),\s\d.eE+-]+")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity by its names in the one spelling they are compared in, and by the word of its part.

    Where the answer is itself an `equation`, its left side belongs to it.
    """

    names: frozenset[str]
    word: str = ""
    equation: bool = False
    first: str = ""
    """The first of the names: the one the sheet uses."""

    def bears(self, name: str) -> bool:
        r"""Whether a written name is one of this quantity's: `L_1(\eta)` is `L_1`, `Limit` is `limit`."""
        if len(name) > NAME_LIMIT:
            return False
        spelled = canonical(_COUNT.sub("number ", _COUNTED.sub("", name, count=1), count=1))
        if spelled in self.names or (self.word and spelled.lower() == self.word):
            return True
        if len(spelled) > 3 and spelled.isalpha() and spelled.lower() in self.names:
            return True
        head, bracket, _ = spelled.partition("(")
        return bool(bracket and head in self.names and spelled.endswith(")"))


@dataclass(frozen=True, slots=True)
class Found:
    r"""A candidate answer, under which `name` it stands.

    `shown` is a text that stands in for a value nobody could tell apart, `declared` one that is introduced
    as the answer: `\text{Solution: } z = 1`, `unnamed` the only formula of a section.
    `chain` and `doubt` are those of an answer.
    """

    text: str
    place: Place
    notation: Notation
    boxed: bool = False
    shown: bool = False
    name: str = ""
    declared: bool = False
    unnamed: bool = False
    chain: tuple[str, ...] = ()
    doubt: str = ""


def named(line: str) -> tuple[str, str, str] | None:
    """A line as (name, sign, value) where it begins with a name and a colon or an equals sign."""
    text = _BULLET.sub("", line[:TEXT_LIMIT], count=1).strip().lstrip("*_ ")
    start = text.find("$", 1) + 1 if text.startswith("$") else 0
    found = _SIGN.search(text, start)
    if found is None or found.start() > NAME_LIMIT or "$" in text[start : found.start()]:
        return None
    name = text[: found.start()].strip(" *_")
    return (name, found[0], text[found.end() :].lstrip(" *_")) if name else None


def stated(blocks: Sequence[Block], quantity: Quantity) -> Iterator[Found]:
    """Every relation that gives the part's quantity, in the order they stand."""
    for block in _joined(blocks):
        if block.kind == "formula":
            yield from _from_relations(relations(block.text), quantity, block.place, "latex")
        elif block.kind == "code" and block.place.cell is None:
            for offset, line in enumerate(block.text.split("\n")):
                if "=" in line:
                    place = down(block.place, offset)
                    yield from _from_relations(relations(line), quantity, place, notation_of(line))
        elif block.kind == "prose":
            for offset, line in enumerate(block.text[:TEXT_LIMIT].split("\n")):
                if not line.lstrip().startswith(">"):  # a quotation is the sheet's, not the student's
                    yield from _on_line(line, quantity, down(block.place, offset))
            if "\n" in block.text:
                yield from _across_lines(block, quantity)
                if "|" in block.text:
                    for value, offset in _tables.values(block.text[:TEXT_LIMIT], quantity.bears):
                        yield value_of(value, down(block.place, offset))


def _joined(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks, where a display that begins with `=` begins with what the display before it ends with."""
    before: Block | None = None
    for block in blocks:
        if block.kind != "formula":
            yield block
            continue
        chain = relations(before.text)[-1:] if before and _GOES_ON.match(block.text) else ()
        for relation in chain:
            sides = relation.sides if len(before.text if before else "") < CHAIN_LIMIT else relation.sides[:1]
            start = " = ".join((*sides, relation.value))
            block = replace(block, text=f"{start} {block.text}")
        before = block
        yield block


def _on_line(line: str, quantity: Quantity, place: Place) -> Iterator[Found]:
    line = _BULLET.sub("", line, count=1).replace("`", "")
    for start, end, formula in inline(line):
        declared = bool(_ANNOUNCED.search(line[max(0, start - 40) : start]))
        for found in _from_relations(relations(formula), quantity, place, "latex"):
            yield _under_condition(replace(found, declared=found.declared or declared), line[end:], quantity)
    if "=" not in line and ":" not in line:
        return
    if parts := named(line):
        name, sign, value = parts
        if value and (sign == ":" or "$" in line) and any(map(quantity.bears, (name, *_endings(name)))):
            yield value_of(value, place)
            return
    if "$" not in line and "=" in line:
        for relation in relations(line):
            value = trimmed_words(relation.value)
            for side in relation.sides:
                left = next((end for end in (side, *_endings(side)) if quantity.bears(end)), None)
                if left is not None:
                    text = f"{left.strip()} = {value}" if quantity.equation else value
                    yield Found(text, place, notation_of(text))
                    break


def _under_condition(found: Found, after: str, quantity: Quantity) -> Found:
    r"""A value with the case it is stated for: `$e = 1$ if $w > 0$, else $2$` is one formula with two cases.

    Where only one case is stated, whoever reads the value is told of it.
    """
    case = _CONDITION.match(after)
    if case is None or quantity.equation:
        return found
    condition, rest = case["formula"], after[case.end() :]
    other = _OTHERWISE.match(rest) if condition else None
    if condition and other and re.search(r"[<>]|\\[gl](?:eq?|t)(?![a-z])", condition):
        last = other["before"] or other["after"]
        text = rf"\begin{{cases}} {found.text} & {condition} \\ {last} & \text{{else}} \end{{cases}}"
        return replace(found, text=text, chain=())
    said = " ".join(after[: len(after) if len(after) < 60 else 60].split()).rstrip(".,;")
    return replace(found, doubt=f"It is stated under a condition (“{said}”).")


def _across_lines(block: Block, quantity: Quantity) -> Iterator[Found]:
    """Inline formulas that are broken over lines."""
    for start, _, formula in inline(block.text[:TEXT_LIMIT]):
        if "\n" in formula:
            place = down(block.place, block.text.count("\n", 0, start))
            yield from _from_relations(relations(formula), quantity, place, "latex")


def _from_relations(
    found: Iterable[Relation], quantity: Quantity, place: Place, notation: Notation
) -> Iterator[Found]:
    for relation in found:
        name = next((side for side in map(_without_words, relation.sides) if quantity.bears(side)), "")
        sides, value = relation.sides, relation.value
        if not quantity.equation and len(sides) > 1 and quantity.bears(value):
            name, value = name or value, trimmed(sides[-1])  # `... = b = NAME` says what `NAME = b` says
        if name and value:
            # of a chain that states an equation, the name and what it comes to
            ends = (*sides, value) if len(sides) == 1 else (name, value)
            chain = " = ".join(map(str.strip, ends))
            text = chain if quantity.equation else _without_bound(value)
            declared = bool(_DECLARED.match(sides[0]))
            links = (*(side for side in map(_without_words, sides) if not quantity.bears(side)), text)
            one = Found(text, place, notation, relation.boxed, name=canonical(name), declared=declared)
            yield replace(one, chain=tuple(map(str.strip, links)) if len(links) > 1 else ())


def of_multiple(blocks: Sequence[Block], quantity: Quantity) -> list[Found]:
    r"""What a relation for a multiple gives, `n L = 3` or `2 \cdot E = x`; with a doubt about the factor.

    A capital letter in front may be a matrix: `X w = t` gives no w.
    """
    found: list[Found] = []
    for block in blocks if not quantity.equation else ():
        for relation in relations(block.text) if block.kind == "formula" else ():
            multiple = _MULTIPLE.fullmatch(_without_words(relation.sides[0]).strip())
            if multiple and quantity.bears(multiple["name"]):
                value = rf"\frac{{1}}{{{multiple['factor']}}} \left({_without_bound(relation.value)}\right)"
                said = f"It is worked out from a multiple of it (“{relation.sides[0].strip()}”)."
                found.append(Found(value, block.place, "latex", doubt=said))
    return found[-1:]


def _without_words(side: str) -> str:
    r"""`\text{So } L_m` without the words before it; a name that is all words stays."""
    rest = _OPENING_WORDS.sub("", side, count=1)
    return rest if rest.strip() else side


def _without_bound(value: str) -> str:
    """`2 a^2 > 0` without `> 0`: the comparison is a remark on the value."""
    cut = _BOUND.search(value)
    if cut is None or "," in value or "\\begin" in value:
        return value
    before = value[: cut.start()]
    balanced = all(before.count(a) == before.count(b) for a, b in ("()", "[]", "{}"))
    return before.strip() if balanced and before.strip() else value


def _endings(text: str) -> Iterator[str]:
    """The last one to three words: in "so the best rate eta* = ..." the name is the last.

    A word must stand before them: in `w1 + w2 = 3` nothing is said of `w2` alone, nor of `w` in `X w = t`.
    """
    words = text.split()
    for count in (1, 2, 3):
        if count < len(words) and _PLAIN_WORD.fullmatch(words[-count - 1]):
            yield " ".join(words[-count:])


def last(found: Iterator[Found], quantity: Quantity | None = None) -> list[Found]:
    r"""The last candidate, a boxed one before all others.

    Where the sheet's own name is `\eta^*`, a later `\eta = ...` is an example. Of other pairs of names,
    such as `\hat w` and `w`, both last candidates are kept: if they are not worth the same, a person chooses.
    """
    candidates = list(found)
    best = [one for one in candidates if one.boxed] or candidates
    best = [one for one in best if not _DOTTED.search(one.text)] or best
    declared = [one for one in best[:-1] if one.declared]
    if declared and not best[-1].boxed:
        return [declared[-1], best[-1]]
    named = [one for one in best if quantity and quantity.first and one.name == quantity.first]
    if not named or best[-1].name == named[-1].name:
        return best[-1:]
    base = quantity.first if quantity else ""
    if best[-1].name == base.removesuffix("star"):
        return named[-1:]
    return [named[-1], best[-1]]


def listed(blocks: Sequence[Block]) -> list[Found]:
    r"""The numbers of lines such as `\text{Conv: } 3 \cdot 3 = 9` and `- Pool: 2 x 2 = 4`, as one list.

    The first run of at least three of them; a line without a label or a number ends it. In one line they are
    `conv 9, pool 4, dense 100`; in a table of two columns the second.
    """
    for block in blocks:
        for offset, line in enumerate(block.text.split("\n")) if block.kind == "prose" else ():
            pairs = [
                _PAIR.fullmatch(piece.strip()) for piece in line.rpartition(":")[2].rstrip(" .").split(",")
            ]
            if len(pairs) >= LIST_LEAST and all(pairs):
                text = ", ".join(pair["number"] for pair in pairs if pair)
                return [Found(f"[{text}]", down(block.place, offset), "plain")]
    run: list[str] = []
    place: Place | None = None
    for block in blocks:
        texts = [block.text] if block.kind == "formula" else block.text.split("\n")
        for offset, text in enumerate(texts):
            value = _labelled_number(text) if block.kind in {"formula", "prose"} and text.strip() else ""
            if value:
                place = place or down(block.place, offset)
                run.append(value)
            elif _EMPTY_ROW.fullmatch(text):
                continue
            elif len(run) < LIST_LEAST:
                run, place = [], None
            else:
                break
        else:
            continue
        break
    if place is None or len(run) < LIST_LEAST:
        return []
    return [Found(f"[{', '.join(run)}]", place, "plain")]


def _labelled_number(text: str) -> str:
    if text.lstrip().startswith("|"):
        cells = text.strip().strip("|").split("|")
        text = ": ".join(map(str.strip, cells)) if len(cells) == 2 else ""
    label = _ROW_LABEL.match(_BULLET.sub("", text, count=1).replace("$", ""))
    if label is None:
        return ""
    rest = text.replace("$", "")[-len(label["rest"]) :] if label["rest"] else ""
    chain = relations(rest)
    value = chain[-1].value if chain else trimmed_words(rest)
    number = re.sub(r"(?<=\d)(?:,|\{,\}|\\,)(?=\d{3})", "", value).strip()
    return number if number.isdecimal() else ""


def single(blocks: Sequence[Block], *, labelled: bool) -> list[Found]:
    """The one formula, or the one value, that a piece of a section consists of; a label's own line first."""
    boxes: list[Found] = []
    formulas: list[Found] = []
    lines: list[tuple[str, Place]] = []
    for block in blocks:
        if block.kind in {"formula", "prose"}:
            values = (inner for inner in boxed(block.text) if not _MEMBER.search(inner))
            boxes += [Found(trimmed(inner), block.place, "latex") for inner in values]
        if block.kind == "formula":
            formulas.append(Found(trimmed(block.text), block.place, "latex"))
        elif block.kind == "entry":
            if _RESULT.fullmatch(block.name):  # another name is that of data or of a step
                formulas.append(Found(block.text, block.place, block.notation))
        elif block.kind == "prose":
            for offset, line in enumerate(block.text[:TEXT_LIMIT].split("\n")):
                if line.strip() and not line.lstrip().startswith(">") and not _MARKER.fullmatch(line.strip()):
                    lines.append((_BULLET.sub("", line, count=1).strip(), down(block.place, offset)))
    if len(boxes) == 1:
        return boxes
    for line, place in lines:
        if _is_bare(line.partition("$")[0]):
            formulas.append(value_of(line, place))
        else:
            formulas += [Found(trimmed(inner), place, "latex") for _, _, inner in inline(line)]
    if len(formulas) == 1:
        return [replace(formulas[0], unnamed=not labelled)]
    displays = [block for block in blocks if block.kind == "formula"]
    if labelled and len(displays) == 1 and not any(_is_bare(line.partition("$")[0]) for line, _ in lines):
        return [Found(trimmed(displays[0].text), displays[0].place, "latex")]
    own_line = labelled and lines and blocks[0].kind == "prose"
    if lines and ((len(lines) == 1 and not formulas) or own_line):
        value = value_of(*lines[0])
        return [value if own_line or _is_bare(lines[0][0]) else replace(value, shown=True)]
    return []


def _is_bare(text: str) -> bool:
    """Whether a line is a number, a list or a short formula, and no sentence."""
    value = trimmed_words(text)
    return any(map(str.isdigit, value)) and not re.search(r"[^\W\d_]{3,}", value.replace("sqrt", ""))


def value_of(text: str, place: Place) -> Found:
    """A value as it stands in a line: of a formula in dollars what is inside, else without words after it."""
    text = text.replace("`", "").strip()
    formulas = inline(text)
    if formulas:
        start, end, formula = formulas[0]
        before, after = text[:start].strip(" *_"), text[end:].strip(" .,;*_")
        if not re.search(r"\d", before) and (len(formulas) == 1 or after[:1].isalpha() or not before):
            return Found(trimmed(formula), place, "latex")
    inner, notation = unwrapped(trimmed_words(text))
    return Found(inner, place, notation)


def inline(text: str) -> list[tuple[int, int, str]]:
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


def down(place: Place, lines: int) -> Place:
    return Place(place.file, place.cell, None if place.line is None else place.line + lines)


def printed(text: str) -> str:
    """An array as NumPy prints it, with the commas that it leaves out."""
    text = text.strip()
    if text.startswith("array(") and text.endswith(")"):
        text = re.sub(r",\s*dtype=.*", "", text[6:-1])
    if text.startswith("[") and _PRINTED.fullmatch(text) and "," not in text:
        text = re.sub(r"\[\s+", "[", re.sub(r"\s+\]", "]", text))
        text = re.sub(r"(?<=[\d.\]])\s+(?=[\d.\[+-])", ", ", text)
    return " ".join(text.split())
