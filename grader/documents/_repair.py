"""The code cells of a notebook or a Python file, mended so that they can be run; what was mended is told."""

from __future__ import annotations

import ast
import re
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from grader.documents import notebook
from grader.documents._json import Json, Pairs, parse
from grader.documents._text import decode, whole
from grader.sandbox.magics import plain
from grader.types import File

RUNS: Final = (".ipynb", ".py")
FROM_STARTER: Final = 1_000_000
"""The numbers of cells that stand in for deleted ones begin above this."""
_MOST_NOTED: Final = 8


class CodeCell(NamedTuple):
    """A code cell; `number` is its place among all cells, from 1, `names` are its id and its tags."""

    number: int
    source: str
    names: tuple[str, ...] = ()


class Runnable(NamedTuple):
    """What can be run of a file, and what had to be mended for it, in words.

    `first_line` is the line of a write-up where the only cell begins, None for a notebook or a Python file.
    """

    path: str
    cells: tuple[CodeCell, ...]
    notes: tuple[str, ...] = ()
    first_line: int | None = None


def runnable(file: File, beside: Sequence[str] = (), starter: File | None = None) -> Runnable:
    """The cells of a file as they can be run; `beside` are the files that will stand beside them.

    Cells of the `starter` that a student has deleted are put back in their places.

    Raises:
        StudentError: the file cannot be read.
    """
    notes: list[str] = []
    if file.path.lower().endswith(".py"):
        cells = [CodeCell(1, whole(decode(file).text)[0])]
    else:
        cells = _cells(file, notes)
    if starter is not None:
        cells = _with_deleted(cells, _cells(starter, []), notes)
    mended = [cell._replace(source=_local(cell, beside, notes)) for cell in cells]
    return Runnable(file.path, tuple(mended), tuple(notes[:_MOST_NOTED]))


def _cells(file: File, notes: list[str]) -> list[CodeCell]:
    data = parse(decode(file).text, what="a notebook", advice="")
    if not isinstance(data, Pairs):
        return []
    if language := _other_language(data):
        notes.append(f"The notebook is written in {language}; only Python is run.")
        return []
    version = data.get("nbformat")
    if version in ("2", "3"):
        notes.append(f"The notebook is of the old format {version}; it was read as it is.")
    cells = []
    for number, cell in enumerate(notebook.cells_of(data)[: notebook.CELL_LIMIT], start=1):
        if isinstance(cell, Pairs) and cell.get("cell_type") == "code":
            source = whole(notebook.source_of(cell))[0]
            if source.strip():
                cells.append(CodeCell(number, source, tuple(_names(cell))))
    notes += _about_ids(cells, data)
    return cells


def named_cells(file: File) -> tuple[CodeCell, ...]:
    """All cells of a notebook that have a name, those with text too.

    Raises:
        StudentError: the file cannot be read.
    """
    data = parse(decode(file).text, what="a notebook", advice="")
    if not isinstance(data, Pairs):
        return ()
    cells = []
    for number, cell in enumerate(notebook.cells_of(data)[: notebook.CELL_LIMIT], start=1):
        if isinstance(cell, Pairs) and (names := tuple(_names(cell))):
            cells.append(CodeCell(number, whole(notebook.source_of(cell))[0], names))
    return tuple(cells)


def _other_language(data: Pairs) -> str:
    metadata = data.get("metadata")
    kernel = metadata.get("kernelspec") if isinstance(metadata, Pairs) else None
    language = kernel.get("language") if isinstance(kernel, Pairs) else None
    if not isinstance(language, str) or language.lower().startswith(("python", "ipython")):
        return ""
    return language[:30] if language.strip() else ""


def _names(cell: Pairs) -> Iterator[str]:
    """The id of a cell, its name in nbgrader, and its tags."""
    metadata = cell.get("metadata")
    for value in (cell.get("id"), *_of_metadata(metadata)):
        if isinstance(value, str) and value.strip():
            yield value.strip()


def _of_metadata(metadata: Json) -> Iterator[Json]:
    if not isinstance(metadata, Pairs):
        return
    yield metadata.get("id")
    nbgrader = metadata.get("nbgrader")
    if isinstance(nbgrader, Pairs):
        yield nbgrader.get("grade_id")
    tags = metadata.get("tags")
    if isinstance(tags, list) and not isinstance(tags, Pairs):
        yield from tags


def _about_ids(cells: Sequence[CodeCell], data: Pairs) -> Iterator[str]:
    ids = Counter(cell.names[0] for cell in cells if cell.names)
    twice = sum(count for count in ids.values() if count > 1)
    if twice:
        yield f"{twice} cells share an id with another one; cells are told apart by their places."
    minor = data.get("nbformat_minor")
    without = sum(not cell.names for cell in cells)
    if without and data.get("nbformat") == "4" and minor in ("5", "6"):
        yield f"{without} code cells have no id; cells are told apart by their places."


# --- paths -----------------------------------------------------------------------------------------


def _local(cell: CodeCell, beside: Sequence[str], notes: list[str]) -> str:
    """The source with paths into somebody's own folders made those of the files beside the notebook."""
    source = cell.source
    if not beside or ("/" not in source and "\\" not in source):
        return source
    by_name = {path.rpartition("/")[2]: path for path in beside}
    names = "|".join(map(re.escape, sorted(by_name, key=len, reverse=True)))
    pattern = re.compile(rf"(?P<quote>['\"])(?P<path>[^'\"\n{{}}]{{1,300}}[/\\])(?P<name>{names})(?P=quote)")

    def put(found: re.Match[str]) -> str:
        meant = by_name[found["name"]]
        if found["path"] + found["name"] == meant:
            return found[0]
        notes.append(
            f"Cell {cell.number} reads {found['path'][:60]}{found['name']}; it was given {meant}, "
            "which stands beside the notebook."
        )
        return f"{found['quote']}{meant}{found['quote']}"

    return pattern.sub(put, source)


# --- cells that were deleted or renamed --------------------------------------------------------------


def _with_deleted(cells: list[CodeCell], starter: Sequence[CodeCell], notes: list[str]) -> list[CodeCell]:
    """The cells with those of the notebook handed out that are not there any more."""
    together = list(cells)
    by_name = {name: cell for cell in cells for name in cell.names}
    by_source = {_bare(cell.source): cell for cell in cells}
    bound = {name: cell for cell in reversed(cells) for name in _binds(cell.source)}
    # A notebook that keeps none of the names was not made from the one handed out.
    kept = any(name in by_name for given in starter for name in given.names)
    after = 0
    for index, given in enumerate(starter, start=1):
        names = _binds(given.source)
        named = next((by_name[name] for name in given.names if name in by_name), None)
        there = named or by_source.get(_bare(given.source))
        if there is None and names and names <= bound.keys():
            there = bound[min(names)]
        if there is not None:
            if named is None and given.names and kept:
                notes.append(
                    f"The cell {given.names[0][:40]!r} was found by what it holds; it has another name."
                )
            after = max(after, together.index(there) + 1)
        elif names:  # one that gives no names, or is to be filled in, is not missed
            together.insert(after, CodeCell(FROM_STARTER + index, given.source, given.names))
            after += 1
            notes.append(f"A cell of the notebook handed out is deleted; it was put back: {_listed(names)}.")
    return together


def _bare(source: str) -> str:
    return "".join(source.split())


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)[:5]) + (", …" if len(names) > 5 else "")


def _binds(source: str) -> set[str]:
    """The names that a cell gives a value at its top: functions, classes, variables, imports."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(plain(source).source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    names: set[str] = set()
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(statement.name)
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).partition(".")[0] for alias in statement.names}
        else:
            names |= {
                node.id
                for node in ast.walk(statement)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            }
    return names


def defined_in(cells: Sequence[CodeCell], name: str) -> tuple[CodeCell, int, str] | None:
    """The last cell that defines a name, the line where it does, and the source of the definition."""
    for cell in reversed(cells):
        source = plain(cell.source).source
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            if found := re.search(
                rf"^[ \t]*(?:async\s+)?def\s+{name}\b|^{name}\s*=", cell.source, re.MULTILINE
            ):
                return cell, cell.source[: found.start()].count("\n") + 1, cell.source
            continue
        for node in reversed(list(ast.walk(tree))):
            if _gives(node, name):
                text = ast.get_source_segment(source, node) or source
                return cell, node.lineno, text  # type: ignore[attr-defined]
    return None


def _gives(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name == name
    if isinstance(node, ast.Assign):
        return any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
    return isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == name


def by_number(cells: Sequence[CodeCell]) -> Mapping[int, list[str]]:
    """The lines of each cell by its number."""
    return {cell.number: plain(cell.source).source.split("\n") for cell in cells}
