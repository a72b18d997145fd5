"""Options are read from texts into frozen dataclasses, or refused with everything that does not fit."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from fractions import Fraction
from typing import Annotated, Any, Literal

import pytest

from grader.options import By, Options, OptionsError, Size


def _fraction(value: object) -> Fraction:
    try:
        return Fraction(str(value))
    except ValueError:
        raise ValueError("meant a fraction") from None


class Item(Options):
    is_: str
    credit: Annotated[Fraction, By(_fraction)] = Fraction(0)


class Everything(Options):
    text: str
    kind: Literal["row", "column"] = "row"
    words: Annotated[tuple[str, ...], Size(1)] = ("none",)
    pair: Annotated[tuple[str, ...], Size(2, 2)] | None = None
    items: tuple[Item, ...] = ()
    one: Item | None = None
    need: Annotated[int, Size(1)] = 1
    rule: Annotated[Any, By(str)] = "default"

    def __post_init__(self) -> None:
        if self.text == "row" and self.kind == "row":
            raise ValueError("meant a text or a kind")


def mismatches(data: object) -> list[tuple[tuple[str | int, ...], str, str]]:
    with pytest.raises(OptionsError) as caught:
        Everything.model_validate(data)
    return [(one.path, one.found, one.meant) for one in caught.value.mismatches]


def test_texts_become_typed_values() -> None:
    read = Everything.model_validate(
        {
            "text": "x",
            "kind": "column",
            "words": ["a", "b"],
            "pair": ["c", "d"],
            "items": [{"is": "3", "credit": "0.5"}],
            "one": {"is": "4"},
            "need": "2",
            "rule": 7,
        }
    )
    assert read == Everything(
        text="x",
        kind="column",
        words=("a", "b"),
        pair=("c", "d"),
        items=(Item(is_="3", credit=Fraction(1, 2)),),
        one=Item(is_="4"),
        need=2,
        rule="7",
    )


def test_options_cannot_be_changed() -> None:
    read = Item.model_validate({"is": "3"})
    with pytest.raises(FrozenInstanceError):
        read.is_ = "4"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("data", "path", "found", "meant"),
    [
        ("words", (), "'words'", "a mapping with text, kind"),
        ({}, ("text",), "no `text:`", "a value for text"),
        ({"text": ["x"]}, ("text",), "a list of 1", "a text"),
        ({"text": "x", "knd": "row"}, ("knd",), "the key 'knd'", "did you mean 'kind'?"),
        ({"text": "x", "kind": "colunm"}, ("kind",), "'colunm'", "did you mean 'column'?"),
        ({"text": "x", "kind": "page"}, ("kind",), "'page'", "one of row, column"),
        ({"text": "x", "words": "a"}, ("words",), "'a'", "a list"),
        ({"text": "x", "words": []}, ("words",), "a list of 0", "at least 1"),
        ({"text": "x", "words": ["a", ["b"]]}, ("words", 1), "a list of 1", "a text"),
        ({"text": "x", "pair": ["a"]}, ("pair",), "a list of 1", "exactly 2"),
        ({"text": "x", "items": [{"is": "1"}, {}]}, ("items", 1, "is"), "no `is:`", "a value for is"),
        ({"text": "x", "items": [{"is_": "1"}]}, ("items", 0, "is_"), "the key 'is_'", "did you mean 'is'?"),
        ({"text": "x", "items": ["a"]}, ("items", 0), "'a'", "a mapping with is, credit"),
        ({"text": "x", "one": {"is": "1", "credit": "half"}}, ("one", "credit"), "'half'", "a fraction"),
        ({"text": "x", "need": "0"}, ("need",), "'0'", "at least 1"),
        ({"text": "x", "need": "1.5"}, ("need",), "'1.5'", "a whole number"),
        ({"text": "x", "need": ""}, ("need",), "nothing", "a whole number"),
        ({"text": "row"}, (), "text", "a text or a kind"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_with_its_path(
    data: object, path: tuple[str | int, ...], found: str, meant: str
) -> None:
    (at, said, wanted) = mismatches(data)[0]
    assert (at, said) == (path, found)
    assert meant in wanted


def test_everything_that_does_not_fit_is_said_at_once() -> None:
    paths = [path for path, _, _ in mismatches({"kind": "x", "one": {}, "more": ""})]
    assert paths == [("more",), ("text",), ("kind",), ("one", "is")]


def test_a_rule_that_nobody_understands_is_refused() -> None:
    class Odd(Options):
        text: Annotated[str, "at most 3"]

    with pytest.raises(TypeError, match=r"Odd\.text has a rule"):
        Odd.model_validate({"text": "x"})
