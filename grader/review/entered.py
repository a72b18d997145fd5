"""What a person typed on the review page: points or a share of them, ticked items, a comment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from grader import marking

_NUMBER: Final = re.compile(r"[0-9]{0,12}(?:\.[0-9]{0,12})?")
_SHARE: Final = re.compile(r"([0-9]{1,6})\s*/\s*([0-9]{1,6})")
_PERCENT: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)\s*%")
LONGEST_COMMENT: Final = 4_000


class Worth(NamedTuple):
    """Points, and the share of the part that they are."""

    points: Decimal
    credit: Fraction


def worth(typed: str, max_points: Decimal, ticked: int = 0, items: int = 0) -> Worth:
    """What was typed: `0.75` are points, `3/4` and `75 %` a share of the part; else the ticked items count.

    >>> worth("0.3", Decimal("0.4")).credit, worth("3/4", Decimal("0.4")).points
    (Fraction(3, 4), Decimal('0.3'))
    >>> worth("", Decimal(2), 1, 4).points
    Decimal('0.5')

    Raises:
        ValueError: it is none of these, or not between nothing and all points.
    """
    text = typed.strip().replace(",", ".").replace("−", "-")
    if not text:
        if not items:
            raise ValueError("Type the points, or tick the items that were found.")
        return _of_share(Fraction(ticked, items), max_points)
    if (share := _SHARE.fullmatch(text)) and int(share[2]):
        return _of_share(Fraction(int(share[1]), int(share[2])), max_points)
    if percent := _PERCENT.fullmatch(text):
        return _of_share(Fraction(Decimal(percent[1])) / 100, max_points)
    if not _NUMBER.fullmatch(text) or text == ".":
        said = typed.strip()[:40]
        raise ValueError(f"“{said}” is no number of points: type 0.5, or a share as 2/3 or 50 %.")
    points = Decimal(text)
    if points > max_points:
        raise ValueError(f"{points} points are more than the {max_points} of this part.")
    return Worth(points, Fraction(points) / Fraction(max_points) if max_points else Fraction(1))


def _of_share(share: Fraction, max_points: Decimal) -> Worth:
    if share > 1:
        raise ValueError(f"{share} is more than the whole part.")
    return Worth(marking.points(max_points, share)[0], share)


def reason(comment: str, items: Sequence[str], ticked: Sequence[int]) -> str:
    """What the student is told: the comment, and which items were found where any were ticked.

    >>> print(reason("Nearly.", ("a sketch", "a proof"), (0,)))
    Nearly.
    Found: a sketch.
    Not found: a proof.
    """
    lines = [comment.strip()] if comment.strip() else []
    if ticked:
        found = [_plain(items[index]) for index in ticked]
        absent = [_plain(item) for index, item in enumerate(items) if index not in ticked]
        lines.append(f"Found: {'; '.join(found)}.")
        if absent:
            lines.append(f"Not found: {'; '.join(absent)}.")
    return "\n".join(lines)


def _plain(item: str) -> str:
    return item.strip().rstrip(".")
