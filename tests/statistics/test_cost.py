"""What a full board costs: twenty systems of the test set's size with 10,000 resamples, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(not hasattr(os, "wait4"), reason="the cost of a process is read with os.wait4")


def test_a_full_board_takes_seconds_and_little_memory() -> None:
    command = [sys.executable, "-m", "benchmarks.statistics", "work", "20", "2215"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    parts = json.loads(process.stdout.read())
    process.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    assert set(parts) == {"intervals", "ranks", "pairs"}
    # Measured: 1 s and 120 MB. The bounds leave room for slow and busy machines.
    assert usage.ru_utime + usage.ru_stime < 10
    assert usage.ru_maxrss / 1024 < 300
