"""The page on audits says what the probes are."""

from __future__ import annotations

import re
from pathlib import Path

from averitec_eval.audit.probes import PROBES
from averitec_eval.audit.thresholds import DEFAULTS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "audit.md"


def test_every_probe_stands_there_with_its_threshold() -> None:
    rows = re.findall(r"^\| `([a-z_.]+)` \| (.+) \| ([\d.]+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [(probe.name, probe.about, f"{DEFAULTS[probe.name]:g}") for probe in PROBES.values()]


def test_false_alarms_add_up() -> None:
    text = PAGE.read_text(encoding="utf-8")
    counts = re.findall(r"^\| `[a-z_.]+` \| (\d+) \| (\d+) \| (\d+) \|", text, re.MULTILINE)
    total = re.search(r"^\| All \| (\d+) \| (\d+) \| (\d+) \|", text, re.MULTILINE)
    assert total
    assert [sum(map(int, column)) for column in zip(*counts, strict=True)] == list(map(int, total.groups()))
