"""What is IPython's and not Python's in a cell: magics, shell lines and questions are taken out, and told.

`%time` and `%%time` leave the code they stand before; lines that only set up the notebook are dropped in
silence. The lines of what is left keep their numbers.
"""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Iterator
from typing import Final, NamedTuple

# They change how things look, not what they are.
_HARMLESS: Final = {
    *("matplotlib", "pylab", "config", "load_ext", "reload_ext", "autoreload", "colors", "precision"),
    *("env", "set_env", "tensorflow_version", "reset_selective", "who", "whos", "pdb", "xmode", "pwd"),
}
_TIMED: Final = {"time", "prun", "memit", "mprun", "lprun", "snakeviz"}
_RUN_AS_IT_IS: Final = {"time", "capture", "prun", "python", "python3", "memit", "skip_if_no_answer"}
_MAGIC: Final = re.compile(r"(?P<indent>[ \t]*)(?:(?P<names>[\w, .\[\]*]+?)[ \t]*=[ \t]*)?%(?P<rest>\w.*)")
_SHELL: Final = re.compile(
    r"(?P<indent>[ \t]*)(?:(?P<names>[\w, .\[\]*]+?)[ \t]*=[ \t]*)?!!?(?!=)(?P<rest>.*)"
)
_QUESTION: Final = re.compile(r"(?P<indent>[ \t]*)(?:\?{1,2}[\w.%*]+|%{0,2}[\w.*]+\?{1,2})[ \t]*")
_BARE: Final = re.compile(
    r"(?P<indent>[ \t]*)(?:pip3?|conda|apt|apt-get)[ \t]+(?:install|list|uninstall)\b.*"
)
_PROMPT: Final = re.compile(r"^(?:In \[\d+\]: |>>> |\.\.\.:? )", re.MULTILINE)
_OPENERS: Final = {"(": ")", "[": "]", "{": "}"}


class Plain(NamedTuple):
    """The Python of a cell, and what was taken out of it, in words."""

    source: str
    notes: tuple[str, ...] = ()


def plain(source: str) -> Plain:
    """The Python of a cell as it was typed.

    >>> plain("%matplotlib inline\\nx = 1").source
    'pass\\nx = 1'
    >>> plain("!pip install torch").notes
    ('Line 1 is for the shell, which is not run here: `!pip install torch`.',)
    """
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    if parses(source):
        return Plain(source)
    first, _, body = source.lstrip().partition("\n")
    if first.startswith("%%"):
        return _cell_magic(first, body, source)
    notes: list[str] = []
    filtered = "\n".join(_lines(source, notes))
    if not parses(filtered):
        for other in (textwrap.dedent(filtered), _PROMPT.sub("", filtered)):
            if parses(other):
                return Plain(other, tuple(notes))
    return Plain(filtered, tuple(notes))


def parses(source: str) -> bool:
    """Whether a text is Python, with `await` outside of functions."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _cell_magic(first: str, body: str, source: str) -> Plain:
    name = re.match(r"%%\s*(\w*)", first)
    above = "\n" * (source.count("\n") - body.count("\n"))
    if name is not None and name[1] in _RUN_AS_IT_IS:
        inner = plain(body)
        return Plain(above + inner.source, inner.notes)
    return Plain("", (f"This cell is not Python and was not run: it begins with `{_short(first)}`.",))


def _lines(source: str, notes: list[str]) -> Iterator[str]:
    """The lines, those that are IPython's replaced, unless they stand within a text or brackets."""
    inside = ""
    going_on = False
    for number, line in enumerate(source.split("\n"), start=1):
        if going_on:  # a shell line that ended with a backslash
            going_on = line.rstrip().endswith("\\")
            yield ""
            continue
        replaced = None if inside else _replaced(line, number, notes)
        if replaced is not None:
            going_on = line.rstrip().endswith("\\")
            yield replaced
            continue
        inside = _after(line, inside)
        yield line


def _replaced(line: str, number: int, notes: list[str]) -> str | None:
    """What stands for a line of IPython; None for a line of Python."""
    if magic := _MAGIC.fullmatch(line):
        name, _, argument = magic["rest"].partition(" ")
        if (
            name in _TIMED
            and not magic["names"]
            and argument.strip()
            and not argument.strip().startswith("-")
        ):
            return f"{magic['indent']}{argument.strip()}"
        if name not in _HARMLESS:
            notes.append(f"Line {number} is a command to Jupyter and was left out: `{_short(line)}`.")
        return f"{magic['indent']}pass"
    if shell := (_SHELL.fullmatch(line) or _BARE.fullmatch(line)):
        notes.append(f"Line {number} is for the shell, which is not run here: `{_short(line)}`.")
        return f"{shell['indent']}pass"
    if asked := _QUESTION.fullmatch(line):
        notes.append(f"Line {number} asks Jupyter for help and was left out: `{_short(line)}`.")
        return f"{asked['indent']}pass"
    return None


def _after(line: str, inside: str) -> str:
    """What is open at the end of a line: brackets by their closing sign, the quotes of a long text last."""
    at = 0
    while at < len(line):
        if inside and inside[-1] in "'\"":
            quotes = inside[-1] * 3
            end = line.find(quotes, at)
            while end > 0 and line[end - 1] == "\\":
                end = line.find(quotes, end + 1)
            if end < 0:
                return inside
            inside, at = inside[:-1], end + 3
            continue
        sign = line[at]
        if sign == "#":
            break
        if sign in "'\"":
            if line.startswith(sign * 3, at):
                inside, at = inside + sign, at + 3
                continue
            at += 1
            while at < len(line) and line[at] != sign:
                at += 2 if line[at] == "\\" else 1
        elif sign in _OPENERS:
            inside += _OPENERS[sign]
        elif inside and sign == inside[-1]:
            inside = inside[:-1]
        at += 1
    return inside


def _short(line: str) -> str:
    line = " ".join(line.split()).replace("`", "'")
    return line if len(line) <= 60 else f"{line[:59]}…"
