"""A pair beside an interval is the interval that its brackets say."""

from __future__ import annotations

import pytest

from grader.cli._pairs import Pair
from grader.cli._verdicts import decide_pair
from grader.maths import same


@pytest.mark.parametrize(
    ("interval", "pair", "outcome"),
    [
        (r"0 < x < 1", "(0, 1)", "same"),
        (r"0 < x < 1", "[0, 1]", "different"),
        (r"0 \le x \le 1", "[0, 1]", "same"),
        (r"0 < f(x) < 1", "(0, 1)", "same"),
        (r"x \in [0, 1]", "[0, 1]", "same"),
        (r"x \in [0, 1]", "(0, 1)", "different"),
        (r"[0, 1)", "[0, 1]", "different"),
        (r"[0, 1) \cup (2, 3)", "(0, 1)", "different"),
        (r"0 < x < 1", r"\boxed{\left(0, 1\right)}", "same"),
        (r"0 < x < 1", r"$(0, \frac{2}{2})$", "same"),
        (r"0 < x < 1", "(0, 2)", "different"),
        # No brackets around both, or a list of pairs: nothing says which interval is meant.
        (r"0 < x < 1", "0, 1", "undecided"),
        (r"0 < x < 1", "(0)+0, (1)", "undecided"),
    ],
)
def test_the_brackets_of_a_pair_say_which_interval_it_is(interval: str, pair: str, outcome: str) -> None:
    assert same(interval, pair, notation="latex").outcome == outcome
    assert same(pair, interval, notation="latex").outcome == outcome


def test_brackets_of_python_are_those_of_data() -> None:
    rows = {"(1, 2)": "undecided", "[1, 2]": "undecided", "Interval.open(1, 2)": "same"}
    for answer, outcome in rows.items():
        pair = Pair("row", "Interval.open(1, 2)", answer, "python", "python", infer=True)
        assert decide_pair(pair).outcome == outcome


def test_pairs_beside_pairs_are_points() -> None:
    assert same("(1, 2)", "[1, 2]").outcome == "same"
