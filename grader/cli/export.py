"""`grader export`: marks and reports in the files that platforms take; nothing is sent, nothing is graded."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from grader.cli._books import opened_now
from grader.cli._printing import counted, plain, say, wrapped
from grader.errors import MachineError, StaffError

if TYPE_CHECKING:
    from grader.deliver._order import Export, Order
    from grader.types import File

_MOST_LISTED: Final = 40
_EXECUTABLE: Final = frozenset({"setup.sh", "run_autograder"})
# The earliest time a zip can hold: the same export gives the same bytes.
_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)


class _Command(click.Command):
    """Lists the targets below the help, which is the only time all of them are loaded."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from grader import deliver

        with formatter.section("Targets"):
            formatter.write_dl([(name.replace("_", "-"), deliver.exporter(name).CALLED) for name in _names()])


@click.command(cls=_Command)
@click.argument("target")
@click.argument("source", metavar="[FROM]", required=False, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Where to write; - prints a single file.")
@click.option(
    "--template",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file the platform gave out, to be filled in: its gradebook, worksheet, zip.",
)
@click.option("--roster", type=click.Path(path_type=Path, dir_okay=False), help="The class list.")
@click.option("--column", default="", help="The column of the template, by its title or its number.")
@click.option("--assignment", help="Which assignment, if FROM holds several.")
@click.option("--partial", is_flag=True, help="Also those of whom something still waits for a person.")
def command(
    target: str,
    source: Path | None,
    out: Path | None,
    template: Path | None,
    roster: Path | None,
    column: str,
    assignment: str | None,
    partial: bool,
) -> None:
    """Write the file that TARGET takes, from the folder FROM that was graded into.

    Nothing is sent anywhere. Whoever is left out is named, with the reason. `gradescope` is made from a
    rubric instead of a folder.
    """
    from grader import deliver

    module = deliver.exporter(target.replace("-", "_"))
    if getattr(module, "FROM_RUBRIC", False):
        order = _from_rubric(source)
    else:
        # Where the platform itself shows a part later, it is told when, not what is open today.
        opens = not getattr(module, "SHOWS_LATER", False)
        order = _from_folder(source, assignment, template, roster, column, partial, opens)
    export = module.export(order)
    where = out or Path(module.NAME)
    for kept in (template, roster):
        if kept is not None and where.exists() and where.resolve() == kept.resolve():
            raise StaffError(f"{where} is the file you gave; it is not written over, choose another --out")
    if str(where) == "-":
        _print(export)
        return
    _write(where, module, export)
    _tell(where, export)


def _names() -> list[str]:
    from grader import deliver

    return [name for name in deliver.targets() if hasattr(deliver.load(name), "export")]


def _from_rubric(source: Path | None) -> Order:
    from grader.deliver._order import Order
    from grader.rubric import load, locate

    if source is None:
        raise StaffError("name the rubric: grader export gradescope RUBRIC")
    path = locate(str(source))
    rubric = load(path)
    return Order(rubric.assignment, rubric.title, (), rubric=path)


def _from_folder(
    source: Path | None,
    assignment: str | None,
    template: Path | None,
    roster: Path | None,
    column: str,
    partial: bool,
    opens: bool,
) -> Order:
    from grader import roster as rosters
    from grader.deliver._order import Order, Template
    from grader.gradebook import open_gradebook

    book_path = _book(source)
    try:
        given = None if template is None else Template(template.name, template.read_bytes())
    except OSError as error:
        raise StaffError(f"the template {template} cannot be read: {error.strerror or error}") from None
    with open_gradebook(book_path) as book:
        known = book.assignments()
        if assignment is None and len(known) == 1:
            (assignment,) = known
        if assignment not in known:
            listed = ", ".join(known) or "none"
            raise StaffError(f"which assignment? Name it with --assignment; {book_path.parent} has: {listed}")
        results = tuple(book.results(str(assignment)))
        if opens:
            results = opened_now(results, book.terms(str(assignment)))
        return Order(
            str(assignment),
            next((result.title for result in results if result.title), str(assignment)),
            results,
            template=given,
            roster=None if roster is None else rosters.load(roster),
            column=column,
            partial=partial,
            secret=book.secret(),
        )


def _book(source: Path | None) -> Path:
    from grader.pipeline import GRADEBOOK

    roots = [source] if source is not None else [Path(), Path("graded"), Path("out")]
    found = [
        path
        for root in roots
        for path in (root / GRADEBOOK, *sorted(root.glob(f"*/{GRADEBOOK}")))
        if path.is_file()
    ]
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(str(path.parent) for path in found[:8])
        raise StaffError(f"which of these is to be exported? Name one: {listed}")
    where = f"in {source}" if source is not None else "here, under graded/ or out/"
    raise StaffError(f"there is no gradebook {where}; grade first, or name the folder that was graded into")


def _write(where: Path, module: Any, export: Export) -> None:
    from grader.files import make_folder

    if module.NAME.endswith(".zip"):
        _whole(where, _zip(export.files))
    elif len(export.files) == 1:
        _whole(where, export.files[0].data)
    else:
        if where.exists() and (not where.is_dir() or any(where.iterdir())):
            raise StaffError(
                f"{where} is not empty; choose a new folder with --out, so that nothing is mixed"
            )
        for file in export.files:
            make_folder((where / file.path).parent)
            _whole(where / file.path, file.data)


def _whole(path: Path, data: bytes) -> None:
    draft = path.with_name(f".{path.name}.part")
    try:
        draft.write_bytes(data)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise MachineError(f"{path} cannot be written: {error.strerror or error}") from error


def _zip(files: Iterable[File]) -> bytes:
    import io

    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for file in files:
            info = zipfile.ZipInfo(file.path, _LONG_AGO)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = (0o100755 if file.path in _EXECUTABLE else 0o100644) << 16
            archive.writestr(info, file.data)
    return target.getvalue()


def _print(export: Export) -> None:
    if len(export.files) != 1:
        raise StaffError("only a single file can be printed; name a file with --out")
    click.echo(export.files[0].data.decode("utf-8", "replace"), nl=False)
    for remark in export.remarks:
        click.echo(wrapped(remark), err=True)


def _tell(where: Path, export: Export) -> None:
    count = counted(len(export.files), "file") if len(export.files) > 1 else "one file"
    say(f"Wrote {plain(str(where))} ({count}).")
    for remark in export.remarks[:_MOST_LISTED]:
        say(wrapped(remark, hang=2))
    if len(export.remarks) > _MOST_LISTED:
        say(f"… and {len(export.remarks) - _MOST_LISTED:,} more")
