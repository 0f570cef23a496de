"""The AVeriTeC score as a metric of Hugging Face `evaluate`, and an evaluation suite around it.

>>> import evaluate                                      # doctest: +SKIP
>>> from averitec_eval.platforms import hf               # doctest: +SKIP
>>> metric = evaluate.load(hf.path())                    # doctest: +SKIP
>>> metric.compute(predictions=rows, references=dataset) # doctest: +SKIP
{'hu_meteor_q': 0.4814, 'hu_meteor_qa': 0.3509, 'averitec@0.1': ...}

This module is the script that `evaluate` loads, from this package's own folder and without a network. Importing it
imports `evaluate`, which takes seconds; ``averitec_eval.platforms.rows`` reads rows without it. ``README.md`` beside
it is the metric's card.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import datasets
import evaluate

from averitec_eval.api import score
from averitec_eval.errors import InvalidSubmissionError, UsageError
from averitec_eval.platforms.rows import Row, Rows, gold_from_rows, predictions_from_rows
from averitec_eval.scoring.profiles import DEFAULT_PROFILE, PROFILES
from averitec_eval.scoring.results import Result

DESCRIPTION = """\
The AVeriTeC score: the share of claims whose verdict is right and whose evidence, question-answer pairs, covers the
annotators' well enough (Hungarian METEOR). With it come the evidence scores themselves, accuracy, and F1 of each
verdict. The figures are those of the shared tasks' own evaluators, to the last digit, by the rules of any edition.
"""

CITATION = """\
@inproceedings{schlichtkrull2023averitec,
  title = {{AVeriTeC}: A Dataset for Real-world Claim Verification with Evidence from the Web},
  author = {Schlichtkrull, Michael and Guo, Zhijiang and Vlachos, Andreas},
  booktitle = {Advances in Neural Information Processing Systems 36, Datasets and Benchmarks Track},
  year = {2023}
}
@inproceedings{schlichtkrull2024automated,
  title = {The Automated Verification of Textual Claims ({AVeriTeC}) Shared Task},
  author = {Schlichtkrull, Michael and Chen, Yulong and Whitehouse, Chenxi and Deng, Zhenyun and Akhtar, Mubashara and
    Aly, Rami and Guo, Zhijiang and Christodoulopoulos, Christos and Cocarascu, Oana and Mittal, Arpit and
    Thorne, James and Vlachos, Andreas},
  booktitle = {Proceedings of the Seventh Fact Extraction and VERification Workshop (FEVER)},
  year = {2024}
}
"""

INPUTS = """\
Args:
    predictions: one row a claim, with the keys of the 2024 files (claim_id, evidence, pred_label) or of the 2023 files
        (questions, label, perhaps justification). None for a claim that has no prediction; it scores 0.
    references: rows of the task's dataset: claim, label, questions, and what else there is.
        Rows are joined by claim_id. Where no prediction has one, each belongs to the reference beside it.
    profile: whose contract to score by, such as averitec-2024 (the default; also given as config_name to load).
    levels: further levels of the AVeriTeC score, in [0, 1).
    meteor: pinned (the default) or nltk.
Returns:
    Every score by its name, in [0, 1]; the signature, by which scores may be compared; and the numbers of claims
    scored and missing.
"""

_ANSWER = {
    **dict.fromkeys(("answer", "answer_type", "boolean_explanation"), str),
    **dict.fromkeys(("source_url", "cached_source_url", "source_medium", "scraped_text"), str),
}
_QUESTIONS = [{"question": str, "answers": [_ANSWER]}]
_PAIR = dict.fromkeys(("question", "answer", "url", "scraped_text"), str)
_SHAPES: dict[str, dict[str, Any]] = {
    "predictions": {
        "claim_id": int,
        "claim": str,
        "pred_label": str,
        "evidence": [_PAIR],
        "label": str,
        "questions": _QUESTIONS,
        "string_evidence": [str],
        "justification": str,
    },
    "references": {
        "claim_id": int,
        "claim": str,
        "label": str,
        "questions": _QUESTIONS,
        "justification": str,
        "claim_types": [str],
        "fact_checking_strategies": [str],
    },
}
# Large strings and lists: of small ones `evaluate` demands that the first row has them all.
_TYPES = {int: "int64", str: "large_string"}

_SEEN = ("claim_id", "claim", "claim_date", "speaker", "original_claim_url", "reporting_source", "location_ISO_code")
"""What a system sees of a claim: nothing that the annotators added."""

SUITE_PROFILES = ("averitec-2024", "fever8-2025", "paper-2023")

System = Callable[[dict[str, Any]], Mapping[str, Any] | None]
"""A system to evaluate: from a claim's row, without gold, to a row of predictions, or None for no prediction."""


def path() -> str:
    """The path to give to ``evaluate.load`` and ``evaluate.EvaluationSuite.load``."""
    return str(Path(__file__).resolve())


def _features(shape: Any) -> Any:
    if isinstance(shape, dict):
        return {name: _features(inner) for name, inner in shape.items()}
    return datasets.LargeList(_features(shape[0])) if isinstance(shape, list) else datasets.Value(_TYPES[shape])


def _fitted(value: Any, shape: Any) -> Any:
    """A value with every key of the shape, as a table needs it, and with no other."""
    if isinstance(shape, dict) and isinstance(value, Mapping):
        return {name: _fitted(value.get(name), inner) for name, inner in shape.items()}
    if isinstance(shape, list) and isinstance(value, Mapping):
        columns = list(value.values())
        if columns and all(isinstance(column, (list, tuple)) for column in columns):
            return [_fitted(dict(zip(value, row, strict=True)), shape[0]) for row in zip(*columns, strict=True)]
        return [_fitted(value, shape[0])]
    if isinstance(shape, list) and isinstance(value, (list, tuple)):
        return [_fitted(item, shape[0]) for item in value]
    return value


def _is_empty(row: Row) -> bool:
    return isinstance(row, Mapping) and all(value is None for value in row.values())


def result_of_rows(
    predictions: Sequence[Row | None],
    references: Rows,
    *,
    profile: str = DEFAULT_PROFILE,
    levels: Sequence[float] = (),
    meteor: str = "pinned",
) -> Result:
    """Score rows against rows, joined as the metric joins them, and give the whole result, without intervals.

    Raises ``InvalidSubmissionError`` with the report of every problem, and ``UsageError`` for unknown names.
    """
    gold = gold_from_rows(references)
    made = [row for row in predictions if row is not None]
    other = next((row for row in made if not isinstance(row, Mapping)), None)
    if other is not None:
        raise UsageError(
            f"found {type(other).__name__} among the predictions, expected rows, or None for no prediction"
        )
    ids: list[int] | None = None
    if all(row.get("claim_id") is None for row in made):
        if len(predictions) != len(gold):
            raise UsageError(f"{len(predictions)} predictions without claim ids for {len(gold)} references")
        ids = [claim.claim_id for row, claim in zip(predictions, gold, strict=True) if row is not None]
    if not made:
        raise InvalidSubmissionError("there is no prediction at all")
    submission = predictions_from_rows(made, claim_ids=ids)
    try:
        return score(submission, gold, profile=profile, levels=levels, meteor=meteor, intervals=None)
    except InvalidSubmissionError as error:
        raise InvalidSubmissionError(f"{error}: {_found(error.report)}", error.report) from None


def _found(report: Any) -> str:
    """What a report found, in a line; the texts themselves stay in the report."""
    return ", ".join(f"{g.code} ({g.count} times)" for g in report.groups if g.severity.value == "error")


class Averitec(evaluate.Metric):  # type: ignore[misc]
    """The AVeriTeC score and what it is made of. ``config_name`` is the profile unless ``compute`` is given one."""

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description=DESCRIPTION,
            citation=CITATION,
            inputs_description=INPUTS,
            features=datasets.Features({name: _features(shape) for name, shape in _SHAPES.items()}),
            license="Apache-2.0",
            reference_urls=["https://arxiv.org/abs/2305.13117", "https://aclanthology.org/2024.fever-1.1/"],
        )

    def add_batch(self, *, predictions: Any = None, references: Any = None, **others: Any) -> None:
        """Add rows of predictions and, beside them, of references. Raises ``InvalidSubmissionError`` for rows of
        another shape.
        """
        made, known = list(predictions or ()), list(references or ())
        try:
            fitted = _fitted([{} if row is None else row for row in made], [_SHAPES["predictions"]])
            if any(_is_empty(row) for row, given in zip(fitted, made, strict=True) if given is not None):
                raise ValueError("a row without any known key would be taken for no prediction")
            super().add_batch(
                predictions=fitted,
                references=_fitted(known, [_SHAPES["references"]]),
                **others,
            )
        except (ValueError, TypeError, AttributeError, KeyError, OverflowError):
            # What does not fit into a table is said in the words of the validator, if it has any for it: the library's
            # error would hold the rows themselves, gold and all.
            gold_from_rows(known)
            predictions_from_rows([row for row in made if row is not None])
            raise UsageError(
                f"{len(made)} predictions and {len(known)} references do not make a table: expected as many of the one "
                "as of the other, and texts that UTF-8 can hold"
            ) from None

    def add(self, *, prediction: Any = None, reference: Any = None, **others: Any) -> None:
        """Add one row of each."""
        self.add_batch(predictions=[prediction], references=[reference], **others)

    def compute(self, **options: Any) -> dict[str, Any] | None:
        """Score what was added or is given; the arguments are those of ``inputs_description``.

        Raises ``InvalidSubmissionError`` with the codes of all problems, and ``UsageError`` for unknown names.
        """
        try:
            computed: dict[str, Any] | None = super().compute(**options)
        except Exception:
            self._let_go()
            raise
        return computed

    def _let_go(self) -> None:
        """Forget what was added, and free its file: otherwise the next to compute waits for the lock."""
        state = self.__dict__
        for file in {state["cache_file_name"], *(state["file_paths"] or ())} - {None}:
            Path(file).unlink(missing_ok=True)
        for lock in (state["filelock"], *(state["filelocks"] or ())):
            if lock is not None:
                lock.release()
        state.update(dict.fromkeys(("writer", "data", "filelock", "filelocks", "cache_file_name", "file_paths")))

    def _compute(
        self,
        predictions: Sequence[Row],
        references: Sequence[Row],
        profile: str | None = None,
        levels: Sequence[float] = (),
        meteor: str = "pinned",
    ) -> dict[str, Any]:
        chosen = profile or (DEFAULT_PROFILE if self.config_name == "default" else self.config_name)
        made = [None if _is_empty(row) else row for row in predictions]
        return figures(result_of_rows(made, references, profile=chosen, levels=levels, meteor=meteor))


def figures(result: Result) -> dict[str, Any]:
    """What ``compute`` returns of a result: its scores, its signature, the numbers of claims scored and missing."""
    counts = {"n_scored": result.inputs.n_scored, "n_missing": result.inputs.n_missing}
    return {**result.scores, **counts, "signature": str(result.signature)}


def task(data: datasets.Dataset, name: str, profile: str = DEFAULT_PROFILE) -> evaluate.evaluation_suite.SubTask:
    """A task of a suite: the rows of an annotated split, scored by the rules of a profile, under a name."""
    if profile not in PROFILES:
        raise UsageError(f"unknown profile '{profile}'; known are {', '.join(PROFILES)}")
    return evaluate.evaluation_suite.SubTask(
        task_type="fact-checking", data=data, subset=name, args_for_task={"profile": profile}
    )


def mini() -> datasets.Dataset:
    """AVeriTeC-mini, the small gold set of this package, as a dataset."""
    import json

    from averitec_eval.examples import mini_gold_path

    rows = json.loads(mini_gold_path().read_text(encoding="utf-8"))
    return datasets.Dataset.from_list(_fitted(rows, [{**dict.fromkeys(_SEEN, str), **_SHAPES["references"]}]))


class Suite(evaluate.EvaluationSuite):  # type: ignore[misc]
    """AVeriTeC-mini by the rules of three editions; put tasks of other data into ``suite`` with ``task``."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        data = mini()
        self.suite = [task(data, "averitec-mini", profile) for profile in SUITE_PROFILES]

    def run(self, model_or_pipeline: System) -> list[dict[str, Any]]:
        """The scores of a system on each task. It is asked once for each claim of each dataset, whatever the tasks.

        It sees the claim, its id (the position where the data has none) and its metadata, and no gold.
        """
        self.assert_suite_nonempty()
        answered: dict[int, list[Row | None]] = {}
        results = []
        for task in self.suite:
            rows = list(task.data)
            if id(task.data) not in answered:
                seen = [{name: row.get(name) for name in _SEEN} for row in rows]
                for row, claim in zip(seen, gold_from_rows(rows), strict=True):
                    row["claim_id"] = claim.claim_id
                answered[id(task.data)] = [model_or_pipeline(row) for row in seen]
            result = result_of_rows(answered[id(task.data)], rows, **task.args_for_task)
            about = {"task_name": f"{task.subset}/{result.profile}", "data_preprocessor": None}
            results.append({**about, **figures(result)})
        return results


__all__ = [
    "Averitec",
    "Suite",
    "figures",
    "gold_from_rows",
    "mini",
    "path",
    "predictions_from_rows",
    "result_of_rows",
    "task",
]
