"""Some ideas out of several accepted ones."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations, permutations

import pytest

from grader.checks import OptionError, Setting, choose
from grader.maths.names import NONE
from grader.options import OptionsError
from grader.types import Answer, Checklist, Outcome, Place, Verdict

FIELD: Mapping[str, object] = {
    "need": "3",
    "ideas": [
        {"words": ["kernel size", "filter size", "kernel"], "as": "the size of the kernel"},
        {"words": ["stride"]},
        {"words": ["depth", "number of layers", "layer", "deeper"], "as": "the number of layers"},
        {"words": ["pooling", "max-pool"]},
        {"words": ["dilation", "dilated"]},
    ],
    "wrong": [{"words": ["number of channels", "channel"], "say": "Channels do not widen the field."}],
}


def judge(text: str, options: Mapping[str, object] = FIELD) -> Verdict:
    prepared = choose.prepare(choose.Options.model_validate(options), Setting(NONE, {}))
    return choose.judge(prepared, Answer("3.3", text, Place("a.md")))


@pytest.mark.parametrize(
    "text",
    [
        "kernel size, stride, number of layers",
        "Dilation, pooling and the depth of the network",
        "- the filter sizes\n- the strides\n- max-pooling",
        "1. Increase the kernel size\n2. use larger strides\n3. more layers",
        "We can change: a) the stride, b) the size of the kernel, c) dilated convolutions.",
        "(i) kernel size; (ii) stride; (iii) depth; (iv) dilation",
        "\\begin{enumerate}\\item stride \\item \\textbf{pooling} \\item kernel size\\end{enumerate}",
        "Stride. Pooling. Depth.",
        "Kernel size (a bigger window sees more, and so on), stride (steps add up), depth (each layer adds)",
    ],
)
def test_a_plain_list_of_enough_ideas_is_right(text: str) -> None:
    verdict = judge(text)
    assert verdict.outcome is Outcome.CORRECT, (verdict.message, verdict.evidence)


@pytest.mark.parametrize(
    ("text", "credit", "said"),
    [
        ("stride, pooling", Fraction(2, 3), "2 of 3 are here: stride, pooling."),
        ("stride, strides, the stride", Fraction(1, 3), "1 of 3 are here: stride."),
        ("kernel size, filter size, pooling", Fraction(2, 3), "2 of 3"),
        ("stride, pooling, number of channels", Fraction(2, 3), "Channels do not widen the field."),
        ("the number of channels", Fraction(0), "0 of 3 are here. Channels do not widen the field."),
    ],
)
def test_fewer_ideas_earn_their_share(text: str, credit: Fraction, said: str) -> None:
    verdict = judge(text)
    assert verdict.credit == credit
    assert said in verdict.message


@pytest.mark.parametrize(
    ("text", "suggested"),
    [
        ("kernel size, stride and the learning rate", Fraction(2, 3)),
        ("kernel size, stride, not the depth", None),
        ("kernel size, stride, depth (not really)", 1),
        ("kernel size, stride, depth, number of channels", None),
        ("The kernel size matters because each output sees that many pixels, and so do stride and depth.", 1),
        ("padding", 0),
        ("kernel size or stride, pooling, depth", 1),
        ("", 0),
    ],
)
def test_what_is_not_a_plain_list_waits_with_a_suggestion(
    text: str, suggested: Fraction | int | None
) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.credit) == (Outcome.UNDECIDED, None)
    (found,) = (one for one in verdict.evidence if isinstance(one, Checklist))
    assert found.suggested == suggested


def test_any_ideas_in_any_order_are_as_good_as_any_other() -> None:
    words = ["kernel size", "stride", "depth", "pooling", "dilation"]
    assert all(
        judge(", ".join(order)).outcome is Outcome.CORRECT
        for three in combinations(words, 3)
        for order in permutations(three)
    )


@pytest.mark.parametrize(
    "text", ["stride " * 20_000, ", " * 50_000, "<script>stride</script>", "- " * 20_000]
)
def test_hostile_text_earns_nothing_by_itself(text: str) -> None:
    assert judge(text).credit is None


@pytest.mark.parametrize(
    "options",
    [
        {**FIELD, "need": "6"},
        {**FIELD, "wrong": [{"words": ["Stride"]}]},
    ],
)
def test_options_that_contradict_themselves_are_refused(options: Mapping[str, object]) -> None:
    with pytest.raises(OptionError):
        judge("stride", options)


def test_options_without_ideas_are_refused() -> None:
    with pytest.raises(OptionsError):
        judge("stride", {"need": "1", "ideas": []})


def test_every_sample_gets_its_credit() -> None:
    prepared = choose.prepare(choose.Options.model_validate(FIELD), Setting(NONE, {}))
    for sample in choose.samples(prepared):
        assert choose.judge(prepared, Answer("3.3", sample.text, Place("a.md"))).credit == sample.credit


EXPLAINED = (
    "1) Depth. Each further layer adds to it.\n\n- 2) The stride: steps go further.\n\n"
    "(3) Kernel size \N{EN DASH} it is seen at once."
)


def test_of_items_that_explain_themselves_the_beginning_counts() -> None:
    assert judge(EXPLAINED).credit == 1
    assert judge(EXPLAINED.replace("steps go further", "it does not matter")).credit is None
    assert judge(EXPLAINED.replace("The stride", "The weather")).credit is None


def test_an_equation_beside_the_ideas_is_none_of_them() -> None:
    assert judge("$$k = 3$$\n\nstride, depth, dilation").credit == 1
    assert judge("$k = 3$. The stride, the depth, dilation").credit == 1
