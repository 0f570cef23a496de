"""An audit written by hand, for tests of whatever shows audits."""

from __future__ import annotations

from dataclasses import replace

from averitec_eval.audit.records import Audit, Counterfactual, Example, Finding, Skipped

REPEATED = Finding(
    probe="stuffing.exact",
    group="stuffing",
    title="Pairs that repeat an earlier one of their claim",
    value=0.125,
    unit="share",
    threshold=0.1,
    flagged=True,
    claims=(3, 7, 11),
    sentence="12.5 % of the pairs repeat an earlier one of the same claim, in 3 claims.",
    examples=(Example(3, "=twice\u202e <b>said</b>"), Example(7, "said | again")),
)
QUIET = Finding(
    probe="sources.missing",
    group="sources",
    title="Pairs without a URL",
    value=2,
    unit="count",
    threshold=10,
    flagged=False,
    claims=(4,),
    sentence="2 pairs have no URL.",
)
COPIED = Finding(
    probe="copying.gold_questions",
    group="copying",
    title="Gold questions word for word",
    value=0.5,
    unit="share",
    threshold=0.01,
    flagged=True,
    claims=tuple(range(20)),
    sentence="20 claims hold a question that is a gold question of theirs.",
    examples=(Example(0, "Who said so?"),),
)
AUDIT = Audit(
    signature="profile:averitec-2024|level:0.25",
    headline="averitec@0.25",
    official=0.544,
    findings=(REPEATED, QUIET, COPIED),
    counterfactuals=(
        Counterfactual(
            name="distinct",
            title="duplicates counted once",
            metric="averitec@0.25",
            official=0.544,
            score=0.5,
            gap=0.044,
            gap_low=0.02,
            gap_high=0.07,
            changed=(3, 7, 11),
            sentence="With duplicates counted once the score is .500, .044 lower.",
        ),
    ),
    robust={"robust@0.2": (0.3, 0.25, 0.35), "robust_qa": (0.2, 0.15, 0.25)},
    skipped=(Skipped("sources.not_in_store", "no knowledge store was given"),),
    submission_sha256="0" * 64,
    gold_sha256="f" * 64,
)
SILENT = replace(AUDIT, findings=(QUIET,), counterfactuals=(), robust={}, skipped=())
