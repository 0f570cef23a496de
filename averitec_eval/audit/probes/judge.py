"""What an Ev2R judge said of the evidence: replies that look steered, and claims that have no recall."""

from __future__ import annotations

from averitec_eval.audit.context import Context, Probe, probe, share_finding, shown
from averitec_eval.audit.records import Finding, Skipped
from averitec_eval.scoring.judged import JudgedClaim

LACKING = "the submission has not been judged"


def _judged(context: Context) -> list[tuple[int, JudgedClaim]]:
    """The judged claims that have a prediction, in gold order."""
    claims = () if context.judged is None else context.judged.claims
    return [(claim.claim_id, claim.ev2r) for claim in claims if claim.ev2r is not None and not claim.missing]


def _steered(context: Context, of: Probe) -> Finding | Skipped:
    claims = _judged(context)
    if not claims:
        return Skipped(of.name, LACKING)
    seen = [
        (claim_id, ", ".join(shown(reason, 60) for reason in found.steered))
        for claim_id, found in claims
        if found.steered
    ]
    more = "That may have other causes; the replies have to be read."
    return share_finding(
        context, of, seen, len(claims), "claims", "have a reply that looks steered by the evidence", more
    )


def _unscored(context: Context, of: Probe) -> Finding | Skipped:
    claims = _judged(context)
    if not claims:
        return Skipped(of.name, LACKING)
    seen = [
        (
            claim_id,
            found.qa.fault if found.qa.status == "unscored" else "no facts were counted in the reference evidence",
        )
        for claim_id, found in claims
        if found.qa.recall is None
    ]
    more = "They are in no mean; whether they would have had credit is not known."
    return share_finding(context, of, seen, len(claims), "claims", "have no recall by the judge", more)


PROBES = (
    probe(
        "judge.steered",
        "Judge's replies that look steered",
        "share",
        "Share of the judged claims with a reply that repeats instructions of the evidence or contradicts itself.",
    )(_steered),
    probe(
        "judge.unscored",
        "Claims without a judge's recall",
        "share",
        "Share of the judged claims to which the judge gave no question-answer recall.",
    )(_unscored),
)

__all__ = ["PROBES"]
