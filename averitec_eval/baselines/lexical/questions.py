"""Questions that a sentence answers, made by rules that read the sentence: its subject, its verb, and what it tells.

The rules look for the first finite verb of the main clause, take what stands before it as its subject, and ask for one
thing that the sentence tells: how many, when, why, who or what somebody said; else whether it is so. A sentence in
which no rule finds a clause, such as a headline, is asked for by its own words. No word of the claim enters a question;
the claim only says which sentence of a longer text is read, and which of its words are named first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from averitec_eval.baselines.lexical.english import (
    AUXILIARIES,
    BE,
    CONJUNCTIONS,
    DETERMINERS,
    HAVE,
    MONTHS,
    NUMBER_WORDS,
    PREPOSITIONS,
    PRONOUNS,
    RELATIVES,
    REPORTING,
    SCALES,
    STOP_WORDS,
    SUBORDINATORS,
    WEEKDAYS,
    base_form,
    is_present,
    word_set,
)
from averitec_eval.text.sentences import split_sentences
from averitec_eval.text.synonyms import senses

LONGEST_SUBJECT = 16
"""How many words a subject may have; a longer one is a sign that the rules misread the sentence."""
LONGEST_REST = 24
"""How many words after the verb a question repeats."""
FALLBACK_WORDS = 12
"""How many words the question about a sentence without a clause names."""

_WORD = re.compile(
    r"(?:[A-Z]\.){2,}|\b(?:[A-Z]|Dr|Mr|Mrs|Ms|St|Gov|Sen|Rep|Gen|Jr|Sr|No|vs)\.(?=\s)"
    r"|[^\W_]+(?:[.,:'’&/-][^\W_]+)*%?|[$£€%]|[^\w\s]"
)
_LEADING = re.compile(
    r"^(?:\[[^\]]{0,20}\]|\([^)]{0,12}\)|[\s\"'“”‘’*•·>#^–—-]+|\d{1,3}[.)]\s+"
    r"|(?:Claim|Conclusions?|Results?|Fact[ -]?check|Rating|Verdict|Answer|Question|Watch|Photo|Image)\s*[:.]\s+"
    r"|[A-Z][A-Za-z., ]{1,30}(?:\([A-Za-z]{2,8}\)\s*)?[–—]+\s*(?=[A-Z]))+"
)
_NOT_READ = re.compile(
    r"\[[^\]]{0,80}\]|\([^)]{0,200}\)|https?://\S+|[\"“”„«»()\[\]]|(?<!\w)['‘’]|['’](?!\w)|(?<=\w)(?:'|’)(?=\s)"
)
_CONTRACTED = re.compile(r"\b(\w+)n['’]t\b")
_ADVERBS = word_set("however meanwhile still instead also then so well but and moreover furthermore yes indeed")
_FIGURE = re.compile(r"\d[\d.,]*%?")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_PLURALS = word_set("people men women children police staff voters percent million billion thousand")
_MONTH_NAMES = frozenset(MONTHS)
_PARTICIPLES = word_set("been had done gone become come run set put")
_BETWEEN = word_set("not also never already just long since always ever")
_BEFORE_NO_VERB = (PREPOSITIONS | DETERMINERS | word_set("to and or most more newly so-called")) - {"this", "that"}
_CLOSERS = frozenset(',;:–—.!?"“”()[]')
_MORE_THAN = word_set(
    "about around nearly almost over some roughly approximately only least most than more fewer less up to at"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A main clause: its subject, its finite verb, what follows, and what was said before the subject."""

    subject: tuple[str, ...]
    verb: str
    rest: tuple[str, ...]
    opening: tuple[str, ...] = ()


def question_for(text: str, claim: str = "") -> str:
    """A question that ``text`` answers: one line that ends in one question mark; for blank texts the empty text.

    >>> question_for("The Great Wall was built in the third century by Qin Shi Huang.")
    'Was the Great Wall built in the third century by Qin Shi Huang?'
    >>> question_for("In October 2020, more than 225,000 people died of the virus.")
    'How many people died of the virus in October 2020?'
    """
    sentence = _sentence_of(text, claim)
    words = _words_of(_LEADING.sub("", sentence)) or _words_of(sentence)
    if not any(word[0].isalnum() for word in words):
        return ""
    clause = find_clause(words)
    asked = _ask(clause) if clause is not None else _ask_by_words(words, claim)
    return _written(asked)


def _words_of(text: str) -> tuple[str, ...]:
    """The words and marks of a sentence without quotation marks, brackets and addresses; "didn't" as two words."""
    words = _WORD.findall(_CONTRACTED.sub(_uncontracted, _NOT_READ.sub(" ", text)))
    while words and (words[0].lower() in _ADVERBS or words[0] == ","):
        words = words[1:]
    return tuple(words)


def _uncontracted(match: re.Match[str]) -> str:
    return {"ca": "can", "wo": "will", "Ca": "Can", "Wo": "Will"}.get(match[1], match[1]) + " not"


def _sentence_of(text: str, claim: str) -> str:
    """The sentence of a text that shares most words with the claim, the first of equals."""
    sentences = [sentence for sentence in split_sentences(text) if len(sentence.split()) > 3]
    if len(sentences) < 2:
        return text
    wanted = content_words(claim)
    return max(sentences, key=lambda sentence: len(wanted & content_words(sentence)))


def content_words(text: str) -> frozenset[str]:
    """The words of a text in small letters that say what it is about."""
    return frozenset(
        word for word in (w.lower() for w in _WORD.findall(text)) if word[0].isalnum() and word not in STOP_WORDS
    )


def find_clause(words: Sequence[str]) -> Clause | None:
    """The main clause of a sentence given as words, or None where the rules find none."""
    opening, start = _opening(words)
    at = _finite_verb(words, start)
    if at is None:
        return None
    subject = tuple(words[start:at])
    while subject and subject[-1] in ",–—":
        subject = subject[:-1]
    if not subject or len(subject) > LONGEST_SUBJECT or not any(word[0].isalnum() for word in subject):
        return None
    first = subject[0].lower()
    counts = _number_at(subject) is not None
    if (first in PREPOSITIONS | SUBORDINATORS | CONJUNCTIONS and not counts) or _may_be_finite(subject[0], ""):
        return None
    return Clause(subject, words[at].lower(), _rest(words[at + 1 :]), opening)


def _opening(words: Sequence[str]) -> tuple[tuple[str, ...], int]:
    """What stands before the subject, if it is cut off by a comma, and where the subject begins."""
    first = words[0].lower()
    if first in _MORE_THAN and _number_at(words) is not None:
        return (), 0
    if first in PREPOSITIONS | SUBORDINATORS or first == "according":
        for at, word in enumerate(words[:22]):
            if word == "," and not (first == "on" and words[at - 1].isdigit() and at < 4):
                phrase = tuple(words[:at])
                keep = first in PREPOSITIONS and not any(w.lower() in AUXILIARIES | RELATIVES for w in phrase)
                return (phrase if keep else ()), at + 1
        dated = _date_at(words, 0)
        return tuple(words[:dated]), dated
    return (), 1 if first in CONJUNCTIONS and len(words) > 1 else 0


def _finite_verb(words: Sequence[str], start: int) -> int | None:
    """Where the finite verb of the clause that begins at ``start`` stands."""
    relative = False
    for at in range(start, min(len(words), start + LONGEST_SUBJECT + 2)):
        word, before = words[at].lower(), words[at - 1].lower() if at > start else ""
        if word in RELATIVES and at > start and word != "that":
            relative = True
        elif word == ";" or (word in ".!?" and at > start):
            return None
        elif at > start and _may_be_finite(words[at], before) and words[at + 1 : at + 2] != ("by",):
            if relative:
                relative = False
            else:
                return at
    return None


def _may_be_finite(word: str, before: str) -> bool:
    """Whether a word reads as a finite verb after the word ``before`` (in small letters)."""
    small = word.lower()
    if small in AUXILIARIES:
        return before != "to" and word == small
    if not word.islower() or before in _BEFORE_NO_VERB:
        return False
    return base_form(small) is not None


def _rest(words: Sequence[str]) -> tuple[str, ...]:
    """What follows the verb, up to the end of the clause or as far as a question repeats it."""
    taken: list[str] = []
    for at, word in enumerate(words):
        if word in ".!?;:–—" or (len(taken) >= LONGEST_REST):
            break
        if word in '"“”()[]':
            continue
        if word == "," and (_is_attribution(words[at + 1 :]) or (len(taken) > 5 and _begins_an_aside(words[at + 1 :]))):
            break
        taken.append(word)
    while taken and (
        taken[-1].lower() in PREPOSITIONS | DETERMINERS | CONJUNCTIONS | RELATIVES
        or (not taken[-1][0].isalnum() and taken[-1] != "%")
    ):
        taken.pop()
    return tuple(taken)


def _begins_an_aside(words: Sequence[str]) -> bool:
    first = words[0].lower() if words else ""
    return (
        first in RELATIVES | SUBORDINATORS
        or first in ("but", "and", "according", "so", "yet")
        or first in PRONOUNS
        or first.endswith("ing")
    )


def _is_attribution(words: Sequence[str]) -> bool:
    """Whether words after a comma say who said the rest of the sentence."""
    for at, word in enumerate(words[:9]):
        if word in ",.;":
            return False
        if word.lower() in REPORTING and at:
            return True
    return False


def _ask(clause: Clause) -> list[str]:
    """The question about a clause."""
    for rule in (_how_many, _what_said, _how_many_in_rest, _when, _why):
        asked = rule(clause)
        if asked:
            return asked
    return [*_inverted(clause, clause.rest), *_lowered(clause.opening)]


def _how_many(clause: Clause) -> list[str]:
    """How many, of a subject that begins with a number."""
    number = _number_at(clause.subject)
    if number is None:
        return []
    counted = clause.subject[number:]
    head = _asking(clause.subject[:number], counted)
    if not head or "," in counted or "ago" in counted:
        return []
    return [*head, clause.verb, *clause.rest, *_lowered(clause.opening)]


def _how_many_in_rest(clause: Clause) -> list[str]:
    """How many, of what follows the verb at once."""
    offset = 1 if clause.verb in HAVE and _is_perfect(clause.rest[:1]) else 0
    number = _number_at(clause.rest[offset:])
    if number is None or clause.verb in BE:
        return []
    figures, counted = clause.rest[offset : offset + number], clause.rest[offset + number :]
    head_words = _noun_phrase(counted)
    head = _asking(figures, head_words)
    if not head:
        return []
    return [*head, *_inverted(clause, (*clause.rest[:offset], *counted[len(head_words) :])), *_lowered(clause.opening)]


def _number_at(words: Sequence[str]) -> int | None:
    """How many words at the beginning make up a number, or None."""
    at = 0
    while at < len(words) and words[at].lower() in _MORE_THAN:
        at += 1
    seen = at
    while at < len(words) and (
        _is_number(words[at]) or (at > seen and words[at].lower() in SCALES) or words[at] in "$£€%"
    ):
        at += 1
    if at == seen or not any(_is_number(word) for word in words[seen:at]) or _YEAR.fullmatch(words[seen]):
        return None
    return at


def _is_number(word: str) -> bool:
    return _FIGURE.fullmatch(word) is not None or word.lower() in NUMBER_WORDS


def _asking(figures: Sequence[str], counted: Sequence[str]) -> list[str]:
    """``How many`` with what is counted, or what else asks for such figures; nothing where nothing is counted."""
    figure = "".join(figures)
    if "%" in figure or (counted and counted[0].lower() in ("percent", "per")):
        of = [word for word in counted if word.lower() not in ("percent", "per", "cent")]
        return ["What", "percentage", *of]
    if any(mark in figure for mark in "$£€"):
        return ["How", "much", "money", *counted]
    if any(_is_plural(word) for word in counted[:4]) and counted[0].lower() not in STOP_WORDS | _MONTH_NAMES - {"of"}:
        return ["How", "many", *counted]
    return []


def _is_plural(word: str) -> bool:
    small = word.lower()
    return small in _PLURALS or (len(small) > 3 and small.endswith("s") and not small.endswith(("ss", "us", "is")))


def _noun_phrase(words: Sequence[str]) -> tuple[str, ...]:
    """The words up to the first that cannot belong to the noun that is counted."""
    taken: list[str] = []
    for word in words[:4]:
        small = word.lower()
        if (
            small in PREPOSITIONS | CONJUNCTIONS | RELATIVES | AUXILIARIES | DETERMINERS | PRONOUNS
            or not word[0].isalpha()
        ):
            break
        taken.append(word)
        if small.endswith("s") and not small.endswith("ss"):
            break
    return tuple(taken)


def _what_said(clause: Clause) -> list[str]:
    """What somebody said, of a verb of saying: about what it was."""
    if clause.verb not in REPORTING:
        return []
    about = [w for w in clause.rest if w.lower() != "that"]
    if len(about) < 3:
        return []
    said = base_form(clause.verb) or clause.verb
    return ["Did", *_lowered(clause.subject), said, "that", *_lowered(about), *_lowered(clause.opening)]


def _when(clause: Clause) -> list[str]:
    """When, of a clause that names a day, a month or a year."""
    opening = _date_at(clause.opening, 0)
    if opening and opening == len(clause.opening):
        return ["When", *_inverted(clause, clause.rest)]
    for at in range(len(clause.rest)):
        length = _date_at(clause.rest, at)
        if length and at > 1:
            return [
                "When",
                *_inverted(clause, (*clause.rest[:at], *clause.rest[at + length :])),
                *_lowered(clause.opening),
            ]
    return []


def _date_at(words: Sequence[str], at: int) -> int:
    """How many words from ``at`` on are a date, such as "on 3 May 2020" or "Friday"; 0 for none."""
    if at >= len(words):
        return 0
    first, following = words[at].lower(), words[at + 1] if at + 1 < len(words) else ""
    month = first in _MONTH_NAMES and words[at].istitle() and following[:1].isdigit()
    if first not in ("in", "on", "since", "during") and first not in WEEKDAYS and not month:
        return 0
    telling = month or first in WEEKDAYS
    end = at + 1
    while end < len(words):
        small = words[end].lower().rstrip(".")
        if small in MONTHS or small in WEEKDAYS or _YEAR.fullmatch(small):
            telling = True
        elif not (words[end].isdigit() and len(words[end]) < 3) and small not in (",", "early", "late", "mid", "the"):
            break
        end += 1
    while end > at + 1 and words[end - 1] == ",":
        end -= 1
    return end - at if telling else 0


def _why(clause: Clause) -> list[str]:
    """Why, of a clause that gives a reason."""
    small = [word.lower() for word in clause.rest]
    for at, word in enumerate(small):
        if at > 0 and (word == "because" or (word == "due" and small[at + 1 : at + 2] == ["to"])):
            return ["Why", *_inverted(clause, clause.rest[:at]), *_lowered(clause.opening)]
    return []


def _inverted(clause: Clause, rest: Sequence[str]) -> list[str]:
    """The clause with its auxiliary before the subject; one is put in where it has none."""
    subject = _lowered(clause.subject)
    if clause.verb in AUXILIARIES and (clause.verb not in HAVE or _is_perfect(rest)):
        auxiliary = "can" if clause.verb == "cannot" else clause.verb
        return [auxiliary, *subject, *rest]
    if clause.verb in HAVE:
        return [{"has": "does", "have": "do"}.get(clause.verb, "did"), *subject, "have", *rest]
    base = base_form(clause.verb) or clause.verb
    return ["does" if is_present(clause.verb) else "did", *subject, base, *_joined_in_base_form(rest)]


def _joined_in_base_form(rest: Sequence[str]) -> list[str]:
    """What follows the verb, with a verb that "and" joins to it in its base form too: "did he stand and wave"."""
    return [
        (base_form(word) or word) if at and rest[at - 1] == "and" and word not in AUXILIARIES else word
        for at, word in enumerate(rest)
    ]


def _is_perfect(rest: Sequence[str]) -> bool:
    """Whether what follows a form of "have" begins with a participle, adverbs aside."""
    for word in rest[:3]:
        small = word.lower()
        if small in _PARTICIPLES or small.endswith(("ed", "wn", "en")):
            return True
        if base_form(small) is not None and not is_present(small):
            return True
        if not (small.endswith("ly") or small in _BETWEEN):
            return False
    return False


def _lowered(words: Sequence[str]) -> list[str]:
    """The words with the capital of a sentence's first word taken away where it is a small word."""
    if not words:
        return []
    first = words[0]
    small = first.lower()
    common = len(words) > 1 and words[1].islower() and not first.isupper() and bool(senses(small))
    return [small if (small in STOP_WORDS | _MORE_THAN and first != "I") or common else first, *words[1:]]


def _ask_by_words(words: Sequence[str], claim: str) -> list[str]:
    """The question about a text without a clause: by its own words, those that the claim shares first of all."""
    shared = content_words(claim)
    telling = [at for at, word in enumerate(words) if word[0].isalnum() and word.lower() not in STOP_WORDS]
    chosen = sorted(sorted(telling, key=lambda at: (words[at].lower() not in shared, at))[:FALLBACK_WORDS])
    if not chosen:
        return ["What", "is", "meant", "by", *words]
    named = (
        list(words[chosen[0] : chosen[-1] + 1])
        if chosen[-1] - chosen[0] < 2 * FALLBACK_WORDS
        else [words[at] for at in chosen]
    )
    return ["What", "is", "known", "about", *[word for word in named if word not in _CLOSERS or word == ","]]


def _written(words: Sequence[str]) -> str:
    """The words as a line that begins with a capital and ends in its only question mark."""
    line = " ".join(word for word in words if word != "?")
    line = re.sub(r" (?=[,.;:%’'])", "", line)
    line = re.sub(r"(?<=[$£€]) ", "", line).rstrip(" ,.;:-–—!")
    return f"{line[:1].upper()}{line[1:]}?"


__all__ = ["Clause", "content_words", "find_clause", "question_for"]
