"""Write docs/audit-attacks.md and the table in docs/robust.md from real submissions; with --check, only compare.

Takes the folder of the shared research data: the argument, AVERITEC_DATA, or ../shared/data beside the project. Only
figures are written, no text of the data.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from averitec_eval.audit.altering import with_pairs
from averitec_eval.audit.attacks import ATTACKS, attack
from averitec_eval.files import write_bytes
from averitec_eval.formats import read_gold, read_submission
from averitec_eval.records import Gold, Prediction
from averitec_eval.scoring.results import Result
from averitec_eval.scoring.score import score_predictions

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
GOLD = "dev.json"
SUBMISSIONS = {
    "baseline_2024": "baseline_2024.json",
    "hero_8b": "hero_8b.json",
    "hero_70b": "hero_70b.json",
    "fever8_baseline_2025": "fever8_baseline_2025.csv",
}
METRICS = ("averitec@0.25", "hu_meteor_qa", "robust@0.15", "robust_qa")
"""The figures of the tables, official ones first."""

RELEASED, FIRST = "as released", "first pair only"
BEGIN = "<!-- figures: made by tools/build_attacks.py from the real submissions -->\n"
END = "<!-- end of figures -->\n"


class Row(NamedTuple):
    """The figures of one version of one submission, in the order of ``METRICS``."""

    submission: str
    version: str
    values: tuple[float, ...]


def figures(result: Result, robust: Result) -> tuple[float, ...]:
    """The figures of one set of predictions."""
    scores = {**result.scores, **robust.scores}
    return tuple(scores[metric] for metric in METRICS)


def scored(predictions: Sequence[Prediction], gold: Gold) -> tuple[float, ...]:
    """The same, scored."""
    return figures(score_predictions(predictions, gold), score_predictions(predictions, gold, profile="robust"))


def versions(predictions: Sequence[Prediction], gold: Gold) -> Iterator[tuple[str, Sequence[Prediction]]]:
    """The submission as it is, with its first pairs alone, and under each attack."""
    yield RELEASED, predictions
    yield FIRST, [with_pairs(one, list(one.pairs())[:1]) for one in predictions]
    for name in ATTACKS:
        yield name, attack(predictions, gold, name)


def measure(data: Path, names: Iterable[str] = SUBMISSIONS) -> list[Row]:
    """The figures of all versions of the submissions named."""
    gold = read_gold(data / "averitec" / GOLD)
    return [
        Row(name, version, scored(changed, gold))
        for name in names
        for version, changed in versions(read_submission(data / "submissions" / SUBMISSIONS[name]).predictions, gold)
    ]


def gold_itself(data: Path) -> Row:
    """What the annotators' own evidence scores with their own verdicts: the ceiling."""
    gold = read_gold(data / "averitec" / GOLD)
    own = [Prediction(claim.claim_id, claim.label, claim.questions) for claim in gold]
    return Row("gold", "the gold evidence itself", scored(own, gold))


def attacks_page(rows: Sequence[Row]) -> str:
    """The page of attacks; a gain over the submission as released is set in bold."""
    released = {row.submission: row.values for row in rows if row.version == RELEASED}
    lines = [_head("Submission", "Version")]
    for row in rows:
        cells = (_cell(value, base) for value, base in zip(row.values, released[row.submission], strict=True))
        lines.append(f"| {row.submission} | {row.version} | {' | '.join(cells)} |")
    return ATTACKS_INTRODUCTION + "\n".join(lines) + "\n" + ATTACKS_END


def robust_table(rows: Sequence[Row]) -> str:
    """The submissions as released, and the ceiling."""
    lines = [_head("Submission")]
    lines += [f"| {row.submission} | {' | '.join(map(_cell, row.values))} |" for row in rows]
    return "\n".join(lines) + "\n"


def _head(*names: str) -> str:
    columns = [*names, *(f"`{metric}`" for metric in METRICS)]
    marks = ["---"] * len(names) + ["---:"] * len(METRICS)
    return f"| {' | '.join(columns)} |\n| {' | '.join(marks)} |"


def _cell(value: float, base: float | None = None) -> str:
    text = f"{value:.3f}".removeprefix("0")
    # Compared as it is printed, so that the table never contradicts itself.
    gained = base is not None and round(value, 3) > round(base, 3)
    return f"**{text}**" if gained else text


ATTACKS_INTRODUCTION = """\
# What attacks are worth

<!-- Made by tools/build_attacks.py from the real submissions: change the text there and run it again. -->

An attack changes a submission so that it knows nothing more and yet may score more. `averitec-eval audit --attack NAME
PRED OUT` writes the attacked version of any submission, for any metric to be measured with:

- `duplicate`: the first question-answer pair ten times.
- `template`: ten fixed pairs around the claim, no retrieval, Refuted everywhere.
- `echo`: the claim behind every answer.
- `stuff`: every answer together with the next one, and such pairs up to ten.
- `majority-label`: Refuted everywhere, the evidence as it was.

The table has the real submissions on the development split. `averitec@0.25` and `hu_meteor_qa` are official figures
(profile `averitec-2024`), the others belong to the [robust companion](robust.md). A figure above that of the submission
as released is in bold. `duplicate` is made of the first pair alone, so compare it with that row, too.

"""

ATTACKS_END = """
Under the official figures padding pays: `echo` and `stuff` raise every submission, `duplicate` more than doubles what
the first pair alone scores, and `template`, which needs no submission at all, is three times the official baseline.
Under the robust companion no attack raises any of these submissions. `majority-label` is about verdicts, not evidence:
it can raise any share of right verdicts of a system whose own verdicts are worse than the most frequent one.
"""


def pages(data: Path) -> dict[Path, str]:
    """Both pages, by path."""
    rows = measure(data)
    robust = DOCS / "robust.md"
    before, _, rest = robust.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    table = robust_table([*(row for row in rows if row.version == RELEASED), gold_itself(data)])
    return {DOCS / "audit-attacks.md": attacks_page(rows), robust: f"{before}{BEGIN}\n{table}\n{END}{after}"}


def main() -> int:
    """Write the pages, or compare them with --check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, help="the folder of the shared research data")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a page is not up to date; write nothing")
    args = parser.parse_args()
    data = args.data or Path(os.environ.get("AVERITEC_DATA") or ROOT.parent / "shared" / "data")
    made = pages(data)
    stale = [path for path, text in made.items() if not path.is_file() or path.read_bytes() != text.encode()]
    for path in stale:
        if args.check:
            print(f"{path.name} is out of date: run tools/build_attacks.py", file=sys.stderr)
        else:
            write_bytes(path, made[path].encode())
    return 1 if args.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
