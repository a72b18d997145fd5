"""The outbox: what would be sent, as files that a person can open before anything is sent."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from grader.deliver import Letter
from grader.errors import MachineError

OUTBOX = "outbox"


def write(folder: Path, letters: Iterable[Letter]) -> Iterator[Letter]:
    """Writes the files of each letter as it passes; what an earlier look left there is removed first.

    Raises:
        MachineError: the folder cannot be written.
    """
    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        for letter in letters:
            for file in letter.files:
                path = folder / file.path
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(file.data)
            yield letter
    except OSError as error:
        raise MachineError(f"{folder} cannot be written ({error.strerror or error})") from error
