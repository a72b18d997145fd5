"""One pair of formulas, decided: read, compared, and told with the evidence and with every doubt."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from time import perf_counter
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, get_args

from grader.cli._pairs import Pair
from grader.errors import StaffError, StudentError
from grader.maths.names import NONE, Symbols, declare, is_arithmetic, open_symbols
from grader.maths.notation import read
from grader.maths.sameness.brackets import as_intervals
from grader.maths.sameness.decide import Policy, decide, decide_at_length
from grader.maths.sameness.formula import frame_of
from grader.maths.sameness.glance import compare_at_a_glance
from grader.maths.sameness.identity import Comparison, find_counterexample, settle
from grader.maths.spelling import canonical
from grader.maths.tree import Node, names_in
from grader.types import Notation

if TYPE_CHECKING:
    from grader.types import Counterexample

Outcome = Literal["same", "different", "undecided", "unreadable"]
OUTCOMES: Final = get_args(Outcome)

# Longer references are read again for each answer, so that what is kept stays small.
_LONG: Final = 1_000
_DOUBTS: Final = {
    "real-only": "The same solutions among the real numbers, not among the complex: name the domain.",
    "spellings": "The same if names such as x1 and x_1 are one: declare them, or spell them alike.",
    "two-readings": "Different as it stands, the same with all that follows a / below the line.",
}


class Found(NamedTuple):
    """What was decided about a pair: `how` is a sentence, `evidence` what a person can check by hand."""

    key: str
    outcome: Outcome
    how: str
    evidence: str = ""
    code: str = ""
    example: Mapping[str, object] | None = None
    milliseconds: float = 0.0
    truth: str = ""

    @property
    def wrong(self) -> bool:
        """Whether the row says the truth and the verdict is the opposite."""
        return {self.truth, self.outcome} == {"same", "different"}

    def as_json(self) -> str:
        """The verdict as one line of JSON."""
        said: dict[str, object] = {
            "id": self.key,
            "outcome": self.outcome,
            "how": self.how,
            "evidence": self.evidence,
            "milliseconds": round(self.milliseconds, 3),
        }
        said |= {"code": self.code} if self.code else {}
        said |= {"counterexample": self.example} if self.example else {}
        said |= {"truth": self.truth} if self.truth else {}
        return json.dumps(said, ensure_ascii=False)


def decide_pair(pair: Pair) -> Found:
    """The verdict on one pair, with the time it took."""
    start = perf_counter()
    found = _decide(pair)
    return Found(*found[:6], 1000 * (perf_counter() - start), pair.truth)


def _decide(pair: Pair) -> Found:
    try:
        declared = _symbols(pair.symbols, pair.dimensions)
    except StaffError as error:
        return Found(pair.key, "unreadable", f"The symbols: {error}", code="symbols")
    whose = "reference"
    try:
        reference = _reference(pair, declared)
        whose = "answer"
        answer = _answer(pair, declared)
    except StudentError as error:
        return Found(pair.key, "unreadable", f"The {whose}: {error}", code=error.code)
    glance = compare_at_a_glance(reference, answer, declared) if pair.options == "{}" else None
    if glance is not None and glance.outcome == "same":
        return _told(pair, glance, _spelling_doubt(pair))
    reference, answer = as_intervals(
        (reference, answer), (pair.reference, pair.answer), (pair.reference_notation, pair.notation)
    )
    symbols = _as_needed(pair, declared, reference, answer)
    try:
        at_length = pair.options == "{}" and glance is None
        found = _comparison(pair, reference, answer, symbols, at_length=at_length)
        doubt = _doubt(pair, found, reference, answer, declared)
    except StudentError as error:
        return Found(pair.key, "undecided", f"The reference: {error}", code=error.code)
    if doubt or found.outcome != "different":
        return _told(pair, found, doubt)
    example = _counterexample(reference, answer, _opened(pair, declared, reference, answer))
    said = in_words(example) if example else found.how if found.code == "shape" else " ".join(found.notes)
    data = _as_data(example) if example else None
    return Found(pair.key, found.outcome, found.how, said, found.code, data)


def _told(pair: Pair, found: Comparison, doubt: str) -> Found:
    if doubt:
        return Found(pair.key, "undecided", _DOUBTS[doubt], found.how, doubt)
    said = found.how if found.code == "shape" else " ".join(found.notes)
    return Found(pair.key, found.outcome, found.how, said, found.code)


def _reference(pair: Pair, declared: Symbols) -> Node:
    if len(pair.reference) > _LONG:
        return read(pair.reference, declared, pair.reference_notation, undeclared=pair.infer)
    return _kept_reference(pair.reference, pair.reference_notation, pair.symbols, pair.dimensions, pair.infer)


@lru_cache(maxsize=256)
def _kept_reference(text: str, notation: Notation, symbols: str, dimensions: str, infer: bool) -> Node:
    """The tree of a reference: many answers of a class are compared with one."""
    return read(text, _symbols(symbols, dimensions), notation, undeclared=infer)


def _answer(pair: Pair, declared: Symbols, *, tight: bool = False) -> Node:
    return read(pair.answer, declared, pair.notation, tight=tight, undeclared=pair.infer)


def _opened(pair: Pair, declared: Symbols, *trees: Node, domain: str = "") -> Symbols:
    """The declared symbols, and where names are inferred those that these formulas use too."""
    return open_symbols(trees, declared, domain or pair.domain or "real") if pair.infer else declared


def _as_needed(pair: Pair, declared: Symbols, *trees: Node) -> Symbols:
    """The same for `decide`, to which names that nobody declared are real numbers anyway."""
    if not pair.infer or (pair.domain in ("", "real") and is_arithmetic(trees)):
        return declared
    return _opened(pair, declared, *trees)


def _comparison(
    pair: Pair, reference: Node, answer: Node, symbols: Symbols, *, at_length: bool = False
) -> Comparison:
    policy = _policy(pair.options)
    if pair.infer and not pair.domain:
        # Where nobody said what the names are, principal values of the numbers beside them decide nothing.
        declared = _symbols(pair.symbols, pair.dimensions).table
        if not declared or not (names_in(reference) | names_in(answer)) & declared.keys():
            policy = _policy(pair.options, wider_domains=True)
    return (decide_at_length if at_length else decide)(reference, answer, symbols, policy=policy)


def _doubt(pair: Pair, found: Comparison, reference: Node, answer: Node, declared: Symbols) -> str:
    """Why a verdict depends on what the row does not say, as one of `_DOUBTS`; empty if it does not."""
    if found.outcome == "different" and "/" in pair.answer:
        tight = _answer(pair, declared, tight=True)
        other = _as_needed(pair, declared, reference, tight)
        if tight != answer and _comparison(pair, reference, tight, other).outcome == "same":
            return "two-readings"
    if found.outcome != "same":
        return ""
    doubt = _spelling_doubt(pair)
    unsaid = pair.infer and not pair.domain and reference != answer
    if not doubt and unsaid and any(map(_has_equation, (reference, answer))):
        complex_too = _opened(pair, declared, reference, answer, domain="complex")
        if _comparison(pair, reference, answer, complex_too).outcome == "different":
            return "real-only"
    return doubt


def _spelling_doubt(pair: Pair) -> str:
    """Whether two identifiers of a program that nobody declared were taken for one name: `x1` and `x_1`."""
    if not pair.infer or pair.notation != "python" or pair.reference_notation != "python":
        return ""
    words = set(re.findall(r"[^\W\d]\w*", f"{pair.reference} {pair.answer}"))
    return "spellings" if len({canonical(word) for word in words}) < len(words) else ""


def _has_equation(tree: Node) -> bool:
    nodes = [tree]
    for node in nodes:
        if node.op == "relation" and node.value == "=":
            return True
        nodes += node.args
    return False


def _counterexample(reference: Node, answer: Node, symbols: Symbols) -> Counterexample | None:
    """A point where two formulas differ; None for what has no values, or where none was found."""
    frame = frame_of(symbols, b"")
    try:
        expected, got = settle(reference, frame), settle(answer, frame)
        return find_counterexample(expected, got) if expected.shape == got.shape else None
    except StudentError:
        return None


@lru_cache(maxsize=64)
def _symbols(declared: str, dimensions: str) -> Symbols:
    return declare(json.loads(declared), json.loads(dimensions)) if declared != "{}" else NONE


@lru_cache(maxsize=64)
def _policy(options: str, *, wider_domains: bool = False) -> Policy:
    policy = Policy(**json.loads(options))
    return replace(policy, wider_domains=True) if wider_domains else policy


def _as_data(example: Counterexample) -> dict[str, object]:
    return {"at": dict(example.values), "answer": example.got, "reference": example.expected}


def in_words(example: Counterexample) -> str:
    """A counterexample as a sentence that a person can check.

    >>> from grader.types import Counterexample
    >>> in_words(Counterexample((("x", "-2"),), "-2", "2"))
    'at x = -2 the answer gives -2, the reference 2'
    """
    where = ", ".join(f"{name} = {value}" for name, value in example.values)
    return (
        f"{f'at {where} ' if where else ''}the answer gives {example.got}, the reference {example.expected}"
    )
