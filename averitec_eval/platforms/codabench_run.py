"""What runs on Codabench, and beside a participant before they upload: the folders, scores, and page of a submission.

The scoring program of the bundle calls ``score``, the starting kit's ``check.py`` calls ``check``. Both come with the
scoring code unchanged and with nothing else of this package. Nothing that they write holds a word of hidden gold.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from averitec_eval.errors import AveritecEvalError
from averitec_eval.files import write_bytes
from averitec_eval.formats import read_gold
from averitec_eval.json_output import to_json
from averitec_eval.platforms.running import (
    ORGANISERS,
    PARTICIPANT,
    EvaluationError,
    Outcome,
    PhaseSettings,
    RefusedError,
    evaluate_file,
    report_text,
    summary,
)
from averitec_eval.records import Gold
from averitec_eval.scoring.profiles import level_name
from averitec_eval.scoring.report import score_tables
from averitec_eval.scoring.uncertainty import with_intervals
from averitec_eval.statistics import Settings
from averitec_eval.tables import Column, Table, for_people, html_text
from averitec_eval.validation import validate
from averitec_eval.validation.printable import shorten

PHASE_FILE = "phase.json"
"""Beside the gold, and in the starting kit: what a phase is scored by."""

COUNT = "claims_scored"
"""The column of a phase whose scores no participant may see: how many claims have a prediction."""

SCORES, PAGE = "scores.json", "detailed_results.html"
"""What the platform takes from the output folder."""

MAX_UNPACKED = 2 * 1024**3
"""How many bytes a submission may have that ``check`` unpacks."""

MAX_NAME = 80

LONG = 48
"""From how many characters on a cell of a table is a text that wraps."""

_PLATFORM_FILES = ("metadata", "metadata.yaml", "__MACOSX")
_BESIDES = (".md", ".txt", ".yaml", ".yml", ".pdf")

_STYLE = """\
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid #8886; padding: .25rem .75rem .25rem 0; text-align: left; vertical-align: top; }
.right { text-align: right; }
.long { min-width: 18rem; }
pre, code { font: .85rem/1.45 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; border: 1px solid #8886; padding: .75rem; }
"""

_POLICY = "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True, slots=True)
class PhaseDocument:
    """``phase.json``: ``settings`` of the phase, ``gold`` the name of its file, and the ``keys`` of the leaderboard,
    each with the metric that it stands for. ``ids`` are those of the claims.
    """

    settings: PhaseSettings
    gold: str
    keys: Mapping[str, str]
    ids: tuple[int, ...] = ()

    def to_json(self) -> bytes:
        """The document as a file."""
        document = {"settings": self.settings.to_dict(), "gold": self.gold, "keys": dict(self.keys), "ids": self.ids}
        return to_json(document, indent=None).encode()

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> PhaseDocument:
        """The document that ``to_json`` wrote. Raises ``EvaluationError`` for any other."""
        try:
            document = json.loads(Path(path).read_text(encoding="utf-8"))
            settings = PhaseSettings.from_dict(document["settings"])
            return cls(settings, document["gold"], document["keys"], tuple(document["ids"]))
        except (OSError, ValueError, KeyError, TypeError):
            # An error of JSON quotes what it found, which here lies beside the gold.
            raise EvaluationError("the settings of this phase cannot be read; please tell the organisers") from None


def score(folders: Sequence[str | os.PathLike[str]], stdout: TextIO, stderr: TextIO) -> int:
    """Score the submission in ``input/res`` against the gold in ``input/ref``, given the folders input and output.

    Writes ``scores.json``, which alone makes the platform take a submission for a valid one, and
    ``detailed_results.html``; gives 0. What is wrong with a submission goes to ``stdout`` as a table and to the page,
    one line of it to ``stderr``; then there is no ``scores.json``, and it gives 1.
    """
    given, made = map(Path, folders)
    title = "Your submission"
    try:
        phase = PhaseDocument.read(given / "ref" / PHASE_FILE)
        title = phase.settings.title
        gold = given / "ref" / phase.gold
        outcome = evaluate_file(prediction_file(given / "res"), gold, phase.settings)
        scores = shown_scores(outcome, phase)
        page = result_page(outcome, phase.settings, read_gold(gold))
    except EvaluationError as error:
        return _fail(made, title, str(error), error.text if isinstance(error, RefusedError) else "", stdout, stderr)
    except Exception as error:  # noqa: BLE001 (its message could hold gold)
        message = f"the evaluation failed ({type(error).__name__}); this is not the fault of the submission"
        return _fail(made, title, message, "", stdout, stderr)
    write_bytes(made / PAGE, page.encode())
    write_bytes(made / SCORES, to_json(scores).encode())
    stdout.write(outcome.text + summary(outcome, phase.settings))
    return 0


def shown_scores(outcome: Outcome, phase: PhaseDocument) -> dict[str, float]:
    """What ``scores.json`` holds: a number for each key of the leaderboard, at full precision.

    The platform shows participants all that it holds of their own submissions. So where only organisers may see
    scores, it holds the number of claims that have a prediction, and no score.
    """
    if phase.settings.scores == ORGANISERS:
        return {COUNT: outcome.result.inputs.n_scored}
    return {key: outcome.figures[metric] for key, metric in phase.keys.items()}


def prediction_file(folder: str | os.PathLike[str]) -> Path:
    """The one file of a submission that holds its predictions; the platform's own and notes beside it are passed over.

    Links are too, wherever they lead: a submission that names the gold itself is none. Raises ``RefusedError`` if
    there is no such file, or more than one.
    """
    root = Path(folder)
    found = []
    for place, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not _ignored(name))
        paths = (Path(place) / name for name in sorted(files) if not _ignored(name))
        found += [path for path in paths if path.is_file() and not path.is_symlink()]
    candidates = [path for path in found if path.suffix.lower() not in _BESIDES] or found
    if len(candidates) == 1:
        return candidates[0]
    if not candidates:
        raise RefusedError("the submission holds no file of predictions; expected a zip archive with one", "")
    names = ", ".join(shorten(path.relative_to(root).as_posix(), MAX_NAME) for path in candidates[:5])
    more = f" and {len(candidates) - 5} more" if len(candidates) > 5 else ""
    raise RefusedError(
        f"the submission holds {len(candidates)} files that may be its predictions ({names}{more}); expected one", ""
    )


def _ignored(name: str) -> bool:
    return name.startswith(".") or name in _PLATFORM_FILES


def _fail(made: Path, title: str, message: str, text: str, stdout: TextIO, stderr: TextIO) -> int:
    body = f"<p>Error: {html_text(message)}.</p>\n" + _details(text)
    write_bytes(made / PAGE, _page(title, body).encode())
    stdout.write(text)
    stderr.write(f"error: {message}\n")
    return 1


def result_page(outcome: Outcome, settings: PhaseSettings, gold: Gold) -> str:
    """A page that needs nothing else, for the participant: what was scored, the scores with their intervals, what
    validation found.

    Where the gold is hidden, neither its claims are shown nor groups of them, which bear names out of the gold. Nor are
    scores that only the organisers may see.
    """
    inputs = outcome.result.inputs
    parts = [f"<p>Scored: {inputs.n_scored:,} of {inputs.n_gold:,} claims.</p>\n"]
    if settings.scores == ORGANISERS:
        parts.append("<p>The submission was taken. In this phase, scores are shown to the organisers only.</p>\n")
    else:
        result = with_intervals(outcome.result, gold, Settings())
        if not settings.public:
            result = replace(result, by_type={}, by_strategy={}, thresholded_evidence_by_type={})
        parts += [_table(table) for table in score_tables(result)]
        if settings.public:
            parts.append(_table(_claims_table(outcome, settings, gold)))
    parts.append(_details(outcome.text))
    parts.append(f"<p>Signature: <code>{html_text(str(outcome.result.signature))}</code></p>\n")
    return _page(settings.title, "".join(parts))


def _claims_table(outcome: Outcome, settings: PhaseSettings, gold: Gold) -> Table:
    result = outcome.result
    place = [f"@{level_name(level)}" for level in result.levels].index(f"@{settings.headline.partition('@')[2]}")
    rows = tuple(
        (
            score.claim_id,
            claim.claim,
            score.gold.value,
            None if score.predicted is None else score.predicted.value,
            score.evidence_q,
            score.evidence_qa,
            score.credit[place],
        )
        for score, claim in zip(result.claims, gold, strict=True)
    )
    columns = (
        Column("Id", "right"),
        Column("Claim"),
        Column("Gold verdict"),
        Column("Your verdict"),
        Column("Questions", "right"),
        Column("Questions and answers", "right"),
        Column(f"Credit ({settings.headline})"),
    )
    return Table("Claims", columns, rows)


def _details(text: str) -> str:
    return f"<h2>What validation found</h2>\n<pre>{_lines(text)}</pre>\n" if text else ""


def _lines(text: str) -> str:
    """Text of several lines that HTML shows as it is."""
    return "\n".join(map(html_text, text.splitlines()))


def _table(table: Table) -> str:
    def row(tag: str, values: Iterable[str]) -> str:
        cells = []
        for value, column in zip(values, table.columns, strict=True):
            kind = "right" if column.align == "right" else "long" if len(value) > LONG else ""
            attribute = f' class="{kind}"' if kind else ""
            cells.append(f"<{tag}{attribute}>{html_text(value)}</{tag}>")
        return "".join(cells)

    head = row("th", (column.heading for column in table.columns))
    body = "".join(f"<tr>{row('td', map(for_people, values, table.columns))}</tr>\n" for values in table.rows)
    return (
        f'<h2>{html_text(table.title)}</h2>\n<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}</tbody></table></div>\n"
    )


def _page(title: str, body: str) -> str:
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY.format(digest)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html_text(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{html_text(title)}</h1>\n{body}</body>\n</html>\n"
    )


def check(
    submission: str | os.PathLike[str],
    phase: PhaseDocument,
    stdout: TextIO,
    gold: str | os.PathLike[str] | None = None,
) -> int:
    """Check a submission as it would be uploaded, a zip archive or its folder or file, and score it if there is gold.

    Everything is written to ``stdout``. Gives 0 if the platform would score the submission, 1 if not. Without ``gold``
    what only a comparison with it finds stays unknown, but for claims without a prediction and unknown ids.
    """
    with tempfile.TemporaryDirectory() as scratch:
        try:
            file = prediction_file(_unpacked(Path(submission), Path(scratch)))
            if gold is not None:
                settings = replace(phase.settings, public=True, scores=PARTICIPANT)
                outcome = evaluate_file(file, gold, settings)
                stdout.write(outcome.text + summary(outcome, settings))
                return 0
            return _check_alone(file, phase, stdout)
        except EvaluationError as error:
            stdout.write(error.text if isinstance(error, RefusedError) else "")
            stdout.write(f"error: {error}\n")
            return 1


def _check_alone(file: Path, phase: PhaseDocument, stdout: TextIO) -> int:
    from averitec_eval.formats import read_submission

    limit = phase.settings.bytes
    if limit is not None and file.stat().st_size > limit:
        raise RefusedError(f"the prediction file has {file.stat().st_size:,} bytes; at most {limit:,} are taken", "")
    report = validate(file)
    stdout.write(report_text(report, file, phase.settings))
    if not report.valid:
        raise RefusedError("the platform would not score this submission", "")
    try:
        ids = {prediction.claim_id for prediction in read_submission(file)}
    except AveritecEvalError as error:
        raise RefusedError(str(error), "") from None
    known = set(phase.ids)
    unknown, missing = sorted(ids - known), sorted(known - ids)
    if unknown:
        raise RefusedError(f"{len(unknown):,} claim ids are not of this phase: {_listed(unknown)}", "")
    if missing:
        raise RefusedError(f"{len(missing):,} claims have no prediction: {_listed(missing)}", "")
    stdout.write(f"ok: {len(ids):,} predictions, one for each claim of {phase.settings.title}\n")
    return 0


def _listed(ids: Sequence[int]) -> str:
    return ", ".join(map(str, ids[:10])) + (", ..." if len(ids) > 10 else "")


def _unpacked(submission: Path, scratch: Path) -> Path:
    """The folder with the files of a submission, as the platform would make it."""
    if submission.is_dir():
        return submission
    if not submission.is_file():
        raise RefusedError("the submission cannot be read", "")
    if not zipfile.is_zipfile(submission):
        shutil.copy(submission, scratch / submission.name)
        return scratch
    try:
        with zipfile.ZipFile(submission) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED:
                raise RefusedError("the archive is too large", "")
            archive.extractall(scratch)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        raise RefusedError("the archive is damaged or of a kind that cannot be unpacked", "") from None
    return scratch


__all__ = [
    "COUNT",
    "PAGE",
    "PHASE_FILE",
    "SCORES",
    "PhaseDocument",
    "check",
    "prediction_file",
    "result_page",
    "score",
    "shown_scores",
]
