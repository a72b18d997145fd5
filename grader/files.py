"""The files a run leaves behind: their names, and writing them whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
import zlib
from pathlib import Path
from typing import Final

from grader.errors import MachineError
from grader.gradebook import Attempt, KeptFile
from grader.types import Submission

LARGEST_KEPT: Final = 10 * 2**20
_LONGEST: Final = 60
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def report_name(student: str) -> str:
    """The file name of a student's report: safe on every system, and never that of another student.

    >>> report_name("basil_dunlin"), report_name("../Ada <b>")
    ('basil_dunlin.html', 'ada-b~83375ecffa.html')
    """
    plain = unicodedata.normalize("NFKD", student).encode("ascii", "ignore").decode("ascii").lower()
    slug = re.sub(r"[^a-z0-9_]+", "-", plain).strip("-")[:_LONGEST]
    if slug == student and slug and not _RESERVED.fullmatch(slug):
        return f"{slug}.html"
    # `~` is never in a plain name, so that nobody can choose a name that takes another one's report.
    mark = hashlib.sha256(student.encode("utf-8", "backslashreplace")).hexdigest()[:10]
    return f"{slug}~{mark}.html"


def fingerprint(submission: Submission, *, chosen_by: str) -> str:
    """A digest of all that a student handed in, and of how the rubric is chosen for it."""
    digest = hashlib.sha256()

    def add(data: bytes) -> None:
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)

    texts = [chosen_by, submission.student, submission.name, str(submission.late)]
    texts += [str(submission.received or ""), str(submission.attempt), submission.group]
    texts += [f"{problem.place}: {problem.message}" for problem in submission.problems]
    add(str(len(texts)).encode())
    for text in texts:
        add(text.encode("utf-8", "backslashreplace"))
    for file in submission.files:
        add(file.path.encode("utf-8", "backslashreplace"))
        add(file.data)
    return digest.hexdigest()


def attempt_of(submission: Submission) -> Attempt:
    """What the gradebook keeps of a hand-in: when it came, of which group, and its files, deflated."""
    whole = hashlib.sha256()
    kept: list[KeptFile] = []
    for file in submission.files:
        digest = hashlib.sha256(file.data).hexdigest()
        path = file.path.encode("utf-8", "backslashreplace")
        whole.update(len(path).to_bytes(8, "big") + path + bytes.fromhex(digest))
        data = zlib.compress(file.data) if len(file.data) <= LARGEST_KEPT else None
        kept.append(KeptFile(file.path, digest, len(file.data), data))
    return Attempt(
        submission.attempt,
        whole.hexdigest(),
        submission.received,
        submission.group,
        tuple(kept),
        submission.problems,
    )


def write_whole(path: Path, content: str | bytes) -> None:
    """Writes a file so that a reader finds the old one or the new one, never a half.

    Raises:
        MachineError: the disk is full, or the folder cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        data = content if isinstance(content, bytes) else content.encode("utf-8", "backslashreplace")
        draft.write_bytes(data)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise MachineError(
            f"{path} cannot be written ({error.strerror or error}); free some space or choose another --out, "
            "then run the command again: what was finished is kept."
        ) from error


def make_folder(path: Path) -> None:
    """Makes a folder and those above it.

    Raises:
        MachineError: it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MachineError(
            f"the folder {path} cannot be made ({error.strerror or error}); choose another with --out"
        ) from error
