"""The command as a process of its own: signals, pipes, start-up, and files after a kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli.processes import COMMAND, large_pair


def test_a_killed_run_leaves_the_old_run_whole_or_the_new_one(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    predictions, gold = large_pair(small, 40)
    run = tmp_path / "run"
    command = [*COMMAND, "score", "--out", str(run)]
    subprocess.run([*command, str(predictions), "--gold", str(gold)], check=True, capture_output=True)
    old = {path.name: path.read_bytes() for path in run.iterdir()}
    predictions, gold = large_pair(tmp_path, 1500)
    for delay in (0.3, 0.8, 1.3, 1.8, 2.3):
        process = subprocess.Popen([*command, str(predictions), "--gold", str(gold)], stdout=subprocess.DEVNULL)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)
        for name, content in old.items():
            now = (run / name).read_bytes()
            if now != content:  # the run ended before the signal came: then the file is the new one, whole
                lines = now.decode("ascii").splitlines()
                assert len(lines) == 1500 if name == "claims.jsonl" else json.loads(now)["inputs"]["n_gold"] == 1500


def test_an_interrupt_ends_with_130_and_one_line(tmp_path: Path) -> None:
    predictions, gold = large_pair(tmp_path, 5000)
    process = subprocess.Popen(
        [*COMMAND, "score", str(predictions), "--gold", str(gold), "--out", str(tmp_path / "run")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(3)  # well past the imports, well before the end
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert stdout == ""
    assert stderr == "averitec-eval: interrupted; files written so far are whole\n"
    assert not (tmp_path / "run").exists()


def test_a_reader_that_leaves_early_causes_no_complaint() -> None:
    process = subprocess.Popen(
        [*COMMAND, "explain", "--list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    process.wait(timeout=30)


@pytest.mark.parametrize("encoding", ["ascii", "utf-8", "latin-1"])
def test_output_fits_a_terminal_of_any_encoding(encoding: str) -> None:
    ended = subprocess.run(
        [*COMMAND, "inspect", "submissions/oracle/predictions.json", "--gold", "averitec-mini", "--claim", "3"],
        cwd=Path(__file__).resolve().parent.parent.parent,
        env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        capture_output=True,
        check=True,
    )
    assert ended.stdout.decode(encoding)
    assert ended.stderr == b""


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom averitec_eval.cli.main import main\nmain(['--help'])\n"
        "heavy = {'numpy', 'scipy', 'pandas', 'nltk', 'evaluate', 'rich', 'jinja2', 'yaml'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "exit codes" in ended.stdout


def test_scoring_imports_neither_nltk_nor_pandas() -> None:
    code = (
        "import sys\nfrom averitec_eval.cli.main import main\n"
        "main(['score', 'submissions/overlap/predictions.json', '--gold', 'averitec-mini'])\n"
        "heavy = {'pandas', 'nltk', 'evaluate'} & set(sys.modules)\nassert not heavy, heavy"
    )
    root = Path(__file__).resolve().parent.parent.parent
    ended = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_debug_shows_the_traceback() -> None:
    ended = subprocess.run(
        [*COMMAND, "score", "absent.json", "--gold", "absent.json", "--debug"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "Traceback" in ended.stderr
