"""How hard a claim was and how far systems agree."""

from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from leaderboard.scored import claim_score, small_board
from strategies import credit_columns

from averitec_eval.leaderboard.difficulty import DIFFICULTIES, claim_summaries, summary, telling_claims
from averitec_eval.leaderboard.view import Credit, PublicBoard, PublicClaim, PublicSite
from averitec_eval.records import Verdict

CLAIM = PublicClaim(7, "A claim.", Verdict.REFUTED, ())
CREDIT = Credit("averitec", (0.25,), 0.25, "gt", judged=False)


@pytest.fixture(scope="module")
def board(site: PublicSite) -> PublicBoard:
    return site.boards[0]


@pytest.mark.parametrize(
    ("credits", "difficulty"),
    [
        ([], "none"),
        ([False, False], "none"),
        ([True, False, False], "few"),
        ([True, False], "most"),
        ([True, True, False], "most"),
        ([True], "all"),
        ([True, True], "all"),
    ],
)
def test_difficulty(credits: list[bool], difficulty: str) -> None:
    found = summary(CLAIM, [claim_score(7, credit=credit) for credit in credits], CREDIT)
    assert found.difficulty == difficulty
    assert found.difficulty in DIFFICULTIES
    assert (found.credited, found.systems) == (sum(credits), len(credits))


def test_disagreement_counts_different_verdicts() -> None:
    verdicts = [Verdict.CONFLICTING, Verdict.REFUTED, None, Verdict.REFUTED, Verdict.SUPPORTED]
    found = summary(CLAIM, [claim_score(7, predicted=verdict) for verdict in verdicts], CREDIT)
    assert found.verdicts == ((Verdict.REFUTED, 2), (Verdict.SUPPORTED, 1), (Verdict.CONFLICTING, 1))
    assert found.disagreement == 3
    assert found.missing == 1
    assert summary(CLAIM, [claim_score(7, predicted=None)], CREDIT).disagreement == 0


def test_oracles_do_not_count(board: PublicBoard) -> None:
    rows = [[claim_score(1, credit=True)], [claim_score(1)]]
    (found,) = claim_summaries(small_board(board, rows, ["oracle", "baseline"]))
    assert (found.credited, found.systems) == (0, 1)


def test_the_headline_level_decides(site: PublicSite) -> None:
    board = site.boards[0]
    place = [f"averitec@{level}" for level in board.levels].index(board.headline)
    systems = [system for system in board.scored if system.kind != "oracle"]
    for number, found in enumerate(claim_summaries(board)):
        assert found.claim is board.claims[number]
        assert found.credited == sum(system.claims[number].credit[place] for system in systems)
        predicted = Counter(system.claims[number].predicted for system in systems)
        assert found.missing == predicted.pop(None, 0)
        assert dict(found.verdicts) == predicted


@given(credit_columns(max_claims=12, max_systems=5))
def test_telling_claims(board: PublicBoard, credit: npt.NDArray[np.bool_]) -> None:
    rows = [[claim_score(number, credit=bool(c)) for number, c in enumerate(column)] for column in credit.T]
    small = small_board(board, rows)
    others = credit.shape[1] - 1
    for number, system in enumerate(small.systems):
        got, missed = telling_claims(small, system, most=100)
        counts = {claim: int(credit[claim].sum() - credit[claim, number]) for claim in range(len(credit))}
        mine = {claim for claim in counts if credit[claim, number]}
        assert {t.claim.claim_id for t in got} == {c for c in mine if counts[c] < others / 2}
        assert {t.claim.claim_id for t in missed} == {c for c in set(counts) - mine if counts[c] > others / 2}
        for telling in (*got, *missed):
            assert (telling.credited, telling.others) == (counts[telling.claim.claim_id], others)
        assert [(t.credited, t.claim.claim_id) for t in got] == sorted((t.credited, t.claim.claim_id) for t in got)
        assert telling_claims(small, system, most=1) == (got[:1], missed[:1])
