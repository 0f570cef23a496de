"""Judging a submission: a judge is asked what it has not been asked before, and the scores are made of kept replies.

Scores always come about in one way, whoever asked and when: the words of each question are put together anew, the
replies kept under them are looked up and read, and what they say is scored. The same submission, gold, prompts and
replies therefore give the same result on any machine, without any judge.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from averitec_eval.api import DEFAULT_SETTINGS, StrPath, check, read_predictions, score
from averitec_eval.errors import UsageError
from averitec_eval.formats import read_gold
from averitec_eval.judge.records import Ask, KeptReply, reply_key
from averitec_eval.records import Gold, GoldClaim, Prediction, Submission
from averitec_eval.scoring.judgements import (
    KINDS,
    ClaimJudgement,
    JudgeIdentity,
    Judgement,
    Kind,
    unscored,
    without_evidence,
)
from averitec_eval.scoring.parallel import OnClaim
from averitec_eval.scoring.profiles import PROFILES, Ev2R, Profile, check_levels, get_profile
from averitec_eval.scoring.results import ClaimScore, Result
from averitec_eval.statistics.resampling import Settings

if TYPE_CHECKING:
    from averitec_eval.judge.asking import Asked, Asking, AsyncChat
    from averitec_eval.judge.prompting import JudgePrompts
    from averitec_eval.judge.replies import Replies
    from averitec_eval.judge.watch import JudgeWatcher

LITE = "ev2r-lite"
"""The name of the proxy that is no language model and needs no replies."""

LOCAL = "smollm2"
"""The name of the small model that runs on this machine and may not decide ranks."""

DEFAULT_PROFILE = "fever8-2025"
NOT_ASKED = "not-asked"
TEMPERATURE, MAX_TOKENS, SEED = 0.0, 3000, 0
"""What a judge is asked with, as the official one is."""

_BLOCK = 256


class ClaimJudge(Protocol):
    """Whatever judges a claim by itself, without replies to be kept, as the proxy does."""

    def judge(self, prediction: Prediction, claim: GoldClaim, rules: Ev2R) -> ClaimJudgement:
        """The judgement of a prediction."""


@dataclass(frozen=True, slots=True)
class JudgeRun:
    """A judged submission, and how the asking went (None where nobody was to be asked)."""

    result: Result
    asked: Asked | None


def ev2r_rules(profile: str | Profile) -> Ev2R:
    """What a profile counts of a judge. Raises ``UsageError``, naming the profiles that count something, where it
    counts nothing.
    """
    found = profile if isinstance(profile, Profile) else get_profile(profile)
    if found.ev2r is None:
        known = ", ".join(name for name, each in PROFILES.items() if each.ev2r is not None)
        raise UsageError(f"the profile '{found.name}' has no Ev2R scores; profiles that have: {known}")
    return found.ev2r


def judge_identity(
    model: str,
    prompts: JudgePrompts,
    *,
    temperature: float = TEMPERATURE,
    max_tokens: int = MAX_TOKENS,
    seed: int = SEED,
    run: int = 0,
) -> JudgeIdentity:
    """Who judges, where ``model`` is asked with these parameters by these prompts.

    ``ev2r-lite`` is the proxy, which has neither, and ``smollm2`` the local model; neither is fit for ranking. Raises
    ``UsageError`` for a name under which no reply could be kept.
    """
    from averitec_eval.judge.replies import MAX_NAME_CHARS

    if not model or len(model) > MAX_NAME_CHARS or not model.isprintable():
        raise UsageError(
            f"the name of a model must be from 1 to {MAX_NAME_CHARS:,} characters that can be seen; found "
            f"{len(model):,} characters"
        )
    if model == LITE:
        from averitec_eval.judge.lite import LiteJudge

        return LiteJudge().identity()
    return JudgeIdentity(
        model,
        {"temperature": float(temperature), "max_tokens": max_tokens, "seed": seed},
        prompts.identity(),
        fit=model != LOCAL,
        run=run,
    )


@contextmanager
def opened_replies(path: StrPath) -> Iterator[Replies]:
    """The replies of a file for reading, a store or an exported file, while the ``with`` block lasts.

    Raises ``UnreadableError`` for a file that cannot be read and ``ResourceError`` for one that is damaged.
    """
    import tempfile

    from averitec_eval.judge.replies import Replies

    source = Path(path)
    if source.name.endswith((".jsonl", ".jsonl.gz")):
        from averitec_eval.judge.exchange import import_replies

        with tempfile.TemporaryDirectory() as folder, Replies(Path(folder) / "replies.sqlite") as replies:
            import_replies(source, replies)
            yield replies
    else:
        with Replies(source, readonly=True) as replies:
            yield replies


@dataclass
class _Judging:
    """Judges predictions as they stream by, in blocks, from replies or by a judge that needs none."""

    rules: Ev2R
    identity: JudgeIdentity
    prompts: JudgePrompts
    replies: Replies | None
    judge: ClaimJudge | None
    faults: Mapping[tuple[int, Kind], str]
    judgements: dict[int, ClaimJudgement] = field(default_factory=dict)
    _block: list[tuple[int, dict[Kind, Ask | None]]] = field(default_factory=list)

    def add(self, prediction: Prediction, claim: GoldClaim) -> None:
        if self.judge is not None:
            self.judgements[claim.claim_id] = self.judge.judge(prediction, claim, self.rules)
            return
        from averitec_eval.judge.prompting import to_ask

        self._block.append((claim.claim_id, dict(to_ask(prediction, claim, self.rules, self.prompts))))
        if len(self._block) >= _BLOCK:
            self.finish()

    def finish(self) -> None:
        """Judge what is left in the block."""
        keys = {
            (claim_id, kind): reply_key(self.identity, ask)
            for claim_id, asks in self._block
            for kind, ask in asks.items()
            if ask is not None
        }
        kept = self.replies.get(list(keys.values())) if self.replies is not None and keys else {}
        for claim_id, asks in self._block:
            judged: dict[Kind, Judgement] = {}
            steered: dict[str, None] = {}
            for kind in KINDS:
                ask = asks[kind]
                if ask is None:
                    judged[kind] = without_evidence()
                    continue
                attempts = kept.get(keys[claim_id, kind].digest(), ())
                judged[kind], reply = read_attempts(attempts, kind, self.faults.get((claim_id, kind), NOT_ASKED))
                if reply is not None:
                    steered.update(dict.fromkeys(_steered(ask, reply, judged[kind])))
            self.judgements[claim_id] = ClaimJudgement(claim_id, judged["questions"], judged["qa"], tuple(steered))
        self._block.clear()


def _steered(ask: Ask, reply: KeptReply, judgement: Judgement) -> tuple[str, ...]:
    from averitec_eval.judge.steering import steered

    return tuple(steered(ask, reply.text, judgement))


def read_attempts(
    attempts: Sequence[KeptReply], kind: Kind, fault: str = NOT_ASKED
) -> tuple[Judgement, KeptReply | None]:
    """The judgement of the first reply that can be used, and that reply.

    Where none can be used it is the last one's, whose fault says why; where there is none at all, it is unscored by
    ``fault`` and the reply is None.
    """
    from averitec_eval.judge.reading import read_reply

    judgement, used = unscored(fault), None
    for reply in sorted(attempts, key=lambda each: each.attempt):
        judgement, used = read_reply(reply.text, kind, reply.finish_reason), reply
        if judgement.status != "unscored":
            break
    return judgement, used


def judgements_of(
    predictions: Iterable[Prediction],
    gold: Gold,
    *,
    rules: Ev2R,
    identity: JudgeIdentity,
    prompts: JudgePrompts,
    replies: Replies | None,
    judge: ClaimJudge | None = None,
    faults: Mapping[tuple[int, Kind], str] | None = None,
) -> dict[int, ClaimJudgement]:
    """The judgements that kept replies give of predictions, by claim id; those of claims not in the gold are left out.

    The arguments are those of ``judge_result``.
    """
    judging = _judging(rules, identity, prompts, replies, judge, faults)
    claims = gold.by_id()
    for prediction in predictions:
        claim = claims.get(prediction.claim_id)
        if claim is not None:
            judging.add(prediction, claim)
    judging.finish()
    return judging.judgements


def _judging(
    rules: Ev2R,
    identity: JudgeIdentity,
    prompts: JudgePrompts,
    replies: Replies | None,
    judge: ClaimJudge | None,
    faults: Mapping[tuple[int, Kind], str] | None,
) -> _Judging:
    if judge is None and identity.model == LITE:
        from averitec_eval.judge.lite import LiteJudge

        judge = LiteJudge()
    return _Judging(rules, identity, prompts, replies, judge, faults or {})


def judge_result(
    submission: Submission | StrPath,
    gold: Gold | StrPath,
    *,
    profile: str | Profile = DEFAULT_PROFILE,
    identity: JudgeIdentity,
    prompts: JudgePrompts,
    replies: Replies | None,
    judge: ClaimJudge | None = None,
    faults: Mapping[tuple[int, Kind], str] | None = None,
    levels: Sequence[float] = (),
    intervals: Settings | None = DEFAULT_SETTINGS,
    input_format: str | None = None,
    on_claim: OnClaim | None = None,
) -> Result:
    """The result of a submission with the judgements that kept replies give; nobody is asked anything.

    ``identity`` says whose replies count, ``prompts`` by which words they were asked for. ``judge`` judges in the place
    of replies; for the identity of ``ev2r-lite`` it is that proxy. A judgement without any reply is unscored by the
    fault that ``faults`` names for its claim and kind, else ``not-asked``. ``levels`` are further Ev2R levels, of which
    the first becomes the headline. ``on_claim`` is called before the claims are judged. The other arguments, and the
    errors raised, are those of ``averitec_eval.score``; ``UsageError`` is raised too for a profile without Ev2R rules.
    """
    from averitec_eval.scoring.ev2r import with_judgements
    from averitec_eval.scoring.uncertainty import with_intervals

    rules = ev2r_rules(profile)
    gold = gold if isinstance(gold, Gold) else read_gold(gold)
    judging = _judging(rules, identity, prompts, replies, judge, faults)

    def each(claim_score: ClaimScore, prediction: Prediction, claim: GoldClaim) -> None:
        judging.add(prediction, claim)
        if on_claim is not None:
            on_claim(claim_score, prediction, claim)

    plain = score(submission, gold, profile=profile, input_format=input_format, intervals=None, on_claim=each)
    judging.finish()
    result = with_judgements(plain, gold, judging.judgements, identity, rules, levels=levels)
    return result if intervals is None else with_intervals(result, gold, intervals)


def predictions_of(
    submission: Submission | StrPath, gold: Gold, *, input_format: str | None = None, limit: int | None = None
) -> Iterator[Prediction]:
    """Yield the predictions of a submission, those of the first ``limit`` gold claims alone where one is given.

    A file is validated first. Raises as ``averitec_eval.score`` does.
    """
    report = check(submission, gold, input_format=input_format)
    wanted = {claim.claim_id for claim in gold.claims[:limit]}
    read = _read(submission, report.sha256, input_format)
    return (prediction for prediction in read if prediction.claim_id in wanted)


def run_judge(
    submission: Submission | StrPath,
    gold: Gold | StrPath,
    *,
    profile: str | Profile = DEFAULT_PROFILE,
    identity: JudgeIdentity,
    prompts: JudgePrompts,
    replies: Replies | None,
    chat: AsyncChat | None,
    asking: Asking | None = None,
    limit: int | None = None,
    levels: Sequence[float] = (),
    intervals: Settings | None = DEFAULT_SETTINGS,
    input_format: str | None = None,
    on_claim: OnClaim | None = None,
    watcher: JudgeWatcher | None = None,
) -> JudgeRun:
    """Ask ``chat`` for what ``replies`` does not hold, and give the result of what it holds then.

    ``limit`` asks of the first gold claims alone; the replies of others that are kept count all the same. Without a
    ``chat`` nobody is asked. Replies are kept as they come, so that whatever ends a run early, the next one goes on
    from there. Raises as ``judge_result`` does, and ``UsageError`` for a limit below 1.
    """
    if limit is not None and limit < 1:
        raise UsageError(f"a limit must be at least 1; found {limit}")
    check_levels(levels)  # before anything is paid for
    rules = ev2r_rules(profile)
    gold = gold if isinstance(gold, Gold) else read_gold(gold)
    asked = None
    if chat is not None and replies is not None and identity.model != LITE:
        from averitec_eval.judge.asking import ask
        from averitec_eval.judge.prompting import asks

        def questions() -> Iterator[Ask]:
            return asks(predictions_of(submission, gold, input_format=input_format, limit=limit), gold, rules, prompts)

        # Counting takes the file another time, which only matters to who watches.
        count = None if watcher is None else sum(1 for _ in questions())
        asked = ask(questions(), identity, chat, replies, asking, watcher, count=count)
    result = judge_result(
        submission,
        gold,
        profile=profile,
        identity=identity,
        prompts=prompts,
        replies=replies,
        faults=None if asked is None else asked.faults,
        levels=levels,
        intervals=intervals,
        input_format=input_format,
        on_claim=on_claim,
    )
    return JudgeRun(result, asked)


def write_judged(
    directory: StrPath, result: Result, submission: Submission | StrPath, gold: Gold, *, input_format: str | None = None
) -> None:
    """Write the run folder of a judged submission. Raises ``OutputError`` if it cannot be written."""
    from averitec_eval.scoring.runs import ClaimLines, write_lines

    claims, scores = gold.by_id(), {score.claim_id: score for score in result.claims}
    with ClaimLines() as lines:
        for prediction in _read(submission, result.inputs.submission_sha256, input_format):
            lines.add(scores[prediction.claim_id], prediction, claims[prediction.claim_id])
        write_lines(directory, result, lines.in_order(result, gold))


def _read(submission: Submission | StrPath, sha256: str | None, input_format: str | None) -> Iterator[Prediction]:
    if isinstance(submission, Submission):
        return iter(submission)
    return read_predictions(submission, sha256, input_format=input_format)


def numbered(identity: JudgeIdentity, run: int) -> JudgeIdentity:
    """The same judge in another of its runs."""
    return replace(identity, run=run)


__all__ = [
    "DEFAULT_PROFILE",
    "LITE",
    "LOCAL",
    "MAX_TOKENS",
    "NOT_ASKED",
    "SEED",
    "TEMPERATURE",
    "ClaimJudge",
    "JudgeRun",
    "ev2r_rules",
    "judge_identity",
    "judge_result",
    "judgements_of",
    "numbered",
    "opened_replies",
    "predictions_of",
    "read_attempts",
    "run_judge",
    "write_judged",
]
