"""Any OpenAI-compatible server, through the official client library: vLLM, llama.cpp, Ollama, hosted ones.

The library sends single requests. When to ask again, how much of an answer is read and what of it is believed is
decided here and in ``service``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from averitec_eval.baselines.components.asking import sound
from averitec_eval.baselines.models.data_files import need
from averitec_eval.baselines.models.embeddings import unit_rows
from averitec_eval.baselines.models.replies import (
    Completion,
    chat_body,
    nth_seed,
    parse_json,
    read_completion,
    replies_of,
)
from averitec_eval.baselines.models.service import (
    DEFAULT_URL,
    DISPENSABLE,
    FIRST_WAIT_SECONDS,
    KEY_VARIABLES,
    MAX_REFUSAL_BYTES,
    MAX_REPLY_BYTES,
    MAX_WAIT_SECONDS,
    NO_KEY,
    RETRIED,
    RETRIES,
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
from averitec_eval.baselines.models.usage import Tally, Usage
from averitec_eval.baselines.ports import ChatRequest, ModelError, Reply

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_EMBEDDING_BYTES = 256 * 1024 * 1024
EMBEDDING_BATCH = 64
PREFILLS = ("message", "continue")
_CONTINUE = {"continue_final_message": True, "add_generation_prompt": False}


@dataclass(eq=False)
class Server:
    """A server and how it is asked; safe to use from several threads.

    ``timeout`` is how many seconds the server may be silent, and how long an answer may take in all. ``retries`` is how
    often a request is repeated. ``sleep`` and ``clock`` are how time passes.
    """

    name: str
    base_url: str | None = None
    timeout: float = TIMEOUT_SECONDS
    retries: int = RETRIES
    key: str = field(default=NO_KEY, repr=False)
    tally: Tally = field(default_factory=Tally)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    _client: Any = field(init=False, repr=False)
    blotter: Blotter = field(init=False, repr=False)
    _dialect: Dialect = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.blotter = Blotter(self.key)
        self._dialect = Dialect(self.name)
        try:
            import openai
        except ImportError:
            need("openai", "pip install 'averitec-eval[openai]'")

        class Refused(openai.OpenAIError):
            """Carries a refusal out of the library before it reads all of the answer."""

            def __init__(self, refusal: Refusal) -> None:
                super().__init__("refused")
                self.refusal = refusal

        def look(response: Any) -> None:
            if response.status_code >= 400:
                raise Refused(_refusal(response))

        self._refused = Refused
        self._client = openai.OpenAI(
            api_key=self.key,
            base_url=self.base_url or DEFAULT_URL,
            timeout=self.timeout,
            max_retries=0,
            default_headers={"Accept-Encoding": "identity"},
            http_client=openai.DefaultHttpxClient(timeout=self.timeout, event_hooks={"response": [look]}),
        )

    def ask(self, path: str, body: Mapping[str, Any], limit: int) -> dict[str, Any]:
        """The JSON object that the server answers, after as many repetitions as are allowed. Raises ``ModelError``."""
        attempt = 0
        while True:
            sent = self._dialect.known(body)
            try:
                self.tally.add(requests=1)
                return parse_json(self._once(path, sent, limit))
            except Fault as fault:
                if fault.error.fault == "refused" and self._dialect.learn(fault.refusal, sent):
                    continue
                if fault.error.fault not in RETRIED or attempt >= self.retries:
                    raise fault.error from None
                said = None if fault.refusal is None else fault.refusal.wait
                self.sleep(min(FIRST_WAIT_SECONDS * 2.0**attempt if said is None else said, MAX_WAIT_SECONDS))
                attempt += 1
                self.tally.add(retries=1)

    def _once(self, path: str, body: dict[str, Any], limit: int) -> bytes:
        create = (
            self._client.chat.completions if path == "chat" else self._client.embeddings
        ).with_streaming_response.create
        named, extra = apart(body)
        end = self.clock() + self.timeout
        data = bytearray()
        with (
            faults_of_library(self.blotter, self._refused, self.timeout),
            create(**named, extra_body=extra) as response,
        ):
            for block in response.iter_bytes():
                data += block
                if len(data) > limit:
                    raise Fault(ModelError("too-large", f"more than {limit:,} bytes"))
                if self.clock() > end:
                    raise Fault(ModelError("timeout", f"the answer took more than {self.timeout:g} s"))
        return bytes(data)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _refusal(response: Any) -> Refusal:
    data = b""
    try:
        for block in response.iter_bytes():
            data += block
            if len(data) > MAX_REFUSAL_BYTES:
                break
    except Exception:  # noqa: BLE001 - a refusal that breaks off is a refusal, whichever library reads it
        data = data or b"the answer broke off"
    return refusal_of(response.status_code, response.headers, data)


@dataclass(eq=False)
class OpenAIChat:
    """A chat model of a server. ``prefill`` says how a reply's beginning is given: ``message`` sends it as the last
    message, which most servers continue; ``continue`` also sends vLLM's fields that make it do so.
    """

    server: Server
    concurrency: int = 1
    prefill: str = "message"

    @property
    def name(self) -> str:
        return self.server.name

    @property
    def usage(self) -> Usage:
        """What was asked for so far."""
        return self.server.tally.usage

    def chat(self, request: ChatRequest) -> tuple[Reply, ...]:
        """``request.n`` replies; where the server gives fewer, it is asked for the others one by one. Raises
        ``ModelError`` where there is none at all, or the server gives less and less.
        """
        made = list(self._ask(request))
        while len(made) < request.n:
            made += self._ask(replace(request, n=1, seed=nth_seed(request.seed, len(made))))
        return tuple(made[: request.n])

    def _ask(self, request: ChatRequest) -> tuple[Reply, ...]:
        body = chat_body(request)
        if request.n > 1:
            body["n"] = request.n
        if request.prefix and self.prefill == "continue":
            body |= _CONTINUE
        found = read_completion(self.server.ask("chat", body, MAX_REPLY_BYTES))
        self.server.tally.add(prompt_tokens=found.prompt_tokens, completion_tokens=found.completion_tokens)
        texts = tuple(self.server.blotter.blotted(text) for text in found.texts)
        clean = Completion(texts, found.prompt_tokens, found.completion_tokens)
        return replies_of(clean, self.name, request.prefix)

    def close(self) -> None:
        """Close the connections."""
        self.server.close()


@dataclass(eq=False)
class OpenAIEmbedder:
    """An embedding model of a server."""

    server: Server

    @property
    def name(self) -> str:
        return self.server.name

    @property
    def usage(self) -> Usage:
        """What was asked for so far."""
        return self.server.tally.usage

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors; a text without any visible character is not sent, for servers refuse those, and gets zeros."""
        import numpy as np

        sent = [number for number, text in enumerate(texts) if text.strip()]
        rows: list[list[float]] = []
        for start in range(0, len(sent), EMBEDDING_BATCH):
            part = [sound(texts[number]) for number in sent[start : start + EMBEDDING_BATCH]]
            body = {"input": part, "encoding_format": "float"}
            rows += _vectors(self.server, self.server.ask("embeddings", body, MAX_EMBEDDING_BYTES), len(part))
            if len(rows[0]) != len(rows[-1]):
                raise ModelError("wrong-schema", "found vectors of different lengths")
        made = np.zeros((len(texts), len(rows[0]) if rows else 0), dtype=np.float32)
        if rows:
            made[sent] = np.asarray(rows, dtype=np.float32)
        return unit_rows(made)

    def close(self) -> None:
        """Close the connections."""
        self.server.close()


def _vectors(server: Server, value: Mapping[str, Any], count: int) -> list[list[float]]:
    """The vectors of an answer, in the order of the texts. Raises ``ModelError`` ``wrong-schema``."""
    data = value.get("data")
    if not isinstance(data, list) or len(data) != count:
        raise ModelError("wrong-schema", f"found no list of {count} embeddings")
    rows: list[list[float] | None] = [None] * count
    for place, item in enumerate(data):
        index = item.get("index", place) if isinstance(item, dict) else None
        vector = item.get("embedding") if isinstance(item, dict) else None
        sound = isinstance(vector, list) and vector and all(type(number) in (int, float) for number in vector)
        if not isinstance(index, int) or not 0 <= index < count or rows[index] is not None or not sound:
            raise ModelError("wrong-schema", "found an embedding that is not a list of numbers with an index")
        rows[index] = vector
    lengths = {len(row) for row in rows if row is not None}
    if len(lengths) != 1:
        raise ModelError("wrong-schema", "found vectors of different lengths")
    usage = value.get("usage")
    tokens = usage.get("prompt_tokens") if isinstance(usage, dict) else None
    if isinstance(tokens, int) and 0 <= tokens < 1 << 40:
        server.tally.add(prompt_tokens=tokens)
    return [row for row in rows if row is not None]


__all__ = [
    "DEFAULT_URL",
    "DISPENSABLE",
    "KEY_VARIABLES",
    "MAX_REPLY_BYTES",
    "MAX_WAIT_SECONDS",
    "PREFILLS",
    "RETRIED",
    "RETRIES",
    "TIMEOUT_SECONDS",
    "OpenAIChat",
    "OpenAIEmbedder",
    "Server",
    "key_from",
]
