"""A graph with arrows, typed: every absent, needless or reversed edge is named; a drawing waits for a person.

check: graph
edges: x -> z -> h -> y -> S -> L, x -> y, h -> R -> L
optional: W1 -> z, b1 -> z              # parameters may be drawn or not
one_of: ["L0 -> g0, w0 -> g0"]          # at least one of these
may_skip: [g0]                          # may be left out; the arrows then lead past it
nodes: [{name: L, also: [loss, cost]}]
mistakes:
  - {absent: x -> y, credit: 0.6, say: "x enters y directly as well."}
  - {reversed: all, credit: 0.8, say: "All arrows are reversed."}
each_wrong_edge: 0.2                    # what any other wrong edge costs; all credit without it
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Final, Literal

from grader.checks import OptionError, Sample, Setting
from grader.checks._common import (
    FULL,
    NOTHING,
    CheckOptions,
    Credit,
    Difference,
    outcome_of,
    undecided,
)
from grader.checks._diagrams import Drawing, Edge, find_dot, find_mermaid
from grader.checks._edge_lists import find_edges
from grader.checks._graphs import Drawn, Graph, Wrong, cycle_of, named, place_nodes, said, show, wrong_edges
from grader.documents._names import canonical
from grader.errors import StudentError
from grader.options import By
from grader.types import Answer, Checklist, Evidence, Note, Outcome, Reads, Verdict

READS: Final[Reads] = "prose"

_LONGEST = 60_000
_FEW_WORDS = 6  # beside the edges, such as "The graph is"
_ARROWS = re.compile(r"[-=]>|→|⇒|\\(?:to|rightarrow)\b")
_PICTURE = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)|\\includegraphics|<img\b", re.I)


def _edges_of(value: object) -> str:
    """Edges of a rubric as one text; a list of them is joined."""
    if isinstance(value, list | tuple):
        return "\n".join(map(str, value))
    if not isinstance(value, str):
        raise ValueError("meant edges such as x -> z, z -> h")
    return value


Edges = Annotated[str, By(_edges_of)]


class NodeName(CheckOptions):
    """Other names of a node."""

    name: str
    also: tuple[str, ...] = ()


class GraphMistake(CheckOptions):
    """A known mistake: which edges are absent, too much or reversed, its credit and what is said."""

    absent: Edges = ""
    extra: Edges = ""
    reversed: Edges = ""
    credit: Credit
    say: str

    def __post_init__(self) -> None:
        if not (self.absent or self.extra or self.reversed):
            raise ValueError("meant `absent:`, `extra:` or `reversed:` with edges, or `reversed: all`")


class Options(CheckOptions):
    """The graph as `edges`, what else may be drawn, mistakes, and `items` for a person who sees a drawing."""

    edges: Edges
    optional: Edges = ""
    one_of: tuple[str, ...] = ()
    may_skip: tuple[str, ...] = ()
    nodes: tuple[NodeName, ...] = ()
    transitive: Literal["exact", "optional"] = "exact"
    mistakes: tuple[GraphMistake, ...] = ()
    each_wrong_edge: Credit | None = None
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Slip:
    """A declared mistake as the edges that are wrong with it."""

    wrong: Wrong
    credit: Fraction
    say: str


@dataclass(frozen=True, slots=True)
class Prepared:
    graph: Graph
    slips: tuple[Slip, ...]
    each_wrong_edge: Fraction | None
    items: tuple[str, ...]


def prepare(options: Options, setting: Setting) -> Prepared:
    """The expected graph and the known mistakes.

    Raises:
        OptionError: edges that cannot be read, a cycle, a mistake about edges that are not expected.
    """
    required = _read(options.edges, ("edges",))
    if not required:
        raise OptionError(("edges",), repr(options.edges), "edges such as x -> z, z -> h")
    optional = _read(options.optional, ("optional",))
    groups = tuple(frozenset(_read(text, ("one_of", k))) for k, text in enumerate(options.one_of))
    every = (*required, *optional, *(edge for group in groups for edge in sorted(group)))
    known = {canonical(name): name for edge in reversed(every) for name in edge}
    nodes = f"one of {', '.join(known.values())}"
    for index, node in enumerate(options.nodes):
        if canonical(node.name) not in known:
            raise OptionError(("nodes", index, "name"), repr(node.name), nodes)
        for spelling in node.also:
            if known.setdefault(canonical(spelling), node.name) != node.name:
                meant = f"a name that is not that of {known[canonical(spelling)]}"
                raise OptionError(("nodes", index, "also"), repr(spelling), meant)
    for index, name in enumerate(options.may_skip):
        if canonical(name) not in known:
            raise OptionError(("may_skip", index), repr(name), nodes)
    loop = cycle_of(every)
    if loop:
        raise OptionError(("edges",), f"the cycle {show(loop)}", "a graph without cycles")
    skip = frozenset(known[canonical(name)] for name in options.may_skip)
    graph = Graph(required, frozenset(optional), groups, skip, known, closed=options.transitive == "optional")
    slips = tuple(_slip(mistake, graph, index) for index, mistake in enumerate(options.mistakes))
    cost = options.each_wrong_edge
    if cost is not None and cost * len(required) < 1:
        fault = f"at least 1/{len(required)}, so that no edges at all earn nothing"
        raise OptionError(("each_wrong_edge",), str(cost), fault)
    return Prepared(graph, slips, cost, options.items)


def _read(text: str, path: tuple[str | int, ...]) -> tuple[Edge, ...]:
    if not text.strip():
        return ()
    try:
        drawing = find_edges(text)
    except StudentError as error:
        raise OptionError(path, repr(text), f"edges such as x -> z: {error}") from error
    if drawing is None or drawing.words:
        raise OptionError(path, repr(text), "edges such as x -> z, z -> h")
    return drawing.edges


def _slip(mistake: GraphMistake, graph: Graph, index: int) -> Slip:
    expected = {*graph.required, *(min(group) for group in graph.one_of)}

    def edges(key: str, text: str) -> frozenset[Edge]:
        found = {
            (graph.name(one) or one, graph.name(other) or other)
            for one, other in _read(text, ("mistakes", index, key))
        }
        if key == "extra":
            return frozenset(found)
        # Of edges of which one is enough, the first stands for all.
        found = {next((min(group) for group in graph.one_of if edge in group), edge) for edge in found}
        for edge in sorted(found - expected):
            raise OptionError(("mistakes", index, key), named(edge), "edges that are expected")
        return frozenset(found)

    absent, extra = edges("absent", mistake.absent), edges("extra", mistake.extra)
    every = mistake.reversed.strip() == "all"
    turned = frozenset(expected) if every else edges("reversed", mistake.reversed)
    return Slip(Wrong(absent, extra, turned), mistake.credit, mistake.say)


def judge(prepared: Prepared, answer: Answer) -> Verdict:
    """Whether a typed graph is the expected one, and which edges are not; what is no graph waits.

    Raises:
        StudentError: the edges can be read in two ways, have no direction, or are too many.
    """
    items = (Checklist(prepared.items),) if prepared.items else ()
    text = (answer.text or answer.passage)[:_LONGEST]
    drawing = None
    if "\\begin{tikzpicture}" not in text:  # its coordinates look like pairs of nodes
        drawing = find_dot(text) or find_mermaid(text) or find_edges(text)
    if drawing is None or not drawing.edges:
        return undecided("drawing", "No edges are typed here; a person looks at this part.", ("", ""), *items)
    drawn = place_nodes(prepared.graph, drawing)
    read = (", ".join(map(named, drawn.edges))[:4_000], "")
    notes = _notes(drawn, drawing)
    loop = cycle_of(drawn.edges)
    if loop:
        notes = (Note("proof", f"There is a cycle: {show(loop)}."), *notes)
    wrong = wrong_edges(prepared.graph, drawn)
    if len(wrong) == 0 and not loop:
        if drawn.strange:
            message = f"The expected edges are all there; {_strange(drawn)}"
            return undecided("unknown-node", message, read, *notes, *items)
        return Verdict(Outcome.CORRECT, FULL, "correct", "Correct.", *read, notes)
    found = _known(prepared, wrong) or _by_edges(prepared, wrong, loop)
    doubt = _doubt(prepared, drawing, drawn)
    if doubt or found.credit is None:
        return undecided(doubt or found.code, _because(doubt, drawn, found), read, *notes, *items)
    return Verdict(outcome_of(found.credit), found.credit, found.code, found.message, *read, notes)


def _doubt(prepared: Prepared, drawing: Drawing, drawn: Drawn) -> str:
    """Why a difference may be one of reading only: the word for statistics, or nothing."""
    if drawn.strange or (drawn.merged and drawn.absent):
        return "unknown-node"
    if _PICTURE.search(drawing.words):
        return "drawing"
    if _ARROWS.search(drawing.words) or len(re.findall(r"[^\W\d_]{2,}", drawing.words)) > _FEW_WORDS:
        return "words"
    if drawing.either_way:
        turned = place_nodes(prepared.graph, Drawing(tuple((b, a) for a, b in drawing.edges), drawing.labels))
        if len(wrong_edges(prepared.graph, turned)) == 0:
            return "direction"
    return ""


def _because(doubt: str, drawn: Drawn, found: Difference) -> str:
    if doubt == "unknown-node":
        return f"{found.message} {_strange(drawn)}"
    if doubt == "direction":
        return "This is the expected graph if each list holds the inputs of a node; a person decides."
    beside = "a drawing" if doubt == "drawing" else "words"
    return f"{found.message} There are {beside} beside the edges that were read; a person decides."


def _strange(drawn: Drawn) -> str:
    names = ", ".join((*drawn.strange, *drawn.merged))
    gone = f", and {', '.join(drawn.absent)} is not found" if drawn.absent else ""
    return f"The name {names} is not one of this part{gone}; a person decides."


def _notes(drawn: Drawn, drawing: Drawing) -> tuple[Evidence, ...]:
    notes = []
    if drawn.merged:
        names = ", ".join(drawn.merged)
        notes.append(Note("remark", f"Nodes of your own were taken as steps on the way: {names}."))
    if drawn.skipped:
        notes.append(Note("remark", f"Not drawn, which is accepted: {', '.join(drawn.skipped)}."))
    if drawing.words:
        notes.append(Note("remark", f"Left aside: “{' '.join(drawing.words.split())[:120]}”"))
    return tuple(notes)


def _known(prepared: Prepared, wrong: Wrong) -> Difference | None:
    """What the declared mistakes make of the wrong edges, if together they are all that is wrong."""
    inside = [(k, slip) for k, slip in enumerate(prepared.slips, 1) if slip.wrong <= wrong]
    exact = [(k, slip) for k, slip in inside if slip.wrong == wrong]
    if exact:
        k, slip = exact[0]
        return Difference(f"mistake-{k}", slip.say, credit=slip.credit, declared=True)
    together = Wrong()
    used: list[tuple[int, Slip]] = []
    for k, slip in sorted(inside, key=lambda pair: -len(pair[1].wrong)):
        if not slip.wrong <= together:
            together, used = together | slip.wrong, [*used, (k, slip)]
    if not used or together != wrong:
        return None
    credit = max(NOTHING, FULL - sum((FULL - slip.credit for _, slip in used), NOTHING))
    say = " ".join(slip.say for _, slip in sorted(used))
    return Difference(f"mistake-{min(k for k, _ in used)}", say, credit=credit, declared=True)


def _by_edges(prepared: Prepared, wrong: Wrong, loop: tuple[str, ...]) -> Difference:
    message = " ".join(filter(None, (f"There is a cycle: {show(loop)}." if loop else "", said(wrong))))
    if prepared.each_wrong_edge is None:
        return Difference("edges", message)
    credit = max(NOTHING, FULL - prepared.each_wrong_edge * max(1, len(wrong)))
    return Difference("edges", message, credit=credit)


def samples(prepared: Prepared) -> tuple[Sample, ...]:
    """The expected edges and those of each declared mistake, typed."""
    graph = prepared.graph
    right = [*graph.required, *(min(group) for group in graph.one_of)]
    found = [Sample("the reference", ", ".join(map(named, right)), FULL)]
    for k, slip in enumerate(prepared.slips, 1):
        edges = [edge[::-1] if edge in slip.wrong.reversed else edge for edge in right]
        edges = [edge for edge in edges if edge not in slip.wrong.absent]
        typed = ", ".join(map(named, (*edges, *sorted(slip.wrong.extra))))
        found.append(Sample(f"mistake {k}: {slip.say}", typed, slip.credit))
    return tuple(found)
