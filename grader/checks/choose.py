"""Some ideas out of several accepted ones, listed: decided where every item is plainly one of them.

    check: choose
    need: 3
    ideas:
      - {words: [kernel size, filter size], as: the size of the kernel}
      - {words: [stride]}
      - {words: [depth, number of layers]}
      - {words: [dilation]}
    wrong:
      - {words: [number of channels], say: "Channels are the third axis; they do not widen the field."}

An item is plain when it has the words of one idea and nothing but small words beside them. As soon as one
item says more, or something else, or denies it, a person reads the list, with a suggestion. Of numbered items
that explain themselves, `1) Stride. A larger one ...`, what stands before the explanation is the item.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Final

from grader.checks import OptionError, Sample, Setting
from grader.checks._common import FULL, NOTHING, CheckOptions, outcome_of, undecided
from grader.checks._words import is_negated, mention, words_pattern
from grader.checks.keywords import Group, Words
from grader.options import Size
from grader.types import Answer, Checklist, Note, Reads, Verdict

READS: Final[Reads] = "prose"

_LONGEST = 40_000  # characters that are looked at
_MOST_ITEMS = 40
# Words that do not change what an item says.
_SMALL = frozenset(
    "a an the of in on for to by with at its their our we you one it is are and use uses using used each "
    "per layer layers network networks net convolution convolutions convolutional conv operation operations "
    "parameter parameters choice increase increases increasing increased larger bigger large big more higher "
    "changing change adjusting different value size sizes factor amount affects affect first second third "
    "also such as e.g i.e field receptive detect detects detection detector detecting finds find filter "
    "filters".split()
)
_SPLIT = re.compile(r"\n+|[;,•]|\band\b|\bas well as\b|(?<=[a-z)])\.(?=\s|$)", re.IGNORECASE)
_NUMBERING = re.compile(r"^\s*(?:[-+*]|\(?(?:[0-9]{1,2}|[a-z]|[ivx]{1,4})[.)])\s+")
_HEAD = re.compile(
    r"\s*(?:[-+*]\s+)?(?:[0-9]{1,2}[.)]|\([0-9]{1,2}\))\s+(?P<head>[^.:\u2013\u2014]{3,60})[.:\u2013\u2014](?P<why>\s.{3,})"
)
_EQUATION = re.compile(r"\$\$[^$]{1,5000}\$\$|(?<!\$)\$[^$=]{1,500}=[^$]{1,500}\$(?!\$)")
_DENIES = re.compile(
    r"\b(?:not?|never|nothing|none|neither|nor|without|cannot|but|although|however|unless|only|hardly)\b|n['’]t\b",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"\\(?:begin|end)\{[a-z]+\*?\}|\\item\b|\\text(?:bf|it)?(?=\{)|[*_`${}]")
_ASIDE = re.compile(
    r"(?<=[a-z])\s+\((?![^()]*\b(?:not|no|never)\b)[^()\n]{4,200}\)"
)  # an explanation in brackets
_SUGGESTS_NO_LIST = re.compile(
    r"\b(?:but|although|however|if|unless|except|maybe|perhaps|or)\b", re.IGNORECASE
)


class WrongIdea(CheckOptions):
    """Synonyms of something that is often named and is not one of the ideas, and what is said of it."""

    words: Words
    say: str = ""


class Options(CheckOptions):
    """`ideas`, of which `need` must be named; `wrong` ones are known not to count."""

    ideas: Annotated[tuple[Group, ...], Size(1)]
    need: Annotated[int, Size(1)]
    wrong: tuple[WrongIdea, ...] = ()


@dataclass(frozen=True, slots=True)
class Idea:
    """One idea to look for; `right` unless it is known not to count, and then what is said."""

    name: str
    first_word: str
    pattern: re.Pattern[str]
    small: frozenset[str]
    right: bool = True
    say: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    ideas: tuple[Idea, ...]
    need: int


@dataclass(frozen=True, slots=True)
class _Item:
    """One item of a list and the idea it plainly is, if it is one."""

    text: str
    idea: Idea | None


def prepare(options: Options, setting: Setting) -> Prepared:
    """The ideas to look for.

    Raises:
        OptionError: more are needed than there are, or a word stands for two ideas.
    """
    if options.need > len(options.ideas):
        raise OptionError(("need",), str(options.need), f"at most {len(options.ideas)}, the number of ideas")
    seen: set[str] = set()
    all_words = [("ideas", index, group.words) for index, group in enumerate(options.ideas)]
    all_words += [("wrong", index, group.words) for index, group in enumerate(options.wrong)]
    for key, index, words in all_words:
        for word in words:
            if word.lower() in seen:
                raise OptionError((key, index, "words"), repr(word), "a word of one idea only")
        seen |= {word.lower() for word in words}
    right = (_idea(group.words, group.name) for group in options.ideas)
    wrong = (_idea(group.words, group.words[0], right=False, say=group.say) for group in options.wrong)
    return Prepared((*right, *wrong), options.need)


def _idea(words: tuple[str, ...], name: str, *, right: bool = True, say: str = "") -> Idea:
    own = frozenset(re.findall(r"[^\W\d_]+", " ".join(words).lower()))
    return Idea(name, words[0], words_pattern(words), own, right, say)


def judge(prepared: Prepared, answer: Answer) -> Verdict:
    """The credit of a plain list; a person decides about any other."""
    text = (answer.text or answer.passage)[:_LONGEST]
    items = [_item(prepared, piece) for piece in _heads(text) or _pieces(text)]
    named = list(dict.fromkeys(item.idea for item in items if item.idea is not None))
    right = [idea for idea in named if idea.right]
    read = ", ".join(idea.name for idea in right)
    plain = 0 < len(items) <= _MOST_ITEMS and all(item.idea is not None for item in items)
    if not plain or (len(named) > prepared.need and len(right) < len(named)):
        return _for_a_person(prepared, text, read, items)
    credit = min(FULL, Fraction(len(right), prepared.need))
    said = [idea.say or f"“{idea.name}” is not one of them." for idea in named if not idea.right]
    if credit == FULL:
        message = "Correct."
    else:
        message = f"{len(right)} of {prepared.need} are here{f': {read}' if read else ''}."
    notes = tuple(
        Note("remark", f"“{item.text}” is taken as {item.idea.name}.")
        for item in items
        if item.idea is not None and item.idea.name.lower() not in item.text.lower()
    )
    code = "correct" if credit == FULL else "some"
    return Verdict(outcome_of(credit), credit, code, " ".join((message, *said)), read, "", notes)


def _heads(text: str) -> list[str]:
    """What numbered items begin with, where each goes on to explain it and no explanation denies anything."""
    found = [match for line in text.splitlines() if line.strip() and (match := _HEAD.match(line))]
    lines = [line for line in text.splitlines() if line.strip()]
    if len(found) < 2 or len(found) < len(lines) or any(_DENIES.search(match["why"]) for match in found):
        return []
    return [match["head"].strip(" *_") for match in found]


def _pieces(text: str) -> list[str]:
    """The items of a list, without numbering and the words that introduce it."""
    text = _EQUATION.sub(". ", text)  # a value beside the ideas is none of them
    text = _MARKUP.sub(lambda markup: "\n" if markup[0].startswith("\\item") else " ", text)
    pieces: list[str] = []
    text = _ASIDE.sub(" ", text)
    for line in text.splitlines():
        line = _NUMBERING.sub("", line)
        head, colon, rest = line.partition(":")
        if colon and not pieces and (not rest.strip() or len(rest) > len(head) / 2):
            line = rest
        pieces += [_NUMBERING.sub("", piece).strip(" .\t()") for piece in _SPLIT.split(line)]
    return [piece for piece in pieces if piece][: _MOST_ITEMS + 1]


def _item(prepared: Prepared, text: str) -> _Item:
    """The idea that an item is: its words are there, undenied, those of no other, and little else."""
    found = [(idea, match) for idea in prepared.ideas if (match := idea.pattern.search(text)) is not None]
    # `number of channels in a layer` is about channels; `layer` alone is an idea of its own.
    longest = max((len(match[0]) for _, match in found), default=0)
    outer = [(idea, match) for idea, match in found if len(match[0]) == longest]
    if len(outer) != 1 or _SUGGESTS_NO_LIST.search(text):
        return _Item(text, None)
    idea, match = outer[0]
    inside = all(
        (match.start() <= other.start() and other.end() <= match.end()) or other[0].lower() in _SMALL
        for _, other in found
    )
    rest = f"{text[: match.start()]} {text[match.end() :]}".lower()
    others = set(re.findall(r"[^\W\d_]+", rest)) - _SMALL - idea.small
    plain = inside and not others and not is_negated(text, match.start()) and "not" not in rest.split()
    return _Item(text, idea if plain else None)


def _for_a_person(prepared: Prepared, text: str, read: str, items: list[_Item]) -> Verdict:
    lines: list[str] = []
    there = 0
    unsure = False
    for idea in prepared.ideas:
        words, negated = mention(idea.pattern, text)
        if idea.right:
            lines.append(f"{idea.name}: {f'found as “{words}”' if words else 'not found'}")
            there += bool(words) and not negated
        elif words:
            lines.append(f"also says “{words}”, which does not count")
        unsure = unsure or negated or (bool(words) and not idea.right)
    lines += [f"says “{item.text[:80]}”" for item in items if item.idea is None][:6]
    suggested = None if unsure else min(FULL, Fraction(there, prepared.need))
    said = f"Found: {read}." if read else "No item is plainly one of the expected ones."
    return undecided(
        "choose", f"{said} A person reads the rest.", (read, ""), Checklist(tuple(lines), suggested)
    )


def samples(prepared: Prepared) -> tuple[Sample, ...]:
    """Enough ideas as a list, and one idea fewer."""
    words = [idea.first_word for idea in prepared.ideas if idea.right]
    enough = Sample("enough of the ideas", ", ".join(words[: prepared.need]), FULL)
    if prepared.need == 1:
        return (enough,)
    share = Fraction(prepared.need - 1, prepared.need)
    return (enough, Sample("one idea too few", ", ".join(words[: prepared.need - 1]), share or NOTHING))
