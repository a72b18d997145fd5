"""Whatever is typed, a reader answers at once with a tree or with words for its author."""

from __future__ import annotations

import warnings
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seconds import cpu_s

from grader.errors import StudentError
from grader.maths.names import NONE, Symbols, declare
from grader.maths.notation import read, to_latex, to_mathml, to_text
from grader.types import Notation

NOTATIONS: list[Notation] = ["plain", "latex", "python"]
DECLARED: Symbols = declare(
    {
        "w2": {"scalar": "real"},
        "x": {"vector": "n"},
        "f": {"function": "elementwise"},
        "z": {"scalar": "complex"},
    },
    [{"n": 3}],
)
PIECES = st.sampled_from(
    (
        r"x y n i e d T I f 1 2 0.5 3, ( ) [ ] { } \{ \} | || \| + - * / ^ _ = < > <= != ! % & ; : . "
        r"' ^2 ^{2} ^T ^{-1} ^\circ _i _{i} \frac \sqrt \sum_{i=1}^n \int_0^1 dx \lim_{x\to0} "
        r"\frac{d}{dx} \left \right \begin{cases} \end{cases} \begin{pmatrix} \end{pmatrix} \\ \text{if} "
        r"\mathbb{R} \bar{z} \hat x "
        r"\in \cup \pm \land \mathbf{1} \log_2 \sin \max √ ² ∑ ∫ ∈ ∞ ½ if else and or not for lambda "
        r"**2 x[0] "
        "sum( Sum(x,(i,1,n)) Interval(0,1) [[1,2],[3,4]] ]0,1[ \ud800 \0 \u202e \u200b é 中"
    ).split(" ")
)
HOSTILE = [
    *("w2" * 1000, "x" * 4000, "9**9**9", "9^9^9", "x^{10^{9}}", "1e99999999", "2" + "**n" * 700),
    *("(" * 10_000, "[" * 4000, "{" * 4000, "\\left(" * 600, "|" * 4000, "'" * 4000, "-" * 4000),
    *("x_{" * 1300, "x^{" * 1300, "\\frac" * 700, "\\hat{" * 600, "\\sum_" * 700, "\\int " * 700),
    *("2^" * 1900 + "2", "a/" * 1900 + "2", "1 " * 2000, "x'" * 1900, "x_" * 1900, "not " * 900),
    *("\\begin{cases}" * 300, "\\frac{d" * 500, "d/d" * 1000, "a^b_c" * 700, "x if " * 700, "!" * 4000),
    *("\ud800", "x\0y", "\u202e2x", "x" * 1_000_000, "\\" * 3999, "\\mathbf{" * 400, "1and 2"),
    # Nested where a reader or writer might try twice.
    *("|" * 60 + ".543" + "|" * 60, "1[" * 50 + "x" + "]" * 50, "1[" * 50 + "x" + ",2]" * 50),
    *("a*2\\frac{" * 50 + "x" + "}{1}" * 50, "\\sqrt[3]{" * 30 + "x" + "}" * 30),
    *("\\binom{" * 50 + "x" + "}{2}" * 50, "abs(" * 50 + "x" + ")" * 50),
    *("0x1for x in y", "factorial(10**9)", "\\text{if}" * 400, "\\sqrt" * 700, "1," * 1900),
    *("lambda: 1", "f'{x}'", "x := 3", "[x for x in y]", "*x", "**x", "x.__class__", "__import__('os')"),
]


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("undeclared", [False, True])
def test_hostile_formulas_are_answered_at_once(notation: Notation, undeclared: bool) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for text in HOSTILE:
            assert cpu_s(partial(_answered, text, notation, undeclared)) < 0.5, text[:40]


def _answered(text: str, notation: Notation, undeclared: bool) -> None:
    try:
        tree = read(text, DECLARED, notation, undeclared=undeclared)
    except StudentError as error:
        assert str(error)
    else:
        to_text(tree), to_latex(tree), to_mathml(tree)


@pytest.mark.parametrize("text", ["1and 2", "x.1and y", "1ifx y", "2e0_1or x", "x1.5in y"])
def test_numbers_before_words_bring_no_warning_of_pythons_own(text: str) -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            read(text, DECLARED, "python", undeclared=True)
        except StudentError as error:
            assert str(error)
    assert told == []


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.lists(PIECES, max_size=14).map(" ".join),
        st.lists(PIECES, max_size=14).map("".join),
        st.text(max_size=30),
    ),
    st.sampled_from(NOTATIONS),
    st.booleans(),
)
def test_no_text_crashes_a_reader(text: str, notation: Notation, undeclared: bool) -> None:
    for symbols in (NONE, DECLARED):
        try:
            tree = read(text, symbols, notation, undeclared=undeclared)
        except StudentError as error:
            assert str(error)
        else:
            to_text(tree), to_latex(tree), to_mathml(tree)


def test_what_is_kept_of_spellings_is_bounded() -> None:
    symbols = declare({"x": {"scalar": "real"}})
    for index in range(5_000):
        read(f"x + {index}", symbols, "plain")
    kept = symbols.read["plain", False, False].known
    assert len(kept) <= 4_000
