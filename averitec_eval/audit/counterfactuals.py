"""Counterfactual scores: what the headline would be without repetition, echo, fillers, or with other evidence.

Each is the official score of an altered copy of the submission and stands beside the official figure, never in its
place. Only claims that the alteration changes are scored again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from averitec_eval.audit.altering import rewritten, without_strings
from averitec_eval.audit.records import Counterfactual
from averitec_eval.audit.texts import content_words, fillers, near_duplicate_groups, without_claim
from averitec_eval.records import Gold, Prediction, Verdict
from averitec_eval.scoring.claims import ClaimScorer
from averitec_eval.scoring.evidence import comparison_strings
from averitec_eval.scoring.profiles import FIRST_PAIRS, Profile, get_profile
from averitec_eval.scoring.results import Result
from averitec_eval.statistics.intervals import percentile
from averitec_eval.statistics.resampling import Settings, resampled_sums

if TYPE_CHECKING:
    import numpy as np

FIRST = FIRST_PAIRS[:4]
"""How many pairs count in the counterfactuals of the first ones."""

TELLING_ANSWER = 4
"""An answer of fewer content words may answer several questions ("Yes.") and is no duplicate by itself."""

DEFAULT_SETTINGS = Settings()


class _Altered(NamedTuple):
    """An altered copy: its name, title and the beginning of its sentence, the ids of the claims it changes, and
    whether each of the gold claims has credit in it, by claim id.
    """

    name: str
    title: str
    opening: str
    changed: tuple[int, ...]
    credit: Mapping[int, bool]


def counterfactuals(
    predictions: Sequence[Prediction],
    gold: Gold,
    result: Result,
    *,
    profile: Profile | None = None,
    settings: Settings = DEFAULT_SETTINGS,
    rng: np.random.Generator | None = None,
) -> tuple[Counterfactual, ...]:
    """The headline scores of altered copies of a submission, each with the gap to the official one.

    ``result`` must be that of ``predictions`` on ``gold``, under ``profile`` (None: the one that the result names).
    ``settings`` says how the intervals of the gaps are made, from resamples of the claims that are the same for both
    sides; ``rng`` decides whose evidence each claim gets in the shuffled copy (None: the generator of the settings).
    Shuffling needs two predictions and is left out otherwise. Raises ``UsageError`` for a profile or
    METEOR variant that is not known by name.
    """
    import numpy as np

    copies = list(
        _copies(predictions, gold, result, profile or get_profile(result.profile), rng or settings.generator())
    )
    index = result.levels.index(float(result.signature.level))
    ids = [claim.claim_id for claim in result.claims]
    official = np.array([claim.credit[index] for claim in result.claims], dtype=np.float64)
    altered = np.array([[copy.credit[id] for copy in copies] for id in ids], dtype=np.float64)
    gaps = official[:, np.newaxis] - altered
    low, high = percentile(resampled_sums(gaps, settings.resamples, settings.generator()) / len(ids), settings.level)
    found = []
    for number, copy in enumerate(copies):
        score, gap = float(altered[:, number].sum() / len(ids)), float(gaps[:, number].sum() / len(ids))
        ends = float(low[number]), float(high[number])
        sentence = (
            f"{copy.opening} {result.headline} is {score:.3f} then, against {result.headline_score:.3f}: a gap of "
            f"{gap:.3f}, {100 * settings.level:g} % interval [{ends[0]:.3f}, {ends[1]:.3f}]."
        )
        found.append(
            Counterfactual(
                copy.name,
                copy.title,
                result.headline,
                result.headline_score,
                score,
                gap,
                *ends,
                copy.changed,
                sentence,
            )
        )
    return tuple(found)


def _copies(
    predictions: Sequence[Prediction], gold: Gold, result: Result, profile: Profile, rng: np.random.Generator
) -> Iterator[_Altered]:
    claims = gold.by_id()
    level = float(result.signature.level)
    index = result.levels.index(level)
    scores = {claim.claim_id: claim for claim in result.claims}
    credit = {claim.claim_id: claim.credit[index] for claim in result.claims}
    scorer = ClaimScorer(profile, (level,), result.signature.meteor)

    def scored_again(name: str, title: str, what: str, changed: Mapping[int, Prediction]) -> _Altered:
        again = {id: scorer.score(prediction, claims[id]).credit[0] for id, prediction in changed.items()}
        ids = tuple(sorted(changed))
        return _Altered(name, title, f"{what} changes {_claims(len(ids))}.", ids, {**credit, **again})

    yield scored_again(
        "duplicates-once",
        "Duplicates counted once",
        "Leaving out evidence that nearly repeats earlier evidence of its claim",
        {p.claim_id: without_strings(p, found) for p in predictions if (found := repeated_strings(p))},
    )
    echoless = {
        p.claim_id: rewritten(p, lambda text, claim=claims[p.claim_id].claim: without_claim(claim, text))  # type: ignore[misc]
        for p in predictions
    }
    yield scored_again(
        "claim-removed",
        "Claim-echo removed",
        "Leaving out the claim where evidence repeats it word for word",
        {p.claim_id: echoless[p.claim_id] for p in predictions if echoless[p.claim_id] is not p},
    )
    positions = fillers(predictions, {claim.claim_id: claim.claim for claim in gold})
    yield scored_again(
        "fillers-removed",
        "Fillers removed",
        "Leaving out question-answer pairs that repeat a template and add nothing",
        {p.claim_id: without_strings(p, positions[p.claim_id]) for p in predictions if p.claim_id in positions},
    )
    for k in FIRST:
        at = FIRST_PAIRS.index(k)
        yield _Altered(
            f"first-{k}",
            "First pair only" if k == 1 else f"First {k} pairs only",
            f"With only the first {'pair' if k == 1 else f'{k} pairs'} of each claim,",
            tuple(sorted(id for id, claim in scores.items() if claim.n_counted > k)),
            {
                id: claim.label_correct and profile.passes(claim.evidence_first[at], level)
                for id, claim in scores.items()
            },
        )
    if len(predictions) > 1:
        yield scored_again(
            "shuffled",
            "Evidence of another claim",
            "Giving each claim the evidence of another",
            {p.claim_id: p for p in shuffled(predictions, rng)},
        )
    label = majority(gold)
    yield _Altered(
        "majority-label",
        f"{label.value} everywhere",
        f"With the most frequent gold verdict, {label.value}, for every claim,",
        tuple(sorted(id for id, claim in scores.items() if not claim.missing and claim.predicted is not label)),
        {
            id: not claim.missing and claim.gold is label and profile.passes(claim.evidence_qa, level)
            for id, claim in scores.items()
        },
    )


def repeated_strings(prediction: Prediction) -> frozenset[int]:
    """Positions of the compared strings that nearly repeat an earlier one, or whose answer of at least
    ``TELLING_ANSWER`` content words nearly repeats an earlier answer.
    """
    strings = comparison_strings(prediction.evidence, prediction.string_evidence)
    if len(strings) < 2:
        return frozenset()
    answers = [pair.answer for pair in prediction.pairs()]
    telling = [at for at, answer in enumerate(answers) if len(content_words(answer)) >= TELLING_ANSWER]
    groups = [
        *near_duplicate_groups(strings),
        *(tuple(telling[at] for at in group) for group in near_duplicate_groups([answers[at] for at in telling])),
    ]
    return frozenset(at for group in groups for at in group[1:])


def shuffled(predictions: Sequence[Prediction], rng: np.random.Generator) -> tuple[Prediction, ...]:
    """The predictions with the evidence of another each: of the one so many places on as ``rng`` says, in a circle.

    Takes at least two predictions.
    """
    shift = 1 + int(rng.bit_generator.random_raw()) % (len(predictions) - 1)
    others = (*predictions[shift:], *predictions[:shift])
    return tuple(
        replace(
            prediction, evidence=other.evidence, string_evidence=other.string_evidence, lists_pairs=other.lists_pairs
        )
        for prediction, other in zip(predictions, others, strict=True)
    )


def majority(gold: Gold) -> Verdict:
    """The most frequent gold verdict; of several, the first in the order of ``Verdict``."""
    counts = Counter(claim.label for claim in gold)
    return max(Verdict, key=counts.__getitem__)


def _claims(number: int) -> str:
    return "1 claim" if number == 1 else f"{number:,} claims"


__all__ = ["FIRST", "TELLING_ANSWER", "counterfactuals", "majority", "repeated_strings", "shuffled"]
