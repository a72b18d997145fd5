"""Listing a zip without unpacking it to disk; whatever could do harm is refused entry by entry."""

from __future__ import annotations

import io
import itertools
import re
import stat
import struct
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

from grader.errors import StudentError
from grader.sources._intake import FILE_LIMIT, Listing, ignored, megabytes, shown
from grader.types import Place, Problem

RATIO_LIMIT = 200
CLASS_ENTRY_LIMIT = 50_000
DIRECTORY_LIMIT = 16 * 2**20
# a tiny file of zeros may compress a thousandfold and still be harmless
RATIO_FREE = 64 * 2**10


def listing_of_zip(source: Path | bytes, *, label: str, entry_limit: int = CLASS_ENTRY_LIMIT) -> Listing:
    """The files of a zip; entries that are refused keep their name where it is a safe one.

    Raises:
        StudentError: no zip at all, cut short, or with more than `entry_limit` entries.
    """
    stream: BinaryIO = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
    try:
        _count(stream, entry_limit)
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, OSError) as error:
        stream.close()
        raise StudentError(
            f"The zip cannot be opened ({error}): it is damaged or was cut short. Make it again.",
            code="bad-zip",
        ) from None
    except StudentError:
        stream.close()
        raise
    problems: list[Problem] = []
    infos: dict[str, zipfile.ZipInfo] = {}
    refused: dict[str, str] = {}
    folders: set[str] = set()
    overlapping = _overlapping(archive.infolist())
    for info in archive.infolist():
        raw = info.orig_filename
        if ignored(raw.rstrip("/")) and ".." not in raw:
            continue
        name = shown(raw)
        unsafe = _unsafe_name(raw)
        if unsafe:
            problems.append(Problem(Place(f"{label}/{name}"), unsafe))
        elif info.is_dir():
            folders.add(name.rstrip("/"))
        elif name in infos:
            refused[name] = "The zip holds two files of this name; which one is meant cannot be told."
        else:
            infos[name] = info
            fault = _fault(info, overlapping)
            if fault:
                refused[name] = fault

    def load(name: str, limit: int = FILE_LIMIT) -> bytes:
        if name in refused:
            raise StudentError(refused[name], code="bad-zip-entry")
        return _read(archive, infos[name], limit)

    def close() -> None:
        archive.close()
        stream.close()

    # what is refused anyway has no size, so that its own reason is told and not "too large"
    sizes = {name: 0 if name in refused else info.file_size for name, info in infos.items()}
    full = {name[:at] for name in infos for at, sign in enumerate(name) if sign == "/"}
    empty = tuple(sorted(folders - full))
    return Listing(label, tuple(sorted(infos)), sizes, load, tuple(problems), empty, close)


def _count(stream: BinaryIO, entry_limit: int) -> None:
    """Refuse a directory of too many entries before `zipfile` reads it."""
    end = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, end - 66_000))
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0:
        raise zipfile.BadZipFile("its directory is missing")
    count, size = struct.unpack_from("<HI", tail, at + 10)
    wide = tail.rfind(b"PK\x06\x06", 0, at)
    if wide >= 0:
        count, size = struct.unpack_from("<QQ", tail, wide + 32)
    if count > entry_limit or size > DIRECTORY_LIMIT:
        raise StudentError(
            f"The zip holds {count:,} entries; at most {entry_limit:,} are allowed.", code="bad-zip"
        )


def _unsafe_name(name: str) -> str | None:
    parts = name.split("/")
    if ".." in parts:
        return "The entry's name leads out of the zip (`..`); it is not read."
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "The entry's name is an absolute path; it is not read."
    if "\\" in name:
        return "The entry's name holds a backslash; it is not read. Make the zip with another program."
    if len(name) > 1_000 or len(parts) > 20:
        return "The entry's name is too long or nested too deeply; it is not read."
    return None


def _fault(info: zipfile.ZipInfo, overlapping: set[int]) -> str | None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind and kind != stat.S_IFREG:
        return "The entry is a link or a device, which is never opened. Put the file itself in the zip."
    if info.flag_bits & 1:
        return "The entry is encrypted. Make the zip without a password."
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        return "The entry is compressed in an unusual way. Make the zip with your system's own program."
    if info.header_offset in overlapping:
        return "The entry shares its bytes with another one, as zip bombs do; it is not read."
    if info.file_size > RATIO_FREE and info.file_size > RATIO_LIMIT * max(1, info.compress_size):
        return (
            f"The entry would grow to {megabytes(info.file_size)}, more than {RATIO_LIMIT} times its "
            "compressed size, as zip bombs do; it is not read."
        )
    return None


def _overlapping(infos: list[zipfile.ZipInfo]) -> set[int]:
    """The header offsets of entries that reach into the next one, and of that next one."""
    found: set[int] = set()
    ordered = sorted(infos, key=lambda info: info.header_offset)
    for before, after in itertools.pairwise(ordered):
        # 30 bytes is the fixed part of a local header: less room than this cannot be honest
        if before.header_offset + 30 + before.compress_size > after.header_offset:
            found |= {before.header_offset, after.header_offset}
    return found


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    try:
        with archive.open(info) as entry:
            # the header may lie about the size: never more than the limit is unpacked
            data = entry.read(limit + 1)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError):
        raise StudentError(
            "The entry of the zip is damaged: its bytes do not agree with its checksum or size.",
            code="bad-zip-entry",
        ) from None
    if len(data) > limit:
        raise StudentError(f"The entry is larger than {megabytes(limit)}.", code="too-large")
    return data
