"""Compare pages: any two systems, by whom they were won and lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from leaderboard.markup import Element, drawn, harmless, links

from averitec_eval.leaderboard.compare_pages import (
    LISTED,
    compare_pages,
    difference_top,
    p_text,
    pair_path,
)
from averitec_eval.leaderboard.view import PublicBoard, PublicSite
from averitec_eval.validation.printable import printable


@pytest.fixture(scope="module")
def board(site: PublicSite) -> PublicBoard:
    return site.boards[0]


@pytest.fixture(scope="module")
def made(site: PublicSite, board: PublicBoard) -> dict[str, Element]:
    return drawn(compare_pages(site, board))


def test_every_pair_has_one_page(board: PublicBoard, made: dict[str, Element]) -> None:
    ids = [system.id for system in board.scored]
    assert len(made) == 1 + len(ids) * (len(ids) - 1) // 2
    for first in ids:
        for second in ids:
            if first != second:
                assert pair_path("", first, second) == pair_path("", second, first)
                assert pair_path("", first, second) in made


def test_a_board_of_one_system_has_nothing_to_compare(site: PublicSite, board: PublicBoard) -> None:
    assert list(compare_pages(site, replace(board, comparisons=()))) == []


def test_a_page_says_how_the_pair_stands(board: PublicBoard, made: dict[str, Element]) -> None:
    for comparison in board.comparisons:
        page = made[pair_path("", comparison.a, comparison.b)]
        pair = comparison.pair
        assert printable(comparison.sentence) in page.all("p", class_="verdict")[0].text
        (legend,) = page.all("ul", class_="legend")
        assert [int(item.all("strong")[0].text) for item in legend.all("li")] == [pair.wins, pair.ties, pair.losses]
        facts = page.all("dl", class_="facts")[0].text
        signed = f"{pair.difference:+.3f}".replace("-", "−")
        assert (signed if pair.difference else "0.000") in facts
        assert pair.difference or "+0.000" not in facts
        assert p_text(pair.p) in facts


def test_groups_of_wins_and_losses(board: PublicBoard, made: dict[str, Element]) -> None:
    for comparison in board.comparisons:
        page = made[pair_path("", comparison.a, comparison.b)]
        section = next(s for s in page.all("section") if s.attributes["aria-labelledby"] == "wins")
        rows = [row for table in section.all("table") for row in table.all("tbody")[0].all("tr")]
        wanted = [*comparison.by_label, *comparison.by_type]
        assert len(rows) == len(wanted)
        for row, group in zip(rows, wanted, strict=True):
            figures = [cell.text for cell in row.all("td")[:4]]
            assert row.all("th")[0].text == group.name
            assert figures == [str(value) for value in (group.n, group.wins, group.ties, group.losses)]


def deciding(page: Element, path: str) -> list[str]:
    section = next(s for s in page.all("section") if s.attributes["aria-labelledby"] == "deciding")
    return links(section, path)


def test_deciding_claims_are_linked(board: PublicBoard, made: dict[str, Element]) -> None:
    assert any(comparison.pair.wins for comparison in board.comparisons)
    for comparison in board.comparisons:
        path = pair_path("", comparison.a, comparison.b)
        ids = (*comparison.pair.won_by_a, *comparison.pair.won_by_b)
        assert deciding(made[path], path) == [f"claims/{claim_id}.html" for claim_id in ids]


def test_many_deciding_claims_are_linked_too(site: PublicSite, board: PublicBoard) -> None:
    comparison = board.comparisons[0]
    count = LISTED + 5
    template, scores = board.claims[0], {system.id: system.claims[0] for system in board.scored}
    claims = tuple(replace(template, claim_id=number, claim="word " * 100) for number in range(count))
    systems = tuple(
        replace(system, claims=tuple(replace(scores[system.id], claim_id=number) for number in range(count)))
        for system in board.scored
    )
    pair = replace(comparison.pair, wins=count, won_by_a=tuple(range(count)), losses=0, won_by_b=())
    large = replace(
        board, claims=claims, systems=systems, comparisons=(replace(comparison, pair=pair),), n_claims=count
    )
    path = pair_path("", comparison.a, comparison.b)
    page = drawn(compare_pages(site, large))[path]
    assert deciding(page, path) == [f"claims/{number}.html" for number in range(count)]
    assert len(page.all("table", class_="deciding")[0].all("tbody")[0].all("tr")) == LISTED
    assert "word " * 30 not in page.text


def test_hidden_gold_shows_no_claims(site: PublicSite, board: PublicBoard) -> None:
    hidden = replace(
        board,
        public_gold=False,
        claims=(),
        systems=tuple(replace(system, claims=(), details={}) for system in board.systems),
        comparisons=tuple(
            replace(comparison, pair=replace(comparison.pair, won_by_a=(), won_by_b=()))
            for comparison in board.comparisons
        ),
    )
    pages = drawn(compare_pages(site, hidden))
    texts = [printable(claim.claim) for claim in board.claims]
    for path, page in pages.items():
        assert not any("claims/" in link for link in links(page, path))
        assert not any(text in page.text for text in texts)


def test_the_matrix_mirrors_itself(board: PublicBoard, made: dict[str, Element]) -> None:
    (matrix,) = made["compare/index.html"].all("table", class_="matrix")
    rows = [[cell.text for cell in row.all("td")] for row in matrix.all("tbody")[0].all("tr")]
    assert len(rows) == len(board.scored)
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            if i == j:
                assert text == "·"
            else:
                assert text != ""
                turned = rows[j][i].translate(str.maketrans("+−", "−+"))
                assert text == turned
                assert text.strip("*") == "0.000" or text[0] in "+−"


def test_the_list_has_what_the_chooser_needs(board: PublicBoard, made: dict[str, Element]) -> None:
    index = made["compare/index.html"]
    found = {
        (a.attributes["data-a"], a.attributes["data-b"]): link
        for a in index.all("a")
        for link in links(Element("", {}, [a]), "compare/index.html")
        if "data-a" in a.attributes
    }
    assert found == {(c.a, c.b): pair_path("", c.a, c.b) for c in board.comparisons}
    ids = {system.id for system in board.scored}
    chooser = next(element for element in index.walk() if "data-chooser" in element.attributes)
    assert [{option.attributes["value"] for option in select.all("option")} for select in chooser.all("select")] == [
        ids,
        ids,
    ]


def test_links_stay_on_pages_that_exist(board: PublicBoard, made: dict[str, Element]) -> None:
    known = {*made, "index.html", "about.html", "manifest.json", "claims/index.html"}
    known |= {f"systems/{system.id}.html" for system in board.scored}
    known |= {f"claims/{claim.claim_id}.html" for claim in board.claims}
    for path, page in made.items():
        harmless(page)
        assert set(links(page, path)) <= known


def test_hostile_names(site: PublicSite, board: PublicBoard) -> None:
    name = '<img src=x onerror="alert(1)">\u202e\ud800'
    systems = tuple(replace(system, name=name, team=name) for system in board.systems)
    comparisons = tuple(
        replace(comparison, pair=replace(comparison.pair, a=name, b=name), sentence=name)
        for comparison in board.comparisons[:1]
    )
    evil = replace(board, systems=systems, comparisons=comparisons)
    for page in drawn(compare_pages(site, evil)).values():
        harmless(page)
        assert not page.all("img")
        assert printable(name) in page.text


def test_a_page_depends_on_its_own_pair_only(site: PublicSite, board: PublicBoard) -> None:
    changed = replace(board.comparisons[-1], sentence="Another sentence.")
    after = replace(board, comparisons=(*board.comparisons[:-1], changed))
    old = {page.path: repr(page.inputs) for page in compare_pages(site, board)}
    new = {page.path: repr(page.inputs) for page in compare_pages(site, after)}
    assert {path for path in old if old[path] != new[path]} == {pair_path("", changed.a, changed.b)}


@pytest.mark.parametrize(
    ("p", "text"), [(1.0, "1.0000"), (0.04567, "0.0457"), (0.00009, "< 0.0001"), (0.0, "< 0.0001")]
)
def test_p_values(p: float, text: str) -> None:
    assert p_text(p) == text


def test_the_axis_holds_all_intervals() -> None:
    assert difference_top([]) == pytest.approx(0.021)
    assert difference_top([(-0.3, 0.1), (0.0, 0.2)]) == pytest.approx(0.315)
