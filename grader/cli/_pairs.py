"""The rows of `grader compare`: one pair of formulas in a line of JSON, and what is wrong with a line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, cast, get_args

from grader.cli._printing import excerpt
from grader.types import Notation

_KEYS: Final = (
    *("id", "reference", "answer", "notation", "reference_notation", "symbols", "dimensions", "domain"),
    *("infer", "options", "truth", "expected", "got"),
)


class Pair(NamedTuple):
    """One row to decide; `symbols`, `dimensions` and `options` (a `Policy`) are JSON text.

    With `infer`, a name that nobody declared is a scalar of the domain, and real where none is named;
    otherwise it cannot be read.
    """

    key: str
    reference: str
    answer: str
    notation: Notation = "plain"
    reference_notation: Notation = "plain"
    symbols: str = "{}"
    dimensions: str = "[]"
    domain: str = ""
    infer: bool = False
    options: str = "{}"
    truth: str = ""


class Unusable(Exception):
    """A line that is no pair."""

    def __init__(self, found: str, meant: str) -> None:
        super().__init__(f"found {found}; meant {meant}")
        self.found, self.meant = found, meant


def read_pair(line: bytes, number: int, notation: Notation) -> Pair:
    """The pair in a line of JSON; numbers stay as they were typed."""
    try:
        row = json.loads(line, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise Unusable("a line that is not JSON", f"one object in one line ({error})") from None
    if not isinstance(row, dict):
        raise Unusable(excerpt(repr(row), characters=40), "an object with reference and answer")
    _check_keys(row)
    row = {"reference": row.get("expected"), "answer": row.get("got")} | row
    typed = _one_of(row, "notation", get_args(Notation), notation)
    return Pair(
        str(row.get("id", number)),
        _text(row, "reference"),
        _text(row, "answer"),
        cast(Notation, typed),
        cast(Notation, _one_of(row, "reference_notation", get_args(Notation), typed)),
        _declared(row.get("symbols")),
        _sizes(row.get("dimensions")),
        _one_of(row, "domain", _domains(), ""),
        row.get("symbols") == "infer" or row.get("infer") is True,
        _options(row.get("options")),
        _truth(row.get("truth")),
    )


def _check_keys(row: Mapping[str, object]) -> None:
    """Columns of somebody's own may stand beside ours, but not one that looks like a slip of ours."""
    from difflib import get_close_matches

    for key in row:
        near = [] if key in _KEYS else get_close_matches(key, _KEYS, n=1, cutoff=0.8)
        if near and near[0] not in row:
            raise Unusable(f"the key {key!r}", f"did you mean {near[0]!r}?")


def _text(row: Mapping[str, object], key: str) -> str:
    if not isinstance(row.get(key), str):
        raise Unusable(f"no text under {key!r}", "a formula in quotes")
    return str(row[key])


def _one_of(row: Mapping[str, object], key: str, allowed: Sequence[str], otherwise: str) -> str:
    value = row.get(key)
    if value is None:
        return otherwise
    if value not in allowed:
        raise Unusable(f"{key} {value!r}", f"one of {', '.join(allowed)}")
    return str(value)


def _domains() -> Sequence[str]:
    from grader.maths.names import DOMAINS

    return DOMAINS


def _declared(value: object) -> str:
    if value is None or value == "infer":
        return "{}"
    if not isinstance(value, Mapping):
        raise Unusable(f"symbols {value!r}", 'what a rubric declares, such as {"x": {"scalar": "real"}}')
    return json.dumps(value, ensure_ascii=False)


def _sizes(value: object) -> str:
    """One mapping of dimensions, or several, as JSON text."""
    sets = [value] if isinstance(value, Mapping) else value or []
    if not isinstance(sets, list) or not all(isinstance(one, Mapping) for one in sets):
        raise Unusable(f"dimensions {value!r}", 'sizes such as {"n": 3, "d": 5}')
    try:
        return json.dumps([{name: int(size) for name, size in one.items()} for one in sets])
    except (TypeError, ValueError):
        raise Unusable(f"dimensions {value!r}", "whole numbers") from None


def _options(value: object) -> str:
    """What a `Policy` is made with, as JSON text."""
    from dataclasses import fields
    from typing import get_type_hints

    from grader.maths.sameness.decide import Policy

    if value is not None and not isinstance(value, Mapping):
        raise Unusable(f"options {value!r}", 'a mapping such as {"ordered": false}')
    known, hints = [one.name for one in fields(Policy)], get_type_hints(Policy)
    for name, chosen in (value or {}).items():
        if name not in known:
            raise Unusable(f"the option {name!r}", f"one of {', '.join(known)}")
        allowed = (True, False) if hints[name] is bool else get_args(hints[name])
        if isinstance(chosen, list | dict) or chosen not in allowed:
            meant = "true or false" if hints[name] is bool else f"one of {', '.join(allowed)}"
            raise Unusable(f"{name} {chosen!r}", meant)
    return json.dumps(value or {})


def _truth(value: object) -> str:
    known = {None: "", True: "same", False: "different", "same": "same", "different": "different"}
    if isinstance(value, list | dict) or value not in known:
        raise Unusable(f"truth {value!r}", '"same" or "different"')
    return known[cast(Any, value)]
