"""Comparing systems on the same claims: is A really better than B, by how much, and where.

A comparison is an object apart from its computation: ``compare`` makes it, and its views print it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

from averitec_eval.errors import UsageError
from averitec_eval.json_output import to_json
from averitec_eval.scoring.columns import (
    check_metric,
    claim_columns,
    columns_of,
    count_column,
    from_sums,
    is_judged,
    is_proportion,
)
from averitec_eval.scoring.results import Result
from averitec_eval.scoring.signature import JUDGE_FIELDS, Signature
from averitec_eval.statistics import (
    Settings,
    after_swap,
    difference_intervals,
    discordant,
    holm,
    mcnemar,
    moved_sums,
    on_grid,
    randomisation_p,
    resampled_sums,
    sign_flip_p,
    smallest_detectable,
    standard_errors,
)
from averitec_eval.tables import Column, Table, to_csv, to_latex, to_markdown

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Indices = NDArray[np.intp]

SCHEMA_VERSION = 1
POWER = 0.8
"""With which probability the smallest detectable difference would be found."""

MOST_DECIDING = 20
"""How many claims are listed on each side where every claim differs a little."""

_PAIRS_AT_A_TIME = 64

Test = Literal["mcnemar-exact", "randomisation"]
_TESTS: dict[Test, str] = {"mcnemar-exact": "exact McNemar test", "randomisation": "randomisation test"}


@dataclass(frozen=True, slots=True)
class PairComparison:
    """Two systems on one metric.

    ``difference`` is ``score_a`` - ``score_b``; ``ci_low`` and ``ci_high`` are the ends of its paired bootstrap
    interval, of this pair alone. ``p`` is the two-sided p value of ``test`` and ``p_adjusted`` Holm's over all pairs
    of the comparison; ``significant`` says that the latter is below 1 - level. ``wins``, ``ties`` and ``losses``
    count the claims on which a is above, equal to and below b. ``smallest_detectable`` is the true difference that
    this test on this many claims would find with probability .8, by the spread of the paired differences; None where
    the two never differ. ``won_by_a`` and ``won_by_b`` are the ids of the claims that decide it: all of them for a
    metric that a claim gets or not, else those with the largest differences. For F1 a claim is won by getting its
    label right. A metric of a judge's is compared on the ``n`` claims that have it in both, and so are the two scores.
    """

    a: str
    b: str
    metric: str
    n: int
    score_a: float
    score_b: float
    difference: float
    ci_low: float
    ci_high: float
    test: Test
    p: float
    p_adjusted: float
    significant: bool
    wins: int
    ties: int
    losses: int
    smallest_detectable: float | None
    won_by_a: tuple[int, ...]
    won_by_b: tuple[int, ...]

    def sentence(self, level: float, family: int) -> str:
        """The comparison in one sentence that a person can quote.

        ``level`` is the level of confidence and ``family`` the number of comparisons that p was adjusted over.
        """
        claims = f"on the {self.n} claims judged in both" if is_judged(self.metric) else f"on {self.n} claims"
        scores = f"{self.score_a:.3f} against {self.score_b:.3f} {claims}"
        if self.difference == 0:
            begin = f"{self.a} and {self.b} score the same on {self.metric} ({scores})"
        else:
            side = "higher" if self.difference > 0 else "lower"
            begin = f"{self.a} scores {abs(self.difference):.3f} {side} than {self.b} on {self.metric} ({scores})"
        adjusted = f", Holm-adjusted over {family} comparisons" if family > 1 else ""
        p = "p < 0.0001" if self.p_adjusted < 0.0001 else f"p = {self.p_adjusted:.4f}"
        interval = f"[{self.ci_low:.3f}, {self.ci_high:.3f}]"
        verdict = "significant" if self.significant else "not significant"
        return (
            f"{begin}; the {100 * level:g} % interval of the difference is {interval}, and the difference is {verdict} "
            f"({_TESTS[self.test]}, {p}{adjusted})."
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """Pairs of systems compared on the same gold claims.

    ``names`` are the systems in the order given, ``incomplete`` those that leave claims out, which score 0.
    ``signature`` is theirs; it names a judge only where a metric is one's. ``pairs`` are all pairs, or each system
    against the ``baseline``, for each of ``metrics``; together they are the family that p values are adjusted over.
    """

    names: tuple[str, ...]
    incomplete: tuple[str, ...]
    metrics: tuple[str, ...]
    baseline: str | None
    signature: Signature
    settings: Settings
    pairs: tuple[PairComparison, ...]

    def sentences(self) -> list[str]:
        """One sentence for each pair."""
        return [pair.sentence(self.settings.level, len(self.pairs)) for pair in self.pairs]

    def to_dict(self) -> dict[str, Any]:
        """The comparison as a JSON object; ``schemas/comparison.schema.json`` describes it."""
        pairs = []
        for pair, sentence in zip(self.pairs, self.sentences(), strict=True):
            values = asdict(pair)
            values.update(won_by_a=list(pair.won_by_a), won_by_b=list(pair.won_by_b), sentence=sentence)
            pairs.append(values)
        return {
            "schema_version": SCHEMA_VERSION,
            "names": list(self.names),
            "incomplete": list(self.incomplete),
            "metrics": list(self.metrics),
            "baseline": self.baseline,
            "signature": str(self.signature),
            "level": self.settings.level,
            "resamples": self.settings.resamples,
            "seed": self.settings.seed,
            "adjustment": "holm",
            "comparisons": len(self.pairs),
            "pairs": pairs,
        }

    def to_json(self) -> str:
        """The same as JSON text."""
        return to_json(self.to_dict())

    def to_table(self) -> Table:
        """The pairs as a table for people; every field is in ``to_full_table``."""
        several = len(self.metrics) > 1
        level = f"{100 * self.settings.level:g} %"
        columns = (
            *((Column("Metric"),) if several else ()),
            Column("A"),
            Column("B"),
            Column("A - B", "right"),
            Column(f"{level} interval", "right"),
            Column("p", "right"),
        )
        rows = tuple(
            (
                *((pair.metric,) if several else ()),
                pair.a,
                pair.b,
                pair.difference,
                f"{pair.ci_low:.3f}, {pair.ci_high:.3f}",
                f"{pair.p_adjusted:.4f}{'*' if pair.significant else ' '}",
            )
            for pair in self.pairs
        )
        what = "scores" if several else self.metrics[0]
        adjusted = f", p adjusted over {len(self.pairs)} comparisons" if len(self.pairs) > 1 else ""
        return Table(f"Differences of {what} on the same claims{adjusted} (*: significant)", columns, rows)

    def to_full_table(self) -> Table:
        """Every field of every pair, for CSV and frames; the deciding claims as ids with spaces between."""
        names = [field.name for field in fields(PairComparison)]
        rows = tuple(
            tuple(" ".join(map(str, value)) if isinstance(value, tuple) else value for value in _values(pair, names))
            for pair in self.pairs
        )
        return Table("Comparison", tuple(Column(name) for name in names), rows)

    def to_markdown(self) -> str:
        """The table in Markdown."""
        return to_markdown(self.to_table())

    def to_latex(self) -> str:
        """The table in LaTeX."""
        return to_latex(self.to_table())

    def to_csv(self) -> str:
        """Every field of every pair as CSV at full precision."""
        return to_csv([self.to_full_table()])

    def to_frame(self) -> pd.DataFrame:
        """Every field of every pair as a pandas frame."""
        import pandas as pd

        return pd.DataFrame([asdict(pair) for pair in self.pairs])

    def _repr_html_(self) -> str:
        """The table and its sentences as notebooks show them, escaped."""
        from averitec_eval.scoring.notebook import comparison_html

        return comparison_html(self)


def _values(pair: PairComparison, names: Sequence[str]) -> list[Any]:
    return [getattr(pair, name) for name in names]


def compare(
    results: Mapping[str, Result],
    *,
    metrics: Sequence[str] = (),
    baseline: str | None = None,
    settings: Settings | None = None,
) -> Comparison:
    """Compare two or more results by name on the metrics named, or on the headline.

    All results must be of the same gold claims and have signatures that agree in all but the headline level, and in the
    judge if no metric is one's. With ``baseline`` each other system is compared with that one, else every pair is.
    Shares of claims are tested with McNemar's exact test, everything else with a randomisation test; see docs/ranks.md.
    A judge's metrics are compared on the claims that have them in both results of a pair. Raises ``UsageError`` for
    fewer than two results, results that cannot be compared, unknown names, and scores that are withheld.
    """
    settings = settings or Settings()
    names = list(results)
    if len(names) < 2:
        raise UsageError("a comparison needs at least two systems")
    if baseline is not None and baseline not in names:
        raise UsageError(f"the baseline '{baseline}' is none of the systems compared: {', '.join(names)}")
    first_result = results[names[0]]
    chosen = tuple(dict.fromkeys(metrics)) or (_common_headline(results),)
    by_judge = any(map(is_judged, chosen))
    _check_comparable(results, by_judge=by_judge)
    for metric in chosen:
        for name, result in results.items():
            try:
                check_metric(metric, result)
            except UsageError as error:
                raise UsageError(f"{name}: {error}" if is_judged(metric) else str(error)) from None
    order = list(results.values())
    pairs = [
        pair for metric in chosen for pair in _compare_on(metric, names, order, _pairs_of(names, baseline), settings)
    ]
    adjusted = holm([pair["p"] for pair in pairs]).tolist()
    return Comparison(
        names=tuple(names),
        incomplete=tuple(name for name, result in results.items() if not result.complete),
        metrics=chosen,
        baseline=baseline,
        signature=first_result.signature if by_judge else first_result.signature.without_judge(),
        settings=settings,
        pairs=tuple(
            PairComparison(**pair, p_adjusted=p, significant=p < 1 - settings.level)
            for pair, p in zip(pairs, adjusted, strict=True)
        ),
    )


def _common_headline(results: Mapping[str, Result]) -> str:
    """What is compared where no metric is named: the headline of the first result.

    Raises ``UsageError`` where a judge's headline is withheld: another headline in its place would say something else.
    """
    withheld = [
        f"{result.judge.headline} of {name} is withheld, for {result.judge.withheld_text()}"
        for name, result in results.items()
        if result.judge is not None and result.judge.withheld
    ]
    if withheld:
        raise UsageError(f"{'; '.join(withheld)}. Name another metric to compare by")
    return next(iter(results.values())).headline


def _check_comparable(results: Mapping[str, Result], *, by_judge: bool) -> None:
    (first_name, first), *others = results.items()
    ids = [claim.claim_id for claim in first.claims]
    problems = []
    for name, result in others:
        for field in fields(Signature):
            here, there = (
                getattr(signature, field.name) or "none" for signature in (first.signature, result.signature)
            )
            passed_over = ("level",) if by_judge else ("level", *JUDGE_FIELDS)
            if field.name not in passed_over and here != there:
                problems.append(f"{field.name} is {here} for {first_name} and {there} for {name}")
        if first.inputs.gold_sha256 != result.inputs.gold_sha256 or [c.claim_id for c in result.claims] != ids:
            problems.append(f"{first_name} and {name} were not scored against the same gold claims")
    if problems:
        raise UsageError("these results cannot be compared: " + "; ".join(problems))


def _pairs_of(names: Sequence[str], baseline: str | None) -> tuple[Indices, Indices]:
    import numpy as np

    if baseline is None:
        pairs = list(itertools.combinations(range(len(names)), 2))
    else:
        fixed = names.index(baseline)
        pairs = [(index, fixed) for index in range(len(names)) if index != fixed]
    return np.array([a for a, _ in pairs], dtype=np.intp), np.array([b for _, b in pairs], dtype=np.intp)


def _compare_on(
    metric: str, names: Sequence[str], results: Sequence[Result], pairs: tuple[Indices, Indices], settings: Settings
) -> list[dict[str, Any]]:
    """What a ``PairComparison`` holds, but for what depends on the whole family."""
    import numpy as np

    first, second = pairs
    ids = np.array([claim.claim_id for claim in results[0].claims])
    columns = [claim_columns(result) for result in results]
    present = np.stack([column[count_column(metric)] > 0 for column in columns])
    jointly = present[first] & present[second]
    for index in np.flatnonzero(~jointly.any(axis=1))[:1]:
        raise UsageError(f"{names[first[index]]} and {names[second[index]]} have no claim in common with {metric}")
    rows: dict[int, dict[str, Any]] = {}
    # Where both are known of all claims, as ever without a judge, each system is resampled once for all its pairs.
    whole = jointly.all(axis=1)
    if whole.any():
        systems, places = np.unique(np.concatenate([first[whole], second[whole]]), return_inverse=True)
        found = _compare_among(
            metric,
            [names[k] for k in systems],
            [results[k].scores[metric] for k in systems],
            [columns[k] for k in systems],
            (places[: whole.sum()], places[whole.sum() :]),
            ids,
            settings,
        )
        rows.update(zip(np.flatnonzero(whole).tolist(), found, strict=True))
    partial = np.flatnonzero(~whole)
    for start in range(0, len(partial), _PAIRS_AT_A_TIME):
        members = partial[start : start + _PAIRS_AT_A_TIME]
        sides = [(int(k), jointly[index]) for index in members for k in (first[index], second[index])]
        masked = [{name: columns[k][name] * joint for name in columns_of(metric)} for k, joint in sides]
        # What a system scores on these claims; a sum exactly rounded, as in its result.
        shares = [
            math.fsum(column[metric]) / int(joint.sum()) for column, (_, joint) in zip(masked, sides, strict=True)
        ]
        places = np.arange(len(sides))
        found = _compare_among(
            metric, [names[k] for k, _ in sides], shares, masked, (places[::2], places[1::2]), ids, settings
        )
        rows.update(zip(members.tolist(), found, strict=True))
    return [rows[index] for index in range(len(first))]


def _compare_among(
    metric: str,
    names: Sequence[str],
    scores: Sequence[float],
    columns: Sequence[Mapping[str, Array]],
    pairs: tuple[Indices, Indices],
    ids: NDArray[np.int64],
    settings: Settings,
) -> list[dict[str, Any]]:
    """The same for pairs each of which is compared on the claims that its two sides count, and no others.

    ``scores`` are the sides' on those claims, ``columns`` their columns over all claims, which are those of ``ids``.
    """
    import numpy as np

    first, second = pairs
    needed = columns_of(metric)
    block = np.hstack([np.stack([column[name] for name in needed], axis=1) for column in columns])
    sums = resampled_sums(block, settings.resamples, settings.generator())
    width = len(needed)
    samples = np.stack(
        [
            from_sums(metric, dict(zip(needed, sums[:, k * width : (k + 1) * width].T, strict=True)))
            for k in range(len(columns))
        ],
        axis=1,
    )
    low, high = _intervals_of(samples, first, second, settings.level)
    counted = np.stack([column[count_column(metric)] > 0 for column in columns], axis=1)
    # On an F1 no claim has a value of its own; a claim is won by getting its label right.
    values = np.stack([column[metric if metric in column else "accuracy"] for column in columns], axis=1)
    test: Test = "mcnemar-exact" if is_proportion(metric) else "randomisation"
    if metric in columns[0]:
        errors = _errors(values, counted, first, second)
        if is_proportion(metric):
            won = discordant(values)
            p = mcnemar(won[first, second], won[second, first])
        else:
            p = sign_flip_p(values, first, second, settings.resamples, settings.generator())
    else:
        errors = np.std(samples[:, first] - samples[:, second], axis=0, ddof=1)
        p = _swap_p(metric, block, width, first, second, settings)
    detectable = smallest_detectable(errors, settings.level, POWER)
    rows = []
    for index, (a, b) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        difference, known = values[:, a] - values[:, b], counted[:, a]
        score_a, score_b = scores[a], scores[b]
        rows.append(
            {
                "a": names[a],
                "b": names[b],
                "metric": metric,
                "n": int(known.sum()),
                "score_a": score_a,
                "score_b": score_b,
                "difference": score_a - score_b,
                "ci_low": float(low[index]),
                "ci_high": float(high[index]),
                "test": test,
                "p": float(p[index]),
                "wins": int((difference > 0).sum()),
                "ties": int((difference[known] == 0).sum()),
                "losses": int((difference < 0).sum()),
                "smallest_detectable": None if math.isnan(detectable[index]) else float(detectable[index]),
                "won_by_a": _deciding(difference, ids),
                "won_by_b": _deciding(-difference, ids),
            }
        )
    return rows


def _intervals_of(samples: Array, first: Indices, second: Indices, level: float) -> Array:
    """Intervals of the differences; resamples that hold none of a pair's claims say nothing of that pair."""
    import numpy as np

    ends = difference_intervals(samples, first, second, level)
    for index in np.flatnonzero(np.isnan(ends).any(axis=0)):
        present = ~np.isnan(samples[:, [first[index], second[index]]]).any(axis=1)
        if present.any():
            part = samples[present]
            ends[:, [index]] = difference_intervals(part, first[[index]], second[[index]], level)
        else:
            ends[:, index] = -1.0, 1.0
    return ends


def _errors(values: Array, counted: NDArray[np.bool_], first: Indices, second: Indices) -> Array:
    """The standard errors of the differences, each over the claims that count for its pair."""
    import numpy as np

    if counted.all():
        return standard_errors(values, first, second)
    zero, one = np.array([0]), np.array([1])
    return np.concatenate(
        [
            standard_errors(values[counted[:, a]][:, [a, b]], zero, one)
            for a, b in zip(first.tolist(), second.tolist(), strict=True)
        ]
    )


def _swap_p(metric: str, block: Array, width: int, first: Indices, second: Indices, settings: Settings) -> Array:
    """P values of a randomisation test for a metric that is no mean: the systems' outputs are swapped claim by
    claim.
    """
    import numpy as np

    block = on_grid(block)
    totals, moved = block.sum(axis=0), moved_sums(block, settings.resamples, settings.generator())
    needed = columns_of(metric)

    def value(sums: Array) -> Array:
        return from_sums(metric, dict(zip(needed, np.atleast_2d(sums).T, strict=True)))

    p = np.empty(len(first))
    for index, (a, b) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        part_a, part_b = slice(a * width, (a + 1) * width), slice(b * width, (b + 1) * width)
        swapped = after_swap(totals[part_a], moved[:, part_a], totals[part_b], moved[:, part_b])
        observed = value(totals[part_a]) - value(totals[part_b])
        p[index] = randomisation_p(observed, (value(swapped[0]) - value(swapped[1]))[:, np.newaxis])[0]
    return p


def _deciding(difference: Array, ids: NDArray[np.int64]) -> tuple[int, ...]:
    """The claims of positive difference: all where every difference is one, else those with the largest."""
    import numpy as np

    won = np.flatnonzero(difference > 0)
    if not np.isin(difference[won], (0.0, 1.0)).all():
        won = won[np.argsort(-difference[won], kind="stable")][:MOST_DECIDING]
    return tuple(ids[won].tolist())


__all__ = ["Comparison", "PairComparison", "compare"]
