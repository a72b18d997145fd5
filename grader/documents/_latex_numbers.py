r"""The numbers that LaTeX prints and the source does not show: `\section{..}`, `\question`, `\part`."""

from __future__ import annotations

import re
from collections.abc import Sequence

_COMMAND = re.compile(
    r"([ \t]*)\\(section|subsection|subsubsection)[ \t]*(?:\[[^\]]*\])?[ \t]*\{"
    r"|([ \t]*)\\(question|part|subpart)(?![A-Za-z{])[ \t]*(?:\[[^\]]*\])?[ \t]*(?!\{)"
    r"|[ \t]*\\setcounter\{(section|subsection|subsubsection|question)\}\{(\d{1,2})\}"
)
_NUMBERED = re.compile(
    r"\\(?:sub)*section\*?[ \t]*(?:\[[^\]]*\])?[ \t]*\{\s*(?:\\\w+\{)?\s*(?:[A-Za-z]+\.?\s*)?[\d(]"
)
_DEPTH = {"section": 1, "subsection": 2, "subsubsection": 3}
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")


class Counters:
    r"""Counts as LaTeX does. Titles that bear numbers themselves are left as they are.

    >>> counters = Counters([r"\section{Waves}", r"\subsection{Speed}"])
    >>> [counters.line(text) for text in (r"\section{Waves}", r"\subsection{Speed}", r"\question[2] Why?")]
    ['\\section{1 Waves}', '\\subsection{1.1 Speed}', '\\question{Question 1}\nWhy?']
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self._sections = [0, 0, 0]
        self._question = self._part = self._subpart = 0
        self._titles_are_numbered = any(map(_NUMBERED.search, lines))

    def line(self, text: str) -> str:
        """A line with the number that is printed at its start; the text of a question on a line below."""
        command = _COMMAND.match(text) if "\\" in text else None
        if command is None:
            return text
        rest = text[command.end() :]
        if command[5]:
            self._set(command[5], int(command[6]))
            return rest
        if command[2]:
            return text if self._titles_are_numbered else f"{command[0]}{self._section(command[2])} {rest}"
        return f"{self._item(command[4])}\n{rest}".rstrip("\n")

    def _section(self, name: str) -> str:
        depth = _DEPTH[name]
        self._sections[depth - 1] += 1
        self._sections[depth:] = [0] * (3 - depth)
        return ".".join(map(str, self._sections[:depth]))

    def _item(self, name: str) -> str:
        if name == "question":
            self._question, self._part, self._subpart = self._question + 1, 0, 0
            return f"\\question{{Question {self._question}}}"
        if name == "part":
            self._part, self._subpart = self._part + 1, 0
            return f"({chr(96 + min(self._part, 26))})"
        self._subpart += 1
        return f"({_ROMAN[min(self._subpart, 10) - 1]})"

    def _set(self, name: str, value: int) -> None:
        if name == "question":
            self._question, self._part = value, 0
        else:
            self._sections[_DEPTH[name] - 1] = value
