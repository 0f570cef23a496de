"""Judging prediction files: validated and scored once, then taken from the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from averitec_eval.api import DEFAULT_SETTINGS, read_predictions, score_with_report
from averitec_eval.audit.records import SCHEMA_VERSION as AUDIT_SCHEMA
from averitec_eval.audit.records import Audit
from averitec_eval.errors import InvalidSubmissionError, UnreadableError
from averitec_eval.files import sha256_of
from averitec_eval.formats.reading import name_suffix
from averitec_eval.json_output import to_json
from averitec_eval.leaderboard.config import BoardConfig
from averitec_eval.leaderboard.kept import KeptJudge
from averitec_eval.leaderboard.store import Key, Outcome, Store, StoreUnavailableError
from averitec_eval.records import Gold, GoldClaim, Prediction, Submission
from averitec_eval.scoring.details import ClaimDetail, claim_detail
from averitec_eval.scoring.profiles import get_profile, level_name
from averitec_eval.scoring.results import SCHEMA_VERSION as RESULT_SCHEMA
from averitec_eval.scoring.results import ClaimScore, Result
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

    def writing(self) -> None:
        """All is scored, and the site is about to be written."""

    def notice(self, text: str) -> None:
        """Something the person who builds the board should know, though the board comes out right."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A prediction file that was judged: the submission's slug, the file's name in its folder, under what key its
    outcome is stored, the outcome, whether it may be stored at all, and the details of its claims where the gold is
    public.
    """

    slug: str
    name: str
    key: Key
    outcome: Outcome
    lasting: bool
    details: tuple[ClaimDetail, ...] | None = None


@dataclass(frozen=True, slots=True)
class ScoredFile:
    """A prediction file of the submission ``slug`` that was scored: where it lies, its hash, its format, its result,
    with the scores of the board's judge where there is one.
    """

    slug: str
    path: Path
    sha256: str
    input_format: str | None
    result: Result


@dataclass(frozen=True, slots=True)
class Audited:
    """A prediction file that was audited anew: the submission's slug, the file's name, under what key and the audit."""

    slug: str
    name: str
    key: Key
    audit: Audit


class Details(Mapping[int, ClaimDetail]):
    """The details of a scored file by claim id, made or read when they are first looked at.

    ``repr`` names what they depend on instead of writing them out: while it stays the same, so do they.
    """

    def __init__(self, key: Key, load: Callable[[], Iterable[ClaimDetail]]) -> None:
        self._key = key
        self._load = load
        self._loaded: dict[int, ClaimDetail] | None = None

    def _details(self) -> dict[int, ClaimDetail]:
        if self._loaded is None:
            self._loaded = {detail.claim_id: detail for detail in self._load()}
        return self._loaded

    def __getitem__(self, claim_id: int) -> ClaimDetail:
        return self._details()[claim_id]

    def __iter__(self) -> Iterator[int]:
        return iter(self._details())

    def __len__(self) -> int:
        return len(self._details())

    def __repr__(self) -> str:
        return f"Details({self._key})"


class Judge:
    """Judges the prediction files of one board, through a store if there is one; ``workers`` score what is not there.

    ``computed`` collects the files whose outcome was not taken from the store, ``audited`` those whose audit was not.
    ``kept`` is the board's Ev2R judge, None where it has none. ``close`` it when all is judged.
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
        self.audited: list[Audited] = []
        self._store = store
        self._workers = workers
        scorer = Scorer(gold, profile=config.profile, levels=config.levels)
        self._plain_signature = self.signature = scorer.signature()
        self.levels = scorer.levels
        self.headline = scorer.headline
        self.kept = None if config.judge is None else KeptJudge(config.judge, get_profile(config.profile), gold)
        if self.kept is not None:
            self.signature = self.kept.signed(self.signature)
            self.headline = self.kept.headline
        self._plain: dict[Key, Result] = {}
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
        return Key(sha256, self.gold.sha256, str(self._plain_signature), to_json(settings, indent=None).strip())

    def _judged_key(self, key: Key) -> Key:
        """Under what a scored file is stored with the judge's scores, itself where there is no judge."""
        if self.kept is None:
            return key
        settings = to_json({"judge": self.kept.settings(), "outcome": key.settings}, indent=None).strip()
        return replace(key, signature=str(self.signature), settings=settings)

    def close(self) -> None:
        """Let go of the judge's replies."""
        if self.kept is not None:
            self.kept.close()

    def judge(
        self, slug: str, path: Path, input_format: str | None = None, *, detailed: bool = False
    ) -> tuple[Outcome, str | None, Mapping[int, ClaimDetail]]:
        """The outcome of a prediction file of the submission ``slug``, the file's SHA-256 if it can be read, and the
        details of its claims: where ``detailed``, if the gold is public and the file could be scored.

        Where the store has the file's outcome, nothing is validated or scored. Raises ``ResourceError`` if the store
        or the judge's replies are damaged and ``UnreadableError`` if an exported file of them is. A store that cannot
        be used is given up with one notice.
        """
        outcome, sha256, details = self._score(slug, path, input_format, detailed=detailed)
        if self.kept is None or outcome.result is None or sha256 is None:
            return outcome, sha256, details
        key = self.key(sha256, path.name, input_format)
        self._plain[key] = outcome.result
        return self._with_judge(slug, path, input_format, key, outcome), sha256, details

    def _with_judge(self, slug: str, path: Path, input_format: str | None, key: Key, outcome: Outcome) -> Outcome:
        """The outcome of a scored file with the judge's scores, from the store or made from its replies."""
        kept, result = self.kept, outcome.result
        if kept is None or result is None:
            return outcome
        whole = self._judged_key(key)
        stored = self._stored(whole)
        if stored is not None:
            return stored
        kept.opened()  # replies that cannot be read are not the submission's fault, and end the build
        try:
            predictions = read_predictions(path, key.submission_sha256, input_format=input_format)
            judged = replace(outcome, result=kept.judge(result, predictions, DEFAULT_SETTINGS))
        except UnreadableError as error:
            return Outcome(None, None, str(error))
        lasting = judged.report is not None and judged.report.sha256 == key.submission_sha256
        self.computed.append(Judged(slug, path.name, whole, judged, lasting))
        if lasting:
            self._keep(lambda store: store.put(whole, judged))
        return judged

    def _score(
        self, slug: str, path: Path, input_format: str | None, *, detailed: bool
    ) -> tuple[Outcome, str | None, Mapping[int, ClaimDetail]]:
        """The outcome of a file before any judge, its hash and its details; see ``judge``."""
        detailed = detailed and self.config.public
        try:
            sha256 = sha256_of(path)
        except UnreadableError:
            return self._compute(path, input_format)[0], None, {}  # whose report says why
        key = self.key(sha256, path.name, input_format)
        outcome = self._stored(key)
        self.watcher.file(slug, path.name, stored=outcome is not None)
        if outcome is not None:
            result = outcome.result
            if result is None or not detailed:
                return outcome, sha256, {}
            return outcome, sha256, Details(key, lambda: self._details(key, path, input_format, result))
        outcome, details = self._compute(path, input_format, detailed=detailed)
        report = outcome.report
        # An unreadable file is read again each time: what failed may have been the reading, not the file. And if
        # another hash was read than the one looked up, the file is being written.
        lasting = report is not None and report.readable and report.sha256 == sha256
        self.computed.append(Judged(slug, path.name, key, outcome, lasting, details))
        if lasting:
            self._keep(lambda store: store.put(key, outcome))
            if details is not None:
                self._keep(lambda store: store.put_details(key, details))
        return outcome, sha256, {} if details is None else Details(key, lambda: details)

    def audits(self, files: Sequence[ScoredFile]) -> tuple[Audit | None, ...]:
        """The audits of the board's scored files, each None where the board has none.

        What files share is looked for in all of them together; sentences call another file by its hash. Where the store
        has the audits of just these files, nothing is probed. Raises ``ResourceError`` if the store is damaged.
        """
        if self.config.audit is None:
            return (None,) * len(files)
        thresholds = dict(self.config.audit)
        plain = [self.key(file.sha256, file.path.name, file.input_format) for file in files]
        keys = [self._judged_key(key) for key in plain]
        together = sorted(file.sha256 for file in files)
        whole = [self._audit_key(key, together) for key in keys]
        stored = [self._stored_audit(key) for key in whole]
        if all(stored):
            return tuple(stored)
        from averitec_eval.audit.together import with_sharing

        submissions = [
            Submission(
                tuple(read_predictions(file.path, file.sha256, input_format=file.input_format)),
                file.sha256,
                file.input_format or "",
                file.sha256,
            )
            for file in files
        ]
        alone = [
            self._audit(file, submission, self._audit_key(key, ()), thresholds, self._plain.get(own))
            for file, submission, key, own in zip(files, submissions, keys, plain, strict=True)
        ]
        made = with_sharing(alone, submissions, profile=self.config.profile, thresholds=thresholds)
        for file, key, audit in zip(files, whole, made, strict=True):
            self._keep_audit(file, key, audit)
        return made

    def _audit(
        self, file: ScoredFile, submission: Submission, key: Key, thresholds: dict[str, float], plain: Result | None
    ) -> Audit:
        """The audit of one file for itself: it takes the time, so it is kept for boards that others are added to.

        ``plain`` is its result before the judge, None where there is none. Altered copies have no judge's scores.
        """
        stored = self._stored_audit(key)
        if stored is not None:
            return stored
        from averitec_eval.audit.run import audit

        made = audit(
            submission,
            self.gold,
            profile=self.config.profile,
            thresholds=thresholds,
            result=file.result if plain is None else plain,
            judged=None if plain is None else file.result,
            workers=self._workers,
        )
        self._keep_audit(file, key, made)
        return made

    def _audit_key(self, key: Key, together: Sequence[str]) -> Key:
        """Under what an audit is stored: all that decides it, thresholds and the files that it is compared with
        included.
        """
        audit = {"schema": AUDIT_SCHEMA, "thresholds": dict(self.config.audit or ()), "together": list(together)}
        return replace(key, settings=to_json({"audit": audit, "outcome": key.settings}, indent=None).strip())

    def _stored_audit(self, key: Key) -> Audit | None:
        store = self._usable()
        if store is None:
            return None
        try:
            return store.audit(key)
        except StoreUnavailableError as error:
            self._give_up(error)
            return None

    def _keep_audit(self, file: ScoredFile, key: Key, audit: Audit) -> None:
        self.audited.append(Audited(file.slug, file.path.name, key, audit))
        self._keep(lambda store: store.put_audit(key, audit))

    def _compute(
        self, path: Path, input_format: str | None, *, detailed: bool = False
    ) -> tuple[Outcome, tuple[ClaimDetail, ...] | None]:
        config = self.config
        details: list[ClaimDetail] = []

        def add(score: ClaimScore, prediction: Prediction, claim: GoldClaim) -> None:
            details.append(claim_detail(prediction, claim, score))

        try:
            result, report = score_with_report(
                path,
                self.gold,
                profile=config.profile,
                levels=config.levels,
                input_format=input_format,
                intervals=DEFAULT_SETTINGS,
                on_claim=add if detailed else None,
                workers=self._workers,
            )
        except (InvalidSubmissionError, UnreadableError) as error:
            if isinstance(error.report, Report):
                return Outcome(replace(error.report, name=None), None), None
            return Outcome(None, None, str(error)), None
        return Outcome(replace(report, name=None), result), tuple(details) if detailed else None

    def _details(self, key: Key, path: Path, input_format: str | None, result: Result) -> tuple[ClaimDetail, ...]:
        """The details of a file whose outcome came from the store: from there too, or made from the file."""
        store = self._usable()
        if store is not None:
            try:
                stored = store.details(key)
            except StoreUnavailableError as error:
                self._give_up(error)
                stored = None
            if stored is not None:
                return stored
        scores = {claim.claim_id: claim for claim in result.claims}
        claims = self.gold.by_id()
        details = tuple(
            claim_detail(prediction, claims[prediction.claim_id], scores[prediction.claim_id])
            for prediction in read_predictions(path, key.submission_sha256, input_format=input_format)
        )
        self._keep(lambda store: store.put_details(key, details))
        return details

    def _usable(self) -> Store | None:
        store = self._store
        return None if store is None or store.given_up or store.closed else store

    def _stored(self, key: Key) -> Outcome | None:
        store = self._usable()
        if store is None:
            return None
        try:
            return store.get(key)
        except StoreUnavailableError as error:
            self._give_up(error)
            return None

    def _keep(self, put: Callable[[Store], None]) -> None:
        store = self._usable()
        if store is not None:
            try:
                put(store)
            except StoreUnavailableError as error:
                self._give_up(error)

    def _give_up(self, error: StoreUnavailableError) -> None:
        if self._store is not None:
            self._store.given_up = True
        self.watcher.notice(f"{error}; going on without it")


__all__ = ["Audited", "Details", "Judge", "Judged", "ScoredFile", "Watcher"]
