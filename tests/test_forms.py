"""Forms are questions of their own: how a formula is written, with the reason and the part at fault."""

from __future__ import annotations

import pytest

from grader.maths.names import declare
from grader.maths.notation import read, to_text
from grader.maths.why.forms import NAMES, check_form, parse_form

SYMBOLS = declare(
    {
        "x": {"scalar": "real"},
        "y": {"scalar": "real"},
        "A": {"matrix": ["d", "d"]},
        "B": {"matrix": ["d", "d"]},
    },
    [{"d": 3}],
)

YES = {
    "factored": [
        *("(x - 1)(x + 2)", "3 (x - 1)^2 (x + 2)", "x (x + 1)", "-2 x^3", "x^2 + 1", "x^2 - 2", "7", "x"),
        *("(x + y)(x - y)", "1/2 (x - 1)", "(x - 1)(x + 1) / 2", "(x + 1) / (x - 1)"),
    ],
    "expanded": ["x^2 - 1", "x^2 + 2 x y + y^2", "3 x", "-x^3 + x/2", "5", "x^2 y - y"],
    "collected": ["2 x + y", "x^2 + x + 1", "x y + x"],
    "completed square": ["(x - 1)^2 + 4", "2 (x + 1/2)^2 - 3", "(x + 3)^2", "-(x - 2)^2 + 1"],
    "lowest terms": ["1/2", "-3/4", "x/2", "(x + 1)/(x - 1)", "5", "x", "3/(2 x)"],
    "single fraction": ["1/2", "(x + 1)/(x - 1)", "x", "-x/3", "(2 x + 1)/(x y)"],
    "no fraction": ["x + 1", "3 x^2"],
    "partial fractions": [
        *("1/(x - 1) + 2/(x + 1)", "x + 1/(x - 2)", "3/(x - 1)^2 + 1/(x - 1)", "(x + 1)/(x^2 + 1)"),
        *("1/2 * 1/(x - 1) - 1/(2 (x + 1))",),
    ],
    "no decimals": ["1/2", "x + 3"],
    "integer": ["7", "-3"],
    "number": ["7", "-3/4", "0.5"],
    "3 figures": ["1.23", "0.00123", "-4.50", "123", "1200"],
    "2 decimals": ["1.23", "0.50"],
    "no sqrt": ["x^2", "log(x)"],
    "no log": ["x + exp(x)"],
    "no inverse of a product": ["A^-1 B^-1", "inv(A) B"],
}
NO = {
    "factored": [
        *(
            "x^2 - 1",
            "(x - 1)(x^2 - 4)",
            "x^2 + 2 x",
            "2 x + 2",
            "x^2 + 2 x y + y^2",
            "(x - 1)(x - 2) + x - 1",
        ),
        "(x^2 - 1) / 2",
    ],
    "expanded": ["(x + 1)^2", "x (x + 1)", "-(x + 1)", "x + x", "(x y)^2", "2 (x + y)"],
    "collected": ["x + 2 x", "x y + y x", "3 + 4", "x/2 + x"],
    "completed square": ["x^2 + 2 x + 1", "(x - 1)^2 + x", "x^2 + (x + 1)^2", "x + 1"],
    "lowest terms": ["2/4", "6/3", "(x^2 - 1)/(x - 1)", "2 x / 4", "x / (x y)", "4/1"],
    "single fraction": ["1/x + 1/y", "x + 1/2", "(1/x)/(1 + x)", "2 x^-1"],
    "no fraction": ["1/2", "x/y", "x^-1"],
    "partial fractions": ["1/((x - 1)(x + 1))", "x^2/(x - 1)", "1/(x - 1) + 2/(x - 1)", "1/(x^2 - 1)"],
    "no decimals": ["0.5", "x + 1.0"],
    "integer": ["7/1", "2 + 5", "3.0", "x"],
    "number": ["2 + 3", "2/4", "2 * 3"],
    "3 figures": ["1.2", "0.1234", "1.230", "12"],
    "2 decimals": ["1.2", "3", "0.123"],
    "no sqrt": ["sqrt(2) x", "x^(1/2)", "1 + sqrt(x)"],
    "no log": ["log(x) + 1"],
    "no inverse of a product": ["(A B)^-1", "inv(A B)"],
}


@pytest.mark.parametrize(("form", "text"), [(form, text) for form, texts in YES.items() for text in texts])
def test_a_form_that_holds(form: str, text: str) -> None:
    found = check_form(read(text, SYMBOLS, "plain"), form)
    assert found.holds, found.why
    assert bool(found)


@pytest.mark.parametrize(("form", "text"), [(form, text) for form, texts in NO.items() for text in texts])
def test_a_form_that_does_not_hold_says_why_and_where(form: str, text: str) -> None:
    found = check_form(read(text, SYMBOLS, "plain"), form)
    assert found.holds is False
    assert found.why.endswith(".")
    assert found.place is not None
    assert to_text(found.place)


@pytest.mark.parametrize("form", ["fancy", "", "0 figures", "no 3", "factored fully please"])
def test_a_form_nobody_knows_is_a_fault_that_names_those_there_are(form: str) -> None:
    with pytest.raises(ValueError, match="factored"):
        parse_form(form)


@pytest.mark.parametrize("form", [*NAMES, "3 figures", "2 decimals", "no sqrt"])
@pytest.mark.parametrize(
    "text", ["x^400 - 1", "(x + y)^60", "1/0", "x^x + sin(x)", "A B", "[x, y]", "x <= 2"]
)
def test_no_form_fails_or_takes_long(form: str, text: str) -> None:
    assert check_form(read(text, SYMBOLS, "plain"), form).holds in (True, False, None)


def test_spellings_of_a_form_meet() -> None:
    node = read("2/4", SYMBOLS, "plain")
    assert check_form(node, "Lowest-terms") == check_form(node, "lowest_terms")
