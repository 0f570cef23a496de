"""The figures of a board: what they say, what they hold, and that they can be read."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from leaderboard.charted import board_of, crowd, system_of
from strategies import public_boards

from averitec_eval.errors import ResourceError, UsageError
from averitec_eval.leaderboard import palette
from averitec_eval.leaderboard.charts import NAME_LENGTH, Chart, Charts, board_table, groups_table
from averitec_eval.leaderboard.drawing import cell_alpha, render
from averitec_eval.leaderboard.view import ConfusionMatrix, Group, PublicBoard, PublicSite
from averitec_eval.scoring.profiles import get_profile, level_name
from averitec_eval.tables import Value
from averitec_eval.validation.printable import printable

SVG = "{http://www.w3.org/2000/svg}"
ROOT = Path(__file__).resolve().parent.parent.parent


def made(chart: Chart | None) -> Chart:
    assert chart is not None
    return chart


def texts(svg: bytes) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def column(chart: Chart, heading: str) -> list[Value]:
    index = [column.heading for column in chart.table.columns].index(heading)
    return [row[index] for row in chart.table.rows]


# --- Numbers ---


def test_the_table_of_levels_holds_every_score(site: PublicSite) -> None:
    board = site.boards[0]
    chart = made(Charts().board_levels(board))
    assert column(chart, "System") == [system.name for system in board.scored]
    for level in board.levels:
        shown = column(chart, f"at {level_name(level)}")
        assert shown == [system.scores[f"averitec@{level_name(level)}"].value for system in board.scored]


def test_the_curves_are_the_table(site: PublicSite) -> None:
    board = site.boards[0]
    chart = made(Charts().board_levels(board))
    data: Any = chart.data
    drawn = [tuple(y for _, y, *_ in curve.points) for curve in data.curves]
    assert drawn == [row[2:] for row in chart.table.rows]
    assert all([x for x, *_ in curve.points] == sorted(board.levels) for curve in data.curves)


def test_the_figure_of_runtimes_leaves_out_who_names_none(site: PublicSite) -> None:
    board = site.boards[0]
    chart = made(Charts().board_runtime(board))
    timed = [system for system in board.scored if system.seconds_per_claim]
    assert 0 < len(timed) < len(board.scored)
    assert column(chart, "System") == [system.name for system in timed]
    assert column(chart, "Seconds per claim") == [system.seconds_per_claim for system in timed]
    assert column(chart, "Low") == [system.scores[board.headline].low for system in timed]


def test_a_system_has_its_levels_with_their_intervals(site: PublicSite) -> None:
    board = site.boards[0]
    system = board.scored[2]
    chart = made(Charts().system_levels(board, system))
    assert chart.name == f"systems/{system.id}-levels"
    estimates = [system.scores[f"averitec@{level_name(level)}"] for level in sorted(board.levels)]
    assert [row[1:] for row in chart.table.rows] == [(e.value, e.low, e.high) for e in estimates]


def test_the_table_of_scores_is_the_board(site: PublicSite) -> None:
    board = site.boards[0]
    table = board_table(board)
    assert [(row[0], row[2], row[3]) for row in table.rows] == [(s.rank, s.tier, s.name) for s in board.scored]
    assert [row[5:8] for row in table.rows] == [
        (e.value, e.low, e.high) for e in (system.scores[board.headline] for system in board.scored)
    ]
    assert made(Charts().forest(board)).table.rows == table.rows


def test_a_matrix_shows_a_column_for_missing_predictions_only_where_some_are_missing() -> None:
    rows = ("Supported", "Refuted")
    system = system_of("One", 1, (0.5, 0.4, 0.3))
    full = replace(system, confusion=ConfusionMatrix(rows, (*rows, "missing"), ((5, 1, 0), (2, 4, 0))))
    assert [c.heading for c in made(Charts().confusion(full)).table.columns] == ["Gold verdict", *rows]
    lacking = replace(system, confusion=ConfusionMatrix(rows, (*rows, "missing"), ((5, 1, 0), (2, 3, 1))))
    chart = made(Charts().confusion(lacking))
    assert [c.heading for c in chart.table.columns] == ["Gold verdict", *rows, "missing"]
    assert chart.table.rows == (("Supported", 5, 1, 0), ("Refuted", 2, 3, 1))


def test_groups_are_columns_with_their_sizes(site: PublicSite) -> None:
    board = site.boards[0]
    table = groups_table(board, lambda system: system.by_type, "claim type")
    assert table is not None
    groups = board.scored[0].by_type
    assert [column.heading for column in table.columns[2:]] == [f"{group.name} ({group.n:,})" for group in groups]
    assert table.rows[0][2:] == tuple(group.scores[board.headline].value for group in groups)
    assert groups_table(board, lambda system: (), "claim type") is None


def test_a_group_that_a_system_lacks_is_an_empty_cell() -> None:
    one, two = system_of("One", 1, (0.5, 0.4, 0.3)), system_of("Two", 2, (0.4, 0.3, 0.2))
    board = board_of(replace(one, by_type=(Group("Quote", 30, one.scores),)), two)
    table = groups_table(board, lambda system: system.by_type, "claim type")
    assert table is not None
    assert [row[2] for row in table.rows] == [0.4, None]


# --- Words ---


def test_the_text_of_levels_says_who_is_highest_and_how_it_falls() -> None:
    board = board_of(system_of("Hero", 1, (0.7, 0.5, 0.2)), system_of("Other", 2, (0.6, 0.4, 0.1)))
    assert made(Charts().board_levels(board)).alt == (
        "Line chart: 2 systems, 3 levels from 0.1 to 0.5. Hero is highest at every level. "
        "Hero falls from 0.700 at 0.1 to 0.200 at 0.5. "
        "At 0.25, which ranks, scores run from 0.400 (Other) to 0.500 (Hero)."
    )


def test_the_text_of_levels_names_each_leader() -> None:
    board = board_of(
        system_of("Hero", 1, (0.6, 0.5, 0.2)),
        system_of("Other", 2, (0.7, 0.4, 0.2)),
        system_of("Oracle", None, (1.0, 1.0, 0.9)),
    )
    assert made(Charts().board_levels(board)).alt == (
        "Line chart: 3 systems, 3 levels from 0.1 to 0.5. "
        "Highest of the ranked systems: Other at 0.1; Hero at 0.25; Hero and Other at 0.5. "
        "At 0.25, which ranks, scores run from 0.400 (Other) to 1.000 (Oracle). "
        "1 of them takes no rank and is drawn dashed."
    )


def test_the_text_of_runtimes_says_who_is_fast_and_who_is_good() -> None:
    board = board_of(
        system_of("Slow", 1, (0.7, 0.5, 0.2), seconds=60.0),
        system_of("Waste", 2, (0.6, 0.4, 0.2), seconds=90.0),
        system_of("Quick", 3, (0.5, 0.3, 0.2), seconds=1.5),
        system_of("Silent", 4, (0.5, 0.2, 0.2)),
    )
    assert made(Charts().board_runtime(board)).alt == (
        "Scatter chart: 3 systems that name a runtime, the axis of seconds being logarithmic. "
        "Highest is Slow with 0.500 at 60 seconds per claim; fastest is Quick with 0.300 at 1.5 seconds per claim. "
        "Only Quick and Slow have no faster system above. 1 system more with a score names none."
    )


def test_the_text_of_one_system_compares_it_with_the_best() -> None:
    best, other = system_of("Hero", 1, (0.7, 0.5, 0.2)), system_of("Other", 2, (0.6, 0.4, 0.1))
    board = board_of(best, other)
    text = made(Charts().system_levels(board, other)).alt
    assert text == (
        "Line chart over 3 levels from 0.1 to 0.5. Other falls from 0.600 at 0.1 to 0.100 at 0.5. "
        "AVeriTeC score @ 0.25, which ranks, is 0.400 with a 95 % interval from 0.360 to 0.440. "
        "For comparison, Hero, the best ranked, has 0.500."
    )
    assert made(Charts().system_levels(board, best)).alt.endswith("It is the best ranked.")


def test_the_text_of_scores_and_of_a_matrix() -> None:
    board = crowd(9)
    assert made(Charts().forest(board)).alt == (
        "9 systems from best to worst, each with its score and 95 % interval. "
        "System 0 with retrieval and reranking is first with 0.620 [0.580, 0.660]. "
        "System 8 is last with 0.264 [0.224, 0.304]. The ranked ones form 2 tiers; 4 systems are in the first."
    )
    rows = ("Supported", "Refuted")
    system = replace(board.scored[0], confusion=ConfusionMatrix(rows, rows, ((8, 2), (0, 1))))
    assert made(Charts().confusion(system)).alt == (
        "Matrix of counts, gold verdicts by predicted verdicts. Of 10 claims that are Supported, 8 got that verdict, "
        "and most of the others Refuted (2). Of 1 claim that is Refuted, 1 got that verdict."
    )


def test_the_axis_says_whether_a_level_is_reached_or_exceeded() -> None:
    board = crowd(2)
    draft = replace(board, profile=get_profile("evalai-2024-draft"))
    assert "Level that the evidence score must exceed" in texts(render(made(Charts().board_levels(board)), "svg"))
    assert "Level that the evidence score must reach" in texts(render(made(Charts().board_levels(draft)), "svg"))


# --- What is not there ---


def test_charts_that_would_be_empty_are_none() -> None:
    charts, unscored = Charts(), replace(system_of("One", None, (0.5, 0.4, 0.3)), scores={})
    for board in (board_of(), board_of(unscored)):
        assert charts.board_levels(board) is None
        assert charts.board_runtime(board) is None
        assert charts.forest(board) is None
        assert list(charts.all_of(board)) == []
    assert charts.system_levels(board_of(unscored), unscored) is None
    assert charts.confusion(unscored) is None
    untimed = board_of(system_of("One", 1, (0.5, 0.4, 0.3)), system_of("Zero", 2, (0.4, 0.3, 0.2), seconds=0.0))
    assert charts.board_runtime(untimed) is None


@given(board=public_boards())
@settings(max_examples=60)
def test_any_board_has_words_and_numbers(board: PublicBoard) -> None:
    for chart in Charts().all_of(board):
        assert printable(chart.alt) == chart.alt
        assert printable(chart.title) == chart.title
        assert "nan" not in chart.alt
        assert chart.table.rows
        assert len(chart.alt) < 1200


@given(board=public_boards())
@settings(max_examples=12)
def test_any_board_can_be_drawn(board: PublicBoard) -> None:
    for chart in itertools.islice(Charts().all_of(board), 4):
        ElementTree.fromstring(render(chart, "svg"))


def test_the_axis_of_scores_begins_where_the_intervals_do() -> None:
    board = board_of(system_of("One", 1, (0.9, 0.8, 0.7)), system_of("Two", 2, (0.9, 0.74, 0.7)))
    shown = texts(render(made(Charts().forest(board)), "svg"))
    ticks = [float(text) for text in shown if re.fullmatch(r"0\.\d{1,2}", text)]
    assert len(ticks) >= 3
    assert 0.65 <= min(ticks) < max(ticks) <= 0.9
    assert "0.740 [0.700, 0.780]" in shown


# --- Files ---


def all_charts(board: PublicBoard) -> list[Chart]:
    charts = list(Charts().all_of(board))
    names = [chart.name for chart in charts]
    return charts[: names.index("systems/" + board.scored[1].id + "-levels") + 2]


@pytest.fixture(scope="module")
def pictures(site: PublicSite) -> dict[str, bytes]:
    """Each kind of chart of the mini board as SVG."""
    return {chart.name: render(chart, "svg") for chart in all_charts(site.boards[0])}


def test_an_svg_has_nothing_that_a_policy_forbids(pictures: dict[str, bytes]) -> None:
    assert len(pictures) >= 7
    for data in pictures.values():
        root = ElementTree.fromstring(data)
        for element in root.iter():
            assert element.tag.removeprefix(SVG) in {
                *("svg", "title", "desc", "style", "g", "defs", "path", "use", "text", "clipPath", "rect"),
            }
            assert "style" not in element.attrib
            assert not any(name.startswith("on") for name in element.attrib)
            for name, value in element.attrib.items():
                if name.endswith("href"):
                    assert value.startswith("#")
        assert b"matplotlib" not in data
        assert not re.search(rb"20\d\d-\d\d-\d\d", data)


def test_every_colour_changes_on_dark_paper(pictures: dict[str, bytes]) -> None:
    for data in pictures.values():
        root = ElementTree.fromstring(data)
        used = {
            element.attrib[kind] for element in root.iter() for kind in ("fill", "stroke") if kind in element.attrib
        }
        assert used - {"none"} <= set(palette.DARK)
        # Text without a colour would stay black.
        assert all("fill" in element.attrib for element in root.iter(f"{SVG}text"))


def test_an_svg_carries_its_title_its_text_and_its_size(site: PublicSite, pictures: dict[str, bytes]) -> None:
    for chart in all_charts(site.boards[0]):
        root = ElementTree.fromstring(pictures[chart.name])
        assert root.findtext(f"{SVG}title") == chart.title
        assert root.findtext(f"{SVG}desc") == chart.alt
        points = float(root.attrib["width"].removesuffix("pt")), float(root.attrib["height"].removesuffix("pt"))
        assert points == pytest.approx([pixels * 0.75 for pixels in chart.pixels], abs=0.8)


def test_names_stay_text(site: PublicSite, pictures: dict[str, bytes]) -> None:
    shown = texts(pictures["levels"])
    for system in site.boards[0].scored:
        label = f"{'–' if system.rank is None else system.rank} {system.name}"
        assert any(text == label or (text.endswith("…") and label.startswith(text[:-1])) for text in shown)


SCRIPT = """
import sys
from leaderboard.charted import crowd
from averitec_eval.leaderboard.charts import Charts
charts = list(Charts().all_of(crowd(7)))[:4]
assert all(chart.alt and chart.table.rows for chart in charts)
assert "matplotlib" not in sys.modules and "numpy" not in sys.modules
import hashlib
from averitec_eval.leaderboard.drawing import render
for form in ("svg", "pdf", "png"):
    print(*(hashlib.sha256(render(chart, form)).hexdigest() for chart in charts))
assert "matplotlib.pyplot" not in sys.modules
"""


def test_the_same_board_gives_the_same_bytes_in_another_process_and_words_need_no_matplotlib(tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_text("font.size: 30\nlines.linewidth: 9\nsvg.fonttype: path\n", encoding="utf-8")
    seen = set()
    for seed, folder in (("1", ROOT), ("2", tmp_path)):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], cwd=folder, env=environment, capture_output=True, text=True
        )
        assert (done.returncode, done.stderr) == (0, "")
        seen.add(done.stdout)
    assert len(seen) == 1
    assert len(set(seen.pop().split())) == 12


def test_nothing_of_matplotlib_is_changed(site: PublicSite) -> None:
    import matplotlib

    matplotlib.rcParams["font.size"] = 17.0
    try:
        before = dict(matplotlib.rcParams)
        render(made(Charts().board_levels(site.boards[0])), "svg")
        assert dict(matplotlib.rcParams) == before
    finally:
        matplotlib.rcParams["font.size"] = 10.0


def test_the_formats_are_what_they_say(site: PublicSite) -> None:
    chart = made(Charts().forest(site.boards[0]))
    pdf, png = render(chart, "pdf"), render(chart, "png")
    assert pdf.startswith(b"%PDF-")
    assert b"CreationDate" not in pdf
    assert png.startswith(b"\x89PNG\r\n")
    assert b"Software" not in png
    size = int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
    assert size == pytest.approx([200 * inches for inches in chart.size], abs=1)
    with pytest.raises(UsageError, match="pdf, svg, png"):
        render(chart, "gif")


def test_without_matplotlib_the_error_names_the_extra(site: PublicSite, monkeypatch: pytest.MonkeyPatch) -> None:
    chart = made(Charts().board_levels(site.boards[0]))
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ResourceError, match=r"averitec-eval\[figures\]"):
        render(chart, "svg")


HOSTILE = [
    "$x^2$ and \\frac{1}{2}",
    "</text><script>alert(1)</script>",
    "a & b \"quoted\" 'name' -->",
    "\u202eevil\u200b",
    "lone \ud800",
    "北京大学事实核查系统第二版本很长的名字",
    "فريق التحقق",
    "🦉" * 40,
    "]]>",
    "n" * 100_000,
    "",
]


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:20])
def test_a_hostile_name_is_only_text(name: str) -> None:
    system = replace(system_of("One", 1, (0.5, 0.4, 0.3), seconds=2.0), name=name, id="one")
    board = board_of(system, system_of("Two", 2, (0.4, 0.3, 0.2), seconds=3.0))
    for chart in list(Charts().all_of(board))[:3]:
        data = render(chart, "svg")
        assert len(data) < 40_000
        tags = [element.tag for element in ElementTree.fromstring(data).iter()]
        assert f"{SVG}script" not in tags
        shown = "".join(texts(data))
        assert "\u202e" not in shown
        assert "\u200b" not in shown
        if name.startswith(("$", "</")):
            assert f"1 {name[:20]}" in shown
    for form in ("pdf", "png"):
        assert render(made(Charts().forest(board)), form)


def test_a_name_of_spaces_gives_way_to_the_id() -> None:
    system = replace(system_of("One", 1, (0.5, 0.4, 0.3)), name="\u00a0 ", id="the-id")
    chart = made(Charts().forest(board_of(system)))
    assert "1 the-id" in texts(render(chart, "svg"))
    assert "the-id has 0.400" in chart.alt


def test_wide_characters_take_the_room_of_two() -> None:
    system = replace(system_of("One", 1, (0.5, 0.4, 0.3)), name="北" * 40)
    data: Any = made(Charts().forest(board_of(system))).data
    assert data.curves[0].series.name == "北" * (NAME_LENGTH // 2) + "…"


# --- What a file is made from ---


def test_inputs_change_with_what_is_drawn_and_hold_no_objects_without_a_repr() -> None:
    board = crowd(6)
    worst = board.scored[-1]
    changed = board_of(*board.systems[:-1], replace(worst, scores=system_of("x", None, (0.1, 0.05, 0.01)).scores))
    for one, other in zip(Charts().all_of(board), Charts().all_of(changed), strict=True):
        same = one.name.startswith("systems/") and worst.id not in one.name
        assert (repr(one.inputs) == repr(other.inputs)) is same
        assert " at 0x" not in repr(one.inputs)
        assert " object" not in repr(one.inputs)


def test_another_system_below_the_best_changes_no_figure_of_one_system() -> None:
    board = crowd(6)
    more = board_of(*board.systems, system_of("Fresh", 5, (0.3, 0.2, 0.1)))
    for system in board.scored:
        before, after = (made(Charts().system_levels(each, system)) for each in (board, more))
        assert repr(before.inputs) == repr(after.inputs)


# --- Legible ---


def linear(colour: str) -> np.ndarray[Any, Any]:
    parts = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> float:
    """The contrast ratio of WCAG 2.2 between two linear colours."""
    dark, light = sorted(float(colour @ [0.2126, 0.7152, 0.0722]) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def schemes() -> Iterator[dict[str, str]]:
    yield {colour: colour for colour in palette.DARK}
    yield palette.DARK


def test_lines_and_text_have_contrast_on_both_papers() -> None:
    for scheme in schemes():
        paper = linear(scheme[palette.PAPER])
        for line in (*palette.SERIES, palette.OTHER):
            assert contrast(linear(scheme[line]), paper) >= 3
        for text in (palette.INK, palette.MUTED):
            for ground in (palette.PAPER, palette.SHADE):
                assert contrast(linear(scheme[text]), linear(scheme[ground])) >= 4.5


def test_ink_stays_legible_on_every_cell_of_a_matrix() -> None:
    def channels(colour: str) -> np.ndarray[Any, Any]:
        return np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], dtype=float)

    for scheme in schemes():
        for share in (0.0, 0.25, 0.5, 0.75, 1.0):
            alpha = cell_alpha(share)
            mixed = alpha * channels(scheme[palette.SERIES[0]]) + (1 - alpha) * channels(scheme[palette.PAPER])
            ground = "#" + "".join(f"{round(channel):02x}" for channel in mixed)
            assert contrast(linear(scheme[palette.INK]), linear(ground)) >= 4.5


# What people without one kind of cones see, in linear RGB (Machado, Oliveira and Fernandes, 2009, severity 1).
SIGHTS = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def lab(colour: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """CIE L*a*b* of a linear colour, for white of daylight."""
    matrix = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = matrix @ np.clip(colour, 0, 1) / [0.9505, 1, 1.089]
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("sight", SIGHTS)
def test_series_differ_for_every_sight_and_in_marker(sight: str) -> None:
    for scheme in schemes():
        seen = [lab(SIGHTS[sight] @ linear(scheme[colour])) for colour in palette.SERIES]
        distances = [float(np.linalg.norm(one - other)) for one, other in itertools.combinations(seen, 2)]
        assert min(distances) >= 14
    assert len(set(palette.MARKERS)) == len(palette.SERIES)


@pytest.mark.parametrize("count", [2, 4, 9, 20, 45])
def test_no_text_of_a_figure_lies_on_another_or_outside(count: int) -> None:
    board = crowd(count)
    charts = Charts()
    matrix = replace(board.scored[0], confusion=ConfusionMatrix(VERDICTS, (*VERDICTS, "missing"), ((500,) * 5,) * 4))
    for chart in (
        charts.board_levels(board),
        charts.forest(board),
        charts.board_runtime(board),
        charts.confusion(matrix),
    ):
        width, height = (72 * inches for inches in made(chart).size)
        boxes = list(text_boxes(render(made(chart), "svg")))
        assert len(boxes) > 8
        for text, (left, low, right, high) in boxes:
            assert left >= -0.5, text
            assert low >= -0.5, text
            assert right <= width + 0.5, text
            assert high <= height + 0.5, text
        for (one, a), (other, b) in itertools.combinations(boxes, 2):
            across, up = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
            assert across <= 0.5 or up <= 0.5, (one, other)


def text_boxes(svg: bytes) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    """Each text of a figure with its left, upper, right and lower end, in the font it is laid out with."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    for element in ElementTree.fromstring(svg).iter(f"{SVG}text"):
        text, size = element.text or "", float(element.attrib["font-size"].removesuffix("px"))
        font = FontProperties(family="DejaVu Sans", size=size, weight=element.get("font-weight", "normal"))
        width = text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]
        share = {"start": 0.0, "middle": 0.5, "end": 1.0}[element.get("text-anchor", "start")]
        moved = re.match(r"translate\((\S+) (\S+)\)", element.get("transform", ""))  # lines of several
        x, base = map(float, moved.groups() if moved else (element.attrib["x"], element.attrib["y"]))
        left = x - share * width
        yield text, (left, base - 0.76 * size, left + width, base + 0.2 * size)


VERDICTS = ("Supported", "Refuted", "Not Enough Evidence", "Conflicting Evidence/Cherrypicking")


@pytest.mark.parametrize("count", [4, 9, 20])
def test_every_curve_and_most_points_have_their_name(count: int) -> None:
    board = crowd(count)
    names = {f"{'–' if system.rank is None else system.rank} " for system in board.scored}
    assert len(names) == count - (1 if count > 4 else 0)
    curves = [text for text in texts(render(made(Charts().board_levels(board)), "svg")) if "System" in text]
    assert len(curves) == count
    points = [text for text in texts(render(made(Charts().board_runtime(board)), "svg")) if "System" in text]
    assert len(points) >= 0.8 * count
