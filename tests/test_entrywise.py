"""Conditions on vectors hold entry by entry, in whatever notation."""

from __future__ import annotations

import pytest

from grader.errors import StudentError
from grader.maths.names import declare
from grader.maths.notation import read
from grader.maths.sameness import identity
from grader.types import Notation

SYMBOLS = declare(
    {
        "z": {"vector": "n"},
        "h": {"vector": "n"},
        "W": {"matrix": ["n", "d"]},
        "x": {"vector": "d"},
        "c": {"scalar": "real"},
    },
    [{"n": 4, "d": 3}],
)
FRAME = identity.Frame(SYMBOLS, b"a secret of the tests")


def compared(one: str, other: str, notation: Notation = "plain") -> str:
    expected = identity.settle(read(one, SYMBOLS, "plain"), FRAME)
    return identity.compare(expected, identity.settle(read(other, SYMBOLS, notation), FRAME)).outcome


@pytest.mark.parametrize(
    ("text", "notation"),
    [
        ("h .* 1[z > 0]", "plain"),
        ("1[0 < z] .* h", "plain"),
        (r"h \odot \mathbb{1}[z > 0]", "latex"),
        (r"h \odot \mathbf{1}\{z \ge 0\}", "latex"),
        (r"\mathrm{diag}(\mathbb{1}[z > 0]) h", "latex"),
        (r"h \odot \begin{cases} 1 & z > 0 \\ 0 & z \le 0 \end{cases}", "latex"),
        (r"\begin{cases} h & z > 0 \\ 0 h & \text{otherwise} \end{cases}", "latex"),
        (r"\begin{cases} 0 & z \le 0 \\ h & z > 0 \end{cases}", "latex"),
        ("h * (z > 0)", "python"),
        ("np.where(z > 0, h, 0)", "python"),
        ("np.where(z <= 0, 0, h)", "python"),
        ("h * np.where(z > 0, 1, 0)", "python"),
        ("h * (1 - (z < 0))", "python"),
    ],
)
def test_the_derivative_of_a_rectifier_in_all_its_forms(text: str, notation: Notation) -> None:
    assert compared("h .* relu'(z)", text, notation) == "same"


@pytest.mark.parametrize(
    "text",
    [
        "h .* 1[z < 0]",
        "h .* 1[z > 1]",
        "h .* 1[h > 0]",
        "1[z > 0]",
        "h",
        "h .* (1 - 1[z > 0])",
        "c h .* 1[z > 0]",
    ],
)
def test_other_conditions_differ(text: str) -> None:
    assert compared("h .* relu'(z)", text) == "different"


@pytest.mark.parametrize(
    ("one", "other", "outcome"),
    [
        ("h .* 1[relu(z) > 0]", "h .* relu'(z)", "same"),
        ("h .* 1[relu(z) >= 0]", "h", "same"),
        ("h .* 1[relu(z) >= 0]", "h .* relu'(z)", "different"),
        ("h .* 1[relu(z) <= 0]", "h .* (1 - relu'(z))", "same"),
        ("h .* 1[relu(z) < 0]", "0 h", "same"),
    ],
)
def test_strict_and_weak_conditions_differ_where_entries_are_zero(one: str, other: str, outcome: str) -> None:
    assert compared(one, other) == outcome


def test_a_band_is_the_product_of_its_two_sides() -> None:
    assert compared("h .* 1[z > 0] .* 1[z < 1]", "h .* 1[0 < z < 1]") == "same"


def test_what_a_unit_lets_through_may_be_a_formula() -> None:
    assert compared("relu(W x)", "(W x) .* 1[W x > 0]") == "same"


@pytest.mark.parametrize(
    "text", ["1[z = 0]", "1[z > x]", r"\begin{cases} h & z > 0 \\ z & h > 0 \end{cases}"]
)
def test_what_is_no_such_condition_is_not_read(text: str) -> None:
    with pytest.raises(StudentError):
        compared("h .* relu'(z)", text, "latex" if "\\" in text else "plain")


def test_a_condition_that_is_not_understood_is_no_fault_of_shapes() -> None:
    with pytest.raises(StudentError) as raised:
        compared("h", "h .* 1[z = 0]")
    assert raised.value.code == "condition"


@pytest.mark.parametrize("secret", [b"%d" % k for k in range(40)])
def test_an_entry_that_is_zero_by_chance_changes_nothing(secret: bytes) -> None:
    """At 0 the derivative has no value and the step function has one: a single point, whatever the secret."""
    symbols = declare(
        {"W": {"matrix": ["n", "d"]}, "x": {"vector": "d"}, "h": {"vector": "n"}, "z": {"is": "W x"}},
        [{"n": 7, "d": 4}],
    )
    frame = identity.Frame(symbols, secret)
    one, other = (
        identity.settle(read(text, symbols, "plain"), frame) for text in ("h .* relu'(z)", "h .* 1[W x > 0]")
    )
    assert identity.compare(one, other).outcome == "same"
