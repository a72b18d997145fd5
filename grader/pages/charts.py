"""Charts and icons as hand-written SVG; the colours are the page's style's, by class."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from grader.html import Html, escaped

# One drawing for each outcome, on a grid of 16; told apart by shape, so that colour is never needed.
_ICONS: Final = {
    "correct": '<path d="M3 8.6 6.4 12 13 4.4"/>',
    "partial": '<circle cx="8" cy="8" r="5.2"/><path class="solid" d="M8 2.8a5.2 5.2 0 0 0 0 10.4z"/>',
    "incorrect": '<path d="M4 4l8 8M12 4l-8 8"/>',
    "missing": '<path d="M3.5 8h9"/>',
    "unreadable": '<path d="M5.3 5.9A2.7 2.7 0 1 1 9 8.4c-.8.4-1 .9-1 1.8M8 12.9v.1"/>',
    "undecided": '<circle cx="8" cy="5" r="2.6"/><path d="M2.8 13.6C3.4 10.8 5.4 9.6 8 9.6s4.6 1.2 5.2 4"/>',
}
_BAR_HEIGHT: Final = 12
_PLOT_HEIGHT: Final = 150
_TOP: Final = 22
_BOTTOM: Final = 26


def definitions() -> Html:
    """The icons and the hatching, to be put once at the top of a page."""
    symbols = "".join(f'<symbol id="icon-{n}" viewBox="0 0 16 16">{d}</symbol>' for n, d in _ICONS.items())
    hatching = (
        '<pattern id="hatching" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect class="hatch-ground" width="6" height="6"/>'
        '<rect class="hatch-line" width="2.5" height="6"/></pattern>'
    )
    return Html(
        '<svg class="definitions" width="0" height="0" aria-hidden="true">'
        f"<defs>{symbols}{hatching}</defs></svg>"
    )


def icon(name: str) -> Html:
    """One icon, silent for screen readers: the words stand beside it.

    Raises:
        KeyError: there is no such icon.
    """
    _ICONS[name]
    return Html(f'<svg class="icon" aria-hidden="true"><use href="#icon-{name}"/></svg>')


def stacked_bar(segments: Sequence[tuple[str, Fraction]]) -> Html:
    """A bar as wide as its box, cut into (class, weight) segments; silent, as the numbers stand beside it.

    Nothing is drawn for a weight of zero; without any weight the bar is empty.
    """
    whole = sum((weight for _, weight in segments), Fraction(0))
    rects, start = [], Fraction(0)
    for name, weight in segments:
        if weight > 0:
            width = weight / whole
            rects.append(
                f'<rect class="fill-{escaped(name)}" x="{_share(start)}" width="{_share(width)}" '
                f'height="{_BAR_HEIGHT}"/>'
            )
            start += width
    return Html(
        f'<svg class="bar" width="100%" height="{_BAR_HEIGHT}" aria-hidden="true" focusable="false">'
        f"{''.join(rects)}</svg>"
    )


def histogram(counts: Sequence[int], edges: Sequence[str], label: str) -> Html:
    """Columns of equal width with their counts above; `edges` are the words between them, one more.

    Widths are shares of the box and heights are pixels, so that the words keep their size on a phone.
    """
    if len(edges) != len(counts) + 1:
        raise ValueError(f"{len(counts)} columns need {len(counts) + 1} edges, not {len(edges)}")
    # Half a column is left free at either side for the outermost words.
    step, most, floor = Fraction(1, len(counts) + 1), max([1, *counts]), _TOP + _PLOT_HEIGHT
    shapes = []
    for index, count in enumerate(counts):
        left, height = step * index + step / 2, Fraction(_PLOT_HEIGHT * count, most)
        if count:
            shapes.append(
                f'<rect class="column" x="{_share(left + step / 16)}" width="{_share(step * 7 / 8)}" '
                f'y="{float(floor - height):.1f}" height="{float(height):.1f}" rx="2"/>'
                f'<text x="{_share(left + step / 2)}" y="{float(floor - height) - 6:.1f}">{count}</text>'
            )
    shapes.append(f'<line x1="{_share(step / 2)}" x2="{_share(1 - step / 2)}" y1="{floor}" y2="{floor}"/>')
    for index, words in enumerate(edges):
        place = f'x="{_share(step * index + step / 2)}" y="{floor + 18}"'
        shapes.append(f'<text class="edge" {place}>{escaped(words)}</text>')
    return Html(
        f'<svg class="histogram" role="img" aria-label="{escaped(label)}" width="100%" '
        f'height="{floor + _BOTTOM}">{"".join(shapes)}</svg>'
    )


def _share(part: Fraction) -> str:
    return f"{float(part * 100):.2f}%"
