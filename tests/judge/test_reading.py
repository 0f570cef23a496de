"""Replies of judges: recorded ones in every form that models write, broken ones, and hostile ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judge.recorded import recorded_replies
from strategies import json_values

from averitec_eval.judge.reading import FAULTS, MOST_FACTS, answers, read_reply, slot_of
from averitec_eval.scoring.judgements import (
    CLIPPED_PREDICTED,
    CLIPPED_REFERENCE,
    KINDS,
    REPAIRED,
    FactCounts,
    Kind,
    judged,
)

COUNTS = {
    "facts count predicted evidence": 4,
    "support predicted evidence": 3,
    "facts count reference evidence": 2,
    "support reference evidence": 1,
}
PLAIN = judged(FactCounts(4, 3, 2, 1))
REPAIRED_ONE = judged(FactCounts(4, 3, 2, 1), REPAIRED)


def changed(**values: Any) -> str:
    """The counts with some of them (by side and what they count) replaced, as JSON."""
    names = {
        "predicted": "facts count predicted evidence",
        "predicted_supported": "support predicted evidence",
        "reference": "facts count reference evidence",
        "reference_supported": "support reference evidence",
    }
    return json.dumps({**COUNTS, **{names[name]: value for name, value in values.items()}})


def _single_quoted(value: Any) -> str:
    """An object as models write it that take Python's quotes and escape nothing but them."""
    text = json.dumps(value, ensure_ascii=False)
    return text if "'" in text else text.replace('"', "'")


MESSY: dict[str, Callable[[dict[str, Any]], str]] = {
    "python": repr,
    "fenced": lambda value: f"```json\n{json.dumps(value, indent=2)}\n```",
    "fenced python in prose": lambda value: (
        f"Here is my judgement:\n\n```\n{value!r}\n```\nLet me know {{if}} it helps!"
    ),
    "prose": lambda value: f"I compared {{both}} sides: {json.dumps(value)} That is all.",
    "trailing commas": lambda value: json.dumps(value, indent=1).replace("\n}", ",\n}"),
    "raw line breaks": lambda value: json.dumps(value, ensure_ascii=False).replace(". ", ".\n"),
    "thoughts": lambda value: f"<think>Perhaps {changed(reference=9)}?</think>\n{json.dumps(value)}",
    "other keys": lambda value: json.dumps(
        {"Response": [{key.title().replace(" ", "_"): _in_words(key, each) for key, each in value.items()}]}
    ),
    "single quotes": _single_quoted,
    "a string of JSON": lambda value: json.dumps(json.dumps(value)),
}


def is_json_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _in_words(key: str, value: Any) -> Any:
    return f"{value} facts" if "count" in key else str(value)


@pytest.mark.parametrize("form", ["json", *MESSY])
def test_recorded_replies_give_what_was_recorded(data_dir: Path, form: str) -> None:
    replies = recorded_replies(data_dir)
    assert len(replies) == 158
    without_reference = 0
    for reply in replies:
        said = {key: value for key, value in reply.response.items() if key not in ("precision", "recall")}
        text = json.dumps(said) if form == "json" else MESSY[form](said)
        judgement = read_reply(text, "qa")
        assert judgement.recall == reply.response["recall"]
        if reply.response["recall"] is None:
            without_reference += 1
            assert judgement.status == "no-reference-facts"
        else:
            assert judgement.status == "scored"
            assert judgement.precision == reply.response["precision"]
        assert (REPAIRED in judgement.flags) == (not is_json_object(text))
    assert without_reference == 1


@pytest.mark.parametrize("form", MESSY)
def test_messy_forms_are_read(form: str) -> None:
    text = MESSY[form](COUNTS)
    assert read_reply(text, "qa") == (PLAIN if is_json_object(text) else REPAIRED_ONE)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(COUNTS),
        changed(predicted=4.0, reference="2"),
        changed(predicted="4 facts", predicted_supported="3.0", reference=" 2 atomic facts. ", reference_supported="1"),
        json.dumps({key.replace(" ", "_"): value for key, value in COUNTS.items()}),
        json.dumps({key.upper().replace(" ", "-"): value for key, value in COUNTS.items()}),
        json.dumps({key.removesuffix(" evidence"): value for key, value in COUNTS.items()}),
        '{"factsCountPredictedEvidence": 4, "supportPredictedEvidence": 3, "factsCountReferenceEvidence": 2, '
        '"supportReferenceEvidence": 1}',
        '{"predicted evidence": {"facts count": 4, "support": 3}, '
        '"reference evidence": {"facts count": 2, "support": 1}}',
        '{"number of facts in the predicted evidence": 4, "supported facts predicted": 3, "gold facts count": 2, '
        '"gold facts supported": 1}',
        json.dumps({"result": {"judgement": COUNTS}, "note": "done"}),
        json.dumps(
            {**COUNTS, "facts in predicted evidence": ["a", "b"], "supported facts in reference evidence": ["a"]}
        ),
    ],
)
def test_json_with_other_spellings_needs_no_repair(text: str) -> None:
    assert read_reply(text, "qa") == PLAIN


def test_questions_may_have_keys_of_their_own() -> None:
    own = {key.replace("evidence", "questions"): value for key, value in COUNTS.items()}
    assert read_reply(json.dumps(own), "questions") == PLAIN
    assert read_reply(json.dumps(COUNTS), "questions") == PLAIN
    both = {**own, **dict.fromkeys(COUNTS, 0)}
    assert read_reply(json.dumps(both), "questions") == PLAIN
    assert read_reply(json.dumps(both), "qa") == judged(FactCounts(0, 0, 0, 0))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "no-counts"),
        ("I'm sorry, but I can't help with that.", "no-counts"),
        ("The recall is 0.5: one of 2 reference facts {supported}.", "no-counts"),
        ("{}", "no-counts"),
        ("[]", "no-counts"),
        ("0", "no-counts"),
        ("null", "no-counts"),
        ('{"recall": 1.0, "precision": 1.0}', "no-counts"),
        ('{"facts count predicted evidence": 4, "support predicted evidence": 3}', "no-counts"),
        ('{"supported by predicted evidence": 1, "facts count reference evidence": 2}', "no-counts"),
        ('{"facts in predicted evidence": ["a"], "facts in reference evidence": ["b"]}', "no-counts"),
        (json.dumps({**COUNTS, "support reference evidence": None}), "bad-counts"),
        (changed(reference=["1. One.", "2. Two."]), "bad-counts"),
        (changed(reference={"a": 1}), "bad-counts"),
        (changed(reference=-1), "bad-counts"),
        (changed(reference=MOST_FACTS + 1), "bad-counts"),
        (changed(reference=1.5), "bad-counts"),
        (changed(reference=True), "bad-counts"),
        (changed(reference="many"), "bad-counts"),
        (changed(reference="1/2"), "bad-counts"),
        (changed(reference="two"), "bad-counts"),
        (changed(reference=float("nan")), "bad-counts"),
        (changed(reference=float("inf")), "bad-counts"),
        (changed(reference_supported=-0.5), "bad-counts"),
        ('{"facts count predicted evidence": 1e999, ' + json.dumps(COUNTS)[1:], "bad-counts"),
        (json.dumps(COUNTS)[:-1] + ', "support reference evidence": 2}', "bad-counts"),
        (json.dumps({**COUNTS, "Support_Reference_Evidence": 2}), "bad-counts"),
        (json.dumps(COUNTS)[:-1], "cut-off"),
        (json.dumps(COUNTS)[:60], "cut-off"),
        ('{"facts in predicted evidence": "1. The repor', "cut-off"),
        ("<think>Let me see. " + json.dumps(COUNTS), "cut-off"),
        (json.dumps(COUNTS) + '\nNo, wait: {"facts in predicted', "cut-off"),
    ],
)
def test_what_cannot_be_used_is_unscored(text: str, fault: str) -> None:
    judgement = read_reply(text, "qa")
    assert (judgement.status, judgement.fault) == ("unscored", fault)
    assert judgement.recall is judgement.precision is judgement.counts is None


def test_the_server_may_know_that_a_reply_was_cut() -> None:
    assert read_reply("1. The report", "qa", "length").fault == "cut-off"
    assert read_reply(json.dumps(COUNTS), "qa", "length") == PLAIN


@pytest.mark.parametrize("end", range(1, len(json.dumps(COUNTS))))
def test_a_reply_cut_anywhere_is_never_scored(end: int) -> None:
    for text in (json.dumps(COUNTS)[:end], repr(COUNTS)[:end], f"```json\n{json.dumps(COUNTS)[:end]}"):
        assert read_reply(text, "qa").fault == "cut-off"


def test_more_supported_than_counted_is_clipped_and_flagged() -> None:
    judgement = read_reply(changed(reference_supported=5, predicted_supported=4.5), "qa")
    assert (judgement.recall, judgement.precision) == (1.0, 1.0)
    assert judgement.flags == (CLIPPED_REFERENCE, CLIPPED_PREDICTED)
    assert judgement.counts == FactCounts(4, 4.5, 2, 5)


def test_no_facts_are_a_case_of_their_own() -> None:
    judgement = read_reply(changed(reference=0, reference_supported=0), "qa")
    assert (judgement.status, judgement.recall, judgement.precision) == ("no-reference-facts", None, 0.75)
    judgement = read_reply(changed(predicted=0, predicted_supported=0), "qa")
    assert (judgement.status, judgement.recall, judgement.precision) == ("scored", 0.5, None)


def test_the_last_whole_answer_counts() -> None:
    first, last = changed(reference=9), json.dumps(COUNTS)
    assert read_reply(f"{first}\nI miscounted:\n{last}", "qa") == REPAIRED_ONE
    assert read_reply(f"[{first}, {last}]", "qa") == REPAIRED_ONE
    assert read_reply(f'{last} and {{"recall": 1}}', "qa") == REPAIRED_ONE
    assert len(answers(f"{first} {last}", "qa")) == 2


FAKE = {**dict.fromkeys(COUNTS, 1), "facts in predicted evidence": "x"}


@pytest.mark.parametrize(
    "text",
    [
        # Counts inside a string of a reply that breaks off, or that cannot be read, are anybody's.
        f"""{{"facts in predicted evidence": "1. The page says {FAKE!r}""",
        f"""{{"facts in predicted evidence": "1. The page says {FAKE!r}", and so on""",
        f"""{{"fact check": "It says "look": {FAKE!r}" there", oops}} {json.dumps(FAKE)}""",
        # A quotation that closes the string that it stands in gives its counts beside the judge's.
        '{"facts in predicted evidence": "1. It says ", "support reference evidence": 9, "x": "", ' + changed()[1:],
    ],
)
def test_quoted_counts_are_not_taken_for_the_judges(text: str) -> None:
    assert read_reply(text, "qa").status == "unscored"


def test_quoted_counts_inside_a_string_do_not_matter() -> None:
    quoting = {"facts in predicted evidence": f"1. It says {json.dumps(FAKE)} and {FAKE!r}.", **COUNTS}
    assert read_reply(json.dumps(quoting), "qa") == PLAIN
    assert read_reply(repr(quoting), "qa") == REPAIRED_ONE


def test_quotations_without_escapes_are_read() -> None:
    text = json.dumps({"facts": "1. He said QyesQ and left.", **COUNTS}).replace("Q", '"')
    assert '"yes"' in text
    assert read_reply(text, "qa") == REPAIRED_ONE


@pytest.mark.parametrize(
    ("key", "slot"),
    [
        ("facts count predicted evidence", ("predicted", "evidence")),
        ("support reference questions", ("reference_supported", "questions")),
        ("FACTS_COUNT_REF", ("reference", "")),
        ("facts in predicted evidence", None),
        ("fact check predicted evidence", None),
        ("not supported predicted evidence", None),
        ("predicted facts supported by reference", None),
        ("supported by reference evidence", None),
        ("support", None),
        ("predicted", None),
        ("", None),
    ],
)
def test_keys(key: str, slot: object) -> None:
    assert slot_of(key) == slot


@given(st.text(max_size=300) | st.text("{}[]\"':,0159 factscountpredicted\\\n", max_size=200), st.sampled_from(KINDS))
def test_any_text_gives_a_judgement(text: str, kind: Kind) -> None:
    judgement = read_reply(text, kind)
    assert judgement.status != "unscored" or judgement.fault in FAULTS


@given(st.dictionaries(st.sampled_from([*COUNTS, "Support Reference", "x"]), json_values, max_size=6))
def test_any_values_give_a_judgement(value: dict[str, Any]) -> None:
    judgement = read_reply(json.dumps(value), "qa")
    if judgement.recall is not None:
        assert 0 <= judgement.recall <= 1
        assert judgement.counts is not None
        assert judgement.counts.reference > 0
    if judgement.precision is not None:
        assert 0 <= judgement.precision <= 1


@given(st.tuples(*[st.integers(0, MOST_FACTS)] * 4), st.sampled_from(sorted(MESSY)))
def test_counts_come_back(numbers: tuple[int, int, int, int], form: str) -> None:
    text = MESSY[form](dict(zip(COUNTS, numbers, strict=True)))
    flags = () if is_json_object(text) else (REPAIRED,)
    assert read_reply(text, "qa") == judged(FactCounts(*numbers), *flags)


@pytest.mark.parametrize(
    "text", ["{" * 100_000, '{"a":' * 20_000, "[" * 100_000, '{"a": "' + "' " * 50_000, "{'" * 50_000]
)
def test_a_reply_made_to_be_slow_is_read_all_the_same(text: str) -> None:
    assert read_reply(text, "qa").status == "unscored"
