"""``averitec-eval judge`` against a server on loopback: what is asked, kept, replayed, moved, withheld and agreed."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from baselines.server import Answer, FakeServer, Request, completion, error, serving
from cli.helpers import Ended, run
from cli.processes import COMMAND
from jsonschema import Draft202012Validator
from judge.keeping import reply_text

from averitec_eval import mini_gold_path
from averitec_eval.judge.prompting import JudgePrompts

N = 6
KEY = "sk-a-secret-that-nobody-may-see"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AVERITEC_EVAL_API_KEY", KEY)
    monkeypatch.setenv("AVERITEC_EVAL_RESAMPLES", "100")
    for name in ("OPENAI_API_KEY", "AVERITEC_EVAL_BASE_URL", "AVERITEC_EVAL_MODEL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def task(tmp_path: Path) -> tuple[Path, Path]:
    """Predictions and gold of a few claims."""
    return small_task(tmp_path, N)


def small_task(folder: Path, count: int) -> tuple[Path, Path]:
    gold = json.loads(mini_gold_path().read_text("utf-8"))[:count]
    predictions = [
        {
            "claim_id": index,
            "claim": entry["claim"],
            "evidence": [{"question": "What is known?", "answer": f"{entry['claim']} ({index})", "url": ""}],
            "pred_label": entry["label"] if index % 2 == 0 else "Refuted",
        }
        for index, entry in enumerate(gold)
    ]
    (folder / "gold.json").write_text(json.dumps([{**entry, "claim_id": i} for i, entry in enumerate(gold)]), "utf-8")
    (folder / "predictions.json").write_text(json.dumps(predictions), "utf-8")
    return folder / "predictions.json", folder / "gold.json"


def kind_of(request: Request) -> str:
    schema = json.dumps(request.body["response_format"])
    return "questions" if "predicted questions" in schema else "qa"


def well(request: Request, number: int) -> Answer:
    """Counts seven of ten facts."""
    return completion(reply_text(kind_of(request), 7), prompt_tokens=100, completion_tokens=20)  # type: ignore[arg-type]


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with serving(well) as running:
        yield running


def judge(task: tuple[Path, Path], server: FakeServer | None, *more: object, model: str = "some-model") -> Ended:
    address = [] if server is None else ["--base-url", server.base_url]
    return run("judge", task[0], "--gold", task[1], "--model", model, *address, *more)


def document(ended: Ended) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ended.out)
    return found


def test_a_second_run_asks_nothing_and_an_offline_one_gives_the_same_bytes(
    task: tuple[Path, Path], server: FakeServer, tmp_path: Path
) -> None:
    first = judge(task, server, "--out", "run", "--format", "json")
    assert first.code == 0
    assert len(server.requests) == 2 * N
    assert f"0 judgements were kept, {2 * N} were answered" in first.err
    assert "1,200 tokens in, 240 out" in first.err
    found = document(first)
    assert found["headline"] == "ev2r@0.5"
    assert found["scores"]["ev2r_qa_recall"] == found["scores"]["ev2r_q_recall"] == pytest.approx(0.7)
    assert "|judge:some-model+" in found["signature"]
    again = judge(task, server, "--out", "run", "--format", "json")
    offline = judge(task, None, "--out", "run", "--format", "json", "--offline")
    assert len(server.requests) == 2 * N
    assert first.out == again.out == offline.out
    assert (offline.code, offline.err) == (0, "")
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [
        "claims.jsonl",
        "replies.sqlite",
        "results.json",
    ]
    assert json.loads((tmp_path / "run" / "results.json").read_text("utf-8")) == found


def test_replies_of_another_judge_are_named(task: tuple[Path, Path], server: FakeServer) -> None:
    judge(task, server)
    ended = judge(task, None, "--offline", "--temperature", "0.5")
    assert ended.code == 1
    assert 'the file holds some-model {"max_tokens":3000,"seed":0,"temperature":0.0}' in ended.err


def test_what_is_sent(task: tuple[Path, Path], server: FakeServer) -> None:
    judge(task, server, "--temperature", "0.5", "--max-tokens", "99")
    bodies = [request.body for request in server.requests]
    assert {body["temperature"] for body in bodies} == {0.5}
    assert {body["max_tokens"] for body in bodies} == {99}
    assert {body["model"] for body in bodies} == {"some-model"}
    assert {request.headers["authorization"] for request in server.requests} == {f"Bearer {KEY}"}
    assert Path("ev2r-replies.sqlite").is_file()


def test_people_read_the_same_figures_and_the_signature(task: tuple[Path, Path], server: FakeServer) -> None:
    text = judge(task, server)
    assert "ev2r@0.5" in text.out
    assert text.out.splitlines()[-1].startswith("signature: profile:fever8-2025|")
    assert max(map(len, text.out.splitlines()[:-1])) <= 80
    assert "ev2r_qa_recall" in judge(task, server, "--format", "csv").out


def test_a_limit_asks_about_the_first_claims(task: tuple[Path, Path], server: FakeServer) -> None:
    ended = judge(task, server, "--limit", "2", "--format", "json")
    assert (ended.code, len(server.requests)) == (0, 4)
    assert "--limit asked about 2 claims only" in ended.err
    found = document(ended)
    assert found["judge"]["withheld"]
    assert found["judge"]["unscored_claims"] == [2, 3, 4, 5]
    assert "ev2r@0.5" not in found["scores"]
    assert judge(task, server).code == 0
    assert len(server.requests) == 2 * N


def test_a_dry_run_sends_nothing_and_writes_nothing(
    task: tuple[Path, Path], server: FakeServer, tmp_path: Path
) -> None:
    before = sorted(tmp_path.iterdir())
    priced = ["--input-price", "2", "--output-price", "4"]
    ended = judge(task, server, "--dry-run", "--format", "json", *priced, "--repeat", "3", "--out", "x")
    assert (ended.code, server.requests, sorted(tmp_path.iterdir())) == (0, [], before)
    found = document(ended)
    assert (found["judgements"], found["kept"], found["to ask"]) == (6 * N, 0, 6 * N)
    assert found["cost"] == pytest.approx((2 * found["tokens in"] + 4 * found["tokens out"]) / 1e6)
    assert "nothing was sent" in judge(task, server, "--dry-run").out
    judge(task, server)
    measured = document(judge(task, None, "--dry-run", "--format", "json"))
    assert (measured["kept"], measured["to ask"], measured["measured on replies"]) == (2 * N, 0, 2 * N)


def test_unusable_replies_withhold_the_headline_and_are_asked_for_again_on_request(task: tuple[Path, Path]) -> None:
    useless = ["I am not able to judge this."]

    def behave(request: Request, number: int) -> Answer:
        return completion(*useless) if useless else well(request, number)

    with serving(behave) as server:
        ended = judge(task, server, "--format", "json")
        assert ended.code == 5
        found = document(ended)
        assert found["judge"]["counts"]["qa"]["unscored"] == {"no-counts": N}
        assert not [name for name in found["scores"] if name.startswith("ev2r")]
        assert "the headline is withheld" in ended.err
        assert judge(task, server).code == 5
        assert len(server.requests) == 2 * N
        useless.clear()
        mended = judge(task, server, "--retry-unusable", "--format", "json")
        assert (mended.code, len(server.requests)) == (0, 4 * N)
        assert document(mended)["scores"]["ev2r_qa_recall"] == pytest.approx(0.7)


def test_a_refused_key_ends_the_run_at_once_and_is_shown_nowhere(task: tuple[Path, Path], tmp_path: Path) -> None:
    with serving(lambda request, number: error(401, f"wrong key {KEY}")) as server:
        ended = judge(task, server, "--out", "run", "--concurrency", "1")
    assert ended.code == 5
    assert len(server.requests) == 1
    assert "refuses the key" in ended.err
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not [data for data in (*files, ended.out.encode(), ended.err.encode()) if KEY.encode() in data]


def test_a_budget_ends_the_run_and_the_next_goes_on(task: tuple[Path, Path], server: FakeServer) -> None:
    ended = judge(task, server, "--max-tokens", "20", "--max-tokens-total", "1200", "--concurrency", "1")
    assert ended.code == 1
    sent = len(server.requests)
    assert 0 < sent < 2 * N
    assert "might break the budget" in ended.err
    assert judge(task, server, "--max-tokens", "20").code == 0
    assert len(server.requests) == 2 * N


def test_replies_travel(task: tuple[Path, Path], server: FakeServer, tmp_path: Path) -> None:
    whole = judge(task, server, "--format", "json")
    for name, more in (("all.jsonl", []), ("counts.jsonl.gz", ["--counts-only"])):
        exported = run("judge", "export", name, "--model", "some-model", *more)
        assert (exported.code, exported.out) == (0, f"{name}\n")
        assert f"{2 * N} replies written" in exported.err
        assert judge(task, None, "--offline", "--replies", name, "--format", "json").out == whole.out
    imported = run("judge", "import", "all.jsonl", "--replies", "other.sqlite")
    assert (imported.code, imported.out) == (0, "other.sqlite\n")
    assert judge(task, None, "--offline", "--replies", "other.sqlite", "--format", "json").out == whole.out
    run("judge", "export", "again.jsonl", "--replies", "other.sqlite")
    assert (tmp_path / "again.jsonl").read_bytes() == (tmp_path / "all.jsonl").read_bytes()
    assert run("judge", "export", "x.jsonl", "--replies", "none.sqlite").code == 4
    (tmp_path / "bad.jsonl").write_text("no\n", "utf-8")
    assert run("judge", "import", "bad.jsonl").code == 3


def test_repeated_runs_and_how_far_they_agree(task: tuple[Path, Path], tmp_path: Path) -> None:
    def wavering(request: Request, number: int) -> Answer:
        return completion(reply_text(kind_of(request), 3 + 5 * (number // 3 % 2)))  # type: ignore[arg-type]

    with serving(wavering) as server:
        ended = judge(task, server, "--repeat", "2", "--out", "runs", "--temperature", "1", "--format", "json")
        assert (ended.code, len(server.requests)) == (0, 4 * N)
        seeds = {request.body["seed"] for request in server.requests}
        assert len(seeds) == 2
        assert judge(task, server, "--repeat", "2", "--out", "runs", "--temperature", "1").code == 0
        assert len(server.requests) == 4 * N
    found = document(ended)
    assert json.loads((tmp_path / "runs" / "agreement.json").read_text("utf-8")) == found
    assert [each["run"] for each in found["runs"]] == [0, 1]
    schema = Path(__file__).parents[2] / "averitec_eval" / "schemas" / "agreement.schema.json"
    Draft202012Validator(json.loads(schema.read_text("utf-8"))).validate(found)
    agreed = run("judge", "agree", "runs/run-0", "runs/run-1", "--format", "json")
    assert document(agreed) == found
    text = run("judge", "agree", "runs/run-0", "runs/run-1", "--claims", "1")
    assert "Krippendorff's alpha" in text.out
    assert run("judge", "agree", "runs/run-0", "runs/run-1", "--format", "csv").out.count("\n") == 2
    assert run("judge", "agree", "runs/run-0").code == 2


def test_other_prompts_are_another_judge(task: tuple[Path, Path], server: FakeServer, tmp_path: Path) -> None:
    signatures = [document(judge(task, server, "--format", "json"))["signature"]]
    (tmp_path / "own").mkdir()
    name = JudgePrompts.load().prompts["qa"].name
    (tmp_path / "own" / f"{name}.txt").write_text(
        "version: 1\n\n[user]\nCompare.\n{{claim}}\n{{reference}}\n{{predicted}}\n", "utf-8"
    )
    ended = judge(task, server, "--prompts", "own", "--format", "json")
    signatures.append(document(ended)["signature"])
    assert len(server.requests) == 3 * N
    prompts = [re.findall(r"prompts:([0-9a-f]{12})", signature) for signature in signatures]
    assert prompts[0] != prompts[1]
    (tmp_path / "own" / f"{name}.txt").write_text("version: 1\n\n[user]\nCompare {{nothing}}.\n", "utf-8")
    assert judge(task, server, "--prompts", "own").code == 1


USAGE = {
    "a profile without a judge": (["--profile", "averitec-2024"], "fever8-2025, ev2r-2025-evalai"),
    "repeats nowhere": (["--repeat", "2"], "give --out DIR"),
    "one repeat": (["--repeat", "1", "--out", "x"], "at least 2"),
    "offline and a limit": (["--offline", "--limit", "3"], "--limit has no meaning"),
    "offline and a dry run": (["--offline", "--dry-run"], "--dry-run has no meaning"),
    "offline and again": (["--offline", "--retry-unusable"], "--retry-unusable has no meaning"),
    "a cost without prices": (["--max-cost", "1"], "--input-price"),
    "a level": (["--level", "2"], "level"),
    "concurrency": (["--concurrency", "0"], "at least 1"),
    "a temperature": (["--temperature", "-1"], "at least 0"),
    "resamples": (["--resamples", "0"], "resamples"),
    "a timeout": (["--timeout", "inf"], "at least 0"),
    "no time": (["--timeout", "0"], "above 0 seconds"),
    "an address": (["--base-url", "localhost:8000"], "expected the address of a server"),
    "a model without a name": (["--model", ""], "characters that can be seen"),
    "a model with a name too long": (["--model", "m" * 1001], "found 1,001 characters"),
    "a model with a hidden name": (["--model", "m\u202e"], "characters that can be seen"),
    "runs beyond number": (["--repeat", "1001", "--out", "x"], "at most 1,000"),
}


@pytest.mark.parametrize("case", USAGE)
def test_wrong_usage_is_told_before_anything_is_asked(
    task: tuple[Path, Path], server: FakeServer, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    options, message = USAGE[case]
    ended = judge(task, server, *options)
    assert ended.code == 2
    assert message in ended.err + capsys.readouterr().err
    assert server.requests == []
    assert not Path("ev2r-replies.sqlite").exists()


def test_openai_is_not_asked_without_a_key(task: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AVERITEC_EVAL_API_KEY")
    ended = judge(task, None)
    assert ended.code == 2
    assert "AVERITEC_EVAL_API_KEY or OPENAI_API_KEY" in ended.err


def test_the_address_may_come_from_the_environment(
    task: tuple[Path, Path], server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AVERITEC_EVAL_BASE_URL", server.base_url)
    monkeypatch.setenv("AVERITEC_EVAL_MODEL", "some-model")
    assert run("judge", task[0], "--gold", task[1]).code == 0
    assert len(server.requests) == 2 * N


def test_an_invalid_submission_is_reported_and_nobody_asked(task: tuple[Path, Path], server: FakeServer) -> None:
    entries = json.loads(task[0].read_text("utf-8"))
    entries[0]["pred_label"] = "True"
    task[0].write_text(json.dumps(entries), "utf-8")
    ended = judge(task, server)
    assert (ended.code, server.requests) == (1, [])
    assert "invalid, not scored" in ended.err


def test_the_proxy_needs_nothing(task: tuple[Path, Path], tmp_path: Path) -> None:
    ended = judge(task, None, "--format", "json", "--out", "run", model="ev2r-lite")
    assert ended.code == 0
    assert "not fit for ranking" in ended.err
    found = document(ended)
    assert found["headline"] == "ev2r_lite@0.5"
    assert not list(tmp_path.rglob("*.sqlite"))
    assert document(judge(task, None, "--dry-run", "--format", "json", model="ev2r-lite"))["to ask"] == 0
    assert judge(task, None, "--repeat", "2", "--out", "x", model="ev2r-lite").code == 2


def test_actions_have_their_own_help(capsys: pytest.CaptureFixture[str]) -> None:
    for words, expected in (
        (["judge", "--help"], "averitec-eval judge [-h] --gold"),
        (["judge", "export", "--help"], "averitec-eval judge export"),
        (["judge", "import", "--help"], "averitec-eval judge import"),
        (["judge", "agree", "--help"], "averitec-eval judge agree"),
    ):
        assert run(*words).code == 0
        assert expected in capsys.readouterr().out


def test_a_file_with_the_name_of_an_action(task: tuple[Path, Path], server: FakeServer, tmp_path: Path) -> None:
    task[0].rename(tmp_path / "agree")
    options = ["--gold", task[1], "--model", "m", "--base-url", server.base_url]
    assert run("judge", "./agree", *options).code == 0
    assert run("judge", *options, "agree").code == 0
    assert run("judge", "agree", *options).code == 2


def test_an_interrupt_keeps_what_came(tmp_path: Path) -> None:
    task = small_task(tmp_path, 30)

    def slow(request: Request, number: int) -> Answer:
        answer = well(request, number)
        return Answer(answer.body, delay=0.1)

    with serving(slow) as server:
        arguments = ["--model", "m", "--base-url", server.base_url, "--concurrency", "2"]
        process = subprocess.Popen(
            [*COMMAND, "judge", str(task[0]), "--gold", str(task[1]), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        while len(server.requests) < 6 and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        printed, told = process.communicate(timeout=60)
        assert (process.returncode, printed) == (130, ""), told
        assert "give the same command to go on" in told
        sent = len(server.requests)
        assert 6 <= sent < 60
        server.behave = well
        assert judge(task, server, model="m").code == 0
        assert len(server.requests) == 60
