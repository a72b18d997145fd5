"""Text of a submission as it stands: joined, cut to size, and told from what is blank."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.documents._quantity import Found
from grader.documents._sections import Section
from grader.types import Block

PASSAGE_LIMIT = 4_000
TEXT_LIMIT = 20_000
_PLACEHOLDER = re.compile(
    r"[\s(\[*_]*(?:todo|tbd|skip(?:ped)?|no answer|not (?:done|answered|attempted)|left blank|\?+|-+|…|\.{3})"
    r"(?:[\s:.,)\]*_].{0,60})?",
    re.IGNORECASE,
)
_LONE_LETTER = re.compile(r"(?m)^\s*(?:\([a-z]{1,4}\)|\(?\d{1,2}[.)])\s*$")
_FRAME = re.compile(r"\\(?:begin|end)\{[^{}]*\}|\\(?:[cvd]dots|[\\,;!])|[\s&$]")


def as_prose(segment: list[Block], section: Section, *, shown: bool = True) -> list[Found]:
    """A text as it stands; `shown` where it only stands in for a value that could not be told apart."""
    text = written(segment)
    if not text:
        return []
    first = next((b for b in segment if b.kind != "entry"), section.blocks[0])
    return [Found(text[:TEXT_LIMIT], first.place, "plain", shown=shown)]


def written(blocks: Sequence[Block]) -> str:
    """Blocks as one text again; entries are left out, since their code is there."""
    parts = [
        f"$$\n{block.text}\n$$" if block.kind == "formula" else block.text
        for block in blocks
        if block.kind != "entry" and block.text.strip()
    ]
    return "\n\n".join(parts).strip()


def states_something(blocks: Sequence[Block]) -> bool:
    """Whether a formula or a number stands beside what other parts claim: then nothing is called missing."""
    return any(
        block.kind == "formula" or (block.kind == "prose" and re.search(r"\$|\d", block.text))
        for block in blocks
    )


def blank(text: str) -> bool:
    """Whether a text is nothing, a placeholder, a tick, or an array of question marks."""
    bare = _FRAME.sub("", _LONE_LETTER.sub("", text))
    if len(text) < 80 and text.rstrip().endswith("?") and not re.search(r"[\d$=.!:\n]", text):
        return True  # "it's constant?" asks
    return not bare or bare.strip("?✓✔☐☑□✗") == "" or _PLACEHOLDER.fullmatch(text.strip()) is not None
