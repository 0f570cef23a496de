"""Made-up scores of claims, and boards that hold them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from averitec_eval.leaderboard.view import PublicBoard, PublicClaim, PublicEvidence, PublicSystem
from averitec_eval.records import Verdict
from averitec_eval.scoring.evidence import FIRST_PAIRS
from averitec_eval.scoring.results import ClaimScore


def claim_score(
    claim_id: int, *, credit: bool = False, predicted: Verdict | None = Verdict.REFUTED, **fields: Any
) -> ClaimScore:
    """The scores of a claim whose gold verdict is Refuted, credited at every level or at none."""
    values: dict[str, Any] = {
        "claim_id": claim_id,
        "gold": Verdict.REFUTED,
        "predicted": predicted,
        "evidence_q": 0.3,
        "evidence_qa": 0.4 if credit else 0.1,
        "evidence_first": (0.1,) * len(FIRST_PAIRS),
        "pairs": (),
        "levels": (0.25,),
        "credit": (credit,),
        "justification": None,
        "n_predicted": 2,
        "n_counted": 2,
        "n_gold": 1,
    }
    return ClaimScore(**{**values, **fields})


def small_board(board: PublicBoard, rows: Sequence[Sequence[ClaimScore]], kinds: Sequence[str] = ()) -> PublicBoard:
    """``board`` with as many systems as rows instead of its own, each with the scores of one row."""
    systems = tuple(
        PublicSystem(
            f"system-{number}",
            f"System {number}",
            "a team",
            kinds[number] if kinds else "system",
            scores={board.headline: next(iter(board.scored)).scores[board.headline]},
            submission_sha256=f"{number:064x}",
            claims=tuple(row),
        )
        for number, row in enumerate(rows)
    )
    claims = tuple(
        PublicClaim(score.claim_id, f"Claim number {score.claim_id}.", score.gold, (PublicEvidence("Q?", "A."),))
        for score in rows[0]
    )
    return replace(
        board, systems=systems, claims=claims, n_claims=len(claims), levels=rows[0][0].levels, comparisons=()
    )
