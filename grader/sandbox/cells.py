"""Runs the cells of a notebook in one namespace, as Jupyter would; what each showed is kept in its order.

This runs in the student's process, behind the walls. Nothing here decides a mark.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import importlib
import inspect
import linecache
import os
import re
import signal
import sys
import traceback
import types
import warnings
from collections.abc import Callable, Iterator
from typing import Any, Final

from grader.sandbox import magics, pictures, standins
from grader.sandbox.codec import class_name, whole
from grader.sandbox.jobs import Cell, CellRan, CellStatus, Fault, Output, OutputKind

_HEAD, _TAIL = 32_000, 8_000
_MOST_OUTPUTS: Final = 200
_MOST_MESSAGE: Final = 2_000
_ADDRESS: Final = re.compile(r" at 0x[0-9a-fA-F]{4,16}")
_FILE: Final = re.compile(r"<cell (\d+)>")


class TooLongError(BaseException):
    """A cell or a call has had its time; no `except Exception` catches it."""


class Shown:
    """What one cell has shown so far: pieces in their order, of a bounded size; `quiet` keeps nothing."""

    def __init__(self, *, quiet: bool) -> None:
        self.pieces: list[Output] = []
        self._quiet = quiet
        self._room = _HEAD
        self._tail = ""
        self._lost = 0

    def write(self, kind: OutputKind, text: str) -> None:
        """Adds a text; past the limit only the last of it is kept."""
        if self._quiet:
            _raw(text)
            return
        if self._room > 0 and len(self.pieces) < _MOST_OUTPUTS:
            kept, text = text[: self._room], text[self._room :]
            self._room -= len(kept)
            if kept and self.pieces and self.pieces[-1].kind == kind and kind in ("stdout", "stderr"):
                self.pieces[-1] = Output(kind, self.pieces[-1].text + kept)
            elif kept:
                self.pieces.append(Output(kind, kept))
        if text:
            # Counted outside too, so that a flood ends the run.
            _raw(text)
            both = self._tail + text[-_TAIL:]
            self._lost += len(self._tail) + len(text) - min(len(both), _TAIL)
            self._tail = both[-_TAIL:]

    def add(self, piece: Output) -> None:
        """Adds a figure or a note."""
        if not self._quiet and len(self.pieces) < _MOST_OUTPUTS:
            self.pieces.append(piece)

    def note(self, text: str) -> None:
        """Adds a note, once."""
        if Output("note", text) not in self.pieces:
            self.add(Output("note", text))

    def whole(self) -> tuple[Output, ...]:
        """Everything, with the end of what was too long."""
        pieces = list(self.pieces)
        if self._tail:
            if self._lost:
                pieces.append(Output("note", f"{self._lost:,} characters are left out here."))
            pieces.append(Output("stdout", self._tail))
        return tuple(Output(one.kind, _ADDRESS.sub(" at 0x…", whole(one.text)), one.png) for one in pieces)


def _raw(text: str) -> None:
    with contextlib.suppress(OSError):
        os.write(1, text.encode("utf-8", "replace"))


class _Stream(standins.TextStream):
    """Standard output or standard error of the cells."""

    def __init__(self, notebook: Notebook, kind: OutputKind, number: int) -> None:
        super().__init__()
        self._notebook, self._kind, self._number = notebook, kind, number

    def write(self, text: str, /) -> int:
        if type(text) is not str:
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._notebook.shown.write(self._kind, text)
        return len(text)

    def fileno(self) -> int:
        return self._number


class Notebook:
    """One namespace in which cells run one after the other."""

    def __init__(self, *, seed: int, cell_s: float, quiet: bool) -> None:
        self.shown = Shown(quiet=quiet)
        self.seed = seed
        self._quiet, self._cell_s = quiet, cell_s
        self._loop: Any = None
        module = types.ModuleType("__main__")
        sys.modules["__main__"] = module
        self.names: dict[str, Any] = vars(module)
        self.names["__builtins__"] = builtins
        sys.stdout, sys.stderr = _Stream(self, "stdout", 1), _Stream(self, "stderr", 2)
        sys.stdin = standins.NoInput(self._note)
        sys.displayhook = self._display_last
        sys.argv = ["notebook"]
        builtins.input = sys.stdin.asked
        builtins.display = self._display  # type: ignore[attr-defined]
        builtins.get_ipython = lambda: standins.Shell(self._note)  # type: ignore[attr-defined]
        standins.install(self._display, self._note)
        seeds(seed)
        _show_usual_warnings()

    def run(self, cell: Cell) -> CellRan:
        """Runs a cell to its end, its first error or the end of its time."""
        self.shown = Shown(quiet=self._quiet)
        source, notes = magics.plain(cell.source)
        for note in notes:
            self.shown.note(note)
        file = f"<cell {cell.number}>"
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        status, fault = limited(lambda: self._execute(source, file), self._cell_s)
        if status != "ran" and fault is None:
            fault = Fault("TimeLimit", f"The cell was stopped after {self._cell_s:g} seconds.", cell.number)
        limited(self._collect, self._cell_s)
        return CellRan(cell.number, status, self.shown.whole(), fault)

    def _execute(self, source: str, file: str) -> None:
        tree = ast.parse(source, file)
        last: ast.stmt | None = None
        if tree.body and isinstance(tree.body[-1], ast.Expr) and not source.rstrip().endswith(";"):
            last = tree.body.pop()
        for group in _groups(tree.body):
            try:
                self._run_code(ast.Module(group, []), file, "exec")
            except ModuleNotFoundError as error:
                # What is not installed here is told; the cell goes on, and fails where it uses it.
                if not (isinstance(group[0], ast.Import | ast.ImportFrom) and _absent(error)):
                    raise
                line = ast.unparse(group[0])
                self._note(f"The package {error.name} is not installed here; `{line}` was passed over.")
        if last is not None:
            self._run_code(ast.Interactive([last]), file, "single")

    def _run_code(self, tree: ast.Module | ast.Interactive, file: str, mode: str) -> None:
        # Whatever the student's code does, it does behind the walls.
        code = compile(tree, file, mode, flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        if not code.co_flags & inspect.CO_COROUTINE:
            exec(code, self.names)  # noqa: S102
            return
        import asyncio

        self._loop = self._loop or asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(eval(code, self.names))  # noqa: S307

    def _display_last(self, value: object) -> None:
        if value is not None:
            builtins._ = value  # type: ignore[attr-defined]
            self._show(value)

    def _display(self, *values: object, **_: object) -> None:
        for value in values:
            self._show(value)

    def _show(self, value: object) -> None:
        if self._quiet:
            return
        png = pictures.png_of(value)
        if png:
            self.shown.add(Output("figure", "", png))
        elif not pictures.is_figure(value):
            self.shown.write("result", text_of(value) + "\n")

    def _collect(self) -> None:
        """Keeps the figures that are open, and closes them, as Jupyter does after each cell."""
        for png in pictures.drawn(keep=not self._quiet):
            self.shown.add(Output("figure", "", png) if png else Output("note", pictures.TOO_LARGE))

    def _note(self, text: str) -> None:
        self.shown.note(text)

    def hush(self) -> None:
        """From here on nothing is shown or kept."""
        self._quiet = True
        self.shown = Shown(quiet=True)

    def show_figures(self) -> None:
        """What `plt.show()` does."""
        self._collect()


def _show_usual_warnings() -> None:
    """What Python itself shows: nothing that is only for authors of packages."""
    warnings.resetwarnings()
    for kind in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
        warnings.simplefilter("ignore", kind)


def _groups(body: list[ast.stmt]) -> list[list[ast.stmt]]:
    """The statements of a cell: each import alone, the others together."""
    groups: list[list[ast.stmt]] = []
    for statement in _one_by_one(body):
        alone = isinstance(statement, ast.Import | ast.ImportFrom)
        if alone or not groups or isinstance(groups[-1][0], ast.Import | ast.ImportFrom):
            groups.append([statement])
        else:
            groups[-1].append(statement)
    return groups


def _one_by_one(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements, `import a, b` as two."""
    for statement in body:
        if isinstance(statement, ast.Import):
            for name in statement.names:
                yield ast.copy_location(ast.Import([name]), statement)
        else:
            yield statement


def _absent(error: ModuleNotFoundError) -> bool:
    """Whether a package is not there at all, rather than a module misspelt."""
    name = error.name
    return isinstance(name, str) and name.partition(".")[0] not in sys.modules


def seeds(seed: int) -> None:
    """Seeds `random`, and NumPy and torch if they are loaded."""
    importlib.import_module("random").seed(seed)
    if (numpy := sys.modules.get("numpy")) is not None:
        numpy.random.seed(seed % 2**32)
    if (torch := sys.modules.get("torch")) is not None:
        torch.manual_seed(seed)


def limited(run: Callable[[], object], seconds: float) -> tuple[CellStatus, Fault | None]:
    """Runs something to its end, its error, or the end of its time."""

    def ring(*_: object) -> None:
        raise TooLongError

    try:
        signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            run()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except TooLongError:
        return "stopped", None
    except SystemExit as error:
        code = error.code if type(error.code) in (int, str) else None
        return "failed", Fault("SystemExit", f"exit({'' if code is None else repr(code)}) ended the cell.")
    except BaseException as error:  # whatever a cell raises ends that cell, not the notebook
        return "failed", fault_of(error)
    return "ran", None


def text_of(value: object) -> str:
    """What `repr` says, or that it fails."""
    try:
        return str.__str__(repr(value))
    except TooLongError:
        raise
    except BaseException as error:
        return f"<{class_name(type(value))}: repr fails with {class_name(type(error))}>"


def fault_of(error: BaseException) -> Fault:
    """An exception with the last line of the cells that it came through."""
    name = class_name(type(error))
    try:
        said = str.__str__(str(error))[:_MOST_MESSAGE]
    except BaseException:
        said = ""
    if isinstance(error, SyntaxError) and (found := _FILE.fullmatch(str(error.filename))):
        line = error.lineno if type(error.lineno) is int else None
        said = error.msg if type(error.msg) is str else said
        code = linecache.getline(str(error.filename), line or 0).strip()
        return Fault(name, whole(said), int(found[1]), line, whole(code))
    try:
        frames = traceback.extract_tb(error.__traceback__)
    except BaseException:
        frames = traceback.StackSummary()
    for frame in reversed(frames):
        if found := _FILE.fullmatch(frame.filename):
            return Fault(name, whole(said), int(found[1]), frame.lineno, whole((frame.line or "").strip()))
    return Fault(name, whole(said))
