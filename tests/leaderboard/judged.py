"""Boards with an Ev2R judge, whose replies are made here."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from leaderboard.helpers import write_board

from averitec_eval import mini_gold_path, read_gold
from averitec_eval.formats import read_submission
from averitec_eval.judge.prompting import JudgePrompts, to_ask
from averitec_eval.judge.records import Ask, KeptReply
from averitec_eval.judge.replies import Replies
from averitec_eval.judge.run import judge_identity, reply_key
from averitec_eval.records import Gold, Prediction
from averitec_eval.scoring.judgements import Kind
from averitec_eval.scoring.profiles import get_profile

MODEL = "a-judge-70b"
PROFILE = "fever8-2025"
SECRET_FACT = "FACT-OF-THE-REFERENCE"
"""What every reply holds as a fact, and no board may show."""

UNUSABLE = "I am not able to help with that."


def reply_text(supported: int, reference: int, kind: Kind, fact: str = "") -> str:
    """A reply as the prompts ask for it; ``fact`` stands in each of its facts."""
    side = "evidence" if kind == "qa" else "questions"
    reply: dict[str, Any] = {}
    for name, count in (("predicted", 2), ("reference", reference)):
        reply[f"facts in {name} {side}"] = " ".join(f"{n}. {fact} {SECRET_FACT} {n}." for n in range(1, count + 1))
        reply[f"fact check {name} {side}"] = " ".join(f"{n}. Looked at." for n in range(1, count + 1))
        reply[f"facts count {name} {side}"] = count
        reply[f"support {name} {side}"] = min(supported, count)
    return json.dumps(reply)


def asks_of(path: Path, gold: Gold) -> Iterator[tuple[Prediction, Ask]]:
    """Every question to a judge about a prediction file."""
    rules = get_profile(PROFILE).ev2r
    assert rules is not None
    claims, prompts = gold.by_id(), JudgePrompts.load()
    for prediction in read_submission(path):
        for ask in to_ask(prediction, claims[prediction.claim_id], rules, prompts).values():
            if ask is not None:
                yield prediction, ask


def write_replies(path: Path, folder: Path, *, model: str = MODEL, unusable: Mapping[str, int] | None = None) -> None:
    """The replies of a judge to all submissions below a folder: evidence that says anything supports every fact.

    ``unusable`` says of how many of a submission's first claims the reply about evidence holds no counts.
    """
    gold = read_gold(mini_gold_path())
    identity = judge_identity(model, JudgePrompts.load())
    order = [claim.claim_id for claim in gold]
    kept: dict[str, None] = {}
    with Replies(path) as replies:
        for predictions in sorted(folder.glob("*/*.json")):
            lost = set(order[: (unusable or {}).get(predictions.parent.name, 0)])
            for prediction, ask in asks_of(predictions, gold):
                key = reply_key(identity, ask)
                if key.digest() in kept:
                    continue
                kept[key.digest()] = None
                empty = prediction.evidence[0].question == "Unknown?"
                fact = " ".join(" ".join(ask.evidence.reference).split()[:12])
                text = reply_text(0 if empty else 4, 4, ask.kind, fact.replace(".", " "))
                if ask.kind == "qa" and prediction.claim_id in lost:
                    text = UNUSABLE
                replies.put(key, KeptReply(text, "stop", 10, 20, model))


def write_judged(
    folder: Path,
    shares: dict[str, float],
    *,
    model: str = MODEL,
    unusable: Mapping[str, int] | None = None,
    **settings: Any,
) -> Path:
    """A board with a judge and a submission for each slug; gives the configuration's path."""
    judge: dict[str, Any] = {"model": model}
    if model != "ev2r-lite":
        judge["replies"] = "replies.sqlite"
    path = write_board(folder, shares, profile=PROFILE, **{"public": True, "judge": judge, **settings})
    for slug in shares:
        # The same evidence has the same reply, so no two submissions may hold it.
        predictions = folder / "submissions" / slug / "predictions.json"
        entries = json.loads(predictions.read_text(encoding="utf-8"))
        for entry in entries:
            entry["evidence"][0]["answer"] += f" So says {slug}."
        predictions.write_text(json.dumps(entries), encoding="utf-8")
    if model != "ev2r-lite":
        write_replies(folder / "replies.sqlite", folder / "submissions", model=model, unusable=unusable)
    return path
