"""Verdicts, evidence and problems as JSON text and back, without loss."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any, Final

from grader.types import Checklist, Counterexample, EntryMap, Evidence, Note, Place, Problem


def evidence_to_json(evidence: Iterable[Evidence]) -> str:
    """The evidence of a verdict as a JSON list of one-key objects.

    >>> evidence_to_json([Note("convention", "soft-max units counted too")])
    '[{"note":["convention","soft-max units counted too"]}]'
    """
    return _dump([_encode(piece) for piece in evidence])


def evidence_from_json(text: str) -> tuple[Evidence, ...]:
    """What `evidence_to_json` was given.

    >>> evidence_from_json('[{"checklist":[["the sign"],"1/2"]}]')
    (Checklist(items=('the sign',), suggested=Fraction(1, 2)),)
    """
    return tuple(_DECODERS[kind](body) for piece in json.loads(text) for kind, body in piece.items())


def problems_to_json(problems: Iterable[Problem]) -> str:
    """Problems as a JSON list of [file, cell, line, message]."""
    return _dump([[p.place.file, p.place.cell, p.place.line, p.message] for p in problems])


def problems_from_json(text: str) -> tuple[Problem, ...]:
    """What `problems_to_json` was given."""
    return tuple(Problem(Place(file, cell, line), said) for file, cell, line, said in json.loads(text))


def headings_to_json(headings: Mapping[str, str]) -> str:
    """Headings by section number as a JSON object, in the order given."""
    return _dump(dict(headings))


def headings_from_json(text: str) -> dict[str, str]:
    """What `headings_to_json` was given."""
    return {str(number): str(heading) for number, heading in json.loads(text).items()}


# ASCII only: a lone surrogate in an answer has no UTF-8 form, and SQLite would refuse it.
# One encoder for all: `json.dumps` makes a new one at each call that names separators.
_dump: Final = json.JSONEncoder(separators=(",", ":")).encode


def _encode(piece: Evidence) -> dict[str, list[Any]]:
    match piece:
        case Counterexample(values, got, expected):
            return {"counterexample": [values, got, expected]}
        case EntryMap(got, right):
            return {"entries": [got, right]}
        case Note(kind, text):
            return {"note": [kind, text]}
        case Checklist(items, suggested):
            return {"checklist": [items, None if suggested is None else str(suggested)]}


def _counterexample(body: list[Any]) -> Evidence:
    values, got, expected = body
    return Counterexample(tuple((name, value) for name, value in values), got, expected)


def _entries(body: list[Any]) -> Evidence:
    got, right = body
    return EntryMap(tuple(map(tuple, got)), tuple(map(tuple, right)))


def _checklist(body: list[Any]) -> Evidence:
    items, suggested = body
    return Checklist(tuple(items), None if suggested is None else Fraction(suggested))


_DECODERS: dict[str, Callable[[list[Any]], Evidence]] = {
    "counterexample": _counterexample,
    "entries": _entries,
    "note": lambda body: Note(*body),
    "checklist": _checklist,
}
