"""Replies put into a store as if a judge had been asked, for tests that need no server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from averitec_eval.judge.prompting import JudgePrompts, asks
from averitec_eval.judge.records import Ask, KeptReply, reply_key
from averitec_eval.judge.replies import Replies
from averitec_eval.judge.run import ev2r_rules
from averitec_eval.records import Gold, GoldClaim, Prediction, QAPair, Submission
from averitec_eval.scoring.judgements import JudgeIdentity, Kind


def reply_text(kind: Kind, supported: float, *, of: int = 10, precision: float = 0.5) -> str:
    """A reply that counts so many supported facts of the reference, in the official spelling."""
    word = "questions" if kind == "questions" else "evidence"
    return json.dumps(
        {
            f"facts count predicted {word}": 10,
            f"support predicted {word}": 10 * precision,
            f"facts count reference {word}": of,
            f"support reference {word}": supported,
        }
    )


def keep(
    replies: Replies,
    predictions: Iterable[Prediction],
    gold: Gold,
    identity: JudgeIdentity,
    prompts: JudgePrompts,
    texts: Callable[[Ask], Iterable[str]],
    *,
    profile: str = "fever8-2025",
) -> int:
    """Keep the replies that ``texts`` gives for each question, one attempt after the other; how many questions."""
    found = [
        (reply_key(identity, ask), tuple(texts(ask))) for ask in asks(predictions, gold, ev2r_rules(profile), prompts)
    ]
    replies.merge(
        [
            (key, KeptReply(text, "stop", 100, 20, identity.model, attempt))
            for key, each in found
            for attempt, text in enumerate(each)
        ]
    )
    return len(found)


def half_right(gold: Gold, *, without: Iterable[int] = (), empty: Iterable[int] = ()) -> Submission:
    """One pair for each claim and the right verdict for every other; some claims left out, some without evidence."""
    without, empty = set(without), set(empty)

    def predict(index: int, claim: GoldClaim) -> Prediction:
        pair = QAPair("What is known?", claim.claim).as_question()
        label = claim.label if index % 2 == 0 else gold.claims[index - 1].label
        return Prediction(claim.claim_id, label, () if claim.claim_id in empty else (pair,))

    chosen = [predict(index, claim) for index, claim in enumerate(gold) if claim.claim_id not in without]
    return Submission(tuple(chosen), "ab" * 32, "json2024", "made")
