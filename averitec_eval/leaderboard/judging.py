"""Judging prediction files: validated and scored once, then taken from the store."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path

from averitec_eval.api import DEFAULT_SETTINGS, score_with_report
from averitec_eval.errors import InvalidSubmissionError, UnreadableError
from averitec_eval.files import sha256_of
from averitec_eval.formats.reading import name_suffix
from averitec_eval.json_output import to_json
from averitec_eval.leaderboard.config import BoardConfig
from averitec_eval.leaderboard.store import Key, Outcome, Store, StoreUnavailableError
from averitec_eval.records import Gold
from averitec_eval.scoring.profiles import level_name
from averitec_eval.scoring.results import SCHEMA_VERSION as RESULT_SCHEMA
from averitec_eval.scoring.score import Scorer
from averitec_eval.scoring.workers import Workers
from averitec_eval.validation import Report
from averitec_eval.validation.report import SCHEMA_VERSION as REPORT_SCHEMA


class Watcher:
    """Is told how the making of a board goes on. This one ignores it all; others override what they care for."""

    def submission(self, slug: str, number: int, count: int) -> None:
        """The submission ``number`` of ``count`` is next."""

    def file(self, slug: str, name: str, *, stored: bool) -> None:
        """A prediction file of the submission is about to be scored, or was found in the store."""

    def notice(self, text: str) -> None:
        """Something the person who builds the board should know, though the board comes out right."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A prediction file that was judged: the submission's slug, the file's name in its folder, under what key its
    outcome is stored, the outcome, and whether it may be stored at all.
    """

    slug: str
    name: str
    key: Key
    outcome: Outcome
    lasting: bool


class Judge:
    """Judges the prediction files of one board, through a store if there is one; ``workers`` score what is not there.

    ``computed`` collects the files whose outcome was not taken from the store.
    """

    def __init__(
        self,
        config: BoardConfig,
        gold: Gold,
        *,
        store: Store | None = None,
        watcher: Watcher | None = None,
        workers: Workers | None = None,
    ) -> None:
        self.config = config
        self.gold = gold
        self.watcher = watcher or Watcher()
        self.computed: list[Judged] = []
        self._store = store
        self._workers = workers
        scorer = Scorer(gold, profile=config.profile, levels=config.levels)
        self.signature = scorer.signature()
        self._levels = [level_name(level) for level in scorer.levels]

    def key(self, sha256: str, name: str, input_format: str | None) -> Key:
        """Under what the outcome of a prediction file is stored: its hash, its name and the format it is read in.

        Of the name the ending counts, for a check notes it where that does not fit the content. The forms of the
        stored documents count too: one of another form is not damaged but outdated, and is made anew.
        """
        settings = {
            "input_format": input_format,
            "intervals": asdict(DEFAULT_SETTINGS),
            "levels": self._levels,
            "name_suffix": name_suffix(name),
            "schemas": {"report": REPORT_SCHEMA, "result": RESULT_SCHEMA},
        }
        return Key(sha256, self.gold.sha256, str(self.signature), to_json(settings, indent=None).strip())

    def judge(self, slug: str, path: Path, input_format: str | None = None) -> tuple[Outcome, str | None]:
        """The outcome of a prediction file of the submission ``slug``, and the file's SHA-256 if it can be read.

        Where the store has the file's outcome, nothing is validated or scored. Raises ``ResourceError`` if the store
        is damaged. A store that cannot be used is given up with one notice.
        """
        try:
            sha256 = sha256_of(path)
        except UnreadableError:
            return self._compute(path, input_format), None  # whose report says why
        key = self.key(sha256, path.name, input_format)
        outcome = self._stored(key)
        self.watcher.file(slug, path.name, stored=outcome is not None)
        if outcome is None:
            outcome = self._compute(path, input_format)
            report = outcome.report
            # An unreadable file is read again each time: what failed may have been the reading, not the file. And if
            # another hash was read than the one looked up, the file is being written.
            lasting = report is not None and report.readable and report.sha256 == sha256
            self.computed.append(Judged(slug, path.name, key, outcome, lasting))
            if lasting:
                self._keep(key, outcome)
        return outcome, sha256

    def _compute(self, path: Path, input_format: str | None) -> Outcome:
        config = self.config
        try:
            result, report = score_with_report(
                path,
                self.gold,
                profile=config.profile,
                levels=config.levels,
                input_format=input_format,
                intervals=DEFAULT_SETTINGS,
                workers=self._workers,
            )
        except (InvalidSubmissionError, UnreadableError) as error:
            if isinstance(error.report, Report):
                return Outcome(replace(error.report, name=None), None)
            return Outcome(None, None, str(error))
        return Outcome(replace(report, name=None), result)

    def _stored(self, key: Key) -> Outcome | None:
        if self._store is None:
            return None
        try:
            return self._store.get(key)
        except StoreUnavailableError as error:
            self._give_up(error)
            return None

    def _keep(self, key: Key, outcome: Outcome) -> None:
        if self._store is None:
            return
        try:
            self._store.put(key, outcome)
        except StoreUnavailableError as error:
            self._give_up(error)

    def _give_up(self, error: StoreUnavailableError) -> None:
        self._store = None
        self.watcher.notice(f"{error}; going on without it")


__all__ = ["Judge", "Judged", "Watcher"]
