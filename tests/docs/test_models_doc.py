"""docs/models.md says of every provider and setting what the code knows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from averitec_eval.baselines.models import local, openai_chat
from averitec_eval.baselines.models.data_files import MINILM_TOKENIZER, SMOLLM2
from averitec_eval.baselines.providers import PROVIDERS

TEXT = (Path(__file__).parents[2] / "docs" / "models.md").read_text("utf-8")
ROWS = {
    (cells[0], cells[1].strip("`")): cells[-1]
    for cells in ([cell.strip() for cell in line.strip("|").split("|")] for line in TEXT.splitlines() if "|" in line)
    if len(cells) == 4
}
SERVER = {"name", "base_url", "timeout", "retries", "concurrency", "prefill", "input_price", "output_price"}


@pytest.mark.parametrize(("port", "name"), [(port, name) for port in PROVIDERS for name in PROVIDERS[port]])
def test_every_provider_has_a_row_with_its_settings(port: str, name: str) -> None:
    settings = set(PROVIDERS[port][name].settings) - {"open_weights"}
    if name == "openai":
        assert settings == SERVER
        assert all(f"`{setting}`" in TEXT for setting in settings)
    else:
        assert set(re.findall(r"`(\w+)`", ROWS[port, name])) == settings


def test_no_row_is_of_a_provider_that_is_gone() -> None:
    known = {(port, name) for port in PROVIDERS for name in PROVIDERS[port]}
    assert set(ROWS) - {("port", "provider"), ("---", "---")} == known


def test_figures_are_those_of_the_code() -> None:
    assert f"| {openai_chat.TIMEOUT_SECONDS:g} |" in TEXT
    assert f"| {openai_chat.RETRIES} |" in TEXT
    assert f"more than {openai_chat.MAX_WAIT_SECONDS:g}" in TEXT
    assert f"{openai_chat.MAX_REPLY_BYTES / 1e6:g} MB" in TEXT
    assert f"`threads` ({local.THREADS}), `context` ({local.CONTEXT})" in TEXT
    assert all(f"`{setting}`" in TEXT for setting in openai_chat.DISPENSABLE)
    for file in (SMOLLM2, MINILM_TOKENIZER):
        assert file.install.rpartition(" ")[2] in TEXT
