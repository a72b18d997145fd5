"""Grades many submissions: here if they are few, else in several processes, always in the order they came."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import chain, islice
from multiprocessing import get_context
from typing import Final, Literal

from grader import grading
from grader.errors import GraderError, MachineError, StaffError
from grader.grading import Desk, Failed, Graded
from grader.types import Place, Problem, Submission, Verdict

# Fewer submissions are graded before other processes would have started.
_INLINE: Final = 40
_CHUNK: Final = 10
_CHUNKS_AHEAD: Final = 3


@dataclass(frozen=True, slots=True)
class Task:
    """A submission to be graded, with the fingerprint its marks are kept under.

    `known` are verdicts of before, by the digest of what they were made from.
    """

    submission: Submission
    fingerprint: str
    known: Mapping[str, Mapping[str, Verdict]] = field(default_factory=dict)


Done = list[tuple[Task, Graded]]


@dataclass(frozen=True, slots=True)
class _Halt:
    """An error that ends the run. Told in plain data: exceptions do not all survive the way back."""

    kind: Literal["staff", "machine"]
    message: str


def work(tasks: Iterable[Task], desk: Desk, jobs: int | None = None) -> Iterator[Done]:
    """The tasks with what came of them, a few at a time, in their order.

    Raises:
        StaffError: the rubric cannot be used.
        MachineError: the reports cannot be written.
    """
    rest = iter(tasks)
    first = list(islice(rest, _INLINE + 1))
    jobs = jobs or cores()
    everything = _chunks(chain(first, rest))
    if jobs == 1 or len(first) <= _INLINE:
        yield from (_opened(chunk, _grade_chunk(chunk, desk)) for chunk in everything)
    else:
        yield from _pooled(everything, desk, jobs)


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _pooled(chunks: Iterator[list[Task]], desk: Desk, jobs: int) -> Iterator[Done]:
    pool = _pool(jobs)
    ahead: deque[tuple[list[Task], Future[list[Graded] | _Halt]]] = deque()
    try:
        while True:
            for chunk in islice(chunks, jobs * _CHUNKS_AHEAD - len(ahead)):
                ahead.append((chunk, pool.submit(_grade_chunk, chunk, desk)))
            if not ahead:
                return
            chunk, future = ahead.popleft()
            try:
                came = future.result()
            except BrokenExecutor:
                # A submission has ended its process, and with it the pool: this chunk is graded one by one,
                # to find out which it was, and the chunks that were under way go to a new pool.
                pool.shutdown(wait=False, cancel_futures=True)
                pool = _pool(jobs)
                came = _carefully(chunk, desk)
                ahead = deque((later, pool.submit(_grade_chunk, later, desk)) for later, _ in ahead)
            yield _opened(chunk, came)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _pool(jobs: int) -> ProcessPoolExecutor:
    # A fresh interpreter for each process: forking is unsafe while progress is drawn by a thread.
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_settle)


def _settle() -> None:
    """One thread for each process; the parent alone answers to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"


def _carefully(chunk: list[Task], desk: Desk) -> list[Graded] | _Halt:
    """The tasks one by one in another process, with a new one after each that ends it."""
    came: list[Graded] = []
    while len(came) < len(chunk):
        with _pool(1) as pool:
            for task in chunk[len(came) :]:
                try:
                    one = pool.submit(_grade_chunk, [task], desk).result()
                except BrokenExecutor:
                    came.append(_deadly(task.submission))
                    break
                if isinstance(one, _Halt):
                    return one
                came += one
    return came


def _deadly(submission: Submission) -> Failed:
    said = "Grading this submission ended the process it ran in (it may need too much memory)."
    return Failed(submission.student, Problem(Place(submission.student), said))


def _grade_chunk(chunk: list[Task], desk: Desk) -> list[Graded] | _Halt:
    try:
        return [grading.grade_one(task.submission, desk, task.fingerprint, task.known) for task in chunk]
    except GraderError as error:
        return _Halt("machine" if isinstance(error, MachineError) else "staff", str(error))


def _opened(chunk: list[Task], came: list[Graded] | _Halt) -> Done:
    if isinstance(came, _Halt):
        raise MachineError(came.message) if came.kind == "machine" else StaffError(came.message)
    return list(zip(chunk, came, strict=True))


def _chunks(tasks: Iterator[Task]) -> Iterator[list[Task]]:
    while chunk := list(islice(tasks, _CHUNK)):
        yield chunk
