"""The training signal is the score of the claim, to the last bit, from any thread and any process."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from scoring.helpers import gold_claim, gold_set, prediction
from strategies import robust_cases

import averitec_eval.text.meteor
from averitec_eval import PROFILES, QAPair, Scorer, Verdict, mini_gold_path, read_gold, read_submission
from averitec_eval.errors import UsageError
from averitec_eval.training import ClaimReward, Reward

ROOT = Path(__file__).resolve().parent.parent
SUBMISSION = ROOT / "submissions" / "overlap" / "predictions.json"
GOLD = read_gold(mini_gold_path())


@pytest.mark.parametrize("profile", PROFILES)
@given(case=robust_cases())
def test_a_reward_is_the_score_of_the_claim(profile: str, case: tuple[str, list[str], tuple[str, ...]]) -> None:
    _, predicted, gold = case
    claim = gold_claim(3, Verdict.SUPPORTED, *((text, text[::-1]) for text in gold))
    pairs = [(text, "as was said") for text in predicted]
    made = prediction(3, Verdict.SUPPORTED, *pairs)
    scorer = Scorer(gold_set(claim), profile=profile)
    score = scorer.add(made)
    credit = score.credit[scorer.levels.index(PROFILES[profile].headline_level)]
    reward = ClaimReward(gold_set(claim), profile=profile)
    for given_reward in (reward(3, "Supported", pairs), reward.of(made)):
        assert repr(given_reward) == repr(Reward(score.evidence_qa, True, credit))
    assert reward(3, Verdict.REFUTED, pairs) == Reward(score.evidence_qa, False, False)
    assert reward(3, None, [QAPair(*pair) for pair in pairs]) == Reward(score.evidence_qa, False, False)


def test_real_predictions_earn_what_they_score(data_dir: Path) -> None:
    gold = read_gold(data_dir / "averitec" / "dev.json")
    reward, scorer = ClaimReward(gold, level=0.3), Scorer(gold)
    at = scorer.levels.index(0.3)
    for made in read_submission(data_dir / "submissions" / "hero_8b.json").predictions[::4]:
        score = scorer.add(made)
        assert repr(reward.of(made)) == repr(Reward(score.evidence_qa, score.label_correct, score.credit[at]))


def test_a_reward_is_the_same_from_threads_and_after_pickling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(averitec_eval.text.meteor, "MOST_KNOWN", 5)
    reward = ClaimReward(GOLD)
    made = [read_submission(SUBMISSION).predictions[0]] * 20 + list(read_submission(SUBMISSION)) * 3
    expected = [reward.of(one) for one in made]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(reward.of, made)) == expected
    again = pickle.loads(pickle.dumps(reward))  # noqa: S301
    assert [again.of(one) for one in made] == expected


def test_no_evidence_earns_nothing() -> None:
    assert ClaimReward(GOLD)(0, GOLD.claims[0].label, []) == Reward(0.0, True, False)


def test_what_cannot_be_rewarded_is_refused() -> None:
    reward = ClaimReward(GOLD)
    with pytest.raises(UsageError, match="claim id 4000 is not in the gold"):
        reward(4000, "Refuted", [])
    with pytest.raises(UsageError, match=r"'refuted' is none of Supported, .* None for an answer without a verdict"):
        reward(0, "refuted", [])
    with pytest.raises(UsageError, match="the label 5 is none"):
        reward(0, 5, [])  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="without claims"):
        ClaimReward(gold_set())
    with pytest.raises(UsageError, match="unknown profile"):
        ClaimReward(GOLD, profile="averitec-2042")
    with pytest.raises(UsageError, match="level"):
        ClaimReward(GOLD, level=1.0)


@pytest.mark.parametrize(
    "pair", ["Who?", ("Who?",), ("Who?", None), ("Who?", "Me.", "url"), {"question": "Who?", "answer": "Me."}, None]
)
def test_what_is_no_pair_earns_nothing_by_accident(pair: object) -> None:
    with pytest.raises(UsageError, match="expected a question and an answer, both texts"):
        ClaimReward(GOLD)(0, "Refuted", [("Who?", "Me."), pair])  # type: ignore[list-item]
