"""A dictionary that computes what it lacks and never grows beyond a bound."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")

LONGEST_KEY = 64
"""Strings longer than this are computed afresh each time, so that the bound on entries also bounds memory."""


class Memo(dict[K, V]):
    """Remembers the values of a pure function; ``memo[key]`` computes a value that is not there.

    At ``limit`` entries it forgets everything and starts again, which is cheap, keeps memory bounded whatever text
    comes in, and cannot change a result.
    """

    __slots__ = ("_compute", "_limit")

    def __init__(self, compute: Callable[[K], V], limit: int) -> None:
        super().__init__()
        self._compute = compute
        self._limit = limit

    def __missing__(self, key: K) -> V:
        value = self._compute(key)
        if not isinstance(key, str) or len(key) <= LONGEST_KEY:
            if len(self) >= self._limit:
                self.clear()
            self[key] = value
        return value


__all__ = ["LONGEST_KEY", "Memo"]
