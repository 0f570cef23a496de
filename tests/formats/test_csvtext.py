"""CSV records as the standard library reads them, whatever the pieces; broken quoting with exact places."""

from __future__ import annotations

import csv
import io

import pytest
from formats.helpers import HEADER, read, row
from hypothesis import given
from hypothesis import strategies as st
from strategies import csv_cells, free_texts

from averitec_eval.formats.csvtext import records
from averitec_eval.formats.evidencecell import join_cell, split_cell
from averitec_eval.formats.source import Limits, Window
from averitec_eval.validation.issues import IssueLog, Where


def rows_in_pieces(text: str, step: int) -> list[tuple[int, int, tuple[str, ...]]]:
    window = Window((text[i : i + step] for i in range(0, len(text), step)), IssueLog())
    return [(record.row, record.line, record.cells) for record in records(window)]


@given(
    st.lists(st.lists(csv_cells, min_size=2, max_size=4), max_size=5),
    st.integers(1, 7),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_same_as_the_standard_library(data: list[list[str]], step: int, end: str, quote_all: bool) -> None:
    text = io.StringIO(newline="")
    # The csv module leaves a lone "\r" unquoted unless it is part of the line end.
    quoting = csv.QUOTE_ALL if quote_all or end == "\n" else csv.QUOTE_MINIMAL
    csv.writer(text, lineterminator=end, quoting=quoting).writerows(data)
    written = text.getvalue()
    got = rows_in_pieces(written, step)
    assert [list(cells) for _, _, cells in got] == data == list(csv.reader(io.StringIO(written, newline="")))
    assert [number for number, _, _ in got] == list(range(len(data)))


@given(st.text(alphabet="a,\n\r", max_size=30), st.integers(1, 5))
def test_text_without_quotes(text: str, step: int) -> None:
    expected = [cells for cells in csv.reader(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")) if cells]
    assert [list(cells) for _, _, cells in rows_in_pieces(text, step)] == expected


def test_lines_and_rows_are_counted_apart() -> None:
    text = 'a,b\n"x\n\ny",1\n\n\nz,2'
    assert rows_in_pieces(text, 2) == [(0, 1, ("a", "b")), (1, 2, ("x\n\ny", "1")), (2, 7, ("z", "2"))]


def test_quotation_marks_inside_an_unquoted_cell_are_text() -> None:
    assert rows_in_pieces('a,5" pipe\n', 3) == [(0, 1, ("a", '5" pipe'))]


@pytest.mark.parametrize("step", [1, 5, 10_000])
def test_a_long_quoted_cell(step: int) -> None:
    text = "q" * 200_000 if step > 5 else "q" * 300
    assert rows_in_pieces(f'"{text}""",2\n', step) == [(0, 1, (text + '"', "2"))]


def test_unclosed_quote_names_where_it_opened() -> None:
    result = read(HEADER + row(0) + '1,It rained.,"Who?\t\t\nShe.,Supported,pred\n')
    issue = result.issue("F025")
    assert issue.where == Where(row=2, line=6, column=14)
    assert [e.claim_id for e in result.entries] == [0]


def test_stray_quote() -> None:
    result = read(HEADER + row(0) + '1,"said "no" twice",x,Refuted,pred\n')
    issue = result.issue("F026")
    assert issue.where == Where(row=2, line=6, column=10)
    assert "no" in issue.found
    assert "twice" in issue.found


def test_unclosed_quote_in_a_huge_file_is_not_gathered() -> None:
    text = HEADER + '0,"' + "x" * 5000
    result = read(text, limits=Limits(string=2000))
    assert result.codes == ["F017"]
    assert result.issue("F017").where == Where(row=1, line=2)


def test_more_rows_than_allowed() -> None:
    result = read(HEADER + "".join(row(i) for i in range(5)), limits=Limits(entries=3))
    assert result.codes == ["F018"]
    assert [e.claim_id for e in result.entries] == [0, 1, 2]


@pytest.mark.parametrize(
    ("line", "found"),
    [("1,It rained.,Supported,pred\n", "4 cells"), ("1,It, rained.,x,Supported,pred\n", "6 cells"), ("1\n", "1 cell")],
)
def test_wrong_number_of_cells(line: str, found: str) -> None:
    result = read(HEADER + row(0) + line + row(2))
    issue = result.issue("F027")
    assert (issue.found, issue.expected) == (found, "5 cells, as in the header")
    assert issue.where == Where(row=2, line=6, claim_id=1)
    assert [e.prediction() is not None for e in result.entries] == [True, False, True]


# --- The evidence cell ---


@given(st.lists(st.tuples(free_texts, free_texts), max_size=4))
def test_cell_splits_as_the_organisers_do(pairs: list[tuple[str, str]]) -> None:
    """The two splits of the organisers' script, written independently, on whatever joins to a cell."""
    text = join_cell(pairs)
    parts = [part.split("\t\t\n") for part in text.split("\t\t\n\n") if part != ""]
    got, problems, places = split_cell(text)
    assert [list(one) for one in got] == [part for part in parts if len(part) == 2]
    assert len(problems) == sum(len(part) != 2 for part in parts)
    assert (places is None) == (not problems)


def test_last_separator_may_be_absent() -> None:
    assert split_cell("Who?\t\t\nShe.\t\t\n\nWhen?\t\t\nThen.") == ([("Who?", "She."), ("When?", "Then.")], [], None)


def test_outer_spaces_and_single_tabs_are_kept() -> None:
    assert split_cell(" Who?\t\t\t\n She.\t\t\t\n\n")[0] == [(" Who?\t", " She.\t")]


@pytest.mark.parametrize(
    ("text", "part", "texts_found", "hint"),
    [
        ("Who? She.", 1, "1 text:", ""),
        ("Who?\t\t\nA\t\t\nB\t\t\n\n", 1, "3 texts:", "holds tab tab newline itself"),
        ("Who?\t\t\nA\t\t\n\nWhen?\t\t\nB\t\t\n", 2, "3 texts:", "cut short"),
        ("Who?\t\t\r\nA\t\t\r\n\r\n", 1, "1 text:", "Windows"),
        ("Who?  \nA  \n\n", 1, "1 text:", "tabs are missing"),
    ],
)
def test_malformed_cells(text: str, part: int, texts_found: str, hint: str) -> None:
    _, (problem,), _ = split_cell(text)
    assert problem.part == part
    assert f"part {part} of evi with {texts_found}" in problem.found
    assert hint in problem.hint


def test_sound_pairs_keep_their_places() -> None:
    result = read(HEADER + row(0, '"A\t\t\nB\t\t\n\nbroken\t\t\n\nC\t\t\nD\t\t\n\n"'))
    (entry,) = result.entries
    assert [question.question for question in entry.evidence] == ["A", "C"]
    assert entry.evidence_places == (0, 2)
    assert entry.broken
    assert result.issue("S014").where == Where(row=1, line=2, claim_id=0)
