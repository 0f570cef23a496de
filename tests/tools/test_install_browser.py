"""The browser for the tests: found, installed with a stand-in for ``apt-get``, or its absence explained."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import install_browser
import pytest


def program(path: Path, *lines: str) -> Path:
    """A shell script that can be run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines]) + "\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose only programs of its own are those in the folder that this gives."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("env", "sh", "cp"):
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    monkeypatch.setenv("PATH", str(folder))
    for name in ("CHROMIUM", "CI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return folder


def apt_get(folder: Path, *, update: int = 0, install: int = 0, brings: bool = True) -> Path:
    """An ``apt-get`` that notes what it was called with, and ends as told."""
    package = program(folder.parent / "package" / "chromium")
    program(
        folder / "apt-get",
        f'echo "$DEBIAN_FRONTEND $@" >> {folder.parent}/calls',
        'case "$*" in',
        f'*update*) echo "W: a list is stale" >&2; exit {update};;',
        f'*) {f"cp {package} {folder}/chromium;" if brings else ""} echo "E: no package" >&2; exit {install};;',
        "esac",
    )
    return folder.parent / "calls"


def outcome(*arguments: str) -> tuple[int, str]:
    """The exit code and what was said."""
    said: list[str] = []
    code = install_browser.main(list(arguments), said.append)
    return code, "\n".join(said)


def test_a_browser_on_path_is_found_and_nothing_installed(machine: Path) -> None:
    calls = apt_get(machine)
    chromium = program(machine / "chromium-browser")
    assert outcome() == (0, str(chromium))
    assert not calls.exists()


def test_the_variable_comes_before_path(machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(machine / "chromium")
    mine = program(tmp_path / "mine" / "browser")
    monkeypatch.setenv("CHROMIUM", str(mine))
    assert outcome() == (0, str(mine))


def test_a_variable_that_names_nothing_is_a_mistake_and_nothing_is_installed(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = apt_get(machine)
    program(machine / "chromium")
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    code, said = outcome()
    assert code == 2
    assert "CHROMIUM=/nowhere/chromium" in said
    assert not calls.exists()


@pytest.mark.parametrize("update", [0, 100], ids=["lists-fetched", "a-list-cannot-be-fetched"])
def test_root_installs_the_package_without_questions(machine: Path, update: int) -> None:
    calls = apt_get(machine, update=update)
    assert outcome() == (0, str(machine / "chromium"))
    first, second = calls.read_text(encoding="utf-8").splitlines()
    assert first.startswith("noninteractive -q -y ")
    assert first.endswith("update")
    assert second.startswith("noninteractive -q -y ")
    assert second.endswith("install --no-install-recommends chromium")


def test_others_install_with_a_sudo_that_asks_nothing(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    apt_get(machine)
    program(machine / "sudo", '[ "$1" = -n ] || exit 1', "shift", '[ "$1" = true ] || "$@"')
    assert outcome() == (0, str(machine / "chromium"))


@pytest.mark.parametrize("sudo", [True, False])
def test_without_rights_the_message_says_what_to_do(machine: Path, monkeypatch: pytest.MonkeyPatch, sudo: bool) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    calls = apt_get(machine)
    if sudo:
        program(machine / "sudo", "exit 1")
    code, said = outcome()
    assert code == 2
    assert "only root" in said
    assert "set CHROMIUM" in said
    assert not calls.exists()


def test_a_failed_installation_gives_the_reason_of_both_steps(machine: Path) -> None:
    apt_get(machine, update=100, install=100, brings=False)
    code, said = outcome()
    assert code == 2
    assert "E: no package" in said
    assert "W: a list is stale" in said


def test_a_package_without_browser_is_no_success(machine: Path) -> None:
    apt_get(machine, brings=False)
    assert outcome()[0] == 2


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(("ci", "code"), [("", 0), ("0", 0), ("false", 0), ("1", 2), ("true", 2)])
def test_a_browser_may_be_absent_except_in_continuous_integration(
    monkeypatch: pytest.MonkeyPatch, ci: str, code: int
) -> None:
    monkeypatch.setenv("CI", ci)
    ended, said = outcome("--optional")
    assert ended == code
    assert "no Debian" in said
    assert ("skipped" in said) == (code == 0)
    assert outcome()[0] == 2
