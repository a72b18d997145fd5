"""What a formula may cost before it is read at all: length, depth of brackets, digits."""

from __future__ import annotations

import re

from grader.errors import StudentError
from grader.maths.tree import Node

CHARACTERS = 4_000
DEPTH = 60
DIGITS = 60
TOKENS = 1_500
LETTERS = 60  # in one run of letters without a space
LEVELS = 150  # of a tree: whatever walks it by recursion must come back

_MANY_DIGITS = re.compile(rf"[0-9]{{{DIGITS + 1}}}")
assert DEPTH <= DIGITS
_BRACKETS = re.compile(r"[(\[{)\]}]")


def check_limits(text: str) -> None:
    """Nothing, for a formula of reasonable size; one of `DEPTH` characters or fewer always is.

    Raises:
        StudentError: too long, too deep or too many digits, with the limit.
    """
    if len(text) > CHARACTERS:
        raise StudentError(
            f"The formula has {len(text):,} characters; "
            f"at most {CHARACTERS:,} are read. Give the result only.",
            code="too-long",
        )
    depth = 0
    for bracket in _BRACKETS.finditer(text):
        depth += 1 if bracket[0] in "([{" else -1
        if depth > DEPTH:
            raise StudentError(f"Brackets are nested more than {DEPTH} deep.", code="too-deep")
    if _MANY_DIGITS.search(text):
        raise StudentError(f"A number has more than {DIGITS} digits.", code="too-many-digits")


def check_depth(node: Node) -> Node:
    """The same tree, which is not too deep to be walked by recursion.

    Raises:
        StudentError: more than `LEVELS` levels.
    """
    level = [node]
    for _ in range(LEVELS):
        level = [argument for each in level for argument in each.args]
        if not level:
            return node
    raise StudentError(f"The formula is nested more than {LEVELS} deep.", code="too-deep")
