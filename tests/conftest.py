"""Fixtures shared by all tests."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent


# A busy machine is no defect: no example fails for having taken long, nor does making it.
settings.register_profile("project", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")


def find_data_dir() -> Path | None:
    """The shared research data: where AVERITEC_DATA points, or beside the project; None where it is absent."""
    path = Path(os.environ.get("AVERITEC_DATA") or ROOT.parent / "shared" / "data")
    return path if (path / "averitec" / "dev.json").is_file() else None


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real AVeriTeC data; a test that asks for it is skipped, with the reason shown, where there is
    none.
    """
    path = find_data_dir()
    if path is None:
        pytest.skip("the shared research data is absent: set AVERITEC_DATA to its folder")
    return path


@pytest.fixture(scope="session")
def hf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The metric of `evaluate`, with the libraries behind it imported such that they write to a temporary folder."""
    assert "evaluate" not in sys.modules, "the folder is chosen at the first import"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HOME", str(tmp_path_factory.mktemp("hf")))
        patch.setattr(sys, "path", [*sys.path])
        from averitec_eval.platforms import hf

        yield hf


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that reads the shared data, so that `-m data` selects them."""
    for item in items:
        if "data_dir" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.data)
