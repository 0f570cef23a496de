"""A whole run: every claim through a system, with a trace that survives any interruption and can be continued.

The output folder holds ``trace.jsonl`` (one line a claim, written as soon as the claim is done), ``timings.jsonl``
(what differs from run to run), ``run.json`` (what was run on what, and how it went) and, at the end,
``predictions.json`` and ``submission.yaml``. A run that was continued ends with the same bytes as one that was not,
times apart.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from averitec_eval.baselines.claims import ClaimSet, Examples, chosen
from averitec_eval.baselines.components.base import Tools
from averitec_eval.baselines.config import System
from averitec_eval.baselines.pipeline import ClaimRun, Clock, prediction_of, run_stages
from averitec_eval.baselines.prompts import Prompts
from averitec_eval.baselines.state import ClaimInput, Document, Trouble
from averitec_eval.baselines.submission_out import PREDICTIONS, About, write_submission_folder
from averitec_eval.baselines.trace import TraceLine, TraceWriter, count_troubles, read_trace, trace_line
from averitec_eval.errors import OutputError, UnreadableError, UsageError
from averitec_eval.files import write_bytes
from averitec_eval.json_output import to_json
from averitec_eval.leaderboard.submission import FILE_NAME
from averitec_eval.version import __version__

if TYPE_CHECKING:
    from averitec_eval.baselines.store import KnowledgeStore

TRACE, TIMINGS, RUN = "trace.jsonl", "timings.jsonl", "run.json"
FORMAT = 1
"""The version of ``run.json`` and ``trace.jsonl``."""


class RunWatcher:
    """Is told how a run goes; every method may be overridden, and does nothing by itself."""

    def start(self, count: int, done: int) -> None:
        """A run of ``count`` claims begins, of which ``done`` are in the trace already."""

    def claim(self, claim_id: int, seconds: float, troubles: Sequence[Trouble]) -> None:
        """A claim is done and on the disk."""

    def notice(self, text: str) -> None:
        """Something that a person should know, one line."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """How a run ended: claims in all and in this session, labels and troubles by number, the mean seconds of a claim
    (None where no time was taken), replies and tokens, what the knowledge store held.
    """

    claims: int
    fresh: int
    labels: Mapping[str, int]
    troubles: Mapping[str, int]
    seconds_per_claim: float | None
    replies: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    store: Mapping[str, int] = field(default_factory=dict)
    without_pairs: int = 0


def run_system(
    system: System,
    claims: ClaimSet,
    out: Path,
    tools: Tools,
    *,
    store: KnowledgeStore | None = None,
    examples: Examples | None = None,
    limit: int | None = None,
    resume: bool = False,
    about: About | None = None,
    clock: Clock | None = None,
    watcher: RunWatcher | None = None,
) -> RunSummary:
    """Run the first ``limit`` claims, or all, and write the output folder.

    ``tools`` hold the models and the seed; ``examples`` take the place of theirs. With ``resume`` the claims that the
    folder's trace holds are taken from it. Raises ``UsageError`` where the store is missing though the system reads it,
    where ``out`` holds a run already and ``resume`` is false, or a run of something else; ``UnreadableError`` for a
    damaged trace or a store of another split; ``OutputError`` where a file cannot be written. Whatever fails inside a
    claim becomes a trouble of that claim.
    """
    watcher = watcher or RunWatcher()
    shown = examples or Examples()
    inputs = chosen(claims, limit)
    _check_store(system, inputs, store, watcher)
    tools = Tools(tools.models, tools.prompts, shown.claims, tools.seed, system.compat)
    identity = _identity(system, claims, store, shown, tools)
    done, writer = _open(out, identity, inputs, resume=resume)
    seconds = _Timings(out / TIMINGS, {line.claim_id for line in done})
    fresh = 0
    try:
        watcher.start(len(inputs), len(done))
        for claim in inputs[len(done) :]:
            line = _claim(system, claim, store, tools, writer, seconds, clock, watcher)
            done.append(line)
            fresh += 1
    finally:
        writer.close()
        seconds.close()
    summary = _summary(done, fresh, seconds.mean)
    write_submission_folder(
        out,
        [line.prediction for line in done],
        system,
        tools.models,
        about or About(),
        seed=tools.seed,
        seconds_per_claim=seconds.mean,
    )
    _write_run(out, identity, summary)
    return summary


def _claim(
    system: System,
    claim: ClaimInput,
    store: KnowledgeStore | None,
    tools: Tools,
    writer: TraceWriter,
    timings: _Timings,
    clock: Clock | None,
    watcher: RunWatcher,
) -> TraceLine:
    start = clock() if clock else 0.0
    documents: Sequence[Document] = ()
    troubles: tuple[Trouble, ...] = ()
    counts: dict[str, int] = {}
    if store is not None and system.needs_store:
        stored = store.read(claim.claim_id)
        documents, troubles, counts = stored.documents, stored.troubles, asdict(stored.counts)
    read = (clock() - start) if clock else 0.0
    run = run_stages(system, claim, documents, tools, troubles=troubles, clock=clock)
    prediction, more = prediction_of(run.state, system.pairs)
    total = (clock() - start) if clock else 0.0
    found = (*run.state.troubles, *more)
    if clock:
        timings.add(claim.claim_id, total, read, run)
    writer.add(trace_line(run, prediction, found, counts))
    watcher.claim(claim.claim_id, total, found)
    replies = run.state.replies
    return TraceLine(
        prediction,
        tuple((trouble.stage, trouble.code) for trouble in found),
        sum(reply.prompt_tokens for reply in replies),
        sum(reply.completion_tokens for reply in replies),
        len(replies),
        {name: count for name, count in counts.items() if count},
    )


class _Timings:
    """What took how long, kept apart from the trace: it differs from run to run and nothing depends on it."""

    def __init__(self, path: Path, done: set[int]) -> None:
        self._path = path
        kept: dict[int, bytes] = {}
        self._total = 0.0
        self._count = 0
        for data in _lines_of(path):
            try:
                line = json.loads(data)
                claim_id, seconds = int(line["claim_id"]), float(line["seconds"])
            except (ValueError, KeyError, TypeError):
                continue  # cut by a kill; a claim without a time is left out of the mean
            if claim_id in done and claim_id not in kept:
                kept[claim_id] = data
                self._total += seconds
                self._count += 1
        write_bytes(path, b"".join(kept.values()))
        self._handle = path.open("ab")

    @property
    def mean(self) -> float | None:
        """The mean seconds of a claim, None if no time was taken."""
        return self._total / self._count if self._count else None

    def add(self, claim_id: int, seconds: float, read: float, run: ClaimRun) -> None:
        line = {
            "claim_id": claim_id,
            "seconds": round(seconds, 6),
            "store": round(read, 6),
            "stages": {step.stage.key: round(step.seconds, 6) for step in run.steps},
            "cached_replies": sum(reply.cached for reply in run.state.replies),
        }
        self._handle.write(to_json(line, indent=None).encode("ascii"))
        self._handle.flush()
        self._total += seconds
        self._count += 1

    def close(self) -> None:
        self._handle.close()


def _lines_of(path: Path) -> list[bytes]:
    try:
        return [line for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
    except FileNotFoundError:
        return []


def _check_store(
    system: System, inputs: Sequence[ClaimInput], store: KnowledgeStore | None, watcher: RunWatcher
) -> None:
    if not system.needs_store:
        return
    if store is None:
        raise UsageError(f"{system.name} searches a knowledge store: give --knowledge-store, a folder or zip file")
    there = set(store.claim_ids())
    missing = [claim.claim_id for claim in inputs if claim.claim_id not in there]
    if len(missing) == len(inputs):
        raise UnreadableError(
            f"{store.path}: the knowledge store has a file for none of the {len(inputs):,} claims; "
            "it is of another split"
        )
    if missing:
        watcher.notice(
            f"the knowledge store has no file for {len(missing):,} of {len(inputs):,} claims, the first being "
            f"{missing[0]}; they go on without documents"
        )


def _identity(
    system: System, claims: ClaimSet, store: KnowledgeStore | None, examples: Examples, tools: Tools
) -> dict[str, Any]:
    """What the bytes of a run depend on; a run is only continued on the same."""
    return {
        "format": FORMAT,
        "averitec_eval": __version__,
        "system": system.to_dict(),
        "prompts": prompt_versions(system, tools.prompts),
        "claims": {"name": claims.name, "sha256": claims.sha256},
        "knowledge_store": None
        if store is None or not system.needs_store
        else {"name": store.path.name, "fingerprint": store.fingerprint(), "drop_gold": store.drop_gold},
        "examples": {
            "name": examples.name,
            "sha256": examples.sha256,
            "used": len(examples.claims),
            "dropped": examples.dropped,
        }
        if examples.name
        else None,
        "seed": tools.seed,
    }


def prompt_versions(system: System, prompts: Prompts) -> dict[str, dict[str, Any]]:
    """The version and SHA-256 of each prompt that a stage or model of the system names in an option ``prompt`` or
    ``..._prompt``.

    Raises ``ResourceError`` for a prompt that does not exist or is none.
    """
    settings = [stage.options for stage in system.stages] + [dict(model.options) for model in system.models.values()]
    names = {
        value
        for options in settings
        for key, value in options.items()
        if value and isinstance(value, str) and (key == "prompt" or key.endswith("_prompt"))
    }
    found = {}
    for name in sorted(names):
        prompt = prompts[name]
        text = json.dumps([prompt.version, prompt.parts, prompt.prefix])
        found[name] = {"version": prompt.version, "sha256": hashlib.sha256(text.encode()).hexdigest()}
    return found


def _open(
    out: Path, identity: dict[str, Any], inputs: Sequence[ClaimInput], *, resume: bool
) -> tuple[list[TraceLine], TraceWriter]:
    """The trace's lines that are done, and a writer that goes on after them."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{out}: cannot be made: {error.strerror}") from None
    trace = out / TRACE
    begun = trace.exists() or (out / RUN).exists()
    if begun and not resume:
        raise UsageError(f"{out} holds a run already: --resume continues it; or give another folder to --out")
    if begun:
        _check_same(out, identity)
    elif (out / PREDICTIONS).exists() or (out / FILE_NAME).exists():
        raise UsageError(f"{out} holds a submission that no run has made; give an empty or new folder to --out")
    else:
        _write_run(out, identity, None)
    writer = TraceWriter(trace)
    try:
        lines, size = read_trace(trace)
        done = [line.claim_id for line in lines]
        wanted = [claim.claim_id for claim in inputs[: len(done)]]
        if done != wanted:
            more = len(done) > len(inputs) and done[: len(inputs)] == wanted
            reason = f"{len(done):,} claims, more than --limit asks for" if more else "claims in another order"
            raise UsageError(f"{trace}: holds {reason}; give another folder to --out")
        writer.cut(size)
    except BaseException:
        writer.close()
        raise
    return lines, writer


def _check_same(out: Path, identity: dict[str, Any]) -> None:
    path = out / RUN
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise UnreadableError(f"{path}: is missing, so nobody can say what the trace is of; start anew") from None
    except (OSError, ValueError) as error:
        raise UnreadableError(f"{path}: cannot be read: {error}") from None
    known = json.loads(to_json(identity))
    differing = [key for key in known if not isinstance(found, dict) or found.get(key) != known[key]]
    # A file by another name is the same if its bytes are.
    if isinstance(found, dict):
        differing = [key for key in differing if _without_name(found.get(key)) != _without_name(known[key])]
    if differing:
        raise UsageError(
            f"{out} holds a run of something else ({', '.join(differing)} differ{'s' if len(differing) == 1 else ''}); "
            "run with what it was begun with, or give another folder to --out"
        )


def _without_name(value: Any) -> Any:
    """What a file or store is, whatever it is called; a system's name and title count."""
    if not isinstance(value, dict) or "stages" in value:
        return value
    return {key: item for key, item in value.items() if key != "name"}


def _summary(lines: Sequence[TraceLine], fresh: int, mean: float | None) -> RunSummary:
    store: Counter[str] = Counter()
    for line in lines:
        store.update(line.store or {})
    labels = Counter(line.prediction.label.value for line in lines)
    return RunSummary(
        claims=len(lines),
        fresh=fresh,
        labels=dict(sorted(labels.items(), key=lambda item: (-item[1], item[0]))),
        troubles=count_troubles(lines),
        seconds_per_claim=mean,
        replies=sum(line.replies for line in lines),
        prompt_tokens=sum(line.prompt_tokens for line in lines),
        completion_tokens=sum(line.completion_tokens for line in lines),
        store=dict(store),
        without_pairs=sum(not line.prediction.evidence for line in lines),
    )


def _write_run(out: Path, identity: dict[str, Any], summary: RunSummary | None) -> None:
    ended = None
    if summary is not None:
        ended = {
            "claims": summary.claims,
            "labels": dict(summary.labels),
            "troubles": dict(summary.troubles),
            "without_pairs": summary.without_pairs,
            "replies": summary.replies,
            "prompt_tokens": summary.prompt_tokens,
            "completion_tokens": summary.completion_tokens,
            "store": dict(summary.store),
        }
    write_bytes(out / RUN, to_json({**identity, "ended": ended}).encode("ascii"))


__all__ = ["RUN", "TIMINGS", "TRACE", "RunSummary", "RunWatcher", "prompt_versions", "run_system"]
