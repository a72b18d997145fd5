"""Brightspace's download of a folder: `<n>-<n> - <Student Name> - <Oct 10, 2025 1022 AM>/<file>`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from grader.roster import Clue
from grader.sources._intake import Handed, Listing, Split
from grader.times import read_time

CALLED = "a Brightspace download"

_FOLDER = re.compile(
    r"(?P<user>\d+)-(?P<item>\d+) - (?P<name>.+) - (?P<when>[A-Z][a-z]{2} \d{1,2}, \d{4} \d{3,4} [AP]M)"
)


def recognises(names: Sequence[str]) -> float:
    """The share of the names in such a folder; `index.html` belongs to the download itself."""
    names = [name for name in names if name != "index.html"]
    return sum(_FOLDER.fullmatch(name.partition("/")[0]) is not None for name in names) / max(1, len(names))


def split(listing: Listing) -> Split:
    """Every attempt of each student: there is one folder for each time somebody handed in."""
    attempts: dict[tuple[str, str], dict[tuple[datetime, str], list[tuple[str, str]]]] = {}
    for name in (*listing.names, *(f"{folder}/" for folder in listing.folders)):
        top, _, path = name.partition("/")
        match = _FOLDER.fullmatch(top)
        if match is None:
            continue
        when = read_time(match["when"]) or datetime.min
        files = attempts.setdefault((match["name"], match["user"]), {}).setdefault((when, top), [])
        if path:
            files.append((name, path))
    return Split(
        tuple(
            Handed(
                f"{name} ({user})",
                name,
                tuple(files),
                (Clue("name", name),),
                received=None if when == datetime.min else when,
                attempt=number,
            )
            for (name, user), tries in sorted(attempts.items())
            for number, ((when, _), files) in enumerate(sorted(tries.items()), 1)
        )
    )
