"""What a rubric says of code: what to bring out of notebooks, what they are given, how long they may take.

run: {seed: 413, files: [data.npz], starter: fit_poly.ipynb}     # files beside the rubric
sandbox: {wall_s: 60, cpu_s: 40, cell_s: 30}                     # see `grader.sandbox.limits`
parts:
  2.1: {answer: {variable: J}, ...}                 # the value it has when all cells have run
  1.1: {answer: {variables: [W1, b1, w2, b2]}, ...} # all of them together
  3.5: {answer: {function: fit_poly}, ...}          # called by the check
  4.1: {answer: {cell: plot}, ...}                  # the cell with this tag or id, as it stands
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from grader.options import Options, OptionsError
from grader.rubric.schema import Faults, RubricText
from grader.sandbox.jobs import CALL_S, Data
from grader.sandbox.limits import Limits, Seconds

_MOST_BYTES: Final = 32 * 2**20


USUAL_LIMITS: Final = Limits()


class Run(Options):
    """The `run:` of a rubric. The cells of `starter` take the place of those a student has deleted."""

    seed: int = 0
    files: tuple[str, ...] = ()
    starter: str = ""
    call_s: Seconds = CALL_S


class Code(NamedTuple):
    """What a part asks of a notebook: names that may be used for one thing, or `together` several things."""

    functions: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    together: tuple[str, ...] = ()
    cell: str = ""

    @property
    def runs(self) -> bool:
        """Whether anything has to be run for it."""
        return bool(self.functions or self.variables or self.together)


NO_CODE: Final = Code()


@dataclass(frozen=True, slots=True)
class Running:
    """With what the notebooks of an assignment are run; `starter` is the one handed out, if there is one."""

    seed: int = 0
    files: tuple[Data, ...] = field(default=(), repr=False)
    starter: Data | None = field(default=None, repr=False)
    call_s: float = CALL_S
    limits: Limits = USUAL_LIMITS

    @property
    def cell_s(self) -> float:
        """How long a cell may take; less than all the time of computing, so that something is left after."""
        return min(self.limits.cell_s, 0.8 * self.limits.cpu_s)

    def pieces(self) -> Iterator[bytes]:
        """Everything that can change what comes of a run and does not stand in the rubric itself."""
        for one in (*self.files, *((self.starter,) if self.starter else ())):
            yield one.path.encode()
            yield one.data


def running(text: RubricText, path: Path, faults: Faults) -> Running:
    """What the `run:` and `sandbox:` of a rubric say, with the files they name."""
    run = _options(Run, text.run, "run", faults)
    limits = _options(Limits, text.sandbox, "sandbox", faults)
    files = [_file(name, path, ("run", "files", index), faults) for index, name in enumerate(run.files)]
    starter = _file(run.starter, path, ("run", "starter"), faults) if run.starter else None
    found = tuple(one for one in files if one is not None)
    if sum(len(one.data) for one in found) > _MOST_BYTES:
        faults.add(("run", "files"), "more than 32 MB of files", "small files of data")
    return Running(run.seed, found, starter, run.call_s, limits)


def _options(model: type[Any], data: Mapping[str, Any], key: str, faults: Faults) -> Any:
    try:
        return model.model_validate(dict(data))
    except OptionsError as error:
        for one in error.mismatches:
            faults.add((key, *one.path), one.found, one.meant)
        return model()


def _file(name: str, path: Path, at: tuple[str | int, ...], faults: Faults) -> Data | None:
    """A file beside the rubric, or below the folder it stands in."""
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "~")) or ".." in parts:
        faults.add(at, repr(name), "a file beside the rubric")
        return None
    try:
        return Data("/".join(parts), (path.parent / Path(*parts)).read_bytes())
    except OSError:
        faults.add(at, repr(name), f"a file that is there: {path.parent.name}/{name}")
        return None
