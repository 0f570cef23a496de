"""What is written comes back, less what is named as lost; the same records give the same bytes."""

from __future__ import annotations

import csv
import gzip
import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from formats.helpers import read
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import free_gold, free_predictions

from averitec_eval.errors import ConversionError, OutputError, UsageError
from averitec_eval.formats import (
    FORMATS,
    ConversionReport,
    iter_gold_entries,
    read_gold,
    read_submission,
    write_gold,
    write_submission,
)
from averitec_eval.formats.registry import GOLD, SUBMISSION, names
from averitec_eval.formats.writing import as_held, gold_as_held
from averitec_eval.records import NO_ANSWER, Answer, GoldClaim, Prediction, Question, Verdict
from averitec_eval.validation.issues import IssueLog, Severity

Q = Question
A = Answer


def prediction(claim_id: int = 0, *questions: Question, **more: Any) -> Prediction:
    return Prediction(claim_id, Verdict.REFUTED, questions or (Q("Who?", (A("She."),)),), claim="It rained.", **more)


def strings_of(record: Prediction | GoldClaim) -> list[str]:
    """The strings that evaluators compare."""
    questions = record.evidence if isinstance(record, Prediction) else record.questions
    strings = [f"{q.question} {answer}" for q in questions for answer in q.answer_texts()]
    return strings + (list(record.string_evidence) if isinstance(record, Prediction) else [])


def losses(report: ConversionReport) -> dict[str, int]:
    return {loss.kind: loss.count for loss in report.losses}


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(names(SUBMISSION)), st.sampled_from(["", ".gz"]))
def test_round_trip_of_predictions(tmp_path_factory: Any, data: st.DataObject, form: str, zipped: str) -> None:
    path = tmp_path_factory.mktemp("r") / f"x{zipped}"
    given_ = data.draw(free_predictions(ids_are_places=not FORMATS[form].has_ids))
    with suppress(ConversionError):
        report = write_submission(given_, path, form)
    # Only CSV has texts that it cannot hold.
    assert path.exists() or form == "2025-csv"
    assume(path.exists())
    again = read_submission(path)
    assert again.format == form
    assert again.sha256 == report.sha256
    assert again.predictions == tuple(as_held(one, form) for one in given_)
    # Evidence may be lost only where the report says so, and is compared as before otherwise.
    for one, other in zip(given_, again, strict=True):
        if "plain evidence strings" not in losses(report):
            assert strings_of(one) == strings_of(other)
        assert one.label == other.label
    if not report.losses:
        # Whether an entry without any evidence lists no pairs or names none is all that may differ.
        alike = [tuple(replace(one, lists_pairs=True) for one in several) for several in (again, given_)]
        assert alike[0] == alike[1]
    # Once held, everything is kept, and the bytes are the same.
    second = write_submission(again, path, form)
    assert set(losses(second)) <= {"missing claim texts"}
    assert second.sha256 == report.sha256


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(names(GOLD)))
def test_round_trip_of_gold(tmp_path_factory: Any, data: st.DataObject, form: str) -> None:
    path = tmp_path_factory.mktemp("r") / "x"
    given_ = data.draw(free_gold())
    with suppress(ConversionError):
        report = write_gold(given_, path, form)
    assert path.exists() or form == "gold-csv"
    assume(path.exists())
    log = IssueLog()
    again = tuple(entry.gold_claim() for entry in iter_gold_entries(path, log))
    assert log.count(Severity.ERROR) == 0
    assert again == tuple(gold_as_held(one, form) for one in given_)
    for one, other in zip(given_, again, strict=True):
        assert other is not None
        assert strings_of(one) == strings_of(other)
    if not report.losses:
        assert again == given_


FULL = prediction(
    0,
    Q("One?", (A("1", "Extractive", None, "u", "c", "Web", "text"), A("Yes", "Boolean", "So."))),
    Q("None?"),
    string_evidence=("s", "t"),
    justification="j",
)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (
            "2024-json",
            {
                "plain evidence strings": 2,
                "questions with several answers": 1,
                "questions without answers": 1,
                "answer types": 2,
                "cached URLs and media": 1,
                "justifications": 1,
            },
        ),
        (
            "2025-csv",
            {
                "plain evidence strings": 2,
                "questions with several answers": 1,
                "questions without answers": 1,
                "answer types": 2,
                "URLs": 1,
                "scraped texts": 1,
                "cached URLs and media": 1,
                "justifications": 1,
            },
        ),
        ("2023-json", {}),
        (
            "2024-draft-jsonl",
            {
                "question-answer pairs": 3,
                "questions without answers": 1,
                "answer types": 2,
                "URLs": 1,
                "scraped texts": 1,
                "cached URLs and media": 1,
                "justifications": 1,
                "claim texts": 1,
            },
        ),
    ],
)
def test_losses_are_counted(tmp_path: Path, form: str, expected: dict[str, int]) -> None:
    report = write_submission([FULL], tmp_path / "x", form)
    assert losses(report) == expected
    assert all(loss.text for loss in report.losses)
    assert (report.entries, report.format, report.size) == (1, form, (tmp_path / "x").stat().st_size)


def test_what_pairs_become() -> None:
    held = as_held(FULL, "2024-json")
    assert held.evidence == (
        Q("One?", (A("1", source_url="u", scraped_text="text"),)),
        Q("One?", (A("Yes. So."),)),
        Q("None?", (A(NO_ANSWER),)),
    )
    assert as_held(FULL, "2024-draft-jsonl").string_evidence == (
        "One? 1",
        "One? Yes. So.",
        f"None? {NO_ANSWER}",
        "s",
        "t",
    )


def test_gold_losses(tmp_path: Path) -> None:
    claims = (
        GoldClaim(0, "c", Verdict.REFUTED, (Q("Q", (A("1", source_url="u"), A("2"))), Q("Q", (A("3"),))), speaker="S"),
        GoldClaim(1, "d", Verdict.SUPPORTED, (Q("R"),), justification="j"),
    )
    report = write_gold(claims, tmp_path / "g.csv", "gold-csv")
    assert losses(report) == {
        "questions without answers": 1,
        "equal questions in a row": 1,
        "URLs": 1,
        "justifications": 1,
        "metadata of claims": 1,
    }
    first, second = read_gold(tmp_path / "g.csv")
    assert first.questions == (Q("Q", (A("1"), A("2"), A("3"))),)
    assert second.questions == (Q("R", (A(NO_ANSWER),)),)


# Texts that cannot be told from the separators of the CSV cell, each with the place that is named.
SEPARATORS = [
    (Q("a\t\t\nb", (A("c"),)), "the question"),
    (Q("a", (A("b\t\t\nc"),)), "the answer"),
    (Q("a", (A("b\t\t\n\nc"),)), "the answer"),
    (Q("a", (A("\nb"),)), "the answer"),
    (Q("\t\t\n", (A("\t\t\n"),)), "the question"),
]


@pytest.mark.parametrize(("question", "blamed"), SEPARATORS)
def test_separators_inside_texts_are_refused_with_their_place(tmp_path: Path, question: Question, blamed: str) -> None:
    path = tmp_path / "x.csv"
    sound = Q("Who?", (A("She."),))
    with pytest.raises(ConversionError) as caught:
        write_submission([prediction(4, sound), prediction(7, sound, question, sound, question)], path, "2025-csv")
    assert [problem[: problem.index(":")] for problem in caught.value.problems] == [
        "claim 7, pair 1",
        "claim 7, pair 3",
    ]
    assert all(blamed in problem for problem in caught.value.problems)
    assert all(problem in str(caught.value) for problem in caught.value.problems)
    assert not path.exists()
    claims = [GoldClaim(7, "c", Verdict.REFUTED, (question,))]
    with pytest.raises(ConversionError):
        write_gold(claims, path, "gold-csv")
    # The other formats hold the same texts.
    for form in ("2024-json", "2023-json"):
        write_submission([prediction(0, question)], path, form)
        assert read_submission(path).predictions == (prediction(0, question),)


@pytest.mark.parametrize(
    "text", ["\ta\t", "a\t\t", "a\n", " a ", "a\r\nb", "\r", 'say "no", twice', "=1+1", "\u2028\x0b\x1c"]
)
def test_texts_that_csv_does_hold(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.csv"
    one = replace(prediction(0, Q(text, (A(text),)), Q(text, (A(text),))), claim=text)
    write_submission([one], path, "2025-csv")
    assert read_submission(path).predictions == (one,)


def test_empty_evidence_is_refused_in_csv_alone(tmp_path: Path) -> None:
    bare = Prediction(3, Verdict.REFUTED, claim="c")
    with pytest.raises(ConversionError) as caught:
        write_submission([bare], tmp_path / "x.csv", "2025-csv")
    assert "claim 3: there is no question-answer pair" in caught.value.problems[0]
    write_submission([bare], tmp_path / "x.json", "2024-json")
    assert read_submission(tmp_path / "x.json").predictions == (bare,)


@pytest.mark.parametrize("ids", [(1, 2), (1, 0), (0, 2), (0, 0)])
@pytest.mark.parametrize("form", ["2023-json", "2024-draft-jsonl"])
def test_formats_without_ids_need_ids_that_are_places(tmp_path: Path, ids: tuple[int, ...], form: str) -> None:
    with pytest.raises(ConversionError) as caught:
        write_submission([prediction(i) for i in ids], tmp_path / "x", form)
    (problem,) = caught.value.problems
    place = next(place for place, claim_id in enumerate(ids) if place != claim_id)
    assert f"entry {place} would become claim {place}, but its id is {ids[place]}" in problem


@pytest.mark.parametrize("form", names(SUBMISSION))
def test_half_a_surrogate_pair_is_refused(tmp_path: Path, form: str) -> None:
    with pytest.raises(ConversionError, match="surrogate"):
        write_submission([prediction(0, Q("Who \ud83d?", (A("She."),)))], tmp_path / "x", form)


def test_half_a_surrogate_pair_in_gold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match=r"claim 5: .*ud83d"):
        write_gold([GoldClaim(5, "c", Verdict.REFUTED, (), speaker="\ud83d")], tmp_path / "x", "gold-json")


@pytest.mark.parametrize("form", names(SUBMISSION))
def test_nothing_is_not_written(tmp_path: Path, form: str) -> None:
    with pytest.raises(ConversionError, match="no predictions"):
        write_submission([], tmp_path / "x", form)
    with pytest.raises(ConversionError, match="no claims"):
        write_gold([], tmp_path / "x", "gold-json")


def test_formats_of_the_other_kind(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="2024-json"):
        write_submission([prediction()], tmp_path / "x", "gold-json")
    with pytest.raises(UsageError, match="gold-json, gold-csv"):
        write_gold([GoldClaim(0, "c", Verdict.REFUTED, ())], tmp_path / "x", "2025-csv")


def test_an_output_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError):
        write_submission([prediction()], tmp_path / "file" / "x.json", "2024-json")


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (
            "2024-json",
            '[\n  {\n    "claim_id": 0,\n    "claim": "It rained.",\n    "evidence": [\n      {\n        '
            '"question": "Où?",\n        "answer": "Là."\n      }\n    ],\n    "pred_label": '
            '"Refuted"\n  }\n]\n',
        ),
        ("2025-csv", 'id,claim,evi,label,split\n0,It rained.,"Où?\t\t\nLà.\t\t\n\n",Refuted,pred\n'),
        ("2024-draft-jsonl", '{"label": "Refuted", "evidence": ["Où? Là."]}\n'),
    ],
)
def test_exact_bytes(tmp_path: Path, form: str, expected: str) -> None:
    one = prediction(0, Q("Où?", (A("Là."),)))
    write_submission([one], tmp_path / "x", form)
    assert (tmp_path / "x").read_bytes() == expected.encode()
    write_submission([one], tmp_path / "x.gz", form)
    packed = (tmp_path / "x.gz").read_bytes()
    assert gzip.decompress(packed) == expected.encode()
    # Flags, time and with them the name are empty: the bytes depend on the content alone.
    assert packed[3:8] == b"\0" * 5
    write_submission([one], tmp_path / "other.gz", form)
    assert (tmp_path / "other.gz").read_bytes() == packed


def test_split_column(tmp_path: Path) -> None:
    write_submission([prediction()], tmp_path / "x.csv", "2025-csv", split="test, final")
    with (tmp_path / "x.csv").open(newline="", encoding="utf-8") as handle:
        assert [row["split"] for row in csv.DictReader(handle)] == ["test, final"]


def test_gold_ids_are_written_only_where_they_are_not_the_places(tmp_path: Path) -> None:
    claims = [GoldClaim(i, "c", Verdict.REFUTED, (Q("Q", (A("A"),)),)) for i in (0, 1)]
    write_gold(claims, tmp_path / "x", "gold-json")
    assert "claim_id" not in json.loads((tmp_path / "x").read_text())[0]
    write_gold(claims[1:], tmp_path / "x", "gold-json")
    assert json.loads((tmp_path / "x").read_text())[0]["claim_id"] == 1
    assert [claim.claim_id for claim in read_gold(tmp_path / "x")] == [1]


# --- Real files ---


def test_dev_gold_is_the_same_in_json_and_csv(data_dir: Path) -> None:
    """The solution CSV must give the same questions and the same compared strings as the JSON it was made from."""
    one = read_gold(data_dir / "averitec/dev.json")
    other = read_gold(data_dir / "averitec/solution_dev.csv")
    for a, b in zip(one, other, strict=True):
        assert (a.claim_id, a.claim, a.label) == (b.claim_id, b.claim, b.label)
        assert [q.question for q in a.questions] == [q.question for q in b.questions]
        assert [list(q.answer_texts()) for q in a.questions] == [list(q.answer_texts()) for q in b.questions]


def test_dev_gold_written_as_csv_holds_the_cells_of_the_published_file(data_dir: Path, tmp_path: Path) -> None:
    write_gold(read_gold(data_dir / "averitec/dev.json"), tmp_path / "g.csv", "gold-csv")

    def rows(path: Path) -> list[dict[str, str]]:
        with path.open(newline="", encoding="utf-8") as handle:
            return list(csv.DictReader(handle))

    assert rows(tmp_path / "g.csv") == rows(data_dir / "averitec/solution_dev.csv")


@pytest.mark.parametrize("name", ["averitec/dev.json", "averitec/train_first1158.json"])
def test_real_gold_survives_json(data_dir: Path, tmp_path: Path, name: str) -> None:
    gold = read_gold(data_dir / name)
    assert losses(write_gold(gold, tmp_path / "g.json.gz", "gold-json")) == {}
    assert read_gold(tmp_path / "g.json.gz").claims == gold.claims


@pytest.mark.parametrize(
    "name", ["hero_8b.json", "baseline_2024.json", "hero_8b_paper2023.json", "fever8_baseline_2025.csv"]
)
@pytest.mark.parametrize("form", names(SUBMISSION))
def test_real_predictions_in_every_format(data_dir: Path, tmp_path: Path, name: str, form: str) -> None:
    submission = read_submission(data_dir / "submissions" / name)
    path = tmp_path / f"x{FORMATS[form].suffix}"
    report = write_submission(submission, path, form)
    again = read_submission(path)
    assert [strings_of(one) for one in again] == [strings_of(one) for one in submission]
    assert [one.label for one in again] == [one.label for one in submission]
    assert ("URLs" in losses(report)) == (
        form in {"2025-csv", "2024-draft-jsonl"} and name in {"hero_8b.json", "baseline_2024.json"}
    )


def test_written_csv_is_read_by_pandas_as_the_organisers_read_it(data_dir: Path, tmp_path: Path) -> None:
    """Their script reads with pandas and splits at the separators; it must see the pairs we wrote."""
    import pandas as pd

    submission = read_submission(data_dir / "submissions/hero_8b.json")
    write_submission(submission, tmp_path / "x.csv", "2025-csv")
    frame = pd.read_csv(tmp_path / "x.csv")
    assert list(frame.columns) == ["id", "claim", "evi", "label", "split"]
    assert list(frame["id"]) == list(range(500))
    for text, one in zip(frame["evi"], submission, strict=True):
        pairs = [part.split("\t\t\n") for part in text.split("\t\t\n\n") if part]
        assert pairs == [[pair.question, pair.answer] for pair in one.pairs()]


def test_published_csv_read_as_pandas_reads_it(data_dir: Path) -> None:
    import pandas as pd

    frame = pd.read_csv(data_dir / "submissions/fever8_baseline_2025.csv")
    submission = read_submission(data_dir / "submissions/fever8_baseline_2025.csv")
    for row, one in zip(frame.itertuples(), submission, strict=True):
        assert (row.id, row.claim, row.label) == (one.claim_id, one.claim, one.label.value)
        assert row.evi == "".join(f"{pair.question}\t\t\n{pair.answer}\t\t\n\n" for pair in one.pairs())


def test_helpers_read_what_files_hold(tmp_path: Path) -> None:
    """Reading from bytes, as the other tests do, is reading from a file."""
    write_submission([prediction(0), prediction(1)], tmp_path / "x.json", "2024-json")
    data = (tmp_path / "x.json").read_bytes()
    assert tuple(e.prediction() for e in read(data).entries) == read_submission(tmp_path / "x.json").predictions
    assert read(data).file.sha256 == read_submission(tmp_path / "x.json").sha256
