"""The command line: the only place that prints and exits. Every command is one file here."""

from __future__ import annotations

import importlib
import pkgutil
from difflib import get_close_matches
from typing import Any, cast

import click

from grader import __version__
from grader.cli._printing import plain
from grader.errors import GraderError, MachineError

_STAFF, _MACHINE = 2, 1


class _Commands(click.Group):
    """Loads a command when it is called, and turns the errors of the house into one readable block."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name[0] != "_")

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        return cast(click.Command, importlib.import_module(f"grader.cli.{cmd_name}").command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in (names := self.list_commands(ctx)) and not args[0].startswith("-"):
            near = get_close_matches(args[0], names, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"one of {', '.join(names)}"
            ctx.fail(f"there is no command {plain(args[0])!r}; {hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except GraderError as error:
            click.echo(f"grader: {plain(str(error))}", err=True)
            ctx.exit(_MACHINE if isinstance(error, MachineError) else _STAFF)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 90})
@click.version_option(__version__, prog_name="grader", message="%(prog)s %(version)s")
def main() -> None:
    """Marks mathematics and deep-learning homework, and shows the evidence for every mark."""
