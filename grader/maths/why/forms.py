"""Required forms, asked apart from equality: factored, expanded, lowest terms, no decimals and the like.

Each question is about how a formula is written, never about its value: that is compared elsewhere. A form
that does not hold says why, and shows the part that is at fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from grader.maths.tree import Node, walk
from grader.maths.why.form_algebra import (
    collected,
    completed_square,
    expanded,
    factored,
    lowest_terms,
    no_fraction,
    partial_fractions,
    single_fraction,
)
from grader.maths.why.form_numbers import (
    decimal_places,
    integer,
    no_decimals,
    no_inverse_of_product,
    number_only,
    significant_figures,
    without_function,
)
from grader.maths.why.form_parts import Form, Open

MOST_NODES = 2_000


def check_form(node: Node, form: str) -> Form:
    """Whether a formula has a form, which is one of `NAMES`, or `no <function>`, `<n> figures`.

    >>> from grader.maths.tree import number, symbol
    >>> check_form(Node("divide", (number(2), number(4))), "lowest terms").why
    '2 / 4 can be reduced to 1/2.'

    Raises:
        ValueError: no such form, with those there are.
    """
    question = parse_form(form)
    if sum(1 for _ in walk(node)) > MOST_NODES:
        return Form(None, "The formula is too long for its form to be checked.")
    try:
        return question(node)
    except Open as error:
        return Form(None, str(error))


def parse_form(form: str) -> Callable[[Node], Form]:
    """The question that a form asks.

    Raises:
        ValueError: no such form, with those there are.
    """
    words = " ".join(form.replace("_", " ").replace("-", " ").split()).lower()
    if words in _QUESTIONS:
        return _QUESTIONS[words]
    figures = re.fullmatch(r"(\d{1,2}) (?:significant )?figures?", words)
    if figures is not None and int(figures[1]) > 0:
        wanted = int(figures[1])
        return lambda node: significant_figures(node, wanted)
    decimals = re.fullmatch(r"(\d{1,2}) decimals?", words)
    if decimals is not None:
        places = int(decimals[1])
        return lambda node: decimal_places(node, places)
    function = re.fullmatch(r"no ([a-z]\w*)", form.strip())
    if function is not None:
        name = function[1]
        return lambda node: without_function(node, name)
    known = ", ".join(NAMES)
    raise ValueError(f"meant one of {known}, `3 figures`, `2 decimals` or `no sqrt`")


_QUESTIONS: dict[str, Callable[[Node], Form]] = {
    "factored": factored,
    "expanded": expanded,
    "collected": collected,
    "completed square": completed_square,
    "lowest terms": lowest_terms,
    "reduced": lowest_terms,
    "single fraction": single_fraction,
    "no fraction": no_fraction,
    "partial fractions": partial_fractions,
    "no decimals": no_decimals,
    "integer": integer,
    "number": number_only,
    "no inverse of a product": no_inverse_of_product,
}
NAMES = tuple(_QUESTIONS)
