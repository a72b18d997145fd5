r"""Relations in a formula or a line: `a = b = c` names `a` and `b` and gives `c`, without what trails it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

SIZE_LIMIT = 20_000
BRACES_LIMIT = 50
"""More braces with remarks below them are nobody's formula, and each costs a pass over the text."""

_TOKEN = re.compile(
    r"\\(?:begin|end)\{[^{}]*\}|\\(?:left|right)\s*(?:\\[A-Za-z]+|\\.|.)|\\[A-Za-z]+|\\.|[<>!]=|:=|==|.",
    re.DOTALL,
)
_OPEN, _CLOSE = set("([{"), set(")]}")
_SIGNS = {"=", ":=", "==", "≈", "≡", "\\approx", "\\simeq", "\\equiv", "\\coloneqq", "\\triangleq"}
# a row of a display that begins so goes on with the row before; "-" may begin an equation of its own
_GOES_ON = {"+", "\\times", "\\cdot", "\\pm"}
_ROWS = {"\\\\", "\\cr", "\\newline"}
_BREAKS = {
    *("\\quad", "\\qquad", "\\Rightarrow", "\\implies", "\\Longrightarrow", "\\iff", "\\Leftrightarrow"),
    *("\\therefore", "⇒", "⟹", "∴", "⇔", ";"),
}
_OUTER = re.compile(
    r"\s*\\begin\{(aligned|align|alignat|split|gathered|gather|equation|eqnarray|multline)(\*?)\}"
    r"(.*)\\end\{\1\2\}\s*[.,]?\s*\Z",
    re.DOTALL,
)
_NOISE = re.compile(
    r"\\(?:label|tag\*?)\{[^{}]*\}|\\(?:notag|nonumber|displaystyle|hfill|square|blacksquare|qed)\b"
)
_TRAILING = ("\\,", "\\;", "\\:", "\\!", "\\ ", "\\\\", "\\quad", "\\qquad")
_CLAUSE_LATEX = re.compile(
    r"[,;.]?(?:\s|\\q?quad|\\[,;: ])*+\\(?:text|mbox|textrm)\{[\s,;.(]*"
    r"(?:where|with|for|if|when|since|because|as|so|which|is|and|by|after|provided|assuming|using)(?![A-Za-z])"
)
# "... \\text{ after the last step}": words behind a space go on about the formula, they are no factor of it
_REMARK = re.compile(r"(?:\\q?quad\s*)?\\(?:text|mbox)\{\s+[a-z]+\s[^{}$]*\}[\w\s,.]*$")
# "..., s \\in \\mathbb{R}" only says that s is free; "s \\in \\mathbb{R}_+" says more
_REAL = re.compile(
    r"[,;](?:\s|\\[,;: ]|\\q?quad)*\\?[A-Za-z]+\s*\\in\s*\\mathbb\s*\{?R\}?(?:\s*\\text\{[^{}$]*\})?[\s.,!]*$"
)
# `... x_1. \text{ Normalized: } u` names what follows
_LABEL = re.compile(r"(?<=[\w}).])\s*[.,;]?\s*\\(?:text|mbox)\{\s*([A-Za-z][A-Za-z ]{2,30}):\s*\}\s*(?!=)")
# "=" and arrows with a remark above them
_ABOVE = re.compile(
    r"\\(?:stackrel|overset)\s*\{[^{}]*\}\s*\{\s*(=|\\Rightarrow|\\implies|\\Longrightarrow|\\approx|\\Leftrightarrow)\s*\}"
)
_CLAUSE_WORDS = re.compile(
    r"[,;.(]?\s+\(?(?:where|with|for|if|when|because|since|as|so|which|and|is|means|that|i\.e\.|e\.g\.)(?=\s|$)"
    r"|[.;]\s+(?=[A-Z$*])|\s\((?=[a-z]{2,}\s)",
)


@dataclass(frozen=True, slots=True)
class Relation:
    """One chain: every side but the last, and the last, which is what the chain ends with."""

    sides: tuple[str, ...]
    value: str
    boxed: bool = False


@lru_cache(maxsize=4096)
def relations(text: str) -> tuple[Relation, ...]:
    """The relations of a formula in the order they stand; none when it states none."""
    if len(text) > SIZE_LIMIT:
        # too long to be an answer: handed on as it is, so that its reader says so
        left, sign, right = text.partition("=")
        return (Relation((left,), right),) if sign else ()
    return tuple(relation for statement in _statements(text) for relation in _of_statement(statement))


def boxed(text: str) -> list[str]:
    r"""What stands in each `\boxed{}`."""
    found: list[str] = []
    at = text.find("\\boxed{") if len(text) <= SIZE_LIMIT else -1
    while at >= 0:
        inner = _braced(text, at + len("\\boxed{"))
        found.append(inner)
        at = text.find("\\boxed{", at + len("\\boxed{") + len(inner))
    return found


def without_box(text: str) -> str:
    r"""The same formula with what stood in `\boxed{}` in its place."""
    for inner in boxed(text):
        text = text.replace(f"\\boxed{{{inner}}}", inner, 1)
    return text


def without_remarks(text: str) -> str:
    r"""A formula without what is written below its braces, and with one arrow over vectors.

    >>> without_remarks(r"\underbrace{A x}_{\in R^n} - \overrightarrow{b}")
    '{A x} - \\vec{b}'
    """
    text = text.replace("\\overrightarrow", "\\vec")
    count = text.count("\\underbrace{")
    for _ in range(count if count <= BRACES_LIMIT else 0):
        at = text.find("\\underbrace{")
        inner = _braced(text, at + len("\\underbrace{"))
        end = at + len("\\underbrace{") + len(inner) + 1
        below = re.match(r"\s*_\s*(\{)?", text[end:])
        if below and below[1]:
            remark = _braced(text, end + below.end())
            end += below.end() + len(remark) + 1
        elif below:
            end += below.end() + 1
        text = f"{text[:at]}{{{inner}}}{text[end:]}"
    return text


def trimmed(text: str) -> str:
    """A formula without labels, trailing signs and words, and clauses such as `, where ...`."""
    text = " ".join(_NOISE.sub("", without_box(text[:SIZE_LIMIT])).split()) + text[SIZE_LIMIT:]
    for clause in _CLAUSE_LATEX.finditer(text):
        before = text[: clause.start()]
        if before.strip() and before.count("\\begin") == before.count("\\end") and _balanced(before):
            text = before
            break
    words = _REMARK.search(text) if text.rfind("\\text{ ") > 0 or text.rfind("\\mbox{ ") > 0 else None
    if words and text[: words.start()].strip() and _balanced(text[: words.start()]):
        text = text[: words.start()]
    if (member := _REAL.search(text)) and _balanced(text[: member.start()]):
        text = text[: member.start()]
    end = len(text)
    while end:
        if command := next((sign for sign in _TRAILING if text.endswith(sign, 0, end)), ""):
            end -= len(command)
        elif text[end - 1] in " .,;":
            end -= 1
        else:
            break
    return text[:end]


def trimmed_words(text: str) -> str:
    """A value in a line of prose without the words that follow it."""
    text = " ".join(text[:SIZE_LIMIT].split()) + text[SIZE_LIMIT:]
    clause = _CLAUSE_WORDS.search(text[:SIZE_LIMIT])
    text = text[: clause.start()] if clause and text[: clause.start()].strip() else text
    return text.strip().rstrip(".,;").strip()


def _of_statement(statement: str) -> Iterator[Relation]:
    for inner in boxed(statement):
        if len(links := _split(inner, _SIGNS)) > 1:
            yield Relation(tuple(links[:-1]), trimmed(links[-1]), boxed=True)
    plain = without_box(statement)
    for piece in _pieces(plain):
        links = [link for link in _split(piece, _SIGNS) if link.strip()]
        if len(links) > 1:
            yield Relation(tuple(links[:-1]), trimmed(links[-1]), _ends_boxed(statement, links[-1]))


def _ends_boxed(statement: str, last: str) -> bool:
    return any(trimmed(inner) == trimmed(last) for inner in boxed(statement))


def _statements(text: str) -> Iterator[str]:
    """The rows of a display, where a row that begins with a sign goes on with the one before."""
    text = _LABEL.sub(r" ; \\text{\1} = ", without_remarks(_ABOVE.sub(r"\1 ", _NOISE.sub("", text))))
    while outer := _OUTER.match(text):
        text = outer[3]
    current = ""
    for row in _split(text, _ROWS):
        row = "".join(_split(row, {"&"})).strip()
        token = _TOKEN.match(row)
        if current and token and (token[0] in _SIGNS or token[0] in _GOES_ON):
            current += f" {row}"
            continue
        if current.strip():
            yield current
        current = row
    if current.strip():
        yield current


def _pieces(statement: str) -> Iterator[str]:
    for part in _split(statement, _BREAKS):
        piece = ""
        for bit in _split(part, {","}):
            # "w = 1, b = 2" are two relations, "w = 1, 2" is one
            if piece and len(_split(bit, _SIGNS)) > 1:
                yield piece
                piece = bit
            else:
                piece = f"{piece},{bit}" if piece else bit
        yield piece


def _split(text: str, separators: set[str]) -> list[str]:
    """The text between separators that stand outside all brackets and environments."""
    if not any(separator in text for separator in separators):
        return [text]
    parts: list[str] = []
    depth = start = 0
    for match in _TOKEN.finditer(text):
        sign = match[0]
        if sign in _OPEN or sign.startswith(("\\begin", "\\left")) or sign == "\\{":
            depth += sign not in {"\\leftarrow", "\\leftrightarrow"}
        elif sign in _CLOSE or sign.startswith(("\\end", "\\right")) or sign == "\\}":
            depth = max(0, depth - 1)
        elif depth == 0 and sign in separators:
            parts.append(text[start : match.start()])
            start = match.end()
    return [*parts, text[start:]]


def _balanced(text: str) -> bool:
    return text.count("{") - text.count("\\{") == text.count("}") - text.count("\\}")


def _braced(text: str, start: int) -> str:
    depth = 1
    for at in range(start, len(text)):
        if text[at] in "{}" and text[at - 1] != "\\":
            depth += 1 if text[at] == "{" else -1
            if not depth:
                return text[start:at]
    return text[start:]
