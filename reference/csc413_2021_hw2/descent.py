"""Gradient descent on one example, exactly: the loss after some steps as a function of the rate."""

from collections.abc import Sequence
from fractions import Fraction

from .examples import SYMMETRIC_EXAMPLE


def gradient_descent(
    x: Sequence[int], t: int, rate: Fraction, *, steps: int, factor: int = 2
) -> tuple[Fraction, ...]:
    """The weights after `steps` steps from zero on the loss (x'w - t)^2, whose gradient is 2 (x'w - t) x."""
    w = (Fraction(0),) * len(x)
    for _ in range(steps):
        residual = _residual(x, t, w)
        w = tuple(value - rate * factor * residual * entry for value, entry in zip(w, x, strict=True))
    return w


def _residual(x: Sequence[int], t: int, w: Sequence[Fraction]) -> Fraction:
    return sum((entry * value for entry, value in zip(x, w, strict=True)), Fraction(-t))


def best_rate_of_one_step(x: Sequence[int], t: int, *, factor: int = 2) -> Fraction:
    """The rate that makes the loss after one step least.

    That loss is a parabola in the rate, so its values at 0, 1 and 2 give the vertex.
    """

    def loss(rate: int) -> Fraction:
        return _residual(x, t, gradient_descent(x, t, Fraction(rate), steps=1, factor=factor)) ** 2

    second = loss(0) - 2 * loss(1) + loss(2)
    slope = loss(1) - loss(0) - second / 2
    return -slope / second


def best_rate() -> Fraction:
    """The best rate of one step on X = [1 1], t = 3."""
    return best_rate_of_one_step(*SYMMETRIC_EXAMPLE)


def best_rate_without_the_two() -> Fraction:
    """The same when the gradient of the square lost its factor 2."""
    return best_rate_of_one_step(*SYMMETRIC_EXAMPLE, factor=1)


def best_first_weights() -> tuple[Fraction, ...]:
    """The weights after one step from zero with the best rate, on X = [1 1], t = 3."""
    return gradient_descent(*SYMMETRIC_EXAMPLE, best_rate(), steps=1)


def best_rate_of_many_steps() -> Fraction:
    """The best rate for any number of steps on X = [1 1], t = 3.

    The residual of one step is affine in the rate; where it vanishes it stays zero, and no loss is smaller.

    Raises:
        ArithmeticError: the loss does not vanish there after several steps.
    """
    x, t = SYMMETRIC_EXAMPLE
    before, after = (_residual(x, t, gradient_descent(x, t, Fraction(rate), steps=1)) for rate in (0, 1))
    rate = before / (before - after)
    for steps in (1, 2, 5):
        if _residual(x, t, gradient_descent(x, t, rate, steps=steps)) != 0:
            raise ArithmeticError(f"the loss after {steps} steps with rate {rate} is not zero")
    return rate
