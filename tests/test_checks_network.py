"""Small networks run on every input; the example is the search for a number in a list of three."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from grader.checks import OptionError, Setting, network
from grader.checks._networks import Layer, relu, run, whole
from grader.checks._stated import stated
from grader.maths.names import NONE
from grader.sandbox.jobs import Cell, Job
from grader.sandbox.launch import Sandbox
from grader.sandbox.limits import Limits
from grader.sandbox.run import run as run_job
from grader.types import Answer, Counterexample, Note, Outcome, Place, Verdict


def fires(z: Fraction = Fraction(0)) -> int:
    return int(-1 <= z <= 1)


def is_member(inputs: Sequence[int] = (0, 0, 0, 0)) -> int:
    return int(inputs[3] in inputs[:3])


def member_inputs() -> list[tuple[int, ...]]:
    near = [x for x in product(range(-2, 3), repeat=4) if len(set(x[:3])) == 3]
    far = [(10**6, 10**6 + step, -(10**6), 10**6 + query) for step in (1, 2, 9) for query in (0, 1, 2, 8, 9)]
    return [*near, *far]


def differences(scale: int, query: int = 3) -> list[list[int]]:
    others = [k for k in range(4) if k != query]
    return [[scale * ((k == query) - (k == other)) for k in range(4)] for other in others]


def is_adjacent(inputs: Sequence[int] = (0, 0, 0, 0)) -> bool:
    return any(abs(inputs[3] - entry) == 1 for entry in inputs[:3])


def is_positive(inputs: Sequence[int] = (0,)) -> int:
    return int(inputs[0] >= 0)


def larger(inputs: Sequence[int] = (0, 0)) -> int:
    return max(inputs)


REFERENCE: Mapping[str, Any] = {
    "fires": fires,
    "is_member": is_member,
    "member_inputs": member_inputs,
    "is_adjacent": is_adjacent,
    "member_network": lambda: [differences(2), [0, 0, 0], [[1, 1, 1]], [-2]],
    "neighbours_network": lambda: [differences(1), [0, 0, 0], [[1, 1, 1]], [-2]],
    "always_network": lambda: [differences(2), [0, 0, 0], [[1, 1, 1]], [-1]],
    "never_network": lambda: [differences(2), [0, 0, 0], [[-2, -2, -2]], [-2]],
    "first_network": lambda: [differences(2, query=0), [0, 0, 0], [[1, 1, 1]], [-2]],
}
MEMBER: Mapping[str, object] = {
    "layers": [
        {"weights": ["W1", "W^{(1)}"], "bias": ["b1", "b^{(1)}"], "shape": ["3", "4"]},
        {"weights": ["w2", "w^{(2)}", "W2"], "bias": ["b2", "b^{(2)}"], "shape": ["1", "3"]},
    ],
    "activation": "ref.fires",
    "inputs": "ref.member_inputs",
    "expected": "ref.is_member",
    "example": "ref.member_network",
    "mistakes": [
        {
            "is": "ref.neighbours_network",
            "only_where": "ref.is_adjacent",
            "credit": "0.6",
            "say": "Adjacent integers fire.",
        },
        {"is": "ref.always_network", "credit": "0.5", "say": "It always fires."},
        {"is": "ref.never_network", "credit": "0.7", "say": "It never fires."},
        {"is": "ref.first_network", "credit": "0.5", "say": "x4 is the number to find."},
    ],
}
W1 = "W1 = 2 [[-1, 0, 0, 1], [0, -1, 0, 1], [0, 0, -1, 1]]"


def judge(text: str, **more: object) -> Verdict:
    prepared = network.prepare(network.Options.model_validate({**MEMBER, **more}), Setting(NONE, REFERENCE))
    return network.judge(prepared, Answer("1.1", text, Place("a.md")))


@pytest.mark.parametrize(
    "text",
    [
        f"{W1}, b1 = [0, 0, 0], w2 = [1, 1, 1], b2 = -2",
        f"{W1}\nb1 = (0, 0, 0)\nw2 = (2, 2, 2)\nb2 = -2",
        f"{W1}, b1 = 0, w2 = -2 (1, 1, 1), b2 = 2",
        f"{W1}, w2 = [[3], [3], [3]], b2 = [-3]",
        f"{W1}, b1 = 1/2, 1/2, -0.5; w2 = [[1, 1, 1]]; b2: -2",
        "W1 = [[-1.0001, 0, 0, 1.0001], [0, -5, 0, 5], [0, 0, 3/2, -3/2]], b1 = 0, w2 = [1, 1, 1], b2 = -2",
        "W1 = [[0, 0, -2, 2], [-2, 0, 0, 2], [0, -2, 0, 2]], b1 = [0, 0, 0], w2 = [1, 1, 1], b2 = -2",
        "$$W^{(1)} = 2 \\begin{pmatrix} -1 & 0 & 0 & 1 \\\\ 0 & -1 & 0 & 1 \\\\ 0 & 0 & -1 & 1 "
        "\\end{pmatrix}, "
        "\\quad b^{(1)} = \\begin{pmatrix} 0 \\\\ 0 \\\\ 0 \\end{pmatrix}$$\n"
        "and $w^{(2)} = (1, 1, 1)^\\top$, $b^{(2)} = -2$.",
        "```python\nW1 = 2 * np.array([[-1, 0, 0, 1],\n                   [0, -1, 0, 1],\n"
        "                   [0, 0, -1, 1]])  # rows are units\n"
        "b1 = np.zeros(3)\nw2 = np.ones((1, 3))\nb2 = -2\n```",
        "W1: [[-2, 0, 0], [0, -2, 0], [0, 0, -2], [2, 2, 2]]\nb1: [0, 0, 0]\nW2: [1, 1, 1]\nb2: -2",
    ],
)
def test_any_weights_that_do_it_are_right(text: str) -> None:
    verdict = judge(text)
    assert verdict.outcome is Outcome.CORRECT, verdict.message
    assert "inputs that were tried" in verdict.message


@pytest.mark.parametrize(
    ("text", "credit", "said", "example"),
    [
        (f"{W1}, b1 = [0, 0, 0], w2 = [-2, -2, -2], b2 = -2", "0.7", "It never fires.", "1"),
        (f"{W1.replace('= 2', '=')}, b1 = [0, 0, 0], w2 = [1, 1, 1], b2 = -2", "0.6", "Adjacent", "0"),
        (f"{W1.replace('= 2', '=')}, b1 = [0, 0, 0], w2 = [2, 2, 2], b2 = -2", "0.6", "Adjacent", "1"),
        (f"{W1}, b1 = [0, 0, 0], w2 = [1, 1, 1], b2 = -1", "0.5", "It always fires.", "0"),
        (
            "W1 = [[2, -2, 0, 0], [2, 0, -2, 0], [2, 0, 0, -2]], b1 = 0, w2 = [1, 1, 1], b2 = -2",
            "0.5",
            "x4",
            "1",
        ),
        (f"{W1}, b1 = [2, 0, 0], w2 = [1, 1, 1], b2 = -2", "0", "the network says", "1"),
    ],
)
def test_a_wrong_network_is_known_by_what_it_does(text: str, credit: str, said: str, example: str) -> None:
    verdict = judge(text)
    assert verdict.credit == Fraction(credit)
    assert said in verdict.message
    (found,) = (one for one in verdict.evidence if isinstance(one, Counterexample))
    assert found.expected == example
    inputs = [int(value) for _, value in found.values]
    assert str(is_member(inputs)) == found.expected != found.got


def test_the_smallest_wrong_input_is_the_evidence() -> None:
    verdict = judge(f"{W1}, b1 = [0, 0, 0], w2 = [-2, -2, -2], b2 = -2")
    (found,) = (one for one in verdict.evidence if isinstance(one, Counterexample))
    assert [value for _, value in found.values] == ["0", "1", "-1", "0"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The network compares x4 with each xi.", "absent"),
        (f"{W1}, b1 = 0, b2 = -2", "absent"),
        ("W1 = [[1, 2], [3, 4]], b1 = 0, w2 = [1, 1, 1], b2 = -2", "shape"),
        (f"{W1}, b1 = [0, 0], w2 = [1, 1, 1], b2 = -2", "shape"),
        (f"{W1}, b1 = [sqrt(2), 0, 0], w2 = [1, 1, 1], b2 = -2", "inexact"),
        (f"{W1}, b1 = [10^-400, 0, 0], w2 = [1, 1, 1], b2 = -2", "too-large"),
        (f"{W1}, w2 = [1, 1, 1]", "mistake-2"),
        (f"{W1}, b1 = 0, w2 = [1, 1, 1], b2 = -2. No: b2 = -1", "mistake-2"),
    ],
)
def test_what_is_not_all_there_waits_for_a_person(text: str, code: str) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.credit, verdict.code) == (Outcome.UNDECIDED, None, code)


def test_the_share_of_the_worst_kind_of_answer_is_the_credit() -> None:
    shared = {"mistakes": [], "credit": "by share"}
    never = judge(f"{W1}, b1 = [0, 0, 0], w2 = [-2, -2, -2], b2 = -2", **shared)
    assert never.credit == 0
    off = judge(f"{W1}, b1 = [2, 0, 0], w2 = [1, 1, 1], b2 = -2", **shared)
    assert off.credit is not None
    assert 0 < off.credit < 1


@pytest.mark.parametrize(
    ("words", "convention"),
    [("", "a step that is 1 at 0"), ("with the closed step", "a step that is 1 at 0")],
)
def test_another_activation_may_be_accepted_by_name(words: str, convention: str) -> None:
    reference: Mapping[str, Any] = {
        "positive": is_positive,
        "numbers": lambda: [(k,) for k in range(-5, 6)],
        "right": lambda: [[[2]], [1]],
    }
    options = {
        "layers": [{"weights": ["w"], "bias": ["b"], "shape": ["1", "1"]}],
        "activation": "step",
        "conventions": [{"use": "step closed", "as": convention, "words": ["closed step"]}],
        "inputs": "ref.numbers",
        "expected": "ref.positive",
        "example": "ref.right",
    }
    prepared = network.prepare(network.Options.model_validate(options), Setting(NONE, reference))
    verdict = network.judge(prepared, Answer("1", f"w = 1, b = 0 {words}", Place("a.md")))
    assert verdict.outcome is Outcome.CORRECT
    assert Note("convention", f"The activation is {convention}.") in verdict.evidence


def test_letters_in_a_shape_are_sizes_of_the_authors_choice() -> None:
    reference: Mapping[str, Any] = {
        "larger": larger,
        "pairs": lambda: list(product(range(-3, 4), repeat=2)),
        "right": lambda: [[[1, -1], [0, 1], [0, -1]], [0, 0, 0], [[1, 1, -1]], [0]],
    }
    options = {
        "layers": [
            {"weights": ["W1"], "bias": ["b1"], "shape": ["h", "2"]},
            {"weights": ["W2"], "bias": ["b2"], "shape": ["1", "h"]},
        ],
        "activation": "relu",
        "output": "identity",
        "inputs": "ref.pairs",
        "expected": "ref.larger",
        "example": "ref.right",
    }
    prepared = network.prepare(network.Options.model_validate(options), Setting(NONE, reference))

    def credit(text: str) -> Fraction | None:
        return network.judge(prepared, Answer("1", text, Place("a.md"))).credit

    half = "W1 = [[1, -1], [-1, 1], [1, 1], [-1, -1]], b1 = 0, W2 = 1/2 [1, 1, 1, -1], b2 = 0"
    assert credit(half) == 1
    assert credit(half.replace("1/2", "1/3")) == 0


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"activation": "stepp"}, ("activation",)),
        ({"example": "ref.never_network"}, ("example",)),
        ({"example": "ref.is_member"}, ("example",)),
        ({"inputs": "ref.is_member"}, ("inputs",)),
        ({"expected": "ref.no_such"}, ("expected",)),
        ({"mistakes": [{"is": "ref.member_network", "credit": "0", "say": "x"}]}, ("mistakes", 0, "is")),
    ],
)
def test_options_that_cannot_be_meant_are_refused(more: dict[str, object], path: tuple[object, ...]) -> None:
    with pytest.raises(OptionError) as raised:
        judge("", **more)
    assert raised.value.path == path


def test_every_sample_gets_its_credit() -> None:
    prepared = network.prepare(network.Options.model_validate(MEMBER), Setting(NONE, REFERENCE))
    tried = network.samples(prepared)
    assert len(tried) == 5
    for sample in tried:
        assert network.judge(prepared, Answer("1.1", sample.text, Place("a.md"))).credit == sample.credit


def test_whole_weights_change_nothing_but_the_speed() -> None:
    layer = Layer(
        ((Fraction(2), Fraction(-1, 3)), (Fraction(0), Fraction(5))), (Fraction(1), Fraction(-7, 2))
    )
    for inputs in product(range(-4, 5), repeat=2):
        assert run((layer,), relu, relu, inputs) == run(whole((layer,)), relu, relu, inputs)


@pytest.mark.parametrize(
    ("text", "shape", "first"),
    [
        ("W = [[1, 2], [3, 4]]", (2, 2), 1),
        ("so that W = -\\frac{1}{2} \\begin{bmatrix} 1 & 2 \\end{bmatrix}.", (1, 2), Fraction(-1, 2)),
        ("the weights W: (3, 4, 5)", (3,), 3),
        ("W = 7, 8, 9", (3,), 7),
        ("W = 7, b = 8", (), 7),
        ("W = U = [5, 6]", (2,), 5),
        ("W = 3: U = 4", (), 3),
        ("with V = 3: W = 4", (), 4),
        ("W =\n[[1,\n 2]]", (1, 2), 1),
        ("W = np.zeros((2, 3))", (2, 3), 0),
    ],
)
def test_named_values_are_found_in_a_text(text: str, shape: tuple[int, ...], first: Fraction) -> None:
    (found,) = stated(text, {"W": ["W"]})["W"]
    assert (found.shape, found.values[0]) == (shape, first)


@pytest.mark.parametrize(
    "text",
    ["", "W", "W =", "= 3", "W = x", "W = [[1, 2], [3]]", "V = 3", "W = 9**9**9", "(" * 50_000, "=" * 50_000],
)
def test_nothing_is_found_where_nothing_is_stated(text: str) -> None:
    assert stated(text, {"W": ["W"]}) == {}


def of_code(code: str, **more: object) -> Verdict:
    """What is said of a function called `verifier` that was run behind the walls."""
    prepared = network.prepare(network.Options.model_validate({**MEMBER, **more}), Setting(NONE, REFERENCE))
    job = Job((Cell(1, code),), functions=("verifier",), calls=network.calls(prepared, "verifier"))
    with Sandbox("namespaces", Limits()) as sandbox:
        ran = run_job(sandbox, job)
    return network.judge(prepared, Answer("1.1", code, Place("hw.ipynb"), "python", value=ran.calls))


@pytest.mark.parametrize(
    ("code", "outcome", "words"),
    [
        ("def verifier(*x):\n    return int(x[3] in x[:3])", Outcome.UNDECIDED, "right for all 315"),
        ("def verifier(a, b, c, d):\n    return [d in (a, b, c)]", Outcome.UNDECIDED, "right for all 315"),
        (
            "import numpy as np\ndef verifier(*x):\n    return np.array([x[3] in x[:3]]) * 1.0",
            Outcome.UNDECIDED,
            "whether it is the network",
        ),
        ("def verifier(a, b, c, d):\n    return int(d in (a, b))", Outcome.INCORRECT, "inputs are wrong"),
        ("def verifier(*x):\n    return 0", Outcome.UNDECIDED, "It never fires. A person decides."),
        ("def verifier(*x):\n    return 0.5", Outcome.UNDECIDED, "does not give whole numbers"),
        ("def verifier(x):\n    return 1", Outcome.UNDECIDED, "does not give whole numbers"),
        ("def verifier(*x):\n    while True: pass", Outcome.UNDECIDED, "not come to an end"),
    ],
)
def test_a_function_is_called_on_every_input_and_never_right_without_a_person(
    code: str, outcome: Outcome, words: str
) -> None:
    verdict = of_code(code)
    assert verdict.outcome is outcome
    assert words in verdict.message


def test_a_function_that_is_wrong_is_shown_the_smallest_input_it_is_wrong_for() -> None:
    verdict = of_code("def verifier(a, b, c, d):\n    return int(d in (a, b))")
    (example,) = verdict.evidence
    assert isinstance(example, Counterexample)
    assert (example.got, example.expected) == ("0", "1")
    values = dict(example.values)
    assert values["x3"] == values["x4"]
