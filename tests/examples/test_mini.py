"""AVeriTeC-mini: the shape of its files, the features that it promises to show, and that its text is its own."""

from __future__ import annotations

import datetime
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from averitec_eval import examples
from averitec_eval.errors import ResourceError
from averitec_eval.examples import mini_gold_path, mini_knowledge_store_path
from averitec_eval.records import NO_ANSWER, Verdict

CLAIM_TYPES = {
    "Event/Property Claim",
    "Numerical Claim",
    "Quote Verification",
    "Causal Claim",
    "Position Statement",
}
STRATEGIES = {
    "Written Evidence",
    "Consultation",
    "Numerical Comparison",
    "Fact-checker Reference",
    "Satirical Source Identification",
}
LONGEST_SHARED_RUN = 5
"""How many words in a row a gold text and a sentence of the knowledge store may share: names and figures, no more."""


@pytest.fixture(scope="module")
def claims() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(mini_gold_path().read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def stores() -> dict[int, list[dict[str, Any]]]:
    return {
        int(path.stem): [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        for path in sorted(mini_knowledge_store_path().iterdir())
    }


def answers_of(claims: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for claim in claims:
        for question in claim["questions"]:
            yield from question["answers"]


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def runs(text: str, length: int) -> set[str]:
    """Every run of ``length`` words of a text."""
    found = words(text)
    return {" ".join(found[i : i + length]) for i in range(len(found) - length + 1)}


def gold_texts(claim: dict[str, Any]) -> Iterator[str]:
    for question in claim["questions"]:
        yield question["question"]
        for answer in question["answers"]:
            yield f"{answer['answer']} {answer.get('boolean_explanation', '')}"


def test_ids_run_from_0_to_39_in_order(claims: list[dict[str, Any]]) -> None:
    assert [claim["claim_id"] for claim in claims] == list(range(40))


def test_labels_are_mixed_like_the_real_ones(claims: list[dict[str, Any]]) -> None:
    assert Counter(claim["label"] for claim in claims) == {
        Verdict.REFUTED.value: 16,
        Verdict.SUPPORTED.value: 12,
        Verdict.CONFLICTING.value: 6,
        Verdict.NOT_ENOUGH_EVIDENCE.value: 6,
    }


def test_every_claim_has_the_fields_of_the_real_data(claims: list[dict[str, Any]]) -> None:
    for claim in claims:
        assert set(claim) == {
            "claim_id",
            "claim",
            "required_reannotation",
            "label",
            "justification",
            "claim_date",
            "speaker",
            "original_claim_url",
            "cached_original_claim_url",
            "fact_checking_article",
            "reporting_source",
            "location_ISO_code",
            "claim_types",
            "fact_checking_strategies",
            "questions",
        }
        assert claim["claim"].strip() == claim["claim"] != ""
        assert claim["justification"]
        day, month, year = map(int, claim["claim_date"].split("-"))
        assert claim["claim_date"] == f"{day}-{month}-{year}"
        assert datetime.date(year, month, day)
        assert claim["location_ISO_code"] is None or re.fullmatch("[A-Z]{2}", claim["location_ISO_code"])
        assert 2 <= len(claim["questions"]) <= 5


def test_the_fields_match_the_real_file(claims: list[dict[str, Any]], data_dir: Path) -> None:
    real = json.loads((data_dir / "averitec" / "dev.json").read_text(encoding="utf-8"))
    assert set(claims[0]) - {"claim_id"} == set(real[0])
    kinds = {a["answer_type"]: set(a) - {"cached_source_url"} for a in answers_of(real)}
    for answer in answers_of(claims):
        missing = kinds[answer["answer_type"]] - set(answer)
        assert not missing
        assert set(answer) <= kinds[answer["answer_type"]] | {"cached_source_url"}


def test_all_claim_types_and_strategies_occur(claims: list[dict[str, Any]]) -> None:
    assert {kind for claim in claims for kind in claim["claim_types"]} == CLAIM_TYPES
    assert {strategy for claim in claims for strategy in claim["fact_checking_strategies"]} == STRATEGIES
    assert any(len(claim["claim_types"]) > 1 for claim in claims)


def test_all_kinds_of_answers_occur(claims: list[dict[str, Any]]) -> None:
    answers = list(answers_of(claims))
    assert {answer["answer_type"] for answer in answers} == {"Extractive", "Abstractive", "Boolean", "Unanswerable"}
    booleans = [answer for answer in answers if answer["answer_type"] == "Boolean"]
    assert {answer["answer"] for answer in booleans} == {"Yes", "No"}
    assert all(answer["boolean_explanation"] for answer in booleans)
    unanswerable = [answer for answer in answers if answer["answer_type"] == "Unanswerable"]
    assert len(unanswerable) >= 4
    assert {answer["answer"] for answer in unanswerable} == {NO_ANSWER}
    assert any("cached_source_url" in answer for answer in answers)


def test_questions_have_no_one_or_several_answers(claims: list[dict[str, Any]]) -> None:
    counts = Counter(len(question["answers"]) for claim in claims for question in claim["questions"])
    assert counts[0] == 2
    assert counts[2] >= 5
    assert max(counts) >= 9


def test_one_claim_has_more_gold_strings_than_may_be_predicted(claims: list[dict[str, Any]]) -> None:
    sizes = [sum(max(1, len(question["answers"])) for question in claim["questions"]) for claim in claims]
    assert sum(size > 10 for size in sizes) == 1


def test_one_text_is_claimed_twice_with_different_verdicts(claims: list[dict[str, Any]]) -> None:
    twice = [text for text, count in Counter(claim["claim"] for claim in claims).items() if count > 1]
    assert len(twice) == 1
    verdicts = [claim["label"] for claim in claims if claim["claim"] == twice[0]]
    assert verdicts == [Verdict.SUPPORTED.value, Verdict.REFUTED.value]


@pytest.mark.parametrize("script", ["CJK", "ARABIC", "CYRILLIC", "DEVANAGARI", "WITH ACUTE", "LETTER THORN"])
def test_many_scripts_occur_in_gold_or_store(
    claims: list[dict[str, Any]], stores: dict[int, list[dict[str, Any]]], script: str
) -> None:
    text = json.dumps([claims, list(stores.values())], ensure_ascii=False)
    assert any(script in unicodedata.name(character, "") for character in set(text))


@pytest.mark.parametrize("mark", ['"', "'", "–", "°", "%", "²", "(", ":", ";", "p.m."])
def test_marks_that_tokenizers_stumble_over_occur(
    claims: list[dict[str, Any]], stores: dict[int, list[dict[str, Any]]], mark: str
) -> None:
    texts = [text for claim in claims for text in (claim["claim"], claim["justification"], *gold_texts(claim))]
    texts += [text for pages in stores.values() for page in pages for text in page["url2text"]]
    assert any(mark in text for text in texts)


def test_every_claim_has_its_knowledge_store(
    claims: list[dict[str, Any]], stores: dict[int, list[dict[str, Any]]]
) -> None:
    assert sorted(stores) == [claim["claim_id"] for claim in claims]
    for claim_id, pages in stores.items():
        assert 5 <= len(pages) <= 8
        assert sum(len(page["url2text"]) for page in pages) >= 8
        for page in pages:
            assert list(page) == ["claim_id", "type", "query", "url", "url2text"]
            assert page["claim_id"] == str(claim_id)
            assert page["url2text"]
            assert all(sentence.strip() == sentence != "" for sentence in page["url2text"])
        assert len({page["url"] for page in pages}) == len(pages)


def test_the_store_has_the_shape_of_the_real_one(stores: dict[int, list[dict[str, Any]]], data_dir: Path) -> None:
    line = (data_dir / "knowledge_store_dev" / "0.json").read_text(encoding="utf-8").splitlines()[0]
    real = json.loads(line)
    ours = stores[0][0]
    assert {key: type(value) for key, value in ours.items()} == {key: type(value) for key, value in real.items()}


def test_addresses_are_complete(claims: list[dict[str, Any]], stores: dict[int, list[dict[str, Any]]]) -> None:
    addresses = {answer["source_url"] for answer in answers_of(claims) if answer["answer_type"] != "Unanswerable"}
    addresses |= {page["url"] for pages in stores.values() for page in pages}
    for address in addresses:
        parts = urlsplit(address)
        assert parts.scheme == "https"
        assert "." in parts.netloc
        assert " " not in address
    assert all(a["source_url"] == "" for a in answers_of(claims) if a["answer_type"] == "Unanswerable")


def test_gold_texts_are_not_copied_into_the_store(
    claims: list[dict[str, Any]], stores: dict[int, list[dict[str, Any]]]
) -> None:
    length = LONGEST_SHARED_RUN + 1
    sentences = {
        run: page["url"]
        for pages in stores.values()
        for page in pages
        for sentence in page["url2text"]
        for run in runs(sentence, length)
    }
    copied = {run for claim in claims for text in gold_texts(claim) for run in runs(text, length) if run in sentences}
    assert copied == set()


def test_queries_are_not_gold_questions(claims: list[dict[str, Any]], stores: dict[int, list[dict[str, Any]]]) -> None:
    questions = {" ".join(words(question["question"])) for claim in claims for question in claim["questions"]}
    assert not questions & {" ".join(words(page["query"])) for pages in stores.values() for page in pages}


def test_no_text_comes_from_the_real_data(
    claims: list[dict[str, Any]], stores: dict[int, list[dict[str, Any]]], data_dir: Path
) -> None:
    length = 8
    real: set[str] = set()
    short: set[str] = set()
    for name in ("dev.json", "train_first1158.json"):
        for claim in json.loads((data_dir / "averitec" / name).read_text(encoding="utf-8")):
            for text in (claim["claim"], claim["justification"], *gold_texts(claim)):
                real |= runs(text, length)
                short.add(" ".join(words(text)))
    ours = [text for claim in claims for text in (claim["claim"], claim["justification"], *gold_texts(claim))]
    ours += [text for pages in stores.values() for page in pages for text in page["url2text"]]
    assert len(real) > 50_000
    assert {run for text in ours for run in runs(text, length)} & real == set()
    whole = {" ".join(words(text)) for text in ours if len(words(text)) > 3}
    assert whole & short <= {"no answer could be found"}


def test_the_whole_is_small() -> None:
    files = [path for path in mini_gold_path().parent.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 400_000
    assert (mini_gold_path().parent / "README.md").is_file()


def test_a_damaged_installation_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examples.importlib.resources, "files", lambda _: tmp_path)
    with pytest.raises(ResourceError, match=r"gold\.json: a file of the package is missing; install"):
        mini_gold_path()
