"""A condition on a square matrix, `A = A'` or "A is symmetric", judged by the matrices that satisfy it.

    check: condition
    on: A
    every: [x]                        # letters that stand for all vectors
    expected: A = A'                  # linear in the entries
    sufficient: {credit: 0.5, say: "It is enough, but not needed."}
    necessary: {credit: 0.3, say: "It is needed, but not enough."}
    mistakes:
      - {is: orthogonal, credit: 0.2, say: "A rotation satisfies this."}

Words of one structure, equations between matrices, between entries, and both together are read. What is
neither proved to be the same condition nor to be another waits for a person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Final

from grader.checks import OptionError, Sample, Setting
from grader.checks._claims import STRUCTURES, Claim, read_claims, word_claim
from grader.checks._common import (
    FULL,
    CheckOptions,
    Credited,
    Difference,
    Formula,
    Mistake,
    outcome_of,
    undecided,
)
from grader.checks._matrix_sets import Compared, Condition, MatrixSet, Scene, compared
from grader.errors import StudentError
from grader.maths.values.sample import size_of
from grader.options import Size
from grader.types import Answer, Evidence, Note, Reads, Verdict

READS: Final[Reads] = "prose"


class Options(CheckOptions):
    """`on`: the matrix; `expected`: its condition; one that only suffices or is needed has its credit."""

    on: Annotated[str, Size(1)]
    expected: Formula
    every: tuple[str, ...] = ()
    sufficient: Credited | None = None
    necessary: Credited | None = None
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True)
class Slip:
    """A known wrong condition, as conditions or by its name, its credit and what is said."""

    claim: Claim
    text: str
    credit: Fraction | None
    say: str


@dataclass(frozen=True, slots=True)
class Prepared:
    scene: Scene
    expected: MatrixSet
    text: str
    slips: tuple[Slip, ...]
    sufficient: Credited | None
    necessary: Credited | None


def prepare(options: Options, setting: Setting) -> Prepared:
    """The expected condition and the known mistakes.

    Raises:
        OptionError: the name is no square matrix, a condition cannot be read, the expected one is not linear.
    """
    symbol = setting.symbols.find(options.on)
    sizes = setting.symbols.dimensions[0] if setting.symbols.dimensions else {}
    if symbol is None or symbol.kind != "matrix" or symbol.definition is not None:
        raise OptionError(("on",), repr(options.on), "a matrix that the rubric declares")
    rows, columns = (size_of(length, sizes) for length in symbol.shape)
    if rows != columns or symbol.structure:
        raise OptionError(("on",), repr(options.on), "a square matrix without a structure of its own")
    every = frozenset(name for name in options.every)
    for index, name in enumerate(options.every):
        if setting.symbols.find(name) is None:
            raise OptionError(("every", index), repr(name), "a name that the rubric declares")
    scene = Scene(setting.symbols, symbol.name, rows, every, setting.secret)
    expected = MatrixSet(_read(options.expected, scene, ("expected",)).conditions, scene)
    if expected.space is None or expected.impossible or expected.space.everything:
        raise OptionError(("expected",), repr(options.expected), "an equation that is linear in the entries")
    slips = []
    for index, mistake in enumerate(options.mistakes):
        claim = _read(mistake.is_, scene, ("mistakes", index, "is"))
        if claim.conditions and _is_right(compared(expected, MatrixSet(claim.conditions, scene))):
            raise OptionError(
                ("mistakes", index, "is"), repr(mistake.is_), "another condition than the expected"
            )
        slips.append(Slip(claim, mistake.is_, mistake.credit, mistake.say))
    return Prepared(scene, expected, options.expected, tuple(slips), options.sufficient, options.necessary)


def _read(text: str, scene: Scene, path: tuple[str | int, ...]) -> Claim:
    if text.strip() in STRUCTURES:
        return word_claim(text.strip(), scene)
    try:
        found = read_claims(text, "plain", scene)
    except StudentError as error:
        raise OptionError(path, repr(text), f"a condition such as A = A': {error}") from error
    if len(found.claims) != 1 or found.rest:
        meant = f"one condition such as A = A', or a word: {', '.join(STRUCTURES)}"
        raise OptionError(path, repr(text), meant)
    return found.claims[0]


_IFF = re.compile(r"\b(?:if and only if|iff|exactly (?:when|if)|precisely (?:when|if))\b", re.IGNORECASE)
_THAT_IS = re.compile(r",?\s*\b(?:i\.?\s?e\.?|that is|in other words)(?=[\s,])", re.IGNORECASE)


def _is_right(found: Compared) -> bool:
    return found.necessary and found.sufficient is True


def judge(prepared: Prepared, answer: Answer) -> Verdict:
    """Whether a condition is the expected one, or only suffices, or is only necessary.

    Raises:
        StudentError: an equation cannot be read.
    """
    text = answer.text or answer.passage
    _, *behind = _IFF.split(text, maxsplit=1)
    try:
        found = read_claims(text, answer.notation, prepared.scene)
    except StudentError:
        if not behind:
            raise
        found = None
    if behind and (found is None or found.rest):
        found = read_claims(_THAT_IS.sub("; ", behind[0]), answer.notation, prepared.scene)
    assert found is not None
    read = ("; ".join(claim.shown for claim in found.claims)[:400], "")
    if not found.claims or found.rest:
        beside = f" (“{found.rest[:80]}”)" if found.rest else ""
        return undecided(
            "words", f"No condition can be told apart from the words{beside}; a person reads this.", read
        )
    alone = [_one(prepared, (claim,)) for claim in found.claims]
    first = alone[0]
    if any((other.code, other.credit) != (first.code, first.credit) for other in alone[1:]):
        if not found.joined:
            message = (
                "Several conditions are named, and they are not the same; a person decides which counts."
            )
            return undecided("several-values", message, read)
        first = _one(prepared, found.claims)
    if first.credit is None:
        return undecided(first.code, first.message, read, *first.evidence)
    return Verdict(outcome_of(first.credit), first.credit, first.code, first.message, *read, first.evidence)


def _one(prepared: Prepared, claims: tuple[Claim, ...]) -> Difference:
    """What is to be said of conditions that hold together."""
    if any(not claim.conditions for claim in claims):
        known = _known(prepared, claims, None)
        name = " and ".join(claim.shown for claim in claims)
        return known or Difference(
            "unknown", f"Whether {name} is meant with more; a person decides.", credit=None
        )
    got = MatrixSet([one for claim in claims for one in claim.conditions], prepared.scene)
    if got.impossible:
        return Difference("nothing", "No matrix satisfies this.")
    if got.space is not None and got.space.everything:
        return Difference("everything", "Every matrix satisfies this.")
    found = compared(prepared.expected, got)
    if _is_right(found):
        how = (
            "It has exactly the solutions of the expected condition, by linear algebra modulo a secret prime."
        )
        return Difference("correct", "Correct.", (Note("proof", how),), FULL)
    return _known(prepared, claims, got) or _kind(prepared, found)


def _kind(prepared: Prepared, found: Compared) -> Difference:
    notes: list[Evidence] = []
    if found.outside:
        notes.append(Note("proof", f"For example {found.outside} is as wanted and does not satisfy this."))
    if found.beyond:
        notes.append(Note("proof", f"For example {found.beyond} satisfies this and is not as wanted."))
    if found.sufficient is None:
        message = (
            "No matrix was found that tells this from the expected condition, nor a proof; a person decides."
        )
        return Difference("undecided", message, tuple(notes), None)
    if found.sufficient:
        message = "This is enough, but other matrices are as wanted too."
        return _credited(prepared.sufficient, "sufficient", message, notes)
    if found.necessary:
        message = "Every matrix that is wanted satisfies this, but others do as well."
        return _credited(prepared.necessary, "necessary", message, notes)
    return Difference("different", "This is another condition.", tuple(notes))


def _credited(given: Credited | None, code: str, words: str, notes: list[Evidence]) -> Difference:
    if given is None:
        return Difference(code, words, tuple(notes))
    return Difference(code, given.say, tuple(notes), given.credit, declared=True)


def _known(prepared: Prepared, claims: tuple[Claim, ...], got: MatrixSet | None) -> Difference | None:
    """The declared mistake that some conditions are: the same name, the same solutions, the same equation."""
    for position, slip in enumerate(prepared.slips, 1):
        named = len(claims) == 1 and claims[0].structure and claims[0].structure == slip.claim.structure
        if named or (
            got is not None and slip.claim.conditions and _same(prepared, slip.claim.conditions, got)
        ):
            return Difference(f"mistake-{position}", slip.say, (), slip.credit, declared=True)
    return None


def _same(prepared: Prepared, conditions: tuple[Condition, ...], got: MatrixSet) -> bool:
    other = MatrixSet(conditions, prepared.scene)
    if other.space is not None and got.space is not None:
        return _is_right(compared(other, got))
    return other.conditions == got.conditions


def samples(prepared: Prepared) -> tuple[Sample, ...]:
    """The expected condition and the declared mistakes, typed."""
    wrong = (
        Sample(f"mistake {k}: {slip.say}", slip.text, slip.credit) for k, slip in enumerate(prepared.slips, 1)
    )
    return (Sample("the reference", prepared.text, FULL), *wrong)
