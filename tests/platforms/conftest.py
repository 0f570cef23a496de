"""Hugging Face libraries that keep what they write in a temporary folder and never reach for a network."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture(scope="session")
def hf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The metric's module, with the libraries behind it imported such that they use a folder of their own."""
    assert "evaluate" not in sys.modules, "the folder is chosen at the first import"
    folder = tmp_path_factory.mktemp("hf")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "HF_HOME", str(folder))
        patch.setitem(os.environ, "HF_MODULES_CACHE", str(folder / "modules"))
        patch.setattr(sys, "path", [*sys.path])
        from averitec_eval.platforms import hf

        yield hf


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any attempt to open a connection fails the test."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
