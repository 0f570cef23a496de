"""The recorded replies of real judges, for tests of what reads them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from averitec_eval.records import Answer, GoldClaim, Prediction, Question, Verdict

JUDGES = ("gpt-3.5-turbo-1106", "gpt-4o-2024-05-13")

_NUMBERED = re.compile(r"(?:\A|(?<=\s))(?=[0-9]{1,2}\. )")


@dataclass(frozen=True)
class Recorded:
    """One reply: of which judge, on which claim, with which reference evidence."""

    judge: str
    claim: str
    evidence: str
    response: dict[str, Any]

    def facts(self, side: str) -> list[str]:
        """The facts that the judge lists of a side, ``predicted`` or ``reference``."""
        pieces = _NUMBERED.split(self.response[f"facts in {side} evidence"])
        return [text for piece in pieces if (text := re.sub(r"\A[0-9]{1,2}\. ", "", piece).strip())]


def recorded_replies(data_dir: Path, judge: str | None = None) -> list[Recorded]:
    """The replies of one judge, or of both."""
    found = []
    for name in JUDGES if judge is None else (judge,):
        for line in (data_dir / "ev2r" / f"judge_replies_{name}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            found.append(Recorded(name, row["claim"], row["evidence"], row["response"]))
    return found


def claim_of(reply: Recorded) -> GoldClaim:
    """The claim of a reply, its reference evidence as the annotators' questions and answers."""
    pieces = [piece for piece in re.split(r"(?:\A|\n)Question: ", reply.evidence) if "\nAnswer: " in piece]
    pairs = [piece.split("\nAnswer: ", 1) for piece in pieces]
    questions = tuple(Question(question, (Answer(answer.strip()),)) for question, answer in pairs)
    return GoldClaim(0, reply.claim, Verdict.REFUTED, questions)


def prediction_of(reply: Recorded) -> Prediction:
    """A prediction whose evidence is what the judge listed of the predicted side, which was not recorded itself."""
    return Prediction(0, Verdict.REFUTED, string_evidence=tuple(reply.facts("predicted")))
