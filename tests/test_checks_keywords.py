"""Keywords with synonyms."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest

from grader.checks import OptionError, Setting, keywords
from grader.maths.names import NONE
from grader.options import OptionsError
from grader.types import Answer, Checklist, Outcome, Place, Verdict

SETTING = Setting(NONE, {})
EDGES = {"any_of": ["edge", "boundary", "contour", "Laplacian"], "refuse": ["corner", "blur"]}
FIELD = {
    "groups": [
        {"words": ["kernel size", "filter size"], "as": "kernel size"},
        {"words": ["stride"]},
        {"words": ["depth", "number of layers", "layer"], "as": "depth"},
        {"words": ["pooling", "pool size"], "as": "pooling"},
    ],
    "need": 3,
}


def judge(text: str, options: Mapping[str, object]) -> Verdict:
    prepared = keywords.prepare(keywords.Options.model_validate(options), SETTING)
    return keywords.judge(prepared, Answer("3.3", text, Place("a.md")))


def checklist(verdict: Verdict) -> Checklist:
    (found,) = (evidence for evidence in verdict.evidence if isinstance(evidence, Checklist))
    return found


@pytest.mark.parametrize(
    ("text", "suggested"),
    [
        ("Edges.", 1),
        ("It detects the boundaries of objects", 1),
        ("the CONTOURS", 1),
        ("a discrete Laplacian", 1),
        ("It blurs the image.", 0),
        ("corners", 0),
        ("Nothing in particular", 0),
        ("knowledge of hedges", 0),
        ("Edges and corners", None),
        ("It does not detect edges.", None),
        ("Edges, not corners.", None),
    ],
)
def test_synonyms_and_their_plurals_suggest_a_credit(text: str, suggested: int | None) -> None:
    verdict = judge(text, EDGES)
    assert (verdict.outcome, verdict.credit) == (Outcome.UNDECIDED, None)
    assert checklist(verdict).suggested == suggested


@pytest.mark.parametrize(
    ("text", "suggested"),
    [
        ("kernel size, stride and number of layers", Fraction(1)),
        ("kernel-size, strides, pooling, depth", Fraction(1)),
        ("The filter sizes and the stride", Fraction(2, 3)),
        ("stride, stride, stride", Fraction(1, 3)),
        ("learning rate", Fraction(0)),
    ],
)
def test_the_suggestion_is_the_share_of_what_is_needed(text: str, suggested: Fraction) -> None:
    assert checklist(judge(text, FIELD)).suggested == suggested


def test_the_items_say_what_was_found_and_how() -> None:
    items = checklist(judge("Filter sizes and padding, stride", {**FIELD, "refuse": ["padding"]})).items
    assert items == (
        "kernel size: found as “Filter sizes”",
        "stride: found",
        "depth: not found",
        "pooling: not found",
        "also says “padding”, which is not asked for",
    )


@pytest.mark.parametrize(
    "text", ["", "<script>edge</script>", "edge " * 200_000, "(" * 10_000, "NaN", "9**9**9", "not " * 250_000]
)
def test_hostile_text_still_only_suggests(text: str) -> None:
    assert judge(text, EDGES).outcome is Outcome.UNDECIDED


@pytest.mark.parametrize(
    "options",
    [{}, {"any_of": ["a"], "groups": [{"words": ["b"]}]}, {"groups": [{"words": []}]}, {"any": ["a"]}],
)
def test_options_that_look_for_nothing_are_refused(options: Mapping[str, object]) -> None:
    with pytest.raises(OptionsError):
        keywords.Options.model_validate(options)


@pytest.mark.parametrize("options", [{"any_of": ["a"], "need": 2}, {"any_of": ["edge"], "refuse": ["Edge"]}])
def test_options_that_contradict_themselves_are_refused(options: Mapping[str, object]) -> None:
    with pytest.raises(OptionError):
        judge("a", options)


def test_the_sample_has_enough_of_the_ideas() -> None:
    prepared = keywords.prepare(keywords.Options.model_validate(FIELD), SETTING)
    (sample,) = keywords.samples(prepared)
    assert sample.credit is None
    assert checklist(judge(sample.text, FIELD)).suggested == 1
