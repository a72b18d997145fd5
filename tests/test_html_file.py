"""Pages become what was typed into them: text, powers, tables and formulas, and nothing that acts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import documents, extract, pipeline, rubric, sources
from grader.documents._html_lines import DRAWN, PICTURE
from grader.errors import StudentError
from grader.gradebook import open_gradebook
from grader.types import Block, Document, File

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 3.0


def read(page: str) -> Document:
    return documents.read(File("text.html", page.encode()))


def kinds(page: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in read(page).blocks]


def text(page: str) -> str:
    """The one block of a page."""
    (block,) = read(page).blocks
    assert block.kind == "prose"
    return block.text


def test_paragraphs_and_divisions_stand_apart_and_breaks_end_a_line() -> None:
    page = "<p>One,\n  still one.</p><div>Two<br>lines</div>Three<hr/>Four"
    assert kinds(page) == [
        ("prose", "One, still one."),
        ("prose", "Two\nlines"),
        ("prose", "Three"),
        ("prose", "Four"),
    ]


def test_paragraphs_need_no_end() -> None:
    assert kinds("<p>One<p>Two<h2>2.1<p>Three") == [
        ("prose", "One"),
        ("prose", "Two"),
        ("heading", "2.1"),
        ("prose", "Three"),
    ]


def test_headings_have_their_level_and_line() -> None:
    document = read("<html>\n<body>\n<h3>2.1 Rate</h3>\n<p>x\n<br>y</p>")
    assert [(b.kind, b.level, b.place.line) for b in document.blocks] == [("heading", 3, 3), ("prose", 0, 4)]


@pytest.mark.parametrize(
    "page", ["<p><strong>2.2.3</strong></p>", "<b>2.2.3</b>", "<p>### 2.2.3</p>", "<div>Question 2.2.3</div>"]
)
def test_what_looks_like_a_heading_is_one(page: str) -> None:
    (block,) = read(page).blocks
    assert block.kind == "heading" and block.text.endswith("2.2.3")


@pytest.mark.parametrize(
    ("page", "line"),
    [
        ("<b>limit:</b> (1, 1)", "**limit:** (1, 1)"),
        ("<p><strong>limit</strong>: (1, 1)", "**limit**: (1, 1)"),
        ("<b>w</b> = <b>X</b><sup>+</sup><b>t</b>", "w = X^+ t"),
        ("<b>w = (1, 1)</b>", "w = (1, 1)"),
        ("so <b>w</b> is 1", "so w is 1"),
    ],
)
def test_bold_text_is_marked_where_it_is_a_label_and_not_inside_formulas(page: str, line: str) -> None:
    assert text(page) == line


def test_a_hash_that_no_number_follows_is_no_heading() -> None:
    assert text("<p># of parameters: 52</p>").strip() == "# of parameters: 52"


def test_lists_keep_their_signs_and_numbers() -> None:
    assert kinds("<ul><li>one</li><li>two<ul><li>three</li></ul></li></ul>") == [
        ("prose", "- one\n- two"),
        ("prose", "- three"),
    ]
    assert kinds("<ol start='3'><li>x</li></ol><ol type='a'><li><p>y</p></li><li>z</li></ol>") == [
        ("heading", "3. x"),
        ("heading", "(a) y"),
        ("heading", "(b) z"),
    ]


@pytest.mark.parametrize(
    ("page", "line"),
    [
        ("n<sup>2</sup>", "n^2"),
        ("x<sup>2n</sup>", "x^(2n)"),
        ("X<sup>T</sup>X", "X^T X"),
        ("X<sup>-1</sup>", "X^-1"),
        ("e<sup>-x<sup>2</sup></sup>", "e^(-x^2)"),
        ("w<sub>10</sub> + w<sub>i+1</sub>", "w_10 + w_(i+1)"),
        ("w<sub>1</sub><sup>2</sup>x", "w_1^2 x"),
        ("W<sup>(1)</sup>", "W^(1)"),
        ("O(n<sup>2</sup>)", "O(n^2)"),
        ("η<sup>*</sup>=1", "η^*=1"),
        ("x<sup>2", "x^2"),
        ("x<sup></sup>y", "xy"),
    ],
)
def test_powers_and_indices_are_written_out(page: str, line: str) -> None:
    assert text(page) == line


def test_entities_are_their_characters_and_spaces_are_one() -> None:
    assert text("<p>&eta;&nbsp;&nbsp;&lt; 1 &amp; x&#178; &minus;\u200b1</p>") == "η < 1 & x² −1"


@pytest.mark.parametrize(
    ("page", "line"),
    [
        ("<p>x < 3 and y > 2</p>", "x < 3 and y > 2"),
        ("<p>1<y>2</p>", "1<y>2"),
        ("<p>x<y", "x<y"),
        ("<o:p>x</o:p><my-tag>y</my-tag>", "xy"),
    ],
)
def test_a_sign_that_begins_no_tag_stays_in_the_text(page: str, line: str) -> None:
    assert text(page) == line


def test_formulas_in_delimiters_are_read_as_in_markdown() -> None:
    page = r"<p>So \(\eta = \frac{1}{4}\) and \[\begin{pmatrix} 1 &amp; 2 \\ 3 &amp; 4 \end{pmatrix}\]</p>"
    assert kinds(page) == [
        ("prose", r"So \(\eta = \frac{1}{4}\) and "),
        ("formula", r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}"),
    ]


KATEX = (
    '<span class="katex"><span class="katex-mathml"><math%s><semantics><mrow><mi>x</mi></mrow>'
    '<annotation encoding="application/x-tex">x = 3</annotation></semantics></math></span>'
    '<span class="katex-html" aria-hidden="true"><span class="mord">x</span>=3</span></span>'
)


@pytest.mark.parametrize(
    "page",
    [
        KATEX % "",
        '<span class="MathJax_Preview">x=3</span><span class="MathJax"><nobr>x=3</nobr></span>'
        '<script type="math/tex">x = 3</script>',
        '<img class="equation_image" alt="LaTeX: x = 3" data-equation-content="x = 3" src="/equation/1">'
        '<span class="hidden-readable"><math><mi>x</mi></math></span>',
        '<img class="texrender" alt="x = 3" src="x.gif">',
        '<math alttext="x = 3"><mi>x</mi><mo>=</mo><mn>3</mn></math>',
        '<mjx-container><mjx-math aria-hidden="true">x=3</mjx-math>'
        '<mjx-assistive-mml><math alttext="x = 3"><mi>x</mi></math></mjx-assistive-mml></mjx-container>',
    ],
)
def test_a_formula_that_is_drawn_as_well_is_read_once_from_its_latex(page: str) -> None:
    assert text(f"<p>so {page} holds</p>") == r"so \(x = 3\) holds"


@pytest.mark.parametrize(
    "page", [KATEX % ' display="block"', '<script type="math/tex; mode=display">x = 3</script>']
)
def test_a_displayed_formula_is_a_block(page: str) -> None:
    assert ("formula", "x = 3") in kinds(f"<p>so</p>{page}")


@pytest.mark.parametrize(
    ("page", "left"),
    [
        ("<math><mi>x</mi><mn>2</mn></math>", DRAWN),
        ('<span class="MathJax">x2</span>', DRAWN),
        ('<img src="x.png" alt="x = 3">', PICTURE),
        ("<svg><text>x = 3</text></svg>", PICTURE),
    ],
)
def test_what_is_only_drawn_leaves_words_that_are_no_answer(page: str, left: str) -> None:
    assert text(page) == left
    found = extract.find([read(f"<h2>2.1</h2><p>{page}</p>")], [extract.Wanted("2.1", "2.1", ("x",))])
    assert [answer.text for answer in found["2.1"]] == [left]


@pytest.mark.parametrize(
    ("page", "lines"),
    [
        ("<tr><td>1</td><td>2</td></tr><tr><td>3</td><td>−4.5</td></tr>", ["[[1, 2], [3, −4.5]]"]),
        ("<tr><td>1<td>2<td>3", ["[1, 2, 3]"]),
        ("<tr><td>parameters</td><td>52,444</td></tr>", ["parameters: 52,444"]),
        ("<tr><td>a<td>b<td>c</tr>", ["a | b | c"]),
        ("<tr><th>Part<th>Answer<tr><td>2.1<td>n<sup>2</sup>", ["Part: Answer", "2.1", "n^2"]),
        ("<tr><td><h2>2.1</h2><p>4</p></td><td>5</td></tr>", ["2.1", "4", "5"]),
        ("<tr><td><table><tr><td>1</td><td>2</td></tr></table></td></tr>", ["[1, 2]"]),
        ("<tr><td></td></tr>", []),
    ],
)
def test_a_table_is_an_array_or_says_what_stands_beside_what(page: str, lines: list[str]) -> None:
    assert [text for _, text in kinds(f"<table><tbody>{page}</tbody></table>")] == lines


def test_code_keeps_its_lines_and_values() -> None:
    code = '<pre><code class="language-python">x = [1,\n     2]\ny = 4\n</code></pre>'
    page = f"<p>so</p>\n{code}<code>z = 1</code>"
    blocks = read(page).blocks
    assert [(b.kind, b.text) for b in blocks] == [
        ("prose", "so"),
        ("code", "x = [1,\n     2]\ny = 4"),
        ("entry", "[1, 2]"),
        ("entry", "4"),
        ("prose", "`z = 1`"),
    ]
    assert [(b.name, b.place.line) for b in blocks if b.kind == "entry"] == [("x", 2), ("y", 4)]


def test_code_that_holds_a_fence_does_not_end_early() -> None:
    assert kinds("<pre>a\n```\nb</pre><p>c") == [("code", "a\n```\nb"), ("prose", "c")]


def test_nothing_active_is_kept() -> None:
    page = (
        "<script>alert(1)</script><style>p {}</style><p onclick='alert(2)'>hi "
        "<a href='javascript:alert(3)'>there</a><iframe src='x'>y</iframe></p><!-- <b>c</b> -->"
        "<form action='x'><input value='x = 3'><button>go</button><textarea>t</textarea></form>"
    )
    assert text(page) == f"hi there{PICTURE}"


def test_what_is_crossed_out_is_not_read() -> None:
    assert text("<p>w = <s>1</s> <strike>2</strike> <del>3</del> 4") == "w = 4"


def test_hidden_text_is_left_out_and_told() -> None:
    document = read("<p>w = 1</p><p style='display: none'>w = 2</p><p hidden>w = 3</p>")
    assert [block.text for block in document.blocks] == ["w = 1"]
    assert [problem.message for problem in document.problems] == ["Text that the page hides was left out."]


def test_a_quotation_is_marked_as_one() -> None:
    assert kinds("<blockquote><p>Find w.</p></blockquote><p>w = 1") == [
        ("prose", "> Find w."),
        ("prose", "w = 1"),
    ]


def test_the_first_line_may_name_the_assignment() -> None:
    document = read("<p>&nbsp;</p><p><b>assignment:</b> csc101-hw1</p><p>x</p>")
    assert (document.assignment, [block.text for block in document.blocks]) == ("csc101-hw1", ["x"])
    assert read("<p>x</p><p>assignment: csc101-hw1</p>").assignment is None


def test_plain_text_under_the_name_of_a_page_keeps_its_lines() -> None:
    assert kinds("### 2.1\n4 &lt; 5\n") == [("heading", "2.1"), ("prose", "4 < 5")]


@pytest.mark.parametrize(
    ("page", "code", "says"),
    [
        ("", "empty", "empty"),
        ("<meta http-equiv='Refresh' content='0; url=http://x'><p>x", "link", "not opened"),
        ("<p>x</p><del>y<p>z", "damaged", "<del>"),
        ("<p>x</p><math><mi>y</mi><p>z", "damaged", "<math>"),
        ("<p>x</p><script>y<p>z", "damaged", "<script>"),
        ("<p>" + "x" * 3_000_000, "too-large", "2 MB"),
    ],
)
def test_a_page_that_cannot_be_read_whole_says_why(page: str, code: str, says: str) -> None:
    with pytest.raises(StudentError, match=says) as error:
        read(page)
    assert error.value.code == code


def test_pictures_inside_a_page_do_not_count_as_text() -> None:
    page = f'<p>x</p><img src="data:image/png;base64,{"A" * 3_000_000}">'
    assert kinds(page) == [("prose", "x"), ("prose", PICTURE)]


HOSTILE = {
    "opened": "<p" * 100_000,
    "tags": "<b>" * 60_000,
    "quotes": "<a x='" * 50_000 + ">",
    "comments": "<!--" * 100_000,
    "declarations": "<![foo " * 100_000 + "]]>",
    "instructions": "<?x" * 100_000,
    "signs": "<" * 200_000 + ">",
    "entities": "&#" * 200_000,
    "powers": "<sup>" * 60_000 + "x",
    "lists": "<ul><li>" * 20_000,
    "tables": "<table><tr><td>" * 15_000,
    "headings": "<h1>2.1" * 10_000,
    "spaces": "<p>" + " " * 1_000_000 + "x",
    "spans": "x<span></span>" * 40_000,
    "ends": "</p></b></td></table></sup></ul></math>" * 20_000,
    "drawings": "<span class='MathJax'>x</span>" * 20_000,
    "formulas": "<math><annotation encoding='tex'>x</annotation></math>" * 10_000,
    "fences": "<pre>```</pre>" * 10_000,
    "backticks": "<pre>" + "`" * 200_000 + "</pre>",
}


@pytest.fixture
def nothing_hangs() -> Iterator[None]:
    start = time.process_time()
    yield
    assert time.process_time() - start < SECONDS


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.usefixtures("nothing_hangs")
def test_a_hostile_page_is_read_in_linear_time(kind: str) -> None:
    document = read(f"<h2>2.1</h2>{HOSTILE[kind]}")
    assert all(isinstance(block, Block) for block in document.blocks)
    extract.find([document], [extract.Wanted("2.1", "2.1", ("w",))])


ENTRY = r"""
<p><strong>1.2.1</strong></p>
<p>verdict: No</p>
<p>limit: (1, 1)</p>
<h3>2.1.2</h3>
<ul><li>forward: O(1)</li><li>reverse: O(t)</li></ul>
<h3>2.2.3</h3>
<p>Let a = X w<sub>0</sub> &minus; t. Then</p>
<p>\(\eta^* = \frac{n \|X^\top a\|^2}{2 \|X X^\top a\|^2}\)</p>
<h3>3.1</h3>
<p><b>output:</b></p>
<table><tbody>
<tr><td>-1</td><td>2</td><td>2</td><td>-2</td><td>0</td></tr>
<tr><td>-2</td><td>1</td><td>0</td><td>2</td><td>-1</td></tr>
<tr><td>3</td><td>0</td><td>0</td><td>1</td><td>-1</td></tr>
<tr><td>-2</td><td>2</td><td>0</td><td>2</td><td>-1</td></tr>
<tr><td>0</td><td>-2</td><td>3</td><td>-2</td><td>0</td></tr>
</tbody></table>
<h3>3.2</h3>
<table><tr><td>parameters</td><td>52,444,644</td></tr><tr><td>neurons</td><td>1,957,988</td></tr></table>
"""


@pytest.mark.parametrize(
    "name",
    [
        "reedrobin_4201_text.html",
        "Robin Reed_310077_assignsubmission_onlinetext/onlinetext.html",
        "Robin Reed_310077_assignsubmission_onlinetext_onlinetext.html",
    ],
)
def test_the_text_box_of_a_platform_is_marked(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "csc413-2021-hw2"
    (folder / name).parent.mkdir(parents=True)
    (folder / name).write_text(ENTRY, "utf-8")
    assert sources.read(folder).layout in ("canvas", "moodle")
    pipeline.grade(folder, tmp_path / "out", jobs=1)
    with open_gradebook(tmp_path / "out" / pipeline.GRADEBOOK) as book:
        (result,) = book.results("csc413-2021-hw2")
    right = {mark.part for mark in result.marks if mark.verdict.outcome == "correct"}
    assert right == {
        *("1.2.1.verdict", "1.2.1.limit", "2.1.2.forward", "2.1.2.reverse", "2.2.3"),
        *("3.1.output", "3.2.parameters", "3.2.neurons"),
    }


def test_every_quantity_of_a_rubric_is_found_under_its_heading() -> None:
    sheet = rubric.load(ROOT / "rubrics" / "csc413-2021-hw2.yaml")
    page = "".join(f"<h3>{part.number}</h3><p>{part.names[0]}: 7</p>" for part in sheet.parts if part.names)
    found = extract.find([read(page)], extract.wanted(sheet))
    assert {part for part, answers in found.items() if [one.text for one in answers] == ["7"]} >= {
        part.id for part in sheet.parts if part.names and part.reads == "value"
    }
