"""Grades a class again from the gradebook: whose marks would move and why, and for good only if asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from grader import files, grading, moves, pipeline, workers
from grader.errors import StaffError
from grader.gradebook import Gradebook, Recording, open_gradebook
from grader.grading import Desk, Finished
from grader.moves import Move
from grader.pipeline import Progress, Tally, Unread
from grader.types import Result, Submission


@dataclass(frozen=True, slots=True)
class Regraded:
    """One assignment looked at again: `judged` of its `answers` rest on something that has changed.

    `graded` students were looked at, `unchanged` are those of whom nothing changed. `other` counts verdicts
    that say something else for the same points.
    """

    assignment: str
    title: str
    folder: Path
    graded: int
    unchanged: int
    answers: int
    judged: int
    other: int
    moved: tuple[Move, ...]
    not_graded: tuple[Unread, ...]


def regrade(
    out: Path,
    *,
    path: Path | None = None,
    rubric: Path | None = None,
    jobs: int | None = None,
    apply: bool = False,
    progress: Callable[[Progress], None] = lambda _: None,
    now: datetime | None = None,
) -> tuple[Regraded, ...]:
    """What grading again would change in the gradebook under `out`; with `apply` it is kept and shown.

    The submissions are those the gradebook holds, or those under `path`. Only verdicts are found anew whose
    part, reference, program or answer has changed.

    Raises:
        StaffError: no gradebook, no rubric for it, a rubric with faults, or files that were not kept.
        MachineError: `out` or the gradebook in it cannot be written.
    """
    if not (out / pipeline.GRADEBOOK).is_file():
        raise StaffError(f"there is no gradebook in {out}; grade first, or name the folder with --out")
    tally = Tally(progress)
    with open_gradebook(out / pipeline.GRADEBOOK) as book:
        desk = replace(_desk(out, path, rubric, book), now=now)
        tasks = pipeline.changed(_handed_in(book, path, desk), desk, book, tally, again=False)
        finished: list[Finished] = []
        for chunk in workers.work(tasks, desk, jobs):
            for task, graded in chunk:
                if isinstance(graded, Finished):
                    finished.append(graded)
                    tally.graded.append(graded.recording.result)
                else:
                    tally.not_graded.append(Unread(task.submission.name, graded.problem))
            tally.tell()
        names = tally.assignments()
        return tuple(_one(name, finished, book, desk, tally, apply=apply) for name in names)


def _desk(out: Path, path: Path | None, rubric: Path | None, book: Gradebook) -> Desk:
    remembered = tuple(one for name in book.assignments() for one in book.remembered(name))
    near = out if path is None else path
    fallback, home = pipeline.rubric_for(near, rubric)
    if home is None and len(book.assignments()) == 1:
        home = book.assignments()[0]
        fallback = grading.rubric_named(home, near)
    return Desk(near, out, book.secret(), rubric, fallback, home, remembered, reports=False)


def _handed_in(book: Gradebook, path: Path | None, desk: Desk) -> Iterator[tuple[Submission, str]]:
    if path is not None:
        from grader import sources

        for submission in sources.read(path, None).submissions:
            yield submission, files.fingerprint(submission, chosen_by=desk.chosen_by)
        return
    for assignment in book.assignments():
        yield from book.submissions(assignment)


def _one(
    assignment: str, finished: list[Finished], book: Gradebook, desk: Desk, tally: Tally, *, apply: bool
) -> Regraded:
    mine = [each for each in finished if each.recording.result.assignment == assignment]
    recordings: list[Recording] = [each.recording for each in mine]
    students = {each.result.student for each in recordings}
    before = {result.student: result for result in book.results(assignment, only=students)}
    rubric = grading.present_rubric(desk, assignment)
    rules = {} if rubric is None else {assignment: rubric.terms}
    if apply:
        if rubric is not None:
            book.note_rubric(assignment, rubric.digest, rubric.text, rubric.terms)
        tally.touched |= book.record(recordings)
        after = tuple(book.results(assignment, only=students))
        for result in after:
            whole = book.latest(result.student, assignment) or result
            handed_in = book.files(assignment, result.student)
            tally.shown(result, grading.write_report(whole, desk, book.terms(assignment), handed_in))
        pipeline.close(assignment, desk, book, tally, None)
    else:
        after = book.rehearse(recordings, rules)
    moved = moves.between(before, after)
    title = after[0].title if after else (rubric.title if rubric else assignment)
    return Regraded(
        assignment,
        title,
        grading.folder_of(desk, assignment),
        len(students),
        len(tally.unchanged.get(assignment, ())),
        sum(len(each.recording.result.marks) for each in mine),
        sum(each.judged for each in mine),
        _other(before, after),
        moved,
        tuple(tally.not_graded),
    )


def _other(before: dict[str, Result], after: tuple[Result, ...]) -> int:
    """How many verdicts say something else, and are worth the same."""
    count = 0
    for new in after:
        old = before.get(new.student)
        known = {} if old is None else {mark.part: mark for mark in old.marks}
        for mark in new.marks:
            was = known.get(mark.part)
            if was is not None and was.points == mark.points:
                count += (was.verdict.code, was.verdict.message) != (mark.verdict.code, mark.verdict.message)
    return count
