"""What a judge is shown of a text: what a reader could see.

Characters that show nothing can carry words that only a model reads: tag characters spell whole sentences, variation
selectors hide bytes, and marks of direction put words in another order on the page than in the text. They are left out.
"""

from __future__ import annotations

import re
import unicodedata

_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_SIGNS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
"""Signs that are drawn around or before numbers, though Unicode counts them among the marks of format."""

_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that are drawn as nothing."""


_RANGES = ((0x180B, 0x180F), (0x2060, 0x206F), (0xFDD0, 0xFDEF), (0xFE00, 0xFE0F), (0xFFF0, 0xFFF8), (0xE0000, 0xE0FFF))
"""Variation selectors, tags, and code points kept free for more of their kind."""


def is_hidden(character: str) -> bool:
    """Whether a character shows nothing: a control, a mark of format or direction, a tag, a variation selector, a
    letter drawn as nothing, half a character, or a code point for private use. Tabs and line ends are not hidden.

    A code point that is no character yet is not hidden, for which those are depends on the version of Python.
    """
    if character in "\t\n":
        return False
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co"):
        return character not in _SIGNS
    return character in _BLANKS or any(first <= ord(character) <= last for first, last in _RANGES)


class _Hidden(dict[int, "int | None"]):
    """What ``str.translate`` makes of each code point, found out when it is first met."""

    def __missing__(self, point: int) -> int | None:
        found = None if is_hidden(chr(point)) else point
        self[point] = found
        return found


_TABLE = _Hidden({9: 32})


def visible(text: str) -> str:
    """A text as it can be seen: without hidden characters, every line end a ``\\n``, every tab a space.

    Words stay as they are; a text that holds nothing hidden is equal to the result.
    """
    if text.isascii() and text.isprintable():
        return text
    return _LINE_ENDS.sub("\n", text).translate(_TABLE)


def hidden(text: str) -> str:
    """The hidden characters of a text, in order. Line ends of all kinds and tabs are not among them."""
    if text.isascii() and text.isprintable():
        return ""
    lines = _LINE_ENDS.sub("\n", text)
    if len(lines.translate(_TABLE)) == len(lines):  # nothing was left out, as of nearly all texts
        return ""
    return "".join(character for character in lines if is_hidden(character))


__all__ = ["hidden", "is_hidden", "visible"]
