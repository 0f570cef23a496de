"""Reports as people and programs see them, and the making harmless of untrusted text."""

from __future__ import annotations

import io
import json
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from validation.records_for_checks import make_gold, pair, perfect, submit, with_evidence

from averitec_eval.json_output import to_json
from averitec_eval.validation import Issue, IssueGroup, IssueLog, Severity, Where, validate
from averitec_eval.validation.printable import printable, quote, shorten
from averitec_eval.validation.render import describe_where, print_report, report_document, summary_of_several

GOLD = make_gold()
GOOD = perfect(GOLD)


def text_of(report: object, width: int = 80) -> str:
    stream = io.StringIO()
    print_report(report, Console(file=stream, width=width, highlight=False))  # type: ignore[arg-type]
    return stream.getvalue()


def test_the_whole_report_reads_as_it_should() -> None:
    predictions = (with_evidence(replace(GOOD[0], claim=None), pair("Who?", "N/A")), *GOOD[2:5], GOOD[2])
    assert text_of(replace(validate(submit(predictions), GOLD), name="run.json")) == (
        """\
run.json
2024-json, 5 predictions for 6 gold claims

I001 error, 2 times: A gold claim has no prediction
  where    claim 1
  found    no prediction for claim 1
  where    claim 5
  found    no prediction for claim 5
  expected one for each of 6
  mend     Predict every claim; where the system finds nothing, write an entry
           with a label and no evidence.

I002 error: Two predictions for one claim
  where    claim 2, at /4
  found    claim id 2 again; it first occurs in entry 2
  expected each claim id once
  mend     Keep one prediction for each claim id.

E013 warning: A question or answer looks like a placeholder
  where    claim 0, at /0/evidence/0/answer
  found    "N/A"
  expected a real text
  mend     Write the real text or leave the pair out.

I008 note: The entries are not in the order of the gold set
  where    claim 2, at /4
  found    claim id 2 after a later one
  expected the order of the gold set
  mend     Sort the entries by claim id before the file goes to an organiser's
           evaluator.

INVALID: 5 predictions, 3 errors, 1 warning, 1 note
"""
    )


def test_many_occurrences_are_counted_and_few_are_shown() -> None:
    report = validate(submit(tuple(map(with_evidence, GOOD))), GOLD, max_examples=2)
    text = text_of(report)
    assert "E001 warning, 6 times: A prediction has no evidence" in text
    assert text.count("/evidence") == 2
    assert "... and 4 more" in text


def test_markup_and_terminal_codes_of_a_file_are_shown_and_not_obeyed() -> None:
    hostile = "[red]\x1b]0;title\x07[link=https://evil.example]\u202eclaim"
    text = text_of(validate(submit((replace(GOOD[0], claim=hostile), *GOOD[1:])), GOLD))
    assert "[red]\\u001b]0;title\\u0007[link=https://evil.example]" in text.replace("\n           ", "")
    assert "\x1b" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_lines_fit_the_console(width: int) -> None:
    report = validate(submit((with_evidence(GOOD[0], pair("x" * 300, "\u200b")), *GOOD[2:])), GOLD)
    *lines, verdict = text_of(report, width).splitlines()
    assert all(len(line) <= max(width, 31) for line in lines)
    # The last line is for scripts too and never wraps.
    assert verdict == "INVALID: 5 predictions, 1 error (missing claims only), 2 warnings"
    assert not any(line.endswith(" ") for line in lines)


def test_the_json_form_is_ascii_and_says_the_same() -> None:
    report = validate(submit((replace(GOOD[0], claim="Käse \ud800"), *GOOD[1:4])), GOLD)
    text = to_json(report_document([report]))
    assert text.isascii()
    document = json.loads(text)
    assert document == report.to_dict()
    assert (document["status"], document["errors"], document["warnings"]) == (
        "invalid",
        report.n_errors,
        report.n_warnings,
    )
    assert document["summary"] == report.summary


def test_several_reports_make_one_document() -> None:
    reports = [validate(submit(GOOD), GOLD), validate(submit(GOOD[:2]), GOLD)]
    assert [entry["status"] for entry in report_document(reports)["files"]] == ["valid", "invalid"]
    assert summary_of_several(reports) == "INVALID: 2 files, 1 valid, 1 invalid"
    assert summary_of_several(reports[:1] * 2) == "valid: 2 files, 2 valid"


@pytest.mark.parametrize(
    ("where", "words"),
    [
        (Where(), ""),
        (Where(pointer=""), "the whole document"),
        (Where(pointer="/1/claim", claim_id=7), "claim 7, at /1/claim"),
        (Where(row=3, line=9, column=2), "row 3, line 9, column 2"),
        (Where(claim_id=10**40), "claim 10000000000000000000000…"),
        (Where(pointer="/\u202e"), "at /\\u202e"),
    ],
)
def test_places_in_words(where: Where, words: str) -> None:
    assert describe_where(where) == words


@given(st.text(st.characters(exclude_categories=())))
def test_printable_text_shows_everything_and_changes_once(text: str) -> None:
    shown = printable(text)
    assert printable(shown) == shown
    assert len(shown.splitlines()) <= 1
    assert not any(unicodedata.category(c)[0] == "C" or unicodedata.category(c) in {"Zl", "Zp"} for c in shown)
    shown.encode("utf-8")


@given(st.text(st.characters(exclude_categories=()), max_size=200), st.integers(1, 100))
def test_shortened_text_keeps_to_the_limit(text: str, limit: int) -> None:
    shown = shorten(text, limit)
    assert len(shown) <= limit
    assert shown == printable(text) or shown.endswith("…")
    assert printable(text).startswith(shown.removesuffix("…"))


def test_escapes_are_readable() -> None:
    assert printable("a\tb\u202ec\ud800\U000e0041 é 漢\u3000") == "a\\tb\\u202ec\\ud800\\U000e0041 é 漢\u3000"


def test_quoting_tells_the_length_of_what_is_cut() -> None:
    assert quote("a" * 10, 20) == '"aaaaaaaaaa"'
    assert quote("a" * 2_000, 5) == '"aaaa…" (2,000 characters)'
    assert quote("and so on…") == '"and so on…"'


def test_a_log_counts_all_and_keeps_the_first() -> None:
    log = IssueLog(keep=2)
    for number in range(5):
        log.add(Issue("E001", Severity.WARNING, Where(), str(number), "x"))
    other = IssueLog(keep=9)
    other.add(Issue("E001", Severity.WARNING, Where(), "late", "x"))
    other.add(Issue("I001", Severity.ERROR, Where(), "first", "x"))
    log.extend(other)
    groups = {group.code: group for group in log.groups()}
    assert [group.code for group in log.groups()] == ["I001", "E001"]
    assert groups["E001"].count == 6
    assert [issue.found for issue in groups["E001"].examples] == ["0", "1"]
    assert isinstance(groups["I001"], IssueGroup)
    assert (log.count(Severity.WARNING), log.count(Severity.ERROR), log.count(Severity.INFO)) == (6, 1, 0)
