"""Answers that say the same stand together, whatever they look like; what cannot be decided stands alone."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import groups as benchmark
import pytest

from grader import checks, groups
from grader.checks import Setting
from grader.errors import StudentError
from grader.groups import Written, grouped
from grader.maths.names import declare
from grader.rubric import Part
from grader.types import Answer, Checklist, EntryMap, Outcome, Place, Verdict

SYMBOLS = declare(
    {
        "X": {"matrix": ["n", "d"]},
        "w": {"vector": "d"},
        "t": {"vector": "n"},
        "x": {"scalar": "real"},
    },
    [{"n": 3, "d": 5}],
)


def part(check: str, **options: object) -> tuple[Part, object]:
    module = checks.load(check)
    read = module.Options.model_validate(options)
    one = Part("1", "", Decimal(1), "1", (), check, read, SYMBOLS, module.READS)
    return one, module.prepare(read, Setting(SYMBOLS, {}, b"groups"))


def judged(texts: list[str], check: str, **options: object) -> tuple[tuple[str, ...], ...]:
    """The groups of some answers as the check itself judges them: the texts of each."""
    one, prepared = part(check, **options)
    written = []
    for text in texts:
        answer = Answer("1", text, Place("hw.md"))
        try:
            verdict = checks.load(check).judge(prepared, answer)
        except StudentError as error:
            verdict = Verdict(Outcome.UNREADABLE, None, error.code, str(error))
        written.append(Written(text, answer, verdict))
    found = grouped(written, one, prepared, secret=b"groups")
    return tuple(tuple(member.of for member in group.members) for group in found)


SQUARES = {"expected": "(2/n) X' (X w - t)"}


@pytest.mark.parametrize(
    ("check", "options", "texts", "together"),
    [
        ("expression", SQUARES, ["X' (X w - t)", "X' X w - X' t", "-X' t + X' X w", "X' X w + X' t"], 3),
        ("expression", {"expected": "x"}, ["sin(x)^2 + cos(x)^2", "1 + 0", "2"], 2),
        ("expression", {"expected": "x"}, ["sqrt(x^2)", "|x|", "max(x, -x)", "-x"], 3),
        ("number", {"expected": "7"}, ["0.5", "1/2", "2/4", "0.25"], 3),
        ("count", {"expected": "7"}, ["3*3*64", "576", "577"], 2),
        ("yes_no", {"expected": "no"}, ["**Yes.**", "yes", "Yes!", "Yes, it is convex"], 3),
        ("person", {}, ["It spans  the rows.", "it spans\nthe rows", "It spans the columns."], 2),
        ("keywords", {"any_of": ["edge"]}, ["Edges.", "edges", "corners"], 2),
        ("expression", SQUARES, ["X' (", "X'  (", "X' ["], 2),
    ],
)
def test_answers_that_say_the_same_stand_together_and_first(
    check: str, options: dict[str, object], texts: list[str], together: int
) -> None:
    assert judged(texts, check, **options)[0] == tuple(texts[:together])


@pytest.mark.parametrize(
    ("texts", "check", "options"),
    [
        (["2 log(x)", "log(x^2)"], "expression", {"expected": "x"}),  # different domains
        (["X w", "(X w)'"], "expression", {"expected": "t"}),  # another layout
        (["$X$ grows", "$x$ grows"], "person", {}),  # capitals count in formulas
        (["No, it holds.", "No it holds; not."], "person", {}),
        (["0.33", "1/3"], "number", {"expected": "7"}),
    ],
)
def test_answers_that_differ_stand_apart(texts: list[str], check: str, options: dict[str, object]) -> None:
    assert len(judged(texts, check, **options)) == len(texts)


def written(code: str, text: str, *evidence: object, read: str = "", of: int = 0) -> Written[int]:
    verdict = Verdict(Outcome.UNDECIDED, None, code, "", read, "", evidence)  # type: ignore[arg-type]
    return Written(of, Answer("1", text, Place("hw.md")), verdict)


def test_equal_answers_of_which_the_machine_said_different_things_stand_apart() -> None:
    one, _ = part("expression", expected="x")
    assert (
        len(grouped([written("form", "2 x", read="2 * x"), written("two-readings", "2x", read="2 * x")], one))
        == 2
    )


def test_arrays_stand_together_by_the_pattern_of_their_wrong_entries() -> None:
    wrong = [EntryMap((("1", value),), ((True, False),)) for value in ("5", "6")]
    other = EntryMap((("5", "2"),), ((False, True),))
    one, _ = part("array", expected="[[1, 2]]")
    texts = [written("entries", f"[1, {n}]", each) for n, each in enumerate([*wrong, other])]
    assert [len(group.members) for group in grouped(texts, one)] == [2, 1]


def test_several_answers_of_one_student_stand_with_those_who_wrote_the_same_ones_only() -> None:
    same = Checklist(("hw.md, line 2: 4 (correct)", "hw.md, line 9: 5 (incorrect)"))
    other = Checklist(("hw.md, line 2: 4 (correct)", "hw.md, line 9: 6 (incorrect)"))
    found = grouped([written("two-answers", "4", each) for each in (same, other, same)])
    assert [len(group.members) for group in found] == [2, 1]


def test_students_whose_file_could_not_be_read_stand_alone_and_those_without_an_answer_together() -> None:
    unread = Verdict(Outcome.UNREADABLE, None, "file-unread", "")
    missing = Verdict(Outcome.MISSING, Fraction(0), "missing", "")
    found = grouped([Written(n, None, unread if n < 2 else missing) for n in range(5)])
    assert [len(group.members) for group in found] == [3, 1, 1]


def test_a_new_answer_is_known_to_belong_to_an_old_group() -> None:
    one, prepared = part("expression", **SQUARES)
    old = written("other", "X' (X w - t)", read="X' * (X * w - t)")
    same = written("other", "X'Xw - X't", read="X' * X * w - X' * t")
    assert groups.belongs(old, same, one, prepared, secret=b"s")
    assert not groups.belongs(old, written("other", "X'Xw", read="X' * X * w"), one, prepared, secret=b"s")


@pytest.mark.parametrize("kind", sorted(benchmark.BASES))
def test_a_hundred_rewritten_answers_come_back_as_the_formulas_they_were_made_from(kind: str) -> None:
    one, answers = benchmark.make_class(kind, 100, 12, 3)
    found = grouped(answers, one, secret=b"a")
    assert len(found) == len({answer.of for answer in answers})
    assert all(len({member.of for member in group.members}) == 1 for group in found)
    assert [len(group.members) for group in found] == sorted((len(g.members) for g in found), reverse=True)
