"""Makes what cannot be written by hand in `submissions_example/`: notebooks, broken files, platform copies.

    python tests/make_examples.py          writes them; the same bytes every time

Readable sources of the notebooks and of the wrongly encoded files are in `tests/example_sources/`; every
other file of the example classes is its own source.
"""

from __future__ import annotations

import io
import json
import random
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "tests" / "example_sources"
EXAMPLES = ROOT / "submissions_example"
ASSIGNMENTS = ("csc413-2020-hw1", "csc413-2021-hw1", "csc413-2021-hw2", "eecs182-sp25-hw0")

# sources that do not become a sound notebook: the file they become, and how
BROKEN = {
    "csc413-2021-hw2/juniper_whimbrel.md": ("homework2.ipynb", "cut short"),
    "csc413-2021-hw2/laurel_turnstone.md": ("hw2.md", "utf-16-le"),
    "csc413-2020-hw1/linden_avocet.html": ("hw1.ipynb", "as it is"),
    "csc413-2020-hw1/mallow_smew.md": ("hw1.md", "latin-1"),
    "csc413-2021-hw1/indigo_linnet.md": ("homework1.ipynb", "cut short"),
    "csc413-2021-hw1/lovage_petrel.md": ("hw1.md", "latin-1"),
    "csc413-2021-hw1/osier_wigeon.html": ("hw1.ipynb", "as it is"),
    "eecs182-sp25-hw0/woad_dabchick.md": ("hw0.ipynb", "cut short"),
    "eecs182-sp25-hw0/zinnia_flicker.md": ("hw0.md", "utf-16-le"),
}
# what the platforms know beside the files themselves
LATE = {"ginger_pipit", "heather_dipper", "gentian_jackdaw", "umbel_brant"}
HANDED_IN_AGAIN = {"dahlia_plover", "comfrey_garganey", "campion_fulmar", "quince_veery"}

_CELL = "<!-- cell -->\n"
_OUTPUT = re.compile(r"<!-- output: (.*) -->\n?")
_CODE = re.compile(r"```python\n(.*?)\n```\n", re.DOTALL)
_LONG_AGO = (2021, 2, 11, 12, 0, 0)


def made_files() -> dict[str, bytes]:
    """Every made file by its path below `submissions_example/`."""
    files = dict(_from_sources())
    for assignment in ASSIGNMENTS:
        students = _class(assignment, files)
        files[f"{assignment}-canvas.zip"] = _zip(_canvas_names(students))
        files[f"{assignment}-moodle.zip"] = _zip(_moodle_names(students))
    return files


def canvas_user(student: str) -> str:
    """The student as Canvas writes them in a file name.

    >>> canvas_user("avery_thistle")
    'thistleavery'
    """
    first, last = student.split("_")
    return last + first


def moodle_name(student: str) -> str:
    """The student's full name as Moodle writes it.

    >>> moodle_name("avery_thistle")
    'Avery Thistle'
    """
    return student.replace("_", " ").title()


def _from_sources() -> Iterator[tuple[str, bytes]]:
    for source in sorted(SOURCES.glob("*/*")):
        assignment, student = source.parent.name, source.stem
        text = source.read_text("utf-8")
        name, how = BROKEN.get(f"{assignment}/{source.name}", ("notebook.ipynb", "notebook"))
        path = f"{assignment}/{student}/{name}"
        if how == "notebook":
            yield path, _dump(_notebook(text, seed=student))
        elif how == "cut short":
            whole = _dump(_notebook(text, seed=student))
            yield path, whole[: len(whole) * 3 // 5]
        else:
            yield path, text.encode("utf-8" if how == "as it is" else how)


def _notebook(text: str, *, seed: str) -> dict[str, Any]:
    """A notebook of format 4, or 3 if the source begins with `<!-- nbformat 3 -->`."""
    old = text.startswith("<!-- nbformat 3 -->\n")
    sources = text.removeprefix("<!-- nbformat 3 -->\n").split(_CELL)
    cells = [_cell(source, old=old, number=number, seed=seed) for number, source in enumerate(sources, 1)]
    if old:
        return {
            "metadata": {"name": ""},
            "nbformat": 3,
            "nbformat_minor": 0,
            "worksheets": [{"cells": cells, "metadata": {}}],
        }
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def _cell(source: str, *, old: bool, number: int, seed: str) -> dict[str, Any]:
    code = _CODE.match(source)
    cell: dict[str, Any] = {"metadata": {}}
    if code is None:
        cell |= {"cell_type": "markdown", "source": _lines(source.strip("\n"))}
    else:
        shown = _OUTPUT.search(source)
        printed = [] if shown is None else [_stream(_printed(shown[1], seed), old=old)]
        cell |= {"cell_type": "code", "outputs": printed}
        if old:
            cell |= {"collapsed": False, "input": _lines(code[1])}
            cell |= {"language": "python", "prompt_number": number}
        else:
            cell |= {"execution_count": number, "source": _lines(code[1])}
    if not old:
        cell["id"] = f"cell-{number}"
    return cell


def _stream(text: str, *, old: bool) -> dict[str, Any]:
    return {"output_type": "stream", "stream" if old else "name": "stdout", "text": [text]}


def _printed(what: str, seed: str) -> str:
    """The text of an output; a training log is about 900 kB of it."""
    if what != "training log":
        return what + "\n"
    draw = random.Random(seed)  # noqa: S311 - no secret, only text
    return "".join(f"step {step:05d}  loss {draw.random():.12f}\n" for step in range(28_000))


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _dump(notebook: Mapping[str, Any]) -> bytes:
    return (json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _class(assignment: str, made: Mapping[str, bytes]) -> dict[str, dict[str, bytes]]:
    """Each student's files by their path in the student's folder, made ones and hand-written ones."""
    found = {path: data for path, data in made.items() if path.startswith(f"{assignment}/")}
    for path in (EXAMPLES / assignment).rglob("*"):
        name = path.relative_to(EXAMPLES).as_posix()
        if path.is_file() and name not in found:
            found[name] = path.read_bytes()
    students: dict[str, dict[str, bytes]] = {}
    for name, data in sorted(found.items()):
        _, student, file = name.split("/", 2)
        students.setdefault(student, {})[file] = data
    return students


def _canvas_names(students: Mapping[str, Mapping[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    attachment = 90_100
    for user, (student, files) in enumerate(students.items(), 4_201):
        late = "LATE_" if student in LATE else ""
        for file, data in files.items():
            attachment += 7
            stem, dot, suffix = file.rpartition("/")[2].rpartition(".")
            again = "-1" if student in HANDED_IN_AGAIN else ""
            yield f"{canvas_user(student)}_{late}{user}_{attachment}_{stem}{again}{dot}{suffix}", data


def _moodle_names(students: Mapping[str, Mapping[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    for number, (student, files) in enumerate(students.items(), 310_077):
        for file, data in files.items():
            yield f"{moodle_name(student)}_{number}_assignsubmission_file/{file}", data


def _zip(entries: Iterator[tuple[str, bytes]]) -> bytes:
    """A zip with fixed times; what deflate makes of a file is the same for one version of zlib only."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in entries:
            info = zipfile.ZipInfo(name, _LONG_AGO)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            archive.writestr(info, data, compresslevel=9)
    return target.getvalue()


def main() -> None:
    """Writes every made file to its place."""
    for path, data in made_files().items():
        target = EXAMPLES / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


if __name__ == "__main__":
    main()
