"""The history of a board: what each build showed, and what changed from one to the next, in sentences.

A record holds public ids and figures only. Names are those the board shows when the sentences are made, so that a team
that has become anonymous is so in the changelog too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from averitec_eval.leaderboard.view import Change, PublicBoard, PublicSite
from averitec_eval.scoring.signature import Signature
from averitec_eval.scoring.strict import read_strictly, share, text, whole_number

SCHEMA_VERSION = 1

MOST_NAMED = 12
"""How many submissions one sentence names; beyond that it counts them."""


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """One submission in a record: its headline score in [0, 1] and its rank, each None where it has none."""

    score: float | None
    rank: int | None


@dataclass(frozen=True, slots=True)
class BoardRecord:
    """One board in a record: how it was scored, the name of its headline, and its submissions by public id."""

    signature: str
    headline: str
    entries: Mapping[str, EntryRecord]


@dataclass(frozen=True, slots=True)
class Record:
    """What one build showed: its boards by folder. ``date`` is an ISO day, None where the build was told none."""

    boards: Mapping[str, BoardRecord]
    number: int = 0
    date: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The boards as a JSON object; number and date stand beside it."""
        return {
            "schema_version": SCHEMA_VERSION,
            "boards": {
                folder: {
                    "signature": board.signature,
                    "headline": board.headline,
                    "entries": {id: [entry.score, entry.rank] for id, entry in board.entries.items()},
                }
                for folder, board in self.boards.items()
            },
        }

    @classmethod
    def from_dict(cls, number: Any, date: Any, document: Any) -> Record:
        """The record that ``to_dict`` wrote as ``document``. Raises ``ValueError`` for anything else."""

        def read(document: Any) -> Record:
            if document["schema_version"] != SCHEMA_VERSION:
                raise ValueError("it is of another version")
            if date is not None and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text(date)):
                raise ValueError("the date is none")
            boards = {folder: _read_board(board) for folder, board in document["boards"].items()}
            return cls(boards, whole_number(number), date)

        return read_strictly("a record of a board", read, document)


def _read_board(document: Mapping[str, Any]) -> BoardRecord:
    Signature.parse(document["signature"])
    entries = {}
    for id, (score, rank) in document["entries"].items():
        entries[id] = EntryRecord(None if score is None else share(score), None if rank is None else whole_number(rank))
    return BoardRecord(document["signature"], text(document["headline"]), entries)


def record_of(site: PublicSite) -> Record:
    """The record of what a site shows."""
    return Record({board.folder: _record_of(board) for board in site.boards})


def _record_of(board: PublicBoard) -> BoardRecord:
    entries = {}
    for system in sorted(board.systems, key=lambda system: system.id):
        score = system.scores[board.headline].value if system.scored else None
        entries[system.id] = EntryRecord(score, system.rank)
    return BoardRecord(board.signature, board.headline, entries)


def changes(
    records: Sequence[Record],
    site: PublicSite,
    ids: Mapping[str, Mapping[str, str]] | None = None,
    *,
    nameless: Collection[str] = (),
    scoreless: Collection[str] = (),
) -> tuple[Change, ...]:
    """The changelog of a site, newest first, from its records, oldest first; only boards that it shows are in it.

    ``ids`` says by folder what submissions are called that records have under another id. Boards whose folders are in
    ``nameless`` name no submission that has left, those in ``scoreless`` tell no score and no rank of any day.
    """
    found: list[Change] = []
    before: dict[str, BoardRecord] = {}
    for record in records:
        sentences: list[str] = []
        for board in site.boards:
            after = record.boards.get(board.folder)
            if after is None:
                continue
            after = _called(after, (ids or {}).get(board.folder, {}))
            if board.folder in scoreless:
                after = replace(after, entries=dict.fromkeys(after.entries, EntryRecord(None, None)))
            names = _Names(board, nameless=board.folder in nameless)
            mark = f"{board.name}: " if len(site.boards) > 1 else ""
            sentences += [mark + one for one in _sentences(before.get(board.folder), after, names)]
            before[board.folder] = after
        if sentences:
            found.append(Change(len(found) + 1, record.date, tuple(sentences)))
    return tuple(reversed(found))


def _called(board: BoardRecord, ids: Mapping[str, str]) -> BoardRecord:
    return BoardRecord(board.signature, board.headline, {ids.get(id, id): e for id, e in board.entries.items()})


class _Names:
    """What submissions are called: by name while they are on the board, and when they are gone by id, or not at all
    on a board that is ``nameless``.
    """

    def __init__(self, board: PublicBoard, *, nameless: bool = False) -> None:
        self._nameless = nameless
        self._names = {system.id: system.name for system in board.systems}
        self._shared = {name for name in self._names.values() if list(self._names.values()).count(name) > 1}

    def of(self, id: str) -> str:
        name = self._names.get(id, "one whose name is not shown" if self._nameless else id)
        return f"{name} ({id})" if name in self._shared else name


def _sentences(before: BoardRecord | None, after: BoardRecord, names: _Names) -> Iterator[str]:
    scored = sum(entry.score is not None for entry in after.entries.values())
    if before is None:
        yield f"The board begins with {_count(len(after.entries))}, {scored} of them with a score."
        return
    if before.signature != after.signature:
        yield _scoring(before, after)
    gone = [id for id in before.entries if id not in after.entries]
    if gone:
        yield f"Removed: {_list([names.of(id) for id in gone])}."
    added = {id: entry for id, entry in after.entries.items() if id not in before.entries}
    if added:
        yield f"Added: {_list([_described(names.of(id), entry, after) for id, entry in added.items()])}."
    both = [(id, before.entries[id], entry) for id, entry in after.entries.items() if id in before.entries]
    scores = [
        f"{names.of(id)} {_score(old.score)} → {_score(new.score)}" for id, old, new in both if old.score != new.score
    ]
    if scores:
        yield f"{after.headline} changed: {_list(scores)}."
    ranks = [f"{names.of(id)} {_rank(old.rank)} → {_rank(new.rank)}" for id, old, new in both if old.rank != new.rank]
    if ranks:
        yield f"Ranks moved: {_list(ranks)}."


def _scoring(before: BoardRecord, after: BoardRecord) -> str:
    old, new = Signature.parse(before.signature), Signature.parse(after.signature)
    if old.version != new.version:
        return f"All submissions were scored again by version {new.version} instead of {old.version}."
    if old.gold != new.gold:
        return "All submissions were scored again with other gold."
    return f"All submissions were scored again in another way: {after.signature}."


def _described(name: str, entry: EntryRecord, board: BoardRecord) -> str:
    if entry.score is None:
        return f"{name} (no score)"
    rank = "no rank" if entry.rank is None else f"rank {entry.rank}"
    return f"{name} ({board.headline} {entry.score:.3f}, {rank})"


def _list(items: Sequence[str]) -> str:
    if len(items) <= MOST_NAMED:
        return ", ".join(items)
    return ", ".join(items[:MOST_NAMED]) + f" and {len(items) - MOST_NAMED} more"


def _count(number: int) -> str:
    return f"{number} submission{'' if number == 1 else 's'}"


def _score(score: float | None) -> str:
    return "none" if score is None else f"{score:.3f}"


def _rank(rank: int | None) -> str:
    return "none" if rank is None else str(rank)


__all__ = ["BoardRecord", "EntryRecord", "Record", "changes", "record_of"]
