"""Throws odd and broken notebooks at the reader and at what prepares them for running.

    python benchmarks/fuzz_notebooks.py SECONDS [--seed N]

They are of versions 3 and 4, with all kinds of outputs, up to 10 MB of them, and damaged: values of other
types, keys left out, bytes changed, the end cut off. A finding is any exception but StudentError and any step
that takes over a second of computing; each kind is told once, with the seed that makes the file again.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import traceback
from copy import deepcopy
from pathlib import Path
from time import monotonic, process_time
from typing import Any, Final

from grader.documents import _repair, notebook
from grader.errors import StudentError
from grader.types import File

SLOW_S: Final = 1.0
MEMORY: Final = 2 * 2**30
_LARGE: Final = 10_000_000
_SOURCES: Final = (
    "import numpy as np\nx = np.arange(3)",
    "%matplotlib inline\n!pip install torch",
    "def fit_poly(X, d, t):\n    return np.linalg.pinv(X) @ t",
    "## 3.1 Gradient\n\n$$\\nabla L = 2 X^T (X w - t)$$\n\n**Answer:** yes",
    "\\begin{align}\na &= b \\\\\n",
    "    indented = 1\n\tand tabs",
    "'" * 7,
    "(" * 300,
    "x = '\ud800'",
    "\u202e\u0000\u001b[31m",
    "%%bash\nrm -rf x",
    "open('/home/me/data.csv')\nawait f()",
    "",
)
_MIMES: Final = (
    *("text/plain", "text/html", "text/latex", "text/markdown", "image/png", "image/jpeg", "image/svg+xml"),
    *("application/json", "application/javascript", "application/vnd.jupyter.widget-view+json", "?"),
)
_KINDS: Final = (
    *("stream", "display_data", "execute_result", "error", "update_display_data", "pyout", "pyerr", "x"),
)
_ODD: Final[tuple[Any, ...]] = (
    None,
    True,
    -1,
    10**40,
    1e308,
    "",
    "x",
    [],
    {},
    [[[]]],
    {"": None},
    ["a", None, 3],
    "\ud800",
)


def made(seed: int) -> bytes:
    """A notebook, the same for the same seed."""
    draw = random.Random(seed)  # noqa: S311 - no secret, only choices
    book = _of_version_3(draw) if draw.random() < 0.3 else _of_version_4(draw)
    for _ in range(draw.choice((0, 0, 1, 2, 5))):
        _damage(book, draw)
    data = json.dumps(book, ensure_ascii=draw.random() < 0.5).encode("utf-8", "surrogatepass")
    match draw.randrange(12):
        case 0:
            data = data[: draw.randrange(len(data) + 1)]
        case 1:
            changed = bytearray(data)
            for _ in range(draw.randrange(1, 6)):
                changed[draw.randrange(len(changed))] = draw.randrange(256)
            data = bytes(changed)
        case 2:
            data = data.decode("utf-8", "replace").encode(draw.choice(("utf-16", "utf-8-sig", "utf-32")))
    return data


def _of_version_4(draw: random.Random) -> dict[str, Any]:
    cells = [_cell(draw, "source") for _ in range(draw.choice((0, 1, 3, 20)))]
    return {"nbformat": 4, "nbformat_minor": draw.randrange(6), "metadata": {}, "cells": cells}


def _of_version_3(draw: random.Random) -> dict[str, Any]:
    sheets = [
        {"cells": [_cell(draw, "input") for _ in range(draw.choice((0, 1, 5)))], "metadata": {}}
        for _ in range(draw.choice((0, 1, 1, 2)))
    ]
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": sheets}


def _cell(draw: random.Random, key: str) -> dict[str, Any]:
    kind = draw.choice(("code", "code", "markdown", "raw", "heading"))
    cell: dict[str, Any] = {
        "cell_type": kind,
        "id": draw.choice(("a", "b", f"c{draw.random()}")),
        "metadata": draw.choice(({}, {"tags": ["answer"]}, {"tags": 3})),
    }
    text = _lines(draw.choice(_SOURCES), draw)
    if kind == "code":
        cell |= {key: text, "outputs": [_output(draw) for _ in range(draw.choice((0, 1, 1, 4)))]}
        cell[draw.choice(("execution_count", "prompt_number"))] = draw.choice((None, 3))
    else:
        cell |= {"source": text, "level": 2}
        if draw.random() < 0.2:
            cell["attachments"] = {"x.png": {"image/png": "iVBORw0KGgo="}}
    return cell


def _output(draw: random.Random) -> dict[str, Any]:
    kind = draw.choice(_KINDS)
    output: dict[str, Any] = {"output_type": kind, "metadata": {}}
    size = _LARGE // 4 if draw.random() < 0.01 else draw.choice((0, 3, 60, 5_000))
    text = _lines(draw.choice(("x", "<b>\n", "\x1b[31m1\n", "[1. 2.]\n", "\\(")) * (size // 3 + 1), draw)
    if kind == "stream":
        output |= {"name": draw.choice(("stdout", "stderr", "?")), "text": text}
    elif kind in ("error", "pyerr"):
        output |= {"ename": "E", "evalue": text, "traceback": draw.choice(([text], [], "x"))}
    elif draw.random() < 0.3:
        output |= {"text": text, "png": "iVBORw0KGgo=", "prompt_number": 1}
    else:
        output["data"] = {draw.choice(_MIMES): text for _ in range(draw.randrange(4))}
    return output


def _lines(text: str, draw: random.Random) -> str | list[str]:
    return text if draw.random() < 0.5 else text.splitlines(keepends=True)


def _damage(value: Any, draw: random.Random) -> None:
    """Puts something odd in the place of something, or takes it away, anywhere below."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = draw.choice(keys)
        inner = value[key]
        if isinstance(inner, dict | list) and inner and draw.random() < 0.8:
            value = inner
        elif draw.random() < 0.3:
            del value[key]
            return
        else:
            value[key] = deepcopy(draw.choice(_ODD))
            return


def attempt(data: bytes) -> tuple[str, str]:
    """What went wrong with a notebook, in a word, and the trace; empty where it was read or refused."""
    file = File("hw.ipynb", data)
    slowest = 0.0
    try:
        for step in (notebook.read, _repair.runnable, _repair.named_cells):
            start = process_time()
            try:
                step(file)
            except StudentError as error:
                if not str(error).strip():
                    return "a refusal without a word", ""
            slowest = max(slowest, process_time() - start)
    except (Exception, RecursionError, MemoryError) as error:
        trace = "".join(traceback.format_exception(error)[-6:])
        last = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} in {Path(last.filename).name}:{last.name}", trace
    said = f"slow: {slowest:.1f} s of computing for {len(data):,} bytes"
    return (said, "") if slowest > SLOW_S else ("", "")


def main() -> None:
    """Prints each kind of finding once, and how many files were tried."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("seconds", type=float)
    options.add_argument("--seed", type=int, default=0)
    chosen = options.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    known: set[str] = set()
    until, seed, size = monotonic() + chosen.seconds, chosen.seed, 0
    while monotonic() < until:
        data = made(seed)
        size = max(size, len(data))
        kind, trace = attempt(data)
        if kind and kind.partition(":")[0] not in known:
            known.add(kind.partition(":")[0])
            sys.stdout.write(f"\nseed {seed}: {kind}\n{trace}\n")
        seed += 1
    tried = seed - chosen.seed
    sys.stdout.write(
        f"{tried:,} notebooks tried, the largest of {size:,} bytes; {len(known)} kinds of findings\n"
    )


if __name__ == "__main__":
    main()
