"""The page about a site: it says what the profile, the catalogue and the gold say, and nothing of hidden gold."""

from __future__ import annotations

from dataclasses import replace

import pytest
from leaderboard.markup import Element
from leaderboard.reading import cells, every, one, rows, sound

from averitec_eval import mini_gold_path, read_gold
from averitec_eval.leaderboard.about_page import about_page, ceiling, submission_fields
from averitec_eval.leaderboard.submission import _FIELDS, _REQUIRED
from averitec_eval.leaderboard.view import Change, PublicEvidence, PublicSite
from averitec_eval.scoring.profiles import PROFILES, get_profile
from averitec_eval.text.meteor import meteor
from averitec_eval.validation import catalogue


def document(site: PublicSite) -> Element:
    html = about_page(site).render()
    return sound(html)


def section(site: PublicSite, name: str) -> Element:
    return one(document(site), "section", aria_labelledby=name)


def with_profile(site: PublicSite, name: str) -> PublicSite:
    return replace(site, boards=(replace(site.boards[0], profile=get_profile(name)),))


def test_the_contents_lead_to_every_section(site: PublicSite) -> None:
    page = document(site)
    links = [link.attributes["href"] for link in every(one(page, "nav", class_="contents"), "a")]
    headings = [element.attributes["id"] for element in every(page, "h2") if element.attributes["id"] != "on-this-page"]
    assert links == [f"#{name}" for name in headings]


@pytest.mark.parametrize("name", PROFILES)
def test_the_score_is_explained_as_the_profile_has_it(site: PublicSite, name: str) -> None:
    profile, text = get_profile(name), section(with_profile(site, name), "score").text
    assert profile.title in text
    assert profile.source in text
    assert (f"Only the first {profile.cap} predicted pairs" in text) == (profile.cap is not None)
    assert ("is at least that level" in text) == (profile.comparison == "ge")
    assert (f"(number of {profile.divide_by} pairs)" in text) == (profile.robust is None)
    assert ("number of distinct predicted pairs)" in text) == (profile.robust is not None)
    assert ("Justification METEOR" in text) == profile.justification
    assert ("each gold question once" in text) == profile.unique_gold_questions
    assert f"the score at {profile.headline_level} ranks" in text


def test_two_profiles_are_explained_each_for_its_boards(site: PublicSite) -> None:
    first = replace(site.boards[0], name="One", folder="one/")
    second = replace(first, name="Two", folder="two/", profile=get_profile("paper-2023"))
    third = replace(first, name="Three", folder="three/")
    headings = [h.text for h in every(section(replace(site, boards=(first, second, third)), "score"), "h3")]
    assert headings == [f"{first.profile.title}: One, Three", f"{second.profile.title}: Two"]


def test_ceilings_are_those_of_the_gold(site: PublicSite) -> None:
    board = site.boards[0]
    limit = ceiling(board)
    gold = list(read_gold(mini_gold_path()))
    texts = [[f"{q.question} {text}" for q in claim.questions for text in q.answer_texts()] for claim in gold]
    assert limit.n_claims == 40
    assert limit.most == max(map(len, texts))
    assert limit.n_over == sum(len(claim) > 10 for claim in texts)
    assert limit.by_count == pytest.approx(sum(min(1, 10 / len(claim)) for claim in texts) / 40)
    assert limit.by_itself < limit.by_count
    oracle = next(system for system in board.systems if system.kind == "oracle")
    # The oracle sends the first ten pairs of a claim, which need not be the best ten.
    assert 0 <= limit.by_itself - oracle.scores["hu_meteor_qa"].value < 1e-5
    (row,) = rows(one(section(site, "ceilings"), "table"))[1:]
    assert row[-1] == f"{limit.by_itself:.4f}"


def test_a_claim_with_more_pairs_than_count_has_a_ceiling_below_one(site: PublicSite) -> None:
    pairs = tuple(PublicEvidence(f"What is number {n}?", "One of sixteen numbers.") for n in range(16))
    claim = replace(site.boards[0].claims[0], evidence=pairs)
    limit = ceiling(replace(site.boards[0], claims=(claim,)))
    text = f"{pairs[0].question} {pairs[0].answer}"
    assert (limit.most, limit.n_over, limit.by_count, limit.out_of_reach) == (16, 1, 10 / 16, 0)
    assert limit.by_itself == pytest.approx(10 / 16 * meteor(text, text))
    few = replace(site.boards[0], claims=(claim,), profile=replace(site.boards[0].profile, cap=3))
    assert ceiling(few).out_of_reach == 1
    uncut = replace(few, profile=get_profile("evalai-2024-draft"))
    assert ceiling(uncut).by_count == 1


def test_a_text_against_itself_scores_what_the_page_says() -> None:
    for words in (1, 2, 3, 7):
        text = " ".join("abcdefg"[:words])
        assert meteor(text, text) == pytest.approx(1 - 0.5 / words**3)


def test_hidden_gold_has_no_figures(site: PublicSite) -> None:
    hidden = replace(site, boards=(replace(site.boards[0], public_gold=False, claims=()),))
    assert every(section(hidden, "ceilings"), "table") == []
    with pytest.raises(ValueError, match="not public"):
        ceiling(hidden.boards[0])


def test_every_field_of_submission_yaml_is_there(site: PublicSite) -> None:
    fields = list(submission_fields())
    assert {field.name for field in fields} == set(_FIELDS)
    assert {field.name for field in fields if field.required} == set(_REQUIRED)
    table = {row[0].removesuffix(" required"): row[1:] for row in rows(one(section(site, "submit"), "table"))[1:]}
    assert set(table) == set(_FIELDS)
    assert table["name"][0] == "text, at most 80 characters"
    assert table["kind"][0] == "one of system, baseline, oracle, system if left out"
    assert table["primary"][0] == "true or false, true if left out"
    assert table["runs"][0] == "list of at most 50 names"
    assert table["date"][0] == "day, YYYY-MM-DD"
    assert table["seconds_per_claim"][0] == "number, 0 or more"
    assert "Private" in table["contact"][1]


def test_the_organisers_text_says_how_to_take_part(site: PublicSite) -> None:
    text = "Write to us.\n\nSee https://example.org/submit <b>now</b>"
    submit = section(replace(site, submit=text), "submit")
    assert every(submit, "a")[0].attributes["href"] == "https://example.org/submit"
    assert "<b>now</b>" in submit.text


def test_every_code_of_the_catalogue_is_there_to_link_to(site: PublicSite) -> None:
    codes = section(site, "codes")
    for entry in catalogue().values():
        row = one(codes, "tr", id_=entry.name)
        assert entry.title in row.text
        assert entry.hint in row.text
        assert row.attributes["data-severity"] == ("note" if entry.severity.value == "info" else entry.severity.value)


def test_changes_are_listed_with_numbers_and_dates(site: PublicSite) -> None:
    changes = (
        Change(2, "2025-06-02", ("Beta joined at rank 2.", "<i>Alpha</i>: rank 2 to 1.")),
        Change(1, None, ("The first build.",)),
    )
    items = cells(one(section(replace(site, changes=changes), "changes"), "ol"))
    assert [item.attributes["value"] for item in items] == ["2", "1"]
    assert items[0].text == "2025-06-02 Beta joined at rank 2. <i>Alpha</i>: rank 2 to 1."
    assert items[1].text == "Build 1 The first build."
    assert "No change" in section(replace(site, changes=()), "changes").text


def test_inputs_tell_of_whatever_changes_the_page(site: PublicSite) -> None:
    page = about_page(site)
    assert repr(page.inputs) == repr(about_page(site).inputs)
    assert page.render() == about_page(site).render()
    board = site.boards[0]
    for other in (
        replace(site, submit="other"),
        replace(site, changes=(Change(1, None, ("x",)),)),
        replace(site, boards=(replace(board, gold_sha256="0" * 64),)),
        replace(site, boards=(replace(board, public_gold=False, claims=()),)),
        with_profile(site, "paper-2023"),
    ):
        assert repr(about_page(other).inputs) != repr(page.inputs)
