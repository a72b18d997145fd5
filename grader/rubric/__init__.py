"""A rubric: what an assignment asks, what each part is worth, and how its answers are checked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from grader import checks, program, sheet, yamltext
from grader.checks._common import Credit
from grader.errors import Fault, RubricError, StaffError, StudentError
from grader.maths.names import NONE, SymbolFault, Symbols, declare
from grader.options import By, Options, OptionsError, Size, keys
from grader.rubric import terms as terms_text
from grader.rubric.code import NO_CODE, Code, Running, running
from grader.rubric.schema import PART_KEYS, Faults, PartText, RubricText, read, suggest
from grader.rubric.search import find, for_folder, locate
from grader.sheet import NONE as NO_SHEET
from grader.sheet import Sheet
from grader.terms import NONE as NO_TERMS
from grader.terms import Terms
from grader.types import Reads, Visibility
from grader.yamltext import Loaded

__all__ = ["Part", "Prepared", "Rubric", "find", "for_folder", "load", "locate", "prepare", "read_yaml"]

Prepared = Mapping[str, Any]
"""What each part's check has computed and read, by part id."""


def _bits(value: object) -> int:
    """The length of a fingerprint: `whole` is 128 bits."""
    words = str(value).split()
    if words == ["whole"]:
        return 128
    if words and words[0].isdecimal() and 1 <= int(words[0]) <= 128 and words[1:] in ([], ["bits"], ["bit"]):
        return int(words[0])
    raise ValueError("meant `whole`, or a number of bits such as `4 bits`")


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


class SelfCheck(Options):
    """What students may learn before they hand in; without it, whether a part is found, read and of its form.

    form         `no` keeps back what form the answer has (a 3 x 3 array, a vector with d entries)
    fingerprint  lets right answers be known by a slow hash: `whole`, or cut to `4 bits`
    verify       equations of the question in which `answer` stands for the answer, such as `X answer = t`
    examples     public ones of a function: `ref.` and a function that gives (arguments, result) pairs
    """

    form: Literal["yes", "no"] = "yes"
    fingerprint: Annotated[int | None, By(_bits)] = None
    verify: Annotated[tuple[str, ...], By(_as_list)] = ()
    examples: str = ""

    def __post_init__(self) -> None:
        if self.fingerprint is not None and self.verify:
            raise ValueError("meant either `fingerprint` or `verify`: one tells right from wrong already")


@dataclass(frozen=True, slots=True)
class Part:
    """One part. `number` is the sheet's, `names` are those of its quantity, the one to show first.

    `symbols` are the rubric's, unless the part declares some anew; `reads` is what its check reads.
    `follows` names the earlier parts that answer symbols of its formulas (see `follow`); `code` is what to
    bring out of a notebook. `contradicted` is what a right last line is worth behind a line that says
    something else; without it a person decides.
    """

    id: str
    title: str
    points: Decimal
    number: str
    names: tuple[str, ...]
    check: str
    options: Any
    symbols: Symbols
    reads: Reads
    follows: Mapping[str, str] = field(default_factory=dict)
    visible: Visibility = "public"
    code: Code = NO_CODE
    selfcheck: SelfCheck = field(default_factory=SelfCheck)
    contradicted: Contradicted | None = None


class Contradicted(Options):
    """What a right last line is worth behind a line that says something else, and what is said then."""

    credit: Credit
    say: str


class Kept(Options):
    """Parts that are to keep one convention, the credit of one that does not, and what is said then."""

    parts: Annotated[tuple[str, ...], Size(2)]
    credit: Credit = Fraction(1)
    say: str = ""


@dataclass(frozen=True, slots=True)
class Rubric:
    """A rubric without faults in itself. `digest` changes with it, its reference and the grader's version.

    `total` is what the points should sum to, if the rubric says so; `loaded` knows the line of each key.
    """

    assignment: str
    title: str
    path: Path
    reference: str | None
    symbols: Symbols
    sections: Mapping[str, str]
    parts: tuple[Part, ...]
    total: Decimal | None
    digest: str
    loaded: Loaded = field(repr=False, compare=False)
    conventions: tuple[Kept, ...] = ()
    sheet: Sheet = field(default=NO_SHEET, repr=False)
    terms: Terms = field(default=NO_TERMS, repr=False)
    text: str = field(default="", repr=False)
    running: Running = field(default=Running(), repr=False)


def load(path: Path, *, data: bytes | None = None) -> Rubric:
    """The rubric in a file; formulas and reference values are only read by `prepare`.

    With `data`, the rubric as it would be if these were the bytes of the file.

    Raises:
        RubricError: all its faults at once, each with its line.
        StaffError: the file cannot be read.
    """
    data, loaded = read_yaml(path, data)
    faults = Faults(str(path), loaded)
    text = read(faults)
    symbols = _declared(text.symbols, text.dimensions, (), faults)
    parts = tuple(_part(part, text, symbols, faults) for part in text.parts)
    conventions = tuple(_conventions(text, parts, faults))
    _check_follows(parts, faults)
    terms = terms_text.read(text.terms, text.parts, path, faults)
    code = _reference_bytes(text.reference, path, faults)
    given = running(text, path, faults)
    if faults.found:
        raise RubricError(faults.sorted())
    return Rubric(
        text.assignment,
        text.title,
        path,
        text.reference,
        symbols,
        MappingProxyType(dict(text.sections)),
        parts,
        text.total,
        _digest(
            data,
            code,
            program.digest().encode(),
            *_sheet_bytes(path),
            terms_text.extension_bytes(text.terms, path),
            *given.pieces(),
        ),
        loaded,
        conventions,
        sheet.load(path),
        terms,
        data.decode("utf-8-sig"),
        given,
    )


def prepare(rubric: Rubric, secret: bytes) -> Prepared:
    """What the checks of a rubric need to judge answers; the reference is loaded and its values computed.

    The points of random evaluation come from `secret` and the rubric's digest.

    Raises:
        RubricError: all formulas and values that cannot be used, each with its line.
    """
    from grader import reference

    faults = Faults(str(rubric.path), rubric.loaded)
    values: Mapping[str, Any] = {}
    if rubric.reference is not None:
        try:
            values = reference.load(rubric.reference, rubric.path)
        except StaffError as error:
            faults.add(("reference",), str(error), "a module that can be imported")
            raise RubricError(faults.sorted()) from error
    secret = hashlib.sha256(secret + rubric.digest.encode()).digest()
    prepared: dict[str, Any] = {}
    for part in rubric.parts:
        try:
            setting = checks.Setting(part.symbols, values, secret)
            prepared[part.id] = checks.load(part.check).prepare(part.options, setting)
        except checks.OptionError as error:
            faults.add(("parts", part.id, *error.path), error.found, error.meant)
        except StudentError as error:
            faults.add(("parts", part.id), f"the options of {part.check}", f"some that can be read: {error}")
    if faults.found:
        raise RubricError(faults.sorted())
    return MappingProxyType(prepared)


def read_yaml(path: Path, data: bytes | None = None) -> tuple[bytes, Loaded]:
    """The bytes of a file that staff wrote (or those given), and their YAML.

    Raises:
        RubricError: it is not UTF-8 or not YAML, with the line.
        StaffError: it cannot be read.
    """
    try:
        data = path.read_bytes() if data is None else data
    except OSError as error:
        said = (error.strerror or type(error).__name__).lower()
        raise StaffError(f"the rubric {str(path)!r} cannot be read: {said}") from error
    file = str(path)
    try:
        return data, yamltext.load(data.decode("utf-8-sig"), name=file)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RubricError([Fault(file, line, "bytes that are not UTF-8", "a file saved as UTF-8")]) from error
    except yamltext.YamlError as error:
        raise RubricError([Fault(file, error.line, error.found, error.advice)]) from error


def _part(text: PartText, rubric: RubricText, symbols: Symbols, faults: Faults) -> Part:
    path: yamltext.Path = ("parts", text.id)
    if text.symbols or text.dimensions:
        dimensions = _resized(rubric.dimensions, text.dimensions)
        symbols = _declared(_anew(rubric.symbols, text.symbols, dimensions), dimensions, path, faults)
    options: Any = None
    reads: Reads = "value"
    if text.check in checks.kinds():
        check = checks.load(text.check)
        reads = check.READS
        try:
            options = check.Options.model_validate(dict(text.options))
        except OptionsError as error:
            known = keys(check.Options)
            for one in error.mismatches:
                meant = one.meant
                if len(one.path) == 1 and one.path[0] not in known:
                    meant = suggest(str(one.path[0]), (*known, *PART_KEYS), "a key of this part")
                faults.add((*path, *one.path), one.found, meant)
        if text.code.get("function") and not hasattr(check, "calls"):
            found = f"a function for the check {text.check!r}, which calls none"
            faults.add(
                (*path, "answer", "function"), found, "`variable:` or `variables:`, or `check: function`"
            )
    elif text.check:
        meant = suggest(text.check, checks.kinds(), "a kind of check")
        faults.add((*path, "check"), repr(text.check), meant)
    return Part(
        text.id,
        text.title,
        text.points,
        text.number,
        text.names,
        text.check,
        options,
        symbols,
        reads,
        MappingProxyType(dict(text.follows)),
        text.visible,
        Code(
            text.code.get("function", ()),
            text.code.get("variable", ()),
            text.code.get("variables", ()),
            text.code.get("cell", ("",))[0],
        ),
        _selfcheck(text, path, faults),
        _contradicted(text, path, faults),
    )


def _contradicted(text: PartText, path: yamltext.Path, faults: Faults) -> Contradicted | None:
    if not text.contradicted:
        return None
    try:
        return Contradicted.model_validate(dict(text.contradicted))
    except OptionsError as error:
        for one in error.mismatches:
            faults.add((*path, "contradicted", *one.path), one.found, one.meant)
    return None


def _selfcheck(text: PartText, path: yamltext.Path, faults: Faults) -> SelfCheck:
    try:
        return SelfCheck.model_validate(dict(text.selfcheck))
    except OptionsError as error:
        for one in error.mismatches:
            meant = one.meant
            if len(one.path) == 1 and one.path[0] not in keys(SelfCheck):
                meant = suggest(str(one.path[0]), keys(SelfCheck), "a key of `selfcheck:`")
            faults.add((*path, "selfcheck", *one.path), one.found, meant)
    return SelfCheck()


def _check_follows(parts: tuple[Part, ...], faults: Faults) -> None:
    """Notes symbols that no earlier formula answers."""
    formulas: list[str] = []
    for part in parts:
        for symbol, earlier in part.follows.items():
            path: yamltext.Path = ("parts", part.id, "follows", symbol)
            if part.check != "expression":
                faults.add(path, f"a part with the check {part.check!r}", "a part with `check: expression`")
            elif earlier and earlier not in formulas:
                faults.add(path, repr(earlier), suggest(earlier, formulas, "an earlier formula"))
            known = part.symbols.find(symbol)
            if known is None or known.name != symbol:
                faults.add(path, repr(symbol), suggest(symbol, part.symbols.table, "a symbol of this part"))
        if part.check == "expression":
            formulas.append(part.id)


def _conventions(text: RubricText, parts: tuple[Part, ...], faults: Faults) -> Iterator[Kept]:
    known = tuple(part.id for part in parts)
    for index, given in enumerate(text.conventions):
        try:
            kept = Kept.model_validate(given)
        except OptionsError as error:
            for one in error.mismatches:
                faults.add(("conventions", index, *one.path), one.found, one.meant)
            continue
        for position, name in enumerate(kept.parts):
            if name not in known:
                path: yamltext.Path = ("conventions", index, "parts", position)
                faults.add(path, repr(name), suggest(name, known, "a part of this rubric"))
        yield kept


def _anew(
    symbols: Mapping[str, Any], own: Mapping[str, Any], dimensions: Sequence[Mapping[str, int]]
) -> Mapping[str, Any]:
    """All symbols of a part, its own in the place of the rubric's; behind them where they need later ones."""
    in_place = {**symbols, **own}
    try:
        declare(in_place, dimensions)
    except SymbolFault:
        return {**{name: one for name, one in symbols.items() if name not in own}, **own}
    return in_place


def _declared(
    given: Mapping[str, Any], dimensions: tuple[Mapping[str, int], ...], path: yamltext.Path, faults: Faults
) -> Symbols:
    """The declared symbols; after a fault, the rest without the one at fault, for what else there is."""
    left, first = dict(given), True
    while True:
        try:
            return declare(left, dimensions)
        except SymbolFault as error:
            # An abbreviation may use the name that was taken away: only the first such fault counts.
            if first or error.path[1:] != ("is",):
                faults.add(_fault_path(error.path, left, path), error.found, error.meant)
            first = False
            if not error.path or error.path[0] not in left:
                return NONE
            del left[str(error.path[0])]


def _resized(
    rubric: tuple[Mapping[str, int], ...], part: tuple[Mapping[str, int], ...]
) -> tuple[Mapping[str, int], ...]:
    """The sizes of a part: its own, then the rubric's for other letters, enlarged until all are different."""
    if not part:
        return rubric
    resized = []
    for sizes in part:
        given = {name: size for name, size in rubric[0].items() if name not in sizes} if rubric else {}
        together, least = dict(sizes), 0
        for name in sorted(given, key=lambda name: given[name]):
            least = max(least, given[name])
            while least in together.values():
                least += 1
            together[name] = least
        resized.append(together)
    return tuple(resized)


def _fault_path(path: yamltext.Path, symbols: Mapping[str, Any], base: yamltext.Path) -> yamltext.Path:
    return (*base, "symbols" if path and path[0] in symbols else "dimensions", *path)


def _reference_bytes(name: str | None, path: Path, faults: Faults) -> bytes:
    if name is None:
        return b""
    from grader import reference

    try:
        return reference.code(reference.find(name, path))
    except StaffError as error:
        faults.add(("reference",), repr(name), f"a reference that is there; {str(error).partition('; ')[2]}")
        return b""


def _sheet_bytes(path: Path) -> tuple[bytes, ...]:
    fingerprint = sheet.beside(path)
    return (fingerprint.read_bytes(),) if fingerprint.is_file() else ()


def _digest(*pieces: bytes) -> str:
    """One digest of several pieces; each is digested alone, so that none can run into the next."""
    return hashlib.sha256(b"".join(hashlib.sha256(piece).digest() for piece in pieces)).hexdigest()
