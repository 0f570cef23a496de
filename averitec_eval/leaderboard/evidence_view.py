"""What one system said of one claim, beside the gold evidence, as HTML.

A board of twenty systems and five hundred claims has ten thousand of these; they are put together from plain strings,
with short tags, so that they are quick to make and the site stays small. Matched pairs are shown whole, for they are
what the score is made of; the others are cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from averitec_eval.leaderboard.marking import clipped, marked, safe
from averitec_eval.leaderboard.rendering import EXTERNAL_REL, href
from averitec_eval.leaderboard.view import PublicEvidence
from averitec_eval.scoring.details import ClaimDetail, Mark, MatchDetail, PredictedText
from averitec_eval.scoring.results import ClaimScore

MATCHED_LIMIT = 4_000
"""How many characters of one side of a matched pair are shown; more only fills the host's disk."""

UNMATCHED_LIMITS = ((5_000, 300), (20_000, 100), (10**9, 60))
"""How many characters of a pair without a partner are shown: on a board of up to so many systems times claims, so many.
With more, the site would grow beyond what hosts take.
"""

LISTED = 20
"""How many pairs without a partner are shown; the others are counted."""

_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def gold_list(evidence: Sequence[PublicEvidence]) -> Markup:
    """The gold pairs of a claim, numbered as pairs are called elsewhere on the page."""
    parts = ["<ol class=gold>"]
    for pair in evidence:
        kind = f" <small>{safe(pair.answer_type)}</small>" if pair.answer_type else ""
        parts.append(f"<li><p class=q>{safe(pair.question)}</p><p>{safe(pair.answer)}{kind}</p>{source(pair.url)}</li>")
    parts.append("</ol>")
    return Markup("\n".join(parts))


def source(url: str | None) -> str:
    """A link to where evidence was found that says the host, or nothing where the address is no web address."""
    address = href(url)
    if not address:
        return ""
    return f' <a href="{escape(address)}" rel="{EXTERNAL_REL}">{safe(urlsplit(address).hostname or "")}</a>'


def unmatched_limit(systems: int, claims: int) -> int:
    """How many characters of a pair without a partner are shown on a board of this size."""
    return next(limit for size, limit in UNMATCHED_LIMITS if systems * claims <= size)


def evidence_html(detail: ClaimDetail, score: ClaimScore, gold: Sequence[PublicEvidence], limit: int) -> Markup:
    """The matched pairs side by side, best first, then what has no partner and what was not compared.

    ``score`` is the same system's on the same claim and ``gold`` the claim's evidence. Pairs are numbered from 1 on
    both sides; a matched pair has the same letter on both. Pairs without a partner are cut at ``limit`` characters.
    """
    parts = []
    if detail.matches:
        parts.append("<ol class=pairs>")
        parts += [
            _matched(place, match, detail.predicted[match.predicted], gold[match.gold])
            for place, match in enumerate(detail.matches)
        ]
        parts.append("</ol>")
    taken = {match.predicted for match in detail.matches}
    free = [number for number in range(len(detail.predicted)) if number not in taken]
    parts += _rest("Compared, without a partner", [n for n in free if n < score.n_counted], detail.predicted, limit)
    cut = [n for n in free if n >= score.n_counted]
    parts += _rest(f"Beyond the first {score.n_counted}, not compared", cut, detail.predicted, limit)
    if not detail.predicted:
        parts.append("<p class=h>It gives no evidence.</p>")
    met = {match.gold for match in detail.matches}
    alone = [number for number in range(len(gold)) if number not in met]
    if alone:
        parts.append("<p class=h>Gold that nothing matched</p><ol class=rest>")
        parts += [f"<li value={n + 1}>{clipped(f'{gold[n].question} {gold[n].answer}', limit)}" for n in alone]
        parts.append("</ol>")
    return Markup("\n".join(parts))


def _matched(place: int, match: MatchDetail, predicted: PredictedText, gold: PublicEvidence) -> str:
    sign = _SIGNS[place] if place < len(_SIGNS) else str(place + 1)
    left = _side(predicted.text, predicted.question, match.predicted_marks)
    right = _side(f"{gold.question} {gold.answer}", gold.question, match.gold_marks)
    return (
        f"<li><div><small>{sign} · Predicted {match.predicted + 1}</small>{left}{source(predicted.url)}</div>\n"
        f"<p class=j>{sign} <span>METEOR {match.meteor:.3f}</span></p>\n"
        f"<div><small>{sign} · Gold {match.gold + 1}</small>{right}</div>"
    )


def _side(text: str, question: str | None, marks: Sequence[Mark]) -> str:
    """One side of a matched pair: the question, where it is told apart, and the answer."""
    if question is None:
        return f"<p>{marked(text, marks, limit=MATCHED_LIMIT)}"
    end = len(question)
    asked = marked(text, marks, 0, end, MATCHED_LIMIT)
    return f"<p class=q>{asked}<p>{marked(text, marks, end + 1, limit=MATCHED_LIMIT)}"


def _rest(heading: str, numbers: Sequence[int], predicted: Sequence[PredictedText], limit: int) -> Iterable[str]:
    if not numbers:
        return
    yield f"<p class=h>{heading}</p><ol class=rest>"
    for number in numbers[:LISTED]:
        yield f"<li value={number + 1}>{clipped(predicted[number].text, limit)}"
    yield "</ol>"
    if len(numbers) > LISTED:
        yield f"<p>and {len(numbers) - LISTED:,} more</p>"


__all__ = ["LISTED", "MATCHED_LIMIT", "UNMATCHED_LIMITS", "evidence_html", "gold_list", "source", "unmatched_limit"]
