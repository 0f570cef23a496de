"""What is handed out: wheel and sdist hold the package and nothing else, and they install and run on their own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from averitec_eval.examples import mini_gold_path
from averitec_eval.version import __version__

ROOT = Path(__file__).resolve().parents[2]
NAME = f"averitec_eval-{__version__}"
PYTHONS = ("3.10", "3.11", "3.12", "3.13")


def execute(*command: object, cwd: Path) -> str:
    """What a command prints, run as on another machine: without what Python's settings here would add."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "AVERITEC"))}
    ended = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True, encoding="utf-8"
    )
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    return ended.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that is built from the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    execute(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def wheel_names(built: Path) -> list[str]:
    with zipfile.ZipFile(built / f"{NAME}-py3-none-any.whl") as archive:
        return archive.namelist()


def test_the_wheel_holds_the_package_and_its_licences_only(wheel_names: list[str]) -> None:
    assert {name.split("/")[0] for name in wheel_names} == {"averitec_eval", f"{NAME}.dist-info"}
    kinds = {Path(name).suffix for name in wheel_names if name.startswith("averitec_eval/")}
    assert kinds.isdisjoint({".pyc", ".sqlite", ".gz", ".zip", ".csv", ".jsonl"})
    licences = {name.partition("/licenses/")[2] for name in wheel_names if "/licenses/" in name}
    texts = {f"averitec_eval/text/data/{path.name}" for path in (ROOT / "averitec_eval/text/data").glob("LICENSE.*")}
    assert licences == {"LICENSE", "NOTICE"} | texts


def test_the_wheel_holds_every_file_of_the_package(wheel_names: list[str]) -> None:
    listed = execute("git", "ls-files", "averitec_eval", cwd=ROOT).splitlines() if (ROOT / ".git").exists() else []
    assert {name for name in listed if (ROOT / name).exists()} <= set(wheel_names)
    assert {"averitec_eval/py.typed", "averitec_eval/text/data/wordnet-forms.table"} <= set(wheel_names)


def test_the_sdist_holds_no_tests_and_no_data(built: Path) -> None:
    with tarfile.open(built / f"{NAME}.tar.gz") as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    allowed = {
        *("averitec_eval", "CHANGELOG.md", "CITATION.cff", "LICENSE", "NOTICE", "README.md"),
        *("PKG-INFO", "pyproject.toml", ".gitignore"),
    }
    assert {name.split("/")[0] for name in names} == allowed


def test_the_wheel_of_the_sdist_is_the_wheel_of_the_repository(built: Path, tmp_path: Path) -> None:
    execute(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", tmp_path, ROOT, cwd=tmp_path)
    wheel = f"{NAME}-py3-none-any.whl"
    assert (tmp_path / wheel).read_bytes() == (built / wheel).read_bytes()


def pythons() -> Iterator[tuple[str, Path]]:
    """The interpreters of this machine, found on the path or where pyenv keeps its own."""
    for version in PYTHONS:
        kept = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
        found = shutil.which(f"python{version}")
        for path in (*kept, *([Path(found)] if found else [])):
            told = subprocess.run(
                [path, "-c", "import sys; print(*sys.version_info[:2], sep='.')"], capture_output=True
            )
            if told.stdout.decode().strip() == version:
                yield version, path
                break


@pytest.mark.slow
@pytest.mark.parametrize("version", PYTHONS)
def test_the_wheel_runs_the_quickstart_in_a_fresh_environment(version: str, built: Path, tmp_path: Path) -> None:
    python = dict(pythons()).get(version)
    if python is None:
        pytest.skip(f"there is no Python {version} on this machine")
    quickstart(python, built / f"{NAME}-py3-none-any.whl", tmp_path)


@pytest.mark.slow
def test_the_sdist_runs_the_quickstart_in_a_fresh_environment(built: Path, tmp_path: Path) -> None:
    quickstart(Path(sys.executable), built / f"{NAME}.tar.gz", tmp_path)


def quickstart(python: Path, archive: Path, folder: Path) -> None:
    """Install a distribution in an environment of its own and do with it what the README begins with."""
    binaries = folder / "environment" / "bin"
    execute(python, "-m", "venv", folder / "environment", cwd=folder)
    execute(binaries / "python", "-m", "pip", "install", "--quiet", archive, cwd=folder)
    own = ROOT / "submissions" / "overlap-ten"
    shutil.copytree(own, folder / "submissions" / "overlap-ten")
    shutil.copy(own / "predictions.json", folder / "predictions.json")
    shutil.copy(mini_gold_path(), folder / "dev.json")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^\$ averitec-eval (.*? predictions\.json --gold dev\.json.*?)(?:  *#.*)?$", readme, re.M)
    assert len(commands) == 3
    for command in commands:
        assert execute(binaries / "averitec-eval", *command.split(), cwd=folder)
    code = re.findall(r"```python\n(.*?)```", readme, flags=re.DOTALL)[0]
    (folder / "example.py").write_text(code, encoding="utf-8")
    assert execute(binaries / "python", "-W", "error", "example.py", cwd=folder).startswith("True 0.15\nprofile:")
