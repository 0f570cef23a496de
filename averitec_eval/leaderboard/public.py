"""The one way from boards to what may be shown.

Everything private is left behind here: contacts, the names of anonymous teams, gold that is not public. Pages, figures
and exported files are made from nothing but the records this module gives, so none of them can let anything out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from averitec_eval.api import DEFAULT_SETTINGS
from averitec_eval.audit.records import Audit, Counterfactual
from averitec_eval.audit.records import Finding as AuditFinding
from averitec_eval.audit.tables import gap_text, value_text
from averitec_eval.comparison import PairComparison, compare
from averitec_eval.files import sha256_of
from averitec_eval.leaderboard.board import Board, Entry, sentence_of
from averitec_eval.leaderboard.ordering import order_key, tie_break_text
from averitec_eval.leaderboard.rules import EVERYONE
from averitec_eval.leaderboard.view import (
    Change,
    ConfusionMatrix,
    Estimate,
    Finding,
    FirstPairs,
    Group,
    PublicBoard,
    PublicClaim,
    PublicComparison,
    PublicEvidence,
    PublicSite,
    PublicSystem,
    PublishedBoard,
    Runs,
    WinRow,
)
from averitec_eval.leaderboard.wins import win_rows
from averitec_eval.records import Gold, GoldClaim, Verdict
from averitec_eval.scoring.judged import JudgeSummary
from averitec_eval.scoring.profiles import get_profile
from averitec_eval.scoring.results import GroupScore, Result
from averitec_eval.validation import Issue, Report, Severity, catalogue
from averitec_eval.validation.render import describe_where

CLAIM_TYPES = (
    "Causal Claim",
    "Event/Property Claim",
    "Numerical Claim",
    "Position Statement",
    "Quote Verification",
)
"""The claim types of AVeriTeC (Schlichtkrull et al., 2023, section 3), which say nothing about a particular claim."""

STRATEGIES = (
    "Consultation",
    "Fact-checker Reference",
    "Numerical Comparison",
    "Satirical Source Identification",
    "Written Evidence",
)
"""The fact-checking strategies of AVeriTeC, likewise."""

LEAST_GROUP = 10
"""How many claims of hidden gold a group must have for its scores to be shown: those of a few would tell of each."""

PSEUDONYM_DIGITS = 8
"""Hexadecimal digits in the name of an anonymous system."""

GOLD_PROBES = (
    "copying.answers",
    "copying.justification",
    "copying.questions",
    "leakage.articles",
    "leakage.gold_sources",
    "leakage.train",
)
"""Probes that compare evidence with the gold: by trying, their numbers would tell what hidden gold holds."""

_SEVERITIES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def public_site(
    boards: Sequence[Board], *, published: Sequence[PublishedBoard] = (), changes: Sequence[Change] = ()
) -> PublicSite:
    """What a site of these boards shows; they are those of one configuration, in its order, at least one.

    ``published`` are leaderboards as they were published, ``changes`` the changelog, newest first.
    """
    config = boards[0].config
    return PublicSite(
        title=config.title,
        description=config.description,
        submit=config.submit,
        contact=config.contact,
        boards=tuple(map(public_board, boards)),
        published=tuple(published),
        changes=tuple(changes),
        config_file=config.file,
        # With the hash, whoever knows the rest of the file could find out the names of phases that are private.
        config_sha256=None if config.secretive else config.sha256,
        published_file=None if config.published is None else (config.published.name, sha256_of(config.published)),
    )


def public_board(board: Board) -> PublicBoard:
    """What may be shown of one board."""
    config, gold = board.config, board.gold
    profile = get_profile(config.profile)
    headline = board.headline
    rules = config.rules
    shown = rules.scores == EVERYONE
    by_id = _by_id(board.entries)
    entries = {id: by_id[id] for id in sorted(by_id, key=lambda id: _place(id, by_id[id], config.tie_breaks, shown))}
    owners = tuple((sha256, id) for id, entry in entries.items() for sha256 in [_predictions_hash(entry)] if sha256)
    systems = tuple(_System(id, entry, board, owners).view() for id, entry in entries.items())
    if not shown:
        systems = tuple(_without_scores(system, rules.scores_reason) for system in systems)
    results = {id: entry.result for id, entry in entries.items() if entry.result is not None and shown}
    # A metric of the judge that no claim of a submission has is not among its scores.
    scores = [metric for result in results.values() for metric in result.scores]
    if board.judge is not None:
        own = board.judge.credit_name
        scores.sort(key=lambda metric: not metric.startswith(own))
    return PublicBoard(
        folder=config.folder,
        name=config.tab,
        split=config.split,
        profile=profile,
        signature=str(board.signature),
        headline=headline,
        levels=board.levels,
        metrics=tuple(dict.fromkeys((headline, *scores))) if scores else (),
        settings=DEFAULT_SETTINGS,
        n_claims=len(gold),
        gold_sha256=gold.sha256,
        public_gold=config.public,
        systems=systems,
        claims=tuple(map(_claim, gold)) if config.public else (),
        tie_break=tie_break_text(config.tie_breaks),
        rules=tuple(rules.sentences()),
        comparisons=tuple(_comparisons(results, {system.id: system.name for system in systems}, board)),
        judge=board.judge,
    )


def _by_id(entries: Sequence[Entry]) -> dict[str, Entry]:
    """The entries by public id. No two ids differ in case only: a site may be put where such names are one."""
    ids: dict[str, Entry] = {}
    taken: set[str] = set()
    for entry in sorted(entries, key=lambda entry: (entry.anonymous, entry.slug)):
        wanted = _pseudonym(entry) if entry.anonymous else _address(entry.slug)
        id, number = wanted, 1
        while id.lower() in taken:
            number += 1
            id = f"{wanted}-{number}"
        taken.add(id.lower())
        ids[id] = entry
    return ids


def hidden_names(board: Board) -> dict[str, str]:
    """By folder, what the submissions are called whose names may not be shown."""
    return {entry.slug: _pseudonymous(id) for id, entry in _by_id(board.entries).items() if entry.anonymous}


def _pseudonymous(id: str) -> str:
    return id.replace("-", " ").capitalize()


def current_ids(board: Board) -> dict[str, str]:
    """Under which public ids the entries go that have had others: with and without their names."""
    entries = _by_id(board.entries)
    ids = {}
    for id, entry in entries.items():
        other = _address(entry.slug) if entry.anonymous else _pseudonym(entry)
        if other not in entries:
            ids[other] = id
    return ids


def _pseudonym(entry: Entry) -> str:
    # Made from the predictions alone. A hash of the folder's or the team's name would be found out by trying all
    # teams; the prediction file is known only to those who made it, and with it they can show which entry is theirs.
    # Without predictions there is nothing to make it from, and the number that follows has to do.
    sha256 = _predictions_hash(entry)
    return f"anonymous-{sha256[:PSEUDONYM_DIGITS]}" if sha256 else "anonymous"


def _predictions_hash(entry: Entry) -> str | None:
    return None if entry.meta is None else dict(entry.files).get(entry.meta.predictions)


def _address(slug: str) -> str:
    """A folder's name as part of addresses: without points, which separate the names of a system's files."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "-" for c in slug)[:80].lstrip("-_")
    if plain:
        return plain
    return "folder-" + hashlib.sha256(slug.encode("utf-8", "surrogatepass")).hexdigest()[:PSEUDONYM_DIGITS]


def _place(id: str, entry: Entry, tie_breaks: Sequence[str], by_score: bool) -> tuple[bool | float | str, ...]:
    """Best first unless scores are not shown, then whatever has none. Names are public ids, for folders would tell."""
    result = entry.result
    if result is None or not by_score:
        return (result is None, id)
    return (False, *order_key(result, entry.meta, id, tie_breaks))


WITHOUT_SCORES = (
    "id",
    "name",
    "team",
    "kind",
    "anonymous",
    "reason",
    "problems",
    "date",
    "description",
    "url",
    "models",
    "open_weights",
    "hardware",
    "seconds_per_claim",
    "validation",
    "findings",
    "files",
)
"""All that is shown of a submission where scores are not."""


def _without_scores(system: PublicSystem, reason: str) -> PublicSystem:
    kept = PublicSystem(**{name: getattr(system, name) for name in WITHOUT_SCORES})
    return replace(kept, withheld=system.scored, reason=system.reason or reason)


class _System:
    """Makes the public view of one entry."""

    def __init__(self, id: str, entry: Entry, board: Board, owners: Sequence[tuple[str, str]]) -> None:
        self.id, self.entry = id, entry
        # Audits call another submission by the hash of its predictions; the same file may be handed in twice.
        self.called = {sha256: other for sha256, other in owners if other != id}
        self.gold, self.public_gold = board.gold, board.config.public

    def view(self) -> PublicSystem:
        entry = self.entry
        system = replace(self._description(), files=tuple(self._files()))
        standing = entry.standing
        if standing is not None:
            system = replace(
                system,
                rank=standing.rank,
                rank_low=standing.rank_low,
                rank_high=standing.rank_high,
                tier=standing.tier,
            )
        if entry.report is not None:
            system = replace(system, validation=entry.report.status, findings=tuple(self._findings(entry.report)))
        if entry.judge is not None:
            system = replace(system, judge=self._judge(entry.judge))
        return system if entry.result is None else self._with_scores(system, entry.result)

    def _description(self) -> PublicSystem:
        entry, meta = self.entry, self.entry.meta
        problems = tuple(self._problems())
        kind = "system" if meta is None else meta.kind
        if entry.anonymous:
            system = PublicSystem(
                self.id,
                _pseudonymous(self.id),
                "anonymous",
                kind,
                anonymous=True,
                reason=entry.reason,
                problems=problems,
            )
        elif meta is None:
            return PublicSystem(self.id, entry.slug, "", kind, reason=entry.reason, problems=problems)
        else:
            system = PublicSystem(
                self.id,
                meta.name,
                meta.team,
                kind,
                reason=entry.reason,
                problems=problems,
                description=meta.description,
                url=meta.url,
                models=meta.models,
                hardware=meta.hardware,
            )
        if meta is None:
            return system
        return replace(system, date=meta.date, open_weights=meta.open_weights, seconds_per_claim=meta.seconds_per_claim)

    def _files(self) -> Iterator[tuple[str, str]]:
        entry = self.entry
        if not entry.anonymous:
            yield from entry.files
        elif entry.meta is not None:
            # Not submission.yaml: with its hash, a guess at what stands in it could be tried out.
            files = dict(entry.files)
            for number, name in enumerate((entry.meta.predictions, *entry.meta.runs), start=1):
                if name in files:
                    yield ("predictions" if number == 1 else f"run {number}", files[name])

    def _problems(self) -> Iterator[str]:
        """The entry's problems; without a word out of its files where those name the team or quote hidden gold."""
        entry = self.entry
        if entry.meta is None:
            # What keeps a submission.yaml from being used quotes only that file.
            yield from () if entry.anonymous else entry.problems
            return
        if entry.result is None:
            if entry.report is None:
                if entry.problems:  # which name the place of the file on the organiser's machine
                    yield "the file could not be read, or changed while it was being read"
                return
            for group in entry.report.groups:
                if group.severity is Severity.ERROR:
                    quoting = self.public_gold and not entry.anonymous
                    yield sentence_of(group) if quoting else _unquoted(group.code, group.count)
        elif entry.anonymous:
            scored = 1 if entry.spread is None else len(entry.spread.scores)
            left_out = len(entry.meta.runs) + 1 - scored
            if left_out:
                yield f"{left_out} of its further runs left out of the spread: not valid and complete prediction files"
        else:
            yield from entry.problems

    def _findings(self, report: Report) -> Iterator[Finding]:
        quoting = self.public_gold and not self.entry.anonymous
        for group in report.groups:
            yield Finding(
                group.code,
                _SEVERITIES[group.severity],
                catalogue()[group.code].title,
                group.count,
                tuple(map(_occurrence, group.examples)) if quoting else (),
            )

    def _with_scores(self, system: PublicSystem, result: Result) -> PublicSystem:
        predicted = [claim.n_predicted for claim in result.claims if not claim.missing]
        spread = self.entry.spread
        return replace(
            system,
            signature=str(result.signature),
            submission_sha256=result.inputs.submission_sha256,
            n_missing=result.inputs.n_missing,
            scores=_estimates(result),
            by_type=tuple(_groups(result.by_type, self._may_show(CLAIM_TYPES))),
            by_strategy=tuple(_groups(result.by_strategy, self._may_show(STRATEGIES))),
            confusion=_confusion(result),
            pairs=(sum(predicted) / len(predicted), min(predicted), max(predicted)) if predicted else None,
            runs=None if spread is None else Runs(spread.scores, spread.low, spread.high, spread.deviation),
            claims=result.claims if self.public_gold else (),
            first=tuple(FirstPairs(k, _estimates(group)) for k, group in result.first.items()),
            details=self.entry.details if self.public_gold else {},
            audit=None if self.entry.audit is None else self._audit(self.entry.audit),
            document=self._document(result),
        )

    def _audit(self, audit: Audit) -> Audit:
        """The audit as it may be shown: of hidden gold numbers only, and of anonymous ones no text of theirs."""
        if self.public_gold:
            return replace(audit, findings=tuple(map(self._audit_finding, audit.findings)))
        return replace(
            audit,
            findings=tuple(_number(finding) for finding in audit.findings if finding.probe not in GOLD_PROBES),
            counterfactuals=tuple(map(_gap, audit.counterfactuals)),
            # That they lack something is no secret, but nor is it said of those that did run.
            skipped=tuple(item for item in audit.skipped if item.probe not in GOLD_PROBES),
        )

    def _audit_finding(self, finding: AuditFinding) -> AuditFinding:
        sentence = finding.sentence
        for sha256, other in self.called.items():
            sentence = sentence.replace(sha256, other)
        return replace(finding, sentence=sentence, examples=() if self.entry.anonymous else finding.examples)

    def _judge(self, judge: JudgeSummary) -> JudgeSummary:
        """What became of the evidence before the judge; of hidden gold without the claims."""
        if self.public_gold:
            return judge
        return replace(judge, unscored_claims=(), no_reference_claims=(), steered_claims=())

    def _may_show(self, known: Sequence[str]) -> Callable[[str, int], bool]:
        return may_show(known, self.public_gold)

    def _document(self, result: Result) -> Mapping[str, Any]:
        document = result.to_dict()
        if result.judge is not None:
            document["judge"] = self._judge(result.judge).to_dict()
        types, strategies = self._may_show(CLAIM_TYPES), self._may_show(STRATEGIES)
        sizes = {name: group.n for name, group in result.by_type.items()}
        document["by_claim_type"] = {
            name: group for name, group in document["by_claim_type"].items() if types(name, group["n"])
        }
        document["by_strategy"] = {
            name: group for name, group in document["by_strategy"].items() if strategies(name, group["n"])
        }
        for figures in ("thresholded_evidence_by_type", "thresholded_intervals"):
            document[figures] = {
                level: {name: value for name, value in values.items() if types(name, sizes[name])}
                for level, values in document[figures].items()
            }
        return document


def _number(finding: AuditFinding) -> AuditFinding:
    """A finding on hidden gold: what was measured, without the claims and the words in which it was seen."""
    sentence = f"{finding.title}: {value_text(finding.value, finding.unit)}."
    return replace(finding, claims=(), examples=(), sentence=sentence)


def _gap(item: Counterfactual) -> Counterfactual:
    """An altered copy's score on hidden gold, likewise."""
    sentence = f"{item.title}: {item.score:.3f}, a gap of {item.gap:+.3f} {gap_text(item.gap_low, item.gap_high)}."
    return replace(item, changed=(), sentence=sentence)


def may_show(known: Sequence[str], public_gold: bool) -> Callable[[str, int], bool]:
    """Whether scores of a group, given by name and number of claims, may be shown.

    Of hidden gold only groups whose name is among ``known`` and that hold ``LEAST_GROUP`` claims: a made-up name could
    say anything.
    """
    return lambda name, n: public_gold or (name in known and n >= LEAST_GROUP)


def _occurrence(issue: Issue) -> str:
    place = describe_where(issue.where)
    return f"{place}{': ' if place else ''}found {issue.found}, expected {issue.expected}"


def _unquoted(code: str, count: int) -> str:
    return f"{code}{f', {count} times' if count > 1 else ''}: {catalogue()[code].title}"


def _estimates(result: Result | GroupScore) -> dict[str, Estimate]:
    estimates = {}
    for name, value in result.scores.items():
        interval = result.intervals.get(name)
        estimates[name] = Estimate(value) if interval is None else Estimate(value, interval.low, interval.high)
    return estimates


def _groups(groups: Mapping[str, GroupScore], shown: Callable[[str, int], bool]) -> Iterator[Group]:
    for name, group in groups.items():
        if shown(name, group.n):
            yield Group(name, group.n, _estimates(group))


def _confusion(result: Result) -> ConfusionMatrix:
    columns: tuple[Verdict | None, ...] = (*Verdict, None)
    return ConfusionMatrix(
        tuple(label.value for label in Verdict),
        tuple("missing" if label is None else label.value for label in columns),
        tuple(tuple(result.confusion.counts[gold][column] for column in columns) for gold in Verdict),
    )


def _claim(claim: GoldClaim) -> PublicClaim:
    return PublicClaim(
        claim_id=claim.claim_id,
        claim=claim.claim,
        label=claim.label,
        evidence=tuple(_evidence(claim)),
        justification=claim.justification,
        date=claim.claim_date,
        speaker=claim.speaker,
        reporting_source=claim.reporting_source,
        original_claim_url=claim.original_claim_url,
        fact_checking_article=claim.fact_checking_article,
        claim_types=claim.claim_types,
        strategies=claim.strategies,
    )


def _evidence(claim: GoldClaim) -> Iterator[PublicEvidence]:
    for question in claim.questions:
        if not question.answers:
            yield PublicEvidence(question.question, next(question.answer_texts()))
        for answer in question.answers:
            yield PublicEvidence(question.question, answer.full_text, answer.answer_type, answer.source_url)


def _comparisons(results: Mapping[str, Result], names: Mapping[str, str], board: Board) -> Iterator[PublicComparison]:
    """Yield every pair of systems; ``results`` come best first and are named by public id, as ``names`` are."""
    if len(results) < 2:
        return
    config, gold = board.config, board.gold
    shown = {id: _told_apart(id, names) for id in results}
    values = {id: tuple(_credits(result)) for id, result in results.items()}
    settings = DEFAULT_SETTINGS
    for pair in compare(results, settings=settings).pairs:
        first, second = values[pair.a], values[pair.b]
        # Adjusted over all pairs, the p value of two systems would depend on who else is on the board.
        alone: PairComparison = replace(
            pair,
            a=shown[pair.a],
            b=shown[pair.b],
            p_adjusted=pair.p,
            significant=pair.p < 1 - settings.level,
            won_by_a=pair.won_by_a if config.public else (),
            won_by_b=pair.won_by_b if config.public else (),
        )
        labels = tuple(label.value for label in Verdict)
        yield PublicComparison(
            pair.a,
            pair.b,
            alone,
            alone.sentence(settings.level, 1),
            tuple(_wins(gold, lambda claim: (claim.label.value,), first, second, may_show(labels, config.public))),
            tuple(_wins(gold, lambda claim: claim.claim_types, first, second, may_show(CLAIM_TYPES, config.public))),
        )


def _credits(result: Result) -> Iterator[bool | None]:
    """Yield whether each claim has credit under the headline, in gold order; None where it is not judged."""
    judge = result.judge
    if judge is None:
        place = result.levels.index(float(result.headline.partition("@")[2]))
        return (claim.credit[place] for claim in result.claims)
    place = judge.levels.index(judge.level)
    return (None if claim.ev2r is None else claim.ev2r.credit[place] for claim in result.claims)


def _wins(
    gold: Gold,
    groups_of: Callable[[GoldClaim], Iterable[str]],
    first: Sequence[bool | None],
    second: Sequence[bool | None],
    shown: Callable[[str, int], bool],
) -> Iterator[WinRow]:
    """Yield the wins over the claims on which both are judged."""
    both = [
        (groups_of(claim), a, b)
        for claim, a, b in zip(gold, first, second, strict=True)
        if a is not None and b is not None
    ]
    for row in win_rows([groups for groups, _, _ in both], [a for _, a, _ in both], [b for _, _, b in both]):
        if shown(row.name, row.n):
            yield row


def _told_apart(id: str, names: Mapping[str, str]) -> str:
    """The system's name, with its id where another one is called the same."""
    name = names[id]
    return name if sum(other == name for other in names.values()) == 1 else f"{name} ({id})"


__all__ = [
    "CLAIM_TYPES",
    "GOLD_PROBES",
    "LEAST_GROUP",
    "STRATEGIES",
    "current_ids",
    "may_show",
    "public_board",
    "public_site",
]
