"""Sites that are made again: only what changed is written, and the bytes are those of a site made from nothing."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from leaderboard.helpers import config_of, digests, entries, make

from averitec_eval.leaderboard import site as site_module
from averitec_eval.leaderboard.board import build_boards
from averitec_eval.leaderboard.config import BoardConfig
from averitec_eval.leaderboard.manifest import read_outputs
from averitec_eval.leaderboard.page import Page
from averitec_eval.leaderboard.public import public_site
from averitec_eval.leaderboard.site import digest, site_pages, write_site
from averitec_eval.leaderboard.view import PublicSite


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "submissions"
    for number in range(3):
        make(folder, f"s{number}", entries(0.3 * number))
    return folder


def config(root: Path) -> BoardConfig:
    return BoardConfig("A board", "averitec-mini", root, root.parent / "site", public=True)


def view(root: Path) -> PublicSite:
    return public_site(build_boards(config(root)))


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the files that were made, rather than left alone."""
    seen: list[str] = []
    real = site_module.write_if_changed

    def counted(path: Path, data: bytes, *, durable: bool = True) -> bool:
        seen.append(str(path).partition("/site/")[2])
        return real(path, data, durable=durable)

    monkeypatch.setattr(site_module, "write_if_changed", counted)
    return seen


def test_a_second_build_makes_no_file_but_the_manifest(root: Path, tmp_path: Path, rendered: list[str]) -> None:
    write_site(view(root), tmp_path / "site")
    assert len(rendered) > 50
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "site").rglob("*")}
    rendered.clear()
    write_site(view(root), tmp_path / "site")
    assert rendered == ["manifest.json"]
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "site").rglob("*")} == before


def test_one_more_system_leaves_the_others_files_alone(root: Path, tmp_path: Path, rendered: list[str]) -> None:
    write_site(view(root), tmp_path / "site")
    make(root, "worst", entries(0.0, label="Refuted"), kind="baseline")
    rendered.clear()
    write_site(view(root), tmp_path / "site")
    assert {"index.html", "board.json", "systems/worst.html", "results/worst.json", "claims/0.html"} <= set(rendered)
    others = {
        *(f"results/s{number}{end}" for number in range(3) for end in (".json", ".csv", ".claims.csv")),
        *("compare/s0/s1.html", "compare/s0/s2.html", "compare/s1/s2.html", "static/site.css", "static/site.js"),
    }
    assert others <= set(digests(tmp_path / "site"))
    assert not others & set(rendered)


@pytest.mark.parametrize("change", ["nothing", "added", "removed", "renamed", "hidden", "damaged", "lost"])
def test_a_site_made_by_and_by_is_the_site_made_at_once(change: str, root: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    write_site(view(root), site)
    settings = config(root)
    if change == "added":
        make(root, "more", entries(0.5))
    elif change == "removed":
        shutil.rmtree(root / "s1")
    elif change == "renamed":
        (root / "s1" / "submission.yaml").write_text(
            '{"name": "other", "team": "t", "predictions": "predictions.json"}', encoding="utf-8"
        )
    elif change == "hidden":
        settings = config_of(root)
    elif change == "damaged":
        (site / "systems" / "s1.html").write_text("changed by hand", encoding="utf-8")
    elif change == "lost":
        shutil.rmtree(site / "claims")
    made = public_site(build_boards(settings))
    write_site(made, site)
    write_site(made, tmp_path / "again", anew=True)
    assert digests(site) == digests(tmp_path / "again")
    assert read_outputs(site).keys() == digests(site).keys() - {"manifest.json"}


def test_files_that_are_not_the_sites_are_left_alone(root: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    write_site(view(root), site)
    mine = [site / "CNAME", site / "results" / "notes.json", site / "systems" / "old" / "index.html"]
    for path in mine:
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine", encoding="utf-8")
    shutil.rmtree(root / "s1")
    write_site(view(root), site)
    assert all(path.read_text(encoding="utf-8") == "mine" for path in mine)
    assert not (site / "systems" / "s1.html").exists()


def test_a_manifest_cannot_have_files_elsewhere_removed(root: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    write_site(view(root), site)
    outside = tmp_path / "precious"
    outside.mkdir()
    (outside / "file").write_text("precious", encoding="utf-8")
    (site / "linked").symlink_to(outside)
    document = json.loads((site / "manifest.json").read_text(encoding="utf-8"))
    names = ["../precious/file", str(outside / "file"), "linked/file", "a/../../precious/file", "linked", "", "."]
    document["outputs"] += [{"file": name, "sha256": "0" * 64, "made_from": "0" * 64} for name in names]
    (site / "manifest.json").write_text(json.dumps(document), encoding="utf-8")
    write_site(view(root), site)
    assert (outside / "file").read_text(encoding="utf-8") == "precious"


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"outputs": [1]}', '{"outputs": [{"file": 1}]}', "[" * 100_000, "\xff"]
)
def test_a_broken_manifest_costs_a_full_build_and_nothing_else(text: str, root: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    write_site(view(root), site)
    right = digests(site)
    (site / "manifest.json").write_text(text, encoding="latin-1")
    write_site(view(root), site)
    assert digests(site) == right


def test_other_code_makes_every_page_again(
    root: Path, tmp_path: Path, rendered: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = view(root)
    write_site(made, tmp_path / "site")
    monkeypatch.setattr(site_module, "code_digest", lambda: "other code")
    rendered.clear()
    write_site(made, tmp_path / "site")
    assert len(rendered) == len(digests(tmp_path / "site"))


def test_what_a_page_is_made_from_tells_pages_apart(root: Path) -> None:
    made = list(site_pages(view(root)))
    marks = [digest(page) for page in made]
    assert len(set(marks)) == len(made)
    assert [digest(page) for page in site_pages(view(root))] == marks
    assert " at 0x" not in repr([page.inputs for page in made])  # an address would differ from run to run


def test_inputs_decide_all_that_a_page_says(root: Path) -> None:
    before = {page.path: page for page in site_pages(view(root))}
    (root / "s1" / "predictions.json").write_text(json.dumps(entries(0.6, answer="Something else.")), encoding="utf-8")
    changed = 0
    for page in site_pages(view(root)):
        if page.render() != before[page.path].render():
            assert digest(page) != digest(before[page.path]), page.path
            changed += 1
    assert changed > 20


def test_two_files_of_one_name_are_an_error(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page("x.html", (), lambda: "")
    monkeypatch.setattr(site_module, "site_pages", lambda site: iter([page, page]))
    with pytest.raises(ValueError, match="two files"):
        write_site(view(root), tmp_path / "site")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="to root nothing is read-only")
def test_a_folder_that_cannot_be_written_is_an_error(root: Path, tmp_path: Path) -> None:
    from averitec_eval import OutputError

    site = tmp_path / "site"
    site.mkdir(mode=0o555)
    with pytest.raises(OutputError):
        write_site(view(root), site)
