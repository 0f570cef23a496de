"""What goes between the parts of the judge: questions to a model, and its replies as they are kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from averitec_eval.baselines.ports import Message
from averitec_eval.scoring.judgements import JudgeIdentity, Kind

MAX_REPLY_CHARS = 100_000
"""How much of a reply's text is kept and read."""


_BOUNDARY_LETTERS = 24


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a judge is shown of a claim, as it can be seen: the claim, and each side's questions or pairs as texts.

    ``hidden`` are the characters of the predicted side that show nothing and were left out.
    """

    claim: str
    reference: tuple[str, ...]
    predicted: tuple[str, ...]
    hidden: str = ""

    @property
    def boundary(self) -> str:
        """A mark that no text here holds, and that nobody can know before all of them are written."""
        whole = "\x00".join((self.claim, *self.reference, "", *self.predicted))
        mark = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:_BOUNDARY_LETTERS]
        while mark in whole:
            mark = hashlib.sha256(mark.encode()).hexdigest()[:_BOUNDARY_LETTERS]
        return mark


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to a judge: of which claim and kind, in which words, and by which prompt (SHA-256, hex).

    ``evidence`` is what the words show, for whoever looks at what came of them; it is no part of what is asked.
    """

    claim_id: int
    kind: Kind
    messages: tuple[Message, ...]
    prompt: str
    evidence: Evidence | None = field(default=None, compare=False, repr=False)

    def inputs(self) -> str:
        """The SHA-256 (hex) of the words, prompt and evidence together."""
        said = [[message.role, message.content] for message in self.messages]
        text = json.dumps(said, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class ReplyKey:
    """What a kept reply is found by. ``parameters`` is canonical JSON; ``run`` numbers repeated runs from 0."""

    model: str
    parameters: str
    kind: Kind
    prompt: str
    inputs: str
    run: int = 0

    def digest(self) -> str:
        """The SHA-256 (hex) of all of it."""
        parts = [self.model, self.parameters, self.kind, self.prompt, self.inputs, self.run]
        return hashlib.sha256(json.dumps(parts, separators=(",", ":")).encode("utf-8", "surrogatepass")).hexdigest()


def canonical(parameters: Mapping[str, str | int | float | bool]) -> str:
    """Parameters as the text that keys hold."""
    return json.dumps(dict(parameters), sort_keys=True, separators=(",", ":"))


def reply_key(identity: JudgeIdentity, ask: Ask) -> ReplyKey:
    """What the replies of a judge to a question are found by."""
    return ReplyKey(identity.model, canonical(identity.parameters), ask.kind, ask.prompt, ask.inputs(), identity.run)


@dataclass(frozen=True, slots=True)
class KeptReply:
    """A reply as it is kept: its text, at most ``MAX_REPLY_CHARS`` of it, why it ended, the tokens it took, the model
    that the server says answered, and which attempt it was: 0, or more where replies that could not be used were asked
    for again.
    """

    text: str
    finish_reason: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    served_model: str = ""
    attempt: int = 0


__all__ = ["MAX_REPLY_CHARS", "Ask", "Evidence", "KeptReply", "ReplyKey", "canonical", "reply_key"]
