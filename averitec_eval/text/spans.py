"""Where the words of a text stand in it.

METEOR's words are in lower case, and a straight double quote has become one of the pairs of marks that the Treebank
writes for it; all else of a text comes back in its words, in order, but for white space. So each word is looked for
where the one before it ended.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_SPACE = re.compile(r"\s*")
_QUOTES = ("``", "''")


def word_spans(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """The start and the end (exclusive) of each word of ``lower_words(text)`` in ``text``.

    The spans rise and do not overlap. If a word does not stand where it should, as can be for words that other rules
    made, the list ends before it.
    """
    spans: list[tuple[int, int]] = []
    at = 0
    for word in words:
        end = at + len(word)
        if text[at:end].lower() != word:
            at = _SPACE.match(text, at).end()  # type: ignore[union-attr]
            end = at + len(word)
            if text[at:end].lower() != word:
                end = _end_of_other(text, at, word)
                if end < 0:
                    break
        spans.append((at, end))
        # Most words are followed by one plain space.
        at = end + 1 if text[end : end + 1] == " " else end
    return spans


def _end_of_other(text: str, at: int, word: str) -> int:
    """Where a word ends that stands at ``at`` in other characters than its own, -1 if it does not stand there."""
    if word in _QUOTES:
        if text.startswith(_QUOTES, at):
            return at + 2
        return at + 1 if text.startswith('"', at) else -1
    # One capital letter, İ, is two characters in lower case.
    end, size = at, 0
    while size < len(word) and end < len(text):
        size += len(text[end].lower())
        end += 1
    return end if text[at:end].lower() == word else -1


__all__ = ["word_spans"]
