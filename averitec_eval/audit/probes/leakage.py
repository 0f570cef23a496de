"""Leakage: sources that may hold the verdict, or that nobody could have read when the claim was made."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

from averitec_eval.audit.context import Context, Piece, Probe, Seen, counted, finding, probe, share_finding
from averitec_eval.audit.probes.addresses import belongs_to, page_key, parse_address
from averitec_eval.audit.records import Finding, Skipped
from averitec_eval.audit.similar import similar_pairs
from averitec_eval.audit.texts import content_words, near, normalise
from averitec_eval.validation.printable import shorten

_CLAIM_DATE = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})")
_NO_SOURCE = "the submission names no source"


def claim_day(text: str | None) -> date | None:
    """The day of a claim, which AVeriTeC writes as day-month-year; None where there is none or it does not exist."""
    match = _CLAIM_DATE.fullmatch((text or "").strip())
    if not match:
        return None
    day, month, year = map(int, match.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _sourced(context: Context) -> list[Piece]:
    return [piece for piece in context.pieces if piece.url]


def _at(piece: Piece) -> str:
    return f"item {piece.position + 1}: {shorten(piece.url, 150)}"


def _sites(context: Context, of: Probe) -> Finding | Skipped:
    pieces = _sourced(context)
    if not pieces:
        return Skipped(of.name, _NO_SOURCE)
    sites: Counter[str] = Counter()
    seen: list[Seen] = []
    for piece in pieces:
        site = parse_address(piece.url).site
        if belongs_to(site, context.domains):
            sites[site] += 1
            seen.append((piece.claim_id, _at(piece)))
    most = ", ".join(f"{shorten(site, 40)} ({count:,})" for site, count in sites.most_common(3))
    return share_finding(
        context, of, seen, len(pieces), "sources", "are pages of fact-checking sites", f"The most frequent: {most}."
    )


def _articles(context: Context, of: Probe) -> Finding | Skipped:
    pieces = _sourced(context)
    if not pieces:
        return Skipped(of.name, _NO_SOURCE)
    articles = {c.claim_id: page_key(c.fact_checking_article) for c in context.gold if c.fact_checking_article}
    if not articles:
        return Skipped(of.name, "the gold names no fact-checking article")
    seen = [(piece.claim_id, _at(piece)) for piece in pieces if articles.get(piece.claim_id) == page_key(piece.url)]
    claims, total = len({claim_id for claim_id, _ in seen}), len(context.by_claim)
    inside = f" ({counted(len(seen), 'source')})" if seen else ""
    sentence = f"{claims:,} of {total:,} claims have the article that fact-checks the claim itself as a source{inside}."
    return finding(context, of, claims / total, sentence, seen)


def _dates(context: Context, of: Probe) -> Finding | Skipped:
    days = {claim.claim_id: claim_day(claim.claim_date) for claim in context.gold}
    if not any(days.values()):
        return Skipped(of.name, "the gold has no dates of claims")
    pieces = _sourced(context)
    if not pieces:
        return Skipped(of.name, _NO_SOURCE)
    seen: list[Seen] = []
    for piece in pieces:
        archived, day = parse_address(piece.url).archived, days[piece.claim_id]
        if archived and day and archived > day:
            seen.append((piece.claim_id, f"claim of {day}, copy of {archived}, {_at(piece)}"))
    more = "Such a copy may be of an older page."
    return share_finding(
        context, of, seen, len(pieces), "sources", "are copies in web archives, made after the claim", more
    )


def _gold_sources(context: Context, of: Probe) -> Finding | Skipped:
    pieces = _sourced(context)
    if not pieces:
        return Skipped(of.name, _NO_SOURCE)
    pages = {
        claim_id: {page_key(piece.url) for piece in gold if piece.url} for claim_id, gold in context.gold_pieces.items()
    }
    if not any(pages.values()):
        return Skipped(of.name, "the gold names no sources")
    seen = [(piece.claim_id, _at(piece)) for piece in pieces if page_key(piece.url) in pages[piece.claim_id]]
    more = "The knowledge store holds these pages, so good retrieval finds some."
    return share_finding(context, of, seen, len(pieces), "sources", "are pages that the annotators cite", more)


def _train(context: Context, of: Probe) -> Finding | Skipped:
    if context.train is None:
        return Skipped(of.name, "needs the training data")
    train, claims = context.train.claims, context.gold.claims
    texts = [claim.claim for claim in (*train, *claims)]
    words = [content_words(text) for text in texts]
    keys: dict[str, int] = {}
    for place, claim in enumerate(train):
        keys.setdefault(normalise(claim.claim), place)
    match: dict[int, int] = {}
    for place in range(len(train), len(texts)):
        same = keys.get(normalise(texts[place]))
        if same is not None and normalise(texts[place]):
            match[place] = same
    for one, other in similar_pairs(words):
        if one < len(train) <= other and near(words[one], words[other]):
            match.setdefault(other, one)
    seen = [
        (claims[place - len(train)].claim_id, f"train claim {train[one].claim_id}: {shorten(texts[one], 150)}")
        for place, one in sorted(match.items())
    ]
    verb = "stands" if len(seen) == 1 else "stand"
    sentence = (
        f"{counted(len(seen), 'claim')} of {len(claims):,} {verb}, the same or nearly, among the {len(train):,} claims "
        "of the training data. That is the data's doing, not the submission's."
    )
    return finding(context, of, len(seen) / len(claims), sentence, seen)


PROBES = (
    probe(
        "leakage.sites",
        "Fact-checking sites",
        "share",
        "Share of the sources that are pages of sites in the list of fact-checking sites.",
    )(_sites),
    probe(
        "leakage.articles",
        "The claim's own fact-check",
        "share",
        "Share of the claims with a source that is the article which fact-checks the claim and holds the verdict.",
        gold_texts=True,
    )(_articles),
    probe(
        "leakage.dates",
        "Archived after the claim",
        "share",
        "Share of the sources that are copies in web archives, made after the day of the claim.",
    )(_dates),
    probe(
        "leakage.gold_sources",
        "Annotators' sources",
        "share",
        "Share of the sources that the gold evidence of the claim cites too.",
        gold_texts=True,
    )(_gold_sources),
    probe(
        "leakage.train",
        "Claims of the training data",
        "share",
        "Share of the evaluated claims that stand, exactly or nearly, in the training data.",
    )(_train),
)

__all__ = ["PROBES", "claim_day"]
