"""`grader data`: a class as tidy tables for pandas, R or a spreadsheet."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli._books import the_book
from grader.cli._printing import columns, plain, say


@click.command()
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--format", "ending", type=click.Choice(["csv", "json"]), default="csv", help="How to write them."
)
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), help="Where; OUT/data.")
def command(out: Path, ending: str, folder: Path | None) -> None:
    """Write what OUT knows as tables: marks, students, parts, answers, graders and history.

    datapackage.json beside them says what every column means. `pandas.read_csv("data/marks.csv")` takes them
    as they are.
    """
    from grader import data, files

    with the_book(out) as book:
        names = book.assignments()
        for assignment in names:
            results = list(book.results(assignment))
            history = [row for one in results for row in book.history(assignment, one.student)]
            where = folder or out / "data"
            where = where / files.report_name(assignment)[: -len(".html")] if len(names) > 1 else where
            files.make_folder(where)
            found = data.tables(results, sorted(history, key=lambda row: row.id))
            for table in found:
                text = data.as_csv(table) if ending == "csv" else data.as_json(table)
                files.write_whole(where / f"{table.name}.{ending}", text)
            files.write_whole(where / "datapackage.json", data.schema(found, ending))
            say(plain(f"{assignment}: {where}/"))
            rows = [(f"{one.name}.{ending}", f"{len(one.rows):,} rows", one.meant) for one in found]
            say(columns([*rows, ("datapackage.json", "", "what every column means")], right=frozenset({1})))
