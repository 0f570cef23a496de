"""Veracity: accuracy, F1 per label, macro F1 and the confusion matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from averitec_eval.records import Verdict
from averitec_eval.sums import plain_sum


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often each gold label got each predicted label; a missing prediction counts under None.

    ``counts`` has an entry for each of the four gold labels, and in it one for each of the four labels and None.
    """

    counts: dict[Verdict, dict[Verdict | None, int]]

    @classmethod
    def of(cls, labels: Iterable[tuple[Verdict, Verdict | None]]) -> Confusion:
        """Count pairs of gold label and predicted label."""
        seen = Counter(labels)
        columns: tuple[Verdict | None, ...] = (*Verdict, None)
        return cls({gold: {predicted: seen[gold, predicted] for predicted in columns} for gold in Verdict})

    @property
    def total(self) -> int:
        """The number of claims."""
        return sum(sum(row.values()) for row in self.counts.values())

    def accuracy(self) -> float:
        """The share of claims whose label is right, in [0, 1]; a missing prediction is wrong."""
        return sum(self.counts[label][label] for label in Verdict) / self.total

    def f1(self, label: Verdict) -> float:
        """F1 of one label, in [0, 1]; 0 where the label is neither in the gold nor predicted."""
        hits = self.counts[label][label]
        gold = sum(self.counts[label].values())
        predicted = sum(row[label] for row in self.counts.values())
        return 2 * hits / (gold + predicted) if gold + predicted else 0.0

    def macro_f1(self) -> float:
        """The mean F1 of the four labels, in [0, 1], including labels the gold does not hold."""
        return plain_sum(self.f1(label) for label in Verdict) / len(Verdict)


__all__ = ["Confusion"]
