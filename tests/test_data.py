"""A class as tables: every fact in its column, every column explained, nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from test_decisions import NOW, decision, recorded, result

from grader import data
from grader.cli import main
from grader.data import Table, Value
from grader.gradebook import Gradebook, open_gradebook


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    with open_gradebook(tmp_path / "gradebook.sqlite") as opened:
        worth = {"ada": ("1", "1"), "bob": ("0.5", "0.5"), "cid": ("0", "0.25"), "dee": (None, "1")}
        recorded(opened, *(result(student, *given) for student, given in worth.items()))
        yield opened


def tables(book: Gradebook) -> dict[str, Table]:
    results = list(book.results("hw"))
    rows = [row for one in results for row in book.history("hw", one.student)]
    return {table.name: table for table in data.tables(results, rows)}


def records(table: Table) -> list[dict[str, Value]]:
    return [dict(zip((one.name for one in table.columns), row, strict=True)) for row in table.rows]


def test_every_row_has_every_column_and_every_column_is_explained(book: Gradebook) -> None:
    for table in tables(book).values():
        assert all(len(row) == len(table.columns) for row in table.rows)
        assert all(len(column.meant) > 5 for column in table.columns)
        assert len({column.name for column in table.columns}) == len(table.columns)


def test_parts_tell_how_hard_and_how_telling_they_are(book: Gradebook) -> None:
    first, second = records(tables(book)["parts"])
    assert (first["students"], first["waiting"], first["full"], first["difficulty"]) == (4, 1, 1, 0.5)
    assert second["difficulty"] == 0.6875
    # Shares (1, 0.5, 0) against (1, 0.5, 0.25): r = 0.9820.
    assert first["discrimination"] == 0.982


def test_two_students_say_nothing_of_a_part(tmp_path: Path) -> None:
    with open_gradebook(tmp_path / "few.sqlite") as few:
        recorded(few, result("ada", "1", "1"), result("bob", "0", "0"))
        assert {one["discrimination"] for one in records(tables(few)["parts"])} == {None}


def test_students_stand_in_one_row_each(book: Gradebook) -> None:
    rows = {str(one["student"]): one for one in records(tables(book)["students"])}
    assert (rows["bob"]["total"], rows["bob"]["1.1"]) == (Decimal("1.0"), Decimal("0.5"))
    assert (rows["dee"]["waiting"], rows["dee"]["1.1"]) == (Decimal(1), None)


def test_the_same_answers_stand_together(book: Gradebook) -> None:
    rows = [one for one in records(tables(book)["answers"]) if one["part"] == "1.2"]
    assert [(one["answer"], one["students"], one["outcome"]) for one in rows] == [("answer 2", 4, "correct")]


def test_how_each_person_marks_is_told_with_their_pace(book: Gradebook) -> None:
    for index, student in enumerate(("ada", "bob", "cid")):
        given = replace(decision(book, "0.5", student), who="tara")
        book.decide([given], now=NOW + timedelta(seconds=20 * index))
    book.decide([replace(decision(book, "1", "dee"), who="tara")], now=NOW + timedelta(hours=3))
    tara = [one for one in records(tables(book)["graders"]) if one["who"] == "tara"]
    assert [(one["part"], one["marks"], one["mean_share"], one["seconds"]) for one in tara] == [
        ("1.1", 4, 0.625, 20.0)
    ]


def test_history_says_what_each_row_is(book: Gradebook) -> None:
    [row] = book.decide([decision(book, "0.5")], now=NOW)
    back = book.undo(row.id, who="theo", now=NOW)
    recorded(book, result("ada", "1", "1"))
    rows = [
        one for one in records(tables(book)["history"]) if (one["student"], one["part"]) == ("ada", "1.1")
    ]
    assert [(one["kind"], one["about"]) for one in rows] == [
        ("graded", None),
        ("decided", None),
        ("undone", row.id),
        ("graded", None),
    ]
    assert rows[2]["mark"] == back.id


def test_no_cell_is_run_by_a_spreadsheet_and_json_keeps_the_text(book: Gradebook) -> None:
    book.decide([replace(decision(book, "0.5"), why="=HYPERLINK(1)")], now=NOW)
    table = tables(book)["marks"]
    rows = list(csv.DictReader(io.StringIO(data.as_csv(table))))
    assert rows[0]["why"] == "'=HYPERLINK(1)"
    assert not any((value or "").startswith(("=", "+", "@")) for row in rows for value in row.values())
    kept = json.loads(data.as_json(table))
    assert kept[0]["why"] == "=HYPERLINK(1)" and kept[0]["points"] == 0.5
    assert kept[-2]["points"] is None


def test_the_command_writes_tables_that_their_schema_describes(book: Gradebook, tmp_path: Path) -> None:
    book.close()
    for ending in ("csv", "json"):
        done = CliRunner().invoke(main, ["data", str(tmp_path), "--format", ending])
        assert done.exit_code == 0, done.output
        folder = tmp_path / "data"
        package = json.loads((folder / "datapackage.json").read_text("utf-8"))
        for resource in package["resources"]:
            names = [field["name"] for field in resource["schema"]["fields"]]
            text = (folder / resource["path"]).read_text("utf-8")
            if ending == "csv":
                assert next(csv.reader(io.StringIO(text))) == names
            elif rows := json.loads(text):
                assert list(rows[0]) == names
