"""Functions are judged by what they return on hidden inputs, which no student's report shows."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from bare import Bare
from notebooks import BODIES, GIVEN, IMPORTS, fit_poly

from grader import checks, rubric
from grader.checks import OptionError, Setting, function
from grader.checks._results import argument, numbers, same
from grader.maths.names import NONE
from grader.maths.values.tolerance import Rule
from grader.sandbox import run
from grader.sandbox.codec import Array, Opaque
from grader.sandbox.jobs import Called, Cell, Fault, Job, NotRun
from grader.types import Answer, Note, Outcome, Place, Verdict

ROOT = Path(__file__).resolve().parent.parent
EXACT = Rule("exact")


@cache
def prepared_part(assignment: str, part: str) -> Any:
    sheet = rubric.load(ROOT / "rubrics" / f"{assignment}.yaml")
    return rubric.prepare(sheet, b"test")[part]


def judged(source: str, part: tuple[str, str] = ("csc413-2021-hw1", "3.3.3.code")) -> Verdict:
    prepared = prepared_part(*part)
    cells = tuple(Cell(number, text) for number, text in enumerate((IMPORTS, GIVEN, source), 1))
    job = Job(cells, functions=("fit_poly",), calls=function.calls(prepared, "fit_poly"), quiet=True)
    found = run.run(Bare(60), job)
    return function.judge(prepared, Answer("1", source, Place("a.ipynb", 3), "python", value=found.calls))


def said(verdict: Verdict, kind: str) -> str:
    return " ".join(one.text for one in verdict.evidence if isinstance(one, Note) and one.kind == kind)


@pytest.mark.parametrize("name", BODIES)
def test_every_way_to_write_fit_poly_earns_what_is_declared(name: str) -> None:
    credit = judged(fit_poly(name)).credit
    assert (None if credit is None else str(credit)) == BODIES[name][1]


def test_the_homework_of_2020_judges_it_the_same() -> None:
    assert judged(fit_poly("exchanged"), ("csc413-2020-hw1", "3.5.code")).code == "mistake-2"


def test_a_basis_that_is_an_argument_is_passed() -> None:
    body = BODIES["pseudo-inverse"][0]
    source = f"def fit_poly(X, d, t, poly_type='chebyshev'):\n{body}"
    assert judged(source).credit == 1


def test_what_was_taken_from_the_notebook_is_noted() -> None:
    assert "takes n from the notebook" in said(judged(fit_poly("n of the notebook")), "remark")
    assert "takes n" not in said(judged(fit_poly("both formulas")), "remark")


def test_an_exception_is_told_with_its_line_and_without_its_message() -> None:
    prepared = prepared_part("csc413-2021-hw1", "3.3.3.code")
    fault = Fault("ValueError", "[0.9514 0.8065]", 3, 2, "raise ValueError(str(X))")
    called = (Called("raised", None, fault),) * len(prepared.expected)
    verdict = function.judge(prepared, Answer("1", "f", Place("a"), "python", value=called))
    assert "ValueError in cell 3, line 2: `raise ValueError(str(X))` (11 of 11 inputs)" in said(
        verdict, "remark"
    )
    assert "0.9514" not in verdict.message + said(verdict, "remark")
    assert "0.9514" in said(verdict, "advice")


def test_the_name_of_an_exception_of_the_students_own_is_not_shown() -> None:
    prepared = prepared_part("csc413-2021-hw1", "3.3.3.code")
    called = (Called("raised", None, Fault("X0_9514_0_8065")),) * len(prepared.expected)
    verdict = function.judge(prepared, Answer("1", "f", Place("a"), "python", value=called))
    assert "0_9514" not in verdict.message + said(verdict, "remark")


def test_staff_see_the_smallest_input_it_fails_on() -> None:
    verdict = judged(fit_poly("zeros"))
    assert "Smallest input it fails on" in said(verdict, "advice")
    assert "Smallest input" not in said(verdict, "remark") + verdict.message


@pytest.mark.parametrize("value", [None, NotRun("There is no sandbox."), "forged", (1, 2), ()])
def test_code_that_was_not_run_waits_for_a_person(value: object) -> None:
    prepared = prepared_part("csc413-2021-hw1", "3.3.3.code")
    verdict = function.judge(prepared, Answer("1", "def fit_poly(): ...", Place("a"), "python", value=value))
    assert (verdict.outcome, verdict.credit) == (Outcome.UNDECIDED, None)


@pytest.mark.parametrize("status", ["late", "no result"])
def test_a_run_that_came_to_no_end_waits_for_a_person(status: Any) -> None:
    prepared = prepared_part("csc413-2021-hw1", "3.3.3.code")
    called = (Called(status), *(Called("returned", 1.0),) * 10)
    verdict = function.judge(prepared, Answer("1", "f", Place("a"), "python", value=called))
    assert verdict.credit is None


# --- a small check of its own ----------------------------------------------------------------------


def double(case: tuple[int] = (1,)) -> int:
    return 2 * case[0]


def is_even(case: tuple[int] = (1,)) -> int:
    return int(case[0] % 2 == 0)


REFERENCE: dict[str, Any] = {
    "double": double,
    "is_even": is_even,
    "cases": lambda: [(k,) for k in range(10)],
    "square": lambda case=(1,): case[0] ** 2,
    "half": lambda case=(1,): case[0] / 2,
    "fails": lambda case=(1,): 1 // (case[0] - 3),
    "nothing": lambda case=(1,): None,
    "no_cases": lambda: [],
    "numbers": lambda: [1, 2],
}


def small(**options: object) -> Any:
    given = function.Options.model_validate({"expected": "ref.double", "inputs": "ref.cases", **options})
    return function.prepare(given, Setting(NONE, REFERENCE))


def verdict_on(prepared: Any, values: list[object]) -> Verdict:
    called = tuple(Called("returned", value) for value in values)
    return function.judge(prepared, Answer("1", "f", Place("a"), "python", value=called))


def test_credit_may_be_per_input() -> None:
    values: list[object] = [0, 2, 4, 6, 8, 11, 12, 14, 16, 18]
    assert verdict_on(small(), values).credit == 0
    assert str(verdict_on(small(credit="per input"), values).credit) == "9/10"


def test_always_the_same_answer_earns_nothing_where_the_question_is_yes_or_no() -> None:
    prepared = small(expected="ref.is_even", credit="per input")
    assert verdict_on(prepared, [0] * 10).credit == 0
    assert verdict_on(prepared, [k % 2 == 0 for k in range(10)]).credit == 1


def test_inputs_are_shown_where_the_rubric_says_so() -> None:
    verdict = verdict_on(small(show="inputs"), [1] * 10)
    assert "Smallest input it fails on: (0)" in said(verdict, "remark")


def test_many_calls_may_be_made_together() -> None:
    prepared = small(calls="together")
    assert [call.many for call in function.calls(prepared, "f")] == [True]
    assert verdict_on(prepared, [[2 * k for k in range(10)]]).credit == 1
    assert verdict_on(prepared, [[2 * k for k in range(9)]]).credit is None
    assert verdict_on(prepared, [None]).credit == 0


@pytest.mark.parametrize(
    ("options", "at"),
    [
        ({"expected": "ref.half"}, ("tolerance",)),
        ({"expected": "ref.fails"}, ("expected",)),
        ({"expected": "ref.nothing"}, ("expected",)),
        ({"expected": "double"}, ("expected",)),
        ({"expected": "ref.nobody"}, ("expected",)),
        ({"inputs": "ref.no_cases"}, ("inputs",)),
        ({"inputs": "ref.numbers"}, ("inputs",)),
        ({"mistakes": [{"is": "ref.double", "credit": "0.5", "say": "x"}]}, ("mistakes", 0, "is")),
        ({"mistakes": [{"is": "ref.fails", "credit": "0.5", "say": "x"}]}, ("mistakes", 0, "is")),
        ({"variables": [{"name": "n", "is": "ref.nobody"}]}, ("variables", 0, "is")),
    ],
)
def test_a_fault_of_the_rubric_is_told_where_it_stands(
    options: dict[str, object], at: tuple[Any, ...]
) -> None:
    with pytest.raises(OptionError) as error:
        small(**options)
    assert error.value.path == at


def test_only_mistakes_with_a_value_on_every_input_are_known_by_it() -> None:
    prepared = small(mistakes=[{"is": "ref.square", "credit": "0.5", "say": "Squared, not doubled."}])
    assert verdict_on(prepared, [k * k for k in range(10)]).code == "mistake-1"
    assert verdict_on(prepared, [k * k + (k == 5) for k in range(10)]).code == "inputs"


# --- values ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("got", "expected", "agree"),
    [
        (2, 2.0, True),
        (True, 1, True),
        ([1, 2], (1.0, 2.0), True),
        ([[1], [2]], [1, 2], True),
        ([[1, 2], [3, 4]], [1, 2, 3, 4], False),
        ([[1, 2], [3]], [[1, 2], [3]], False),
        (float("nan"), float("nan"), False),
        (float("inf"), float("inf"), False),
        ("a", "a", True),
        ("1", 1, False),
        (None, None, False),
        (1 + 2j, 1 + 2j, True),
        (Opaque("A"), 1, False),
        ({"a": 1}, 1, False),
        ([], [], True),
        (Array("i8", (2,), bytes(16)), [0, 0], True),
        (Array("f4", (10**6,), b""), [0], False),
    ],
)
def test_values_are_compared_shape_first_then_entry_by_entry(got: Any, expected: Any, agree: bool) -> None:
    assert same(numbers(got), numbers(expected), EXACT) == agree


def test_a_rounded_value_is_right_within_the_tolerance_only() -> None:
    assert same(numbers([1.0 + 1e-9]), numbers([1]), Rule("abs", Fraction(1, 10**8)))
    assert not same(numbers([1.0 + 1e-7]), numbers([1]), Rule("abs", Fraction(1, 10**8)))


def test_lists_of_a_reference_are_passed_as_arrays_or_as_they_are() -> None:
    assert argument((1, 2), arrays=True).dtype == "i8"
    assert argument((Fraction(1, 2), 2), arrays=True).dtype == "f8"
    assert argument([Fraction(1, 2), "a"], arrays=True) == [0.5, "a"]
    assert argument((1, (2, 3)), arrays=False) == (1, (2, 3))


def test_the_contract_of_checks_that_call_functions() -> None:
    assert hasattr(checks.load("function"), "calls")


def test_functions_that_fail_in_the_same_way_stand_together() -> None:
    prepared, answer = small(), Answer("1", "f", Place("a"), "python")
    five: list[list[object]] = [[11], [99], [10]]
    ones: list[object] = [0, 2, 4, 6, 8]
    rest: list[object] = [12, 14, 16, 18]
    one, same, other = (verdict_on(prepared, [*ones, *each, *rest]) for each in five)
    keys = [function.alike(prepared, answer, verdict) for verdict in (one, same, other)]
    assert keys[0] == keys[1] != keys[2]  # the last one is right everywhere
    not_run = function.judge(prepared, answer)
    assert function.alike(prepared, answer, not_run) is None
