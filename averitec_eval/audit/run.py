"""Running an audit: all probes over one submission, altered copies scored beside it, and the robust companion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from averitec_eval.audit.records import Audit, Finding, Skipped
from averitec_eval.records import Gold, Submission
from averitec_eval.scoring.profiles import DEFAULT_PROFILE, Profile, get_profile
from averitec_eval.statistics.resampling import Settings

if TYPE_CHECKING:
    from averitec_eval.baselines.store import KnowledgeStore
    from averitec_eval.scoring.results import Result
    from averitec_eval.scoring.workers import Workers

DEFAULT_SETTINGS = Settings()
JUDGE = "judge"
"""The group of probes of what an Ev2R judge said."""

ROBUST = "robust"
"""The scoring profile whose figures stand beside the official ones."""


def audit(
    submission: Submission,
    gold: Gold,
    *,
    profile: str | Profile = DEFAULT_PROFILE,
    knowledge_store: KnowledgeStore | None = None,
    others: Sequence[Submission] = (),
    train: Gold | None = None,
    domains: Iterable[str] | None = None,
    thresholds: Mapping[str, float] | None = None,
    result: Result | None = None,
    judged: Result | None = None,
    settings: Settings = DEFAULT_SETTINGS,
    workers: Workers | None = None,
) -> Audit:
    """Audit one submission against gold.

    ``profile`` is the edition whose figure is looked at; ``result``, if it is at hand, must be the submission's under
    that profile, without a judge, and saves scoring it. ``judged`` is its result with the scores of an Ev2R judge and
    allows the probes of judgements. ``knowledge_store`` allows the probes that look evidence up, ``others`` those
    that compare with other submissions (one with the same SHA-256 is left out: it is the submission itself), ``train``
    the one that looks for claims of the training data. ``domains`` are fact-checking sites (None: the list that comes
    with this package). ``thresholds`` override the profile's, by probe. ``settings`` says how intervals are made,
    ``workers`` where claims are scored.

    The same input gives the same audit. Raises ``UsageError`` for unknown profiles and probes and
    ``InvalidSubmissionError`` for a submission that cannot be scored.
    """
    from averitec_eval.api import score
    from averitec_eval.audit.counterfactuals import counterfactuals

    chosen = get_profile(profile) if isinstance(profile, str) else profile
    findings, skipped = probe_submission(
        submission,
        gold,
        profile=chosen.name,
        knowledge_store=knowledge_store,
        others=others,
        train=train,
        domains=domains,
        thresholds=thresholds,
        judged=judged,
    )
    if result is None:
        result = score(submission, gold, profile=chosen, intervals=None, workers=workers)
    robust = score(submission, gold, profile=ROBUST, intervals=settings, workers=workers)
    return Audit(
        signature=str(result.signature),
        headline=result.headline,
        official=result.headline_score,
        findings=findings,
        counterfactuals=counterfactuals(submission.predictions, gold, result, settings=settings),
        robust=_with_headline_first(robust),
        skipped=skipped,
        submission_sha256=submission.sha256 or None,
        gold_sha256=gold.sha256 or None,
    )


def probe_submission(
    submission: Submission,
    gold: Gold,
    *,
    profile: str = DEFAULT_PROFILE,
    knowledge_store: KnowledgeStore | None = None,
    others: Sequence[Submission] = (),
    train: Gold | None = None,
    domains: Iterable[str] | None = None,
    thresholds: Mapping[str, float] | None = None,
    judged: Result | None = None,
) -> tuple[tuple[Finding, ...], tuple[Skipped, ...]]:
    """What all probes find, in the order of ``PROBES``, and those that could not run; nothing is scored.

    Arguments and errors are those of ``audit``.
    """
    from averitec_eval.audit.context import Context
    from averitec_eval.audit.domains import default_domains
    from averitec_eval.audit.probes import PROBES
    from averitec_eval.audit.thresholds import thresholds_of

    context = Context(
        submission=submission,
        gold=gold,
        thresholds=thresholds_of(profile, thresholds),
        others=tuple(other for other in others if not submission.sha256 or other.sha256 != submission.sha256),
        train=train,
        domains=default_domains() if domains is None else frozenset(domains),
        store=knowledge_store,
        judged=judged,
    )
    # Where nobody judged, the probes of judgements lack nothing: there is nothing that they are about.
    outcomes = [probe.function(context) for probe in PROBES.values() if judged is not None or probe.group != JUDGE]
    return (
        tuple(outcome for outcome in outcomes if isinstance(outcome, Finding)),
        tuple(outcome for outcome in outcomes if isinstance(outcome, Skipped)),
    )


def _with_headline_first(result: Result) -> dict[str, tuple[float, float, float]]:
    """The robust metrics with their intervals; how well the verdicts do by themselves stands in every other report."""
    names = [result.headline, *(name for name in result.scores if name != result.headline)]
    return {
        name: (result.scores[name], result.intervals[name].low, result.intervals[name].high)
        for name in names
        if name.startswith(ROBUST)
    }


__all__ = ["ROBUST", "audit", "probe_submission"]
