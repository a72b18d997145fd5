r"""LaTeX as OCR and exercise systems leave it: lost spaces, braces that group, marked names."""

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
        (r"(2, 2) \quad \text{and} \quad (6, 2)", "[[2, 2], [6, 2]]"),
        (r"(2, 2) \text{ and } (6, 2) \text{ and } (1, 0)", "[[2, 2], [6, 2], [1, 0]]"),
        (r"\mathbb{Q}", "ℚ"),
        (r"1 \text{ and } 2 \text{ and } 3", "[1, 2, 3]"),
        ("1, 2; 3, 4; 5, 6", "[[1, 2], [3, 4], [5, 6]]"),
        ("1; 2; 3", "[1, 2, 3]"),
        (r"p = 5, q = 2 \quad ; \quad p = 7, q = 2", "[[p = 5, q = 2], [p = 7, q = 2]]"),
        (r"4 \cdot \variable{x}", "4 * x"),
        (r"\variable{x_{1}} + \variable{2}", "x1 + 2"),
    ],
)
def test_it_is_read_as_it_looks(typed: str, printed: str) -> None:
    assert to_text(read(typed, NONE, "latex", undeclared=True)) == printed


def test_an_i_in_front_of_a_comparison_is_an_indicator() -> None:
    from grader.maths.names import declare
    from grader.maths.notation import read

    symbols = declare({"x": {"scalar": "real"}, "phi": {"scalar": "real"}}, [])
    one = read(r"x \mathbb{I}(\phi > 0)", symbols, "latex")
    assert one == read(r"x \mathbb{1}[\phi > 0]", symbols, "latex")
