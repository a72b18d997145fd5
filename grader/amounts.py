"""Exact amounts: what a share of some points is worth as a decimal, and how amounts are written."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Final

PLACES: Final = 4


def points(max_points: Decimal, credit: Fraction) -> tuple[Decimal, bool]:
    """The points a credit is worth, and whether they are exact; if not, rounded half up to four places.

    >>> points(Decimal("0.5"), Fraction(7, 10)), points(Decimal("1"), Fraction(2, 3))
    ((Decimal('0.35'), True), (Decimal('0.6667'), False))
    """
    worth = Fraction(max_points) * credit
    rest = worth.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    exact = rest == 1
    # Every power of 2 or 5 in the denominator is at most one more decimal place.
    precision = len(str(worth.numerator)) + worth.denominator.bit_length() + PLACES
    value = Context(prec=precision).divide(Decimal(worth.numerator), Decimal(worth.denominator))
    if not exact:
        # By integers: a Decimal that was cut once must not be rounded a second time.
        scaled = (worth.numerator * 10**PLACES * 2 + worth.denominator) // (worth.denominator * 2)
        value = Decimal(scaled).scaleb(-PLACES, Context(prec=precision, rounding=ROUND_HALF_UP))
    return value, exact


def number(value: Decimal) -> str:
    """The decimal, exact, without trailing zeros or an exponent.

    >>> number(Decimal("2.50")), number(Decimal("1E+1")), number(Decimal("0.00"))
    ('2.5', '10', '0')
    """
    digits = format(value, "f")
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return "0" if digits == "-0" else digits


def counted(amount: int | Decimal, noun: str) -> str:
    """The amount with its noun in the right number.

    >>> counted(1, "student"), counted(Decimal("0.5"), "point")
    ('1 student', '0.5 points')
    """
    return f"{number(Decimal(amount))} {noun}{'' if amount == 1 else 's'}"
