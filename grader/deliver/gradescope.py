"""The package itself as a Gradescope autograder: a zip with its two scripts, a rubric and the grader.

Nothing is graded here: Gradescope unpacks the zip, runs `setup.sh` once and `run_autograder` for each
submission, whose `results.json` is then `gradescope_results`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib import metadata
from importlib.resources import files as resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from grader import reference, sheet
from grader.deliver._order import Export, Order
from grader.errors import StaffError
from grader.types import File

CALLED: Final = "an autograder for Gradescope, to upload under Configure Autograder"
NAME: Final = "gradescope-autograder.zip"
FROM_RUBRIC: Final = True

_EXTRAS: Final = ("units", "notebooks")

_SETUP: Final = """\
#!/usr/bin/env bash
# Run once by Gradescope: Python 3.11 or newer, and what the grader needs, in a place of their own.
set -euo pipefail
root="${AUTOGRADER_ROOT:-/autograder}"
python="${PYTHON:-python3}"
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    apt-get update
    DEBIAN_FRONTEND=noninteractive apt-get install -y python3.11 python3.11-venv
    python=python3.11
elif ! "$python" -c 'import ensurepip' 2>/dev/null; then
    apt-get update
    DEBIAN_FRONTEND=noninteractive apt-get install -y python3-venv
fi
"$python" -m venv "$root/venv"
"$root/venv/bin/pip" install --quiet --disable-pip-version-check -r "$root/source/requirements.txt"
cd "$root/source"
"$root/venv/bin/python" -m compileall -q grader reference || true
"$root/venv/bin/python" -m grader lint "rubrics/@RUBRIC@" || echo "The rubric has remarks; see above."
"""
_RUN: Final = """\
#!/usr/bin/env bash
# Run by Gradescope for each submission. If it fails there is no results.json: Gradescope says so, and nobody
# gets a mark by accident.
set -euo pipefail
root="${AUTOGRADER_ROOT:-/autograder}"
cd "$root/source"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
grader() { "$root/venv/bin/python" -m grader "$@"; }
grader grade "$root/submission" --layout single_file --rubric "rubrics/@RUBRIC@" --jobs 1 --out "$work/out"
mkdir -p "$root/results"
grader export gradescope-results "$work/out" --out "$work/results.json"
mv "$work/results.json" "$root/results/results.json"
"""


def export(order: Order) -> Export:
    """The files of the autograder; scripts lie on top, as Gradescope wants them.

    Raises:
        StaffError: no rubric, or one with faults.
    """
    from grader import rubric

    if order.rubric is None:
        raise StaffError("an autograder is made from a rubric: grader export gradescope RUBRIC")
    loaded = rubric.load(order.rubric)
    name = loaded.path.name
    files = [
        File("setup.sh", _SETUP.replace("@RUBRIC@", name).encode()),
        File("run_autograder", _RUN.replace("@RUBRIC@", name).encode()),
        File("requirements.txt", "".join(f"{line}\n" for line in _requirements()).encode()),
        File(f"rubrics/{name}", loaded.path.read_bytes()),
    ]
    fingerprint = sheet.beside(loaded.path)
    if fingerprint.is_file():
        files.append(File(f"rubrics/{fingerprint.name}", fingerprint.read_bytes()))
    if loaded.reference is not None:
        files += _reference(reference.find(loaded.reference, loaded.path))
    return Export((*files, *_package()), _visibilities(loaded))


def _visibilities(loaded: object) -> tuple[str, ...]:
    parts = getattr(loaded, "parts", ())
    if any(part.visible == "hidden" for part in parts):
        return ("Some parts are hidden: Gradescope then shows students no total.",)
    return ()


def _reference(path: Path) -> Iterator[File]:
    top = path.parent.parent if path.name == "__init__.py" else path.parent
    for file in reference.files(path):
        yield File(f"reference/{file.relative_to(top).as_posix()}", file.read_bytes())


def _package() -> Iterator[File]:
    yield from _below(resources("grader"), "grader")


def _below(folder: Traversable, path: str) -> Iterator[File]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name == "__pycache__" or entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _below(entry, f"{path}/{entry.name}")
        elif not entry.name.endswith(".pyc"):
            yield File(f"{path}/{entry.name}", entry.read_bytes())


def _requirements() -> Iterator[str]:
    """What grading needs, each at the version it runs with here; what is optional only if it is here."""
    required, optional = _declared()
    for name in map(_name, required):
        yield f"{name}=={metadata.version(name)}"
    for name in map(_name, optional):
        try:
            yield f"{name}=={metadata.version(name)}"
        except metadata.PackageNotFoundError:
            continue


def _declared() -> tuple[list[str], list[str]]:
    """The requirements of the package, and those of the extras that grading uses."""
    try:
        lines = metadata.requires("grader") or []
    except metadata.PackageNotFoundError:
        project = Path(str(resources("grader"))).parent / "pyproject.toml"
        if not project.is_file():
            raise StaffError("what the grader needs is not known here; install it with pip first") from None
        declared = tomllib.loads(project.read_text("utf-8"))["project"]
        extras = declared.get("optional-dependencies", {})
        return list(declared["dependencies"]), [line for name in _EXTRAS for line in extras.get(name, [])]
    optional = [line for line in lines if any(f'extra == "{name}"' in line for name in _EXTRAS)]
    return [line for line in lines if "extra ==" not in line], optional


def _name(requirement: str) -> str:
    return requirement.partition(">")[0].partition("=")[0].partition("<")[0].partition(";")[0].strip()
