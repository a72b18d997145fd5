"""How the marks of a sheet become its total: dropped parts, bonus, lateness, a cap, rounding.

Exact arithmetic in this order, each step with one sentence that says what it did. While parts wait for a
person the total is a range: what is earned so far, and what it can still become.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Final, Literal, NamedTuple

from grader.amounts import number, points
from grader.durations import duration, in_words, percent
from grader.options import By, Options, Size
from grader.types import Mark, Settled, Step

DAY_S: Final = 24 * 60 * 60


class Limit(NamedTuple):
    """Later than `after_s` seconds after the deadline, the share `left` of the points is left."""

    after_s: int
    left: Fraction


def _limit(text: str) -> Limit:
    """What `3 days -> 0` says."""
    before, arrow, after = str(text).replace("→", "->").partition("->")
    if not arrow:
        raise ValueError("meant a time and the share that is left after it, such as `3 days -> 0`")
    return Limit(duration(before), percent(after))


def _decimal(text: str) -> Decimal:
    value = Decimal(text) if str(text).replace(".", "", 1).isdecimal() else Decimal(0)
    if value <= 0:
        raise ValueError("meant a number of points such as 0.5")
    return value


class Late(Options):
    """What lateness costs: so much for each day begun, of what was `earned` or of the `total` of the sheet.

    Within `grace` it costs nothing; after it, days count from the deadline. `cap` is the most that is taken,
    `after` a time and the share that is left after it. `extensions` names a CSV file beside the rubric.
    """

    grace: Annotated[int, By(duration)] = 0
    per_day: Annotated[Fraction, By(percent)] = Fraction(0)
    of: Literal["earned", "total"] = "earned"
    cap: Annotated[Fraction, By(percent)] = Fraction(1)
    after: Annotated[Limit, By(_limit)] | None = None
    extensions: str = ""


class Best(Options):
    """Of several parts or questions only the best `keep` count; `2` stands for all parts `2.…`."""

    keep: Annotated[int, Size(1)]
    of: Annotated[tuple[str, ...], Size(2)]

    def __post_init__(self) -> None:
        if self.keep >= len(self.of):
            raise ValueError(f"meant to keep fewer than all {len(self.of)}")


class Rounding(Options):
    """The total is rounded to a multiple of `to`."""

    to: Annotated[Decimal, By(_decimal)]
    rule: Literal["half up", "half even", "up", "down"] = "half up"


@dataclass(frozen=True, slots=True)
class Extension:
    """What one student was granted: `extra_s` more time, and `received` where staff know better."""

    extra_s: int = 0
    received: datetime | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """The rules of a rubric for the total; `bonus` parts only add, `attempts` says which of them counts.

    `publish` is when students are shown what waits for the marks to be published; it changes no total.
    """

    due: datetime | None = None
    late: Late = field(default_factory=Late)
    attempts: Literal["last", "best"] = "last"
    best: tuple[Best, ...] = ()
    bonus: tuple[str, ...] = ()
    cap: Fraction | Decimal | None = None
    rounding: Rounding | None = None
    extensions: Mapping[str, Extension] = field(default_factory=dict)
    publish: datetime | None = None


NONE: Final = Terms()


def settle(
    marks: Sequence[Mark],
    terms: Terms,
    *,
    student: str = "",
    received: datetime | None = None,
    late: bool = False,
    attempt: int = 1,
    attempts: int = 1,
) -> Settled | None:
    """The total of a student and how it comes about; None where the rubric has no rules for it.

    `received` is when it was handed in; `late` is what the platform says where it does not tell the time.
    """
    if replace(terms, publish=None) == NONE:
        return None
    extension = terms.extensions.get(student.casefold(), Extension())
    steps: list[Step] = []
    earned = _chain(marks, terms, extension, received, late, Decimal(0), steps)
    possible = _chain(marks, terms, extension, received, late, Decimal(1), [])
    if attempts > 1:
        kind = "the best" if terms.attempts == "best" else "the last"
        steps.insert(0, Step("attempt", None, f"Attempt {attempt} of {attempts} counts: {kind} one."))
    kept = set(_kept(marks, terms, Decimal(0)))
    most = sum((m.max_points for m in marks if m.part in kept and m.part not in terms.bonus), Decimal(0))
    waiting = sum((m.max_points for m in marks if m.points is None and m.part in kept), Decimal(0))
    over = _late_by(terms, extension, received)
    return Settled(
        earned,
        max(possible, earned),
        most,
        waiting,
        tuple(steps),
        None if over is None else over // 60,
    )


def _chain(
    marks: Sequence[Mark],
    terms: Terms,
    extension: Extension,
    received: datetime | None,
    late: bool,
    waiting: Decimal,
    steps: list[Step],
) -> Decimal:
    """The total, where parts that wait are worth the share `waiting` of their points."""
    kept = set(_kept(marks, terms, waiting))
    counted = [mark for mark in marks if mark.part in kept]
    most = sum((m.max_points for m in counted if m.part not in terms.bonus), Decimal(0))
    value = sum((_worth(mark, waiting) for mark in counted if mark.part not in terms.bonus), Decimal(0))
    dropped = [mark.part for mark in marks if mark.part not in kept]
    steps.append(Step("parts", value, f"The parts give {number(value)} of {number(most)} points."))
    if dropped:
        rule = "; ".join(f"the best {one.keep} of {len(one.of)} count" for one in terms.best)
        steps.append(Step("dropped", value, f"Not counted: {', '.join(dropped)} ({rule})."))
    bonus = [mark for mark in counted if mark.part in terms.bonus]
    if bonus:
        extra = sum((_worth(mark, waiting) for mark in bonus), Decimal(0))
        value += extra
        names = ", ".join(mark.part for mark in bonus)
        steps.append(
            Step("bonus", value, f"Bonus ({names}): {number(extra)} more points, {number(value)} in all.")
        )
    value = _after_lateness(value, most, terms, extension, received, late, steps)
    value = _capped(value, most, terms, steps)
    return _rounded(value, terms, steps)


def _worth(mark: Mark, waiting: Decimal) -> Decimal:
    return mark.max_points * waiting if mark.points is None else mark.points


def _kept(marks: Sequence[Mark], terms: Terms, waiting: Decimal) -> Iterator[str]:
    """The parts that count, after the worst of each `best` rule are dropped; of equals the first is kept."""
    dropped: set[str] = set()
    for rule in terms.best:
        items = [[mark for mark in marks if belongs(mark.part, name)] for name in rule.of]
        worth = [sum((_worth(mark, waiting) for mark in item), Decimal(0)) for item in items]
        order = sorted(range(len(items)), key=lambda index: (-worth[index], index))
        dropped |= {mark.part for index in order[rule.keep :] for mark in items[index]}
    yield from (mark.part for mark in marks if mark.part not in dropped)


def belongs(part: str, name: str) -> bool:
    """Whether a part is meant by a name: its own, or that of the question it is in.

    >>> belongs("2.1", "2"), belongs("2.1", "2.1"), belongs("21", "2")
    (True, True, False)
    """
    return part == name or part.startswith(f"{name}.")


def _late_by(terms: Terms, extension: Extension, received: datetime | None) -> int | None:
    """Seconds after the student's own deadline, 0 if in time; None where nobody knows."""
    received = extension.received or received
    if received is None or terms.due is None:
        return None
    if received.tzinfo is None:
        received = received.replace(tzinfo=terms.due.tzinfo)
    over = received - (terms.due + timedelta(seconds=extension.extra_s))
    return max(0, int(over.total_seconds()))


def _after_lateness(
    value: Decimal,
    most: Decimal,
    terms: Terms,
    extension: Extension,
    received: datetime | None,
    late: bool,
    steps: list[Step],
) -> Decimal:
    rule = terms.late
    granted = ""
    if extension.extra_s:
        granted = f" The deadline was {in_words(extension.extra_s)} later for this student"
        granted += f" ({extension.why})." if extension.why else "."
    over = _late_by(terms, extension, received)
    if rule == Late():
        return value
    if over is None:
        if late:
            said = (
                "The platform says this came late, but not by how much: a person has to say when it came, in "
                "the list of extensions."
            )
            steps.append(Step("late", value, said))
        return value
    if over == 0:
        if granted:
            steps.append(Step("late", value, f"In time.{granted}"))
        return value
    by = in_words(over)
    if over <= rule.grace:
        said = f"{by} late, within the {in_words(rule.grace)} of grace: no points are taken.{granted}"
        steps.append(Step("late", value, said))
        return value
    if rule.after and over > rule.after.after_s:
        after_s, share = rule.after
        left, _ = points(value, share)
        said = (
            f"{by} late: more than {in_words(after_s)} after the deadline {_percent(share)} of the points "
            f"are left, {number(left)} of {number(value)}.{granted}"
        )
        steps.append(Step("late", left, said))
        return left
    days = -(-over // DAY_S)
    share = min(rule.per_day * days, rule.cap)
    base = value if rule.of == "earned" else most
    taken, exact = points(base, share)
    taken = min(taken, value)
    left = value - taken
    counted = f"{days} day{'s' if days > 1 else ''} begun at {_percent(rule.per_day)}"
    capped = f", at most {_percent(rule.cap)}" if rule.per_day * days > rule.cap else ""
    of = "the points earned" if rule.of == "earned" else "the points of the sheet"
    said = (
        f"{by} late: {counted} of {of}{capped} is {number(taken)} points"
        f"{'' if exact else ' (rounded half up to four places)'}; {number(value)} - {number(taken)} = "
        f"{number(left)}.{granted}"
    )
    steps.append(Step("late", left, said))
    return left


def _capped(value: Decimal, most: Decimal, terms: Terms, steps: list[Step]) -> Decimal:
    if terms.cap is None:
        return value
    cap = terms.cap if isinstance(terms.cap, Decimal) else points(most, terms.cap)[0]
    if value <= cap:
        return value
    steps.append(
        Step("cap", cap, f"At most {number(cap)} points count: {number(value)} becomes {number(cap)}.")
    )
    return cap


def _rounded(value: Decimal, terms: Terms, steps: list[Step]) -> Decimal:
    if terms.rounding is None:
        return value
    to, rule = terms.rounding.to, terms.rounding.rule
    units = Fraction(value) / Fraction(to)
    whole, rest = divmod(units, 1)
    half = Fraction(1, 2)
    up = {
        "half up": rest >= half,
        "half even": rest > half or (rest == half and whole % 2 == 1),
        "up": rest > 0,
        "down": False,
    }[rule]
    rounded = (whole + up) * to
    if rounded != value:
        said = f"Rounded {rule} to a multiple of {number(to)}: {number(value)} becomes {number(rounded)}."
        steps.append(Step("rounding", rounded, said))
    return rounded


def _percent(share: Fraction) -> str:
    value, _ = points(Decimal(100), share)
    return f"{number(value)} %"


def to_json(terms: Terms) -> str:
    """The terms as JSON text; equal terms, equal text."""
    late = terms.late
    kept: dict[str, Any] = {
        "due": None if terms.due is None else terms.due.isoformat(),
        "late": {
            "grace": late.grace,
            "per_day": str(late.per_day),
            "of": late.of,
            "cap": str(late.cap),
            "after": None if late.after is None else [late.after.after_s, str(late.after.left)],
        },
        "attempts": terms.attempts,
        "best": [{"keep": one.keep, "of": list(one.of)} for one in terms.best],
        "bonus": list(terms.bonus),
        "cap": None
        if terms.cap is None
        else ["points" if isinstance(terms.cap, Decimal) else "share", str(terms.cap)],
        "rounding": None
        if terms.rounding is None
        else {"to": str(terms.rounding.to), "rule": terms.rounding.rule},
        "extensions": {
            student: [
                one.extra_s,
                None if one.received is None else one.received.isoformat(),
                one.why,
            ]
            for student, one in sorted(terms.extensions.items())
        },
    }
    if terms.publish is not None:
        kept["publish"] = terms.publish.isoformat()
    return json.dumps(kept, separators=(",", ":"))


def from_json(text: str) -> Terms:
    """What `to_json` was given, without the name of the file of extensions."""
    kept = json.loads(text)
    late = kept["late"]
    return Terms(
        due=None if kept["due"] is None else datetime.fromisoformat(kept["due"]),
        late=Late(
            grace=late["grace"],
            per_day=Fraction(late["per_day"]),
            of=late["of"],
            cap=Fraction(late["cap"]),
            after=None if late["after"] is None else Limit(late["after"][0], Fraction(late["after"][1])),
        ),
        attempts=kept["attempts"],
        best=tuple(Best(keep=one["keep"], of=tuple(one["of"])) for one in kept["best"]),
        bonus=tuple(kept["bonus"]),
        cap=None
        if kept["cap"] is None
        else Decimal(kept["cap"][1])
        if kept["cap"][0] == "points"
        else Fraction(kept["cap"][1]),
        rounding=None
        if kept["rounding"] is None
        else Rounding(to=Decimal(kept["rounding"]["to"]), rule=kept["rounding"]["rule"]),
        extensions={
            student: Extension(extra, None if received is None else datetime.fromisoformat(received), why)
            for student, (extra, received, why) in kept["extensions"].items()
        },
        publish=datetime.fromisoformat(kept["publish"]) if "publish" in kept else None,
    )


__all__ = [
    "NONE",
    "Best",
    "Extension",
    "Late",
    "Limit",
    "Rounding",
    "Terms",
    "belongs",
    "from_json",
    "settle",
    "to_json",
]
