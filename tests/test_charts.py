"""Charts are whole SVG, exact in their shares, and escape what they are given."""

from __future__ import annotations

from fractions import Fraction
from xml.etree.ElementTree import Element, fromstring, tostring

import pytest

from grader.pages.charts import definitions, histogram, icon, stacked_bar
from grader.types import Outcome

EDGES = ["0", "50", "100%"]


def read(svg: str) -> Element:
    return fromstring(svg)  # noqa: S314 (our own charts)


def widths(svg: str) -> list[tuple[str, str, str]]:
    return [
        (rect.get("class", ""), rect.get("x", ""), rect.get("width", "")) for rect in read(svg).iter("rect")
    ]


def test_a_bar_is_cut_by_weight() -> None:
    bar = stacked_bar([("correct", Fraction(1)), ("lost", Fraction(0)), ("undecided", Fraction(3))])
    assert widths(bar) == [("fill-correct", "0.00%", "25.00%"), ("fill-undecided", "25.00%", "75.00%")]


@pytest.mark.parametrize("weights", [[], [Fraction(0)], [Fraction(-1)]])
def test_a_bar_without_weight_is_empty(weights: list[Fraction]) -> None:
    assert widths(stacked_bar([("correct", weight) for weight in weights])) == []


def test_a_bar_is_silent_because_the_numbers_stand_beside_it() -> None:
    assert 'aria-hidden="true"' in stacked_bar([("correct", Fraction(1))])


def test_every_outcome_has_an_icon_of_its_own() -> None:
    defined = {each.get("id"): tostring(each) for each in read(definitions()).iter("symbol")}
    assert set(defined) == {f"icon-{outcome.value}" for outcome in Outcome}
    assert len({text.split(b">", 1)[1] for text in defined.values()}) == len(defined)


def test_an_icon_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        icon("other")


def test_the_tallest_column_fills_the_plot_and_empty_ones_are_not_drawn() -> None:
    chart = read(histogram([2, 4], EDGES, "two and four"))
    assert [rect.get("height") for rect in chart.iter("rect")] == ["75.0", "150.0"]
    assert not list(read(histogram([0, 0], EDGES, "none")).iter("rect"))


def test_a_histogram_is_an_image_with_words() -> None:
    chart = read(histogram([1, 0], EDGES, 'a "quoted" <label>'))
    assert (chart.get("role"), chart.get("aria-label")) == ("img", 'a "quoted" <label>')


def test_edges_and_columns_must_fit() -> None:
    with pytest.raises(ValueError, match="2 columns need 3 edges"):
        histogram([1, 2], ["0", "1"], "")
