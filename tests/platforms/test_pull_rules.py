"""``check-pr`` by the rules of a task: phases, dates, limits, who sees scores; and hidden gold stays hidden."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from cli.helpers import run
from leaderboard.helpers import entries
from leaderboard.test_privacy import FIRST_ID, SECRET, hidden_entries, hidden_gold
from platforms.requests import Task, files, git, make_task

from averitec_eval.platforms.git import MAX_OUTPUT

S = "submissions"
INVALID = entries(0.5, "no label")


def with_phases(folder: Path, **rules: Any) -> Task:
    """A task with an open phase, a blind one with these rules and a private one; its hidden gold lies outside."""
    hidden_gold(folder / "gold" / "test.json")
    gold = str(folder / "gold" / "test.json")
    task = make_task(folder / "task")
    (folder / "task" / "leaderboard.yaml").unlink()
    task.config.write_text(
        json.dumps(
            {
                "title": "A task",
                "submissions": "submissions",
                "site": "site",
                "phases": [
                    {"name": "dev", "gold": "averitec-mini", "public": True},
                    {"name": "test", "gold": gold, **rules},
                    {"name": f"{SECRET}final", "gold": gold, "private": True},
                ],
            }
        ),
        encoding="utf-8",
    )
    git(task.root, "add", "-A")
    git(task.root, "commit", "-q", "-m", "Phases")
    return task


@pytest.fixture(scope="module")
def blind(tmp_path_factory: pytest.TempPathFactory) -> Task:
    """A task with hidden gold and no further rules, which no test changes."""
    return with_phases(tmp_path_factory.mktemp("blind"))


def hidden_files(share: float = 0.5, **how: Any) -> dict[str, bytes]:
    return files(predictions=how.pop("predictions", None) or hidden_entries(share), phase="test", **how)


def test_each_phase_has_its_own_gold(blind: Task) -> None:
    task = blind
    assert task.codes(task.hand_in(contents=files(phase="dev"))) == []
    assert task.codes(task.hand_in(contents=hidden_files())) == []
    assert task.codes(task.hand_in(contents=files(phase="test"))) == ["PR060"]
    assert task.codes(task.hand_in()) == ["PR031"]
    for phase in ("tset", f"{SECRET}final"):
        ended = task.check(task.hand_in(contents=files(phase=phase)))
        assert (ended.code, "PR031" in ended.out, "one of dev, test" in ended.out) == (1, True, True)
        assert SECRET not in ended.out


def test_what_a_phase_requires(tmp_path: Path) -> None:
    task = with_phases(
        tmp_path, require=["models", "contact"], runtime_limit=10, starts="2025-03-01", ends="2025-03-31"
    )
    full = {"models": [], "contact": "c", "seconds_per_claim": 10, "date": "2025-03-31"}
    assert task.codes(task.hand_in(contents=hidden_files(**full))) == []
    assert task.codes(task.hand_in(contents=hidden_files())) == ["PR032", "PR032"]
    assert task.codes(task.hand_in(contents=hidden_files(**{**full, "date": "2025-02-28"}))) == ["PR033"]
    slow = task.check(task.hand_in(contents=hidden_files(**{**full, "seconds_per_claim": 11})), "--format", "json")
    problems = json.loads(slow.out)["problems"]
    assert [(problem["code"], problem["severity"]) for problem in problems] == [("PR034", "warning")]


def test_a_phase_opens_and_closes_by_the_clock(tmp_path: Path) -> None:
    task = with_phases(tmp_path, starts="2025-03-01", ends="2025-03-31T12:00Z")
    head, open_to_all = task.hand_in(contents=hidden_files(0.5)), task.hand_in(contents=files(phase="dev"))
    for now, codes in (
        ("2025-02-28T23:59Z", ["PR040"]),
        ("2025-03-01", []),
        ("2025-03-31T11:59:59Z", []),
        ("2025-03-31T12:00Z", ["PR041"]),
    ):
        ended = json.loads(task.check(head, "--score", "--format", "json", now=now).out)
        assert [problem["code"] for problem in ended["problems"]] == codes
        # Who comes too early or too late learns nothing of the predictions.
        assert bool(ended["files"]) == bool(ended["scores"]) == (not codes)
    assert task.codes(open_to_all, now="2026-01-01") == []


def handed_in(task: Task, number: int, day: str, *, by: str = "ours", team: str = "Our team", **how: Any) -> None:
    """Accept a submission of that day."""
    contents = how.pop("contents", None) or files(number / 40, name=f"N{number}", team=team)
    task.accept(task.hand_in(f"n{number}x", contents, by=by, at=f"{day}T10:00:00Z"))


def test_limits_count_what_was_accepted(tmp_path: Path) -> None:
    task = make_task(tmp_path / "task", limits={"per_day": 2, "total": 4})
    head = task.hand_in(contents=files(0.9))
    handed_in(task, 1, "2025-03-09")
    handed_in(task, 2, "2025-03-10")
    assert task.codes(head) == []
    handed_in(task, 3, "2025-03-10")
    assert task.codes(head) == ["PR050"]
    assert task.codes(head, now="2025-03-11") == []
    handed_in(task, 4, "2025-03-11", team="Another name")  # of the same account
    assert task.codes(head, now="2025-03-12") == ["PR051"]
    assert task.errors(head, now="2025-03-12", author="other") == []  # of the same team, three so far
    handed_in(task, 5, "2025-03-12", by="other@example.org")
    assert task.errors(head, now="2025-03-13", author="other") == ["PR051"]
    assert task.codes(task.hand_in(contents=files(0.9, team="T", name="T")), now="2025-03-13", author="new") == []


def test_large_files_that_were_accepted_are_counted(tmp_path: Path) -> None:
    task = make_task(tmp_path / "task", limits={"total": 1})
    runs = {name: files(share)["predictions.json"] for name, share in (("one.json", 0.3), ("two.json", 0.4))}
    space = b" " * (MAX_OUTPUT // 2)  # together more than one command of git may print
    large = {name: data + space for name, data in runs.items()}
    settings = {"name": "N", "team": "Our team", "predictions": "one.json", "runs": ["two.json"]}
    handed_in(task, 1, "2025-03-01", contents={**large, "submission.yaml": json.dumps(settings).encode()})
    assert task.codes(task.hand_in(contents=files(0.9))) == ["PR051"]


def test_only_what_is_handed_in_to_be_scored_counts(tmp_path: Path) -> None:
    task = make_task(tmp_path / "task", limits={"total": 1})
    handed_in(task, 20, "2025-03-01")
    described = files(20 / 40, name="N20", description="Better words.")
    assert task.codes(task.hand_in("n20x", described)) == []
    task.accept(task.hand_in("n20x", described))
    assert task.codes(task.hand_in("n20x", files(0.6, name="N20"))) == ["PR051"]
    assert task.codes(task.hand_in("n20x", {**described, "runs.json": b"[]"})) == ["PR026"]
    other = {**files(20 / 40, name="N20", runs=["more.json"]), "more.json": files(0.6)["predictions.json"]}
    assert task.codes(task.hand_in("n20x", other)) == ["PR051"]


def test_invalid_submissions_do_not_use_up_valid_ones(tmp_path: Path) -> None:
    task = make_task(tmp_path / "task", limits={"per_day": 1, "invalid_per_day": 2})
    handed_in(task, 1, "2025-03-10", contents=files(predictions=INVALID, name="N1"))
    head = task.hand_in(contents=files(0.9))
    assert task.codes(head) == []
    handed_in(task, 2, "2025-03-10", contents={"submission.yaml": b"team: Our team\n", "x.json": b"[]"})
    assert task.codes(head) == ["PR052"]
    assert task.codes(head, now="2025-03-11") == []


def test_a_file_of_tries_counts_what_is_never_merged(tmp_path: Path) -> None:
    task = with_phases(tmp_path, limits={"per_day": 2, "total": 3, "invalid_per_day": 1})
    tries = tmp_path / "tries.jsonl"

    def check(contents: dict[str, bytes], now: str = "2025-03-10", author: str = "ours") -> list[str]:
        return task.codes(task.hand_in(contents=contents), "--tries", tries, now=now, author=author)

    first = hidden_files(0.1)
    assert check(first) == []
    assert check(first) == []  # the same commit again is the same try
    assert check(hidden_files(0.2)) == []
    assert check(hidden_files(0.3)) == ["PR050"]
    assert check(first) == []
    assert check(files(0.35, phase="dev")) == []  # another phase
    assert check(hidden_files(predictions=INVALID), now="2025-03-11") == ["PR060"]
    assert check(hidden_files(0.3), now="2025-03-11") == ["PR052"]
    assert check(hidden_files(0.3), now="2025-03-12") == []
    assert check(hidden_files(0.4), now="2025-03-13") == ["PR051"]
    assert check(hidden_files(0.4), now="2025-03-13", author="other") == ["PR051"]  # of the same team
    assert check(hidden_files(0.4, team="T"), now="2025-03-13", author="other") == []
    lines = [json.loads(line) for line in tries.read_text(encoding="utf-8").splitlines()]
    assert [(line["phase"], line["valid"]) for line in lines] == [
        ("test", True), ("test", True), ("dev", True), ("test", False), ("test", True), ("test", True)
    ]  # fmt: skip
    assert SECRET not in tries.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "line", ["[]", "{}", '{"at": 1}', "\x00", '{"at":"x","head":"","phase":"","author":"","team":"","valid":true}']
)
def test_a_file_of_tries_that_is_none_is_left_alone(tmp_path: Path, line: str) -> None:
    task = make_task(tmp_path / "task")
    tries = tmp_path / "tries.jsonl"
    tries.write_text(line, encoding="utf-8")
    ended = task.check(task.hand_in(), "--tries", tries)
    assert (ended.code, "in line 1" in ended.err) == (3, True)
    assert tries.read_text(encoding="utf-8") == line


@pytest.mark.parametrize("scores", ["everyone", "participant", "organisers"])
def test_scores_are_told_to_whom_the_rules_say(tmp_path: Path, scores: str) -> None:
    task = with_phases(tmp_path, scores=scores)
    head = task.hand_in(contents=hidden_files(0.5))
    for form in ("text", "markdown", "json"):
        assert ("averitec@0.25" in task.check(head, "--score", "--format", form).out.replace("\\", "")) == (
            scores == "everyone"
        )
    assert "averitec@0.25" in task.check(head, "--show-scores").out
    assert "averitec@0.25" not in task.check(head).out


def test_scores_without_the_judge_are_said_to_be(tmp_path: Path) -> None:
    task = make_task(tmp_path / "task", profile="fever8-2025", judge={"model": "ev2r-lite"})
    head = task.hand_in(contents={**files(), "predictions.json": gzip.compress(files()["predictions.json"])})
    for form, said in (("text", "scores: those of the judge"), ("markdown", "Those of the judge ev2r")):
        ended = task.check(head, "--score", "--format", form)
        assert (ended.code, said in ended.out, "accuracy" in ended.out) == (0, True, True)


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_hidden_gold_is_nowhere(blind: Task, form: str) -> None:
    task = blind
    own = hidden_entries(0.5)
    for entry in own:  # what is left of the secret is the gold's alone
        entry["claim"] = "Our words"
        for pair in entry["evidence"]:
            pair["question"] = pair["answer"] = "Our words"
    shifted = [{**entry, "claim_id": entry["claim_id"] + 1} for entry in own]
    for predictions in (own, shifted, own[5:], [*own, own[0]], [{**own[0], "pred_label": "none"}, *own[1:]], [{}]):
        ended = task.check(
            task.hand_in(contents=hidden_files(predictions=predictions)), "--show-scores", "--format", form
        )
        assert "predictions.json" in ended.out
        assert SECRET not in ended.out + ended.err
    missing = task.check(task.hand_in(contents=hidden_files(predictions=own[:1])), "--format", form)
    assert "I001" in missing.out
    assert str(FIRST_ID + 1) not in missing.out


def test_an_error_about_hidden_gold_does_not_quote_it(tmp_path: Path) -> None:
    task = with_phases(tmp_path)
    gold = tmp_path / "gold" / "test.json"
    gold.write_text(gold.read_text(encoding="utf-8").replace('"Supported"', f'"{SECRET}"'), encoding="utf-8")
    ended = task.check(task.hand_in(contents=hidden_files()))
    assert ended.code == 1
    assert "not usable" in ended.err
    assert SECRET not in ended.out + ended.err
    gold.unlink()
    assert task.check(task.hand_in(contents=hidden_files())).code == 3


def test_from_the_request_to_the_board(tmp_path: Path) -> None:
    task = with_phases(tmp_path, limits={"per_day": 1}, require=["description"])
    task.accept(task.commit({f"{S}/theirs/{name}": data for name, data in hidden_files(0.3, name="Theirs").items()}))
    branch = task.hand_in(contents=hidden_files(0.6))
    assert task.errors(branch) == ["PR032"]
    branch = task.hand_in(contents=hidden_files(0.6, description="Ours."), onto=branch)
    checked = json.loads(task.check(branch, "--score", "--format", "json").out)
    assert checked["ok"]
    tree = git(task.root, "rev-parse", f"{branch}^{{tree}}")
    message = "Merge pull request #1 from ours/branch"
    task.accept(
        git(task.root, "commit-tree", tree, "-p", "main", "-p", branch, "-m", message, at="2025-03-10T13:00:00Z")
    )
    built = run("leaderboard", "build", task.config, "--no-store")
    assert built.code == 0, built.err
    board = json.loads((task.root / "site" / "test" / "board.json").read_text(encoding="utf-8"))
    entry = next(entry for entry in board["entries"] if entry["name"] == "Ours")
    assert entry["rank"] == 1
    assert entry["scores"] == {name: checked["scores"][name] for name in entry["scores"]}
    assert all(SECRET.encode() not in path.read_bytes() for path in (task.root / "site").rglob("*.html"))
    assert task.errors(task.hand_in(contents=hidden_files(0.9, description="Ours."))) == ["PR050"]
