"""Text made fit for a page: escaping, invisible characters, exact numbers, checked MathML."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from html import escape
from typing import Final
from xml.etree import ElementTree


class Html(str):
    """Markup made by our own builders; the only text a template does not escape.

    Joining or formatting it gives a plain `str` again, which is escaped: a mistake shows, it does not bite.
    """

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


MATHML: Final = "http://www.w3.org/1998/Math/MathML"
_ELEMENTS: Final = frozenset(
    "math mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover "
    "mtable mtr mtd mstyle mpadded".split()
)
_ATTRIBUTES: Final = frozenset(
    "display displaystyle scriptlevel mathvariant stretchy symmetric fence separator form largeop "
    "movablelimits accent accentunder lspace rspace minsize maxsize width height depth linethickness "
    "columnalign rowalign columnspacing rowspacing columnlines rowlines".split()
)
_VALUE: Final = re.compile(r"[A-Za-z0-9.%+ -]{0,40}")
# The four invisible operators (function application, times, separator, plus) are part of good MathML.
_INVISIBLE_OPERATORS: Final = {0x2061: None, 0x2062: None, 0x2063: None, 0x2064: None}
# New line, tab, and the space that does not break: not printable to Python, yet plain to see.
_HARMLESS: Final = {0x0A: None, 0x09: None, 0xA0: None}
_LONGEST_FORMULA: Final = 200_000


def visible(text: str) -> str:
    r"""The text with every character that cannot be seen, or turns its neighbours round, written out.

    >>> print(visible("a" + chr(0x202E) + "b"))
    a\u{202e}b
    """
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.translate(_HARMLESS).isprintable():
        return text
    return "".join(c if c.isprintable() or ord(c) in _HARMLESS else f"\\u{{{ord(c):x}}}" for c in text)


def percent(share: Fraction) -> str:
    """The share as whole percent; 0% and 100% are kept for exactly none and exactly all.

    >>> percent(Fraction(2, 3)), percent(Fraction(999, 1000)), percent(Fraction(1))
    ('67%', '99%', '100%')
    """
    if 0 < share < 1:
        return f"{min(99, max(1, round(share * 100)))}%"
    return f"{round(share * 100)}%"


@lru_cache(maxsize=4096)
def formula(mathml: str) -> Html | None:
    """The MathML as markup if it is Presentation MathML and nothing else; otherwise None.

    The string is written by `grader.maths`, from a tree. It is checked once more here because it is the only
    text that reaches a page without being escaped.
    """
    if not mathml or len(mathml) > _LONGEST_FORMULA or "<!" in mathml or "<?" in mathml:
        return None  # comments, CDATA, doctypes and instructions are read differently by XML and by HTML
    if not mathml.translate(_INVISIBLE_OPERATORS).replace("\n", "").isprintable():
        return None
    try:
        root = ElementTree.fromstring(mathml)  # noqa: S314 (no doctype, so no entities)
    except (ElementTree.ParseError, ValueError, RecursionError):
        return None
    if _local(root.tag) != "math" or not all(_allowed(element) for element in root.iter()):
        return None
    return Html(mathml)


def _allowed(element: ElementTree.Element) -> bool:
    return _local(element.tag) in _ELEMENTS and all(
        name in _ATTRIBUTES and _VALUE.fullmatch(value) for name, value in element.attrib.items()
    )


def _local(tag: str) -> str:
    """The element's name, or nothing if it is of another namespace than MathML's."""
    if not tag.startswith("{"):
        return tag
    namespace, name = tag[1:].split("}", 1)
    return name if namespace == MATHML else ""


def escaped(text: str) -> str:
    """The text escaped for builders of markup, also in double quotes, and made visible."""
    return escape(visible(text), quote=True)
