"""An OpenAI-compatible server on loopback that behaves or misbehaves as it is told, over real HTTP."""

from __future__ import annotations

import hashlib
import json
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LARGE = 10 * 1024 * 1024


@dataclass(frozen=True)
class Answer:
    """What the server does with a request: answers ``status`` with ``body``, after ``delay`` seconds; ``cut`` breaks
    the connection off before the last bytes, ``drip`` sends a byte at a time with that pause. A status of 0 hangs up
    without a word.
    """

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)
    delay: float = 0.0
    cut: bool = False
    drip: float = 0.0


def completion(*texts: str | None, prompt_tokens: int = 11, completion_tokens: int = 5, **more: Any) -> Answer:
    """A chat completion with these texts."""
    choices = [
        {"index": index, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
        for index, text in enumerate(texts)
    ]
    usage = {"prompt_tokens": prompt_tokens, "completion_tokens": completion_tokens}
    return as_json({"object": "chat.completion", "model": "served", "choices": choices, "usage": usage, **more})


def as_json(value: Any, status: int = 200, *headers: tuple[str, str]) -> Answer:
    """An answer that holds ``value`` as JSON."""
    return Answer(json.dumps(value).encode(), status, (("Content-Type", "application/json"), *headers))


def error(status: int, message: str = "no", *headers: tuple[str, str], **more: Any) -> Answer:
    """An error in the form that OpenAI gives it."""
    return as_json({"error": {"message": message, "type": "invalid_request_error", **more}}, status, *headers)


def vector(text: str, dimensions: int = 8) -> list[float]:
    """A vector that depends on the text alone; not of length 1."""
    return [byte / 16 + 0.5 for byte in hashlib.sha256(text.encode("utf-8", "replace")).digest()[:dimensions]]


FAULTS: dict[str, Answer] = {
    "rate-limit": error(429, "slow down", ("Retry-After", "1")),
    "server-error": error(500, "out of order"),
    "timeout": Answer(completion("too late").body, delay=30.0),
    "connection": Answer(status=0),
    "cut-off": Answer(completion("a long reply " * 200).body, cut=True),
    "cut-json": Answer(completion("cut").body[:40]),
    "html": Answer(b"<html><body>Bad gateway</body></html>", headers=(("Content-Type", "text/html"),)),
    "no-body": Answer(b""),
    "empty": completion(""),
    "null": completion(None),
    "wrong-schema": as_json({"choices": "none"}),
    "list": as_json([1, 2, 3]),
    "no-choices": as_json({"choices": []}),
    "deep": Answer(b"[" * 100_000),
    "too-large": completion("x" * LARGE),
    "refused": error(401, "wrong key"),
    "too-long": error(400, "This model's maximum context length is 10 tokens.", code="context_length_exceeded"),
}
"""Ways to misbehave, by name."""

FAULT_OF = {
    "rate-limit": "rate-limit",
    "server-error": "server-error",
    "timeout": "timeout",
    "connection": "connection",
    "cut-off": "connection",
    "cut-json": "not-json",
    "html": "not-json",
    "no-body": "empty",
    "empty": "empty",
    "null": "empty",
    "wrong-schema": "wrong-schema",
    "list": "wrong-schema",
    "no-choices": "wrong-schema",
    "deep": "not-json",
    "too-large": "too-large",
    "refused": "refused",
    "too-long": "too-long",
}
"""What ``ModelError.fault`` each of ``FAULTS`` is, where it does not go away."""


@dataclass
class Request:
    """A request as the server got it."""

    path: str
    body: Any
    headers: dict[str, str]


Behaviour = Callable[[Request, int], Answer]
"""Gives the answer to a request; the number counts the requests from 0."""


def well(request: Request, number: int) -> Answer:
    """Answers every chat with a fixed text, ``n`` times, and every embedding with ``vector``."""
    if request.path.endswith("/embeddings"):
        given = request.body["input"]
        texts = [given] if isinstance(given, str) else given
        data = [{"object": "embedding", "index": index, "embedding": vector(text)} for index, text in enumerate(texts)]
        return as_json({"object": "list", "data": data, "usage": {"prompt_tokens": len(texts)}})
    return completion(*["A reply."] * int(request.body.get("n", 1)))


def scripted(answers: Sequence[Answer], then: Behaviour = well) -> Behaviour:
    """Gives these answers one after another, then behaves as ``then``."""
    return lambda request, number: answers[number] if number < len(answers) else then(request, number)


def always(answer: Answer) -> Behaviour:
    """Gives one answer whatever is asked."""
    return lambda request, number: answer


def seeded(seed: int, share: float, then: Behaviour = well, faults: Sequence[str] = tuple(FAULTS)) -> Behaviour:
    """Misbehaves in ``share`` of the requests, in one of ``faults``. What it does depends on the seed and on what is
    asked, not on the order of requests; the same request asked again is another one.
    """
    seen: dict[bytes, int] = {}
    lock = threading.Lock()

    def behave(request: Request, number: int) -> Answer:
        content = json.dumps([request.path, request.body], sort_keys=True).encode()
        with lock:
            times = seen[content] = seen.get(content, 0) + 1
        chance = random.Random(f"{seed} {times} {hashlib.sha256(content).hexdigest()}")
        if chance.random() >= share:
            return then(request, number)
        return FAULTS[chance.choice(list(faults))]

    return behave


@dataclass
class FakeServer:
    """A running server: where it listens and what it was asked."""

    base_url: str
    behave: Behaviour
    requests: list[Request] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)


@contextmanager
def serving(behave: Behaviour = well) -> Iterator[FakeServer]:
    """A server on a free port of 127.0.0.1, in threads of this process, while the block lasts."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else an answer's second packet waits for a word from the client

        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            request = Request(self.path, json.loads(data), {key.lower(): value for key, value in self.headers.items()})
            with lock:
                number = len(running.requests)
                running.requests.append(request)
            try:
                self._give(running.behave(request, number))
            except OSError:
                self.close_connection = True  # the client has gone, as it may

        def _give(self, answer: Answer) -> None:
            running.stopping.wait(answer.delay)
            if answer.status == 0:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if answer.drip:
                for place in range(len(answer.body)):
                    self.wfile.write(answer.body[place : place + 1])
                    self.wfile.flush()
                    if running.stopping.wait(answer.drip):
                        return
            elif answer.cut:
                self.wfile.write(answer.body[: len(answer.body) // 2])
                self.close_connection = True
            else:
                self.wfile.write(answer.body)

        def log_message(self, *args: object) -> None:
            """Says nothing."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that hangs up in the middle is part of the tests."""

    httpd = Quiet(("127.0.0.1", 0), Handler)
    running = FakeServer(f"http://127.0.0.1:{httpd.server_address[1]}/v1", behave)
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        running.stopping.set()
        httpd.shutdown()
        httpd.server_close()
        thread.join()
