r"""An HTML page as lines of Markdown; nothing of it is run, followed or kept as it is.

Formulas are taken once, from where page editors, MathJax and KaTeX keep their LaTeX. Pictures, and formulas
without their LaTeX, leave words that no reader takes for an answer, so that a person looks there.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from grader.documents._html_text import Items, Text
from grader.documents._prose import Line

PICTURE = "[a picture]"
DRAWN = "[a drawn formula]"

_PARAGRAPHS = frozenset(
    "html body p div section article aside main nav header footer address center figure figcaption fieldset "
    "form dl dt dd details summary hr".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_NOT_IN_CELLS = frozenset(("ul", "ol", "pre", "table", *_HEADINGS))
# What nobody sees, what runs, what is filled in, and what its author has crossed out.
_SKIPPED = frozenset(
    "title style script template noscript textarea select button datalist s strike del mjx-math".split()
)
_PICTURES = frozenset("svg canvas object iframe audio video".split())
_EMPTY = frozenset("img embed input br hr meta link wbr source track col area base".split())
# The drawing of a formula whose LaTeX stands beside it, and the sign that links to a heading.
_BESIDE = frozenset(("katex-html", "MathJax_Preview", "hidden-readable", "anchor-link"))
_BEFORE = frozenset(("MathJax", "MathJax_Display", "MathJax_SVG", "MathJax_CHTML"))
_TEX_IMAGES = frozenset(("equation_image", "texrender", "latex"))
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_LETTERS = re.compile(r"list-style(?:-type)?\s*:[^;]*(?:lower|upper)-(?:alpha|latin)")
_PYTHON = re.compile(r"\b(?:i?python3?|py3?)\b")
_CODE = frozenset(("code", "kbd", "samp", "tt"))
_RAISED = {"sup": "^", "sub": "_"}

# Other tags that pages have; `<z` in "y<z" is none, and stays in the text.
_PLAIN = frozenset(
    "a abbr acronym bdi bdo big cite data dfn em font head i ins label legend mark menu meter nobr output p "
    "picture progress q rb rp rt ruby search slot small span tbody tfoot thead colgroup caption time u var "
    "applet basefont dir dialog frame frameset hgroup marquee noembed optgroup option param".split()
)
_KNOWN = frozenset(
    (*_PARAGRAPHS, *_NOT_IN_CELLS, *_SKIPPED, *_PICTURES, *_EMPTY, *_CODE, *_RAISED, *_PLAIN)
) | frozenset(("b", "strong", "li", "tr", "td", "th", "blockquote"))

_Given = dict[str, str]


class Lines(HTMLParser):
    """Is fed with a page and closed; then it has the `lines`, and says what was left out on the way."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.hides = False
        self.redirects = False
        self._text = Text()
        self._lists: list[Items] = []
        self._skip: tuple[str, int] | None = None  # a tag, and how often it is open
        self._tex: list[str] | None = None  # what there is of LaTeX in the formula that is open
        self._is_tex = False
        self._display = False

    @property
    def lines(self) -> list[Line]:
        """The lines of the page, each with the number it has there."""
        return self._text.lines

    @property
    def unclosed(self) -> str:
        """A tag that leaves out all that follows, because it has no end."""
        return self._skip[0] if self._skip else ""

    def close(self) -> None:
        """Ends whatever is open."""
        super().close()
        if self._tex is not None:
            self._skip = ("math", 1)
        self._text.end_code()
        self._text.end_table()
        self._text.end_paragraph()

    # --- what the parser finds

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._text.at = self.getpos()[0]
        given = {name: value or "" for name, value in attrs}
        if self._skip is not None:
            if tag == self._skip[0]:
                self._skip = (tag, self._skip[1] + 1)
        elif self._tex is not None:
            self._is_tex = tag == "annotation" and given.get("encoding", "").lower().endswith("tex")
            self._tex.append("")
        elif tag == "math" or (tag == "script" and given.get("type", "").startswith("math/tex")):
            self._begin_formula(tag, given)
        elif not self._leaves_out(tag, given):
            if self._text.in_cell and tag in _NOT_IN_CELLS:
                self._text.end_table()  # one that only lays out the page
            self._start(tag, given)

    def handle_endtag(self, tag: str) -> None:
        self._text.at = self.getpos()[0]
        if self._skip is not None:
            name, depth = self._skip
            if tag == name:
                self._skip = (name, depth - 1) if depth > 1 else None
        elif self._tex is None:
            self._end(tag)
        elif tag in ("math", "script"):
            self._end_formula()
        else:
            self._is_tex = False

    def handle_data(self, data: str) -> None:
        self._text.at = self.getpos()[0]
        if self._tex is not None:
            self._tex[-1] += data if self._is_tex else ""
        elif self._skip is None:
            self._text.add(data)

    # --- tags

    def _leaves_out(self, tag: str, given: _Given) -> bool:
        """Whether nothing of a tag is text of its author's; what stands in it is then passed over."""
        classes = frozenset(given.get("class", "").split())
        hidden = "hidden" in given or _HIDDEN.search(given.get("style", "")) is not None
        if not hidden and tag not in _SKIPPED | _PICTURES and not classes & (_BESIDE | _BEFORE):
            return False
        self.hides = self.hides or hidden
        if not hidden and (tag in _PICTURES or classes & _BEFORE):
            self._text.add(PICTURE if tag in _PICTURES else DRAWN)
        if tag not in _EMPTY:
            self._skip = (tag, 1)
        return True

    def _start(self, tag: str, given: _Given) -> None:
        text = self._text
        if tag == "br":
            text.end_line()
        elif tag in ("img", "embed"):
            self._image(given)
        elif tag in ("b", "strong"):
            text.bold(True)
        elif tag in _CODE:
            text.add("" if text.in_code(_language(given)) else "`")
        elif tag in _RAISED:
            text.lift(_RAISED[tag])
        elif tag in _HEADINGS:
            text.end_paragraph()
            text.heading = _HEADINGS[tag]
        elif tag in ("ul", "ol"):
            text.end_paragraph()
            self._lists.append(_items(tag, given))
        elif tag == "li":
            text.end_line()
            text.mark = self._lists[-1].mark() if self._lists else "- "
        elif tag == "pre":
            text.begin_code()
            text.in_code(_language(given))
        elif tag == "table":
            text.begin_table()
        elif tag in ("tr", "td", "th"):
            text.begin_cell(row=tag == "tr")
        elif tag == "blockquote":
            text.end_paragraph()
            text.quoted += 1
        elif tag == "meta":
            self.redirects = self.redirects or given.get("http-equiv", "").lower() == "refresh"
        elif tag in _PARAGRAPHS:
            text.end_paragraph()
        elif tag not in _KNOWN and tag.isalnum():
            text.add(self.get_starttag_text() or "")

    def _end(self, tag: str) -> None:
        text = self._text
        if tag in ("b", "strong"):
            text.bold(False)
        elif tag in _CODE:
            text.add("" if text.in_code() else "`")
        elif tag in _RAISED:
            text.lower()
        elif tag in ("ul", "ol"):
            text.end_paragraph()
            del self._lists[-1:]
        elif tag == "li":
            text.end_line()
            text.mark = ""
        elif tag == "pre":
            text.end_code()
        elif tag == "table":
            text.end_table()
        elif tag in ("tr", "td", "th"):
            text.end_cell()
        elif tag == "blockquote":
            text.end_paragraph()
            text.quoted = max(0, text.quoted - 1)
        elif tag in _PARAGRAPHS or tag in _HEADINGS:
            text.end_paragraph()

    # --- formulas and pictures

    def _begin_formula(self, tag: str, given: _Given) -> None:
        if tag == "script" and self._text.last() == DRAWN:
            self._text.drop_last()  # here is the LaTeX of what was drawn before
        self._tex, self._is_tex = [given.get("alttext", "")], tag == "script"
        self._display = given.get("display") == "block" or "mode=display" in given.get("type", "")

    def _end_formula(self) -> None:
        if self._tex is not None:
            self._formula(next(filter(str.strip, reversed(self._tex)), ""), display=self._display)
        self._tex, self._is_tex = None, False

    def _formula(self, tex: str, *, display: bool = False) -> None:
        tex = " ".join(tex.split())
        if display and tex and not self._text.in_cell:
            self._text.add(f"$${tex}$$")
        else:
            self._text.add(f"\\({tex}\\)" if tex else DRAWN)

    def _image(self, given: _Given) -> None:
        if _TEX_IMAGES & set(given.get("class", "").split()):
            tex = given.get("data-equation-content") or given.get("alt") or given.get("title", "")
            self._formula(tex.removeprefix("LaTeX:"))
        else:
            self._text.add(PICTURE)


def _language(given: _Given) -> str:
    return "python" if _PYTHON.search(given.get("class", "").lower()) else ""


def _items(tag: str, given: _Given) -> Items:
    start = given.get("start", "")
    number = int(start) if start.isdecimal() and start.isascii() and len(start) < 4 else 1
    if tag == "ul":
        return Items("", number)
    letters = given.get("type", "") in ("a", "A") or _LETTERS.search(given.get("style", ""))
    return Items("a" if letters else "1", number)
