"""`grader compare`: many pairs of formulas, same or different, one verdict with its evidence for each row."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, cast, get_args

import click

from grader.cli._printing import counted, excerpt, plain, say, wrapped
from grader.errors import Fault, StaffError, StudentError
from grader.types import Notation

if TYPE_CHECKING:
    from grader.maths.names import Symbols
    from grader.types import Counterexample

Outcome = Literal["same", "different", "undecided", "unreadable"]
OUTCOMES: Final = get_args(Outcome)

_CHUNK: Final = 100
# Fewer rows are answered before other processes would have started.
_INLINE: Final = 400
_KEYS: Final = (
    *("id", "reference", "answer", "notation", "reference_notation", "symbols", "dimensions", "domain"),
    *("infer", "truth", "expected", "got"),
)


class Pair(NamedTuple):
    """One row to decide; `symbols` is JSON text of what a rubric would declare.

    With `infer`, a name that nobody declared is a scalar of the domain; otherwise it cannot be read.
    """

    key: str
    reference: str
    answer: str
    notation: Notation = "plain"
    reference_notation: Notation = "plain"
    symbols: str = "{}"
    dimensions: str = "[]"
    domain: str = "real"
    infer: bool = False
    truth: str = ""


class Found(NamedTuple):
    """What was decided about a pair: `how` is a sentence, `evidence` what a person can check by hand."""

    key: str
    outcome: Outcome
    how: str
    evidence: str = ""
    code: str = ""
    example: Mapping[str, object] | None = None
    milliseconds: float = 0.0
    truth: str = ""

    @property
    def wrong(self) -> bool:
        """Whether the row says the truth and the verdict is the opposite."""
        return {self.truth, self.outcome} == {"same", "different"}

    def as_json(self) -> str:
        """The verdict as one line of JSON."""
        said: dict[str, object] = {
            "id": self.key,
            "outcome": self.outcome,
            "how": self.how,
            "evidence": self.evidence,
            "milliseconds": round(self.milliseconds, 3),
        }
        said |= {"code": self.code} if self.code else {}
        said |= {"counterexample": self.example} if self.example else {}
        said |= {"truth": self.truth} if self.truth else {}
        return json.dumps(said, ensure_ascii=False)


@click.command()
@click.argument("pairs", type=click.File("rb"))
@click.option(
    "--notation", type=click.Choice(get_args(Notation)), default="plain", help="Where a row names none."
)
@click.option("--json", "as_json", is_flag=True, help="One line of JSON for each row, in a terminal too.")
@click.option("--jobs", type=click.IntRange(min=1), help="How many processes; as many as there are cores.")
@click.pass_context
def command(ctx: click.Context, pairs: Any, notation: Notation, as_json: bool, jobs: int | None) -> None:
    """Decide for every row of PAIRS whether two formulas are the same; - reads what is piped in.

    A row is one line of JSON: reference and answer, and where wanted id, notation, reference_notation,
    symbols (as a rubric declares them, or "infer"), dimensions, domain and truth ("same" or "different").
    With "infer" names that are not declared are real numbers, or of the domain that the row names.

    In a terminal this prints a table, else one line of JSON for each row: id, outcome (same, different,
    undecided or unreadable), how, evidence, milliseconds. Rows that cannot be used are told together at
    the end, with their lines, and end the command with 2, as do verdicts that contradict the truth.
    """
    faults: list[Fault] = []
    name = str(getattr(pairs, "name", "-"))
    found = decide_all(_rows(pairs, Path(name).name, notation, faults), jobs)
    wrong = _print_lines(found) if as_json or not sys.stdout.isatty() else _print_table(list(found))
    if faults:
        raise StaffError("\n".join(map(str, faults)))
    if wrong:
        ctx.exit(2)


def _rows(
    lines: Iterable[bytes], name: str, notation: Notation, faults: list[Fault]
) -> Iterator[Pair | Found]:
    """The pairs of a file; a line that holds none is unreadable, and its fault is kept."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield read_pair(line, number, notation)
        except _Unusable as error:
            fault = Fault(name, number, error.found, error.meant)
            faults.append(fault)
            yield Found(str(number), "unreadable", f"Line {number}: {error}", code="row")


class _Unusable(Exception):
    """A line that is no pair."""

    def __init__(self, found: str, meant: str) -> None:
        super().__init__(f"found {found}; meant {meant}")
        self.found, self.meant = found, meant


def read_pair(line: bytes, number: int, notation: Notation) -> Pair:
    """The pair in a line of JSON; numbers stay as they were typed."""
    try:
        row = json.loads(line, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise _Unusable("a line that is not JSON", f"one object in one line ({error})") from None
    if not isinstance(row, dict):
        raise _Unusable(excerpt(repr(row), characters=40), "an object with reference and answer")
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
        _one_of(row, "domain", _domains(), "real"),
        row.get("symbols") == "infer" or row.get("infer") is True,
        _truth(row.get("truth")),
    )


def _check_keys(row: Mapping[str, object]) -> None:
    """Columns of somebody's own may stand beside ours, but not one that looks like a slip of ours."""
    from difflib import get_close_matches

    for key in row:
        near = [] if key in _KEYS else get_close_matches(key, _KEYS, n=1, cutoff=0.8)
        if near and near[0] not in row:
            raise _Unusable(f"the key {key!r}", f"did you mean {near[0]!r}?")


def _text(row: Mapping[str, object], key: str) -> str:
    if not isinstance(row.get(key), str):
        raise _Unusable(f"no text under {key!r}", "a formula in quotes")
    return str(row[key])


def _one_of(row: Mapping[str, object], key: str, allowed: Sequence[str], otherwise: str) -> str:
    value = row.get(key)
    if value is None:
        return otherwise
    if value not in allowed:
        raise _Unusable(f"{key} {value!r}", f"one of {', '.join(allowed)}")
    return str(value)


def _domains() -> Sequence[str]:
    from grader.maths.names import DOMAINS

    return DOMAINS


def _declared(value: object) -> str:
    if value is None or value == "infer":
        return "{}"
    if not isinstance(value, Mapping):
        raise _Unusable(f"symbols {value!r}", 'what a rubric declares, such as {"x": {"scalar": "real"}}')
    return json.dumps(value, ensure_ascii=False)


def _sizes(value: object) -> str:
    """One mapping of dimensions, or several, as JSON text."""
    sets = [value] if isinstance(value, Mapping) else value or []
    if not isinstance(sets, list) or not all(isinstance(one, Mapping) for one in sets):
        raise _Unusable(f"dimensions {value!r}", 'sizes such as {"n": 3, "d": 5}')
    try:
        return json.dumps([{name: int(size) for name, size in one.items()} for one in sets])
    except (TypeError, ValueError):
        raise _Unusable(f"dimensions {value!r}", "whole numbers") from None


def _truth(value: object) -> str:
    known = {None: "", True: "same", False: "different", "same": "same", "different": "different"}
    if isinstance(value, list | dict) or value not in known:
        raise _Unusable(f"truth {value!r}", '"same" or "different"')
    return known[cast(Any, value)]


def decide_all(rows: Iterable[Pair | Found], jobs: int | None = None) -> Iterator[Found]:
    """The verdict on every pair, in order and as they come; many pairs in several processes."""
    from grader.workers import cores

    rest = iter(rows)
    first = list(islice(rest, _INLINE + 1))
    jobs = jobs or cores()
    if jobs == 1 or len(first) <= _INLINE:
        yield from map(_decided, first)
        yield from map(_decided, rest)
        return
    chunks = iter(lambda: list(islice(rest, _CHUNK)), [])
    yield from _pooled([first[at : at + _CHUNK] for at in range(0, len(first), _CHUNK)], chunks, jobs)


def _pooled(
    first: list[list[Pair | Found]], chunks: Iterator[list[Pair | Found]], jobs: int
) -> Iterator[Found]:
    from collections import deque
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        ahead = deque(pool.submit(_decide_chunk, chunk) for chunk in first)
        while ahead:
            # Only a few chunks wait, however long the file is.
            while len(ahead) < 3 * jobs and (chunk := next(chunks, None)):
                ahead.append(pool.submit(_decide_chunk, chunk))
            yield from ahead.popleft().result()


def _decide_chunk(rows: list[Pair | Found]) -> list[Found]:
    return [_decided(row) for row in rows]


def _decided(row: Pair | Found) -> Found:
    return row if isinstance(row, Found) else decide_pair(row)


def decide_pair(pair: Pair) -> Found:
    """The verdict on one pair, with the time it took."""
    start = perf_counter()
    found = _decide(pair)
    return found._replace(milliseconds=1000 * (perf_counter() - start), truth=pair.truth)


def _decide(pair: Pair) -> Found:
    from grader.maths.identity import Frame, compare, find_counterexample, settle
    from grader.maths.notation import read
    from grader.maths.shapes import ShapeError

    try:
        symbols = _symbols(pair.symbols, pair.dimensions)
    except StaffError as error:
        return Found(pair.key, "unreadable", f"The symbols: {error}", code="symbols")
    trees = []
    for whose, text, notation in (
        ("reference", pair.reference, pair.reference_notation),
        ("answer", pair.answer, pair.notation),
    ):
        try:
            trees.append(read(text, symbols, notation))
        except StudentError as error:
            return Found(pair.key, "unreadable", f"The {whose}: {error}", code=error.code)
    try:
        frame = Frame(symbols, b"")
        expected, got = settle(trees[0], frame), settle(trees[1], frame)
    except ShapeError as error:
        return Found(pair.key, "different", "The shapes do not fit.", str(error), "shape")
    except StudentError as error:
        return Found(pair.key, "unreadable", str(error), code=error.code)
    comparison = compare(expected, got)
    example = find_counterexample(expected, got) if comparison.outcome == "different" else None
    return Found(
        pair.key,
        comparison.outcome,
        comparison.how,
        in_words(example) if example else "",
        comparison.code,
        _example(example) if example else None,
    )


@lru_cache(maxsize=64)
def _symbols(declared: str, dimensions: str) -> Symbols:
    from grader.maths.names import NONE, declare

    return declare(json.loads(declared), json.loads(dimensions)) if declared != "{}" else NONE


def _example(example: Counterexample) -> dict[str, object]:
    return {"at": dict(example.values), "answer": example.got, "reference": example.expected}


def in_words(example: Counterexample) -> str:
    """A counterexample as a sentence that a person can check.

    >>> from grader.types import Counterexample
    >>> in_words(Counterexample((("x", "-2"),), "-2", "2"))
    'at x = -2 the answer gives -2, the reference 2'
    """
    where = ", ".join(f"{name} = {value}" for name, value in example.values)
    return (
        f"{f'at {where} ' if where else ''}the answer gives {example.got}, the reference {example.expected}"
    )


def _print_lines(found: Iterable[Found]) -> bool:
    wrong = False
    for one in found:
        say(one.as_json())
        wrong = wrong or one.wrong
    return wrong


def _print_table(found: list[Found]) -> bool:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("id", "outcome", "how", box=None, padding=(0, 2, 0, 0), header_style="bold")
    colour = {"same": "green", "different": "red"}
    for one in found:
        said = [one.how, one.evidence] if one.evidence else [one.how]
        outcome = f"{one.outcome}, should be {one.truth}" if one.wrong else one.outcome
        cells = (one.key, outcome, "\n".join(said))
        styles = ("", colour.get(one.outcome, "yellow"), "")
        table.add_row(*(Text(plain(cell), style) for cell, style in zip(cells, styles, strict=True)))
    Console().print(table)
    say(wrapped(summary(found)))
    return any(one.wrong for one in found)


def summary(found: Sequence[Found]) -> str:
    """One line on all pairs: how many of each outcome, and how many contradict the truth."""
    count = Counter(one.outcome for one in found)
    said = f"{counted(len(found), 'pair')}: " + ", ".join(f"{count[name]:,} {name}" for name in OUTCOMES)
    known = [one for one in found if one.truth]
    if known:
        accepts = sum(one.wrong and one.outcome == "same" for one in known)
        rejects = sum(one.wrong and one.outcome == "different" for one in known)
        right = sum(one.outcome == one.truth for one in known)
        said += (
            f". Of {len(known):,} with a known truth {right:,} right, "
            f"{counted(accepts, 'false accept')}, {counted(rejects, 'false reject')}"
        )
    return f"{said}."
