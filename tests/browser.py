"""Chromium for tests, and the review page as it really runs: in a process of its own, on loopback."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SWITCHES = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
MISSING = (
    "This test drives the review page in Chromium, which is not installed here. Install it with "
    "`sudo apt-get install chromium` (Debian, Ubuntu: chromium-browser) or from your system's packages."
)


def chromium() -> str:
    """The path of Chromium or Chrome.

    Raises:
        AssertionError: none is installed, with the sentence that says how to.
    """
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    path = next((one for one in found if one), None)
    assert path is not None, MISSING
    return path


@contextmanager
def browser() -> Iterator[Browser]:
    """A running Chromium, without a window."""
    from playwright.sync_api import sync_playwright

    path = chromium()
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=SWITCHES)
        yield opened
        opened.close()


@contextmanager
def review(out: Path, who: str, rubric: Path) -> Iterator[str]:
    """`grader review` in a process of its own; gives the address that it prints."""
    command = [sys.executable, "-m", "grader", "review", str(out), "--as", who, "--rubric", str(rubric)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # noqa: S603
    try:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if found := re.search(r"http://127\.0\.0\.1:\d+/\?token=[0-9a-f]{32}", line):
                yield found[0]
                break
        else:
            raise AssertionError(f"grader review ended: {said}")
    finally:
        process.terminate()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


def opened(browser: Browser, address: str, *, width: int = 1280, height: int = 900) -> Page:
    """A page of a browser of its own at an address; whatever the page complains of fails the test."""
    page = browser.new_context(viewport={"width": width, "height": height}).new_page()
    page.set_default_timeout(60_000)

    def fail(fault: object) -> None:
        raise AssertionError(f"the page complains: {fault}")

    page.on("pageerror", fail)
    page.goto(address)
    return page
