"""Invented results to make pages from: one good student, one late, one hostile, one with nothing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from grader.types import (
    Answer,
    Checklist,
    Counterexample,
    EntryMap,
    Evidence,
    Mark,
    Note,
    Outcome,
    Place,
    Problem,
    Result,
    Verdict,
)

HEADINGS = {"1": "Optimization", "2": "Gradients and step sizes", "3": "Convolutional networks"}
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}\u202e\u0000\ud800"
_TRANSPOSED = "<msup><mi>X</mi><mo>\u22a4</mo></msup>"


def _square_of_norm(inside: str) -> str:
    return f"<msup><mrow><mo>\u2016</mo>{inside}<mi>a</mi><mo>\u2016</mo></mrow><mn>2</mn></msup>"


WITHOUT_N = (
    '<math xmlns="http://www.w3.org/1998/Math/MathML" display="block"><mfrac>'
    f"{_square_of_norm(_TRANSPOSED)}"
    f"<mrow><mn>2</mn><mo>&#x2062;</mo>{_square_of_norm('<mi>X</mi>' + _TRANSPOSED)}</mrow>"
    "</mfrac></math>"
)


def mark(
    part: str,
    title: str,
    points: str | None,
    of: str,
    outcome: Outcome,
    message: str = "",
    *,
    text: str | None = "1",
    place: Place | None = None,
    code: str = "",
    read: str = "",
    mathml: str = "",
    passage: str = "",
    evidence: tuple[Evidence, ...] = (),
    who: str = "machine",
    why: str = "",
) -> Mark:
    """One mark, with as little said as a test needs."""
    credit = None if points is None else Fraction(points) / Fraction(of) if Fraction(of) else Fraction(1)
    answer = None if text is None else Answer(part, text, place or Place("hw2.ipynb", 3, 2), passage=passage)
    return Mark(
        part=part,
        title=title,
        points=None if points is None else Decimal(points),
        max_points=Decimal(of),
        verdict=Verdict(outcome, credit, code or outcome.value, message, read, mathml, evidence),
        answer=answer,
        who=who,
        why=why,
    )


def missing(part: str, title: str, of: str) -> Mark:
    """A part without an answer."""
    return mark(part, title, "0", of, Outcome.MISSING, text=None)


PROOF = (
    "The SGD step on one example is a multiple of $x_i$, so every iterate stays in the span of the "
    "rows of $X$.\n\n"
    "Let $w_k = X^\\top c_k$. At convergence $X w = t$, hence $X X^\\top c = t$ and "
    "$\\hat w = X^\\top (X X^\\top)^{-1} t$, which is the minimum-norm solution."
)

ORDINARY = Result(
    student="mlindqvist",
    name="Maya Lindqvist",
    assignment="csc413-2021-hw2",
    title="Homework 2",
    headings=HEADINGS,
    problems=(
        Problem(
            Place("plots.ipynb"),
            "The file is cut off inside cell 14. Save the notebook again and hand it in once more.",
        ),
    ),
    marks=(
        mark(
            "1.1.1",
            "SGD ends at the minimum-norm solution",
            None,
            "1",
            Outcome.UNDECIDED,
            text=PROOF,
            place=Place("hw2.ipynb", 4),
            evidence=(
                Checklist(
                    (
                        "every step is a multiple of some row of X",
                        "starting at zero keeps the iterates in the row space",
                        "the only point there with zero loss is the minimum-norm solution",
                    )
                ),
            ),
        ),
        mark(
            "1.1.2",
            "Mini-batch SGD",
            "1",
            "1",
            Outcome.UNDECIDED,
            text="Yes. The batch gradient lies in the row space of the batch, a subspace of that of X.",
            place=Place("hw2.ipynb", 5),
            evidence=(Checklist(("the batch gradient is in the row space of X",), Fraction(1)),),
            who="T. Okafor",
            why="Short and complete.",
        ),
        mark("1.2.1.verdict", "AdaGrad finds the minimum norm", "0.4", "0.4", Outcome.CORRECT, text="no"),
        mark(
            "1.2.1.limit",
            "Where AdaGrad ends",
            "0.3",
            "0.3",
            Outcome.CORRECT,
            text="(0.667, 0.667)",
            read="[0.667, 0.667]",
            mathml=(
                "<math><mrow><mo>(</mo><mn>0.667</mn><mo>,</mo><mspace width='0.3em'/>"
                "<mn>0.667</mn><mo>)</mo></mrow></math>"
            ),
            evidence=(Note("remark", "The exact limit is (2/3, 2/3); three figures are enough."),),
        ),
        missing("1.2.1.argument", "Why it is not the minimum norm", "0.3"),
        mark(
            "2.1.2.forward",
            "Memory of forward mode",
            "0.5",
            "0.5",
            Outcome.CORRECT,
            text="O(n(n+1)/2)",
            read="n^2",
            mathml="<math><mi>O</mi><mrow><mo>(</mo><msup><mi>n</mi><mn>2</mn></msup><mo>)</mo></mrow></math>",
            evidence=(Note("convention", "Only the order counts: n(n+1)/2 grows as n^2."),),
        ),
        mark(
            "2.2.1.loss",
            "Loss after one step",
            "0",
            "0",
            Outcome.CORRECT,
            text=r"\frac{1}{n}\|(I - \tfrac{2\eta}{n} X X^\top) a\|^2",
        ),
        mark(
            "2.2.3",
            "Best learning rate for one step",
            "0.7",
            "1",
            Outcome.PARTIAL,
            "The factor n is missing; it cannot be seen when n = 1.",
            text=r"\eta^* = \frac{\|X^\top a\|^2}{2\|X X^\top a\|^2}",
            place=Place("hw2.ipynb", 9, 4),
            code="mistake-1",
            read="norm(X' a)^2 / (2 norm(X X' a)^2)",
            mathml=WITHOUT_N,
            passage="### 2.2.3\nMinimising the quadratic in eta gives\n"
            "$$\\eta^* = \\frac{\\|X^\\top a\\|^2}{2\\|X X^\\top a\\|^2}$$",
            evidence=(
                Note("proof", "Your answer is exactly 1/n times the expected one, at every random point."),
                Counterexample(
                    (("n", "3"), ("X", "[[1, 2], [0, 1], [2, -1]]"), ("a", "[1, 0, 2]")), "1/10", "3/10"
                ),
            ),
        ),
        mark(
            "2.3.2",
            "Does it help to choose it anew in each step?",
            None,
            "1",
            Outcome.UNDECIDED,
            "The word 'yes' is right; the reason is read by a person.",
            text="Yes, since the best rate depends on the current residual.",
            evidence=(
                Checklist(("the best rate depends on the point", "greedy is not optimal over two steps")),
            ),
        ),
        mark(
            "3.1.output",
            "The filtered image",
            "0.384",
            "0.4",
            Outcome.PARTIAL,
            "24 of 25 entries are right.",
            text="[[0, -1, 0, 0, 0], [-1, 2, 1, 1, 0], "
            "[0, 2, -1, -2, -1], [0, 0, -3, 2, 0], [0, -1, 1, -1, 0]]",
            place=Place("hw2.ipynb", 12, 1),
            code="entries",
            evidence=(
                EntryMap(
                    (
                        ("0", "-1", "0", "0", "0"),
                        ("-1", "2", "1", "1", "0"),
                        ("0", "2", "-1", "-2", "-1"),
                        ("0", "0", "-3", "2", "0"),
                        ("0", "-1", "1", "-1", "0"),
                    ),
                    tuple(tuple((r, c) != (3, 2) for c in range(5)) for r in range(5)),
                ),
            ),
        ),
        mark(
            "3.1.feature",
            "What the filter finds",
            None,
            "0.1",
            Outcome.UNDECIDED,
            text="edges",
            evidence=(Checklist(("edges, boundaries or outlines",), Fraction(1)),),
        ),
        mark(
            "3.2.parameters",
            "Trainable parameters",
            "0.4",
            "0.4",
            Outcome.CORRECT,
            text="52,444,644",
            read="52444644",
            mathml="<math><mn>52444644</mn></math>",
            evidence=(Note("convention", "Biases are counted."),),
        ),
        mark(
            "3.2.neurons",
            "Neurons",
            "0",
            "0.3",
            Outcome.UNREADABLE,
            "After '3*' a number was expected at column 3. Write a whole number or a product such as 3*3*64.",
            text="3*",
            code="syntax",
        ),
        mark(
            "3.2.connections",
            "Connections of each layer",
            "0",
            "0.3",
            Outcome.INCORRECT,
            "The list has 9 entries; one for each of the 10 layers is expected.",
            text="[86704128, 200704, 57802752]",
            code="shape",
            evidence=(Note("hint", "Pooling layers have connections too."),),
        ),
        mark(
            "3.3",
            "Why convolutions",
            None,
            "0.5",
            Outcome.UNDECIDED,
            text="\n".join(
                f"Line {i}: weights are shared over the image, so far fewer of them are needed."
                for i in range(1, 31)
            ),
            evidence=(Checklist(("fewer weights", "translation equivariance")),),
        ),
    ),
)

HOSTILE_RESULT = Result(
    student="../" + HOSTILE,
    name=HOSTILE,
    assignment="csc413-2021-hw2",
    title="Homework 2",
    headings=HEADINGS,
    late=True,
    problems=(Problem(Place(HOSTILE, 1, 2), f"not JSON: {HOSTILE}"),),
    marks=tuple(
        replace(
            each,
            verdict=replace(each.verdict, message=HOSTILE, read=HOSTILE, mathml=f"<math>{HOSTILE}</math>"),
            answer=Answer(each.part, HOSTILE * 40, Place(HOSTILE, 3), passage=HOSTILE),
            who=HOSTILE,
            why=HOSTILE,
        )
        for each in ORDINARY.marks
    ),
)

EMPTY = Result(
    student="nobody",
    name="Sam Petrov",
    assignment="csc413-2021-hw2",
    title="Homework 2",
    headings=HEADINGS,
    problems=(Problem(Place("answers.yaml"), "The file is empty: nothing in it could be graded."),),
    marks=tuple(missing(each.part, each.title, str(each.max_points)) for each in ORDINARY.marks),
)
