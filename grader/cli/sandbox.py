"""`grader sandbox`: which isolations for student code this machine has, each tried out by canaries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from grader.cli._printing import columns, counted, say, wrapped

if TYPE_CHECKING:
    from grader.sandbox.opening import Tried

_NOTHING: Final = (
    "Student code is not run on this machine, unless you ask for --isolation=reduced or --unsafe. Everything "
    "that needs no running of student code is graded all the same."
)


@click.command()
def command() -> None:
    """Tell how student code is kept in on this machine, and what is missing for better.

    Nothing of a student is run: harmless attempts to get out are, in every isolation there is.
    """
    from grader.sandbox import opening

    tried = opening.try_all()
    usual = next((one for one in tried if one.isolation in opening.ORDER and not one.why_not), None)
    if usual:
        number = counted(len(usual.canaries), "attempt")
        say(
            wrapped(
                f"Student code is run with the isolation {usual.isolation!r}: none of {number} to get out of "
                "it succeeded here."
            )
        )
    else:
        say(wrapped(_NOTHING))
    say()
    say(columns([(one.isolation, _state(one, usual)) for one in tried]))
    there = [one for one in tried if one.canaries]
    if there:
        say("\nCan student code ...")
        say(columns(_attempts(there)))
    for one in tried:
        if one.why_not:
            say()
            say(wrapped(one.why_not[0].upper() + one.why_not[1:], hang=4))
    if usual is None:
        raise click.exceptions.Exit(1)


def _state(one: Tried, usual: Tried | None) -> str:
    if one.why_not:
        return "not here, see below"
    if one is usual:
        return "used, unless another is asked for"
    return f"to be had by {'--unsafe' if one.isolation == 'unsafe' else f'--isolation={one.isolation}'}"


def _attempts(there: list[Tried]) -> list[list[str]]:
    rows = [["", *(one.isolation for one in there)]]
    for number, canary in enumerate(there[0].canaries):
        found = ["yes" if one.canaries[number].succeeded else "no" for one in there]
        rows.append([canary.name, *found])
    return rows
