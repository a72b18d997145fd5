"""Graphs in every form people type them, compared with the expected one."""

from __future__ import annotations

import random
from collections.abc import Mapping
from fractions import Fraction

import pytest

from grader.checks import OptionError, Setting, graph
from grader.checks._diagrams import find_dot, find_mermaid
from grader.checks._edge_lists import find_edges
from grader.errors import StudentError
from grader.maths.names import NONE
from grader.options import OptionsError
from grader.types import Answer, Note, Outcome, Place, Verdict

NETWORK: Mapping[str, object] = {
    "edges": "x -> z -> h -> y -> S -> L, x -> y, h -> R -> L",
    "optional": ["W1 -> z, b1 -> z, W2 -> y, b2 -> y", "s -> S", "r -> R"],
    "nodes": [{"name": "L", "also": ["loss", "J"]}, {"name": "y", "also": ["y_hat"]}],
    "mistakes": [
        {"absent": "x -> y", "credit": "0.6", "say": "The skip is absent."},
        {"absent": "h -> R", "extra": "y -> R", "credit": "0.7", "say": "R uses h."},
        {"absent": "S -> L", "credit": "0.7", "say": "S belongs to L."},
        {"reversed": "all", "credit": "0.8", "say": "All arrows are reversed."},
    ],
}
RIGHT = "x -> z, z -> h, h -> y, x -> y, y -> S, h -> R, S -> L, R -> L"
STEPS: Mapping[str, object] = {
    "edges": "w0 -> L0, w0 -> w1, g0 -> w1, eta -> w1, w1 -> L1",
    "one_of": ["L0 -> g0, w0 -> g0"],
    "may_skip": ["g0"],
}


def judge(text: str, options: Mapping[str, object] = NETWORK, **more: object) -> Verdict:
    prepared = graph.prepare(graph.Options.model_validate({**options, **more}), Setting(NONE, {}))
    return graph.judge(prepared, Answer("1.1", text, Place("a.md")))


@pytest.mark.parametrize(
    "text",
    [
        RIGHT,
        "x -> z -> h -> y -> S -> L\nx -> y\nh -> R -> L",
        "x, W1, b1 -> z\nz -> h\nh, x, W2, b2 -> y\ny, s -> S\nh, r -> R\nR, S -> L",
        "L <- S <- y <- h <- z <- x; y <- x; L <- R <- h",
        "x -> {z, y}, z -> h, h -> {y, R}, y -> S, {S, R} -> L",
        "- $x \\to z$\n- $z \\to h$\n- $h \\to y$\n- $x \\rightarrow y$\n"
        "- $y \\to \\mathcal{S}$\n- $h \\to R$\n"
        "- $S \\to L$\n- $R \\to \\mathcal{L}$",
        "\\begin{itemize}\n\\item $\\mathbf{x} \\to \\mathbf{z} \\to \\mathbf{h}$\n"
        "\\item $h \\to y \\to S \\to L$\n"
        "\\item $x \\to y$ \\item $h \\to R \\to L$\n\\end{itemize}",
        "The edges are: x → z → h → y → S → L, x → y, h → R → L.",
        "(x, z), (z, h), (h, y), (x, y), (y, S), (h, R), (S, L), (R, L)",
        "edges = [('x', 'z'), ('z', 'h'), ('h', 'y'), "
        "('x', 'y'), ('y', 'S'), ('h', 'R'), ('S', 'L'), ('R', 'L')]",
        "[[x, z], [z, h], [h, y], [x, y], [y, S], [h, R], [S, L], [R, L]]",
        "x,z\nz,h\nh,y\nx,y\ny,S\nh,R\nS,L\nR,L",
        "x: [z, y]\nz: h\nh: [y, R]\ny: S\nS: L\nR: L",
        '{"x": ["z", "y"], "z": ["h"], "h": ["y", "R"], "y": ["S"], "S": ["L"], "R": ["L"], "L": []}',
        "digraph G { rankdir=LR; node [shape=circle]; x -> z -> h -> y -> S -> L; x -> y; h -> R -> L; }",
        'digraph { x -> {z "y_hat"}; z -> h [label="sigma"]; h -> {y; R}; '
        "y -> S -> loss; R -> loss /* L */ }",
        'digraph { a [label="x"]; b [label="z = W1 x + b1"]; a -> b; b -> h -> y -> S -> L; a -> y; '
        "h -> R -> L\n"
        "subgraph cluster_1 { label=net; W1; b1 }\nW1 -> b; b1 -> b }",
        "flowchart LR\n  x --> z --> h\n  h --> y\n  x --> y & z\n  y --> S\n  h -->|dot r| R\n  S & R --> L",
        "graph TD;\n  A[x] --> B((z));\n  B --> C[h];\n  C --> D{y}; A -- skip --> D\n  D --> S\n  C --> R\n"
        "  S ==> L[loss]\n  R -.-> L\n  style A fill:#fff\n  %% a comment",
        "Here it is:\n\nflowchart LR\n  x --> z\n  z --> h\n  h --> y\n  x --> y\n  y --> S\n"
        "  h --> R\n  S --> L\n"
        "  R --> L\n\nParameters are not drawn.",
        f"{RIGHT}, W_1 -> z, b_2 -> y",
        "x → z → h, h → y and x → y (the skip connection), y → S, h → R, and S and R → L.",
        "First x and W1 -> z, then z -> h, then x, h and W2 -> y; h -> R, y -> S, and finally R and S -> L",
        "x -> z -> h -> u -> y -> S -> L, x -> y, h -> R -> L, W2 -> u",
    ],
)
def test_the_graph_is_right_in_every_form(text: str) -> None:
    verdict = judge(text)
    assert verdict.outcome is Outcome.CORRECT, verdict.message
    assert verdict.credit == 1


@pytest.mark.parametrize(
    ("text", "credit", "said"),
    [
        (RIGHT.replace("x -> y, ", ""), "0.6", "The skip is absent."),
        (RIGHT.replace("h -> R", "y -> R"), "0.7", "R uses h."),
        (RIGHT.replace("S -> L, ", ""), "0.7", "S belongs to L."),
        (RIGHT.replace("x -> y, ", "").replace("S -> L, ", ""), "0.3", "The skip is absent. S belongs to L."),
        (RIGHT.replace("->", "<-"), "0.8", "All arrows are reversed."),
        (RIGHT.replace("z -> h", "h -> z"), "0", "Reversed: h -> z."),
        (f"{RIGHT}, z -> R", "0", "Too much: z -> R."),
        (f"{RIGHT}, L -> x", "0", "-> L -> x. Too much: L -> x."),
        (RIGHT.replace("z -> h", "x -> h"), "0", "Absent: z -> h. Too much: x -> h."),
        ("x -> z", "0", "Absent: R -> L, S -> L, h -> R, h -> y, x -> y, y -> S and 1 more."),
        ("x -> z, z -> x, x -> y", "0", "There is a cycle"),
    ],
)
def test_wrong_edges_are_named_and_known_mistakes_earn_their_credit(
    text: str, credit: str, said: str
) -> None:
    verdict = judge(text)
    assert verdict.credit == Fraction(credit)
    assert said in verdict.message or any(isinstance(e, Note) and said in e.text for e in verdict.evidence)


@pytest.mark.parametrize(("wrong", "credit"), [(1, Fraction(4, 5)), (2, Fraction(3, 5)), (7, Fraction(0))])
def test_each_wrong_edge_costs_what_the_rubric_says(wrong: int, credit: Fraction) -> None:
    edges = RIGHT.split(", ")[wrong:]
    verdict = judge(", ".join(edges), mistakes=[], each_wrong_edge="0.2")
    assert verdict.credit == credit


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The graph is on the next page.", "drawing"),
        ("![graph](graph.png)", "drawing"),
        ("\\includegraphics{graph}", "drawing"),
        ("\\begin{tikzpicture}\\draw (0,0) -- (1,1);\\end{tikzpicture}", "drawing"),
        ("x enters z, and z is passed on to h", "drawing"),
        (f"{RIGHT}, q -> R", "unknown-node"),
        (RIGHT.replace("L", "total"), "unknown-node"),
        (RIGHT.replace("z", "pre"), "unknown-node"),
        (
            "x -> z -> h -> y -> S -> L, h -> R -> L\nAlso the input is passed on to the output directly.",
            "words",
        ),
        ("x -> z -> h -> y -> S -> L, h -> R -> L\n![the rest](rest.png)", "drawing"),
        ("x -> z -> h -> y -> S -> L, h -> R -> L\nand the input itself of course -> y", "unknown-node"),
        ("z: x\nh: z\ny: [h, x]\nS: y\nR: h\nL: [S, R]", "direction"),
    ],
)
def test_what_may_be_a_matter_of_reading_waits_for_a_person(text: str, code: str) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.credit, verdict.code) == (Outcome.UNDECIDED, None, code)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("graph { x -- z; z -- h }", "direction"),
        ("x <-> z, z -> h", "direction"),
        ("digraph { x -> z [dir=back]; z -> h }", "direction"),
        ("flowchart LR\n x --- z", "direction"),
        ("x -> z, y, h -> R", "ambiguous"),
        ("x -> z, and y", "ambiguous"),
        ("digraph { x -> z } digraph { z -> h }", "several-values"),
        ("digraph { x -> z", "syntax"),
        ("digraph { x -> }", "syntax"),
        ("digraph {" + "{" * 50 + "x" + "}" * 50 + "}", "too-deep"),
        ("\n".join(f"x -> n{k}" for k in range(2_000)), "too-long"),
        ("digraph {" + "{a b c d e f g h i j k l} -> {a b c d e f g h i j k l};" * 100 + "}", "too-long"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, code: str) -> None:
    with pytest.raises(StudentError) as raised:
        judge(text)
    assert raised.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        "w0 -> L0 -> g0 -> w1 -> L1, w0 -> w1, eta -> w1",
        "w0 -> L0, w0 -> g0 -> w1 -> L1, w0 -> w1, eta -> w1",
        "w0 -> L0 -> g0 -> w1 -> L1, w0 -> g0, w0 -> w1, \\eta -> w1",
        "w0 -> L0 -> w1 -> L1, w0 -> w1, eta -> w1",
    ],
)
def test_one_of_several_edges_is_enough_and_a_node_may_be_merged(text: str) -> None:
    assert judge(text, STEPS).outcome is Outcome.CORRECT


@pytest.mark.parametrize(
    "text", ["w0 -> L0, g0 -> w1 -> L1, w0 -> w1, eta -> w1", "w0 -> L0, w0 -> w1 -> L1, eta -> w1, L0 -> L1"]
)
def test_none_of_them_is_not_enough(text: str) -> None:
    assert judge(text, STEPS).credit == 0


def test_in_an_order_edges_that_follow_from_others_are_optional() -> None:
    order = {"edges": "a -> b -> c -> d", "transitive": "optional"}
    assert judge("a -> b, b -> c, c -> d, a -> c, a -> d", order).outcome is Outcome.CORRECT
    assert judge("a -> b, b -> c, c -> d, d -> a", order).credit == 0
    assert judge("a -> b, b -> c, c -> d, a -> c", {"edges": "a -> b -> c -> d"}).credit == 0


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"edges": "x -> z -> x"}, ("edges",)),
        ({"edges": "the graph of the sheet"}, ("edges",)),
        ({"edges": "x -> z", "nodes": [{"name": "q"}]}, ("nodes", 0, "name")),
        ({"edges": "x -> z", "nodes": [{"name": "x", "also": ["z"]}]}, ("nodes", 0, "also")),
        ({"edges": "x -> z", "may_skip": ["q"]}, ("may_skip", 0)),
        ({"edges": "x -> z -> h", "each_wrong_edge": "0.1"}, ("each_wrong_edge",)),
        (
            {"edges": "x -> z", "mistakes": [{"absent": "x -> q", "credit": "0", "say": "x"}]},
            ("mistakes", 0, "absent"),
        ),
    ],
)
def test_options_that_cannot_be_meant_are_refused(
    options: Mapping[str, object], path: tuple[object, ...]
) -> None:
    with pytest.raises(OptionError) as raised:
        judge("x -> z", options)
    assert raised.value.path == path


def test_a_mistake_without_edges_is_refused() -> None:
    with pytest.raises(OptionsError, match="reversed: all"):
        judge("x -> z", mistakes=[{"credit": "0.5", "say": "x"}])


def test_every_sample_gets_its_credit() -> None:
    prepared = graph.prepare(graph.Options.model_validate(NETWORK), Setting(NONE, {}))
    tried = graph.samples(prepared)
    assert len(tried) == 5
    for sample in tried:
        assert graph.judge(prepared, Answer("1.1", sample.text, Place("a.md"))).credit == sample.credit


def test_the_order_of_the_edges_and_the_form_do_not_matter() -> None:
    source = random.Random(1)  # noqa: S311
    edges = RIGHT.split(", ")
    for _ in range(30):
        kept = source.sample(edges, source.randint(1, len(edges)))
        forms = (
            ", ".join(kept),
            "digraph { " + "; ".join(kept) + " }",
            "flowchart LR\n" + "\n".join(edge.replace("->", "-->") for edge in kept),
            "\n".join(f"({edge.replace(' -> ', ', ')})" for edge in kept),
        )
        assert len({(judge(form).credit, judge(form).message) for form in forms}) == 1


@pytest.mark.parametrize(
    "text", ["", "x", "digraph", "-> ->", "->", "{}", "a:b:c", "(,)", "{" * 5000, "-" * 60_000, "-->" * 5000]
)
def test_readers_find_nothing_in_nonsense_and_never_fail(text: str) -> None:
    for reader in (find_dot, find_mermaid, find_edges):
        try:
            found = reader(text)
        except StudentError:
            continue
        assert found is None or not found.edges


@pytest.mark.parametrize(
    "text", ["y -> y', y' -> S", "$y \\to y'$, $y' \\to S$", "['y', \"y'\"], [\"y'\", 'S']"]
)
def test_a_prime_belongs_to_a_name_that_has_one(text: str) -> None:
    options = {"edges": "y -> yp, yp -> S", "nodes": [{"name": "yp", "also": ["y'"]}]}
    assert judge(text, options, optional="", mistakes=()).outcome == Outcome.CORRECT
