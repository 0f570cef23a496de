"""Run folders: ``results.json`` and ``claims.jsonl``, written whole or not at all, and read back.

``claims.jsonl`` has a line per gold claim, in gold order, with the scores and the compared strings, so that a run can
be inspected without the files it was made from.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from averitec_eval.errors import UnreadableError
from averitec_eval.files import write_atomic, write_bytes
from averitec_eval.json_output import to_json
from averitec_eval.records import Gold, GoldClaim, Prediction, Submission
from averitec_eval.scoring.evidence import comparison_strings
from averitec_eval.scoring.results import ClaimScore, Result

RESULTS = "results.json"
CLAIMS = "claims.jsonl"
MAX_RESULTS_BYTES = 64 * 1024 * 1024
MAX_LINE_BYTES = 64 * 1024 * 1024


def claim_line(score: ClaimScore, prediction: Prediction | None, claim: GoldClaim) -> dict[str, Any]:
    """A claim's line: its scores, its text, and the strings that were compared (predicted ones beyond the cap
    included).
    """
    predicted = [] if prediction is None else comparison_strings(prediction.evidence, prediction.string_evidence)
    return {
        **score.to_dict(),
        "claim": claim.claim,
        "predicted_evidence": predicted,
        "gold_evidence": comparison_strings(claim.questions),
    }


class ClaimLines:
    """Keeps the lines of ``claims.jsonl`` on disk while predictions stream by in any order.

    Use as a context manager: its scratch file goes when the block ends. ``add`` is what ``averitec_eval.score`` takes
    as ``on_claim``.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as this object
        self._places: dict[int, tuple[int, int]] = {}
        self._end = 0

    def __enter__(self) -> ClaimLines:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, score: ClaimScore, prediction: Prediction, claim: GoldClaim) -> None:
        """Keep the line of one predicted claim."""
        line = _encode(claim_line(score, prediction, claim))
        self._file.write(line)
        self._places[claim.claim_id] = (self._end, len(line))
        self._end += len(line)

    def in_order(self, result: Result, gold: Gold) -> Iterator[bytes]:
        """Yield the lines in gold order, those of missing claims included."""
        for score, claim in zip(result.claims, gold, strict=True):
            if score.missing:
                yield _encode(claim_line(score, None, claim))
                continue
            start, length = self._places[claim.claim_id]
            self._file.seek(start)
            yield self._file.read(length)


def _encode(line: Mapping[str, Any]) -> bytes:
    return to_json(line, indent=None).encode("ascii")


def write_run(directory: str | os.PathLike[str], result: Result, submission: Submission, gold: Gold) -> None:
    """Write the run folder of records in memory. Raises ``OutputError`` if it cannot be written."""
    predictions = {prediction.claim_id: prediction for prediction in submission}
    lines = (
        _encode(claim_line(score, predictions.get(claim.claim_id), claim))
        for score, claim in zip(result.claims, gold, strict=True)
    )
    write_lines(directory, result, lines)


def write_lines(directory: str | os.PathLike[str], result: Result, lines: Iterator[bytes]) -> None:
    """Write the run folder from encoded lines. ``results.json`` comes last: where it stands, the run is whole."""
    folder = Path(directory)
    with write_atomic(folder / CLAIMS) as handle:
        for line in lines:
            handle.write(line)
    write_bytes(folder / RESULTS, to_json(result.to_dict()).encode("ascii"))


def read_results(directory: str | os.PathLike[str]) -> dict[str, Any]:
    """The content of a run folder's ``results.json``. Raises ``UnreadableError`` if it is absent or not a run's."""
    path = Path(directory) / RESULTS
    try:
        with path.open("rb") as handle:
            data = handle.read(MAX_RESULTS_BYTES + 1)
    except OSError as error:
        raise UnreadableError(f"{path}: cannot be read: {error.strerror}; a run folder holds {RESULTS}") from None
    return _parse(data, path, "results", MAX_RESULTS_BYTES)


def read_run(directory: str | os.PathLike[str]) -> Result:
    """The result that a run folder holds, with its claims.

    Raises ``UnreadableError`` if a file is absent or damaged.
    """
    document = read_results(directory)
    path = Path(directory) / CLAIMS
    try:
        claims = tuple(ClaimScore.from_dict(_parse(line, path, "claims", MAX_LINE_BYTES)) for line in _lines(path))
        return Result.from_dict(document, claims)
    except ValueError as error:
        raise UnreadableError(f"{directory}: {error}; score the submission again with --out to make it anew") from None


def find_claim(directory: str | os.PathLike[str], claim_id: int) -> dict[str, Any]:
    """The line of one claim in a run folder. Raises ``UnreadableError`` if the file or the claim is not there."""
    path = Path(directory) / CLAIMS
    for line in _lines(path):
        claim = _parse(line, path, "claims", MAX_LINE_BYTES)
        if claim.get("claim_id") == claim_id:
            return claim
    raise UnreadableError(f"{path}: no claim {claim_id} in this run")


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as handle:
            while line := handle.readline(MAX_LINE_BYTES + 1):
                yield line
    except OSError as error:
        raise UnreadableError(f"{path}: cannot be read: {error.strerror}; a run folder holds {CLAIMS}") from None


def _parse(data: bytes, path: Path, what: str, limit: int) -> dict[str, Any]:
    problem = f"longer than {limit} bytes" if len(data) > limit else "not the JSON of a run"
    if len(data) <= limit:
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict) and _VALID[what](value):
            return value
    raise UnreadableError(f"{path}: {problem}; score the submission again with --out to make it anew")


_VALID: dict[str, Callable[[dict[str, Any]], bool]] = {
    "results": lambda value: isinstance(value.get("scores"), dict) and isinstance(value.get("signature"), str),
    "claims": lambda value: isinstance(value.get("claim_id"), int) and isinstance(value.get("pairs"), list),
}


__all__ = [
    "CLAIMS",
    "RESULTS",
    "ClaimLines",
    "claim_line",
    "find_claim",
    "read_results",
    "read_run",
    "write_lines",
    "write_run",
]
