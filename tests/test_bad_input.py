"""Files that are broken or mean harm: each gets a clear message, the others are read, and nothing hangs."""

from __future__ import annotations

import json
import os
import socket
import struct
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import documents, extract, sources
from grader.errors import StudentError
from grader.sources._intake import COUNT_LIMIT, FILE_LIMIT
from grader.types import File, Submission

SECONDS = 3.0


@pytest.fixture(autouse=True)
def nothing_hangs() -> Iterator[None]:
    start = time.process_time()
    yield
    assert time.process_time() - start < SECONDS


def submissions(path: Path) -> dict[str, Submission]:
    return {one.student: one for one in sources.read(path).submissions}


def only_message(path: Path, student: str = "eve") -> str:
    found = submissions(path)
    assert found["ada"].files and not found["ada"].problems, "the others go on"
    assert not found[student].files
    (problem,) = found[student].problems
    return problem.message


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("ada", "eve"):
        (tmp_path / "class" / name).mkdir(parents=True)
    (tmp_path / "class" / "ada" / "a.yaml").write_text("2.1: 3")
    (tmp_path / "secret.txt").write_text("secret")
    return tmp_path / "class"


@pytest.mark.parametrize("target", ["../../secret.txt", "/etc/hostname", "link.md", "../ada"])
def test_a_link_is_never_followed(folder: Path, target: str) -> None:
    (folder / "eve" / "link.md").symlink_to(target)
    assert "a link" in only_message(folder)


def test_a_student_who_is_a_link_is_told_so(folder: Path) -> None:
    (folder / "mallory").symlink_to(folder.parent)
    assert "a link" in submissions(folder)["mallory"].problems[0].message


def test_a_hard_link_is_not_read(folder: Path) -> None:
    os.link(folder.parent / "secret.txt", folder / "eve" / "a.md")
    assert "hard link" in only_message(folder)


def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "eve" / "a.md")
    assert "a pipe" in only_message(folder)


def test_a_socket_is_not_opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder / "eve")  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s.md")
        assert "a socket" in only_message(folder)


def test_a_file_that_is_too_large_is_not_read_and_both_sizes_are_told(folder: Path) -> None:
    with (folder / "eve" / "big.md").open("wb") as stream:
        stream.truncate(100 * 2**20)
    message = only_message(folder)
    assert "100.0 MB" in message and "10.0 MB" in message


def test_a_submission_that_is_too_large_keeps_its_first_files(folder: Path) -> None:
    for number in range(7):
        with (folder / "eve" / f"{number}.md").open("wb") as stream:
            stream.truncate(9 * 2**20)
    eve = submissions(folder)["eve"]
    assert len(eve.files) == 5 and len(eve.problems) == 2


def test_too_many_files_are_counted(folder: Path) -> None:
    for number in range(COUNT_LIMIT + 5):
        (folder / "eve" / f"{number}.md").write_text("x")
    eve = submissions(folder)["eve"]
    assert len(eve.files) == COUNT_LIMIT and "More than 200 files" in eve.problems[0].message


def test_folders_nested_without_end_are_left(folder: Path) -> None:
    (folder / "eve" / "/".join("d" * 30)).mkdir(parents=True)
    assert any("nested" in problem.message for problem in sources.read(folder).problems)


def test_a_name_that_is_not_text_is_escaped(folder: Path) -> None:
    path = os.fsencode(folder / "eve") + b"/bad\xff\x1b[31m.md"
    try:
        Path(os.fsdecode(path)).write_text("x")
    except OSError:
        pytest.fail("the file system refuses such names; run the tests on one that does not")
    assert submissions(folder)["eve"].files[0].path == "bad\\xff\\u{1b}[31m.md"


# --- zips


def write_zip(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ada/a.yaml", "2.1: 3")
        for name, data in entries.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return path


@pytest.mark.parametrize("name", ["../../x.md", "/etc/x.md", "eve/../../x.md", "C:/x.md", "eve\\..\\x.md"])
def test_a_name_that_leads_out_of_the_zip_is_refused(tmp_path: Path, name: str) -> None:
    intake = sources.read(write_zip(tmp_path / "class.zip", {name: b"x", "eve/ok.md": b"y"}))
    assert [one.student for one in intake.submissions] == ["ada", "eve"]
    assert len(intake.problems) == 1 and "not read" in intake.problems[0].message
    assert sorted(path.name for path in tmp_path.iterdir()) == ["class.zip"]


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "class.zip", {})
    with zipfile.ZipFile(path, "a") as archive:
        info = zipfile.ZipInfo("eve/link.md")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    assert "a link" in only_message(path)


def test_a_bomb_is_recognised_by_its_ratio(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "class.zip", {"eve/bomb.md": b"0" * (9 * 2**20)})
    assert "200 times" in only_message(path)


def test_an_entry_too_large_is_not_unpacked(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "class.zip", {"eve/big.md": os.urandom(FILE_LIMIT + 1)})
    assert "too large" in only_message(path)


def test_two_entries_of_one_name_are_not_guessed_between(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "class.zip", {"eve/a.md": b"1"})
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("eve/a.md", "2")
    assert "two files of this name" in only_message(path)


def test_a_size_that_lies_is_found_out(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "class.zip", {"eve/a.md": b"x" * 5000})
    data = bytearray(path.read_bytes())
    for signature, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = data.rindex(signature)
        data[start + at : start + at + 4] = struct.pack("<I", 10)
    path.write_bytes(data)
    assert "damaged" in only_message(path)


def test_an_encrypted_entry_is_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "class.zip", {"eve/a.md": b"x"})
    data = bytearray(path.read_bytes())
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.rindex(signature) + at] |= 1
    path.write_bytes(data)
    assert "encrypted" in only_message(path)


def test_entries_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "class.zip", {"eve/a.md": b"x" * 50, "eve/b.md": b"y" * 50})
    data = bytearray(path.read_bytes())
    central = [at for at in range(len(data)) if data[at : at + 4] == b"PK\x01\x02"]
    offset = data[central[1] + 42 : central[1] + 46]
    data[central[2] + 42 : central[2] + 46] = offset
    path.write_bytes(data)
    eve = submissions(path)["eve"]
    assert not eve.files and all("shares its bytes" in problem.message for problem in eve.problems)


@pytest.mark.parametrize("cut", [0, 1, 30, 200])
def test_a_zip_cut_short_is_one_problem(tmp_path: Path, cut: int) -> None:
    path = write_zip(tmp_path / "class.zip", {f"eve/{n}.md": b"x" for n in range(20)})
    path.write_bytes(path.read_bytes()[:cut])
    intake = sources.read(path)
    assert list(intake.submissions) == []
    assert "cannot be opened" in intake.problems[0].message


def test_a_zip_of_too_many_entries_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "class" / "eve").mkdir(parents=True)
    write_zip(tmp_path / "class" / "eve" / "w.zip", {f"{n}.md": b"x" for n in range(300)})
    (eve,) = sources.read(tmp_path / "class").submissions
    assert "301 entries; at most 200" in eve.problems[0].message


# --- documents


def read(name: str, data: bytes) -> str:
    with pytest.raises(StudentError) as caught:
        documents.read(File(name, data))
    return str(caught.value)


BAD = [
    ("a.ipynb", b"", "is empty"),
    ("a.md", b" \n ", "is empty"),
    ("a.ipynb", b"not json", "not a notebook: it is not JSON"),
    ("a.ipynb", b'{"cells": [{"cell_type": "mark', "cut short"),
    ("a.ipynb", b"[1, 2]", "not an object"),
    ("a.ipynb", b'{"cells": null}', "no list of cells"),
    ("a.ipynb", b'{"nbformat": 9, "cells": []}', "version 9"),
    ("a.ipynb", b"[" * 1_000_000, "deep"),
    ("a.ipynb", b'{"a":' * 100_000, "deep"),
    ("a.json", b"[" * 1_000_000 + b"]" * 1_000_000, "deep"),
    ("a.json", b'"\\"' * 1_000_000, "not JSON"),
    ("a.json", b"[1, 2]", "no answers by name"),
    ("a.json", b'{"answers": [1]}', "one line for each part"),
    ("a.json", b'{"a": ' + b"1" * 20, "cut short"),
    ("a.md", "# Grüße".encode("latin-1"), "byte 5 (line 1) is 0xfc"),
    ("a.md", "# Gr\u00fc\u00dfe \u03b7 text".encode("utf-16-le"), "UTF-16 without its mark"),
    ("a.md", b"ok\nthen \x00 nul", "NUL"),
    ("a.md", bytes(range(256)) * 4, "not text"),
    ("a.pdf", b"%PDF-1.7 ...", "a PDF"),
    ("a.png", b"\x89PNG\r\n\x1a\n", "a picture"),
    ("a.docx", b"PK\x03\x04....", "Office document"),
    ("a.xyz", b"plain text", "are not read"),
    ("a.md", b"x" * (FILE_LIMIT + 1), "10.0 MB"),
    ("a.yaml", b"a: &x [1]\nb: *x\n", ""),
    ("a.yaml", b"a: !!python/object/apply:os.system ['true']\n", ""),
    ("a.yaml", b"2.1: 1\n2.1: 2\n", ""),
    ("a.yaml", b"a: {<<: {b: 1}}\n", ""),
    ("a.yaml", b"a: " + b"[" * 100_000, ""),
    ("a.yaml", b"a: [1, 2\nb: 3\n", ""),
    ("a.yaml", b"a: " + b"x" * 300_000, ""),
]


@pytest.mark.parametrize(("name", "data", "says"), BAD, ids=range(len(BAD)))
def test_a_file_that_cannot_be_read_says_why(name: str, data: bytes, says: str) -> None:
    message = read(name, data)
    assert says in message
    assert len(message) < 500 and "\n" not in message.strip()


def notebook(cells: str) -> bytes:
    return ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [' + cells + "]}").encode()


def test_a_notebook_of_too_many_cells_is_refused() -> None:
    cells = ",".join(['{"cell_type": "markdown", "source": "x"}'] * 50_000)
    assert "50,000 cells; at most 2,000" in read("a.ipynb", notebook(cells))


def test_a_notebook_of_too_much_source_is_refused() -> None:
    cell = json.dumps({"cell_type": "markdown", "source": "x" * 3_000_000})
    assert "2 MB" in read("a.ipynb", notebook(cell))


@pytest.mark.parametrize("cell", ["null", "3", "[]", '"text"'])
def test_a_damaged_cell_is_passed_over(cell: str) -> None:
    good = '{"cell_type": "markdown", "source": "# 2.1"}'
    document = documents.read(File("a.ipynb", notebook(f"{cell}, {good}")))
    assert document.blocks[0].text == "2.1"
    assert "damaged" in document.problems[0].message and document.problems[0].place.cell == 1


@pytest.mark.parametrize("source", ["null", "true", "[null, []]", '{"a": 1}'])
def test_a_cell_whose_source_is_no_text_reads_as_empty(source: str) -> None:
    cell = f'{{"cell_type": "markdown", "source": {source}}}'
    assert documents.read(File("a.ipynb", notebook(cell))).blocks == ()


def test_half_of_a_surrogate_pair_is_replaced_and_told() -> None:
    cell = '{"cell_type": "markdown", "source": "a \\ud800 b"}'
    document = documents.read(File("a.ipynb", notebook(cell)))
    assert document.blocks[0].text == "a \ufffd b" and "half of a pair" in document.problems[0].message
    answers = documents.read(File("a.json", b'{"2.1": "\\ud800"}'))
    assert answers.blocks[0].text == "\ufffd" and answers.problems


def test_an_integer_of_a_million_digits_stays_text() -> None:
    document = documents.read(File("a.json", b'{"2.1": ' + b"9" * 1_000_000 + b"}"))
    assert len(document.blocks[0].text) == 1_000_000


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_nan_and_infinity_stay_text_for_the_checks_to_refuse(value: str) -> None:
    assert documents.read(File("a.json", f'{{"2.1": {value}}}'.encode())).blocks[0].text == value


def test_a_huge_output_is_cut_and_told_and_pictures_are_not_kept() -> None:
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": "x" * 1_000_000},
        {"output_type": "display_data", "data": {"image/png": "A" * 1_000_000, "text/html": "<b>x</b>"}},
    ]
    cell = json.dumps({"cell_type": "code", "source": "print(1)", "outputs": outputs})
    document = documents.read(File("a.ipynb", notebook(cell)))
    assert sum(len(block.text) for block in document.blocks) < 20_000
    assert "1,000,000 characters" in document.problems[0].message


HOSTILE = {
    "brackets": "### 2.1\n$$w = " + "(" * 10_000 + ")" * 10_000 + "$$",
    "a megabyte": "### 2.1\n$$w = " + "x+" * 500_000 + "x$$",
    "open dollars": "### 2.1\n" + "$$\n" * 100_001,
    "open brackets": "### 2.1\n" + "\\[ " * 100_000,
    "open brackets on lines": "### 2.1\n" + "\\[ x\n" * 20_000,
    "open inline": "### 2.1\n" + "\\( " * 100_000,
    "dollars": "### 2.1\n" + "$ a " * 100_001,
    "boxes": "### 2.1\n$$w = " + "\\boxed{" * 3_000 + "$$",
    "fractions": "### 2.1\n$$" + "\\frac{" * 3_000 + "w = 1$$",
    "headings": "# 2.1\n" * 20_000,
    "environments": "### 2.1\n" + "\\begin{align}" * 5_000 + "w = 1",
    "aligned": "### 2.1\n$$" + "\\begin{aligned}" * 1_000 + "w=1" + "\\end{aligned}" * 1_000 + "$$",
    "comments": "<!--" * 100_000 + "\n### 2.1\nw = 1",
    "equals": "### 2.1\n" + "w = " * 4_000,
    "colons": "### 2.1\n" + "w: " * 50_000,
    "spaces": "### 2.1\n" + "w" + " " * 100_000 + "= 1",
    "stars": "### 2.1\n" + "*" * 100_000 + " = 1",
    "fences": "### 2.1\n" + "```\n" * 20_001,
    "bold": "**" * 100_000,
    "commas": "### 2.1\n$w = 1" + ", a = 1" * 2_000 + "$",
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("suffix", ["md", "tex"])
def test_a_hostile_write_up_is_read_in_linear_time(kind: str, suffix: str) -> None:
    document = documents.read(File(f"a.{suffix}", HOSTILE[kind].encode()))
    extract.find([document], [extract.Wanted("2.1", "2.1", ("w",))])


CODE = {
    "power": "x = 9**9**9",
    "brackets": "x = " + "(" * 10_000 + "1" + ")" * 10_000,
    "signs": "x = " + "-" * 50_000 + "1",
    "sum": "x = " + "1+" * 20_000 + "1",
    "digits": "x = " + "9" * 90_000,
    "escapes": 'x = "\\e"',
    "not python": "x = = 1",
    "magic": "%matplotlib inline\n!rm -rf x\nx = 1",
    "many": "x = 1\n" * 10_000,
    "nul": "x = 1 \\u0000",
}


@pytest.mark.parametrize("kind", CODE)
def test_hostile_code_is_parsed_at_most_and_never_run(kind: str) -> None:
    cell = json.dumps({"cell_type": "code", "source": CODE[kind], "outputs": []})
    document = documents.read(File("a.ipynb", notebook(cell)))
    assert document.blocks[0].kind == "code"


def test_a_hundred_thousand_answers_are_refused() -> None:
    body = ",".join(f'"a{n}": 1' for n in range(100_000))
    assert "2,000 answers" in read("a.json", f"{{{body}}}".encode())
