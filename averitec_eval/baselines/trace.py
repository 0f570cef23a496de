"""The trace of a run: one JSON line a claim, on the disk before the next claim begins, and the same bytes every time.

A line holds what each stage made of the claim, the models' replies as they came, every trouble, and the prediction.
Times and whether a reply came from the cache are not in it: they differ from run to run and stand in ``timings.jsonl``.
"""

from __future__ import annotations

import json
import math
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from averitec_eval.baselines.pipeline import ClaimRun, Step, first_state
from averitec_eval.baselines.state import QA, Candidate, ClaimState, RawReply, Trouble
from averitec_eval.errors import OutputError, UnreadableError
from averitec_eval.formats.json2024 import to_json as prediction_to_json
from averitec_eval.json_output import to_json
from averitec_eval.records import Answer, Prediction, Question, Verdict

CANDIDATES = 100
"""How many candidates of a stage a trace lists; their number is always there."""

CANDIDATE_TEXT = 2000
"""How many characters of a candidate's text a trace holds."""

TEXT = 200_000
"""How many characters of any other text a trace holds."""


@dataclass(frozen=True, slots=True)
class TraceLine:
    """What a run needs of a claim's line in the trace: its prediction, the codes of its troubles, and the tokens that
    its replies took.
    """

    prediction: Prediction
    troubles: tuple[tuple[str, str], ...]
    prompt_tokens: int = 0
    completion_tokens: int = 0
    replies: int = 0
    store: Mapping[str, int] | None = None

    @property
    def claim_id(self) -> int:
        """The claim's id."""
        return self.prediction.claim_id


def trace_line(
    run: ClaimRun, prediction: Prediction, troubles: Sequence[Trouble], store: Mapping[str, int]
) -> dict[str, Any]:
    """The line of a claim: ``troubles`` are all of it, ``store`` what was counted in its part of the knowledge
    store.
    """
    before = first_state(run.state.input)
    stages = []
    for step in run.steps:
        stages.append(_stage(step, before))
        before = step.state
    return {
        "claim_id": run.state.input.claim_id,
        "claim": _plain(run.state.input.claim),
        "store": {name: count for name, count in store.items() if count},
        "stages": stages,
        "verdict": _plain(run.state.verdict_text),
        "label": prediction.label.value,
        "justification": _plain(run.state.justification),
        "troubles": [{"stage": t.stage, "code": t.code, "detail": _plain(t.detail)} for t in troubles],
        "prediction": prediction_to_json(prediction),
    }


def _stage(step: Step, before: ClaimState) -> dict[str, Any]:
    after = step.state
    shown: dict[str, Any] = {"stage": step.stage.key, "type": step.stage.kind.name}
    if after.units is not before.units:
        shown["units"] = len(after.units)
    if after.queries != before.queries:
        shown["queries"] = [_record(query) for query in after.queries]
    if after.candidates != before.candidates:
        shown["candidates"] = {
            "count": len(after.candidates),
            "first": [_candidate(candidate) for candidate in after.candidates[:CANDIDATES]],
        }
    if after.qa != before.qa:
        shown["pairs"] = [_record(pair) for pair in after.qa]
    for name in ("verdict_text", "justification"):
        if getattr(after, name) != getattr(before, name):
            shown[name.removesuffix("_text")] = _plain(getattr(after, name))
    if after.label is not before.label:
        shown["label"] = None if after.label is None else after.label.value
    notes = {key: value for key, value in after.notes.items() if before.notes.get(key) != value}
    if notes:
        shown["notes"] = _plain(notes)
    replies = after.replies[len(before.replies) :]
    if replies:
        shown["replies"] = [_record(reply, leave=("stage", "cached")) for reply in replies]
    return shown


def _record(record: QA | RawReply | Any, leave: tuple[str, ...] = ()) -> dict[str, Any]:
    values = ((one.name, getattr(record, one.name)) for one in fields(record) if one.name not in leave)
    return {name: _plain(value) for name, value in values if value is not None}


def _candidate(candidate: Candidate) -> dict[str, Any]:
    unit = candidate.unit
    return {
        "document": unit.document,
        "sentence": unit.sentence,
        "url": _plain(unit.url),
        "score": _plain(candidate.score),
        "text": _plain(unit.evidence, CANDIDATE_TEXT),
    }


def _plain(value: Any, limit: int = TEXT) -> Any:
    """A value as JSON can hold it: texts cut, numbers that are none as null, anything strange as its text."""
    if isinstance(value, str):
        return value if len(value) <= limit else f"{value[:limit]}… ({len(value):,} characters)"
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item, limit) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, limit) for item in value]
    try:
        number = float(value)
    except (TypeError, ValueError):
        return _plain(str(value), limit)
    return number if math.isfinite(number) else None


class TraceWriter:
    """Appends lines to a trace; each is on the disk when ``add`` returns.

    Only one run at a time may write: a second one gets an ``OutputError``.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._handle = path.open("ab")
        except OSError as error:
            raise OutputError(f"{path}: cannot be written: {error.strerror}") from None
        if not _lock(self._handle.fileno()):
            self._handle.close()
            raise OutputError(f"{path}: another run is writing it; wait for it, or choose another folder")

    def add(self, line: dict[str, Any]) -> None:
        """Write a line."""
        try:
            self._handle.write(to_json(line, indent=None).encode("ascii"))
            self._handle.flush()
            os.fsync(self._handle.fileno())
        except OSError as error:
            raise OutputError(f"{self._path}: cannot be written: {error.strerror}; what it held is whole") from error

    def cut(self, size: int) -> None:
        """Keep the first ``size`` bytes alone."""
        self._handle.truncate(size)

    def close(self) -> None:
        """Close the file."""
        self._handle.close()


def _lock(descriptor: int) -> bool:
    try:
        import fcntl
    except ImportError:  # a system without such locks
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def read_trace(path: Path) -> tuple[list[TraceLine], int]:
    """What a trace holds, and how many of its bytes are whole lines.

    A last line that was cut when the run was killed is left out. Raises ``UnreadableError`` for any other damage.
    """
    lines: list[TraceLine] = []
    size = 0
    for number, data in enumerate(_whole_lines(path), 1):
        try:
            lines.append(_parse(json.loads(data)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UnreadableError(f"{path}: line {number} is not a line of a trace: {error}") from None
        size += len(data)
    return lines, size


def _whole_lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as handle:
            for data in handle:
                if data.endswith(b"\n"):
                    yield data
    except FileNotFoundError:
        return
    except OSError as error:
        raise UnreadableError(f"{path}: cannot be read: {error.strerror}") from None


def _parse(line: dict[str, Any]) -> TraceLine:
    item = line["prediction"]
    pairs = tuple(
        Question(pair["question"], (Answer(pair["answer"], source_url=pair.get("url")),)) for pair in item["evidence"]
    )
    prediction = Prediction(int(item["claim_id"]), Verdict(item["pred_label"]), pairs, claim=item.get("claim"))
    replies = [reply for stage in line["stages"] for reply in stage.get("replies", ())]
    return TraceLine(
        prediction,
        tuple((trouble["stage"], trouble["code"]) for trouble in line["troubles"]),
        sum(reply.get("prompt_tokens", 0) for reply in replies),
        sum(reply.get("completion_tokens", 0) for reply in replies),
        len(replies),
        {str(name): int(count) for name, count in line["store"].items()},
    )


def count_troubles(lines: Sequence[TraceLine]) -> dict[str, int]:
    """How often each code occurs, most frequent first, then by name."""
    counts = Counter(code for line in lines for _, code in line.troubles)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


__all__ = ["TraceLine", "TraceWriter", "count_troubles", "read_trace", "trace_line"]
