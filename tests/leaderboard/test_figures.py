"""The files of figures: for the pages of a site, and for a paper."""

from __future__ import annotations

import csv
import io
import sys
from dataclasses import replace

import pytest
from leaderboard.charted import board_of, crowd, system_of

from averitec_eval.errors import ResourceError, UsageError
from averitec_eval.leaderboard.charts import Charts, board_table
from averitec_eval.leaderboard.figures import check_form, figure_pages, paper_files
from averitec_eval.leaderboard.formats import PAPER_FORMATS
from averitec_eval.leaderboard.view import Group, PublicBoard, PublicSite
from averitec_eval.scoring.profiles import level_name


def site_of(*boards: PublicBoard) -> PublicSite:
    return PublicSite("A site", "", "", boards)


def rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8"))))


def test_a_board_has_its_images_where_its_pages_look_for_them(site: PublicSite) -> None:
    board = replace(site.boards[0], folder="dev/")
    pages = list(figure_pages(board, Charts()))
    ids = [system.id for system in board.scored]
    assert [page.path for page in pages] == [
        "dev/figures/levels.svg",
        "dev/figures/runtime.svg",
        *(f"dev/figures/systems/{id}-levels.svg" for id in ids),
    ]
    for page in pages[:3]:
        data = page.render()
        assert isinstance(data, bytes)
        assert data.startswith(b"<svg ")
        assert page.render() == data


def test_every_format_has_its_files(site: PublicSite) -> None:
    board = site.boards[0]
    ids = [system.id for system in board.scored]
    tables = ["board", "levels", "runtime", "by-type", "by-strategy", *(f"systems/{id}-levels" for id in ids)]
    for form, ending in (("latex", "tex"), ("markdown", "md"), ("csv", "csv")):
        assert [name for name, _ in paper_files(site, form)] == [f"{name}.{ending}" for name in tables]
    figures = ["scores", "levels", "runtime"]
    figures += [f"systems/{id}-{kind}" for id in ids for kind in ("levels", "confusion")]
    assert [name for name, _ in paper_files(site, "svg")] == [f"{name}.svg" for name in figures]


def test_a_csv_holds_full_precision(site: PublicSite) -> None:
    board = site.boards[0]
    files = dict(paper_files(site, "csv"))
    heading, *lines = rows(files["levels.csv"])
    assert heading == ["System", "Rank", *(f"at {level_name(level)}" for level in sorted(board.levels))]
    for line, system in zip(lines, board.scored, strict=True):
        assert line[:2] == [system.name, "" if system.rank is None else str(system.rank)]
        scores = [system.scores[f"averitec@{level_name(level)}"].value for level in sorted(board.levels)]
        assert list(map(float, line[2:])) == scores


def test_latex_and_markdown_name_what_was_scored(site: PublicSite) -> None:
    board = site.boards[0]
    latex, markdown = (dict(paper_files(site, form)) for form in ("latex", "markdown"))
    text = latex["board.tex"].decode()
    assert text.splitlines()[:3] == [
        f"% {board_table(board).title}",
        f"% {board.signature}",
        r"\begin{tabular}{rrrllrrrrrrrl}",
    ]
    assert text.count(r" \\") == 1 + len(board.scored)
    lines = markdown["levels.md"].decode().splitlines()
    assert lines[0].startswith("**AVeriTeC score by level")
    assert lines[-1] == f"Signature: `{board.signature}`"
    assert sum(line.startswith("|") for line in lines) == 2 + len(board.scored)


def test_names_run_nowhere() -> None:
    name = "=1+1|$x$ <b>_\\input{x}\u202e\n"
    system = replace(system_of("One", 1, (0.5, 0.4, 0.3)), name=name, id="one")
    system = replace(system, by_type=(Group("A|type\n%", 12, system.scores),))
    made = {form: dict(paper_files(site_of(board_of(system)), form)) for form in ("csv", "latex", "markdown")}
    assert rows(made["csv"]["levels.csv"])[1][0] == "'=1+1|$x$ <b>_\\input{x}\\u202e\\n"
    latex = made["latex"]["levels.tex"].decode()
    assert r"\textbar{}\$x\$ \textless{}b\textgreater{}\_\textbackslash{}input\{x\}" in latex
    assert r"A\textbar{}type\textbackslash{}n\%" in made["latex"]["by-type.tex"].decode()
    markdown = made["markdown"]["systems/one-levels.md"].decode()
    assert r"\<b\>\_\\input\{x\}" in markdown
    assert made["markdown"]["levels.md"].decode().count("\n") == 7


def test_each_board_has_a_folder_and_one_without_scores_has_none() -> None:
    boards = (replace(crowd(3), folder="dev/"), replace(board_of(), folder="test/"))
    names = [name for name, _ in paper_files(site_of(*boards), "markdown")]
    assert names
    assert all(name.startswith("dev/") for name in names)
    assert list(paper_files(site_of(boards[1]), "svg")) == []


def test_an_unknown_format_and_a_missing_library_are_found_before_any_work(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="pdf, svg, png, latex, markdown, csv"):
        check_form("docx")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for form in PAPER_FORMATS[:3]:
        with pytest.raises(ResourceError, match=r"averitec-eval\[figures\]"):
            check_form(form)
    for form in PAPER_FORMATS[3:]:
        check_form(form)
    assert dict(paper_files(site_of(crowd(3)), "csv"))
