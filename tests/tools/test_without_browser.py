"""Without Chromium the tests of the site are skipped visibly; in continuous integration they fail."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
ONE = "tests/browser/test_driving.py::test_scripts_can_be_off_and_the_network_away"


@pytest.mark.parametrize(
    ("variables", "code", "summary", "reason"),
    [
        ({}, 0, "1 skipped", "there is no Chromium: run `python tools/install_browser.py`"),
        ({"CI": "true"}, 1, "1 error", "there is no Chromium: run `python tools/install_browser.py`"),
        ({"CHROMIUM": "/nowhere/chromium"}, 1, "1 error", "CHROMIUM=/nowhere/chromium: is not a program"),
    ],
    ids=["anywhere", "in-ci", "wrong-variable"],
)
def test_what_happens_without_a_browser(
    tmp_path: Path, variables: dict[str, str], code: int, summary: str, reason: str
) -> None:
    kept = {name: value for name, value in os.environ.items() if name not in ("CI", "CHROMIUM", "PATH")}
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", ONE],
        cwd=ROOT,
        env={**kept, "PATH": str(tmp_path), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == code, ended.stdout + ended.stderr
    assert summary in ended.stdout.splitlines()[-1]
    assert reason in ended.stdout
