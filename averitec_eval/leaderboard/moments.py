"""Days and instants of a task's rules, all in UTC."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import Any

from averitec_eval.leaderboard import fields

FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?Z)?")
"""A day, or a minute or second of it in UTC."""

EXPECTED = "a day as YYYY-MM-DD or an instant in UTC as YYYY-MM-DDTHH:MMZ, such as 2025-03-01T12:00Z"

_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Moment:
    """A day or an instant. ``text`` is how it was written; ``begins`` and ``over`` are in UTC.

    An instant begins and is over at once; a day is over when the next one begins.
    """

    text: str
    begins: datetime.datetime
    over: datetime.datetime

    @property
    def is_day(self) -> bool:
        """Whether it is a whole day."""
        return self.begins < self.over


def moment(value: Any) -> Moment:
    """The day or instant that a setting holds. Raises ``fields.Wrong`` for anything else."""
    if not isinstance(value, str) or not FORM.fullmatch(value):
        raise fields.Wrong(EXPECTED)
    try:
        begins = datetime.datetime.fromisoformat(value.removesuffix("Z")).replace(tzinfo=datetime.timezone.utc)
        over = begins if "T" in value else begins + _DAY
    except (ValueError, OverflowError):
        raise fields.Wrong(EXPECTED, "there is no such day or time") from None
    return Moment(value, begins, over)


def day_of(text: str) -> Moment:
    """The ISO day ``text`` (``2025-03-01``). Raises ``ValueError`` if it is none."""
    try:
        return moment(str(fields.date(text)))
    except fields.Wrong as wrong:
        raise ValueError(f"found {text!r}, expected {wrong.expected}") from None


__all__ = ["EXPECTED", "FORM", "Moment", "day_of", "moment"]
