"""What is private reaches no file of a site, by whatever way: page, table, document, image, name or changelog."""

from __future__ import annotations

import csv
import html
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from cli.helpers import run
from leaderboard.helpers import entries, make

from averitec_eval import mini_gold_path
from averitec_eval.leaderboard.board import build_boards
from averitec_eval.leaderboard.config import read_config
from averitec_eval.leaderboard.public import GOLD_PROBES, public_site
from averitec_eval.leaderboard.publishing import publish
from averitec_eval.leaderboard.view import PublicSite

SECRET = "xqsecretqx"
"""Stands in everything that is private; nothing else holds it."""

FIRST_ID = 8_765_000
"""Claim ids of the hidden gold begin here."""


def secret(what: str) -> str:
    return f"{SECRET}{what}"


def mark(value: Any, key: str = "") -> Any:
    """A gold document with the secret in every text that may be anything."""
    if isinstance(value, dict):
        return {key: mark(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [mark(item, key) for item in value]
    free = isinstance(value, str) and key not in ("label", "answer_type")
    return f"{value} {secret(key)}" if free else value


def hidden_gold(path: Path) -> None:
    """The mini claims under other ids, every text of which is secret; half of their claim types are the usual ones."""
    gold = json.loads(Path(mini_gold_path()).read_text(encoding="utf-8"))
    marked = []
    for number, claim in enumerate(gold):
        claim = {**mark(claim), "claim_id": FIRST_ID + number}
        claim["claim_types"] = ["Numerical Claim", secret("type")] if number % 2 else [secret("type")]
        claim["fact_checking_strategies"] = ["Written Evidence", "Consultation"] if number < 5 else ["Written Evidence"]
        marked.append(claim)
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(marked), encoding="utf-8")


def hidden_entries(share: float, label: str | None = None) -> list[dict[str, Any]]:
    """Predictions for the hidden gold that quote it: claim texts and, for the right ones, all of its evidence."""
    gold = json.loads(Path(mini_gold_path()).read_text(encoding="utf-8"))
    made = entries(share, label)
    for number, (entry, claim) in enumerate(zip(made, gold, strict=True)):
        entry["claim_id"] = FIRST_ID + number
        entry["claim"] = f"{claim['claim']} {secret('claim')}"
    return made


ANONYMOUS = {
    "anonymous": True,
    "name": secret("name"),
    "team": secret("team"),
    "description": secret("description"),
    "url": f"https://{SECRET}.example.org/",
    "models": [secret("model")],
    "hardware": secret("hardware"),
    "contact": secret("contact"),
    "predictions": f"{secret('predictions')}.json",
    "runs": [f"{secret('run')}.json", f"{secret('bad-run')}.json"],
}


def make_anonymous(root: Path, phase: str, predictions: list[dict[str, Any]], **meta: Any) -> None:
    slug = secret(f"-folder-{len(list(root.glob('*')))}")
    make(root, slug, predictions)
    folder = root / slug
    (folder / "submission.yaml").write_text(json.dumps({**ANONYMOUS, "phase": phase, **meta}), encoding="utf-8")
    (folder / "predictions.json").rename(folder / ANONYMOUS["predictions"])
    shutil.copyfile(folder / ANONYMOUS["predictions"], folder / ANONYMOUS["runs"][0])
    (folder / ANONYMOUS["runs"][1]).write_text("[", encoding="utf-8")


def make_board(tmp_path: Path) -> Path:
    """A board with an open, a blind and a private phase, and secrets wherever there may be any."""
    hidden_gold(tmp_path / secret("place") / f"{secret('gold')}.json")
    root = tmp_path / "board" / "submissions"
    root.mkdir(parents=True)
    for phase, make_entries in (("open", entries), ("blind", hidden_entries)):
        make(root, f"{phase}-good", make_entries(0.9), phase=phase, contact=secret("contact"), models=["m"])
        make(root, f"{phase}-other", make_entries(0.4), phase=phase, contact=secret("contact"), seconds_per_claim=3)
        make(root, f"{phase}-partial", make_entries(0.4)[:-3], phase=phase, contact=secret("contact"))
        make_anonymous(root, phase, make_entries(0.6))
        make_anonymous(root, phase, make_entries(0.3), kind="baseline")
        make_anonymous(root, phase, make_entries(0.3, secret("label")))
        make_anonymous(root, phase, make_entries(0.3), colour=secret("colour"))
    make(root, "blind-invalid", [*hidden_entries(0.5), hidden_entries(0.5)[0]], phase="blind")
    quoting = hidden_entries(0.5)
    quoting[0]["claim"], quoting[1]["claim"] = quoting[1]["claim"], quoting[0]["claim"]
    make(root, "blind-quoting", quoting, phase="blind")
    make(root, "bad-contact", entries(), phase="open", contact=[secret("contact")])
    make_anonymous(root, secret("unknown-phase"), entries(0.5))
    # The private phase: sound, broken in several ways, and misspelt.
    for slug, extra in (("sound", {}), ("broken", {"kind": "champion"}), ("with space", {})):
        make(root, secret(slug), entries(0.5), name=secret(slug), phase=secret("phase"), **extra)
    (root / secret("no-yaml")).mkdir()
    (root / secret("no-yaml") / "submission.yaml").write_text(f"phase: {secret('phase')}\n: : [", encoding="utf-8")
    make(root, "misspelt", entries(0.5), phase=f"{secret('phase')}s")
    config = {
        "title": "A board",
        "submissions": "submissions",
        "site": "site",
        "audit": True,
        "phases": [
            {"name": "open", "gold": "averitec-mini", "public": True},
            {"name": "blind", "gold": f"../{secret('place')}/{secret('gold')}.json"},
            {"name": secret("phase"), "title": secret("title"), "gold": secret("absent.json"), "private": True},
        ],
    }
    path = tmp_path / "board" / "leaderboard.yaml"
    path.write_text(json.dumps(config), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[PublicSite, Path]:
    """The public view of such a board, and the folder of its site."""
    path = make_board(tmp_path_factory.mktemp("built"))
    boards = build_boards(read_config(path))
    publish(boards, path.parent / "site")
    return public_site(boards), path.parent / "site"


def text_of(path: Path) -> str:
    """Everything a file says, as it stands and decoded in every way that a reader of it would."""
    text = path.read_bytes().decode("utf-8")
    found = [text, html.unescape(text), unquote(text)]
    if path.suffix == ".json":
        found += strings(json.loads(text))
    if path.suffix == ".csv":
        found += (cell for row in csv.reader(io.StringIO(text)) for cell in row)
    return "\n".join(found).lower()


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from (key, *strings(item))
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    else:
        yield str(value)


def found_in(site: Path, *needles: str) -> list[tuple[str, str]]:
    """In which files of a site which of the needles stands, in the name or the contents, whatever its capitals."""
    found = []
    for path in site.rglob("*"):
        if path.is_file():
            name = str(path.relative_to(site))
            text = f"{name.lower()}\n{text_of(path)}"
            found += [(name, needle) for needle in needles if needle.lower() in text]
    return found


def test_no_file_of_a_site_holds_a_secret(tmp_path: Path) -> None:
    board = make_board(tmp_path)
    site = board.parent / "site"
    for date in ("2025-03-01", "2025-04-01"):
        ended = run("leaderboard", "build", board, "--date", date)
        assert ended.code == 0, ended.err
        assert found_in(site, SECRET) == []
        # The second build has a changelog, and everybody known by now is anonymous.
        for path in (board.parent / "submissions").glob("*-good/submission.yaml"):
            meta = json.loads(path.read_text(encoding="utf-8"))
            path.write_text(json.dumps({**meta, "anonymous": True}), encoding="utf-8")
    assert "2025-03-01" in (site / "about.html").read_text(encoding="utf-8")
    assert found_in(site, "open-good", "blind-good") == []
    assert len(found_in(site, "open-other", "a team")) > 60  # the search finds what is not private


def test_hidden_gold_leaves_no_claim_no_evidence_and_no_small_group(built: tuple[PublicSite, Path]) -> None:
    _, site = built
    blind = site / "blind"
    assert not (blind / "claims").exists()
    assert list((site / "open" / "claims").glob("*.html"))
    assert not list(blind.rglob("*.claims.csv"))
    gold = json.loads(Path(mini_gold_path()).read_text(encoding="utf-8"))
    assert found_in(blind, *(str(FIRST_ID + number) for number in range(40))) == []
    assert found_in(blind, *(claim["claim"] for claim in gold)) == []
    assert found_in(blind, "blind-other")
    document = json.loads((blind / "results" / "blind-good.json").read_text(encoding="utf-8"))
    assert set(document["by_claim_type"]) == {"Numerical Claim"}
    assert set(document["by_strategy"]) == {"Written Evidence"}  # the other one has five claims
    assert all(set(values) <= {"Numerical Claim"} for values in document["thresholded_evidence_by_type"].values())


def test_the_public_view_of_hidden_gold_is_empty_of_it(built: tuple[PublicSite, Path]) -> None:
    site, _ = built
    assert [part.folder for part in site.boards] == ["open/", "blind/"]
    blind = site.boards[1]
    assert blind.claims == ()
    assert all(system.claims == () and not system.details for system in blind.systems)
    assert all(not finding.examples for system in blind.systems for finding in system.findings)
    assert any(system.findings for system in blind.systems)
    assert all(one.pair.won_by_a == one.pair.won_by_b == () for one in blind.comparisons)
    assert all({row.name for row in one.by_type} <= {"Numerical Claim"} for one in blind.comparisons)
    audits = [system.audit for system in blind.systems if system.audit is not None]
    assert any(audit.findings for audit in audits)
    assert all(finding.claims == () == finding.examples for audit in audits for finding in audit.findings)
    assert all(item.changed == () for audit in audits for item in audit.counterfactuals)
    assert not {finding.probe for audit in audits for finding in audit.findings} & set(GOLD_PROBES)
    assert SECRET not in repr(site).lower()
    assert not [system for system in blind.systems if SECRET in json.dumps(system.document)]


def test_only_who_has_the_predictions_can_tell_which_anonymous_entry_they_are(
    built: tuple[PublicSite, Path],
) -> None:
    (one, _) = built[0].boards
    ids = [system.id for system in one.systems if system.anonymous and system.scored]
    assert len(ids) == 2
    for system in one.systems:
        if system.anonymous and system.submission_sha256:
            assert system.id.startswith(f"anonymous-{system.submission_sha256[:8]}")
            assert (system.team, system.url, system.models, system.hardware) == ("anonymous", None, (), "")
            assert {name for name, _ in system.files} <= {"predictions", "run 2", "run 3"}
            assert [problem for problem in system.problems if "further run" in problem]


def test_a_board_of_anonymous_teams_hides_all_of_them(tmp_path: Path) -> None:
    root = tmp_path / "submissions"
    for number, kind in enumerate(("system", "baseline", "oracle")):
        make(root, secret(f"{number}"), entries(0.3 * number), kind=kind, name=secret("n"), team=secret("t"))
    make(root, secret("unusable"), entries(), colour=secret("colour"))
    path = tmp_path / "board.yaml"
    settings = {"title": "t", "gold": "averitec-mini", "submissions": "submissions", "site": "site"}
    path.write_text(json.dumps({**settings, "anonymous": True, "public": True}), encoding="utf-8")
    assert run("leaderboard", "build", path).code == 0
    assert found_in(tmp_path / "site", SECRET) == []


@pytest.mark.parametrize(
    "text",
    [
        "anonymous: true\nname: [",
        "name: x\nanonymous: maybe\n",
        "Anonymised: yes\n",
        "anonimous: true\n",
        "\ufeffname: x\nANONYMOUS: true",
        "{'anonymous': true, 'anonymous': true}",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("name", ["submission.yaml", "submission.yml"])
def test_a_wish_to_be_anonymous_counts_however_it_is_written(
    name: str, encoding: str, text: str, tmp_path: Path
) -> None:
    root = tmp_path / "submissions"
    make(root, "known", entries(0.5))
    make(root, "hidden", entries(0.5))
    (root / "hidden" / "submission.yaml").unlink()
    (root / "hidden" / name).write_text(text, encoding=encoding)
    path = tmp_path / "board.yaml"
    path.write_text("title: t\ngold: averitec-mini\nsubmissions: submissions\nsite: site\n", encoding="utf-8")
    (one,) = public_site(build_boards(read_config(path))).boards
    shown = {system.id: system for system in one.systems}
    assert set(shown) == {"known", "anonymous"}
    assert shown["anonymous"].problems == ()
    assert "hidden" not in repr(shown["anonymous"])
