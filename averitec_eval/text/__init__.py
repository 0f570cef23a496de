"""Texts compared: words (NLTK 3.9 rules), stems, WordNet synonyms, and METEOR made of them."""
