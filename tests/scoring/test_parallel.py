"""Scoring in worker processes: the same bytes as in one process, and a clear end where workers fail.

The workers are real: loky's processes, and a Dask scheduler with two worker processes.
"""

from __future__ import annotations

import builtins
import pickle
import signal
import subprocess
import sys
import threading
import types
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from scoring.clusters import scheduler, worker_processes
from scoring.deadly import POISON, Elsewhere, Killing, Raising, Sleeping
from scoring.helpers import OVERLAP, OverlapMeteor, gold_claim, gold_set, prediction

from averitec_eval import mini_gold_path, read_gold, read_submission, score, write_run
from averitec_eval.errors import InvalidSubmissionError, ResourceError, ServiceError, UsageError
from averitec_eval.records import Answer, GoldClaim, Prediction, Question, Verdict
from averitec_eval.scoring import parallel
from averitec_eval.scoring.claims import ClaimScorer
from averitec_eval.scoring.profiles import PROFILES
from averitec_eval.scoring.results import ClaimScore
from averitec_eval.scoring.score import Scorer
from averitec_eval.scoring.workers import Workers
from averitec_eval.text.meteor import PinnedMeteor

ROOT = Path(__file__).resolve().parent.parent.parent
SUBMISSIONS = [
    ROOT / "submissions" / "overlap" / "predictions.json",
    ROOT / "submissions" / "partial" / "predictions.json",
]
VERDICTS = list(Verdict)
GOLD = gold_set(
    *(
        gold_claim(
            number,
            VERDICTS[number % 4],
            (f"who said {number % 7}", f"the cat number {number % 5}"),
            claim_types=("T", "U")[: number % 3],
            justification=f"because {number % 6}",
        )
        for number in range(61)
    )
)
PREDICTIONS = tuple(
    prediction(
        claim.claim_id,
        VERDICTS[claim.claim_id % 3],
        *((f"who said {claim.claim_id % (2 + k)}", f"the dog number {k}") for k in range(claim.claim_id % 4)),
    )
    for claim in reversed(GOLD.claims)
    if claim.claim_id % 9
)
POISONED = (
    *PREDICTIONS[:20],
    replace(PREDICTIONS[20], string_evidence=(POISON,)),
    *PREDICTIONS[21:],
)


def scored(workers: Workers | None, predictions: tuple[Prediction, ...] = PREDICTIONS, **options: Any) -> Any:
    """What a submission scores in these workers, and the claims in the order in which they were told."""
    scorer = Scorer(GOLD, **{"meteor": OVERLAP, **options})
    told: list[tuple[ClaimScore, Prediction, GoldClaim]] = []
    if workers is None:
        for each in predictions:
            told.append((scorer.add(each), each, GOLD.by_id()[each.claim_id]))
    else:
        parallel.score_all(predictions, scorer, workers, lambda *claim: told.append(claim))
    return scorer.result("cd" * 32), told


@pytest.fixture(autouse=True)
def nothing_hangs() -> Iterator[None]:
    """Interrupt a test that runs for long."""

    def stop(number: int, frame: object) -> None:
        raise AssertionError("the test hangs")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(90)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="module")
def dask_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with scheduler(tmp_path_factory.mktemp("dask")) as address, worker_processes(address, 2):
        yield address


@pytest.fixture(params=["loky", "dask"])
def workers_of(request: pytest.FixtureRequest) -> Callable[..., Workers]:
    """Makes workers of each backend that runs here."""
    if request.param == "loky":
        return lambda **options: Workers(jobs=2, **options)
    address = request.getfixturevalue("dask_address")
    return lambda **options: Workers(backend="dask", address=address, **options)


# ---- the same results -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chunk_size", [1, 7, 1000])
def test_workers_and_chunks_change_nothing(workers_of: Callable[..., Workers], chunk_size: int) -> None:
    assert scored(workers_of(chunk_size=chunk_size)) == scored(None)


@pytest.mark.parametrize("path", SUBMISSIONS, ids=lambda path: path.parent.name)
def test_run_folders_are_the_same_bytes(workers_of: Callable[..., Workers], path: Path, tmp_path: Path) -> None:
    gold, predictions = read_gold(mini_gold_path()), read_submission(path)
    for name, workers in (("one", None), ("many", workers_of(chunk_size=3))):
        write_run(tmp_path / name, score(path, gold, workers=workers), predictions, gold)
    for file in ("results.json", "claims.jsonl"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "many" / file).read_bytes()


@pytest.mark.parametrize(
    "options",
    [
        {"profile": "paper-2023"},
        {"profile": replace(PROFILES["averitec-2024"], name="ours", cap=2, comparison="ge"), "levels": (0.15,)},
        {"meteor": "pinned"},
        {"meteor": PinnedMeteor()},
    ],
    ids=["justifications", "own profile", "named variant", "variant as an object"],
)
def test_all_options_reach_the_workers(workers_of: Callable[..., Workers], options: dict[str, Any]) -> None:
    assert scored(workers_of(chunk_size=10), **options) == scored(None, **options)


def test_one_job_sends_nothing_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    real = builtins.__import__

    def watch(name: str, *rest: Any, **more: Any) -> Any:
        taken.append(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", watch)
    for workers in (None, Workers(), Workers(jobs=1)):
        score(SUBMISSIONS[0], mini_gold_path(), workers=workers)
    assert not [name for name in taken if name.partition(".")[0] in {"joblib", "distributed", "ray"}]


def test_as_many_jobs_as_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("joblib.cpu_count", lambda: 2)
    assert scored(Workers(jobs=-1, chunk_size=8)) == scored(None)


def test_chunks_are_ended_by_long_texts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    real = parallel.Chunk

    def chunk(number: int, pairs: Any, data: bytes) -> parallel.Chunk:
        sizes.append(len(pairs))
        return real(number, pairs, data)

    monkeypatch.setattr(parallel, "Chunk", chunk)
    monkeypatch.setattr(parallel, "CHUNK_CHARACTERS", 1000)
    long = tuple(replace(each, string_evidence=("x " * 250,)) for each in PREDICTIONS)
    assert scored(Workers(jobs=2, chunk_size=20), long) == scored(None, long)
    assert max(sizes) == 2


def test_pages_stay_at_home() -> None:
    page = Question("q", (Answer("a", scraped_text="x" * 10_000),))
    lean = parallel._lean((page, page))
    assert len(pickle.dumps(lean)) < 1000
    assert [list(question.answer_texts()) for question in lean] == [["a"], ["a"]]
    full = tuple(replace(each, evidence=(page, *each.evidence)) for each in PREDICTIONS)
    assert scored(Workers(jobs=2, chunk_size=8), full) == scored(None, full)


def test_memory_does_not_grow_with_the_number_of_claims() -> None:
    def peak(claims: int) -> int:
        gold = gold_set(*(gold_claim(number) for number in range(claims)))
        alive = most = 0

        def predictions() -> Iterator[Prediction]:
            nonlocal alive, most
            for number in range(claims):
                alive += 1
                most = max(most, alive)
                yield prediction(number, Verdict.REFUTED, ("q", "a"))

        def done(*claim: object) -> None:
            nonlocal alive
            alive -= 1

        scorer = Scorer(gold, meteor=OVERLAP)
        parallel.score_all(predictions(), scorer, Workers(jobs=2, chunk_size=4), done)
        assert scorer.result().complete
        return most

    window = 2 * parallel.CHUNKS_PER_WORKER * 4
    assert peak(3 * window) <= 2 * window
    assert peak(20 * window) <= 2 * window


def test_a_claim_scorer_goes_through_pickle_without_what_it_made() -> None:
    scorer = ClaimScorer(PROFILES["averitec-2024"], (0.25,), "pinned")
    assert scorer.meteor.name == "pinned"
    data = pickle.dumps(scorer)
    assert len(data) < 2000
    again = pickle.loads(data)  # noqa: S301
    assert again.score(PREDICTIONS[1], GOLD.by_id()[PREDICTIONS[1].claim_id]) == scorer.score(
        PREDICTIONS[1], GOLD.by_id()[PREDICTIONS[1].claim_id]
    )


# ---- errors ---------------------------------------------------------------------------------------------------------


def test_a_worker_that_dies_loses_no_claim(workers_of: Callable[..., Workers], tmp_path: Path) -> None:
    result, told = scored(workers_of(chunk_size=4), POISONED, meteor=Killing(tmp_path / "mark"))
    assert (tmp_path / "mark").exists(), "no worker died"
    assert (result, told) == scored(None, POISONED)


def test_a_chunk_that_kills_every_worker_is_named(workers_of: Callable[..., Workers]) -> None:
    with pytest.raises(ServiceError, match=r"chunk 6 \(4 claims: ") as caught:
        scored(workers_of(chunk_size=4), POISONED, meteor=Killing())
    ids = [each.claim_id for each in POISONED[20:24]]
    assert f"(4 claims: {', '.join(map(str, ids))})" in str(caught.value)
    assert "To mend" in str(caught.value)
    # The workers that come after it are whole.
    assert scored(workers_of(chunk_size=4)) == scored(None)


def test_an_error_of_scoring_is_raised_as_it_is(workers_of: Callable[..., Workers]) -> None:
    with pytest.raises(ZeroDivisionError, match="no words to divide by") as caught:
        scored(workers_of(chunk_size=4), POISONED, meteor=Raising())
    assert "in misbehave" in str(caught.value.__cause__), "where in the worker it was raised"


def test_a_worker_that_does_not_come_back_is_given_up() -> None:
    with pytest.raises(ServiceError, match="nothing came back for 1 seconds"):
        scored(Workers(jobs=2, chunk_size=4, patience=1), POISONED, meteor=Sleeping())


def test_an_error_while_reading_or_telling_ends_the_workers(workers_of: Callable[..., Workers]) -> None:
    def broken() -> Iterator[Prediction]:
        yield from PREDICTIONS
        raise InvalidSubmissionError("the rest is gone")

    scorer = Scorer(GOLD, meteor=OVERLAP)
    with pytest.raises(InvalidSubmissionError, match="the rest is gone"):
        parallel.score_all(broken(), scorer, workers_of(chunk_size=2))

    def complain(*claim: object) -> None:
        raise KeyError("no room")

    with pytest.raises(KeyError, match="no room"):
        parallel.score_all(PREDICTIONS, Scorer(GOLD, meteor=OVERLAP), workers_of(chunk_size=1), complain)
    assert scored(workers_of(chunk_size=4)) == scored(None)


@pytest.mark.parametrize(("extra", "message"), [(PREDICTIONS[0], "twice"), (prediction(999), "not in the gold")])
def test_ids_are_checked_as_in_one_process(extra: Prediction, message: str) -> None:
    with pytest.raises(InvalidSubmissionError, match=message):
        scored(Workers(jobs=2, chunk_size=4), (*PREDICTIONS, extra))


def test_a_variant_that_cannot_be_sent_is_refused() -> None:
    class Locked(OverlapMeteor):
        def __init__(self) -> None:
            self.lock = threading.Lock()

    with pytest.raises(UsageError, match="'overlap' cannot be sent to another process"):
        scored(Workers(jobs=2), meteor=Locked())


def test_workers_of_another_version_are_refused(dask_address: str) -> None:
    from distributed import Client

    from averitec_eval.version import __version__

    def become(version: str) -> None:
        import averitec_eval.version

        averitec_eval.version.__version__ = version

    with Client(dask_address, set_as_default=False) as client:
        client.run(become, "0.0.9")
        try:
            with pytest.raises(ServiceError, match=f"has averitec-eval 0.0.9, and this is {__version__}"):
                scored(Workers(backend="dask", address=dask_address))
        finally:
            client.run(become, __version__)


def test_another_nltk_in_a_worker_is_refused(workers_of: Callable[..., Workers]) -> None:
    with pytest.raises(ServiceError, match="overlap, split-2, none there, overlap, split, none here"):
        scored(workers_of(chunk_size=4), meteor=Elsewhere())


def test_what_a_worker_cannot_read_is_an_error_of_its_own(dask_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # A class of a module that exists here only.
    module = types.ModuleType("only_here")
    module.Mine = type("Mine", (OverlapMeteor,), {"__module__": "only_here"})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "only_here", module)
    with pytest.raises(ServiceError, match=r"cannot read what it is sent .*No module named 'only_here'"):
        scored(Workers(backend="dask", address=dask_address), meteor=module.Mine())


@pytest.mark.parametrize(("backend", "library"), [("dask", "distributed"), ("ray", "ray")])
def test_a_library_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, backend: Any, library: str) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ResourceError, match=rf"needs the package {library}.*pip install 'averitec-eval\[{backend}\]'"):
        scored(Workers(backend=backend, address="tcp://127.0.0.1:1"))


def test_a_cluster_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("averitec_eval.scoring.workers.CONNECT_SECONDS", 1)
    with pytest.raises(ServiceError, match=r"tcp://127\.0\.0\.1:9 does not answer"):
        scored(Workers(backend="dask", address="tcp://127.0.0.1:9"))


def test_a_cluster_without_workers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("averitec_eval.scoring.workers.CONNECT_SECONDS", 2)
    with scheduler(tmp_path) as address, pytest.raises(ServiceError, match="has no worker after 2 seconds"):
        scored(Workers(backend="dask", address=address))


@pytest.mark.parametrize("address", ["nowhere", "gopher://127.0.0.1:70"])
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(UsageError, match="is no address of a Dask cluster"):
        scored(Workers(backend="dask", address=address))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"jobs": 0}, "at least 1"),
        ({"jobs": -2}, "at least 1"),
        ({"backend": "spark"}, "Known backends: loky, dask, ray"),
        ({"backend": "dask"}, "needs the address"),
        ({"backend": "ray", "address": ""}, "needs the address"),
        ({"address": "tcp://127.0.0.1:1"}, "belongs to"),
        ({"chunk_size": 0}, "at least 1 claim"),
        ({"patience": 0}, "above 0"),
        ({"patience": float("nan")}, "above 0"),
    ],
)
def test_options_that_make_no_sense(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Workers(**options)


def test_local_workers_end_with_a_parent_that_is_killed() -> None:
    code = (
        "import os, psutil, signal, sys\n"
        "from averitec_eval import mini_gold_path, score\n"
        "from averitec_eval.scoring.workers import Workers\n"
        f"score({str(SUBMISSIONS[0])!r}, mini_gold_path(), workers=Workers(jobs=2, chunk_size=2))\n"
        "children = psutil.Process().children()\n"
        "print(*(child.pid for child in children if 'popen_loky' in ' '.join(child.cmdline())), flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False)
    assert ended.returncode == -signal.SIGKILL
    children = [psutil.Process(int(pid)) for pid in ended.stdout.split() if psutil.pid_exists(int(pid))]
    # They look every second whether it is still there.
    assert not psutil.wait_procs(children, timeout=10)[1]
