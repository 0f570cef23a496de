"""Reading CSV records one at a time, as RFC 4180 writes them.

The standard library's reader has one limit for the size of a cell for the whole process, and does not say where a
quoted cell began that never ends; so the few rules stand here. Line ends are "\\n", "\\r\\n" or, outside quotes, a lone
"\\r".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from averitec_eval.formats.source import Window, stop
from averitec_eval.validation.issues import Where
from averitec_eval.validation.printable import quote

# The look-ahead keeps half of a doubled quotation mark from closing a cell that goes on beyond the text at hand.
_QUOTED = re.compile(r'"[^"]*(?:""[^"]*)*"(?!")')
_PLAIN = re.compile(r"[^,\r\n]*")


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its number (the header is 0), the line it begins in and its cells."""

    row: int
    line: int
    cells: tuple[str, ...]


def records(window: Window) -> Iterator[Record]:
    """Yield the records, the header among them; blank lines between records hold none and are passed over.

    Raises ``StopReading`` after logging what ends the reading.
    """
    limits = window.limits
    row = blank = 0
    while True:
        # Blank lines count towards the limit too: a file of nothing else must come to an end.
        if row > limits.entries or blank > limits.entries:
            found = f"more than {limits.entries:,} {'rows' if row > limits.entries else 'blank lines'}"
            raise stop(window.log, "F018", window.where(window.pos), found, f"at most {limits.entries:,}")
        cells, end = _record(window, row)
        if end < 0:
            return
        if cells != ("",):
            line, _ = window.place(window.pos)
            yield Record(row, line, cells)
            row += 1
        else:
            blank += 1
        window.pos = end


def _record(window: Window, row: int) -> tuple[tuple[str, ...], int]:
    """The cells of the record at the window's position and where the next one begins (-1 at the end of the text)."""
    while True:
        parsed = _try_record(window, row)
        if parsed is not None:
            return parsed
        unread = len(window.text) - window.pos
        if unread > window.limits.string:
            start = quote(window.text[window.pos : window.pos + 40], 40)
            found = f"a row of more than {window.limits.string:,} characters, beginning {start}"
            where = Where(row=row, line=window.place(window.pos)[0])
            raise stop(window.log, "F017", where, found, f"at most {window.limits.string:,} characters")
        window.grow()


def _try_record(window: Window, row: int) -> tuple[tuple[str, ...], int] | None:
    """As ``_record``, or None if the record may go on beyond the text at hand."""
    text, pos, size = window.text, window.pos, len(window.text)
    if pos == size:
        return ((), -1) if window.done else None
    cells: list[str] = []
    while True:
        if text.startswith('"', pos):
            match = _QUOTED.match(text, pos)
            if match is None:
                if not window.done:
                    return None
                line, column = window.place(pos)
                found = f"{quote(text[pos : pos + 40], 40)} and no closing quotation mark to the end of the file"
                raise stop(window.log, "F025", Where(row=row, line=line, column=column), found, 'a closing "')
            cells.append(text[pos + 1 : match.end() - 1].replace('""', '"'))
        else:
            match = _PLAIN.match(text, pos)
            assert match is not None
            cells.append(match.group())
        pos = match.end()
        # One more character is needed to tell a closing quotation mark from half a doubled one, and "\r" from "\r\n".
        if pos + 1 >= size and not window.done:
            return None
        if pos == size:
            return tuple(cells), pos
        after = text[pos]
        if after == ",":
            pos += 1
            if pos == size:
                return (*cells, ""), pos
        elif after == "\n":
            return tuple(cells), pos + 1
        elif after == "\r":
            return tuple(cells), pos + (2 if text.startswith("\r\n", pos) else 1)
        else:
            line, column = window.place(pos)
            found = f"{quote(text[pos : pos + 30], 30)} after the closing quotation mark of a cell"
            raise stop(
                window.log, "F026", Where(row=row, line=line, column=column), found, "a comma or the end of the row"
            )


__all__ = ["Record", "records"]
