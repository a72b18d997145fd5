"""What a verdict was made from, as one digest: the same digest, the same verdict, without judging again.

It covers the part as the rubric writes it, the symbols and sizes it is written in, the functions of the
reference it names (with everything they use), the program that judges, and the answers that were found. Parts
that follow from each other or keep a convention together share one digest. Titles do not count, nor does who
may see the part: they change no verdict.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from grader import program, reference
from grader.sandbox.codec import digest_of
from grader.types import Answer, Place, Problem

if TYPE_CHECKING:
    from grader.rubric import Rubric

_NOT_JUDGED: Final = ("title", "visible", "bonus", "number", "answer", "selfcheck")
_NOWHERE: Final = Place("")
_NAMED: Final = re.compile(r"\bref\.([A-Za-z_]\w*)")


def made_from(
    rubric: Rubric, answers: Mapping[str, Sequence[Answer]], unread: Iterable[Problem]
) -> dict[str, str]:
    """By part, the digest of all that its verdict is made from; empty where there is none."""
    hidden = tuple(dict.fromkeys(problem.place.file for problem in unread))
    own = parts(rubric)
    found: dict[str, str] = {}
    for together in components(rubric):
        told: list[object] = []
        if any(one.value is not None for name in together for one in answers.get(name, ())):
            # What came of running code has no digest: such an answer is always judged.
            found |= dict.fromkeys(together, "")
            continue
        for name in together:
            given = answers.get(name, ())
            texts = [one._replace(place=_NOWHERE, value=digest_of(one.value)) for one in given]
            # Where several answers disagree, the verdict names their places.
            places = [str(one.place) for one in given] if len(given) > 1 else []
            told.append([name, own[name], texts, places, [] if given else hidden])
        digest = _digest(told)
        found |= dict.fromkeys(together, digest)
    return found


def components(rubric: Rubric) -> tuple[tuple[str, ...], ...]:
    """The parts of a rubric in groups of those whose verdicts depend on each other."""
    home = {part.id: part.id for part in rubric.parts}

    def root(name: str) -> str:
        while home[name] != name:
            name = home[name]
        return name

    links = [(part.id, earlier) for part in rubric.parts for earlier in part.follows.values()]
    links += [(kept.parts[0], other) for kept in rubric.conventions for other in kept.parts[1:]]
    for one, other in links:
        if one in home and other in home:
            home[root(other)] = root(one)
    groups: dict[str, list[str]] = {}
    for part in rubric.parts:
        groups.setdefault(root(part.id), []).append(part.id)
    return tuple(map(tuple, groups.values()))


def parts(rubric: Rubric) -> Mapping[str, str]:
    """By part, the digest of how it is judged, whatever the answers."""
    return _parts(rubric.digest, rubric.path, _Held(rubric))


class _Held:
    """A rubric as an argument that a cache does not look at: its digest says all."""

    def __init__(self, rubric: Rubric) -> None:
        self.rubric = rubric

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=32)
def _parts(digest: str, path: Path, held: _Held) -> Mapping[str, str]:
    rubric = held.rubric
    data: Mapping[str, Any] = rubric.loaded.data
    code = _Code(rubric)
    shared = [data.get("symbols", {}), data.get("dimensions", {}), program.digest(judging=True)]
    conventions = data.get("conventions", [])
    found = {}
    for part in rubric.parts:
        written = {key: value for key, value in data["parts"][part.id].items() if key not in _NOT_JUDGED}
        text = json.dumps([written, shared], sort_keys=True)
        kept = [one for one in conventions if part.id in one.get("parts", ())]
        named = sorted(set(_NAMED.findall(text)))
        found[part.id] = _digest([rubric.assignment, text, kept, code.of(named)])
    return found


class _Code:
    """The source of a reference's functions, with all names of the module that they use."""

    def __init__(self, rubric: Rubric) -> None:
        self.whole = b""
        self.pieces: dict[str, tuple[str, frozenset[str]]] = {}
        self.always = ""
        if rubric.reference is None:
            return
        path = reference.find(rubric.reference, rubric.path)
        self.whole = reference.code(path)
        if len(reference.files(path)) > 1:
            return  # a package: who uses what runs through its modules, so that any change is one for all
        text = path.read_text("utf-8")
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError):
            return
        for node in tree.body:
            source = ast.unparse(node)
            used = frozenset(each.id for each in ast.walk(node) if isinstance(each, ast.Name))
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                self.pieces[node.name] = (source, used)
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                for name in _targets(node):
                    before = self.pieces.get(name, ("", frozenset[str]()))
                    self.pieces[name] = (before[0] + source, before[1] | used)
            elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
                self.always += source + "\n"

    def of(self, names: Sequence[str]) -> str:
        """A digest of the source of some functions and all they use; of the whole where that is unknown."""
        if not names:
            return ""
        if any(name not in self.pieces for name in names):
            return hashlib.sha256(self.whole).hexdigest()
        wanted, seen = list(names), set[str]()
        while wanted:
            name = wanted.pop()
            if name in seen or name not in self.pieces:
                continue
            seen.add(name)
            wanted += self.pieces[name][1]
        return _digest([self.always, *(self.pieces[name][0] for name in sorted(seen))])


def _targets(node: ast.Assign | ast.AnnAssign) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)]


def _digest(told: object) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
