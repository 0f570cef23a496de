"""The report of a check: its issues in groups, its verdict, and its JSON form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from averitec_eval.json_output import to_json
from averitec_eval.validation.catalogue import catalogue
from averitec_eval.validation.issues import Issue, IssueGroup, IssueLog, Severity, Where

SCHEMA_VERSION = 1
"""Version of the JSON form; it grows when a field is removed or changes its meaning."""

EXIT_VALID = 0
EXIT_INVALID = 1
EXIT_UNREADABLE = 3


@dataclass(frozen=True, slots=True)
class Report:
    """What a check of one file found.

    ``groups`` are ordered by severity, then code. ``name`` is the file as it was named by the caller, ``format`` the
    format it was read in, ``sha256`` the hash of its bytes (hex) and ``size`` their number; each is None where the file
    could not be read so far. ``n_entries`` counts predictions, sound or not, and ``n_gold`` gold claims (None without a
    gold set). Under ``strict`` warnings count as errors, and their groups say so.
    """

    groups: tuple[IssueGroup, ...]
    n_entries: int
    n_gold: int | None = None
    name: str | None = None
    format: str | None = None
    sha256: str | None = None
    size: int | None = None
    strict: bool = False

    def _count(self, severity: Severity) -> int:
        return sum(group.count for group in self.groups if group.severity is severity)

    @property
    def n_errors(self) -> int:
        """How many errors there are, each occurrence counted."""
        return self._count(Severity.ERROR)

    @property
    def n_warnings(self) -> int:
        """How many warnings there are, each occurrence counted."""
        return self._count(Severity.WARNING)

    @property
    def n_notes(self) -> int:
        """How many notes there are, each occurrence counted."""
        return self._count(Severity.INFO)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes that occur, in the order of the groups."""
        return tuple(group.code for group in self.groups)

    @property
    def readable(self) -> bool:
        """Whether the file could be read to its end in some known format."""
        return not any(catalogue()[group.code].fatal for group in self.groups)

    @property
    def valid(self) -> bool:
        """Whether there is no error."""
        return self.n_errors == 0

    @property
    def valid_but_incomplete(self) -> bool:
        """Whether missing claims are the only errors: such a file can be scored, but not ranked."""
        errors = {group.code for group in self.groups if group.severity is Severity.ERROR}
        return errors == {"I001"} and self.n_entries > 0

    @property
    def n_missing(self) -> int:
        """How many gold claims have no prediction, as far as they were counted one by one."""
        return sum(group.count for group in self.groups if group.code == "I001")

    @property
    def exit_code(self) -> int:
        """0 for a valid file, 1 for an invalid one, 3 for one that cannot be read."""
        if not self.readable:
            return EXIT_UNREADABLE
        return EXIT_VALID if self.valid else EXIT_INVALID

    @property
    def status(self) -> str:
        """``valid``, ``invalid`` or ``unreadable``."""
        return {EXIT_VALID: "valid", EXIT_INVALID: "invalid", EXIT_UNREADABLE: "unreadable"}[self.exit_code]

    @property
    def summary(self) -> str:
        """One line that says how the check ended, such as ``valid: 500 predictions, 2 warnings``."""
        return ": ".join((self.status if self.valid else self.status.upper(), ", ".join(self._counts())))

    def _counts(self) -> Iterable[str]:
        if self.readable or self.n_entries:
            yield _plural(self.n_entries, "prediction")
        if self.n_errors:
            yield _plural(self.n_errors, "error") + (" (missing claims only)" if self.valid_but_incomplete else "")
        if self.n_warnings:
            yield _plural(self.n_warnings, "warning")
        if self.n_notes:
            yield _plural(self.n_notes, "note")

    def _repr_html_(self) -> str:
        """The report as notebooks show it: the verdict, and a row for each code with its first example."""
        from averitec_eval.scoring.notebook import report_html

        return report_html(self)

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON values; ``schemas/validation.schema.json`` describes them."""
        return {
            "schema_version": SCHEMA_VERSION,
            "file": self.name,
            "format": self.format,
            "sha256": self.sha256,
            "size": self.size,
            "status": self.status,
            "valid_but_incomplete": self.valid_but_incomplete,
            "strict": self.strict,
            "predictions": self.n_entries,
            "gold_claims": self.n_gold,
            "errors": self.n_errors,
            "warnings": self.n_warnings,
            "notes": self.n_notes,
            "summary": self.summary,
            "issues": [_group_to_dict(group) for group in self.groups],
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Report:
        """The report that ``to_dict`` wrote as ``document``, equal to it.

        Raises ``ValueError`` if the document is not exactly what ``to_dict`` writes.
        """
        try:
            report = cls(
                groups=tuple(map(_group_from_dict, document["issues"])),
                n_entries=document["predictions"],
                n_gold=document["gold_claims"],
                name=document["file"],
                format=document["format"],
                sha256=document["sha256"],
                size=document["size"],
                strict=document["strict"],
            )
            same = to_json(report.to_dict(), indent=None) == to_json(document, indent=None)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"not a report as this package writes it ({type(error).__name__}: {error})") from None
        if not same:
            raise ValueError("not a report as this version of the package writes it")
        return report


def make_groups(log: IssueLog, strict: bool) -> tuple[IssueGroup, ...]:
    """The log's groups by severity, then code; under ``strict`` every warning is made an error."""
    groups = []
    for group in log.groups():
        if strict and group.severity is Severity.WARNING:
            examples = tuple(replace(issue, severity=Severity.ERROR) for issue in group.examples)
            group = replace(group, severity=Severity.ERROR, examples=examples)
        groups.append(group)
    severities = list(Severity)
    codes = list(catalogue())
    return tuple(sorted(groups, key=lambda group: (severities.index(group.severity), codes.index(group.code))))


def _plural(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _group_to_dict(group: IssueGroup) -> dict[str, Any]:
    entry = catalogue()[group.code]
    return {
        "code": group.code,
        "slug": entry.slug,
        "severity": group.severity.value,
        "title": entry.title,
        "hint": entry.hint,
        "count": group.count,
        "examples": [
            {
                "where": _where_to_dict(issue.where),
                "found": issue.found,
                "expected": issue.expected,
                "hint": issue.hint or entry.hint,
            }
            for issue in group.examples
        ],
    }


def _group_from_dict(group: Mapping[str, Any]) -> IssueGroup:
    code, severity = group["code"], Severity(group["severity"])
    general = catalogue()[code].hint
    return IssueGroup(
        code,
        severity,
        group["count"],
        tuple(
            Issue(
                code=code,
                severity=severity,
                where=Where(**issue["where"]),
                found=issue["found"],
                expected=issue["expected"],
                # An issue without a hint of its own is written with the catalogue's.
                hint="" if issue["hint"] == general else issue["hint"],
            )
            for issue in group["examples"]
        ),
    )


def _where_to_dict(where: Where) -> dict[str, Any]:
    return {name: value for name, value in asdict(where).items() if value is not None}


__all__ = ["EXIT_INVALID", "EXIT_UNREADABLE", "EXIT_VALID", "SCHEMA_VERSION", "Report", "make_groups"]
