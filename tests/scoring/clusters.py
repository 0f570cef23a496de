"""A real Dask cluster on this machine: a scheduler and worker processes, each started and ended by the test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
SECONDS = 60
"""How long a process may take to start or end."""


def _process(*arguments: str) -> subprocess.Popen[bytes]:
    folders = (str(TESTS.parent), str(TESTS), os.environ.get("PYTHONPATH", ""))
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, folders)),
        # How many workers a task may kill before it is given up; Dask's own default makes a test wait for four.
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
    }
    command = [sys.executable, "-W", "ignore", "-m", *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextmanager
def scheduler(folder: Path) -> Iterator[str]:
    """The address of a scheduler that has no workers yet."""
    file = folder / "scheduler.json"
    options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
    process = _process("distributed.cli.dask_scheduler", *options)
    try:
        end = time.monotonic() + SECONDS
        while True:
            try:
                address = json.loads(file.read_text(encoding="utf-8"))["address"]
                break
            except (FileNotFoundError, ValueError):
                assert time.monotonic() < end, "the scheduler did not start"
                time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait(SECONDS)


@contextmanager
def worker_processes(address: str, count: int) -> Iterator[None]:
    """So many worker processes of one thread, all of them ready; each is started again when it dies."""
    from distributed import Client

    options = ("--nthreads", "1", "--nworkers", str(count), "--host", "127.0.0.1", "--no-dashboard")
    process = _process("distributed.cli.dask_worker", address, *options)
    try:
        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=SECONDS)
        yield
    finally:
        process.terminate()
        process.wait(SECONDS)
