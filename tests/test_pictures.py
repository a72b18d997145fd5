"""Pictures of students: only sound ones, made anew, beside the part they belong to, bounded."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Mapping
from dataclasses import replace

import pytest
from drawings import HEAD, chunk, jpeg, png, segment
from pages import mark

from grader.pages.report import student_page
from grader.pictures import LARGEST, MOST, remade, with_pictures
from grader.types import Answer, Checklist, File, Mark, Outcome, Place, Result


def exif(orientation: int, order: str = "<") -> bytes:
    magic = b"II" if order == "<" else b"MM"
    gps = struct.pack(f"{order}HHII", 0x8825, 4, 1, 26)
    turned = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
    return segment(0xE1, b"Exif\0\0" + magic + struct.pack(f"{order}HIH", 42, 8, 2) + gps + turned + b"51.5N")


def drawing(part: str = "1.1", cell: int | None = 3, passage: str = "") -> Mark:
    given = mark(part, "Draw it", None, "1", Outcome.UNDECIDED, evidence=(Checklist(("an arrow",)),))
    return replace(given, answer=Answer(part, "see below", Place("a.ipynb", cell), passage=passage))


def result(*marks: Mark) -> Result:
    return Result("ana", "Ana", "hw", "Homework", marks)


def notebook(*cells: Mapping[str, object]) -> File:
    return File("a.ipynb", json.dumps({"cells": list(cells)}).encode())


def coded(data: bytes) -> dict[str, str]:
    return {"image/png": base64.b64encode(data).decode()}


def test_what_does_not_draw_a_png_is_left_out() -> None:
    noisy = png(2, 1, chunk(b"tEXt", b"Author\0me"), chunk(b"eXIf", b"51.5N"))
    assert remade(noisy + b"<script>") == ("image/png", png())


def test_of_a_photo_only_the_picture_and_how_to_turn_it_are_left() -> None:
    comment = segment(0xFE, b"<script>alert(1)</script>")
    for order in "<>":
        made = remade(jpeg(exif(6, order), comment) + b"behind the end")
        assert made is not None
        assert made[0] == "image/jpeg"
        assert b"51.5N" not in made[1]
        assert b"script" not in made[1]
        assert made[1].endswith(b"\x12\xff\x00\x34\xff\xd9")
        assert remade(made[1]) == made
        assert struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0) in made[1]
    assert remade(jpeg(exif(1))) == ("image/jpeg", jpeg())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"GIF89a",
        HEAD,
        HEAD + chunk(b"IEND"),
        png()[:-3],
        png().replace(b"IDAT", b"IDAU"),
        png(100_000, 100_000),
        png(0, 1),
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xd9",
        jpeg()[:-2],
        jpeg(b"no marker"),
        jpeg(segment(0xC1, b"\x08" + struct.pack(">HH", 60_000, 60_000))),
        b"\xff\xd8" + segment(0xFE, b"no frame") + b"\xff\xd9",
    ],
)
def test_what_is_no_sound_picture_is_none(data: bytes) -> None:
    assert remade(data) is None


def test_a_figure_stands_beside_the_part_that_a_person_looks_at() -> None:
    counted = replace(
        mark("1.2", "Count", "1", "1", Outcome.CORRECT), answer=Answer("1.2", "7", Place("a.ipynb", 5))
    )
    figure = {"outputs": [{"data": coded(png())}]}
    seen = with_pictures(result(drawing(), counted), [notebook({}, {}, {}, figure, {}, figure)])
    assert [(one.name, one.part) for one in seen.pictures] == [("cell 4", "1.1")]
    page = student_page(seen)
    assert page.count("<img ") == 1
    assert page.index("data:image/png;base64,") < page.index('id="part-1-2"')


def test_attachments_and_files_that_are_named_in_an_answer_belong_to_it() -> None:
    first, second = drawing("1.1", 1), drawing("1.2", 1, "![](attachment:b.png) and ![](photos/c.png)")
    cell = {"attachments": {"b.png": coded(png())}}
    files = [notebook(cell), File("photos/c.png", png()), File("d.png", png()), File("e.svg", b"<svg/>")]
    seen = with_pictures(result(first, second), files)
    assert [(one.name, one.part) for one in seen.pictures] == [
        ("b.png", "1.2"),
        ("c.png", "1.2"),
        ("d.png", ""),
    ]
    assert "Other pictures you handed in" in student_page(seen)


def test_too_many_and_too_large_pictures_are_left_out_and_said_to_be() -> None:
    large = png(2, 1, chunk(b"IDAT", bytes(LARGEST)))
    seen = with_pictures(result(drawing()), [File("large.png", large)])
    assert seen.pictures[0].data == b""
    assert "large.png: this picture (3.0 MB) is too large for this page" in student_page(seen)
    many = with_pictures(result(), [File(f"{i}.png", png()) for i in range(MOST + 5)])
    assert len(many.pictures) == MOST


@pytest.mark.parametrize(
    "text", ["", "[]", '{"cells": 3}', '{"cells": [{"attachments": [1]}]}', "[" * 100_000]
)
def test_a_notebook_that_cannot_be_read_has_no_pictures(text: str) -> None:
    assert with_pictures(result(), [File("a.ipynb", text.encode())]) == result()


def test_a_name_of_a_picture_takes_no_effect() -> None:
    name = 'x" onerror="alert(1).png'
    page = student_page(with_pictures(result(), [File(name, png())]))
    assert 'alt="Picture you handed in: x&quot; onerror=&quot;alert(1).png"' in page
