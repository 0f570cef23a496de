"""Reading prediction and gold files: as streams of entries, or whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Generic, NoReturn, TypeVar, cast

from averitec_eval.errors import InvalidSubmissionError, UnreadableError, UsageError
from averitec_eval.formats.detect import open_entries
from averitec_eval.formats.entries import Entry, GoldEntry
from averitec_eval.formats.registry import FORMATS, GOLD, SUBMISSION, names
from averitec_eval.formats.source import LIMITS, Limits, Source, StopReading, Window
from averitec_eval.records import Gold, GoldClaim, Prediction, Submission
from averitec_eval.validation.catalogue import catalogue, make_issue
from averitec_eval.validation.issues import IssueLog, Severity, Where

if TYPE_CHECKING:
    from averitec_eval.validation.report import Report

StrPath = str | os.PathLike[str]
EntryT = TypeVar("EntryT", Entry, GoldEntry)

MINI = "averitec-mini"
"""The name under which the small gold set that comes with this package can be given instead of a path."""

KEPT = 20
"""How many issues of each code the report of a failed reading holds in full."""


class _EntryFile(Generic[EntryT]):
    """A file as a stream of entries; see ``SubmissionFile``."""

    _kind: str

    def __init__(
        self,
        path: StrPath,
        log: IssueLog,
        input_format: str | None = None,
        *,
        limits: Limits = LIMITS,
        data: bytes | None = None,
    ) -> None:
        if input_format is not None and input_format not in names(self._kind):
            raise UsageError(
                f"'{input_format}' is no format of {self._kind} files; known are {', '.join(names(self._kind))}"
            )
        self.path = Path(path)
        self.log = log
        self.input_format = input_format
        self.limits = limits
        self.sha256 = ""
        self.size: int | None = None
        self.format = ""
        self.gzipped = False
        self._data = data

    def __iter__(self) -> Iterator[EntryT]:
        source = Source(self.path, self.log, self.limits, data=self._data)
        window = Window(source.chunks(), self.log, self.limits)
        self.sha256, self.size, self.format = "", None, ""
        try:
            try:
                self.format, entries = open_entries(window, self._kind, self.input_format, self.log)
                self.gzipped = source.gzipped
                self._check_name()
                count = 0
                for entry in entries:
                    count += 1
                    yield cast("EntryT", entry)
                if count == 0 and self._kind == SUBMISSION:
                    self.log.add(make_issue("S015", Where(), "no entries", "an entry for each claim"))
            except StopReading:
                pass
            source.finish()
            self.sha256 = source.sha256
            self.size = source.size if self.sha256 else None
        finally:
            source.close()

    def _check_name(self) -> None:
        """Note it where the file's name promises something else than its content."""
        container = FORMATS[self.format].container
        suffix = name_suffix(self.path)
        zipped = suffix.endswith(".gz")
        ending = suffix.removesuffix(".gz")
        if self.gzipped != zipped:
            found = "gzipped data" if self.gzipped else "plain data"
            self.log.add(make_issue("F028", Where(), f"{found} under a name {_ending(zipped)}", "a name that fits"))
        if ending in {".json", ".jsonl", ".csv"} and ending != f".{container}":
            found = f"the format {self.format} under a name that ends in {suffix}"
            self.log.add(make_issue("F028", Where(), found, f"a name that ends in .{container}"))


def name_suffix(path: StrPath) -> str:
    """The end of a file's name as far as a check of the file looks at it, in lower case: ``.json``, ``.csv.gz``."""
    suffixes = [suffix.lower() for suffix in PurePath(path).suffixes]
    return "".join(suffixes[-2:] if suffixes[-1:] == [".gz"] else suffixes[-1:])


def _ending(zipped: bool) -> str:
    return "that ends in .gz" if zipped else "without .gz at its end"


class SubmissionFile(_EntryFile[Entry]):
    """A prediction file as a stream of entries, which can be iterated over again and is then read again.

    ``path`` is the file, plain or gzipped, in any known format; ``input_format`` names the format instead of detecting
    it. Whatever is wrong with the file goes to ``log``, also that it does not exist; iterating raises nothing. The
    memory needed is that of the largest entry and some hundred kilobytes. ``format`` is known from the first entry on
    and empty if no format was recognised; ``sha256`` (of the bytes as stored, in hex; empty if the file could not be
    opened), ``size`` (their number) are known once all entries were read. Raises ``UsageError`` for an unknown
    ``input_format``.
    """

    _kind = SUBMISSION


class GoldFile(_EntryFile[GoldEntry]):
    """A gold file as a stream of entries, as ``SubmissionFile``."""

    _kind = GOLD


def iter_gold_entries(path: StrPath, log: IssueLog, input_format: str | None = None) -> Iterator[GoldEntry]:
    """Yield the entries of a gold file; see ``GoldFile``."""
    return iter(GoldFile(gold_path(path), log, input_format))


def gold_path(path: StrPath) -> Path:
    """The path of a gold file; ``averitec-mini``, where no file has that name, is the small set in this package."""
    given = Path(path)
    if os.fspath(path) == MINI and not given.exists():
        from averitec_eval.examples import mini_gold_path

        return mini_gold_path()
    return given


def read_gold(
    path: StrPath, input_format: str | None = None, *, log: IssueLog | None = None, data: bytes | None = None
) -> Gold:
    """Read a whole gold file, JSON or CSV, plain or gzipped; ``averitec-mini`` names the small set in this package.

    What is odd about the file, though no error, is added to ``log`` if there is one. ``data`` stands in for the bytes
    of the file; ``path`` is then but a name.

    Raises ``UnreadableError`` if the file cannot be read to its end and ``InvalidSubmissionError`` if it has any error;
    the ``report`` of either lists all issues. Raises ``UsageError`` for an unknown ``input_format``.
    """
    from averitec_eval.validation.rules.gold import check_gold

    log = IssueLog(KEPT) if log is None else log
    file = GoldFile(gold_path(path), log, input_format, data=data)
    claims: list[GoldClaim] = []
    count = 0
    for entry in file:
        count += 1
        claim = entry.gold_claim()
        if claim is not None:
            claims.append(claim)
    gold = Gold(tuple(claims), file.sha256, os.fspath(path))
    # An id given twice is worth telling also where other claims are broken; "no claims" only of a file read to its end.
    if claims or (count == 0 and not any(catalogue()[group.code].fatal for group in log.groups())):
        check_gold(gold, log)
    _raise_if_broken("the gold file", file, log, count, os.fspath(path))
    return gold


def read_submission(path: StrPath, input_format: str | None = None, *, data: bytes | None = None) -> Submission:
    """Read a whole prediction file in any known format, plain or gzipped.

    Only the file's shape is checked; ``averitec_eval.validation.validate`` checks ids and evidence too. ``data`` and
    the errors raised are as for ``read_gold``.
    """
    log = IssueLog(KEPT)
    file = SubmissionFile(path, log, input_format, data=data)
    predictions: list[Prediction] = []
    count = 0
    for entry in file:
        count += 1
        prediction = entry.prediction()
        if prediction is not None:
            predictions.append(prediction)
    _raise_if_broken("the prediction file", file, log, count, os.fspath(path))
    return Submission(tuple(predictions), file.sha256, file.format, os.fspath(path))


def _raise_if_broken(what: str, file: SubmissionFile | GoldFile, log: IssueLog, count: int, name: str) -> None:
    if log.count(Severity.ERROR) == 0:
        return
    from averitec_eval.validation.report import Report, make_groups

    groups = make_groups(log, strict=False)
    report = Report(groups, count, None, name, file.format or None, file.sha256 or None, file.size)
    _raise(what, name, report)


def _raise(what: str, name: str, report: Report) -> NoReturn:
    errors = [group for group in report.groups if group.severity is Severity.ERROR]
    listed = "; ".join(
        f"{group.code} {catalogue()[group.code].title}: {group.examples[0].found}"
        + (f" (and {group.count - 1:,} more)" if group.count > 1 else "")
        for group in errors
    )
    if not report.readable:
        raise UnreadableError(f"{name}: {what} cannot be read: {listed}", report)
    raise InvalidSubmissionError(f"{name}: {what} is invalid: {listed}", report)


__all__ = [
    "MINI",
    "GoldFile",
    "SubmissionFile",
    "gold_path",
    "iter_gold_entries",
    "name_suffix",
    "read_gold",
    "read_submission",
]
