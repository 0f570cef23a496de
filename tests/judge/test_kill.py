"""A judging that is killed goes on where it was: what the server answered and is kept is never asked for again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
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
    judge = ServedJudge("judge-1", sys.argv[1], IDENTITY.parameters)
    ask(make_asks({CLAIMS}), IDENTITY, judge, replies, Asking(concurrency={CONCURRENCY}))
"""


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
        tests = str(Path(__file__).parents[1])
        process = subprocess.Popen(
            [sys.executable, "-c", WORK, server.base_url, str(path)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join([tests, *sys.path])},
        )
        try:
            assert full.wait(60)
        finally:
            process.send_signal(signal.SIGKILL)
            assert process.wait(60) == -signal.SIGKILL
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
