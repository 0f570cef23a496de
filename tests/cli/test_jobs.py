"""``--jobs``, ``--backend`` and ``--address``: real workers give the same bytes, or one line and an exit code."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from cli.helpers import run
from cli.processes import COMMAND, large_pair
from scoring.clusters import scheduler, worker_processes

from averitec_eval import mini_gold_path

OVERLAP = Path(__file__).resolve().parent.parent.parent / "submissions" / "overlap" / "predictions.json"
SCORE = ["score", str(OVERLAP), "--gold", str(mini_gold_path())]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Predictions and gold of five chunks."""
    return large_pair(tmp_path_factory.mktemp("files"), 300)


def finished(files: tuple[Path, Path], out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, "score", str(files[0]), "--gold", str(files[1]), "--out", str(out), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def in_one_process(files: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, bytes]]:
    """What the command prints and writes without workers."""
    out = tmp_path_factory.mktemp("one")
    ended = finished(files, out)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout, contents(out)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def dask_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with scheduler(tmp_path_factory.mktemp("dask")) as address, worker_processes(address, 2):
        yield address


def test_local_jobs_give_the_same_bytes(
    files: tuple[Path, Path], in_one_process: tuple[str, dict[str, bytes]], tmp_path: Path
) -> None:
    ended = finished(files, tmp_path, "--jobs", "2")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert (ended.stdout, contents(tmp_path)) == in_one_process


def test_a_dask_cluster_gives_the_same_bytes(
    files: tuple[Path, Path], in_one_process: tuple[str, dict[str, bytes]], tmp_path: Path, dask_address: str
) -> None:
    ended = finished(files, tmp_path, "--backend", "dask", "--address", dask_address)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert (ended.stdout, contents(tmp_path)) == in_one_process


def workers_of(parent: psutil.Process) -> list[psutil.Process]:
    """The worker processes of a running command."""
    return [child for child in parent.children() if "popen_loky" in " ".join(child.cmdline())]


def at_work(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Wait until both workers of a command have begun to score, and give them."""
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        workers = workers_of(psutil.Process(process.pid))
        if len(workers) == 2 and all(worker.cpu_times().user > 1 for worker in workers):
            return workers
        time.sleep(0.02)
    raise AssertionError("no two workers were at work")


def started(folder: Path, claims: int, out: Path) -> subprocess.Popen[str]:
    predictions, gold = large_pair(folder, claims)
    return subprocess.Popen(
        [*COMMAND, "score", str(predictions), "--gold", str(gold), "--out", str(out), "--jobs", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_an_interrupt_ends_the_workers_too(tmp_path: Path) -> None:
    process = started(tmp_path, 4000, tmp_path / "run")
    workers = at_work(process)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does it: to the workers as well
    stdout, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert stdout == ""
    assert stderr == "averitec-eval: interrupted; files written so far are whole\n"
    assert not (tmp_path / "run").exists()
    assert not psutil.wait_procs(workers, timeout=10)[1]


def test_a_worker_killed_from_outside_costs_nothing(tmp_path: Path) -> None:
    process = started(tmp_path, 1500, tmp_path / "run")
    at_work(process)[0].kill()
    _, stderr = process.communicate(timeout=120)
    assert (process.returncode, stderr) == (0, "")
    again = tmp_path / "again"
    command = [*COMMAND, "score", str(tmp_path / "p.json"), "--gold", str(tmp_path / "g.json"), "--out", str(again)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert contents(again) == contents(tmp_path / "run")


def test_a_cluster_that_does_not_answer_ends_with_5(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("averitec_eval.scoring.workers.CONNECT_SECONDS", 1)
    ended = run(*SCORE, "--backend", "dask", "--address", "tcp://127.0.0.1:9")
    assert (ended.code, ended.out) == (5, "")
    assert ended.err.startswith("averitec-eval: the Dask cluster at tcp://127.0.0.1:9 does not answer")
    assert len(ended.err.splitlines()) == 1


def test_a_backend_that_is_not_installed_ends_with_4(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    ended = run(*SCORE, "--backend", "ray", "--address", "auto")
    assert ended.code == 4
    assert "python -m pip install 'averitec-eval[ray]'" in ended.err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--jobs", "0"], "--jobs: must be a whole number of at least 1, or -1 for all cores; found '0'"),
        (["--jobs", "-3"], "found '-3'"),
        (["--jobs", "two"], "found 'two'"),
        (["--backend", "spark"], "invalid choice: 'spark'"),
        (["--backend", "dask"], "--backend dask needs --address"),
        (["--backend", "ray"], "--backend ray needs --address"),
        (["--address", "tcp://127.0.0.1:1"], "--address needs --backend dask or --backend ray"),
        (["--address", "tcp://127.0.0.1:1", "--backend", "loky"], "--address needs --backend"),
        (["--backend", "dask", "--address", "nowhere"], "'nowhere' is no address of a Dask cluster"),
    ],
)
def test_options_that_make_no_sense_are_usage_errors(
    options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = run(*SCORE, *options)
    assert ended.code == 2
    assert message in ended.err + capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "environment", "jobs"),
    [
        ([], {}, None),
        (["--jobs", "3"], {}, 3),
        (["--jobs", "-1"], {}, -1),
        (["--backend", "loky"], {}, -1),
        ([], {"AVERITEC_EVAL_JOBS": "2"}, 2),
        (["--jobs", "1"], {"AVERITEC_EVAL_JOBS": "2"}, 1),
        ([], {"AVERITEC_EVAL_JOBS": "0"}, "AVERITEC_EVAL_JOBS: must be a whole number of at least 1"),
    ],
)
def test_how_many_jobs_are_asked_for(
    options: list[str],
    environment: dict[str, str],
    jobs: int | str | None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked: list[int | None] = []

    def score(*given: object, **more: object) -> object:
        asked.append(more["workers"].jobs)  # type: ignore[attr-defined]
        raise KeyboardInterrupt

    monkeypatch.setattr("averitec_eval.api.score", score)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    ended = run(*SCORE, *options)
    if isinstance(jobs, str):
        assert ended.code == 2
        assert jobs in capsys.readouterr().err
    else:
        assert asked == [jobs]
