"""Reports as PDF by the Chromium that is installed; nothing is fetched, and the pages run no scripts."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from grader.errors import MachineError, StaffError

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SWITCHES: Final = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--no-first-run",
    "--no-pdf-header-footer",
    # No name is resolved: even a page that asked for one would get nothing.
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
_LIMIT_S: Final = 120


def browser() -> str:
    """The path of Chromium or Chrome.

    Raises:
        StaffError: none is installed.
    """
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise StaffError(
            "PDFs are made by Chromium, which was not found; install it (Debian, Ubuntu: `apt install "
            "chromium`), or leave out --pdf: every report prints as it is from any browser"
        )
    return found


def print_page(page: Path, to: Path, *, program: str) -> None:
    """Prints a page of ours into a PDF, which is there whole or not at all.

    Raises:
        MachineError: the browser failed, or took more than two minutes.
    """
    with tempfile.TemporaryDirectory(prefix="grader-pdf-") as folder:
        draft = Path(folder) / "page.pdf"
        said = _run(
            [
                program,
                *SWITCHES,
                *_unwalled(),
                f"--user-data-dir={folder}/profile",
                f"--print-to-pdf={draft}",
                page.resolve().as_uri(),
            ],
            page,
        )
        if not draft.is_file() or not draft.read_bytes().startswith(b"%PDF-"):
            raise MachineError(
                f"{Path(program).name} made no PDF of {page}: {said[-300:] or 'it said nothing'}"
            )
        from grader.files import write_whole

        write_whole(to, draft.read_bytes())


def _run(command: Sequence[str], page: Path) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - a list, no shell
            command, capture_output=True, text=True, errors="replace", timeout=_LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise MachineError(f"printing {page} took more than {_LIMIT_S} s") from None
    except OSError as error:
        raise MachineError(f"{command[0]} cannot be run: {error.strerror or error}") from error
    return done.stderr.strip()


def _unwalled() -> tuple[str, ...]:
    """Chromium refuses to run as root with its own sandbox; the pages are ours and hold no scripts."""
    import os

    return ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
