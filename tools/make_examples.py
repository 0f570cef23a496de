"""Make the prediction files of the example submissions from AVeriTeC-mini.

    python tools/make_examples.py           write them under submissions/
    python tools/make_examples.py --check   write nothing; exit 1 if a committed file differs from what would be written

Nothing here is random, and only the oracle and the knowing mistakes of ``invalid`` depend on more than the knowledge
store and the claims' texts: the systems never see a gold answer or label. The ``submission.yaml`` files are written
by hand.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from averitec_eval.examples import mini_gold_path, mini_knowledge_store_path
from averitec_eval.files import write_bytes
from averitec_eval.formats import read_gold, write_submission
from averitec_eval.records import Answer, Gold, Prediction, Question, Verdict

FOLDER = Path(__file__).resolve().parent.parent / "submissions"


def word_set(text: str) -> frozenset[str]:
    """The words of a list written as one text."""
    return frozenset(text.split())


STOP_WORDS = word_set(
    "a about after all also an and any are as at be because been before but by can could did do does for from had has "
    "have he her his how if in into is it its more most not of on one only or other out over s she so some than that "
    "the their them then there these they this to under up was were what when where which while who why with would"
)
DENIALS = word_set(
    "belie contrary denied false hoax impossible legend misquoted mistaken myth neither never no nobody none nor not "
    "nothing wrong"
)
DOUBTS = word_set("disappeared unclear uncertain undeciphered unknown unproven unread unsure unsolved")
DISPUTES = word_set("although alternatively but contrast critics dispute disputed disputes however others while")
REASONS = word_set("because cause caused causes due since therefore why")
MONTHS = word_set("January February March April May June July August September October November December")
NAME = re.compile(
    r"(?!(?:The|A|An|In|On|At|From|By|Its?|His|Her) )"  # not an article or a preposition that begins the sentence
    r"[A-ZÀ-ÞŁ][\w'’-]*(?: (?:of |the |de |van )?[A-ZÀ-ÞŁ][\w'’-]*)*"
)


@dataclass(frozen=True)
class Sentence:
    """One sentence of the knowledge store, its page's address and its place among all of the claim's sentences."""

    text: str
    url: str
    place: int


def read_store(claim_id: int) -> list[Sentence]:
    """Every sentence of a claim's knowledge store, in file order."""
    lines = (mini_knowledge_store_path() / f"{claim_id}.json").read_text(encoding="utf-8").splitlines()
    pages = [json.loads(line) for line in lines]
    texts = [(text, page["url"]) for page in pages for text in page["url2text"]]
    return [Sentence(text, url, place) for place, (text, url) in enumerate(texts)]


def words(text: str) -> list[str]:
    """The lower-case words and numbers of a text; a thousands comma or a decimal point stays inside its number."""
    return re.findall(r"[0-9]+(?:[.,][0-9]+)*|[^\W\d_]+", text.lower())


def content_words(text: str) -> list[str]:
    """The words that carry meaning, with a plural's or verb's final s cut off so that ``peaks`` meets ``peak``."""
    kept = [word for word in words(text) if word not in STOP_WORDS]
    return [word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word for word in kept]


def numbers(text: str) -> set[str]:
    """The numbers of a text written with digits, without thousands commas."""
    return {word.replace(",", "") for word in words(text) if word[0].isdigit()}


def rank(claim: str, sentences: Sequence[Sentence]) -> list[Sentence]:
    """The sentences that share a word with the claim, best first.

    The measure is Okapi BM25 (k1 1.2, b .75) within the claim's store. The title of its page counts as part of each
    sentence, for a sentence alone often says "it" or "there".
    """
    bags = [Counter(content_words(f"{title(sentence.url)} {sentence.text}")) for sentence in sentences]
    mean_length = sum(bag.total() for bag in bags) / len(bags)
    frequency = Counter(word for bag in bags for word in bag)
    wanted = sorted(set(content_words(claim)))

    def score(bag: Counter[str]) -> float:
        norm = 1.2 * (0.25 + 0.75 * bag.total() / mean_length)
        return sum(
            math.log1p((len(bags) - frequency[word] + 0.5) / (frequency[word] + 0.5))
            * 2.2
            * bag[word]
            / (bag[word] + norm)
            for word in wanted
            if word in bag
        )

    # Rounding keeps a last bit that another machine's logarithm may set from deciding between equals.
    scores = [round(score(bag), 9) for bag in bags]
    order = sorted((-value, sentence.place) for value, sentence in zip(scores, sentences, strict=True) if value > 0)
    return [sentences[place] for _, place in order]


def subject(sentence: Sentence) -> str:
    """What a sentence seems to be about: its longest run of capitalised words, else the title of its page."""
    runs = [match for match in NAME.finditer(sentence.text) if match[0] not in MONTHS]
    # A single capitalised word at the beginning is most often no name.
    names = [re.sub("['’]s$", "", match[0]) for match in runs if match.start() or " " in match[0]]
    return max(names, key=lambda name: name.count(" "), default=title(sentence.url))


def question_for(sentence: Sentence) -> str:
    """A question that the sentence answers, by what kind of thing it says."""
    about = subject(sentence)
    found = set(words(sentence.text))
    year = re.search(r"\b(1[0-9]{3}|20[0-9]{2})\b", sentence.text)
    measure = re.search(r"\b[0-9][0-9.,]* ([a-z]{4,}s)\b", sentence.text)
    if found & REASONS:
        return f"What is the reason that is given in connection with {about}?"
    if found & (DENIALS | DOUBTS):
        return f"Is what is claimed about {about} true?"
    if measure:
        return f"How many {measure[1]} are given for {about}?"
    if year:
        return f"What happened with {about} in {year[1]}?"
    return f"What is known about {about}?"


def judge(claim: str, chosen: Sequence[Sentence]) -> tuple[Verdict, str]:
    """A verdict by rules on the chosen sentences, best first, and which rule decided.

    The first rule that fits wins: no sentence; a word of doubt in the best three; words of dispute in two of them; a
    word of denial in the best three that the claim does not use itself; the claim's numbers missing although the
    sentences give others; otherwise the claim stands.
    """
    if not chosen:
        return Verdict.NOT_ENOUGH_EVIDENCE, ""
    own = set(words(claim))
    best = [(sentence, set(words(sentence.text)) - own) for sentence in chosen[:3]]
    for sentence, found in best:
        if found & DOUBTS:
            return Verdict.NOT_ENOUGH_EVIDENCE, f"The matter is open according to this sentence: {sentence.text}"
    disputed = [sentence for sentence, found in best if found & DISPUTES]
    if len(disputed) > 1:
        both = " ".join(sentence.text for sentence in disputed[:2])
        return Verdict.CONFLICTING, f"These sentences show more than one side: {both}"
    for sentence, found in best:
        if found & DENIALS:
            return Verdict.REFUTED, f"This sentence speaks against the claim: {sentence.text}"
    given = set().union(*(numbers(sentence.text) for sentence in chosen))
    if numbers(claim) and given and not numbers(claim) & given:
        return Verdict.REFUTED, "None of the claim's numbers is found in the evidence, which gives others."
    return Verdict.SUPPORTED, ""


def overlap(claim_id: int, claim: str, size: int = 5) -> Prediction:
    """The overlap system: the ``size`` best sentences, a question for each, and a verdict by rules."""
    chosen = rank(claim, read_store(claim_id))[:size]
    evidence = tuple(
        Question(question_for(sentence), (Answer(sentence.text, source_url=sentence.url),)) for sentence in chosen
    )
    return Prediction(claim_id, judge(claim, chosen)[0], evidence, claim=claim)


def overlap_ten(claim_id: int, claim: str) -> Prediction:
    """The overlap system with ten sentences, the most that count."""
    return overlap(claim_id, claim, 10)


def justified(claim_id: int, claim: str) -> Prediction:
    """The overlap system in the shape of 2023: a question per page, a justification where a rule fired."""
    chosen = rank(claim, read_store(claim_id))[:5]
    verdict, reason = judge(claim, chosen)
    pages: dict[str, list[Sentence]] = {}
    for sentence in chosen:
        pages.setdefault(sentence.url, []).append(sentence)
    evidence = tuple(
        Question(question_for(found[0]), tuple(Answer(each.text, source_url=url) for each in found))
        for url, found in pages.items()
    )
    return Prediction(claim_id, verdict, evidence, claim=claim, justification=reason or None)


def statements(claim_id: int, claim: str) -> Prediction:
    """The best three sentences as plain strings, without questions, as the draft format of 2024 has them."""
    chosen = rank(claim, read_store(claim_id))[:3]
    texts = tuple(sentence.text for sentence in chosen)
    return Prediction(claim_id, judge(claim, chosen)[0], string_evidence=texts, claim=claim, lists_pairs=False)


def majority(claim_id: int, claim: str) -> Prediction:
    """The overlap system's three best pairs, and the verdict that is most common in AVeriTeC."""
    prediction = overlap(claim_id, claim)
    return replace(prediction, label=Verdict.REFUTED, evidence=prediction.evidence[:3])


def first_sentences(claim_id: int, claim: str) -> Prediction:
    """The first sentences of the first three pages; supported if they share three words with the claim."""
    firsts: dict[str, Sentence] = {}
    for sentence in read_store(claim_id):
        firsts.setdefault(sentence.url, sentence)
    chosen = list(firsts.values())[:3]
    shared = set(content_words(claim)) & {word for sentence in chosen for word in content_words(sentence.text)}
    evidence = tuple(
        Question(
            f"What does the page on {title(sentence.url)} say first?", (Answer(sentence.text, source_url=sentence.url),)
        )
        for sentence in chosen
    )
    verdict = Verdict.SUPPORTED if len(shared) >= 3 else Verdict.NOT_ENOUGH_EVIDENCE
    return Prediction(claim_id, verdict, evidence, claim=claim)


def title(url: str) -> str:
    """The last part of an address in words, or its host where it has no path."""
    parts = [part for part in url.split("/")[2:] if part]
    return re.sub(r"[_-]+", " ", parts[-1]).strip()


def oracle(gold: Gold) -> list[Prediction]:
    """The gold questions, answers, labels and justifications as a submission: the highest score there is."""
    return [
        Prediction(claim.claim_id, claim.label, claim.questions, claim=claim.claim, justification=claim.justification)
        for claim in gold
    ]


def invalid(predictions: Iterable[Prediction]) -> bytes:
    """A file as a hurried participant might send it: the overlap system's predictions with many mistakes."""
    rows: list[dict[str, object]] = [
        {
            "claim_id": prediction.claim_id,
            "claim": prediction.claim,
            "evidence": [
                {"question": pair.question, "answer": pair.answer, "url": pair.url} for pair in prediction.pairs()
            ],
            "pred_label": prediction.label.value,
        }
        for prediction in predictions
    ]
    rows[4]["pred_label"] = "Cherry-picking"
    rows[6]["pred_label"] = "supported"
    rows[9]["pred_label"] = None
    rows[12]["claim_id"] = 11  # 11 twice, and 12 is missing
    rows[17]["claim_id"] = "17"
    rows[19]["evidence"][0]["question"] = ""  # type: ignore[index]
    rows[21]["evidence"][1]["answer"] = None  # type: ignore[index]
    rows[23]["evidence"] = "see the attached table"
    del rows[25]["evidence"]
    rows[27]["claim"] = "Dewey won."
    rows[30]["claim_id"] = 400  # not in the gold
    rows[33]["evidence"] = rows[33]["evidence"] * 3  # type: ignore[operator]
    del rows[36]["pred_label"]
    return (json.dumps(rows, ensure_ascii=False, indent=2) + "\n").encode()


def make(folder: Path) -> list[Path]:
    """Write every prediction file under ``folder`` and return their paths relative to it."""
    gold = read_gold(mini_gold_path())
    made: list[Path] = []

    def write(predictions: Sequence[Prediction], name: str, file_format: str) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_submission(predictions, folder / name, file_format)
        made.append(Path(name))

    def run(system: Callable[[int, str], Prediction], claims: int | None = None) -> list[Prediction]:
        return [system(claim.claim_id, claim.claim) for claim in gold.claims[:claims]]

    write(oracle(gold), "oracle/predictions.json", "2023-json")
    write(run(overlap), "overlap/predictions.json", "2024-json")
    write(run(overlap_ten), "overlap-ten/predictions.json", "2024-json")
    write(run(overlap, 31), "partial/predictions.json", "2024-json")
    write(run(majority), "majority/predictions.json.gz", "2024-json")
    write(run(first_sentences), "first-sentences/predictions.csv", "2025-csv")
    write(run(justified), "overlap-justified/predictions.json", "2023-json")
    write(run(statements), "statements/predictions.jsonl", "2024-draft-jsonl")
    write_bytes(folder / "invalid/predictions.json", invalid(run(overlap)))
    return [*made, Path("invalid/predictions.json")]


def content(path: Path) -> bytes | None:
    """A file's bytes, unpacked if it is gzipped, as not every compressor packs alike; None if there is no such file."""
    if not path.is_file():
        return None
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def check() -> int:
    """Name every committed prediction file that differs from what ``make`` writes; the number of them."""
    with tempfile.TemporaryDirectory() as scratch:
        wrong = [name for name in make(Path(scratch)) if content(FOLDER / name) != content(Path(scratch) / name)]
    for name in wrong:
        print(f"{FOLDER.name}/{name.as_posix()} differs: run python tools/make_examples.py", file=sys.stderr)
    return len(wrong)


def main() -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(description="Make the prediction files of the example submissions.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a committed file differs")
    if parser.parse_args().check:
        return 1 if check() else 0
    for name in make(FOLDER):
        print(f"{FOLDER.name}/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
