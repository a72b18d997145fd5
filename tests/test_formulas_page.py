"""The page on how formulas may be written tells the truth, row by row."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
from ruamel.yaml import YAML

from grader.maths.names import declare
from grader.maths.notation import read, to_text
from grader.types import Notation

PAGE = Path("docs/formulas.md").read_text("utf-8")
ROWS = re.findall(r"^\| `(.+?)` \| (\w+) \| `(.+?)` \|$", PAGE, re.MULTILINE)
NAMES = declare(YAML(typ="safe").load(PAGE.split("```yaml\n")[1].split("```")[0]), [{"n": 3, "d": 5, "h": 4}])


def test_every_row_of_the_page_is_one_of_these() -> None:
    assert len(ROWS) == PAGE.count("\n| `")
    assert {notation for _, notation, _ in ROWS} == set(get_args(Notation))


@pytest.mark.parametrize(("written", "notation", "understood"), ROWS)
def test_what_the_page_says_is_read_so(written: str, notation: Notation, understood: str) -> None:
    tree = read(written, NAMES, notation)
    assert to_text(tree) == understood
    assert to_text(read(understood, NAMES, "plain")) == understood
