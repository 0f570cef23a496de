"""Larger files made from real ones: the same claims again under new ids."""

from __future__ import annotations

import json
from pathlib import Path


def enlarge(source: Path, target: Path, claims: int) -> None:
    """Write a JSON list of ``claims`` entries that repeats those of ``source``, claim ids running from 0."""
    entries = json.loads(source.read_bytes())
    with target.open("w", encoding="utf-8") as handle:
        for claim_id in range(claims):
            entry = {**entries[claim_id % len(entries)], "claim_id": claim_id}
            handle.write("[\n" if claim_id == 0 else ",\n")
            handle.write(json.dumps(entry, ensure_ascii=False))
        handle.write("\n]\n")
