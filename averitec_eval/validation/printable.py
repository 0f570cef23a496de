"""Making text from untrusted files safe to show: nothing hidden, nothing that moves a cursor, nothing endless."""

from __future__ import annotations

import unicodedata

_SHORT = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}


def _escape(character: str) -> str:
    point = ord(character)
    return _SHORT.get(character) or (f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}")


def printable(text: str) -> str:
    """``text`` with everything that is not plainly visible written as an escape (``\\u202e``).

    That is what a terminal or a page may act on instead of showing it (controls, separators, invisible and
    direction-changing characters, lone surrogates) and code points that are no characters. Spaces of any width stay.
    The result is one line. What is printable stays as it is, so applying it twice changes nothing.
    """
    if text.isprintable():
        return text
    return "".join(character if _is_visible(character) else _escape(character) for character in text)


def _is_visible(character: str) -> bool:
    return character.isprintable() or unicodedata.category(character) == "Zs"


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
