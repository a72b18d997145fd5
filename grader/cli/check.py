"""`grader check`: look at work before it is handed in, with the self-check that the course gave out."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli._printing import say
from grader.errors import StaffError, StudentError


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--bundle", type=click.Path(path_type=Path), help="The .pyz file that the course gave out.")
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="Write a page as well.")
@click.pass_context
def command(ctx: click.Context, path: Path, bundle: Path | None, page: Path | None) -> None:
    """Look at FILE, a notebook, write-up, answer file or folder, before it is handed in.

    Needs the self-check of the assignment: the only .pyz file in this folder, or the one named with --bundle.
    """
    from grader import files
    from grader.selfcheck import telling
    from grader.selfcheck.session import open_desk

    try:
        looked = open_desk(bundle).look_at(path)
    except StudentError as error:
        raise StaffError(str(error)) from error
    say(telling.as_text(looked))
    if page is not None:
        files.write_whole(page, telling.as_page(looked))
        say(f"The same as a page: {page}")
    if not looked.ready:
        ctx.exit(1)
