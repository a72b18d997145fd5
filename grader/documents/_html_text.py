r"""Text gathered into lines of Markdown as a page's tags come by: headings, items, powers, code, tables."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from grader.documents import _html_tables
from grader.documents._prose import Line

# Around bold text and behind powers, until the line is whole.
_BOLD, _UNBOLD, _LOWERED = "\ue000", "\ue001", "\ue002"
_UNSEEN = re.compile("[\ue000-\ue002\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_LABEL = re.compile(rf"{_BOLD}([^{_BOLD}{_UNBOLD}]*){_UNBOLD}([^{_BOLD}{_UNBOLD}]*)")
_NUMBERED = re.compile(
    r"(?:question|problem|exercise|part|task|q|p)?[.:]?\s*(?:\d|\(?[a-z]\))", re.IGNORECASE
)
_HASHES = re.compile(r"#+(?![#])(?!\s*(?:[A-Za-z]+\s*)?\d)")
# What needs no brackets as a power or an index; 2n does, because x^2n is another number.
_ALONE = {
    "^": re.compile(r"[-+−]?\d+|[^\W\d_]|[*+†⊤']|\([^()]*\)"),
    "_": re.compile(r"\w+|\([^()]*\)"),
}
_AFTER_POWER = re.compile(rf"{_LOWERED}(?=[{_BOLD}{_UNBOLD}]*\w)")
_FENCE = re.compile(r"`{3,}")
_DEEPEST = 8  # powers in powers
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


@dataclass(slots=True)
class Items:
    """A list that is open: `style` is `1`, `a` or empty, `number` that of the next item."""

    style: str
    number: int

    def mark(self) -> str:
        """`1. `, `(a) ` or `- `, and counts on."""
        number, self.number = self.number, self.number + 1
        if self.style == "a":
            return f"({_ALPHABET[(number - 1) % len(_ALPHABET)]}) "
        return f"{number}. " if self.style else "- "


@dataclass(slots=True)
class Text:
    """What has been read of a page; `at` is the line of the page that is being read."""

    lines: list[Line] = field(default_factory=list)
    at: int = 1
    heading: int = 0
    quoted: int = 0
    mark: str = ""
    """What stands before the next line: the sign of an item."""
    in_cell: bool = False
    _pieces: list[str] = field(default_factory=list)
    _begins: int = 0
    _raised: list[tuple[str, int]] = field(default_factory=list)
    _code: list[str] | None = None
    _language: str = ""
    _rows: list[list[str]] | None = None

    def add(self, text: str) -> None:
        """Adds some text as it stands between tags."""
        text = _UNSEEN.sub("", text)
        if self._code is not None:
            self._code.append(text)
            return
        if not self._begins and text.strip():
            self._begins = self.at + text[: len(text) - len(text.lstrip())].count("\n")
        self._pieces.append(text)

    def last(self) -> str:
        """The text that was added last."""
        return self._pieces[-1] if self._pieces else ""

    def drop_last(self) -> None:
        """Takes the text that was added last away."""
        del self._pieces[-1:]

    def bold(self, begins: bool) -> None:
        """Bold text begins or ends."""
        if self._code is None:
            self._pieces.append(_BOLD if begins else _UNBOLD)

    def lift(self, sign: str) -> None:
        """A power (`^`) or an index (`_`) begins."""
        if len(self._raised) < _DEEPEST and self._code is None:
            self._raised.append((sign, len(self._pieces)))

    def lower(self) -> None:
        """A power or an index ends: `x^2`, `w_10`, `e^(-x)`."""
        if not self._raised:
            return
        sign, start = self._raised.pop()
        text = "".join(self._pieces[start:]).strip()
        del self._pieces[start:]
        if text:
            alone = _ALONE[sign].fullmatch(text)
            self._pieces += (f"{sign}{text}" if alone else f"{sign}({text})", _LOWERED)

    def end_line(self) -> None:
        """Ends the line; in a cell or a heading it goes on."""
        if self._code is not None:
            self._code.append("\n")
        elif self.in_cell or self.heading:
            self._pieces.append(" ")
        else:
            self._write_line()

    def end_paragraph(self) -> None:
        """Ends the paragraph, and a heading."""
        if self._code is not None or self.in_cell:
            self.end_line()
            return
        self._write_line()
        self.heading = 0
        if self.lines and self.lines[-1].text:
            self.lines.append(Line("", self.at))

    def begin_code(self) -> None:
        """Code begins, whose lines stay as they are."""
        self.end_paragraph()
        self._code, self._language, self._begins = [], "", self.at

    def end_code(self) -> None:
        """Code ends."""
        if self._code is None:
            return
        written = "".join(self._code)
        text = written.removeprefix("\n").rstrip()
        begins, self._begins = self._begins + written.startswith("\n"), 0
        self._code = None
        longest = max((len(run[0]) for run in _FENCE.finditer(text)), default=2)
        fence = "`" * (longest + 1)
        rows = [fence + self._language, *text.split("\n"), fence, ""] if text.strip() else []
        self.lines += [Line(row, begins + at - 1) for at, row in enumerate(rows)]

    def in_code(self, language: str = "") -> bool:
        """Whether code is being read; its language may be told late."""
        self._language = self._language or language
        return self._code is not None

    def begin_table(self) -> None:
        """A table begins; one inside another only lays out the page."""
        self.end_table()
        self.end_paragraph()
        self._rows = []

    def begin_cell(self, *, row: bool) -> None:
        """A row or a cell begins, which ends the one before."""
        self.end_cell()
        if self._rows is None:
            self.end_paragraph()
        elif row or not self._rows:
            self._rows.append([])
        self.in_cell = self._rows is not None and not row

    def end_cell(self) -> None:
        """A cell ends."""
        if self.in_cell and self._rows is not None:
            self._rows[-1].append(self._line())
        self.in_cell = False

    def end_table(self) -> None:
        """The table ends and is written."""
        self.end_cell()
        if self._rows is not None:
            rows, self._rows = self._rows, None
            self.lines += [Line(text, self.at) for text in _html_tables.lines(rows)]

    def _write_line(self) -> None:
        begins = self._begins or self.at
        text = self._line()
        if text:
            mark = "#" * self.heading + " " if self.heading else self.mark
            self.lines.append(Line(f"{'> ' if self.quoted else ''}{mark}{text}", begins))
            self.mark = ""

    def _line(self) -> str:
        """What was gathered, on one line."""
        while self._raised:
            self.lower()
        # x<sup>T</sup>y is x^T y, not x^Ty
        text = _AFTER_POWER.sub(" ", "".join(self._pieces)).replace(_LOWERED, "")
        text = " ".join(text.split())
        self._pieces.clear()
        self._begins = 0
        return _marked(text)


def _marked(text: str) -> str:
    """A line with bold text as Markdown marks it, where it may be a heading or a label."""
    label = _LABEL.fullmatch(text)
    if label:
        bold, rest = label[1].strip(), label[2].strip()
        whole = not rest and "=" not in bold and "\\(" not in bold
        if bold and (whole or bold.endswith(":") or rest.startswith(":") or _NUMBERED.match(bold)):
            return f"**{bold}**{rest}" if rest.startswith(":") else f"**{bold}** {rest}".strip()
    text = " ".join(text.replace(_BOLD, "").replace(_UNBOLD, "").split())
    # four spaces, because a hash that no number follows does not begin a heading
    return f"    {text}" if _HASHES.match(text) else text
