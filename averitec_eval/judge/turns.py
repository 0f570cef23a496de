"""Whose turn it is to ask: where several processes share a file of replies, each question is sent by one of them.

A process that asks a question holds a lock on one byte of a file beside the replies, at a place that the question's
digest gives. The system takes the lock back however the process ends, so that nothing has to be tidied up after one
that was killed. Where there are no such locks everybody may ask at any time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SUFFIX = "-asking"
_PLACES = 1 << 60
_CLOSING = _PLACES
"""The byte that a process holds while it closes the replies, beyond those of questions."""


class Turns:
    """The turns of one process at a file of replies. Processes exclude each other, threads of one do not."""

    def __init__(self, replies: Path) -> None:
        self.path = replies.with_name(replies.name + SUFFIX)
        self._descriptor: int | None = None

    def take(self, digest: str) -> bool:
        """Take the turn at the question of a digest (hex); False where another process has it."""
        return self._lock(int(digest, 16) % _PLACES, wait=False)

    def give_back(self, digest: str) -> None:
        """Let others ask the question; nothing happens to a turn that was not taken."""
        self._unlock(int(digest, 16) % _PLACES)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """No other process is in such a block while this one lasts."""
        self._lock(_CLOSING, wait=True)
        try:
            yield
        finally:
            self._unlock(_CLOSING)

    def close(self) -> None:
        """Give all turns back; the last process removes the file."""
        if self._descriptor is None:
            return
        with suppress(ImportError, OSError):
            import fcntl

            fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if self._is_there(self._descriptor):
                self.path.unlink()
        os.close(self._descriptor)
        self._descriptor = None

    def _lock(self, place: int, *, wait: bool) -> bool:
        try:
            import fcntl

            how = fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB
            while True:
                if self._descriptor is None:
                    self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
                fcntl.lockf(self._descriptor, how, 1, place)
                if self._is_there(self._descriptor):
                    return True
                # Its last user removed it after it was opened here: others lock another file of the name.
                os.close(self._descriptor)
                self._descriptor = None
        except (BlockingIOError, PermissionError):
            # Either may be what a system says of a byte that is locked; a file that cannot be opened has none.
            return self._descriptor is None
        except (ImportError, OSError):
            return True

    def _unlock(self, place: int) -> None:
        if self._descriptor is not None:
            with suppress(ImportError, OSError):
                import fcntl

                fcntl.lockf(self._descriptor, fcntl.LOCK_UN, 1, place)

    def _is_there(self, descriptor: int) -> bool:
        """Whether the file that is open is the one that stands under the name."""
        try:
            return os.path.samestat(os.fstat(descriptor), self.path.stat())
        except FileNotFoundError:
            return False


__all__ = ["SUFFIX", "Turns"]
