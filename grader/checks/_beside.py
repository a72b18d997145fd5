"""What stands beside an order of growth: nothing, words to leave aside, or words that may change its meaning.

`O(n^2), one product for each entry` gives a reason; `O(n^2) for each row` is another cost. Where the two
cannot be told apart, the words count as those that may change it, and a person reads them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

_UNSAID = " \t\n.,;:!?$`*_|~-–—"
# Not the stars of a product or a power: n*O(n)*n, n * O(n), 2**n**n.
_EMPHASIS = re.compile(r"(?<![\w*)])(\*\*|__|\*)(?=[^\s*])(.{1,300}?)(?<=[^\s*])\1(?![\w*(])")
_MARKS = re.compile(r"\$|\\[,;:! ()\[\]]|\\(?:left|right|q?quad)(?![A-Za-z])")
_LABEL = re.compile(r"^\s*(?:[^\W\d_]{3,20}(?: [^\W\d_]{3,20})?|[A-Za-z]\w*\s*\([\w, ]*\))\s*[=:]\s*$")

_OPERATOR = r"[*·×⋅/^+]|\\(?:cdot|times|div)(?![A-Za-z])"
_SHARE = r"\b(?:per|each|every|times|squared|cubed)\b"
_CONDITION = re.compile(
    r"\b(?:if|unless|when|or|but|however|except|although|though|at\s+least|(?:more|less|better|worse)\s+than"
    r"|amorti[sz]ed|average|expected|best[\s-]case|maybe|perhaps|probably|could|might)\b",
    re.IGNORECASE,
)
# What comes before such a word is the reason for the cost, and what comes after these signs is as well.
_HENCE = re.compile(
    r"(?:\b(?:so|hence|thus|therefore|overall|totals?|altogether|gives?|giving|makes?|making)\b|in\s+all|=+>|->|⇒|→"
    r"|\\(?:Rightarrow|implies|to)\b)[^.;\n]{0,30}$",
    re.IGNORECASE,
)
_REASON = re.compile(r"[,.;:(\n–—]|\s--?\s|\b(?:because|since|as|so|hence|thus|where|which)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[.;]\s|\n")


def without_emphasis(text: str) -> str:
    """A text without the stars that Markdown puts around words, which would look like products.

    >>> without_emphasis("**time:** *O(n)* n*O(n)*n")
    'time: O(n) n*O(n)*n'
    """
    return _EMPHASIS.sub(r"\2", text)


def left_aside(pieces: Sequence[str]) -> str:
    """The words around the costs that say something; a label such as `time:` does not.

    >>> left_aside(["time: ", " because J has n^2 entries."])
    'because J has n^2 entries'
    """
    unlabelled = (piece for piece in pieces if not _LABEL.match(_MARKS.sub(" ", piece)))
    said = (" ".join(piece.strip(_UNSAID).split()) for piece in unlabelled)
    return " … ".join(piece for piece in said if re.search(r"[^\W_]", piece))


def changing(pieces: Sequence[str], names: Collection[str]) -> str:
    """The piece of text that may make another cost of the one beside it, or nothing.

    `pieces` stand before the first cost, between the costs, and after the last; `names` are what grows.

    >>> changing(["n ", ""], ["n"]), changing(["", " for each row"], ["n"]), changing(["", " in all"], ["n"])
    ('n', 'for each row', '')
    """
    name = "|".join(re.escape(one) for one in names)
    last = len(pieces) - 1
    for index, piece in enumerate(_MARKS.sub(" ", piece) for piece in pieces):
        if (
            _CONDITION.search(piece)
            or (index < last and _before(piece, name))
            or (index > 0 and _after(piece, name))
            or (0 < index < last and not piece.strip() and "\n" not in piece)
        ):
            return " ".join(piece.split()) or "two costs side by side"
    return ""


def _before(piece: str, name: str) -> bool:
    if re.search(rf"(?:{_OPERATOR})\s*$|(?<![\w\\^_{{])(?:{name})\s*$", piece):
        return True
    sentence = _SENTENCE.split(piece)[-1]
    return not _HENCE.search(sentence) and re.search(_SHARE, sentence, re.IGNORECASE) is not None


def _after(piece: str, name: str) -> bool:
    if re.match(rf"\s*(?:(?:{_OPERATOR})|(?:{name})(?!\w))", piece):
        return True
    attached = _REASON.split(piece)[0]
    share = rf"{_SHARE}|\bfor\s+(?:(?:all|the)\s+)*(?:{name}|\d+)\b(?!\s*[\^²³*])"
    return re.search(share, attached, re.IGNORECASE) is not None
