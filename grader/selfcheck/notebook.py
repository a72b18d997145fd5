"""The self-check inside a notebook: `check("2.1", "n * norm(x)^2")`, and the magic `%grader`."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from grader.errors import StudentError
from grader.selfcheck import telling
from grader.selfcheck.session import Desk, HandIn, Looked, open_desk


class Shown(NamedTuple):
    """What was found, shown as text by Python and as a page by Jupyter."""

    text: str
    html: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html


def check(part: str, answer: object, *, bundle: str | Path | None = None) -> Shown:
    """What is understood of one answer: a formula as text, a number, an array such as `[[1, 2], [3, 4]]`.

    A function is tried on the public examples, if the course gave any.

    Looks into the self-check it was imported from, else into the one in this folder, else into `bundle`.

    Raises:
        StudentError: no self-check is at hand, or it has no such part.
    """
    desk = _desk(bundle)
    looked = desk.try_out(str(part), answer) if callable(answer) else desk.look(str(part), _typed(answer))
    return Shown("\n".join(telling.lines(looked)), f"<ul style='list-style:none'>{telling.row(looked)}</ul>")


def check_file(path: str | Path, *, bundle: str | Path | None = None) -> Shown:
    """What is found in a file or a folder.

    Raises:
        StudentError: no self-check is at hand, or nothing can be read at the path.
    """
    looked: HandIn = _desk(bundle).look_at(Path(path))
    text = telling.as_text(looked)
    return Shown(text, f"<pre>{escape(text)}</pre>")


def load_ipython_extension(ipython: Any) -> None:
    """Makes `%grader FILE` and `%grader PART ANSWER` known to a notebook."""
    ipython.register_magic_function(magic, "line", "grader")


def magic(line: str) -> Shown:
    """`%grader homework.ipynb`, or `%grader 2.1 n * norm(x)^2`."""
    first, _, rest = line.strip().partition(" ")
    try:
        if rest.strip() and not Path(line.strip()).exists():
            return check(first, rest.strip())
        return check_file(line.strip())
    except StudentError as error:
        return Shown(f"self-check: {error}", f"<p>{escape(str(error))}</p>")


@lru_cache(maxsize=4)
def _desk(bundle: str | Path | None) -> Desk:
    return open_desk(None if bundle is None else Path(bundle))


def _typed(answer: object) -> str:
    """An answer as its author would have typed it; arrays as lists."""
    if isinstance(answer, str):
        return answer
    listed = answer.tolist() if hasattr(answer, "tolist") else answer
    if isinstance(listed, bool) or not isinstance(listed, int | float | list | tuple):
        raise StudentError(
            f"A {type(answer).__name__} cannot be checked; give a formula as text, a number or an array."
        )
    return repr(listed)


__all__ = ["Looked", "Shown", "check", "check_file", "load_ipython_extension", "magic"]
