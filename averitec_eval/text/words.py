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
from typing import NamedTuple

from averitec_eval.text.memo import Memo
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
_MAY_BE_FUSED = re.compile(r"cannot|d'ye|gimme|gonna|gotta|lemme|more'n|wanna|'tis|'twas", re.IGNORECASE)
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
    if _MAY_BE_FUSED.search(chunk):
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


def _unfused(word: str) -> list[str]:
    """The word with fused forms such as ``cannot`` and ``'tis`` in two."""
    text = _FUSED.sub(lambda match: f" {' '.join(filter(None, match.groups()))} ", f" {word} ")
    for pattern in _POETIC:
        text = pattern.sub(r"\1 \2 ", text)
    return text.split()


def _cut_sentence(sentence: str) -> list[str]:
    """The words of one sentence, whatever white space it holds."""
    spans = [match.span() for match in re.finditer(r"\S+", sentence)]
    gaps = [
        sentence[end:start]
        for end, start in zip(
            [0, *(end for _, end in spans)], [*(start for start, _ in spans), len(sentence)], strict=True
        )
    ]
    period = _period_chunk(sentence, spans, gaps)
    words: list[str] = []
    for k, (start, end) in enumerate(spans):
        # Only the white space next to the chunk counts, and only whether it is a plain space.
        after = " " if period >= 0 and k == len(spans) - 1 else gaps[k + 1][:1]
        words += _cut(sentence[start:end], gaps[k][-1:], after, k == period)
    return words


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


class _Chunk(NamedTuple):
    """What becomes of a chunk between plain spaces: its words inside a sentence, at the end of one, and which it is.

    ``ends`` is ``_NEVER`` where no sentence ends after it, ``_ALWAYS`` where one does, ``_ASK`` where the next chunk
    decides, and ``_CAREFUL`` where its words depend on more than that.
    """

    inside: tuple[str, ...]
    closing: tuple[str, ...]
    ends: int


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
    """Cuts texts into words, each passed through ``fold``; remembers chunks, in bounded memory.

    >>> WordTokenizer(str.lower)("Didn't the U.N. say so? It did.")
    ['did', "n't", 'the', 'u.n.', 'say', 'so', '?', 'it', 'did', '.']
    """

    def __init__(self, fold: Callable[[str], str] = str) -> None:
        self._fold = fold
        self._chunks: Memo[str, _Chunk] = Memo(self._look_at, 1 << 16)

    def _look_at(self, chunk: str) -> _Chunk:
        ends = _ending(chunk)
        if ends == _CAREFUL:
            return _Chunk((), (), ends)
        period = bool(_PERIOD_TAIL.search(chunk))
        inside = tuple(map(self._fold, _cut(chunk, " ", " ", False)))
        closing = tuple(map(self._fold, _cut(chunk, " ", " " if period else "", period)))
        return _Chunk(inside, inside if inside == closing else closing, ends)

    def __call__(self, text: str) -> list[str]:
        """The words of ``text`` in order."""
        chunks = text.strip(" ").split(" ")
        words: list[str] = []
        last = len(chunks) - 1
        for k, (inside, closing, ends) in enumerate(map(self._chunks.__getitem__, chunks)):
            if not ends:
                words += inside if k < last else closing
            elif ends == _CAREFUL:
                return self.cut_carefully(text)
            elif ends == _ALWAYS or k == last or breaks_after(f"{chunks[k]} {chunks[k + 1]}"):
                words += closing
            else:
                words += inside
        return words

    def cut_carefully(self, text: str) -> list[str]:
        """The same words, found sentence by sentence without anything remembered of single chunks."""
        return [self._fold(word) for sentence in split_sentences(text) for word in _cut_sentence(sentence)]


word_tokenize = WordTokenizer()
"""The words of a text as a list, case kept; equals NLTK 3.9.1's ``word_tokenize`` for English."""

lower_words = WordTokenizer(str.lower)
"""The same words, each in lower case, which is what METEOR compares."""

__all__ = ["RULES", "WordTokenizer", "lower_words", "word_tokenize"]
