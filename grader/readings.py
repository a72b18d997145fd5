"""What an answer says where it cannot be read as it stands: what a scan garbled, the line before, a doubt.

A repair is always told. A repaired reading that is right, or a declared mistake, is judged; one that is
simply wrong may have been misread, and waits for a person, as do two repairs that are not worth the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING, Any

from grader import checks
from grader.documents._relations import relations
from grader.errors import StudentError
from grader.maths.notation import repairs
from grader.maths.notation.by_entries import as_matrix
from grader.types import Answer, Checklist, Note, Outcome, Verdict

if TYPE_CHECKING:
    from grader.rubric import Part

MOST_LINKS = 6
_FORMULA = re.compile(r"\$\$(.{1,2000}?)\$\$|(?<!\$)\$([^$]{1,500})\$(?!\$)", re.DOTALL)
_ENTRY = re.compile(
    r"(?:\\left)?\s*\(?\s*(?P<name>[^_]{1,80}?)\s*(?:\\right)?\s*\)?"
    r"\s*_\s*\{\s*(?P<row>[a-z])\s*,?\s*(?P<column>[a-z])\s*\}"
)
_NAME = re.compile(r"\\?[A-Za-z][\w\\{}^*]{0,40}")
_REPAIRED = frozenset(("unknown-name", "unknown-command", "syntax", "character"))
_DECIDED = (Outcome.CORRECT, Outcome.PARTIAL, Outcome.INCORRECT)


def judge(part: Part, prepared: Any, answer: Answer) -> Verdict:
    """The verdict on an answer, or on the one reading of it that makes sense.

    Raises:
        StudentError: it cannot be read in any way.
    """
    try:
        verdict = checks.load(part.check).judge(prepared, answer)
    except StudentError as error:
        if error.code not in _REPAIRED or part.reads == "prose":
            raise
        found = _repaired(part, prepared, answer) or _earlier(part, prepared, answer, error)
        found = found or _with_own_names(part, prepared, answer) or _unsure(part, prepared, answer)
        if found is None:
            raise
        verdict = found
    return _doubted(verdict, answer)


def _repaired(part: Part, prepared: Any, answer: Answer) -> Verdict | None:
    """The verdict on what a scan made unreadable, with the repair told; None where nothing helps."""
    found = [verdict for _, verdict in _readings(part, prepared, answer)]
    if not found:
        return None
    if len({verdict.credit for verdict in found}) > 1:
        listed = tuple(f"{verdict.read}: {verdict.message}" for verdict in found)
        said = "This can be read in several ways, which are not worth the same; a person will decide."
        return Verdict(Outcome.UNDECIDED, None, "two-readings", said, evidence=(Checklist(listed),))
    return _sure(found[0])


def _with_own_names(part: Part, prepared: Any, answer: Answer) -> Verdict | None:
    """The verdict with the names put in that the student has given a meaning beside the answer."""
    meanings, matrices = _meanings(answer, part), _matrices(answer)
    if not meanings and not matrices:
        return None
    text = answer.text
    for name, value in matrices.items():
        whole_name = rf"(?<![A-Za-z\\{{]){re.escape(name)}(?![A-Za-z])"
        text = rf"\left({value}\right)".join(re.split(whole_name, text))
    text += "".join(f", where {name} = {value}" for name, value in meanings.items())
    whole = answer._replace(text=text, chain=())
    verdict: Verdict | None
    try:
        verdict = _sure(checks.load(part.check).judge(prepared, whole))
    except StudentError:
        verdict = _repaired(part, prepared, whole)
    if verdict is None:
        return None
    told = ", ".join(f"{name} = {value}" for name, value in (meanings | matrices).items())
    return replace(
        verdict, evidence=(Note("remark", f"Read with what stands beside it: {told}."), *verdict.evidence)
    )


def _meanings(answer: Answer, part: Part) -> dict[str, str]:
    """The names of an answer that nobody declared and the text beside it defines, each in one way only."""
    found: dict[str, set[str]] = {}
    for formula in _FORMULA.finditer(answer.passage):
        for relation in relations(formula[1] or formula[2]):
            name = relation.sides[0].strip()
            if _NAME.fullmatch(name) and name in answer.text and part.symbols.find(name) is None:
                found.setdefault(name, set()).add(relation.value.strip())
    single = {name: min(values) for name, values in found.items() if len(values) == 1}
    return {name: value for name, value in single.items() if not re.search(r"[=,;]|\\text", value)}


def _matrices(answer: Answer) -> dict[str, str]:
    """The matrices of an answer that the text beside it gives entry by entry, each in one way only."""
    found: dict[str, set[str | None]] = {}
    for formula in _FORMULA.finditer(answer.passage):
        for relation in relations(formula[1] or formula[2]):
            entry = _ENTRY.fullmatch(relation.sides[0].strip())
            if entry and (name := entry["name"].strip()) in answer.text:
                matrix = as_matrix(relation.value, entry["row"], entry["column"])
                found.setdefault(name, set()).add(matrix)
    single = {name: min(map(str, values)) for name, values in found.items() if len(values) == 1}
    return {name: value for name, value in single.items() if value != "None"}


def _unsure(part: Part, prepared: Any, answer: Answer) -> Verdict | None:
    """What a person is told of an answer that is neither right nor a known mistake in its only repair."""
    for told, verdict in _readings(part, prepared, answer):
        if verdict.credit is not None:
            said = f"It cannot be read as it stands. {told} Then: {verdict.message} A person will decide."
            return replace(verdict, outcome=Outcome.UNDECIDED, credit=None, code="repaired", message=said)
    return None


def _readings(part: Part, prepared: Any, answer: Answer) -> Iterator[tuple[str, Verdict]]:
    """What was put right, in words, and the verdict on the answer as it then reads."""
    for repair in repairs.repairs(answer.text, part.symbols):
        try:
            verdict = checks.load(part.check).judge(prepared, answer._replace(text=repair.text))
        except StudentError:
            continue
        yield repair.told, replace(verdict, evidence=(Note("remark", repair.told), *verdict.evidence))


def _earlier(part: Part, prepared: Any, answer: Answer, error: StudentError) -> Verdict | None:
    """The verdict on the last line of a chain of equalities that can be read, where its end cannot."""
    links = [link for link in reversed(answer.chain) if link.strip() != answer.text.strip()]
    for link in islice(links, MOST_LINKS):
        one = answer._replace(text=link, chain=())
        verdict: Verdict | None
        try:
            verdict = checks.load(part.check).judge(prepared, one)
        except StudentError:
            verdict = _repaired(part, prepared, one)
        if verdict is not None and verdict.outcome in _DECIDED and len(link) > 3:
            told = Note(
                "remark", f"The last line cannot be read ({_first(str(error))}): judged is a line before."
            )
            verdict = replace(verdict, evidence=(told, *verdict.evidence))
            return _sure(verdict)
    return None


def _sure(verdict: Verdict) -> Verdict | None:
    """A verdict that is right or a declared mistake: any other may come from the reading."""
    sure = verdict.credit == 1 or verdict.code.startswith("mistake-")
    return verdict if sure else None


def _doubted(verdict: Verdict, answer: Answer) -> Verdict:
    if not answer.doubt or verdict.credit is None or verdict.credit == Fraction(1):
        return verdict
    said = f"{answer.doubt} Without it: {verdict.message} A person will decide."
    return replace(verdict, outcome=Outcome.UNDECIDED, credit=None, code="doubt", message=said)


def _first(text: str) -> str:
    """The first sentence of a message, without its full stop."""
    return next(_sentences(text)).rstrip(".")


def _sentences(text: str) -> Iterator[str]:
    yield from text.split(" The names of this part are")
