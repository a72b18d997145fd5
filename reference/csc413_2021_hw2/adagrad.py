"""AdaGrad on one example in the plane: loss (x'w - t)^2, gradient 2 (x'w - t) x, start w_0 = 0."""

from collections.abc import Sequence
from fractions import Fraction

from .. import _adagrad
from .examples import EARLIER_EXAMPLE, EXAMPLE, SYMMETRIC_EXAMPLE


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


def minimum_norm(x: Sequence[int], t: int) -> tuple[Fraction, ...]:
    """The shortest w with x'w = t: the projection of zero, x t / (x'x)."""
    return tuple(Fraction(entry * t, sum(e * e for e in x)) for entry in x)


def adagrad_limit() -> tuple[float, ...]:
    """Where AdaGrad ends on x = (1, 2), t = 3."""
    return _adagrad.adagrad(*EXAMPLE)


def adagrad_limit_of_the_earlier_example() -> tuple[float, ...]:
    """Where AdaGrad ends on the data of the homework before, x = (2, 1), t = 2."""
    return _adagrad.adagrad(*EARLIER_EXAMPLE)


def adagrad_limit_of_the_symmetric_example() -> tuple[float, ...]:
    """Where AdaGrad ends on x = (1, 1), t = 3: the minimum-norm point, so no counterexample."""
    return _adagrad.adagrad(*SYMMETRIC_EXAMPLE)


def adagrad_first_step() -> tuple[float, ...]:
    """One step of AdaGrad on x = (1, 2), t = 3 with rate 0.01 and epsilon 0.1."""
    return _adagrad.adagrad(*EXAMPLE, rate=0.01, epsilon=0.1, steps=1)


def minimum_norm_point() -> tuple[Fraction, ...]:
    """The minimum-norm solution of x = (1, 2), t = 3, which AdaGrad misses."""
    return minimum_norm(*EXAMPLE)
