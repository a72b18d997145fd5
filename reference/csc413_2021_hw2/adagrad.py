"""AdaGrad on one example in the plane: loss (x'w - t)^2, gradient 2 (x'w - t) x, start w_0 = 0."""

from collections.abc import Sequence
from fractions import Fraction
from math import sqrt

from .examples import EARLIER_EXAMPLE, EXAMPLE, SYMMETRIC_EXAMPLE


def adagrad(
    x: Sequence[int], t: int, *, rate: float = 0.4, epsilon: float = 1e-10, steps: int | None = None
) -> tuple[float, ...]:
    """The point AdaGrad reaches from zero, of the shape of x; `steps` None iterates until nothing changes.

    Per coordinate: G += g^2, then w -= rate / (sqrt(G) + epsilon) * g, as the sheet states the rule.

    Raises:
        ArithmeticError: no convergence within 100,000 steps.
    """
    w, accumulated = [0.0] * len(x), [0.0] * len(x)
    for _ in range(100_000 if steps is None else steps):
        residual = sum(a * b for a, b in zip(x, w, strict=True)) - t
        if steps is None and abs(residual) < 1e-13 * (1 + abs(t)):
            return tuple(w)
        gradient = [2 * residual * entry for entry in x]
        accumulated = [total + g * g for total, g in zip(accumulated, gradient, strict=True)]
        w = [
            value - rate / (sqrt(total) + epsilon) * g
            for value, total, g in zip(w, accumulated, gradient, strict=True)
        ]
    if steps is None:
        raise ArithmeticError(f"AdaGrad has not converged on x = {tuple(x)}, t = {t} with rate {rate}")
    return tuple(w)


def minimum_norm(x: Sequence[int], t: int) -> tuple[Fraction, ...]:
    """The shortest w with x'w = t: the projection of zero, x t / (x'x)."""
    return tuple(Fraction(entry * t, sum(e * e for e in x)) for entry in x)


def adagrad_limit() -> tuple[float, ...]:
    """Where AdaGrad ends on x = (1, 2), t = 3."""
    return adagrad(*EXAMPLE)


def adagrad_limit_of_the_earlier_example() -> tuple[float, ...]:
    """Where AdaGrad ends on the data of the homework before, x = (2, 1), t = 2."""
    return adagrad(*EARLIER_EXAMPLE)


def adagrad_limit_of_the_symmetric_example() -> tuple[float, ...]:
    """Where AdaGrad ends on x = (1, 1), t = 3: the minimum-norm point, so no counterexample."""
    return adagrad(*SYMMETRIC_EXAMPLE)


def adagrad_first_step() -> tuple[float, ...]:
    """One step of AdaGrad on x = (1, 2), t = 3 with rate 0.01 and epsilon 0.1."""
    return adagrad(*EXAMPLE, rate=0.01, epsilon=0.1, steps=1)


def minimum_norm_point() -> tuple[Fraction, ...]:
    """The minimum-norm solution of x = (1, 2), t = 3, which AdaGrad misses."""
    return minimum_norm(*EXAMPLE)
