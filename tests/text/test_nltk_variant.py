"""The variant that asks the installed NLTK, each time in a process of its own: NLTK keeps what it has loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from text.oracle import NLTK_DATA, ROOT, is_installed
from text.shared_texts import compared_strings

INSTALLED = version("nltk")

needs_data = pytest.mark.skipif(not is_installed(), reason="no NLTK data: run `python tools/install_oracle.py`")


def run_python(code: str, nltk_data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NLTK_DATA": str(nltk_data), "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    # HOME is where NLTK would find the data of whoever runs the tests.
    environment["HOME"] = str(ROOT / ".cache" / "nobody")
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


DESCRIBE = """
from averitec_eval.text.meteor import get_meteor
variant = get_meteor("nltk")
print(variant.name, variant.tokenizer, variant.wordnet, variant.single("A small dog ran.", "The small dogs ran away."))
"""

NO_NLTK = """
import sys
sys.modules["nltk"] = None
from averitec_eval.text.meteor import get_meteor
from averitec_eval.errors import ResourceError
try:
    get_meteor("nltk")
except ResourceError as error:
    print(error.exit_code, error)
"""

NO_DATA = NO_NLTK.replace('sys.modules["nltk"] = None', "")

PER_CLAIM = """
import json, sys
from pathlib import Path
from averitec_eval.text.meteor import get_meteor
variant = get_meteor("nltk")
print(json.dumps([variant.pairwise(*sides).tolist() for sides in json.loads(Path(sys.argv[1]).read_text())]))
"""


@needs_data
def test_it_says_what_it_is_and_scores(tmp_path: Path) -> None:
    done = run_python(DESCRIBE, NLTK_DATA)
    assert done.returncode == 0, done.stderr
    name, tokenizer, wordnet, score = done.stdout.split()
    assert (name, tokenizer, wordnet) == ("nltk", f"nltk-{INSTALLED}", "3.0")
    assert 0.5 < float(score) < 1


def test_it_is_imported_only_on_demand() -> None:
    done = run_python("import sys, averitec_eval.text.meteor; print('nltk' in sys.modules)", NLTK_DATA)
    assert done.stdout == "False\n"


@pytest.mark.parametrize(
    ("code", "what", "mend"),
    [
        (NO_NLTK, "cannot be imported", "pip install nltk"),
        (NO_DATA, "'punkt_tab'", "nltk.downloader punkt_tab wordnet"),
    ],
)
def test_what_is_missing_is_named_with_the_remedy(tmp_path: Path, code: str, what: str, mend: str) -> None:
    done = run_python(code, tmp_path)
    assert done.stdout.startswith("4 METEOR variant 'nltk'"), done.stderr
    assert what in done.stdout
    assert mend in done.stdout


@needs_data
@pytest.mark.skipif(not INSTALLED.startswith("3.10."), reason=f"NLTK {INSTALLED} is installed; the oracle is of 3.10")
def test_it_equals_the_official_evaluator_with_nltk_3_10(data_dir: Path, tmp_path: Path) -> None:
    """The evaluator's per-claim scores, recomputed on the first claims from our pairwise scores."""
    from scipy.optimize import linear_sum_assignment

    expected = json.loads((data_dir / "oracle" / "hero_8b.nltk-3.10.4.json").read_text(encoding="utf-8"))[
        "per_claim_qa"
    ]
    gold = json.loads((data_dir / "averitec" / "dev.json").read_text(encoding="utf-8"))[:40]
    predicted = json.loads((data_dir / "submissions" / "hero_8b.json").read_text(encoding="utf-8"))[:40]
    sides = [(compared_strings(a)[1][:10], compared_strings(b)[1]) for a, b in zip(predicted, gold, strict=True)]
    asked = tmp_path / "sides.json"
    asked.write_text(json.dumps(sides), encoding="utf-8")
    done = run_python(PER_CLAIM, NLTK_DATA, str(asked))
    assert done.returncode == 0, done.stderr
    for scores, (_, references), official in zip(json.loads(done.stdout), sides, expected[:40], strict=True):
        rows, columns = linear_sum_assignment(scores, maximize=True)
        total = sum(scores[row][column] for row, column in zip(rows, columns, strict=True))
        assert total / len(references) == pytest.approx(official, abs=1e-12)
