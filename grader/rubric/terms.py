"""What a rubric says about totals: due date, publication, lateness, attempts, dropped parts, bonus, rounding.

Extensions stand in a CSV file beside the rubric, one line for each student:

    student,extra,received,why
    ada_lark,2 days,,ill
    ben_reed,,2026-02-14 08:30 America/Toronto,handed in by e-mail
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal, TypeVar, cast

from grader import terms
from grader.amounts import number
from grader.durations import duration, moment, percent
from grader.errors import Fault
from grader.options import Options, OptionsError
from grader.rubric.schema import Faults, PartText, suggest
from grader.terms import Best, Extension, Late, Rounding, Terms
from grader.yamltext import Path as Place

COLUMNS: Final = ("student", "extra", "received", "why")
_ATTEMPTS: Final = ("last", "best")
M = TypeVar("M", bound=Options)


def read(given: Mapping[str, Any], parts: Sequence[PartText], path: Path, faults: Faults) -> Terms:
    """The terms of the rubric at `path`, with their faults noted."""
    due = _moment(given, "due", faults)
    late = _options(Late, given["late"], ("late",), faults) if "late" in given else Late()
    late = late or Late()
    if late != Late() and due is None and "due" not in given:
        faults.add(("late",), "no `due:`", "when the sheet is due: `due: 2026-02-13 23:59 America/Toronto`")
    word = given.get("attempts", "last")
    if word not in _ATTEMPTS:
        faults.add(("attempts",), repr(word), suggest(str(word), _ATTEMPTS, "the attempt that counts"))
    rounding = _options(Rounding, given["rounding"], ("rounding",), faults) if "rounding" in given else None
    return Terms(
        due=due,
        late=late,
        attempts=cast(Literal["last", "best"], word),
        best=tuple(_best(given.get("best", []), parts, faults)),
        bonus=tuple(part.id for part in parts if part.bonus),
        cap=_cap(given["cap"], faults) if "cap" in given else None,
        rounding=rounding,
        extensions=_extensions(late.extensions, path, faults) if late.extensions else {},
        publish=_moment(given, "publish", faults),
    )


def extension_bytes(given: Mapping[str, Any], path: Path) -> bytes:
    """The bytes of the file of extensions, which belong to the rubric; empty if there is none."""
    late = given.get("late")
    name = late.get("extensions") if isinstance(late, Mapping) else None
    beside = path.parent / str(name) if name else None
    return beside.read_bytes() if beside is not None and beside.is_file() else b""


def _moment(given: Mapping[str, Any], key: str, faults: Faults) -> datetime | None:
    if key not in given:
        return None
    try:
        return moment(given[key])
    except ValueError as error:
        faults.add((key,), repr(given[key]), str(error).removeprefix("meant "))
        return None


def _options(model: type[M], given: object, path: Place, faults: Faults) -> M | None:
    """Options whose keys may be written with blanks, as `per day`."""
    named = given
    written: dict[str, str] = {}
    if isinstance(given, Mapping):
        written = {str(key).replace(" ", "_"): str(key) for key in given}
        named = {key: given[old] for key, old in written.items()}
    try:
        return model.model_validate(named)
    except OptionsError as error:
        for one in error.mismatches:
            keys = tuple(written.get(str(key), key) for key in one.path)
            faults.add((*path, *keys), one.found, one.meant.replace("per_day", "per day"))
        return None


def _best(given: object, parts: Sequence[PartText], faults: Faults) -> Iterable[Best]:
    rules = given if isinstance(given, list) else [given]
    taken: dict[str, int] = {}
    for index, rule in enumerate(rules):
        path: Place = ("best", index) if isinstance(given, list) else ("best",)
        best = _options(Best, rule, path, faults)
        if best is None:
            continue
        worth: dict[str, Decimal] = {}
        for position, name in enumerate(best.of):
            meant = [part for part in parts if terms.belongs(part.id, name)]
            place = (*path, "of", position)
            if not meant:
                known = dict.fromkeys([*(p.id for p in parts), *(p.id.partition(".")[0] for p in parts)])
                faults.add(place, repr(name), suggest(name, known, "a part or a question of this rubric"))
            if any(part.bonus for part in meant):
                faults.add(place, f"the bonus part in {name!r}", "parts that are no bonus")
            for part in meant:
                if part.id in taken:
                    faults.add(place, f"{part.id} a second time", "each part in one place only")
                taken[part.id] = position
            worth[name] = sum((part.points for part in meant), Decimal(0))
        if len(set(worth.values())) > 1:
            listed = ", ".join(f"{name} ({number(points)})" for name, points in worth.items())
            faults.add((*path, "of"), f"unequal points: {listed}", "parts or questions worth the same")
        yield best


def _cap(given: object, faults: Faults) -> Any:
    text = str(given).strip()
    try:
        if "%" in text:
            return percent(text)
        if text.replace(".", "", 1).isdecimal():
            return Decimal(text)
    except ValueError:
        pass
    faults.add(("cap",), repr(given), "the most points that count, such as `20` or `100 %`")
    return None


def _extensions(name: str, path: Path, faults: Faults) -> Mapping[str, Extension]:
    """By student, what was granted; the faults of the file are told with its own lines."""
    place: Place = ("late", "extensions")
    if Path(name).name != name:
        faults.add(place, repr(name), "the name of a CSV file beside the rubric")
        return {}
    beside = path.parent / name
    try:
        text = beside.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        faults.add(place, repr(name), f"a CSV file (UTF-8) beside the rubric with {','.join(COLUMNS)}")
        return {}
    rows = csv.DictReader(io.StringIO(text))
    missing = {"student", "extra"} - set(rows.fieldnames or ())
    if missing:
        found = ",".join(rows.fieldnames or ()) or "nothing"
        faults.found.append(Fault(str(beside), 1, found, f"the columns {','.join(COLUMNS)}"))
        return {}
    granted: dict[str, Extension] = {}
    for row in rows:
        line = rows.line_num
        student = (row["student"] or "").strip()
        if not student or student.casefold() in granted:
            found = f"{student!r} a second time" if student else "no student"
            faults.found.append(Fault(str(beside), line, found, "each student once, by the gradebook's key"))
            continue
        try:
            granted[student.casefold()] = Extension(
                duration(row["extra"]) if (row["extra"] or "").strip() else 0,
                moment(row["received"]) if (row.get("received") or "").strip() else None,
                (row.get("why") or "").strip(),
            )
        except ValueError as error:
            found = f"{row['extra']!r}, {row.get('received') or ''!r}"
            faults.found.append(Fault(str(beside), line, found, str(error).removeprefix("meant ")))
    return granted
