"""Adding floating-point numbers the same way in every version of Python."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from functools import reduce


def plain_sum(values: Iterable[float]) -> float:
    """The sum of numbers, added from left to right, each step rounded; 0.0 of none.

    The built-in ``sum`` does so up to Python 3.11 and corrects its rounding errors from 3.12 on, so that the last digit
    of a figure would depend on the version. NumPy and the official evaluators add a handful of numbers plainly.
    """
    return reduce(operator.add, values, 0.0)


__all__ = ["plain_sum"]
