"""Fixtures of the tests of boards."""

from __future__ import annotations

import pytest
from leaderboard.helpers import mini_site

from averitec_eval.leaderboard.view import PublicSite


@pytest.fixture(scope="session")
def site() -> PublicSite:
    """The public view of the board of the example submissions, whose gold is public."""
    return mini_site()
