r"""LaTeX as OCR and exercise systems leave it: spaces lost behind brackets, braces that group, marked names."""

from __future__ import annotations

import pytest

from grader.maths.names import NONE
from grader.maths.notation import read, to_text


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        (r"\lbrackx + 1\rbrack", "x + 1"),
        (r"2\lgroupx + 1\rgroup", "2 * (x + 1)"),
        (r"\{1 + 2\}\{3 - x\}", "(1 + 2) * (3 - x)"),
        (r"\lbrace 1 + 2 \rbrace \lbrace x \rbrace", "(1 + 2) * x"),
        (r"\{1, 2\}", "{1, 2}"),
        (r"\{x\}", "{x}"),
        (r"4 \cdot \variable{x}", "4 * x"),
        (r"\variable{x_{1}} + \variable{2}", "x1 + 2"),
    ],
)
def test_it_is_read_as_it_looks(typed: str, printed: str) -> None:
    assert to_text(read(typed, NONE, "latex", undeclared=True)) == printed
