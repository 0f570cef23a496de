"""Results as columns over claims: what every metric is a function of the sums of.

Each metric is a function of sums over claims of a few columns: a mean of one sum, an F1 of three. So one set of
resampled sums gives the metric on every resample, for intervals, comparisons and ranks alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from averitec_eval.errors import UsageError
from averitec_eval.records import Verdict
from averitec_eval.scoring.profiles import FIRST_PAIRS, level_name
from averitec_eval.scoring.results import ClaimScore, Result
from averitec_eval.statistics.intervals import macro_f1_from_sums

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

COUNT = "claims"
"""The column of ones: its sum is the number of claims."""

_EV2R = re.compile(r"(?P<name>ev2r(?:_[a-z0-9]+)*?)(?P<part>_q_recall|_qa_recall|_qa_precision|@.+)")
_EV2R_COUNTS = {"_q_recall": "claims_with_q_recall", "_qa_precision": "claims_with_qa_precision"}
_RECALLED = "claims_with_qa_recall"
"""Which column of ones and zeros counts the claims that a metric of a judge is over."""

_GATED_MEANS = ("justification", "thresholded_evidence")
"""What is reported by level and yet is no share of claims: the mean of a score that is set to 0 for some of them."""

_F1 = {f"f1_{label.slug}": label for label in Verdict}


def claim_columns(result: Result) -> dict[str, Array]:
    """Every column of a result, each of shape (claims,), in gold order and float64.

    The columns are those that ``columns_of`` names. A claim without a figure of the judge's adds 0 to the column of the
    figure and 0 to the one that counts the claims with it.
    """
    import numpy as np

    claims = result.claims
    questions, answers = result.evidence_metrics

    def column(values: Iterable[float]) -> Array:
        return np.fromiter(values, dtype=np.float64, count=len(claims))

    columns = {
        COUNT: np.ones(len(claims)),
        questions: column(claim.evidence_q for claim in claims),
        answers: column(claim.evidence_qa for claim in claims),
        "accuracy": column(claim.label_correct for claim in claims),
    }
    for index, level in enumerate(result.levels):
        columns[f"{result.credit_name}@{level_name(level)}"] = column(claim.credit[index] for claim in claims)
    for label in Verdict:
        gold = column(claim.gold is label for claim in claims)
        predicted = column(claim.predicted is label for claim in claims)
        columns[f"gold_{label.slug}"], columns[f"predicted_{label.slug}"] = gold, predicted
        columns[f"hit_{label.slug}"] = gold * predicted
    if "justification_meteor" in result.scores:
        columns["justification_meteor"] = column(claim.justification or 0.0 for claim in claims)
        for level in result.levels:
            gated = _gated(claims, level, at_least=result.signature.cmp == "ge")
            columns[f"justification@{level_name(level)}"] = column(gated)
    if result.judge is not None:
        for metric, values in _ev2r_values(result).items():
            columns[metric] = column(value or 0.0 for value in values)
            columns[count_column(metric)] = column(value is not None for value in values)
    return columns


def _ev2r_values(result: Result) -> dict[str, list[float | None]]:
    """The values of the claims on each metric that the result has of its judge."""
    assert result.judge is not None
    name = result.judge.identity.metric_name
    found = [claim.ev2r for claim in result.claims if claim.ev2r is not None]
    values: dict[str, list[float | None]] = {
        f"{name}_q_recall": [claim.questions.recall for claim in found],
        f"{name}_qa_recall": [claim.qa.recall for claim in found],
        f"{name}_qa_precision": [claim.qa.precision for claim in found],
    }
    for index, level in enumerate(result.judge.levels):
        values[result.judge.credit_metric(level)] = [claim.credit[index] for claim in found]
    return {metric: members for metric, members in values.items() if metric in result.scores}


def first_columns(result: Result, k: int) -> dict[str, Array]:
    """The columns of ``result.first[k]``, each of shape (claims,): the question-answer score of the first ``k``
    predicted strings and the credit that it gives at each level.
    """
    import numpy as np

    claims, index = result.claims, FIRST_PAIRS.index(k)
    evidence = np.fromiter((claim.evidence_first[index] for claim in claims), dtype=np.float64, count=len(claims))
    right = np.fromiter((claim.label_correct for claim in claims), dtype=np.bool_, count=len(claims))
    columns = {result.evidence_metrics[1]: evidence}
    for level in result.levels:
        passes = evidence >= level if result.signature.cmp == "ge" else evidence > level
        columns[f"{result.credit_name}@{level_name(level)}"] = (right & passes).astype(np.float64)
    return columns


def _gated(claims: Sequence[ClaimScore], level: float, *, at_least: bool) -> Iterable[float]:
    """The justification scores of the claims whose evidence passes the level, 0 for the others."""
    for claim in claims:
        passes = claim.evidence_qa >= level if at_least else claim.evidence_qa > level
        yield (claim.justification or 0.0) if passes and not claim.missing else 0.0


def columns_of(metric: str) -> tuple[str, ...]:
    """The columns that a metric is computed from."""
    if metric == "macro_f1":
        return tuple(name for f1 in _F1 for name in columns_of(f1))
    if metric in _F1:
        slug = _F1[metric].slug
        return (f"hit_{slug}", f"gold_{slug}", f"predicted_{slug}")
    return (metric, count_column(metric))


def ev2r_parts(metric: str) -> tuple[str, str] | None:
    """What a metric's name begins with and how it goes on, such as ``ev2r`` and ``@0.5``; None for no judge's."""
    found = _EV2R.fullmatch(metric)
    return None if found is None else (found["name"], found["part"])


def is_judged(metric: str) -> bool:
    """Whether a metric is a judge's, which not every claim need have a value of."""
    return ev2r_parts(metric) is not None


def count_column(metric: str) -> str:
    """The column whose sum is the number of claims that a metric is over; for an F1 that is all of them."""
    found = ev2r_parts(metric)
    return COUNT if found is None else _EV2R_COUNTS.get(found[1], _RECALLED)


def from_sums(metric: str, sums: Mapping[str, Array]) -> Array:
    """A metric from the sums of its columns; works on arrays of any shape, such as one entry per resample.

    An F1 without any gold or predicted claim is 0. A mean over no claims is NaN: it can only come about where a
    resample holds none of a small group of claims, or none with a figure of the judge's.
    """
    import numpy as np

    if metric == "macro_f1" or metric in _F1:
        labels = tuple(_F1.values()) if metric == "macro_f1" else (_F1[metric],)
        parts = ("hit", "gold", "predicted")
        counts = (np.stack([sums[f"{part}_{label.slug}"] for label in labels], axis=-1) for part in parts)
        return macro_f1_from_sums(*counts)
    total, count = (sums[column] for column in columns_of(metric))
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def is_proportion(metric: str) -> bool:
    """Whether a metric is a share of claims, each of which counts or does not."""
    name, at, _ = metric.partition("@")
    return metric == "accuracy" or bool(at and name not in _GATED_MEANS)


def check_metric(metric: str, result: Result) -> str:
    """The metric, if the result has it.

    Raises ``UsageError`` if not, which says why a judge's metric is not there, or names the nearest and all others.
    """
    if metric in result.scores:
        return metric
    judge = result.judge
    if is_judged(metric):
        if judge is None:
            raise UsageError(f"there is no metric '{metric}' without a judge: see averitec-eval judge")
        if judge.withheld and metric.startswith(f"{judge.identity.metric_name}@"):
            raise UsageError(f"metric '{metric}' is withheld: {judge.withheld_text()}")
    import difflib

    close = difflib.get_close_matches(metric, result.scores, n=1)
    suggestion = f" Did you mean '{close[0]}'?" if close else ""
    raise UsageError(f"no metric '{metric}' in these results.{suggestion} Metrics: {', '.join(result.scores)}.")


__all__ = [
    "COUNT",
    "check_metric",
    "claim_columns",
    "columns_of",
    "count_column",
    "ev2r_parts",
    "first_columns",
    "from_sums",
    "is_judged",
    "is_proportion",
]
