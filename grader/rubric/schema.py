"""What a rubric's YAML may say, apart from the options of its checks; every fault is noted with its line.

Read by hand and not by a schema library: a cold start has no time to import one, and a fault of a rubric
should name the key that was meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, cast, get_args

from grader.errors import Fault
from grader.types import Visibility
from grader.yamltext import Loaded, Path

TERMS_KEYS = ("due", "publish", "late", "attempts", "best", "cap", "rounding")
RUBRIC_KEYS = (
    "assignment", "title", "reference", "symbols", "dimensions", "sections", "total", "conventions",
    *TERMS_KEYS, "run", "sandbox", "parts",
)  # fmt: skip
PART_KEYS = (
    "title", "points", "number", "answer", "symbols", "dimensions", "follows", "check", "visible", "bonus",
    "selfcheck", "contradicted",
)  # fmt: skip
ANSWER_KEYS = ("name", "variable", "variables", "function", "cell")

RUN_BY = ("function", "network")
"""The checks that call functions of a notebook."""

_ASSIGNMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
# `2.2.3`, `3.2a`, `3.3b.limit`: the sheet's number, then a word for a quantity inside the numbered part.
_PART = re.compile(r"(?P<number>\d+[a-z]?(?:\.(?:\d+[a-z]?|[a-z]))*)(?:\.(?P<word>[A-Za-z_][A-Za-z0-9_]+))?")
_POINTS = re.compile(r"\d{1,6}(\.\d{1,6})?")


@dataclass(frozen=True, slots=True)
class PartText:
    """One part as it is written; `options` is what its check has to read."""

    id: str
    title: str
    points: Decimal
    number: str
    names: tuple[str, ...]
    check: str
    symbols: Mapping[str, Any]
    dimensions: tuple[Mapping[str, int], ...]
    follows: Mapping[str, str]
    options: Mapping[str, Any]
    visible: Visibility = "public"
    bonus: bool = False
    code: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    selfcheck: Mapping[str, Any] = field(default_factory=dict)
    contradicted: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RubricText:
    """A rubric as it is written, with empty values in the places of faults."""

    assignment: str
    title: str
    reference: str | None
    symbols: Mapping[str, Any]
    dimensions: tuple[Mapping[str, int], ...]
    sections: Mapping[str, str]
    total: Decimal | None
    conventions: tuple[Any, ...]
    parts: tuple[PartText, ...]
    terms: Mapping[str, Any] = field(default_factory=dict)
    run: Mapping[str, Any] = field(default_factory=dict)
    sandbox: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Faults:
    """The faults of one file, gathered while it is read."""

    file: str
    loaded: Loaded
    found: list[Fault] = field(default_factory=list)

    def add(self, path: Path, found: str, meant: str) -> None:
        """Notes a fault where `path` stands; `meant` may be a question such as "did you mean 'x'?"."""
        meant = f"a known name; {meant}" if meant.startswith("did you mean") else meant
        fault = Fault(self.file, self.loaded.line(path), found, meant)
        if fault not in self.found:
            self.found.append(fault)

    def sorted(self) -> list[Fault]:
        """The faults from the top of the file to its end."""
        return sorted(self.found, key=lambda fault: fault.line)


def suggest(word: str, known: Iterable[str], what: str) -> str:
    """What was meant by a word nobody knows: the nearest known one, else all of them.

    >>> suggest("titel", ["title", "points"], "a key of a part")
    "a key of a part; did you mean 'title'?"
    """
    known = list(known)
    near = get_close_matches(word, known, n=1) or [one for one in known if one.lower() == word.lower()]
    return f"{what}; did you mean {near[0]!r}?" if near else f"{what}: {', '.join(known)}"


def read(faults: Faults) -> RubricText:
    """The rubric of a file, with its faults noted in `faults`."""
    data = _mapping(faults.loaded.data, (), faults, "keys such as assignment: and parts:")
    for key in data:
        if key not in RUBRIC_KEYS:
            faults.add((key,), f"the key {key!r}", suggest(key, RUBRIC_KEYS, "a key of a rubric"))
    assignment = _text(data, "assignment", (), faults, needed="the name of the assignment")
    if assignment and not _ASSIGNMENT.fullmatch(assignment):
        faults.add(("assignment",), repr(assignment), "a name of letters, digits, dots and hyphens")
    return RubricText(
        assignment,
        _text(data, "title", (), faults) or assignment,
        _text(data, "reference", (), faults) or None,
        _symbols(data, (), faults),
        _dimensions(data, (), faults),
        _sections(data, faults),
        _points(data["total"], ("total",), faults) if "total" in data else None,
        _conventions(data, faults),
        _parts(data, faults),
        {key: data[key] for key in TERMS_KEYS if key in data},
        _mapping(data.get("run", {}), ("run",), faults, "a mapping such as {seed: 413, files: [data.npz]}"),
        _mapping(data.get("sandbox", {}), ("sandbox",), faults, "limits such as {wall_s: 60}"),
    )


def _parts(data: Mapping[str, Any], faults: Faults) -> tuple[PartText, ...]:
    parts = _mapping(
        data.get("parts", {}), ("parts",), faults, "parts such as `2.2.3: {points: 1, check: count}`"
    )
    if not parts and not any(fault.meant.startswith("parts") for fault in faults.found):
        faults.add(("parts",), "no parts", "at least one under `parts:`")
    return tuple(_part(name, value, ("parts", name), faults) for name, value in parts.items())


def _part(name: str, value: object, path: Path, faults: Faults) -> PartText:
    data = _mapping(value, path, faults, "keys such as points: and check:")
    match = _PART.fullmatch(name)
    if match is None:
        faults.add(
            path, f"the part {name!r}", "the sheet's number, perhaps with a word: 2.2.3, 3.2a, 3.1.output"
        )
    points = Decimal(0)
    if "points" in data:
        points = _points(data["points"], (*path, "points"), faults)
    elif data:
        faults.add(path, "no `points:`", "how many points the part gives")
    number = _text(data, "number", path, faults) or (match["number"] if match else name)
    check = _text(data, "check", path, faults, needed="a kind of check" if data else "")
    return PartText(
        name,
        _text(data, "title", path, faults) or name,
        points,
        number,
        _names(data, path, faults),
        check,
        _symbols(data, path, faults),
        _dimensions(data, path, faults),
        _follows(data, path, faults),
        {key: option for key, option in data.items() if key not in PART_KEYS},
        _visible(data, path, faults),
        _bonus(data, path, faults),
        _code(data, path, faults),
        _mapping(
            data.get("selfcheck", {}), (*path, "selfcheck"), faults, "a mapping such as {fingerprint: 4 bits}"
        ),
        _mapping(
            data.get("contradicted", {}),
            (*path, "contradicted"),
            faults,
            "a mapping such as {credit: 0.8, say: ...}",
        ),
    )


def _bonus(data: Mapping[str, Any], path: Path, faults: Faults) -> bool:
    given = _text(data, "bonus", path, faults).lower()
    if given not in ("", "yes", "no", "true", "false"):
        faults.add((*path, "bonus"), repr(given), "yes or no")
    return given in ("yes", "true")


def _visible(data: Mapping[str, Any], path: Path, faults: Faults) -> Visibility:
    """Who may see how the part went, in our words or in those of Gradescope's results."""
    given = _text(data, "visible", path, faults)
    word = given.replace("_", " ").removesuffix(" date")
    for known in get_args(Visibility):
        if word == known:
            return cast(Visibility, known)
    if word not in ("", "visible"):
        meant = suggest(given, get_args(Visibility), "one of public, after due, after published, hidden")
        faults.add((*path, "visible"), repr(given), meant)
        # A misspelled word must not uncover what was to be hidden.
        return "hidden"
    return "public"


def _follows(data: Mapping[str, Any], path: Path, faults: Faults) -> Mapping[str, str]:
    """By symbol, the earlier part whose answer it is."""
    path = (*path, "follows")
    given = _mapping(data.get("follows", {}), path, faults, "symbols and parts, such as {hbar: 1.2.hbar}")
    return {symbol: _text(given, symbol, path, faults, needed="the part it is from") for symbol in given}


def _conventions(data: Mapping[str, Any], faults: Faults) -> tuple[Any, ...]:
    value = data.get("conventions", [])
    if isinstance(value, list):
        return tuple(value)
    faults.add(("conventions",), _shown(value), "a list such as `- {parts: [2.2.1, 2.3.z]}`")
    return ()


def _names(data: Mapping[str, Any], path: Path, faults: Faults) -> tuple[str, ...]:
    """How the quantity is called, the name to show first."""
    path = (*path, "answer")
    answer = _mapping(data.get("answer", {}), path, faults, "a mapping such as {name: [eta, best_rate]}")
    names: list[str] = []
    for key, value in answer.items():
        if key in ("variables", "cell"):
            continue
        if key not in ANSWER_KEYS:
            faults.add((*path, key), f"the key {key!r}", suggest(key, ANSWER_KEYS, "a key of `answer:`"))
            continue
        for name in value if isinstance(value, list) else [value]:
            if isinstance(name, str) and name.strip():
                names.append(name.strip())
            else:
                faults.add((*path, key), _shown(name), "a name or a list of names")
    return tuple(dict.fromkeys(names))


def _code(data: Mapping[str, Any], path: Path, faults: Faults) -> Mapping[str, tuple[str, ...]]:
    """What to bring out of a notebook: by key, `variable: J` as `("J",)`."""
    answer = data.get("answer", {})
    found: dict[str, tuple[str, ...]] = {}
    for key in ("variable", "variables", "function", "cell") if isinstance(answer, dict) else ():
        given = answer.get(key, [])
        texts = [given] if isinstance(given, str) else given if isinstance(given, list) else []
        names = tuple(text.strip() for text in texts if isinstance(text, str) and text.strip())
        for name in names:
            if key != "cell" and not name.isidentifier():
                faults.add((*path, "answer", key), repr(name), "a name of Python")
        if names:
            found[key] = names
    if "function" in found and data.get("check") not in RUN_BY:
        meant = f"a part with {' or '.join(f'`check: {kind}`' for kind in RUN_BY)}"
        faults.add((*path, "answer", "function"), repr(found["function"][0]), meant)
    return found


def _symbols(data: Mapping[str, Any], path: Path, faults: Faults) -> Mapping[str, Any]:
    path = (*path, "symbols")
    return _mapping(data.get("symbols", {}), path, faults, "declarations such as `X: {matrix: [n, d]}`")


def _dimensions(data: Mapping[str, Any], path: Path, faults: Faults) -> tuple[Mapping[str, int], ...]:
    """One mapping of sizes, or a list of them."""
    path = (*path, "dimensions")
    value = data.get("dimensions", {})
    found: list[Mapping[str, int]] = []
    for index, entry in enumerate(value if isinstance(value, list) else [value]):
        place = (*path, index) if isinstance(value, list) else path
        sizes: dict[str, int] = {}
        for name, size in _mapping(entry, place, faults, "sizes such as {n: 3, d: 5}").items():
            if isinstance(size, str) and size.isdecimal() and len(size) < 3:
                sizes[name] = int(size)
            else:
                faults.add((*place, name), _shown(size), "a whole number below 100")
        found.append(sizes)
    return tuple(sizes for sizes in found if sizes)


def _sections(data: Mapping[str, Any], faults: Faults) -> Mapping[str, str]:
    sections = _mapping(
        data.get("sections", {}), ("sections",), faults, 'headings such as `"1": Optimization`'
    )
    return {number: _text(sections, number, ("sections",), faults) for number in sections}


def _mapping(value: object, path: Path, faults: Faults, meant: str) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return value
    faults.add(path, _shown(value), meant)
    return {}


def _text(data: Mapping[str, Any], key: str, path: Path, faults: Faults, *, needed: str = "") -> str:
    value = data.get(key, "")
    if not isinstance(value, str):
        faults.add((*path, key), _shown(value), "a text")
        return ""
    if needed and not value.strip():
        faults.add((*path, key), f"no `{key}:`", needed)
    return value.strip()


def _points(value: object, path: Path, faults: Faults) -> Decimal:
    if isinstance(value, str) and _POINTS.fullmatch(value.strip()):
        return Decimal(value.strip())
    faults.add(path, _shown(value), "points such as 1 or 0.25")
    return Decimal(0)


def _shown(value: object) -> str:
    """A value as it is quoted in a fault: short, and in words where it is no text."""
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else f"{value[:60]}...") if value else "nothing"
    return "a list" if isinstance(value, list) else "a mapping"
