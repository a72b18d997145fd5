"""A rubric is loaded whole or refused with all its faults, each with its line and what was meant."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from grader import rubric
from grader.errors import RubricError, StaffError

GOOD = """\
assignment: csc101-hw1
title: Homework 1
reference: csc101_hw1
symbols:
  X: {matrix: [n, d]}
  t: {vector: n}
dimensions: {n: 3, d: 5}
sections: {"1": Warm-up}
parts:
  1.1:
    points: 0.25
    check: count
    expected: ref.answer
    answer: {name: ['n_1', n1], variable: n1}
  1.2a.proof:
    title: Why
    points: 1
    check: person
    items: [The idea., The end.]
  1.2a.value:
    points: 1.10
    number: "1.2"
    check: count
    expected: "3"
    mistakes:
      - {is: "4", credit: 0.5, say: One too many.}
"""
REFERENCE = "def answer():\n    return 42\n"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course with one rubric and its reference; the path of the rubric."""
    (tmp_path / "rubrics").mkdir()
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference/csc101_hw1.py").write_text(REFERENCE)
    path = tmp_path / "rubrics/csc101-hw1.yaml"
    path.write_text(GOOD)
    return path


def faults(path: Path, text: str) -> list[tuple[int, str, str]]:
    """The faults of a text in the place of a rubric, from `load` or else from `prepare`."""
    path.write_text(text)
    with pytest.raises(RubricError) as caught:
        rubric.prepare(rubric.load(path), b"secret")
    return [(fault.line, fault.found, fault.meant) for fault in caught.value.faults]


def part(lines: str) -> str:
    """A rubric whose only part has these lines; the first of them is line 4 of the file."""
    body = "".join(f"    {line}\n" for line in lines.splitlines())
    return f"assignment: hw\nparts:\n  1.1:\n{body}"


def count(lines: str) -> str:
    """A rubric whose only part is a count with these options; the first of them is line 6 of the file."""
    return part(f"points: 1\ncheck: count\n{lines}")


def test_a_rubric_is_read_with_exact_points_numbers_and_names(course: Path) -> None:
    loaded = rubric.load(course)
    assert (loaded.assignment, loaded.title) == ("csc101-hw1", "Homework 1")
    assert loaded.sections == {"1": "Warm-up"}
    assert [(p.id, p.number, p.points, p.title) for p in loaded.parts] == [
        ("1.1", "1.1", Decimal("0.25"), "1.1"),
        ("1.2a.proof", "1.2a", Decimal("1"), "Why"),
        ("1.2a.value", "1.2", Decimal("1.10"), "1.2a.value"),
    ]
    assert loaded.parts[0].names == ("n_1", "n1")
    assert loaded.parts[1].options.items == ("The idea.", "The end.")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("", "public"),
        ("visible: public", "public"),
        ("visible: visible", "public"),
        ("visible: hidden", "hidden"),
        ("visible: after due", "after due"),
        ("visible: after_due_date", "after due"),
        ("visible: after_published", "after published"),
    ],
)
def test_a_part_says_who_may_see_how_it_went(course: Path, written: str, meant: str) -> None:
    course.write_text(part(f"points: 1\ncheck: person\nitems: [x]\n{written}"), "utf-8")
    assert rubric.load(course).parts[0].visible == meant


def test_prepare_computes_the_reference_for_each_part(course: Path) -> None:
    prepared = rubric.prepare(rubric.load(course), b"secret")
    assert list(prepared) == ["1.1", "1.2a.proof", "1.2a.value"]
    assert prepared["1.1"].key.targets[0].text == "42"


@pytest.mark.parametrize("changed", ["rubric", "reference"])
def test_the_digest_changes_with_the_rubric_and_with_its_reference(course: Path, changed: str) -> None:
    before = rubric.load(course).digest
    assert rubric.load(course).digest == before
    file = course if changed == "rubric" else course.parent.parent / "reference/csc101_hw1.py"
    file.write_text(file.read_text() + "# a remark\n")
    assert rubric.load(course).digest != before


def test_a_part_may_declare_symbols_and_dimensions_anew(course: Path) -> None:
    course.write_text(
        "assignment: hw\n"
        "symbols: {X: {matrix: [n, d]}, t: {vector: n}, r: {is: X' t}, B: {matrix: [k, k]}}\n"
        "dimensions: {n: 3, d: 5, k: 7}\n"
        "parts:\n"
        "  1.1: {points: 1, check: expression, expected: X' t}\n"
        "  1.2:\n"
        "    {points: 1, check: expression, expected: t X,\n"
        "     symbols: {t: {scalar: real}, r: {scalar: real}}}\n"
        "  1.3: {points: 1, check: expression, expected: X' t, dimensions: {n: 7, d: 4}}\n"
    )
    first, second, third = rubric.load(course).parts
    assert first.symbols.table["t"].kind == "vector"
    assert second.symbols.table["t"].kind == "scalar"
    # k makes room for the n of this part, so that all sizes stay different.
    assert third.symbols.dimensions[0] == {"n": 7, "d": 4, "k": 8}


@pytest.mark.parametrize(
    ("text", "line", "found", "meant"),
    [
        ("assignmant: hw\nparts: {}", 1, "the key 'assignmant'", "did you mean 'assignment'?"),
        ("parts: {1.1: {points: 1, check: person}}", 1, "no `assignment:`", "the name of the assignment"),
        ("assignment: ../x\nparts: {1.1: {points: 1, check: person}}", 1, "'../x'", "letters, digits"),
        ("assignment: hw", 1, "no parts", "at least one"),
        ("assignment: hw\nparts: [1]", 2, "a list", "parts such as"),
        ("just words", 1, "'just words'", "keys such as"),
        ("assignment: hw\nassignment: hw", 2, "the key 'assignment' a second time", "keep one"),
        ("assignment: hw\nparts:\n\t1.1: x", 3, "a tab", "spaces"),
        ("assignment: hw\nparts: {one: {}}", 2, "the part 'one'", "the sheet's number"),
        (part("pionts: 1\ncheck: person"), 4, "the key 'pionts'", "did you mean 'points'?"),
        (part("pionts: 1\ncheck: person"), 3, "no `points:`", "how many points"),
        (part("points: many\ncheck: person"), 4, "'many'", "points such as"),
        (part("points: -1\ncheck: person"), 4, "'-1'", "points such as"),
        (part("points: nan\ncheck: person"), 4, "'nan'", "points such as"),
        (part("points: 1"), 3, "no `check:`", "a kind of check"),
        (part("points: 1\ncheck: person\nvisible: hiden"), 6, "'hiden'", "did you mean 'hidden'?"),
        (part("points: 1\ncheck: cuont"), 5, "'cuont'", "did you mean 'count'?"),
        (count(""), 3, "no options", "either `expected: X` or `accept:"),
        (count("expcted: 2"), 6, "the key 'expcted'", "did you mean 'expected'?"),
        (count("expected: 2\nmistakes:\n  - {is: 3, credit: 2, say: x}"), 8, "'2'", "0 to 1"),
        (count("expected: 2\nmistakes:\n  - {is: 3, credit: 0}"), 8, "no `say:`", "a value"),
        (count("expected: 2\nmistakes:\n  - {iss: 3}"), 8, "the key 'iss'", ""),
        (count("expected: 2\nmistakes: none"), 7, "'none'", "list"),
        (part("points: 1\ncheck: array\nexpected: '[1]'\ncredit: per row"), 7, "'per row'", "per entry"),
        (part("points: 1\ncheck: yes_no\nexpected: maybe"), 6, "'maybe'", "yes"),
        (part("points: 1\ncheck: person\nanswer: eta"), 6, "'eta'", "a mapping such as"),
        (part("points: 1\ncheck: person\nanswer: {nmae: eta}"), 6, "the key 'nmae'", "did you mean 'name'?"),
        (part("points: 1\ncheck: person\nanswer: {name: [{a: b}]}"), 6, "a mapping", "a list of names"),
        (
            part("points: 1\ncheck: person\nanswer: {function: net}"),
            6,
            "a function for the check 'person', which calls none",
            "`variable:` or `variables:`, or `check: function`",
        ),
        (count("expected: ref.x"), 6, "'ref.x'", "the reference has no function"),
        (count("expected: 2 +"), 6, "'2 +'", "a formula"),
        (part("points: 1\ncheck: expression\nexpected: q"), 6, "'q'", "unknown name"),
        ("assignment: hw\nsymbols:\n  X: {matrx: [n, d]}", 3, "matrx", "matrix"),
        ("assignment: hw\nsymbols:\n  b: {is: 2 q}", 3, "'2 q'", "unknown name"),
        ("assignment: hw\ndimensions:\n  n: 3\n  d: three", 4, "'three'", "a whole number"),
        ("assignment: hw\ndimensions:\n  n: 1", 3, "1", "at least 2"),
        ("assignment: hw\nreference: csc101_hw", 2, "'csc101_hw'", "did you mean 'csc101_hw1'?"),
        ("assignment: hw\nreference: ../csc101_hw1", 2, "'../csc101_hw1'", "did you mean 'csc101_hw1'?"),
    ],
)  # fmt: skip
def test_a_fault_has_its_line_what_was_found_and_what_was_meant(
    course: Path, text: str, line: int, found: str, meant: str
) -> None:
    assert any(
        at == line and found in said and meant in wanted for at, said, wanted in faults(course, text)
    ), faults(course, text)


def test_all_faults_are_reported_together_in_the_order_of_their_lines(course: Path) -> None:
    text = (
        "titel: x\nassignment: hw\nparts:\n  1.1: {points: x, check: count}\n  1.2: {points: 1, check: no}\n"
    )
    lines = [line for line, _, _ in faults(course, text)]
    assert lines == [1, 4, 4, 5]


def test_all_values_that_cannot_be_used_are_reported_together(course: Path) -> None:
    text = GOOD.replace("ref.answer", "ref.anwser").replace('expected: "3"', "expected: 1.5")
    found = faults(course, text)
    assert [line for line, _, _ in found] == [13, 24]
    assert "did you mean 'ref.answer'?" in found[0][2]


def test_a_fault_names_the_file(course: Path) -> None:
    course.write_text("assignment: hw")
    with pytest.raises(RubricError, match=r"csc101-hw1\.yaml:1: found no parts"):
        rubric.load(course)


def test_a_file_that_is_not_utf_8_is_refused_with_the_line(course: Path) -> None:
    course.write_bytes(b"assignment: hw\ntitle: caf\xe9\n")
    with pytest.raises(RubricError) as caught:
        rubric.load(course)
    assert [(fault.line, fault.meant) for fault in caught.value.faults] == [(2, "a file saved as UTF-8")]


def test_a_reference_that_fails_is_a_fault_of_the_rubric(course: Path) -> None:
    (course.parent.parent / "reference/csc101_hw1.py").write_text("x = 1\ny = 1 / 0\n")
    ((line, found, _),) = faults(course, GOOD)
    assert line == 3
    assert "csc101_hw1.py, line 2: ZeroDivisionError" in found


def test_staff_may_name_a_rubric_by_its_path_or_by_its_assignment(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course.parent.parent)
    assert rubric.locate(str(course)) == course
    assert rubric.locate("csc101-hw1").samefile(course)
    with pytest.raises(StaffError, match="did you mean 'csc101-hw1'"):
        rubric.locate("csc101-hw2")
    with pytest.raises(StaffError, match=r"did you mean 'csc101-hw1\.yaml'"):
        rubric.locate(course.with_name("csc101hw1.yaml"))


def test_a_name_from_a_submission_is_never_taken_as_a_path(course: Path) -> None:
    with pytest.raises(StaffError, match="no rubric for the assignment"):
        rubric.find(str(course))


@pytest.mark.parametrize("name", ["csc101-hw1", "CSC101 HW1", "csc101_hw1"])
def test_an_assignment_is_found_above_the_folder_in_any_spelling(course: Path, name: str) -> None:
    submissions = course.parent.parent / "spring/submissions"
    submissions.mkdir(parents=True)
    assert rubric.find(name, near=submissions).samefile(course)


@pytest.mark.parametrize(
    "folder",
    [
        "csc101-hw1",
        "CSC101 HW1.zip",
        "csc101_hw1_submissions.zip",
        "spring-csc101-hw1-download",
        "csc101-hw1/canvas.zip",
    ],
)
def test_a_class_folder_bears_the_name_of_its_assignment(course: Path, folder: str) -> None:
    found = rubric.for_folder(course.parent.parent / folder)
    assert found is not None
    assert found.samefile(course)


@pytest.mark.parametrize("folder", ["csc101-hw10", "homework", "hw1"])
def test_a_folder_of_another_name_has_no_rubric(course: Path, folder: str) -> None:
    assert rubric.for_folder(course.parent.parent / folder) is None


def test_cases_are_not_rubrics(course: Path) -> None:
    course.with_name("csc101-hw1.cases.yaml").write_text("[]")
    course.with_name("csc101-hw1-extra.cases.yaml").write_text("[]")
    assert rubric.for_folder(course.parent.parent / "csc101-hw1-extra.cases") == rubric.for_folder(
        course.parent.parent / "csc101-hw1"
    )
