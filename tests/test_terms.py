"""Late rules, attempts, dropped parts, bonus, caps and rounding: exact, and each with its sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import rubric, terms
from grader.durations import duration, in_words, moment, percent
from grader.errors import RubricError
from grader.terms import Best, Extension, Late, Limit, Rounding, Terms, settle
from grader.types import Mark, Outcome, Settled, Verdict

DUE = datetime(2026, 2, 13, 23, 59, tzinfo=UTC)
DAYS = Late(grace=900, per_day=Fraction(1, 10), cap=Fraction(1, 2), after=Limit(3 * 86400, Fraction(0)))
RULES = Terms(due=DUE, late=DAYS)


def marks(*worth: str) -> list[Mark]:
    """Parts 1, 2, ... with `earned/max` each; `-/max` waits."""
    made = []
    for number, text in enumerate(worth, start=1):
        earned, _, most = text.partition("/")
        points = None if earned == "-" else Decimal(earned)
        verdict = Verdict(Outcome.CORRECT, None, "code", "Said.")
        made.append(Mark(f"{number}.1", "", points, Decimal(most), verdict, None))
    return made


def settled(rules: Terms, *worth: str, over: timedelta | None = None, late: bool = False) -> Settled:
    received = None if over is None else DUE + over
    found = settle(marks(*worth), rules, student="ada", received=received, late=late)
    assert found is not None
    return found


def test_without_rules_nothing_is_settled() -> None:
    assert settle(marks("1/2"), terms.NONE) is None


@pytest.mark.parametrize(
    ("over", "left", "said"),
    [
        (timedelta(minutes=-5), "8", ""),
        (timedelta(0), "8", ""),
        (timedelta(minutes=15), "8", "15 minutes late, within the 15 minutes of grace"),
        (timedelta(minutes=16), "7.2", "16 minutes late: 1 day begun at 10 % of the points earned is 0.8"),
        (timedelta(days=1), "7.2", "1 day late: 1 day begun"),
        (timedelta(days=1, seconds=1), "6.4", "2 days begun at 10 % of the points earned is 1.6 points; 8 -"),
        (timedelta(days=3, seconds=1), "0", "more than 3 days after the deadline 0 % of the points are left"),
    ],
)
def test_lateness_costs_what_the_rubric_says(over: timedelta, left: str, said: str) -> None:
    found = settled(RULES, "4/5", "4/5", over=over)
    assert found.earned == Decimal(left)
    assert said in " ".join(step.said for step in found.steps)
    assert found.late_min == max(0, int(over.total_seconds())) // 60


def test_lateness_may_be_taken_of_the_total_and_is_capped() -> None:
    rules = Terms(due=DUE, late=Late(per_day=Fraction(1, 5), of="total", cap=Fraction(1, 2)))
    assert settled(rules, "4/5", "4/5", over=timedelta(days=2)).earned == Decimal(4)
    found = settled(rules, "4/5", "4/5", over=timedelta(days=9))
    assert found.earned == Decimal(3)
    assert "9 days begun at 20 % of the points of the sheet, at most 50 % is 5 points" in found.steps[-1].said
    assert settled(rules, "1/5", "0/5", over=timedelta(days=9)).earned == Decimal(0)


def test_an_extension_moves_the_deadline_of_one_student() -> None:
    granted = replace(RULES, extensions={"ada": Extension(2 * 86400, why="ill")})
    found = settled(granted, "4/5", "4/5", over=timedelta(days=1))
    assert found.earned == Decimal(8)
    assert found.steps[-1].said == "In time. The deadline was 2 days later for this student (ill)."
    assert settled(granted, "4/5", "4/5", over=timedelta(days=3)).earned == Decimal("7.2")


def test_staff_may_say_when_something_came() -> None:
    known = replace(RULES, extensions={"ada": Extension(0, DUE - timedelta(hours=1), "by e-mail")})
    assert settled(known, "4/5", "4/5", over=timedelta(days=2)).earned == Decimal(8)


def test_what_is_late_by_nobody_knows_how_much_is_asked_for() -> None:
    found = settled(RULES, "4/5", "4/5", late=True)
    assert found.earned == Decimal(8)
    assert "not by how much: a person has to say" in found.steps[-1].said


def test_the_best_of_several_count() -> None:
    rules = Terms(best=(Best(keep=2, of=("1", "2", "3")),))
    found = settled(rules, "1/2", "2/2", "1/2")
    assert (found.earned, found.most) == (Decimal(3), Decimal(4))
    assert "Not counted: 3.1 (the best 2 of 3 count)." in [step.said for step in found.steps]


def test_bonus_adds_and_the_cap_holds() -> None:
    rules = Terms(bonus=("3.1",), cap=Fraction(1))
    found = settled(rules, "2/2", "1.5/2", "1/1")
    assert (found.earned, found.most) == (Decimal(4), Decimal(4))
    assert [step.said for step in found.steps] == [
        "The parts give 3.5 of 4 points.",
        "Bonus (3.1): 1 more points, 4.5 in all.",
        "At most 4 points count: 4.5 becomes 4.",
    ]


@pytest.mark.parametrize(
    ("to", "rule", "given_points", "rounded"),
    [
        ("0.5", "half up", "3.25", "3.5"),
        ("0.5", "half even", "3.25", "3"),
        ("0.5", "half even", "3.75", "4"),
        ("0.5", "half up", "3.24", "3"),
        ("1", "up", "3.01", "4"),
        ("1", "down", "3.99", "3"),
    ],
)
def test_the_total_is_rounded_once_by_the_stated_rule(
    to: str, rule: str, given_points: str, rounded: str
) -> None:
    rules = Terms(rounding=Rounding(to=Decimal(to), rule=rule))  # type: ignore[arg-type]
    found = settled(rules, f"{given_points}/5")
    assert found.earned == Decimal(rounded)
    assert found.steps[-1].said.startswith(f"Rounded {rule} to a multiple of {to}")


def test_while_parts_wait_the_total_is_a_range() -> None:
    found = settled(replace(RULES, best=(Best(keep=1, of=("1", "2")),)), "1/3", "-/3", "2/2")
    assert (found.earned, found.possible) == (Decimal(3), Decimal(5))


@given(
    st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=3, max_size=3),
    st.integers(0, 5 * 24 * 60),
    st.sampled_from(["earned", "total"]),
)
def test_more_points_never_make_less_of_a_total(parts: list[tuple[int, bool]], minutes: int, of: str) -> None:
    rules = Terms(
        due=DUE,
        late=Late(per_day=Fraction(1, 10), of=of, cap=Fraction(1, 2)),  # type: ignore[arg-type]
        best=(Best(keep=2, of=("1", "2", "3")),),
        cap=Fraction(9, 10),
        rounding=Rounding(to=Decimal("0.5")),
    )
    over = timedelta(minutes=minutes)
    now = settled(rules, *(f"{worth}/8" for worth, _ in parts), over=over)
    better = settled(rules, *(f"{min(8, worth + more)}/8" for worth, more in parts), over=over)
    open_parts = settled(rules, *(f"{'-' if more else worth}/8" for worth, more in parts), over=over)
    assert 0 <= now.earned <= better.earned <= 16
    assert open_parts.earned <= now.earned <= open_parts.possible


@pytest.mark.parametrize(
    "rules",
    [
        terms.NONE,
        replace(RULES, extensions={"ada": Extension(60, DUE, "why")}, attempts="best"),
        Terms(best=(Best(keep=1, of=("1", "2")),), bonus=("3",), cap=Decimal(20)),
        Terms(cap=Fraction(1), rounding=Rounding(to=Decimal("0.25"), rule="up")),
    ],
)
def test_terms_come_back_from_the_gradebook_as_they_were(rules: Terms) -> None:
    assert terms.from_json(terms.to_json(rules)) == rules


# --- as they are written in a rubric ---------------------------------------------------------------

HEAD = """\
assignment: hw
parts:
  1.1: {points: 1, check: person, items: [x]}
  1.2: {points: 1, check: person, items: [x]}
  2.1: {points: 2, check: person, items: [x]}
  3.1: {points: 2, bonus: yes, check: person, items: [x]}
"""


def loaded(folder: Path, text: str, extensions: str | None = None) -> Terms:
    (folder / "hw.yaml").write_text(HEAD + text, "utf-8")
    if extensions is not None:
        (folder / "extensions.csv").write_text(extensions, "utf-8")
    return rubric.load(folder / "hw.yaml").terms


def test_a_rubric_says_its_terms(tmp_path: Path) -> None:
    text = """\
due: 2026-02-13 23:59 America/Toronto
late: {grace: 15 min, per day: 10 %, of: earned, cap: 50 %, after: 3 days -> 0, extensions: extensions.csv}
attempts: best
best: {keep: 1, of: ["1", "2"]}
cap: 100 %
rounding: {to: 0.5, rule: half up}
"""
    found = loaded(tmp_path, text, "student,extra,why\nAda,2 days,ill\n")
    assert found.due is not None
    assert found.due.astimezone(UTC) == datetime(2026, 2, 14, 4, 59, tzinfo=UTC)
    assert replace(found.late, extensions="") == DAYS
    assert found.extensions == {"ada": Extension(2 * 86400, None, "ill")}
    assert (found.attempts, found.bonus, found.cap) == ("best", ("3.1",), Fraction(1))
    assert found.best == (Best(keep=1, of=("1", "2")),)
    assert found.rounding == Rounding(to=Decimal("0.5"))


@pytest.mark.parametrize(
    ("text", "line", "found", "meant"),
    [
        ("due: tomorrow", 7, "'tomorrow'", "a time with its zone"),
        ("due: 2026-02-13 23:59", 7, "'2026-02-13 23:59'", "its zone too"),
        ("due: 2026-02-13 23:59 Toronto", 7, "Toronto", "a zone that is known"),
        ("due: 2026-02-30 23:59 UTC", 7, "02-30", "a day and an hour that exist"),
        ("late: {per day: 10 %}", 7, "no `due:`", "when the sheet is due"),
        ("due: 2026-02-13 23:59 UTC\nlate:\n  per day: ten", 9, "'ten'", "a share such as `10 %`"),
        ("due: 2026-02-13 23:59 UTC\nlate:\n  per hour: 1 %", 9, "'per_hour'", "per day"),
        ("due: 2026-02-13 23:59 UTC\nlate:\n  grace: soon", 9, "'soon'", "`15 min`"),
        ("due: 2026-02-13 23:59 UTC\nlate:\n  after: 3 days", 9, "'3 days'", "`3 days -> 0`"),
        ("attempts: bets", 7, "'bets'", "did you mean 'best'?"),
        ("best: {keep: 2, of: ['1', '2']}", 7, "keep, of", "to keep fewer than all 2"),
        ("best: {keep: 1, of: ['1', '7']}", 7, "'7'", "a part or a question"),
        ("best: {keep: 1, of: ['1.1', '2']}", 7, "unequal points: 1.1 (1), 2 (2)", "worth the same"),
        ("best: {keep: 1, of: ['1.1', '1.1']}", 7, "1.1 a second time", "each part in one place"),
        ("best: {keep: 1, of: ['2', '3']}", 7, "the bonus part in '3'", "no bonus"),
        ("cap: lots", 7, "'lots'", "`100 %`"),
        ("rounding: {to: half}", 7, "'half'", "such as 0.5"),
        ("rounding: {to: 0.5, rule: nearest}", 7, "'nearest'", "one of half up"),
    ],
)
def test_every_fault_is_told_with_its_line(
    tmp_path: Path, text: str, line: int, found: str, meant: str
) -> None:
    with pytest.raises(RubricError) as caught:
        loaded(tmp_path, text)
    told = [(fault.line, fault.found, fault.meant) for fault in caught.value.faults]
    assert any(line == at and found in what and meant in how for at, what, how in told), told


@pytest.mark.parametrize(
    ("extensions", "line", "found"),
    [
        (None, 8, "'extensions.csv'"),
        ("name;days\n", 1, "name;days"),
        ("student,extra\nada,soon\n", 2, "'soon'"),
        ("student,extra\nada,1 day\nAda,2 days\n", 3, "'Ada' a second time"),
        ("student,extra\n,1 day\n", 2, "no student"),
    ],
)
def test_faults_of_extensions_are_told_with_the_line_of_their_own_file(
    tmp_path: Path, extensions: str | None, line: int, found: str
) -> None:
    text = "due: 2026-02-13 23:59 UTC\nlate: {per day: 10 %, extensions: extensions.csv}\n"
    with pytest.raises(RubricError) as caught:
        loaded(tmp_path, text, extensions)
    [fault] = caught.value.faults
    assert (fault.line, found in fault.found) == (line, True)


def test_a_new_extension_is_a_new_rubric(tmp_path: Path) -> None:
    text = "due: 2026-02-13 23:59 UTC\nlate: {per day: 10 %, extensions: extensions.csv}\n"
    loaded(tmp_path, text, "student,extra\nada,1 day\n")
    before = rubric.load(tmp_path / "hw.yaml").digest
    loaded(tmp_path, text, "student,extra\nada,2 days\n")
    assert rubric.load(tmp_path / "hw.yaml").digest != before


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("15 min", 900), ("36 h", 129600), ("1 day 12 hours", 129600), ("2 weeks", 1209600), ("0", 0)],
)
def test_durations_are_read(text: str, seconds: int) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "15", "min", "3 moons", "2 days ago", "-1 day"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="meant a time"):
        duration(text)


def test_shares_and_times_are_read() -> None:
    assert percent("12.5%") == Fraction(1, 8)
    assert moment("2026-02-13 9:30 +01:00") == datetime(2026, 2, 13, 8, 30, tzinfo=UTC)
    assert in_words(90_061) == "1 day 1 hour"
