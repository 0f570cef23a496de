"""Findings about a task or a request, laid out for people as a report lays out the issues of a file."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Protocol

from averitec_eval.validation.printable import printable

WIDTH = 80
"""Columns of a finding, unless somebody asks for others."""

_INDENT = " " * 11
_LEAST = 40


class Finding(Protocol):
    """What is wrong, where, what was found and expected, and what to do; a part may be empty."""

    @property
    def code(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def where(self) -> str: ...
    @property
    def found(self) -> str: ...
    @property
    def expected(self) -> str: ...
    @property
    def mend(self) -> str: ...


def finding_lines(finding: Finding, title: str, width: int = WIDTH) -> Iterator[str]:
    """Yield the lines of a finding whose code means ``title``, none wider than ``width`` unless that is below 40.

    What a terminal would act on is written out.
    """
    yield from _wrapped(f"{finding.code} {finding.severity}: {title}", "", "  ", width)
    for label in ("where", "found", "expected", "mend"):
        text = getattr(finding, label)
        if text:
            yield from _wrapped(text, f"  {label:<9}", _INDENT, width)


def _wrapped(text: str, first: str, others: str, width: int) -> list[str]:
    return textwrap.wrap(
        printable(text),
        max(width, _LEAST),
        initial_indent=first,
        subsequent_indent=others,
        break_on_hyphens=False,
    )


__all__ = ["WIDTH", "Finding", "finding_lines"]
