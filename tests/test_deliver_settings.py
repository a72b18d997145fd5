"""The settings of a target are read from one file, its secret from where nobody else can read it."""

from __future__ import annotations

from pathlib import Path

import keyring
import pytest

from grader.deliver import _settings, email, server, targets
from grader.errors import StaffError

FINE = "email:\n  server: mail.example.edu\n  from: ta@example.edu\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "sending.yaml"
    path.write_text(text, "utf-8")
    return path


def test_the_section_of_the_target_is_read_and_single_values_win(tmp_path: Path) -> None:
    path = written(tmp_path, FINE + "canvas:\n  url: https://canvas.example.edu\n")
    given = _settings.read("email", email.Options, path, ["server=other.example.edu", "port = 465"])
    assert (given.server, given.port, given.from_) == ("other.example.edu", 465, "ta@example.edu")


WRONG = [
    ("email:\n  sever: x\n", "did you mean 'server'"),
    ("mail:\n  server: x\n", "found the section 'mail'"),
    ("email: x\n", "write its settings indented below"),
    ("- email\n", "found no section"),
    ("email: {\n", "sending.yaml"),
    (FINE + "  port: many\n", "a whole number"),
    (FINE + "  security: maybe\n", "starttls"),
    (FINE + "  per_minute: 0\n", "at least 1"),
    (FINE.replace("ta@", "TA <ta@"), "one e-mail address"),
    (FINE.replace("mail.example", '"a\\nb'), "sending.yaml"),
]


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_what_does_not_fit_is_told_with_the_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(StaffError, match=said):
        _settings.read("email", email.Options, written(tmp_path, text))


def test_a_value_without_a_key_is_told() -> None:
    with pytest.raises(StaffError, match="key=value"):
        _settings.read("email", email.Options, None, ["server"])


def test_the_environment_comes_before_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "get_password", lambda service, account: f"{service}-{account}")
    monkeypatch.delenv("GRADER_TEST", raising=False)
    assert _settings.secret("GRADER_TEST", "me", what="a token") == "grader-me"
    monkeypatch.setenv("GRADER_TEST", "from-outside")
    assert _settings.secret("GRADER_TEST", "me", what="a token") == "from-outside"


@pytest.mark.parametrize("bad", ["two words", "line\nbreak", "tab\t", "ümlaut", "\x1b[31m"])
def test_a_secret_that_cannot_be_one_is_refused_without_being_shown(
    monkeypatch: pytest.MonkeyPatch, bad: str
) -> None:
    monkeypatch.setenv("GRADER_TEST", bad)
    with pytest.raises(StaffError) as told:
        _settings.secret("GRADER_TEST", "me", what="a token")
    assert bad not in str(told.value)


def test_no_setting_of_any_target_holds_a_secret() -> None:
    sending = [name for name in targets() if name in ("email", "canvas", "moodle", "markus")]
    assert len(sending) == 4
    for name in sending:
        fields = vars(server(name).Options)["__dataclass_fields__"]
        assert not {"token", "password", "key", "secret"} & set(fields)
