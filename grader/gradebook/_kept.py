"""The files of an attempt as they were handed in, out of the gradebook again."""

from __future__ import annotations

import sqlite3
import zlib
from typing import Final

from grader.types import File

# A row says how large a file is, but a damaged one must not fill the memory.
_LARGEST: Final = 64_000_000


def files(connection: sqlite3.Connection, attempt: int) -> tuple[File, ...]:
    """The files of an attempt, by path; those that were too large to keep are absent."""
    rows = connection.execute(
        "SELECT path, size, data FROM attempt_files JOIN files USING (hash) WHERE data IS NOT NULL"
        " AND attempt_id = ? ORDER BY path",
        (attempt,),
    )
    found = []
    for path, size, data in rows:
        whole = zlib.decompressobj().decompress(data, _LARGEST)
        if len(whole) == size:
            found.append(File(path, whole))
    return tuple(found)
