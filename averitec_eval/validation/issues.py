"""What a check found: issues, where they are, and the log that collects them.

An issue is data. Its message is put together from the catalogue (``averitec_eval.validation.catalogue``) and the
facts kept here, so that text and JSON reports, the board and the Python API say the same thing.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass


class Severity(enum.Enum):
    """``ERROR`` makes a file invalid; ``WARNING`` does so only under ``--strict``; ``INFO`` never does."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a file: a JSON pointer (RFC 6901) or a 1-based row or line, whichever the format has.

    ``pointer`` is for JSON (``/12/evidence/3/answer``). ``row`` counts CSV records after the header, the first being 1.
    ``line`` and ``column`` count from 1 in the decoded text. ``claim_id`` is the claim concerned, if one is known.
    """

    pointer: str | None = None
    row: int | None = None
    line: int | None = None
    column: int | None = None
    claim_id: int | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem.

    ``code`` names an entry of the catalogue. ``found`` and ``expected`` are short, printable descriptions
    (long or unprintable input is abbreviated by whoever reports it); ``hint`` says how to mend this one and may be
    empty, in which case the catalogue's general hint is shown.
    """

    code: str
    severity: Severity
    where: Where
    found: str
    expected: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class IssueGroup:
    """Issues of one code, counted. ``examples`` are the first few in file order; ``count`` counts all."""

    code: str
    severity: Severity
    count: int
    examples: tuple[Issue, ...]


class IssueLog:
    """Collects issues while a file is read and checked, keeping the first few of each code and counting the rest.

    Memory stays bounded however broken the file is: at most ``keep`` issues per code are held.
    """

    def __init__(self, keep: int = 5) -> None:
        self._keep = keep
        self._kept: dict[tuple[str, Severity], list[Issue]] = {}
        self._counts: dict[tuple[str, Severity], int] = {}

    def add(self, issue: Issue) -> None:
        """Count one issue, and hold it if it is among the first of its code."""
        key = (issue.code, issue.severity)
        self._counts[key] = self._counts.get(key, 0) + 1
        kept = self._kept.setdefault(key, [])
        if len(kept) < self._keep:
            kept.append(issue)

    def add_group(self, group: IssueGroup) -> None:
        """Take over the count and the first examples of a group."""
        key = (group.code, group.severity)
        self._counts[key] = self._counts.get(key, 0) + group.count
        kept = self._kept.setdefault(key, [])
        kept.extend(group.examples[: self._keep - len(kept)])

    def extend(self, other: IssueLog) -> None:
        """Take over all groups of another log."""
        for group in other.groups():
            self.add_group(group)

    @property
    def keep(self) -> int:
        """How many issues of a code are held as examples."""
        return self._keep

    def groups(self) -> Iterator[IssueGroup]:
        """Yield the groups, errors first, then warnings, then notes; within a severity in order of first appearance."""
        order = list(Severity)
        for key in sorted(self._counts, key=lambda key: order.index(key[1])):
            yield IssueGroup(key[0], key[1], self._counts[key], tuple(self._kept[key]))

    def count(self, severity: Severity) -> int:
        """How many issues of this severity were added."""
        return sum(n for (_, s), n in self._counts.items() if s is severity)
