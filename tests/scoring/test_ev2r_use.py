"""Judged results compared, ranked, printed, written as run folders and inspected."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from cli.helpers import run
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from scipy.stats import binomtest
from scoring.helpers import prediction, submission
from scoring.judging import JUDGE, LENIENT, REFUTED, every_case, facts, judged_result, result_of, small_gold

from averitec_eval import Result, Settings, UsageError, compare, rank
from averitec_eval.errors import UnreadableError
from averitec_eval.json_output import to_json
from averitec_eval.scoring.explain import ev2r_sentence, judgement_sentences
from averitec_eval.scoring.judgements import Judgement, unscored
from averitec_eval.scoring.profiles import Ev2R
from averitec_eval.scoring.report import heading, judge_tables, listed, long_table, score_tables
from averitec_eval.scoring.runs import RESULTS, read_run, write_run
from averitec_eval.scoring.uncertainty import with_intervals
from averitec_eval.tables import for_people, to_csv

FEW = Settings(resamples=200, seed=7)
LITE = replace(JUDGE, model="ev2r-lite", metric_name="ev2r_lite", fit=False)


def of_marks(marks: str, **more: Any) -> Result:
    """A result by a mark for each claim: + passes, - fails, ? is unscored."""
    known = {"+": facts(1, 1), "-": facts(0, 1), "?": unscored("timeout")}
    return judged_result([known[mark] for mark in marks], **more)


def test_a_pair_is_compared_on_the_claims_judged_in_both() -> None:
    a, b = of_marks("+++++++---?+"), of_marks("-------++++?")
    (pair,) = compare({"a": a, "b": b}, settings=FEW).pairs
    assert (pair.metric, pair.n, pair.test) == ("ev2r@0.5", 10, "mcnemar-exact")
    assert (pair.wins, pair.ties, pair.losses) == (7, 0, 3)
    assert (pair.score_a, pair.score_b) == (0.7, 0.3)
    assert pair.p == pytest.approx(binomtest(3, 10, 0.5).pvalue)
    assert pair.won_by_a == tuple(range(7))
    assert pair.ci_low <= pair.difference <= pair.ci_high
    assert "on the 10 claims judged in both" in pair.sentence(0.95, 1)


def test_pairs_with_other_claims_in_common_do_not_disturb_each_other() -> None:
    systems = {"a": of_marks("++-+-+?+"), "b": of_marks("-+-+?+-+"), "c": of_marks("--++-++-")}
    together = compare(systems, metrics=["ev2r@0.5", "ev2r_qa_recall", "macro_f1"], settings=FEW)
    assert [pair.n for pair in together.pairs] == [6, 7, 7] * 2 + [8] * 3
    for pair in together.pairs:
        two = {pair.a: systems[pair.a], pair.b: systems[pair.b]}
        (alone,) = compare(two, metrics=[pair.metric], settings=FEW).pairs
        assert replace(alone, p_adjusted=0, significant=True) == replace(pair, p_adjusted=0, significant=True)


def test_a_pair_with_gaps_is_compared_as_without_the_claims_in_the_gaps() -> None:
    marks = [("+", "-"), ("+", "+"), ("-", "-"), ("+", "-"), ("-", "+")] * 12
    gaps = [("?", "+"), ("-", "?"), ("?", "?"), ("+", "?")] * 5
    many = Settings(resamples=4000)
    for metric in ("ev2r@0.5", "ev2r_qa_recall"):
        (some, whole) = (
            compare(
                {name: of_marks("".join(m[k] for m in of)) for k, name in enumerate("ab")},
                metrics=[metric],
                settings=many,
            )
            for of in (marks + gaps, marks)
        )
        (a,), (b,) = some.pairs, whole.pairs
        for name in ("n", "score_a", "score_b", "difference", "wins", "ties", "losses", "won_by_a", "won_by_b"):
            assert getattr(a, name) == getattr(b, name)
        assert a.smallest_detectable == pytest.approx(b.smallest_detectable, rel=1e-12)
        # Other draws, and the number of claims in common varies over them.
        assert (a.ci_low, a.ci_high, a.p) == pytest.approx((b.ci_low, b.ci_high, b.p), abs=0.03)


def test_a_resample_without_the_claims_in_common_says_nothing() -> None:
    (pair,) = compare({"a": of_marks("+?????????"), "b": of_marks("-?????????")}, settings=FEW).pairs
    assert (pair.n, pair.ci_low, pair.ci_high, pair.smallest_detectable) == (1, 1.0, 1.0, None)
    # Of single resamples some hold the claim and some do not, which leaves the whole range open.
    ends = set()
    for seed in range(12):
        systems = {"a": of_marks("+?????????"), "b": of_marks("-?????????")}
        (pair,) = compare(systems, settings=Settings(resamples=1, seed=seed)).pairs
        ends.add((pair.ci_low, pair.ci_high))
    assert ends == {(1.0, 1.0), (-1.0, 1.0)}


def test_nothing_in_common_is_said() -> None:
    with pytest.raises(UsageError, match=r"a and b have no claim in common with ev2r@0\.5"):
        compare({"a": of_marks("++??"), "b": of_marks("??++")})


def test_scores_of_different_judges_are_not_compared_and_their_other_scores_are() -> None:
    ours, other = of_marks("++-"), of_marks("+--", judge=replace(JUDGE, parameters={"temperature": 1}))
    plain = result_of(small_gold(3), [True, False, True])
    with pytest.raises(UsageError, match="judge is vendor-Judge-1-70B"):
        compare({"a": ours, "b": other})
    with pytest.raises(UsageError, match="for a and none for b"):
        compare({"a": ours, "b": plain})
    with pytest.raises(UsageError, match="without a judge"):
        compare({"a": plain, "b": plain}, metrics=["ev2r@0.5"])
    comparison = compare({"a": ours, "b": other, "c": plain}, metrics=["averitec@0.25"], settings=FEW)
    assert comparison.signature == plain.signature
    assert compare({"a": ours, "b": of_marks("+--", judge=replace(JUDGE, run=1))}, settings=FEW).pairs[0].wins == 1


def test_a_withheld_score_is_not_compared_and_says_why() -> None:
    good, bad = of_marks("+" * 20, rules=Ev2R()), of_marks("+" * 18 + "??", rules=Ev2R())
    message = r"ev2r@0\.5.* withheld.* 2 of 20 claims have no recall by the judge, which is 10 %; at most 5 % may"
    for systems in ({"a": good, "b": bad}, {"b": bad, "a": good}):
        with pytest.raises(UsageError, match=message):
            compare(systems)
        with pytest.raises(UsageError, match=message):
            compare(systems, metrics=["ev2r@0.5"])
        assert compare(systems, metrics=["ev2r_qa_recall"], settings=FEW).pairs[0].n == 18
    with pytest.raises(UsageError, match=message):
        rank({"a": good, "b": bad})


def test_a_rank_is_by_the_share_of_the_claims_judged() -> None:
    systems = {
        "three of four": of_marks("+++-????"),
        "six of eight": of_marks("++++++--"),
        "five of eight": of_marks("+++++---"),
    }
    standings = rank(systems, FEW)
    assert [(s.name, s.score, s.rank) for s in standings] == [
        ("six of eight", 0.75, 1),
        ("three of four", 0.75, 1),
        ("five of eight", 0.625, 3),
    ]
    assert all(s.rank_low <= s.rank <= s.rank_high for s in standings)


def test_tiers_come_from_the_claims_judged_in_both() -> None:
    # On the forty claims that both were judged on they are equal; the others must not part them.
    marks = "+" * 20 + "-" * 20
    systems = {"a": of_marks(marks + "?" * 20), "b": of_marks(marks + "-" * 20)}
    assert [(s.name, s.rank, s.tier) for s in rank(systems, FEW)] == [("a", 1, 1), ("b", 2, 1)]
    whole = {"a": of_marks("+" * 40 + "-" * 20), "b": of_marks("+" * 20 + "-" * 40)}
    assert [s.tier for s in rank(whole, FEW)] == [1, 2]


@given(st.lists(st.text("+-", min_size=12, max_size=12), min_size=2, max_size=4))
@settings(max_examples=10, deadline=None)
def test_judged_whole_systems_rank_as_by_any_share(marks: list[str]) -> None:
    judged = {f"s{k}": of_marks(mark) for k, mark in enumerate(marks)}
    plain = {
        f"s{k}": result_of(small_gold(12), [mark == "+" for mark in marks[k]], profile="fever8-2025")
        for k in range(len(marks))
    }
    by_judge = {(s.name, s.score, s.rank, s.rank_low, s.rank_high, s.tier) for s in rank(judged, FEW)}
    assert by_judge == {(s.name, s.score, s.rank, s.rank_low, s.rank_high, s.tier) for s in rank(plain, FEW)}


def test_an_unfit_judge_and_other_headlines_decide_no_ranks() -> None:
    with pytest.raises(UsageError, match="ev2r-lite, is not fit"):
        rank({"a": of_marks("++", judge=LITE)})
    with pytest.raises(UsageError, match=r"a is ranked by ev2r@0\.5 and b by ev2r@0\.4"):
        rank({"a": of_marks("++"), "b": of_marks("+-", levels=(0.4,))})
    assert compare({"a": of_marks("++", judge=LITE), "b": of_marks("+-", judge=LITE)}, settings=FEW).pairs[0].wins == 1


def test_the_report_says_what_is_withheld_and_unfit() -> None:
    result, _ = every_case(Ev2R(withhold_above=0.3))
    first, *lines = heading("x.json", result).splitlines()
    assert "8 of 9 claims" in first
    assert lines[0].startswith("INCOMPLETE")
    assert lines[1].startswith("WITHHELD: ev2r@0.5, for 3 of 9 claims")
    assert all(len(line) < 80 for line in lines)
    assert "UNFIT: the judge ev2r-lite may not decide ranks" in heading("x", of_marks("+", judge=LITE))
    assert heading("x", of_marks("+")).count("\n") == 0


def texts(result: Result) -> dict[str, list[tuple[str, ...]]]:
    return {
        table.title: [
            tuple(for_people(value, column) for value, column in zip(row, table.columns, strict=True))
            for row in table.rows
        ]
        for table in score_tables(result)
    }


def test_the_report_counts_judgements_and_keeps_the_other_tables() -> None:
    result, gold = every_case()
    found = texts(with_intervals(result, gold, FEW))
    counted = {row[0]: row[1:] for row in found["Ev2R judge vendor/Judge-1 70B: what became of each claim"]}
    assert counted["scored"] == ("4", "4")
    assert counted["unscored: no-counts"] == ("0", "1")
    assert counted["more facts supported than counted (clipped)"] == ("0", "1")
    left = {row[0]: row[1] for row in found["Ev2R judge: what that leaves open"]}
    assert left["claims with a Q+A recall"] == "6 of 9"
    assert left["ev2r@0.5 if all of these failed, or passed"] == "0.222, 0.556"
    assert left["unscored: claims"] == "5, 7"
    titles = {row[1]: row[0] for row in found["Scores"]}
    assert titles["ev2r@0.5"] == "Ev2R, recall > 0.5 (headline)"
    assert titles["averitec@0.25"] == "AVeriTeC, evidence > 0.25"
    assert titles["ev2r_qa_recall"] == "Ev2R recall, Q+A"
    assert any(title.startswith("Claim type") and "Ev2R score @0.5" in title for title in found)
    plain = texts(result_of(gold, [True] * 6 + [False, True, None]))
    first = next(title for title in plain if title.startswith("What more"))
    assert [(row[1], row[3]) for row in found[first]] == [(row[1], row[3]) for row in plain[first]]


def test_only_the_first_unscored_claims_are_listed() -> None:
    result = of_marks("?" * 12 + "+", judge=LITE)
    assert result.judge is not None
    _, left = judge_tables(result.judge)
    assert ("unscored: claims", "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more") in left.rows
    assert listed((1, 2)) == "1, 2"
    assert ("Ev2R-lite recall, Q+A", "ev2r_lite_qa_recall") in [row[:2] for row in score_tables(result)[0].rows]


def test_csv_has_the_counts_and_how_many_claims_each_figure_is_over() -> None:
    result, gold = every_case()
    rows = list(csv.DictReader(io.StringIO(to_csv([long_table(with_intervals(result, gold, FEW))]))))
    figures = {(row["group"], row["name"], row["metric"]): row for row in rows}
    assert figures["all", "", "ev2r@0.5"]["n"] == "6"
    assert figures["all", "", "averitec@0.25"]["n"] == "9"
    assert figures["judge", "qa", "unscored:no-counts"]["value"] == "1"
    bounds = figures["judge", "", "bounds"]
    assert (float(bounds["low"]), float(bounds["high"])) == (2 / 9, 5 / 9)


def test_a_claim_is_explained() -> None:
    result, _ = every_case()
    sentences = [ev2r_sentence(claim, 0.5, "gt") for claim in result.claims]
    assert sentences[0] == "Credit: the label is right and the judged recall 0.7500 is above 0.5."
    assert sentences[1] == "No credit: the label is right but the judged recall 0.5000 is not above 0.5."
    assert sentences[4] == "No score: the judge counts no fact in the reference evidence."
    assert sentences[5] == "No score: the judgement is unscored (no-counts)."
    assert sentences[8] == "No credit: the submission has no prediction for this claim."
    found = [claim.ev2r for claim in result.claims if claim.ev2r is not None]
    assert judgement_sentences(found[2]) == [
        "Questions: the judgement is unscored (timeout).",
        "Questions and answers: 5 of 4 reference facts and 9 of 3 predicted facts are supported by the other side "
        "(recall 1.0000, precision 1.0000; more reference facts supported than counted, cut down; more predicted facts "
        "supported than counted, cut down; the reply was not JSON as it stood).",
    ]
    assert judgement_sentences(found[5])[-1] == "Looks steered: reply repeats the evidence."
    with pytest.raises(ValueError, match="not judged"):
        ev2r_sentence(result_of(small_gold(1), [True]).claims[0], 0.5, "gt")


def written(folder: Path, qa: Sequence[Judgement], rules: Ev2R = LENIENT) -> Path:
    """The run folder of a judged submission."""
    result = with_intervals(judged_result(qa, rules=rules), small_gold(len(qa)), FEW)
    given = submission(*(prediction(i, REFUTED, ("q", "a")) for i in range(len(qa))))
    write_run(folder, result, given, small_gold(len(qa)))
    return folder


def schema(name: str) -> Draft202012Validator:
    path = resources.files("averitec_eval") / "schemas" / f"{name}.schema.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(document)
    return Draft202012Validator(document)


@pytest.mark.parametrize("rules", [LENIENT, Ev2R()])
def test_run_folders_follow_the_schemas_and_read_back(tmp_path: Path, rules: Ev2R) -> None:
    folder = written(tmp_path / "run", [facts(1, 1), facts(5, 4), unscored("timeout"), facts(0, 0)], rules)
    document = json.loads((folder / RESULTS).read_text())
    schema("results").validate(document)
    for line in (folder / "claims.jsonl").read_text().splitlines():
        schema("claims").validate(json.loads(line))
    assert to_json(read_run(folder).to_dict()) == to_json(document)
    result, _ = every_case(rules)
    schema("results").validate(json.loads(to_json(result.to_dict())))


def test_compare_takes_judged_run_folders(tmp_path: Path) -> None:
    a = written(tmp_path / "a", [facts(1, 1), facts(1, 1), unscored("timeout")])
    b = written(tmp_path / "b", [facts(1, 1), facts(0, 1), facts(1, 1)])
    ended = run("compare", a, b, "--resamples", "100")
    assert (ended.code, ended.err) == (0, "")
    assert "on the 2 claims judged in both" in " ".join(ended.out.split())
    assert "|judge:vendor-Judge-1-70B+" in ended.out
    withheld = written(tmp_path / "withheld", [facts(1, 1), facts(1, 1), unscored("timeout")], Ev2R())
    ended = run("compare", withheld, b, "--resamples", "100")
    assert ended.code == 2
    assert "withheld" in ended.err


def test_inspect_shows_the_judgements_of_a_claim(tmp_path: Path) -> None:
    folder = written(tmp_path / "run", [facts(3, 4), unscored("timeout")])
    text = " ".join(run("inspect", folder, "--claim", "0").out.split())
    assert "Judged by vendor/Judge-1 70B. Credit: the label is right and the judged recall 0.7500 is above 0.5." in text
    assert "3 of 4 reference facts" in text
    assert "the judgement is unscored (timeout)" in run("inspect", folder, "--claim", "1").out
    document = json.loads(run("inspect", folder, "--claim", "0", "--format", "json").out)
    assert document["ev2r"]["qa"]["recall"] == 0.75
    assert document["judge"]["level"] == 0.5


def test_a_damaged_judgement_is_unreadable(tmp_path: Path) -> None:
    folder = written(tmp_path / "run", [facts(3, 4)])
    path = folder / "claims.jsonl"
    path.write_text(path.read_text().replace('"recall": 0.75', '"recall": 0.99'))
    with pytest.raises(UnreadableError, match="score the submission again"):
        read_run(folder)
    ended = run("inspect", folder, "--claim", "0")
    assert ended.code == 3
    assert "judgements are damaged" in ended.err
