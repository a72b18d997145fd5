"""How long a whole class takes: 10, 100 and 1,000 students with 40 typed answers each, graded in one go.

    python benchmarks/class_of_1000.py [--assignment NAME] [--sizes 10,100,1000] [--distinct]

The rubric is a real one with its machine-judged parts repeated under other numbers until there are 40; the
answers are drawn from its cases (right, wrong, unusual, unreadable), with a fixed seed. Two tables: the
command as people run it, and where the time goes when one process does each station after the other.
With --distinct every formula is multiplied by a one of the student's own, so that no two texts are alike.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from grader import yamltext

ROOT = Path(__file__).resolve().parent.parent
PARTS = 40
GOAL_S = 10.0
_MACHINE = {"array", "complexity", "count", "expression", "line", "number", "unit_vector", "yes_no"}


@dataclass(frozen=True, slots=True)
class Exam:
    """The benchmark's rubric as a file, and for each of its parts the answers a student may give."""

    rubric: Path
    answers: dict[str, list[str]]
    formulas: frozenset[str]


@dataclass(slots=True)
class Stations:
    """Seconds of CPU spent at each station of the line."""

    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    @contextmanager
    def at(self, name: str) -> Iterator[None]:
        """Adds the CPU time of the block to a station."""
        start = time.process_time()
        yield
        self.seconds[name] += time.process_time() - start


def make_exam(assignment: str, folder: Path) -> Exam:
    """A rubric of 40 machine-judged parts in `folder`, with the reference it needs."""
    source = ROOT / "rubrics" / f"{assignment}.yaml"
    rubric: dict[str, Any] = yamltext.load(source.read_text("utf-8"), name=source.name).data
    cases = ROOT / "rubrics" / f"{assignment}.cases.yaml"
    typed: defaultdict[str, list[str]] = defaultdict(list)
    for case in yamltext.load(cases.read_text("utf-8"), name=cases.name).data:
        typed[case["part"]].append(case["answer"])
    judged = {
        name: part
        for name, part in rubric["parts"].items()
        # What depends on another answer of the student cannot be repeated under another number.
        if part["check"] in _MACHINE and not {"reason", "follows"} & part.keys() and typed[name]
    }
    parts, answers = {}, {}
    for number, name in enumerate(islice(cycle(judged), PARTS)):
        repeated = f"{1 + number // len(judged)}.{name}"
        parts[repeated] = judged[name]
        answers[repeated] = typed[name]
    rubric |= {"assignment": "benchmark", "parts": parts, "sections": {}}
    rubric.pop("conventions", None)
    for below in ("rubrics", "reference"):
        (folder / below).mkdir(parents=True)
    target = folder / "rubrics" / "benchmark.yaml"
    # JSON is YAML, and every value is text already
    target.write_text(json.dumps(rubric, indent=1), "utf-8")
    shutil.copytree(ROOT / "reference", folder / "reference", dirs_exist_ok=True)
    formulas = frozenset(name for name, part in parts.items() if part["check"] == "expression")
    return Exam(target, answers, formulas)


def write_class(exam: Exam, folder: Path, students: int, *, distinct: bool) -> None:
    """One answer file per student: JSON for two in three, YAML for the others."""
    draw = random.Random(413)  # noqa: S311 - no secret, only a choice
    for number in range(students):
        given = {part: draw.choice(answers) for part, answers in exam.answers.items()}
        if distinct:
            for part in exam.formulas:
                given[part] = f"({number + 2}/{number + 2}) ({given[part]})"
        home = folder / f"student_{number:04d}"
        home.mkdir(parents=True)
        content = {"assignment": "benchmark", "answers": given}
        if number % 3:
            (home / "answers.json").write_text(json.dumps(content, indent=1), "utf-8")
        else:
            lines = ["assignment: benchmark", "answers:"]
            # a JSON text in quotes is a YAML text in double quotes
            lines += [f"  {part}: {json.dumps(answer, ensure_ascii=False)}" for part, answer in given.items()]
            (home / "answers.yaml").write_text("\n".join(lines) + "\n", "utf-8")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process and its children used."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def run_command(exam: Exam, folder: Path, out: Path) -> Cost:
    """Grades the class as people do, in a new process; `peak_mb` is that of the largest process.

    Raises:
        RuntimeError: the command failed.
    """
    program = "import sys; from grader.cli import main; sys.argv[0] = 'grader'; main()"
    arguments = ["grade", str(folder), "--rubric", str(exam.rubric), "--out", str(out)]
    start = time.perf_counter()
    child = os.fork()
    if child == 0:
        with (out.parent / "said.txt").open("w") as said:
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
        os.chdir(ROOT)
        os.execv(sys.executable, [sys.executable, "-c", program, *arguments])  # noqa: S606 - our own program
    _, status, used = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise RuntimeError((out.parent / "said.txt").read_text())
    wall = time.perf_counter() - start
    _refuse_shortcuts(out / "marks.csv")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def _refuse_shortcuts(marks: Path) -> None:
    """A run that failed on submissions is fast and says nothing: it must not be measured.

    Raises:
        RuntimeError: some part was not judged.
    """
    with marks.open(newline="") as table:
        codes = {row["code"] for row in csv.DictReader(table)}
    if lost := codes & {"file-unread", "machine-failed", "missing"}:
        raise RuntimeError(f"not every answer was judged: {', '.join(sorted(lost))}")


def by_station(exam: Exam, folder: Path, out: Path) -> dict[str, float]:
    """Seconds of CPU by station, in this process, on the functions the command itself calls."""
    from grader import documents, extract, marking, rubric, sources, table
    from grader.files import fingerprint, report_name, write_whole
    from grader.gradebook import Recording, open_gradebook
    from grader.pages import report

    stations = Stations()
    with stations.at("start"):
        sheet = rubric.load(exam.rubric)
        prepared = rubric.prepare(sheet, b"benchmark")
        wanted = extract.wanted(sheet)
    (out / "reports").mkdir(parents=True)
    submissions = iter(sources.read(folder).submissions)
    recordings = []
    seen: marking.Seen = {}
    while True:
        with stations.at("reading"):
            submission = next(submissions, None)
            if submission is None:
                break
            digest = fingerprint(submission, chosen_by="benchmark")
            read = [documents.read(file) for file in submission.files]
            answers = extract.find(read, wanted)
        with stations.at("checking"):
            person = marking.Person(submission.student, submission.name)
            result = marking.result(sheet, prepared, answers, person, seen=seen)
        with stations.at("writing"):
            write_whole(out / "reports" / report_name(result.student), report.student_page(result))
        recordings.append(Recording(result, digest, sheet.digest))
    with stations.at("storing"), open_gradebook(out / "stations.sqlite") as book:
        book.record(recordings)
    with stations.at("writing"):
        write_whole(out / "marks.csv", table.marks_csv(kept.result for kept in recordings))
    return dict(stations.seconds)


def main() -> None:
    """Prints both tables for each size."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--assignment", default="csc413-2021-hw2")
    options.add_argument("--sizes", default="10,100,1000")
    options.add_argument("--distinct", action="store_true")
    chosen = options.parse_args()
    sizes = [int(size) for size in chosen.sizes.split(",")]
    names = ("start", "reading", "checking", "storing", "writing")
    print(f"{chosen.assignment}, {PARTS} answers a student{', no two alike' if chosen.distinct else ''}")
    print(f"{'':9}|{'the command':^34}|{'CPU seconds by station, one process':^50}")
    head = f"{'students':>9}|{'wall s':>8}{'CPU s':>8}{'ms each':>9}{'peak MB':>9}|"
    print(head + "".join(f"{name:>10}" for name in names))
    with tempfile.TemporaryDirectory() as scratch:
        exam = make_exam(chosen.assignment, Path(scratch) / "exam")
        for size in sizes:
            folder = Path(scratch) / f"class_{size}"
            write_class(exam, folder, size, distinct=chosen.distinct)
            out = Path(scratch) / f"out_{size}"
            out.mkdir()
            cost = run_command(exam, folder, out / "command")
            spent = by_station(exam, folder, out / "stations")
            each = 1000 * cost.wall_s / size
            row = f"{size:9,}|{cost.wall_s:8.2f}{cost.cpu_s:8.2f}{each:9.1f}{cost.peak_mb:9.0f}|"
            print(row + "".join(f"{spent[name]:10.2f}" for name in names), flush=True)
            reached = sum(spent[name] for name in ("checking", "storing", "writing"))
    said = f"checking, storing and writing {sizes[-1]:,}: {reached:.1f} s of CPU"
    print(f"{said}; the goal is {GOAL_S:.0f} s on two cores")


if __name__ == "__main__":
    main()
