"""The review page: only this browser gets in, what students typed stays text, marks are kept as given."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args, get_type_hints

import httpx
import pytest
from drawings import jpeg, png
from pages import HOSTILE, HOSTILE_RESULT, ORDINARY

from grader.gradebook import Attempt, Decision, KeptFile, Recording, open_gradebook
from grader.pages.comments import comment_html
from grader.review import entered, figures, guard
from grader.review.app import application
from grader.review.piles import Piles
from grader.types import Answer, File, Note, Place, Result

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
TOKEN = "0123456789abcdef0123456789abcdef"  # noqa: S105 - of no page but these
HOST = "127.0.0.1:8111"
ORIGIN = {"origin": f"http://{HOST}"}
ASSIGNMENT = ORDINARY.assignment


def kept(path: str, data: bytes) -> KeptFile:
    return KeptFile(path, str(zlib.crc32(data)), len(data), zlib.compress(data))


def alike(name: str) -> Result:
    """Another student with the same answers."""
    return replace(ORDINARY, student=name, name=name.title())


def a_class(folder: Path, *more: Result) -> Path:
    path = folder / "gradebook.sqlite"
    files = (kept("../../drawing.png", png()), kept("a.md", b"<b>text</b>"), kept("a.svg", b"<svg/>"))
    with open_gradebook(path) as book:
        results = (ORDINARY, alike("ada"), alike("bert"), *more)
        book.record(
            (Recording(result, "hash", "digest", Attempt(files=files, files_hash="x")) for result in results),
            now=NOW,
        )
    return path


class Page:
    """A browser without scripts: it keeps its cookie, and fills in forms."""

    def __init__(self, gradebook: Path, who: str = "tess") -> None:
        self.app = application(gradebook, who=who, token=TOKEN, port=8111, now=lambda: NOW)
        self.cookie = f"grader_review_8111={TOKEN}"

    def ask(self, method: str, address: str, **options: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
                return await client.request(method, address, **options)

        return asyncio.run(send())

    def get(self, address: str) -> httpx.Response:
        found = self.ask("GET", address, headers={"cookie": self.cookie})
        while found.status_code == 303:
            found = self.ask("GET", found.headers["location"], headers={"cookie": self.cookie})
        return found

    def post(self, address: str, **fields: str) -> httpx.Response:
        data = {"token": guard.form_token(TOKEN), **fields}
        found = self.ask("POST", address, headers={"cookie": self.cookie, **ORIGIN}, data=data)
        return self.get(found.headers["location"]) if found.status_code == 303 else found

    def desk(self, part: str) -> tuple[str, str, dict[str, str]]:
        """The page of the first group of a part, its address, and what its form sends as it is."""
        parts = [mark.part for mark in ORDINARY.marks]
        shown = self.get(f"/0/part/{parts.index(part)}").text
        return shown, *form_of(shown)


def form_of(shown: str) -> tuple[str, dict[str, str]]:
    found = re.search(r'<form class="marking" method="post" action="([^"]+)".*?</form>', shown, re.DOTALL)
    assert found
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found[0]))
    del fields["token"]
    return found[1], fields


@pytest.fixture
def gradebook(tmp_path: Path) -> Path:
    return a_class(tmp_path)


@pytest.fixture
def page(gradebook: Path) -> Page:
    return Page(gradebook)


def latest(path: Path, part: str) -> list[tuple[Decimal | None, str, str]]:
    with open_gradebook(path) as book:
        return [
            (mark.points, mark.who, mark.why)
            for result in book.results(ASSIGNMENT)
            for mark in result.marks
            if mark.part == part
        ]


# --- who gets in -----------------------------------------------------------------------------------


def test_the_token_becomes_a_cookie_and_leaves_the_address(page: Page) -> None:
    found = page.ask("GET", f"/?token={TOKEN}")
    assert (found.status_code, found.headers["location"]) == (303, "/")
    assert found.headers["set-cookie"] == f"grader_review_8111={TOKEN}; HttpOnly; SameSite=Strict; Path=/"
    assert page.get("/").status_code == 200


@pytest.mark.parametrize(
    ("method", "address", "headers", "status"),
    [
        ("GET", "/", {}, 403),
        ("GET", "/?token=wrong", {}, 403),
        ("GET", "/?token=", {}, 403),
        ("GET", f"/?token={TOKEN[:-1]}", {}, 403),
        ("GET", f"/0/part/0?token={TOKEN}", {}, 403),
        ("GET", "/static/review.js", {}, 403),
        ("GET", "/", {"cookie": "grader_review_8111=wrong"}, 403),
        ("GET", "/", {"cookie": "grader_review_8111="}, 403),
        ("GET", "/", {"cookie": f"grader_review_9={TOKEN}"}, 403),
        ("GET", "/", {"cookie": "\x01;;=,"}, 403),
        # names that somebody made point to this machine (DNS rebinding), and other ports
        ("GET", f"/?token={TOKEN}", {"host": "evil.example"}, 421),
        ("GET", f"/?token={TOKEN}", {"host": "localhost:8111"}, 421),
        ("GET", f"/?token={TOKEN}", {"host": "127.0.0.1:8112"}, 421),
        ("GET", f"/?token={TOKEN}", {"host": "127.0.0.1:8111.evil.example"}, 421),
        ("GET", f"/?token={TOKEN}", {"host": ""}, 421),
        ("PUT", "/", {}, 405),
        ("OPTIONS", "/", {}, 405),
        ("GET", "/" + "a" * 5000, {}, 414),
    ],
)
def test_who_does_not_have_the_token_and_the_address_is_refused(
    page: Page, method: str, address: str, headers: dict[str, str], status: int
) -> None:
    found = page.ask(method, address, headers=headers)
    assert found.status_code == status
    assert "set-cookie" not in found.headers
    assert "Homework" not in found.text


def test_the_page_lets_its_scripts_make_no_code_of_text(page: Page) -> None:
    found = page.get("/")
    policy = found.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    config = json.loads(re.findall(r"<meta name=\"htmx-config\" content='([^']*)'>", found.text)[0])
    assert (config["allowEval"], config["allowScriptTags"], config["selfRequestsOnly"]) == (
        False,
        False,
        True,
    )


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "http://evil.example",
        "https://127.0.0.1:8111",
        "http://127.0.0.1:8112",
        f"http://{HOST}.evil",
    ],
)
@pytest.mark.parametrize("address", ["/undo", "/names", "/flag", "/preview", "/0/part/0/g/a"])
def test_a_change_from_another_page_is_refused_whatever_it_carries(
    page: Page, gradebook: Path, address: str, origin: str | None
) -> None:
    headers = {"cookie": page.cookie, **({} if origin is None else {"origin": origin})}
    found = page.ask("POST", address, headers=headers, data={"token": guard.form_token(TOKEN)})
    assert found.status_code == 403


@pytest.mark.parametrize("token", ["", "wrong", TOKEN])
def test_a_form_without_its_own_token_changes_nothing(page: Page, gradebook: Path, token: str) -> None:
    _, address, fields = page.desk("1.1.1")
    before = latest(gradebook, "1.1.1")
    assert page.post(address, **{**fields, "points": "1", "token": token}).status_code == 403
    assert latest(gradebook, "1.1.1") == before


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x"])
def test_only_forms_are_read(page: Page, kind: str) -> None:
    headers = {"cookie": page.cookie, "content-type": kind, **ORIGIN}
    assert page.ask("POST", "/undo", headers=headers, content=b"{}").status_code == 415


def test_a_form_with_more_fields_than_any_of_ours_is_not_read(page: Page) -> None:
    fields = {f"a{number}": "" for number in range(2_001)}
    assert page.post("/undo", **fields).status_code == 413


def test_a_form_that_is_too_large_is_not_read(page: Page) -> None:
    assert page.post("/undo", marks="1 " * 200_000).status_code == 413


@pytest.mark.parametrize("address", ["/", "/0/part/0", "/static/review.css", "/nothing", "/0/picture/x/0"])
def test_every_answer_forbids_what_the_page_does_not_need(page: Page, address: str) -> None:
    for found in (page.get(address), page.ask("GET", address)):
        assert found.headers["content-security-policy"] == (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
        )
        assert found.headers["x-content-type-options"] == "nosniff"
        assert found.headers["referrer-policy"] == "no-referrer"
        assert found.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "address",
    [
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/%2e%2e/html.py",
        "/static/htmx.LICENSE.txt",
        "/static/",
        "/0/file/{code}/../../../../etc/passwd",
        "/0/file/{code}/..%2f..%2fgradebook.sqlite",
        "/0/file/{code}/99",
        "/0/file/{code}/-1",
        "/0/file/mlindqvist/0",
        "/0/file/{code}/0",  # a picture is no text
        "/0/file/{code}/2",  # nor is an SVG
        "/0/picture/{code}/1",
        "/7/part/0",
        "/0/part/999",
        "/0/part/0/g/nobody",
        "/0/student/nobody",
        "/999999999999999999999/students",
    ],
)
def test_an_address_that_is_none_of_ours_leads_nowhere(page: Page, address: str) -> None:
    code = re.findall(r'href="/0/student/([a-z2-7]+)"', page.get("/0/students").text)[0]
    assert page.get(address.format(code=code)).status_code == 404


@pytest.mark.parametrize(
    "back", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:1", "a\nb"]
)
def test_no_form_leads_away_from_the_page(page: Page, back: str) -> None:
    data = {"token": guard.form_token(TOKEN), "back": back}
    found = page.ask("POST", "/names", headers={"cookie": page.cookie, **ORIGIN}, data=data)
    assert found.headers["location"] == "/"


# --- what students typed ---------------------------------------------------------------------------

VECTORS = (
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</pre><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onfocus=alert(1) autofocus x='",
    '" onmouseover="alert(1)',
    "` onerror=alert(1) `",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x>",
    "<svg><use href='data:image/svg+xml,<svg onload=alert(1)>'/></svg>",
    "<svg><foreignObject><iframe src=javascript:alert(1)></foreignObject></svg>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=//evil.example>",
    "<style>*{background:url(//evil.example)}</style>",
    "<p style=background:url(//evil.example)>",
    "<form action=//evil.example><button>Save",
    "<input form=marking name=points value=1>",
    "<button formaction=//evil.example>",
    "<math><maction actiontype=statusline xlink:href=javascript:alert(1)>x</maction></math>",
    "<math><annotation-xml encoding=text/html><script>alert(1)</script></annotation-xml></math>",
    "<math href=javascript:alert(1)>x</math>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<listing>&lt;img src=x onerror=alert(1)&gt;</listing>",
    "<a href=javascript:alert(1)>x</a>",
    "<a id=page><a id=points name=token>",
    "<img name=token><img id=live>",
    "<div data-hx-get=//evil.example data-hx-trigger=load>",
    "<div hx-on:load=alert(1)>",
    "<body data-hx-boost=false onload=alert(1)>",
    "{{7*7}}{% raw %}{{ self }}",
    "<!--><script>alert(1)</script-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "\u202e<script>\u0000\ufeff",
    "$\\href{javascript:alert(1)}{x}$ $<script>$ $\\def\\a{\\a\\a}\\a$",
)


class Seen(HTMLParser):
    """The elements and attributes of a page, as a browser meets them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {tag, *(f"{tag}[{name}]" for name, _ in attrs)}
        self.found |= {f"{name}={value}" for name, value in attrs if name in ("id", "name", "action")}


def seen(text: str) -> set[str]:
    parser = Seen()
    parser.feed(text)
    return parser.found


@pytest.mark.parametrize("vector", VECTORS)
def test_what_a_student_typed_adds_nothing_to_the_page(tmp_path: Path, vector: str) -> None:
    def typed(text: str, name: str) -> Result:
        marks = tuple(
            replace(
                mark,
                answer=Answer(mark.part, text, Place(text, 3), passage=text),
                verdict=replace(mark.verdict, message=text, read=text, mathml=f"<math>{text}</math>"),
                why=text,
            )
            for mark in ORDINARY.marks[:2]
        )
        return replace(ORDINARY, student=name, name=text, marks=marks, problems=())

    shown = []
    for number, text in enumerate(("plain words", vector)):
        folder = tmp_path / str(number)
        folder.mkdir()
        with open_gradebook(folder / "book.sqlite") as book:
            book.record([Recording(typed(text, f"s{number}"), "h", "d")], now=NOW)
        page = Page(folder / "book.sqlite")
        page.post("/names")
        pieces = [
            page.get(address).text for address in ("/", "/0/students", "/0/part/0", "/0/part/1?show=all")
        ]
        shown.append(set.union(*(seen(one) for one in pieces)))
        assert "alert(1)</script>" not in "".join(pieces)
    assert {one for one in shown[1] - shown[0] if not one.startswith(("id=", "name=", "action="))} == set()
    assert {one for one in shown[1] - shown[0] if re.match(r"(?:id|name)=", one)} == set()


def test_a_hostile_class_is_shown_as_text_in_every_corner(tmp_path: Path) -> None:
    marks = tuple(replace(mark, who=HOSTILE.replace("\ud800", "")) for mark in HOSTILE_RESULT.marks)
    page = Page(a_class(tmp_path, replace(HOSTILE_RESULT, marks=marks)))
    page.post("/names")
    for number in range(len(ORDINARY.marks)):
        text = page.get(f"/0/part/{number}?show=all").text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
    assert "{{7*7}}" in page.get("/0/students").text
    assert HOSTILE not in page.get("/0/students").text


@pytest.mark.parametrize(
    ("comment", "shown"),
    [
        ("Use $\\frac{1}{2} x$.", "<mfrac>"),
        ("It costs 3$ or 4$", "<math"),
        ("<b>$x$</b>", "&lt;b&gt;<math"),
        ("$\\href{javascript:alert(1)}{x}$", "<code>$\\href{javascript:alert(1)}{x}$</code>"),
        ("$</code><script>$", "<code>$&lt;/code&gt;&lt;script&gt;$</code>"),
    ],
)
def test_formulas_in_comments_are_rebuilt_and_the_rest_is_text(comment: str, shown: str) -> None:
    found = comment_html(comment)
    assert shown in found if "3$" not in comment else "<script" not in found


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (png(), "image/png"),
        (png()[:20], ""),
        (png().replace(b"IHDR", b"IHDX"), ""),
        (png(60_000, 60_000), ""),
        (png(0, 0), ""),
        (jpeg(), "image/jpeg"),
        (b"\xff\xd8\xff" + b"x" * 40 + b"\xff\xd9", ""),
        (b"\xff\xd8\xff<script>", ""),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", ""),
        (b"GIF89a", ""),
        (b"<html>", ""),
        (b"", ""),
    ],
)
def test_only_sound_pictures_are_pictures(data: bytes, kind: str) -> None:
    shown = figures.pictures([File("drawing", data)])
    assert [picture.media_type for picture in shown] == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("notebook", "count"),
    [
        (b'{"cells": [{"outputs": [{"data": {"image/svg+xml": "<svg/>", "text/html": "<b>"}}]}]}', 0),
        (b'{"cells": [{"outputs": [{"data": {"image/png": "not base64!"}}]}]}', 0),
        (b'{"cells": 5}', 0),
        (b"{" * 9, 0),
        (b'{"cells": [{"outputs": []}, {"attachments": {"a": {"image/png": "%s"}}}]}', 1),
    ],
)
def test_pictures_of_notebooks_are_looked_at_as_well(notebook: bytes, count: int) -> None:
    data = notebook.replace(b"%s", base64.b64encode(png()))
    assert len(figures.pictures([File("a.ipynb", data)])) == count


def test_pictures_and_files_are_served_by_number_with_types_of_ours(page: Page) -> None:
    shown, _, _ = page.desk("1.1.1")
    code = re.findall(r"/0/picture/([a-z2-7]+)/0", page.get(f"{form_of(shown)[0]}?only=1").text)[0]
    assert page.get(f"/0/picture/{code}/0").headers["content-type"] == "image/png"
    text = page.get(f"/0/file/{code}/1")
    assert (text.text, text.headers["content-type"]) == ("<b>text</b>", "text/plain; charset=utf-8")


# --- marking ---------------------------------------------------------------------------------------


def test_one_decision_marks_all_who_wrote_the_same(page: Page, gradebook: Path) -> None:
    shown, address, fields = page.desk("1.1.1")
    assert "3 students wrote this" in shown
    answer = page.post(address, **fields, points="1/3", comment="See $x^2$.", remember="1")
    assert "3 answers marked: 0.3333 of 1." in answer.text
    assert latest(gradebook, "1.1.1") == [(Decimal("0.3333"), "tess", "See $x^2$.")] * 3
    with open_gradebook(gradebook) as book:
        (remembered,) = book.remembered(ASSIGNMENT)
        assert remembered.credit == Fraction(1, 3)
        assert remembered.detail == {
            "passage": ORDINARY.marks[0].answer.passage if ORDINARY.marks[0].answer else ""
        }
        assert [comment.uses for comment in book.comments(ASSIGNMENT)] == [3]


def test_one_of_a_group_is_marked_alone_and_the_group_then_leaves_that_mark(
    page: Page, gradebook: Path
) -> None:
    _, address, _ = page.desk("1.1.1")
    alone = page.get(f"{address}?only=1").text
    page.post(*[form_of(alone)[0]], **form_of(alone)[1], points="0")
    _, address, fields = page.desk("1.1.1")
    page.post(address, **fields, points="1")
    assert sorted(str(points) for points, _, _ in latest(gradebook, "1.1.1")) == ["0", "1", "1"]


def test_undo_takes_the_whole_decision_back(page: Page, gradebook: Path) -> None:
    before = latest(gradebook, "1.1.1")
    _, address, fields = page.desk("1.1.1")
    page.post(address, **fields, points="1", remember="1")
    assert "3 marks taken back." in page.post("/undo").text
    assert latest(gradebook, "1.1.1") == before
    with open_gradebook(gradebook) as book:
        assert book.remembered(ASSIGNMENT) == ()
    assert "There is nothing to take back." in page.post("/undo").text


def test_ticked_items_add_up_and_the_student_is_told_which(page: Page, gradebook: Path) -> None:
    _, address, fields = page.desk("1.1.1")
    data = {"token": guard.form_token(TOKEN), **fields, "points": "", "item": "0"}
    page.ask("POST", address, headers={"cookie": page.cookie, **ORIGIN}, data=data)
    points, who, why = latest(gradebook, "1.1.1")[0]
    items = re.findall(r"(?m)^(Found|Not found): ", why)
    assert (who, items[0]) == ("tess", "Found")
    assert points is not None and 0 < points < 1


def test_who_marks_in_between_is_told_and_nothing_is_lost(gradebook: Path) -> None:
    tess, tom = Page(gradebook, "tess"), Page(gradebook, "tom")
    _, address, fields = tess.desk("1.1.1")
    tom.post(address, **fields, points="0.5", comment="Half.")
    answer = tess.post(address, **fields, points="1", comment="All of it.")
    assert answer.status_code == 409
    assert "tom gave 3 students 0.5 of 1 point, saying “Half.”" in answer.text
    assert "All of it." in answer.text
    assert {who for _, who, _ in latest(gradebook, "1.1.1")} == {"tom"}
    again = tess.post(form_of(answer.text)[0], **form_of(answer.text)[1], points="1", comment="All of it.")
    assert again.status_code == 200
    assert latest(gradebook, "1.1.1") == [(Decimal(1), "tess", "All of it.")] * 3
    with open_gradebook(gradebook) as book:
        rows = book.history(ASSIGNMENT, "ada", "1.1.1")
    assert [row.who for row in rows] == ["machine", "tom", "tess"]


def test_a_mark_of_somebody_else_is_not_undone_by_an_old_undo(gradebook: Path) -> None:
    tess, tom = Page(gradebook, "tess"), Page(gradebook, "tom")
    _, address, fields = tess.desk("1.1.1")
    tess.post(address, **fields, points="1")
    shown = tom.get(address).text
    tom.post(form_of(shown)[0], **form_of(shown)[1], points="0")
    assert "0 marks taken back. Not taken back: tom gave 3 students 0 of 1 point." in tess.post("/undo").text
    assert {who for _, who, _ in latest(gradebook, "1.1.1")} == {"tom"}


@pytest.mark.parametrize("points", ["2", "nothing", "-1", "3/2", "1e3", "101 %", "∞", "1/0", "NaN"])
def test_points_that_the_part_does_not_give_are_not_saved_and_stay_in_the_form(
    page: Page, gradebook: Path, points: str
) -> None:
    before = latest(gradebook, "1.1.1")
    _, address, fields = page.desk("1.1.1")
    answer = page.post(address, **fields, points=points, comment="kept")
    assert answer.status_code == 422
    assert "Not saved." in answer.text
    assert "kept</textarea>" in answer.text
    assert latest(gradebook, "1.1.1") == before


def test_a_form_cannot_mark_what_was_not_on_the_screen(page: Page, gradebook: Path) -> None:
    _, address, fields = page.desk("1.1.1")
    with open_gradebook(gradebook) as book:
        other = next(m.id for r in book.results(ASSIGNMENT) for m in r.marks if m.part == "2.2.3")
    answer = page.post(address, **{**fields, "marks": str(other)}, points="1")
    assert answer.status_code == 409
    assert {who for _, who, _ in latest(gradebook, "2.2.3")} == {"machine"}


def test_flags_go_up_and_down_and_gather_on_the_start_page(page: Page) -> None:
    _, address, _ = page.desk("1.1.1")
    assert "Flagged by tess" in page.post("/flag", here=address, up="1").text
    assert "1 flagged" in page.get("/").text
    assert page.get("/0/part/0?show=flagged").status_code == 200
    assert "Flagged by" not in page.post("/flag", here=address, up="0").text


def test_names_are_hidden_until_they_are_asked_for(page: Page) -> None:
    everywhere = ("/", "/0/students", "/0/part/0", "/0/part/1?show=all")
    for address in everywhere:
        assert not re.search(r"lindqvist|\bada\b|\bbert\b|drawing", page.get(address).text, re.IGNORECASE)
    page.post("/names", back="/")
    assert "Maya Lindqvist" in page.get("/0/students").text


def test_students_keep_their_place_and_their_code(gradebook: Path, tmp_path: Path) -> None:
    codes = [re.findall(r"Student ([a-z2-7]+)", Page(gradebook).get("/0/students").text) for _ in range(2)]
    assert codes[0] == codes[1] == sorted(set(codes[0]))
    (tmp_path / "other").mkdir()
    other = re.findall(r"Student ([a-z2-7]+)", Page(a_class(tmp_path / "other")).get("/0/students").text)
    assert set(other) != set(codes[0])


def test_the_preview_shows_a_comment_as_the_student_will_see_it(page: Page) -> None:
    _, address, _ = page.desk("1.1.1")
    assert "<mfrac>" in page.post("/preview", here=address, comment="Use $\\frac{1}{2}$ <b>").text
    assert "<b>" not in page.post("/preview", here=address, comment="$x$ <b>").text


def test_by_student_goes_from_part_to_part_and_then_to_the_next_student(page: Page) -> None:
    first = page.get("/0/students").text
    start = re.findall(r'href="(/0/student/[a-z2-7]+)"', first)[0]
    shown = page.get(start).text
    marked = 0
    while marked < 40 and 'class="marking"' in shown:
        address, fields = form_of(shown)
        if not address.startswith(start):
            break
        shown = page.post(address, **fields, points="0").text
        marked += 1
    waiting = sum(mark.points is None for mark in ORDINARY.marks)
    assert marked == waiting


@pytest.mark.parametrize(
    ("typed", "of", "points"),
    [
        ("0,5", "1", "0.5"),
        ("2/3", "1", "0.6667"),
        ("50 %", "0.4", "0.2"),
        (".25", "1", "0.25"),
        ("1/3", "3", "1"),
    ],
)
def test_points_are_typed_as_people_write_them(typed: str, of: str, points: str) -> None:
    assert entered.worth(typed, Decimal(of)).points == Decimal(points)


def test_what_is_read_step_by_step_is_what_is_read_at_once(gradebook: Path) -> None:
    grown = Piles(lambda _: None)
    page = Page(gradebook)
    with open_gradebook(gradebook) as book:
        grown.course(book, ASSIGNMENT)
    for part, points in (("1.1.1", "1"), ("3.3", "0"), ("1.1.1", "0.5")):
        _, address, fields = page.desk(part)
        page.post(address, **fields, points=points, comment=points)
        page.post("/flag", here=address, up="1")
        if points == "0":
            page.post("/undo")
        with open_gradebook(gradebook) as book:
            assert grown.course(book, ASSIGNMENT) == Piles(lambda _: None).course(book, ASSIGNMENT)


def test_every_kind_of_note_has_its_words_on_the_page(tmp_path: Path) -> None:
    kinds = get_args(get_type_hints(Note)["kind"])
    notes = tuple(Note(kind, f"a sentence of {kind}") for kind in kinds)
    mark = ORDINARY.marks[0]
    result = replace(ORDINARY, marks=(replace(mark, verdict=replace(mark.verdict, evidence=notes)),))
    with open_gradebook(tmp_path / "book.sqlite") as book:
        book.record([Recording(result, "h", "d")], now=NOW)
    shown = Page(tmp_path / "book.sqlite").get("/0/part/0").text
    assert all(f"a sentence of {kind}" in shown for kind in kinds)


def test_a_decision_made_elsewhere_shows_on_the_page(gradebook: Path, page: Page) -> None:
    with open_gradebook(gradebook) as book:
        (mark,) = (m for r in book.results(ASSIGNMENT, only=["ada"]) for m in r.marks if m.part == "1.1.1")
        assert mark.id is not None
        book.decide([Decision(ASSIGNMENT, "ada", "1.1.1", Decimal(1), "tom", "Fine.", mark.id)], now=NOW)
    assert "1 of 3 answers decided" in page.desk("1.1.1")[0]
