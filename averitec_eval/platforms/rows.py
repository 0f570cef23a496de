"""Rows of tables, such as those of Hugging Face `datasets`, as gold sets and submissions.

A row has the keys of the JSON files: gold rows those of ``gold-json``, rows of predictions those of ``2024-json`` or
``2023-json`` (docs/formats.md). A table has every column in every row, so that None stands for a key that is absent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from averitec_eval.errors import UsageError
from averitec_eval.formats.reading import read_gold, read_submission
from averitec_eval.records import Gold, Submission

Row = Mapping[str, Any]
Rows = Iterable[Row] | Mapping[str, Sequence[Any]]

_LISTS = frozenset({"questions", "answers", "evidence", "predicted_evidence"})
"""The keys that hold lists of objects, which some tables give as one object of lists."""


def gold_from_rows(rows: Rows, *, claim_ids: Sequence[int] | None = None) -> Gold:
    """The gold set that rows of annotated claims make up, in their order.

    ``rows`` is a split of the task's dataset, any other iterable of rows, or a mapping from column to values. The claim
    ids are those given, one a row, else those of a column ``claim_id``, else the positions of the rows, as for files;
    give ``claim_ids`` where the rows are only some of a split. The hash of the gold set is that of its rows written as
    JSON, so that a signature names it, but not as that of the file the rows came from.

    Raises ``InvalidSubmissionError``, with a report of every problem, for rows that are no annotated claims, such as
    those of a split without labels, and ``UsageError`` for a wrong number of ids.
    """
    return read_gold("the gold rows", "gold-json", data=_as_json(rows, claim_ids))


def predictions_from_rows(rows: Rows, *, claim_ids: Sequence[int] | None = None) -> Submission:
    """The submission that rows of predictions make up.

    Arguments and errors are those of ``gold_from_rows``. Rows with ``pred_label`` and ``evidence`` need a claim id, as
    the format they are of does; rows with ``label`` and ``questions`` go by position where they have none.
    """
    return read_submission("the rows of predictions", data=_as_json(rows, claim_ids))


def _as_json(rows: Rows, claim_ids: Sequence[int] | None) -> bytes:
    """The rows as the text of a JSON file."""
    listed: list[Any] = _rows_of_columns(rows) if isinstance(rows, Mapping) else list(rows)
    listed = [_without_none(row) for row in listed]
    if claim_ids is not None:
        if len(claim_ids) != len(listed):
            raise UsageError(f"there are {len(claim_ids)} claim ids for {len(listed)} rows; expected one for each row")
        listed = [
            {**row, "claim_id": claim_id} if isinstance(row, dict) else row
            for row, claim_id in zip(listed, claim_ids, strict=True)
        ]
    return json.dumps(listed, default=_plain).encode("ascii")


def _rows_of_columns(columns: Mapping[str, Sequence[Any]]) -> list[Any]:
    lengths = {len(column) for column in columns.values()}
    if len(lengths) > 1:
        raise UsageError(f"columns of unequal lengths are no rows: {', '.join(map(str, sorted(lengths)))}")
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _without_none(value: Any, key: str = "") -> Any:
    """A value without the keys whose value is None, and with lists of objects where the format has such."""
    if hasattr(value, "tolist"):  # an array, or a number out of one
        value = value.tolist()
    if isinstance(value, Mapping):
        if key in _LISTS and value and all(isinstance(column, (list, tuple)) for column in value.values()):
            return _without_none(_rows_of_columns(value), key)
        return {name: _without_none(item, name) for name, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [_without_none(item) for item in value]
    return value


def _plain(value: Any) -> str:
    """What stands for a value that JSON has no notation for; dates become text, as the files hold them."""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


__all__ = ["Row", "Rows", "gold_from_rows", "predictions_from_rows"]
