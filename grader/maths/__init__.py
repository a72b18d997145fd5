"""The mathematics: formulas as trees, what notations mean, and whether two of them are the same.

>>> from grader.maths import same
>>> bool(same("(x + 1)^2", "x^2 + 2x + 1"))
True
>>> square = {"matrix": ["n", "n"]}
>>> same("(A B)'", "A' B'", {"A": square, "B": square}, dimensions=[{"n": 3}]).outcome
'different'
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.maths.sameness.decide import Policy
    from grader.maths.sameness.identity import Comparison
    from grader.types import Notation

__all__ = ["same"]


def same(
    expected: str,
    got: str,
    symbols: Mapping[str, object] | None = None,
    *,
    notation: Notation = "plain",
    dimensions: Sequence[Mapping[str, int]] = (),
    domain: str = "real",
    policy: Policy | None = None,
    secret: bytes = b"",
) -> Comparison:
    """Whether two answers are the same, with the evidence; true exactly when they are.

    `symbols` are declared as in a rubric; with None every name is a number of the domain ("real",
    "positive", "integer" or "complex"). Without a secret the points are known to everybody, and a formula
    could be made to pass.

    Raises:
        StudentError: one of the texts cannot be read.
        SymbolFault: a declaration that cannot be used.
    """
    from grader.maths.names import declare, open_symbols
    from grader.maths.notation import read
    from grader.maths.sameness.brackets import as_intervals
    from grader.maths.sameness.decide import decide

    declared = declare(symbols or {}, dimensions)
    one, other = (read(text, declared, notation, undeclared=symbols is None) for text in (expected, got))
    trees = as_intervals((one, other), (expected, got), (notation, notation))
    known = open_symbols(trees, declared, domain) if symbols is None else declared
    if policy is None:
        return decide(trees[0], trees[1], known, secret=secret)
    return decide(trees[0], trees[1], known, secret=secret, policy=policy)
