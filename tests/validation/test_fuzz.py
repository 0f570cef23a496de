"""Mutated submissions: whatever a file holds, checking it ends soon, in a report of known codes.

A case is a seed: it picks the base, the mutations and whether there is a gold set. To see one again, run
``replay(seed, bases)`` in a Python shell, or add the seed to tests/data/fuzz_seeds.json, whose cases always run.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import jsonschema
import pytest
from conftest import ROOT
from validation.corpus import FOLDER
from validation.mutations import mutate
from validation.test_corpus import SCHEMA

from averitec_eval.errors import AveritecEvalError
from averitec_eval.formats import read_gold
from averitec_eval.records import Gold
from averitec_eval.validation import Report, catalogue, validate
from averitec_eval.validation.printable import printable

SLICE = 4
"""Entries of a real submission that a base holds: enough for every rule, few enough for thousands of cases."""

CASES = 20_000
CHUNK = 2_000
QUICK_CASES = 300

SEEDS = json.loads((ROOT / "tests" / "data" / "fuzz_seeds.json").read_text("utf-8"))


@pytest.fixture(scope="session")
def own_bases() -> list[bytes]:
    """Good files of every prediction format, from the corpus: only one harmless thing is wrong in each."""
    names = (
        "C003-no-texts/predictions.json",
        "C002-form/predictions.json",
        "S016-plain-answer/predictions.json",
        "F028-name/predictions.json",
        "F022-blank-line/predictions.jsonl",
    )
    return [(FOLDER / name).read_bytes() for name in names]


@pytest.fixture(scope="session")
def own_gold() -> Gold:
    return read_gold(FOLDER / "gold.json")


@pytest.fixture(scope="session")
def real_bases(data_dir: Path) -> list[bytes]:
    """The first entries of every real submission, in its own format."""
    bases = []
    for path in sorted((data_dir / "submissions").iterdir()):
        if path.suffix == ".json":
            bases.append(json.dumps(json.loads(path.read_text("utf-8"))[:SLICE], indent=1).encode())
        else:
            with path.open(encoding="utf-8", newline="") as handle:
                rows = [row for _, row in zip(range(SLICE + 1), csv.reader(handle), strict=False)]
            table = io.StringIO()
            csv.writer(table, lineterminator="\n").writerows(rows)
            bases.append(table.getvalue().encode())
    assert len(bases) >= 5
    return bases


@pytest.fixture(scope="session")
def real_gold(data_dir: Path) -> Gold:
    gold = read_gold(data_dir / "averitec" / "dev.json")
    return Gold(gold.claims[:SLICE], gold.sha256)


def replay(seed: int, bases: Sequence[bytes]) -> bytes:
    """The file of a seed."""
    return mutate(seed, bases[seed % len(bases)])


def check(seeds: Iterable[int], bases: Sequence[bytes], gold: Gold, scratch: Path) -> None:
    """Check the cases of the seeds; a failure names the seed."""
    path = scratch / "predictions"
    for seed in seeds:
        path.write_bytes(replay(seed, bases))
        against = gold if seed % 3 else None
        try:
            report = validate(path, against)
        except AveritecEvalError as error:
            pytest.fail(f"seed {seed}: a file must give a report, not {error!r}")
        except Exception as error:  # noqa: BLE001 - whatever it is, the seed must be told
            pytest.fail(f"seed {seed}: {type(error).__name__}: {error}")
        assert report_is_sound(report), f"seed {seed}: {report}"
        if seed % 50 == 0:
            jsonschema.validate(report.to_dict(), SCHEMA)


def report_is_sound(report: Report) -> bool:
    """Whether codes are known, counts add up and what is shown of the file is printable and short."""
    shown = [
        text
        for group in report.groups
        for issue in group.examples
        for text in (issue.found, issue.expected, issue.hint)
    ]
    return (
        all(group.code in catalogue() and group.count >= len(group.examples) > 0 for group in report.groups)
        and report.valid == (report.exit_code == 0)
        and all(text == printable(text) and len(text) < 1_000 for text in shown)
    )


def test_same_seed_same_file(own_bases: list[bytes]) -> None:
    assert [replay(seed, own_bases) for seed in range(50)] == [replay(seed, own_bases) for seed in range(50)]


def test_some_cases(own_bases: list[bytes], own_gold: Gold, tmp_path: Path) -> None:
    check(range(QUICK_CASES), own_bases, own_gold, tmp_path)


def test_kept_cases(own_bases: list[bytes], own_gold: Gold, tmp_path: Path) -> None:
    check(SEEDS["own"], own_bases, own_gold, tmp_path)


def test_kept_cases_of_real_submissions(real_bases: list[bytes], real_gold: Gold, tmp_path: Path) -> None:
    check(SEEDS["real"], real_bases, real_gold, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, CASES, CHUNK))
def test_many_cases(first: int, real_bases: list[bytes], real_gold: Gold, tmp_path: Path) -> None:
    check(range(first, first + CHUNK), real_bases, real_gold, tmp_path)
