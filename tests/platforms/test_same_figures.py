"""The same submissions have the same figures to the last digit, whichever way they are scored."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from cli.helpers import run
from platforms import codabench_worker
from platforms.evalai_task import make_bundle, work, write

from averitec_eval import Scorer, read_submission, score
from averitec_eval.leaderboard.config import BoardConfig
from averitec_eval.platforms import codabench
from averitec_eval.platforms.common import bundle_phases
from averitec_eval.platforms.rows import gold_from_rows

ROOT = Path(__file__).resolve().parent.parent.parent
REAL = ("hero_8b.json", "hero_70b.json", "fever8_baseline_2025.csv")
QUICK = "baseline_2024.json"
PROFILE = "averitec-2024"

Figures = dict[str, str]
Way = Callable[[Path, Path], Figures]


def digits(scores: Mapping[str, Any]) -> Figures:
    """Scores by the shortest text that gives the same float, so that equal means equal to the last bit."""
    return {name: repr(value) for name, value in scores.items() if isinstance(value, float)}


@lru_cache(maxsize=1)
def by_python(predictions: Path, gold: Path) -> Figures:
    return digits(score(predictions, gold, profile=PROFILE, intervals=None).scores)


def by_command_line(predictions: Path, gold: Path) -> Figures:
    ended = run("score", predictions, "--gold", gold, "--profile", PROFILE, "--format", "json", "--resamples", 100)
    assert ended.code == 0
    return digits(json.loads(ended.out)["scores"])


def by_evaluate(predictions: Path, gold: Path) -> Figures:
    """Of a CSV, which has no rows in the shape of JSON, those that the records make."""
    import evaluate

    from averitec_eval.formats.json2024 import to_json
    from averitec_eval.platforms import hf

    if predictions.suffix == ".json":
        rows = json.loads(predictions.read_text(encoding="utf-8"))
    else:
        rows = [to_json(prediction) for prediction in read_submission(predictions)]
    metric = evaluate.load(hf.path(), keep_in_memory=True)
    references = json.loads(gold.read_text(encoding="utf-8"))
    return digits(metric.compute(predictions=rows, references=references, profile=PROFILE))


def by_stream(predictions: Path, gold: Path) -> Figures:
    """Streamed last claim first, against gold out of a dataset's rows."""
    import datasets

    rows = datasets.Dataset.from_list(json.loads(gold.read_text(encoding="utf-8")))
    scorer = Scorer(gold_from_rows(rows), profile=PROFILE)
    for prediction in reversed(read_submission(predictions).predictions):
        scorer.add(prediction)
    return digits(scorer.result().scores)


def by_evalai(predictions: Path, gold: Path) -> Figures:
    """As the platform's worker does it, with the challenge that a bundle makes, in a process of its own."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        task = {"title": "T", "gold": str(gold), "profile": PROFILE, "submissions": "submissions", "site": "site"}
        make_bundle(write(folder / "task" / "leaderboard.yaml", task), folder / "bundle")
        (kept,) = work(folder / "bundle", [("main", predictions)], folder / "worker").kept
    ((split, figures),) = kept["output"]["result"][0].items()
    assert split == "main"
    return digits(figures)


def by_codabench(predictions: Path, gold: Path) -> Figures:
    """As the platform's container does it, with the competition that a bundle makes."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        config = BoardConfig("A task", str(gold), folder / "submissions", folder / "site", profile=PROFILE)
        codabench.write_bundle(config, folder / "bundle")
        done = codabench_worker.submit(folder / "bundle", folder, 0, {predictions.name: predictions.read_bytes()})
        assert (done.code, done.stderr) == (0, "")
        scores = done.scores or {}
    [phase] = bundle_phases(config)
    return digits({column.metric: scores[column.key] for column in phase.columns})


WAYS: tuple[Way, ...] = (by_command_line, by_evaluate, by_stream, by_evalai, by_codabench)


@pytest.mark.usefixtures("hf")
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_made_submission_has_the_same_figures_every_way(way: Way) -> None:
    gold = ROOT / "averitec_eval" / "examples" / "mini" / "gold.json"
    predictions = ROOT / "submissions" / "overlap-ten" / "predictions.json"
    figures = by_python(predictions, gold)
    assert len(figures) == 14
    assert way(predictions, gold) == figures


@pytest.mark.usefixtures("hf")
@pytest.mark.parametrize("name", [QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in REAL)])
def test_the_real_submissions_have_the_same_figures_every_way(name: str, data_dir: Path) -> None:
    gold, predictions = data_dir / "averitec" / "dev.json", data_dir / "submissions" / name
    figures = by_python(predictions, gold)
    assert len(figures) == 14
    for way in WAYS:
        assert way(predictions, gold) == figures, way.__name__
