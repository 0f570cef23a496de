"""The rules over entries: each sees every entry once, in file order, and speaks about the whole file at the end.

Rules hold hashes and counts, never texts, so that the memory they need grows by some tens of bytes a claim.
"""

from __future__ import annotations

from averitec_eval.validation.rules.base import Context, Rule
from averitec_eval.validation.rules.claims import ClaimTexts
from averitec_eval.validation.rules.evidence import EvidenceShape, EvidenceTexts
from averitec_eval.validation.rules.gold import GoldAsPredictions, check_gold
from averitec_eval.validation.rules.ids import ClaimIds
from averitec_eval.validation.rules.quality import Labels, SharedEvidence, Sources


def all_rules(context: Context) -> list[Rule]:
    """A fresh instance of every rule, for one file."""
    ids = ClaimIds(context)
    return [
        ids,
        ClaimTexts(context, ids),
        EvidenceShape(context),
        EvidenceTexts(context),
        SharedEvidence(context),
        Sources(context),
        Labels(context),
        GoldAsPredictions(context),
    ]


__all__ = ["Context", "Rule", "all_rules", "check_gold"]
