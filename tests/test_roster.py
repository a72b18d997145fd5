"""Class lists of every platform, and whom the names, numbers and addresses of a submission lead to."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import roster
from grader.errors import StaffError
from grader.roster import Clue, Roster, clues_of, look_up, same_name

LISTS = {
    "Canvas gradebook": (
        "Student,ID,SIS User ID,SIS Login ID,Section,HW 1 (4711)\n"
        ",,,,,Manual Posting\n"
        "    Points Possible,,,,,10.00\n"
        '"Doe, Jane",123,S123,jdoe,Section A,8.00\n'
        '"Student, Test",999,,abc,Section A,\n',
        ("jdoe", "Jane Doe", "", "jdoe", "S123", "123", ""),
    ),
    "Moodle grading worksheet": (
        "Identifier,Full name,ID number,Email address,Status,Grade\n"
        "Participant 77,Jane Doe,S123,jane@x.edu,Submitted for grading - 2 hours late,-\n",
        ("jane@x.edu", "Jane Doe", "jane@x.edu", "", "S123", "", "77"),
    ),
    "Gradescope roster": (
        "First Name,Last Name,SID,Email,Role,Section\nJane,Doe,S123,jane@x.edu,Student,A\n",
        ("jane@x.edu", "Jane Doe", "jane@x.edu", "", "S123", "", ""),
    ),
    "MarkUs class list": (
        "jdoe,Doe,Jane,L0101,S123,jane@x.edu\nasmith,Smith,Al,L0101,S124,al@x.edu\n",
        ("jdoe", "Jane Doe", "jane@x.edu", "jdoe", "S123", "", ""),
    ),
    "Brightspace class list": (
        "OrgDefinedId,Username,Last Name,First Name,Email,End-of-Line Indicator\n"
        "#S123,#jdoe,Doe,Jane,jane@x.edu,#\n",
        ("jdoe", "Jane Doe", "jane@x.edu", "jdoe", "S123", "", ""),
    ),
    "nbgrader student list": (
        "id,first_name,last_name,email,lms_user_id\njdoe,Jane,Doe,,\n",
        ("jdoe", "Jane Doe", "", "", "", "", ""),
    ),
    "class list": (
        "\ufeffLogin;Full name;Student number;E-mail\njdoe;Doe, Jane;S123;jane@x.edu\n",
        ("jdoe", "Jane Doe", "jane@x.edu", "jdoe", "S123", "", ""),
    ),
}


@pytest.mark.parametrize("kind", LISTS)
def test_the_list_of_a_platform_is_recognised_and_read(kind: str) -> None:
    text, expected = LISTS[kind]
    read = roster.parse(text.encode(), name="list.csv")
    one = read.people[0]
    assert read.kind == kind
    assert (one.student, one.name, one.email, one.login, one.number, one.canvas, one.moodle) == expected


def test_the_grades_of_gradescope_tell_when_and_who_was_late() -> None:
    text = (
        "First Name,Last Name,SID,Email,Sections,Total Score,Max Points,Status,Submission ID,Submission Time,"
        "Lateness (H:M:S),View Count,Submission Count\n"
        "Jane,Doe,1,j@x.edu,,7,10,Graded,5,2024-02-01 10:11:12 -0800,01:30:00,0,2\n"
        "Bo,Reed,2,b@x.edu,,7,10,Graded,6,2024-02-01 08:11:12 -0800,00:00:00,0,1\n"
        "Al,Sedge,3,a@x.edu,,,,Missing,,,,,\n"
    )
    jane, bo, al = roster.parse(text.encode(), name="x").people
    assert (jane.late, bo.late, al.late) == (True, False, False)
    assert jane.received is not None and jane.received.isoformat() == "2024-02-01T10:11:12-08:00"
    assert al.received is None


def test_nobody_is_made_of_the_other_rows_of_a_canvas_gradebook() -> None:
    assert len(roster.parse(LISTS["Canvas gradebook"][0].encode(), name="x").people) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_a_list_may_be_in_any_encoding_platforms_use(encoding: str) -> None:
    data = "Username\tLast Name\tFirst Name\njm\tMüller\tJürgen\n".encode(encoding)
    assert roster.parse(data, name="x").people[0].name == "Jürgen Müller"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("colour,size\nred,3\n", "none of its headers"),
        ("name\n", "names nobody"),
        ("login\nada\nada\n", "'ada' stands in line 2 too"),
        ("name\nSam Reed\nSam Reed\n", "a column `student` that differs"),
        ("na\0me\nx\n", "null characters"),
    ],
)
def test_a_list_that_cannot_be_used_says_what_to_change(text: str, said: str) -> None:
    with pytest.raises(StaffError, match=said):
        roster.parse(text.encode(), name="list.csv")


def test_a_list_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StaffError, match="cannot be read"):
        roster.load(tmp_path / "none.csv")


CLASS = roster.parse(
    (
        "student,first name,last name,login,email,student number,canvas id,moodle id,folder,group\n"
        "p1,Ann Marie,O'Neil-Smith,oneils,ann@x.edu,0071,9,301,,Reds\n"
        "p2,Zoë,Müller,zmuller,zoe@x.edu,0072,5,302,,Reds\n"
        "p3,Jane M,Doe,jdoe,jane@x.edu,0073,123,303,the odd one,Blues\n"
        "p4,Sam,Reed,sreed,sam@x.edu,0074,11,304,,\n"
        "p5,Sam,Reed,sreed2,sam2@x.edu,0075,12,305,,\n"
        "p6,Łukasz,Grün,lg,lg@x.edu,0076,13,306,,Blues\n"
        "p7,Student,01,s01,s01@x.edu,0077,14,307,,\n"
    ).encode(),
    name="class.csv",
)

FOUND = [
    ([("canvas", "9"), ("name", "oneilsmithannmarie")], "p1"),
    ([("canvas", "5"), ("name", "müllerzoë")], "p2"),
    ([("moodle", "301"), ("name", "Ann Marie O'Neil-Smith")], "p1"),
    ([("moodle", "301")], "p1"),
    ([("number", "0072")], "p2"),
    ([("number", "72")], "p2"),
    ([("email", "ANN@X.EDU")], "p1"),
    ([("login", "ZMULLER")], "p2"),
    ([("name", "Doe, Jane M")], "p3"),
    ([("name", "Jane M Doe")], "p3"),
    ([("name", "Doe Jane M")], "p3"),
    ([("name", "Zoe Muller")], "p2"),
    ([("name", "Mueller, Zoe")], "p2"),
    ([("name", "Lukasz Grun")], "p6"),
    ([("name", "Student 01")], "p7"),
    ([("word", "jdoe")], "p3"),
    ([("word", "jane@x.edu")], "p3"),
    ([("word", "zoe_muller")], "p2"),
    ([("word", "the odd one")], "p3"),
    ([("folder", "the odd one")], "p3"),
    ([("number", "0074"), ("name", "Sam Reed")], "p4"),
    ([("email", "sam2@x.edu"), ("name", "Sam Reed")], "p5"),
    ([("login", "unknown"), ("name", "Zoë Müller")], "p2"),
]


def found(clues: list[tuple[str, str]], people: Roster = CLASS) -> list[str]:
    return [person.student for person in look_up(people, tuple(Clue(*clue) for clue in clues)).people]


@pytest.mark.parametrize(("clues", "student"), FOUND)
def test_clues_lead_to_one_person(clues: list[tuple[str, str]], student: str) -> None:
    assert found(clues) == [student]


NOBODY = [
    ([("name", "Sam Reed")], "may be Sam Reed (p4), Sam Reed (p5)"),
    ([("word", "sam_reed")], "may be Sam Reed (p4), Sam Reed (p5)"),
    ([("name", "Jane Doe")], "The nearest is Jane M Doe (p3)"),
    ([("login", "nobody")], "Nobody there has the login 'nobody'"),
    (
        [("canvas", "5"), ("name", "oneilsmithannmarie")],
        "but the name is that of Ann Marie O'Neil-Smith (p1)",
    ),
    ([("moodle", "303"), ("name", "Al Other")], "Is the list of this assignment?"),
    ([("word", "")], "Nobody"),
    ([("name", "Student")], "Nobody"),
]


@pytest.mark.parametrize(("clues", "why"), NOBODY)
def test_what_is_not_sure_is_told_and_never_guessed(clues: list[tuple[str, str]], why: str) -> None:
    answer = look_up(CLASS, tuple(Clue(*clue) for clue in clues))
    assert answer.people == ()
    assert why in answer.why


@pytest.mark.parametrize(
    "clues", [[("word", "Reds")], [("moodle", "303"), ("name", "Reds")], [("canvas", "77"), ("name", "reds")]]
)
def test_the_name_of_a_group_leads_to_all_its_members(clues: list[tuple[str, str]]) -> None:
    assert found(clues) == ["p1", "p2"]


@pytest.mark.parametrize(
    ("student", "name", "meant"),
    [
        ("müllerzoë (5)", "müllerzoë", "p2"),
        ("Zoë Müller (302)", "Zoë Müller", "p2"),
        ("Participant_303", "Participant_303", "p3"),
        ("p1", "Ann", "p1"),
        ("sreed2", "Sam Reed", "p5"),
    ],
)
def test_a_row_of_marks_leads_to_its_person(student: str, name: str, meant: str) -> None:
    assert [person.student for person in look_up(CLASS, clues_of(student, name)).people] == [meant]


def test_a_number_of_one_platform_is_not_taken_for_that_of_another() -> None:
    assert look_up(CLASS, clues_of("Al Stranger (5)", "Al Stranger")).people == ()


def test_a_worksheet_in_another_language_is_known_by_its_cells() -> None:
    text = (
        "Identifikator,Vollständiger Name,E-Mail-Adresse,Status\n"
        "Teilnehmer/in 77,Zoë Müller,zoe@x.edu,Abgegeben\nTeilnehmer/in 78,Bo Reed,bo@x.edu,Abgegeben\n"
    )
    read = roster.parse(text.encode(), name="x")
    assert read.kind == "Moodle grading worksheet"
    assert [(one.moodle, one.name, one.email) for one in read.people] == [
        ("77", "Zoë Müller", "zoe@x.edu"),
        ("78", "Bo Reed", "bo@x.edu"),
    ]


def test_a_blind_worksheet_in_another_language_names_nobody() -> None:
    rows = "".join(f"Teilnehmer/in {number},Abgegeben,-\n" for number in range(70, 75))
    read = roster.parse(f"Identifikator,Status,Bewertung\n{rows}".encode(), name="x")
    assert [one.student for one in read.people][:2] == ["Participant_70", "Participant_71"]


WORDS = st.sampled_from("Ann Bo Zoë Müller Łukasz O'Neil-Smith de Cruz Ng José García 李 小龙 Strauß".split())


@given(st.lists(st.lists(WORDS, min_size=1, max_size=4), min_size=1, max_size=8), st.data())
def test_a_name_in_any_order_leads_to_one_of_that_name_or_to_nobody(
    class_: list[list[str]], data: st.DataObject
) -> None:
    rows = "".join(f'u{at},"{" ".join(words)}"\n' for at, words in enumerate(class_))
    people = roster.parse(f"login,name\n{rows}".encode(), name="x")
    at = data.draw(st.integers(0, len(class_) - 1))
    shuffled = " ".join(data.draw(st.permutations(class_[at])))
    same = {f"u{other}" for other, words in enumerate(class_) if sorted(words) == sorted(class_[at])}
    got = {person.student for person in look_up(people, (Clue("name", shuffled),)).people}
    assert got <= same
    if len(same) == 1 and shuffled == " ".join(class_[at]):
        assert got in (same, set())


@given(st.text(max_size=60), st.sampled_from(roster.CASCADE))
def test_no_clue_of_any_text_fails(text: str, kind: str) -> None:
    assert len(look_up(CLASS, (Clue(kind, text),)).people) <= 3


def test_a_person_without_a_name_may_have_any() -> None:
    (blind,) = roster.parse(b"Identifier,Grade\nParticipant 7,\n", name="x").people
    assert (blind.student, same_name(blind, "Zoe")) == ("Participant_7", True)
    assert not same_name(CLASS.people[0], "Zoe")
