"""What it costs to find evidence for one claim among very many sentences, with several libraries.

Run as ``python -m benchmarks.retrieval``; prints Markdown. A claim's file of the knowledge store is generated in the
task's format: pages of 400 sentences, whose words follow Zipf's law. Each measurement is a process of its own on one
core, ``python -m benchmarks.retrieval work ENGINE FOLDER``: it reads the file, makes units of it, drops repeated ones,
cuts them into words, and finds the best 10,000 for a claim of twelve words. A library that is not installed is left
out.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from averitec_eval.baselines.bm25 import TOKENIZERS
from averitec_eval.baselines.state import Unit
from benchmarks.measure import median

SENTENCES = 500_000
PER_PAGE = 400
WORDS = 200_000
FOUND = 10_000
ENGINES = ("words", "spaces", "pinned", "bm25s", "tantivy", "rank_bm25")
LIBRARIES = ENGINES[3:]
LIMITS = "at most 15 s and 2,048 MB"


def generate(folder: Path, sentences: int) -> int:
    """Write a claim's file of so many sentences, about 24 words each, and give its bytes; the same each time."""
    import numpy as np

    rng = np.random.default_rng(0)
    letters = rng.integers(97, 123, (WORDS, 10), dtype=np.uint8)
    lengths = rng.integers(2, 11, WORDS)
    words = [bytes(row[:length]).decode() for row, length in zip(letters, lengths, strict=True)]
    share = np.cumsum(1 / np.arange(1, WORDS + 1) ** 1.05)
    path = folder / "0.json"
    with path.open("w", encoding="utf-8") as out:
        for page in range(0, sentences, PER_PAGE):
            passages = []
            for length in np.clip(rng.gamma(2.5, 10, min(PER_PAGE, sentences - page)).astype(int), 3, 200):
                ranks = np.searchsorted(share, rng.random(length) * share[-1])
                passages.append(" ".join(words[rank] for rank in ranks).capitalize() + ".")
            line = {"claim_id": "0", "type": "claim", "query": "", "url": f"https://example.org/{page}"}
            out.write(json.dumps(line | {"url2text": passages}) + "\n")
    return path.stat().st_size


def work(engine: str, folder: Path) -> dict[str, Any]:
    """Find a claim's evidence; gives the CPU seconds of reading and of searching, and the places found."""
    from averitec_eval.baselines.components.base import Tools
    from averitec_eval.baselines.components.retrieve import Bm25, distinct
    from averitec_eval.baselines.components.segment import Sentences
    from averitec_eval.baselines.state import ClaimInput, ClaimState, Query
    from averitec_eval.baselines.store import KnowledgeStore

    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    start = time.process_time()
    documents = KnowledgeStore(folder).read(0).documents
    claim = documents[len(documents) // 2].sentences[0].rstrip(".")
    claim = " ".join(claim.split()[:12])
    state = ClaimState(ClaimInput(0, claim), documents=documents, queries=(Query(claim),))
    state = Sentences().run(state, Tools())
    read = time.process_time()
    if engine in TOKENIZERS:
        found = Bm25(k=FOUND, tokenizer=engine).run(state, Tools())
        places = [one.unit for one in found.candidates]
    else:
        units = distinct(state.units, "folded")
        places = [units[place] for place in _SEARCHES[engine](units, claim.lower())]
    end = time.process_time()
    best = [[unit.document, unit.sentence] for unit in places[:10]]
    return {"read": read - start, "search": end - read, "units": len(state.units), "found": len(places), "best": best}


def _cut(text: str) -> list[str]:
    from averitec_eval.baselines.bm25 import tokenizer

    return tokenizer("words")(text.lower())


def _with_bm25s(units: Sequence[Unit], claim: str) -> list[int]:
    import bm25s

    retriever = bm25s.BM25()
    retriever.index([_cut(unit.text) for unit in units], show_progress=False)
    places, _ = retriever.retrieve([_cut(claim)], k=min(FOUND, len(units)), show_progress=False)
    return [int(place) for place in places[0]]


def _with_rank_bm25(units: Sequence[Unit], claim: str) -> list[int]:
    from rank_bm25 import BM25Okapi

    from averitec_eval.baselines.bm25 import best

    scores = BM25Okapi([_cut(unit.text) for unit in units]).get_scores(_cut(claim))
    return [int(place) for place in best(scores, FOUND)]


def _with_tantivy(units: Sequence[Unit], claim: str) -> list[int]:
    import tantivy

    schema = tantivy.SchemaBuilder().add_text_field("text").add_unsigned_field("place", stored=True).build()
    index = tantivy.Index(schema)
    writer = index.writer(heap_size=256 << 20, num_threads=1)
    for place, unit in enumerate(units):
        writer.add_document(tantivy.Document(text=[unit.text], place=place))
    writer.commit()
    index.reload()
    searcher = index.searcher()
    query = index.parse_query(" ".join(_cut(claim)), ["text"])
    return [searcher.doc(address)["place"][0] for _, address in searcher.search(query, FOUND).hits]


_SEARCHES: dict[str, Callable[[Sequence[Unit], str], list[int]]] = {
    "bm25s": _with_bm25s,
    "tantivy": _with_tantivy,
    "rank_bm25": _with_rank_bm25,
}


def report(sentences: int, engines: Sequence[str], times: int) -> None:
    """Measure each engine on a generated claim and print a table."""
    with tempfile.TemporaryDirectory() as name:
        size = generate(Path(name), sentences)
        print(f"A claim with {sentences:,} sentences ({size / 1e6:.0f} MB), one core:\n")
        print("| Engine | CPU s | of it reading | searching | Wall s | Peak MB | Sentences found | Same first ten |")
        print("| --- " + "| ---: " * 7 + "|")
        first: list[Any] | None = None
        for engine in engines:
            if engine in LIBRARIES and importlib.util.find_spec(engine) is None:
                print(f"| {engine} | not installed |" + " |" * 6, flush=True)
                continue
            cost = median([sys.executable, "-m", "benchmarks.retrieval", "work", engine, name], times)
            got = json.loads(cost.stdout)
            first = got["best"] if first is None else first
            same = sum(place in first for place in got["best"])
            label = f"averitec-eval, `{engine}`" if engine in TOKENIZERS else engine
            cells = (label, f"{cost.cpu:.1f}", f"{got['read']:.1f}", f"{got['search']:.1f}", f"{cost.wall:.1f}")
            print(f"| {' | '.join(cells)} | {cost.memory:,.0f} | {got['found']:,} | {same} |", flush=True)
    print(f"\nThe limit that was set: {LIMITS}.")


def main() -> None:
    """Measure and print, or do the work of one measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=1, help="runs of each case (the median is printed)")
    parser.add_argument("--sentences", type=int, default=SENTENCES, help="how many sentences the claim has")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES, help="what is measured")
    commands = parser.add_subparsers()
    worker = commands.add_parser("work", help="find evidence once and print what it took")
    worker.add_argument("engine", choices=ENGINES)
    worker.add_argument("folder", type=Path)
    args = parser.parse_args()
    if "engine" in args:
        print(json.dumps(work(args.engine, args.folder)))
        return
    report(args.sentences, args.engines, args.times)


if __name__ == "__main__":
    main()
