"""Formulas in three notations are read into one tree, and printed without loss."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import StudentError
from grader.maths.names import NONE, declare
from grader.maths.notation import read, to_latex, to_mathml, to_text
from grader.maths.tree import Node, call, number, symbol
from grader.types import Notation

SYMBOLS = declare(
    {
        "X": {"matrix": ["n", "d"]},
        "W1": {"matrix": ["d", "n"], "also": ["W^{(1)}"]},
        "a": {"vector": "n"},
        "w0": {"vector": "d"},
        "w_hat": {"vector": "d", "also": ["\\hat{w}"]},
        "eta": {"scalar": "positive"},
        "k": {"scalar": "integer"},
        "sigma": {"function": "elementwise"},
    },
    [{"n": 3, "d": 5}],
)


@pytest.mark.parametrize(
    ("text", "notation", "plain"),
    [
        (r"\frac{2}{n}\mathbf{X}^\top a", "latex", "2 / n * X' * a"),
        (r"\frac12 a^T a", "latex", "1 / 2 * a' * a"),
        (r"\eta\lVert X^{\intercal}a\rVert_2^2", "latex", "eta * norm(X' * a)^2"),
        (r"\left\| X X^{\top} a \right\|^{2}", "latex", "norm(X * X' * a)^2"),
        (r"W^{(1)}\sigma'(a)", "latex", "W1 * sigma'(a)"),
        (r"W^{(1)\top} W^{(1)^T}", "latex", "W1' * W1'"),
        (r"W_1 \sigma^{\prime}(a)", "latex", "W1 * sigma'(a)"),
        (r"a \odot \sigma(a)", "latex", "a .* sigma(a)"),
        (r"\left(I - \frac{2\eta}{n} XX^\top\right)^{2k}", "latex", "(I - 2 * eta / n * X * X')^(2 * k)"),
        (r"\hat{\mathbf{w}}", "latex", "w_hat"),
        (r"\mathbf{w}_0", "latex", "w0"),
        (r"\begin{pmatrix} 6 \\ 12 \\ 18 \end{pmatrix}", "latex", "[[6], [12], [18]]"),
        (r"(6 \ 12 \ 18)", "latex", "[6, 12, 18]"),
        (r"52{,}444{,}644", "plain", "52444644"),
        (r"52\,444\,644", "latex", "52444644"),
        ("52,444,644", "plain", "52444644"),
        ("2XᵀXw₀", "plain", "2 * X' * X * w0"),
        ("η²", "plain", "eta^2"),
        ("η² X⁻¹ᵀ", "latex", "eta^2 * (X^-1)'"),
        (r"\text{2a + w_0}", "latex", "2 * a + w0"),
        ("(X'X)⁻¹ X' a", "plain", "(X' * X)^-1 * X' * a"),
        ("||X'a||^2", "plain", "norm(X' * a)^2"),
        (r"\eta = 7:32", "latex", "eta = 7 / 32"),
        (r"\eta \approx 11", "latex", "eta = 11"),
        ("2 eta / n", "plain", "2 * eta / n"),
        ("X.T @ np.linalg.inv(X @ X.T + eta*np.eye(n)) @ a", "python", "X' * inv(X * X' + eta * eye(n)) * a"),
        ("X.T.dot(a) * 2 / n", "python", "X' * a * 2 / n"),
        ("np.sum(a**2)", "python", "total(a .^ 2)"),
        ("[[-1  2]\n [ 3. -4]]", "plain", "[[-1, 2], [3., -4]]"),
        ("np.array([[1, 2], [3, 4]])", "python", "[[1, 2], [3, 4]]"),
        ("Matrix([[1, 2], [3, 4]])**-1", "python", "[[1, 2], [3, 4]]^-1"),
        ("np.array([[1, 2], [3, 4]])**2", "python", "[[1, 2], [3, 4]] .^ 2"),
        ("np.cbrt(eta) + Rational(1, 3)", "python", "root(eta, 3) + 1 / 3"),
        ("np.radians(n) + np.degrees(n)", "python", "n * pi / 180 + n * 180 / pi"),
        ("Determinant(X)", "python", "det(X)"),
        ("X.^2", "plain", "X .^ 2"),
        ("2 X.^-1 a", "plain", "2 * X .^ -1 * a"),
        (r"X^{\circ 2}", "latex", "X .^ 2"),
        (r"\langle 1, -2\rangle", "latex", "[1, -2]"),
        (r"\langle a, X w_0 \rangle", "latex", "dot(a, X * w0)"),
        ("[1 -2; 3 4]", "plain", "[[1, -2], [3, 4]]"),
    ],
)
def test_what_people_write_is_understood(text: str, notation: Notation, plain: str) -> None:
    assert to_text(read(text, SYMBOLS, notation)) == plain


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("alfa X", "unknown-name", "Column 1: unknown name 'alfa'"),
        ("etta", "unknown-name", "did you mean eta?"),
        ("2 +", "syntax", "the formula ends"),
        ("(1, 2", "syntax", "')'"),
        ("(3, 4}", "syntax", "'}'"),
        ("W_3 a", "unknown-name", "W_3"),
        (r"\sigmaa", "unknown-command", "did you mean \\sigma?"),
        ("[[1, 2], [3]]", "ragged", "Row 2 has 1 entries, row 1 has 2"),
        ("X; a", "syntax", "Column 2"),
        ("__import__('os').system('x')", "character", "_ does not belong here"),
        ("X.__class__", "character", "does not belong"),
        ("lambda: 1", "unknown-name", "lambda"),
        ("nan", "unknown-name", "nan"),
        ("inf", "unknown-name", "inf"),
        ("аа", "character", "cyrillic small letter a"),
        ("a\u200b", "character", "zero width space"),
        ("1e99999", "too-large", "exponent"),
        ("9" * 61, "too-many-digits", "60"),
        ("(" * 10_000, "too-long", "4,000"),
        ("(" * 100 + "1", "too-deep", "60"),
        ("x" * 1_000_000, "too-long", "1,000,000"),
        (r"\frac" * 700, "too-deep", "60"),
        ("", "empty", "no formula"),
        ("<script>alert(1)</script>", "syntax", "'<'"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text: str, code: str, words: str) -> None:
    with pytest.raises(StudentError) as error:
        read(text, SYMBOLS, "plain")
    assert error.value.code == code
    assert words in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        "a.__class__",
        "eval('1')",
        "open('x')",
        "a if 1 else 2",
        "[x for x in a]",
        "np.load('f')",
        "a[-1]",
        "f'{a}'",
    ],
)
def test_python_that_is_no_formula_is_refused(text: str) -> None:
    with pytest.raises(StudentError):
        read(text, SYMBOLS, "python")


def test_a_product_without_a_sign_can_bind_tighter_than_a_fraction_bar() -> None:
    loose = read("1/2n", SYMBOLS, "plain")
    tight = read("1/2n", SYMBOLS, "plain", tight=True)
    assert (to_text(loose), to_text(tight)) == ("1 / 2 * n", "1 / (2 * n)")


def test_a_letter_keeps_its_case() -> None:
    with pytest.raises(StudentError, match="did you mean X"):
        read("x a", SYMBOLS, "plain")


def test_mathml_escapes_what_a_student_typed() -> None:
    markup = to_mathml(Node("symbol", (), "<script>"))
    assert "<script>" not in markup
    assert "&lt;script&gt;" in markup


@pytest.mark.parametrize("notation", ["plain", "latex", "python"])
def test_hostile_formulas_are_answered_at_once(notation: Notation) -> None:
    hostile = [
        "9**9**9",
        "^" * 4000,
        "{" * 4000,
        "|" * 4000,
        "'" * 4000,
        "[[" * 1000,
        "\\" * 3999,
        "-" * 4000,
        "1 " * 2000,
    ]
    start = time.perf_counter()
    for text in hostile:
        try:
            read(text, NONE, notation)
        except StudentError:
            continue
    assert time.perf_counter() - start < 5


_ATOMS = st.one_of(
    st.integers(0, 99).map(number),
    st.sampled_from(["0.5", "1.25"]).map(lambda digits: Node("decimal", (), digits)),
    st.sampled_from(["X", "a", "eta", "w0", "W1", "k"]).map(symbol),
)


def _larger(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    def flat(op: str) -> st.SearchStrategy[Node]:
        # Sums and products are read flat, so their first argument is not of the same kind.
        return st.lists(inner, min_size=2, max_size=3).map(
            lambda args: Node(op, (*(args[0].args if args[0].op == op else args[:1]), *args[1:]))
        )

    return st.one_of(
        flat("sum"),
        flat("product"),
        inner.map(lambda node: Node("negate", (node,))),
        inner.map(lambda node: Node("transpose", (node,))),
        inner.map(lambda node: call("sigma", node, primes=1)),
        inner.map(lambda node: call("norm", node)),
        st.tuples(inner, inner).map(lambda pair: Node("divide", pair)),
        st.tuples(inner, inner).map(lambda pair: Node("power", pair)),
        st.tuples(inner, inner).map(lambda pair: Node("hadamard", pair)),
    )


@settings(max_examples=300, deadline=None)
@given(st.recursive(_ATOMS, _larger, max_leaves=8))
def test_a_formula_is_printed_and_read_back_without_loss(node: Node) -> None:
    assert read(to_text(node), SYMBOLS, "plain") == node
    assert read(to_latex(node), SYMBOLS, "latex") == node
    assert to_mathml(node).startswith("<math")


@settings(max_examples=300, deadline=None)
@given(
    st.text(alphabet="Xaη2^_'{}()[]|\\.,/+-*=<>& σ²ᵀ", max_size=40),
    st.sampled_from(["plain", "latex", "python"]),
)
def test_no_text_crashes_a_reader(text: str, notation: Notation) -> None:
    try:
        read(text, SYMBOLS, notation)
    except StudentError as error:
        assert str(error)
