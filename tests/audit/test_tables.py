"""Audits as tables: rounded for people, whole for programs."""

from __future__ import annotations

import csv
import io

from audit.made import AUDIT, COPIED, SILENT

from averitec_eval.audit.tables import claims_text, flagged_table, long_table, people_tables, value_text
from averitec_eval.tables import to_csv, to_latex, to_markdown


def test_numbers_are_written_by_their_unit() -> None:
    assert value_text(0.125, "share") == "12.5 %"
    assert value_text(1234, "count") == "1,234"
    assert value_text(2.5, "count") == "2.5"
    assert value_text(1.234, "ratio") == "1.23"


def test_many_claims_are_cut_and_counted() -> None:
    assert claims_text((1, 2, 3)) == "1, 2, 3"
    assert claims_text(tuple(range(20))) == "0, 1, 2, 3, 4, 5, 6, 7 and 12 more"


def test_people_see_what_is_worth_a_look_first_and_no_empty_table() -> None:
    tables = people_tables(AUDIT)
    assert [len(table.rows) for table in tables] == [2, 1, 1, 3]
    assert [row[0] for row in tables[0].rows] == ["stuffing.exact", "copying.gold_questions"]
    assert tables[2].rows[0][1:5] == (0.544, 0.5, "+0.044", "[+0.020, +0.070]")
    assert tables[3].rows[0][:2] == ("averitec@0.25 (official)", 0.544)
    assert [len(table.rows) for table in people_tables(SILENT)] == [1]
    for table in tables:
        assert to_markdown(table)
        assert to_latex(table)


def test_programs_get_every_number_at_full_precision() -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv([long_table(AUDIT)]))))
    kinds = [row["kind"] for row in rows]
    assert kinds == ["finding"] * 3 + ["official", "altered", "gap", "robust", "robust", "not run"]
    assert rows[0]["score"] == "0.125"
    assert rows[0]["claims"] == "3 7 11"
    assert rows[0]["flagged"] == "true"
    assert (rows[5]["score"], rows[5]["low"], rows[5]["high"]) == ("0.044", "0.02", "0.07")
    assert rows[8]["sentence"] == "no knowledge store was given"


def test_the_claims_to_look_at_are_listed_one_a_row_with_harmless_cells() -> None:
    table = flagged_table(AUDIT)
    assert len(table.rows) == 3 + len(COPIED.claims)
    text = to_csv([table])
    assert "\u202e" not in text
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[1][:2] == ["stuffing.exact", "3"]
    assert rows[1][2].startswith("'=twice")
    assert rows[3] == ["stuffing.exact", "11", ""]
