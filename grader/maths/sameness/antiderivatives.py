"""Antiderivatives: the same up to a constant, because their difference has the derivative zero."""

from __future__ import annotations

from fractions import Fraction
from hashlib import blake2b
from random import Random

from grader.errors import StudentError
from grader.maths.names import Symbols
from grader.maths.sameness.identity import Comparison, Frame, compare, settle
from grader.maths.sameness.slices import domain_of, substituted
from grader.maths.tree import Node, names_in


def compare_antiderivatives(
    expected: Node, got: Node, variable: str, symbols: Symbols, *, secret: bytes = b""
) -> Comparison:
    """Whether two formulas differ by what does not depend on `variable`: x^2/2 and x^2/2 + C.

    The difference at x is compared with the difference at fixed points, so logarithms of absolute values
    that jump by constants at their poles are not told apart from one constant only where they are equal.
    """
    random = Random(blake2b(b"antiderivatives" + secret).digest())  # noqa: S311 - seeded on purpose
    frame = Frame(symbols, secret)
    difference = Node("sum", (got, Node("negate", (expected,))))
    if variable not in names_in(difference):
        return Comparison("same", "They differ by a constant.", "constant")
    verdicts = []
    for sign in (1, 1, -1):
        value = sign * Fraction(random.randint(2, 40), random.choice((1, 2, 3)))
        if sign < 0 and domain_of(symbols, variable) != "real":
            break
        try:
            there = substituted(difference, {variable: value})
            verdicts.append(compare(settle(difference, frame), settle(there, frame)))
        except StudentError as error:
            return Comparison("undecided", str(error), error.code)
    # A point without a value tells nothing: log(x) has an antiderivative for positive x only.
    outcomes = {found.outcome for found in verdicts if found.code not in ("undefined", "domain")}
    if "same" in outcomes:
        plain = compare(settle(expected, frame), settle(got, frame))
        how = "The same." if plain else "They differ by a constant."
        return Comparison("same", f"{how} {verdicts[0].how}", "" if plain else "constant")
    if "different" in outcomes:
        return Comparison("different", "Their difference depends on the variable.", "derivative")
    return Comparison("undecided", verdicts[0].how, verdicts[0].code)
