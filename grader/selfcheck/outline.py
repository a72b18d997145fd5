"""What a bundle knows of an assignment: where answers stand, how they are read, and no answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

from grader.errors import StudentError
from grader.sheet import NONE as NO_SHEET
from grader.sheet import Sheet

FORMAT: Final = "grader self-check 1"

Proof = Literal["none", "fingerprint", "verify"]


@dataclass(frozen=True, slots=True)
class PartOutline:
    """One part. `wanted` is the form of the answer in words, empty where none is told.

    `proof` says whether correctness can be told: by a `fingerprint` of the answer (`digests`, each of `bits`
    bits), or because it must `verify` the `equations`, in which `answer` stands for it. `size` is the
    number of rows and columns that `answer` has there. `functions` are the names a function may have that is
    asked for; `examples` are its public ones, each with `arguments` and `result`.
    """

    id: str
    number: str
    names: tuple[str, ...]
    reads: str
    check: str
    symbols: Mapping[str, Any] = field(default_factory=dict)
    dimensions: tuple[Mapping[str, int], ...] = ()
    wanted: tuple[str, ...] = ()
    proof: Proof = "none"
    bits: int = 0
    digests: tuple[str, ...] = ()
    equations: tuple[str, ...] = ()
    size: tuple[str | int, str | int] = (1, 1)
    functions: tuple[str, ...] = ()
    examples: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """An assignment; `salt` is drawn anew for every bundle, the rest is the same for the same rubric."""

    assignment: str
    title: str
    made_by: str
    salt: str
    symbols: Mapping[str, Any]
    dimensions: tuple[Mapping[str, int], ...]
    parts: tuple[PartOutline, ...]
    sheet: Sheet = NO_SHEET


def to_json(outline: Outline) -> str:
    """The outline as JSON, the same text for the same outline."""
    data = asdict(outline) | {"format": FORMAT}
    data["sheet"] = {name: sorted(hashes) for name, hashes in asdict(outline.sheet).items()}
    return json.dumps(data, ensure_ascii=False, indent=1)


def from_json(text: str) -> Outline:
    """The outline in a bundle.

    Raises:
        StudentError: it is of another format than this program reads.
    """
    data = json.loads(text)
    if data.pop("format", None) != FORMAT:
        raise StudentError("This bundle was made by another version of grader; fetch it again.")
    data["sheet"] = Sheet(**{name: frozenset(hashes) for name, hashes in data["sheet"].items()})
    data["dimensions"] = tuple(data["dimensions"])
    data["parts"] = tuple(PartOutline(**_tuples(part)) for part in data["parts"])
    return Outline(**data)


def _tuples(part: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in part.items()}
