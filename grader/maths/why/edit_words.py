"""What a student is told of an edit: one sentence in the letters of the rubric, with the place."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from grader.maths.names import Symbols
from grader.maths.notation.text import to_text
from grader.maths.tree import Node
from grader.maths.why import edits
from grader.maths.why.edits import Edit

_LONGEST = 70  # characters of a place that is shown


def say(edit: Edit, expected: Node, symbols: Symbols, cause: Edit | None = None) -> str:
    """One sentence for an edit of the expected formula; `cause` explains a constant factor."""
    if edit.code == "constant-factor":
        return _factor(edit, expected, symbols, cause)
    words = _WORDS.get(edit.code)
    if words is None:
        return f"The expected formula has {_shown(edit.was)} where this has {_shown(edit.now)}."
    return f"{words(edit)}{_place(edit, expected, symbols)}."


def _factor(edit: Edit, expected: Node, symbols: Symbols, cause: Edit | None) -> str:
    factor = shown(edit.about)
    said = "This has the opposite sign" if factor == "-1" else f"This is {factor} times the expected formula"
    if cause is None:
        return f"{said}."
    why = _WORDS[cause.code](cause)
    return f"{said}: {why[0].lower()}{why[1:]}."


def say_rest(factor: Node) -> str:
    """What is said of a factor that is left beside another edit."""
    return (
        "Apart from that, the sign is the opposite."
        if shown(factor) == "-1"
        else (f"Apart from that, there is a factor {shown(factor)} that does not belong.")
    )


def _place(edit: Edit, expected: Node, symbols: Symbols) -> str:
    """Where an edit is, by the part of the expected formula around it: as much as is easily read."""
    around = edit.was
    for length in range(len(edit.path) - 1, -1, -1):
        if around is not edit.was and _within(edit, around):
            break
        wider = edits.at(expected, edit.path[:length], symbols)
        if wider.op == "symbol":
            around = wider if around is edit.was else around
            break
        if len(shown(wider)) > _LONGEST:
            break
        around = wider
    if edit.code in _SHOW_ALL or around == edit.about or len(shown(around)) > _LONGEST:
        return ""
    if around.op == "symbol" and edit.was.op != "symbol":
        definition = shown(edits.children(around, symbols)[0])
        return f" in {shown(around)} = {definition}" if len(definition) <= _LONGEST else ""
    if around == expected:
        return f"; the expected formula is {shown(around)}"
    return f"; the expected formula has {shown(around)} here"


def _within(edit: Edit, around: Node) -> bool:
    """Whether a part is wide enough to find the place by."""
    return around.op not in ("transpose", "negate") and len(around.args) > 1


def shown(node: Node) -> str:
    """A formula as people write it: factors side by side, a fraction among them in brackets.

    >>> two, n, w = Node("number", (), Fraction(2)), Node("symbol", (), "n"), Node("symbol", (), "w")
    >>> shown(Node("product", (Node("divide", (two, n)), Node("transpose", (w,)), w)))
    "(2 / n) w' w"
    """
    return re.sub(r" \* (?!\d)", " ", to_text(_bracketed(node)))


def _bracketed(node: Node) -> Node:
    args = tuple(map(_bracketed, node.args))
    if node.op == "product":
        args = tuple(Node("symbol", (), f"({to_text(one)})") if _is_fraction(one) else one for one in args)
    return node._replace(args=args)


def _is_fraction(node: Node) -> bool:
    if node.op == "number" and isinstance(node.value, Fraction):
        return node.value.denominator != 1
    return node.op == "divide"


def _shown(node: Node) -> str:
    text = shown(node)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _about(template: str) -> Callable[[Edit], str]:
    return lambda edit: template.format(
        about=_shown(edit.about), was=_shown(edit.was), now=_shown(edit.now), name=_name(edit.was)
    )


def _name(node: Node) -> str:
    """What a function is called, with its primes."""
    if node.op == "call" and isinstance(node.value, tuple):
        return f"{node.value[0]}{chr(39) * int(node.value[1])}"
    return _shown(node)


def _exponent(edit: Edit) -> str:
    if edit.now.op == "power" == edit.was.op:
        was, now = _shown(edit.was.args[1]), _shown(edit.now.args[1])
        return f"The exponent of {_shown(edit.was.args[0])} is {was}, not {now}"
    return f"The exponent is another: {_shown(edit.was)} belongs here"


_SHOW_ALL = frozenset(
    "missing-square missing-root missing-inverse missing-power upside-down exchanged not-elementwise "
    "elementwise max-for-min exponent missing-function not-additive product-order".split()
)

_WORDS: dict[str, Callable[[Edit], str]] = {
    "other-layout": lambda edit: "This is the transpose of the expected formula (the other layout)",
    "missing-transpose": _about("A transpose is missing on {about}"),
    "extra-transpose": _about("There is a transpose too many on {about}"),
    "missing-prime": _about("A prime is missing: the derivative {name} belongs here"),
    "extra-prime": _about("There is a prime too many: {name} itself belongs here, not its derivative"),
    "missing-inverse": _about("The inverse is missing: {was} belongs here"),
    "extra-inverse": _about("There is an inverse too many on {about}"),
    "sign": _about("The sign of {about} is reversed"),
    "missing-square": _about("The square is missing: {was} belongs here"),
    "missing-root": _about("The root is missing: {was} belongs here"),
    "missing-power": _about("The power is missing: {was} belongs here"),
    "missing-factor": _about("The factor {about} is missing"),
    "missing-division": _about("The division by {about} is missing"),
    "missing-term": _about("The term {about} is missing"),
    "not-elementwise": _about("This product is taken entry by entry: {was}"),
    "elementwise": _about("This is multiplied entry by entry; the ordinary product {was} belongs here"),
    "other-dimension": _about("Another dimension stands here: {now} instead of {was}"),
    "mean-for-sum": _about("A mean is taken where the sum belongs"),
    "sum-for-mean": _about("A sum is taken where the mean belongs"),
    "exponent": lambda edit: _exponent(edit),
    "limit": _about("The limits of {name} are off by one"),
    "number": _about("A number is another: {now} instead of {was}"),
    "max-for-min": _about("Maximum and minimum are exchanged: {was} belongs here"),
    "brackets": _about("Brackets around {about} are missing, or were opened too early"),
    "not-additive": _about("{was} is not the same as {now}"),
    "product-order": _about("{was} turns the order of the factors: it is not {now}"),
    "order": _about("The order is exchanged: {about} belongs here"),
    "reciprocal": _about("{about} stands on the wrong side of the fraction"),
    "upside-down": _about("The fraction is upside down: {was} belongs here"),
    "exchanged": lambda edit: "{} and {} are exchanged".format(*map(_shown, edit.about.args)),
    "everywhere": lambda edit: "{1} stands everywhere where {0} belongs".format(
        *map(_shown, edit.about.args)
    ),
    "missing-function": _about("The function is missing: {was} belongs here, not {now}"),
    "extra-square": _about("{about} is squared, and should not be"),
    "off-by-one": _about("This is off by one: {now} instead of {was}"),
    "index": _about("The index is another: {now} instead of {was}"),
    "name": _about("{now} stands where {was} belongs"),
    "function": _about("{now} stands where {was} belongs"),
    "extra-term": _about("There is a term too many: {about}"),
    "coefficient": _about("{was} has a factor {about} that does not belong"),
    "extra-factor": _about("This is {about} times the expected formula"),
    "relation": _about("The condition is {was}, not {now}"),
    "branches": _about("The two cases are exchanged"),
}
