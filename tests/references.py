"""Loads references for tests by their path, with the helpers that a rubric does not see."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

REFERENCE = Path(__file__).resolve().parent.parent / "reference"


def load(name: str, module: str = "") -> ModuleType:
    """A reference, or one module of a reference that is a package."""
    path = REFERENCE / f"{name}.py"
    path = path if path.exists() else REFERENCE / name / "__init__.py"
    loaded = f"reference_{name}"
    if loaded not in sys.modules:
        folders = [str(path.parent)] if path.name == "__init__.py" else None
        spec = importlib.util.spec_from_file_location(loaded, path, submodule_search_locations=folders)
        assert spec is not None and spec.loader is not None
        sys.modules[loaded] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[loaded])
    return importlib.import_module(f"{loaded}.{module}") if module else sys.modules[loaded]


def differences(function: object, at: Array, *, step: float = 1e-5) -> Array:
    """The derivatives of a scalar or vector function by central differences, one row per direction."""
    ways = np.eye(len(at)) * step
    return np.array([(function(at + way) - function(at - way)) / (2 * step) for way in ways])  # type: ignore[operator]
