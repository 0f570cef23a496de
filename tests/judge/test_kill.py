"""A judging that is killed goes on where it was: what the server answered and is kept is never asked for again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from baselines.server import Answer, Request, completion, serving
from judge.asked import GOOD, IDENTITY, make_asks

from averitec_eval.judge.asking import Asking, ask
from averitec_eval.judge.client import ServedJudge
from averitec_eval.judge.replies import Replies

pytest.importorskip("openai", reason="the client of OpenAI-compatible servers is not installed")

CLAIMS = 100
CONCURRENCY = 4
WORK = f"""\
import sys
from judge.asked import IDENTITY, make_asks
from averitec_eval.judge.asking import Asking, ask
from averitec_eval.judge.client import ServedJudge
from averitec_eval.judge.replies import Replies

with Replies(sys.argv[2]) as replies:
    print("ready", flush=True)
    sys.stdin.readline()
    judge = ServedJudge("judge-1", sys.argv[1], IDENTITY.parameters)
    asked = ask(make_asks(int(sys.argv[3])), IDENTITY, judge, replies, Asking(concurrency={CONCURRENCY}))
    print(asked.kept, asked.answered, asked.failed, asked.not_asked, asked.requests, flush=True)
"""


def working(url: str, path: Path, claims: int) -> subprocess.Popen[str]:
    """A process that asks about so many claims once it is told to begin."""
    tests = str(Path(__file__).parents[1])
    return subprocess.Popen(
        [sys.executable, "-c", WORK, url, str(path), str(claims)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([tests, *sys.path])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def begin(*processes: subprocess.Popen[str]) -> None:
    """Let processes ask once all have opened their replies."""
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()


@pytest.mark.skipif(os.name != "posix", reason="there is no SIGKILL")
def test_killed_run_goes_on_with_the_missing_questions_alone(tmp_path: Path) -> None:
    path = tmp_path / "replies.sqlite"
    asked: Counter[str] = Counter()
    full, held = threading.Event(), threading.Event()
    lock = threading.Lock()
    waiting: list[int] = []

    def behave(request: Request, number: int) -> Answer:
        with lock:
            asked[request.body["messages"][0]["content"]] += 1
        if number >= CLAIMS and not held.is_set():
            # Halfway the server keeps silent, so that as many questions as there can be are on their way.
            with lock:
                waiting.append(number)
                if len(waiting) == CONCURRENCY:
                    full.set()
            held.wait(60)
        return completion(GOOD)

    with serving(behave) as server:
        process = working(server.base_url, path, CLAIMS)
        try:
            begin(process)
            assert full.wait(60)
        finally:
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=60)
            assert process.returncode == -signal.SIGKILL
            held.set()

        assert path.with_name(path.name + "-wal").exists(), "the run was not killed in the middle"
        with Replies(path, readonly=True) as replies:
            kept = len(replies)
        first = sum(asked.values())
        # All that was answered is there; lost are the questions on their way alone.
        assert kept == first - CONCURRENCY == CLAIMS

        with Replies(path) as replies:
            judge = ServedJudge("judge-1", server.base_url, IDENTITY.parameters)
            found = ask(make_asks(CLAIMS), IDENTITY, judge, replies, Asking(concurrency=CONCURRENCY))
            assert (found.kept, found.answered, found.failed) == (kept, 2 * CLAIMS - kept, 0)
            assert found.requests == sum(asked.values()) - first == 2 * CLAIMS - kept
            assert len(replies) == 2 * CLAIMS
        twice = [text for text, times in asked.items() if times > 1]
        assert len(twice) == CONCURRENCY

        with Replies(path) as replies:
            again = ask(make_asks(CLAIMS), IDENTITY, judge, replies)
        assert (again.kept, again.requests) == (2 * CLAIMS, 0)


@pytest.mark.skipif(os.name != "posix", reason="there are no locks of single bytes")
def test_processes_with_one_file_pay_for_each_question_once(tmp_path: Path) -> None:
    path = tmp_path / "replies.sqlite"

    def behave(request: Request, number: int) -> Answer:
        time.sleep(0.02)
        return completion(GOOD)

    with serving(behave) as server:
        processes = [working(server.base_url, path, 20) for _ in range(2)]
        try:
            begin(*processes)
            for process in processes:
                assert process.wait(60) == 0
            told = [process.stdout.read().split() for process in processes if process.stdout is not None]
        finally:
            for process in processes:
                process.kill()
                process.communicate(timeout=60)
        assert len(server.requests) == 40
    counts = [[int(count) for count in each] for each in told]
    assert all(kept + answered == 40 for kept, answered, *_ in counts)
    assert [sum(column) for column in zip(*counts, strict=True)] == [40, 40, 0, 0, 40]
    # Whoever ended last has left one file, with all in it.
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    with Replies(path, readonly=True) as replies:
        assert len(replies) == 40
