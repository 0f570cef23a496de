"""The competition for Codabench, run as the platform runs it."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cli.helpers import run as command_line
from leaderboard.helpers import ROOT, entries
from platforms import codabench_worker as worker
from platforms.evalai_task import MARK, N_CLAIMS, mini, write

from averitec_eval import PROFILES, ConfigError, UsageError, mini_gold_path, score
from averitec_eval.leaderboard.config import BoardConfig, read_config
from averitec_eval.platforms import codabench, codabench_run
from averitec_eval.platforms.common import bundle_phases
from averitec_eval.platforms.running import RefusedError

DEV, TEST, FINAL = range(3)


def write_config(folder: Path, phases: list[dict[str, Any]], **settings: Any) -> Path:
    keys = {"title": "A task", "submissions": "submissions", "site": "site", "phases": phases, **settings}
    return write(folder / "leaderboard.yaml", keys)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> BoardConfig:
    """A public phase, one with hidden gold, and one whose scores only the organisers see."""
    folder = tmp_path_factory.mktemp("task")
    write(folder / "gold.json", mini(hidden=True))
    phases: list[dict[str, Any]] = [
        {"name": "dev", "title": "Development", "gold": "averitec-mini", "public": True, "ends": "2026-02-28"},
        {
            "name": "test",
            "gold": "gold.json",
            "levels": [0.3],
            "starts": "2026-03-01",
            "ends": "2026-03-31T12:00Z",
            "limits": {"per_day": 2, "total": 10, "bytes": 200_000},
            "require": ["description", "contact", "open_weights"],
            "runtime_limit": 60,
        },
        {"name": "final", "gold": "gold.json", "starts": "2026-04-01", "scores": "organisers"},
    ]
    return read_config(write_config(folder, phases, contact="organisers@example.org", description="About *it*."))


@pytest.fixture(scope="module")
def bundle(config: BoardConfig, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle") / "codabench"
    codabench.write_bundle(config, folder)
    return folder


def submission(items: list[dict[str, Any]], name: str = "predictions.json") -> dict[str, bytes]:
    return {name: json.dumps(items).encode()}


def hidden_entries() -> list[dict[str, Any]]:
    """Predictions that know nothing of the marks, and leave the claims' texts out, which are marked."""
    return [{key: value for key, value in item.items() if key != "claim"} for item in entries(0.2)[:N_CLAIMS]]


class Shape(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


PAGE_TAGS = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "div", "pre", "code"}
PAGE_TAGS |= {"table", "thead", "tbody", "tr", "th", "td"}


def everything(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder, archives opened."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield from opened(str(path.relative_to(folder)), path.read_bytes())


def opened(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, data
    if data[:2] == b"PK":
        import io

        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                yield from opened(f"{name}!{member}", archive.read(member))


def test_the_competition_is_what_the_platform_unpacks(bundle: Path, tmp_path: Path) -> None:
    """What its unpacker demands, and what its tables have room for."""
    with zipfile.ZipFile(bundle / codabench.COMPETITION) as archive:
        archive.extractall(tmp_path)
    competition = worker.read(tmp_path)
    assert competition["version"] == 2
    named = [competition["image"], competition["terms"], *(page["file"] for page in competition["pages"])]
    named += [task[key] for task in competition["tasks"] for key in ("scoring_program", "reference_data")]
    named += [solution["path"] for solution in competition["solutions"]]
    named += [phase["starting_kit"] for phase in competition["phases"]]
    assert all((tmp_path / name).stat().st_size > 0 for name in named)
    assert (tmp_path / competition["image"]).read_bytes().startswith(b"\x89PNG")
    assert [(phase["start"], phase.get("end")) for phase in competition["phases"]] == [
        ("2000-01-01 00:00:00", "2026-02-28 23:59:59"),
        ("2026-03-01 00:00:00", "2026-03-31 12:00:00"),
        ("2026-04-01 00:00:00", None),
    ]
    assert [phase["max_submissions_per_day"] for phase in competition["phases"]][:2] == [1_000_000, 2]
    [board] = competition["leaderboards"]
    keys = [column["key"] for column in board["columns"]]
    assert [column["index"] for column in board["columns"]] == [*range(len(keys))]
    assert len(set(keys)) == len(keys)
    assert all(len(text) <= 36 for column in board["columns"] for text in (column["title"], column["key"]))
    assert keys[0] == "headline"  # the two phases rank at different levels
    assert keys[-1] == "claims_scored"
    assert not board["hidden"]
    assert competition["contact_email"] == "organisers@example.org"
    assert {name: field["is_required"] for name, field in competition["fact_sheet"].items()} == {
        "description": "false",
        "open_weights": "false",
        "seconds_per_claim": "false",
    }


def test_a_submission_to_a_public_phase_is_scored(bundle: Path, tmp_path: Path) -> None:
    items = entries(0.5)
    items[0]["evidence"][0]["answer"] = "<script>alert(1)</script>\u202e"
    done = worker.submit(bundle, tmp_path, DEV, submission(items))
    assert (done.code, done.stderr) == (0, "")
    path = write(tmp_path / "predictions.json", items)
    expected = score(path, "averitec-mini", intervals=None)
    keys = read_keys(bundle, "dev")
    assert done.scores == {key: expected.scores[metric] for key, metric in keys.items()}
    assert done.scores is not None
    assert done.scores["headline"] == expected.headline_score
    assert set(done.scores) <= {column["key"] for column in worker.read(bundle)["leaderboards"][0]["columns"]}
    assert {file.name for file in done.output.iterdir()} == {"scores.json", "detailed_results.html"}
    shape = Shape(done.page)
    assert shape.tags <= PAGE_TAGS
    assert shape.attributes <= {"lang", "charset", "http-equiv", "content", "name", "class"}
    assert "default-src 'none'; style-src 'sha256-" in done.page
    assert str(expected.signature) in shape.text
    assert items[3]["claim"] in shape.text  # public gold: claim by claim


def read_keys(bundle: Path, phase: str) -> dict[str, str]:
    with zipfile.ZipFile(bundle / "reference_data" / f"{phase}.zip") as archive:
        keys: dict[str, str] = json.loads(archive.read("phase.json"))["keys"]
    return keys


def test_the_scorer_of_the_bundle_scores(bundle: Path, tmp_path: Path) -> None:
    """Not one that is installed where it runs."""
    command = worker.prepare(bundle, tmp_path, DEV, worker.zipped(submission(entries())))
    (tmp_path / "app" / "program" / "averitec_eval" / "version.py").write_text('__version__ = "0.0.42"\n')
    done = worker.run(tmp_path, command)
    assert done.code == 0
    assert "|version:0.0.42" in done.stdout


SPOILT: dict[str, Any] = {
    "missing": lambda items: items[2:],
    "all of it": lambda items: [
        {"claim_id": item["claim_id"], "claim": "Other words", "pred_label": "<b>"} for item in items
    ],
}


@pytest.mark.parametrize("spoil", SPOILT)
def test_an_invalid_submission_gets_a_table_and_one_error(spoil: str, bundle: Path, tmp_path: Path) -> None:
    done = worker.submit(bundle, tmp_path, TEST, submission(SPOILT[spoil](hidden_entries())))
    assert done.code == 1
    assert done.scores is None
    assert done.stderr.startswith("error: the submission was not scored: ")
    assert done.stderr.count("\n") == 1
    if spoil == "missing":
        assert done.stderr in (ROOT / "docs" / "codabench.md").read_text(encoding="utf-8")
    assert " error" in done.stdout
    shape = Shape(done.page)
    assert shape.tags <= PAGE_TAGS
    assert done.stderr.strip().removeprefix("error: ") in shape.text
    assert done.stdout.splitlines()[-1].strip() in shape.text
    unmarked(done)


def unmarked(done: worker.Scoring) -> None:
    for text in (done.stdout, done.stderr, *(data.decode() for _, data in everything(done.output))):
        assert MARK not in text


def test_hidden_gold_is_in_nothing_that_comes_out(bundle: Path, tmp_path: Path) -> None:
    done = worker.submit(bundle, tmp_path, TEST, submission(hidden_entries()))
    assert done.code == 0
    assert done.scores is not None
    assert done.scores["headline"] == done.scores["averitec_0_3"] > 0
    unmarked(done)
    assert "Claim types" not in done.page


def test_hidden_gold_is_in_reference_data_alone(bundle: Path) -> None:
    holding = {name for name, data in everything(bundle) if MARK.encode() in data}
    assert holding  # it is found where it is
    assert all("reference_data/" in name for name in holding), holding
    assert not any("dev" in name for name in holding)


def test_damaged_gold_is_told_without_a_word_of_it(bundle: Path, tmp_path: Path) -> None:
    command = worker.prepare(bundle, tmp_path, TEST, worker.zipped(submission(hidden_entries())))
    gold = tmp_path / "app" / "input" / "ref" / "gold.json"
    items = json.loads(gold.read_text())
    items[0]["label"] = f"{MARK} label"
    write(gold, items)
    done = worker.run(tmp_path, command)
    assert done.code == 1
    assert "please tell the organisers" in done.stderr
    unmarked(done)
    (gold.parent / "phase.json").write_text(f'{{"{MARK}": }}')
    done = worker.run(tmp_path, command)
    assert done.stderr == "error: the settings of this phase cannot be read; please tell the organisers\n"
    unmarked(done)


def test_where_organisers_see_scores_nothing_has_any(bundle: Path, tmp_path: Path) -> None:
    """The platform shows a participant all of scores.json."""
    done = worker.submit(bundle, tmp_path, FINAL, submission(hidden_entries()))
    assert (done.code, done.scores) == (0, {"claims_scored": N_CLAIMS})
    again = worker.submit(bundle, tmp_path / "test", TEST, submission(hidden_entries()))
    assert again.scores is not None
    figures = {f"{value:.3f}" for value in again.scores.values()} - {"0.000", "1.000"}
    assert len(figures) > 2
    assert all(figure in again.page for figure in figures)
    for text in (done.stdout, done.page):
        assert not [figure for figure in figures if figure in text]
    assert "organisers only" in done.page
    unmarked(done)


def test_too_large_a_file_is_not_read(bundle: Path, tmp_path: Path) -> None:
    done = worker.submit(bundle, tmp_path, TEST, {"predictions.json": b"[" + b" " * 200_000 + b"]"})
    assert done.code == 1
    assert done.stderr == "error: the prediction file has 200,002 bytes; at most 200,000 are taken\n"


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["predictions.json", "metadata", ".DS_Store", "__MACOSX/predictions.json", "README.md"], "predictions.json"),
        (["run/predictions.csv.gz", "run/submission.yaml"], "run/predictions.csv.gz"),
        (["predictions.txt"], "predictions.txt"),
        (["predictions"], "predictions"),
    ],
)
def test_the_prediction_file_is_found(names: list[str], found: str, tmp_path: Path) -> None:
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("[]")
    assert codabench_run.prediction_file(tmp_path) == tmp_path / found


def test_what_is_not_one_prediction_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="holds no file of predictions"):
        codabench_run.prediction_file(tmp_path)
    (tmp_path / "gold.json").symlink_to(mini_gold_path())
    with pytest.raises(RefusedError, match="holds no file of predictions"):
        codabench_run.prediction_file(tmp_path)
    for number in range(7):
        (tmp_path / f"{number}\u202e.json").write_text("[]")
    with pytest.raises(RefusedError, match=r"holds 7 files .*0\\u202e\.json, .* and 2 more\); expected one"):
        codabench_run.prediction_file(tmp_path)


@pytest.fixture(scope="module")
def kit(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kit")
    with zipfile.ZipFile(bundle / "starting_kit.zip") as archive:
        archive.extractall(folder)
    return folder


def kit_check(kit: Path, *arguments: object) -> tuple[int, str]:
    command = [sys.executable, "check.py", *map(str, arguments)]
    ended = subprocess.run(command, cwd=kit, env={}, capture_output=True, text=True, timeout=60, check=False)
    assert ended.stderr == ""
    return ended.returncode, ended.stdout


def test_the_samples_are_valid_and_are_scored(bundle: Path, kit: Path, tmp_path: Path) -> None:
    code, said = kit_check(kit, "sample_submission/test.zip", "--phase", "test")
    assert code == 0
    assert said.endswith(f"ok: {N_CLAIMS} predictions, one for each claim of test\n")
    with zipfile.ZipFile(bundle / "sample_submissions" / "test.zip") as archive:
        done = worker.submit(bundle, tmp_path, TEST, {name: archive.read(name) for name in archive.namelist()})
    assert done.code == 0


def test_the_kit_scores_where_there_is_gold(kit: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "predictions.json", entries())
    code, said = kit_check(kit, path, "--phase", "dev", "--gold", mini_gold_path())
    assert code == 0
    assert f"{score(path, 'averitec-mini', intervals=None).headline_score:.4f}" in said


CHECKS: dict[str, tuple[Mapping[str, bytes] | bytes, str]] = {
    "missing": (submission(hidden_entries()[2:]), "error: 2 claims have no prediction: "),
    "unknown": (
        submission([*hidden_entries(), {**hidden_entries()[0], "claim_id": 99_999}]),
        "error: 1 claim ids are not of this",
    ),
    "invalid": (submission([{**hidden_entries()[0], "pred_label": "?"}]), "error: the platform would not score this"),
    "two": ({"a.json": b"[]", "b.json": b"[]"}, "error: the submission holds 2 files"),
    "large": ({"a.json": b" " * 200_001}, "error: the prediction file has 200,001 bytes"),
    "damaged": (b"PK\x05\x06" + b"\0" * 17, "error: "),
}


@pytest.mark.parametrize("case", CHECKS)
def test_the_kit_says_what_the_platform_would(case: str, kit: Path, tmp_path: Path) -> None:
    files, said = CHECKS[case]
    path = tmp_path / "submission.zip"
    path.write_bytes(files if isinstance(files, bytes) else worker.zipped(files))
    phase = codabench_run.PhaseDocument.read(kit / "phases" / "test.json")
    stdout = StringIO()
    assert codabench_run.check(path, phase, stdout) == 1
    assert said in stdout.getvalue().splitlines()[-1]


def test_the_same_bundle_has_the_same_bytes(config: BoardConfig, bundle: Path) -> None:
    phases = bundle_phases(config)
    made = dict(codabench.competition_files(config, phases, codabench.phase_dates(phases)))
    assert made == {name: (bundle / name).read_bytes() for name in made}
    with zipfile.ZipFile(bundle / codabench.COMPETITION) as archive:
        assert made == {name: archive.read(name) for name in archive.namelist()}


def phase(name: str, **rules: Any) -> dict[str, Any]:
    return {"name": name, "gold": "averitec-mini", "public": True, **rules}


def spans(folder: Path, *phases: dict[str, Any]) -> list[tuple[str, str | None]]:
    return codabench.phase_dates(bundle_phases(read_config(write_config(folder, [*phases]))))


def test_phases_follow_each_other(tmp_path: Path) -> None:
    """As the platform wants it: the next begins after the last has ended, not as it does."""
    assert spans(tmp_path, phase("a"), phase("b", starts="2026-03-01T12:00Z")) == [
        ("2000-01-01 00:00:00", "2026-03-01 11:59:59"),
        ("2026-03-01 12:00:00", None),
    ]
    assert spans(tmp_path, phase("a", ends="2026-03-01T12:00Z"), phase("b", starts="2026-03-01T12:00Z"))[0][1] == (
        "2026-03-01 11:59:59"
    )
    assert spans(tmp_path, phase("a", ends="2026-03-01"), phase("b"))[1] == ("2026-03-02 00:00:00", None)


def test_phases_that_do_not_are_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        spans(tmp_path, phase("a", ends="2026-03-05"), phase("b", starts="2026-03-01"), phase("c"), phase("d"))
    assert [problem.partition(":")[0] for problem in caught.value.problems][:3] == ["b", "c", "d"]


@pytest.mark.parametrize("profile", PROFILES)
def test_the_columns_of_every_profile_fit(profile: str, tmp_path: Path) -> None:
    columns = codabench.columns(bundle_phases(read_config(write_config(tmp_path, [phase("a", profile=profile)]))))
    assert next(iter(columns)) == PROFILES[profile].credit_metric(PROFILES[profile].headline_level).replace(
        "@", "_"
    ).replace(".", "_")
    assert all(len(text) <= 36 and text.isascii() for text in (*columns, *columns.values()))
    assert len(set(columns.values())) == len(columns)


def test_names_and_scores_that_are_kept_back_hide_the_leaderboard(tmp_path: Path) -> None:
    for number, rules in enumerate(({"scores": "participant"}, {"anonymous_until": "2026-01-01"})):
        config = read_config(write_config(tmp_path / str(number), [phase("a", **rules)]))
        phases = bundle_phases(config)
        made = codabench.competition(config, phases, codabench.phase_dates(phases), "logo.png")
        assert made["leaderboards"][0]["hidden"]
        assert "leaderboard is hidden" in next(codabench.own_notes(config, phases))


def test_the_command_writes_it_and_says_what_to_know(config: BoardConfig, tmp_path: Path) -> None:
    path = config.submissions.parent / "leaderboard.yaml"
    done = command_line("bundle", "codabench", path, "--out", tmp_path / "out")
    assert done.code == 0
    assert str(tmp_path / "out" / "competition.zip") in done.out.splitlines()
    assert "final: Codabench shows participants the scores of their own submissions" in done.err
    assert "test: Codabench asks for description, open_weights, seconds_per_claim everywhere" in done.err
    assert MARK not in done.out + done.err
    again = command_line("bundle", "codabench", path, "--out", tmp_path / "out")
    assert (again.code, again.out) == (2, "")
    with pytest.raises(UsageError, match="inside submissions"):
        codabench.write_bundle(config, config.submissions / "out")


def bare_python(folder: Path) -> str:
    """A Python of a fresh environment."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    return str(folder / "bin" / "python")


@pytest.mark.slow
def test_what_the_container_lacks_is_installed(bundle: Path, tmp_path: Path) -> None:
    command = worker.prepare(bundle, tmp_path, DEV, worker.zipped(submission(entries(0.5))))
    python = bare_python(tmp_path / "venv")
    done = worker.run(tmp_path, command, python, PIP_NO_INDEX="1")
    assert done.code == 1
    assert done.stderr.startswith("error: the container lacks markdown-it-py==")
    done = worker.run(tmp_path, command, python)
    assert (done.code, done.stderr) == (0, "")
    path = write(tmp_path / "predictions.json", entries(0.5))
    expected = score(path, "averitec-mini", intervals=None)
    assert done.scores == {key: expected.scores[metric] for key, metric in read_keys(bundle, "dev").items()}
