"""The models of a run, made of what a system's configuration says of them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from averitec_eval.baselines.ports import ChatModel, Embedder, Models, PairScorer, StanceModel
from averitec_eval.baselines.prompts import Prompts
from averitec_eval.errors import ConfigError

if TYPE_CHECKING:
    from averitec_eval.baselines.config import ModelSpec
    from averitec_eval.baselines.models.cache import Cache
    from averitec_eval.baselines.models.usage import Usage

URL_VARIABLE = "AVERITEC_EVAL_BASE_URL"
"""Names the server of every model of the provider ``openai`` whose configuration names none."""

UNCACHED = ("wordllama", "replay")
"""Providers that are faster than a cache."""


@contextmanager
def make_models(
    specs: Mapping[str, ModelSpec],
    *,
    prompts: Prompts | None = None,
    cache: str | os.PathLike[str] | None = None,
    environment: Mapping[str, str] | None = None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Models]:
    """The models of ``specs`` by role, while the ``with`` block lasts.

    Roles with the same settings share one model. ``cache`` is a file that keeps replies and vectors, None for none.
    ``environment`` holds the key and address of servers, the process's own where it is None; ``sleep`` and ``clock``
    are how time passes for repeated requests. Raises ``ResourceError`` where a library, file or prompt is missing,
    ``UnreadableError`` for recorded replies that are none, and ``ConfigError`` for roles that need each other in a
    circle.
    """
    with ExitStack() as stack:
        kept = None
        if cache is not None and any(spec.provider not in UNCACHED for spec in specs.values()):
            from averitec_eval.baselines.models.cache import Cache

            kept = Cache(cache)
            stack.callback(kept.close)
        making = _Making(
            specs,
            prompts or Prompts(),
            kept,
            os.environ if environment is None else environment,
            sleep,
            clock,
            stack,
        )
        models = Models()
        ports: dict[str, dict[str, Any]] = {
            "chat": models.chat,
            "embedding": models.embedding,
            "scorer": models.scorer,
            "stance": models.stance,
        }
        for role, spec in specs.items():
            ports[spec.port][role] = making.model(role)
        yield models


@dataclass
class _Making:
    specs: Mapping[str, ModelSpec]
    prompts: Prompts
    cache: Cache | None
    environment: Mapping[str, str]
    sleep: Callable[[float], None]
    clock: Callable[[], float]
    stack: ExitStack
    made: dict[str, Any] = field(default_factory=dict)
    begun: list[str] = field(default_factory=list)

    def model(self, role: str) -> Any:
        """The model of a role, made once for all roles that are alike."""
        spec = self.specs[role]
        alike = repr((spec.port, spec.provider, sorted(spec.options.items())))
        if alike in self.made:
            return self.made[alike]
        if role in self.begun:
            chain = " -> ".join([*self.begun[self.begun.index(role) :], role])
            raise ConfigError(f"models: {chain} need each other", (f"models.{role}: needs itself by way of {chain}",))
        self.begun.append(role)
        model = {"chat": self.chat, "embedding": self.embedder, "scorer": self.scorer, "stance": self.stance}[
            spec.port
        ](spec)
        self.begun.pop()
        self.made[alike] = model
        return model

    def chat(self, spec: ModelSpec) -> ChatModel:
        options = spec.options
        if spec.provider == "replay":
            from averitec_eval.baselines.models.replay import Replay, read_replay

            return Replay(read_replay(options["file"]), str(options.get("name", "replay")))
        model: ChatModel
        if spec.provider == "smollm2":
            from averitec_eval.baselines.models.local import SmolLM2

            local = SmolLM2(**_given(options, "threads", "context"))
            self.stack.callback(local.close)
            model = local
        else:
            from averitec_eval.baselines.models.openai_chat import OpenAIChat

            served = OpenAIChat(self.server(options), **_given(options, "concurrency", "prefill"))
            self.stack.callback(served.close)
            model = served
        if self.cache is None:
            return model
        from averitec_eval.baselines.models.cache import CachedChat

        return CachedChat(model, self.cache, _identity(spec))

    def embedder(self, spec: ModelSpec) -> Embedder:
        from averitec_eval.baselines.models import embeddings

        options = spec.options
        model: Embedder
        if spec.provider == "wordllama":
            return embeddings.WordLlama()
        if spec.provider == "minilm":
            model = embeddings.MiniLM(**_given(options, "threads"))
        elif spec.provider == "sentence-transformers":
            model = embeddings.SentenceTransformers(**_given(options, "path", "name", "max_length"))
        else:
            from averitec_eval.baselines.models.openai_chat import OpenAIEmbedder

            served = OpenAIEmbedder(self.server(options))
            self.stack.callback(served.close)
            model = served
        if self.cache is None:
            return model
        from averitec_eval.baselines.models.cache import CachedEmbedder

        return CachedEmbedder(model, self.cache, _identity(spec))

    def scorer(self, spec: ModelSpec) -> PairScorer:
        from averitec_eval.baselines.models import pairs

        if spec.provider == "embedding":
            return pairs.CosineScorer(self.model(spec.options["role"]))
        return pairs.TransformersScorer(pairs.Classifier(**_given(spec.options, "path", "name", "max_length")))

    def stance(self, spec: ModelSpec) -> StanceModel:
        from averitec_eval.baselines.models import pairs

        if spec.provider == "chat":
            return pairs.ChatStance(self.model(spec.options["role"]), self.prompts[spec.options["prompt"]])
        if spec.provider == "lexical":
            return pairs.LexicalStance()
        return pairs.TransformersStance(pairs.Classifier(**_given(spec.options, "path", "name", "max_length")))

    def server(self, options: Mapping[str, Any]) -> Any:
        from averitec_eval.baselines.models.openai_chat import Server, key_from
        from averitec_eval.baselines.models.usage import Tally

        return Server(
            str(options["name"]),
            options.get("base_url") or self.environment.get(URL_VARIABLE) or None,
            key=key_from(self.environment),
            tally=Tally(options.get("input_price"), options.get("output_price")),
            sleep=self.sleep,
            clock=self.clock,
            **_given(options, "timeout", "retries"),
        )


def usage_of(models: Models) -> dict[str, Usage]:
    """What the models on servers were asked for in this session, by name; those that count nothing are left out, and
    what came from the cache was not asked for.
    """
    from averitec_eval.baselines.models.usage import together

    found: dict[str, dict[int, Usage]] = {}
    for model in (*models.chat.values(), *models.embedding.values()):
        asked: Any = getattr(model, "model", model)  # what lies behind a cache
        if hasattr(asked, "usage"):
            found.setdefault(asked.name, {})[id(asked)] = asked.usage
    return {name: together(usages.values()) for name, usages in found.items()}


def _given(options: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Those of the settings that the configuration gives; the others keep their defaults."""
    return {name: options[name] for name in names if name in options}


def _identity(spec: ModelSpec) -> dict[str, Any]:
    """What decides a model's replies; not how often, how patiently and at what price it is asked."""
    indifferent = ("timeout", "retries", "concurrency", "input_price", "output_price", "open_weights")
    return {key: value for key, value in spec.to_dict().items() if key not in indifferent}


__all__ = ["URL_VARIABLE", "make_models", "usage_of"]
