"""Gradescope's export of submissions: `submission_metadata.yml` and a folder or PDF for each submission."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from grader import yamltext
from grader.errors import StudentError
from grader.roster import Clue
from grader.sources._intake import METADATA_LIMIT, Handed, Listing, Member, Split
from grader.times import read_time
from grader.types import Place, Problem

CALLED = "a Gradescope export"

_METADATA = "submission_metadata.yml"
# of all that stands under a submission, results and their outputs are the most and not needed
_WANTED = ("submitters", "created_at", "history")


def recognises(names: Sequence[str]) -> float:
    """Sure where the metadata lie on top, or in the one folder on top."""
    return 1.0 if any(re.fullmatch(rf"(?:[^/]+/)?{_METADATA}", name) for name in names) else 0.0


def split(listing: Listing) -> Split:
    """One submission per entry of the metadata, with all its submitters; its history counts attempts."""
    metadata = next((name for name in listing.names if name.rpartition("/")[2] == _METADATA), None)
    if metadata is None:
        said = f"There is no {_METADATA}, which says whose each submission is. Export them again."
        return Split((), problems=(Problem(Place(listing.label), said),))
    top = metadata.removesuffix(_METADATA)
    try:
        text = listing.load(metadata, METADATA_LIMIT).decode("utf-8-sig")
    except (StudentError, UnicodeDecodeError) as error:
        return Split((), problems=(Problem(Place(metadata), f"The metadata cannot be read: {error}"),))
    handed: list[Handed] = []
    problems: list[Problem] = []
    for key, block in _entries(text):
        try:
            entry = yamltext.load(block, name=metadata).data
        except StudentError as error:
            problems.append(Problem(Place(metadata), f"The entry {key} cannot be read: {error}"))
            continue
        handed.append(_handed(listing, top, key, entry if isinstance(entry, dict) else {}))
    listed = {name for each in handed for name, _ in each.files}
    for orphan in sorted(
        {name[len(top) :].partition("/")[0] for name in listing.names if name not in listed}
    ):
        if re.fullmatch(r"submission_\d+", orphan):
            said = "The metadata do not say whose this is; it is not graded."
            problems.append(Problem(Place(orphan), said))
    return Split(tuple(handed), problems=tuple(problems))


def _entries(text: str) -> Iterator[tuple[str, str]]:
    """Each entry's key, and what is wanted of it as YAML of its own; keys are Ruby symbols: `:sid: '200'`."""
    key, lines, wanted = "", list[str](), False
    for line in text.splitlines():
        if match := re.fullmatch(r"""(?P<quote>["']?)(?P<key>[\w.-]+)(?P=quote):\s*""", line):
            if key:
                yield key, "\n".join(lines)
            key, lines, wanted = match["key"], [], False
        elif match := re.match(r"  :?(?P<field>\w+):", line):
            wanted = match["field"] in _WANTED
        if key and wanted:
            lines.append(re.sub(r"^(\s*(?:- )?):(\w+:)", r"\1\2", line))
    if key:
        yield key, "\n".join(lines)


def _handed(listing: Listing, top: str, key: str, entry: dict[str, Any]) -> Handed:
    folder = f"{top}{key}/"
    files = tuple((name, name[len(folder) :]) for name in listing.names if name.startswith(folder))
    if f"{top}{key}" in listing.names:
        files = ((f"{top}{key}", key),)
    members = tuple(_member(key, each) for each in _list(entry.get("submitters")))
    created = _text(entry, "created_at")
    earlier = [old for old in _list(entry.get("history")) if not _is_of(old, created)]
    common = Handed(
        key,
        key,
        files,
        received=read_time(created),
        attempt=1 + len(earlier),
    )
    if len(members) == 1:
        return common._replace(student=members[0].student, name=members[0].name, clues=members[0].clues)
    return common._replace(members=members, group=key if members else "")


def _member(key: str, entry: object) -> Member:
    data = entry if isinstance(entry, dict) else {}
    name, number, email = (_text(data, field) for field in ("name", "sid", "email"))
    clues = [
        Clue(kind, text) for kind, text in (("number", number), ("email", email), ("name", name)) if text
    ]
    # Two students may have the same name; a number or an address makes the key theirs alone.
    own = number or email
    student = f"{name} ({own})" if name and own else name or own or key
    return Member(student, name or student, tuple(clues) or (Clue("word", key),))


def _is_of(old: object, created: str) -> bool:
    """Whether an entry of the history is the submission itself."""
    return isinstance(old, dict) and _text(old, "created_at") == created


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(data: dict[str, Any], key: str) -> str:
    value = data.get(key, "")
    return value if isinstance(value, str) else ""
