"""``averitec-eval doctor``: a sound task passes, each kind of trouble is found, and no secret is repeated."""

from __future__ import annotations

import importlib.util
import json
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cli.helpers import run
from leaderboard.helpers import entries, make

from averitec_eval import mini_gold_path
from averitec_eval.judge.replies import Replies
from averitec_eval.leaderboard.credentials import credentials
from averitec_eval.leaderboard.doctor import CODES

NOW = "2025-03-10"
REPLIES = "../secret/replies.sqlite"
SECRET = "Zanzibar-gold-words"
TOKEN = "ghp_" + "a1B2" * 10


@pytest.fixture
def task(tmp_path: Path) -> Path:
    """A task whose hidden gold lies outside its repository; gives the configuration's path."""
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "gold.json").write_bytes(mini_gold_path().read_bytes())
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    make(repository / "submissions", "one", entries(0.5))
    write(repository / "leaderboard.yaml", gold="../secret/gold.json")
    return repository / "leaderboard.yaml"


def write(path: Path, **keys: Any) -> None:
    settings = {"title": "A task", "submissions": "submissions", "site": "site", **keys}
    path.write_text(json.dumps(settings), encoding="utf-8")


def examined(task: Path, now: str = NOW) -> dict[str, list[dict[str, str]]]:
    """The findings by code, after checking the exit code, the schema and that both formats say the same."""
    ended = run("doctor", task, "--now", now, "--format", "json")
    document = json.loads(ended.out)
    schema = json.loads((resources.files("averitec_eval") / "schemas" / "doctor.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)
    assert ended.code == (0 if document["ok"] else 1)
    assert document["ok"] == all(finding["severity"] != "error" for finding in document["findings"])
    text = run("doctor", task, "--now", now)
    assert text.code == ended.code
    assert all(finding["code"] in text.out for finding in document["findings"])
    assert not [word for word in (SECRET, TOKEN) if word in ended.out + ended.err + text.out + text.err]
    found: dict[str, list[dict[str, str]]] = {}
    for finding in document["findings"]:
        found.setdefault(finding["code"], []).append(finding)
    return found


def test_a_sound_task_has_no_finding(task: Path) -> None:
    assert examined(task) == {}
    assert run("doctor", task, "--now", NOW).out == "ok: 0 errors, 0 warnings\n"


def test_the_clock_is_read_where_no_instant_is_given(task: Path) -> None:
    write(task, gold="../secret/gold.json", ends="2001-01-01")
    assert "D030" in run("doctor", task).out
    assert run("doctor", task, "--now", "2000-12-31T23:00Z").out.startswith("ok")
    assert run("doctor", task, "--now", "today").code == 2


def test_what_is_wrong_with_gold_is_found_and_not_quoted(task: Path) -> None:
    gold = task.parent.parent / "secret" / "gold.json"
    claims = json.loads(gold.read_text(encoding="utf-8"))
    claims[0]["label"] = SECRET
    gold.write_text(json.dumps(claims), encoding="utf-8")
    (finding,) = examined(task)["D011"]
    assert "S0" in finding["found"] or "label" in finding["found"].lower()
    built = run("leaderboard", "build", task)
    assert built.code == 1
    assert SECRET not in built.out + built.err
    gold.write_text(f'[{{"claim": "{SECRET}"', encoding="utf-8")
    assert "D010" in examined(task)
    gold.unlink()
    assert "D010" in examined(task)
    write(task, gold="../secret/gold.json", public=True)
    assert "D010" in examined(task)


@pytest.mark.parametrize(
    ("place", "code"), [("gold.json", "D012"), ("site/gold.json", "D013"), ("submissions/one/gold.json", "D014")]
)
def test_gold_where_others_find_it(task: Path, place: str, code: str) -> None:
    gold = task.parent / place
    gold.parent.mkdir(exist_ok=True)
    gold.write_bytes(mini_gold_path().read_bytes())
    write(task, gold=place)
    assert code in examined(task)
    write(task, gold=place, public=True)
    assert ("D013" in examined(task)) is (code == "D013")


def test_a_link_counts_by_where_it_leads_and_where_it_lies(task: Path) -> None:
    (task.parent / "gold.json").symlink_to(task.parent.parent / "secret" / "gold.json")
    write(task, gold="gold.json")
    assert examined(task) == {}
    (task.parent / "site").mkdir()
    (task.parent / "site" / "g.json").symlink_to(task.parent.parent / "secret" / "gold.json")
    write(task, gold="site/g.json")
    assert set(examined(task)) == {"D013"}
    (task.parent / "real.json").write_bytes(mini_gold_path().read_bytes())
    (task.parent.parent / "link.json").symlink_to(task.parent / "real.json")
    write(task, gold="../link.json")
    assert set(examined(task)) == {"D012"}


def test_hidden_gold_that_is_public_in_another_phase(task: Path) -> None:
    copy = task.parent / "dev.json"
    copy.write_bytes(mini_gold_path().read_bytes())
    phases = [{"name": "dev", "gold": "dev.json", "public": True}, {"name": "test", "gold": "../secret/gold.json"}]
    write(task, phases=phases)
    assert [finding["where"] for finding in examined(task)["D015"]] == ["gold of test"]
    write(task, gold="averitec-mini")
    assert examined(task)["D015"][0]["severity"] == "warning"


def test_replies_that_may_quote_hidden_gold(task: Path) -> None:
    keys = {"gold": "../secret/gold.json", "profile": "fever8-2025"}
    for place, found in (("replies.sqlite", True), ("../secret/replies.sqlite", False)):
        with Replies(task.parent / place):
            pass
        write(task, **keys, judge={"model": "m", "replies": place})
        assert set(examined(task)) == ({"D016"} if found else set())
    write(
        task,
        gold="averitec-mini",
        public=True,
        profile="fever8-2025",
        judge={"model": "m", "replies": "replies.sqlite"},
    )
    assert examined(task) == {}


def test_private_phases_are_examined_too(task: Path) -> None:
    phases = [
        {"name": "dev", "gold": "averitec-mini", "public": True},
        {"name": "final", "gold": "final.json", "private": True, "public": True, "starts": "2025-03-01"},
    ]
    write(task, phases=phases)
    found = examined(task)
    assert [finding["where"] for finding in found["D010"]] == ["gold of final"]
    assert "D032" in found
    (task.parent / "final.json").write_text(json.dumps([SECRET]), encoding="utf-8")
    assert "D012" in examined(task)


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ({"ends": "2025-03-09"}, "D030"),
        ({"ends": "2025-03-31", "anonymous_until": "2025-03-31"}, "D031"),
        ({"gold": "averitec-mini", "public": True, "scores": "organisers"}, "D033"),
        ({"limits": {"per_day": 5, "total": 4}}, "D034"),
        ({"site": "submissions/../site", "store": "site/s.sqlite"}, "D051"),
        ({"site": ".", "submissions": "submissions"}, "D051"),
        ({"site": "leaderboard.yaml"}, "D050"),
        ({"submissions": "nowhere"}, "D070"),
        ({"published": "nowhere.csv"}, "D080"),
        ({"image": "nowhere.png"}, "D080"),
        ({"profile": "fever8-2025", "judge": {"model": "m", "replies": "../no.sqlite", "prompts": "no"}}, "D080"),
        ({"profile": "fever8-2025", "judge": {"model": "m", "replies": "../secret/gold.json"}}, "D080"),
        ({"profile": "fever8-2025", "judge": {"model": "m", "replies": REPLIES, "prompts": "submissions"}}, "D080"),
        ({"tie_breaks": ["averitec@0.9"]}, "D001"),
        ({"tie_breaks": ["ev2r_qa_recall"]}, "D001"),
        ({"ends": "never", "colour": "red"}, "D001"),
    ],
)
def test_what_is_wrong_with_a_task(task: Path, keys: dict[str, Any], code: str) -> None:
    with Replies(task.parent / REPLIES):
        pass
    write(task, **{"gold": "../secret/gold.json", **keys})
    assert set(examined(task)) == {code}


def test_tie_breaks_by_a_judge_or_by_metrics_of_the_gold_are_sound(task: Path) -> None:
    with Replies(task.parent / REPLIES):
        pass
    judge = {"model": "m", "replies": REPLIES}
    breaks = ["ev2r_qa_recall", "f1_supported", "averitec@0.5", "date", "name"]
    write(task, gold="../secret/gold.json", profile="fever8-2025", judge=judge, tie_breaks=breaks)
    assert examined(task) == {}


def test_packages_that_the_judge_needs(task: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(task, gold="../secret/gold.json", profile="fever8-2025", judge={"model": "ev2r-lite"})
    assert examined(task) == {}
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert {finding["where"]: finding["severity"] for finding in examined(task)["D041"]} == {
        "the judge ev2r-lite": "error",
        "figures": "warning",
    }


def test_findings_fit_the_terminal_and_stand_in_parts(task: Path) -> None:
    write(task, gold="nowhere.json", limits={"per_day": "3"}, starts="soon", description="x\u202ex" * 3000)
    ended = run("doctor", task)
    assert max(map(len, ended.out.splitlines())) <= 80
    assert "\u202e" not in ended.out
    found = {finding["where"]: finding for finding in examined(task)["D001"]}
    per_day = found["leaderboard.yaml, limits: per_day"]
    assert (per_day["found"], per_day["expected"]) == ('"3"', "a whole number of at least 1")
    assert per_day["mend"].startswith("write it without quotes")
    assert all(finding[part] for finding in found.values() for part in ("found", "expected", "mend"))


def test_a_phase_that_ends_at_midnight_shows_names_from_then_on(task: Path) -> None:
    write(task, gold="../secret/gold.json", ends="2025-03-31", anonymous_until="2025-04-01")
    assert examined(task) == {}


def test_keys_and_tokens_are_found_and_never_printed(task: Path) -> None:
    write(task, gold="../secret/gold.json", description=f"token: {TOKEN}")
    make(task.parent / "submissions", "two", entries(0.4), description=TOKEN)
    make(task.parent / "submissions", "three", entries(0.4), colour="red", hardware=f"Bearer {TOKEN}")
    found = examined(task)
    places = [finding["where"] for finding in found["D020"]]
    assert places == ["leaderboard.yaml, line 1", "three/submission.yaml, line 1", "two/submission.yaml, line 1"]
    assert [finding["where"] for finding in found["D072"]] == ["three/submission.yaml"]
    write(task, gold="../secret/gold.json", scores=TOKEN)
    assert set(examined(task)) == {"D001", "D020"}
    task.write_text(f"gold: [{TOKEN}\n", encoding="utf-8")
    assert set(examined(task)) == {"D001", "D020"}


def test_a_damaged_store_and_damaged_resources_are_found(task: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from averitec_eval.errors import ResourceError
    from averitec_eval.text import resources as text_resources

    assert run("leaderboard", "build", task).code == 0
    assert examined(task) == {}
    store = task.parent / "leaderboard.sqlite"
    data = bytearray(store.read_bytes())
    data[:16] = b"no database at all"[:16]
    store.write_bytes(data)
    assert set(examined(task)) == {"D060"}

    def damaged(name: str, folder: Path | None = None) -> bytes:
        raise ResourceError(f"{name}: found other bytes")

    monkeypatch.setattr(text_resources, "read_checked", damaged)
    assert len(examined(task)["D040"]) == 3


def test_an_empty_folder_of_submissions_is_a_warning(task: Path) -> None:
    (task.parent / "none").mkdir()
    write(task, gold="../secret/gold.json", submissions="none")
    assert examined(task)["D071"][0]["severity"] == "warning"


def test_there_must_be_a_configuration(tmp_path: Path) -> None:
    assert run("doctor", tmp_path / "leaderboard.yaml").code == 3


@pytest.mark.parametrize(
    "line",
    [
        "key: sk-proj-" + "a1" * 12,
        "hf_" + "Ab1" * 10,
        "github_pat_" + "A1_" * 12,
        "AKIA" + "A1" * 8,
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "url: https://me:secret@example.org/",
        "api_key = 'abcdef123456'",
        "PASSWORD: hunter2hunter2",
        "eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSMeKK",
        "Authorization: Bearer abcdefghijklmnop",
    ],
)
def test_credentials_are_recognised(line: str) -> None:
    assert [number for number, _ in credentials(f"# first\n{line}\n")] == [2]


def test_ordinary_settings_are_no_credentials() -> None:
    root = Path(__file__).resolve().parents[2]
    for path in [*root.glob("submissions/*/submission.yaml"), *root.glob("averitec_eval/**/*.yaml")]:
        assert not list(credentials(path.read_text(encoding="utf-8"))), path
    for text in ("description: tokens per claim: 12", "models: [key-value-retriever-v2]", "max_tokens: 3000000000000"):
        assert not list(credentials(text)), text


def test_every_code_is_described() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "tasks.md").read_text(encoding="utf-8")
    assert all(f"| `{code}` | {title}" in text for code, title in CODES.items())
