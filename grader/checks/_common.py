"""What the checks of values share: expected values and declared mistakes, and the order they are tried in."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from fractions import Fraction
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, model_validator

from grader.checks import OptionError, Sample, Setting
from grader.errors import StudentError
from grader.maths.names import Symbols
from grader.maths.tree import Node
from grader.types import Evidence, Notation, Note, Outcome, Verdict

T = TypeVar("T")

FULL, NOTHING = Fraction(1), Fraction(0)
LONGEST_FORMULA = 8_000  # characters; a typed value is never as long
_LONGEST_ECHO = 4_000
_LONGEST_WITH_WORDS = 2_000
_MOST_SIDES = 12
_LONGEST_WORD = 60
_DEEPEST = 120


# --- what a rubric may say -------------------------------------------------------------------------


class CheckOptions(BaseModel):
    """Options of a check: unknown keys are faults, nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _as_text(value: object) -> object:
    """A formula of a rubric as text; YAML lists are written as lists."""
    if isinstance(value, list | tuple):
        return "[" + ", ".join(str(_as_text(entry)) for entry in value) + "]"
    return str(value) if isinstance(value, int | float | Decimal | Fraction) else value


def _as_credit(value: object) -> Fraction:
    try:
        credit = value if isinstance(value, Fraction) else Fraction(Decimal(str(value).strip()))
    except (InvalidOperation, ValueError, OverflowError):
        raise ValueError("meant a fraction of the points from 0 to 1, such as 0.8") from None
    if not 0 <= credit <= 1:
        raise ValueError("meant a fraction of the points from 0 to 1, such as 0.8")
    return credit


Formula = Annotated[str, BeforeValidator(_as_text), Field(min_length=1)]
Credit = Annotated[Fraction, PlainValidator(_as_credit)]


class Accepted(CheckOptions):
    """One value that earns full marks; `as` names its convention in the report."""

    expected: Formula
    as_: str = Field("", alias="as")
    note: str = ""


class Mistake(CheckOptions):
    """One wrong value that is known, the credit it earns and what is said of it."""

    is_: Formula = Field(alias="is")
    credit: Credit
    say: str


class Credited(CheckOptions):
    """Credit and words for a kind of mistake that a check finds by itself."""

    credit: Credit
    say: str


class ValueOptions(CheckOptions):
    """What every check of a value offers: `expected` or `accept`, and `mistakes`."""

    expected: Formula | None = None
    accept: tuple[Accepted, ...] = ()
    mistakes: tuple[Mistake, ...] = ()

    @model_validator(mode="after")
    def _expects_something(self) -> ValueOptions:
        if (self.expected is None) == (not self.accept):
            raise ValueError("meant either `expected: X` or `accept: [{expected: X, as: ...}]`")
        return self

    def conventions(self) -> tuple[tuple[tuple[str | int, ...], Accepted], ...]:
        """The accepted values, each with the path that leads to it in the rubric."""
        if self.expected is not None:
            return ((("expected",), Accepted.model_validate({"expected": self.expected})),)
        return tuple((("accept", index, "expected"), one) for index, one in enumerate(self.accept))


# --- what is expected ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Target(Generic[T]):
    """An accepted value, a typed form of it, and the convention it follows."""

    value: T
    text: str
    convention: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Slip(Generic[T]):
    """The value of a declared mistake, a typed form of it, its credit and what is said."""

    value: T
    text: str
    credit: Fraction
    say: str


@dataclass(frozen=True, slots=True)
class Key(Generic[T]):
    """Everything one part is compared with: what is right, and the known mistakes in their order."""

    targets: tuple[Target[T], ...]
    slips: tuple[Slip[T], ...]


@dataclass(frozen=True, slots=True)
class Expected:
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
    return Key(targets, slips)


def resolve(text: str, setting: Setting, symbols: Symbols, path: tuple[str | int, ...]) -> Expected:
    """The formula that a rubric expects: `ref.name` is computed by the reference, the rest is read.

    Raises:
        OptionError: an unknown `ref.` name, a reference that fails, a formula that cannot be read.
    """
    from grader.maths import notation, numbers

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


# --- what a student typed --------------------------------------------------------------------------

_DELIMITERS = (("$$", "$$"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]"), ("`", "`"))
_SPACING = re.compile(r"\\(?:left|right|displaystyle|quad|qquad|limits)(?![A-Za-z])|\\[;:!]|\u200b|\ufeff")
_LONG_WORD = re.compile(rf"[^\W\d_][^\W_]{{{_LONGEST_WORD}}}")
_LATEX = re.compile(r"\\[A-Za-z,{]|[_^]\{")
_EQUALS = re.compile(r"(?<![<>!=:])=(?!=)|:=|≈|≃|\\approx(?![a-z])|\\simeq(?![a-z])|\\equiv(?![a-z])")


def formula_text(text: str) -> str:
    """A typed formula without delimiters, spacing commands and a final full stop.

    Raises:
        StudentError: nothing is there, or far too much.
    """
    if len(text) > LONGEST_FORMULA:
        raise StudentError(
            f"The answer has {len(text):,} characters; a formula has at most {LONGEST_FORMULA:,}.",
            code="too-long",
        )
    text = _SPACING.sub(" ", text).strip()
    for left, right in _DELIMITERS:
        inside = text[len(left) : len(text) - len(right)]
        if len(text) > len(left + right) and text.startswith(left) and text.endswith(right):
            text = inside.strip() if left not in inside else text
    boxed = re.fullmatch(r"\\(?:boxed|fbox)\s*\{(.*)\}", text, re.DOTALL)
    text = (boxed[1] if boxed else text).strip().rstrip(".;,").strip()
    if not text:
        raise StudentError("The answer is empty.", code="empty")
    return text


def read_formula(text: str, symbols: Symbols, notation: Notation) -> Node:
    """The tree of a typed formula, which is never deeper than what comes after can follow.

    Raises:
        StudentError: the text cannot be read, has a word no formula has, or is nested too deep.
    """
    from grader.maths import notation as formulas

    if _LONG_WORD.search(text):
        raise StudentError(f"A word has more than {_LONGEST_WORD} letters.", code="too-long")
    try:
        node = formulas.read(text, symbols, notation)
    except RecursionError:
        raise StudentError("The formula is nested too deep.", code="too-deep") from None
    level: tuple[Node, ...] = (node,)
    for _ in range(_DEEPEST):
        level = tuple(arg for one in level for arg in one.args)
        if not level:
            return node
    raise StudentError("The formula is nested too deep.", code="too-deep")


def sides(text: str) -> tuple[str, ...]:
    """The sides of a chain of equations, the name on the left included.

    >>> sides("eta = 1/4 = 0.25")
    ('eta', '1/4', '0.25')
    """
    found, start = [], 0
    for match in _EQUALS.finditer(text):
        # The sign of a keyword argument, lstsq(X, t, rcond=None), stands in round brackets.
        if text.count("(", 0, match.start()) <= text.count(")", 0, match.start()):
            found.append(text[start : match.start()])
            start = match.end()
    return tuple(side.strip() for side in (*found, text[start:]) if side.strip())


def notation_of(text: str, notation: Notation) -> Notation:
    """The notation of a text: LaTeX where it shows its commands or braced indices, else as given."""
    return "latex" if _LATEX.search(text) else notation


def read_sides(text: str, notation: Notation, read: Callable[[str, Notation], T]) -> tuple[T, ...]:
    """What the sides of a chain of equations say; the last one must be readable.

    Earlier sides may be the name of the quantity or the formula it comes from (`eta = n a / b = 1/4`).

    Raises:
        StudentError: the last side cannot be read, or an earlier one that has no letters.
    """
    notation = notation_of(text, notation)
    *earlier, last = sides(text) or (text,)
    if len(earlier) > _MOST_SIDES:
        raise StudentError(f"There are {len(earlier)} equals signs; write the value alone.", code="too-long")
    final = read(last, notation)
    found: list[T] = []
    for side in earlier:
        try:
            found.append(read(side, notation))
        except StudentError:
            if not re.search(r"[^\W\d_]", side):
                raise
    return (*found, final)


_WORDS = re.compile(
    r"^(?P<formula>.*[\d)\]}!])(?P<words>[\s,;:]+\(?[^\W\d_]{2,}[^\d=+*/^\\\[\]{}]*)$", re.DOTALL
)
_FORMULA_WORDS = frozenset(
    "sqrt exp log ln sin cos tan abs norm pi inf infinity nan alpha beta gamma delta epsilon eta theta "
    "lambda lam mu nu sigma tau phi psi omega rho xi kappa zeta or vs and".split()
)
_SCALES = frozenset(
    "thousand million billion trillion millions billions thousands mio dozen percent approximately about "
    "roughly not or than wrong mb gb kb per permille".split()
)


def cut_words(text: str) -> tuple[str, str]:
    """A formula and the words that follow it: `52 parameters` gives `("52", "parameters")`.

    Words that are mathematics, or that change the number (`52 million`), stay in the formula, where they
    will not be readable.
    """
    match = _WORDS.match(text) if len(text) <= _LONGEST_WITH_WORDS else None
    if match is None:
        return text, ""
    words = match["words"].strip(" \t\n,;:")
    spoken = [word.lower() for word in re.findall(r"[^\W\d_]+", words)]
    if not spoken or spoken[0] in _FORMULA_WORDS or any(word in _SCALES for word in spoken):
        return text, ""
    return match["formula"], words


def ignored_words(words: str) -> tuple[Note, ...]:
    """The note that says which words beside a value were not read."""
    return (Note("remark", f"The words {words[:80]!r} were left aside."),) if words else ()


def echo(node: Node) -> tuple[str, str]:
    """What was understood, in plain notation and as MathML; long ones are cut, their MathML left out."""
    from grader.maths import notation

    text = notation.to_text(node)
    if len(text) > _LONGEST_ECHO:
        return text[:_LONGEST_ECHO] + " …", ""
    return text, notation.to_mathml(node)


# --- the verdict -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """Why an answer is not right, where neither a convention nor a declared mistake explains it."""

    code: str
    message: str
    evidence: tuple[Evidence, ...] = ()
    credit: Fraction | None = NOTHING  # None: a person must decide


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
    outcome = Outcome.UNDECIDED if other.credit is None else outcome_of(other.credit)
    return Verdict(
        outcome, other.credit, other.code, other.message, text, mathml, (*other.evidence, *evidence)
    )


def outcome_of(credit: Fraction) -> Outcome:
    """The outcome that goes with a fraction of the points."""
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
