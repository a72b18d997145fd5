"""Times as learning platforms write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_CLOCK: Final = (
    r"(?P<hour>\d{1,2}):?(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
)
_FORMS: Final = (
    # 2024-02-01 10:11:12.123 -08:00, 2015-02-02 14:58:23.948203 America/Los_Angeles, 2021-02-11-23-59-58
    r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})[T -]"
    r"(?P<hour>\d{2})[:-](?P<minute>\d{2})(?:[:-](?P<second>\d{2})(?:\.\d+)?)?",
    # Friday, 12 February 2021, 11:59 PM
    rf"(?:[^\W\d]+,?\s+)?(?P<day>\d{{1,2}})\.?\s+(?P<word>[^\W\d]+)\.?\s+(?P<year>\d{{4}}),?\s+{_CLOCK}",
    # Oct 10, 2025 1022 AM and Friday, February 12, 2021 11:59:00 PM EST
    rf"(?:[^\W\d]+,\s+)?(?P<word>[^\W\d]+)\.?\s+(?P<day>\d{{1,2}}),\s+(?P<year>\d{{4}}),?\s+{_CLOCK}",
)
_ZONE: Final = re.compile(
    r"\s*(?:(?P<utc>Z|UTC|GMT)|(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})|(?P<name>\w+/[\w/+-]+)|[A-Z]{2,5})?"
)


def read_time(text: str) -> datetime | None:
    """The time a platform wrote, with its zone if it says so; None where it cannot be told for sure.

    >>> read_time("2024-02-01 10:11:12.123 -08:00").isoformat()
    '2024-02-01T10:11:12-08:00'
    >>> read_time("Friday, 12 February 2021, 11:59 PM").isoformat()
    '2021-02-12T23:59:00'
    """
    text = " ".join(text[:200].split())
    for form in _FORMS:
        match = re.match(form, text)
        if match is None:
            continue
        zone = _ZONE.fullmatch(text, match.end())
        moment = _moment(match.groupdict())
        if moment is not None and zone is not None:
            return moment.replace(tzinfo=_zone(zone.groupdict()))
    return None


def _moment(found: dict[str, str | None]) -> datetime | None:
    word = (found.get("word") or "")[:3].lower()
    month = _MONTHS.index(word) + 1 if word in _MONTHS else int(found.get("month") or 0)
    hour = int(found["hour"] or 0)
    if half := found.get("half"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] in "Pp" else 0)
    try:
        return datetime(
            int(found["year"] or 0),
            month,
            int(found["day"] or 0),
            hour,
            int(found["minute"] or 0),
            int(found.get("second") or 0),
        )
    except ValueError:
        return None


def _zone(found: dict[str, str | None]) -> tzinfo | None:
    """The zone by its name or distance; letters such as EST mean several zones, so none."""
    if found["utc"]:
        return UTC
    if found["sign"]:
        distance = timedelta(hours=int(found["hours"] or 0), minutes=int(found["minutes"] or 0))
        return timezone(-distance if found["sign"] == "-" else distance)
    if found["name"]:
        from zoneinfo import ZoneInfo

        try:
            return ZoneInfo(found["name"])
        except (ValueError, OSError, KeyError):
            return None
    return None
