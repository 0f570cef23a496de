"""Answers questions about text with NLTK 3.9.1, in a process of its own so that no other NLTK is near.

    python oracle_worker.py LIBRARY DATA

Reads requests from standard input, one JSON list ``[operation, items]`` a line, and writes one line of JSON for each:
the answers to the items in order. It is a script of the tests, not a module: nothing imports it.
"""

import json
import sys

sys.path.insert(0, sys.argv[1])

import nltk
from nltk.corpus import wordnet
from nltk.stem.porter import PorterStemmer
from nltk.translate.meteor_score import align_words, single_meteor_score

nltk.data.path[:] = [sys.argv[2]]
stemmer = PorterStemmer()


def synonyms(word):
    names = {name for synset in wordnet.synsets(word) for name in synset.lemma_names() if "_" not in name}
    return sorted(names)


def meteor(pair):
    candidate, reference = map(nltk.word_tokenize, pair)
    return single_meteor_score(reference, candidate)


def matches(pair):
    candidate, reference = map(nltk.word_tokenize, pair)
    return align_words(candidate, reference)[0]


operations = {
    "version": lambda _: nltk.__version__,
    "words": nltk.word_tokenize,
    "sentences": nltk.sent_tokenize,
    "stems": stemmer.stem,
    "synonyms": synonyms,
    "meteor": meteor,
    "matches": matches,
}

for line in sys.stdin:
    operation, items = json.loads(line)
    sys.stdout.write(json.dumps([operations[operation](item) for item in items]) + "\n")
    sys.stdout.flush()
