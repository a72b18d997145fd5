"""AdaGrad and the shortest solution for linear regression on any data: loss (1/n) ||X w - t||^2."""

from collections.abc import Sequence
from fractions import Fraction
from math import sqrt


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


def adagrad_end(
    inputs: object,
    labels: object,
    rate: Fraction | float = 0.4,
    start: object = 0,
    epsilon: Fraction | float = 1e-10,
    *,
    late: bool = False,
) -> tuple[float, ...]:
    """Where AdaGrad ends on the loss (1/n) ||X w - t||^2, of the shape of a row of `inputs`.

    `inputs` is one example or a matrix with a row for each, `labels` a number or one for each row, `start` a
    point or zero. The rule is that of `adagrad`, with the gradient (2/n) X'(X w - t); with `late` the one
    that is often programmed instead: the sum of squares begins with 1 and is added to after the step.

    Raises:
        ValueError: the shapes do not go together.
        ArithmeticError: the gradient does not vanish within 100,000 steps.
    """
    rows, targets = _data(inputs, labels)
    size = len(rows[0])
    w = [float(entry) for entry in start] if isinstance(start, tuple) else [float(start)] * size  # type: ignore[arg-type]
    if len(w) != size:
        raise ValueError("the start has another number of entries than an example")
    accumulated = [1.0 if late else 0.0] * size
    scale = 1e-10 * (1 + max(abs(entry) for row in rows for entry in row)) * (1 + max(map(abs, targets)))
    for _ in range(100_000):
        residuals = [
            sum(a * b for a, b in zip(row, w, strict=True)) - t for row, t in zip(rows, targets, strict=True)
        ]
        gradient = [
            2 / len(rows) * sum(r * row[k] for r, row in zip(residuals, rows, strict=True))
            for k in range(size)
        ]
        if max(map(abs, gradient)) < scale:
            return tuple(w)
        after = [total + g * g for total, g in zip(accumulated, gradient, strict=True)]
        w = [
            value - float(rate) / (sqrt(total) + float(epsilon)) * g if g else value
            for value, total, g in zip(w, accumulated if late else after, gradient, strict=True)
        ]
        accumulated = after
    raise ArithmeticError("AdaGrad has not converged on these data")


def adagrad_one_step(
    inputs: object,
    labels: object,
    rate: Fraction | float = 0.4,
    start: object = 0,
    epsilon: Fraction | float = 1e-10,
) -> tuple[float, ...]:
    """The first iterate of `adagrad_end`, on the same data.

    Raises:
        ValueError: the shapes do not go together.
    """
    rows, targets = _data(inputs, labels)
    w = [float(entry) for entry in start] if isinstance(start, tuple) else [float(start)] * len(rows[0])  # type: ignore[arg-type]
    gradient = [0.0] * len(w)
    for row, target in zip(rows, targets, strict=True):
        residual = sum(a * b for a, b in zip(row, w, strict=True)) - target
        gradient = [g + 2 / len(rows) * residual * entry for g, entry in zip(gradient, row, strict=True)]
    return tuple(
        value - float(rate) * g / (abs(g) + float(epsilon)) for value, g in zip(w, gradient, strict=True)
    )


def _data(inputs: object, labels: object) -> tuple[list[list[float]], list[float]]:
    """The rows and labels of a data set as people write them: one example may be a vector or a column."""
    targets = [float(t) for t in labels] if isinstance(labels, tuple) else [float(labels)]  # type: ignore[arg-type]
    given = inputs if isinstance(inputs, tuple) else (inputs,)
    rows = (
        [list(map(float, row)) for row in given] if isinstance(given[0], tuple) else [list(map(float, given))]
    )
    if len(rows) != len(targets) and len(rows[0]) == len(targets):
        rows = [list(column) for column in zip(*rows, strict=True)]
    if len(rows) != len(targets) or len({len(row) for row in rows}) > 1:
        raise ValueError("every example needs a label, and all of them the same number of entries")
    return rows, targets


def shortest_solution(inputs: object, labels: object) -> tuple[float, ...]:
    """The shortest w with X w = t: X'c with X X'c = t, by elimination.

    Raises:
        ValueError: the shapes do not go together, or the examples are not independent.
    """
    rows, targets = _data(inputs, labels)
    system = [[sum(a * b for a, b in zip(one, other, strict=True)) for other in rows] for one in rows]
    for k, target in enumerate(targets):
        system[k].append(target)
    for k in range(len(rows)):
        pivot = max(range(k, len(rows)), key=lambda row: abs(system[row][k]))
        if abs(system[pivot][k]) < 1e-9 * max(1.0, abs(system[0][0])):
            raise ValueError("the examples are not independent")
        system[k], system[pivot] = system[pivot], system[k]
        system[k] = [entry / system[k][k] for entry in system[k]]
        for row in range(len(rows)):
            if row != k:
                factor = system[row][k]
                system[row] = [a - factor * b for a, b in zip(system[row], system[k], strict=True)]
    factors = [row[-1] for row in system]
    return tuple(sum(c * row[k] for c, row in zip(factors, rows, strict=True)) for k in range(len(rows[0])))
