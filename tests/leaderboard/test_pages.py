"""All pages together: each path once, inputs that tell pages apart, links that lead somewhere."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from posixpath import dirname, join, normpath

import pytest
from leaderboard.markup import links
from leaderboard.reading import sound

from averitec_eval.leaderboard.page import Page
from averitec_eval.leaderboard.pages import pages
from averitec_eval.leaderboard.view import PublicSite

FOLDERS = ("", "dev/")
"""Where a board's files lie: beside the first page, or in a folder."""


def site_in(site: PublicSite, folder: str) -> PublicSite:
    return replace(site, boards=(replace(site.boards[0], folder=folder),))


def data_files(site: PublicSite) -> set[str]:
    """What pages may link to besides each other."""
    board = site.boards[0]
    made = {"manifest.json", f"{board.folder}board.json", f"{board.folder}board.csv"}
    for system in board.scored:
        made |= {f"{board.folder}results/{system.id}{ending}" for ending in (".json", ".csv", ".claims.csv")}
        if system.audit is not None:
            made.add(f"{board.folder}results/{system.id}.audit.json")
    return made


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_link_leads_to_a_page_a_section_or_a_data_file(site: PublicSite, folder: str) -> None:
    placed = site_in(site, folder)
    documents = {page.path: sound(page.render()) for page in pages(placed, None)}
    known = documents.keys() | data_files(placed)
    ids = {
        path: [e.attributes["id"] for e in document.walk() if "id" in e.attributes]
        for path, document in documents.items()
    }
    reached = set()
    for path, document in documents.items():
        assert [name for name, count in Counter(ids[path]).items() if count > 1] == [], path
        for target in links(document, path):
            if not target.startswith(("http://", "https://")):
                assert target in known, f"{path} leads to {target}"
                reached.add(target)
        for element in document.all("a"):
            address, _, fragment = element.attributes["href"].partition("#")
            if fragment and "=" not in fragment and not address.startswith("http"):
                assert fragment in ids[file_of(address, path) if address else path], (
                    f"{path} leads to {address}#{fragment}"
                )
    assert documents.keys() - reached == set(), "pages that nothing leads to"


def file_of(address: str, path: str) -> str:
    """The path of the file that a relative address in the page ``path`` leads to."""
    return normpath(join(dirname(path), address))


def test_paths_are_plain_and_each_is_there_once(site: PublicSite) -> None:
    paths = [page.path for page in pages(site, None)]
    assert len({path.lower() for path in paths}) == len(paths)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*\.html", path) for path in paths)
    kinds = Counter(path.split("/")[0] for path in paths)
    scored = len(site.boards[0].scored)
    assert kinds == {
        "index.html": 1,
        "about.html": 1,
        "systems": len(site.boards[0].systems),
        "claims": 1 + len(site.boards[0].claims),
        "compare": 1 + scored * (scored - 1) // 2,
    }


def test_hidden_gold_has_no_pages_of_claims(site: PublicSite) -> None:
    hidden = replace(
        site.boards[0],
        public_gold=False,
        claims=(),
        systems=tuple(replace(system, claims=(), details={}) for system in site.boards[0].systems),
    )
    paths = {page.path for page in pages(replace(site, boards=(hidden,)), None)}
    assert not any("claims" in path for path in paths)
    assert "index.html" in paths


def test_inputs_are_written_out_in_full_and_the_same_each_time(site: PublicSite) -> None:
    def written(made: Page) -> str:
        return repr(made.inputs)

    first = {page.path: written(page) for page in pages(site, None)}
    assert {page.path: written(page) for page in pages(site, None)} == first
    # An object that has no repr of its own writes its address, which differs from one process to the next.
    assert not [path for path, text in first.items() if re.search(r" at 0x[0-9a-f]+>", text)]
    # A set writes its members in an order that differs too.
    assert not [path for path, text in first.items() if re.search(r"\b(frozen)?set\(", text)]
    assert len(set(first.values())) == len(first)
