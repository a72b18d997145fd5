"""JSON as it was typed: numbers stay text, keys that stand twice are kept, depth is looked at first."""

from __future__ import annotations

import json
import re
from itertools import accumulate
from typing import TypeAlias

from grader.errors import StudentError

DEPTH_LIMIT = 100

# possessive, and an open string is one match to the end: linear whatever the text
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}


class Pairs(list[tuple[str, "Json"]]):
    """A JSON object as its (key, value) pairs in the order they stand."""

    def get(self, key: str) -> Json:
        """The last value of a key, as everybody reads JSON; None if it is absent."""
        return next((value for name, value in reversed(self) if name == key), None)


Json: TypeAlias = "Pairs | list[Json] | str | bool | None"


def parse(text: str, *, what: str, advice: str) -> Json:
    """The value of a JSON text; objects are `Pairs`, numbers (and NaN, Infinity) are text.

    Raises:
        StudentError: not JSON, with the line; nested too deeply.
    """
    brackets = _BRACKET.findall(_STRING.sub("", text))
    if max(accumulate(map(_STEP.__getitem__, brackets)), default=0) > DEPTH_LIMIT:
        raise StudentError(
            f"This is not {what}: it is nested more than {DEPTH_LIMIT} deep. {advice}", code="too-deep"
        )
    try:
        value: Json = json.loads(
            text, object_pairs_hook=Pairs, parse_int=str, parse_float=str, parse_constant=str
        )
    except json.JSONDecodeError as error:
        ends = error.pos >= len(text.rstrip()) - 1 or error.msg.startswith("Unterminated string")
        cut = " The file seems to be cut short." if ends else ""
        raise StudentError(
            f"This is not {what}: it is not JSON ({error.msg} in line {error.lineno}, column {error.colno})."
            f"{cut} {advice}",
            code="not-json",
        ) from None
    except RecursionError:
        raise StudentError(
            f"This is not {what}: it is nested too deeply. {advice}", code="too-deep"
        ) from None
    return value
