"""The command as a process of its own, and files large enough to catch it at work."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from averitec_eval import mini_gold_path, read_gold

COMMAND = [sys.executable, "-m", "averitec_eval"]


def large_pair(folder: Path, claims: int) -> tuple[Path, Path]:
    """A prediction and a gold file of many claims: the mini task again and again under new ids."""
    gold = json.loads(mini_gold_path().read_text(encoding="utf-8"))
    texts = [claim.claim for claim in read_gold(mini_gold_path())]
    predictions = [
        {
            "claim_id": number,
            "claim": texts[number % len(texts)],
            "evidence": [
                {"question": f"Question {k} on {texts[number % len(texts)]}?", "answer": "x"} for k in range(9)
            ],
            "pred_label": "Refuted",
        }
        for number in range(claims)
    ]
    (folder / "p.json").write_text(json.dumps(predictions), encoding="utf-8")
    many = [{**gold[number % len(gold)], "claim_id": number} for number in range(claims)]
    (folder / "g.json").write_text(json.dumps(many), encoding="utf-8")
    return folder / "p.json", folder / "g.json"
