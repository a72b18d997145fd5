"""What a text says of the parameter of a line: `s in R`, `for all s > 0`, `0 <= s <= 1`."""

from __future__ import annotations

import re
from functools import cache

from grader.errors import StudentError
from grader.maths.sameness.lines import Range

_NAME = r"(?:\\[A-Za-z]+|[A-Za-zα-ω])(?:_\{?\w+\}?|[0-9₀-₉]+)?"
_P = rf"(?P<name>{_NAME})"
_NUMBER = r"[-+−]?\s*(?:\\infty|∞|inf(?:inity)?|[0-9]+(?:\.[0-9]+)?(?:\s*/\s*[0-9]+)?)"
_FROM, _TO = rf"(?P<from>{_NUMBER})", rf"(?P<to>{_NUMBER})"
_LESS = r"\s*(?:<=|<|≤|\\leq?(?![a-z])|\\lt(?![a-z]))\s*"
_MORE = r"\s*(?:>=|>|≥|\\geq?(?![a-z])|\\gt(?![a-z]))\s*"
_NOT = r"\s*(?:\\neq?(?![a-z])|≠|!=)\s*"
_IN = r"\s*(?:\\in(?![a-z])|∈|\bin\b)\s*"
_R = r"(?:\\mathbb\s*\{?\s*R\s*\}?|\\R(?![A-Za-z])|ℝ|\bI?R\b|(?:the\s+)?reals?(?:\s+numbers?)?)"
_NZQ = r"(?:\\mathbb\s*\{?\s*[NZQ]\s*\}?|[ℕℤℚ]|[NZQ]\b|(?:the\s+)?integers)"
_POSITIVE = r"\s*[\^_]\s*\{?\s*(?:\+|>\s*0|>=\s*0|≥\s*0|\\geq?\s*0)\s*\}?"
_IS = rf"(?:{_NAME}\s+(?:is|being)?\s*(?:an?\s+)?)?"

_LEAD = r"(?:[,;:(|]|\\mid(?![a-z])|\\q?quad|\bfor\b|\bwhere\b|\bwith\b|\band\b|\bif\b|\bwhen\b)"
_MANY = r"(?:\s*(?:all|any|every|each|some|arbitrary|real|numbers?|values?|scalars?|parameters?|of)\b)*\s*"
_END = r"\s*(?=$|[,;)}|]|\\\}|\\mid|\\q?quad|\band\b|\bor\b|\bfor\b|\bwith\b)"


@cache
def _conditions() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The most special first, with what each leaves of the reals; a `range` has the ends `from` and `to`."""
    patterns = (
        (rf"{_P}{_IN}{_R}{_POSITIVE}", "half"),
        (rf"\(?{_P}(?:\s*,\s*{_NAME}\))?{_IN}{_R}\s*(?:\^\s*\{{?\s*[0-9]\s*\}}?)?", "all"),
        (rf"{_P}{_IN}{_NZQ}", "other"),
        (rf"{_P}{_IN}[\[(\]]\s*{_FROM}\s*,\s*{_TO}\s*[\])\[]", "range"),
        (rf"{_FROM}{_LESS}{_P}{_LESS}{_TO}", "range"),
        (rf"{_TO}{_MORE}{_P}{_MORE}{_FROM}", "range"),
        (rf"{_P}{_LESS}{_TO}", "range"),
        (rf"{_P}{_MORE}{_FROM}", "range"),
        (rf"{_P}{_NOT}{_NUMBER}", "other"),
        (rf"{_IS}(?i:non-?\s?negative|positive|negative)\b[a-z ]*(?:{_NAME})?", "half"),
        (rf"{_IS}(?i:integers?|rational|natural)\b[a-z ]*(?:{_NAME})?", "other"),
    )
    return tuple((re.compile(f"{_LEAD}{_MANY}{pattern}{_END}"), meaning) for pattern, meaning in patterns)


_ANY = re.compile(
    r"(?:\\forall|∀|,|;|\bfor|\bwhere|\bwith|\()\s*"
    r"(?:(?:all|any|every|each|some|arbitrary|real|free|numbers?|values?|scalars?|parameters?"
    rf"|is|are|be|can|of|an?|the|{_NAME})(?![A-Za-z])\s*)+\)?\s*$"
)
_ANY_WORD = re.compile(r"\b(?:all|any|every|each|arbitrary|free|real)\b|∀|\\forall")
# Without one of these no condition can be there, and none is looked for.
_POSSIBLE = re.compile(
    r"[<>≤≥≠∈]|!=|\\(?:in|leq?|geq?|lt|gt|neq?)\b|\bin\b|(?i:negative|positive|integer|rational|natural)"
)
_MOST_CONDITIONS = 4
_BY_SIZE: tuple[Range, ...] = ("all", "half", "segment")


def without_conditions(text: str) -> tuple[str, Range]:
    """The text without conditions on the parameter, and what they leave of the real numbers.

    >>> without_conditions("(1 - s/2, s) for all s >= 0")
    ('(1 - s/2, s)', 'half')

    Raises:
        StudentError: the parameter takes other values, such as integers (code `line`).
    """
    parameter: Range = "all"
    for _ in range(_MOST_CONDITIONS):
        found = _first(text)
        if found is None:
            break
        match, meaning = found
        text = _removed(text, match)
        name = match.groupdict().get("name")
        if name is not None and name not in text:
            continue  # a condition on something that does not stand in the formula
        if meaning == "other":
            raise StudentError("The parameter does not run over all real numbers.", code="line")
        left = _range(match) if meaning == "range" else "half" if meaning == "half" else "all"
        if left == parameter == "half":
            left = "segment"  # two conditions, one for each end
        parameter = max(parameter, left, key=_BY_SIZE.index)
    any_value = _ANY.search(text)
    if any_value is not None and any_value.start() > 0 and _ANY_WORD.search(any_value[0]):
        text = text[: any_value.start()]
    return text.strip().rstrip(",;.").strip(), parameter


def _first(text: str) -> tuple[re.Match[str], str] | None:
    if not _POSSIBLE.search(text):
        return None
    for pattern, meaning in _conditions():
        match = pattern.search(text)
        if match is not None and match.start() > 0:
            return match, meaning
    return None


def _removed(text: str, match: re.Match[str]) -> str:
    before, rest = text[: match.start()], text[match.end() :]
    if match[0].startswith("(") and rest.lstrip().startswith(")"):
        rest = rest.lstrip()[1:]
    return f"{before} {rest}".strip()


def _range(match: re.Match[str]) -> Range:
    ends = [match.groupdict().get(name) for name in ("from", "to")]
    return _BY_SIZE[sum(end is not None and not re.search(r"inf|∞", end) for end in ends)]
