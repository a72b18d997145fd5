"""One submission from its files to its result and its report."""

from __future__ import annotations

import atexit
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from grader import digests, files, groups, hiding, marking, pictures, terms
from grader.errors import MachineError, StaffError
from grader.gradebook import Recording, RememberedDecision
from grader.running import Outcome, Sandboxes
from grader.types import Answer, Document, File, Place, Problem, Result, Submission, Verdict

if TYPE_CHECKING:
    from grader.rubric import Rubric
    from grader.sandbox.launch import Isolation


@dataclass(frozen=True, slots=True)
class Desk:
    """What grading one submission needs beside its files; plain data, so that any process can have it.

    `near` is where the class lies. `rubric` is the one for every submission, if staff named it; `fallback`
    the one for submissions that do not say which assignment they are. Reports of `home` lie in `out` itself,
    others below it. `remembered` are decisions on equal answers. Without `reports`
    none is written. What is shown later is shown by `now`, and not at all without one.
    """

    near: Path
    out: Path
    secret: bytes = field(repr=False)
    rubric: Path | None = None
    fallback: Path | None = None
    home: str | None = None
    remembered: tuple[RememberedDecision, ...] = ()
    reports: bool = True
    isolation: Isolation | Literal["auto"] = "auto"
    now: datetime | None = None

    @property
    def chosen_by(self) -> str:
        """How a rubric is found, in a word that changes when the choice might."""
        chosen = f"option {self.home}" if self.rubric else f"submission, else {self.home}"
        return chosen if self.isolation == "auto" else f"{chosen}, isolation {self.isolation}"


@dataclass(frozen=True, slots=True)
class Finished:
    """A submission with its marks; `no_report` says why another page stands in the place of its report.

    `judged` counts the answers that were judged; those whose verdict was known are not among them.
    """

    recording: Recording
    no_report: Problem | None = None
    judged: int = 0


@dataclass(frozen=True, slots=True)
class Unassigned:
    """A submission for which no rubric was found."""

    student: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class Failed:
    """A submission on which the program itself failed; it is tried again by the next run."""

    student: str
    problem: Problem


Graded = Finished | Unassigned | Failed


def grade_one(
    submission: Submission,
    desk: Desk,
    submission_hash: str,
    known: Mapping[str, Mapping[str, Verdict]] = MappingProxyType({}),
) -> Graded:
    """The result of a submission, with its report already written, if the desk writes any.

    `known` are verdicts of before, by the digest of what they were made from and by part.

    Raises:
        StaffError: the rubric cannot be used.
        MachineError: the report cannot be written.
    """
    try:
        return _grade(submission, desk, submission_hash, known)
    except (StaffError, MachineError):
        raise
    except Exception as error:  # whatever one submission does to the program, the others go on
        said = f"The grader itself failed on this submission ({type(error).__name__}: {error})."
        return Failed(submission.student, Problem(Place(submission.student), said))


def folder_of(desk: Desk, assignment: str) -> Path:
    """Where the overview, the table and the reports of an assignment lie."""
    return desk.out if assignment == desk.home else desk.out / files.report_name(assignment)[: -len(".html")]


def report_path(desk: Desk, assignment: str, student: str) -> Path:
    """Where a student's report lies."""
    return folder_of(desk, assignment) / "reports" / files.report_name(student)


def has_report(result: Result, desk: Desk, *, since: datetime | None = None) -> bool:
    """Whether a student's report lies in its place, written after `since`; one that stands in is none."""
    from grader.pages import report

    path = report_path(desk, result.assignment, result.student)
    try:
        found = path.stat()
        if since is not None and int(found.st_mtime) <= since.timestamp():
            return False
        if found.st_size != len(report.fallback.encode()):
            return True
        return path.read_text("utf-8") != report.fallback
    except OSError:
        return False


def write_report(
    result: Result,
    desk: Desk,
    rules: terms.Terms = terms.NONE,
    files_in: Sequence[File] = (),
) -> Problem | None:
    """Writes a student's report, or a page that stands in for it and what the program failed on.

    By the rules parts are shown whose time has come; `files_in` are what the student handed in.

    Raises:
        MachineError: the disk is full, or the folder cannot be written.
    """
    from grader.pages import report

    path = report_path(desk, result.assignment, result.student)
    files.make_folder(path.parent)
    fault = None
    try:
        whole = hiding.opened(result, rules, desk.now or hiding.NEVER)
        page = report.student_page(pictures.with_pictures(whole, files_in))
    except Exception as error:  # the marks are more important than the page: they are kept, the run goes on
        page, fault = report.fallback, Problem(Place(result.student), _where(error))
    files.write_whole(path, page)
    return fault


def _where(error: Exception) -> str:
    """An error of the program and the line it comes from."""
    from traceback import extract_tb

    said = f"{type(error).__name__}: {error}".removesuffix(": ")
    frames = extract_tb(error.__traceback__)
    return f"{said} ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else said


@cache
def rubric_at(path: Path) -> Rubric:
    """The rubric in a file, read once per process.

    Raises:
        RubricError: with all its faults.
    """
    from grader import rubric

    return rubric.load(path)


def rubric_named(assignment: str, near: Path) -> Path:
    """The file of the rubric of an assignment, from the folders of rubrics above `near` too.

    Raises:
        StaffError: there is none.
    """
    from grader import rubric

    return rubric.find(assignment, near=near)


def present_rubric(desk: Desk, assignment: str) -> Rubric | None:
    """The rubric an assignment would be marked with today, if there is one."""
    if desk.rubric is not None:
        path = desk.rubric
    elif desk.fallback is not None and desk.home == assignment:
        path = desk.fallback
    else:
        try:
            path = rubric_named(assignment, desk.near)
        except StaffError:
            return None
    return rubric if (rubric := rubric_at(path)).assignment == assignment else None


def present_digest(desk: Desk, assignment: str) -> str:
    """The digest of the rubric an assignment would be marked with today; empty if there is none."""
    rubric = present_rubric(desk, assignment)
    return "" if rubric is None else rubric.digest


def _grade(
    submission: Submission,
    desk: Desk,
    submission_hash: str,
    known: Mapping[str, Mapping[str, Verdict]],
) -> Graded:
    from grader import documents as formats

    documents, unread = formats.read_all(submission.files)
    said = [problem for document in documents for problem in document.problems]
    named = tuple(dict.fromkeys(document.assignment for document in documents if document.assignment))
    path, remark = _choose(submission, named, desk)
    if path is None:
        return Unassigned(submission.student, remark or nameless(submission))
    rubric = rubric_at(path)
    answers, lost = _answers(submission, documents, rubric)
    prepared = _prepared(path, rubric.digest, desk.secret)
    ran = _ran(submission, documents, rubric, prepared, answers, desk)
    problems = (*submission.problems, *unread, *said, *((remark,) if remark else ()), *lost, *ran.problems)
    # A problem whose place is the student (nothing was handed in) hides no answer.
    hiding = (*unread, *lost, *(p for p in submission.problems if p.place.file != submission.student))
    made_from = digests.made_from(rubric, ran.answers, hiding)
    holds = {
        part: verdicts[part]
        for part, digest in made_from.items()
        if part in (verdicts := known.get(digest, {}))
    }
    result = marking.result(
        rubric,
        prepared,
        ran.answers,
        marking.Person(submission.student, submission.name, submission.late),
        problems=tuple(dict.fromkeys(problems)),
        seen=_seen(path, rubric.digest, desk.secret),
        unread=hiding,
        known=holds,
    )
    result = replace(
        result,
        settled=terms.settle(
            result.marks,
            rubric.terms,
            student=submission.student,
            received=submission.received,
            late=submission.late,
        ),
    )
    if ran.executed:
        from grader import executed

        isolation = next((one.isolation for one in ran.executed), "")
        result = replace(result, isolation=isolation, executed=executed.to_bytes(ran.executed))
    recording = Recording(
        result,
        submission_hash,
        rubric.digest,
        files.attempt_of(submission),
        made_from=made_from,
        recalled=_recalled(result, rubric, prepared, desk, _seen(path, rubric.digest, desk.secret)),
    )
    fault = write_report(result, desk, rubric.terms, submission.files) if desk.reports else None
    return Finished(recording, fault, len(rubric.parts) - len(holds))


def _recalled(
    result: Result, rubric: Rubric, prepared: Mapping[str, Any], desk: Desk, seen: marking.Seen
) -> Mapping[str, int]:
    """By part, the remembered decision an answer falls under; the latest where there are several."""
    found: dict[str, int] = {}
    parts = {part.id: part for part in rubric.parts}
    marks = {mark.part: mark for mark in result.marks}
    for decision in desk.remembered:
        mark, part = marks.get(decision.part), parts.get(decision.part)
        if decision.assignment != rubric.assignment or decision.id is None or mark is None or part is None:
            continue
        if mark.answer is None:
            continue
        known = Answer(
            part.id,
            decision.answer_text,
            mark.answer.place,
            decision.notation,
            str(decision.detail.get("passage", "")),
        )
        said = marking.judge(part, prepared[part.id], (known,), seen=seen).verdict
        one, other = groups.Written(0, known, said), groups.Written(1, mark.answer, mark.verdict)
        try:
            same = groups.belongs(one, other, part, prepared[part.id], secret=desk.secret)
        except Exception:  # a fault of ours leaves the answer to a person, as it was
            same = False
        if same:
            found[part.id] = decision.id
    return found


def _ran(
    submission: Submission,
    documents: list[Document],
    rubric: Rubric,
    prepared: Mapping[str, Any],
    answers: Mapping[str, Any],
    desk: Desk,
) -> Outcome:
    """What running the submission's code gives, where the rubric asks for that."""
    if not any(part.code.runs or part.code.cell for part in rubric.parts):
        return Outcome(answers)
    from grader import running

    try:
        return running.run_all(
            submission.files, documents, rubric, prepared, answers, lambda: _sandboxes(desk.isolation)
        )
    except StaffError:
        raise
    except Exception as error:  # what the code does to the program costs no other answer
        said = f"The grader failed to run the code ({type(error).__name__}); a person will look at it."
        return Outcome(answers, (), (Problem(Place(submission.student), said),))


@cache
def _sandboxes(isolation: Isolation | Literal["auto"]) -> Sandboxes:
    """Where this process runs student code, until it ends."""
    from grader.sandbox.opening import open_sandbox

    try:
        box = open_sandbox(isolation)
    except StaffError as error:
        return Sandboxes(None, f"Code is not run on this machine: {error}.")
    atexit.register(box.close)
    return Sandboxes(box, "", box.weaker)


def _answers(
    submission: Submission, documents: list[Document], rubric: Rubric
) -> tuple[Mapping[str, Any], tuple[Problem, ...]]:
    from grader import extract

    try:
        wanted = extract.wanted(rubric)
        lost = extract.unplaced(documents, wanted, rubric.sheet)
        return extract.find(documents, wanted, rubric.sheet), lost
    except Exception as error:  # as above: it is for a person, and every part says so
        said = f"The grader failed to find the answers ({type(error).__name__}); a person will look for them."
        place = Place(submission.files[0].path if submission.files else submission.student)
        return {}, (Problem(place, said),)


def _choose(submission: Submission, named: tuple[str, ...], desk: Desk) -> tuple[Path | None, Problem | None]:
    """The rubric of a submission, and a remark when it is not the one the submission names."""
    place = Place(submission.student)
    if desk.rubric is not None:
        assignment = rubric_at(desk.rubric).assignment
        others = [name for name in named if name != assignment]
        remark = f"Marked as {assignment}, but a file says it is {others[0]!r}." if others else ""
        return desk.rubric, Problem(place, remark) if remark else None
    unknown = ""
    for name in named:
        try:
            path = rubric_named(name, desk.near)
        except StaffError as error:
            unknown = unknown or str(error)
            continue
        others = [other for other in named if other != name]
        remark = f"Marked as {name}, but a file says it is {others[0]!r}." if others else ""
        return path, Problem(place, remark) if remark else None
    return desk.fallback, Problem(place, f"A file names its assignment: {unknown}.") if unknown else None


def nameless(submission: Submission) -> Problem:
    """What to say of a submission for which there is no rubric."""
    return Problem(
        Place(submission.student),
        "It does not say which assignment it is; add a line `assignment: ...`, or grade with --rubric.",
    )


@cache
def _prepared(path: Path, digest: str, secret: bytes) -> Mapping[str, Any]:
    # `digest` is only there to prepare anew what changed under the same path.
    from grader import rubric

    return rubric.prepare(rubric_at(path), secret)


@cache
def _seen(path: Path, digest: str, secret: bytes) -> marking.Seen:
    # As long as what was prepared: one class writes many answers alike.
    return {}
