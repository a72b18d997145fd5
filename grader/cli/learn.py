"""`grader learn`: what people decided on equal answers becomes a declared mistake of the rubric."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli._books import the_book
from grader.cli._printing import counted, excerpt, labelled, plain, say
from grader.errors import StaffError

if TYPE_CHECKING:
    from grader.gradebook import RememberedDecision
    from grader.learning import Learned


@click.command()
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--rubric", metavar="RUBRIC", help="A rubric file, or the name of its assignment.")
@click.option("--part", metavar="PART", help="Only decisions on this part.")
@click.option("--write", is_flag=True, help="Write it. Without this the lines are only shown.")
def command(out: Path, rubric: str | None, part: str | None, write: bool) -> None:
    """Write what was decided in OUT for all equal answers into the rubric, as declared mistakes.

    The new lines are shown first. Nothing else in the file changes, and each line is tried out: the answer
    gets the credit that was decided, and all others keep theirs.
    """
    from grader import files, learning
    from grader.rubric import locate

    with the_book(out) as book:
        names = book.assignments()
        found = [(name, book.remembered(name)) for name in names]
    told = False
    for assignment, decisions in found:
        wanted = [one for one in decisions if part is None or one.part == part]
        if not wanted:
            continue
        told = True
        path = locate(rubric or assignment)
        learned = learning.learn(path, wanted)
        _tell(learned)
        if write and learned.learned:
            files.write_whole(path, learned.text)
            say(f"\nWritten to {plain(str(path))}. `grader regrade {plain(str(out))}` shows what it changes.")
        elif learned.learned:
            say("\nNothing is written yet: `--write` does it.")
    if not told:
        of = f" on {part}" if part else ""
        raise StaffError(f"no decision{of} is remembered; mark a group of equal answers on the review page")


def _tell(learned: Learned) -> None:
    say(plain(f"{learned.path}: {counted(len(learned.learned), 'new mistake')}"))
    for one in learned.refused:
        say(labelled(one.decision.part, f"{_answer(one.decision)}\nnot learned: {one.why}", gutter=18))
    if learned.diff:
        say()
        say(plain(learned.diff.rstrip("\n")))


def _answer(decision: RememberedDecision) -> str:
    return excerpt(" ".join(decision.answer_text.split()), characters=120)
