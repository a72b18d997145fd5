"""`grader compare`: many pairs of formulas, same or different, one verdict with its evidence for each row."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final, get_args

import click

from grader.cli._pairs import Pair, Unusable, read_pair
from grader.cli._printing import counted, plain, say, wrapped
from grader.cli._verdicts import OUTCOMES, Found, decide_pair
from grader.errors import Fault, StaffError
from grader.types import Notation

_CHUNK: Final = 100
# Fewer rows are answered before other processes would have started.
_INLINE: Final = 400


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
    symbols (as a rubric declares them, or "infer"), dimensions, domain, options and truth ("same" or
    "different"). With "infer" names that are not declared are real numbers, or of the row's domain.

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
        except Unusable as error:
            fault = Fault(name, number, error.found, error.meant)
            faults.append(fault)
            yield Found(str(number), "unreadable", f"Line {number}: {error}", code="row")


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
