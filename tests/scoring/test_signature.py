"""A printed signature reads back as itself; anything else is refused with all its faults."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from averitec_eval.errors import UsageError
from averitec_eval.scoring.signature import Signature

WORDS = st.text("abcXYZ019_.+-", min_size=1, max_size=20)
SIGNATURES = st.builds(
    Signature,
    profile=WORDS,
    level=WORDS,
    cmp=WORDS,
    cap=WORDS,
    meteor=WORDS,
    tok=WORDS,
    wn=WORDS,
    gold=WORDS,
    n=st.integers(0, 10**9),
    version=WORDS,
)


@given(SIGNATURES)
def test_what_is_printed_reads_back(signature: Signature) -> None:
    assert Signature.parse(str(signature)) == signature
    assert "\n" not in str(signature)


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        Signature.parse("profile:a|profile:b|n:many|colour:red|nonsense")
    message = str(caught.value)
    for part in ("'profile' stands twice", "'colour:red'", "'nonsense'", "'level' is missing", "found 'many'"):
        assert part in message


@pytest.mark.parametrize("value", ["", "a|b", "a:b", "a b", "ä", "a\n"])
def test_a_value_that_would_not_read_back_is_refused(value: str) -> None:
    with pytest.raises(UsageError, match="'profile'"):
        Signature(value, "0.25", "gt", "10", "m", "t", "3.0", "none", 1, "0")
