"""`grader review`: opens the local page where people mark what the machine could not decide."""

from __future__ import annotations

import getpass
import secrets
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli._printing import say
from grader.errors import GraderError, MachineError, StaffError

if TYPE_CHECKING:
    from grader.rubric import Prepared, Rubric


@click.command()
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
@click.option("--as", "who", default="", help="The name your marks bear.  [default: your login name]")
@click.option(
    "--rubric", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="If it is not found."
)
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="The port; 0 is any free one.")
@click.option("--open", "opened", is_flag=True, help="Open the page in the browser.")
def command(out: Path | None, who: str, rubric: Path | None, port: int, opened: bool) -> None:
    """Open the page where people mark, for a class that was graded into OUT.

    Only this machine can reach it, and only who has the address that is printed. Several people may mark at
    once, each with a `grader review` of their own. Ctrl-C ends it; every mark is kept as it is given.
    """
    gradebook = _gradebook(out)
    try:
        import uvicorn

        from grader.review.app import application
    except ImportError as error:
        raise StaffError("the review page needs more: pip install 'grader[review]'") from error
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(("127.0.0.1", port))
    except OSError as error:
        raise MachineError(f"port {port} cannot be used: {error.strerror}; choose another --port") from error
    # Who opens the address at once waits for the answer, and is not refused.
    bound.listen()
    port = int(bound.getsockname()[1])
    token = secrets.token_hex(16)
    app = application(
        gradebook,
        who=who.strip() or getpass.getuser(),
        token=token,
        port=port,
        now=lambda: datetime.now(UTC),
        rubric_for=_rubrics(gradebook, rubric),
    )
    address = f"http://127.0.0.1:{port}/?token={token}"
    say(f"Review {gradebook.parent} as {who.strip() or getpass.getuser()}: open\n\n  {address}\n")
    say("Ctrl-C ends it. Marks are kept as they are given.")
    if opened:
        import webbrowser

        webbrowser.open(address)
    settings = uvicorn.Config(app, log_level="error", access_log=False, server_header=False, lifespan="off")
    uvicorn.Server(settings).run(sockets=[bound])


def _gradebook(out: Path | None) -> Path:
    """The gradebook of a folder; without a folder the only one below `graded/`.

    Raises:
        StaffError: there is none, or several.
    """
    from grader.pipeline import GRADEBOOK

    if out is not None:
        if not (out / GRADEBOOK).is_file():
            raise StaffError(f"{out} holds no {GRADEBOOK}; give the folder that `grader grade` wrote")
        return out / GRADEBOOK
    found = sorted(Path("graded").glob(f"*/{GRADEBOOK}"))
    if len(found) == 1:
        return found[0]
    if not found:
        raise StaffError("nothing is graded here; run `grader grade` first, or name the folder it wrote")
    raise StaffError(f"several classes are graded here; name one: {', '.join(str(p.parent) for p in found)}")


def _rubrics(gradebook: Path, named: Path | None) -> Callable[[str], tuple[Rubric, Prepared] | None]:
    """How the rubric of an assignment is found: read once, and again when its file has changed."""
    from grader import rubric as rubrics
    from grader.gradebook import open_gradebook

    with open_gradebook(gradebook) as book:
        secret = book.secret()
    known: dict[str, tuple[tuple[Path, int], tuple[Rubric, Prepared]]] = {}

    def found(assignment: str) -> tuple[Rubric, Prepared] | None:
        try:
            path = named or rubrics.find(assignment, near=gradebook.parent)
            key = (path, path.stat().st_mtime_ns)
            if assignment not in known or known[assignment][0] != key:
                sheet = rubrics.load(path)
                known[assignment] = (key, (sheet, rubrics.prepare(sheet, secret)))
        except (GraderError, OSError):
            return None
        sheet, prepared = known[assignment][1]
        return (sheet, prepared) if sheet.assignment == assignment else None

    return found
