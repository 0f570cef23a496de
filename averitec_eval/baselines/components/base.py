"""What a component is, how its options are declared, and the catalogue that configurations choose from.

A component is a frozen dataclass: its fields are its options, as a configuration sets them, and ``run`` takes a state
and gives the next one. ``@component`` puts it into the catalogue under its stage and name:

    @component("retrieve", "bm25", reads=("units", "queries"), fills=("candidates",))
    @dataclass(frozen=True, slots=True)
    class Bm25:
        k: int = option(10, low=1, help="how many units are kept")

        def run(self, state: ClaimState, tools: Tools) -> ClaimState: ...
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from averitec_eval.baselines.ports import Models
from averitec_eval.baselines.prompts import Prompts
from averitec_eval.baselines.state import QA, SLOTS, ClaimState
from averitec_eval.records import GoldClaim

STAGES = (
    "segment",
    "summarise",
    "expand",
    "retrieve",
    "filter",
    "rerank",
    "question",
    "answer",
    "joint",
    "stance",
    "veracity",
    "justify",
    "label",
)
"""What a stage of a configuration may be called. ``joint`` does several in one call."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What components may use beside the state.

    ``models`` are the run's models by role, ``prompts`` the texts they are asked with, ``examples`` the annotated
    claims that few-shot prompts draw on (never claims of the split that is run), ``seed`` the run's seed, ``compat``
    the names of published quirks that are switched on. ``made`` keeps what a component makes once for the whole run,
    such as an index of the examples, by a name of its own.
    """

    models: Models = field(default_factory=Models)
    prompts: Prompts = field(default_factory=Prompts)
    examples: Sequence[GoldClaim] = ()
    seed: int = 0
    compat: frozenset[str] = frozenset()
    made: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)


class Component(Protocol):
    """One stage of a system."""

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        """The state with this stage's slots filled.

        Whatever fails inside becomes a trouble of the state and a fallback; only a mistake of the program raises.
        """


@dataclass(frozen=True, slots=True)
class Kind:
    """An entry of the catalogue: a component's class, what it reads and fills, the roles of models it asks for, and
    the published quirks it knows.
    """

    stage: str
    name: str
    make: Callable[..., Component]
    reads: tuple[str, ...]
    fills: tuple[str, ...]
    compat: Mapping[str, str] = field(default_factory=dict)

    @property
    def summary(self) -> str:
        """The first line of its description."""
        return (self.make.__doc__ or "").strip().splitlines()[0]

    def options(self) -> tuple[dataclasses.Field[Any], ...]:
        """Its options as dataclass fields; ``metadata`` holds ``low``, ``high``, ``choices``, ``help`` and ``role``."""
        return dataclasses.fields(self.make)  # type: ignore[arg-type]


CATALOGUE: dict[tuple[str, str], Kind] = {}

C = TypeVar("C", bound=type)


def component(
    stage: str,
    name: str,
    *,
    reads: tuple[str, ...] = (),
    fills: tuple[str, ...] = (),
    compat: Mapping[str, str] | None = None,
) -> Callable[[C], C]:
    """Put a component class into the catalogue.

    ``reads`` and ``fills`` are slots; ``compat`` maps the name of each published quirk that it can repeat to one
    sentence on it.
    """
    unknown = [slot for slot in (*reads, *fills) if slot not in SLOTS]
    if stage not in STAGES or unknown or (stage, name) in CATALOGUE:
        raise ValueError(f"component {stage} {name}: unknown stage or slots {unknown}, or a name that is taken")

    def add(cls: C) -> C:
        CATALOGUE[stage, name] = Kind(stage, name, cls, reads, fills, dict(compat or {}))
        return cls

    return add


def option(
    default: Any = dataclasses.MISSING,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    role: str = "",
    help: str,
) -> Any:
    """An option of a component: a dataclass field of type int, float, bool, str, an optional one of these, or a tuple
    of str.

    ``low`` and ``high`` bound numbers (both included), ``choices`` a text. ``role`` says that the value names a model
    of the configuration, on the port ``chat``, ``embedding``, ``scorer`` or ``stance``.
    """
    metadata = {"low": low, "high": high, "choices": choices, "help": help, "role": role}
    if default is dataclasses.MISSING:
        return field(metadata=metadata)
    return field(default=default, metadata=metadata)


def evidence_of(qa: QA) -> str:
    """The evidence of a pair: its answer, else the text that was retrieved."""
    return qa.answer if qa.answer is not None else (qa.source or "")


__all__ = ["CATALOGUE", "STAGES", "Component", "Kind", "Tools", "component", "evidence_of", "option"]
