"""The committed golden values, which NLTK 3.9.1 gave (``tools/build_golden_text.py``), hold without any NLTK."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from text.oracle import ROOT, Oracle

from averitec_eval.text.meteor import align, meteor
from averitec_eval.text.porter import stem
from averitec_eval.text.synonyms import synonyms
from averitec_eval.text.words import lower_words, word_tokenize

GOLDEN = ROOT / "tests" / "golden" / "text"


def rows(name: str, least: int) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in (GOLDEN / f"{name}.jsonl").read_text(encoding="ascii").splitlines()]
    assert len(found) >= least
    return found


def test_words() -> None:
    for row in rows("words", 150):
        assert word_tokenize(row["text"]) == row["words"]
        assert word_tokenize.cut_carefully(row["text"]) == row["words"]
        assert lower_words(row["text"]) == [word.lower() for word in row["words"]]


def test_stems() -> None:
    for row in rows("stems", 700):
        assert stem(row["word"]) == row["stem"], row["word"]


def test_synonyms() -> None:
    for row in rows("synonyms", 800):
        assert sorted(synonyms(row["word"])) == row["synonyms"], row["word"]


def test_meteor() -> None:
    for row in rows("meteor", 70):
        pair = (row["candidate"], row["reference"])
        assert meteor(*pair) == row["meteor"]
        assert [[match.candidate, match.reference] for match in align(*pair).matches] == row["matches"]


def test_the_golden_values_are_what_nltk_gives(nltk_391: Oracle) -> None:
    command = [sys.executable, str(ROOT / "tools" / "build_golden_text.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
