"""The pages as HTML: the piles of a course, one group of answers with its form, one student's parts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from grader import marking
from grader.amounts import counted, number
from grader.gradebook import Comment, MarkRow
from grader.groups import Group
from grader.html import formula, visible
from grader.pages.comments import comment_html
from grader.pages.words import LABELS, NOTES
from grader.review.asked import asked, suggestion
from grader.review.figures import Shown
from grader.review.piles import Course, Pile, Progress, Show, spellings
from grader.types import Answer, Checklist, Counterexample, EntryMap, Evidence, Mark, Note

if TYPE_CHECKING:
    from jinja2 import Environment

# A line that ends in the middle of a paragraph: where a list or a table begins, lines are kept.
_WRAPPED: Final = re.compile(r"(?<!\n)\n(?!\n|[ \t]*(?:[-*+#>|]|\d+[.)]))")
_MOST_TEXT: Final = 40_000
_MOST_SPELLINGS: Final = 30
_MOST_COMMENTS: Final = 8
_MOST_ENTRIES: Final = 24


class Frame(NamedTuple):
    """What every page has: who marks, whether names are shown, what was just done, the token of its forms."""

    who: str
    names: bool
    token: str
    said: str = ""
    can_undo: bool = False


class Entry(NamedTuple):
    """What was typed into the form, kept where it could not be saved; `fault` says why."""

    points: str = ""
    comment: str = ""
    ticked: tuple[int, ...] = ()
    fault: str = ""
    conflicts: tuple[str, ...] = ()


class Walk(NamedTuple):
    """Where the page stands and what is before and after it; addresses, empty where there is none."""

    here: str
    save: str
    before: str
    after: str
    back: str
    position: str
    progress: Progress


def home(frame: Frame, courses: Sequence[tuple[Course, Sequence[tuple[str, Progress, int]]]]) -> str:
    """The start: every part with its pile; `courses` are (course, [(part, progress, flags)])."""
    shown = [
        {
            "title": visible(course.title),
            "assignment": visible(course.assignment),
            "students": counted(len(course.people), "student"),
            "by_student": f"/{at}/students",
            "answers": f"{sum(done.answers - done.answers_done for _, done, _ in piles):,}",
            "groups": sum(done.groups - done.groups_done for _, done, _ in piles),
            "rubric": course.rubric is not None,
            "parts": [
                {
                    "id": visible(part),
                    "title": visible(_title(course, part)),
                    "points": number(_max_points(course, part)),
                    "href": f"/{at}/part/{course.parts.index(part)}",
                    "done": done,
                    "percent": _percent(done),
                    "left": done.answers - done.answers_done,
                    "groups_left": done.groups - done.groups_done,
                    "flags": flags,
                }
                for part, done, flags in piles
            ],
        }
        for at, (course, piles) in enumerate(courses)
    ]
    return _render("home.html.j2", frame, {"courses": shown})


def desk(
    frame: Frame,
    pile: Pile,
    group: Group[str],
    only: str,
    walk: Walk,
    *,
    show: Show,
    comments: Sequence[Comment],
    figures: Sequence[Shown],
    history: Sequence[MarkRow],
    entry: Entry | None,
) -> str:
    """One group of equal answers (or one answer of it, `only`) with all that is needed to mark it."""
    course, part = pile.course, pile.part
    marks = {one.of: pile.marks[one.of] for one in group.members}
    first = next(one for one in group.members if not only or one.of == only)
    mark = marks[first.of]
    rubric_part = course.part(part)
    prepared = None if course.prepared is None else course.prepared.get(part)
    known = asked(rubric_part, prepared, first.verdict)
    symbols = None if rubric_part is None else rubric_part.symbols
    suggested = suggestion(first.verdict)
    waiting = [code for code in marks if marks[code].points is None]
    meant = [only] if only else waiting or list(marks)
    others = [] if only else [code for code in marks if code not in meant]
    answer = first.answer
    passage = answer.passage if answer and answer.passage.strip() != answer.text.strip() else ""
    prose = rubric_part is not None and rubric_part.reads == "prose"
    return _render(
        "desk.html.j2",
        frame,
        {
            "walk": walk,
            "percent": _percent(walk.progress),
            "show": show,
            "course": visible(course.title),
            "part": visible(part),
            "title": visible(_title(course, part)),
            "max_points": number(mark.max_points),
            "size": len(marks),
            "only": only,
            "waits": sum(marks[code].points is None for code in meant),
            "how": group.how,
            "heading": _heading(frame, course, group, only),
            "read": formula(first.verdict.mathml),
            "read_text": visible(first.verdict.read) if first.verdict.mathml else "",
            "text": _text(answer.text) if answer else "",
            "rendered": comment_html(_WRAPPED.sub(" ", answer.text[:_MOST_TEXT].strip()), symbols)
            if answer and prose and "$" in answer.text
            else "",
            "place": _place(answer, frame.names),
            "passage": _text(passage),
            "prose": prose,
            "spellings": [
                (_text(text), times) for text, times in spellings(group.members)[1 : _MOST_SPELLINGS + 1]
            ]
            if not only
            else [],
            "figures": figures,
            "problems": [visible(problem.message) for problem in course.people[first.of].problems]
            if only or len(marks) == 1
            else [],
            "known": known,
            "known_share": [number(marking.points(mark.max_points, one.credit)[0]) for one in known.mistakes],
            "outcome": first.verdict.outcome.value,
            "status": LABELS[first.verdict.outcome],
            "message": visible(first.verdict.message),
            "evidence": [
                _evidence(piece) for piece in first.verdict.evidence if not _is_items(piece, known.items)
            ],
            "suggested": "" if suggested is None else _share(suggested),
            "suggested_points": ""
            if suggested is None
            else number(marking.points(mark.max_points, suggested)[0]),
            "members": [_member(frame, course, walk, code, marks[code], part) for code in marks],
            "meant": [str(marks[code].id) for code in meant],
            "others": [str(marks[code].id) for code in others],
            "alike": _alike(course, part, first.of) if only or len(marks) == 1 else [],
            "decided": _decided(marks, meant),
            "undoable": [
                str(marks[code].id) for code in meant if marks[code].who != "machine" and not waiting
            ],
            "flagged": [
                visible(course.flags[code, part].who) for code in marks if (code, part) in course.flags
            ],
            "flag_codes": only or first.of,
            "comments": [
                (visible(one.text), comment_html(one.text, symbols)) for one in comments[:_MOST_COMMENTS]
            ],
            "history": [_row(frame, course, row, symbols) for row in history],
            "entry": entry or _entry(marks, meant),
        },
    )


def students(frame: Frame, course: Course, at: int) -> str:
    """The students, without names unless they are asked for, with what of theirs waits."""
    waits = {
        code: sum(code in marks and marks[code].points is None for marks in course.marks.values())
        for code in course.people
    }
    rows = [
        {"name": _name(frame, course, code), "waits": left, "href": f"/{at}/student/{code}"}
        for code, left in waits.items()
    ]
    waiting = sum(left > 0 for left in waits.values())
    return _render(
        "students.html.j2", frame, {"course": visible(course.title), "rows": rows, "waiting": waiting}
    )


def items_of(pile: Pile, group: Group[str]) -> tuple[str, ...]:
    """The items that stand beside a group, in their order."""
    return asked(pile.course.part(pile.part), None, group.first.verdict).items


def message(frame: Frame, heading: str, words: str) -> str:
    """A page with one message."""
    return _render("message.html.j2", frame, {"heading": heading, "words": words})


# --- the pieces ------------------------------------------------------------------------------------


def _heading(frame: Frame, course: Course, group: Group[str], only: str) -> str:
    if only or len(group.members) == 1:
        return _name(frame, course, only or group.first.of)
    return f"{len(group.members)} students wrote this"


def _name(frame: Frame, course: Course, code: str) -> str:
    person = course.people[code]
    return visible(person.name or person.student) if frame.names else f"Student {code}"


def _title(course: Course, part: str) -> str:
    return next(iter(course.marks[part].values())).title


def _max_points(course: Course, part: str) -> Decimal:
    return next(iter(course.marks[part].values())).max_points


def _percent(done: Progress) -> int:
    return 100 if not done.answers else done.answers_done * 100 // done.answers


def _share(credit: Fraction) -> str:
    return str(credit)


def _text(text: str) -> str:
    left = len(text) - _MOST_TEXT
    return visible(text[:_MOST_TEXT]) + (f"\n… {left:,} more characters" if left > 0 else "")


def _place(answer: Answer | None, names: bool) -> str:
    if answer is None:
        return ""
    # Files often bear the name of who wrote them.
    place = answer.place if names else answer.place._replace(file="")
    return visible(str(place).removeprefix(", "))


def _member(frame: Frame, course: Course, walk: Walk, code: str, mark: Mark, part: str) -> dict[str, object]:
    base = walk.here.rsplit("/", 1)[0]
    return {
        "name": _name(frame, course, code),
        "href": f"{base}/{code}?only=1",
        "points": "" if mark.points is None else number(mark.points),
        "who": "" if mark.who == "machine" else visible(mark.who),
        "flag": (code, part) in course.flags,
    }


def _alike(course: Course, part: str, code: str) -> list[str]:
    """The marks of a student's other parts that wait, as this one does, because a file could not be read."""
    if course.marks[part][code].verdict.code != "file-unread":
        return []
    return [
        str(marks[code].id)
        for other, marks in course.marks.items()
        if other != part
        and code in marks
        and marks[code].points is None
        and marks[code].verdict.code == "file-unread"
    ]


def _decided(marks: Mapping[str, Mark], meant: Sequence[str]) -> str:
    """What stands for all that are meant, in words; empty while any waits."""
    given = {(marks[code].points, marks[code].who) for code in meant}
    if any(points is None for points, _ in given):
        return ""
    if len(given) > 1:
        return "They have different marks."
    ((points, who),) = given
    assert points is not None
    by = "by machine" if who == "machine" else f"by {visible(who)}"
    return f"{number(points)} of {counted(marks[meant[0]].max_points, 'point')}, {by}"


def _entry(marks: Mapping[str, Mark], meant: Sequence[str]) -> Entry:
    """The form as it was saved, where all that are meant have one mark of a person."""
    first = marks[meant[0]]
    if first.points is None or first.who == "machine":
        return Entry()
    if len({(marks[code].points, marks[code].why) for code in meant}) > 1:
        return Entry()
    ticked = first.detail.get("ticked", ())
    return Entry(
        str(first.detail.get("typed", number(first.points))),
        str(first.detail.get("comment", first.why)),
        tuple(index for index in ticked if isinstance(index, int)),
    )


def _row(frame: Frame, course: Course, row: MarkRow, symbols: Any) -> dict[str, object]:
    return {
        "who": visible(row.who),
        "points": "waits" if row.points is None else f"{number(row.points)} of {number(row.max_points)}",
        "at": visible(row.marked_at.replace("T", " ").removesuffix("+00:00")),
        "why": comment_html(row.why, symbols),
    }


def told(frame: Frame, course: Course, rows: Sequence[MarkRow]) -> tuple[str, ...]:
    """Who marked in between, and what: a sentence for each mark that was given, to one or to many."""
    codes = {person.student: code for code, person in course.people.items()}
    alike: dict[tuple[str, Decimal | None, str], list[MarkRow]] = {}
    for row in rows:
        alike.setdefault((row.who, row.points, row.why), []).append(row)
    said = []
    for (who, points, why), given in alike.items():
        first = given[0]
        one = _name(frame, course, codes[first.student]) if first.student in codes else "a student"
        name = one if len(given) == 1 else f"{len(given)} students"
        worth = (
            f"{number(points)} of {counted(first.max_points, 'point')}" if points is not None else "no mark"
        )
        because = f", saying “{visible(why)}”" if why else ""
        said.append(f"{visible(who)} gave {name} {worth}{because}.")
    return tuple(said)


def _is_items(piece: Evidence, items: Sequence[str]) -> bool:
    return isinstance(piece, Checklist) and piece.items == tuple(items)


def _evidence(piece: Evidence) -> dict[str, Any]:
    if isinstance(piece, Note):
        return {"kind": "note", "label": NOTES[piece.kind], "words": visible(piece.text)}
    if isinstance(piece, Counterexample):
        rows = [(visible(name), visible(value)) for name, value in piece.values]
        rows += [("this answer gives", visible(piece.got)), ("expected", visible(piece.expected))]
        return {"kind": "table", "label": "A point to try", "rows": rows}
    if isinstance(piece, EntryMap):
        entries = [
            [(visible(entry), good) for entry, good in zip(got[:_MOST_ENTRIES], right, strict=False)]
            for got, right in zip(piece.got[:_MOST_ENTRIES], piece.right, strict=False)
        ]
        return {"kind": "entries", "label": "Entry by entry", "rows": entries}
    return {"kind": "list", "label": "What was found", "rows": [visible(item) for item in piece.items]}


def _render(template: str, frame: Frame, values: Mapping[str, object]) -> str:
    return _environment().get_template(template).render({"frame": frame, "who": visible(frame.who), **values})


@cache
def _environment() -> Environment:
    from jinja2 import DictLoader, Environment, StrictUndefined

    folder = files("grader.review").joinpath("templates")
    texts = {entry.name: entry.read_text("utf-8") for entry in folder.iterdir() if entry.name.endswith(".j2")}
    # autoescape=True, not select_autoescape(), which is off for names that end in .j2
    return Environment(
        autoescape=True,
        undefined=StrictUndefined,
        loader=DictLoader(texts),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
