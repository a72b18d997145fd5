"""Grades a class: submissions in; marks, reports, a table and an overview out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from grader import files, grading, hiding, moves, statistics, table, workers
from grader.errors import StaffError
from grader.gradebook import Gradebook, open_gradebook
from grader.grading import Desk, Failed, Finished
from grader.moves import Move
from grader.types import Place, Problem, Result, Submission
from grader.workers import Done, Task

if TYPE_CHECKING:
    from grader.sandbox.launch import Isolation
    from grader.sources import Placing

GRADEBOOK: Final = "gradebook.sqlite"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: students graded, students whose marks stand as they were."""

    graded: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class Unread:
    """What could not be read, graded or shown, and whose it is."""

    name: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class ClassSummary:
    """One assignment after a run. `kept` are the students whose marks are of an earlier run only.

    `unread` is what could not be read of the students of this run; it stands in their reports too. For those
    of `no_report` the program failed to make one; their marks are kept, and the next run tries again.
    `moved` are marks that are others than before this run.
    """

    folder: Path
    overview: statistics.Overview
    graded: tuple[str, ...]
    unchanged: tuple[str, ...]
    kept: tuple[str, ...]
    unread: tuple[Unread, ...]
    no_report: tuple[Unread, ...]
    moved: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did. `problems` are nobody's in particular; those in `not_graded` have no report.

    `said` and `remarks` tell in words what the path was read as, `placing` how the class list was used.
    """

    layout: str
    out: Path
    classes: tuple[ClassSummary, ...]
    problems: tuple[Problem, ...]
    not_graded: tuple[Unread, ...]
    said: str = ""
    remarks: tuple[str, ...] = ()
    placing: Placing | None = None


@dataclass(slots=True)
class Tally:
    """What a run has done so far; `unchanged` is by assignment, `no_report` by assignment and student.

    `touched` are students whose marks are not all the machine's, or who have several attempts; `before` are
    the results that counted before this run, by assignment and student, of those who were graded again.
    """

    report: Callable[[Progress], None]
    seen: set[tuple[str, int]] = field(default_factory=set)
    graded: list[Result] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    before: dict[tuple[str, str], Result] = field(default_factory=dict)
    unchanged: dict[str, set[str]] = field(default_factory=dict)
    not_graded: list[Unread] = field(default_factory=list)
    no_report: dict[tuple[str, str], Problem] = field(default_factory=dict)

    def tell(self) -> None:
        self.report(Progress(len(self.graded), sum(map(len, self.unchanged.values()))))

    def assignments(self) -> list[str]:
        return sorted({result.assignment for result in self.graded} | set(self.unchanged))

    def shown(self, result: Result, fault: Problem | None) -> None:
        """Notes whether a report was made."""
        if fault is not None:
            self.no_report[result.assignment, result.student] = fault


def grade(
    path: Path,
    out: Path,
    *,
    rubric: Path | None = None,
    layout: str | None = None,
    roster: Path | None = None,
    jobs: int | None = None,
    again: bool = False,
    isolation: Isolation | Literal["auto"] = "auto",
    progress: Callable[[Progress], None] = lambda _: None,
    now: datetime | None = None,
) -> Summary:
    """Grades everything under `path` and writes marks, reports, table and overview under `out`.

    Submissions that are as they were when they were marked with the same rubric are left alone, unless
    `again`. A run that is stopped loses nothing it had finished. The class list in `roster` gives students
    their keys and names. `isolation` is that of student code, where a rubric asks to run it. What is shown
    later is shown by `now`, and not at all without one.

    Raises:
        StaffError: nothing to grade at the path, no rubric for it, a rubric or a class list with faults.
        MachineError: `out` or the gradebook in it cannot be written.
    """
    from grader import roster as rosters
    from grader import sources

    _refuse_own_reports(path, out)
    intake = sources.read(path, layout, rosters.load(roster) if roster else None)
    fallback, home = rubric_for(path, rubric)
    files.make_folder(out)
    tally = Tally(progress)
    with open_gradebook(out / GRADEBOOK) as book:
        remembered = tuple(one for name in book.assignments() for one in book.remembered(name))
        desk = Desk(
            path, out, book.secret(), rubric, fallback, home, remembered, isolation=isolation, now=now
        )
        handed_in = ((one, files.fingerprint(one, chosen_by=desk.chosen_by)) for one in intake.submissions)
        tasks = changed(handed_in, desk, book, tally, again=again)
        homeless = _collect(workers.work(tasks, desk, jobs), book, tally)
        if homeless and len(tally.assignments()) == 1:
            homeless = _take_in(homeless, desk, book, tally)
        if not tally.seen and not intake.problems:
            raise StaffError(f"{path} holds no submissions; give the folder, zip or file that does")
        if homeless and not tally.assignments():
            raise StaffError(_no_rubric(path))
        tally.not_graded += [
            Unread(task.submission.name, grading.nameless(task.submission)) for task in homeless
        ]
        lost = (*intake.problems, *(unread.problem for unread in tally.not_graded))
        classes = tuple(close(name, desk, book, tally, lost) for name in tally.assignments())
        return Summary(
            intake.layout,
            out,
            classes,
            intake.problems,
            tuple(tally.not_graded),
            intake.said,
            intake.remarks,
            intake.placing,
        )


def default_out(path: Path) -> Path:
    """Where a class is graded to when nobody says: `graded/`, under the name of the path.

    >>> default_out(Path("downloads/hw2.zip")).as_posix()
    'graded/hw2'
    """
    full = path.resolve()
    return Path("graded") / (full.name if full.is_dir() else full.stem or "class")


def _refuse_own_reports(path: Path, out: Path) -> None:
    if path.is_dir() and out.resolve().is_relative_to(path.resolve()):
        raise StaffError(
            f"the reports would be written to {out}, inside {path}, where the next run would take them for a "
            "submission; choose another folder with --out"
        )


def rubric_for(path: Path, rubric: Path | None) -> tuple[Path | None, str | None]:
    """The rubric of the folder, if nobody named one, and the assignment of the folder or of that rubric.

    A rubric with faults must be known of before the first submission is opened.
    """
    from grader import rubric as rubrics

    if rubric is not None:
        return None, grading.rubric_at(rubric).assignment
    fallback = rubrics.for_folder(path.resolve())
    return fallback, grading.rubric_at(fallback).assignment if fallback else None


def changed(
    submissions: Iterable[tuple[Submission, str]], desk: Desk, book: Gradebook, tally: Tally, *, again: bool
) -> Iterator[Task]:
    """The submissions that have to be graded; the others are put down as unchanged, unless `again`.

    Each comes with its fingerprint.
    """
    known = book.known()
    for submission, fingerprint in submissions:
        student = submission.student
        if (student, submission.attempt) in tally.seen:
            said = "There is a second submission under this name; only the first one was graded."
            tally.not_graded.append(Unread(submission.name, Problem(Place(student), said)))
            continue
        if submission.attempt > 1:
            tally.touched.add(student)
        tally.seen.add((student, submission.attempt))
        stands = [
            old.assignment
            for old in known.get(student, ())
            if old.submission_hash == fingerprint
            and old.rubric_digest == grading.present_digest(desk, old.assignment)
        ]
        if not stands or again:
            verdicts = book.verdicts(student) if student in known and not again else {}
            yield Task(submission, fingerprint, verdicts)
            continue
        tally.unchanged.setdefault(stands[0], set()).add(student)
        tally.tell()


def _collect(chunks: Iterable[Done], book: Gradebook, tally: Tally) -> list[Task]:
    """Keeps what was graded; what comes back has no rubric."""
    homeless: list[Task] = []
    for chunk in chunks:
        finished = [graded for _, graded in chunk if isinstance(graded, Finished)]
        _note_before([each.recording.result for each in finished], book, tally)
        # One transaction for each chunk: a run that is stopped keeps every one before.
        tally.touched |= book.record(each.recording for each in finished)
        for each in finished:
            # Its notebooks are in the gradebook now; those of a class may be large.
            tally.graded.append(replace(each.recording.result, executed=b""))
            tally.shown(each.recording.result, each.no_report)
        for task, graded in chunk:
            if isinstance(graded, Failed):
                tally.not_graded.append(Unread(task.submission.name, graded.problem))
            elif not isinstance(graded, Finished):
                homeless.append(task)
        tally.tell()
    return homeless


def _note_before(graded: Sequence[Result], book: Gradebook, tally: Tally) -> None:
    for assignment in dict.fromkeys(result.assignment for result in graded):
        students = [result.student for result in graded if result.assignment == assignment]
        for result in book.results(assignment, only=students):
            tally.before.setdefault((assignment, result.student), result)


def _take_in(homeless: list[Task], desk: Desk, book: Gradebook, tally: Tally) -> list[Task]:
    """Grades those who do not say what they handed in as the rest of the class."""
    [assignment] = tally.assignments()
    return _collect(
        workers.work(homeless, replace(desk, fallback=grading.rubric_named(assignment, desk.near))),
        book,
        tally,
    )


def _no_rubric(path: Path) -> str:
    return (
        f"no rubric was found for {path}: no submission says which assignment it is, and no assignment "
        f"bears the folder's name; name one with --rubric, by its file or by its assignment"
    )


def close(
    assignment: str, desk: Desk, book: Gradebook, tally: Tally, lost: tuple[Problem, ...] | None
) -> ClassSummary:
    """Writes the table and the overview of an assignment, with the students of earlier runs.

    `lost` is what is nobody's; None where this run read no submissions.
    """
    from grader.pages import report

    if lost is None:
        lost = book.lost(assignment)
    book.note_lost(assignment, lost)

    rubric = grading.present_rubric(desk, assignment)
    if rubric is not None:
        book.note_rubric(assignment, rubric.digest, rubric.text, rubric.terms)
    graded = {result.student: result for result in tally.graded if result.assignment == assignment}
    # Where people have marked, or one attempt of several counts, only the gradebook knows the result.
    fresh = {student: result for student, result in graded.items() if student not in tally.touched}
    everyone = {student for student, _ in book.students(assignment)}
    stored = {result.student: result for result in book.results(assignment, only=everyone - set(fresh))}
    marked = book.touched(assignment)
    rules, now = book.terms(assignment), desk.now or hiding.NEVER
    moved = moves.between(
        {student: result for (of, student), result in tally.before.items() if of == assignment},
        [whole for student in sorted(graded) if (whole := (fresh | stored).get(student))],
    )
    others = {move.student for move in moved}
    for student, result in (fresh | stored).items():
        is_old = student in graded and result != graded[student]
        since = max(
            (at for at in (marked.get(student), hiding.last_opening(result, rules, now)) if at), default=None
        )
        written = student in fresh or grading.has_report(result, desk, since=since)
        if is_old or not written or student in others:
            whole = book.latest(student, assignment) or result
            handed_in = book.files(assignment, student)
            tally.shown(result, grading.write_report(whole, desk, rules, handed_in))
    results = [found for _, found in sorted((fresh | stored).items())]
    hrefs = {result.student: f"reports/{files.report_name(result.student)}" for result in results}
    folder = grading.folder_of(desk, assignment)
    staff = {
        result.student: f"staff/{name}"
        for result in results
        if (folder / "staff" / (name := files.report_name(result.student))).is_file()
    }
    people = book.marks_since(assignment, 0) if marked else ()
    overview = statistics.overview(results, lost, hrefs=hrefs, staff_hrefs=staff, history=people)
    files.write_whole(folder / "marks.csv", table.marks_csv(results))
    files.write_whole(folder / "index.html", report.class_page(overview))
    unchanged = tally.unchanged.get(assignment, set())
    return ClassSummary(
        folder=folder,
        overview=overview,
        graded=tuple(sorted(graded)),
        unchanged=tuple(sorted(unchanged)),
        kept=tuple(sorted(everyone - set(graded) - unchanged)),
        unread=tuple(
            Unread(result.name, problem)
            for result in results
            if result.student in graded or result.student in unchanged
            for problem in result.problems
        ),
        no_report=tuple(
            Unread(result.name, fault)
            for result in results
            if (fault := tally.no_report.get((assignment, result.student))) is not None
        ),
        moved=moved,
    )
