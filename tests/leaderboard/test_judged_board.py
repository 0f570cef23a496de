"""Boards whose scores an Ev2R judge gives, from its kept replies."""

from __future__ import annotations

import csv
import json
import shutil
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from leaderboard.helpers import digests
from leaderboard.judged import MODEL, SECRET_FACT, UNUSABLE, write_judged
from leaderboard.markup import harmless, parse

from averitec_eval import mini_gold_path
from averitec_eval.errors import ResourceError, UnreadableError
from averitec_eval.judge.exchange import export_replies
from averitec_eval.judge.replies import Replies
from averitec_eval.leaderboard.about_page import about_page
from averitec_eval.leaderboard.board import Board, build_boards
from averitec_eval.leaderboard.board_page import index_page, table_columns
from averitec_eval.leaderboard.charts import Charts
from averitec_eval.leaderboard.config import read_config
from averitec_eval.leaderboard.public import public_site
from averitec_eval.leaderboard.publishing import publish
from averitec_eval.leaderboard.rebuild import check_store
from averitec_eval.leaderboard.store import Store
from averitec_eval.leaderboard.view import PublicBoard

SHARES = {"good": 1.0, "half": 0.5, "lost": 0.8}
UNUSABLE_OF = {"half": 1, "lost": 5}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A board with a judge, one submission of which has too few replies that can be used; its site is built."""
    made = tmp_path_factory.mktemp("judged")
    write_judged(made, SHARES, unusable=UNUSABLE_OF, audit=True)
    return made


@pytest.fixture(scope="module")
def board(folder: Path) -> Board:
    (built,) = build_boards(read_config(folder / "board.yaml"))
    return built


@pytest.fixture(scope="module")
def public(board: Board) -> PublicBoard:
    return public_site([board]).boards[0]


@pytest.fixture(scope="module")
def site(board: Board, folder: Path) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("averitec_eval.leaderboard.drawing.available", lambda: False)
        publish([board], folder / "site")
    return folder / "site"


def page(site: Path, path: str) -> str:
    return (site / path).read_text(encoding="utf-8")


def test_the_judges_score_ranks_and_lack_of_judgements_withholds_it(board: Board) -> None:
    found = {entry.slug: entry for entry in board.entries}
    assert board.headline == "ev2r@0.5"
    assert (found["good"].rank, found["half"].rank, found["lost"].rank) == (1, 2, None)
    good, half = found["good"].result, found["half"].result
    assert good is not None
    assert good.headline_score == 1.0
    assert half is not None
    assert half.headline_score == pytest.approx(19 / 39)
    assert found["lost"].result is None
    assert found["lost"].judge is not None
    assert found["lost"].reason == (
        f"its score is withheld: {MODEL} gave no recall to 5 of 40 claims (12.5 %, more than 5 %): 5 no-counts"
    )


def test_all_scores_carry_the_judge_in_their_signature(board: Board) -> None:
    assert f"|judge:{MODEL}+" in str(board.signature)
    assert "|prompts:" in str(board.signature)
    assert {str(entry.result.signature) for entry in board.scored if entry.result} == {str(board.signature)}


def test_comparisons_are_over_the_claims_judged_in_both(public: PublicBoard) -> None:
    (comparison,) = public.comparisons
    assert comparison.pair.n == 39
    assert sum(row.n for row in comparison.by_label) == 39
    assert (comparison.pair.wins, comparison.pair.losses) == (20, 0)


def test_charts_are_of_the_judges_levels(public: PublicBoard) -> None:
    chart = Charts().board_levels(public)
    assert chart is not None
    assert chart.title.startswith("Ev2R score by level")
    assert [column.heading for column in chart.table.columns[2:]] == [f"at {n}" for n in (0.3, 0.4, 0.5, 0.6, 0.7)]
    assert "At 0.5, which ranks, scores run from 0.487 (half) to 1.000 (good)." in chart.alt


def test_audits_have_the_probes_of_judgements_and_an_official_score_of_their_own(board: Board) -> None:
    (half,) = [entry for entry in board.entries if entry.slug == "half"]
    assert half.audit is not None
    assert half.audit.headline == "averitec@0.25"
    findings = {finding.probe: finding for finding in half.audit.findings}
    assert findings["judge.unscored"].value == 1 / 40
    assert findings["judge.unscored"].claims == (board.gold.claims[0].claim_id,)
    assert findings["judge.steered"].claims == ()


def test_pages_say_who_judged_and_what_became_of_it(site: Path) -> None:
    index, system, lost = (page(site, path) for path in ("index.html", "systems/half.html", "systems/lost.html"))
    assert f"as {MODEL} judged it" in index
    assert "Score Ev2R @ 0.5" in index
    assert "Not scored: its score is" in index
    assert f"{MODEL} gave a recall to 39 of 40 claims. The others are in no mean." in system
    assert "1 <code>no-counts</code>" in system
    assert "would be 0.675 over all claims; if each with a right verdict passed, 0.800." in lost
    claim = page(site, "claims/0.html")
    assert "the recall, 4 of 4 reference facts, is above 0.5." in claim
    assert "Not judged: the verdict is right, and the judge gave no recall (no-counts)." in claim
    assert "2 of 2 systems" not in claim  # half is not judged there
    assert "Only the 39 of 40 claims on which both were judged count." in page(site, "compare/good/half.html")
    about = page(site, "about.html")
    assert "How evidence is judged" in about
    assert "ev2r-qa, version 1" in about
    for path in site.rglob("*.html"):
        harmless(parse(path.read_text(encoding="utf-8")))


def test_exports_hold_the_judge_and_its_counts(site: Path) -> None:
    document = json.loads((site / "board.json").read_text(encoding="utf-8"))
    schema = json.loads((resources.files("averitec_eval") / "schemas/board.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(document)
    assert document["judge"]["model"] == MODEL
    assert document["judge"]["fit"] is True
    entries = {entry["id"]: entry for entry in document["entries"]}
    assert entries["lost"]["scores"] is None
    assert entries["lost"]["judge"]["counts"]["qa"]["unscored"] == {"no-counts": 5}
    assert entries["lost"]["judge"]["bounds"] == [0.675, 0.8]
    rows = list(csv.DictReader((site / "results/half.claims.csv").read_text(encoding="utf-8").splitlines()))
    assert (rows[0]["ev2r_fault"], rows[0]["ev2r_qa_recall"], rows[1]["ev2r_qa_recall"]) == ("no-counts", "", "1.0")
    audit = json.loads((site / "results/half.audit.json").read_text(encoding="utf-8"))
    schema = json.loads((resources.files("averitec_eval") / "schemas/audit.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(audit)


def test_words_of_replies_are_nowhere(site: Path) -> None:
    for path in (path for path in site.rglob("*") if path.is_file()):
        found = path.read_bytes()
        assert SECRET_FACT.encode() not in found, path
        assert UNUSABLE.encode() not in found, path


def test_hidden_gold_shows_counts_and_no_claims(folder: Path, tmp_path: Path, without_figures: None) -> None:
    copy = shutil.copytree(folder, tmp_path / "hidden", ignore=shutil.ignore_patterns("site", "*-wal", "*-shm"))
    settings = json.loads((copy / "board.yaml").read_text(encoding="utf-8"))
    (copy / "board.yaml").write_text(json.dumps({**settings, "public": False}), encoding="utf-8")
    boards = build_boards(read_config(copy / "board.yaml"))
    publish(list(boards), copy / "site")
    for id in ("good", "half"):
        judge = json.loads((copy / f"site/results/{id}.json").read_text(encoding="utf-8"))["judge"]
        assert judge["unscored_claims"] == judge["no_reference_claims"] == judge["steered_claims"] == []
    assert "1 <code>no-counts</code>" in page(copy / "site", "systems/half.html")
    gold = json.loads(Path(mini_gold_path()).read_text(encoding="utf-8"))
    texts = [question["question"] for claim in gold for question in claim["questions"]] + [c["claim"] for c in gold]
    everything = b"\n".join(path.read_bytes() for path in (copy / "site").rglob("*") if path.is_file())
    assert not [text for text in texts if text.encode() in everything]
    assert SECRET_FACT.encode() not in everything
    (half,) = [system for system in public_site(boards).boards[0].systems if system.id == "half"]
    assert half.audit is not None
    assert [finding.claims for finding in half.audit.findings if finding.group == "judge"] == [(), ()]


def test_exported_replies_give_the_same_board(folder: Path) -> None:
    with Replies(folder / "replies.sqlite", readonly=True) as replies:
        export_replies(replies, folder / "replies.jsonl.gz")
    settings = json.loads((folder / "board.yaml").read_text(encoding="utf-8"))
    judge = {"model": MODEL, "replies": "replies.jsonl.gz"}
    other = folder / "exported.yaml"
    other.write_text(json.dumps({**settings, "judge": judge, "audit": False}), encoding="utf-8")
    (again,) = build_boards(read_config(other))
    (board,) = build_boards(read_config(folder / "board.yaml"))
    assert [entry.result for entry in again.entries] == [entry.result for entry in board.entries]
    assert again.judge is not None
    assert again.judge.replies_sha256 is not None


def test_a_store_keeps_judged_results_until_the_replies_change(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "stored", ignore=shutil.ignore_patterns("site"))
    settings = json.loads((copy / "board.yaml").read_text(encoding="utf-8"))
    path = copy / "board.yaml"
    path.write_text(json.dumps({**settings, "audit": False}), encoding="utf-8")
    config = read_config(path)
    with Store(copy / "store.sqlite") as store:
        (first,) = build_boards(config, store=store)
        assert check_store(config, store).ok
        (again,) = build_boards(config, store=store)
        assert again.entries == first.entries
        # All claims of all submissions were judged by replies that are not there any more.
        with Replies(copy / "none.sqlite"):
            pass
        path.write_text(
            json.dumps({**settings, "audit": False, "judge": {"model": MODEL, "replies": "none.sqlite"}}),
            encoding="utf-8",
        )
        (third,) = build_boards(read_config(path), store=store)
    assert [entry.reason for entry in third.entries] == [
        f"its score is withheld: {MODEL} gave no recall to 40 of 40 claims (100.0 %, more than 5 %): 40 not-asked"
    ] * 3


def test_a_site_of_a_judged_board_comes_out_the_same_again(
    board: Board, site: Path, tmp_path: Path, without_figures: None
) -> None:
    publish([board], tmp_path / "again")
    assert digests(tmp_path / "again") == digests(site)


def test_a_judge_that_is_not_fit_ranks_nobody(tmp_path: Path, without_figures: None) -> None:
    path = write_judged(tmp_path, {"good": 1.0, "half": 0.5}, model="smollm2")
    (board,) = build_boards(read_config(path))
    assert [(entry.rank, entry.reason) for entry in board.entries] == [
        (None, "judged by smollm2, which is not fit for ranking")
    ] * 2
    publish([board], tmp_path / "site")
    assert "<strong>Not fit for ranking:</strong> smollm2" in page(tmp_path / "site", "index.html")
    assert json.loads((tmp_path / "site/board.json").read_text(encoding="utf-8"))["judge"]["fit"] is False


def test_boards_of_different_judges_stand_apart(folder: Path, board: Board) -> None:
    pytest.importorskip("wordllama", reason="the extra local is not installed")
    settings = json.loads((folder / "board.yaml").read_text(encoding="utf-8"))
    path = folder / "lite.yaml"
    path.write_text(json.dumps({**settings, "judge": {"model": "ev2r-lite"}, "audit": False}), encoding="utf-8")
    (lite,) = build_boards(read_config(path))
    assert lite.headline == "ev2r_lite@0.5"
    assert {entry.rank for entry in lite.entries} == {None}
    assert {entry.reason for entry in lite.entries} == {"judged by ev2r-lite, which is not fit for ranking"}
    site = public_site([board, lite])
    index = str(index_page(site, None).render())
    assert f"Score Ev2R @ 0.5, {MODEL}" in index
    assert "Score Ev2R-lite @ 0.5, ev2r-lite" in index
    assert "no language model but a proxy" in str(about_page(site).render())


def test_columns_name_the_judge_where_boards_differ(board: Board) -> None:
    public = public_site([board]).boards[0]
    headings = [column.heading for column in table_columns(public, name_judge=True)]
    assert f"Score Ev2R @ 0.5, {MODEL}" in headings
    assert "Q + A" in headings


@pytest.mark.parametrize("judge", [{"replies": "nowhere.sqlite"}, {"replies": "nowhere.jsonl"}])
def test_replies_that_are_not_there_stop_the_board(folder: Path, judge: dict[str, Any]) -> None:
    settings = json.loads((folder / "board.yaml").read_text(encoding="utf-8"))
    path = folder / "lacking.yaml"
    path.write_text(json.dumps({**settings, "judge": {"model": MODEL, **judge}}), encoding="utf-8")
    with pytest.raises(UnreadableError):
        build_boards(read_config(path))


@pytest.mark.parametrize(("name", "error"), [("bad.sqlite", ResourceError), ("bad.jsonl", UnreadableError)])
def test_damaged_replies_stop_the_board(folder: Path, name: str, error: type[Exception]) -> None:
    (folder / name).write_bytes(b"no database " * 100)
    settings = json.loads((folder / "board.yaml").read_text(encoding="utf-8"))
    path = folder / "damaged.yaml"
    path.write_text(json.dumps({**settings, "judge": {"model": MODEL, "replies": name}}), encoding="utf-8")
    with pytest.raises(error):
        build_boards(read_config(path))
