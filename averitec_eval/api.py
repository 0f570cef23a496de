"""The functions most people need: score and validate files or records in one call.

Here files become records: paths are opened, validated and streamed; records go through as they are.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from averitec_eval.errors import InvalidSubmissionError, UnreadableError, UsageError
from averitec_eval.formats import SubmissionFile, read_gold
from averitec_eval.records import Gold, Prediction, Submission
from averitec_eval.scoring.parallel import OnClaim, score_all
from averitec_eval.scoring.profiles import DEFAULT_PROFILE, Profile
from averitec_eval.scoring.results import Result
from averitec_eval.scoring.runs import claim_line
from averitec_eval.scoring.score import Scorer
from averitec_eval.scoring.uncertainty import with_intervals
from averitec_eval.scoring.workers import Workers
from averitec_eval.statistics.resampling import Settings
from averitec_eval.validation import Report, validate
from averitec_eval.validation.issues import IssueLog

if TYPE_CHECKING:
    from averitec_eval.text.meteor import Meteor

StrPath = str | os.PathLike[str]
DEFAULT_SETTINGS = Settings()


def score(
    submission: Submission | StrPath,
    gold: Gold | StrPath,
    *,
    profile: str | Profile = DEFAULT_PROFILE,
    levels: Sequence[float] = (),
    meteor: str | Meteor = "pinned",
    input_format: str | None = None,
    intervals: Settings | None = DEFAULT_SETTINGS,
    on_claim: OnClaim | None = None,
    workers: Workers | None = None,
) -> Result:
    """Validate and score a submission.

    ``submission`` and ``gold`` are records or paths; a file of predictions is read as a stream, first to validate it
    and then to score it, so that its size does not matter. ``profile`` names the edition's contract, ``levels`` adds
    levels in [0, 1) of which the first becomes the headline, ``meteor`` is ``pinned`` or ``nltk``, ``intervals`` says
    how confidence intervals are made (None: none are), ``input_format`` forces the format of the prediction file.
    ``on_claim`` is called with each claim's scores, its prediction and its gold as soon as they are there, in the order
    of the file. ``workers`` says in which processes to score (None: in this one); it changes no figure.

    Missing claims score 0 and are counted in ``result.inputs``. Raises ``InvalidSubmissionError`` for any other error
    in the submission and ``UnreadableError`` for a file that cannot be read; both hold the ``report``. Raises
    ``UsageError`` for unknown names, ``ResourceError`` for missing or damaged resources, ``ServiceError`` where workers
    fail.
    """
    return score_with_report(
        submission,
        gold,
        profile=profile,
        levels=levels,
        meteor=meteor,
        input_format=input_format,
        intervals=intervals,
        on_claim=on_claim,
        workers=workers,
    )[0]


def score_with_report(
    submission: Submission | StrPath,
    gold: Gold | StrPath,
    *,
    profile: str | Profile = DEFAULT_PROFILE,
    levels: Sequence[float] = (),
    meteor: str | Meteor = "pinned",
    input_format: str | None = None,
    intervals: Settings | None = DEFAULT_SETTINGS,
    on_claim: OnClaim | None = None,
    workers: Workers | None = None,
) -> tuple[Result, Report]:
    """The result that ``score`` gives, and the report of the validation it began with: warnings, notes, missing
    claims. Arguments and errors are those of ``score``.
    """
    gold = gold if isinstance(gold, Gold) else read_gold(gold)
    scorer = Scorer(gold, profile=profile, levels=levels, meteor=meteor)
    report = check(submission, gold, input_format=input_format)
    predictions = _predictions(submission, report, input_format)
    if workers is None or workers.in_this_process:
        claims = gold.by_id()
        for prediction in predictions:
            claim_score = scorer.add(prediction)
            if on_claim is not None:
                on_claim(claim_score, prediction, claims[prediction.claim_id])
    else:
        score_all(predictions, scorer, workers, on_claim)
    result = scorer.result(report.sha256)
    return (result if intervals is None else with_intervals(result, gold, intervals)), report


def score_claim(
    path: StrPath,
    gold: Gold | StrPath,
    claim_id: int,
    *,
    profile: str | Profile = DEFAULT_PROFILE,
    input_format: str | None = None,
) -> tuple[dict[str, Any], str]:
    """The line of one claim, as ``claims.jsonl`` holds it, and the printed signature, without scoring the other claims.

    Raises as ``score`` does, and ``UsageError`` for a claim id that is not in the gold.
    """
    gold = gold if isinstance(gold, Gold) else read_gold(gold)
    claim = gold.by_id().get(claim_id)
    if claim is None:
        ids = sorted(gold.by_id())
        raise UsageError(f"claim {claim_id} is not in the gold set, whose {len(ids)} ids go from {ids[0]} to {ids[-1]}")
    scorer = Scorer(gold, profile=profile)
    report = check(path, gold, input_format=input_format)
    found = next((p for p in _predictions(path, report, input_format) if p.claim_id == claim_id), None)
    score = scorer.missing(claim) if found is None else scorer.add(found)
    return claim_line(score, found, claim), str(scorer.signature())


def check(submission: Submission | StrPath, gold: Gold, *, input_format: str | None = None) -> Report:
    """Validate a submission and give the report if it can be scored, complete or not.

    Raises ``InvalidSubmissionError`` or ``UnreadableError`` with the report if it cannot.
    """
    report = validate(submission, gold, input_format=input_format)
    name = submission.name if isinstance(submission, Submission) else os.fspath(submission)
    if not report.readable:
        raise UnreadableError(f"{name}: cannot be read", report)
    if not (report.valid or report.valid_but_incomplete):
        raise InvalidSubmissionError(f"{name}: invalid, not scored", report)
    return report


def _predictions(submission: Submission | StrPath, report: Report, input_format: str | None) -> Iterator[Prediction]:
    if isinstance(submission, Submission):
        return iter(submission)
    return read_predictions(submission, report.sha256, input_format=input_format)


def read_predictions(path: StrPath, sha256: str | None, *, input_format: str | None = None) -> Iterator[Prediction]:
    """Yield the predictions of a file that was checked and has this SHA-256, in hex, entries without one left out.

    Raises ``UnreadableError`` at the end if other bytes were read.
    """
    file = SubmissionFile(Path(path), IssueLog(), input_format)
    for entry in file:
        prediction = entry.prediction()
        if prediction is not None:
            yield prediction
    if file.sha256 != sha256:
        raise UnreadableError(f"{os.fspath(path)}: the file changed while it was read; run again when it is complete")


__all__ = ["check", "read_predictions", "score", "score_claim", "score_with_report"]
