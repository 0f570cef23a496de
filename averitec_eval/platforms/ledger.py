"""A file that remembers each try, which the history of a repository does not: those above all that failed."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from averitec_eval.errors import UnreadableError
from averitec_eval.files import write_bytes
from averitec_eval.leaderboard import fields
from averitec_eval.leaderboard.moments import moment

MAX_BYTES = 64 << 20
"""How large the file may be."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One try: when (``YYYY-MM-DDTHH:MM:SSZ``), of which commit and phase, by which folded account or team, and whether
    nothing was wrong with it.
    """

    at: str
    head: str
    phase: str
    author: str
    team: str
    valid: bool

    @property
    def day(self) -> str:
        """The ISO day in UTC."""
        return self.at[:10]


def read_ledger(path: str | os.PathLike[str]) -> tuple[Tried, ...]:
    """The tries that a file holds, none if it is not there. Raises ``UnreadableError`` if it is no such file."""
    file = Path(path)
    if not os.path.lexists(file):
        return ()
    try:
        with file.open("rb") as handle:
            data = handle.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnreadableError(f"{file}: cannot be read: {error.strerror}") from None
    if len(data) > MAX_BYTES:
        raise UnreadableError(f"{file}: found more than {MAX_BYTES:,} bytes, expected a file of tries; begin a new one")
    tries = []
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), start=1):
        try:
            tried = Tried(**json.loads(line))
            moment(tried.at)
            if type(tried.valid) is not bool or not all(
                isinstance(value, str) for value in (tried.head, tried.phase, tried.author, tried.team)
            ):
                raise ValueError
        except (ValueError, TypeError, RecursionError, fields.Wrong):
            raise UnreadableError(
                f"{file}: found no try in line {number}, expected what check-pr writes; begin a new file"
            ) from None
        tries.append(tried)
    return tuple(tries)


def write_ledger(path: str | os.PathLike[str], tries: Iterable[Tried]) -> None:
    """Write the file whole. Raises ``OutputError`` if it cannot be written."""
    lines = (json.dumps(asdict(tried), ensure_ascii=True, sort_keys=True) + "\n" for tried in tries)
    write_bytes(Path(path), "".join(lines).encode())


def at_second(now: datetime.datetime) -> str:
    """An instant as the file holds it."""
    return now.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


__all__ = ["MAX_BYTES", "Tried", "at_second", "read_ledger", "write_ledger"]
