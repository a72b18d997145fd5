"""Notebooks as they are found, of every version, damaged or large, are read or refused in words."""

from __future__ import annotations

import json
import random
from time import process_time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader import documents
from grader.documents import _repair
from grader.errors import StudentError
from grader.types import Document, File

BUDGET = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])

texts = st.text(max_size=30) | st.sampled_from(
    ["x = 1", "%time", "\ud800", "$$x$$", "<b>", "", "J = [[1,2],[3,4]]"]
)
multiline = texts | st.lists(texts, max_size=4)
odd = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | texts
    | st.lists(texts, max_size=2)
)
mimes = st.sampled_from(
    [
        "text/plain",
        "text/html",
        "image/png",
        "image/svg+xml",
        "application/json",
        "text/latex",
        "application/x",
    ]
)
bundle = st.dictionaries(mimes, multiline | odd, max_size=4)
output = st.fixed_dictionaries(
    {
        "output_type": st.sampled_from(
            [
                "stream",
                "display_data",
                "execute_result",
                "pyout",
                "pyerr",
                "error",
                "update_display_data",
                "?",
            ]
        )
    },
    optional={
        "name": st.sampled_from(["stdout", "stderr", "x"]) | odd,
        "stream": st.sampled_from(["stdout", "stderr"]),
        "text": multiline | odd,
        "data": bundle | odd,
        "png": texts,
        "html": multiline,
        "ename": odd,
        "traceback": st.lists(texts, max_size=3) | odd,
        "metadata": odd,
        "execution_count": odd,
    },
)
cell = st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["code", "markdown", "raw", "heading", "html", "?"]) | odd},
    optional={
        "source": multiline | odd,
        "input": multiline | odd,
        "outputs": st.lists(output, max_size=3) | odd,
        "metadata": st.fixed_dictionaries({}, optional={"tags": multiline | odd, "nbgrader": odd, "id": odd})
        | odd,
        "id": odd,
        "level": odd,
        "language": odd,
        "prompt_number": odd,
        "attachments": odd,
    },
)
cells = st.lists(cell | odd, max_size=5) | odd
version4 = st.fixed_dictionaries(
    {"cells": cells, "nbformat": st.sampled_from([4, 3, 5, "4", None, True, 4.0])},
    optional={"nbformat_minor": odd, "metadata": odd | st.fixed_dictionaries({"kernelspec": odd})},
)
version3 = st.fixed_dictionaries(
    {
        "worksheets": st.lists(st.fixed_dictionaries({"cells": cells}) | odd, max_size=2) | odd,
        "nbformat": st.sampled_from([3, 2, 1]),
    },
    optional={"metadata": odd},
)


GIVEN_CELL = {"cell_type": "code", "source": "given = 1", "id": "a"}
OTHER_CELL = {"cell_type": "code", "source": "x = 2", "id": "c"}
GIVEN = json.dumps({"nbformat": 4, "cells": [GIVEN_CELL, OTHER_CELL]}).encode()


def read(data: bytes) -> None:
    """Reads and mends a notebook; StudentError is the only exception there may be."""
    file = File("hw.ipynb", data)
    try:
        assert isinstance(documents.read(file), Document)
    except StudentError as error:
        assert len(str(error)) > 20
    try:
        mended = _repair.runnable(file, ["data/x.csv"], File("given.ipynb", GIVEN))
        assert len({one.number for one in mended.cells}) == len(mended.cells)
        _repair.named_cells(file)
    except StudentError as error:
        assert str(error)


@BUDGET
@given(version4 | version3)
def test_any_notebook_is_read_or_refused(notebook: Any) -> None:
    read(json.dumps(notebook).encode())


@BUDGET
@given(version4, st.randoms(use_true_random=False))
def test_a_damaged_notebook_is_read_or_refused(notebook: Any, draw: random.Random) -> None:
    data = bytearray(json.dumps(notebook, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(data))
        put = draw.choice([b"", b"\0", b'"', b"[", b"}", b"\xff", b"NaN", b"1e999"])
        data[at : at + draw.randint(0, 3)] = put
        data = data or bytearray(b"{")
    read(bytes(data))


def large(kind: str) -> bytes:
    """A notebook of nearly 10 MB."""
    every: dict[str, list[dict[str, Any]]] = {
        "a long log": [{"output_type": "stream", "name": "stdout", "text": ["step 1\n"] * 600_000}],
        "pictures": [
            {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo" * 80_000}} for _ in range(10)
        ],
        "many outputs": [{"output_type": "stream", "name": "stdout", "text": "a\n"}] * 130_000,
        "one line": [{"output_type": "execute_result", "data": {"text/plain": "x" * 9_500_000}}],
    }
    cell = {"cell_type": "code", "source": "x = 1", "outputs": every[kind], "metadata": {}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}).encode()


@pytest.mark.parametrize("kind", ["a long log", "pictures", "many outputs", "one line"])
def test_ten_megabytes_of_outputs_are_read(kind: str) -> None:
    data = large(kind)
    assert 6_000_000 < len(data) < 10 * 2**20
    before = process_time()
    assert documents.read(File("hw.ipynb", data)).blocks
    assert [cell.source for cell in _repair.runnable(File("hw.ipynb", data)).cells] == ["x = 1"]
    assert process_time() - before < 30


@pytest.mark.parametrize(
    ("cells", "note"),
    [
        ([{"id": "a"}, {"id": "a"}], "2 cells share an id"),
        ([{}, {"id": "a"}], "1 code cells have no id"),
        ([{"id": "a", "source": "open('/home/x/data/x.csv')"}], "it was given data/x.csv"),
        ([{"id": "a", "source": r"open('C:\\hw\\x.csv')"}], "it was given data/x.csv"),
        ([{"id": "b", "source": "other = 2"}], "put back: given"),
        ([{"id": "b", "source": "given = 1"}, OTHER_CELL], "'a' was found by what it holds"),
    ],
)
def test_what_is_mended_is_told(cells: list[dict[str, Any]], note: str) -> None:
    usual = {"cell_type": "code", "metadata": {}, "outputs": []}
    made = [{**usual, "source": f"given = {k}", **one} for k, one in enumerate(cells)]
    data = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made}).encode()
    mended = _repair.runnable(File("hw.ipynb", data), ["data/x.csv"], File("given.ipynb", GIVEN))
    assert any(note in said for said in mended.notes), mended.notes


def test_a_notebook_in_another_language_is_not_run() -> None:
    kernel = {"kernelspec": {"language": "R"}}
    data = {"nbformat": 4, "metadata": kernel, "cells": [{"cell_type": "code", "source": "x"}]}
    mended = _repair.runnable(File("hw.ipynb", json.dumps(data).encode()))
    assert mended.cells == ()
    assert "written in R" in mended.notes[0]


@pytest.mark.parametrize(
    ("level", "depth"), [(1, 1), (6, 6), ("2", 2), (0, 1), (7, 1), (12, 1), ("", 1), (None, 1), (2.0, 1)]
)
def test_a_heading_of_version_3_has_a_level_from_1_to_6(level: Any, depth: int) -> None:
    cell = {"cell_type": "heading", "level": level, "source": "2.1"}
    data = json.dumps({"nbformat": 3, "worksheets": [{"cells": [cell]}]}).encode()
    (block,) = documents.read(File("hw.ipynb", data)).blocks
    assert (block.kind, block.text, block.level) == ("heading", "2.1", depth)
