"""What chat servers answer, read as strangers' data: the shape of OpenAI's chat completions, and nothing believed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from averitec_eval.baselines.components.asking import sound
from averitec_eval.baselines.ports import ChatRequest, ModelError, Reply

SEED_STEP = 1_000_003
SEED_MASK = 0x7FFFFFFF

_TOO_LONG = (
    "context_length_exceeded",
    "exceed_context_size",
    "maximum context length",
    "available context size",
    "context window",
    "prompt is too long",
    "input is too long",
)


@dataclass(frozen=True, slots=True)
class Completion:
    """One answer of a server: the texts of its choices that are not empty, and the tokens they took."""

    texts: tuple[str, ...]
    prompt_tokens: int = 0
    completion_tokens: int = 0


def parse_json(data: bytes) -> dict[str, Any]:
    """A JSON object. Raises ``ModelError`` ``not-json`` or ``wrong-schema``."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        kind = "an HTML page" if data.lstrip()[:1] == b"<" else "text that is not JSON, or is cut"
        raise ModelError("not-json" if data.strip() else "empty", f"found {kind}" if data.strip() else "") from None
    if not isinstance(value, dict):
        raise ModelError("wrong-schema", f"found {type(value).__name__}, expected an object")
    return value


def read_completion(value: Mapping[str, Any]) -> Completion:
    """The texts of a chat completion. Raises ``ModelError`` ``wrong-schema``, ``refused`` or ``empty``."""
    choices = value.get("choices")
    if not isinstance(choices, list) or not choices:
        raise ModelError("wrong-schema", "found no list of choices")
    texts = []
    filtered = False
    for choice in choices:
        message = choice.get("message") if isinstance(choice, dict) else None
        content = message.get("content") if isinstance(message, dict) else None
        if not isinstance(message, dict) or not (content is None or isinstance(content, str)):
            raise ModelError("wrong-schema", "found a choice without the text of a message")
        filtered |= choice.get("finish_reason") == "content_filter" or bool(message.get("refusal"))
        if content and content.strip():
            texts.append(content)
    if not texts:
        raise ModelError("refused", "the server's filter withheld the reply") if filtered else ModelError("empty")
    usage = value.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    return Completion(tuple(texts), _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens")))


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 40 else 0


def is_too_long(text: str) -> bool:
    """Whether the words of a refusal say that the prompt does not fit into the model's context."""
    folded = text.lower()
    return any(sign in folded for sign in _TOO_LONG)


def chat_body(request: ChatRequest) -> dict[str, Any]:
    """The request as chat completions take it, without the model's name; a prefix is the beginning of the last
    message, in the assistant's name.
    """
    messages = [{"role": message.role, "content": sound(message.content)} for message in request.messages]
    if request.prefix:
        messages.append({"role": "assistant", "content": sound(request.prefix)})
    body: dict[str, Any] = {
        "messages": messages,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "max_tokens": request.max_tokens,
        "seed": request.seed & SEED_MASK,
    }
    if request.stop:
        body["stop"] = list(request.stop)
    if request.schema is not None:
        named = {"name": "reply", "schema": request.schema}
        body["response_format"] = {"type": "json_schema", "json_schema": named}
    return body


def nth_seed(seed: int, number: int) -> int:
    """The seed of the reply ``number`` where each needs a request of its own; the first has the request's."""
    return (seed + SEED_STEP * number) & SEED_MASK


def replies_of(completion: Completion, model: str, prefix: str = "") -> tuple[Reply, ...]:
    """The replies without the prefix where the server repeats it. All tokens are counted with the first one."""
    return tuple(
        Reply(
            text.removeprefix(prefix) if prefix else text,
            model,
            completion.prompt_tokens if number == 0 else 0,
            completion.completion_tokens if number == 0 else 0,
        )
        for number, text in enumerate(completion.texts)
    )


__all__ = [
    "Completion",
    "chat_body",
    "is_too_long",
    "nth_seed",
    "parse_json",
    "read_completion",
    "replies_of",
]
