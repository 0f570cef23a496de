"""Facts without a language model: the sentences of answers, cut at clauses, each with its words, numbers and polarity.

An answer too short to say anything by itself, such as ``Yes`` or ``In 1902``, is one fact together with its question.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from averitec_eval.judge.visible import visible
from averitec_eval.records import NO_ANSWER
from averitec_eval.text.content import FILLER_WORDS, content_words, plain_words, stems
from averitec_eval.text.sentences import split_sentences

FEWEST_WORDS = 3
"""How many content words an answer has at least that says something without its question, and a clause alone."""

MOST_FACTS = 200
"""How many facts of one side are looked at, the first ones; more than any annotated claim has."""

LONGEST = 2000
"""How many characters of one fact are looked at."""

_CLAUSE = re.compile(
    r";\s+|\s+[–—-]+\s+|,\s+(?:and|but|while|whereas|although|though|which|who|however)\s+|\s+but\s+|\n+"
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_GROUPS = re.compile(r",(?=\d{2,3}(?:\D|\Z))")
_YES_NO = re.compile(r"\A\s*(yes|no|true|false)\b[\s.,:;!–—-]*", re.IGNORECASE)

_WORDS_OF_NUMBERS = """
    two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
    nineteen twenty
"""
_NUMBER_WORDS = {word: str(number) for number, word in enumerate(_WORDS_OF_NUMBERS.split(), start=2)}

_NEGATING = """
    no not never none nobody nothing neither nor without cannot t false fake untrue incorrect wrong hoax fabricated
    baseless unfounded debunked denied denies deny refuted disproved disproven unable fails failed lacks lacking
"""
_NEGATIONS = frozenset(_NEGATING.split())
"""Words that turn what is said into its opposite; ``t`` is what ``n't`` leaves behind."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement: its text, the stems of its content words, its numbers, and whether it negates."""

    text: str
    words: frozenset[str]
    numbers: frozenset[str]
    negated: bool


def fact_of(text: str, *, negated: bool = False) -> Fact:
    """A text as one fact, its polarity turned round if ``negated``."""
    text = text[:LONGEST]
    words = [word for word in content_words(text) if not word[0].isdigit()]
    negations = sum(word in _NEGATIONS for word in plain_words(text))
    return Fact(text, stems(words), numbers_of(text), (negations % 2 == 1) != negated)


def numbers_of(text: str) -> frozenset[str]:
    """The numbers of a text, those in words from two to twenty among them, without the marks between thousands."""
    plain = unicodedata.normalize("NFKC", text)
    found = {_plain_number(number) for number in _NUMBER.findall(plain)}
    found.update(_NUMBER_WORDS[word] for word in plain_words(text) if word in _NUMBER_WORDS)
    return frozenset(found)


def _plain_number(number: str) -> str:
    without = _GROUPS.sub("", number)
    whole, dot, rest = without.partition(".")
    return (whole.lstrip("0") or "0") + (dot + rest.rstrip("0")).rstrip(".")


def facts_of_pair(question: str, answer: str) -> Iterator[Fact]:
    """Yield the facts of a question and its answer; none where the answer is that there is none."""
    question, answer = visible(question).strip(), visible(answer).strip()
    if not answer or answer.rstrip(".").lower() == NO_ANSWER.rstrip(".").lower():
        return
    decided = _YES_NO.match(answer)
    rest = answer[decided.end() :] if decided else answer
    if _says_little(rest):
        turned = decided is not None and decided[1].lower() in ("no", "false")
        yield fact_of(f"{question} {rest}".strip(), negated=turned)
        return
    yield from facts_of_text(rest)


def facts_of_text(text: str) -> Iterator[Fact]:
    """Yield the facts of a text: its sentences, and their clauses where each of these says something."""
    for sentence in split_sentences(visible(text)):
        joined: list[tuple[int, int]] = []
        for start, end in _clauses(sentence):
            if joined and (_says_little(sentence[start:end]) or _says_little(sentence[slice(*joined[-1])])):
                joined[-1] = (joined[-1][0], end)
            else:
                joined.append((start, end))
        for piece in (sentence[start:end].strip() for start, end in joined):
            if content_words(piece):
                yield fact_of(piece)


def _clauses(sentence: str) -> Iterator[tuple[int, int]]:
    """Yield where the clauses of a sentence begin and end, without what joins them."""
    start = 0
    for joint in _CLAUSE.finditer(sentence):
        yield start, joint.start()
        start = joint.end()
    yield start, len(sentence)


def _says_little(text: str) -> bool:
    return sum(word not in FILLER_WORDS for word in content_words(text)) < FEWEST_WORDS


__all__ = ["FEWEST_WORDS", "MOST_FACTS", "Fact", "fact_of", "facts_of_pair", "facts_of_text", "numbers_of"]
