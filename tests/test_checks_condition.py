"""Conditions on a square matrix: the same, only sufficient, only necessary, or another."""

from __future__ import annotations

from fractions import Fraction

import pytest

from grader.checks import OptionError, Setting, condition
from grader.errors import StudentError
from grader.maths.names import declare
from grader.types import Answer, Outcome, Place, Verdict

SYMBOLS = declare({"A": {"matrix": ["n", "n"]}, "x": {"vector": "n"}, "c": {"scalar": "real"}}, [{"n": 4}])
SYMMETRIC: dict[str, object] = {
    "on": "A",
    "expected": "A = A'",
    "every": ["x"],
    "sufficient": {"credit": "0.5", "say": "Enough, not needed."},
    "necessary": {"credit": "0.3", "say": "Needed, not enough."},
    "mistakes": [
        {"is": "orthogonal", "credit": "0.2", "say": "Rotations are orthogonal."},
        {"is": "invertible", "credit": "0.2", "say": "Most matrices are invertible."},
        {"is": "positive definite", "credit": "0.2", "say": "Definite is another thing."},
        {"is": "A = -A'", "credit": "0.1", "say": "The sign."},
    ],
}


def judge(text: str, **more: object) -> Verdict:
    options = condition.Options.model_validate({**SYMMETRIC, **more})
    prepared = condition.prepare(options, Setting(SYMBOLS, {}, b"a secret of the tests"))
    return condition.judge(prepared, Answer("2e", text, Place("a.md")))


@pytest.mark.parametrize(
    "text",
    [
        "A = A'",
        "A' = A",
        "A - A' = 0",
        "$A^\\top = A$",
        "A^T - A = 0",
        "A = A.T",
        "A_ij = A_ji",
        "$a_{ij} = a_{ji}$ for all i, j",
        "$A_{i,j} = A_{j,i}$ for all $i \\ne j$",
        "A[i, j] = A[j, i]",
        "symmetric",
        "A is symmetric",
        "A must be a symmetric matrix, i.e. A = A'.",
        "when $A$ is Hermitian (real)",
        "A equals its transpose",
        "iff A is symmetric, that is, $A = A^T$",
        "(A - A') x = 0 for all x",
        "x'A = x'A'",
        "2x'A = x'A + x'A', so x'A = x'A' and A = A'",
        "A + A' = 2A",
        "3 A' = 2 A' + A",
        "A = (A + A')/2",
    ],
)
def test_every_way_to_say_it_is_right(text: str) -> None:
    verdict = judge(text)
    assert verdict.outcome is Outcome.CORRECT, (verdict.message, verdict.evidence)


@pytest.mark.parametrize(
    ("text", "credit", "code"),
    [
        ("A is diagonal", "0.5", "sufficient"),
        ("A = I", "0.5", "sufficient"),
        ("A = 0", "0.5", "sufficient"),
        ("A_ij = 0 for i != j", "0.5", "sufficient"),
        ("symmetric and invertible", "0.5", "sufficient"),
        ("A is symmetric and diagonal", "0.5", "sufficient"),
        ("trace(A) = trace(A')", "0", "everything"),
        ("A A' = A' A", "0.3", "necessary"),
        ("A is normal", "0.3", "necessary"),
        ("A is orthogonal", "0.2", "mistake-1"),
        ("A' A = I", "0.2", "mistake-1"),
        ("A is invertible", "0.2", "mistake-2"),
        ("positive definite", "0.2", "mistake-3"),
        ("A + A' = 0", "0.1", "mistake-4"),
        ("A is skew-symmetric", "0.1", "mistake-4"),
        ("A A = A", "0", "different"),
        ("det(A) = 0", "0", "different"),
        ("A = A + I", "0", "nothing"),
        ("A = A", "0", "everything"),
    ],
)
def test_other_conditions_are_told_apart(text: str, credit: str, code: str) -> None:
    verdict = judge(text)
    assert (verdict.code, verdict.credit) == (code, Fraction(credit)), verdict.message


@pytest.mark.parametrize(
    "text",
    [
        "A is not symmetric",
        "A need not be symmetric",
        "symmetric or diagonal",
        "A is symmetric, A = I",
        "always, because of the product rule",
        "A has real eigenvalues",
        "",
        "A is triangular",
        "A A' = A' A = A A",
        "(A - A') (A - A')' = 0",
    ],
)
def test_what_is_not_proved_waits_for_a_person(text: str) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.credit) == (Outcome.UNDECIDED, None), verdict.message


@pytest.mark.parametrize(
    "text", ["A = ", "A = B", "A = A' x", "exp(A) = A", "A_ij = A_jk", "A = c A'", "A = A'" * 900]
)
def test_what_cannot_be_read_says_why_or_waits(text: str) -> None:
    try:
        assert judge(text).credit is None
    except StudentError as error:
        assert str(error)


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"on": "B"}, ("on",)),
        ({"on": "x"}, ("on",)),
        ({"expected": "A A = A"}, ("expected",)),
        ({"expected": "A = A"}, ("expected",)),
        ({"expected": "A = A + I"}, ("expected",)),
        ({"every": ["q"]}, ("every", 0)),
        ({"mistakes": [{"is": "A' = A", "credit": "0", "say": "x"}]}, ("mistakes", 0, "is")),
        ({"mistakes": [{"is": "nonsense", "credit": "0", "say": "x"}]}, ("mistakes", 0, "is")),
    ],
)
def test_options_that_cannot_be_meant_are_refused(more: dict[str, object], path: tuple[object, ...]) -> None:
    with pytest.raises(OptionError) as raised:
        judge("A = A'", **more)
    assert raised.value.path == path


def test_every_sample_gets_its_credit() -> None:
    options = condition.Options.model_validate(SYMMETRIC)
    prepared = condition.prepare(options, Setting(SYMBOLS, {}, b"another secret"))
    for sample in condition.samples(prepared):
        assert condition.judge(prepared, Answer("2e", sample.text, Place("a.md"))).credit == sample.credit


@pytest.mark.parametrize(
    ("expected", "right"), [("A = -A'", "skew-symmetric"), ("A = diag(diag(A))", "diagonal")]
)
def test_other_structures_can_be_asked_for(expected: str, right: str) -> None:
    assert judge(right, expected=expected, mistakes=[]).outcome is Outcome.CORRECT
    assert judge("zero", expected=expected, mistakes=[]).code == "sufficient"
