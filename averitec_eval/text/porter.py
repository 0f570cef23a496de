"""Porter's stemmer with the extensions of NLTK, which is the stemmer METEOR matches with.

The algorithm is that of M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980. NLTK's variant differs
from it in a dozen irregular words, in words of one or two letters (left alone), in ``-ies`` and ``-ied`` of four-letter
words, in when a final ``y`` becomes ``i``, and in four suffixes of step 2. Snowball's "english" stemmer is another one.
"""

from __future__ import annotations

_IRREGULAR = {
    "skies": "sky",
    "sky": "sky",
    "dying": "die",
    "lying": "lie",
    "tying": "tie",
    "news": "news",
    "innings": "inning",
    "inning": "inning",
    "outings": "outing",
    "outing": "outing",
    "cannings": "canning",
    "canning": "canning",
    "howe": "howe",
    "proceed": "proceed",
    "exceed": "exceed",
    "succeed": "succeed",
}

# Suffixes and what replaces them, by the suffix's last letter but one; the longer of two that fit stands first.
_STEP_2 = {
    "a": (("ational", "ate"), ("tional", "tion")),
    "c": (("enci", "ence"), ("anci", "ance")),
    "e": (("izer", "ize"),),
    "l": (
        ("fulli", "ful"),
        ("entli", "ent"),
        ("ousli", "ous"),
        ("alli", "al"),
        ("bli", "ble"),
        ("eli", "e"),
    ),
    "o": (("ization", "ize"), ("ation", "ate"), ("ator", "ate")),
    "s": (("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"), ("alism", "al")),
    "t": (("biliti", "ble"), ("aliti", "al"), ("iviti", "ive")),
}
_STEP_3 = {
    "t": (("icate", "ic"), ("iciti", "ic")),
    "v": (("ative", ""),),
    "z": (("alize", "al"),),
    "a": (("ical", "ic"),),
    "u": (("ful", ""),),
    "s": (("ness", ""),),
}
_STEP_4 = {
    "a": ("al",),
    "c": ("ance", "ence"),
    "e": ("er",),
    "i": ("ic",),
    "l": ("able", "ible"),
    "n": ("ement", "ment", "ant", "ent"),
    "o": ("ion", "ou"),
    "s": ("ism",),
    "t": ("ate", "iti"),
    "u": ("ous",),
    "v": ("ive",),
    "z": ("ize",),
}

_CHANGING = frozenset("cdegilmnrstuy")
"""Last letters of words that some step can change; no suffix above or in the steps ends in another one."""

_ASCII_KINDS = dict.fromkeys(range(128), "c") | {ord(vowel): "v" for vowel in "aeiou"} | {ord("y"): "y"}


class _Kinds(dict[int, str]):
    """Character code to ``c`` (consonant), ``v`` (vowel) or ``y`` (either); whatever is no English vowel is ``c``."""

    def __missing__(self, code: int) -> str:
        return "c"


_KINDS = _Kinds(_ASCII_KINDS)


def _shape(word: str) -> str:
    """The word with ``v`` for each vowel and ``c`` for each consonant; a ``y`` after a consonant is a vowel."""
    shape = word.translate(_KINDS)
    if "y" in shape:
        kinds = []
        before = "v"
        for kind in shape:
            before = kind if kind != "y" else "v" if before == "c" else "c"
            kinds.append(before)
        shape = "".join(kinds)
    return shape


def _measure(stem: str) -> int:
    """Porter's measure: how often a vowel is followed by a consonant."""
    return _shape(stem).count("vc")


def _short(word: str) -> bool:
    """Whether the word ends consonant-vowel-consonant, the last not w, x or y, or is a vowel and a consonant only."""
    shape = _shape(word)
    if len(word) == 2:
        return shape == "vc"
    return shape.endswith("cvc") and word[-1] not in "wxy"


def _plural(word: str) -> str:
    """Step 1a: plural endings."""
    if not word.endswith("s"):
        return word
    if word.endswith("ies"):
        return word[:-1] if len(word) == 4 else word[:-2]
    if word.endswith("sses"):
        return word[:-2]
    return word if word.endswith("ss") else word[:-1]


def _past_or_gerund(word: str) -> str:
    """Step 1b: ``-ed`` and ``-ing``, and the repair of what they leave."""
    if word.endswith("ed"):
        if word.endswith("ied"):
            return word[:-1] if len(word) == 4 else word[:-2]
        if word.endswith("eed"):
            return word[:-1] if _measure(word[:-3]) else word
        base = word[:-2]
    elif word.endswith("ing"):
        base = word[:-3]
    else:
        return word
    shape = _shape(base)
    if "v" not in shape:
        return word
    if base.endswith(("at", "bl", "iz")):
        return base + "e"
    if len(base) >= 2 and base[-1] == base[-2] and shape[-1] == "c":
        return base if base[-1] in "lsz" else base[:-1]
    if base.endswith("*d"):
        # NLTK writes the double-consonant condition as the pseudo-suffix "*d" and also takes it literally.
        return base[:-2] + "d"
    return base + "e" if shape.count("vc") == 1 and _short(base) else base


def _derived(word: str) -> str:
    """Step 2: double suffixes, each to a single one."""
    while word.endswith("alli") and _measure(word[:-4]):
        word = word[:-2]
    for suffix, replacement in _STEP_2.get(word[-2:-1], ()):
        if word.endswith(suffix):
            stem = word[: -len(suffix)]
            return stem + replacement if _measure(stem) else word
    if word.endswith("logi") and _measure(word[:-3]):
        return word[:-1]
    return word


def _adjectival(word: str) -> str:
    """Step 3: ``-ic-``, ``-full``, ``-ness`` and the like."""
    for suffix, replacement in _STEP_3.get(word[-2:-1], ()):
        if word.endswith(suffix):
            stem = word[: -len(suffix)]
            return stem + replacement if _measure(stem) else word
    return word


def _bare(word: str) -> str:
    """Step 4: suffixes that go where what is left is long enough."""
    for suffix in _STEP_4.get(word[-2:-1], ()):
        if word.endswith(suffix):
            stem = word[: -len(suffix)]
            removable = _measure(stem) > 1 and (suffix != "ion" or stem[-1] in "st")
            return stem if removable else word
    return word


def _tidy(word: str) -> str:
    """Steps 5a and 5b: a final ``e``, and ``ll``."""
    if word.endswith("e"):
        stem = word[:-1]
        measure = _measure(stem)
        if measure > 1 or (measure == 1 and not _short(stem)):
            word = stem
    if word.endswith("ll") and _measure(word[:-1]) > 1:
        word = word[:-1]
    return word


def stem(word: str) -> str:
    """The stem of ``word`` in lower case; any string has one.

    Equals ``nltk.stem.PorterStemmer().stem(word)`` of NLTK 3.9.1 in its default mode, but has no limit on the length of
    a run of ``y``.

    >>> [stem(word) for word in ("caresses", "flying", "generically", "news")]
    ['caress', 'fli', 'gener', 'news']
    """
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    low = word.lower()
    if len(word) <= 2 or low[-1] not in _CHANGING:
        return low
    low = _past_or_gerund(_plural(low))
    if low.endswith("y") and len(low) > 2 and _shape(low[:-1])[-1] == "c":
        low = low[:-1] + "i"
    return _tidy(_bare(_adjectival(_derived(low))))


__all__ = ["stem"]
