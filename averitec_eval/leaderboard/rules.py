"""The rules of one phase of a task: when it is open, who sees scores, how often and with what one may hand in."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from averitec_eval.leaderboard import fields
from averitec_eval.leaderboard.moments import Moment, day_of, moment
from averitec_eval.leaderboard.submission import FIELDS, SubmissionMeta
from averitec_eval.leaderboard.yamlfile import unknown_key
from averitec_eval.validation.printable import printable

EVERYONE, PARTICIPANT, ORGANISERS = SCORES = ("everyone", "participant", "organisers")
"""Who sees the scores of a submission."""

MOST = 10**12
"""The highest limit that can be set."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one participant may hand in, None for no limit.

    ``per_day`` and ``total`` count valid submissions, a day being one in UTC. Invalid ones do not use these up; there
    may be ``invalid_per_day`` of them. ``bytes`` is the size of a prediction file.
    """

    per_day: int | None = None
    total: int | None = None
    invalid_per_day: int | None = None
    bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one phase, as ``leaderboard.yaml`` gives them; what it leaves out does not restrict anybody.

    The phase is open from the beginning of ``starts`` until ``ends`` is over. ``scores`` is one of ``SCORES``.
    ``require`` names fields of ``submission.yaml`` that must be filled. Before the ISO day ``anonymous_until`` nothing
    shows whose a submission is. A system that takes more than ``runtime_limit`` seconds a claim, or does not say how
    long it takes, has no rank.
    """

    starts: Moment | None = None
    ends: Moment | None = None
    scores: str = EVERYONE
    limits: Limits = Limits()
    require: tuple[str, ...] = ()
    anonymous_until: str | None = None
    runtime_limit: float | None = None

    def has_begun(self, now: datetime.datetime) -> bool:
        """Whether the phase had begun at the instant ``now``, which knows its time zone."""
        return self.starts is None or self.starts.begins <= now

    def is_over(self, now: datetime.datetime) -> bool:
        """Whether the phase was over at the instant ``now``, which knows its time zone."""
        return self.ends is not None and self.ends.over <= now

    def dated_outside(self, day: str) -> str:
        """Why a submission of an ISO day is outside the phase, an empty string if any part of the day is in it."""
        when = day_of(day)
        if self.starts is not None and when.over <= self.starts.begins:
            return f"dated {day}, before the phase began on {self.starts.text}"
        if self.ends is not None and self.ends.over <= when.begins:
            return f"dated {day}, after the phase ended on {self.ends.text}"
        return ""

    def missing(self, meta: SubmissionMeta) -> tuple[str, ...]:
        """The required fields that a submission leaves empty."""
        return tuple(name for name in self.require if name not in meta.filled)

    def no_rank_reason(self, meta: SubmissionMeta) -> str:
        """Why the rules give a submission no rank, in one sentence; an empty string if they do not."""
        missing = self.missing(meta)
        if missing:
            return "its submission.yaml lacks what the phase requires: " + ", ".join(missing)
        outside = "" if meta.date is None else self.dated_outside(meta.date)
        if outside or self.runtime_limit is None:
            return outside
        if meta.seconds_per_claim is None:
            return f"does not say its seconds_per_claim; the limit is {self.runtime_limit:g} seconds a claim"
        if meta.seconds_per_claim > self.runtime_limit:
            return f"over the runtime limit: {meta.seconds_per_claim:g} seconds a claim, at most {self.runtime_limit:g}"
        return ""

    def sentences(self) -> Iterator[str]:
        """Yield the rules in words, for participants."""
        if self.starts is not None or self.ends is not None:
            begin = "" if self.starts is None else f" from {self.starts.text}"
            end = "" if self.ends is None else f" until {'the end of ' if self.ends.is_day else ''}{self.ends.text}"
            yield f"Open{begin}{end} (UTC)."
        limits = self.limits
        counts = [
            f"{limit:,} {what}"
            for limit, what in (
                (limits.per_day, "valid submissions a day"),
                (limits.total, "valid submissions in all"),
                (limits.invalid_per_day, "invalid submissions a day"),
                (limits.bytes, "bytes a prediction file"),
            )
            if limit is not None
        ]
        if counts:
            yield f"At most {', '.join(counts)}."
        if self.require:
            yield f"To take a rank, submission.yaml must give: {', '.join(self.require)}."
        if self.runtime_limit is not None:
            yield f"To take a rank, a system must say its seconds_per_claim, at most {self.runtime_limit:g}."
        if self.anonymous_until is not None:
            yield f"Nothing shows whose a submission is until {self.anonymous_until}."
        if self.scores != EVERYONE:
            yield f"{self.scores_reason.capitalize()}."

    @property
    def scores_reason(self) -> str:
        """Why scores are not shown to everyone, in words; an empty string if they are."""
        if self.scores == EVERYONE:
            return ""
        return f"scores are shown to {'the participant and ' if self.scores == PARTICIPANT else ''}the organisers only"

    def hides_names(self, today: str | None) -> bool:
        """Whether the names are hidden on an ISO day; where the day is not known, they are."""
        return self.anonymous_until is not None and (today is None or today < self.anonymous_until)


NO_RULES = Rules()
"""Rules that restrict nobody."""


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise fields.Wrong("limits with a number each", "write it as {per_day: 5, total: 100}")
    return value


def _count(least: int) -> fields.Check:
    expected = f"a whole number of at least {least}"

    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MOST:
            raise fields.Wrong(expected, "write it without quotes, points and units, such as 5")
        return value

    return check


def _require(value: Any) -> tuple[str, ...]:
    expected = "a list of fields of submission.yaml, each once"
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise fields.Wrong(expected, "write it as [description, contact]")
    for name in value:
        if name not in FIELDS:
            raise fields.Wrong(expected, f"{printable(name[:80])} is none; {unknown_key(name, FIELDS)}")
    if len(set(value)) < len(value):
        raise fields.Wrong(expected)
    return tuple(value)


def _positive_seconds(value: Any) -> float:
    found = fields.seconds(value)
    if found == 0:
        raise fields.Wrong("a number of seconds above 0")
    return found


CHECKS: Mapping[str, fields.Check] = {
    "starts": moment,
    "ends": moment,
    "scores": fields.one_of(SCORES),
    "limits": _mapping,
    "require": _require,
    "anonymous_until": fields.date,
    "runtime_limit": _positive_seconds,
}
"""The keys of the rules, which stand in a phase or, where there are no phases, beside the gold."""

LIMITS: Mapping[str, fields.Check] = {
    "per_day": _count(1),
    "total": _count(1),
    "invalid_per_day": _count(0),
    "bytes": _count(1),
}


def take_rules(values: dict[str, Any], problems: list[str]) -> Rules:
    """The rules among checked values, which are taken out of them; what breaks a rule beyond one key is a problem."""
    taken = {key: values.pop(key) for key in CHECKS if key in values}
    if "limits" in taken:
        found: list[str] = []
        taken["limits"] = Limits(**fields.check_fields(taken["limits"], LIMITS, {}, (), found))
        problems += [f"limits: {problem}" for problem in found]
    rules = Rules(**taken)
    if rules.starts is not None and rules.ends is not None and rules.ends.over <= rules.starts.begins:
        problems.append(
            f"ends: found {rules.ends.text}, which is not after starts, {rules.starts.text}; expected a later one"
        )
    return rules


__all__ = [
    "CHECKS",
    "EVERYONE",
    "LIMITS",
    "NO_RULES",
    "ORGANISERS",
    "PARTICIPANT",
    "SCORES",
    "Limits",
    "Rules",
    "take_rules",
]
