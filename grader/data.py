"""A class as tidy tables: one row for each thing, one column for each fact, with every column explained.

`marks` has a row for each student and part, `students` one for each student with a column for each part,
`parts` how hard and how telling each part is, `answers` the distinct answers with who wrote them how often,
`graders` how each person marks, `history` every mark ever given. `datapackage.json` holds the schema in the
form of Frictionless Data (https://specs.frictionlessdata.io/tabular-data-package/).
"""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal, NamedTuple

from grader.gradebook import MACHINE, MarkRow
from grader.statistics import score, standing
from grader.statistics.items import discriminations, share_of
from grader.statistics.pace import judgements, median_s
from grader.table import cell, number
from grader.types import Mark, Result

Kind = Literal["string", "number", "integer", "boolean", "datetime"]
Value = str | Decimal | int | float | bool | None


class Column(NamedTuple):
    """One column: its name, the kind of its values, and what they say."""

    name: str
    kind: Kind
    meant: str


class Table(NamedTuple):
    """One table; every row has a value for every column, None where there is none."""

    name: str
    meant: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]


def tables(results: Sequence[Result], history: Iterable[MarkRow]) -> tuple[Table, ...]:
    """All tables of one assignment, from the results that count and every mark ever given."""
    rows = tuple(history)
    return (
        _marks(results, {row.id: row for row in rows}),
        _students(results),
        _parts(results),
        _answers(results),
        _graders(rows),
        _history(rows),
    )


def as_csv(table: Table) -> str:
    """A table as CSV; no cell of text is taken for a formula by a spreadsheet, missing values are empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([cell(column.name) for column in table.columns])
    writer.writerows([_plain(value) for value in row] for row in table.rows)
    return out.getvalue()


def as_json(table: Table) -> str:
    """A table as a JSON list of records, as `pandas.read_json(..., orient="records")` takes it."""
    names = [column.name for column in table.columns]

    def record(row: tuple[Value, ...]) -> dict[str, Value]:
        values = (float(value) if isinstance(value, Decimal) else value for value in row)
        return dict(zip(names, values, strict=True))

    records = (json.dumps(record(row)) for row in table.rows)
    return "[" + ",\n ".join(records) + "]\n"


def schema(found: Sequence[Table], ending: str) -> str:
    """What every table and column means, as a Frictionless data package."""
    resources = [
        {
            "name": table.name,
            "path": f"{table.name}.{ending}",
            "description": table.meant,
            "schema": {
                "fields": [
                    {"name": column.name, "type": column.kind, "description": column.meant}
                    for column in table.columns
                ],
                "missingValues": [""],
            },
        }
        for table in found
    ]
    package = {"profile": "tabular-data-package", "name": "marks", "resources": resources}
    return json.dumps(package, indent=1, ensure_ascii=False) + "\n"


def _plain(value: Value) -> str:
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else cell(value) if isinstance(value, str) else str(value)


_WHOSE: Final = (
    Column("assignment", "string", "the assignment"),
    Column("student", "string", "the student's key in the gradebook"),
)
_POINTS: Final = (
    Column("points", "number", "points given; empty while a person is waited for"),
    Column("max_points", "number", "points the part gives"),
)


def _marks(results: Sequence[Result], rows: Mapping[int, MarkRow]) -> Table:
    columns = (
        *_WHOSE,
        Column("part", "string", "the part's number"),
        Column("title", "string", "the part's title"),
        *_POINTS,
        Column("share", "number", "points as a share of those the part gives, 0 to 1"),
        Column("outcome", "string", "correct, partial, incorrect, missing, unreadable or undecided"),
        Column("code", "string", "a short stable word for what was found"),
        Column("message", "string", "what was found, in a sentence"),
        Column("who", "string", "whose judgement it is: machine, or a person"),
        Column("why", "string", "what that person said"),
        Column("marked_at", "datetime", "when the mark was given, UTC"),
        Column("mark", "integer", "the number of the mark, as in `history`"),
    )
    return Table("marks", "one row for each student and part", columns, tuple(_mark_rows(results, rows)))


def _mark_rows(results: Sequence[Result], rows: Mapping[int, MarkRow]) -> Iterator[tuple[Value, ...]]:
    for result in results:
        for mark in result.marks:
            row = rows.get(mark.id) if mark.id is not None else None
            yield (
                *(result.assignment, result.student, mark.part, mark.title, mark.points, mark.max_points),
                *(_rounded(share_of(mark)), str(standing(mark)), mark.verdict.code, mark.verdict.message),
                *(mark.who, mark.why, row.marked_at if row else None, mark.id),
            )


def _students(results: Sequence[Result]) -> Table:
    parts = list(dict.fromkeys(mark.part for result in results for mark in result.marks))
    columns = (
        *_WHOSE,
        Column("name", "string", "what people call the student"),
        Column("total", "number", "the total as it stands, by the rules of the rubric"),
        Column("waiting", "number", "points that wait for a person"),
        Column("late_min", "integer", "minutes after the student's deadline; empty where nobody knows"),
        *(Column(part, "number", f"points for {part}; empty while a person is waited for") for part in parts),
    )
    rows = []
    for result in results:
        whole = score(result)
        given = {mark.part: mark.points for mark in result.marks}
        late = result.settled.late_min if result.settled else None
        rows.append(
            (
                *(result.assignment, result.student, result.name, whole.earned, whole.waiting, late),
                *(given.get(part) for part in parts),
            )
        )
    return Table("students", "one row for each student, one column for each part", columns, tuple(rows))


def _parts(results: Sequence[Result]) -> Table:
    columns = (
        Column("assignment", "string", "the assignment"),
        Column("part", "string", "the part's number"),
        Column("title", "string", "the part's title"),
        Column("max_points", "number", "points the part gives"),
        Column("students", "integer", "how many students have the part"),
        Column("waiting", "integer", "how many of them wait for a person"),
        Column("missing", "integer", "how many gave no answer"),
        Column("full", "integer", "how many have all points"),
        Column("difficulty", "number", "mean share of the decided marks: 1 is easy, 0 is hard"),
        Column(
            "discrimination",
            "number",
            "correlation of the share here with the share in all other parts, over those with both decided: "
            "near 1 tells strong from weak students, below 0 is suspicious; empty for fewer than three",
        ),
    )
    by_part: dict[str, list[tuple[Result, Mark]]] = {}
    telling = discriminations(results)
    for result in results:
        for mark in result.marks:
            by_part.setdefault(mark.part, []).append((result, mark))
    rows = []
    for part, found in by_part.items():
        first, shares = found[0], [share for _, mark in found if (share := share_of(mark)) is not None]
        rows.append(
            (
                *(first[0].assignment, part, first[1].title, first[1].max_points, len(found)),
                sum(mark.points is None for _, mark in found),
                sum(mark.verdict.outcome == "missing" for _, mark in found),
                sum(mark.points is not None and mark.points >= mark.max_points for _, mark in found),
                _rounded(sum(shares, Fraction(0)) / len(shares)) if shares else None,
                telling[part],
            )
        )
    return Table("parts", "one row for each part", columns, tuple(rows))


def _answers(results: Sequence[Result]) -> Table:
    columns = (
        Column("assignment", "string", "the assignment"),
        Column("part", "string", "the part's number"),
        Column("answer", "string", "the answer as it was understood, else as it stands"),
        Column("students", "integer", "how many students gave it"),
        Column("outcome", "string", "what it is"),
        Column("code", "string", "a short stable word for what was found"),
        Column("message", "string", "what was found, in a sentence"),
        Column("share", "number", "mean share of the points it was given; empty while it waits"),
        Column("first_student", "string", "one who gave it, to look it up"),
    )
    groups: dict[tuple[str, str, str, str], list[tuple[Result, Mark]]] = {}
    for result in results:
        for mark in result.marks:
            if mark.answer is None:
                continue
            text = " ".join((mark.verdict.read or mark.answer.text).split())
            key = (mark.part, text, str(standing(mark)), mark.verdict.code)
            groups.setdefault(key, []).append((result, mark))
    order = {part: index for index, part in enumerate(dict.fromkeys(key[0] for key in groups))}
    rows = []
    for key, found in sorted(groups.items(), key=lambda item: (order[item[0][0]], -len(item[1]), item[0][1])):
        part, text, outcome, code = key
        shares = [share for _, mark in found if (share := share_of(mark)) is not None]
        mean = _rounded(sum(shares, Fraction(0)) / len(shares)) if shares else None
        first, mark = found[0]
        rows.append(
            (
                *(first.assignment, part, text, len(found), outcome, code, mark.verdict.message),
                *(mean, first.student),
            )
        )
    return Table("answers", "one row for each distinct answer to each part", columns, tuple(rows))


def _graders(history: Sequence[MarkRow]) -> Table:
    columns = (
        Column("assignment", "string", "the assignment"),
        Column("who", "string", "the person, or machine"),
        Column("part", "string", "the part's number"),
        Column("marks", "integer", "marks given, those of earlier gradings and those taken back too"),
        Column("mean_share", "number", "their mean share of the points"),
        Column("first_at", "datetime", "the first of them, UTC"),
        Column("last_at", "datetime", "the last of them, UTC"),
        Column(
            "seconds",
            "number",
            "median time from one decision of this person to the next, in any part; pauses of more than ten "
            "minutes do not count, marks given at once are one decision; empty where there is none",
        ),
    )
    by_person: defaultdict[tuple[str, str], list[MarkRow]] = defaultdict(list)
    for row in judgements(history):
        by_person[row.assignment, row.who].append(row)
    rows: list[tuple[Value, ...]] = []
    for (assignment, who), given in sorted(by_person.items()):
        pace = None if who == MACHINE else median_s(given)
        by_part: dict[str, list[MarkRow]] = {}
        for row in given:
            by_part.setdefault(row.part, []).append(row)
        for part, of_part in by_part.items():
            shares = [
                Fraction(row.points) / Fraction(row.max_points)
                for row in of_part
                if row.points is not None and row.max_points
            ]
            mean = _rounded(sum(shares, Fraction(0)) / len(shares)) if shares else None
            times = [row.marked_at for row in of_part]
            rows.append((assignment, who, part, len(of_part), mean, min(times), max(times), pace))
    return Table("graders", "one row for each person and part", columns, tuple(rows))


def _history(history: Sequence[MarkRow]) -> Table:
    columns = (
        Column("mark", "integer", "the number of the mark; later ones are larger"),
        *_WHOSE,
        Column("part", "string", "the part's number"),
        *_POINTS,
        Column("who", "string", "who gave it: machine, or a person"),
        Column("why", "string", "what was said"),
        Column("marked_at", "datetime", "when, UTC"),
        Column("kind", "string", "graded, decided, carried, asked, remembered or undone"),
        Column("about", "integer", "the mark that is carried over, asked about or taken back"),
    )
    rows = tuple(
        (
            *(row.id, row.assignment, row.student, row.part, row.points, row.max_points),
            *(row.who, row.why, row.marked_at, *_kind(row)),
        )
        for row in history
    )
    return Table("history", "one row for each mark ever given", columns, rows)


def _kind(row: MarkRow) -> tuple[str, int | None]:
    for key, word in (("undoes", "undone"), ("carried", "carried"), ("asks", "asked")):
        if key in row.detail:
            return word, int(row.detail[key])
    if row.detail.get("recalled"):
        return "remembered", None
    return ("graded" if row.who == MACHINE else "decided"), None


def _rounded(share: Fraction | None) -> float | None:
    return None if share is None else round(float(share), 4)
