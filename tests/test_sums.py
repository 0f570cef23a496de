"""Sums are the same in every version of Python."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from averitec_eval.records import Verdict
from averitec_eval.scoring.veracity import Confusion
from averitec_eval.sums import plain_sum


def test_rounding_errors_stay() -> None:
    assert plain_sum([1e16, 1.0, -1e16]) == 0.0
    assert plain_sum([0.1] * 10) == 0.9999999999999999
    assert plain_sum([2 / 3, 1.0, 1 / 3, 0.0]) / 4 == 0.49999999999999994
    assert plain_sum([]) == 0.0


@given(st.lists(st.floats(-1e6, 1e6), max_size=7))
def test_few_numbers_are_added_as_numpy_adds_them(values: list[float]) -> None:
    assert plain_sum(values) == np.sum(np.array(values))


def test_macro_f1_is_the_mean_that_numpy_makes_of_its_parts() -> None:
    """As the official evaluator has it from scikit-learn."""
    right, wrong = Verdict.SUPPORTED, Verdict.NOT_ENOUGH_EVIDENCE
    labels = [(right, right)] * 3 + [(right, wrong)] * 2 + [(right, Verdict.CONFLICTING)]
    labels += [(Verdict.REFUTED, Verdict.REFUTED), (wrong, wrong), (wrong, right)]
    confusion = Confusion.of(labels)
    parts = [confusion.f1(label) for label in Verdict]
    assert sorted(parts) == [0.0, 0.4, 0.6, 1.0]
    assert confusion.macro_f1() == float(np.mean(parts))
