"""The answer pairs of other checkers' own tests: how a row is read, and whether it asks for equality.

A corpus is a folder of *.jsonl files. `equal` of a row is the mathematical truth, whatever the source asked
for; rows without one, and those marked `invalid` or `disputed`, say nothing about a decision: left out.

Some sources ask more or less than equality. Their rows are kept wherever `equal` is still the question, and
set apart, with the reason, by the rules of `asks_something_else` and nothing else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, NamedTuple

from grader.cli._pairs import Pair
from grader.types import Notation

KINDS: Final = ("expression", "number", "matrix", "vector", "set", "interval", "equation", "inequality")

# Options that let a number differ from the wanted one, and tests that always do.
_TOLERANCES: Final = {
    *("tolerance", "default_tolerance", "rtol", "atol", "tolType", "checkingAccuracy", "displayed_digits"),
    *("precision", "float_rounding"),
}
_TOLERANT_TESTS: Final = {"NumSigFigs", "NumDecPlaces", "NumRelative", "NumAbsolute"}
_NUMERAL: Final = re.compile(r"\s*\$?\s*([-+]?)\s*(\d+\.?\d*|\.\d+)(?:[eE]([-+]?\d+))?\s*\$?\s*")
# Nothing but decimals, alone or as the entries of something.
_DECIMALS: Final = re.compile(r"(?=.*\d\.\d)(?:Matrix|[-+\d.eE,\s\[\](){}$])+")
# Rows whose truth is wrong, with the proof.
_WRONG: Final = {
    "stack-algequiv-0242": "s^2 = 0 and s^2 e^(s t) = 0 have the same solutions, for e^(s t) is never 0",
    "latex2sympy-mod_expr-0005": "299792458 = 30559883 * 9.81 + 5.77; the reference is a binary remainder",
}
_ASSUMED: Final = {"assumepos": "positive", "assumereal": "real"}


class Row(NamedTuple):
    """One scored row: the pair as `grader compare` takes it, and what the source says about it."""

    source: str
    kind: str
    pair: Pair
    equal: bool
    apart: str
    options: Mapping[str, Any]
    note: str


def read_rows(folder: Path, *, others: bool = False) -> Iterator[Row]:
    """The scored rows of every file of a folder, in Python notation or LaTeX.

    With `others`, the rows in the sources' own notations instead, read as plain text.
    """
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            if row["kind"] not in KINDS or row.get("invalid") or row.get("disputed"):
                continue
            if row["equal"] not in (True, False):
                continue
            pair = _own_notation(row) if others else _python_or_latex(row)
            if pair is not None and (not others or _python_or_latex(row) is None):
                apart = asks_something_else(row, pair)
                yield Row(row["source"], row["kind"], pair, row["equal"], apart, row["options"], row["note"])


def _python_or_latex(row: Mapping[str, Any]) -> Pair | None:
    if row.get("reference_py") and row.get("answer_py"):
        return _pair(row, row["reference_py"], "python", row["answer_py"], "python")
    if "latex" not in row["syntax"]:
        return None
    syntax = row.get("reference_syntax", "latex")
    if syntax == "python":
        if row.get("reference_py"):
            return _pair(row, row["reference_py"], "python", row["answer"], "latex")
        # The name of a symbol, as SymPy would print it.
        return _pair(row, row["reference"], "latex", row["answer"], "latex")
    if syntax != "latex":
        return None
    return _pair(row, row["reference"], "latex", row["answer"], "latex")


def _own_notation(row: Mapping[str, Any]) -> Pair:
    reference: Notation = "python" if row.get("reference_syntax") == "python" else "plain"
    return _pair(row, row["reference"], reference, row["answer"], "plain")


def _pair(
    row: Mapping[str, Any], reference: str, reference_notation: Notation, answer: str, notation: Notation
) -> Pair:
    """The pair with what the row assumes of its variables: all positive, or some of them."""
    options = row["options"]
    positive = re.findall(r"'(\w+)'\s*,\s*'positive'", str(options.get("symbol_assumptions", "")))
    return Pair(
        row["id"],
        reference,
        answer,
        notation,
        reference_notation,
        symbols=json.dumps({name: {"scalar": "positive"} for name in positive}),
        domain=_ASSUMED.get(options.get("assume", ""), ""),
        infer=True,
        options=_policy(options),
        truth="same" if row["equal"] else "different",
    )


def _policy(options: Mapping[str, Any]) -> str:
    """What the source lets count as the same kind of answer, as options of `grader compare`."""
    return json.dumps(
        {"conditions_as_sets": False} if options.get("allow_set_relation_comp") is False else {}
    )


def asks_something_else(row: Mapping[str, Any], pair: Pair) -> str:
    """Why the truth of a row is not that of equality; empty if it is.

    1. A number may be off by a tolerance, or rounded: the source says how much, the row counts as right,
       and one side is a decimal that is not the exact value. (Wrong in spite of a tolerance is different.)
    2. The source gives several right answers to choose from.
    3. The source gives a name a meaning of its own (`sin` stands for x -> x, a constant has a value).
    4. The truth rests on an assumption that no declaration can say (`x > 2`).
    5. The source tells a derivative that is not carried out from its value (STACK's nouns).
    6. The reference is another program's print-out that is neither Python nor LaTeX (`x/bar{x}_n`).
    """
    options = row["options"]
    if row["id"] in _WRONG:
        return f"the truth given is wrong: {_WRONG[row['id']]}"
    if "expect" in row["reference"] and row["reference"].startswith("{"):
        return "several right answers to choose from"
    if pair.notation == "plain" and any(
        options.get(key) for key in ("user_functions", "user_constants", "values", "sample_from")
    ):
        return "the source defines functions, values or matrices of its own"
    if options.get("assume", "real") not in (*_ASSUMED, "real", "calculus"):
        return f"under the assumption {options['assume']}"
    if options.get("answertest") == "AlgEquivNouns" and not row["equal"]:
        return "the source tells what is not carried out from its value"
    if re.search(r"(?<!\\)\bbar\{", row["reference"]):
        return "the reference is neither Python nor LaTeX"
    tolerant = options.get("answertest") in _TOLERANT_TESTS or any(key in options for key in _TOLERANCES)
    if row["equal"] and tolerant and _inexact(pair):
        return "within a tolerance or rounded"
    return ""


def _inexact(pair: Pair) -> bool:
    if "".join(pair.reference.split()) == "".join(pair.answer.split()):
        return False
    values = _numeral(pair.reference), _numeral(pair.answer)
    if None not in values:
        return values[0] != values[1]
    return bool(_DECIMALS.fullmatch(pair.reference) or _DECIMALS.fullmatch(pair.answer))


def _numeral(text: str) -> Fraction | None:
    match = _NUMERAL.fullmatch(re.sub(r"(?<=\d),(?=\d{3})", "", text))
    if match is None or abs(int(match[3] or 0)) > 400:
        return None
    return Fraction(f"{match[1]}{match[2]}e{match[3] or 0}")
