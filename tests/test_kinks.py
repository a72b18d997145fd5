"""The places where a formula bends, jumps or ends are found exactly where that is possible."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from grader.maths.names import NONE, Symbols, declare, open_symbols
from grader.maths.notation import read
from grader.maths.sameness import kinks
from grader.maths.tree import Node
from grader.maths.values.real import Sample, draw_sample


def _node(text: str) -> Node:
    return read(text, NONE, "python", undeclared=True)


def _sample(symbols: Symbols) -> Sample:
    return draw_sample(symbols, Random(1), {}, 0, counting=None)  # noqa: S311


def _places(text: str) -> list[Fraction]:
    node = _node(text)
    symbols = open_symbols([node])
    sample = _sample(symbols)
    found = [root for part in kinks.parts(node, symbols) for root in kinks.roots(part, sample, "x")]
    return sorted({Fraction(int(root.p), int(root.q)) for root in found})


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("abs(x)", [0]),
        ("abs(3*x-1)", [Fraction(1, 3)]),
        ("max(-1,min(1,x))", [1]),
        ("sqrt(x-10)", [10]),
        ("sqrt(x**2+2*x+1)", [-1]),
        ("log(x**2-4)", [-2, 2]),
        ("1/((x-1)*(x+5))", [-5, 1]),
        ("floor(2*x)", [-1, Fraction(-1, 2), 0, Fraction(1, 2), 1, Fraction(3, 2)]),
        ("asin(x/2)", [-2, 0, 2]),
        ("abs(exp(x)-1)", [0]),
        ("log(1+exp(x))", []),
        ("sqrt(1+x**2)", []),
    ],
)
def test_the_places_of_a_formula(text: str, places: list[Fraction]) -> None:
    found = _places(text)
    assert set(map(Fraction, places)) <= set(found)
    assert bool(found) == bool(places)


def test_a_place_that_is_not_rational_is_met_closely() -> None:
    assert float(_places("abs(x**2-2)")[1]) == pytest.approx(2**0.5, abs=1e-12)
    assert float(_places("abs(cos(x))")[-1]) != 0


def test_there_are_points_at_before_behind_and_between() -> None:
    node = _node("abs(x-1)+abs(x-3)")
    symbols = open_symbols([node])
    around = kinks.around(kinks.parts(node, symbols), [_sample(symbols)], ["x"])
    values = [Fraction(int(s.values["x"].p), int(s.values["x"].q)) for s in around]
    assert {1, 2, 3} <= set(values)
    assert any(0 < 1 - value < Fraction(1, 10**6) for value in values)
    assert any(0 < value - 1 < Fraction(1, 10**6) for value in values)
    assert min(values) < 0
    assert max(values) > 5


def test_positive_names_stay_positive() -> None:
    symbols = declare({"x": {"scalar": "positive"}})
    node = Node("call", (Node("symbol", (), "x"),), ("abs", 0))
    assert kinks.parts(node, symbols) == []
    values = [s.values["x"] for s in kinks.around([Node("symbol", (), "x")], [_sample(symbols)], ["x"])]
    assert all(value > 0 for value in values)
