"""Killed at random moments and started again, sending delivers every report exactly once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("chaos.py")


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("target", ["email", "canvas"])
def test_a_sender_that_is_killed_again_and_again_delivers_each_report_once(target: str, seed: int) -> None:
    # In a process of its own, because it forks, and the tests may run in one that has threads.
    ran = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(SCRIPT), target, "--students", "5", "--kills", "8", "--seed", str(seed)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    figures = json.loads(ran.stdout)
    assert figures["kills"] > 0
    for wrong in ("first: missing", "first: twice", "missing", "twice", "marker twice"):
        assert figures[wrong] == 0, figures
