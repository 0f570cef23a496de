"""The probes for copying, leakage and sources, each on what it looks for and on what only resembles it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from audit.probing import HONEST, claim_text, found, gold_of, skipped, submission_of

from averitec_eval.audit.probes.leakage import claim_day
from averitec_eval.baselines.store import KnowledgeStore
from averitec_eval.records import Gold, QAPair

GOLD_PAIR = QAPair(
    "Which register of the harbour office lists the permits?",
    "The blue register lists all the permits since 1969.",
    "https://office.example/blue",
)
ARTICLE = "https://facts.example/2020/accra-buses"


@pytest.fixture
def gold() -> Gold:
    known = {
        "fact_checking_article": f"https://web.archive.org/web/20210225110220/{ARTICLE}/",
        "claim_date": "31-10-2020",
    }
    return gold_of([GOLD_PAIR], [GOLD_PAIR], more={0: known})


def test_questions_of_the_annotators(gold: Gold) -> None:
    copied = replace(HONEST[0], question=GOLD_PAIR.question.upper())
    finding = found("copying.questions", submission_of([copied], HONEST), gold)
    assert (finding.value, finding.claims, finding.flagged) == (0.5, (0,), True)


def test_question_that_the_claim_suggests_is_nobodys() -> None:
    suggested = QAPair("Who banned the buses in Accra?", "The mayor.")
    gold = gold_of([suggested])
    assert found("copying.questions", submission_of([suggested]), gold).value == 0


def test_answers_of_the_annotators(gold: Gold) -> None:
    copied = replace(HONEST[0], answer=GOLD_PAIR.answer)
    finding = found("copying.answers", submission_of([copied], [QAPair("Was it?", "Yes")]), gold)
    assert (finding.value, finding.claims) == (0.5, (0,))


def test_evidence_of_another_submission_counts_for_the_same_claim_only() -> None:
    own = submission_of(HONEST[:2], [HONEST[1]], name="own")
    here = submission_of([replace(HONEST[0], answer="The council of the town has kept it, since 1969!")], name="b")
    assert found("copying.evidence", own, others=(here,)).claims == (0,)
    assert found("copying.evidence", replace(own, predictions=own.predictions[1:]), others=(here,)).value == 0
    closer = submission_of([QAPair("Q?", "A new blue register lists all boats of 1969")], name="/somewhere/c.json")
    mine = submission_of([QAPair("P?", "One new blue register lists all boats in 1969.")], HONEST, name="mine")
    finding = found("copying.evidence", mine, others=(here, closer))
    assert finding.claims == (0,)
    assert " in c.json, in 1 claim." in finding.sentence
    other_claim = submission_of([], closer.predictions[0].pairs(), name="d")
    assert found("copying.evidence", mine, others=(other_claim,)).value == 0
    assert "other submissions" in skipped("copying.evidence", own)


def test_justifications_of_the_annotators_or_another() -> None:
    text = "The register shows that forty permits were granted to boats."
    gold = gold_of(claims=2, more={0: {"justification": text}})
    assert found("copying.justification", submission_of([], [], justification=text), gold).claims == (0,)
    others = (submission_of([], [], name="b", justification=text.upper()),)
    assert found("copying.justification", submission_of([], [], justification=text), gold, others=others).value == 1
    own = submission_of([], [], justification="Nobody could say how many boats the harbour office counted.")
    assert found("copying.justification", own, gold, others=others).value == 0
    assert skipped("copying.justification", submission_of([]))


def test_fact_checking_sites_by_list() -> None:
    pairs = [replace(HONEST[0], url=url) for url in ("https://www.snopes.com/x", "https://www.bbc.co.uk/news/1")]
    finding = found("leakage.sites", submission_of(pairs))
    assert (finding.value, finding.claims) == (0.5, (0,))
    assert "snopes.com (1)" in finding.sentence
    assert (
        found("leakage.sites", submission_of(pairs), domains=frozenset({"bbc.co.uk"})).sentence.count("bbc.co.uk") == 1
    )
    assert skipped("leakage.sites", submission_of([QAPair("Q?", "A")]))


def test_article_of_the_claim_itself(gold: Gold) -> None:
    own = replace(HONEST[0], url=ARTICLE.replace("https://", "http://www."))
    finding = found("leakage.articles", submission_of([own], [own]), gold)
    assert (finding.value, finding.claims) == (0.5, (0,))
    assert skipped("leakage.articles", submission_of([own]), gold_of(claims=1))


@pytest.mark.parametrize(("stamp", "value"), [("20201101", 1.0), ("20201031", 0.0), ("20200101000000", 0.0)])
def test_archived_after_the_claim(gold: Gold, stamp: str, value: float) -> None:
    pair = replace(HONEST[0], url=f"https://web.archive.org/web/{stamp}/https://example.org/a")
    assert found("leakage.dates", submission_of([pair]), gold).value == value


def test_days_of_claims() -> None:
    assert str(claim_day("1-2-2020")) == "2020-02-01"
    assert [claim_day(text) for text in (None, "", "2020-02-01", "31-2-2020", "1-2-20")] == [None] * 5


def test_sources_of_the_annotators(gold: Gold) -> None:
    pair = replace(HONEST[0], url="http://office.example/blue/")
    finding = found("leakage.gold_sources", submission_of([pair, HONEST[1]]), gold)
    assert (finding.value, finding.claims) == (0.5, (0,))


def test_claims_of_the_training_data(gold: Gold) -> None:
    train = gold_of(claims=12)
    again = replace(
        train, claims=(replace(train.claims[1], claim_id=77, claim=claim_text(1).upper()), *train.claims[4:])
    )
    finding = found("leakage.train", submission_of(HONEST), gold, train=again)
    assert (finding.value, finding.claims) == (0.5, (1,))
    assert "train claim 77" in finding.examples[0].text
    assert skipped("leakage.train", submission_of(HONEST), gold)


def test_missing_broken_and_unsafe_addresses() -> None:
    urls = (None, "example.org/page", "javascript:alert(1)", "https://example.org/")
    submission = submission_of([replace(HONEST[0], url=url) for url in urls])
    assert found("sources.missing", submission).value == 1 / 4
    assert found("sources.malformed", submission).value == 1 / 3
    finding = found("sources.unsafe", submission)
    assert (finding.value, finding.unit) == (1, "count")
    assert "scheme javascript:" in finding.examples[0].text
    assert skipped("sources.missing", submission_of([QAPair("Q?", "A")]))


def test_one_site_for_most_claims() -> None:
    wiki = [replace(HONEST[0], url=f"https://en.wiki.example/{n}") for n in range(3)]
    finding = found("sources.domain", submission_of(wiki[:2], [wiki[2], HONEST[2]], HONEST))
    assert (finding.value, finding.claims) == (2 / 3, (0, 1))
    assert "en.wiki.example" in finding.sentence


def test_evidence_looked_up_in_a_store(tmp_path: Path) -> None:
    passage = "The town council has kept the register of all river permits since 1969, says its clerk."
    page = {
        "claim_id": "0",
        "type": "claim",
        "query": "q",
        "url": "https://example.org/register",
        "url2text": [passage],
    }
    Path(tmp_path, "0.json").write_text(json.dumps(page) + "\n", encoding="utf-8")
    held = QAPair("Who keeps it?", "the town council has kept the register of all river permits", page["url"])  # type: ignore[arg-type]
    invented = QAPair(
        "Who else?", "The mayor of the old harbour burned every single paper.", "https://example.org/other"
    )
    short = QAPair("Was it?", "Yes", "https://www.example.org/register/")
    with KnowledgeStore(tmp_path) as store:
        submission = submission_of([held, invented, short], [invented])
        urls = found("sources.store_urls", submission, store=store)
        texts = found("sources.store_texts", submission, store=store)
        assert (urls.value, urls.claims) == (1 / 3, (0,))
        assert (texts.value, texts.claims) == (1 / 2, (0,))
        elsewhere = replace(submission, predictions=submission.predictions[1:])
        assert "none of the claims" in skipped("sources.store_urls", elsewhere, gold_of(claims=2), store=store)
    assert "knowledge store" in skipped("sources.store_texts", submission)
