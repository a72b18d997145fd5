"""A verdict in words: yes or no, found without guessing; its reason is left to a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from grader.checks import OptionError, Sample, Setting, Understood
from grader.checks._common import FULL, NOTHING, CheckOptions, undecided
from grader.errors import StudentError
from grader.maths.names import Symbols
from grader.options import By
from grader.types import Answer, Checklist, Note, Outcome, Reads, Verdict

Stance = Literal["yes", "no"]
_LONGEST = 40_000  # characters that are looked at; a verdict further down is for a person


def _word(value: object) -> object:
    """YAML reads a bare yes as true."""
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


READS: Final[Reads] = "prose"


class Options(CheckOptions):
    """`expected: yes`; `yes_words: [convex]` are words that mean yes, unless negated; `reason`: items."""

    expected: Annotated[Stance, By(_word)]
    reason: tuple[str, ...] = ()
    yes_words: tuple[str, ...] = ()
    no_words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    expected: Stance
    reason: tuple[str, ...]
    yes_words: re.Pattern[str] | None
    no_words: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Found:
    """A stance and the words it was read from."""

    stance: Stance
    words: str


def prepare(options: Options, setting: Setting) -> Prepared:
    """The expected word and the words that mean yes or no.

    Raises:
        OptionError: a word that means both.
    """
    both = set(map(str.lower, options.yes_words)) & set(map(str.lower, options.no_words))
    if both:
        raise OptionError(("no_words",), repr(min(both)), "a word that is not among yes_words too")
    return Prepared(options.expected, options.reason, _pattern(options.yes_words), _pattern(options.no_words))


def _pattern(words: tuple[str, ...]) -> re.Pattern[str] | None:
    if not words:
        return None
    spelled = "|".join(r"[\s-]+".join(map(re.escape, word.lower().split())) for word in words)
    return re.compile(rf"(?<![^\W_])(?:{spelled})(?![^\W_])")


def judge(prepared: Prepared, answer: Answer) -> Verdict:
    """Wrong when the text plainly says the other word; a right word with a reason waits for a person."""
    found = tuple(stances(answer.text or answer.passage, prepared.yes_words, prepared.no_words))
    said = {one.stance for one in found}
    items = (Checklist(prepared.reason),) if prepared.reason else ()
    if not said:
        return undecided("no-stance", "No plain yes or no was found; a person reads this.", ("", ""), *items)
    quoted = tuple(Note("remark", f"Read as {one.stance}: “{one.words}”") for one in found[:4])
    if len(said) > 1:
        message = "Both yes and no can be read here; a person decides."
        return undecided("conflicting", message, ("", ""), *quoted, *items)
    (stance,) = said
    if stance != prepared.expected:
        return Verdict(
            Outcome.INCORRECT, NOTHING, "other-answer", f"The answer is not {stance}.", stance, "", quoted
        )
    if prepared.reason:
        message = f"“{stance.capitalize()}” is right; a person reads the reason."
        return undecided("reason", message, (stance, ""), *quoted, *items)
    return Verdict(Outcome.CORRECT, FULL, "correct", "Correct.", stance, "", quoted)


def understand(answer: Answer, symbols: Symbols) -> Understood:
    """The plain yes or no that is said.

    Raises:
        StudentError: none is, or both are.
    """
    said = {one.stance for one in stances(answer.text or answer.passage)}
    if len(said) != 1:
        fault = "No plain yes or no was found" if not said else "Both yes and no can be read here"
        raise StudentError(f"{fault}; begin the answer with the one word that you mean.", code="no-stance")
    return Understood("yes or no", said.pop())


# --- reading ---------------------------------------------------------------------------------------

_MARKUP = re.compile(r"\\(?:textbf|textit|emph|text|mathrm|underline|boxed)\s*\{([^{}]*)\}|[*_`~]{1,3}|\$")
_SENTENCE = re.compile(r"[^.!?\n;]+[.!?;]*")
_NUMBERING = re.compile(r"^\s*(?:[-+>#•]+\s*)?(?:\(?(?:[a-z]|[ivx]{1,4}|\d+(?:\.\d+)*)[).]\s+)?")
_LABEL = re.compile(
    r"^(?:(?:the\s+|my\s+|our\s+)?(?:short\s+|final\s+)?(?:answer|verdict|claim|conclusion|response|ans)"
    r"(?:\s+to\s+this(?:\s+question)?)?\s*(?:[:=]|is\b:?)\s*)"
)
_LEADING = re.compile(r"^[\"'“(\[]*(yes|yeah|yep|no|nope|true|false|correct|incorrect)\b[\"'”)\]]*")
# After a leading `no` only these make it an answer: "no doubt", "no matter what", "no learning rate" do not.
_AFTER_NO = re.compile(
    r"\s*(?:$|[,.;:!?\u2013\u2014)-]|(?:it|this|that|they|because|since|as|not|the|there|for|in|i|we|you|you're)\b)"
)
_NOT_ALWAYS = re.compile(
    r"^(?:not (?:necessarily|always|in general|generally|really|at all)\b|it (?:does|is|will) not[,.!]?$)"
)
# Further in, a word counts when punctuation or a conclusion sets it apart: "hence no.", "then again: no."
_APART = re.compile(
    r"(?:[:,\u2013\u2014]\s*|\s-\s|\b(?:so|hence|thus|therefore|is|be)[,:]?\s+)(yes|no)\s*(?=[.,;:!)]|$)"
)
_MEANS_YES = frozenset(("yes", "yeah", "yep", "true", "correct"))
_WHOLE = {"y": "yes", "n": "no", "✓": "yes", "✔": "yes", "✗": "no", "✘": "no", "1": None, "0": None}
# A clause that supposes or asks says nothing of what its writer holds.
_OPEN = re.compile(
    r"\b(?:if|whether|suppose|assume|assuming|would|could|might|may|should|when|unless|claim|"
    r"to (?:show|prove|check|see|be)|is it|does it|are they|need|needs|maybe|perhaps|probably|think)\b"
)
# The hypothesis of the question, and no doubt: "it is unique if it exists".
_GIVEN = re.compile(r"\bif (?:it|they|one|such (?:a|an) \w+) (?:exists?|converges?)\b")
_NEGATION = re.compile(r"\b(?:not|never|no|neither|nor|cannot|without|fails?|hardly|lacks?)\b|n['’]t\b")
# A negation counts when it stands at the word; anywhere else in a clause it leaves the clause open.
_NEGATED = re.compile(
    r"(?:(?:\b(?:not|never|cannot)|n['’]t)\s+(?:(?:be|a|an|the|in general|necessarily|always|generally|really"
    r"|even|everywhere|guaranteed to be)\s+)*|\bnon[\s-]*)$"
)
_CLAUSE = re.compile(
    r",|\b(?:and|but|because|since|so|as|while|whereas|although|though|hence|thus|which|where)\b"
)
_DOUBLE = re.compile(
    r"\bnot only\b|\bno (?:doubt|matter|counter-?examples?)\b|\bnot (?:just|un(?!i(?:que|form))|in|non)"
)


def stances(
    text: str, yes_words: re.Pattern[str] | None = None, no_words: re.Pattern[str] | None = None
) -> Iterator[Found]:
    """Each place where a text plainly says yes or no.

    >>> [found.stance for found in stances("Is it so? No, it does not hold.")]
    ['no']
    """
    text = _MARKUP.sub(lambda match: match[1] or "", text[:_LONGEST]).lower().replace("’", "'")
    whole = _WHOLE.get(text.strip(" .!\n"))
    if whole is not None:
        yield Found("yes" if whole == "yes" else "no", text.strip()[:10])
        return
    for match in _SENTENCE.finditer(text):
        sentence = _NUMBERING.sub("", match[0]).strip()
        if not sentence or sentence.endswith("?"):
            continue
        said = _leading(sentence)
        if said is not None:
            yield Found(said, sentence[:60])
        else:
            for apart in _APART.finditer(sentence):
                yield Found(
                    "yes" if apart[1] == "yes" else "no", sentence[max(0, apart.start() - 40) : apart.end()]
                )
        yield from _spoken(sentence, yes_words, no_words)


def _leading(sentence: str) -> Stance | None:
    sentence = _LABEL.sub("", sentence)
    match = _LEADING.match(sentence)
    if match is None:
        return "no" if _NOT_ALWAYS.match(sentence) else None
    rest = sentence[match.end() :]
    if re.match(r"\s*(?:and|or|/)\s*(?:yes|no|false|true)\b", rest):
        return None
    if match[1] in _MEANS_YES:
        # "true gradients are ..." is not a verdict.
        return "yes" if match[1] in ("yes", "yeah", "yep") or not re.match(r"\s+[a-z]", rest) else None
    if match[1] in ("false", "incorrect"):
        return None if re.match(r"\s+[a-z]", rest) else "no"
    return "no" if _AFTER_NO.match(rest) else None


def _spoken(
    sentence: str, yes_words: re.Pattern[str] | None, no_words: re.Pattern[str] | None
) -> Iterator[Found]:
    for clause in _CLAUSE.split(sentence):
        for pattern, plain in ((yes_words, "yes"), (no_words, "no")):
            match = pattern.search(clause) if pattern is not None else None
            if match is None or _OPEN.search(_GIVEN.sub("", clause)) or _DOUBLE.search(clause):
                continue
            negated = _NEGATED.search(clause[: match.start()])
            rest = clause[: negated.start()] if negated else clause[: match.start()]
            if _NEGATION.search(rest + clause[match.end() :]):
                continue
            stance: Stance = "yes" if (plain == "yes") != bool(negated) else "no"
            yield Found(stance, clause.strip()[:60])


def samples(prepared: Prepared) -> tuple[Sample, ...]:
    """The right word and the other one."""
    other = "No." if prepared.expected == "yes" else "Yes."
    credit = None if prepared.reason else FULL
    right = Sample("the right word", f"{prepared.expected.capitalize()}.", credit)
    return (right, Sample("the other word", other, NOTHING))
