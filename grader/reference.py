"""The Python module that computes the expected values of an assignment, loaded from beside its rubric."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType

from grader.errors import StaffError


@dataclass(frozen=True, slots=True, eq=False)
class Reference(Mapping[str, Callable[[], object]]):
    """The values of a reference by name: each a function without arguments, computed once."""

    path: Path
    digest: bytes
    functions: Mapping[str, Callable[[], object]] = field(repr=False)

    def __getitem__(self, name: str) -> Callable[[], object]:
        return self.functions[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.functions)

    def __len__(self) -> int:
        return len(self.functions)


def find(name: str, near: Path) -> Path:
    """The file of a reference: in the folder `reference` beside the rubric's folder, or beside the rubric.

    Raises:
        StaffError: no such file, with the nearest name.
    """
    folders = [near.parent.parent / "reference", near.parent / "reference", near.parent]
    if name.isidentifier():
        for folder in folders:
            if (folder / f"{name}.py").is_file():
                return folder / f"{name}.py"
    known = sorted({path.stem for folder in folders[:2] for path in folder.glob("*.py")})
    close = get_close_matches(name, known, n=1)
    hint = (
        f"did you mean {close[0]!r}?"
        if close
        else f"write {folders[0].name}/{name}.py beside {near.parent.name}/"
    )
    raise StaffError(f"there is no reference {name!r}; {hint}")


def load(name: str, near: Path) -> Reference:
    """What `ref.` names in the rubric at `near`: the module's public functions without required arguments.

    Raises:
        StaffError: no such module, or it fails while it is imported, with the line where it does.
    """
    path = find(name, near)
    digest = hashlib.sha256(path.read_bytes()).digest()
    return Reference(path, digest, _functions(_module(path)))


def _module(path: Path) -> ModuleType:
    # One name per file: two courses may both have a `homework_1`.
    name = f"grader_reference_{path.stem}_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise StaffError(f"{path.name} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their own module up here
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        said = f"{path.name}, line {_line(error, path)}: {type(error).__name__}: {error}"
        raise StaffError(f"the reference fails while it is imported: {said}") from error
    return module


def _line(error: BaseException, path: Path) -> int:
    if isinstance(error, SyntaxError):
        return error.lineno or 1
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno or 1 for frame in reversed(frames) if frame.filename == str(path)), 1)


def _functions(module: ModuleType) -> dict[str, Callable[[], object]]:
    return {
        name: functools.cache(value)
        for name, value in vars(module).items()
        if not name.startswith("_")
        and inspect.isfunction(inspect.unwrap(value) if callable(value) else value)
        and getattr(value, "__module__", None) == module.__name__
        and all(_optional(parameter) for parameter in inspect.signature(value).parameters.values())
    }


def _optional(parameter: inspect.Parameter) -> bool:
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return parameter.default is not inspect.Parameter.empty or parameter.kind in variadic
