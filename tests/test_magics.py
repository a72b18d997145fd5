"""Lines of IPython are taken out of cells, and nothing else is."""

from __future__ import annotations

import pytest

from grader.sandbox.magics import parses, plain


@pytest.mark.parametrize(
    ("source", "python", "noted"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1", False),
        ("%load_ext autoreload\n%autoreload 2\nx", "pass\npass\nx", False),
        ("!pip install torch\nx", "pass\nx", True),
        ("pip install torch\nx", "pass\nx", True),
        ("files = !ls\nx", "pass\nx", True),
        ("t = %timeit -o f()\nx", "pass\nx", True),
        ("%time y = f(2)", "y = f(2)", False),
        ("%timeit f(2)", "pass", True),
        ("np.dot?", "pass", True),
        ("?np.dot", "pass", True),
        ("obj??\nx", "pass\nx", True),
        ("%%time\nx = 1", "\nx = 1", False),
        ("%%capture out\n!ls\nx = 1", "\npass\nx = 1", True),
        ("%%bash\nls", "", True),
        ("%%html\n<b>", "", True),
        ("%%writefile a.py\nx = 1", "", True),
        ("if x:\n    !ls\n    y = 1", "if x:\n    pass\n    y = 1", True),
        ("!echo a \\\n  b\nx", "pass\n\nx", True),
        ('"""\n%time\n!x\n"""\n!ls', '"""\n%time\n!x\n"""\npass', True),
        ("x = (1\n% 2)\n!ls", "x = (1\n% 2)\npass", True),
        ("# it's\n!ls", "# it's\npass", True),
        ("    x = 1\n    y = 2", "x = 1\ny = 2", False),
        (">>> x = 1\n>>> y = 2", "x = 1\ny = 2", False),
        ("x = 1\r\n%matplotlib inline", "x = 1\npass", False),
    ],
)
def test_a_line_of_ipython_is_taken_out(source: str, python: str, noted: bool) -> None:
    found = plain(source)
    assert found.source == python
    assert bool(found.notes) == noted
    assert parses(found.source)


@pytest.mark.parametrize(
    "source",
    ["x = 7 % 2", "x = (7\n% 2)", "s = '!ls'", "s = '''\n%time\n'''", "x != y", "await f()", "d = {'a?': 1}"],
)
def test_python_is_left_as_it_is(source: str) -> None:
    assert plain(source) == (source, ())


@pytest.mark.parametrize("source", ["def f(:", "x = = 1", "print 'a'", "\0", "(" * 10_000, "x = 'a\n"])
def test_what_is_no_python_stays_what_it_is(source: str) -> None:
    assert plain(source).source == source


def test_a_note_is_short_and_names_the_line() -> None:
    (note,) = plain("x = 1\n!" + "a" * 500).notes
    assert note.startswith("Line 2 is for the shell")
    assert len(note) < 130
