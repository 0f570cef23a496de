"""What the README shows is what the commands print."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from cli.helpers import run

ROOT = Path(__file__).resolve().parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SESSIONS = re.findall(r"```console\n(.*?)```", README, flags=re.DOTALL)
FILES = ("predictions.json", "dev.json")
MAKE_RUN = ["leaderboard", "build", "leaderboard/leaderboard.yaml"]


def shown_sessions() -> list[tuple[list[str], list[str]]]:
    """Each command with the lines shown below it, for the commands whose files are in the repository."""
    shown = []
    for session in SESSIONS:
        command, *lines = session.rstrip("\n").split("\n")
        if any(line.startswith("$ ") for line in lines):
            continue
        words = shlex.split(command.removeprefix("$ "), comments=True)
        shown.append((MAKE_RUN if words == ["make", "run"] else words[1:], lines))
    return shown


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder like a fresh clone, so that nothing is written into the real one."""
    for name in ("submissions", "leaderboard"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("site", "*.sqlite*"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(("arguments", "lines"), shown_sessions(), ids=lambda value: " ".join(value)[:40])
def test_a_session_prints_what_it_shows(arguments: list[str], lines: list[str]) -> None:
    ended = run(*arguments)
    printed = [line.rstrip() for line in (ended.out + ended.err).splitlines()]
    position = 0
    for line in lines:
        if line == "...":
            continue
        assert line.rstrip() in printed[position:], f"not printed (any more): {line!r}"
        position = printed.index(line.rstrip(), position) + 1


def test_the_sessions_were_found() -> None:
    assert len(shown_sessions()) >= 4


@pytest.mark.usefixtures("repository")
def test_the_python_example_prints_what_its_comments_say(capsys: pytest.CaptureFixture[str]) -> None:
    code = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)[0]
    names: dict[str, object] = {}
    exec(compile(code, "README.md", "exec"), names)
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "True 0.15"
    assert printed[1].startswith("profile:averitec-2024|")
    assert len(names["frame"]) == 40  # type: ignore[arg-type]


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").glob("*.md")), ids=lambda p: p.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
