"""A task's rules on its boards: who takes a rank, whose names and scores are shown, and the order of equal scores."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from cli.helpers import run
from leaderboard.helpers import entries, make, write_board

from averitec_eval.errors import ConfigError
from averitec_eval.leaderboard.board import Board, build_boards
from averitec_eval.leaderboard.config import read_config
from averitec_eval.leaderboard.public import public_site
from averitec_eval.leaderboard.store import Store

pytestmark = pytest.mark.usefixtures("without_figures")


def everything(folder: Path) -> str:
    """The names and the bytes of all files below a folder, as one text."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return "\n".join(f"{path}\n{path.read_bytes().decode('utf-8', 'replace')}" for path in files)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store that these tests share: they are about what is shown of the same few scores."""
    return str(tmp_path_factory.mktemp("store") / "store.sqlite")


def boards_of(path: Path) -> tuple[Board, ...]:
    config = read_config(path)
    assert config.store is not None
    with Store(config.store) as store:
        return build_boards(config, store=store)


def test_what_breaks_a_rule_is_scored_and_listed_with_the_reason_and_no_rank(tmp_path: Path, store: str) -> None:
    path = write_board(
        tmp_path,
        {},
        store=store,
        starts="2025-03-01",
        ends="2025-03-31",
        require=["models", "hardware"],
        runtime_limit=60,
    )
    fine = {"date": "2025-03-31", "models": [], "hardware": "a laptop", "seconds_per_claim": 60}
    cases: dict[str, dict[str, Any]] = {
        "fine": {},
        "undated": {"date": None},
        "early": {"date": "2025-02-28"},
        "late": {"date": "2025-04-01"},
        "lacking": {"hardware": "", "models": None},
        "slow": {"seconds_per_claim": 60.5},
        "silent": {"seconds_per_claim": None},
        "baseline": {"kind": "baseline", "date": "2025-04-01"},
    }
    for number, (slug, meta) in enumerate(cases.items()):
        make(tmp_path / "submissions", slug, entries((3, 9)[number % 2] / 10), **{**fine, **meta})
    (board,) = boards_of(path)
    assert len(board.scored) == len(cases)
    found = {entry.slug: (entry.rank, entry.reason) for entry in board.entries}
    assert {slug for slug, (rank, _) in found.items() if rank} == {"fine", "undated"}
    assert found["early"][1] == "dated 2025-02-28, before the phase began on 2025-03-01"
    assert found["late"][1] == "dated 2025-04-01, after the phase ended on 2025-03-31"
    assert found["lacking"][1].endswith("what the phase requires: models, hardware")
    assert found["slow"][1] == "over the runtime limit: 60.5 seconds a claim, at most 60"
    assert "does not say its seconds_per_claim" in found["silent"][1]
    assert found["baseline"][1] == "a baseline, shown for comparison"


NAMES = {"name": "Nomen-est-omen", "team": "Team-Zanzibar", "url": "https://zanzibar.example.org/"}


def test_names_are_hidden_until_the_day_and_shown_from_then_on(tmp_path: Path, store: str) -> None:
    path = write_board(tmp_path, {}, store=store, anonymous_until="2025-05-01")
    make(tmp_path / "submissions", "zanzibar-slug", entries(0.3), **NAMES)
    hidden = ("Nomen-est-omen", "Zanzibar", "zanzibar")
    for options in ([], ["--date", "2025-04-30"]):
        assert run("leaderboard", "build", path, *options).code == 0
        text = everything(tmp_path / "site")
        assert not [word for word in hidden if word in text]
        assert "anonymous-" in text
    assert run("leaderboard", "build", path, "--date", "2025-05-01").code == 0
    assert "Team-Zanzibar" in everything(tmp_path / "site")
    assert run("leaderboard", "build", path).code == 0
    assert "Zanzibar" not in everything(tmp_path / "site")


def test_one_anonymous_phase_hides_its_names_and_those_of_whoever_names_no_phase(tmp_path: Path, store: str) -> None:
    phases = [{"name": "dev", "gold": "averitec-mini"}, {"name": "test", "gold": "averitec-mini"}]
    phases[1]["anonymous_until"] = "2025-05-01"
    path = write_board(tmp_path, {}, store=store, phases=phases, gold=None)  # type: ignore[arg-type]
    root = tmp_path / "submissions"
    make(root, "open-slug", entries(0.9), phase="dev", team="Team-Open")
    for slug, phase in (("hidden-one", "test"), ("hidden-two", "tset"), ("hidden-three", None)):
        make(root, slug, entries(0.3), phase=phase, team="Team-Hidden")
    (root / "hidden-four").mkdir()
    (root / "hidden-four" / "submission.yaml").write_text("name: Team-Hidden\nphase: [", encoding="utf-8")
    ended = run("leaderboard", "build", path)
    assert ended.code == 0
    text = everything(tmp_path / "site") + ended.out + ended.err
    assert "hidden-one" in run("leaderboard", "build", path, "--show-names").out
    assert "Team-Open" in text
    assert "Hidden" not in text
    assert "hidden-" not in text


@pytest.mark.parametrize("who", ["participant", "organisers"])
def test_scores_that_are_not_for_everyone_are_nowhere(tmp_path: Path, store: str, who: str) -> None:
    path = write_board(tmp_path, {"a": 0.3, "b": 0.9, "c": 0.3}, store=store, public=True, audit=True, scores=who)
    make(tmp_path / "submissions", "invalid", entries()[:1] * 2)
    ended = run("leaderboard", "build", path)
    assert ended.code == 0
    (board,) = boards_of(path)
    figures = {
        f"{value:.{digits}f}"
        for e in board.scored
        if e.result
        for value in e.result.scores.values()
        for digits in (4, 6)
        if 0 < value < 1
    }
    figures -= {f"{value:.4f}" for value in (0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5)}
    text = everything(tmp_path / "site") + ended.out + ended.err
    assert len(figures) > 10
    assert not [figure for figure in figures if figure in text]
    (public,) = public_site([board]).boards
    assert [(system.id, system.withheld, system.scored) for system in public.systems] == [
        ("a", True, False),
        ("b", True, False),
        ("c", True, False),
        ("invalid", False, False),
    ]
    assert (public.metrics, public.comparisons) == ((), ())
    assert all(system.document is None and system.audit is None and not system.claims for system in public.systems)
    assert "Taking part, scores not shown" in text
    assert "the organisers only" in text
    assert "by name" in ended.out
    assert f"by {board.headline}" in run("leaderboard", "build", path, "--show-scores").out
    assert not (tmp_path / "site" / "results").exists()


def test_scores_appear_when_the_rule_is_gone_and_leave_when_it_comes_back(tmp_path: Path, store: str) -> None:
    path = write_board(tmp_path, {"a": 0.3, "b": 0.9}, store=store)
    settings = json.loads(path.read_text(encoding="utf-8"))
    for who, there in (("organisers", False), ("everyone", True), ("organisers", False)):
        path.write_text(json.dumps({**settings, "scores": who}), encoding="utf-8")
        assert run("leaderboard", "build", path).code == 0
        assert (tmp_path / "site" / "results" / "b.json").exists() is there


def test_the_changelog_of_a_board_that_withdraws_names_or_scores_withdraws_them_too(tmp_path: Path) -> None:
    path = write_board(tmp_path, {"first-team": 0.3, "second-team": 0.9, "third-team": 0.5}, store="s.sqlite")
    settings = json.loads(path.read_text(encoding="utf-8"))
    assert run("leaderboard", "build", path).code == 0
    shutil.rmtree(tmp_path / "submissions" / "third-team")
    changed = tmp_path / "submissions" / "second-team" / "predictions.json"
    changed.write_text(json.dumps(entries(0.1)), encoding="utf-8")
    assert run("leaderboard", "build", path).code == 0
    about = tmp_path / "site" / "about.html"
    assert "Ranks moved" in about.read_text(encoding="utf-8")
    assert "third-team" in about.read_text(encoding="utf-8")
    for rules, word in (({"scores": "organisers"}, "→"), ({"anonymous_until": "2026-05-01"}, "third-team")):
        path.write_text(json.dumps({**settings, **rules}), encoding="utf-8")
        assert run("leaderboard", "build", path).code == 0
        text = about.read_text(encoding="utf-8")
        assert "The board begins with 3 submissions" in text
        assert word not in text


def test_tie_breaks_order_equal_scores_and_change_no_rank(tmp_path: Path, store: str) -> None:
    meta: dict[str, dict[str, Any]] = {
        "a": {"seconds_per_claim": 9, "date": "2025-01-03"},
        "b": {"seconds_per_claim": 2, "date": "2025-01-02"},
        "c": {"date": "2025-01-01"},
        "d": {"seconds_per_claim": 5},
    }
    path = write_board(tmp_path, {"best": 0.9}, store=store)
    settings = json.loads(path.read_text(encoding="utf-8"))
    for slug, more in meta.items():
        make(tmp_path / "submissions", slug, entries(0.3), **more)
    ranks = None
    for tie_breaks, order in (
        ([], "abcd"),
        (["seconds_per_claim"], "bdac"),
        (["date", "name"], "cbad"),
        (["macro_f1", "seconds_per_claim"], "bdac"),
    ):
        path.write_text(json.dumps({**settings, "tie_breaks": tie_breaks}), encoding="utf-8")
        boards = boards_of(path)
        assert [entry.slug for entry in boards[0].entries] == ["best", *order]
        (public,) = public_site(boards).boards
        assert [system.id for system in public.systems] == ["best", *order]
        assert public.tie_break.startswith(", then ".join(tie_breaks))
        found = {entry.slug: entry.standing for entry in boards[0].entries}
        assert found == (ranks or found)
        ranks = found
    assert [ranks[slug].rank for slug in "abcd"] == [2, 2, 2, 2]  # type: ignore[index, union-attr]


def test_a_tie_break_that_the_board_does_not_have_is_refused(tmp_path: Path, store: str) -> None:
    path = write_board(tmp_path, {"a": 0.3}, store=store, tie_breaks=["robust_qa"])
    with pytest.raises(ConfigError) as caught:
        boards_of(path)
    assert "found robust_qa, expected a metric of the board: hu_meteor_q," in caught.value.problems[0]


def test_the_about_page_tells_the_rules_and_whom_to_ask(tmp_path: Path, store: str) -> None:
    path = write_board(
        tmp_path,
        {"a": 0.3},
        store=store,
        contact="Ask <us>",
        ends="2025-03-31",
        limits={"per_day": 2, "total": 1000},
        require=["models"],
        runtime_limit=60,
    )
    assert run("leaderboard", "build", path).code == 0
    text = (tmp_path / "site" / "about.html").read_text(encoding="utf-8")
    for words in (
        "Open until the end of 2025-03-31 (UTC).",
        "At most 2 valid submissions a day, 1,000 valid submissions in all.",
        "To take a rank, submission.yaml must give: models.",
        "seconds_per_claim, at most 60.",
        "Ask &lt;us&gt;",
    ):
        assert words in text
