"""What asking a judge will take, before anything is sent: tokens, time and money."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from averitec_eval.judge.records import Ask, reply_key
from averitec_eval.scoring.judgements import JudgeIdentity

if TYPE_CHECKING:
    from averitec_eval.judge.asking import Asking
    from averitec_eval.judge.replies import Replies

CHARS_PER_TOKEN = 4.0
"""How many characters a token of English has, until a server says how many it counted."""

EXPECTED_REPLY_TOKENS = 600
"""How long a reply is, until there are some of the same judge. The recorded replies of two judges have, on average,
some 560 and 630 tokens.
"""

TOKENS_PER_SECOND = 50.0
"""How fast one reply is written, where nothing is known of the server."""

_BLOCK = 256
_PRIOR_CHARS = 4000.0


@dataclass(slots=True)
class TokenRatio:
    """How many tokens a text has, by its characters, as measured so far."""

    chars: float = _PRIOR_CHARS
    counted: float = _PRIOR_CHARS / CHARS_PER_TOKEN

    def add(self, chars: int, tokens: int) -> None:
        """A text of so many characters had so many tokens."""
        self.chars += chars
        self.counted += tokens

    def tokens(self, chars: float) -> float:
        """How many tokens a text of so many characters has, about."""
        return chars * self.counted / self.chars


def chars_of(ask: Ask) -> int:
    """How many characters a question has, and some for what stands around each message."""
    return sum(len(message.content) + 16 for message in ask.messages)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What an asking will take, about.

    ``judgements`` are all questions and ``kept`` those with replies, ``to_ask`` the others, with ``prompt_tokens``,
    ``completion_tokens`` and at most ``max_completion_tokens``. ``seconds`` is at the concurrency and limits given,
    ``cost`` and ``max_cost`` at the prices, None without. ``chars_per_token`` was measured on ``measured`` kept replies
    of the judge to the same questions; without any it is an assumption.
    """

    judgements: int
    kept: int
    to_ask: int
    prompt_tokens: int
    completion_tokens: int
    max_completion_tokens: int
    seconds: float
    cost: float | None
    max_cost: float | None
    chars_per_token: float
    measured: int


def estimate(
    asks: Iterable[Ask],
    identity: JudgeIdentity,
    replies: Replies | None,
    settings: Asking,
    *,
    seconds_per_reply: float | None = None,
) -> Estimate:
    """What asking for those of ``asks`` will take that have no kept reply. Sends nothing.

    ``seconds_per_reply`` is how long the server takes for one; where it is None, as long as ``TOKENS_PER_SECOND`` says.
    """
    ratio = TokenRatio()
    source = iter(asks)
    judgements = kept = measured = chars = written = seen = 0
    waiting: set[str] = set()
    while block := list(islice(source, _BLOCK)):
        keys = [reply_key(identity, ask) for ask in block]
        found = {} if replies is None else replies.get(keys)
        for ask, key in zip(block, keys, strict=True):
            judgements += 1
            digest = key.digest()
            attempts = found.get(digest, ())
            if attempts:
                kept += 1
                if attempts[0].prompt_tokens:
                    measured += 1
                    ratio.add(chars_of(ask), attempts[0].prompt_tokens)
                if attempts[0].completion_tokens:
                    seen += 1
                    written += attempts[0].completion_tokens
            elif digest not in waiting:
                waiting.add(digest)
                chars += chars_of(ask)
    to_ask = len(waiting)
    limit = int(identity.parameters.get("max_tokens", EXPECTED_REPLY_TOKENS))
    each = min(written / seen if seen else EXPECTED_REPLY_TOKENS, limit)
    prompt_tokens = math.ceil(ratio.tokens(chars))
    completion_tokens, most = math.ceil(to_ask * each), to_ask * limit
    one = each / TOKENS_PER_SECOND if seconds_per_reply is None else seconds_per_reply
    seconds = [to_ask * one / settings.concurrency]
    if settings.requests_per_minute is not None:
        seconds.append(60.0 * to_ask / settings.requests_per_minute)
    if settings.tokens_per_minute is not None:
        seconds.append(60.0 * (prompt_tokens + completion_tokens) / settings.tokens_per_minute)
    return Estimate(
        judgements=judgements,
        kept=kept,
        to_ask=to_ask,
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
        max_completion_tokens=most,
        seconds=max(seconds),
        cost=settings.cost(prompt_tokens, completion_tokens),
        max_cost=settings.cost(prompt_tokens, most),
        chars_per_token=ratio.chars / ratio.counted,
        measured=measured,
    )


__all__ = [
    "CHARS_PER_TOKEN",
    "EXPECTED_REPLY_TOKENS",
    "TOKENS_PER_SECOND",
    "Estimate",
    "TokenRatio",
    "chars_of",
    "estimate",
]
