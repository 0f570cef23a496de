"""The board: every submission validated, scored and placed. Renderers take only this."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from averitec_eval.api import score
from averitec_eval.errors import ConfigError, InvalidSubmissionError, UnreadableError
from averitec_eval.formats import read_gold
from averitec_eval.leaderboard.config import BoardConfig
from averitec_eval.leaderboard.submission import SubmissionMeta, read_submission_folder
from averitec_eval.records import Gold
from averitec_eval.scoring.results import Result
from averitec_eval.validation import Report, Severity, catalogue
from averitec_eval.validation.render import describe_where

SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
"""What a submission's folder may be called: the name becomes part of file names and addresses."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One submission on the board.

    ``slug`` is its folder's name. ``meta`` is None where ``submission.yaml`` is unusable, ``result`` where there is
    nothing to score. ``rank`` is None for whatever takes none, and ``reason`` then says why in one sentence.
    ``problems`` are sentences on what is wrong with its files.
    """

    slug: str
    meta: SubmissionMeta | None
    result: Result | None
    rank: int | None
    reason: str
    problems: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What the board calls it."""
        return self.slug if self.meta is None else self.meta.name


@dataclass(frozen=True, slots=True)
class Board:
    """A scored board: the entries with a score from best to worst, then those without, by slug."""

    config: BoardConfig
    gold: Gold
    levels: tuple[float, ...]
    headline: str
    entries: tuple[Entry, ...]

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


def build_board(config: BoardConfig, progress: Callable[[str, int, int], None] | None = None) -> Board:
    """Validate, score and rank every submission of a board.

    ``progress`` is called with the name, the number and the count of submissions as each one starts. Raises
    ``ConfigError`` and ``UnreadableError`` for the board's own files; whatever is wrong with a submission becomes
    part of the board.
    """
    gold = read_gold(config.gold)
    folders = submission_folders(config.submissions)
    entries = []
    for number, folder in enumerate(folders, start=1):
        if progress is not None:
            progress(folder.name, number, len(folders))
        entries.append(_judge(folder, gold, config))
    scored = _ranked([entry for entry in entries if entry.result is not None])
    first = next((entry.result for entry in scored if entry.result is not None), None)
    unscored = [entry for entry in entries if entry.result is None]
    return Board(
        config=config,
        gold=gold,
        levels=first.levels if first else (),
        headline=first.headline if first else "",
        entries=(*scored, *unscored),
    )


def _judge(folder: Path, gold: Gold, config: BoardConfig) -> Entry:
    if not SLUG.fullmatch(folder.name):
        reason = "its folder's name is not made of letters, digits, '.', '_' and '-' only (80 at most)"
        return Entry(folder.name, None, None, None, reason)
    try:
        meta = read_submission_folder(folder)
    except ConfigError as error:
        return Entry(folder.name, None, None, None, "its submission.yaml is not usable", error.problems)
    try:
        result = score(
            folder / meta.predictions,
            gold,
            profile=config.profile,
            levels=config.levels,
            input_format=meta.input_format,
        )
    except (InvalidSubmissionError, UnreadableError) as error:
        what = "invalid" if isinstance(error, InvalidSubmissionError) else "unreadable"
        problems = tuple(_sentences(error.report)) if isinstance(error.report, Report) else (str(error),)
        return Entry(folder.name, meta, None, None, f"its prediction file is {what}", problems)
    return Entry(folder.name, meta, result, None, _no_rank_reason(meta, result))


def _no_rank_reason(meta: SubmissionMeta, result: Result) -> str:
    if not result.complete:
        inputs = result.inputs
        return f"incomplete: {inputs.n_missing} of {inputs.n_gold} claims have no prediction and score 0"
    if meta.kind == "baseline":
        return "a baseline, shown for comparison"
    if meta.kind == "oracle":
        return "the oracle: gold evidence and labels, the highest score there is"
    return ""


def _sentences(report: Report) -> Iterator[str]:
    for group in report.groups:
        if group.severity is Severity.ERROR:
            title, first = catalogue()[group.code].title, group.examples[0]
            times = f", {group.count} times" if group.count > 1 else ""
            place = describe_where(first.where)
            where = f" ({'first: ' if times else ''}{place})" if place else ""
            yield f"{group.code}{times}: {title}{where}; found {first.found}, expected {first.expected}"


def _ranked(entries: list[Entry]) -> list[Entry]:
    def order(entry: Entry) -> tuple[float, float, str]:
        assert entry.result is not None
        return (-entry.result.headline_score, -entry.result.scores["hu_meteor_qa"], entry.slug)

    ranked: list[Entry] = []
    place, last_score, last_rank = 0, None, None
    for entry in sorted(entries, key=order):
        if entry.reason or entry.result is None:
            ranked.append(entry)
            continue
        place += 1
        # Equal scores share the better rank, and the next one down is counted as if they did not: 1, 2, 2, 4.
        rank = last_rank if entry.result.headline_score == last_score else place
        last_score, last_rank = entry.result.headline_score, rank
        ranked.append(Entry(entry.slug, entry.meta, entry.result, rank, "", entry.problems))
    return ranked
