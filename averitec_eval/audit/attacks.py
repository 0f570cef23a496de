"""Attacks: versions of a submission that raise a metric without knowing more, to measure any metric's weakness.

Each takes predictions and gives as many, for the same claims in the same order. None looks at gold evidence or gold
verdicts; of the gold only the claims' texts are used, where the predictions do not repeat them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from averitec_eval.audit.altering import with_pairs
from averitec_eval.errors import UsageError
from averitec_eval.records import Gold, GoldClaim, Prediction, QAPair, Verdict

Attack = Callable[[Prediction, str], Prediction]
"""What an attack does to one prediction, whose claim's text is the second argument."""

SLOTS = 10
"""Pairs that an attack makes: as many as the official cap lets count."""

MAJORITY = Verdict.REFUTED
"""The verdict of more than half of the claims of every AVeriTeC split whose gold is published."""

TEMPLATES = (
    ("What is the source of the claim that {}?", "The source of the claim that {} is a post on social media."),
    ("Is it true that {}?", "No, it is not true that {}."),
    ("Who said that {}?", "People on the internet said that {}."),
    ("When was it said that {}?", "It was said in 2020 that {}."),
    ("Where was it claimed that {}?", "It was claimed on Facebook that {}."),
    ("What evidence is there that {}?", "There is no evidence that {}."),
    ("Did news media report that {}?", "No reliable news media reported that {}."),
    ("Why was it claimed that {}?", "It was claimed to mislead people that {}."),
    ("How was the claim that {} shared?", "The claim was shared online."),
    ("What do fact checkers say about the claim that {}?", "Fact checkers rate the claim that {} false."),
)
"""Ten question-answer pairs that fit any claim."""


def duplicate(prediction: Prediction, claim: str) -> Prediction:
    """The first question-answer pair ten times."""
    return with_pairs(prediction, list(prediction.pairs())[:1] * SLOTS)


def template(prediction: Prediction, claim: str) -> Prediction:
    """Ten fixed pairs around the claim, without any retrieval, and the majority verdict."""
    said = claim.strip().rstrip(".")
    pairs = [QAPair(question.format(said), answer.format(said)) for question, answer in TEMPLATES]
    return replace(with_pairs(prediction, pairs), label=MAJORITY, justification=None)


def echo(prediction: Prediction, claim: str) -> Prediction:
    """The claim behind every answer."""
    return with_pairs(prediction, [replace(pair, answer=f"{pair.answer} {claim}") for pair in prediction.pairs()])


def stuff(prediction: Prediction, claim: str) -> Prediction:
    """Every answer together with the one after it, and such pairs up to ten: each question with other answers."""
    pairs = list(prediction.pairs())
    if not pairs:
        return prediction
    stuffed = [
        replace(pair, answer=f"{pairs[(at + turn) % len(pairs)].answer} {pairs[(at + turn + 1) % len(pairs)].answer}")
        for turn in range(len(pairs))
        for at, pair in enumerate(pairs)
    ]
    return with_pairs(prediction, stuffed[: max(SLOTS, len(pairs))])


def majority_label(prediction: Prediction, claim: str) -> Prediction:
    """The majority verdict, whatever the evidence says."""
    return replace(prediction, label=MAJORITY)


ATTACKS: Mapping[str, Attack] = MappingProxyType(
    {
        "duplicate": duplicate,
        "template": template,
        "echo": echo,
        "stuff": stuff,
        "majority-label": majority_label,
    }
)
"""The attacks by name."""

_NEED_CLAIMS = ("template", "echo")


def attack(
    predictions: Iterable[Prediction], gold: Gold | Iterable[GoldClaim] | None, name: str
) -> tuple[Prediction, ...]:
    """The predictions as the attack ``name`` changes them.

    ``gold`` gives the claims' texts; without it those that the predictions repeat are used. Raises ``UsageError`` for
    an unknown attack, and for one that is made of the claim where its text is not known.
    """
    function = ATTACKS.get(name)
    if function is None:
        raise UsageError(f"no attack '{name}'; the attacks are {', '.join(ATTACKS)}")
    texts = {claim.claim_id: claim.claim for claim in gold or ()}
    attacked = []
    for prediction in predictions:
        claim = texts.get(prediction.claim_id) or prediction.claim or ""
        if not claim.strip() and name in _NEED_CLAIMS:
            raise UsageError(
                f"the attack '{name}' is made of the claim, and the file does not repeat that of claim id "
                f"{prediction.claim_id}: give the gold file, too"
            )
        attacked.append(function(prediction, claim))
    return tuple(attacked)


__all__ = ["ATTACKS", "MAJORITY", "SLOTS", "TEMPLATES", "Attack", "attack"]
