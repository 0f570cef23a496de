"""Sentence boundaries by Punkt, with the English parameters.

Punkt (Kiss and Strunk, 2006) looks at every ``.``, ``?`` and ``!`` that white space or punctuation follows and decides
from the words on both sides whether a sentence ends there. A few habits of NLTK's implementation change results and
are kept: of several such marks in one run of non-space characters only the last counts, the words on both sides are
tokens in a sense of their own, and quotes and brackets that close the sentence are drawn into it afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from averitec_eval.text.memo import Memo
from averitec_eval.text.resources import PUNKT, load_table

PUNCTUATION = r")\";}\]*:@'({\[?!"
"""What ends a word and may follow the end of a sentence, as the inside of a character class."""

_SPACED_DOTS = r"\.\s\.\s\."

# A token is a row of dashes or dots, dots set apart by single spaces, a word, or any other character on its own. A word
# goes on until white space, punctuation, a row of dashes or dots, or a comma before any of these or the end.
_TOKEN = re.compile(
    rf"""
    -{{2,}} | \.{{2,}} | (?:\.\s){{2,}}\.
    | [^\s("`{{\[:;&\#*@)}}\]\-,]
      (?: (?! [{PUNCTUATION}] | -- | \.\. | {_SPACED_DOTS} | ,(?:\s|$|[{PUNCTUATION}]|--|\.\.|{_SPACED_DOTS}) ) \S )*
    | \S
    """,
    re.VERBOSE,
)
_END_MARK = re.compile(rf"[.?!](?:(?=[{PUNCTUATION}])|(?=\s+\S))")
_NEXT = re.compile(r"\s+(\S+)")
_CLOSING = re.compile(r"[\"')\]}]+")
_NUMBER = re.compile(r"-?[.,]?\d[\d,.\-]*\Z")
_SPACE = re.compile(r"[ \t\n\r\x0b\x0c]")

# Orthographic contexts of a word type in Punkt's training text: one bit for each pair of position and case.
_INTERNAL_UPPER = 4
_ANY_UPPER = 2 | 4 | 8
_INITIAL_LOWER = 16
_ANY_LOWER = 16 | 32 | 64


def _type_of(token: str) -> str:
    """The word type: lower case, with every number alike."""
    low = token.lower()
    return "##number##" if _NUMBER.match(low) else low


def _without_period(kind: str) -> str:
    return kind[:-1] if len(kind) > 1 and kind.endswith(".") else kind


def _record(kind: str) -> tuple[int, str, str]:
    """The parameters of a word type: its orthographic contexts, its letters (a, s) and its collocates."""
    record = load_table(PUNKT).get(kind)
    if record is None:
        return 0, "", ""
    contexts, letters, collocates = record.split("\t")
    return int(contexts), letters, collocates


def _is_abbreviation(word: str) -> bool:
    """Whether a word, without its period, is a known abbreviation, whole or after its last hyphen."""
    low = word.lower()
    return "a" in _record(low)[1] or ("-" in low and "a" in _record(low.rpartition("-")[2])[1])


def _first_guess(token: str) -> str:
    """What a token is by itself: ``end`` of a sentence, ``ellipsis``, ``abbreviation`` or, most often, nothing."""
    if token in (".", "?", "!"):
        return "end"
    if token.endswith(".."):
        return "ellipsis" if not token.strip(".") else ""
    if token.endswith("."):
        return "abbreviation" if _is_abbreviation(token[:-1]) else "end"
    return ""


def _is_initial(token: str) -> bool:
    """Whether the token is one letter (in the broad sense of regular expressions) and a period."""
    return len(token) == 2 and (token[0] == "_" or (token[0].isalnum() and not token[0].isdecimal()))


def _starts_sentence(token: str, kind: str) -> bool | None:
    """Whether the spelling of a token says that a sentence starts with it; None where it does not tell."""
    if token in (";", ":", ",", ".", "!", "?"):
        return False
    contexts = _record(kind)[0]
    if token[0].isupper() and contexts & _ANY_LOWER and not contexts & _INTERNAL_UPPER:
        return True
    if token[0].islower() and (contexts & _ANY_UPPER or not contexts & _INITIAL_LOWER):
        return False
    return None


def _ends_before(token: str, guess: str, following: str) -> bool:
    """Whether a sentence ends after ``token``, of which ``guess`` is the first guess, given the token that follows."""
    ends = guess == "end"
    if not token.endswith("."):
        return ends
    kind = _without_period(_type_of(token))
    next_kind = _type_of(following)
    if _first_guess(following) == "end":
        next_kind = _without_period(next_kind)
    if next_kind in _record(kind)[2].split(" ") and next_kind:
        return False
    initial = _is_initial(token)
    if not initial and guess in ("ellipsis", "abbreviation"):
        if _starts_sentence(following, next_kind):
            return True
        if following[0].isupper() and "s" in _record(next_kind)[1]:
            return True
    if initial or kind == "##number##":
        starts = _starts_sentence(following, next_kind)
        if starts is False:
            return False
        if starts is None and initial and following[0].isupper() and not _record(next_kind)[0] & _ANY_LOWER:
            return False
    return ends


def _holds_boundary(context: str) -> bool:
    """Whether any token of the context ends a sentence and is not the last one."""
    tokens = [token for line in context.split("\n") for token in _TOKEN.findall(line)]
    return any(_ends_before(token, _first_guess(token), after) for token, after in pairwise(tokens))


_BOUNDARIES: Memo[str, bool] = Memo(_holds_boundary, 1 << 15)


def breaks_after(context: str) -> bool:
    """Whether a sentence ends at the mark in ``context``: the word before it, the mark itself, and what follows it."""
    return _BOUNDARIES[context]


def ends_with_plain_word(chunk: str) -> bool:
    """Whether ``chunk``, which ends in a period, ends a sentence whatever word comes next.

    It does if its last token is neither an abbreviation, an initial, a number nor an ellipsis and has no collocates.
    """
    token = _TOKEN.findall(chunk)[-1]
    kind = _without_period(_type_of(token))
    return _first_guess(token) == "end" and not _is_initial(token) and kind != "##number##" and not _record(kind)[2]


def _marks(text: str) -> Iterator[tuple[int, int]]:
    """Yield the start of the word and the place after the mark, of every mark that may end a sentence."""
    word_at, mark_at = 0, -1
    for match in _END_MARK.finditer(text):
        start, before = word_at, max(mark_at, 0)
        gap = text[before : match.start()]
        # Where no space stands since the mark before (or only as the very first character), the word still runs on.
        space = _last_space(gap)
        if space:
            start = before + space + 1
        if mark_at >= 0 and mark_at <= start:
            yield word_at, mark_at + 1
        word_at, mark_at = start, match.start()
    if mark_at >= 0:
        yield word_at, mark_at + 1


def _last_space(text: str) -> int:
    """The place of the last ASCII white space in ``text``; 0 if there is none."""
    return max(0, *map(text.rfind, " \t\n\r\x0b\x0c"))


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of the sentences before closing punctuation is drawn in."""
    start = 0
    for word_at, end in _marks(text):
        following = _NEXT.match(text, end)
        after = following.group() if following else text[end]
        if breaks_after(text[word_at:end] + after):
            yield start, end
            start = following.start(1) if following else end
    yield start, len(text.rstrip())


def _closing_length(sentence: str) -> tuple[int, int]:
    """How much of the sentence's start closes the one before: without and with the white space after it."""
    closing = _CLOSING.match(sentence)
    if not closing:
        return 0, 0
    end = closing.end()
    rest = end
    while rest < len(sentence) and sentence[rest].isspace():
        rest += 1
    if rest > end or end == len(sentence) or sentence.startswith("--", end):
        return end, rest
    return 0, 0


def split_sentences(text: str) -> list[str]:
    """The sentences of ``text``, without the white space between them; equals NLTK 3.9.1's ``sent_tokenize``."""
    pieces = list(_pieces(text))
    sentences = []
    drawn = 0
    for (start, end), following in zip(pieces, [*pieces[1:], None], strict=True):
        start += drawn
        drawn = 0
        if following is not None:
            length, drawn = _closing_length(text[slice(*following)])
            if length:
                sentences.append(text[start : following[0] + length])
                continue
        if start < end:
            sentences.append(text[start:end])
    return sentences


__all__ = ["PUNCTUATION", "breaks_after", "ends_with_plain_word", "split_sentences"]
