"""Why a number is wrong: its sign, a small factor, the decimal point, one more or less, swapped digits."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from grader.maths.values.tolerance import GOOD, Number, Rule, Typed, agree

_FACTORS = tuple(Fraction(*pair) for pair in ((2, 1), (1, 2), (4, 1), (1, 4), (3, 1), (1, 3)))
_TENS = (1, -1, 2, -2, 3, -3, 6, -6)


def near(got: Number, expected: Number, rule: Rule, typed: Typed | None = None) -> tuple[str, str] | None:
    """The code and the sentence for a number that is one usual slip away from the expected one; None if not.

    >>> near(Fraction(61_760), Fraction(61_706), Rule("exact"))
    ('digits-swapped', 'Two digits are swapped.')
    """

    def is_times(factor: Fraction) -> bool:
        return agree(got, _times(expected, factor), rule, typed) in GOOD

    if expected == 0 or got == 0:
        return _whole(got, expected)
    if is_times(Fraction(-1)):
        return "sign", "The sign is the other one."
    found = _whole(got, expected)
    if found is not None:
        return found
    factor = next((factor for factor in _FACTORS if is_times(factor)), None)
    if factor is not None:
        return "factor", f"This is {factor} times the expected number."
    factor = next((factor for factor in _FACTORS if is_times(-factor)), None)
    if factor is not None:
        return "factor", f"This is {factor} times the expected number, with the other sign."
    power = next((power for power in _TENS if is_times(Fraction(10) ** power)), None)
    if power is not None:
        places = f"{abs(power)} place{'s' if abs(power) > 1 else ''}"
        return (
            "decimal-point",
            f"The decimal point is {places} too far to the {'right' if power > 0 else 'left'}.",
        )
    if agree(got, _reciprocal(expected), rule, typed) in GOOD:
        return "reciprocal", "This is one over the expected number."
    return None


def _whole(got: Number, expected: Number) -> tuple[str, str] | None:
    """What may have happened between two whole numbers."""
    if not (isinstance(got, Fraction) and isinstance(expected, Fraction)):
        return None
    if got.denominator != 1 or expected.denominator != 1:
        return None
    if abs(got - expected) == 1:
        return "off-by-one", f"This is one too {'many' if got > expected else 'few'}."
    ours, theirs = str(abs(int(expected))), str(abs(int(got)))
    if len(ours) == len(theirs) and (got > 0) == (expected > 0):
        apart = [k for k, (a, b) in enumerate(zip(ours, theirs, strict=True)) if a != b]
        swapped = len(apart) == 2 and (ours[apart[0]], ours[apart[1]]) == (theirs[apart[1]], theirs[apart[0]])
        if swapped and apart[1] == apart[0] + 1:
            return "digits-swapped", "Two digits are swapped."
        if len(apart) == 1 and len(ours) >= 4:
            return "one-digit", "One digit is another."
    for figures in range(2, len(ours)):
        unit = 10 ** (len(ours) - figures)
        if int(got) == round(Fraction(int(expected), unit)) * unit:
            return "rounded", "This is rounded; the exact number is wanted."
    return None


def _times(number: Number, factor: Fraction) -> Any:
    if isinstance(number, Fraction):
        return number * factor
    return number * factor.numerator / factor.denominator


def _reciprocal(number: Number) -> Any:
    return 1 / number
