"""`grader compare` answers every row, says what is wrong with those it cannot use, and exits as promised."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from grader.cli import compare, main
from grader.cli._pairs import Pair
from grader.cli._verdicts import decide_pair

SQUARE = {"A": {"matrix": ["n", "n"]}, "B": {"matrix": ["n", "n"]}, "v": {"vector": "n"}}


def run(home: Path, *rows: object, options: tuple[str, ...] = ()) -> Result:
    """The command on a file with these rows; text stands as it is."""
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    (home / "pairs.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    return CliRunner().invoke(main, ["compare", str(home / "pairs.jsonl"), *options], prog_name="grader")


def verdicts(ran: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ran.stdout.splitlines()]


def test_every_row_gets_one_row_in_its_place(tmp_path: Path) -> None:
    ran = run(
        tmp_path,
        {"id": "first", "reference": "2 ln 3", "answer": "ln 9"},
        {"reference": "1/3", "answer": "0.33"},
        {"id": 7, "expected": "(6 + 3)", "got": "9"},
    )
    assert ran.exit_code == 0, ran.output
    assert [(row["id"], row["outcome"]) for row in verdicts(ran)] == [
        ("first", "same"),
        ("2", "different"),
        ("7", "same"),
    ]
    assert all(row["how"] and row["milliseconds"] > 0 for row in verdicts(ran))


def test_what_differs_comes_with_a_counterexample_in_words_and_in_data(tmp_path: Path) -> None:
    ran = run(tmp_path, {"reference": "max(0, x)", "answer": "x", "symbols": {"x": {"scalar": "real"}}})
    (row,) = verdicts(ran)
    at = row["counterexample"]["at"]["x"]
    assert row["evidence"].startswith(f"at x = {at} the answer gives {at}")
    assert row["evidence"].endswith("the reference 0")


def test_shapes_that_do_not_fit_are_different_and_the_evidence_says_where(tmp_path: Path) -> None:
    row = {"reference": "A v", "answer": "v A", "symbols": SQUARE, "dimensions": {"n": 3}}
    (said,) = verdicts(run(tmp_path, row))
    assert (said["outcome"], said["code"]) == ("different", "shape")
    assert "v has n entries" in said["evidence"] or "v is a vector with n entries" in said["evidence"]


def test_matrices_do_not_commute(tmp_path: Path) -> None:
    row = {"reference": "A B", "answer": "B A", "symbols": SQUARE, "dimensions": [{"n": 3}, {"n": 2}]}
    assert verdicts(run(tmp_path, row))[0]["outcome"] == "different"


def test_each_side_may_have_its_own_notation(tmp_path: Path) -> None:
    row = {
        "reference": "2**3/4",
        "reference_notation": "python",
        "answer": r"\frac{8}{4}",
        "notation": "latex",
    }
    assert verdicts(run(tmp_path, row))[0]["outcome"] == "same"
    option = {"reference": "2**3", "answer": "8"}
    assert verdicts(run(tmp_path, option, options=("--notation", "python")))[0]["outcome"] == "same"


@pytest.mark.parametrize(("whose", "row"), [("reference", ("1 +", "1")), ("answer", ("1", "1 +"))])
def test_what_cannot_be_read_is_unreadable_and_says_which_side(
    tmp_path: Path, whose: str, row: tuple[str, str]
) -> None:
    (said,) = verdicts(run(tmp_path, {"reference": row[0], "answer": row[1]}))
    assert said["outcome"] == "unreadable"
    assert said["how"].startswith(f"The {whose}: ")


def test_names_are_declared_or_inferred_but_never_guessed(tmp_path: Path) -> None:
    (said,) = verdicts(run(tmp_path, {"reference": "q + 1", "answer": "1 + q"}))
    assert (said["outcome"], said["code"]) == ("unreadable", "unknown-name")


def test_all_rows_that_cannot_be_used_are_told_together_with_their_lines(tmp_path: Path) -> None:
    ran = run(
        tmp_path,
        {"reference": "1", "answer": "1"},
        "",
        "not json",
        {"reference": "1", "anwser": "1"},
        ["1", "1"],
        {"reference": "1", "answer": "1", "notation": "asciimath"},
        {"reference": "1", "answer": "1", "truth": "perhaps"},
        {"reference": "1", "answer": "1", "symbols": ["x"]},
        {"reference": "1", "answer": "1", "dimensions": {"n": "many"}},
        {"reference": "1", "answer": "1", "options": {"orderd": True}},
        {"reference": "1", "answer": "1", "options": {"vectors": "both ways"}},
        "[" * 100_000,
    )
    assert ran.exit_code == 2
    outcomes = [row["outcome"] for row in verdicts(ran)]
    assert outcomes == ["same", *["unreadable"] * 10]
    said = ran.stderr.splitlines()
    assert [line.split(":")[1] for line in said if "pairs.jsonl:" in line][1:] == [
        *"456789",
        "10",
        "11",
        "12",
    ]
    for told in (
        "pairs.jsonl:3: found a line that is not JSON; meant one object in one line",
        "pairs.jsonl:4: found the key 'anwser'; meant did you mean 'answer'?",
        "pairs.jsonl:6: found notation 'asciimath'; meant one of latex, python, plain",
        "pairs.jsonl:9: found dimensions {'n': 'many'}; meant whole numbers",
    ):
        assert any(told in line for line in said), told


def test_options_say_which_answers_of_another_kind_count(tmp_path: Path) -> None:
    row = {"reference": "[1, 2, 3]", "answer": "[3, 1, 2]"}
    loose = {**row, "options": {"ordered": False}}
    assert [said["outcome"] for said in verdicts(run(tmp_path, row, loose))] == ["different", "same"]


def test_inferred_names_are_of_the_domain_that_the_row_names(tmp_path: Path) -> None:
    row = {"reference": "2 ln(y)", "answer": "ln(y^2)", "symbols": "infer"}
    ran = run(tmp_path, {**row, "domain": "real"}, {**row, "domain": "positive"}, row)
    # Without a domain an answer may be defined at more points than expected.
    assert [said["outcome"] for said in verdicts(ran)] == ["different", "same", "same"]


def test_equations_that_are_the_same_only_for_real_numbers_need_a_domain(tmp_path: Path) -> None:
    row = {"reference": "x^3 = 8", "answer": "x = 2", "symbols": "infer"}
    ran = run(tmp_path, row, {**row, "domain": "real"}, {**row, "domain": "complex"})
    assert [said["outcome"] for said in verdicts(ran)] == ["undecided", "same", "different"]
    assert verdicts(ran)[0]["code"] == "real-only"


def test_a_quotient_that_can_be_read_in_two_ways_is_undecided_where_they_differ(tmp_path: Path) -> None:
    row = {"reference": "1/(2 n)", "answer": "1/2n", "symbols": "infer"}
    ran = run(tmp_path, row, {**row, "reference": "n/2"}, {**row, "reference": "n"})
    assert [said["outcome"] for said in verdicts(ran)] == ["undecided", "same", "different"]
    assert verdicts(ran)[0]["code"] == "two-readings"


def test_two_identifiers_that_nobody_declared_are_not_taken_for_one_name(tmp_path: Path) -> None:
    row = {"reference": "x_1 + x_1", "answer": "2*x1", "notation": "python", "symbols": "infer"}
    ran = run(tmp_path, row, {**row, "answer": "2*x_1"}, {**row, "answer": "3*x1"})
    assert [said["outcome"] for said in verdicts(ran)] == ["undecided", "same", "different"]


def test_names_may_be_declared_and_the_others_inferred(tmp_path: Path) -> None:
    row = {"reference": "2 A c", "answer": "A c 2", "symbols": {"A": {"matrix": [2, 3]}}, "infer": True}
    assert verdicts(run(tmp_path, row))[0]["outcome"] == "same"


def test_symbols_that_cannot_be_declared_make_the_row_unreadable(tmp_path: Path) -> None:
    (said,) = verdicts(run(tmp_path, {"reference": "x", "answer": "x", "symbols": {"x": {"scaler": "real"}}}))
    assert said["outcome"] == "unreadable"
    assert "one of scalar" in said["how"]


def test_columns_of_somebody_elses_own_may_stand_beside_ours(tmp_path: Path) -> None:
    row = {"reference": "1", "answer": "1", "source": "exam 4", "comment": "easy"}
    assert run(tmp_path, row).exit_code == 0


@pytest.mark.parametrize(("truth", "code"), [("same", 0), (True, 0), ("different", 2), (False, 2), (None, 0)])
def test_a_verdict_that_contradicts_the_truth_ends_the_command_with_2(
    tmp_path: Path, truth: object, code: int
) -> None:
    assert run(tmp_path, {"reference": "2", "answer": "1 + 1", "truth": truth}).exit_code == code


def test_numbers_keep_their_digits_on_the_way(tmp_path: Path) -> None:
    ran = run(
        tmp_path, '{"reference": 0.30000000000000000001, "answer": 0.3}', '{"reference": 1e3, "answer": 1000}'
    )
    assert [row["outcome"] for row in verdicts(ran)] == ["different", "same"]


def test_many_rows_in_several_processes_come_out_in_their_order(tmp_path: Path) -> None:
    rows = [{"id": str(n), "reference": f"{n} + {n}", "answer": f"{2 * n + n % 2}"} for n in range(900)]
    ran = run(tmp_path, *rows, options=("--jobs", "2"))
    assert ran.exit_code == 0, ran.output
    assert [row["id"] for row in verdicts(ran)] == [str(n) for n in range(900)]
    assert [row["outcome"] for row in verdicts(ran)] == ["same", "different"] * 450


def test_pairs_may_be_piped_in() -> None:
    line = json.dumps({"reference": "1/2", "answer": "0.5"})
    ran = CliRunner().invoke(main, ["compare", "-"], input=line)
    assert json.loads(ran.stdout)["outcome"] == "same"


def test_a_terminal_gets_a_table_and_a_summary(capsys: pytest.CaptureFixture[str]) -> None:
    found = [
        decide_pair(Pair("a", "1", "1", truth="different")),
        decide_pair(Pair("b", "1", "\x1b[31m2", truth="different")),
        decide_pair(Pair("c", "1", "[bold]", truth="same")),
    ]
    assert compare._print_table(found) is True
    said = capsys.readouterr().out
    assert "same, should be different" in said
    assert "\x1b" not in said
    assert "3 pairs: 1 same, 0 different, 0 undecided, 2 unreadable." in said.replace("\n", " ")
    assert "0 right, 1 false accept, 0 false rejects." in said.replace("\n", " ")
