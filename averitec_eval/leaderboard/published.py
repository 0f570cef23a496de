"""Leaderboards as they were published: a CSV file of figures that others gave, shown beside the board's own."""

from __future__ import annotations

import csv
import io
import math
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from averitec_eval.errors import ConfigError, UnreadableError
from averitec_eval.leaderboard.view import PublishedBoard, PublishedRow
from averitec_eval.validation.printable import printable, quote

MAX_BYTES = 1024 * 1024
"""How large the file may be."""

MAX_ROWS = 2000

MAX_PROBLEMS = 50
"""How many problems are listed; a file with more is of some other kind."""

COLUMNS = (
    "year",
    "rank",
    "team",
    "system",
    "score",
    "score_name",
    "q_only",
    "q_plus_a",
    "old_score_hu_meteor_025",
    "runtime_s_per_claim",
    "is_baseline",
)
"""The columns of the file, in any order; ``source`` may stand beside them and says where the figures were read."""


class _Wrong(Exception):  # noqa: N818 - caught below, never seen by users
    """What was expected in a cell."""


def read_published(path: str | os.PathLike[str]) -> tuple[PublishedBoard, ...]:
    """The leaderboards in a CSV file, one for each year in rising order, rows in the order of the file.

    Raises ``UnreadableError`` if the file cannot be read and ``ConfigError`` with every problem at once if it is too
    large, is not UTF-8, lacks a column or holds a cell that breaks its rule. An empty cell says that the figure was not
    published.
    """
    file = Path(path)
    try:
        with file.open("rb") as handle:
            data = handle.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnreadableError(f"{file}: the published leaderboards cannot be read: {error.strerror}") from None
    problems: list[str] = []
    boards = _parse(data, problems)
    if problems:
        shown = problems[:MAX_PROBLEMS]
        if len(problems) > MAX_PROBLEMS:
            shown.append(f"and {len(problems) - MAX_PROBLEMS:,} more")
        raise ConfigError(f"{file}: the published leaderboards are not usable", tuple(shown))
    return boards


def _parse(data: bytes, problems: list[str]) -> tuple[PublishedBoard, ...]:
    if len(data) > MAX_BYTES:
        problems.append(f"found more than {MAX_BYTES:,} bytes, expected at most that")
        return ()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problems.append(f"found bytes that are not UTF-8 at byte {error.start + 1}; save it as UTF-8")
        return ()
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        problems.append(f"is not CSV: {error}")
        return ()
    header = [name.strip() for name in rows[0]] if rows else []
    _check_header(header, problems)
    records = [(number, row) for number, row in enumerate(rows[1:], start=1) if row]
    if not records:
        problems.append("found no row below the header, expected at least one")
    if len(records) > MAX_ROWS:
        problems.append(f"found {len(records):,} rows, expected at most {MAX_ROWS:,}")
    if problems:
        return ()
    boards: dict[str, list[tuple[str, str, PublishedRow]]] = {}
    for number, row in records:
        if len(row) != len(header):
            problems.append(f"row {number}: found {len(row)} cells, expected {len(header)}")
            continue
        cells = dict(zip(header, (cell.strip() for cell in row), strict=True))
        values = _read_row(number, cells, problems)
        if values is not None:
            year = values.pop("year")
            head = (values.pop("score_name"), values.pop("source", ""))
            boards.setdefault(year, []).append((*head, PublishedRow(**values)))
    return tuple(_board(year, rows, problems) for year, rows in sorted(boards.items()))


def _check_header(header: list[str], problems: list[str]) -> None:
    known = (*COLUMNS, "source")
    problems += [f"found no column {name}, expected one" for name in COLUMNS if name not in header]
    problems += [
        f"found the column {quote(name)}, expected one of: {', '.join(known)}"
        for name in dict.fromkeys(header)
        if name not in known
    ]
    problems += [f"found the column {name} more than once" for name in known if header.count(name) > 1]


def _board(year: str, rows: list[tuple[str, str, PublishedRow]], problems: list[str]) -> PublishedBoard:
    names = dict.fromkeys(name for name, _, _ in rows)
    if len(names) > 1:
        problems.append(f"{year}: found the score names {', '.join(map(quote, names))}, expected one for each year")
    sources = dict.fromkeys(source for _, source, _ in rows if source)
    return PublishedBoard(year, next(iter(names)), "; ".join(sources), tuple(row for _, _, row in rows))


def _read_row(number: int, cells: Mapping[str, str], problems: list[str]) -> dict[str, Any] | None:
    values: dict[str, Any] = {}
    sound = True
    for column, cell in cells.items():
        field, read = _CELLS[column]
        try:
            values[field] = read(cell)
        except _Wrong as wrong:
            problems.append(f"row {number}, {column}: found {quote(cell)}, expected {wrong}")
            sound = False
    return values if sound else None


def _year(cell: str) -> str:
    if not re.fullmatch(r"[0-9]{4}", cell):
        raise _Wrong("a year of four digits")
    return cell


def _rank(cell: str) -> int | None:
    if not cell:
        return None
    if not re.fullmatch(r"[0-9]{1,6}", cell) or int(cell) < 1:
        raise _Wrong("a whole number of at least 1, or nothing")
    return int(cell)


def _text(limit: int, *, empty: bool = True) -> Callable[[str], str]:
    def read(cell: str) -> str:
        if len(cell) > limit or not (cell or empty) or printable(cell) != cell:
            raise _Wrong(f"printable text in one line of {0 if empty else 1} to {limit} characters")
        return cell

    return read


def _number(cell: str, most: float, expected: str) -> float:
    # Python reads more as a number than people write: underscores, "nan", digits of other scripts.
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?|\.[0-9]+", cell, re.ASCII) or not 0 <= float(cell) <= most:
        raise _Wrong(expected)
    return float(cell)


def _share(cell: str) -> float:
    return _number(cell, 1.0, "a number from 0 to 1")


def _or_nothing(read: Callable[[str], float]) -> Callable[[str], float | None]:
    return lambda cell: read(cell) if cell else None


def _seconds(cell: str) -> float:
    return _number(cell, math.inf, "a number of seconds of at least 0")


def _truth(cell: str) -> bool:
    if cell not in ("true", "false"):
        raise _Wrong("true or false")
    return cell == "true"


_CELLS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "year": ("year", _year),
    "rank": ("rank", _rank),
    "team": ("team", _text(120, empty=False)),
    "system": ("system", _text(120)),
    "score": ("score", _share),
    "score_name": ("score_name", _text(80, empty=False)),
    "q_only": ("q_only", _or_nothing(_share)),
    "q_plus_a": ("q_plus_a", _or_nothing(_share)),
    "old_score_hu_meteor_025": ("old_score", _or_nothing(_share)),
    "runtime_s_per_claim": ("seconds_per_claim", _or_nothing(_seconds)),
    "is_baseline": ("is_baseline", _truth),
    "source": ("source", _text(200)),
}


__all__ = ["COLUMNS", "MAX_BYTES", "MAX_ROWS", "read_published"]
