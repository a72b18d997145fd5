"""Forms of numbers and of what is called: no decimals, significant figures, no square root, one number."""

from __future__ import annotations

from fractions import Fraction

from grader.maths.notation.text import to_text
from grader.maths.tree import Node, walk
from grader.maths.why.form_algebra import lowest_terms
from grader.maths.why.form_parts import YES, Form, is_fraction_of_numbers, number_of, typed_digits

# What stands for one function in several notations.
_SAME = {"sqrt": ("sqrt", "root")}


def no_decimals(node: Node) -> Form:
    """Whether all numbers are written exactly."""
    found = next((part for part in walk(node) if part.op == "decimal"), None)
    return YES if found is None else Form(False, f"{to_text(found)} is a decimal number.", found)


def integer(node: Node) -> Form:
    """Whether the answer is written as one whole number, with nothing left to work out."""
    core = node.args[0] if node.op == "negate" else node
    if core.op == "number" and isinstance(core.value, Fraction) and core.value.denominator == 1:
        return YES
    return Form(False, f"{to_text(node)} is not written as one whole number.", node)


def number_only(node: Node) -> Form:
    """Whether the answer is one number, a fraction or a decimal, with nothing left to work out."""
    core = node.args[0] if node.op == "negate" else node
    if core.op in ("number", "decimal"):
        return YES
    if is_fraction_of_numbers(core):
        return lowest_terms(core)
    return Form(False, f"{to_text(node)} can still be worked out.", node)


def significant_figures(node: Node, wanted: int) -> Form:
    """Whether a number is typed with so many significant figures; final zeros of a whole number are open."""
    digits = typed_digits(node)
    if "." in digits:
        count = len(digits.replace(".", "").lstrip("0")) or 1
        least = most = count
    else:
        most = len(digits.lstrip("0")) or 1
        least = len(digits.strip("0")) or 1
    if least <= wanted <= most:
        return YES
    shown = most if wanted > most else least
    return Form(False, f"{to_text(node)} has {shown} significant figures; {wanted} are wanted.", node)


def decimal_places(node: Node, wanted: int) -> Form:
    """Whether a number is typed with so many digits behind the point."""
    digits = typed_digits(node)
    count = len(digits.partition(".")[2])
    if count == wanted:
        return YES
    return Form(False, f"{to_text(node)} has {count} decimals; {wanted} are wanted.", node)


def without_function(node: Node, name: str) -> Form:
    """Whether a function is called nowhere; `no sqrt` refuses other roots and powers of 1/2 too."""
    names = _SAME.get(name, (name,))
    for part in walk(node):
        called = part.op == "call" and isinstance(part.value, tuple) and part.value[0] in names
        power = number_of(part.args[1]) if part.op == "power" else None
        if name == "sqrt" and power is not None and power.denominator != 1:
            called = True
        if name == "inv" and power is not None and power < 0:
            called = True
        if name == "exp" and part.op == "power" and part.args[0] == Node("constant", (), "e"):
            called = True
        if name in (part.op, part.value) and part.op in ("fold", "derivative", "integral", "limit", "cases"):
            called = True
        if called:
            return Form(False, f"{to_text(part)} uses {name}.", part)
    return YES


def no_inverse_of_product(node: Node) -> Form:
    """Whether every inverse of a product is written as a product of inverses."""
    for part in walk(node):
        inverse = part.op == "call" and part.value == ("inv", 0)
        if part.op == "power" and number_of(part.args[1]) == -1:
            inverse = True
        if inverse and part.args[0].op == "product" and len(part.args[0].args) > 1:
            return Form(False, f"{to_text(part)} is the inverse of a product.", part)
    return YES
