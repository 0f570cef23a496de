"""The result store: what validating and scoring a prediction file gave, kept so that it is never done twice.

One SQLite file beside the board's configuration. Results, details and audits are a cache: losing them costs time, no
data. The history, of which a board's changelog is made, is nowhere else. What the file holds is read as JSON and
checked; one that is damaged or something else is an error and stays as it is.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from averitec_eval.audit.documents import audit_from_dict
from averitec_eval.audit.records import Audit
from averitec_eval.errors import ResourceError
from averitec_eval.json_output import to_json
from averitec_eval.leaderboard.history import Record
from averitec_eval.scoring.details import ClaimDetail
from averitec_eval.scoring.results import ClaimScore, Result
from averitec_eval.sqlite_files import is_empty, pragma, schema
from averitec_eval.validation import Report

APPLICATION_ID = 0x41564556
"""Marks an SQLite file as a store of this package ("AVEV")."""

SCHEMA_VERSION = 3
"""Version of the tables. A store of version 1, which has outcomes only, or 2, which has no audits, gets the others; any
other one is refused.
"""

DETAILS_VERSION = 1
"""Version of the stored details; those of another version count as not there."""

BUSY_SECONDS = 30.0
"""How long one build waits for another one's write, which takes milliseconds."""

MAX_DOCUMENT_BYTES = 64 * 1024 * 1024
"""How large a stored report or result may be."""

MAX_CLAIMS_BYTES = 512 * 1024 * 1024
"""How large a result's claims or details may be, unpacked."""

MEND = "nothing but the board's changelog is lost if you delete the file and build again; or build with --no-store"

_TABLE = """\
CREATE TABLE outcomes (
    submission_sha256 TEXT NOT NULL,
    gold_sha256 TEXT NOT NULL,
    signature TEXT NOT NULL,
    settings TEXT NOT NULL,
    report BLOB NOT NULL,
    result BLOB,
    claims BLOB,
    checksum TEXT NOT NULL,
    PRIMARY KEY (submission_sha256, gold_sha256, signature, settings)
)"""
_DETAILS_TABLE = """\
CREATE TABLE details (
    submission_sha256 TEXT NOT NULL,
    gold_sha256 TEXT NOT NULL,
    signature TEXT NOT NULL,
    settings TEXT NOT NULL,
    details BLOB NOT NULL,
    checksum TEXT NOT NULL,
    PRIMARY KEY (submission_sha256, gold_sha256, signature, settings)
)"""
_AUDITS_TABLE = """\
CREATE TABLE audits (
    submission_sha256 TEXT NOT NULL,
    gold_sha256 TEXT NOT NULL,
    signature TEXT NOT NULL,
    settings TEXT NOT NULL,
    audit BLOB NOT NULL,
    checksum TEXT NOT NULL,
    PRIMARY KEY (submission_sha256, gold_sha256, signature, settings)
)"""
_HISTORY_TABLE = """\
CREATE TABLE history (
    number INTEGER PRIMARY KEY NOT NULL,
    date TEXT,
    record BLOB NOT NULL,
    checksum TEXT NOT NULL
)"""
_TABLES = {
    1: {"outcomes": _TABLE},
    2: {"details": _DETAILS_TABLE, "history": _HISTORY_TABLE},
    3: {"audits": _AUDITS_TABLE},
}
"""The tables that each version brought."""

_SCHEMA = {
    version: sorted(("table", *table) for since in _TABLES if since <= version for table in _TABLES[since].items())
    for version in _TABLES
}
_KEY = "WHERE submission_sha256 = ? AND gold_sha256 = ? AND signature = ? AND settings = ?"

# SQLite's own words for trouble of the moment or the place, as opposed to a damaged file. Python 3.10 has no codes.
_ENVIRONMENT = (
    "database is locked",
    "database table is locked",
    "locking protocol",
    "attempt to write a readonly database",
    "unable to open database file",
    "disk I/O error",
    "database or disk is full",
    "access permission denied",
)


DAMAGED: tuple[Any, ...] = ("damaged",)
"""Stands for details that are there, but not as they were written."""


class StoreUnavailableError(ResourceError):
    """The store cannot be used here and now, though it is not damaged: a read-only folder, a full disk, a lock."""


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What an outcome depends on.

    The SHA-256 of the prediction file and of the gold file, the printed signature, and ``settings``: a JSON text of
    all else that decides the outcome, such as levels the signature does not name.
    """

    submission_sha256: str
    gold_sha256: str
    signature: str
    settings: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What validating and scoring one prediction file gave.

    ``report`` is what validation found; its ``name`` is None, for the same bytes may lie under several names. It is
    None itself only where the file changed while it was read, and ``message`` then says so. ``result`` is None where
    the file is invalid or unreadable.
    """

    report: Report | None
    result: Result | None
    message: str = ""


@dataclass(frozen=True, slots=True)
class StoredDocuments:
    """One row of the store, unpacked but not interpreted. ``intact`` says whether it is what was once written."""

    report: Any
    result: Any
    claims: tuple[Any, ...]
    intact: bool


class Store:
    """A result store, opened; made if it does not exist, unless ``make`` is False. Use it in a ``with`` block.

    Every outcome is written in a transaction of its own, so that a process killed at any moment leaves a sound store
    of whole outcomes, and several processes can use one store at once. Raises ``ResourceError`` if the file is damaged,
    something else, or of another version, and ``StoreUnavailableError`` if it cannot be used here and now; neither
    changes the file. Whoever meets the latter and goes on without the store sets ``given_up``, so that nobody else
    waits for it.
    """

    def __init__(self, path: str | os.PathLike[str], *, make: bool = True) -> None:
        self.path = Path(path)
        self.closed = False
        self.given_up = False
        with self._speaking():
            if make:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            elif not self.path.exists():
                raise ResourceError(
                    f"{self.path}: there is no result store; 'averitec-eval leaderboard build' makes it"
                )
            if self.path.exists() and not self.path.is_file():
                raise ResourceError(f"{self.path}: is not a file, so it cannot be the result store; name another one")
            address = f"{self.path.absolute().as_uri()}?mode={'rwc' if make else 'rw'}"
            # Without isolation_level Python begins no transaction by itself.
            self._connection = sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            with self._speaking():
                self._connection.execute("PRAGMA trusted_schema = OFF")
                self._connection.execute("PRAGMA synchronous = FULL")
                if not make:
                    self._connection.execute("PRAGMA query_only = ON")
                self._prepare(make)
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self, make: bool) -> None:
        if is_empty(self._connection):
            if not make:
                raise ResourceError(
                    f"{self.path}: the result store is empty; 'averitec-eval leaderboard build' fills it"
                )
            with self._transaction():
                # Another process may have made the table since.
                if is_empty(self._connection):
                    self._make_tables(since=0)
                    self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        if pragma(self._connection, "application_id") != APPLICATION_ID:
            raise ResourceError(
                f"{self.path}: is an SQLite file, but not a result store of averitec-eval, and was left as it is; "
                "move it away or name another file as 'store' in the configuration"
            )
        self._version = pragma(self._connection, "user_version")
        if self._version not in _SCHEMA:
            raise ResourceError(
                f"{self.path}: is a result store of version {self._version}; this averitec-eval needs version "
                f"{SCHEMA_VERSION}; {MEND}"
            )
        # A view or trigger in a table's place could do anything; only the tables themselves are trusted.
        if schema(self._connection) != _SCHEMA[self._version]:
            raise self._damaged("its tables are not those of a result store")
        if self._version < SCHEMA_VERSION and make:
            self._upgrade()

    def _upgrade(self) -> None:
        try:
            with self._transaction():
                self._make_tables(since=pragma(self._connection, "user_version"))
        except sqlite3.Error as error:
            if not _of_the_moment(error):
                raise
            return  # where nothing can be written, the outcomes can still be read
        self._version = SCHEMA_VERSION

    def _make_tables(self, since: int) -> None:
        """Make the tables that a store of the version ``since`` lacks."""
        for version, tables in _TABLES.items():
            for statement in tables.values() if version > since else ():
                self._connection.execute(statement)
        self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. Every outcome was written when it was put."""
        self.closed = True
        self._connection.close()

    def get(self, key: Key) -> Outcome | None:
        """The outcome under this key, equal to the one that was put, or None if there is none.

        Raises ``ResourceError`` if it is damaged.
        """
        stored = self.documents(key)
        if stored is None:
            return None
        try:
            return _read(stored)
        except ValueError as error:
            name = key.submission_sha256[:12]
            raise self._damaged(f"the outcome of the submission {name}… cannot be used: {error}") from None

    def documents(self, key: Key) -> StoredDocuments | None:
        """The documents under this key as they stand in the file, sound or not, or None if there are none."""
        with self._speaking():
            sizes = self._connection.execute(
                f"SELECT length(report), length(result), length(claims) FROM outcomes {_KEY}", astuple(key)
            ).fetchone()
            if sizes is None:
                return None
            limits = (MAX_DOCUMENT_BYTES, MAX_DOCUMENT_BYTES, MAX_CLAIMS_BYTES)
            if any(size is not None and size > limit for size, limit in zip(sizes, limits, strict=True)):
                return StoredDocuments(None, None, (), intact=False)
            row = self._connection.execute(
                f"SELECT report, result, claims, checksum FROM outcomes {_KEY}", astuple(key)
            ).fetchone()
        if row is None:  # removed by another process since
            return None
        report, result, claims = (value.encode("utf-8") if isinstance(value, str) else value for value in row[:3])
        try:
            intact = row[3] == _checksum(key, report, result, claims)
            lines = () if claims is None else tuple(map(json.loads, _unpack(claims).splitlines()))
            return StoredDocuments(_parse(report), _parse(result), lines, intact)
        except (TypeError, ValueError, RecursionError, zlib.error):
            return StoredDocuments(None, None, (), intact=False)

    def all_keys(self) -> Iterator[Key]:
        """Yield all keys in order."""
        with self._speaking():
            rows = self._connection.execute("SELECT submission_sha256, gold_sha256, signature, settings FROM outcomes")
            keys = sorted(Key(*map(str, row)) for row in rows)
        yield from keys

    def put(self, key: Key, outcome: Outcome) -> None:
        """Store an outcome, in place of any under the same key. One that is too large is not stored."""
        row = _row(key, outcome)
        if row is not None:
            with self._speaking(), self._transaction():
                self._insert(row)

    def replace_all(
        self,
        outcomes: Iterable[tuple[Key, Outcome]],
        details: Iterable[tuple[Key, Sequence[ClaimDetail]]] = (),
        audits: Iterable[tuple[Key, Audit]] = (),
    ) -> None:
        """Make these outcomes, details and audits the only ones, in one transaction. The history stays."""
        rows = [row for key, outcome in outcomes if (row := _row(key, outcome)) is not None]
        detail_rows = [row for key, of_one in details if (row := _details_row(key, of_one)) is not None]
        audit_rows = [row for key, audit in audits if (row := _audit_row(key, audit)) is not None]
        with self._speaking(), self._transaction():
            self._connection.execute("DELETE FROM outcomes")
            for row in rows:
                self._insert(row)
            if self._version > 1:
                self._connection.execute("DELETE FROM details")
                for row in detail_rows:
                    self._insert_details(row)
            if self._version > 2:
                self._connection.execute("DELETE FROM audits")
                for row in audit_rows:
                    self._insert_audit(row)

    def details(self, key: Key) -> tuple[ClaimDetail, ...] | None:
        """The details under this key, equal to those that were put, or None if there are none.

        Raises ``ResourceError`` if they are damaged.
        """
        documents = self.detail_documents(key)
        try:
            if documents is None:
                return None
            if documents is DAMAGED:
                raise ValueError("they are not what was written")
            return tuple(map(ClaimDetail.from_dict, documents))
        except ValueError as error:
            name = key.submission_sha256[:12]
            raise self._damaged(f"the details of the submission {name}… cannot be used: {error}") from None

    def detail_documents(self, key: Key) -> tuple[Any, ...] | None:
        """The details under this key as JSON values, ``DAMAGED`` where they are not what was once written."""
        if self._version == 1:
            return None
        with self._speaking():
            sizes = self._connection.execute(f"SELECT length(details) FROM details {_KEY}", astuple(key)).fetchone()
            if sizes is None:
                return None
            if sizes[0] > MAX_CLAIMS_BYTES:
                return DAMAGED
            row = self._connection.execute(f"SELECT details, checksum FROM details {_KEY}", astuple(key)).fetchone()
        if row is None:
            return None
        try:
            if not isinstance(row[0], bytes) or row[1] != _checksum(key, row[0]):
                return DAMAGED
            head, *lines = map(json.loads, _unpack(row[0]).splitlines())
            return tuple(lines) if head == {"version": DETAILS_VERSION} else None
        except (TypeError, ValueError, RecursionError, zlib.error):
            return DAMAGED

    def put_details(self, key: Key, details: Sequence[ClaimDetail]) -> None:
        """Store the details of a prediction file, in place of any under the same key. If too large, they are not."""
        row = _details_row(key, details)
        if row is not None and self._version > 1:
            with self._speaking(), self._transaction():
                self._insert_details(row)

    def audit(self, key: Key) -> Audit | None:
        """The audit under this key, equal to the one that was put, or None if there is none.

        Raises ``ResourceError`` if it is damaged.
        """
        document = self.audit_document(key)
        try:
            return None if document is None else audit_from_dict(document)
        except ValueError as error:
            name = key.submission_sha256[:12]
            raise self._damaged(f"the audit of the submission {name}… cannot be used: {error}") from None

    def audit_document(self, key: Key) -> Any:
        """The audit under this key as a JSON value, ``DAMAGED`` where it is not what was once written, None if there is
        none.
        """
        if self._version < 3:
            return None
        with self._speaking():
            size = self._connection.execute(f"SELECT length(audit) FROM audits {_KEY}", astuple(key)).fetchone()
            if size is None:
                return None
            if size[0] > MAX_DOCUMENT_BYTES:
                return DAMAGED
            row = self._connection.execute(f"SELECT audit, checksum FROM audits {_KEY}", astuple(key)).fetchone()
        if row is None:
            return None
        try:
            if not isinstance(row[0], bytes) or row[1] != _checksum(key, row[0]):
                return DAMAGED
            return json.loads(_unpack(row[0]))
        except (TypeError, ValueError, RecursionError, zlib.error):
            return DAMAGED

    def put_audit(self, key: Key, audit: Audit) -> None:
        """Store the audit of a prediction file, in place of any under the same key. If too large, it is not."""
        row = _audit_row(key, audit)
        if row is not None and self._version > 2:
            with self._speaking(), self._transaction():
                self._insert_audit(row)

    def history(self) -> tuple[Record, ...]:
        """What was recorded of the board, oldest first. Raises ``ResourceError`` if it is damaged."""
        if self._version == 1:
            return ()
        with self._speaking():
            (size,) = self._connection.execute("SELECT max(length(record)) FROM history").fetchone()
            if size is not None and size > MAX_DOCUMENT_BYTES:
                raise self._damaged("a record of its history is too large")
            rows = self._connection.execute(
                "SELECT number, date, record, checksum FROM history ORDER BY number"
            ).fetchall()
        records = []
        for number, date, record, checksum in rows:
            try:
                if not isinstance(record, bytes) or checksum != _history_checksum(number, date, record):
                    raise ValueError("it is not what was written")
                records.append(Record.from_dict(number, date, json.loads(record)))
            except (TypeError, ValueError, RecursionError) as error:
                raise self._damaged(f"the record {number} of its history cannot be used: {error}") from None
        return tuple(records)

    def add_record(self, date: str | None, record: Record) -> None:
        """Add a record to the history under the next number, unless the last one says the same.

        Raises ``ResourceError`` if the history is damaged.
        """
        data = _encode(record.to_dict())
        if self._version == 1 or len(data) > MAX_DOCUMENT_BYTES:
            return
        self.history()  # nothing is added to what is damaged
        with self._speaking(), self._transaction():
            last = self._connection.execute("SELECT number, record FROM history ORDER BY number DESC").fetchone()
            if last is None or last[1] != data:
                number = 1 if last is None else last[0] + 1
                row = (number, date, data, _history_checksum(number, date, data))
                self._connection.execute("INSERT INTO history VALUES (?, ?, ?, ?)", row)

    def _insert_details(self, row: tuple[str | bytes, ...]) -> None:
        self._connection.execute("INSERT OR REPLACE INTO details VALUES (?, ?, ?, ?, ?, ?)", row)

    def _insert_audit(self, row: tuple[str | bytes, ...]) -> None:
        self._connection.execute("INSERT OR REPLACE INTO audits VALUES (?, ?, ?, ?, ?, ?)", row)

    def _insert(self, row: tuple[str | bytes | None, ...]) -> None:
        self._connection.execute("INSERT OR REPLACE INTO outcomes VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        # The write lock is taken at the start: a transaction that begins by reading could fail when it comes to write.
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        """Turn what SQLite and the system say into errors of this package."""
        try:
            yield
        except OSError as error:
            raise StoreUnavailableError(
                f"{self.path}: the result store cannot be used: {error.strerror or error}"
            ) from None
        except sqlite3.Error as error:
            if _of_the_moment(error):
                raise StoreUnavailableError(f"{self.path}: the result store cannot be used: {error}") from None
            raise self._damaged(str(error)) from None
        except UnicodeDecodeError:  # SQLite quotes a damaged name in what it says
            raise self._damaged("it names what is no UTF-8") from None

    def _damaged(self, found: str) -> ResourceError:
        return ResourceError(f"{self.path}: the result store is damaged: {found}; {MEND}")


def _of_the_moment(error: sqlite3.Error) -> bool:
    """Whether the trouble is one of the moment or the place."""
    return any(words in str(error) for words in _ENVIRONMENT)


def _read(stored: StoredDocuments) -> Outcome:
    if not stored.intact:
        raise ValueError("it is not what was written")
    report = Report.from_dict(stored.report)
    if stored.result is None:
        return Outcome(report, None)
    return Outcome(report, Result.from_dict(stored.result, tuple(map(ClaimScore.from_dict, stored.claims))))


def _row(key: Key, outcome: Outcome) -> tuple[str | bytes | None, ...] | None:
    if outcome.report is None:
        return None
    report = _encode(outcome.report.to_dict())
    result = claims = None
    if outcome.result is not None:
        result = _encode(outcome.result.to_dict())
        lines = b"".join(map(_encode, outcome.result.claim_dicts()))
        if len(lines) > MAX_CLAIMS_BYTES:
            return None
        claims = zlib.compress(lines)
    if len(report) > MAX_DOCUMENT_BYTES or len(result or b"") > MAX_DOCUMENT_BYTES:
        return None
    return (*astuple(key), report, result, claims, _checksum(key, report, result, claims))


def _details_row(key: Key, details: Sequence[ClaimDetail]) -> tuple[str | bytes, ...] | None:
    head = _encode({"version": DETAILS_VERSION})
    data = b"".join((head, *(_encode(detail.to_dict()) for detail in details)))
    if len(data) > MAX_CLAIMS_BYTES:
        return None
    packed = zlib.compress(data)
    return (*astuple(key), packed, _checksum(key, packed))


def _audit_row(key: Key, audit: Audit) -> tuple[str | bytes, ...] | None:
    data = _encode(audit.to_dict())
    if len(data) > MAX_DOCUMENT_BYTES:
        return None
    packed = zlib.compress(data)
    return (*astuple(key), packed, _checksum(key, packed))


def _history_checksum(number: Any, date: Any, record: bytes) -> str:
    return hashlib.sha256(_encode({"number": number, "date": date}) + record).hexdigest()


def _encode(document: Mapping[str, Any]) -> bytes:
    return to_json(document, indent=None).encode("ascii")


def _parse(data: bytes | None) -> Any:
    return None if data is None else json.loads(data)


def _unpack(data: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    lines = unpacker.decompress(data, MAX_CLAIMS_BYTES)
    if not unpacker.eof:
        raise ValueError("the claims are cut or too large")
    return lines


def _checksum(key: Key, *parts: bytes | None) -> str:
    """SHA-256 over the key and the documents, each with its length: SQLite itself keeps no checksums."""
    digest = hashlib.sha256()
    for part in (*(text.encode("utf-8") for text in astuple(key)), *parts):
        digest.update(b"-" if part is None else len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


__all__ = [
    "APPLICATION_ID",
    "BUSY_SECONDS",
    "DAMAGED",
    "DETAILS_VERSION",
    "MAX_CLAIMS_BYTES",
    "MAX_DOCUMENT_BYTES",
    "MEND",
    "SCHEMA_VERSION",
    "Key",
    "Outcome",
    "Store",
    "StoreUnavailableError",
    "StoredDocuments",
]
