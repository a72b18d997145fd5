"""The Python module or package that computes the expected values of an assignment, beside its rubric."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import inspect
import re
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
    """The values of a reference by name: each a function without arguments, computed once.

    `path` is its module, `__init__.py` where it is a package; `digest` is that of all its files.
    """

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
    """The module of a reference: in the folder `reference` beside the rubric's folder, or beside the rubric.

    It is `name.py`, or `name/__init__.py` where the reference is a package.

    Raises:
        StaffError: no such file, with the nearest name.
    """
    folders = [near.parent.parent / "reference", near.parent / "reference", near.parent]
    if name.isidentifier():
        for folder in folders:
            for path in (folder / f"{name}.py", folder / name / "__init__.py"):
                if path.is_file():
                    return path
    modules = (path.stem for folder in folders[:2] for path in folder.glob("*.py"))
    packages = (path.parent.name for folder in folders[:2] for path in folder.glob("*/__init__.py"))
    known = sorted(name for name in {*modules, *packages} if not name.startswith("_"))
    close = get_close_matches(name, known, n=1)
    hint = (
        f"did you mean {close[0]!r}?"
        if close
        else f"write {folders[0].name}/{name}.py beside {near.parent.name}/"
    )
    raise StaffError(f"there is no reference {name!r}; {hint}")


def files(path: Path) -> tuple[Path, ...]:
    """The files of the reference whose module is at `path`: that one, or all modules of its package.

    With them go the shared modules beside it that they name: those whose names begin with `_`.
    """
    found = sorted(path.parent.rglob("*.py")) if path.name == "__init__.py" else [path]
    shared = {file.stem: file for file in sorted(_home(path).glob("_*.py")) if file.stem != "__init__"}
    for file in found:  # a list that grows: shared modules may use each other
        text = file.read_bytes()
        for stem in [stem for stem in shared if re.search(rf"\b{stem}\b".encode(), text)]:
            found.append(shared.pop(stem))
    return tuple(found)


def _home(path: Path) -> Path:
    """The folder in which references stand beside each other."""
    return path.parent.parent if path.name == "__init__.py" else path.parent


def code(path: Path) -> bytes:
    """The bytes of all files of the reference whose module is at `path`, one after the other."""
    return b"".join(file.read_bytes() for file in files(path))


def load(name: str, near: Path) -> Reference:
    """What `ref.` names in the rubric at `near`: the module's public functions without required arguments.

    Those that it imports from its own modules, or from shared ones beside it, are its functions too.

    Raises:
        StaffError: no such module, or it fails while it is imported, with the line where it does.
    """
    path = find(name, near)
    return Reference(path, hashlib.sha256(code(path)).digest(), _functions(_module(path)))


def _module(path: Path) -> ModuleType:
    # One name per file: two courses may both have a `homework_1`.
    package = path.name == "__init__.py"
    stem = path.parent.name if package else path.stem
    home = f"grader_reference_{stem}_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]}"
    name = f"{home}.{stem}"
    folders = [str(path.parent)] if package else None
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=folders)
    if spec is None or spec.loader is None:
        raise StaffError(f"{path.name} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    _forget(home)  # modules of a reference that was loaded before
    sys.modules[home] = ModuleType(home)
    sys.modules[home].__path__ = [str(_home(path))]
    sys.modules[name] = module  # dataclasses look their own module up here
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        _forget(home)
        file, line = _where(error, path)
        said = f"{file}, line {line}: {type(error).__name__}: {error}"
        raise StaffError(f"the reference fails while it is imported: {said}") from error
    others = {known.split(".")[1] for known in sys.modules if known.startswith(f"{home}.")} - {stem}
    if foreign := sorted(other for other in others if not other.startswith("_")):
        _forget(home)
        raise StaffError(
            f"the reference {stem} imports {foreign[0]}, which is another reference; "
            "what several use goes into a module whose name begins with _"
        )
    return module


def _forget(name: str) -> None:
    for known in [known for known in sys.modules if known == name or known.startswith(f"{name}.")]:
        del sys.modules[known]


def _where(error: BaseException, path: Path) -> tuple[str, int]:
    """The file of the reference in which it fails, and the line."""
    own = {str(file): file for file in files(path)}
    if isinstance(error, SyntaxError):
        return own.get(str(error.filename), path).name, error.lineno or 1
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename in own:
            return own[frame.filename].name, frame.lineno or 1
    return path.name, 1


def _functions(module: ModuleType) -> dict[str, Callable[[], object]]:
    shared = f"{module.__name__.partition('.')[0]}._"
    return {
        name: functools.cache(value)
        for name, value in vars(module).items()
        if not name.startswith("_")
        and inspect.isfunction(inspect.unwrap(value) if callable(value) else value)
        and f"{getattr(value, '__module__', None)}.".startswith((f"{module.__name__}.", shared))
        and all(_optional(parameter) for parameter in inspect.signature(value).parameters.values())
    }


def _optional(parameter: inspect.Parameter) -> bool:
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return parameter.default is not inspect.Parameter.empty or parameter.kind in variadic
