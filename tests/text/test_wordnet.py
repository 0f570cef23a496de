"""Stems and synonyms equal NLTK 3.9.1's for every form that WordNet lists, and for words derived from them."""

from __future__ import annotations

import pytest
from text.oracle import NLTK_DATA, Oracle, batches

from averitec_eval.text.porter import stem
from averitec_eval.text.resources import FORMS, load_table
from averitec_eval.text.synonyms import senses, senses_named, synonyms

ENDINGS = ("s", "es", "ses", "ves", "zes", "men", "ed", "ing", "er", "est", "ies", "'s", "-x")


def wordnet_forms() -> list[str]:
    """Every entry of WordNet's indexes and every form and base of its exception lists, from NLTK's own files."""
    folder = NLTK_DATA / "corpora" / "wordnet"
    forms: set[str] = set()
    for part in ("noun", "verb", "adj", "adv"):
        index = (folder / f"index.{part}").read_text(encoding="ascii").splitlines()
        forms.update(line.split()[0] for line in index if not line.startswith(" "))
        forms.update((folder / f"{part}.exc").read_text(encoding="ascii").split())
    return sorted(forms)


@pytest.mark.parametrize("step", [pytest.param(25, id="every-25th"), pytest.param(1, id="all", marks=pytest.mark.slow)])
def test_every_form_and_its_stem(nltk_391: Oracle, step: int) -> None:
    forms = wordnet_forms()[::step]
    assert len(forms) * step > 147_000
    for words in batches(forms, 5000):
        stems = [stem(word) for word in words]
        assert stems == nltk_391.stems(words)
        for asked in (words, stems):
            assert [sorted(synonyms(word)) for word in asked] == nltk_391.synonyms(asked)


@pytest.mark.parametrize("step", [pytest.param(60, id="every-60th"), pytest.param(1, id="all", marks=pytest.mark.slow)])
def test_inflected_and_capitalised_forms(nltk_391: Oracle, step: int) -> None:
    """Each form with one of the endings that morphology detaches (``-y`` gives way to ``-ies``), and in other case."""
    forms = wordnet_forms()[::step]
    for numbered in batches(enumerate(forms), 5000):
        words = [form.removesuffix("y") + ENDINGS[number % len(ENDINGS)] for number, form in numbered]
        words += [form.upper() if number % 2 else form.title() for number, form in numbered]
        assert [stem(word) for word in words] == nltk_391.stems(words)
        assert [sorted(synonyms(word)) for word in words] == nltk_391.synonyms(words)


def test_sense_numbers_say_who_is_whose_synonym() -> None:
    """METEOR compares sense numbers, not names: a shared number is the same as a name in the set of synonyms."""
    words = [key for key in load_table(FORMS).keys()[::900] if "_" not in key]
    for word in words:
        names = synonyms(word)
        for other in {*words[:40], *(name.lower() for name in names)}:
            assert bool({*senses(word)} & {*senses_named(other)}) == (other in names)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("o'clock", ["o'clock"]),
        ("x-ray", ["X-radiation", "X-ray", "roentgenogram", "x-ray"]),
        ("axes", ["Axis", "ax", "axe", "axis", "bloc"]),
        ("u.s.", ["America", "U.S.", "U.S.A.", "US", "USA"]),
        ("New_York", ["NY"]),
        ("jack_the_ripper", []),
        ("Obama", []),
        ("don't", []),
        ("dog\tn", []),
        ("dog\n", []),
        ("\ndog", []),
        ("dog house", []),
        ("", []),
        ("日本", []),
    ],
)
def test_single_words(word: str, expected: list[str]) -> None:
    assert sorted(synonyms(word)) == expected
