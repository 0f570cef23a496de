"""System pages: everything that is known of one submission."""

from __future__ import annotations

from dataclasses import replace

import pytest
from leaderboard.markup import Element, drawn, harmless, links

from averitec_eval.leaderboard.charts import Charts
from averitec_eval.leaderboard.claim_pages import claim_pages
from averitec_eval.leaderboard.compare_pages import compare_pages
from averitec_eval.leaderboard.difficulty import telling_claims
from averitec_eval.leaderboard.rendering import interval
from averitec_eval.leaderboard.system_page import SHADES, confusion_rows, system_pages, system_path
from averitec_eval.leaderboard.view import (
    ConfusionMatrix,
    Estimate,
    Finding,
    FirstPairs,
    PublicBoard,
    PublicSite,
    PublicSystem,
    Runs,
)
from averitec_eval.validation.printable import printable

KINDS = ("json", "csv", "claims.csv", "audit.json")
"""What there is to download of a scored system whose gold is public, on a board with audits."""


@pytest.fixture(scope="module")
def board(site: PublicSite) -> PublicBoard:
    return site.boards[0]


@pytest.fixture(scope="module")
def made(site: PublicSite, board: PublicBoard) -> dict[str, Element]:
    return drawn(system_pages(site, board, None))


def page_of(site: PublicSite, board: PublicBoard, system: PublicSystem) -> Element:
    """The page of a system that takes the place of the one with its id."""
    others = (other for other in board.systems if other.id != system.id)
    changed = replace(board, systems=(system, *others), comparisons=())
    return drawn(system_pages(site, changed, None))[system_path("", system.id)]


def section(page: Element, name: str) -> Element:
    return next(s for s in page.all("section") if s.attributes["aria-labelledby"] == name)


def test_every_submission_has_a_page(board: PublicBoard, made: dict[str, Element]) -> None:
    assert list(made) == [f"systems/{system.id}.html" for system in board.systems]
    assert any(not system.scored for system in board.systems)
    for system in board.systems:
        page = made[system_path("", system.id)]
        assert [heading.text for heading in page.all("h1")] == [system.name]
        assert system.team in page.text
        assert system.reason in page.text


def test_every_score_is_written_with_its_interval(board: PublicBoard, made: dict[str, Element]) -> None:
    for system in board.scored:
        rows = section(made[system_path("", system.id)], "scores").all("tbody")[0].all("tr")
        wanted = [system.scores[metric] for metric in board.metrics]
        figures = [tuple(cell.text for cell in row.all("td")[:2]) for row in rows]
        assert figures == [(f"{estimate.value:.3f}", interval(estimate) or "–") for estimate in wanted]
        assert all(
            len(row.all("circle")) == (estimate.low is not None) for row, estimate in zip(rows, wanted, strict=True)
        )


def test_the_confusion_matrix_is_there(board: PublicBoard, made: dict[str, Element]) -> None:
    for system in board.scored:
        assert system.confusion is not None
        rows = section(made[system_path("", system.id)], "verdicts").all("tbody")[0].all("tr")
        counts = [tuple(int(cell.text) for cell in row.all("td")[:-1]) for row in rows]
        assert tuple(counts) == system.confusion.counts
        right = [[cell.text for cell in row.all("td", class_="right")] for row in rows]
        assert right == [[str(row[number])] for number, row in enumerate(system.confusion.counts)]


def test_shades_follow_the_share_of_the_row() -> None:
    matrix = ConfusionMatrix(("a", "b"), ("a", "b", "missing"), ((10, 0, 0), (0, 0, 0)))
    (_, first, total), (_, second, none) = confusion_rows(matrix)
    assert [cell.shade for cell in first] == [SHADES, 0, 0]
    assert [cell.right for cell in first] == [True, False, False]
    assert [cell.shade for cell in second] == [0, 0, 0]
    assert (total, none) == (10, 0)


def test_groups_of_claims(board: PublicBoard, made: dict[str, Element]) -> None:
    for system in board.scored:
        groups = (*system.by_type, *system.by_strategy)
        tables = section(made[system_path("", system.id)], "groups").all("tbody")
        rows = [row for table in tables for row in table.all("tr")]
        assert [row.all("th")[0].text for row in rows] == [group.name for group in groups]
        assert [row.all("td")[0].text for row in rows] == [str(group.n) for group in groups]
        for row, group in zip(rows, groups, strict=True):
            assert f"{group.scores[board.headline].value:.3f}" in row.text


def test_rivals_are_seen_from_this_side(board: PublicBoard, made: dict[str, Element]) -> None:
    for system in board.scored:
        path = system_path("", system.id)
        rows = section(made[path], "rivals").all("tbody")[0].all("tr")
        assert len(rows) == len(board.scored) - 1
        others = {}
        for comparison in board.comparisons:
            pair = comparison.pair
            if comparison.a == system.id:
                others[pair.b] = (pair.difference, pair.wins, pair.losses)
            elif comparison.b == system.id:
                others[pair.a] = (-pair.difference, pair.losses, pair.wins)
        for row in rows:
            difference, wins, losses = others[row.all("th")[0].text]
            assert float(row.all("td")[0].attributes["data-value"]) == difference
            assert [cell.text for cell in row.all("td")[-3::2]] == [str(wins), str(losses)]
            (link,) = links(row, path)
            assert link.startswith("compare/")


def test_claims_worth_a_look(board: PublicBoard, made: dict[str, Element]) -> None:
    seen = 0
    for system in board.scored:
        got, missed = telling_claims(board, system)
        path = system_path("", system.id)
        # Those of the audit are its own; this section is there where there is anything to tell.
        sections = [s for s in made[path].all("section") if s.attributes["aria-labelledby"] == "claims"]
        found = [
            link for s in sections for link in links(s, path) if link.startswith("claims/") and "index" not in link
        ]
        assert found == [f"claims/{telling.claim.claim_id}.html" for telling in (*got, *missed)]
        seen += len(found)
    assert seen


def test_downloads(board: PublicBoard, made: dict[str, Element]) -> None:
    for system in board.systems:
        path = system_path("", system.id)
        found = {link for link in links(made[path], path) if link.startswith("results/")}
        kinds = KINDS if system.scored else ()
        assert found == {f"results/{system.id}.{kind}" for kind in kinds}


def test_what_more_pairs_add(site: PublicSite, board: PublicBoard) -> None:
    first = tuple(
        FirstPairs(k, {board.headline: Estimate(k / 100, k / 200, k / 50), "hu_meteor_qa": Estimate(k / 10)})
        for k in (1, 2, 3, 5, 10)
    )
    page = page_of(site, board, replace(board.scored[0], first=first, pairs=(4.25, 0, 12)))
    part = section(page, "pairs")
    assert "4.2 pairs for a claim on average, 0 at least and 12 at most" in part.text
    rows = [[cell.text for cell in row.all("th") + row.all("td")[:2]] for row in part.all("tbody")[0].all("tr")]
    assert rows[0] == ["the first", "0.010 [0.005, 0.020]", "0.100"]
    assert rows[-1] == ["the first 10", "0.100 [0.050, 0.200]", "1.000"]


def test_levels_are_numbers_without_charts_and_an_image_with_them(site: PublicSite, board: PublicBoard) -> None:
    system = board.scored[0]
    path = system_path("", system.id)
    plain = drawn(system_pages(site, board, None))[path]
    charted = drawn(system_pages(site, board, Charts()))[path]
    assert not plain.all("img")
    (image,) = charted.all("img")
    assert image.attributes["src"] == f"../figures/systems/{system.id}-levels.svg"
    assert image.attributes["alt"]
    for page in (plain, charted):
        rows = section(page, "levels").all("tbody")[0].all("tr")
        assert [row.all("td")[0].text for row in rows] == [
            f"{system.scores[f'averitec@{level}'].value:.3f}" for level in board.levels
        ]


def test_runs_missing_claims_findings_and_signature(site: PublicSite, board: PublicBoard) -> None:
    system = replace(
        board.scored[0],
        runs=Runs((0.5, 0.4), 0.4, 0.5, 0.0707),
        n_missing=1,
        findings=(Finding("Q005", "warning", "A URL is not a web address", 3, ("Q005: found it.",)),),
        validation="valid",
        signature="profile:x",
        submission_sha256="ab" * 32,
    )
    page = page_of(site, board, system)
    assert "2 runs of this system score 0.400 to 0.500 (standard deviation 0.071): 0.500, 0.400." in page.text
    assert "1 claim without a prediction scores 0." in page.text
    (row,) = section(page, "files").all("tbody")[0].all("tr")
    assert row.text.startswith("Q005warningA URL is not a web address")
    assert "Q005: found it." in row.text
    assert row.all("a")[0].attributes["href"] == "../about.html#Q005"
    assert "profile:x" in page.text
    assert "ab" * 32 in page.text


def test_problems_are_said_once(site: PublicSite, board: PublicBoard) -> None:
    (system,) = (system for system in board.systems if not system.scored)
    assert system.problems
    examples = [" ".join(example.split()) for finding in system.findings for example in finding.examples]
    assert len(examples) > len(system.problems)
    page = page_of(site, board, system)
    assert all(example in page.text for example in examples)
    assert not page.all("ul", class_="problems")  # what the table of findings says is not said twice
    texts = [" ".join(problem.split()) for problem in system.problems]
    page = page_of(site, board, replace(system, findings=()))
    assert [item.text for item in page.all("ul", class_="problems")[0].all("li")] == texts


def test_metadata(site: PublicSite, board: PublicBoard) -> None:
    system = replace(
        board.scored[0],
        date="2025-03-01",
        models=("model one", "model two"),
        open_weights=False,
        hardware="one card",
        seconds_per_claim=12.5,
        url="https://example.org/x?a=1&b=2",
        description="First.\n\nSecond.",
    )
    page = page_of(site, board, system)
    facts = {
        item.all("dt")[0].text: item.all("dd")[0].text
        for part in page.all("dl", class_="facts")
        for item in part.all("div")
    }
    assert facts["Date"] == "2025-03-01"
    assert facts["Models"] == "model one, model two"
    assert facts["Weights"] == "closed"
    assert facts["Hardware"] == "one card"
    assert facts["Seconds a claim"] == "12.5"
    assert "https://example.org/x?a=1&b=2" in links(page, "systems/x.html")
    assert [p.text for p in page.all("div", class_="description")[0].all("p")] == ["First.", "Second."]


def test_hostile_text_everywhere(site: PublicSite, board: PublicBoard) -> None:
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e\u200b\ud800'
    system = replace(
        board.scored[0],
        name=evil,
        team=evil,
        reason=evil,
        problems=(evil,),
        description=evil,
        url="javascript:alert(1)",
        models=(evil,),
        hardware=evil,
        date=evil,
        findings=(Finding("Q005", "warning", evil, 1, (evil,)),),
    )
    page = page_of(site, board, system)
    harmless(page)
    assert not page.all("img")
    assert all("javascript:" not in link for link in links(page, "systems/x.html"))
    assert page.text.count(" ".join(printable(evil).split())) >= 9


def test_links_stay_on_pages_that_exist(board: PublicBoard, made: dict[str, Element]) -> None:
    known = {*made, "index.html", "about.html", "manifest.json", "claims/index.html", "compare/index.html"}
    known |= {f"claims/{claim.claim_id}.html" for claim in board.claims}
    known |= {"compare/" + "/".join(sorted((c.a, c.b))) + ".html" for c in board.comparisons}
    known |= {f"results/{s.id}.{kind}" for s in board.scored for kind in KINDS}
    for path, page in made.items():
        harmless(page)
        assert {link for link in links(page, path) if not link.startswith("http")} <= known


def test_hidden_gold_shows_no_claims(site: PublicSite, board: PublicBoard) -> None:
    systems = tuple(replace(system, claims=(), details={}) for system in board.systems)
    hidden = replace(board, public_gold=False, claims=(), systems=systems)
    for path, page in drawn(system_pages(site, hidden, None)).items():
        assert not any("claims" in link for link in links(page, path))


def test_a_page_depends_on_its_own_system_only(site: PublicSite, board: PublicBoard) -> None:
    last = replace(board.systems[-1], description="Something else.")
    after = replace(board, systems=(*board.systems[:-1], last))
    old = {page.path: repr(page.inputs) for page in system_pages(site, board, None)}
    new = {page.path: repr(page.inputs) for page in system_pages(site, after, None)}
    assert {path for path in old if old[path] != new[path]} == {system_path("", last.id)}


def test_the_pages_of_a_phase_link_among_themselves(site: PublicSite, board: PublicBoard) -> None:
    phase = replace(board, folder="dev/", name="dev")
    whole = replace(site, boards=(phase,))
    pages = drawn((*system_pages(whole, phase, None), *claim_pages(whole, phase), *compare_pages(whole, phase)))
    known = {*pages, "index.html", "about.html", "manifest.json"}
    known |= {f"dev/results/{s.id}.{kind}" for s in board.scored for kind in KINDS}
    assert all(path.startswith("dev/") for path in pages)
    for path, page in pages.items():
        assert {link for link in links(page, path) if not link.startswith("http")} <= known
