"""Pictures students handed in, made anew from what is sound in them, each with the part it belongs to.

Of a PNG (https://www.w3.org/TR/png-3/) or a JPEG (ITU-T T.81) only the pieces that draw it are written again:
no comments, places, thumbnails or profiles go into a page. Of a photo's Exif only its orientation is kept.
"""

from __future__ import annotations

import base64
import binascii
import json
import struct
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final, Literal, NamedTuple

from grader.types import Checklist, File, Mark, Picture, Result

LARGEST: Final = 3_000_000
MOST_BYTES: Final = 6_000_000
MOST: Final = 12
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_MOST_PIXELS: Final = 60_000_000
_DRAWING: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"sRGB", b"IDAT", b"IEND"})
_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})  # baseline, extended and progressive: what browsers draw
_TABLES: Final = frozenset({0xC4, 0xDB, 0xDD})  # Huffman, quantization, restart interval
_ADOBE: Final = 0xEE  # says how the colours are coded
_EXIF: Final = 0xE1

MediaType = Literal["image/png", "image/jpeg"]


class Found(NamedTuple):
    """A picture as it was found: `cell` of a notebook (from 1), `output` if a cell drew it."""

    file: str
    name: str
    data: bytes
    cell: int | None = None
    output: bool = False


def with_pictures(result: Result, files: Sequence[File]) -> Result:
    """The result with the pictures among the files, bounded in size and number.

    What a cell drew is kept only beside a part that a person looks at.
    """
    kept: list[Picture] = []
    left = MOST_BYTES
    for one in found(files):
        if len(kept) >= MOST:
            break
        part = _part(one, result.marks)
        if one.output and not part:
            continue
        made = remade(one.data)
        if made is None:
            continue
        media_type, data = made
        if len(data) > min(left, LARGEST):
            size = f"{len(data) / 1e6:.1f} MB"
            said = f"this picture ({size}) is too large for this page; the staff sees it."
            kept.append(Picture(one.name, media_type, b"", part, said))
            continue
        left -= len(data)
        kept.append(Picture(one.name, media_type, data, part))
    return replace(result, pictures=tuple(kept)) if kept else result


def found(files: Sequence[File]) -> Iterator[Found]:
    """What may be pictures: files, and attachments and outputs of notebooks, in their order."""
    for file in files:
        if file.path.lower().endswith(".ipynb"):
            yield from _in_notebook(file)
        elif file.data.startswith((_PNG, b"\xff\xd8\xff")):
            yield Found(file.path, file.path.rpartition("/")[2], file.data)


def remade(data: bytes) -> tuple[MediaType, bytes] | None:
    """The type of a PNG or JPEG and its bytes written anew; None if it is neither, damaged or too large.

    SVG is a document that may hold scripts, and is never a picture here.
    """
    try:
        if data.startswith(_PNG):
            return "image/png", _png(data)
        if data.startswith(b"\xff\xd8\xff"):
            return "image/jpeg", _jpeg(data)
    except (ValueError, struct.error, IndexError):
        return None
    return None


def _png(data: bytes) -> bytes:
    """The critical chunks in their order, each with a right checksum.

    Raises:
        ValueError: no sound PNG.
    """
    out, at = [_PNG], len(_PNG)
    names: list[bytes] = []
    while not names or names[-1] != b"IEND":
        size, name = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + size]
        (crc,) = struct.unpack(">I", data[at + 8 + size : at + 12 + size])
        if len(body) != size or crc != binascii.crc32(name + body):
            raise ValueError("a damaged chunk")
        if name in _DRAWING:
            out.append(data[at : at + 12 + size])
            names.append(name)
        at += 12 + size
    width, height = struct.unpack(">II", data[16:24])
    if names[0] != b"IHDR" or names.count(b"IHDR") != 1 or b"IDAT" not in names:
        raise ValueError("no picture")
    if not 0 < width * height <= _MOST_PIXELS:
        raise ValueError("too large")
    return b"".join(out)


def _jpeg(data: bytes) -> bytes:
    """The segments that draw it; all others, and what stands behind its end, are left out.

    Raises:
        ValueError: no sound JPEG.
    """
    out, at, orientation, drawn = [b"\xff\xd8"], 2, 1, False
    while True:
        if data[at] != 0xFF:
            raise ValueError("no marker where one is due")
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker == 0xD9:
            break
        (size,) = struct.unpack(">H", data[at + 2 : at + 4])
        body = data[at + 4 : at + 2 + size]
        if size < 2 or len(body) != size - 2:
            raise ValueError("a segment that is cut off")
        segment = data[at : at + 2 + size]
        at += 2 + size
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", body[1:5])
            if not 0 < width * height <= _MOST_PIXELS:
                raise ValueError("too large")
            drawn = True
            out.append(segment)
        elif marker in _TABLES or (marker == _ADOBE and body.startswith(b"Adobe")):
            out.append(segment)
        elif marker == _EXIF and body.startswith(b"Exif\0\0"):
            orientation = _orientation(body[6:])
        elif marker == 0xDA:
            end = _end_of_scan(data, at)
            out.append(segment + data[at:end])
            at = end
        elif not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            raise ValueError("a segment no browser draws")
    if not drawn:
        raise ValueError("no picture")
    turned = [] if orientation == 1 else [_exif(orientation)]
    return b"".join([out[0], *turned, *out[1:], b"\xff\xd9"])


def _end_of_scan(data: bytes, at: int) -> int:
    """Where the next marker stands that is neither a stuffed zero nor a restart."""
    while True:
        at = data.index(b"\xff", at)
        after = data[at + 1]
        if after != 0 and not 0xD0 <= after <= 0xD7:
            return at
        at += 2


def _orientation(tiff: bytes) -> int:
    """How a photo is to be turned, 1 to 8; 1 where it does not say."""
    try:
        order = {b"II": "<", b"MM": ">"}[tiff[:2]]
        (start,) = struct.unpack(f"{order}I", tiff[4:8])
        (count,) = struct.unpack(f"{order}H", tiff[start : start + 2])
        for index in range(min(count, 100)):
            entry = tiff[start + 2 + 12 * index :][:12]
            tag, kind = struct.unpack(f"{order}HH", entry[:4])
            if (tag, kind) == (0x0112, 3):
                (value,) = struct.unpack(f"{order}H", entry[8:10])
                return int(value) if 1 <= value <= 8 else 1
    except (KeyError, struct.error):
        pass
    return 1


def _exif(orientation: int) -> bytes:
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    body = b"Exif\0\0" + struct.pack(">2sHIH", b"MM", 42, 8, 1) + entry + struct.pack(">I", 0)
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _part(found: Found, marks: Sequence[Mark]) -> str:
    """The part a picture belongs to: that which names it, else the last before it that a person looks at."""
    if not found.output:
        for mark in marks:
            text = "" if mark.answer is None else f"{mark.answer.text}\n{mark.answer.passage}"
            if found.name and found.name in text:
                return mark.part
    if found.cell is None:
        return ""
    before: list[tuple[int, bool, str]] = []
    for mark in marks:
        if mark.answer is None or mark.answer.place.file != found.file or mark.answer.place.cell is None:
            continue
        if mark.answer.place.cell <= found.cell:
            drawing = any(isinstance(piece, Checklist) for piece in mark.verdict.evidence)
            before.append((mark.answer.place.cell, drawing, mark.part))
    if not before:
        return ""
    _, drawing, part = max(before, key=lambda one: one[:2])
    return part if drawing else ""


def _in_notebook(file: File) -> Iterator[Found]:
    try:
        cells = json.loads(file.data)["cells"]
        for number, cell in enumerate(cells, 1):
            for name, bundle in dict(cell.get("attachments") or {}).items():
                for data in _bundled(bundle):
                    yield Found(file.path, str(name), data, number)
            for output in cell.get("outputs") or ():
                for data in _bundled(output.get("data") or {}):
                    yield Found(file.path, f"cell {number}", data, number, output=True)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return  # what cannot be read as a notebook has no pictures; its reader has told the student


def _bundled(bundle: Any) -> Iterator[bytes]:
    for kind in ("image/png", "image/jpeg"):
        if kind in bundle:
            written = bundle[kind]
            text = "".join(written) if isinstance(written, list) else str(written)
            yield base64.b64decode(text, validate=False)
            return
