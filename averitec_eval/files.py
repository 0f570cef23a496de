"""Writing files so that a killed run never leaves half of one."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from averitec_eval.errors import OutputError, UnreadableError


@contextmanager
def write_atomic(path: str | os.PathLike[str], *, durable: bool = True) -> Iterator[BinaryIO]:
    """Open a file beside ``path`` for binary writing and rename it to ``path`` once the block ends well.

    If the block raises, or the process dies, ``path`` keeps what it held before. Where ``durable``, the data is flushed
    to the disk before the rename, so that a crash of the machine cannot leave an empty file under the final name
    either; that takes milliseconds a file. Missing parent folders are made. Raises ``OutputError`` where the file
    cannot be written.
    """
    target = Path(path)
    # The name is unguessable and opened exclusively: two runs writing the same target never share a scratch file.
    scratch = target.with_name(f".{target.name}.{os.getpid()}.{secrets.token_hex(4)}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with scratch.open("xb") as handle:
            yield handle
            if durable:
                handle.flush()
                os.fsync(handle.fileno())
        scratch.replace(target)
    except OSError as error:
        _discard(scratch)
        raise OutputError(f"{target}: cannot be written: {error.strerror or error}; nothing was changed") from error
    except BaseException:
        _discard(scratch)
        raise


def _discard(scratch: Path) -> None:
    # Where the folder itself is the trouble, there is nothing to remove and the first error is the one to report.
    with suppress(OSError):
        scratch.unlink(missing_ok=True)


def write_bytes(path: str | os.PathLike[str], data: bytes, *, durable: bool = True) -> None:
    """Write ``data`` to ``path`` as ``write_atomic`` does."""
    with write_atomic(path, durable=durable) as handle:
        handle.write(data)


def write_if_changed(path: str | os.PathLike[str], data: bytes, *, durable: bool = True) -> bool:
    """Write ``data`` to ``path`` unless it is there already, and say whether it was written.

    A file that holds ``data`` keeps its times, so that whatever copies changed files only leaves it alone. It is
    written as ``write_atomic`` does.
    """
    target = Path(path)
    try:
        if target.stat().st_size == len(data) and target.read_bytes() == data:
            return False
    except OSError:
        pass  # absent or unreadable: writing says what is wrong, if anything is
    write_bytes(target, data, durable=durable)
    return True


_SCRATCH = re.compile(r"\..+\.([0-9]{1,10})\.[0-9a-f]{8}\.part")


def remove_scratch(directory: str | os.PathLike[str]) -> None:
    """Remove the scratch files that killed processes of this machine left in a folder; those of running ones stay."""
    if os.name != "posix":  # elsewhere there is no harmless way to ask whether a process runs
        return
    with suppress(OSError):
        for path in Path(directory).iterdir():
            match = _SCRATCH.fullmatch(path.name)
            if match and not _runs(int(match[1])):
                _discard(path)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # it runs, as somebody else's
        return True
    return True


def sha256_of(path: str | os.PathLike[str]) -> str:
    """The SHA-256 of a file's bytes, as 64 hexadecimal digits. Raises ``UnreadableError`` if it cannot be read."""
    digest = hashlib.sha256()
    try:
        with Path(path).open("rb") as handle:
            while block := handle.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise UnreadableError(f"{path}: cannot be read: {error.strerror}") from None
    return digest.hexdigest()
