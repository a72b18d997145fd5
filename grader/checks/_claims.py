"""What a text claims of a matrix: words such as `symmetric`, equations such as `A = A'` or `a_ij = a_ji`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from grader.checks._matrix_sets import Condition, Scene, condition
from grader.checks._typed import notation_of, read_formula, sides
from grader.errors import StudentError
from grader.maths.tree import Node
from grader.types import Notation

# A structure in words, and as a formula about M; without a formula it is only known by its name.
STRUCTURES: dict[str, tuple[str, str]] = {
    "antisymmetric": (r"(?:anti|skew)[\s-]*(?:symmetric(?:al)?|hermitian)", "M = -M'"),
    "symmetric": (
        r"symmetric(?:al)?|hermitian|self[\s-]*adjoint|symmetry|equals?\s+(?:to\s+)?its\s+(?:own\s+)?transposed?"
        r"|(?:is|be|the\s+same\s+as)\s+its\s+(?:own\s+)?transposed?",
        "M = M'",
    ),
    "diagonal": (r"diagonal", "M = diag(diag(M))"),
    "identity": (r"(?:the\s+)?identity(?:\s+matrix)?|unit\s+matrix", "M = I"),
    "orthogonal": (r"orthogonal|orthonormal|unitary", "M' M = I"),
    "positive definite": (r"positive[\s-]*(?:semi[\s-]*)?definite|psd|spd", ""),
    "triangular": (r"(?:upper|lower)?[\s-]*triangular", ""),
    "invertible": (r"invertible|non[\s-]*singular|full[\s-]*rank|regular", "det(M) != 0"),
    "singular": (r"singular|rank[\s-]*deficient", "det(M) = 0"),
    "idempotent": (r"idempotent|projection|projector", "M M = M"),
    "normal": (r"normal(?:\s+matrix)?", "M M' = M' M"),
    "zero": (r"zero(?:\s+matrix)?", "M = 0"),
}
_WORDS = re.compile(
    "|".join(
        rf"(?P<w{k}>(?<![A-Za-z-])(?:{pattern})(?![A-Za-z]))"
        for k, (pattern, _) in enumerate(STRUCTURES.values())
    ),
    re.IGNORECASE,
)
_TEXT = re.compile(r"\\(?:text|mathrm|textrm|mbox|textbf|textit|emph)\s*\{([^{}]*)\}")
_BREAK = re.compile(
    r"\$+|\\[()\[\]](?![A-Za-z])|\n|;|,|\.(?=\s|$)|\\q?quad(?![A-Za-z])|\\(?:iff|implies|Rightarrow|Leftrightarrow"
    r"|Longrightarrow|Longleftrightarrow|therefore)(?![A-Za-z])|[⇒⇔⟹⟺∴]|(?<![<>=])=>|<=>"
    r"|\b(?i:i\.\s?e\.?|that is|iff|if and only if|so|hence|thus|therefore|which means|means|because|since"
    r"|and|or|if|when|whenever|only|equivalently|for(?: (?:all|any|every|each))?|where|with|then)\b"
)
_RELATION = re.compile(r"!=|≠|\\neq?(?![A-Za-z])|(?<![<>!:])=(?!=)")
_UNEQUAL = re.compile(r"!=|≠|\\neq?(?![A-Za-z])")
_DIFFERENT = re.compile(r"[ij]\s*(?:!=|≠|\\neq?(?![A-Za-z]))\s*[ij]")
_ENTRY = re.compile(
    r"(?P<name>[A-Za-z])\s*(?:_\s*\{\s*(?P<a>[a-z])\s*,?\s*(?P<b>[a-z])\s*\}|_(?P<c>[a-z])(?P<d>[a-z])"
    r"|\[\s*(?P<e>[a-z])\s*,\s*(?P<f>[a-z])\s*\])(?P<prime>'|\^\s*\{?\s*(?:T|\\top|\\intercal)\s*\}?)?"
)
_DENIED = re.compile(
    r"\b(?:not|never|no|neither|unless|except|without|need\s*n[o']t|isn['’]t|doesn['’]t|or)\b(?!\s+equivalently)"
    r"|\bnon-(?!singular)|\\(?:lor|neg)\b",
    re.IGNORECASE,
)
_SMALL = frozenset(
    "a an the is are be being has have to must should would needs need required require condition "
    "answer matrix matrices real square we it this that holds hold true case exactly precisely its "
    "own of in i j k n x entries entry elements element derivative equal equals same as transpose "
    "result above formula general vector vectors only just will can say says get gives using use by "
    "all any every each mathbb r".split()
)
_LONGEST = 4_000
_MOST = 12


@dataclass(frozen=True, slots=True)
class Claim:
    """One condition as it was read: its conditions, the structure it names, and how it is shown."""

    conditions: tuple[Condition, ...]
    structure: str
    shown: str


@dataclass(frozen=True, slots=True)
class Claims:
    """All claims of a text; `joined` where `and` stands between them, `rest` what was not understood."""

    claims: tuple[Claim, ...]
    joined: bool = False
    rest: str = ""


def read_claims(text: str, notation: Notation, scene: Scene) -> Claims:
    """What a text says of the matrix of a scene.

    Raises:
        StudentError: an equation that cannot be read.
    """
    text = _TEXT.sub(r" \1 ", text[: _LONGEST + 1])
    if len(text) > _LONGEST:
        return Claims((), rest="more text than a condition has")
    denied = _DENIED.search(_DIFFERENT.sub(" ", text))
    if denied is not None:
        return Claims((), rest=denied[0])
    off_diagonal = _DIFFERENT.search(text) is not None
    text = _without_entries(_DIFFERENT.sub(" ", text), scene)
    notation = notation_of(text, notation)
    claims: list[Claim] = []
    rest: list[str] = []
    for piece in _BREAK.split(text):
        found = _WORDS.search(piece)
        if _RELATION.search(piece):
            claims.append(_equation(piece, notation, scene, off_diagonal=off_diagonal))
        elif found is not None:
            claims.append(word_claim(list(STRUCTURES)[int(str(found.lastgroup)[1:])], scene))
            rest += _unknown(f"{piece[: found.start()]} {piece[found.end() :]}", scene)
        else:
            rest += _unknown(piece, scene)
        if len(claims) > _MOST:
            return Claims((), rest="many equations")
    joined = re.search(r"\band\b|\bwith\b|\\wedge|∧", text) is not None
    return Claims(tuple(dict.fromkeys(claims)), joined, " ".join(rest))


def word_claim(structure: str, scene: Scene) -> Claim:
    """The claim that the matrix has a structure."""
    formula = STRUCTURES[structure][1]
    if not formula:
        return Claim((), structure, structure)
    text = re.sub(r"\bM\b", scene.on, formula)
    return Claim(_conditions(text, "plain", scene, off_diagonal=False), structure, structure)


def _equation(piece: str, notation: Notation, scene: Scene, *, off_diagonal: bool) -> Claim:
    """An equation with the words before it left out: `we need A = A'`."""
    start = 0
    for word in re.finditer(r"(?<![\\A-Za-z_^])[A-Za-z]{2,}(?![A-Za-z(])[\s:]*", piece):
        if (
            word.start() == start
            and word[0].strip(" :").lower() in _SMALL
            and not word[0].startswith(scene.on)
        ):
            start = word.end()
    text = piece[start:].strip(" :.")
    return Claim(_conditions(text, notation, scene, off_diagonal=off_diagonal), "", text)


def _without_entries(text: str, scene: Scene) -> str:
    r"""An equation between entries as one between matrices: `A_{ij} = a_{ji}` is `A = A'`.

    Raises:
        StudentError: entries with other indices.
    """
    first: tuple[str, str] | None = None

    def replaced(match: re.Match[str]) -> str:
        nonlocal first
        row, column = (match[one] or match[two] or match[three] for one, two, three in ("ace", "bdf"))
        if match["name"].lower() != scene.on.lower():
            return match[0]
        if row == column:
            raise StudentError("A condition on the diagonal alone cannot be read.", code="indices")
        first = first or (row, column)
        if (row, column) not in (first, first[::-1]):
            raise StudentError("The indices of the entries do not belong together.", code="indices")
        turned = ((row, column) != first) != (match["prime"] is not None)
        return f" {scene.on}{_PRIME} " if turned else f" {scene.on} "

    found = _ENTRY.sub(replaced, text)
    return found.replace(_PRIME, "^{T}" if "\\" in text else "'")


_PRIME = "\u2032"


def _conditions(text: str, notation: Notation, scene: Scene, *, off_diagonal: bool) -> tuple[Condition, ...]:
    if _UNEQUAL.search(text):
        left, *others = _UNEQUAL.split(text)
        if len(others) != 1:
            raise StudentError("This chain of inequalities cannot be read.", code="relation")
        both = [read_formula(side, scene.symbols, notation) for side in (left, others[0])]
        return (condition(Node("relation", tuple(both), "!="), scene, off_diagonal=off_diagonal),)
    nodes = [read_formula(side, scene.symbols, notation) for side in sides(text)]
    if len(nodes) < 2:
        raise StudentError("One side of an equation is missing.", code="syntax")
    return tuple(
        condition(Node("relation", pair, "="), scene, off_diagonal=off_diagonal) for pair in pairwise(nodes)
    )


def _unknown(piece: str, scene: Scene) -> Iterator[str]:
    """The words of a piece that are no small words."""
    for word in re.findall(r"[^\W\d_]+", piece):
        if word.lower() not in _SMALL and word != scene.on and word not in scene.every:
            yield word
