"""Looks at work before it is handed in: each part found, read and of the right form; no marks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Final, Literal, NamedTuple

from grader import checks
from grader.checks import Understood
from grader.documents import _code, _numbering
from grader.errors import StaffError, StudentError
from grader.maths.names import Symbols, declare
from grader.selfcheck import fingerprints, verify
from grader.selfcheck.outline import Outline, PartOutline, from_json
from grader.types import Answer, Document, Notation, Place, Problem

DATA: Final = "outline.json"
_MOST_PASSAGE: Final = 300
_MOST_HEADINGS: Final = 40
_LONGEST_HEADING: Final = 60

Finding = Literal["missing", "unreadable", "other form", "several", "read", "agrees", "differs", "unsure"]


class Looked(NamedTuple):
    """What was found for one part: `what` is its form in words.

    `finding` is `read` where all that can be told is that it can be read; `agrees` and `differs` are only
    said where the bundle can tell right from wrong, `unsure` where it could for another way of writing it.
    """

    part: str
    finding: Finding
    said: str = ""
    what: str = ""
    place: str = ""
    text: str = ""
    read: str = ""
    mathml: str = ""


@dataclass(frozen=True, slots=True)
class HandIn:
    """Everything about a hand-in: each part in the order of the sheet, and the files that cannot be read.

    `strange` are headings without a number of the sheet, while parts are missing: there they may stand.
    """

    assignment: str
    title: str
    parts: tuple[Looked, ...]
    problems: tuple[Problem, ...]
    strange: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether every part is found and read, and every file could be opened."""
        good = {"read", "agrees", "unsure"}
        return not self.problems and all(one.finding in good for one in self.parts)


@dataclass(frozen=True)
class Desk:
    """An outline ready to be asked."""

    outline: Outline
    _declared: dict[str, Symbols] = field(default_factory=dict, repr=False)

    @cached_property
    def salt(self) -> bytes:
        return bytes.fromhex(self.outline.salt)

    @cached_property
    def parts(self) -> Mapping[str, PartOutline]:
        return {part.id: part for part in self.outline.parts}

    def symbols(self, part: PartOutline) -> Symbols:
        """The names that may stand in a part's formulas."""
        if part.id not in self._declared:
            dimensions = part.dimensions or self.outline.dimensions
            self._declared[part.id] = declare({**self.outline.symbols, **part.symbols}, dimensions)
        return self._declared[part.id]

    def look_at(self, path: Path) -> HandIn:
        """What is found in a file, or in all files of a folder.

        Raises:
            StudentError: nothing can be read at the path.
        """
        from grader import documents as formats
        from grader.sources._path import hand_in

        if not path.exists():
            raise StudentError(f"{path} does not exist; give your notebook, write-up or folder.")
        try:
            handed = hand_in(path)
        except StaffError as error:  # here it is the student who has to act
            raise StudentError(str(error)) from None
        if not handed.files and not handed.problems:
            raise StudentError(f"{path} holds no files.")
        documents, unread = formats.read_all(handed.files)
        said = (problem for document in documents for problem in document.problems)
        problems = tuple(dict.fromkeys((*handed.problems, *unread, *said)))
        answers = self._find(documents)
        looked = tuple(
            self._defined(part, documents) if part.functions else self._look(part, answers.get(part.id, ()))
            for part in self.outline.parts
        )
        missing = any(one.finding == "missing" for one in looked)
        strange = tuple(_strange(documents, self.outline.parts)) if missing else ()
        return HandIn(self.outline.assignment, self.outline.title, looked, problems, strange)

    def look(self, part: str, text: str, notation: Notation = "python") -> Looked:
        """What is understood of one typed answer.

        Raises:
            StudentError: there is no such part.
        """
        return self._look(self._part(part), (Answer(part, text, Place("this answer"), notation),))

    def try_out(self, part: str, function: Callable[..., object]) -> Looked:
        """What a function does on the public examples of a part, in the session it is called from.

        Raises:
            StudentError: there is no such part, or it has no public examples.
        """
        outline = self._part(part)
        if not outline.examples:
            raise StudentError(
                f"{part} has no public examples; hand in the function, it is run when it is marked."
            )
        from grader.selfcheck.examples import tried

        found = tried(function, outline.examples)
        said = f"{found.right} of {found.of} public examples come out right. {found.first_wrong}".strip()
        return Looked(part, "differs" if found.first_wrong else "agrees", said, place="this session")

    def _defined(self, part: PartOutline, documents: Sequence[Document]) -> Looked:
        """Where a function of a part is defined; it is not run here."""
        for document in documents:
            for block in document.blocks:
                called = _code.defined(block.text, part.functions) if block.kind == "code" else ""
                if called:
                    said = (
                        f'It was not run; in a notebook: check("{part.id}", {called})'
                        if part.examples
                        else ""
                    )
                    return Looked(part.id, "read", said, f"the function {called}", str(block.place))
        return Looked(part.id, "missing", f"not found; a code cell with `def {part.functions[0]}(...)`")

    def _part(self, name: str) -> PartOutline:
        if name in self.parts:
            return self.parts[name]
        from difflib import get_close_matches

        near = get_close_matches(name, self.parts, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"one of {', '.join(self.parts)}"
        raise StudentError(f"There is no part {name!r}; {hint}")

    def _find(self, documents: Sequence[Document]) -> Mapping[str, tuple[Answer, ...]]:
        from grader import extract

        wanted = [
            extract.Wanted(part.id, part.number, part.names, part.reads)  # type: ignore[arg-type]
            for part in self.outline.parts
        ]
        return extract.find(documents, wanted, self.outline.sheet)

    def _look(self, part: PartOutline, answers: tuple[Answer, ...]) -> Looked:
        if not answers:
            return Looked(part.id, "missing", said=_where_to_write(part))
        seen = [self._one(part, answer) for answer in answers]
        if len({(one.read or one.text) for one in seen}) > 1:
            places = ", ".join(dict.fromkeys(one.place for one in seen))
            said = f"Several different answers stand here ({places}); leave only the one that counts."
            return seen[0]._replace(finding="several", said=said)
        return seen[0]

    def _one(self, part: PartOutline, answer: Answer) -> Looked:
        looked = Looked(part.id, "read", place=str(answer.place), text=answer.text)
        understand = getattr(checks.load(part.check), "understand", None)
        if understand is None:
            words = len((answer.passage or answer.text).split())
            what = f"{words:,} word{'' if words == 1 else 's'}, not examined"
            return looked._replace(what=what, text=_short(answer.text))
        try:
            understood: Understood = understand(answer, self.symbols(part))
        except StudentError as error:
            return looked._replace(finding="unreadable", said=str(error))
        looked = looked._replace(what=understood.what, read=understood.text, mathml=understood.mathml)
        if part.wanted and not any(_conforms(understood.what, form) for form in part.wanted):
            said = f"This is {understood.what}; {' or '.join(part.wanted)} is asked for."
            return looked._replace(finding="other form", said=said)
        return self._proved(part, understood, looked)

    def _proved(self, part: PartOutline, understood: Understood, looked: Looked) -> Looked:
        """The same with what can be told of right and wrong."""
        if part.proof == "verify" and understood.node is not None:
            found = [
                verify.holds(equation, understood.node, self.symbols(part), part.size, self.salt)
                for equation in part.equations
            ]
            if False in found:
                equation = part.equations[found.index(False)]
                return looked._replace(finding="differs", said=f"It does not satisfy {equation}.")
            if None not in found:
                said = f"It satisfies {' and '.join(part.equations)}, as a right answer must."
                return looked._replace(finding="agrees", said=said)
            return looked._replace(finding="unsure", said="Whether it is right cannot be told here.")
        if part.proof == "fingerprint":
            return self._by_fingerprint(part, understood, looked)
        return looked

    def _by_fingerprint(self, part: PartOutline, understood: Understood, looked: Looked) -> Looked:
        value = fingerprints.values(understood, self.symbols(part), self.salt)
        if value is None:
            said = (
                "Whether it is right cannot be told here: only exact numbers and formulas without roots can."
            )
            return looked._replace(finding="unsure", said=said)
        digest = fingerprints.digest(value, part.id, self.salt, part.bits)
        if digest not in part.digests:
            return looked._replace(finding="differs", said="It does not meet the fingerprint of the answer.")
        said = "It meets the fingerprint of the answer."
        if part.bits < fingerprints.FULL_BITS:
            said += f" So does one wrong answer in {2**part.bits:,}."
        return looked._replace(finding="agrees", said=said)


def open_desk(bundle: Path | None = None) -> Desk:
    """The desk of a bundle: the one this program runs in, a named file, or the only one in this folder.

    Raises:
        StudentError: there is none, or several are.
    """
    return Desk(from_json(_data(bundle)))


def _data(bundle: Path | None) -> str:
    from importlib.resources import files

    if bundle is None:
        own = files("grader").joinpath("selfcheck", DATA)
        if own.is_file():
            return own.read_text("utf-8")
        here = sorted(path for path in Path.cwd().glob("*.pyz") if _is_bundle(path))
        if len(here) != 1:
            found = "no self-check lies" if not here else f"{len(here)} self-checks lie"
            raise StudentError(f"{found} in this folder; name the file that your course gave you.")
        bundle = here[0]
    if not _is_bundle(bundle):
        raise StudentError(f"{bundle} is not a self-check; name the .pyz file that your course gave you.")
    from zipfile import ZipFile

    with ZipFile(bundle) as archive:
        return archive.read(f"grader/selfcheck/{DATA}").decode("utf-8")


def _is_bundle(path: Path) -> bool:
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(path) as archive:
            return f"grader/selfcheck/{DATA}" in archive.namelist()
    except (OSError, BadZipFile):
        return False


def _strange(documents: Sequence[Document], parts: Sequence[PartOutline]) -> Iterator[str]:
    """The headings that begin with no number of the sheet."""
    known = {_numbering.label(part.number) for part in parts}
    headings = (block.text for document in documents for block in document.blocks if block.kind == "heading")
    for text in islice(headings, _MOST_HEADINGS):
        number = _numbering.read(text)
        if number is None or not any(label[: len(number.label)] == number.label for label in known):
            yield _short(" ".join(text.split()))[:_LONGEST_HEADING]


def _conforms(got: str, wanted: str) -> bool:
    """Whether a form is the one asked for; a list and a column of a length are the same."""
    return _loose(got) == _loose(wanted)


def _loose(form: str) -> str:
    for start in ("a list of ", "a column of "):
        if form.startswith(start):
            return f"a list of {form[len(start) :]}"
    return form.replace("a 1 x ", "a list of ").removesuffix(" array") if form.startswith("a 1 x ") else form


def _where_to_write(part: PartOutline) -> str:
    name = f" or `{part.names[0]} = ...`" if part.names else ""
    return f"not found; heading {part.number}{name}"


def _short(text: str) -> str:
    return text if len(text) <= _MOST_PASSAGE else f"{text[:_MOST_PASSAGE]} …"
