"""A small network given by its weights, judged by what it does: every listed input is run, exactly.

    check: network
    layers:
      - {weights: [W1, 'W^{(1)}'], bias: [b1, 'b^{(1)}'], shape: [3, 4]}     # a row for each unit
      - {weights: [w2, 'w^{(2)}'], bias: [b2, 'b^{(2)}'], shape: [1, 3]}
    activation: ref.fires              # or step, step closed, sign, relu, identity
    inputs: ref.member_inputs          # all of them are tried: small ones, large ones, those at the border
    expected: ref.is_member            # called with one input: what the network has to say
    example: ref.member_network        # weights that are right: [W1, b1, w2, b2]
    mistakes:
      - {is: ref.never_network, credit: 0.7, say: "It never fires."}
      - {is: ref.neighbours_network, only_where: ref.is_adjacent, credit: 0.6, say: "Adjacent integers fire."}
    credit: by share                   # of the inputs it is right for, the worst kind of answer counting

With `answer: {function: verifier}` a function of that name is called on the inputs too: one that is wrong on
one of them is wrong, and one that is right on all waits for a person, because it need not be a network.

An answer has a mistake when it does what the network of the mistake does on every input, or when all inputs
it is wrong for are among those where `only_where` holds.
"""

from __future__ import annotations

from typing import Final

from grader.checks import Sample
from grader.checks._common import FULL, NOTHING, outcome_of, undecided
from grader.checks._network_calls import calls as calls
from grader.checks._network_calls import judge_called
from grader.checks._network_rubric import Options as Options
from grader.checks._network_rubric import Prepared, behaves, run_with
from grader.checks._network_rubric import prepare as prepare
from grader.checks._networks import Network, build_layer, size, smallest, whole, worst_share
from grader.checks._stated import Numbers, stated
from grader.errors import StudentError
from grader.types import Answer, Counterexample, Evidence, Note, Outcome, Reads, Verdict

READS: Final[Reads] = "prose"

_MOST_BITS = 400  # of one weight; more is no weight, but an attempt to slow the machine


def judge(prepared: Prepared, answer: Answer) -> Verdict:
    """Whether the network does what is asked on every input, with the smallest input where it does not."""
    if answer.value is not None:
        return judge_called(prepared, answer.value)
    text = answer.text or answer.passage
    names: dict[str, tuple[str, ...]] = {}
    for k, layer in enumerate(prepared.layers):
        names |= {f"W{k}": layer.weights, f"b{k}": layer.bias}
    found = stated(text, names)
    absent = [layer.weights[0] for k, layer in enumerate(prepared.layers) if f"W{k}" not in found]
    if absent:
        return undecided("absent", f"{' and '.join(absent)} cannot be found as numbers; a person reads this.")
    notes: list[Evidence] = []
    sizes: dict[str, int] = {}
    layers = []
    guessed = []
    for k, layer in enumerate(prepared.layers):
        if f"b{k}" not in found:
            guessed.append(layer.bias[0])
        bias = found.get(f"b{k}", (Numbers((), (NOTHING,), "0"),))[-1]
        called = (layer.weights[0], layer.bias[0])
        try:
            built, said = build_layer(layer.shape, called, found[f"W{k}"][-1], bias, sizes)
        except StudentError as error:
            return undecided(error.code, f"{error} A person reads this.", (_shown(prepared, found), ""))
        layers.append(built)
        notes += [Note("remark", remark) for remark in said]
    network = tuple(layers)
    if size(network) > _MOST_BITS:
        return undecided(
            "too-large", "The weights have too many digits to be tried out; a person reads this."
        )
    if guessed:
        notes.append(Note("remark", f"{' and '.join(guessed)} is not given and was taken as zero."))
    twice = [names[key][0] for key, values in found.items() if len(values) > 1]
    if twice:
        notes.append(Note("remark", f"{' and '.join(twice)} is given more than once; the last one counts."))
    verdict = _tried(prepared, whole(network), text, (_shown(prepared, found), ""), tuple(notes))
    if verdict.outcome is not Outcome.CORRECT and (guessed or twice):
        message = (
            f"{verdict.message} {notes[-1].text if isinstance(notes[-1], Note) else ''} A person decides."
        )
        return undecided(verdict.code, message, (verdict.read, ""), *verdict.evidence)
    return verdict


def _shown(prepared: Prepared, found: dict[str, tuple[Numbers, ...]]) -> str:
    pairs = ((layer.weights[0], f"W{k}") for k, layer in enumerate(prepared.layers))
    both = [pair for k, pair in enumerate(pairs) for pair in (pair, (prepared.layers[k].bias[0], f"b{k}"))]
    return ", ".join(f"{name} = {found[key][-1].text}" for name, key in both if key in found)[:4_000]


def _tried(
    prepared: Prepared, network: Network, text: str, read: tuple[str, str], notes: tuple[Evidence, ...]
) -> Verdict:
    named = [one for one in prepared.activations if one.words is not None and one.words.search(text)]
    for activation in (*named, *(one for one in prepared.activations if one not in named)):
        outputs = run_with(network, activation, prepared.inputs)
        if outputs == prepared.expected:
            message = f"Correct for all {len(prepared.inputs):,} inputs that were tried."
            used = f"The activation is {activation.name}."
            extra = (Note("convention", used),) if activation.name else ()
            return Verdict(Outcome.CORRECT, FULL, "correct", message, *read, (*extra, *notes))
    first = (named or prepared.activations)[0]
    outputs = run_with(network, first, prepared.inputs)
    wrong = [k for k, wanted in enumerate(prepared.expected) if outputs[k] != wanted]
    at = smallest(prepared.inputs, wrong)
    values = tuple((f"x{position}", str(entry)) for position, entry in enumerate(prepared.inputs[at], 1))
    got, expected = (", ".join(map(str, one)) for one in (outputs[at], prepared.expected[at]))
    example = Counterexample(values, got, expected)
    for position, slip in enumerate(prepared.slips, 1):
        inside = slip.only_where is not None and all(slip.only_where(prepared.inputs[k]) for k in wrong)
        if inside or behaves(slip.network, first, prepared.inputs, outputs):
            outcome, code = outcome_of(slip.credit), f"mistake-{position}"
            return Verdict(outcome, slip.credit, code, slip.say, *read, (example, *notes))
    message = (
        f"For the input ({', '.join(value for _, value in values)}) the network says {got[:60]} where "
        f"{expected[:60]} is right; {len(wrong):,} of {len(prepared.inputs):,} inputs are wrong."
    )
    credit = worst_share(outputs, prepared.expected) if prepared.by_share else NOTHING
    return Verdict(outcome_of(credit), credit, "behaviour", message, *read, (example, *notes))


def samples(prepared: Prepared) -> tuple[Sample, ...]:
    """The weights of the example and of each known wrong network, typed."""
    right = Sample("the reference", _typed(prepared, prepared.example), FULL)
    wrong = (
        Sample(f"mistake {k}: {slip.say}", _typed(prepared, slip.network), slip.credit)
        for k, slip in enumerate(prepared.slips, 1)
    )
    return (right, *wrong)


def _typed(prepared: Prepared, network: Network) -> str:
    pieces = []
    for options, layer in zip(prepared.layers, network, strict=True):
        rows = ", ".join("[" + ", ".join(map(str, row)) + "]" for row in layer.weights)
        pieces += [
            f"{options.weights[0]} = [{rows}]",
            f"{options.bias[0]} = [{', '.join(map(str, layer.bias))}]",
        ]
    return ", ".join(pieces)
