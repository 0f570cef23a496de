"""The oracle that the tests of the text core compare with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from text.oracle import Oracle, is_installed


@pytest.fixture(scope="session")
def nltk_391() -> Iterator[Oracle]:
    """NLTK 3.9.1 in a process of its own; where it is absent, tests that ask for it are skipped, with the reason."""
    if not is_installed():
        pytest.skip("NLTK 3.9.1 is not installed aside: run `python tools/install_oracle.py`")
    oracle = Oracle()
    assert oracle.version() == "3.9.1"
    yield oracle
    oracle.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "nltk_391" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.oracle)
