"""Graphs typed as edges: `x -> z -> h`, `(x, z), (z, h)`, `x,z` on lines, `x: z, y`, LaTeX arrows."""

from __future__ import annotations

import re

from grader.checks._diagrams import MOST_EDGES, Drawing, Edge, too_many, undirected
from grader.errors import StudentError

_LONGEST_NAME = 60
_LONGEST_LINE = 4_000
_MARKUP = re.compile(
    r"\\(?:begin|end)\{[^{}]*\}(?:\[[^\]]*\])?|\\(?:quad|qquad|displaystyle|left|right)\b|\\[,;:! ]"
    r"|\$|\\\(|\\\)|\\\[|\\\]|`|\*\*|&(?=\s*(?:\\to|\\rightarrow|->|=>|→))"
)
_TEXT = re.compile(r"\\(?:text|mathrm|textrm|textit|mathit|texttt|operatorname)\s*\{([^{}]*)\}")
_BULLET = re.compile(r"^\s*(?:[-+•*](?![->])|\d{1,3}[.)]|\(\d{1,3}\))\s+")
_FORWARD = r"\\(?:(?:long)?(?:right|Right)arrow|to|mapsto)(?![A-Za-z])|[-=~]{1,12}>|[→⟶⇒⟹↦➔➜]"
_BACKWARD = r"\\(?:(?:long)?(?:left|Left)arrow|gets)(?![A-Za-z])|<[-=~]{1,12}(?!>)|[←⟵⇐]"
_NEITHER = r"<[-=]{1,12}>|\\leftrightarrow(?![A-Za-z])|[↔—–]|(?<=\s)--+(?=\s)"
_ARROW = re.compile(rf"(?P<neither>{_NEITHER})|(?P<forward>{_FORWARD})|(?P<backward>{_BACKWARD})")
_CLAUSE = re.compile(
    r";|\\\\|,?\s+(?:and\s+)?(?:then|next|also)\s+|,\s*and\s+|\s+and\s+(?=[^,;]*(?:->|→|\\to|=>))"
)
_FILLING = re.compile(r"^(?:(?:first|finally|lastly|from|and|the|nodes?|edges?|arrows?)\s+)+(?=\S)", re.I)
_COMMA = re.compile(",")
_NAME = r"(?:\"[^\"\n]{1,60}\"|'[^'\n]{1,60}'|[^\s,;:()\[\]\"]{1,60})"
_PAIR = re.compile(rf"[(\[]\s*({_NAME})\s*,\s*({_NAME})\s*[)\]]")
_MAPPING = re.compile(
    rf"(?P<key>{_NAME})\s*:\s*(?:[\[({{](?P<inside>[^\[\](){{}}\n]*)[\])}}]|(?P<bare>[^\[\](){{}}:\n]*?))"
    r"\s*(?=[,;\n}]|$)"
)
_ASSIGNED = re.compile(r"^\s*[A-Za-z_]{1,20}\s*(?:=\s*(?=[\[({])|:\s*(?=\{|\[\s*[\[(]))")


def find_edges(text: str) -> Drawing | None:
    """The graph of the edges that a text lists; None if it lists none.

    Raises:
        StudentError: an edge has no direction or can be read in two ways, or there are too many.
    """
    text = _TEXT.sub(r" \1 ", text).replace("\r", "")
    text = _MARKUP.sub(" ", text.replace("\\item", "\n"))
    if re.search(_FORWARD, text) or re.search(_BACKWARD, text):
        return _arrows(text)
    return _mapping(text) or _pairs(text)


def _arrows(text: str) -> Drawing:
    edges: list[Edge] = []
    words: list[str] = []
    for line in text.splitlines():
        line = _BULLET.sub("", line).strip().rstrip(".;,")
        if not _ARROW.search(line):
            words.append(line)
            continue
        found = _line(line)
        if found is None:
            words.append(line)
        else:
            edges += found
        if len(edges) > MOST_EDGES:
            raise too_many()
    return Drawing(tuple(dict.fromkeys(edges)), words="\n".join(filter(None, words)))


def _line(line: str) -> list[Edge] | None:
    """The edges of one line; None where an end is a sentence and no name."""
    if len(line) > _LONGEST_LINE:
        raise StudentError(f"A line has more than {_LONGEST_LINE:,} characters.", code="too-long")
    line = re.sub(r"^[^:>]{0,80}:\s+(?=\S)", "", line)  # an introduction: "The edges are: x -> z"
    edges: list[Edge] = []
    for clause in _clauses(line.strip().strip("[]").strip()):
        found = _clause(clause)
        if found is None:
            return None
        edges += found
    return edges


def _clauses(line: str) -> list[str]:
    """The statements of a line; `and` parts two only where each has an arrow."""
    clauses: list[str] = []
    for piece in _split(_CLAUSE, line):
        joined = clauses and not (_ARROW.search(clauses[-1]) and _ARROW.search(piece))
        if joined and _ARROW.search(piece):
            clauses[-1] = f"{clauses[-1]}, {piece}"  # `S and R -> L`
        elif piece.strip():
            clauses.append(piece)
    return clauses


def _clause(clause: str) -> list[Edge] | None:
    """`W1, x -> z` has two edges, `x -> z, y` too; where y belongs in `x -> z, y, h -> R` nobody can tell."""
    if not _ARROW.search(clause):
        if _names(clause):
            raise _ambiguous(clause.strip())
        return None
    edges: list[Edge] = []
    before: list[str] = []  # names that wait for an arrow, and those behind one
    behind: list[str] = []
    sources: list[str] = []
    seen = False
    for piece in _split(_COMMA, clause):
        if not piece.strip():
            continue
        if not _ARROW.search(piece):
            names = _names(piece)
            if not names:
                return None
            (behind if seen else before).extend(names)
            continue
        if behind:
            raise _ambiguous(behind[0])
        found = _chain(piece, before)
        if found is None:
            return None
        more, sources = found
        edges += more
        before, seen = [], True
    if behind and not sources:
        raise _ambiguous(behind[0])
    return edges + [(source, target) for source in sources for target in behind]


def _ambiguous(name: str) -> StudentError:
    return StudentError(
        f"It cannot be told whether {name[:_LONGEST_NAME]} belongs to the arrow before or after it; "
        "write one edge on each line.",
        code="ambiguous",
    )


def _split(separator: re.Pattern[str], line: str) -> list[str]:
    """The pieces of a line between separators that stand outside brackets."""
    pieces, start, depth = [], 0, 0
    for match in re.finditer(rf"[(\[{{]|[)\]}}]|{separator.pattern}", line):
        if match[0] in tuple("([{)]}"):
            depth += 1 if match[0] in "([{" else -1
        elif depth <= 0:
            pieces.append(line[start : match.start()])
            start = match.end()
    return [*pieces, line[start:]]


def _chain(piece: str, before: list[str]) -> tuple[list[Edge], list[str]] | None:
    """The edges of `x -> z <- W1`, and where its last arrow comes from; nowhere if it points back."""
    edges: list[Edge] = []
    start, forward = 0, True
    left: list[str] = []
    sources: list[str] = []
    first = True
    for match in (*_ARROW.finditer(piece), None):
        end = len(piece) if match is None else match.start()
        names = _names(piece[start:end])
        if not names:
            return None
        if first:
            names, first = before + names, False
        elif forward:
            edges += [(one, other) for one in left for other in names]
        else:
            edges += [(other, one) for one in left for other in names]
        sources, left = left, names
        if match is not None:
            if match["neither"]:
                raise undirected()
            start, forward = match.end(), match["forward"] is not None
    return edges, sources if forward else []


def _names(text: str) -> list[str]:
    """The node or nodes (`{x, W1}`, `x & W1`) that a piece of a line names; none if it is a sentence."""
    text = text.strip()
    if text[:1] + text[-1:] in ("{}", "()", "[]") and len(text) > 2:
        text = text[1:-1]
    text = text.removeprefix("(") if text.count("(") > text.count(")") else text
    text = text.removesuffix(")") if text.count(")") > text.count("(") else text
    text = _FILLING.sub("", text)
    names = [_unquoted(name) for name in re.split(r"\s*[&,]\s*|\s+and\s+", text) if name.strip()]
    if any(len(name) > _LONGEST_NAME or len(re.findall(r"[^\W\d_]{2,}", name)) > 4 for name in names):
        return []
    return names


def _unquoted(name: str) -> str:
    name = name.strip()
    return name[1:-1].strip() if len(name) > 2 and name[0] == name[-1] and name[0] in "'\"" else name


def _pairs(text: str) -> Drawing | None:
    """`(x, z), (z, h)`, `[["x", "z"], ...]`, or `x,z` on lines of its own."""
    edges = [(_unquoted(one), _unquoted(other)) for one, other in _PAIR.findall(text)]
    if edges:
        rest = _ASSIGNED.sub("", _PAIR.sub(" ", text))
    else:
        rest = ""
        for line in text.splitlines():
            ends = re.fullmatch(rf"({_NAME})\s*,\s*({_NAME})", _BULLET.sub("", line).strip().rstrip(".;,"))
            if ends:
                edges.append((_unquoted(ends[1]), _unquoted(ends[2])))
            else:
                rest += f"{line}\n"
    if len(edges) > MOST_EDGES:
        raise too_many()
    words = re.sub(r"^[\s\[\](){},;.]+|[\s\[\](){},;.]+$", "", rest)
    return Drawing(tuple(dict.fromkeys(edges)), words=words) if edges else None


def _mapping(text: str) -> Drawing | None:
    """`x: [z, y]` or `{"x": ["z", "y"]}`; whether the list holds targets or inputs is not said."""
    body = _ASSIGNED.sub("", text).strip()
    body = body[1:-1] if body[:1] + body[-1:] == "{}" else body
    edges: list[Edge] = []
    rest, end = "", 0
    for match in _MAPPING.finditer(body):
        rest += body[end : match.start()]
        end = match.end()
        key = _unquoted(_BULLET.sub("", match["key"]))
        inside = match["inside"] if match["inside"] is not None else match["bare"]
        names = [_unquoted(name) for name in re.split(r"[,\s]+", inside) if name.strip()]
        edges += [(key, name) for name in names]
        if len(edges) > MOST_EDGES:
            raise too_many()
    if not edges or not re.fullmatch(r"[\s,;.\-•*]*", rest + body[end:]):
        return None
    return Drawing(tuple(dict.fromkeys(edges)), either_way=True)
