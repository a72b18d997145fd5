"""Every attack works where nothing holds it, and is stopped where `docs/sandbox.md` says it is stopped."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import pytest
from attacks.table import ATTACKS, Attack

ROOT: Final = Path(__file__).resolve().parent.parent
HOST: Final = str(ROOT / "tests" / "attacks" / "host.py")
ORDINARY: Final = str(ROOT / "tests" / "attacks" / "ordinary.py")
# Root grades as root and, in a process that has given that up, as an ordinary user.
WHO: Final = ("root", "user") if os.getuid() == 0 else ("user",)
# Bubblewrap is a program of its own, which need not be there.
ISOLATIONS: Final = ("namespaces", *(("bubblewrap",) if shutil.which("bwrap") else ()), "reduced", "unsafe")
AT_ONCE: Final = 3
DOCUMENT: Final = ROOT / "docs" / "sandbox.md"


def attacked(isolation: str, who: str) -> dict[str, Any]:
    """What came of every attack on a grader of somebody's."""
    secret = secrets.token_hex(12)
    dropped = [ORDINARY] if who == "user" and os.getuid() == 0 else []
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, *dropped, HOST, isolation, secret],
        env={**os.environ, "GRADER_SECRET": secret},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


class Attacked:
    """What came of the attacks on each grader; several are attacked at once, for most are waited for."""

    def __init__(self, pool: ThreadPoolExecutor, ahead: list[tuple[str, str]]) -> None:
        self._pool = pool
        self._under_way = {one: pool.submit(attacked, *one) for one in ahead}

    def __call__(self, isolation: str, who: str) -> dict[str, Any]:
        one = (isolation, who)
        if one not in self._under_way:
            self._under_way[one] = self._pool.submit(attacked, *one)
        return self._under_way[one].result()


@pytest.fixture(scope="module")
def come_of(request: pytest.FixtureRequest) -> Iterator[Attacked]:
    everyone = [("bare", "user"), *((isolation, who) for isolation in ISOLATIONS for who in WHO)]
    # Where tests are chosen, or dealt out to several processes, only what is asked for is begun.
    some = request.config.option.keyword or "::" in "".join(map(str, request.config.args))
    ahead = [] if some or "PYTEST_XDIST_WORKER" in os.environ else everyone
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield Attacked(pool, ahead)


def wrong(found: dict[str, Any], expected: dict[str, bool]) -> list[str]:
    """The attacks that came to something else, with what was seen of them."""
    return [
        f"{attack.id} {attack.name}: {'succeeded' if found[attack.id]['won'] else 'was stopped'}, "
        f"not as expected: {found[attack.id]['said']}"
        for attack in ATTACKS
        if found[attack.id]["won"] != expected[attack.id]
    ]


def succeeds(attack: Attack, isolation: str, who: str) -> bool:
    """Whether it is known to succeed."""
    known = {"unsafe": attack.unsafe, "reduced": attack.reduced}
    return who in known.get(isolation, ())


def test_every_attack_works_where_nothing_holds_it(come_of: Attacked) -> None:
    found = come_of("bare", "user")
    assert wrong(found, dict.fromkeys(found, True)) == []


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_an_isolation_stops_what_it_is_said_to_stop(isolation: str, who: str, come_of: Attacked) -> None:
    found = come_of(isolation, who)
    assert wrong(found, {attack.id: succeeds(attack, isolation, who) for attack in ATTACKS}) == []


def test_all_attacks_of_the_list_are_there() -> None:
    names = [attack.id for attack in ATTACKS]
    assert len(names) == len(set(names))
    here = {f"S{number:02}" for number in range(1, 79)}
    assert here - set(names) <= (set() if os.uname().machine == "x86_64" else {"S68"})


def table() -> str:
    """The attacks as a table of Markdown, in the order of their names."""
    lines = ["| | attack | namespaces | bubblewrap | reduced | unsafe |", "|---|---|---|---|---|---|"]
    for attack in sorted(ATTACKS, key=lambda one: one.id):
        cells = [stops(attack, isolation) for isolation in ("namespaces", "bubblewrap", "reduced", "unsafe")]
        lines.append(f"| {attack.id} | {attack.name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def stops(attack: Attack, isolation: str) -> str:
    """Whether an isolation stops an attack, in a word."""
    who = [one for one in ("root", "user") if succeeds(attack, isolation, one)]
    return {0: "stopped", 1: "works if the grader is not root", 2: "**works**"}[len(who)]


def test_the_document_shows_this_table() -> None:
    text = DOCUMENT.read_text("utf-8")
    rows = re.search(r"^\| \| attack.*?(?=\n\n|\Z)", text, re.MULTILINE | re.DOTALL)
    assert rows is not None
    shown = [line for line in rows[0].strip().splitlines() if "S68" not in line]
    assert shown == [line for line in table().splitlines() if "S68" not in line]
