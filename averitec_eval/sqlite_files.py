"""What an SQLite file says of itself, asked before anything in it is trusted."""

from __future__ import annotations

import sqlite3


def pragma(connection: sqlite3.Connection, name: str) -> int:
    """A number from the file's head, such as ``application_id`` or ``user_version``."""
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def schema(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Type, name and statement of everything that was made in the file, by name."""
    rows = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
    return [tuple(row) for row in rows]


def is_empty(connection: sqlite3.Connection) -> bool:
    """Whether the file is new: nobody's, with nothing in it."""
    return pragma(connection, "application_id") == 0 and not schema(connection)


__all__ = ["is_empty", "pragma", "schema"]
