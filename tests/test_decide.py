"""Same or different for answers of every kind."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from grader.maths import same
from grader.maths.names import Symbols, declare
from grader.maths.notation import read
from grader.maths.sameness.decide import Policy, decide
from grader.maths.sameness.identity import Comparison
from grader.maths.tree import Node

NAMES = "x y z a b c k s t v g L T A B C".split()
REAL = declare({name: {"scalar": "real"} for name in NAMES})
POSITIVE = declare({name: {"scalar": "positive"} for name in NAMES})
COMPLEX = declare({name: {"scalar": "complex"} for name in NAMES})
INTEGER = declare({name: {"scalar": "integer"} for name in NAMES})
PLAIN = Policy()
INFINITY = Node("constant", (), "infinity")


WORDS = {
    " implies ": "implies",
    " or ": "or",
    " and ": "and",
    " | ": "union",
    " & ": "intersection",
    " \\ ": "difference",
}
SIGNS = re.compile(r"<=|>=|!=|=|<|>")


def tree(text: str) -> Node:
    """A small language for tests: `or`, `not`, relations, `{1; 2}`, `[a; b)`, `|` for unions, `1; 2`."""
    text = text.strip()
    for word, op in WORDS.items():
        if len(parts := _split(text, word)) > 1:
            return Node(op, tuple(map(tree, parts)))
    if text.startswith("not "):
        return Node("not", (tree(text[4:]),))
    if len(parts := _split(text, " in ")) == 2:
        return Node("member", tuple(map(tree, parts)))
    if len(parts := _split(text, ";")) > 1:
        return Node("list", tuple(map(tree, parts)))
    inner, bracketed = text[1:-1], _closes_last(text)
    if bracketed and text[0] == "{":
        return Node("set", tuple(map(tree, _split(inner, ";"))) if inner.strip() else ())
    if bracketed and len(_split(inner, ";")) == 2 and not SIGNS.search(inner):
        return Node("interval", tuple(map(tree, _split(inner, ";"))), (text[0] == "[", text[-1] == "]"))
    if bracketed and (SIGNS.search(inner) or any(word in inner for word in WORDS)):
        return tree(inner)
    if signs := SIGNS.findall(text):
        return Node(
            "relation", tuple(map(tree, SIGNS.split(text))), signs[0] if len(signs) == 1 else tuple(signs)
        )
    if text in ("true", "false"):
        return Node("truth", (), text == "true")
    if text in ("reals", "integers", "naturals", "complex"):
        return Node("named", (), text)
    if "+-" in text:
        left, right = text.split("+-", 1)
        return Node("plusminus", (tree(left), tree(right)) if left.strip() else (tree(right),), "+-")
    if text in ("infinity", "-infinity"):
        return INFINITY if text[0] == "i" else Node("negate", (INFINITY,))
    return read(text, REAL, "plain")


def _split(text: str, word: str) -> list[str]:
    parts, start, depth = [], 0, 0
    for place, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if depth == 0 and text.startswith(word, place):
            parts.append(text[start:place])
            start = place + len(word)
    return [*parts, text[start:]]


def _closes_last(text: str) -> bool:
    """Whether the bracket that opens a text is closed by its last character."""
    depth = 0
    for place, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if depth == 0:
            return place == len(text) - 1 > 0
    return False


def verdict(expected: str, got: str, symbols: Symbols = REAL, policy: Policy = PLAIN) -> Comparison:
    return decide(tree(expected), tree(got), symbols, secret=b"test", policy=policy)


SAME = [
    # equations
    ("x^2 = 4", "x = 2 or x = -2"),
    ("y = 1 - x", "x + y = 1"),
    ("x^2 - 5y^2 - 7 = 0", "2x^2 = 10y^2 + 14"),
    ("34x + 45y - 20z + 100 = 0", "-34x - 45y + 20z - 100 = 0"),
    ("1 = 0", "1 = 2"),
    ("x = x", "1 = 1"),
    ("x = x", "true"),
    ("1 = 2", "false"),
    ("x^5999*(1 - x + x^2) = 0", "x^6000 - x^6001 = x^5999"),
    ("a = 0 or x = y", "a*x = a*y"),
    ("(a - b)*(a^2 + a*b + b^2) = 0", "a^3 = b^3"),
    ("a*x^2 + b*x = -c or a = 0", "4a^2*x^2 + 4a*b*x + b^2 = b^2 - 4a*c"),
    ("0 = x - y/A - (y - z)/B", "0 = -x + y/A + (y - z)/B"),
    ("y = x^2/x", "y = x"),
    ("y/x = 2", "y = 2x"),
    ("x = y", "abs(x - y) = 0"),
    ("(x^2 - y^2)/(x - y) = 0", "x + y = 0"),
    ("x/y = 0", "x = 0"),
    ("a = log(9)/log(3)", "3^a = 9"),
    ("log((x + 17)/(2x))/log(3) = 2", "(x + 17)/(2x) = 9"),
    ("{x = 1; x = 2}", "x = 2 or x = 1"),
    ("x = {1; 2}", "x = 1 or x = 2"),
    ("(x = 5; y = 2); (x = 7; y = 2)", "y = 2 and (x = 5 or x = 7)"),
    ("x^2 + y^2 = 0", "x = 0 and y = 0"),
    ("s^2 = 0", "s^2*exp(s*t) = 0"),
    ("x = sin(y)/cos(y)", "x = tan(y)"),
    ("exp(x) = y", "x = log(y)"),
    ("x*log(2) = log(4)", "x = log(2^2)/log(2)"),
    ("abs(x - 1/2) + abs(x + 1/2) = 2", "abs(x) = 1"),
    ("sqrt(3x + 4) = 2 + sqrt(x + 2)", "x = 7"),
    ("x^2 = pi", "x = sqrt(pi) or x = -sqrt(pi)"),
    ("x = +-3", "x^2 = 9"),
    ("x = 5/2 +- sqrt(25 - 24)/2", "x^2 - 5x + 6 = 0"),
    ("x^3 = 8", "x = 2"),
    ("log(x)^2 = 1", "x = exp(1) or x = 1/exp(1)"),
    ("x*sin(x) = 1", "sin(x) = 1/x"),
    # systems
    ("y^2 = 2 and y = x", "x^2 + y^2 = 4 and y = x"),
    ("(x - 1)*(x + 1) = 0 and (x - 1)*(x - 3) = 0", "x = 1"),
    ("a = 1; b = 2; c = 3", "3a + b - c = 2; a - b + 2c = 5; b + c = 5"),
    ("x = 1; y = 2", "y = 2; x = 1"),
    ("k ∈ ℤ", "k ∈ ℤ"),
    ("x^2 + y^2 = 5 and x = 1", "(x = 1 and y = 2) or (x = 1 and y = -2)"),
    # inequalities
    ("x > 1", "-2 > -2x"),
    ("x < 0 or x > 1", "x*(x - 1) > 0"),
    ("x < 2 or x > 2", "x != 2"),
    ("x != 1", "x - 1 != 0"),
    ("-2 <= x <= 7", "x in [-2; 7]"),
    ("not (x <= 2 and -2 <= x)", "x > 2 or -2 > x"),
    ("x < 0 or (x >= 1 and x <= 3)", "(x < 0 or x >= 1) and x <= 3"),
    ("2x/abs(x - 1) < 1", "2x < abs(x - 1)"),
    ("x*y < 0", "-2y*x > 0"),
    ("-x^2 + a*x + a - 3 < 0", "a - 3 < (x - a/2)^2 - a^2/4"),
    ("-infinity < x", "true"),
    ("exp(x) > 2", "x > log(2)"),
    ("x > 1 or x < 3", "true"),
    # logic
    ("A and B", "B and A"),
    ("A implies B", "not A or B"),
    ("not (A or B)", "not A and not B"),
    ("A and (B or C)", "(A and B) or (A and C)"),
    # sets
    ("{1; 2}", "{2; 1; 1}"),
    ("{x; 2x}", "{x + x; x}"),
    ("{1; {2; 3}}", "{{3; 2}; 1}"),
    ("{4 < x; 1}", "{1; x > 4}"),
    ("{sqrt(2); pi}", "{pi; 2^(1/2)}"),
    ("{1; 2}", "1; 2"),
    ("{2; 3} & ({1; 2} | {3; 4})", "{3; 2}"),
    ("{}", "{1} & {2}"),
    ("3 +- 1", "{2; 4}"),
    # intervals
    ("[1; 2]", "[1; 3/2] | (5/4; 2]"),
    ("[1; 2] | {1; 2; 3}", "{3} | [1; 2]"),
    ("reals", "(-infinity; 1) | (-1; infinity)"),
    ("[0; 2] \\ (0; 1)", "{0} | [1; 2]"),
    ("[sqrt(2); pi]", "[2^(1/2); pi]"),
    ("[a; 2] | (a + 2; 4]", "(2 + a; 4] | [a; 2]"),
    ("[-2; 7]", "-2 <= x <= 7"),
    # other kinds where the policy lets them count
    ("3", "x = 3"),
    ("x = 3", "3"),
    ("x = 1; y = 2", "1; 2"),
    ("(x, y) = (1, 2)", "(1, 2)"),
    ("x = 1 or x = 2", "{2; 1}"),
    ("infinity", "infinity"),
    ("x = 4; -8; -10", "-10; -8; 4"),
    ("x = 1 + 2 = 3", "3"),
    ("[0; 1] \\ 1/2", "[0; 1/2) | (1/2; 1]"),
    ("(x + 1)^2 = x^2 + 2x + 1", "sin(x)^2 + cos(x)^2 = 1"),
]
DIFFERENT = [
    ("x + y = 1", "x - y = 7"),
    ("x^2 - 5y^2 - 7 = 0", "2x^2 = 10y^2 + 20"),
    ("x^5999*(1 - x + x^3) = 0", "x^6000 - x^6001 = x^5999"),
    ("y = (x - a)^6000", "y = (x - a)^5999"),
    ("x^2 + y^2 = 1", "y = sqrt(1 - x^2)"),
    ("x = y", "abs(x) = abs(y)"),
    ("a^2 = b^2", "a = b"),
    ("a^2 = a*b", "a = b"),
    ("x^2 = x", "x = 1"),
    ("(x^2 - 4)/(x - 2) = 0", "x^2 - 4 = 0"),
    ("(x^2 - y^2)/(x - y) = 0", "x^2 - y^2 = 0"),
    ("(x^2 - y^2)/(x - y) = 0", "x - y = 0"),
    ("T = 2pi*sqrt(L/g)", "T^2 = 4pi^2*L/g"),
    ("x = x", "1 = 2"),
    ("exp(x) = y", "x = log(2y)"),
    ("x = cos(x)", "2x = cos(x)"),
    ("(x - 1)*(y + 1) = 0", "x = 1 and y = -1"),
    ("90 = v*t and 90 = (v + 5)*(t - 1/4)", "90 = v*t"),
    ("x = 1 or x = 2", "x = 1 and x = 2"),
    ("x = 1 and y = 2", "x = 1 or y = 2"),
    ("11 sqrt(abs(x) + 1) = 25 - x", "11^2*(abs(x) + 1) = (25 - x)^2"),
    ("x < 2", "x < 3"),
    ("x <= 1", "x < 1"),
    ("x <= 1", "x > 1"),
    ("x < y", "x = y"),
    ("y < x", "y + 1/y < x + 1/y"),
    ("(1/x)^0 = 1", "true"),
    ("x*y < 0", "x < 0"),
    ("x < a", "x < b"),
    ("x < 1", "x > -1"),
    ("x > 2", "s > 1"),
    ("x > 2 and ((x < 5 and x > -3) or (x > 5 and x < -3))", "x > 7 and (x < 5 and x > -3)"),
    ("A implies B", "not A and B"),
    ("true", "false"),
    ("{1; 2; 3}", "{1; 2; 4}"),
    ("{1; 2}", "{1; 2; 3}"),
    ("{1; 2; 3}", "1; 2"),
    ("[1; 2]", "[1; 2)"),
    ("[1; 3]", "{1; 3}"),
    ("[0; 2]", "[0; 2] & (1; 3)"),
    ("[sqrt(2); pi]", "[1.41421356; pi]"),
    ("1; 2", "2; 1"),
    ("1; 2", "1"),
    ("3", "x = 4"),
    ("3", "1 = 2 = 3"),
    ("3", "x = 1 + 1 = 3"),
    ("0", "infinity"),
    ("reals", "complex"),
]
KINDS = [
    ("{1; 2}", "3"),
    ("x^2 = 4", "x^2 - 4"),
    ("a + 3z = 0", "0"),
    ("{3}", "3"),
    ("1 = 2", "{}"),
    ("{1; 2; 3}", "x"),
]


@pytest.mark.parametrize(("expected", "got"), SAME)
def test_what_means_the_same_is_the_same_both_ways(expected: str, got: str) -> None:
    for one, other in ((expected, got), (got, expected)):
        if kind_matters(one, other):
            continue
        found = verdict(one, other)
        assert found.outcome == "same", f"{one} ~ {other}: {found}"


def kind_matters(expected: str, got: str) -> bool:
    """A list may stand for a set, but not the other way round."""
    return ";" in expected and expected[0].isdigit() and got[0] == "{"


@pytest.mark.parametrize(("expected", "got"), DIFFERENT)
def test_what_differs_is_different_both_ways(expected: str, got: str) -> None:
    for one, other in ((expected, got), (got, expected)):
        found = verdict(one, other)
        assert found.outcome == "different", f"{one} ~ {other}: {found}"


@pytest.mark.parametrize(("expected", "got"), KINDS)
def test_kinds_that_cannot_be_equal_are_different_and_say_so(expected: str, got: str) -> None:
    for one, other in ((expected, got), (got, expected)):
        found = verdict(one, other)
        assert (found.outcome, found.code) == ("different", "kind")
        assert "is wanted" in found.how


@pytest.mark.parametrize("text", sorted({text for pair in SAME + DIFFERENT for text in pair}))
def test_every_answer_is_itself(text: str) -> None:
    assert verdict(text, text).outcome == "same"


@pytest.mark.parametrize(
    ("expected", "got", "how"),
    [
        ("x < 2", "x < 3", "At x = 5/2 yours holds and the expected one does not."),
        ("x <= 1", "x < 1", "At x = 1 the expected one holds and yours does not."),
        ("[1; 2]", "[1; 2)", "2 is in the expected set and not in yours."),
        ("x + y = 1", "x - y = 7", "At x = 1, y = 0 the expected one holds and yours does not."),
    ],
)
def test_a_difference_is_told_with_a_point_that_can_be_checked(expected: str, got: str, how: str) -> None:
    assert verdict(expected, got).how == how


@pytest.mark.parametrize(
    ("expected", "got", "symbols", "outcome"),
    [
        ("T = 2pi*sqrt(L/g)", "T^2 = 4pi^2*L/g", POSITIVE, "same"),
        ("a = b", "a^2 = b^2", POSITIVE, "same"),
        ("x^2 = 9", "x = 3", POSITIVE, "same"),
        ("abs(a) = abs(b)", "a = b", POSITIVE, "same"),
        ("x > 0", "true", POSITIVE, "same"),
        ("x < 2", "x <= 1", INTEGER, "same"),
        ("x < 2", "x <= 3/2", INTEGER, "same"),
        ("x < 2", "x <= 2", INTEGER, "different"),
        ("2x = 1", "false", INTEGER, "same"),
        ("x^2 = 4", "x = 2 or x = -2", COMPLEX, "same"),
        ("x^3 = 8", "x = 2", COMPLEX, "different"),
        ("x^2 = -1", "false", COMPLEX, "different"),
        ("x^2 = -1", "false", REAL, "same"),
        ("(x - 1)*(x^2 + x + 1) = 0", "x = 1", COMPLEX, "different"),
        ("a^2 = b^2", "a = b", COMPLEX, "different"),
        ("a^2 = b^2", "a = b or a = -b", COMPLEX, "same"),
        ("x^2 + y^2 = 0", "x = 0 and y = 0", COMPLEX, "different"),
        ("s^2 = 0", "s^2*exp(s*t) = 0", COMPLEX, "same"),
        ("x^4 = 2", "x^2 = sqrt(2)", COMPLEX, "different"),
        ("x^4 = 2", "x^2 = sqrt(2)", REAL, "same"),
        ("x = sqrt(2)*sqrt(3)", "x = sqrt(6)", COMPLEX, "same"),
    ],
)
def test_the_domains_of_the_names_count(expected: str, got: str, symbols: Symbols, outcome: str) -> None:
    assert verdict(expected, got, symbols).outcome == outcome


@pytest.mark.parametrize(
    ("expected", "got", "policy"),
    [
        ("3", "x = 3", Policy(named_values=False)),
        ("{1; 2}", "1; 2", Policy(lists_as_sets=False)),
        ("[-2; 7]", "-2 <= x <= 7", Policy(conditions_as_sets=False)),
    ],
)
def test_a_policy_can_refuse_other_kinds(expected: str, got: str, policy: Policy) -> None:
    assert verdict(expected, got, policy=policy).code == "kind"
    assert verdict(expected, got).outcome == "same"


def test_a_policy_can_let_a_set_of_one_element_count() -> None:
    policy = Policy(single_elements=True)
    assert verdict("3", "{3}", policy=policy).outcome == "same"
    assert verdict("{3}", "4", policy=policy).outcome == "different"


def test_the_order_of_a_list_counts_unless_the_policy_says_otherwise() -> None:
    anyhow = Policy(ordered=False)
    assert verdict("1; 2; 2", "2; 1; 2", policy=anyhow).outcome == "same"
    assert verdict("1; 2; 2", "1; 1; 2", policy=anyhow).outcome == "different"


@pytest.mark.parametrize("interval", ["(1; 2)", "[1; 2]", "1 < x < 2"])
def test_a_pair_may_be_an_interval_and_is_not_guessed(interval: str) -> None:
    pair = read("(1, 2)", REAL, "plain")
    assert decide(tree(interval), pair, REAL).code == "kind"
    assert decide(tree(interval), pair, REAL).outcome == "undecided"
    assert decide(tree(interval), read("(1, 3)", REAL, "plain"), REAL).outcome == "different"


def test_other_questions_than_equality_can_be_asked() -> None:
    assert verdict("x^2", "3x^2 + x", policy=Policy(question="order")).code == "not-simplest"
    assert verdict("x^2/2", "x^2/2 + C", policy=Policy(question="antiderivative")).outcome == "same"
    lines = Policy(question="points")
    one, other = (read(text, REAL, "plain") for text in ("(1, 2) + t(3, 4)", "(4, 6) + s(6, 8)"))
    assert decide(one, other, REAL, policy=lines).outcome == "same"
    assert decide(one, other, REAL).outcome == "different"


def test_equations_that_no_number_solves_are_the_same_with_a_note() -> None:
    assert verdict("1 = 0", "1 = 2").notes == ("No number solves either of them.",)


def test_what_cannot_be_worked_out_is_undecided() -> None:
    for expected, got in pairwise(("sin(x) = x^2/9", "sin(x) = x^2/8", "sin(x)*x = 1", "sin(x) > 1/2")):
        assert verdict(expected, got).outcome != "same"


@pytest.mark.parametrize(
    ("value", "chain", "outcome"),
    [
        ("14/3", "f(0) + f(1) = 2 + 8/3 = 14/3", "same"),
        ("14/3", "f(0) + f(1) = 2 + 5/3 = 14/3", "different"),
        ("3", "f(1) = 3", "same"),
        ("3", "f(1) = 4", "different"),
        ("3", "1 + 2 = 3", "same"),
        ("3", "1 + 1 = 3", "different"),
        ("3", "1 + 2 = 3 = 4", "different"),
    ],
)
def test_the_result_of_a_calculation_is_its_last_side(value: str, chain: str, outcome: str) -> None:
    for expected, got in ((value, chain), (chain, value)):
        assert same(expected, got).outcome == outcome


@pytest.mark.parametrize(
    ("expected", "got", "outcome"),
    [
        ("{(p = 5, q = 2), (p = 7, q = 2)}", "p = 5, q = 2, p = 7, q = 2", "same"),
        ("{(p = 5, q = 2), (p = 7, q = 2)}", "p = 7, q = 2; p = 5, q = 2", "same"),
        ("{(p = 5, q = 2), (p = 7, q = 2)}", "p = 5, q = 2; p = 7, q = 3", "different"),
        ("{(p = 5, q = 2), (p = 7, q = 2)}", "p = 5, q = 2", "different"),
        ("{x = 5, x = 7}", "x = 5 or x = 7", "same"),
        ("{x = 5, x = 7}", "x = 5", "different"),
    ],
)
def test_a_set_of_solutions_is_the_solutions_one_by_one(expected: str, got: str, outcome: str) -> None:
    assert same(expected, got).outcome == outcome
    assert same(got, expected).outcome == outcome


def test_a_name_that_is_a_number_and_a_statement_is_undecided() -> None:
    assert same("x or x = 1", "x = 1").outcome == "undecided"
    assert same("x = 1", "x or x = 1").outcome == "undecided"


def test_a_pair_and_a_union_of_numbers_have_one_verdict_both_ways_round() -> None:
    one, other = "(2 2),(6 2)", r"(2 \cup 2),(6 2)"
    assert same(one, other, notation="latex").outcome == same(other, one, notation="latex").outcome


def test_cases_of_vectors_without_an_otherwise_are_compared() -> None:
    symbols = {"a": {"vector": "n"}, "x": {"scalar": "real"}}
    for got, outcome in (("x a where x = 1", "same"), ("2a where x = 1", "different"), ("a", "different")):
        assert same("x a where x = 1", got, symbols, dimensions=[{"n": 3}]).outcome == outcome


@pytest.mark.parametrize("error", [OverflowError, ZeroDivisionError, RecursionError])
def test_a_decision_that_fails_is_for_a_person(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> Comparison:
        raise error

    monkeypatch.setattr("grader.maths.sameness.decide.compare", fail)
    found = same("x", "2x - x")
    assert (found.outcome, found.code) == ("undecided", "failed")


@pytest.mark.parametrize(
    ("expected", "got", "outcome"),
    [
        ("90 = v t^t and 90 = (v + 5)(t - 1/4)", "90 = v t and 90 = (v + 5)(t - 1/4)", "different"),
        ("x + y = 3 and x - y = 1", "x + y = 3 and sin(x) = y", "different"),
        ("x + y = 3 and x y = 2", "x + y = 3 and 2^x = x^2", "different"),
        ("x + y = 3 and x - y = 1", "2x = 4 and y = 1", "same"),
    ],
)
def test_a_solution_of_one_system_is_tried_in_the_other(expected: str, got: str, outcome: str) -> None:
    assert same(expected, got).outcome == outcome
    assert same(got, expected).outcome == outcome


@pytest.mark.parametrize(
    ("expected", "got", "outcome"),
    [
        ("0 >= ln(1/2)", "0 >= ln(1/2)^2", "different"),
        ("x > ln(1/2)", "x > -ln(1/2)", "different"),
        ("x ln(1/2) > 0", "x > 0", "different"),
        ("x ln(1/2) > 0", "x < 0", "same"),
        ("x (ln(1/2) - 1) > 0", "x < 0", "same"),
        ("x (ln(1/2) + 1) > 0", "x > 0", "same"),
        ("x cos(2) > 0", "x < 0", "same"),
    ],
)
def test_the_sign_of_a_number_that_is_negative_counts(expected: str, got: str, outcome: str) -> None:
    assert same(expected, got).outcome == outcome
    assert same(got, expected).outcome == outcome


def test_solutions_beyond_all_numbers_are_given_up() -> None:
    one, other = "2 - sqrt(x) != y + x", "e^(2 - sqrt(x)) != e^(y + x)"
    for expected, got in ((one, other), (other, one)):
        assert same(expected, got).outcome in ("same", "undecided")
