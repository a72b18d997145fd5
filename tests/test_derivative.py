"""Derivatives are held against differences of the functions themselves, and limits against known values."""

from __future__ import annotations

from fractions import Fraction

import pytest

from grader.errors import StudentError
from grader.maths.names import NONE
from grader.maths.notation import read
from grader.maths.tree import Node, call, number, symbol
from grader.maths.values.derivative import differentiate, known_derivative
from grader.maths.values.limits import settled_limit
from grader.maths.values.numbers import evaluate

X = symbol("x")
STEP = Fraction(1, 10**8)


def _read(text: str) -> Node:
    return read(text, NONE, "python", undeclared=True)


@pytest.mark.parametrize(
    "text",
    [
        "x**3 - 2*x",
        "1/x",
        "x**x",
        "2**x",
        "sqrt(x)",
        "x**(1/3)",
        "exp(-x**2)",
        "log(1 + x**2)",
        "sin(x)*cos(x)/tan(x)",
        "sec(x/2) + csc(x/2) + cot(x/2)",
        "sinh(x) + cosh(2*x) - tanh(x)",
        "asin(x/4) + acos(x/3) + atan(x)",
        "asinh(x) + acosh(x + 2) + atanh(x/3)",
        "abs(x - 2)",
        "max(x, 2 - x)",
        "atan2(x, 3)",
        "erf(x)",
        "1/(1 + exp(-x))",
        "Sum(x**k, (k, 1, 4))",
        "Integral(sin(t), (t, 0, x))",
    ],
)
def test_a_derivative_is_the_limit_of_differences(text: str) -> None:
    node, at = _read(text), Fraction(7, 10)
    slope = float(evaluate(differentiate(node, "x"), {"x": at}))
    low, high = (float(evaluate(node, {"x": at + side * Fraction(1, 10**4)})) for side in (-1, 1))
    assert slope == pytest.approx((high - low) / 2e-4, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("name", ["logistic", "tanh", "exp", "sin", "erf", "relu", "arctan"])
@pytest.mark.parametrize("order", [1, 2])
def test_the_derivatives_of_named_functions(name: str, order: int) -> None:
    lower = call(name, X) if order == 1 else known_derivative(name, 1)
    upper = known_derivative(name, order)
    assert lower is not None
    assert upper is not None
    variable = "x" if order == 1 else "the argument"
    at, step = Fraction(3, 5), Fraction(1, 10**4)
    low, high = (float(evaluate(lower, {variable: at + side * step})) for side in (-1, 1))
    slope = float(evaluate(upper, {"the argument": at}))
    assert slope == pytest.approx((high - low) / 2e-4, rel=1e-5, abs=1e-6)


def test_an_unknown_function_gets_a_prime_and_the_chain_rule() -> None:
    inner = Node("power", (X, number(2)))
    found = differentiate(call("f", inner), "x", unknown=frozenset("f"))
    assert found == Node("product", (call("f", inner, primes=1), Node("product", (number(2), X))))


def test_an_unknown_function_of_two_arguments_has_partial_derivatives() -> None:
    found = differentiate(call("f", X, symbol("y")), "x", unknown=frozenset("f"))
    assert found == Node("partial", (X, symbol("y")), ("f", (1, 0)))


def test_what_has_no_rule_is_refused() -> None:
    with pytest.raises(StudentError):
        differentiate(call("gamma", X), "x")
    with pytest.raises(StudentError):
        differentiate(X, "x", order=99)


def _limit(text: str, at: Node, side: str = "") -> Node:
    return settled_limit(Node("limit", (_read(text), at), ("x", side)))


INFINITY = Node("constant", (), "infinity")


@pytest.mark.parametrize(
    ("text", "at", "value"),
    [
        ("x**2 + 1", number(3), 10),
        ("sin(x)/x", number(0), 1),
        ("(2*x + 1)/(x - 3)", INFINITY, 2),
        ("x*exp(-x)", INFINITY, 0),
        ("x*log(x)/x", number(1), 0),
    ],
)
def test_a_limit_has_a_value(text: str, at: Node, value: int) -> None:
    assert evaluate(_limit(text, at)) == value


@pytest.mark.parametrize(("text", "at"), [("1/x", number(0)), ("abs(x)/x", number(0)), ("sin(x)", INFINITY)])
def test_a_limit_that_does_not_exist_stays_as_it_is(text: str, at: Node) -> None:
    assert _limit(text, at).op == "limit"
    assert _limit("abs(x)/x", number(0), "-") == number(-1)
