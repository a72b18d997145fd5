"""Answers of homework 1 (2020): vector-Jacobian products and linear regression in the plane.

Every value is computed from the data of the problem, exactly where it is rational. A wrong but common way
is the same computation with one thing changed, so that the rubric can name the slip behind a number.
"""

# Annotations are not postponed here: modules loaded from a path keep them as plain objects.
from collections.abc import Sequence
from fractions import Fraction
from math import sqrt

from .. import _adagrad
from .._polynomials import (
    fit,
    fit_basis,
    fit_by_degree,
    fit_cases,
    fit_chebfit,
    fit_chebyshev_only,
    fit_examples,
    fit_from_ones,
    fit_kind,
    fit_legendre_only,
    fit_monomials,
    fit_ridge,
    fit_scaled,
    fit_swapped,
    fit_swapped_by_degree,
)

# The data of the sheet.

V = (1, 2, 3)
Y = (1, 1, 1)

EXAMPLE = ((2, 1), 2)  # one input x and its label t

Matrix = tuple[tuple[int, ...], ...]


# The map f(x) = v v'x of R^n to itself, and its Jacobian J = v v'.


def dot(a: Sequence[int | Fraction], b: Sequence[int | Fraction]) -> Fraction:
    """The sum of the products of the entries of two vectors of one length."""
    return sum((Fraction(p) * q for p, q in zip(a, b, strict=True)), Fraction(0))


def outer(a: Sequence[int], b: Sequence[int]) -> Matrix:
    """The n x m matrix of all products of an entry of a with one of b."""
    return tuple(tuple(p * q for q in b) for p in a)


def jacobian() -> Matrix:
    """J[i, j] = df_i/dx_j = v_i v_j, 3 x 3."""
    return outer(V, V)


def jacobian_as_inner_product() -> Fraction:
    """v'v, the scalar that comes of reading v v' as an inner product."""
    return dot(V, V)


def jacobian_diagonal() -> Matrix:
    """Only the squares v_i^2, on the diagonal."""
    return tuple(
        tuple(entry if i == j else 0 for j, entry in enumerate(row)) for i, row in enumerate(jacobian())
    )


def jacobian_doubled() -> Matrix:
    """2 v v', the Hessian of (v'x)^2: f is taken for a quadratic form."""
    return tuple(tuple(2 * entry for entry in row) for row in jacobian())


def product() -> tuple[Fraction, ...]:
    """J'y = v (v'y), with the scalar in brackets first."""
    factor = dot(V, Y)
    return tuple(factor * entry for entry in V)


def product_with_squared_norm() -> tuple[Fraction, ...]:
    """(v'v) v: the vector y is left out of the scalar."""
    factor = dot(V, V)
    return tuple(factor * entry for entry in V)


# Linear regression on one example in the plane: loss (x'w - t)^2, gradient 2 (x'w - t) x, w_0 = 0.


def gradient(w: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """The gradient of the loss of the example at w."""
    x, t = EXAMPLE
    residual = dot(x, w) - t
    return tuple(2 * residual * entry for entry in x)


def gradient_at_zero() -> tuple[Fraction, ...]:
    """The first gradient of a descent from zero."""
    return gradient((Fraction(0), Fraction(0)))


def _normalized(vector: Sequence[Fraction]) -> tuple[float, ...]:
    length = sqrt(dot(vector, vector))
    return tuple(float(entry) / length for entry in vector)


def direction() -> tuple[float, ...]:
    """The direction of the first gradient, of length 1; it points away from x."""
    return _normalized(gradient_at_zero())


def direction_swapped() -> tuple[float, ...]:
    """The same with its two coordinates exchanged."""
    return tuple(reversed(direction()))


def direction_of_the_line() -> tuple[float, ...]:
    """The direction of the line of solutions, perpendicular to x, of length 1."""
    first, second = EXAMPLE[0]
    return _normalized((Fraction(-second), Fraction(first)))


def limit() -> tuple[Fraction, ...]:
    """Where gradient descent from zero ends: the multiple of x that solves x'w = t."""
    x, t = EXAMPLE
    return tuple(entry * Fraction(t) / dot(x, x) for entry in x)


def solution_on_the_axis() -> tuple[Fraction, ...]:
    """The solution whose second coordinate is zero."""
    x, t = EXAMPLE
    return (Fraction(t, x[0]), Fraction(0))


def solution_with_equal_entries() -> tuple[Fraction, ...]:
    """The solution whose coordinates are equal."""
    x, t = EXAMPLE
    return (Fraction(t, sum(x)),) * len(x)


def residual_product() -> Fraction:
    """(w_hat - w_1)'w_hat for the limit w_hat and another solution w_1."""
    reached, other = limit(), solution_on_the_axis()
    return dot([p - q for p, q in zip(reached, other, strict=True)], reached)


# AdaGrad on the same example.


def adagrad_limit() -> tuple[float, ...]:
    """Where AdaGrad ends on x = (2, 1), t = 2."""
    return _adagrad.adagrad(*EXAMPLE)


def adagrad_first_step() -> tuple[float, ...]:
    """One step with rate 0.01 and epsilon 1e-8."""
    return _adagrad.adagrad(*EXAMPLE, rate=0.01, epsilon=1e-8, steps=1)


def adagrad_end(
    inputs: object = EXAMPLE[0],
    labels: object = EXAMPLE[1],
    rate: Fraction | float = 0.4,
    start: object = 0,
    epsilon: Fraction | float = 1e-10,
) -> tuple[float, ...]:
    """Where AdaGrad ends on data of one's own, without any on those of the sheet."""
    return _adagrad.adagrad_end(inputs, labels, rate, start, epsilon)


def adagrad_end_late(
    inputs: object = EXAMPLE[0],
    labels: object = EXAMPLE[1],
    rate: Fraction | float = 0.4,
    start: object = 0,
    epsilon: Fraction | float = 1e-10,
) -> tuple[float, ...]:
    """Where the rule ends whose sum of squares begins with 1 and is added to after the step."""
    return _adagrad.adagrad_end(inputs, labels, rate, start, epsilon, late=True)


def adagrad_one_step(
    inputs: object = EXAMPLE[0],
    labels: object = EXAMPLE[1],
    rate: Fraction | float = 0.4,
    start: object = 0,
    epsilon: Fraction | float = 1e-10,
) -> tuple[float, ...]:
    """The first step on data of one's own."""
    return _adagrad.adagrad_one_step(inputs, labels, rate, start, epsilon)


def shortest_solution(
    inputs: object = EXAMPLE[0], labels: object = EXAMPLE[1], **_: object
) -> tuple[float, ...]:
    """The shortest solution on the same data; other arguments do not matter."""
    return _adagrad.shortest_solution(inputs, labels)
