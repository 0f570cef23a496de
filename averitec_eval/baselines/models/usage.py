"""What models were asked for: requests, repetitions, tokens and money."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Usage:
    """Requests sent (repetitions among them), tokens as the server counted them, and their price in the currency of the
    configuration's prices, None where it gives none.
    """

    requests: int = 0
    retries: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None


def together(usages: Iterable[Usage]) -> Usage:
    """The sum. Its cost is that of those that have one, None where none has."""
    given = list(usages)
    costs = [usage.cost for usage in given if usage.cost is not None]
    return Usage(
        sum(usage.requests for usage in given),
        sum(usage.retries for usage in given),
        sum(usage.prompt_tokens for usage in given),
        sum(usage.completion_tokens for usage in given),
        sum(costs) if costs else None,
    )


@dataclass(eq=False)
class Tally:
    """Adds up usage, from several threads at once. Prices are for a million tokens."""

    input_price: float | None = None
    output_price: float | None = None
    _usage: Usage = field(default_factory=Usage)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, *, requests: int = 0, retries: int = 0, prompt_tokens: int = 0, completion_tokens: int = 0) -> None:
        """Count these too."""
        with self._lock:
            done = self._usage
            self._usage = replace(
                done,
                requests=done.requests + requests,
                retries=done.retries + retries,
                prompt_tokens=done.prompt_tokens + prompt_tokens,
                completion_tokens=done.completion_tokens + completion_tokens,
            )

    @property
    def usage(self) -> Usage:
        """All so far."""
        done = self._usage
        if self.input_price is None and self.output_price is None:
            return done
        tokens = done.prompt_tokens * (self.input_price or 0) + done.completion_tokens * (self.output_price or 0)
        return replace(done, cost=tokens / 1e6)


__all__ = ["Tally", "Usage", "together"]
