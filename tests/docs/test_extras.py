"""Every extra that the docs or an error message names can be installed."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NAMED = re.compile(r"averitec-eval\[([a-z, ]+)\]")


def test_every_extra_named_anywhere_exists() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    section = text.split("[project.optional-dependencies]\n")[1].split("\n[")[0]
    extras = set(re.findall(r"^([a-z]+) = \[", section, re.MULTILINE))
    files = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "averitec_eval").rglob("*.py")]
    named = {
        (path.name, extra.strip())
        for path in files
        for names in NAMED.findall(path.read_text(encoding="utf-8"))
        for extra in names.split(",")
    }
    assert len(named) > 5
    assert {(name, extra) for name, extra in named if extra not in extras} == set()
