"""Vectors up to sign, scale or order."""

from __future__ import annotations

import pytest

from grader.maths.names import declare
from grader.maths.notation import read
from grader.maths.sameness.decide import Policy, decide
from grader.maths.sameness.vectors import UpTo

SYMBOLS = declare({"a": {"scalar": "real"}, "p": {"scalar": "positive"}, "v": {"vector": "n"}}, [{"n": 3}])


@pytest.mark.parametrize(
    ("expected", "got", "up_to", "outcome"),
    [
        ("[1, 2]", "[-1, -2]", "exact", "different"),
        ("[1, 2]", "[-1, -2]", "sign", "same"),
        ("[1, 2]", "[1, -2]", "sign", "different"),
        ("[1, 2]", "[2, 4]", "sign", "different"),
        ("[1, 2]", "[2, 4]", "positive scale", "same"),
        ("[1, 2]", "[-2, -4]", "positive scale", "different"),
        ("[1, 2]", "[-2, -4]", "scale", "same"),
        ("[1, 2]", "[1, 3]", "scale", "different"),
        ("[1, 2]", "[0, 0]", "scale", "different"),
        ("[0, 0]", "[1, 2]", "scale", "different"),
        ("[a, 2a]", "[1, 2]", "scale", "same"),
        ("[p, 2p]", "[1, 2]", "positive scale", "same"),
        ("v", "3v", "positive scale", "same"),
        ("v", "-v", "sign", "same"),
        ("[1, 1/2]/sqrt(5)", "[2, 1]", "positive scale", "same"),
        ("[1, 2, 2]", "[2, 1, 2]", "permutation", "same"),
        ("[1, 2, 2]", "[2, 1, 1]", "permutation", "different"),
        ("[1, 2]", "[1, 2, 3]", "scale", "different"),
        ("[1, 2]", "[1, 2]", "permutation", "same"),
    ],
)
def test_vectors_count_up_to_what_the_policy_says(expected: str, got: str, up_to: UpTo, outcome: str) -> None:
    one, other = (read(text, SYMBOLS, "plain") for text in (expected, got))
    assert decide(one, other, SYMBOLS, policy=Policy(vectors=up_to)).outcome == outcome
