"""Hypothesis strategies of all tests, in one place."""

from __future__ import annotations

import string

from hypothesis import strategies as st

from averitec_eval.records import Answer, Gold, GoldClaim, Prediction, Question, Verdict

# --- Predictions and gold sets for validation ---

words = st.text(alphabet=string.ascii_letters, min_size=3, max_size=9)


@st.composite
def sentences(draw: st.DrawFn, number: int) -> str:
    """A plain sentence; different numbers never give the same one, whatever is drawn."""
    return f"{' '.join(draw(st.lists(words, min_size=2, max_size=6)))} as noted in item{number} of list{number}"


@st.composite
def gold_with_predictions(draw: st.DrawFn, max_size: int = 8) -> tuple[Gold, tuple[Prediction, ...]]:
    """A gold set and predictions for it that no error can be found in."""
    size = draw(st.integers(1, max_size))
    claims, predictions = [], []
    for claim_id in range(size):
        text = f"{draw(words)}{claim_id} {draw(words)}{claim_id} {draw(words)}{claim_id}"
        label = draw(st.sampled_from(Verdict))
        questions = tuple(
            Question(draw(sentences(100 * claim_id + i)), (Answer(draw(sentences(100 * claim_id + 50 + i))),))
            for i in range(draw(st.integers(1, 12)))
        )
        claims.append(GoldClaim(claim_id, text, label, (Question(f"gold question {claim_id}"),)))
        predictions.append(Prediction(claim_id, draw(st.sampled_from(Verdict)), questions, claim=text))
    return Gold(tuple(claims), "0" * 64), tuple(predictions)


# --- Settings files ---

yaml_texts = st.text(max_size=200) | st.text(alphabet=":-[]{}&*!|>'\"#%@, \nab0", max_size=60)
"""Texts for a YAML reader, half of them made of the marks that mean something in YAML."""
