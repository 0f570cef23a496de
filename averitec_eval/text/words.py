"""Words of a text by the rules of NLTK 3.7 to 3.9, with which every published AVeriTeC score was computed.

Punkt finds the sentences (``averitec_eval.text.sentences``); within each, Treebank-like rules cut the runs of non-space
characters, here called chunks, into words. What becomes of a chunk depends on little around it: whether it opens or
closes its sentence and which white space stands beside it. A chunk between plain spaces is therefore cut once and
remembered, and a text of such chunks is put together from what is remembered; any other takes the careful way, which
gives the same words for every text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import chain
from typing import NamedTuple

from averitec_eval.text.memo import LONGEST_KEY, Memo
from averitec_eval.text.sentences import PUNCTUATION, breaks_after, ends_with_plain_word, split_sentences

RULES = "nltk-3.9-rules"
"""The name of these rules in signatures: those of NLTK 3.7 to 3.9; 3.6 and 3.10 differ from them."""

# Opening quotes are cut off first, then an ASCII double quote that opens (written as two backticks).
_OPENING = re.compile(r"``|[`«“‘„]")
_OPENING_ASCII = re.compile(r"(?<=[ (\[{<])(?:\"|'')")
# An apostrophe before a single letter or digit is cut off, but for those that abbreviate a verb or a genitive.
_APOSTROPHE_LETTER = re.compile(r"'(?![mtsdnMTSDNſ])(?=\w\b)")
# A colon or comma is cut off unless a digit follows. One directly after it stays with what comes next.
_COLON_COMMA = re.compile(r"([:,])(?=\D)([:,]?)")
_LAST_COLON_COMMA = re.compile(r"[:,]\Z")
_EARLY_MARK = re.compile(r"\.{2,}|[;@#$%&?!]")
_LATE_MARK = re.compile(r"--|[*\[\](){}<>»”’]")
_MARK = re.compile(rf"{_EARLY_MARK.pattern}|{_LATE_MARK.pattern}")
_HANGING_APOSTROPHE = re.compile(r"(?<=[^'])' ")
_SHORT_CLITICS = frozenset(("'s", "'S", "'m", "'M", "'d", "'D"))
_LONG_CLITICS = frozenset(("'ll", "'LL", "'re", "'RE", "'ve", "'VE", "n't", "N'T"))
_FUSED = re.compile(
    r"\b(?:(can)(not)|(d)('ye)|(gim)(me)|(gon)(na)|(got)(ta)|(lem)(me)|(more)('n)|(wan)(na)(?!\S))\b", re.IGNORECASE
)
# Two patterns, not one: cutting 'tis first leaves a space before a 'twas stuck to it, but not the other way round.
_POETIC = tuple(re.compile(rf"(?<= )('t)({verb})\b", re.IGNORECASE) for verb in ("is", "was"))

_CLOSERS = r"\])}>\"'»”’"
"""What may stand between the period that ends a sentence and the sentence's end, as the inside of a character class."""

_PERIOD_TAIL = re.compile(rf"(?<!\.)\.[{_CLOSERS}]*\Z")
_ONLY_CLOSERS = re.compile(rf"[{_CLOSERS}]+\Z")


def _cut(chunk: str, before: str, after: str, period: bool) -> list[str]:
    """The words of one chunk.

    ``before`` is the white space before it, or nothing at the start of the sentence; ``after`` likewise at the end.
    ``period`` says that the last ``.`` of the chunk ends the sentence and is a word of its own.
    """
    text = _OPENING.sub(r" \g<0> ", chunk)
    if '"' in chunk or "''" in chunk:
        text = " `` " + text[1:] if chunk[0] == '"' and not before else before + text
        text = _OPENING_ASCII.sub(" `` ", text)
    apostrophe = "'" in text
    if apostrophe:
        text = _APOSTROPHE_LETTER.sub("' ", text)
    if period:
        at = text.rindex(".")
        text = f"{text[:at]} . {text[at + 1 :]}"
    if ":" in text or "," in text:
        text = _LAST_COLON_COMMA.sub(r" \g<0>", _COLON_COMMA.sub(r" \1 \2", text))
    if apostrophe:
        text = _HANGING_APOSTROPHE.sub(" ' ", _EARLY_MARK.sub(r" \g<0> ", text) + after)
        text = _LATE_MARK.sub(r" \g<0> ", text).replace("''", " '' ")
    else:
        text = _MARK.sub(r" \g<0> ", text)
    words = text.replace('"', " '' ").split()
    if apostrophe:
        words = [part for word in words for part in _without_clitics(word)]
    if apostrophe or _may_be_fused(chunk):
        words = [part for word in words for part in _unfused(word)]
    return words


def _without_clitics(word: str) -> list[str]:
    """The word with its final clitics cut off: a short one (``'s``) and then, before it, a long one (``n't``)."""
    parts = [word]
    if word[-2:] in _SHORT_CLITICS and word[-3:-2] not in ("", "'"):
        parts = [word[:-2], word[-2:]]
    elif word[-1] == "'" and word[-2:-1] not in ("", "'"):
        parts = [word[:-1], "'"]
    if parts[0][-3:] in _LONG_CLITICS and parts[0][-4:-3] not in ("", "'"):
        parts[:1] = [parts[0][:-3], parts[0][-3:]]
    return parts


def _may_be_fused(chunk: str) -> bool:
    """Whether a chunk without an apostrophe could hold a fused form: each has one of these double letters."""
    low = chunk.lower()
    return "nn" in low or "mm" in low or "tt" in low


def _unfused(word: str) -> list[str]:
    """The word with fused forms such as ``cannot`` and ``'tis`` in two."""
    text = _FUSED.sub(lambda match: f" {' '.join(filter(None, match.groups()))} ", f" {word} ")
    for pattern in _POETIC:
        text = pattern.sub(r"\1 \2 ", text)
    return text.split()


def _period_chunk(sentence: str, spans: Sequence[tuple[int, int]], gaps: Sequence[str]) -> int:
    """Which chunk holds the period that ends the sentence, -1 if none does.

    It is the last chunk, or one that only closing quotes and brackets follow, with plain spaces between.
    """
    k = len(spans) - 1
    while k >= 0:
        chunk = sentence[slice(*spans[k])]
        if _PERIOD_TAIL.search(chunk):
            # A period that begins the sentence has nothing to be cut off from.
            return k if chunk[0] != "." or gaps[k] or len(chunk.rstrip("])}>\"'»”’")) > 1 else -1
        opening = chunk.startswith(('"', "''"))
        if opening or not _ONLY_CLOSERS.match(chunk) or gaps[k].strip(" "):
            return -1
        k -= 1
    return -1


# ---- chunks between plain spaces ----------------------------------------------------------------------------------

_NEVER, _ALWAYS, _ASK, _CAREFUL = range(4)
_MOST_CHUNKS = 1 << 16


class _Chunk(NamedTuple):
    """What becomes of a chunk between plain spaces: its words inside a sentence, at the end of one, and which it is.

    ``ends`` is ``_NEVER`` where no sentence ends after it, ``_ALWAYS`` where one does, ``_ASK`` where the next chunk
    decides, and ``_CAREFUL`` where more than that matters.
    """

    inside: tuple[str, ...]
    closing: tuple[str, ...]
    ends: int


_SPACES = re.compile(r" {2,}")
# A line end is another white space than a plain space only to the quotes beside it.
_HARMLESS_LINE_ENDS = re.compile(r"(?<!') ?\n[ \n]*(?![\"'])")
_PLAIN = re.compile(r"([A-Za-z0-9]+(?:(?:[-/.][A-Za-z0-9]|[,:][0-9])[A-Za-z0-9]*)*)([.,;:?!]|'s)?")
_INNER_MARK = re.compile(rf"[.?!](?=[{PUNCTUATION}])")
_MARKED_TAIL = re.compile(r"(?:[.?!]|(?<![?!])[?!]{2,})\Z|[.?!][\"')\]}]+\Z")
_UNSETTLED = re.compile(r"\"?''|\"\"|[\"')\]}]+--|\.[\])}>\"'»”’]")


def _ending(chunk: str) -> int:
    """Whether a sentence ends after the chunk; see ``_Chunk.ends``."""
    if not chunk or len(chunk.split()) != 1 or len(chunk.split()[0]) != len(chunk):
        return _CAREFUL
    if _UNSETTLED.match(chunk) or _ONLY_CLOSERS.match(chunk):
        return _CAREFUL
    inner = len(_INNER_MARK.findall(chunk))
    tail = _MARKED_TAIL.search(chunk)
    if not tail:
        return _CAREFUL if inner else _NEVER
    mark, closers = tail.group()[0], tail.group()[1:]
    if closers and closers[0] not in "?!":
        if inner > 1:
            return _CAREFUL
        return _ALWAYS if breaks_after(chunk[: tail.start() + 2]) else _NEVER
    if inner != len(closers):
        return _CAREFUL
    return _ALWAYS if mark in "?!" or ends_with_plain_word(chunk) else _ASK


class WordTokenizer:
    """Cuts texts into words, each passed through ``fold``; remembers chunks, ``most`` of them, so memory is bounded.

    >>> WordTokenizer(str.lower)("Didn't the U.N. say so? It did.")
    ['did', "n't", 'the', 'u.n.', 'say', 'so', '?', 'it', 'did', '.']
    """

    def __init__(self, fold: Callable[[str], str] = str, most: int = _MOST_CHUNKS) -> None:
        self._fold = fold
        self._most = most
        self._chunks: Memo[str, _Chunk] = Memo(self._look_at, most)
        self._settled: dict[str, tuple[str, ...]] = {}

    def _look_at(self, chunk: str) -> _Chunk:
        fold = self._fold
        plain = _PLAIN.fullmatch(chunk)
        if plain and not _may_be_fused(chunk):
            # Most chunks are words without any mark inside that matters; the general rules say the same of them.
            word, mark = fold(plain[1]), plain[2]
            if not mark:
                alone = (word,)
                return _Chunk(alone, alone, _NEVER)  # one and the same, by which it is known to be settled
            apart = (word, mark)
            if mark != ".":
                return _Chunk(apart, apart, _ALWAYS if mark in "?!" else _NEVER)
            return _Chunk((fold(chunk),), apart, _ALWAYS if ends_with_plain_word(chunk) else _ASK)
        inside = tuple(map(fold, _cut(chunk, " ", " ", False)))
        period = bool(_PERIOD_TAIL.search(chunk))
        closing = inside
        if period or "'" in chunk:
            closing = tuple(map(fold, _cut(chunk, " ", " " if period else "", period)))
        return _Chunk(inside, closing, _ending(chunk))

    def __call__(self, text: str) -> list[str]:
        """The words of ``text`` in order."""
        spaced = _SPACES.sub(" ", text) if "  " in text else text
        if "\n" in text:
            spaced = _HARMLESS_LINE_ENDS.sub(" ", spaced)
        chunks = spaced.strip(" ").split(" ")
        parts = list(map(self._settled.get, chunks))
        last = len(chunks) - 1
        for k, part in enumerate(parts):
            if part is not None:
                continue
            # The chunk has not been seen, or its words depend on where it stands.
            inside, closing, ends = self._chunks[chunks[k]]
            if ends == _CAREFUL:
                return self.cut_carefully(text)
            if ends == _NEVER:
                parts[k] = inside if k < last else closing
                if inside is closing:
                    self._settle(chunks[k], inside)
            elif ends == _ALWAYS or k == last or breaks_after(f"{chunks[k]} {chunks[k + 1]}"):
                parts[k] = closing
            else:
                parts[k] = inside
        return list(chain.from_iterable(filter(None, parts)))

    def _settle(self, chunk: str, words: tuple[str, ...]) -> None:
        """Remember a chunk whose words are the same wherever it stands."""
        if len(chunk) <= LONGEST_KEY:
            if len(self._settled) >= self._most:
                self._settled.clear()
            self._settled[chunk] = words

    def cut_carefully(self, text: str) -> list[str]:
        """The same words, found sentence by sentence; any white space and any punctuation may stand anywhere."""
        return [word for sentence in split_sentences(text) for word in self._cut_sentence(sentence)]

    def _cut_sentence(self, sentence: str) -> list[str]:
        spans = [match.span() for match in re.finditer(r"\S+", sentence)]
        starts, ends = [start for start, _ in spans], [end for _, end in spans]
        gaps = [sentence[end:start] for end, start in zip([0, *ends], [*starts, len(sentence)], strict=True)]
        period = _period_chunk(sentence, spans, gaps)
        last = len(spans) - 1
        words: list[str] = []
        for k, (start, end) in enumerate(spans):
            # Only the white space next to the chunk counts, and only whether it is a plain space.
            before, after = gaps[k][-1:], gaps[k + 1][:1]
            if before == after == " " and k != period:
                words += self._chunks[sentence[start:end]].inside
                continue
            if period >= 0 and k == last:
                after = " "
            words += map(self._fold, _cut(sentence[start:end], before, after, k == period))
        return words


word_tokenize = WordTokenizer()
"""The words of a text as a list, case kept; equals NLTK 3.9.1's ``word_tokenize`` for English."""

lower_words = WordTokenizer(str.lower)
"""The same words, each in lower case, which is what METEOR compares."""

__all__ = ["RULES", "WordTokenizer", "lower_words", "word_tokenize"]
