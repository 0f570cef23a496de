"""What audits mean by a word, a near-duplicate, an echo, a template and a filler: the text rules all probes share.

All rules work on words: runs of letters and digits, without case, compared by Porter's stem where words count. None
knows anything but the words, so a paraphrase passes for a new text, and each rule says so in what it claims.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from averitec_eval.records import NO_ANSWER, Prediction
from averitec_eval.text.memo import Memo
from averitec_eval.text.porter import stem
from averitec_eval.validation.rules.base import fold

NEAR = 0.8
"""Jaccard similarity of content words from which two texts count as near-duplicates; a convention of this project."""

COPIED = 0.9
"""Share of a text's content words from which another text counts as copying it, in [0, 1]; a convention as well."""


def word_set(words: str) -> frozenset[str]:
    """The words of a line or several."""
    return frozenset(words.split())


STOP_WORDS = word_set(
    """
    a about above after again against all also am among an and any are as at be because been before being below between
    both but by can could did do does doing down during each either else ever every few for from further had has have
    having he her here hers herself him himself his how i if in into is it its itself just let may me might more most
    much must my myself of off on once only onto or other our ours ourselves out over own per s same shall she should so
    some such t than that the their theirs them themselves then there these they this those through to too toward
    towards under until up upon us very via was we were what when where whether which while who whom whose why will with
    within would yet you your yours yourself yourselves
    """
)
"""English words that carry little content of their own. Negations are none of them: they turn a statement round."""

_WORD = re.compile(r"[^\W_]+(?:[.,'’][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’]s\Z")


def _bare(word: str) -> str:
    """The stem of a word in lower case; the empty string for a stop word."""
    word = _POSSESSIVE.sub("", word)
    return "" if word in STOP_WORDS else stem(word)


_stems: Memo[str, str] = Memo(_bare, 1 << 16)


def words_of(text: str) -> list[str]:
    """The words of a text in order, without case and compatibility forms: runs of letters and digits, with single
    points, commas and apostrophes inside, so that ``1,000`` and ``don't`` are one word each.

    >>> words_of("The U.N. said: 1,000 don't!")
    ['the', 'u.n', 'said', '1,000', "don't"]
    """
    return _WORD.findall(fold(text))


def normalise(text: str) -> str:
    """The words of a text with single spaces between, which two writings of the same text share.

    >>> normalise("  Who  said SO? ") == normalise("who said so")
    True
    """
    return " ".join(words_of(text))


def content_stems(text: str) -> list[str]:
    """The stems of a text's content words in order, each as often as it stands there."""
    return [found for found in map(_stems.__getitem__, words_of(text)) if found]


def content_words(text: str) -> frozenset[str]:
    """The stems of the words of a text that are no stop words.

    >>> sorted(content_words("The dogs were not barking"))
    ['bark', 'dog', 'not']
    """
    return frozenset(content_stems(text))


def echo_share(claim: str, text: str) -> float:
    """The share of the claim's content words that stand in ``text``, in [0, 1]; 0 for a claim without any."""
    wanted = content_words(claim)
    return len(wanted & content_words(text)) / len(wanted) if wanted else 0.0


def holds(text: str, part: str) -> bool:
    """Whether the words of ``part`` stand in ``text`` together and in order; never for a ``part`` without words."""
    inner = normalise(part)
    return bool(inner) and f" {inner} " in f" {normalise(text)} "


def _spans(text: str) -> list[tuple[str, int, int]]:
    """The words of a text with where they stand in it. Case is folded, nothing else, so that places stay true."""
    return [(fold(match.group()), *match.span()) for match in _WORD.finditer(text)]


def without_claim(claim: str, text: str) -> str:
    """``text`` without every stretch that repeats the whole claim word for word, whatever its case and punctuation.

    >>> without_claim("The moon is cheese.", "No rock is. The moon is cheese. So far.")
    'No rock is. So far.'
    """
    wanted = [word for word, _, _ in _spans(claim)]
    # Few texts repeat their claim, and those lack none of its words; the longest is the least common.
    if not wanted or max(wanted, key=len) not in fold(text):
        return text
    found = _spans(text)
    words = [word for word, _, _ in found]
    kept: list[str] = []
    end = at = 0
    while at <= len(words) - len(wanted):
        if words[at] == wanted[0] and words[at : at + len(wanted)] == wanted:
            kept.append(text[end : found[at][1]].rstrip(" \t\n\"'“‘("))
            end = found[at + len(wanted) - 1][2]
            # The mark that closes the repeated claim goes with it.
            while end < len(text) and text[end] in ".!?\"'”’)":
                end += 1
            at += len(wanted)
        else:
            at += 1
    if not kept:
        return text
    kept.append(text[end:].strip())
    return " ".join(filter(None, kept))


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """The size of the intersection over that of the union, in [0, 1]; 0 if both are empty."""
    union = len(one | other)
    return len(one & other) / union if union else 0.0


def figures(words: Iterable[str]) -> frozenset[str]:
    """Those of the words that begin with a digit."""
    return frozenset(word for word in words if word[:1].isdigit())


def near(one: frozenset[str], other: frozenset[str], threshold: float = NEAR) -> bool:
    """Whether two sets of content words are those of near-duplicates.

    They are if their Jaccard similarity reaches ``threshold`` and the figures of one are among the other's: two
    sentences that differ in a year or an amount say different things.
    """
    small, large = sorted((len(one), len(other)))
    if not small or small < threshold * large or jaccard(one, other) < threshold:
        return False
    first, second = figures(one), figures(other)
    return first <= second or second <= first


def near_duplicate_groups(texts: Sequence[str], threshold: float = NEAR) -> tuple[tuple[int, ...], ...]:
    """The positions of texts that repeat an earlier one, with that one first in its group; single texts are in none.

    A text belongs to the first earlier text, itself in no group or first in one, that has the same words in the same
    order or is ``near`` it. Texts without words are alike. What stands later never changes the groups of what stands
    before.
    """
    firsts: list[tuple[int, frozenset[str]]] = []
    exact: dict[str, int] = {}
    groups: dict[int, list[int]] = {}
    for position, text in enumerate(texts):
        key = normalise(text)
        first = exact.get(key)
        if first is None:
            words = content_words(text)
            first = next((earlier for earlier, known in firsts if near(words, known, threshold)), None)
            if first is None:
                firsts.append((position, words))
                first = position
            exact[key] = first
        groups.setdefault(first, []).append(position)
    return tuple(tuple(members) for members in groups.values() if len(members) > 1)


SLOT = "…"
"""What stands in a template for words of the claim."""

LEAST_CLAIMS = 10
LEAST_SHARE = 0.02
"""A template stands in at least this many claims and in at least this share of all."""


@dataclass(frozen=True, slots=True)
class Template:
    """A question asked in the same words about many claims.

    ``text`` is the question in normal form with ``SLOT`` for each stretch that stands in the claim, ``pairs`` the
    claim id and the 0-based position of the question-answer pair for each place where it is asked.
    """

    text: str
    pairs: tuple[tuple[int, int], ...]

    @property
    def claims(self) -> tuple[int, ...]:
        """The ids of the claims about which it is asked, rising."""
        return tuple(sorted({claim_id for claim_id, _ in self.pairs}))


def question_template(claim: str, question: str) -> str | None:
    """The question with the claim's words replaced, or None where it is too open to be a template.

    It is one if it repeats at least ``COPIED`` of the claim's content words within words of its own, three or one that
    is no stop word; or if none of its words is the claim's and it has at least three content words. Short common forms
    ("What is …?", "Did …?") are natural questions about many claims.
    """
    words = words_of(question)
    own = content_words(claim)
    asked = content_words(question)
    if not asked:
        return None
    if asked & own:
        if len(asked & own) < COPIED * len(own):
            return None
        claimed = frozenset(words_of(claim))
        inside = [word in claimed or _stems[word] in own for word in words]
        # Stop words before the first and after the last telling word of the claim belong to the frame.
        telling = [at for at, word in enumerate(words) if _stems[word] in own]
        start, end = telling[0], telling[-1]
        frame = [*words[:start], SLOT]
        frame += [w for w, hit in zip(words[start : end + 1], inside[start : end + 1], strict=True) if not hit]
        frame += words[end + 1 :]
        while len(frame) > 1 and start and words[start - 1] in claimed and frame[start - 1] in STOP_WORDS:
            del frame[start - 1]
            start -= 1
        around = [word for word in frame if word != SLOT]
        return " ".join(frame) if len(around) >= 3 or any(_stems[word] for word in around) else None
    return " ".join(words) if len(asked) >= 3 else None


def question_templates(
    predictions: Iterable[Prediction], claims: Mapping[int, str] | None = None
) -> tuple[Template, ...]:
    """The questions that a submission asks in the same words about many claims, the most frequent first.

    ``claims`` maps claim ids to their texts; without it the texts that the predictions repeat are taken. How many
    claims are many: ``LEAST_CLAIMS`` and ``LEAST_SHARE`` of all predictions.
    """
    places: dict[str, list[tuple[int, int]]] = {}
    total = 0
    for prediction in predictions:
        total += 1
        claim = (claims or {}).get(prediction.claim_id) or prediction.claim or ""
        for position, pair in enumerate(prediction.pairs()):
            form = question_template(claim, pair.question)
            if form is not None:
                places.setdefault(form, []).append((prediction.claim_id, position))
    least = max(LEAST_CLAIMS, LEAST_SHARE * total)
    found = [Template(form, tuple(pairs)) for form, pairs in places.items()]
    return tuple(
        sorted((one for one in found if len(one.claims) >= least), key=lambda one: (-len(one.claims), one.text))
    )


_AUXILIARIES = word_set("am are can could did do does had has have is may might must shall should was were will would")
_SHORT_ANSWERS = word_set("yes no true false correct incorrect")


def repeats_question(question: str, answer: str) -> bool:
    """Whether an answer only says the question again.

    It does if it has at least four content words and at least ``COPIED`` of them are the question's. An answer that
    begins with yes, no or the like says something, whatever follows; so does any statement after a question for yes or
    no.
    """
    words = words_of(answer)
    if not words or words[0] in _SHORT_ANSWERS:
        return False
    if not answer.rstrip("\"'”’ ").endswith("?") and words_of(question)[:1] and words_of(question)[0] in _AUXILIARIES:
        return False
    said = content_words(answer)
    return len(said) >= 4 and len(said & content_words(question)) >= COPIED * len(said)


def fillers(predictions: Sequence[Prediction], claims: Mapping[int, str] | None = None) -> dict[int, tuple[int, ...]]:
    """The positions of question-answer pairs that say nothing of their own, by claim id; claims without any left out.

    A pair is a filler if its question is a template and its answer adds nothing: hardly a content word that is neither
    the claim's nor the question's, or a text that answers the same template in at least ``LEAST_CLAIMS`` claims once
    the claim's words are left out.
    """
    texts = claims or {}
    asked = {place: template.text for template in question_templates(predictions, claims) for place in template.pairs}
    rests: dict[tuple[int, int], frozenset[str]] = {}
    answered: Counter[tuple[str, frozenset[str]]] = Counter()
    for prediction in predictions:
        claim = texts.get(prediction.claim_id) or prediction.claim or ""
        own = content_words(claim)
        for position, pair in enumerate(prediction.pairs()):
            place = (prediction.claim_id, position)
            if place not in asked or pair.answer.strip() == NO_ANSWER:
                continue
            rest = content_words(pair.answer) - own - content_words(pair.question)
            rests[place] = rest
            answered[asked[place], rest] += 1
    found: dict[int, list[int]] = {}
    for place, rest in rests.items():
        if not rest or answered[asked[place], rest] >= LEAST_CLAIMS:
            found.setdefault(place[0], []).append(place[1])
    return {claim_id: tuple(positions) for claim_id, positions in sorted(found.items())}


__all__ = [
    "COPIED",
    "LEAST_CLAIMS",
    "LEAST_SHARE",
    "NEAR",
    "SLOT",
    "STOP_WORDS",
    "Template",
    "content_stems",
    "content_words",
    "echo_share",
    "figures",
    "fillers",
    "holds",
    "jaccard",
    "near",
    "near_duplicate_groups",
    "normalise",
    "question_template",
    "question_templates",
    "repeats_question",
    "without_claim",
    "word_set",
    "words_of",
]
