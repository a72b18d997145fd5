"""Graphs typed in a drawing language, DOT or Mermaid: which node has an arrow to which; nothing is run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from grader.errors import StudentError

MOST_EDGES = 1_000
_MOST_TOKENS = 8_000
_DEEPEST = 8

Edge = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A graph as typed: edges between node keys, what a key is labelled, words that were not read.

    `either_way` where the form does not say which end of an edge is which (`x: y, z` may list inputs).
    """

    edges: tuple[Edge, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    words: str = ""
    either_way: bool = False


def undirected() -> StudentError:
    """The error for a line without an arrow head."""
    return StudentError("An edge has no direction; write an arrow, as in x -> z.", code="direction")


def too_many() -> StudentError:
    """The error for a graph that no sheet asks for."""
    return StudentError(f"The graph has more than {MOST_EDGES:,} edges.", code="too-long")


# --- DOT -------------------------------------------------------------------------------------------

_DOT_START = re.compile(r"\b(?:strict\s+)?(digraph|graph)\b\s*(?:\"[^\"]*\"|[\w.]+)?\s*\{", re.IGNORECASE)
_DOT_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|^\s*#[^\n]*", re.DOTALL | re.MULTILINE)
_DOT_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|->|--|[{}\[\];,=:]|(?:(?!->|--)[^\s{}\[\];,=:"])+')
_DOT_WORDS = frozenset(("node", "edge", "graph"))


def find_dot(text: str) -> Drawing | None:
    """The graph of the one `digraph { ... }` in a text; None if there is none.

    Raises:
        StudentError: there are several, one does not end, an edge has no direction, it is too large.
    """
    starts = list(_DOT_START.finditer(text))
    if not starts:
        return None
    if len(starts) > 1:
        raise StudentError("Several graphs stand here; one is wanted.", code="several-values")
    body, rest = _braced(text, starts[0].end())
    tokens = _DOT_TOKEN.findall(_DOT_COMMENT.sub(" ", body))
    if len(tokens) > _MOST_TOKENS:
        raise too_many()
    reader = _Dot(tokens)
    reader.statements(0)
    words = f"{text[: starts[0].start()]} {rest}".strip()
    return Drawing(tuple(dict.fromkeys(reader.edges)), reader.labels, words)


def _braced(text: str, start: int) -> tuple[str, str]:
    """What stands in the bracket opened before `start`, and what follows it."""
    depth, quoted = 1, False
    for at in range(start, len(text)):
        if text[at] == '"' and text[at - 1] != "\\":
            quoted = not quoted
        elif not quoted and text[at] in "{}":
            depth += 1 if text[at] == "{" else -1
            if depth == 0:
                return text[start:at], text[at + 1 :]
    raise StudentError("The graph has no closing bracket }.", code="syntax")


class _Dot:
    """Reads the statements of a DOT graph from its tokens."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.at = tokens, 0
        self.edges: list[Edge] = []
        self.labels: dict[str, str] = {}

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.at += 1
        return token

    def statements(self, depth: int) -> list[str]:
        """Reads up to a closing bracket; the nodes that were named there."""
        if depth > _DEEPEST:
            raise StudentError("The graph is nested too deep.", code="too-deep")
        named: list[str] = []
        while (sign := self.peek()) not in ("}", ""):
            if sign in (";", ","):
                self.take()
            elif sign in _DOT_WORDS and self.tokens[self.at + 1 : self.at + 2] == ["["]:
                self.take()
                self.attributes()
            elif self.tokens[self.at + 1 : self.at + 2] == ["="]:
                self.at += 3
            else:
                named += self.chain(depth)
        self.take()
        return named

    def chain(self, depth: int) -> list[str]:
        """One node, or several with arrows between them: `x -> {z y} -> h [label=W]`."""
        last = self.nodes(depth)
        named = list(last)
        while self.peek() in ("->", "--"):
            if self.take() == "--":
                raise undirected()
            after = self.nodes(depth)
            self.edges += [(one, other) for one in last for other in after]
            if len(self.edges) > MOST_EDGES:
                raise too_many()
            named += after
            last = after
        given = self.attributes()
        if given.get("dir", "forward") != "forward":
            raise undirected()
        if len(named) == 1 and "label" in given:
            self.labels[named[0]] = given["label"]
        return named

    def nodes(self, depth: int) -> list[str]:
        if self.peek() == "subgraph":
            self.take()
            if self.peek() != "{":
                self.take()
        if self.peek() == "{":
            self.take()
            return self.statements(depth + 1)
        token = self.take()
        if token in ("", "->", "--", "]", "[", "=", ":", "}"):
            raise StudentError("The graph cannot be read: a node is missing beside an arrow.", code="syntax")
        while self.peek() == ":":  # a port says where at the node the arrow ends
            self.at += 2
        return [_unquoted(token)]

    def attributes(self) -> dict[str, str]:
        given: dict[str, str] = {}
        while self.peek() == "[":
            self.take()
            while self.peek() not in ("]", ""):
                key = self.take()
                if self.peek() == "=":
                    self.take()
                    given[key.lower()] = _unquoted(self.take())
            self.take()
        return given


def _unquoted(text: str) -> str:
    return text[1:-1].replace('\\"', '"') if len(text) > 1 and text[0] == '"' == text[-1] else text


# --- Mermaid ---------------------------------------------------------------------------------------

_MERMAID_START = re.compile(r"^[ \t]*(?:flowchart|graph)[ \t]+(?:TB|TD|BT|RL|LR)\b[ \t]*;?", re.MULTILINE)
_SKIPPED = re.compile(
    r"\s*(?:subgraph\b.*|end|style\b.*|classDef\b.*|class\b.*|click\b.*|linkStyle\b.*|direction\b.*)?\s*$"
)
_NODE = re.compile(r"\s*([\w'.*^∗′]+)")
_SHAPES = re.compile(
    r"\(\(\((?P<a>.*?)\)\)\)|\(\((?P<b>.*?)\)\)|\(\[(?P<c>.*?)\]\)|\[\[(?P<d>.*?)\]\]|\[\((?P<e>.*?)\)\]"
    r"|\{\{(?P<f>.*?)\}\}|\[\"(?P<g>.*?)\"\]|\(\"(?P<h>.*?)\"\)|\[[/\\](?P<i>.*?)[/\\]\]|\[(?P<j>.*?)\]"
    r"|\((?P<k>.*?)\)|\{(?P<l>.*?)\}|>(?P<m>.*?)\]"
)
_STYLE = re.compile(r":::\w+")
_LINK = re.compile(
    r"\s*(?:(?P<arrow>--+>|==+>|-\.+->)|(?:--|==|-\.)\s*(?P<said>[^-=.>|\n][^>|\n]*?)\s*(?P<end>--+>|==+>|\.+->)"
    r"|(?P<line>---+|===+|-\.+-|<--+>))\s*(?:\|[^|\n]*\|)?"
)
_BESIDE = re.compile(r"\s*&")


def find_mermaid(text: str) -> Drawing | None:
    """The graph of the one Mermaid flowchart in a text; None if there is none.

    Raises:
        StudentError: there are several, an edge has no direction, it is too large.
    """
    starts = list(_MERMAID_START.finditer(text))
    if not starts:
        return None
    if len(starts) > 1:
        raise StudentError("Several graphs stand here; one is wanted.", code="several-values")
    body, _, rest = text[starts[0].end() :].partition("\n\n")
    edges: list[Edge] = []
    labels: dict[str, str] = {}
    words = [text[: starts[0].start()], rest]
    for statement in _statements(body):
        found = _statement(statement, labels)
        if found is None:
            words.append(statement)
        else:
            edges += found
        if len(edges) > MOST_EDGES:
            raise too_many()
    return Drawing(tuple(dict.fromkeys(edges)), labels, "\n".join(filter(str.strip, words)).strip())


def _statements(body: str) -> Iterator[str]:
    for line in body.splitlines()[: 4 * MOST_EDGES]:
        line = line.partition("%%")[0]
        if not _SKIPPED.fullmatch(line):
            yield from (piece for piece in re.split(r";(?![^\[({]*[\])}])", line) if piece.strip())


def _statement(text: str, labels: dict[str, str]) -> list[Edge] | None:
    """The edges of `x[input] --> z & y`; None when it is no statement of Mermaid."""
    last, at = _group(text, 0, labels)
    edges: list[Edge] = []
    while last and text[at:].strip():
        link = _LINK.match(text, at)
        if link is None:
            return None
        if link["line"]:
            raise undirected()
        after, at = _group(text, link.end(), labels)
        if not after:
            return None
        edges += [(one, other) for one in last for other in after]
        last = after
    return edges if last else None


def _group(text: str, at: int, labels: dict[str, str]) -> tuple[list[str], int]:
    nodes: list[str] = []
    while node := _NODE.match(text, at):
        nodes.append(node[1])
        at = node.end()
        shape = _SHAPES.match(text, at)
        if shape is not None:
            label = next((one for one in shape.groups() if one is not None), "")
            labels[node[1]] = label.strip().strip('"')
            at = shape.end()
        style = _STYLE.match(text, at)
        at = style.end() if style else at
        beside = _BESIDE.match(text, at)
        if beside is None:
            break
        at = beside.end()
    return nodes, at
