"""Words to look for in a short text, with their synonyms: suggests a credit, a person confirms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Final

from grader.checks import OptionError, Sample, Setting
from grader.checks._common import FULL, NOTHING, CheckOptions, undecided
from grader.checks._words import mention, words_pattern
from grader.options import Size
from grader.types import Answer, Checklist, Reads, Verdict

Words = Annotated[tuple[str, ...], Size(1)]
_LONGEST = 40_000  # characters that are looked at
READS: Final[Reads] = "prose"


class Group(CheckOptions):
    """Synonyms of one idea; `as` is how the checklist calls it, the first word otherwise."""

    words: Words
    as_: str = ""

    @property
    def name(self) -> str:
        """How the checklist calls the idea."""
        return self.as_ or self.words[0]


class Options(CheckOptions):
    """`any_of` (one idea) or `groups`, of which `need` must be there; `refuse`: words that are wrong."""

    any_of: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    need: Annotated[int, Size(1)] = 1
    refuse: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if bool(self.any_of) == bool(self.groups):
            raise ValueError("meant either `any_of: [words]` or `groups: [{words: [...], as: ...}]`")


@dataclass(frozen=True, slots=True)
class Idea:
    name: str
    first_word: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Prepared:
    ideas: tuple[Idea, ...]
    need: int
    refused: tuple[Idea, ...]


def prepare(options: Options, setting: Setting) -> Prepared:
    """The ideas to look for.

    Raises:
        OptionError: more are needed than there are, or a word is both wanted and refused.
    """
    groups = options.groups or (Group(words=options.any_of),)
    if options.need > len(groups):
        raise OptionError(("need",), str(options.need), f"at most {len(groups)}, the number of groups")
    wanted = {word.lower() for group in groups for word in group.words}
    for index, word in enumerate(options.refuse):
        if word.lower() in wanted:
            raise OptionError(("refuse", index), repr(word), "a word that no group asks for")
    ideas = tuple(Idea(group.name, group.words[0], words_pattern(group.words)) for group in groups)
    refused = tuple(Idea(word, word, words_pattern((word,))) for word in options.refuse)
    return Prepared(ideas, options.need, refused)


def judge(prepared: Prepared, answer: Answer) -> Verdict:
    """Always undecided: what was found, and the credit it suggests."""
    text = (answer.text or answer.passage)[:_LONGEST]
    found = {idea.name: mention(idea.pattern, text) for idea in prepared.ideas}
    wrong = {idea.name: mention(idea.pattern, text) for idea in prepared.refused}
    items = tuple(_item(name, words) for name, (words, _) in found.items())
    items += tuple(f"also says “{words}”, which is not asked for" for words, _ in wrong.values() if words)
    there = [name for name, (words, negated) in found.items() if words and not negated]
    suggested: Fraction | None = min(FULL, Fraction(len(there), prepared.need))
    if any(words and not negated for words, negated in wrong.values()):
        # With right and wrong ideas side by side the machine has no opinion.
        suggested = None if there else NOTHING
    elif any(negated for _, negated in (*found.values(), *wrong.values())):
        suggested = None
    read = ", ".join(there)
    message = f"Found: {read}." if there else "None of the expected words was found."
    return undecided("keywords", f"{message} A person confirms.", (read, ""), Checklist(items, suggested))


def _item(name: str, words: str) -> str:
    if not words:
        return f"{name}: not found"
    return f"{name}: found" if words.lower() == name.lower() else f"{name}: found as “{words}”"


def samples(prepared: Prepared) -> tuple[Sample, ...]:
    """One answer with as many ideas as are needed; a person decides."""
    words = ", ".join(idea.first_word for idea in prepared.ideas[: prepared.need])
    return (Sample("enough of the ideas", words, None),)
