"""The public view of a board: all that a page, a figure or an exported file may show, and nothing else.

``averitec_eval.leaderboard.public`` builds it from boards; renderers take only these records. What is private
(contacts, the names of anonymous teams, private phases, hidden gold) is not in them, so that no renderer can let it
out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from averitec_eval.audit.records import Audit
from averitec_eval.comparison import PairComparison
from averitec_eval.ranking import TIE_BREAK
from averitec_eval.records import Verdict
from averitec_eval.scoring.details import ClaimDetail
from averitec_eval.scoring.judged import JudgeSummary
from averitec_eval.scoring.profiles import Comparison, Profile, level_name
from averitec_eval.scoring.results import ClaimScore
from averitec_eval.statistics import Settings


@dataclass(frozen=True, slots=True)
class Estimate:
    """A score in [0, 1] and the ends of its confidence interval, None where it has none."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Scores over the ``n`` claims of one claim type or fact-checking strategy, by metric name."""

    name: str
    n: int
    scores: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class ConfusionMatrix:
    """Claims by gold verdict (rows) and predicted verdict (columns, the last for claims without prediction)."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class FirstPairs:
    """Scores when only the first ``k`` predicted question-answer pairs of each claim count, by metric name."""

    k: int
    scores: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class Finding:
    """What validating the predictions found, of one code.

    ``severity`` is ``error``, ``warning`` or ``note``. ``examples`` are sentences on the first occurrences; there are
    none where they could quote hidden gold.
    """

    code: str
    severity: str
    title: str
    count: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Runs:
    """The headline scores of several runs of one system, its own first, and their range and standard deviation."""

    scores: tuple[float, ...]
    low: float
    high: float
    deviation: float


@dataclass(frozen=True, slots=True)
class PublicSystem:
    """One submission.

    ``id`` is what addresses call it: the slug, or a pseudonym for an anonymous one, whose ``name`` and ``team`` are
    made up too. ``rank``, ``rank_low``, ``rank_high`` and ``tier`` are None for whatever takes no rank, and ``reason``
    then says why. ``problems`` are sentences on what is wrong with its files. ``scores`` and all that follows from them
    are empty for a submission that could not be scored. ``first`` says what more question-answer pairs add. ``pairs``
    holds the mean, smallest and largest number of predicted pairs of a claim. ``claims`` are its scores by claim in
    gold order and ``details`` its evidence by claim id, both empty where the gold is hidden; ``details`` may be read
    from a file when it is first used. ``audit`` is what probing its evidence found and what altered copies of it score,
    without claims, examples and whatever would tell of the gold where that is hidden; None where there is none.
    ``judge`` is what became of its evidence before the board's judge, for whatever was judged, scored or not; without
    ids of claims where the gold is hidden. ``document`` is its result as a JSON object. ``withheld`` says
    that it has a score, of which nothing may be shown; ``reason`` says to whom it is. ``files`` are the names of the
    files it was made from, each with its SHA-256 in hex; those of an anonymous one are made up. Neither is in the
    ``repr``, for pages show neither.
    """

    id: str
    name: str
    team: str
    kind: str
    anonymous: bool = False
    rank: int | None = None
    rank_low: int | None = None
    rank_high: int | None = None
    tier: int | None = None
    reason: str = ""
    problems: tuple[str, ...] = ()
    signature: str | None = None
    submission_sha256: str | None = None
    n_missing: int | None = None
    scores: Mapping[str, Estimate] = field(default_factory=dict)
    by_type: tuple[Group, ...] = ()
    by_strategy: tuple[Group, ...] = ()
    confusion: ConfusionMatrix | None = None
    first: tuple[FirstPairs, ...] = ()
    pairs: tuple[float, int, int] | None = None
    runs: Runs | None = None
    date: str | None = None
    description: str = ""
    url: str | None = None
    models: tuple[str, ...] = ()
    open_weights: bool | None = None
    hardware: str = ""
    seconds_per_claim: float | None = None
    validation: str = ""
    findings: tuple[Finding, ...] = ()
    claims: tuple[ClaimScore, ...] = ()
    details: Mapping[int, ClaimDetail] = field(default_factory=dict)
    audit: Audit | None = None
    judge: JudgeSummary | None = None
    withheld: bool = False
    document: Mapping[str, Any] | None = field(default=None, repr=False)
    files: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @property
    def scored(self) -> bool:
        """Whether it has scores, ranked or not."""
        return bool(self.scores)

    @property
    def ranked(self) -> bool:
        """Whether it takes a rank."""
        return self.rank is not None


@dataclass(frozen=True, slots=True)
class PublicEvidence:
    """One gold question-answer pair, as it is compared: the answer of a Boolean one with its explanation."""

    question: str
    answer: str
    answer_type: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class PublicClaim:
    """One claim of a public gold set. ``evidence`` has one pair for each gold string, in the order that is scored."""

    claim_id: int
    claim: str
    label: Verdict
    evidence: tuple[PublicEvidence, ...]
    justification: str | None = None
    date: str | None = None
    speaker: str | None = None
    reporting_source: str | None = None
    original_claim_url: str | None = None
    fact_checking_article: str | None = None
    claim_types: tuple[str, ...] = ()
    strategies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WinRow:
    """Claims of one verdict or claim type on which the first of two systems is above, equal to or below the second."""

    name: str
    n: int
    wins: int
    ties: int
    losses: int


@dataclass(frozen=True, slots=True)
class PublicComparison:
    """Two scored systems on the headline; ``a`` and ``b`` are their ids, ``a`` the better placed.

    ``pair`` calls the systems by their public names and lists no deciding claims where the gold is hidden;
    ``sentence`` says the same in words. The p value is of this pair alone.
    """

    a: str
    b: str
    pair: PairComparison
    sentence: str
    by_label: tuple[WinRow, ...] = ()
    by_type: tuple[WinRow, ...] = ()


@dataclass(frozen=True, slots=True)
class BoardJudge:
    """The Ev2R judge of a board: who it is, what it was asked with, and by which rules its judgements count.

    ``parameters`` are pairs of name and value, ``prompts`` the name, version and SHA-256 (hex) of each prompt by kind.
    ``fit`` says whether it may decide ranks. ``credit_name`` begins the names of its shares of claims with credit, of
    which that at ``level`` is the headline. Where more than the share ``withhold_above`` of the claims has no recall,
    a submission has no score. ``replies_sha256`` is the hash of the exported file that its replies were read from, None
    where they were not.
    """

    model: str
    parameters: tuple[tuple[str, str | int | float | bool], ...]
    prompts: tuple[tuple[str, str, int, str], ...]
    fit: bool
    credit_name: str
    levels: tuple[float, ...]
    level: float
    comparison: Comparison
    answers: str
    cap: int | None
    withhold_above: float
    replies_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Credit:
    """How a board's claims get credit: the verdict is right and the evidence passes a level by ``comparison``.

    Evidence is what a judge says of it where ``judged``, else the evidence score. ``name`` begins the metrics' names,
    ``levels`` are those that are reported, and ``level`` is the one that ranks.
    """

    name: str
    levels: tuple[float, ...]
    level: float
    comparison: Comparison
    judged: bool

    def metric(self, level: float) -> str:
        """The name of the share of claims with credit at a level."""
        return f"{self.name}@{level_name(level)}"

    def evidence(self, claim: ClaimScore) -> float | None:
        """What has to pass the level; None where the claim is not judged."""
        if not self.judged:
            return claim.evidence_qa
        return None if claim.ev2r is None else claim.ev2r.qa.recall

    def of(self, claim: ClaimScore) -> bool | None:
        """Whether a claim has credit at the level that ranks; None where it is not judged."""
        if not self.judged:
            return claim.credit[claim.levels.index(self.level)]
        return None if claim.ev2r is None else claim.ev2r.credit[claim.ev2r.levels.index(self.level)]


@dataclass(frozen=True, slots=True)
class PublicBoard:
    """One phase.

    ``folder`` is where its files lie below the site: empty, or a name and a slash. ``name`` is what its tab says.
    ``public_gold`` says whether the gold may be shown; ``claims`` are empty where not. ``systems`` are those with a
    score from best to worst, then the others. ``metrics`` are the names of all scores, the headline first.
    ``comparisons`` hold every pair of scored systems. ``tie_break`` says what orders equal scores, and ``rules`` are
    the rules for participants, a sentence each. ``judge`` is the judge whose scores rank, if there is one.
    """

    folder: str
    name: str
    split: str
    profile: Profile
    signature: str
    headline: str
    levels: tuple[float, ...]
    metrics: tuple[str, ...]
    settings: Settings
    n_claims: int
    gold_sha256: str
    public_gold: bool
    systems: tuple[PublicSystem, ...]
    claims: tuple[PublicClaim, ...] = ()
    comparisons: tuple[PublicComparison, ...] = ()
    tie_break: str = TIE_BREAK
    rules: tuple[str, ...] = ()
    judge: BoardJudge | None = None

    @property
    def credit(self) -> Credit:
        """How claims get credit under the headline."""
        judge, profile = self.judge, self.profile
        if judge is not None:
            return Credit(judge.credit_name, judge.levels, judge.level, judge.comparison, True)
        level = float(self.headline.partition("@")[2] or profile.headline_level)
        return Credit(profile.credit_name, self.levels, level, profile.comparison, False)

    @property
    def scored(self) -> tuple[PublicSystem, ...]:
        """The systems that have scores."""
        return tuple(system for system in self.systems if system.scored)


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """One row of a leaderboard as it was published; None for what was not."""

    rank: int | None
    team: str
    system: str
    score: float
    q_only: float | None
    q_plus_a: float | None
    old_score: float | None
    seconds_per_claim: float | None
    is_baseline: bool


@dataclass(frozen=True, slots=True)
class PublishedBoard:
    """A published leaderboard of one year. ``score_name`` is the metric that ranked, ``source`` where it was read."""

    year: str
    score_name: str
    source: str
    rows: tuple[PublishedRow, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a board's changelog: the changes of one build, numbered from 1, as sentences.

    ``date`` is an ISO day, None where the build was told none.
    """

    number: int
    date: str | None
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PublicSite:
    """Everything a site shows.

    ``submit`` is the organiser's text on how to take part, ``contact`` how to reach them, ``changes`` are newest first.
    ``config_file`` is the name of the configuration and ``config_sha256`` its hash in hex, ``published_file`` the name
    and hash of the file that ``published`` was read from; None where there is none or it may not be told.
    """

    title: str
    description: str
    submit: str
    boards: tuple[PublicBoard, ...]
    published: tuple[PublishedBoard, ...] = ()
    changes: tuple[Change, ...] = ()
    config_file: str | None = None
    config_sha256: str | None = None
    published_file: tuple[str, str] | None = None
    contact: str = ""


__all__ = [
    "BoardJudge",
    "Change",
    "ConfusionMatrix",
    "Credit",
    "Estimate",
    "Finding",
    "FirstPairs",
    "Group",
    "PublicBoard",
    "PublicClaim",
    "PublicComparison",
    "PublicEvidence",
    "PublicSite",
    "PublicSystem",
    "PublishedBoard",
    "PublishedRow",
    "Runs",
    "WinRow",
]
