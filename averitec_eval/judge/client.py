"""Judges behind one form: an OpenAI-compatible server, asked with many requests at once, or a model of this machine.

The server is asked through the asynchronous client of the official library, which sends single requests; all else is
decided in ``asking``. Of an answer no more than a limit is read, and nothing is believed that has not the form of a
chat completion. The key appears in nothing that is written.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from averitec_eval.baselines.components.asking import sound
from averitec_eval.baselines.models.data_files import need
from averitec_eval.baselines.models.factory import URL_VARIABLE
from averitec_eval.baselines.models.replies import chat_body, nth_seed, parse_json, read_completion
from averitec_eval.baselines.models.service import (
    DEFAULT_URL,
    MAX_REFUSAL_BYTES,
    MAX_REPLY_BYTES,
    NO_KEY,
    TIMEOUT_SECONDS,
    Blotter,
    Dialect,
    Fault,
    Refusal,
    apart,
    faults_of_library,
    key_from,
    refusal_of,
)
from averitec_eval.baselines.ports import ChatModel, ChatRequest, ModelError
from averitec_eval.errors import UsageError
from averitec_eval.judge.asking import Answered, Unanswered
from averitec_eval.judge.records import MAX_REPLY_CHARS, Ask, KeptReply
from averitec_eval.judge.replies import MAX_NAME_CHARS
from averitec_eval.scoring.judgements import JudgeIdentity

CONNECT_SECONDS = 10.0
"""How long a connection may take to be made."""

STOPPED_BY: Mapping[int, str] = {401: "refused", 403: "refused", 404: "refused"}
"""Answers after which no other question will fare better: the key, the permission or the model is not there."""

QUOTA = ("insufficient_quota", "billing_hard_limit_reached")
"""Codes of a refusal that no waiting mends."""

UNCERTAIN = ("timeout", "connection", "not-json", "wrong-schema", "empty", "too-large")
"""The faults after which the server may have done its work and charge for it."""

LOCAL_CONTEXT = 8192
"""Tokens of question and reply together that the local model was made for."""

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def request_of(ask: Ask, parameters: Mapping[str, str | int | float | bool], nth: int) -> ChatRequest:
    """The request for one question; an ``nth`` above 0 moves the seed, so that another reply can come."""
    from averitec_eval.judge.prompting import REPLY_SCHEMA

    return ChatRequest(
        messages=ask.messages,
        stage=f"judge-{ask.kind}",
        claim_id=ask.claim_id,
        temperature=float(parameters.get("temperature", 0.0)),
        max_tokens=int(parameters.get("max_tokens", 3000)),
        seed=nth_seed(int(parameters.get("seed", 0)), nth),
        schema=REPLY_SCHEMA[ask.kind],
    )


def read_answer(value: Mapping[str, Any]) -> KeptReply:
    """The reply in a chat completion.

    One that the model ended without a word because it had no tokens left, or because a filter or the model itself
    refused, is a reply that cannot be used; it would not be another the next time. Raises ``ModelError`` where there is
    no completion, or an empty one without any reason.
    """
    prompt_tokens = completion_tokens = 0
    try:
        found = read_completion(value)
        text, prompt_tokens, completion_tokens = found.texts[0], found.prompt_tokens, found.completion_tokens
    except ModelError as error:
        if error.fault not in ("refused", "empty"):
            raise
        text = _refused(value)
        if not text and _reason(value) not in ("length", "content_filter"):
            raise
        usage = value.get("usage")
        if isinstance(usage, dict):
            prompt_tokens, completion_tokens = (
                _count(usage.get(f"{side}_tokens")) for side in ("prompt", "completion")
            )
    served = value.get("model")
    return KeptReply(
        sound(text)[:MAX_REPLY_CHARS],
        _reason(value),
        prompt_tokens,
        completion_tokens,
        _name(served) if isinstance(served, str) else "",
    )


def _first(value: Mapping[str, Any]) -> dict[str, Any]:
    """The first choice, which ``read_completion`` has looked at."""
    choice: dict[str, Any] = value["choices"][0]
    return choice


def _reason(value: Mapping[str, Any]) -> str:
    reason = _first(value).get("finish_reason")
    return _name(reason) if isinstance(reason, str) else ""


def _refused(value: Mapping[str, Any]) -> str:
    text = _first(value)["message"].get("refusal")
    return text if isinstance(text, str) else ""


def _name(text: str) -> str:
    return sound(text).replace("\0", "")[:MAX_NAME_CHARS]


def _count(value: Any) -> int:
    return value if type(value) is int and 0 <= value < 1 << 40 else 0


def pause_of(headers: Mapping[str, str]) -> float:
    """The seconds that a server's account of its limits asks for: where no request, or no token, is left of a span, as
    long as it lasts. 0 where there is room, or nothing is said.
    """
    longest = 0.0
    for what in ("requests", "tokens"):
        if headers.get(f"x-ratelimit-remaining-{what}", "").strip() == "0":
            longest = max(longest, _seconds(headers.get(f"x-ratelimit-reset-{what}", "")))
    return longest


def _seconds(text: str) -> float:
    """A span such as ``1m30.5s``, ``20ms`` or ``12``; 0 for anything else."""
    import re

    text = text.strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text):
        return float(text)
    parts = re.findall(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(ms|h|m|s)", text[:100])
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return 0.0
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


@dataclass(eq=False)
class ServedJudge:
    """A judge on an OpenAI-compatible server.

    ``parameters`` are those of its identity. ``timeout`` is how many seconds an answer may take in all. Raises
    ``ResourceError`` where the library is not installed.
    """

    name: str
    base_url: str | None = None
    parameters: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    timeout: float = TIMEOUT_SECONDS
    key: str = field(default=NO_KEY, repr=False)
    _blotter: Blotter = field(init=False, repr=False)
    _dialect: Dialect = field(init=False, repr=False)
    _client: Any = field(init=False, default=None, repr=False)

    def __post_init__(self) -> None:
        from importlib.util import find_spec

        if find_spec("openai") is None:
            need("openai", "pip install 'averitec-eval[openai]'")
        self._blotter = Blotter(self.key)
        self._dialect = Dialect(self.name)

    async def chat(self, ask: Ask, nth: int) -> Answered:
        """The reply to one question. Raises ``Unanswered``."""
        body = chat_body(request_of(ask, self.parameters, nth))
        while True:
            sent = self._dialect.known(body)
            try:
                data, pause = await self._once(sent)
                reply = read_answer(parse_json(data))
                return Answered(self._clean(reply), pause)
            except Fault as fault:
                # A setting that one request was refused for may be known to be so by the time the next one is.
                if fault.error.fault == "refused" and (
                    self._dialect.learn(fault.refusal, sent) or self._dialect.known(body) != sent
                ):
                    continue
                raise self._unanswered(fault.error, fault.refusal, sent=fault.sent) from None
            except ModelError as error:
                raise self._unanswered(error, None) from None

    def _clean(self, reply: KeptReply) -> KeptReply:
        from dataclasses import replace

        blotted = self._blotter.blotted
        return replace(
            reply,
            text=blotted(reply.text),
            finish_reason=blotted(reply.finish_reason),
            served_model=blotted(reply.served_model),
        )

    def _unanswered(self, error: ModelError, refusal: Refusal | None, *, sent: bool = True) -> Unanswered:
        stop, wait = "", None
        if refusal is not None:
            stop, wait = STOPPED_BY.get(refusal.status, ""), refusal.wait
            if refusal.status == 429 and any(code in refusal.text for code in QUOTA):
                stop = "quota"
        charged = sent and refusal is None and error.fault in UNCERTAIN
        return Unanswered(error.fault, error.detail, wait=wait, charged=charged, stop=stop)

    async def _once(self, body: dict[str, Any]) -> tuple[bytes, float]:
        if self._client is None:
            self._client, self._refused = _open(self)
        try:
            return await asyncio.wait_for(self._send(body), self.timeout)
        except asyncio.TimeoutError:
            raise Fault(ModelError("timeout", f"the answer took more than {self.timeout:g} s")) from None

    async def _send(self, body: dict[str, Any]) -> tuple[bytes, float]:
        named, extra = apart(body)
        data = bytearray()
        create = self._client.chat.completions.with_streaming_response.create
        with faults_of_library(self._blotter, self._refused, self.timeout):
            async with create(**named, extra_body=extra) as response:
                pause = pause_of(response.headers)
                async for block in response.iter_bytes():
                    data += block
                    if len(data) > MAX_REPLY_BYTES:
                        raise Fault(ModelError("too-large", f"more than {MAX_REPLY_BYTES:,} bytes"))
        return bytes(data), pause

    async def close(self) -> None:
        """Close the connections; they are made again when it is asked again."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()


def _open(judge: ServedJudge) -> tuple[Any, Any]:
    """The library's client, and the exception by which it carries a refusal."""
    import openai

    class Refused(openai.OpenAIError):
        """Carries a refusal out of the library before it reads all of the answer."""

        def __init__(self, refusal: Refusal) -> None:
            super().__init__("refused")
            self.refusal = refusal

    async def look(response: Any) -> None:
        if response.status_code >= 400:
            raise Refused(await _refusal(response))

    timeout = openai.Timeout(judge.timeout, connect=min(CONNECT_SECONDS, judge.timeout))
    http = openai.DefaultAsyncHttpxClient(timeout=timeout, event_hooks={"response": [look]})
    client = openai.AsyncOpenAI(
        api_key=judge.key,
        base_url=judge.base_url or DEFAULT_URL,
        timeout=timeout,
        max_retries=0,
        default_headers={"Accept-Encoding": "identity"},
        http_client=http,
    )
    return client, Refused


def served_chat(
    identity: JudgeIdentity,
    base_url: str | None = None,
    environment: Mapping[str, str] | None = None,
    *,
    timeout: float = TIMEOUT_SECONDS,
) -> ServedJudge:
    """The judge of an identity on a server: at ``base_url``, else where the environment says, else OpenAI's.

    The key comes from ``environment``, the process's own where it is None. Raises ``UsageError`` for an address that is
    none and a timeout that is not above 0, and ``ResourceError`` where the library is not installed.
    """
    environment = os.environ if environment is None else environment
    address = base_url or environment.get(URL_VARIABLE) or None
    if address is not None and not _is_address(address):
        where = "--base-url" if base_url else URL_VARIABLE
        # What stands there is not said: it may be a key in the wrong place.
        raise UsageError(f"{where}: expected the address of a server, such as http://localhost:8000/v1")
    if not timeout > 0:
        raise UsageError(f"the timeout must be above 0 seconds; found {timeout:g}")
    return ServedJudge(identity.model, address, identity.parameters, timeout, key_from(environment))


def _is_address(text: str) -> bool:
    """Whether a request can be sent there at all."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and text.isprintable()
    except ValueError:
        return False


def local_chat(identity: JudgeIdentity) -> LocalJudge:
    """The small model of this machine as a judge; it may not decide ranks. Raises ``ResourceError`` where it is not
    installed.
    """
    from averitec_eval.baselines.models.local import SmolLM2

    model = SmolLM2(context=LOCAL_CONTEXT)
    return LocalJudge(model, identity.parameters, model.close)


async def _refusal(response: Any) -> Refusal:
    data = b""
    try:
        async for block in response.aiter_bytes():
            data += block
            if len(data) > MAX_REFUSAL_BYTES:
                break
    except Exception:  # noqa: BLE001 - a refusal that breaks off is a refusal, whichever library reads it
        data = data or b"the answer broke off"
    return refusal_of(response.status_code, response.headers, data)


@dataclass(eq=False)
class LocalJudge:
    """A chat model that is not asked asynchronously, such as the local one, as a judge; it works in a thread.

    ``concurrency`` is how many questions it takes at once, whatever it is asked with.
    """

    model: ChatModel
    parameters: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    finished: Callable[[], None] | None = field(default=None, repr=False)
    concurrency: int = 1

    @property
    def name(self) -> str:
        return self.model.name

    async def chat(self, ask: Ask, nth: int) -> Answered:
        """The reply to one question. Raises ``ModelError``."""
        request = request_of(ask, self.parameters, nth)
        reply = (await asyncio.to_thread(self.model.chat, request))[0]
        text = sound(reply.text)[:MAX_REPLY_CHARS]
        return Answered(KeptReply(text, "", reply.prompt_tokens, reply.completion_tokens, _name(reply.model)))

    async def close(self) -> None:
        """Give up what the model holds, where it was said how."""
        if self.finished is not None:
            self.finished()


__all__ = [
    "CONNECT_SECONDS",
    "QUOTA",
    "STOPPED_BY",
    "LocalJudge",
    "ServedJudge",
    "local_chat",
    "pause_of",
    "read_answer",
    "request_of",
    "served_chat",
]
