"""A network that is given as a function: called behind the walls with every listed input.

A function may compute what is asked in any way, so that what it does says nothing of its layers. One that is
wrong on an input is no right network; everything else waits for a person, who is told what it does.
"""

from __future__ import annotations

from fractions import Fraction

from grader.checks._common import NOTHING, undecided
from grader.checks._network_rubric import Prepared, behaves
from grader.checks._networks import smallest
from grader.checks._results import numbers
from grader.sandbox.jobs import Call, Called, NotRun, Value
from grader.types import Counterexample, Outcome, Verdict


def calls(prepared: Prepared, function: str) -> tuple[Call, ...]:
    """One call, which goes through all inputs: each has its entries as arguments."""
    return (Call(function, prepared.inputs, many=True),)


def judge_called(prepared: Prepared, value: object) -> Verdict:
    """What is to be said of a function by what it gives for the inputs."""
    if isinstance(value, NotRun):
        return undecided("not-run", f"{value.reason} A person reads the code.")
    called = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    results = called.value if isinstance(called, Called) and called.status == "returned" else None
    if not isinstance(results, list) or len(results) != len(prepared.inputs):
        return undecided("no-result", "The function did not come to an end for all inputs. A person decides.")
    outputs = []
    for given, result, expected in zip(prepared.inputs, results, prepared.expected, strict=True):
        found = _whole(result)
        if found is None or len(found) != len(expected):
            said = f"For the input ({_shown(given)}) the function does not give whole numbers, or fails."
            return undecided("no-numbers", f"{said} A person reads the code.")
        outputs.append(found)
    wrong = [k for k, expected in enumerate(prepared.expected) if outputs[k] != expected]
    if not wrong:
        said = f"The function is right for all {len(outputs):,} inputs that were tried."
        return undecided("function", f"{said} A person reads whether it is the network that is asked for.")
    at = smallest(prepared.inputs, wrong)
    got, expected = _shown(outputs[at]), _shown(prepared.expected[at])
    entries = tuple((f"x{position}", str(entry)) for position, entry in enumerate(prepared.inputs[at], 1))
    example = Counterexample(entries, got, expected)
    for slip in prepared.slips:
        if behaves(slip.network, prepared.activations[0], prepared.inputs, outputs):
            said = f"The function does what a network with this mistake does: {slip.say} A person decides."
            return undecided("function", said, ("", ""), example)
    said = (
        f"For the input ({_shown(prepared.inputs[at])}) the function gives {got[:60]} where {expected[:60]} "
        f"is right; {len(wrong):,} of {len(outputs):,} inputs are wrong."
    )
    if prepared.by_share:
        return undecided("function", f"{said} A person decides.", ("", ""), example)
    return Verdict(Outcome.INCORRECT, NOTHING, "behaviour", said, evidence=(example,))


def _shown(entries: tuple[object, ...]) -> str:
    return ", ".join(map(str, entries))


def _whole(value: Value) -> tuple[int, ...] | None:
    """The whole numbers that a call has given; None for anything else."""
    held = numbers(value)
    if held is None:
        return None
    found = []
    for entry in held.entries:
        real = entry[0] if isinstance(entry, tuple) and not entry[1] else None
        if real is None or Fraction(real).denominator != 1:
            return None
        found.append(int(real))
    return tuple(found)
