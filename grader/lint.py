"""Whether a rubric is sound: what its reference, its declared mistakes and its cases get when judged."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

from grader import checks, holes, marking
from grader.errors import Fault, RubricError, StaffError
from grader.rubric import Part, Prepared, Rubric, load, prepare, read_yaml
from grader.rubric.schema import Faults, suggest
from grader.types import Answer, Notation, Outcome, Place, Verdict

_SECRET = b"lint"
_CASES = ".cases.yaml"
_CASE_KEYS = ("part", "answer", "notation", "outcome", "credit", "after")
_NOTATIONS: tuple[Notation, ...] = get_args(Notation)


@dataclass(frozen=True, slots=True)
class Case:
    """A typed answer of a cases file and what it must get; without `credit` only the outcome counts.

    `after` holds typed answers to other parts, for what follows from them.
    """

    part: str
    text: str
    notation: Notation
    outcome: Outcome
    credit: Fraction | None
    place: Place
    after: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One answer that was judged: where it is declared, what it had to get and what it got.

    A credit of None in `expected` is a person's to give, or is left open by a case (`outcome` is then
    the one it must have). `code` and `message` are those of the verdict.
    """

    part: str
    label: str
    text: str
    place: Place
    expected: Fraction | None
    got: Fraction | None
    outcome: Outcome | None
    got_outcome: Outcome
    code: str
    message: str
    ok: bool


@dataclass(frozen=True, slots=True)
class LintReport:
    """Everything that is wrong or doubtful in a rubric, and every answer that was judged.

    `holes` are those of the `slips` tried that get full marks. `rubric` is None if it could not be loaded.
    `warnings` are doubts that do not make it unsound.
    """

    path: Path
    rubric: Rubric | None
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    rows: tuple[Row, ...]
    holes: tuple[holes.Hole, ...] = ()
    slips: int = 0

    @property
    def sound(self) -> bool:
        """Whether the rubric has no fault and no hole, and every answer got what it had to get."""
        return not self.faults and not self.holes and all(row.ok for row in self.rows)


def lint(path: Path) -> LintReport:
    """What is to be said of the rubric in a file and of the cases beside it.

    Raises:
        StaffError: a file cannot be read at all.
    """
    try:
        rubric = load(path)
    except RubricError as error:
        return LintReport(path, None, error.faults, (), ())
    warnings = tuple(_doubts(rubric))
    faults: list[Fault] = []
    cases: tuple[Case, ...] = ()
    try:
        cases = read_cases(rubric)
    except RubricError as error:
        faults += error.faults
    try:
        prepared = prepare(rubric, _SECRET)
    except RubricError as error:
        return LintReport(path, rubric, (*error.faults, *faults), warnings, ())
    rows = [row for part in rubric.parts for row in _samples(rubric, part, prepared)]
    rows += [judge_case(case, rubric, prepared) for case in cases]
    places = {part.id: Place(str(path), line=rubric.loaded.line(("parts", part.id))) for part in rubric.parts}
    found = holes.of_rubric(rubric.parts, prepared, places)
    idle = (
        Fault(
            str(path), 1, f"`allow` of {name}", "an answer that is one slip away from the reference and right"
        )
        for name in found.idle
    )
    warnings = (*warnings, *idle)
    return LintReport(path, rubric, tuple(faults), warnings, tuple(rows), found.holes, found.tried)


def cases_path(rubric: Path) -> Path:
    """Where the cases of a rubric are, if it has any."""
    return rubric.with_name(f"{rubric.stem}{_CASES}")


def rubric_path(path: Path) -> Path:
    """The rubric that a file of cases belongs to; any other path as it is.

    Raises:
        StaffError: the cases belong to a rubric that is not there.
    """
    if not path.name.endswith(_CASES):
        return path
    stem = path.name.removesuffix(_CASES)
    for name in (f"{stem}.yaml", f"{stem}.yml"):
        if path.with_name(name).is_file():
            return path.with_name(name)
    raise StaffError(
        f"{str(path)!r} holds the cases of a rubric {stem}.yaml, which is not beside it; "
        "rename the cases as their rubric, or write that rubric"
    )


def read_cases(rubric: Rubric) -> tuple[Case, ...]:
    """The cases beside a rubric, in their order; none if there is no such file.

    Raises:
        RubricError: all faults of the file at once.
        StaffError: it cannot be read.
    """
    path = cases_path(rubric.path)
    if not path.exists():
        return ()
    _, loaded = read_yaml(path)
    faults = Faults(str(path), loaded)
    data: Any = loaded.data or []
    if not isinstance(data, list):
        faults.add(
            (), "a mapping or a text", "a list of cases such as - {part: 1.1, answer: x, outcome: correct}"
        )
        data = []
    known = tuple(part.id for part in rubric.parts)
    cases = [_case(value, index, known, faults) for index, value in enumerate(data)]
    if faults.found:
        raise RubricError(faults.sorted())
    return tuple(case for case in cases if case is not None)


def judge_case(case: Case, rubric: Rubric, prepared: Prepared) -> Row:
    """What a case gets, by the same way as a student's answer."""
    parts = {part.id: part for part in rubric.parts}
    part = parts[case.part]
    if case.after:
        typed = {**dict(case.after), case.part: case.text}
        answers = {name: (Answer(name, text, case.place, case.notation),) for name, text in typed.items()}
        marks = {name: marking.judge(parts[name], prepared[name], given) for name, given in answers.items()}
        together = {mark.part: mark for mark in marking.together(rubric, prepared, marks)}
        verdict = together[case.part].verdict
    else:
        verdict = _judge(part, prepared, case.text, case.notation, case.place)
    ok = verdict.outcome == case.outcome and (case.credit is None or verdict.credit == case.credit)
    return _row(part, "case", case.text, case.place, case.credit, case.outcome, verdict, ok)


def _case(value: Any, index: int, parts: tuple[str, ...], faults: Faults) -> Case | None:
    if not isinstance(value, dict):
        faults.add(
            (index,), "no mapping", "a case such as {part: 1.1, answer: x, outcome: correct, credit: 1}"
        )
        return None
    before = len(faults.found)
    for key, given in value.items():
        if key not in _CASE_KEYS:
            faults.add((index, key), f"the key {key!r}", suggest(key, _CASE_KEYS, "a key of a case"))
        elif key == "after":
            _check_after(given, index, parts, faults)
        elif not isinstance(given, str):
            faults.add((index, key), "a list or mapping", "a text; put brackets in quotes")
    for key, known in (("part", parts), ("outcome", tuple(map(str, Outcome))), ("notation", _NOTATIONS)):
        given = value.get(key, "plain" if key == "notation" else "")
        if isinstance(given, str) and given not in known:
            faults.add(
                (index, key), repr(given) if given else f"no `{key}:`", suggest(given, known, f"one {key}")
            )
    if "answer" not in value:
        faults.add((index,), "no `answer:`", "what a student types")
    credit = _credit(value["credit"], index, faults) if "credit" in value else None
    if len(faults.found) > before:
        return None
    return Case(
        value["part"],
        value["answer"],
        value.get("notation", "plain"),
        Outcome(value["outcome"]),
        credit,
        Place(faults.file, line=faults.loaded.line((index,))),
        tuple(value.get("after", {}).items()),
    )


def _check_after(given: Any, index: int, parts: tuple[str, ...], faults: Faults) -> None:
    if not isinstance(given, dict):
        faults.add((index, "after"), "no mapping", "parts and answers, such as {1.2.hbar: r}")
        return
    for name, text in given.items():
        if name not in parts:
            faults.add((index, "after", name), repr(name), suggest(name, parts, "one part"))
        if not isinstance(text, str):
            faults.add((index, "after", name), "a list or mapping", "a text; put brackets in quotes")


def _credit(text: object, index: int, faults: Faults) -> Fraction | None:
    try:
        credit = Fraction(Decimal(str(text)))
    except (InvalidOperation, ValueError, OverflowError):
        credit = Fraction(-1)
    if 0 <= credit <= 1:
        return credit
    faults.add((index, "credit"), repr(text), "a fraction of the points from 0 to 1, such as 0.8")
    return None


def _samples(rubric: Rubric, part: Part, prepared: Prepared) -> Iterator[Row]:
    """The reference of a part and its declared mistakes, judged."""
    place = Place(str(rubric.path), line=rubric.loaded.line(("parts", part.id)))
    for sample in checks.load(part.check).samples(prepared[part.id]):
        verdict = _judge(part, prepared, sample.text, sample.notation, place, sample.value)
        ok = verdict.credit == sample.credit and verdict.code != "machine-failed"
        yield _row(part, sample.label, sample.text, place, sample.credit, None, verdict, ok)


def _judge(
    part: Part, prepared: Prepared, text: str, notation: Notation, place: Place, value: object = None
) -> Verdict:
    answers = (Answer(part.id, text, place, notation, value=value),) if text.strip() else ()
    return marking.judge(part, prepared[part.id], answers).verdict


def _row(
    part: Part,
    label: str,
    text: str,
    place: Place,
    expected: Fraction | None,
    outcome: Outcome | None,
    verdict: Verdict,
    ok: bool,
) -> Row:
    return Row(
        part.id,
        label,
        text,
        place,
        expected,
        verdict.credit,
        outcome,
        verdict.outcome,
        verdict.code,
        verdict.message,
        ok,
    )


def _doubts(rubric: Rubric) -> Iterator[Fault]:
    """What a rubric may mean as it stands, but probably does not."""
    file, line = str(rubric.path), rubric.loaded.line
    points = sum((part.points for part in rubric.parts), Decimal(0))
    if rubric.total is not None and points != rubric.total:
        yield Fault(file, line(("total",)), f"a total of {rubric.total}", f"{points}, the sum of all points")
    sections = defaultdict(list)
    for part in rubric.parts:
        sections[part.number].append(part)
    for number, parts in sections.items():
        shared = Counter(name for part in parts for name in part.names)
        for part in parts:
            here = line(("parts", part.id))
            if len(parts) > 1 and not part.names and part.reads != "prose":
                meant = f"`answer: {{name: ...}}`, because {len(parts)} parts stand in section {number}"
                yield Fault(file, here, f"no name for the quantity of {part.id}", meant)
            for name in part.names:
                if shared[name] > 1:
                    meant = f"a name that no other part of section {number} has"
                    yield Fault(file, here, f"the name {name!r}", meant)
