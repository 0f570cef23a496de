"""A page of the site: where it goes, what it is made from, and how it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """One file of the site that is rendered.

    ``path`` is its place below the site's folder, with slashes. ``inputs`` is everything it shows, as plain values and
    frozen records whose ``repr`` writes out all that they hold: while they and this package stay the same, so does the
    page, and it need not be rendered again. ``render`` gives its contents; text may hold lone surrogates.
    """

    path: str
    inputs: tuple[object, ...]
    render: Callable[[], str | bytes]


__all__ = ["Page"]
