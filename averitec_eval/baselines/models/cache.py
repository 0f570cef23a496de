"""Replies and vectors kept on disk by their content, so that nothing is asked of a model twice.

A cache is a convenience: an entry that is damaged counts as missing, and a disk that fails stops no run. Nothing of a
request is kept but its hash, and no key is in what is hashed.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from averitec_eval.baselines.ports import ChatModel, ChatRequest, Embedder, Reply
from averitec_eval.errors import ResourceError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

APPLICATION_ID = 0x41564543
"""Marks an SQLite file as a cache of this package ("AVEC")."""

SCHEMA_VERSION = 1
BUSY_SECONDS = 10.0
MOST_AT_ONCE = 500


class Cache:
    """Byte strings by hash in one SQLite file, made if it does not exist; safe to use from several threads and
    processes. Raises ``ResourceError`` where the file is something else, damaged or cannot be made.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._lock = threading.Lock()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._connection: sqlite3.Connection | None = sqlite3.connect(
                self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare(self._connection)
            except BaseException:
                self._connection.close()
                raise
        except (OSError, sqlite3.Error) as error:
            raise ResourceError(
                f"{self.path}: cannot be used as a cache of replies: {error}; name another file with --cache, delete "
                "this one, or run with --cache none"
            ) from None

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA trusted_schema = OFF")
        empty = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        marked = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if not empty and (marked != APPLICATION_ID or version != SCHEMA_VERSION):
            raise ResourceError(
                f"{self.path}: is an SQLite file, but not a cache of this version of averitec-eval, and was left as it "
                "is; name another file with --cache"
            )
        # A lost entry is asked for again, so losing power may lose the last ones; a killed process loses none.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        if empty:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS entries (key BLOB PRIMARY KEY NOT NULL, value BLOB NOT NULL, "
                "checksum BLOB NOT NULL) WITHOUT ROWID"
            )
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            connection.execute("COMMIT")

    def get(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """The entries that are there and as they were written."""
        found: dict[bytes, bytes] = {}
        with self._lock:
            if self._connection is None:
                return {}
            try:
                for start in range(0, len(keys), MOST_AT_ONCE):
                    part = keys[start : start + MOST_AT_ONCE]
                    marks = ",".join("?" * len(part))
                    rows = self._connection.execute(
                        f"SELECT key, value, checksum FROM entries WHERE key IN ({marks})", tuple(part)
                    )
                    found.update((key, value) for key, value, checksum in rows if checksum == _checksum(key, value))
            except (sqlite3.Error, TypeError):
                return {}
        return found

    def put(self, entries: Mapping[bytes, bytes]) -> None:
        """Keep these, in one transaction."""
        rows = [(key, value, _checksum(key, value)) for key, value in entries.items()]
        with self._lock:
            if self._connection is None or not rows:
                return
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                self._connection.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?)", rows)
                self._connection.execute("COMMIT")
            except sqlite3.Error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close the file; further entries are neither found nor kept."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


def _checksum(key: bytes, value: bytes) -> bytes:
    return hashlib.sha256(key + value).digest()[:16]


def content_key(kind: str, identity: Mapping[str, Any], content: Any) -> bytes:
    """The hash that an entry is found by: of what kind it is, which model made it, and of what."""
    text = json.dumps([kind, dict(identity), content], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


@dataclass(eq=False)
class CachedChat:
    """A chat model whose replies are kept. ``identity`` says which model it is, with all settings that change what it
    replies.
    """

    model: ChatModel
    cache: Cache
    identity: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def concurrency(self) -> int:
        return int(getattr(self.model, "concurrency", 1))

    def chat(self, request: ChatRequest) -> tuple[Reply, ...]:
        """The kept replies, marked as such, else the model's, which are kept. Failures are not."""
        key = content_key("chat", self.identity, _content(request))
        kept = self.cache.get([key]).get(key)
        if kept is not None:
            return tuple(
                Reply(text, model, prompt_tokens, completion_tokens, cached=True)
                for text, model, prompt_tokens, completion_tokens in json.loads(kept)
            )
        replies = self.model.chat(request)
        fields = [[reply.text, reply.model, reply.prompt_tokens, reply.completion_tokens] for reply in replies]
        self.cache.put({key: json.dumps(fields).encode("ascii")})
        return replies


def _content(request: ChatRequest) -> dict[str, Any]:
    """All of a request that decides what is replied; what it is for does not."""
    return {
        "messages": [[message.role, message.content] for message in request.messages],
        "prefix": request.prefix,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "max_tokens": request.max_tokens,
        "stop": list(request.stop),
        "n": request.n,
        "seed": request.seed,
        "schema": request.schema,
    }


@dataclass(eq=False)
class CachedEmbedder:
    """An embedding model whose vectors are kept, text by text."""

    model: Embedder
    cache: Cache
    identity: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.model.name

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The kept vectors, and the model's for the other texts, which are kept."""
        import numpy as np

        keys = [content_key("embedding", self.identity, text) for text in texts]
        kept = {key: np.frombuffer(value, dtype="<f4") for key, value in self.cache.get(list(set(keys))).items()}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in kept}
        if missing or not texts:
            made = self.model.embed(list(missing.values()))
            if not texts:
                return made
            # A model that knows its dimensions only from an answer gives blank texts none.
            width = max([made.shape[1], *(len(vector) for vector in kept.values())])
            fresh = dict(zip(missing, made, strict=True))
            if made.shape[1]:
                self.cache.put({key: vector.astype("<f4").tobytes() for key, vector in fresh.items()})
            empty = np.zeros(width, dtype=np.float32)
            kept |= {key: vector if made.shape[1] else empty for key, vector in fresh.items()}
        return np.stack([kept[key] for key in keys]).astype(np.float32)


__all__ = ["Cache", "CachedChat", "CachedEmbedder", "content_key"]
