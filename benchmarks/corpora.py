"""What `grader compare` says to the answer pairs of other checkers' own tests, by source and kind.

    python benchmarks/corpora.py FOLDER [--others] [--limit SECONDS] [--source NAME] [--all]

FOLDER holds the corpora (*.jsonl, see rows.py for their fields and for what is set apart). Prints how many
rows came out right, falsely accepted, falsely rejected, undecided or unreadable, then every miss and why.
With --others the rows in the sources' own notations, read as plain text, instead of Python and LaTeX.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter
from typing import Final, NamedTuple

from rows import Row, read_rows

from grader.cli._pairs import Pair
from grader.cli._verdicts import Found, decide_pair

RIGHT, ACCEPT, REJECT, UNDECIDED, UNREADABLE, LATE, FAILED = (
    "right",
    "false accept",
    "false reject",
    "undecided",
    "unreadable",
    "too late",
    "failed",
)
COLUMNS: Final = (RIGHT, ACCEPT, REJECT, UNDECIDED, UNREADABLE, LATE, FAILED)


class Scored(NamedTuple):
    """A row with what was decided; `result` is one of the columns."""

    row: Row
    found: Found
    result: str


def score(rows: Iterable[Row], limit_s: float) -> Iterator[Scored]:
    """Decides each row in another process, which is ended when a pair takes longer than the limit."""
    desk = _Desk()
    for row in rows:
        found, failed = desk.decide(row.pair, limit_s)
        yield Scored(row, found, failed or result_of(found))
    desk.close()


def result_of(found: Found) -> str:
    """The column a verdict belongs in, given the truth in it."""
    if found.wrong:
        return ACCEPT if found.outcome == "same" else REJECT
    return RIGHT if found.outcome == found.truth else found.outcome


class _Desk:
    """One process that decides pairs, replaced by a new one when it has to be ended."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        context = get_context("spawn")
        self.here, there = context.Pipe()
        self.process = context.Process(target=_decide_those_sent, args=(there,), daemon=True)
        self.process.start()
        there.close()
        self.decide(Pair("warm", "x", "x", infer=True), 60)

    def decide(self, pair: Pair, limit_s: float) -> tuple[Found, str]:
        """The verdict and, where there is none, which of the columns it falls in."""
        start = perf_counter()
        self.here.send(pair)
        try:
            if self.here.poll(limit_s):
                answer: Found | str = self.here.recv()
                if isinstance(answer, Found):
                    return answer, ""
                return Found(pair.key, "undecided", answer, truth=pair.truth), FAILED
            how, result = f"no verdict within {limit_s} s", LATE
        except EOFError:
            how, result = "the process ended", FAILED
        spent = 1000 * (perf_counter() - start)
        self.process.kill()
        self._start()
        return Found(pair.key, "undecided", how, milliseconds=spent, truth=pair.truth), result

    def close(self) -> None:
        """Ends the process."""
        self.process.kill()


def _decide_those_sent(pipe: Connection) -> None:
    while True:
        try:
            pair = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(decide_pair(pair))
        except Exception as error:
            pipe.send(_said(error))


def _said(error: Exception) -> str:
    """An error nobody foresaw, with the place where it came up."""
    import traceback

    where = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {str(error)[:200]} ({Path(where.filename).name}:{where.lineno})"


def print_table(scored: Iterable[Scored]) -> None:
    """Rows and results by source and kind, with a total."""
    table: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for one in scored:
        for place in ((one.row.source, one.row.kind), ("total", "")):
            table[place][one.result] += 1
    print(f"{'source':20}{'kind':12}{'rows':>6}" + "".join(f"{name:>14}" for name in COLUMNS))
    for (source, kind), counts in sorted(table.items(), key=lambda item: (item[0][0] == "total", item[0])):
        cells = "".join(f"{counts[name] or '':>14}" for name in COLUMNS)
        print(f"{source:20}{kind:12}{counts.total():6}{cells}")


def print_rates(scored: list[Scored]) -> None:
    """The three rates that have a goal."""
    count = Counter(one.result for one in scored)
    rows = max(len(scored), 1)
    open_rows = sum(count[name] for name in (UNDECIDED, UNREADABLE, LATE, FAILED))
    print(f"\nfalse accepts {count[ACCEPT]} (goal 0); ", end="")
    print(f"false rejects {count[REJECT]} of {rows} (goal {rows // 200}); ", end="")
    print(f"undecided or unreadable {open_rows}, {100 * open_rows / rows:.1f} % (goal 3 %)")
    ranked = sorted(scored, key=lambda one: one.found.milliseconds)
    if ranked:
        slowest = ", ".join(f"{one.found.milliseconds:.0f} ({one.row.pair.key})" for one in ranked[:-4:-1])
        median = ranked[len(ranked) // 2].found.milliseconds
        print(f"milliseconds: median {median:.2f}, longest {slowest}")


def print_row(one: Scored) -> None:
    """A row with its verdict and the options of its source."""
    pair, found = one.row.pair, one.found
    print(f"\n{one.result}: {pair.key} ({one.row.kind}, {pair.reference_notation} ~ {pair.notation})")
    print(f"  reference  {pair.reference}")
    print(f"  answer     {pair.answer}")
    print(f"  truth      {pair.truth}; found {found.outcome}: {found.how} {found.evidence}".rstrip())
    asked = {key: value for key, value in one.row.options.items() if key != "ansnote"}
    print(f"  source     {json.dumps(asked, ensure_ascii=False)} {one.row.note}"[:400].rstrip())


def main() -> None:
    """Prints the tables, the misses, and the rows that ask another question."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("folder", type=Path)
    options.add_argument("--others", action="store_true", help="the sources' own notations, as plain text")
    options.add_argument("--limit", type=float, default=5.0, help="seconds for one pair")
    options.add_argument("--source", help="only this source")
    options.add_argument("--all", action="store_true", help="print every row, not only the misses")
    chosen = options.parse_args()
    rows = [
        row for row in read_rows(chosen.folder, others=chosen.others) if chosen.source in (None, row.source)
    ]
    if not rows:
        sys.exit(f"there are no rows to score in {chosen.folder}")
    scored = list(score((row for row in rows if not row.apart), chosen.limit))
    print_table(scored)
    print_rates(scored)
    for result in reversed(COLUMNS):
        for one in scored:
            if one.result == result and (result != RIGHT or chosen.all):
                print_row(one)
    apart = [row for row in rows if row.apart]
    print(f"\nNot scored, because the source asks another question ({len(apart)} rows):")
    for row in apart:
        print(f"  {row.apart}: {row.pair.key}: {row.pair.reference} ~ {row.pair.answer}")


if __name__ == "__main__":
    main()
