"""Answer making: the evidence as it stands, the words of it that answer, or an answer written from it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from averitec_eval.baselines.components.asking import Asks, Job, head, one_line
from averitec_eval.baselines.components.base import Tools, component, option
from averitec_eval.baselines.state import QA, ClaimState

_LETTERS = re.compile(r"\w+")


@component("answer", "verbatim", reads=("questions",), fills=("answers",))
@dataclass(frozen=True, slots=True)
class Verbatim:
    """Takes the evidence as the answer, line breaks as spaces."""

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        return replace(state, qa=tuple(replace(pair, answer=_plain(pair)) for pair in state.qa))


def _plain(pair: QA) -> str:
    return (pair.source or "").replace("\n", " ")


def words_of(text: str) -> list[str]:
    """The words of a text in small letters, for telling whether it is a quotation."""
    return [word.lower() for word in _LETTERS.findall(text)]


def is_quoted(text: str, source: str) -> bool:
    """Whether the words of ``text`` stand in ``source`` in this order without a gap."""
    words = words_of(text)
    return bool(words) and f" {' '.join(words)} " in f" {' '.join(words_of(source))} "


def first_words(text: str, most: int) -> str:
    """The first ``most`` words of a text."""
    return " ".join(text.split()[:most])


@component("answer", "extract", reads=("questions",), fills=("answers",))
@dataclass(frozen=True, slots=True)
class Extract(Asks):
    """Has the words of the evidence copied that answer the question; the evidence's beginning stands in."""

    prompt: str = option("extract", help="the prompt's name")
    max_words: int = option(50, low=1, high=1000, help="most words of an answer")
    max_chars: int = option(20000, low=50, high=1000000, help="most characters of the evidence that are read")
    quotes_only: bool = option(False, help="whether an answer that does not stand in the evidence counts as none")

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        if not state.qa:
            return state.with_trouble("answer", "no-evidence")
        jobs = [self._job(pair, number) for number, pair in enumerate(state.qa)]
        done = []
        for pair, asked in zip(state.qa, self.ask_all(state, tools, "answer", jobs), strict=True):
            state = asked.added_to(state)
            answer = one_line(asked.text or "").strip('"“” ')
            usable = bool(words_of(answer)) and (not self.quotes_only or is_quoted(answer, pair.source or ""))
            if asked.text is not None and not usable:
                state = state.with_trouble("answer", "no-answer", answer[:200])
            text = answer if usable else one_line(pair.source or "")
            done.append(replace(pair, answer=first_words(text, self.max_words)))
        return replace(state, qa=tuple(done))

    def _job(self, pair: QA, number: int) -> Job:
        evidence = one_line(pair.source or "")[: self.max_chars]

        def values(share: float) -> dict[str, str]:
            return {
                "words": str(self.max_words),
                "question": one_line(pair.question or ""),
                "evidence": head(evidence, max(1, int(len(evidence) * share))),
            }

        return Job(values, number)


@component("answer", "rewrite", reads=("questions",), fills=("answers",))
@dataclass(frozen=True, slots=True)
class Rewrite(Asks):
    """Has the evidence rewritten into an answer; pairs whose question it does not answer can be left out."""

    prompt: str = option("rewrite", help="the prompt's name")
    drop_none: bool = option(True, help="whether a pair is left out where the model answers None")
    max_chars: int = option(20000, low=50, high=1000000, help="most characters of the evidence that are read")

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        if not state.qa:
            return state.with_trouble("answer", "no-evidence")
        jobs = [self._job(state, pair, number) for number, pair in enumerate(state.qa)]
        done = []
        for pair, asked in zip(state.qa, self.ask_all(state, tools, "answer", jobs), strict=True):
            state = asked.added_to(state)
            answer = one_line(asked.text or "")
            if self.drop_none and words_of(answer) == ["none"]:
                state = state.with_trouble("answer", "pair-dropped", (pair.question or "")[:200])
                continue
            if asked.text is not None and not words_of(answer):
                state = state.with_trouble("answer", "no-answer", answer[:200])
            done.append(replace(pair, answer=answer if words_of(answer) else _plain(pair)))
        return replace(state, qa=tuple(done))

    def _job(self, state: ClaimState, pair: QA, number: int) -> Job:
        evidence = one_line(pair.source or "")[: self.max_chars]

        def values(share: float) -> dict[str, str]:
            return {
                "claim": one_line(state.input.claim),
                "question": one_line(pair.question or ""),
                "evidence": head(evidence, max(1, int(len(evidence) * share))),
            }

        return Job(values, number)


__all__ = ["Extract", "Rewrite", "Verbatim", "first_words", "is_quoted", "words_of"]
