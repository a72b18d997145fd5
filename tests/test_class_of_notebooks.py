"""A small class of notebooks, some hostile, gets the same marks in one run as one by one."""

from __future__ import annotations

from pathlib import Path

import class_of_notebooks as benchmark


def test_who_stands_beside_a_student_changes_no_mark(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    benchmark.write_class(folder, 4, 25)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    before = benchmark.left_behind(temporary)
    together, _ = benchmark.graded(folder, tmp_path / "together", 2)
    alone: benchmark.Marks = {}
    for student in sorted(folder.iterdir()):
        one, _ = benchmark.graded(student, tmp_path / "alone" / student.name, 1)
        alone |= {(student.name, part): given for (_, part), given in one.items()}
    assert together == alone
    assert {key for key in together if key[1] == "3.3.3.code"} == {
        (f"student_{number:04}", "3.3.3.code") for number in range(4)
    }
    benchmark.close()
    assert benchmark.left_behind(temporary) - before == set()
