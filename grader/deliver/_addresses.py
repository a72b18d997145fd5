"""Addresses and hosts that are safe to use: one strict pattern each, everything else is refused."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

_ATOM: Final = r"[A-Za-z0-9_%+'-]+"
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL: Final = re.compile(rf"(?=.{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+[A-Za-z]{{2,63}}")
_ID: Final = re.compile(r"[0-9]{1,20}")
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_LONGEST: Final = 254


def email(text: str) -> str:
    """The address, if it is one plain address and nothing else.

    >>> email("ada.lark+hw@cs.example.edu")
    'ada.lark+hw@cs.example.edu'

    Raises:
        ValueError: what was found, and what was meant.
    """
    if len(text) > _LONGEST or not _EMAIL.fullmatch(text):
        raise ValueError(f"meant one e-mail address such as ada@example.edu, found {text[:80]!r}")
    return text


def email_if_any(text: str) -> str:
    """The address, or nothing.

    Raises:
        ValueError: what was found, and what was meant.
    """
    return email(text) if text else ""


def number(text: str) -> str:
    """The id, if it is digits alone.

    Raises:
        ValueError: what was found, and what was meant.
    """
    if not _ID.fullmatch(text):
        raise ValueError(f"meant a number of up to 20 digits, found {text[:80]!r}")
    return text


def header(text: str) -> str:
    """The text, if it may stand in a header: no control characters, nothing that looks like an encoded word.

    Raises:
        ValueError: what was found.
    """
    if not text.isprintable() or "=?" in text:
        raise ValueError(f"meant one line of plain text without `=?`, found {text[:80]!r}")
    return text


def is_loopback(host: str) -> bool:
    """Whether the host is this machine, so that nothing on the way can listen."""
    return host in _LOOPBACK


def site(text: str) -> str:
    """The address of a server without a final slash: https, or http on this machine.

    >>> site("https://canvas.example.edu/")
    'https://canvas.example.edu'

    Raises:
        ValueError: what was found, and what was meant.
    """
    meant = f"meant an address such as https://canvas.example.edu, found {text[:80]!r}"
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError(meant) from None
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        raise ValueError(meant)
    if not host or "@" in parts.netloc or parts.query or parts.fragment or "?" in text or "#" in text:
        raise ValueError(meant)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise ValueError(f"{meant}: only https keeps the token secret")
    return text.rstrip("/")


def is_private(url: str) -> bool:
    """Whether nobody on the way can read what is sent to a URL: https, or this machine."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (parts.scheme == "https" or is_loopback(parts.hostname or ""))
    except ValueError:
        return False
