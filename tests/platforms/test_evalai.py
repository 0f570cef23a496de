"""The challenge for EvalAI, run as its worker runs it."""

from __future__ import annotations

import datetime
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from cli.helpers import run
from platforms.evalai_task import MARK, N_CLAIMS, Worked, answers, make_bundle, mini, work, write, write_task

from averitec_eval import score
from averitec_eval.platforms import common, running

SCORED = ("dev", "test", "judged")
ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Made:
    """A task's folder, its bundle and what was said when that was made."""

    task: Path
    bundle: Path
    said: str

    @property
    def config(self) -> dict[str, Any]:
        config: dict[str, Any] = yaml.safe_load((self.bundle / "challenge_config.yaml").read_text(encoding="utf-8"))
        return config

    def phase(self, codename: str) -> dict[str, Any]:
        return next(phase for phase in self.config["challenge_phases"] if phase["codename"] == codename)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    task = tmp_path_factory.mktemp("task")
    bundle = tmp_path_factory.mktemp("out") / "bundle"
    return Made(task, bundle, make_bundle(write_task(task), bundle))


def invalid_files() -> Iterator[tuple[str, Any, str]]:
    """Submissions to hidden gold that are refused: a name, what is in the file, a code that says why."""
    hidden = mini(hidden=True)
    texts = [claim["claim"] for claim in hidden]
    good = answers(hidden)
    yield "missing", good[:-2], "I001"
    yield "doubled", [*good, good[0]], "I002"
    yield "unknown", [*good, {**good[0], "claim_id": 900}], "I003"
    yield "shifted", [{**entry, "claim_id": entry["claim_id"] + 1} for entry in good], "I004"
    yield "foreign", [{**entry, "claim": f"Something else, number {n}."} for n, entry in enumerate(good)], "I005"
    swapped = {0: texts[1], 1: texts[0]}
    yield "swapped", [{**entry, "claim": swapped.get(n, texts[n])} for n, entry in enumerate(good)], "I006"
    public = [claim["claim"] for claim in mini(hidden=False)]
    yield "reworded", [{**entry, "claim": public[n], "pred_label": "Cherry"} for n, entry in enumerate(good)], "C001"
    upper = [{**entry, "claim": entry["claim"].upper(), "pred_label": 5} for entry in good]
    yield "capitals", upper, "C002"
    yield "empty", [], "S015"
    yield "text", "This is no JSON at all.", "F"
    yield "labels", [{**entry, "pred_label": "\u202eTrue\u2028 \ud800"} for entry in good], "S006"


@pytest.fixture(scope="module")
def worked(made: Made, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What one worker keeps of valid submissions to each phase and of every invalid one, by name."""
    folder = tmp_path_factory.mktemp("work")
    jobs = []
    for codename in SCORED:
        gold = mini(hidden=codename != "dev")
        jobs.append((codename, codename, write(folder / f"{codename}.json", answers(gold))))
    copied = [
        {**entry, "claim": claim["claim"], "pred_label": claim["label"]}
        for entry, claim in zip(answers(mini(hidden=True)), mini(hidden=False), strict=True)
    ]
    jobs.append(("public texts", "test", write(folder / "copied.json", copied)))
    for name, value, _ in invalid_files():
        jobs.append((name, "test", write(folder / "invalid" / f"{name}.json", value)))
    jobs.append(("absent", "test", folder / "absent.json"))
    jobs.append(("large", "test", write(folder / "large.json", answers(mini(hidden=True), note="x" * 10_000))))
    found: Worked = work(made.bundle, [job[1:] for job in jobs], folder / "worker")
    assert found.script.is_relative_to(folder)
    assert found.package.is_relative_to(folder), "the package of the bundle, not the installed one"
    return {name: kept for (name, _, _), kept in zip(jobs, found.kept, strict=True)}


def schema_of(made: Made, codename: str) -> dict[str, Any]:
    config = made.config
    number = made.phase(codename)["id"]
    split = next(one for one in config["challenge_phase_splits"] if one["challenge_phase_id"] == number)
    board = next(one for one in config["leaderboard"] if one["id"] == split["leaderboard_id"])
    schema: dict[str, Any] = board["schema"]
    return schema


@pytest.mark.parametrize("codename", SCORED)
def test_each_phase_gives_its_leaderboards_columns_with_the_scorers_figures(
    made: Made, worked: dict[str, dict[str, Any]], codename: str, tmp_path: Path
) -> None:
    output = worked[codename]["output"]
    assert list(output) == ["result", "submission_result", "submission_metadata"]
    ((split, figures),) = output["result"][0].items()
    config = made.config
    number = made.phase(codename)["id"]
    pair = next(one for one in config["challenge_phase_splits"] if one["challenge_phase_id"] == number)
    assert {one["id"]: one["codename"] for one in config["dataset_splits"]}[pair["dataset_split_id"]] == split
    assert list(figures) == schema_of(made, codename)["labels"]
    gold = made.task / ("dev.json" if codename == "dev" else "test.json")
    sent = write(tmp_path / "sent.json", answers(mini(hidden=codename != "dev")))
    profile = "fever8-2025" if codename == "judged" else "averitec-2024"
    result = score(sent, gold, profile=profile, levels=(0.15,) if codename == "test" else (), intervals=None)
    assert {name: repr(value) for name, value in figures.items()} == {n: repr(v) for n, v in result.scores.items()}
    assert schema_of(made, codename)["default_order_by"] == result.headline
    assert 0 < figures["hu_meteor_qa"] < 1


def test_the_log_shows_scores_to_those_who_may_see_them(worked: dict[str, dict[str, Any]]) -> None:
    for codename in ("dev", "test"):
        assert f"{N_CLAIMS} of {N_CLAIMS} claims scored" in worked[codename]["stdout"]
        assert re.search(r"hu_meteor_qa +0\.\d{4}\n", worked[codename]["stdout"])
        assert "averitec@0.25" in worked[codename]["output"]["submission_result"]["scores"]
    hidden = worked["judged"]
    kept = hidden["stdout"] + json.dumps(
        [hidden["output"][key] for key in ("submission_result", "submission_metadata")]
    )
    assert f"{N_CLAIMS} of {N_CLAIMS} claims scored" in kept
    for metric, value in hidden["output"]["result"][0]["judged"].items():
        assert metric not in kept
        if 0 < value < 1:
            assert repr(value)[:6] not in kept


@pytest.mark.parametrize(("name", "code"), [(name, code) for name, _, code in invalid_files()])
def test_an_invalid_submission_is_told_all_and_ends_in_one_error(
    worked: dict[str, dict[str, Any]], name: str, code: str
) -> None:
    kept = worked[name]
    assert kept["output"] is None
    assert re.search(rf"^{code}[0-9]* error", kept["stdout"], re.MULTILINE) or name in ("reworded", "capitals")
    assert re.search(rf"^{code}", kept["stdout"], re.MULTILINE)
    assert kept["stderr"].count("Traceback") == 1
    assert re.search(r"EvaluationError: the submission was not scored: [A-Z]\d{3} ", kept["stderr"].splitlines()[-1])


def test_files_that_are_not_there_or_too_large_end_in_one_error(worked: dict[str, dict[str, Any]]) -> None:
    assert worked["absent"]["stderr"].endswith("EvaluationError: the prediction file cannot be read\n")
    assert re.search(r"has 1\d\d,\d{3} bytes; at most 100,000 are taken\n$", worked["large"]["stderr"])
    assert all(worked[name]["stderr"].count("Traceback") == 1 for name in ("absent", "large"))


def test_no_log_or_error_or_result_holds_hidden_gold(worked: dict[str, dict[str, Any]]) -> None:
    """Where the submission itself holds texts of the gold they may come back to it; here it does not."""
    blind = {"public texts", "foreign", "empty", "text", "absent", "dev", "reworded"}
    for name in blind:
        assert MARK not in json.dumps(worked[name]), name
    assert worked["public texts"]["output"]["submission_result"]["warnings"] >= N_CLAIMS
    assert running.HIDDEN in " ".join(worked["public texts"]["stdout"].split())
    # A submission that knows the claims sees its own words, and of questions, answers and sources none.
    secret = json.dumps([{**claim, "claim": ""} for claim in mini(hidden=True)])
    marks = set(re.findall(rf"{MARK}\d+", secret))
    assert len(marks) > 5 * N_CLAIMS
    for name, kept in worked.items():
        assert not marks & set(re.findall(rf"{MARK}\d+", json.dumps(kept))), name


def test_hidden_gold_is_in_the_annotations_and_nowhere_else(made: Made) -> None:
    def contents(path: Path) -> Iterator[bytes]:
        yield path.read_bytes()
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as script:
                yield from map(script.read, script.namelist())

    files = {path for path in made.bundle.rglob("*") if path.is_file()}
    marked = {path for path in files if any(MARK.encode() in data for data in contents(path))}
    assert marked == {made.bundle / "annotations" / "test.json", made.bundle / "annotations" / "judged.json"}
    assert MARK not in made.said
    for path in files:
        for data in contents(path):
            assert str(made.task).encode() not in data, f"{path} says where the gold lies"
    assert not any("final" in str(path.relative_to(made.bundle)) for path in files), "the private phase"
    for name in ("dev", "test"):
        assert (made.bundle / "annotations" / f"{name}.json").read_bytes() == (made.task / f"{name}.json").read_bytes()


def test_the_configuration_is_what_the_platform_reads(made: Made) -> None:
    """The rules of the platform's own check of a challenge."""
    assert len(list(made.bundle.rglob("*.y*ml"))) == 1
    config = made.config
    for page in ("description", "evaluation_details", "terms_and_conditions", "submission_guidelines"):
        assert (made.bundle / config[page]).is_file()
        assert config[page].endswith(".html")
    assert (made.bundle / config["evaluation_script"]).is_file()
    leaderboards = {one["id"]: one["schema"] for one in config["leaderboard"]}
    assert [len(schema["labels"]) for schema in leaderboards.values()] == [14, 15]
    for schema in leaderboards.values():
        assert schema["default_order_by"] in schema["labels"]
        assert schema["metadata"].keys() == set(schema["labels"])
    phases = config["challenge_phases"]
    assert [phase["codename"] for phase in phases] == list(SCORED)
    assert [phase["id"] for phase in phases] == [1, 2, 3]
    for phase in phases:
        assert (made.bundle / phase["description"]).is_file()
        assert (made.bundle / phase["test_annotation_file"]).is_file()
        assert phase["max_submissions_per_day"] <= phase["max_submissions_per_month"] <= phase["max_submissions"]
        assert config["start_date"] <= phase["start_date"] < phase["end_date"] <= config["end_date"]
        for attribute in phase["submission_meta_attributes"]:
            assert {"name", "description", "type"} <= attribute.keys()
            assert attribute["type"] in ("boolean", "text", "radio", "checkbox")
            assert attribute["type"] != "radio" or attribute["options"]
    splits = {one["id"]: one["codename"] for one in config["dataset_splits"]}
    assert len(set(splits.values())) == len(splits)
    pairs = [(one["challenge_phase_id"], one["dataset_split_id"]) for one in config["challenge_phase_splits"]]
    assert len(set(pairs)) == len(pairs) == len(phases)
    for one in config["challenge_phase_splits"]:
        assert one["leaderboard_id"] in leaderboards
        assert one["dataset_split_id"] in splits


def test_the_rules_of_the_task_are_the_platforms(made: Made) -> None:
    assert made.config["anonymous_leaderboard"] is True
    assert [one["visibility"] for one in made.config["challenge_phase_splits"]] == [3, 2, 1]
    dev, test, judged = (made.phase(name) for name in SCORED)
    assert dev["max_submissions"] == 100_000
    assert [test[f"max_submissions{what}"] for what in ("_per_day", "_per_month", "")] == [2, 10, 10]
    assert test["start_date"] == datetime.datetime(2025, 3, 1)
    assert test["end_date"] == datetime.datetime(2025, 3, 31, 23, 59, 59), "a day's end counts whole"
    assert judged["end_date"] == datetime.datetime(2025, 5, 1, 12)
    assert (dev["leaderboard_public"], test["leaderboard_public"], judged["leaderboard_public"]) == (True, False, False)
    asked = {one["name"]: one["type"] for one in test["submission_meta_attributes"]}
    assert asked == {"description": "text", "open_weights": "boolean", "kind": "radio", "seconds_per_claim": "text"}
    assert all(one["required"] for one in test["submission_meta_attributes"])


def test_organisers_are_told_what_the_platform_cannot_do(made: Made) -> None:
    said = made.said
    assert "1 private phase is left out" in said
    assert "judged: no judge is asked on the platform; averitec@0.25 ranks, without Ev2R scores" in said
    assert "test: the bundle holds its hidden gold" in said
    assert "invalid_per_day has no effect there" in said
    assert "dev:" not in said
    details = (made.bundle / "templates" / "evaluation_details.html").read_text(encoding="utf-8")
    assert details.count("No judge is asked here") == 1


def test_pages_escape_what_the_configuration_says(made: Made) -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in made.bundle.glob("templates/*.html"))
    assert "A &lt;b&gt;task&lt;/b&gt;" in pages
    assert "Be &lt;script&gt;fair&lt;/script&gt;." in pages
    tags = set(re.findall(r"<(/?[a-z0-9]+)", pages))
    assert {tag.strip("/") for tag in tags} == {"h3", "h4", "p", "table", "tr", "th", "td", "pre", "ul", "li"}


def test_the_package_in_the_script_is_the_packages_own_files(made: Made) -> None:
    with zipfile.ZipFile(made.bundle / "evaluation_script.zip") as script:
        names = script.namelist()
        vendored = [name for name in names if name.startswith("averitec_eval/")]
        licences = {"averitec_eval/LICENSE", "averitec_eval/NOTICE"}
        assert all(b"Apache License" in script.read(name) for name in licences)
        for name in set(vendored) - licences:
            assert script.read(name) == (ROOT / name).read_bytes()
        requirements = script.read("requirements.txt").decode().splitlines()
    assert len(vendored) > 60
    assert set(names) - set(vendored) == {"__init__.py", "main.py", "phases.json", "requirements.txt"}
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9.]+", line) for line in requirements)
    assert "averitec_eval/text/data/LICENSE.wordnet" in vendored


def test_the_same_task_gives_the_same_bytes(made: Made, tmp_path: Path) -> None:
    make_bundle(made.task / "leaderboard.yaml", tmp_path / "again")
    files = sorted(path.relative_to(made.bundle) for path in made.bundle.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(tmp_path / "again") for path in (tmp_path / "again").rglob("*.*"))
    for file in files:
        assert (made.bundle / file).read_bytes() == (tmp_path / "again" / file).read_bytes()


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("site/bundle", "inside the site"),
        ("submissions/bundle", "inside submissions"),
        (".", "not empty"),
        ("dev.json", "found a file"),
    ],
)
def test_a_bundle_is_written_only_where_nobody_else_reads(made: Made, where: str, said: str) -> None:
    ended = run("bundle", "evalai", made.task / "leaderboard.yaml", "--out", made.task / where)
    assert ended.code == 2
    assert said in ended.err
    assert ended.out == ""


def settings(**changes: Any) -> running.PhaseSettings:
    known = {"codename": "test", "title": "Test", "split": "test", "profile": "averitec-2024", "levels": ()}
    rest = {"public": False, "scores": "everyone", "bytes": None, "metrics": (), "headline": "averitec@0.25"}
    return running.PhaseSettings(**{**known, **rest, **changes})


def test_settings_survive_being_written_down() -> None:
    one = settings(levels=(0.15,), metrics=("accuracy",), bytes=5)
    assert running.PhaseSettings.from_dict(json.loads(json.dumps(one.to_dict()))) == one


def test_broken_gold_is_told_without_its_words(tmp_path: Path) -> None:
    sent = write(tmp_path / "sent.json", answers(mini(hidden=True)))
    broken = mini(hidden=True)
    broken[3]["label"] = f"{MARK} label"
    for text in (json.dumps(broken), json.dumps(broken)[:-40], f"{MARK}"):
        gold = write(tmp_path / "gold.json", text)
        with pytest.raises(running.EvaluationError, match=r"gold of this phase is not usable: [A-Z]\d{3} ") as caught:
            running.evaluate_file(sent, gold, settings())
        assert MARK not in str(caught.value)
        assert caught.value.__context__ is None
    with pytest.raises(running.EvaluationError, match="not usable"):
        running.evaluate_file(sent, tmp_path / "absent.json", settings())


def test_a_defect_is_told_by_its_place_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise KeyError(f"{MARK} of the gold")

    monkeypatch.setattr(running, "score_with_report", fail)
    sent = write(tmp_path / "sent.json", answers(mini(hidden=True)))
    gold = write(tmp_path / "gold.json", mini(hidden=True))
    with pytest.raises(running.EvaluationError, match=r"KeyError in test_evalai.py, line \d+") as caught:
        running.evaluate_file(sent, gold, settings())
    assert MARK not in str(caught.value)
    assert caught.value.__context__ is None


def test_columns_that_are_not_the_golds_are_refused(tmp_path: Path) -> None:
    sent = write(tmp_path / "sent.json", answers(mini(hidden=True)))
    gold = write(tmp_path / "gold.json", mini(hidden=True))
    with pytest.raises(running.EvaluationError, match="make the bundle anew"):
        running.evaluate_file(sent, gold, settings(metrics=("accuracy",)))


def test_pages_and_images_of_a_task_without_phases(tmp_path: Path) -> None:
    folder = tmp_path / "task"
    keys = {"title": "T", "gold": "averitec-mini", "public": True, "submissions": "s", "site": "site"}
    config = write(folder / "leaderboard.yaml", {**keys, "phase": "first round", "image": "sign.PNG"})
    (folder / "sign.PNG").write_bytes(b"\x89PNG")
    make_bundle(config, tmp_path / "out")
    made = Made(folder, tmp_path / "out", "")
    assert made.config["image"] == "logo.png"
    assert (tmp_path / "out" / "logo.png").read_bytes() == b"\x89PNG"
    assert [phase["codename"] for phase in made.config["challenge_phases"]] == ["first_round"]
    write(config, {**keys, "image": "sign.svg"})
    assert "sign.svg is left out" in make_bundle(config, tmp_path / "second")


def test_splits_in_other_scripts_stay_apart(tmp_path: Path) -> None:
    keys = {"title": "T", "submissions": "s", "site": "site"}
    phases = [{"name": name, "gold": "averitec-mini", "split": split} for name, split in (("a", "验证"), ("b", "测试"))]
    make_bundle(write(tmp_path / "task" / "leaderboard.yaml", {**keys, "phases": phases}), tmp_path / "out")
    splits = Made(tmp_path, tmp_path / "out", "").config["dataset_splits"]
    assert [(split["name"], split["codename"]) for split in splits] == [("验证", "a"), ("测试", "b")]


@pytest.mark.slow
def test_the_bundle_runs_in_a_fresh_environment_with_its_requirements(
    made: Made, worked: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    """The figures are those of this environment, whose NumPy and SciPy are others."""
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    requirements = write(tmp_path / "requirements.txt", common.REQUIREMENTS)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(requirements)]
    subprocess.run(install, check=True)
    listed = subprocess.run([str(python), "-m", "pip", "freeze"], check=True, capture_output=True, text=True).stdout
    assert sorted(line.lower() for line in listed.split()) == sorted(common.REQUIREMENTS.split())
    jobs = [(name, write(tmp_path / f"{name}.json", answers(mini(hidden=name != "dev")))) for name in SCORED]
    jobs.append(("test", write(tmp_path / "missing.json", answers(mini(hidden=True))[:-2])))
    found = work(made.bundle, jobs, tmp_path / "worker", python)
    for name, kept in zip((*SCORED, "missing"), found.kept, strict=True):
        assert kept["stderr"].splitlines()[-1:] == worked[name]["stderr"].splitlines()[-1:]
        assert kept["stdout"] == worked[name]["stdout"]
        assert json.dumps(kept["output"]) == json.dumps(worked[name]["output"])
