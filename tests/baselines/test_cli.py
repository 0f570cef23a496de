"""The command ``baseline``, in this process and as one of its own that is interrupted and killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest
from baselines.running import CONFIG, PARTS, same_bytes, write_config
from cli.helpers import run
from cli.processes import COMMAND

from averitec_eval import mini_gold_path
from averitec_eval.baselines.config import System, load_system, system_names
from averitec_eval.baselines.picture import mermaid_picture, svg_picture, text_picture
from averitec_eval.formats.reading import read_gold
from averitec_eval.validation.check import validate

MINI = ("--claims", "averitec-mini", "--knowledge-store", "averitec-mini")


def test_systems_are_listed() -> None:
    ended = run("baseline", "list", "--format", "json")
    assert ended.code == 0
    listed = json.loads(ended.out)
    assert [system["name"] for system in listed] == list(system_names())
    assert all(system["stages"] and system["description"] for system in listed)
    table = run("baseline", "list", "--format", "csv").out
    assert all(name in table for name in system_names())


def test_components_are_listed_with_their_options() -> None:
    listed = json.loads(run("baseline", "components", "--format", "json").out)
    found = next(kind for kind in listed if kind["type"] == "test-first")
    assert (found["reads"], found["fills"]) == (["units", "queries"], ["candidates"])
    assert found["options"][0] == {
        "name": "k",
        "kind": "whole number",
        "required": False,
        "default": 3,
        "allowed": "1 to 1,000",
        "help": "how many",
    }
    kinds = {option["name"]: option["kind"] for option in found["options"]}
    assert kinds["share"] == "number or null"
    assert kinds["words"] == "list of texts"
    assert "aliases" in run("baseline", "components", "label").out
    assert "test-first" not in run("baseline", "components", "label").out
    ended = run("baseline", "components", "lable")
    assert (ended.code, ended.err) == (2, "averitec-eval: 'lable' is no stage; did you mean label?\n")


def test_a_system_is_shown_in_every_form(tmp_path: Path) -> None:
    path = write_config(tmp_path)
    text = run("baseline", "show", path, "--set", "retrieve.k=7").out
    assert "A system for tests (test-system, version 1)" in text
    assert "2  retrieve: test-first" in text
    assert "k 7" in text
    assert "test-last (off): The last k instead of the first." in " ".join(text.split())
    assert all(len(line) <= 80 for line in text.splitlines())
    shown = json.loads(run("baseline", "show", path, "--set", "retrieve.k=7", "--format", "json").out)
    assert shown["stages"][1]["retrieve"]["k"] == 7
    assert run("baseline", "show", path, "--format", "mermaid").out.startswith("flowchart TD\n")
    assert run("baseline", "show", path, "--format", "svg").out.startswith("<svg ")


def test_a_wrong_configuration_is_told_in_full(tmp_path: Path) -> None:
    path = write_config(tmp_path, CONFIG.replace("k: 3", "kk: 3").replace("title", "titel"))
    ended = run("baseline", "show", path)
    assert ended.code == 1
    assert ended.err == (
        f"averitec-eval: {path}: 3 problems\n"
        "  - titel: found a key that is not known, expected one of the fields; did you mean title?\n"
        "  - title: found no such key, expected what the system is called in tables; add a line 'title: ...'\n"
        "  - retrieve.kk: found a key that is not known, expected one of the fields; did you mean k?\n"
    )


def pictured() -> list[System]:
    return [load_system(name) for name in system_names()]


@pytest.mark.parametrize("system", pictured(), ids=lambda system: system.name)
def test_pictures_show_every_stage(system: System) -> None:
    svg = svg_picture(system)
    root = ElementTree.fromstring(svg)
    drawn = " ".join(element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text"))
    wide = float(root.attrib["width"])
    assert all(float(e.attrib["x"]) <= wide for e in root.iter("{http://www.w3.org/2000/svg}text"))
    for picture in (drawn, text_picture(system), mermaid_picture(system)):
        for number, stage in enumerate(system.stages, 1):
            assert f"{number}  {stage.key}: {stage.kind.name}" in picture
    assert " style=" not in svg
    assert svg == svg_picture(system)
    assert all(len(line) <= 80 for line in text_picture(system).splitlines())


def test_pictures_escape_what_configurations_say(tmp_path: Path) -> None:
    system = load_system(write_config(tmp_path, CONFIG.replace("text: Refuted", "text: '<b>&|\"x\"</b>'")))
    ElementTree.fromstring(svg_picture(system))
    assert "<b>&" not in svg_picture(system)
    assert "#lt;b#gt;#amp;#124;#quot;x#quot;#lt;/b#gt;" in mermaid_picture(system)


def test_a_run_says_what_came_of_it(tmp_path: Path) -> None:
    out = tmp_path / "out"
    ended = run("baseline", "run", write_config(tmp_path), *MINI, "--out", out, "--limit", 4, "--hardware", "a machine")
    assert ended.code == 0, ended.err
    assert ended.out == f"{out / 'predictions.json'}\n"
    assert "A system for tests: 4 claims" in ended.err
    assert "(the task's limit is 60 s)" in ended.err
    assert "Troubles" not in ended.err
    again = run("baseline", "run", write_config(tmp_path), *MINI, "--out", out, "--limit", 4, "--resume")
    assert again.err.startswith("averitec-eval: 4 of 4 claims are done already\n")


def test_troubles_are_told_with_what_stands_in(tmp_path: Path) -> None:
    path = write_config(tmp_path, CONFIG.replace("text: Refuted", "text: dunno"))
    ended = run("baseline", "run", path, *MINI, "--out", tmp_path / "out", "--limit", 3)
    assert ended.code == 0
    words = " ".join(ended.err.split())
    assert "label-unknown 3 The verdict given is none of the four; Not Enough Evidence stands in." in words


@pytest.mark.parametrize(
    ("extra", "code", "message"),
    [
        (("--knowledge-store", "absent"), 3, "absent"),
        (("--claims", "absent.json"), 3, "absent.json"),
        (("--limit", "0"), 2, "must be a whole number of at least 1; found '0'"),
        (("--limit", "x"), 2, "must be a whole number of at least 1; found 'x'"),
        (("--seed", "-1"), 2, "must be a whole number of at least 0; found '-1'"),
        (("--set", "retrieve.k=many"), 1, 'retrieve.k: found "many", expected a whole number from 1 to 1,000'),
        (("--import", "absent.py"), 2, "absent.py: cannot be run: FileNotFoundError"),
    ],
)
def test_wrong_calls_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], extra: tuple[str, ...], code: int, message: str
) -> None:
    path = write_config(tmp_path)
    ended = run("baseline", "run", path, *MINI, "--out", tmp_path / "out", *extra)
    assert ended.code == code, ended.err
    assert message in ended.err + capsys.readouterr().err
    assert not (tmp_path / "out" / "trace.jsonl").exists()


def test_models_must_be_chosen(tmp_path: Path) -> None:
    models = "models: {w: {port: chat, published: {provider: openai, name: m}, local: {provider: smollm2}}}\nstages:"
    path = write_config(tmp_path, CONFIG.replace("stages:", models))
    ended = run("baseline", "run", path, *MINI, "--out", tmp_path / "out")
    assert ended.code == 2
    assert "test-system has models: choose --models published or --models local" in ended.err


def test_examples_are_asked_for(tmp_path: Path) -> None:
    path = write_config(tmp_path, CONFIG.replace("stages:", "examples: train\nstages:"))
    call = ("baseline", "run", path, *MINI, "--limit", 1, "--out")
    ended = run(*call, tmp_path / "a")
    assert ended.code == 2
    assert "give --examples FILE, such as AVeriTeC's train.json, or --examples none" in ended.err
    assert run(*call, tmp_path / "b", "--examples", "none").code == 0
    ended = run(*call, tmp_path / "c", "--examples", "averitec-mini")
    assert "every example is a claim of the file that is to be run" in ended.err


def slow_call(path: Path, out: Path, *more: str) -> list[str]:
    return [*COMMAND, "baseline", "run", str(path), *MINI, "--out", str(out), "--import", str(PARTS), *more]


def wait_for_lines(trace: Path, count: int, process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 60
    while not trace.exists() or trace.read_bytes().count(b"\n") < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end, "the run wrote nothing"
        time.sleep(0.01)


def heed_interrupts() -> None:
    """What a process in the background is started to ignore is not ignored by this one."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGKILL])
def test_a_killed_run_loses_at_most_the_claim_in_hand(tmp_path: Path, kind: signal.Signals) -> None:
    path = write_config(tmp_path, CONFIG.replace("k: 3", "k: 3, slow: 0.03"))
    out = tmp_path / "out"
    process = subprocess.Popen(
        slow_call(path, out),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_interrupts,
    )
    wait_for_lines(out / "trace.jsonl", 4, process)
    process.send_signal(kind)
    _, err = process.communicate(timeout=60)
    lines = (out / "trace.jsonl").read_bytes().splitlines(keepends=True)
    assert 4 <= len(lines) < 40
    assert all(json.loads(line)["claim_id"] == number for number, line in enumerate(lines) if line.endswith(b"\n"))
    if kind == signal.SIGINT:
        assert process.returncode == 130
        assert err == (
            f"averitec-eval: interrupted; the claims that are done are in {out / 'trace.jsonl'}. Give the same command "
            "with --resume to go on\n"
        )
    else:
        assert process.returncode == -signal.SIGKILL
    assert not (out / "predictions.json").exists()

    resumed = subprocess.run(slow_call(path, out, "--resume"), capture_output=True, text=True, timeout=120, check=True)
    done = sum(line.endswith(b"\n") for line in lines)
    assert f"{done} of 40 claims are done already" in resumed.stderr
    whole = tmp_path / "whole"
    subprocess.run(slow_call(path, whole), capture_output=True, timeout=120, check=True)
    assert same_bytes(out) == same_bytes(whole)
    assert validate(out / "predictions.json", read_gold(mini_gold_path())).valid


def test_the_command_line_does_not_load_systems_before_they_are_asked_for() -> None:
    code = (
        "import sys, averitec_eval\nfrom averitec_eval.cli.main import build_parser\nbuild_parser(['--help'])\n"
        "print([name for name in sys.modules if name.startswith('averitec_eval.baselines')])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"
