"""How each person marks: how many decisions, how generous beside the others, and how long one takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from statistics import median
from typing import Final, NamedTuple

from grader.gradebook import MACHINE, MarkRow

_PAUSE_S: Final = 600  # after which a person is taken to have stopped marking
_NO_JUDGEMENT: Final = frozenset({"carried", "asks", "undoes"})


class Marker(NamedTuple):
    """One person: `share` is the mean of what they gave, `usual` that of all people on the same parts.

    Both None where no points were given. `median_s` is the time from one decision to the next (None for a
    single one), `spent_s` their sum; pauses of more than ten minutes are left out of both.
    """

    who: str
    decisions: int
    marks: int
    share: Fraction | None
    usual: Fraction | None
    median_s: float | None
    spent_s: float


def judgements(rows: Iterable[MarkRow]) -> list[MarkRow]:
    """The marks that somebody gave, without those carried over, asked again or restored."""
    return [row for row in rows if not _NO_JUDGEMENT & row.detail.keys()]


def markers(rows: Iterable[MarkRow]) -> tuple[Marker, ...]:
    """Everyone who marked, by name; marks given at the same second are one decision."""
    by_person: defaultdict[str, list[MarkRow]] = defaultdict(list)
    of_part: defaultdict[str, list[Fraction]] = defaultdict(list)
    for row in judgements(rows):
        if row.who == MACHINE or row.detail.get("recalled"):
            continue
        by_person[row.who].append(row)
        if row.points is not None and row.max_points:
            of_part[row.part].append(_share(row.points, row.max_points))
    usual = {part: _mean(shares) for part, shares in of_part.items()}
    return tuple(
        _marker(who, given, [usual[row.part] for row in given if row.points is not None and row.max_points])
        for who, given in sorted(by_person.items())
    )


def _marker(who: str, given: Sequence[MarkRow], usual: Sequence[Fraction | None]) -> Marker:
    shares = [
        _share(row.points, row.max_points) for row in given if row.points is not None and row.max_points
    ]
    taken = steps_s(given)
    return Marker(
        who,
        len({row.marked_at for row in given}),
        len(given),
        _mean(shares),
        _mean([share for share in usual if share is not None]),
        median_s(given),
        sum(taken),
    )


def median_s(given: Sequence[MarkRow]) -> float | None:
    """The median time from one decision to the next, in seconds; None where there is none."""
    taken = steps_s(given)
    return round(median(taken), 1) if taken else None


def steps_s(given: Sequence[MarkRow]) -> list[float]:
    """The times from each decision to the next, in seconds, without pauses."""
    times = sorted({datetime.fromisoformat(row.marked_at) for row in given})
    steps = ((after - before).total_seconds() for before, after in pairwise(times))
    return [step for step in steps if step <= _PAUSE_S]


def _share(points: Decimal, of: Decimal) -> Fraction:
    return Fraction(points) / Fraction(of)


def _mean(shares: Sequence[Fraction]) -> Fraction | None:
    return sum(shares, Fraction(0)) / len(shares) if shares else None
