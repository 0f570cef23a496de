"""Where one of two systems is ahead: the claims it wins, ties and loses, by group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from averitec_eval.leaderboard.view import WinRow


def win_rows(groups: Sequence[Iterable[str]], first: Sequence[float], second: Sequence[float]) -> tuple[WinRow, ...]:
    """Wins, ties and losses of the first system in each group, by the group's name.

    All three arguments have one item for each claim: the names of the groups it belongs to (a name given twice counts
    once), and what each system scores on it. Raises ``ValueError`` where they differ in length.
    """
    counts: dict[str, list[int]] = {}
    for names, a, b in zip(groups, first, second, strict=True):
        outcome = 0 if a > b else 1 if a == b else 2
        for name in dict.fromkeys(names):
            counts.setdefault(name, [0, 0, 0])[outcome] += 1
    return tuple(WinRow(name, sum(row), *row) for name, row in sorted(counts.items()))


__all__ = ["win_rows"]
