"""What a site costs: 20 systems on the 500 dev claims, built anew, built again, and with one system more.

Run as ``python -m benchmarks.site``; prints Markdown. Needs the shared research data (AVERITEC_DATA, or
../shared/data), from whose four submissions the systems are made; everything is written below a temporary folder.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from benchmarks.altered import alter
from benchmarks.measure import Cost, run

ROOT = Path(__file__).resolve().parent.parent
COMMAND = str(Path(sys.executable).parent / "averitec-eval")
SOURCES = ("hero_8b.json", "hero_70b.json", "baseline_2024.json", "fever8_baseline_2025.csv")


@dataclass(frozen=True)
class Build:
    """One build: its cost, how many files the site has and how large they are, and how many of them it wrote."""

    cost: Cost
    files: int
    megabytes: float
    written: int


def add_system(data: Path, folder: Path, number: int) -> None:
    """Add a submission to the board in ``folder``."""
    slug = f"system-{number:02}"
    target = folder / "submissions" / slug
    target.mkdir(parents=True)
    alter(data / "submissions" / SOURCES[number % len(SOURCES)], target / "predictions.json", number)
    meta = {
        "name": f"System {number:02}",
        "team": f"Team {number:02}",
        "kind": "baseline" if number < 2 else "system",
        "predictions": "predictions.json",
        "description": "Altered from a real submission, to measure what a site costs.",
        "date": f"2025-01-{number + 1:02}",
        "seconds_per_claim": 1.5 * (number + 1),
        "open_weights": number % 3 > 0,
    }
    (target / "submission.yaml").write_text(json.dumps(meta, indent=2), encoding="utf-8")


def make_board(data: Path, folder: Path, systems: int) -> Path:
    """Lay out a board of so many systems and give the path of its configuration."""
    for number in range(systems):
        add_system(data, folder, number)
    config = {
        "title": "Measured board",
        "gold": str(data / "averitec" / "dev.json"),
        "public": True,
        "submissions": "submissions",
        "site": "site",
    }
    published = data / "published_leaderboards.csv"
    if published.is_file():
        config["published"] = str(published)
    path = folder / "leaderboard.yaml"
    path.write_text(json.dumps(config, indent=2), encoding="utf-8")
    return path


def stamps(site: Path) -> dict[Path, int]:
    """Every file of a site with the time at which it was written, in nanoseconds."""
    return {path: path.stat().st_mtime_ns for path in sorted(site.rglob("*")) if path.is_file()}


def build(config: Path, jobs: int, command: str = "build", *more: str) -> Build:
    """Build the site and see what changed on the disk."""
    site = config.parent / "site"
    before = stamps(site)
    cost = run([COMMAND, "leaderboard", command, str(config), "--jobs", str(jobs), *more])
    after = stamps(site)
    written = sum(before.get(path) != stamp for path, stamp in after.items())
    return Build(cost, len(after), sum(path.stat().st_size for path in after) / 1e6, written)


def kinds(site: Path) -> Counter[tuple[str, str]]:
    """The bytes of a site by folder and kind of file."""
    sizes: Counter[tuple[str, str]] = Counter()
    for path in site.rglob("*"):
        if path.is_file():
            sizes[path.relative_to(site).parts[0] if path.parent != site else ".", path.suffix] += path.stat().st_size
    return sizes


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--systems", type=int, default=20, help="systems on the board (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=2, help="worker processes (default: %(default)s)")
    parser.add_argument("--keep", metavar="DIR", help="build in this folder, which must not exist, and leave it")
    args = parser.parse_args()
    data = Path(os.environ.get("AVERITEC_DATA") or ROOT.parent / "shared" / "data").resolve()
    if not (data / "averitec" / "dev.json").is_file():
        sys.exit(f"{data}: the shared research data is absent; set AVERITEC_DATA to its folder")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(args.keep) if args.keep else Path(temporary, "board")
        folder.mkdir(parents=True)
        measure(make_board(data, folder, args.systems), data, args.systems, args.jobs)


def measure(config: Path, data: Path, systems: int, jobs: int) -> None:
    """Print what each build costs, and of what the site consists."""
    print(f"| Build, {systems} systems | Wall s | CPU s | Peak MB | Files | of them written | MB |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")

    def row(title: str, done: Build) -> None:
        cells = (f"{done.cost.wall:.1f}", f"{done.cost.cpu:.1f}", f"{done.cost.memory:.0f}")
        print(
            f"| {title} | {' | '.join(cells)} | {done.files:,} | {done.written:,} | {done.megabytes:.1f} |", flush=True
        )

    row("the first, `--jobs 1 --no-store`", build(config, 1, "build", "--no-store"))
    shutil.rmtree(config.parent / "site")
    row(f"the first, `--jobs {jobs}`", build(config, jobs))
    again = build(config, jobs)
    row("again, nothing changed", again)
    if again.written:
        sys.exit(f"a build without any change wrote {again.written} files")
    add_system(data, config.parent, systems)
    row("one system more", build(config, jobs))
    row("`rebuild`, all anew", build(config, jobs, "rebuild"))
    print("\n| Folder | Kind | MB |\n| --- | --- | ---: |")
    for (where, kind), size in sorted(kinds(config.parent / "site").items(), key=lambda item: (-item[1], item[0])):
        print(f"| {where} | {kind} | {size / 1e6:.2f} |")


if __name__ == "__main__":
    main()
