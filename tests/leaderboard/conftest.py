"""Fixtures of the tests of boards."""

from __future__ import annotations

import pytest
from leaderboard.helpers import mini_site

from averitec_eval.leaderboard import drawing, judging
from averitec_eval.leaderboard.view import PublicSite
from averitec_eval.statistics import Settings


@pytest.fixture(scope="session")
def site() -> PublicSite:
    """The public view of the board of the example submissions, whose gold is public."""
    return mini_site()


@pytest.fixture
def without_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds as where matplotlib is not installed, for tests that are about something else: drawing takes its time."""
    monkeypatch.setattr(drawing, "available", lambda: False)


@pytest.fixture(autouse=True)
def few_resamples(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Intervals of a few resamples for tests that are about something else: with 10,000 for each submission they would
    take more than a third of the time of these tests. ``pytest.mark.every_resample`` keeps them, as a test must whose
    figures are compared with those of another process or of ``score``.
    """
    if request.node.get_closest_marker("every_resample") is None:
        monkeypatch.setattr(judging, "DEFAULT_SETTINGS", Settings(resamples=200))
