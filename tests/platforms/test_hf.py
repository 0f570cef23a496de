"""The metric of Hugging Face `evaluate`: the same figures, without a network, and errors that say what is wrong."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from averitec_eval import mini_gold_path, score
from averitec_eval.errors import AveritecEvalError, InvalidSubmissionError, UsageError

ROOT = Path(__file__).resolve().parent.parent.parent
PREDICTIONS = ROOT / "submissions" / "overlap" / "predictions.json"
CARD = ROOT / "averitec_eval" / "platforms" / "README.md"

pytestmark = pytest.mark.usefixtures("no_network")


@pytest.fixture
def metric(hf: ModuleType) -> Any:
    import evaluate

    return evaluate.load(hf.path())


@pytest.fixture(scope="module")
def predictions() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(PREDICTIONS.read_text(encoding="utf-8"))
    return rows


@pytest.fixture(scope="module")
def references() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(mini_gold_path().read_text(encoding="utf-8"))
    return rows


def figures(computed: dict[str, Any]) -> dict[str, str]:
    """The scores by the digits of their values, to be equal to the last bit."""
    rest = ("n_scored", "n_missing", "signature")
    return {name: repr(value) for name, value in computed.items() if name not in rest}


def scored(profile: str) -> dict[str, str]:
    result = score(PREDICTIONS, mini_gold_path(), profile=profile, intervals=None)
    return {name: repr(value) for name, value in result.scores.items()}


@pytest.mark.parametrize("profile", ["averitec-2024", "paper-2023", "evalai-2024-draft", "fever8-2025", "robust"])
def test_the_figures_are_those_of_score(
    metric: Any, predictions: list[Any], references: list[Any], profile: str
) -> None:
    computed = metric.compute(predictions=predictions, references=references, profile=profile)
    assert figures(computed) == scored(profile)
    assert (computed["n_scored"], computed["n_missing"]) == (40, 0)
    assert f"profile:{profile}|" in computed["signature"]


def test_the_order_of_predictions_changes_nothing(metric: Any, predictions: list[Any], references: list[Any]) -> None:
    computed = metric.compute(predictions=predictions[::-1], references=references)
    assert figures(computed) == scored("averitec-2024")


def test_predictions_without_ids_belong_to_the_references_beside_them(
    metric: Any, predictions: list[Any], references: list[Any]
) -> None:
    bare = [{key: value for key, value in row.items() if key != "claim_id"} for row in predictions]
    assert figures(metric.compute(predictions=bare, references=references)) == scored("averitec-2024")
    numbered = [{**row, "claim_id": 100 + i} for i, row in enumerate(references)]
    assert figures(metric.compute(predictions=bare, references=numbered)) == scored("averitec-2024")


def test_rows_can_be_added_one_by_one_and_in_batches(
    metric: Any, predictions: list[Any], references: list[Any]
) -> None:
    for prediction, reference in zip(predictions[:7], references[:7], strict=True):
        metric.add(prediction=prediction, reference=reference)
    metric.add_batch(predictions=predictions[7:], references=references[7:])
    assert figures(metric.compute()) == scored("averitec-2024")


def test_none_is_a_claim_without_a_prediction(metric: Any, predictions: list[Any], references: list[Any]) -> None:
    computed = metric.compute(predictions=[None, *predictions[1:]], references=references)
    assert (computed["n_scored"], computed["n_missing"]) == (39, 1)
    bare = [{key: value for key, value in row.items() if key != "claim_id"} for row in predictions[1:]]
    assert figures(metric.compute(predictions=[None, *bare], references=references)) == figures(computed)


def test_a_split_of_a_dataset_can_be_the_references(hf: ModuleType, metric: Any, predictions: list[Any]) -> None:
    assert figures(metric.compute(predictions=predictions, references=hf.mini())) == scored("averitec-2024")


def test_further_levels_are_reported(metric: Any, predictions: list[Any], references: list[Any]) -> None:
    computed = metric.compute(predictions=predictions, references=references, levels=[0.15])
    result = score(PREDICTIONS, mini_gold_path(), levels=[0.15], intervals=None)
    assert figures(computed) == {name: repr(value) for name, value in result.scores.items()}


def test_two_profiles_combine(hf: ModuleType, predictions: list[Any], references: list[Any]) -> None:
    import evaluate

    both = evaluate.combine(
        {name: evaluate.load(hf.path(), name) for name in ("averitec-2024", "fever8-2025")}, force_prefix=True
    )
    computed = both.compute(predictions=predictions, references=references)
    for profile in ("averitec-2024", "fever8-2025"):
        for name, value in scored(profile).items():
            assert repr(computed[f"{profile}_{name}"]) == value


def test_what_the_metric_says_of_itself(metric: Any) -> None:
    assert metric.name == "averitec"
    assert set(metric.features) == {"predictions", "references"}
    assert {"claim_id", "pred_label", "evidence"} <= set(metric.features["predictions"])
    assert "verdict" in metric.description
    assert metric.citation.count("@inproceedings{") == 2
    assert "profile" in metric.inputs_description


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"claim_id": "one"}, "S004"),
        ({"pred_label": "Refutd"}, "S006"),
        ({"pred_label": None}, "S002"),
        ({"evidence": "no list"}, "S003"),
        ({"evidence": [{"question": "Only a question?"}]}, "S002"),
        ({"claim_id": 1}, "I002"),
        ({"claim_id": 4000}, "I003"),
    ],
)
def test_an_invalid_row_is_refused_with_its_code(
    hf: ModuleType, predictions: list[Any], references: list[Any], change: dict[str, Any], code: str
) -> None:
    import evaluate

    wrong = [{**predictions[0], **change}, *predictions[1:]]
    with pytest.raises(InvalidSubmissionError, match=code) as caught:
        evaluate.load(hf.path()).compute(predictions=wrong, references=references)
    assert code in caught.value.report.codes  # type: ignore[attr-defined]
    assert references[3]["questions"][0]["answers"][0]["answer"] not in str(caught.value)


def test_an_unequal_number_of_rows_is_refused_without_showing_them(
    metric: Any, predictions: list[Any], references: list[Any]
) -> None:
    with pytest.raises(UsageError, match="39 predictions and 40 references") as caught:
        metric.compute(predictions=predictions[1:], references=references)
    assert len(str(caught.value)) < 300


def test_a_metric_serves_again_after_an_error(metric: Any, predictions: list[Any], references: list[Any]) -> None:
    with pytest.raises(AveritecEvalError):
        metric.compute(predictions=[{**predictions[0], "claim_id": "x"}], references=references[:1])
    assert figures(metric.compute(predictions=predictions, references=references)) == scored("averitec-2024")


def test_the_suite_asks_a_system_once_and_shows_it_no_gold(hf: ModuleType, predictions: list[Any]) -> None:
    import evaluate

    suite = evaluate.EvaluationSuite.load(hf.path())
    asked: list[dict[str, Any]] = []

    def system(row: dict[str, Any]) -> dict[str, Any]:
        asked.append(row)
        return predictions[row["claim_id"]]

    results = suite.run(system)
    assert [row["claim_id"] for row in asked] == list(range(40))
    assert not {"label", "questions", "justification", "claim_types", "fact_checking_strategies"} & set(asked[0])
    assert [result["task_name"] for result in results] == [
        f"averitec-mini/{profile}" for profile in ("averitec-2024", "fever8-2025", "paper-2023")
    ]
    for result in results:
        profile = result["task_name"].partition("/")[2]
        assert scored(profile).items() <= {name: repr(value) for name, value in result.items()}.items()


def test_a_suite_takes_other_data(hf: ModuleType, predictions: list[Any]) -> None:
    import evaluate

    suite = evaluate.EvaluationSuite.load(hf.path())
    suite.suite = [hf.task(hf.mini().select(range(5)), "five")]
    (result,) = suite.run(lambda row: None if row["claim_id"] == 2 else predictions[row["claim_id"]])
    assert (result["n_scored"], result["n_missing"]) == (4, 1)
    with pytest.raises(UsageError, match="found int among the predictions"):
        suite.run(lambda row: 5)
    with pytest.raises(UsageError, match="unknown profile"):
        hf.task(hf.mini(), "mini", "averitec-2042")


@pytest.mark.usefixtures("hf")
def test_the_example_of_the_card_prints_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", CARD.read_text(encoding="utf-8"), flags=re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})
    assert capsys.readouterr().out.strip() == re.findall(r"# (\d.*)", code)[0]
