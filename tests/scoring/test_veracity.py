"""Accuracy and F1 against scikit-learn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score

from averitec_eval.records import Verdict
from averitec_eval.scoring.veracity import Confusion

LABELS = [label.value for label in Verdict]


@given(st.lists(st.tuples(st.sampled_from(Verdict), st.sampled_from([*Verdict, None])), min_size=1, max_size=60))
def test_figures_equal_scikit_learn(pairs: list[tuple[Verdict, Verdict | None]]) -> None:
    gold = [label.value for label, _ in pairs]
    predicted = ["missing" if label is None else label.value for _, label in pairs]
    confusion = Confusion.of(pairs)
    assert confusion.total == len(pairs)
    assert confusion.accuracy() == pytest.approx(accuracy_score(gold, predicted), abs=1e-12)
    each = f1_score(gold, predicted, labels=LABELS, average=None, zero_division=0)
    assert [confusion.f1(label) for label in Verdict] == pytest.approx(list(each), abs=1e-12)
    macro = f1_score(gold, predicted, labels=LABELS, average="macro", zero_division=0)
    assert confusion.macro_f1() == pytest.approx(macro, abs=1e-12)
    expected = confusion_matrix(gold, predicted, labels=[*LABELS, "missing"])[:4]
    assert [list(row.values()) for row in confusion.counts.values()] == expected.tolist()
