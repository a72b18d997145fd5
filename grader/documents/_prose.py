r"""Lines of a write-up to blocks: headings, paragraphs, display formulas and fenced code.

What Markdown and LaTeX have in common. Numbers are recognised here only as far as a line looks like a
heading (`2.2.3)`, `Q2(b)`, `(a) ...`); whether the number is one of the sheet's, `extract` knows.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from grader.types import Block, Place

# levels below the six of Markdown: a bold line, a numbered line, a lettered line, an item of a list, and a
# paragraph that begins with a number of the kind `2.1`, which may be a value
BOLD, NUMBERED, LETTERED, ITEM, DECIMAL = 7, 8, 9, 10, 11

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})\s*\{?\.?([\w+-]*)")
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|(?=\d))(.*)$")
_SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_BOLD = re.compile(r"[ \t]*(?:\*\*|__)(?!\s)([^*_]{1,200}?)(?:\*\*|__)[ \t]*(.*)$")
_WORD_NUMBER = re.compile(
    r"(?:question|problem|exercise|part|task|answer|solution|q|ex|p)\b[.:]?\s*\d|q\d|p\d", re.IGNORECASE
)
# 0.25 is a value, 2.2 the start of a section; a title or nothing follows the number
_NUMBER = re.compile(
    r"[1-9]\d?(?:\.[1-9]\d?)+\.?\s?(?:\(?[a-z]\)|[a-z]\b)?(?:[).:]|\s*[\[(][^\])]{0,30}(?:pts?|points?|marks?)[^\])]{0,20}[\])])?"
    r"(?:\s*$|\s+(?=[A-Z$\\(\[*]))"
)
_SINGLE = re.compile(r"[1-9]\d?\s*\.?\s*\(?[a-z]\)(?:\s|[.:]|$)")
_LETTER = re.compile(r"(?:part\s+)?\(?(?:[a-z]|i{1,3}|iv|vi{0,3}|ix)\)(?:\s|[.:]|$)", re.IGNORECASE)
_ITEM = re.compile(r"[1-9]\d?[.)](?:\s|$)")
_DECIMAL = re.compile(r"[1-9]\d?(?:\.[1-9]\d?){1,3}[.:)]?\s+\S")
_ESCAPED = re.compile(r"(\s*(?:\*\*)?\d{1,2})\\(?=[.)])")
# sub-questions are often the items of a list: `- (a) Show that ...`
_BULLET = re.compile(r"^[-+*•]\s+(?=(?:\*\*)?\([a-z]\)\s)")
_OPEN = re.compile(
    r"(?<!\\)\$\$|(?<!\\)\\\[|\\begin\{((?:equation|align|aligned|gather|multline|eqnarray|displaymath|math)\*?)\}"
)
_MATH_FENCES = {"math", "latex", "tex"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text and the number it has in its file or cell."""

    text: str
    number: int


def blocks(lines: list[Line], place: Place) -> Iterator[Block]:
    """The blocks of some lines, in order; `place` gives the file and the cell."""
    paragraph: list[Line] = []
    at = 0
    closers = _Closers(lines)
    while at < len(lines):
        line = lines[at]
        fence = _FENCE.match(line.text)
        if fence:
            yield from _paragraph(paragraph, place)
            paragraph = []
            end = _closing_fence(lines, at + 1, fence[1])
            yield from _fenced(lines[at + 1 : end], fence[2].lower(), _at(place, line.number))
            at = end + 1
            continue
        opened = "$" in line.text or "\\" in line.text
        if opened and (display := _display(lines, at, closers)):
            if display.before.strip():
                opened_by = _heading(display.before, first=not paragraph)
                if opened_by and opened_by[1] > BOLD:  # `3.1 $$ ... $$`
                    yield from _paragraph(paragraph, place)
                    paragraph = []
                    yield Block("heading", opened_by[0], _at(place, line.number), level=opened_by[1])
                else:
                    paragraph.append(Line(display.before, line.number))
            yield from _paragraph(paragraph, place)
            paragraph = []
            yield Block("formula", display.body, _at(place, display.line), notation="latex")
            # what follows the formula on its last line is read as a line of its own
            lines[display.last] = Line(display.after, lines[display.last].number)
            at = display.last
            continue
        if not line.text.strip():
            yield from _paragraph(paragraph, place)
            paragraph = []
        elif atx := _ATX.match(line.text):
            yield from _paragraph(paragraph, place)
            paragraph = []
            yield Block(
                "heading", atx[2].rstrip().rstrip("#").rstrip(), _at(place, line.number), level=len(atx[1])
            )
        elif paragraph and (under := _SETEXT.match(line.text)):
            *before, title = paragraph
            yield from _paragraph(before, place)
            paragraph = []
            level = 1 if under[1][0] == "=" else 2
            yield Block("heading", title.text.strip(), _at(place, title.number), level=level)
        elif heading := _heading(line.text, first=not paragraph):
            yield from _paragraph(paragraph, place)
            paragraph = []
            text, level = heading
            yield Block("heading", text, _at(place, line.number), level=level)
        else:
            paragraph.append(line)
        at += 1
    yield from _paragraph(paragraph, place)


def _at(place: Place, line: int) -> Place:
    return Place(place.file, place.cell, line)


def _paragraph(lines: list[Line], place: Place) -> Iterator[Block]:
    if lines:
        text = "\n".join(line.text for line in lines).strip("\n")
        yield Block("prose", text, _at(place, lines[0].number))


def _heading(line: str, *, first: bool) -> tuple[str, int] | None:
    """The text and level of a line that is a heading without Markdown's sign for it."""
    line = _BULLET.sub("", line.lstrip(), count=1) if "(" in line[:12] else line
    line = _ESCAPED.sub(r"\1", line, count=1) if "\\" in line[:8] else line
    if bold := _BOLD.match(line):
        text = bold[1].strip()
        if not bold[2].strip() and not text.endswith((".", "!", "?")) and not _LABEL.match(text):
            return text, BOLD
        if _NUMBER.match(text) or _WORD_NUMBER.match(text) or _SINGLE.match(text):
            return f"{text} {bold[2]}".strip(), NUMBERED
        if _LETTER.match(text):
            return f"{text} {bold[2]}".strip(), LETTERED
        return None
    text = line.strip()
    if _NUMBER.match(text) or (_WORD_NUMBER.match(text) and len(text) < 200) or _SINGLE.match(text):
        return text, NUMBERED
    if _LETTER.match(text):
        return text, LETTERED
    if first and _ITEM.match(text):
        return text, ITEM
    if first and _DECIMAL.match(text):
        return text, DECIMAL
    return None


# "**limit:**" above its formula is a label of the section, not a heading
_LABEL = re.compile(r"[^:]{1,60}:$")


def _closing_fence(lines: list[Line], start: int, fence: str) -> int:
    for at in range(start, len(lines)):
        text = lines[at].text.strip()
        if len(text) >= len(fence) and text == fence[0] * len(text):
            return at
    return len(lines)


def _fenced(lines: list[Line], language: str, place: Place) -> Iterator[Block]:
    text = "\n".join(line.text for line in lines).strip("\n")
    if not text.strip():
        return
    start = Place(place.file, place.cell, (place.line or 0) + 1)
    if language in _MATH_FENCES:
        yield Block("formula", text, start, notation="latex")
    elif language in {"python", "py", "python3", "ipython3"}:
        from grader.documents import _code

        yield from _code.blocks("\n".join(line.text for line in lines), start)
    else:
        yield Block("code", text, start, notation="plain")


@dataclass(frozen=True, slots=True)
class _Display:
    """A display formula: its body, the line it begins on, and what stands around it."""

    before: str
    body: str
    after: str
    line: int
    last: int


class _Closers:
    """Which lines hold the end of a display, so that one that is never closed is looked for only once."""

    def __init__(self, lines: list[Line]) -> None:
        self._lines = lines
        self._found: dict[str, list[int]] = {}

    def after(self, at: int, close: str) -> int | None:
        """The first line from `at` on that holds `close` or begins something else."""
        if close not in self._found:
            self._found[close] = [
                number
                for number, line in enumerate(self._lines)
                if close in line.text or _ATX.match(line.text) or _FENCE.match(line.text)
            ]
        found = self._found[close]
        index = bisect_left(found, at)
        return found[index] if index < len(found) else None


def _display(lines: list[Line], at: int, closers: _Closers) -> _Display | None:
    """The first display formula that opens on this line, if it is closed before the next heading."""
    opening = _OPEN.search(lines[at].text)
    if opening is None:
        return None
    close = {"$$": "$$", "\\[": "\\]"}.get(opening[0]) or f"\\end{{{opening[1]}}}"
    text = lines[at].text[opening.end() :]
    body, last, end = [], at, text.find(close)
    if end < 0:
        following = closers.after(at + 1, close)
        if following is None or (end := lines[following].text.find(close)) < 0:
            return None
        body = [text, *(line.text for line in lines[at + 1 : following])]
        last, text = following, lines[following].text
    body.append(text[:end])
    begins = next((index for index, line in enumerate(body) if line.strip()), 0)
    return _Display(
        lines[at].text[: opening.start()],
        "\n".join(body).strip(),
        text[end + len(close) :],
        lines[at].number + begins,
        last,
    )
