"""Running a command and reading what it cost from the operating system."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """Cost of one process: CPU seconds (user and system), wall seconds, peak resident memory in MB, and what it
    printed.
    """

    cpu: float
    wall: float
    memory: float
    stdout: bytes


def run(command: Sequence[str]) -> Cost:
    """Run a command to its end and give its cost. Raises ``RuntimeError`` with its output if it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    stdout, stderr = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {stderr.decode(errors='replace')}")
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, stdout)


def median(command: Sequence[str], times: int) -> Cost:
    """The run with the median CPU time of several, after one that is not counted."""
    run(command)
    costs = [run(command) for _ in range(times)]
    middle = statistics.median_low(cost.cpu for cost in costs)
    return next(cost for cost in costs if cost.cpu == middle)
