"""Graphs compared: nodes by their names, steps on the way contracted, each wrong edge by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from grader.checks._diagrams import MOST_EDGES, Drawing, Edge, too_many
from grader.documents._names import canonical

_SHOWN = 6  # edges in a sentence


@dataclass(frozen=True, slots=True)
class Graph:
    """What is expected: edges that must be there, may be there, or of which each group has at least one.

    `skip` may be left out, the arrows then leading past them; `known` leads from spellings to nodes.
    With `closed` an edge counts as there where a longer way is, as in an order.
    """

    required: tuple[Edge, ...]
    optional: frozenset[Edge]
    one_of: tuple[frozenset[Edge], ...]
    skip: frozenset[str]
    known: Mapping[str, str]
    closed: bool = False

    def name(self, written: str) -> str | None:
        r"""The node that a written name means: `\mathcal{L}`, `z = W1 x + b1` and `y (output)` too."""
        head = re.sub(r"\([^()]*\)\s*$", "", written)
        for spelling in (written, written.partition("=")[0], head, written.partition(":")[0]):
            bare = spelling.strip()
            # A quotation mark goes, but a prime may belong to the name: y' beside y.
            found = self.known.get(canonical(bare)) or self.known.get(canonical(bare.strip("'\"")))
            if found is not None:
                return found
        small = [name for name in dict.fromkeys(self.known.values()) if name.lower() == written.lower()]
        return small[0] if len(small) == 1 else None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A student's graph in the names of the expected one.

    `strange` are nodes nobody knows that stand at an end; those on the way are `merged`: what leads into
    them leads on. `absent` nodes are required and not drawn, `skipped` ones need not be.
    """

    edges: tuple[Edge, ...]
    strange: tuple[str, ...]
    merged: tuple[str, ...]
    absent: tuple[str, ...]
    skipped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wrong:
    """The edges in which two graphs differ."""

    absent: frozenset[Edge] = frozenset()
    extra: frozenset[Edge] = frozenset()
    reversed: frozenset[Edge] = frozenset()

    def __len__(self) -> int:
        return len(self.absent) + len(self.extra) + len(self.reversed)

    def __le__(self, other: Wrong) -> bool:
        return self.absent <= other.absent and self.extra <= other.extra and self.reversed <= other.reversed

    def __or__(self, other: Wrong) -> Wrong:
        return Wrong(self.absent | other.absent, self.extra | other.extra, self.reversed | other.reversed)


def place_nodes(graph: Graph, drawing: Drawing) -> Drawn:
    """A typed graph in the names of the expected one.

    Raises:
        StudentError: steps on the way stand for more edges than are compared.
    """
    names: dict[str, str | None] = {}
    for key in dict.fromkeys(name for edge in drawing.edges for name in edge):
        label = drawing.labels.get(key, "")
        names[key] = (graph.name(label) if label else None) or graph.name(key)
    edges = list(dict.fromkeys((names[a] or f"?{a}", names[b] or f"?{b}") for a, b in drawing.edges))
    merged: list[str] = []
    strange: list[str] = []
    for key in [key for key, name in names.items() if name is None]:
        into = [a for a, b in edges if b == f"?{key}"]
        out = [b for a, b in edges if a == f"?{key}"]
        shown = drawing.labels.get(key) or key
        (merged if into and out else strange).append(shown)
        if into and out:
            edges = [edge for edge in edges if f"?{key}" not in edge]
            edges = list(dict.fromkeys((*edges, *((a, b) for a in into for b in out))))
        if len(edges) > MOST_EDGES:
            raise too_many()
    edges = [edge for edge in edges if not any(name.startswith("?") for name in edge)]
    drawn = {name for name in names.values() if name is not None}
    needed = dict.fromkeys(name for edge in graph.required for name in edge)
    gone = [name for name in needed if name not in drawn]
    return Drawn(
        tuple(edges),
        tuple(strange),
        tuple(merged),
        tuple(name for name in gone if name not in graph.skip),
        tuple(sorted(graph.skip - drawn)),
    )


def wrong_edges(graph: Graph, drawn: Drawn) -> Wrong:
    """The edges that are absent, too much or reversed."""
    required, optional = set(graph.required), set(graph.optional)
    groups = [set(group) for group in graph.one_of]
    for name in drawn.skipped:
        required, optional, groups = _past(name, required, optional, groups)
    got = set(drawn.edges)
    there = _ways(got) if graph.closed else got
    allowed = required | optional | {edge for group in groups for edge in group}
    allowed = _ways(allowed) if graph.closed else allowed
    absent = {edge for edge in required if edge not in there}
    absent |= {min(group) for group in groups if not group & there}
    extra = {edge for edge in got if edge not in allowed}
    turned = {(a, b) for a, b in absent if (b, a) in extra}
    back = {(b, a) for a, b in turned}
    return Wrong(frozenset(absent - turned), frozenset(extra - back), frozenset(turned))


def _past(
    name: str, required: set[Edge], optional: set[Edge], groups: list[set[Edge]]
) -> tuple[set[Edge], set[Edge], list[set[Edge]]]:
    """The expected edges when a node is left out: whatever led into it leads to where it led."""
    out = {b for a, b in required if a == name}
    into = {a for a, b in required if b == name}
    past = [{(a, target) for a, b in group if b == name for target in out} for group in groups]
    kept = {edge for edge in required if name not in edge} | {(a, b) for a in into for b in out}
    free = {edge for edge in optional if name not in edge}
    free |= {(a, target) for a, b in optional if b == name for target in out}
    left = [{edge for edge in group if name not in edge} for group in groups]
    left = [group | more for group, more in zip(left, past, strict=True)]
    # A group that is met by a required edge asks for nothing more; the others of it may be drawn.
    free |= {edge for group in left if group & kept for edge in group}
    return kept, free, [group for group in left if group and not group & kept]


def _ways(edges: Iterable[Edge]) -> set[Edge]:
    """All pairs with a way from the one to the other."""
    after: dict[str, set[str]] = {}
    for a, b in edges:
        after.setdefault(a, set()).add(b)
    found: set[Edge] = set()
    for start in after:
        waiting = list(after[start])
        while waiting:
            node = waiting.pop()
            if (start, node) not in found:
                found.add((start, node))
                waiting.extend(after.get(node, ()))
    return found


def cycle_of(edges: Iterable[Edge]) -> tuple[str, ...]:
    """The nodes of one cycle, the first one again at the end; empty if there is none."""
    left = list(dict.fromkeys(edges))
    while True:  # what nothing leads to, or what leads nowhere, is on no cycle
        sources, targets = {a for a, _ in left}, {b for _, b in left}
        kept = [(a, b) for a, b in left if a in targets and b in sources]
        if len(kept) == len(left):
            break
        left = kept
    if not left:
        return ()
    way, after = [left[0][0]], dict(left)
    while way[-1] not in way[:-1]:
        way.append(after[way[-1]])
    return tuple(way[way.index(way[-1]) :])


def show(way: tuple[str, ...]) -> str:
    """A way through a graph: `x -> z -> x`."""
    return " -> ".join(way)


def named(edge: Edge) -> str:
    """An edge as people write it."""
    return f"{edge[0]} -> {edge[1]}"


def said(wrong: Wrong) -> str:
    """The sentences that name the wrong edges.

    >>> said(Wrong(absent=frozenset({("x", "y")}), extra=frozenset({("y", "R")})))
    'Absent: x -> y. Too much: y -> R.'
    """
    return " ".join(_sentences(wrong))


def _sentences(wrong: Wrong) -> Iterator[str]:
    for what, edges in (("Absent", wrong.absent), ("Too much", wrong.extra)):
        if edges:
            yield f"{what}: {_listed(sorted(edges))}."
    if wrong.reversed:
        yield f"Reversed: {_listed(sorted((b, a) for a, b in wrong.reversed))}."


def _listed(edges: list[Edge]) -> str:
    more = f" and {len(edges) - _SHOWN} more" if len(edges) > _SHOWN else ""
    return ", ".join(map(named, edges[:_SHOWN])) + more
