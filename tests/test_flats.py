"""Points, lines and planes."""

from __future__ import annotations

import pytest

from grader.maths.names import declare
from grader.maths.notation import read
from grader.maths.sameness.flats import compare_flats
from grader.maths.tree import Node

SYMBOLS = declare({name: {"scalar": "real"} for name in "x y z s t u".split()})


def tree(text: str) -> Node:
    trees = tuple(read(part, SYMBOLS, "plain") for part in text.split(" and "))
    return trees[0] if len(trees) == 1 else Node("and", trees)


@pytest.mark.parametrize(
    ("expected", "got", "outcome", "code"),
    [
        ("(1, 2) + t(3, 4)", "(4, 6) + s(6, 8)", "same", ""),
        ("(1, 2) + t(3, 4)", "(4, 6) + s(6, 7)", "different", "direction"),
        ("(1, 2) + t(3, 4)", "(4, 7) + s(6, 8)", "different", "point"),
        ("(1, 2) + t(3, 4)", "(1, 2)", "different", "dimension"),
        ("(1, 2) + t(3, 4)", "(1 + 3t, 2 + 4t)", "same", ""),
        ("(1, 2) + t(3, 4)", "(1, 2, 0) + t(3, 4, 0)", "different", "shape"),
        ("(1, 2) + t(3, 4)", "4x - 3y + 2 = 0", "same", ""),
        ("4x - 3y + 2 = 0", "y = (4x + 2)/3", "same", ""),
        ("(1, 2) + t(3, 4)", "4x - 3y + 1 = 0", "different", "point"),
        ("(0, 0, 1) + s(1, 0, 0) + t(0, 1, 0)", "z = 1", "same", ""),
        ("(0, 0, 1) + s(1, 0, 0) + t(0, 1, 0)", "(5, 5, 1) + s(1, 1, 0) + t(1, -1, 0)", "same", ""),
        ("(0, 0, 1) + s(1, 0, 0) + t(2, 0, 0)", "(3, 0, 1) + u(1, 0, 0)", "same", ""),
        ("x + y + z = 1 and x - y = 0", "(0, 0, 1) + t(1, 1, -2)", "same", ""),
        ("x + y = 1 and x + y = 2", "x = 0 and x = 1", "same", "empty"),
        ("x + y = 1 and x + y = 2", "x = 0", "different", "empty"),
        ("(1, 2) + t(3, 4)", "(1, 2) + t^2(3, 4)", "undecided", "line"),
    ],
)
def test_lines_and_planes_are_compared_as_sets_of_points(
    expected: str, got: str, outcome: str, code: str
) -> None:
    variables = "xyz" if "z" in expected + got or "0, 0, 1" in expected else "xy"
    found = compare_flats(tree(expected), tree(got), tuple(variables))
    assert (found.outcome, found.code) == (outcome, code)
