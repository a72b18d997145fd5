"""`grader selfcheck build`: one file with which students look at their work before they hand it in."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli._printing import columns, counted, say, wrapped

if TYPE_CHECKING:
    from grader.selfcheck.build import Built, Row

_SALT_BYTES = 16


@click.group()
def command() -> None:
    """Make the self-check of an assignment."""


@command.command()
@click.argument("rubric")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Where to write; <assignment>.pyz."
)
@click.option("--allow-weak", is_flag=True, help="Also fingerprints that can be guessed.")
def build(rubric: str, out: Path | None, allow_weak: bool) -> None:
    """Make one file from RUBRIC that students run on a plain Python 3.11: `python X.pyz homework.ipynb`.

    It tells whether every part is found, how it was read, and whether it has the form that is asked for.
    Right or wrong it tells only where the rubric says `selfcheck: {fingerprint: ...}` or `{verify: ...}`.
    It holds no answers: it is searched for every one of them before it is written.
    """
    from grader import files
    from grader.rubric import locate
    from grader.selfcheck import build as bundles

    path = locate(rubric)
    built = bundles.build(path, secrets.token_bytes(_SALT_BYTES), allow_weak=allow_weak)
    where = out or Path(f"{built.outline.assignment}.pyz")
    files.write_whole(where, built.data)
    _tell(built, where)


def _tell(built: Built, where: Path) -> None:
    say(f"{built.outline.title} ({built.outline.assignment})")
    say(columns([(row.part, _told(row)) for row in built.rows]))
    say()
    say(wrapped("No right answer stands in it, in any of the encodings that were searched for."))
    say(f"Self-check  {where}  ({len(built.data) / 1024:,.0f} KB)")
    say(f"Students    python {where.name} homework.ipynb")


def _told(row: Row) -> str:
    form = f"form: {row.wanted}" if row.wanted else "found and read"
    if row.proof == "verify":
        return f"{form}; right or wrong by the question's own equation"
    if row.proof == "fingerprint":
        length = "whole" if row.bits >= 128 else f"{row.bits} bits"
        return f"{form}; right or wrong by a fingerprint ({length}; {row.choice})"
    return f"{form}, with {counted(row.examples, 'public example')}" if row.examples else form
