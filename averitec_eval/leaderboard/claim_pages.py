"""A page for each claim of a public gold set, and the index of all claims."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

from averitec_eval.leaderboard.difficulty import (
    DIFFICULTIES,
    ClaimSummary,
    claim_summaries,
    counted,
)
from averitec_eval.leaderboard.evidence_view import evidence_html, gold_list, unmatched_limit
from averitec_eval.leaderboard.judged_view import judged_sentence
from averitec_eval.leaderboard.page import Page
from averitec_eval.leaderboard.rendering import Crumb, Frame, crumbs, frame, render, root_of, shown
from averitec_eval.leaderboard.view import Credit, PublicBoard, PublicClaim, PublicSite, PublicSystem
from averitec_eval.records import Verdict
from averitec_eval.scoring.explain import credit_sentence
from averitec_eval.scoring.profiles import Profile
from averitec_eval.scoring.results import ClaimScore

SHORT = {
    Verdict.SUPPORTED: "Supported",
    Verdict.REFUTED: "Refuted",
    Verdict.NOT_ENOUGH_EVIDENCE: "Not enough",
    Verdict.CONFLICTING: "Conflicting",
}
"""Verdicts where there is little room."""


class _Row(NamedTuple):
    """What a claim's page says of one system whatever the claim."""

    id: str
    name: str
    team: str
    kind: str
    rank: int | None
    submission_sha256: str | None


class _Context(NamedTuple):
    """What the pages of all claims of a board share."""

    frame: Frame
    folder: str
    split: str
    profile: Profile
    credit: Credit
    judge: str
    signature: str
    n: int
    limit: int
    rows: tuple[_Row, ...]
    counted: tuple[str, ...]


def claim_path(folder: str, claim_id: int) -> str:
    """Where a claim's page lies below the site's folder."""
    return f"{folder}claims/{claim_id}.html"


def claim_pages(site: PublicSite, board: PublicBoard) -> Iterator[Page]:
    """Yield the index of a board's claims and a page for each, none where the gold is hidden."""
    if not (board.public_gold and board.claims):
        return
    systems = tuple(system for system in board.scored if system.claims)
    context = _Context(
        frame=frame(site, board),
        folder=board.folder,
        split=board.split,
        profile=board.profile,
        credit=board.credit,
        judge="" if board.judge is None else board.judge.model,
        signature=board.signature,
        n=len(board.claims),
        limit=unmatched_limit(len(systems), len(board.claims)),
        rows=tuple(_row(system) for system in systems),
        counted=tuple(system.id for system in counted(board)),
    )
    summaries = claim_summaries(board)
    yield _index_page(context, summaries)
    ids = [None, *(claim.claim_id for claim in board.claims), None]
    for place, summary in enumerate(summaries):
        yield _claim_page(context, summary, place, systems, (ids[place], ids[place + 2]))


def _row(system: PublicSystem) -> _Row:
    return _Row(system.id, system.name, system.team, system.kind, system.rank, system.submission_sha256)


# --- The index ---


def _index_page(context: _Context, summaries: tuple[ClaimSummary, ...]) -> Page:
    path = f"{context.folder}claims/index.html"

    def make() -> str:
        types = sorted({name for summary in summaries for name in summary.claim.claim_types})
        disagreements = sorted({summary.disagreement for summary in summaries})
        return render(
            "claims.html",
            path,
            context.frame,
            crumbs(context.frame, Crumb("Claims", None)),
            context=context,
            labels=[(label.value, label.value) for label in Verdict],
            types=[(name, name) for name in types],
            difficulties=DIFFICULTIES.items(),
            disagreements=[(count, disagreement_text(count)) for count in disagreements],
            rows=Markup("\n".join(map(_index_row, summaries))),
        )

    return Page(path, (context, summaries), make)


def disagreement_text(count: int) -> str:
    """How far systems agree, given how many different verdicts they predicted."""
    return {0: "no predictions", 1: "all agree"}.get(count, f"{count} different verdicts")


def _index_row(summary: ClaimSummary) -> str:
    claim = summary.claim
    types = "|".join(claim.claim_types)
    predicted = [f"{SHORT[verdict]} {count}" for verdict, count in summary.verdicts]
    if summary.missing:
        predicted.append(f"none {summary.missing}")
    return (
        f'<tr data-label="{claim.label.value}" data-type="{escape(shown(types))}"'
        f' data-difficulty="{summary.difficulty}" data-disagreement="{summary.disagreement}">'
        f"<td class=number>{claim.claim_id}</td>"
        f'<th scope=row><a href="{claim.claim_id}.html">{escape(shown(claim.claim))}</a></th>'
        f"<td>{claim.label.value}</td><td>{escape(shown(', '.join(claim.claim_types)))}</td>"
        f'<td class=number data-value="{summary.credited}">{summary.credited} of {summary.systems}</td>'
        f'<td data-value="{summary.disagreement}">{", ".join(predicted)}</td></tr>'
    )


# --- One claim ---


def _claim_page(
    context: _Context,
    summary: ClaimSummary,
    place: int,
    systems: Sequence[PublicSystem],
    neighbours: tuple[int | None, int | None],
) -> Page:
    claim = summary.claim
    path = claim_path(context.folder, claim.claim_id)
    scores = tuple(system.claims[place] for system in systems)
    # What a file says of a claim follows from the file; without its hash, the evidence itself has to be looked at.
    unhashed = tuple(system.details.get(claim.claim_id) for system in systems if system.submission_sha256 is None)

    def make() -> str:
        return render(
            "claim.html",
            path,
            context.frame,
            crumbs(
                context.frame,
                Crumb("Claims", f"{context.folder}claims/index.html"),
                Crumb(f"Claim {claim.claim_id}", None),
            ),
            context=context,
            claim=claim,
            summary=summary,
            before=neighbours[0],
            after=neighbours[1],
            place=place + 1,
            folder=context.folder,
            gold=gold_list(claim.evidence),
            table=Markup("\n".join(_table_rows(context, scores, path))),
            runs=Markup("\n".join(_runs(context, claim, systems, scores))),
        )

    return Page(path, (context, neighbours, place, summary, scores, unhashed), make)


def _table_rows(context: _Context, scores: Sequence[ClaimScore], path: str) -> Iterator[str]:
    root = root_of(path)
    for row, score in zip(context.rows, scores, strict=True):
        rank = "–" if row.rank is None else str(row.rank)
        badge = "" if row.kind == "system" else f' <span class="badge">{row.kind}</span>'
        address = f"{root}{context.folder}systems/{row.id}.html"
        predicted = "none" if score.predicted is None else escape(score.predicted.value)
        yield (
            f'<tr><td class=number>{rank}</td><th scope=row><a href="{address}">{_name(row)}</a>{badge}</th>'
            f"<td>{predicted} {_right(score)}</td><td class=number>{_evidence(context, score)}</td>"
            f"<td>{_credit(context.credit.of(score))}</td>"
            f'<td class=why>{escape(_why(context, score))} <a href="#s-{row.id}">Evidence</a></td></tr>'
        )


def _name(row: _Row) -> Markup:
    return escape(shown(row.name))


def _right(score: ClaimScore) -> str:
    if score.label_correct:
        return "<span class=yes>✓ right</span>"
    return f"<span class=no>✗ {'missing' if score.missing else 'wrong'}</span>"


def _evidence(context: _Context, score: ClaimScore) -> str:
    evidence = context.credit.evidence(score)
    return "–" if evidence is None else f"{evidence:.4f}"


def _credit(credit: bool | None) -> str:
    if credit is None:
        return "not judged"
    return "<span class=yes>✓ credit</span>" if credit else "<span class=no>✗ none</span>"


def _why(context: _Context, score: ClaimScore) -> str:
    credit = context.credit
    if credit.judged:
        return judged_sentence(score, credit)
    return credit_sentence(score, credit.level, credit.comparison)


def _runs(
    context: _Context,
    claim: PublicClaim,
    systems: Sequence[PublicSystem],
    scores: Sequence[ClaimScore],
) -> Iterator[str]:
    for row, system, score in zip(context.rows, systems, scores, strict=True):
        predicted = "No prediction" if score.predicted is None else escape(score.predicted.value)
        detail = system.details.get(claim.claim_id)
        body = Markup("<p class=h>It leaves this claim out.</p>") if score.missing else Markup("")
        if detail is not None:
            body = evidence_html(detail, score, claim.evidence, context.limit)
        # The target of links lies inside: following one opens what is around it.
        yield (
            f"<details class=run><summary><strong>{_name(row)}</strong> {predicted} {_right(score)} "
            f"{'recall' if context.credit.judged else 'evidence'} {_evidence(context, score)} "
            f"{_credit(context.credit.of(score))}</summary>\n"
            f'<div id="s-{row.id}">{body}</div></details>'
        )


__all__ = ["SHORT", "claim_pages", "claim_path", "disagreement_text"]
