"""How long it takes to put a thousand answers to one expression part into groups of equal answers.

    python benchmarks/groups.py [--answers 1000] [--distinct 60]

The answers are so many different formulas, each written in its own way at every place where it can be: other
orders, brackets multiplied out, powers as products, 1/x as x^-1, minus signs moved. Two classes: matrices (a
field decides) and functions of numbers (real numbers with error bounds decide). `missed` counts the answers
that do not stand with all those that were made from the same formula, `mixed` those beside another one.
"""

from __future__ import annotations

import argparse
import random
import statistics
from collections import Counter
from decimal import Decimal
from time import process_time
from typing import Final

from grader import groups
from grader.groups import Written
from grader.maths.names import declare
from grader.maths.notation import read, to_text
from grader.maths.tree import Node, number
from grader.rubric import Part
from grader.types import Answer, Outcome, Place, Verdict

GOAL_S: Final = 5.0
MATRICES: Final = declare(
    {
        "X": {"matrix": ["n", "d"], "rank": "full"},
        "w": {"vector": "d"},
        "t": {"vector": "n"},
        "c": {"scalar": "real"},
        "b": {"scalar": "positive"},
    },
    [{"n": 3, "d": 5}],
)
NUMBERS: Final = declare({name: {"scalar": "real"} for name in "xyac"}, [])
BASES: Final = {
    "matrices": (
        MATRICES,
        ("X' (X w - t)", "X' X w", "norm(X w - t)^2", "c X' t + b w", "(X' X + b I)^-1 X' t"),
    ),
    "functions": (NUMBERS, ("sin(x)^2 + c y", "exp(a x) / (1 + exp(x))", "log(1 + y^2) * (x + a)")),
}


def make_class(kind: str, answers: int, distinct: int, seed: int) -> tuple[Part, list[Written[int]]]:
    """A part with so many answers, made from so many different formulas; `of` is the formula's number."""
    draw = random.Random(seed)  # noqa: S311 - repeatable on purpose
    symbols, bases = BASES[kind]
    formulas = []
    for index in range(distinct):
        base = bases[index % len(bases)]
        formulas.append(read(f"{index // len(bases) + 2}/{index + 3} * ({base})", symbols, "plain"))
    written = []
    for _ in range(answers):
        # As in a class: a few answers are frequent, most are rare.
        chosen = min(int(draw.expovariate(6 / distinct)), distinct - 1)
        text = to_text(_rewritten(formulas[chosen], draw))
        verdict = Verdict(Outcome.UNDECIDED, None, "other", "", text)
        written.append(Written(chosen, Answer("1", text, Place("hw.md")), verdict))
    part = Part("1", "", Decimal(1), "1", (), "expression", None, symbols, "value")
    return part, written


def _rewritten(node: Node, draw: random.Random) -> Node:
    args = tuple(_rewritten(argument, draw) for argument in node.args)
    node = Node(node.op, args, node.value)
    if draw.random() < 0.4:
        return node
    if node.op == "sum":
        return Node("sum", args[::-1])
    if node.op == "product" and args[-1].op == "sum":
        return Node("sum", tuple(Node("product", (*args[:-1], term)) for term in args[-1].args))
    if node.op == "divide":
        return Node("product", (Node("power", (args[1], Node("negate", (number(1),)))), args[0]))
    if node.op == "power" and args[1] == number(2):
        return Node("product", (args[0], args[0]))
    return Node("negate", (Node("negate", (node,)),)) if draw.random() < 0.3 else node


def main() -> None:
    """Prints one line for each class."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--answers", type=int, default=1000)
    parser.add_argument("--distinct", type=int, default=60)
    options = parser.parse_args()
    print(f"{'class':<10} {'answers':>8} {'texts':>6} {'groups':>7} {'missed':>7} {'mixed':>6} {'CPU s':>7}")
    for kind in BASES:
        part, written = make_class(kind, options.answers, options.distinct, 7)
        took = []
        for _ in range(3):
            start = process_time()
            found = groups.grouped(written, part, secret=b"benchmark")
            took.append(process_time() - start)
        largest: Counter[int] = Counter()
        for group in found:
            for formula, count in Counter(one.of for one in group.members).items():
                largest[formula] = max(largest[formula], count)
        missed = len(written) - sum(largest.values())
        mixed = sum(
            len(group.members) - max(Counter(one.of for one in group.members).values()) for group in found
        )
        texts = len({one.verdict.read for one in written})
        print(
            f"{kind:<10} {len(written):>8,} {texts:>6,} {len(found):>7,} {missed:>7} {mixed:>6} "
            f"{statistics.median(took):>7.2f}"
        )
    print(f"\nGoal: {GOAL_S:.0f} s for 1,000 answers.")


if __name__ == "__main__":
    main()
