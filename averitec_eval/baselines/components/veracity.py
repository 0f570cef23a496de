"""Verdicts: by a model that reads the pairs or the answers, and by a rule over the pairs' stances."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from averitec_eval.baselines.components.asking import Asks, Job, first_share, head, one_line
from averitec_eval.baselines.components.base import Tools, component, option
from averitec_eval.baselines.components.label import alias_label, substring_label
from averitec_eval.baselines.state import QA, ClaimState
from averitec_eval.records import Verdict

_VERDICT = re.compile(r"\b(?:final\s+)?(?:verdict|label)\b[\"'*_\s]*(?:[:=]|\bis\b)[\"'*_\s]*", re.IGNORECASE)
_JUSTIFICATION = re.compile(r"\A[\W_]*justification[\"'*_\s]*[:=]\s*", re.IGNORECASE)
_MENTIONS = tuple(
    (verdict, re.compile(pattern, re.IGNORECASE))
    for verdict, pattern in (
        (Verdict.NOT_ENOUGH_EVIDENCE, r"\bnot enough evidence\b"),
        (Verdict.CONFLICTING, r"\bconflicting evidence\b|\bcherry[\s-]?picking\b"),
        (Verdict.SUPPORTED, r"(?<!not )\bsupported\b"),
        (Verdict.REFUTED, r"(?<!not )\brefuted\b"),
    )
)


@dataclass(frozen=True, slots=True)
class ReadVerdict:
    """A verdict found in a reply, and the justification before it, None where there is none."""

    verdict: Verdict
    justification: str | None


def read_verdict(text: str) -> ReadVerdict | None:
    """The verdict of a reply: that of its last verdict line, whatever words its justification uses.

    A reply without such a line counts if it is nothing but a label or names exactly one of the four. None otherwise.
    """
    for found in reversed(list(_VERDICT.finditer(text))):
        verdict = _leading_label(text[found.end() :])
        if verdict is not None:
            before = text[: found.start()].rstrip("\"'*_ \n\t-,{")
            return ReadVerdict(verdict, _JUSTIFICATION.sub("", before).strip() or None)
    verdict = _leading_label(text)
    if verdict is not None:
        return ReadVerdict(verdict, None)
    named = [verdict for verdict, pattern in _MENTIONS if pattern.search(text)]
    return ReadVerdict(named[0], text.strip() or None) if len(named) == 1 else None


def _leading_label(text: str) -> Verdict | None:
    """The verdict that a text begins with: its first line as a whole, or what that holds up to a stop."""
    line = text.strip().partition("\n")[0].strip(" \"'`*_<>[](){}")
    for piece in (line, re.split(r"[.;,:(\"']|\s[-–—]\s| because ", line, maxsplit=1)[0]):
        verdict = alias_label(piece)
        if verdict is not None:
            return verdict
    return None


def _mapped(text: str, substring: bool) -> tuple[str, str | None] | None:
    """A reply's verdict as a text, and its justification; None where it holds no verdict."""
    if substring:
        found = read_verdict(text)
        return None if substring_label(text) is None else (text, found.justification if found else None)
    found = read_verdict(text)
    return None if found is None else (found.verdict.value, found.justification)


def shown_pairs(pairs: Sequence[QA], share: float, *, answer_chars: int) -> str:
    """Pairs as a prompt lists them, the first ``share`` of them."""
    listed = pairs[: first_share(len(pairs), share)]
    return "\n".join(
        f"Q{number}: {one_line(pair.question or '')}\nA{number}: {head(one_line(pair.answer or ''), answer_chars)}"
        for number, pair in enumerate(listed, 1)
    )


@dataclass(frozen=True, slots=True)
class AsksForVerdict(Asks):
    """The options of components that ask a model for a verdict."""

    model: str = option("judge", role="chat", help="the role of the model that is asked")
    retries: int = option(3, low=0, high=20, help="how often a reply without a verdict is asked for again")
    retry_temperature: float = option(0.7, low=0.0, high=2.0, help="the temperature of these further attempts")
    answer_chars: int = option(4000, low=20, high=1000000, help="most characters of an answer that are read")

    def values(self, state: ClaimState, share: float) -> dict[str, str]:
        """What fills the prompt."""
        raise NotImplementedError

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        """Ask until a reply holds a verdict, at most ``1 + retries`` times."""
        if not state.qa:
            state = state.with_trouble("veracity", "no-evidence")
            return replace(state, verdict_text=Verdict.NOT_ENOUGH_EVIDENCE.value)
        last, judged = "", state
        for attempt in range(1 + self.retries):
            if attempt:
                state = state.with_trouble("veracity", "retry", last[-200:])
            temperature = self.retry_temperature if attempt else self.temperature
            job = Job(lambda share: self.values(judged, share), attempt, temperature=temperature, seed=attempt)
            asked = self.ask(state, tools, "veracity", job)
            state = asked.added_to(state)
            if asked.text is None:
                return state
            last = asked.text
            found = _mapped(last, "substring-order" in tools.compat)
            if found is not None:
                return replace(state, verdict_text=found[0], justification=found[1] or state.justification)
        return state.with_trouble("veracity", "no-verdict", last[-200:])


_SUBSTRING = {
    "substring-order": "The label is the first of four words found anywhere in the reply, its justification included, "
    "as HerO's published code does it."
}


@component("veracity", "qa-list", reads=("questions", "answers"), fills=("verdict", "justification"), compat=_SUBSTRING)
@dataclass(frozen=True, slots=True)
class QaList(AsksForVerdict):
    """Has a model read all question-answer pairs, explain itself and give a verdict on a line of its own."""

    prompt: str = option("verdict-qa", help="the prompt's name")

    def values(self, state: ClaimState, share: float) -> dict[str, str]:
        pairs = shown_pairs(state.qa, share, answer_chars=max(20, int(self.answer_chars * share)))
        return {"claim": one_line(state.input.claim), "pairs": pairs}


@component("veracity", "statements", reads=("answers",), fills=("verdict",))
@dataclass(frozen=True, slots=True)
class Statements(AsksForVerdict):
    """Has a model read the answers alone, as statements after fixed examples, and name a verdict."""

    prompt: str = option("verdict-statements", help="the prompt's name")

    def values(self, state: ClaimState, share: float) -> dict[str, str]:
        pairs = state.qa[: first_share(len(state.qa), share)]
        most = max(20, int(self.answer_chars * share))
        statements = "\n".join(f"- {head(one_line(pair.answer or ''), most)}" for pair in pairs)
        return {"claim": one_line(state.input.claim), "statements": statements}


@component(
    "veracity",
    "stance-rule",
    reads=("stances",),
    fills=("verdict",),
    compat={
        "disputed-is-undecided": "A pair whose stance is Conflicting Evidence/Cherrypicking counts as one that settles "
        "nothing, as the AVeriTeC baseline's published code does it; otherwise it speaks for and against the claim."
    },
)
@dataclass(frozen=True, slots=True)
class StanceRule:
    """Puts the pairs' stances together: undecided pairs first, then all for, all against, or both."""

    undecided: str = option(
        "any",
        choices=("any", "all"),
        help="whether any undecided pair makes it Not Enough Evidence, as published, or only all of them",
    )

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        stances = [pair.stance for pair in state.qa if pair.stance is not None]
        if not stances:
            state = state.with_trouble("veracity", "no-evidence")
        verdict = claim_stance(stances, undecided=self.undecided, disputed="disputed-is-undecided" in tools.compat)
        return replace(state, verdict_text=verdict.value)


def claim_stance(stances: Sequence[str], *, undecided: str = "any", disputed: bool = False) -> Verdict:
    """The verdict on a claim from its pairs' stances, each the value of a ``Verdict``.

    ``undecided`` is how many pairs must settle nothing for Not Enough Evidence: "any" or "all". ``disputed`` says that
    a conflicting pair settles nothing; else it speaks both for and against. No stances: Not Enough Evidence.
    """
    open_ones = {Verdict.NOT_ENOUGH_EVIDENCE.value} | ({Verdict.CONFLICTING.value} if disputed else set())
    settled = {stance for stance in stances if stance not in open_ones}
    if not settled or (undecided == "any" and any(stance in open_ones for stance in stances)):
        return Verdict.NOT_ENOUGH_EVIDENCE
    if settled == {Verdict.SUPPORTED.value}:
        return Verdict.SUPPORTED
    return Verdict.REFUTED if settled == {Verdict.REFUTED.value} else Verdict.CONFLICTING


__all__ = [
    "AsksForVerdict",
    "QaList",
    "ReadVerdict",
    "StanceRule",
    "Statements",
    "claim_stance",
    "read_verdict",
    "shown_pairs",
]
