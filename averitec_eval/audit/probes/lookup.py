"""Looking evidence up in a knowledge store, one claim at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from averitec_eval.audit.context import Piece
from averitec_eval.audit.probes.addresses import page_key
from averitec_eval.audit.texts import words_of

if TYPE_CHECKING:
    from averitec_eval.baselines.store import KnowledgeStore

RUN = 5
"""Words in a row that are looked for."""

LEAST_WORDS = 5
"""Content words from which an answer is looked up."""

FOUND = 0.5
"""Share of an answer's runs of words that must stand in the store: quotations are cut, joined and mended."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What became of one claim's evidence: how many addresses and answers were looked up, and the positions of the
    pieces that were not found.
    """

    urls: int
    missing_urls: tuple[int, ...]
    texts: int
    missing_texts: tuple[int, ...]


def _runs(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(words[at : at + RUN]) for at in range(max(len(words) - RUN + 1, 1)))


def look_up(store: KnowledgeStore, claim_id: int, pieces: Sequence[Piece]) -> Looked:
    """Look the pieces of one claim up in its pages. A store that cannot be read holds nothing; nothing is raised.

    Pages are streamed: a real claim has a thousand of them, and only passages that hold an answer's longest word are
    cut into words.
    """
    wanted_pages = {piece.position: page_key(piece.url) for piece in pieces if piece.url}
    wanted_runs = {
        piece.position: frozenset(_runs(words_of(piece.answer)))
        for piece in pieces
        if piece.answered and len(piece.answer_words) >= LEAST_WORDS
    }
    found_runs: dict[int, set[tuple[str, ...]]] = {position: set() for position in wanted_runs}
    anchors = {position: max(words_of(pieces[position].answer), key=len) for position in wanted_runs}
    missing_pages = set(wanted_pages.values())
    open_texts = set(wanted_runs)
    for document in store.stream(claim_id):
        missing_pages.discard(page_key(document.url))
        if not open_texts and not missing_pages:
            break
        for passage in document.sentences:
            folded = passage.lower()
            likely = [position for position in open_texts if anchors[position] in folded]
            if not likely:
                continue
            runs = set(_runs(words_of(passage)))
            for position in likely:
                found_runs[position] |= wanted_runs[position] & runs
                if len(found_runs[position]) >= FOUND * len(wanted_runs[position]):
                    open_texts.discard(position)
    return Looked(
        urls=len(wanted_pages),
        missing_urls=tuple(position for position, page in wanted_pages.items() if page in missing_pages),
        texts=len(wanted_runs),
        missing_texts=tuple(sorted(open_texts)),
    )


__all__ = ["Looked", "look_up"]
