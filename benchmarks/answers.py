"""Typical course answers per second on one core, with what they are compared with prepared once.

    python benchmarks/answers.py [--count 4000] [--assignment NAME ...]

The answers are the formulas, numbers, counts and arrays of the cases of the rubrics and of the example
classes. No two texts are alike: spaces are put where they mean nothing. *Deciding* reads a formula, finds its
shape and compares it with the expected one; most are trees that were met before, as in a class, and those
of `no two alike` are not. *Judging* is the whole check, with the declared mistakes, the
search for what is wrong, a counterexample, and MathML for the report.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final, NamedTuple

from stages import shares, watched

from grader import checks, documents, extract, rubric, sources, yamltext
from grader.errors import StudentError
from grader.maths.notation import read
from grader.maths.sameness import identity
from grader.types import Answer, Place

ROOT: Final = Path(__file__).resolve().parent.parent
GOAL: Final = 10_000
KINDS: Final = ("expression", "number", "count", "array", "unit_vector", "line", "complexity")
_OPERATOR: Final = re.compile(r"(?<=[\w)\]}'])(\s*)([+*/]|\s-)(?![*/])(?<![eE][+-])")


class Question(NamedTuple):
    """A part with everything that is prepared once."""

    kind: str
    judge: Callable[[Any, Answer], object]
    prepared: Any


class Typed(NamedTuple):
    """An answer to a question."""

    question: Question
    answer: Answer


def typed_answers(assignment: str) -> Iterator[Typed]:
    """The answers of an assignment's cases and of its example class."""
    path = ROOT / "rubrics" / f"{assignment}.yaml"
    sheet = rubric.load(path)
    prepared = rubric.prepare(sheet, b"benchmark")
    questions = {
        part.id: Question(part.check, checks.load(part.check).judge, prepared[part.id])
        for part in sheet.parts
        if part.check in KINDS
    }
    cases = path.with_name(f"{assignment}.cases.yaml")
    for case in yamltext.load(cases.read_text("utf-8"), name=cases.name).data:
        if case["part"] in questions:
            answer = Answer(case["part"], case["answer"], Place(cases.name), case.get("notation", "plain"))
            yield Typed(questions[case["part"]], answer)
    wanted = extract.wanted(sheet)
    for submission in sources.read(ROOT / "submissions_example" / assignment).submissions:
        for file in submission.files:
            try:
                found = extract.find([documents.read(file)], wanted)
            except StudentError:  # the example classes hold broken files too
                continue
            for part, answers in found.items():
                yield from (Typed(questions[part], answer) for answer in answers if part in questions)


def distinct(typed: list[Typed], count: int) -> list[Typed]:
    """So many answers, no two texts alike, each meaning what it meant."""
    draw = random.Random(413)  # noqa: S311 - no secret, only a choice
    seen: set[tuple[str, str]] = set()
    found: list[Typed] = []
    while len(found) < count:
        one = draw.choice(typed)
        text = respaced(one.answer.text, draw)
        if (one.answer.part, text) not in seen:
            seen.add((one.answer.part, text))
            found.append(Typed(one.question, one.answer._replace(text=text)))
    return found


def respaced(text: str, draw: random.Random) -> str:
    """The text with spaces added where they mean nothing, and at its ends.

    >>> respaced("a + b*c", random.Random(1)).split()
    ['a', '+', 'b', '*', 'c']
    """
    text = re.sub(r" +", lambda _: " " * draw.randint(1, 4), text)
    text = _OPERATOR.sub(
        lambda m: f"{' ' * draw.randint(1, 3)}{m[2].strip()}{' ' * draw.randint(1, 3)}", text
    )
    return f"{' ' * draw.randint(0, 40)}{text}{' ' * draw.randint(0, 40)}"


def unlike(typed: list[Typed], count: int) -> list[Typed]:
    """So many formulas, no two of them one tree: each times a one of its own, (3/3), (4/4), ..."""
    around = {"plain": "({0}/{0}) ({1})", "python": "({0}/{0}) * ({1})"} | {
        "latex": r"\frac{{{0}}}{{{0}}} \left({1}\right)"
    }
    found = []
    for k, one in enumerate(islice(cycle(typed), count)):
        text = one.answer.text.strip().strip("$`")
        notation = "latex" if "\\" in text else one.answer.notation
        text = around[notation].format(k + 3, text)
        found.append(Typed(one.question, one.answer._replace(text=text, notation=notation)))
    return found


def decide(one: Typed) -> str:
    """Reads a formula and compares it with the expected one: the outcome, or the code of what is wrong."""
    prepared = one.question.prepared
    try:
        node = read(one.answer.text, prepared.symbols, one.answer.notation)
        formula = identity.settle(node, prepared.frame)
    except StudentError as error:
        return error.code
    expected = prepared.key.targets[0].value.formula
    return identity.compare(expected, formula, any_layout=prepared.any_layout).outcome


def judge(one: Typed) -> str:
    """Judges an answer as grading does: the outcome, or the code of what is wrong."""
    try:
        return str(getattr(one.question.judge(one.question.prepared, one.answer), "outcome", ""))
    except StudentError as error:
        return error.code


class Measured(NamedTuple):
    """Microseconds for each answer, seconds of CPU for all, what came out, and looks by stage."""

    spent_us: list[float]
    cpu_s: float
    outcomes: Counter[str]
    stages: Counter[str]


def measure(work: Callable[[Typed], str], answers: list[Typed]) -> Measured:
    """Does the work on every answer once, in this process."""
    spent, outcomes = [], Counter[str]()
    begun = process_time()
    with watched() as stages:
        for one in answers:
            start = perf_counter()
            outcomes[work(one)] += 1
            spent.append(1e6 * (perf_counter() - start))
    return Measured(spent, process_time() - begun, outcomes, stages)


def print_measured(name: str, done: Measured) -> None:
    """One line on what was measured, and one on where the time went."""
    ranked = sorted(done.spent_us)
    print(
        f"{name:28}{len(ranked):8,}{len(ranked) / done.cpu_s:12,.0f}{statistics.median(ranked):11.0f}"
        f"{ranked[int(0.95 * len(ranked))]:9.0f}{ranked[-1]:10.0f}{done.cpu_s:9.2f}   {shares(done.stages)}"
    )


def main() -> None:
    """Prints both tables."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--count", type=int, default=4000)
    options.add_argument("--assignment", nargs="*", default=["csc413-2021-hw2", "csc413-2020-hw1"])
    chosen = options.parse_args()
    typed = [one for name in chosen.assignment for one in typed_answers(name)]
    of_kind: defaultdict[str, list[Typed]] = defaultdict(list)
    for one in typed:
        of_kind[one.question.kind].append(one)
    print(f"{len(typed)} answers of {', '.join(chosen.assignment)}, in {chosen.count:,} distinct spellings")
    columns = f"{'a second':>12}{'median us':>11}{'95 %':>9}{'longest':>10}{'CPU s':>9}"
    print(f"{'':28}{'answers':>8}{columns}   where the time goes")
    tasks: list[tuple[str, Callable[[Typed], str], list[Typed]]] = []
    formulas = distinct(of_kind["expression"], chosen.count)
    right = [one for one in formulas if decide(one) == "same"]
    tasks.append(("deciding: formulas", decide, formulas))
    tasks.append(("deciding: right ones", decide, [*right, *distinct(right, chosen.count)][: chosen.count]))
    decided = [one for one in of_kind["expression"] if decide(one) in ("same", "different")]
    tasks.append(("deciding: no two alike", decide, unlike(decided, chosen.count)))
    share = chosen.count // len(of_kind)
    tasks += [(f"judging: {kind}", judge, distinct(few, share)) for kind, few in sorted(of_kind.items())]
    tasks.append(("judging: all as they come", judge, distinct(typed, chosen.count)))
    for name, work, answers in tasks:
        for one in answers[: len(answers) // 20]:
            work(one)
        print_measured(name, measure(work, answers))
    print(f"The goal is {GOAL:,} typical answers a second on one core.")


if __name__ == "__main__":
    main()
