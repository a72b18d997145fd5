"""YAML is read as text, with lines; what could surprise is refused by name, line and column."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import StudentError
from grader.yamltext import MAX_BYTES, MAX_DEPTH, Path, YamlError, load


def refused(text: str) -> YamlError:
    with pytest.raises(YamlError) as caught:
        load(text, name="hw.yaml")
    return caught.value


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("2.10: no", {"2.10": "no"}),
        ("a: 010\nb: 1_000\nc: 1e3\nd: 12:30", {"a": "010", "b": "1_000", "c": "1e3", "d": "12:30"}),
        ("a: 2024-01-01", {"a": "2024-01-01"}),
        ("a: null\nb: ~\nc: true", {"a": "null", "b": "~", "c": "true"}),
        ("a:", {"a": ""}),
        ("", ""),
        ("# nothing\n", ""),
        ("a: [[1, 2.50], [3, -4]]", {"a": [["1", "2.50"], ["3", "-4"]]}),
        (r"a: '\eta^*'", {"a": r"\eta^*"}),
        ("a: n norm(X' a)^2", {"a": "n norm(X' a)^2"}),
        ('a: "x\\ny"', {"a": "x\ny"}),
        ('{"a": "\\\\eta", "b": [1, null]}', {"a": "\\eta", "b": ["1", "null"]}),
        ("a: |\n  x\n  y\nb: z", {"a": "x\ny\n", "b": "z"}),
        ("\ufeffa: 1", {"a": "1"}),
        ("---\na: 1\n...\n", {"a": "1"}),
        ("- 1\n- \n- {a: b}", ["1", "", {"a": "b"}]),
        ("? a\n: b", {"a": "b"}),
    ],
)
def test_every_scalar_is_the_text_as_it_was_typed(text: str, data: Any) -> None:
    assert load(text, name="hw.yaml").data == data


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        (("parts",), 3, 1),
        (("parts", "1.1"), 4, 3),
        (("parts", "1.1", "items", 1), 7, 9),
        (("parts", "1.2", "mistakes", 0, "say"), 9, 27),
        (("parts", "1.2", "points"), 8, 3),
        ((), 1, 1),
    ],
)
def test_a_place_is_that_of_the_key_or_entry_and_else_of_the_nearest_parent(
    path: Path, line: int, column: int
) -> None:
    loaded = load(
        "assignment: hw\n"
        "# comment\n"
        "parts:\n"
        "  1.1:\n"
        "    items:\n"
        "      - one\n"
        "      - two\n"
        "  1.2:\n"
        "    mistakes: [{is: '1',  say: no}]\n",
        name="hw.yaml",
    )
    assert (loaded.line(path), loaded.column(path)) == (line, column)


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("a: 1\nb: 2\na: 3", 3, 1, "the key 'a' a second time (first on line 1)"),
        ("x: {a: 1, a: 2}", 1, 11, "the key 'a' a second time"),
        ("a: &x 1", 1, 4, "an anchor, &x"),
        ("a: *x", 1, 4, "an alias, *x"),
        ("a: !!python/object:os.system 1", 1, 4, "a tag, tag:yaml.org,2002:python/object"),
        ("a: !x 1", 1, 4, "a tag, !x"),
        ("<<: {a: 1}", 1, 1, "a merge key"),
        ("a: 1\n---\nb: 2", 2, 1, "a second document"),
        ("? [a]\n: 1", 1, 3, "a list or mapping as a key"),
        ("a: b: c", 1, 5, "a second `: ` in one line"),
        ("a:\n\tb: 1", 2, 1, "a tab; indent with spaces"),
        ("a: @x", 1, 4, "a sign that cannot begin a value"),
        ("a: [1, 2", 1, 9, "a list that is not closed"),
        ("a: {b", 1, 6, "a { that is not closed"),
        ("a: 'x", 1, 6, "a quote that is never closed"),
        ("a: 'x' y", 1, 8, "does not fit what stands before it"),
        ("a: 1\n b: 2", 2, 3, "a second `: ` in one line"),
        ("a: - 1", 1, 4, "a `- ` in the middle of a line"),
        ("a: \x00", 1, 4, "U+0000"),
        ("ab: x\nc: \ud800", 2, 4, "U+D800"),
        ('a: "\\U99999999"', 1, 1, "this is not YAML"),
        ("%YAML 9.9\n---\na: 1", 1, 1, "not YAML"),
    ],
)
def test_what_is_refused_is_named_with_its_line_and_column(
    text: str, line: int, column: int, words: str
) -> None:
    error = refused(text)
    assert (error.line, error.column) == (line, column)
    assert f"hw.yaml, line {line}, column {column}: " in str(error)
    assert words in str(error)


@pytest.mark.parametrize(
    "text", [r'"\eta"', r'"2\nabla f"', r'"\frac{1}{2}"', r'"\beta"', r'"\theta"', r'"\sum x"']
)
def test_latex_in_double_quotes_is_refused_instead_of_being_read_as_control_characters(text: str) -> None:
    error = refused(f"a: {text}")
    assert "put the text in single quotes, or double every backslash" in str(error)


def test_a_refusal_is_a_student_error_with_a_code_for_the_marks() -> None:
    assert isinstance(refused("a: *x"), StudentError)
    assert refused("a: *x").code == "yaml"


def test_messages_do_not_repeat_a_huge_name() -> None:
    assert len(str(refused("a: &" + "x" * 10_000 + " 1"))) < 300


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[" * 1_000_000, "larger than 256 KiB"),
        ("é" * MAX_BYTES, "larger than 256 KiB"),
        ("[" * 200_000, f"more than {MAX_DEPTH} levels"),
        ("- " * 100_000, f"more than {MAX_DEPTH} levels"),
        ("{" * 200_000, "a list or mapping as a key"),
        ("a: [" + "1," * 120_000 + "1]", "more than 20000 values"),
    ],
)
def test_a_bomb_is_refused_within_seconds(text: str, words: str) -> None:
    start = time.process_time()
    assert words in str(refused(text))
    assert time.process_time() - start < 10


_TREES = st.recursive(
    st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S", "Zs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc.1", min_size=1), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(_TREES)
def test_json_of_texts_is_read_back_as_it_was(tree: Any) -> None:
    assert load(json.dumps(tree), name="hw.json").data == tree


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        load(text, name="hw.yaml")
    except YamlError as error:
        assert error.line >= 1
