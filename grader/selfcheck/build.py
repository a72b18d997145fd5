"""Makes the self-check of an assignment: one file that runs on a plain Python, and gives no answer away."""

from __future__ import annotations

import ast
import importlib.util
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import grader
from grader import checks
from grader.checks import Understood
from grader.errors import Fault, RubricError, StaffError, StudentError
from grader.selfcheck import entropy, fingerprints, leaks, verify
from grader.selfcheck.outline import Outline, PartOutline, Proof, to_json
from grader.selfcheck.session import DATA
from grader.types import Answer, Place

if TYPE_CHECKING:
    from grader.maths.names import Shape, Symbols
    from grader.rubric import Part, Rubric

# What looking at a hand-in needs of this package; the rest stays here.
ROOMS: Final = (
    *("__init__.py", "types.py", "errors.py", "options.py", "rooms.py", "yamltext.py", "html.py"),
    # How a folder, a zip or a file is read, under the limits that hold for everybody.
    *("sources/_path.py", "sources/_disk.py", "sources/_archive.py", "sources/_intake.py"),
    "sheet.py",
    # How values look that running brings out, and what is no Python in a cell; nothing that runs anything.
    *("sandbox/jobs.py", "sandbox/codec.py", "sandbox/magics.py"),
)
FOLDERS: Final = ("maths", "documents", "extract", "checks", "selfcheck")
LEFT_OUT: Final = (
    "selfcheck/build.py",
    "selfcheck/leaks.py",
    "selfcheck/entropy.py",
    "selfcheck/residues.py",
)
# Pure Python, used to read Markdown, LaTeX and YAML.
LIBRARIES: Final = ("markdown_it", "mdurl", "pylatexenc", "ruamel.yaml")
_OWN: Final = ("grader/", "flint.py", "__main__.py")
_STAND_IN: Final = "selfcheck/residues.py"
_MAIN: Final = """import sys

from grader.selfcheck.telling import run

text, code = run(sys.argv[1:])
print(text)
sys.exit(code)
"""
# One time for all entries: the same rubric and salt make the same bytes.
_STAMP: Final = (2020, 1, 1, 0, 0, 0)


class Row(NamedTuple):
    """What a bundle can tell of one part: `choice` is what a guesser has, where a fingerprint is given."""

    part: str
    wanted: str
    proof: Proof
    bits: int = 0
    choice: entropy.Choice | None = None
    examples: int = 0


@dataclass(frozen=True, slots=True)
class Built:
    """A bundle: its bytes, and what it can tell of each part."""

    data: bytes
    outline: Outline
    rows: tuple[Row, ...]


class Weak(StaffError):
    """Fingerprints that could be guessed."""


def build(path: Path, salt: bytes, *, allow_weak: bool = False) -> Built:
    """The self-check of the rubric at `path`.

    Raises:
        RubricError: a rubric with faults, or an option of `selfcheck:` that cannot be kept.
        Weak: a fingerprint that can be guessed, with the time it would take, unless `allow_weak`.
        StaffError: an answer would stand in the bundle.
    """
    from grader import reference
    from grader import rubric as rubrics
    from grader.rubric.schema import Faults, read

    rubric = rubrics.load(path)
    prepared = rubrics.prepare(rubric, salt)
    values = reference.load(rubric.reference, path) if rubric.reference else {}
    written = read(Faults(str(path), rubric.loaded))
    texts = {part.id: part for part in written.parts}
    faults: list[Fault] = []
    weak: list[str] = []
    parts: list[PartOutline] = []
    rows: list[Row] = []
    secrets: list[leaks.Secret] = []
    for part in rubric.parts:
        right = _right(part, prepared[part.id])
        secrets += [_secret(part, text, understood) for text, understood in right]
        try:
            outline, row = _outline(part, [one for _, one in right if one is not None], salt, values)
        except StudentError as error:
            line = rubric.loaded.line(("parts", part.id, "selfcheck"))
            faults.append(
                Fault(str(path), line, f"`selfcheck:` of {part.id}", f"one that can be kept: {error}")
            )
            continue
        text = texts[part.id]
        sizes = part.symbols.dimensions if text.symbols or text.dimensions else ()
        parts.append(replace(outline, symbols=text.symbols, dimensions=sizes))
        rows.append(row)
        if row.choice is not None and row.bits > (most := entropy.most_bits(row.choice)):
            most_said = f"at most {most} bits" if most else "no fingerprint at all"
            weak.append(
                f"{part.id}: {row.choice}; a fingerprint of {row.bits} bits is asked for, {most_said} is safe"
            )
    if faults:
        raise RubricError(faults)
    if weak and not allow_weak:
        raise Weak(
            "These fingerprints could be guessed:\n  "
            + "\n  ".join(weak)
            + "\nUse `verify:` with the question's own "
            "equation, or fewer bits; --allow-weak gives them away."
        )
    told = {part.id: part.symbols for part in rubric.parts}
    outline_of_all = Outline(
        rubric.assignment,
        rubric.title,
        grader.__version__,
        salt.hex(),
        _public(written.symbols, rubric.symbols, secrets),
        written.dimensions,
        tuple(replace(part, symbols=_public(part.symbols, told[part.id], secrets)) for part in parts),
        rubric.sheet,
    )
    entries = dict(_entries(outline_of_all))
    # The libraries are as they were published; a test searches them as well.
    own = {name: data for name, data in entries.items() if name.startswith(_OWN)}
    found = list(leaks.leaks(own, secrets))
    if found:
        listed = "\n  ".join(f"{leak.part}: {leak.needle} in {leak.entry}" for leak in found[:10])
        raise StaffError(f"The bundle would give answers away, so it was not written:\n  {listed}")
    return Built(_zipped(entries), outline_of_all, tuple(rows))


def _public(declared: Mapping[str, Any], symbols: Symbols, secrets: Iterable[leaks.Secret]) -> dict[str, Any]:
    """Declarations without the definitions that are answers: of those names only the shape is told."""
    secrets = tuple(secrets)
    public: dict[str, Any] = {}
    for name, given in declared.items():
        known = symbols.table.get(name) or symbols.find(name)
        if isinstance(given, dict) and "is" in given and known is not None and known.definition is not None:
            given = _declared(given, known.shape) if leaks.gives_away(str(given["is"]), secrets) else given
        public[name] = given
    return public


def _declared(given: Mapping[str, Any], shape: Shape) -> dict[str, Any]:
    """A name by its shape and spellings alone."""
    rows, columns = shape
    kind: dict[str, Any] = {"matrix": [rows, columns]}
    if columns == 1:
        kind = {"scalar": "real"} if rows == 1 else {"vector": rows}
    return kind | {key: value for key, value in given.items() if key == "also"}


def secrets_of(rubric: Rubric, prepared: Mapping[str, Any]) -> list[leaks.Secret]:
    """The right answers of a rubric, as they are searched for."""
    return [
        _secret(part, text, understood)
        for part in rubric.parts
        for text, understood in _right(part, prepared[part.id])
    ]


def _right(part: Part, prepared: Any) -> list[tuple[str, Understood | None]]:
    """The answers that get full marks, as text and as the self-check reads them."""
    check = checks.load(part.check)
    understand = getattr(check, "understand", None)
    found: list[tuple[str, Understood | None]] = []
    for sample in check.samples(prepared):
        if sample.credit != 1:
            continue
        understood = None
        if understand is not None:
            answer = Answer(part.id, sample.text, Place("the rubric"), sample.notation)
            understood = understand(answer, part.symbols)
        found.append((sample.text, understood))
    return found


def _secret(part: Part, text: str, understood: Understood | None) -> leaks.Secret:
    if part.check in ("yes_no", "function"):  # a word, and a name for values that are computed
        return leaks.Secret(part.id, ())
    written = [text]
    exact = None
    if understood is not None and understood.node is not None:
        from grader.maths import notation

        written += [understood.text, notation.to_latex(understood.node)]
        exact = understood.exact
    return leaks.Secret(part.id, tuple(dict.fromkeys(written)), exact)


def _examples(part: Part, reference: Mapping[str, Callable[[], object]]) -> tuple[Mapping[str, Any], ...]:
    """The public examples of a function, as lists and numbers.

    Raises:
        StudentError: the reference has none of this name, or gives something else.
    """
    name = part.selfcheck.examples
    if not name:
        return ()
    if not name.startswith("ref.") or name[4:] not in reference:
        raise StudentError(f"`examples: {name}` names no function of the reference")
    given: Any = reference[name[4:]]()
    try:
        pairs = [
            (json.loads(json.dumps(arguments)), json.loads(json.dumps(result))) for arguments, result in given
        ]
    except (TypeError, ValueError) as error:
        raise StudentError(f"{name} gives no pairs of plain arguments and results: {error}") from error
    return tuple({"arguments": arguments, "result": result} for arguments, result in pairs)


def _outline(
    part: Part, right: list[Understood], salt: bytes, reference: Mapping[str, Callable[[], object]]
) -> tuple[PartOutline, Row]:
    given = part.selfcheck
    forms = tuple(dict.fromkeys(one.what for one in right if one.what)) if given.form == "yes" else ()
    outline = PartOutline(
        part.id,
        part.number,
        part.names,
        part.reads,
        part.check,
        wanted=forms,
        functions=part.code.functions,
        examples=_examples(part, reference),
    )
    if given.verify:
        _check_equations(part, right, salt)
        outline = replace(outline, proof="verify", equations=given.verify, size=_size(part, right))
        return outline, Row(part.id, " or ".join(forms), "verify")
    if given.fingerprint is None:
        told = f"the function {part.code.functions[0]}" if part.code.functions else " or ".join(forms)
        return outline, Row(part.id, told, "none", examples=len(outline.examples))
    if not right:
        raise StudentError(f"answers to the check {part.check!r} have no value to take a fingerprint of")
    canonical = [fingerprints.values(one, part.symbols, salt) for one in right]
    if None in canonical:
        raise StudentError(
            "the answer has no exact value (roots, exponentials, decimals), so `verify` is left"
        )
    choice = min(_choice(part, one) for one in right)
    digests = tuple(
        fingerprints.digest(value, part.id, salt, given.fingerprint)
        for value in canonical
        if value is not None
    )
    outline = replace(outline, proof="fingerprint", bits=given.fingerprint, digests=digests)
    return outline, Row(part.id, " or ".join(forms), "fingerprint", given.fingerprint, choice)


def _choice(part: Part, understood: Understood) -> entropy.Choice:
    if understood.exact is not None:
        return entropy.of_numbers(understood.exact)
    assert understood.node is not None
    return entropy.of_formula(understood.node, len(part.symbols.table))


def _size(part: Part, right: list[Understood]) -> tuple[str | int, str | int]:
    from grader.maths.sameness import identity

    node = next((one.node for one in right if one.node is not None), None)
    if node is None:
        raise StudentError(f"`verify` needs a formula or an array, and {part.check!r} has none")
    return identity.settle(node, identity.Frame(part.symbols, b"")).shape


def _check_equations(part: Part, right: list[Understood], salt: bytes) -> None:
    """The reference itself must satisfy them.

    Raises:
        StudentError: it does not, or that cannot be told.
    """
    size = _size(part, right)
    for equation in part.selfcheck.verify:
        for one in right:
            assert one.node is not None
            found = verify.holds(equation, one.node, part.symbols, size, salt)
            if found is not True:
                fault = "does not satisfy" if found is False else "cannot be put into"
                raise StudentError(f"the expected answer {fault} {equation}")


def _entries(outline: Outline) -> Iterator[tuple[str, bytes]]:
    root = Path(grader.__file__).parent
    paths = [root / name for name in ROOMS]
    paths += [path for folder in FOLDERS for path in sorted((root / folder).rglob("*.py"))]
    for path in paths:
        name = path.relative_to(root).as_posix()
        if name not in LEFT_OUT:
            yield f"grader/{name}", _bare(path.read_text("utf-8")).encode()
    yield "grader/sandbox/__init__.py", b""
    yield "grader/sources/__init__.py", b""
    yield "flint.py", _bare((root / _STAND_IN).read_text("utf-8")).encode()
    yield f"grader/selfcheck/{DATA}", to_json(outline).encode()
    yield "__main__.py", _MAIN.encode()
    for library in LIBRARIES:
        yield from _library(library)


@cache
def _bare(source: str) -> str:
    """A module without its comments and docstrings, where examples may be anybody's answers."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if ast.get_docstring(node, clean=False) is not None:
                node.body = node.body[1:] or [ast.Pass()]
            # A text that stands alone explains the line above it.
            node.body = [one for one in node.body if not _is_text(one)] or [ast.Pass()]
    return ast.unparse(tree) + "\n"


def _is_text(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _library(name: str) -> Iterator[tuple[str, bytes]]:
    """The modules of an installed library, with the licence that lets it be given away."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise StaffError(f"{name} is not installed, and a self-check needs it")
    root = Path(next(iter(spec.submodule_search_locations)))
    prefix = name.replace(".", "/")
    if "/" in prefix:
        yield f"{prefix.rpartition('/')[0]}/__init__.py", b""
    for path in sorted(root.rglob("*.py")):
        yield f"{prefix}/{path.relative_to(root).as_posix()}", path.read_bytes()
    yield f"licences/{name}.txt", _licence(name).encode()


def _licence(name: str) -> str:
    from importlib.metadata import files, metadata

    distribution = {"markdown_it": "markdown-it-py"}.get(name, name)
    texts = [
        file.read_text(encoding="utf-8")
        for file in files(distribution) or ()
        if "licen" in file.name.lower() and file.suffix in {"", ".txt", ".md", ".rst"}
    ]
    return "\n\n".join(texts) or f"{distribution}: {metadata(distribution)['License']}\n"


def _zipped(entries: Mapping[str, bytes]) -> bytes:
    kept = BytesIO()
    kept.write(b"#!/usr/bin/env python3\n")
    with ZipFile(kept, "a", ZIP_DEFLATED) as archive:
        for name, data in sorted(entries.items()):
            info = ZipInfo(name, _STAMP)
            info.compress_type = ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, data)
    return kept.getvalue()
