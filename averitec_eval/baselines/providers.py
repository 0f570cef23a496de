"""What may stand behind the port of a model in a system's configuration: the providers, and the settings of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from averitec_eval.leaderboard import fields
from averitec_eval.leaderboard.fields import Check, Wrong


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider: the checks of its settings, those it cannot do without and what they mean, whether the weights of
    its models can be downloaded (None: it depends), and the settings that name another role, with that role's port.
    """

    settings: Mapping[str, Check] = field(default_factory=dict)
    required: Mapping[str, str] = field(default_factory=dict)
    open_weights: bool | None = True
    roles: Mapping[str, str] = field(default_factory=dict)


def bounds(low: float | None, high: float | None) -> str:
    """Two bounds in words, empty if there is neither."""
    if low is None:
        return "" if high is None else f"at most {high:,}"
    return f"at least {low:,}" if high is None else f"{low:,} to {high:,}"


def number(low: float | None, high: float | None, *, whole: bool = False) -> Check:
    """A finite number between two bounds, both included; None is no bound."""
    within = bounds(low, high)
    expected = (
        f"a {'whole ' if whole else ''}number{' from ' if ' to ' in within else ' of ' if within else ''}{within}"
    )
    lowest, highest = -1e15 if low is None else low, 1e15 if high is None else high

    def check(value: object) -> int | float:
        kinds = (int,) if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not lowest <= value <= highest:
            raise Wrong(expected)
        return value

    return check


_TEXT = fields.text(500, empty=False)
_SERVER: Mapping[str, Check] = {
    "name": _TEXT,
    "base_url": fields.url,
    "timeout": number(0.05, 3600),
    "retries": number(0, 20, whole=True),
    "concurrency": number(1, 64, whole=True),
    "prefill": fields.one_of(("message", "continue")),
    "input_price": number(0, 10_000),
    "output_price": number(0, 10_000),
    "open_weights": fields.boolean,
}
_NAME = {"name": "the name of the model, as the server knows it"}
_PATH = {"path": "the folder of the model on this machine"}
_LOCAL: Mapping[str, Check] = {"path": _TEXT, "name": _TEXT, "max_length": number(8, 100_000, whole=True)}

PROVIDERS: Mapping[str, Mapping[str, Provider]] = MappingProxyType(
    {
        "chat": {
            "openai": Provider(_SERVER, _NAME, None),
            "smollm2": Provider({"threads": number(1, 64, whole=True), "context": number(256, 8192, whole=True)}),
            "replay": Provider(
                {"file": _TEXT, "name": _TEXT, "open_weights": fields.boolean}, {"file": "recorded replies"}, None
            ),
        },
        "embedding": {
            "wordllama": Provider(),
            "minilm": Provider({"threads": number(1, 64, whole=True)}),
            "openai": Provider(_SERVER, _NAME, None),
            "sentence-transformers": Provider(_LOCAL, _PATH),
        },
        "scorer": {
            "transformers": Provider(_LOCAL, _PATH),
            "embedding": Provider(
                {"role": _TEXT}, {"role": "a role of the port embedding"}, roles={"role": "embedding"}
            ),
        },
        "stance": {
            "transformers": Provider(_LOCAL, _PATH),
            "chat": Provider(
                {"role": _TEXT, "prompt": _TEXT},
                {"role": "a role of the port chat", "prompt": "the name of a prompt"},
                roles={"role": "chat"},
            ),
            "lexical": Provider(),
        },
    }
)
"""Port -> provider's name -> provider."""


__all__ = ["PROVIDERS", "Provider", "bounds", "number"]
