"""A judge's replies on disk: one SQLite file, from which all scores are computed.

Replies cost money and time, so each is kept at once: a killed process loses none that it had, while a machine that
loses power may lose the last ones. Nothing else is kept: no key, no address, no words of the prompt. What the file
holds is checked as it is read; a file that is damaged or something else is an error and stays as it is.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from averitec_eval.errors import ResourceError
from averitec_eval.judge.records import MAX_REPLY_CHARS, KeptReply, ReplyKey, canonical
from averitec_eval.judge.turns import Turns
from averitec_eval.scoring.judgements import KINDS
from averitec_eval.sqlite_files import is_empty, pragma, schema

if TYPE_CHECKING:
    import sqlite3

APPLICATION_ID = 0x4156454A
"""Marks an SQLite file as replies of a judge ("AVEJ")."""

SCHEMA_VERSION = 1
BUSY_SECONDS = 30.0
"""How long one process waits for another one's write, which takes milliseconds."""

MOST_AT_ONCE = 500
MAX_NAME_CHARS = 1000
"""How long a model's name, the parameters, a finish reason may be."""

MAX_TOKENS = 1 << 40
MAX_ATTEMPTS = 1000
"""How many replies to one question are kept."""

MAX_RUNS = 1000
"""Of how many runs of one judge replies are kept."""

MEND = (
    "name another file with --replies, or move this one away; replies exported from it before can be imported into "
    "a new one"
)

_TABLE = """\
CREATE TABLE replies (
    digest BLOB NOT NULL,
    attempt INTEGER NOT NULL,
    model TEXT NOT NULL,
    parameters TEXT NOT NULL,
    kind TEXT NOT NULL,
    prompt TEXT NOT NULL,
    inputs TEXT NOT NULL,
    run INTEGER NOT NULL,
    text BLOB NOT NULL,
    finish_reason TEXT NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    served_model TEXT NOT NULL,
    checksum BLOB NOT NULL,
    PRIMARY KEY (digest, attempt)
) WITHOUT ROWID"""
_SCHEMA = [("table", "replies", _TABLE)]
_COLUMNS = (
    "digest, attempt, model, parameters, kind, prompt, inputs, run, text, finish_reason, prompt_tokens, "
    "completion_tokens, served_model, checksum"
)
_INSERT = f"INSERT INTO replies ({_COLUMNS}) VALUES ({', '.join('?' * 14)})"
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Merged:
    """How many replies were added and how many were there already; those in whose place another one stands, each with
    its attempt. If there are any of those, none was added.
    """

    added: int
    there: int
    conflicts: tuple[tuple[ReplyKey, int], ...] = ()


class Replies:
    """A file of replies, opened; made if it does not exist, unless it is only read. Use it in a ``with`` block.

    ``put`` writes at once, and several processes may use one file; ``turns`` says which of them asks what. Not for
    several threads. Raises ``ResourceError``
    where the file is damaged, something else, of another version, or cannot be used here.
    """

    def __init__(self, path: str | os.PathLike[str], readonly: bool = False) -> None:
        import sqlite3

        self.path = Path(path)
        self.readonly = readonly
        self.turns = Turns(self.path)
        self._sqlite = sqlite3
        with self._speaking():
            if self.path.exists() and not self.path.is_file():
                raise ResourceError(f"{self.path}: is not a file, so it cannot hold replies; name another one")
            if readonly and not self.path.exists():
                raise ResourceError(
                    f"{self.path}: there are no replies; 'averitec-eval judge' makes them, 'averitec-eval judge "
                    "import' takes exported ones"
                )
            if not readonly:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = self._connect()
        try:
            with self._speaking():
                self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def _connect(self) -> sqlite3.Connection:
        address = self.path.absolute().as_uri()
        if not self.readonly:
            mode = "rwc"
        else:
            # A file that no process has open has no log beside it, and may lie where nothing can be written.
            log = self.path.with_name(self.path.name + "-wal")
            mode = "ro" if log.exists() else "ro&immutable=1"
        # Without isolation_level Python begins no transaction by itself.
        connection = self._sqlite.connect(
            f"{address}?mode={mode}", uri=True, timeout=BUSY_SECONDS, isolation_level=None
        )
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.text_factory = lambda data: data.decode("utf-8")
        return connection

    def _prepare(self) -> None:
        if is_empty(self._connection) and not self.readonly:
            self._connection.execute("BEGIN IMMEDIATE")
            if is_empty(self._connection):  # another process may have made the table since
                self._connection.execute(_TABLE)
                self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            self._connection.execute("COMMIT")
        if pragma(self._connection, "application_id") != APPLICATION_ID:
            raise ResourceError(
                f"{self.path}: is an SQLite file, but holds no replies of a judge, and was left as it is; name another "
                "file with --replies"
            )
        version = pragma(self._connection, "user_version")
        if version != SCHEMA_VERSION:
            raise ResourceError(
                f"{self.path}: holds replies in a form of version {version}; this averitec-eval knows version "
                f"{SCHEMA_VERSION}; use the averitec-eval that made it, or name another file with --replies"
            )
        # A view or trigger in the table's place could do anything.
        if schema(self._connection) != _SCHEMA:
            raise self._damaged("its tables are not those of a file of replies")
        if not self.readonly:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")

    def __enter__(self) -> Replies:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. Every reply was written when it was put."""
        if self.readonly:
            self._connection.close()
            return
        if self._at_rest():
            self._connection.close()
        else:
            # Of processes that end together each would leave it to another.
            with self.turns.alone():
                self._at_rest()
                self._connection.close()
        self.turns.close()

    def _at_rest(self) -> bool:
        """Leave one file, without a log beside it, that can be read where nothing can be written. False where another
        process has it open, too: that one will do this.
        """
        try:
            self._connection.execute("PRAGMA busy_timeout = 0")
            self._connection.execute("PRAGMA journal_mode = DELETE")
        except self._sqlite.Error:
            return False
        return True

    def get(self, keys: Iterable[ReplyKey]) -> dict[str, tuple[KeptReply, ...]]:
        """The replies under these keys by the keys' digests, in the order of attempts; a key without any is left out.

        Raises ``ResourceError`` where one is damaged.
        """
        wanted = {bytes.fromhex(key.digest()): key for key in keys}
        digests = list(wanted)
        found: dict[str, list[KeptReply]] = {}
        for start in range(0, len(digests), MOST_AT_ONCE):
            part = digests[start : start + MOST_AT_ONCE]
            marks = ",".join("?" * len(part))
            with self._speaking():
                rows = self._connection.execute(
                    f"SELECT {_COLUMNS} FROM replies WHERE digest IN ({marks}) ORDER BY digest, attempt", part
                ).fetchall()
            for row in rows:
                _, reply = self._read(row)
                found.setdefault(row[0].hex(), []).append(reply)
        return {digest: tuple(replies) for digest, replies in found.items()}

    def put(self, key: ReplyKey, reply: KeptReply) -> KeptReply:
        """Keep a reply as the next attempt at its question, at once, and give it as it was kept.

        Text beyond ``MAX_REPLY_CHARS`` is cut off. Raises ``ValueError`` for a key or reply that cannot be kept, and
        ``ResourceError`` where the file cannot be written.
        """
        cut = reply if len(reply.text) <= MAX_REPLY_CHARS else replace(reply, text=reply.text[:MAX_REPLY_CHARS])
        problems = problems_of(key, cut)
        if problems:
            raise ValueError("; ".join(problems))
        with self._speaking(), self._transaction():
            digest = bytes.fromhex(key.digest())
            row = self._connection.execute("SELECT max(attempt) FROM replies WHERE digest = ?", (digest,)).fetchone()
            kept = replace(cut, attempt=0 if row[0] is None else row[0] + 1)
            if kept.attempt >= MAX_ATTEMPTS:
                raise ValueError(f"there are {MAX_ATTEMPTS:,} replies to this question")
            self._connection.execute(_INSERT, _row(digest, key, kept))
        return kept

    def merge(self, pairs: Iterable[tuple[ReplyKey, KeptReply]]) -> Merged:
        """Keep replies as the attempts that they say they are, all of them or, if any conflicts or ``pairs`` raises,
        none. Raises ``ValueError`` for one that cannot be kept.
        """
        added = there = 0
        conflicts: list[tuple[ReplyKey, int]] = []
        with self._speaking():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                for key, reply in pairs:
                    problems = problems_of(key, reply)
                    if problems:
                        raise ValueError("; ".join(problems))
                    row = _row(bytes.fromhex(key.digest()), key, reply)
                    kept = self._connection.execute(
                        f"SELECT {_COLUMNS} FROM replies WHERE digest = ? AND attempt = ?", row[:2]
                    ).fetchone()
                    if kept is None:
                        self._connection.execute(_INSERT, row)
                        added += 1
                    elif self._read(kept) == (key, reply):
                        there += 1
                    else:
                        conflicts.append((key, reply.attempt))
                self._connection.execute("ROLLBACK" if conflicts else "COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        return Merged(0 if conflicts else added, there, tuple(conflicts))

    def __iter__(self) -> Iterator[tuple[ReplyKey, KeptReply]]:
        """Yield all replies by model, parameters, run, kind, prompt, inputs and attempt.

        Raises ``ResourceError`` where one is damaged.
        """
        with self._speaking():
            cursor = self._connection.execute(
                f"SELECT {_COLUMNS} FROM replies ORDER BY model, parameters, run, kind, prompt, inputs, attempt"
            )
        while True:
            with self._speaking():
                rows = cursor.fetchmany(MOST_AT_ONCE)
            if not rows:
                return
            yield from map(self._read, rows)

    def __len__(self) -> int:
        with self._speaking():
            return int(self._connection.execute("SELECT count(*) FROM replies").fetchone()[0])

    def _read(self, row: Sequence[Any]) -> tuple[ReplyKey, KeptReply]:
        try:
            digest, attempt, model, parameters, kind, prompt, inputs, run, text, reason, taken, made, served, sum_ = row
            if sum_ != _checksum(row[:-1]):
                raise ValueError("they are not what was written")
            key = ReplyKey(model, parameters, kind, prompt, inputs, run)
            reply = KeptReply(text.decode("utf-8", "surrogatepass"), reason, taken, made, served, attempt)
            if bytes.fromhex(key.digest()) != digest or problems_of(key, reply):
                raise ValueError("they contradict themselves")
        except (TypeError, ValueError, AttributeError) as error:
            raise self._damaged(f"replies cannot be used: {error}") from None
        return key, reply

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        """Turns SQLite's errors into this package's."""
        try:
            yield
        except self._sqlite.OperationalError as error:
            raise ResourceError(
                f"{self.path}: cannot be used as the file of replies here and now: {error}; see that it and its folder "
                "can be written, or name another file with --replies"
            ) from None
        except (self._sqlite.DatabaseError, UnicodeDecodeError) as error:
            raise self._damaged(str(error)) from None
        except OSError as error:
            raise ResourceError(
                f"{self.path}: cannot be used as the file of replies: {error.strerror}; name another one with --replies"
            ) from None

    def _damaged(self, what: str) -> ResourceError:
        return ResourceError(f"{self.path}: is damaged, or no file of replies: {what}; it was left as it is; {MEND}")


def problems_of(key: ReplyKey, reply: KeptReply) -> list[str]:
    """What is wrong with a reply and its key, each a short sentence; none where they can be kept."""
    found = []
    names = {"model": key.model, "finish_reason": reply.finish_reason, "served_model": reply.served_model}
    for name, value in names.items():
        if not isinstance(value, str) or len(value) > MAX_NAME_CHARS or not _encodes(value):
            found.append(f"{name} is no text of at most {MAX_NAME_CHARS:,} characters")
    if not isinstance(key.model, str) or not key.model:
        found.append("model is empty")
    if not _is_canonical(key.parameters):
        found.append("parameters are no canonical JSON object of texts, numbers and truth values")
    if key.kind not in KINDS:
        found.append(f"kind is none of {', '.join(KINDS)}")
    for name in ("prompt", "inputs"):
        value = getattr(key, name)
        if not isinstance(value, str) or not _SHA256.fullmatch(value):
            found.append(f"{name} is no SHA-256 in 64 hexadecimal digits")
    counts = {
        "run": (key.run, MAX_RUNS),
        "attempt": (reply.attempt, MAX_ATTEMPTS),
        "prompt_tokens": (reply.prompt_tokens, MAX_TOKENS),
        "completion_tokens": (reply.completion_tokens, MAX_TOKENS),
    }
    for name, (count, limit) in counts.items():
        if type(count) is not int or not 0 <= count < limit:
            found.append(f"{name} is no whole number from 0 to {limit - 1:,}")
    if not isinstance(reply.text, str) or len(reply.text) > MAX_REPLY_CHARS:
        found.append(f"text is no text of at most {MAX_REPLY_CHARS:,} characters")
    return found


def _encodes(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _is_canonical(text: Any) -> bool:
    if not isinstance(text, str) or len(text) > MAX_NAME_CHARS:
        return False
    try:
        value = json.loads(text)
        return (
            isinstance(value, dict)
            and all(isinstance(item, (str, int, float, bool)) for item in value.values())
            and canonical(value) == text
        )
    except (ValueError, RecursionError):
        return False


def _row(digest: bytes, key: ReplyKey, reply: KeptReply) -> tuple[Any, ...]:
    row = (
        digest,
        reply.attempt,
        key.model,
        key.parameters,
        key.kind,
        key.prompt,
        key.inputs,
        key.run,
        reply.text.encode("utf-8", "surrogatepass"),
        reply.finish_reason,
        reply.prompt_tokens,
        reply.completion_tokens,
        reply.served_model,
    )
    return (*row, _checksum(row))


def _checksum(row: Sequence[Any]) -> bytes:
    """Sixteen bytes that a damaged row has no longer."""
    parts = (value.hex() if isinstance(value, bytes) else value for value in row)
    return hashlib.sha256(json.dumps([*parts], separators=(",", ":")).encode()).digest()[:16]


__all__ = [
    "APPLICATION_ID",
    "MAX_ATTEMPTS",
    "MAX_NAME_CHARS",
    "MAX_RUNS",
    "MAX_TOKENS",
    "SCHEMA_VERSION",
    "Merged",
    "Replies",
    "problems_of",
]
