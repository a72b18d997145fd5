"""YAML as text: every scalar as it was typed, with its line, and nothing that YAML could do beyond that.

A mark must not depend on YAML's own ideas of numbers, dates and truth (`no`, `1_000`, `2.10`), so that no
scalar is converted. Tags, anchors, merge keys, doubled keys and several documents are refused by name.
The parser's events are read one by one, so that depth is limited before any stack could be.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.errors import StudentError

MAX_BYTES = 256 * 1024
MAX_DEPTH = 100
MAX_VALUES = 20_000  # about a second of reading

Path = tuple[str | int, ...]


class YamlError(StudentError):
    """A YAML text that is refused: `line` and `column` count from 1, `found` says what is wrong there."""

    def __init__(self, found: str, advice: str, *, name: str, line: int, column: int) -> None:
        super().__init__(f"{name}, line {line}, column {column}: {found}; {advice}", code="yaml")
        self.found, self.advice, self.line, self.column = found, advice, line, column


@dataclass(frozen=True, slots=True)
class Loaded:
    """A YAML text as dicts, lists and strings; an empty value or file is the empty string.

    `places` maps the path of a value to the line and column of its key (or of the list entry).
    """

    data: Any
    places: Mapping[Path, tuple[int, int]] = field(repr=False)

    def line(self, path: Path) -> int:
        """The line, from 1, where `path` stands; of its nearest parent if it does not exist."""
        return self._place(path)[0]

    def column(self, path: Path) -> int:
        """The column, from 1, where `path` stands; of its nearest parent if it does not exist."""
        return self._place(path)[1]

    def _place(self, path: Path) -> tuple[int, int]:
        for end in range(len(path), 0, -1):
            if path[:end] in self.places:
                return self.places[path[:end]]
        return self.places.get((), (1, 1))


def load(text: str, *, name: str) -> Loaded:
    r"""The mappings, lists and texts of a YAML (or JSON) text; `name` stands in the messages.

    >>> load("2.10: no\n1.2: [1e3, '\\eta']", name="answers.yaml").data
    {'2.10': 'no', '1.2': ['1e3', '\\eta']}

    Raises:
        YamlError: the text is not YAML, or uses what is refused here; a StudentError of code `yaml`.
    """
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise YamlError(
            f"the file is larger than {MAX_BYTES // 1024} KiB",
            "keep only the answers in it",
            name=name,
            line=1,
            column=1,
        )
    # Imported here: it costs half of what a cold `grader --help` may.
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.reader import ReaderError

    text = text.removeprefix("\ufeff")
    builder = _Builder(text, name)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.add(event)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        found, advice = _in_words(f"{error.problem or ''} {error.context or ''}")
        raise YamlError(found, advice, name=name, line=line, column=column) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - text.rfind("\n", 0, error.position)
        found = f"the character U+{ord(text[error.position]):04X} cannot stand in a YAML file"
        raise YamlError(found, "remove it", name=name, line=line, column=column) from None
    except (YAMLError, ValueError, OverflowError) as error:
        # ValueError: ruamel reads the number in a %YAML directive or a \U escape with int() and chr().
        found = f"this is not YAML ({error})"
        raise YamlError(found, "write `key: value` lines", name=name, line=1, column=1) from None
    return Loaded(builder.root, builder.places)


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not been read; `key` waits for its value."""

    value: dict[str, Any] | list[Any]
    path: Path
    key: str | None = None


class _Builder:
    """Puts the parser's events together; it keeps a stack of its own instead of recursing."""

    def __init__(self, text: str, name: str) -> None:
        self.text, self.name = text, name
        self.root: Any = ""
        self.places: dict[Path, tuple[int, int]] = {}
        self.stack: list[_Open] = []
        self.documents = self.values = 0

    def add(self, event: Any) -> None:
        kind = type(event).__name__
        self.values += 1
        if self.values > MAX_VALUES:
            self._refuse(event, f"more than {MAX_VALUES} values", "keep only the answers in the file")
        if kind == "ScalarEvent":
            self._refuse_extras(event)
            self._scalar(event)
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            self._refuse_extras(event)
            if len(self.stack) >= MAX_DEPTH:
                self._refuse(event, f"more than {MAX_DEPTH} levels of nesting", "write it flatter")
            opened = _Open({} if kind == "MappingStartEvent" else [], self._path(event))
            self._put(opened.value)
            self.stack.append(opened)
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self.stack.pop()
        elif kind == "AliasEvent":
            advice = "repeat the value, or put a text that starts with * in quotes"
            self._refuse(event, f"an alias, *{_short(event.anchor)}", advice)
        elif kind == "DocumentStartEvent":
            self.documents += 1
            if self.documents > 1:
                self._refuse(event, "a second document after ---", "keep one document in the file")

    def _scalar(self, event: Any) -> None:
        if event.style == '"':
            self._refuse_swallowed_latex(event)
        top = self.stack[-1] if self.stack else None
        if top is None or isinstance(top.value, list) or top.key is not None:
            self._path(event)
            self._put(event.value)
            return
        key: str = event.value
        if key == "<<" and event.style is None:
            self._refuse(event, "a merge key, <<", "write the keys out")
        path = (*top.path, key)
        if key in top.value:
            first = self.places[path][0]
            self._refuse(
                event, f"the key {_short(key)!r} a second time (first on line {first})", "keep one of the two"
            )
        self.places[path] = (event.start_mark.line + 1, event.start_mark.column + 1)
        top.key = key

    def _path(self, event: Any) -> Path:
        """The path of a value that begins here; its place is noted unless its key has noted it."""
        path: Path = ()
        if self.stack:
            top = self.stack[-1]
            if isinstance(top.value, dict):
                if top.key is None:
                    self._refuse(event, "a list or mapping as a key", "put a key that has brackets in quotes")
                return (*top.path, str(top.key))
            path = (*top.path, len(top.value))
        self.places[path] = (event.start_mark.line + 1, event.start_mark.column + 1)
        return path

    def _put(self, value: Any) -> None:
        if not self.stack:
            self.root = value
            return
        top = self.stack[-1]
        if isinstance(top.value, list):
            top.value.append(value)
        else:
            top.value[str(top.key)] = value
            top.key = None

    def _refuse_extras(self, event: Any) -> None:
        if event.anchor is not None:
            self._refuse(
                event, f"an anchor, &{_short(event.anchor)}", "put a text that starts with & in quotes"
            )
        if event.tag is not None:
            self._refuse(
                event,
                f"a tag, {_short(event.tag)}",
                "leave it out, or put a text that starts with ! in quotes",
            )

    def _refuse_swallowed_latex(self, event: Any) -> None:
        # YAML reads "\nabla" as a line break and "abla", and "\frac" as a form feed and "rac".
        raw = self.text[event.start_mark.index : event.end_mark.index]
        for escape in _ESCAPE.finditer(raw):
            word = escape[1]
            if word and (word[0] in "abefv" or _COMMAND.match(word)):
                found = f"\\{_short(word)} in double quotes, where YAML reads \\{word[0]} as one character"
                self._refuse(event, found, _QUOTES)

    def _refuse(self, event: Any, found: str, advice: str) -> None:
        mark = event.start_mark
        raise YamlError(found, advice, name=self.name, line=mark.line + 1, column=mark.column + 1)


_QUOTES = "put the text in single quotes, or double every backslash"
_ESCAPE = re.compile(r"\\(?:([A-Za-z]+)|[\s\S])")
_COMMAND = re.compile(
    r"(n(abla|eq?|eg|i|u|ot|mid|ewline|orm|onumber|cong)|r(ho|ight|angle|ceil|floor|m|Vert|vert)"
    r"|t(heta|imes|au|an|anh|o|op|ext|extbf|extit|extrm|frac|ilde|riangle))(?![A-Za-z])"
)

# What the parser says, and what the author of the file needs to hear; the first that matches is used.
_ALIGN = "align the keys, and put a value that has quotes or brackets in it in single quotes"
_WORDS = (
    ("unknown escape", "a backslash in double quotes that YAML does not know", _QUOTES),
    ("expected escape sequence", "a backslash in double quotes that YAML does not know", _QUOTES),
    ("'\\t'", "a tab", "indent with spaces"),
    ("cannot start any token", "a sign that cannot begin a value", "put the value in single quotes"),
    (
        "values are not allowed",
        "a second `: ` in one line",
        "put the value in single quotes, or begin a new line",
    ),
    (
        "entries are not allowed",
        "a `- ` in the middle of a line",
        "begin a new line, or put it in single quotes",
    ),
    ("expected ':'", "a line without `: ` after its key", "write `key: value`"),
    ("end of stream", "a quote that is never closed", "close it; a ' inside single quotes is doubled"),
    ("document separator", "a quote that is never closed", "close it; a ' inside single quotes is doubled"),
    ("expected ',' or ']'", "a list that is not closed", "separate entries by commas and close it with ]"),
    ("expected ',' or '}'", "a { that is not closed", "close it with }, or put the text in single quotes"),
    ("node content", "a list or mapping that is not closed", "close it"),
    ("<block end>", "a line or text that does not fit what stands before it", _ALIGN),
    ("<document start>", "a line or text that does not fit what stands before it", _ALIGN),
    ("alias", "a value that starts with *", "put it in single quotes"),
    ("anchor", "a value that starts with &", "put it in single quotes"),
    ("tag", "a value that starts with !", "put it in single quotes"),
)


def _in_words(problem: str) -> tuple[str, str]:
    for part, found, advice in _WORDS:
        if part in problem:
            return found, advice
    return (
        f"something that is not YAML ({_short(' '.join(problem.split()), 120)})",
        "write `key: value` lines",
    )


def _short(text: str, most: int = 40) -> str:
    return text if len(text) <= most else f"{text[:most]}..."
