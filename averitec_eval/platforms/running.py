"""What a platform runs: one prediction file against the gold of one phase, with nothing said that gives gold away.

A platform keeps a submission's log and its error for the participant to see. So whatever is printed or raised here
holds no word of the gold, unless the phase's gold is public.
"""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from averitec_eval.api import score_with_report
from averitec_eval.errors import AveritecEvalError, InvalidSubmissionError, UnreadableError
from averitec_eval.formats import read_gold
from averitec_eval.records import Gold
from averitec_eval.scoring.results import Result
from averitec_eval.validation import Report, Severity, catalogue, validate
from averitec_eval.validation.issues import Issue, IssueGroup
from averitec_eval.validation.render import print_report

EVERYONE, PARTICIPANT, ORGANISERS = "everyone", "participant", "organisers"
"""Who sees the scores of a submission, as ``leaderboard.yaml`` says it."""

WIDTH = 100
"""Columns of what is printed into a log."""

HIDDEN = "what the gold says of this claim, which is hidden"

_WITHOUT_TEXTS = frozenset({"I001", "I003", "I004", "I005", "I007", "I008", "C003", "G004"})
"""Codes that come of a comparison with gold and speak of its ids and numbers alone, which participants have."""


_OF_GOLD = "in the gold set: "
"""How validation begins what it notes about the gold itself."""


class EvaluationError(AveritecEvalError):
    """A submission was not scored. The message is one line and quotes neither gold nor predictions."""


class RefusedError(EvaluationError):
    """A submission that cannot be scored; ``text`` is the table of its problems, as the participant may see it."""

    def __init__(self, message: str, text: str) -> None:
        super().__init__(message)
        self.text = text


@dataclass(frozen=True, slots=True)
class PhaseSettings:
    """What a phase is scored by.

    ``codename`` is what the platform calls it and ``title`` what people do; ``split`` is the codename of its part of
    the data. ``profile`` and ``levels`` are those of ``averitec_eval.score``. ``public`` says that its gold may be
    shown, ``scores`` who sees scores, ``bytes`` how large a prediction file may be (None: any size). ``metrics`` are
    the columns of the leaderboard, in its order, and ``headline`` the one that ranks.
    """

    codename: str
    title: str
    split: str
    profile: str
    levels: tuple[float, ...]
    public: bool
    scores: str
    bytes: int | None
    metrics: tuple[str, ...]
    headline: str

    def to_dict(self) -> dict[str, Any]:
        """The settings as JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> PhaseSettings:
        """The settings that ``to_dict`` wrote as ``document``."""
        lists = {key: tuple(document[key]) for key in ("levels", "metrics")}
        return cls(**{**document, **lists})


@dataclass(frozen=True, slots=True)
class Outcome:
    """A submission that was scored: ``figures`` are its metrics in the order of the leaderboard.

    ``result`` and ``report`` are of the organisers; ``document`` and ``text`` hold what the participant may see.
    """

    figures: Mapping[str, float]
    result: Result
    report: Report
    document: Mapping[str, Any]
    text: str


def evaluate_file(
    predictions: str | os.PathLike[str], gold: str | os.PathLike[str], settings: PhaseSettings
) -> Outcome:
    """Validate and score a prediction file against the gold file of a phase.

    A submission that lacks claims is refused too: platforms rank whatever has a score. Raises ``RefusedError`` if it is
    too large, unreadable or invalid, and ``EvaluationError`` if the gold
    cannot be used or something else fails. No error refers to another one, whose message could hold gold.
    """
    try:
        size = Path(predictions).stat().st_size
    except OSError:
        raise RefusedError("the prediction file cannot be read", "") from None
    if settings.bytes is not None and size > settings.bytes:
        raise RefusedError(f"the prediction file has {size:,} bytes; at most {settings.bytes:,} are taken", "")
    known = _read_gold(gold)
    problem: Exception | None = None
    report: object = None
    try:
        result, report = score_with_report(
            predictions, known, profile=settings.profile, levels=settings.levels, intervals=None
        )
    except (InvalidSubmissionError, UnreadableError) as error:
        problem, report = error, error.report
    except Exception as error:  # noqa: BLE001 (its message could hold gold, so only its kind and place are told)
        problem = error
    if isinstance(report, Report):
        text = report_text(report, predictions, settings)
        if isinstance(problem, InvalidSubmissionError | UnreadableError) or (problem is None and not report.valid):
            raise RefusedError(f"the submission was not scored: {_problems(report)}", text)
    if problem is not None:
        raise EvaluationError(f"the evaluation failed: {_place(problem)}; this is not the fault of the submission")
    assert isinstance(report, Report)
    figures = figures_of(result, settings)
    return Outcome(figures, result, report, _document(result, report, settings), text)


def figures_of(result: Result, settings: PhaseSettings) -> dict[str, float]:
    """The metrics of a result by name, in the order of the leaderboard, at full precision.

    Raises ``EvaluationError`` if they are not those of the leaderboard.
    """
    if set(settings.metrics) != set(result.scores):
        raise EvaluationError("the leaderboard's columns are not those of the gold: make the bundle anew")
    return {metric: float(result.scores[metric]) for metric in settings.metrics}


def report_text(report: Report, predictions: str | os.PathLike[str], settings: PhaseSettings) -> str:
    """The table of a report's issues as plain text in ASCII, empty if there are none to show.

    Where the gold is hidden nothing in it comes from the gold: of an issue that shows only in comparison with it, its
    place and the catalogue's words remain, and notes about the gold itself are left out.
    """
    from rich.console import Console

    if not settings.public:
        report = without_gold(report, predictions)
    # The platform's own name for the file says nothing to the participant.
    report = replace(report, name="predictions")
    if not report.groups:
        return ""
    stream = io.StringIO()
    console = Console(file=stream, width=WIDTH, highlight=False, markup=False, emoji=False, no_color=True)
    print_report(report, console)
    return stream.getvalue().encode("ascii", "backslashreplace").decode("ascii")


def without_gold(report: Report, predictions: str | os.PathLike[str]) -> Report:
    """A report without a word of the gold that the predictions were compared with."""
    own = {_key(group, issue) for group in validate(predictions).groups for issue in group.examples}
    groups = []
    for group in report.groups:
        shown = [
            issue if group.code in _WITHOUT_TEXTS or _key(group, issue) in own else _bare(issue)
            for issue in group.examples
            if not issue.found.startswith(_OF_GOLD)
        ]
        if shown:
            groups.append(replace(group, examples=tuple(shown)))
    return replace(report, groups=tuple(groups))


def summary(outcome: Outcome, settings: PhaseSettings) -> str:
    """What a log says of a scored submission, in ASCII: its figures, if the participant may see them, and how they were
    made.
    """
    lines = [f"{outcome.document['scored']} of {outcome.document['claims']} claims scored"]
    if settings.scores != ORGANISERS:
        lines += [f"{metric:24} {value:.4f}" for metric, value in outcome.figures.items()]
    return "".join(f"{line}\n" for line in [*lines, f"signature: {outcome.document['signature']}"])


def _key(group: IssueGroup, issue: Issue) -> tuple[object, ...]:
    return group.code, issue.where, issue.found, issue.expected


def _bare(issue: Issue) -> Issue:
    return replace(issue, found="something else than expected", expected=HIDDEN, hint="")


def _read_gold(path: str | os.PathLike[str]) -> Gold:
    try:
        return read_gold(path)
    except (InvalidSubmissionError, UnreadableError) as error:
        report = error.report
    found = _problems(report) if isinstance(report, Report) else "it cannot be read"
    raise EvaluationError(f"the gold of this phase is not usable: {found}; please tell the organisers")


def _problems(report: Report) -> str:
    """The errors of a report in a line: codes, titles, counts."""
    found = [
        f"{group.code} {catalogue()[group.code].title}" + (f" ({group.count:,} times)" if group.count > 1 else "")
        for group in report.groups
        if group.severity is Severity.ERROR
    ]
    return "; ".join(found) or "it cannot be read"


def _place(error: Exception) -> str:
    """The kind of an error and where it came about."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    where = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"


def _document(result: Result, report: Report, settings: PhaseSettings) -> dict[str, Any]:
    """What the participant may keep of a scored submission, as JSON values."""
    document: dict[str, Any] = {
        "phase": settings.title,
        "status": report.status,
        "claims": result.inputs.n_gold,
        "scored": result.inputs.n_scored,
        "missing": result.inputs.n_missing,
        "warnings": report.n_warnings,
        "submission_sha256": result.inputs.submission_sha256,
        "signature": str(result.signature),
    }
    if settings.scores != ORGANISERS:
        document |= {"headline": settings.headline, "scores": figures_of(result, settings)}
    return document


__all__ = [
    "EVERYONE",
    "ORGANISERS",
    "PARTICIPANT",
    "EvaluationError",
    "Outcome",
    "PhaseSettings",
    "RefusedError",
    "evaluate_file",
    "figures_of",
    "report_text",
    "summary",
    "without_gold",
]
