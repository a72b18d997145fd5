"""The self-check: what a bundle tells on a plain Python, and that no answer can be got out of it."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import flint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import rubric as rubrics
from grader.errors import RubricError
from grader.maths.names import declare
from grader.maths.notation import read
from grader.selfcheck import build, entropy, fingerprints, leaks, residues, verify
from grader.selfcheck.build import Built, Weak
from grader.selfcheck.outline import from_json, to_json
from grader.selfcheck.session import Desk

ROOT = Path(__file__).parent.parent
RUBRICS = ("csc413-2020-hw1", "csc413-2021-hw1", "csc413-2021-hw2", "eecs182-sp25-hw0")
SALT = b"sixteen bytes, ok"[:16]
PRIME = 2**61 - 1


@cache
def bundle(name: str) -> Built:
    return build.build(ROOT / "rubrics" / f"{name}.yaml", SALT)


@pytest.fixture(scope="module")
def hw2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bundle") / "hw2.pyz"
    path.write_bytes(bundle("csc413-2021-hw2").data)
    return path


def ask(path: Path, *arguments: str, code: str = "") -> subprocess.CompletedProcess[str]:
    """Runs a bundle on the standard library alone: -S leaves out everything that is installed."""
    command = [sys.executable, "-I", "-S", *(["-c", code] if code else [str(path)]), *arguments]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(  # noqa: S603 - a bundle of our own
        command, capture_output=True, text=True, timeout=60, env=environment, check=False
    )


def notebook(path: Path, *cells: str) -> Path:
    made = [{"cell_type": "markdown", "metadata": {}, "source": cell} for cell in cells]
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made}), "utf-8")
    return path


# --- what a student sees ---------------------------------------------------------------------------


def test_a_right_formula_agrees_whatever_way_it_is_written(hw2: Path, tmp_path: Path) -> None:
    file = notebook(
        tmp_path / "hw.ipynb", r"### 2.2.3", r"$\eta^* = \frac{n\, a^\top X X^\top a}{2\|XX^\top a\|^2}$"
    )
    done = ask(hw2, str(file))
    assert "✓ 2.2.3            agrees" in done.stdout
    assert "one wrong answer in 16" in done.stdout.replace("\n    ", " ")


def test_a_wrong_formula_is_told_to_differ_and_not_what_is_right(hw2: Path, tmp_path: Path) -> None:
    file = notebook(tmp_path / "hw.ipynb", "### 2.2.3\n\n$\\eta^* = 1/2 \\|X^\\top a\\|^2$")
    done = ask(hw2, str(file))
    assert "✗ 2.2.3            does not agree" in done.stdout
    assert "norm(X * X' * a)" not in done.stdout


def test_an_answer_that_cannot_be_read_is_told_with_the_reason(hw2: Path, tmp_path: Path) -> None:
    file = notebook(tmp_path / "hw.ipynb", "### 2.2.3\n\n$\\eta^* = \\frac{n}{q}$")
    done = ask(hw2, str(file))
    assert done.returncode == 1
    assert "! 2.2.3            cannot be read" in done.stdout
    assert "unknown name 'q'" in done.stdout


def test_an_answer_of_another_shape_is_told_the_shape_that_is_asked_for(hw2: Path, tmp_path: Path) -> None:
    file = notebook(tmp_path / "hw.ipynb", "### 2.2.1\n\n$w_1 = X^\\top X$")
    done = ask(hw2, str(file))
    assert "This is d x d; a vector with d entries is asked for." in done.stdout


def test_a_part_under_another_name_is_missing_and_its_heading_is_told(hw2: Path, tmp_path: Path) -> None:
    file = notebook(tmp_path / "hw.ipynb", "### Learning rates\n\nThe best one is written below.")
    done = ask(hw2, str(file))
    assert "– 2.2.3            not found; heading 2.2.3" in done.stdout
    assert "0 of 26 parts found." in done.stdout
    assert "Headings that name no part, though parts are missing: Learning rates" in done.stdout


def test_a_damaged_file_is_told_and_the_others_are_looked_at(hw2: Path, tmp_path: Path) -> None:
    (tmp_path / "all").mkdir()
    (tmp_path / "all" / "a.ipynb").write_text("{ no notebook", "utf-8")
    (tmp_path / "all" / "b.md").write_text("### 2.2.4\n\n$\\eta^* = 1/4$\n", "utf-8")
    done = ask(hw2, str(tmp_path / "all"))
    assert "a.ipynb" in done.stdout.partition("Could not be read:")[2]
    assert "2.2.4.eta        a number" in done.stdout


def test_every_format_is_read_on_a_plain_python(hw2: Path, tmp_path: Path) -> None:
    texts = {
        "hw.md": "### 2.2.4\n\n$\\eta^* = 1/4$\n",
        "hw.tex": "\\begin{document}\n\\section*{2.2.4}\n$\\eta^* = 1/4$\n\\end{document}\n",
        "hw.yaml": 'answers:\n  "2.2.4": {eta: 1/4}\n',
        "hw.json": '{"answers": {"2.2.4": {"eta": "1/4"}}}',
        "hw.html": "<h3>2.2.4</h3><p>$\\eta^* = 1/4$</p>",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, "utf-8")
        done = ask(hw2, str(tmp_path / name))
        assert "· 2.2.4.eta        a number" in done.stdout, (name, done.stdout[:400], done.stderr[-400:])


def test_several_answers_to_one_part_are_told(hw2: Path, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("### 2.2.4\n\n$\\eta^* = 1/4$\n", "utf-8")
    (tmp_path / "b.md").write_text("### 2.2.4\n\n$\\eta^* = 1/5$\n", "utf-8")
    assert "! 2.2.4.eta        several answers" in ask(hw2, str(tmp_path)).stdout


def test_the_page_shows_formulas_and_nothing_of_a_students_markup(hw2: Path, tmp_path: Path) -> None:
    text = "### 1.1.1\n\n<script>alert(1)</script> every step is a row\n\n### 2.2.4\n\n$\\eta^* = 1/4$\n"
    (tmp_path / "hw.md").write_text(text, "utf-8")
    page = tmp_path / "page.html"
    ask(hw2, str(tmp_path / "hw.md"), "--html", str(page))
    written = page.read_text("utf-8")
    assert "<math" in written
    assert "<script" not in written


def test_it_says_how_it_is_used_when_it_is_not_told_a_file(hw2: Path) -> None:
    assert "usage: python" in ask(hw2).stdout
    assert "does not exist" in ask(hw2, "no_such_file.ipynb").stdout


def test_a_notebook_asks_about_one_answer_and_gets_text_and_a_page(hw2: Path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(hw2)!r})\n"
        "from grader import check\n"
        "seen = check('2.2.3', 'n * norm(X.T @ a)**2 / (2 * norm(X @ X.T @ a)**2)')\n"
        "print(seen); print(seen._repr_html_()[:3]); print(check('3.1.output', [[1, 2], [3, 4]]))\n"
    )
    done = ask(hw2, code=code)
    assert "✓ 2.2.3  agrees" in done.stdout, done.stderr
    assert "<ul" in done.stdout
    assert "This is a 2 x 2 array; a 5 x 5 array is asked for." in done.stdout


def test_the_magic_takes_a_file_or_a_part_and_never_raises_for_a_student(hw2: Path, tmp_path: Path) -> None:
    (tmp_path / "hw.md").write_text("### 2.2.4\n\n$\\eta^* = 1/4$\n", "utf-8")
    code = (
        f"import sys; sys.path.insert(0, {str(hw2)!r})\n"
        "import grader\n"
        "class Shell:\n"
        "    def register_magic_function(self, function, kind, name): self.kept = (function, kind, name)\n"
        "shell = Shell(); grader.load_ipython_extension(shell)\n"
        "run, kind, name = shell.kept; print(kind, name)\n"
        f"print(run({str(tmp_path / 'hw.md')!r})); print(run('2.2.4.eta 1/4'))\n"
        "print(run('9.9 x')); print(run('gone.md'))\n"
    )
    done = ask(hw2, code=code)
    assert done.returncode == 0, done.stderr
    assert "line grader" in done.stdout
    assert "1 of 26 parts found." in done.stdout
    assert "There is no part '9.9'" in done.stdout
    assert "gone.md does not exist" in done.stdout


def test_an_answer_that_satisfies_the_questions_equation_agrees_and_others_do_not() -> None:
    desk = Desk(bundle("csc413-2021-hw1").outline)
    assert desk.look("3.2.solution", "inv(X.T @ X) @ X.T @ t").finding == "agrees"
    assert desk.look("3.2.solution", "inv(X.T @ X) @ X.T @ t + 0").finding == "agrees"
    assert desk.look("3.2.solution", "X.T @ inv(X @ X.T) @ t").finding == "differs"
    assert desk.look("3.2.solution", "2 * inv(X.T @ X) @ X.T @ t").finding == "differs"


def fitted(X: Any, d: int, t: Any) -> Any:
    """The starter's function, right below and beyond as many columns as examples."""
    import numpy as np

    expanded = np.polynomial.chebyshev.chebvander(X, d)
    return np.linalg.pinv(expanded) @ t


def test_a_function_is_tried_on_the_public_examples() -> None:
    desk = Desk(bundle("csc413-2021-hw1").outline)
    looked = desk.try_out("3.3.3.code", fitted)
    assert (looked.finding, looked.said) == ("agrees", "2 of 2 public examples come out right.")


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda X, d, t: None, "returns nothing; end it with `return`."),
        (
            lambda X, d, t: fitted(X, d, t)[:-1],
            r"returns an array of shape \(3,\); an array of shape \(4,\) is asked",
        ),
        (lambda X, d, t: 2 * fitted(X, d, t), r"0 of 2 .* gives \[.*\], expected \["),
        (lambda X, d, t: 1 / 0, "raises ZeroDivisionError"),
        (lambda X, d, t: "four", "is asked for"),
    ],
)
def test_an_example_that_comes_out_wrong_is_shown(function: Callable[..., object], said: str) -> None:
    looked = Desk(bundle("csc413-2021-hw1").outline).try_out("3.3.3.code", function)
    assert looked.finding == "differs"
    assert re.search(said, looked.said), looked.said


def test_a_function_in_a_notebook_is_found_and_not_run(tmp_path: Path) -> None:
    path = tmp_path / "hw.ipynb"
    cell: dict[str, Any] = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [cell | {"source": "raise SystemExit"}, cell | {"source": "def fit_poly(X, d, t):\n    return 1"}]
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}), "utf-8")
    looked = {one.part: one for one in Desk(bundle("csc413-2021-hw1").outline).look_at(path).parts}[
        "3.3.3.code"
    ]
    assert (looked.what, looked.place) == ("the function fit_poly", "hw.ipynb, cell 2, line 1")
    assert 'check("3.3.3.code", fit_poly)' in looked.said


# --- FLINT's stand-in ------------------------------------------------------------------------------

ENTRIES = st.integers(-(10**6), 10**6)
SQUARES = st.integers(1, 4).flatmap(lambda n: st.lists(ENTRIES, min_size=n * n, max_size=n * n))


@given(SQUARES, SQUARES)
@settings(max_examples=60, deadline=None)
def test_matrices_of_residues_are_flints(one: list[int], other: list[int]) -> None:
    size = int(min(len(one), len(other)) ** 0.5)
    cells = one[: size * size], other[: size * size]
    ours = [residues.nmod_mat(size, size, each, PRIME) for each in cells]
    theirs = [flint.nmod_mat(size, size, list(each), PRIME) for each in cells]
    rules: list[Callable[[Any, Any], Any]] = [
        lambda a, b: a * b,
        lambda a, b: a + b - b.transpose(),
        lambda a, b: -a * 3,
    ]
    for rule in rules:
        assert [int(e) for e in rule(*ours).entries()] == [int(e) for e in rule(*theirs).entries()]
    assert int(ours[0].det()) == int(theirs[0].det())
    assert ours[0].rank() == theirs[0].rank()
    if int(theirs[0].det()) != 0:
        inverses = ours[0].inv(), theirs[0].inv()
        assert [int(e) for e in inverses[0].entries()] == [int(e) for e in inverses[1].entries()]
    else:
        with pytest.raises(ZeroDivisionError):
            ours[0].inv()


@given(ENTRIES, ENTRIES.filter(bool), st.integers(0, 9))
def test_residues_and_fractions_are_flints(a: int, b: int, power: int) -> None:
    one, other = residues.nmod(a, PRIME), flint.nmod(a, PRIME)
    assert int(one / b + 2 * one - one**power) == int(other / b + 2 * other - other**power)
    left, right = residues.fmpq(a, b), flint.fmpq(a, b)
    assert str(left / 3 + left**power - 1) == str(right / 3 + right**power - 1)
    assert (int(left.p), int(left.q)) == (int(right.p), int(right.q))


@given(st.integers(0, 2**62))
def test_primes_are_flints(number: int) -> None:
    assert residues.fmpz(number).is_probable_prime() == flint.fmpz(number).is_probable_prime()


def test_numbers_with_error_bounds_say_that_they_need_flint() -> None:
    with pytest.raises(residues.Unavailable, match="FLINT"):
        residues.arb(1)


# --- that it gives nothing away --------------------------------------------------------------------


@pytest.mark.parametrize("name", RUBRICS)
def test_no_right_answer_stands_in_a_bundle_in_any_encoding(name: str) -> None:
    sheet = rubrics.load(ROOT / "rubrics" / f"{name}.yaml")
    secrets = build.secrets_of(sheet, rubrics.prepare(sheet, SALT))
    assert sum(1 for secret in secrets for _ in leaks.needles(secret)) > 50
    assert list(leaks.leaks(leaks.contents(bundle(name).data), secrets)) == []


PLANTED = leaks.Secret("3.2", ("n norm(X' a)^2", r"n \|X^\top a\|^2"), (Fraction(52444644),))


@pytest.mark.parametrize(
    "planted",
    [
        b"x = 52444644",
        b"52,444,644 parameters",
        b"52_444_644",
        b"0x3203DE4".lower(),
        base64.b64encode(b"52444644"),
        b"52444644".hex().encode(),
        (52444644).to_bytes(4, "little"),
        b"the rate is n*norm( X' a )^2 then",
        base64.b64encode(b"n norm(X' a)^2"),
        b"n \\|X^\\top a\\|^2",
    ],
)
def test_a_planted_answer_is_found(planted: bytes) -> None:
    reversed_digits = planted == b"44644425"
    assert (
        any(leaks.leaks({"data": b"\0 " + planted + b" \0"}, [PLANTED])) != reversed_digits or reversed_digits
    )


def test_numbers_that_stand_in_any_program_are_not_searched_for() -> None:
    common = leaks.Secret("1", (), (Fraction(1024), Fraction(3), Fraction(1000)))
    assert not any(leaks.leaks({"data": b"3 and 1024 and 1000"}, [common]))


def test_a_definition_that_is_an_answer_is_left_out_of_the_bundle() -> None:
    outline = bundle("csc413-2021-hw1").outline
    assert "is" not in outline.symbols["g2bar"]
    assert "is" in outline.symbols["z1"]
    symbols = declare(dict(outline.symbols), outline.dimensions)
    assert symbols.table["g2bar"].shape == ("H", 1)


def test_the_same_rubric_and_salt_make_the_same_bytes() -> None:
    again = build.build(ROOT / "rubrics" / "csc413-2021-hw2.yaml", SALT)
    assert again.data == bundle("csc413-2021-hw2").data


def test_an_outline_is_read_back_as_it_was_written() -> None:
    outline = bundle("csc413-2021-hw2").outline
    assert from_json(to_json(outline)).parts == from_json(to_json(from_json(to_json(outline)))).parts
    assert from_json(to_json(outline)).sheet == outline.sheet


def test_everything_a_bundle_imports_of_the_house_is_in_it() -> None:
    import ast

    entries = leaks.contents(bundle("csc413-2021-hw2").data)
    modules = {
        name[:-3].replace("/", ".").removesuffix(".__init__") for name in entries if name.endswith(".py")
    }
    missing = set()
    for name, source in entries.items():
        if not name.startswith("grader/") or not name.endswith(".py"):
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("grader"):
                below = {f"{node.module}.{alias.name}" for alias in node.names}
                if node.module not in modules or (node.module == "grader" and not below <= modules):
                    missing.add((name, node.module, *sorted(below)))
    # Imported for types only, which nothing reads when it runs.
    assert missing <= {
        ("grader/extract/__init__.py", "grader.rubric", "grader.rubric.Rubric"),
        ("grader/sources/_intake.py", "grader.roster", "grader.roster.Clue"),
    }


# --- fingerprints ----------------------------------------------------------------------------------


def rubric_with(tmp_path: Path, part: str) -> Path:
    (tmp_path / "rubrics").mkdir(exist_ok=True)
    path = tmp_path / "rubrics" / "s.yaml"
    path.write_text(
        "assignment: s\nsymbols:\n  X: {matrix: [n, d]}\n  t: {vector: n}\ndimensions: {n: 5, d: 3}\nparts:\n"
        f"  1:\n    points: 1\n    answer: {{name: [w]}}\n{part}",
        "utf-8",
    )
    return path


@pytest.mark.parametrize(
    ("check", "expected", "fingerprint"),
    [
        ("count", "42", "1 bit"),
        ("count", "61706", "whole"),
        ("number", "1/3", "4 bits"),
        ("array", "[1, 2]", "whole"),
    ],
)
def test_a_fingerprint_that_could_be_guessed_is_refused_with_the_time_it_takes(
    tmp_path: Path, check: str, expected: str, fingerprint: str
) -> None:
    path = rubric_with(
        tmp_path,
        f"    check: {check}\n    expected: '{expected}'\n    selfcheck: {{fingerprint: {fingerprint}}}\n",
    )
    with pytest.raises(Weak, match=r"1: about \d+ bits of choice, tried in .* on 64 cores"):
        build.build(path, SALT)
    assert build.build(path, SALT, allow_weak=True).rows[0].proof == "fingerprint"


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (
            "    check: expression\n    expected: sqrt(t' t)\n    selfcheck: {fingerprint: 4 bits}\n",
            "no exact value",
        ),
        ("    check: person\n    items: [x]\n    selfcheck: {fingerprint: 4 bits}\n", "have no value"),
        (
            "    check: expression\n    expected: X' t\n    selfcheck: {verify: X answer = t}\n",
            "does not satisfy",
        ),
        (
            "    check: expression\n    expected: X' t\n    selfcheck: {verify: X' answer = t}\n",
            "one that can be kept",
        ),
        (
            "    check: expression\n    expected: X' t\n    selfcheck: {fingreprint: 3 bits}\n",
            "did you mean 'fingerprint'",
        ),
        (
            "    check: count\n    expected: 3\n    selfcheck: {fingerprint: some}\n",
            "`whole`, or a number of bits",
        ),
    ],
)
def test_an_option_that_cannot_be_kept_is_told_with_its_line(tmp_path: Path, part: str, said: str) -> None:
    with pytest.raises(RubricError, match=said) as caught:
        build.build(rubric_with(tmp_path, part), SALT)
    assert "s.yaml:" in str(caught.value)


def test_a_fingerprint_is_of_the_whole_value_and_of_one_part_and_salt() -> None:
    one = fingerprints.digest("a", "1", SALT, 32)
    assert one == fingerprints.digest("a", "1", SALT, 32)
    assert (
        len(
            {
                one,
                *(
                    fingerprints.digest(*given, 32)
                    for given in (("b", "1", SALT), ("a", "2", SALT), ("a", "1", b"x" * 16))
                ),
            }
        )
        == 4
    )


def test_a_short_fingerprint_has_the_bits_that_were_asked_for() -> None:
    values = {int(fingerprints.digest(str(n), "1", SALT, 3), 16) for n in range(40)}
    assert values <= set(range(8))
    assert len(values) > 4


def guesses(part: object, count: int) -> list[str]:
    """What somebody would try who knows the names and the shape: short formulas, small arrays."""
    random = Random(7)  # noqa: S311 - the same guesses every time
    names = [
        "n",
        "d",
        "eta",
        "2",
        "n",
        "norm(X' a)^2",
        "norm(X X' a)^2",
        "norm(a)^2",
        "a' a",
        "norm(X)^2",
        "4",
    ]
    if "array" in str(part):
        return [
            str([[random.choice([-3, -2, -1, 0, 1, 2, 3]) for _ in range(5)] for _ in range(5)])
            for _ in range(count)
        ]
    found: list[str] = []
    while len(found) < count:
        pieces = [random.choice(names) for _ in range(random.randint(1, 4))]
        signs = [random.choice([" * ", " / ", " + ", " - "]) for _ in pieces[1:]]
        found.append(pieces[0] + "".join(sign + piece for sign, piece in zip(signs, pieces[1:], strict=True)))
    return found


BUDGET = 1_000


def test_guessing_with_a_budget_tells_no_more_than_the_bits_given_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A thousand guesses are minutes of one core with the real rounds; here a round is quick."""
    given = {
        name: [part.id for part in bundle(name).outline.parts if part.proof == "fingerprint"]
        for name in RUBRICS
    }
    assert sum(map(len, given.values())) >= 2
    monkeypatch.setattr(fingerprints, "_ROUNDS", 2)
    for name in (name for name, parts in given.items() if parts):
        built = build.build(ROOT / "rubrics" / f"{name}.yaml", SALT)
        choices = {row.part: row.choice for row in built.rows}
        desk = Desk(built.outline)
        for part in (part for part in built.outline.parts if part.proof == "fingerprint"):
            form = "an array" if "array" in part.wanted[0] else "a formula"
            met = [
                text
                for text in guesses(form, BUDGET)
                if desk.look(part.id, text, "plain").finding == "agrees"
            ]
            # Accidents of the short fingerprint, about one guess in 2^bits; and most of them are wrong.
            assert len(met) <= 4 * BUDGET / 2**part.bits + 10, (part.id, len(met))
            choice = choices[part.id]
            assert choice is not None
            assert part.bits <= entropy.most_bits(choice)


def test_more_choice_is_never_estimated_lower() -> None:
    assert entropy.of_numbers([Fraction(7)]) < entropy.of_numbers([Fraction(61706)])
    assert entropy.of_numbers([Fraction(1)] * 9) < entropy.of_numbers([Fraction(n) for n in range(9)])
    symbols = declare({"x": {"scalar": "real"}}, ())
    short, long = (read(text, symbols, "plain") for text in ("2 x", "2 x + x^3 / (1 + x)^2"))
    assert entropy.of_formula(short, 1) < entropy.of_formula(long, 1)


# --- equations -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("equation", "answer", "holds"),
    [
        ("X' (X answer - t) = 0", "inv(X' X) X' t", True),
        ("X' (X answer - t) = 0", "X' t", False),
        ("X' X answer = X' t", "inv(X' X) X' t", True),
        ("norm(answer)^2 = t' X inv(X' X)^2 X' t", "inv(X' X) X' t", True),
        ("norm(answer)^2 = t' X inv(X' X)^2 X' t", "-inv(X' X) X' t", True),
    ],
)
def test_an_equation_holds_or_not_with_the_answer_in_it(equation: str, answer: str, holds: bool) -> None:
    symbols = declare({"X": {"matrix": ["n", "d"]}, "t": {"vector": "n"}}, [{"n": 5, "d": 3}])
    node = read(answer, symbols, "plain")
    assert verify.holds(equation, node, symbols, ("d", 1), SALT) is holds
