"""The command line: the only place that prints and exits. Every command is one file here.

What `grader --help` needs is all this file imports: half of the tenth of a second it may take is Click.
"""

from __future__ import annotations

import importlib
import os
from typing import Any, Final, cast

import click

from grader import __version__

COMMANDS: Final = {
    "check": "Look at your own work before you hand it in.",
    "compare": "Decide which of many pairs of formulas are the same.",
    "data": "Write a class as tables: marks, parts, answers, graders.",
    "explain": "Tell why one mark is what it is.",
    "export": "Write marks and reports in the files that platforms take.",
    "fingerprint": "Let what students copy from the problem sheet be recognised.",
    "grade": "Grade a class and write a report for every student.",
    "history": "Tell everything that happened to a student's marks.",
    "learn": "Write what people decided into the rubric, as declared mistakes.",
    "lint": "Check a rubric against its own reference.",
    "regrade": "Show whose marks a change would move, then make it count.",
    "report": "Write all pages again, the staff's too, as PDF if wanted.",
    "review": "Open the page where people mark what the machine could not.",
    "sandbox": "Tell how student code is kept in on this machine.",
    "selfcheck": "Make the file with which students check themselves.",
    "send": "Send the reports to students; first only shows what would be sent.",
    "show": "Explain one student's marks.",
    "undo": "Take a person's mark back.",
}
_STAFF, _MACHINE = 2, 1


class _Commands(click.Group):
    """Loads a command when it is called, and turns the errors of the house into one readable block."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        return cast(click.Command, importlib.import_module(f"grader.cli.{cmd_name}").command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"one of {', '.join(COMMANDS)}"
            ctx.fail(f"there is no command {args[0]!r}; {hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            from grader.cli._printing import plain
            from grader.errors import GraderError, StaffError

            said = str(error) if isinstance(error, GraderError) else _fault(error)
            click.echo(f"grader: {plain(said)}", err=True)
            ctx.exit(_STAFF if isinstance(error, StaffError) else _MACHINE)


def _fault(error: Exception) -> str:
    """What to say of an error nobody foresaw: enough to report it, no page of calls."""
    import traceback

    where = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"the program failed, which it should not: {type(error).__name__}: {error}\n"
        f"  in {where.filename}, line {where.lineno}. Marks that were finished are kept. "
        "Please report this with the command you ran."
    )


def _width() -> int:
    """How wide help is: as Click would have it, without shutil and the compressors that it loads."""
    given = os.environ.get("COLUMNS", "")
    try:
        columns = int(given) if given.isdecimal() and int(given) else os.get_terminal_size().columns
    except OSError:
        columns = 80
    return max(50, min(columns, 80) - 2)


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "terminal_width": _width()}
)
@click.version_option(__version__, prog_name="grader", message="%(prog)s %(version)s")
def main() -> None:
    """Marks mathematics and deep-learning homework, and shows the evidence for every mark."""
