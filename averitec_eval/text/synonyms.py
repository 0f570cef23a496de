"""Synonyms of WordNet 3.0 as METEOR uses them: single-word names of all synsets of a word, found with its morphology.

Every part of speech is tried. A form that stands in WordNet's exception list of a part of speech (``geese``) has the
base forms listed there; any other is also looked up with its ending detached (``dogs``, ``churches``).
"""

from __future__ import annotations

from averitec_eval.text.resources import FORMS, NAMES, load_lines, load_table

# By last letter: the part of speech (0 noun, 1 verb, 2 adjective; adverbs have no rules), the ending, what replaces it.
_DETACHMENTS: dict[str, tuple[tuple[int, str, str], ...]] = {
    "s": (
        (0, "s", ""),
        (0, "ses", "s"),
        (0, "ves", "f"),
        (0, "xes", "x"),
        (0, "zes", "z"),
        (0, "ches", "ch"),
        (0, "shes", "sh"),
        (0, "ies", "y"),
        (1, "s", ""),
        (1, "ies", "y"),
        (1, "es", "e"),
        (1, "es", ""),
    ),
    "n": ((0, "men", "man"),),
    "d": ((1, "ed", "e"), (1, "ed", "")),
    "g": ((1, "ing", "e"), (1, "ing", "")),
    "r": ((2, "er", ""), (2, "er", "e")),
    "t": ((2, "est", ""), (2, "est", "e")),
}


def senses(word: str) -> tuple[int, ...]:
    """The synsets of ``word`` in any part of speech that have a single-word name, as numbers that mean nothing else.

    They are distinct and ascending. Case does not matter. Any string may be asked for; most have none. Raises
    ``ResourceError`` if WordNet's table is missing or damaged.
    """
    form = word.lower()
    look_up = load_table(FORMS).get
    found: list[int] = []
    excepted = ""
    record = look_up(form)
    if record is not None:
        direct, added, excepted = record.split("\t")
        found = [int(code, 16) >> 1 for field in (direct, added) for code in field.split()]
    for part, ending, replacement in _DETACHMENTS.get(form[-1:], ()):
        if form.endswith(ending) and str(part) not in excepted:
            base = look_up(form[: -len(ending)] + replacement)
            if base is not None:
                codes = (int(code, 16) >> 1 for code in base.partition("\t")[0].split())
                found += [code for code in codes if code & 3 == part]
    return tuple(sorted({*found})) if found else ()


def senses_named(name: str) -> tuple[int, ...]:
    """The synsets one of whose names is ``name``, a lower-case word, exactly as spelled; numbers as in ``senses``."""
    record = load_table(FORMS).get(name)
    if record is None:
        return ()
    return tuple([code >> 1 for code in [int(code, 16) for code in record.partition("\t")[0].split()] if code & 1])


def synonyms(word: str) -> frozenset[str]:
    """The single-word lemma names of all synsets of ``word``, spelled as in WordNet; none for a word it does not know.

    ``word`` is among them only where a synset bears that very name: capitals count in what is returned, though not in
    what is asked for. Equals the union over ``nltk.corpus.wordnet.synsets(word)`` of the lemma names without ``_``.
    Raises ``ResourceError`` if a resource is missing or damaged.

    >>> sorted(synonyms("physicians"))
    ['Dr.', 'MD', 'doc', 'doctor', 'medico', 'physician']
    """
    names = load_lines(NAMES)
    return frozenset(name for sense in senses(word) for name in names[sense >> 2].split(" "))


__all__ = ["senses", "senses_named", "synonyms"]
