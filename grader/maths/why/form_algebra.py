"""Forms of sums, products and fractions: factored, expanded, lowest terms, partial fractions."""

from __future__ import annotations

from math import gcd

from grader.maths.notation.text import to_text
from grader.maths.tree import Node, names_in, walk
from grader.maths.why.form_parts import (
    YES,
    Form,
    Open,
    common_factor,
    content_of,
    divides,
    factors_of,
    inside,
    is_fraction_of_numbers,
    is_whole,
    number_of,
    over,
    polynomial_of,
    polynomials_of,
    terms_of,
    without_number,
)


def factored(node: Node) -> Form:
    """Whether a polynomial is written as a product of factors that cannot be split over the rationals.

    Rational numbers may stand in front; factors may be repeated and in any order.
    """
    for part in factors_of(node):
        if number_of(part) is not None:
            continue
        above = polynomial_of(part)
        if above is None:
            raise Open(f"{to_text(part)} is not a polynomial.")
        polynomial, _ = above
        _, found = polynomial.factor()
        powers = sum(int(power) for _, power in found)
        if powers > 1:
            return Form(False, f"{to_text(part)} can still be factored.", part)
        content = content_of(polynomial)
        if part.op == "sum" and content.denominator == 1 != content:
            return Form(False, f"A number can still be taken out of {to_text(part)}.", part)
    return YES


def expanded(node: Node) -> Form:
    """Whether a formula is a sum of terms without brackets: every product and power multiplied out."""
    for part in walk(node):
        if part.op in ("product", "hadamard") and any(inside(one).op == "sum" for one in part.args):
            return Form(False, f"{to_text(part)} can be multiplied out.", part)
        if part.op == "power" and inside(part.args[0]).op in ("sum", "product") and is_whole(part.args[1]):
            return Form(False, f"{to_text(part)} can be multiplied out.", part)
        if part.op == "negate" and part.args[0].op == "sum":
            return Form(False, f"The brackets in {to_text(part)} can be opened.", part)
        if part.op == "divide" and part.args[0].op == "sum" and number_of(part.args[1]) is None:
            return Form(False, f"{to_text(part)} can be written term by term.", part)
    return collected(node)


def collected(node: Node) -> Form:
    """Whether like terms are put together: no two terms of a sum differ by a number only."""
    for part in walk(node):
        if part.op != "sum":
            continue
        seen: dict[tuple[str, ...], Node] = {}
        for term in terms_of(part):
            key = without_number(term)
            if key in seen:
                both = f"{to_text(seen[key])} and {to_text(term)}"
                return Form(False, f"The terms {both} can be put together.", part)
            seen[key] = term
    return YES


def completed_square(node: Node) -> Form:
    """Whether a quadratic stands as a (x - h)^2 + k, with the variable in the square only."""
    names = names_in(node)
    squares = [
        part
        for part in walk(node)
        if part.op == "power" and number_of(part.args[1]) == 2 and names_in(part.args[0])
    ]
    if len(squares) != 1:
        return Form(False, "One square with the variable in it is wanted.", node)
    (square,) = squares
    rest = [term for term in terms_of(node) if square not in walk(term) and names_in(term)]
    if rest:
        return Form(False, f"{to_text(rest[0])} stands outside the square.", rest[0])
    if len(names) != 1:
        raise Open("A completed square is asked of one variable.")
    inside = polynomial_of(square.args[0])
    if inside is None or inside[0].total_degree() != 1:
        return Form(False, f"{to_text(square.args[0])} is not linear.", square)
    return YES


def lowest_terms(node: Node) -> Form:
    """Whether every fraction is reduced: of numbers, and of polynomials over the rationals."""
    for part in walk(node):
        if part.op != "divide":
            continue
        above, below = (number_of(argument) for argument in part.args)
        if above is not None and below is not None:
            if above.denominator != 1 or below.denominator != 1:
                return Form(False, f"{to_text(part)} is a fraction of fractions.", part)
            if below == 0:
                raise Open(f"{to_text(part)} divides by zero.")
            if gcd(int(above), int(below)) != 1 or abs(below) == 1:
                return Form(False, f"{to_text(part)} can be reduced to {above / below}.", part)
            continue
        found = common_factor(part)
        if found is not None:
            return Form(False, f"{to_text(part)} can be reduced by {found}.", part)
    return YES


def single_fraction(node: Node) -> Form:
    """Whether a formula is one fraction, with no fraction inside."""
    core = node.args[0] if node.op == "negate" else node
    if is_fraction_of_numbers(core):
        return YES
    if core.op != "divide":
        inner = next((part for part in walk(core) if divides(part)), None)
        if inner is None:
            return YES  # no fraction at all is one over 1
        return Form(False, "This is not one fraction.", inner)
    inner = next((part for one in core.args for part in walk(one) if divides(part)), None)
    if inner is not None:
        return Form(False, f"The fraction {to_text(inner)} stands inside.", inner)
    return YES


def no_fraction(node: Node) -> Form:
    """Whether nothing is divided by: neither by numbers nor by formulas."""
    found = next((part for part in walk(node) if divides(part)), None)
    return YES if found is None else Form(False, f"{to_text(found)} is a fraction.", found)


def partial_fractions(node: Node) -> Form:
    """Whether a rational function is a sum of a polynomial and fractions over powers of prime factors.

    Each fraction has a numerator of lower degree than the prime factor, and no denominator twice.
    """
    seen = []
    for term in terms_of(node):
        core = term.args[0] if term.op == "negate" else term
        if not names_in(core):
            continue
        above, below = over(core)
        if below is None or not names_in(below):
            if polynomial_of(core) is None:
                return Form(False, f"{to_text(core)} is not a polynomial or a simple fraction.", core)
            continue
        top, bottom = polynomials_of(above, below)
        if top is None or bottom is None:
            return Form(False, f"{to_text(core)} is not a fraction of polynomials.", core)
        _, factors = bottom.factor()
        if len(factors) != 1:
            return Form(False, f"The denominator of {to_text(core)} has several factors.", core)
        prime = factors[0][0]
        if top.total_degree() >= prime.total_degree():
            return Form(False, f"The numerator of {to_text(core)} is of too high a degree.", core)
        monic = str(bottom / bottom.leading_coefficient())
        if monic in seen:
            return Form(False, f"Two fractions have the denominator of {to_text(core)}.", core)
        seen.append(monic)
    return YES
