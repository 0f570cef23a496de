"""The compiled resources of METEOR: English Punkt parameters and WordNet 3.0, read without parsing.

The files beside this module, under ``data/``, are made by ``tools/build_resources.py``. A table is text, one record a
line (key, tab, value), grouped into buckets by a checksum of the key, with the place of every bucket in front. Looking
a key up costs one checksum and one search in some thirty characters, so loading a table is no more than reading its
bytes and checking their SHA-256 against ``data/manifest.json``.
"""

from __future__ import annotations

import hashlib
import json
import sys
from array import array
from functools import lru_cache
from pathlib import Path
from typing import Any
from zlib import crc32

from averitec_eval.errors import ResourceError

FORMAT = 1
"""The version of the layout below; a manifest of another one is refused."""

MAGIC = b"AVTABLE1"
"""The first bytes of a table; then come the number of bucket bits and the length of the text, four bytes each."""

DATA = Path(__file__).resolve().parent / "data"

PUNKT = "punkt-english.table"
FORMS = "wordnet-forms.table"
NAMES = "wordnet-names.txt"

_MEND = "reinstall averitec-eval, or in a checkout run `python tools/build_resources.py`"


def bucket_of(key: str, bits: int) -> int:
    """The bucket of a key in a table of ``2 ** bits`` buckets."""
    return crc32(key.encode("ascii")) & ((1 << bits) - 1)


class Table:
    """A read-only mapping from ASCII words to short ASCII values, searched in place.

    ``data`` are the bytes of a table file. Raises ``ValueError`` if they are not laid out as one.
    """

    __slots__ = ("_mask", "_starts", "_text")

    def __init__(self, data: bytes) -> None:
        if data[: len(MAGIC)] != MAGIC:
            raise ValueError(f"it begins with {data[: len(MAGIC)]!r}, not with {MAGIC!r}")
        bits, length = (int.from_bytes(data[at : at + 4], "little") for at in (8, 12))
        text_at = len(data) - length
        starts = array("I")
        if bits > 24 or text_at != 16 + 4 * ((1 << bits) + 1) or starts.itemsize != 4:
            raise ValueError(f"its header ({bits} bits, {length} characters) does not fit its {len(data)} bytes")
        starts.frombytes(data[16:text_at])
        if sys.byteorder == "big":
            starts.byteswap()
        self._mask = (1 << bits) - 1
        self._starts = starts
        self._text = data[text_at:].decode("ascii")

    def get(self, key: str) -> str | None:
        """The value of ``key``, or None. Any string may be asked for."""
        if not key.isascii() or "\t" in key or "\n" in key:
            return None
        bucket = crc32(key.encode("ascii")) & self._mask
        end = self._starts[bucket + 1]
        # Every record follows a line feed, so a match is a whole key; the value runs to the next one.
        found = self._text.find(f"\n{key}\t", self._starts[bucket], end)
        if found < 0:
            return None
        value_at = found + len(key) + 2
        return self._text[value_at : self._text.index("\n", value_at)]

    def keys(self) -> list[str]:
        """All keys, in the file's own order."""
        return [line.partition("\t")[0] for line in self._text.split("\n") if line]


def _damaged(path: Path, found: str, expected: str) -> ResourceError:
    return ResourceError(f"{path}: found {found}; expected {expected}. To mend: {_MEND}.")


def read_manifest(folder: Path = DATA) -> dict[str, Any]:
    """The manifest of the resources in ``folder``: format, sources, and size and SHA-256 of every file.

    Raises ``ResourceError`` if it is missing, unreadable or of another format version.
    """
    path = folder / "manifest.json"
    expected = f"the manifest of compiled resources, format {FORMAT}"
    try:
        manifest = json.loads(path.read_bytes())
    except OSError as error:
        raise _damaged(path, f"no readable file ({error.strerror})", expected) from None
    except ValueError:
        raise _damaged(path, "something that is not JSON", expected) from None
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), dict):
        raise _damaged(path, "JSON without a list of files", expected)
    if manifest.get("format") != FORMAT:
        raise _damaged(path, f"format {manifest.get('format')!r}", expected)
    return manifest


def read_checked(name: str, folder: Path = DATA) -> bytes:
    """The bytes of one resource file, after comparing them with the manifest.

    Raises ``ResourceError`` naming the file, what was found, what was expected and how to mend it.
    """
    path = folder / name
    entry = read_manifest(folder)["files"].get(name)
    if not isinstance(entry, dict):
        raise _damaged(folder / "manifest.json", f"no entry for {name}", "one with its size and SHA-256")
    size, digest = entry.get("bytes"), entry.get("sha256")
    expected = f"{size} bytes with SHA-256 {digest}"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _damaged(path, f"no readable file ({error.strerror})", expected) from None
    actual = hashlib.sha256(data).hexdigest()
    if actual != digest:
        raise _damaged(path, f"{len(data)} bytes with SHA-256 {actual}", expected)
    return data


@lru_cache(maxsize=8)
def load_table(name: str, folder: Path = DATA) -> Table:
    """The table ``name``, checked, loaded on first use and then kept. Raises ``ResourceError`` as ``read_checked``."""
    data = read_checked(name, folder)
    try:
        return Table(data)
    except ValueError as error:
        raise _damaged(folder / name, f"a file that is not a table ({error})", "a table") from None


@lru_cache(maxsize=2)
def load_lines(name: str, folder: Path = DATA) -> tuple[str, ...]:
    """The lines of the text resource ``name``, checked, loaded on first use and then kept."""
    return tuple(read_checked(name, folder).decode("ascii").split("\n"))
