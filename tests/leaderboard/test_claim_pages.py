"""Claim pages: what every system said of a claim, and the index that leads to them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from leaderboard.markup import Element, drawn, harmless, links, parse
from leaderboard.scored import claim_score, small_board
from strategies import marked_texts

from averitec_eval.leaderboard.claim_pages import claim_pages, claim_path, disagreement_text
from averitec_eval.leaderboard.difficulty import claim_summaries
from averitec_eval.leaderboard.evidence_view import (
    LISTED,
    MATCHED_LIMIT,
    evidence_html,
    gold_list,
    source,
    unmatched_limit,
)
from averitec_eval.leaderboard.view import PublicBoard, PublicEvidence, PublicSite
from averitec_eval.records import Verdict
from averitec_eval.scoring.details import ClaimDetail, Mark, MatchDetail, PredictedText
from averitec_eval.validation.printable import printable

GOLD = (PublicEvidence("Who?", "Ann did."), PublicEvidence("Where?", "In Rome."))


@pytest.fixture(scope="module")
def board(site: PublicSite) -> PublicBoard:
    return site.boards[0]


@pytest.fixture(scope="module")
def made(site: PublicSite, board: PublicBoard) -> dict[str, Element]:
    return drawn(claim_pages(site, board))


def test_there_is_a_page_for_each_claim_and_an_index(board: PublicBoard, made: dict[str, Element]) -> None:
    assert set(made) == {"claims/index.html", *(claim_path("", claim.claim_id) for claim in board.claims)}


def test_hidden_gold_has_no_claim_pages(site: PublicSite, board: PublicBoard) -> None:
    assert list(claim_pages(site, replace(board, public_gold=False))) == []
    assert list(claim_pages(site, replace(board, claims=()))) == []


def test_a_page_shows_the_claim_its_gold_and_all_systems(board: PublicBoard, made: dict[str, Element]) -> None:
    for number, claim in enumerate(board.claims):
        page = made[claim_path("", claim.claim_id)]
        assert [h.text for h in page.all("h1")] == [" ".join(printable(claim.claim).split())]
        gold = [item.text for item in page.all("ol", class_="gold")[0].all("li")]
        assert len(gold) == len(claim.evidence)
        for item, evidence in zip(gold, claim.evidence, strict=True):
            assert item.startswith(" ".join(evidence.question.split()))
        (table,) = page.all("table", class_="onclaim")
        rows = table.all("tbody")[0].all("tr")
        for system, row in zip(board.scored, rows, strict=True):
            score = system.claims[number]
            assert system.name in row.text
            assert f"{score.evidence_qa:.4f}" in row.text
            assert ("✓ right" in row.text) == score.label_correct
            assert ("✓ credit" in row.text) == row.text.count("Credit:") == ("No credit:" not in row.text)
            if score.predicted is not None:
                assert score.predicted.value in row.text
        assert len(page.all("details", class_="run")) == len(rows)


def test_steps_lead_from_each_claim_to_the_next(board: PublicBoard, made: dict[str, Element]) -> None:
    paths = [claim_path("", claim.claim_id) for claim in board.claims]
    for number, path in enumerate(paths):
        for nav in made[path].all("nav", class_="steps"):
            wanted = [*paths[max(0, number - 1) : number], "claims/index.html", *paths[number + 1 : number + 2]]
            assert links(nav, path) == wanted


def test_links_stay_on_pages_that_exist(board: PublicBoard, made: dict[str, Element]) -> None:
    known = {*made, "index.html", "about.html", "manifest.json", "compare/index.html"}
    known |= {f"systems/{system.id}.html" for system in board.systems}
    for path, page in made.items():
        harmless(page)
        assert {link for link in links(page, path) if not link.startswith("http")} <= known
        targets = {element.attributes["id"] for element in page.walk() if "id" in element.attributes}
        inner = {a.attributes["href"][1:] for a in page.all("a") if a.attributes["href"].startswith("#")}
        assert inner <= targets


def test_the_index_says_what_its_filters_need(board: PublicBoard, made: dict[str, Element]) -> None:
    index = made["claims/index.html"]
    rows = index.all("tbody")[0].all("tr")
    for found, row in zip(claim_summaries(board), rows, strict=True):
        assert row.attributes["data-label"] == found.claim.label.value
        assert row.attributes["data-type"].split("|") == list(found.claim.claim_types or ("",))
        assert row.attributes["data-difficulty"] == found.difficulty
        assert row.attributes["data-disagreement"] == str(found.disagreement)
        assert f"{found.credited} of {found.systems}" in row.text
        assert links(row, "claims/index.html") == [claim_path("", found.claim.claim_id)]
    for select in index.all("select"):
        name = select.attributes["data-filter"]
        offered = {option.attributes["value"] for option in select.all("option")}
        used = {value for row in rows for value in row.attributes[f"data-{name}"].split("|")}
        assert used <= offered | {""}


def test_words_for_disagreement() -> None:
    assert [disagreement_text(count) for count in range(3)] == [
        "no predictions",
        "all agree",
        "2 different verdicts",
    ]


def test_a_page_depends_on_its_own_claim_only(site: PublicSite, board: PublicBoard) -> None:
    rows = [[claim_score(1), claim_score(2)], [claim_score(1), claim_score(2, credit=True)]]
    before = small_board(board, rows)
    rows[1][1] = claim_score(2, predicted=Verdict.SUPPORTED)
    after = small_board(board, rows)
    old = {page.path: repr(page.inputs) for page in claim_pages(site, before)}
    new = {page.path: repr(page.inputs) for page in claim_pages(site, after)}
    assert {path for path in old if old[path] != new[path]} == {"claims/2.html", "claims/index.html"}


def test_evidence_counts_where_its_file_is_unknown(site: PublicSite, board: PublicBoard) -> None:
    small = small_board(board, [[claim_score(1)]])
    details = [ClaimDetail(1, (PredictedText("Who?", answer),), ()) for answer in ("Ann", "Bob")]
    keys = []
    for detail in details:
        system = replace(small.systems[0], submission_sha256=None, details={1: detail})
        keys.append([repr(page.inputs) for page in claim_pages(site, replace(small, systems=(system,)))])
    assert keys[0][0] == keys[1][0]
    assert keys[0][1] != keys[1][1]


def test_the_same_board_gives_the_same_bytes(site: PublicSite, board: PublicBoard) -> None:
    first, second = ({page.path: page.render() for page in claim_pages(site, board)} for _ in range(2))
    assert first == second


# --- Evidence ---


def detail(*texts: str, matches: tuple[MatchDetail, ...] = ()) -> ClaimDetail:
    return ClaimDetail(1, tuple(PredictedText("Who?", text) for text in texts), matches)


def test_matched_pairs_stand_side_by_side() -> None:
    pair = MatchDetail(1, 0, 0.75, (Mark(0, 4, "exact"), Mark(5, 8, "synonym")), (Mark(0, 4, "exact"),))
    page = parse(evidence_html(detail("Bob ran.", "Ann ran.", matches=(pair,)), claim_score(1), GOLD, 100))
    (item,) = page.all("ol", class_="pairs")[0].all("li")
    left, right = item.all("div")
    assert left.text == "A · Predicted 2Who?Ann ran."
    assert right.text == "A · Gold 1Who?Ann did."
    assert item.all("p", class_="j")[0].text == "A METEOR 0.750"
    assert [mark.text for mark in left.all("b")] == ["Who?"]
    assert [mark.text for mark in left.all("u")] == ["Ann"]
    assert [mark.text for mark in right.all("b")] == ["Who?"]


def test_what_has_no_partner_is_told_apart_from_what_is_not_compared() -> None:
    pair = MatchDetail(0, 1, 0.5, (), ())
    score = claim_score(1, n_predicted=4, n_counted=2)
    page = parse(evidence_html(detail("a", "b", "c", "d", matches=(pair,)), score, GOLD, 100))
    headings = [heading.text for heading in page.all("p", class_="h")]
    assert headings == [
        "Compared, without a partner",
        "Beyond the first 2, not compared",
        "Gold that nothing matched",
    ]
    numbers = [[item.attributes["value"] for item in part.all("li")] for part in page.all("ol", class_="rest")]
    assert numbers == [["2"], ["3", "4"], ["1"]]


def test_no_evidence_is_said() -> None:
    page = parse(evidence_html(detail(), claim_score(1, n_predicted=0, n_counted=0), GOLD, 100))
    assert page.text.startswith("It gives no evidence.")


def test_huge_evidence_is_cut() -> None:
    pair = MatchDetail(0, 0, 0.5, (), ())
    many = detail("x" * 100_000, *["y" * 100_000] * 300, matches=(pair,))
    html = evidence_html(many, claim_score(1, n_predicted=301, n_counted=10), GOLD, 100)
    assert len(html) < MATCHED_LIMIT + 2 * LISTED * 300
    assert f"and {291 - LISTED} more" in html
    assert f"+{100_000 - MATCHED_LIMIT:,}" in html


@given(marked_texts(), marked_texts(), st.booleans())
def test_hostile_evidence_is_text(
    one: tuple[str, tuple[Mark, ...]], other: tuple[str, tuple[Mark, ...]], asked: bool
) -> None:
    (text, marks), (gold_text, _) = one, other
    predicted = PredictedText(None if not asked else gold_text, text, "javascript:alert(1)")
    gold = (PublicEvidence(gold_text, text, gold_text, "data:text/html,x"),)
    whole = ClaimDetail(1, (predicted, predicted), (MatchDetail(0, 0, 0.5, () if asked else marks, ()),))
    page = parse(evidence_html(whole, claim_score(1), gold, 100) + gold_list(gold))
    harmless(page)
    assert {element.tag for element in page.walk()} <= {"ol", "li", "p", "div", "span", "small", "b", "i", "u"}


def test_a_source_is_a_link_only_to_the_web() -> None:
    (link,) = parse(source("https://example.org/a?b=1&c=2")).all("a")
    assert link.attributes["href"] == "https://example.org/a?b=1&c=2"
    assert link.text == "example.org"
    for address in (None, "", "javascript:alert(1)", "file:///etc/passwd", 'https://x.org/" onclick="y', "https://"):
        assert source(address) == ""


def test_large_boards_show_less_of_what_was_not_matched() -> None:
    assert unmatched_limit(4, 500) > unmatched_limit(20, 500) > unmatched_limit(100, 500) > 0


def test_details_of_a_system_are_on_the_page(site: PublicSite, board: PublicBoard) -> None:
    small = small_board(board, [[claim_score(1)], [claim_score(1, predicted=None)]])
    pair = MatchDetail(0, 0, 0.5, (), ())
    system = replace(small.systems[0], details={1: detail("Ann did.", matches=(pair,))})
    pages = drawn(claim_pages(site, replace(small, systems=(system, small.systems[1]))))
    first, second = pages["claims/1.html"].all("details", class_="run")
    assert [item.text for item in first.all("ol", class_="pairs")] == [
        "A · Predicted 1Who?Ann did. A METEOR 0.500 A · Gold 1Q?A."
    ]
    assert "It leaves this claim out." in second.text
