"""The verdict model: a linear model over features and the claim's words, shipped as plain numbers in JSON.

Logistic regression over the four verdicts. A case's numbers are its features (``features.FEATURES``), standardised with
the means and deviations seen in training and multiplied by a weight that all features share, and the claim's words, as
a tf-idf vector of length 1 over the vocabulary seen in training.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from averitec_eval.baselines.lexical.features import FEATURES, case_of, features_of, words_of_claim
from averitec_eval.errors import ResourceError
from averitec_eval.records import Verdict
from averitec_eval.sums import plain_sum

FORMAT = 1
"""The version of the numbers' layout; another one is refused."""

LABELS = tuple(Verdict)
"""The verdicts in the order of the model's numbers."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the model makes of a case: the likeliest verdict, the probability of each, and what spoke for it.

    ``reasons`` are features with what they add to the likeliest verdict against the mean of the others, in units of
    log-odds, and whether the claim's value is above the mean of the training claims; largest first, and only those
    that speak for the verdict.
    """

    verdict: Verdict
    probabilities: dict[Verdict, float]
    reasons: tuple[tuple[str, float, bool], ...]


@dataclass(frozen=True, slots=True)
class LexicalModel:
    """The numbers of a trained model; rows of weights are in the order of ``LABELS``.

    ``words`` maps a stem to its idf and its weight for each verdict. ``trained`` says on what it was trained.
    """

    intercepts: tuple[float, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    weights: tuple[tuple[float, ...], ...]
    words: Mapping[str, tuple[float, ...]]
    trained: Mapping[str, Any]

    def judge(self, claim: str, evidence: Sequence[str], speaker: str | None = None) -> Judgement:
        """The verdict on a claim from its evidence texts, best first."""
        values = features_of(case_of(claim, evidence, speaker))
        scaled = [(v - mean) * scale for v, mean, scale in zip(values, self.means, self.scales, strict=True)]
        known = sorted(stem for stem in words_of_claim(claim) if stem in self.words)
        length = math.sqrt(plain_sum(self.words[stem][0] ** 2 for stem in known)) or 1.0
        scores = [
            intercept
            + plain_sum(w * x for w, x in zip(row, scaled, strict=True))
            + plain_sum(self.words[stem][0] / length * self.words[stem][1 + at] for stem in known)
            for at, (intercept, row) in enumerate(zip(self.intercepts, self.weights, strict=True))
        ]
        most = max(scores)
        shares = [math.exp(score - most) for score in scores]
        best = scores.index(most)
        probabilities = {label: share / plain_sum(shares) for label, share in zip(LABELS, shares, strict=True)}
        return Judgement(LABELS[best], probabilities, self._reasons(best, scaled))

    def _reasons(self, best: int, scaled: Sequence[float]) -> tuple[tuple[str, float, bool], ...]:
        others = [row for at, row in enumerate(self.weights) if at != best]
        added = [
            (name, round(x * (self.weights[best][i] - plain_sum(row[i] for row in others) / len(others)), 4), x > 0)
            for i, (name, x) in enumerate(zip(FEATURES, scaled, strict=True))
        ]
        return tuple(sorted((one for one in added if one[1] > 0), key=lambda one: (-one[1], one[0])))

    def to_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "format": FORMAT,
            "labels": [label.value for label in LABELS],
            "trained": dict(self.trained),
            "intercepts": list(self.intercepts),
            "features": {
                name: [self.means[i], self.scales[i], *(row[i] for row in self.weights)]
                for i, name in enumerate(FEATURES)
            },
            "words": {stem: list(self.words[stem]) for stem in sorted(self.words)},
        }

    @classmethod
    def from_dict(cls, data: Any) -> LexicalModel:
        """The model that ``to_dict`` gave. Raises ``ValueError`` for anything else, as for other features."""
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            raise ValueError(f"not a model of format {FORMAT}")
        if data.get("labels") != [label.value for label in LABELS]:
            raise ValueError("its labels are not the four verdicts in their order")
        features = data.get("features")
        if not isinstance(features, dict) or list(features) != list(FEATURES):
            raise ValueError("its features are not those of this version; train it anew")
        width = 1 + len(LABELS)
        table = [_numbers(f"features.{name}", row, width + 1) for name, row in features.items()]
        words = data.get("words")
        if not isinstance(words, dict):
            raise ValueError("words: not an object")
        trained = data.get("trained")
        return cls(
            _numbers("intercepts", data.get("intercepts"), len(LABELS)),
            tuple(row[0] for row in table),
            tuple(row[1] for row in table),
            tuple(tuple(row[2 + at] for row in table) for at in range(len(LABELS))),
            {str(stem): _numbers(f"words.{stem}", row, width) for stem, row in words.items()},
            trained if isinstance(trained, dict) else {},
        )


def _numbers(where: str, row: Any, width: int) -> tuple[float, ...]:
    if (
        not isinstance(row, list)
        or len(row) != width
        or not all(isinstance(n, (int, float)) and not isinstance(n, bool) and math.isfinite(n) for n in row)
    ):
        raise ValueError(f"{where}: not {width} finite numbers")
    return tuple(float(n) for n in row)


def dumped(model: LexicalModel) -> bytes:
    """The model as a JSON file: one line for each feature and word."""
    data = model.to_dict()
    tables = {name: data.pop(name) for name in ("features", "words")}
    lines = [f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in data.items()]
    for name, table in tables.items():
        rows = ",\n".join(f"    {json.dumps(key, ensure_ascii=False)}: {json.dumps(row)}" for key, row in table.items())
        lines.append(f"  {json.dumps(name)}: {{\n{rows}\n  }}" if rows else f"  {json.dumps(name)}: {{}}")
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


@lru_cache(maxsize=4)
def load_model(path: str = "") -> LexicalModel:
    """The model of a file, or the one that this package ships.

    Raises ``ResourceError`` if there is none or it is damaged.
    """
    from pathlib import Path

    file = Path(path) if path else resources.files("averitec_eval.baselines.lexical") / "model.json"
    try:
        return LexicalModel.from_dict(json.loads(file.read_text("utf-8")))
    except (OSError, ValueError, RecursionError) as error:
        raise ResourceError(f"{path or 'the model of lexical'}: cannot be used: {error}") from None


__all__ = ["FORMAT", "LABELS", "Judgement", "LexicalModel", "dumped", "load_model"]
