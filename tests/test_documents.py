"""Files to blocks: each format keeps its places, and what is a heading, a formula or a value is known."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from grader import documents
from grader.documents import _numbering
from grader.documents._names import canonical
from grader.types import Block, Document, File


def read(name: str, text: str) -> Document:
    return documents.read(File(name, text.encode()))


def kinds(name: str, text: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in read(name, text).blocks]


def entries(document: Document) -> dict[str, str]:
    return {block.name: block.text for block in document.blocks if block.kind == "entry"}


def notebook(*cells: dict[str, object], **metadata: object) -> str:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells})


def markdown(text: str) -> dict[str, object]:
    return {"cell_type": "markdown", "source": text.splitlines(keepends=True)}


def code(text: str, *outputs: Mapping[str, object]) -> dict[str, object]:
    return {"cell_type": "code", "source": text, "outputs": list(outputs), "execution_count": 1}


@pytest.mark.parametrize("name", documents.formats())
def test_every_format_keeps_the_contract(name: str) -> None:
    module = documents.load(name)
    assert module.__doc__
    assert module.SUFFIXES and all(suffix.startswith(".") for suffix in module.SUFFIXES)


def test_no_two_formats_claim_one_suffix() -> None:
    suffixes = [suffix for name in documents.formats() for suffix in documents.load(name).SUFFIXES]
    assert len(suffixes) == len(set(suffixes))


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("a.txt", "# 2.1\n3", "heading"),
        ("a", '{"2.1": 3}', "entry"),
        ("a.txt", "answers:\n  2.1: 3", "entry"),
        ("noext", notebook(markdown("# 2.1")), "heading"),
        ("a.txt", "\\documentclass{article}\n\\begin{document}\n\\section{2.1}", "heading"),
    ],
)
def test_a_file_without_a_suffix_is_known_by_its_content(name: str, text: str, kind: str) -> None:
    assert read(name, text).blocks[0].kind == kind


def test_utf_16_with_its_mark_is_read_and_told() -> None:
    document = documents.read(File("a.md", "# 2.1 η".encode("utf-16")))
    assert document.blocks[0].text == "2.1 η"
    assert "UTF-16" in document.problems[0].message


def test_the_mark_of_utf_8_is_no_part_of_the_text() -> None:
    assert documents.read(File("a.md", "\ufeff# 2.1".encode())).blocks[0].text == "2.1"


# --- Markdown


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("### 2.2.3 Best rate", "2.2.3 Best rate"),
        ("###2.2.3", "2.2.3"),
        ("## Question 2 ##", "Question 2"),
        ("**2.2.3**", "2.2.3"),
        ("**2.2.3** so", "2.2.3 so"),
        ("__Problem 3.1__", "Problem 3.1"),
        ("2.2.3)", "2.2.3)"),
        ("2.2.3 [1pt] Best rate", "2.2.3 [1pt] Best rate"),
        ("2.2.3", "2.2.3"),
        ("Q2(b)", "Q2(b)"),
        ("2. b)", "2. b)"),
        ("Problem 3.1: sizes", "Problem 3.1: sizes"),
        ("(a) because", "(a) because"),
        ("2.2.3\n---", "2.2.3"),
        ("Second question\n====", "Second question"),
    ],
)
def test_a_line_that_is_a_heading_is_one(line: str, text: str) -> None:
    assert kinds("a.md", f"{line}\n\nprose")[0] == ("heading", text)


@pytest.mark.parametrize(
    "line",
    [
        "0.25",
        "**limit:**",
        "**limit:** 3",
        "3 apples",
        "a) b".replace(") ", ")"),
        "x = 2.2",
    ],
)
def test_a_line_that_only_looks_like_a_heading_is_prose(line: str) -> None:
    assert kinds("a.md", line) == [("prose", line)]


@pytest.mark.parametrize(
    "text",
    [
        "so $$x = 1$$ holds",
        "so\n$$\nx = 1\n$$\nholds",
        "so \\[x = 1\\] holds",
        "so\n\\begin{align*}\nx = 1\n\\end{align*}\nholds",
    ],
)
def test_a_display_formula_stands_between_its_prose(text: str) -> None:
    found = [(kind, part.strip()) for kind, part in kinds("a.md", text)]
    assert found == [("prose", "so"), ("formula", "x = 1"), ("prose", "holds")]


def test_a_formula_has_the_line_it_begins_on() -> None:
    (block,) = read("a.md", "\n\n$$\nx = 1\n$$").blocks
    assert (block.place.line, block.notation) == (4, "latex")


def test_a_formula_that_is_never_closed_does_not_swallow_the_next_question() -> None:
    assert ("heading", "2.2") in kinds("a.md", "# 2.1\n$$x = 1\n\n# 2.2\n$$y$$")


def test_fenced_python_gives_its_literals() -> None:
    document = read("a.md", "text\n```python\n# J\nJ = [[1, 2],\n     [3, 4]]\n```\n")
    assert entries(document) == {"J": "[[1, 2], [3, 4]]"}
    assert document.blocks[-1].place.line == 4


def test_front_matter_names_the_assignment_and_is_no_text() -> None:
    document = read("a.md", "---\ntitle: x\nassignment: hw2\n---\n# 2.1")
    assert document.assignment == "hw2"
    assert document.blocks[0].place.line == 5


def test_comments_are_no_text_and_keep_the_lines() -> None:
    (block,) = read("a.md", "<!-- a\nb -->\n# 2.1").blocks
    assert (block.text, block.place.line) == ("2.1", 3)


# --- LaTeX

TEX = r"""\documentclass{article} % preamble
\newcommand{\R}{\mathbb{R}}
\begin{document}
\section*{2.1 Rate} % comment
So 50\% is $x$.
% \section{no}
\subsection{Limit \textbf{now}}
\begin{equation}\label{e}
  w = 1
\end{equation}
\paragraph{2.2} text
\textbf{2.3}
\begin{enumerate}
\item[(a)] first
\item second
\end{enumerate}
\begin{verbatim}
x = 1
\end{verbatim}
\end{document}
after
"""


def test_latex_is_read_without_preamble_and_comments() -> None:
    assert kinds("a.tex", TEX) == [
        ("heading", "2.1 Rate"),
        ("prose", "So 50\\% is $x$."),
        ("heading", "Limit now"),
        ("formula", "w = 1"),
        ("heading", "2.2"),
        ("prose", " text"),
        ("heading", "2.3"),
        ("heading", "(a) first"),
        ("prose", "- second"),
        ("code", "x = 1"),
    ]


def test_latex_keeps_its_line_numbers() -> None:
    places = {block.text: block.place.line for block in read("a.tex", TEX).blocks}
    assert places["2.1 Rate"] == 4 and places["2.3"] == 12


def test_a_comment_in_latex_names_the_assignment() -> None:
    assert read("a.tex", "% assignment: hw2\n\\section{1}").assignment == "hw2"


# --- answer files


@pytest.mark.parametrize("name", ["a.yaml", "a.json"])
def test_answers_are_entries_by_the_path_of_their_keys(name: str) -> None:
    answers = {
        "2.2.3": "n/2",
        "3.1": {"output": [[1, 2], [3, 4]], "feature": "edges"},
        "eta": "$\\frac{1}{4}$",
    }
    document = read(name, json.dumps({"assignment": "hw2", "answers": answers}))
    assert document.assignment == "hw2"
    assert entries(document) == {
        "2.2.3": "n/2",
        "3.1.output": "[[1, 2], [3, 4]]",
        "3.1.feature": "edges",
        "eta": "\\frac{1}{4}",
    }
    assert [block.notation for block in document.blocks] == ["plain", "plain", "plain", "latex"]


def test_the_word_answers_may_be_left_out() -> None:
    assert entries(read("a.yaml", "assignment: hw2\n2.1: 3\n")) == {"2.1": "3"}


@pytest.mark.parametrize("value", ["no", "010", "12:30", "1.10", "0.50", "1e3", "1_000", "nan", "0x10", "~5"])
def test_what_yaml_would_change_stays_as_typed(value: str) -> None:
    assert entries(read("a.yaml", f"2.1: {value}\n")) == {"2.1": value}


@pytest.mark.parametrize("value", ["0.50", "1e400", "12345678901234567890123", "-0"])
def test_numbers_in_json_stay_as_typed(value: str) -> None:
    assert entries(read("a.json", f'{{"2.1": {value}}}')) == {"2.1": value}


@pytest.mark.parametrize(
    ("name", "text"), [("a.yaml", "2.1:\n2.2: 3\n"), ("a.json", '{"2.1": null, "2.2": 3}')]
)
def test_a_value_left_empty_is_no_answer(name: str, text: str) -> None:
    assert entries(read(name, text)) == {"2.2": "3"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", "answers:\n  2.1: 1\n  3.1:\n    z: 5\n"),
        ("a.json", '{"answers": {\n"2.1": 1,\n"3.1": {\n"z": 5}}}'),
    ],
)
def test_an_entry_has_its_line(name: str, text: str) -> None:
    assert [block.place.line for block in read(name, text).blocks] == [2, 4]


def test_a_key_that_stands_twice_in_json_keeps_both_answers_and_is_told() -> None:
    document = read("a.json", '{"2.1": 1, "2.1": 2}')
    assert [block.text for block in document.blocks] == ["1", "2"]
    assert "'2.1' stands twice" in document.problems[0].message


# --- notebooks


def test_cells_are_numbered_from_one_with_lines_of_their_own() -> None:
    document = read("a.ipynb", notebook(markdown("# 2.1\n\ntext"), code("\nx = 1")))
    assert [(b.kind, b.place.cell, b.place.line) for b in document.blocks] == [
        ("heading", 1, 1),
        ("prose", 1, 3),
        ("code", 2, 1),
        ("entry", 2, 2),
    ]


LITERALS = [
    ("x = 3", {"x": "3"}),
    ("x = np.array([[1, 2],\n  [3, 4]])", {"x": "[[1, 2], [3, 4]]"}),
    ("x = np.asarray(np.matrix([1.50]))", {"x": "[1.50]"}),
    ("x = -1/4", {"x": "-1/4"}),
    ("x: float = 0.10", {"x": "0.10"}),
    ("x = y = 2", {"x": "2", "y": "2"}),
    ("a, b = 1, 2", {"a": "1", "b": "2"}),
    ("eta = 'n*norm(a)'", {"eta": "n*norm(a)"}),
    ("answers = {'2.1': 3, '3.1': {'z': [6, 12]}}", {"2.1": "3", "3.1.z": "[6, 12]"}),
    ("answers['2.1'] = 3", {"2.1": "3"}),
    ("x = [1, # one\n 2]", {"x": "[1, 2]"}),
    ("s = 'é'; x = [1]", {"s": "é", "x": "[1]"}),
    ("x = f(3)", {}),
    ("x = n * 2", {}),
    ("x = [a for a in b]", {}),
    ("x = None", {}),
    ("if True:\n    x = 1", {}),
    ("%time x = 1\nz = 2", {"z": "2"}),
]


@pytest.mark.parametrize(("source", "found"), LITERALS)
def test_only_literals_in_code_become_entries(source: str, found: dict[str, str]) -> None:
    assert entries(read("a.ipynb", notebook(code(source)))) == found


def test_saved_text_is_kept_under_the_variable_that_was_shown() -> None:
    stream = {"output_type": "stream", "name": "stdout", "text": ["[[1 2]\n", " [3 4]]\n"]}
    result = {"output_type": "execute_result", "data": {"text/plain": "array([6])"}}
    noise = {"output_type": "stream", "name": "stderr", "text": "warning"}
    document = read(
        "a.ipynb", notebook(code("print(J)", stream, noise), code("z", result), code("1 + z", result))
    )
    outputs = [(b.name, b.text) for b in document.blocks if b.kind == "output"]
    assert outputs == [("J", "[[1 2]\n [3 4]]"), ("z", "array([6])"), ("", "array([6])")]


def test_colours_of_the_terminal_are_taken_out_of_outputs() -> None:
    stream = {"output_type": "stream", "name": "stdout", "text": "\x1b[31mred\x1b[0m"}
    assert read("a.ipynb", notebook(code("x", stream))).blocks[-1].text == "red"


def test_version_3_has_worksheets_headings_and_input() -> None:
    cells = [
        {"cell_type": "heading", "level": 2, "source": ["2.1"]},
        {"cell_type": "code", "input": ["x = 1"], "outputs": [{"output_type": "pyout", "text": ["1"]}]},
    ]
    document = read("a.ipynb", json.dumps({"nbformat": 3, "metadata": {}, "worksheets": [{"cells": cells}]}))
    assert [(b.kind, b.text, b.level) for b in document.blocks] == [
        ("heading", "2.1", 2),
        ("code", "x = 1", 0),
        ("entry", "1", 0),
        ("output", "1", 0),
    ]


@pytest.mark.parametrize(
    "text",
    [
        notebook(markdown("# 1"), grader={"assignment": "hw2"}),
        notebook({"cell_type": "raw", "source": "---\nassignment: hw2\n---"}),
        notebook(markdown("---\nassignment: hw2\n---\n# 1")),
    ],
)
def test_a_notebook_names_its_assignment(text: str) -> None:
    assert read("a.ipynb", text).assignment == "hw2"


# --- names and numbers


@pytest.mark.parametrize(
    "spellings",
    [
        ["\\eta^*", "\\eta^{*}", "\\eta^\\star", "eta_star", "eta*", "η*", "$\\eta^*$", "\\eta_{*}", "η^∗"],
        ["\\mathbf{w}_1", "w_1", "w1", "w_{1}", "w₁", "\\boldsymbol{w}_{1}", "{\\bf w}_1"],
        ["\\bar{y}", "\\bar y", "ybar", "y_bar", "\\overline{y}", "ȳ"],
        ["\\hat{w}", "\\hat{\\mathbf{w}}", "w_hat", "\\widehat{w}", "ŵ"],
        [
            "\\frac{\\partial L}{\\partial x}",
            "\\dfrac{\\partial \\mathcal{L}}{\\partial x}",
            "dL/dx",
            "∂L/∂x",
        ],
        ["\\nabla_w L", "\\nabla_{w} \\mathcal{L}", "∇_w L", "nabla_w L"],
        ["I * J", "I*J", "I \\ast J", "I ∗ J"],
        ["\\sigma'", "sigma'", "\\sigma^\\prime", "σ′", "\\sigma^{\\prime}"],
        ["\\lambda", "lambda", "λ"],
    ],
)
def test_the_spellings_of_a_name_meet(spellings: list[str]) -> None:
    assert len({canonical(name) for name in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("w", "W"), ("w1", "w2"), ("\\eta", "\\eta^*"), ("y", "\\bar{y}"), ("L", "l2")]
)
def test_names_that_differ_stay_apart(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    ("text", "label", "rest"),
    [
        ("2.2.3", "2 2 3", ""),
        ("2.2.3)", "2 2 3", ""),
        ("Q2(b)", "2 b", ""),
        ("2. b)", "2 b", ""),
        ("Problem 3.1", "3 1", ""),
        ("Question 3.1: sizes", "3 1", "sizes"),
        ("3.2a", "3 2 a", ""),
        ("3.2(a)", "3 2 a", ""),
        ("3.2 a)", "3 2 a", ""),
        ("3.2 (a) Solution", "3 2 a", "Solution"),
        ("3.2.a", "3 2 a", ""),
        ("2.2.3 [1pt] Best rate", "2 2 3", "Best rate"),
        ("2.2.3 (0.5 points): x", "2 2 3", "x"),
        ("1 Backpropagation (2pts)", "1", "Backpropagation"),
        ("2.2 a short remark", "2 2", "a short remark"),
        ("Part 4", "4", ""),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, label: str, rest: str) -> None:
    number = _numbering.read(text)
    assert number is not None
    assert (" ".join(number.label), number.rest) == (label, rest)


@pytest.mark.parametrize("text", ["Appendix", "2nd try", "x2.1", "", "(2)"])
def test_other_headings_have_no_number(text: str) -> None:
    assert _numbering.read(text) is None


def test_blocks_are_plain_data() -> None:
    assert isinstance(read("a.md", "x").blocks[0], Block)
