"""A function of the student's, called on inputs that only the reference knows, and compared with it.

    answer: {function: fit_poly}
    check: function
    expected: ref.fit                  # called with one input (for which it has a default): what is right
    inputs: ref.fit_cases              # a list of tuples of arguments: well-conditioned, no two sizes alike
    passed: 3                          # so many of the arguments are passed on; all, if it is not said
    variables:                         # of the notebook, set to what these functions make of the input
      - {name: n, is: ref.fit_examples, note: "It takes n from the notebook."}
    words: ref.fit_kind                # the kind of an input, in words that may be shown to students
    tolerance: {abs: 1e-8}             # for each entry
    credit: per input                  # or all or nothing
    mistakes:                          # known by their values on all inputs; None: it cannot be foretold
      - {is: ref.fit_swapped, credit: 0.4, say: "The two branches are exchanged."}
    unreturned: {credit: 0.8, say: "Nothing is returned."}

The inputs are hidden: a student is told of them in `words` only, unless the rubric says `show: inputs`.
"""

from __future__ import annotations

import builtins
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, Final, Literal

from grader.checks import OptionError, Sample, Setting
from grader.checks._common import (
    FULL,
    NOTHING,
    CheckOptions,
    Credit,
    Credited,
    Formula,
    outcome_of,
    reference_value,
    undecided,
)
from grader.checks._networks import plain
from grader.checks._results import MOST_ENTRIES, Numbers, argument, is_exact, numbers, same, same_shape, shown
from grader.checks.number import Tolerance, needs_tolerance
from grader.maths.values.tolerance import USUAL, Rule
from grader.options import Size
from grader.sandbox.jobs import Call, Called, Fault, NotRun, Value
from grader.types import Answer, Checklist, Evidence, Note, Outcome, Reads, Verdict

READS: Final[Reads] = "prose"

_MOST_INPUTS: Final = 64
_MOST_MANY: Final = 20_000
_LOOSER: Final = 1000  # a mistake is known by its values, which rounding may touch more than the right ones
_NOT_INSTALLED: Final = ("ImportError", "ModuleNotFoundError")
_ELSEWHERE: Final = {"LinAlgError", "UFuncTypeError", "AxisError"}


class Mistake(CheckOptions):
    """A function that is often written instead, its credit, and what is said of it."""

    is_: Formula
    credit: Credit
    say: str


class Variable(CheckOptions):
    """A variable of the notebook that is set for each call, and what is said where the function uses it."""

    name: str
    is_: Formula
    note: str = ""


class Options(CheckOptions):
    """See the head of this file."""

    expected: Formula
    inputs: Formula
    passed: Annotated[int, Size(0)] | None = None
    variables: tuple[Variable, ...] = ()
    words: str = ""
    tolerance: Tolerance = USUAL
    credit: Literal["all or nothing", "per input"] = "all or nothing"
    layout: Literal["any", "exact"] = "any"
    sequences: Literal["arrays", "lists"] = "arrays"
    calls: Literal["one by one", "together"] = "one by one"
    mistakes: tuple[Mistake, ...] = ()
    unreturned: Credited | None = None
    show: Literal["nothing", "inputs"] = "nothing"
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Slip:
    """What a known wrong function gives for each input, None where that cannot be foretold."""

    values: tuple[Numbers | None, ...]
    credit: Fraction
    say: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """`arguments` are those passed, by input; `variables` the values set, by input."""

    arguments: tuple[tuple[Value, ...], ...]
    variables: tuple[tuple[tuple[str, Value], ...], ...]
    expected: tuple[Numbers, ...]
    words: tuple[str, ...]
    rule: Rule
    slips: tuple[Slip, ...]
    options: Options


# --- preparing -------------------------------------------------------------------------------------


def prepare(options: Options, setting: Setting) -> Prepared:
    """What is expected for each input, and what the known mistakes give.

    Raises:
        OptionError: a function that is not there or fails, a value that is no number, array or text, a
            mistake that is right everywhere, or inexact values where no tolerance is given.
    """
    inputs = _inputs(options, setting)
    raw = _each(options.expected, inputs, setting, ("expected",))
    if options.tolerance.kind in ("usual", "exact") and not all(map(is_exact, raw)):
        raise OptionError(("tolerance",), "none", needs_tolerance(options.expected))
    expected = tuple(_known(value, options.expected, ("expected",)) for value in raw)
    passed = [one if options.passed is None else one[: options.passed] for one in inputs]
    arrays = options.sequences == "arrays"
    given = []
    for index, variable in enumerate(options.variables):
        values = _each(variable.is_, inputs, setting, ("variables", index, "is"))
        given.append([(variable.name, argument(value, arrays=arrays)) for value in values])
    words: Sequence[object] = [""] * len(inputs)
    if options.words:
        words = _each(options.words, inputs, setting, ("words",))
    rule = options.tolerance
    looser = Rule(rule.kind, rule.amount * _LOOSER) if rule.kind in ("abs", "rel") else rule
    slips = []
    for index, mistake in enumerate(options.mistakes):
        path = ("mistakes", index, "is")
        values = _each(mistake.is_, inputs, setting, path)
        found = tuple(None if value is None else _known(value, mistake.is_, path) for value in values)
        if all(same(one, other, rule) for one, other in zip(found, expected, strict=True)):
            raise OptionError(path, repr(mistake.is_), "a function that is not right for every input")
        slips.append(Slip(found, mistake.credit, mistake.say))
    return Prepared(
        tuple(tuple(argument(value, arrays=arrays) for value in one) for one in passed),
        tuple(zip(*given, strict=True)) if given else ((),) * len(inputs),
        expected,
        tuple(map(str, words)),
        looser,
        tuple(slips),
        options,
    )


def _inputs(options: Options, setting: Setting) -> list[tuple[Any, ...]]:
    value = reference_value(_name(options.inputs, ("inputs",)), setting, ("inputs",))
    most = _MOST_MANY if options.calls == "together" else _MOST_INPUTS
    if not isinstance(value, list | tuple) or not all(isinstance(one, tuple) for one in value):
        raise OptionError(("inputs",), type(value).__name__, "a list of tuples of arguments")
    if not 0 < len(value) <= most:
        raise OptionError(("inputs",), f"{len(value)} inputs", f"1 to {most}")
    return list(value)


def _name(text: str, path: tuple[str | int, ...]) -> str:
    if not text.strip().startswith("ref."):
        raise OptionError(path, repr(text), "ref. and the name of a function of the reference")
    return text.strip()[4:]


def _each(
    text: str, inputs: Sequence[tuple[Any, ...]], setting: Setting, path: tuple[str | int, ...]
) -> list[object]:
    """What a function of the reference gives for each input."""
    name = _name(text, path)
    reference_value(name, setting, path)  # says what is wrong with it, if anything is
    function: Callable[..., object] = plain(setting.reference[name])
    try:
        return [function(one) for one in inputs]
    except Exception as error:  # a reference is course code: whatever it raises is a fault of this option
        fault = f"{text!r}, which fails with {type(error).__name__}: {error}"
        raise OptionError(path, fault, "a function of one input") from error


def _known(value: object, text: str, path: tuple[str | int, ...]) -> Numbers:
    found = numbers(value)
    if found is None or None in found.entries or len(found.entries) > MOST_ENTRIES:
        meant = "finite numbers, arrays of them, or texts"
        raise OptionError(path, f"{text!r}, which gives {type(value).__name__}", meant)
    return found


def calls(prepared: Prepared, function: str) -> tuple[Call, ...]:
    """The calls to make of a student's function of that name."""
    if prepared.options.calls == "together":
        return (Call(function, prepared.arguments, many=True),)
    pairs = zip(prepared.arguments, prepared.variables, strict=True)
    return tuple(Call(function, arguments, dict(variables)) for arguments, variables in pairs)


# --- judging ---------------------------------------------------------------------------------------


def judge(prepared: Prepared, answer: Answer) -> Verdict:
    """Whether the function gives what is expected for every input; code that was not run waits."""
    value, items = answer.value, Checklist(prepared.options.items)
    if isinstance(value, NotRun):
        return undecided("not-run", f"{value.reason} A person reads the code.", ("", ""), items)
    if not isinstance(value, tuple) or not all(isinstance(one, Called) for one in value):
        return undecided("not-run", "This code was not run; a person reads it.", ("", ""), items)
    called = _apart(prepared, value)
    if len(called) != len(prepared.expected) or any(one.status in ("late", "no result") for one in called):
        said = "The run came to no end in its time, so that some inputs have no result. A person decides."
        return undecided("no-result", said, ("", ""), items, *_told(called))
    if all(
        one.fault is not None and one.fault.type in ("ImportError", "ModuleNotFoundError") for one in called
    ):
        said = "The function needs a package that is not installed here. A person reads the code."
        return undecided("package", said, ("", ""), items, *_told(called))
    return _compared(prepared, called)


def alike(prepared: Prepared, answer: Answer, verdict: Verdict) -> tuple[str, ...] | None:
    """Equal for functions that fail in the same way: how many inputs of which kind, and the smallest of them.

    Code that was not run is read, so that only equal texts are alike.
    """
    if verdict.credit is None:
        return None
    smallest = [
        piece.text.partition(" Returned: ")[0]
        for piece in verdict.evidence
        if isinstance(piece, Note) and piece.text.startswith(_SMALLEST)
    ]
    return (verdict.message, *smallest)


def _apart(prepared: Prepared, called: tuple[Called, ...]) -> tuple[Called, ...]:
    """The results of calls that were made together, one for each input."""
    if prepared.options.calls != "together" or len(called) != 1:
        return called
    (whole,) = called
    if whole.status != "returned" or not isinstance(whole.value, list):
        return (whole,) * len(prepared.expected)
    return tuple(Called("returned", value) for value in whole.value)


def _compared(prepared: Prepared, called: tuple[Called, ...]) -> Verdict:
    options = prepared.options
    any_layout = options.layout == "any"
    got = [numbers(one.value) if one.status == "returned" else None for one in called]
    right = [
        same(one, other, options.tolerance, any_layout=any_layout)
        for one, other in zip(got, prepared.expected, strict=True)
    ]
    notes = _uses(prepared, called)
    if all(right):
        said = f"Correct: it gives the expected value for all {len(right)} hidden inputs."
        return Verdict(Outcome.CORRECT, FULL, "correct", said, evidence=(*notes, *_layout(prepared, got)))
    failing = _staff(prepared, called, right)
    for position, slip in enumerate(prepared.slips, 1):
        if _is_slip(prepared, slip, called, got, right):
            outcome = outcome_of(slip.credit)
            evidence = (Note("proof", _AS_SLIP), *notes, *failing)
            return Verdict(outcome, slip.credit, f"mistake-{position}", slip.say, evidence=evidence)
    if options.unreturned is not None and (name := _unreturned(prepared, called)):
        known = options.unreturned
        said = f"{known.say} What it should return is in its variable {name}."
        return Verdict(
            outcome_of(known.credit), known.credit, "unreturned", said, evidence=(*notes, *failing)
        )
    credit = _share(prepared.expected, right) if options.credit == "per input" else NOTHING
    message = _summary(prepared, called, got, right)
    return Verdict(outcome_of(credit), credit, "inputs", message, evidence=(*_told(called), *notes, *failing))


_SMALLEST: Final = "Smallest input it fails on:"
_AS_SLIP: Final = "On every hidden input it does what this mistake does."


def _is_slip(
    prepared: Prepared,
    slip: Slip,
    called: Sequence[Called],
    got: Sequence[Numbers | None],
    right: Sequence[bool],
) -> bool:
    for one, found, fits, known, expected in zip(
        called, got, right, slip.values, prepared.expected, strict=True
    ):
        if known is None:
            # Nothing but rounding decides what comes of it: right it is not, but of the right form.
            singular = one.fault is not None and "singular" in one.fault.message.lower()
            if fits or not (singular or (found is not None and same_shape(found, expected))):
                return False
        # Where the mistake is right the answer has to be right too, and nowhere else.
        elif not (
            fits if same(known, expected, prepared.options.tolerance) else same(found, known, prepared.rule)
        ):
            return False
    return True


def _unreturned(prepared: Prepared, called: Sequence[Called]) -> str:
    """The variable that holds what should have been returned, for every input."""
    if any(one.status != "returned" or one.value is not None for one in called):
        return ""
    for name in called[0].inner:
        if all(
            name in one.inner and same(numbers(one.inner[name]), expected, prepared.options.tolerance)
            for one, expected in zip(called, prepared.expected, strict=True)
        ):
            return name
    return ""


def _share(expected: Sequence[Numbers], right: Sequence[bool]) -> Fraction:
    """The share of inputs that are right; of few kinds of values, for the kind it is lowest for.

    So a function that always says no earns nothing where the question is yes or no.
    """
    every = Counter(expected)
    if len(every) * 2 > len(expected):
        return Fraction(sum(right), len(right))
    fits = Counter(kind for kind, fit in zip(expected, right, strict=True) if fit)
    return min(Fraction(fits[kind], count) for kind, count in every.items())


# --- what is said ----------------------------------------------------------------------------------


def _summary(
    prepared: Prepared, called: Sequence[Called], got: Sequence[Numbers | None], right: Sequence[bool]
) -> str:
    said = [f"It gives the expected value for {sum(right)} of {len(right)} hidden inputs."]
    if any(prepared.words):
        for words in dict.fromkeys(prepared.words):
            of_kind = [fit for fit, kind in zip(right, prepared.words, strict=True) if kind == words]
            said.append(f"{words[:1].upper()}{words[1:]}: {sum(of_kind)} of {len(of_kind)} right.")
    nothing = sum(one.status == "returned" and one.value is None for one in called)
    if nothing == len(called):
        said.append("It returns nothing: the `return` is absent.")
    late = sum(one.status == "time" for one in called)
    if late:
        said.append(f"For {late} of them it did not come to an end in its time.")
    untried = sum(one.status == "not tried" for one in called)
    if untried:
        said.append(f"The other {untried} were not tried after that.")
    left = sum(one.status == "ended" for one in called)
    if left:
        said.append(f"For {left} of them it ended the program, or returned something far too large.")
    sizes = sum(
        one is not None and not same_shape(one, other)
        for one, other in zip(got, prepared.expected, strict=True)
    )
    if sizes:
        said.append(f"For {sizes} of them the shape is another one.")
    endless = sum(one is not None and None in one.entries for one in got)
    if endless:
        said.append(f"For {endless} of them it gives NaN or infinity.")
    return " ".join(said)


def _told(called: Sequence[Called]) -> tuple[Evidence, ...]:
    """The exceptions, without their messages, which may hold a hidden input."""
    raised = Counter(_line(one.fault) for one in called if one.fault is not None)
    return tuple(
        Note("remark", f"{said} ({count} of {len(called)} inputs)") for said, count in raised.most_common(3)
    )


def _line(fault: Fault) -> str:
    # Names of the student's own exceptions are theirs to choose at run time: they too may hold an input.
    known = (
        isinstance(getattr(builtins, fault.type, None), type) or fault.type.rpartition(".")[2] in _ELSEWHERE
    )
    name = fault.type.rpartition(".")[2] if known else "an exception of its own"
    if not fault.code:
        return f"It raises {name}."
    return f"It raises {name} in cell {fault.cell}, line {fault.line}: `{fault.code}`"


def _uses(prepared: Prepared, called: Sequence[Called]) -> tuple[Evidence, ...]:
    used = {name for one in called for name in one.uses}
    return tuple(
        Note("remark", one.note) for one in prepared.options.variables if one.note and one.name in used
    )


def _layout(prepared: Prepared, got: Sequence[Numbers | None]) -> tuple[Evidence, ...]:
    other = any(
        one is not None and one.shape != expected.shape
        for one, expected in zip(got, prepared.expected, strict=True)
    )
    said = "The result has another layout (a row or a column); here that means the same."
    return (Note("convention", said),) if other else ()


def _staff(prepared: Prepared, called: Sequence[Called], right: Sequence[bool]) -> tuple[Evidence, ...]:
    """The smallest input it fails on, for staff; for students too where the rubric shows inputs."""
    wrong = [index for index, fits in enumerate(right) if not fits]
    at = min(wrong, key=lambda index: (len(shown(prepared.arguments[index], 10**6)), index))
    arguments = ", ".join(shown(value) for value in prepared.arguments[at])
    variables = "".join(f"; {name} = {shown(value)}" for name, value in prepared.variables[at])
    one = called[at]
    came = shown(one.value) if one.status == "returned" else one.status
    if one.fault is not None:
        came = f"{one.fault.type}: {one.fault.message}"
    expected = shown([float(e[0]) if isinstance(e, tuple) else e for e in prepared.expected[at].entries])
    said = f"{_SMALLEST} ({arguments}){variables}. Returned: {came}. Expected: {expected}."
    return (Note("remark" if prepared.options.show == "inputs" else "advice", said),)


def samples(prepared: Prepared) -> tuple[Sample, ...]:
    """The reference and each declared mistake, as what calls of them give."""

    def called(values: Sequence[Numbers | None]) -> tuple[Called, ...]:
        results = [_nested(one) for one in values]
        if prepared.options.calls == "together":
            return (Called("returned", results),)
        return tuple(
            Called("raised", None, Fault("numpy.linalg.LinAlgError", "Singular matrix"))
            if one is None
            else Called("returned", one)
            for one in results
        )

    right = Sample("the reference", prepared.options.expected, FULL, "python", called(prepared.expected))
    wrong = [
        Sample(f"mistake {k}: {slip.say}", "a known mistake", slip.credit, "python", called(slip.values))
        for k, slip in enumerate(prepared.slips, 1)
    ]
    return (right, *wrong)


def _nested(held: Numbers | None) -> Value:
    if held is None:
        return None
    entries = [
        complex(float(e[0]), float(e[1])) if isinstance(e, tuple) and e[1] else _plain(e)
        for e in held.entries
    ]
    for length in reversed(held.shape[1:]):
        entries = [entries[start : start + length] for start in range(0, len(entries), length or 1)]
    return entries if held.shape else entries[0]


def _plain(entry: object) -> Value:
    if not isinstance(entry, tuple):
        return entry
    real, imaginary = entry
    if imaginary:
        return complex(float(real), float(imaginary))
    return real.numerator if real.denominator == 1 else float(real)
