"""Where an iteration ends on data of the student's own: the reference is run on their numbers.

    check: recurrence
    result: [limit, w_inf]                        # how the end of the iteration is called in a text
    data:
      - {name: [X, x], as: inputs, needed: yes}   # an argument of both functions below
      - {name: [t], as: labels, needed: yes}
      - {name: [eta, learning rate], as: rate}    # their defaults are the sheet's
    run: ref.adagrad_end                          # where the iteration ends
    differs_from: ref.shortest_solution           # what a counterexample must not end at
    same: {credit: 0.4, say: "With these data it does end there: this is no counterexample."}
    missed: {credit: 0, say: "This is the shortest solution, not where the iteration ends."}
    other_rules:                                  # that are often run instead, on the same data
      - {run: ref.adagrad_end_late, credit: 0.8, say: "The sum of squares is added to before the step."}
    accept: ...                                   # and everything else the check `array` may be told, for
    tolerance: {abs: 1e-3}                        # answers that state no data

An answer is right when it is where the iteration ends on its own data. Any other waits for a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, product
from typing import Annotated, Any, Final, Literal

from grader.checks import Sample, Setting, array
from grader.checks._common import (
    FULL,
    CheckOptions,
    Credit,
    Credited,
    Formula,
    outcome_of,
    reference_value,
    undecided,
)
from grader.checks._networks import Function, plain
from grader.checks._stated import Numbers, read_numbers, stated
from grader.errors import StudentError
from grader.maths.sameness.entries import is_vector
from grader.maths.values.tolerance import GOOD, Number, Rule, agree
from grader.options import By, Size
from grader.types import Answer, Note, Outcome, Reads, Verdict

READS: Final[Reads] = "value"
READS_BESIDE: Final = True

_MOST_RUNS = 6
_LARGEST = 10**6  # data beyond it converge too slowly to be tried
_RESULT = "the result"


def _yes(value: object) -> object:
    return "yes" if value is True else "no" if value is False else value


class Datum(CheckOptions):
    """Something a student chooses: its names in a text, and the argument `as` of the two functions."""

    name: Annotated[tuple[str, ...], Size(1)]
    as_: str
    needed: Annotated[Literal["yes", "no"], By(_yes)] = "no"


class OtherRule(CheckOptions):
    """An iteration that is often run in place of the right one, its credit, and what is said of it."""

    run: Formula
    credit: Credit
    say: str


class Options(array.Options):
    """What `array` may be told, for answers without data; the data, and the functions they are put into."""

    result: Annotated[tuple[str, ...], Size(1)]
    data: Annotated[tuple[Datum, ...], Size(1)]
    run: Formula
    differs_from: Formula
    same: Credited
    missed: Credited | None = None
    other_rules: tuple[OtherRule, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.open:
            raise ValueError("meant `otherwise: person`, because the data are the student's to choose")
        if not any(datum.needed == "yes" for datum in self.data):
            raise ValueError("meant at least one of the data with `needed: yes`")


@dataclass(frozen=True, slots=True)
class Prepared:
    listed: array.Prepared
    result: tuple[str, ...]
    data: tuple[Datum, ...]
    run: Function
    other: Function
    same: Credited
    missed: Credited | None
    tolerance: Rule
    other_rules: tuple[tuple[Function, OtherRule], ...] = ()


def prepare(options: Options, setting: Setting) -> Prepared:
    """The listed answers, and the functions that the student's data are put into.

    Raises:
        OptionError: a function that is not there or fails on the data of the sheet, a listed value at fault.
    """

    def function(text: str, key: str) -> Function:
        name = text.strip().removeprefix("ref.")
        reference_value(name, setting, (key,))  # says what is wrong with it, if anything is
        return plain(setting.reference[name])

    run, other = function(options.run, "run"), function(options.differs_from, "differs_from")
    return Prepared(
        array.prepare(options, setting),
        options.result,
        options.data,
        run,
        other,
        options.same,
        options.missed,
        options.tolerance,
        tuple(
            (function(rule.run, f"other_rules.{index}.run"), rule)
            for index, rule in enumerate(options.other_rules)
        ),
    )


def judge(prepared: Prepared, answer: Answer) -> Verdict:
    """Whether the iteration ends where the answer says, on the data that stand with it.

    Raises:
        StudentError: no array of numbers can be read.
    """
    names = {datum.as_: datum.name for datum in prepared.data} | {_RESULT: prepared.result}
    here = stated(answer.text, names)
    beside = stated(answer.passage, names) | here
    result = here[_RESULT][-1] if _RESULT in here else None
    if result is None:
        try:
            result = read_numbers(answer.text, answer.notation)
        except StudentError:
            if not here:
                raise
    if result is None:
        return undecided(
            "absent", "The data are here, but not where the iteration ends; a person reads this."
        )
    end = _vector(result)
    known = array.judge(prepared.listed, Answer(answer.part, result.text, answer.place, answer.notation))
    tried = [found for given in _choices(prepared, beside) if (found := _tried(prepared, given)) is not None]
    if not tried or end is None:
        return known
    for used, reached, other in tried:
        if _near(prepared, end, reached):
            return _confirmed(prepared, known, used, reached, other)
    used, reached, other = tried[-1]
    where = f"On {used} the iteration ends at {_shown(reached)}"
    evidence = Note("proof", f"{where}; the other point is {_shown(other)}.")
    if prepared.missed is not None and _near(prepared, end, other):
        credit, say = prepared.missed.credit, prepared.missed.say
        return Verdict(outcome_of(credit), credit, "missed", say, known.read, known.mathml, (evidence,))
    for rule, meant in prepared.other_rules:
        for given in _choices(prepared, beside):
            came = _tried(prepared, given, rule)
            if came is not None and _near(prepared, end, came[1]) and known.credit != FULL:
                note = Note("proof", f"{where}; by this other rule at {_shown(came[1])}.")
                return Verdict(
                    outcome_of(meant.credit),
                    meant.credit,
                    "other-rule",
                    meant.say,
                    known.read,
                    known.mathml,
                    (note,),
                )
    message = f"{where} by the rule of the sheet; a person compares it with the answer."
    return undecided("other-end", message, (known.read, known.mathml), evidence)


def _confirmed(
    prepared: Prepared, known: Verdict, used: str, reached: Sequence[Number], other: Sequence[Number]
) -> Verdict:
    """The verdict on an answer that is where the iteration ends on its own data."""
    evidence = Note("proof", f"On {used} the iteration ends at {_shown(reached)}, not at {_shown(other)}.")
    if _near(prepared, reached, other):
        credit, say = prepared.same.credit, prepared.same.say
        both = Note("proof", f"On {used} both are {_shown(other)}.")
        return Verdict(
            outcome_of(credit), credit, "no-counterexample", say, known.read, known.mathml, (both,)
        )
    message = "Correct: this is where the iteration ends on these data."
    return Verdict(Outcome.CORRECT, FULL, "correct", message, known.read, known.mathml, (evidence,))


def _choices(prepared: Prepared, found: Mapping[str, Sequence[Numbers]]) -> Iterator[dict[str, Numbers]]:
    """The data of a text, in every way it may be meant where it states one of them several times."""
    if any(datum.as_ not in found for datum in prepared.data if datum.needed == "yes"):
        return
    names = [datum.as_ for datum in prepared.data if datum.as_ in found]
    for values in islice(product(*(tuple(reversed(found[name])) for name in names)), _MOST_RUNS):
        yield dict(zip(names, values, strict=True))


def _tried(
    prepared: Prepared, given: Mapping[str, Numbers], run: Function | None = None
) -> tuple[str, tuple[Number, ...], tuple[Number, ...]] | None:
    """The data in words, where the iteration ends on them, and the other point; None if there is no end."""
    arguments = {name: _argument(numbers) for name, numbers in given.items()}
    if any(argument is None for argument in arguments.values()):
        return None
    try:
        functions = (run or prepared.run, prepared.other)
        reached, other = (_point(function(**arguments)) for function in functions)
    except (ArithmeticError, ValueError, TypeError, IndexError):
        return None  # data that do not fit, or on which the iteration does not end: a person's to judge
    shown = {datum.as_: datum.name[0] for datum in prepared.data}
    return ", ".join(f"{shown[name]} = {given[name].text}" for name in given), reached, other


def _argument(numbers: Numbers) -> Any:
    """A number, a tuple or a tuple of rows; None where an entry is too large or not exact."""
    values = numbers.exact()
    if values is None or any(abs(value) > _LARGEST or value.denominator > _LARGEST for value in values):
        return None
    if not numbers.shape:
        return values[0]
    if len(numbers.shape) == 1:
        return values
    columns = numbers.shape[1]
    return tuple(values[start : start + columns] for start in range(0, len(values), columns))


def _point(value: Any) -> tuple[Number, ...]:
    return tuple(Fraction(entry) for entry in value)


def _vector(numbers: Numbers) -> tuple[Number, ...] | None:
    return numbers.values if is_vector(numbers.shape) else None


def _near(prepared: Prepared, one: Sequence[Number], other: Sequence[Number]) -> bool:
    if len(one) != len(other):
        return False
    return all(agree(a, b, prepared.tolerance) in GOOD for a, b in zip(one, other, strict=True))


def _shown(point: Sequence[Number]) -> str:
    return (
        "("
        + ", ".join(f"{float(value.mid() if hasattr(value, 'mid') else value):.6g}" for value in point)
        + ")"
    )


def samples(prepared: Prepared) -> tuple[Sample, ...]:
    """The listed answers and mistakes, as `array` has them."""
    return array.samples(prepared.listed)
