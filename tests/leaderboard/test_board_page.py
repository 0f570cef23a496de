"""The first page: groups, ranks, columns, published figures; what the script is told; what cannot get through."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import strategies
from hypothesis import given, settings
from hypothesis import strategies as st
from leaderboard.markup import Element
from leaderboard.reading import cells, every, one, rows, sound, width

from averitec_eval.leaderboard.board_page import axis_top, index_page, row_groups, table_columns
from averitec_eval.leaderboard.rendering import environment
from averitec_eval.leaderboard.view import (
    Estimate,
    PublicBoard,
    PublicSite,
    PublicSystem,
    PublishedBoard,
    PublishedRow,
    Runs,
)

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u202e\u200b\x00\ud800 javascript:alert(1)"

PUBLISHED = PublishedBoard(
    "2025",
    "ev2r_recall@0.5",
    "https://example.org/results",
    (
        PublishedRow(1, "A team", "A system", 0.33, 0.2, 0.48, 0.41, 54.0, False),
        PublishedRow(None, "Baseline", "", 0.2, 0.27, 0.34, None, None, True),
    ),
)


def document(site: PublicSite) -> Element:
    html = index_page(site, None).render()
    return sound(html)


def scores(site: PublicSite) -> Element:
    return one(document(site), "table", id_="board-scores")


def test_all_systems_are_in_the_table_in_their_groups_with_rank_tier_and_reason(site: PublicSite) -> None:
    bodies = every(scores(site), "tbody")
    assert [body.attributes["class"] for body in bodies] == ["ranked", "compared", "unranked", "unscored"]
    ranked = [system for system in site.boards[0].systems if system.ranked]
    for row, system in zip(every(bodies[0], "tr")[1:], ranked, strict=True):
        tier, rank, name = cells(row)[:3]
        assert tier.text == str(system.tier)
        assert rank.text == f"{system.rank} [{system.rank_low}, {system.rank_high}]"
        assert name.tag == "th"
        assert one(name, "a").text == system.name
    apart = [row for body in bodies[1:3] for row in every(body, "tr")[1:]]
    assert apart
    assert all(cells(row)[0].text == cells(row)[1].text == "–" for row in apart)
    assert all("Not ranked: " in row.text for row in apart)
    (unscored,) = every(bodies[3], "tr")[1:]
    assert "Not scored: its prediction file is invalid." in unscored.text
    assert len(every(unscored, "li")) == len(site.boards[0].systems[-1].problems) > 0
    assert sum(len(every(body, "tr")) - 1 for body in bodies) == len(site.boards[0].systems)


def test_every_row_fills_every_column(site: PublicSite) -> None:
    table = scores(site)
    columns = len(every(one(table, "thead"), "th"))
    assert columns == len(table_columns(site.boards[0]))
    for row in every(table, "tr"):
        assert width(row) == columns


def test_the_score_is_written_with_its_interval_and_drawn(site: PublicSite) -> None:
    board = site.boards[0]
    table, best = scores(site), next(system for system in board.systems if system.ranked)
    at = [head.attributes["data-key"] for head in every(one(table, "thead"), "th")].index("score")
    row = next(row for row in every(table, "tr") if every(row, "a", href=f"systems/{best.id}.html"))
    cell, estimate = cells(row)[at], best.scores[board.headline]
    assert cell.text == f"{estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"
    assert float(cell.attributes["data-value"]) == estimate.value
    drawing = one(cell, "svg")
    assert drawing.attributes["aria-hidden"] == "true"
    low, high = (float(one(drawing, "line", class_="range").attributes[end]) for end in ("x1", "x2"))
    assert low <= float(one(drawing, "circle").attributes["cx"]) <= high <= float(drawing.attributes["width"])


def test_an_oracle_does_not_stretch_the_axis_of_the_others(site: PublicSite) -> None:
    rows_of = {every(row, "th")[0].text: row for row in every(scores(site), "tr") if every(row, "th")}
    oracle = next(row for name, row in rows_of.items() if "Oracle" in name)
    assert every(oracle, "svg") == []
    assert axis_top([Estimate(0.31, 0.25, 0.4)]) == 0.4
    assert axis_top([Estimate(0.0, 0.0, 0.001), Estimate(0.41)]) == 0.5
    assert axis_top([]) == axis_top([Estimate(1.0, 0.9, 1.0)]) == 1.0


def test_levels_and_f1_are_there_to_be_chosen(site: PublicSite) -> None:
    heads = every(one(scores(site), "thead"), "th")
    optional = {head.attributes["data-key"] for head in heads if "data-optional" in head.attributes}
    assert {"averitec@0.1", "averitec@0.5", "f1_supported", "missing"} <= optional
    assert {"score", "hu_meteor_q", "hu_meteor_qa", "accuracy", "macro_f1", "seconds", "weights", "date"}.isdisjoint(
        optional
    )
    keys = [head.attributes["data-key"] for head in heads]
    assert len(keys) == len(set(keys))
    assert [head.attributes["data-key"] for head in heads if "data-default" in head.attributes] == ["score"]


def test_columns_that_nobody_filled_wait_in_the_chooser(site: PublicSite) -> None:
    board = site.boards[0]
    systems = tuple(replace(system, date=None, open_weights=None, seconds_per_claim=None) for system in board.systems)
    optional = {column.key for column in table_columns(replace(board, systems=systems)) if column.optional}
    assert {"seconds", "weights", "date"} <= optional


def test_figures_have_their_words_and_numbers_without_images(site: PublicSite) -> None:
    figures = every(document(site), "figure")
    assert len(figures) == 2
    for figure in figures:
        assert every(figure, "img") == []
        assert len(rows(one(figure, "table"))) > 2
        assert one(figure, "figcaption").text


def test_an_image_has_its_alternative_and_size(site: PublicSite) -> None:
    from averitec_eval.leaderboard.charts import Charts

    html = index_page(site, Charts()).render()
    images = every(sound(html), "img")
    assert [image.attributes["src"] for image in images] == ["figures/levels.svg", "figures/runtime.svg"]
    assert all(len(image.attributes["alt"]) > 40 for image in images)
    assert all(int(image.attributes["width"]) > int(image.attributes["height"]) > 0 for image in images)


def test_several_boards_and_published_ones_are_sections_with_links_to_them(site: PublicSite) -> None:
    boards = (replace(site.boards[0], folder="dev/", name="Dev"), replace(site.boards[0], folder="test/", name="Test"))
    page = document(replace(site, boards=boards, published=(PUBLISHED,)))
    links = every(one(page, "ul", class_="tabs"), "a")
    assert [link.text for link in links] == ["Dev", "Test", "Published 2025"]
    sections = [section for section in every(page, "section") if "data-panel" in section.attributes]
    assert [f"#{section.attributes['id']}" for section in sections] == [link.attributes["href"] for link in links]
    assert every(one(sections[1], "p", class_="after"), "a")[0].attributes["href"] == "test/board.json"
    ids = Counter(
        element.attributes["id"]
        for tag in ("section", "table", "caption", "figure")
        for element in every(page, tag)
        if "id" in element.attributes
    )
    assert set(ids.values()) == {1}


def test_one_board_alone_has_no_tabs(site: PublicSite) -> None:
    assert every(document(site), "ul", class_="tabs") == []


def test_published_figures_are_marked_and_have_no_intervals(site: PublicSite) -> None:
    section = one(document(replace(site, published=(PUBLISHED,))), "section", id_="published-2025")
    assert "not scored here" in one(section, "p", class_="notice").text
    assert one(section, "a").attributes["href"] == "https://example.org/results"
    table = rows(one(section, "table"))
    assert table[1:] == [
        ["1", "A team", "A system", "0.33", "0.20", "0.48", "0.41", "54"],
        ["–", "Baseline baseline", "–", "0.20", "0.27", "0.34", "–", "–"],
    ]


def test_columns_of_published_figures_that_say_nothing_are_left_out(site: PublicSite) -> None:
    row = PublishedRow(1, "A team", "", 0.5, 0.4, 0.3, 0.5, None, False)
    board = PublishedBoard("2024", "averitec@0.25", "a file", (row,))
    section = one(document(replace(site, published=(board,))), "section", id_="published-2024")
    assert rows(one(section, "table"))[0] == ["Rank", "Team", "Score", "Q only", "Q + A"]


def test_text_of_strangers_shows_as_text(site: PublicSite) -> None:
    board = site.boards[0]
    bad = replace(
        board.systems[0],
        name=HOSTILE,
        team=HOSTILE,
        models=(HOSTILE,),
        hardware=HOSTILE,
        problems=(HOSTILE,),
        reason=HOSTILE,
        url="javascript:alert(1)",
        runs=Runs((0.1, 0.2), 0.1, 0.2, 0.07),
    )
    worse = PublicSystem("worse", HOSTILE * 500, HOSTILE, "system", reason=HOSTILE, problems=(HOSTILE,))
    published = PublishedBoard(
        "2024", HOSTILE, "javascript:alert(1)", (PublishedRow(1, HOSTILE, HOSTILE, 0.1, None, None, None, None, False),)
    )
    hostile = PublicSite(
        HOSTILE, HOSTILE, HOSTILE, (replace(board, name=HOSTILE, split=HOSTILE, systems=(bad, worse)),), (published,)
    )
    page = document(hostile)
    assert "<script>alert(1)</script>" in one(page, "h1").text
    assert "\\u202e" in one(page, "h1").text
    assert "2 runs score 0.100 to 0.200." in page.text


def test_a_board_without_submissions_says_so(site: PublicSite) -> None:
    empty = replace(site.boards[0], systems=(), comparisons=(), metrics=())
    page = document(replace(site, boards=(empty,)))
    assert every(page, "table") == []
    assert "There is no submission yet." in page.text


@settings(max_examples=25, deadline=None)
@given(strategies.public_boards())
def test_any_board_gives_a_sound_page(board: PublicBoard) -> None:
    site = PublicSite("Site", "", "", (board,))
    page = document(site)
    names = [name for group in row_groups(site.boards[0]) for name in group.systems]
    assert len(names) == len(site.boards[0].systems)
    for table in every(page, "table"):
        columns = len(every(one(table, "thead"), "th"))
        assert all(width(row) == columns for row in every(table, "tr"))


@given(st.data())
def test_what_the_page_does_not_show_is_not_among_its_inputs(data: st.DataObject) -> None:
    board = data.draw(strategies.public_boards(max_size=4))
    other = replace(
        board, systems=tuple(replace(system, document={"a": 1}, pairs=(1.0, 1, 2)) for system in board.systems)
    )
    one, two = (index_page(PublicSite("Site", "", "", (each,)), None) for each in (board, other))
    assert repr(one.inputs) == repr(two.inputs)
    assert one.render() == two.render()


def test_the_same_site_gives_the_same_bytes_and_inputs_tell_of_a_change(site: PublicSite) -> None:
    one, two = index_page(site, None), index_page(site, None)
    assert one.render() == two.render()
    assert repr(one.inputs) == repr(two.inputs)
    changed = replace(site.boards[0], systems=tuple(replace(system, team="x") for system in site.boards[0].systems))
    assert repr(index_page(replace(site, boards=(changed,)), None).inputs) != repr(one.inputs)


def test_templates_hold_nothing_inline_and_mark_nothing_as_safe() -> None:
    loader = environment().loader
    assert loader is not None
    names = [name for name in loader.list_templates() if name != "board.html"]
    assert {"base.html", "index.html", "about.html", "macros.html"} <= set(names)
    for name in names:
        source = loader.get_source(environment(), name)[0]
        for forbidden in (" style=", "<style", "|safe", "| safe", " onclick="):
            assert forbidden not in source, (name, forbidden)
