"""A reference is a Python module beside the rubrics; its functions without arguments are the `ref.` names."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from grader import reference
from grader.errors import StaffError


@pytest.fixture
def near(tmp_path: Path) -> Path:
    """Where a rubric would be, with an empty folder for references beside its own."""
    (tmp_path / "rubrics").mkdir()
    (tmp_path / "reference").mkdir()
    return tmp_path / "rubrics/hw1.yaml"


def write(near: Path, text: str, name: str = "hw1") -> Path:
    path = near.parent.parent / f"reference/{name}.py"
    path.write_text(text)
    return path


def test_public_functions_without_required_arguments_are_the_names(near: Path) -> None:
    write(
        near,
        "import math\n"
        "from functools import cache\n"
        "from math import sqrt\n"
        "from textwrap import dedent\n"
        "SIZE = 3\n"
        "class Network: ...\n"
        "def output(): return [1, 2]\n"
        "def scaled(factor=2, *rest, **more): return factor\n"
        "def of(n): return n\n"
        "def _helper(): return 0\n"
        "@cache\n"
        "def slow(): return 7\n",
    )
    loaded = reference.load("hw1", near)
    assert sorted(loaded) == ["output", "scaled", "slow"]
    assert [loaded[name]() for name in loaded] == [[1, 2], 2, 7]


def test_a_value_is_computed_once(near: Path) -> None:
    write(near, "calls = []\ndef value():\n    calls.append(1)\n    return len(calls)\n")
    loaded = reference.load("hw1", near)
    assert (loaded["value"](), loaded["value"]()) == (1, 1)


def test_dataclasses_with_postponed_annotations_work(near: Path) -> None:
    write(
        near,
        "from __future__ import annotations\n"
        "from dataclasses import dataclass\n"
        "@dataclass\n"
        "class Layer:\n"
        "    size: int\n"
        "def size(): return Layer(3).size\n",
    )
    assert reference.load("hw1", near)["size"]() == 3


def test_the_digest_is_that_of_the_file(near: Path) -> None:
    path = write(near, "def f(): return 1\n")
    assert reference.load("hw1", near).digest == hashlib.sha256(path.read_bytes()).digest()


def package(near: Path, **modules: str) -> Path:
    folder = near.parent.parent / "reference/hw1"
    folder.mkdir()
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(text)
    return folder


def test_a_package_offers_what_it_imports_from_its_modules(near: Path) -> None:
    package(
        near,
        __init__="from .sizes import _hidden, of, units\ndef both(): return units() + of(1)\n",
        sizes="from math import sqrt\ndef units(): return 4\ndef of(n): return n\n"
        "def _hidden(): return 0\ndef other(): return 0\n",
    )
    loaded = reference.load("hw1", near)
    assert {name: loaded[name]() for name in loaded} == {"units": 4, "both": 5}


def test_a_module_of_a_package_is_loaded_anew_and_changes_the_digest(near: Path) -> None:
    folder = package(near, __init__="from .sizes import units\n", sizes="def units(): return 4\n")
    before = reference.load("hw1", near)
    (folder / "sizes.py").write_text("def units(): return 500\n")
    after = reference.load("hw1", near)
    assert (before["units"](), after["units"]()) == (4, 500)
    assert before.digest != after.digest


def test_a_package_that_fails_names_the_module(near: Path) -> None:
    package(near, __init__="from .sizes import units\n", sizes="x = 1\ny = 1 / 0\n")
    with pytest.raises(StaffError, match=r"sizes\.py, line 2: ZeroDivisionError"):
        reference.load("hw1", near)


def test_references_of_two_courses_may_have_the_same_name(tmp_path: Path) -> None:
    found = []
    for course in ("spring", "autumn"):
        (tmp_path / course / "reference").mkdir(parents=True)
        (tmp_path / course / "reference/hw1.py").write_text(f"def name(): return {course!r}\n")
        found.append(reference.load("hw1", tmp_path / course / "rubrics/hw1.yaml"))
    assert [loaded["name"]() for loaded in found] == ["spring", "autumn"]


def test_a_reference_may_lie_beside_the_rubric(tmp_path: Path) -> None:
    (tmp_path / "hw1.py").write_text("def f(): return 5\n")
    assert reference.load("hw1", tmp_path / "hw1.yaml")["f"]() == 5


@pytest.mark.parametrize("name", ["../hw1", "hw1.py", "/etc/hw1", ""])
def test_a_reference_is_a_name_and_never_a_path(near: Path, name: str) -> None:
    write(near, "def f(): return 1\n")
    with pytest.raises(StaffError, match="there is no reference"):
        reference.load(name, near)


def test_a_missing_reference_is_named_with_the_nearest_one(near: Path) -> None:
    write(near, "", name="csc101_hw1")
    with pytest.raises(StaffError, match=r"there is no reference 'csc101_hw'; did you mean 'csc101_hw1'\?"):
        reference.load("csc101_hw", near)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1\n\ny = 1 / 0\n", "hw1.py, line 3: ZeroDivisionError"),
        ("def f(:\n", "hw1.py, line 1: SyntaxError"),
        ("x = 1\nimport no_such_module_here\n", "hw1.py, line 2: ModuleNotFoundError"),
        ("def check():\n    raise ValueError('no')\ncheck()\n", "hw1.py, line 2: ValueError: no"),
        ("raise SystemExit(3)\n", "hw1.py, line 1: SystemExit"),
    ],
)
def test_a_reference_that_fails_says_where(near: Path, text: str, said: str) -> None:
    write(near, text)
    with pytest.raises(StaffError, match="fails while it is imported") as caught:
        reference.load("hw1", near)
    assert said in str(caught.value)


def shared(near: Path, name: str, text: str) -> Path:
    path = near.parent.parent / f"reference/{name}.py"
    path.write_text(text)
    return path


def test_references_share_a_module_whose_name_begins_with_an_underscore(near: Path) -> None:
    shared(near, "_shapes", "from ._sizes import size\ndef area(): return size() ** 2\n")
    shared(near, "_sizes", "def size(): return 3\ndef of(n): return n\n")
    package(near, __init__="from .._shapes import area\n")
    write(near, "from ._sizes import size\n", "hw2")
    assert {name: made() for name, made in reference.load("hw1", near).items()} == {"area": 9}
    assert {name: made() for name, made in reference.load("hw2", near).items()} == {"size": 3}


def test_a_change_of_a_shared_module_changes_the_digest_of_those_that_use_it(near: Path) -> None:
    shared(near, "_shapes", "from ._sizes import size\n")
    path = shared(near, "_sizes", "def size(): return 3\n")
    write(near, "from ._shapes import size\n")
    write(near, "def size(): return 3\n", "hw2")
    before = [reference.load(name, near).digest for name in ("hw1", "hw2")]
    path.write_text("def size(): return 4\n")
    after = [reference.load(name, near) for name in ("hw1", "hw2")]
    assert after[0].digest != before[0] and after[0]["size"]() == 4
    assert after[1].digest == before[1]


def test_a_reference_does_not_use_another_one(near: Path) -> None:
    write(near, "def size(): return 3\n", "hw2")
    write(near, "from .hw2 import size\n")
    with pytest.raises(StaffError, match=r"imports hw2, which is another reference.*begins with _"):
        reference.load("hw1", near)


def test_a_shared_module_is_no_reference_to_suggest(near: Path) -> None:
    shared(near, "_hw1", "")
    with pytest.raises(StaffError, match=r"there is no reference 'hw1'; write reference/hw1\.py"):
        reference.load("hw1", near)


def test_the_line_of_a_shared_module_that_fails_is_named(near: Path) -> None:
    shared(near, "_sizes", "x = 1\ny = x / 0\n")
    write(near, "from ._sizes import y\n")
    with pytest.raises(StaffError, match=r"_sizes\.py, line 2: ZeroDivisionError"):
        reference.load("hw1", near)
