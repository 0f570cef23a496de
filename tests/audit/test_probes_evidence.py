"""The probes for stuffing, echo and filler, each on what it looks for and on what only resembles it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from audit.probing import HONEST, claim_text, found, gold_of, skipped, submission_of

from averitec_eval.audit.probes import PROBES
from averitec_eval.audit.records import Finding
from averitec_eval.records import Answer, Prediction, QAPair, Question, Submission, Verdict

FIRST, SECOND, THIRD = HONEST
QUIET = [
    probe
    for probe in PROBES.values()
    if probe.group in ("stuffing", "echo", "filler") and probe.name != "filler.verdicts"
]


@pytest.mark.parametrize("probe", QUIET)
def test_honest_evidence_is_quiet(probe: object) -> None:
    name = probe.name  # type: ignore[attr-defined]
    evidence = [tuple(replace(pair, answer=f"{pair.answer} Page {n}.") for pair in HONEST) for n in range(12)]
    others = (submission_of(*evidence, name="other"),)
    if name == "stuffing.across":
        evidence = evidence[:1]
    if name == "filler.templates":
        # Twelve claims on one register are asked the same questions: that is what the probe is for.
        evidence = evidence[:9]
    finding = found(name, submission_of(*evidence), others=others)
    assert not finding.flagged
    # One answer names a canal like one of the claims; and as long as the others is a ratio of 1.
    assert finding.value < 0.05 or name == "stuffing.length"
    assert not finding.claims


def test_same_pair_twice() -> None:
    shouted = QAPair(FIRST.question.upper(), FIRST.answer.rstrip("."))
    finding = found("stuffing.pairs", submission_of((FIRST, SECOND, shouted), HONEST))
    assert finding.value == 1 / 6
    assert finding.claims == (0,)
    assert finding.flagged
    assert finding.sentence == "1 of 6 pieces of evidence repeat an earlier one as a whole, in 1 claim."
    assert finding.examples[0].text.startswith("items 1 and 3: ")


def test_second_answer_of_a_question_asks_it_only_once() -> None:
    question = Question("Who said it?", (Answer("Ann Lee of the council."), Answer("Bob Ray of the council.")))
    twice = Submission((Prediction(0, Verdict.REFUTED, (question,)),), "", "2023-json")
    assert found("stuffing.questions", twice).value == 0
    again = Submission((Prediction(0, Verdict.REFUTED, (question, question)),), "", "2023-json")
    assert found("stuffing.questions", again).value == 0.5


def test_same_answer_under_other_questions() -> None:
    finding = found("stuffing.answers", submission_of(HONEST, (FIRST, replace(SECOND, answer=FIRST.answer))))
    assert (finding.value, finding.claims) == (1 / 5, (1,))


def test_several_plain_yes_are_no_repetition() -> None:
    yes = [QAPair(f"Was there a vote in {year}?", "Yes") for year in range(4)]
    assert found("stuffing.answers", submission_of(yes)).value == 0
    none = [QAPair(f"Who voted in {year}?", "No answer could be found.") for year in range(4)]
    assert found("stuffing.answers", submission_of(none)).value == 0


def test_near_duplicates_but_not_copies_and_other_figures() -> None:
    base = "The town council granted forty permits for boats on the river in 2019."
    near = replace(FIRST, answer=base.replace("The town", "That town").replace("granted", "has granted"))
    other_year = replace(SECOND, answer=base.replace("2019", "2020"))
    evidence = (QAPair("How many?", base), near, other_year, QAPair("Again?", base))
    finding = found("stuffing.near", submission_of(evidence))
    assert finding.value == 1 / 4
    assert finding.examples[0].text.startswith("items 1 and 2: ")


def test_answers_made_of_other_answers() -> None:
    parts = [f"Clerk {n} of the {n}th office signed the {n}th permit in the {n}th week." for n in range(4)]
    joined = [QAPair(f"Who signed permit {n}?", f"{parts[n]} {parts[(n + 1) % 4]}") for n in range(4)]
    apart = [QAPair(f"Who signed permit {n}?", parts[n]) for n in range(4)]
    finding = found("stuffing.overlap", submission_of(joined, apart, [apart[0], apart[0]]))
    assert (finding.value, finding.claims) == (3 / 10, (0,))


def test_same_answers_for_claims_on_other_matters() -> None:
    finding = found("stuffing.across", submission_of((FIRST,), (SECOND,), (FIRST,)))
    assert finding.claims == (0, 2)
    assert finding.value == 2 / 3


def test_claims_on_one_matter_may_share_evidence() -> None:
    gold = gold_of(claims=2, more={1: {}})
    close = replace(gold, claims=(gold.claims[0], replace(gold.claims[1], claim="Who banned these buses in Accra?")))
    assert found("stuffing.across", submission_of((FIRST,), (FIRST,)), close).value == 0


def test_more_pairs_than_count() -> None:
    eleven = [QAPair(f"What is entry {n}?", f"Entry {n}.") for n in range(11)]
    finding = found("stuffing.count", submission_of(eleven, eleven[:10]))
    assert (finding.value, finding.claims) == (0.5, (0,))


def test_length_against_other_submissions() -> None:
    long = submission_of([replace(FIRST, answer="word " * 200)])
    finding = found("stuffing.length", long, others=(submission_of(HONEST, name="b"),))
    assert finding.unit == "ratio"
    assert finding.value > 5
    assert finding.claims == (0,)
    assert "other submissions" in skipped("stuffing.length", long)


def test_one_page_cut_into_many_pieces() -> None:
    page = "https://example.org/report"
    cut = [QAPair(f"Q{n}?", f"Part {n}", f"{page}#{n}") for n in range(5)]
    finding = found("stuffing.source", submission_of(cut, cut[:4]))
    assert (finding.value, finding.claims) == (0.5, (0,))
    assert skipped("stuffing.source", submission_of([QAPair("Q?", "A")]))


def test_claim_in_questions_and_answers() -> None:
    echoing = [[QAPair(f"Is it so that {claim_text(n)}", f"Some say: {claim_text(n)}")] for n in range(3)]
    for probe in ("echo.questions", "echo.answers", "echo.copied"):
        finding = found(probe, submission_of(*echoing))
        assert finding.value == 1
        assert finding.flagged
        assert finding.claims == (0, 1, 2)


def test_an_answer_about_the_claim_is_no_copy_of_it() -> None:
    about = QAPair("Were buses banned?", "Accra has, since May, banned all older buses.")
    assert found("echo.copied", submission_of([about])).value == 0


def test_questions_from_a_template_and_pairs_that_say_nothing() -> None:
    filled = submission_of(
        *(
            [QAPair(f"Is it true that {claim_text(n)}", f"It is claimed that {claim_text(n)}"), *HONEST]
            for n in range(12)
        )
    )
    for probe in ("filler.templates", "filler.pairs"):
        finding = found(probe, filled)
        assert finding.flagged
        assert finding.claims == tuple(range(12))
    assert found("filler.pairs", filled).value == 0.25


def test_answers_that_repeat_their_question() -> None:
    asked = "What new penalties did the regulations introduce in England?"
    repeating = QAPair(asked, "The regulations introduce new penalties in England.")
    answering = QAPair(asked, "The regulations introduce penalties of 100 pounds in England.")
    yes = QAPair("Did the regulations introduce new penalties?", "Yes, the regulations introduced new penalties.")
    finding = found("filler.repeats", submission_of([repeating], [answering, yes]))
    assert (finding.value, finding.claims) == (1 / 3, (0,))


def test_one_verdict_for_all() -> None:
    same = submission_of(*[HONEST] * 10)
    finding = found("filler.verdicts", same)
    assert (finding.value, finding.flagged, finding.claims) == (1, True, tuple(range(10)))
    labels = [Verdict.REFUTED] * 8 + [Verdict.SUPPORTED] * 2
    mixed = [replace(p, label=label) for p, label in zip(same, labels, strict=True)]
    finding = found("filler.verdicts", replace(same, predictions=tuple(mixed)))
    assert (finding.value, finding.flagged, finding.claims) == (0.8, False, ())


def test_empty_submissions_break_nothing() -> None:
    for submission in (submission_of([]), submission_of()):
        for probe in PROBES:
            outcome = PROBES[probe].function
            assert outcome
            result = found_or_skipped(probe, submission)
            # One verdict is the only one of one claim.
            assert not (isinstance(result, Finding) and result.flagged) or probe == "filler.verdicts"


def found_or_skipped(probe: str, submission: Submission) -> object:
    from audit.probing import outcome

    return outcome(probe, submission, gold_of(claims=1), others=(submission_of(HONEST, name="b"),))


def test_plain_strings_are_evidence_too() -> None:
    strings = ("The council granted forty permits in 2019.",) * 3
    submission = Submission((Prediction(0, Verdict.REFUTED, (), strings, lists_pairs=False),), "", "2023-json")
    assert found("stuffing.answers", submission).value == 2 / 3
    assert found("stuffing.questions", submission).value == 0
