"""A chain of equalities is checked link by link, and the first line that does not follow is named."""

from __future__ import annotations

import pytest

from grader.errors import StudentError
from grader.maths.names import declare
from grader.maths.notation import read
from grader.maths.why.derivation import check_chain, check_relation
from grader.types import Notation

SYMBOLS = declare(
    {
        "X": {"matrix": ["n", "d"], "rank": "full"},
        "A": {"matrix": ["d", "d"]},
        "B": {"matrix": ["d", "d"]},
        "t": {"vector": "n"},
        "w": {"vector": "d"},
        "x": {"scalar": "real"},
        "y": {"scalar": "real"},
        "eta": {"scalar": "positive"},
        "sigma": {"function": "elementwise", "is": "logistic"},
    },
    [{"n": 3, "d": 5}],
)


@pytest.mark.parametrize(
    ("text", "notation"),
    [
        ("(x + 1)^2 = x^2 + 2 x + 1", "plain"),
        ("(x + 1)^2 = (x + 1)(x + 1) = x^2 + 2 x + 1", "plain"),
        ("norm(X w - t)^2\n= (X w - t)' (X w - t)\n= w' X' X w - 2 t' X w + t' t", "plain"),
        ("L = norm(X w - t)^2\nL = w' X' X w - 2 t' X w + norm(t)^2", "plain"),
        ("dL/dw = 2 X' (X w - t) = 2 X' X w - 2 X' t", "plain"),
        ("x^2 - 1\n(x - 1)(x + 1)", "plain"),
        (r"\begin{aligned} (AB)^{-1} &= B^{-1} A^{-1} \\ &= B^{-1} A^{-1} I \end{aligned}", "latex"),
        (r"J &= \|Xw - t\|^2 \\ &= w^\top X^\top X w - 2 t^\top X w + t^\top t", "latex"),
        ("sigma'(x) = sigma(x) (1 - sigma(x)) = sigma(x) - sigma(x)^2", "plain"),
        ("L = q^2 = (x + y)^2 where q = x + y", "plain"),
        ("eta = 2 x + 4 y = 2 (x + 2 y)", "plain"),
        ("1/3 ≈ 0.333", "plain"),
        ("2/3 = 0.6667", "plain"),
        (r"\sqrt{2} \approx 1.414", "latex"),
    ],
)
def test_a_chain_that_follows(text: str, notation: Notation) -> None:
    found = check_chain(text, SYMBOLS, notation)
    assert found.outcome == "same", found
    assert found.first_wrong is None


@pytest.mark.parametrize(
    ("text", "line", "right"),
    [
        ("(x + 1)^2 = x^2 + 1", 1, "x^2 + 1"),
        ("(x + 1)^2\n= x^2 + 2 x + 1\n= x^2 + 2 (x + 1)", 3, "x^2 + 2 (x + 1)"),
        ("L = norm(X w - t)^2\n= w' X' X w - t' X w + t' t\n= w' X' X w - t' X w + norm(t)^2", 2, None),
        ("(A B)^-1 = A^-1 B^-1", 1, None),
        ("(A B)' w = A' B' w = A' (B' w)", 1, None),
        ("X' (X w - t) = X (X w - t)", 1, None),
        ("L = q^2 = x^2 + y^2 where q = x + y", 1, None),
        ("1/3 = 0.34", 1, None),
        ("1/3 ≈ 0.35", 1, None),
    ],
)
def test_the_first_line_that_does_not_follow_is_named(text: str, line: int, right: str | None) -> None:
    found = check_chain(text, SYMBOLS)
    wrong = found.first_wrong
    assert found.outcome == "different"
    assert wrong is not None
    assert wrong.line == line
    assert right is None or wrong.right == right


def test_a_wrong_step_comes_with_an_example() -> None:
    wrong = check_chain("(x + y)^2 = x^2 + y^2", SYMBOLS).first_wrong
    assert wrong is not None
    assert wrong.example is not None
    assert wrong.example.got != wrong.example.expected


def test_steps_after_a_wrong_one_are_still_checked() -> None:
    found = check_chain("(x + 1)^2 = x^2 + 1 = 1 + x^2", SYMBOLS)
    assert [link.outcome for link in found.links] == ["different", "same"]


@pytest.mark.parametrize(
    ("lines", "outcomes"),
    [
        (["2 x + 1 = 7", "2 x = 6", "x = 3"], ["same", "same"]),
        (["2 x + 1 = 7", "2 x = 8", "x = 4"], ["different", "same"]),
        (["x = 3", "x^2 = 9"], ["same"]),
        (["x^2 = 9", "x = 3"], ["different"]),
    ],
)
def test_equations_that_follow_from_each_other(lines: list[str], outcomes: list[str]) -> None:
    found = check_chain(lines, SYMBOLS)
    assert [link.outcome for link in found.links] == outcomes


def test_what_cannot_be_read_is_undecided_and_says_why() -> None:
    found = check_chain("x + 1 = blah + 1", SYMBOLS)
    assert found.outcome == "undecided"
    assert found.first_wrong is None
    assert "blah" in found.links[0].how


def test_a_chain_that_is_read_already() -> None:
    node = read("x + x = 2 x = 3 x", SYMBOLS, "plain")
    assert [link.outcome for link in check_relation(node, SYMBOLS).links] == ["same", "different"]
    with pytest.raises(StudentError):
        check_relation(read("x <= 2", SYMBOLS, "plain"), SYMBOLS)


@pytest.mark.parametrize(
    "text", ["", "x", "=", "x =", "\\\\", "= = =", "x " * 20_000, "(" * 500, "x\n" * 100]
)
def test_nonsense_is_refused(text: str) -> None:
    try:
        found = check_chain(text, SYMBOLS)
    except StudentError:
        return
    assert found.outcome == "undecided" or all(link.left == "x" == link.right for link in found.links)
