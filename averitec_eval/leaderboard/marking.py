"""Evidence as HTML: texts of strangers made safe, with the words that METEOR matched marked by kind.

Plain string functions, for a site shows hundreds of thousands of these texts. The marks are the three shortest
elements that mean nothing by themselves; the style sheet gives each kind its own underline, so that colour is never
the only sign.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from averitec_eval.scoring.details import Kind, Mark
from averitec_eval.validation.printable import printable

TAGS: dict[Kind, str] = {"exact": "b", "stem": "i", "synonym": "u"}
"""The element that marks words of each kind of match."""

# Each is one character for one character: marks count characters.
_SPACES = str.maketrans("\t\n\r", "   ")


def safe(text: str) -> str:
    """``text`` as HTML text, on one line, with invisible characters written out. It is not for attributes."""
    return _escape(text.translate(_SPACES))


def _escape(text: str) -> str:
    # Quotes need no escape between tags, and evidence is full of them: written out they are six times as long.
    return printable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def clipped(text: str, limit: int) -> str:
    """The start of ``text`` as HTML, about ``limit`` characters of it, and a + with how many were left out."""
    # Leaving out the last word or two would save nothing: the count is as long.
    if len(text) <= limit + 20:
        return safe(text)
    return f"{safe(text[:limit].rstrip())}… {_left_out(len(text) - limit)}"


def _left_out(count: int) -> str:
    return f"<small>+{count:,}</small>"


def marked(
    text: str, marks: Sequence[Mark], start: int = 0, end: int | None = None, limit: int | None = None
) -> Markup:
    """Characters ``start`` to ``end`` (exclusive; None: all) of ``text`` as HTML with its marks as elements.

    ``marks`` are in order and do not overlap; what lies outside the range is not shown. Marks without a letter or digit
    are left out: METEOR counts full stops as words, but marked ones would hide what the eye looks for. With ``limit``,
    at most so many characters are shown, and then a + with the number of the others.
    """
    stop = len(text) if end is None else end
    shown = stop if limit is None else min(stop, start + limit)
    plain = text.translate(_SPACES)
    parts = []
    at = start
    for mark in marks:
        low, high = max(mark.start, at), min(mark.end, shown)
        if low >= high or not any(map(str.isalnum, plain[low:high])):
            continue
        if at < low:
            parts.append(_escape(plain[at:low]))
        tag = TAGS[mark.kind]
        parts.append(f"<{tag}>{_escape(plain[low:high])}</{tag}>")
        at = high
    parts.append(_escape(plain[at:shown]))
    if shown < stop:
        parts.append(f"… {_left_out(stop - shown)}")
    return Markup("".join(parts))


__all__ = ["TAGS", "clipped", "marked", "safe"]
