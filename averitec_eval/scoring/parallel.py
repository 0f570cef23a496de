"""Scoring in worker processes: chunks of claims go through joblib to local processes, to a Dask or to a Ray cluster.

The parent reads the predictions and joins them with the gold; a worker gets a chunk of both and gives back its scores.
As each claim's scores depend on that claim alone, neither the workers nor the chunks can change a result. Two windows
of chunks are in memory at a time, one at work and one being read, whatever the size of the file.
"""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from averitec_eval import version
from averitec_eval.errors import AveritecEvalError, ServiceError, UsageError
from averitec_eval.records import GoldClaim, Prediction, Question
from averitec_eval.scoring.claims import ClaimScorer
from averitec_eval.scoring.results import ClaimScore
from averitec_eval.scoring.workers import Pool, Workers, open_pool

if TYPE_CHECKING:
    from averitec_eval.scoring.score import Scorer

CHUNKS_PER_WORKER = 6
"""Chunks in a window for each worker: enough that few wait for the last chunk of a window, few enough to hold."""

MOST_CHUNKS = 512
"""Chunks in a window, however many workers there are."""

CHUNK_CHARACTERS = 1 << 20
"""Characters of predicted text after which a chunk ends early, so that long texts do not fill the memory."""

OnClaim = Callable[[ClaimScore, Prediction, GoldClaim], None]


def score_all(
    predictions: Iterable[Prediction], scorer: Scorer, workers: Workers, on_claim: OnClaim | None = None
) -> None:
    """Score predictions in ``workers`` and put the scores into ``scorer``, as ``scorer.add`` would one by one.

    ``on_claim`` is called here, not in a worker, in the order of the predictions. Chunks that are lost because a worker
    dies are scored once more, each alone: every claim has its scores when this returns.

    Raises ``ServiceError`` where a chunk is lost a second time, the cluster cannot be reached, or its workers have
    another version of this package; ``ResourceError`` where the backend's library is not installed; ``UsageError`` for
    a METEOR variant that cannot be sent to another process; and whatever ``scorer`` and the scoring of a claim raise.
    """
    _check_can_be_sent(scorer.claim_scorer)
    with open_pool(workers) as pool:
        window: _Window | None = None
        try:
            chunks = _chunks(predictions, scorer, workers.chunk_size)
            # Each window is read and packed while the one before it is at work, and its scores are taken while the next
            # one is.
            while many := list(islice(chunks, min(pool.size * CHUNKS_PER_WORKER, MOST_CHUNKS))):
                done = [] if window is None else window.finish()
                window = _Window(pool, many)
                _take(done, scorer, on_claim)
            _take([] if window is None else window.finish(), scorer, on_claim)
        except BaseException:
            if window is not None:
                window.abort()
            raise


def _take(done: list[tuple[Chunk, list[ClaimScore]]], scorer: Scorer, on_claim: OnClaim | None) -> None:
    for chunk, scores in done:
        for score, (prediction, claim) in zip(scores, chunk.pairs, strict=True):
            scorer.put(score)
            if on_claim is not None:
                on_claim(score, prediction, claim)


def _check_can_be_sent(claim_scorer: ClaimScorer) -> None:
    try:
        pickle.dumps(claim_scorer)
    except Exception as error:
        raise UsageError(
            f"the METEOR variant {claim_scorer.meteor.name!r} cannot be sent to another process "
            f"({type(error).__name__}: {error}); score with one job, or give an object that can be pickled"
        ) from error


# ---- chunks ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chunk:
    """Predictions that are scored in one go, in file order, each with its gold claim; chunks are counted from 1.
    ``data`` is all that a worker needs.
    """

    number: int
    pairs: list[tuple[Prediction, GoldClaim]]
    data: bytes

    def __str__(self) -> str:
        ids = [str(claim.claim_id) for _, claim in self.pairs]
        named = ", ".join(ids) if len(ids) <= 4 else f"{ids[0]}, {ids[1]}, ... {ids[-1]}"
        return f"chunk {self.number} ({len(ids)} claims: {named})" if len(ids) > 1 else f"claim {named}"


def _chunks(predictions: Iterable[Prediction], scorer: Scorer, size: int) -> Iterator[Chunk]:
    number, characters = 1, 0
    pairs: list[tuple[Prediction, GoldClaim]] = []
    for prediction in predictions:
        pairs.append((prediction, scorer.claim_of(prediction)))
        characters += _characters(prediction)
        if len(pairs) >= size or characters >= CHUNK_CHARACTERS:
            yield Chunk(number, pairs, _packed(scorer.claim_scorer, pairs))
            number, characters, pairs = number + 1, 0, []
    if pairs:
        yield Chunk(number, pairs, _packed(scorer.claim_scorer, pairs))


def _characters(prediction: Prediction) -> int:
    answers = (answer for question in prediction.evidence for answer in question.answers)
    return (
        sum(len(question.question) for question in prediction.evidence)
        + sum(len(answer.text) + len(answer.scraped_text or "") for answer in answers)
        + sum(map(len, prediction.string_evidence))
        + len(prediction.justification or "")
    )


def _lean(questions: tuple[Question, ...]) -> tuple[Question, ...]:
    """The same questions without the pages that answers were found in, which no score looks at."""
    if all(answer.scraped_text is None for question in questions for answer in question.answers):
        return questions
    return tuple(
        replace(question, answers=tuple(replace(answer, scraped_text=None) for answer in question.answers))
        for question in questions
    )


# ---- what a worker does ---------------------------------------------------------------------------------------------

Outcome = tuple[int, "bytes | Exception", str]
"""A chunk's number, its pickled scores or the error that there was, and that error's traceback as text."""


def _identity(claim_scorer: ClaimScorer) -> tuple[str, ...]:
    """What must be the same in all workers: what METEOR is called, its word rules and its WordNet."""
    meteor = claim_scorer.meteor
    return meteor.name, meteor.tokenizer, meteor.wordnet


def score_chunk(number: int, expected_version: str, data: bytes) -> Outcome:
    """What a worker runs for each chunk.

    ``data`` comes from ``_packed`` in the parent: pickled there and not by joblib, whose way takes more than twice as
    long, and read only after the versions are known to agree. Errors are given back as values: whatever is raised is
    then the workers' own trouble.
    """
    if version.__version__ != expected_version:
        error = ServiceError(
            f"a worker has averitec-eval {version.__version__}, and this is {expected_version}: scores of different "
            f"versions must not be mixed. To mend: on the workers, python -m pip install "
            f"averitec-eval=={expected_version}, and start them again"
        )
        return number, error, ""
    try:
        claim_scorer, expected, pairs = pickle.loads(data)  # noqa: S301 - from the parent, as this call itself
    except Exception as error:  # noqa: BLE001 - whatever reading an object of any class may raise
        reason = f"{type(error).__name__}: {error}"
        return number, ServiceError(f"a worker cannot read what it is sent ({reason}). To mend: install it there"), ""
    try:
        found = _identity(claim_scorer)
        if found != expected:
            there, here = ", ".join(found), ", ".join(expected)
            message = f"a worker's METEOR is another one: {there} there, {here} here. To mend: install the same NLTK"
            return number, ServiceError(message), ""
        scores = [claim_scorer.score(prediction, claim) for prediction, claim in pairs]
        return number, pickle.dumps(scores, pickle.HIGHEST_PROTOCOL), ""
    except Exception as error:  # noqa: BLE001 - raised again by the parent
        return number, error, traceback.format_exc()


def _packed(claim_scorer: ClaimScorer, pairs: list[tuple[Prediction, GoldClaim]]) -> bytes:
    lean = [(replace(p, evidence=_lean(p.evidence)), replace(c, questions=_lean(c.questions))) for p, c in pairs]
    return pickle.dumps((claim_scorer, _identity(claim_scorer), lean), pickle.HIGHEST_PROTOCOL)


class WorkerTracebackError(Exception):
    """Where in a worker an error was raised; the ``__cause__`` of that error in the parent."""


# ---- windows of chunks ----------------------------------------------------------------------------------------------


class _Window:
    """Chunks at work. Joblib dispatches all of them when this is made; ``finish`` waits for them."""

    def __init__(self, pool: Pool, chunks: list[Chunk]) -> None:
        self._pool = pool
        self._chunks = chunks
        self._trouble: Exception | None = None
        self._outcomes: Iterator[Outcome] = iter(())
        try:
            self._outcomes = self._start(chunks)
        except Exception as error:  # noqa: BLE001 - see finish
            self._trouble = error

    def _start(self, chunks: Iterable[Chunk]) -> Iterator[Outcome]:
        return self._pool.start(score_chunk, [(chunk.number, version.__version__, chunk.data) for chunk in chunks])

    def finish(self) -> list[tuple[Chunk, list[ClaimScore]]]:
        """Every chunk with its scores, in order."""
        done: dict[int, list[ClaimScore]] = {}
        while self._trouble is None:
            try:
                outcome = next(self._outcomes)
            except StopIteration:
                break
            except Exception as error:  # noqa: BLE001 - a worker that dies raises whatever its backend calls it
                self._trouble = error
                break
            done[outcome[0]] = _scores_of(outcome)
        for chunk in self._chunks:
            if chunk.number not in done:
                done[chunk.number] = self._again(chunk)
        return [(chunk, done[chunk.number]) for chunk in self._chunks]

    def _again(self, chunk: Chunk) -> list[ClaimScore]:
        # Alone, so that the chunk that kills its worker takes no other one with it and can be named.
        try:
            self._outcomes = self._start([chunk])
            outcome = next(self._outcomes)
        except Exception as error:
            raise ServiceError(
                f"{chunk} did not come back from the {self._pool.backend} workers, and again not when scored alone: "
                f"{_describe(error, self._pool.patience)}. Nothing was scored. To mend: {self._pool.advice}, or score "
                "in this process, without --jobs and --backend"
            ) from error
        return _scores_of(outcome)

    def abort(self) -> None:
        """Leave the chunks as they are."""
        self._pool.abandon(self._outcomes)


def _scores_of(outcome: Outcome) -> list[ClaimScore]:
    _, value, trace = outcome
    if isinstance(value, AveritecEvalError):
        raise value
    if isinstance(value, Exception):
        raise value from WorkerTracebackError(trace)
    scores: list[ClaimScore] = pickle.loads(value)  # noqa: S301 - from a worker, as the whole outcome
    return scores


def _describe(error: Exception, patience: float) -> str:
    import multiprocessing

    if isinstance(error, multiprocessing.TimeoutError):
        return f"nothing came back for {patience:g} seconds"
    first = " ".join(str(error).split()).split(". ")[0]
    return f"{type(error).__name__}: {first[:300]}" if first else type(error).__name__


__all__ = ["Chunk", "WorkerTracebackError", "score_all", "score_chunk"]
