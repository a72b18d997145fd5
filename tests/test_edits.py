"""Why a formula is wrong: every kind of slip is found, named, and is the student's function."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import StudentError
from grader.maths.names import declare
from grader.maths.notation import read, to_text
from grader.maths.sameness import identity
from grader.maths.tree import Node, number, symbol
from grader.maths.why.edit_factors import reconstruct
from grader.maths.why.edit_search import Finder, Found, as_written
from grader.maths.why.edits import RANK, mutants

SIZES = {"n": 3, "d": 5}
SYMBOLS = declare(
    {
        "X": {"matrix": ["n", "d"], "rank": "full"},
        "W2": {"matrix": ["d", "n"]},
        "A": {"matrix": ["d", "d"]},
        "B": {"matrix": ["d", "d"]},
        "t": {"vector": "n"},
        "w0": {"vector": "d"},
        "w": {"vector": "d"},
        "a": {"is": "X w0 - t"},
        "z": {"vector": "n"},
        "x": {"scalar": "real"},
        "y": {"scalar": "real"},
        "eta": {"scalar": "positive"},
        "lam": {"scalar": "positive"},
        "k": {"scalar": "integer"},
        "sigma": {"function": "elementwise", "is": "logistic"},
        "f": {"function": "elementwise"},
    },
    [SIZES],
)
FRAME = identity.Frame(SYMBOLS, b"a secret of the tests")
SQUARE = identity.Frame(SYMBOLS, b"a secret of the tests", square=True)


def found(expected: str, got: str, *, any_layout: bool = True) -> Found | None:
    return _found(read(expected, SYMBOLS, "plain"), read(got, SYMBOLS, "plain"), any_layout=any_layout)


def _found(expected: Node, got: Node, *, any_layout: bool = True) -> Found | None:
    try:
        formula = identity.settle(got, FRAME)
    except StudentError:
        broken = Finder(identity.settle(expected, SQUARE), conforming=FRAME)
        return broken.find(identity.settle(got, SQUARE), any_layout=any_layout)
    return Finder(identity.settle(expected, FRAME)).find(formula, any_layout=any_layout)


@pytest.mark.parametrize(
    ("code", "expected", "got"),
    [
        ("constant-factor", "x^2 y", "3/7 x^2 y"),
        ("constant-factor", "X' a", "-(X' a)"),
        ("constant-factor", "norm(X w - t)^2 / n", "norm(X w - t)^2"),
        ("constant-factor", "(2/n) X' (X w - t)", "X' (X w - t)"),
        ("constant-factor", "A B", "n^2 A B / 3"),
        ("other-layout", "X' a", "a' X"),
        ("other-layout", "A B", "B' A'"),
        ("other-layout", "X + W2'", "X' + W2"),
        ("missing-transpose", "W2' w0", "W2 w0"),
        ("missing-transpose", "A' B + B", "A B + B"),
        ("missing-transpose", "sigma'(z) .* (W2' w0 + t)", "sigma'(z) .* (W2 w0 + t)"),
        ("extra-transpose", "X w0 - t", "X' w0 - t"),
        ("extra-transpose", "A B w", "A' B w"),
        ("extra-transpose", "A B + A", "A B + A'"),
        ("missing-prime", "sigma'(z) .* t", "sigma(z) .* t"),
        ("missing-prime", "f'(x) y + f(x)", "f(x) y + f(x)"),
        ("missing-prime", "X' (f'(z) .* t)", "X' (f(z) .* t)"),
        ("extra-prime", "sigma(z) + t", "sigma'(z) + t"),
        ("extra-prime", "x f(x)", "x f'(x)"),
        ("extra-prime", "X' f(z)", "X' f'(z)"),
        ("missing-inverse", "(X X' + lam I)^-1 t", "(X X' + lam I) t"),
        ("missing-inverse", "X' (X X')^-1 t", "X' X X' t"),
        ("missing-inverse", "inv(A) B", "A B"),
        ("extra-inverse", "A w + w0", "A^-1 w + w0"),
        ("extra-inverse", "(A + B) w", "(A + B)^-1 w"),
        ("extra-inverse", "trace(A B)", "trace(A^-1 B)"),
        ("sign", "x^2 - 3 x y + y^3", "x^2 + 3 x y + y^3"),
        ("sign", "w0 - (2 eta/n) X' a", "w0 + (2 eta/n) X' a"),
        ("sign", "(X X' + lam I)^-1 t", "(X X' - lam I)^-1 t"),
        ("sign", "log(1 + exp(x))", "log(1 + exp(-x))"),
        ("missing-square", "norm(X' a)^2 + lam", "norm(X' a) + lam"),
        ("missing-square", "x^2 + y", "x + y"),
        ("missing-square", "A^2 + B", "A + B"),
        ("missing-root", "sqrt(x^2 + 1) + y", "x^2 + 1 + y"),
        ("missing-root", "x + sqrt(y^2 + lam) X' a", "x + (y^2 + lam) X' a"),
        ("missing-root", "(x^2 + y^2 + 1)^(1/2)", "x^2 + y^2 + 1"),
        ("missing-factor", "w0 - (2 eta/n) X' a", "w0 - (2/n) X' a"),
        ("missing-factor", "w0 - (2 eta/n) X' a", "w0 - (eta/n) X' a"),
        ("missing-factor", "x + 3 x y", "x + 3 y"),
        ("missing-factor", "norm(X X' a)^2", "norm(X' a)^2"),
        ("missing-factor", "sigma'(z) .* (W2' w0 + t)", "W2' w0 + t"),
        ("missing-division", "w0 - (2 eta/n) X' a", "w0 - 2 eta X' a"),
        ("missing-division", "exp(-x^2 / 2) + y", "exp(-x^2) + y"),
        ("missing-division", "A / lam + B", "A + B"),
        ("missing-power", "x^3 + y", "x + y"),
        ("missing-power", "A^3 w", "A w"),
        ("missing-power", "(x + y)^3 - x", "x + y - x"),
        ("missing-term", "x^2 + 3 x y + y^3", "x^2 + y^3"),
        ("missing-term", "W2' w0 + z", "W2' w0"),
        ("missing-term", "(X X' + lam I)^-1 t", "(X X')^-1 t"),
        ("not-elementwise", "sigma'(z) .* t", "sigma'(z)' t"),
        ("not-elementwise", "A .* B + A", "A B + A"),
        ("not-elementwise", "(A .* B) w", "A B w"),
        ("elementwise", "A B + A", "A .* B + A"),
        ("elementwise", "A B w", "(A .* B) w"),
        ("elementwise", "trace(A B)", "trace(A .* B)"),
        ("other-dimension", "x + x / n", "x + x / d"),
        ("other-dimension", "w0 - (2 eta/n) X' a", "w0 - (2 eta/d) X' a"),
        ("other-dimension", "A + n B", "A + d B"),
        ("mean-for-sum", "total(z) + x", "mean(z) + x"),
        ("mean-for-sum", "total(sigma(z)) + x", "mean(sigma(z)) + x"),
        ("mean-for-sum", "x + total(X w0)", "x + mean(X w0)"),
        ("sum-for-mean", "mean(z) + x", "total(z) + x"),
        ("sum-for-mean", "mean(z .* t) + y", "total(z .* t) + y"),
        ("sum-for-mean", "z - mean(z)", "z - total(z)"),
        ("exponent", "x^3 + y", "x^4 + y"),
        ("exponent", "A^3 w", "A^2 w"),
        ("exponent", "x^-2 + y", "x^2 + y"),
        ("number", "x^2 + 3 x y", "x^2 + 17/5 x y"),
        ("number", "A + 3 B", "A + 4 B"),
        ("number", "w0 - 3 X' t", "w0 - 5 X' t"),
        ("max-for-min", "max(x, y) + 1", "min(x, y) + 1"),
        ("max-for-min", "min(x, 1)", "max(x, 1)"),
        ("max-for-min", "max(z, t)", "min(z, t)"),
        ("brackets", "x / (y + 1)", "x / y + 1"),
        ("brackets", "A (w + w0)", "A w + w0"),
        ("brackets", "(A B)' w", "A B' w"),
        ("not-additive", "sqrt(x^2 + y^2)", "x + y"),
        ("not-additive", "(x + y)^2", "x^2 + y^2"),
        ("not-additive", "inv(A + B)", "inv(A) + inv(B)"),
        ("product-order", "(A B)^-1", "A^-1 B^-1"),
        ("product-order", "(A B)' w", "A' B' w"),
        ("product-order", "inv(A B) w", "inv(A) inv(B) w"),
        ("order", "A B w", "B A w"),
        ("order", "A B + B", "B A + B"),
        ("order", "(X' X + lam I)^-1 X' t", "(X X' + lam I)^-1 X' t"),
        ("reciprocal", "x y + 1", "x / y + 1"),
        ("reciprocal", "x / y + 1", "x y + 1"),
        ("reciprocal", "A / lam + B", "lam A + B"),
        ("upside-down", "x / y + 1", "y / x + 1"),
        ("upside-down", "norm(z)^2 / norm(t)^2", "norm(t)^2 / norm(z)^2"),
        ("upside-down", "A + x / y B", "A + y / x B"),
        ("exchanged", "W2' (w0 - w) + z", "W2' (w - w0) + z"),
        ("exchanged", "x^2 + 3 y", "y^2 + 3 x"),
        ("exchanged", "A B A + B", "B A B + A"),
        ("everywhere", "A B A + A", "A' B A' + A'"),
        ("everywhere", "x y + x^2", "lam y + lam^2"),
        ("everywhere", "norm(X' t)^2 + t' z", "norm(X' a)^2 + a' z"),
        ("missing-function", "log(x^2 + 1) + y", "x^2 + 1 + y"),
        ("missing-function", "X' tanh(z)", "X' z"),
        ("missing-function", "exp(x) + y", "x + y"),
        ("extra-square", "x + y", "x^2 + y"),
        ("extra-square", "sin(x) y + 1", "sin(x)^2 y + 1"),
        ("extra-square", "A (B + A)", "A (B + A)^2"),
        ("off-by-one", "x / n + y", "x / (n - 1) + y"),
        ("exponent", "x^n + y", "x^(n+1) + y"),
        ("off-by-one", "x y + 1", "(x - 1) y + 1"),
        ("off-by-one", "A / n + B", "A / (n + 1) + B"),
        ("name", "norm(X w - t)^2", "norm(X w0 - t)^2"),
        ("name", "x y + y^2", "x lam + y^2"),
        ("name", "A B w", "A A w"),
        ("function", "sin(x) + y", "cos(x) + y"),
        ("function", "f(x) + y", "sigma(x) + y"),
        ("function", "trace(A) + x", "det(A) + x"),
        ("extra-term", "x y", "x y + 3"),
        ("extra-term", "W2' w0", "W2' w0 - t"),
        ("extra-term", "A B", "A B + A"),
        ("coefficient", "(X' X + lam I)^-1 X' t", "(X' X + n lam I)^-1 X' t"),
        ("coefficient", "exp(x) + y", "exp(2 x) + y"),
        ("coefficient", "A w + w0", "A w + 3/2 w0"),
        ("extra-factor", "x + y", "lam x + lam y"),
        ("extra-factor", "X' t", "eta X' t"),
        ("extra-factor", "A B", "A B / lam"),
        # Slips in an abbreviation of the rubric that the student writes out.
        ("sign", "(2/n) X' a", "(2/n) X' (X w0 + t)"),
        ("missing-term", "(2/n) X' a", "(2/n) X' X w0"),
        ("name", "(2/n) X' a", "(2/n) X' (X w - t)"),
    ],
)
def test_each_kind_of_slip_is_named(code: str, expected: str, got: str) -> None:
    result = found(expected, got)
    assert result is not None
    assert result.code == code, (result.code, result.say)
    assert result.say.endswith(".") and "None" not in result.say


@pytest.mark.parametrize(
    ("code", "expected", "got"),
    [
        ("limit", "sum_(i=1)^n x^i", "sum_(i=0)^n x^i"),
        ("limit", "sum_(i=1)^n x^i", "sum_(i=1)^(n-1) x^i"),
        ("limit", "sum_(i=1)^d w_i^2 + y", "sum_(i=2)^d w_i^2 + y"),
        ("constant-factor", "1/n sum_(i=1)^n x^i", "sum_(i=1)^n x^i"),
        ("missing-square", "sum_(i=1)^d w_i^2", "sum_(i=1)^d w_i"),
        ("other-dimension", "sum_(i=1)^n x^i", "sum_(i=1)^d x^i"),
        ("function", "sum_(i=1)^d w_i", "prod_(i=1)^d w_i"),
        ("index", "X_{1,2} y", "X_{2,1} y"),
        ("index", "sum_(i=1)^n sum_(j=1)^d X_{i,j} w_j", "sum_(i=1)^n sum_(j=1)^d X_{i,j} w_i"),
        ("number", "w_1 + x", "w_2 + x"),
    ],
)
def test_slips_in_sums_and_indices(code: str, expected: str, got: str) -> None:
    result = found(expected, got)
    assert result is not None
    assert result.code == code, (result.code, result.say)


@pytest.mark.parametrize(
    ("code", "expected", "got"),
    [
        ("extra-inverse", "n - 2", "inv(n - 2)"),
        ("extra-inverse", "x + (n - 2)", "x + inv(n - 2)"),
        ("missing-square", "x (n - 2)^2", "x (n - 2)"),
        ("missing-factor", "(n - 2) A + B", "A + B"),
        ("reciprocal", "A (n - 2) + B", "A / (n - 2) + B"),
        ("other-dimension", "A / (d - 4) + B / n", "A / (n - 4) + B / n"),
        ("missing-power", "(k - 2)^3 A + B", "(k - 2) A + B"),
        ("sign", "x + (n - 3)", "x - (n - 3)"),
        ("missing-term", "A + (n - 3) B", "A"),
        ("reciprocal", "x + x / (n - 3)", "x + x (n - 3)"),
        ("missing-division", "A + B / (n - 3)", "A + B"),
        ("missing-function", "x + exp((n - 3) y)", "x + (n - 3) y"),
        ("sign", "x + exp(n - 3)", "x + exp(-(n - 3))"),
        ("sign", "exp(x) - (-1)^k y", "exp(x) + (-1)^k y"),
        ("missing-division", "norm(w)^2 / (n - 2)^k", "norm(w)^2"),
    ],
)
def test_slips_that_no_one_size_shows(code: str, expected: str, got: str) -> None:
    result = found(expected, got)
    assert result is not None
    assert result.code == code, (result.code, result.say)


@pytest.mark.parametrize(
    ("code", "values", "sign"),
    [("branches", "yx", "<"), ("relation", "xy", "<="), ("relation", "xy", ">")],
)
def test_slips_in_cases_even_where_only_one_point_shows_them(code: str, values: str, sign: str) -> None:
    x, y = symbol("x"), symbol("y")
    first, second = (symbol(name) for name in values)
    expected = Node("cases", (x, Node("relation", (x, number(0)), "<"), y))
    got = Node("cases", (first, Node("relation", (x, number(0)), sign), second))
    result = _found(expected, got)
    assert result is not None
    assert result.code == code


@pytest.mark.parametrize(
    ("codes", "expected", "got"),
    [
        ({"missing-factor", "constant-factor"}, "eta norm(X' a)^2 / (2 n)", "-norm(X' a)^2 / (2 n)"),
        ({"missing-prime", "sign"}, "sigma'(z) .* (W2' w0 + t)", "sigma(z) .* (W2' w0 - t)"),
        ({"missing-term", "missing-transpose"}, "W2' w0 + X w0 + t", "W2 w0 + X w0"),
        ({"missing-square", "sign"}, "x^2 - 3 x y^3", "x + 3 x y^3"),
    ],
)
def test_two_slips_in_different_places(codes: set[str], expected: str, got: str) -> None:
    result = found(expected, got)
    assert result is not None
    assert set(result.code.split("+")) == codes


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ("x^2 + y", "sin(y)^7 + 12/19 x"),
        ("X' a", "A^7 (w + 3 w0) + X' z"),
        ("A B", "inv(B' B + A' A + lam I)"),
    ],
)
def test_nothing_is_told_of_another_formula(expected: str, got: str) -> None:
    assert found(expected, got) is None


@pytest.mark.parametrize(
    ("expected", "got", "words"),
    [
        ("W2' w0", "W2 w0", "A transpose is missing on W2"),
        ("x y - x", "x y + x", "The sign of x is reversed"),
        ("w0 - (2 eta/n) X' a", "w0 - 2 eta X' a", "The division by n is missing"),
        ("x y", "-x y", "This has the opposite sign"),
        ("x y", "2 x y", "This is 2 times the expected formula"),
        ("x", "x + lam", "There is a term too many: lam"),
    ],
)
def test_the_sentence_is_in_the_letters_of_the_rubric(expected: str, got: str, words: str) -> None:
    result = found(expected, got)
    assert result is not None
    assert result.say.startswith(words)


@pytest.mark.parametrize(
    ("code", "expected", "got"),
    [
        ("missing-transpose", "w0' A w", "w0 A w"),
        ("not-elementwise", "sigma'(z) .* t", "sigma'(z) t"),
        ("missing-transpose", "X' z + w", "X z + w"),
    ],
)
def test_what_has_no_value_is_recognised_as_it_is_written(code: str, expected: str, got: str) -> None:
    result = as_written(read(expected, SYMBOLS, "plain"), read(got, SYMBOLS, "plain"), SYMBOLS)
    assert result is not None
    assert result.code == code


def test_the_transposed_answer_is_the_other_layout_only_where_it_is_not_accepted() -> None:
    result = found("X' a", "2 a' X", any_layout=True)
    assert result is not None
    assert result.code == "constant-factor"


def test_every_kind_of_edit_has_its_place_in_the_order() -> None:
    text = "w0' (A + B)^-1 w / (2 n) + max(x, sqrt(y)) mean(sigma'(z) .* t) - log(x)"
    codes = {edit.code for edit in mutants(read(text, SYMBOLS, "plain"), SYMBOLS)}
    assert codes <= set(RANK)
    assert len(codes) > 15


def test_the_number_of_edits_is_bounded() -> None:
    long = read(" + ".join(["x y"] * 400), SYMBOLS, "plain")
    assert sum(1 for _ in mutants(long, SYMBOLS)) <= 1_500


def test_a_residue_is_a_small_fraction_or_none() -> None:
    prime = 2**61 - 1
    assert reconstruct(-5 * pow(12, -1, prime) % prime, prime) == Fraction(-5, 12)
    assert reconstruct(123_456_789_012_345_678, prime) is None


# --- the law: whatever single edit is made, it is found, and what is told is the same function ---------

VECTORS = ("t", "z", "(X w)", "(X w0)", "sigma(z)", "f(t)", "(W2' w)")
SCALARS = ("x", "y", "eta", "lam", "n", "2", "3", "norm(t)^2", "(t' z)", "trace(A)", "exp(x)", "(w' A w0)")


@st.composite
def formulas(draw: st.DrawFn) -> str:
    """A formula such as homework has them: two to four terms of one shape, each a product."""
    shape = draw(st.sampled_from(("scalar", "vector", "matrix")))
    terms = []
    for _ in range(draw(st.integers(2, 3))):
        factors = draw(st.lists(st.sampled_from(SCALARS), min_size=1, max_size=2))
        if shape == "vector":
            factors.append(draw(st.sampled_from(VECTORS)))
        if shape == "matrix":
            factors += draw(
                st.lists(st.sampled_from(("A", "B", "A'", "(A + B)", "inv(B)")), min_size=1, max_size=2)
            )
        terms.append(" * ".join(factors))
    signs = draw(st.lists(st.sampled_from((" + ", " - ")), min_size=len(terms), max_size=len(terms)))
    text = terms[0] + "".join(sign + term for sign, term in zip(signs, terms[1:], strict=False))
    return f"({text}) / (1 + lam)" if draw(st.booleans()) else text


@settings(max_examples=60, deadline=None)
@given(formulas(), st.randoms(use_true_random=False))
def test_a_random_edit_is_found_and_what_is_told_is_the_same_function(text: str, random: Random) -> None:
    expected = read(text, SYMBOLS, "plain")
    formula = identity.settle(expected, FRAME)
    finder = Finder(formula)
    everything = list(mutants(expected, SYMBOLS))
    for edit in random.sample(everything, min(6, len(everything))):
        try:
            changed = identity.settle(edit.tree, FRAME)
            if not identity.defined(changed):
                continue
        except StudentError:
            continue
        if identity.compare(formula, changed, any_layout=True).outcome != "different":
            continue
        result = finder.find(changed)
        assert result is not None, (text, edit.code, to_text(edit.tree))
        assert "+" not in result.code
        assert RANK[result.code] <= RANK[edit.code]
        for seed in (1, 2, 3):
            values = _values(seed)
            with np.errstate(all="ignore"):
                told, theirs = _number(result.tree, values), _number(edit.tree, values)
            same = np.allclose(told, theirs, rtol=1e-6, equal_nan=True) or (
                np.shape(told) == np.shape(theirs)[::-1]
                and np.allclose(told, theirs.T, rtol=1e-6, equal_nan=True)
            )
            assert same, (text, to_text(result.tree), to_text(edit.tree))


def _values(seed: int) -> dict[str, Any]:
    source = np.random.default_rng(seed)
    values: dict[str, Any] = dict(SIZES)
    for name, one in SYMBOLS.table.items():
        if one.kind in ("vector", "matrix") and one.definition is None:
            rows, columns = (SIZES.get(str(size), 1) for size in one.shape)
            values[name] = source.normal(size=(rows, columns))
        elif one.kind == "scalar":
            values[name] = abs(source.normal()) + 0.1 if one.domain == "positive" else source.normal()
    return values


def _number(node: Node, values: Mapping[str, Any]) -> Any:
    """The value of a formula in NumPy's floating point, written apart from the grader's own evaluation."""
    op = node.op
    if op == "symbol":
        definition = SYMBOLS.table[str(node.value)].definition
        return values[str(node.value)] if definition is None else _number(definition, values)
    if op == "number":
        assert isinstance(node.value, Fraction)
        return float(node.value)
    args = [_number(argument, values) for argument in node.args]
    if op == "sum":
        total = args[0]
        for one in args[1:]:
            total = total + one
        return total
    if op == "negate":
        return -args[0]
    if op == "product":
        value = args[0]
        for one in args[1:]:
            value = _dot(value, one)
        return value
    if op == "hadamard":
        return args[0] * args[1]
    if op == "divide":
        return args[0] / args[1]
    if op == "transpose":
        return np.transpose(args[0])
    if op == "power":
        if np.ndim(args[0]) == 2 and args[0].shape[0] == args[0].shape[1]:
            return np.linalg.matrix_power(args[0], int(args[1]))
        return args[0] ** args[1]
    assert op == "call" and isinstance(node.value, tuple), op
    return _function(*node.value, *args)


def _dot(left: Any, right: Any) -> Any:
    if np.ndim(left) == 0 or np.ndim(right) == 0:
        return left * right
    value = left @ right
    return value[0, 0] if value.shape == (1, 1) else value


def _function(name: str, primes: int, x: Any) -> Any:
    if name == "f":  # any smooth function with its derivatives
        return 1.3**primes * np.sin(1.3 * x + 0.4 + primes * np.pi / 2)
    if name == "sigma":
        s = 1 / (1 + np.exp(-x))
        return (s, s * (1 - s), s * (1 - s) * (1 - 2 * s))[primes]
    known: dict[str, Any] = {
        **{"norm": np.linalg.norm, "trace": np.trace, "det": np.linalg.det, "exp": np.exp, "log": np.log},
        **{"transpose": np.transpose, "inv": lambda one: np.linalg.inv(one) if np.ndim(one) else 1 / one},
    }
    return known[name](x)
