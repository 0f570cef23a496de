"""How hard a claim was for the systems of a board, and how far they agreed on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from averitec_eval.leaderboard.view import Credit, PublicBoard, PublicClaim, PublicSystem
from averitec_eval.records import Verdict
from averitec_eval.scoring.results import ClaimScore

DIFFICULTIES: Mapping[str, str] = {
    "none": "no system got it",
    "few": "fewer than half got it",
    "most": "half or more got it",
    "all": "every system got it",
}
"""How many systems got credit for a claim, in steps: a name for each and what it says."""


@dataclass(frozen=True, slots=True)
class ClaimSummary:
    """One claim over all systems that count.

    ``credited`` of ``systems`` got credit at the headline level; a system whose evidence has not been judged is not
    among them. ``verdicts`` are the verdicts predicted, each with the number of systems that did, most first;
    ``missing`` systems have no prediction.
    """

    claim: PublicClaim
    systems: int
    credited: int
    verdicts: tuple[tuple[Verdict, int], ...]
    missing: int

    @property
    def difficulty(self) -> str:
        """The step of ``DIFFICULTIES``; ``none`` where no system counts."""
        if self.credited == 0:
            return "none"
        if self.credited == self.systems:
            return "all"
        return "most" if 2 * self.credited >= self.systems else "few"

    @property
    def disagreement(self) -> int:
        """How many different verdicts were predicted: 0 where none was, 1 where all agree."""
        return len(self.verdicts)


def counted(board: PublicBoard) -> tuple[PublicSystem, ...]:
    """The systems that say how hard a claim is: all with scores by claim but oracles, which have seen the answer."""
    return tuple(system for system in board.scored if system.claims and system.kind != "oracle")


def claim_summaries(board: PublicBoard) -> tuple[ClaimSummary, ...]:
    """Every claim of a board with public gold, in gold order."""
    systems = counted(board)
    credit = board.credit
    return tuple(
        summary(claim, [system.claims[place] for system in systems], credit) for place, claim in enumerate(board.claims)
    )


@dataclass(frozen=True, slots=True)
class TellingClaim:
    """A claim on which one system parts from most others: ``credited`` of ``others`` got credit for it."""

    claim: PublicClaim
    credited: int
    others: int


def telling_claims(
    board: PublicBoard, system: PublicSystem, most: int = 10
) -> tuple[tuple[TellingClaim, ...], tuple[TellingClaim, ...]]:
    """The claims that one system alone or with few others got, and those that it missed and most others got.

    At most ``most`` of each, the most telling first, then in gold order. Others are the systems that say how hard a
    claim is; both are empty where there are none or the system has no scores by claim.
    """
    others = [other for other in counted(board) if other.id != system.id]
    if not others or not system.claims:
        return (), ()
    credit = board.credit
    got, missed = [], []
    for place, claim in enumerate(board.claims):
        own = credit.of(system.claims[place])
        known = [found for other in others if (found := credit.of(other.claims[place])) is not None]
        credited = sum(known)
        telling = TellingClaim(claim, credited, len(known))
        if own and 2 * credited < len(known):
            got.append(telling)
        elif own is False and 2 * credited > len(known):
            missed.append(telling)
    got.sort(key=lambda telling: telling.credited)
    missed.sort(key=lambda telling: -telling.credited)
    return tuple(got[:most]), tuple(missed[:most])


def summary(claim: PublicClaim, scores: Sequence[ClaimScore], credit: Credit) -> ClaimSummary:
    """One claim from what each system scored on it; ``credit`` is the board's."""
    known = [found for score in scores if (found := credit.of(score)) is not None]
    predicted = Counter(score.predicted for score in scores if score.predicted is not None)
    order = list(Verdict)
    return ClaimSummary(
        claim=claim,
        systems=len(known),
        credited=sum(known),
        verdicts=tuple(sorted(predicted.items(), key=lambda item: (-item[1], order.index(item[0])))),
        missing=sum(score.missing for score in scores),
    )


__all__ = [
    "DIFFICULTIES",
    "ClaimSummary",
    "TellingClaim",
    "claim_summaries",
    "counted",
    "summary",
    "telling_claims",
]
