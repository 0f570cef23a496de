"""What the pages show of the command line is what it does: their sessions are run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from docs.sessions import ROOT, Command, Session, clone, commands_of, sessions_of

PAGES = {
    str(page.relative_to(ROOT)): sessions_of(page)
    for page in (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")), ROOT / "submissions" / "README.md")
}
SHOWN = {name: sessions for name, sessions in PAGES.items() if sessions}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder like a fresh clone, so that nothing is written into the real one."""
    clone(tmp_path)
    monkeypatch.chdir(tmp_path)
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Someone")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "someone@example.org")
    return tmp_path


def run_all(sessions: list[Session]) -> None:
    for session in sessions:
        if not session.left_out:
            for command in session.commands:
                command.run()


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("page", SHOWN)
def test_the_sessions_of_a_page_print_what_they_show(page: str) -> None:
    run_all([session for session in SHOWN[page] if not session.slow])


@pytest.mark.slow
@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("page", [page for page, each in SHOWN.items() if any(session.slow for session in each)])
def test_the_slow_sessions_of_a_page_print_what_they_show(page: str) -> None:
    run_all(SHOWN[page])


def test_sessions_were_found_and_few_are_left_out() -> None:
    every = [session for sessions in SHOWN.values() for session in sessions]
    assert len(SHOWN["README.md"]) >= 6
    assert {session.mark for session in every if session.mark and not session.slow and not session.left_out} == set()
    assert sum(session.left_out for session in every) < len(every) / 3


@pytest.mark.parametrize("page", PAGES)
def test_every_block_marked_console_is_read(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert len(re.findall(r"^ *```console", text, re.MULTILINE)) == len(PAGES[page])


def test_a_block_is_taken_apart() -> None:
    first, second = commands_of("$ a 'b c'  # why\n$ d \\\n    e\nline\n...\n")
    assert first == Command(("a", "b c"), ())
    assert second == Command(("d", "e"), ("line", "..."))


@pytest.mark.parametrize(
    "text",
    [
        "$ averitec-eval explain S006\nno such line\n",
        "$ averitec-eval explain NOTHING\n",
        "$ averitec-eval explain S006\nS006\n...\nS006\n",
        "$ dask worker\n",
    ],
)
def test_what_is_not_as_shown_is_noticed(text: str) -> None:
    (command,) = commands_of(text)
    with pytest.raises(AssertionError):
        command.run()
