r"""What a derivative is taken by: `dx^2`, `\partial x \partial y`."""

from __future__ import annotations

import re

_VARIABLE = re.compile(
    r"(?:\\partial|∂|\\mathrm\s*\{\s*d\s*\}|\\mathrm\s+d|d)\s*((?:\\[a-zA-Z]+|[^\W\d_])(?:_\{?\w+\}?|[0-9]+)?)"
    r"(?:\s*\^\s*\{?\s*(\d+)\s*\}?)?\s*"
)


def variables_of(text: str) -> tuple[tuple[str, int], ...] | None:
    r"""The variables and orders below a derivative: `dx^2`, `\partial x \partial y`; None if it is none.

    >>> variables_of(r"\partial x \partial y^2")
    (('x', 1), ('y', 2))
    """
    found: list[tuple[str, int]] = []
    position = 0
    while position < len(text):
        match = _VARIABLE.match(text[position:])
        if match is None:
            return None
        found.append((match[1], int(match[2] or 1)))
        position += match.end()
    return tuple(found) or None
