"""Cells run as in Jupyter: one namespace, what is shown, what fails, what is left out."""

from __future__ import annotations

import pytest
from bare import ran

from grader.sandbox.jobs import CellRan, Output


def texts(cell: CellRan, kind: str = "") -> str:
    return "".join(one.text for one in cell.outputs if not kind or one.kind == kind)


def one(source: str) -> CellRan:
    return ran(source).cells[0]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("1 + 1", "2\n"),
        ("1 + 1;", ""),
        ("x = 3", ""),
        ("None", ""),
        ("print('a')\n'b'", "a\n'b'\n"),
        ("display(1, 'x')", "1\n'x'\n"),
        ("from IPython.display import display, HTML\ndisplay(HTML('<b>'))", "<b>\n"),
        ("import sys\nsys.stdout.write('a')\nNone", "a"),
        ("class A:\n    pass\nA()", "<__main__.A object at 0x…>\n"),
        ("class A:\n    def __repr__(self): raise ValueError\nA()", "<A: repr fails with ValueError>\n"),
        ("import asyncio\nawait asyncio.sleep(0)\n7", "7\n"),
        ("async def f():\n    return 5\nx = await f()\nx", "5\n"),
        ("5\n# the end", "5\n"),
        ("__name__", "'__main__'\n"),
        ("from tqdm import tqdm\nsum(tqdm([1, 2]))", "3\n"),
        ("'\\ud800'", "'\\ud800'\n"),
        ("print('\\ud800')", "\\ud800\n"),
    ],
)
def test_what_a_cell_shows(source: str, shown: str) -> None:
    cell = one(source)
    assert (cell.status, texts(cell)) == ("ran", shown)


def test_all_cells_share_one_namespace() -> None:
    assert texts(ran("x = 1", "x += 1", "x").cells[2]) == "2\n"


def test_an_error_stops_its_cell_and_what_needs_it_but_nothing_else() -> None:
    first, second, third = ran("x = 1\ny = 1 / 0\nz = 2", "x", "z").cells
    assert (first.status, second.status, third.status) == ("failed", "ran", "failed")
    assert first.fault is not None
    assert first.fault[:] == ("ZeroDivisionError", "division by zero", 1, 2, "y = 1 / 0")
    assert third.fault is not None
    assert third.fault.type == "NameError"


def test_an_error_in_a_function_is_told_with_the_line_of_the_function() -> None:
    fault = ran("def f(n):\n    return 1 / n", "f(0)").cells[1].fault
    assert fault is not None
    assert (fault.cell, fault.line, fault.code) == (1, 2, "return 1 / n")


def test_an_error_of_a_library_is_told_with_the_students_line() -> None:
    fault = one("import json\n\njson.loads('{')").fault
    assert fault is not None
    assert (fault.cell, fault.line, fault.code) == (1, 3, "json.loads('{')")


def test_a_syntax_error_is_told_with_its_line() -> None:
    fault = one("x = 1\ndef f(:\n    pass").fault
    assert fault is not None
    assert (fault.type, fault.line, fault.code) == ("SyntaxError", 2, "def f(:")


@pytest.mark.parametrize("source", ["import sys\nsys.exit()", "exit(3)", "quit()", "raise SystemExit('x')"])
def test_leaving_ends_the_cell_only(source: str) -> None:
    first, second = ran(source, "1").cells
    assert first.status == "failed"
    assert first.fault is not None
    assert first.fault.type == "SystemExit"
    assert second.status == "ran"


def test_standard_error_is_no_failure() -> None:
    cell = one("import sys, warnings\nwarnings.warn('look')\nprint('b', file=sys.stderr)")
    assert cell.status == "ran"
    assert "look" in texts(cell, "stderr")
    assert texts(cell, "stdout") == ""


def test_asking_for_input_is_told() -> None:
    cell = one("x = input('your name? ')")
    assert cell.status == "failed"
    assert "input()" in texts(cell, "note")
    assert "keyboard" in texts(one("import sys\nsys.stdin.read()"), "note")


def test_a_package_that_is_not_there_is_told_and_the_cell_goes_on() -> None:
    cell = one("import no_such_package, math\nfrom another_one import thing\nmath.pi")
    assert cell.status == "ran"
    assert "no_such_package is not installed" in texts(cell, "note")
    assert "another_one is not installed" in texts(cell, "note")
    assert "3.14" in texts(cell, "result")


def test_a_name_that_a_package_does_not_have_is_an_error() -> None:
    assert one("from math import no_such_thing").status == "failed"


def test_a_cell_that_takes_too_long_is_stopped_and_the_others_run() -> None:
    found = ran("x = 1", "while True:\n    pass", "x", cell_s=0.3)
    assert [cell.status for cell in found.cells] == ["ran", "stopped", "ran"]
    assert found.ended == "finished"


@pytest.mark.parametrize(
    "source",
    ["import os\nos._exit(0)", "import os\nos.kill(os.getpid(), 9)", "import ctypes\nctypes.string_at(0)"],
)
def test_what_ends_the_run_is_left_out_and_the_others_run(source: str) -> None:
    found = ran("x = 1", source, "x + 1", variables=("x",))
    assert [cell.status for cell in found.cells] == ["ran", "stopped", "ran"]
    assert texts(found.cells[2]) == "2\n"
    assert found.values == {"x": 1}
    assert found.cells[1].fault is not None


def test_figures_are_kept_when_they_are_drawn() -> None:
    first, second = ran(
        "%matplotlib inline\nimport matplotlib.pyplot as plt\n"
        "print('a')\nplt.plot([1, 2])\nplt.show()\nprint('b')",
        "fig, axes = plt.subplots()\nfig",
    ).cells
    assert [one.kind for one in first.outputs] == ["stdout", "figure", "stdout"]
    assert [one.kind for one in second.outputs] == ["figure", "figure"]
    assert all(one.png.startswith(b"\x89PNG") for one in second.outputs)


def test_a_quiet_run_keeps_nothing_that_is_shown() -> None:
    found = ran("import matplotlib.pyplot as plt\nplt.plot([1])\nprint(1)\n2", variables=("plt",), quiet=True)
    assert found.cells[0].outputs == ()


def test_seeds_are_set() -> None:
    source = "import random\nimport numpy as np\n(random.random(), np.random.rand())"
    assert one(source) == one(source)
    other = ran(source, seed=5).cells[0]
    assert other.outputs != one(source).outputs


def test_of_a_long_output_the_head_and_the_tail_are_kept() -> None:
    cell = one("for k in range(20_000):\n    print('line', k)")
    assert texts(cell).startswith("line 0\n")
    assert texts(cell).endswith("line 19999\n")
    assert len(texts(cell)) < 60_000
    assert "left out here" in texts(cell, "note")


def test_files_beside_the_notebook_can_be_read() -> None:
    from grader.sandbox.jobs import Data

    found = ran("open('data/a.txt').read()", files=(Data("data/a.txt", b"hello"),))
    assert texts(found.cells[0]) == "'hello'\n"


def test_a_magic_is_told_and_the_cell_runs() -> None:
    cell = one("%timeit 1\n!ls\nx = 5\nx")
    assert [output.kind for output in cell.outputs] == ["note", "note", "result"]
    assert cell.outputs[2] == Output("result", "5\n")
