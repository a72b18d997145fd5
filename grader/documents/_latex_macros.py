r"""A student's own LaTeX commands written out: `\newcommand{\w}{\mathbf{w}}` makes `\w_1` `\mathbf{w}_1`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

MACROS_LIMIT = 200
BODY_LIMIT = 400
LINE_LIMIT = 20_000
DEPTH_LIMIT = 5
"""Macros within macros; a macro that calls itself is left standing there."""

_DEFINITION = re.compile(
    r"\\(?P<how>newcommand|renewcommand|providecommand|DeclareMathOperator|def)\*?\s*"
    r"(?:\{\s*\\(?P<braced>[A-Za-z]+)\s*\}|\\(?P<plain>[A-Za-z]+))"
    r"\s*(?:\[(?P<count>[1-4])\])?\s*\{"
)


class Macro(NamedTuple):
    """What a command stands for; `#1`, `#2` in the body are its arguments."""

    arguments: int
    body: str


def definitions(text: str) -> Mapping[str, Macro]:
    r"""The commands a file defines for itself.

    >>> definitions(r"\newcommand{\T}{^{\top}} \newcommand{\set}[1]{\{#1\}}")
    {'T': Macro(arguments=0, body='^{\\top}'), 'set': Macro(arguments=1, body='\\{#1\\}')}
    """
    found: dict[str, Macro] = {}
    for match in _DEFINITION.finditer(text):
        body = _group(text, match.end() - 1)
        if body is None or len(body) > BODY_LIMIT or len(found) >= MACROS_LIMIT:
            continue
        if match["how"] == "DeclareMathOperator":
            body = f"\\operatorname{{{body}}}"
        found[match["braced"] or match["plain"]] = Macro(int(match["count"] or 0), body.strip())
    return found


def without_definitions(text: str) -> str:
    """The text without its definitions; lines keep their numbers."""
    pieces: list[str] = []
    at = 0
    for match in _DEFINITION.finditer(text):
        body = _group(text, match.end() - 1)
        if body is None or match.start() < at:
            continue
        end = match.end() + len(body) + 1
        pieces += [text[at : match.start()], "\n" * text.count("\n", match.start(), end)]
        at = end
    return "".join((*pieces, text[at:]))


def expanded(line: str, macros: Mapping[str, Macro]) -> str:
    r"""A line with the commands written out; what would grow beyond all bounds is left as it is.

    >>> expanded(r"X\T \set{a}", definitions(r"\newcommand{\T}{^{\top}} \newcommand{\set}[1]{\{#1\}}"))
    'X^{\\top} \\{a\\}'
    """
    if not macros or "\\" not in line:
        return line
    names = re.compile(r"\\(" + "|".join(sorted(macros, key=len, reverse=True)) + r")(?![A-Za-z])")
    for _ in range(DEPTH_LIMIT):
        new = _once(line, names, macros)
        if new == line or len(new) > LINE_LIMIT:
            break
        line = new
    return line


def _once(line: str, names: re.Pattern[str], macros: Mapping[str, Macro]) -> str:
    pieces: list[str] = []
    at = 0
    while match := names.search(line, at):
        macro = macros[match[1]]
        arguments, end = _arguments(line, match.end(), macro.arguments)
        if len(arguments) < macro.arguments:
            pieces.append(line[at : match.end()])
            at = match.end()
            continue
        body = re.sub(r"#([1-4])", lambda one, given=arguments: _argument(given, one), macro.body)  # type: ignore[misc]
        # a command's name must not run into the letter after it
        glued = re.search(r"\\[A-Za-z]+$", body) and line[end : end + 1].isalpha()
        pieces += [line[at : match.start()], body, " " if glued else ""]
        at = end
    return "".join((*pieces, line[at:]))


def _argument(given: Sequence[str], one: re.Match[str]) -> str:
    number = int(one[1])
    return given[number - 1] if number <= len(given) else ""


def _arguments(line: str, at: int, count: int) -> tuple[list[str], int]:
    found: list[str] = []
    while len(found) < count:
        start = at + len(line[at:]) - len(line[at:].lstrip())
        if line[start : start + 1] == "{" and (group := _group(line, start)) is not None:
            found.append(group)
            at = start + len(group) + 2
        elif start < len(line) and line[start] not in "\\}&$":
            found.append(line[start])
            at = start + 1
        else:
            break
    return found, at


def _group(text: str, start: int) -> str | None:
    """What stands in the braces that open at `start`, or None where they never close."""
    depth = 0
    for at in range(start, min(len(text), start + LINE_LIMIT)):
        if text[at] in "{}" and text[at - 1 : at] != "\\":
            depth += 1 if text[at] == "{" else -1
            if not depth:
                return text[start + 1 : at]
    return None
