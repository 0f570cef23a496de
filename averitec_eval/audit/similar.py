"""All pairs of similar sets, found exactly: a set-similarity join.

Two sets of sizes m <= n with Jaccard similarity t or more share a word among the first m - ceil(t m) + 1 words of each,
if all sets are sorted by one order of words (prefix filtering: Chaudhuri et al., 2006; Bayardo et al., 2007). With the
rarest words first few pairs are left to compare. Unlike MinHash it misses nothing, needs no parameters, and is faster
on texts of this length.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from averitec_eval.audit.texts import NEAR


def similar_pairs(sets: Sequence[frozenset[str]], threshold: float = NEAR) -> Iterator[tuple[int, int]]:
    """Yield the positions i < j of each two sets whose Jaccard similarity is at least ``threshold``, in (0, 1].

    Empty sets are similar to none. Equal sets are compared with the others once, however many there are.
    """
    members: dict[frozenset[str], list[int]] = {}
    for position, words in enumerate(sets):
        if words:
            members.setdefault(words, []).append(position)
    for positions in members.values():
        for place, one in enumerate(positions):
            for other in positions[place + 1 :]:
                yield one, other
    for first, second in _distinct_pairs(list(members), threshold):
        for one in members[first]:
            for other in members[second]:
                yield (one, other) if one < other else (other, one)


def _distinct_pairs(sets: list[frozenset[str]], threshold: float) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """The similar ones among sets of which no two are equal."""
    counts = Counter(word for words in sets for word in words)
    # A word of one set only joins nothing, but it stays in the order: it makes the prefix of its set cheap.
    rank = {word: place for place, (word, _) in enumerate(sorted(counts.items(), key=lambda item: (item[1], item[0])))}
    sets.sort(key=lambda words: (len(words), sorted(words)))
    postings: dict[str, list[int]] = {}
    start: dict[str, int] = {}
    # 0.8 * 5 is 4.000…1 for floats in some orders of multiplication; a hair less never drops a pair that belongs.
    slack = 1e-9
    for current, words in enumerate(sets):
        size = len(words)
        least = threshold * size - slack
        prefix = sorted(words, key=rank.__getitem__)[: size - math.ceil(least) + 1]
        candidates: set[int] = set()
        for word in prefix:
            if counts[word] < 2:
                continue
            known = postings.get(word)
            if known is None:
                postings[word] = [current]
                continue
            # Sets come by size, so those too small for this one are too small for all that follow.
            begin = start.get(word, 0)
            while begin < len(known) and len(sets[known[begin]]) < least:
                begin += 1
            start[word] = begin
            candidates.update(known[begin:])
            known.append(current)
        for earlier in candidates:
            other = sets[earlier]
            common = len(words & other)
            if common >= threshold * (size + len(other) - common) - slack:
                yield other, words


__all__ = ["similar_pairs"]
