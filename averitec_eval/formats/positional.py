"""Claim ids in formats that are joined by position: none at all, or one in every entry."""

from __future__ import annotations

from typing import Any

from averitec_eval.formats.fields import EntryReport


class PositionIds:
    """Gives each entry its claim id: the position, unless the first entry and so all entries carry a ``claim_id``."""

    def __init__(self) -> None:
        self._carried: bool | None = None

    def claim_id(self, item: dict[str, Any], index: int, report: EntryReport) -> int | None:
        """The claim id of the entry at ``index``, or None with an issue."""
        carried = "claim_id" in item
        if self._carried is None:
            self._carried = carried
        if carried:
            claim_id = report.claim_id(item["claim_id"], "/claim_id")
            report.knows(claim_id)
        else:
            claim_id = None if self._carried else index
            report.knows(claim_id)
        if carried != self._carried:
            found, others = ("a claim_id", "none") if carried else ("no claim_id", "one")
            path = "/claim_id" if carried else ""
            report.add(
                "S010", path, f"{found}, where the first entry has {others}", "a claim_id in every entry or in none"
            )
        return claim_id


__all__ = ["PositionIds"]
