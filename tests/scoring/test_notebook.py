"""What notebooks show: every figure, and nothing that runs."""

from __future__ import annotations

import html.parser
from dataclasses import replace
from pathlib import Path

import pytest

from averitec_eval import (
    Answer,
    Prediction,
    Question,
    Result,
    Settings,
    Submission,
    Verdict,
    compare,
    mini_gold_path,
    rank,
    read_gold,
    score,
    validate,
)
from averitec_eval.ranking import Standing, Standings
from averitec_eval.tables import Column, Table, to_html

ROOT = Path(__file__).resolve().parent.parent.parent
ATTACK = "<script>alert(1)</script>\u202e\"'&<img src=x onerror=alert(1)>"
TAGS = {"table", "caption", "thead", "tbody", "tr", "th", "td", "p", "code", "details", "summary", "ul", "li", "div"}
STYLES = {"text-align: left", "text-align: right"}


def results(*names: str) -> dict[str, Result]:
    """The results of two or three submissions under these names."""
    gold = read_gold(mini_gold_path())
    folders = ("overlap", "overlap-ten", "lexical")
    return {
        name: score(ROOT / "submissions" / folder / "predictions.json", gold, intervals=Settings(resamples=100))
        for name, folder in zip(names, folders, strict=False)
    }


class Reader(html.parser.HTMLParser):
    """Takes a fragment apart, and fails at anything that is no part of a plain table."""

    def __init__(self, fragment: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(fragment)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        assert all(name == "style" and value in STYLES for name, value in attributes if tag != "div")
        if tag == "div":
            assert attributes == [("class", "tex2jax_ignore mathjax_ignore")]
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def shown(value: object) -> list[str]:
    """The texts a notebook shows of a value."""
    fragment: str = value._repr_html_()  # type: ignore[attr-defined]
    assert "\u202e" not in fragment
    # Elsewhere a notebook takes "$5 or $6" for a formula.
    assert fragment.startswith('<div class="tex2jax_ignore mathjax_ignore">')
    assert fragment.count("<div") == 1
    assert fragment.endswith("</div>\n")
    return Reader(fragment).texts


def test_a_result_shows_every_score_and_its_signature() -> None:
    result = score(ROOT / "submissions" / "overlap" / "predictions.json", mini_gold_path())
    texts = shown(result)
    for metric, value in result.scores.items():
        if not metric.startswith("f1_"):
            assert f"{value:.4f}" in texts[texts.index(metric) :]
    assert str(result.signature) in texts
    assert "40 of 40 claims scored, profile averitec-2024" in texts[0]


def test_an_incomplete_result_says_so() -> None:
    (result,) = results("one").values()
    incomplete = replace(result, inputs=replace(result.inputs, n_scored=3, n_missing=2))
    assert any("INCOMPLETE: 2 missing claims" in text for text in shown(incomplete))


def test_groups_named_by_an_attacker_are_escaped() -> None:
    gold = read_gold(mini_gold_path())
    named = replace(gold, claims=tuple(replace(claim, claim_types=(ATTACK,)) for claim in gold))
    assert any("<script>" in text for text in shown(score(ROOT / "submissions/overlap/predictions.json", named)))


def test_a_comparison_shows_its_table_and_its_sentences() -> None:
    comparison = compare(results(ATTACK, "second"), settings=Settings(resamples=200))
    texts = shown(comparison)
    assert f"{comparison.pairs[0].difference:.3f}" in texts
    assert any("the interval" in text or "interval of the difference" in text for text in texts)
    assert str(comparison.signature) in texts


def test_standings_are_a_tuple_that_shows_itself() -> None:
    standings = rank(results(ATTACK, "second", "third"), Settings(resamples=200))
    assert isinstance(standings, tuple)
    assert len(standings) == 3
    texts = shown(standings)
    assert [texts.index(f"{one.score:.3f}") > 0 for one in standings] == [True] * 3
    assert rank({}) == ()
    assert "1-2" in shown(Standings([Standing("one", 0.5, 1, 1, 2, 1)]))


@pytest.mark.parametrize("strict", [False, True])
def test_a_report_shows_each_code_and_how_to_mend_it(strict: bool) -> None:
    report = validate(ROOT / "submissions" / "invalid" / "predictions.json", mini_gold_path(), strict=strict)
    texts = shown(report)
    for group in report.groups:
        assert any(text.startswith(group.code) for text in texts)
    assert report.summary in texts
    assert any("Did you mean" in text for text in texts)


def test_a_report_escapes_what_a_submission_says() -> None:
    evidence = (Question(ATTACK, (Answer(ATTACK),)),) * 2
    made = Prediction(0, Verdict.REFUTED, evidence, claim=ATTACK)
    report = validate(Submission((made,), "0" * 64, "2024-json", ATTACK), read_gold(mini_gold_path()))
    assert sum("<script>" in text for text in shown(report)) > 1


def test_a_report_without_a_finding_is_its_verdict() -> None:
    report = validate(ROOT / "submissions" / "overlap" / "predictions.json")
    assert [text for text in shown(replace(report, groups=())) if text.strip()] == ["valid: 40 predictions"]


def test_a_table_rounds_and_aligns_for_people() -> None:
    table = Table("A & B", (Column("Name"), Column("Value", "right", 2)), ((ATTACK, 0.125), (None, True)))
    fragment = to_html(table)
    assert "<caption>A &amp; B</caption>" in fragment
    assert '<td style="text-align: right">0.12</td>' in fragment
    assert Reader(fragment).texts.count("-") == 1
