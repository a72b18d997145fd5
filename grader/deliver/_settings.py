"""The settings of a target: a section of `sending.yaml`, single values overridden; and its secret."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from grader import yamltext
from grader.errors import StaffError, StudentError
from grader.options import OptionsError, suggest

FILE = "sending.yaml"


def read(target: str, model: Any, path: Path | None, overrides: Sequence[str] = ()) -> Any:
    """The options of one target. `overrides` are `key=value`, and win.

    Raises:
        StaffError: no such file, no YAML, or everything in it that does not fit.
    """
    values = dict(_section(target, path)) if path else {}
    for pair in overrides:
        key, equals, value = pair.partition("=")
        if not equals:
            raise StaffError(f"--set {pair}: write it as key=value")
        values[key.strip()] = value.strip()
    try:
        return model.model_validate(values)
    except OptionsError as error:
        where = f"{path}, under `{target}:`" if path else f"the settings of {target} (no {FILE} was found)"
        raise StaffError(f"{where}:\n" + "\n".join(f"  {line}" for line in str(error).splitlines())) from None


def _section(target: str, path: Path) -> Mapping[str, object]:
    from grader.deliver import targets

    try:
        loaded = yamltext.load(path.read_text("utf-8"), name=str(path)).data
    except (OSError, UnicodeError) as error:
        raise StaffError(f"{path} cannot be read: {error}") from None
    except StudentError as error:
        raise StaffError(str(error)) from None
    if not isinstance(loaded, Mapping):
        raise StaffError(f"{path}: found no section; write `{target}:` and its settings indented below")
    for name in loaded:
        if name not in targets():
            raise StaffError(f"{path}: found the section {name!r}; {suggest(str(name), targets())}")
    section = loaded.get(target, {})
    if not isinstance(section, Mapping):
        raise StaffError(f"{path}: found {section!r} under `{target}:`; write its settings indented below")
    return section


def secret(variable: str, account: str, *, what: str) -> str:
    """A password or token, from the environment or from the system's keyring under the service `grader`.

    Never from a file or the command line, where others could read it.

    Raises:
        StaffError: it is in neither place, or is no plain text.
    """
    found = os.environ.get(variable) or _from_keyring(account)
    if not found:
        raise StaffError(
            f"{what} is needed: put it into the environment variable {variable}, or into the keyring with\n"
            f"  keyring set grader {account}"
        )
    if not found.isascii() or not found.isprintable() or " " in found.strip():
        raise StaffError(f"{what} in {variable} or the keyring has characters that no such secret has")
    return found.strip()


def _from_keyring(account: str) -> str | None:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        return keyring.get_password("grader", account)
    except (KeyringError, RuntimeError):  # no keyring on this machine, or it is locked
        return None
