"""Making text from untrusted files safe to show: nothing hidden, nothing that moves a cursor, nothing endless."""

from __future__ import annotations

import re

# Everything a terminal or a page may act on instead of showing: controls, lone surrogates, line and paragraph
# separators, the byte order mark and the invisible and direction-changing format characters, tag characters included.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)
_SHORT = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    point = ord(character)
    return _SHORT.get(character) or (f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}")


def printable(text: str) -> str:
    """``text`` with every control, invisible, bidirectional or surrogate character written as an escape (``\\u202e``).

    The result is one line. What is printable stays as it is, so applying it twice changes nothing.
    """
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(_escape, text)


def shorten(text: str, limit: int = 80) -> str:
    """``text`` made printable and cut to at most ``limit`` characters, the last being an ellipsis if it was cut."""
    # Cutting before escaping as well keeps a string of millions of characters from being escaped whole.
    shown = printable(text[: limit + 1])
    return shown if len(shown) <= limit else shown[: max(limit - 1, 0)] + "…"


def quote(text: str, limit: int = 80) -> str:
    """``text`` shortened and in double quotes, with its length in characters added if it was cut."""
    shown = shorten(text, limit)
    if shown.endswith("…") and not text.endswith(shown):
        return f'"{shown}" ({len(text):,} characters)'
    return f'"{shown}"'


__all__ = ["printable", "quote", "shorten"]
