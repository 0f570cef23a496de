"""The board: every submission validated, scored and placed. Renderers take only this."""

from __future__ import annotations

import os
import re
import statistics
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from averitec_eval.audit.records import Audit
from averitec_eval.errors import ConfigError, UnreadableError, UsageError
from averitec_eval.files import sha256_of
from averitec_eval.leaderboard.config import BoardConfig
from averitec_eval.leaderboard.gold import board_gold
from averitec_eval.leaderboard.judging import Judge, ScoredFile, Watcher
from averitec_eval.leaderboard.ordering import check_tie_breaks, order_key
from averitec_eval.leaderboard.store import Store
from averitec_eval.leaderboard.submission import (
    FILE_NAME,
    SubmissionMeta,
    asks_anonymity,
    file_problem,
    read_submission_folder,
    text_of_settings,
)
from averitec_eval.leaderboard.view import BoardJudge
from averitec_eval.ranking import Standing, rank
from averitec_eval.records import Gold
from averitec_eval.scoring.details import ClaimDetail
from averitec_eval.scoring.judged import JudgeSummary
from averitec_eval.scoring.results import Result
from averitec_eval.scoring.signature import Signature
from averitec_eval.scoring.workers import Workers
from averitec_eval.validation import Report, Severity, catalogue
from averitec_eval.validation.issues import IssueGroup
from averitec_eval.validation.render import describe_where

SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
"""What a submission's folder may be called: the name becomes part of file names and addresses."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The headline scores of several runs of one system, in the order of its files, the submission's own first."""

    scores: tuple[float, ...]

    @property
    def low(self) -> float:
        """The lowest score."""
        return min(self.scores)

    @property
    def high(self) -> float:
        """The highest score."""
        return max(self.scores)

    @property
    def deviation(self) -> float:
        """The standard deviation between runs (n - 1 in the denominator)."""
        return statistics.stdev(self.scores)


@dataclass(frozen=True, slots=True)
class Entry:
    """One submission on the board.

    ``slug`` is its folder's name. ``meta`` is None where ``submission.yaml`` is unusable, ``result`` where there is
    nothing to score. ``standing`` is None for whatever takes no rank, and ``reason`` then says why in one sentence.
    ``spread`` are the scores of all runs of the system, if it names more than one.
    ``problems`` are sentences on what is wrong with its files. ``report`` is what validating the predictions found,
    None where they were not looked at. ``files`` are the names of the files that were read, each with its SHA-256 in
    hex. ``anonymous`` says that nothing may show whose it is. ``details`` are its claims' evidence by claim id, empty
    where the gold is hidden; while the store is open they are read from there when they are first looked at. ``audit``
    is None where the board has no audits or there is nothing to score. ``judge`` is what became of its evidence before
    the board's judge, also where that was too little for a score and ``result`` is None.
    """

    slug: str
    meta: SubmissionMeta | None
    result: Result | None
    reason: str
    problems: tuple[str, ...] = ()
    report: Report | None = None
    files: tuple[tuple[str, str], ...] = ()
    standing: Standing | None = None
    spread: Spread | None = None
    anonymous: bool = False
    details: Mapping[int, ClaimDetail] = field(default_factory=dict)
    audit: Audit | None = None
    judge: JudgeSummary | None = None

    @property
    def rank(self) -> int | None:
        """The rank number, None for whatever takes none."""
        return None if self.standing is None else self.standing.rank

    @property
    def name(self) -> str:
        """What the board calls it."""
        return self.slug if self.meta is None else self.meta.name


@dataclass(frozen=True, slots=True)
class Board:
    """A scored board: the entries with a score from best to worst, then those without, by slug.

    ``signature`` says how all of them were scored, ``judge`` by which judge, if by any.
    """

    config: BoardConfig
    gold: Gold
    signature: Signature
    levels: tuple[float, ...]
    headline: str
    entries: tuple[Entry, ...]
    judge: BoardJudge | None = None

    @property
    def scored(self) -> tuple[Entry, ...]:
        """Entries that have a score, ranked or not."""
        return tuple(entry for entry in self.entries if entry.result is not None)

    @property
    def unscored(self) -> tuple[Entry, ...]:
        """Entries that have none."""
        return tuple(entry for entry in self.entries if entry.result is None)


def submission_folders(root: str | os.PathLike[str]) -> list[Path]:
    """The folders under ``root`` that hold a submission each, by name; hidden ones and plain files are no submissions.

    Raises ``UnreadableError`` if ``root`` cannot be listed and ``ConfigError`` if it holds no folder.
    """
    try:
        folders = sorted(path for path in Path(root).iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError as error:
        raise UnreadableError(f"{root}: the submissions folder cannot be read: {error.strerror}") from None
    if not folders:
        raise ConfigError(
            f"{root}: no submission in it; each one is a folder with submission.yaml and its predictions", ()
        )
    return folders


def build_boards(
    config: BoardConfig,
    watcher: Watcher | None = None,
    *,
    store: Store | None = None,
    workers: Workers | None = None,
) -> tuple[Board, ...]:
    """Validate, score and rank every submission, taking from ``store`` what is there; a board for each public phase.

    ``watcher`` is told how it goes on; ``workers`` says in which processes to score (None: in this one). Raises
    ``ConfigError`` and ``UnreadableError`` for the board's own files and ``ResourceError`` for a damaged store;
    whatever is wrong with a submission becomes part of a board.
    """
    return judged_boards(config, judges(config, watcher, store=store, workers=workers))


def build_board(
    config: BoardConfig,
    watcher: Watcher | None = None,
    *,
    store: Store | None = None,
    workers: Workers | None = None,
) -> Board:
    """The board of a configuration that has one; see ``build_boards``.

    Raises ``UsageError`` where there are several.
    """
    if len(config.boards()) != 1:
        raise UsageError("this configuration has several boards; build_boards builds them all")
    return build_boards(config, watcher, store=store, workers=workers)[0]


def judges(
    config: BoardConfig,
    watcher: Watcher | None = None,
    *,
    store: Store | None = None,
    workers: Workers | None = None,
) -> tuple[Judge, ...]:
    """A judge for each board of a configuration. The gold of private phases is not read."""
    return tuple(Judge(one, board_gold(one), store=store, watcher=watcher, workers=workers) for one in config.boards())


def judged_boards(config: BoardConfig, judges: Sequence[Judge]) -> tuple[Board, ...]:
    """The boards whose prediction files ``judges`` judge, one each; see ``build_boards``. Closes the judges."""
    try:
        return _judged_boards(config, judges)
    finally:
        for judge in judges:
            judge.close()


def _judged_boards(config: BoardConfig, judges: Sequence[Judge]) -> tuple[Board, ...]:
    watcher = judges[0].watcher
    folders = [_read(path, config, watcher) for path in submission_folders(config.submissions)]
    placed = [[] if config.phases else [folder for folder in folders if folder] for _ in judges]
    if config.phases:
        names = [judge.config.phase for judge in judges]
        for folder in folders:
            if folder is not None:
                place, folder = _in_phase(folder, names)
                placed[place].append(folder)
    count, boards = sum(map(len, placed)), []
    number = 0
    for judge, own in zip(judges, placed, strict=True):
        entries: list[Entry] = []
        for folder in own:
            number += 1
            watcher.submission(folder.path.name, number, count)
            entries.append(_judge(folder, judge))
        boards.append(_board(judge, _audited(entries, own, judge)))
    return tuple(boards)


def _board(judge: Judge, entries: list[Entry]) -> Board:
    return Board(
        config=judge.config,
        gold=judge.gold,
        signature=judge.signature,
        levels=judge.levels,
        headline=judge.headline,
        entries=(
            *_ranked([entry for entry in entries if entry.result is not None], judge.config.tie_breaks),
            *(entry for entry in entries if entry.result is None),
        ),
        judge=None if judge.kept is None else judge.kept.facts,
    )


def _audited(entries: list[Entry], folders: Sequence[_Folder], judge: Judge) -> list[Entry]:
    """The entries with the audits of their predictions, where the board has any."""
    files = [
        ScoredFile(entry.slug, folder.path / meta.predictions, sha256, meta.input_format, entry.result)
        for entry, folder in zip(entries, folders, strict=True)
        if (meta := entry.meta) is not None
        and entry.result is not None
        and (sha256 := dict(entry.files).get(meta.predictions)) is not None
    ]
    audits = {file.slug: audit for file, audit in zip(files, judge.audits(files), strict=True)}
    return [replace(entry, audit=audits.get(entry.slug)) for entry in entries]


@dataclass(frozen=True, slots=True)
class _Folder:
    """A submission's folder before its predictions are looked at; ``reason`` says why they will not be."""

    path: Path
    meta: SubmissionMeta | None
    anonymous: bool
    reason: str = ""
    problems: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()


def _read(path: Path, config: BoardConfig, watcher: Watcher) -> _Folder | None:
    """What a folder says of itself. None for one of a private phase: it is on no board."""
    private = [phase.name for phase in config.phases if phase.private]
    meta, reason = None, ""
    problems: tuple[str, ...] = ()
    if not SLUG.fullmatch(path.name):
        reason = "its folder's name is not made of letters, digits, '.', '_' and '-' only (80 at most)"
    else:
        try:
            meta = read_submission_folder(path)
        except ConfigError as error:
            reason, problems = "its submission.yaml is not usable", error.problems
    if meta is not None:
        if meta.phase in private:
            return None
        anonymous = meta.anonymous
    else:
        text = text_of_settings(path)
        if private and (text is None or any(_mentions(text, name) for name in private)):
            watcher.notice(f"{path.name}: left out, for {reason} and it may belong to a private phase")
            return None
        anonymous = asks_anonymity(text)
    files = []
    if SLUG.fullmatch(path.name) and not file_problem(path, FILE_NAME):
        with suppress(UnreadableError):  # which its reader reports
            files.append((FILE_NAME, sha256_of(path / FILE_NAME)))
    anonymous = anonymous or config.hides_names(None if meta is None else meta.phase)
    return _Folder(path, meta, anonymous, reason, problems, tuple(files))


def _mentions(text: bytes, name: str) -> bool:
    pattern = rb"(?<![A-Za-z0-9_-])" + re.escape(name.encode("ascii")) + rb"(?![A-Za-z0-9_-])"
    return re.search(pattern, text, re.IGNORECASE) is not None


def _in_phase(folder: _Folder, names: Sequence[str | None]) -> tuple[int, _Folder]:
    """On which of the boards of these phases a folder goes: one of no phase goes on the first and is not judged."""
    if folder.meta is None:
        return 0, folder
    if folder.meta.phase in names and folder.meta.phase is not None:
        return names.index(folder.meta.phase), folder
    # A phase that is not known is not quoted: it may be a private one, misspelt.
    found = "no phase" if folder.meta.phase is None else "a phase that there is not"
    shown = ", ".join(name for name in names if name)
    return 0, replace(folder, reason=f"its submission.yaml names {found}; the phases are: {shown}")


def _judge(folder: _Folder, judge: Judge) -> Entry:
    slug, meta = folder.path.name, folder.meta
    if meta is None or folder.reason:
        return Entry(slug, meta, None, folder.reason, folder.problems, files=folder.files, anonymous=folder.anonymous)
    files = dict(folder.files)
    outcome, sha256, details = judge.judge(slug, folder.path / meta.predictions, meta.input_format, detailed=True)
    if sha256 is not None:
        files[meta.predictions] = sha256
    report = None if outcome.report is None else replace(outcome.report, name=meta.predictions)
    problems: tuple[str, ...] = ()
    summary = None if outcome.result is None else outcome.result.judge
    if summary is not None and summary.withheld:
        outcome, details, reason = replace(outcome, result=None), {}, withheld_reason(summary)
    elif outcome.result is not None:
        reason = _no_rank_reason(meta, outcome.result, judge.config)
    elif report is None:
        reason, problems = "its prediction file is unreadable", (outcome.message,)
    else:
        reason, problems = f"its prediction file is {report.status}", tuple(_sentences(report))
    spread = None
    if outcome.result is not None and meta.runs:
        scores = [outcome.result.headline_score]
        for name in meta.runs:
            run, sha256, _ = judge.judge(slug, folder.path / name, meta.input_format)
            if sha256 is not None:
                files[name] = sha256
            if run.result is not None and run.result.complete and run.result.headline == judge.headline:
                scores.append(run.result.headline_score)
            else:
                judged = run.result is not None and run.result.complete
                found = (
                    "has too few judgements for a score" if judged else "is not a valid and complete prediction file"
                )
                problems += (f"the run {name} {found} and is left out of the spread",)
        spread = Spread(tuple(scores)) if len(scores) > 1 else None
    return Entry(
        slug,
        meta,
        outcome.result,
        reason,
        problems,
        report,
        tuple(files.items()),
        spread=spread,
        anonymous=folder.anonymous,
        details=details,
        judge=summary,
    )


def withheld_reason(judge: JudgeSummary) -> str:
    """Why a submission has no score although it was judged, with counts and no claim, in one sentence."""
    lacking = judge.n - judge.n_judged
    counts = judge.counts["qa"]
    parts = [f"{count} {fault}" for fault, count in counts.unscored.items()]
    if counts.no_reference_facts:
        parts.append(f"{counts.no_reference_facts} without reference facts")
    return (
        f"its score is withheld: {judge.identity.model} gave no recall to {lacking} of {judge.n} claims "
        f"({100 * judge.failure_rate:.1f} %, more than {100 * judge.withhold_above:g} %): {', '.join(parts)}"
    )


def _no_rank_reason(meta: SubmissionMeta, result: Result, config: BoardConfig) -> str:
    if not result.complete:
        inputs = result.inputs
        return f"incomplete: {inputs.n_missing} of {inputs.n_gold} claims have no prediction and score 0"
    if meta.kind == "baseline":
        return "a baseline, shown for comparison"
    if meta.kind == "oracle":
        return "the oracle: gold evidence and labels, the highest score there is"
    if config.phase is not None and meta.phase != config.phase:
        other = f" but of {meta.phase}" if meta.phase else ": it names no phase"
        return f"not of the phase {config.phase}" + ("" if config.anonymous or meta.anonymous else other)
    if not meta.primary:
        return "not the primary submission of its team"
    against = config.rules.no_rank_reason(meta)
    if against:
        return against
    if result.judge is not None and not result.judge.identity.fit:
        return f"judged by {result.judge.identity.model}, which is not fit for ranking"
    return ""


def sentence_of(group: IssueGroup) -> str:
    """What a check found of one code, with the first occurrence, in one sentence."""
    title, first = catalogue()[group.code].title, group.examples[0]
    times = f", {group.count} times" if group.count > 1 else ""
    place = describe_where(first.where)
    where = f" ({'first: ' if times else ''}{place})" if place else ""
    return f"{group.code}{times}: {title}{where}; found {first.found}, expected {first.expected}"


def _sentences(report: Report) -> Iterator[str]:
    return (sentence_of(group) for group in report.groups if group.severity is Severity.ERROR)


def _ranked(entries: list[Entry], tie_breaks: Sequence[str]) -> list[Entry]:
    """The scored entries from best to worst; those without a reason against it get their standing among themselves."""
    check_tie_breaks(tie_breaks, [entry.result for entry in entries if entry.result is not None])
    results = {entry.slug: entry.result for entry in entries if entry.result is not None}
    competing = {entry.slug: results[entry.slug] for entry in entries if not entry.reason}
    standings = {standing.name: standing for standing in rank(competing)}

    def order(entry: Entry) -> tuple[float | str, ...]:
        return order_key(results[entry.slug], entry.meta, entry.slug, tie_breaks)

    return [replace(entry, standing=standings.get(entry.slug)) for entry in sorted(entries, key=order)]
