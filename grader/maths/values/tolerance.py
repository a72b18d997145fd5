"""When a typed number is the expected one: exactly, within a tolerance, or as a rounded decimal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, TypeAlias

from grader.maths.tree import Node, walk

if TYPE_CHECKING:
    from flint import arb

Number: TypeAlias = "Fraction | arb"
Kind = Literal["usual", "exact", "abs", "rel", "decimals", "figures"]
Agreement = Literal["equal", "within", "rounded", "cut off", "few figures", "different", "unsure"]
Interval = tuple[Fraction, Fraction]

GOOD: frozenset[Agreement] = frozenset({"equal", "within", "rounded"})
FEWEST_FIGURES = 3  # of a rounded decimal, where the rubric says nothing

_HALF = Fraction(1, 2)
_RELATIVE_FLOOR = Fraction(1, 10**9)  # near zero a relative tolerance is one of this size of number
_WIDEST = Fraction(1, 10**6)  # a ball wider than this, relative to its size, decides nothing


@dataclass(frozen=True, slots=True)
class Rule:
    """How near is near enough; `usual` is exact, or a decimal rounded to at least three figures."""

    kind: Kind = "usual"
    amount: Fraction = Fraction(0)

    def __str__(self) -> str:
        match self.kind:
            case "usual":
                return f"exact, or rounded to at least {FEWEST_FIGURES} significant figures"
            case "exact":
                return "exact"
            case "abs":
                return f"within {_short(self.amount)}"
            case "rel":
                return f"within {_short(self.amount)} of the value"
            case "decimals":
                return f"to {self.amount} decimal places"
            case "figures":
                return f"to {self.amount} significant figures"


USUAL = Rule()


@dataclass(frozen=True, slots=True)
class Typed:
    """A decimal as it was typed: `unit` is one of its last digit, None for arithmetic with decimals."""

    unit: Fraction | None
    figures: int


def rule(option: object) -> Rule:
    """The rule that a rubric's `tolerance` states: None, `exact`, or one of `abs: 1e-3`, `decimals: 2`.

    Raises:
        ValueError: anything else, with what was meant.
    """
    if option is None:
        return USUAL
    if isinstance(option, Rule):
        return option
    if option == "exact":
        return Rule("exact")
    meant = "`exact`, or one of `abs: 1e-3`, `rel: 1e-3`, `decimals: 2`, `figures: 3`"
    if not isinstance(option, Mapping) or len(option) != 1:
        raise ValueError(f"meant {meant}")
    ((kind, amount),) = option.items()
    if kind not in ("abs", "rel", "decimals", "figures"):
        raise ValueError(f"found {kind!r}; meant {meant}")
    try:
        size = Fraction(Decimal(str(amount).strip()))
    except (InvalidOperation, ValueError, OverflowError):
        raise ValueError(f"found {amount!r}; meant a number, as in `{kind}: 1e-3`") from None
    if kind in ("decimals", "figures"):
        lowest = 0 if kind == "decimals" else 1
        if size.denominator != 1 or not lowest <= size <= 50:
            raise ValueError(f"found {amount!r}; meant a whole number from {lowest} to 50")
    elif size <= 0:
        raise ValueError(f"found {amount!r}; meant a number above zero (or `exact`)")
    return Rule(kind, size)


def typed(node: Node) -> Typed | None:
    """How precisely a number was typed; None for one without decimals, which is exact."""
    core = node
    while core.op == "negate":
        core = core.args[0]
    shift = 0
    if core.op == "product" and len(core.args) == 2:  # 4.12 * 10^-3
        power = _power_of_ten(core.args[1])
        if power is not None:
            core, shift = core.args[0], power
    if core.op == "decimal":
        digits = Decimal(str(core.value)).as_tuple()
        if not isinstance(digits.exponent, int):
            return None
        figures = len("".join(map(str, digits.digits)).lstrip("0"))
        return Typed(Fraction(10) ** (digits.exponent + shift), figures)
    return Typed(None, FEWEST_FIGURES) if has_decimals(node) else None


def has_decimals(node: Node) -> bool:
    """Whether a decimal was typed anywhere in a formula."""
    return any(part.op == "decimal" for part in walk(node))


def agree(got: Number, expected: Number, rule: Rule = USUAL, typed: Typed | None = None) -> Agreement:
    """How a number agrees with the expected one under a rule; the agreements in `GOOD` are right.

    `cut off` is a decimal truncated where it should be rounded, `few figures` one that is right as far
    as it goes. Neither is right, but both deserve to be said.
    """
    if isinstance(got, Fraction) and isinstance(expected, Fraction):
        if got == expected:
            return "equal"
        if typed is None and rule.kind in ("usual", "exact"):
            return "different"
    low, high = bounds(got)
    expected_low, expected_high = bounds(expected)
    if _too_wide(low, high) or _too_wide(expected_low, expected_high):
        return "unsure"
    if low <= expected_high and expected_low <= high:
        return "equal"
    gap = max(expected_low - high, low - expected_high)
    size = max(abs(expected_low), abs(expected_high))
    match rule.kind:
        case "exact":
            return "different"
        case "abs":
            return "within" if gap <= rule.amount else "different"
        case "rel":
            return "within" if gap <= rule.amount * max(size, _RELATIVE_FLOOR) else "different"
        case "decimals":
            return "within" if gap <= _HALF * Fraction(10) ** -int(rule.amount) else "different"
        case "figures":
            return "within" if gap <= _half_figure(size, int(rule.amount)) else "different"
        case "usual":
            return _as_typed(gap, (low + high) / 2, size, typed)


def _as_typed(gap: Fraction, got: Fraction, size: Fraction, typed: Typed | None) -> Agreement:
    if typed is None:
        return "different"
    if typed.unit is None:
        return "within" if gap <= _half_figure(size, typed.figures) else "different"
    if gap <= typed.unit * _HALF:
        return "rounded" if typed.figures >= FEWEST_FIGURES else "few figures"
    if gap < typed.unit and abs(got) < size:
        return "cut off"
    return "different"


def bounds(number: Number) -> Interval:
    """The exact ends of a number: twice itself for a fraction, the ends of a ball otherwise."""
    if isinstance(number, Fraction):
        return number, number
    middle, radius = _dyadic(number.mid()), _dyadic(number.rad())
    return middle - radius, middle + radius


def _dyadic(ball: arb) -> Fraction:
    mantissa, exponent = ball.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _too_wide(low: Fraction, high: Fraction) -> bool:
    return low != high and high - low > _WIDEST * max(Fraction(1), abs(low), abs(high))


def _half_figure(size: Fraction, figures: int) -> Fraction:
    """Half a unit of the given significant figure of a number; zero is measured like 1."""
    return _HALF * Fraction(10) ** (_magnitude(size) - figures + 1)


def _magnitude(size: Fraction) -> int:
    if size == 0:
        return -1
    power = len(str(size.numerator)) - len(str(size.denominator))
    return power if size >= Fraction(10) ** power else power - 1


def _power_of_ten(node: Node) -> int | None:
    if node.op == "number" and node.value == 10:
        return 1
    if node.op != "power" or node.args[0].op != "number" or node.args[0].value != 10:
        return None
    exponent, sign = node.args[1], 1
    while exponent.op == "negate":
        exponent, sign = exponent.args[0], -sign
    value = exponent.value
    if exponent.op == "number" and isinstance(value, Fraction) and value.denominator == 1 and value < 1000:
        return sign * int(value)
    return None


def _short(amount: Fraction) -> str:
    number = Decimal(amount.numerator) / Decimal(amount.denominator)
    return f"{number.normalize():f}" if abs(number) >= Decimal("1e-6") else f"{number.normalize():g}"
