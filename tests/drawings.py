"""The smallest whole pictures there are: a PNG, and what a JPEG is made of."""

from __future__ import annotations

import struct
import zlib

HEAD = b"\x89PNG\r\n\x1a\n"


def chunk(name: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int = 2, height: int = 1, *extra: bytes, filling: bytes = b"\0" * 7) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + b"".join(extra) + chunk(b"IDAT", zlib.compress(filling)) + chunk(b"IEND")
    return HEAD + body


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def jpeg(*extra: bytes, scan: bytes = b"\x12\xff\x00\x34") -> bytes:
    frame = segment(0xC0, b"\x08" + struct.pack(">HH", 8, 8) + b"\x01\x01\x11\x00")
    return b"".join(
        [b"\xff\xd8", *extra, frame, segment(0xDA, b"\x01\x01\x00\x00\x3f\x00"), scan, b"\xff\xd9"]
    )
