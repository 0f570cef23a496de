"""Summarising: a long text is ranked, a short one is shown to later stages."""

from __future__ import annotations

from dataclasses import dataclass, replace

from averitec_eval.baselines.components.asking import Asks, Job, head, one_line
from averitec_eval.baselines.components.base import Tools, component, option
from averitec_eval.baselines.state import ClaimState, Trouble, Unit


@component(
    "summarise",
    "paragraph",
    reads=("units",),
    fills=("units",),
    compat={
        "shifted-summaries": "Empty summaries are left out of the list of summaries but not of that of texts, so every "
        "later text is shown with the next one's summary and address, as HerO 2's published code does it. This stage "
        "has to stand before retrieval for that."
    },
)
@dataclass(frozen=True, slots=True)
class Paragraph(Asks):
    """Has each text summarised in one paragraph: the candidates where retrieval is done, else all texts."""

    prompt: str = option("summary", help="the prompt's name")
    max_chars: int = option(
        96000, low=100, high=1000000, help="most characters of a text that are read; the head is kept"
    )
    keep_below: int = option(0, low=0, high=100000, help="texts of at most so many characters are shown as they are")
    fallback_chars: int = option(1000, low=1, high=100000, help="how much of a text stands in for a missing summary")

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        retrieved = bool(state.candidates)
        units = [candidate.unit for candidate in state.candidates] if retrieved else list(state.units)
        if not units:
            return state.with_trouble("summarise", "no-candidates")
        long = [number for number, unit in enumerate(units) if len(unit.text) > self.keep_below]
        asked = self.ask_all(state, tools, "summarise", [self._job(units[number], number) for number in long])
        summaries: dict[int, str | None] = {}
        for number, answer in zip(long, asked, strict=True):
            state = answer.added_to(state)
            summaries[number] = one_line(answer.text or "") or None
            if answer.text == "":
                state = state.with_trouble("summarise", "model-empty", f"text {number}")
        if "shifted-summaries" in tools.compat and not retrieved:
            return replace(state, units=_shifted(units, summaries))
        troubles = []
        for number, summary in summaries.items():
            if summary is None:
                troubles.append(Trouble("summarise", "no-summary", f"text {number}"))
            shown = summary if summary is not None else head(units[number].text, self.fallback_chars)
            units[number] = replace(units[number], shown=shown)
        state = replace(state, troubles=(*state.troubles, *troubles))
        if not retrieved:
            return replace(state, units=tuple(units))
        pairs = zip(state.candidates, units, strict=True)
        return replace(state, candidates=tuple(replace(candidate, unit=unit) for candidate, unit in pairs))

    def _job(self, unit: Unit, number: int) -> Job:
        text = head(unit.text, self.max_chars)
        return Job(lambda share: {"document": head(text, max(1, int(len(text) * share)))}, number)


def _shifted(units: list[Unit], summaries: dict[int, str | None]) -> tuple[Unit, ...]:
    """The texts as ranked, each with what the list of summaries holds at its place."""
    shown = [
        (summaries.get(number, unit.text), unit.url)
        for number, unit in enumerate(units)
        if summaries.get(number, unit.text) is not None
    ]
    return tuple(replace(unit, shown=text, url=url) for unit, (text, url) in zip(units, shown, strict=False))


__all__ = ["Paragraph"]
