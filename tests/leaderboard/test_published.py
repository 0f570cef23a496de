"""The reader of published leaderboards: every problem at once, and nothing taken that it does not understand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.helpers import run
from leaderboard.helpers import write_board

from averitec_eval import ConfigError, UnreadableError
from averitec_eval.leaderboard import published
from averitec_eval.leaderboard.published import COLUMNS, read_published

pytestmark = pytest.mark.usefixtures("without_figures")

HEADER = ",".join(COLUMNS)
ROW = "2024,1,A team,A system,0.63,averitec@0.25,0.45,0.34,0.63,,false"
BASELINE = "2024,,Baseline,,0.11,averitec@0.25,,,,12.5,true"


def written(folder: Path, *lines: str) -> Path:
    path = folder / "published.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def problems_of(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_published(path)
    return list(caught.value.problems)


def test_rows_are_read_by_year_in_the_order_of_the_file(tmp_path: Path) -> None:
    other = "2023,1,B,,1,hu,0,1,.5,0,false"
    first, second = read_published(written(tmp_path, HEADER, ROW, other, BASELINE))
    assert (first.year, first.score_name, second.year, second.score_name) == ("2023", "hu", "2024", "averitec@0.25")
    row, baseline = second.rows
    assert (row.rank, row.team, row.system, row.score, row.q_only) == (1, "A team", "A system", 0.63, 0.45)
    assert (row.q_plus_a, row.old_score, row.seconds_per_claim, row.is_baseline) == (0.34, 0.63, None, False)
    assert (baseline.rank, baseline.q_only, baseline.seconds_per_claim, baseline.is_baseline) == (
        None,
        None,
        12.5,
        True,
    )


def test_columns_may_stand_in_any_order_and_a_source_beside_them(tmp_path: Path) -> None:
    names = [*reversed(COLUMNS), "source"]
    cells = [*reversed(ROW.split(",")), "a paper"]
    (board,) = read_published(written(tmp_path, ",".join(names), ",".join(cells)))
    assert board.source == "a paper"
    assert board.rows[0].team == "A team"


def test_every_problem_is_reported_at_once(tmp_path: Path) -> None:
    problems = problems_of(
        written(
            tmp_path,
            HEADER,
            "24,0,,A system,1.01,averitec@0.25,x,nan,1e-1,-5,no",
            "2024,1.5,A\u202eteam,,,averitec@0.25,,,,inf,False",
            "2024,1,short",
            "2024,1,A team,,0.5,another name,,,,1_000,true",
            ROW,
        )
    )
    begins = [problem.split(": found")[0] for problem in problems]
    assert begins == [
        *(f"row 1, {name}" for name in ("year", "rank", "team", "score", "q_only", "q_plus_a")),
        *(f"row 1, {name}" for name in ("old_score_hu_meteor_025", "runtime_s_per_claim", "is_baseline")),
        *(f"row 2, {name}" for name in ("rank", "team", "score", "runtime_s_per_claim", "is_baseline")),
        "row 3",
        "row 4, runtime_s_per_claim",
    ]
    assert "\u202e" not in "".join(problems)
    assert "score names" in problems_of(written(tmp_path, HEADER, ROW, ROW.replace("averitec@0.25", "hu")))[0]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "no column year"),
        (HEADER, "no row"),
        (HEADER.replace("team", "tema") + "\n" + ROW, "tema"),
        (HEADER + ",year\n" + ROW + ",2024", "more than once"),
        ('"' + HEADER, "not CSV"),
        (HEADER + "\n" + "\n".join([ROW] * 3000), "at most 2,000"),
        (HEADER + "\n" + "x" * 2_000_000, "1,048,576 bytes"),
    ],
    ids=["empty", "header only", "misspelt", "twice", "open quote", "too long", "too large"],
)
def test_files_that_are_refused_whole(text: str, found: str, tmp_path: Path) -> None:
    assert found in " ".join(problems_of(written(tmp_path, text)))


def test_bytes_that_are_not_utf8_are_refused(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_bytes(HEADER.encode() + b"\n\xff\xfe")
    assert "UTF-8" in problems_of(tmp_path / "p.csv")[0]


def test_an_absent_file_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="published"):
        read_published(tmp_path / "absent.csv")


def test_a_flood_of_problems_is_cut(tmp_path: Path) -> None:
    problems = problems_of(written(tmp_path, HEADER, *["x" * 5] * 500))
    assert len(problems) == published.MAX_PROBLEMS + 1
    assert problems[-1] == "and 450 more"


def test_the_published_leaderboards_of_the_task(data_dir: Path) -> None:
    boards = read_published(data_dir / "published_leaderboards.csv")
    assert [(board.year, board.score_name, len(board.rows)) for board in boards] == [
        ("2024", "averitec@0.25", 23),
        ("2025", "ev2r_recall@0.5", 7),
    ]
    assert boards[0].rows[0].score == 0.63
    assert boards[1].rows[-1].is_baseline


def test_a_board_shows_them_and_its_manifest_names_the_file(tmp_path: Path) -> None:
    written(tmp_path, HEADER, ROW)
    path = write_board(tmp_path, {"s": 0.5}, published="published.csv")
    assert run("leaderboard", "build", path).code == 0
    page = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert "A team" in page
    assert "not scored here" in page
    inputs = json.loads((tmp_path / "site" / "manifest.json").read_text(encoding="utf-8"))["inputs"]
    assert inputs["published"]["file"] == "published.csv"


def test_a_broken_file_ends_the_build_before_anything_is_scored(tmp_path: Path) -> None:
    written(tmp_path, HEADER)
    path = write_board(tmp_path, {"s": 0.5}, published="published.csv")
    ended = run("leaderboard", "build", path)
    assert ended.code == 1
    assert "no row" in ended.err
    assert not (tmp_path / "site").exists()
