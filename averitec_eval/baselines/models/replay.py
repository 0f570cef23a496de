"""Recorded replies: a chat model that says again what another one said.

The file holds a JSON object a line: ``stage``, ``claim_id``, ``index`` (0 where it is left out) and ``text``. Several
lines of one stage, claim and index are the replies to one request, in order. ``model``, ``prompt_tokens`` and
``completion_tokens`` may say what wrote a reply and what it took.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from averitec_eval.baselines.ports import ChatRequest, ModelError, Reply
from averitec_eval.errors import UnreadableError

MAX_LINE_BYTES = 16 * 1024 * 1024

Key = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded reply and what it is for."""

    stage: str
    claim_id: int
    text: str
    index: int = 0
    model: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def to_line(self) -> str:
        """Its line in a file, with the line's end."""
        line: dict[str, Any] = {"stage": self.stage, "claim_id": self.claim_id, "index": self.index, "text": self.text}
        if self.model:
            line["model"] = self.model
        if self.prompt_tokens or self.completion_tokens:
            line |= {"prompt_tokens": self.prompt_tokens, "completion_tokens": self.completion_tokens}
        return json.dumps(line) + "\n"


@dataclass(eq=False)
class Replay:
    """Gives recorded replies to whoever asks for the same stage, claim and index. A key without any gives
    ``no-reply``; one with fewer than are asked for gives those.
    """

    replies: Iterable[Recorded] = field(repr=False)
    name: str = "replay"
    _by_key: dict[Key, list[Recorded]] = field(init=False, default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for reply in self.replies:
            self._by_key.setdefault((reply.stage, reply.claim_id, reply.index), []).append(reply)
        self.replies = ()

    def chat(self, request: ChatRequest) -> tuple[Reply, ...]:
        """Raises ``ModelError`` ``no-reply`` or, for a blank reply, ``empty``."""
        found = self._by_key.get((request.stage, request.claim_id, request.index))
        if not found:
            raise ModelError("no-reply", f"{request.stage}, claim {request.claim_id}, request {request.index}")
        given = tuple(
            Reply(
                reply.text.removeprefix(request.prefix),
                reply.model or self.name,
                reply.prompt_tokens,
                reply.completion_tokens,
            )
            for reply in found[: request.n]
            if reply.text.strip()
        )
        if not given:
            raise ModelError("empty")
        return given


def read_replay(path: str | os.PathLike[str]) -> list[Recorded]:
    """The replies that a file holds. Raises ``UnreadableError`` that names the first line that is none."""
    file = Path(path)
    found = []
    try:
        with file.open("rb") as handle:
            for number, line in enumerate(iter(lambda: handle.readline(MAX_LINE_BYTES + 1), b""), 1):
                if line.strip():
                    found.append(_recorded(file, number, line))
    except OSError as error:
        raise UnreadableError(f"{file}: cannot be read: {error.strerror}") from None
    if not found:
        raise UnreadableError(f"{file}: holds no recorded reply")
    return found


def _recorded(file: Path, number: int, line: bytes) -> Recorded:
    place = f"{file}, line {number}"
    if len(line) > MAX_LINE_BYTES:
        raise UnreadableError(f"{place}: is longer than {MAX_LINE_BYTES:,} bytes")
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        raise UnreadableError(f"{place}: is not JSON") from None
    kinds = {"stage": str, "claim_id": int, "text": str}
    optional = {"index": int, "model": str, "prompt_tokens": int, "completion_tokens": int}
    if not isinstance(value, dict):
        raise UnreadableError(
            f"{place}: found {type(value).__name__}, expected an object with stage, claim_id and text"
        )
    for key, kind in {**kinds, **optional}.items():
        if key not in value and key in optional:
            continue
        if type(value.get(key)) is not kind:
            raise UnreadableError(f"{place}: found no {kind.__name__} as {key}, expected one")
    return Recorded(**{key: value[key] for key in (*kinds, *optional) if key in value})


__all__ = ["Recorded", "Replay", "read_replay"]
