"""Quantities with units: `0.5 N m` is `50 N cm`, and 3 s is not 3 m. Needs pint: `pip install grader[units]`.

The number is read like any formula; the unit is taken apart here into names, powers and quotients, and only
the names are looked up in pint, so that no text of a student reaches its parser.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from importlib import import_module
from typing import Any, NamedTuple

from grader.errors import MachineError, StudentError
from grader.maths.names import NONE
from grader.maths.sameness.identity import Comparison
from grader.maths.tree import Node, number
from grader.types import Notation

_NAME = re.compile(r"[A-Za-zµμΩ°%]+")
_TOKEN = re.compile(r"\s*(?:([A-Za-zµμΩ°%]+)|(\^|\*\*)\s*\{?\(?\s*([-+]?\d{1,2})\s*\)?\}?|([*·⋅/()]))")
_TEX = re.compile(r"\\(?:mathrm|text|rm|,|;|:|!|cdot|times)|[{}~$]")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
# Products that pint reads as rare units of their own (Nm measures yarn there).
_TOGETHER = frozenset(("Nm", "Nms", "Ns"))
_LONGEST = 200
_NOT_UNITS = frozenset(("e", "E", "pi", "sqrt", "frac", "exp", "log", "sin", "cos"))


class Unit(NamedTuple):
    """How many base units it is, and the powers of the base units."""

    factor: Fraction
    base: tuple[tuple[str, int], ...]

    def times(self, other: Unit, power: int = 1) -> Unit:
        """The product with another unit, or with a power of it."""
        base = dict(self.base)
        for name, exponent in other.base:
            base[name] = base.get(name, 0) + power * exponent
        kept = tuple(sorted((name, exponent) for name, exponent in base.items() if exponent))
        return Unit(self.factor * other.factor**power, kept)


ONE = Unit(Fraction(1), ())


def compare_quantities(expected: str, got: str, *, notation: Notation = "plain") -> Comparison:
    """Whether two quantities are the same, in whatever units; codes "unit" and "dimension" say what differs.

    Raises:
        StudentError: a number or a unit that cannot be read.
        MachineError: pint is not installed.
    """
    from grader.maths.sameness.decide import decide

    value, unit = read_quantity(expected, notation)
    value_got, unit_got = read_quantity(got, notation)
    if unit.base != unit_got.base:
        if not unit_got.base and unit_got.factor == 1:
            return Comparison("different", f"The unit is missing; {_text(unit)} is wanted.", "unit")
        how = f"This is in {_text(unit_got)}; {_text(unit)} is wanted."
        return Comparison("different", how, "dimension")
    return decide(_in_base(value, unit), _in_base(value_got, unit_got), NONE)


def _in_base(value: Node, unit: Unit) -> Node:
    return value if unit.factor == 1 else Node("product", (value, number(unit.factor)))


def _text(unit: Unit) -> str:
    return " ".join(name if power == 1 else f"{name}^{power}" for name, power in unit.base) or "no unit"


def read_quantity(text: str, notation: Notation = "plain") -> tuple[Node, Unit]:
    """The number and the unit of a quantity such as `9.81 m/s^2`; a number alone has the unit 1.

    Raises:
        StudentError: a number or a unit that cannot be read.
        MachineError: pint is not installed.
    """
    from grader.maths.notation import read

    text = text.strip().strip("$").strip()
    if len(text) > _LONGEST:
        raise StudentError(f"A quantity has at most {_LONGEST} characters.", code="too-long")
    start = _start_of_unit(text)
    amount = text[:start].rstrip(" *~·\\,") or "1"
    return read(amount, NONE, notation), read_unit(text[start:])


def _start_of_unit(text: str) -> int:
    for match in re.finditer(r"[A-Za-zµμΩ°%\\]", text):
        place = match.start()
        before = text[:place].rstrip()
        rest = _TEX.sub(" ", text[place:]).strip()
        name = _NAME.match(rest)
        if before.endswith("^") or before.endswith("^{"):
            continue
        if name and name[0] not in _NOT_UNITS and _looked_up_any(name[0]):
            return place
    return len(text)


def read_unit(text: str) -> Unit:
    """A product and quotient of named units with whole powers: `kg m^2/s^3`, `N*m`, `m s^-1`, `J/(mol K)`.

    Raises:
        StudentError: an unknown name, or something else than names, powers, products and quotients.
        MachineError: pint is not installed.
    """
    text = _TEX.sub(" ", text).translate(_SUPERSCRIPTS).strip()
    text = re.sub(r"([A-Za-zµμΩ°])(-?\d)", r"\1^\2", text)
    stack: list[tuple[Unit, int]] = []
    # The power of the next factor is 1 or, after a slash, -1; `last` is what an exponent applies to.
    total, sign, last, last_sign = ONE, 1, ONE, 1
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            if not text[place:].strip():
                break
            raise StudentError(f"{text[place:].strip()!r} does not belong in a unit.", code="unit")
        place = match.end()
        name, power, exponent, sign_text = match.groups()
        if name:
            last, last_sign = looked_up(name), sign
            total, sign = total.times(last, sign), 1
        elif power:
            total = total.times(last, last_sign * (int(exponent) - 1))
            last = ONE
        elif sign_text == "/":
            sign = -1
        elif sign_text == "(":
            stack.append((total, sign))
            total, sign, last = ONE, 1, ONE
        elif sign_text == ")":
            if not stack:
                raise StudentError("A bracket in the unit was never opened.", code="unit")
            last = total
            outer, last_sign = stack.pop()
            total, sign = outer.times(total, last_sign), 1
    if stack:
        raise StudentError("A bracket in the unit is not closed.", code="unit")
    return total


def _looked_up_any(name: str) -> bool:
    try:
        looked_up(name)
    except StudentError:
        return False
    return True


@lru_cache(maxsize=1_000)
def looked_up(name: str) -> Unit:
    """The unit of a name or symbol, with its prefix; `Nm` is N times m.

    Raises:
        StudentError: there is no such unit, or it is no multiple of base units (degrees Celsius).
        MachineError: pint is not installed.
    """
    if len(name) > 30:
        raise StudentError(f"{name[:30]!r}... is not a unit.", code="unit")
    found = None if name in _TOGETHER else _defined(name)
    if found is not None:
        return found
    for cut in range(1, len(name)):
        left, right = _defined(name[:cut]), _defined(name[cut:])
        if left is not None and right is not None:
            return left.times(right)
    raise StudentError(f"{name!r} is not a unit.", code="unit")


def _defined(name: str) -> Unit | None:
    registry = _registry()
    try:
        parsed = registry.parse_units(name)
        factor, base = registry.get_base_units(parsed)
    except Exception:  # pint raises many kinds, and every one of them means that this is no plain unit
        return None
    items = base._units.items()
    if any(Fraction(power).denominator != 1 for _, power in items):
        return None
    powers = tuple(sorted((str(unit), int(power)) for unit, power in items))
    return Unit(Fraction(factor), powers)


@lru_cache(maxsize=1)
def _registry() -> Any:
    try:
        pint = import_module("pint")
    except ImportError:
        raise MachineError("Units need pint; install it with: pip install grader[units]") from None
    return pint.UnitRegistry(non_int_type=Fraction, cache_folder=None)
