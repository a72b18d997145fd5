"""Values that cross between the grader and student code, as typed JSON: exact, plain, never pickle.

Each value is null, true, false, or an object with one key:

    {"i": "-0x1f"} {"f": "0x1.8p+1"} {"c": [real, imaginary]} {"s": "text"}     floats as `float.hex`
    {"l": [...]} {"t": [...]} {"d": [[key, value], ...]}                        list, tuple, dict
    {"a": ["f8", [2, 3], base64]}                                               array, little-endian, by rows
    {"p": base64}                                                               a picture, PNG
    {"o": "module.Class"} {"x": "why"}                                          anything else; too large

`encode` looks at exact types only, so that no method of a student's class is ever called. `decode` trusts
nothing. Both are used on both sides.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import struct
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, Final

from grader.sandbox.jobs import Called, NotRun, Value

FRAME_LIMIT: Final = 8 * 2**20
DEPTH_LIMIT: Final = 24
NODE_LIMIT: Final = 200_000
BITS_LIMIT: Final = 200_000
TEXT_LIMIT: Final = 1_000_000
BYTES_LIMIT: Final = 5 * 2**20
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_HEX: Final = re.compile(r"-?0x[0-9a-f]+")
_FLOAT: Final = re.compile(r"-?0x[01]\.[0-9a-f]{1,13}p[+-][0-9]{1,4}|nan|-?inf")
_NAME: Final = re.compile(r"[A-Za-z0-9_.<>]{1,200}")
# By the code of a dtype: bytes of an entry, and its format for `struct`; a complex number is two floats.
_DTYPES: Final = {
    **{"b1": "?", "i1": "b", "i2": "<h", "i4": "<i", "i8": "<q"},
    **{"u1": "B", "u2": "<H", "u4": "<I", "u8": "<Q"},
    **{"f2": "<e", "f4": "<f", "f8": "<d", "c8": "<ff", "c16": "<dd"},
}  # fmt: skip


class NoValueError(Exception):
    """Bytes that are no value."""


@dataclass(frozen=True, slots=True)
class Array:
    """An array: the code of its dtype (`f8`), its shape, its bytes by rows, little-endian.

    A number of NumPy has the shape ().
    """

    dtype: str
    shape: tuple[int, ...]
    data: bytes = field(repr=False)

    def entries(self) -> Iterator[Any]:
        """Its entries by rows, as numbers of Python."""
        numbers = struct.iter_unpack(_DTYPES[self.dtype], self.data)
        if self.dtype[0] == "c":
            return (complex(*pair) for pair in numbers)
        return (number for (number,) in numbers)


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure as PNG."""

    png: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value that does not cross: the name of its class, and why where it is only too large."""

    name: str
    why: str = ""


def digest_of(value: object) -> str:
    """A digest of what came of running code; empty for None."""
    if value is None:
        return ""
    plain: object = value
    if isinstance(value, NotRun):
        plain = list(value)
    elif isinstance(value, tuple):
        plain = [
            [one.status, encode(one.value), one.fault, one.uses, {k: encode(v) for k, v in one.inner.items()}]
            for one in value
            if isinstance(one, Called)
        ]
    return hashlib.sha256(json.dumps(plain, sort_keys=True, default=repr).encode()).hexdigest()


def array(shape: Sequence[int], numbers: Sequence[float]) -> Array:
    """An array of floats from its entries by rows."""
    return Array("f8", tuple(shape), struct.pack(f"<{len(numbers)}d", *numbers))


# --- from values to bytes --------------------------------------------------------------------------


class _TooLargeError(Exception):
    pass


def encode(value: object, *, picture: Any = None) -> Any:
    """A value as what `json` can write; `picture` makes PNG of an object that is a figure, else None."""
    left = [NODE_LIMIT]
    try:
        return _encode(value, DEPTH_LIMIT, left, picture)
    except _TooLargeError as error:
        return {"x": str(error)}


def _encode(value: Any, depth: int, left: list[int], picture: Any) -> Any:
    left[0] -= 1
    if left[0] < 0:
        raise _TooLargeError(f"more than {NODE_LIMIT:,} entries")
    kind = type(value)
    if value is None or kind is bool:
        return value
    if kind is int:
        if value.bit_length() > BITS_LIMIT:
            raise _TooLargeError("an integer of too many digits")
        return {"i": hex(value)}
    if kind is float:
        return {"f": float.hex(value)}
    if kind is complex:
        return {"c": [float.hex(value.real), float.hex(value.imag)]}
    if kind is str:
        if len(value) > TEXT_LIMIT:
            raise _TooLargeError(f"a text of {len(value):,} characters")
        return {"s": value}
    if kind is list or kind is tuple or kind is dict:
        if not depth:
            raise _TooLargeError(f"nested more than {DEPTH_LIMIT} deep")
        if len(value) > left[0]:
            raise _TooLargeError(f"more than {NODE_LIMIT:,} entries")
        if kind is dict:
            pairs = list(dict.items(value))
            return {"d": [[_encode(part, depth - 1, left, picture) for part in pair] for pair in pairs]}
        entries = [_encode(entry, depth - 1, left, picture) for entry in list(value)]
        return {"l" if kind is list else "t": entries}
    return _encode_other(value, kind, left, picture)


def _encode_other(value: Any, kind: type, left: list[int], picture: Any) -> Any:
    if kind is Array:
        return {"a": [value.dtype, list(value.shape), base64.b64encode(value.data).decode("ascii")]}
    if kind is Opaque:
        return {"x": value.why} if value.why else {"o": value.name}
    if kind is Picture:
        return {"p": base64.b64encode(value.png).decode("ascii")}
    numpy = sys.modules.get("numpy")
    if numpy is not None and _of_numpy(value, kind, numpy):
        if kind is not numpy.ndarray:
            value = numpy.asarray(value)
        code = value.dtype.str[1:]
        if value.nbytes > BYTES_LIMIT:
            raise _TooLargeError(f"an array of {value.nbytes:,} bytes")
        if code in _DTYPES:
            plain = value.astype(value.dtype.newbyteorder("<"), order="C")
            return {"a": [code, list(value.shape), base64.b64encode(plain.tobytes()).decode("ascii")]}
        return {"o": "numpy.ndarray"}
    png = picture(value) if picture is not None else None
    if type(png) is bytes:
        if len(png) > BYTES_LIMIT:
            raise _TooLargeError(f"a picture of {len(png):,} bytes")
        return {"p": base64.b64encode(png).decode("ascii")}
    return {"o": class_name(kind)}


def _of_numpy(value: object, kind: type, numpy: Any) -> bool:
    """Whether it is an array or a number of NumPy itself, not of a class made of them."""
    try:
        return kind is numpy.ndarray or (
            isinstance(kind, type)
            and numpy.generic in kind.__mro__
            and kind is numpy.dtype(kind).type
            and kind.__module__ == "numpy"
        )
    except Exception:  # a module that calls itself numpy
        return False


def class_name(kind: type) -> str:
    """The name of a class, as far as it can be shown."""
    try:
        name = f"{type.__dict__['__module__'].__get__(kind)}.{type.__dict__['__name__'].__get__(kind)}"
    except Exception:
        return "object"
    return re.sub(r"[^A-Za-z0-9_.<>]", "_", name.removeprefix("builtins.").removeprefix("__main__."))[:200]


# --- from bytes to values --------------------------------------------------------------------------


def parse(data: bytes) -> Any:
    """The JSON of a frame: no floats, no keys twice, only short integers.

    Raises:
        NoValueError: anything else.
    """
    if len(data) > FRAME_LIMIT:
        raise NoValueError("a frame that is too long")
    try:
        return json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_refused,
            parse_constant=_refused,
            parse_int=_short,
        )
    except (ValueError, RecursionError) as error:
        raise NoValueError(f"no JSON: {type(error).__name__}") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NoValueError("a key that stands twice")
    return found


def _refused(text: str) -> Any:
    raise NoValueError(f"the number {text[:20]}")


def _short(text: str) -> int:
    if len(text) > 12:
        raise NoValueError("an integer that is too long")
    return int(text)


def decode(coded: Any) -> Value:
    """The value that `encode` was given.

    Raises:
        NoValueError: it is not of that form, too large or too deep.
    """
    return _decode(coded, DEPTH_LIMIT, [NODE_LIMIT])


def _decode(coded: Any, depth: int, left: list[int]) -> Value:
    left[0] -= 1
    if left[0] < 0 or depth < 0:
        raise NoValueError("too many entries, or nested too deeply")
    if coded is None or coded is True or coded is False:
        return coded
    if type(coded) is not dict or len(coded) != 1:
        raise NoValueError("no value")
    ((kind, body),) = coded.items()
    match kind:
        case "i":
            text = _text(body, BITS_LIMIT // 4 + 3, _HEX)
            return int(text, 16)
        case "f":
            return _float(body)
        case "c":
            return complex(*map(_float, _list(body, 2)))
        case "s":
            return whole(_text(body, TEXT_LIMIT))
        case "l":
            return [_decode(entry, depth - 1, left) for entry in _list(body)]
        case "t":
            return tuple(_decode(entry, depth - 1, left) for entry in _list(body))
        case "d":
            return _decode_dict(_list(body), depth - 1, left)
        case "a":
            return _decode_array(*_list(body, 3))
        case "p":
            return Picture(checked_png(_bytes(body)))
        case "o":
            return Opaque(_text(body, 200, _NAME))
        case "x":
            return Opaque("", whole(_text(body, 200)))
    raise NoValueError("an unknown kind of value")


def _decode_dict(pairs: list[Any], depth: int, left: list[int]) -> dict[Any, Value]:
    found: dict[Any, Value] = {}
    for pair in pairs:
        key, value = (_decode(part, depth, left) for part in _list(pair, 2))
        if not _plain_key(key):
            raise NoValueError("a key that is no number, text or tuple of them")
        if key in found:
            raise NoValueError("a key that stands twice")
        found[key] = value
    return found


def _plain_key(key: object) -> bool:
    if type(key) is tuple:
        return all(map(_plain_key, key))
    return key is None or type(key) in (bool, int, float, complex, str)


def _decode_array(code: object, shape: object, data: object) -> Array:
    if type(code) is not str or code not in _DTYPES:
        raise NoValueError("an array of an unknown kind of entries")
    sizes = _list(shape)
    if len(sizes) > DEPTH_LIMIT or any(type(size) is not int or size < 0 for size in sizes):
        raise NoValueError("a shape that is none")
    content = _bytes(data)
    if prod(sizes) * struct.calcsize(_DTYPES[code]) != len(content):
        raise NoValueError("an array whose shape is not that of its bytes")
    if code == "b1" and content.strip(b"\0\1"):
        raise NoValueError("truth values that are neither 0 nor 1")
    return Array(code, tuple(sizes), content)


def _float(body: object) -> float:
    try:
        return float.fromhex(_text(body, 40, _FLOAT))
    except OverflowError:
        raise NoValueError("a float that is none") from None


def _text(body: object, most: int, form: re.Pattern[str] | None = None) -> str:
    if type(body) is not str or len(body) > most or (form is not None and form.fullmatch(body) is None):
        raise NoValueError("a text that is not of its form")
    return body


def _list(body: object, size: int | None = None) -> list[Any]:
    if type(body) is not list or (size is not None and len(body) != size):
        raise NoValueError("a list that is none, or of another length")
    return body


def _bytes(body: object) -> bytes:
    if type(body) is not str:
        raise NoValueError("no base64")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise NoValueError("no base64") from None


def whole(text: str) -> str:
    """The text with halves of surrogate pairs written out: they have no UTF-8 form."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def checked_png(data: bytes) -> bytes:
    """The PNG as it is, if its header and its chain of chunks say that it is one.

    Raises:
        NoValueError: it is none, or larger than 4000 pixels on a side.
    """
    if not data.startswith(_PNG) or data[12:16] != b"IHDR" or len(data) < 45:
        raise NoValueError("no PNG")
    width, height = struct.unpack(">II", data[16:24])
    if not (0 < width <= 4000 and 0 < height <= 4000):
        raise NoValueError("a picture that is too large")
    at, name = len(_PNG), b""
    while at + 12 <= len(data) and name != b"IEND":
        (size,), name = struct.unpack(">I", data[at : at + 4]), data[at + 4 : at + 8]
        crc = data[at + 8 + size : at + 12 + size]
        if crc != struct.pack(">I", binascii.crc32(data[at + 4 : at + 8 + size])):
            raise NoValueError("a damaged PNG")
        at += 12 + size
    if name != b"IEND" or at != len(data):
        raise NoValueError("a damaged PNG")
    return data
