"""Formulas that are the same, or not, over all of the functions, domains and kinks that courses use."""

from __future__ import annotations

import re

import pytest

from grader.errors import StudentError
from grader.maths.names import NONE, Symbols, declare, open_symbols
from grader.maths.notation import read
from grader.maths.sameness.identity import Comparison, Frame, compare, find_counterexample, settle
from grader.maths.tree import Node, call, number, symbol


def _nodes(*texts: str | Node, symbols: Symbols = NONE) -> list[Node]:
    return [
        read(text, symbols, "python", undeclared=True) if isinstance(text, str) else text for text in texts
    ]


def _compared(
    expected: str | Node,
    got: str | Node,
    *,
    symbols: Symbols = NONE,
    domain: str = "real",
    secret: bytes = b"s",
) -> Comparison:
    trees = _nodes(expected, got, symbols=symbols)
    frame = Frame(open_symbols(trees, symbols, domain), secret)
    return compare(*(settle(tree, frame) for tree in trees))


def _example(expected: str, got: str, symbols: Symbols = NONE) -> str:
    trees = _nodes(expected, got, symbols=symbols)
    frame = Frame(open_symbols(trees, symbols), b"s")
    found = find_counterexample(*(settle(tree, frame) for tree in trees))
    assert found is not None
    at = ", ".join(f"{name} = {value}" for name, value in found.values)
    return f"at {at} yours gives {found.got}, expected {found.expected}"


SAME = [
    ("max(0,x)", "(x+abs(x))/2"),
    ("log(exp(x)+exp(y))", "x+log(1+exp(y-x))"),
    ("log(1+exp(x))", "max(x,0)+log(1+exp(-abs(x)))"),
    ("1/(1+exp(-1000*x))", "exp(1000*x)/(1+exp(1000*x))"),
    ("0", "sin(x)**2+cos(x)**2-1"),
    ("sqrt(x-10)", "sqrt(x-10)"),
    ("sqrt(x-10)", "sqrt(2*x-20)/sqrt(2)"),
    ("asinh(x)", "log(x+sqrt(x**2+1))"),
    ("sqrt(2)*sqrt(3)", "sqrt(6)"),
    ("atan(1)", "pi/4"),
    ("sqrt(3+2*sqrt(2))", "1+sqrt(2)"),
    ("(-8)**(1/3)", "-2"),
    ("(x**3)**(1/3)", "x"),
    ("x**(2/3)", "(x**2)**(1/3)"),
    ("sqrt(x**2+2*x+1)", "abs(x+1)"),
    ("log(x**3)", "3*log(x)"),
    ("log(abs(x))", "log(x**2)/2"),
    ("sqrt(1-x)*sqrt(1+x)", "sqrt(1-x**2)"),
    ("-floor(-x)", "ceil(x)"),
    ("sin(2*x)", "2*sin(x)*cos(x)"),
    ("tan(x)", "sin(x)/cos(x)"),
    ("tanh(x)", "(exp(2*x)-1)/(exp(2*x)+1)"),
    ("a**b*a**c", "a**(b+c)"),
    ("x**x", "exp(x*log(x))"),
    ("log(x,2)", "log(x)/log(2)"),
    ("(x-a)**6000", "(a-x)**6000"),
    ("erf(-x)", "-erf(x)"),
    ("gamma(x+1)", "x*gamma(x)"),
    ("f(x)+f(y)", "f(y)+f(x)"),
    ("0.1+0.2", "0.3"),
    # Complex numbers.
    ("sqrt(-4)", "2*I"),
    ("exp(I*pi)", "-1"),
    ("exp(I*x)", "cos(x)+I*sin(x)"),
    ("re(x+I*y)", "x"),
    ("abs(x+I*y)", "sqrt(x**2+y**2)"),
    # Whole numbers.
    ("factorial(n)", "n*factorial(n-1)"),
    ("binomial(n,2)", "n*(n-1)/2"),
    ("binomial(n,k)", "factorial(n)/(factorial(k)*factorial(n-k))"),
    ("gcd(12,18)", "6"),
    ("lcm(4,6)", "12"),
    ("Mod(17,5)", "2"),
    # Sums, derivatives, integrals, limits.
    ("Sum(k**2,(k,1,n))", "Sum(j**2,(j,1,n))"),
    ("Sum(k,(k,1,n))", "n*(n+1)/2"),
    ("Product(k,(k,1,n))", "factorial(n)"),
    ("diff(x**3,x)", "3*x**2"),
    ("diff(f(x**2),x)", "2*x*diff(f(x**2),x)/(2*x)"),
    ("Integral(x**2,(x,0,1))", "1/3"),
    ("Integral(sin(t),(t,0,x))", "1-cos(x)"),
    ("Integral(2*x,x)", "x**2+7"),
    ("Limit(sin(x)/x,x,0)", "1"),
    ("Limit((1+1/x)**x,x,oo)", "E"),
]


@pytest.mark.parametrize(("expected", "got"), SAME)
def test_the_same_function_in_another_form(expected: str, got: str) -> None:
    assert _compared(expected, got)
    assert _compared(got, expected)


DIFFERENT = [
    ("max(0,x)", "x"),
    ("1.000001*(x**2+1)", "x**2+1"),
    ("x/(sqrt(v)+1e-8)", "x/sqrt(v)"),
    ("log(x**2)", "2*log(x)"),
    ("max(-1,min(1,x))", "1"),
    ("0.0000001", "0.0000004"),
    ("61706", "64000"),
    ("61706", "61750"),
    ("floor(x)", "floor(x+1e-9)"),
    ("sqrt(x**2+2*x+1)", "x+1"),
    ("x+exp(-100000)", "x"),
    ("log(1+exp(-1000-x**2))", "0"),
    ("exp(pi*sqrt(163))", "262537412640768744"),
    ("sqrt(x)*sqrt(y)", "sqrt(x*y)"),
    ("(a**b)**c", "a**(b*c)"),
    ("sqrt(1-x)/sqrt(x-1)", "I"),
    ("atan2(y,x)", "atan(y/x)"),
    ("atan(x)+atan(1/x)", "pi/2"),
    ("f(x,y)", "f(y,x)"),
    ("Sum(k**2,(k,1,n))", "n*(n+1)*(2*n+2)/6"),
    ("Integral(x**2,(x,0,1))", "0.3333333"),
    ("1/3", "0.33"),
    ("2*W*x", "2*w*x"),
    ("abs(x)", "x"),
    ("x**100", "x**101"),
]


@pytest.mark.parametrize(("expected", "got"), DIFFERENT)
def test_another_function_is_found_with_an_example(expected: str, got: str) -> None:
    assert _compared(expected, got).outcome == "different"
    assert _compared(got, expected).outcome == "different"
    assert _example(expected, got)


def test_the_example_is_what_a_student_can_check() -> None:
    assert re.fullmatch(r"at x = (-\d) yours gives \1, expected 0", _example("max(0,x)", "x"))
    domain = _example("log(x**2)", "2*log(x)")
    assert re.match(r"at x = -\d yours gives not defined there, expected \d", domain)
    assert "f = sin" in _example("f(x)", "f(2*x)")


@pytest.mark.parametrize(
    ("expected", "got"), [("log(x**2)", "2*log(x)"), ("sqrt(x*y)", "sqrt(x)*sqrt(y)"), ("(x**2)**(1/2)", "x")]
)
def test_positive_names_have_no_other_domain(expected: str, got: str) -> None:
    assert _compared(expected, got).outcome == "different"
    assert _compared(expected, got, domain="positive")


def test_different_domains_have_a_code() -> None:
    assert _compared("log(x**2)", "2*log(x)").code == "domain"
    assert _compared("sqrt(x)-sqrt(x)", "0*y").code != "undefined"


@pytest.mark.parametrize(
    ("expected", "got", "at"),
    [("x/x", "1", "x = 0"), ("(x**2-1)/(x-1)", "x+1", "x = 1"), ("sign(x)", "x/abs(x)", "x = 0")],
)
def test_a_removable_point_is_noted(expected: str, got: str, at: str) -> None:
    found = _compared(expected, got)
    assert found
    assert at in found.notes[0]


def _relation(left: Node, sign: str, right: Node) -> Node:
    return Node("relation", (left, right), sign)


X, ZERO = symbol("x"), number(0)
BY_CASES = Node("cases", (X, _relation(X, ">", ZERO), ZERO))
BY_PRODUCT = Node("product", (X, Node("indicator", (_relation(X, ">", ZERO),))))


@pytest.mark.parametrize("form", [BY_CASES, BY_PRODUCT, "(x+abs(x))/2", call("relu", X)], ids=repr)
def test_relu_in_all_its_forms(form: str | Node) -> None:
    assert _compared("max(0,x)", form)
    assert _compared(form, "x").outcome == "different"


def test_conditions_that_differ_at_one_point_only() -> None:
    strict, weak = (Node("indicator", (_relation(X, sign, ZERO),)) for sign in (">", ">="))
    assert _compared(strict, weak).outcome == "different"
    assert _compared(strict, Node("indicator", (_relation(ZERO, "<", X),)))


def test_a_case_that_is_missing_is_another_domain() -> None:
    partial = Node("cases", (X, _relation(X, ">", ZERO)))
    assert _compared(BY_CASES, partial).outcome == "different"


def test_a_formula_without_any_value_is_neither_the_same_nor_different() -> None:
    assert _compared("1/0", "1/0").outcome == "undecided"
    assert _compared("1/0", "1").outcome == "different"


def test_a_tower_of_powers_is_refused_at_once() -> None:
    with pytest.raises(StudentError):
        _compared("9**9**9", "1")


def test_antiderivatives_are_compared_up_to_a_constant() -> None:
    found = _compared("Integral(2*x,x)", "x**2+c")
    assert found
    assert "up to a constant" in found.notes[0]
    assert _compared("Integral(2*x,x)", "x**3").outcome == "different"


def test_an_index_is_counted_from_one_and_has_an_end() -> None:
    symbols = declare({"v": {"vector": "n"}, "w": {"vector": "n"}}, [{"n": 3}])
    i = symbol("i")
    ends = (number(1), symbol("n"))
    dot = Node("product", (Node("entry", (symbol("v"), i)), Node("entry", (symbol("w"), i))))
    total = Node("fold", (dot, *ends), ("sum", "i"))
    inner = Node("product", (Node("transpose", (symbol("v"),)), symbol("w")))
    assert _compared(total, inner, symbols=symbols)
    with pytest.raises(StudentError, match="no entry 9"):
        _compared(Node("entry", (symbol("v"), number(9))), "1", symbols=symbols)


def test_a_name_with_an_index_that_nobody_declared_is_a_family() -> None:
    def family(name: str, index: str) -> Node:
        square = Node("power", (Node("entry", (symbol(name), symbol(index))), number(2)))
        return Node("fold", (square, number(1), symbol("n")), ("sum", index))

    assert _compared(family("x", "i"), family("x", "k"))
    assert _compared(family("x", "i"), family("y", "i")).outcome == "different"


SIGMA = declare(
    {
        "z": {"vector": "n"},
        "c": {"scalar": "real"},
        "sigma": {"function": "elementwise", "is": "logistic"},
        "A": {"matrix": ["n", "n"]},
        "M": {"matrix": ["n", "d"], "rank": "full"},
    },
    [{"n": 3, "d": 5}],
)


def _plain(text: str) -> Node:
    return read(text, SIGMA, "plain")


@pytest.mark.parametrize(
    ("expected", "got", "outcome"),
    [
        ("sigma'(z)", "sigma(z) .* (1 - sigma(z))", "same"),
        ("sigma'(z)", "sigma(z)", "different"),
        ("sigma''(z)", "sigma'(z) .* (1 - 2 sigma(z))", "same"),
        ("sigma''(z)", "sigma'(z) .* (1 + 2 sigma(z))", "different"),
        ("softmax(z)", "exp(z - c) / total(exp(z - c))", "same"),
        ("softmax(z)", "exp(z) / total(exp(z - c))", "different"),
        ("softmax(z)", "softmax(z + c)", "same"),
        ("A^2", "trace(A) A - det(A) I", "different"),
        ("trace(A A')", "norm(A)^2", "same"),
        ("rank(M)", "n", "same"),
        ("det(2 A)", "2^n det(A)", "same"),
        ("det(2 A)", "2 det(A)", "different"),
    ],
)
def test_vectors_and_matrices(expected: str, got: str, outcome: str) -> None:
    assert _compared(_plain(expected), _plain(got), symbols=SIGMA).outcome == outcome


@pytest.mark.parametrize(("expected", "got"), [*SAME[:6], *DIFFERENT[:9]])
def test_every_secret_gives_the_same_verdict(expected: str, got: str) -> None:
    outcomes = {_compared(expected, got, secret=b"%d" % k).outcome for k in range(4)}
    assert len(outcomes) == 1


def test_a_square_around_zero_has_a_value() -> None:
    assert _compared("(sqrt(2)-sqrt(2))**2", "(sqrt(2)-sqrt(2))**2+1/100").outcome == "different"
    assert _compared("(sin(x)**2+cos(x)**2-1)**3", "0*exp(x)")


def test_an_integral_that_does_not_converge_is_undecided_in_time() -> None:
    for text in ("Integral(1/sqrt(-t**2),(t,-1,1))", "Integral(1/t,(t,-x,x))"):
        assert _compared(text, "x").outcome == "undecided"
    double = "Integral(Integral(sin(s*t),(s,0,x)),(t,0,x))"
    assert _compared(double, "0").outcome == "undecided"
