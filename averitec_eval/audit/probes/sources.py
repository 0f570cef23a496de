"""Sources: addresses that are missing, broken or unsafe, and evidence that the knowledge store does not hold."""

from __future__ import annotations

from functools import partial

from averitec_eval.audit.context import Context, Piece, Probe, Seen, counted, finding, probe, share_finding, shown
from averitec_eval.audit.probes.addresses import is_web_address, parse_address, unsafe_because
from averitec_eval.audit.records import Finding, Skipped
from averitec_eval.validation.printable import shorten

_NO_SOURCE = "the submission names no source"
_NO_STORE = "needs a knowledge store"


def _missing(context: Context, of: Probe) -> Finding | Skipped:
    if not any(piece.url for piece in context.pieces):
        return Skipped(of.name, _NO_SOURCE)
    seen = [(p.claim_id, f"item {p.position + 1}: {shown(p.answer, 150)}") for p in context.answers if not p.url]
    return share_finding(context, of, seen, len(context.answers), "answers", "name no source")


def _address(piece: Piece, why: str = "") -> Seen:
    return piece.claim_id, f"item {piece.position + 1}: {shorten(piece.url, 120)}{f' ({why})' if why else ''}"


def _malformed(context: Context, of: Probe) -> Finding | Skipped:
    given = [piece for piece in context.pieces if piece.url]
    if not given:
        return Skipped(of.name, _NO_SOURCE)
    seen = [_address(p) for p in given if not is_web_address(p.url) and unsafe_because(p.url) is None]
    return share_finding(context, of, seen, len(given), "sources", "are no addresses of the web")


def _unsafe(context: Context, of: Probe) -> Finding | Skipped:
    given = [piece for piece in context.pieces if piece.url]
    if not given:
        return Skipped(of.name, _NO_SOURCE)
    reasons = ((piece, unsafe_because(piece.url)) for piece in given)
    seen = [_address(piece, why) for piece, why in reasons if why]
    claims = f", in {counted(len({claim_id for claim_id, _ in seen}), 'claim')}" if seen else ""
    what = "is an address" if len(seen) == 1 else "are addresses"
    sentence = f"{counted(len(seen), 'source')} {what} that nobody should follow{claims}."
    return finding(context, of, float(len(seen)), sentence, seen)


def _domain(context: Context, of: Probe) -> Finding | Skipped:
    sites: dict[str, dict[int, Piece]] = {}
    for piece in context.pieces:
        site = parse_address(piece.url).site if piece.url else ""
        if site:
            sites.setdefault(site, {}).setdefault(piece.claim_id, piece)
    if not sites:
        return Skipped(of.name, _NO_SOURCE)
    site = min(sites, key=lambda name: (-len(sites[name]), name))
    claims, total = sites[site], len(context.by_claim)
    seen = [_address(piece) for piece in claims.values()]
    sentence = f"{len(claims):,} of {total:,} claims have evidence from {shorten(site, 60)}, the site that most have."
    return finding(context, of, len(claims) / total, sentence, seen)


def _store(context: Context, of: Probe, *, texts: bool) -> Finding | Skipped:
    if context.store is None:
        return Skipped(of.name, _NO_STORE)
    looked = context.looked
    if not looked:
        return Skipped(of.name, "the knowledge store holds none of the claims")
    seen: list[Seen] = []
    total = 0
    for claim_id, found in looked.items():
        pieces = context.by_claim[claim_id]
        asked, missing = (found.texts, found.missing_texts) if texts else (found.urls, found.missing_urls)
        total += asked
        for position in missing:
            piece = pieces[position]
            seen.append((claim_id, f"item {position + 1}: {shown(piece.answer, 150)}") if texts else _address(piece))
    if not total:
        return Skipped(of.name, "no answer is long enough to look up" if texts else _NO_SOURCE)
    if texts:
        more = "Answers in a system's own words are not found either."
        return share_finding(context, of, seen, total, "answers", "are not in the knowledge store", more)
    return share_finding(context, of, seen, total, "sources", "are not in the knowledge store")


PROBES = (
    probe("sources.missing", "No source", "share", "Share of the answers without an address.")(_missing),
    probe(
        "sources.malformed",
        "Malformed addresses",
        "share",
        "Share of the sources that are no address of the web, such as one without a scheme.",
    )(_malformed),
    probe(
        "sources.unsafe",
        "Unsafe addresses",
        "count",
        "Number of sources with a scheme other than http and https, a user's name, a private host or invisible "
        "characters.",
    )(_unsafe),
    probe(
        "sources.domain",
        "One site for most claims",
        "share",
        "Share of the claims that have evidence from the one site that serves most.",
    )(_domain),
    probe(
        "sources.store_urls",
        "Addresses not in the store",
        "share",
        "Share of the sources whose page the knowledge store does not hold for the claim.",
    )(partial(_store, texts=False)),
    probe(
        "sources.store_texts",
        "Answers not in the store",
        "share",
        "Share of the answers of which less than half of the runs of words stand in the store's pages for the claim.",
    )(partial(_store, texts=True)),
)

__all__ = ["PROBES"]
