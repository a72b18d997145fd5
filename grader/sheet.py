"""The fingerprint of a problem sheet: what a student copied from it is recognised and is never an answer.

The instructor's sheet is read once; only hashes of its word sequences and formulas are kept beside the
rubric (`X.yaml` has `X.sheet.json`), so that the sheet itself need not be given away.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.documents._names import canonical
from grader.documents._prose import BOLD
from grader.documents._quantity import down, inline
from grader.errors import StaffError
from grader.types import Block, Document

SEQUENCE = 4
"""Words in a sequence: fewer would find the sheet in anybody's sentence, more would miss what was misread."""
CONTEXT = 2
"""Words before a formula that tell where it stands on the sheet."""
COVERED = 0.7
"""The share of a line's words that must lie in sequences of the sheet; the rest is what a scan garbled."""
FEW = 8
"""Words of a line that is the sheet's only as a whole: "the size of the kernel" shares most with anything."""
_FORMAT = "grader sheet 1"
_WORD = re.compile(r"[^\W\d_]{2,}")
_COMMAND = re.compile(r"\\[A-Za-z]+\s*(?:\{[^{}]*\})?")
_SENTENCE = re.compile(r"[.?!:]\s|\n\s*\n")
_NUMBER = re.compile(
    r"\W*(?:(?:question|problem|exercise|part|q)\.?\s*)?(?:\d{1,2}(?:\.\d{1,2})*\.?\s*(?:\(?[a-z]\)|[a-z]\b)?[.):]?|\(?[a-z]\))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Hashes of a sheet's word sequences, of its shortest sentences and titles, and of its formulas."""

    words: frozenset[str] = frozenset()
    short: frozenset[str] = frozenset()
    formulas: frozenset[str] = frozenset()


NONE = Sheet()


def fingerprint(documents: Iterable[Document]) -> Sheet:
    """The hashes of the sheet that these documents are."""
    words: set[str] = set()
    short: set[str] = set()
    formulas: set[str] = set()
    for document in documents:
        stream: list[str] = []
        for block in document.blocks:
            if block.kind == "formula":
                formulas.add(_placed(stream, block.text))
            elif block.kind in {"prose", "heading"}:
                for begin, _, inner in inline(block.text):
                    formulas.add(_placed(stream + _words(block.text[:begin]), inner))
                stream += _words(block.text)
                pieces = _SENTENCE.split(block.text) + block.text.split("\n")
                pieces += [_NUMBER.sub("", block.text, count=1)] if block.kind == "heading" else []
                pieces = [piece for piece in pieces if 0 < len(_words(piece)) < SEQUENCE]
                short |= {_short(piece) for piece in pieces if len(_words(piece)) > 1 or inline(piece)}
        words |= set(map(_hash, _sequences(stream)))
    return Sheet(frozenset(words), frozenset(short), frozenset(formulas))


def without(document: Document, sheet: Sheet) -> Document:
    """A document without the lines and formulas that stand on the sheet; numbers of headings are kept.

    A formula of the sheet goes only behind the words it follows there: elsewhere it is the student's, who
    may well state what was to be shown, or what a later question gives away.
    """
    if sheet == NONE:
        return document
    return document._replace(blocks=tuple(_kept(document.blocks, sheet)))


def load(rubric: Path) -> Sheet:
    """The fingerprint beside a rubric, `NONE` where there is none.

    Raises:
        StaffError: the file is no fingerprint.
    """
    path = beside(rubric)
    if not path.is_file():
        return NONE
    try:
        data = json.loads(path.read_text("utf-8"))
        if data["format"] != _FORMAT:
            raise ValueError(data["format"])
        return Sheet(*(frozenset(map(str, data[key])) for key in ("words", "short", "formulas")))
    except (ValueError, KeyError, TypeError) as error:
        raise StaffError(
            f"{path} is no fingerprint of a sheet ({error}); make it again with `grader fingerprint`."
        ) from error


def save(sheet: Sheet, rubric: Path) -> Path:
    """Writes the fingerprint beside a rubric, the same bytes for the same sheet."""
    data = {"format": _FORMAT}
    lists = {key: sorted(getattr(sheet, key)) for key in ("words", "short", "formulas")}
    path = beside(rubric)
    path.write_text(json.dumps({**data, **lists}, indent=0) + "\n", "utf-8")
    return path


def beside(rubric: Path) -> Path:
    """Where the fingerprint for a rubric lies."""
    return rubric.with_suffix(".sheet.json")


def _kept(blocks: Sequence[Block], sheet: Sheet) -> Iterator[Block]:
    copied = False
    stream: list[str] = []
    for block in blocks:
        if block.kind == "heading":
            yield _heading(block, sheet, stream)
            copied = True
        elif block.kind == "formula":
            if _placed(stream, block.text) not in sheet.formulas:
                copied = False
                yield block
        elif block.kind == "prose":
            lines = block.text.split("\n")
            gone = _copied_lines(lines, sheet, copied, stream)
            copied = gone[-1]
            yield from _rest(block, lines, gone)
        else:
            copied = False
            yield block
        if block.kind in {"heading", "prose"}:
            stream += _words(block.text)


def _heading(block: Block, sheet: Sheet, before_it: list[str]) -> Block:
    number = _NUMBER.match(block.text)
    title = block.text[number.end() :] if number else ""
    if block.level < BOLD and not re.search(r"[$=]", title):
        return block  # a title is no text of the question, and tells a restarted number apart
    if not title.strip() or not (_copied_lines([title], sheet, True, before_it)[0]):
        return block
    return replace(block, text=block.text[: number.end()].rstrip()) if number else block


def _rest(block: Block, lines: list[str], gone: list[bool]) -> Iterator[Block]:
    """The runs of lines that are left of a paragraph, each with its own place."""
    start: int | None = None
    for at in range(len(lines) + 1):
        left = at < len(lines) and not gone[at]
        if left and start is None:
            start = at
        elif not left and start is not None:
            yield replace(block, text="\n".join(lines[start:at]), place=down(block.place, start))
            start = None


def _copied_lines(lines: list[str], sheet: Sheet, after_copy: bool, before_it: list[str]) -> list[bool]:
    """Which lines of a paragraph are the sheet's; `before_it` are the words that stand before them."""
    by_line = [_words(line) for line in lines]
    stream = [word for words in by_line for word in words]
    covered = [False] * len(stream)
    for at, sequence in enumerate(_sequences(stream)):
        if _hash(sequence) in sheet.words:
            covered[at : at + SEQUENCE] = [True] * SEQUENCE
    gone: list[bool] = []
    at, before = 0, after_copy
    beside = False  # the line before in this paragraph is the sheet's
    for line, words in zip(lines, by_line, strict=True):
        share = sum(covered[at : at + len(words)])
        at += len(words)
        if words:
            few = len(words) < SEQUENCE and before and _short(line) in sheet.short
            enough = COVERED * len(words) if len(words) >= FEW or beside else len(words)
            beside = before = few or share >= enough
        else:
            formulas = inline(line)
            inside = [inner for _, _, inner in formulas] or [line]
            said = before_it + stream[:at]
            known = all(_placed(said, inner) in sheet.formulas for inner in inside)
            before = before and (known or not line.strip(" \t-–—.,;:"))
        gone.append(before)
    return gone


def _words(text: str) -> list[str]:
    """The words of a text in small letters, without formulas, commands and numbers."""
    for begin, end, _ in reversed(inline(text)):
        text = text[:begin] + " " + text[end:]
    return [word.lower() for word in _WORD.findall(_COMMAND.sub(" ", text))]


def _short(line: str) -> str:
    """The hash of a line of few words, with its formulas: `Show $a = b$` is more than "show"."""
    return _hash(" | ".join((" ".join(_words(line)), *(_formula(inner) for _, _, inner in inline(line)))))


def _sequences(words: list[str]) -> Iterator[str]:
    return (" ".join(words[at : at + SEQUENCE]) for at in range(len(words) - SEQUENCE + 1))


def _formula(text: str) -> str:
    return _hash("= " + canonical(text).rstrip(".,;"))


def _placed(words: Sequence[str], text: str) -> str:
    """The hash of a formula behind the words before it."""
    return _hash(" ".join((*words[-CONTEXT:], _formula(text))))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:10]
