"""Scoring a whole board again: to replace what its store holds, or to check it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from averitec_eval.json_output import to_json
from averitec_eval.leaderboard.board import Board, judged_boards, judges
from averitec_eval.leaderboard.config import BoardConfig
from averitec_eval.leaderboard.judging import Audited, Judged, Watcher
from averitec_eval.leaderboard.store import DAMAGED, Key, Outcome, Store, StoredDocuments
from averitec_eval.scoring.workers import Workers
from averitec_eval.tables import Column, Table
from averitec_eval.validation.printable import shorten

SCHEMA_VERSION = 1
NOTHING = "nothing"
"""What stands for a value that is only on the other side."""

SHOWN = 60
"""How many characters of a value are shown to people."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that the store holds otherwise than it comes out.

    ``figure`` says which: ``scores.averitec@0.25``, ``claim 12: evidence_qa``, ``report.warnings``. ``stored`` and
    ``fresh`` are JSON texts, or ``NOTHING``.
    """

    slug: str
    file: str
    figure: str
    stored: str
    fresh: str


@dataclass(frozen=True, slots=True)
class StoreCheck:
    """What comparing a store with fresh results gave.

    ``compared`` are the prediction files that had an entry in the store, each as slug and file name, and ``absent``
    those that had none. ``gone`` are the keys of stored files that are no longer on the board; ``outdated`` those of
    files that are, but whose entry belongs to other gold, another version or other settings. Neither is an error.
    """

    compared: tuple[tuple[str, str], ...]
    absent: tuple[tuple[str, str], ...]
    differences: tuple[Difference, ...]
    gone: tuple[Key, ...]
    outdated: tuple[Key, ...]

    @property
    def ok(self) -> bool:
        """Whether everything stored is what comes out."""
        return not self.differences

    def to_dict(self) -> dict[str, Any]:
        """The check as a JSON object."""
        return {
            "schema_version": SCHEMA_VERSION,
            "ok": self.ok,
            "compared": [{"slug": slug, "file": file} for slug, file in self.compared],
            "absent": [{"slug": slug, "file": file} for slug, file in self.absent],
            "differences": [
                {
                    "slug": difference.slug,
                    "file": difference.file,
                    "figure": difference.figure,
                    "stored": difference.stored,
                    "fresh": difference.fresh,
                }
                for difference in self.differences
            ],
            "gone": [_key_dict(key) for key in self.gone],
            "outdated": [_key_dict(key) for key in self.outdated],
        }

    def table(self) -> Table:
        """The differences as a table, a row each."""
        columns = tuple(map(Column, ("submission", "file", "figure", "stored", "fresh")))
        rows = tuple((d.slug, d.file, d.figure, d.stored, d.fresh) for d in self.differences)
        return Table("Differences", columns, rows)

    def lines(self, limit: int) -> Iterator[str]:
        """Yield the check for people, a line for each thing found; of each file at most ``limit`` differences."""
        shown: dict[tuple[str, str], int] = {}
        for difference in self.differences:
            file = (difference.slug, difference.file)
            shown[file] = shown.get(file, 0) + 1
            if shown[file] <= limit:
                values = f"stored {shorten(difference.stored, SHOWN)}, fresh {shorten(difference.fresh, SHOWN)}"
                yield f"{_place(*file)}: {difference.figure}: {values}"
        for file, count in shown.items():
            if count > limit:
                yield f"{_place(*file)}: and {count - limit:,} more differences; --format json lists all"
        for file in self.absent:
            yield f"{_place(*file)}: not in the store yet"
        for key in self.gone:
            yield f"stored, but no longer on the board: the file with SHA-256 {key.submission_sha256} ({key.signature})"
        for key in self.outdated:
            yield f"stored for other gold, version or settings: {key.submission_sha256} ({key.signature})"

    def summary(self) -> str:
        """One line that says how the check ended."""
        files = {(difference.slug, difference.file) for difference in self.differences}
        count = len(self.compared)
        parts = [f"{count - len(files)} of {count} stored results are as they come out now"]
        if files:
            number = len(self.differences)
            parts.append(f"{number:,} difference{'' if number == 1 else 's'} in {len(files)}")
        for keys, what in ((self.absent, "not stored"), (self.gone, "gone"), (self.outdated, "outdated")):
            if keys:
                parts.append(f"{len(keys)} {what}")
        return ("ok: " if self.ok else "DIFFERENT: ") + ", ".join(parts)


def rebuild(
    config: BoardConfig, store: Store, watcher: Watcher | None = None, *, workers: Workers | None = None
) -> tuple[Board, ...]:
    """The boards with everything validated and scored anew; the outcomes become all that the store holds, beside its
    history.

    They are put in one transaction at the end, so that a rebuild that is killed changes nothing. Raises as
    ``build_boards``, and ``ResourceError`` if the store cannot be written.
    """
    judging = judges(config, watcher, workers=workers)
    boards = judged_boards(config, judging)
    lasting = [judged for judge in judging for judged in judge.computed if judged.lasting]
    store.replace_all(
        ((judged.key, judged.outcome) for judged in lasting),
        ((judged.key, judged.details) for judged in lasting if judged.details is not None),
        ((audited.key, audited.audit) for judge in judging for audited in judge.audited),
    )
    return boards


def check_store(
    config: BoardConfig, store: Store, watcher: Watcher | None = None, *, workers: Workers | None = None
) -> StoreCheck:
    """Validate and score everything anew and compare it with what the store holds, which stays as it is.

    Raises as ``build_boards``.
    """
    judging = judges(config, watcher, workers=workers)
    judged_boards(config, judging)
    computed = [judged for judge in judging for judged in judge.computed]
    compared, absent = [], []
    differences: list[Difference] = []
    for judged in computed:
        stored = store.documents(judged.key)
        if stored is not None:
            compared.append((judged.slug, judged.name))
            differences.extend(_differences(judged, stored))
            differences.extend(_detail_differences(judged, store.detail_documents(judged.key)))
        elif judged.lasting:
            absent.append((judged.slug, judged.name))
    for audited in (audited for judge in judging for audited in judge.audited):
        differences.extend(_audit_differences(audited, store.audit_document(audited.key)))
    current = {judged.key for judged in computed}
    hashes = {key.submission_sha256 for key in current}
    others = [key for key in store.all_keys() if key not in current]
    return StoreCheck(
        tuple(compared),
        tuple(absent),
        tuple(differences),
        gone=tuple(key for key in others if key.submission_sha256 not in hashes),
        outdated=tuple(key for key in others if key.submission_sha256 in hashes),
    )


def _detail_differences(judged: Judged, stored: tuple[Any, ...] | None) -> Iterator[Difference]:
    """Yield how stored details differ; those that are not stored yet are no difference."""
    if stored is None or judged.details is None:
        return
    if stored is DAMAGED:
        yield Difference(judged.slug, judged.name, "details", "not what was written", "fine")
        return
    fresh = [detail.to_dict() for detail in judged.details]
    if len(stored) != len(fresh):
        yield Difference(judged.slug, judged.name, "details", str(len(stored)), str(len(fresh)))
    for old, new in zip(stored, fresh, strict=False):
        for figure, old_text, new_text in _compare(old, new, ""):
            place = f"evidence of claim {new['claim_id']}: {figure}"
            yield Difference(judged.slug, judged.name, place, old_text, new_text)


def _audit_differences(audited: Audited, stored: Any) -> Iterator[Difference]:
    """Yield how a stored audit differs; one that is not stored yet is no difference."""
    if stored is DAMAGED:
        yield Difference(audited.slug, audited.name, "audit", "not what was written", "fine")
    elif stored is not None:
        for figure, old, new in _compare(stored, audited.audit.to_dict(), "audit"):
            yield Difference(audited.slug, audited.name, figure, old, new)


def _differences(judged: Judged, stored: StoredDocuments) -> Iterator[Difference]:
    def found(figure: str, stored: str, fresh: str) -> Difference:
        return Difference(judged.slug, judged.name, figure, stored, fresh)

    report, result, claims = _documents(judged.outcome)
    if not stored.intact:
        yield found("checksum", "does not fit what is stored", "fits")
        if stored.report is None:
            return
    for figure, old, new in _compare(stored.report, report, "report"):
        yield found(figure, old, new)
    for figure, old, new in _compare(stored.result, result, ""):
        yield found(figure or "result", old, new)
    if len(stored.claims) != len(claims):
        yield found("claims", str(len(stored.claims)), str(len(claims)))
    for old_claim, claim in zip(stored.claims, claims, strict=False):
        for figure, old, new in _compare(old_claim, claim, ""):
            yield found(f"claim {claim['claim_id']}: {figure}", old, new)


def _documents(outcome: Outcome) -> tuple[dict[str, Any] | None, dict[str, Any] | None, list[dict[str, Any]]]:
    """An outcome as the store would hold it."""
    report = None if outcome.report is None else outcome.report.to_dict()
    if outcome.result is None:
        return report, None, []
    return report, outcome.result.to_dict(), list(outcome.result.claim_dicts())


def _compare(stored: Any, fresh: Any, path: str) -> Iterator[tuple[str, str, str]]:
    """Yield the path and both texts of every leaf in which two JSON values differ."""
    if isinstance(stored, Mapping) and isinstance(fresh, Mapping):
        for key in dict.fromkeys((*fresh, *stored)):
            place = f"{path}.{key}" if path else str(key)
            if key not in stored:
                yield place, NOTHING, _text(fresh[key])
            elif key not in fresh:
                yield place, _text(stored[key]), NOTHING
            else:
                yield from _compare(stored[key], fresh[key], place)
    elif isinstance(stored, list) and isinstance(fresh, list) and len(stored) == len(fresh):
        for index, (old, new) in enumerate(zip(stored, fresh, strict=True)):
            yield from _compare(old, new, f"{path}[{index}]")
    elif _text(stored) != _text(fresh):  # as text, 1 and 1.0 and true are three things
        yield path, _text(stored), _text(fresh)


def _text(value: Any) -> str:
    try:
        return to_json(value, indent=None).strip()
    except ValueError:  # a NaN, which no fresh value is
        return repr(value)


def _key_dict(key: Key) -> dict[str, str]:
    return {
        "submission_sha256": key.submission_sha256,
        "gold_sha256": key.gold_sha256,
        "signature": key.signature,
        "settings": key.settings,
    }


def _place(slug: str, file: str) -> str:
    return f"{slug}/{file}"


__all__ = ["NOTHING", "Difference", "StoreCheck", "check_store", "rebuild"]
