"""Answers that cannot be read as they stand: repairs that are told, the line before, doubts, wrong steps."""

from __future__ import annotations

import pytest

from grader import marking, rubric
from grader.maths.names import declare
from grader.maths.notation.repairs import repairs
from grader.pages.report import student_page
from grader.types import Answer, Mark, Note, Place

RUBRIC = """
assignment: shears
symbols:
  X: {matrix: [n, d], rank: full}
  A: {matrix: [d, d]}
  t: {vector: n}
  lam: {scalar: positive, also: [lambda]}
dimensions: {n: 5, d: 3}
parts:
  "1":
    title: Ridge
    points: 1
    answer: {name: [w]}
    check: expression
    expected: inv(X' X + lam I) X' t
    mistakes:
      - {is: inv(X' X) X' t, credit: 0.5, say: "The penalty is absent."}
  "2":
    title: Ridge with its steps
    points: 1
    answer: {name: [w]}
    check: expression
    expected: inv(X' X + lam I) X' t
    derivation: {credit: 0.8, show: students}
  "3":
    title: A list
    points: 1
    answer: {name: [z]}
    check: array
    expected: "[14, 28, 10]"
  "5":
    title: A Jacobian
    points: 1
    answer: {name: [g]}
    symbols: {u: {vector: d}, v: {vector: d}}
    check: expression
    expected: (diag(u) - u u') v
  "4":
    title: A product
    points: 1
    answer: {name: [A X]}
    check: expression
    expected: X A
    value_of: X A
"""


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> rubric.Rubric:
    path = tmp_path_factory.mktemp("rubrics") / "shears.yaml"
    path.write_text(RUBRIC, "utf-8")
    return rubric.load(path)


@pytest.fixture(scope="module")
def prepared(sheet: rubric.Rubric) -> rubric.Prepared:
    return rubric.prepare(sheet, b"secret")


def mark(
    sheet: rubric.Rubric,
    prepared: rubric.Prepared,
    part: str,
    text: str,
    *,
    chain: tuple[str, ...] = (),
    doubt: str = "",
) -> Mark:
    (wanted,) = [one for one in sheet.parts if one.id == part]
    answer = Answer(part, text, Place("a.md"), "latex", chain=chain, doubt=doubt)
    return marking.judge(wanted, prepared[part], (answer,))


def notes(found: Mark, kind: str) -> list[str]:
    return [one.text for one in found.verdict.evidence if isinstance(one, Note) and one.kind == kind]


@pytest.mark.parametrize(
    ("part", "text", "outcome", "told"),
    [
        ("1", r"(X^TX+\lambda I)^{-l}X^Tt", "correct", "Read “l” as 1."),
        ("1", r"(\mathbf{x}^T\mathbf{x}+\lambda I)^{-1}\mathbf{x}^Tt", "correct", "Read “x” as X."),
        ("1", r"(\mathbf{x}^T\mathbf{x})^{-1}\mathbf{x}^Tt", "partial", "Read “x” as X."),
        ("3", r"\begin{pmatrix} l4 \\ 28 \\ 1O \end{pmatrix}", "correct", "Read “l” as 1. Read “O” as 0."),
    ],
)
def test_what_a_scan_garbled_is_repaired_and_told(
    sheet: rubric.Rubric, prepared: rubric.Prepared, part: str, text: str, outcome: str, told: str
) -> None:
    found = mark(sheet, prepared, part, text)
    assert (str(found.verdict.outcome), notes(found, "remark")[0]) == (outcome, told)


@pytest.mark.parametrize(
    ("part", "text"), [("1", r"(X^TX+\lambda I)^{-l}X^Tq"), ("1", r"\mathbf{x}t"), ("3", "(l5, 28, 10)")]
)
def test_a_repaired_answer_that_is_wrong_waits_for_a_person(
    sheet: rubric.Rubric, prepared: rubric.Prepared, part: str, text: str
) -> None:
    assert mark(sheet, prepared, part, text).points is None


def test_a_letter_that_is_declared_is_never_changed() -> None:
    symbols = declare({"X": {"scalar": "real"}, "x": {"scalar": "real"}, "l": {"scalar": "real"}}, [])
    assert repairs("x + X + l", symbols) == ()


def test_where_the_last_line_cannot_be_read_the_line_before_is(
    sheet: rubric.Rubric, prepared: rubric.Prepared
) -> None:
    chain = (r"(X^TX+\lambda I)^{-1}X^Tt", r"\beta X^Tt")
    found = mark(sheet, prepared, "1", chain[-1], chain=chain)
    assert str(found.verdict.outcome) == "correct"
    assert "judged is a line before" in notes(found, "remark")[0]


def test_an_answer_under_a_doubt_can_be_right_but_is_not_marked_wrong(
    sheet: rubric.Rubric, prepared: rubric.Prepared
) -> None:
    right, wrong = r"(X^TX+\lambda I)^{-1}X^Tt", "X^Tt"
    assert mark(sheet, prepared, "1", right, doubt="It is stated under a condition.").points == 1
    found = mark(sheet, prepared, "1", wrong, doubt="It is stated under a condition.")
    assert (found.points, found.verdict.code) == (None, "doubt")


WRONG_STEP = (r"(X^TX+\lambda I)^{-1}X^Tt", r"(X^TX)^{-1}X^Tt + \lambda X^Tt", r"(X^TX+\lambda I)^{-1}X^Tt")


def test_a_step_that_does_not_follow_is_advice_for_the_staff(
    sheet: rubric.Rubric, prepared: rubric.Prepared
) -> None:
    found = mark(sheet, prepared, "1", WRONG_STEP[-1], chain=WRONG_STEP)
    assert found.points == 1
    assert "does not follow" in notes(found, "advice")[0]


def test_advice_is_not_in_the_report_of_a_student(sheet: rubric.Rubric, prepared: rubric.Prepared) -> None:
    answer = Answer("1", WRONG_STEP[-1], Place("a.md"), "latex", chain=WRONG_STEP)
    person = marking.Person("ada", "Ada")
    result = marking.result(sheet, prepared, {"1": (answer,)}, person)
    assert "does not follow" not in student_page(result)


def test_a_rubric_may_take_points_for_a_wrong_step(sheet: rubric.Rubric, prepared: rubric.Prepared) -> None:
    found = mark(sheet, prepared, "2", WRONG_STEP[-1], chain=WRONG_STEP)
    assert (str(found.points), found.verdict.code) == ("0.8", "derivation")
    assert "does not follow" in notes(found, "hint")[0]


@pytest.mark.parametrize(
    "chain",
    [
        (r"0", r"(X^TX+\lambda I)^{-1}X^Tt"),
        (r"\gamma", r"(X^TX+\lambda I)^{-1}X^Tt"),
        (r"X^Tt", r"(X^TX+\lambda I)^{-1}X^Tt"),
        (r"(X^TX+I\lambda)^{-1}X^Tt", r"(X^TX+\lambda I)^{-1}X^Tt"),
        (r"Xt", r"(X^TX+\lambda I)^{-1}X^Tt"),
    ],
)
def test_no_step_is_called_wrong_that_may_follow(
    sheet: rubric.Rubric, prepared: rubric.Prepared, chain: tuple[str, ...]
) -> None:
    found = mark(sheet, prepared, "2", chain[-1], chain=chain)
    assert found.points == 1
    assert not notes(found, "hint")


def test_a_chain_must_be_about_the_product_that_is_asked_for(
    sheet: rubric.Rubric, prepared: rubric.Prepared
) -> None:
    assert mark(sheet, prepared, "4", "X A = X A").points == 1
    found = mark(sheet, prepared, "4", "X A A = X A")
    assert found.points == 0
    assert found.verdict.code == "other-product"


@pytest.mark.parametrize(
    ("text", "read", "told"),
    [
        (r"\frac{2}{\eta} X^T t", r"\frac{2}{n} X^T t", "Read “eta” as n."),
        (r"2 X^T \tau / n", r"2 X^T t / n", "Read “tau” as t."),
    ],
)
def test_a_greek_letter_that_looks_like_a_declared_one_is_read_as_it(text: str, read: str, told: str) -> None:
    symbols = declare({"X": {"matrix": ["n", "d"]}, "t": {"vector": "n"}}, [{"n": 3, "d": 2}])
    assert (read, told) in repairs(text, symbols)


def test_a_latin_letter_is_read_as_the_declared_greek_one_and_a_declared_one_stays() -> None:
    rate = declare({"eta": {"scalar": "positive"}})
    assert [one.text for one in repairs("1 - 2 n", rate)] == [r"1 - 2 {\eta}"]
    both = declare({"eta": {"scalar": "positive"}, "n": {"scalar": "positive"}})
    assert repairs(r"1 - 2 \eta n", both) == ()


COLUMNS = declare({"t": {"vector": 3}, "et": {"vector": 3, "also": ["e_t"]}, "q": {"scalar": "real"}}, [])


@pytest.mark.parametrize(
    ("column", "told"),
    [
        (
            r"\begin{pmatrix} 0 \\ \vdots \\ q \\ \vdots \end{pmatrix}_{t^{\text{th}} \text{ place}}",
            "q times e_t",
        ),
        (r"\begin{bmatrix} 0 \\ \vdots \\ -q_t \\ \vdots \\ 0 \end{bmatrix}", "-q_t times e_t"),
    ],
)
def test_a_column_with_dots_is_its_entry_times_a_unit_vector(column: str, told: str) -> None:
    (found,) = repairs(column, COLUMNS)
    assert found.told == f"Read the column with dots as {told}."
    assert found.text.endswith("e_t")


@pytest.mark.parametrize(
    "column",
    [
        r"\begin{pmatrix} 0 \\ \vdots \\ q \end{pmatrix}",
        r"\begin{pmatrix} 0 \\ \vdots \\ q \\ r \end{pmatrix}_{t}",
        r"\begin{pmatrix} 0 \\ q \\ 0 \end{pmatrix}_{t}",
        r"\begin{pmatrix} 0 \\ \vdots \\ q \end{pmatrix}_{k}",
        r"\begin{pmatrix} 0 & \vdots \\ q & 0 \end{pmatrix}_{t}",
    ],
)
def test_a_column_whose_place_or_entry_is_open_is_left_as_it_is(column: str) -> None:
    assert repairs(column, COLUMNS) == ()


def with_passage(sheet: rubric.Rubric, prepared: rubric.Prepared, text: str, passage: str) -> Mark:
    (wanted,) = [one for one in sheet.parts if one.id == "1"]
    return marking.judge(wanted, prepared["1"], (Answer("1", text, Place("a.md"), "latex", passage),))


@pytest.mark.parametrize(
    ("passage", "points"),
    [
        (r"where $J_{ij} = I(i=j) u_i - u_i u_j$", 1),
        (r"$$\left(J\right)_{i,j} = \frac{a}{b} = \delta_{ij} u_i - u_i \cdot u_j$$", 1),
        (r"$J_{kl} = u_k (\mathbb{1}[k = l] - u_l)$", 1),
        (r"$J_{ij} = I(i=j) u_i$", None),
        (r"$J_{ij} = u_i$", None),
        (r"$J_{ij} = u_i / u_j$", None),
        (r"$J_{ij} = I(i=j) u_i - u_i u_j$ or $J_{ij} = u_i u_j$", None),
    ],
)
def test_a_matrix_that_is_given_entry_by_entry_is_read(
    sheet: rubric.Rubric, prepared: rubric.Prepared, passage: str, points: int | None
) -> None:
    (wanted,) = [one for one in sheet.parts if one.id == "5"]
    answer = Answer("5", "J^T v", Place("a.md"), "latex", passage)
    assert marking.judge(wanted, prepared["5"], (answer,)).points == points


def test_a_name_of_ones_own_means_what_the_text_beside_the_answer_says(
    sheet: rubric.Rubric, prepared: rubric.Prepared
) -> None:
    text = r"(G+\lambda I)^{-1}X^Tt"
    found = with_passage(
        sheet, prepared, text, "Put $G = X^T X$. Then ...\n\n$$w = (G+\\lambda I)^{-1}X^Tt$$"
    )
    assert found.points == 1
    assert notes(found, "remark")[0] == "Read with what stands beside it: G = X^T X."
    for passage in ("Put $G = X^T X$ or $G = X X^T$.", "Put $G = H$.", "nothing", "Put $G = X^T X + I$."):
        assert with_passage(sheet, prepared, text, passage).points is None
