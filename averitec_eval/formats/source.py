"""From a path to text: opening, hashing, unpacking, decoding, with a limit on everything.

The text comes in pieces, so that no file is ever in memory whole. Whatever ends the reading is logged as an issue first
and then raised as ``StopReading``, which never leaves this package's readers.
"""

from __future__ import annotations

import codecs
import errno
import hashlib
import io
import os
import re
import stat
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from averitec_eval.validation.catalogue import make_issue
from averitec_eval.validation.issues import IssueLog, Where

BLOCK = 1 << 18
"""Bytes read, or unpacked, at a time."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may cost at most: ``bytes`` stored or unpacked, ``string`` and ``entry`` in characters, ``depth`` in
    levels.
    """

    bytes: int = 2 << 30
    string: int = 10_000_000
    entry: int = 64_000_000
    entries: int = 1_000_000
    depth: int = 64


LIMITS = Limits()


class StopReading(Exception):  # noqa: N818 - not an error to report, but the end of a loop
    """Nothing more can be read; the reason is in the log."""


def stop(log: IssueLog, code: str, where: Where, found: str, expected: str, hint: str = "") -> StopReading:
    """Log one fatal issue, and give what is to be raised then."""
    log.add(make_issue(code, where, found, expected, hint))
    return StopReading()


GZIP_MAGIC = b"\x1f\x8b"

# First bytes of files that are often uploaded by mistake, and what they are.
_BINARY = (
    (b"PK\x03\x04", "a ZIP archive (or an Excel workbook)"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ\x00", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
    (b"Rar!", "a RAR archive"),
    (b"%PDF", "a PDF document"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"\x89PNG", "an image"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x80\x04", "a Python pickle"),
    (b"\x80\x05", "a Python pickle"),
    (b"SQLite format 3", "an SQLite database"),
    (GZIP_MAGIC, "a gzip file inside a gzip file"),
)

_UTF16 = (
    (codecs.BOM_UTF32_LE, "the byte order mark of UTF-32, little-endian"),
    (codecs.BOM_UTF32_BE, "the byte order mark of UTF-32, big-endian"),
    (codecs.BOM_UTF16_LE, "the byte order mark of UTF-16, little-endian"),
    (codecs.BOM_UTF16_BE, "the byte order mark of UTF-16, big-endian"),
)


class Source:
    """One pass over the text of a file.

    ``chunks`` gives the text; ``finish`` reads what was left unread, so that ``sha256`` (of the bytes as stored, hex)
    and ``size`` (bytes as stored) are known even of a file that cannot be read to its end. ``data`` stands in for the
    file's bytes in tests and where something just made is read back.
    """

    def __init__(
        self, path: str | os.PathLike[str], log: IssueLog, limits: Limits = LIMITS, *, data: bytes | None = None
    ) -> None:
        self.path = Path(path)
        self.log = log
        self.limits = limits
        self.gzipped = False
        self.size = 0
        self.line = 1
        self.column = 1
        self._digest = hashlib.sha256()
        self._handle: BinaryIO | None = None if data is None else io.BytesIO(data)

    @property
    def sha256(self) -> str:
        """The SHA-256 of the bytes read so far; after ``finish``, of the whole file. Empty if it was not opened."""
        return self._digest.hexdigest() if self._handle is not None else ""

    def chunks(self) -> Iterator[str]:
        """Yield the text in pieces, without a byte order mark. Raises ``StopReading`` at the first fatal problem."""
        self._open()
        blocks = self._stored()
        first = _at_least(blocks, 8)
        if first.startswith(GZIP_MAGIC):
            self.gzipped = True
            blocks = self._unpacked(_chain(first, blocks))
            first = _at_least(blocks, 8)
        marked = self._check_start(first)
        yield from self._decoded(_chain(first[marked:], blocks), marked)

    def finish(self) -> None:
        """Read the rest of the stored bytes for the hash, unless the file is over the limit, and close the file."""
        if self._handle is None:
            return
        try:
            while self.size <= self.limits.bytes and (block := self._handle.read(BLOCK)):
                self._count(block)
        except OSError:
            # The failure that matters has been logged where the text was read.
            pass
        finally:
            self._handle.close()

    def close(self) -> None:
        """Close the file without reading on."""
        if self._handle is not None:
            self._handle.close()

    def _open(self) -> None:
        if self._handle is not None:
            return
        nowhere = Where()
        try:
            mode = self.path.stat().st_mode
            if not stat.S_ISREG(mode):
                kind = "a folder" if stat.S_ISDIR(mode) else "a device, pipe or socket"
                raise stop(self.log, "F002", nowhere, kind, "a regular file")
            self._handle = self.path.open("rb")
            size = os.fstat(self._handle.fileno()).st_size
        except OSError as error:
            missing = error.errno in {errno.ENOENT, errno.ENOTDIR}
            found = "nothing under this path" if missing else str(error.strerror or error)
            raise stop(self.log, "F001" if missing else "F003", nowhere, found, "a readable file") from None
        except ValueError as error:
            raise stop(self.log, "F001", nowhere, f"a path that cannot exist ({error})", "a readable file") from None
        if size > self.limits.bytes:
            # Not even its hash is worth reading gigabytes for.
            self._handle.close()
            self._handle = None
            raise stop(self.log, "F005", nowhere, f"{size:,} bytes", f"at most {self.limits.bytes:,} bytes")

    def _count(self, block: bytes) -> None:
        self.size += len(block)
        self._digest.update(block)

    def _stored(self) -> Iterator[bytes]:
        assert self._handle is not None
        while True:
            try:
                block = self._handle.read(BLOCK)
            except OSError as error:
                found = f"{error.strerror or error} after {self.size:,} bytes"
                raise stop(self.log, "F003", Where(), found, "a readable file") from None
            if not block:
                return
            self._count(block)
            yield block

    def _unpacked(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        unpacker = zlib.decompressobj(wbits=31)
        total = 0
        fresh = True
        expected = "a whole gzip file"
        try:
            for block in blocks:
                # Members may follow one another, with zero bytes as padding between and after them.
                data = block.lstrip(b"\0") if fresh else block
                while data:
                    fresh = False
                    text = unpacker.decompress(data, BLOCK)
                    total += len(text)
                    if total > self.limits.bytes:
                        found = f"more than {self.limits.bytes:,} bytes unpacked from {self.size:,}"
                        raise stop(self.log, "F005", Where(), found, f"at most {self.limits.bytes:,} bytes unpacked")
                    if text:
                        yield text
                    data = unpacker.unconsumed_tail
                    if unpacker.eof:
                        data = unpacker.unused_data.lstrip(b"\0")
                        unpacker = zlib.decompressobj(wbits=31)
                        fresh = True
            if not fresh:
                rest = unpacker.flush()
                if rest:
                    yield rest
                if not unpacker.eof:
                    found = f"the end of the file after {self.size:,} bytes, in the middle of the compressed data"
                    raise stop(self.log, "F006", Where(), found, expected, "The file is cut short: transfer it again.")
        except zlib.error as error:
            reason = str(error).rpartition(": ")[2]
            raise stop(self.log, "F006", Where(), f"{reason}, after {total:,} unpacked bytes", expected) from None

    def _check_start(self, first: bytes) -> int:
        """Refuse what is no UTF-8 text by its first bytes, and give the length of a byte order mark."""
        for mark, name in _UTF16:
            if first.startswith(mark):
                raise stop(self.log, "F008", Where(line=1, column=1), name, "UTF-8")
        for magic, name in _BINARY:
            if first.startswith(magic):
                raise stop(self.log, "F011", Where(), name, "text in one of the known formats, plain or gzipped")
        if len(first) >= 2 and (first[0] == 0) != (first[1] == 0):
            order = "big" if first[0] == 0 else "little"
            found = f"every second byte is zero, as in UTF-16, {order}-endian"
            raise stop(self.log, "F008", Where(line=1, column=1), found, "UTF-8")
        if first.startswith(codecs.BOM_UTF8):
            found = "the bytes EF BB BF before the text"
            self.log.add(make_issue("F009", Where(line=1, column=1), found, "no byte order mark"))
            return len(codecs.BOM_UTF8)
        return 0

    def _decoded(self, blocks: Iterable[bytes], offset: int) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder("utf-8")()
        for block in _chain_end(blocks):
            offset += len(block)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                yield from self._checked(error.object[: error.start].decode("utf-8"))
                place = offset - len(error.object) + error.start
                found = f"the byte 0x{error.object[error.start]:02X} at offset {place:,}"
                if error.reason == "unexpected end of data":
                    found += ", where the file ends within a character"
                raise stop(self.log, "F007", Where(line=self.line, column=self.column), found, "UTF-8 text") from None
            yield from self._checked(text)

    def _checked(self, text: str) -> Iterator[str]:
        nul = text.find("\0")
        if nul >= 0:
            text = text[:nul]
        if text:
            self._advance(text)
            yield text
        if nul >= 0:
            raise stop(self.log, "F010", Where(line=self.line, column=self.column), "a byte of value zero", "text")

    def _advance(self, text: str) -> None:
        lines = text.count("\n")
        if lines:
            self.line += lines
            self.column = len(text) - text.rfind("\n")
        else:
            self.column += len(text)


def _at_least(blocks: Iterator[bytes], size: int) -> bytes:
    """The first ``size`` bytes or more, or all there are."""
    start = b""
    while len(start) < size:
        block = next(blocks, None)
        if block is None:
            break
        start += block
    return start


def _chain(first: bytes, rest: Iterable[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def _chain_end(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The blocks, none of them empty, and then an empty one that marks the end."""
    for block in blocks:
        if block:
            yield block
    yield b""


_SPACE = re.compile(r"[ \t\r\n]*")

CONTEXT = 60
"""How many characters on either side of a problem are looked at to explain it."""


class Window:
    """The part of a text that is being looked at: ``text`` from ``pos`` on, growing on demand and forgetting what was
    read.

    ``done`` says that ``text`` reaches to the end of the file. If the source stopped at a fatal problem, the text
    before it can still be read; only asking for more raises ``StopReading`` then.
    """

    def __init__(self, chunks: Iterator[str], log: IssueLog, limits: Limits = LIMITS) -> None:
        self.text = ""
        self.pos = 0
        self.done = False
        self.log = log
        self.limits = limits
        self._chunks = chunks
        self._failure: StopReading | None = None
        self._before = ""
        self._line = 1
        self._column = 1

    def grow(self) -> bool:
        """Drop what was read and get at least as much new text as is left, so that retries cost no more than one long
        read.

        Positions in ``text`` change: ``pos`` is 0 afterwards. False if there is no more.
        """
        if self._failure is not None:
            raise self._failure
        if self.done:
            return False
        kept = self.text[self.pos :]
        self._line, self._column = self.place(self.pos)
        self._before = (self._before + self.text[max(self.pos - CONTEXT, 0) : self.pos])[-CONTEXT:]
        parts = [kept]
        wanted = max(len(kept), 1)
        try:
            while wanted > 0:
                chunk = next(self._chunks, None)
                if chunk is None:
                    self.done = True
                    break
                parts.append(chunk)
                wanted -= len(chunk)
        except StopReading as failure:
            self._failure = failure
        self.text = "".join(parts)
        self.pos = 0
        if self._failure is not None and len(parts) == 1:
            raise self._failure
        return len(parts) > 1

    def around(self, pos: int) -> tuple[str, str]:
        """Some text before and after a position in ``text``, to show where a problem is. The window may grow for it."""
        while not self.done and len(self.text) - pos < CONTEXT:
            pos -= self.pos
            try:
                self.grow()
            except StopReading:
                pos += self.pos
                break
        before = self._before + self.text[max(pos - CONTEXT, 0) : pos]
        return before[-CONTEXT:], self.text[pos : pos + CONTEXT]

    def place(self, pos: int) -> tuple[int, int]:
        """Line and column, from 1, of a position in ``text``."""
        lines = self.text.count("\n", 0, pos)
        if lines:
            return self._line + lines, pos - self.text.rfind("\n", 0, pos)
        return self._line, self._column + pos

    def where(self, pos: int, pointer: str | None = None) -> Where:
        """The place of a position in ``text``."""
        line, column = self.place(pos)
        return Where(pointer=pointer, line=line, column=column)

    def skip_space(self) -> str:
        """Move past white space and give the next character, or an empty string at the end of the text."""
        while True:
            match = _SPACE.match(self.text, self.pos)
            assert match is not None
            self.pos = match.end()
            if self.pos < len(self.text):
                return self.text[self.pos]
            if not self.grow():
                return ""

    def lines(self) -> Iterator[tuple[int, str]]:
        """Yield each line from the position on, with its number in the file (from 1) and without its end."""
        number = self.place(self.pos)[0]
        while True:
            end = self.text.find("\n", self.pos)
            if end < 0:
                if len(self.text) - self.pos > self.limits.entry:
                    found = f"a line of more than {self.limits.entry:,} characters"
                    raise stop(self.log, "F017", Where(line=number), found, f"at most {self.limits.entry:,}")
                if self.grow():
                    continue
                if self.pos < len(self.text):
                    line = self.text[self.pos :]
                    self.pos = len(self.text)
                    yield number, line
                return
            line = self.text[self.pos : end]
            self.pos = end + 1
            yield number, line.removesuffix("\r")
            number += 1


__all__ = ["LIMITS", "Limits", "Source", "StopReading", "Window", "stop"]
