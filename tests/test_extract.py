"""Finding answers: by number, by heading, by the quantity's name, in every way people write them down."""

from __future__ import annotations

import json

import pytest

from grader import documents, extract
from grader.extract import Wanted
from grader.types import Answer, File

ETA = Wanted("2.2.3", "2.2.3", ("\\eta^*", "eta_star"))


def find(wanted: list[Wanted], *files: tuple[str, str]) -> dict[str, tuple[Answer, ...]]:
    return extract.find([documents.read(File(name, text.encode())) for name, text in files], wanted)


def texts(wanted: list[Wanted], text: str, name: str = "a.md") -> dict[str, str]:
    return {part: " | ".join(a.text for a in found) for part, found in find(wanted, (name, text)).items()}


def one(wanted: Wanted, text: str, name: str = "a.md") -> str | None:
    return texts([wanted], text, name).get(wanted.part)


# --- headings

HEADINGS = [
    "### 2.2.3 Best rate",
    "# Question 2.2.3",
    "**2.2.3**",
    "**2.2.3 Best rate:**",
    "2.2.3)",
    "2.2.3 [1pt]",
    "2.2.3",
    "Problem 2.2.3:",
    "Q2.2.3",
    "## 2.2.3. [1 point] Best rate",
    "2.2.3 Best rate",
    "2.2.3\n=====",
]


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_part_is_found_under_its_number(heading: str) -> None:
    text = f"## 2.2.2\n\n$\\eta^* = 1$\n\n{heading}\n\n$\\eta^* = 2$\n\n## 2.2.4\n\n$\\eta^* = 3$\n"
    assert one(ETA, text) == "2"


LETTERS = [
    "## 3.2a",
    "## 3.2(a)",
    "## 3.2 a)",
    "## 3.2\n\n(a)",
    "## 3.2\n\n### (a)",
    "## 3.2\n\n**a)**",
    "Q3.2(a)",
]


@pytest.mark.parametrize("heading", LETTERS)
def test_a_letter_belongs_to_the_number_above_it(heading: str) -> None:
    wanted = [Wanted("3.2a", "3.2a", ("w",)), Wanted("3.2b", "3.2b", ("w",))]
    assert texts(wanted, f"{heading}\n\n$w = 1$\n\n(b) $w = 2$\n") == {"3.2a": "1", "3.2b": "2"}


def test_a_letter_no_part_has_stays_in_its_section() -> None:
    wanted = Wanted("1.1", "1.1", (), reads="prose")
    text = one(wanted, "# 1.1\n(a) one thing\n\n(b) another\n")
    assert text is not None and "one thing" in text and "another" in text


def test_items_of_a_list_are_questions_where_nothing_else_is() -> None:
    wanted = [Wanted("1.1", "1.1", (), reads="prose"), Wanted("1.2", "1.2", (), reads="prose")]
    assert texts(wanted, "### 1 Graphs\n\n1. first\n\n2. second\n") == {"1.1": "first", "1.2": "second"}


def test_items_of_a_list_are_no_questions_where_headings_are() -> None:
    wanted = [Wanted("1.1", "1.1", (), reads="prose"), Wanted("1.2", "1.2", (), reads="prose")]
    text = "# 1\n\n1. intro\n\n## 1.1\n\nanswer\n\n1. step\n\n## 1.2\n\nother\n"
    found = texts(wanted, text)
    assert found["1.1"].startswith("answer") and "step" in found["1.1"] and found["1.2"] == "other"


def test_a_number_in_the_text_is_no_heading_unless_the_sheet_has_it() -> None:
    assert one(Wanted("2.1", "2.1", ("x",)), "# 2.1\n\n1.5\n") == "1.5"


def test_an_unnumbered_heading_of_the_same_level_ends_a_section() -> None:
    assert one(ETA, "## 2.2.3\n$\\eta^* = 1$\n## Scratch\n$\\eta^* = 2$\n") == "1"
    assert one(ETA, "## 2.2.3\n### Result\n$\\eta^* = 1$\n") == "1"


def test_latex_sections_and_notebook_cells_are_read_alike() -> None:
    assert one(ETA, "\\section*{2.2.3}\nSo\n\\[ \\eta^* = \\frac{n}{2}. \\]", "a.tex") == "\\frac{n}{2}"
    cells = [{"cell_type": "markdown", "source": s} for s in ("## 2.2.3", "So $\\eta^* = 2$")]
    assert one(ETA, json.dumps({"nbformat": 4, "cells": cells}), "a.ipynb") == "2"


# --- relations

RELATIONS = [
    ("$$\\eta^* = \\frac{n}{2}$$", "\\frac{n}{2}"),
    ("so $\\eta^{*}=2$, where $n = 4$.", "2"),
    ("$$\\eta^\\star = a = b = c.$$", "c"),
    ("$$\\eta^* = 1$$\n\nno:\n\n$$\\eta^* = 2$$", "2"),
    ("$$\\boxed{\\eta^* = 1}$$\n\ncheck $\\eta^* = 2$", "1"),
    ("$$\\eta^* = \\boxed{\\frac{1}{2}}$$", "\\frac{1}{2}"),
    ("$$\\begin{aligned} \\eta^* &= \\arg\\min L \\\\ &= \\frac{1}{2} \\end{aligned}$$", "\\frac{1}{2}"),
    ("\\begin{align*}\nL &= 3 \\\\\n\\eta^* &= 2 \\tag{1}\n\\end{align*}", "2"),
    ("$$L = 0 \\Rightarrow \\eta^* = 2$$", "2"),
    ("$$L = 1, \\quad \\eta^* = 2$$", "2"),
    ("$$L = 1, \\eta^* = (1, 2), M = 3$$", "(1, 2)"),
    ("$$\\eta^* = 2 \\quad \\text{where } n = 3$$", "2"),
    (
        "$$\\eta^* = \\begin{cases} 1 & n = 1 \\\\ 2 & n > 1 \\end{cases}$$",
        "\\begin{cases} 1 & n = 1 \\\\ 2 & n > 1 \\end{cases}",
    ),
    ("$$\\eta^* = \\mathrm{diag}(a) b$$", "\\mathrm{diag}(a) b"),
    ("eta* = n/2, where n counts", "n/2"),
    ("So the best rate eta_star = n/2.", "n/2"),
    ("eta_star: n/2", "n/2"),
    ("- **$\\eta^*$**: $n/2$", "n/2"),
    ("η* = 1/4", "1/4"),
    ("$\\eta^*$ = $1/4$", "1/4"),
    ("`eta_star = n * 2`", "n * 2"),
    ("```\neta_star = n * 2\n```", "n * 2"),
    ("$\\eta^*(n) = 2$", "2"),
    ("\\(\\eta^* = 2\\)", "2"),
    ("$\\eta^* =\n2$", "2"),
    ("The derivative vanishes at $$\\frac{n}{2}$$", "\\frac{n}{2}"),
    ("$\\frac{1}{4}$ for every start", "\\frac{1}{4}"),
    ("1/4 for every start", "1/4"),
    ("$L = 1$\n\n$\\boxed{7}$\n\n$M = 2$", "7"),
    ("(2, 1) (up to sign, by $x$)", "(2, 1)"),
    ("> the sheet says $\\eta^* = 9$\n\n$\\eta^* = 2$", "2"),
]


@pytest.mark.parametrize(("body", "answer"), RELATIONS)
def test_the_last_relation_of_the_quantity_is_the_answer(body: str, answer: str) -> None:
    assert one(ETA, f"## 2.2.3\n\n{body}\n") == answer


def test_the_left_side_may_be_a_fraction_of_differentials() -> None:
    wanted = Wanted("1.2.xbar", "1.2", ("dL/dx", "\\bar{x}"))
    assert one(wanted, "# 1.2\n$$\\frac{\\partial \\mathcal{L}}{\\partial x} = W^\\top z$$") == "W^\\top z"


def test_an_equation_keeps_its_left_side_where_the_part_asks_for_one() -> None:
    wanted = Wanted("3.3a", "3.3a", ("w", "w2"), reads="equation")
    assert one(wanted, "# 3.3a\nso $w_2 = 2 - 2 w_1$") == "w_2 = 2 - 2 w_1"
    assert one(wanted, "# 3.3a\nso $2 w_1 + w_2 = 2$") == "2 w_1 + w_2 = 2"


def test_a_value_beside_a_formula_is_not_guessed_between() -> None:
    text = one(ETA, "## 2.2.3\n\n1/4\n\nbecause\n\n$$L = 9 (1 - 4 x)^2$$\n")
    assert text is not None and text.startswith("1/4") and "L = 9" in text


def test_the_line_of_a_label_comes_before_the_formulas_below_it() -> None:
    wanted = [Wanted("2.2.4.eta", "2.2.4"), Wanted("2.2.4.w1", "2.2.4")]
    text = "# 2.2.4\n**eta:** 1/4 because\n\n$$L = 9$$\n\n**w1:** $(1, 1)$ for $n = 1$\n"
    assert texts(wanted, text) == {"2.2.4.eta": "1/4", "2.2.4.w1": "(1, 1)"}


def test_what_cannot_be_told_apart_is_shown_as_it_stands() -> None:
    text = one(ETA, "## 2.2.3\n\n$a = 1$ and $b = 2$\n\nso both\n\nhold\n")
    assert text is not None and "$a = 1$" in text and "hold" in text


@pytest.mark.parametrize("body", ["", "TODO", "TODO after the lecture", "???", "-", "..."])
def test_a_placeholder_is_no_answer(body: str) -> None:
    assert one(ETA, f"## 2.2.3\n\n{body}\n") is None


# --- several quantities under one number

SIZES = [
    Wanted("3.2.parameters", "3.2"),
    Wanted("3.2.neurons", "3.2"),
    Wanted("3.2.why", "3.2", (), reads="prose"),
]


@pytest.mark.parametrize(
    "text",
    [
        "# 3.2\n**parameters:** 52\n\n**Neurons:** 7\n\n**why:** because\n",
        "# 3.2\n- parameters: 52\n- neurons: 7\n- why: because\n",
        "# 3.2\n### Parameters\n52\n### Neurons\n7\n### Why\nbecause\n",
        "# 3.2.parameters\n52\n# 3.2.neurons\n7\n# 3.2.why\nbecause\n",
        "# 3.2\n**parameters**: $52$\n**neurons** : $7$\n**why:**\nbecause\n",
    ],
)
def test_labels_and_sub_headings_tell_quantities_apart(text: str) -> None:
    assert texts(SIZES, text) == {"3.2.parameters": "52", "3.2.neurons": "7", "3.2.why": "because"}


def test_a_quantity_without_its_label_is_absent_when_others_have_theirs() -> None:
    assert texts(SIZES[:2], "# 3.2\n**parameters:** 52\n") == {"3.2.parameters": "52"}


def test_a_label_above_its_formula_names_it() -> None:
    wanted = [Wanted("3.1.output", "3.1"), Wanted("3.1.feature", "3.1", (), reads="prose")]
    found = texts(
        wanted, "# 3.1\n**output:**\n\n$$\\begin{pmatrix} 1 & 2 \\end{pmatrix}$$\n\n**feature:** edges\n"
    )
    assert found == {"3.1.output": "\\begin{pmatrix} 1 & 2 \\end{pmatrix}", "3.1.feature": "edges"}


def test_a_part_named_by_one_letter_is_a_quantity() -> None:
    wanted = [Wanted("2.3.z", "2.3.z", ("z",)), Wanted("2.3.cost", "2.3")]
    assert texts(wanted, "# 2.3\n**z:** (6, 12)\n\n**cost:** O(n)\n") == {
        "2.3.z": "(6, 12)",
        "2.3.cost": "O(n)",
    }
    assert texts(wanted, "2.3: {z: 5, cost: n}\n", "a.yaml") == {"2.3.z": "5", "2.3.cost": "n"}


def test_a_proof_is_its_whole_section_from_its_first_line() -> None:
    (answer,) = find(
        [Wanted("1.1", "1.1", (), reads="prose")], ("a.md", "# 1.1\n\nFirst.\n\n$$x=1$$\n\nLast.\n")
    )["1.1"]
    assert answer.text == answer.passage == "First.\n\n$$\nx=1\n$$\n\nLast."
    assert answer.place.line == 3


def test_code_that_gives_another_quantity_is_no_part_of_a_proof() -> None:
    wanted = [Wanted("1.1", "1.1", (), reads="prose"), Wanted("3.1", "3.1", ("conv_output",))]
    found = texts(wanted, "# 1.1\n\nWords.\n\n```python\nconv_output = [1]\n```\n")
    assert found == {"1.1": "Words.", "3.1": "[1]"}


# --- entries


@pytest.mark.parametrize(
    "key", ["2.2.3", "Q2.2.3", "eta_star", "eta*", "\\eta^*", "2.2.3.eta_star", "Problem 2.2.3"]
)
def test_an_entry_is_found_by_number_or_name(key: str) -> None:
    assert one(ETA, json.dumps({key: "n/2"}), "a.json") == "n/2"


@pytest.mark.parametrize("answers", ["2.2.3: {eta_star: n/2}", "2: {2: {3: n/2}}", "2.2: {3: n/2}"])
def test_nested_maps_are_followed(answers: str) -> None:
    assert one(ETA, f"answers:\n  {answers}\n", "a.yaml") == "n/2"


def test_a_part_with_a_word_may_go_by_its_number_alone_if_it_is_the_only_one() -> None:
    assert one(Wanted("3.3.z", "3.3"), "3.3: 5\n", "a.yaml") == "5"
    assert texts(SIZES[:2], "3.2: 5\n", "a.yaml") == {}


def test_a_verdict_and_its_reason_are_read_together() -> None:
    text = one(
        Wanted("1.1.2", "1.1.2", (), reads="prose"), "1.1.2: {verdict: yes, reason: same span}\n", "a.yaml"
    )
    assert text == "verdict: yes\nreason: same span"


def test_a_name_two_parts_share_is_given_to_neither() -> None:
    wanted = [Wanted("2.2.1.w1", "2.2.1", ("w1",)), Wanted("2.2.4.w1", "2.2.4", ("w1",))]
    assert texts(wanted, "w1: 5\n", "a.yaml") == {}


def test_a_variable_belongs_to_the_section_its_cell_stands_in() -> None:
    wanted = [Wanted("2.2.1.w1", "2.2.1", ("w1",)), Wanted("2.2.4.w1", "2.2.4", ("w1",))]
    text = "# 2.2.1\n```python\nw1 = [0, 0]\n```\n# 2.2.4\n```python\nw1 = [1, 1]\n```\n"
    assert texts(wanted, text) == {"2.2.1.w1": "[0, 0]", "2.2.4.w1": "[1, 1]"}


def test_a_variable_anywhere_is_taken_when_its_name_is_one_parts_only() -> None:
    cells: list[object] = [
        {"cell_type": "code", "source": s, "outputs": []} for s in ("J = [[1]]", "J = [[2]]")
    ]
    assert (
        one(Wanted("2.1", "2.1", ("J",)), json.dumps({"nbformat": 4, "cells": cells}), "a.ipynb") == "[[2]]"
    )


@pytest.mark.parametrize(
    ("printed", "answer"),
    [
        ("[[1 2]\n [3 4]]", "[[1, 2], [3, 4]]"),
        ("array([ 6., -12.])", "[ 6., -12.]"),
        ("[ 6 12]", "[6, 12]"),
        ("0.25", "0.25"),
    ],
)
def test_a_printed_variable_answers_when_nothing_else_does(printed: str, answer: str) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": printed}
    cells: list[dict[str, object]] = [
        {"cell_type": "code", "source": "z = f(x)\nprint(z)", "outputs": [output]}
    ]
    assert one(Wanted("2.3", "2.3", ("z",)), json.dumps({"nbformat": 4, "cells": cells}), "a.ipynb") == answer


# --- several answers


def test_places_that_differ_are_both_shown_and_places_that_agree_are_one() -> None:
    files = [
        ("a.yaml", "2.2.3: n/2\n"),
        ("b.md", "# 2.2.3\n$\\eta^* = n / 2$"),
        ("c.json", '{"eta_star": "n"}'),
    ]
    found = find([ETA], *files)["2.2.3"]
    assert [(answer.text, answer.place.file) for answer in found] == [("n/2", "a.yaml"), ("n", "c.json")]


def test_an_answer_knows_its_place_notation_and_passage() -> None:
    (answer,) = find([ETA], ("a.md", "# 2.2.3\n\nSo\n\n$$\\eta^* = 2$$\n"))["2.2.3"]
    assert answer == Answer("2.2.3", "2", answer.place, "latex", "So\n\n$$\n\\eta^* = 2\n$$")
    assert str(answer.place) == "a.md, line 5"


def test_the_order_of_files_is_the_order_of_answers_and_nothing_else_changes() -> None:
    files = [("a.yaml", "2.2.3: 1\n"), ("b.yaml", "2.2.3: 2\n")]
    assert {a.text for a in find([ETA], *files)["2.2.3"]} == {
        a.text for a in find([ETA], *files[::-1])["2.2.3"]
    }


def test_no_documents_give_no_answers() -> None:
    assert extract.find([], [ETA]) == {}


def test_a_write_up_without_the_numbers_of_the_sheet_is_told() -> None:
    wanted = [Wanted("1.1", "1.1", ("p",)), Wanted("1.2", "1.2", ("q",))]
    text = "# First\n\n" + "\n\n".join(f"Words, then $x = {n}$." for n in range(8))
    document = documents.read(File("a.md", text.encode()))
    (problem,) = extract.unplaced([document], wanted)
    assert "8 of 8 paragraphs" in problem.message
    numbered = documents.read(File("a.md", text.replace("# First", "# 1.1").encode()))
    assert extract.unplaced([numbered], wanted) == ()


# --- labelled numbers under each other

LINKS = Wanted("3.2.links", "3.2", ("number of input links", "input links"))
FIELD = Wanted("3.3", "3.3", reads="prose")
LINKED = r"""## 3.2 Sizes

$$12 \times 12 \times 3$$

## 3.3 Field

3) # of input links for each layer:

$$\text{Conv 3-64: } 3 \times 3 \times 3 = 27$$

$$\text{Pool: } 2 \times 2 = 4$$

$$\text{FC-10: } 1{,}024 = 1{,}024$$

- 1) The stride.
"""


@pytest.mark.parametrize("sign", ["$$", ""])
def test_labelled_numbers_under_a_name_in_words_are_one_list(sign: str) -> None:
    lines = "- Conv: 3 x 3 x 3 = 27\n- Pool: 2 x 2 = 4\n- FC: 1,024\n"
    text = LINKED if sign else f"## 3.2\n\ninput links:\n\n{lines}"
    assert texts([LINKS, FIELD], text)["3.2.links"] == "[27, 4, 1024]"


def test_two_labelled_numbers_are_no_list() -> None:
    text = "## 3.2\n\ninput links:\n\n- Conv: 3 x 3 = 9\n- Pool: 4\n"
    assert not texts([LINKS], text).get("3.2.links", "").startswith("[")


# --- numbers under the number before

RATE = Wanted("2.2.4.eta", "2.2.4", ("\\eta^*", "eta"))
DERIVATIVE = Wanted("2.2.3", "2.2.3", ("\\eta^*", "eta"))


def test_a_number_under_the_number_before_is_taken_with_a_doubt() -> None:
    both = "$$\\eta^* = \\frac{a}{b}$$\n\n$$\\eta = \\frac{1}{4}$$"
    text = f"## 2.2.3\n\n{both}\n\n## 2.2.4\n\nstraight to the line\n"
    found = find([DERIVATIVE, RATE], ("a.md", text))
    assert [(one.text, one.doubt) for one in found["2.2.4.eta"]] == [
        ("\\frac{1}{4}", "It stands under the number before.")
    ]


@pytest.mark.parametrize("own", ["$\\eta = 2$", "It is 2.", ""])
def test_the_number_before_is_left_alone_where_a_part_says_something_itself_or_nothing(own: str) -> None:
    text = f"## 2.2.3\n\n$$\\eta = \\frac{{1}}{{4}}$$\n\n## 2.2.4\n\n{own}\n"
    assert all(not one.doubt for one in find([DERIVATIVE, RATE], ("a.md", text)).get("2.2.4.eta", ()))


def test_a_formula_under_the_number_before_is_no_number() -> None:
    text = "## 2.2.3\n\n$$\\eta^* = \\frac{a}{b}$$\n\n## 2.2.4\n\nstraight to the line\n"
    assert all(not one.doubt for one in find([DERIVATIVE, RATE], ("a.md", text)).get("2.2.4.eta", ()))
