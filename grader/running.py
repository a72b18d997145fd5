"""Runs the code of a submission where its rubric asks for that, and turns what comes out into answers.

Each file is run twice. The first run is the one that is shown: it holds nothing hidden. In the second one the
functions are called on the hidden inputs; nothing that it prints is kept.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from grader import checks, executed
from grader.documents import _code, _repair
from grader.documents._repair import FROM_STARTER, CodeCell, Runnable
from grader.documents._text import notation_of
from grader.errors import MachineError, StaffError, StudentError
from grader.executed import Executed
from grader.rubric import Part, Rubric
from grader.sandbox import run
from grader.sandbox.codec import Array
from grader.sandbox.jobs import Call, Called, Cell, Data, Fault, Job, NotRun, Ran, Value
from grader.sandbox.limits import Limits
from grader.sandbox.run import Runs
from grader.types import Answer, Document, File, Notation, Place, Problem

_MOST_FILES: Final = 8
_MOST_BESIDE: Final = 30 * 2**20
_MOST_CALLS_S: Final = 60.0
_MOST_LITERAL: Final = 20_000

Answers = Mapping[str, tuple[Answer, ...]]


class Sandboxes(NamedTuple):
    """Where code is run; `box` is None where it cannot be, for the `reason`. `weaker` is as in a sandbox."""

    box: Runs | None
    reason: str = ""
    weaker: str = ""


class Outcome(NamedTuple):
    """The answers with those that running gave, the notebooks as they ran, and what could not be run."""

    answers: Answers
    executed: tuple[Executed, ...] = ()
    problems: tuple[Problem, ...] = ()


def run_all(
    files: Sequence[File],
    documents: Sequence[Document],
    rubric: Rubric,
    prepared: Mapping[str, Any],
    answers: Answers,
    open_box: Callable[[], Sandboxes],
) -> Outcome:
    """The answers after the code of a submission was run, for the parts that ask for that.

    A sandbox is only opened for files that hold what is asked for.
    """
    found = {**answers, **_tagged(files, rubric)}
    asking = [part for part in rubric.parts if part.code.runs]
    if not asking:
        return Outcome(found)
    several, problems = _runnables(files, documents, rubric, asking, answers)
    if not several:
        return Outcome(found, (), problems)
    boxes = open_box()
    ran: list[_RanFile] = []
    shown: list[Executed] = []
    for one in several:
        result = _run_file(one, files, rubric, prepared, asking, boxes)
        ran.append(result)
        if boxes.box is not None:
            shown.append(executed.bounded(_executed(result, boxes)))
    for part in asking:
        given = tuple(answer for one in ran for answer in _answers(part, one))
        if given:
            found[part.id] = _instead(part, given, found.get(part.id, ()), documents)
    return Outcome(found, tuple(shown), problems)


# --- what to run -----------------------------------------------------------------------------------


def _runnables(
    files: Sequence[File],
    documents: Sequence[Document],
    rubric: Rubric,
    asking: Sequence[Part],
    answers: Answers,
) -> tuple[list[Runnable], tuple[Problem, ...]]:
    """The files that hold a name that is asked for; else the code that is quoted as an answer."""
    starter = rubric.running.starter
    given = File(starter.path, starter.data) if starter else None
    names = {name for part in asking for name in _asked(part)}
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(names)))})\b")
    several: list[Runnable] = []
    problems: list[Problem] = []
    beside = [one.path for one in _beside(files, rubric, "")]
    for file in files:
        if not file.path.lower().endswith(_repair.RUNS):
            continue
        try:
            one = _repair.runnable(file, beside, given)
        except StudentError:
            continue  # said where the file is read
        own = (cell for cell in one.cells if cell.number < FROM_STARTER)
        if not any(pattern.search(cell.source) for cell in own):
            problems += [Problem(Place(file.path), note) for note in one.notes if not one.cells]
            continue
        if len(several) == _MOST_FILES:
            problems.append(Problem(Place(file.path), f"Only the first {_MOST_FILES} files were run."))
            break
        several.append(one)
    if not several:
        several = list(_quoted(asking, documents, answers, given))
    return several, tuple(problems)


def _asked(part: Part) -> tuple[str, ...]:
    return (*part.code.functions, *part.code.variables, *part.code.together)


def _quoted(
    asking: Sequence[Part], documents: Sequence[Document], answers: Answers, starter: File | None
) -> Iterator[Runnable]:
    """Functions that are quoted in a write-up, each as a notebook of one cell after the one handed out."""
    blocks = [block for document in documents for block in document.blocks if block.kind == "code"]
    for part in asking:
        own = [(block.place, block.text) for block in blocks if _defines(block.text, part.code.functions)]
        for answer in () if own else answers.get(part.id, ()):
            codes = (code for text in (answer.text, answer.passage) for code in _codes(text))
            code = next((code for code in codes if _defines(code, part.code.functions)), "")
            own += [(answer.place, code)] if code else []
        for place, code in own[:_MOST_FILES]:
            cells = (CodeCell(place.cell or 1, code),)
            yield _after_starter(Runnable(place.file, cells, first_line=place.line), starter)


_FENCE: Final = re.compile(
    r"^[ \t]*(?:```+|~~~+)[^\n]*\n(.*?)^[ \t]*(?:```+|~~~+)[ \t]*$", re.DOTALL | re.MULTILINE
)


def _codes(text: str) -> Iterator[str]:
    yield from (found[1] for found in _FENCE.finditer(text))
    yield text


def _defines(code: str, names: Sequence[str]) -> bool:
    from grader.sandbox.magics import parses, plain

    source = plain(code).source  # without the prompts of IPython
    return bool(_code.defined(source, names)) and parses(source)


def _after_starter(one: Runnable, starter: File | None) -> Runnable:
    if starter is None:
        return one
    given = _repair.runnable(starter).cells
    first = tuple(cell._replace(number=FROM_STARTER + k) for k, cell in enumerate(given))
    return one._replace(cells=(*first, *one.cells), notes=("It was run after the notebook handed out.",))


def _beside(files: Sequence[File], rubric: Rubric, path: str) -> tuple[Data, ...]:
    """The files that stand beside a notebook: its own neighbours, then those the rubric gives."""
    folder = path.rpartition("/")[0]
    found: dict[str, bytes] = {}
    size = 0
    for file in files:
        size += len(file.data)
        if file.path == path or size > _MOST_BESIDE:
            continue
        found[file.path.removeprefix(f"{folder}/") if folder else file.path] = file.data
    found.update((one.path, one.data) for one in rubric.running.files)
    return tuple(Data(*pair) for pair in found.items())


# --- running ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _RanFile:
    """What came of one file: `calls` by function, and why it was not run at all, if it was not."""

    file: Runnable
    ran: Ran
    calls: Mapping[tuple[str, str], tuple[Called, ...]]
    not_run: str = ""


def _run_file(
    one: Runnable,
    files: Sequence[File],
    rubric: Rubric,
    prepared: Mapping[str, Any],
    asking: Sequence[Part],
    boxes: Sandboxes,
) -> _RanFile:
    if boxes.box is None:
        return _RanFile(one, Ran(), {}, boxes.reason)
    running = rubric.running
    job = Job(
        tuple(Cell(cell.number, cell.source) for cell in one.cells),
        seed=running.seed,
        variables=tuple(
            dict.fromkeys(n for part in asking for n in (*part.code.variables, *part.code.together))
        ),
        functions=tuple(dict.fromkeys(name for part in asking for name in part.code.functions)),
        files=_beside(files, rubric, one.path),
        cell_s=running.cell_s,
        call_s=running.call_s,
    )
    try:
        ran = run.run(boxes.box, job, running.limits)
        return _RanFile(one, ran, _call(job, ran, prepared, asking, boxes.box, running.limits))
    except (MachineError, StaffError) as error:
        return _RanFile(one, Ran(), {}, f"The code could not be run: {error}.")


def _call(
    job: Job, ran: Ran, prepared: Mapping[str, Any], asking: Sequence[Part], box: Runs, limits: Limits
) -> Mapping[tuple[str, str], tuple[Called, ...]]:
    """What the functions give on hidden inputs, by part and name, in a run of their own."""
    wanted: dict[tuple[str, str], tuple[Call, ...]] = {}
    for part in asking:
        for name in part.code.functions:
            if name in ran.functions:
                wanted[part.id, name] = checks.load(part.check).calls(prepared[part.id], name)  # type: ignore[attr-defined]
                break
    if not wanted:
        return {}
    stopped = frozenset(cell.number for cell in ran.cells if cell.status == "stopped")
    calls = tuple(call for several in wanted.values() for call in several)
    longer = replace(limits, wall_s=limits.wall_s + min(_MOST_CALLS_S, len(calls) * job.call_s))
    hidden = run.run(box, replace(job, variables=(), calls=calls, quiet=True, skipped=stopped), longer)
    came = iter(hidden.calls)
    return {key: tuple(next(came) for _ in several) for key, several in wanted.items()}


def _executed(one: _RanFile, boxes: Sandboxes) -> Executed:
    sources = {cell.number: cell.source for cell in one.file.cells}
    cells = tuple(cell for cell in one.ran.cells if cell.number < FROM_STARTER)
    return Executed(
        one.file.path,
        tuple(sources.get(cell.number, "") for cell in cells),
        cells,
        one.file.notes,
        one.ran.detail if one.ran.ended != "finished" else "",
        boxes.weaker,
    )


# --- answers ---------------------------------------------------------------------------------------


def _answers(part: Part, one: _RanFile) -> Iterator[Answer]:
    code = part.code
    answer = _function(part, one) if code.functions else None
    answer = answer or (_variable(part, one) if code.variables else None)
    answer = answer or (_together(part, one) if code.together else None)
    if answer is not None:
        yield answer


def _function(part: Part, one: _RanFile) -> Answer | None:
    for name in part.code.functions:
        called = one.calls.get((part.id, name))
        defined = _repair.defined_in([c for c in one.file.cells if c.number < FROM_STARTER], name)
        if called is None and defined is None:
            continue
        cell, line, text = defined or (one.file.cells[-1], None, name)
        place = _place(one.file, cell, line)
        if called is not None:
            return Answer(part.id, text, place, "python", value=_with_lines(called, one.file))
        return Answer(part.id, text, place, "python", value=NotRun(_why_not(one, cell, name)))
    return None


def _place(file: Runnable, cell: CodeCell, line: int | None) -> Place:
    if file.first_line is not None:
        return Place(file.path, None, file.first_line + (line or 1) - 1)
    return Place(file.path, None if file.path.lower().endswith(".py") else cell.number, line)


def _place_of(file: Runnable, name: str) -> Place:
    """Where a variable gets its value; the last cell, where that cannot be seen."""
    defined = _repair.defined_in(file.cells, name)
    return _place(file, *defined[:2]) if defined else _place(file, file.cells[-1], None)


def _with_lines(called: tuple[Called, ...], file: Runnable) -> tuple[Called, ...]:
    """The results with the lines of exceptions taken from the file: those of the run may be forged."""
    lines = _repair.by_number(file.cells)

    def known(fault: Fault | None) -> Fault | None:
        if fault is None:
            return None
        of_cell = lines.get(fault.cell or 0, [])
        if not 0 < (fault.line or 0) <= len(of_cell):
            return Fault(fault.type, fault.message)
        return fault._replace(code=of_cell[(fault.line or 1) - 1].strip()[:200])

    return tuple(one._replace(fault=known(one.fault)) for one in called)


def _why_not(one: _RanFile, cell: CodeCell, name: str) -> str:
    """Why a name that stands in a cell was not there when all cells had run."""
    if one.not_run:
        return one.not_run
    ran = next((ran for ran in one.ran.cells if ran.number == cell.number), None)
    if ran is not None and ran.fault is not None:
        return f"{name} was not there after the run: {said(ran.fault)}"
    if ran is None or ran.status == "not run":
        return f"{name} was not there: the run ended before its cell. {one.ran.detail}".rstrip()
    return f"{name} was not there after all cells had run."


def said(fault: Fault) -> str:
    """An exception in one sentence, with the line it comes from."""
    where = f" in cell {fault.cell}, line {fault.line}" if fault.cell and fault.line else ""
    code = f": `{fault.code}`" if fault.code else ""
    message = " ".join(fault.message.split())[:200]
    return f"{fault.type} ({message}){where}{code}." if message else f"{fault.type}{where}{code}."


def _variable(part: Part, one: _RanFile) -> Answer | None:
    for name in part.code.variables:
        defined = _repair.defined_in(one.file.cells, name)
        if name not in one.ran.values:
            if defined is not None and one.not_run:
                cell, line, text = defined
                place = _place(one.file, cell, line)
                return Answer(part.id, text, place, "python", value=NotRun(one.not_run))
            continue
        place = _place_of(one.file, name)
        value = literal(one.ran.values[name])
        if value is None:
            why = NotRun(f"{name} is no number, text or array that can be brought out of the notebook.")
            return Answer(part.id, name, place, "python", value=why)
        return Answer(part.id, value, place, _notation(one.ran.values[name]))
    return None


def _together(part: Part, one: _RanFile) -> Answer | None:
    """Several variables, each on a line of its own as it would be typed."""
    lines = []
    first: Place | None = None
    for name in part.code.together:
        text = literal(one.ran.values[name]) if name in one.ran.values else None
        if text is not None:
            lines.append(f"{name} = {text}")
            first = first or _place_of(one.file, name)
    if len(lines) < 2 or first is None:
        return None
    return Answer(part.id, "\n".join(lines), first, "python")


def _notation(value: Value) -> Notation:
    return notation_of(value) if isinstance(value, str) else "python"


def literal(value: Value) -> str | None:
    """A value as it would be typed; None for what has no such form.

    >>> literal([1, 2.5, -3.0]), literal({"a": 1})
    ('[1, 2.5, -3]', None)
    """
    text = _literal(value)
    return text if text is not None and len(text) <= _MOST_LITERAL else None


def _literal(value: Value) -> str | None:
    match value:
        case str():
            return value.strip() or None
        case bool():
            return str(value)
        case int():
            return str(value) if value.bit_length() < 4_000 else None
        case float():
            if not math.isfinite(value):
                return None
            return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
        case Array():
            if math.prod(value.shape) > _MOST_LITERAL // 2:
                return None
            return _nested(value.shape, iter([_literal(entry) for entry in value.entries()]))
        case list() | tuple():
            inner = [_literal(entry) for entry in value]
            return None if None in inner else f"[{', '.join(map(str, inner))}]"
    return None


def _nested(shape: Sequence[int], entries: Iterator[str | None]) -> str | None:
    if not shape:
        return next(entries)
    inner = [_nested(shape[1:], entries) for _ in range(shape[0])]
    return None if None in inner else f"[{', '.join(map(str, inner))}]"


def _instead(
    part: Part, given: tuple[Answer, ...], others: tuple[Answer, ...], documents: Sequence[Document]
) -> tuple[Answer, ...]:
    """The answers that running gave, and those of the others that say something of their own.

    A function that was run stands for every quotation of it; a variable for the literals in its notebook.
    """
    if part.code.functions:
        return given
    files = {one.place.file for one in given}
    if part.code.together:
        return (*given, *(one for one in others if one.place.file not in files))
    code = {
        (block.place.file, block.place.cell)
        for document in documents
        for block in document.blocks
        if block.kind in ("code", "output", "entry")
    }
    kept = [
        one
        for one in others
        if not (one.place.file in files and (one.place.file, one.place.cell) in code)
        and not any("".join(one.text.split()) == "".join(new.text.split()) for new in given)
    ]
    return (*given, *kept)


# --- a cell by its tag -----------------------------------------------------------------------------


def _tagged(files: Sequence[File], rubric: Rubric) -> Answers:
    """The cells that parts ask for by a tag or an id, as they stand."""
    asking = [part for part in rubric.parts if part.code.cell]
    found: dict[str, tuple[Answer, ...]] = {}
    for file in files if asking else ():
        if not file.path.lower().endswith(".ipynb"):
            continue
        try:
            cells = _repair.named_cells(file)
        except StudentError:
            continue
        for part in asking:
            for cell in cells:
                if part.code.cell in cell.names and cell.source.strip():
                    place = Place(file.path, cell.number)
                    given = Answer(part.id, cell.source, place, notation_of(cell.source))
                    found[part.id] = (*found.get(part.id, ()), given)
    return found
