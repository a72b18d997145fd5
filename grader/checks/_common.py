"""What the checks of values share: expected values and declared mistakes, and the order they are tried in."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar

from grader.checks import OptionError, Sample, Setting
from grader.checks._typed import echo as echo
from grader.checks._typed import formula_text as formula_text
from grader.checks._typed import sides as sides
from grader.errors import StudentError
from grader.maths.names import Symbols
from grader.maths.tree import Node
from grader.options import By, Options
from grader.types import Evidence, Note, Outcome, Verdict

T = TypeVar("T")

FULL, NOTHING = Fraction(1), Fraction(0)

_OPEN = "The rubric leaves other answers to a person."


# --- what a rubric may say -------------------------------------------------------------------------


CheckOptions = Options


def _as_text(value: object) -> str:
    """A formula of a rubric as text; YAML lists are written as lists."""
    if isinstance(value, list | tuple):
        return "[" + ", ".join(str(_as_text(entry)) for entry in value) + "]"
    text = str(value) if isinstance(value, str | int | float | Decimal | Fraction) else ""
    if not text.strip():
        raise ValueError("meant a formula, or ref. and a name")
    return text


def _as_credit(value: object) -> Fraction:
    try:
        credit = value if isinstance(value, Fraction) else Fraction(Decimal(str(value).strip()))
    except (InvalidOperation, ValueError, OverflowError):
        raise ValueError("meant a fraction of the points from 0 to 1, such as 0.8") from None
    if not 0 <= credit <= 1:
        raise ValueError("meant a fraction of the points from 0 to 1, such as 0.8")
    return credit


Formula = Annotated[str, By(_as_text)]
Credit = Annotated[Fraction, By(_as_credit)]


def _as_credit_or_person(value: object) -> Fraction | None:
    if value is None or value == "person":
        return None
    try:
        return _as_credit(value)
    except ValueError as error:
        raise ValueError(f"{error}, or `person`") from None


CreditOrPerson = Annotated[Fraction | None, By(_as_credit_or_person)]


class Accepted(CheckOptions):
    """One value that earns full marks; `as` names its convention in the report.

    `under` says which conventions of the whole sheet it goes with, where several parts must keep one.
    """

    expected: Formula
    as_: str = ""
    note: str = ""
    under: tuple[str, ...] = ()


class Mistake(CheckOptions):
    """One wrong value that is known, the credit it earns (`person`: one decides) and what is said of it."""

    is_: Formula
    credit: CreditOrPerson
    say: str


class Allowed(CheckOptions):
    """An answer that `lint` finds one slip away from the reference and right, and why that may be."""

    is_: Formula
    because: str


class Credited(CheckOptions):
    """Credit and words for a kind of mistake that a check finds by itself."""

    credit: Credit
    say: str


class ValueOptions(CheckOptions):
    """What every check of a value offers: `expected` or `accept`, `mistakes`, and `otherwise`.

    `otherwise: person` is for a question with right answers that no rubric can list, such as a
    counterexample with data of one's own: what is neither accepted nor a declared mistake waits.
    """

    expected: Formula | None = None
    accept: tuple[Accepted, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    otherwise: Literal["incorrect", "person"] = "incorrect"
    allow: tuple[Allowed, ...] = ()

    def __post_init__(self) -> None:
        if (self.expected is None) == (not self.accept):
            raise ValueError("meant either `expected: X` or `accept: [{expected: X, as: ...}]`")

    @property
    def open(self) -> bool:
        """Whether other answers than the listed ones may be right."""
        return self.otherwise == "person"

    def conventions(self) -> tuple[tuple[tuple[str | int, ...], Accepted], ...]:
        """The accepted values, each with the path that leads to it in the rubric."""
        if self.expected is not None:
            return ((("expected",), Accepted(expected=self.expected)),)
        return tuple((("accept", index, "expected"), one) for index, one in enumerate(self.accept))


# --- what is expected ------------------------------------------------------------------------------


class Target(NamedTuple, Generic[T]):
    """An accepted value, a typed form of it, and the convention it follows."""

    value: T
    text: str
    convention: str = ""
    note: str = ""


class Slip(NamedTuple, Generic[T]):
    """The value of a declared mistake, a typed form of it, its credit or None for a person, what is said."""

    value: T
    text: str
    credit: Fraction | None
    say: str


class Key(NamedTuple, Generic[T]):
    """Everything one part is compared with: what is right, and the known mistakes in their order.

    In an `open` part other answers may be right too, so that a person decides about them.
    """

    targets: tuple[Target[T], ...]
    slips: tuple[Slip[T], ...]
    open: bool = False


class Expected(NamedTuple):
    """An expected value as a formula; `inexact` when a reference computed it in floating point."""

    node: Node
    text: str
    inexact: bool


def read_key(
    options: ValueOptions, setting: Setting, symbols: Symbols, value: Callable[[Expected], T]
) -> Key[T]:
    """What a part is compared with; `value` turns an expected formula into what the check compares.

    Raises:
        OptionError: an expected value or a mistake that cannot be read or computed.
    """

    def one(text: str, path: tuple[str | int, ...]) -> tuple[T, str]:
        expected = resolve(text, setting, symbols, path)
        try:
            return value(expected), expected.text
        except (StudentError, ValueError) as error:
            raise OptionError(path, repr(text), f"a value this check can compare: {error}") from error

    targets = tuple(
        Target(*one(accepted.expected, path), accepted.as_, accepted.note)
        for path, accepted in options.conventions()
    )
    slips = tuple(
        Slip(*one(mistake.is_, ("mistakes", index, "is")), mistake.credit, mistake.say)
        for index, mistake in enumerate(options.mistakes)
    )
    return Key(targets, slips, options.open)


def resolve(text: str, setting: Setting, symbols: Symbols, path: tuple[str | int, ...]) -> Expected:
    """The formula that a rubric expects: `ref.name` is computed by the reference, the rest is read.

    Raises:
        OptionError: an unknown `ref.` name, a reference that fails, a formula that cannot be read.
    """
    from grader.maths import notation
    from grader.maths.values import numbers

    value: object = text
    if text.strip().startswith("ref."):
        value = reference_value(text.strip()[4:], setting, path)
    try:
        if isinstance(value, str):
            node, inexact = notation.read(value, symbols, "plain"), False
        else:
            plain, inexact = _plain(value)
            node = numbers.from_python(plain)
    except (StudentError, ValueError, TypeError) as error:
        raise OptionError(path, repr(text), f"a formula or a value of the reference: {error}") from error
    return Expected(node, value if isinstance(value, str) else notation.to_text(node), inexact)


def reference_value(name: str, setting: Setting, path: tuple[str | int, ...]) -> object:
    """What the reference computes under a name.

    Raises:
        OptionError: no such function, with the nearest name, or one that fails.
    """
    function = setting.reference.get(name)
    if function is None:
        from difflib import get_close_matches

        near = get_close_matches(name, setting.reference, n=1)
        known = ", ".join(f"ref.{other}" for other in sorted(setting.reference)[:12]) or "no function at all"
        meant = f"did you mean 'ref.{near[0]}'?" if near else f"the reference has {known}"
        raise OptionError(path, f"'ref.{name}'", meant)
    try:
        return function()
    except Exception as error:  # a reference is course code: whatever it raises is a fault of this option
        fault = f"{type(error).__name__}: {error}"
        raise OptionError(
            path, f"'ref.{name}', which fails with {fault}", "a function that returns"
        ) from error


def _plain(value: object) -> tuple[object, bool]:
    """A value without NumPy or binary floats in it, and whether any float was there."""
    for method in ("tolist", "item"):  # arrays and numbers of NumPy, which is never imported here
        if hasattr(value, method):
            value = getattr(value, method)()
    if isinstance(value, list | tuple):
        entries = [_plain(entry) for entry in value]
        return [entry for entry, _ in entries], any(inexact for _, inexact in entries)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"the reference gives {value}")
        return Decimal(repr(value)), True
    return value, False


# --- the verdict -----------------------------------------------------------------------------------


class Difference(NamedTuple):
    """Why an answer is not right, where neither a convention nor a mistake under `mistakes:` explains it.

    `declared` where the rubric names this kind of mistake in an option of the check (`half_line`).
    """

    code: str
    message: str
    evidence: tuple[Evidence, ...] = ()
    credit: Fraction | None = NOTHING  # None: a person must decide
    declared: bool = False


def judge_against(
    key: Key[T],
    read: tuple[str, str],
    matches: Callable[[T], Sequence[Evidence] | None],
    otherwise: Callable[[], Difference],
    evidence: Sequence[Evidence] = (),
) -> Verdict:
    """The verdict on one value: the accepted ones first, then the declared mistakes in their order.

    `matches` returns None where the answer is not the given value, and the evidence where it is.
    """
    text, mathml = read
    for target in key.targets:
        found = matches(target.value)
        if found is not None:
            notes = _convention(target, len(key.targets) > 1)
            message = f"Correct: {target.convention}." if target.convention else "Correct."
            return Verdict(
                Outcome.CORRECT, FULL, "correct", message, text, mathml, (*notes, *found, *evidence)
            )
    for position, slip in enumerate(key.slips, 1):
        found = matches(slip.value)
        if found is not None:
            outcome = outcome_of(slip.credit)
            return Verdict(
                outcome, slip.credit, f"mistake-{position}", slip.say, text, mathml, (*found, *evidence)
            )
    other = otherwise()
    if key.open and not other.declared and other.credit is not None:
        message = f"{other.message} {_OPEN}"
        return undecided(other.code, message, read, *other.evidence, *evidence)
    outcome = outcome_of(other.credit)
    return Verdict(
        outcome, other.credit, other.code, other.message, text, mathml, (*other.evidence, *evidence)
    )


def outcome_of(credit: Fraction | None) -> Outcome:
    """The outcome that goes with a fraction of the points; None where a person decides."""
    if credit is None:
        return Outcome.UNDECIDED
    if credit == FULL:
        return Outcome.CORRECT
    return Outcome.PARTIAL if credit > 0 else Outcome.INCORRECT


def undecided(code: str, message: str, read: tuple[str, str] = ("", ""), *evidence: Evidence) -> Verdict:
    """The verdict that leaves an answer to a person, and says why."""
    return Verdict(Outcome.UNDECIDED, None, code, message, *read, tuple(evidence))


def key_samples(key: Key[Any]) -> tuple[Sample, ...]:
    """Each accepted value and each declared mistake, typed, with the credit it must get."""
    right = [Sample(target.convention or "the reference", target.text, FULL) for target in key.targets]
    wrong = [
        Sample(f"mistake {k}: {slip.say}", slip.text, slip.credit) for k, slip in enumerate(key.slips, 1)
    ]
    return (*right, *wrong)


def _convention(target: Target[Any], several: bool) -> tuple[Evidence, ...]:
    named = [Note("convention", f"Counted as: {target.convention}.")] if target.convention and several else []
    return (*named, *([Note("remark", target.note)] if target.note else []))
