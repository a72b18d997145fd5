"""What notebooks expect of Jupyter and is not there: small stand-ins for it, and for standard input.

`IPython.display`, `get_ipython`, `google.colab` and `tqdm` do nothing but let the cells go on.
"""

from __future__ import annotations

import importlib.util
import io
import sys
import types
from collections.abc import Callable, Iterable
from typing import Any

Note = Callable[[str], None]


class TextStream(io.TextIOBase):
    """A stream of text that can be written to."""

    encoding = "utf-8"
    errors = "replace"

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False


class NoInput(io.TextIOBase):
    """Standard input where nobody types: reading gives nothing, and is noted."""

    encoding = "utf-8"

    def __init__(self, note: Note) -> None:
        super().__init__()
        self._note = note

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> str:
        self._note("The code reads from the keyboard; here nobody answers.")
        return ""

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
        return self.read()

    def fileno(self) -> int:
        return 0

    def asked(self, prompt: object = "", /) -> str:
        """What `input` does."""
        self._note("The code asks for input(); here nobody answers.")
        raise EOFError("input() is not answered: the notebook is run without a person")


class Shell:
    """What `get_ipython()` returns: commands to it are noted."""

    def __init__(self, note: Note) -> None:
        self._note = note

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name.startswith("__"):
            raise AttributeError(name)

        def left_out(*_: object, **__: object) -> None:
            if name not in ("run_line_magic", "magic", "enable_gui", "set_next_input"):
                self._note(f"get_ipython().{name[:40]} was left out.")

        return left_out


class _Shown:
    """A text, a page or a formula for display: shown as its source."""

    def __init__(self, data: object = "", *_: object, **__: object) -> None:
        self.data = data

    def __repr__(self) -> str:
        return str(self.data) if isinstance(self.data, str) else f"<{type(self).__name__}>"


class _Progress:
    """What tqdm is without its bar."""

    def __init__(self, iterable: Iterable[Any] = (), *_: object, **__: object) -> None:
        self._iterable = iterable

    def __iter__(self) -> Any:
        return iter(self._iterable)

    def __len__(self) -> int:
        return len(self._iterable)  # type: ignore[arg-type]

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *_, **__: None

    @staticmethod
    def write(text: object, *_: object, **__: object) -> None:
        sys.stdout.write(f"{text}\n")


def install(display: Callable[..., None], note: Note) -> None:
    """Puts the stand-ins where the real packages are not installed; IPython's is always the stand-in."""

    def nothing(*_: object, **__: object) -> None:
        return None

    shows = {
        name: type(name, (_Shown,), {})
        for name in ("HTML", "Markdown", "Latex", "Math", "Image", "SVG", "Javascript", "IFrame", "Code")
    }
    of_display = _module(
        "IPython.display",
        display=display,
        clear_output=nothing,
        set_matplotlib_formats=nothing,
        **shows,
    )
    ipython = _module("IPython", display=of_display, get_ipython=nothing, version_info=(8, 0))
    core = _module("IPython.core", display=of_display)
    sys.modules["IPython.core.display"] = sys.modules["IPython.display"]
    ipython.core = core  # type: ignore[attr-defined]
    if importlib.util.find_spec("tqdm") is None:
        found = {
            "tqdm": _Progress,
            "trange": lambda *n, **_: _Progress(range(*n)),
            "tqdm_notebook": _Progress,
            "tnrange": lambda *n, **_: _Progress(range(*n)),
        }
        for name in ("tqdm", "tqdm.auto", "tqdm.notebook", "tqdm.std"):
            _module(name, **found)

    def mount(*_: object, **__: object) -> None:
        note("Google Drive is not there; files have to stand beside the notebook.")

    drive = _module("google.colab.drive", mount=mount, flush_and_unmount=nothing)
    files = _module("google.colab.files", upload=dict, download=nothing)
    colab = _module("google.colab", drive=drive, files=files)
    if "google" not in sys.modules and importlib.util.find_spec("google") is None:
        _module("google", colab=colab)


def _module(name: str, **contents: object) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__path__ = []
    vars(module).update(contents)
    sys.modules[name] = module
    return module
