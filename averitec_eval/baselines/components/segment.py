"""Segmentation: what a unit of text is that retrieval ranks: a passage or sentence, a chunk, or a whole page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from averitec_eval.baselines.components.base import Tools, component, option
from averitec_eval.baselines.state import ClaimState, Document, Unit


def _with_units(state: ClaimState, units: Iterable[Unit]) -> ClaimState:
    state = replace(state, units=tuple(units))
    return state if state.units else state.with_trouble("segment", "no-units", f"{len(state.documents)} documents")


def _passages(document: Document) -> Iterator[tuple[int, str]]:
    """The passages of a page that are not blank, without white space around them, each with its place."""
    for place, text in enumerate(document.sentences):
        text = text.strip()
        if text:
            yield place, text


def pieces(text: str, most: int) -> Iterator[str]:
    """A text in pieces of at most ``most`` characters, cut between words where there is a gap in the second half."""
    while len(text) > most:
        gap = text.rfind(" ", most // 2, most + 1)
        cut = most if gap < 0 else gap
        yield text[:cut].rstrip()
        text = text[cut:].lstrip()
    if text:
        yield text


@component("segment", "sentences", reads=("documents",), fills=("units",))
@dataclass(frozen=True, slots=True)
class Sentences:
    """Each passage of a page is a unit, as the store holds it or taken apart into sentences."""

    split: bool = option(False, help="whether passages are taken apart where sentences end")
    max_chars: int | None = option(None, low=20, help="units that are longer are cut between words; none: never")

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        """Fill ``units`` in the order of the store."""
        return _with_units(state, self._units(state.documents))

    def _units(self, documents: Sequence[Document]) -> Iterator[Unit]:
        for document in documents:
            url, index, query = document.url, document.index, document.query
            for place, passage in _passages(document):
                for text in self._parts(passage):
                    yield Unit(text, url, index, place, query)

    def _parts(self, passage: str) -> Iterable[str]:
        found: Iterable[str] = (passage,)
        if self.split:
            from averitec_eval.text.sentences import split_sentences

            found = split_sentences(passage)
        if self.max_chars is None:
            return found
        most = self.max_chars
        return (part for text in found for part in pieces(text, most))


@component("segment", "document", reads=("documents",), fills=("units",))
@dataclass(frozen=True, slots=True)
class WholeDocument:
    """Each page is a unit: its passages joined."""

    join: str = option(" ", choices=(" ", "\n"), help="what stands between passages")
    max_chars: int | None = option(None, low=20, help="how much of a page counts, from its start; none: all")

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        """Fill ``units`` in the order of the store."""
        return _with_units(state, filter(None, map(self._unit, state.documents)))

    def _unit(self, document: Document) -> Unit | None:
        found = list(_passages(document))
        if not found:
            return None
        text = self.join.join(passage for _, passage in found)
        if self.max_chars is not None:
            text = next(pieces(text, self.max_chars))
        return Unit(text, document.url, document.index, found[0][0], document.query)


@component("segment", "chunks", reads=("documents",), fills=("units",))
@dataclass(frozen=True, slots=True)
class Chunks:
    """Passages of a page joined into units of up to so many characters; later stages may see the neighbours too."""

    max_chars: int = option(2048, low=20, help="most characters of a unit; a longer passage is cut between words")
    context: int = option(0, low=0, high=10, help="how many units before and after a unit later stages see with it")

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        """Fill ``units`` in the order of the store."""
        return _with_units(state, (unit for document in state.documents for unit in self._units(document)))

    def _units(self, document: Document) -> Iterator[Unit]:
        chunks = list(self._chunks(document))
        for number, (place, text) in enumerate(chunks):
            around = chunks[max(number - self.context, 0) : number + self.context + 1]
            shown = " ".join(part for _, part in around) if len(around) > 1 else None
            yield Unit(text, document.url, document.index, place, document.query, shown)

    def _chunks(self, document: Document) -> Iterator[tuple[int, str]]:
        held: list[str] = []
        start = size = 0
        for place, passage in _passages(document):
            for part in pieces(passage, self.max_chars):
                if held and size + 1 + len(part) > self.max_chars:
                    yield start, " ".join(held)
                    held, size = [], 0
                if not held:
                    start = place
                size += len(part) + (1 if held else 0)
                held.append(part)
        if held:
            yield start, " ".join(held)


__all__ = ["Chunks", "Sentences", "WholeDocument", "pieces"]
