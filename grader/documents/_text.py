"""Bytes to text: says which byte is wrong and what the file seems to be instead."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from grader.errors import StudentError
from grader.types import File, Notation, Place, Problem

_SIGNATURES = (
    (b"%PDF", "a PDF", "Hand in the notebook, Markdown or LaTeX it was made from."),
    (b"\x89PNG", "a picture", "Pictures are not read; type the answers."),
    (b"\xff\xd8\xff", "a picture", "Pictures are not read; type the answers."),
    (b"GIF8", "a picture", "Pictures are not read; type the answers."),
    (b"PK\x03\x04", "a zip or an Office document", "Hand in the files themselves, as text."),
    (b"\xd0\xcf\x11\xe0", "an old Office document", "Save it as text and hand that in."),
    (b"\x1f\x8b", "a compressed file", "Hand in the file itself."),
)
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_SURROGATE = re.compile("[\ud800-\udfff]")
_COMMAND = re.compile(r"\\[A-Za-z,;!:{|]")
_CODE = re.compile(r"@|\.T\b|\bnp\.|\*\*")


@dataclass(frozen=True, slots=True)
class Text:
    """A file's text with plain line ends, and what was odd about its encoding."""

    text: str
    problems: tuple[Problem, ...] = ()


def decode(file: File) -> Text:
    """The text of a file: UTF-8, or UTF-16 with its mark, which becomes a problem.

    Raises:
        StudentError: the file is empty, binary or in another encoding.
    """
    data = file.data
    problems: tuple[Problem, ...] = ()
    if not data.strip():
        raise StudentError(
            "The file is empty. Save it again and look at it before handing it in.", code="empty"
        )
    for signature, kind, advice in _SIGNATURES:
        if data.startswith(signature):
            raise StudentError(f"This is {kind}, not text. {advice}", code="binary")
    encoding = _UTF16.get(data[:2])
    if encoding:
        message = "The file is encoded as UTF-16; it was read, but save it as UTF-8 next time."
        problems = (Problem(Place(file.path), message),)
        try:
            text = data[2:].decode(encoding)
        except UnicodeDecodeError:
            raise StudentError(
                "The file begins as UTF-16 but is damaged. Save it as UTF-8.", code="encoding"
            ) from None
    else:
        text = _utf8(data.removeprefix(codecs.BOM_UTF8))
    if text.count("\0") > len(text) // 4:
        message = "The file seems to be UTF-16 without its mark. Save it again with the encoding UTF-8."
        raise StudentError(message, code="encoding")
    if "\0" in text:
        raise StudentError(
            f"The file is not text: byte {text.index(chr(0)) + 1} is NUL. Hand in a text file.", code="binary"
        )
    return Text(text.replace("\r\n", "\n").replace("\r", "\n"), problems)


def whole(text: str) -> tuple[str, bool]:
    """Text without halves of surrogate pairs, which cannot be written to any file; and whether it had any."""
    if text.isascii() or not _SURROGATE.search(text):
        return text, False
    return _SURROGATE.sub("\ufffd", text), True


def notation_of(text: str) -> Notation:
    r"""The notation a typed answer is in, by its signs.

    >>> notation_of(r"\frac{n}{2}"), notation_of("X.T @ a"), notation_of("n/2")
    ('latex', 'python', 'plain')
    """
    if _COMMAND.search(text):
        return "latex"
    return "python" if _CODE.search(text) else "plain"


def _utf8(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        at, byte = error.start, data[error.start]
        line = data.count(b"\n", 0, at) + 1
        if data.count(0) > len(data) // 4:
            raise StudentError(
                "The file seems to be UTF-16 without its mark. Save it again with the encoding UTF-8.",
                code="encoding",
            ) from None
        if data.count(0) or sum(byte < 32 and byte not in b"\t\n\r\f" for byte in data[:2000]) > 20:
            raise StudentError(
                f"The file is not text (byte {at + 1} is 0x{byte:02x}). Hand in a text file.", code="binary"
            ) from None
        raise StudentError(
            f"The file is not UTF-8: byte {at + 1} (line {line}) is 0x{byte:02x}, "
            "as in Latin-1 or Windows-1252. Save it again with the encoding UTF-8.",
            code="encoding",
        ) from None
