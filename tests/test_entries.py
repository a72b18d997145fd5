"""Arrays written as formulas."""

from __future__ import annotations

import pytest

from grader.errors import StudentError
from grader.maths.names import NONE
from grader.maths.notation import read
from grader.maths.sameness.entries import expand, shape_name, transposed
from grader.maths.values.numbers import evaluate


def values(text: str) -> tuple[tuple[int, ...], list[str]]:
    entries = expand(read(text, NONE, "plain"))
    return entries.shape, [str(evaluate(cell)) for cell in entries.cells]


@pytest.mark.parametrize(
    ("text", "shape", "cells"),
    [
        ("5", (), ["5"]),
        ("[1, 2]", (2,), ["1", "2"]),
        ("[[1, 2], [3, 4]]", (2, 2), ["1", "2", "3", "4"]),
        ("-[1, 2]/2", (2,), ["-1/2", "-1"]),
        ("3 [1, 2]", (2,), ["3", "6"]),
        ("[1, 2] * 3", (2,), ["3", "6"]),
        ("[1, 0] + 2 [3, 4] - [1, 1]", (2,), ["6", "7"]),
        ("[[1, 2], [3, 4]]'", (2, 2), ["1", "3", "2", "4"]),
        ("[1, 2]'", (2,), ["1", "2"]),
        ("[[1, 2]]' + [1, 2]", (2, 1), ["2", "4"]),
    ],
)
def test_signs_factors_and_sums_go_into_the_entries(
    text: str, shape: tuple[int, ...], cells: list[str]
) -> None:
    assert values(text) == (shape, cells)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[[1, 2], [3, 4, 5]]", "ragged"),
        ("[1, 2] + [1, 2, 3]", "shape"),
        ("[1, 2] + 1", "shape"),
        ("[1, 2] * [1, 2]", "product"),
        ("1/[1, 2]", "product"),
    ],
)
def test_what_does_not_go_together_is_refused(text: str, code: str) -> None:
    with pytest.raises(StudentError) as error:
        values(text)
    assert error.value.code == code


def test_transposing_twice_changes_nothing() -> None:
    entries = expand(read("[[1, 2, 3], [4, 5, 6]]", NONE, "plain"))
    assert transposed(transposed(entries)) == entries


@pytest.mark.parametrize(
    ("shape", "words"),
    [((), "one number"), ((2,), "a list of 2"), ((2, 1), "a column of 2"), ((1, 2), "a 1 x 2 array")],
)
def test_a_shape_can_be_said_in_words(shape: tuple[int, ...], words: str) -> None:
    assert shape_name(shape) == words
