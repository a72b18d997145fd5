"""What counts as one name: spellings that meet, and what a rubric declares about each symbol."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, cast

from grader.errors import StaffError, StudentError
from grader.maths.functions import FUNCTIONS, MEANINGS, function_named
from grader.maths.spelling import GREEK, GREEK_NAMES, canonical, key_of, normal
from grader.maths.tree import BINDING, Node, bound_name, names_in

__all__ = ["FUNCTIONS", "GREEK", "GREEK_NAMES", "MEANINGS", "canonical", "function_named", "normal"]

Dimension = str | int
Shape = tuple[Dimension, Dimension]
SCALAR: Shape = (1, 1)

DOMAINS = ("real", "positive", "integer", "complex")
STRUCTURES = (
    "orthogonal",
    "symmetric",
    "antisymmetric",
    "diagonal",
    "rectangular diagonal",
    "positive definite",
    "triangular",
)


# Kept with symbols, so that the same letters need no second preparation.
MOST_KEPT = 64


class Symbol(NamedTuple):
    """One declared name. `definition` is set for abbreviations, `meaning` for known functions.

    `rows` is the letter of a matrix's rows: with `x`, x_i is row i as a column.
    """

    name: str
    kind: Literal["scalar", "vector", "matrix", "function", "dimension"]
    shape: Shape = SCALAR
    domain: str = "real"
    structure: str = ""
    rank: str = ""
    rows: str = ""
    meaning: str = ""
    definition: Node | None = None


@dataclass(frozen=True, slots=True)
class Symbols:
    """All declared names of a rubric; `spellings` leads from every normal spelling to its canonical name."""

    table: Mapping[str, Symbol] = field(default_factory=dict)
    spellings: Mapping[str, str] = field(default_factory=dict)
    dimensions: tuple[Mapping[str, int], ...] = ()
    # What the readers made of each spelling, by notation; bounded there, and no part of the value.
    read: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)
    # Symbols with more names than these, and the points of formulas in these; neither part of the value.
    kept: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def keep(self, key: object, made: Any) -> Any:
        """Keeps what was made from these symbols, one of the last few things; gives it back."""
        if len(self.kept) >= MOST_KEPT:
            self.kept.clear()
        self.kept[key] = made
        return made

    def find(self, text: str) -> Symbol | None:
        """The symbol that a spelling names, or None."""
        name = self.spellings.get(normal(text))
        return None if name is None else self.table[name]

    def with_rows(self, text: str) -> Symbol | None:
        """The matrix whose rows bear this letter, or None."""
        letter = normal(text)
        return next((one for one in self.table.values() if one.rows and normal(one.rows) == letter), None)


NONE = Symbols()


class SymbolFault(StaffError):
    """A declaration that cannot be used: `path` leads to it below `symbols` or `dimensions`."""

    def __init__(self, path: tuple[str | int, ...], found: str, meant: str) -> None:
        super().__init__(f"{'.'.join(map(str, path))}: found {found}; meant {meant}")
        self.path, self.found, self.meant = path, found, meant


def _near(text: str, known: Sequence[str]) -> list[str]:
    """The known word that a misspelled one is nearest to, if any is."""
    from difflib import get_close_matches  # costs as much as a file of ours; needed after a mistake only

    return get_close_matches(text, known, n=1)


def unknown_name(text: str, symbols: Symbols, column: int) -> StudentError:
    """The error for a name nobody declared, with the nearest declared one."""
    name = normal(text)
    # difflib wants three fifths of the letters in common; most names are too short or too long for that.
    known = {*symbols.spellings, *symbols.table, *FUNCTIONS}
    near = _near(
        name, sorted(one for one in known if 3 * max(len(one), len(name)) <= 7 * min(len(one), len(name)))
    )
    if not near:
        near = [one for one in symbols.table if one.lower() == name.lower()][:1]
    hint = f"; did you mean {near[0]}?" if near else ""
    declared = ", ".join(symbols.table)
    rest = f". The names of this part are: {declared}." if declared and not near else ""
    return StudentError(f"Column {column}: unknown name {text!r}{hint}{rest}", code="unknown-name")


def open_symbols(trees: Iterable[Node], declared: Symbols = NONE, domain: str = "real") -> Symbols:
    """The declared names and every other free name of these trees, as scalars of a domain.

    A name is an integer where it stands in a limit of a sum or product, in an index, or in a factorial,
    binomial or remainder; it is a function where it is called.
    """
    names = tuple(_free_names(trees))
    key = ("open", domain, names)
    known = declared.kept.get(key)
    if known is not None:
        return cast(Symbols, known)
    table, spellings = dict(declared.table), dict(declared.spellings)
    for name, kind in names:
        if name not in table:
            if kind == "function":
                table[name] = Symbol(name, "function", domain="elementwise")
            else:
                table[name] = Symbol(name, "scalar", domain=kind or domain)
            spellings.setdefault(normal(name), name)
    return cast(Symbols, declared.keep(key, Symbols(table, spellings, declared.dimensions)))


_OF_INTEGERS = frozenset(("factorial", "binomial", "mod"))


_COUNTING = BINDING | {"entry"}


def is_arithmetic(trees: Iterable[Node]) -> bool:
    """Whether nothing is bound, counted or unknown in these trees: then every name in them is a number."""
    nodes = [*trees]
    for node in nodes:  # a list that grows, faster than recursion
        if node.op in _COUNTING or (node.op == "call" and not _of_numbers(node)):
            return False
        if node.args:
            nodes += node.args
    return True


def _of_numbers(node: Node) -> bool:
    assert isinstance(node.value, tuple)
    return node.value[0] in FUNCTIONS and node.value[0] not in _OF_INTEGERS


def _free_names(trees: Iterable[Node]) -> Iterator[tuple[str, str]]:
    """Every free name with "function", "integer" or "", in this order, for a name used in several ways."""
    trees = list(trees)
    if is_arithmetic(trees):
        return iter([(name, "") for name in sorted(frozenset().union(*map(names_in, trees)))])
    found: list[tuple[str, str]] = []
    stack = [(tree, frozenset[str](), "") for tree in trees]
    while stack:
        node, bound, kind = stack.pop()
        if node.op == "symbol":
            if node.value not in bound:
                found.append((str(node.value), kind))
            continue
        if node.op == "call":
            assert isinstance(node.value, tuple)
            name = str(node.value[0])
            if name not in FUNCTIONS and name not in bound:
                found.append((name, "function"))
            inner = "integer" if name in _OF_INTEGERS else ""
            stack.extend((argument, bound, inner) for argument in node.args)
            continue
        own = bound_name(node)
        if own is None:
            below = ("", *("integer",) * len(node.args)) if node.op == "entry" else (kind,) * len(node.args)
            stack.extend((argument, bound, each) for argument, each in zip(node.args, below, strict=False))
            continue
        if node.op == "derivative" or (node.op == "integral" and len(node.args) == 1):
            if own not in bound:
                found.append((own, ""))
            stack.append((node.args[0], bound, ""))
            continue
        stack.append((node.args[0], bound | {own}, ""))
        limits = "integer" if node.op == "fold" else ""
        stack.extend((argument, bound, limits) for argument in node.args[1:])
    rank = {"function": 0, "integer": 1, "": 2}
    return iter(sorted(dict.fromkeys(found), key=lambda each: rank[each[1]]))


def declare(symbols: Mapping[str, object], dimensions: Sequence[Mapping[str, int]] = ()) -> Symbols:
    """Symbols as a rubric writes them: `{X: {matrix: [n, d]}, a: {is: X w0 - t}}`.

    Several mappings of dimensions are several sizes to test with; a size of another kind is added when
    there are fewer than three. Every letter of a shape is a number in formulas too.

    Raises:
        SymbolFault: the first declaration that cannot be used.
    """
    table: dict[str, Symbol] = {}
    spellings: dict[str, str] = {}
    sizes = _sizes(dimensions)
    for name in sizes[0] if sizes else ():
        table[name] = Symbol(name, "dimension", domain="integer")
        spellings[normal(name)] = name
    for name, given in symbols.items():
        if not isinstance(given, Mapping):
            raise SymbolFault((name,), repr(given), "a mapping such as {scalar: real} or {matrix: [n, d]}")
        for spelling in (name, *_also(name, given)):
            taken = spellings.get(key_of(spelling))
            if taken not in (None, name):
                raise SymbolFault((name,), f"spelling {spelling!r}", f"a name that is not {taken!r} already")
            spellings[key_of(spelling)] = name
        so_far = Symbols(table, spellings, sizes)
        table[name] = _symbol(name, given, so_far)
        for letter in _letters(table[name].shape):
            if sizes and letter not in sizes[0]:
                raise SymbolFault((name,), f"dimension {letter!r}", f"one of {', '.join(sizes[0])}")
            if not sizes:
                raise SymbolFault((name,), f"dimension {letter!r}", "a size for it under dimensions:")
    return Symbols(table, spellings, sizes)


def _sizes(dimensions: Sequence[Mapping[str, int]]) -> tuple[Mapping[str, int], ...]:
    given = [dict(sizes) for sizes in dimensions if sizes]
    if not given:
        return ()
    for sizes in given:
        for name, size in sizes.items():
            if size < 2:
                raise SymbolFault((name,), str(size), "at least 2: with 1 a missing transpose cannot be seen")
        if len(set(sizes.values())) < len(sizes):
            raise SymbolFault((), f"equal sizes {sizes}", "sizes that are all different")
    # Further sizes keep the order of the given ones, because n < d is often what makes a matrix invertible.
    ranks = {name: rank for rank, name in enumerate(sorted(given[0], key=lambda name: given[0][name]))}
    for start in (2, 3, 4):
        sizes = {name: start + 2 * rank for name, rank in ranks.items()}
        if len(given) < 3 and sizes not in given:
            given.append({name: sizes[name] for name in given[0]})
    return tuple(given)


def _also(name: str, given: Mapping[str, object]) -> Iterator[str]:
    also = given.get("also", ())
    if isinstance(also, str):
        yield also
    elif isinstance(also, Sequence):
        yield from (str(spelling) for spelling in also)
    else:
        raise SymbolFault((name, "also"), repr(also), "a list of spellings")


def _letters(shape: Shape) -> Iterator[str]:
    return (dimension for dimension in shape if isinstance(dimension, str))


def _dimension(text: object) -> Dimension:
    return int(str(text)) if str(text).isdigit() else str(text)


_KINDS = ("scalar", "vector", "matrix", "function", "dimension", "is")
_FURTHER = {
    "scalar": (),
    "vector": (),
    "matrix": ("rank", "structure", "rows"),
    "function": ("is",),
    "dimension": (),
    "is": (),
}


def _symbol(name: str, given: Mapping[str, object], so_far: Symbols) -> Symbol:
    kinds = [kind for kind in _KINDS if kind in given]
    kind = "function" if "function" in kinds else kinds[0] if kinds else ""
    if not kind:
        raise SymbolFault((name,), ", ".join(given) or "nothing", f"one of {', '.join(_KINDS)}")
    for key in given:
        if key not in (kind, "also", *_FURTHER[kind]):
            near = _near(key, (*_KINDS, "also", "rank", "structure", "rows"))
            meant = f"did you mean {near[0]!r}?" if near else f"{kind}, also or {_FURTHER[kind]}"
            raise SymbolFault((name, key), repr(key), meant)
    value = given[kind]
    if kind == "scalar":
        return Symbol(name, "scalar", domain=_one_of(name, kind, value, DOMAINS))
    if kind == "dimension":
        return Symbol(name, "dimension", domain="integer")
    if kind == "vector":
        return Symbol(name, "vector", (_dimension(value), 1))
    if kind == "matrix":
        if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
            raise SymbolFault((name, kind), repr(value), "two dimensions such as [n, d]")
        structure = str(given.get("structure", ""))
        if structure:
            _one_of(name, "structure", structure, STRUCTURES)
        rows, columns = map(_dimension, value)
        rank, letter = str(given.get("rank", "")), str(given.get("rows", ""))
        return Symbol(name, "matrix", (rows, columns), structure=structure, rank=rank, rows=letter)
    if kind == "function":
        _one_of(name, kind, value, ("elementwise", "scalar", "vector"))
        meaning = str(given.get("is", ""))
        if meaning:
            _one_of(name, "is", meaning, MEANINGS)
        return Symbol(name, "function", meaning=meaning, domain=str(value))
    return _abbreviation(name, str(value), so_far)


def _one_of(name: str, key: str, value: object, allowed: Sequence[str]) -> str:
    if str(value) in allowed:
        return str(value)
    near = _near(str(value), allowed)
    raise SymbolFault((name, key), repr(value), f"did you mean {near[0]!r}?" if near else f"one of {allowed}")


def _abbreviation(name: str, formula: str, so_far: Symbols) -> Symbol:
    from grader.maths.notation import read
    from grader.maths.values.shapes import infer

    try:
        definition, shape = infer(read(formula, so_far, "plain"), so_far)
    except StudentError as error:
        raise SymbolFault((name, "is"), repr(formula), f"a formula in the names above it: {error}") from error
    kind: Literal["scalar", "vector", "matrix"] = (
        "scalar" if shape == SCALAR else "vector" if shape[1] == 1 else "matrix"
    )
    return Symbol(name, kind, shape, definition=definition)
