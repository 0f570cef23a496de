"""Build the board of the real AVeriTeC dev submissions: ``make demo-real``.

The data is CC BY-NC and stays out of the repository: it is read from AVERITEC_DATA (or ../shared/data), and the
board's folder is made under .cache, which git ignores.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

from averitec_eval.cli.main import main

ROOT = Path(__file__).resolve().parent.parent
SUBMISSIONS = {
    "hero-70b": ("HerO 70B", "HUMANE", "system", "hero_70b.json"),
    "hero-8b": ("HerO 8B", "HUMANE", "system", "hero_8b.json"),
    "baseline-2024": ("AVeriTeC baseline 2024", "FEVER-7 organisers", "baseline", "baseline_2024.json"),
    "baseline-2025": ("FEVER-8 baseline 2025", "FEVER-8 organisers", "baseline", "fever8_baseline_2025.csv"),
}


def make_board(data: Path, folder: Path) -> Path:
    """Lay out the submissions as folders below ``folder`` and give the path of the board's configuration."""
    shutil.rmtree(folder, ignore_errors=True)
    for slug, (name, team, kind, file_name) in SUBMISSIONS.items():
        target = folder / "submissions" / slug
        target.mkdir(parents=True)
        shutil.copyfile(data / "submissions" / file_name, target / file_name)
        meta = {"name": name, "team": team, "kind": kind, "predictions": file_name}
        # JSON is YAML, and quoting is then never a question.
        (target / "submission.yaml").write_text(json.dumps(meta, indent=2) + "\n", encoding="utf-8")
    config = {
        "title": "AVeriTeC dev, real submissions",
        "description": "Dev predictions of the 2024 and 2025 baselines and of HerO, scored anew.",
        "gold": str(data / "averitec" / "dev.json"),
        "public": True,
        "audit": True,
        "split": "dev",
        "published": str(data / "published_leaderboards.csv"),
        "submissions": "submissions",
        "site": "site",
    }
    path = folder / "leaderboard.yaml"
    path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    data = Path(os.environ.get("AVERITEC_DATA") or ROOT.parent / "shared" / "data").resolve()
    if not (data / "averitec" / "dev.json").is_file():
        sys.exit(f"{data}: the shared research data is absent; set AVERITEC_DATA to its folder")
    sys.exit(main(["leaderboard", "build", str(make_board(data, ROOT / ".cache" / "demo-real"))]))
