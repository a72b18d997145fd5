"""Where the rubric of an assignment is: by its name, by its path, or by the name of the class folder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

import grader
from grader.errors import StaffError

FOLDER = "rubrics"
_SUFFIXES = (".yaml", ".yml")

_ASSIGNMENT = re.compile(rb"^assignment:[ \t]*[\"']?([^\s\"'#]+)", re.MULTILINE)


def find(name: str, *, near: Path | None = None) -> Path:
    """The rubric of an assignment, from a folder `rubrics`: here, above `near`, or beside the program.

    Only ever a name, never a path: students write it too, and a file they hand in must not become the
    rubric that marks it.

    Raises:
        StaffError: no such rubric, with the nearest name.
    """
    known = _known(near)
    path = known.get(_plain(name))
    if path is None:
        names = sorted(_assignment(path) for path in known.values())
        raise StaffError(f"there is no rubric for the assignment {name[:80]!r}; {_hint(name, names)}")
    return path


def locate(name_or_path: str | Path, *, near: Path | None = None) -> Path:
    """The rubric that staff named, by its path or by its assignment.

    Raises:
        StaffError: no such rubric, with the nearest name.
    """
    path = Path(name_or_path)
    if path.is_file():
        return path
    if len(path.parts) > 1 or path.suffix in _SUFFIXES:
        beside = [other.name for other in _files(path.parent)]
        raise StaffError(f"there is no rubric {str(path)!r}; {_hint(path.name, beside)}")
    return find(str(name_or_path), near=near)


def for_folder(path: Path) -> Path | None:
    """The rubric whose assignment bears the name of a folder or zip, or of the folder it lies in.

    Downloads add words and change signs: `CSC413 2021 HW2 submissions.zip` is `csc413-2021-hw2`.
    The longest name wins; None if there is none.
    """
    known = _known(path)
    for name in (path.stem if path.suffix.lower() == ".zip" else path.name, path.resolve().parent.name):
        fitting = [assignment for assignment in known if f"-{assignment}-" in f"-{_plain(name)}-"]
        if fitting:
            return known[max(fitting, key=len)]
    return None


def _known(near: Path | None) -> Mapping[str, Path]:
    """Rubrics by the plain name of their assignment; those nearest to the user come first."""
    known: dict[str, Path] = {}
    for folder in _folders(near):
        for path in _files(folder):
            known.setdefault(_plain(_assignment(path)), path)
    return known


def _folders(near: Path | None) -> Iterator[Path]:
    above = near.resolve().parents if near is not None else ()
    roots = (Path.cwd(), *above, Path(grader.__file__).resolve().parent.parent)
    return (root / FOLDER for root in dict.fromkeys(roots))


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    found = (path for path in folder.iterdir() if path.suffix in _SUFFIXES and path.is_file())
    return sorted(path for path in found if not path.stem.endswith(".cases"))


def _assignment(path: Path) -> str:
    """The assignment a rubric names, found without reading all of it; else the name of the file."""
    try:
        with path.open("rb") as stream:
            match = _ASSIGNMENT.search(stream.read(4096))
    except OSError:
        match = None
    return match[1].decode("utf-8", "replace") if match else path.stem


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _hint(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"there are {', '.join(known[:20])}" if known else f"write {FOLDER}/<assignment>.yaml"
