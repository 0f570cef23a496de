"""A page for every two systems with scores, and the list of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from averitec_eval.comparison import PairComparison
from averitec_eval.leaderboard.claim_pages import SHORT, claim_path
from averitec_eval.leaderboard.page import Page
from averitec_eval.leaderboard.rendering import Crumb, Frame, crumbs, frame, metric_title, render
from averitec_eval.leaderboard.view import Estimate, PublicBoard, PublicComparison, PublicSite, PublicSystem
from averitec_eval.scoring.results import ClaimScore

CLAIM_TEXT_LIMIT = 110
"""How many characters of a deciding claim are shown; its own page has all."""

LISTED = 30
"""How many deciding claims of each side are listed with their texts; of the others there are links."""


class Side(NamedTuple):
    """What a comparison's page says of one of the two systems."""

    id: str
    name: str
    team: str
    kind: str
    rank: int | None
    tier: int | None
    n_missing: int | None
    scores: Mapping[str, Estimate]


class Deciding(NamedTuple):
    """A claim that one system gets and the other does not: how both answered and how their evidence scored.

    ``predicted`` and ``evidence`` hold the winner's, then the other's.
    """

    claim_id: int
    text: str
    gold: str
    predicted: tuple[str, str]
    evidence: tuple[float | None, float | None]


class Decided(NamedTuple):
    """The claims that one side wins: how many there are, the first of them in the comparison's order, and the ids of
    the others.
    """

    won: int
    claims: tuple[Deciding, ...]
    others: tuple[int, ...]


def pair_path(folder: str, first: str, second: str) -> str:
    """Where the page of two systems lies below the site's folder; the order in which they are given changes nothing."""
    low, high = sorted((first, second))
    return f"{folder}compare/{low}/{high}.html"


def compare_pages(site: PublicSite, board: PublicBoard) -> Iterator[Page]:
    """Yield the list of a board's pairs and a page for each, none where fewer than two systems have scores."""
    if not board.comparisons:
        return
    around = frame(site, board)
    sides = {system.id: side(system) for system in board.scored}
    yield _index_page(board, around, sides)
    claims = _Claims(board)
    for comparison in board.comparisons:
        yield _pair_page(board, around, sides[comparison.a], sides[comparison.b], comparison, claims)


def side(system: PublicSystem) -> Side:
    """What a comparison's page says of a system."""
    return Side(
        system.id,
        system.name,
        system.team,
        system.kind,
        system.rank,
        system.tier,
        system.n_missing,
        system.scores,
    )


class _Claims:
    """The claims of a board by id, and what each system scored on them."""

    def __init__(self, board: PublicBoard) -> None:
        self._claims = {claim.claim_id: (place, claim) for place, claim in enumerate(board.claims)}
        self._credit = board.credit
        self._scores = {system.id: system.claims for system in board.scored if system.claims}

    def decided(self, ids: tuple[int, ...], count: int, winner: str, loser: str) -> Decided:
        """The claims of ``ids``, which ``winner`` wins; nothing of them where the gold is hidden."""
        if winner not in self._scores or loser not in self._scores:
            return Decided(count, (), ())
        found = []
        for claim_id in ids[:LISTED]:
            place, claim = self._claims[claim_id]
            scores = self._scores[winner][place], self._scores[loser][place]
            text = claim.claim
            if len(text) > CLAIM_TEXT_LIMIT:
                text = text[:CLAIM_TEXT_LIMIT].rstrip() + "…"
            found.append(
                Deciding(
                    claim_id,
                    text,
                    SHORT[claim.label],
                    (_verdict(scores[0]), _verdict(scores[1])),
                    (self._credit.evidence(scores[0]), self._credit.evidence(scores[1])),
                )
            )
        return Decided(count, tuple(found), ids[LISTED:])


def _verdict(score: ClaimScore) -> str:
    return "none" if score.predicted is None else SHORT[score.predicted]


def _pair_page(
    board: PublicBoard, around: Frame, a: Side, b: Side, comparison: PublicComparison, claims: _Claims
) -> Page:
    path = pair_path(board.folder, a.id, b.id)
    pair = comparison.pair
    sides = (
        claims.decided(pair.won_by_a, pair.wins, a.id, b.id),
        claims.decided(pair.won_by_b, pair.losses, b.id, a.id),
    )

    def make() -> str:
        return render(
            "compare.html",
            path,
            around,
            crumbs(
                around,
                Crumb("Compare", f"{board.folder}compare/index.html"),
                Crumb(f"{pair.a} and {pair.b}", None),
            ),
            folder=board.folder,
            a=a,
            b=b,
            pair=pair,
            sentence=comparison.sentence,
            groups=[
                (name, rows)
                for name, rows in (("Gold verdict", comparison.by_label), ("Claim type", comparison.by_type))
                if rows
            ],
            metrics=[(metric, metric_title(metric, board.profile)) for metric in board.metrics],
            level=board.settings.level,
            top=difference_top([(pair.ci_low, pair.ci_high)]),
            sides=((a, b, sides[0]), (b, a, sides[1])),
            public_gold=board.public_gold,
            judged=board.credit.judged,
            n_claims=board.n_claims,
            claim_path=claim_path,
            p=p_text,
            outcome=outcome,
        )

    key = (
        around,
        a,
        b,
        comparison,
        sides,
        board.metrics,
        board.profile,
        board.settings,
        board.public_gold,
        board.credit,
        board.n_claims,
    )
    return Page(path, key, make)


def _index_page(board: PublicBoard, around: Frame, sides: Mapping[str, Side]) -> Page:
    path = f"{board.folder}compare/index.html"
    pairs = tuple((comparison.a, comparison.b, comparison.pair) for comparison in board.comparisons)

    def make() -> str:
        cells: dict[tuple[str, str], tuple[float, bool]] = {}
        for a, b, pair in pairs:
            cells[a, b] = pair.difference, pair.significant
            cells[b, a] = -pair.difference, pair.significant
        return render(
            "compare_index.html",
            path,
            around,
            crumbs(around, Crumb("Compare", None)),
            folder=board.folder,
            headline=board.headline,
            level=board.settings.level,
            pairs=pairs,
            cells=cells,
            sides=tuple(sides.values()),
            # Oracles are so far ahead that an axis with room for them would show nothing else.
            top=difference_top(
                (pair.ci_low, pair.ci_high) for a, b, pair in pairs if "oracle" not in (sides[a].kind, sides[b].kind)
            ),
            pair_path=pair_path,
            p=p_text,
            outcome=outcome,
        )

    return Page(path, (around, board.folder, board.headline, board.settings, pairs, tuple(sides.values())), make)


def p_text(p: float) -> str:
    """A p value as people read it."""
    return "< 0.0001" if p < 0.0001 else f"{p:.4f}"


def outcome(pair: PairComparison) -> str:
    """What a test of two systems says, in two words."""
    return "significant" if pair.significant else "not significant"


def difference_top(intervals: Iterable[tuple[float, float]]) -> float:
    """The end of a symmetric axis that holds all these intervals of differences, at least 0.02."""
    return 1.05 * max([0.02, *(max(abs(low), abs(high)) for low, high in intervals)])


__all__ = [
    "Decided",
    "Deciding",
    "Side",
    "compare_pages",
    "difference_top",
    "outcome",
    "p_text",
    "pair_path",
    "side",
]
