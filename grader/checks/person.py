"""A part that only a person can mark: a proof, a drawing, a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from grader.checks import Sample, Setting
from grader.checks._common import CheckOptions, undecided
from grader.types import Answer, Checklist, Reads, Verdict

READS: Final[Reads] = "prose"


class Options(CheckOptions):
    """`items`: what the person should look for."""

    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    items: tuple[str, ...]


def prepare(options: Options, setting: Setting) -> Prepared:
    """The items to look for."""
    return Prepared(options.items)


def judge(prepared: Prepared, answer: Answer) -> Verdict:
    """Always undecided, with the items; nothing is read into the text."""
    return undecided("person", "A person marks this part.", ("", ""), Checklist(prepared.items))


def samples(prepared: Prepared) -> tuple[Sample, ...]:
    """One answer, which a person decides."""
    return (Sample("any argument", "An argument in words.", None),)
