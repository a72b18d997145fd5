"""Imports only go down, heavy libraries are loaded where they are used, every room keeps its contract."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple, get_args

import pytest

import grader
from grader import checks, deliver, documents, sources
from grader.errors import StaffError, StudentError
from grader.options import OptionsError
from grader.rubric import Prepared, Rubric
from grader.types import Answer, Document, File, Outcome, Place, Reads, Submission, Verdict

ROOT: Final = Path(grader.__file__).parent
# From the bottom up: a module may import from its own layer and from those before it.
LAYERS: Final = (
    ("types", "errors", "options", "rooms"),
    ("maths", "sandbox"),
    (
        *(
            "checks",
            "documents",
            "sources",
            "rubric",
            "reference",
            "sheet",
            "yamltext",
            "roster",
            "times",
        ),
        *(
            "encoding",
            "gradebook",
            "statistics",
            "table",
            "files",
            "html",
            *("executed", "pages"),
        ),
        *("deliver", "amounts", "terms", "durations", "program", "moves", "story", "data"),
        *("hiding", "pictures"),
    ),
    ("extract", "marking", "readings", "running", "follow", "conventions", "groups"),
    (
        "grading",
        "workers",
        "pipeline",
        "lint",
        "holes",
        "reporting",
        "review",
        *("digests", "regrading", "learning"),
        "selfcheck",
    ),
    ("cli",),
    ("__main__",),
)
# The floors of `grader.maths`, from the ground up.
FLOORS: Final = ("tree", "functions", "spelling", "names", "notation", "values", "sameness", "why")
HEAVY: Final = {
    "sympy",
    "numpy",
    "nbformat",
    "jinja2",
    "markdown_it",
    "rich",
    "pylatexenc",
    "multiprocessing",
    "canvasapi",
    "keyring",
    "markusapi",
    "requests",
    "starlette",
    "uvicorn",
}
# Modules that are themselves only imported where their library is used, or always use it.
USES: Final = {
    "grader.deliver._canvas_client": {"canvasapi", "requests"},
    **{
        f"grader.review.{name}": {"starlette"}
        for name in ("app", "changes", "forms", "served", "session", "stops")
    },
    "grader.workers": {"multiprocessing"},
}

# What runs in the student's process, where student code is run.
BEHIND_THE_WALLS: Final = {"grader.sandbox.cells"}

NONSENSE: Final = (
    "",
    " ",
    "nan",
    "inf",
    "-inf",
    "[[nan, 1], [1, 1]]",
    "9**9**9",
    "(" * 10_000,
    "x" * 100_000,
    "<script>alert(1)</script>",
    "__import__('os').system('true')",
    "\0\ud800",
    "}{",
    "\\frac{1}{0}",
)


class Import(NamedTuple):
    importer: str
    imported: str
    on_top: bool


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def modules() -> dict[str, Path]:
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = ("grader", *path.relative_to(ROOT).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports() -> Iterator[Import]:
    known = modules()
    for name, path in known.items():
        for node, on_top in _walk(ast.parse(path.read_text("utf-8")), True):
            if isinstance(node, ast.Import):
                yield from (Import(name, alias.name, on_top) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{name} has a relative import"
                for alias in node.names:
                    below = f"{node.module}.{alias.name}"
                    yield Import(name, below if below in known else str(node.module), on_top)


def _walk(tree: ast.AST, on_top: bool) -> Iterator[tuple[ast.AST, bool]]:
    for node in ast.iter_child_nodes(tree):
        inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        typing = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        yield node, on_top
        yield from _walk(node, on_top and not inside and not typing)


def test_every_module_has_a_layer() -> None:
    placed = [name for layer in LAYERS for name in layer]
    assert {room(name) for name in modules()} - {""} == set(placed)
    assert len(placed) == len(set(placed))


def test_imports_only_go_down() -> None:
    height = {name: level for level, layer in enumerate(LAYERS) for name in layer}
    wrong = [
        f"{one.importer} imports {one.imported}"
        for one in imports()
        if one.imported.startswith("grader.")
        and room(one.importer)
        and height[room(one.imported)] > height[room(one.importer)]
    ]
    assert wrong == []


def test_within_the_mathematics_imports_only_go_down_too() -> None:
    def floor(module: str) -> int | None:
        parts = module.split(".")
        return FLOORS.index(parts[2]) if parts[:2] == ["grader", "maths"] and len(parts) > 2 else None

    wrong = [
        f"{one.importer} imports {one.imported}"
        for one in imports()
        if one.on_top
        and (above := floor(one.importer)) is not None
        and (below := floor(one.imported)) is not None
        and below > above
    ]
    assert wrong == []


def test_only_the_command_line_prints_and_exits() -> None:
    wrong = [
        name
        for name, path in modules().items()
        if room(name) != "cli"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"print", "sys.exit", "exit", "click.echo"}
    ]
    assert wrong == []


def test_nothing_that_evaluates_text_is_ever_called() -> None:
    banned = {"eval", "exec", "compile", "pickle.load", "pickle.loads", "sympify", "parse_expr", "os.system"}
    wrong = [
        f"{name}: {ast.unparse(node.func)}"
        for name, path in modules().items()
        if name not in BEHIND_THE_WALLS
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and (called := ast.unparse(node.func)).removeprefix("sympy.") in banned
        and called != "re.compile"
    ]
    assert wrong == []


def test_heavy_libraries_are_imported_where_they_are_used() -> None:
    wrong = [
        f"{one.importer} imports {one.imported} on top"
        for one in imports()
        if one.on_top
        and (library := one.imported.partition(".")[0]) in HEAVY
        and library not in USES.get(one.importer, ())
    ]
    assert wrong == []


def test_only_what_meets_the_world_knows_the_clock_or_chance() -> None:
    # A point in time may pass through anything; only these rooms may ask what time it is.
    knows = {
        one.importer for one in imports() if one.imported.partition(".")[0] in {"time", "secrets", "uuid"}
    } | {
        name
        for name, path in modules().items()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and ast.unparse(node).rpartition("datetime")[2] in {".now", ".utcnow", ".today"}
    }
    assert {room(name) for name in knows} <= {"sources", "gradebook", "deliver", "sandbox", "cli"}


def test_whatever_is_drawn_at_random_is_drawn_from_a_seed() -> None:
    wrong = [
        name
        for name, path in modules().items()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.Import) and any(alias.name == "random" for alias in node.names))
        or (isinstance(node, ast.ImportFrom) and node.module == "random" and _names(node) != ["Random"])
        or (isinstance(node, ast.Call) and ast.unparse(node.func) == "Random" and not node.args)
    ]
    assert wrong == []


def _names(node: ast.ImportFrom) -> list[str]:
    return [alias.name for alias in node.names]


@pytest.mark.parametrize("name", sorted(modules()))
def test_every_file_says_in_its_first_line_what_it_is_for(name: str) -> None:
    tree = ast.parse(modules()[name].read_text("utf-8"))
    said = ast.get_docstring(tree)
    assert said, f"{name} does not say what it is for"
    assert said.splitlines()[0].endswith((".", ":", ",", "!")) or len(said.splitlines()) > 1


@pytest.mark.parametrize("kind", checks.kinds())
def test_every_check_keeps_the_contract(kind: str) -> None:
    check = checks.load(kind)
    assert list(inspect.signature(check.prepare).parameters) == ["options", "setting"]
    assert list(inspect.signature(check.judge).parameters) == ["prepared", "answer"]
    assert list(inspect.signature(check.samples).parameters) == ["prepared"]
    assert check.READS in get_args(Reads)
    assert check.Options.__dataclass_params__.frozen
    with pytest.raises(OptionsError, match="no_such_option"):
        check.Options.model_validate({"no_such_option": "1"})


def test_what_a_check_reads_is_what_a_submission_is_searched_for() -> None:
    from grader import extract, rubric

    sheet = rubric.load(ROOT.parent / "rubrics" / "csc413-2020-hw1.yaml")
    sought = {one.part: one.reads for one in extract.wanted(sheet)}
    assert sought == {part.id: checks.load(part.check).READS for part in sheet.parts}
    assert set(sought.values()) == set(get_args(Reads))


@pytest.mark.parametrize("kind", checks.kinds())
@pytest.mark.parametrize("text", NONSENSE)
def test_no_check_gives_points_to_nonsense_or_raises_for_it(kind: str, text: str) -> None:
    for prepared in _prepared(kind):
        try:
            verdict = checks.load(kind).judge(prepared, Answer("1", text, Place("a.yaml")))
        except StudentError as error:
            assert str(error)
            continue
        assert isinstance(verdict, Verdict)
        assert verdict.outcome not in {Outcome.CORRECT, Outcome.PARTIAL}
        assert not verdict.credit


@pytest.mark.parametrize("kind", checks.kinds())
def test_every_check_gives_its_samples_the_credit_they_declare(kind: str) -> None:
    check = checks.load(kind)
    tried = 0
    for prepared in _prepared(kind):
        for sample in check.samples(prepared):
            answer = Answer("1", sample.text, Place("a.yaml"), sample.notation, value=sample.value)
            verdict = check.judge(prepared, answer)
            assert verdict.credit == sample.credit, sample.label
            tried += 1
    assert tried or kind == "person"


def _prepared(kind: str) -> Iterator[object]:
    """One part of each rubric of the house with this kind of check, ready to judge."""
    found = False
    for path in sorted((ROOT.parent / "rubrics").glob("*.yaml")):
        if path.name.endswith(".cases.yaml"):
            continue
        sheet, prepared = _sheet(path)
        for part in sheet.parts:
            if part.check == kind:
                found = True
                yield prepared[part.id]
                break
    assert found, f"no rubric uses the check {kind!r}"


@cache
def _sheet(path: Path) -> tuple[Rubric, Prepared]:
    from grader import rubric

    sheet = rubric.load(path)
    return sheet, rubric.prepare(sheet, b"contract")


@pytest.mark.parametrize("name", documents.formats())
def test_every_format_keeps_the_contract(name: str) -> None:
    module = documents.load(name)
    assert module.SUFFIXES
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in module.SUFFIXES)
    assert list(inspect.signature(module.read).parameters) == ["file"]


def test_no_two_formats_claim_the_same_suffix() -> None:
    claimed = [suffix for name in documents.formats() for suffix in documents.load(name).SUFFIXES]
    assert len(claimed) == len(set(claimed))


@pytest.mark.parametrize("name", documents.formats())
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 100,
        b"\xff\xfe\xfa",
        b"{" * 5000,
        b"[" * 100_000,
        b"\x89PNG\r\n\x1a\n",
        b"&a [*a, *a]",
        b"- - -",
    ],
)
def test_every_format_reads_or_refuses_but_never_fails(name: str, data: bytes) -> None:
    module = documents.load(name)
    try:
        document = module.read(File(f"broken{module.SUFFIXES[0]}", data))
    except StudentError as error:
        assert len(str(error)) > 20
    else:
        assert isinstance(document, Document)


@pytest.mark.parametrize("name", sources.layouts())
def test_every_layout_keeps_the_contract(name: str, tmp_path: Path) -> None:
    layout = sources.load(name)
    assert 0.0 <= layout.recognises([]) <= 1.0
    assert 0.0 <= layout.recognises(["a/b.md", "../c", ""]) <= 1.0
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "hw.md").write_text("### 1\n4\n", "utf-8")
    submissions = list(sources.read(tmp_path, name).submissions)
    assert all(isinstance(each, Submission) for each in submissions)


@pytest.mark.parametrize("package", [checks, deliver, documents, sources])
def test_a_module_that_is_not_there_is_answered_with_the_nearest(package: object) -> None:
    with pytest.raises(StaffError, match="nonsense"):
        package.load("nonsense")  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", sorted(modules()))
def test_every_module_can_be_imported_alone(name: str) -> None:
    importlib.import_module(name)
