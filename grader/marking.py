"""From answers to marks: which verdict counts, and how many points it is worth."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from grader import checks, conventions, follow, readings
from grader.amounts import PLACES, counted, points
from grader.errors import StudentError
from grader.sandbox.jobs import NotRun
from grader.types import Answer, Checklist, Mark, Note, Outcome, Problem, Result, Verdict

if TYPE_CHECKING:
    from grader.rubric import Contradicted, Part, Rubric

_MOST_SEEN: Final = 20_000

__all__ = ["Person", "Seen", "judge", "points", "result", "together"]

# Verdicts on answers already judged: the same text for the same part gets the same verdict.
Seen = MutableMapping[tuple[str, ...], Verdict]


@dataclass(frozen=True, slots=True)
class Person:
    """Whose result it is: the key in the gradebook, the name, and whether the work came late."""

    student: str
    name: str
    late: bool = False


def judge(
    part: Part,
    prepared: Any,
    answers: tuple[Answer, ...],
    *,
    unread: tuple[Problem, ...] = (),
    seen: Seen | None = None,
) -> Mark:
    """The mark of one part; `unread` are the files in which a missing answer might still stand.

    `seen` is kept from student to student, for parts prepared once; it only saves time.

    Never raises: what cannot be judged waits for a person, and says why.
    """
    if not answers:
        return _mark(part, _absent(unread), None)
    judged = [(answer, _verdict(part, prepared, answer, {} if seen is None else seen)) for answer in answers]
    if len({verdict.credit for _, verdict in judged}) > 1:
        answer, verdict = judged[0][0], _disagreement(judged)
        if part.contradicted is not None and (last := _right_in_the_end(judged)):
            answer, verdict = last, _contradicted(part.contradicted, verdict)
        return _mark(part, verdict, answer)
    answer, verdict = judged[0]
    return _mark(part, verdict, answer)


def result(
    rubric: Rubric,
    prepared: Mapping[str, Any],
    answers: Mapping[str, tuple[Answer, ...]],
    person: Person,
    *,
    problems: tuple[Problem, ...] = (),
    unread: tuple[Problem, ...] = (),
    seen: Seen | None = None,
    known: Mapping[str, Verdict] | None = None,
) -> Result:
    """The marks of every part of a rubric, in its order, with everything that could not be read.

    `known` are verdicts, by part, of a grading before that still hold (see `digests`).
    """
    known = known or {}
    marks = {
        part.id: judge(part, prepared[part.id], answers.get(part.id, ()), unread=unread, seen=seen)
        for part in rubric.parts
        if part.id not in known
    }
    fresh = {mark.part: mark for mark in together(rubric, prepared, marks)}
    old = {
        part.id: _mark(part, known[part.id], next(iter(answers.get(part.id, ())), None))
        for part in rubric.parts
        if part.id in known
    }
    marks = fresh | old
    return Result(
        student=person.student,
        name=person.name,
        assignment=rubric.assignment,
        title=rubric.title,
        marks=tuple(marks[part.id] for part in rubric.parts),
        problems=problems,
        late=person.late,
        headings=dict(rubric.sections),
    )


def together(rubric: Rubric, prepared: Mapping[str, Any], marks: Mapping[str, Mark]) -> tuple[Mark, ...]:
    """The marks of a sheet, after what they say about each other (see `follow` and `conventions`)."""
    parts = {part.id: part for part in rubric.parts}
    changed = dict(marks)
    if any(part.follows for part in rubric.parts):
        try:
            followed = follow.verdicts(rubric.parts, prepared, changed)
        except Exception:  # a fault of ours must not take away the marks that are there
            followed = {}
        for name, verdict in followed.items():
            changed[name] = _mark(parts[name], verdict, changed[name].answer)
    for name, verdict in conventions.verdicts(rubric.parts, rubric.conventions, changed).items():
        changed[name] = _mark(parts[name], verdict, changed[name].answer)
    return tuple(changed[part.id] for part in rubric.parts if part.id in changed)


def _mark(part: Part, verdict: Verdict, answer: Answer | None) -> Mark:
    worth = None
    if verdict.credit is not None:
        worth, exact = points(part.points, verdict.credit)
        if not exact:
            most = counted(part.points, "point")
            said = f"{verdict.credit} of {most}, rounded half up to {PLACES} decimal places."
            note = Note("remark", said)
            if note not in verdict.evidence:
                verdict = replace(verdict, evidence=(*verdict.evidence, note))
    return Mark(
        part=part.id,
        title=part.title,
        points=worth,
        max_points=part.points,
        verdict=verdict,
        answer=answer,
        visible=part.visible,
    )


def _verdict(part: Part, prepared: Any, answer: Answer, seen: Seen) -> Verdict:
    beside = answer.passage if getattr(checks.load(part.check), "READS_BESIDE", False) else ""
    key = (part.id, answer.text, answer.notation, beside, answer.doubt, *answer.chain)
    if answer.value is not None:  # the same text of code may do something else in another notebook
        return _judged(part, prepared, answer)
    if key not in seen:
        if len(seen) >= _MOST_SEEN:
            seen.clear()
        seen[key] = _judged(part, prepared, answer)
    return seen[key]


def _judged(part: Part, prepared: Any, answer: Answer) -> Verdict:
    try:
        if isinstance(answer.value, NotRun) and not hasattr(checks.load(part.check), "calls"):
            return Verdict(Outcome.UNDECIDED, None, "not-run", f"{answer.value.reason} A person decides.")
        return readings.judge(part, prepared, answer)
    except StudentError as error:
        said = f"{error} A person will read this answer."
        return Verdict(Outcome.UNREADABLE, None, error.code, said)
    except Exception as error:  # the one broad except: a fault of ours must never cost a student a mark
        said = f"The grader failed on this answer ({type(error).__name__}); a person will read it."
        return Verdict(Outcome.UNDECIDED, None, "machine-failed", said)


def _absent(unread: tuple[Problem, ...]) -> Verdict:
    if not unread:
        return Verdict(Outcome.MISSING, Fraction(0), "missing", "No answer to this part was found.")
    files = ", ".join(dict.fromkeys(problem.place.file for problem in unread))
    said = f"No answer to this part was found, but {files} could not be read; a person will look there."
    return Verdict(Outcome.UNREADABLE, None, "file-unread", said)


def _disagreement(judged: list[tuple[Answer, Verdict]]) -> Verdict:
    listed = tuple(f"{answer.place}: {_short(answer.text)} ({verdict.outcome})" for answer, verdict in judged)
    return Verdict(
        Outcome.UNDECIDED,
        None,
        "two-answers",
        "Several answers to this part were found and they are not worth the same; a person will decide "
        "which one counts: " + "; ".join(f"{answer.place}" for answer, _ in judged) + ".",
        evidence=(Checklist(listed),),
    )


def _right_in_the_end(judged: list[tuple[Answer, Verdict]]) -> Answer | None:
    """The last answer, where it is the only right one and no other waits for a person."""
    where = [one.place for one, _ in judged]
    if len({(place.file, place.cell) for place in where}) > 1 or any(place.line is None for place in where):
        return None
    *before, (answer, verdict) = sorted(judged, key=lambda one: one[0].place.line or 0)
    settled = all(one.credit is not None and one.credit < 1 for _, one in before)
    return answer if verdict.credit == 1 and settled else None


def _contradicted(rule: Contradicted, disagreement: Verdict) -> Verdict:
    outcome = Outcome.CORRECT if rule.credit == 1 else Outcome.PARTIAL if rule.credit else Outcome.INCORRECT
    return replace(disagreement, outcome=outcome, credit=rule.credit, code="contradicted", message=rule.say)


def _short(text: str, length: int = 120) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"
