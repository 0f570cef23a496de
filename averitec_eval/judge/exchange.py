"""Replies as a file that travels: JSON Lines, one reply a line, in one order, packed where its name ends in ``.gz``.

The same replies give the same bytes. A file from elsewhere is read as a stranger's: every line is checked, what a reply
is found by is computed anew, and nothing is taken from a file with a line that is wrong. Where the gold is hidden the
texts of replies must not be handed on, for judges quote it; their counts can be.
"""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, BinaryIO, cast

from averitec_eval.errors import ResourceError, UnreadableError, UsageError
from averitec_eval.files import write_atomic
from averitec_eval.judge.records import KeptReply, ReplyKey, canonical
from averitec_eval.judge.replies import Replies, problems_of
from averitec_eval.scoring.judgements import REPAIRED, Kind
from averitec_eval.validation.printable import printable

FORMAT = "averitec-eval judge replies"
VERSION = 1
MAX_LINE_BYTES = 2_000_000
MAX_REPLIES = 2_000_000
MAX_BYTES = 8 * 1024**3
"""How much of a file is read, unpacked."""

SHOWN = 20
"""How many problems of a file are written out."""

_KEYS = tuple(field.name for field in fields(ReplyKey))
_REPLY = tuple(field.name for field in fields(KeptReply))
_ALL = frozenset((*_KEYS, *_REPLY, "digest"))


@dataclass(frozen=True, slots=True)
class Imported:
    """How many replies of a file were added, and how many were there already."""

    added: int
    there: int

    def __str__(self) -> str:
        return f"{self.added:,} replies added, {self.there:,} were there already"


def export_replies(
    replies: Replies, path: str | os.PathLike[str], *, model: str | None = None, counts_only: bool = False
) -> int:
    """Write all replies, or those of one model, to a file; gives how many.

    ``counts_only`` puts the counts of each reply in the place of its text, so that it is read as before but quotes
    nothing. What made a reply look steered can then not be told any more. Raises ``ResourceError`` where the model has
    no replies, ``OutputError`` where the file cannot be written, and ``UsageError`` where it is the file of replies.
    """
    target = Path(path)
    if target.exists() and target.samefile(replies.path):
        raise UsageError(f"{target}: is the file of replies itself, which would be lost; name another one to write")
    count = 0
    with ExitStack() as stack:
        out: BinaryIO = stack.enter_context(write_atomic(path))
        if target.name.endswith(".gz"):
            packed = gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0)
            out = stack.enter_context(cast(BinaryIO, packed))
        out.write(_line({"format": FORMAT, "version": VERSION}))
        for key, reply in replies:
            if model is None or key.model == model:
                out.write(_line(_to_dict(key, _counts_of(key, reply) if counts_only else reply)))
                count += 1
        if model is not None and not count:
            raise ResourceError(f"{replies.path}: holds no reply of '{printable(model)}', nothing was written")
    return count


def _line(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, sort_keys=True, separators=(",", ":")) + "\n").encode("ascii")


def _to_dict(key: ReplyKey, reply: KeptReply) -> dict[str, Any]:
    line = {name: getattr(key, name) for name in _KEYS} | {name: getattr(reply, name) for name in _REPLY}
    return line | {"parameters": json.loads(key.parameters), "digest": key.digest()}


def _counts_of(key: ReplyKey, reply: KeptReply) -> KeptReply:
    """The reply with no more in it than what is read from it: its counts, or which fault it has."""
    from averitec_eval.judge.reading import BAD_COUNTS, CUT_OFF, read_reply

    judgement = read_reply(reply.text, key.kind, reply.finish_reason)
    counts = judgement.counts
    if counts is not None:
        text = _counts_text(
            key.kind, counts.predicted, counts.predicted_supported, counts.reference, counts.reference_supported
        )
        # Words before the object make of it what it was: a reply that was not JSON as it stood.
        return replace(reply, text=f"Counts: {text}" if REPAIRED in judgement.flags else text)
    if judgement.fault == BAD_COUNTS:
        return replace(reply, text=_counts_text(key.kind, None, None, None, None))
    return replace(reply, text="", finish_reason="length" if judgement.fault == CUT_OFF else "stop")


def _counts_text(kind: Kind, *counts: float | None) -> str:
    word = "questions" if kind == "questions" else "evidence"
    names = [f"{what} {side} {word}" for side in ("predicted", "reference") for what in ("facts count", "support")]
    return canonical(cast(dict[str, Any], dict(zip(names, counts, strict=True))))


def import_replies(path: str | os.PathLike[str], replies: Replies) -> Imported:
    """Add the replies of a file to those that are kept: all of them, or none.

    Raises ``UnreadableError``, whose ``problems`` say what is wrong with the file, and ``ResourceError`` where replies
    differ from those that are kept in their places; its ``problems`` name them.
    """
    file = Path(path)
    merged = replies.merge(_read(file))
    if merged.conflicts:
        problems = _Problems()
        for key, attempt in merged.conflicts:
            problems.add(f"{key.model} {key.kind} {key.inputs[:12]}, run {key.run}, attempt {attempt}")
        what = (
            "1 reply differs from the one" if problems.count == 1 else f"{problems.count:,} replies differ from those"
        )
        raise ResourceError(
            f"{file}: {what} in {replies.path}, nothing was imported; import into another file and compare the two "
            "judgings, or move one of them away",
            problems.shown(),
        )
    return Imported(merged.added, merged.there)


def _read(file: Path) -> Iterator[tuple[ReplyKey, KeptReply]]:
    """Yield the replies of a file. At its end, raises ``UnreadableError`` if any line was wrong."""
    problems = _Problems()
    try:
        with file.open("rb") as raw, ExitStack() as stack:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            lines = _lines(stack.enter_context(gzip.GzipFile(fileobj=raw)) if packed else raw)
            head = next(lines, None)
            if head is None:
                problems.add("is empty; expected what 'averitec-eval judge export' writes")
            elif (problem := _head_problem(head)) is not None:
                problems.add(f"line 1: {problem}")
            else:
                yield from _pairs(lines, problems)
    except (OSError, EOFError, zlib.error) as error:
        said = getattr(error, "strerror", None) or "it is not packed as gzip packs, or is cut off"
        raise UnreadableError(f"{file}: cannot be read: {said}; nothing was imported") from None
    if problems.count:
        raise UnreadableError(
            f"{file}: is no file of replies that can be used, nothing was imported", problems=problems.shown()
        )


class _Problems:
    """What is wrong with a file: all is counted, the first ``SHOWN`` are written out."""

    def __init__(self) -> None:
        self.count = 0
        self._first: list[str] = []

    def add(self, problem: str) -> None:
        self.count += 1
        if len(self._first) < SHOWN:
            self._first.append(printable(problem))

    def shown(self) -> tuple[str, ...]:
        """What is written out."""
        more = self.count - len(self._first)
        return (*self._first, *([f"and {more:,} more"] if more else []))


def _lines(source: Any) -> Iterator[bytes]:
    """Yield the lines of a file, each cut to what is read of one; those beyond what is read at all are left out."""
    total = 0
    while line := source.readline(MAX_LINE_BYTES + 1):
        total += len(line)
        yield line
        if total > MAX_BYTES or len(line) > MAX_LINE_BYTES:
            return


def _head_problem(line: bytes) -> str | None:
    """What is wrong with a file's first line."""
    expected = f'expected {{"format": "{FORMAT}", "version": {VERSION}}}'
    try:
        head = json.loads(line[:MAX_LINE_BYTES])
    except (ValueError, RecursionError):
        return f"is not JSON; {expected}"
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        return f"does not say that replies follow; {expected}"
    if type(head.get("version")) is not int or head["version"] != VERSION:
        return f"is of version {str(head.get('version'))[:20]}; this averitec-eval knows version {VERSION}"
    return None


def _pairs(lines: Iterator[bytes], problems: _Problems) -> Iterator[tuple[ReplyKey, KeptReply]]:
    total = 0
    for number, line in enumerate(lines, 2):
        total += len(line)
        if len(line) > MAX_LINE_BYTES or total > MAX_BYTES or number > MAX_REPLIES + 1:
            problems.add(
                f"line {number}: is too much: at most {MAX_LINE_BYTES:,} bytes a line, {MAX_REPLIES:,} replies and "
                f"{MAX_BYTES:,} bytes are read; nothing after it was looked at"
            )
            return
        try:
            pair = _from_line(line)
        except ValueError as error:
            problems.add(f"line {number}: {error}")
        else:
            if not problems.count:
                yield pair


def _from_line(line: bytes) -> tuple[ReplyKey, KeptReply]:
    """The reply of a line. Raises ``ValueError``, which says all that is wrong."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("is not JSON") from None
    if not isinstance(value, dict):
        raise ValueError(f"is {type(value).__name__}, expected an object")
    strange = sorted(set(value) - _ALL)
    missing = sorted(_ALL - set(value))
    if strange or missing:
        said = [f"lacks {', '.join(missing)}"] if missing else []
        said += [f"holds {', '.join(strange)[:100]}, which are not known"] if strange else []
        raise ValueError(" and ".join(said))
    parameters = value["parameters"]
    text = canonical(parameters) if isinstance(parameters, dict) else ""
    key = ReplyKey(**{name: value[name] for name in _KEYS} | {"parameters": text})
    reply = KeptReply(**{name: value[name] for name in _REPLY})
    problems = problems_of(key, reply)
    if problems:
        raise ValueError("; ".join(problems))
    if value["digest"] != key.digest():
        raise ValueError("its digest is not that of what it says the reply is to; it was changed after it was written")
    return key, reply


__all__ = [
    "FORMAT",
    "MAX_BYTES",
    "MAX_LINE_BYTES",
    "MAX_REPLIES",
    "VERSION",
    "Imported",
    "export_replies",
    "import_replies",
]
