"""Times and shares as staff write them: `15 min`, `2026-02-13 23:59 America/Toronto`, `10 %`."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from fractions import Fraction
from typing import Final

_SECONDS: Final = {"s": 1, "sec": 1, "second": 1, "min": 60, "minute": 60, "h": 3600, "hour": 3600}
_SECONDS_LONG: Final = {"d": 86400, "day": 86400, "week": 7 * 86400}
_UNITS: Final = {**_SECONDS, **_SECONDS_LONG}
_AMOUNT: Final = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*([A-Za-z]+)")
_MOMENT: Final = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d{1,2}:\d\d(?::\d\d)?)\s*(\S+)?")


def duration(text: object) -> int:
    """Seconds: `15 min`, `36 h`, `2 days`, `1 day 12 hours`.

    Raises:
        ValueError: it is none of these.
    """
    given = str(text).strip()
    left = _AMOUNT.sub("", given).replace("and", "").replace(",", "").strip()
    total = Fraction(0)
    for amount, unit in _AMOUNT.findall(given):
        word = unit.lower()
        seconds = _UNITS.get(word, _UNITS.get(word.removesuffix("s"), 0))
        if not seconds:
            raise ValueError("meant a time such as `15 min`, `36 hours` or `2 days`")
        total += Fraction(amount) * seconds
    if given == "0":
        return 0
    if left or not _AMOUNT.search(given):
        raise ValueError("meant a time such as `15 min`, `36 hours` or `2 days`")
    return int(total)


def in_words(seconds: int) -> str:
    """A duration in its two largest units, cut down to whole ones.

    >>> in_words(90_000), in_words(840), in_words(30)
    ('1 day 1 hour', '14 minutes', 'less than a minute')
    """
    if seconds < 60:
        return "less than a minute"
    words = []
    for unit, size in (("year", 365 * 86400), ("day", 86400), ("hour", 3600), ("minute", 60)):
        count, seconds = divmod(seconds, size)
        if count:
            words.append(f"{count:,} {unit}{'s' if count > 1 else ''}")
    return " ".join(words[:2])


def percent(text: object) -> Fraction:
    """A share from 0 to 1: `10 %`, `12.5%`, and the numbers 0 and 1 without a sign.

    Raises:
        ValueError: it is no such share.
    """
    given = str(text).strip()
    match = re.fullmatch(r"(\d{1,3}(?:\.\d{1,4})?)\s*%", given)
    share = Fraction(match[1]) / 100 if match else None
    if given in ("0", "1"):
        share = Fraction(given)
    if share is None or share > 10:
        raise ValueError("meant a share such as `10 %`")
    return share


def moment(text: object) -> datetime:
    """A time with its zone: `2026-02-13 23:59 America/Toronto`, `2026-02-13 23:59 +01:00`.

    Raises:
        ValueError: it is no time, has no zone, or an unknown one.
    """
    match = _MOMENT.fullmatch(str(text).strip())
    if match is None:
        raise ValueError("meant a time with its zone, such as `2026-02-13 23:59 America/Toronto`")
    day, hour, zone = match.groups()
    if zone is None:
        raise ValueError("meant its zone too, such as `America/Toronto` or `+01:00`")
    hour = hour.zfill(5 if len(hour) < 6 else 8)
    try:
        if zone.upper() in ("UTC", "Z"):
            return datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=UTC)
        if re.fullmatch(r"[+-]\d\d:\d\d", zone):
            return datetime.fromisoformat(f"{day}T{hour}{zone}")
        naive = datetime.fromisoformat(f"{day}T{hour}")
    except ValueError:
        raise ValueError("meant a day and an hour that exist") from None
    from zoneinfo import ZoneInfo

    try:
        return naive.replace(tzinfo=ZoneInfo(zone))
    except (KeyError, ValueError, OSError):
        raise ValueError("meant a zone that is known, such as `America/Toronto` or `+01:00`") from None
