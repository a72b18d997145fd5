"""The SQLite file of a gradebook: opening it, bringing its tables up to date, transactions, errors."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Final

from grader.errors import MachineError

_WAIT_S: Final = 10.0


def connect(path: Path) -> sqlite3.Connection:
    """A connection to the gradebook in a file, made and brought up to the present tables if need be.

    Raises:
        MachineError: the file is not a gradebook, is newer than this program, locked or not writable.
    """
    with explained(path):
        connection = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            migrate(connection, migrations(), path)
            _ensure_secret(connection)
        except BaseException:
            connection.close()
            raise
    return connection


def migrations() -> tuple[str, ...]:
    """The SQL of every numbered file in `migrations/`, in order."""
    folder = resources.files("grader") / "migrations"
    files = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".sql")), key=lambda f: f.name)
    return tuple(file.read_text(encoding="utf-8") for file in files)


def migrate(connection: sqlite3.Connection, steps: tuple[str, ...], path: Path) -> None:
    """Applies the steps a database has not seen yet, each wholly or not at all.

    Raises:
        MachineError: the database has seen more steps than there are.
    """
    version = _version(connection)
    if version > len(steps):
        raise MachineError(
            f"{path} was written by a newer version of grader (its tables are {version}, this program knows "
            f"{len(steps)}); install the newer version, or choose another folder with --out"
        )
    for number in range(version, len(steps)):
        with transaction(connection):
            # Read again, inside the transaction: another process may have applied the step by now.
            if _version(connection) == number:
                for statement in _statements(steps[number]):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number + 1}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    # `executescript` would commit the open transaction before it starts.
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement


def _ensure_secret(connection: sqlite3.Connection) -> None:
    if connection.execute("SELECT 1 FROM meta WHERE name = 'secret'").fetchone() is None:
        with transaction(connection):
            connection.execute(
                "INSERT INTO meta (name, value) VALUES ('secret', ?) ON CONFLICT DO NOTHING",
                (secrets.token_bytes(32),),
            )


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    # `with connection` neither begins a transaction before DDL nor rolls it back.
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def savepoint(connection: sqlite3.Connection) -> Iterator[None]:
    """A step within a transaction: what it wrote is gone if it raises, and the transaction goes on."""
    connection.execute("SAVEPOINT step")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK TO step")
        raise
    finally:
        connection.execute("RELEASE step")


@contextmanager
def explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise MachineError(f"{path}: {_advice(error)} ({error})") from error


def _advice(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return "the gradebook is in use by another program; close it and run the command again"
    if name.startswith("SQLITE_READONLY"):
        return "the gradebook cannot be written; give yourself write permission, or choose another --out"
    if name.startswith("SQLITE_FULL"):
        return "the disk is full; free some space and run the command again, what was finished is kept"
    if name.startswith("SQLITE_CANTOPEN"):
        return "the gradebook cannot be opened; check that its folder exists and may be written"
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return "the file is damaged or is no gradebook; move it away and run the command again"
    return "the gradebook cannot be used; move the file away, or choose another --out"
