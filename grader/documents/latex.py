r"""LaTeX write-ups: the body without comments and preamble, read like Markdown once headings are known."""

from __future__ import annotations

import re

from grader.documents import _latex_macros, _latex_tables
from grader.documents._latex_numbers import Counters
from grader.documents._prose import Line, blocks
from grader.documents._text import decode
from grader.types import Document, File, Place

SUFFIXES = (".tex", ".ltx", ".latex")

_LEVELS = {
    "part": 1,
    "chapter": 1,
    "section": 1,
    "subsection": 2,
    "subsubsection": 3,
    "paragraph": 4,
    "subparagraph": 5,
    "question": 1,
    "problem": 1,
    "exercise": 1,
}
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%.*")
_SECTION = re.compile(r"[ \t]*\\(" + "|".join(_LEVELS) + r")\*?[ \t]*(?:\[[^\]]*\])?[ \t]*\{")
_BOLD = re.compile(r"\\(?:textbf|textsc|emph|underline)\{([^{}]*(?:\$[^$]*\$[^{}]*)?)\}")
_ITEM = re.compile(r"\\item(?![A-Za-z])[ \t]*(?:\[([^\]]{0,40})\])?[ \t]*")
_LAYOUT = re.compile(
    r"\\(?:(?:begin|end)\{(?:itemize|enumerate|description|document|center|proof|solution|framed|quote|parts|subparts|questions)\}"
    r"(?:\[[^\]]*\])?|maketitle|newpage|clearpage|noindent|bigskip|medskip|smallskip|tableofcontents|par)"
    r"(?![A-Za-z])|\\(?:label|vspace|hspace|includegraphics|title|author|date)\*?(?:\[[^\]]*\])?\{[^{}]*\}"
)
_VERBATIM = re.compile(
    r"[ \t]*\\(begin|end)\{(?:verbatim|lstlisting|minted)\*?\}(?:\[[^\]]*\])?(?:\{(\w+)\})?"
)
# each of several parts in one line, and the first behind `\begin{parts}`, is a line of its own
_PART = re.compile(r"(?<=[^\s\\])\s*(?=\\(?:question|part|subpart)(?![A-Za-z{]))")
_NAMED = re.compile(r"%\s*assignment\s*:\s*([\w.-]+)\s*$", re.MULTILINE)


def read(file: File) -> Document:
    """The blocks of a LaTeX file; a comment `% assignment: name` names its assignment.

    Raises:
        StudentError: empty, binary or wrongly encoded.
    """
    source = decode(file)
    named = _NAMED.search(source.text[:4_000])
    lines: list[Line] = []
    verbatim = False
    macros = _latex_macros.definitions(source.text)
    text = _latex_macros.without_definitions(source.text) if macros else source.text
    body = [(number, _latex_macros.expanded(line, macros)) for number, line in _body(text)]
    body = list(_latex_tables.as_markdown(body))
    counters = Counters([text for _, text in body])
    for number, text in body:
        fence = _VERBATIM.match(text)
        if fence:
            verbatim = fence[1] == "begin"
            language = fence[2] or ("python" if "ython" in text else "")
            lines.append(Line(f"```{language}" if verbatim else "```", number))
        elif verbatim:
            lines.append(Line(text, number))
        else:
            for piece in counters.line(text).split("\n"):
                lines += [Line(part, number) for part in _marked(piece)]
    return Document(tuple(blocks(lines, Place(file.path))), source.problems, named[1] if named else None)


def _body(text: str) -> list[tuple[int, str]]:
    """The numbered lines between `\\begin{document}` and its end, or all where there is no such thing."""
    lines = list(enumerate(text.split("\n"), start=1))
    start = next((at for at, (_, line) in enumerate(lines) if "\\begin{document}" in line), -1)
    end = next((at for at, (_, line) in enumerate(lines) if "\\end{document}" in line), len(lines))
    body = lines[start + 1 : end]
    if start >= 0 and (rest := lines[start][1].partition("\\begin{document}")[2]).strip():
        body = [(lines[start][0], rest), *body]
    return [(number, piece) for number, line in body for piece in _PART.split(line)]


def _marked(line: str) -> list[str]:
    """A line with headings, bold text and items as Markdown writes them; a heading is a line of its own."""
    code = _COMMENT.sub(r"\1", line)
    if code != line and not code.strip():
        return []  # a line of nothing but a comment does not end a paragraph
    if section := _SECTION.match(code):
        title, rest = _braced(code, section.end())
        plain = _BOLD.sub(r"\1", title).strip()
        heading = "#" * _LEVELS[section[1]] + " " + plain
        return [heading, *(_marked(rest) if rest.strip() else [])]
    code = _LAYOUT.sub("", code)
    code = _ITEM.sub(lambda item: f"{item[1]} " if item[1] else "- ", code, count=1)
    code = _BOLD.sub(lambda bold: f"**{bold[1].strip()}**" if bold[1].strip() else "", code)
    # after a heading command nothing may look like Markdown's own signs
    return [code.replace("#", "\\#") if code.lstrip().startswith("#") else code]


def _braced(text: str, start: int) -> tuple[str, str]:
    """What stands up to the brace that closes the one before `start`, and what follows it."""
    depth = 1
    for at in range(start, len(text)):
        if text[at] in "{}" and text[at - 1] != "\\":
            depth += 1 if text[at] == "{" else -1
            if not depth:
                return text[start:at], text[at + 1 :]
    return text[start:], ""
