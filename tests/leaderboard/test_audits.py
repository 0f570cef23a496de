"""Audits on a site: a section, columns that are there to choose, a file, and nothing that hidden gold must not tell."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from importlib import resources

import pytest
from audit.made import AUDIT, COPIED, QUIET, REPEATED, SILENT
from jsonschema import Draft202012Validator
from leaderboard.helpers import ROOT
from leaderboard.markup import Element, drawn, harmless

from averitec_eval.audit.documents import audit_from_dict
from averitec_eval.audit.records import Audit, Skipped
from averitec_eval.leaderboard.about_page import about_page
from averitec_eval.leaderboard.board import Board, build_board
from averitec_eval.leaderboard.board_page import index_page
from averitec_eval.leaderboard.config import read_config
from averitec_eval.leaderboard.exports import board_dict, export_pages
from averitec_eval.leaderboard.public import GOLD_PROBES, public_site
from averitec_eval.leaderboard.system_page import system_pages
from averitec_eval.leaderboard.view import PublicSite

SLUGS = ("overlap-ten", "overlap")


def schema(name: str) -> Draft202012Validator:
    text = (resources.files("averitec_eval") / "schemas" / f"{name}.schema.json").read_text("utf-8")
    return Draft202012Validator(json.loads(text))


@pytest.fixture(scope="module")
def board() -> Board:
    """The board of the example submissions without audits of its own."""
    return build_board(replace(read_config(ROOT / "leaderboard" / "leaderboard.yaml"), audit=None))


def with_audits(board: Board, audits: Mapping[str, Audit], *, public: bool = True, anonymous: bool = False) -> Board:
    entries = tuple(
        replace(entry, audit=audits.get(entry.slug), anonymous=anonymous and entry.slug in audits)
        for entry in board.entries
    )
    return replace(board, entries=entries, config=replace(board.config, public=public))


@pytest.fixture(scope="module")
def audited(board: Board) -> PublicSite:
    return public_site([with_audits(board, {SLUGS[0]: AUDIT, SLUGS[1]: SILENT})])


def test_a_system_page_shows_findings_altered_copies_and_the_robust_companion(audited: PublicSite) -> None:
    pages = drawn(system_pages(audited, audited.boards[0], None))
    section = next(
        s for s in pages["systems/overlap-ten.html"].all("section") if s.attributes["aria-labelledby"] == "audit"
    )
    tables = section.all("table")
    assert [len(table.all("tbody")[0].all("tr")) for table in tables] == [2, 1, 1, 3]
    worth, below, altered, robust = (table.text for table in tables)
    assert REPEATED.sentence in worth
    assert "12.5 %" in worth
    assert COPIED.sentence in worth
    assert "and 8 more" in worth  # of 20 claims
    assert QUIET.sentence in below
    assert "+0.044 [+0.020, +0.070]" in altered
    assert "[0.250, 0.350]" in robust
    assert "no knowledge store was given" in section.text
    assert "\u202e" not in section.text
    links = [a.attributes["href"] for a in tables[0].all("a")]
    assert links[:2] == ["../claims/3.html", "../claims/7.html"]
    for page in pages.values():
        harmless(page)


def test_a_quiet_audit_says_so_in_a_short_section(audited: PublicSite) -> None:
    page = drawn(system_pages(audited, audited.boards[0], None))["systems/overlap.html"]
    (section,) = [s for s in page.all("section") if s.attributes["aria-labelledby"] == "audit"]
    assert len(section.all("table")) == 1
    assert "Worth a look" not in section.text


def column(page: Element, key: str) -> list[str]:
    """What a column of the board's table says, for the systems with scores."""
    table = page.all("table", id="board-scores")[0]
    heads = table.all("thead")[0].all("th")
    place = next(number for number, head in enumerate(heads) if head.attributes["data-key"] == key)
    assert "data-optional" in heads[place].attributes
    rows = [row for row in table.all("tr") if len([c for c in row.children if isinstance(c, Element)]) == len(heads)]
    cells = [[c for c in row.children if isinstance(c, Element)] for row in rows[1:]]
    return [row[place].text for row in cells]


def test_the_board_has_columns_to_choose(audited: PublicSite) -> None:
    page = drawn([index_page(audited, None)])["index.html"]
    assert sorted(filter(lambda cell: cell != "–", column(page, "audit"))) == ["0 findings", "2 findings"]
    assert sorted(filter(lambda cell: cell != "–", column(page, "robust"))) == ["0.300 [0.250, 0.350]"]
    harmless(page)


def test_a_site_without_audits_says_nothing_of_them(site: PublicSite, board: Board) -> None:
    plain = public_site([board])
    page = drawn([index_page(plain, None)])["index.html"]
    assert not [head for head in page.all("th") if head.attributes.get("data-key") in ("audit", "robust")]
    about = drawn([about_page(plain)])["about.html"]
    assert not about.all("h2", id="audits")
    for made in drawn(system_pages(plain, plain.boards[0], None)).values():
        assert not made.all("h2", id="audit")


def test_the_about_page_explains_audits(audited: PublicSite) -> None:
    about = drawn([about_page(audited)])["about.html"]
    assert about.all("h2", id="audits")
    assert [a for a in about.all("a") if a.attributes["href"] == "#audits"]
    harmless(about)


def test_the_files_hold_the_audits(audited: PublicSite) -> None:
    files = {page.path: page.render() for page in export_pages(audited.boards[0])}
    document = json.loads(files["results/overlap-ten.audit.json"])
    assert audit_from_dict(document) == AUDIT
    board = json.loads(files["board.json"])
    schema("board").validate(board)
    entries = {entry["id"]: entry["audit"] for entry in board["entries"]}
    assert entries["overlap-ten"]["flagged"] == [REPEATED.probe, COPIED.probe]
    assert entries["overlap-ten"]["file"] in files
    assert [id for id, audit in entries.items() if audit] == sorted(SLUGS, key=list(entries).index)


def test_hidden_gold_leaves_numbers_only(board: Board) -> None:
    gold = tuple(replace(COPIED, probe=probe) for probe in GOLD_PROBES)
    skipped = tuple(Skipped(probe, "why") for probe in (*GOLD_PROBES, "sources.store_urls"))
    full = replace(AUDIT, findings=(*AUDIT.findings[:2], *gold), skipped=skipped)
    site = public_site([with_audits(board, {SLUGS[0]: full}, public=False)])
    (audit,) = [system.audit for system in site.boards[0].systems if system.audit is not None]
    assert [finding.probe for finding in audit.findings] == [REPEATED.probe, QUIET.probe]
    assert all(not finding.claims and not finding.examples for finding in audit.findings)
    assert [item.changed for item in audit.counterfactuals] == [()]
    assert [item.probe for item in audit.skipped] == ["sources.store_urls"]
    assert (audit.official, audit.robust) == (AUDIT.official, AUDIT.robust)
    shown = "".join(
        f"{finding.sentence}{item.sentence}" for finding in audit.findings for item in audit.counterfactuals
    )
    assert REPEATED.sentence not in shown
    schema("audit").validate(audit.to_dict())
    pages = drawn(system_pages(site, site.boards[0], None))
    assert "Claims" not in pages["systems/overlap-ten.html"].all("section", **{"aria-labelledby": "audit"})[0].text


def test_an_anonymous_entry_is_quoted_nowhere(board: Board) -> None:
    site = public_site([with_audits(board, {SLUGS[0]: AUDIT}, anonymous=True)])
    (system,) = [system for system in site.boards[0].systems if system.audit is not None]
    assert system.anonymous
    assert system.audit is not None
    assert all(not finding.examples for finding in system.audit.findings)
    assert [finding.claims for finding in system.audit.findings] == [finding.claims for finding in AUDIT.findings]


def test_what_the_board_shows_of_an_audit_does_not_change_with_its_details(board: Board) -> None:
    other = replace(AUDIT, findings=tuple(replace(f, sentence="Otherwise.") for f in AUDIT.findings))
    first, second = (public_site([with_audits(board, {SLUGS[0]: audit})]) for audit in (AUDIT, other))
    assert index_page(first, None).inputs == index_page(second, None).inputs
    assert board_dict(first.boards[0]) == board_dict(second.boards[0])
    pages = [{page.path: page.inputs for page in system_pages(s, s.boards[0], None)} for s in (first, second)]
    assert [path for path in pages[0] if pages[0][path] != pages[1][path]] == ["systems/overlap-ten.html"]
