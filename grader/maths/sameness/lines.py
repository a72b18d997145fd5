"""Lines in the plane from equations and from parametrised points: which line, and how much of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from grader.errors import StudentError
from grader.maths.tree import Node, names_in

Part = Literal["line", "half-line", "segment", "point", "curve", "everything", "nothing", "region"]
Range = Literal["all", "half", "segment"]
Point = tuple[Fraction, Fraction]

_MOST_DEGREE = 12
_MOST_TERMS = 200
_SLACK = Fraction(1, 10**9)  # for coefficients that are known as balls only
_NEAR = Fraction(1, 100)  # for coefficients typed as rounded decimals

# Which part of the real numbers a function of an affine argument reaches.
_REACHES: Mapping[str, Range] = {
    "abs": "half",
    "exp": "half",
    "sqrt": "half",
    "relu": "half",
    "log": "all",
    "sin": "segment",
    "cos": "segment",
    "tanh": "segment",
    "logistic": "segment",
    "arctan": "segment",
}


@dataclass(frozen=True, slots=True)
class Line:
    """a x + b y = c with (a, b) not zero; `exact` unless a coefficient is a rounded square root."""

    a: Fraction
    b: Fraction
    c: Fraction
    exact: bool = True

    def foot(self) -> Point:
        """The point of the line that is nearest to the origin."""
        square = self.a**2 + self.b**2
        return self.a * self.c / square, self.b * self.c / square


@dataclass(frozen=True, slots=True)
class Locus:
    """A set of points: a line or a part of one, a single point, or something that is no line."""

    part: Part
    line: Line | None = None
    point: Point | None = None


def same(one: Line, other: Line) -> bool:
    """Whether two equations mean the same line."""
    return _apart(one, other) <= (0 if one.exact and other.exact else _SLACK)


def near(one: Line, other: Line) -> bool:
    """Whether two lines are the same up to the rounding of coefficients to two or three figures."""
    return _apart(one, other) <= _NEAR


def on(point: Point, line: Line) -> bool:
    """Whether a point lies on a line; to a thousandth, because points are typed as decimals."""
    x, y = point
    return abs(line.a * x + line.b * y - line.c) <= max(abs(line.a), abs(line.b)) / 1000


def _apart(one: Line, other: Line) -> Fraction:
    """How far two equations are from being multiples of each other; 0 where they are."""
    first, second = (_scaled(line) for line in (one, other))
    return min(max(abs(a - sign * b) for a, b in zip(first, second, strict=True)) for sign in (1, -1))


def _scaled(line: Line) -> tuple[Fraction, Fraction, Fraction]:
    size = max(abs(line.a), abs(line.b))
    return line.a / size, line.b / size, line.c / size


def of_equation(node: Node, variables: tuple[str, str]) -> Locus:
    """The points whose coordinates satisfy an equation.

    Raises:
        StudentError: an equation that is not linear, or with other names in it (code `line`).
    """
    if node.op != "relation" or len(node.args) != 2:
        raise _undecided("This is not one equation.")
    if node.value != "=":
        return Locus("region")
    reader = _Polynomials()
    difference = _added(reader.read(node.args[0]), _times_number(reader.read(node.args[1]), Fraction(-1)))
    x, y = variables
    if reader.atoms or any(name not in variables for term in difference for name, _ in term):
        raise _undecided("The equation has other names than its variables.")
    if any(sum(power for _, power in term) > 1 for term in difference):
        raise _undecided("The equation is not linear.")
    a = difference.get(((x, 1),), Fraction(0))
    b = difference.get(((y, 1),), Fraction(0))
    c = -difference.get((), Fraction(0))
    if a == b == 0:
        return Locus("everything" if c == 0 else "nothing")
    return Locus("line", Line(a, b, c, reader.exact))


def of_points(x: Node, y: Node, variables: tuple[str, str], parameter: Range = "all") -> Locus:
    """The points (x, y) for all values of the one parameter in them, which may be restricted.

    Raises:
        StudentError: several parameters, or functions whose points cannot be followed (code `line`).
    """
    reader = _Polynomials()
    coordinates = reader.read(x), reader.read(y)
    generators = {name for polynomial in coordinates for term in polynomial for name, _ in term}
    if generators & set(variables):
        raise _undecided("A coordinate is given by the coordinates themselves.")
    if len(generators) > 1:
        raise _undecided(f"There are several parameters: {', '.join(sorted(generators))}.")
    by_power = _coefficients(coordinates)
    if not reader.exact:
        by_power = {power: pair for power, pair in by_power.items() if max(map(abs, pair)) > _SLACK}
    start = by_power.pop(0, (Fraction(0), Fraction(0)))
    if not by_power:
        return Locus("point", point=start)
    (generator,) = generators
    along = next(iter(by_power.values()))
    if any(not _parallel(along, other, reader.exact) for other in by_power.values()):
        return Locus("curve")
    line = Line(along[1], -along[0], along[1] * start[0] - along[0] * start[1], reader.exact)
    reach = _narrower(reader.atoms.get(generator, "all"), parameter)
    if reach == "all":
        # An even degree turns around, and so may an odd one; the odd one still reaches both ends.
        return Locus("line" if max(by_power) % 2 else "half-line", line)
    return Locus("half-line" if reach == "half" else "segment", line)


def _narrower(one: Range, other: Range) -> Range:
    order: Sequence[Range] = ("all", "half", "segment")
    return max(one, other, key=order.index)


def _parallel(one: Point, other: Point, exact: bool) -> bool:
    cross = abs(one[0] * other[1] - one[1] * other[0])
    size = max(map(abs, one)) * max(map(abs, other))
    return cross <= (0 if exact else _SLACK * size)


# --- polynomials -----------------------------------------------------------------------------------

_Monomial = tuple[tuple[str, int], ...]
_Polynomial = dict[_Monomial, Fraction]


def _coefficients(coordinates: tuple[_Polynomial, _Polynomial]) -> dict[int, Point]:
    powers: dict[int, list[Fraction]] = {}
    for axis, polynomial in enumerate(coordinates):
        for term, value in polynomial.items():
            power = term[0][1] if term else 0
            powers.setdefault(power, [Fraction(0), Fraction(0)])[axis] = value
    return {power: (pair[0], pair[1]) for power, pair in powers.items()}


@dataclass(slots=True)
class _Polynomials:
    """Reads formulas as polynomials; remembers functions used as variables, and whether all is exact."""

    atoms: dict[str, Range] = field(default_factory=dict)
    exact: bool = True

    def read(self, node: Node) -> _Polynomial:
        if not names_in(node):
            return self._constant(node)
        match node.op:
            case "symbol":
                return {((str(node.value), 1),): Fraction(1)}
            case "negate":
                return _times_number(self.read(node.args[0]), Fraction(-1))
            case "sum":
                total: _Polynomial = {}
                for arg in node.args:
                    total = _added(total, self.read(arg))
                return total
            case "product" | "hadamard" | "matmul":
                product: _Polynomial = {(): Fraction(1)}
                for arg in node.args:
                    product = _times(product, self.read(arg))
                return product
            case "divide":
                divisor = self.read(node.args[1])
                if set(divisor) != {()}:
                    raise _undecided("A division by a variable or parameter cannot be followed.")
                return _times_number(self.read(node.args[0]), 1 / divisor[()])
            case "power":
                return self._power(node)
            case "call":
                return self._atom(node)
        raise _undecided(f"A formula with {node.op} is no line.")

    def _constant(self, node: Node) -> _Polynomial:
        from grader.maths.values import numbers
        from grader.maths.values.tolerance import bounds

        value = numbers.evaluate(node)
        if not isinstance(value, Fraction):
            low, high = bounds(value)
            value, self.exact = (low + high) / 2, False
        return {(): value} if value else {}

    def _power(self, node: Node) -> _Polynomial:
        from grader.maths.values import numbers

        base, exponent = node.args
        if names_in(exponent):
            raise _undecided("A variable exponent cannot be followed.")
        power = numbers.evaluate(exponent)
        if power == Fraction(1, 2):
            return self._atom(Node("call", (base,), ("sqrt", 0)))
        if not isinstance(power, Fraction) or power.denominator != 1 or not 0 <= power <= _MOST_DEGREE:
            raise _undecided("An exponent here is not a small whole number.")
        result: _Polynomial = {(): Fraction(1)}
        factor = self.read(base)
        for _ in range(int(power)):
            result = _times(result, factor)
        return result

    def _atom(self, node: Node) -> _Polynomial:
        name = node.value[0] if isinstance(node.value, tuple) else ""
        reach = _REACHES.get(str(name))
        inner = self.read(node.args[0])
        affine = len(names_in(node)) == 1 and all(len(t) < 2 and (not t or t[0][1] == 1) for t in inner)
        if (
            reach is None
            or len(node.args) != 1
            or not affine
            or any(name in self.atoms for name in names_in(node))
        ):
            raise _undecided(f"The function {name} cannot be followed here.")
        key = f"{name}({sorted(inner.items())})"
        self.atoms[key] = reach
        return {((key, 1),): Fraction(1)}


def _added(one: _Polynomial, other: _Polynomial) -> _Polynomial:
    total = dict(one)
    for term, value in other.items():
        total[term] = total.get(term, Fraction(0)) + value
    return {term: value for term, value in total.items() if value}


def _times_number(polynomial: _Polynomial, factor: Fraction) -> _Polynomial:
    return {term: value * factor for term, value in polynomial.items() if factor}


def _times(one: _Polynomial, other: _Polynomial) -> _Polynomial:
    product: _Polynomial = {}
    for left, left_value in one.items():
        for right, right_value in other.items():
            powers = dict(left)
            for name, power in right:
                powers[name] = powers.get(name, 0) + power
            term = tuple(sorted(powers.items()))
            product[term] = product.get(term, Fraction(0)) + left_value * right_value
    if len(product) > _MOST_TERMS or any(power > _MOST_DEGREE for term in product for _, power in term):
        raise _undecided("The formula is too large for a line.")
    return {term: value for term, value in product.items() if value}


def _undecided(message: str) -> StudentError:
    return StudentError(message, code="line")
