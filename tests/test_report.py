"""The pages: what stands in them, nothing that was typed takes effect, and the same bytes every time."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from pages import EMPTY, HEADINGS, HOSTILE, HOSTILE_RESULT, ORDINARY, WITHOUT_N, mark, missing

from grader.amounts import number
from grader.executed import Executed, to_bytes
from grader.gradebook import MarkRow
from grader.html import Html, formula, visible
from grader.pages.report import HIDDEN, class_page, fallback, student_page
from grader.pages.words import LABELS
from grader.sandbox.jobs import CellRan
from grader.statistics import overview
from grader.types import (
    Answer,
    Checklist,
    EntryMap,
    Mark,
    Note,
    Outcome,
    Place,
    Problem,
    Result,
    Settled,
    Step,
)

GOLDEN = Path(__file__).parent / "golden"
CLASS = overview(
    [ORDINARY, EMPTY, HOSTILE_RESULT],
    [Problem(Place("attachments/README.docx"), "This kind of file is not read.")],
    hrefs={result.student: f"reports/{result.student}.html" for result in (ORDINARY, EMPTY, HOSTILE_RESULT)},
)
PAGES = {
    "student.html": student_page(ORDINARY),
    "hostile.html": student_page(HOSTILE_RESULT),
    "class.html": class_page(CLASS),
}


class Outline(HTMLParser):
    """The elements of a page, its text, and what was left open."""

    VOID = frozenset({"meta", "use", "path", "circle", "rect", "line", "mspace"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    @property
    def ids(self) -> list[str]:
        return [value for _, attributes in self.elements if (value := attributes.get("id"))]


def one(given: Mark, **changes: object) -> str:
    """The text of a report with a single mark."""
    return Outline(page_of(given, **changes)).text


def page_of(given: Mark, **changes: object) -> str:
    result = Result("ana", "Ana", "hw", "Homework", (given,), headings=HEADINGS)
    return student_page(replace(result, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["student.html", "class.html"])
def test_pages_are_the_golden_ones_byte_for_byte(name: str) -> None:
    """`REWRITE_GOLDEN=1 pytest tests/test_report.py` accepts the pages as they are; read the diff."""
    if os.environ.get("REWRITE_GOLDEN"):
        (GOLDEN / name).write_bytes(PAGES[name].encode())
    assert PAGES[name].encode() == (GOLDEN / name).read_bytes()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_pages_are_well_formed_and_their_links_lead_somewhere(name: str) -> None:
    outline = Outline(PAGES[name])
    assert outline.open == []
    assert len(outline.ids) == len(set(outline.ids))
    inside = {
        value[1:] for _, attributes in outline.elements if (value := attributes.get("href") or "")[:1] == "#"
    }
    assert inside <= set(outline.ids)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_headings_never_skip_a_level(name: str) -> None:
    levels = [int(tag[1]) for tag, _ in Outline(PAGES[name]).elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", sorted(PAGES))
def test_nothing_typed_becomes_an_element_an_attribute_or_a_remote_address(name: str) -> None:
    allowed = {
        *"html head meta title style body header main section article footer nav".split(),
        *"div p span b strong a".split(),
        *"h1 h2 h3 h4 ul ol li dl dt dd pre details summary table caption thead tbody tr th td".split(),
        *"svg defs symbol pattern use path circle rect line text".split(),
        *"math mrow mi mo mn mfrac msup mspace".split(),
    }
    for tag, attributes in Outline(PAGES[name]).elements:
        assert tag in allowed
        assert not {key for key in attributes if key.startswith("on") or key in ("style", "src", "srcdoc")}
        assert (attributes.get("href") or "#")[:2].startswith(("#", "./"))


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_policy_comes_first_and_allows_neither_scripts_nor_the_network(name: str) -> None:
    head = PAGES[name].split("<head>", 1)[1].lstrip()
    assert head.startswith(
        '<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;'
    ) or (head.startswith('<meta http-equiv="Content-Security-Policy" content="default-src \'none\''))
    assert "script-src" not in head.split(">", 1)[0]
    assert "http" not in PAGES[name].replace("http-equiv", "").replace(
        "http://www.w3.org/1998/Math/MathML", ""
    )


def test_hostile_text_is_shown_as_it_was_typed() -> None:
    page = PAGES["hostile.html"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{7*7}}" in page
    assert r"\u{202e}\u{0}\u{d800}" in page
    page.encode()  # a lone surrogate would not get this far


def test_the_same_result_gives_the_same_bytes() -> None:
    assert student_page(ORDINARY) == PAGES["student.html"]
    assert class_page(CLASS) == PAGES["class.html"]


def test_the_total_tells_what_waits_from_what_is_decided() -> None:
    text = Outline(PAGES["student.html"]).text
    assert "3.684 of 4.9 points decided" in text
    assert "2.6 points wait for a person" in text


def test_a_finished_report_has_a_plain_total() -> None:
    text = one(mark("1.1", "One", "0.50", "1.0", Outcome.PARTIAL))
    assert "0.5 of 1 point" in text
    assert "decided" not in text


def test_a_report_where_all_waits_says_that_nothing_is_decided() -> None:
    text = one(mark("1.1", "One", None, "1", Outcome.UNDECIDED))
    assert "Nothing is decided yet. 1 point waits for a person" in text
    assert "0 of 0" not in text


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_is_told_in_words(outcome: Outcome) -> None:
    points = None if outcome is Outcome.UNDECIDED else "0"
    page = page_of(mark("1.1", "One", points, "1", outcome))
    assert f"<b>{LABELS[outcome]}</b>" in page


def test_a_part_that_waits_has_no_mark_and_a_suggestion_is_not_one() -> None:
    waiting = mark(
        "1.1", "One", None, "2", Outcome.UNDECIDED, evidence=(Checklist(("names edges",), Fraction(1)),)
    )
    page = page_of(waiting)
    assert '<b>–</b> / 2</span><span class="hidden">2 points, waiting' in page
    text = Outline(page).text
    assert "A person looks for names edges" in text
    assert "suggestion to that person is all of the points; it is not a mark" in text


def test_a_persons_mark_names_the_person_and_the_reason() -> None:
    text = one(mark("1.1", "One", "1", "1", Outcome.UNDECIDED, who="T. Okafor", why="Complete."))
    assert "Marked by T. Okafor Complete." in text
    assert "Correct" in text


def test_of_a_hidden_part_only_the_points_are_shown() -> None:
    note = (Note("proof", "the secret proof"),)
    given = mark("1.1", "One", "0", "1", Outcome.INCORRECT, "not 17", read="sixteen", evidence=note, why="so")
    hidden = one(replace(given, visible="hidden"))
    assert HIDDEN in hidden and "0 / 1" in hidden
    for said in ("not 17", "sixteen", "the secret proof"):
        assert said in one(given)
        assert said not in hidden


def test_a_missing_answer_stays_short() -> None:
    page = page_of(missing("1.1", "One", "1"))
    assert 'class="short"' in page
    assert "Your answer" not in page
    assert "Understood as" not in page.split("<footer>")[0]


def test_parts_stand_under_the_heading_of_their_first_number() -> None:
    marks = tuple(missing(part, part, "1") for part in ("1.1", "2.2a", "10.1", "conv"))
    page = student_page(Result("ana", "Ana", "hw", "Homework", marks, headings=HEADINGS))
    found = re.findall(r'<h2 id="section-(\w+)">(?:<span class="number">\d+</span> )?([^<]*)</h2>', page)
    assert found == [
        ("1", "Optimization"),
        ("2", "Gradients and step sizes"),
        ("10", "Question 10"),
        ("other", "Other parts"),
    ]


def test_the_formula_is_mathml_with_its_plain_text_as_title() -> None:
    page = page_of(
        mark("1.1", "One", "1", "1", Outcome.CORRECT, text="typed", read='norm("a")', mathml=WITHOUT_N)
    )
    assert WITHOUT_N in page
    assert 'title="norm(&#34;a&#34;)"' in page


def test_a_formula_without_mathml_is_plain_text_and_only_where_it_says_more() -> None:
    other = mark("1.1", "One", "1", "1", Outcome.CORRECT, text="2x", read="2*x")
    assert "Understood as 2*x" in one(other)
    same = mark("1.1", "One", "1", "1", Outcome.CORRECT, text=" 2*x", read="2*x")
    assert "Understood as 2" not in one(same)


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "plain",
        "<math><mi>x</math>",
        "<math><script>alert(1)</script></math>",
        "<math><mi onclick='x'>x</mi></math>",
        "<math><mi style='color:red'>x</mi></math>",
        "<math href='javascript:x'><mi>x</mi></math>",
        "<math><maction actiontype='statusline#x'><mi>x</mi></maction></math>",
        "<math><semantics><annotation-xml encoding='text/html'><p>x</p></annotation-xml></semantics></math>",
        "<math><mtext><img src='x'/></mtext></math>",
        "<math><mglyph/></math>",
        "<math><mi><!-- x --></mi></math>",
        "<math><mi><![CDATA[<img>]]></mi></math>",
        "<!DOCTYPE math [<!ENTITY a 'b'>]><math><mi>&a;</mi></math>",
        "<?xml version='1.0'?><math/>",
        "<svg xmlns='http://www.w3.org/2000/svg'><math/></svg>",
        "<math xmlns='http://www.w3.org/1999/xhtml'><mi>x</mi></math>",
        "<math><a:mi xmlns:a='http://www.w3.org/1999/xhtml'>x</a:mi></math>",
        "<math xmlns:xlink='http://www.w3.org/1999/xlink' xlink:href='x'/>",
        "<math><mspace width='expression(1)'/></math>",
        "<mi>x</mi>",
        "<math>\u202e</math>",
        "<math><mi>x</mi></math><script/>",
        "<math>" + "<mrow>" * 50_000 + "</mrow>" * 50_000 + "</math>",
    ],
    ids=lambda text: text[:40] or "empty",
)
def test_anything_but_presentation_mathml_is_refused(hostile: str) -> None:
    assert formula(hostile) is None
    page = page_of(mark("1.1", "One", "1", "1", Outcome.CORRECT, read="as read", mathml=hostile))
    assert "<pre>as read</pre>" in page


def test_good_mathml_passes_unchanged() -> None:
    assert formula(WITHOUT_N) == WITHOUT_N
    assert isinstance(formula(WITHOUT_N), Html)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 中 ∑", "plain é 中 ∑"),
        ("a\tb\nc\u00a0d", "a\tb\nc\u00a0d"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\u202eabc\u2066", r"\u{202e}abc\u{2066}"),
        ("\x1b[31m\x00", r"\u{1b}[31m\u{0}"),
        ("a\u200bb\ufeff", r"a\u{200b}b\u{feff}"),
        ("\ud800", r"\u{d800}"),
        ("\u2028", r"\u{2028}"),
    ],
)
def test_characters_nobody_can_see_are_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("1.50", "1.5"),
        ("100", "100"),
        ("1E+2", "100"),
        ("0.000", "0"),
        ("-0.0", "0"),
        ("0.1", "0.1"),
        ("1E-7", "0.0000001"),
    ],
)
def test_decimals_are_exact_and_without_trailing_zeros(value: str, shown: str) -> None:
    assert number(Decimal(value)) == shown


def test_a_counterexample_shows_the_point_and_both_values() -> None:
    assert "n 3 X [[1, 2], [0, 1], [2, -1]] a [1, 0, 2] Your answer 1/10 Expected 3/10" in (
        Outline(PAGES["student.html"]).text
    )


def test_an_entry_map_tells_right_from_wrong_by_sign_and_word() -> None:
    found = EntryMap((("1", "<b>"),), ((True, False),))
    text = one(mark("1.1", "One", "0.5", "1", Outcome.PARTIAL, evidence=(found,)))
    assert "1 of 2 entries are right column 1 column 2 row 1 ✓ right: 1 ✗ wrong: <b>" in text


def test_a_huge_entry_map_is_cut_and_says_so() -> None:
    found = EntryMap((("1",) * 100,) * 100, ((True,) * 100,) * 100)
    page = page_of(mark("1.1", "One", "1", "1", Outcome.CORRECT, evidence=(found,)))
    assert "10000 of 10000 entries are right; the first 24 rows and columns are shown" in page
    assert page.count("<td class") == 24 * 24


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("convention", "Convention used Biases count."),
        ("proof", "How it was decided Biases count."),
        ("remark", "Remark Biases count."),
        ("hint", "Hint Biases count."),
    ],
)
def test_notes_say_what_they_are(kind: str, words: str) -> None:
    note = Note(kind, "Biases count.")  # type: ignore[arg-type]
    assert words in one(mark("1.1", "One", "1", "1", Outcome.CORRECT, evidence=(note,)))


def test_long_answers_are_folded_and_endless_ones_cut() -> None:
    folded = page_of(mark("1.1", "One", "1", "1", Outcome.CORRECT, text="x " * 500))
    assert "<details><summary>The text as it stands (1,000 characters)</summary>" in folded
    endless = page_of(mark("1.1", "One", "1", "1", Outcome.CORRECT, text="x" * 1_000_000))
    assert "960,000 more characters are only in the file." in endless
    assert len(endless) < 100_000


def test_the_section_around_an_answer_can_be_unfolded() -> None:
    given = mark("1.1", "One", "1", "1", Outcome.CORRECT, text="2", passage="so the answer is 2")
    assert "The section around it (18 characters) so the answer is 2" in one(given)
    same = mark("1.1", "One", "1", "1", Outcome.CORRECT, text="2", passage=" 2\n")
    assert "section around" not in one(same)


def test_late_work_and_unreadable_files_are_told_at_the_top() -> None:
    text = one(
        missing("1.1", "One", "1"), late=True, problems=(Problem(Place("a.ipynb", 3, 4), "is cut off"),)
    )
    assert "Handed in late" in text
    assert text.index("What could not be read a.ipynb, cell 3, line 4 is cut off") < text.index(
        "Where the marks went"
    )


def test_a_result_without_marks_is_still_a_page() -> None:
    text = Outline(student_page(Result("ana", "", "hw", "", ()))).text
    assert "hw" in text
    assert "Nothing is decided yet." in text


def test_a_name_that_is_empty_gives_way_to_the_key() -> None:
    assert '<p class="name">ana</p>' in student_page(Result("ana", "", "hw", "", ()))


def test_the_answer_stands_with_its_place() -> None:
    given = replace(
        mark("1.1", "One", "1", "1", Outcome.CORRECT), answer=Answer("1.1", "x^2", Place("a.ipynb", 2, 7))
    )
    assert "Your answer a.ipynb, cell 2, line 7 x^2" in one(given)


def test_the_class_page_links_each_report_and_lists_what_waits() -> None:
    page = PAGES["class.html"]
    assert '<a href="./reports/mlindqvist.html">Maya Lindqvist</a>' in page
    text = Outline(page).text
    assert "2.3.2 Does it help to choose it anew in each step? 2 1" in text
    assert "Nobody’s file attachments/README.docx This kind of file is not read." in text
    assert "2.2.3 Best learning rate for one step" in text


def test_the_histogram_has_its_numbers_in_a_table_too() -> None:
    page = PAGES["class.html"]
    assert "Students by share of the decided points. 0 to 10%: 1; 70 to 80%: 2" in page
    assert '<th scope="row">70 to 80%</th><td class="figure">2</td>' in page


def test_a_class_of_nobody_is_still_a_page() -> None:
    outline = Outline(class_page(overview([])))
    assert outline.open == []
    assert "Nobody has handed in." in outline.text


def test_builders_markup_joined_with_text_is_escaped_again() -> None:
    assert type(Html("<b>") + HOSTILE) is str
    assert type(f"{Html('<b>')}") is str


def test_the_fallback_page_needs_nothing() -> None:
    outline = Outline(fallback)
    assert outline.open == []
    assert "This report could not be made" in outline.text


def test_the_way_to_the_total_is_told_step_by_step() -> None:
    steps = (
        Step("parts", Decimal(8), "The parts give 8 of 10 points."),
        Step("late", Decimal("7.2"), "1 day late: <b>0.8</b> points are taken."),
    )
    settled = Settled(Decimal("7.2"), Decimal("7.2"), Decimal(10), Decimal(0), steps, 1440)
    page = student_page(replace(ORDINARY, settled=settled))
    assert "<strong>7.2</strong>" in page and "of 10 points" in page
    assert "<li>The parts give 8 of 10 points.</li>" in page
    assert "&lt;b&gt;0.8&lt;/b&gt;" in page
    assert "How the total comes about" not in student_page(ORDINARY)


def test_formulas_in_what_people_write_are_shown_as_formulas() -> None:
    marks = (replace(ORDINARY.marks[0], who="tess", why="Use $\\frac{1}{2} x$,\nnot <b>x</b>."),)
    page = student_page(replace(ORDINARY, marks=marks))
    assert "<mfrac>" in page
    assert "not &lt;b&gt;x&lt;/b&gt;." in page


def test_the_class_page_says_what_a_low_correlation_means_and_who_marked() -> None:
    def student(name: str, *points: str) -> Result:
        given = tuple(
            mark(f"{i}.1", f"Part {i}", worth, "1", Outcome.CORRECT if worth == "1" else Outcome.INCORRECT)
            for i, worth in enumerate(points, 1)
        )
        return Result(name, name, "hw", "Homework", given)

    row = MarkRow(
        1, 1, "S0", "hw", "1.1", Decimal(1), Decimal(1), "Reyes", "", "2026-02-14T10:00:00+00:00", {}
    )
    later = row._replace(id=2, marked_at="2026-02-14T10:01:05+00:00")
    results = [student(f"S{i}", *(("1", "0", "1") if i % 2 else ("0", "1", "0"))) for i in range(20)]
    page = class_page(overview(results, history=[row, later], staff_hrefs={"S0": "staff/s0.html"}))
    text = Outline(page).text
    assert "Parts to look at 2.1 Part 2 Students who did well elsewhere did worse here." in text
    assert "Reyes 2 2 100% 100% 1 min 5 s 1 min 5 s" in text
    assert '<a href="./staff/s0.html">all rows' in page
    assert "10 students" in text


def test_code_that_ran_without_full_isolation_is_said_to_have() -> None:
    shown = to_bytes([Executed("hw.ipynb", ("1",), (CellRan(1, "ran"),))])
    page = Outline(
        student_page(replace(ORDINARY, executed=shown, isolation="student code can reach the network"))
    ).text
    said = "The staff had this code run without full isolation: student code can reach the network."
    assert said in page
    assert "isolation" not in Outline(student_page(replace(ORDINARY, executed=shown))).text
