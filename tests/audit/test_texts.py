from __future__ import annotations

import pytest
from audit.probing import claim_text
from hypothesis import given
from strategies import evidence_lists

from averitec_eval.audit.texts import (
    content_words,
    echo_share,
    fillers,
    holds,
    near,
    near_duplicate_groups,
    normalise,
    question_template,
    question_templates,
    repeats_question,
    without_claim,
    words_of,
)
from averitec_eval.records import Answer, Prediction, Question, Verdict

CLAIM = "Sean Connery refused to appear in an Apple commercial."


def asked(number: int, *pairs: tuple[str, str]) -> Prediction:
    evidence = tuple(Question(question, (Answer(answer),)) for question, answer in pairs)
    return Prediction(number, Verdict.REFUTED, evidence, claim=claim_text(number))


def test_words_keep_points_commas_and_apostrophes_inside() -> None:
    assert words_of("“Don't” pay £1,000.50 — U.S. said.") == ["don't", "pay", "1,000.50", "u.s", "said"]


def test_negations_count_and_stop_words_do_not() -> None:
    assert content_words("The masks are not effective") == {"mask", "not", "effect"}
    assert content_words("Is it the one that was there?") == {"one"}


@given(evidence_lists)
def test_normal_form_is_final(texts: list[str]) -> None:
    for text in texts:
        assert normalise(normalise(text)) == normalise(text)


@given(evidence_lists, evidence_lists)
def test_what_stands_later_changes_no_group_of_what_stands_before(texts: list[str], later: list[str]) -> None:
    before = near_duplicate_groups(texts)
    after = near_duplicate_groups(texts + later)
    cut = (tuple(place for place in group if place < len(texts)) for group in after)
    assert tuple(group for group in cut if len(group) > 1) == before


@given(evidence_lists)
def test_groups_are_disjoint_and_hold_every_repetition(texts: list[str]) -> None:
    groups = near_duplicate_groups(texts)
    places = [place for group in groups for place in group]
    assert len(places) == len(set(places))
    repeated = {place for group in groups for place in group[1:]}
    keys = [normalise(text) for text in texts]
    assert repeated >= {place for place, key in enumerate(keys) if key in keys[:place]}


def test_rewording_is_near_and_another_figure_is_not() -> None:
    first = "The council granted forty permits for boats on the river in 2019."
    assert near_duplicate_groups([first, "In 2019, the council granted forty permits for boats on that river!"]) == (
        (0, 1),
    )
    assert near_duplicate_groups([first, first.replace("2019", "2020")]) == ()
    assert near(content_words(first), content_words(first.replace(" in 2019", "")))


def test_negation_keeps_short_texts_apart() -> None:
    assert near_duplicate_groups(["Masks are effective.", "Masks are not effective."]) == ()


def test_texts_without_words_are_alike() -> None:
    assert near_duplicate_groups(["?", "", "..."]) == ((0, 1, 2),)


def test_share_of_the_claim_in_a_text() -> None:
    assert echo_share(CLAIM, "Did Connery refuse an Apple commercial?") == pytest.approx(4 / 6)
    assert echo_share("It was so.", "It was so.") == 0.0


def test_part_must_stand_together_and_whole() -> None:
    assert holds("They wrote: «sean connery REFUSED to appear in an Apple commercial»!", CLAIM)
    assert not holds("Sean Connery refused to appear, as friends say, in an Apple commercial.", CLAIM)
    assert not holds("Sean Connery refused to appear in an Apple commercials", CLAIM)
    assert not holds("anything", "?!")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (CLAIM, ""),
        (f"He wrote no letter. {CLAIM}", "He wrote no letter."),
        (f"So: {CLAIM.upper()} That is all.", "So: That is all."),
        ("sean connery refused to appear", "sean connery refused to appear"),
        (f"{CLAIM} {CLAIM} End", "End"),
        ("", ""),
    ],
)
def test_claim_is_cut_out(text: str, left: str) -> None:
    assert without_claim(CLAIM, text) == left


def test_no_text_is_cut_for_a_claim_without_words() -> None:
    assert without_claim("?!", "Why?!") == "Why?!"


@pytest.mark.parametrize(
    ("question", "template"),
    [
        (f"Is it true that {CLAIM}", "is it true that …"),
        (
            "What evidence shows that Sean Connery refused to appear in an Apple commercial?",
            "what evidence shows that …",
        ),
        ("Did Sean Connery refuse to appear in an Apple commercial?", None),
        ("Who is Sean Connery?", None),
        ("What do fact-checkers write about this statement?", "what do fact checkers write about this statement"),
        ("Who said it?", None),
        ("", None),
    ],
)
def test_template_of_a_question(question: str, template: str | None) -> None:
    assert question_template(CLAIM, question) == template


def test_templates_are_asked_about_many_claims() -> None:
    many = [asked(n, (f"Is it true that {claim_text(n)}", "Yes"), ("Who saw it?", "Ann")) for n in range(12)]
    (template,) = question_templates(many)
    assert template.text == "is it true that …"
    assert template.claims == tuple(range(12))
    assert question_templates(many[:9]) == ()


def test_templates_with_empty_answers_are_fillers_and_others_are_not() -> None:
    empty = [asked(n, (f"Is it true that {claim_text(n)}", f"People discuss that {claim_text(n)}")) for n in range(12)]
    assert fillers(empty) == dict.fromkeys(range(12), (0,))
    told = [
        asked(n, (f"Is it true that {claim_text(n)}", f"Report {n} of the {name} office names witness {name}."))
        for n, name in enumerate(
            ["Abel", "Bea", "Carl", "Dora", "Emil", "Fay", "Gus", "Hal", "Ida", "Jon", "Kim", "Lea"]
        )
    ]
    assert fillers(told) == {}


def test_answer_that_only_says_its_question_again() -> None:
    question = "What new penalties did the regulations introduce in England?"
    assert repeats_question(question, "The regulations introduce new penalties in England.")
    assert not repeats_question(question, "Yes, the regulations introduce new penalties in England.")
    assert not repeats_question(question, "The regulations introduce fines of 100 pounds in England.")
    assert not repeats_question(question, "England.")
    closed = "Did the regulations introduce new penalties in England?"
    assert not repeats_question(closed, "The regulations did introduce new penalties in England.")
    assert repeats_question(closed, "Did regulations introduce new penalties in England?")
