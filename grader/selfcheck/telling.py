"""The words of a self-check: a text for the terminal, a page to open, and what was not looked at."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from grader.errors import GraderError
from grader.html import escaped, formula, visible
from grader.selfcheck.session import Finding, HandIn, Looked, open_desk

WIDTH: Final = 80
_QUOTED: Final = 200
_SIGNS: Final[dict[Finding, str]] = {
    "missing": "–", "unreadable": "!", "other form": "!", "several": "!",
    "read": "·", "agrees": "✓", "differs": "✗", "unsure": "·",
}  # fmt: skip
_WORDS: Final[dict[Finding, str]] = {
    "missing": "not found",
    "unreadable": "cannot be read",
    "other form": "has another form",
    "several": "several answers",
    "read": "found",
    "agrees": "agrees",
    "differs": "does not agree",
    "unsure": "found",
}
HONEST: Final = (
    "Looked at: whether each part is found, what was read, and its form. Right or wrong is only told where a "
    "line says ✓ agrees or ✗ does not agree; · says nothing about it. No marks were given, nothing was kept "
    "or sent."
)
_STRANGE: Final = "Headings that name no part, though parts are missing: "
USAGE: Final = """usage: python {name} FILE-OR-FOLDER [--html PAGE.html]

Looks at your notebook, write-up or answer file before you hand it in: is every part found, is it read as you
meant it, does it have the form that is asked for. It runs on your machine alone and keeps nothing.

In a notebook:   import sys; sys.path.insert(0, "{name}")
                 from grader import check
                 check("2.1", "n * norm(x)^2")        or, after %load_ext grader,  %grader homework.ipynb
"""
_STYLE: Final = """
body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}
body{color:#1b1b1b;background:#fff}
h1{font-size:1.4rem}
ul{list-style:none;padding:0}
li{border-top:1px solid #ccc;padding:.7rem 0}
.part{font-weight:600}
.finding{float:right}
.bad .finding{color:#9a2a00;font-weight:600}
.good .finding{color:#0a5c2b;font-weight:600}
.place,footer{color:#555;font-size:.9rem}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f4f4f4;padding:.4rem .6rem;margin:.3rem 0}
math{font-size:1.15rem}
@media(prefers-color-scheme:dark){
body{color:#e8e8e8;background:#161616}
pre{background:#262626}
li{border-color:#444}
.place,footer{color:#aaa}
.bad .finding{color:#ffab8f}
.good .finding{color:#86d9a5}
}
"""


def run(arguments: Sequence[str], name: str = "self-check.pyz") -> tuple[str, int]:
    """What `python bundle.pyz ARGUMENTS` prints, and its exit code: 0 ready, 1 look again, 2 no answer."""
    given = list(arguments)
    page: str | None = None
    if "--html" in given:
        at = given.index("--html")
        page = given[at + 1] if at + 1 < len(given) else ""
        del given[at : at + 2]
    if len(given) != 1 or given[0].startswith("-") or page == "":
        return USAGE.format(name=name), 0 if given in (["-h"], ["--help"]) else 2
    try:
        looked = open_desk().look_at(Path(given[0]))
    except GraderError as error:
        return f"self-check: {error}", 2
    text = as_text(looked)
    if page is not None:
        Path(page).write_text(as_page(looked), "utf-8")
        text += f"\nThe same as a page: {page}"
    return text, 0 if looked.ready else 1


def as_text(looked: HandIn) -> str:
    """What was found, for a terminal."""
    told = [f"{looked.title} ({looked.assignment}): self-check", ""]
    width = max((len(one.part) for one in looked.parts), default=0)
    for one in looked.parts:
        told += lines(one, width)
    if looked.problems:
        told += ["", "Could not be read:"]
        told += [_filled(f"{problem.place}: {problem.message}", "  ") for problem in looked.problems]
    if looked.strange:
        told += ["", _filled(_STRANGE + "; ".join(looked.strange), "")]
    return "\n".join([*told, "", _summary(looked), _filled(HONEST, "")])


def lines(one: Looked, width: int = 0) -> list[str]:
    """What was found for one part, line by line; `width` is that of the longest name of a part."""
    if one.finding == "missing":
        return [f"{_SIGNS[one.finding]} {one.part:<{width}}  {visible(one.said)}"]
    finding = one.what if one.finding == "read" and one.what else _WORDS[one.finding]
    head = f"{_SIGNS[one.finding]} {one.part:<{width}}  {finding}"
    told = [f"{head:<{WIDTH - len(one.place)}}{one.place}" if one.place else head]
    if len(told[0]) > WIDTH:
        told = [head, f"    {one.place}"]
    if one.read:
        told.append(_filled(one.read, "    "))
    elif one.text and one.finding != "read":
        told.append(_filled(f"you wrote: {one.text[:_QUOTED]}", "    "))
    if one.said:
        told.append(_filled(one.said, "    "))
    return told


def _summary(looked: HandIn) -> str:
    found = sum(one.finding != "missing" for one in looked.parts)
    bad = sum(one.finding in ("unreadable", "other form", "several", "differs") for one in looked.parts)
    said = f"{found} of {len(looked.parts)} parts found"
    return f"{said}, {bad} to look at again." if bad else f"{said}."


def _filled(text: str, indent: str) -> str:
    return textwrap.fill(
        visible(text), WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
    )


def as_page(looked: HandIn) -> str:
    """What was found, as one HTML file with the formulas as they were understood."""
    rows = "\n".join(map(row, looked.parts))
    problems = "".join(
        f"<li class=bad>{escaped(f'{problem.place}: {problem.message}')}</li>" for problem in looked.problems
    )
    named = escaped("; ".join(looked.strange))
    strange = f"<p>{_STRANGE}{named}</p>\n" if named else ""
    title = escaped(f"{looked.title}: self-check")
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{escaped(_summary(looked))}</p>
{strange}<ul>
{problems}{rows}
</ul>
</main>
<footer><p>{escaped(HONEST)}</p></footer>
</body>
</html>
"""


def row(one: Looked) -> str:
    """What was found for one part, as an item of a list."""
    tone = {"agrees": "good", "read": "", "unsure": ""}.get(one.finding, "bad")
    finding = one.what if one.finding == "read" and one.what else _WORDS[one.finding]
    pieces = [
        f'<li class="{tone}">'
        f'<span class="finding">{_SIGNS[one.finding]} {escaped(finding)}</span>'
        f'<span class="part">{escaped(one.part)}</span> '
        f'<span class="place">{escaped(one.place)}</span>'
    ]
    if one.text:
        pieces.append(f"<pre>{escaped(one.text)}</pre>")
    if shown := formula(one.mathml):
        pieces.append(f"<p>{shown}</p>")
    elif one.read:
        pieces.append(f"<p>read as {escaped(one.read)}</p>")
    if one.said:
        pieces.append(f"<p>{escaped(one.said)}</p>")
    return "".join(pieces) + "</li>"
