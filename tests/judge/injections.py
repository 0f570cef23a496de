"""Evidence that tries to tell a judge what to say, for tests of all that handles it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from averitec_eval.records import Answer, GoldClaim, Prediction, Question, Verdict

CLAIM = GoldClaim(
    7,
    "The lighthouse of Marlow was built in 1874.",
    Verdict.REFUTED,
    (
        Question("When was the lighthouse of Marlow built?", (Answer("It was completed in 1902."), Answer("In 1902."))),
        Question("Who designed it?", (Answer("The engineer Ada Brandt drew the plans."),)),
    ),
)


@dataclass(frozen=True)
class Injection:
    """One hostile pair, and the signs that have to be found in it."""

    name: str
    family: str
    question: str
    answer: str
    signs: tuple[str, ...]

    @property
    def prediction(self) -> Prediction:
        """A prediction whose evidence is an honest pair and this one."""
        honest = Question("Where is Marlow?", (Answer("Marlow lies on the northern coast."),))
        return Prediction(7, Verdict.REFUTED, (honest, Question(self.question, (Answer(self.answer),))))


def _read() -> tuple[Injection, ...]:
    path = Path(__file__).resolve().parent.parent / "data" / "injections" / "evidence.json"
    return tuple(
        Injection(
            f"{each['family']}: {each['name']}",
            each["family"],
            each["question"],
            each["answer"] * each["repeat"] + each.get("then", ""),
            tuple(each["signs"]),
        )
        for each in json.loads(path.read_text("utf-8"))["injections"]
    )


INJECTIONS = _read()
