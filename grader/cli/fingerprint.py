"""`grader fingerprint`: what a problem sheet says, as hashes beside its rubric."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli._printing import counted, say


@click.command()
@click.argument(
    "sheets",
    metavar="SHEET...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option(
    "--rubric", required=True, metavar="RUBRIC", help="Its rubric: a file, or the name of an assignment."
)
def command(sheets: tuple[Path, ...], rubric: str) -> None:
    """Recognise what students copy from the problem SHEET (Markdown, LaTeX, HTML or a notebook).

    Only hashes of its word sequences and formulas are written, to X.sheet.json beside the rubric X.yaml.
    What is recognised in a write-up is never taken for an answer. Several files make one sheet.
    """
    from grader import documents, sheet
    from grader.errors import StaffError, StudentError
    from grader.rubric import locate
    from grader.types import File

    read = []
    for path in sheets:
        name = path.with_suffix(".md").name if path.suffix in {"", ".txt"} else path.name
        try:
            read.append(documents.read(File(name, path.read_bytes())))
        except (OSError, StudentError) as error:
            raise StaffError(f"{path} cannot be read: {error}") from error
    found = sheet.fingerprint(read)
    if not found.words:
        raise StaffError(
            f"No sentence was found in {', '.join(map(str, sheets))}; give the text of the sheet."
        )
    kept = sheet.save(found, locate(rubric))
    say(f"{kept}: {counted(len(found.words), 'word sequence')}, {counted(len(found.formulas), 'formula')}")
