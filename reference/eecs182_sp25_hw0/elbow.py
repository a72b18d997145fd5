"""One ReLU unit phi(x) = max(0, w x + b): its slope, its elbow, and what a step of descent does to them.

The four cases of the sheet have phi(x) - y = 1. A case's effect is found by trying units, inputs and rates
on a grid of fractions: where all agree there is one word, else the answer is "depends".
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product


@dataclass(frozen=True, slots=True)
class Unit:
    """max(0, w x + b), with w not zero."""

    w: Fraction
    b: Fraction

    def value(self, x: Fraction) -> Fraction:
        return max(Fraction(0), self.w * x + self.b)

    @property
    def elbow(self) -> Fraction:
        """Where the unit turns from zero: w e + b = 0."""
        return -self.b / self.w

    def step(self, x: Fraction, error: Fraction, rate: Fraction) -> "Unit":
        """The unit after one step on (1/2)(phi(x) - y)^2 with phi(x) - y = `error`.

        Where the unit is active the derivative in w is error x and that in b is error; elsewhere both are 0.
        """
        if self.w * x + self.b <= 0:
            return self
        return Unit(self.w - rate * error * x, self.b - rate * error)


@dataclass(frozen=True, slots=True)
class Trial:
    """A unit, an input and a rate, before and after the step."""

    before: Unit
    after: Unit
    x: Fraction
    rate: Fraction


_GRID = tuple(Fraction(k, 2) for k in (-7, -4, -3, -2, -1, 1, 2, 3, 5))
_RATES = (Fraction(1, 100), Fraction(1, 5), Fraction(2, 3))


def trials(case: Callable[[Unit, Fraction], bool]) -> Iterator[Trial]:
    """All trials of a case; steps that take the slope to zero or past it are left out."""
    for w, b, x, rate in product(_GRID, _GRID, _GRID, _RATES):
        unit = Unit(w, b)
        if not case(unit, x):
            continue
        after = unit.step(x, Fraction(1), rate)
        if after.w * unit.w > 0:
            yield Trial(unit, after, x, rate)


def _inactive(unit: Unit, x: Fraction) -> bool:
    return unit.value(x) == 0


def _positive_slope(unit: Unit, x: Fraction) -> bool:
    return unit.w > 0 and x > 0 and unit.value(x) > 0


def _negative_input(unit: Unit, x: Fraction) -> bool:
    return unit.w > 0 and x < 0 and unit.value(x) > 0


def _negative_slope(unit: Unit, x: Fraction) -> bool:
    return unit.w < 0 and x > 0 and unit.value(x) > 0


def _slope(case: Callable[[Unit, Fraction], bool]) -> str:
    """`steeper`, `shallower`, `unchanged`, or `depends` where trials disagree."""
    found = set()
    for trial in trials(case):
        change = abs(trial.after.w) - abs(trial.before.w)
        found.add("unchanged" if change == 0 else "steeper" if change > 0 else "shallower")
    return found.pop() if len(found) == 1 else "depends"


def _elbow(case: Callable[[Unit, Fraction], bool]) -> str:
    """`right`, `left`, `unchanged`, or `depends` where trials disagree."""
    found = set()
    for trial in trials(case):
        change = trial.after.elbow - trial.before.elbow
        found.add("unchanged" if change == 0 else "right" if change > 0 else "left")
    return found.pop() if len(found) == 1 else "depends"


def slope_changes_when_inactive() -> str:
    """(i) phi(x) = 0."""
    return _slope(_inactive)


def elbow_moves_when_inactive() -> str:
    """(i) phi(x) = 0."""
    return _elbow(_inactive)


def slope_changes_with_positive_slope() -> str:
    """(ii) w, x and phi(x) positive, while the step does not pass the slope zero."""
    return _slope(_positive_slope)


def elbow_moves_with_positive_slope() -> str:
    """(ii) w, x and phi(x) positive: to the right iff (b - w/x)(rate - w/x) > 0."""
    return _elbow(_positive_slope)


def slope_changes_with_negative_input() -> str:
    """(iii) w > 0, x < 0, phi(x) > 0."""
    return _slope(_negative_input)


def elbow_moves_with_negative_input() -> str:
    """(iii) w > 0, x < 0, phi(x) > 0."""
    return _elbow(_negative_input)


def slope_changes_with_negative_slope() -> str:
    """(iv) w < 0, x > 0, phi(x) > 0."""
    return _slope(_negative_slope)


def elbow_moves_with_negative_slope() -> str:
    """(iv) w < 0, x > 0, phi(x) > 0."""
    return _elbow(_negative_slope)


# The sheet's example of case (iv): rate 0.1, x = 1, y = 1, w = -2, b = 4.

_EXAMPLE, _INPUT, _LABEL, _RATE = Unit(Fraction(-2), Fraction(4)), Fraction(1), Fraction(1), Fraction(1, 10)


def _after() -> Unit:
    return _EXAMPLE.step(_INPUT, _EXAMPLE.value(_INPUT) - _LABEL, _RATE)


def elbow_before_example() -> Fraction:
    """The elbow of the example before the step."""
    return _EXAMPLE.elbow


def elbow_after_example() -> Fraction:
    """The elbow of the example after the step."""
    return _after().elbow


def error_after_example() -> Fraction:
    """phi(x) - y of the example after the step; it is 1 before."""
    return _after().value(_INPUT) - _LABEL
