"""Content words: what is left of a text without the words that stand in any text, and in any fact check.

The words here are runs of letters, and numbers with their inner separators. Unlike the words of METEOR they do not
depend on what stands around them: a text put behind another changes none of the other's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from averitec_eval.text import porter
from averitec_eval.text.memo import Memo

_WORD = re.compile(r"\d+(?:[.,:/-]\d+)*|[^\W\d_]+")


def _word_set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# These lists are part of the definition of the robust score: a change of them changes scores.
STOP_WORDS = _word_set(
    """
    a about above after again against all also although am amid among an and any are aren around as at be because been
    before being below between both but by can cannot could couldn d despite did didn do does doesn doing don down
    during each either else even ever every few for from further had hadn has hasn have haven having he her here hers
    herself him himself his how i if in into is isn it its itself just ll m may me might mine more most much must my
    myself near neither no nor not now of off on once one only onto or other our ours out over own per quite rather re s
    same shall she should shouldn since so some such t than that the their theirs them themselves then there these they
    this those though through to too toward towards under unless until up upon us ve very via was wasn we were weren
    what when where whereas whether which while who whom whose why will with within without won would wouldn yet you
    your yours
    """
)
"""Words that say little of what a text is about."""

FILLER_WORDS = _word_set(
    """
    accurate accurately answer article articles available body check checked checker checkers checking checks claim
    claimed claiming claims confirm confirmed confirms correct correctly credible determine evidence exact exist exists
    fact facts fake false falsely find found inaccurate incorrect information internet know known media mention
    mentioned misleading net news official officially online origin page people person post posted posts proof prove
    proved question rate rated record records refute refuted refutes reliable report reported reports research say
    saying says share shared site social someone source sources spread state stated statement statements states
    support supported supports sure told true trustworthy untrue verified verify web website websites wrong yes
    """
)
"""Words of fact checking itself, which fit any claim: a question made of them and the claim asks for nothing."""

_STEMS: Memo[str, str] = Memo(porter.stem, 1 << 16)


def plain_words(text: str) -> list[str]:
    """The words of a text in order, in lower case, compatibility characters (such as wide letters) in their usual
    form.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return _WORD.findall(text.lower())


def stems(words: Iterable[str]) -> frozenset[str]:
    """The Porter stems of words."""
    return frozenset(map(_STEMS.__getitem__, words))


_COMMON_STEMS = stems(FILLER_WORDS)


def content_words(text: str) -> list[str]:
    """The words of a text that are not stop words, in order."""
    return [word for word in plain_words(text) if word not in STOP_WORDS]


def own_words(text: str, known: frozenset[str]) -> list[str]:
    """The content words of a text whose stems are neither among ``known`` nor those of words that fit any claim."""
    return [word for word in content_words(text) if (stem := _STEMS[word]) not in known and stem not in _COMMON_STEMS]


__all__ = ["FILLER_WORDS", "STOP_WORDS", "content_words", "own_words", "plain_words", "stems"]
