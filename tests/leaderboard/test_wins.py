"""Wins, ties and losses by group."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from averitec_eval.leaderboard.view import WinRow
from averitec_eval.leaderboard.wins import win_rows


def test_a_claim_counts_in_each_of_its_groups_once() -> None:
    rows = win_rows([("b", "a"), ("a", "a"), ("a",), ()], [1.0, 0.0, 0.5, 1.0], [0.0, 1.0, 0.5, 0.0])
    assert rows == (WinRow("a", 3, 1, 1, 1), WinRow("b", 1, 1, 0, 0))


def test_lists_of_different_length_are_an_error() -> None:
    with pytest.raises(ValueError, match="zip"):
        win_rows([("a",)], [1.0], [])


@given(
    claims=st.lists(
        st.tuples(
            st.lists(st.sampled_from("abc"), max_size=3), st.sampled_from([0.0, 0.5]), st.sampled_from([0.0, 0.5])
        )
    )
)
def test_turning_the_pair_round_turns_wins_into_losses(claims: list[tuple[list[str], float, float]]) -> None:
    groups = [names for names, _, _ in claims]
    first, second = [a for _, a, _ in claims], [b for _, _, b in claims]
    rows, turned = win_rows(groups, first, second), win_rows(groups, second, first)
    assert [(row.name, row.n, row.wins, row.ties, row.losses) for row in rows] == [
        (row.name, row.n, row.losses, row.ties, row.wins) for row in turned
    ]
    for row in rows:
        assert row.n == row.wins + row.ties + row.losses == sum(row.name in names for names in groups)
