"""The Ev2R judge of a board: its replies are kept in a file, so that building a board asks nobody."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from averitec_eval.files import sha256_of
from averitec_eval.leaderboard.config import LITE, JudgeConfig
from averitec_eval.leaderboard.view import BoardJudge
from averitec_eval.records import Gold, Prediction
from averitec_eval.scoring.profiles import Profile, level_name
from averitec_eval.scoring.results import Result
from averitec_eval.scoring.signature import Signature
from averitec_eval.statistics.resampling import Settings

if TYPE_CHECKING:
    from averitec_eval.judge.replies import Replies
    from averitec_eval.judge.run import ClaimJudge

EXPORTED = (".jsonl", ".jsonl.gz")
"""How the names of exported replies end; their hash is the same wherever they are."""


class KeptJudge:
    """Judges the evidence of submissions by the kept replies of one judge. ``close`` it when all is judged.

    Raises ``UnreadableError`` if the replies or the prompts cannot be read, ``ResourceError`` if they are damaged.
    """

    def __init__(self, config: JudgeConfig, profile: Profile, gold: Gold) -> None:
        from averitec_eval.judge.prompting import JudgePrompts
        from averitec_eval.judge.run import ev2r_rules, judge_identity

        self.gold = gold
        self.rules = ev2r_rules(profile)
        self._path = config.replies
        self._prompts = JudgePrompts.load(config.prompts)
        identity = judge_identity(config.model, self._prompts)
        self.identity = replace(identity, parameters={**identity.parameters, **_like(identity.parameters, config)})
        self._replies: Replies | None = None
        self._judge: ClaimJudge | None = None
        self._open = ExitStack()
        exported = config.replies is not None and config.replies.name.endswith(EXPORTED)
        self._sha256 = None if config.replies is None else _hash_of(config.replies)
        levels = tuple(sorted({*self.rules.levels, self.rules.headline_level}))
        self.facts = BoardJudge(
            model=self.identity.model,
            parameters=tuple(sorted(self.identity.parameters.items())),
            prompts=tuple((kind, *prompt) for kind, prompt in self.identity.prompts.items()),
            fit=self.identity.fit,
            credit_name=self.identity.metric_name,
            levels=levels,
            level=self.rules.headline_level,
            comparison=self.rules.comparison,
            answers=self.rules.answers,
            cap=self.rules.cap,
            withhold_above=self.rules.withhold_above,
            replies_sha256=self._sha256 if exported else None,
        )

    @property
    def headline(self) -> str:
        """The name of the score that ranks."""
        return f"{self.facts.credit_name}@{level_name(self.facts.level)}"

    def signed(self, signature: Signature) -> Signature:
        """The signature of scores that this judge is part of."""
        from averitec_eval.scoring.ev2r import judge_field, prompts_field

        return replace(signature, judge=judge_field(self.identity), prompts=prompts_field(self.identity))

    def settings(self) -> dict[str, Any]:
        """All that decides what it says of a submission, as JSON values."""
        return {"identity": asdict(self.identity), "replies": self._sha256, "rules": asdict(self.rules)}

    def judge(self, result: Result, predictions: Iterable[Prediction], intervals: Settings) -> Result:
        """The result of a submission with this judge's scores."""
        from averitec_eval.judge.run import judgements_of
        from averitec_eval.scoring.ev2r import with_judgements
        from averitec_eval.scoring.uncertainty import with_intervals

        judgements = judgements_of(
            predictions,
            self.gold,
            rules=self.rules,
            identity=self.identity,
            prompts=self._prompts,
            replies=self.opened(),
            judge=self._computed(),
        )
        judged = with_judgements(result, self.gold, judgements, self.identity, self.rules)
        return with_intervals(judged, self.gold, intervals)

    def opened(self) -> Replies | None:
        """The replies, opened when they are first needed: a board that changed nowhere needs none.

        Raises ``UnreadableError`` or ``ResourceError`` where they cannot be used.
        """
        from averitec_eval.judge.run import opened_replies

        if self._replies is None and self._path is not None:
            self._replies = self._open.enter_context(opened_replies(self._path))
        return self._replies

    def close(self) -> None:
        """Let go of the file of replies."""
        self._replies = None
        self._open.close()

    def _computed(self) -> ClaimJudge | None:
        """The judge that needs no replies, if it is that one; made once, for it takes a moment to load."""
        if self._judge is None and self.identity.model == LITE:
            from averitec_eval.judge.lite import LiteJudge

            self._judge = LiteJudge()
        return self._judge


def _like(known: dict[str, Any] | Any, config: JudgeConfig) -> dict[str, Any]:
    """The parameters of a configuration; where YAML writes 0 for a number with a fraction, as that."""
    return {
        name: float(value) if isinstance(known.get(name), float) and isinstance(value, int) else value
        for name, value in config.parameters
    }


def _hash_of(path: Path) -> str:
    """The hash of a file of replies, and of what SQLite has not moved into it yet."""
    found = sha256_of(path)
    journal = path.with_name(f"{path.name}-wal")
    if path.name.endswith(EXPORTED) or not journal.is_file() or not journal.stat().st_size:
        return found
    return sha256(f"{found} {sha256_of(journal)}".encode()).hexdigest()


__all__ = ["EXPORTED", "KeptJudge"]
