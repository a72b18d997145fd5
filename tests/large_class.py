"""Invents a class of any size from an example class: the same students' answers, drawn and written anew.

Each answer of a generated student is one that a student of the example class gave to that part (a frequent
one more often), in another layout: spaces in formulas, lines broken elsewhere, emphasis. A few files are cut
short, so that nothing in them can be read. The same seed writes the same bytes.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from pathlib import Path

from grader import documents, extract, rubric, sources
from grader.errors import StudentError

ROOT = Path(__file__).resolve().parent.parent
FIRST = "ada ben cleo dev ella finn gus hana ines jon kim lea max noor otto pia quin rosa sam tara".split()
LAST = (
    "ash birch cedar dogwood elm fir gum hazel ivy juniper larch maple oak pine rowan sorrel teak yew".split()
)
_SPACE = re.compile(r"(?<=[\w)\]}])[ ]?([+*/=])[ ]?(?=[\w(\[{\\])")


def write(folder: Path, assignment: str, students: int, *, seed: int) -> None:
    """Writes the folders of so many students."""
    draw = random.Random(seed)  # noqa: S311 - the same class every time
    pool = answers_of(assignment)
    for number in range(students):
        name = f"{draw.choice(FIRST)}_{draw.choice(LAST)}_{number:03d}"
        given = {
            part: _written(_chosen(texts, draw), draw) for part, texts in pool.items() if draw.random() < 0.97
        }
        data = json.dumps({"assignment": assignment, "answers": given}, indent=1, ensure_ascii=False)
        home = folder / name
        home.mkdir(parents=True)
        whole = number % 100 != 50
        (home / "answers.json").write_text(data if whole else data[: len(data) // 3], "utf-8")


def answers_of(assignment: str) -> dict[str, list[str]]:
    """By part, the texts that the example class gave, those given most often first."""
    sheet = rubric.load(ROOT / "rubrics" / f"{assignment}.yaml")
    found: dict[str, Counter[str]] = {part.id: Counter() for part in sheet.parts}
    for submission in sources.read(ROOT / "submissions_example" / assignment, None).submissions:
        read = []
        for file in submission.files:
            try:
                read.append(documents.read(file))
            except StudentError:
                continue
        for part, answers in extract.find(read, extract.wanted(sheet), sheet.sheet).items():
            if len(answers) == 1:
                found[part][answers[0].text or answers[0].passage] += 1
    return {part: [text for text, _ in texts.most_common()] for part, texts in found.items() if texts}


def _chosen(texts: list[str], draw: random.Random) -> str:
    return texts[min(int(draw.expovariate(0.5)), len(texts) - 1)]


def _written(text: str, draw: random.Random) -> str:
    """The same answer in another layout."""
    if draw.random() < 0.5:
        return text
    if "\n" not in text and len(text.split()) < 12 and "$" not in text:
        return _SPACE.sub(lambda match: f" {match[1]} " if draw.random() < 0.5 else match[1], text)
    if "```" in text or "|" in text:
        return text
    return re.sub(r"(?<=[a-z,]) (?=[a-z])", lambda _: "\n" if draw.random() < 0.05 else " ", text)
