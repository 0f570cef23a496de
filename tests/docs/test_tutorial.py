"""The tutorial notebook runs from top to bottom in a kernel of its own, and stores nothing of what it prints."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
NOTEBOOK = ROOT / "docs" / "tutorial.ipynb"


def test_no_output_is_stored() -> None:
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert len(code) > 8
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


def test_links_of_the_notebook_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#\s]+)\)", NOTEBOOK.read_text(encoding="utf-8")):
        assert (NOTEBOOK.parent / target).exists(), target


@pytest.fixture
def executed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The notebook after its kernel ran it, away from the repository."""
    import nbclient
    import nbformat

    for name in ("HF_HOME", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    client = nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}})
    return client.execute()


@pytest.mark.filterwarnings("ignore::DeprecationWarning:(zmq|jupyter_client|nbclient|nbformat|tornado)")
def test_the_notebook_runs_and_shows_tables(executed: Any) -> None:
    outputs = [output for cell in executed.cells for output in cell.get("outputs", ())]
    assert not [output for output in outputs if output["output_type"] == "error"]
    shown = "".join(output["data"].get("text/html", "") for output in outputs if "data" in output)
    for part in ("valid: 40 predictions", "AVeriTeC, evidence &gt; 0.25 (headline)", "lucky", "Ranks, best first"):
        assert part in shown
    plain = [output["data"]["text/plain"] for output in outputs if "data" in output]
    assert "<Result of averitec-2024: averitec@0.25 0.3500, 40 of 40 claims scored>" in plain
    assert plain[-1] == "0.0"
