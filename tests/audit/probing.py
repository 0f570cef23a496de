"""Small submissions and gold sets on which probes are tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from averitec_eval.audit.context import Context
from averitec_eval.audit.domains import default_domains
from averitec_eval.audit.probes import PROBES
from averitec_eval.audit.records import Finding, Skipped
from averitec_eval.audit.thresholds import thresholds_of
from averitec_eval.records import Answer, Gold, GoldClaim, Prediction, QAPair, Question, Submission, Verdict

PLACES = ("Accra", "Bremen", "Cardiff", "Dakar", "Exeter", "Faro", "Genoa", "Hull", "Izmir", "Jena", "Kyoto", "Lagos")
DEEDS = (
    "banned",
    "painted",
    "flooded",
    "sold",
    "twinned",
    "mapped",
    "taxed",
    "lit",
    "fenced",
    "dug",
    "rented",
    "moved",
)
THINGS = (
    "buses", "bridges", "cellars", "towers", "gardens", "rivers", "windows", "streets", "meadows", "tunnels", "boats",
    "markets",
)  # fmt: skip


def claim_text(number: int) -> str:
    """A claim of its own for each number below twelve: no content word stands in two of them."""
    return f"{PLACES[number]} {DEEDS[number]} {THINGS[number]}."


def gold_of(*evidence: Sequence[QAPair], more: Mapping[int, Mapping[str, Any]] | None = None, claims: int = 0) -> Gold:
    """Gold claims with ids from 0, one for each list of evidence or as many as asked; ``more`` sets further fields."""
    made = []
    for number in range(max(len(evidence), claims)):
        pairs = evidence[number] if number < len(evidence) else ()
        questions = tuple(pair.as_question() for pair in pairs) or (
            Question("Where was it noted?", (Answer("Here."),)),
        )
        fields = dict((more or {}).get(number, {}))
        made.append(GoldClaim(number, claim_text(number), Verdict.REFUTED, questions, **fields))
    return Gold(tuple(made), "a" * 64)


def submission_of(*evidence: Sequence[QAPair], name: str = "", justification: str | None = None) -> Submission:
    """A submission that gives the claims from 0 on this evidence."""
    predictions = tuple(
        Prediction(number, Verdict.REFUTED, tuple(p.as_question() for p in pairs), justification=justification)
        for number, pairs in enumerate(evidence)
    )
    return Submission(predictions, f"{name or 'made':0<64}"[:64], "2024-json", name)


def outcome(probe: str, submission: Submission, gold: Gold | None = None, **more: Any) -> Finding | Skipped:
    """What one probe says."""
    gold = gold_of(claims=len(submission)) if gold is None else gold
    thresholds = thresholds_of("averitec-2024", more.pop("thresholds", None))
    more.setdefault("domains", default_domains())
    return PROBES[probe].function(Context(submission, gold, thresholds, **more))


def found(probe: str, submission: Submission, gold: Gold | None = None, **more: Any) -> Finding:
    """What one probe finds; it must not be skipped."""
    result = outcome(probe, submission, gold, **more)
    assert isinstance(result, Finding), result
    return result


def skipped(probe: str, submission: Submission, gold: Gold | None = None, **more: Any) -> str:
    """Why one probe did not run; it must have been skipped."""
    result = outcome(probe, submission, gold, **more)
    assert isinstance(result, Skipped), result
    return result.reason


HONEST = (
    QAPair("Who keeps the register?", "The town council has kept it since 1969.", "https://example.org/register"),
    QAPair(
        "What does the register say?",
        "It lists every permit granted to boats on the canal.",
        "https://example.org/permits",
    ),
    QAPair("Was there a vote?", "Yes", "https://news.example.com/vote"),
)
"""Evidence in which no probe should see anything."""
