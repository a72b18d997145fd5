"""A class of 300 is graded, marked in a browser, graded again after a change; every mark is explained."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import browser
import large_class
import pytest

from grader import pipeline
from grader.gradebook import open_gradebook
from grader.types import Mark

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
ASSIGNMENT = "csc413-2021-hw2"
STUDENTS = 300
# The keys that a person might press for one answer, in turn: all, items, a share, none with words.
DECISIONS = (
    ["x"],
    ["1"],
    ["p", "2", "/", "3", "Enter"],
    ["z", "c", "See $\\frac{1}{2} x$ of the notes.", "Control+Enter"],
    ["1", "2"],
    ["p", "0", "Enter"],
)


def graded(folder: Path, students: int) -> tuple[Path, Path, Path]:
    """A class, its rubric in a folder of its own, and what grading it wrote."""
    for name in ("rubrics", "reference"):
        shutil.copytree(ROOT / name, folder / name)
    rubric = folder / "rubrics" / f"{ASSIGNMENT}.yaml"
    homework, out = folder / "class", folder / "out"
    large_class.write(homework, ASSIGNMENT, students, seed=413)
    grade(homework, rubric, out)
    return homework, rubric, out


def grade(homework: Path, rubric: Path, out: Path) -> None:
    """As a person does it: in a process that has not seen another rubric."""
    command = [
        sys.executable,
        "-m",
        "grader",
        "grade",
        str(homework),
        "--rubric",
        str(rubric),
        "--out",
        str(out),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr


def marks(out: Path) -> dict[tuple[str, str], Mark]:
    with open_gradebook(out / pipeline.GRADEBOOK) as book:
        results = book.results(ASSIGNMENT)
        return {(result.student, mark.part): mark for result in results for mark in result.marks}


def press(page: Page, keys: list[str]) -> None:
    for key in keys:
        if len(key) > 1 and key not in ("Enter", "Escape", "Control+Enter"):
            page.keyboard.type(key)
        else:
            page.keyboard.press(key)


def decide(page: Page, keys: list[str]) -> str:
    """Marks what is on the screen, and waits for the page that comes then; gives what that one says."""
    form = "#marking input[name=marks]"
    before = page.locator(form).get_attribute("value")
    if keys[0] == "1" and not page.locator("input[name=item]").count():
        keys = ["p", "1", "/", "2"]  # there are no items to tick
    press(page, keys)
    if keys[-1] not in ("Enter", "Control+Enter"):
        page.keyboard.press("Enter")
    gone = f"before => document.querySelector('{form}')?.value !== before"
    page.wait_for_function(gone, arg=before)
    return str(page.locator("[data-said]").inner_text())


def test_a_class_of_300_is_marked_by_keyboard_in_few_decisions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    homework, rubric, out = graded(tmp_path, STUDENTS)
    waiting = {key for key, mark in marks(out).items() if mark.points is None}
    assert len(waiting) > 2_000
    decisions = 0
    with (
        browser.browser() as chromium,
        browser.review(out, "tess", rubric) as hers,
        browser.review(out, "tom", rubric) as his,
    ):
        tess, tom = browser.opened(chromium, hers), browser.opened(chromium, his)
        assert "token" not in tess.url

        # One group of equal answers, marked at once; taken back; marked again.
        tess.goto(f"{tess.url}0/part/0")
        first = tess.url
        size = int(re.findall(r"(\d+) students wrote this", tess.locator("h1").inner_text())[0])
        assert size > 50
        assert f"{size} answers marked" in decide(
            tess, ["1", "2", "c", "Nearly: $X^\\top c$.", "Control+Enter"]
        )
        assert (
            sum(mark.points == Decimal("0.5") for mark in marks(out).values() if mark.who == "tess") == size
        )
        tess.keyboard.press("u")
        tess.wait_for_url(first)
        assert f"{size} marks taken back" in tess.locator("[data-said]").inner_text()
        assert {key for key, mark in marks(out).items() if mark.points is None} == waiting

        # Two people at the same group: the second is told who marked it and what, and loses nothing.
        tom.goto(first.replace(hers.split("/?")[0], his.split("/?")[0]))
        decide(tom, ["x"])
        press(tess, ["p", "1", "/", "4", "c", "A quarter."])
        tess.keyboard.press("Control+Enter")
        alert = tess.locator("[role=alert]")
        alert.wait_for()
        assert "Nothing was saved" in alert.inner_text()
        assert f"tom gave {size} students 1 of 1 point." in alert.inner_text()
        assert tess.locator("#comment").input_value() == "A quarter."
        assert tess.locator("#points").input_value() == "1/4"
        assert {mark.who for mark in marks(out).values()} == {"machine", "tom"}
        decisions += 1

        # All the rest by keyboard, pile after pile, until nothing waits.
        for pile in range(26):
            tess.goto(f"{hers.split('/?')[0]}/0/part/{pile}")
            while tess.locator("#marking").count() and "/part/" in tess.url:
                if not int(tess.locator("#marking").get_attribute("data-waits") or 0):
                    break
                if tess.locator("[data-key=e]").count():
                    tess.keyboard.press("e")
                    decide(tess, ["z"])
                else:
                    decide(tess, DECISIONS[decisions % len(DECISIONS)])
                decisions += 1
        tess.keyboard.press("h")
        tess.wait_for_url("**/")
        assert "Everything is decided" in tess.locator("main").inner_text()

    after = marks(out)
    assert not [key for key, mark in after.items() if mark.points is None]
    with capsys.disabled():
        share = decisions / len(waiting)
        print(
            f"\n{len(waiting):,} answers of {STUDENTS} students waited; {decisions} decisions ({share:.1%})"
        )
    assert decisions <= len(waiting) / 10

    # The rubric changes: what people decided stands, and every mark is what its rows say.
    text = rubric.read_text("utf-8")
    changed = text.replace("credit: 0.7, say: ", "credit: 0.6, say: ")
    assert changed != text
    rubric.write_text(changed, "utf-8")
    grade(homework, rubric, out)
    again = marks(out)
    moved = [key for key in again if again[key].points != after[key].points]
    assert moved
    assert all(again[key].who == "machine" for key in moved)
    assert {key: again[key].points for key in waiting} == {key: after[key].points for key in waiting}
    with open_gradebook(out / pipeline.GRADEBOOK) as book:
        for student, _ in book.students(ASSIGNMENT):
            rows = book.history(ASSIGNMENT, student)
            for part in {row.part for row in rows}:
                own = [row for row in rows if row.part == part]
                mark = again[student, part]
                assert (own[-1].points, own[-1].given_by) == (mark.points, mark.who)
                assert mark.verdict.message or mark.why or mark.who != "machine"
                if (student, part) in waiting:
                    assert own[0].points is None
                    assert mark.who in ("tess", "tom")


def test_htmx_makes_no_code_of_text_on_this_page(tmp_path: Path) -> None:
    _, rubric, out = graded(tmp_path, 3)
    # In a task of the page's own: what a debugger asks is exempt from the policy.
    asked = """() => new Promise(told => setTimeout(() => {
        try { told(htmx._('6 * 7') ?? 'nothing') } catch (error) { told(String(error)) }
    }))"""
    with browser.browser() as chromium, browser.review(out, "tess", rubric) as address:
        # Without our configuration and policy it does: that is what they are for.
        bare = chromium.new_page()
        bare.add_script_tag(content=(files("grader.review") / "static" / "htmx.min.js").read_text("utf-8"))
        assert bare.evaluate(asked) == 42
        page = browser.opened(chromium, address)
        assert page.evaluate(asked) == "nothing"
        page.evaluate("htmx.config.allowEval = true")
        assert "EvalError" in page.evaluate(asked)


def test_everything_can_be_reached_without_a_mouse(tmp_path: Path) -> None:
    _, rubric, out = graded(tmp_path, 30)
    with browser.browser() as chromium, browser.review(out, "tess", rubric) as address:
        page = browser.opened(chromium, address)
        page.goto(f"{address.split('/?')[0]}/0/part/0")
        start = page.url
        page.keyboard.press("j")
        page.wait_for_url(lambda url: url != start)
        page.keyboard.press("k")
        page.wait_for_url(start)
        page.keyboard.press("?")
        assert page.locator("#help").is_visible()
        page.keyboard.press("Escape")
        assert not page.locator("#help").is_visible()
        page.keyboard.press("f")
        page.locator("[data-key=f][aria-pressed=true]").wait_for()
        page.keyboard.press("n")
        page.locator("[data-key=n][aria-pressed=true]").wait_for()
        page.keyboard.press("o")
        page.get_by_role("link", name="Whole group").wait_for()
        page.keyboard.press("p")
        page.keyboard.type("1/3")
        assert page.locator("#points-are").inner_text() == "= 0.3333 of 1"
        page.keyboard.press("Escape")
        page.keyboard.press("c")
        page.keyboard.type("Use $\\frac{1}{2} x$ <b>here</b>.")
        page.locator("#preview mfrac").wait_for()
        assert "<b>here</b>" in page.locator("#preview").inner_text()
        page.keyboard.press("Escape")
        # Whatever has the focus is seen: every stop of the tab key has an outline.
        for _ in range(30):
            page.keyboard.press("Tab")
            width = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
            assert width >= 2 or page.evaluate("document.activeElement === document.body")
        page.keyboard.press("h")
        page.wait_for_url("**/")
