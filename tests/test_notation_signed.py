"""Names that a rubric spells with a prime or an argument are those names, in every notation."""

from __future__ import annotations

import pytest

from grader.maths.names import declare
from grader.maths.notation import read, to_text
from grader.types import Notation

CLASSIFIER = declare(
    {
        "y": {"vector": "3"},
        "yp": {"is": "softmax(y)", "also": ["y'"]},
        "et": {"is": "[0, 1, 0]", "also": ["e_t"]},
        "ypt": {"is": "et' yp", "also": ["y'_t", "y_t'"]},
        "ybar": {"vector": "3"},
        "ypbar": {"vector": "3", "also": ["y'bar", "ybar'"]},
    }
)
UNIT = declare(
    {
        "x": {"scalar": "real"},
        "y": {"scalar": "real"},
        "phi": {"scalar": "real", "also": ["phi(x)"]},
        "f": {"scalar": "real", "also": ["f(x)", "\\hat f(x)"]},
        "slope": {"scalar": "real", "also": ["phi'", "slope(x)"]},
    }
)


@pytest.mark.parametrize(
    ("text", "notation", "read_as"),
    [
        ("y' - e_t", "plain", "yp - et"),
        ("y’ - e_t", "plain", "yp - et"),
        ("y' y''", "plain", "yp * yp'"),
        ("y^T y'", "plain", "y' * yp"),
        ("y'_t", "plain", "ypt"),
        ("softmax(y) - e_t", "plain", "softmax(y) - et"),
        (r"\mathbf{y}' - \mathbf{e}_t", "latex", "yp - et"),
        (r"\mathbf y^{\prime} - e_t", "latex", "yp - et"),
        (r"y^\prime - e_t", "latex", "yp - et"),
        (r"y' y'^\top", "latex", "yp * yp'"),
        (r"-\frac{1}{y'_t} e_t", "latex", "-(1 / ypt) * et"),
        (r"-\frac{1}{\mathbf{y}'_{t}} e_t", "latex", "-(1 / ypt) * et"),
        (r"-e_t / y_t'", "latex", "-et / ypt"),
        (r"\bar{y}'", "latex", "ypbar"),
        (r"\overline{\mathbf{y}'}", "latex", "ypbar"),
        (r"\bar{y}^\top", "latex", "ybar'"),
    ],
)
def test_a_declared_prime_belongs_to_its_name(text: str, notation: Notation, read_as: str) -> None:
    assert to_text(read(text, CLASSIFIER, notation)) == read_as


@pytest.mark.parametrize(
    ("text", "notation", "read_as"),
    [
        ("phi(x) - y", "plain", "phi - y"),
        ("φ(x) - y", "plain", "phi - y"),
        ("phi - y", "plain", "phi - y"),
        ("(phi(x) - y) x", "plain", "(phi - y) * x"),
        ("phi(y)", "plain", "phi * y"),
        (r"\phi(x) - y", "latex", "phi - y"),
        (r"\phi\left( x \right) x", "latex", "phi * x"),
        (r"(\hat{f}(x) - y)", "latex", "f - y"),
        (r"\hat f (x) - y", "latex", "f - y"),
        ("(phi - y) phi'(x) x", "plain", "(phi - y) * slope * x"),
        (r"(\phi(x) - y) \phi'(x) x", "latex", "(phi - y) * slope * x"),
        (r"\phi' y", "latex", "slope * y"),
        ("(phi(x) - y)**2", "python", "(phi - y)^2"),
        ("f(x) * x", "python", "f * x"),
    ],
)
def test_a_declared_argument_belongs_to_its_name(text: str, notation: Notation, read_as: str) -> None:
    assert to_text(read(text, UNIT, notation)) == read_as


def test_without_a_declaration_a_prime_transposes_and_brackets_multiply() -> None:
    plain = declare({"y": {"vector": "3"}, "x": {"scalar": "real"}, "phi": {"scalar": "real"}})
    assert to_text(read("y'", plain, "plain")) == "y'"
    assert read("y'", plain, "plain").op == "transpose"
    assert to_text(read("phi(x)", plain, "plain")) == "phi * x"
