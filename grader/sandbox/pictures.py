"""Figures of Matplotlib as PNG: those that a cell has drawn, or one that is shown by name."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from typing import Any, Final

_MOST_FIGURES: Final = 20
_MOST_PIXELS: Final = 1_400
_MOST_BYTES: Final = 600_000
TOO_LARGE: Final = "A figure is too large to be kept."


def is_figure(value: object) -> bool:
    """Whether a value is a figure of Matplotlib."""
    figures = sys.modules.get("matplotlib.figure")
    return figures is not None and isinstance(value, figures.Figure)


def png_of(value: object) -> bytes | None:
    """A figure as PNG; None for anything else, or a figure that cannot be drawn."""
    return _png(value) if is_figure(value) else None


def drawn(*, keep: bool = True) -> Iterator[bytes | None]:
    """The open figures, in their order, as PNG, None for one that is too large; they are closed after."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return
    try:
        if keep:
            for number in list(pyplot.get_fignums())[:_MOST_FIGURES]:
                yield _png(pyplot.figure(number))
    finally:
        pyplot.close("all")


def rehearse() -> None:
    """Draws a figure that nobody sees: fonts and the reader of formulas are then ready for all later ones."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    left.plot([1, 10, 100], [1, 2, 3], "o-", label="$x_i^2$")
    left.set(xscale="log", yscale="log", xlabel="x", ylabel="y", title="title")
    left.legend()
    right.imshow([[0.0, 1.0], [2.0, 3.0]])
    _png(figure)


def _png(figure: Any) -> bytes | None:
    try:
        longest = max(float(size) for size in figure.get_size_inches())
        file = io.BytesIO()
        figure.savefig(
            file,
            format="png",
            dpi=max(10.0, min(80.0, _MOST_PIXELS / longest)),
            bbox_inches="tight",
            metadata={"Software": None},
        )
    except Exception:
        return None
    data = file.getvalue()
    return data if len(data) <= _MOST_BYTES else None
