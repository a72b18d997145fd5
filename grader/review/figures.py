"""The files of a student as the page may show them: pictures after a strict look, all else as plain text."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final, NamedTuple

from grader.html import visible
from grader.types import File

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"
_MOST_PIXELS: Final = 60_000_000
_LARGEST: Final = 12_000_000
_LONGEST_TEXT: Final = 400_000
_MOST_PICTURES: Final = 12
_TEXTS: Final = {
    ".md",
    ".txt",
    ".tex",
    ".py",
    ".yaml",
    ".yml",
    ".json",
    ".ipynb",
    ".csv",
    ".html",
    ".toml",
    ".r",
}


class Picture(NamedTuple):
    """A picture whose bytes are what they say: `media_type` is one of ours, never the student's."""

    name: str
    data: bytes
    media_type: str


class Shown(NamedTuple):
    """A picture or a file on a page: `href` has nothing but numbers in it."""

    name: str
    href: str
    picture: bool


def pictures(files: Sequence[File]) -> tuple[Picture, ...]:
    """The pictures among the files and in the outputs and attachments of notebooks, in their order."""
    found: list[Picture] = []
    for file in files:
        if len(found) >= _MOST_PICTURES:
            break
        if file.path.lower().endswith(".ipynb"):
            found += _in_notebook(file)
        elif media_type := picture_type(file.data):
            found.append(Picture(file.path, file.data, media_type))
    return tuple(found[:_MOST_PICTURES])


def picture_type(data: bytes) -> str:
    """The type of a PNG or JPEG that is sound at its head and of a size a browser can show; else empty.

    SVG is a document with scripts, not a picture, and is never one here.
    """
    if len(data) > _LARGEST:
        return ""
    if data.startswith(_PNG) and data[12:16] == b"IHDR" and len(data) > 33:
        width, height = struct.unpack(">II", data[16:24])
        sound = zlib.crc32(data[12:29]) == struct.unpack(">I", data[29:33])[0]
        return "image/png" if sound and 0 < width * height <= _MOST_PIXELS else ""
    if data.startswith(_JPEG) and data.rstrip(b"\0").endswith(b"\xff\xd9"):
        return "image/jpeg"
    return ""


def as_text(file: File) -> str | None:
    """A file as text that is safe to read; None where it is none."""
    if PurePosixPath(file.path.lower()).suffix not in _TEXTS:
        return None
    text = file.data[:_LONGEST_TEXT].decode("utf-8", "replace")
    return visible(text) + ("\n… the rest is left out" if len(file.data) > _LONGEST_TEXT else "")


def _in_notebook(file: File) -> Iterator[Picture]:
    try:
        notebook = json.loads(file.data)
        cells = notebook["cells"]
        for number, cell in enumerate(cells, 1):
            bundles = [output.get("data", {}) for output in cell.get("outputs", ())]
            bundles += list(cell.get("attachments", {}).values())
            for bundle in bundles:
                for kind in ("image/png", "image/jpeg"):
                    if kind in bundle:
                        written = bundle[kind]
                        text = "".join(written) if isinstance(written, list) else str(written)
                        data = base64.b64decode(text, validate=False)
                        if media_type := picture_type(data):
                            yield Picture(f"cell {number}", data, media_type)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return  # what cannot be read as a notebook has no pictures; its reader has told the student
