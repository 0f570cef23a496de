"""Findings about a task or a request, laid out for people as a report lays out the issues of a file."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from averitec_eval.validation.printable import printable

WIDTH = 80
"""Columns of a finding, unless somebody asks for others."""

_INDENT = " " * 11
_LEAST = 40

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or may be: a stable ``code``, what was found where, expected, and to do about it."""

    code: str
    severity: Severity
    where: str
    found: str
    expected: str
    mend: str


def sound(findings: Iterable[Finding]) -> bool:
    """Whether no finding is an error; warnings do not count."""
    return all(finding.severity != "error" for finding in findings)


def summary(findings: Iterable[Finding]) -> str:
    """One line that says how it ended: ``NOT OK: 1 error, 2 warnings``."""
    counts = Counter(finding.severity for finding in findings)
    parts = [f"{counts[kind]} {kind}{'' if counts[kind] == 1 else 's'}" for kind in ("error", "warning")]
    return f"{'NOT OK' if counts['error'] else 'ok'}: {', '.join(parts)}"


def finding_lines(finding: Finding, title: str, width: int = WIDTH) -> Iterator[str]:
    """Yield the lines of a finding whose code means ``title``, none wider than ``width`` unless that is below 40.

    What a terminal would act on is written out.
    """
    yield from wrapped(f"{finding.code} {finding.severity}: {title}", "", "  ", width)
    for label in ("where", "found", "expected", "mend"):
        text = getattr(finding, label)
        if text:
            yield from wrapped(text, f"  {label:<9}", _INDENT, width)


def wrapped(text: str, first: str, others: str, width: int = WIDTH) -> list[str]:
    """A text from strangers in lines of at most ``width`` columns, which begin with ``first``, then ``others``."""
    return textwrap.wrap(
        printable(text),
        max(width, _LEAST),
        initial_indent=first,
        subsequent_indent=others,
        break_on_hyphens=False,
    )


__all__ = ["WIDTH", "Finding", "Severity", "finding_lines", "sound", "summary", "wrapped"]
