"""The knowledge store: what was found on the web for each claim, read one claim at a time.

The task distributes a folder or zip file of files named ``<claim_id>.json``, at any depth. Each holds JSON lines: one
page on each, with ``claim_id`` (text, the file's name), ``type`` (how the page was found; ``gold`` is the annotators'
own source), ``query``, ``url`` and ``url2text``, a list of passages. Stores derived from it may leave out all but
``url`` and ``url2text``, or hold one string there.

Real claims come with a thousand pages, hundreds of thousands of passages, blank ones and repetitions. Whatever is odd
is counted and passed over; only a store that cannot be opened at all is an error.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import lzma
import os
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path, PurePosixPath
from typing import IO, Any

from averitec_eval.baselines.state import Document, Trouble
from averitec_eval.errors import UnreadableError

STAGE = "store"
"""The stage that troubles of a store are noted under."""

_NAME = re.compile(r"(0|[1-9][0-9]{0,17})\.(?:json|jsonl)(?:\.gz)?")
_SURROGATES = re.compile("[\ud800-\udfff]")
_BAD_MEMBER = (OSError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error, lzma.LZMAError)
"""What reading a damaged, encrypted or oddly packed file may raise."""


@dataclass(frozen=True, slots=True)
class StoreLimits:
    """The most that is read, so that no file can fill the memory: bytes of a line, bytes of a claim's file (unpacked),
    passages of a claim. What is beyond is left out and reported.
    """

    line: int = 64 << 20
    file: int = 2 << 30
    passages: int = 5_000_000


@dataclass(frozen=True, slots=True)
class StoreCounts:
    """What a claim's file held.

    ``lines`` counts those that are not blank, ``documents`` the pages given on, ``passages`` theirs that are not blank.
    ``gold`` counts pages of type ``gold``, ``gold_dropped`` those of them left out because the reader was told to.
    ``empty`` pages have no text, ``blank`` passages nothing but white space, ``odd`` passages are no text at all.
    ``broken`` lines are no JSON object with a ``url2text``, ``long`` ones exceed the limit, ``mended`` ones hold bytes
    that are no UTF-8 and are read with U+FFFD in their place, ``other_ids`` name another claim than the file does.
    """

    lines: int = 0
    documents: int = 0
    passages: int = 0
    gold: int = 0
    gold_dropped: int = 0
    empty: int = 0
    blank: int = 0
    odd: int = 0
    broken: int = 0
    long: int = 0
    mended: int = 0
    other_ids: int = 0

    def __add__(self, other: StoreCounts) -> StoreCounts:
        return StoreCounts(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


@dataclass(frozen=True, slots=True)
class StoredClaim:
    """What the store holds for a claim: its pages in file order, what was counted, what went wrong."""

    claim_id: int
    documents: tuple[Document, ...] = field(default=(), repr=False)
    counts: StoreCounts = StoreCounts()
    troubles: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a claim's file lies: a path, and its member's name if the path is a zip file."""

    path: Path
    member: str
    size: int
    crc: int

    @property
    def shown(self) -> str:
        return f"{self.path}{'!' if self.member else ''}{self.member}"


class KnowledgeStore:
    """A knowledge store in a folder, in a zip file, or in a folder of zip files.

    Files of other names are ignored. ``drop_gold`` leaves out pages of type ``gold``. Opening reads names only. Raises
    ``UnreadableError`` if ``path`` is neither, holds no claim's file, or holds two for one claim.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, drop_gold: bool = False, limits: StoreLimits | None = None
    ) -> None:
        self.path = Path(path)
        self.drop_gold = drop_gold
        self.limits = limits or StoreLimits()
        self._places = _find(self.path)
        self._archive: zipfile.ZipFile | None = None

    def __enter__(self) -> KnowledgeStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the zip file that is open, if any; reading opens it again."""
        if self._archive is not None:
            self._archive.close()
            self._archive = None

    def claim_ids(self) -> tuple[int, ...]:
        """The claims that have a file, in ascending order."""
        return tuple(sorted(self._places))

    def fingerprint(self) -> str:
        """A SHA-256 that changes when a file is added, removed or resized, or when ``drop_gold`` does.

        The contents, gigabytes in the real store, are not read; of zip members the checksum in the archive counts too.
        """
        listed = [
            [claim_id, place.size, place.crc] for claim_id, place in sorted(self._places.items(), key=lambda x: x[0])
        ]
        return hashlib.sha256(json.dumps([self.drop_gold, listed]).encode()).hexdigest()

    def read(self, claim_id: int) -> StoredClaim:
        """What the store holds for a claim. Never raises: a file that is absent or damaged is a trouble, and what was
        read of it before is kept.
        """
        reader = _Reader(claim_id, self.drop_gold, self.limits)
        documents = tuple(self._stream(claim_id, reader))
        return StoredClaim(claim_id, documents, reader.counts(), reader.troubles())

    def stream(self, claim_id: int) -> Iterator[Document]:
        """The pages of a claim, one after the other, as ``read`` gives them; nothing is kept."""
        return self._stream(claim_id, _Reader(claim_id, self.drop_gold, self.limits))

    def _stream(self, claim_id: int, reader: _Reader) -> Iterator[Document]:
        place = self._places.get(claim_id)
        if place is None:
            reader.note("store-missing", f"{self.path} has no file {claim_id}.json")
            return
        try:
            with self._open(place) as handle:
                yield from reader.documents(handle)
        except _BAD_MEMBER as error:
            reader.note("store-damaged", f"{place.shown}: {getattr(error, 'strerror', None) or error}")

    @contextmanager
    def _open(self, place: _Place) -> Iterator[IO[bytes]]:
        zipped = (place.member or place.path.name).endswith(".gz")
        with self._open_plain(place) as plain:
            if not zipped:
                yield plain
                return
            with gzip.GzipFile(fileobj=plain) as unpacked:
                yield unpacked  # type: ignore[misc]

    def _open_plain(self, place: _Place) -> IO[bytes]:
        if not place.member:
            return place.path.open("rb")
        if self._archive is None or self._archive.filename != os.fspath(place.path):
            self.close()
            self._archive = zipfile.ZipFile(place.path)
        return self._archive.open(place.member)


_DEFECTS = {
    "broken": ("store-damaged", "lines that are no page"),
    "mended": ("store-damaged", "lines with bytes that are no UTF-8"),
    "odd": ("store-damaged", "passages that are no text"),
    "long": ("store-capped", "lines beyond the limit"),
    "other_ids": ("store-other-id", "lines for another claim"),
}
"""What is counted -> the code of its trouble, and what the number says."""


class _Reader:
    """Reads the lines of one claim's file and keeps count."""

    def __init__(self, claim_id: int, drop_gold: bool, limits: StoreLimits) -> None:
        self._claim_id = claim_id
        self._drop_gold = drop_gold
        self._limits = limits
        self._counts: Counter[str] = Counter()
        self._first: dict[str, str] = {}
        self._noted: list[Trouble] = []

    def note(self, code: str, detail: str) -> None:
        self._noted.append(Trouble(STAGE, code, detail))

    def counts(self) -> StoreCounts:
        return StoreCounts(**self._counts)

    def troubles(self) -> tuple[Trouble, ...]:
        """One trouble for each kind of defect, with the number of lines and the first of them."""
        found = []
        for key, (code, what) in _DEFECTS.items():
            if self._counts[key]:
                found.append(Trouble(STAGE, code, f"{what}: {self._counts[key]:,}; first, {self._first[key]}"))
        if not self._counts["documents"] and not self._noted:
            found.append(Trouble(STAGE, "store-missing", f"no page of {self._claim_id}.json has any text"))
        return (*found, *self._noted)

    def documents(self, handle: IO[bytes]) -> Iterator[Document]:
        for index, line in enumerate(self._lines(handle)):
            document = self._document(index, line) if line.strip() else None
            if document is None:
                continue
            yield document
            if self._counts["passages"] > self._limits.passages:
                self.note("store-capped", f"more than {self._limits.passages:,} passages; the rest is left out")
                return

    def _lines(self, handle: IO[bytes]) -> Iterator[bytes]:
        """The lines, which end with a line feed and nothing else; one that is too long counts and comes out empty."""
        left, limit = self._limits.file, self._limits.line
        number = 0
        while line := handle.readline(limit + 1):
            number += 1
            left -= len(line)
            if len(line) > limit and not line.endswith(b"\n"):
                self._count("long", f"line {number:,}: more than {limit:,} bytes")
                while left > 0 and (rest := handle.readline(1 << 20)):
                    left -= len(rest)
                    if rest.endswith(b"\n"):
                        break
                line = b""
            if left < 0:
                self.note("store-capped", f"more than {self._limits.file:,} bytes; the rest is left out")
                return
            yield line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line

    def _count(self, key: str, where: str) -> None:
        self._counts[key] += 1
        self._first.setdefault(key, where)

    def _document(self, index: int, line: bytes) -> Document | None:
        counts = self._counts
        counts["lines"] += 1
        text = line.decode("utf-8", "replace")
        if "\ufffd" in text and b"\xef\xbf\xbd" not in line:
            self._count("mended", f"line {index + 1:,}")
        try:
            page = json.loads(text)
        except (ValueError, RecursionError) as error:
            self._count("broken", f"line {index + 1:,}: {error}")
            return None
        if not isinstance(page, dict) or not isinstance(page.get("url2text"), (list, str)):
            self._count("broken", f"line {index + 1:,}: no object with a list or text 'url2text'")
            return None
        if "claim_id" in page and str(page["claim_id"]).strip() != str(self._claim_id):
            self._count("other_ids", f"line {index + 1:,}: claim_id {str(page['claim_id'])[:40]!r}")
        kind = _text(page.get("type"))
        if kind == "gold":
            counts["gold"] += 1
            if self._drop_gold:
                counts["gold_dropped"] += 1
                return None
        found = page["url2text"]
        passages = self._passages(index, found.split("\n") if isinstance(found, str) else found, "\\u" in text)
        if passages is None:
            counts["empty"] += 1
            return None
        counts["documents"] += 1
        return Document(index, _text(page.get("url")), passages, _text(page.get("query")), kind)

    def _passages(self, index: int, found: list[Any], escaped: bool) -> tuple[str, ...] | None:
        """The passages, blank ones as empty texts so that places stay what citations count; None if all are."""
        kept = []
        full = 0
        for place, text in enumerate(found):
            if not isinstance(text, str):
                self._count("odd", f"line {index + 1:,}: passage {place} is a {type(text).__name__}")
                text = ""
            elif not text or text.isspace():
                self._counts["blank"] += 1
                text = ""
            else:
                full += 1
                if escaped:
                    text = _SURROGATES.sub("\ufffd", text)
            kept.append(text)
        self._counts["passages"] += full
        return tuple(kept) if full else None


def _text(value: object) -> str:
    """A field as text without halves of characters; anything but a text is empty."""
    return _SURROGATES.sub("\ufffd", value).strip() if isinstance(value, str) else ""


def _find(path: Path) -> dict[int, _Place]:
    places: dict[int, _Place] = {}
    for place in _places(path):
        claim_id = int(PurePosixPath(place.member or place.path.name).name.partition(".")[0])
        first = places.setdefault(claim_id, place)
        if first is not place:
            raise UnreadableError(
                f"{path}: two files for claim {claim_id}: {first.shown} and {place.shown}; name the folder of one split"
            )
    if not places:
        raise UnreadableError(
            f"{path}: no file named after a claim, such as 0.json, is in it; a knowledge store is a folder or zip file "
            "of such files"
        )
    return places


def _places(path: Path) -> Iterator[_Place]:
    try:
        if not path.is_dir():
            yield from _members(path)
            return
        for folder, folders, names in os.walk(path):
            folders[:] = sorted(name for name in folders if not _hidden(name))
            for name in sorted(names):
                file = Path(folder, name)
                if _NAME.fullmatch(name):
                    yield _Place(file, "", file.stat().st_size, 0)
                elif name.endswith(".zip") and not _hidden(name):
                    yield from _members(file)
    except OSError as error:
        raise UnreadableError(f"{error.filename or path}: cannot be read: {error.strerror or error}") from None


def _members(path: Path) -> Iterator[_Place]:
    try:
        with closing(zipfile.ZipFile(path)) as archive:
            for info in archive.infolist():
                *folders, name = PurePosixPath(info.filename).parts or ("",)
                if _NAME.fullmatch(name) and not info.is_dir() and not any(map(_hidden, folders)):
                    yield _Place(path, info.filename, info.file_size, info.CRC)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise UnreadableError(f"{path}: not a folder and not a zip file that can be read: {error}") from None


def _hidden(name: str) -> bool:
    """Folders and files that systems add beside the user's own."""
    return name.startswith(".") or name == "__MACOSX"


MINI = "averitec-mini"
"""The name under which the small knowledge store that comes with this package can be given instead of a path."""


def open_store(
    path: str | os.PathLike[str], *, drop_gold: bool = False, limits: StoreLimits | None = None
) -> KnowledgeStore:
    """The knowledge store at ``path``; ``averitec-mini``, where nothing has that name, is the one in this package.

    Raises as ``KnowledgeStore``.
    """
    if os.fspath(path) == MINI and not Path(path).exists():
        from averitec_eval.examples import mini_knowledge_store_path

        path = mini_knowledge_store_path()
    return KnowledgeStore(path, drop_gold=drop_gold, limits=limits)


__all__ = ["MINI", "KnowledgeStore", "StoreCounts", "StoreLimits", "StoredClaim", "open_store"]
