"""Fixtures of the tests of boards."""

from __future__ import annotations

import pytest
from leaderboard.helpers import mini_site

from averitec_eval.leaderboard import drawing
from averitec_eval.leaderboard.view import PublicSite


@pytest.fixture(scope="session")
def site() -> PublicSite:
    """The public view of the board of the example submissions, whose gold is public."""
    return mini_site()


@pytest.fixture
def without_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds as where matplotlib is not installed, for tests that are about something else: drawing takes its time."""
    monkeypatch.setattr(drawing, "available", lambda: False)
