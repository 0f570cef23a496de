"""Sites to open: the example board, one with several phases and hostile texts, and the one of the real data."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from cli.helpers import run
from leaderboard.helpers import entries, make

ROOT = Path(__file__).resolve().parent.parent.parent

SUBMIT = """Open a pull request that adds a folder.

Questions: https://example.org/ask"""

PUBLISHED = """\
year,rank,team,system,score,score_name,q_only,q_plus_a,old_score_hu_meteor_025,runtime_s_per_claim,is_baseline
2024,1,First made-up team,Alpha,0.61,averitec@0.25,0.44,0.33,0.61,,false
2024,2,Second made-up team,,0.52,averitec@0.25,0.40,0.31,0.52,,false
2024,,Baseline,,0.11,averitec@0.25,0.23,0.2,0.11,,true
2025,1,Third made-up team,Beta,0.33,ev2r_recall@0.5,0.2,0.43,0.41,29,false
2025,,Baseline,,0.2,ev2r_recall@0.5,0.27,0.34,0.5,34,true
"""

ATTACK = (
    "<script>document.title = 'run'</script>",
    '"><img src=x onerror="document.title=\'run\'">',
    "</table></main></body><svg onload=document.title='run'>",
    "javascript:document.title='run'",
    '=HYPERLINK("http://example.org/")',
    "{{ 7 * 7 }} ${7 * 7} $x^2$",
    "\u202egnp.exe \u200b\u2066isolated \x00\x07 \ud800",
    "W" * 3000,
)
"""Texts that must show as what they are, on a page that still fits its window."""


def attack_entries() -> list[dict[str, Any]]:
    """Complete predictions, valid ones, whose every text is an attack, around answers that match."""
    made = entries(0.5)
    for number, entry in enumerate(made):
        # Half of a surrogate pair would make the file invalid.
        text = ATTACK[number % len(ATTACK)].replace("\ud800", "")
        pair = {"question": text, "answer": text, "url": text, "scraped_text": text}
        entry["evidence"] = [
            pair,
            *entry["evidence"],
            {"question": ATTACK[-1], "answer": ATTACK[0], "url": "http://x/"},
        ]
        entry["justification"] = text
    return made


def build(config: Path) -> Path:
    """Build the board of a configuration and give the folder of its site."""
    ended = run("leaderboard", "build", config, "--date", "2025-06-01")
    assert ended.code == 0, ended.err
    return Path(json.loads(config.read_text(encoding="utf-8"))["site"])


def configure(folder: Path, **settings: Any) -> Path:
    """A configuration for a site in ``folder``/site; gives the configuration's path."""
    path = folder / "leaderboard.yaml"
    keys = {"title": "AVeriTeC-mini", "submissions": "submissions", "site": str(folder / "site"), **settings}
    # JSON is YAML.
    path.write_text(json.dumps(keys), encoding="utf-8")
    return path


def mini_site(folder: Path) -> Path:
    """The site of the submissions that come with the repository; the folder of the site is returned."""
    shutil.copytree(ROOT / "submissions", folder / "submissions")
    (folder / "published.csv").write_text(PUBLISHED, encoding="utf-8")
    description = "Example submissions on the small set of claims that comes with averitec-eval."
    return build(
        configure(
            folder,
            gold="averitec-mini",
            public=True,
            description=description,
            submit=SUBMIT,
            published="published.csv",
        )
    )


def phased_site(folder: Path) -> Path:
    """The site of two phases, the second with hidden gold and a third private, with entries from unkind strangers."""
    submissions = folder / "submissions"
    for phase in ("dev", "test"):
        for number, share in enumerate((1.0, 0.6, 0.2)):
            make(submissions, f"{phase}-{number}", entries(share), phase=phase, seconds_per_claim=2.0 + number)
        make(submissions, f"{phase}-anonymous", entries(0.4), phase=phase, anonymous=True)
        make(
            submissions,
            f"{phase}-attack",
            attack_entries(),
            phase=phase,
            name=ATTACK[0] + "W" * (80 - len(ATTACK[0])),
            team=ATTACK[1],
            description=ATTACK[2] + "W" * 1500,
            url="https://example.org/" + "w" * 400,
            models=[ATTACK[4], "W" * 100],
            hardware=ATTACK[5],
        )
        make(submissions, f"{phase}-invalid", entries(label=ATTACK[1]), phase=phase)
        make(submissions, f"{phase}-unusable", entries(), phase=phase, name=ATTACK[6], url=ATTACK[3], **{ATTACK[0]: 1})
    make(submissions, "phaseless", entries(0.5))
    make(submissions, "later", entries(0.5), phase="finals")
    phases = [
        {"name": "dev", "title": "Development", "split": "dev", "gold": "averitec-mini", "public": True},
        {"name": "test", "title": "Test", "split": "test", "gold": "averitec-mini"},
        {"name": "finals", "title": "Finals", "gold": "averitec-mini", "private": True},
    ]
    return build(configure(folder, title="Two phases", phases=phases))


def real_site(folder: Path, data: Path) -> Path:
    """The site of the real dev submissions, with the published leaderboards."""
    from demo_real import make_board

    config = make_board(data, folder / "board")
    keys = json.loads(config.read_text(encoding="utf-8"))
    keys["site"] = str(folder / "site")
    config.write_text(json.dumps(keys), encoding="utf-8")
    return build(config)


KINDS = {
    "board": "index.html",
    "about": "about.html",
    "system": "systems/*.html",
    "claims": "claims/index.html",
    "claim": "claims/[0-9]*.html",
    "compare-index": "compare/index.html",
    "compare": "compare/*/*.html",
}
"""Each kind of page and where its pages are below the folder of a board."""


def pages_of(site: Path, kind: str, folder: str = "") -> list[str]:
    """The paths of all pages of a kind, below the site's folder, in order."""
    below = "" if kind in ("board", "about") else folder
    return sorted(path.relative_to(site).as_posix() for path in site.glob(below + KINDS[kind]))
