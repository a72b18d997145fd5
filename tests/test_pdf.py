"""Reports as PDF: whole or not at all, with no network, and a clear word where there is no browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from browser import chromium
from classes import graded
from click.testing import CliRunner

from grader.cli import main
from grader.errors import MachineError, StaffError
from grader.pages.pdf import SWITCHES, browser, print_page


def test_every_report_has_a_pdf_beside_it(tmp_path: Path) -> None:
    assert browser() == chromium()
    out = graded(tmp_path / "out", ["ana"])
    done = CliRunner().invoke(main, ["report", str(out), "--pdf"])
    assert done.exit_code == 0, done.output
    assert "1 report" in done.output
    made = (out / "reports" / "ana.pdf").read_bytes()
    assert made.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", made)) >= 1
    assert (out / "staff" / "ana.html").is_file()


def test_a_machine_without_chromium_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(StaffError, match=r"apt install chromium.*or leave out --pdf"):
        browser()


def test_a_browser_that_makes_nothing_leaves_nothing(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_text("<p>a")
    with pytest.raises(MachineError, match="made no PDF"):
        print_page(page, tmp_path / "a.pdf", program="/bin/true")
    assert not (tmp_path / "a.pdf").exists()


def test_the_browser_talks_to_nobody() -> None:
    assert "--host-resolver-rules=MAP * ~NOTFOUND" in SWITCHES
    assert "--disable-background-networking" in SWITCHES
