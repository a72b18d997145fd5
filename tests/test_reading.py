"""Reading write-ups as people hand them in: lists of sub-questions, marked solutions, values in sentences."""

from __future__ import annotations

import json
import time

import pytest

from grader import documents, extract
from grader.extract import Wanted
from grader.types import Answer, File


def find(wanted: list[Wanted], text: str) -> dict[str, tuple[Answer, ...]]:
    return extract.find([documents.read(File("a.md", text.encode()))], wanted)


def texts(wanted: list[Wanted], text: str) -> dict[str, str]:
    return {part: " | ".join(a.text for a in found) for part, found in find(wanted, text).items()}


LETTERED = [
    Wanted("1a", "1a", (), reads="prose"),
    Wanted("2a", "2a", ("p",)),
    Wanted("2b", "2b", ("q",)),
    Wanted("3a", "3a", ("p",)),
    Wanted("3b", "3b", ("r",)),
]

LIST_OF_QUESTIONS = """Course 17

1. Warm up

- (a) **Tell us what you expect.**

2. Rotations of the plane

- (a) Find $p = 99$ by hand.

Solution: Turning twice gives $p = 4$.

(b) Find $q = 98$ by hand.

Solution:

1. turn

2. turn back

$$q = 5$$

3. Shears

- (a) Show that $p = 97$.

Solution: $p = 6$

- (b) Show that $r = 96$.

Solution: We get $r = 7$.
"""


def test_numbered_titles_with_lettered_items_below_them_are_questions() -> None:
    found = texts(LETTERED, LIST_OF_QUESTIONS)
    assert {part: found[part] for part in ("2a", "2b", "3a", "3b")} == {
        "2a": "4",
        "2b": "5",
        "3a": "6",
        "3b": "7",
    }


def test_what_stands_before_the_mark_of_a_solution_is_the_question() -> None:
    empty = LIST_OF_QUESTIONS
    for answer in ("Turning twice gives $p = 4$.", "1. turn\n\n2. turn back\n\n$$q = 5$$", "We get $r = 7$."):
        empty = empty.replace(answer, "")
    assert empty != LIST_OF_QUESTIONS
    assert texts(LETTERED, empty.replace("Solution: $p = 6$", "Solution:")).keys() <= {"1a"}


def test_one_solution_mark_does_not_make_the_text_before_it_a_question() -> None:
    wanted = [Wanted("1", "1", ("z",)), Wanted("2", "2", ("y",))]
    assert texts(wanted, "# 1\n\n$z = 3$\n\nSolution: see above\n\n# 2\n\n$y = 4$\n") == {"1": "3", "2": "4"}


def test_a_list_inside_an_answer_opens_no_question() -> None:
    text = "2. Rotations\n\n(a) $p = 1$\n\n1. first this\n\n2. then that\n\n(b) $q = 2$\n"
    assert texts(LETTERED, text) == {"2a": "1", "2b": "2"}


CASES = [
    Wanted("4.wide", "4", ("wide", "underdetermined")),
    Wanted("4.tall", "4", ("tall", "overdetermined")),
]


@pytest.mark.parametrize("opening", ["When the matrix is {},", "If it is {},", "- For {} matrices:"])
def test_a_case_that_is_named_is_the_label_of_the_formula_below(opening: str) -> None:
    wide, tall = opening.format("wide"), opening.format("tall")
    text = f"# 4\n\n{wide} this is left:\n\n$$F = 3$$\n\n{tall} the other.\n\n$$F = 4$$\n\nPut $s = 0$."
    assert texts(CASES, text) == {"4.wide": "F = 3", "4.tall": "F = 4"}


def test_a_case_that_names_both_or_neither_labels_nothing() -> None:
    found = texts(CASES, "# 4\n\nWhen it is wide or tall, we see\n\n$$F = 3$$\n")
    assert all("When it is" in text for text in found.values())


ROMAN = [Wanted("5.one", "5", ("one", "(i)")), Wanted("5.two", "5", ("two", "(ii)"))]


def test_roman_numbers_label_the_answers_of_one_question() -> None:
    assert texts(ROMAN, "# 5\n\n(i)\n\n$$8$$\n\n- (ii) $9$\n") == {"5.one": "8", "5.two": "9"}


MODES = [
    Wanted("6.value", "6", ("z",)),
    Wanted("6.up_time", "6", ("upward_time",)),
    Wanted("6.down_time", "6", ("downward_time", "time_downward")),
    Wanted("6.down_memory", "6", ("downward_memory",)),
]
TWO_STEPS = """# 6

$$z = (1 \\ 2)$$

Upward:

$$\\text{Time: } M = a b, \\quad z = c M$$

$$\\text{Total time} = n + n = 2n$$

Downward mode :

Total time = $n^2 + n^2 = 2n^2$

$$\\text{Memory} = n^2$$
"""


def test_a_quantity_may_be_named_in_two_steps() -> None:
    assert texts(MODES, TWO_STEPS) == {
        "6.value": "(1 \\ 2)",
        "6.up_time": "2n",
        "6.down_time": "2n^2",
        "6.down_memory": "n^2",
    }


COSTS = [
    Wanted("7.time", "7", ("time", "multiplications")),
    Wanted("7.memory", "7", ("memory", "memory_cost")),
]
SENTENCES = [
    ("This needs $2n^2$ multiplications and\n\n$n^2 + n$ memory cost.", "2n^2", "n^2 + n"),
    (
        "We touch $n$ rows, so the time is $O(n^2)$. For the memory all of $A$ is kept: $O(n)$.",
        "O(n^2)",
        "O(n)",
    ),
]


@pytest.mark.parametrize(("text", "time", "memory"), SENTENCES)
def test_a_sentence_that_names_one_quantity_gives_its_value(text: str, time: str, memory: str) -> None:
    assert texts(COSTS, f"# 7\n\n{text}\n") == {"7.time": time, "7.memory": memory}


def test_a_sentence_that_names_two_quantities_is_left_for_a_person() -> None:
    found = texts(COSTS, "# 7\n\nTime and memory are $O(n)$ here.\n")
    assert found == dict.fromkeys(found, "Time and memory are $O(n)$ here.")


def test_a_question_gives_no_value() -> None:
    assert texts(COSTS, "# 7\n\nIs the time $O(n)$?\n").get("7.time", "") != "O(n)"


def test_a_row_that_begins_with_plus_goes_on_with_the_row_before() -> None:
    text = "# 8\n$$\\begin{aligned} & z = 1 \\\\ & + 2 \\\\ & = 3 \\end{aligned}$$\n"
    assert texts([Wanted("8", "8", ("z",))], text) == {"8": "3"}


# --- chains and names

RATE = Wanted("9", "9", ("\\rho^*", "rho_star", "rho"))
HAT = Wanted("9", "9", ("\\hat{u}", "u", "solution"))
LOSS = Wanted("9", "9", ("L_m", "loss"))
SLOPE = Wanted("9", "9", ("\\frac{\\partial L}{\\partial u}",))

CHAINS = [
    (RATE, "$$\\rho^* = a / b$$\n\nFor $a = 1$ and $b = 4$:\n\n$$\\rho = \\frac{1}{4}$$", "a / b"),
    (RATE, "$$\\rho = a$$\n\n$$\\rho = a / b$$", "a / b"),
    (HAT, "$$\\hat{u} = 1$$\n\nwrong, so $u = 2$", "1 | 2"),
    (HAT, "$$\\text{Solution: } \\hat{u} = 1$$\n\n$$\\hat{u} = 2$$", "1 | 2"),
    (HAT, "$$\\text{Solution: } \\hat{u} = 1$$\n\n$$v = 2$$", "1"),
    (LOSS, "$$\\text{So } L_m = a = b$$", "b"),
    (LOSS, "$$L_m = a = b$$\n\n$$= c^2$$", "c^2"),
    (LOSS, "$$L_m = a$$\n\nwhich can be written\n\n$$= c^2 \\geq 0$$", "c^2"),
    (LOSS, "$$\\begin{aligned} L_m &= a \\\\ &= b \\end{aligned}$$\n\n$$= c$$", "c"),
    (LOSS, "$$b = 0 \\stackrel{(1)}{\\Rightarrow} L_m \\overset{!}{=} c$$", "c"),
    (LOSS, "$$L_m = \\underbrace{a}_{= 7 + \\text{x}} \\underbrace{b + c}_d + e$$", "{a} {b + c} + e"),
    (LOSS, "$$L_m = \\| \\overrightarrow{a} \\|^2 > 0$$", "\\| \\vec{a} \\|^2"),
    (SLOPE, "$$u' = A v = A B w = \\frac{\\partial L}{\\partial u}$$", "A B w"),
    (HAT, "$$u = V S$$\n\n$$u = \\begin{bmatrix} 1 & \\dots \\\\ 0 & \\dots \\end{bmatrix}$$", "V S"),
]


@pytest.mark.parametrize(("wanted", "text", "value"), CHAINS)
def test_the_value_of_a_chain_is_its_last_link_that_is_no_name(wanted: Wanted, text: str, value: str) -> None:
    assert texts([wanted], f"# 9\n\n{text}\n") == {"9": value}


REGIMES = [
    Wanted("9.form", "9", ("solution",)),
    Wanted("9.small", "9", ("small", "s_i \\ll t")),
    Wanted("9.large", "9", ("large", "s_i \\gg t")),
]


def test_a_regime_that_is_named_gives_the_value_said_of_it() -> None:
    small = "That is, when $s_i \\ll t$, the solution is $\\frac{s_i}{t}$."
    text = f"$$solution = s$$\n\n{small} When $s_i \\gg t$, it is $1$."
    assert texts(REGIMES, f"# 9\n\n{text}\n") == {"9.form": "s", "9.small": "\\frac{s_i}{t}", "9.large": "1"}


def test_a_sentence_that_only_names_a_thing_gives_no_value() -> None:
    found = texts(
        [HAT, Wanted("9.other", "9", ("other",))], "# 9\n\nThe only solution is $\\vec{u}$ as shown.\n"
    )
    assert all(text != "\\vec{u}" for text in found.values())


UNITS = [Wanted("3.2.units", "3.2", ("units", "number_of_units")), Wanted("3.3", "3.3", (), reads="prose")]


def test_a_quantity_with_a_name_of_its_own_is_found_under_another_number() -> None:
    text = "## 3.2\n\nsee below\n\n## 3.3\n\n$$2) \\# \\text{ of units} = 3 + 4 = 7$$\n\nsize\n"
    assert texts(UNITS, text)["3.2.units"] == "7"


def test_a_letter_is_not_looked_for_under_another_number() -> None:
    wanted = [Wanted("1", "1", ("z",)), Wanted("2", "2", ("y",))]
    assert texts(wanted, "# 1\n\nno idea\n\n# 2\n\n$y = 1$, $z = 2$\n")["1"] == "no idea"


# --- numbers

PARTS = [
    Wanted("3.1", "3.1", ("g",)),
    Wanted("3.2a", "3.2a", ("w",)),
    Wanted("3.2b", "3.2b", (), reads="prose"),
    Wanted("3.3a", "3.3a", ("p",)),
    Wanted("3.3b", "3.3b", ("q",)),
    Wanted("3.5", "3.5", ("e",)),
    Wanted("4.1", "4.1", ("s",)),
]


def test_numbers_that_restart_belong_to_the_next_section_of_the_sheet() -> None:
    text = (
        "### 3 Regression\n\n1. $g = 1$\n\n2. We set $w = 2$\n\n(b) so it is\n\n"
        "3. (a) $p = 3$\n\n(b) $q = 4$\n\n5. $e = 5$\n\n### 3 Optimization\n\n1. $s = 6$\n"
    )
    assert texts(PARTS, text) == {
        "3.1": "1",
        "3.2a": "2",
        "3.2b": "so it is",
        "3.3a": "3",
        "3.3b": "4",
        "3.5": "5",
        "4.1": "6",
    }


def test_a_section_that_is_continued_under_its_own_title_keeps_its_number() -> None:
    text = "### 3 Regression\n\n1. $g = 1$\n\n### 3 Regression\n\n5. $e = 5$\n"
    assert texts(PARTS, text) == {"3.1": "1", "3.5": "5"}


# --- what is no answer

NOTHING = ["✓", "?", "$$\\begin{bmatrix} ? & ? \\\\ ? & ? \\end{bmatrix}$$", "**✓**", "☐"]


@pytest.mark.parametrize("text", NOTHING)
def test_a_tick_or_a_question_mark_is_no_answer(text: str) -> None:
    assert texts([HAT], f"# 9\n\n{text}\n") == {}


def test_a_formula_that_leaves_the_quantity_open_is_the_question() -> None:
    wanted = Wanted("9", "9", ("A * B",))
    asked = (
        "$$A = \\begin{bmatrix} 1 & 2 \\end{bmatrix} \\quad A * B = \\begin{bmatrix} ? & ? \\end{bmatrix}$$"
    )
    assert texts([wanted], f"# 9\n\n{asked}\n") == {}
    answer = "\\begin{pmatrix} 5 & 6 \\end{pmatrix}"
    assert texts([wanted], f"# 9\n\n{asked}\n\n1)\n$${answer}$$\n") == {"9": answer}


def test_what_is_stated_under_one_copy_of_a_question_outweighs_the_text_of_the_other() -> None:
    text = "# 9\n\nPlease find the best vector for the data.\n\n# 9\n\nPlease find it.\n\n$$\\hat{u} = 3$$\n"
    assert texts([HAT], text) == {"9": "3"}


# --- numbers that LaTeX prints

EXAM = """\\begin{document}
\\begin{questions}
\\question[2] Waves
\\begin{parts}
\\part[1] $w = 1$
\\part $w = 2$
\\end{parts}
\\question
$w = 3$
\\end{questions}
\\end{document}
"""
ARTICLE = """\\begin{document}
\\section{Waves}
\\subsection{Speed}
$w = 1$
\\subsection{Length}
$w = 2$
\\section*{Remark}
$w = 9$
\\setcounter{section}{4}
\\section{Noise}
$w = 3$
\\end{document}
"""


def tex(wanted: list[Wanted], text: str) -> dict[str, str]:
    found = extract.find([documents.read(File("a.tex", text.encode()))], wanted)
    return {part: " | ".join(a.text for a in answers) for part, answers in found.items()}


def test_questions_and_parts_of_an_exam_are_counted() -> None:
    wanted = [Wanted("1a", "1a", ("w",)), Wanted("1b", "1b", ("w",)), Wanted("2", "2", ("w",))]
    assert tex(wanted, EXAM) == {"1a": "1", "1b": "2", "2": "3"}


def test_sections_without_numbers_in_their_titles_have_those_that_are_printed() -> None:
    wanted = [Wanted("1.1", "1.1", ("w",)), Wanted("1.2", "1.2", ("w",)), Wanted("5", "5", ("w",))]
    assert tex(wanted, ARTICLE) == {"1.1": "1", "1.2": "2", "5": "3"}


def test_numbers_in_titles_are_the_ones_that_count() -> None:
    text = "\\section{Preface}\n$w = 1$\n\\section{Problem 2}\n$w = 2$\n\\section{Problem 1}\n$w = 3$\n"
    assert tex([Wanted("1", "1", ("w",)), Wanted("2", "2", ("w",))], text) == {"1": "3", "2": "2"}


TWICE = [
    "v∗=(ATA)−1ATb.\\boxed{ v^*=(A^TA)^{-1}A^Tb }",
    "so that v∗=(ATA)−1ATbv^*=(A^TA)^{-1}A^Tb.",
    "v∗=(ATA)−1ATb\nv^*=(A^TA)^{-1}A^Tb",
]


@pytest.mark.parametrize("text", TWICE)
def test_a_formula_that_a_page_copied_twice_is_read_from_its_latex(text: str) -> None:
    assert texts([Wanted("9", "9", ("v^*",))], f"# 9\n\n{text}\n") == {"9": "(A^TA)^{-1}A^Tb"}


# --- tables and remarks

SIZES = [Wanted("9.units", "9", ("units",)), Wanted("9.links", "9", ("links", "number of links"))]
TABLES = [
    ("| quantity | value |\n|---|---|\n| units | 12 |\n| links | $40$ |", "12", "40"),
    ("| units | links |\n|:--|--:|\n| 12 | 40 |", "12", "40"),
    ("units: 12\n\n| layer | number of links |\n|---|---|\n| first | 4 |\n| second | 36 |", "12", "[4, 36]"),
]


@pytest.mark.parametrize(("text", "units", "links"), TABLES)
def test_values_stand_in_tables_by_row_or_by_column(text: str, units: str, links: str) -> None:
    assert texts(SIZES, f"# 9\n\n{text}\n") == {"9.units": units, "9.links": links}


REMARKS = [
    ("L_m = c^2 \\text{ after } m \\text{ steps}", "c^2"),
    ("L_m = c^2 \\text{ after the last step}", "c^2"),
    ("L_m = c^2 \\quad \\text{ for the last step } m", "c^2"),
    ("L_m = a - \\text{target}", "a - \\text{target}"),
]


@pytest.mark.parametrize(("formula", "value"), REMARKS)
def test_words_behind_a_formula_are_no_part_of_it(formula: str, value: str) -> None:
    assert texts([LOSS], f"# 9\n\n$${formula}$$\n") == {"9": value}


LINE = Wanted("9", "9", ("u", "line"), reads="equation")


def test_a_chain_that_ends_in_the_equation_keeps_its_name() -> None:
    text = "$$u = p + s Q p = (1, 2) + s (2, -1)$$"
    assert texts([LINE], f"# 9\n\n{text}\n") == {"9": "u = (1, 2) + s (2, -1)"}


@pytest.mark.parametrize(
    "tail", ["", ", s \\in \\mathbb{R}", ", \\quad s \\in \\mathbb{R} \\text{ solves it!}"]
)
def test_that_a_parameter_is_free_is_no_part_of_the_line(tail: str) -> None:
    assert texts([LINE], f"# 9\n\n$$u = (1, 2) + s (2, -1){tail}$$\n") == {"9": "u = (1, 2) + s (2, -1)"}


def test_that_a_parameter_is_bounded_stays() -> None:
    text = "$$u = (1, 2) + s (2, -1), s \\in \\mathbb{R}_+$$"
    assert "R" in texts([LINE], f"# 9\n\n{text}\n")["9"]


HEAVY = [
    "$$L_m = " + "\\underbrace{" * 1500 + "a" + "}" * 1500 + "$$",
    "$$L_m = a$$\n\n" + "$$= b + c$$\n\n" * 600,
    "| a | b |\n|--|--|\n" * 1200,
    "Time. Also $a$ is. " * 1000,
]


@pytest.mark.parametrize("text", HEAVY)
def test_a_text_made_to_be_slow_is_read_in_time(text: str) -> None:
    start = time.perf_counter()
    texts([LOSS, *COSTS], f"# 9\n\n{text}\n\n# 7\n\n{text}\n")
    assert time.perf_counter() - start < 10


COUNTED = [
    Wanted("1.1", "1.1", ("p",)),
    Wanted("1.2a", "1.2a", ("q",)),
    Wanted("1.2b", "1.2b", ("r",)),
    Wanted("2.1", "2.1", ("s",)),
]


@pytest.mark.parametrize(
    "text",
    [
        "# 1\n\n(a) $p = 1$\n\n(b)\n\n(i) $q = 2$\n\n(ii) $r = 3$\n\n# 2\n\n(a) $s = 4$\n",
        "1\\. Title\n\n1) $p = 1$\n\n2) (a) $q = 2$\n\n(b) $r = 3$\n\n2\\. Title\n\n1) $s = 4$\n",
        "1.1 it is $p = 1$\n\n1.2 (a) it is $q = 2$\n\n(b) $r = 3$\n\n2.1 $$s = 4$$\n",
    ],
)
def test_letters_count_where_the_sheet_has_numbers(text: str) -> None:
    assert texts(COUNTED, text) == {"1.1": "1", "1.2a": "2", "1.2b": "3", "2.1": "4"}


def test_a_list_within_an_answer_does_not_count_on() -> None:
    text = "# 1.1\n\n(a) first\n\n(b) then $p = 1$\n\n# 2.1\n\n$s = 4$\n"
    assert texts(COUNTED, text) == {"1.1": "1", "2.1": "4"}


def test_a_number_before_a_unit_or_a_verb_is_no_question_of_another_section() -> None:
    text = "# 2.1\n\n$s = 4$\n\n1.1 times as much\n"
    assert texts(COUNTED, text) == {"2.1": "4"}


def test_an_exam_with_parts_and_commands_of_its_own_is_read() -> None:
    text = (
        "\\documentclass{exam}\\newcommand{\\half}{\\tfrac{1}{2}}\n\\newcommand{\\two}[1]{#1_2}\n"
        "\\begin{document}\\begin{questions}\n\\question \\textbf{One}\n\\begin{parts}\n\\part $p = \\half$\n"
        "\\part\n\\begin{subparts}\n\\subpart $q = \\two{x}y$\n\\subpart $r = 3$\n\\end{subparts}\n"
        "\\end{parts}\n"
        "\\question Two\n\\begin{parts}\n\\part $s = 4$\n\\end{parts}\n\\end{questions}\\end{document}\n"
    )
    found = extract.find([documents.read(File("a.tex", text.encode()))], COUNTED)
    assert {part: one[0].text for part, one in found.items()} == {
        "1.1": "\\tfrac{1}{2}",
        "1.2a": "x_2y",
        "1.2b": "3",
        "2.1": "4",
    }


def test_a_command_that_calls_itself_ends() -> None:
    text = "\\newcommand{\\x}{\\x\\x}\\newcommand{\\y}[1]{#1#1#1\\x}\n\\section{1.1}\n$p = \\y{\\x}$\n"
    (document,) = [documents.read(File("a.tex", text.encode()))]
    assert all(len(block.text) < 25_000 for block in document.blocks)


@pytest.mark.parametrize(
    ("text", "one", "two"),
    [
        ("# 5\n\n(i) $8$ (ii) $9$\n", "8", "9"),
        ("# 5\n\none: $8$; two: $9$\n", "8", "9"),
        ("**Q5** (i) $8$ (ii) $9$\n", "8", "9"),
    ],
)
def test_labels_within_a_line_tell_answers_apart(text: str, one: str, two: str) -> None:
    assert texts(ROMAN, text) == {"5.one": one, "5.two": two}


def test_what_is_left_of_a_line_is_shown_rather_than_called_missing() -> None:
    wanted = [Wanted("6.up", "6", ("upward",)), Wanted("6.down", "6", ("downward",))]
    found = texts(wanted, "# 6\n\nupward: $O(1)$, and going down we see $O(t)$ instead.\n")
    assert found["6.up"] == "O(1)"
    assert "O(t)" in found["6.down"]


@pytest.mark.parametrize("line", ["w1 + w2 = 3", "X w2 = 3", "2 w2 = 3"])
def test_the_last_name_of_a_formula_is_not_its_left_side(line: str) -> None:
    found = texts([Wanted("1", "1", ("w2",))], f"# 1\n\n{line}\n")
    assert found == {"1": line}


def test_data_in_a_cell_is_no_value_of_another_name() -> None:
    cell = {"cell_type": "code", "source": "v = [4, 2]\nH = f(v)\n", "outputs": []}
    title = {"cell_type": "markdown", "source": "## 1"}
    notebook = json.dumps({"nbformat": 4, "cells": [title, cell]})
    found = extract.find([documents.read(File("a.ipynb", notebook.encode()))], [Wanted("1", "1", ("H",))])
    assert "f(v)" in found["1"][0].text


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("w = 2 * np.array([[-1, 0], [0, 1]])", "[[-2, 0], [0, 2]]"),
        ("w = -np.ones(3) / 2", "[-1/2, -1/2, -1/2]"),
        ("w = np.zeros((1, 2))", "[[0, 0]]"),
        ("w = np.zeros(10**9)", ""),
        ("w = f(2) * np.array([1])", ""),
    ],
)
def test_an_array_times_a_number_is_a_literal(source: str, value: str) -> None:
    cell = {"cell_type": "code", "source": source, "outputs": []}
    notebook = json.dumps({"nbformat": 4, "cells": [cell]})
    found = extract.find([documents.read(File("a.ipynb", notebook.encode()))], [Wanted("1", "1", ("w",))])
    assert (found["1"][0].text if found else "") == value


def test_a_table_may_name_a_quantity_by_row_and_column() -> None:
    table = "# 6\n\n| | time | memory |\n|---|---|---|\n| upward | $2n$ | $n$ |\n| downward | $n^2$ | $3$ |\n"
    found = texts(MODES, table)
    assert (found["6.up_time"], found["6.down_time"]) == ("2n", "n^2")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (
            "$p = 2w$ if $w > 0$, else $b$",
            r"\begin{cases} 2w & w > 0 \\ b & \text{else} \end{cases}",
        ),
        (
            "$p = 2w$ when $w > 0$ and $b$ otherwise",
            r"\begin{cases} 2w & w > 0 \\ b & \text{else} \end{cases}",
        ),
    ],
)
def test_two_cases_in_a_line_are_one_formula(line: str, answer: str) -> None:
    assert texts([Wanted("1", "1", ("p",))], f"# 1\n\n{line}\n") == {"1": answer}


@pytest.mark.parametrize("tail", ["if $w > 0$", "when active", "whenever the unit is active"])
def test_a_value_for_one_case_only_is_in_doubt(tail: str) -> None:
    found = find([Wanted("1", "1", ("p",))], f"# 1\n\n$p = 2w$ {tail}\n")["1"][0]
    assert (found.text, bool(found.doubt)) == ("2w", True)


def test_the_links_of_a_chain_are_kept() -> None:
    found = find([Wanted("1", "1", ("p",))], "# 1\n\n$$p = a + a = 2a$$\n")["1"][0]
    assert (found.text, found.chain) == ("2a", ("a + a", "2a"))


def test_words_between_formulas_of_a_display_name_what_follows() -> None:
    text = r"# 1" + "\n\n" + r"$$\text{along } x_1. \text{ Normalized: } \frac{x_1}{5} = (1, 2)$$" + "\n"
    assert texts([Wanted("1", "1", ("normalized",))], text) == {"1": "(1, 2)"}


def test_a_chain_that_a_sentence_ends_in_gives_its_value() -> None:
    text = "# 1\n\nThe limit will be $\\frac{2}{5} x = (0.8, 0.4)$.\n"
    assert texts([Wanted("1", "1", ("limit",))], text) == {"1": "(0.8, 0.4)"}


def test_text_behind_copied_questions_belongs_to_the_one_that_comes_again() -> None:
    text = "# 1.2\n\n(a)\n\n(b)\n\nIn general $q = 7$.\n\n(a) so much for this.\n\n(b) $r = 3$\n"
    assert texts(COUNTED, text) == {"1.2a": "7", "1.2b": "3"}


def test_answers_out_of_order_stay_where_they_are() -> None:
    text = "# 1.2\n\n(b) $r = 3$\n\n(a) $q = 2$\n"
    assert texts(COUNTED, text) == {"1.2a": "2", "1.2b": "3"}


def test_one_label_before_a_text_of_several_answers_hides_none_of_them() -> None:
    wanted = [
        Wanted("6.verdict", "6", ("verdict",), reads="prose"),
        Wanted("6.limit", "6", ("limit",)),
        Wanted("6.argument", "6", ("argument",), reads="prose"),
    ]
    said = "take $x = (2, 1)$, which ends in $(1, 1)$ and not where the other one ends. So no."
    found = texts(wanted, f"# 6\n\nverdict: {said}\n")
    assert all(said in found[part] for part in ("6.verdict", "6.limit", "6.argument"))


def test_several_labels_leave_what_has_none_missing() -> None:
    found = texts(ROMAN, "# 5\n\none: 8, and I am sure of that because I have counted them twice by hand.\n")
    assert found == {"5.one": "8"}


ON_THE_WAY = [
    Wanted("3.1", "3.1", (r"\bar{u}", "slope")),
    Wanted("3.2", "3.2", ("u", r"\hat{u}")),
    Wanted("3.3", "3.3", ("u", r"\hat{u}")),
]
SOLVED = "## 3.2\n\n$$\\bar{u} = A = 2 (u - 7)$$\n\nAt the end $\\bar{u} = 0$, so $u = 7$.\n"


def test_a_question_left_out_is_answered_on_the_way_to_the_next() -> None:
    found = find(ON_THE_WAY, SOLVED)
    assert {part: one[0].text for part, one in found.items()} == {"3.1": "2 (u - 7)", "3.2": "7"}
    assert found["3.1"][0].doubt
    assert not found["3.2"][0].doubt


def test_a_question_that_is_there_and_empty_takes_nothing_from_the_next() -> None:
    assert "3.1" not in texts(ON_THE_WAY, "## 3.1\n\n" + SOLVED.replace("\\bar{u}", "v"))


def test_words_of_the_next_question_are_not_those_of_one_left_out() -> None:
    wanted = [Wanted("1", "1", ("time",)), Wanted("2.up", "2", ("up time",)), Wanted("2.down", "2", ("d",))]
    assert texts(wanted, "## 2\n\n**up time:** $2n$\n\n$d = 3$\n").keys() == {"2.up", "2.down"}


def test_nothing_is_taken_from_further_on_nor_under_a_name_of_another_part() -> None:
    assert texts(ON_THE_WAY, SOLVED.replace("3.2", "3.3")).keys() == {"3.3"}
    assert "3.2" not in texts(ON_THE_WAY, "## 3.3\n\n$\\hat{u} = 5$\n")


@pytest.mark.parametrize("title", ["Contributors:", "## References", "**Acknowledgements**"])
def test_who_wrote_a_sheet_answers_none_of_its_questions(title: str) -> None:
    wanted = [Wanted("7b", "7b", (), reads="prose"), Wanted("7c", "7c", (), reads="prose")]
    names = f"{title}\n\n- Larch Rowan.\n- Ash Alder.\n"
    assert texts(wanted, f"## 7b\n\nNobody.\n\n## 7c\n\n{names}") == {"7b": "Nobody."}
    assert texts(wanted, f"## 7b\n\nNobody.\n\n## 7c\n\n3 hours.\n\n{names}")["7c"] == "3 hours."


OF_EACH_KIND = [
    Wanted("6.time", "6", ("time", "time_cost")),
    Wanted("6.memory", "6", ("memory", "memory_cost")),
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Not sure what is meant. So it comes at no computational cost at all, but it is kept.", {"6.time"}),
        ("The table is fixed, so reading $f(x)$ has no cost!", {"6.time"}),
        ("It needs no memory.", {"6.memory"}),
        ("It needs no extra memory.", set()),
        ("The memory is $O(n^2)$. Reading it takes no time and no memory.", set()),
        ("There is no cost function here.", set()),
        ("Is there no cost?", set()),
    ],
)
def test_no_cost_at_all_is_a_cost_of_zero(text: str, expected: set[str]) -> None:
    found = texts(OF_EACH_KIND, f"# 6\n\n{text}\n")
    assert {part for part, value in found.items() if value == "0"} == expected


LISTS = [Wanted("3.parameters", "3", ("parameters",)), Wanted("3.links", "3", ("links",))]


@pytest.mark.parametrize(
    "listed",
    [
        "links: conv1 27, pool 4, conv2 576, dense 100.",
        "links:\n\n| of | links |\n|---|---|\n| Conv3 | 27 |\n| Pool | 4 |\n| Conv 2 | 576 |\n| FC | 100 |",
        "links:\n\n| Conv3-64 | 27 |\n| Pool | 4 |\n| Conv 2 | $24^2 = 576$ |\n| FC | 100 |",
    ],
)
def test_labelled_numbers_in_a_line_or_a_table_are_one_list(listed: str) -> None:
    found = texts(LISTS, f"# 3\n\nparameters: 12\n\n{listed}\n")
    assert found == {"3.parameters": "12", "3.links": "[27, 4, 576, 100]"}


@pytest.mark.parametrize("rule", ["", "\\hline"])
def test_a_table_of_latex_is_read_like_any_other(rule: str) -> None:
    rows = f"layer & links \\\\ {rule}\nA & 27 \\\\ B & 4 \\\\\nC 2 & 576 \\\\"
    rows = rows if rule else rows.partition("\n")[2]
    text = f"\\section{{3}}\nparameters: 12\n\nlinks:\n\\begin{{tabular}}{{l|r}}\n{rows}\n\\end{{tabular}}\n"
    document = documents.read(File("a.tex", text.encode()))
    assert {part: one[0].text for part, one in extract.find([document], LISTS).items()} == {
        "3.parameters": "12",
        "3.links": "[27, 4, 576]",
    }


TOTAL = [Wanted("4", "4", ("L_1", "loss"))]


def test_what_is_stated_of_a_multiple_is_divided_by_it_and_doubted() -> None:
    (found,) = find(TOTAL, "# 4\n\n$$n L_1 = a + b = 3 c$$\n")["4"]
    assert found.text == r"\frac{1}{n} \left(3 c\right)"
    assert found.doubt
    assert texts(TOTAL, "# 4\n\n$$n L_1 = 3 c$$\n\n$$L_1 = 5$$\n") == {"4": "5"}


def test_a_matrix_in_front_is_no_factor() -> None:
    (found,) = find([Wanted("4", "4", ("w",))], "# 4\n\n$$X w = t$$\n\nand more\n\n$$A = B$$\n")["4"]
    assert "frac" not in found.text


RESTARTED = [Wanted(number, number, ("p", "q")) for number in ("3.1", "3.2", "4.1", "4.2")]


@pytest.mark.parametrize("again", ["# 3 Waves and tides\n\n", ""])
def test_numbers_that_begin_again_are_those_of_the_question_that_never_comes(again: str) -> None:
    first = "# 3 Waves\n\n## 3.1 Height\n\n$p = 1$\n\n## 3.2 Length\n\n$p = 2$\n\n"
    second = "## 3.1 Moon\n\n$p = 3$\n\n## 3.2 Sun\n\n$p = 4$\n"
    assert texts(RESTARTED, first + again + second) == {"3.1": "1", "3.2": "2", "4.1": "3", "4.2": "4"}


def test_a_heading_that_is_copied_before_its_answer_begins_nothing_again() -> None:
    copied = "## 3.1 Height\n\nHow high?\n\n## 3.2 Length\n\nHow long?\n\n"
    answered = copied.replace("How high?", "$p = 1$").replace("How long?", "$p = 2$")
    assert texts(RESTARTED, copied + answered) == {"3.1": "1", "3.2": "2"}
    assert texts(RESTARTED, answered + "## 4.1 Moon\n\n$p = 3$\n\n## 3.1 Sun\n\n$p = 1$\n")["4.1"] == "3"


@pytest.mark.parametrize("tag", ["3.2", "q3_2", "answer-3.2", "Problem 3.2", "3.2_answer"])
def test_a_cell_whose_tag_is_a_number_answers_that_question(tag: str) -> None:
    cells = [
        {"cell_type": "markdown", "metadata": {"tags": [tag]}, "source": "$p = 2$"},
        {
            "cell_type": "code",
            "metadata": {"nbgrader": {"grade_id": "q4.1"}},
            "source": "p = 3",
            "outputs": [],
        },
        {"cell_type": "markdown", "metadata": {"tags": ["hide-input", "version 2"]}, "source": "Thanks."},
    ]
    data = json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}).encode()
    found = extract.find([documents.read(File("a.ipynb", data))], RESTARTED)
    assert {part: one[0].text for part, one in found.items()} == {"3.2": "2", "4.1": "3"}


def test_parts_in_one_line_of_an_exam_are_told_apart() -> None:
    text = (
        r"\documentclass{exam}\begin{document}\begin{questions}" + "\n"
        r"\question Waves \begin{parts}\part $p = 1$ \part[2] $p = 2$\end{parts}" + "\n"
        r"\end{questions}\end{document}" + "\n"
    )
    wanted = [Wanted("1a", "1a", ("p",)), Wanted("1b", "1b", ("p",))]
    found = extract.find([documents.read(File("a.tex", text.encode()))], wanted)
    assert {part: one[0].text for part, one in found.items()} == {"1a": "1", "1b": "2"}
